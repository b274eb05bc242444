"""WhatsApp chat exports in any layout, rendered from plain values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

ARABIC_INDIC, PERSIAN, DEVANAGARI, WESTERN = "٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹", "०१२३४५६७८९", "0123456789"


@dataclass(frozen=True, slots=True)
class ChatLine:
    """One message. `sender` None makes a line of the app's own."""

    when: datetime
    sender: str | None
    text: str


@dataclass(frozen=True, slots=True)
class ChatLayout:
    """`separators` stand after the first, second and third number of the date; `half_day` is (morning, afternoon,
    "before" or "after") for 12 hours, or None for 24; `marks` stand in front of the date."""

    order: str = "dmy"
    separators: tuple[str, str, str] = ("/", "/", "")
    year_digits: int = 4
    padded: bool = True
    connector: str = ", "
    colon: str = ":"
    seconds: bool = False
    half_day: tuple[str, str, str] | None = None
    half_space: str = " "
    bracketed: bool = False
    dash: str = " - "
    marks: str = ""
    digits: str = WESTERN
    newline: str = "\n"
    encoding: str = "utf-8"


def header(when: datetime, layout: ChatLayout) -> str:
    """What stands before the sender."""
    numbers = {"d": when.day, "m": when.month}
    width = 2 if layout.padded else 1
    year = f"{when.year % 10**layout.year_digits:0{layout.year_digits}d}"
    parts = [year if letter == "y" else f"{numbers[letter]:0{width}d}" for letter in layout.order]
    date = "".join(part + separator for part, separator in zip(parts, layout.separators, strict=True))
    stamp = (date + layout.connector + _time(when, layout)).translate(str.maketrans(WESTERN, layout.digits))
    return f"{layout.marks}[{stamp}] " if layout.bracketed else f"{layout.marks}{stamp}{layout.dash}"


def _time(when: datetime, layout: ChatLayout) -> str:
    hour = (when.hour % 12 or 12) if layout.half_day else when.hour
    time = f"{hour:0{1 if layout.half_day else 2}d}{layout.colon}{when.minute:02d}"
    if layout.seconds:
        time += f"{layout.colon}{when.second:02d}"
    if layout.half_day is None:
        return time
    word = layout.half_day[when.hour >= 12]
    before = layout.half_day[2] == "before"
    return f"{word}{layout.half_space}{time}" if before else f"{time}{layout.half_space}{word}"


def render(messages: Sequence[ChatLine], layout: ChatLayout) -> bytes:
    """The export as the app would write it."""
    lines = []
    for message in messages:
        sender = "" if message.sender is None else f"{message.sender}: "
        lines.append(header(message.when, layout) + sender + message.text.replace("\n", layout.newline))
    return (layout.newline.join(lines) + layout.newline).encode(layout.encoding)
