"""What letters have in common, however they are stored: people, dates, bodies."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from typing import Final
from zoneinfo import ZoneInfo

from evidence_store.records import Moment, Party
from extractors.base import EvidenceFile
from extractors.database import Doubts
from extractors.shortened import shortened
from parsers.html_text import html_text
from parsers.mail_date import Written, written
from parsers.mail_header import mailboxes
from parsers.mime_message import Part
from parsers.times import from_local, from_unix, to_us

SERVICE: Final = "E-mail"
LONGEST: Final = 1 << 20  # characters of a body that are kept
NO_DATE: Final = "not a date and time"
_CHARSET: Final = re.compile(rb"""charset\s*=\s*["']?([A-Za-z0-9_:.-]{2,40})""", re.IGNORECASE)
_BODIES: Final = ("text/plain", "text/html", "text/enriched", "text/richtext")
_SHOWN: Final = 300
# Hours east of UTC of names that are not of the standards, and of one meaning only.
_ZONES: Final = {
    "WET": 0, "WEST": 1, "CET": 1, "MET": 1, "MEZ": 1, "CEST": 2, "MEST": 2, "MESZ": 2, "EET": 2, "EEST": 3,
    "MSK": 3, "JST": 9, "KST": 9, "AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13, "AKST": -9, "AKDT": -8, "HST": -10,
}  # fmt: skip
Extra = tuple[str, str | int | float | None]


class LetterDoubts(Doubts):
    """Reads dates in words with the zone that is assumed for those without one."""

    def __init__(self, file: EvidenceFile) -> None:
        super().__init__()
        self._zone, self._zone_by = file.zone, file.zone_by

    def date(self, meaning: str, text: str) -> Moment:
        """A date of a header: with its offset, or local to nobody knows whom."""
        found = written(text)
        if found is None:
            self.add("time", f"{meaning}: {NO_DATE}: {shortened(text, _SHOWN)}")
            return Moment(meaning, None, shortened(text, _SHOWN), "C", note=NO_DATE)
        there = _in_utc(found)
        if there is not None:
            utc_us, note = from_unix(there, "us")
            if note:
                self.add("time", f"{meaning}: {note}: {shortened(text, _SHOWN)}")
            return Moment(meaning, utc_us, shortened(text, _SHOWN), "B", note=note)
        if found.zone and not _is_of(found.zone, found.local, self._zone):
            note = f"the zone {found.zone} has no one meaning"
            self.add("time", f"{meaning}: {note}: {shortened(text, _SHOWN)}")
            return Moment(meaning, None, shortened(text, _SHOWN), "C", note=note)
        utc_us, note = from_local(found.local, self._zone)
        zone = f"{self._zone}, {self._zone_by}" if utc_us is not None else ""
        return Moment(meaning, utc_us, shortened(text, _SHOWN), "C", zone, note)

    def cut(self, text: str) -> str:
        """A body, cut where it is very long, which is said."""
        if len(text) > LONGEST:
            self.add("cut", f"the text has {len(text):,} characters, of which {LONGEST:,} are kept")
        return text[:LONGEST]


def _in_utc(found: Written) -> int | None:
    """Microseconds since 1970, where the date tells its offset, by number or by name."""
    hours = _ZONES.get(found.zone.upper())
    if hours is None:
        return found.utc_us
    try:
        return to_us(found.local.replace(tzinfo=timezone(timedelta(hours=hours))))
    except OverflowError:
        return None


def _is_of(name: str, local: datetime, zone: str | None) -> bool:
    """Whether the assumed zone calls itself so at that time: "BST" is London in summer, and elsewhere Dhaka."""
    return zone is None or ZoneInfo(zone).tzname(local) == name.upper()


def party(address: str, name: str | None) -> Party | None:
    """Somebody by address and name, either of which may be missing."""
    if address:
        return Party(address, "email" if "@" in address else "account", name)
    return Party(name, "name", name) if name else None


def parties(value: str | None) -> tuple[Party, ...]:
    """Who stands in a field of addresses."""
    found = (party(one.address, one.name) for one in mailboxes(value or ""))
    return tuple(one for one in found if one is not None)


class Body:
    """The words of a letter, and which of its parts are files."""

    def __init__(self, whole: Part) -> None:
        self.texts: list[str] = []
        self.files: list[Part] = []
        self._named: list[Part] = []
        self.texts, _ = self._read(whole)
        if not any(text.strip() for text in self.texts):
            # Gateways of multimedia messages and some phones give the words themselves the name of a file; and what
            # should be in parts but cannot be taken apart is text as it stands.
            self.texts = [text for part in self._named for text in self._said(part)[0]]

    def _read(self, part: Part) -> tuple[list[str], bool]:
        """(texts, whether they are plain ones); files are put aside."""
        if not part.children:
            return self._leaf(part)
        read = [self._read(child) for child in part.children]
        if part.mime == "multipart/alternative":
            # The same in several forms: the plain one says it best.
            said = [one for one in read if any(text.strip() for text in one[0])]
            return next((one for one in said if one[1]), said[0] if said else ([], True))
        return [text for texts, _ in read for text in texts], all(plain for _, plain in read)

    def _leaf(self, part: Part) -> tuple[list[str], bool]:
        if part.mime not in _BODIES or part.disposition == "attachment" or part.file_name:
            if part.raw or part.number:
                self.files.append(part)
            if (part.mime in _BODIES and part.disposition != "attachment") or part.mime.startswith("multipart/"):
                self._named.append(part)
            return [], True
        return self._said(part)

    @staticmethod
    def _said(part: Part) -> tuple[list[str], bool]:
        """The words of a part that has some."""
        if part.mime == "text/plain" or part.mime.startswith("multipart/"):
            return [part.text()], True
        plain = part.parameters.get("charset", "").lower() in ("", "us-ascii") and not part.raw.isascii()
        if ("charset" not in part.parameters or plain) and (named := _CHARSET.search(part.raw, 0, 4096)):
            part.parameters["charset"] = named[1].decode("ascii")
        return [html_text(part.text())], False

    @property
    def text(self) -> str | None:
        """All of it, None where there is none."""
        return "\n\n".join(text.strip("\n").rstrip() for text in self.texts if text.strip()) or None
