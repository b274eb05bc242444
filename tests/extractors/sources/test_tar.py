from __future__ import annotations

import bz2
import gzip
import hashlib
import io
import lzma
import random
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evidence_store.records import Moment
from extractors.sources import tar_archive, tar_unpack
from extractors.sources.base import Entry, SourceError, SourceRef
from extractors.sources.place import HostPlace
from tests.evidence_builders.archives import STAMP_NS, TREE, snapshot, write_tar

NOISE = random.Random(3).randbytes(200_000)
PACK = {"gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress}
OPENED: list[tar_archive.TarVolume] = []


@pytest.fixture(autouse=True)
def everything_is_closed():
    yield
    while OPENED:
        OPENED.pop().close()


def opened(path: Path, data: bytes | None = None) -> tar_archive.TarVolume:
    if data is not None:
        path.write_bytes(data)
    OPENED.append(tar_archive.open_volume(SourceRef("tar", str(path))))
    return OPENED[-1]


def read(volume: tar_archive.TarVolume, entry: Entry) -> bytes:
    with volume.open(entry) as stream:
        return stream.read()


def member(name: str, data: bytes = b"", **fields: object) -> tuple[tarfile.TarInfo, bytes]:
    info = tarfile.TarInfo(name)
    info.size = len(data)
    for field, value in fields.items():
        setattr(info, field, value)
    return info, data


def tar_of(*members: tuple[tarfile.TarInfo, bytes], form: int = tarfile.GNU_FORMAT) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=form) as archive:
        for info, data in members:
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def summary(volume: tar_archive.TarVolume) -> list[tuple[str, str, bool, str]]:
    return [(entry.path, entry.kind, entry.readable, entry.note) for entry in volume.entries()]


def codes(volume: tar_archive.TarVolume) -> list[str]:
    return [problem.code for problem in volume.problems()]


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_each_form_of_header_gives_the_names_and_bytes(tmp_path: Path, form: int):
    tree = {path: data for path, data in TREE.items() if form != tarfile.USTAR_FORMAT or path.isascii()}
    tree["/".join(["a folder of a long name"] * 5) + "/" + "x" * 90] = b"long"
    volume = opened(write_tar(tmp_path / "a.tar", tree, form=form))
    assert {entry.path: read(volume, entry) for entry in volume.entries()} == tree
    assert volume.problems() == []


def test_opening_listing_reading_and_hashing_leave_the_archive_as_it_was(tmp_path: Path):
    path = write_tar(tmp_path / "a.tar")
    before = snapshot(tmp_path)
    volume = opened(path)
    for entry in volume.entries():
        read(volume, entry)
    hashes = tar_archive.hash_source(SourceRef("tar", str(path)))
    assert snapshot(tmp_path) == before
    assert hashes.sha1 == hashlib.sha1(path.read_bytes()).hexdigest()


