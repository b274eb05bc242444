from __future__ import annotations

import bz2
import gzip
import lzma
import os
import tarfile
from pathlib import Path

import pytest

from evidence_store.records import Problem
from extractors.sources import KINDS, detect, hash_source, host_files, name_note, open_volume
from extractors.sources.base import SourceError, SourceRef
from tests.evidence_builders.archives import TREE, Raw, raw_zip, write_folder, write_tar, write_zip

POSIX = pytest.mark.skipif(os.name != "posix", reason="pipes and permissions of POSIX")


def tar_bytes(tmp_path: Path) -> bytes:
    return write_tar(tmp_path / "plain").read_bytes()


def test_the_list_names_every_kind_once_in_the_order_of_asking():
    assert [source.kind for source in KINDS] == [
        "folder", "E01", "AFF4", "AFF", "split raw image", "QCOW", "VDI", "VHDX", "VMDK", "DMG", "VHD", "L01", "AFF4-L",
        "zip", "tar", "tar.gz", "tar.bz2", "tar.xz", "gz", "bz2", "xz", "Android backup", "WhatsApp backup",
        "Signal backup", "UFD", "UFDX", "raw image", "file",
    ]  # fmt: skip
    assert all(source.title and source.limits for source in KINDS)


def test_the_content_decides_and_not_the_name(tmp_path: Path):
    plain = tar_bytes(tmp_path)
    program = b"MZ" + bytes(5000)
    v7 = tarfile.TarInfo("old style").tobuf(tarfile.USTAR_FORMAT)
    contents = {
        "zip": [raw_zip([Raw(b"a", b"1")]), raw_zip([]), raw_zip([Raw(b"a", b"1")])[:40],
                raw_zip([Raw(b"a", b"1")], prefix=program), raw_zip([Raw(b"a", b"1")], prefix=b"12345678")],
        "tar": [plain, v7 + bytes(1024), plain[:1000]],
        "tar.gz": [gzip.compress(plain), gzip.compress(plain)[:900]],
        "tar.bz2": [bz2.compress(plain)],
        "tar.xz": [lzma.compress(plain)],
        "gz": [gzip.compress(b"hello" * 900)],
        "bz2": [bz2.compress(b"hello")],
        "xz": [lzma.compress(b"hello")],
        "file": [b"hello", bytes(100_000), b"\x1f\x8b\x08", b"BZh9broken",
                 raw_zip([Raw(b"a", b"1")], prefix=b"x" * 5000)],
    }  # fmt: skip
    for kind, samples in contents.items():
        for number, data in enumerate(samples):
            path = tmp_path / "evidence.bin"
            path.write_bytes(data)
            assert (detect(path), number) == (kind, number)
    assert detect(tmp_path) == "folder"


@POSIX
def test_what_can_be_no_source_gives_one_clear_line(tmp_path: Path):
    (tmp_path / "empty.zip").write_bytes(b"")
    (tmp_path / "image.E01").write_bytes(b"this is text")
    os.mkfifo(tmp_path / "pipe")
    for path, reason in {
        tmp_path / "missing": "does not exist",
        tmp_path / "empty.zip" / "below": "does not exist",
        tmp_path / "empty.zip": "is empty (0 bytes)",
        tmp_path / "pipe": "is a device, pipe or socket, not a file or folder",
        Path("/dev/null"): "is a device, pipe or socket, not a file or folder",
        tmp_path / "image.E01": "is named as an E01 image, but its first bytes are not those of one",
    }.items():
        with pytest.raises(SourceError) as caught:
            detect(path)
        assert str(caught.value) == f"{path}: {reason}"


@POSIX
def test_a_file_that_may_not_be_read_is_told(tmp_path: Path):
    (tmp_path / "locked").write_bytes(b"made up")
    (tmp_path / "locked").chmod(0)
    if os.access(tmp_path / "locked", os.R_OK):
        pytest.skip("this user may read everything")
    with pytest.raises(SourceError, match=r"locked: cannot be opened: Permission denied$"):
        detect(tmp_path / "locked")


def test_a_name_that_claims_another_kind_is_told_with_the_hashes(tmp_path: Path):
    note = "export.zip is named .zip, but its content is: Single file"
    path = tmp_path / "export.zip"
    path.write_bytes(b"this is text")
    assert name_note(path, detect(path)) == note
    assert hash_source(SourceRef("file", str(path))).problems == [Problem("note", "name-and-content", note)]
    assert name_note(tmp_path / "image.E01", "zip") == "image.E01 is named .e01, but its content is: Zip archive"
    assert [
        name_note(Path(name), kind) for name, kind in (("a.tgz", "tar.gz"), ("a.zip", "zip"), ("x.gz", "file"))
    ] == [""] * 3


def test_every_kind_opens_by_its_reference_alone(tmp_path: Path):
    for path in (write_folder(tmp_path / "tree"), write_zip(tmp_path / "a"), write_tar(tmp_path / "b")):
        volume = open_volume(SourceRef(detect(path), str(path)))
        assert {entry.path for entry in volume.entries()} == set(TREE)
        volume.close()
        assert host_files(path) == [path]
    with pytest.raises(SourceError, match="'cloud' is no kind of source that is known"):
        open_volume(SourceRef("cloud", "a"))


def test_a_database_brings_its_neighbours_on_the_host(tmp_path: Path):
    for name in ("a.db", "a.db-wal"):
        (tmp_path / name).write_bytes(b"made up")
    assert host_files(tmp_path / "a.db") == [tmp_path / "a.db", tmp_path / "a.db-wal"]
