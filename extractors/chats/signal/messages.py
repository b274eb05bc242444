"""The messages of Signal's database: every row of every table that holds some."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, Final

from evidence_store.records import Call, Message, Moment, Present, Problem, Quoted, Reaction
from extractors.base import Found
from extractors.chats.signal.codes import Kind, kind_of
from extractors.chats.signal.layouts import Layout
from extractors.chats.signal.people import SERVICE, People
from extractors.chats.signal.side import Sides, polls_and_mentions
from extractors.database import Doubts, each_row, stored
from extractors.shortened import shortened
from parsers.protobuf import Fields
from parsers.sqlite_file import EvidenceDatabase, Row

Extra = tuple[str, str | int]
_EXTRA: Final = (
    *("expires_in", "expire_started", "from_device_id", "server_guid", "parent_story_id", "revision_number"),
    *("viewed", "pinned_until"),
)
_MAP: Final = re.compile(r"https://maps\.google\.com/maps\?q=(-?\d{1,2}\.\d+)(?:,|%2C)(-?\d{1,3}\.\d+)", re.IGNORECASE)


class Reader:
    """Reads one table of messages; see `layouts`."""

    def __init__(self, db: EvidenceDatabase, layout: Layout, people: People, sides: Sides, calls: bool) -> None:
        self._db = db
        self._layout = layout
        self._people = people
        self._sides = sides
        self._calls = calls  # whether a table of calls has them
        self._doubts = Doubts()
        self._earlier = self._revisions() if layout.table == "message" else {}

    def _revisions(self) -> dict[Any, list[Row]]:
        """The rows that hold earlier texts, by the row that holds the latest one."""
        if "latest_revision_id" not in {name.lower() for name in self._db.tables()["message"]}:
            return {}
        found: dict[Any, list[Row]] = {}
        columns = "_id, body, date_sent, latest_revision_id"
        for row in each_row(self._db, "message", columns, []):
            if row["latest_revision_id"] is not None:
                found.setdefault(row["latest_revision_id"], []).append(row)
        return found

    def read(self) -> Iterator[Found]:
        """Every row, in the order of its number, and what could not be read."""
        gaps: list[Problem] = []
        for row in each_row(self._db, self._layout.table, self._layout.columns, gaps):
            self._doubts.locator = f"{self._layout.table}:_id={row['_id']}"
            kind = kind_of(row["kind"])
            yield self._call(row, kind) if kind.call and not self._calls else self._message(row, kind)
            yield from self._doubts.drain()
        yield from gaps
        yield from self._sides.finish()
        for row in self._sides.lone_reactions():
            self._doubts.locator = f"reaction:_id={row['_id']}"
            yield Present(1)
            yield self._lone(row)
            yield from self._doubts.drain()

    def _lone(self, row: Row) -> Message:
        """A reaction to a message that is not there any more."""
        return Message(
            locator=self._doubts.locator,
            service=SERVICE,
            moments=(self._doubts.moment("reacted", row["date_sent"], "ms", "date_sent"),),
            flags=("reaction",),
            extra=(("message_id", stored(row["message_id"])),),
            sender=self._people.party(row["author_id"]),
            text=self._doubts.text(row["emoji"], "emoji"),
        )

    def _message(self, row: Row, kind: Kind) -> Message:
        doubts, people = self._doubts, self._people
        side = self._sides.of(row["_id"])
        attachments, media_flags = self._sides.attachments(side, doubts)
        body = doubts.text(row["body"], "body") or None
        text = f"[{kind.event}]" if kind.event else body
        extra: list[Extra] = [("body", body)] if kind.event and body else []
        self._check(row["author"])
        contact, contact_flag = self._contacts(row)
        lat, lon = _place(text)
        flags = (*kind.flags, *media_flags, *contact_flag, *_flags(row, kind, lat is not None))
        extra += polls_and_mentions(side, people, doubts)
        extra += [("earlier text", stored(one["body"])) for one in self._earlier.get(row["_id"], [])]
        if row["deleted_by"] is not None and (by := people.party(row["deleted_by"])) is not None:
            self._check(row["deleted_by"])
            extra.append(("deleted by", by.name or by.identifier))
        direction = kind.direction
        other = people.other(row["thread_id"])
        return Message(
            locator=doubts.locator,
            service=SERVICE,
            moments=self._moments(row, direction),
            deleted=_is_deleted(row),
            flags=tuple(dict.fromkeys((*flags, "poll") if "poll" in side else flags)),
            attachments=attachments,
            extra=(*extra, *self._links(row), *_extra(row)),
            conversation=None if row["thread_id"] is None else stored(row["thread_id"]),
            title=people.title(row["thread_id"]),
            direction=direction,
            sender=people.party(row["author"]) if direction != "out" or self._layout.author else None,
            recipients=(other,) if direction == "out" and other is not None else (),
            text=text or contact or self._question(side),
            key=stored(row["sent"]) or None,
            quotes=self._quoted(row),
            reactions=self._reactions(row, side),
            lat=lat,
            lon=lon,
        )

    def _call(self, row: Row, kind: Kind) -> Call:
        """A call that only the messages tell of; the body of a group call has its details, encoded."""
        body = self._doubts.text(row["body"], "body")
        direction = kind.direction
        other = self._people.other(row["thread_id"]) or self._people.party(row["author"])
        return Call(
            locator=self._doubts.locator,
            service=SERVICE,
            moments=self._moments(row, direction, "started"),
            extra=((("body", body),) if body else ()) + _extra(row),
            conversation=None if row["thread_id"] is None else stored(row["thread_id"]),
            direction=direction,
            sender=other if direction == "in" else None,
            recipients=(other,) if direction == "out" and other is not None else (),
            outcome=kind.outcome,
            text=kind.event,
        )

    def _moments(self, row: Row, direction: str | None, meaning: str = "sent") -> tuple[Moment, ...]:
        doubts = self._doubts
        earlier = self._earlier.get(row["_id"])
        found = []
        if earlier:
            found.append(doubts.moment(meaning, earlier[0]["date_sent"], "ms", "date_sent"))
            found.append(doubts.moment("edited", row["sent"], "ms", "date_sent"))
        else:
            found.append(doubts.moment(meaning, row["sent"], "ms", "date_sent"))
        if direction != "out" and row["received"] not in (None, 0, -1):
            found.append(doubts.moment("received", row["received"], "ms", "date_received"))
        if row["date_server"] not in (None, 0, -1):
            found.append(doubts.moment("received by the server", row["date_server"], "ms", "date_server"))
        if direction == "out" and row["receipt_timestamp"] not in (None, 0, -1):
            told = "read" if row["seen"] else "delivered" if row["delivered"] else "receipt"
            found.append(doubts.moment(told, row["receipt_timestamp"], "ms", "receipt_timestamp"))
        if row["scheduled_date"] not in (None, 0, -1):
            found.append(doubts.moment("scheduled", row["scheduled_date"], "ms", "scheduled_date"))
        if row["pinned_at"] not in (None, 0, -1):
            found.append(doubts.moment("pinned", row["pinned_at"], "ms", "pinned_at"))
        return tuple(found)

    def _check(self, recipient: Any) -> None:
        if not self._people.known(recipient):
            self._doubts.add("recipient", f"recipient {stored(recipient)} is not in the database")

    def _quoted(self, row: Row) -> Quoted | None:
        if row["quote_id"] in (None, 0):
            return None
        author = self._people.party(row["quote_author"])
        return Quoted(stored(row["quote_id"]), author, self._doubts.text(row["quote_body"], "quote_body") or None)

    def _reactions(self, row: Row, side: dict[str, list[Row]]) -> tuple[Reaction, ...]:
        found = []
        for one in side.get("reaction", ()):
            self._check(one["author_id"])
            when = self._doubts.moment("reacted", one["date_sent"], "ms", "reaction date_sent")
            found.append(Reaction(stored(one["emoji"]), self._people.party(one["author_id"]), when))
        if isinstance(row["reactions"], bytes) and row["reactions"]:
            found += self._listed_reactions(row["reactions"])
        return tuple(found)

    def _listed_reactions(self, data: bytes) -> list[Reaction]:
        """As they stood in the row itself until 2021."""
        try:
            listed, left_out = Fields(data).counted(1)
        except ValueError as error:
            self._doubts.add("reactions", f"reactions: {error}")
            return []
        people, doubts = self._people, self._doubts
        if left_out:
            doubts.add("reactions", f"reactions: {left_out} of them cannot be read")
        return [
            Reaction(
                one.text(1) or "",
                people.party(one.number(2)),
                doubts.moment("reacted", one.number(3), "ms", "reactions"),
            )
            for one in listed
        ]

    def _json(self, row: Row, column: str) -> list[dict[str, Any]]:
        value = row[column]
        if value is None or value == "":
            return []
        try:
            listed = json.loads(value)
        except (ValueError, TypeError, RecursionError):
            self._doubts.add("json", f"{column} is not JSON: {shortened(stored(value), 200)}")
            return []
        return [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []

    def _contacts(self, row: Row) -> tuple[str | None, tuple[str, ...]]:
        """The words for shared contacts, and the flag."""
        words = []
        for card in self._json(row, "shared_contacts"):
            name = card.get("name")
            shown = (name.get("displayName") or name.get("givenName")) if isinstance(name, dict) else None
            numbers = card.get("phoneNumbers")
            listed = (
                [one.get("number") for one in numbers if isinstance(one, dict)] if isinstance(numbers, list) else []
            )
            words.append(", ".join(str(part) for part in (shown, *listed) if part))
        return ("\n".join(words) or None, ("contact card",)) if words else (None, ())

    def _links(self, row: Row) -> tuple[Extra, ...]:
        links = self._json(row, "link_previews")
        return tuple(
            ("link preview", " | ".join(str(one[key]) for key in ("url", "title", "description") if one.get(key)))
            for one in links
        )

    def _question(self, side: dict[str, list[Row]]) -> str | None:
        polls = side.get("poll", ())
        return next((question for one in polls if (question := self._doubts.text(one["question"], "question"))), None)


def _is_deleted(row: Row) -> bool:
    """Whether it was taken back: since 2026 `deleted_by` says by whom, and `remote_deleted` is not written any more."""
    return bool(row["remote_deleted"]) or row["deleted_by"] is not None


def _flags(row: Row, kind: Kind, place: bool) -> tuple[str, ...]:
    found = []
    if _is_deleted(row):
        others = row["deleted_by"] is not None and row["deleted_by"] != row["author"]
        found.append("deleted by another" if others else "deleted by sender")
    if row["view_once"]:
        found.append("view once")
    if type(row["expires_in"]) is int and row["expires_in"] > 0 and not kind.event:
        found.append("disappearing")
    if row["story_type"]:
        found.append("story")
    if row["scheduled_date"] not in (None, 0, -1):
        found.append("scheduled")
    if row["latest_revision_id"] is not None:
        found.append("earlier version")
    elif row["original_message_id"] is not None or row["revision_number"]:
        found.append("edited")
    if kind.direction == "in" and row["read"] == 0:
        found.append("unread")
    if place:
        found.append("location")
    return tuple(found)


def _place(text: str | None) -> tuple[float | None, float | None]:
    """The place that the application writes as an address of a map."""
    match = _MAP.search(text) if text and "maps" in text else None
    if match is None or not (-90 <= float(match[1]) <= 90 and -180 <= float(match[2]) <= 180):
        return None, None
    return float(match[1]), float(match[2])


def _extra(row: Row) -> tuple[Extra, ...]:
    """What has no field; the first device of an account (1) is not worth a word."""
    found = [(name, row[name]) for name in _EXTRA if row[name] not in (None, 0, -1, "")]
    found = [one for one in found if one != ("from_device_id", 1)]
    return tuple((name, value if type(value) in (str, int) else stored(value)) for name, value in found)
