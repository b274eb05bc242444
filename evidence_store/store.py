"""Where it is kept: one SQLite file, written by one process, read by many.

The driver is sqlcipher3 (without a key it writes an ordinary SQLite file that any SQLite opens), the same version on
every platform. While a case is written it is in WAL mode; when it is closed it is one file again.
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import sqlcipher3.dbapi2 as driver
from sqlalchemy import Connection, Engine, create_engine, event, insert, select
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import QueuePool

from evidence_store import schema, structure
from evidence_store.migrations import migrate
from evidence_store.rows import sealed_row

# The size of a page counts for a file that is made, and for no other. Larger pages take less time to write.
_SETTINGS: Final = (
    *("page_size = 32768", "foreign_keys = OFF", "synchronous = NORMAL", "cache_size = -32000", "temp_store = MEMORY"),
)


class StoreError(Exception):
    """The case cannot be opened or written. The message is one clear line for the user."""


class StoreDamaged(StoreError):
    """The file is there and cannot be opened as a case: it is damaged, or was never one."""


class Store:
    """An open `case.db`: `read` gives connections for reading, `write` one transaction, by one writer at a time."""

    def __init__(self, path: Path, engine: Engine, writable: bool, copy: TemporaryDirectory[str] | None = None) -> None:
        self.path = path
        self.engine = engine
        self.writable = writable
        self._copy = copy  # of an older case that cannot be written, brought to today's format

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection for reading; one per thread."""
        with self.engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self, beside: Sequence[Path] = ()) -> Iterator[Connection]:
        """One transaction: all of it is stored, or nothing. Raises StoreError when the case cannot be written.

        `beside`: at most eight SQLite files that nobody writes, open for reading under the names of `name_beside`.
        """
        if not self.writable:
            raise StoreError(f"{self.path.parent} cannot be written: nothing was changed")
        try:
            with (
                self.engine.connect().execution_options(assay_writes=True) as connection,
                _opened(connection, beside),
                connection.begin(),
            ):
                yield connection
        except (DatabaseError, driver.DatabaseError) as error:
            raise StoreError(plain_reason(self.path, error)) from error

    def bulk(self) -> None:
        """Settings for reading in evidence: a lost power supply may cost the last transactions, never the file."""
        self._pragma("journal_mode = WAL")
        # Pages that change again and again are folded back less often: it saves a tenth of the time.
        self._pragma("wal_autocheckpoint = 2000")

    def _pragma(self, words: str) -> None:
        # Past SQLAlchemy: these cannot run inside the transaction that it opens.
        connection = self.engine.raw_connection()
        try:
            connection.cursor().execute(f"PRAGMA {words}")
        finally:
            connection.close()

    def close(self) -> None:
        """Folds the write-ahead log back, so that the case is one file to copy and hash, readable where nothing can be
        written."""
        # Our own idle connections first: as long as one is open, SQLite keeps the log.
        self.engine.dispose()
        if self._copy is not None:
            self._copy.cleanup()
        if not self.writable or not self.path.is_file():
            return
        try:
            self._pragma("wal_checkpoint(TRUNCATE)")
            self._pragma("journal_mode = DELETE")
        except (driver.DatabaseError, DatabaseError):
            # Another process is reading at this moment, or the file is damaged: SQLite folds the log back when it can.
            pass
        finally:
            self.engine.dispose()


def name_beside(place: int) -> str:
    """The name of the file at this place of those that `Store.write` opens beside the case."""
    return f"beside_{place}"


@contextmanager
def _opened(connection: Connection, beside: Sequence[Path]) -> Iterator[None]:
    # Past SQLAlchemy: outside of the transaction that it opens, in which SQLite closes no file that was read.
    cursor = connection.connection.cursor()
    opened = []
    try:
        for place, path in enumerate(beside):
            uri = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
            cursor.execute(f"ATTACH ? AS {name_beside(place)}", (uri,))
            opened.append(name_beside(place))
        yield
    finally:
        for name in opened:
            cursor.execute(f"DETACH {name}")


def plain_reason(path: Path, error: Exception) -> str:
    """The one clear line behind a database error."""
    if isinstance(error, UnicodeDecodeError):  # from SQLite's own words on a schema that is not text any more
        return f"{path}: the case file is damaged"
    reason = str(getattr(error, "orig", None) or error)
    for word, line in (
        ("full", "the disk is full: nothing that was already stored is lost; make room and run the same command again"),
        ("readonly", "the case cannot be written (read-only)"),
        ("locked", "another program is writing the case at this moment"),
        ("malformed", "the case file is damaged; `assay verify` says where"),
        ("not a database", "this is no Assay case (or it is encrypted with a passphrase)"),
    ):
        if word in reason:
            return f"{path}: {line}"
    return f"{path}: {reason}"


