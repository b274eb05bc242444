"""Google Chat and Hangouts, as Takeout exports them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from evidence_store.records import Attachment, Group, Member, Message, Moment, Party, Present, Problem, Quoted, Reaction
from extractors.base import EvidenceFile, Found, extractor
from extractors.exports.json_values import Extra, Row, Values, not_an_object, place_below, rest
from extractors.shortened import shortened
from parsers.json_pieces import END, JsonDamaged, pieces
from parsers.times import to_us

_MONTHS: Final = {
    name: number
    for number, name in enumerate(
        (
            *("January", "February", "March", "April", "May", "June", "July", "August", "September", "October"),
            *("November", "December"),
        ),
        1,
    )
}
# "Tuesday, 1 March 2022 at 10:00:00 UTC", "Tuesday, March 1, 2022 at 10:00:00 AM UTC"
_DATE: Final = re.compile(
    r"\w+, (?:(?P<d1>\d{1,2}) (?P<m1>[A-Z]\w+)|(?P<m2>[A-Z]\w+) (?P<d2>\d{1,2}),) (?P<year>\d{4}) at "
    r"(?P<h>\d{1,2}):(?P<min>\d{2}):(?P<s>\d{2})[\s\u202f]?(?P<half>[AP]M)?[\s\u202f]?UTC"
)
_KNOWN: Final = frozenset(
    (
        *("creator", "created_date", "text", "topic_id", "message_id", "attached_files", "reactions"),
        *("updated_date", "quoted_message_metadata", "message_state", "previous_message_versions"),
    )
)
_STARTS: Final = re.compile(
    rb'\A(?:\xef\xbb\xbf)?\s*\{\s*"messages"\s*:\s*\[\s*\{\s*"creator"\s*:\s*\{[\s\S]*"created_date"\s*:'
)


def looks_like(head: bytes) -> bool:
    """By the fields of the first message, for folders have names in the language of the account."""
    return _STARTS.match(head) is not None


@extractor(
    id="google.chat",
    version=3,
    title="Google Chat messages, as exported",
    files=("**/Google Chat/Groups/*/messages.json",),
    types=("application/json",),
    claims=looks_like,
    emits=(Message, Group),
    privacy="communications",
    layouts="Takeout Google Chat: Groups/*/messages.json with group_info.json beside it, in English",
    tested_on="documented schema, no device data",
    limits="Who of the members owns the account is not in these files: directions stay open. Dates in words of other "
    "languages stay as they are written.",
    beside=("group_info.json",),
)
def chat(file: EvidenceFile) -> Iterator[Found]:
    """Every message of a conversation, and its members where the file beside has them. Dates are words in UTC.

    References:
    - the field names as the exports themselves have them
    """
    values = Values(file)
    folder = file.path.rpartition("/")[0]
    group = folder.rpartition("/")[2]
    title, found = _group(file, values, group)
    yield from found
    known = False
    try:
        with file.open() as stream:
            for path, row in pieces(stream, lambda path: len(path) == 0 or path == ("messages",)):
                if len(path) != 2 or path[0] != "messages" or row is END:
                    known |= path == ("messages",)
                    continue
                values.locator = f"messages:{path[1]}"
                yield Present(1)
                if isinstance(row, dict):
                    yield _message(values, row, folder, group, title)
                    yield from values.drain()
                else:
                    yield not_an_object(row, values.locator)
    except JsonDamaged as error:
        yield Problem("file", "damaged-json", str(error))
        return
    if not known:
        yield Problem("schema", "unknown-layout", "no list messages")


def _group(file: EvidenceFile, values: Values, group: str) -> tuple[str | None, list[Found]]:
    """(title, what is to be said of the conversation) by the file beside the messages."""
    info: Row = {}
    try:
        stream = file.beside("group_info.json")
        if stream is None:
            return None, []
        with stream:
            for path, value in pieces(stream, lambda path: False):
                info = value if not path and isinstance(value, dict) else info
    except (JsonDamaged, ValueError) as error:
        return None, [Problem("note", "group-info", f"group_info.json was not read: {error}")]
    values.locator = "group_info.json"
    members = tuple(Member(party) for one in values.rows(info, "members") if (party := _party(values, one)))
    title = values.words(info, "name")
    record = Group(
        locator="group_info.json",
        service="Google Chat",
        conversation=group,
        title=title,
        identifiers=tuple(member.party for member in members),
        members=members,
    )
    return title, [Present(1), record, *values.drain()]


def _party(values: Values, row: Row) -> Party | None:
    name, email = values.words(row, "name"), values.words(row, "email")
    if email:
        return Party(email, "email", name)
    return Party(name, "name", name) if name else None


def _message(values: Values, row: Row, folder: str, group: str, title: str | None) -> Message:
    moments = [
        _date(values, row, meaning, key) for meaning, key in (("sent", "created_date"), ("edited", "updated_date"))
    ]
    quoted = values.part(row, "quoted_message_metadata")
    state = values.words(row, "message_state")
    flags = ["edited"] if row.get("updated_date") else []
    if state == "DELETED":
        flags.append("deleted by sender")
    return Message(
        locator=values.locator,
        service="Google Chat",
        moments=tuple(one for one in moments if one),
        deleted=state == "DELETED",
        flags=tuple(flags),
        attachments=tuple(_attachment(values, one, folder) for one in values.rows(row, "attached_files")),
        extra=(*rest(row, _KNOWN), *_earlier(values, row)),
        conversation=group,
        title=title,
        sender=_party(values, values.part(row, "creator")),
        text=values.words(row, "text"),
        key=values.words(row, "message_id"),
        quotes=_quoted(values, quoted) if quoted else None,
        reactions=tuple(_reactions(values, row)),
    )


def _earlier(values: Values, row: Row) -> Iterator[Extra]:
    """The texts that a message had before it was edited, with what else is recorded of each."""
    for one in values.rows(row, "previous_message_versions"):
        yield "earlier text", values.words(one, "text") or ""
        yield from ((f"earlier text, {name}", value) for name, value in rest(one, frozenset({"text"})))


def _quoted(values: Values, row: Row) -> Quoted:
    key = values.words(row, "message_id")
    return Quoted(key, _party(values, values.part(row, "creator")), values.words(row, "text"))


def _reactions(values: Values, row: Row) -> Iterator[Reaction]:
    for one in values.rows(row, "reactions"):
        emoji = values.words(values.part(one, "emoji"), "unicode") or "reaction"
        emails = one.get("reactor_emails")
        for email in emails if isinstance(emails, list) else ():
            if isinstance(email, str):
                yield Reaction(emoji, Party(email, "email"))


def _attachment(values: Values, row: Row, folder: str) -> Attachment:
    stored, name = values.words(row, "export_name"), values.words(row, "original_name")
    path = place_below(folder, stored) if stored else None
    return Attachment(name or stored or "without a name", path, state="" if path else "omitted")


def _date(values: Values, row: Row, meaning: str, key: str) -> Moment | None:
    stored = values.words(row, key)
    if stored is None:
        return None
    utc_us = _in_words(stored)
    if utc_us is None:
        values.add("time", f"{key}: not a date in English words: {shortened(stored, 100)}")
    return Moment(meaning, utc_us, stored, "B", note="" if utc_us is not None else "not a date in English words")


@lru_cache(maxsize=4096)
def _in_words(text: str) -> int | None:
    found = _DATE.fullmatch(text.strip())
    month = _MONTHS.get((found["m1"] or found["m2"]) if found else "")
    if found is None or month is None:
        return None
    hour = int(found["h"])
    if found["half"]:
        hour = hour % 12 + (12 if found["half"] == "PM" else 0)
    parts: Any = (int(found["year"]), month, int(found["d1"] or found["d2"]), hour, int(found["min"]), int(found["s"]))
    try:
        return to_us(datetime.fromisoformat("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}+00:00".format(*parts)))
    except ValueError:
        return None
