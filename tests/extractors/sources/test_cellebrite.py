from __future__ import annotations

import contextlib
import hashlib
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evidence_store.records import Problem
from extractors.sources import cellebrite
from extractors.sources.base import Entry, SourceError, SourceRef, StoredHash
from extractors.sources.place import HostPlace
from tests.evidence_builders.archives import snapshot
from tests.evidence_builders.cellebrite import extraction, ufd, ufdx


def listing(volume: cellebrite.UfdVolume) -> dict[str, bytes]:
    found = {}
    for entry in volume.entries():
        with volume.open(entry) as stream:
            found[entry.path] = stream.read()
    return found


def collection(folder: Path, *paths: str) -> Path:
    path = folder / "EvidenceCollection.ufdx"
    path.write_bytes(ufdx(*paths).encode())
    return path


def digest(path: Path, algorithm: str = "sha256") -> str:
    return hashlib.new(algorithm, path.read_bytes()).hexdigest()


def test_a_ufd_lists_its_dump_as_the_file_that_it_is(tmp_path: Path):
    path = extraction(tmp_path)
    volume = cellebrite.UfdVolume(path)
    dump = path.with_suffix(".zip")
    assert listing(volume) == {path.name: path.read_bytes(), dump.name: dump.read_bytes()}


def test_a_ufdx_unites_the_extractions_in_folders_below_it(tmp_path: Path):
    first = extraction(tmp_path / "EXTRACTION_FFS 01", "EXTRACTION_FFS")
    extraction(tmp_path / "Logical 01", "Logical")
    path = collection(tmp_path, "EXTRACTION_FFS 01\\extraction_ffs.UFD", "Logical 01/Logical.ufd")
    volume = cellebrite.UfdVolume(path)
    assert list(listing(volume)) == [
        "EvidenceCollection.ufdx",
        "EXTRACTION_FFS 01/EXTRACTION_FFS.ufd",
        "EXTRACTION_FFS 01/EXTRACTION_FFS.zip",
        "Logical 01/Logical.ufd",
        "Logical 01/Logical.zip",
    ]
    assert (volume.kind, volume.problems()) == ("UFDX", [])
    assert cellebrite.host_files(path)[:3] == [path, first, first.with_suffix(".zip")]
    assert len(cellebrite.host_files(path)) == 5
    facts = volume.facts()
    assert facts["CrimeCase: Case Identifier"] == "EX/1"
    assert facts["EXTRACTION_FFS 01/General: AcquisitionTool"] == "UFED 4PC"
    volume.close()


def test_the_facts_are_what_the_ufd_says_and_never_its_password(tmp_path: Path):
    volume = cellebrite.UfdVolume(extraction(tmp_path))
    facts = volume.facts()
    assert facts["DeviceInfo: IMEI1"] == "000000000000001"
    assert facts["General: EndTime"] == "25/10/2026 01:30:00 (0)"
    assert facts["General: BackupPassword"] == "recorded, not shown here"
    assert "example-1234" not in repr((facts, cellebrite.read_pointer(HostPlace(tmp_path / "Example One.ufd"))))


def test_facts_beyond_those_that_are_shown_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    ufd = extraction(tmp_path)
    said = len(cellebrite.UfdVolume(ufd).facts())
    monkeypatch.setattr(cellebrite, "_MOST_FACTS", 2)
    facts = cellebrite.read_pointer(HostPlace(tmp_path / "Example One.ufd")).facts
    assert (len(facts), facts["not shown"]) == (3, f"{said - 2} more values")


def test_stored_hashes_are_compared_and_each_file_is_hashed_once(tmp_path: Path):
    path = extraction(tmp_path)
    dump, seen = path.with_suffix(".zip"), []
    hashes = cellebrite.hash_source(SourceRef("UFD", str(path)), seen.append)
    assert hashes.stored == [
        StoredHash("SHA-256 of Example One.zip", digest(dump), True),
        StoredHash("MD5 of Example One.zip", digest(dump, "md5"), True),
    ]
    assert hashes.files == [
        {"name": one.name, "size": one.stat().st_size, "sha256": digest(one)} for one in (path, dump)
    ]
    assert (hashes.problems, hashes.size, sum(seen)) == ([], *[path.stat().st_size + dump.stat().st_size] * 2)
    lines = "".join(f"{digest(one)}  {one.name}\n" for one in (path, dump))
    assert hashes.sha256 == hashlib.sha256(lines.encode()).hexdigest()
    with dump.open("ab") as out:
        out.write(b"more")
    changed = cellebrite.hash_source(SourceRef("UFD", str(path)))
    assert [one.matches for one in changed.stored] == [False, False]


def test_a_dump_that_is_not_there_is_told_and_its_hash_is_not_checked(tmp_path: Path):
    path = tmp_path / "a.ufd"
    path.write_text(ufd({"FileDump": "gone.zip"}, {"SHA256": {"gone.zip": "ab" * 32, "report.pdf": "cd" * 32}}))
    (tmp_path / "report.pdf").write_bytes(b"made up")
    hashes = cellebrite.hash_source(SourceRef("UFD", str(path)))
    assert hashes.problems == [Problem("file", "dump-missing", "gone.zip: is named, and is not there", "gone.zip")]
    assert hashes.stored == [
        StoredHash("SHA-256 of gone.zip", "ab" * 32, None),
        StoredHash("SHA-256 of report.pdf", "cd" * 32, False),
    ]
    volume = cellebrite.UfdVolume(path)
    assert sorted(listing(volume)) == ["a.ufd", "report.pdf"]
    assert volume.problems() == hashes.problems


