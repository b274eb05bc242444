"""Which number of a date is the day: decided from a whole chat export, or said to be undecided.

The rules, in this order:
1. Where the year has four digits and stands first, the order is year, month, day.
2. The operator's stated order is used. What the file says against it is reported.
3. A reading under which a date cannot exist (month 13, 30 February, a year before the app existed) is out.
4. Where every date reads the same either way (1/1, 5/5), there is nothing to decide.
5. An export is chronological. If under exactly one reading the dates never step back by more than one day, and under
   every other at least two steps go back by more than seven, that reading is taken.
6. Otherwise the order is not known, and all readings that are left are named.
A year of two digits is 20yy, if it is no later than 2051: others may be of the Buddhist or the Persian calendar, and
are not read. Years above 2551 can be of no calendar but the Buddhist, which is 543 years ahead. Two digits of year in
front are considered where the date is written in Chinese, Japanese or Korean, or where no other reading can be.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby

from parsers.whatsapp_layout import Layout, numbers

FIRST_YEAR, LAST_YEAR = 2009, 2099  # the app appeared in 2009
_LAST_OF_TWO_DIGITS = 2051
_AHEAD = 543  # of the Buddhist calendar
_PLACES = {"dmy": (2, 1, 0), "mdy": (2, 0, 1), "ymd": (0, 1, 2)}  # of year, month, day
_SMALL_STEP, _BIG_STEP, _BIG_STEPS = 1, 7, 2
_CACHE_LIMIT = 100_000


@dataclass(frozen=True, slots=True)
class DateOrder:
    """`orders` holds the one order that was decided or stated, or all that stay possible. `basis` says on what ground;
    `contradiction` what in the file, or in what was stated, speaks against it ("" when nothing does)."""

    orders: tuple[str, ...]
    basis: str
    contradiction: str = ""

    @property
    def ambiguous(self) -> bool:
        return len(self.orders) > 1


def read_date(text: str, order: str) -> tuple[int, int, int] | None:
    """(year, month, day) of a date as written, read in `order`; None where there is no such date."""
    parts = numbers(text)
    year, month, day = (parts[place] for place in _PLACES[order])
    if len(year) not in (2, 4) or len(month) > 2 or len(day) > 2:
        return None
    full = int(year) + (2000 if len(year) == 2 else 0)
    if _is_buddhist(year):
        full -= _AHEAD
    if not FIRST_YEAR <= full <= (_LAST_OF_TWO_DIGITS if len(year) == 2 else LAST_YEAR):
        return None
    try:
        found = date(full, int(month), int(day))
    except ValueError:
        return None
    return found.year, found.month, found.day


def _is_buddhist(number: str) -> bool:
    return len(number) == 4 and int(number) >= FIRST_YEAR + _AHEAD


@dataclass(slots=True)
class _Reading:
    impossible: int = 0
    steps_back: int = 0
    big_steps_back: int = 0
    last: int | None = None

    def add(self, day: int | None) -> None:
        if day is None:
            self.impossible += 1
            return
        if self.last is not None:
            self.steps_back += day < self.last - _SMALL_STEP
            self.big_steps_back += day < self.last - _BIG_STEP
        self.last = day


@dataclass(slots=True)
class DateEvidence:
    """Collects what the dates of a file say, run by run, in memory that does not grow with the file."""

    layout: Layout
    runs: int = 0
    nowhere: int = 0  # runs of a date that exists in no reading: they speak against none
    differ: bool = False
    buddhist: bool = False
    readings: dict[str, _Reading] = field(default_factory=dict)
    _last: str = ""
    _days: dict[str, tuple[int | None, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        names = {"first": ("ymd",), "last": ("dmy", "mdy"), "": ("dmy", "mdy", "ymd")}[self.layout.year]
        self.readings = {name: _Reading() for name in names}

    def add(self, dates: Iterable[str]) -> None:
        """The dates as written, in the order of the file."""
        for text, _ in groupby(dates):
            if text == self._last:
                continue
            self._last = text
            self.runs += 1
            days = self._days.get(text) or self._ordinals(text)
            for reading, day in zip(self.readings.values(), days, strict=True):
                reading.add(day)
            self.nowhere += not any(days)
            usual = days if self.layout.east_asian else days[:2]
            self.differ = self.differ or len({day for day in usual if day is not None}) > 1

    def _ordinals(self, text: str) -> tuple[int | None, ...]:
        if len(self._days) >= _CACHE_LIMIT:
            self._days.clear()
        self.buddhist = self.buddhist or any(map(_is_buddhist, numbers(text)))
        found = (read_date(text, name) for name in self.readings)
        days = tuple(date(*parts).toordinal() if parts else None for parts in found)
        self._days[text] = days
        return days

    def decide(self, stated: str | None) -> DateOrder:
        """The verdict, by the rules of this module. `stated` is the operator's order or None."""
        if self.layout.year == "first":
            aside = f"the stated order {stated} was not used" if stated not in (None, "ymd") else ""
            return DateOrder(("ymd",), "the year stands first", aside)
        if stated in self.readings:
            return DateOrder((stated,), "stated by the operator", self._against(stated))
        verdict = self._by_evidence()
        if stated is None:
            return verdict
        return DateOrder(verdict.orders, verdict.basis, f"the stated order {stated} was not used: the year stands last")

    def _wrong(self, order: str) -> int:
        return self.readings[order].impossible - self.nowhere

    def _against(self, order: str) -> str:
        wrong = self._wrong(order)
        if not wrong:
            return ""
        return f"read as {order}, {wrong} of {self.runs} runs of dates cannot exist and exist in another order"

    def _by_evidence(self) -> DateOrder:
        usual = [name for name in self.readings if name != "ymd" or self.layout.east_asian]
        possible = tuple(name for name in usual if not self._wrong(name))
        if not possible:
            return self._all_contradicted(usual)
        if len(possible) == 1:
            return DateOrder(possible, "decided from the file: the dates can be read in no other order")
        if not self.differ:
            return DateOrder(possible[:1], "day and month are the same number in every date")
        steady = tuple(name for name in possible if not self.readings[name].steps_back)
        broken = [name for name in possible if self.readings[name].big_steps_back >= _BIG_STEPS]
        if len(steady) == 1 and len(broken) == len(possible) - 1:
            return DateOrder(steady, "decided from the file: only in this order are the dates chronological")
        return DateOrder(possible, "not decided: the dates can be read in more than one order")

    def _all_contradicted(self, usual: list[str]) -> DateOrder:
        if "ymd" in self.readings and not self._wrong("ymd"):
            return DateOrder(("ymd",), "decided from the file: the dates can be read in no other order")
        # One pasted line must not cost every time of a long chat: under one in a hundred against, over one in ten.
        best, *others = sorted(self.readings, key=self._wrong)
        if self._wrong(best) * 100 < self.runs and all(self._wrong(name) * 10 > self.runs for name in others):
            return DateOrder((best,), "decided from the file: nearly all dates fit no other order", self._against(best))
        return DateOrder(tuple(usual), "not decided: the dates of the file contradict each other")
