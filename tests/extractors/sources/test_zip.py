from __future__ import annotations

import hashlib
import io
import random
import struct
import zipfile
import zlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evidence_store.records import Moment
from extractors.sources import zip_archive, zip_member
from extractors.sources.base import Entry, SourceError, SourceRef
from tests.evidence_builders.archives import TREE, Raw, descriptor, raw_deflate, raw_zip, snapshot, write_zip

NOISE = random.Random(1).randbytes(3 << 20)


def volume_of(folder: Path, data: bytes, zone: str | None = None) -> zip_archive.ZipVolume:
    path = folder / "made-up.zip"
    path.write_bytes(data)
    return opened(SourceRef("zip", str(path), zone=zone))


OPENED: list[zip_archive.ZipVolume] = []


def opened(ref: SourceRef) -> zip_archive.ZipVolume:
    OPENED.append(zip_archive.open_volume(ref))
    return OPENED[-1]


@pytest.fixture(autouse=True)
def everything_is_closed():
    yield
    while OPENED:
        OPENED.pop().close()


def listed(volume: zip_archive.ZipVolume) -> list[Entry]:
    return list(volume.entries())


def codes(volume: zip_archive.ZipVolume) -> list[str]:
    return [problem.code for problem in volume.problems()]


def read(volume: zip_archive.ZipVolume, entry: Entry) -> bytes:
    with volume.open(entry) as stream:
        return stream.read()


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_each_method_gives_the_bytes_without_reading_the_directory_again(tmp_path: Path, method: int):
    ref = SourceRef("zip", str(write_zip(tmp_path / "a.zip", method=method)))
    first, again = opened(ref), opened(ref)
    assert {entry.path: read(again, entry) for entry in first.entries()} == TREE
    assert first.problems() == []


def test_opening_listing_reading_and_hashing_leave_the_archive_as_it_was(tmp_path: Path):
    path = write_zip(tmp_path / "a.zip")
    before = snapshot(tmp_path)
    ref = SourceRef("zip", str(path))
    volume = opened(ref)
    for entry in volume.entries():
        read(volume, entry)
    volume.close()
    hashes = zip_archive.hash_source(ref)
    assert snapshot(tmp_path) == before
    assert hashes.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert hashes.files == [{"name": "a.zip", "size": path.stat().st_size, "sha256": hashes.sha256}]


@pytest.mark.parametrize(
    ("stored", "system", "path", "code"),
    [
        (b"/etc/passwd", 3, "etc/passwd", ["absolute-name"]),
        (b"../../etc/passwd", 3, "_up_/_up_/etc/passwd", ["odd-name"]),
        (b"a/../../b", 3, "a/_up_/_up_/b", ["odd-name"]),
        (b"C:\\Users\\ann\\a.txt", 0, "C/Users/ann/a.txt", ["odd-name"]),
        (b"..\\..\\a.txt", 0, "_up_/_up_/a.txt", ["odd-name"]),
        (b"back\\slash.txt", 3, "back\\slash.txt", []),
        (b"a\\b.txt", 0, "a/b.txt", ["name-encoding"]),
        (b"", 3, "_no name_", ["odd-name"]),
        (b"nul\x00.txt", 3, "nul\\x00.txt", ["odd-name"]),
        (b"line\nbreak", 3, "line\\x0abreak", ["odd-name"]),
        ("gr\u00fc\u00dfe".encode(), 3, "gr\u00fc\u00dfe", ["name-encoding"]),
        ("gr\u00fc\u00dfe".encode("cp437"), 0, "gr\u00fc\u00dfe", ["name-encoding"]),
        ("a\u202egpj.exe".encode(), 3, "a\u202egpj.exe", ["odd-name"]),
        (b"CON", 0, "CON", []),
        (b"trailing. ./x. ", 3, "trailing. ./x. ", []),
        (b"x" * 60_000, 3, "x" * 60_000, []),
    ],
)
def test_names_are_made_safe_to_show_and_the_stored_form_is_kept(
    tmp_path: Path, stored: bytes, system: int, path: str, code: list[str]
):
    volume = volume_of(tmp_path, raw_zip([Raw(stored, b"made up", system=system)]))
    (entry,) = volume.entries()
    assert (entry.path, codes(volume)) == (path, code)
    assert bool(entry.note) == bool(code)
    assert read(volume, entry) == b"made up"


