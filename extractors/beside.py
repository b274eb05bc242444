"""The rows of side tables: read beside the first table, so that no row hangs on a join.

Damage costs the rows that lie in it: what SQLite cannot sort any more is found row by row.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from evidence_store.records import Problem
from extractors.database import RowsBeside, each_held, each_row, selecting, until_damage
from parsers.sqlite_file import DatabaseDamaged, EvidenceDatabase, Row, lacking

_MOST_TOLD: Final = 20  # places of damage


def beside(
    db: EvidenceDatabase,
    table: str,
    columns: tuple[str, ...],
    key: str,
    order: str = "rowid",
    only: tuple[str, int] | None = None,
) -> RowsBeside:
    """The rows of `table` by `key`, within one key in the given order; none where this generation has no such table.

    `columns` has the key; those that the generation lacks are NULL. `only` is a column and the value that it must have.
    """
    if lacking(db, {table: {key}}):
        return RowsBeside(iter(()), table, key)
    return RowsBeside(
        sorted_rows(db, table, selecting(db, table, columns), (key, *order.split(", ")), only), table, key
    )


def sorted_rows(
    db: EvidenceDatabase, table: str, columns: str, order: tuple[str, ...], only: tuple[str, int] | None = None
) -> Iterator[Row]:
    """The rows of `table` in the order of these columns; `columns` is a select list.

    Raises DatabaseDamaged behind the last of them, where damage keeps some of the table from being read.
    """
    where = f" WHERE {only[0]} = {only[1]:d}" if only else ""
    done, reasons = 0, list[str]()
    with until_damage(reasons):
        for row in db.execute(f"SELECT {columns} FROM {table}{where} ORDER BY {', '.join(order)}"):  # noqa: S608
            done += 1
            yield row
    if not reasons:
        return
    gaps: list[Problem] = []
    names = [name for name in dict.fromkeys((*order, *(only[:1] if only else ()))) if name != "rowid"]
    keys = ", ".join(["rowid AS rowid", *(f"{name} AS {name}" for name in names)])
    places = sorted(
        (*(_rank(row[name]) for name in order), row["rowid"])
        for row in each_held(db, table, keys, gaps, "rowid")
        if not only or row[only[0]] == only[1]
    )
    for place in places[done:]:  # those that sort before the damage have come
        yield from _one(db, table, columns, place[-1], gaps)
    raise _damaged(table, gaps, reasons[0])


def strays(db: EvidenceDatabase, table: str, columns: tuple[str, ...], key: str, owners: str) -> Iterator[Row]:
    """The rows of `table` whose `key` names no row of `owners`, in the order of `_id`, which `columns` has.

    Raises DatabaseDamaged behind the last of them, where damage keeps some of the table from being read.
    """
    wanted = selecting(db, table, columns)
    missing = f"{key} IS NULL OR {key} NOT IN (SELECT _id FROM {owners})"  # noqa: S608
    given, reasons = set[Any](), list[str]()
    with until_damage(reasons):
        for row in db.execute(f"SELECT {wanted} FROM {table} WHERE {missing} ORDER BY _id"):  # noqa: S608
            given.add(row["_id"])
            yield row
    if not reasons:
        return
    gaps: list[Problem] = []
    told: list[Problem] = []  # reading the owners themselves says it
    owned = {row["_id"] for row in each_held(db, owners, "_id AS _id", told)}
    for row in each_row(db, table, f"rowid AS rowid, _id AS _id, {key} AS {key}", gaps, "rowid"):
        if row[key] not in owned and row["_id"] not in given:
            yield from _one(db, table, wanted, row["rowid"], gaps)
    raise _damaged(table, gaps, reasons[0])


def _one(db: EvidenceDatabase, table: str, columns: str, rowid: Any, gaps: list[Problem]) -> Iterator[Row]:
    """The row of this number; nothing where it cannot be read, which is put into `gaps`."""
    reasons = list[str]()
    with until_damage(reasons):
        yield from db.execute(f"SELECT {columns} FROM {table} WHERE rowid = ?", (rowid,))  # noqa: S608
    gaps += [Problem("file", "damaged-database", f"{reason} at rowid={rowid}") for reason in reasons]


def _rank(value: Any) -> tuple[int, Any]:
    """A value as SQLite sorts it: NULL, then numbers, then text, then blobs."""
    if value is None:
        return (0, 0)
    if isinstance(value, int | float):
        return (1, value)
    return (2, str(value)) if isinstance(value, str) else (3, value)


def _damaged(table: str, gaps: list[Problem], reason: str) -> DatabaseDamaged:
    """What is to be said of a table whose readable rows have all come."""
    if not gaps:
        return DatabaseDamaged(f"{reason}; all rows were found without its index")
    told = [gap.detail.removeprefix(f"{table}: ") for gap in gaps[:_MOST_TOLD]]
    more = [f"{len(gaps) - _MOST_TOLD} further places"] if len(gaps) > _MOST_TOLD else []
    return DatabaseDamaged("; ".join(told + more))
