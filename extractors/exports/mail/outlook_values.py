"""What items of Outlook have in common: times, people, bodies, files."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from evidence_store.records import Attachment, Moment, Party
from extractors.exports.mail.values import Extra, LetterDoubts, party
from parsers.html_text import html_text
from parsers.mail_header import decoded
from parsers.mapi import Attached, Item, Name, Properties, codec_of
from parsers.rtf_text import decompressed, rtf_text

SUBJECT, CLASS, BODY, HTML, RTF, CREATED, MODIFIED = 0x0037, 0x001A, 0x1000, 0x1013, 0x1009, 0x3007, 0x3008
_NO_TIME: Final = 0x0CB34557A3DD4000  # 4501-01-01: Outlook's word for none
_CODE_PAGE: Final = 0x3FDE
_CHARSET: Final = re.compile(rb"""charset\s*=\s*["']?([A-Za-z0-9_:.-]{2,40})""", re.IGNORECASE)
_NAMES_OF_FILES: Final = (0x3707, 0x3704, 0x3001)
_TYPE, _SIZE = 0x370E, 0x0E20


@dataclass(frozen=True, slots=True)
class Place:
    """Where an item stands: its locator, its folder, what the folder is for, and whether it has one any more."""

    locator: str
    folder: str = ""
    role: str = ""
    gone: bool = False
    within: bool = False  # it is attached to another one

    @property
    def flags(self) -> tuple[str, ...]:
        return (("no folder left",) if self.gone else ()) + (("attached",) if self.within else ())

    @property
    def extra(self) -> tuple[Extra, ...]:
        return (("folder", self.folder),) if self.folder else ()


def moment(
    doubts: LetterDoubts, meaning: str, properties: Properties, number: Name, named: bool = False
) -> tuple[Moment, ...]:
    """A time in 100 ns since 1601, where there is one."""
    value = properties.whole(number, named)
    if not value or value == _NO_TIME:
        return ()
    name = f"property {number:04X}" if isinstance(number, int) else number
    return (doubts.moment(meaning, value, "filetime", name),)


def kept_since(doubts: LetterDoubts, properties: Properties) -> tuple[Moment, ...]:
    """When the store says that the item was made in it and changed."""
    return moment(doubts, "created", properties, CREATED) + moment(doubts, "modified", properties, MODIFIED)


def subject(properties: Properties) -> str | None:
    """Without the two characters that tell where its "Re: " ends."""
    text = properties.text(SUBJECT)
    return (text[2:] if text[:1] == "\x01" else text) or None if text else None


def body(doubts: LetterDoubts, item: Item) -> str | None:
    """The words: as plain text, else of the page, else of the RTF."""
    properties = item.properties
    text = properties.text(BODY)
    if not (text and text.strip()):
        text = _page(properties) or _rtf(doubts, properties)
    return doubts.cut(text.replace("\r\n", "\n").replace("\r", "\n").strip("\n").rstrip()) or None if text else None


def _page(properties: Properties) -> str:
    if page := properties.text(HTML):
        return html_text(page)
    data = properties.data(HTML) or b""
    code_page = properties.whole(_CODE_PAGE)
    named = _CHARSET.search(data, 0, 4096)
    charset = named[1].decode("ascii") if named else codec_of(code_page or 0)
    return html_text(decoded(data, charset)[0])


def _rtf(doubts: LetterDoubts, properties: Properties) -> str:
    data = properties.data(RTF)
    if data is None:
        return ""
    try:
        return rtf_text(decompressed(data))
    except ValueError as error:
        doubts.add("rtf", f"the body in RTF cannot be read: {error}")
        return ""


def address(properties: Properties, smtp: int, kind: int, written: int, name: int) -> Party | None:
    """Somebody by the address of the internet, where it is there, else by that of the server."""
    found = properties.text(smtp)
    if found is None:
        found = properties.text(written)
        if found and properties.text(kind) == "UNKNOWN":
            found = None
    called = properties.text(name)
    if called == found and "@" not in (found or ""):
        found = None  # of some programs both are the name that is shown
    return party(found or "", called)


def files(item: Item) -> tuple[Attachment, ...]:
    """What is attached, in stored order; items in it too, which come out as records of their own."""
    return tuple(_file(one, number) for number, one in enumerate(item.attached, start=1))


def _file(one: Attached, number: int) -> Attachment:
    properties = one.properties
    name = next((text for key in _NAMES_OF_FILES if (text := properties.text(key))), f"attachment {number}")
    if one.item is not None:
        return Attachment(name, None, "application/vnd.ms-outlook", properties.whole(_SIZE), None, "embedded")
    return Attachment(name, None, properties.text(_TYPE), one.size, one.sha256, "embedded")