def test_a_name_marked_as_utf8_that_is_none_shows_its_bytes_and_costs_nothing_else(tmp_path: Path):
    volume = volume_of(tmp_path, raw_zip([Raw(b"a\xff.txt", b"1", flags=0x800), Raw(b"b.txt", b"2")]))
    assert [(entry.path, read(volume, entry)) for entry in listed(volume)] == [("a\\xff.txt", b"1"), ("b.txt", b"2")]


def test_a_name_held_twice_is_listed_twice_and_names_that_differ_by_case_are_two(tmp_path: Path):
    volume = volume_of(tmp_path, raw_zip([Raw(b"a", b"1"), Raw(b"a", b"2"), Raw(b"A", b"3")]))
    assert [(entry.path, read(volume, entry)) for entry in listed(volume)] == [("a", b"1"), ("a", b"2"), ("A", b"3")]
    assert codes(volume) == ["name-twice"]


@pytest.mark.parametrize(
    ("member", "note"),
    [
        (Raw(b"a", b"x", flags=1), "encrypted"),
        (Raw(b"a", b"x", method=99), "encrypted"),
        (Raw(b"a", b"x", method=9), "compression method 9 is not read"),
        (Raw(b"a", b"x", size=2 << 30, method=8), f"promises {2 << 30} bytes from 3 (zip bomb)"),
        (Raw(b"a", b"x", packed_size=5000), "cut short, 158 of 5000 packed bytes are there"),
    ],
)
def test_what_cannot_be_read_is_listed_with_the_reason(tmp_path: Path, member: Raw, note: str):
    volume = volume_of(tmp_path, raw_zip([member, Raw(b"good", b"fine")]))
    bad, good = volume.entries()
    assert (bad.path, bad.readable, bad.note) == ("a", False, note)
    assert [problem.kind for problem in volume.problems()] in ([], ["note"])  # told once, by whoever reads the file
    with pytest.raises(SourceError, match=r"^a: "):
        volume.open(bad)
    assert read(volume, good) == b"fine"


@pytest.mark.parametrize(
    ("member", "reason"),
    [
        (Raw(b"a", b"made up" * 9, method=8, crc=1), "checksum"),
        (Raw(b"a", b"made up" * 9, crc=1), "checksum"),
        (Raw(b"a", b"made up" * 9, method=8, size=10), "10 bytes are declared and more come out"),
        (Raw(b"a", b"made up" * 9, method=8, size=99), "99 bytes are declared and 63 come out"),
        (Raw(b"a", b"made up" * 9, size=10), "63 bytes packed are 10 unpacked"),
        (Raw(b"a", packed=b"\xff" * 40, method=8, size=40), "damaged deflate data"),
        (Raw(b"a", packed=b"\xff" * 40, method=14, size=40), "unknown LZMA properties"),
        (Raw(b"a", packed=b"", method=8, size=40), "the compressed data end too early"),
        (Raw(b"a", packed=raw_deflate(NOISE)[:-9], method=8, size=len(NOISE)), "damaged|too early"),
    ],
)
def test_bytes_that_are_not_what_the_directory_says_give_one_clear_line(tmp_path: Path, member: Raw, reason: str):
    volume = volume_of(tmp_path, raw_zip([member]))
    (entry,) = volume.entries()
    with pytest.raises(SourceError, match=f"^a: .*({reason})"):
        read(volume, entry)


def test_members_that_share_bytes_and_promise_too_much_are_a_bomb_and_nothing_is_inflated(tmp_path: Path):
    bomb = Raw(b"0", bytes(400 << 10), method=8)
    claims = {"method": 8, "header": 0, "packed": b"", "packed_size": bomb.packed_size, "size": 900 << 20}
    members = [Raw(str(number).encode(), **claims) for number in range(1, 9)]
    volume = volume_of(tmp_path, raw_zip([bomb, *members, Raw(b"good", b"fine")]))
    *bombs, good = volume.entries()
    assert {entry.readable for entry in bombs} == {False}
    assert "zip bomb" in bombs[0].note
    assert codes(volume)[0] == "zip-overlap"
    assert read(volume, good) == b"fine"


