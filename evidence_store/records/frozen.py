"""How records and their parts are declared: typed values that nobody changes once they are made.

mypy refuses what would change one. While the program runs nothing is in the way: `dataclass(frozen=True)` sets each
field through a call of its own, which made up a tenth of the time in which a message is read and stored.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar, dataclass_transform

_T = TypeVar("_T")


@dataclass_transform(frozen_default=True)
def value(kind: type[_T]) -> type[_T]:
    """A part of a record, its fields given in order or by name."""
    return dataclass(slots=True, unsafe_hash=True)(kind)


@dataclass_transform(frozen_default=True, kw_only_default=True)
def record(kind: type[_T]) -> type[_T]:
    """A kind of record, its fields given by name."""
    return dataclass(slots=True, unsafe_hash=True, kw_only=True)(kind)
