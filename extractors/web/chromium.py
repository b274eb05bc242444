"""The history of Chrome and of the other browsers that are built on Chromium, on any system."""

from __future__ import annotations

from collections.abc import Iterator
from operator import itemgetter
from typing import Any, Final

from evidence_store.records import Download, Moment, Present, Problem, Search, WebVisit
from extractors.base import EvidenceFile, Found, extractor
from extractors.database import Doubts, count_rows, each_held, each_row, read_database, selecting, stored, until_damage
from extractors.web.addresses import searched
from extractors.web.browsers import browser_of
from extractors.web.chromium_codes import download_state, transition, visit_source
from extractors.web.pages import Pages, extras, pages_alone, pages_of
from parsers.sqlite_file import EvidenceDatabase, Row, lacking

_URL: Final = ("id", "url", "title", "visit_count", "typed_count", "last_visit_time", "hidden")
_VISIT: Final = (
    *("id", "url", "visit_time", "from_visit", "opener_visit", "external_referrer_url", "transition"),
    *("visit_duration", "originator_cache_guid", "app_id"),
)
_TERM: Final = ("rowid AS rowid", "url_id", "term")
_DOWNLOAD: Final = (
    *("id", "guid", "url", "full_path", "current_path", "target_path", "start_time", "end_time", "last_access_time"),
    *("received_bytes", "total_bytes", "state", "danger_type", "interrupt_reason", "opened", "referrer", "tab_url"),
    *("tab_referrer_url", "site_url", "mime_type", "original_mime_type", "by_ext_name", "last_modified", "hash"),
)
_DOWNLOAD_EXTRA: Final = (
    *("guid", "current_path", "danger_type", "referrer", "tab_url", "tab_referrer_url", "site_url"),
    *("original_mime_type", "by_ext_name", "last_modified"),
)


@extractor(
    id="web.chromium",
    version=3,
    title="Chrome, Edge, Brave, Opera and others: recorded visits, search terms, downloads",
    files=("**/History", "**/History-*", "**/Archived History"),
    tables=({"urls": {"id", "url", "title"}, "visits": {"id", "url", "visit_time", "transition"}},),
    emits=(WebVisit, Search, Download),
    privacy="web",
    layouts="History of Chromium 8 to 130",
    tested_on="Chrome 8 on macOS: 69 visits, 3 search terms, 2 downloads; Chrome 57 to 59: 1 visit and 1 download each",
    limits="A visit is what the browser recorded: pages are loaded by other pages and by other devices too. Clusters, "
    "segments, icons, tabs, cookies and stored passwords are not read. The history keeps 90 days.",
)
def chromium(file: EvidenceFile) -> Iterator[Found]:
    """Every row of `visits`, `keyword_search_terms` and `downloads`, and of `urls` that has no visit of its own.

    Times are microseconds since 1601; of `downloads` up to Chromium 25, seconds since 1970. `visit_duration` is
    microseconds.

    References:
    - Chromium source: components/history/core/browser/{url_database,visit_database,download_database}.cc
    """
    if file.head[:16] != b"SQLite format 3\0":
        return  # other programs have files of this name
    yield from read_database(file, lambda db: _read(db, browser_of(file.path, "Chromium")))


def _read(db: EvidenceDatabase, service: str) -> Iterator[Found]:
    if not {"urls", "visits"} <= db.tables().keys():
        return
    if unknown := lacking(db, {"urls": {"id", "url"}, "visits": {"id", "url", "visit_time"}}):
        yield Problem("schema", "unknown-layout", unknown)
        return
    terms = not lacking(db, {"keyword_search_terms": {"url_id", "term"}})
    downloads = not lacking(db, {"downloads": {"id", "start_time"}})
    counted = ["visits", *(["keyword_search_terms"] if terms else []), *(["downloads"] if downloads else [])]
    if (rows := count_rows(db, *counted)) is not None:
        yield Present(rows)
    doubts = Doubts()
    gaps: list[Problem] = []
    pages = pages_of(db, "urls", gaps)
    seen: set[Any] = set()
    yield from _visits(db, service, pages, seen, doubts, gaps)
    yield from pages_alone(db, "urls", _URL, seen, lambda row, of: _page_alone(row, service, of))
    if terms:
        yield from _terms(db, service, doubts, gaps)
    if downloads:
        yield from _downloads(db, service, doubts, gaps)
    yield from gaps


def _visits(
    db: EvidenceDatabase, service: str, pages: Pages, seen: set[Any], doubts: Doubts, gaps: list[Problem]
) -> Iterator[Found]:
    sources: dict[Any, Any] = {}
    if not lacking(db, {"visit_source": {"id", "source"}}):
        sources = {row["id"]: row["source"] for row in each_held(db, "visit_source", "id, source", gaps, key="id")}
    for row in each_row(db, "visits", selecting(db, "visits", _VISIT), gaps, key="id"):
        doubts.locator = f"visits:id={row['id']}"
        yield _visit(row, service, pages, sources.get(row["id"]), doubts)
        seen.add(row["url"])
        yield from doubts.drain()


