"""What Google Photos says of each photo and film, in a JSON file beside it, as Takeout exports it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from evidence_store.records import Attachment, Location, MediaItem, Moment, Present, Problem
from extractors.base import EvidenceFile, Found, extractor
from extractors.exports.json_values import Extra, Row, Values, place_below, rest
from parsers.json_pieces import JsonDamaged, pieces

SERVICE: Final = "Google Photos"
_LOCATOR: Final = "photo"
_STARTS: Final = re.compile(
    rb'\A(?:\xef\xbb\xbf)?\s*\{\s*"title"\s*:\s*"[\s\S]*"(?:photoTakenTime|googlePhotosOrigin)"\s*:\s*\{'
)
_TIMES: Final = {
    "photoTakenTime": "taken (Google Photos)",
    "creationTime": "created (Google Photos)",
    "modificationTime": "modified (Google Photos)",
    "photoLastModifiedTime": "photo modified (Google Photos)",
}
_PLACES: Final = {"geoData": "Google Photos", "geoDataExif": "Google Photos, from the file"}
_MARKS: Final = ("favorited", "archived", "trashed", "inLockedFolder")
_READ: Final = frozenset({"title", "description", "people", *_TIMES, *_PLACES, *_MARKS})
_NUMBER: Final = re.compile(r"(.*?)(\(\d{1,5}\))?", re.DOTALL)
_NAMED: Final = re.compile(r"(.+)(\.\w{2,5})", re.DOTALL)
_SUFFIX: Final = ".supplemental-metadata"  # since 2024, cut where the whole name would be long


def looks_like(head: bytes) -> bool:
    """By its fields, for folders and albums have names in the language of the account."""
    return _STARTS.match(head) is not None


@extractor(
    id="google.photo_details",
    version=1,
    title="Google Photos: what the service says of each photo and film, as exported",
    files=("**/*.supplemental-metadata.json", "**/Google Photos/**/*.json"),
    types=("application/json",),
    claims=looks_like,
    emits=(MediaItem, Location),
    privacy="media",
    layouts="Takeout Google Photos: a JSON file beside each photo, with its name and .json (until 2024) or "
    ".supplemental-metadata.json, also where that is cut",
    tested_on="documented schema, no device data",
    limits="A file that can be edited; the account was not examined. Times and places are those of the service, where "
    "the account can change them: the file of the photo has its own. One photo has such a file in each of its albums. "
    "Albums, and what was written to shared ones, are not read.",
)
def photo_details(file: EvidenceFile) -> Iterator[Found]:
    """One MediaItem, and a Location for each position that is not 0,0. Times are seconds since 1970 in text;
    `photoTakenTime` is when the photo was taken, `creationTime` when the service got it.

    References:
    - public readers of these files
    """
    values, row = Values(file), _row(file)
    if isinstance(row, Problem):
        yield row
        return
    if not any(isinstance(row.get(name), dict) for name in ("photoTakenTime", "googlePhotosOrigin")):
        return  # an album, or what else lies in these folders
    values.locator = _LOCATOR
    yield Present(1)
    yield from _found(values, row, file.path)
    yield from values.drain()


def _row(file: EvidenceFile) -> Row | Problem:
    try:
        with file.open() as stream:
            whole = [value for path, value in pieces(stream, lambda path: False) if not path]
    except JsonDamaged as error:
        return Problem("file", "damaged-json", str(error)) if looks_like(file.head) else {}
    return whole[0] if whole and isinstance(whole[0], dict) else {}


def _found(values: Values, row: Row, path: str) -> Iterator[MediaItem | Location]:
    moments = tuple(_moments(values, row))
    people = [name for one in values.rows(row, "people") if (name := values.words(one, "name"))]
    title = values.words(row, "title")
    words = (title, values.words(row, "description"), *people)
    trashed = row.get("trashed") is True
    yield MediaItem(
        locator=_LOCATOR,
        service=SERVICE,
        moments=moments,
        deleted=trashed,
        flags=("listed by the service", *(name for name in _MARKS if row.get(name) is True)),
        attachments=(_file_of(path, title),),
        extra=(*(("people", name) for name in people), *_plain(row)),
        text="\n".join(word for word in words if word) or None,
    )
    told: set[tuple[float, float]] = set()
    for key, source in _PLACES.items():
        point = values.part(row, key)
        lat, lon = values.degrees(point, "latitude", 90.0), values.degrees(point, "longitude", 180.0)
        if lat is None or lon is None or (lat, lon) == (0, 0) or (lat, lon) in told:
            continue
        told.add((lat, lon))
        height = point.get("altitude")
        yield Location(
            locator=_LOCATOR,
            service=SERVICE,
            moments=moments[:1],
            lat=lat,
            lon=lon,
            altitude_m=float(height) if type(height) in (int, float) and height else None,
            source=source,
            text=title,
        )


def _moments(values: Values, row: Row) -> Iterator[Moment]:
    for key, meaning in _TIMES.items():
        part = values.part(row, key)
        if part.get("timestamp") not in (None, "", "0", 0):
            yield values.epoch(meaning, part, "timestamp", "s")


def _plain(row: Row) -> tuple[Extra, ...]:
    """What else stands there; of where a photo came from, its innermost names and values."""
    found = []
    for key, value in rest(row, _READ):
        stored = row[key]
        found += list(_inside(key, stored)) if isinstance(stored, dict) else [(key, value)]
    return tuple(found)


def _inside(name: str, row: Row, depth: int = 0) -> Iterator[Extra]:
    """ "googlePhotosOrigin mobileUpload deviceType" is "ANDROID_PHONE"; an empty object is said to be there."""
    if not row or depth > 4:
        yield name, "set"
    for key, value in row.items():
        if isinstance(value, dict):
            yield from _inside(f"{name} {key}", value, depth + 1)
        else:
            yield from ((f"{name} {key}", told) for _, told in rest({key: value}, frozenset()))


def _file_of(path: str, title: str | None) -> Attachment:
    """The photo: it lies beside under the name of this file without what the service put behind it.

    A photo of a name that others have too is "a(1).jpg", and this file "a.jpg(1).json". Of a long name not even the
    ending need be left: where the photo lies is not said then.
    """
    folder, _, name = path.rpartition("/")
    stem = name[: -len(".json")] if name.lower().endswith(".json") else name
    match = _NUMBER.fullmatch(stem)
    plain, number = (match[1], match[2] or "") if match else (stem, "")
    start, dot, end = plain.rpartition(".")
    if start and _SUFFIX.startswith(dot + end):
        plain = start
    named = _NAMED.fullmatch(plain)
    if named is None:
        return Attachment(title or plain)
    return Attachment(title or plain, place_below(folder, f"{named[1]}{number}{named[2]}"))
