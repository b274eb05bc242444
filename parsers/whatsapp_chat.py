"""WhatsApp "Export chat" text: a survey of the whole file, then its messages as a stream of plain values.

The file has one dated line for each message or event; what follows undated belongs to the message above. It states no
time zone, no identifier of a person and no direction. Known trap: text that somebody pasted, and that begins with a
date in the very layout of the export, cannot be told from a message. It shows, if at all, as a step back in time.

References:
- WhatsApp Help Centre, "How to export your chat history".
- Unicode CLDR, gregorian calendar: short date and time patterns by language.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, NamedTuple

from parsers.whatsapp_blocks import LINE_LIMIT, encoding_of, text_blocks
from parsers.whatsapp_dates import DateEvidence, DateOrder, read_date
from parsers.whatsapp_layout import MARKS, Layout, layouts, looks_dated, time_of_day
from parsers.whatsapp_text import LEARN, bare, is_encryption_notice, read_text

NAME_LIMIT = 200
_NAMES_KEPT = 20_000
_TOP = 20
_COMPOUND = 10
_CACHE_LIMIT = 100_000
_QUOTES = (("\u201c", "\u201d"), ("\u201e", "\u201c"), ("«", "»"), ("「", "」"))
_LOG_LINE = re.compile(
    r"^\W*(?:[\w.$-]{1,80}(?: - |\.))?(?:trace|debug|info|information|notice|warn|warning|error|critical|fatal|severe|"
    r"alert|emergency)\b|^[\w./-]{1,80}\[\d+\]:",
    re.IGNORECASE,
)
_BY_EXPORTER = re.compile(rf"[{MARKS}]{{0,4}}You (?:created|added|removed|changed|deleted|left|joined|invited)\b")
_DATE_START = re.compile(rf"[{MARKS}]{{0,4}}\[?\d")
_SENDER = re.compile(r"[^:\n]{1,200}(?:: |:\s*$)")


class ChatEntry(NamedTuple):
    """One dated entry. `stamp` is the date and time as written ("" for a preamble, which is dated by nothing); `when`
    its reading as (year, month, day, hour, minute, second) of an unstated zone, or None; `readings` all that it can be
    where the date order is not known, () where it cannot be a time. `sender` is None for the app's own lines.
    `attachment_state` is "omitted" where the export leaves the media out. `by_exporter`: the words say that the person
    who exported did it. `dated_text`: a further line of the text is dated too, in another layout, as a pasted chat
    would be. `cut` counts characters that were dropped."""

    line: int
    stamp: str
    when: tuple[int, ...] | None
    readings: tuple[tuple[int, ...], ...]
    sender: str | None
    text: str
    attachment: str | None
    attachment_state: str
    flags: tuple[str, ...]
    by_exporter: bool
    dated_text: bool
    cut: int


@dataclass(frozen=True, slots=True)
class Survey:
    """What one pass over the whole file shows. `dated` counts the dated lines. `senders` are the names with their
    counts; `compound` the senders whose name holds ": "; `phrases` what stands beside the app's own file names;
    `buddhist`: years are of the Buddhist calendar."""

    layout: Layout
    order: DateOrder
    dated: int
    senders: Counter[str]
    compound: frozenset[str]
    phrases: frozenset[str]
    invalid_bytes: bool
    buddhist: bool = False


def looks_like(head: bytes) -> bool:
    """Whether the first 4096 bytes of a text file are such an export: one of the first five lines that are not empty is
    dated in a layout of the app, one dated line of that layout has a sender or the encryption notice, and fewer
    than half of them read like lines of a program's log."""
    text = head[:4096].decode(encoding_of(head), "replace")
    lines = [line for line in text.split("\n") if line.strip("\r \ufeff")]
    first = next((number for number, line in enumerate(lines[:5]) if looks_dated(line)), None)
    if first is None:
        return False
    found = layouts("\n".join(lines[first:]))
    main = found[0][0]
    if main.bracketed and main.year == "first" and not main.seconds:
        return False  # other messengers' exports look so; this app writes seconds in brackets
    if main.bare or (main.time_first and not (main.bracketed and main.seconds)):
        return False  # so do logs, lists of times, and text that was copied from this app in a browser
    alike = [rest for layout, rest in found if layout == main]
    if 2 * sum(_LOG_LINE.match(rest) is not None for rest in alike) >= len(alike):
        return False
    return any(_SENDER.match(rest) or is_encryption_notice(rest) for rest in alike)


def survey(stream: BinaryIO, date_order: str | None = None) -> Survey:
    """Reads the whole stream once. `date_order` is the operator's "dmy", "mdy", "ymd" or None. Raises ValueError when
    no line is dated in a known layout."""
    layout: Layout | None = None
    invalid, dated = False, 0
    pairs: Counter[tuple[str, str]] = Counter()
    phrases: set[str] = set()
    for block in text_blocks(stream):
        invalid = invalid or block.invalid
        if layout is None:
            if (layout := _main_layout(block.text)) is None:
                continue
            evidence = DateEvidence(layout)
            header = re.compile(layout.expression + r"(?:([^:\n]{1,200}):(?: ([^:\n]{1,200}): )?)?", re.MULTILINE)
        found = header.findall(block.text)
        dated += len(found)
        evidence.add(row[0] for row in found)
        if len(pairs) < _NAMES_KEPT:
            pairs.update((row[2], row[3]) for row in found if row[2])
        if len(phrases) < _NAMES_KEPT:
            phrases.update(phrase.casefold() for phrase in LEARN.findall(block.text))
    if layout is None:
        raise ValueError("no line is dated as in a WhatsApp chat export")
    senders, compound = _senders(pairs)
    order = evidence.decide(date_order)
    return Survey(layout, order, dated, senders, compound, frozenset(phrases), invalid, evidence.buddhist)


