"""Who is in the conversations of Samsung's messages application: `recipients`, `conversations` and who is in which."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from evidence_store.records import Group, Member, Party, Problem
from extractors.android.samsung_messages_codes import CONVERSATIONS
from extractors.android.tables import extra_of, moments_of, rows_told
from extractors.android.threads import party
from extractors.database import Doubts, selecting, stored
from parsers.sqlite_file import DatabaseDamaged, EvidenceDatabase, Row, lacking

_RECIPIENT: Final = ("_id", "address", "normalized_address", "cache_name", "alias")
_SHOWN: Final = (
    *("smsmms_thread_id", "im_thread_id", "group_nick_name", "group_remark", "group_leader", "from_address"),
    "groupchat_inviter_address",
)
_CONVERSATION: Final = (
    *("_id", "name", "conversation_type", "bin_status", "is_to_be_deleted", "sort_timestamp", "created_timestamp"),
    "snippet",
    *_SHOWN,
)
_LINK: Final = ("conversation_id", "recipient_id")


@dataclass(slots=True)
class Conversation:
    """A row of `conversations` with who is in it; `row` is None where messages name one that has no row."""

    key: str | None
    row: Row | None = None
    title: str | None = None
    others: list[Party] = field(default_factory=list)

    @property
    def other(self) -> Party | None:
        """The other side of a conversation with one person."""
        return self.others[0] if len(self.others) == 1 else None


class People:
    """Recipients and conversations of one database; `problems` is what could not be read of them."""

    def __init__(self, db: EvidenceDatabase) -> None:
        self.problems: list[Problem] = []
        self.conversations: dict[Any, Conversation] = {}
        self._recipients: dict[Any, Party] = {}
        self._named: dict[str, Party] = {}  # by address, as recorded and as the application compares it
        self._doubts = Doubts()
        for row in rows_told(db, "recipients", _RECIPIENT, self._doubts, self.problems):
            self._add_recipient(row)
        for row in rows_told(db, "conversations", _CONVERSATION, self._doubts, self.problems):
            title = self._doubts.text(row["name"], "name") or None
            title = title or self._doubts.text(row["group_nick_name"], "group_nick_name") or None
            self.conversations[row["_id"]] = Conversation(_key(row["_id"]), row, title)
        self._load_members(db)

    def _add_recipient(self, row: Row) -> None:
        addresses = [self._doubts.text(row[name], name) for name in ("address", "normalized_address")]
        names = [self._doubts.text(row[name], name) for name in ("cache_name", "alias")]
        found = party(next((one for one in addresses if one), None))
        if found is not None:
            known = Party(found.identifier, found.scheme, next((one for one in names if one), None))
            self._recipients[row["_id"]] = known
            for address in addresses:
                if address:
                    self._named.setdefault(address, known)

    def _load_members(self, db: EvidenceDatabase) -> None:
        table = "conversation_recipients"
        if lacking(db, {table: set(_LINK)}):
            return
        sql = f"SELECT {selecting(db, table, _LINK)} FROM {table} ORDER BY conversation_id, recipient_id"  # noqa: S608
        try:
            for row in db.execute(sql):
                unknown = Party(f"recipient {stored(row['recipient_id'])}", "name")
                self.conversation(row["conversation_id"]).others.append(
                    self._recipients.get(row["recipient_id"], unknown)
                )
        except DatabaseDamaged as error:
            self.problems.append(Problem("file", "damaged-database", f"{table}: {error}"))

    def conversation(self, row_id: Any) -> Conversation:
        """The conversation of a row id, whether it has a row or not."""
        found = self.conversations.get(row_id)
        if found is None:
            found = self.conversations[row_id] = Conversation(_key(row_id))
        return found

    def named(self, address: str) -> Party | None:
        """Somebody by an address as a message has it, with the name that is kept for it."""
        return self._named.get(address) or party(address)


def _key(row_id: Any) -> str | None:
    """Told apart from the threads of the telephony provider, which count in the same way and mean others."""
    return None if row_id in (None, 0) else f"message_content {stored(row_id)}"


def group(conversation: Conversation, service: str | None, doubts: Doubts) -> Group:
    """A conversation as it is described: of several people, or one that no message is left of.

    `service` is that of its last message, so that it stands with that.
    """
    row = conversation.row
    if row is None:
        flags: tuple[str, ...] = ("no row of this conversation",)
    else:
        kind = row["conversation_type"]
        told = CONVERSATIONS.get(kind) or ("one-to-one" if kind == 1 else None)
        flags = (
            *((told,) if told else (f"conversation_type {stored(kind)}",) if kind not in (None, 0) else ()),
            *((f"bin_status {stored(row['bin_status'])}",) if row["bin_status"] not in (None, 0) else ()),
            *(("to be deleted",) if row["is_to_be_deleted"] == 1 else ()),
        )
    times = (("last activity", "sort_timestamp"), ("created", "created_timestamp"))
    return Group(
        locator=doubts.locator,
        service=service or ("RCS" if row and row["im_thread_id"] not in (None, 0) else "SMS"),
        moments=moments_of(row, times, doubts) if row else (),
        flags=flags,
        extra=extra_of(row, _SHOWN, {"smsmms_thread_id": 0, "im_thread_id": 0}) if row else (),
        conversation=conversation.key,
        title=conversation.title,
        identifiers=tuple(dict.fromkeys(conversation.others)),
        members=tuple(Member(one) for one in conversation.others),
        text=(doubts.text(row["snippet"], "snippet") or None) if row else None,
    )
