"""Records as plain values, and those as the one canonical JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import MISSING, fields
from typing import Any, Final

import orjson

from evidence_store.records.base import Problem, Record
from evidence_store.records.kinds import KINDS
from evidence_store.records.values import Attachment, Member, Moment, Party, Quoted, Reaction

_LONE_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_PARTS: Final = (Moment, Party, Attachment, Reaction, Quoted, Member)
_NESTED: Final = re.compile(rf"(?:tuple\[)?({'|'.join(part.__name__ for part in _PARTS)})(?:, \.\.\.\]| \| None)?")


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

    A loop over the fields costs five times as much, and this runs once for every record.
    """
    start = f"{{'kind': {kind.kind!r}}}" if issubclass(kind, Record) else "{}"
    lines = [f"def make(value):\n plain = {start}"]
    for field in fields(kind):
        differs = "is not None" if field.default is None else f"!= {field.default!r}"
        given = "" if field.default is MISSING else f" if part {differs}:"
        lines.append(f" part = value.{field.name}\n{given} plain[{field.name!r}] = {_part(str(field.type))}")
    scope: dict[str, Any] = {f"plain_{part.__name__}": make for part, make in _PLAIN.items()}
    exec("\n".join([*lines, " return plain"]), scope)  # noqa: S102 - names of our own fields, nothing from evidence
    made: Callable[[Any], dict[str, Any]] = scope["make"]
    return made


def _part(annotation: str) -> str:
    """What makes a field of this type plain: "Party | None", "tuple[Moment, ...]", or what is plain by itself."""
    found = _NESTED.fullmatch(annotation)
    if found is None:
        return "part"
    return f"[plain_{found[1]}(one) for one in part]" if annotation.startswith("tuple") else f"plain_{found[1]}(part)"


# In an order in which each has been made before what it is a part of.
_PLAIN: Final[dict[type, Callable[[Any], dict[str, Any]]]] = {}
for _kind in (*_PARTS, *KINDS, Problem):
    _PLAIN[_kind] = _plain_maker(_kind)


def written(record: Record) -> tuple[bytes, dict[str, Any]]:
    """A record as canonical JSON, and the plain values that are read from this JSON.

    Where they differ from those that it was made of (two halves of one character side by side, a number that no reader
    of JSON takes whole), they are read back; NaN and infinity alone stay where JSON has null.
    """
    plain: dict[str, Any] = _PLAIN[type(record)](record)
    try:
        return orjson.dumps(plain, option=orjson.OPT_SORT_KEYS), plain
    except orjson.JSONEncodeError:
        data = canonical(plain)
        return data, json.loads(data)


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
