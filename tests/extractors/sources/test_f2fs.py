from __future__ import annotations

import os
import struct
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evidence_store.records import Moment, Problem
from extractors.sources.base import Entry, SourceError
from extractors.sources.disk import RawDisk
from extractors.sources.disk_layout import Part
from extractors.sources.filesystems import f2fs
from extractors.sources.filesystems.f2fs import F2fsFiles, is_here
from extractors.sources.names import Findings
from parsers.f2fs_layout import BLOCK, read_checkpoints
from tests.evidence_builders.f2fs import EXTRA, Changed, made_up_tree, make
from tests.evidence_builders.images import have
from tests.extractors.sources.disk_reading import state
from tests.parsers.test_f2fs import interesting, shaken

pytestmark = pytest.mark.skipif(not have("mkfs.f2fs", "sload.f2fs"), reason="f2fs-tools are not installed")
BIG, TEXT, NOTE, WIDE = "a/b/big.bin", "a/text.txt", "note.txt", "wide/0500-"


@pytest.fixture(scope="module")
def tree(tmp_path_factory) -> Path:
    return made_up_tree(tmp_path_factory.mktemp("f2fs") / "tree")


@pytest.fixture(scope="module")
def made(tmp_path_factory, tree) -> bytes:
    return make(tmp_path_factory.mktemp("f2fs-image") / "a.img", tree, *EXTRA).read_bytes()


@pytest.fixture
def image(made) -> Changed:
    return Changed(made)


def listed(image: Changed) -> tuple[dict[str, Entry], list[Problem]]:
    findings = Findings()
    entries = list(image.files(findings).entries())
    assert len({entry.path for entry in entries}) == len(entries)
    return {entry.path: entry for entry in entries}, findings.problems()


def content(image: Changed, entry: Entry) -> bytes:
    """Read by another reader, which has listed nothing."""
    with image.files().open(entry.address.partition(":")[2], entry.size) as stream:
        return stream.read()


def test_every_file_of_a_partition_is_listed_and_read(made, tree):
    start = 1 << 20
    disk = bytes(start) + made + bytes(BLOCK)
    findings = Findings()
    files = F2fsFiles(
        Part("p2", "p2/", start, len(made), "", None), lambda at, size: disk[at : at + size], None, findings
    )
    found = {}
    for entry in files.entries():
        assert (entry.deleted, entry.allocated, entry.address[:3]) == (False, True, "p2:")
        if entry.readable:
            with files.open(entry.address.partition(":")[2], entry.size) as stream:
                found[entry.path] = stream.read()
        else:
            assert (entry.path, entry.kind, entry.note) == ("p2/a/link", "link", "link to ../note.txt")
    paths = [Path(folder) / name for folder, _, names in os.walk(tree) for name in names]
    wanted = {
        "p2/" + os.fsencode(path.relative_to(tree)).decode(errors="backslashreplace").replace("\t", "\\x09"): path
        for path in paths
        if not path.is_symlink()
    }
    assert found == {name: path.read_bytes() for name, path in wanted.items()}
    assert findings.problems() == []


def test_times_are_utc_to_the_nanosecond_and_creation_where_it_is_kept(image):
    inode = image.inode(NOTE)
    at = image.at(inode.number)
    image.put(at + 56, "<III", 1, 2_000, 3_000_000)
    image.put(at + 372, "<qI", 1_600_000_000, 5)
    image.put(at + 40, "<q", 0)
    image.put(at + 60, "<I", 0)
    image.resum(inode.number)
    entry = listed(image)[0][NOTE]
    assert entry.times == (
        Moment("modified (file system)", 1_700_000_001_003_000, "1700000001.003000000", "D"),
        Moment("accessed (file system)", entry.times[1].utc_us, entry.times[1].raw, "D"),
        Moment("created (file system)", 1_600_000_000_000_000, "1600000000.000000005", "D"),
    )
    assert entry.note == ""


def test_facts_are_what_the_volume_says_of_itself(image):
    facts = image.files().facts()
    version = image.volume().checkpoint.version
    assert facts.pop("made with").startswith("Linux version")
    assert len(facts.pop("volume identifier")) == 36
    assert facts == {
        "volume label": "made-up",
        "format version": facts["format version"],
        "features": "encrypted, extra attributes, inode checksum, creation time, superblock checksum, casefold, "
        "compression",
        "checkpoint": f"version {version}, clean",
        "inodes": "616",
    }


