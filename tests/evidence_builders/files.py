"""An `EvidenceFile` made of bytes, for tests of extractors."""

from __future__ import annotations

import io
from collections.abc import Mapping
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, BinaryIO

from extractors.matching import Matcher
from parsers.sqlite_file import open_database
from parsers.sqlite_recovery import recover_rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from evidence_store.records import Moment
    from parsers.sqlite_file import EvidenceDatabase
    from parsers.sqlite_recovery import Recovered


@cache
def _matcher() -> Matcher:
    from extractors.catalog import EXTRACTORS

    return Matcher(EXTRACTORS)


class MemoryFile:
    """One file of a made-up source. `companions` are what stands beside it, by suffix: {"-wal": b"…"}.

    `others` are further files of the source, by their path from the file's folder: {"../mappings": b"…"}.
    """

    def __init__(
        self,
        path: str,
        data: bytes,
        companions: Mapping[str, bytes] | None = None,
        *,
        mime: str = "application/octet-stream",
        zone: str | None = None,
        zone_by: str = "operator",
        date_order: str | None = None,
        times: tuple[Moment, ...] = (),
        deleted: bool = False,
        others: Mapping[str, bytes] | None = None,
    ) -> None:
        self.path = path
        self.size = len(data)
        self.mime = mime
        self.head = data[:4096]
        self.times = times
        self.deleted = deleted
        self.zone = zone
        self.zone_by = zone_by
        self.date_order = date_order
        self._data = data
        self._companions = dict(companions or {})
        self._others = dict(others or {})

    @property
    def readers(self) -> frozenset[str]:
        """Those whose label has a pattern for the path."""
        return frozenset(extractor.id for extractor in _matcher().match(self.path))

    def open(self) -> BinaryIO:
        return io.BytesIO(self._data)

    def beside(self, name: str) -> BinaryIO | None:
        return io.BytesIO(self._others[name]) if name in self._others else None

    @contextmanager
    def sqlite(self) -> Iterator[EvidenceDatabase]:
        beside = {suffix: io.BytesIO(data) for suffix, data in self._companions.items()}
        with open_database(self.open(), beside.get("-wal"), beside.get("-journal")) as db:
            yield db

    def deleted_rows(self) -> Recovered:
        log = self._companions.get("-wal")
        return recover_rows(self.open(), None if log is None else io.BytesIO(log))