@pytest.mark.parametrize(
    "name",
    ["../secret.zip", "..\\secret.zip", "/etc/passwd", "C:\\secret.zip", "\\\\host\\share\\a.zip", "a//b.zip", "b/./c"],
)
def test_a_path_that_leads_elsewhere_is_refused_by_name(tmp_path: Path, name: str):
    (tmp_path / "secret.zip").write_bytes(b"not evidence")
    (tmp_path / "evidence").mkdir()
    path = tmp_path / "evidence" / "a.ufd"
    path.write_text(ufd({"FileDump": name}))
    assert cellebrite.host_files(path) == [path]
    (problem,) = cellebrite.UfdVolume(path).problems()
    assert (problem.kind, problem.code) == ("file", "dump-missing")
    assert problem.detail == f"{name!a} is no path below the folder, and is not followed"


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege on Windows")
def test_links_on_the_way_are_not_followed(tmp_path: Path):
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "a.zip").write_bytes(b"not evidence")
    evidence = tmp_path / "evidence"
    evidence.mkdir()
    (evidence / "link.zip").symlink_to(tmp_path / "secret" / "a.zip")
    (evidence / "folder").symlink_to(tmp_path / "secret")
    path = evidence / "a.ufd"
    path.write_text(ufd({"A": "link.zip", "B": "folder/a.zip"}))
    assert cellebrite.host_files(path) == [path]
    assert [problem.detail for problem in cellebrite.UfdVolume(path).problems()] == [
        "link.zip: leads through a link, which is not followed",
        "folder/a.zip: leads through a link, which is not followed",
    ]


def test_a_folder_is_no_dump(tmp_path: Path):
    (tmp_path / "folder").mkdir()
    path = tmp_path / "a.ufd"
    path.write_text(ufd({"A": "folder", "B": "a.ufd/b.zip"}))
    assert [problem.detail for problem in cellebrite.UfdVolume(path).problems()] == [
        "folder: is named, and is no file",
        "a.ufd/b.zip: is named, and is no file",
    ]


def test_a_ufdx_with_a_missing_ufd_or_one_that_is_none_says_so(tmp_path: Path):
    (tmp_path / "b.ufd").write_bytes(b"made up")
    path = collection(tmp_path, "a.ufd", "b.ufd", "EvidenceCollection.ufdx")
    assert [problem.detail for problem in cellebrite.UfdVolume(path).problems()] == [
        "a.ufd: is named, and is not there",
        "b.ufd: not a .ufd: no sections [Dumps] and [General]",
        "EvidenceCollection.ufdx: is no .ufd",
    ]


def test_an_address_opens_its_entry_again_and_one_that_is_none_is_refused(tmp_path: Path):
    path = extraction(tmp_path)
    volume = cellebrite.UfdVolume(path)
    entry = list(volume.entries())[1]
    volume.close()
    again = cellebrite.UfdVolume(path)
    with again.open(Entry(entry.path, entry.size, entry.address)) as stream:
        assert stream.read() == path.with_suffix(".zip").read_bytes()
    for address in ("", "/etc/passwd", "../Example One.zip", "other.zip"):
        with pytest.raises(SourceError, match=r"^x: not an address"):
            again.open(Entry("x", 1, address))
    again.close()


@pytest.mark.skipif(os.name == "nt", reason="names are text on Windows")
def test_a_name_that_is_no_text_has_an_address_that_is(tmp_path: Path):
    path = tmp_path / "a.ufd"
    path.write_bytes(ufd({"FileDump": "\xe9.zip"}).encode("utf-16"))
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/b\xe9.ufd")).write_bytes(path.read_bytes())
    Path(tmp_path / "\xe9.zip").write_bytes(b"made up")
    volume = cellebrite.UfdVolume(os.fsdecode(os.fsencode(tmp_path) + b"/b\xe9.ufd"))
    first, second = volume.entries()
    assert (first.path, first.address, second.address) == ("b\\xe9.ufd", "b%E9.ufd", "%C3%A9.zip")
    assert len(listing(volume)) == 2


def test_opening_listing_reading_and_hashing_change_nothing(tmp_path: Path):
    extraction(tmp_path / "one", "one")
    path = collection(tmp_path, "one/one.ufd")
    before = snapshot(tmp_path)
    volume = cellebrite.UfdVolume(path)
    listing(volume)
    volume.close()
    cellebrite.hash_source(SourceRef("UFDX", str(path)))
    assert snapshot(tmp_path) == before


def test_detection_is_by_content(tmp_path: Path):
    path = extraction(tmp_path)
    place = HostPlace(path)
    assert cellebrite.detect(place, path.read_bytes())
    assert cellebrite.kind_of(path.read_bytes()) == "UFD"
    assert cellebrite.kind_of(ufdx().encode()) == "UFDX"
    assert not cellebrite.detect(place, b"PK\x03\x04")


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 700), st.binary(max_size=30))
def test_a_damaged_pointer_gives_files_of_its_folder_or_a_source_error(tmp_path: Path, at: int, junk: bytes):
    path = tmp_path / "a.ufd"
    if not path.exists():
        extraction(tmp_path, "a")
        collection(tmp_path, "a.ufd")
    whole = ufd({"FileDump": "a.zip"}, {"SHA256": {"a.zip": "ab" * 32}}).encode()
    (tmp_path / "b.ufd").write_bytes(whole[:at] + junk + whole[at + len(junk) :])
    with contextlib.suppress(SourceError):
        assert {file.parent for file in cellebrite.host_files(tmp_path / "b.ufd")} == {tmp_path}
