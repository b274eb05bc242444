"""Who and what the rows of Apple's message store name by number: handles, chats, and who is in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Final, NamedTuple

from evidence_store.records import Group, Member, Moment, Party, Problem
from extractors.android.threads import party as address
from extractors.base import Found
from extractors.beside import sorted_rows
from extractors.database import Doubts, selecting, stored
from extractors.ios.core_data import Extra, Rows, each_record, named, rows_by_key
from extractors.ios.sms_codes import FILTERS, GROUP_STYLE
from parsers.sqlite_file import DatabaseDamaged, EvidenceDatabase, Row, lacking
from parsers.times import COCOA_S

_HANDLE: Final = ("id", "service", "country", "uncanonicalized_id", "person_centric_id")
_CHAT: Final = (
    *("guid", "style", "chat_identifier", "service_name", "room_name", "account_login", "display_name"),
    *("last_addressed_handle", "group_id", "original_group_id", "is_archived", "is_filtered", "is_blackholed"),
    *("is_recovered", "is_deleting_incoming_messages", "last_read_message_timestamp"),
)
_CHAT_EXTRA: Final = (
    *("chat_identifier", "room_name", "account_login", "last_addressed_handle", "group_id", "is_filtered"),
)
_CHAT_FLAGS: Final = (
    ("archived", "is_archived"),
    ("blocked", "is_blackholed"),
    ("recovered", "is_recovered"),
    ("incoming messages are deleted", "is_deleting_incoming_messages"),
)
# The mark that a filter of text messages leaves behind the address: "+447700900101(smsfp)".
_FILTERED: Final = re.compile(r"(.+)\((sms[a-z_]*)\)")
_OWN: Final = re.compile(r"[EePp]:(.+)")
_FINE_FROM: Final = 10**12  # a count of seconds is never so high, one of nanoseconds always
_SURE_FROM_NS, _SURE_TO_NS = 10**12, 2_808_604_800 * 10**9  # 2001 to 2090
_COCOA_US: Final = COCOA_S * 1_000_000


def when(meaning: str, value: Any, column: str, doubts: Doubts) -> Moment:
    """The moment of a count since 2001: seconds to iOS 10, nanoseconds since iOS 11, told by their size."""
    if type(value) is int and _SURE_FROM_NS < value < _SURE_TO_NS:
        return Moment(meaning, value // 1000 + _COCOA_US, str(value), "A")
    fine = type(value) is int and abs(value) >= _FINE_FROM
    return doubts.moment(meaning, value, "cocoa ns" if fine else "cocoa s", column)


def party(identifier: str | None) -> Party | None:
    """Somebody by what stands in a handle: a number, an e-mail address, a name that a sender without number shows."""
    if not identifier:
        return None
    if identifier.startswith("urn:"):
        return Party(identifier, "account")  # of a business
    filtered = _FILTERED.fullmatch(identifier)
    return address(filtered[1] if filtered else identifier)


def own(row: Row) -> Party | None:
    """The address of the device's own side of a message, where it is recorded."""
    return _own(row["destination_caller_id"], row["account"])


@lru_cache(maxsize=1024)  # the same few for all messages of a device
def _own(number: Any, account: Any) -> Party | None:
    if isinstance(number, str) and number:
        return party(str(number))
    found = _OWN.fullmatch(account) if isinstance(account, str) else None
    return party(found[1]) if found else None


class Chat(NamedTuple):
    """A thread as its row describes it."""

    conversation: str
    title: str | None
    service: str
    members: tuple[Party, ...]
    is_group: bool
    flags: tuple[str, ...]


