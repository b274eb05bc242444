"""Times of the story. All are written in UTC; the two forms that phones also use are worked out here.

The rule for British Summer Time in 2026 stands here in two lines, so that no zone database can change the evidence.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

_SUMMER_BEGINS: Final = datetime(2026, 3, 29, 1, tzinfo=UTC)
_SUMMER_ENDS: Final = datetime(2026, 10, 25, 1, tzinfo=UTC)


def utc(text: str) -> datetime:
    """ "2026-10-25 00:40" or "2026-10-25 00:40:07" as an aware time."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def ms(text: str) -> int:
    """Milliseconds since 1970, as Android stores times."""
    return int(utc(text).timestamp()) * 1000


def london(moment: datetime) -> datetime:
    """The naive time that a clock in London shows."""
    summer = _SUMMER_BEGINS <= moment < _SUMMER_ENDS
    return (moment + timedelta(hours=1 if summer else 0)).replace(tzinfo=None)


def london_offset(moment: datetime) -> str:
    return "+01:00" if _SUMMER_BEGINS <= moment < _SUMMER_ENDS else "+00:00"
