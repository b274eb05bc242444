"""What a program that keeps letters notes of each: read, answered, marked, put into the bin."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from evidence_store.records import Moment
from extractors.exports.mail.values import Extra
from parsers.mail_header import words
from parsers.mime_message import Part

Direction = Literal["in", "out"] | None
# Bits of X-Mozilla-Status and of X-Mozilla-Status2.
_READ, _REPLIED, _MARKED, _EXPUNGED, _FORWARDED = 0x1, 0x2, 0x4, 0x8, 0x1000
_DELETED_ON_SERVER: Final = 0x200000
# Bits of "flags" of Apple Mail.
_APPLE: Final = ((1, "deleted on this device"), (4, "starred"), (6, "draft"), (2, "answered"), (8, "forwarded"))
_GMAIL: Final = (("Unread", "unread"), ("Starred", "starred"), ("Drafts", "draft"))
_LETTERS: Final = {"A": "answered", "F": "starred", "T": "draft", "D": "deleted on this device"}


@dataclass(frozen=True, slots=True)
class Kept:
    """What the store of a letter says of it."""

    flags: tuple[str, ...] = ()
    deleted: bool = False
    direction: Direction = None
    moments: tuple[Moment, ...] = ()
    extra: tuple[Extra, ...] = ()


def stored_state(letter: Part, moments: tuple[Moment, ...] = (), extra: tuple[Extra, ...] = ()) -> Kept:
    """What fields of its header say that were put there by the store.

    References:
    - Mozilla (public source): nsMsgMessageFlags.h; mutt and pine (Status, X-Status); Google Takeout (X-Gmail-Labels)
    """
    flags: list[str] = []
    direction: Direction = None
    status = _bits(letter, "x-mozilla-status")
    if status is not None:
        flags += _mozilla(status, _bits(letter, "x-mozilla-status2") or 0)
    elif (letters := letter.text_of("status") or "") and "R" not in letters and len(letters) < 5:
        flags.append("unread")
    marks = letter.text_of("x-status") or ""
    if len(marks) < 8:
        flags += [word for mark, word in _LETTERS.items() if mark in marks]
    labels = {one.strip() for one in words(letter.text_of("x-gmail-labels") or "").split(",")}
    direction = "out" if "Sent" in labels else "in" if "Inbox" in labels else None
    flags += [word for label, word in _GMAIL if label in labels]
    gone = "deleted on this device" in flags
    return Kept(tuple(dict.fromkeys(flags)), gone, direction, moments, extra)


def _mozilla(status: int, more: int) -> list[str]:
    flags = [] if status & _READ else ["unread"]
    flags += ["answered"] if status & _REPLIED else []
    flags += ["starred"] if status & _MARKED else []
    flags += ["forwarded"] if status & _FORWARDED else []
    flags += ["deleted on this device"] if status & _EXPUNGED or more & _DELETED_ON_SERVER else []
    return flags


def _bits(letter: Part, name: str) -> int | None:
    try:
        return int((letter.text_of(name) or "")[:16], 16)
    except ValueError:
        return None


def apple_state(flags: object, moments: tuple[Moment, ...], extra: tuple[Extra, ...]) -> Kept:
    """The number that Apple Mail keeps with a letter: a bit each for read, deleted, answered and so on."""
    if type(flags) is not int or flags < 0:
        return Kept(moments=moments, extra=extra)
    found = ([] if flags & 1 else ["unread"]) + [word for bit, word in _APPLE if flags >> bit & 1]
    return Kept(tuple(found), "deleted on this device" in found, None, moments, extra)
