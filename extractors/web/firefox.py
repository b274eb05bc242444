"""The history and bookmarks of Firefox on any system (places.sqlite)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from evidence_store.records import Bookmark, Download, Present, Problem, Search, WebVisit
from extractors.base import EvidenceFile, Found, extractor
from extractors.database import Doubts, count_rows, each_held, each_row, read_database, selecting, stored
from extractors.web.browsers import browser_of
from extractors.web.pages import Pages, extras, folder_path, has, pages_alone, pages_of
from parsers.sqlite_file import EvidenceDatabase, Row, lacking

_PLACE: Final = (
    *("id", "url", "title", "visit_count", "hidden", "typed", "last_visit_date", "visit_count_local"),
    *("visit_count_remote", "last_visit_date_local", "last_visit_date_remote", "description", "guid"),
)
_VISIT: Final = ("id", "from_visit", "place_id", "visit_date", "visit_type", "session", "source", "is_local")
_BOOKMARK: Final = ("id", "type", "fk", "parent", "position", "title", "dateAdded", "lastModified", "guid")
_TYPES: Final = {
    1: "link",
    2: "typed or chosen in the address bar",
    3: "bookmark",
    4: "loaded into a page",
    5: "permanent redirect",
    6: "temporary redirect",
    7: "download",
    8: "link in a frame",
    9: "reload",
}
_PAGE, _FOLDER, _SEPARATOR = 1, 2, 3
_TARGET: Final = "downloads/destinationFileURI"


@extractor(
    id="web.firefox",
    version=2,
    title="Firefox: recorded visits, bookmarks, downloads",
    files=("**/places.sqlite",),
    tables=({"moz_places": {"id", "url"}, "moz_historyvisits": {"id", "place_id", "visit_date"}},),
    emits=(WebVisit, Bookmark, Download, Search),
    privacy="web",
    layouts="places.sqlite of Firefox 3 to 130 and of Firefox for Android from 79 on",
    tested_on="Firefox 3.6: 1 visit, 91 bookmarks and 8 folders",
    limits="A visit is what the browser recorded: pages are loaded by other pages and by other devices too. Icons, "
    "keywords and the adapting of suggestions are not read.",
)
def firefox(file: EvidenceFile) -> Iterator[Found]:
    """Every row of `moz_historyvisits` and `moz_bookmarks`, the downloads among `moz_annos`, the pages without visits.

    Times are microseconds since 1970 on computers, milliseconds on Android.

    References:
    - Mozilla source: toolkit/components/places/nsPlacesTables.h, nsINavHistoryService.idl;
      application-services components/places/sql/create_shared_schema.sql
    """
    yield from read_database(file, lambda db: _read(db, browser_of(file.path, "Firefox")))


def _read(db: EvidenceDatabase, service: str) -> Iterator[Found]:
    if unknown := lacking(db, {"moz_places": {"id", "url"}, "moz_historyvisits": {"id", "place_id", "visit_date"}}):
        yield Problem("schema", "unknown-layout", unknown)
        return
    marks = has(db, "moz_bookmarks", "id", "type", "parent")
    if (rows := count_rows(db, "moz_historyvisits", *(["moz_bookmarks"] if marks else []))) is not None:
        yield Present(rows)
    unit = "ms" if has(db, "moz_places", "last_visit_date_local") else "us"
    gaps: list[Problem] = []
    pages = pages_of(db, "moz_places", gaps)
    seen: set[Any] = set()
    doubts = Doubts()
    for row in each_row(db, "moz_historyvisits", selecting(db, "moz_historyvisits", _VISIT), gaps, key="id"):
        doubts.locator = f"moz_historyvisits:id={row['id']}"
        yield _visit(row, service, pages, unit, doubts)
        seen.add(row["place_id"])
        yield from doubts.drain()
    if marks:
        yield from _bookmarks(db, service, pages, unit, gaps)
    yield from _downloads(db, service, pages, unit, gaps)
    yield from _queries(db, service, pages, unit, gaps)
    yield from pages_alone(db, "moz_places", _PLACE, seen, lambda row, of: _page(row, service, unit, of))
    yield from gaps


def _visit(row: Row, service: str, pages: Pages, unit: str, doubts: Doubts) -> WebVisit:
    url, title = pages.get(row["place_id"], (None, None))
    if row["place_id"] not in pages:
        doubts.add("no-address", f"there is no row of moz_places for this visit (id={stored(row['place_id'])})")
    kind = row["visit_type"]
    words = _TYPES.get(kind, f"type {stored(kind)}") if type(kind) is int else f"type {stored(kind)}"
    return WebVisit(
        locator=doubts.locator,
        service=service,
        moments=(doubts.moment("recorded as visited", row["visit_date"], unit, "visit_date"),),
        flags=("synced",) if row["is_local"] == 0 else (),
        extra=(
            ("visit_type", stored(kind)),
            ("visit_type in words", words),
            *extras(row, ("from_visit", "session", "source"), url),
        ),
        url=url,
        title=title or None,
    )


def _page(row: Row, service: str, unit: str, doubts: Doubts) -> WebVisit | None:
    """A page that no visit names; None for one that is there for a bookmark alone."""
    dates = [name for name in ("last_visit_date", "last_visit_date_local", "last_visit_date_remote") if row[name]]
    counted = any(row[name] for name in ("visit_count", "visit_count_local", "visit_count_remote"))
    if not dates and not counted:
        return None
    url = doubts.text(row["url"], "url")
    return WebVisit(
        locator=doubts.locator,
        service=service,
        moments=tuple(doubts.moment("last visit recorded", row[name], unit, name) for name in dates),
        flags=("no single visit is left",),
        extra=extras(row, ("visit_count", "typed", "visit_count_local", "visit_count_remote"), url),
        url=url,
        title=doubts.text(row["title"], "title") or None,
    )


def _bookmarks(db: EvidenceDatabase, service: str, pages: Pages, unit: str, gaps: list[Problem]) -> Iterator[Found]:
    titles: dict[Any, tuple[str | None, Any]] = {}  # folder -> title, parent
    told: list[Problem] = []  # reading the rows themselves says it again
    for row in each_held(db, "moz_bookmarks", selecting(db, "moz_bookmarks", _BOOKMARK), told, key="id"):
        if row["type"] == _FOLDER:
            titles[row["id"]] = (row["title"] if isinstance(row["title"], str) else None, row["parent"])
    doubts = Doubts()
    for row in each_row(db, "moz_bookmarks", selecting(db, "moz_bookmarks", _BOOKMARK), gaps, key="id"):
        doubts.locator = f"moz_bookmarks:id={row['id']}"
        kind = row["type"]
        url = pages.get(row["fk"], (None, None))[0] if kind == _PAGE else None
        if kind == _PAGE and row["fk"] not in pages:
            doubts.add("no-address", f"there is no row of moz_places for this bookmark (id={stored(row['fk'])})")
        times = (("added", "dateAdded"), ("modified", "lastModified"))
        flag = {_PAGE: "", _FOLDER: "folder", _SEPARATOR: "separator"}.get(kind, f"type {stored(kind)}")
        yield Bookmark(
            locator=doubts.locator,
            service=service,
            moments=tuple(doubts.moment(word, row[name], unit, name) for word, name in times if row[name]),
            flags=(flag,) if flag else (),
            url=url,
            title=doubts.text(row["title"], "title") or None,
            folder=folder_path(row["parent"], titles),
        )
        yield from doubts.drain()


def _downloads(db: EvidenceDatabase, service: str, pages: Pages, unit: str, gaps: list[Problem]) -> Iterator[Found]:
    """Downloads since Firefox 20 stand among the annotations of their pages."""
    if not has(db, "moz_annos", "id", "place_id", "content") or not has(db, "moz_anno_attributes", "id", "name"):
        return
    names = {row["id"]: row["name"] for row in each_held(db, "moz_anno_attributes", "id, name", gaps, key="id")}
    columns = ("id", "place_id", "anno_attribute_id", "content", "dateAdded", "lastModified")
    doubts = Doubts()
    others: dict[Any, list[tuple[str, str]]] = {}
    targets: list[Row] = []
    for row in each_row(db, "moz_annos", selecting(db, "moz_annos", columns), gaps, key="id"):
        name = names.get(row["anno_attribute_id"])
        if name == _TARGET:
            targets.append(row)
        elif isinstance(name, str) and name.startswith("downloads/"):
            others.setdefault(row["place_id"], []).append((name, stored(row["content"])))
    for row in targets:
        doubts.locator = f"moz_annos:id={row['id']}"
        yield Present(1)
        yield Download(
            locator=doubts.locator,
            service=service,
            moments=(doubts.moment("recorded", row["dateAdded"], unit, "dateAdded"),),
            extra=tuple(others.get(row["place_id"], ())),
            url=pages.get(row["place_id"], (None, None))[0],
            target=doubts.text(row["content"], "content"),
        )
        yield from doubts.drain()


def _queries(db: EvidenceDatabase, service: str, pages: Pages, unit: str, gaps: list[Problem]) -> Iterator[Found]:
    """Words of searches that newer versions keep beside what is known of a page."""
    table = "moz_places_metadata_search_queries"
    if not has(db, table, "id", "terms"):
        return
    used: dict[Any, list[Row]] = {}  # the same words on every page and at every time that they were used
    if has(db, "moz_places_metadata", "id", "place_id", "search_query_id", "updated_at"):
        columns = "id, search_query_id, place_id, updated_at"
        for one in each_held(db, "moz_places_metadata", columns, gaps, key="id"):
            if one["search_query_id"] is not None:
                used.setdefault(one["search_query_id"], []).append(one)
    doubts = Doubts()
    for row in each_row(db, table, "id, terms", gaps, key="id"):
        doubts.locator = f"{table}:id={row['id']}"
        beside = used.get(row["id"], [])[::-1]  # the latest first
        addresses = list(dict.fromkeys(pages.get(one["place_id"], (None, None))[0] for one in beside))
        yield Present(1)
        yield Search(
            locator=doubts.locator,
            service=service,
            moments=tuple(doubts.moment("recorded", one["updated_at"], "ms", "updated_at") for one in beside),
            extra=tuple(("url", url) for url in addresses[1:] if url),
            text=doubts.text(row["terms"], "terms"),
            url=addresses[0] if addresses else None,
        )
        yield from doubts.drain()
