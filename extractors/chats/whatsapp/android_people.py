"""Who and what WhatsApp's identifiers on Android stand for: tables `jid`, `jid_map`, `lid_display_name`, `chat`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from evidence_store.records import Party, Problem
from extractors.chats.whatsapp.chat import Chat, Who
from extractors.chats.whatsapp.deletions import Deletions
from extractors.chats.whatsapp.parties import party, sort_of
from extractors.database import each_held, selecting, stored
from parsers.sqlite_file import DatabaseDamaged, EvidenceDatabase, Row, lacking

_CHAT: Final = (
    *("_id", "jid_row_id", "subject", "created_timestamp", "archived", "hidden", "group_type", "ephemeral_expiration"),
    *("unseen_message_count", "last_read_message_row_id", "last_read_message_sort_id", "chat_lock"),
)
_OWN: Final = ("lid_me", "status_me")  # the server of the account's own identifiers, which name nobody
_EARLY_CHAT: Final = ("_id", "key_remote_jid", "subject", "creation", "archived", "unseen_message_count")
_JOB: Final = (
    *("chat_row_id", "deleted_message_row_id", "deleted_starred_message_row_id", "deleted_message_categories"),
    *("deleted_categories_message_row_id", "deleted_categories_starred_message_row_id"),
    "singular_message_delete_rows_id",
)


class People:
    """The identifiers and chats of one database. What is missing or damaged of the tables leaves them without entry.

    `book` has the names that the application's address book gives, by identifier.

    References:
    - the schema as WhatsApp writes it: jid(user, server, raw_string), jid_map(lid_row_id, jid_row_id),
      lid_display_name(lid_row_id, display_name), chat(jid_row_id, subject), newsletter(chat_row_id, name)
    """

    def __init__(self, db: EvidenceDatabase, book: Mapping[str, str] | None = None) -> None:
        self._db = db
        self._book = book or {}
        self._raw: dict[Any, str] = {}
        self._row_ids: dict[str, Any] = {}
        self._own: set[Any] = set()
        self._linked: set[Any] = set()
        self._numbers: dict[Any, Any] = {}
        self._names: dict[Any, str] = {}
        self._known: dict[Any, Who | None] = {}
        self.chats: dict[Any, Chat] = {}
        self._by_jid: dict[str, Chat] = {}
        self._keys: dict[Any, str] = {}
        self._load_identifiers()
        self._load_names()
        self._load_chats()
        self._load_keys()

    def raw(self, row_id: Any) -> str | None:
        """The identifier of a row of `jid` as stored."""
        return self._raw.get(row_id)

    def is_own(self, row_id: Any) -> bool:
        """Whether a row of `jid` stands for the account of the phone: that without identifier, or its privacy id."""
        return row_id in self._own

    def who(self, row_id: Any) -> Who | None:
        """Whoever a row of `jid` stands for; None for 0, NULL and rows that are not there."""
        try:
            return self._known[row_id]
        except KeyError:
            found = self._known[row_id] = self._who(row_id)
            return found

    def _who(self, row_id: Any) -> Who | None:
        raw = self._raw.get(row_id)
        if raw is None:
            return None
        number = self._raw.get(self._numbers.get(row_id))
        name = self._book.get(raw) or self._book.get(number or "") or self._names.get(row_id)
        if number is None:
            return Who(party(raw, name))
        return Who(party(number, name), (("lid", raw),))

    def by_identifier(self, jid: str) -> Who:
        """Whoever an identifier stands for that stands in a row itself; the number behind it where the phone knows."""
        if not self._row_ids:
            self._row_ids = {raw: row_id for row_id, raw in self._raw.items()}
        return self.who(self._row_ids.get(jid)) or Who(self.named(jid))

    def named(self, jid: str) -> Party:
        """Somebody whose identifier stands in a message itself."""
        return party(jid, self._book.get(jid))

    def chat(self, row_id: Any) -> Chat:
        """The chat of a row id; one without a name where there is no such row."""
        try:
            return self.chats[row_id]
        except KeyError:
            chat = self.chats[row_id] = Chat(f"chat {stored(row_id)}", "unknown", known=False)
            return chat

    def conversation(self, row_id: Any) -> str | None:
        """The key of the chat with whoever a row of `jid` stands for, under their number or their privacy id; where
        there is none, the identifier itself."""
        return self._keys.get(row_id) or self.raw(row_id)

    def chat_of(self, jid: str) -> Chat:
        """The chat of an identifier, which in early layouts stands in the message itself."""
        try:
            return self._by_jid[jid]
        except KeyError:
            chat = self._by_jid[jid] = Chat(jid, sort_of(jid))
            if chat.sort == "person":
                chat.other = Who(self.named(jid))
                chat.title = chat.other.party.name
            return chat

    def devices(self) -> dict[Any, str]:
        """The linked device that a message was written on, by the row id of the message; nothing for the phone itself.

        "447700900101:12@s.whatsapp.net": the number behind the colon is that of the device.
        """
        table, key = "message_details", "message_row_id"
        linked = {row_id: self._raw[row_id] for row_id in self._linked if row_id in self._raw}
        if not linked or lacking(self._db, {table: {key, "author_device_jid"}}):
            return {}
        gaps: list[Problem] = []
        rows = each_held(self._db, table, f"{key}, author_device_jid", gaps, key=key)
        found = {row[key]: linked[at] for row in rows if (at := row["author_device_jid"]) in linked}
        self._db.notes += [f"{table}: {one.detail}" for one in gaps]
        return found

    def all_chats(self) -> list[Chat]:
        """Every chat that a table lists, in the order of their rows; those of the early table last."""
        listed = [chat for _, chat in sorted(self.chats.items(), key=lambda item: _order(item[0])) if chat.locator]
        there = {id(chat) for chat in listed}
        return listed + [chat for chat in self._by_jid.values() if chat.locator and id(chat) not in there]

    def _rows(self, table: str, columns: tuple[str, ...], needed: set[str]) -> Iterator[Row]:
        if lacking(self._db, {table: needed}):
            return
        try:
            yield from self._db.execute(f"SELECT {selecting(self._db, table, columns)} FROM {table}")  # noqa: S608
        except DatabaseDamaged as error:
            self._db.notes.append(f"not all of {table} could be read: {error}")

    def _load_identifiers(self) -> None:
        for row in self._rows("jid", ("_id", "raw_string", "user", "server", "device"), {"_id"}):
            raw, user, server = row["raw_string"], row["user"], row["server"]
            if isinstance(raw, str) and raw:
                self._raw[row["_id"]] = raw
            elif isinstance(user, str) and isinstance(server, str) and user:
                self._raw[row["_id"]] = f"{user}@{server}"
            if type(row["device"]) is int and row["device"] > 0:
                self._linked.add(row["_id"])
            if (user == "" and not raw) or server in _OWN:
                self._own.add(row["_id"])
        for row in self._rows("jid_map", ("lid_row_id", "jid_row_id"), {"lid_row_id", "jid_row_id"}):
            self._numbers[row["lid_row_id"]] = row["jid_row_id"]

    def _load_names(self) -> None:
        """The names that people gave themselves. They stand by privacy id, and serve for the number behind it too."""
        for row in self._rows("lid_display_name", ("lid_row_id", "display_name", "username"), {"lid_row_id"}):
            name = row["display_name"] or row["username"]
            if isinstance(name, str):
                self._names[row["lid_row_id"]] = name
                if (number := self._numbers.get(row["lid_row_id"])) is not None:
                    self._names.setdefault(number, name)

    def _load_chats(self) -> None:
        channels = {
            row["chat_row_id"]: row["name"]
            for row in self._rows("newsletter", ("chat_row_id", "name"), {"chat_row_id", "name"})
            if isinstance(row["name"], str)
        }
        for row in self._rows("chat", _CHAT, {"_id"}):
            self.chats[row["_id"]] = self._chat(row, channels.get(row["_id"]))
        self._by_jid = {chat.key: chat for chat in self.chats.values() if chat.known}
        for row in self._rows("chat_list", _EARLY_CHAT, {"_id", "key_remote_jid"}):
            self._early_chat(row)
        for job in self._rows("deleted_chat_job", _JOB, {"chat_row_id"}):
            if (chat := self.chats.get(job["chat_row_id"])) is not None:
                chat.deletions = chat.deletions or Deletions()
                chat.deletions.add(job)

    def _load_keys(self) -> None:
        self._keys = {chat.row["jid_row_id"]: chat.key for chat in self.chats.values() if chat.row and chat.known}
        for pair in self._numbers.items():
            for one, other in (pair, pair[::-1]):
                if one in self._keys and other is not None:
                    self._keys.setdefault(other, self._keys[one])

    def _early_chat(self, row: Row) -> None:
        jid = row["key_remote_jid"]
        if not isinstance(jid, str) or (jid in self._by_jid and self._by_jid[jid].title):
            return
        chat = self.chat_of(jid)
        chat.title = row["subject"] if isinstance(row["subject"], str) and row["subject"] else chat.title
        if not chat.locator:
            chat.locator = f"chat_list:_id={row['_id']}"
            chat.row = dict.fromkeys(_CHAT) | row | {"created_timestamp": row["creation"]}

    def _chat(self, row: Row, channel: str | None) -> Chat:
        jid = self._raw.get(row["jid_row_id"])
        subject = row["subject"] if isinstance(row["subject"], str) and row["subject"] else None
        if jid is None:
            return Chat(f"chat {row['_id']}", "unknown", title=subject, known=False, row=row)
        chat = Chat(jid, sort_of(jid), f"chat:_id={row['_id']}", subject or channel, row=row)
        if chat.sort == "person":
            chat.other = self.who(row["jid_row_id"])
            chat.title = subject or (chat.other.party.name if chat.other else None)
        unread = row["unseen_message_count"]
        if type(unread) is int and unread > 0:
            last = row["last_read_message_sort_id"]
            chat.unread_by_sort = type(last) is int and last > 0
            last = last if chat.unread_by_sort else row["last_read_message_row_id"]
            chat.unread_above = last if type(last) is int else None
        return chat


def _order(row_id: Any) -> tuple[bool, int, str]:
    return (True, row_id, "") if type(row_id) is int else (False, 0, str(row_id))
