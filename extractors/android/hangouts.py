"""Google Hangouts on Android."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html import unescape
from typing import Any, Final, Literal

from evidence_store.records import Attachment, Call, Contact, Group, Member, Message, Party, Present, Problem
from extractors.android.threads import party
from extractors.base import EvidenceFile, Found, extractor
from extractors.database import Doubts, count_rows, each_row, read_database, selecting, stored
from parsers.sqlite_file import DatabaseDamaged, EvidenceDatabase, Row, lacking

_EXTRA: Final = (
    *("status", "transport_type", "transport_phone", "sms_type", "sms_raw_sender", "sms_raw_recipients", "address"),
    *("participant_keys", "new_conversation_name", "attachment_description", "attachment_target_url", "local_url"),
    *("remote_url", "stream_url", "voicemail_length", "call_media_type", "sending_error", "off_the_record"),
    *("forwarded_mms_url", "external_ids"),
)
_UNSET: Final = {
    "transport_type": 1,
    "sms_type": -1,
    "voicemail_length": 0,
    "call_media_type": 0,
    "sending_error": 0,
    "off_the_record": 0,
}
_MESSAGE: Final = (
    *("_id", "message_id", "conversation_id", "author_chat_id", "author_gaia_id", "text", "timestamp", "type"),
    *("latitude", "longitude", "mms_subject", "attachment_content_type", "attachment_name", "expiration_timestamp"),
    *("delete_after_read_timetamp", "sms_timestamp_sent", *_EXTRA),
)
_PERSON: Final = (
    *("_id", "gaia_id", "chat_id", "phone_id", "circle_id", "full_name", "first_name", "fallback_name", "blocked"),
    "name",
)
_CONVERSATION: Final = (
    *("_id", "conversation_id", "conversation_type", "name", "generated_name", "snippet_text", "draft", "status"),
    *("view", "is_pending_leave", "inviter_gaia_id", "sort_timestamp", "self_watermark", "otr_status"),
)
_MEMBER: Final = ("_id", "conversation_id", "participant_row_id", "active")
_CALL: Final = (
    *("_id", "normalized_number", "phone_number", "call_timestamp", "call_type", "contact_type", "is_free_call"),
)
_SIDES: Final[dict[Any, Literal["in", "out"]]] = {1: "out", 2: "in"}
_MOST_MS: Final = 10**14  # a count of milliseconds above it would lie beyond the year 5138: it is of microseconds
_NOTHING: Final = (None, "", 0, 0.0)


@dataclass(slots=True)
class _People:
    """Participants by row id and by the ids that messages name them with; who is in which conversation."""

    by_row: dict[Any, Party] = field(default_factory=dict)
    by_id: dict[str, Party] = field(default_factory=dict)
    members: dict[Any, list[tuple[Party, Any]]] = field(default_factory=dict)
    titles: dict[Any, str] = field(default_factory=dict)
    conversations: set[Any] = field(default_factory=set)  # those that have a row


@extractor(
    id="android.hangouts",
    version=1,
    title="Google Hangouts on Android",
    files=("**/com.google.android.talk/databases/babel*.db", "**/babel.db"),
    tables=({"messages": {"_id", "conversation_id", "author_chat_id", "text", "timestamp", "type"}},),
    emits=(Message, Call, Group, Contact),
    privacy="communications",
    layouts="babel.db, babel0.db … of Hangouts 4 to 36 (schema versions 210 to 1370)",
    tested_on="Research database of 2017: 14 messages, 1 conversation, 2 participants, 1 blocked",
    limits="The status of a message and the types of events (members joining, calls, renaming) are given as the "
    "numbers stored. Stickers, suggestions, presence and merged contacts are not read.",
)
def hangouts(file: EvidenceFile) -> Iterator[Found]:
    """Every row of `messages`, `conversations`, `participants`, `blocked_people` and `recent_calls`.

    Times are microseconds; of calls milliseconds or microseconds, which their size tells. Type 1 is a message of the
    account itself, 2 one of somebody else. The words are stored with the entities of HTML ("&#39;"), which are resolved
    here; what was stored is kept beside them.

    References:
    - the database itself; log2timeline plaso, documentation of the Hangouts plugin (units, types 1 and 2)
    """
    yield from read_database(file, lambda db: _read(db, file.path))


def _read(db: EvidenceDatabase, path: str) -> Iterator[Found]:
    needed = {"messages": {"_id", "conversation_id", "author_chat_id", "text", "timestamp", "type"}}
    if unknown := lacking(db, needed):
        if "com.google.android.talk/" in f"/{path.lower()}":
            yield Problem("schema", "unknown-layout", unknown)
        return
    tables = ("conversations", "participants", "blocked_people")
    readable = ["messages", *(one for one in tables if not lacking(db, {one: {"_id"}}))]
    calls = not lacking(db, {"recent_calls": {"_id", "call_timestamp"}})
    if (rows := count_rows(db, *readable, *(["recent_calls"] if calls else []))) is not None:
        yield Present(rows)
    doubts, gaps, people = Doubts(), list[Problem](), _People()
    for table in ("participants", "blocked_people"):
        for row in each_row(db, table, selecting(db, table, _PERSON), gaps) if table in readable else ():
            doubts.locator = f"{table}:_id={row['_id']}"
            yield _person(row, people, table == "blocked_people", doubts)
            yield from doubts.drain()
    _load_members(db, people)
    if "conversations" in readable:
        for row in each_row(db, "conversations", selecting(db, "conversations", _CONVERSATION), gaps):
            doubts.locator = f"conversations:_id={row['_id']}"
            yield _group(row, people, doubts)
            yield from doubts.drain()
    pictures, told = _pictures(db), set[tuple[Any, Any]]()
    for row in each_row(db, "messages", selecting(db, "messages", _MESSAGE), gaps):
        doubts.locator = f"messages:_id={row['_id']}"
        key = row["message_id"], row["conversation_id"]
        told.add(key)
        yield _message(row, people, pictures.get(key, []), doubts)
        yield from doubts.drain()
    if calls:
        for row in each_row(db, "recent_calls", selecting(db, "recent_calls", _CALL), gaps):
            doubts.locator = f"recent_calls:_id={row['_id']}"
            yield _recent_call(row, doubts)
            yield from doubts.drain()
    yield from gaps
    yield from _left_over("multipart_attachments", pictures, told)
    yield from _left_over("conversation_participants", people.members, people.conversations)


def _left_over(table: str, rows: Mapping[Any, list[Any]], told: set[Any]) -> Iterator[Problem]:
    if left := sum(len(found) for key, found in rows.items() if key not in told):
        yield Problem("note", "orphans", f"{left} rows of {table} belong to nothing that is left")


def _person(row: Row, people: _People, blocked: bool, doubts: Doubts) -> Contact:
    """A row of `participants`, or of `blocked_people`: those may take part in nothing."""
    names = [doubts.text(row[column], column) for column in ("full_name", "first_name", "fallback_name", "name")]
    name = next((one for one in names if one), None)
    ids = {column: doubts.text(row[column], column) for column in ("gaia_id", "chat_id", "phone_id", "circle_id")}
    found = [Party(one, "phone" if column == "phone_id" else "account", name) for column, one in ids.items() if one]
    for one in found:
        people.by_id.setdefault(one.identifier, one)
    if (found or name) and not blocked:
        people.by_row[row["_id"]] = found[0] if found else Party(name or "", "name", name)
    identifiers = [Party(one.identifier, one.scheme) for one in found]
    mail = names[2] if names[2] and "@" in names[2] else None
    identifiers += [Party(mail, "email")] if mail else []
    return Contact(
        locator=doubts.locator,
        service="Hangouts",
        flags=("blocked",) if blocked or row["blocked"] == 1 else (),
        name=name,
        identifiers=tuple(dict.fromkeys(identifiers)),
        text="\n".join(dict.fromkeys(one for one in names if one)) or None,
    )


def _rows(db: EvidenceDatabase, table: str, columns: tuple[str, ...], needed: set[str]) -> Iterator[Row]:
    if lacking(db, {table: needed}):
        return
    try:
        yield from db.execute(f"SELECT {selecting(db, table, columns)} FROM {table} ORDER BY _id")  # noqa: S608
    except DatabaseDamaged as error:
        db.notes.append(f"{table} is not complete: {error}")


def _load_members(db: EvidenceDatabase, people: _People) -> None:
    for row in _rows(db, "conversation_participants", _MEMBER, {"_id", "conversation_id", "participant_row_id"}):
        who = people.by_row.get(row["participant_row_id"])
        who = who or Party(f"participant {stored(row['participant_row_id'])}", "name")
        people.members.setdefault(row["conversation_id"], []).append((who, row["active"]))


def _pictures(db: EvidenceDatabase) -> dict[tuple[Any, Any], list[Row]]:
    """The pictures of messages of several parts, by message and conversation."""
    found: dict[tuple[Any, Any], list[Row]] = {}
    columns = ("_id", "message_id", "conversation_id", "url", "content_type")
    for row in _rows(db, "multipart_attachments", columns, {"_id", "message_id", "conversation_id"}):
        found.setdefault((row["message_id"], row["conversation_id"]), []).append(row)
    return found


def _group(row: Row, people: _People, doubts: Doubts) -> Group:
    key = doubts.text(row["conversation_id"], "conversation_id")
    title = doubts.text(row["name"], "name") or doubts.text(row["generated_name"], "generated_name")
    people.conversations.add(row["conversation_id"])
    if title:
        people.titles[row["conversation_id"]] = title
    members = people.members.get(row["conversation_id"], [])
    texts = [doubts.text(row[column], column) for column in ("snippet_text", "draft")]
    extra = [(column, row[column]) for column in ("conversation_type", "status", "view", "snippet_text", "draft")]
    extra += [(column, row[column]) for column in ("inviter_gaia_id", "otr_status")]
    moments = (
        *(
            (doubts.moment("last activity", row["sort_timestamp"], "us", "sort_timestamp"),)
            if row["sort_timestamp"]
            else ()
        ),
        *(
            (doubts.moment("last read", row["self_watermark"], "us", "self_watermark"),)
            if row["self_watermark"]
            else ()
        ),
    )
    return Group(
        locator=doubts.locator,
        service="Hangouts",
        moments=moments,
        flags=("leaving",) if row["is_pending_leave"] == 1 else (),
        extra=tuple((column, _plain(value)) for column, value in extra if value not in (None, "")),
        conversation=key,
        title=title,
        identifiers=tuple(dict.fromkeys(who for who, _ in members)),
        members=tuple(Member(who, "" if active in (None, 1) else "not active") for who, active in members),
        text="\n".join(one for one in texts if one) or None,
    )


def _message(row: Row, people: _People, pictures: list[Row], doubts: Doubts) -> Message:
    kind = row["type"]
    direction = _SIDES.get(kind)
    author = doubts.text(row["author_chat_id"], "author_chat_id") or doubts.text(
        row["author_gaia_id"], "author_gaia_id"
    )
    sender = people.by_id.get(author or "") or (Party(author, "account") if author else None)
    sender = sender or party(doubts.text(row["sms_raw_sender"], "sms_raw_sender"))
    others = [who for who, _ in people.members.get(row["conversation_id"], []) if who != sender]
    moments = [doubts.moment("sent" if direction == "out" else "recorded", row["timestamp"], "us", "timestamp")]
    for column, meaning in (("expiration_timestamp", "expires"), ("delete_after_read_timetamp", "to be deleted")):
        if row[column] not in _NOTHING:
            moments.append(doubts.moment(meaning, row[column], "us", column))
    extra = [(name, row[name]) for name in _EXTRA if row[name] not in (None, "") and row[name] != _UNSET.get(name)]
    extra += [("url", one["url"]) for one in pictures if one["url"]]
    place = (row["latitude"], row["longitude"])
    placed = all(isinstance(value, int | float) for value in place) and place != (0, 0)
    placed = placed and -90 <= place[0] <= 90 and -180 <= place[1] <= 180
    flags = [f"type {stored(kind)}"] if direction is None else []
    flags += ["location"] if placed else []
    key, text = row["conversation_id"], doubts.text(row["text"], "text")
    if text is not None and unescape(text) != text:
        extra.append(("text as stored", text))
    return Message(
        locator=doubts.locator,
        service="Hangouts",
        moments=tuple(moments),
        flags=tuple(flags),
        attachments=tuple(_attachments(row, pictures, doubts)),
        extra=tuple((name, _plain(value)) for name, value in extra),
        conversation=doubts.text(key, "conversation_id"),
        title=people.titles.get(key),
        direction=direction,
        sender=sender,
        recipients=(others[0],) if direction == "out" and len(others) == 1 else (),
        subject=doubts.text(row["mms_subject"], "mms_subject") or None,
        text=None if text is None else unescape(text),
        key=doubts.text(row["message_id"], "message_id"),
        lat=float(place[0]) if placed else None,
        lon=float(place[1]) if placed else None,
    )


def _attachments(row: Row, pictures: list[Row], doubts: Doubts) -> Iterator[Attachment]:
    """Pictures and files: they stand with the service; what the phone kept of one is named in local_url."""
    mime = doubts.text(row["attachment_content_type"], "attachment_content_type") or None
    name = doubts.text(row["attachment_name"], "attachment_name") or None
    if mime or name or row["local_url"] or row["remote_url"]:
        yield Attachment(name or "attachment", None, mime, state="" if row["local_url"] else "not downloaded")
    for one in pictures:
        where = f"multipart_attachments:_id={one['_id']}"
        yield Attachment(where, None, doubts.text(one["content_type"], f"{where} content_type"), state="not downloaded")


def _recent_call(row: Row, doubts: Doubts) -> Call:
    number = doubts.text(row["phone_number"], "phone_number") or doubts.text(
        row["normalized_number"], "normalized_number"
    )
    other, at = party(number), row["call_timestamp"]
    extra = [(name, row[name]) for name in ("call_type", "contact_type", "is_free_call") if row[name] is not None]
    return Call(
        locator=doubts.locator,
        service="Hangouts",
        moments=(doubts.moment("started", at, "us" if type(at) is int and at > _MOST_MS else "ms", "call_timestamp"),),
        flags=("direction not read",),
        extra=tuple((name, _plain(value)) for name, value in extra),
        recipients=(other,) if other else (),
    )


def _plain(value: Any) -> str | int | None:
    return value if value is None or type(value) in (str, int) else stored(value)
