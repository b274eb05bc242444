"""A case is a folder: `case.db`, `blobs/`, `reports/`, `work/`. It is made, opened and locked here."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from filelock import FileLock, Timeout

from app import PROGRAM
from evidence_store import ledger
from evidence_store.store import Store, StoreDamaged, StoreError, create, open_store
from extractors.sources.base import Secret

DATABASE: Final = "case.db"
FOLDERS: Final = ("blobs", "reports", "work")


class CaseError(Exception):
    """The case cannot be used as asked. The message is one clear line for the user."""


class CaseDamaged(CaseError):
    """The case file is there and cannot be opened as one."""


@dataclass
class Case:
    """An open case. `changing` is held while evidence is added, so that two programs never do it at once."""

    folder: Path
    store: Store
    _lock: FileLock = field(repr=False)
    secrets: dict[int, Secret] = field(default_factory=dict, repr=False)  # source id -> what opened it; only in memory
    _held: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @property
    def work(self) -> Path:
        return self.folder / "work"

    @property
    def writable(self) -> bool:
        return self.store.writable

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Holds the case for adding evidence. Raises CaseError when another program (or this one) has it already."""
        if not self.writable:
            raise CaseError(f"{self.folder} cannot be written: nothing was changed")
        if not self._held.acquire(blocking=False):
            raise CaseError(f"{self.folder}: evidence is being added already")
        try:
            with self._lock.acquire(timeout=0):
                yield
        except Timeout:
            raise CaseError(f"{self.folder} is in use: another Assay is adding evidence to it") from None
        finally:
            self._held.release()

    def log(self, action: str, target: str, **detail: Any) -> bool:
        """Enters one action in the ledger; False where the case cannot be written, so that the caller can say so."""
        if not self.writable:
            return False
        with self.store.write() as connection:
            ledger.append(connection, action, target, detail, PROGRAM)
        return True

    def close(self) -> None:
        self.store.close()


def open_case(folder: Path, *, create_it: bool = False, write: bool = True) -> Case:
    """Opens a case folder, or makes it. Raises CaseError with one clear line."""
    folder = Path(os.path.abspath(folder))  # noqa: PTH100 - resolve() would follow links and change what is printed
    try:
        if create_it and not (folder / DATABASE).exists():
            return _create(folder)
        store = open_store(folder / DATABASE, write=write)
    except StoreDamaged as error:
        raise CaseDamaged(str(error)) from error
    except StoreError as error:
        raise CaseError(str(error)) from error
    except OSError as error:
        raise CaseError(f"{folder}: {error.strerror or error}") from error
    return Case(folder, store, _lock(folder))


def _create(folder: Path) -> Case:
    if folder.exists() and not folder.is_dir():
        raise CaseError(f"{folder} is a file, not a case folder")
    if folder.is_dir() and any(folder.iterdir()):
        raise CaseError(f"{folder} exists, is not empty and is no case: give a new folder for the case")
    folder.mkdir(parents=True, exist_ok=True)
    for name in FOLDERS:
        (folder / name).mkdir()
    case = Case(folder, create(folder / DATABASE), _lock(folder))
    case.log("case created", str(folder))
    return case


def _lock(folder: Path) -> FileLock:
    return FileLock(folder / "case.lock", thread_local=False)


def empty_work(case: Case) -> None:
    """Clears the work folder; what cannot be deleted (still open elsewhere) is left for the next time."""
    for entry in case.work.iterdir() if case.work.is_dir() else ():
        if entry.is_dir():
            shutil.rmtree(entry, ignore_errors=True)
        else:
            entry.unlink(missing_ok=True)
