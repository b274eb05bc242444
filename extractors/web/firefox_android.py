"""What Firefox for Android since version 79 keeps beside its history: downloads, and tabs that were closed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from evidence_store.records import Attachment, Download, Record, WebVisit, replace
from extractors.android.shared_storage import place
from extractors.android.tables import Table, extra_of, moments_of, read_tables
from extractors.base import EvidenceFile, Found, extractor
from extractors.database import Doubts, read_database, stored
from extractors.web.addresses import searched
from extractors.web.browsers import browser_of
from parsers.sqlite_file import Row

_DOWNLOAD: Final = ("url", "file_name", "content_type", "content_length", "destination_directory", "created_at")
_TAB: Final = ("uuid", "title", "url", "created_at")
_STATES: Final = {1: "begun", 2: "in progress", 3: "paused", 4: "cancelled", 5: "failed", 6: "complete"}
_TELLING: Final = ("mozac_downloads_database", "recently_closed_tabs")


@extractor(
    id="web.firefox_android",
    version=1,
    title="Firefox for Android: recorded downloads, and tabs closed last",
    files=("**/databases/mozac_downloads_database", "**/databases/recently_closed_tabs"),
    tables=({"downloads": {"id", *_DOWNLOAD}}, {"recently_closed_tabs": set(_TAB)}),
    emits=(Download, WebVisit),
    privacy="web",
    layouts="mozac_downloads_database in versions 1 to 4, recently_closed_tabs (Firefox for Android 79 to 130, and "
    "other browsers that are built of the same parts)",
    tested_on="documented schema, no device data",
    limits="A download that was taken off the browser's list has no row. The pages before and after in a closed tab, "
    "open tabs, collections and top sites are not read.",
)
def firefox_android(file: EvidenceFile) -> Iterator[Found]:
    """Every row of `downloads` and of `recently_closed_tabs`; `created_at` is milliseconds since 1970.

    References:
    - Mozilla source: mobile/android/android-components, feature/downloads (DownloadEntity, DownloadsDatabase),
      browser/state (DownloadState.Status), feature/recentlyclosed (RecentlyClosedTabEntity)
    - ALEAPP: firefoxDownloads (numbers of the states)
    """
    service = browser_of(file.path, "Firefox")

    def download(row: Row, doubts: Doubts) -> Download:
        return _download(row, file.path, doubts)

    tables = (
        Table("downloads", frozenset(("id", *_DOWNLOAD)), (*_DOWNLOAD, "status", "is_private"), download, "rowid"),
        Table("recently_closed_tabs", frozenset(_TAB), _TAB, _tab, "rowid"),
    )
    telling = file.path.lower().endswith(_TELLING)
    for found in read_database(file, lambda db: read_tables(db, tables, telling)):
        yield replace(found, service=service) if isinstance(found, Record) else found


def _download(row: Row, path: str, doubts: Doubts) -> Download:
    name, folder = (doubts.text(row[column], column) or "" for column in ("file_name", "destination_directory"))
    mime = doubts.text(row["content_type"], "content_type") or None
    size = doubts.number(row["content_length"], "content_length")
    size = None if size is not None and size < 0 else size
    target = f"{folder.rstrip('/')}/{name}" if folder and name else folder or name or None
    where = place(target, path) if target and name else None
    state = row["status"]
    return Download(
        locator=doubts.locator,
        moments=moments_of(row, (("recorded", "created_at"),), doubts),
        flags=("private",) if row["is_private"] == 1 else (),
        attachments=(Attachment(name, where, mime, size),) if where else (),
        url=doubts.text(row["url"], "url") or None,
        target=target,
        mime=mime,
        size=size,
        outcome=(_STATES.get(state) if type(state) is int else None)
        or (None if state is None else f"status {stored(state)}"),
    )


def _tab(row: Row, doubts: Doubts) -> WebVisit:
    url = doubts.text(row["url"], "url")
    return WebVisit(
        locator=doubts.locator,
        moments=moments_of(row, (("recorded", "created_at"),), doubts),
        flags=("closed tab",),
        extra=extra_of(row, ("uuid",)) + searched(url),
        url=url,
        title=doubts.text(row["title"], "title") or None,
    )
