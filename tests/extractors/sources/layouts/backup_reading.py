"""What the tests of iOS backups share: a backup as a layout over whatever volume it lies in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from evidence_store.records import Moment
from extractors.sources import folder, tar_archive, zip_archive
from extractors.sources.base import Entry, Secret, SourceRef, Volume
from extractors.sources.layouts import ios_backup
from tests.evidence_builders.ios_backup import BORN, CHANGED, FILES, MODIFIED

OPEN: list[Volume] = []  # to be closed when the test is over
OPENERS = {"folder": folder, "zip": zip_archive, "tar": tar_archive}

MOBILE = "private/var/mobile"
CONTENTS = [
    (f"{MOBILE}/Library/SMS/sms.db", 17_000, FILES[1].data),
    (f"{MOBILE}/Media/DCIM/100APPLE/IMG_0001.JPG", 280_003, FILES[2].data),
    (f"{MOBILE}/Containers/Data/Application/com.example.chat/Documents/grüße ✓.txt", 16, b"sixteen bytes ok"),
    (f"{MOBILE}/Containers/Shared/AppGroup/group.com.example.chat/empty", 0, b""),
    (f"{MOBILE}/Library/Link", 0, None),
    ("private/var/wireless/Library/Databases/gone.db", 17, None),
]
TIMES = (
    Moment("modified (file system)", MODIFIED * 10**6, str(MODIFIED), "D"),
    Moment("changed (file system)", CHANGED * 10**6, str(CHANGED), "D"),
    Moment("created (file system)", BORN * 10**6, str(BORN), "D"),
)


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    """Closes what a test has opened."""
    yield
    while OPEN:
        OPEN.pop().close()


class Opened:
    """A view of the one backup in a volume; `read` opens as another process does: by address and unlocked keys only."""

    def __init__(self, path: Path, password: str | None = None, kind: str = "folder", unlocked: bytes = b"") -> None:
        self.volume: Volume = OPENERS[kind].open_volume(SourceRef(kind, str(path)))
        OPEN.append(self.volume)
        held = {entry.path: entry for entry in self.volume.entries() if ios_backup.holds_back(entry.path)}
        (self.root,) = ios_backup.roots(held)
        start = f"{self.root}/" if self.root else ""
        files = {name[len(start) :]: entry for name, entry in held.items() if name.startswith(start)}
        self.view = ios_backup.open_layout(self.root, files, self.volume.open, Secret(password, unlocked=unlocked))

    def entries(self) -> list[Entry]:
        return list(self.view.entries())

    def read(self, entry: Entry) -> bytes:
        secret = Secret(unlocked=self.view.unlocked)
        with ios_backup.open_in(entry.address, entry.path, self.volume.open, secret) as stream:
            return stream.read()

    def contents(self) -> list[tuple[str, int, bytes | None]]:
        """(path, size, bytes or None where they cannot be had), in the order of listing."""
        return [
            (entry.path, entry.size, self.read(entry) if entry.readable else None)
            for entry in self.entries()
            if not entry.path.endswith((".plist", "Manifest.db", "Manifest.mbdb"))
        ]
