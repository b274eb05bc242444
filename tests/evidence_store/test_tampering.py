"""Every table of the evidence, every column, one change at a time: each has to be found, and its table named."""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Table, delete, func, insert, select, text, update

from app.cases import Case
from app.cli import main
from evidence_store import ledger, schema, structure
from evidence_store.verify import Verdict, verify
from tests.evidence_builders.cases import reviewed_case, table_rows

TABLES = (
    *(schema.case_info, schema.source, schema.file, schema.outcome, schema.problem, schema.conversation, schema.item),
    *(schema.moment, schema.party, schema.item_party, schema.attachment, schema.coordinate),
    *(schema.ledger, schema.ledger_head, schema.seal),
)
# What a change of a table is named as, where that is not the table itself: a party is checked where items name it.
ALSO_NAMED = {"party": {"item_party"}, "item": {"conversation"}, "conversation": {"item"}, "ledger": {"ledger_head"}}
COLUMNS = [(table, column.name) for table in TABLES for column in table.columns]
INDEX_TABLES = ("item_fts_data", "item_fts_idx", "item_fts_docsize", "item_fts_config")


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    made = reviewed_case(tmp_path_factory.mktemp("reviewed"))
    yield made
    made.close()


@contextmanager
def tampering(case: Case) -> Iterator[Connection]:
    """A connection on which anything can be changed; nothing of it stays."""
    with case.store.engine.connect() as connection:
        transaction = connection.begin()
        for name in ("ledger_no_update", "ledger_no_delete"):
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
        yield connection
        transaction.rollback()


def verdict(connection: Connection) -> Verdict:
    """What verification says once the triggers are back, as a careful hand would leave them."""
    for statement in structure.LEDGER_TRIGGERS:
        connection.exec_driver_sql(statement)
    return verify(connection)


def assert_found(connection: Connection, table: str) -> None:
    found = verdict(connection)
    assert not found.intact
    named = {finding.table for finding in found.findings}
    assert named & ({table} | ALSO_NAMED.get(table, set())), found.findings


def rows_of(connection: Connection, table: Table) -> list[dict[str, Any]]:
    keys = [*table.primary_key.columns]
    return [dict(row) for row in connection.execute(select(table).order_by(*keys)).mappings()]


def same_row(table: Table, row: dict[str, Any]) -> Any:
    return [column == row[column.name] for column in table.primary_key.columns]


def changed(value: Any) -> Any:
    """The value with its lowest bit or its last character another."""
    if isinstance(value, bytes):
        return value[:-1] + bytes([value[-1] ^ 1]) if value else b"x"
    if isinstance(value, str):
        return value[:-1] + ("x" if value[-1:] != "x" else "y")
    if isinstance(value, float):
        return value + 1e-9
    return 1 if value is None else value + 1


def value_of_other_kind(column: str) -> Any:
    return 7 if column.endswith(("_us", "_id", "size")) else "x"


def free_key(connection: Connection, table: Table, row: dict[str, Any], column: str) -> Any:
    """The changed value; for a key, one that no row has."""
    value = changed(row[column])
    taken = {one[column] for one in rows_of(connection, table)}
    is_key = column in table.primary_key.columns or table.c[column].unique or column == "seq"
    while is_key and value in taken:
        value = changed(value)
    return value


def test_the_case_is_intact_before_anything_is_changed_and_every_table_has_rows(case: Case) -> None:
    with tampering(case) as connection:
        counts = {table.name: len(rows_of(connection, table)) for table in TABLES}
        assert [name for name, count in counts.items() if not count] == []
        assert verdict(connection).findings == ()


