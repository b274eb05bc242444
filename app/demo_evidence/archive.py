"""Zip files whose bytes depend on nothing but what is put in: fixed attributes, given times, stored not deflated
(compressors differ between versions of zlib)."""

from __future__ import annotations

import zipfile
from datetime import datetime
from pathlib import Path
from types import TracebackType


class FixedZip:
    """Writes members in the order given. `with FixedZip(path) as archive: archive.add("a/b.txt", data, when)`"""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._zip = zipfile.ZipFile(path, "w", zipfile.ZIP_STORED)

    def add(self, name: str, data: bytes, when: datetime) -> None:
        """`when` is the local time that the zip states; its seconds are even, as the format stores them."""
        member = zipfile.ZipInfo(name, (when.year, when.month, when.day, when.hour, when.minute, when.second // 2 * 2))
        member.create_system = 3
        member.external_attr = 0o100644 << 16
        self._zip.writestr(member, data)

    def __enter__(self) -> FixedZip:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._zip.close()
