"""Names as containers store them, made fit to be shown and matched; the host's file system never sees them."""

from __future__ import annotations

import re
from typing import Final, Literal

from evidence_store.records import Problem

EXAMPLES: Final = 50  # of one sort of problem are listed one by one; the rest are counted
LONGEST_SHOWN: Final = 300

# What cannot stand in a path as it is: control characters, and surrogates (bytes that are no UTF-8).
_UNSHOWABLE: Final = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
# Characters that change the direction of what follows: "photo\u202egpj.exe" looks like "photoexe.jpg".
_OVERRIDES: Final = re.compile(r"[\u202a-\u202e\u2066-\u2069]")
_NEEDS_CARE: Final = re.compile(
    r"[\x00-\x1f\x7f\ud800-\udfff\u202a-\u202e\u2066-\u2069]|^/|^[A-Za-z]:/|//|/$|(?:^|/)\.\.?(?:/|$)"
)
_DRIVE: Final = re.compile(r"^([A-Za-z]):/")
ABSOLUTE: Final = "an absolute path"
UP: Final = "_up_"
NAMELESS: Final = "_no name_"


def shown(text: str) -> str:
    """Text with what cannot be shown written as \\xNN (a byte that is no UTF-8, a control character) or \\uNNNN."""
    return _UNSHOWABLE.sub(_escape, text)


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"
    return f"\\x{code:02x}" if code < 0x80 else f"\\u{code:04x}"


def safe_path(name: str, drives: bool = False) -> tuple[str, str]:
    """(path, oddity) of a stored '/'-separated name; `oddity` is "" for a plain one.

    The path is relative, has no empty, '.' or '..' segments ('..' becomes '_up_'), and nothing that cannot be
    shown; with `drives`, "C:/x" is a drive letter and becomes "C/x". A leading "./" is no oddity.
    """
    if name and not _NEEDS_CARE.search(name):
        return name, ""
    oddities = []
    text = name.removeprefix("./")
    if drives and _DRIVE.match(text):
        oddities.append("a drive letter")
        text = text[0] + text[2:]
    if text.startswith("/"):
        oddities.append(ABSOLUTE)
    segments = text.split("/")
    if ".." in segments:
        oddities.append("a path that climbs out")
    if _OVERRIDES.search(text):
        oddities.append("a change of writing direction")
    if _UNSHOWABLE.search(text):
        oddities.append("what cannot be shown")
    safe = "/".join(UP if part == ".." else shown(part) for part in segments if part not in ("", "."))
    if not safe:
        oddities.append("no name")
    return safe or NAMELESS, ", ".join(oddities)


def original(name: str | bytes) -> str:
    """A stored name for a note: as ASCII with escapes, cut at a length that can be printed."""
    text = ascii(name)
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}… ({len(name)} long)"


class Findings:
    """Problems of a listing, bounded: the first of each code in full, the rest as one line with their number."""

    def __init__(self) -> None:
        self._listed: list[Problem] = []
        self._counts: dict[str, int] = {}

    def add(
        self, kind: Literal["file", "note"], code: str, detail: str, locator: str = "", most: int = EXAMPLES
    ) -> None:
        self._counts[code] = self._counts.get(code, 0) + 1
        if self._counts[code] <= most:
            self._listed.append(Problem(kind, code, detail, locator))

    def add_name(self, path: str, oddity: str, stored: str) -> None:
        """A stored name that was made safe. Tools that store every name as absolute are common: one example will do."""
        code, most = ("absolute-name", 1) if oddity == ABSOLUTE else ("odd-name", EXAMPLES)
        self.add("note", code, f"{path}: the name holds {oddity}, stored {stored}", path, most)

    def mark(self) -> tuple[int, dict[str, int]]:
        """Where the findings stand, for `back_to`."""
        return len(self._listed), dict(self._counts)

    def back_to(self, mark: tuple[int, dict[str, int]]) -> None:
        """Forgets what was added since: what is listed again is met again."""
        del self._listed[mark[0] :]
        self._counts = dict(mark[1])

    def problems(self) -> list[Problem]:
        shown_of: dict[str, list[Problem]] = {}
        for problem in self._listed:
            shown_of.setdefault(problem.code, []).append(problem)
        more = [
            Problem(listed[0].kind, code, f"{left} more of the same sort ({self._counts[code]} in all)")
            for code, listed in shown_of.items()
            if (left := self._counts[code] - len(listed))
        ]
        return [*self._listed, *more]
