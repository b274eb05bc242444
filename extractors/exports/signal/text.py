"""Chats of Signal Desktop as the tool "signal-export" writes them: text or Markdown, a file for each chat."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Final, NamedTuple

from evidence_store.records import Attachment, Message, Moment, Party, Present, Problem
from extractors.base import EvidenceFile, Found, extractor
from extractors.exports.json_values import place_below
from extractors.exports.signal.people import SERVICE
from parsers.times import from_local

_LINE: Final = re.compile(
    r"\[(?P<day>\d{4}-\d\d-\d\d)(?P<comma>,?) (?P<clock>\d\d:\d\d(?::\d\d)?)\] "
    r"(?P<sender>[^:\n]{1,200}):(?: (?P<text>.*))?"
)
_STARTS: Final = re.compile(rb"\A(?:\xef\xbb\xbf)?\[\d{4}-\d\d-\d\d, \d\d:\d\d\] [^:\n]{1,200}:")
_MARKDOWN: Final = re.compile(rb"\A(?:\xef\xbb\xbf)?\[\d{4}-\d\d-\d\d,? \d\d:\d\d(?::\d\d)?\] [^:\n]{1,200}:")
_FILE: Final = re.compile(r"!?\[(?P<name>[^\]\n]*)\]\((?:\./)?(?P<path>media/[^)\n]+)\)")
_SPACE: Final = re.compile(r"\s")
_OWN: Final = "Me"  # what the tool calls the account
# In place of a text; one that somebody typed has two spaces behind it, as the tool writes them behind every text.
_DELETED: Final = "(This message was deleted)"
_MOST_LINES: Final = 20_000  # of one message
_MOST_TEXT: Final = 4 << 20  # characters of one message
_LONGEST: Final = 1 << 20  # bytes of a line that are taken at once


class _Entry(NamedTuple):
    line: int
    stamp: str
    sender: str
    text: str
    cut: int  # lines of it that were left out


def looks_like(head: bytes) -> bool:
    """By its first line: date, comma, time without seconds, in brackets."""
    return _STARTS.match(head) is not None


@extractor(
    id="signal.export_text",
    version=2,
    title="Signal chats exported by signal-export (text)",
    files=("**/chat.md", "**/chat.txt", "**/index.md"),
    types=("text/plain",),
    claims=looks_like,
    emits=(Message,),
    privacy="communications",
    layouts="[2019-12-24, 12:23] Name: text, and with seconds and without the comma",
    tested_on="a published sample export with 2 messages; made-up exports",
    limits="A text file that another tool made and that can be edited; the account was not examined. No time zone and "
    "no identifier of a person is in it. A pasted line that is dated in the same form reads as a message. Reactions "
    "and quotations stand in the text.",
)
def export_text(file: EvidenceFile) -> Iterator[Found]:
    """Every dated line and the lines that follow it, in the order of the file.

    References:
    - signal-export (public tool): its README
    """
    if _MARKDOWN.match(file.head) is None:
        return
    rows = 0
    for entry in _entries(file):
        rows += 1
        yield _message(file, entry)
        if entry.cut:
            detail = f"{entry.cut} lines of a very long text were not kept"
            yield Problem("value", "text-cut", detail, f"line {entry.line}")
    yield Present(rows)
    yield Problem("note", "zone", "times are those of the computer that exported; their zone is not in the file")


def _entries(file: EvidenceFile) -> Iterator[_Entry]:
    begun: tuple[int, str, str] | None = None
    lines: list[str] = []
    number = cut = size = 0
    with file.open() as stream:
        while data := stream.readline(_LONGEST):
            number += 1
            line = data.decode("utf-8-sig" if number == 1 else "utf-8", "replace").rstrip("\r\n")
            match = _LINE.fullmatch(line)
            if match is None:
                size += len(line)
                if len(lines) < _MOST_LINES and size <= _MOST_TEXT:
                    lines.append(line)
                else:
                    cut += 1
                continue
            if begun is not None:
                yield _Entry(*begun, "\n".join(lines), cut)
            begun = number, f"{match['day']}{match['comma']} {match['clock']}", match["sender"]
            lines, cut, size = [match["text"] or ""], 0, 0
    if begun is not None:
        yield _Entry(*begun, "\n".join(lines), cut)


def _message(file: EvidenceFile, entry: _Entry) -> Message:
    folder = file.path.rpartition("/")[0]
    own = entry.sender == _OWN
    deleted = entry.text.strip("\n") == _DELETED
    files = [_attachment(entry.text, match, folder) for match in _FILE.finditer(entry.text)]
    return Message(
        locator=f"line {entry.line}",
        service=SERVICE,
        moments=(_moment(file, entry.stamp),),
        deleted=deleted,
        flags=("deleted",) if deleted else (),
        attachments=tuple(files),
        conversation=folder or file.path,
        title=folder.rpartition("/")[2] or None,
        direction="out" if own else None,
        sender=Party(entry.sender, "name", entry.sender),
        text=entry.text.strip("\n") or None,
    )


def _attachment(text: str, match: re.Match[str], folder: str) -> Attachment:
    """By the name, where the address is that name: the tool writes each white space of it as %20, and nothing else of
    it otherwise, so that a bracket in it seems to end the address."""
    name = match["name"]
    if name and text.startswith(f"media/{_SPACE.sub('%20', name)})", match.start("path")):
        return Attachment(name, place_below(folder, f"media/{name}"))
    return Attachment(name or match["path"].rpartition("/")[2], place_below(folder, match["path"]))


def _moment(file: EvidenceFile, stamp: str) -> Moment:
    try:
        local = datetime.fromisoformat(stamp.replace(",", ""))
    except ValueError:
        return Moment("sent", None, stamp, "C", note="not a date and time")
    utc_us, note = from_local(local, file.zone)
    return Moment("sent", utc_us, stamp, "C", f"{file.zone}, {file.zone_by}" if file.zone else "", note)
