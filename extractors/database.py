"""How an extractor reads a database: what was read stays, what was bad is said, and a bad value costs only itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from evidence_store.records import Moment, Problem
from extractors.base import EvidenceFile, Found
from extractors.shortened import shortened_hex
from parsers.sqlite_file import DamagedText, DatabaseDamaged, EvidenceDatabase, Row, TimeLimitReached
from parsers.times import UNIT_US, from_count

MOST_HELD: Final = 2_000_000  # rows of a side table that are held at once
_MOST_GAPS = 1000
_GREATEST_KEY = 2**63 - 1
_UNREADABLE = -(2**63)
_BEFORE_ALL = -(2**63) - 1  # keys may be negative
_SURE_FROM_US, _SURE_TO_US = 946_684_800_000_000, 3_786_912_000_000_000  # 2000 to 2090
_SHOWN = 2048  # how much of a value that is no text is kept as hexadecimal


def read_database(file: EvidenceFile, read: Callable[[EvidenceDatabase], Iterator[Found]]) -> Iterator[Found]:
    """What `read` finds in the file; then a note for each thing the reader should know of how it was opened.

    A file that is no database, or cannot be read to its end, costs what lies behind the damage: the rows before it have
    been yielded by then, and a Problem "file" says where it stopped. Nothing found: nothing said.
    """
    any_found = False
    try:
        with file.sqlite() as db:
            try:
                for found in read(db):
                    any_found = True
                    yield found
            except DatabaseDamaged as error:
                any_found = True
                yield Problem("file", "damaged-database", str(error))
            if any_found:
                yield from _notes(db)
    except DatabaseDamaged as error:
        yield Problem("file", "damaged-database", str(error))


def _notes(db: EvidenceDatabase) -> Iterator[Problem]:
    for name in db.lost:
        yield Problem(
            "file", "log-not-read", f"read without its {name}, which may hold the newest rows or older states"
        )
    for note in db.notes:
        yield Problem("note", "database", note)
    if db.supplied_collations:
        yield Problem("note", "collation", f"sorted by code point in place of {', '.join(db.supplied_collations)}")
    if db.damaged_text:
        yield Problem("note", "text", f"{db.damaged_text} text values are not valid in the database's encoding")


@contextmanager
def until_damage(reasons: list[str]) -> Iterator[None]:
    """Ends what is read below at the first damage, whose words go into `reasons`: the caller reads on another way.

    That SQLite has worked for too long is no damage, and is raised: another way would only take as long.
    """
    try:
        yield
    except TimeLimitReached:
        raise
    except DatabaseDamaged as error:
        reasons.append(str(error))


def count_rows(db: EvidenceDatabase, *tables: str) -> int | None:
    """How many rows stand in the tables; None where damage keeps them from being counted."""
    counts = " + ".join(f'(SELECT count(*) FROM "{table}")' for table in tables)  # noqa: S608
    try:
        return sum(int(row["n"]) for row in db.execute(f"SELECT {counts} AS n"))
    except DatabaseDamaged:
        return None


def selecting(db: EvidenceDatabase, table: str, columns: tuple[str, ...], alias: str = "") -> str:
    """The columns as a select list; those that this generation of the layout does not have are NULL.

    They come out under the names asked for, however the layout writes them.
    """
    tables = db.tables()
    columns_there = tables.get(table) or next((tables[name] for name in tables if name.lower() == table.lower()), set())
    there = {column.lower() for column in columns_there}
    prefix = f"{alias}." if alias else ""
    return ", ".join(f"{prefix}{name} AS {name}" if name.lower() in there else f"NULL AS {name}" for name in columns)


def each_row(db: EvidenceDatabase, table: str, columns: str, gaps: list[Problem], key: str = "_id") -> Iterator[Row]:
    """The rows of a table in the order of its integer primary key, passing over what is damaged.

    `columns` is a select list that has the `key`: "Z_PK" in Core Data, "rowid AS rowid" where no column is it.
    Each stretch that could not be read is put into `gaps`, as a Problem.
    """
    select = f"SELECT {columns} FROM {table}"  # noqa: S608
    last: Any = _BEFORE_ALL
    start: int | None = None
    while True:
        try:
            where = "" if start is None else f"WHERE {key} >= {start:d} "
            for row in db.execute(f"{select} {where}ORDER BY {key}"):
                last = row[key]
                yield row
        except TimeLimitReached:
            raise
        except DatabaseDamaged as error:
            reason = f"{table}: {error}"
        else:
            return
        one_row = start is not None and type(last) is int and last < start
        if one_row:  # its key can be read and the rest of the row cannot
            gaps.append(Problem("row", "damaged-row", reason, f"{table}:{key}={start}"))
            last = start
        start, skipped = None, True
        if type(last) is int and len(gaps) < _MOST_GAPS:
            start, skipped = _next_readable(db, table, last, key)
        if start is None and (skipped or not one_row):
            gaps.append(Problem("file", "damaged-database", f"{reason}; nothing more could be read"))
        elif skipped:
            gaps.append(Problem("file", "damaged-database", f"{reason}; reading went on at {key}={start}"))
        if start is None:
            return


def each_held(db: EvidenceDatabase, table: str, columns: str, gaps: list[Problem], key: str = "_id") -> Iterator[Row]:
    """The same of a table whose rows are held beside those of another: at most MOST_HELD of them.

    The rows beyond are counted, and told in `gaps` as one Problem. So ask for all that there is.
    """
    beyond = 0
    for number, row in enumerate(each_row(db, table, columns, gaps, key)):
        if number < MOST_HELD:
            yield row
        else:
            beyond += 1
    if beyond:
        words = f"{table}: {beyond:,} rows beyond the first {MOST_HELD:,} are not looked up"
        gaps.append(Problem("value", "too-many", words, table))


def _next_readable(db: EvidenceDatabase, table: str, last: int, key: str) -> tuple[int | None, bool]:
    """The first key after `last` that can be read (None: there is none), and whether damage lies before it.

    Found by doubling steps and then by halving the last of them.
    """
    bad, step = last, 1
    while (found := _first_key(db, table, last + step, key)) == _UNREADABLE:
        bad, step = last + step, step * 2
        if last + step > _GREATEST_KEY:
            return None, True
    good = last + step
    while good - bad > 1:
        middle = (bad + good) // 2
        if (nearer := _first_key(db, table, middle, key)) == _UNREADABLE:
            bad = middle
        else:
            found, good = nearer, middle
    return found, bad > last


def _first_key(db: EvidenceDatabase, table: str, start: int, key: str) -> int | None:
    """The first key from `start` on; None after the last one; _UNREADABLE where damage lies in the way."""
    try:
        sql = f"SELECT {key} AS found FROM {table} WHERE {key} >= ? ORDER BY {key} LIMIT 1"  # noqa: S608
        for row in db.execute(sql, (start,)):
            return row["found"] if type(row["found"]) is int else None
    except TimeLimitReached:
        raise
    except DatabaseDamaged:
        return _UNREADABLE
    return None


class RowsBeside:
    """The rows of a second table, handed out by the row of the first that they belong to: a join that loses nothing.

    `rows` must be sorted by `key`, and `of` be asked in rising order. `finish` tells what belonged to no row, and why
    the second table could not be read to its end.
    """

    def __init__(self, rows: Iterator[Row], table: str, key: str) -> None:
        self._rows = rows
        self._table = table
        self._key = key
        self._orphans = 0
        self._damage = ""
        self._next: Row | None = None
        self._advance()

    def _advance(self) -> None:
        try:
            self._next = next(self._rows, None)
        except DatabaseDamaged as error:
            self._next, self._damage = None, str(error)

    def of(self, wanted: Any) -> list[Row]:
        """The rows whose key is `wanted`."""
        found: list[Row] = []
        if type(wanted) is not int:
            return found
        while self._next is not None:
            key = self._next[self._key]
            # Sorted: NULL, then numbers, then text and blobs, which can belong to no number.
            if isinstance(key, str | bytes) or (key is not None and key > wanted):
                break
            if key == wanted:
                found.append(self._next)
            else:
                self._orphans += 1
            self._advance()
        return found

    def finish(self) -> Iterator[Problem]:
        """What is to be said when all of the first table has been asked for."""
        while self._next is not None:
            self._orphans += 1
            self._advance()
        if self._damage:
            yield Problem("file", "damaged-database", f"{self._table}: {self._damage}")
        if self._orphans:
            yield Problem("note", "orphans", f"{self._orphans} rows of {self._table} belong to nothing that is left")


class Doubts:
    """Reads single values; what is wrong with one becomes a Problem of its row, and the row goes on.

    Set `locator` for each row, and yield what `drain` gives after its record.
    """

    def __init__(self) -> None:
        self.locator = ""
        self.problems: list[Problem] = []

    def add(self, code: str, detail: str) -> None:
        """Something is wrong with one value."""
        self.problems.append(Problem("value", code, detail, self.locator))

    def drain(self) -> list[Problem]:
        """The problems of the row, and an empty list for the next."""
        found, self.problems = self.problems, []
        return found

    def text(self, value: Any, column: str) -> str | None:
        """Text as it stands; None for NULL and for a blob, which is said in hexadecimal."""
        if value is None or type(value) is str:
            return value
        if isinstance(value, DamagedText):
            self.add("text", f"{column} is not valid text: stored as {shortened_hex(value.stored, _SHOWN)}")
            return str(value)
        if isinstance(value, bytes):
            self.add("text", f"{column} holds bytes, not text: {shortened_hex(value, _SHOWN)}")
            return None
        return str(value)

    def number(self, value: Any, column: str) -> int | None:
        """A whole number; None for NULL and for anything else, which is said."""
        if value is None or type(value) is int:
            return value
        self.add("number", f"{column} is not a whole number: {stored(value)}")
        return None

    def moment(self, meaning: str, value: Any, unit: str, column: str) -> Moment:
        """A time of the application's own clock; without UTC, and said, where it cannot be one.

        `unit` is "s", "ms", "us" for Unix time, or one of `parsers.times.from_count` ("cocoa s", "webkit us" …).
        """
        if type(value) is int and unit in UNIT_US and _SURE_FROM_US < (utc := value * UNIT_US[unit]) < _SURE_TO_US:
            return Moment(meaning, utc, str(value), "A")  # what nearly every row has; `from_unix` would say the same
        utc_us, note = from_count(value, unit)
        if utc_us is None:
            self.add("time", f"{column}: {note}: {stored(value)}")
        return Moment(meaning, utc_us, stored(value), "A", "", note)


def stored(value: Any) -> str:
    """A value in its stored form: text and numbers as they are, "" for NULL, bytes in hexadecimal."""
    if value is None:
        return ""
    return shortened_hex(value, _SHOWN) if isinstance(value, bytes) else str(value)
