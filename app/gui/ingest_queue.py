"""Adding evidence in the background: one source after the other, with progress, a stop, and going on later."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from PySide6.QtCore import QObject, Signal
from sqlalchemy import Connection, func, select

from app.gui import wording
from app.gui.case_controller import CaseController
from app.ingest.model import IngestError, IngestResult, Progress, SourceRequest, Stopped
from evidence_store import schema

_EVERY_S: Final = 0.1


@dataclass
class PasswordAsked:
    """A question of the reading, which waits for its answer: the password, or None to do without."""

    what: str
    wrong: bool
    _answer: str | None = field(default=None, repr=False)
    _given: threading.Event = field(default_factory=threading.Event, repr=False)

    def answer(self, password: str | None) -> None:
        self._answer = password
        self._given.set()

    def wait(self, stop: threading.Event) -> str | None:
        while not self._given.wait(_EVERY_S):
            if stop.is_set():
                return None
        return self._answer


class IngestQueue(QObject):
    """What is being read, what waits, and what was left unfinished."""

    progressed = Signal(object)  # Progress
    password_asked = Signal(object)  # PasswordAsked
    source_done = Signal(object)  # IngestResult
    source_failed = Signal(str)  # one clear line
    began = Signal()
    ended = Signal(str)  # how it ended, in words
    outstanding_changed = Signal(int)  # sources that are not read to their end

    def __init__(self, controller: CaseController) -> None:
        super().__init__()
        self.controller = controller
        self.busy = False
        self.outstanding = 0
        self._waiting: list[SourceRequest] = []
        self._stop = threading.Event()
        self._last = 0.0

    def add(self, requests: Sequence[SourceRequest]) -> None:
        """Reads these sources, after what is under way."""
        self._waiting.extend(requests)
        if not self.busy:
            self._begin(go_on=False)

    def go_on(self) -> None:
        """Reads on where a source was stopped or broken off, then what still waits."""
        if not self.busy:
            self._begin(go_on=True)

    def stop(self) -> None:
        """Asks the reading to stop. What is done is kept."""
        self._stop.set()

    def look_for_outstanding(self) -> None:
        """Counts the sources that are not read to their end."""
        self.controller.read(_outstanding, self._keep_outstanding)

    def _keep_outstanding(self, found: int) -> None:
        self.outstanding = found + len(self._waiting)
        self.outstanding_changed.emit(self.outstanding)

    def _begin(self, *, go_on: bool) -> None:
        self.busy = True
        self._stop = threading.Event()
        self.began.emit()
        self.controller.run(lambda: self._read_all(self._stop, go_on=go_on), self._end, self._break_off, lane="long")

    def _read_all(self, stop: threading.Event, *, go_on: bool) -> int:
        """In the background: gives the number of sources that failed."""
        from app.ingest import add_source, resume

        case, failed = self.controller.case, 0

        def ask(what: str, wrong: bool) -> str | None:
            question = PasswordAsked(what, wrong)
            self.password_asked.emit(question)
            return question.wait(stop)

        if go_on:
            for result in resume(case, self._report, stop, ask=ask):
                self.source_done.emit(result)
        while self._waiting:
            request = self._waiting[0]
            try:
                self.source_done.emit(add_source(case, request, self._report, stop, ask=ask))
            except Stopped:
                # It stands in the case as not read to its end: "Go on" finds it there.
                self._waiting.pop(0)
                raise
            except IngestError as error:
                failed += 1
                self.source_failed.emit(str(error))
            self._waiting.pop(0)
        return failed

    def _report(self, progress: Progress) -> None:
        now = time.monotonic()
        if now - self._last >= _EVERY_S:
            self._last = now
            self.progressed.emit(progress)

    def _end(self, failed: int) -> None:
        self._finish("Finished" if not failed else f"Finished, but {failed} of the sources could not be read")

    def _break_off(self, reason: str) -> None:
        if self._stop.is_set():
            self._finish("Stopped. What was read is kept; “Go on” reads the rest")
        else:
            self.source_failed.emit(reason)
            self._finish("Broken off. What was read is kept; “Go on” reads the rest")

    def _finish(self, words: str) -> None:
        self.busy = False
        if self._waiting and not self._stop.is_set() and words.startswith("Finished"):
            # It was added in the moment the last one ended.
            self._begin(go_on=False)
            return
        self.ended.emit(words)
        self.controller.evidence_changed.emit()
        self.look_for_outstanding()


def _outstanding(connection: Connection) -> int:
    source = schema.source
    return int(connection.execute(select(func.count()).where(source.c.state != "read")).scalar_one())


def result_words(result: IngestResult) -> str:
    """How a source ended, in one line."""
    if result.already:
        return f"{result.exhibit} had been read before: nothing was added."
    words = f"{result.exhibit}: {wording.many(result.items, 'item')} from {wording.many(result.files, 'file')}."
    return words if not result.unread else f"{words} {result.unread:,} could not be read: see Coverage."
