"""Every name of an F2FS volume, live ones first; what was met on the way is kept for the search for deleted files.

References: see `parsers.f2fs`.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from extractors.sources.names import Findings, shown
from parsers.f2fs import F2fs
from parsers.f2fs_directory import Name
from parsers.f2fs_nodes import CASEFOLD_FLAG, DIRECTORY, Inode

MOST_CLEARED: Final = 200_000
MOST_FOLDERS: Final = 500_000
LONGEST_PATH: Final = 32_768
A_DIRECTORY: Final = 2  # as a name's kind


@dataclass(frozen=True, slots=True)
class Found:
    """One live name that is no directory. `inode` is None when it cannot be read, and `why` says it."""

    path: str
    name: Name
    inode: Inode | None
    names_encrypted: bool
    why: str = ""


@dataclass(slots=True)
class Met:
    """What a walk has met: directories by inode number, and the deleted names (path, inode, kind) in their slots."""

    folders: dict[int, str] = field(default_factory=dict)
    cleared: dict[tuple[str, int], int] = field(default_factory=dict)
    encrypted: bool = False


def joined(path: str, name: bytes, *, encrypted: bool = False) -> str:
    """A path and one more name; an encrypted one, which may hold any byte, as URL-safe base 64."""
    if encrypted:
        text = base64.urlsafe_b64encode(name).decode().rstrip("=")
    else:
        text = shown(name.decode("utf-8", "surrogateescape")).replace("/", "\\x2f")
        if text in (".", "..", ""):
            text = f"_{text}_"
    return f"{path}/{text}" if path else text


def walk(volume: F2fs, met: Met, findings: Findings, where: str) -> Iterator[Found]:
    """Every live name below the root that is no directory; directories that cannot be read become findings."""
    # A list of our own, for evidence may nest deeper than Python calls may. The path above is shared by siblings.
    waiting: list[tuple[str, bytes, bool, int]] = [("", b"", False, volume.sb.root)]
    visited: set[int] = {volume.sb.root}
    blocks: set[int] = set()
    while waiting:
        above, last, encrypted, number = waiting.pop()
        path = joined(above, last, encrypted=encrypted) if last else ""
        try:
            directory = _directory(volume, number)
        except ValueError as error:
            findings.add("file", "directory", f"{path or '/'}: cannot be read: {error}", where)
            continue
        if len(met.folders) < MOST_FOLDERS:
            met.folders[number] = path
        met.encrypted = met.encrypted or directory.encrypted
        for name in _names(volume, directory, path, blocks, findings, where):
            if name.deleted:
                _keep(met, path, name, directory)
                continue
            inode, why = _inode(volume, name)
            if inode.kind != DIRECTORY if inode is not None else name.kind != A_DIRECTORY:
                yield Found(
                    joined(path, name.name, encrypted=directory.encrypted), name, inode, directory.encrypted, why
                )
            elif name.inode in visited:
                shown_as = joined(path, name.name, encrypted=directory.encrypted)
                findings.add("note", "loop", f"{shown_as}: directory {name.inode} was listed before", where)
            elif len(path) > LONGEST_PATH:
                findings.add("file", "too-deep", f"{path[:200]}…: not descended into", where)
            else:
                visited.add(name.inode)
                waiting.append((path, name.name, directory.encrypted, name.inode))


def _directory(volume: F2fs, number: int) -> Inode:
    found = volume.inode(number)
    if found.kind != DIRECTORY:
        raise ValueError(f"inode {number} is no directory")
    return found


def _inode(volume: F2fs, name: Name) -> tuple[Inode | None, str]:
    try:
        return volume.inode(name.inode), ""
    except ValueError as error:
        return None, str(error)


def _names(
    volume: F2fs, directory: Inode, path: str, blocks: set[int], findings: Findings, where: str
) -> Iterator[Name]:
    """The names of a directory but '.' and '..'; where it is damaged, that is a finding and the rest is given."""
    try:
        for name in volume.names(directory, blocks):
            if name.damage:
                findings.add("file", "directory", f"{path or '/'}: a part cannot be read: {name.damage}", where)
            elif name.name not in (b".", b".."):
                yield name
    except ValueError as error:
        findings.add("file", "directory", f"{path or '/'}: cannot be read to its end: {error}", where)


def _keep(met: Met, path: str, name: Name, directory: Inode) -> None:
    """A deleted name is believed when its hash is that of its letters, where the directory hashes plain names."""
    other_hash = directory.encrypted or bool(directory.flags & CASEFOLD_FLAG)
    if (name.hash_ok or other_hash) and len(met.cleared) < MOST_CLEARED:
        met.cleared.setdefault((joined(path, name.name, encrypted=directory.encrypted), name.inode), name.kind)