def test_a_file_that_is_encrypted_is_listed_and_not_read(image):
    for path in ("a", TEXT, "a/b", BIG, "a/link"):
        number = image.inode(path).number
        image.data[image.at(number) + 2] |= 4
        image.resum(number)
    entries, problems = listed(image)
    text, big = entries["a/dGV4dC50eHQ"], entries["a/Yg/YmlnLmJpbg"]
    note = "encrypted (file-based encryption)"
    assert [(entry.size, entry.readable, entry.note) for entry in (text, big)] == [
        (55_890, False, note),
        (5_120_000, False, note),
    ]
    assert entries["a/bGluaw"].note == f"link to a target that is {note}"
    assert entries["a/Yg/Yw/small.bin"].note == ""
    told = "directories with file-based encryption: their names are shown as stored, encrypted and in base 64"
    assert problems == [Problem("note", "encrypted", told, "p0")]
    with pytest.raises(SourceError, match=rf"^p0:\d+: cannot be opened: inode \d+ is {note.split()[0]}"):
        content(image, text)


def test_two_names_of_one_inode_are_both_listed(image):
    image.link(WIDE, image.inode(NOTE).number)
    entries, _ = listed(image)
    assert (entries[WIDE].address, content(image, entries[WIDE])) == (entries[NOTE].address, b"made-up note\n")


def test_a_compressed_file_is_read_and_one_of_an_unread_method_is_told(image):
    wanted = image.compress(TEXT)
    assert content(image, listed(image)[0][TEXT]) == wanted
    inode = image.inode(TEXT)
    image.data[image.at(inode.number) + 392] = 0
    image.resum(inode.number)
    entry = listed(image)[0][TEXT]
    assert (entry.readable, entry.note) == (False, "may hold clusters compressed with LZO, which are not read")


def test_a_damaged_inode_costs_its_own_file(image):
    number, before = image.inode(TEXT).number, listed(image)[0]
    image.data[image.at(number) + 4072] ^= 1
    entries, problems = listed(image)
    entry = entries.pop(TEXT)
    assert entry == Entry(TEXT, 0, f"p0:{number}", readable=False, note=entry.note)
    assert entry.note.startswith(f"its inode cannot be read: node {number} of inode {number} (place 0) is not where")
    del before[TEXT]
    assert (entries, problems) == (before, [])


def test_an_inode_whose_checksum_does_not_match_is_read_and_told(image):
    image.data[image.at(image.inode(NOTE).number) + 4] ^= 1
    entry = listed(image)[0][NOTE]
    assert (entry.readable, entry.note) == (True, "the checksum of its inode does not match")


def test_a_damaged_directory_is_a_finding(image):
    number = image.inode("wide").number
    image.data[image.at(number) + 4072] ^= 1
    entries, problems = listed(image)
    assert not any(path.startswith("wide/") for path in entries)
    assert [(entry.path, entry.readable, entry.kind) for entry in entries.values() if entry.path == "wide"] == []
    assert [(problem.kind, problem.code, problem.locator) for problem in problems] == [("file", "directory", "p0")]
    assert problems[0].detail.startswith(f"wide: cannot be read: node {number} of inode {number} ")


def test_a_directory_inside_itself_is_listed_once(image):
    image.link("a/b", image.inode("a").number)
    entries, problems = listed(image)
    assert TEXT in entries
    number = image.inode("a").number
    assert [problem for problem in problems if problem.code == "loop"] == [
        Problem("note", "loop", f"a/b: directory {number} was listed before", "p0")
    ]


@pytest.mark.parametrize("path", [NOTE, WIDE, TEXT, BIG])
def test_a_deleted_file_comes_back(image, tree, path):
    inode = image.delete(path)
    entries, problems = listed(image)
    entry = entries[path]
    assert (entry.deleted, entry.allocated, entry.readable, entry.size) == (True, False, True, inode.size)
    assert content(image, entry) == (tree / path).read_bytes()
    assert entry.times[0].meaning == "modified (file system)"
    assert entry.note.startswith("deleted, sure: its inode is left in block ")
    assert problems == []


