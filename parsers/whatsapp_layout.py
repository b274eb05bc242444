"""How the dated first line of a message is laid out in a chat export, and the time of day that it states.

An export is written in one go, in the language and region of one phone, so one file has one layout. It is found once
and compiled to one expression; a line that is dated in another layout is text that somebody pasted.

References:
- Unicode CLDR, gregorian calendar: short date and time patterns and day periods by language.
- WhatsApp Help Centre, "How to export your chat history".
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

# Invisible direction marks, and a byte order mark that a join of files left inside.
MARKS = "\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\ufeff"
# Every repetition is bounded: a line of ten million marks must not cost the square of that.
_M = f"[{MARKS}]{{0,4}}"
_SPACE = "[ \u00a0\u2009\u202f]"
_S = f"[ \u00a0\u2009\u202f{MARKS}]"
_GAP = f"{_S}{{1,4}}"
_LOOSE = f"{_S}{{0,4}}"


def _tokens(text: str) -> list[str]:
    """What stands between white space; "_" is white space inside of one."""
    return [token.replace("_", " ") for token in text.split()]


_MORNING = _tokens(
    "a.m. a.m am vorm. fm f.m. π.μ. π.μ πμ dop. ap. de. öö sa pg пр.об. дп "
    '上午 午前 오전 凌晨 清晨 早上 ص ق.ظ. ق.ظ पूर्वाह्न पूर्वाह्न. לפנה״צ לפנה"צ '
    "म.पू. ก่อนเที่ยง vm. p.d. f.h. priekšp. priekšpusdienā priešpiet претпл. ү.ө. пре_подне pre_podne ਪੂ.ਦੁ. පෙ.ව. முற்பகல் "
    "ಪೂರ್ವಾಹ್ನ ກ່ອນທ່ຽງ နံနက် ጥዋት таңкы غ.م. r.n. yb to կա"
)
_AFTERNOON = _tokens(
    "p.m. p.m pm nachm. em e.m. μ.μ. μ.μ μμ odp. ip. du. ös ch ptg сл.об. пп "
    '下午 午後 오후 中午 傍晚 晚上 م ب.ظ. ب.ظ अपराह्न अपराह्न. אחה״צ אחה"צ '
    "म.उ. หลังเที่ยง nm. m.d. e.h. pēcp. pēcpusdienā popiet попл. pop. ү.х. по_подне po_podne ਬਾ.ਦੁ. ප.ව. பிற்பகல் "
    "ಅಪರಾಹ್ನ ຫຼັງທ່ຽງ ညနေ ከሰዓት түштөн_кийинки غ.و. i.n. yh tk կհ"
)


def _folded(token: str) -> str:
    return re.sub(f"{_S}+", "", token).casefold()


_HALF_DAYS = {_folded(token): 0 for token in _MORNING} | {_folded(token): 12 for token in _AFTERNOON}
_HALF = "|".join(
    re.escape(token).replace(r"\.", rf"\.{_LOOSE}").replace(r"\ ", _GAP)
    for token in sorted(_MORNING + _AFTERNOON, key=len, reverse=True)
)
_AT = "|".join(
    re.escape(word) for word in ("klo", "kl.", "kl", "à", "às", "at", "um", "om", "saat", "в", "o", "ob", "w")
)

_DATE = (
    rf"(?P<a>\d{{4}}|\d{{1,2}}){_M}(?P<s1>[./-]|年|년){_LOOSE}(?P<b>\d{{1,2}}){_M}(?P<s2>[./-]|月|월){_LOOSE}(?P<c>\d{{4}}|\d{{1,2}})"
    rf"(?P<s3>[.]|日|일|{_S}г[.]|{_S}BE)?"
)
_CONNECTOR = rf"(?P<connector>[,،、]?{_GAP}(?:(?:{_AT}){_GAP})?)"
_TIME = (
    rf"(?:(?P<before>{_HALF}){_LOOSE})?(?P<hour>\d{{1,2}})(?P<colon>[:.])(?P<minute>\d{{2}})"
    rf"(?:(?P=colon)(?P<second>\d{{2}}))?(?:{_LOOSE}(?P<after>{_HALF}))?"
)
_HOURS = rf"(?:{_S}ч[.])?"  # what Bulgarian puts behind a time

_END = rf"(?:(?P<bracket>{_M}\]{_S}?)|(?P<bare>:{_SPACE})|{_GAP}[-–—](?:{_SPACE}|\r?$))"


# Made when the first chat asks for them: to compile them would take a tenth of the time in which a process starts.
@cache
def _any_header() -> re.Pattern[str]:
    return re.compile(
        rf"^{_M}(?P<open>\[)?{_M}(?P<date>{_DATE}){_M}{_CONNECTOR}{_M}(?P<time>{_TIME}){_HOURS}{_M}{_END}",
        re.IGNORECASE | re.MULTILINE,
    )


@cache
def _time_first() -> re.Pattern[str]:
    """Vietnamese has the time first. Only with ":", or a date with dots could be a time."""
    time = _TIME.replace("[:.]", ":")
    return re.compile(
        rf"^{_M}(?P<open>\[)?{_M}(?P<time>{time}){_M}{_CONNECTOR}{_M}(?P<date>{_DATE}){_M}{_END}",
        re.IGNORECASE | re.MULTILINE,
    )


@cache
def _clock() -> re.Pattern[str]:
    return re.compile(_TIME, re.IGNORECASE)


_NUMBERS = re.compile(r"\d+")
_EAST = re.compile("[一-鿿가-힣]")


class Layout(NamedTuple):
    """The shape of a dated line; equal for all dated lines of one export."""

    bracketed: bool
    separators: tuple[str, str, str]
    year: str  # "first" or "last" where it has four digits, else "" (two digits: its place is not seen)
    connector: str
    colon: str
    seconds: bool
    half_day: str  # "before", "after" or ""
    east_asian: bool
    time_first: bool = False
    bare: bool = False  # neither brackets nor a dash, as iOS wrote until 2016

    @property
    def expression(self) -> str:
        """The regular expression of a dated line up to the sender, for one line or with MULTILINE for many; group 1
        is the date and group 2 the time of day, each with the marks inside it."""
        first, last = (r"\d{4}" if self.year == place else r"\d{1,2}" for place in ("first", "last"))
        s1, s2, s3 = (re.escape(separator) for separator in self.separators)
        date = rf"{first}{_M}{s1}{_LOOSE}\d{{1,2}}{_M}{s2}{_LOOSE}{last}{s3}"
        words = _GAP.join(re.escape(word) for word in re.split(f"{_S}+", self.connector))
        half = f"(?:{_HALF})"
        colon = re.escape(self.colon)
        time = rf"\d{{1,2}}{colon}\d{{2}}" + (rf"{colon}\d{{2}}" if self.seconds else "")
        if self.half_day:
            time = f"{half}{_LOOSE}{time}" if self.half_day == "before" else f"{time}{_LOOSE}{half}"
        opening, end = (r"\[", rf"{_M}\]{_S}?") if self.bracketed else ("", rf"{_GAP}[-–—](?:{_SPACE}|\r?$)")
        if self.bare:
            end = f":{_SPACE}"
        case = "i" if self.half_day or self.connector.strip(" ,") else ""  # costs a quarter of the time
        stamp = rf"({date}){_M}{words}{_M}({time}){_HOURS}"
        if self.time_first:
            stamp = rf"(?={time}{_M}{words}{_M}({date}))({time}){_M}{words}{_M}{date}"
        return rf"(?{case}:^{_M}{opening}{_M}{stamp}{_M}{end})"


def layouts(text: str) -> list[tuple[Layout, str]]:
    """(layout, what follows the header) of each line of `text` that is dated in any layout known here."""
    found = []
    matches = [*_any_header().finditer(text), *_time_first().finditer(text)]
    for match in sorted(matches, key=lambda match: match.start()):
        if bool(match["open"]) != bool(match["bracket"]):
            continue
        end = text.find("\n", match.end())
        found.append((_layout(match), text[match.end() : end if end >= 0 else len(text)]))
    return found


def _layout(match: re.Match[str]) -> Layout:
    year = "first" if len(match["a"]) == 4 or match["s1"] in "年년" else "last" if len(match["c"]) == 4 else ""
    if year == "first" and len(match["a"]) < 4:
        year = ""
    return Layout(
        bracketed=bool(match["open"]),
        separators=(match["s1"], match["s2"], match["s3"] or ""),
        year=year,
        connector=match["connector"],
        colon=match["colon"],
        seconds=match["second"] is not None,
        half_day="before" if match["before"] else "after" if match["after"] else "",
        east_asian=bool(_EAST.search(match["date"] + match["time"])),
        time_first=match.start("time") < match.start("date"),
        bare=bool(match["bare"]),
    )


def looks_dated(line: str) -> bool:
    """Whether the line begins with a header in any layout."""
    match = _any_header().match(line) or _time_first().match(line)
    return match is not None and bool(match["open"]) == bool(match["bracket"])


def numbers(date: str) -> tuple[str, str, str]:
    """The three numbers of a date as written, their digits of any script."""
    a, b, c = _NUMBERS.findall(date)
    return a, b, c


def time_of_day(time: str) -> tuple[int, int, int] | None:
    """(hour, minute, second) of a time as written, or None when there is no such time: 25:00, 13:00 PM is taken as it
    stands (24-hour clocks with a half-day word exist), 0:08 AM is eight past midnight."""
    match = _clock().fullmatch(time)
    if match is None:
        return None
    hour, minute, second = int(match["hour"]), int(match["minute"]), int(match["second"] or 0)
    word = match["before"] or match["after"]
    if word and hour <= 12:
        hour = hour % 12 + _HALF_DAYS[_folded(word)]
    if hour > 23 or minute > 59 or second > 59:
        return None
    return hour, minute, second
