"""The options by which items are chosen, and zones: the operator's words as values, or one clear line."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import Connection

from app.cli import UsageError
from app.output import say_aside
from evidence_store import overview, queries
from evidence_store.records import KINDS
from evidence_store.selection import Selection, match_words
from parsers.times import to_us


def selection_of(arguments: argparse.Namespace) -> Selection:
    """The selection that the options of `items` and `report` state. Raises UsageError."""
    known = [kind.kind for kind in KINDS]
    for kind in arguments.kind:
        if kind not in known:
            raise UsageError(f"{kind} is no kind of item: there are {', '.join(known)}")
    if arguments.search and not match_words(arguments.search):
        raise UsageError(f"--search {arguments.search}: there is no word in it to search for")
    since, until = _time(arguments.since, end=False), _time(arguments.until, end=True)
    if since is not None and until is not None and since >= until:
        raise UsageError(f"--since {arguments.since} is not before --until {arguments.until}")
    return Selection(
        kinds=tuple(arguments.kind),
        services=tuple(arguments.service),
        since=since,
        until=until,
        party=arguments.party,
        search=arguments.search,
        tags=tuple(arguments.tag),
    )


def tell_unknown(connection: Connection, chosen: Selection) -> None:
    """Says on standard error which tag or service no item of the case has: a slip of the pen must not look like
    "nothing found". So too how many items the dates leave out because they have none."""
    facets = overview.facets(connection)
    if undated := queries.left_without_time(connection, chosen):
        say_aside(f"{undated:,} more items fit but for the dates: they have no time in UTC and are left out")
    for name, wanted in (("service", chosen.services), ("tag", chosen.tags)):
        present = [value for value, count in facets[name] if value and count]
        for one in wanted:
            if one not in present:
                there = f"there are {', '.join(present)}" if present else "there is none"
                say_aside(f"no item of this case has the {name} “{one}”; {there}")


def _time(text: str | None, *, end: bool) -> int | None:
    if text is None:
        return None
    wrong = f"{text} is no date or time: use 2026-10-25 or 2026-10-25T01:30:00+01:00"
    try:
        found = datetime.fromisoformat(text)
        if end and len(text) == len("2026-10-25"):
            found += timedelta(days=1)
        return to_us(found if found.tzinfo else found.replace(tzinfo=UTC))
    except (ValueError, OverflowError):
        raise UsageError(wrong) from None


def known_region(region: str | None) -> None:
    """Raises UsageError where this is no region that has telephone numbers."""
    import phonenumbers

    if region is not None and region not in phonenumbers.SUPPORTED_REGIONS:
        raise UsageError(f"{region or 'an empty name'} is no region with telephone numbers: use two letters such as GB")


def known_zone(zone: str | None) -> None:
    """Raises UsageError where this is no IANA name of a zone."""
    try:
        ZoneInfo("UTC" if zone is None else zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UsageError(f"{zone or 'an empty name'} is no time zone: use a name such as Europe/London") from None
