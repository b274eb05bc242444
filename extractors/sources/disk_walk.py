"""Every name of one file system, live and deleted, through The Sleuth Kit.

References: The Sleuth Kit, library documentation (directory walk, flags of names and metadata, attributes), whose rule
for descending into directories is followed so that lists can be compared with those of `fls -r -p`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal

import pytsk3

from extractors.sources.names import Findings, shown

ORPHANS: Final = "$OrphanFiles"
DEEPEST: Final = 256
LONGEST_PATH: Final = 32_768
VISITS: Final = 2  # a directory is met twice where an orphan has kept its name; oftener only in a made-up loop
UNALLOCATED: Final = int(pytsk3.TSK_FS_NAME_FLAG_UNALLOC)
META_ALLOCATED: Final = int(pytsk3.TSK_FS_META_FLAG_ALLOC)
DIRECTORY: Final = int(pytsk3.TSK_FS_META_TYPE_DIR)
NAMED_DIRECTORY: Final = int(pytsk3.TSK_FS_NAME_TYPE_DIR)
VIRTUAL: Final = frozenset(
    (int(pytsk3.TSK_FS_META_TYPE_VIRT), int(pytsk3.TSK_FS_META_TYPE_VIRT_DIR))
)  # also those of names: the two lists share these numbers
_OWN_PLACE: Final = re.compile(r"^\w+: \(\w+\.cpp:\d+\) ")


@dataclass(slots=True)
class Found:
    """One name. `file` is The Sleuth Kit's, `meta` its metadata (None: only the name is left)."""

    path: str
    file: Any
    meta: Any
    number: int
    deleted: bool
    is_directory: bool

    @property
    def reused(self) -> bool:
        """The name is deleted and its metadata entry describes another, live file."""
        return self.deleted and self.meta is not None and bool(int(self.meta.flags) & META_ALLOCATED)


def walk(fs: Any, findings: Findings, where: str) -> Iterator[Found]:
    """Every name below the root but '.' and '..', directories too; The Sleuth Kit's own inventions are left out."""
    visits: dict[int, int] = {}
    # (path, directory, what it is inside of): a list of our own, for evidence may nest deeper than Python calls may.
    waiting: list[tuple[str, int, bool, frozenset[int]]] = [("", int(fs.info.root_inum), False, frozenset())]
    while waiting:
        path, number, deleted, above = waiting.pop()
        visits[number] = visits.get(number, 0) + 1
        for found in _names(fs, path, number, deleted, findings, where):
            if found.is_directory and _descends(found) and found.number not in above | {number}:
                if len(above) >= DEEPEST or len(found.path) > LONGEST_PATH:
                    findings.add("file", "too-deep", f"{found.path[:200]}…: not descended into", where)
                elif visits.get(found.number, 0) < VISITS:
                    waiting.append((found.path, found.number, found.deleted, above | {number}))
                else:
                    findings.add("note", "loop", f"{found.path}: directory {found.number} was listed before", where)
            yield found


def _names(fs: Any, path: str, number: int, deleted: bool, findings: Findings, where: str) -> Iterator[Found]:
    try:
        directory = iter(fs.open_dir(inode=number))
    except OSError as error:
        # What a deleted directory listed is often gone; a live one that cannot be read hides files.
        kind: Literal["note", "file"] = "note" if deleted else "file"
        findings.add(kind, "directory", f"{path or '/'}: cannot be read: {reason(error)}", where)
        return
    while True:
        try:
            file = next(directory)
        except StopIteration:
            return
        except OSError as error:
            findings.add("file", "directory", f"{path or '/'}: cannot be read to its end: {reason(error)}", where)
            return
        found = _found(fs, path, file)
        if found is not None:
            yield found


def _found(fs: Any, path: str, file: Any) -> Found | None:
    info = file.info
    name, meta = info.name, info.meta
    if name is None or name.name in (b".", b".."):
        return None
    kind = int(name.type)
    if kind in VIRTUAL or (meta is not None and int(meta.type) in VIRTUAL):
        orphans = meta is not None and name.name == ORPHANS.encode()
        return Found(_join(path, name.name), file, None, int(meta.addr), False, True) if orphans else None
    deleted = bool(int(name.flags) & UNALLOCATED)
    if meta is None and deleted and path.split("/", 1)[0] == ORPHANS:
        # An orphan is a metadata entry without a name: what is listed is made up, and the entry has to be asked for.
        file, meta = _orphan(fs, file, int(name.meta_addr))
    reused = deleted and meta is not None and bool(int(meta.flags) & META_ALLOCATED)
    is_directory = kind == NAMED_DIRECTORY if meta is None or reused else int(meta.type) == DIRECTORY
    return Found(_join(path, name.name), file, meta, int(name.meta_addr), deleted, is_directory)


def _orphan(fs: Any, file: Any, number: int) -> tuple[Any, Any]:
    try:
        orphan = fs.open_meta(inode=number)
    except OSError:
        return file, None
    return orphan, orphan.info.meta


def _descends(found: Found) -> bool:
    if found.meta is None:
        return found.path == ORPHANS
    return not found.reused


def _join(path: str, name: bytes | None) -> str:
    text = shown((name or b"").decode("utf-8", "surrogateescape")).replace("/", "\\x2f")
    return f"{path}/{text}" if path else text


def reason(error: OSError) -> str:
    """What The Sleuth Kit says went wrong, without the place in its source code."""
    text = str(error).rpartition("with error: ")[2] or str(error)
    return shown(" ".join(_OWN_PLACE.sub("", text).split()))
