"""What an account of Instagram or Facebook posted: posts, stories, reels and pictures of the profile (JSON)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from evidence_store.records import Attachment, Message, Moment, Present, Problem
from extractors.base import EvidenceFile, Found, extractor
from extractors.exports.json_values import Extra, Row, not_an_object, rest
from extractors.exports.meta.encoding import Mended
from extractors.exports.meta.fields import moments
from extractors.exports.meta.places import place_of
from parsers.json_pieces import END, JsonDamaged, Path, pieces

_LISTS: Final = {
    "ig_stories": "story",
    "ig_reels_media": "reel",
    "ig_archived_post_media": "archived post",
    "ig_profile_picture": "profile picture",
    "ig_other_media": "post",
    "ig_recently_deleted_media": "recently deleted",
}
_NAMED: Final = re.compile(rb'\A(?:\xef\xbb\xbf)?\s*\{\s*"(?:' + "|".join(_LISTS).encode() + rb')"\s*:\s*\[')
# posts_1.json of Instagram and your_posts_1.json of Facebook have no name around their list.
_INSTAGRAM: Final = re.compile(
    rb'\A(?:\xef\xbb\xbf)?\s*\[\s*\{\s*"media"\s*:\s*\[\s*\{\s*"uri"\s*:(?=[\s\S]*"creation_timestamp"\s*:)'
)
_FACEBOOK: Final = re.compile(
    rb'\A(?=[\s\S]*"timestamp"\s*:\s*\d{10}\b)'
    rb'(?=[\s\S]*"(?:post|media_metadata|external_context|update_timestamp|backdated_timestamp)"\s*:)'
    rb'(?:\xef\xbb\xbf)?\s*\[\s*\{\s*"(?:timestamp|attachments|data|title)"\s*:'
)
_KNOWN: Final = frozenset(
    {"media", "title", "data", "attachments", "creation_timestamp", "timestamp", "uri", "media_metadata"}
)
_EXIF: Final = frozenset({"latitude", "longitude", "taken_timestamp"})


def looks_like(head: bytes) -> bool:
    """By the name of the list, or by the fields of the first post."""
    return any(one.match(head) for one in (_NAMED, _INSTAGRAM, _FACEBOOK))


@extractor(
    id="meta.posts",
    version=1,
    title="Instagram and Facebook: posts, stories and reels of an export (JSON)",
    types=("application/json",),
    claims=looks_like,
    emits=(Message,),
    privacy="communications",
    layouts="posts_1.json, stories.json, reels.json, archived_posts.json, profile_photos.json and others of Instagram "
    "since 2021; your_posts_1.json of Facebook",
    tested_on="documented schema, no device data",
    limits="Files that can be edited; the account was not examined. Who saw a post is not in it. Places, times taken "
    "and addresses (IP) are those that the service recorded with a picture. Albums of Facebook are not read.",
)
def posts(file: EvidenceFile) -> Iterator[Found]:
    """Every post, in stored order; times are seconds.

    References:
    - Facebook Help Centre and Instagram Help Centre, "Download a copy of your information"; public readers
    """
    if not looks_like(file.head):
        return
    is_facebook = not (_NAMED.match(file.head) or _INSTAGRAM.match(file.head))
    if is_facebook and "your_posts" not in file.path.rpartition("/")[2].lower():
        return  # other lists of the service have the same fields
    values, rows, left = Mended(file), 0, set()
    try:
        with file.open() as stream:
            for path, value in pieces(stream, _entered):
                what = _LISTS.get(str(path[0])) if len(path) == 2 else "post" if _is_bare(path) else None
                if value is END or what is None:
                    left |= {str(path[0])} if value is not END and path and value else set()
                    continue
                rows += 1
                values.locator = ".".join(map(str, path))
                yield from _one(values, value, "Facebook" if is_facebook else "Instagram", what, file.path)
    except JsonDamaged as error:
        yield Problem("file", "damaged-json", f"{error}; {rows} entries were read")
    yield Present(rows)
    if left:
        yield Problem("note", "not-read", f"not read: {', '.join(sorted(left))}")
    yield from values.about()


def _entered(path: Path) -> bool:
    return path == () or (len(path) == 1 and path[0] in _LISTS)


def _is_bare(path: Path) -> bool:
    return len(path) == 1 and isinstance(path[0], int)


def _one(values: Mended, value: Any, service: str, what: str, path: str) -> Iterator[Found]:
    if isinstance(value, dict):
        yield _post(values, value, service, what, path)
        yield from values.drain()
    else:
        yield not_an_object(value, values.locator, "a post")


def _media(values: Mended, row: Row) -> list[Row]:
    """The pictures and films of a post, in either service's way; a story is one itself."""
    inner = [one for outer in values.rows(row, "attachments") for one in values.rows(outer, "data")]
    found = [*values.rows(row, "media"), *(media for one in inner if (media := values.part(one, "media")))]
    return found or ([row] if row.get("uri") else [])


def _post(values: Mended, row: Row, service: str, what: str, path: str) -> Message:
    media = _media(values, row)
    recorded = [one for each in media for one in _exif(values, each)]
    points = [(values.degrees(one, "latitude", 90.0), values.degrees(one, "longitude", 180.0)) for one in recorded]
    lat, lon = next(((lat, lon) for lat, lon in points if lat is not None and lon is not None), (None, None))
    when = moments(values, row) or tuple(one for each in media[:1] for one in moments(values, each))
    written = [values.words(one, "post") for one in values.rows(row, "data")] + [values.words(row, "title")]
    written += [values.words(one, key) for one in media for key in ("title", "description")]
    others = {key: value for key, value in row.items() if key not in _KNOWN}
    return Message(
        locator=values.locator,
        service=service,
        moments=(*when, *_taken(values, recorded)),
        deleted=what == "recently deleted",
        flags=(what,),
        attachments=tuple(_file(values, one, path) for one in media),
        extra=(*rest(values.mend_all(others), frozenset()), *_links(values, row), *_further(values, recorded)),
        conversation="posts",
        title="posts",
        direction="out",
        text="\n".join(dict.fromkeys(words for words in written if words)) or None,
        lat=lat,
        lon=lon,
    )


def _exif(values: Mended, media: Row) -> list[Row]:
    """What the service recorded with a picture or film: place, time taken, camera, the address it came from."""
    about = values.part(media, "media_metadata")
    kinds = (values.part(about, "photo_metadata"), values.part(about, "video_metadata"))
    return [one for kind in kinds for one in values.rows(kind, "exif_data")]


def _taken(values: Mended, recorded: list[Row]) -> tuple[Moment, ...]:
    found = (values.epoch("taken, as recorded", one, "taken_timestamp", "s") for one in recorded if _is_dated(one))
    return tuple(dict.fromkeys(found))


def _is_dated(row: Row) -> bool:
    return row.get("taken_timestamp") not in (None, 0, "0", "")


def _further(values: Mended, recorded: list[Row]) -> tuple[Extra, ...]:
    return tuple(dict.fromkeys(told for one in recorded for told in rest(values.mend_all(one), _EXIF)))


def _links(values: Mended, row: Row) -> Iterator[Extra]:
    for outer in values.rows(row, "attachments"):
        for one in values.rows(outer, "data"):
            if url := values.words(values.part(one, "external_context"), "url"):
                yield "link", url


def _file(values: Mended, media: Row, path: str) -> Attachment:
    recorded = values.words(media, "uri") or ""
    place = place_of(path, recorded) if recorded else None
    name = recorded.replace("\\", "/").rpartition("/")[2]
    return Attachment(name or recorded, place, state="" if place else "not downloaded")