@pytest.mark.parametrize(("table", "column"), COLUMNS, ids=[f"{table.name}.{column}" for table, column in COLUMNS])
def test_one_changed_value_is_found(case: Case, table: Table, column: str) -> None:
    with tampering(case) as connection:
        before = rows_of(connection, table)
        held = [row for row in before if row[column] is not None]
        row = held[len(held) // 2] if held else before[0]
        value = free_key(connection, table, row, column) if held else value_of_other_kind(column)
        connection.execute(update(table).where(*same_row(table, row)).values({column: value}))
        assert rows_of(connection, table) != before
        assert_found(connection, table.name)


NULLABLE = [(table, column) for table, column in COLUMNS if table.c[column].nullable]


@pytest.mark.parametrize(("table", "column"), NULLABLE, ids=[f"{table.name}.{column}" for table, column in NULLABLE])
def test_a_value_that_was_emptied_or_filled_in_is_found(case: Case, table: Table, column: str) -> None:
    with tampering(case) as connection:
        before = rows_of(connection, table)
        for row in (
            *[row for row in before if row[column] is None][:1],
            *[row for row in before if row[column] is not None][:1],
        ):
            with connection.begin_nested() as point:
                value = value_of_other_kind(column) if row[column] is None else None
                connection.execute(update(table).where(*same_row(table, row)).values({column: value}))
                assert rows_of(connection, table) != before
                found = verify(connection)
                named = {finding.table for finding in found.findings}
                assert named & ({table.name} | ALSO_NAMED.get(table.name, set()))
                point.rollback()


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
@pytest.mark.parametrize("place", [0, -1], ids=["first", "last"])
def test_a_dropped_row_is_found(case: Case, table: Table, place: int) -> None:
    with tampering(case) as connection:
        before = rows_of(connection, table)
        connection.execute(delete(table).where(*same_row(table, before[place])))
        assert len(rows_of(connection, table)) == len(before) - 1
        assert_found(connection, table.name)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_rows_that_changed_places_are_found(case: Case, table: Table) -> None:
    with tampering(case) as connection:
        before = rows_of(connection, table)
        keys = [column.name for column in table.primary_key.columns]
        if len(before) < 2:
            assert table in (schema.ledger_head,)
            return
        one = before[0]
        other = next(row for row in before[1:] if any(row[name] != one[name] for name in row if name not in keys))
        for row in (one, other):
            connection.execute(delete(table).where(*same_row(table, row)))
        for row, keyed in ((one, other), (other, one)):
            connection.execute(insert(table).values({**row, **{name: keyed[name] for name in keys}}))
        assert rows_of(connection, table) != before
        assert_found(connection, table.name)


def further_row(connection: Connection, table: Table) -> dict[str, Any]:
    """A copy of the last row under a key that is free."""
    row = dict(rows_of(connection, table)[-1])
    for name in ("id", "ord", "seq", "ordinal"):
        if name in row:
            row[name] += 1
    if table is schema.case_info:
        row["key"] = "zone"
    if table is schema.source:
        row["exhibit"] += "0"
    if table is schema.coordinate:
        row["item_id"] = connection.execute(select(func.max(schema.item.c.id))).scalar_one()
    return row


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_an_added_row_is_found(case: Case, table: Table) -> None:
    with tampering(case) as connection:
        count = len(rows_of(connection, table))
        connection.execute(insert(table).values(further_row(connection, table)))
        assert len(rows_of(connection, table)) == count + 1
        assert_found(connection, table.name)


@pytest.mark.parametrize("table", INDEX_TABLES)
def test_a_change_of_the_search_index_is_found(case: Case, table: str) -> None:
    with tampering(case) as connection:
        names = [row[1] for row in connection.exec_driver_sql(f"PRAGMA table_info({table})")]
        rows = connection.exec_driver_sql(f"SELECT * FROM {table} ORDER BY 1, 2").mappings().all()
        for row in (rows[0], rows[-1]):
            for name in names:
                with connection.begin_nested() as point:
                    where = " AND ".join(f"{key} IS :{key}" for key in names)
                    words = text(f"UPDATE {table} SET {name} = :new WHERE {where}")
                    new = changed(row[name])
                    while isinstance(new, int) and new in {one[name] for one in rows}:
                        new += 1
                    done = connection.execute(words, {**row, "new": new})
                    assert done.rowcount == 1
                    named = {finding.table for finding in verify(connection).findings}
                    assert named & {"item_fts", "case.db"}, (name, row)  # SQLite looks at some of it by itself
                    point.rollback()


@pytest.mark.parametrize(
    "words",
    [
        "INSERT INTO item_fts(rowid, text, names) VALUES (999999, 'added', '')",
        "INSERT INTO item_fts(item_fts, rowid, text, names) SELECT 'delete', id, text, names FROM item WHERE text > ''"
        " LIMIT 1",
        "DELETE FROM item_fts_docsize WHERE id = 1",
        "DELETE FROM item_fts_data WHERE id = (SELECT max(id) FROM item_fts_data)",
        "DELETE FROM item_fts_config",
    ],
)
def test_rows_added_to_or_missing_from_the_search_index_are_found(case: Case, words: str) -> None:
    with tampering(case) as connection:
        assert connection.exec_driver_sql(words).rowcount == 1
        assert_found(connection, "item_fts")


# What SQLite makes by itself cannot be dropped by itself.
OWN = [name for name in structure.definition() if not name.startswith(("sqlite_", "item_fts_"))]


@pytest.mark.parametrize("name", [name for name in OWN if name not in schema.LATE_NAMES])
def test_a_dropped_table_view_or_trigger_is_found(case: Case, name: str) -> None:
    with tampering(case) as connection:
        for statement in structure.LEDGER_TRIGGERS:
            connection.exec_driver_sql(statement)
        query = "SELECT type, tbl_name FROM sqlite_schema WHERE name = ?"
        kind, owner = connection.exec_driver_sql(query, (name,)).one()
        connection.exec_driver_sql(f'DROP {kind} "{name}"')
        findings = verify(connection).findings
        assert (name, "is missing from the file's structure") in {(found.where, found.what) for found in findings}
        assert owner


@pytest.mark.parametrize(
    "words",
    [
        "CREATE TRIGGER item_fts_quiet AFTER INSERT ON note BEGIN DELETE FROM note; END",
        "CREATE VIEW item_shown AS SELECT * FROM item LIMIT 3",
        "DROP VIEW message; CREATE VIEW message AS SELECT * FROM item WHERE seq > 2",
        "CREATE TABLE more (id INTEGER)",
    ],
)
def test_something_added_to_or_other_in_the_structure_is_found(case: Case, words: str) -> None:
    with tampering(case) as connection:
        for statement in words.split("; CREATE"):
            connection.exec_driver_sql(statement if statement.startswith(("CREATE", "DROP")) else "CREATE" + statement)
        assert_found(connection, "case.db")


def test_a_ledger_whose_tail_was_cut_is_found(case: Case) -> None:
    with tampering(case) as connection:
        last = ledger.head(connection)[0]
        connection.execute(delete(schema.ledger).where(schema.ledger.c.seq > last - 2))
        findings = verdict(connection).findings
        line = f"{last} entries were written and {last - 2} are there: the tail was cut or added to"
        assert ("ledger_head", line) in [(found.table, found.what) for found in findings]


def test_a_tail_that_was_cut_with_the_head_made_to_fit_is_found_by_the_tags_it_stated(case: Case) -> None:
    with tampering(case) as connection:
        cut_to(connection, ledger.head(connection)[0] - 3)
        assert {found.table for found in verdict(connection).findings} == {"item_tag", "note"}


def test_a_tail_that_was_cut_down_to_the_first_seal_is_found_by_the_second(case: Case) -> None:
    with tampering(case) as connection:
        first = connection.execute(select(func.min(schema.seal.c.ledger_seq))).scalar_one()
        cut_to(connection, first)
        findings = verdict(connection).findings
        assert ("seal", "seal 2", "is not the one that the ledger states") in [
            (found.table, found.where, found.what) for found in findings
        ]


def cut_to(connection: Connection, length: int) -> None:
    connection.execute(delete(schema.ledger).where(schema.ledger.c.seq > length))
    digest = connection.execute(select(schema.ledger.c.digest).where(schema.ledger.c.seq == length)).scalar_one()
    connection.execute(update(schema.ledger_head).values(entries=length, digest=digest))


def test_a_case_without_a_seal_is_never_intact(case: Case) -> None:
    with tampering(case) as connection:
        connection.execute(delete(schema.seal))
        findings = verdict(connection).findings
        assert ("seal", "the case", "has no seal: nothing can be said of it") in [
            (found.table, found.where, found.what) for found in findings
        ]


def test_a_tag_put_on_or_taken_off_past_the_ledger_is_found(case: Case) -> None:
    with tampering(case) as connection:
        connection.execute(delete(schema.item_tag).where(schema.item_tag.c.item_id == 1))
        connection.execute(insert(schema.item_tag).values(item_id=2, tag_id=1, at_us=1, actor="nobody"))
        assert [(found.where, found.what) for found in verdict(connection).findings] == [
            ("item 1", "the tag “relevant” was taken off without an entry in the ledger"),
            ("item 2", "the tag “relevant” was put on without an entry in the ledger"),
        ]


def test_a_note_that_was_lengthened_past_the_ledger_is_found(case: Case) -> None:
    with tampering(case) as connection:
        connection.execute(update(schema.note).values(text="ask about this again"))
        assert {found.table for found in verdict(connection).findings} == {"note"}


@pytest.mark.parametrize(
    ("table", "row"),
    [("moment", "50, 0, 'sent', 5, '5', 'A'"), ("item_party", "50, 0, 'from', 1"), ("coordinate", "50, 51.5, 0.1")],
)
@pytest.mark.parametrize("first", range(2, 12))
def test_a_row_that_belongs_to_a_number_between_two_items_is_found(
    case: Case, table: str, row: str, first: int
) -> None:
    """Wherever the ids are pulled apart: inside an outcome, and between two."""
    with tampering(case) as connection:
        for of, name in (
            ("item", "id"),
            *((of, "item_id") for of in ("moment", "item_party", "attachment", "coordinate")),
        ):
            for step in (-1_000_000, 1_000_100):  # by a way where no other row stands
                where = f">= {first}" if step < 0 else "< 0"
                connection.exec_driver_sql(f"UPDATE {of} SET {name} = {name} + {step} WHERE {name} {where}")
        connection.exec_driver_sql("INSERT INTO item_fts(item_fts) VALUES ('rebuild')")
        connection.exec_driver_sql(f"INSERT INTO {table} VALUES ({row})")
        assert {found.table for found in verdict(connection).findings} >= {table}


@pytest.mark.parametrize(
    "record",
    [
        *(b"[]", b'{"kind":"message"}', b'{"kind":"message","locator":"x","moments":5}'),
        *(b'{"attachments":[{"name":"a","size":"x"}],"kind":"message","locator":"x"}', b'{"kind":"sword"}'),
        b'{"kind":"message","locator":"x","zz":' + b'{"a":' * 100_000 + b"1" + b"}" * 100_000 + b"}",
    ],
)
def test_a_record_that_says_nothing_is_told_and_the_next_ones_are_looked_at(case: Case, record: bytes) -> None:
    with tampering(case) as connection:
        forged = (record, hashlib.sha256(record).digest())
        connection.exec_driver_sql("UPDATE item SET record = CAST(? AS TEXT), sha256 = ? WHERE id = 2", forged)
        connection.exec_driver_sql("UPDATE item SET direction = 'up' WHERE id = 5")
        found = verdict(connection).findings
        assert {one.where.partition(" (")[0] for one in found if one.table == "item"} >= {"id 2", "id 5"}


@pytest.mark.parametrize("table", ["item", "moment", "ledger"])
def test_the_command_says_so_with_its_exit_status(
    case: Case, tmp_path: Path, capsys: pytest.CaptureFixture[str], table: str
) -> None:
    folder = tmp_path / "case"
    folder.mkdir()
    case.store.close()
    shutil.copy(case.folder / "case.db", folder / "case.db")
    assert main(["verify", str(folder)]) == 0
    change = {
        "item": "UPDATE item SET text = 'another' WHERE id = 5",
        "moment": "UPDATE moment SET utc_us = utc_us + 1 WHERE item_id = 5",
        "ledger": "DROP TRIGGER ledger_no_update; UPDATE ledger SET actor = 'nobody' WHERE seq = 2",
    }[table]
    before = table_rows(folder / "case.db", f"SELECT * FROM {table}")
    with closing(sqlite3.connect(folder / "case.db")) as raw:
        raw.executescript(change)
    assert table_rows(folder / "case.db", f"SELECT * FROM {table}") != before
    capsys.readouterr()
    assert main(["verify", str(folder)]) == 4
    shown = capsys.readouterr().out
    assert f"DIFFERENT  {table}  " in shown
    assert "Not intact: " in shown
