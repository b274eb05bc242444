from __future__ import annotations

import hashlib
import random
from pathlib import Path

import pytest

from evidence_store.records import Moment, Problem
from extractors.sources import logical_evidence
from extractors.sources.base import Entry, SourceError
from extractors.sources.logical_evidence import LogicalVolume
from extractors.sources.place import HostPlace
from tests.evidence_builders.logical import Node, write_l01, write_lx01
from tests.extractors.sources.images.reading import contents

NOTE = b"made up " * 9000
PHOTO = random.Random(4).randbytes(70_001)
WRITERS = {"L01": write_l01, "Lx01": write_lx01}


def tree() -> Node:
    note = Node("note.txt", NOTE, fields={"wr": "1700000000", "cr": "1600000000", "dl": "1700000100"})
    folder = Node("Folder A", children=[note, Node("empty.bin", b""), Node("below", children=[Node("deep.txt", b"x")])])
    return Node("", children=[folder, Node("Bild ü\U0001f600.jpg", PHOTO), Node("nothing here")])


def opened(path: Path) -> LogicalVolume:
    return logical_evidence.open_place(HostPlace(path))


@pytest.mark.parametrize("form", WRITERS)
def test_files_are_listed_with_their_times_and_stored_hashes(tmp_path, form):
    paths = WRITERS[form](tmp_path / f"a.{form}", tree())
    assert logical_evidence.detect(HostPlace(paths[0]), paths[0].read_bytes()[:100])
    volume = opened(paths[0])
    entries = {entry.path: entry for entry in volume.entries()}
    assert list(entries) == ["Folder A/note.txt", "Folder A/empty.bin", "Folder A/below/deep.txt", "Bild ü😀.jpg"]
    assert entries["Folder A/note.txt"] == Entry(
        "Folder A/note.txt",
        len(NOTE),
        f"0+{len(NOTE)}",
        (
            Moment("modified (file system)", 1_700_000_000_000_000, "1700000000", "D"),
            Moment("created (file system)", 1_600_000_000_000_000, "1600000000", "D"),
            Moment("deleted (file system)", 1_700_000_100_000_000, "1700000100", "D"),
        ),
        note=f"stored MD5 {hashlib.md5(NOTE).hexdigest()}; stored SHA-1 {hashlib.sha1(NOTE).hexdigest()}",
    )
    assert contents(volume) == {
        "Folder A/note.txt": NOTE,
        "Folder A/empty.bin": b"",
        "Folder A/below/deep.txt": b"x",
        "Bild ü😀.jpg": PHOTO,
    }
    assert (volume.problems(), volume.facts()["examiner"]) == ([], "Ann Example")
    volume.close()


@pytest.mark.parametrize("form", WRITERS)
def test_libewf_lists_the_same_files_with_the_same_bytes(tmp_path, form):
    pyewf = pytest.importorskip("pyewf")
    paths = WRITERS[form](tmp_path / f"a.{form}", tree())
    handle = pyewf.handle()
    handle.open([str(path) for path in paths])
    theirs: dict[str, tuple[bytes, int]] = {}
    waiting = [("", handle.get_root_file_entry())]
    while waiting:
        above, entry = waiting.pop()
        for child in entry.sub_file_entries:
            waiting.append((f"{above}{child.name}/", child))
            theirs[f"{above}{child.name}"] = (
                child.read(child.size) if child.size else b"",
                child.get_modification_time_as_integer(),
            )
    handle.close()
    volume = opened(paths[0])
    seconds = {
        entry.path: next((int(m.raw) for m in entry.times if m.meaning.startswith("modified")), 0)
        for entry in volume.entries()
    }
    ours = {path: (data, seconds[path]) for path, data in contents(volume).items()}
    volume.close()
    folders = ("Folder A", "Folder A/below", "nothing here")
    assert ours == {path: found for path, found in theirs.items() if path not in folders}


def test_a_set_in_several_segments_is_read(tmp_path):
    paths = write_l01(tmp_path / "a.L01", tree(), chunks_per_segment=2)
    assert [path.name for path in paths] == ["a.L01", "a.L02", "a.L03"]
    volume = opened(paths[0])
    assert contents(volume)["Bild ü😀.jpg"] == PHOTO
    volume.close()


def test_an_entry_opens_again_by_its_address_alone(tmp_path):
    paths = write_l01(tmp_path / "a.L01", tree())
    volume = opened(paths[0])
    entry = next(entry for entry in volume.entries() if entry.path.endswith(".jpg"))
    volume.close()
    again = opened(paths[0])
    with again.open(Entry("any name", entry.size, entry.address)) as stream:
        stream.seek(70_000)
        assert (stream.read(), stream.seek(0), stream.read(10)) == (PHOTO[70_000:], 0, PHOTO[:10])
    for address in ("x", "1+x", f"{1 << 40}+10", "-1+5"):
        with pytest.raises(SourceError):
            again.open(Entry("a", 10, address))
    again.close()


