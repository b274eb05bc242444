"""Direct messages of a TikTok export as text, which is the form that it has unless JSON is asked for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from evidence_store.records import Message, Party, Present, Problem
from extractors.base import EvidenceFile, Found, extractor
from extractors.exports.json_values import Values
from extractors.exports.tiktok.export import SERVICE
from extractors.shortened import shortened

_CHAT: Final = ">>> Chat History with "
_LINE: Final = re.compile(
    r"(?P<when>\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}(?: UTC)?) (?P<name>[^\s:]{1,100}):(?: (?P<text>.*))?", re.DOTALL
)
_LONGEST: Final = 64 << 20  # bytes of a line that are taken at once


def looks_like(head: bytes) -> bool:
    """By the line that begins the first conversation."""
    return head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(_CHAT.encode())


@extractor(
    id="tiktok.chat_text",
    version=1,
    title="TikTok: direct messages of an export (text)",
    types=("text/plain",),
    claims=looks_like,
    emits=(Message,),
    privacy="communications",
    layouts="Direct Messages.txt: a line for each conversation and for each message",
    tested_on="documented schema, no device data",
    limits="A file that can be edited; the account was not examined. Whose account it is does not stand in the file: "
    "directions stay open. The other text files of the export are not read. The JSON form says more.",
)
def chat_text(file: EvidenceFile) -> Iterator[Found]:
    """Every message, in stored order; a line that begins none goes on with the one before it.

    References:
    - public readers of these files
    """
    if not looks_like(file.head):
        return
    values, rows, chat = Values(file), 0, None
    started: re.Match[str] | None = None
    further: list[str] = []
    for number, line in _lines(file):
        begins, next_one = line.startswith(_CHAT), _LINE.fullmatch(line)
        if not begins and next_one is None:
            if started is not None:
                further.append(line)
            elif line.strip():
                rows += 1
                yield Problem("row", "no-message", f"not a message: {shortened(line, 200)}", f"line {number}")
            continue
        if started is not None:
            yield _message(values, started, further, chat)
            yield from values.drain()
        started, further = next_one, []
        values.locator = f"line {number}"
        chat = line.removeprefix(_CHAT).rstrip().rstrip(":") if begins else chat
        rows += next_one is not None
    if started is not None:
        yield _message(values, started, further, chat)
        yield from values.drain()
    yield Present(rows)


def _lines(file: EvidenceFile) -> Iterator[tuple[int, str]]:
    """(number, line without its end), the text being UTF-8."""
    with file.open() as stream:
        number = 0
        while line := stream.readline(_LONGEST):
            number += 1
            text = line.decode("utf-8-sig" if number == 1 else "utf-8", "replace")
            yield number, text.rstrip("\r\n")


def _message(values: Values, line: re.Match[str], further: list[str], chat: str | None) -> Message:
    text = "\n".join([line["text"] or "", *further]).rstrip("\n")
    return Message(
        locator=values.locator,
        service=SERVICE,
        moments=(values.written("sent", {"Date": line["when"]}, "Date"),),
        conversation=chat,
        title=chat,
        sender=Party(line["name"], "tiktok"),
        text=text or None,
    )
