"""Places: where a container stands and what is beside it, on the host or inside another container."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import BinaryIO

from extractors.sources.base import Bytes, Entry, Place, SourceError
from extractors.sources.host import host_path, is_link, open_source, reader_of
from extractors.sources.names import shown
from parsers.ewf_names import folder_names

_SEPARATORS = frozenset("/\\:\0")


def is_plain(name: str) -> bool:
    """Whether a name can only mean a file in the same folder."""
    return bool(name) and name not in (".", "..") and not _SEPARATORS & set(name)


def choose(wanted: str, names: list[str]) -> str | None:
    """The name as it stands, else the first that differs only in the case of its letters."""
    if wanted in names:
        return wanted
    return next((name for name in names if name.casefold() == wanted.casefold()), None)


class HostPlace:
    """See `Place`: a file that the operator named, or one beside it."""

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self.name = self.path.name
        try:
            self.size = os.stat(host_path(self.path)).st_size  # noqa: PTH116 - the long form of a Windows path
        except (OSError, ValueError) as error:
            raise SourceError(f"{shown(str(path))}: cannot be looked at: {error}") from error

    def open(self) -> Bytes:
        stream = open_source(self.path)
        return Bytes(stream.seek(0, os.SEEK_END), reader_of(stream), stream.close)

    def names(self) -> list[str]:
        try:
            return sorted(folder_names(self.path.parent))
        except OSError as error:
            raise SourceError(f"{shown(str(self.path.parent))}: cannot be listed: {error.strerror or error}") from error

    def beside(self, name: str) -> Place | None:
        found = choose(name, self.names()) if is_plain(name) else None
        if found is None:
            return None
        path = self.path.with_name(found)
        try:
            if is_link(os.lstat(host_path(path))) or not path.is_file():
                return None
        except OSError:
            return None
        return HostPlace(path)


class InnerPlace:
    """See `Place`: a file of a volume. `around` holds the entries of its folder that may belong to it, by name.

    `used` are the entries that were asked for, its own first: what the container is made of."""

    def __init__(
        self,
        entry: Entry,
        around: Mapping[str, Entry],
        open_entry: Callable[[Entry], BinaryIO],
        used: list[Entry] | None = None,
    ) -> None:
        self.entry = entry
        self.used = [entry] if used is None else used
        self.name = entry.path.rpartition("/")[2]
        self.size = entry.size
        self._around = around
        self._open = open_entry

    def open(self) -> Bytes:
        stream = self._open(self.entry)
        return Bytes(stream.seek(0, os.SEEK_END), reader_of(stream), stream.close)

    def names(self) -> list[str]:
        return sorted({self.name, *self._around})

    def beside(self, name: str) -> Place | None:
        if name == self.name:
            return self
        found = choose(name, list(self._around)) if is_plain(name) else None
        if found is None:
            return None
        entry = self._around[found]
        if entry not in self.used:
            self.used.append(entry)
        return InnerPlace(entry, self._around, self._open, self.used)
