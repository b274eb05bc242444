from __future__ import annotations

import hashlib
import os
import pickle
import random
import subprocess
import sys
from pathlib import Path

import pytest

from evidence_store.records import Moment
from extractors.sources import disk
from extractors.sources.base import Entry, SourceError, SourceRef
from tests.evidence_builders.images import ext4_image, have, run_tool
from tests.extractors.sources.disk_reading import (
    contents,
    listed,
    made_up_tree,
    needs_ext4,
    opened,
    state,
)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    return made_up_tree(tmp_path)


@needs_ext4
def test_ext4_gives_names_bytes_links_and_times(tmp_path, tree):
    image = ext4_image(tmp_path / "disk.img", tree)
    got = contents(image)
    assert got == {
        "note.txt": b"made-up note\n",
        "photos/again.txt": b"made-up note\n",
        "photos/2026/big.bin": bytes(range(256)) * 9000,
        "empty": b"",
        "sparse.bin": bytes(5 << 20) + b"end",
        "caf\\xe9 \\x01.txt": b"odd name",
    }
    entries, problems, _ = listed(image)
    by_path = {entry.path: entry for entry in entries}
    link = by_path["photos/link"]
    assert (link.kind, link.readable, link.note) == ("link", False, "link to ../note.txt")
    modified = Moment("modified (file system)", 1_700_000_001_000_000, "1700000001", "D")
    assert by_path["note.txt"].times[0].meaning == modified.meaning
    assert by_path["note.txt"].times[0].utc_us in (modified.utc_us, modified.utc_us + 123_456)
    assert problems == []


@needs_ext4
def test_an_entry_opens_in_another_process_that_never_listed(tmp_path, tree):
    image = ext4_image(tmp_path / "disk.img", tree)
    entries, _, _ = listed(image)
    big = next(entry for entry in entries if entry.path.endswith("big.bin"))
    code = (
        "import sys, hashlib, pickle\n"
        "from extractors.sources import disk\n"
        "ref, entry = pickle.load(sys.stdin.buffer)\n"
        "volume = disk.open_volume(ref)\n"
        "with volume.open(entry) as stream:\n"
        "    stream.seek(1000)\n"
        "    print(hashlib.sha256(stream.read()).hexdigest())\n"
    )
    sent = pickle.dumps((SourceRef(disk.KIND, str(image)), big))
    done = subprocess.run([sys.executable, "-c", code], input=sent, capture_output=True, check=True)
    expected = hashlib.sha256((bytes(range(256)) * 9000)[1000:]).hexdigest()
    assert done.stdout.decode().strip() == expected


@needs_ext4
def test_nothing_about_an_image_changes_by_reading_it(tmp_path, tree):
    folder = tmp_path / "exhibit"
    folder.mkdir()
    image = ext4_image(folder / "disk.img", tree)
    os.utime(image, ns=(10**18, 10**18))
    image.chmod(0o444)
    before = state(folder)
    os.utime(image, ns=(10**18, 10**18))
    assert disk.detect(str(image), bytes(4096))
    contents(image)
    disk.hash_source(SourceRef(disk.KIND, str(image)))
    accessed = image.stat().st_atime_ns
    assert state(folder) == before
    assert accessed == 10**18 or not hasattr(os, "O_NOATIME")


@needs_ext4
def test_the_hashes_are_those_of_the_file(tmp_path, tree):
    image = ext4_image(tmp_path / "disk.img", tree, mib=5)
    hashes = disk.hash_source(SourceRef(disk.KIND, str(image)))
    data = image.read_bytes()
    digests = [hashlib.new(name, data).hexdigest() for name in ("sha256", "sha1", "md5")]
    assert [hashes.sha256, hashes.sha1, hashes.md5] == digests
    assert (hashes.size, hashes.files) == (len(data), [{"name": "disk.img", "size": len(data), "sha256": digests[0]}])


