"""What a verification can say of one place."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One difference: the table, where in it, and what is wrong."""

    table: str
    where: str
    what: str