def test_times_keep_the_fraction_that_an_extended_header_stores(tmp_path: Path):
    stored = {"mtime": "1792888200.123456789", "atime": "1792888200"}
    data = tar_of(member("a", pax_headers=stored), member("b", mtime=STAMP_NS // 10**9), form=tarfile.PAX_FORMAT)
    assert [entry.times for entry in opened(tmp_path / "a.tar", data).entries()] == [
        (
            Moment("modified (file system)", 1_792_888_200_123_456, "1792888200.123456789", "D"),
            Moment("accessed (file system)", 1_792_888_200_000_000, "1792888200", "D"),
        ),
        (Moment("modified (file system)", 1_792_888_200_000_000, "1792888200", "D"),),
    ]


def test_links_and_devices_are_listed_and_a_hard_link_gives_the_bytes_of_its_target(tmp_path: Path):
    data = tar_of(
        member("a", b"made up"),
        member("soft", type=tarfile.SYMTYPE, linkname="/etc/passwd"),
        member("hard", type=tarfile.LNKTYPE, linkname="a"),
        member("harder", type=tarfile.LNKTYPE, linkname="hard"),
        member("lost", type=tarfile.LNKTYPE, linkname="elsewhere"),
        member("device", type=tarfile.CHRTYPE),
        member("pipe", type=tarfile.FIFOTYPE),
        member("a", b"newer"),
    )
    volume = opened(tmp_path / "a.tar", data)
    assert summary(volume) == [
        ("a", "file", True, ""),
        ("soft", "link", False, "link to /etc/passwd"),
        ("device", "special", False, "character device"),
        ("pipe", "special", False, "named pipe"),
        ("a", "file", True, ""),
        ("hard", "file", True, "hard link to a"),
        ("harder", "file", True, "hard link to hard"),
        ("lost", "link", False, "hard link to elsewhere, which the archive does not hold"),
    ]
    files = [(entry.path, read(volume, entry)) for entry in volume.entries() if entry.readable]
    assert files == [("a", b"made up"), ("a", b"newer"), ("hard", b"made up"), ("harder", b"made up")]


def test_names_that_climb_out_are_made_safe_and_told(tmp_path: Path):
    data = tar_of(member("../../a", b"1"), member("/b", b"2"), member("c/../../d", b"3"))
    volume = opened(tmp_path / "a.tar", data)
    assert [(entry.path, read(volume, entry)) for entry in volume.entries()] == [
        ("_up_/_up_/a", b"1"), ("b", b"2"), ("c/_up_/_up_/d", b"3")
    ]  # fmt: skip
    assert codes(volume) == ["odd-name", "absolute-name", "odd-name"]


def test_a_damaged_header_costs_its_own_member(tmp_path: Path):
    data = bytearray(tar_of(member("a", b"1"), member("b", b"2"), member("c", b"3")))
    data[1024 + 150] ^= 1
    volume = opened(tmp_path / "a.tar", bytes(data))
    assert [(entry.path, read(volume, entry)) for entry in volume.entries()] == [("a", b"1"), ("c", b"3")]
    (problem,) = volume.problems()
    assert problem.detail == "damaged header (bad checksum) at byte 1024; reading goes on at byte 2048"


def test_a_cut_archive_gives_what_is_whole_and_names_what_is_not(tmp_path: Path):
    volume = opened(tmp_path / "a.tar", tar_of(member("a", b"1"), member("b", NOISE))[:100_000])
    reason = "cut short, 98464 of 200000 bytes are there"
    assert summary(volume) == [("a", "file", True, ""), ("b", "file", False, reason)]
    assert codes(volume) == ["tar-no-end"]


def test_a_checksum_of_signed_bytes_is_as_good(tmp_path: Path):
    data = bytearray(tar_of(member("gr\u00fc\u00dfe", b"1")))
    signed = sum(byte - 256 if byte > 127 else byte for byte in data[:148] + b" " * 8 + data[156:512])
    data[148:156] = b"%06o\0 " % signed
    (entry,) = opened(tmp_path / "a.tar", bytes(data)).entries()
    assert entry.path == "gr\u00fc\u00dfe"


def test_sizes_and_times_too_large_for_octal_digits_are_binary(tmp_path: Path):
    volume = opened(tmp_path / "a.tar", tar_of(member("old", mtime=-86_400), member("b", b"2", mtime=1 << 40)))
    assert [(entry.path, entry.times[0].raw, entry.times[0].utc_us) for entry in volume.entries()] == [
        ("old", "-86400", None), ("b", str(1 << 40), None)
    ]  # fmt: skip


def test_members_behind_an_end_mark_are_not_lost(tmp_path: Path):
    volume = opened(tmp_path / "a.tar", tar_of(member("a", b"1")) + tar_of(member("b", b"2")))
    assert [entry.path for entry in volume.entries()] == ["a", "b"]
    assert codes(volume) == ["tar-after-end"]


def test_an_extended_header_that_would_eat_the_memory_is_damage(tmp_path: Path):
    info = tarfile.TarInfo("x")
    info.type, info.size = tarfile.XHDTYPE, 5 << 20
    data = info.tobuf(tarfile.GNU_FORMAT) + bytes(5 << 20) + tar_of(member("a", b"1"))
    volume = opened(tmp_path / "a.tar", data)
    assert [entry.path for entry in volume.entries()] == ["a"]
    assert codes(volume) == ["tar-damaged"]


@pytest.mark.skipif(not shutil.which("tar") or shutil.which("bsdtar") == shutil.which("tar"), reason="needs GNU tar")
@pytest.mark.parametrize(
    "form", [["--format=gnu"], *(["--format=pax", f"--sparse-version={v}"] for v in ("0.0", "0.1", "1.0"))]
)
def test_sparse_files_come_out_whole(tmp_path: Path, form: list[str]):
    path = tmp_path / "sparse.bin"
    with path.open("wb") as out:
        for piece in range(30):
            out.seek(piece * 1_000_000 + 70_000)
            out.write(NOISE[piece * 100 : piece * 100 + 5000])
        out.truncate(32_000_000)
    (tmp_path / "z").write_bytes(b"after")
    subprocess.run(["tar", "-S", *form, "-cf", "a.tar", "sparse.bin", "z"], cwd=tmp_path, check=True)
    if (tmp_path / "a.tar").stat().st_size > 10_000_000:
        pytest.skip("this file system keeps no holes")
    volume = opened(tmp_path / "a.tar")
    sparse, after = volume.entries()
    assert (sparse.path, sparse.size, read(volume, after)) == ("sparse.bin", 32_000_000, b"after")
    assert hashlib.md5(read(volume, sparse)).digest() == hashlib.md5(path.read_bytes()).digest()
    with volume.open(sparse) as stream:
        stream.seek(29_069_990)
        assert stream.read(20) == bytes(10) + NOISE[2900:2910]


def test_a_sparse_file_that_promises_too_much_is_not_read(tmp_path: Path):
    stored = {"GNU.sparse.map": f"0,1,{2**40},1", "GNU.sparse.size": str(2**40 + 1)}
    volume = opened(tmp_path / "a.tar", tar_of(member("a", b"12", pax_headers=stored), form=tarfile.PAX_FORMAT))
    assert summary(volume) == [("a", "file", False, f"promises {2**40 + 1} bytes from 2 (sparse bomb)")]


@pytest.mark.parametrize("method", ["gz", "bz2", "xz"])
def test_a_compressed_tar_is_hashed_and_unpacked_in_one_pass(tmp_path: Path, method: str):
    plain = write_tar(tmp_path / "a.tar").read_bytes()
    path, spool = tmp_path / f"a.tar.{method}", tmp_path / "spool.tar"
    path.write_bytes(PACK[method](plain))
    seen: list[int] = []
    assert tar_archive.detect_kind(HostPlace(path), path.read_bytes()[:65_536]) == f"tar.{method}"
    ref = SourceRef(f"tar.{method}", str(path), spool=str(spool))
    hashes = tar_unpack.unpack_spool(ref, spool, seen.append)
    assert (hashes, hashes.problems) == (tar_archive.hash_source(ref), [])
    assert (spool.read_bytes(), sum(seen)) == (plain, path.stat().st_size)
    volume = tar_archive.open_volume(ref)
    assert {entry.path: read(volume, entry) for entry in volume.entries()} == TREE
    volume.close()
    with pytest.raises(SourceError, match="unpacked into the work folder first"):
        tar_archive.open_volume(SourceRef(ref.kind, ref.path))


@pytest.mark.parametrize("method", ["gz", "bz2", "xz"])
def test_a_cut_or_damaged_compressed_tar_gives_what_came_out_and_says_where_it_ended(tmp_path: Path, method: str):
    packed = PACK[method](tar_of(member("a", b"1"), *(member(f"{n}", NOISE) for n in range(10))))
    path = tmp_path / f"a.tar.{method}"
    path.write_bytes(packed[: len(packed) * 3 // 4])
    ref = SourceRef(f"tar.{method}", str(path))
    hashes = tar_unpack.unpack_spool(ref, tmp_path / "spool")
    assert [problem.code for problem in hashes.problems] == ["compressed-damaged"]
    assert next(iter(opened(tmp_path / "spool").entries())).path == "a"
    assert hashes.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_several_gzip_streams_in_a_row_are_one_and_junk_behind_them_is_told(tmp_path: Path):
    plain = tar_of(member("a", NOISE))
    packed = gzip.compress(plain[:5000]) + gzip.compress(plain[5000:]) + bytes(300)
    for tail, expected in ((b"", []), (b"junk", ["compressed-damaged"])):
        (tmp_path / "a.tgz").write_bytes(packed + tail)
        hashes = tar_unpack.unpack_spool(SourceRef("tar.gz", str(tmp_path / "a.tgz")), tmp_path / "spool")
        assert (tmp_path / "spool").read_bytes() == plain
        assert [problem.code for problem in hashes.problems] == expected


@pytest.mark.parametrize("method", ["gz", "bz2", "xz"])
def test_a_bomb_is_stopped_and_leaves_nothing_behind(tmp_path: Path, monkeypatch, method: str):
    monkeypatch.setattr(tar_unpack, "MAX_SIZE", 10 << 20)
    path = tmp_path / "bomb"
    path.write_bytes(PACK[method](bytes(40 << 20)))
    for cap, reason in ((None, "a decompression bomb"), (1 << 20, "more than 1048576 bytes")):
        with pytest.raises(SourceError, match=f"^bomb: .*{reason}"):
            tar_unpack.unpack_spool(SourceRef(f"tar.{method}", str(path)), tmp_path / "spool", cap=cap)
        assert not (tmp_path / "spool").exists()


def test_a_disk_without_room_is_told_before_it_is_full(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(tar_unpack, "KEEP_FREE", 1 << 60)
    path = tmp_path / "a.tgz"
    path.write_bytes(gzip.compress(tar_of(member("a"))))
    with pytest.raises(SourceError, match="not enough free space"):
        tar_unpack.unpack_spool(SourceRef("tar.gz", str(path)), tmp_path / "spool")


def test_an_address_that_is_none_is_refused(tmp_path: Path):
    volume = opened(tmp_path / "a.tar", tar_of(member("a", b"1")))
    for address in ("", "x", "-5,1", f"0,{10**12}", "sparse,0", "sparse,99999999", "sparse,-1"):
        with pytest.raises(SourceError, match=r"^made up: not an address"):
            volume.open(Entry("made up", 1, address))


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.binary(max_size=600), st.integers(0, 6000))
def test_random_bytes_in_or_after_a_tar_never_raise_anything_but_a_source_error(tmp_path: Path, noise: bytes, at: int):
    stored = {"mtime": "1.5", "GNU.sparse.map": "0,1", "GNU.sparse.size": "9"}
    whole = tar_of(member("a", b"1", pax_headers=stored), member("b", b"2" * 600), form=tarfile.PAX_FORMAT)
    volume = opened(tmp_path / "a.tar", whole[:at] + noise + whole[at + len(noise) :])
    for entry in volume.entries():
        if entry.readable:
            assert len(read(volume, entry)) == entry.size


def test_the_archives_of_the_corpus_give_what_the_standard_library_gives(corpus: Path):
    paths = sorted((corpus / "dfvfs").rglob("*.tar"))
    for path in paths or [pytest.skip("no tar archives here")]:
        volume = opened(path)
        with tarfile.open(path) as archive:
            expected = [(info.name.lstrip("/"), archive.extractfile(info).read()) for info in archive if info.isreg()]
        assert [(entry.path, read(volume, entry)) for entry in volume.entries()] == expected
