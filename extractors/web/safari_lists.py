"""Property lists of Safari: the history of versions up to 7, downloads, and bookmarks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from evidence_store.records import Bookmark, Download, Moment, Present, Problem, WebVisit
from extractors.base import EvidenceFile, Found, extractor
from extractors.database import Doubts, stored
from extractors.ios.plists import read_dict
from extractors.web.addresses import searched
from parsers.times import to_us

_DEEPEST: Final = 64


def _read(file: EvidenceFile, key: str) -> tuple[list[Any] | None, Problem | None]:
    """The list under a key; None and why, where the file has none.

    Other programs have files of these names too: of what is no list of Safari's outside its folder nothing is said.
    """
    found, problem = read_dict(file)
    if problem is not None and problem.kind == "file":
        return None, problem
    entries = found.get(key)
    if not isinstance(entries, list):
        own = "/safari/" in f"/{file.path.lower()}"
        return None, Problem("schema", "unknown-layout", f"no list {key}") if own else None
    return entries, None


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


@extractor(
    id="web.safari_history_plist",
    version=1,
    title="Safari up to version 7: recorded visits",
    files=("**/Safari/History.plist", "**/History.plist"),
    emits=(WebVisit,),
    privacy="web",
    layouts="History.plist of Safari 1 to 7",
    tested_on="macOS: 18 pages",
    limits="Each page has the time of its last visit and how many there were.",
)
def safari_history_plist(file: EvidenceFile) -> Iterator[Found]:
    """Every entry of `WebHistoryDates`; `lastVisitedDate` is a text with seconds since 2001.

    References:
    - WebKit source: WebKitLegacy/mac/History/WebHistory.mm, WebHistoryItem.mm
    """
    entries, problem = _read(file, "WebHistoryDates")
    if entries is None:
        yield from () if problem is None else (problem,)
        return
    yield Present(len(entries))
    doubts = Doubts()
    for place, entry in enumerate(entries):
        doubts.locator = f"WebHistoryDates:{place}"
        if not isinstance(entry, dict):
            yield Problem("row", "no-entry", f"not a page: {type(entry).__name__}", doubts.locator)
            continue
        url = _text(entry.get(""))
        before = entry.get("redirectURLs")
        extra: list[tuple[str, Any]] = []
        if isinstance(entry.get("visitCount"), int):
            extra.append(("visitCount", entry["visitCount"]))
        extra += [("redirected from", one) for one in (before if isinstance(before, list) else ()) if _text(one)]
        yield WebVisit(
            locator=doubts.locator,
            service="Safari",
            moments=(doubts.moment("last visit recorded", entry.get("lastVisitedDate"), "cocoa s", "lastVisitedDate"),),
            flags=("not loaded",) if entry.get("lastVisitWasFailure") is True else (),
            extra=(*extra, *searched(url)),
            url=url,
            title=_text(entry.get("title")),
        )
        yield from doubts.drain()


@extractor(
    id="web.safari_downloads",
    version=1,
    title="Safari: recorded downloads",
    files=("**/Downloads.plist",),
    emits=(Download,),
    privacy="web",
    layouts="Downloads.plist of Safari on macOS 10.10 to 15 and iOS 13 to 18",
    tested_on="macOS: 4 downloads",
    limits="Safari drops entries from the list after a day or more, as it is set.",
)
def safari_downloads(file: EvidenceFile) -> Iterator[Found]:
    """Every entry of `DownloadHistory`; dates are those of the property list, in UTC.

    References:
    - the keys as the file itself names them
    """
    entries, problem = _read(file, "DownloadHistory")
    if entries is None:
        yield from () if problem is None else (problem,)
        return
    yield Present(len(entries))
    for place, entry in enumerate(entries):
        locator = f"DownloadHistory:{place}"
        if not isinstance(entry, dict):
            yield Problem("row", "no-entry", f"not a download: {type(entry).__name__}", locator)
            continue
        yield _download(entry, locator)


def _download(entry: dict[str, Any], locator: str) -> Download:
    got, whole = entry.get("DownloadEntryProgressBytesSoFar"), entry.get("DownloadEntryProgressTotalToLoad")
    outcome = None
    if isinstance(got, int) and isinstance(whole, int) and whole > 0:
        outcome = "complete" if got >= whole else f"{got:,} of {whole:,} bytes"
    moments = [
        Moment(word, to_us(date), date.isoformat(), "A")
        for word, key in (("added", "DownloadEntryDateAddedKey"), ("ended", "DownloadEntryDateFinishedKey"))
        if (date := entry.get(key)) is not None and hasattr(date, "tzinfo") and date.tzinfo is not None
    ]
    names = ("DownloadEntryIdentifier", "DownloadEntryProfileUUIDStringKey")
    return Download(
        locator=locator,
        service="Safari",
        moments=tuple(moments),
        extra=tuple((name, stored(entry[name])) for name in names if entry.get(name)),
        url=_text(entry.get("DownloadEntryURL")),
        target=_text(entry.get("DownloadEntryPath")),
        size=whole if isinstance(whole, int) and whole >= 0 else None,
        outcome=outcome,
    )


@extractor(
    id="web.safari_bookmarks_plist",
    version=1,
    title="Safari: bookmarks and reading list",
    files=("**/Safari/Bookmarks.plist",),
    emits=(Bookmark,),
    privacy="web",
    layouts="Bookmarks.plist of macOS 10.4 to 15",
    tested_on="documented schema, no device data",
    limits="Of a page of the reading list the text that was kept for reading offline is not read.",
)
def safari_bookmarks_plist(file: EvidenceFile) -> Iterator[Found]:
    """Every leaf of the tree of bookmarks, with the names of its folders.

    References:
    - the keys as the file itself names them (WebBookmarkType, URIDictionary, ReadingList)
    """
    entries, problem = _read(file, "Children")
    if entries is None:
        yield from () if problem is None else (problem,)
        return
    yield from _leaves(entries, "Children", ())


def _leaves(entries: list[Any], locator: str, folders: tuple[str, ...]) -> Iterator[Found]:
    for place, entry in enumerate(entries):
        where = f"{locator}:{place}"
        if not isinstance(entry, dict):
            yield Present(1)
            yield Problem("row", "no-entry", f"not a bookmark: {type(entry).__name__}", where)
        elif isinstance(entry.get("Children"), list):
            if len(folders) >= _DEEPEST:
                yield Problem("file", "too-deep", f"folders below {_DEEPEST} levels are not read", where)
                continue
            yield from _leaves(entry["Children"], where, (*folders, _text(entry.get("Title")) or ""))
        elif entry.get("URLString") is not None:
            named = entry.get("URIDictionary")
            read_later = entry.get("ReadingList")
            title = _text(named.get("title")) if isinstance(named, dict) else None
            preview = _text(read_later.get("PreviewText")) if isinstance(read_later, dict) else None
            added = read_later.get("DateAdded") if isinstance(read_later, dict) else None
            dated = added is not None and hasattr(added, "tzinfo") and added.tzinfo is not None
            yield Present(1)
            yield Bookmark(
                locator=where,
                service="Safari",
                moments=(Moment("added", to_us(added), added.isoformat(), "A"),) if dated and added else (),
                flags=("reading list",) if isinstance(read_later, dict) else (),
                url=_text(entry["URLString"]),
                title=title,
                folder=" / ".join(name for name in folders if name) or None,
                text=preview,
            )
