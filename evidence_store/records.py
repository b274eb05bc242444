"""What can be known: frozen, typed values that know nothing of SQL, Qt or each other.

A record says what the evidence holds, as recorded. Who a number is said to belong to is a reviewer's attribution
and lives elsewhere. Times are integers of microseconds since 1970-01-01T00:00:00Z; a `datetime` never enters a record.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import MISSING, dataclass, fields
from typing import Any, ClassVar, Final, Literal

import orjson

Clock = Literal["A", "B", "C", "D", "E"]
CLOCKS: Final = {
    "A": "an epoch in the application's own database",
    "B": "local time with its offset stored",
    "C": "local time; the zone is assumed, or unknown",
    "D": "file system time, or inferred",
    "E": "stated by the operator",
}
_LONE_SURROGATE: Final = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Moment:
    """One dated field: what it means, when, as stored, and how far the clock can be trusted.

    `utc_us` is None where the time is not known in UTC (no zone, impossible, not decodable); `raw` is always the stored
    form. `zone` names an assumed zone and by whom ("Europe/London, operator"); `note` says what is doubtful.
    """

    meaning: str
    utc_us: int | None
    raw: str
    clock: Clock
    zone: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        # bool is an int and a float would lose microseconds: both are slips of an extractor, not of the evidence.
        if self.utc_us is not None and type(self.utc_us) is not int:
            raise TypeError(f"utc_us must be an int of microseconds, not {type(self.utc_us).__name__}")


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody as recorded: `scheme` says what the identifier is (phone, email, name, account …)."""

    identifier: str
    scheme: str = "phone"
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that a record refers to.

    `path` is the place in the same source ('/'-separated, as `EvidenceFile.path`) or None where the record names none;
    `mime` and `size` are as recorded. `state` is "" when the store is to look the path up (it becomes "present" or
    "missing"), else what the extractor knows: "embedded" (with `sha256` of the bytes), "omitted" (the export says
    that media were left out), "not downloaded".
    """

    name: str
    path: str | None = None
    mime: str | None = None
    size: int | None = None
    sha256: str | None = None
    state: str = ""


# The locator of a record that describes its file as a whole (a photo, a film). The times of the file system are its
# moments too: the store adds them from the listing, so that the record itself is the same from a folder and from a zip.
WHOLE_FILE: Final = "whole file"


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What all kinds share. `locator` says where in the file it stands: "sms:_id=412", "line 118", "byte 8000+24".

    The first of `moments` is the principal one, by which the timeline sorts. `deleted` means that the record itself
    was recovered or is marked as deleted by the application. `flags` are short words in the application's own terms
    ("system", "edited", "forwarded"). `extra` keeps fields of interest that the kind has no name for.
    """

    kind: ClassVar[str] = "record"
    locator: str
    service: str = ""
    moments: tuple[Moment, ...] = ()
    deleted: bool = False
    flags: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    extra: tuple[tuple[str, str | int | float | None], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Message(Record):
    """`conversation` is the key of the thread in its own application; `title` the name it shows, if any."""

    kind: ClassVar[str] = "message"
    conversation: str | None = None
    title: str | None = None
    direction: Literal["in", "out"] | None = None
    sender: Party | None = None
    recipients: tuple[Party, ...] = ()
    subject: str | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Call(Record):
    kind: ClassVar[str] = "call"
    conversation: str | None = None
    direction: Literal["in", "out"] | None = None
    sender: Party | None = None
    recipients: tuple[Party, ...] = ()
    outcome: str | None = None
    duration_s: int | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact(Record):
    """`text` is everything that a search should find; `values` the (label, scheme, value) rows as stored."""

    kind: ClassVar[str] = "contact"
    name: str | None = None
    identifiers: tuple[Party, ...] = ()
    organisation: str | None = None
    account: str | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaItem(Record):
    """A photo, video or sound by its content. `device` is what the file says took it."""

    kind: ClassVar[str] = "media_item"
    mime: str = ""
    width: int | None = None
    height: int | None = None
    duration_s: float | None = None
    device: str | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Location(Record):
    """WGS 84 degrees; `accuracy_m` and `altitude_m` in metres; `source` says what it belongs to ("photo GPS")."""

    kind: ClassVar[str] = "location"
    lat: float
    lon: float
    altitude_m: float | None = None
    accuracy_m: float | None = None
    source: str = ""
    text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRow(Record):
    """A row of a database as it stands, for tables that no extractor reads: recovered ones, for now.

    `table` is None where it cannot be told; `columns` are (name, value) in the order stored, bytes as "hex:…" (cut
    where long); `text` is what a search should find.
    """

    kind: ClassVar[str] = "table_row"
    table: str | None = None
    columns: tuple[tuple[str, str | int | float | None], ...] = ()
    text: str | None = None


KINDS: Final[tuple[type[Record], ...]] = (Message, Call, Contact, MediaItem, Location, TableRow)


@dataclass(frozen=True, slots=True)
class Problem:
    """What could not be read. `kind` decides how it counts:

    - "row": a row that could not become a record (counts as failed)
    - "unsupported": a row of a type that is not read (counts as unsupported)
    - "value": one value of a row was bad; the row itself was read
    - "schema": the layout is not known; nothing was read
    - "file": the file could not be read, or not to its end
    - "note": nothing was lost, but the reader should know (for example an assumption that was made)
    """

    kind: Literal["row", "unsupported", "value", "schema", "file", "note"]
    code: str
    detail: str
    locator: str = ""


@dataclass(frozen=True, slots=True)
class Present:
    """An extractor's own count of the rows in the file, so that it can be checked that all came out."""

    rows: int


def to_plain(value: Any) -> Any:
    """A record or a part of one as plain dicts, lists (or tuples) and scalars.

    Defaults are left out, so that a field that is added to a kind later does not change the digest of old records.
    """
    make = _PLAIN.get(type(value))
    if make is not None:
        return make(value)
    return [to_plain(part) for part in value] if isinstance(value, tuple) else value


def _plain_maker(kind: type) -> Callable[[Any], dict[str, Any]]:
    """The function that makes one kind plain, written out field by field as `dataclasses` writes `__init__`.

    A loop over the fields costs three times as much, and this runs once for every record.
    """
    start = f"{{'kind': {kind.kind!r}}}" if issubclass(kind, Record) else "{}"
    lines = [f"def make(value, to_plain=to_plain, default=default):\n plain = {start}"]
    for field in fields(kind):
        part = "to_plain(part)" if _may_nest(str(field.type)) else "part"
        if field.default is MISSING:
            lines.append(f" part = value.{field.name}\n plain[{field.name!r}] = {part}")
        else:
            lines.append(
                f" part = value.{field.name}\n if part != default[{field.name!r}]: plain[{field.name!r}] = {part}"
            )
    scope: dict[str, Any] = {"to_plain": to_plain, "default": {field.name: field.default for field in fields(kind)}}
    exec("\n".join([*lines, " return plain"]), scope)  # noqa: S102 - names of our own fields, nothing from evidence
    made: Callable[[Any], dict[str, Any]] = scope["make"]
    return made


def _may_nest(annotation: str) -> bool:
    return any(word in annotation for word in ("Moment", "Party", "Attachment"))


_PLAIN: Final = {kind: _plain_maker(kind) for kind in (*KINDS, Moment, Party, Attachment, Problem)}


def canonical(plain: Any) -> bytes:
    """Plain values as the one canonical JSON: UTF-8, keys sorted, no white space.

    Lone surrogates, which UTF-8 cannot hold, are written as their \\udXXX escape, so that nothing stored is altered.
    A NaN or an infinity, which JSON has no word for, becomes null. Raises TypeError for what else JSON cannot hold.
    """
    try:
        return orjson.dumps(plain, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError:
        return _LONE_SURROGATE.sub(lambda found: f"\\u{ord(found[0]):04x}", _written(plain)).encode()


def _written(plain: Any) -> str:
    """What orjson writes, for what it does not take: lone surrogates and integers beyond 64 bits."""
    if isinstance(plain, dict):
        return "{" + ",".join(f"{_text(key)}:{_written(plain[key])}" for key in sorted(plain)) + "}"
    if isinstance(plain, list | tuple):
        return "[" + ",".join(map(_written, plain)) + "]"
    if isinstance(plain, str):
        return _text(plain)
    if type(plain) is int:
        return str(plain)
    return orjson.dumps(plain).decode()


def _text(plain: Any) -> str:
    if not isinstance(plain, str):
        raise TypeError(f"a key of JSON is text, not {type(plain).__name__}")
    return json.dumps(plain, ensure_ascii=False)