class People:
    """The handles and chats of a store, loaded once; what damage kept from being read is in `gaps`."""

    def __init__(self, db: EvidenceDatabase | None = None) -> None:
        self.gaps: list[Problem] = []
        self._handles: Rows = {}
        self._marks: dict[Any, str] = {}
        self._parties: dict[Any, Party | None] = {}
        self._joined: dict[Any, list[Any]] = {}
        self._chats: dict[Any, Chat] = {}
        if db is not None:
            self._handles = rows_by_key(db, "handle", _HANDLE, self.gaps, key="ROWID")
            for key, row in self._handles.items():
                if isinstance(row["id"], str) and (found := _FILTERED.fullmatch(row["id"])):
                    self._marks[key] = found[2]
            self._load_members(db)
            rows = rows_by_key(db, "chat", _CHAT, self.gaps, key="ROWID")
            quiet = Doubts()
            self._chats = {key: self._described(row, quiet) for key, row in rows.items()}

    def _load_members(self, db: EvidenceDatabase) -> None:
        if lacking(db, {"chat_handle_join": {"chat_id", "handle_id"}}):
            return
        try:
            for row in sorted_rows(db, "chat_handle_join", "chat_id, handle_id", ("chat_id", "rowid")):
                self._joined.setdefault(row["chat_id"], []).append(row["handle_id"])
        except DatabaseDamaged as error:
            self.gaps.append(Problem("file", "damaged-database", f"chat_handle_join: {error}"))

    def handle(self, number: Any, doubts: Doubts, column: str = "handle_id") -> Party | None:
        """Whom a number of a handle stands for; said, where there is no such row. 0 stands for nobody."""
        if number in (None, 0):
            return None
        if number in self._parties:
            return self._parties[number]
        row = self._handles.get(number) if type(number) is int else None
        if row is None:
            doubts.add("no-handle", f"{column}: there is no row of handle for it (ROWID={stored(number)})")
            return None
        found = party(doubts.text(row["id"], f"handle:ROWID={number} id"))
        self._parties[number] = found
        return found

    def filter_mark(self, number: Any) -> str:
        """What a filter of text messages has put behind the address of a handle, "" where nothing."""
        return self._marks.get(number, "") if self._marks else ""

    def service(self, number: Any) -> str:
        """The service that a handle belongs to."""
        row = self._handles.get(number) if type(number) is int else None
        return str(row["service"]) if row is not None and isinstance(row["service"], str) else ""

    def chat(self, number: Any) -> Chat | None:
        """The thread of a number; None where there is no such row."""
        return self._chats.get(number) if type(number) is int else None

    def groups(self, db: EvidenceDatabase) -> Iterator[Found]:
        """A record for each row of `chat`, with whom it is."""
        if lacking(db, {"chat": {"ROWID", "guid"}}):
            return
        yield from each_record(db, "chat", _CHAT, self._group, key="ROWID")

    def _described(self, row: Row, doubts: Doubts) -> Chat:
        key = row["ROWID"]
        members = self._members(key, doubts)
        return Chat(
            doubts.text(row["guid"], "guid") or f"chat:ROWID={key}",
            doubts.text(row["display_name"], "display_name") or None,
            doubts.text(row["service_name"], "service_name") or "",
            members,
            row["style"] == GROUP_STYLE or len(members) > 1,
            (FILTERS[row["is_filtered"]],) if row["is_filtered"] in FILTERS else (),
        )

    def _members(self, key: Any, doubts: Doubts) -> tuple[Party, ...]:
        found = (self.handle(number, doubts) for number in self._joined.get(key, ()))
        return tuple(one for one in found if one is not None)

    def _group(self, row: Row, doubts: Doubts) -> Group:
        chat = self._described(row, doubts)
        read = row["last_read_message_timestamp"]
        style: Extra = () if row["style"] in (GROUP_STYLE, 45) else (("style", stored(row["style"])),)
        flags = ("group",) if chat.is_group else ("one to one",)
        return Group(
            locator=doubts.locator,
            service=chat.service,
            moments=() if read in (None, 0) else (when("last read", read, "last_read_message_timestamp", doubts),),
            flags=(*flags, *chat.flags, *(word for word, name in _CHAT_FLAGS if row[name] == 1)),
            extra=(*style, *named(row, _CHAT_EXTRA, (None, "", 0))),
            conversation=chat.conversation,
            title=chat.title,
            identifiers=chat.members,
            members=tuple(Member(one) for one in chat.members),
            text=chat.title,
        )


def columns_of(db: EvidenceDatabase, table: str, columns: tuple[str, ...], key: str = "ROWID") -> str:
    """A select list with the key under its name."""
    return f"{key} AS {key}, {selecting(db, table, columns)}"
