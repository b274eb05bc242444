"""Chats and snaps of a Snapchat export as web pages, which is what is handed out unless JSON is asked for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import unquote

from evidence_store.records import Attachment, Message, Present, Problem, replace
from extractors.base import EvidenceFile, Found, extractor
from extractors.exports.json_values import Row, Values, place_beside
from extractors.exports.snapchat.chats import message
from extractors.matching import without_copy_mark
from parsers.html_pieces import Node, elements

_KNOWN: Final = re.compile(rb"rightpanel|snapchat|(?:chat|snap)[ _]history", re.IGNORECASE)
_CARD: Final = "background:#f2f2f2"  # the pages tell a message by its style alone
_BOX: Final = re.compile(r"(?:Received|Sent) (?:Saved Chat|Unsaved Chat|Snap) History")
_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}:\d{2}.*")
_LABEL: Final = re.compile(r"(?:Created|Date|Sent|Time): *")
_KIND: Final = re.compile(r"[A-Z][A-Z_]{2,60}")  # "TEXT", "MEDIA", "STATUSERASEDMESSAGE"
_SAVED: Final = "Saved"
_TITLE: Final = "Chat History with "
_AHEAD: Final = 1 << 20
_LINKS: Final = ("href", "src")
_AS_JSON: Final = {
    "chat": ("../../json/chat_history.json", "../json/chat_history.json"),
    "snap": ("../../json/snap_history.json", "../json/snap_history.json"),
}


@extractor(
    id="snapchat.pages",
    version=1,
    title="Snapchat: chats and snaps of an export (HTML)",
    files=(
        *("**/chat_history.html", "**/snap_history.html"),
        *("**/chat_history/subpage_*.html", "**/snap_history/subpage_*.html"),
    ),
    beside=(*_AS_JSON["chat"], *_AS_JSON["snap"]),
    emits=(Message,),
    privacy="communications",
    layouts="a page with a table for what was received and one for what was sent (until 2022); a page for each "
    "conversation (since 2022)",
    tested_on="documented schema, no device data",
    limits="A file that can be edited; the account was not examined. Of chats an export has what was saved, of snaps "
    "no pictures. Since 2022 the pages do not say which side is the account: the direction is told where a page has "
    "two sides and its name is one of them. Where the export holds the JSON form too, its messages come out twice, "
    "which is said; that form says more.",
)
def snapchat_pages(file: EvidenceFile) -> Iterator[Found]:
    """Every message and snap, in stored order; the times are in words with "UTC".

    References:
    - Snapchat Support, "How do I download my data"; public readers of these pages
    """
    if not _is_one(file):
        return
    name = without_copy_mark(file.path).rpartition("/")[2]
    conversation = _conversation(name)
    values, rows = Values(file), 0
    try:
        found = _cards(file, conversation, values) if conversation is not None else _tables(file, values)
        for one in found:
            rows += isinstance(one, Message)
            yield one
    except ValueError as error:
        yield Problem("file", "damaged-page", f"{error}; {rows} messages were read")
    yield Present(rows)
    if not rows and conversation is not None:
        yield Problem("schema", "unknown-layout", "the page of a conversation without a message that is known")
    names = _AS_JSON["snap" if "snap_history" in file.path.lower() else "chat"]
    if rows and (other := next((one for one in names if _is_there(file, one)), None)):
        yield Problem("note", "twice", f"{other} may be the same as JSON: what both have comes out of both")


def _is_one(file: EvidenceFile) -> bool:
    """Whether the page is of such an export: other programs write pages of these names."""
    with file.open() as stream:
        return _KNOWN.search(stream.read(_AHEAD)) is not None


def _is_there(file: EvidenceFile, name: str) -> bool:
    try:
        stream = file.beside(name)
    except ValueError:
        return True
    if stream is not None:
        stream.close()
    return stream is not None


def _conversation(name: str) -> str | None:
    """Of "subpage_robin.example.html" the name in it; None for a page of tables."""
    if not name.lower().startswith("subpage_"):
        return None
    return unquote(name[len("subpage_") :].removesuffix(".html"))


def _cards(file: EvidenceFile, conversation: str, values: Values) -> Iterator[Found]:
    """The messages of one conversation: a card for each."""
    senders = {_of(card, "h4") for card in _each_card(file)}
    between_two = conversation in senders and len(senders - {None}) <= 2
    snaps = "/snap_history/" in file.path.lower()
    title: str | None = None
    for number, card in enumerate(_each_card(file, heading=True)):
        if card.tag == "h1":
            title = card.text().removeprefix(_TITLE) or None
            continue
        values.locator = f"message {number}, line {card.line}"
        row = _row(card)
        if between_two and row.get("From"):
            row["IsSender"] = row["From"] != conversation
        elif not between_two and title and title != conversation:
            row["Conversation Title"] = title
        yield _made(values, row, conversation, snaps, card, file.path)
        yield from values.drain()


def _each_card(file: EvidenceFile, *, heading: bool = False) -> Iterator[Node]:
    with file.open() as stream:
        yield from elements(stream, lambda tag, _: heading and tag == "h1", style=_CARD)


def _row(card: Node) -> Row:
    """A card as the JSON form has its message."""
    row: Row = {"From": _of(card, "h4") or ""}
    lines = [text for one in card.each() if _has_words(one) and (text := one.text())]
    dates = [_LABEL.sub("", line) for line in lines]
    row["Created"] = next((line for line in reversed(dates) if _DATE.fullmatch(line)), "")
    words = "\n".join(text for one in card.each() if one.tag == "p" and (text := one.text()))
    row["Content"] = words
    spoken = set(words.split("\n"))
    kinds = [line for line in lines if _KIND.fullmatch(line) and line not in spoken and line != row["From"]]
    if kinds:
        row["Media Type"] = kinds[0]
    if _SAVED in lines and _SAVED not in spoken:
        row["IsSaved"] = "true"
    return row


def _has_words(node: Node) -> bool:
    return any(isinstance(one, str) and one.strip() for one in node.inside)


def _of(card: Node, tag: str) -> str | None:
    return next((one.text() or None for one in card.each() if one.tag == tag), None)


def _tables(file: EvidenceFile, values: Values) -> Iterator[Found]:
    """The rows of the pages before 2022: who, which type, when; and in a row of its own what was said."""
    box, number, others = "", 0, 0
    waiting: tuple[Row, Node] | None = None
    with file.open() as stream:
        for node in elements(stream, lambda tag, _: tag in ("h1", "h2", "h3", "h4", "h5", "h6", "tr", "b", "p")):
            if node.tag != "tr":
                heading = _BOX.search(node.text())
                if heading is not None:
                    yield from _flushed(waiting, box, values, number, file.path)
                    box, waiting = heading[0], None
                continue
            cells = [one.text() for one in node.each() if one.tag == "td"]
            if len(cells) >= 3 and _DATE.fullmatch(cells[2]):
                yield from _flushed(waiting, box, values, number, file.path)
                number += 1
                whom = "To" if box.startswith("Sent") else "From"
                waiting = {whom: cells[0], "Media Type": cells[1], "Created": cells[2]}, node
            elif waiting is not None and len(cells) == 1:
                waiting[0]["Content"] = "\n".join(one for one in (waiting[0].get("Content"), cells[0]) if one)
            else:
                others += any(cells)
    yield from _flushed(waiting, box, values, number, file.path)
    if others:
        yield Problem("note", "not-read", f"rows of tables that have another form, and are not read: {others:,}")


def _flushed(waiting: tuple[Row, Node] | None, box: str, values: Values, number: int, path: str) -> Iterator[Found]:
    if waiting is None:
        return
    row, node = waiting
    values.locator = f"message {number}, line {node.line}"
    yield _made(values, row, box or "a list without a name", "snap_history" in path.lower(), node, path)
    yield from values.drain()


def _made(values: Values, row: Row, listed: str, snaps: bool, node: Node, path: str) -> Message:
    made = message(values, row, listed, snaps)
    files, links = tuple(_files(node, path)), tuple(_links(node))
    return replace(made, attachments=(*made.attachments, *files), extra=(*made.extra, *links))


def _files(node: Node, path: str) -> Iterator[Attachment]:
    """The files of the export that a message shows, each once."""
    seen: set[Any] = set()
    for one in node.each():
        for name in _LINKS:
            link = one.attributes.get(name, "")
            where = place_beside(path.rpartition("/")[0], unquote(link)) if link and "://" not in link else None
            if where is not None and where not in seen:
                seen.add(where)
                yield Attachment(where.rpartition("/")[2], where)


def _links(node: Node) -> Iterator[tuple[str, str]]:
    """Addresses of the web in a message, each once."""
    found = (one.attributes.get(name, "") for one in node.each() for name in _LINKS)
    return (("link", link) for link in dict.fromkeys(found) if "://" in link)
