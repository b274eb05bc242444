"""What opens, opens inside anything else: the same files and bytes, whatever they are wrapped in."""

from __future__ import annotations

import gzip
import hashlib
import io
import lzma
import os
import pickle
import random
import tarfile
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest

from extractors.sources import detect, nesting, open_volume, tar_archive
from extractors.sources.base import Entry, SourceError, SourceRef
from extractors.sources.chain import write_whole
from tests.evidence_builders.archives import snapshot
from tests.evidence_builders.cellebrite import report, tagged, ufdr
from tests.evidence_builders.images import ext4_image, have, write_e01
from tests.evidence_builders.ios_backup import write_backup

needs_ext4 = pytest.mark.skipif(not have("mkfs.ext4"), reason="mkfs.ext4 is not installed")
FILES = {"letter.txt": b"made up", "DCIM/one.bin": random.Random(5).randbytes(300_000)}


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def tarred(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return out.getvalue()


class Read:
    """A source, listed once, and every readable file opened again by another volume from its address alone."""

    def __init__(self, path: Path, work: Path | None = None) -> None:
        work = work or path.parent / f"work of {path.name}"
        work.mkdir(exist_ok=True)
        self.ref = SourceRef(detect(path), str(path), spool=str(work / "spool"), work=str(work))
        volume = open_volume(self.ref)
        self.entries = list(volume.entries())
        self.problems = volume.problems()
        self.facts = volume.facts()
        volume.close()
        self.files = {}
        again = open_volume(pickle.loads(pickle.dumps(self.ref)))
        for entry in pickle.loads(pickle.dumps(self.entries)):
            if entry.readable:
                with suppress(SourceError), again.open(entry) as stream:
                    self.files[entry.path] = stream.read()
        again.close()

    @property
    def codes(self) -> list[str]:
        return [problem.code for problem in self.problems]


def below(files: dict[str, bytes], prefix: str) -> dict[str, bytes]:
    return {path.removeprefix(prefix): data for path, data in files.items() if path.startswith(prefix)}


@pytest.mark.parametrize(
    ("name", "wrapped", "prefix"),
    [
        ("a.zip", lambda: zipped({"in.zip": zipped(FILES)}), "in.zip/"),
        ("a.zip", lambda: zipped({"in.zip": zipped(FILES)}, zipfile.ZIP_STORED), "in.zip/"),
        ("a.tar", lambda: tarred({"x/in.zip": zipped({"deep.tar": tarred(FILES)})}), "x/in.zip/deep.tar/"),
        ("a.zip", lambda: zipped({"in.tar.gz": gzip.compress(tarred(FILES))}), "in.tar.gz/"),
        ("a.zip", lambda: zipped({"in.tgz": gzip.compress(tarred({"z.zip": zipped(FILES)}))}), "in.tgz/z.zip/"),
        ("a.zip", lambda: zipped({"in.tar.xz": lzma.compress(tarred(FILES))}), "in.tar.xz/"),
        ("a.tar", lambda: tarred({"t.tgz.gz": gzip.compress(gzip.compress(tarred(FILES)))}), "t.tgz.gz/t.tgz/"),
    ],
)  # fmt: skip
def test_archives_in_archives_give_the_same_files_and_bytes(tmp_path: Path, name, wrapped, prefix) -> None:
    path = tmp_path / name
    path.write_bytes(wrapped())
    read = Read(path)
    assert below(read.files, prefix) == FILES
    assert read.problems == []
    assert read.facts["containers opened inside"] == str(prefix.count("/") - prefix.count("x/"))


@needs_ext4
def test_a_disk_image_is_read_in_a_zip_in_a_folder_as_by_itself(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    (tree / "DCIM").mkdir(parents=True)
    for name, data in FILES.items():
        (tree / name).write_bytes(data)
    raw = ext4_image(tmp_path / "disk.dd", tree, mib=8)
    alone = Read(raw)
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "seized.zip").write_bytes(zipped({"disk.dd": raw.read_bytes()}))
    before = snapshot(folder)
    inside = Read(folder, tmp_path / "work")
    assert below(inside.files, "seized.zip/disk.dd/") == alone.files
    assert {name: alone.files[name] for name in FILES} == FILES
    assert snapshot(folder) == before


@needs_ext4
def test_all_segments_of_an_image_in_a_zip_are_found_beside_the_first(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / "noise.bin").write_bytes(FILES["DCIM/one.bin"])
    raw = ext4_image(tmp_path / "disk.img", tree, mib=8)
    segments = write_e01(tmp_path / "set.E01", raw.read_bytes(), chunks_per_segment=60)
    assert len(segments) > 2
    path = tmp_path / "set.zip"
    path.write_bytes(zipped({f"exhibit/{one.name}": one.read_bytes() for one in segments}))
    read = Read(path)
    assert read.files["exhibit/set.E01/noise.bin"] == FILES["DCIM/one.bin"]
    path.write_bytes(zipped({f"exhibit/{one.name}": one.read_bytes() for one in segments if one != segments[1]}))
    assert "not-opened" in Read(path, tmp_path / "other work").codes


def test_a_large_packed_member_is_unpacked_once_into_the_work_folder(tmp_path: Path) -> None:
    inner = zipped({"noise.bin": random.Random(6).randbytes(33 << 20), "letter.txt": b"made up"})
    path = tmp_path / "a.zip"
    path.write_bytes(zipped({"in.zip": inner}))
    work = tmp_path / "work"
    read = Read(path, work)
    assert read.files["in.zip/letter.txt"] == b"made up"
    (kept,) = list(work.iterdir())
    assert hashlib.sha256(kept.read_bytes()).digest() == hashlib.sha256(inner).digest()


def test_a_compressed_image_is_opened_and_a_compressed_letter_stays_one_file(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(
        zipped({"in.zip.gz": gzip.compress(zipped(FILES)), "letter.txt.gz": gzip.compress(b"made up " * 9)})
    )
    read = Read(path)
    assert below(read.files, "in.zip.gz/in.zip/") == FILES
    assert [name for name in read.files if name.startswith("letter")] == ["letter.txt.gz"]


def test_documents_and_programs_are_no_archives(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(zipped({name: zipped(FILES) for name in ("letter.docx", "app.apk", "code.jar")}))
    assert sorted(Read(path).files) == ["app.apk", "code.jar", "letter.docx"]


def test_among_few_files_the_content_tells_a_container_and_among_many_its_name(tmp_path: Path) -> None:
    few, many = tmp_path / "few.zip", tmp_path / "many.zip"
    few.write_bytes(zipped({"evidence": zipped(FILES)}))
    many.write_bytes(zipped({"evidence": zipped(FILES), **{f"{n}.txt": b"made up" for n in range(40)}}))
    assert below(Read(few).files, "evidence/") == FILES
    assert below(Read(many).files, "evidence/") == {}


def test_what_is_not_opened_for_a_limit_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = zipped(FILES)
    for number in range(8):
        data = zipped({f"{number}.zip": data})
    (tmp_path / "deep.zip").write_bytes(data)
    deep = Read(tmp_path / "deep.zip")
    assert [problem.detail for problem in deep.problems] == [
        "7.zip/6.zip/5.zip/4.zip/3.zip/2.zip: not opened: the limit is 5 containers in one another"
    ]
    assert deep.files["7.zip/6.zip/5.zip/4.zip/3.zip/2.zip"]
    monkeypatch.setattr(nesting, "MOST", 3)
    (tmp_path / "wide.zip").write_bytes(zipped({f"{number}.zip": zipped(FILES) for number in range(5)}))
    wide = Read(tmp_path / "wide.zip")
    assert wide.codes == ["not-opened", "not-opened"]
    assert len(wide.files) == 5 + 3 * len(FILES)


def test_archives_that_hold_ever_more_are_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nesting, "MOST_BYTES", 1 << 20)
    monkeypatch.setattr(nesting, "MOST_RATIO", 2)
    leaf = zipped({"zeros": bytes(400_000)})
    path = tmp_path / "a.zip"
    path.write_bytes(zipped({f"{number}.zip": leaf for number in range(20)}))
    read = Read(path)
    assert len([name for name in read.files if name.endswith("/zeros")]) == 3
    assert read.problems[0].detail.endswith(
        "the limit is 2 times the bytes of the source in all (a decompression bomb)"
    )


def test_damage_inside_is_told_with_its_place_and_costs_nothing_else(tmp_path: Path) -> None:
    broken = bytearray(zipped({"in.zip": zipped(FILES)}, zipfile.ZIP_STORED))
    at = broken.rindex(b"PK\x01\x02")
    broken[at : at + 4] = b"XXXX"
    path = tmp_path / "a.zip"
    path.write_bytes(
        zipped(
            {"broken.zip": bytes(broken), "sound.zip": zipped(FILES), "gone.tar.gz": gzip.compress(tarred(FILES))[:900]}
        )
    )
    read = Read(path)
    assert below(read.files, "sound.zip/") == FILES
    assert {problem.detail.partition(":")[0] for problem in read.problems} >= {"broken.zip", "gone.tar.gz"}


@pytest.mark.parametrize(
    "address",
    [
        '[[["zip"',
        '[[["zip",[["a",1,"0"]]]],3]',
        '[[["cloud",[["a",1,"0"]]]],"0"]',
        "[[1],2]",
        '[[["iOS backup","x"]],"{}"]',
        '[[["nothing","x"]],"{}"]',
    ],
)
def test_an_address_that_nothing_here_made_is_refused(tmp_path: Path, address: str) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(zipped(FILES))
    volume = open_volume(SourceRef("zip", str(path)))
    with pytest.raises(SourceError):
        volume.open(Entry("a", 1, address))
    volume.close()


def test_what_is_inside_a_source_is_the_same_from_a_folder_a_zip_and_a_tar(tmp_path: Path) -> None:
    files = {"Backup/in.zip": zipped(FILES), "Backup/letter.txt": b"made up"}
    folder = tmp_path / "folder"
    (folder / "Backup").mkdir(parents=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)
    (tmp_path / "a.zip").write_bytes(zipped(files))
    (tmp_path / "a.tar").write_bytes(tarred(files))
    read = [Read(folder, tmp_path / "w"), Read(tmp_path / "a.zip"), Read(tmp_path / "a.tar")]
    assert read[0].files == read[1].files == read[2].files
    assert len(read[0].files) == 2 + len(FILES)
    assert os.sep not in "".join(read[0].files).replace("/", "")


def test_a_report_of_something_else_is_a_file_like_any_other(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    files = {"report.xml": b"<results/>", "files/letter.txt": b"made up", "files/Info.plist": b"made up"}
    path.write_bytes(zipped(files))
    read = Read(path)
    assert (read.files, read.problems) == (files, [])


def test_a_container_whose_reader_fails_costs_itself_and_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(zipped({"bad.tar": tarred({"letter.txt": b"made up"}), "good.zip": zipped(FILES)}))

    def fails(*_: object) -> None:
        raise RuntimeError("a slip of a library")

    monkeypatch.setattr(tar_archive.TarVolume, "entries", fails)
    read = Read(path)
    assert below(read.files, "good.zip/") == FILES
    assert [problem.detail for problem in read.problems] == [
        "bad.tar: cannot be listed to its end: RuntimeError: a slip of a library"
    ]


def test_two_backups_in_one_source_keep_what_each_says(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_backup(tmp_path / "source" / name)
    read = Read(tmp_path / "source", tmp_path / "work")
    assert read.problems == []
    plain = Read(tmp_path / "source" / "one", tmp_path / "other work").facts
    told = {name: text for name, text in plain.items() if not name.startswith(("layout of", "device"))}
    assert (told["phone number"], told["manifest rows"]) == ("07700 900123", "7")
    for place in ("one", "two"):
        found = {name.removeprefix(f"{place}: "): text for name, text in read.facts.items() if name.startswith(place)}
        assert {name: found.get(name) for name in told} == told
    assert [name for name in read.facts if name in told] == []
    assert (
        read.files["one/private/var/mobile/Library/SMS/sms.db"]
        == read.files["two/private/var/mobile/Library/SMS/sms.db"]
    )


def test_a_backup_and_a_report_in_one_source_need_no_names_to_be_told_apart(tmp_path: Path) -> None:
    write_backup(tmp_path / "source" / "one")
    xml = report({}, [tagged("/a.txt", "files\\a.txt", 7)])
    ufdr(tmp_path / "source" / "two.zip", xml, {"files/a.txt": b"made up"})
    read = Read(tmp_path / "source", tmp_path / "work")
    assert (read.facts["manifest rows"], read.facts["Report: name"]) == ("7", "Example & one")


@pytest.mark.parametrize(
    ("head", "what"),
    [(b"7z\xbc\xaf\x27\x1c" + bytes(100), "a 7-Zip archive"), (b"Rar!\x1a\x07\x01\x00" + bytes(100), "a RAR archive")],
)
def test_an_archive_that_is_not_opened_says_what_it_is(tmp_path: Path, head: bytes, what: str) -> None:
    (tmp_path / "seized.7z").write_bytes(head)
    (tmp_path / "nameless").write_bytes(head)
    (tmp_path / "a.zip").write_bytes(zipped({"seized.rar": head}))
    for name, place in (("seized.7z", "seized.7z"), ("nameless", "nameless"), ("a.zip", "seized.rar")):
        (problem,) = Read(tmp_path / name).problems
        assert (problem.kind, problem.code) == ("file", "not-opened")
        assert problem.detail.startswith(f"{place}: {what}, which is not opened: ")


def test_what_another_worker_unpacked_first_is_used(tmp_path: Path) -> None:
    place = tmp_path / "inner"

    def write(part: Path) -> None:
        place.write_bytes(b"made up")
        raise PermissionError(13, "in use")

    write_whole(place, write)
    assert [(one.name, one.read_bytes()) for one in tmp_path.iterdir()] == [("inner", b"made up")]
    with pytest.raises(OSError, match="no room"):
        write_whole(tmp_path / "other", lambda _: (_ for _ in ()).throw(OSError(28, "no room")))


def test_a_backup_beside_a_report_of_another_tool_is_opened_too(tmp_path: Path) -> None:
    source = tmp_path / "source"
    write_backup(source / "backup")
    (source / "files").mkdir()
    (source / "files" / "letter.txt").write_bytes(b"made up")
    (source / "report.xml").write_bytes(report({}))
    read = Read(source, tmp_path / "work")
    assert {name for name in read.facts if name.startswith("layout of ")} == {
        "layout of the source",
        "layout of backup",
    }
    assert read.files["files/letter.txt"] == b"made up"
    assert read.files["backup/private/var/mobile/Library/SMS/sms.db"]
