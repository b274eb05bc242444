"""Work off the UI thread: an operation runs in a thread, its result comes back on the thread of the window."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from typing import Any, Final, Literal, TypeVar

from PySide6.QtCore import QObject, Qt, Signal
from sqlalchemy.exc import DatabaseError

from app.cases import CaseError
from app.ingest.model import IngestError
from evidence_store.store import StoreError

Lane = Literal["read", "write", "long"]
Result = TypeVar("Result")
# What can be the user's to know: the message is one clear line. Anything else is a fault of the program.
KNOWN: Final = (CaseError, StoreError, IngestError, OSError, ValueError)
_LOG: Final = logging.getLogger("assay.window")


class Job:
    """One operation under way. Once dropped, neither its result nor its error is reported."""

    def __init__(self) -> None:
        self.wanted = True
        self.future: Future[Any] | None = None

    def drop(self) -> None:
        self.wanted = False
        if self.future is not None:
            self.future.cancel()


class Background(QObject):
    """Three lanes of threads: reads side by side, writes one after the other in order, and long work alone."""

    _finished = Signal(object, object, object)  # Job, Future, (on_done, on_error)

    def __init__(self) -> None:
        super().__init__()
        self._lanes = {
            "read": ThreadPoolExecutor(3, "assay-read"),
            "write": ThreadPoolExecutor(1, "assay-write"),
            "long": ThreadPoolExecutor(1, "assay-long"),
        }
        self._open = True
        self._finished.connect(self._report, Qt.ConnectionType.QueuedConnection)

    def run(
        self,
        op: Callable[[], Result],
        on_done: Callable[[Result], None],
        on_error: Callable[[str], None],
        lane: Lane = "read",
    ) -> Job:
        """Runs `op` in a thread, then `on_done(result)` or `on_error(one line)` here."""
        job = Job()
        if not self._open:
            job.wanted = False
            return job
        future = self._lanes[lane].submit(op)
        job.future = future
        future.add_done_callback(lambda done: self._hand_over(job, done, (on_done, on_error)))
        return job

    def close(self) -> None:
        """Waits for what is running, drops what is not begun, and reports nothing more."""
        self._open = False
        for lane in self._lanes.values():
            lane.shutdown(wait=True, cancel_futures=True)

    def _hand_over(self, job: Job, done: Future[Any], calls: Any) -> None:
        # In the worker's thread: the queued signal is what crosses over to the window's.
        if self._open and job.wanted:
            self._finished.emit(job, done, calls)

    def _report(self, job: Job, done: Future[Any], calls: Any) -> None:
        if not (self._open and job.wanted):
            return
        on_done, on_error = calls
        try:
            error = done.exception()
        except CancelledError:
            return
        if error is None:
            on_done(done.result())
        else:
            on_error(in_one_line(error))


def in_one_line(error: BaseException) -> str:
    """What the user is told of an error."""
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    if isinstance(error, KNOWN):
        return " ".join(str(error).split()) or type(error).__name__
    if isinstance(error, DatabaseError):
        return f"The case could not be read: {error.orig or error}"
    _LOG.debug("unexpected error", exc_info=error)
    return f"A fault in Assay stopped this ({type(error).__name__}: {' '.join(str(error).split())[:200]})"
