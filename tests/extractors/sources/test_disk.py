from __future__ import annotations

import hashlib
import lzma
import os
import pickle
import random
import re
import shutil
import struct
import subprocess
import sys
import uuid
import zipfile
import zlib
from pathlib import Path

import pytest

from evidence_store.records import Moment, Problem
from extractors.sources import disk
from extractors.sources.base import Entry, SourceError, SourceRef
from extractors.sources.disk import DiskVolume
from tests.evidence_builders.images import exfat_image, ext4_image, fat_image, have, mbr_with, run_tool, tool_path

BRIAN = "sleuthkit_test_data/from_brian"


def opened(path: Path, zone: str | None = None) -> DiskVolume:
    return disk.open_volume(SourceRef(disk.KIND, str(path), zone=zone))


def listed(path: Path, zone: str | None = None) -> tuple[list[Entry], list[Problem], dict[str, str]]:
    volume = opened(path, zone)
    try:
        return list(volume.entries()), volume.problems(), volume.facts()
    finally:
        volume.close()


def contents(path: Path) -> dict[str, bytes]:
    volume = opened(path)
    found = {}
    for entry in volume.entries():
        if entry.readable:
            with volume.open(entry) as stream:
                found[entry.path] = stream.read()
    volume.close()
    return found


def state(folder: Path) -> list[tuple[str, int, int, str]]:
    """What must not change: names, sizes, times of change, bytes."""
    return [
        (str(path), path.stat().st_size, path.stat().st_mtime_ns, hashlib.sha256(path.read_bytes()).hexdigest())
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    ]


def unpacked(corpus: Path, archive: str, member: str, folder: Path) -> Path:
    """A member of an archive of the corpus, as a file that is sparse where it holds zeros."""
    target = folder / Path(member).name
    with zipfile.ZipFile(corpus / BRIAN / archive) as box, target.open("wb") as out:
        with box.open(next(name for name in box.namelist() if name.endswith(member))) as inside:
            while block := inside.read(1 << 20):
                out.seek(len(block), 1) if not any(block) else out.write(block)
        out.truncate(out.tell())
    return target


