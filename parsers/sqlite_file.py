"""The one door to SQLite databases in evidence: read as a stream, log and journal applied in memory, nothing executed.

A database that somebody else made can carry views, triggers, virtual tables and damage. Views and triggers are off, an
authorizer admits reading only, values and expressions are bounded, and SQLite may work only so long without a row.

References:
- https://www.sqlite.org/fileformat2.html (header, write-ahead log, rollback journal)
- https://www.sqlite.org/security.html (defensive mode, trusted schema, limits, authorizer)
- https://rogerbinns.github.io/apsw/connection.html
"""

from __future__ import annotations

import io
import time
from collections.abc import Iterator, Mapping, Sequence
from types import TracebackType
from typing import Any, BinaryIO, Final

import apsw

from parsers.sqlite_limits import FLAGS, LIMITS, MODULES, SETTINGS, STEPS_BETWEEN_CHECKS, admits
from parsers.sqlite_rows import Row as Row
from parsers.sqlite_rows import Tally, reader
from parsers.sqlite_vfs import MAIN, OverlayVFS, declared_size

_MAGIC: Final = b"SQLite format 3\0"


class DatabaseDamaged(ValueError):
    """The database cannot be read, or not to its end. `rows` is how many rows the query had given by then."""

    def __init__(self, message: str, rows: int = 0) -> None:
        super().__init__(message)
        self.rows = rows


class TimeLimitReached(DatabaseDamaged):
    """SQLite worked too long without giving a row; asking again would only take as long."""


class DamagedText(str):
    """A text value that is not valid in the database's encoding; `stored` has the bytes as they stand in the file.

    Lone surrogates are kept; other bytes that cannot be decoded appear as \\xNN.
    """

    __slots__ = ("stored",)
    stored: bytes


