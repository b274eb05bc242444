"""iCalendar and vCalendar files, entry by entry, so that one broken entry costs only itself.

References: RFC 5545 (iCalendar), RFC 7986, versit "vCalendar" 1.0; the entries themselves are read by icalendar.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from typing import BinaryIO, Final, NamedTuple

from parsers.mail_header import decoded
from parsers.text_lines import lines

ENTRIES: Final = frozenset((b"VEVENT", b"VTODO", b"VJOURNAL"))
_MOST: Final = 8 << 20  # bytes of one entry
_LONGEST_LINE: Final = 4 << 20
# How a line of vCalendar 1.0 begins whose value is quoted-printable, as it is in
# "SUMMARY;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:Caf=C3=A9".
_QUOTED: Final = re.compile(
    rb"^(?P<name>[^\r\n:;]{1,80})(?P<parameters>(?:;[^\r\n:;]{0,200})*?;(?:ENCODING=)?QUOTED-PRINTABLE(?:;[^\r\n:;]{0,200})*):",
    re.MULTILINE | re.IGNORECASE,
)
_VALUE_LINE: Final = re.compile(rb"[^\r\n]*+((?<==)\r?\n)?")  # of several where it ends in "="
_CHARSET: Final = re.compile(rb";CHARSET=\"?([\w.:-]{1,40})", re.IGNORECASE)
_FOLD: Final = re.compile(rb"\r?\n[ \t]")
_ZONE_OF_UTC: Final = re.compile(
    r'^([^:"]*?);TZID=(?:"[^"]*"|[^;:"]*)([^:"]*:(?:\d{8}T\d{6}Z,?)+\s*)$', re.ASCII | re.IGNORECASE
)
_OF_ENCODING: Final = re.compile(rb";(?:(?:ENCODING=)?QUOTED-PRINTABLE|CHARSET=[^;]*)", re.IGNORECASE)


class Block(NamedTuple):
    """`name` is "VEVENT", "VTODO", "VJOURNAL", "VTIMEZONE", or "" for a line of the calendar itself. `line` is where it
    begins, counted from 1; `problem` says why it is not whole."""

    name: str
    line: int
    data: bytes
    problem: str = ""


def blocks(stream: BinaryIO) -> Iterator[Block]:
    """The entries of a calendar in stored order, and the lines of the calendar around them."""
    name, start, held, size = b"", 0, [], 0
    outer: Block | None = None  # which may go on in the next line
    for number, line in enumerate(lines(stream, _LONGEST_LINE), start=1):
        if outer and line[:1] in (b" ", b"\t"):
            outer = outer._replace(data=outer.data + line[1:])
            continue
        if outer:
            yield outer
            outer = None
        key, _, value = line.strip().upper().partition(b":")
        if not name and key == b"BEGIN" and (value in ENTRIES or value == b"VTIMEZONE"):
            name, start, held, size = value, number, [line], len(line)
        elif name:
            size += len(line)
            if size <= _MOST:
                held.append(line)
            if key == b"END" and value == name:
                yield _block(name, start, held, f"an entry of {size:,} bytes" if size > _MOST else "")
                name = b""
            elif key == b"END" and value == b"VCALENDAR":
                yield _block(name, start, held[:-1], "the calendar ends inside it")
                name = b""
            elif key == b"BEGIN" and value == name:
                yield _block(name, start, held[:-1], "it does not end before the next begins")
                start, held, size = number, [line], len(line)
        else:
            outer = Block("", number, line.lstrip())
    if outer:
        yield outer
    if name:
        yield _block(name, start, held, "the file ends inside it")


def _block(name: bytes, start: int, held: list[bytes], problem: str) -> Block:
    if held[-1].strip().upper() != b"END:" + name:
        held = [*held, b"END:" + name]
    return Block(name.decode("ascii"), start, b"\r\n".join((*held, b"")), problem)


def as_text(data: bytes) -> str:
    """An entry or line as text whose lines do not go on in the next.

    Lines are put together as bytes, for one character may begin in one and end in the next, and each is read in its own
    charset. A time that says it is UTC has no other zone beside it.
    """
    whole = _FOLD.sub(b"", _without_quoting(data))
    return "".join(_line(one) for one in whole.splitlines(keepends=True))


def _line(stored: bytes) -> str:
    charset = _CHARSET.search(stored.partition(b":")[0]) if b"CHARSET" in stored.upper() else None
    text, _ = decoded(stored, charset[1].decode("ascii") if charset else "")
    return _ZONE_OF_UTC.sub(r"\1\2", text) if "Z" in text[-3:] else text


def _without_quoting(data: bytes) -> bytes:
    """An entry with the values that vCalendar 1.0 writes as quoted-printable in the form of iCalendar: plain UTF-8."""
    if b"QUOTED-PRINTABLE" not in data.upper():
        return data
    made: list[bytes] = []
    at = 0
    while head := _QUOTED.search(data, at):
        end = _end_of_value(data, head.end())
        made += (data[at : head.start()], _plain(head, data[head.end() : end]))
        at = end
    return b"".join((*made, data[at:]))


def as_written(data: bytes, name: str) -> str:
    """The value of a property that the library has read nothing from, as the entry has it."""
    for line in without_inner(as_text(data)).splitlines():
        key, _, value = line.partition(":")
        if key.partition(";")[0].strip().upper() == name:
            return value
    return ""


def without_inner(text: str) -> str:
    """An entry without what stands between BEGIN and END within it: its alarms."""
    kept: list[str] = []
    depth = 0
    for line in text.splitlines(keepends=True):
        key = line.partition(":")[0].strip().upper()
        depth += key == "BEGIN"
        if depth <= 1:
            kept.append(line)
        depth -= key == "END"
    return "".join(kept)


def _end_of_value(data: bytes, at: int) -> int:
    while line := _VALUE_LINE.match(data, at):
        at = line.end()
        if not line[1]:
            break
    return at


def _plain(head: re.Match[bytes], value: bytes) -> bytes:
    charset = _CHARSET.search(head["parameters"])
    words, _ = decoded(binascii.a2b_qp(value), charset[1].decode("ascii") if charset else "")
    one_line = words.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\\n")
    left = _OF_ENCODING.sub(b"", head["parameters"])
    return head["name"] + left + b":" + one_line.encode("utf-8", "surrogatepass")
