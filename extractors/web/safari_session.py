"""The pages that a tab of Safari can go back and forward to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from extractors.database import Doubts
from extractors.ios.plists import text
from parsers.plist import read_plist

_MAGIC: Final = b"bplist00"
_BEFORE: Final = 64  # bytes before the property list: a version, mostly four


class Page(NamedTuple):
    """A page of a tab: `place` is its number in the order of going forward."""

    place: int
    url: str | None
    title: str | None
    original: str | None


def pages_of(stored: Any, url: str | None, doubts: Doubts) -> Iterator[Page]:
    """The pages of a tab's `SessionState`, but the one that the tab itself shows and names by `url`.

    It is a property list behind a few bytes: SessionHistory, in it SessionHistoryEntries and
    SessionHistoryCurrentIndex. What is none of that is told, and has no pages.

    References:
    - WebKit source: LegacySessionStateCoding (names of the keys)
    """
    if stored in (None, b"", ""):
        return
    start = stored.find(_MAGIC, 0, _BEFORE + len(_MAGIC)) if isinstance(stored, bytes) else -1
    if start < 0:
        doubts.add("session", "SessionState is no property list: the pages before and after are not read")
        return
    try:
        found = read_plist(stored[start:])
    except ValueError as error:
        doubts.add("session", f"SessionState cannot be read: {error}")
        return
    history = found.get("SessionHistory") if isinstance(found, dict) else None
    entries = history.get("SessionHistoryEntries") if isinstance(history, dict) else None
    if not isinstance(history, dict) or not isinstance(entries, list):
        return  # of a tab that was never loaded
    current = history.get("SessionHistoryCurrentIndex")
    for place, entry in enumerate(entries):
        if not isinstance(entry, dict):
            doubts.add("session", f"entry {place} of SessionState is no page: {type(entry).__name__}")
            continue
        address, original = (text(entry.get(f"SessionHistoryEntry{name}")) for name in ("URL", "OriginalURL"))
        if place == current and address == url:
            continue
        title = text(entry.get("SessionHistoryEntryTitle"))
        yield Page(place, address, title, original if original != address else None)
