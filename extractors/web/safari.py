"""The history and the open tabs of Safari, on iPhones, iPads and Macs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from evidence_store.records import Present, Problem, WebVisit
from extractors.base import EvidenceFile, Found, extractor
from extractors.database import Doubts, count_rows, each_row, read_database, selecting, stored
from extractors.web.pages import Pages, extras, has, pages_alone
from parsers.sqlite_file import EvidenceDatabase, Row, lacking

_ITEM: Final = ("id", "url", "domain_expansion", "visit_count")
_VISIT: Final = (
    *("id", "history_item", "visit_time", "title", "load_successful", "http_non_get", "synthesized"),
    *("redirect_source", "redirect_destination", "origin", "generation", "attributes", "score"),
)
_TOMBSTONE: Final = ("id", "start_time", "end_time", "url", "generation")
_TAB: Final = (
    *("id", "uuid", "title", "url", "user_visible_url", "order_index", "last_viewed_time", "opened_from_link"),
    *("private_browsing", "browser_window_uuid"),
)
_DISTANT_PAST: Final = -63_114_076_800.0  # how the system writes "since ever"
_SYNCED: Final = 1  # of `origin`: 0 is this device


@extractor(
    id="web.safari",
    version=1,
    title="Safari: recorded visits and removed stretches of history",
    files=("**/History.db",),
    tables=({"history_items": {"id", "url"}, "history_visits": {"id", "history_item", "visit_time"}},),
    emits=(WebVisit,),
    privacy="web",
    layouts="History.db of iOS 8 to 18 and macOS 10.10 to 15",
    tested_on="macOS 10.15: 25 visits, 6 removed stretches",
    limits="A visit is what the browser recorded: pages are loaded by other pages and by other devices of the account "
    "too. What stood in a removed stretch is not kept; who removed it is not recorded.",
)
def safari(file: EvidenceFile) -> Iterator[Found]:
    """Every row of `history_visits` and `history_tombstones`, and of `history_items` that no visit names.

    Times are seconds since 2001, with a fraction. `origin` 1 is a visit of another device of the account.

    References:
    - the layout as the file itself declares it; WebKit and Safari documentation of history sync
    """
    yield from read_database(file, _read)


def _read(db: EvidenceDatabase) -> Iterator[Found]:
    if "history_items" not in db.tables() and "history_visits" not in db.tables():
        return  # other programs have files of this name
    wanted = {"history_items": {"id", "url"}, "history_visits": {"id", "history_item", "visit_time"}}
    if unknown := lacking(db, wanted):
        yield Problem("schema", "unknown-layout", unknown)
        return
    removed = has(db, "history_tombstones", "id", "start_time", "end_time")
    if (rows := count_rows(db, "history_visits", *(["history_tombstones"] if removed else []))) is not None:
        yield Present(rows)
    gaps: list[Problem] = []
    pages: Pages = {
        row["id"]: (row["url"] if isinstance(row["url"], str) else None, None)
        for row in each_row(db, "history_items", selecting(db, "history_items", _ITEM), gaps, key="id")
    }
    seen: set[Any] = set()
    doubts = Doubts()
    for row in each_row(db, "history_visits", selecting(db, "history_visits", _VISIT), gaps, key="id"):
        doubts.locator = f"history_visits:id={row['id']}"
        yield _visit(row, pages, doubts)
        seen.add(row["history_item"])
        yield from doubts.drain()
    if removed:
        columns = selecting(db, "history_tombstones", _TOMBSTONE)
        for row in each_row(db, "history_tombstones", columns, gaps, key="id"):
            doubts.locator = f"history_tombstones:id={row['id']}"
            yield _tombstone(row, doubts)
            yield from doubts.drain()
    yield from pages_alone(db, "history_items", _ITEM, seen, _alone)
    yield from gaps


def _visit(row: Row, pages: Pages, doubts: Doubts) -> WebVisit:
    url = pages.get(row["history_item"], (None, None))[0]
    if row["history_item"] not in pages:
        doubts.add("no-address", f"there is no row of history_items for this visit (id={stored(row['history_item'])})")
    flags = []
    if row["origin"] == _SYNCED:
        flags.append("synced")
    if row["load_successful"] == 0:
        flags.append("not loaded")
    if row["http_non_get"] == 1:
        flags.append("form sent")
    if row["synthesized"] == 1:
        flags.append("entered by the browser itself")
    return WebVisit(
        locator=doubts.locator,
        service="Safari",
        moments=(doubts.moment("recorded as visited", row["visit_time"], "cocoa s", "visit_time"),),
        flags=tuple(flags),
        extra=extras(row, ("redirect_source", "redirect_destination", "origin", "generation"), url),
        url=url,
        title=doubts.text(row["title"], "title") or None,
    )


def _tombstone(row: Row, doubts: Doubts) -> WebVisit:
    """A stretch of the history that was removed, so that other devices of the account remove it too."""
    times = [("removed from", "start_time"), ("removed to", "end_time")]
    whole = row["start_time"] == _DISTANT_PAST
    return WebVisit(
        locator=doubts.locator,
        service="Safari",
        moments=tuple(doubts.moment(word, row[name], "cocoa s", name) for word, name in times[whole:]),
        deleted=True,
        flags=("removed from the history", *(["from its beginning"] if whole else [])),
        extra=extras(row, (*(["start_time"] if whole else []), "generation")),
        url=doubts.text(row["url"], "url"),
    )


def _alone(row: Row, doubts: Doubts) -> WebVisit:
    url = doubts.text(row["url"], "url")
    return WebVisit(
        locator=doubts.locator,
        service="Safari",
        flags=("no single visit is left",),
        extra=extras(row, ("visit_count",), url),
        url=url,
    )


@extractor(
    id="web.safari_tabs",
    version=1,
    title="Safari: open tabs, as recorded",
    files=("**/BrowserState.db",),
    tables=({"tabs": {"id", "url", "private_browsing"}, "browser_windows": {"id"}},),
    emits=(WebVisit,),
    privacy="web",
    layouts="BrowserState.db of iOS 10 to 14",
    tested_on="iOS 14 backup: 1 tab",
    limits="The pages before and after in a tab (tab_sessions) are not read.",
)
def safari_tabs(file: EvidenceFile) -> Iterator[Found]:
    """Every row of `tabs`; `last_viewed_time` is seconds since 2001.

    References:
    - the layout as the file itself declares it
    """
    yield from read_database(file, _tabs)


def _tabs(db: EvidenceDatabase) -> Iterator[Found]:
    if unknown := lacking(db, {"tabs": {"id", "url"}}):
        yield Problem("schema", "unknown-layout", unknown)
        return
    if (rows := count_rows(db, "tabs")) is not None:
        yield Present(rows)
    doubts = Doubts()
    gaps: list[Problem] = []
    for row in each_row(db, "tabs", selecting(db, "tabs", _TAB), gaps, key="id"):
        doubts.locator = f"tabs:id={row['id']}"
        url = doubts.text(row["url"], "url")
        shown = row["user_visible_url"] if row["user_visible_url"] != row["url"] else None
        viewed = [name for name in ("last_viewed_time",) if row[name] not in (None, 0)]
        extra = extras(row, ("uuid", "order_index", "opened_from_link", "browser_window_uuid"), url)
        yield WebVisit(
            locator=doubts.locator,
            service="Safari",
            moments=tuple(doubts.moment("tab last shown, as recorded", row[name], "cocoa s", name) for name in viewed),
            flags=("open tab", "private") if row["private_browsing"] == 1 else ("open tab",),
            extra=(*extra, *((("user_visible_url", stored(shown)),) if shown else ())),
            url=url,
            title=doubts.text(row["title"], "title") or None,
        )
        yield from doubts.drain()
    yield from gaps
