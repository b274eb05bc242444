"""What Firefox keeps beside its history: forms, and the downloads and the Android history of older versions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from evidence_store.records import Bookmark, Download, Present, Problem, Search, TableRow, WebVisit
from extractors.base import EvidenceFile, Found, extractor
from extractors.database import Doubts, count_rows, each_held, each_row, read_database, selecting, stored
from extractors.web.browsers import browser_of
from extractors.web.pages import entered, extras, has
from parsers.sqlite_file import EvidenceDatabase, Row, lacking

_DOWNLOAD: Final = (
    *("id", "name", "source", "target", "startTime", "endTime", "state", "referrer", "currBytes", "maxBytes"),
    *("mimeType", "tempPath"),
)
_STATES: Final = {
    0: "in progress",
    1: "complete",
    2: "failed",
    3: "cancelled",
    4: "paused",
    5: "queued",
    6: "blocked by parental controls",
    7: "being scanned",
    8: "virus found",
    9: "blocked by policy",
}
_FORM: Final = ("id", "fieldname", "value", "timesUsed", "firstUsed", "lastUsed")
_HISTORY: Final = ("_id", "url", "title", "visits", "date", "created", "modified", "deleted", "visits_local")
_MARK: Final = ("_id", "url", "title", "type", "parent", "created", "modified", "deleted")


@extractor(
    id="web.firefox_downloads",
    version=2,
    title="Firefox up to version 19: recorded downloads",
    files=("**/downloads.sqlite",),
    tables=({"moz_downloads": {"id", "source", "target"}},),
    emits=(Download,),
    privacy="web",
    layouts="downloads.sqlite of Firefox 3 to 19",
    tested_on="Firefox 3.6: 1 download",
    limits="Whether the file is still there is not looked at.",
)
def firefox_downloads(file: EvidenceFile) -> Iterator[Found]:
    """Every row of `moz_downloads`; times are microseconds since 1970.

    References:
    - Mozilla source: toolkit/components/downloads/nsDownloadManager.cpp, nsIDownloadManager.idl
    """
    yield from read_database(file, lambda db: _downloads(db, browser_of(file.path, "Firefox")))


def _downloads(db: EvidenceDatabase, service: str) -> Iterator[Found]:
    if unknown := lacking(db, {"moz_downloads": {"id", "source", "target"}}):
        yield Problem("schema", "unknown-layout", unknown)
        return
    yield from _each(db, "moz_downloads", "id", _DOWNLOAD, lambda row, doubts: _download(row, service, doubts))


def _each(db: EvidenceDatabase, table: str, key: str, columns: tuple[str, ...], make: Any) -> Iterator[Found]:
    if (rows := count_rows(db, table)) is not None:
        yield Present(rows)
    doubts = Doubts()
    gaps: list[Problem] = []
    for row in each_row(db, table, selecting(db, table, columns), gaps, key=key):
        doubts.locator = f"{table}:{key}={row[key]}"
        yield make(row, doubts)
        yield from doubts.drain()
    yield from gaps


def _download(row: Row, service: str, doubts: Doubts) -> Download:
    times = (("started", "startTime"), ("ended", "endTime"))
    state = row["state"]
    size = doubts.number(row["maxBytes"], "maxBytes")
    return Download(
        locator=doubts.locator,
        service=service,
        moments=tuple(doubts.moment(word, row[name], "us", name) for word, name in times if row[name]),
        extra=extras(row, ("referrer", "tempPath", "currBytes")),
        url=doubts.text(row["source"], "source"),
        title=doubts.text(row["name"], "name"),
        target=doubts.text(row["target"], "target"),
        mime=doubts.text(row["mimeType"], "mimeType"),
        size=None if size is not None and size < 0 else size,  # -1: the server did not say
        outcome=_STATES.get(state, f"state {stored(state)}") if type(state) is int else f"state {stored(state)}",
    )


@extractor(
    id="web.firefox_forms",
    version=2,
    title="Firefox: words entered into forms and search fields, as recorded",
    files=("**/formhistory.sqlite",),
    tables=({"moz_formhistory": {"id", "fieldname", "value"}},),
    emits=(Search, TableRow),
    privacy="web",
    layouts="formhistory.sqlite of Firefox 3 to 130",
    tested_on="documented schema, no device data",
    limits="The browser keeps a word with the name of its field, and not on which page that stood. The list of deleted "
    "words has no words and is not read.",
)
def firefox_forms(file: EvidenceFile) -> Iterator[Found]:
    """Every row of `moz_formhistory`: searches of the search field as such, all else as the row it is.

    References:
    - Mozilla source: toolkit/components/satchel/FormHistory.sys.mjs (times in microseconds since 1970)
    """
    yield from read_database(file, lambda db: _forms(db, browser_of(file.path, "Firefox")))


def _forms(db: EvidenceDatabase, service: str) -> Iterator[Found]:
    if unknown := lacking(db, {"moz_formhistory": {"id", "fieldname", "value"}}):
        yield Problem("schema", "unknown-layout", unknown)
        return
    yield from _each(db, "moz_formhistory", "id", _FORM, lambda row, doubts: _form(row, service, doubts))


def _form(row: Row, service: str, doubts: Doubts) -> Search | TableRow:
    times = (("last used", "lastUsed"), ("first used", "firstUsed"))
    moments = tuple(doubts.moment(word, row[name], "us", name) for word, name in times if row[name])
    name = doubts.text(row["fieldname"], "fieldname")
    value = entered(name, doubts.text(row["value"], "value"))
    if name == "searchbar-history":
        extra = extras(row, ("timesUsed",))
        return Search(locator=doubts.locator, service=service, moments=moments, extra=extra, text=value)
    columns = (("fieldname", name), ("value", value), ("timesUsed", stored(row["timesUsed"])))
    words = "\n".join(one for one in (name, value) if one)
    return TableRow(
        locator=doubts.locator,
        service=service,
        moments=moments,
        table="moz_formhistory",
        columns=columns,
        text=words or None,
    )


@extractor(
    id="web.firefox_android_older",
    version=2,
    title="Firefox for Android up to version 68: recorded visits and bookmarks",
    files=("**/browser.db",),
    emits=(WebVisit, Bookmark),
    privacy="web",
    layouts="browser.db of Firefox for Android 14 to 68",
    tested_on="documented schema, no device data",
    limits="A page has the time of its last visit and how many there were; where the version keeps single visits, "
    "they stand beside it. Icons, thumbnails, tabs and reading lists are not read.",
)
def firefox_android_older(file: EvidenceFile) -> Iterator[Found]:
    """Every row of `history`, `visits` and `bookmarks`. `history` counts milliseconds, `visits` microseconds.

    References:
    - Mozilla source: mobile/android/base/java/org/mozilla/gecko/db/BrowserDatabaseHelper.java
    """
    yield from read_database(file, lambda db: _android(db, browser_of(file.path, "Firefox")))


def _android(db: EvidenceDatabase, service: str) -> Iterator[Found]:
    if not has(db, "history", "_id", "url", "date"):
        if has(db, "bookmarks", "_id", "guid"):  # the application's own file, in a layout that is not known
            yield Problem("schema", "unknown-layout", "no table history with _id, url and date")
        return
    yield from _each(db, "history", "_id", _HISTORY, lambda row, doubts: _page(row, service, doubts))
    if has(db, "visits", "_id", "history_guid", "date"):
        guids = {}
        if has(db, "history", "guid"):
            told: list[Problem] = []  # said already, when the pages themselves were read
            rows = each_held(db, "history", selecting(db, "history", ("_id", "guid", "url", "title")), told)
            guids = {row["guid"]: row for row in rows}
        columns = ("_id", "history_guid", "visit_type", "date", "is_local")
        yield from _each(db, "visits", "_id", columns, lambda row, doubts: _visit(row, service, guids, doubts))
    if has(db, "bookmarks", "_id", "url", "title"):
        yield from _each(db, "bookmarks", "_id", _MARK, lambda row, doubts: _mark(row, service, doubts))


def _page(row: Row, service: str, doubts: Doubts) -> WebVisit:
    url = doubts.text(row["url"], "url")
    return WebVisit(
        locator=doubts.locator,
        service=service,
        moments=(doubts.moment("last visit recorded", row["date"], "ms", "date"),),
        deleted=row["deleted"] == 1,
        extra=extras(row, ("visits", "visits_local", "created", "modified"), url),
        url=url,
        title=doubts.text(row["title"], "title"),
    )


def _visit(row: Row, service: str, guids: dict[Any, Row], doubts: Doubts) -> WebVisit:
    page = guids.get(row["history_guid"])
    if page is None:
        doubts.add("no-address", f"there is no row of history for this visit (guid={stored(row['history_guid'])})")
    url = doubts.text(page["url"], "url") if page else None
    return WebVisit(
        locator=doubts.locator,
        service=service,
        moments=(doubts.moment("recorded as visited", row["date"], "us", "date"),),
        flags=("synced",) if row["is_local"] == 0 else (),
        extra=extras(row, ("visit_type",), url),
        url=url,
        title=doubts.text(page["title"], "title") if page else None,
    )


def _mark(row: Row, service: str, doubts: Doubts) -> Bookmark:
    times = (("added", "created"), ("modified", "modified"))
    return Bookmark(
        locator=doubts.locator,
        service=service,
        moments=tuple(doubts.moment(word, row[name], "ms", name) for word, name in times if row[name]),
        deleted=row["deleted"] == 1,
        flags=("folder",) if row["type"] == 0 else (),
        extra=extras(row, ("parent",)),
        url=doubts.text(row["url"], "url"),
        title=doubts.text(row["title"], "title"),
    )
