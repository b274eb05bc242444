"""Who is invited to the events of Apple's calendars, and what stands beside an event."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from evidence_store.records import Party, Problem
from extractors.android.threads import party as address
from extractors.database import Doubts, stored
from extractors.ios.core_data import Extra, Rows, named, rows_by_key
from parsers.sqlite_file import EvidenceDatabase, Row

PARTICIPANT: Final = (
    *("ROWID", "owner_id", "identity_id", "entity_type", "type", "status", "pending_status", "role", "is_self"),
    *("email", "phone_number", "comment", "proposed_start_date"),
)
ALARM: Final = ("trigger_interval", "trigger_date", "type", "calendaritem_owner_id", "owner_id")
RECURRENCE: Final = (
    *("frequency", "interval", "count", "specifier", "by_month_months", "end_date", "cached_end_date"),
    *("owner_id",),
)
ATTACHMENT: Final = ("filename", "url", "owner_id", "file_id")
_FILE: Final = ("filename", "url")
_SHAREE: Final = ("owner_id", "identity_id", "access_level", "status")
_IDENTITY: Final = ("display_name", "address", "first_name", "last_name")
_CODES: Final = ("role", "type", "status", "pending_status")
_FREQUENCIES: Final = {1: "daily", 2: "weekly", 3: "monthly", 4: "yearly"}


class Invited:
    """Those who take part, by their number and by the event that they belong to."""

    def __init__(self, db: EvidenceDatabase, gaps: list[Problem]) -> None:
        self._identities: Rows = rows_by_key(db, "Identity", _IDENTITY, gaps, key="rowid")
        self.rows: Rows = rows_by_key(db, "Participant", PARTICIPANT[1:], gaps, key="ROWID")
        self._by_owner = by_owner(self.rows.values(), "owner_id")
        self._sharees = by_owner(rows_by_key(db, "Sharee", _SHAREE, gaps, key="ROWID").values(), "owner_id")

    def sharees(self, calendar: Any, doubts: Doubts) -> Extra:
        """Whom a calendar is shared with, with the codes as they are stored."""
        found: list[tuple[str, str]] = []
        for row in self._sharees.get(calendar, ()):
            who = self.identity(row["identity_id"], doubts)
            codes = [f"{name} {stored(row[name])}" for name in _SHAREE[2:] if row[name] is not None]
            shown = f"{who.name} ({who.identifier})" if who and who.name else who.identifier if who else "nobody named"
            found.append(("shared with", f"{shown}: {', '.join(codes)}" if codes else shown))
        return tuple(found)

    def identity(self, number: Any, doubts: Doubts) -> Party | None:
        """Somebody by the number of an identity ("owner_identity_id")."""
        if type(number) is not int or number not in self._identities:
            return None
        nothing: Row = dict.fromkeys(PARTICIPANT)
        return self.party(nothing | {"ROWID": f"none, Identity:ROWID={number}", "identity_id": number}, doubts)

    def one(self, number: Any, doubts: Doubts) -> Party | None:
        """Somebody by the number that an event names ("organizer_id")."""
        row = self.rows.get(number) if type(number) is int else None
        return self.party(row, doubts) if row is not None else None

    def of(self, event: Any) -> list[Row]:
        """The rows of those who take part in an event."""
        return self._by_owner.get(event, []) if type(event) is int else []

    def party(self, row: Row, doubts: Doubts) -> Party | None:
        """Somebody as recorded: in the row itself, or as the identity that it names."""
        where = f"Participant:ROWID={row['ROWID']}"
        identity = self._identities.get(row["identity_id"]) if type(row["identity_id"]) is int else None
        name = words = None
        if identity is not None:
            first, last, display, words = (
                doubts.text(identity[one], f"{where} {one}")
                for one in ("first_name", "last_name", "display_name", "address")
            )
            name = display or " ".join(part for part in (first, last) if part) or None
        found = doubts.text(row["email"], f"{where} email") or (words or "").partition("mailto:")[2] or words
        found = found or doubts.text(row["phone_number"], f"{where} phone_number")
        if not found:
            return Party(name, "name", name) if name else None
        made = address(found.removeprefix("tel:"))
        scheme = made.scheme if made else "account"
        return Party(made.identifier if made else found, "account" if scheme == "sender-id" else scheme, name)

    def answer(self, row: Row, doubts: Doubts) -> str:
        """ "ann@example.org: own, role 1, status 2, comment: late": the codes as they are stored."""
        who = self.party(row, doubts)
        codes = [f"{name} {stored(row[name])}" for name in _CODES if row[name] not in (None, 0)]
        own = ["own"] if row["is_self"] == 1 else []
        comment = doubts.text(row["comment"], f"Participant:ROWID={row['ROWID']} comment")
        words = ", ".join([*own, *codes, *([f"comment: {comment}"] if comment else [])])
        shown = who.identifier if who else "nobody named"
        if who and row["phone_number"] not in (None, "") and stored(row["phone_number"]) != who.identifier:
            shown += f", {stored(row['phone_number'])}"
        return f"{shown}: {words}" if words else shown


def by_owner(rows: Any, column: str) -> dict[Any, list[Row]]:
    """Rows by the event that they belong to."""
    found: dict[Any, list[Row]] = {}
    for row in rows:
        if row[column] is not None:
            found.setdefault(row[column], []).append(row)
    return found


class Around:
    """The alarms, rules of repetition and attachments of events."""

    def __init__(self, db: EvidenceDatabase, gaps: list[Problem]) -> None:
        alarms = rows_by_key(db, "Alarm", ALARM, gaps, key="ROWID").values()
        self._alarms = {**by_owner(alarms, "owner_id"), **by_owner(alarms, "calendaritem_owner_id")}
        self._rules = by_owner(rows_by_key(db, "Recurrence", RECURRENCE, gaps, key="ROWID").values(), "owner_id")
        files = rows_by_key(db, "Attachment", ATTACHMENT, gaps, key="ROWID").values()
        self._files = by_owner(files, "owner_id")
        self._stored = rows_by_key(db, "AttachmentFile", _FILE, gaps, key="ROWID")  # of newer generations

    def rules(self, event: Any) -> list[Row]:
        """The rules of repetition of an event."""
        return self._rules.get(event, [])

    def told(self, event: Any) -> Extra:
        """What is to be told of an event from beside."""
        return tuple(self._each(event))

    def _each(self, event: Any) -> Iterator[tuple[str, str | int | float | None]]:
        for row in self._rules.get(event, ()):
            frequency = row["frequency"]
            word = _FREQUENCIES.get(frequency) if type(frequency) is int else None
            names = ("interval", "count", "specifier", "by_month_months", "end_date")
            rest = ", ".join(f"{name} {value}" for name, value in named(row, names, (None, "", 0)))
            yield "recurrence", ", ".join(part for part in (word or f"frequency {stored(frequency)}", rest) if part)
        for row in self._alarms.get(event, ()):
            at = f"at {stored(row['trigger_date'])}" if row["trigger_date"] not in (None, 0) else ""
            yield "alarm", at or f"{stored(row['trigger_interval'])} seconds from the start"
        for row in self._files.get(event, ()):
            kept = self._stored.get(row["file_id"]) if type(row["file_id"]) is int else None
            rows = (row, kept) if kept else (row,)
            told = (stored(one[name]) for name in _FILE for one in rows)
            yield "attachment", next((word for word in told if word), "no name")
