from __future__ import annotations

import os
import struct
import uuid
import zlib
from pathlib import Path

import pytest

from evidence_store.records import Problem
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
    where = "512+179200 bytes, Linux (0x83)"
    assert problems == [Problem("note", "unknown-volume", f"{where}: not read (empty: every byte is zero)", "p1")]
    assert facts["volume p1"] == f"empty: every byte is zero, {where}"
    assert facts["volume p2"] == "ext2, 180224+1294336 bytes, Linux (0x83)"


TWO = {
    "10-ntfs-disk.dd": {"p1.1": ("NTFS", "p1/as NTFS/"), "p1.2": ("ext2", "p1/as ext2/"),
                        "p2.1": ("NTFS", "p2/as NTFS/"), "p2.2": ("UFS2", "p2/as UFS2/")},
    "10-ntfs-part3.dd": {"p0.1": ("NTFS", "as NTFS/"), "p0.2": ("UFS1", "as UFS1/")},
}  # fmt: skip


@pytest.mark.parametrize("member", TWO)
def test_of_two_file_systems_in_one_volume_both_are_listed_and_it_is_told(corpus, tmp_path, member):
    image = unpacked(corpus, "10b-ntfs-autodetect.zip", member, tmp_path)
    entries, problems, facts = listed(image)
    texts = {"NTFS": "ntfs.txt", "ext2": "ext2.txt", "UFS1": "ufs1.txt", "UFS2": "ufs1.txt"}
    wanted = {prefix + texts[name] for name, prefix in TWO[member].values()}
    found = {
        entry.path: entry.path[:-8] + entry.path[-8:].lower()
        for entry in entries
        if entry.size and entry.path.lower().endswith(".txt")
    }
    assert set(found.values()) == wanted
    assert {key: facts[f"volume {key}"].split(",")[0] for key in TWO[member]} == {
        key: name for key, (name, _) in TWO[member].items()
    }
    claims = [problem for problem in problems if problem.code == "two-claims"]
    assert [problem.kind for problem in claims] == ["note"] * (len(TWO[member]) // 2)
    assert "NTFS and UFS" in claims[-1].detail
    got = contents(image)
    assert all(got[path] for path in found)
    assert disk.detect(str(image), bytes(4096))


def test_of_two_claims_the_one_that_holds_up_is_read(corpus, tmp_path):
    image = unpacked(corpus, "10b-ntfs-autodetect.zip", "10-ntfs-part1.dd", tmp_path)
    with image.open("r+b") as raw:  # the first cluster of the file table of NTFS, with the entry of its root
        boot = raw.read(64)
        sector, cluster = int.from_bytes(boot[11:13], "little"), boot[13]
        start = int.from_bytes(boot[48:56], "little") * cluster * sector
        raw.seek(start + 5 * 1024)
        raw.write(bytes(1024))
    entries, problems, facts = listed(image)
    assert [entry.path for entry in entries if entry.path.endswith(".txt")] == ["ext2.txt"]
    assert facts["volume p0"].startswith("ext2, ")
    assert [(problem.code, problem.detail.partition("; ")[2]) for problem in problems] == [
        ("two-claims", "only ext2 holds up and is read")
    ]


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
