"""Conversations of Messenger and Instagram as JSON (message_1.json …), from "Download your information"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from evidence_store.records import Call, Group, Message, Present, Problem
from extractors.base import EvidenceFile, Found, extractor
from extractors.exports.json_values import Row, not_an_object
from extractors.exports.meta.encoding import Mended
from extractors.exports.meta.places import FACEBOOK, INSTAGRAM, UNKNOWN, service_of
from extractors.exports.meta.threads import record, thread_of
from parsers.json_pieces import END, JsonDamaged, Path, pieces

_STARTS: Final = re.compile(rb'\A(?:\xef\xbb\xbf)?\s*\{\s*"(?:participants|messages|threadName)"\s*:')
_FIELDS: Final = re.compile(rb'"(?:sender_name|timestamp_ms|senderName|threadName|thread_path)"\s*:')
_SHARED: Final = re.compile(rb'"participants"\s*:\s*\[\s*\{\s*"name"\s*:')
_FILES: Final = tuple(
    f"**/{folder}/*/message_*.json"
    for folder in ("inbox", "archived_threads", "filtered_threads", "message_requests", "e2ee_cutover")
)
_LAYOUTS: Final = "message_1.json and on, since 2018; encrypted chats of Messenger (one file a chat, threadName)"
_LIMITS: Final = (
    "A file that can be edited; the account was not examined. People are named and have no identifier: two of one name "
    "cannot be told apart. Between two, the one who is not the title is taken as the account of the export; in groups "
    "no direction is known. Broken texts are mended, which is said. Answers do not name what they answer."
)


def looks_like(head: bytes) -> bool:
    """By the fields of a conversation at the beginning of the file."""
    return _STARTS.match(head) is not None and (_FIELDS.search(head) or _SHARED.search(head)) is not None


@extractor(
    id="messenger.export",
    version=2,
    title="Facebook Messenger: conversations of an export (JSON)",
    files=_FILES,
    types=("application/json",),
    claims=looks_like,
    emits=(Message, Call, Group),
    privacy="communications",
    layouts=_LAYOUTS,
    tested_on="a published sample export with 7 messages; made-up exports",
    limits=_LIMITS,
)
def messenger(file: EvidenceFile) -> Iterator[Found]:
    """Every message, in stored order; `timestamp_ms` is milliseconds. References: see `_conversation`."""
    if (service := service_of(file.path, file.head)) in (FACEBOOK, UNKNOWN):
        yield from _conversation(file, service)


@extractor(
    id="instagram.export",
    version=2,
    title="Instagram: conversations of an export (JSON)",
    files=_FILES,
    types=("application/json",),
    claims=looks_like,
    emits=(Message, Call, Group),
    privacy="communications",
    layouts=_LAYOUTS,
    tested_on="a published sample export with 2 messages; made-up exports",
    limits=_LIMITS,
)
def instagram(file: EvidenceFile) -> Iterator[Found]:
    """Every message, in stored order; `timestamp_ms` is milliseconds. References: see `_conversation`."""
    if service_of(file.path, file.head) == INSTAGRAM:
        yield from _conversation(file, INSTAGRAM)


def _conversation(file: EvidenceFile, service: str) -> Iterator[Found]:
    """The conversation, where more than two are in it, and then its messages.

    What describes it stands behind the messages: the file is read twice, never held whole.

    References:
    - Facebook Help Centre, "Download a copy of your information"; facebook-schemas (public description of the layout)
    - chat-analytics, timelinize (public readers): the layout of encrypted chats
    """
    if not looks_like(file.head):
        return
    about, first, damage = _survey(file)
    if first is None and "thread_path" not in about and "threadName" not in about:
        return
    values = Mended(file, broken="threadName" not in about)
    thread = thread_of(values, about, service, file.path)
    rows = 0
    if (group := thread.group()) and not re.search(r"message_(?!1\.)\d+\.\w+\Z", file.path):
        rows += 1
        yield group
    try:
        for place, value in _messages(file):
            rows += 1
            values.locator = f"messages[{place}]"
            if isinstance(value, dict):
                yield record(values, value, thread)
                yield from values.drain()
            else:
                yield not_an_object(value, values.locator)
    except JsonDamaged as error:
        damage = str(error)
    if damage:
        yield Problem("file", "damaged-json", f"{damage}; {rows} entries were read")
    yield Present(rows)
    yield from values.about()
    if service == UNKNOWN:
        yield Problem("note", "service", "neither the path nor the file tells Messenger from Instagram")


def _entered(path: Path) -> bool:
    return path in ((), ("messages",))


def _survey(file: EvidenceFile) -> tuple[Row, Any, str]:
    """(all fields but the messages, the first message that is one, what is wrong)."""
    about: Row = {}
    first = None
    try:
        with file.open() as stream:
            for path, value in pieces(stream, _entered):
                if len(path) == 1 and value is not END:
                    about[str(path[0])] = value
                elif first is None and isinstance(value, dict) and {"sender_name", "senderName"} & value.keys():
                    first = value
    except JsonDamaged as error:
        return about, first, str(error)
    return about, first, ""


def _messages(file: EvidenceFile) -> Iterator[tuple[str | int, Any]]:
    with file.open() as stream:
        for path, value in pieces(stream, _entered):
            if len(path) == 2:
                yield path[1], value
