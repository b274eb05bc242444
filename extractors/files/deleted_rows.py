"""Deleted rows of any SQLite database."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from evidence_store.records import Present, Problem, TableRow
from extractors.base import EvidenceFile, Found, extractor
from extractors.recovered import EARLIER, TYPED, locator, provenance
from extractors.shortened import shortened_hex
from parsers.sqlite_recovery import RecoveredRow

_LONGEST: Final = 1024  # bytes of a value that is no text
NOT_SHOWN: Final = "(a secret, not shown)"
_SECRET_COLUMN: Final = re.compile(
    r"pass(?:word|wd|phrase|code)|(?:^|_)(?:pwd|pin|psk|otp|cookie)(?:$|_)|token|secret|credential|(?:private|session|"
    r"auth|encryption|master|identity|sender|root|api)_?key|encrypted_value|card_number|cvc",
    re.IGNORECASE,
)
# Tables whose values hold tokens or keys under a name that does not say so: (table, column), in small letters.
_SECRET_VALUES: Final = frozenset(
    (
        *(("zaccountproperty", "zvalue"), ("extras", "value")),
        *(("cfurl_cache_blob_data", one) for one in ("request_object", "response_object", "proto_props", "user_info")),
        *((one, "record") for one in ("prekeys", "signed_prekeys", "sessions", "sender_keys", "kyber_prekeys")),
        *((one, "data") for one in ("genp", "inet", "keys", "cert")),
    )
)
_SECRET_TABLE: Final = re.compile("cookies?$|^authtokens?$|^request_headers$", re.IGNORECASE)


@extractor(
    id="sqlite.deleted_rows",
    version=2,
    title="Deleted rows of databases",
    types=("application/vnd.sqlite3",),
    emits=(TableRow,),
    privacy="files",
    layouts="SQLite 3, write-ahead log included",
    tested_on="SQLite Forensic Corpus 1.0: all 101 deleted records and all 100 rows of deleted tables, none that was "
    "never there; write-ahead logs made with SQLite",
    limits="A row whose table cannot be told has no names of columns. Tables of one or two columns of no stated type, "
    "SQLite's own counts of rows, rollback journals, and overwritten rows of tables without row ids are left out; so "
    "is a row that cannot be told from one that is there. Rows of text messages, calls and contacts are given as such "
    "by their own extractors. Values of columns and tables that are known or named for passwords, tokens, keys or "
    "cookies are not shown; of a row without a table, whose columns have no names, that cannot be told.",
)
def deleted_rows(file: EvidenceFile) -> Iterator[Found]:
    """A `TableRow` for every row that is in no table any more, and whose bytes are left in the database or its log.

    From free pages, freeblocks and unallocated space of pages, pages that the write-ahead log replaces, and frames of
    the log that SQLite does not read. `extra` has where it comes from, how sure it is, and which values are lost.

    References:
    - https://www.sqlite.org/fileformat2.html
    """
    try:
        found = file.deleted_rows()
    except ValueError as error:
        yield Problem("file", "damaged-database", str(error))
        return
    rows = [row for row in found.rows if not _is_other(file.readers, row)]
    if rows:
        yield Present(len(rows))
    for row in rows:
        yield _record(row)
    for note in found.notes:
        yield Problem("note", "database", note)


def _is_other(readers: frozenset[str], row: RecoveredRow) -> bool:
    """Whether another extractor gives the row, or it is SQLite's own count of rows (rows of the schema are not)."""
    bookkeeping = (row.table or "").lower().startswith(("sqlite_sequence", "sqlite_stat"))
    return bookkeeping or any(typed.extractor in readers and typed.takes(row) for typed in TYPED)


def _record(row: RecoveredRow) -> TableRow:
    pairs = list(zip(row.columns, row.values, strict=False))
    values = [NOT_SHOWN if _is_secret(row.table, name) and value is not None else value for name, value in pairs]
    columns = tuple((name, _plain(value)) for (name, _), value in zip(pairs, values, strict=True))
    texts = [str(value) for value in values if isinstance(value, str | int | float) and value != NOT_SHOWN]
    return TableRow(
        locator=locator(row),
        deleted=True,
        flags=(EARLIER,) if row.replaced else (),
        extra=provenance(row),
        table=row.table,
        columns=columns,
        text="\n".join(texts) or None,
    )


def _is_secret(table: str | None, column: str) -> bool:
    """Whether a value could open an account or a network: by the name of its column, or of its table.

    Whether there is one is told; what it is never leaves the evidence.
    """
    return (
        bool(_SECRET_COLUMN.search(column))
        or (bool(_SECRET_TABLE.search(table or "")) and column.lower() == "value")
        or ((table or "").lower(), column.lower()) in _SECRET_VALUES
    )


def _plain(value: Any) -> str | int | float | None:
    if isinstance(value, bytes):
        return f"hex:{shortened_hex(value, _LONGEST)}"
    plain: str | int | float | None = value
    return plain
