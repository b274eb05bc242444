"""Records as the one canonical JSON, as plain values, and back."""

from __future__ import annotations

import json
import re
from functools import cache
from math import isfinite
from typing import Any, Final, Union, get_args

import msgspec

from evidence_store.records.base import Record
from evidence_store.records.content import TableRow
from evidence_store.records.kinds import KINDS
from evidence_store.records.values import Value

_LONE_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_ENCODER: Final = msgspec.json.Encoder(order="sorted")
_PLAIN: Final = msgspec.json.Decoder()
_RECORDS: Final = msgspec.json.Decoder(Union[KINDS])  # noqa: UP007 - of a tuple of types
_BY_KIND: Final = {kind.kind: kind for kind in KINDS}


class NoRecord(ValueError):
    """JSON that says no record, whatever it is."""


def written(record: Record) -> tuple[bytes, Record]:
    """A record as canonical JSON, and as it is read from this JSON.

    Where that differs from what was to be written (two halves of one character side by side), it is read back. NaN and
    infinity are put in words among the values as an application stored them; as a place or a duration they stay, where
    JSON has null.
    """
    if record.extra:
        record = _worded(record, "extra")
    if isinstance(record, TableRow):
        record = _worded(record, "columns")
    try:
        return _ENCODER.encode(record), record
    except (UnicodeEncodeError, TypeError):
        data = canonical(record)
        return data, record_of(data)


def _worded(record: Record, field: str) -> Record:
    """Values as a database has them may be numbers that JSON has no word for, and bytes, which msgspec would write as
    text that nobody stored."""
    odd = False
    for _, value in getattr(record, field):
        if isinstance(value, bytes):
            raise TypeError("bytes are to be given in words")
        odd = odd or (type(value) is float and not isfinite(value))
    if not odd:
        return record
    values = tuple((name, _word_of(value)) for name, value in getattr(record, field))
    return msgspec.structs.replace(record, **{field: values})


def _word_of(value: Any) -> Any:
    return str(value) if type(value) is float and not isfinite(value) else value


def canonical(value: Any) -> bytes:
    """Records and plain values as the one canonical JSON: UTF-8, keys sorted, no white space.

    Lone surrogates, which UTF-8 cannot hold, are written as their \\udXXX escape, so that nothing stored is altered.
    A NaN or an infinity, which JSON has no word for, becomes null. Raises TypeError for what else JSON cannot hold, but
    that msgspec has a form for bytes and the like: a record is to hold none (see `written`).
    """
    try:
        return _ENCODER.encode(value)
    except (UnicodeEncodeError, TypeError):
        return _LONE_SURROGATE.sub(lambda found: f"\\u{ord(found[0]):04x}", _written(to_plain(value))).encode()


def _written(plain: Any) -> str:
    """What msgspec writes, for what it does not take: lone surrogates and kinds of `str`."""
    if isinstance(plain, dict):
        return "{" + ",".join(f"{_text(key)}:{_written(plain[key])}" for key in sorted(plain)) + "}"
    if isinstance(plain, list | tuple):
        return "[" + ",".join(map(_written, plain)) + "]"
    return _text(plain) if isinstance(plain, str) else _ENCODER.encode(plain).decode()


def _text(plain: Any) -> str:
    if not isinstance(plain, str):
        raise TypeError(f"a key of JSON is text, not {type(plain).__name__}")
    return json.dumps(plain, ensure_ascii=False)


def to_plain(value: Any) -> Any:
    """A record or a part of one as its JSON says it: dicts, lists and scalars, without what is as by default."""
    if isinstance(value, Record | Value):
        plain = {"kind": value.kind} if isinstance(value, Record) else {}
        for name, default in _defaults(type(value)):
            part = getattr(value, name)
            if default is msgspec.NODEFAULT or part != default:
                plain[name] = to_plain(part)
        return plain
    return [to_plain(part) for part in value] if isinstance(value, tuple) else value


@cache
def _defaults(kind: type[Record] | type[Value]) -> tuple[tuple[str, Any], ...]:
    return tuple((field.name, field.default) for field in msgspec.structs.fields(kind))


def plain_of(data: bytes) -> Any:
    """The plain values of JSON. Raises ValueError for what is none."""
    try:
        return _PLAIN.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return json.loads(data)  # escaped lone surrogates: valid JSON, but not for every reader


def record_of(data: bytes) -> Record:
    """The record that JSON says, also where a field holds another kind of value than it should. Raises NoRecord."""
    found: Record
    try:
        found = _RECORDS.decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        try:
            plain = plain_of(data)
            found = _made(_BY_KIND[plain["kind"]], plain)
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
            raise NoRecord("it says no record") from error
    return found


def _made(kind: type[Record] | type[Value], plain: Any) -> Any:
    """A record or a part of one, of values whose kind is not looked at."""
    if isinstance(plain, list):
        return tuple(_made(kind, one) for one in plain)
    return kind(**{name: _as(part, plain[name]) for name, part in _parts(kind).items() if name in plain})


def _as(part: type[Value] | None, plain: Any) -> Any:
    if part is not None and plain is not None:
        return _made(part, plain)
    return tuple(_as(None, one) for one in plain) if isinstance(plain, list) else plain


@cache
def _parts(kind: type[Record] | type[Value]) -> dict[str, type[Value] | None]:
    """The fields of a kind, and what each consists of: a kind of `Value`, or None."""
    return {field.name: _part(field.type) for field in msgspec.structs.fields(kind)}


def _part(annotation: Any) -> type[Value] | None:
    """Of "Party | None" and "tuple[Party, ...]", Party."""
    found = (annotation, *get_args(annotation))
    return next((one for one in found if isinstance(one, type) and issubclass(one, Value)), None)
