"""How an extractor reads the XML files of Android's system: text, or the binary form that Android 12 brought."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from typing import Final

from evidence_store.records import Moment, Problem
from extractors.base import EvidenceFile
from extractors.database import Doubts
from parsers.times import from_unix
from parsers.xml_events import Element, OtherRoot, each_element

_HEX: Final = re.compile(r"[0-9a-fA-F]{1,16}")
_USER: Final = re.compile(r"(?:^|/)(?:users|user|user_de|system_ce|system_de|misc_ce|misc_de)/(\d+)/", re.IGNORECASE)
Extra = tuple[tuple[str, str | int | float | None], ...]


def read_elements(
    file: EvidenceFile, root: str, wanted: Collection[str], telling: bool = True
) -> Iterator[Element | Problem]:
    """The elements of these names, in stored order; a Problem where the file cannot be read, or not to its end.

    A document with another root than `root` is said to be unknown where the path is `telling`, else passed over.
    """
    any_found = False
    try:
        with file.open() as stream:
            for element in each_element(stream, root, wanted):
                any_found = True
                yield element
    except OtherRoot as error:
        if telling:
            yield Problem("schema", "unknown-layout", str(error))
    except ValueError as error:
        if telling or any_found:
            yield Problem("file", "damaged-xml", str(error))


def hexadecimal(meaning: str, value: str, column: str, doubts: Doubts) -> Moment:
    """A time in milliseconds that is written as a hexadecimal number."""
    utc_us, note = from_unix(int(value, 16), "ms") if _HEX.fullmatch(value) else (None, "not a hexadecimal number")
    if utc_us is None:
        doubts.add("time", f"{column}: {note}: {value}")
    return Moment(meaning, utc_us, value, "A", "", note)


def moments(found: Iterable[tuple[str, str | None, str]], doubts: Doubts, unit: str = "ms") -> tuple[Moment, ...]:
    """(meaning, stored, column) as moments; those that are not there, or zero, are left out."""
    return tuple(
        doubts.moment(meaning, value, unit, column)
        for meaning, value, column in found
        if value not in (None, "", "0", "-1")
    )


def kept(attributes: dict[str, str], names: Iterable[str]) -> Extra:
    """The attributes of these names that are there, as fields of `extra`."""
    return tuple((name, attributes[name]) for name in names if attributes.get(name, "") != "")


def user_of(path: str) -> Extra:
    """The user of the device whose folder the file lies in, as a field of `extra`."""
    found = _USER.search(path)
    return (("user", int(found[1])),) if found else ()


def whole(value: str | None) -> int | None:
    """A whole number that is written in decimal digits; None for anything else."""
    return int(value) if value is not None and re.fullmatch(r"-?[0-9]{1,18}", value, re.ASCII) else None
