"""The bookmarks of Chrome and its relatives: a JSON file with a tree of folders."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from evidence_store.records import Bookmark, Present, Problem
from extractors.base import EvidenceFile, Found, extractor
from extractors.database import Doubts
from extractors.web.addresses import searched
from extractors.web.browsers import browser_of
from parsers.json_pieces import pieces

_DEEPEST: Final = 64
_TIMES: Final = (("added", "date_added"), ("modified", "date_modified"), ("last opened, as recorded", "date_last_used"))
_EXTRA: Final = ("guid", "id")
Node = dict[str, Any]


@extractor(
    id="web.chromium_bookmarks",
    version=1,
    title="Chrome, Edge, Brave, Opera and others: bookmarks",
    files=("**/Bookmarks", "**/Bookmarks.bak", "**/AccountBookmarks"),
    emits=(Bookmark,),
    privacy="web",
    layouts="Bookmarks of Chromium 4 to 140 (version 1)",
    tested_on="documented schema, no device data",
    limits="Bookmarks are synchronised between the devices of an account: the file does not say where one was added. "
    "Bookmarks.bak is the browser's own older copy, and mostly holds the same ones again.",
)
def chromium_bookmarks(file: EvidenceFile) -> Iterator[Found]:
    """Every bookmark and every folder below `roots`; times are microseconds since 1601, written as text.

    References:
    - Chromium source: components/bookmarks/browser/bookmark_codec.cc
    """
    if b'"' not in file.head or not file.head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return  # other programs have files of this name
    try:
        with file.open() as stream:
            roots = next((one.value for one in pieces(stream, lambda path: path == ()) if one.path == ("roots",)), None)
    except ValueError as error:
        if b'"roots"' in file.head or b'"checksum"' in file.head:
            yield Problem("file", "damaged-json", str(error))
        return
    if not isinstance(roots, dict):
        if b'"checksum"' in file.head:
            yield Problem("schema", "unknown-layout", f"roots is no object but {type(roots).__name__}")
        return
    service = browser_of(file.path, "Chromium")
    for name, root in roots.items():
        if isinstance(root, dict):
            yield from _below(root, f"roots:{name}", (), service)
        elif isinstance(root, list):  # single values are the browser's own counts
            yield Problem("schema", "unknown-layout", f"roots:{name} is no folder but a list")


def _below(node: Node, locator: str, folders: tuple[str, ...], service: str) -> Iterator[Found]:
    children = node.get("children")
    if not isinstance(children, list):
        if children is not None:
            yield Problem("value", "no-list", f"children is no list but {type(children).__name__}", locator)
        return
    inner = (*folders, str(node.get("name") or ""))
    for place, child in enumerate(children):
        where = f"{locator}:{place}"
        yield Present(1)
        if not isinstance(child, dict):
            yield Problem("row", "no-entry", f"not a bookmark: {type(child).__name__}", where)
            continue
        yield from _bookmark(child, where, inner, service)
        if len(inner) < _DEEPEST:
            yield from _below(child, where, inner, service)
        elif child.get("children"):
            yield Problem("file", "too-deep", f"folders below {_DEEPEST} levels are not read", where)


def _bookmark(child: Node, locator: str, folders: tuple[str, ...], service: str) -> Iterator[Found]:
    doubts = Doubts()
    doubts.locator = locator
    url = doubts.text(_stored(child.get("url")), "url") or None
    kind = child.get("type")
    flags = {"url": (), "folder": ("folder",)}.get(kind, (f"type {kind}",)) if isinstance(kind, str) else ()
    times = [(meaning, name) for meaning, name in _TIMES if child.get(name) not in (None, "", "0", 0)]
    yield Bookmark(
        locator=locator,
        service=service,
        moments=tuple(doubts.moment(meaning, _stored(child[name]), "webkit us", name) for meaning, name in times),
        flags=flags,
        extra=(*((name, _stored(child[name])) for name in _EXTRA if child.get(name)), *searched(url)),
        url=url,
        title=doubts.text(_stored(child.get("name")), "name") or None,
        folder=" / ".join(name for name in folders if name) or None,
    )
    yield from doubts.drain()


def _stored(value: Any) -> Any:
    """Nested values in words: a field that holds one is none of the browser's."""
    return str(value) if isinstance(value, dict | list | bool) else value