def fls(path: Path, offset: int = 0) -> set[tuple[str, bool]]:
    """(path, deleted) of every file in The Sleuth Kit's own list; directories and its inventions left out."""
    text = run_tool("fls", "-r", "-p", "-o", offset // 512, path).decode("utf-8", "backslashreplace")
    rows = set()
    for line in text.splitlines():
        match = re.fullmatch(r"(.)/(.) (\* )?[^:]+:\t(.*)", line)
        assert match, line
        kinds = match[1] + match[2]
        if kinds[0] in "vV" or kinds in ("dd", "d-", "-d", "rd", "dr"):
            continue
        rows.add((match[4], bool(match[3])))
    return rows


def plain(rows: set[tuple[str, bool]]) -> set[tuple[str, bool]]:
    """By the counting rule of the corpus: names of file system internals left out, orphans kept."""
    return {row for row in rows if not row[0].startswith("$") or row[0].startswith("$OrphanFiles/")}


IMAGES = {
    "sleuthkit/data/image.dd": (4, 2),
    "sleuthkit/data/image.iso": (3, 0),
    "plaso/iso9660.raw": (3, 0),
    "plaso/syslog_image.dd": (2, 4),
    "dfvfs/hfsplus.raw": (8, 0),
}


@pytest.mark.parametrize("name", IMAGES)
def test_every_file_of_a_plain_image_is_listed(corpus, name):
    entries, problems, _ = listed(corpus / name)
    rows = {(entry.path, entry.deleted) for entry in entries if not entry.path.endswith(":rsrc")}
    assert problems == []
    live, deleted = IMAGES[name]
    assert (sum(not row[1] for row in plain(rows)), sum(row[1] for row in plain(rows))) == (live, deleted)


@pytest.mark.skipif(not have("fls"), reason="The Sleuth Kit's tools are not installed")
@pytest.mark.parametrize("name", IMAGES)
def test_the_list_is_that_of_the_sleuth_kit(corpus, name):
    entries, _, _ = listed(corpus / name)
    # Control characters are shown as \xNN here and as ^ there.
    rows = {(re.sub(r"\\x0d", "^", entry.path), entry.deleted) for entry in entries if ":rsrc" not in entry.path}
    assert rows == fls(corpus / name)


ZIPPED = [
    ("6-undel-fat.zip", "6-fat-undel.dd"),
    ("2-kwsrch-fat.zip", "fat-img-kw.dd"),
    ("14-iso9660-1.zip", "iso-dirtree1.iso"),
    ("14-iso9660-1.zip", "iso-dirtree2.iso"),
    ("14-iso9660-1.zip", "iso-endian.iso"),
]


@pytest.mark.skipif(not have("fls"), reason="The Sleuth Kit's tools are not installed")
@pytest.mark.parametrize(("archive", "member"), ZIPPED)
def test_the_list_of_a_test_image_is_that_of_the_sleuth_kit(corpus, tmp_path, archive, member):
    image = unpacked(corpus, archive, member, tmp_path)
    entries, _, _ = listed(image)
    assert {(entry.path, entry.deleted) for entry in entries} == fls(image)


def test_six_deleted_files_come_back_with_their_published_hashes(corpus, tmp_path):
    image = unpacked(corpus, "6-undel-fat.zip", "6-fat-undel.dd", tmp_path)
    with zipfile.ZipFile(corpus / BRIAN / "6-undel-fat.zip") as box:
        page = box.read("6-undel-fat/index.html").decode()
    rows = re.findall(r"<tt>\\([^<]+)</tt></td><td>(\d+)</td><td><tt>([0-9a-f]{32})</tt>", page)
    published = {(name.rpartition("\\")[2][1:], int(size), md5) for name, size, md5 in rows}
    assert len(published) == 6
    volume = opened(image)
    found = set()
    for entry in volume.entries():
        if entry.deleted:
            with volume.open(entry) as stream:
                md5 = hashlib.md5(stream.read()).hexdigest()
            found.add((entry.path.rpartition("/")[2][1:], entry.size, md5))
            assert entry.note.startswith("deleted: ")
    volume.close()
    assert found == published


def test_deleted_files_of_a_partition_have_the_hashes_of_their_originals(corpus, tmp_path):
    folder = corpus / "forensics-samples"
    image = tmp_path / "fs.vfat"
    with lzma.open(folder / "fs.vfat.xz") as packed, image.open("wb") as out:
        shutil.copyfileobj(packed, out)
    lines = (folder / "original-files.sha256").read_text().splitlines()
    wanted = {
        tuple(line.split("/", 1)[1].rsplit("/", 1)): line[:64] for line in lines if line[66:80] == "original-files"
    }
    # The three PNG pictures of the list are not those that were put on the image: fls and icat show others too.
    wanted = {place: digest for place, digest in wanted.items() if not place[1].endswith(".png")}
    assert len(wanted) == 33
    found = {name: hashlib.sha256(data).hexdigest() for name, data in contents(image).items()}
    orphans = {name.rpartition("/")[2][2:].lower(): digest for name, digest in found.items() if "$Orphan" in name}
    for (directory, name), digest in wanted.items():
        assert found.get(f"p1/{directory}/{name}", orphans.get(name[2:])) == digest
    entries, problems, facts = listed(image)
    assert (sum(not e.deleted for e in entries), sum(e.deleted for e in entries), problems) == (18, 18, [])
    assert facts["partition table"] == "MBR"


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


needs_ext4 = pytest.mark.skipif(not have("mkfs.ext4"), reason="mkfs.ext4 is not installed")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    folder = tmp_path / "tree"
    (folder / "photos/2026").mkdir(parents=True)
    (folder / "note.txt").write_bytes(b"made-up note\n")
    (folder / "photos/2026/big.bin").write_bytes(bytes(range(256)) * 9000)
    (folder / "empty").write_bytes(b"")
    os.link(folder / "note.txt", folder / "photos/again.txt")
    os.symlink("../note.txt", folder / "photos/link")
    with (folder / "sparse.bin").open("wb") as out:
        out.seek(5 << 20)
        out.write(b"end")
    Path(os.fsdecode(os.fsencode(folder) + b"/caf\xe9 \x01.txt")).write_bytes(b"odd name")
    os.utime(folder / "note.txt", ns=(1_700_000_000_000_000_000, 1_700_000_001_123_456_000))
    return folder


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


needs_fat = pytest.mark.skipif(not have("mkfs.vfat", "mcopy", "mdel"), reason="mkfs.vfat and mtools are not installed")


@needs_fat
@pytest.mark.parametrize("bits", [12, 16, 32])
def test_fat_times_are_local_and_do_not_depend_on_where_they_are_read(tmp_path, bits):
    image = fat_image(tmp_path / "stick.img", {"summer.txt": b"made up\n"}, bits=bits, stamp="2026-07-01 12:34:56")
    code = (
        "import sys\n"
        "from extractors.sources import disk\n"
        "from extractors.sources.base import SourceRef\n"
        "volume = disk.open_volume(SourceRef(disk.KIND, sys.argv[1], zone=sys.argv[2] or None))\n"
        "print([entry.times[0] for entry in volume.entries() if entry.path.lower() == 'summer.txt'])\n"
    )
    given = {}
    for zone in ("", "Europe/London"):
        for examiner in ("UTC", "Asia/Tokyo", "America/New_York"):
            done = subprocess.run(
                [sys.executable, "-c", code, str(image), zone],
                env={**os.environ, "TZ": examiner}, capture_output=True, text=True, check=True,
            )  # fmt: skip
            given.setdefault(zone, set()).add(done.stdout.strip())
    raw = "2026-07-01 12:34:56"
    unknown = Moment("modified (file system)", None, raw, "C", note="local time, zone not known")
    assumed = Moment("modified (file system)", 1_782_905_696_000_000, raw, "C", zone="Europe/London, operator")
    assert given == {"": {repr([unknown])}, "Europe/London": {repr([assumed])}}


@pytest.mark.parametrize("name", ["sleuthkit/data/image.iso", "plaso/iso9660.raw"])
def test_iso_times_come_with_their_stored_offset_wherever_they_are_read(corpus, name):
    code = (
        "import sys\n"
        "from extractors.sources import disk\n"
        "from extractors.sources.base import SourceRef\n"
        "volume = disk.open_volume(SourceRef(disk.KIND, sys.argv[1]))\n"
        "print(sorted((entry.path, entry.times) for entry in volume.entries()))\n"
    )
    outputs = set()
    for examiner in ("UTC", "Asia/Tokyo"):
        done = subprocess.run(
            [sys.executable, "-c", code, str(corpus / name)],
            env={**os.environ, "TZ": examiner}, capture_output=True, text=True, check=True,
        )  # fmt: skip
        outputs.add(done.stdout)
    assert len(outputs) == 1
    entries, _, _ = listed(corpus / name)
    assert {moment.note for entry in entries for moment in entry.times} == {"offset from UTC as stored"}
    assert all(len(entry.times) == 1 and entry.times[0].utc_us for entry in entries)


@needs_fat
def test_a_deleted_fat_file_is_read_while_its_clusters_stand_and_not_after(tmp_path):
    files = {"keep.txt": b"kept\n", "gone.bin": os.urandom(9000), "last.txt": b"last\n"}
    image = fat_image(tmp_path / "stick.img", files, bits=16)
    run_tool("mdel", "-i", image, "::gone.bin")
    volume = opened(image)
    gone = next(entry for entry in volume.entries() if entry.deleted)
    with volume.open(gone) as stream:
        assert stream.read() == files["gone.bin"]
    assert (gone.allocated, gone.readable, gone.path) == (False, True, "_one.bin")
    volume.close()
    # A new file takes the first free clusters, and another name, so that the old entry stays.
    new = tmp_path / "a much longer name than before.bin"
    new.write_bytes(bytes(9000))
    raw = bytearray(image.read_bytes())
    run_tool("mcopy", "-i", image, new, f"::{new.name}")
    assert image.read_bytes() != raw
    entries, _, _ = listed(image)
    left = [entry for entry in entries if entry.deleted]
    assert all(not entry.readable for entry in left)
    assert {entry.note for entry in left} <= {
        f"deleted: clusters since reused by {new.name}",
        "deleted: its metadata entry now belongs to another file",
    }


@needs_fat
@pytest.mark.skipif(not have("fls"), reason="The Sleuth Kit's tools are not installed")
def test_a_fat_list_is_that_of_the_sleuth_kit(tmp_path):
    files = {f"name {number} is long.txt": b"x" * number for number in range(40)}
    image = fat_image(tmp_path / "stick.img", files, bits=32)
    for number in range(0, 40, 7):
        run_tool("mdel", "-i", image, f"::name {number} is long.txt")
    entries, _, _ = listed(image)
    assert {(entry.path, entry.deleted) for entry in entries} == fls(image)
    assert sum(entry.deleted for entry in entries) == 6


def test_exfat_gives_names_bytes_deleted_files_and_times_with_their_stored_offset(tmp_path):
    stamp = ((2026 - 1980) << 9 | 7 << 5 | 1) << 16 | 12 << 11 | 34 << 5 | 28
    files = [
        ("summer photo.txt", b"made up\n" * 2000, False, (stamp, 150, 0x84)),
        ("gone and away.bin", b"deleted\n" * 900, True, (stamp, 0, 0xF8)),
        ("unknown.bin", b"z", False, (stamp, 0, 0)),
    ]
    image = exfat_image(tmp_path / "card.img", files)
    got = {name: data for name, data in contents(image).items() if not name.startswith("$")}
    assert got == {name: data for name, data, _, _ in files}
    entries, problems, facts = listed(image)
    by_path = {entry.path: entry for entry in entries}
    assert [path for path, entry in by_path.items() if entry.deleted] == ["gone and away.bin"]
    noted = "offset from UTC as stored"
    assert [by_path[name].times[0] for name, *_ in files] == [
        Moment("modified (file system)", 1_782_905_697_500_000, "2026-07-01 12:34:57.500000+01:00", "D", note=noted),
        Moment("modified (file system)", 1_782_916_496_000_000, "2026-07-01 12:34:56-02:00", "D", note=noted),
        Moment("modified (file system)", None, "2026-07-01 12:34:56", "C", note="local time, zone not known"),
    ]
    assert (problems, facts["volume p0"][:6]) == ([], "exFAT,")


@pytest.mark.skipif(not have("mkfs.ntfs", "ntfscp"), reason="ntfs-3g's tools are not installed")
def test_ntfs_streams_are_listed_beside_their_file(tmp_path):
    image = tmp_path / "win.img"
    image.write_bytes(b"")
    os.truncate(image, 8 << 20)
    run_tool("mkfs.ntfs", "-Q", "-F", "-q", image)
    (tmp_path / "letter.txt").write_bytes(b"made-up letter\n" * 3000)
    (tmp_path / "zone").write_bytes(b"[ZoneTransfer]\nZoneId=3\n")
    run_tool("ntfscp", image, tmp_path / "letter.txt", "letter.txt")
    run_tool("ntfscp", "-N", "Zone.Identifier", image, tmp_path / "zone", "letter.txt")
    got = contents(image)
    assert got["letter.txt"] == b"made-up letter\n" * 3000
    assert got["letter.txt:Zone.Identifier"] == b"[ZoneTransfer]\nZoneId=3\n"
    entries, problems, _ = listed(image)
    by_path = {entry.path: entry for entry in entries}
    assert {"$MFT", "$LogFile", "$Boot"} <= set(by_path)
    assert not {"$OrphanFiles", "$FAT1", "$MBR"} & set(by_path)
    assert (by_path["$BadClus:$Bad"].readable, problems) == (False, [])
    modified = by_path["letter.txt"].times[0]
    assert modified.utc_us is not None
    assert modified.raw.startswith(str(modified.utc_us // 1_000_000))
    if tool_path("fls"):
        assert plain({(entry.path, entry.deleted) for entry in entries}) == plain(fls(image))


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
