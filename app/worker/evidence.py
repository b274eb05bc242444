"""One file of a source as an extractor sees it (`extractors.base.EvidenceFile`)."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import BinaryIO

from app.worker.tasks import Listed
from evidence_store.records import Moment
from extractors.base import joined
from extractors.sources.base import SourceError, Volume
from parsers.sqlite_file import EvidenceDatabase, open_database
from parsers.sqlite_recovery import Recovered, recover_rows


class OpenedFile:
    """Bytes come from `kept` where the whole file is in memory, else from the volume. Never writes."""

    def __init__(
        self,
        volume: Volume,
        listed: Listed,
        companions: tuple[Listed, ...],
        zone: str | None,
        date_order: str | None,
        zone_by: str = "operator",
        others: tuple[Listed, ...] = (),
    ) -> None:
        self.path = listed.path
        self.size = listed.size
        self.deleted = bool(listed.deleted)
        self.zone = zone
        self.zone_by = zone_by
        self.date_order = date_order
        self.mime = "application/octet-stream"
        self.head = b""
        self.kept: bytes | None = None
        self.readers: frozenset[str] = frozenset()
        self._volume = volume
        self._listed = listed
        self._recovered: Recovered | None = None
        self._others = {other.path: other for other in others}
        self._companions = {companion.path[len(listed.path) :]: companion for companion in companions}

    @property
    def times(self) -> tuple[Moment, ...]:
        return self._listed.moments()

    def open(self) -> BinaryIO:
        if self.kept is not None:
            return io.BytesIO(self.kept)
        return self._volume.open(self._listed.entry())

    def beside(self, name: str) -> BinaryIO | None:
        other = self._others.get(joined(self.path, name))
        return None if other is None else self._volume.open(other.entry())

    @contextmanager
    def sqlite(self) -> Iterator[EvidenceDatabase]:
        with ExitStack() as stack:
            beside: dict[str, BinaryIO] = {}
            lost = []
            for ending, companion in self._companions.items():
                try:
                    beside[ending] = stack.enter_context(self._volume.open(companion.entry()))
                except SourceError as error:
                    lost.append(f"{ending} ({error})")
            main = stack.enter_context(self.open())
            database = stack.enter_context(open_database(main, beside.get("-wal"), beside.get("-journal")))
            database.lost += lost
            yield database

    def deleted_rows(self) -> Recovered:
        if self._recovered is None:
            with ExitStack() as stack:
                log, lost = None, ""
                if companion := self._companions.get("-wal"):
                    try:
                        log = stack.enter_context(self._volume.open(companion.entry()))
                    except SourceError as error:
                        lost = f"deleted rows were looked for without the -wal ({error})"
                found = recover_rows(stack.enter_context(self.open()), log)
            self._recovered = replace(found, notes=(*found.notes, lost)) if lost else found
        return self._recovered
