from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from evidence_store.records import Moment, Problem
from extractors.sources import aff4_logical
from extractors.sources.aff4_logical import Aff4Files
from extractors.sources.base import Entry, SourceError
from extractors.sources.place import HostPlace
from tests.evidence_builders.aff4 import VOLUME, Container, folder_of, simple
from tests.extractors.sources.images.reading import contents

SAMPLE = Path(__file__).parents[2] / "data" / "aff4" / "logical.aff4"


def opened(path: Path) -> Aff4Files:
    return aff4_logical.open_place(HostPlace(path))


def file_of(made: Container, name: str, data: bytes | None, more: str = "") -> None:
    """A file whose bytes are a member of the zip, or (None) are not there."""
    uri = f"{VOLUME}/{name}"
    if data is not None:
        made.members[name] = data
    size = "" if data is None else f" ;\n  aff4:size {len(data)}"
    made.statements.append(f"<{uri}> a aff4:FileImage, aff4:Image{size}{more} .")


def test_what_pyaff4_wrote_is_listed_with_times_and_hashes():
    assert aff4_logical.detect(HostPlace(SAMPLE), SAMPLE.read_bytes()[:100])
    volume = opened(SAMPLE)
    entries = {entry.path: entry for entry in volume.entries()}
    assert contents(volume) == {
        "Folder A/note.txt": b"hello\n",
        "big.bin": b"made up " * 600,
        "Bild ü%20.jpg": b"x" * 100,
    }
    note = entries["Folder A/note.txt"]
    assert note.times[:2] == (
        Moment("modified (file system)", 1_700_000_000_000_000, "2023-11-14T22:13:20+00:00", "D"),
        Moment("accessed (file system)", 1_600_000_000_000_000, "2020-09-13T12:26:40+00:00", "D"),
    )
    md5, sha1 = hashlib.md5(b"hello\n").hexdigest(), hashlib.sha1(b"hello\n").hexdigest()
    assert (note.size, note.note) == (6, f"stored MD5 {md5}; stored SHA1 {sha1}")
    assert (volume.problems(), volume.facts()["container version"]) == ([], "major=1 minor=1 tool=pyaff4")
    volume.close()


def test_names_that_could_mislead_are_made_safe(tmp_path):
    made = Container()
    for number, name in enumerate(("../up", "C:\\\\Example\\\\a.txt", "/top/b", "plain")):
        file_of(made, f"f{number}", b"1", f' ;\n  aff4:originalFileName "{name}"^^xsd:string')
    volume = opened(made.write(tmp_path / "a.aff4"))
    assert list(contents(volume)) == ["_up_/up", "C/Example/a.txt", "top/b", "plain"]
    assert {problem.code for problem in volume.problems()} == {"odd-name", "absolute-name"}
    volume.close()


def test_what_the_container_does_not_hold_is_listed_and_said(tmp_path):
    made = Container()
    file_of(made, "lost", None, " ;\n  aff4:size 5")
    file_of(made, "empty", None, " ;\n  aff4:size 0")
    file_of(made, "there", b"12")
    volume = opened(made.write(tmp_path / "a.aff4"))
    entries = {entry.path: entry for entry in volume.entries()}
    assert (entries["lost"].size, entries["lost"].readable, entries["lost"].note) == (
        *(5, False),
        "its bytes are not in the container",
    )
    assert contents(volume) == {"lost": None, "empty": b"", "there": b"12"}
    volume.close()


def test_an_entry_opens_again_by_its_address_alone():
    volume = opened(SAMPLE)
    entry = next(entry for entry in volume.entries() if entry.path == "big.bin")
    volume.close()
    again = opened(SAMPLE)
    with again.open(Entry("any name", entry.size, entry.address)) as stream:
        stream.seek(4790)
        assert stream.read() == (b"made up " * 600)[4790:]
    with pytest.raises(SourceError, match=r"^a: its bytes are not in the container$"):
        again.open(Entry("a", 1, "aff4://elsewhere"))
    again.close()


def test_a_bad_chunk_is_told_once_its_file_was_read_and_closed(tmp_path):
    data = b"made up " * 2000
    made = Container()
    uri = f"{VOLUME}/big"
    made.add_stream(uri, data, "zlib")
    made.statements.append(f"<{uri}> a aff4:FileImage .")
    bevy = f"{folder_of(uri)}/00000000"
    made.members[bevy] = made.members[bevy][:5] + b"\xff" + made.members[bevy][6:]
    volume = opened(made.write(tmp_path / "a.aff4"))
    assert contents(volume) == {"big": bytes(4096) + data[4096:]}
    detail = "big: 4096 bytes from byte 0 read as zeros: cannot be inflated"
    assert volume.problems() == [Problem("file", "bad-chunk", detail)]
    volume.close()


def test_a_time_without_a_zone_or_none_at_all_is_said(tmp_path):
    made = Container()
    more = ' ;\n  aff4:lastWritten "2020-01-02T03:04:05" ;\n  aff4:birthTime "yesterday"'
    file_of(made, "a", b"", more)
    volume = opened(made.write(tmp_path / "a.aff4"))
    assert next(volume.entries()).times == (
        Moment("modified (file system)", None, "2020-01-02T03:04:05", "D", note="no time zone is recorded"),
        Moment("created (file system)", None, "yesterday", "D", note="not a possible date"),
    )
    volume.close()


def test_a_disk_image_is_no_set_of_files(tmp_path):
    path = simple(bytes(8192)).write(tmp_path / "a.aff4")
    assert not aff4_logical.detect(HostPlace(path), path.read_bytes()[:100])
    with pytest.raises(SourceError):
        opened(tmp_path / "none.aff4")


def test_nothing_about_a_container_changes_by_reading_it(tmp_path):
    path = tmp_path / "a.aff4"
    path.write_bytes(SAMPLE.read_bytes())

    def state() -> list[tuple[str, int, str]]:
        return [
            (one.name, one.stat().st_mtime_ns, hashlib.sha256(one.read_bytes()).hexdigest())
            for one in sorted(tmp_path.iterdir())
        ]

    before = state()
    volume = opened(path)
    assert contents(volume)["Folder A/note.txt"] == b"hello\n"
    volume.close()
    assert state() == before