def test_members_that_share_bytes_without_promising_too_much_are_read_and_told(tmp_path: Path):
    volume = volume_of(
        tmp_path, raw_zip([Raw(b"a", b"x" * 40), Raw(b"a", b"x" * 40, header=0, packed=b"", packed_size=40)])
    )
    assert [read(volume, entry) for entry in volume.entries()] == [b"x" * 40, b"x" * 40]
    assert codes(volume) == ["zip-overlap", "name-twice"]


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("method", [8, 12])
def test_any_place_of_a_member_can_be_read_in_any_order(tmp_path: Path, monkeypatch, method: int, large: bool):
    monkeypatch.setattr(zip_member, "WHOLE", 0 if large else 32 << 20)
    monkeypatch.setattr(zip_member, "_BLOCKS_KEPT", 2)
    monkeypatch.setattr(zip_member, "_STEP", 100_000)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        archive.writestr("a", NOISE)
    volume = volume_of(tmp_path, buffer.getvalue())
    (entry,) = volume.entries()
    choose = random.Random(2)
    with volume.open(entry) as stream:
        for _ in range(60):
            at = choose.randrange(len(NOISE) + 100)
            stream.seek(at)
            assert stream.read(5000) == NOISE[at : at + 5000]
        stream.seek(0)
        assert stream.read() == NOISE


