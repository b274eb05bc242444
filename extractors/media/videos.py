"""Films and sounds by their content: length, size, camera, times by meaning, place.

The film's own header counts from 1904 in UTC by its specification; phones keep to that, some cameras write local time
there, and nothing in the file tells which. iPhones add the local time with its offset.

References: ISO/IEC 14496-12, Apple "QuickTime File Format" (metadata keys), 3GPP TS 26.244.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from evidence_store.records import WHOLE_FILE, Location, MediaItem, Moment, Problem
from extractors.base import EvidenceFile, Found, extractor
from extractors.media.photos import device_name
from extractors.media.times import local_moment, not_told_yet, usable_first
from extractors.media.written import read_written
from parsers.exif import exif_time
from parsers.movie import Movie, from_mac, read_movie
from parsers.times import from_unix

_ISO_MEDIA = frozenset(
    ("video/mp4", "video/quicktime", "video/3gpp", "video/3gpp2", "video/x-m4v", "audio/mp4", "audio/3gpp")
)
_HEADER_NOTE = "UTC by the format; some cameras write local time here"
_TOLD = (
    *("software", "information", "day", "content identifier", "Android version", "UTC offset (Samsung)", "place"),
    *("name of the place", "date of the place", "author", "shown name"),
)
_WORDS = ("title", "comment", "description", "keywords", "name of the place", "author", "shown name")


@extractor(
    id="media.videos",
    version=5,
    title="Videos and sounds",
    types=("video/", "audio/"),
    emits=(MediaItem, Location),
    privacy="media",
    layouts="MP4, MOV, 3GP, M4A boxes, XMP",
    tested_on="MP4, MOV, 3GP and M4A samples with published dates, sizes and places",
    limits="Of Matroska, WebM, AVI, FLV, MP3, Ogg, AMR and WAV only the type and the file's times.",
)
def videos(file: EvidenceFile) -> Iterator[Found]:
    """One MediaItem a film or sound, and a Location where the film holds one."""
    movie, problem = _movie(file)
    with file.open() as stream:
        written = read_written(stream, file)
    embedded = _moments(movie, file)
    moments = usable_first([*embedded, *not_told_yet(embedded, written.moments)])
    texts = movie.texts
    words = [*(texts[name] for name in _WORDS if name in texts), *written.words]
    yield MediaItem(
        locator=WHOLE_FILE,
        moments=moments,
        mime=file.mime,
        width=movie.width,
        height=movie.height,
        duration_s=movie.duration_s,
        device=device_name(texts.get("make"), texts.get("model")),
        text="\n".join(dict.fromkeys(words)) or None,
        extra=(*((name, texts[name]) for name in _TOLD if name in texts), *written.fields),
    )
    if movie.place:
        yield Location(
            locator=WHOLE_FILE,
            moments=moments,
            lat=movie.place.lat,
            lon=movie.place.lon,
            altitude_m=movie.place.altitude_m,
            accuracy_m=_metres(texts.get("accuracy")),
            source="video GPS",
        )
    yield from written.problems
    if problem:
        yield problem
    for detail in movie.problems:
        if detail.startswith("place"):
            yield Problem("value", "video-place", detail, WHOLE_FILE)
        else:
            yield Problem("file", "damaged-video", detail, WHOLE_FILE)


def _movie(file: EvidenceFile) -> tuple[Movie, Problem | None]:
    if file.mime not in _ISO_MEDIA:
        return Movie(), Problem("note", "video-kind-not-read", f"nothing is read inside {file.mime}", WHOLE_FILE)
    try:
        with file.open() as stream:
            return read_movie(stream), None
    except ValueError as error:
        return Movie(), Problem("file", "damaged-video", str(error), WHOLE_FILE)


def _moments(movie: Movie, file: EvidenceFile) -> list[Moment]:
    moments = []
    if stored := movie.texts.get("created"):
        moments.append(local_moment("taken (embedded)", exif_time(stored, stored, "", ""), file))
    for meaning, seconds in (("created", movie.created), ("modified", movie.changed)):
        if seconds is not None:
            moments.append(_header_moment(f"{meaning} (embedded)", seconds))
    return moments


def _header_moment(meaning: str, seconds: int) -> Moment:
    utc_us, note = from_unix(from_mac(seconds), "s") if seconds else (None, "zero")
    if utc_us is None and seconds and (otherwise := from_unix(seconds, "s")[0]) is not None:
        when = datetime.fromtimestamp(otherwise / 1_000_000, UTC).strftime("%Y-%m-%d %H:%M:%S")
        note = f"before 1970 as the format counts; some programs count from 1970, which would be {when} UTC"
    return Moment(meaning, utc_us, str(seconds), "A", note=note or _HEADER_NOTE)


def _metres(text: str | None) -> float | None:
    try:
        metres = float(text or "")
    except ValueError:
        return None
    return metres if 0 < metres < 1e7 else None