def test_a_deleted_file_whose_directory_forgot_it_is_found_by_its_inode(image, tree):
    image.delete(TEXT)
    place = image.data.find(b"text.txt", image.at(image.inode("a").number))
    image.data[place : place + 8] = bytes(8)
    entry = listed(image)[0][TEXT]
    assert (entry.deleted, content(image, entry)) == (True, (tree / TEXT).read_bytes())


def test_a_block_that_is_in_use_makes_a_deleted_file_unreadable(image):
    inode = image.inode(TEXT)
    _, blocks = image.blocks_of(inode)
    image.delete(TEXT)
    volume = image.volume()
    assert not volume.use.in_use(blocks[3])
    segment, inside = divmod(blocks[3] - volume.sb.main, 512)
    table, place = divmod(segment, 55)
    for half in (0, volume.sb.sit_segments // 2 * 512):
        image.data[(volume.sb.sit + table + half) * BLOCK + place * 74 + 2 + inside // 8] |= 0x80 >> inside % 8
    entry = listed(image)[0][TEXT]
    assert (entry.readable, entry.deleted) == (False, True)
    assert entry.note.endswith(f", but block {blocks[3]} is in use by a live file")


def test_a_block_that_was_written_for_another_file_makes_a_deleted_one_unreadable(image):
    inode = image.delete(BIG)
    block = struct.unpack_from("<I", inode.raw, 360 + inode.extra)[0]
    volume = image.volume()
    segment, inside = divmod(block - volume.sb.main, 512)
    assert segment not in volume.checkpoint.current
    image.put((volume.sb.ssa + segment) * BLOCK + inside * 7, "<I", 99)
    entry = listed(image)[0][BIG]
    assert (entry.readable, entry.note.rpartition(", but ")[2]) == (
        False,
        f"block {block} was since written for something else",
    )


def test_a_name_whose_inode_is_gone_or_in_use_is_a_name_only(image):
    number = image.inode(NOTE).number
    image.unname(NOTE)
    entry = listed(image)[0][NOTE]
    why = f"deleted, name only: inode {number} is in use, by another name or another file"
    assert entry == Entry(NOTE, 0, f"p0:{number}", deleted=True, readable=False, note=why)
    node = image.at(number)
    image.put(image.nat_at(number), "<BII", 0, 0, 0)
    image.free(node // BLOCK)
    image.data[node : node + BLOCK] = bytes(BLOCK)
    entry = listed(image)[0][NOTE]
    why = "deleted, name only: no copy of its inode is left"
    assert entry == Entry(NOTE, 0, f"p0:{number}", deleted=True, allocated=False, readable=False, note=why)


def test_a_name_of_which_a_part_was_written_over_is_not_believed(image):
    _, entries, _, _ = image.slot_of(NOTE)
    image.unname(NOTE)
    image.data[image.data.find(b"note.txt", entries)] ^= 1
    assert [path for path, entry in listed(image)[0].items() if entry.deleted] == []


def test_a_file_that_was_still_open_when_it_was_deleted_is_whole(image, tree):
    number = image.inode(BIG).number
    image.unname(BIG)
    image.repack(orphans=(number,))
    entry = listed(image)[0][f"$OrphanFiles/{number}-big.bin"]
    note = "deleted, sure: it had no name left while a program still had it open"
    assert (entry.deleted, entry.allocated, entry.readable, entry.note) == (True, True, True, note)
    assert content(image, entry) == (tree / BIG).read_bytes()


def test_a_volume_that_was_not_unmounted_is_read_and_told(image):
    before = listed(image)[0]
    image.repack(drop=3, clear=1)
    entries, problems = listed(image)
    assert entries == before
    told = "not unmounted cleanly: files are listed as the last checkpoint has them, without what came later"
    assert problems == [Problem("note", "f2fs-unclean", told, "p0")]
    assert image.files().facts()["checkpoint"].endswith(", not unmounted cleanly")


def test_a_cut_image_is_told_and_costs_what_lies_beyond(made):
    image = Changed(made[: len(made) - (30 << 20)])
    entries, problems = listed(image)
    text = f"the file system says {len(made)} bytes and {len(image.data)} are there; the rest cannot be read"
    assert Problem("file", "image-cut", text, "p0") in problems
    assert entries or any(problem.code == "directory" for problem in problems)


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("nothing", "invalid literal"),
        ("99999999", "node 99999999 is beyond the node table"),
        ("3", "inode 3 is no file"),
        ("5@1", "block 1 is not in the volume's main area"),
        ("5#1+1", "'1\\+1' is no run of blocks of this volume"),
        ("5#9000+999999999", "is no run of blocks of this volume"),
        ("5#9000", "invalid literal"),
    ],
)
def test_an_address_that_is_none_of_this_volume_is_refused(image, address, message):
    with pytest.raises(SourceError, match=f"^p0:.*: cannot be opened: .*{message}"):
        image.files().open(address, 10)


def test_a_volume_that_cannot_be_opened_says_why_in_one_line():
    message = (
        "p0: the F2FS volume cannot be opened: superblock 1 of 2: not an F2FS superblock; "
        "superblock 2 of 2: not an F2FS superblock"
    )
    with pytest.raises(SourceError) as raised:
        Changed(bytes(1 << 16)).files()
    assert str(raised.value) == message


def test_the_magic_of_either_superblock_tells_f2fs(image):
    size = len(image.data)
    assert f2fs.NAME == "F2FS"
    assert is_here(image.read_at, 0, size)
    image.data[1024:1028] = bytes(4)
    assert is_here(image.read_at, 0, size)
    image.data[BLOCK + 1024 : BLOCK + 1028] = bytes(4)
    assert not is_here(image.read_at, 0, size)
    assert not is_here(image.read_at, 0, 100)


def test_reading_leaves_the_evidence_as_it_was(tmp_path, made):
    image = Changed(made)
    image.delete(TEXT)
    path = tmp_path / "a.img"
    path.write_bytes(image.data)
    before = state(tmp_path)
    disk = RawDisk(str(path))
    files = F2fsFiles(Part("p0", "", 0, disk.size, "", None), disk.read_at, None, Findings())
    for entry in files.entries():
        if entry.readable:
            with files.open(entry.address.partition(":")[2], entry.size) as stream:
                stream.read()
    disk.close()
    assert state(tmp_path) == before


@pytest.fixture(scope="module")
def hostile(made) -> tuple[Changed, list[int]]:
    image = Changed(made)
    image.compress(TEXT)
    image.delete(BIG)
    return image, interesting(made)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(st.integers(0, 1 << 32))
def test_hostile_bytes_give_entries_or_an_error_in_one_line(hostile, seed):
    image, blocks = hostile
    undo = shaken(image.data, blocks, seed)
    try:
        files = image.files()
        for number, entry in enumerate(files.entries()):
            assert ".." not in entry.path.split("/")
            if entry.readable and number % 20 == 0:
                with files.open(entry.address.partition(":")[2], entry.size) as stream:
                    stream.read(100_000)
    except SourceError as error:
        assert "\n" not in str(error)
    finally:
        for at, old in reversed(undo):
            image.data[at : at + len(old)] = old


@pytest.mark.parametrize("where", ["the other copy of the node table", "the checkpoint before"])
def test_older_tables_tell_where_a_deleted_inode_was(image, monkeypatch, where):
    number = image.inode(NOTE).number
    entry, block = image.nat_at(number), image.at(number) // BLOCK
    image.delete(NOTE)
    image.put(entry, "<BII", 0, 0, 0)
    volume = image.volume()
    first = volume.sb.nat * BLOCK
    other = entry + 512 * BLOCK if entry < first + 512 * BLOCK else entry - 512 * BLOCK
    image.put(other, "<BII", 0, 0, 0)
    if where == "the checkpoint before":
        before = read_checkpoints(volume.blocks, volume.sb)[0][1]
        image.put(image.journal_at(0, before), "<HIBII", 1, number, 0, number, block)
    else:
        image.put(other, "<BII", 0, number, block)
    monkeypatch.setattr("parsers.f2fs_deleted.MOST_SCANNED", 0)
    entries, problems = listed(image)
    assert content(image, entries[NOTE]) == b"made-up note\n"
    told = "old nodes were searched for in a part of the volume only: deleted files may be missing"
    assert problems == [Problem("note", "f2fs-deleted", told, "p0")]
