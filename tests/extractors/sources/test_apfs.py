from __future__ import annotations

import os
import pickle
import random
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from evidence_store.records import Moment, Problem
from extractors.sources import disk
from extractors.sources.base import Entry, SourceError, SourceRef
from parsers.apfs import superblocks, volumes
from tests.evidence_builders.apfs import BLOCK, FOLDER, LINK, PIPE, Made, apfs_image, packed, sealed
from tests.evidence_builders.images import have, mbr_with, run_tool
from tests.extractors.sources.disk_reading import contents, listed, opened, state

pytestmark = pytest.mark.skipif(not have("mkapfs"), reason="mkapfs is not installed")
NOTE = b"made-up note\n" * 700  # more than one block
FILES = [
    Made("note.txt", 16, data=NOTE, attributes={"com.apple.quarantine": b"0081;Example;"}, also=((17, "again.txt"),)),
    Made("photos", 17, mode=FOLDER),
    Made("caf\u00e9.txt", 18, parent=17, data=b"x" * 5),
    Made("link", 19, mode=LINK, attributes={"com.apple.fs.symlink": b"note.txt\0"}),
    Made("packed.txt", 20, attributes={"com.apple.decmpfs": packed(b"packed words " * 30)}),
    Made("forked", 21, attributes={"com.apple.ResourceFork": b"fork"}),
    Made("pipe", 22, mode=PIPE),
    Made("gone.txt", 23, parent=3, data=b"still here\n"),
]


@pytest.fixture(scope="module")
def container(tmp_path_factory) -> Path:
    return apfs_image(tmp_path_factory.mktemp("apfs") / "disk.img", FILES)


def changed(container: Path, target: Path, at: int, data: bytes) -> Path:
    """A sparse copy with these bytes at a place."""
    run_tool("cp", "--sparse=always", container, target)
    with target.open("r+b") as image:
        image.seek(at)
        image.write(data)
    return target


def known(image: Path):
    with image.open("rb") as stream:

        def read_at(offset: int, size: int) -> bytes:
            stream.seek(offset)
            return stream.read(size)

        found = superblocks(read_at)
        return found, volumes(read_at, found[0])[0]


def test_files_links_forks_and_compressed_files_come_with_their_bytes(container):
    assert contents(container) == {
        "Example/note.txt": NOTE,
        "Example/note.txt:com.apple.quarantine": b"0081;Example;",
        "Example/photos/again.txt": NOTE,
        "Example/photos/again.txt:com.apple.quarantine": b"0081;Example;",
        "Example/photos/caf\u00e9.txt": b"x" * 5,
        "Example/packed.txt": b"packed words " * 30,
        "Example/forked": b"",
        "Example/forked:rsrc": b"fork",
        "Example/$Unlinked/gone.txt": b"still here\n",
    }
    entries, problems, facts = listed(container)
    by_path = {entry.path: entry for entry in entries}
    times = tuple(
        Moment(f"{what} (file system)", 10**15, raw, "D")
        for what, raw in (
            ("modified", "1000000000.000000001"), ("accessed", "1000000000.000000003"),
            ("changed", "1000000000.000000002"), ("created", "1000000000"),
            ("added to its folder", "1000000000.000000004"),
        )
    )  # fmt: skip
    assert by_path["Example/note.txt"] == Entry("Example/note.txt", len(NOTE), "p0:0-16", times)
    assert by_path["Example/link"] == Entry(
        "Example/link", 0, "p0:0-19", times, "link", readable=False, note="link to note.txt"
    )
    assert by_path["Example/pipe"].kind == "special"
    gone = by_path["Example/$Unlinked/gone.txt"]
    assert (gone.deleted, gone.note) == (True, "deleted, sure: removed while in use, its inode still holds it")
    assert len(entries) == 11
    assert problems == []
    assert facts["volume p0"] == f"APFS, 0+{container.stat().st_size} bytes, whole image"
    assert facts["volume p0, volume 1"].startswith("'Example', ")


