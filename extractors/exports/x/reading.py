"""The files of an archive of X: which list one holds, its rows, and whose archive it is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from evidence_store.records import Moment, Party, Problem
from extractors.base import EvidenceFile
from extractors.exports.json_values import Row, Values
from parsers.json_pieces import END, pieces
from parsers.times import to_us

SERVICE: Final = "X"
_STARTS: Final = re.compile(rb"\A(?:\xef\xbb\xbf)?\s*window\.YTD\.(?P<list>[a-z0-9_]{1,60})\.part\d+\s*=\s*\[")
ACCOUNT: Final = "account.js"


def list_of(head: bytes) -> str | None:
    """The name of the list that a file assigns: "direct_messages"."""
    match = _STARTS.match(head)
    return match["list"].decode() if match else None


def rows_of(file: EvidenceFile) -> Iterator[tuple[int, Any]]:
    """(number, row) in stored order. Raises JsonDamaged where the file breaks off."""
    with file.open() as stream:
        for path, value in pieces(stream, lambda path: path == ()):
            if path and value is not END:
                yield int(path[0]), value


def owner_of(file: EvidenceFile) -> tuple[str | None, Problem | None]:
    """The number of the account, from the file beside that names it; why there is none, where that file is there."""
    reason = "names no account"
    try:
        stream = file.beside(ACCOUNT)
        if stream is None:
            return None, None
        with stream:
            for path, value in pieces(stream, lambda path: path == ()):
                account = value.get("account") if path and isinstance(value, dict) else None
                if isinstance(account, dict) and isinstance(account.get("accountId"), str):
                    return str(account["accountId"]), None
    except (ValueError, OSError) as error:
        reason = f"cannot be read ({error})"
    return None, Problem("value", "no-owner", f"which side is the account is not known: {ACCOUNT} {reason}")


def party(number: str | None, name: str | None = None) -> Party | None:
    """Somebody by the number of the account."""
    return Party(number, "x", name) if number else None


def tweeted(values: Values, row: Row, name: str) -> Moment:
    """A time as posts write it: "Wed Oct 10 20:19:24 +0000 2018"; any other form as `Values.written` reads it."""
    value = row.get(name)
    parts = value.split() if isinstance(value, str) else []
    if len(parts) == 6 and parts[1] in _MONTHS:
        try:
            when = f"{parts[5]}-{_MONTHS.index(parts[1]) + 1:02d}-{parts[2]:0>2}T{parts[3]}{parts[4]}"
            return Moment("sent", to_us(datetime.fromisoformat(when)), str(value), "B")
        except (ValueError, OverflowError):
            pass
    return values.written("sent", row, name)


_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
