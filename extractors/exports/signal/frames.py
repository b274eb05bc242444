"""Signal backups of version 2 that are not encrypted: as protocol buffers, or as JSON a line each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

from evidence_store.records import Account, Call, Contact, Group, Message, Present, Problem, Record, replace
from extractors.base import EvidenceFile, Found, extractor
from extractors.exports.json_values import Values
from extractors.exports.signal.items import ad_hoc_call, item
from extractors.exports.signal.people import People, account, recipient
from extractors.matching import without_copy_mark
from extractors.shortened import shortened
from parsers.signal_frames import frames, read_info

_NOT_READ: Final = {
    "stickerPack": "sticker packs",
    "notificationProfile": "notification profiles",
    "chatFolder": "folders of chats",
}


def looks_like(head: bytes) -> bool:
    """By what a backup says of itself at its beginning."""
    try:
        read_info(head)
    except (ValueError, RecursionError):
        return False
    return True


@extractor(
    id="signal.frames",
    version=3,
    title="Signal backup of version 2, not encrypted (protocol buffers or JSON)",
    files=("**/*.binproto", "**/main.jsonl"),
    types=("application/json",),
    claims=looks_like,
    emits=(Message, Call, Group, Contact, Account),
    privacy="communications",
    layouts="frames of signal.backup.Frame as of 2025, each preceded by its length, or as lines of JSON",
    tested_on="the canonical backup and 13 test cases that Signal publishes: 1 account, 3 recipients; made-up backups",
    limits="A file that can be edited; the account was not examined. Encrypted backups of version 2 do not open. Files "
    "of attachments are named and not linked; sticker packs, settings, folders and wallpapers are not read. Numbers of "
    "chats and recipients hold for one file only.",
)
def signal_frames(file: EvidenceFile) -> Iterator[Found]:
    """Every message and call, the account, recipients and groups, in stored order. Times are milliseconds.

    References:
    - libsignal (public source): rust/message-backup/src/proto/backup.proto
    """
    if not looks_like(file.head):
        if without_copy_mark(file.path).lower().endswith(".binproto") and file.size:
            yield Problem("schema", "unknown-layout", "not the beginning of a Signal backup that is not encrypted")
        return
    reading = _Reading(file)
    try:
        with file.open() as stream:
            for number, frame in frames(stream):
                yield from reading.take(number, frame)
    except ValueError as error:
        yield Problem("file", "damaged-backup", f"{error}; {reading.rows} entries were read")
    yield from reading.groups.values()
    yield Present(reading.rows)
    if reading.left:
        listed = ", ".join(f"{count} {_NOT_READ[name]}" for name, count in sorted(reading.left.items()))
        yield Problem("note", "not-read", f"not read: {listed}")


class _Reading:
    """What is known while the file is read."""

    def __init__(self, file: EvidenceFile) -> None:
        self.rows = 0
        self.left: Counter[str] = Counter()
        self.groups: dict[str, Group] = {}  # by the number of their recipient, until their chat names them
        self._values = Values(file)
        self._people = People()
        self._prefix = f"{file.path} chat "

    def take(self, number: int, frame: dict[str, Any] | str) -> Iterator[Found]:
        """One frame, or why it is none."""
        locator = self._values.locator = f"frame {number}"
        if isinstance(frame, str):
            self.rows += 1
            yield Problem("row", "not-a-frame", shortened(frame, 200), locator)
            return
        for name in frame:
            if name in _NOT_READ:
                self.left[name] += 1
            elif name == "chat":
                yield from self._chat(self._values.part(frame, name))
            elif (found := self._record(name, frame)) is not None:
                self.rows += 1
                if isinstance(found, Group):
                    number_of = str(frame[name].get("id"))
                    if (other := self.groups.pop(number_of, None)) is not None:
                        yield other
                    self.groups[number_of] = found
                else:
                    yield found
        yield from self._values.drain()

    def _record(self, name: str, frame: dict[str, Any]) -> Record | Problem | None:
        values, people = self._values, self._people
        row = values.part(frame, name)
        if name == "chatItem":
            return item(values, row, people, self._prefix)
        if name == "recipient":
            return recipient(values, row, people)
        if name == "account":
            return account(values, row, people)
        if name == "adHocCall":
            return ad_hoc_call(values, row, people)
        return Problem("unsupported", "frame", f"a frame of a kind that is not known: {name}", values.locator)

    def _chat(self, row: dict[str, Any]) -> Iterator[Group]:
        """Whose chat it is; where it is that of a group, the group with it."""
        chat, who = self._values.words(row, "id"), self._values.words(row, "recipientId")
        if chat is not None and who is not None:
            self._people.chats[chat] = who
            if (group := self.groups.pop(who, None)) is not None:
                yield replace(group, conversation=self._prefix + chat)
