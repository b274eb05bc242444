"""Downloads that applications handed to Android's download manager."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from evidence_store.records import Attachment, Download
from extractors.android.shared_storage import file_name, place
from extractors.android.tables import Table, extra_of, moments_of, read_tables
from extractors.base import EvidenceFile, Found, extractor
from extractors.database import Doubts, read_database, stored
from parsers.sqlite_file import Row

# Codes of the manager's own; 400 and above may also be what a server answered.
_STATUS: Final = {
    190: "pending",
    192: "running",
    193: "paused by the application",
    194: "waiting to try again",
    195: "waiting for the network",
    196: "waiting for Wi-Fi",
    198: "no space",
    199: "no device to store it on",
    200: "complete",
    406: "type not acceptable",
    411: "length not known",
    412: "interrupted, cannot go on",
    488: "file is already there",
    489: "cannot go on",
    490: "cancelled",
    491: "unknown error",
    492: "file error",
    493: "redirect not handled",
    494: "answer not handled",
    495: "error of data",
    496: "error of the connection",
    497: "too many redirects",
    498: "blocked",
}
_EXTRA: Final = (
    *("notificationpackage", "uid", "status", "current_bytes", "errorMsg", "referer", "useragent", "description"),
    *("hint", "destination", "mediaprovider_uri", "mediastore_uri", "numfailed"),
)
_UNSET: Final = {"numfailed": 0, "current_bytes": 0}


@extractor(
    id="android.downloads",
    version=1,
    title="Android download manager",
    files=("**/com.android.providers.downloads*/databases/downloads.db", "**/downloads.db"),
    tables=({"downloads": {"_id", "uri", "status", "lastmod", "_data"}},),
    emits=(Download,),
    privacy="web",
    layouts="downloads.db with the table downloads (Android 2 to 15)",
    tested_on="downloads.db of a phone: 11 downloads",
    limits="Only downloads that go through the manager stand here, and only until they are cleared from it. The time "
    "is that of the last change of a row, for a finished download about its end. Headers and cookies are not "
    "read.",
)
def downloads(file: EvidenceFile) -> Iterator[Found]:
    """Every row of `downloads`; `lastmod` is milliseconds, `notificationpackage` the application that asked for it.

    References:
    - Android Open Source Project: android.provider.Downloads.Impl (columns, status codes), DownloadProvider
    """
    telling = "providers.downloads" in file.path.lower()

    def download(row: Row, doubts: Doubts) -> Download:
        return _download(row, file.path, doubts)

    tables = (Table("downloads", frozenset(("_id", "uri", "status", "lastmod", "_data")), _COLUMNS, download),)
    yield from read_database(file, lambda db: read_tables(db, tables, telling))


_COLUMNS: Final = (
    *("_id", "uri", "_data", "mimetype", "total_bytes", "title", "lastmod", "deleted", "visibility"),
    *("is_visible_in_downloads_ui", *_EXTRA),
)


def _download(row: Row, path: str, doubts: Doubts) -> Download:
    target = doubts.text(row["_data"], "_data") or None
    mime = doubts.text(row["mimetype"], "mimetype")
    size = doubts.number(row["total_bytes"], "total_bytes")
    size = None if size is not None and size < 0 else size
    deleted = row["deleted"] == 1
    hidden = row["is_visible_in_downloads_ui"] == 0
    status = row["status"]
    words = _STATUS.get(status) if type(status) is int else None
    where = place(target, path) if target else None
    return Download(
        locator=doubts.locator,
        service="Download manager",
        moments=moments_of(row, (("last changed", "lastmod"),), doubts),
        deleted=deleted,
        flags=(*(("deleted",) if deleted else ()), *(("not shown in the list of downloads",) if hidden else ())),
        attachments=(Attachment(file_name(target), where, mime, size),) if target and where else (),
        extra=extra_of(row, _EXTRA, _UNSET),
        url=doubts.text(row["uri"], "uri"),
        title=doubts.text(row["title"], "title") or None,
        target=target,
        mime=mime,
        size=size,
        outcome=words or (None if status is None else f"status {stored(status)}"),
    )