class EvidenceDatabase:
    """An opened database; a context manager. See `open_database`.

    `notes` says what the reader should know of how it was opened (a log that was applied, a file cut short).
    `supplied_collations` names the sort orders that the phone had and we have not: there, the order of text is that of
    its code points. `damaged_text` counts the values that came out as `DamagedText` so far. `applied_frames` and
    `rolled_back` say what became of the write-ahead log and of a rollback journal; `lost`, filled by whoever opens the
    files, names those beside it that could not be read.
    """

    def __init__(self, vfs: OverlayVFS, time_limit_s: float) -> None:
        self.notes: list[str] = []
        self.lost: list[str] = []
        self.supplied_collations: list[str] = []
        self.damaged_text = 0
        self._vfs = vfs
        self._time_limit_s = time_limit_s
        self._given = Tally()
        self._last_given = -1
        self._last_progress = time.monotonic()
        self._tables: dict[str, set[str]] | None = None
        self._encoding = "UTF-8"
        self._connection = apsw.Connection(MAIN, flags=FLAGS, vfs=vfs.name)
        try:
            self._prepare()
        except apsw.Error as error:
            self.close()
            raise DatabaseDamaged(_reason(error)) from error
        self.rolled_back = vfs.main.writes > 0
        self.applied_frames = max(0, self._connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_NOOP)[0])

    def _prepare(self) -> None:
        connection = self._connection
        for setting, value in SETTINGS:
            connection.config(setting, value)
        for limit, most in LIMITS:
            connection.limit(limit, most)
        connection.collation_needed(self._supply_collation)
        connection.set_progress_handler(self._out_of_time, STEPS_BETWEEN_CHECKS)
        # Keeps the index of the write-ahead log in memory, so that no "-shm" is wanted.
        connection.execute("PRAGMA locking_mode=exclusive")
        connection.drop_modules(MODULES)
        try:
            self._load_schema()
        except (apsw.CorruptError, apsw.SQLError) as error:
            self._skip_bad_schema(error)
        connection.set_authorizer(admits)

    def _load_schema(self) -> None:
        self._encoding = str(self._connection.execute("PRAGMA encoding").get)
        self._connection.execute("PRAGMA cache_size=-8000")
        self._connection.execute("SELECT count(*) FROM sqlite_master").fetchall()

    def _skip_bad_schema(self, error: apsw.Error) -> None:
        """Lets SQLite pass over the schema entries that it cannot parse, where that is what is wrong."""
        if "malformed database schema" not in str(error):
            raise error
        self._connection.config(apsw.SQLITE_DBCONFIG_DEFENSIVE, 0)
        self._connection.config(apsw.SQLITE_DBCONFIG_WRITABLE_SCHEMA, 1)
        self._load_schema()
        self.notes.append(f"passed over what could not be understood of the schema: {error}")

    def _supply_collation(self, connection: apsw.Connection, name: str) -> None:
        self.supplied_collations.append(name)
        connection.create_collation(name, lambda left, right: (left > right) - (left < right))

    def _out_of_time(self) -> bool:
        now = time.monotonic()
        if self._given.done != self._last_given:
            self._last_given, self._last_progress = self._given.done, now
        return now - self._last_progress > self._time_limit_s

    def __enter__(self) -> EvidenceDatabase:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Closes the connection; the streams stay open and belong to the caller."""
        self._connection.close(True)
        self._vfs.unregister()

    def execute(self, sql: str, params: Sequence[Any] | Mapping[str, Any] = ()) -> Iterator[Row]:
        """The rows of one SELECT, each a dict by column name; of columns that share a name the last one wins.

        Text that is not valid in the database's encoding comes out as `DamagedText`. Views cannot be queried. Raises
        DatabaseDamaged, with the number of rows given so far, where the file cannot be read further.
        """
        self._last_progress = time.monotonic()
        query = Tally()
        try:
            if self._encoding == "UTF-8":
                cursor = self._connection.execute(sql, params)
                if names := _column_names(cursor):
                    yield from reader(names)(cursor, query, self._given)
                return
        except UnicodeDecodeError:
            pass
        except apsw.Error as error:
            raise _damaged(error, query.done) from error
        yield from self._execute_with_care(sql, params, query.done)

    def _execute_with_care(self, sql: str, params: Sequence[Any] | Mapping[str, Any], done: int) -> Iterator[Row]:
        """As `execute` from row `done` on, with every text taken as bytes and decoded here."""
        try:
            names = _column_names(self._connection.execute(sql, params))
            if not names:
                return
            columns = ",".join(f"c{number}" for number in range(len(names)))
            parts = ",".join(
                f"CASE typeof(c{n}) WHEN 'text' THEN CAST(c{n} AS BLOB) ELSE c{n} END,typeof(c{n})='text'"
                for n in range(len(names))
            )
            careful = (
                f"WITH q({columns}) AS ({sql.rstrip().rstrip(';')}\n) SELECT {parts} FROM q LIMIT -1 OFFSET {done}"  # noqa: S608
            )
            for values in self._connection.execute(careful, params):
                done += 1
                self._given.done += 1
                cells = zip(values[::2], values[1::2], strict=True)
                yield {
                    name: self._decode(value) if is_text else value
                    for name, (value, is_text) in zip(names, cells, strict=True)
                }
        except apsw.Error as error:
            raise _damaged(error, done) from error

    def _decode(self, stored: bytes) -> str:
        codec = {"UTF-8": "utf-8", "UTF-16le": "utf-16-le", "UTF-16be": "utf-16-be"}[self._encoding]
        try:
            return stored.decode(codec)
        except UnicodeDecodeError:
            pass
        try:
            text = DamagedText(stored.decode(codec, "surrogatepass"))
        except UnicodeDecodeError:
            text = DamagedText(stored.decode(codec, "backslashreplace"))
        text.stored = stored
        self.damaged_text += 1
        return text

    def tables(self) -> dict[str, set[str]]:
        """The tables (no views) and their columns. A virtual table whose module we have not is left out."""
        if self._tables is None:
            self._tables = {}
            listing = "SELECT name FROM sqlite_master WHERE type='table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
            for name in [row["name"] for row in self.execute(listing)]:
                if isinstance(name, str) and (columns := self._columns(name)):
                    self._tables[name] = columns
        return self._tables

    def _columns(self, table: str) -> set[str]:
        quoted = table.replace('"', '""')
        try:
            found = self._connection.execute(f'PRAGMA table_xinfo("{quoted}")').fetchall()
        except (apsw.SQLError, apsw.AuthError, UnicodeError):
            return set()
        return {str(row[1]) for row in found}


def open_database(
    main: BinaryIO, wal: BinaryIO | None, journal: BinaryIO | None, *, time_limit_s: float = 300
) -> EvidenceDatabase:
    """Opens a database from seekable streams, which are only read and stay the caller's to close.

    `wal` and `journal` are what stands beside it as "-wal" and "-journal", or None. What SQLite needs to write (the
    roll-back of a hot journal) is held in memory, at most 256 MiB. `time_limit_s`: how long SQLite may work without
    giving a row. Raises DatabaseDamaged (a ValueError) for what is no database, is encrypted or cannot be opened.
    """
    main.seek(0)
    head = main.read(100)
    size = main.seek(0, 2)
    if head and not head.startswith(_MAGIC):
        raise DatabaseDamaged("not a database (or encrypted)")
    page_size, pages = declared_size(head)
    vfs = OverlayVFS(main, wal, journal, page_size * pages)
    database = EvidenceDatabase(vfs, time_limit_s)
    database.notes[:0] = _notes(database, size, page_size, pages, wal, journal)
    return database


def empty_database() -> EvidenceDatabase:
    """A database without a table, for what is read where there is none any more."""
    return open_database(io.BytesIO(), None, None)


def lacking(db: EvidenceDatabase, needed: Mapping[str, set[str]]) -> str:
    """ "" where all the tables and columns are there; else words for what is not."""
    tables = {name.lower(): {column.lower() for column in columns} for name, columns in db.tables().items()}
    words = []
    for table, columns in needed.items():
        if table.lower() not in tables:
            words.append(f"no table {table}")
        elif missing := sorted(column for column in columns if column.lower() not in tables[table.lower()]):
            words.append(f"table {table} has no column {', '.join(missing)}")
    return "; ".join(words)


def _notes(
    database: EvidenceDatabase, size: int, page_size: int, pages: int, wal: BinaryIO | None, journal: BinaryIO | None
) -> list[str]:
    notes = []
    held, applied = _log_frames(database, wal)
    if held:
        notes.append(f"the write-ahead log holds {held} frames, {applied} of them committed and applied")
    if journal is not None and journal.seek(0, 2):
        if database.rolled_back:
            notes.append("the rollback journal was hot: an unfinished transaction was rolled back, in memory only")
        else:
            notes.append("the rollback journal beside it holds no unfinished transaction")
    if not size:
        notes.append("the file is empty (0 bytes)")
    elif size < page_size * pages and not applied and not database.rolled_back:
        notes.append(f"the file is shorter than its header says: {size // page_size} of {pages} pages")
    return notes


def _log_frames(database: EvidenceDatabase, wal: BinaryIO | None) -> tuple[int, int]:
    """(frames that the log has room for, frames that SQLite found valid and committed)."""
    if wal is None:
        return 0, 0
    wal.seek(0)
    head = wal.read(32)
    page_size = int.from_bytes(head[8:12], "big")
    if len(head) < 32 or not 512 <= page_size <= 65536:
        return 0, 0
    return (wal.seek(0, 2) - 32) // (24 + page_size), database.applied_frames


def _column_names(cursor: apsw.Cursor) -> tuple[str, ...]:
    try:
        return tuple(column[0] for column in cursor.get_description())
    except apsw.ExecutionCompleteError:
        return ()  # no row, so nobody will ask


def _reason(error: apsw.Error) -> str:
    if isinstance(error, apsw.NotADBError):
        return "not a database (or encrypted)"
    return f"the database cannot be read: {error}"


def _damaged(error: apsw.Error, rows: int) -> DatabaseDamaged:
    if isinstance(error, apsw.InterruptError):
        return TimeLimitReached(f"stopped at the time limit after {rows} rows", rows)
    return DatabaseDamaged(f"reading stopped after {rows} rows: {error}", rows)
