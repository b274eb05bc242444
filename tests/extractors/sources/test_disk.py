from __future__ import annotations

import hashlib
import lzma
import os
import re
import shutil
import subprocess
import sys
import zipfile

import pytest

from tests.evidence_builders.images import have
from tests.extractors.sources.disk_reading import (
    BRIAN,
    contents,
    fls,
    listed,
    opened,
    plain,
    unpacked,
)

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
            assert entry.note.startswith(("deleted, likely: ", "deleted, possible: "))
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