def create(path: Path) -> Store:
    """A new, empty case file. Raises StoreError when the file exists or cannot be written."""
    if path.exists():
        raise StoreError(f"{path} exists already")
    store = Store(path, _engine(path, writable=True), writable=True)
    try:
        with store.engine.begin() as connection:
            connection.exec_driver_sql(f"PRAGMA application_id = {schema.APPLICATION_ID}")
            connection.exec_driver_sql(f"PRAGMA user_version = {schema.VERSION}")
            structure.create_all(connection)
            facts = {"case_id": secrets.token_hex(16), "schema": str(schema.VERSION)}
            rows = [sealed_row(schema.case_info, {"key": key, "value": value}) for key, value in facts.items()]
            connection.execute(insert(schema.case_info), rows)
    except DatabaseError as error:
        raise StoreError(plain_reason(path, error)) from error
    return store


def open_store(path: Path, *, write: bool = True) -> Store:
    """Opens a case, bringing an older one up to date (where it cannot be written, in a copy that goes when it is
    closed). Falls back to reading only where it cannot be written.

    Raises StoreError when it is missing, no case, or of a newer program.
    """
    if not path.is_file():
        raise StoreError(f"{path.parent} is not a case: it has no {path.name}")
    writable = write and _can_be_written(path)
    store = Store(path, _engine(path, writable), writable)
    try:
        with store.engine.connect() as connection:
            found = connection.exec_driver_sql("PRAGMA application_id").scalar_one()
            version = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
            connection.execute(select(schema.case_info.c.value).limit(1)).all() if version else None
    except (DatabaseError, driver.DatabaseError, UnicodeDecodeError) as error:
        store.engine.dispose()
        line = plain_reason(path, error)
        raise (StoreError if "locked" in str(error) else StoreDamaged)(line) from error
    if found != schema.APPLICATION_ID:
        raise StoreDamaged(f"{path} is no Assay case")
    if version > schema.VERSION:
        raise StoreError(
            f"{path} was written by a newer Assay (case format {version}, this one reads {schema.VERSION})"
        )
    if not 0 < version <= schema.VERSION:
        raise StoreDamaged(f"{path} is damaged: it states case format {version}, which never was")
    if version == schema.VERSION:
        return store
    if _can_be_written(path):
        _bring_up(path, path, version)
        return store
    store.engine.dispose()
    return _brought_up_beside(path, version)


def _can_be_written(path: Path) -> bool:
    return os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)


def _brought_up_beside(path: Path, version: int) -> Store:
    """An older case that cannot be written, brought to today's format in a copy that lasts until it is closed."""
    folder = TemporaryDirectory(prefix="assay-", ignore_cleanup_errors=True)
    copy = Path(folder.name) / path.name
    try:
        for ending in ("", "-wal", "-journal"):
            if (beside := path.with_name(path.name + ending)).is_file():
                shutil.copyfile(beside, copy.with_name(copy.name + ending))
        _bring_up(path, copy, version)
    except OSError as error:
        folder.cleanup()
        why = f"it has case format {version}, and no copy of it can be made: {error.strerror or error}"
        raise StoreError(f"{path}: {why}") from error
    except StoreError:
        folder.cleanup()
        raise
    return Store(path, _engine(copy, writable=False), writable=False, copy=folder)


def _bring_up(path: Path, file: Path, version: int) -> None:
    """The file of an older case (the case's own, or a copy) brought to today's format. Raises StoreError."""
    engine = _engine(file, writable=True)
    try:
        migrate(engine, version, schema.VERSION)
    except (DatabaseError, driver.DatabaseError) as error:
        why = plain_reason(path, error)
        raise StoreError(f"{why} (it has case format {version} and is to be brought to {schema.VERSION})") from error
    finally:
        engine.dispose()


def _engine(path: Path, writable: bool) -> Engine:
    mode = "rwc" if writable else "ro"
    uri = f"{path.absolute().as_uri()}?mode={mode}"

    def connect() -> Any:
        return driver.connect(uri, uri=True, timeout=10, check_same_thread=False, isolation_level=None)

    engine = create_engine("sqlite://", creator=connect, poolclass=QueuePool, module=driver)

    @event.listens_for(engine, "connect")
    def settings(connection: Any, _: Any) -> None:
        for pragma in _SETTINGS:
            connection.execute(f"PRAGMA {pragma}")
        if not writable:
            connection.execute("PRAGMA query_only = ON")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # The driver's own transaction handling is off (isolation_level None): one writer, from the first statement on.
        writes = connection.get_execution_options().get("assay_writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine
