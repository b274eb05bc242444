from __future__ import annotations

import os
import struct
import uuid
import zlib
from pathlib import Path

import pytest

from extractors.sources import disk
from extractors.sources.base import SourceError
from tests.evidence_builders.images import ext4_image, mbr_with
from tests.extractors.sources.disk_reading import (
    contents,
    listed,
    made_up_tree,
    needs_ext4,
    opened,
    unpacked,
)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    return made_up_tree(tmp_path)


def test_a_partition_without_a_file_system_is_told_and_the_others_are_read(corpus):
    entries, problems, facts = listed(corpus / "plaso/tsk_volume_system.raw")
    assert [entry for entry in entries if not entry.deleted] == []
    assert [(problem.kind, problem.code, problem.locator) for problem in problems] == [("file", "unknown-volume", "p1")]
    assert facts["volume p2"] == "ext2, 180224+1294336 bytes, Linux (0x83)"


def test_a_partition_that_two_file_systems_claim_is_told(corpus, tmp_path):
    image = unpacked(corpus, "10b-ntfs-autodetect.zip", "10-ntfs-disk.dd", tmp_path)
    entries, problems, _ = listed(image)
    assert entries == []
    assert [(problem.code, problem.locator) for problem in problems] == [
        ("unknown-volume", "p1"),
        ("unknown-volume", "p2"),
    ]
    assert all("Multiple file system types" in problem.detail for problem in problems)
    assert disk.detect(str(image), bytes(4096))


@pytest.mark.slow
def test_logical_partitions_are_numbered_in_the_order_of_the_disk(corpus, tmp_path):
    image = unpacked(corpus, "1-extend-part.zip", "ext-part-test-2.dd", tmp_path)
    entries, problems, facts = listed(image)
    live = sorted(entry.path.partition("/")[0] for entry in entries if not entry.deleted)
    assert (live, problems) == (["p1", "p2", "p3", "p4", "p5", "p6"], [])
    assert [entry.path.partition("/")[0] for entry in entries if entry.deleted] == ["p6"]
    assert sum(key.startswith("volume ") for key in facts) == 6


@needs_ext4
def test_an_image_shorter_than_its_partition_says_so_and_gives_what_is_there(tmp_path, tree):
    inner = ext4_image(tmp_path / "inner.img", tree, mib=16)
    image = tmp_path / "disk.img"
    image.write_bytes(mbr_with([(0x83, 2048, 32768), (0x07, 40000, 1000)], 2048 * 512) + inner.read_bytes())
    whole = {f"p1/{name}": data for name, data in contents(inner).items()}
    assert contents(image) == whole
    os.truncate(image, (2048 * 512) + (12 << 20))
    entries, problems, _ = listed(image)
    assert {entry.path for entry in entries} >= set(whole)
    assert {(problem.kind, problem.code, problem.locator) for problem in problems} == {
        ("file", "image-cut", "p1"),
        ("file", "image-cut", "p2"),
    }
    volume = opened(image)
    note = next(entry for entry in entries if entry.path == "p1/note.txt")
    with volume.open(note) as stream:
        assert stream.read() == b"made-up note\n"
    volume.close()


@needs_ext4
def test_a_file_whose_blocks_lie_beyond_the_end_of_the_image_is_an_error_and_not_zeros(tmp_path, tree):
    image = ext4_image(tmp_path / "disk.img", tree, mib=16)
    (tree / "late.bin").write_bytes(os.urandom(9 << 20))
    ext4_image(image, tree, mib=16)
    os.truncate(image, 6 << 20)
    volume = opened(image)
    late = next(entry for entry in volume.entries() if entry.path == "late.bin")
    with pytest.raises(SourceError, match=r"cannot be read|ends at byte"), volume.open(late) as stream:
        while stream.read(1 << 20):
            pass
    volume.close()


def gpt_with(first: int, last: int, size: int) -> bytearray:
    """A blank disk with a GUID partition table of one partition (Linux data)."""
    image = mbr_with([(0xEE, 1, size // 512 - 1)], size)
    kind = uuid.UUID("0fc63daf-8483-4772-8e79-3d69d8477de4").bytes_le
    entries = (kind + bytes(range(16)) + struct.pack("<QQQ", first, last, 0)).ljust(128 * 128, b"\0")
    head = struct.pack("<8sIII4xQQQQ16sQIII", b"EFI PART", 0x10000, 92, 0, 1, size // 512 - 1, 34, size // 512 - 34,
                       bytes(16), 2, 128, 128, zlib.crc32(entries))  # fmt: skip
    head = head[:16] + struct.pack("<I", zlib.crc32(head)) + head[20:]
    image[512 : 512 + len(head)] = head
    image[1024 : 1024 + len(entries)] = entries
    return image


@needs_ext4
def test_a_guid_partition_table_is_read(tmp_path, tree):
    inner = ext4_image(tmp_path / "inner.img", tree, mib=8).read_bytes()
    raw = gpt_with(2048, 2048 + len(inner) // 512 - 1, (2048 * 512) + len(inner) + (1 << 20))
    raw[2048 * 512 : 2048 * 512 + len(inner)] = inner
    (tmp_path / "disk.img").write_bytes(raw)
    _, problems, facts = listed(tmp_path / "disk.img")
    assert (facts["partition table"], problems) == ("GPT", [])
    assert contents(tmp_path / "disk.img")["p1/note.txt"] == b"made-up note\n"


@needs_ext4
def test_a_partition_table_written_over_an_older_file_system_hides_neither(tmp_path, tree):
    image = tmp_path / "disk.img"
    old = bytearray(ext4_image(tmp_path / "old.img", tree, mib=4).read_bytes())
    new = ext4_image(tmp_path / "new.img", tree, mib=4).read_bytes()
    old[:512] = mbr_with([(0x83, len(old) // 512, len(new) // 512)], 512)
    image.write_bytes(old + new)
    got = contents(image)
    assert got["note.txt"] == got["p1/note.txt"] == b"made-up note\n"
    _, problems, _ = listed(image)
    assert [(problem.kind, problem.code) for problem in problems] == [("note", "two-readings")]


def test_encrypted_and_foreign_volumes_are_named(tmp_path):
    raw = mbr_with([(0x83, 8, 1000), (0x07, 1008, 1000), (0x83, 2008, 1000)], 3008 * 512)
    raw[8 * 512 : 8 * 512 + 6] = b"LUKS\xba\xbe"
    raw[1008 * 512 + 3 : 1008 * 512 + 11] = b"-FVE-FS-"
    raw[2008 * 512 + 1024 : 2008 * 512 + 1028] = b"\x10\x20\xf5\xf2"
    (tmp_path / "disk.img").write_bytes(raw)
    entries, problems, _ = listed(tmp_path / "disk.img")
    assert entries == []
    assert [problem.code for problem in problems] == ["unknown-volume"] * 3
    for problem, name in zip(problems, ("LUKS, encrypted", "BitLocker, encrypted", "F2FS"), strict=True):
        assert f"not read ({name})" in problem.detail


def test_what_is_no_image_is_not_taken_for_one(tmp_path):
    for content in (
        b"",
        b"hello\n",
        bytes(1 << 20),
        b"PK\x03\x04" + os.urandom(20_000),
        os.urandom(100_000),
        os.urandom(9 << 20),
    ):
        path = tmp_path / "file"
        path.write_bytes(content)
        assert not disk.detect(str(path), content[:4096])


def test_a_zone_that_does_not_exist_and_a_missing_file_are_refused_in_one_line(tmp_path):
    path = tmp_path / "disk.img"
    with pytest.raises(SourceError, match="cannot be opened"):
        opened(path)
    path.write_bytes(mbr_with([(0x83, 8, 100)], 200 * 512))
    with pytest.raises(SourceError, match="'Europe/Atlantis' is no known time zone"):
        opened(path, "Europe/Atlantis")
