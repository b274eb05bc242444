"""Times in words for screens and reports: local with GMT or BST named, and UTC beside it."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from parsers.times import from_us


class LocalTime:
    """Writes moments in one zone. Raises `zoneinfo.ZoneInfoNotFoundError` for an unknown name."""

    def __init__(self, zone: str) -> None:
        self.zone = zone
        self._info = ZoneInfo(zone)

    def words(self, utc_us: int | None) -> str:
        """ "25 Oct 2026 01:30:00 BST", with the fraction where there is one; "no time" for None."""
        if utc_us is None:
            return "no time"
        local = from_us(utc_us).astimezone(self._info)
        return f"{local.day} {local:%b %Y %H:%M:%S}{_fraction(utc_us)} {local:%Z}"

    def utc(self, utc_us: int | None) -> str:
        """The same moment in UTC: "25 Oct 2026 00:30:00 UTC", or ""."""
        if utc_us is None:
            return ""
        utc = from_us(utc_us)
        return f"{utc.day} {utc:%b %Y %H:%M:%S}{_fraction(utc_us)} UTC"

    def moment(self, moment: dict[str, Any]) -> str:
        """A stored moment: local time and what is doubtful about it; the raw form where it is not known in UTC."""
        utc_us, note = moment.get("utc_us"), moment.get("note", "")
        if utc_us is None:
            return f"as stored: {moment['raw']}" + (f" ({note})" if note else "")
        return self.words(utc_us) + (f" ({note})" if note else "")


def _fraction(utc_us: int) -> str:
    """Thousandths, or millionths where there are some: ".84" and ".840" are one time, and read side by side as two."""
    whole = f"{utc_us % 1_000_000:06d}"
    if whole == "000000":
        return ""
    return f".{whole.removesuffix('000')}"