@needs_ext4
@pytest.mark.skipif(not have("debugfs"), reason="debugfs is not installed")
def test_a_deleted_file_whose_blocks_were_reused_is_not_read_and_names_the_new_owner(tmp_path, tree):
    image = tmp_path / "disk.img"
    image.write_bytes(b"")
    os.truncate(image, 4 << 20)
    run_tool("mkfs.ext4", "-q", "-F", "-O", "^extent,^has_journal,^64bit", "-d", tree, image)
    payload = tmp_path / "new.bin"
    payload.write_bytes(os.urandom(20_000))
    # The inode of note.txt is marked free without touching its block list, as older systems do; then its block is
    # given to another file by hand.
    run_tool("debugfs", "-w", "-f", "-", image, stdin=b"write %s new.bin\n" % os.fsencode(payload))
    block = run_tool("debugfs", "-R", "bmap new.bin 0", image).split()[-1].decode()
    run_tool(
        "debugfs", "-w", "-f", "-", image,
        stdin=f"set_inode_field empty block[0] {block}\nset_inode_field empty size 1000\n"
        f"set_inode_field empty blocks 8\nfreei empty\nset_inode_field empty links_count 0\n"
        "set_inode_field empty dtime 20260101000000\nunlink empty\n".encode(),
    )  # fmt: skip
    entries, _, _ = listed(image)
    deleted = [entry for entry in entries if entry.deleted and entry.size == 1000]
    assert [(entry.readable, entry.note.partition(": ")[2]) for entry in deleted] == [
        (False, "clusters since reused by new.bin")
    ] * len(deleted)
    assert deleted
    volume = opened(image)
    with pytest.raises(SourceError, match="reused by new"):
        volume.open(deleted[0])
    volume.close()


@needs_ext4
def test_addresses_made_up_by_somebody_are_refused(tmp_path, tree):
    volume = opened(ext4_image(tmp_path / "disk.img", tree))
    for address in ("", "p0", "p9:12", "p0:x", "p0:12:x", "p0:999999999", "p0:-1", "p0:12#1+1"):
        with pytest.raises(SourceError):
            volume.open(Entry("x", 10, address)).close()
    volume.close()


@needs_ext4
@pytest.mark.skipif(not have("debugfs"), reason="debugfs is not installed")
def test_a_directory_inside_itself_ends(tmp_path, tree):
    image = ext4_image(tmp_path / "disk.img", tree)
    run_tool("debugfs", "-w", "-f", "-", image, stdin=b"ln photos photos/2026/loop\nln photos photos/2026/again\n")
    entries, _, _ = listed(image)
    paths = [entry.path for entry in entries]
    assert paths.count("photos/2026/big.bin") == 1
    assert len(paths) < 50


@needs_ext4
def test_flipped_bytes_in_a_file_system_never_crash_the_listing(tmp_path, tree):
    whole = ext4_image(tmp_path / "disk.img", tree, mib=4).read_bytes()
    rng = random.Random(7)
    code = (
        "import sys\n"
        "from extractors.sources import disk\n"
        "from extractors.sources.base import SourceRef, SourceError\n"
        "for name in sys.argv[1:]:\n"
        "    volume = disk.open_volume(SourceRef(disk.KIND, name))\n"
        "    for entry in volume.entries():\n"
        "        try:\n"
        "            with volume.open(entry) as stream: stream.read(1 << 20)\n"
        "        except SourceError as error:\n"
        "            assert '\\n' not in str(error)\n"
        "    volume.problems(); volume.close()\n"
    )
    names = []
    for number in range(25):
        raw = bytearray(whole)
        for _ in range(60):
            raw[rng.randrange(1024, 200_000)] = rng.randrange(256)
        names.append(str(tmp_path / f"{number}.img"))
        Path(names[-1]).write_bytes(raw)
    done = subprocess.run([sys.executable, "-c", code, *names], capture_output=True, text=True, timeout=100)
    assert (done.returncode, done.stderr) == (0, "")