@pytest.mark.skipif(not have("fsapfsinfo"), reason="fsapfsinfo is not installed")
def test_the_list_and_the_identifiers_are_those_of_fsapfsinfo(container):
    lines = run_tool("fsapfsinfo", "-H", container).decode().splitlines()
    said = {line.split("}/", 1)[1] for line in lines if line.startswith("/{")} - {"", "photos"}
    entries, _, facts = listed(container)
    paths = {entry.path.removeprefix("Example/") for entry in entries if ":" not in entry.path and not entry.deleted}
    assert paths == said
    whole = run_tool("fsapfsinfo", container).decode()
    assert facts["volume p0, container"] in whole
    assert facts["volume p0, volume 1"].split(", ")[1] in whole


def test_an_entry_opens_in_another_process_that_never_listed(container):
    entries, _, _ = listed(container)
    entry = next(entry for entry in entries if entry.path.endswith("again.txt"))
    code = (
        "import sys, pickle\n"
        "from extractors.sources import disk\n"
        "ref, entry = pickle.load(sys.stdin.buffer)\n"
        "with disk.open_volume(ref).open(entry) as stream:\n"
        "    stream.seek(5000)\n"
        "    sys.stdout.buffer.write(stream.read())\n"
    )
    sent = pickle.dumps((SourceRef(disk.KIND, str(container)), entry))
    done = subprocess.run([sys.executable, "-c", code], input=sent, capture_output=True, check=True)
    assert done.stdout == NOTE[5000:]


