"""Which messages belong to which: tapbacks put onto their message, answers to the one that began their thread."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from evidence_store.records import Problem, Quoted, Reaction
from extractors.database import Doubts, each_row, selecting, until_damage
from extractors.ios.sms_body import text_of
from extractors.ios.sms_codes import REMOVED, TAKEN_BACK, TAPBACKS, tapback
from extractors.ios.sms_people import People, own, when
from parsers.sqlite_file import DatabaseDamaged, EvidenceDatabase, Row, lacking

_COLUMNS: Final = (
    *("guid", "associated_message_guid", "associated_message_type", "associated_message_emoji", "handle_id"),
    *("is_from_me", "date", "destination_caller_id", "account", "thread_originator_guid"),
)
_BEGINNING: Final = ("guid", "text", "attributedBody", "handle_id", "is_from_me", "destination_caller_id", "account")
_WHERE: Final = {
    "associated_message_type": "associated_message_type >= 2000",
    "thread_originator_guid": "thread_originator_guid IS NOT NULL",
}
_AT_ONCE: Final = 500
# A sticker is a file: its message stays one of its own.
_PUT_ONTO: Final = frozenset(kind + back for kind in TAPBACKS if kind != 2007 for back in (0, TAKEN_BACK))


def target_of(guid: Any) -> str | None:
    """The key of the message that a tapback is for, out of "p:0/KEY" (a part of it) or "bp:KEY" (of an app)."""
    if not isinstance(guid, str) or not guid:
        return None
    return str(guid).rpartition("/")[2].removeprefix("bp:") or None


def _rows(db: EvidenceDatabase, columns: str, where: str) -> Iterator[Row]:
    """The rows of `message` that meet a condition in the order of their keys; behind damage, all that can be read.

    Without a condition they come in any order, which an index gives faster, and where there is damage some come twice.
    Damage is not told here: reading the messages themselves tells it.
    """
    last: Any = None
    select = f"SELECT ROWID AS ROWID, {columns} FROM message"  # noqa: S608
    reasons = list[str]()
    with until_damage(reasons):
        for row in db.execute(f"{select}{where} ORDER BY ROWID" if where else select):
            last = row["ROWID"] if where else None
            yield row
    if reasons:
        told: list[Problem] = []
        for row in each_row(db, "message", f"ROWID AS ROWID, {columns}", told, key="ROWID"):
            if last is None or row["ROWID"] > last:
                yield row


def _each_of(db: EvidenceDatabase, select: str, keys: list[int]) -> Iterator[Row]:
    """The rows of these keys, but those that lie in damage."""
    reasons = list[str]()
    with until_damage(reasons):
        yield from list(db.execute(f"{select} WHERE ROWID IN ({','.join(str(key) for key in keys)})"))
    if reasons and len(keys) > 1:
        yield from _each_of(db, select, keys[: len(keys) // 2])
        yield from _each_of(db, select, keys[len(keys) // 2 :])


class Links:
    """What belongs to other messages, found before they are read: one pass over the table, one over its keys.

    `placed` are the rows whose tapback goes onto a message that is there. What was not fetched with `reactions` when
    all messages have been read is in `left`.
    """

    def __init__(self, db: EvidenceDatabase | None = None, people: People | None = None) -> None:
        self.placed: set[int] = set()
        self.gaps: list[Problem] = []
        self._people = people or People()
        self._tapbacks: dict[str, list[Row]] = {}
        self._begun: dict[str, Quoted] = {}
        columns = {} if db is None else db.tables()
        there = [words for name, words in _WHERE.items() if name in columns.get("message", ())]
        if db is not None and there and not lacking(db, {"message": {"ROWID", "guid"}}):
            try:
                self._load(db, f" WHERE {' OR '.join(there)}")
            except DatabaseDamaged as error:
                self.gaps.append(Problem("file", "damaged-database", f"message, for tapbacks and threads: {error}"))

    def _load(self, db: EvidenceDatabase, where: str) -> None:
        wanted: set[str] = set()
        for row in _rows(db, selecting(db, "message", _COLUMNS), where):
            target = target_of(row["associated_message_guid"])
            if row["associated_message_type"] in _PUT_ONTO and target is not None:
                self._tapbacks.setdefault(target, []).append(row)
            if isinstance(row["thread_originator_guid"], str):
                wanted.add(str(row["thread_originator_guid"]))
        if not wanted and not self._tapbacks:
            return
        there: set[str] = set()
        begun: list[int] = []
        for row in _rows(db, "guid", ""):
            if row["guid"] in self._tapbacks:
                there.add(row["guid"])
            if row["guid"] in wanted:
                begun.append(row["ROWID"])
        self._tapbacks = {guid: rows for guid, rows in self._tapbacks.items() if guid in there}
        self.placed = {row["ROWID"] for rows in self._tapbacks.values() for row in rows}
        self._load_begun(db, begun)

    def _load_begun(self, db: EvidenceDatabase, keys: list[int]) -> None:
        select = f"SELECT {selecting(db, 'message', _BEGINNING)} FROM message"  # noqa: S608
        quiet = Doubts()
        for at in range(0, len(keys), _AT_ONCE):
            for row in _each_of(db, select, keys[at : at + _AT_ONCE]):
                self._begun[row["guid"]] = Quoted(row["guid"], self._sender(row, quiet), text_of(row, quiet)[0])

    def _sender(self, row: Row, doubts: Doubts) -> Any:
        return own(row) if row["is_from_me"] == 1 else self._people.handle(row["handle_id"], doubts)

    def quoted(self, guid: Any) -> Quoted | None:
        """The message that began a thread, as far as it is there."""
        if not isinstance(guid, str) or not guid:
            return None
        return self._begun.get(guid) or Quoted(str(guid))

    def reactions(self, guid: Any, doubts: Doubts) -> tuple[tuple[Reaction, ...], tuple[tuple[str, str], ...]]:
        """The tapbacks of a message, and in which rows they stand."""
        rows = self._tapbacks.pop(guid, None) if isinstance(guid, str) else None
        if rows is None:
            return (), ()
        found = []
        for row in rows:
            emoji = doubts.text(row["associated_message_emoji"], "associated_message_emoji")
            words = tapback(row["associated_message_type"], emoji) or ""
            # Of a tapback that was taken back only that is left: the time is not that of the tapback.
            meaning = "reaction removed" if words.endswith(REMOVED) else "reacted"
            moment = when(meaning, row["date"], f"date of message:ROWID={row['ROWID']}", doubts)
            found.append(Reaction(words, self._sender(row, doubts), moment))
        return tuple(found), (("rows of reactions", ", ".join(str(row["ROWID"]) for row in rows)),)

    def left(self) -> Iterator[int]:
        """The rows of tapbacks whose message did not come, because damage lies there."""
        for rows in self._tapbacks.values():
            for row in rows:
                yield row["ROWID"]
