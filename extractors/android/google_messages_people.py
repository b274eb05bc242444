"""Who is in the conversations of Google Messages: tables `participants`, `conversations` and who is in which."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from evidence_store.records import Group, Member, Party, Problem
from extractors.android.google_messages_codes import ARCHIVE
from extractors.android.tables import rows_told
from extractors.android.threads import party
from extractors.beside import sorted_rows
from extractors.database import Doubts, selecting, stored
from parsers.sqlite_file import DatabaseDamaged, EvidenceDatabase, Row, lacking

PARTICIPANT: Final = (
    *("_id", "sub_id", "sim_slot_id", "normalized_destination", "send_destination", "display_destination"),
    *("full_name", "alias", "blocked", "is_spam", "subscription_name"),
)
CONVERSATION: Final = (
    *("_id", "sms_thread_id", "name", "archive_status", "participant_normalized_destination", "participant_count"),
    *("snippet_text", "subject_text", "draft_snippet_text", "sort_timestamp", "last_read_timestamp", "conv_type"),
    *("rcs_group_id", "rcs_conference_uri", "rcs_session_id", "join_state", "delete_timestamp", "has_been_e2ee"),
    *("marked_as_unread", "notification_enabled", "name_is_automatic", "rcs_group_self_msisdn", "source_type"),
)
# The table has been renamed, and its rows had a key of their own before.
_MEMBERS: Final = ("conversation_to_participants", "conversation_participants")
_MEMBER: Final = ("conversation_id", "participant_id", "rcs_group_join_status")
_NOT_OWN: Final = -2  # the sub_id of everybody but the SIM cards of the phone
_BOT: Final = ("sip:", "@botplatform.")
_SHOWN: Final = (
    *("sms_thread_id", "participant_count", "snippet_text", "subject_text", "draft_snippet_text", "conv_type"),
    *("source_type", "rcs_group_id", "rcs_conference_uri", "join_state", "rcs_group_self_msisdn"),
)
_UNSET: Final = ("", 0, None)


@dataclass(slots=True)
class Somebody:
    """A row of `participants`. `own`: it stands for a SIM card of the phone, not for another person."""

    party: Party | None
    own: bool
    flags: tuple[str, ...] = ()


@dataclass(slots=True)
class Conversation:
    """A row of `conversations` with who is in it; `row` is None where messages name one that has no row."""

    key: str | None
    row: Row | None = None
    title: str | None = None
    others: list[Member] = field(default_factory=list)
    flags: tuple[str, ...] = ()

    @property
    def other(self) -> Party | None:
        """The other side of a conversation with one person."""
        return self.others[0].party if len(self.others) == 1 else None


class People:
    """Participants and conversations of one database; `problems` is what could not be read of them."""

    def __init__(self, db: EvidenceDatabase) -> None:
        self.problems: list[Problem] = []
        self.somebody: dict[Any, Somebody] = {}
        self.conversations: dict[Any, Conversation] = {}
        self._doubts = Doubts()
        self._load_participants(db)
        self._load_conversations(db)
        self._load_members(db)

    def _load_participants(self, db: EvidenceDatabase) -> None:
        for row in rows_told(db, "participants", PARTICIPANT, self._doubts, self.problems):
            flags: tuple[str, ...] = ("blocked",) if row["blocked"] == 1 else ()
            if row["is_spam"] == 1:
                flags += ("marked as spam",)
            own = type(row["sub_id"]) is int and row["sub_id"] != _NOT_OWN
            self.somebody[row["_id"]] = Somebody(self._party(row), own, flags)

    def _party(self, row: Row) -> Party | None:
        names = ("normalized_destination", "send_destination", "display_destination")
        addresses = [self._doubts.text(row[name], name) for name in names]
        name = self._doubts.text(row["full_name"], "full_name") or None
        address = next((one for one in addresses if one), None)
        if address and any(mark in address.lower() for mark in _BOT):
            return Party(address, "account", name)
        found = party(address)
        if found is None:
            return Party(name, "name", name) if name else None
        return Party(found.identifier, found.scheme, name)

    def _load_conversations(self, db: EvidenceDatabase) -> None:
        for row in rows_told(db, "conversations", CONVERSATION, self._doubts, self.problems):
            status = row["archive_status"]
            flags: tuple[str, ...] = ()
            if status not in _UNSET:
                flags = (ARCHIVE.get(status, f"archive status {stored(status)}"),)
            if row["delete_timestamp"] not in _UNSET:
                flags += ("deleted on this device",)
            title = self._doubts.text(row["name"], "name") or None
            self.conversations[row["_id"]] = Conversation(_key(row["_id"]), row, title, [], flags)

    def _load_members(self, db: EvidenceDatabase) -> None:
        table = next((one for one in _MEMBERS if not lacking(db, {one: set(_MEMBER[:2])})), None)
        if table is not None:
            try:
                for row in sorted_rows(db, table, selecting(db, table, _MEMBER), _MEMBER[:2]):
                    self._add_member(row)
            except DatabaseDamaged as error:
                self.problems.append(Problem("file", "damaged-database", f"{table}: {error}"))
        for conversation in self.conversations.values():
            if not conversation.others and conversation.row is not None:
                address = conversation.row["participant_normalized_destination"]
                if isinstance(address, str) and (other := party(address)):
                    conversation.others.append(Member(other))

    def _add_member(self, row: Row) -> None:
        conversation = self.conversation(row["conversation_id"])
        who = self.somebody.get(row["participant_id"])
        if who is not None and who.own:
            return
        status = row["rcs_group_join_status"]
        role = "" if status in _UNSET else f"join status {stored(status)}"
        known = who.party if who else None
        conversation.others.append(Member(known or Party(f"participant {stored(row['participant_id'])}", "name"), role))

    def conversation(self, row_id: Any) -> Conversation:
        """The conversation of a row id, whether it has a row or not."""
        found = self.conversations.get(row_id)
        if found is None:
            found = self.conversations[row_id] = Conversation(_key(row_id))
        return found


def _key(row_id: Any) -> str | None:
    """Told apart from the threads of the telephony provider, which count in the same way and mean others."""
    return None if row_id is None else f"bugle_db {stored(row_id)}"


def group(conversation: Conversation, service: str | None, doubts: Doubts) -> Group:
    """A conversation as it is described: of several people, or one that no message is left of.

    `service` is that of its last message, so that it stands with that.
    """
    row = conversation.row or {}
    flags = conversation.flags
    if conversation.row is None:
        flags += ("no row of this conversation",)
    if len(conversation.others) == 1:
        flags += ("one-to-one",)
    moments = []
    for column, meaning in (("delete_timestamp", "deleted"), ("sort_timestamp", "last activity")):
        if row.get(column) not in _UNSET:
            moments.append(doubts.moment(meaning, row[column], "ms", column))
    if row.get("last_read_timestamp") not in _UNSET:
        moments.append(doubts.moment("last read", row["last_read_timestamp"], "ms", "last_read_timestamp"))
    extra = [(name, row[name]) for name in _SHOWN if row.get(name) not in _UNSET]
    texts = [doubts.text(row[name], name) for name in ("snippet_text", "draft_snippet_text") if row.get(name)]
    return Group(
        locator=doubts.locator,
        service=service or ("RCS" if row.get("rcs_group_id") else "MMS" if len(conversation.others) > 1 else "SMS"),
        moments=tuple(moments),
        flags=flags,
        extra=tuple((name, value if type(value) in (str, int) else stored(value)) for name, value in extra),
        conversation=conversation.key,
        title=conversation.title,
        identifiers=tuple(dict.fromkeys(member.party for member in conversation.others)),
        members=tuple(conversation.others),
        text="\n".join(text for text in texts if text) or None,
    )
