"""My Activity and browser history: what Google's services recorded of an account, in their own words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, Final

from evidence_store.records import AppUse, Moment, Present, Problem, Record, Search, WebVisit
from extractors.base import EvidenceFile, Found, extractor
from extractors.exports.json_values import Extra, Row, Values, not_an_object, rest
from extractors.web.addresses import search_words, searched
from parsers.json_pieces import END, JsonDamaged, Path, pieces

_SEARCHED: Final = re.compile(r"Searched for (.+)", re.DOTALL)
_VISITED: Final = re.compile(r"(?:Visited|Viewed|Watched|Read|Listened to) (.+)", re.DOTALL)
_KNOWN: Final = frozenset(("header", "title", "titleUrl", "time"))
_PAGE: Final = frozenset(("title", "url", "time_usec"))
# Folders and files are named in the language of the account; the fields are not.
_STARTS: Final = re.compile(
    rb'\A(?:\xef\xbb\xbf)?\s*\[\s*\{\s*"header"\s*:\s*"[^"]*"\s*,\s*"(?:title|titleUrl)"\s*:[\s\S]*"(?:time|products)"\s*:'
)
_HISTORY_STARTS: Final = re.compile(rb'\A(?:\xef\xbb\xbf)?\s*\{\s*"Browser History"\s*:\s*\[\s*(?:\]|\{)')


def looks_like(head: bytes) -> bool:
    """By the fields of the first entry."""
    return _STARTS.match(head) is not None


def looks_like_history(head: bytes) -> bool:
    """By the name of its first list."""
    return _HISTORY_STARTS.match(head) is not None


@extractor(
    id="google.activity",
    version=2,
    title="Google My Activity, as exported",
    files=(
        *("**/My Activity/**/*.json", "**/MyActivity.json", "**/My Activity.json", "**/watch-history.json"),
        "**/search-history.json",
    ),
    types=("application/json",),
    claims=looks_like,
    emits=(Search, WebVisit, AppUse),
    privacy="web",
    layouts="Takeout My Activity and history of YouTube in JSON, under any name",
    tested_on="Takeout sample: 2 searches, 3 other entries",
    limits="An entry says what a service recorded for the account, on any device that was signed in. Entries in other "
    "languages than English come out as a search where their address has the words, and else as use of the service.",
)
def activity(file: EvidenceFile) -> Iterator[Found]:
    """Every entry. "Searched for" is a search; "Visited", "Viewed", "Watched" with an address a visit; else use.

    References:
    - the field names as the exports themselves have them
    """
    if file.head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        yield Problem("schema", "unknown-layout", "not the list that this export has")
        return
    yield from _each(file, (), _entry)


def _each(file: EvidenceFile, container: Path, make: Callable[[Values, Row], Record]) -> Iterator[Found]:
    """A record of each entry of the list that stands at `container`."""
    inside = len(container)

    def entered(path: Path) -> bool:
        return path == container[: len(path)] and len(path) <= inside

    def wanted(path: Path) -> bool:
        return len(path) == inside + 1 and path[:inside] == container and isinstance(path[inside], int)

    values = Values(file)
    known, left = False, set()
    try:
        with file.open() as stream:
            for path, row in pieces(stream, entered):
                if not wanted(path) or row is END:
                    known |= row is END and path == container
                    left |= {str(path[0])} if inside and path and path[0] != container[0] and row else set()
                    continue
                values.locator = ":".join(str(part) for part in path)
                yield Present(1)
                if isinstance(row, dict):
                    yield make(values, row)
                    yield from values.drain()
                else:
                    yield not_an_object(row, values.locator, "an entry")
    except JsonDamaged as error:
        yield Problem("file", "damaged-json", str(error))
        return
    if not known:
        yield Problem("schema", "unknown-layout", "not the list that this export has")
    elif left:
        yield Problem("note", "not-read", f"not read: {', '.join(sorted(left))}")


def _entry(values: Values, row: Row) -> Record:
    return entry(values, row, (values.written("recorded", row, "time"),) if row.get("time") else ())


def entry(values: Values, row: Row, moments: tuple[Moment, ...], more: tuple[Extra, ...] = ()) -> Record:
    """What an entry is by its title in English; in other languages a search has its words in its address."""
    title, url = values.words(row, "title"), values.words(row, "titleUrl")
    shared: dict[str, Any] = {
        "locator": values.locator,
        "service": values.words(row, "header") or "Google",
        "moments": moments,
        "extra": (*rest(row, _KNOWN), *more),
    }
    if found := _SEARCHED.fullmatch(title or ""):
        return Search(text=found[1], url=url, **shared)
    if url and _VISITED.fullmatch(title or ""):
        return WebVisit(url=url, title=title, **shared)
    if words := search_words(url):
        shared["extra"] += (("title", title), *searched(url))
        return Search(text=words, url=url, **shared)
    return AppUse(app=shared["service"], activity=title, text=url, **shared)


@extractor(
    id="google.browser_history",
    version=2,
    title="Chrome history of a Google account, as exported",
    files=("**/Chrome/BrowserHistory.json", "**/Chrome/History.json"),
    types=("application/json",),
    claims=looks_like_history,
    emits=(WebVisit,),
    privacy="web",
    layouts="Takeout Chrome: BrowserHistory.json and History.json, under any name",
    tested_on="documented schema, no device data",
    limits="The history of all devices of the account together; which device is told by a number only. What was "
    "typed, the tabs of sessions, bookmarks, autofill and settings are not read.",
)
def browser_history(file: EvidenceFile) -> Iterator[Found]:
    """Every entry of "Browser History"; `time_usec` is microseconds since 1970.

    References:
    - the field names as the exports themselves have them
    """
    yield from _each(file, ("Browser History",), _page)


def _page(values: Values, row: Row) -> WebVisit:
    url = values.words(row, "url")
    words = search_words(url)
    return WebVisit(
        locator=values.locator,
        service="Chrome",
        moments=(values.epoch("recorded as visited", row, "time_usec", "us"),),
        extra=(*rest(row, _PAGE), *((("search words in the address", words),) if words else ())),
        url=url,
        title=values.words(row, "title"),
    )
