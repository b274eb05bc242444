from __future__ import annotations

import struct
import zlib
from pathlib import Path

import pytest

from evidence_store.records import Problem
from extractors.sources import disk
from extractors.sources.disk_content import Pieces, plain_pieces
from tests.evidence_builders.images import ext4_image, have, mbr_with, run_tool
from tests.extractors.sources.disk_reading import contents, listed, made_up_tree, needs_ext4
from tests.extractors.sources.test_disk_layout import gpt_with


@pytest.fixture
def inner(tmp_path: Path) -> bytes:
    return ext4_image(tmp_path / "inner.img", made_up_tree(tmp_path), mib=8).read_bytes()


def mmls(path: Path, *options: str) -> list[tuple[int, int]]:
    """(first sector, sectors) of each partition by The Sleuth Kit's own tool."""
    rows = run_tool("mmls", *options, "-a", path).decode().splitlines()
    numbers = [row.split() for row in rows if row[:3].isdigit()]
    return [(int(row[2]), int(row[4])) for row in numbers]


def with_backup(raw: bytearray) -> bytearray:
    """The same disk with the backup that ends every GUID partition table."""
    size = len(raw)
    head = bytearray(raw[512:604])
    struct.pack_into("<QQ", head, 24, size // 512 - 1, 1)
    struct.pack_into("<Q", head, 72, size // 512 - 33)
    head[16:20] = bytes(4)
    struct.pack_into("<I", head, 16, zlib.crc32(head))
    raw[size - 33 * 512 : size - 512] = raw[1024 : 1024 + 128 * 128]
    raw[size - 512 : size - 420] = head
    return raw


@needs_ext4
@pytest.mark.parametrize("boot", [True, False])
def test_a_damaged_guid_table_is_replaced_by_its_backup_and_it_is_told(tmp_path, inner, boot):
    raw = with_backup(gpt_with(2048, 2048 + len(inner) // 512 - 1, 2048 * 512 + len(inner) + (1 << 20)))
    raw[2048 * 512 : 2048 * 512 + len(inner)] = inner
    raw[512:1024] = bytes(512)
    if not boot:
        raw[:512] = bytes(512)
    image = tmp_path / "disk.img"
    image.write_bytes(raw)
    assert contents(image)["p1/note.txt"] == b"made-up note\n"
    _, problems, facts = listed(image)
    text = "the GUID partition table at the front is damaged; its backup at the end is used"
    assert problems == [Problem("note", "partition-table", text)]
    assert facts["partition table"] == "GPT"
    assert facts["not in any partition"] == f"0+{2048 * 512} bytes; {2048 * 512 + len(inner)}+{1 << 20} bytes"


def test_a_guid_table_of_which_no_copy_is_left_is_told(tmp_path):
    raw = gpt_with(2048, 4095, 4 << 20)
    raw[512:1024] = bytes(512)
    (tmp_path / "disk.img").write_bytes(raw)
    _, problems, facts = listed(tmp_path / "disk.img")
    assert (problems[0].kind, problems[0].code) == ("file", "partition-table")
    assert "neither copy" in problems[0].detail
    assert facts["partition table"] == "MBR"


@needs_ext4
def test_an_apple_partition_map_is_read(tmp_path, inner):
    raw = bytearray(2048 * 512 + len(inner))
    raw[:4] = b"ER" + struct.pack(">H", 512)
    rows = [(1, 3, b"Apple", b"Apple_partition_map"), (2048, len(inner) // 512, b"Example", b"Apple_UNIX_SVR2")]
    for number, (start, count, name, kind) in enumerate(rows, 1):
        entry = struct.pack(">HHIII32s32sIII", 0x504D, 0, len(rows), start, count, name, kind, 0, count, 0x33)
        raw[number * 512 : number * 512 + len(entry)] = entry
    raw[2048 * 512 :] = inner
    image = tmp_path / "disk.img"
    image.write_bytes(raw)
    assert contents(image)["p1/note.txt"] == b"made-up note\n"
    _, _, facts = listed(image)
    assert facts["partition table"] == "APM"
    if have("mmls"):
        assert mmls(image)[-1] == (2048, len(inner) // 512)


@needs_ext4
def test_what_is_in_no_partition_is_a_fact(tmp_path, inner):
    raw = mbr_with([(0x83, 2048, len(inner) // 512)], 2048 * 512) + inner + bytes(512 * 1000)
    (tmp_path / "disk.img").write_bytes(raw)
    _, problems, facts = listed(tmp_path / "disk.img")
    assert problems == []
    assert facts["not in any partition"] == f"0+{2048 * 512} bytes; {2048 * 512 + len(inner)}+512000 bytes"


@needs_ext4
def test_bytes_in_memory_are_recognised_as_a_file_on_disk_is(tmp_path, inner):
    def reader(data: bytes):
        return lambda at, size: data[at : at + size]

    assert disk.detect_bytes(reader(inner), len(inner), inner[:65536])
    words = b"made-up words\n" * 9000
    assert not disk.detect_bytes(reader(words), len(words), words[:65536])
    assert not disk.detect_bytes(reader(b""), 0, b"")


@needs_ext4
@pytest.mark.skipif(not have("debugfs"), reason="debugfs is not installed")
def test_files_that_ext4_encrypts_are_listed_and_not_read(tmp_path):
    image = tmp_path / "disk.img"
    image.write_bytes(b"")
    with image.open("r+b") as out:
        out.truncate(8 << 20)
    run_tool("mkfs.ext4", "-q", "-F", "-O", "encrypt", "-L", "example", "-d", made_up_tree(tmp_path), image)
    entries, problems, facts = listed(image)
    assert {entry.readable for entry in entries if entry.kind == "file"} == {True}
    run_tool("debugfs", "-w", "-R", "set_inode_field note.txt flags 0x80800", image)
    entries, problems, facts = listed(image)
    notes = {entry.path: entry.note for entry in entries if not entry.readable and entry.kind == "file"}
    assert notes == dict.fromkeys(("note.txt", "photos/again.txt"), "encrypted (file-based encryption)")
    assert [(problem.kind, problem.code) for problem in problems] == [("note", "encrypted-files")]
    assert (facts["volume p0, label"], facts["volume p0, features"]) == ("example", "encrypted files")
    assert facts["volume p0, identifier"] in run_tool("dumpe2fs", "-h", image).decode()


@needs_ext4
def test_a_large_file_reads_the_same_from_its_blocks_as_through_the_sleuth_kit(tmp_path):
    tree = made_up_tree(tmp_path)
    (tree / "large.bin").write_bytes(bytes(range(251)) * 5000)
    image = ext4_image(tmp_path / "disk.img", tree)
    volume = disk.open_volume(disk.SourceRef(disk.KIND, str(image)))
    fs = volume._layout.parts[0].fs
    straight = {}
    for entry in volume.entries():
        if entry.readable and entry.size:
            file = fs.open_meta(inode=int(entry.address.split(":")[1]))
            straight[entry.path] = plain_pieces(file, int(fs.info.block_size), 0, entry.size) is not None
            with volume.open(entry) as stream:
                assert stream.read() == file.read_random(0, entry.size)
    volume.close()
    assert straight["large.bin"]
    assert not straight["sparse.bin"]


def test_pieces_give_no_more_than_there_is():
    found = Pieces([(0, 4, 10), (4, 2, 100)], lambda at, size: bytes([at]) * min(size, max(0, 101 - at)), "here")
    assert (found.size, found.read(1, 9), found.read(4, 9)) == (6, bytes([11]) * 3, bytes([100]))
    with pytest.raises(disk.SourceError, match="here: cannot be read at byte 5"):
        found.read(5, 1)