def test_extents_holes_and_duplicates_are_followed(tmp_path):
    media = Node("first", b"0123456789")
    split = Node("split", b"", fields={"ls": "10", "be": "3 0 3 S 0 4 7 3"})
    copy = Node("copy", b"", fields={"ls": "4", "du": "6"})
    (path,) = write_l01(tmp_path / "a.L01", Node("", children=[media, split, copy]))
    volume = opened(path)
    assert contents(volume) == {"first": b"0123456789", "split": b"012\0\0\0\x00789", "copy": b"6789"}
    volume.close()


def test_what_the_set_does_not_hold_is_listed_and_said(tmp_path):
    rows = [
        Node("none", b"", fields={"ls": "10", "be": ""}),
        Node("far", b"", fields={"ls": "10", "be": "1 ffffff a"}),
        Node("short", b"", fields={"ls": "10", "be": "1 0 4"}),
        Node("odd", b"", fields={"ls": "10", "be": "2 0 4"}),
        Node("data", b"0123456789"),
    ]
    (path,) = write_l01(tmp_path / "a.L01", Node("", children=rows))
    volume = opened(path)
    found = {entry.path: (entry.size, entry.readable, entry.note.split(";")[0]) for entry in volume.entries()}
    assert {name: found[name] for name in ("none", "far", "short", "odd")} == {
        "none": (10, False, "the set holds no data of this file"),
        "far": (10, False, "its bytes lie outside of what the set holds"),
        "short": (4, True, "the list says 10 bytes, the set holds 4 of them"),
        "odd": (10, False, "the set holds no data of this file"),
    }
    assert contents(volume)["short"] == b"0123"
    volume.close()


def test_names_that_could_mislead_are_made_safe(tmp_path):
    rows = [Node("..", children=[Node("a/b", b"1")]), Node("line\1feed", b"2")]
    (path,) = write_l01(tmp_path / "a.L01", Node("", children=rows))
    volume = opened(path)
    assert contents(volume) == {"_up_/a_b": b"1", "line\\x0afeed": b"2"}
    assert [problem.code for problem in volume.problems()] == ["odd-name", "odd-name"]
    volume.close()


def test_damage_to_the_list_is_told_and_what_stands_before_it_is_listed(tmp_path):
    (path,) = write_l01(tmp_path / "a.L01", tree())
    raw = path.read_bytes()
    at = raw.index(b"ltree") + 76
    deep = raw.index("deep.txt".encode("utf-16-le"))
    counts = raw.rindex("\n0\t".encode("utf-16-le"), 0, deep)
    damaged = bytearray(raw)
    damaged[counts + 4 : counts + 6] = "?".encode("utf-16-le")
    path.write_bytes(damaged)
    volume = opened(path)
    assert list(contents(volume)) == ["Folder A/note.txt", "Folder A/empty.bin"]
    assert [problem.detail for problem in volume.problems()] == [
        "the list of files no longer has the MD5 that is stored of it",
        "the list of files breaks off; what follows is not listed",
    ]
    volume.close()
    damaged = bytearray(raw)
    damaged[at + 3 + 16] ^= 1
    path.write_bytes(damaged)
    volume = opened(path)
    detail = "the head of the list of files fails its checksum: no file can be listed"
    assert (contents(volume), volume.problems()) == ({}, [Problem("file", "list-of-files", detail)])
    volume.close()


def test_a_bad_chunk_is_told_after_its_file_was_read(tmp_path):
    (path,) = write_l01(tmp_path / "a.L01", tree())
    raw = bytearray(path.read_bytes())
    raw[raw.index(b"sectors") + 76 + 20] ^= 0xFF
    path.write_bytes(raw)
    volume = opened(path)
    got = contents(volume)["Folder A/note.txt"]
    assert got == bytes(32768) + NOTE[32768:]
    assert [(problem.code, problem.locator) for problem in volume.problems()] == [("bad-chunk", "byte 0+32768")]
    volume.close()


@pytest.mark.parametrize("form", WRITERS)
def test_nothing_about_a_set_changes_by_reading_it(tmp_path, form):
    paths = WRITERS[form](tmp_path / f"a.{form}", tree())

    def state() -> list[tuple[str, int, str]]:
        return [
            (path.name, path.stat().st_mtime_ns, hashlib.sha256(path.read_bytes()).hexdigest())
            for path in sorted(tmp_path.iterdir())
        ]

    before = state()
    volume = opened(paths[0])
    assert contents(volume)["Folder A/note.txt"] == NOTE
    volume.close()
    assert state() == before


def test_a_set_that_cannot_be_opened_is_refused_in_one_line(tmp_path):
    path = tmp_path / "a.L01"
    for raw in (b"", b"LVF\x09\x0d\x0a\xff\x00" + bytes(200), b"LEF2\r\n\x81\x00" + bytes(200)):
        path.write_bytes(raw)
        with pytest.raises(SourceError) as refused:
            opened(path)
        assert "\n" not in str(refused.value)
