"""The pages of Telegram Desktop's HTML export, message by message, whatever their length.

References:
- Telegram Desktop (public source): Telegram/SourceFiles/export/output/export_output_html.cpp (the classes it writes)
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import BinaryIO, Final

_CHUNK: Final = 1 << 18
_MOST_TEXT: Final = 1 << 20  # characters of one message
_DEEPEST: Final = 200
_VOID: Final = frozenset(("br", "img", "meta", "link", "input", "hr", "source", "wbr"))
# A class -> what its text is.
_PARTS: Final = {
    "from_name": "from",
    "text": "text",
    "reply_to": "reply",
    "title": "title",
    "description": "description",
    "status": "status",
    "question": "question",
    "answer": "answer",
    "total": "total",
    "emoji": "emoji",
    "count": "count",
    "bot_button": "button",
    "via": "via",
    "signature": "signature",
}


@dataclass(slots=True)
class Media:
    """What hangs on a message: `kinds` the classes that say what it is, `href` as written."""

    kinds: tuple[str, ...]
    href: str | None = None
    thumbnail: str | None = None
    title: str = ""
    description: str = ""
    status: str = ""


@dataclass(slots=True)
class PageMessage:
    """One message as the page has it; `date` is the text of its title ("01.03.2022 10:00:00 UTC+01:00")."""

    id: str
    line: int
    is_service: bool
    is_joined: bool
    date: str = ""
    texts: dict[str, list[str]] = field(default_factory=dict)
    forwarded_date: str = ""
    is_forwarded: bool = False
    reply: str = ""
    links: list[tuple[str, str]] = field(default_factory=list)
    media: list[Media] = field(default_factory=list)
    reactions: list[tuple[str, str, list[str]]] = field(default_factory=list)  # emoji, count, titles of who
    is_whole: bool = True

    def text(self, part: str) -> str | None:
        """The words of a part, its pieces one below the other."""
        found = [piece.strip() for piece in self.texts.get(part, ()) if piece.strip()]
        return "\n".join(found) or None


@dataclass(slots=True)
class Page:
    """`title`: the name of the chat, once its header has been met."""

    title: str | None = None
    is_export: bool = False


def messages(stream: BinaryIO, page: Page) -> Iterator[PageMessage]:
    """The messages of a page in stored order; `page` is filled on the way. A message in which the page breaks off comes
    last, and is not whole. Raises ValueError for what the parser cannot get through; what came before it stays.
    """
    reader = _Reader(page)
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    problem = ""
    try:
        while chunk := stream.read(_CHUNK):
            reader.feed(decoder.decode(chunk))
            yield from reader.drain()
        reader.feed(decoder.decode(b"", final=True))
        reader.close()
    except AssertionError as error:  # what the standard library's parser raises for some broken declarations
        problem = f"the page cannot be read on: {error}"
    yield from reader.drain()
    if reader.open is not None:
        reader.open.is_whole = False
        yield reader.open
    if problem:
        raise ValueError(problem)


class _Reader(HTMLParser):
    def __init__(self, page: Page) -> None:
        super().__init__(convert_charrefs=True)
        self.open: PageMessage | None = None
        self._page = page
        self._done: list[PageMessage] = []
        self._path: list[tuple[str, frozenset[str], str]] = []  # tag, classes, part of text that begins here
        self._start = 0  # depth of the open message
        self._link: str | None = None
        self._taken = 0  # characters of the open message

    def drain(self) -> list[PageMessage]:
        found, self._done = self._done, []
        return found

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        classes = frozenset(values.get("class", "").split())
        if tag in _VOID:
            if tag == "br":
                self._add("\n")
            elif tag == "img" and self.open is not None and self.open.media:
                self.open.media[-1].thumbnail = values.get("src")
            return
        is_message = tag == "div" and "message" in classes
        if is_message and self.open is not None and values.get("id", "").startswith("message"):
            self._leave()
        if len(self._path) >= _DEEPEST:
            return
        part = ""
        if "page_header" in classes:
            self._page.is_export = True
        if self.open is None:
            if is_message:
                self._begin(values, classes)
            elif "text" in classes and self._inside("page_header"):
                part = "page"
        else:
            part = self._within(tag, values, classes, self.open)
        self._path.append((tag, classes, part))
        if tag == "a":
            self._link = values.get("href")

    def _begin(self, values: dict[str, str], classes: frozenset[str]) -> None:
        number = values.get("id", "").removeprefix("message")
        self.open = PageMessage(number, self.getpos()[0], "service" in classes, "joined" in classes)
        self._start = len(self._path)
        self._taken = 0

    def _leave(self) -> None:
        """Ends a message that was not closed: up to version 5.8, none with buttons is, and the next begins in it."""
        if self.open is not None:
            self._done.append(self.open)
        self.open = None
        self._link = None
        del self._path[self._start :]

    def _within(self, tag: str, values: dict[str, str], classes: frozenset[str], message: PageMessage) -> str:
        """Takes in what a tag says; gives the part to which the text in it belongs."""
        if "date" in classes:
            title = values.get("title", "")
            if "forwarded" in classes or self._inside("forwarded"):
                message.forwarded_date = title
            else:
                message.date = title
            return "-"
        if "forwarded" in classes and "body" in classes:
            message.is_forwarded = True
        if "reaction" in classes:
            message.reactions.append(("", "", []))
        elif self._inside("reaction") and values.get("title") and message.reactions:
            message.reactions[-1][2].append(values["title"])
        if self._inside("media_wrap") and not self._inside_media():
            kinds = tuple(sorted(one for one in classes if one.startswith("media_") or one.endswith("_wrap")))
            if kinds:
                message.media.append(Media(kinds, values.get("href")))
        if "userpic_link" in classes and message.is_service:  # the new picture of a group
            message.media.append(Media(("userpic_link",), values.get("href")))
        if "body" in classes and "details" in classes and message.is_service:
            return "service"
        if tag == "a" and self._inside("bot_button") and values.get("href"):
            message.links.append(("button", values["href"]))
        part = next((_PARTS[one] for one in classes if one in _PARTS), "")
        if part == "from" and self._inside("forwarded"):
            return "forwarded from"
        if part == "reply":
            message.reply = message.reply or "?"
        elif self._inside("reply_to") and tag == "a" and "#go_to_message" in values.get("href", ""):
            message.reply = values["href"].rpartition("#go_to_message")[2]
        return part

    def _inside(self, name: str) -> bool:
        return any(name in classes for _, classes, _ in self._path)

    def _inside_media(self) -> bool:
        at = next(place for place, (_, classes, _) in enumerate(self._path) if "media_wrap" in classes)
        return any(
            one.startswith("media_") or one.endswith("_wrap")
            for _, classes, _ in self._path[at + 1 :]
            for one in classes
        )

    def handle_data(self, data: str) -> None:
        self._add(data)

    def _add(self, data: str) -> None:
        part = next((part for _, _, part in reversed(self._path) if part), "")
        if part == "page":
            if data.strip():
                self._page.title = (self._page.title or "") + data.strip()
            return
        message = self.open
        if message is None or not part or part == "-":
            return
        words = data if data == "\n" else " ".join(data.split()) if part != "text" else data.strip("\n")
        if not words.strip() and words != "\n":
            return
        if part in ("title", "description", "status") and message.media:
            media = message.media[-1]
            setattr(media, part, f"{getattr(media, part)} {words}".strip())
            return
        if part in ("emoji", "count") and message.reactions:
            emoji, count, who = message.reactions[-1]
            message.reactions[-1] = (emoji + words, count, who) if part == "emoji" else (emoji, count + words, who)
            return
        if part == "text" and self._link and self._path[-1][0] == "a":
            message.links.append((words.strip(), self._link))
        pieces = message.texts.setdefault(part, [""])
        if self._taken <= _MOST_TEXT:
            self._taken += len(words)
            apart = " " if part != "text" and pieces[-1] and words != "\n" else ""
            pieces[-1] += apart + words

    def handle_endtag(self, tag: str) -> None:
        if tag in _VOID or not any(tag == name for name, _, _ in self._path[-_DEEPEST:]):
            return
        while self._path:
            name, _, part = self._path.pop()
            if self.open is not None:
                if part in ("answer", "text", "button"):
                    self.open.texts.setdefault(part, [""]).append("")
                if len(self._path) == self._start:
                    self._done.append(self.open)
                    self.open = None
            if name == tag:
                break
        if tag == "a":
            self._link = None
