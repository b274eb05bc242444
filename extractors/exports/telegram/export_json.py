"""The JSON export of Telegram Desktop (result.json): one chat, or a whole account."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from evidence_store.records import Account, Call, Contact, DeviceFact, Group, Message, Present, Problem
from extractors.base import EvidenceFile, Found, extractor
from extractors.exports.json_values import Values, not_an_object
from extractors.exports.telegram.account import LISTS, PICTURES, account, picture
from extractors.exports.telegram.chats import Chat
from extractors.exports.telegram.messages import record
from parsers.json_pieces import END, JsonDamaged, Path, pieces

_LISTS_OF_CHATS: Final = ("chats", "left_chats")
_ONE_CHAT: Final = ("name", "type", "id")
_CHAT: Final = re.compile(
    rb'"messages"\s*:\s*\[(?s:.*)"(?:date_unixtime|text_entities|from_id|actor_id)"\s*:|'
    rb'"type"\s*:\s*"(?:personal_chat|bot_chat|saved_messages|replies|verify_codes|(?:private|public)_(?:super)?group|'
    rb'(?:private|public)_channel)"\s*,\s*"id"\s*:\s*-?\d+\s*,\s*"messages"\s*:'
)
# The words of "about" are in the language of the application, and need not name it in Latin letters.
_ACCOUNT: Final = re.compile(
    rb'\A(?:\xef\xbb\xbf)?\s*\{\s*"(?:about"\s*:\s*"(?:[^"]*Telegram|(?:[^"\\]|\\.)*"\s*,\s*"(?:personal_information|'
    rb'profile_pictures|contacts|frequent_contacts|sessions|web_sessions|chats|left_chats)"\s*:)|personal_information")'
)


def looks_like(head: bytes) -> bool:
    """By the fields that only this export has, at the beginning of the file."""
    return _CHAT.search(head) is not None or _ACCOUNT.match(head) is not None


@extractor(
    id="telegram.export_json",
    version=3,
    title="Telegram Desktop export (JSON)",
    files=("**/result.json",),
    types=("application/json",),
    claims=looks_like,
    emits=(Message, Call, Group, Account, Contact, DeviceFact),
    privacy="communications",
    layouts="result.json of one chat and of a whole account, with and without Unix times",
    tested_on="published sample exports: a chat with 6 messages, 2 entries of the application's own; a chat and an "
    "account with 2 messages each; made-up exports",
    limits="A file that can be edited; the account was not examined. Messages that were deleted before the export, "
    "secret chats and lists of members are not in it; drafts and other settings of an account are not read. Without "
    "Unix times (exports before 2022) times are local to the computer that exported. In a chat between two, what "
    "comes from the id of the chat is taken as received; in groups the direction is only known where the export names "
    "its account.",
)
def export_json(file: EvidenceFile) -> Iterator[Found]:
    """Every entry of every chat; of an account also contacts, sessions, pictures and stories, in stored order.

    `date_unixtime` is seconds; `date` is the local time of the exporting computer. Control characters stand as "\\x1F".

    References:
    - Telegram Desktop (public source): Telegram/SourceFiles/export/output/export_output_json.cpp
    """
    if not looks_like(file.head):
        return
    reading = _Reading(file)
    try:
        with file.open() as stream:
            for path, value in pieces(stream, _entered):
                yield from reading.take(path, value)
    except JsonDamaged as error:
        yield Problem("file", "damaged-json", f"{error}; {reading.rows} entries were read")
    yield Present(reading.rows)
    if reading.left:
        yield Problem("note", "not-read", f"not read of this account: {', '.join(sorted(reading.left))}")


def _entered(path: Path) -> bool:
    """The containers that are read one by one."""
    match path:
        case () | ("messages",) | (_, "list") | ("profile_pictures",) | ("stories",):
            return True
        case (str() as name,):
            return name in _LISTS_OF_CHATS or (name, "list") in LISTS
        case (str() as name, "list", int()) | (str() as name, "list", int(), "messages"):
            return name in _LISTS_OF_CHATS
    return False


class _Reading:
    """What is known while the file is read."""

    def __init__(self, file: EvidenceFile) -> None:
        folder, _, name = file.path.rpartition("/")
        self.rows = 0
        self.left: set[str] = set()
        self._folder = folder
        self._stem = f"{folder}/{name}" if folder else name
        self._values = Values(file)
        self._owner: str | None = None
        self._chat = Chat("", otherwise=self._stem)
        self._of: Path = ()  # the path of the chat

    def take(self, path: Path, value: Any) -> Iterator[Found]:
        """One piece of the file."""
        if value is END:
            if path == self._of and (group := self._chat.group()):
                self.rows += 1
                yield group
            return
        if len(path) > 1 and path[-2] == "messages":
            self._enter(path[:-2])
            yield from self._one(f"{self._chat.place}messages[{path[-1]}]", value)
        elif len(path) == 4 and path[0] in _LISTS_OF_CHATS:
            self._enter(path[:3])
            self._chat.know(str(path[3]), value)
        elif path[:-1] in LISTS or path[:-1] in PICTURES:
            yield from self._listed(path, value)
        elif len(path) == 1:
            yield from self._whole(str(path[0]), value)

    def _enter(self, path: Path) -> None:
        if path != self._of:
            self._of = path
            place = f"{path[0]}.list[{path[2]}]." if path else ""
            self._chat = Chat(place, otherwise=f"{self._stem} {place.rstrip('.')}", owner=self._owner)

    def _one(self, locator: str, value: Any) -> Iterator[Found]:
        self.rows += 1
        self._values.locator = locator
        if not isinstance(value, dict):
            yield not_an_object(value, locator)
            return
        yield record(self._values, value, self._chat, self._folder)
        yield from self._values.drain()

    def _listed(self, path: Path, value: Any) -> Iterator[Found]:
        self.rows += 1
        *names, number = path
        values, values.locator = self._values, f"{'.'.join(map(str, names))}[{number}]"
        if not isinstance(value, dict):
            yield not_an_object(value, values.locator, "an entry")
        elif path[:-1] in PICTURES:
            yield picture(values, value, self._folder, PICTURES[(str(path[0]),)])
        else:
            yield LISTS[(str(path[0]), "list")](values, value)
        yield from values.drain()

    def _whole(self, name: str, value: Any) -> Iterator[Found]:
        """A field of the account, or of the one chat."""
        if name == "personal_information" and isinstance(value, dict):
            self.rows += 1
            self._values.locator = name
            if value.get("user_id") is not None:
                self._owner = f"user{value['user_id']}"
            yield account(self._values, value)
            yield from self._values.drain()
        elif name in _ONE_CHAT:
            self._chat.know(name, value)
        elif name != "about":
            self.left.add(name)
