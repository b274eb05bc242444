"""What a message of Google Messages is made of: its parts, and the reactions under it."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any, Final
from urllib.parse import parse_qs, unquote, urlsplit

from evidence_store.records import Attachment, Party, Reaction
from extractors.android.google_messages_codes import REACTIONS
from extractors.android.threads import party
from extractors.database import Doubts, stored
from parsers.protobuf import Fields
from parsers.sqlite_file import Row

PART: Final = (
    *("_id", "message_id", "text", "uri", "content_type", "storage_uri", "local_cache_path", "preview_content_uri"),
    *("fallback_uri", "sticker_id", "sticker_set_id", "expressive_sticker_name", "latitude", "longitude"),
    *("file_name", "duration", "file_size_bytes", "voice_metadata", "conversation_id", "timestamp"),
)
REACTION: Final = ("_id", "message_id", "reactions_data", "reacted_message_id", "reaction")
_APPS: Final = ("com.google.android.apps.messaging", "com.android.messaging")
_SCRATCH: Final = ".MediaScratchFileProvider"
_UNSET: Final = ("", 0, -1, None)
_PLAIN_TEXT: Final = "text/plain"
# What a part that is only text leaves empty, in a recent generation and in one that has no such columns.
_ELSE: Final = (
    *("uri", "storage_uri", "local_cache_path", "fallback_uri", "sticker_id", "sticker_set_id"),
    *("expressive_sticker_name", "voice_metadata", "duration", "latitude", "longitude"),
)
_ELSE_OF: Final = itemgetter(*_ELSE)
_ONLY_TEXT: Final = (
    (None, None, None, None, -1, -1, None, None, 0, 0, 0),
    (None,) * len(_ELSE),
)
_LONGEST: Final = 200  # of what names somebody in a reaction
Extra = tuple[str, str | int | float | None]


@dataclass(slots=True)
class Content:
    """The parts of a message together."""

    texts: list[str] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    flags: list[str] = field(default_factory=list)
    extra: list[Extra] = field(default_factory=list)
    lat: float | None = None
    lon: float | None = None

    @property
    def text(self) -> str | None:
        return "\n".join(self.texts) if self.texts else None


def content(parts: list[Row], root: str, doubts: Doubts) -> Content:
    """The texts in stored order, and whatever is a file; `root` is the folder of the application in the source."""
    found = Content()
    for part in parts:
        if type(part["text"]) is str and part["content_type"] == _PLAIN_TEXT and _ELSE_OF(part) in _ONLY_TEXT:
            if part["text"]:  # what nearly every part is: words, and nothing else
                found.texts.append(part["text"])
            continue
        where = f"parts:_id={stored(part['_id'])}"
        mime = doubts.text(part["content_type"], f"{where} content_type")
        text = doubts.text(part["text"], f"{where} text")
        if text:
            found.texts.append(text)
        if any(part[name] for name in ("uri", "storage_uri", "local_cache_path", "fallback_uri")):
            found.attachments.append(_attachment(part, mime, root, where, doubts, found))
        elif not text and mime not in (None, _PLAIN_TEXT):
            name = doubts.text(part["file_name"], f"{where} file_name") or f"part {stored(part['_id'])}"
            found.attachments.append(Attachment(name, None, mime, _size(part)))
        _mark(part, mime, found)
    found.flags = list(dict.fromkeys(found.flags))
    return found


def _mark(part: Row, mime: str | None, found: Content) -> None:
    if part["expressive_sticker_name"] or part["sticker_id"] not in _UNSET or part["sticker_set_id"] not in _UNSET:
        found.flags.append("sticker")
    if part["voice_metadata"] is not None:
        found.flags.append("voice message")
    if mime == "image/gif":
        found.flags.append("GIF")
    if mime and mime.lower() in ("text/x-vcard", "text/vcard"):
        found.flags.append("contact card")
    if part["duration"] not in _UNSET:
        found.extra.append(("duration", _plain(part["duration"])))
    place = (part["latitude"], part["longitude"])
    if all(isinstance(value, int | float) for value in place) and place != (0, 0) and _on_earth(*place):
        found.lat, found.lon = float(place[0]), float(place[1])
        found.flags.append("location")


def _on_earth(lat: float, lon: float) -> bool:
    return -90 <= lat <= 90 and -180 <= lon <= 180


def _attachment(part: Row, mime: str | None, root: str, where: str, doubts: Doubts, found: Content) -> Attachment:
    """The file of a part: in the folders of the application where its place can be told, else by its address only."""
    addresses = {
        name: text
        for name in ("local_cache_path", "uri", "storage_uri")
        if (text := doubts.text(part[name], f"{where} {name}"))
    }
    path = next((place for address in addresses.values() if (place := own_path(address, root))), None)
    if path is None:
        found.extra += list(addresses.items())
    name = doubts.text(part["file_name"], f"{where} file_name")
    name = name or (posixpath.basename(path) if path else f"part {stored(part['_id'])}")
    return Attachment(name, path, mime, _size(part), state="" if addresses else "not downloaded")


def own_path(address: str, root: str) -> str | None:
    """The place in the source of an address inside the application's own folders; None for any other.

    Addresses of its content provider for media name a file in cache/mediascratchspace, by number and extension.
    """
    try:
        parts = urlsplit(address) if "://" in address else None
    except ValueError:
        return None
    if parts is not None and parts.scheme == "content" and parts.netloc.endswith(_SCRATCH):
        extension = next(iter(parse_qs(parts.query).get("ext", [])), "")
        inner = "cache/mediascratchspace/" + parts.path.strip("/") + (f".{extension}" if extension else "")
    elif parts is not None and parts.scheme != "file":
        return None
    else:
        path = unquote(parts.path) if parts is not None else address
        inner = next((rest for name in _APPS if (rest := path.replace("\\", "/").partition(f"/{name}/")[2])), "")
    inner = posixpath.normpath(inner.lstrip("/"))
    return None if inner in ("", ".") or inner.startswith("../") or inner == ".." else root + inner


def root_of(path: str) -> str:
    """The folder of the application, from that of its database: "…/databases/bugle_db" stands two below it."""
    folder, _, _ = path.rpartition("/")
    above, _, last = folder.rpartition("/")
    root = above if last.lower() == "databases" else folder
    return f"{root}/" if root else ""


def _size(part: Row) -> int | None:
    size = part["file_size_bytes"]
    return size if type(size) is int and size > 0 else None


def _plain(value: Any) -> str | int | float | None:
    return value if value is None or type(value) in (str, int, float) else stored(value)


def reactions(rows: list[Row], doubts: Doubts) -> tuple[tuple[Reaction, ...], tuple[Extra, ...]]:
    """The reactions that are stored with a message, and those bytes of them that are not wholly understood.

    A list of entries (1): the reaction (1) with its emoji (1) and type (2), and those who gave it (2).
    """
    found: list[Reaction] = []
    left: list[Extra] = []
    for row in rows:
        data = row["reactions_data"]
        if data is None:
            continue
        where = f"message_reactions:_id={stored(row['_id'])} reactions_data"
        made, left_out = _entries(data) if isinstance(data, bytes) else (None, 0)
        if made is None:
            doubts.add("reaction", f"{where} could not be read")
        elif left_out:
            doubts.add("reaction", f"{where}: {left_out} of its entries could not be read: {stored(data)}")
        found += made or []
        if not made or any(one.sender is None for one in made):
            left.append(("reactions_data", stored(data)))
    return tuple(found), tuple(left)


def _entries(data: bytes) -> tuple[list[Reaction] | None, int]:
    """The reactions of a list, None where it is none, and how many entries could not be read."""
    made = []
    try:
        entries, left_out = Fields(data).counted(1)
        for entry in entries:
            kind = entry.number(1, 2) or 0
            text = entry.text(1, 1) or REACTIONS.get(kind, f"type {kind}")
            givers = [_giver(one) for one in entry.datas(2)] or [None]
            made += [Reaction(text, giver) for giver in givers]
    except ValueError:
        return None, 0
    return made, left_out


def _giver(data: bytes) -> Party | None:
    """Who gave a reaction, where a number or an address stands for them."""
    identity = _inner(data)
    for stored_text in (_inner(identity), identity):
        try:
            words = (stored_text or b"").decode()
        except UnicodeDecodeError:
            continue
        if words.isprintable() and len(words) < _LONGEST and (who := party(words)) and who.scheme != "sender-id":
            return who
    return None


def _inner(data: bytes | None) -> bytes | None:
    """The first field of a message, where it has bytes."""
    try:
        return None if data is None else Fields(data).data(1)
    except ValueError:
        return None
