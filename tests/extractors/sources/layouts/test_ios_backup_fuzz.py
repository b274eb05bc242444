"""iOS backups whose lists were damaged at random: refused in one line, or listed with nothing lost."""

from __future__ import annotations

import io
import os
import random
from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.sources.base import Entry, Secret, SourceError
from extractors.sources.layouts import ios_backup
from tests.evidence_builders.ios_backup import FILES, PASSWORD, Lock, write_backup, write_old_backup

LISTS = ("Manifest.db", "Manifest.mbdb", "Manifest.plist", "Info.plist", "Status.plist")
EXAMPLES = int(os.environ.get("ASSAY_FUZZ", "60"))


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, bytes]]:
    found = []
    for lock in (None, Lock()):
        for write in (write_backup, write_old_backup):
            root = write(tmp_path_factory.mktemp("backup") / "b", FILES[:4], lock)
            files = sorted(path for path in root.rglob("*") if path.is_file())
            found.append({path.relative_to(root).as_posix(): path.read_bytes() for path in files})
    return found


def damage(data: bytes, chance: random.Random) -> bytes:
    """Flips, cuts and splices."""
    broken = bytearray(data)
    for _ in range(chance.randint(1, 8)):
        place = chance.randrange(len(broken)) if broken else 0
        kind = chance.randrange(5)
        if kind < 3 and broken:
            broken[place] = chance.choice([0, 0xFF, 0x7F, broken[place] ^ 1 << chance.randrange(8)])
        elif kind == 3:
            start = chance.randrange(len(data))
            broken[place : place + chance.randrange(64)] = data[start : start + chance.randrange(64)]
        elif chance.random() < 0.3:
            del broken[place:]
    return bytes(broken)


def check(sample: Mapping[str, bytes], names: list[str], chance: random.Random) -> None:
    """Raises where a damaged backup does anything but be refused or list every file once."""
    files = {name: damage(data, chance) if name in names else data for name, data in sample.items()}
    held = {name: Entry(name, len(data), name) for name, data in files.items()}

    def open_entry(entry: Entry) -> io.BytesIO:
        return io.BytesIO(files[entry.path])

    try:
        view = ios_backup.open_layout("", held, open_entry, Secret(PASSWORD))
    except SourceError as error:
        assert "\n" not in str(error)
        return
    entries = list(view.entries())
    # What the manifest does not name in its damaged form stays under its own path.
    shown = "\n".join(f"{entry.path} {entry.note}" for entry in entries)
    assert [name for name in files if name not in shown] == []
    for entry in entries:
        assert not entry.path.startswith("/")
        assert ".." not in entry.path.split("/")
        if not entry.readable:
            continue
        try:
            with ios_backup.open_in(entry.address, entry.path, open_entry, Secret(unlocked=view.unlocked)) as stream:
                assert len(stream.read()) <= max(map(len, files.values()))
        except SourceError as error:
            assert "\n" not in str(error)
    view.problems()
    view.facts()


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.integers(0, 3), st.sets(st.sampled_from(LISTS), min_size=1), st.randoms(use_true_random=False))
def test_a_damaged_backup_is_refused_or_lists_every_file(samples, which: int, names: set[str], chance) -> None:
    check(samples[which], sorted(names), chance)