def test_a_large_member_with_a_wrong_checksum_fails_at_its_end(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(zip_member, "WHOLE", 0)
    volume = volume_of(tmp_path, raw_zip([Raw(b"a", NOISE, method=8, crc=5)]))
    (entry,) = volume.entries()
    with volume.open(entry) as stream:
        assert stream.read(1000) == NOISE[:1000]
        stream.seek(len(NOISE) - 5)
        with pytest.raises(SourceError, match="a: the checksum"):
            stream.read()


@pytest.mark.parametrize("signed", [True, False])
def test_without_its_end_the_archive_is_read_by_its_local_headers(tmp_path: Path, signed: bool):
    text = b"made up " * 500
    members = [
        Raw(b"a.txt", text, method=8),
        Raw(b"late.txt", text, method=8, flags=8, after=descriptor(text, raw_deflate(text), signed)),
        Raw(b"late stored.txt", text, flags=8, after=descriptor(text, text)),
        Raw(b"b.txt", text),
        Raw(b"cut.txt", NOISE),
    ]
    data = raw_zip(members)
    volume = volume_of(tmp_path, data[: len(data) - 1_000_000])
    *good, cut = volume.entries()
    assert [entry.path for entry in good] == ["a.txt", "late.txt", "late stored.txt", "b.txt"]
    assert {read(volume, entry) for entry in good} == {text}
    assert (cut.path, cut.readable) == ("cut.txt", False)
    assert codes(volume) == ["zip-no-directory", "zip-member-lost"]


def test_a_damaged_directory_costs_no_member(tmp_path: Path):
    data = bytearray(raw_zip([Raw(b"a", b"1"), Raw(b"b", b"2"), Raw(b"c", b"3")]))
    second = data.index(b"PK\x01\x02", data.index(b"PK\x01\x02") + 1)
    data[second] = 0
    volume = volume_of(tmp_path, bytes(data))
    assert [(entry.path, read(volume, entry)) for entry in listed(volume)] == [("a", b"1"), ("b", b"2"), ("c", b"3")]
    assert codes(volume) == ["zip-directory-damaged"]


@pytest.mark.parametrize("shift", [0, 1000])
def test_a_program_before_the_archive_and_junk_behind_it_do_no_harm(tmp_path: Path, shift: int):
    data = raw_zip([Raw(b"a", b"1")], prefix=b"MZ" + bytes(998), shift=shift, comment=b"made up") + b"junk"
    volume = volume_of(tmp_path, data)
    (entry,) = volume.entries()
    assert (entry.path, read(volume, entry), codes(volume)) == ("a", b"1", ["zip-trailing"])
    assert volume.facts()["zip comment"] == "made up"


def test_the_end_record_of_an_inner_archive_is_not_taken_for_that_of_a_cut_outer_one(tmp_path: Path):
    inner = raw_zip([Raw(b"inner.txt", b"1")])
    data = raw_zip([Raw(b"outer.txt", b"2"), Raw(b"inner.zip", inner)])
    volume = volume_of(tmp_path, data[: data.index(inner) + len(inner)])
    assert [(entry.path, read(volume, entry)) for entry in listed(volume)] == [
        ("outer.txt", b"2"),
        ("inner.zip", inner),
    ]
    assert codes(volume) == ["zip-no-directory"]


def test_zip64_sizes_are_read_from_the_directory(tmp_path: Path):
    wide = struct.pack("<HHQQ", 1, 16, 7, 7)
    volume = volume_of(
        tmp_path,
        raw_zip([Raw(b"a", b"made up", size=0xFFFFFFFF, packed_size=0xFFFFFFFF, extra=wide, local_extra=wide)]),
    )
    (entry,) = volume.entries()
    assert (entry.size, read(volume, entry)) == (7, b"made up")


def test_a_link_is_listed_with_its_target_and_not_read(tmp_path: Path):
    volume = volume_of(tmp_path, raw_zip([Raw(b"a", b"../elsewhere", mode=0o120777)]))
    (entry,) = volume.entries()
    assert (entry.kind, entry.readable, entry.note) == ("link", False, "link to ../elsewhere")


def test_times_say_how_far_they_can_be_trusted(tmp_path: Path):
    unix = struct.pack("<HHBi", 0x5455, 5, 1, 1_792_888_200)
    ticks = (1_792_888_200 + 11_644_473_600) * 10_000_000
    ntfs = struct.pack("<HHIHHQQQ", 0x000A, 32, 0, 1, 24, ticks, 0, ticks)
    members = [Raw(b"dos"), Raw(b"unix", extra=unix), Raw(b"ntfs", extra=ntfs), Raw(b"none", dos=(0, 0))]
    times = {entry.path: entry.times for entry in volume_of(tmp_path, raw_zip(members), "Europe/London").entries()}
    what, us = "modified (file system)", 1_792_888_200_000_000
    doubled = "ambiguous: 2026-10-25T00:30:00Z or 2026-10-25T01:30:00Z"
    assert times == {
        "dos": (Moment(what, us, "2026-10-25 01:30:00", "C", zone="Europe/London, operator", note=doubled),),
        "unix": (Moment(what, us, "1792888200", "D"),),
        "ntfs": (Moment(what, us, str(ticks), "D"), Moment("created (file system)", us, str(ticks), "D")),
        "none": (
            Moment(what, None, "1980-00-00 00:00:00", "C", zone="Europe/London, operator", note="not a possible date"),
        ),
    }
    (entry,) = volume_of(tmp_path, raw_zip([Raw(b"dos")])).entries()
    assert entry.times == (Moment(what, None, "2026-10-25 01:30:00", "C", note="local time, zone not known"),)


def test_an_address_that_is_none_is_refused(tmp_path: Path):
    volume = volume_of(tmp_path, raw_zip([Raw(b"a", b"1")]))
    for address in ("", "x", "1,2", "-1,1,0,0,1,0", f"{10**30},1,0,0,1,0", "0,1,77,0,1,0"):
        with pytest.raises(SourceError):
            volume.open(Entry("a", 1, address))


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.binary(max_size=400), st.integers(0, 600), st.booleans())
def test_random_bytes_never_raise_anything_but_a_source_error(tmp_path: Path, noise: bytes, keep: int, overwrite: bool):
    whole = raw_zip([Raw(b"a.txt", b"made up " * 20, method=8), Raw(b"b", b"2"), Raw(b"c", b"3" * 90, method=8)])
    data = whole[:keep] + noise + (whole[keep + len(noise) :] if overwrite else b"")
    try:
        volume = volume_of(tmp_path, data)
        for entry in volume.entries():
            try:
                read(volume, entry)
            except SourceError:
                continue
    except SourceError:
        return
    assert all(problem.detail for problem in volume.problems())


def test_the_archives_of_the_corpus_give_what_the_standard_library_gives(corpus: Path):
    compared = 0
    for path in sorted((corpus / "iLEAPP").rglob("*.zip")):
        if path.stat().st_size > 2_000_000:
            continue
        volume = opened(SourceRef("zip", str(path)))
        with zipfile.ZipFile(path) as archive:
            expected = [
                (info.filename.lstrip("/"), zlib.crc32(archive.read(info)))
                for info in archive.infolist()
                if not info.is_dir()
            ]
        assert [(entry.path, zlib.crc32(read(volume, entry))) for entry in volume.entries()] == expected
        compared += len(expected)
    assert compared > 0
