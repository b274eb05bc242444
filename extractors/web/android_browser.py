"""The browser that Android had before Chrome: history, bookmarks and searches (browser.db, browser2.db)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from evidence_store.records import Bookmark, Problem, Record, Search, WebVisit, replace
from extractors.android.tables import Table, extra_of, moments_of, read_tables
from extractors.base import EvidenceFile, Found, extractor
from extractors.database import Doubts, each_row, read_database, selecting, stored
from extractors.web.addresses import searched
from extractors.web.pages import Folders, folder_path
from parsers.sqlite_file import EvidenceDatabase, Row, lacking

_SERVICE: Final = "Android browser"
_PACKAGE: Final = "com.android.browser"
_PAGE: Final = ("title", "url", "created", "date", "visits", "user_entered")
_MARK: Final = ("title", "url", "folder", "parent", "deleted", "created", "modified", "account_name", "account_type")
_EARLY: Final = ("title", "url", "visits", "date", "created", "description", "bookmark", "user_entered")
_LAST: Final = ("last visit recorded", "date")


@extractor(
    id="web.android_browser",
    version=1,
    title="Android's own browser before Chrome: recorded pages, bookmarks, searches",
    files=("**/com.android.browser/databases/browser.db", "**/browser2.db"),
    emits=(WebVisit, Bookmark, Search),
    privacy="web",
    layouts="browser.db of Android 1 to 2, browser2.db of Android 3 to 5",
    tested_on="documented schema, no device data",
    limits="Of a page the last visit and the count are kept, and no single visit. Pictures of pages and settings are "
    "not read.",
)
def android_browser(file: EvidenceFile) -> Iterator[Found]:
    """Every row of `history`, `bookmarks` and `searches`; times are milliseconds.

    Up to Android 2 pages and bookmarks stand in one table, in which `bookmark` tells them apart.

    References:
    - Android Open Source Project: com.android.browser, BrowserProvider, BrowserProvider2
    """
    own = f"{_PACKAGE}/" in file.path.lower()
    home, inside, _ = file.path.rpartition("/databases/")
    # Browsers of other makers grew out of this one and kept its file: they go by the name of their package.
    service = _SERVICE if own or not inside else home.rpartition("/")[2]
    for found in read_database(file, lambda db: _read(db, own)):
        yield replace(found, service=service) if isinstance(found, Record) else found


def _read(db: EvidenceDatabase, own: bool) -> Iterator[Found]:
    early = not lacking(db, {"bookmarks": {"visits", "bookmark"}})
    needed = frozenset(("_id", "url", "title"))
    tables = [
        Table("history", needed | {"date", "visits"}, _PAGE, _page),
        Table("bookmarks", needed | {"visits", "date", "bookmark"}, _EARLY, _early)
        if early
        else Table("bookmarks", needed | {"folder", "parent"}, _MARK, _mark(_folders(db))),
        Table("searches", frozenset(("_id", "search", "date")), ("search", "date"), _search),
    ]
    yield from read_tables(db, tables, own)


def _folders(db: EvidenceDatabase) -> Folders:
    told: list[Problem] = []  # reading the rows themselves says it again
    columns = ("_id", "title", "folder", "parent")
    if lacking(db, {"bookmarks": set(columns)}):
        return {}
    rows = each_row(db, "bookmarks", selecting(db, "bookmarks", columns), told)
    return {
        row["_id"]: (row["title"] if isinstance(row["title"], str) else None, row["parent"])
        for row in rows
        if row["folder"] == 1
    }


def _page(row: Row, doubts: Doubts) -> WebVisit:
    url = doubts.text(row["url"], "url") or None
    return WebVisit(
        locator=doubts.locator,
        service=_SERVICE,
        moments=moments_of(row, (_LAST,), doubts),
        flags=("typed",) if row["user_entered"] == 1 else (),
        extra=(*extra_of(row, ("visits", "created"), {"created": 0}), *searched(url)),
        url=url,
        title=doubts.text(row["title"], "title") or None,
    )


def _early(row: Row, doubts: Doubts) -> Record:
    if row["bookmark"] != 1:
        return _page(row, doubts)
    url = doubts.text(row["url"], "url") or None
    return Bookmark(
        locator=doubts.locator,
        service=_SERVICE,
        moments=moments_of(row, (("added", "created"), _LAST), doubts),
        extra=(*extra_of(row, ("visits",), {"visits": 0}), *searched(url)),
        url=url,
        title=doubts.text(row["title"], "title") or None,
        text=doubts.text(row["description"], "description") or None,
    )


def _mark(folders: Folders) -> Callable[[Row, Doubts], Record]:
    def mark(row: Row, doubts: Doubts) -> Bookmark:
        url = doubts.text(row["url"], "url") or None
        kind = {0: (), 1: ("folder",)}.get(row["folder"], (f"folder {stored(row['folder'])}",))
        deleted = row["deleted"] == 1
        return Bookmark(
            locator=doubts.locator,
            service=_SERVICE,
            moments=moments_of(row, (("added", "created"), ("modified", "modified")), doubts),
            deleted=deleted,
            flags=(*kind, *(("deleted",) if deleted else ())),
            extra=(*extra_of(row, ("account_name", "account_type")), *searched(url)),
            url=url,
            title=doubts.text(row["title"], "title") or None,
            folder=folder_path(row["parent"], folders),
        )

    return mark


def _search(row: Row, doubts: Doubts) -> Search:
    return Search(
        locator=doubts.locator,
        service=_SERVICE,
        moments=moments_of(row, (("recorded", "date"),), doubts),
        text=doubts.text(row["search"], "search"),
    )
