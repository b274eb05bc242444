from __future__ import annotations

import os
import subprocess
import sys

import pytest

from evidence_store.records import Moment
from tests.evidence_builders.images import exfat_image, fat_image, have, run_tool, tool_path
from tests.extractors.sources.disk_reading import (
    contents,
    fls,
    listed,
    needs_fat,
    opened,
    plain,
)


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
        f"deleted, content lost: clusters since reused by {new.name}",
        "deleted, name only: its metadata entry now belongs to another file",
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
