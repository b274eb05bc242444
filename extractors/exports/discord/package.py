"""Discord's own data package: the messages that an account sent, a folder for each channel."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from typing import Any, Final

from evidence_store.records import Account, Attachment, Message, Moment, Party, Present, Problem
from extractors.base import EvidenceFile, Found, extractor
from extractors.exports.discord.chat_exporter import SERVICE
from extractors.exports.json_values import Row, Values, not_an_object, rest
from extractors.matching import without_copy_mark
from parsers.json_pieces import END, JsonDamaged, pieces
from parsers.times import from_unix

_EPOCH_MS: Final = 1_420_070_400_000  # the first second of 2015: what numbers of messages count from
_JSON: Final = re.compile(rb'\A(?:\xef\xbb\xbf)?\s*\[\s*(?:\]|\{\s*"ID"\s*:)')
_CSV: Final = re.compile(rb"\A(?:\xef\xbb\xbf)?\"?ID\"?,\"?Timestamp\"?,\"?Contents\"?,\"?Attachments\"?\r?\n")
_FOLDER: Final = re.compile(r"/c?\d+/[^/]+\Z")
_READ: Final = frozenset({"ID", "Timestamp", "Contents", "Attachments"})
_SECRET: Final = re.compile(r"token|password|payment|connections|settings|flags|relationships", re.IGNORECASE)
_PACKAGE_ONLY: Final = re.compile(rb'"(?:avatar_hash|has_mobile|needs_email_verification)"\s*:')
_ACCOUNTS: Final = ("../../account/user.json", "../../Account/user.json")  # of older and newer packages
# Since 2025 the name of the folder "messages" is in the language of the account; that of a channel is not.
_TRANSLATED: Final = ("**/c?????????????????*/messages.json", "**/c?????????????????*/messages.csv")
_LONGEST: Final = 16 << 20  # of a file beside, which is small
_LONGEST_FIELD: Final = 1 << 20


def looks_like(head: bytes) -> bool:
    """By the names of the columns."""
    return _JSON.match(head) is not None or _CSV.match(head) is not None


@extractor(
    id="discord.export",
    version=2,
    title="Discord data package: messages of the account",
    files=("**/messages/c*/messages.json", "**/messages/c*/messages.csv", "**/messages/*/messages.csv", *_TRANSLATED),
    beside=("channel.json", "../index.json", *_ACCOUNTS),
    emits=(Message,),
    privacy="communications",
    layouts="messages/c<number>/messages.csv (until 2023) and messages.json, with channel.json and index.json; the "
    "folder in any language",
    tested_on="documented schema, no device data",
    limits="A file that can be edited; the account was not examined. The package has only what the account sent, and "
    "names others by number; of attachments only addresses of the web. Where a time has no zone, that of the message's "
    "number is taken.",
)
def package(file: EvidenceFile) -> Iterator[Found]:
    """Every message of one channel, in stored order.

    The number of a message holds its time: milliseconds since 2015 in all but the last 22 bits.

    References:
    - Discord, "Your Discord Data Package"; Discord Developer Documentation, "Snowflakes"
    """
    if not looks_like(file.head):
        if file.size and _FOLDER.search(file.path):
            yield Problem("schema", "unknown-layout", "neither the JSON nor the CSV of the messages of a channel")
        return
    values, rows = Values(file), 0
    key, title, others = _channel(file, values)
    listed = _from_json(file) if _JSON.match(file.head) else _from_csv(file)
    try:
        for number, row in listed:
            rows += 1
            values.locator = f"message {number}"
            if isinstance(row, dict):
                yield _message(values, row, key, title, others)
                yield from values.drain()
            else:
                yield not_an_object(row, values.locator)
    except (JsonDamaged, csv.Error) as error:
        yield Problem("file", "damaged-export", f"{error}; {rows} messages were read")
    yield Present(rows)


def _from_json(file: EvidenceFile) -> Iterator[tuple[int, Any]]:
    with file.open() as stream:
        for path, value in pieces(stream, lambda path: path == ()):
            if path and value is not END:
                yield int(path[0]) + 1, value


def _from_csv(file: EvidenceFile) -> Iterator[tuple[int, Any]]:
    before = csv.field_size_limit(_LONGEST_FIELD)
    try:
        with file.open() as stream:
            text = io.TextIOWrapper(stream, "utf-8-sig", "surrogateescape", newline="")
            yield from enumerate(csv.DictReader(text), 1)
    finally:
        csv.field_size_limit(before)


def _beside(file: EvidenceFile, name: str) -> Row:
    """An object of a small file beside; an empty one where there is none, or none that can be read."""
    try:
        stream = file.beside(name)
        if stream is None:
            return {}
        with stream:
            found = json.loads(stream.read(_LONGEST))
    except (ValueError, RecursionError, OSError):
        return {}
    return found if isinstance(found, dict) else {}


def _channel(file: EvidenceFile, values: Values) -> tuple[str, str | None, tuple[Party, ...]]:
    """(key, title, who is named in a direct chat): by the files beside, else by the name of the folder."""
    folder = file.path.split("/")[-2] if "/" in file.path else ""
    row = _beside(file, "channel.json")
    key = values.words(row, "id") or folder.lstrip("cC") or file.path
    name, guild = values.words(row, "name"), values.words(values.part(row, "guild"), "name")
    index = _beside(file, "../index.json").get(key)
    title = index if isinstance(index, str) else f"{guild} #{name}" if guild and name else name
    listed = row.get("recipients")
    people = [str(one) for one in listed if isinstance(one, str | int)] if isinstance(listed, list) else []
    if len(people) == 2:  # of a direct chat: the account itself is one of them
        own = next((found for name in _ACCOUNTS if (found := values.words(_beside(file, name), "id"))), None)
        people = [one for one in people if one != own]
    values.drain()
    return key, title, tuple(Party(one, "discord") for one in people)


def _message(values: Values, row: Row, key: str, title: str | None, others: tuple[Party, ...]) -> Message:
    links = (values.words(row, "Attachments") or "").split()
    return Message(
        locator=values.locator,
        service=SERVICE,
        moments=(_moment(values, row),),
        attachments=tuple(Attachment(_name(link), state="omitted") for link in links),
        extra=(
            *(("attachment", link) for link in links),
            *rest({str(k): v for k, v in row.items()}, _READ),
            *(("in the chat", one.identifier) for one in (others if len(others) > 1 else ())),
        ),
        conversation=key,
        title=title,
        direction="out",
        recipients=others if len(others) == 1 else (),  # which of two is the account is not known
        text=values.words(row, "Contents"),
        key=values.words(row, "ID"),
    )


def _name(link: str) -> str:
    return link.partition("?")[0].rpartition("/")[2]


def _moment(values: Values, row: Row) -> Moment:
    """The time as written where it has a zone, else that of the number; as written without UTC where there is none."""
    number = values.whole(row, "ID")
    utc_us, _ = from_unix((number >> 22) + _EPOCH_MS, "ms") if number is not None and number > 0 else (None, "")
    text = values.words(row, "Timestamp") or ""
    zoned = re.search(r"(?:UTC|GMT|Z|[+-]\d{2}:?\d{2})\s*\Z", text) is not None
    if zoned or utc_us is None:
        return values.written("sent", row, "Timestamp")
    return Moment("sent", utc_us, text, "A", note="by the time in the number of the message")


@extractor(
    id="discord.account",
    version=3,
    title="Discord data package: the account",
    files=("**/user.json",),
    emits=(Account,),
    privacy="device",
    layouts="account/user.json",
    tested_on="documented schema, no device data",
    limits="Names and addresses of the account; settings, payments, connections and contacts are not read.",
)
def user(file: EvidenceFile) -> Iterator[Found]:
    """The account that the package was made of. References: Discord, "Your Discord Data Package"."""
    if not re.match(rb'\A\s*\{\s*"id"\s*:', file.head) or b'"discriminator"' not in file.head:
        return
    in_english = without_copy_mark(file.path).casefold().endswith("account/user.json")
    if not in_english and _PACKAGE_ONLY.search(file.head) is None:
        return  # what Discord tells to programs of anybody's account
    values = Values(file)
    row: Row = {}
    try:
        with file.open() as stream:
            row = {str(path[0]): value for path, value in pieces(stream, lambda path: path == ()) if path}
    except JsonDamaged as error:
        yield Problem("file", "damaged-json", str(error))
    values.locator = "user"
    name = values.words(row, "global_name") or values.words(row, "username")
    parties = [
        Party(value, scheme, name)
        for key, scheme in (("id", "discord"), ("username", "discord"), ("email", "email"), ("phone", "phone"))
        if (value := values.words(row, key))
    ]
    simple = {
        key: value for key, value in row.items() if not isinstance(value, list | dict) and not _SECRET.search(key)
    }
    yield Account(
        locator="user",
        service=SERVICE,
        extra=rest(simple, frozenset({"id", "username", "email", "phone", "global_name", "avatar_hash"})),
        name=name,
        identifiers=tuple(parties),
    )
    yield from values.drain()
    yield Present(1)
