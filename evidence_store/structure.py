"""What a case file has besides plain tables (search index, triggers, views), and how all of it is made and compared."""

from __future__ import annotations

from typing import Final

import sqlcipher3.dbapi2 as driver
from sqlalchemy import Connection, create_engine

from evidence_store.records import KINDS
from evidence_store.schema import LATE_INDEXES, metadata

FULL_TEXT: Final = (
    "CREATE VIRTUAL TABLE item_fts USING fts5(text, names, content='item', content_rowid='id', tokenize='unicode61')"
)

# Kinds whose name a table has already.
_VIEW_NAMES: Final = {"note": "note_item"}

LEDGER_TRIGGERS: Final = tuple(
    f"CREATE TRIGGER ledger_no_{verb.lower()} BEFORE {verb} ON ledger "
    "BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END"
    for verb in ("UPDATE", "DELETE")
)


def create_all(connection: Connection) -> None:
    """Everything a new case file has: tables, search index, triggers and views."""
    metadata.create_all(connection)
    for statement in (FULL_TEXT, *LEDGER_TRIGGERS):
        connection.exec_driver_sql(statement)
    add_views(connection)


def add_views(connection: Connection) -> None:
    """The views of the kinds, made anew: an older case has none of a kind that came later."""
    there = connection.exec_driver_sql("SELECT name FROM sqlite_schema WHERE type = 'view'").scalars().all()
    for name in there:
        connection.exec_driver_sql(f'DROP VIEW "{name}"')
    for kind in KINDS:
        shown = ("kind", *(name for name in kind.__struct_fields__ if name != "deleted"))
        connection.exec_driver_sql(_kind_view(kind.kind, shown))


def definition() -> dict[str, str]:
    """name -> kind, table and SQL of everything that a case file of this version consists of, white space folded."""
    with create_engine("sqlite://", module=driver).begin() as connection:
        create_all(connection)
        for statement in LATE_INDEXES:
            connection.exec_driver_sql(statement)
        return stored_definition(connection)


def stored_definition(connection: Connection) -> dict[str, str]:
    """The same of an open case. Indexes that SQLite makes by itself have no SQL; they are named all the same."""
    query = "SELECT name, type, tbl_name, ifnull(sql, '') FROM sqlite_schema"
    return {row[0]: " ".join(" ".join(row[1:]).split()) for row in connection.exec_driver_sql(query)}


def _kind_view(kind: str, columns: tuple[str, ...]) -> str:
    """A view of one kind of record for people who open the case with plain SQLite: "SELECT * FROM message"."""
    fields = "".join(f", json_extract(i.record, '$.{name}') AS \"{name}\"" for name in columns)
    return (  # the words are our own
        f'CREATE VIEW "{_VIEW_NAMES.get(kind, kind)}" AS SELECT '  # noqa: S608
        "printf('%s-%06d', s.exhibit, i.seq) AS number, "
        "strftime('%Y-%m-%dT%H:%M:%SZ', i.when_us / 1000000, 'unixepoch') AS \"when\", "
        f"i.deleted AS is_deleted, f.path AS file_path, o.extractor AS extractor_label{fields} FROM item i "
        "JOIN outcome o ON o.id = i.outcome_id JOIN file f ON f.id = o.file_id JOIN source s ON s.id = i.source_id "
        f"WHERE i.kind = '{kind}'"
    )