def test_a_container_in_a_partition_is_listed_below_it_and_nothing_changes(container, tmp_path):
    image = tmp_path / "disk.img"
    size = container.stat().st_size
    run_tool("cp", "--sparse=always", container, image)
    with image.open("r+b") as out:
        whole = container.read_bytes()
        out.truncate(0)
        out.write(mbr_with([(0xAF, 2048, size // 512)], 2048 * 512))
        for at in range(0, size, 1 << 20):
            block = whole[at : at + (1 << 20)]
            out.seek(len(block), 1) if not any(block) else out.write(block)
        out.truncate((1 << 20) + size)
    before = state(tmp_path)
    got = contents(image)
    assert got["p1/Example/note.txt"] == NOTE
    assert len(got) == 9
    assert state(tmp_path) == before


def test_addresses_made_up_by_somebody_are_refused(container):
    volume = opened(container)
    for address in ("p0:", "p0:0", "p0:9-16", "p0:0-x", "p0:0-99999", "p0:0--1", "p0:0-16-none", "p0:-1-16"):
        with pytest.raises(SourceError) as caught, volume.open(Entry("x", 10, address)) as stream:
            stream.read()
        assert "\n" not in str(caught.value)
    volume.close()


def test_a_file_that_is_counted_and_not_found_is_told(tmp_path):
    image = apfs_image(tmp_path / "disk.img", FILES[:3], counted=3)
    assert listed(image)[1] == [Problem("file", "count", "Example: the volume counts 3 files and 2 were found", "p0")]


def test_a_folder_inside_itself_ends(tmp_path):
    files = [
        Made("a", 16, mode=FOLDER, also=((16, "self"), (17, "up"))),
        Made("b", 17, parent=16, mode=FOLDER),
        Made("one.txt", 18, parent=17, data=b"1"),
    ]
    entries, problems, _ = listed(apfs_image(tmp_path / "disk.img", files))
    assert [entry.path for entry in entries] == ["Example/a/b/one.txt"]
    assert sorted((problem.code, problem.detail) for problem in problems) == [
        ("loop", "Example/a/b/up: folder 16 was listed before"),
        ("loop", "Example/a/self: folder 16 was listed before"),
    ]


def test_names_that_climb_or_cannot_be_shown_stay_inside(tmp_path):
    files = [Made("..", 16, data=b"1"), Made("a/b", 17, data=b"2"), Made("line\nfeed", 18, data=b"3")]
    entries, _, _ = listed(apfs_image(tmp_path / "disk.img", files))
    assert {entry.path for entry in entries} == {"Example/_16_", "Example/a\\x2fb", "Example/line\\x0afeed"}


def test_a_damaged_first_superblock_is_replaced_by_that_of_the_checkpoint(container, tmp_path):
    image = changed(container, tmp_path / "disk.img", 100, b"\xff\xff")
    assert contents(image) == contents(container)
    _, problems, _ = listed(image)
    assert [(problem.kind, problem.code) for problem in problems] in ([], [("file", "apfs-checkpoint")])


def test_a_volume_that_is_marked_encrypted_says_so_in_its_facts(container, tmp_path):
    _, volume = known(container)
    raw = bytearray(volume.raw)
    struct.pack_into("<Q", raw, 264, 0)  # the flag that nothing is encrypted
    image = changed(container, tmp_path / "disk.img", volume.block * BLOCK, sealed(raw))
    _, _, facts = listed(image)
    assert "encrypted" in facts["volume p0, volume 1"]


def test_snapshots_that_libfsapfs_stumbles_over_cost_no_file_and_are_told(container, tmp_path):
    _, volume = known(container)
    raw = bytearray(volume.raw)
    struct.pack_into("<Q", raw, 216, 3)
    struct.pack_into("<Q", raw, 152, 7)  # a tree that is none
    image = changed(container, tmp_path / "disk.img", volume.block * BLOCK, sealed(raw))
    entries, problems, facts = listed(image)
    assert len(entries) == 11
    text = "APFS volume 1 'Example': 3 snapshots are kept; they are named among the facts and not read"
    assert problems == [Problem("note", "snapshots", text, "p0")]
    assert facts["volume p0, volume 1, snapshots"] == "3: 3 more"


def test_what_is_no_container_behind_its_mark_is_told_in_one_line(tmp_path):
    raw = bytearray(64 << 10)
    raw[32:36] = b"NXSB"
    (tmp_path / "disk.img").write_bytes(raw)
    entries, problems, _ = listed(tmp_path / "disk.img")
    text = "0+65536 bytes, whole image: APFS, not read: no APFS container superblock at the front"
    assert (entries, problems) == ([], [Problem("file", "unknown-volume", text, "p0")])


FUZZ = """
import sys
from extractors.sources import disk
from extractors.sources.base import SourceRef, SourceError
for name in sys.argv[1:]:
    volume = disk.open_volume(SourceRef(disk.KIND, name))
    for number, entry in enumerate(volume.entries()):
        assert number < 10_000
        if entry.readable:
            try:
                with volume.open(entry) as stream: stream.read(1 << 20)
            except SourceError as error:
                assert '\\n' not in str(error)
    volume.problems(); volume.close()
"""


def test_flipped_bytes_in_a_container_never_crash_the_listing(container, tmp_path):
    with container.open("rb") as stream:
        stream.seek(20_000 * BLOCK)
        blocks = [at for at in range(20_000, 20_016) if any(stream.read(BLOCK))]
    rng = random.Random(int(os.environ.get("ASSAY_FUZZ_SEED", "7")))
    names = []
    for number in range(int(os.environ.get("ASSAY_FUZZ_RUNS", "12"))):
        target = tmp_path / f"{number}.img"
        run_tool("cp", "--sparse=always", container, target)
        with target.open("r+b") as image:
            block = rng.choice(blocks)
            image.seek(block * BLOCK)
            raw = bytearray(image.read(BLOCK))
            for _ in range(rng.randrange(1, 12)):
                raw[rng.randrange(32, 800 if rng.random() < 0.6 else BLOCK)] = rng.randrange(256)
            image.seek(block * BLOCK)
            image.write(sealed(raw))
        names.append(str(target))
    done = subprocess.run([sys.executable, "-c", FUZZ, *names], capture_output=True, text=True, timeout=300)
    assert (done.returncode, done.stderr) == (0, "")


SAMPLES = {
    "case_insensitive": (45, 0), "case_sensitive": (45, 0), "snapshot": (1027, 1), "encrypted": (0, 1),
    "jhfs_converted": (30, 0), "corrupt": (3, 2), "case_insensitive_beta": (23, 0),
}  # fmt: skip


@pytest.mark.parametrize("name", SAMPLES)
def test_containers_made_by_macos_are_read_as_published(name):
    # Real containers, by hand only: they may not be shipped.
    folder = Path(os.environ.get("ASSAY_APFS_SAMPLES", "nowhere"))
    if not (folder / f"{name}.bin").is_file():
        pytest.skip("no containers made by macOS are here (set ASSAY_APFS_SAMPLES)")
    entries, problems, _ = listed(folder / f"{name}.bin")
    assert (len(entries), len(problems)) == SAMPLES[name]
