"""Android's index of pictures, videos, sounds and other files, also of those in the trash and those long gone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from evidence_store.records import Attachment, Location, MediaItem, Moment, Present, Problem
from extractors.android.shared_storage import file_name, place
from extractors.android.tables import extra_of, moments_of
from extractors.base import EvidenceFile, Found, extractor
from extractors.database import Doubts, each_row, read_database, selecting, stored
from parsers.sqlite_file import DatabaseDamaged, EvidenceDatabase, Row, lacking

_FOLDER: Final = 0x3001  # `format` of a folder: an "association" of the media transfer protocol
_KINDS: Final = {1: "image", 2: "audio", 3: "video", 4: "playlist", 5: "subtitle", 6: "document"}
_EXTRA: Final = (
    *("bucket_display_name", "relative_path", "owner_package_name", "volume_name", "download_uri", "referer_uri"),
    *("orientation", "resolution", "artist", "album", "composer", "year", "author", "is_drm", "oem_metadata"),
)
_UNSET: Final = {"orientation": 0, "is_drm": 0, "is_music": 0}
_FLAGS: Final = (
    ("is_trashed", "trashed"),
    ("is_pending", "pending"),
    ("is_favorite", "favourite"),
    ("is_download", "download"),
    ("isprivate", "private"),
)
_COLUMNS: Final = (
    *("_id", "_data", "_display_name", "_size", "format", "mime_type", "media_type", "title", "description", "tags"),
    *("date_added", "date_modified", "datetaken", "date_expires", "width", "height", "duration", "latitude"),
    *("longitude", *(name for name, _ in _FLAGS), *_EXTRA),
)


@extractor(
    id="android.media_store",
    version=1,
    title="Android: index of media and other files",
    files=(
        *("**/com.android.providers.media*/databases/*.db", "**/com.google.android.providers.media*/databases/*.db"),
        *("**/external.db", "**/external_primary.db", "**/internal.db"),
    ),
    tables=({"files": {"_id", "_data", "date_added", "date_modified", "media_type"}},),
    emits=(MediaItem, Location),
    privacy="media",
    layouts="external.db, external-*.db, internal.db with the table files (Android 3 to 15)",
    tested_on="documented schema, no device data",
    limits="The index is what a scan found or an application entered, and lags behind the files. Folders are no items "
    "and only counted. The time of taking was worked out by the phone, with its zone of that day. "
    "A place of 0, 0 is taken for none. Thumbnails, playlists and the index of Android 2 are not read.",
)
def media_store(file: EvidenceFile) -> Iterator[Found]:
    """Every row of `files` that is no folder, and its place where it has one.

    `date_added`, `date_modified` and `date_expires` are seconds, `datetaken` and `duration` milliseconds. A row in the
    trash expires thirty days after it was put there.

    References:
    - Android Open Source Project: com.android.providers.media.DatabaseHelper, android.provider.MediaStore
    """
    telling = "providers.media" in file.path.lower() and "external" in file.path.lower().rpartition("/")[2]
    yield from read_database(file, lambda db: _read(db, file.path, telling))


def _read(db: EvidenceDatabase, path: str, telling: bool) -> Iterator[Found]:
    if unknown := lacking(db, {"files": {"_id", "_data", "date_added", "date_modified"}}):
        if telling:
            yield Problem("schema", "unknown-layout", unknown)
        return
    columns = selecting(db, "files", _COLUMNS)
    doubts = Doubts()
    gaps: list[Problem] = []
    rows = folders = 0
    for row in each_row(db, "files", columns, gaps):
        if row["format"] == _FOLDER:
            folders += 1
            continue
        rows += 1
        doubts.locator = f"files:_id={row['_id']}"
        item = _item(row, path, doubts)
        yield item
        yield from location_of(row, item, doubts)
        yield from doubts.drain()
    yield from gaps
    if (present := _count(db, rows, folders)) is not None:
        yield Present(present)
    if folders:
        yield Problem("note", "folders", f"{folders} rows of folders are no items")


def _count(db: EvidenceDatabase, rows: int, folders: int) -> int | None:
    """How many rows of files there are; None where damage keeps them from being counted."""
    try:
        counted = next(iter(db.execute("SELECT count(*) AS n FROM files")))["n"]
    except DatabaseDamaged:
        return None
    return max(rows, int(counted) - folders)


def _item(row: Row, path: str, doubts: Doubts) -> MediaItem:
    recorded = doubts.text(row["_data"], "_data") or ""
    mime = doubts.text(row["mime_type"], "mime_type")
    size = doubts.number(row["_size"], "_size")
    name = doubts.text(row["_display_name"], "_display_name") or file_name(recorded)
    where = place(recorded, path) if recorded else None
    words = [doubts.text(row[column], column) for column in ("title", "description", "tags")]
    duration = doubts.number(row["duration"], "duration")
    kind = row["media_type"]
    return MediaItem(
        locator=doubts.locator,
        moments=_moments(row, doubts),
        flags=tuple(word for column, word in _FLAGS if row[column] == 1),
        attachments=(Attachment(name, where, mime, size),) if where or name else (),
        extra=(
            *((("kind", _KINDS[kind]),) if type(kind) is int and kind in _KINDS else ()),
            *extra_of(row, _EXTRA, _UNSET),
        ),
        mime=mime or "",
        width=doubts.number(row["width"], "width"),
        height=doubts.number(row["height"], "height"),
        duration_s=None if duration is None else duration / 1000,
        text="\n".join(dict.fromkeys(word for word in (recorded, *words) if word)) or None,
    )


def _moments(row: Row, doubts: Doubts) -> tuple[Moment, ...]:
    taken = moments_of(row, (("taken", "datetaken"),), doubts)
    others = (("added to the index", "date_added"), ("modified", "date_modified"), ("expires", "date_expires"))
    return taken + moments_of(row, others, doubts, "s")


def location_of(row: Row, item: MediaItem, doubts: Doubts) -> Iterator[Location]:
    """The place of an item by `latitude` and `longitude`, where they are set and can be one."""
    lat, lon = row["latitude"], row["longitude"]
    if lat is None and lon is None:
        return
    if _degrees(lat, 90) and _degrees(lon, 180):
        if lat or lon:
            yield Location(
                locator=item.locator,
                service=item.service,
                moments=item.moments[:1],
                lat=float(lat),
                lon=float(lon),
                source="index of media",
            )
        return
    doubts.add("place", f"latitude and longitude are no place: {stored(lat)}, {stored(lon)}")


def _degrees(value: Any, most: int) -> bool:
    return type(value) in (int, float) and -most <= value <= most