def _main_layout(text: str) -> Layout | None:
    """The layout of the first dated line, unless another is more than twice as common among the first lines."""
    found = [layout for layout, _ in layouts(text[:262_144])] or [layout for layout, _ in layouts(text)]
    if not found:
        return None
    common, count = Counter(found).most_common(1)[0]
    return common if count > 2 * found.count(found[0]) else found[0]


def _senders(pairs: Counter[tuple[str, str]]) -> tuple[Counter[str], frozenset[str]]:
    """A name holds ": " when at least ten lines begin with its first part and all go on with the same second."""
    senders: Counter[str] = Counter()
    for (name, _), count in pairs.items():
        senders[name] += count
    compound = {
        f"{name}: {rest}" for (name, rest), count in pairs.items() if rest and count == senders[name] >= _COMPOUND
    }
    return senders, frozenset(compound)


def entries(stream: BinaryIO, known: Survey) -> Iterator[ChatEntry]:
    """The dated entries in the order of the file, from a fresh stream of the file that `known` was made from. Lines
    before the first dated one come as one entry without a stamp."""
    match = re.compile(known.layout.expression).match
    stamps = _Stamps(known.order)
    number, start, size, cut = 0, 1, 0, 0
    head: tuple[str, str, str] | None = None
    lines: list[str] = []
    for block in text_blocks(stream):
        for index, line in enumerate(block.text.split("\n")):
            number += 1
            if line[-1:] == "\r":
                line = line[:-1]
            if found := match(line):
                if head or lines:
                    yield _entry(known, stamps, start, head, lines, cut)
                head = (found[1], found[2], line[min(found.start(1), found.start(2)) : max(found.end(1), found.end(2))])
                lines, start, size, cut = [line[found.end() :]], number, len(line), 0
            elif head or line:
                start = start if head or lines else number
                size += len(line)
                room = max(0, len(line) - max(0, size - LINE_LIMIT))
                lines.append(line[:room])
                cut += len(line) - room
            if not index:
                cut += block.cut
    if head or lines:
        while len(lines) > 1 and not lines[-1]:
            lines.pop()
        yield _entry(known, stamps, start, head, lines, cut)


class _Stamps:
    """The readings of dates and times as written, each distinct one worked out once."""

    def __init__(self, order: DateOrder) -> None:
        self._orders = order.orders
        self._dates: dict[str, tuple[tuple[int, ...], ...]] = {}
        self._times: dict[str, tuple[int, ...] | None] = {}

    def read(self, date: str, time: str) -> tuple[tuple[int, ...], ...]:
        days = self._dates.get(date)
        if days is None:
            if len(self._dates) >= _CACHE_LIMIT:
                self._dates.clear()
            found = (read_date(date, order) for order in self._orders)
            days = self._dates[date] = tuple(dict.fromkeys(day for day in found if day))
        if time not in self._times:
            if len(self._times) >= _CACHE_LIMIT:
                self._times.clear()
            self._times[time] = time_of_day(time)
        clock = self._times[time]
        if clock is None:
            return ()
        return (days[0] + clock,) if len(days) == 1 else tuple(day + clock for day in days)


def _entry(
    known: Survey, stamps: _Stamps, line: int, head: tuple[str, str, str] | None, lines: list[str], cut: int
) -> ChatEntry:
    body = lines[0] if len(lines) == 1 else "\n".join(lines)
    if head is None:
        return ChatEntry(line, "", None, (), None, body, None, "", ("preamble",), False, False, cut)
    sender, text = _split(body, known)
    readings = stamps.read(head[0], head[1])
    name, state, flags, by_exporter = read_text(text, known.phrases)
    # With a sender, as iOS writes it, the notice begins with a mark or stands at the top; nobody's words are tried.
    if (sender is None or line < _TOP or text[:1] in MARKS) and is_encryption_notice(text):
        flags = ("system", "encryption notice", *flags)
    elif sender is None:
        flags = ("system", *flags)
        by_exporter = _BY_EXPORTER.match(text) is not None
    pasted = len(lines) > 1 and any(map(_dated, lines[1:]))
    when = readings[0] if len(readings) == 1 else None
    return ChatEntry(line, head[2], when, readings, sender, text, name, state, flags, by_exporter, pasted, cut)


def _dated(line: str) -> bool:
    return bool(_DATE_START.match(line)) and looks_dated(line)


def _split(body: str, known: Survey) -> tuple[str | None, str]:
    """(sender, text). The sender ends at the first ": "; a known sender that holds one, or that the line names without
    the space after the colon, goes before. A quotation that opens in a "name" seen once, and does not close in it,
    shows that the line is the app's own and quotes a title with a colon."""
    end = body.find(": ", 0, NAME_LIMIT + 2)
    if end < 0:
        return _without_space(body, known)
    name = body[:end]
    if "\n" in name:
        return _without_space(body, known)
    if known.compound:
        second = body.find(": ", end + 2, end + NAME_LIMIT + 4)
        if second >= 0 and body[:second] in known.compound:
            return bare(body[:second]), body[second + 2 :]
    if known.senders[name] <= 1 and _opens_quote(name):
        return None, body
    return bare(name), body[end + 2 :]


def _without_space(body: str, known: Survey) -> tuple[str | None, str]:
    name, colon, text = body.partition(":")
    if colon and len(name) <= NAME_LIMIT and "\n" not in name and (not text.strip() or name in known.senders):
        return bare(name), text
    return None, body


def _opens_quote(name: str) -> bool:
    if name.count('"') % 2:
        return True
    return any(name.count(opening) > name.count(closing) for opening, closing in _QUOTES)
