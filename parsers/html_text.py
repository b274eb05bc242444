"""The words of an HTML page as plain text, in one pass: whatever the page is, it takes time in step with its length.

References:
- WHATWG, HTML Living Standard: which elements begin a line, which hold no text
"""

from __future__ import annotations

import html
import re
from typing import Final

_NAME: Final = re.compile(r"</?([a-zA-Z][a-zA-Z0-9:-]{0,30})")
# "(?>(?:...)*)" where "(?:...)*+" would say the same: of that, Python up to 3.11.4 finds the wrong end.
_REST: Final = re.compile(r"""(?>[^"'>]*+(?:(?:"(?>[^">]*+(?:>[^">]*+)*)"|'(?>[^'>]*+(?:>[^'>]*+)*)')[^"'>]*+)*)>""")
_SPACES: Final = re.compile(r"[ \t\r\n\f\u00a0]+")
_GAPS: Final = re.compile(" {2,}")
_LINES: Final = re.compile(r"\n{3,}")
_LINE: Final = frozenset(
    ["div", "tr", "li", "dt", "dd", "hr", "address", "article", "section", "header", "footer", "pre", "option", "form"]
)
_PARAGRAPH: Final = frozenset(["p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dl", "table", "blockquote"])
_SILENT: Final = {
    name: re.compile(f"</{name}[^a-z0-9]", re.IGNORECASE)
    for name in ("script", "style", "head", "title", "template", "noembed")
}
_LONGEST_TAG: Final = 20_000
_MOST_BROKEN: Final = 50  # tags whose quotes are not closed; then quotes say nothing any more


def html_text(page: str) -> str:
    """What a reader sees of the page, a line for each block; without scripts, styles and what is said about it."""
    reading = _Page(page)
    at = 0
    while (start := page.find("<", at)) >= 0:
        reading.add(page[at:start])
        at = reading.behind(start)
    reading.add(page[at:])
    lines = (_GAPS.sub(" ", line).strip(" ") for line in "".join(reading.out).split("\n"))
    return _LINES.sub("\n\n", "\n".join(lines)).strip("\n")


class _Page:
    def __init__(self, page: str) -> None:
        self.out: list[str] = []
        self._page = page
        self._broken = 0
        self._never_closed: set[str] = set()

    def add(self, text: str) -> None:
        """Text between tags; spaces in a row are one."""
        if text:
            self.out.append(_SPACES.sub(" ", html.unescape(text)))

    def behind(self, start: int) -> int:
        """Where to go on behind the "<" at `start`; what it stands for is put out."""
        page = self._page
        if page.startswith("<!--", start):
            return self._after("-->", start + 4)
        if page[start + 1 : start + 2] in ("!", "?"):
            return self._after(">", start)
        match = _NAME.match(page, start)
        if match is None:
            self.out.append("<")
            return start + 1
        name = match[1].lower()
        end = self._end_of_tag(match.end())
        if name == "br" or (name in _LINE and self.out and not self.out[-1].endswith("\n")):
            self.out.append("\n")
        elif name in _PARAGRAPH:
            self.out.append("\n\n")
        elif name in ("td", "th"):
            self.out.append(" ")
        if name in _SILENT and page[start + 1] != "/" and page[end - 2 : end] != "/>":
            return self._behind_silent(name, end)
        return end

    def _behind_silent(self, name: str, end: int) -> int:
        if name not in self._never_closed:
            if closing := _SILENT[name].search(self._page, end):
                return self._after(">", closing.end() - 1)
            self._never_closed.add(name)
        return end

    def _after(self, mark: str, start: int) -> int:
        found = self._page.find(mark, start)
        return len(self._page) if found < 0 else found + len(mark)

    def _end_of_tag(self, at: int) -> int:
        """Behind the ">" that closes the tag: one in quotes does not, as long as the quotes are closed."""
        if self._broken < _MOST_BROKEN:
            if match := _REST.match(self._page, at, at + _LONGEST_TAG):
                return match.end()
            self._broken += 1
        return self._after(">", at)
