from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from evidence_store.records import Problem
from extractors import sources
from extractors.sources import disk
from extractors.sources.base import SourceError, SourceRef, StoredHash
from extractors.sources.images import ewf
from extractors.sources.place import HostPlace
from tests.evidence_builders.images import ext4_image, have, write_e01

needs_ext4 = pytest.mark.skipif(not have("mkfs.ext4"), reason="mkfs.ext4 is not installed")
CHUNK = 64 * 512


def ref(path: Path) -> SourceRef:
    return SourceRef(ewf.KIND, str(path))


def contents(module, path: Path) -> dict[str, tuple[str, bytes | None]]:
    volume = module.open_volume(ref(path))
    found = {}
    for entry in volume.entries():
        data = None
        if entry.readable:
            with volume.open(entry) as stream:
                data = stream.read()
        found[entry.path] = (entry.address, data)
    volume.close()
    return found


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    tree = tmp_path / "tree"
    tree.mkdir()
    for number in range(30):
        (tree / f"{number}.bin").write_bytes(os.urandom(5000) + b"made up " * 9000)
    return ext4_image(tmp_path / "disk.img", tree, mib=8)


@needs_ext4
def test_an_e01_holds_what_its_raw_image_holds(tmp_path, raw):
    first = write_e01(tmp_path / "set.E01", raw.read_bytes(), chunks_per_segment=60)[0]
    assert ewf.detect(HostPlace(first), first.read_bytes()[:4096])
    assert contents(sources, first) == contents(disk, raw)


@needs_ext4
def test_hashes_are_of_the_media_and_each_segment_has_its_own(tmp_path, raw):
    data = raw.read_bytes()
    paths = write_e01(tmp_path / "set.E01", data, chunks_per_segment=100)
    steps: list[int] = []
    hashes = sources.hash_source(ref(paths[0]), steps.append)
    digests = {name: hashlib.new(name, data).hexdigest() for name in ("sha256", "sha1", "md5")}
    assert (hashes.size, hashes.sha256, hashes.sha1, hashes.md5) == (len(data), *digests.values())
    assert hashes.stored == [StoredHash("md5", digests["md5"], True)]
    assert hashes.files == [
        {"name": path.name, "size": path.stat().st_size, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
        for path in paths
    ]
    assert (sum(steps), hashes.problems) == (len(data), [])


@needs_ext4
def test_a_stored_hash_that_differs_is_told(tmp_path, raw):
    data = raw.read_bytes()
    (path,) = write_e01(tmp_path / "set.E01", data, md5="00" * 15 + "01")
    hashes = sources.hash_source(ref(path))
    assert hashes.stored == [StoredHash("md5", "00" * 15 + "01", False)]
    detail = f"the md5 stored in the set is {'00' * 15}01; the media gives {hashlib.md5(data).hexdigest()}"
    assert hashes.problems == [Problem("file", "stored-hash", detail)]


@needs_ext4
def test_a_bad_chunk_is_told_with_its_number_and_place_and_the_rest_is_read(tmp_path, raw):
    (path,) = write_e01(tmp_path / "set.E01", raw.read_bytes(), errors=((8, 2),))
    whole = contents(sources, path)
    damaged = bytearray(path.read_bytes())
    # Somewhere in the middle of the chunks, where files stand.
    damaged[len(damaged) // 2] ^= 0xFF
    path.write_bytes(damaged)
    hashes = sources.hash_source(ref(path))
    bad = [problem for problem in hashes.problems if problem.code == "bad-chunk"]
    assert len(bad) == 1
    number = int(bad[0].detail.split()[1])
    assert bad[0].locator == f"byte {number * CHUNK}+{CHUNK}"
    assert hashes.stored[0].matches is False
    got = contents(sources, path)
    assert set(got) == set(whole)
    assert 0 < sum(got[name] != whole[name] for name in whole) <= 2
    noted = [problem for problem in hashes.problems if problem.kind == "note"]
    detail = "2 sectors from 8 could not be read when the image was taken"
    assert noted == [Problem("note", "acquisition-error", detail, "byte 4096+1024")]


@needs_ext4
def test_the_notes_of_the_acquisition_are_facts(tmp_path, raw):
    (path,) = write_e01(tmp_path / "set.E01", raw.read_bytes())
    volume = sources.open_volume(ref(path))
    facts = volume.facts()
    volume.close()
    assert (facts["case number"], facts["examiner"], facts["segments"]) == ("CASE-1", "Ann Example", "1")
    assert facts["stored md5"] == hashlib.md5(raw.read_bytes()).hexdigest()
    assert facts["volume p0"].startswith("ext4, ")


@needs_ext4
def test_nothing_about_a_set_changes_by_reading_it(tmp_path, raw):
    folder = tmp_path / "exhibit"
    folder.mkdir()
    paths = write_e01(folder / "set.E01", raw.read_bytes(), chunks_per_segment=60)
    for path in paths:
        path.chmod(0o444)

    def state() -> list[tuple[str, int, int, str]]:
        return [
            (p.name, p.stat().st_size, p.stat().st_mtime_ns, hashlib.sha256(p.read_bytes()).hexdigest())
            for p in sorted(folder.iterdir())
        ]

    before = state()
    for path in paths:
        os.utime(path, ns=(10**18, path.stat().st_mtime_ns))
    contents(sources, paths[0])
    sources.hash_source(ref(paths[0]))
    accessed = {path.stat().st_atime_ns for path in paths}
    assert state() == before
    assert accessed == {10**18} or not hasattr(os, "O_NOATIME")


def test_a_set_that_cannot_be_opened_is_refused_in_one_line(tmp_path):
    path = tmp_path / "a.E01"
    cases = [(b"", "is empty"), (b"EVF2\r\n\x81\x00", "version 2"), (b"LVF\x09\x0d\x0a\xff\x00" + bytes(20), "L01")]
    for content, words in cases:
        path.write_bytes(content)
        assert ewf.detect(HostPlace(path), content) == content.startswith(b"EVF2")
        for use in (sources.open_volume, sources.hash_source):
            with pytest.raises(SourceError, match=words) as refused:
                use(ref(path))
            assert "\n" not in str(refused.value)
    with pytest.raises(SourceError):
        sources.open_volume(ref(tmp_path / "none.E01"))


@pytest.mark.parametrize("name", ["plaso/image.E01", "sleuthkit/data/image.E01"])
def test_the_stored_hashes_of_the_corpus_match(corpus, name):
    hashes = sources.hash_source(ref(corpus / name))
    assert [stored.matches for stored in hashes.stored] == [True]
    assert (hashes.size, hashes.problems) == (102400, [])


def test_the_same_disk_as_e01_and_raw_gives_the_same_files(corpus):
    folder = corpus / "sleuthkit/data"
    assert contents(sources, folder / "image.E01") == contents(disk, folder / "image.dd")
    assert sources.hash_source(ref(folder / "image.E01")).sha256 == disk.hash_source(ref(folder / "image.dd")).sha256
