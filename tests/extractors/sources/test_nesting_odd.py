"""What breaks off, fails or is odd inside a source costs nothing else, and nothing that was seen is lost."""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import pytest

from app.demo_evidence import memory_stick
from evidence_store.records import Problem
from extractors.sources import chain, detect, disk_files, nesting, open_volume
from extractors.sources.base import Entry, Locked, Secret, SourceError, SourceRef
from extractors.sources.inner import by_root, neighbours
from extractors.sources.names import Findings
from tests.evidence_builders import android_backup
from tests.evidence_builders.aff4 import simple
from tests.evidence_builders.disk_images import convert, media, raw_file
from tests.evidence_builders.ios_backup import FILES, Lock, write_backup
from tests.extractors.sources.images.reading import needs_qemu
from tests.extractors.sources.test_nesting import Read, tarred, zipped

ZIP = zipped({"letter.txt": b"made up " * 9})
Content = bytes | Callable[[], BinaryIO]


class Made:
    """A volume of these entries, which breaks off behind the last of them."""

    kind = "folder"

    def __init__(self, files: dict[str, Content], breaks: Exception | None = None, deleted: str = "") -> None:
        self.files = files
        self.breaks = breaks
        self.deleted = deleted
        self.closed = False

    def entries(self) -> Iterator[Entry]:
        for path, data in self.files.items():
            yield Entry(path, len(data) if isinstance(data, bytes) else 100, path, deleted=path == self.deleted)
        if self.breaks:
            raise self.breaks

    def problems(self) -> list[Problem]:
        return []

    def facts(self) -> dict[str, str]:
        return {}

    def open(self, entry: Entry) -> BinaryIO:
        data = self.files[entry.path]
        return io.BytesIO(data) if isinstance(data, bytes) else data()

    def close(self) -> None:
        self.closed = True


def stack(volume: Made, work: Path | None = None) -> nesting.Stack:
    return nesting.Stack(volume, SourceRef("folder", "made up", work=str(work) if work else None))


def listed(volume: Made) -> tuple[list[str], list[tuple[str, str]]]:
    """(paths, code and detail of each problem)."""
    opened = stack(volume)
    paths = [entry.path for entry in opened.entries()]
    opened.facts()
    return paths, [(problem.code, problem.detail) for problem in opened.problems()]


BROKEN = {"a.txt": b"made up", "Info.plist": b"made up", "in.zip": ZIP}


@pytest.mark.parametrize(("error", "words"), [(SourceError("cut"), "cut"), (RuntimeError("oh"), "RuntimeError: oh")])
def test_what_was_listed_before_a_container_breaks_off_is_there(monkeypatch, error: Exception, words: str) -> None:
    real, inner = chain.open_kind, Made(BROKEN, error)
    monkeypatch.setattr(
        chain, "open_kind", lambda kind, place, *rest: inner if place.name == "o.zip" else real(kind, place, *rest)
    )
    paths, problems = listed(Made({"o.zip": ZIP, "last.zip": ZIP}))
    inside = ["o.zip/a.txt", "o.zip/in.zip", "o.zip/Info.plist", "o.zip/in.zip/letter.txt"]
    assert paths == ["o.zip", "last.zip", *inside, "last.zip/letter.txt"]
    assert problems == [("not-opened", f"o.zip: cannot be listed to its end: {words}")]
    assert inner.closed


@pytest.mark.parametrize(("error", "words"), [(SourceError("cut"), "cut"), (RuntimeError("oh"), "RuntimeError: oh")])
def test_what_was_listed_before_the_source_breaks_off_is_there(error: Exception, words: str) -> None:
    paths, problems = listed(Made(BROKEN, error))
    assert paths == ["a.txt", "in.zip", "Info.plist", "in.zip/letter.txt"]
    assert problems == [("not-listed", f"the source cannot be listed to its end: {words}")]
    with pytest.raises(SourceError, match=f"^{words}$"):
        listed(Made({}, error))