def _visit(row: Row, service: str, pages: Pages, source: Any, doubts: Doubts) -> WebVisit:
    url, title = pages.get(row["url"], (None, None))
    if row["url"] not in pages:
        doubts.add("no-address", f"there is no row of urls for this visit (urls.id={stored(row['url'])})")
    extra: list[tuple[str, Any]] = [("transition", stored(row["transition"]))]
    if words := transition(row["transition"]):
        extra.append(("transition in words", words))
    if words := visit_source(source):
        extra.append(("source", words))
    if type(row["visit_duration"]) is int and row["visit_duration"] > 0:
        extra.append(("duration_s", row["visit_duration"] / 1_000_000))
    extra += [
        (name, stored(row[name]))
        for name in ("from_visit", "opener_visit", "external_referrer_url", "originator_cache_guid", "app_id")
        if row[name] not in (None, 0, "")
    ]
    synced = source == 0 or row["originator_cache_guid"] not in (None, "")
    return WebVisit(
        locator=doubts.locator,
        service=service,
        moments=(doubts.moment("recorded as visited", row["visit_time"], "webkit us", "visit_time"),),
        flags=("synced",) if synced else (),
        extra=tuple(extra) + searched(url),
        url=url,
        title=title or None,
    )


def _page_alone(row: Row, service: str, doubts: Doubts) -> WebVisit:
    """An address whose single visits are gone: the browser keeps the count and the last time."""
    url = doubts.text(row["url"], "url")
    names = [name for name in ("last_visit_time",) if row[name] not in (None, 0)]
    return WebVisit(
        locator=doubts.locator,
        service=service,
        moments=tuple(doubts.moment("last visit recorded", row[name], "webkit us", name) for name in names),
        flags=("no single visit is left",),
        extra=extras(row, ("visit_count", "typed_count"), url),
        url=url,
        title=doubts.text(row["title"], "title") or None,
    )


def _terms(db: EvidenceDatabase, service: str, doubts: Doubts, gaps: list[Problem]) -> Iterator[Found]:
    columns = f"{_TERM[0]}, {selecting(db, 'keyword_search_terms', _TERM[1:])}"
    for row in each_row(db, "keyword_search_terms", columns, gaps, key="rowid"):
        doubts.locator = f"keyword_search_terms:rowid={row['rowid']}"
        page, reasons = None, list[str]()
        with until_damage(reasons):
            page = _page(db, row["url_id"])
        for reason in reasons:
            doubts.add("no-address", f"the row of urls for this search cannot be read: {reason}")
        if page is None and not doubts.problems:
            doubts.add("no-address", f"there is no row of urls for this search (urls.id={stored(row['url_id'])})")
        moments: tuple[Moment, ...] = ()
        if page is not None and page["last_visit_time"] not in (None, 0):
            moments = (doubts.moment("last visit recorded", page["last_visit_time"], "webkit us", "last_visit_time"),)
        yield Search(
            locator=doubts.locator,
            service=service,
            moments=moments,
            text=doubts.text(row["term"], "term"),
            url=doubts.text(page["url"], "url") if page is not None else None,
        )
        yield from doubts.drain()


def _page(db: EvidenceDatabase, key: Any) -> Row | None:
    sql = f"SELECT {selecting(db, 'urls', _URL)} FROM urls WHERE id = ?"  # noqa: S608 - names of our own
    return next(iter(db.execute(sql, (key,))), None) if type(key) is int else None


def _downloads(db: EvidenceDatabase, service: str, doubts: Doubts, gaps: list[Problem]) -> Iterator[Found]:
    chains = _chains(db, gaps)
    old = "full_path" in {name.lower() for name in db.tables()["downloads"]}
    for row in each_row(db, "downloads", selecting(db, "downloads", _DOWNLOAD), gaps, key="id"):
        doubts.locator = f"downloads:id={row['id']}"
        yield _download(row, service, chains.get(row["id"], []), "s" if old else "webkit us", doubts)
        yield from doubts.drain()


def _chains(db: EvidenceDatabase, gaps: list[Problem]) -> dict[Any, list[str]]:
    """The addresses that led to each download, by its id, in their order."""
    found: dict[Any, list[tuple[int, str]]] = {}
    if not lacking(db, {"downloads_url_chains": {"id", "chain_index", "url"}}):
        columns = "rowid AS rowid, id, chain_index, url"
        for link in each_held(db, "downloads_url_chains", columns, gaps, key="rowid"):
            place = link["chain_index"] if type(link["chain_index"]) is int else 0
            found.setdefault(link["id"], []).append((place, stored(link["url"])))
    return {key: [url for _, url in sorted(links, key=itemgetter(0))] for key, links in found.items()}


def _download(row: Row, service: str, chain: list[str], unit: str, doubts: Doubts) -> Download:
    named = (
        ("started", "start_time", unit),
        ("ended", "end_time", "webkit us"),
        ("opened (as recorded)", "last_access_time", "webkit us"),
    )
    moments = tuple(
        doubts.moment(meaning, row[name], one, name) for meaning, name, one in named if row[name] not in (None, 0)
    )
    extra = [(name, stored(row[name])) for name in _DOWNLOAD_EXTRA if row[name] not in (None, "", 0)]
    extra += [("redirected from", url) for url in chain[:-1]]
    if isinstance(row["hash"], bytes) and row["hash"]:
        extra.append(("SHA-256 as recorded", row["hash"].hex()))
    received = doubts.number(row["received_bytes"], "received_bytes")
    size = doubts.number(row["total_bytes"], "total_bytes")
    if size is not None and (size < 0 or (size == 0 and received)):
        size = None  # the server did not say how long it is
    if received is not None and received != row["total_bytes"]:
        extra.append(("received_bytes", str(received)))
    target = row["target_path"] if row["target_path"] not in (None, "") else row["full_path"]
    return Download(
        locator=doubts.locator,
        service=service,
        moments=moments,
        flags=("opened from the browser",) if row["opened"] == 1 else (),
        extra=tuple(extra),
        url=chain[-1] if chain else doubts.text(row["url"], "url"),
        target=doubts.text(target, "target_path") or None,
        mime=doubts.text(row["mime_type"], "mime_type") or None,
        size=size,
        outcome=download_state(row["state"], row["interrupt_reason"]),
    )
