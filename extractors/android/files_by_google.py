"""The list of files that the application Files by Google keeps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from evidence_store.records import Attachment, Location, MediaItem, Moment, Present, Problem
from extractors.android.media_store import location_of
from extractors.android.shared_storage import place
from extractors.android.tables import extra_of, moments_of
from extractors.base import EvidenceFile, Found, extractor
from extractors.beside import beside
from extractors.database import Doubts, count_rows, each_row, read_database, selecting
from parsers.sqlite_file import EvidenceDatabase, Row, lacking

_FILE: Final = (
    *("id", "root_path", "root_relative_file_path", "file_name", "size", "file_date_modified_ms", "mime_type"),
    *("media_type", "uri", "is_hidden", "title", "artist", "album", "parent_folder_name", "storage_location"),
)
_METADATA: Final = (
    *("file_id", "title", "artist", "album", "latitude", "longitude", "width_px", "height_px", "duration_px"),
    *("file_hash", "taken_date_ms", "device_description"),
)
_NOTHING: Final[dict[str, Any]] = dict.fromkeys(_METADATA)


@extractor(
    id="android.files_by_google",
    version=2,
    title="Files by Google: list of files",
    files=("**/files_master_database",),
    tables=({"files_master_table": {"id", "file_name", "root_path", "root_relative_file_path"}},),
    emits=(MediaItem, Location),
    privacy="media",
    layouts="files_master_database with files_master_table, with or without metadata and times of opening",
    tested_on="files_master_database of a phone: 171 files",
    limits="The list is what a scan found, and lags behind the files. A place of 0, 0 is taken for "
    "none. Classifications and the log of scans are not read.",
)
def files_by_google(file: EvidenceFile) -> Iterator[Found]:
    """Every row of `files_master_table`, with what `files_metadata_table` and `file_open_info_table` say of it.

    Times and `duration_px` are milliseconds.

    References:
    - The application's own CREATE TABLE; plaso (files_by_google)
    """
    yield from read_database(file, lambda db: _read(db, file.path))


def _read(db: EvidenceDatabase, path: str) -> Iterator[Found]:
    needed = {"id", "file_name", "root_path", "root_relative_file_path", "file_date_modified_ms"}
    if unknown := lacking(db, {"files_master_table": needed}):
        yield Problem("schema", "unknown-layout", unknown)
        return
    if (rows := count_rows(db, "files_master_table")) is not None:
        yield Present(rows)
    metadata = beside(db, "files_metadata_table", _METADATA, "file_id")
    opened = beside(db, "file_open_info_table", ("file_id", "file_open_time_stamp_ms"), "file_id")
    doubts = Doubts()
    gaps: list[Problem] = []
    for row in each_row(db, "files_master_table", selecting(db, "files_master_table", _FILE), gaps, "id"):
        doubts.locator = f"files_master_table:id={row['id']}"
        told = metadata.of(row["id"])
        about = told[-1] if told else _NOTHING
        item = _item(row, about, opened.of(row["id"]), path, doubts)
        yield item
        yield from location_of(about, item, doubts)
        yield from doubts.drain()
    yield from gaps
    yield from metadata.finish()
    yield from opened.finish()


def _item(row: Row, about: dict[str, Any], opened: list[Row], path: str, doubts: Doubts) -> MediaItem:
    parts = (doubts.text(row[column], column) or "" for column in ("root_path", "root_relative_file_path"))
    recorded = "/".join(part for part in parts if part)
    name = doubts.text(row["file_name"], "file_name") or ""
    mime = doubts.text(row["mime_type"], "mime_type")
    duration = doubts.number(about["duration_px"], "duration_px")
    titles = (doubts.text(one["title"], "title") for one in (row, about))
    return MediaItem(
        locator=doubts.locator,
        service="Files by Google",
        moments=_moments(row, about, opened, doubts),
        flags=("hidden",) if row["is_hidden"] == 1 else (),
        attachments=_attachment(name, place(recorded, path), mime, doubts.number(row["size"], "size")),
        extra=(
            *extra_of(row, ("parent_folder_name", "artist", "album", "media_type", "storage_location", "uri")),
            *extra_of(about, ("file_hash",)),
        ),
        mime=mime or "",
        width=doubts.number(about["width_px"], "width_px"),
        height=doubts.number(about["height_px"], "height_px"),
        duration_s=None if duration is None else duration / 1000,
        device=doubts.text(about["device_description"], "device_description"),
        text="\n".join(dict.fromkeys(word for word in (recorded, *titles) if word)) or None,
    )


def _moments(row: Row, about: dict[str, Any], opened: list[Row], doubts: Doubts) -> tuple[Moment, ...]:
    return (
        *moments_of(about, (("taken", "taken_date_ms"),), doubts),
        *moments_of(row, (("modified", "file_date_modified_ms"),), doubts),
        *(
            doubts.moment("recorded as opened", one["file_open_time_stamp_ms"], "ms", "file_open_time_stamp_ms")
            for one in opened
        ),
    )


def _attachment(name: str, where: str | None, mime: str | None, size: int | None) -> tuple[Attachment, ...]:
    return (Attachment(name, where, mime, size),) if name or where else ()
