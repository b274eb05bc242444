"""Groups, channels and broadcast lists of WhatsApp on Android, with who was in them and since and until when."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from evidence_store.records import Group, Member, Moment, Party, Problem
from extractors.base import Found
from extractors.chats.whatsapp.chat import Chat, Who
from extractors.chats.whatsapp.draft import Context
from extractors.database import selecting, stored
from parsers.sqlite_file import DatabaseDamaged, EvidenceDatabase, Row, lacking

_MEMBER: Final = ("group_jid_row_id", "user_jid_row_id", "rank", "pending", "add_timestamp", "label")
_PAST: Final = ("group_jid_row_id", "user_jid_row_id", "is_leave", "timestamp")
_EARLY: Final = ("gjid", "jid", "admin", "pending")
# The phone's own account stands among the members without an identifier.
OWN: Final = Party("this account", "name")
_RANKS: Final = {0: "", 1: "administrator", 2: "first administrator"}
_TYPES: Final = {1: "community", 2: "group of a community", 3: "announcements of a community"}
_SHOWN: Final = ("archived", "hidden", "chat_lock", "ephemeral_expiration", "group_type", "unseen_message_count")


def groups(db: EvidenceDatabase, context: Context) -> Iterator[Found]:
    """A Group for each chat that is with more than one person, and for each group that has members and no chat."""
    members, problems = _members(db, context)
    described = set()
    for chat in context.people.all_chats():
        if chat.row is None or chat.sort not in ("group", "broadcast list", "channel"):
            continue
        context.doubts.locator = chat.locator
        described.add(chat.key)
        yield _group(chat, members.get(chat.key, []), context)
        yield from context.doubts.drain()
    for key, found in members.items():
        if key not in described:
            yield Group(
                locator=f"{found[0][0]}",
                service=context.service,
                flags=("no chat",),
                conversation=key,
                identifiers=_identifiers(found),
                members=tuple(member for _, member in found),
            )
    yield from problems


def _group(chat: Chat, found: list[tuple[str, Member]], context: Context) -> Group:
    row = chat.row or {}
    context.doubts.text(row["subject"], "subject")  # what is no text is said; the title is without it
    created = row["created_timestamp"]
    moments: tuple[Moment, ...] = ()
    if created:
        moments = (context.doubts.moment("set up", created, "ms", "created_timestamp"),)
    kind = _TYPES.get(row["group_type"])
    extra = tuple((name, _plain(row[name])) for name in _SHOWN if row[name] not in (None, "", 0))
    return Group(
        locator=context.doubts.locator,
        service=context.service,
        moments=moments,
        flags=((chat.sort,) if chat.sort != "group" else ()) + ((kind,) if kind else ()),
        extra=extra,
        conversation=chat.key,
        title=chat.title,
        identifiers=_identifiers(found),
        members=tuple(member for _, member in found),
        text=chat.title,
    )


def _identifiers(found: list[tuple[str, Member]]) -> tuple[Party, ...]:
    """The parties of the members; the phone's own account, which is stored without identifier, is none."""
    return tuple(dict.fromkeys(member.party for _, member in found if member.party is not OWN))


def _plain(value: Any) -> str | int:
    return value if type(value) in (str, int) else stored(value)


def _members(db: EvidenceDatabase, context: Context) -> tuple[dict[str, list[tuple[str, Member]]], list[Problem]]:
    """(group -> [(locator, member)], what could not be read). Present members first, then those who were."""
    found: dict[str, list[tuple[str, Member]]] = {}
    problems: list[Problem] = []
    for table, columns, make in (
        ("group_participant_user", _MEMBER, _present),
        ("group_past_participant_user", _PAST, _past),
        ("group_participants", _EARLY, _early),
    ):
        if lacking(db, {table: {columns[0], columns[1]}}):
            continue
        # The early table is copied into the later ones and then left as it is.
        known = frozenset(found if make is _early else ())
        try:
            sql = f"SELECT rowid AS row_id, {selecting(db, table, columns)} FROM {table} ORDER BY rowid"  # noqa: S608
            for row in db.execute(sql):
                context.doubts.locator = f"{table}:_id={row['row_id']}"
                key, member = make(row, context)
                if member is not None and key not in known:
                    found.setdefault(key, []).append((context.doubts.locator, member))
                problems.extend(context.doubts.drain())
        except DatabaseDamaged as error:
            problems.append(Problem("file", "damaged-database", f"{table}: {error}"))
    return found, problems


def _someone(row_id: Any, context: Context) -> Who | None:
    if context.people.is_own(row_id):
        return Who(OWN)
    who = context.people.who(row_id)
    if who is None:
        context.doubts.add("identifier", f"user_jid_row_id {stored(row_id)}: no identifier of that row id is left")
    return who


def _present(row: Row, context: Context) -> tuple[str, Member | None]:
    who = _someone(row["user_jid_row_id"], context)
    since = row["add_timestamp"]
    role = _RANKS.get(row["rank"], f"rank {stored(row['rank'])}" if row["rank"] is not None else "")
    role = ", ".join(part for part in (role, "pending" if row["pending"] == 1 else "") if part)
    moment = context.doubts.moment("added", since, "ms", "add_timestamp") if since else None
    return _key(row, context), None if who is None else Member(who.party, role, moment)


def _past(row: Row, context: Context) -> tuple[str, Member | None]:
    who = _someone(row["user_jid_row_id"], context)
    meaning = "left" if row["is_leave"] == 1 else "removed"
    moment = context.doubts.moment(meaning, row["timestamp"], "ms", "timestamp") if row["timestamp"] else None
    return _key(row, context), None if who is None else Member(who.party, f"former member ({meaning})", None, moment)


def _key(row: Row, context: Context) -> str:
    return context.people.raw(row["group_jid_row_id"]) or f"group {stored(row['group_jid_row_id'])}"


def _early(row: Row, context: Context) -> tuple[str, Member | None]:
    group, jid = (context.doubts.text(row[column], column) for column in ("gjid", "jid"))
    return group or "", Member(context.people.named(jid) if jid else OWN, _early_role(row))


def _early_role(row: Row) -> str:
    return _RANKS.get(row["admin"], f"rank {stored(row['admin'])}" if row["admin"] is not None else "")
