"""What was done, by whom, when: an append-only log in which every entry carries the digest of the one before.

No text of an item is ever written here, and no secret. A chain alone does not stop somebody who rewrites all of it:
its head binds once it has left the case, printed in a report (FORMAT.md, "What this cannot show").
"""

from __future__ import annotations

import getpass
import hashlib
import platform
import time
from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import Connection, insert, select, update

from evidence_store.records import canonical
from evidence_store.rows import dump
from evidence_store.schema import ledger, ledger_head

START: Final = bytes(32)
_COLUMNS: Final = ("seq", "at_us", "actor", "workstation", "action", "object", "detail", "program")


def append(connection: Connection, action: str, target: str, detail: dict[str, Any], program: str) -> int:
    """Adds one entry and gives its number. `target` names what was acted on; `detail` is plain JSON without content."""
    head = connection.execute(select(ledger_head.c.entries, ledger_head.c.digest)).first()
    entries, prev = (head.entries, head.digest) if head else (0, START)
    values: dict[str, Any] = {
        "seq": entries + 1,
        "at_us": time.time_ns() // 1000,
        "actor": actor(),
        "workstation": platform.node() or "unknown",
        "action": action,
        "object": target,
        "detail": dump(detail),
        "program": program,
    }
    digest = entry_digest(prev, [values[name] for name in _COLUMNS])
    connection.execute(insert(ledger).values(**values, prev=prev, digest=digest))
    if head:
        connection.execute(update(ledger_head).values(entries=entries + 1, digest=digest))
    else:
        connection.execute(insert(ledger_head).values(id=1, entries=1, digest=digest))
    return entries + 1


def actor() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        # A service account without a name is no reason not to log.
        return "unknown"


def entry_digest(prev: bytes, values: list[Any]) -> bytes:
    """SHA-256 over the previous entry's digest and this entry's values as canonical JSON."""
    return hashlib.sha256(prev + canonical(values)).digest()


def entries(connection: Connection) -> Iterator[Any]:
    """All entries in order."""
    yield from connection.execute(select(ledger).order_by(ledger.c.seq))


def head(connection: Connection) -> tuple[int, str]:
    """(number of entries, digest of the last one in hex): what a report prints."""
    row = connection.execute(select(ledger_head.c.entries, ledger_head.c.digest)).first()
    return (row.entries, row.digest.hex()) if row else (0, START.hex())


def check(connection: Connection) -> Iterator[tuple[str, str]]:
    """(where, what is wrong) for each entry that does not follow from the one before, and for a tail that is cut."""
    prev, last = START, 0
    for row in entries(connection):
        if row.seq != last + 1:
            yield f"entry {row.seq}", f"entry {last + 1} is missing" if row.seq > last else "out of order"
        try:
            expected = entry_digest(row.prev, [getattr(row, name) for name in _COLUMNS])
        except TypeError:
            expected = b""
        if row.prev != prev:
            yield f"entry {row.seq}", "does not follow from the entry before it"
        if row.digest != expected:
            yield f"entry {row.seq}", "was changed after it was written"
        prev, last = row.digest, row.seq
    rows = connection.execute(select(ledger_head)).all()
    if len(rows) != (1 if last else 0):
        yield "ledger_head", "the stored length and head are missing"
    for row in rows:
        if row.id != 1 or row.entries != last:
            yield (
                "ledger_head",
                f"{row.entries} entries were written and {last} are there: the tail was cut or added to",
            )
        elif row.digest != prev:
            yield "ledger_head", "the stored head is not the digest of the last entry"
