"""A msgstore.db of any number of made-up messages, mixed as on a phone in use: the builders' schema, filled in bulk.

Half of the messages stand in groups, where one in eight is the owner's, with receipts of eight readers; of the others
nearly half are, with one receipt. One in ten is a picture (none of the files is there), one in 20 answers another, one
in 25 has a reaction, one in 50 a link, one in 80 was forwarded; some are of the system, some were revoked.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any, Final

from tests.evidence_builders.whatsapp_android import BESIDE, CALLS, MEMBERS, MESSAGE, PEOPLE, SYSTEM

PLACE: Final = "data/data/com.whatsapp/databases/msgstore.db"
_PEOPLE: Final = 400
_CHATS: Final = 240  # every fourth is a group
_READERS: Final = 8
_WORDS: Final = (
    *("Are you coming to the library on Thursday?", "I have the key", "ok", "See you there 😀👍", "on my way", "no"),
    *("Dzięki! Przyniosę ciasto i żółty zeszyt", "السلام عليكم، هل سنلتقي يوم الخميس؟", "haha", "good morning"),
    *("The meeting is moved to half past six, room 4, bring the notes from last time", "Call me when you are home"),
)
_START_MS: Final = 1_577_836_800_000
_TEXT, _PICTURE, _SYSTEM, _REVOKED, _REACTION = 0, 1, 7, 15, 56
Row = tuple[Any, ...]


def _in_group(number: int) -> bool:
    return number * 41 % 100 < 50


def _chat(number: int) -> int:
    place = number * 7919 // 5 % (_CHATS // 4)
    return 4 * (1 + place) if _in_group(number) else 4 * place + 1 + number % 3


def _kind(number: int) -> int:
    """Of 200 messages, 20 are pictures, 2 of the system, 1 is revoked."""
    place = number * 61 % 200
    return _PICTURE if place < 20 else _SYSTEM if place < 22 else _REVOKED if place == 22 else _TEXT


def _out(number: int) -> int:
    return int(number * 37 % 101 < (12 if _in_group(number) else 48))


def _sender(number: int) -> int:
    return 1 + (number * 31 + _chat(number)) % _PEOPLE if _in_group(number) and not _out(number) else 0


def _messages(count: int) -> Iterator[Row]:
    for number in range(1, count + 1):
        kind, when = _kind(number), _START_MS + number * 180_000 + number * 7919 % 1000
        out = 0 if kind == _SYSTEM else _out(number)
        text = f"{_WORDS[number % len(_WORDS)]} {number}" if kind == _TEXT else None
        received = 0 if out else when + 900
        yield (
            *(number, _chat(number), out, f"3EB0{number * 2654435761 % 2**64:016X}{number:012X}", _sender(number)),
            *(13 if out else 0, 0, 0, when, received, when + 400 if out else -1, kind, text, 0, number),
        )


def _media(count: int) -> Iterator[Row]:
    for number in range(1, count + 1):
        if _kind(number) == _PICTURE:
            path = f"Media/WhatsApp Images/IMG-2023{number % 12 + 1:02d}01-WA{number:07d}.jpg"
            caption = f"Look at this {number}" if number % 5 == 0 else None
            yield number, _chat(number), path, 90_000 + number % 70_000, "image/jpeg", f"{number:043d}=", caption


def _thumbnails(count: int) -> Iterator[Row]:
    preview = bytes(range(256)) * 4
    yield from ((number, preview) for number in range(1, count + 1) if _kind(number) == _PICTURE and number % 2)


def _each(count: int, every: int, row: Callable[[int], Row]) -> Iterator[Row]:
    return (row(number) for number in range(1, count + 1) if number * 17 % every == 3)


def _receipts(count: int) -> Iterator[Row]:
    for number in range(1, count + 1):
        if _out(number) and _kind(number) != _SYSTEM:
            when, chat = _START_MS + number * 180_000, _chat(number)
            for member in range(_READERS if _in_group(number) else 1):
                yield number, 1 + (chat + member) % _PEOPLE, when + 2000, when + 60_000


def _quoted(number: int) -> Row:
    earlier = max(1, number - 3)
    return (
        number,
        _chat(number),
        _chat(number),
        _out(earlier),
        _sender(earlier),
        f"3EB0{earlier:028X}",
        0,
        "I have the key",
    )


_ADD_ON: Final = "_id,chat_row_id,from_me,key_id,sender_jid_row_id,parent_message_row_id,timestamp,message_add_on_type"
_INSERTS: Final[dict[str, Callable[[int], Iterator[Row]]]] = {
    "message(_id,chat_row_id,from_me,key_id,sender_jid_row_id,status,broadcast,origination_flags,timestamp,"
    "received_timestamp,receipt_server_timestamp,message_type,text_data,starred,sort_id)": _messages,
    "message_media(message_row_id,chat_row_id,file_path,file_length,mime_type,file_hash,media_caption)": _media,
    "message_thumbnail(message_row_id,thumbnail)": _thumbnails,
    "receipt_user(message_row_id,receipt_user_jid_row_id,receipt_timestamp,read_timestamp)": _receipts,
    "message_quoted(message_row_id,chat_row_id,parent_message_chat_row_id,from_me,sender_jid_row_id,key_id,message_type,"
    "text_data)": lambda count: _each(count, 20, _quoted),
    "message_text(message_row_id,description,page_title,url)": lambda count: _each(
        count, 50, lambda number: (number, "What is on", "Library", f"https://library.example.org/{number}")
    ),
    "message_forwarded(message_row_id,forward_score)": lambda count: _each(
        count, 80, lambda number: (number, number % 7)
    ),
    f"message_add_on({_ADD_ON})": lambda count: _each(
        count, 25, lambda n: (n, _chat(n), 0, f"R{n:031X}", 1 + n % _PEOPLE, n, _START_MS + n * 180_000, _REACTION)
    ),
    "message_add_on_reaction(message_add_on_row_id,reaction,sender_timestamp)": lambda count: _each(
        count, 25, lambda number: (number, "👍" if number % 3 else "❤️", _START_MS + number * 180_000 + 5000)
    ),
    "message_system(message_row_id,action_type)": lambda count: (
        (number, 12) for number in range(1, count + 1) if _kind(number) == _SYSTEM
    ),
    "message_revoked(message_row_id,revoked_key_id,revoke_timestamp)": lambda count: (
        (number, f"R{number:031X}", _START_MS + number * 180_000 + 60_000)
        for number in range(1, count + 1)
        if _kind(number) == _REVOKED
    ),
}


def _jids() -> Iterator[Row]:
    for number in range(1, _PEOPLE + 1):
        user = f"447700900{number:03d}"
        yield number, user, "s.whatsapp.net", f"{user}@s.whatsapp.net"
    for number in range(_CHATS):
        user = f"1203630000{number:08d}"
        yield 1001 + number, user, "g.us", f"{user}@g.us"


def _chats() -> Iterator[Row]:
    for chat in range(1, _CHATS + 1):
        yield (chat, 1000 + chat, f"Example Group {chat}") if chat % 4 == 0 else (chat, chat, None)


def _members() -> Iterator[Row]:
    return chain.from_iterable(
        ((1000 + chat, 1 + (chat * 7 + member) % _PEOPLE, int(member == 0), _START_MS) for member in range(12))
        for chat in range(4, _CHATS + 1, 4)
    )


def msgstore(path: Path, count: int) -> Path:
    """Writes the database with `count` rows of `message`, and what stands beside them, and gives `path` back."""
    path.parent.mkdir(parents=True, exist_ok=True)
    db = sqlite3.connect(path)
    db.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;")
    db.executescript(PEOPLE + MESSAGE + BESIDE + SYSTEM + CALLS + MEMBERS)
    fixed: dict[str, Iterator[Row]] = {
        "jid(_id,user,server,raw_string)": _jids(),
        "chat(_id,jid_row_id,subject)": _chats(),
        "group_participant_user(group_jid_row_id,user_jid_row_id,rank,add_timestamp)": _members(),
    }
    for into, rows in chain(fixed.items(), ((into, make(count)) for into, make in _INSERTS.items())):
        db.executemany(f"INSERT INTO {into} VALUES ({','.join('?' * (into.count(',') + 1))})", rows)
    db.commit()
    db.close()
    return path