def test_a_layout_that_breaks_off_is_listed_as_it_is_stored_too(tmp_path: Path, monkeypatch) -> None:
    write_backup(tmp_path / "one")
    files = {path.relative_to(tmp_path).as_posix(): path.read_bytes() for path in tmp_path.rglob("*.*")}

    def one_and_no_more(view: nesting.Layout) -> Iterator[Entry]:
        yield Entry("first", 0, "", readable=False)
        raise KeyError("row")

    monkeypatch.setattr("extractors.sources.layouts.ios_backup.View.entries", one_and_no_more)
    paths, problems = listed(Made(files))
    assert sorted(paths) == sorted(["one/first", *files])
    what = "one: cannot be listed to its end as iOS backup (iTunes, Finder), and is listed as it is stored too"
    assert problems == [("layout", f"{what}: KeyError: 'row'")]


class Failing(io.BytesIO):
    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error

    def read(self, size: int | None = -1) -> bytes:
        raise self.error


@pytest.mark.parametrize("error", [OSError(5, "Input/output error"), RuntimeError("oh"), zlib.error("oh")])
def test_a_file_that_cannot_be_read_costs_no_other(error: Exception) -> None:
    files: dict[str, Content] = dict.fromkeys(("bad", "bad.zip", "system/build.prop"), lambda: Failing(error))
    paths, problems = listed(Made({**files, "good.zip": ZIP}))
    assert paths == [*files, "good.zip", "good.zip/letter.txt"]
    told = [] if isinstance(error, OSError) else ["bad.zip", "bad", "system/build.prop"]
    words = f"{type(error).__name__}: {error}"
    assert problems == [("not-opened", f"{path}: not looked into: {words}") for path in told]


def test_a_layout_is_made_of_what_is_there_before_what_was_there(tmp_path: Path) -> None:
    write_backup(tmp_path / "one")
    files = {path.relative_to(tmp_path).as_posix(): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}

    class Twice(Made):
        def entries(self) -> Iterator[Entry]:
            yield Entry("one/Manifest.db", 7, "old", deleted=True)
            yield from super().entries()

    opened = stack(Twice(files))
    entries = list(opened.entries())
    assert [problem.code for problem in opened.problems()] == []
    assert [entry.path for entry in entries if entry.path.endswith("sms.db")] == [
        "one/private/var/mobile/Library/SMS/sms.db"
    ]
    assert [(entry.path, entry.deleted) for entry in entries if entry.address == "old"] == [("one/Manifest.db", True)]


def test_the_segment_that_is_there_has_the_word_before_a_deleted_one() -> None:
    there = Entry("x/set.E02", 9, "new")
    entries = [Entry("x/set.E01", 9, "first"), replace(there, address="old", deleted=True), there]
    assert neighbours(entries[:1], lambda: iter(entries))["x"]["set.E02"] == there


@needs_qemu
def test_the_parent_of_a_vdi_is_found_beside_it_in_an_archive(tmp_path: Path) -> None:
    raw = raw_file(tmp_path, media(1 << 20))
    base = convert(raw, tmp_path / "some name.vdi", "vdi").read_bytes()
    child = bytearray(convert(raw_file(tmp_path, bytes(1 << 20), "empty.raw"), tmp_path / "c.vdi", "vdi").read_bytes())
    child[424:440] = base[392:408]
    (tmp_path / "a.zip").write_bytes(zipped({"vm/child.vdi": bytes(child), "vm/some name.vdi": base}))
    read = Read(tmp_path / "a.zip")
    assert "inside vm/child.vdi" in read.facts
    assert "not-opened" not in read.codes


def test_each_of_many_layouts_gets_its_own_files_and_there_is_an_end_to_them(monkeypatch) -> None:
    files = {path: Entry(path, 1, path) for path in ("a/b/x", "a/b/y/z", "a/bc/x", "a.b", "a/c", "b/x", "z")}
    found = by_root(["a/b", "b"], files)
    assert {start: list(below) for start, below in found.items()} == {"a/b/": ["x", "y/z"], "b/": ["x"]}
    assert list(by_root([""], files)[""]) == list(files)
    monkeypatch.setattr(nesting, "MOST_LAYOUTS", 2)
    backups = {f"{number}/{name}": b"made up" for number in range(4) for name in ("Manifest.db", "Info.plist")}
    paths, problems = listed(Made(backups))
    assert sorted(paths) == sorted(backups)
    assert [detail for _, detail in problems[2:]] == [
        f"{number}: not read as iOS backup (iTunes, Finder): the limit is 2 in a source" for number in (2, 3)
    ]


