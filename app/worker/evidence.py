"""One file of a source as an extractor sees it (`extractors.base.EvidenceFile`)."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import BinaryIO

from evidence_store.records import Moment
from extractors.sources.base import Entry, Volume
from parsers.sqlite_file import EvidenceDatabase, open_database


class OpenedFile:
    """Bytes come from `kept` where the whole file is in memory, else from the volume. Never writes."""

    def __init__(
        self, volume: Volume, entry: Entry, companions: tuple[Entry, ...], zone: str | None, date_order: str | None
    ) -> None:
        self.path = entry.path
        self.size = entry.size
        self.times: tuple[Moment, ...] = entry.times
        self.deleted = entry.deleted
        self.zone = zone
        self.date_order = date_order
        self.mime = "application/octet-stream"
        self.head = b""
        self.kept: bytes | None = None
        self._volume = volume
        self._entry = entry
        self._companions = {companion.path[len(entry.path) :]: companion for companion in companions}

    def open(self) -> BinaryIO:
        if self.kept is not None:
            return io.BytesIO(self.kept)
        return self._volume.open(self._entry)

    @contextmanager
    def sqlite(self) -> Iterator[EvidenceDatabase]:
        with ExitStack() as stack:
            beside = {
                name: stack.enter_context(self._volume.open(self._companions[name]))
                if name in self._companions
                else None
                for name in ("-wal", "-journal")
            }
            main = stack.enter_context(self.open())
            yield stack.enter_context(open_database(main, beside["-wal"], beside["-journal"]))