def test_damage_that_unpacking_met_is_told_whoever_finds_it_unpacked(tmp_path: Path) -> None:
    cut = gzip.compress(tarred({"x.txt": b"made up " * 9000}))[:-30]
    (tmp_path / "a.zip").write_bytes(zipped({"bad.tar.gz": cut}))
    first, second = (Read(tmp_path / "a.zip", tmp_path / "work") for _ in range(2))
    assert "compressed-damaged" in first.codes
    assert second.problems == first.problems


def backups(folder: Path, *passwords: str) -> SourceRef:
    for password in passwords:
        write_backup(folder / "pc" / password, FILES, Lock(password=password))
    return SourceRef("folder", str(folder / "pc"), work=str(folder))


def test_of_two_locked_backups_the_one_opens_whose_password_was_given(tmp_path: Path) -> None:
    ref = backups(tmp_path, "one", "two")
    volume = open_volume(replace(ref, secret=Secret("two")))
    paths = {entry.path for entry in volume.entries()}
    assert "two/private/var/mobile/Library/SMS/sms.db" in paths
    assert "one/Manifest.db" in paths
    assert volume.locked == ["one"]
    assert [problem.code for problem in volume.problems()] == ["locked"]
    opens_none = open_volume(replace(ref, secret=Secret("three")))
    with pytest.raises(Locked, match="not the one") as raised:
        list(opens_none.entries())
    assert raised.value.wrong
    without = open_volume(ref)
    assert "one/Manifest.db" in {entry.path for entry in without.entries()}
    assert without.locked == ["one", "two"]


def test_the_keys_of_an_android_backup_inside_are_handed_on(tmp_path: Path) -> None:
    made = android_backup.backup(password="made up")
    (tmp_path / "a.zip").write_bytes(zipped({"phone.ab": made}))
    ref = SourceRef("zip", str(tmp_path / "a.zip"), work=str(tmp_path), secret=Secret("made up"))
    with closing(open_volume(ref)) as first:
        (entry,) = [entry for entry in first.entries() if entry.path.endswith("/note.txt")]
        keys = first.unlocked
    for unpacked in tmp_path.glob("plain-*"):
        unpacked.unlink()
    with closing(open_volume(replace(ref, secret=Secret(unlocked=keys)))) as again, again.open(entry) as stream:
        assert stream.read() == b"made up\n"
    without = open_volume(replace(ref, secret=Secret()))
    with closing(without), pytest.raises(Locked, match="a password is needed"):
        without.open(entry)


def test_a_disk_that_is_listed_twice_says_what_is_wrong_once(tmp_path: Path, monkeypatch) -> None:
    walked = disk_files.walk

    def damaged(system: object, findings: Findings, where: str) -> Iterator[object]:
        findings.add("file", "directory", "/: cannot be read", where)
        yield from walked(system, findings, where)

    monkeypatch.setattr(disk_files, "walk", damaged)
    path = memory_stick(tmp_path / "stick.dd")
    with closing(open_volume(SourceRef(detect(path), str(path)))) as volume:
        first = list(volume.entries())
        told = volume.problems()
        assert [problem.code for problem in told].count("directory") == 1
        assert list(volume.entries()) == first
        assert volume.problems() == told


def test_a_worker_is_seen_at_work_while_nothing_can_be_handed_on_yet() -> None:
    told: list[int] = []
    held: dict[str, Content] = {f"{number:040x}": b"made up" for number in range(2_000)}
    opened = nesting.Stack(Made(held), SourceRef("folder", "made up"), told.append)
    assert next(opened.entries()).path == f"{0:040x}"
    assert told == [0, 0, 0, 0]


def test_a_container_that_cannot_be_told_for_its_damage_is_said_and_not_passed_over(tmp_path: Path) -> None:
    sound = simple(bytes(8192)).write(tmp_path / "sound.aff4")
    with zipfile.ZipFile(sound) as members:
        held = {name: members.read(name) for name in members.namelist()}
    damaged = zipped(held | {"information.turtle": b"<aff4://made-up> a [[[ no turtle"})
    (tmp_path / "a.zip").write_bytes(zipped({"damaged.aff4": damaged, "letter.txt": b"made up"}))
    read = Read(tmp_path / "a.zip")
    assert {problem.detail.partition(":")[0] for problem in read.problems} == {"damaged.aff4"}
    assert [problem.kind for problem in read.problems] == ["file"]
    assert sorted(read.files) == ["damaged.aff4", "letter.txt"]
