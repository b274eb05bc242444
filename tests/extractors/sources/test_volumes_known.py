from __future__ import annotations

import os
import re
import struct
import uuid
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.sources import disk
from extractors.sources.volumes_known import Known, identify, looks
from parsers import luks
from tests.evidence_builders.images import fat_image, have, mbr_with, run_tool
from tests.evidence_builders.shadow_copies import with_shadow_copies
from tests.extractors.sources.disk_reading import listed, needs_fat, state

needs_cryptsetup = pytest.mark.skipif(not have("cryptsetup"), reason="cryptsetup is not installed")
needs_ntfs = pytest.mark.skipif(not have("mkfs.ntfs"), reason="ntfs-3g's tools are not installed")


def reader(data: bytes):
    return lambda at, size: data[at : at + size]


def luks_volume(path: Path, kind: str) -> Path:
    path.write_bytes(b"")
    os.truncate(path, 20 << 20)
    cheap = {"luks1": ["--pbkdf-force-iterations", "1000"]}.get(
        kind, ["--pbkdf-force-iterations", "4", "--pbkdf-memory", "32", "--label", "example-label"]
    )
    run_tool("cryptsetup", "luksFormat", "-q", "--type", kind, *cheap, path, "-", stdin=b"made-up words")
    return path


@needs_cryptsetup
@pytest.mark.parametrize("kind", ["luks1", "luks2"])
def test_a_luks_volume_says_what_cryptsetup_says_of_it(tmp_path, kind):
    image = luks_volume(tmp_path / "volume.img", kind)
    dump = run_tool("cryptsetup", "luksDump", image).decode()
    found = luks.find(reader(image.read_bytes()[: 8 << 20]))
    assert found is not None
    assert found.uuid == re.search(r"UUID:\s+(\S+)", dump)[1]
    label, slots = ("", ("0: 1000 iterations",)) if kind == "luks1" else ("example-label", ("0: argon2id, 512 bits",))
    cipher = "aes-xts-plain64" + (", 512 bits" if kind == "luks1" else "")
    assert found == luks.Luks(int(kind[-1]), found.uuid, label, cipher, "sha256", slots)
    entries, problems, facts = listed(image)
    assert entries == []
    assert [(problem.kind, problem.code) for problem in problems] == [("file", "encrypted-volume")]
    assert found.uuid in problems[0].detail
    assert facts["volume p0"].startswith(f"LUKS, encrypted, version {kind[-1]}, ")
    assert disk.detect(str(image), image.read_bytes()[:65536])


@needs_cryptsetup
def test_a_luks_volume_whose_first_header_was_wiped_is_known_by_its_second(tmp_path):
    image = luks_volume(tmp_path / "volume.img", "luks2")
    raw = bytearray(image.read_bytes()[: 1 << 20])
    whole = luks.find(reader(bytes(raw)))
    raw[:4096] = bytes(4096)
    left = luks.find(reader(bytes(raw)))
    assert (left.uuid, left.cipher, left.slots, left.second) == (whole.uuid, whole.cipher, whole.slots, True)


@needs_cryptsetup
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_damage_in_a_luks_header_is_a_value_error_at_worst(luks_head, data):
    raw = bytearray(luks_head)
    for at in data.draw(st.lists(st.integers(0, 8000), max_size=20)):
        raw[at] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(raw)))
    try:
        luks.find(reader(bytes(raw[:cut])))
    except ValueError as error:
        assert "\n" not in str(error)


@pytest.fixture(scope="module")
def luks_head(tmp_path_factory):
    return luks_volume(tmp_path_factory.mktemp("luks") / "volume.img", "luks2").read_bytes()[: 64 << 10]


def put(size: int, *pieces: tuple[int, bytes]) -> bytes:
    raw = bytearray(size)
    for at, data in pieces:
        raw[at : at + len(data)] = data
    return bytes(raw)


SIZE = 1 << 20
NAME = uuid.UUID("12345678-9abc-4def-8123-456789abcdef")
RAID = struct.pack("<III4x16s32s", 0xA92B4EFC, 1, 0, NAME.bytes, b"example:0").ljust(72, b"\0") + struct.pack(
    "<iIQII", 5, 2, 1000, 8, 3
)
MARKED = {
    "BitLocker, encrypted; its metadata cannot be read": [(3, b"-FVE-FS-")],
    f"CoreStorage, physical volume {NAME}, most often FileVault 2: encrypted": [
        (10, b"\x10\0"), (88, b"CS"), (304, NAME.bytes)
    ],
    "Android full-disk encryption, encrypted; footer version 1.3, aes-cbc-essiv:sha256": [
        (SIZE - 16384, struct.pack("<IHH", 0xD0B5B1C4, 1, 3).ljust(36, b"\0") + b"aes-cbc-essiv:sha256")
    ],
    "LVM2 physical volume, abcdefghijklmnopqrstuvwxyz012345": [
        (512, b"LABELONE" + struct.pack("<QII", 1, 0, 32) + b"LVM2 001" + b"abcdefghijklmnopqrstuvwxyz012345")
    ],
    f"Linux RAID member, level 5, 3 devices, set {NAME} 'example:0'": [(4096, RAID)],
    f"Linux swap, {NAME}; it may hold pieces of memory": [(1036, NAME.bytes), (4086, b"SWAPSPACE2")],
    f"XFS, {NAME} 'example'": [(0, b"XFSB"), (32, NAME.bytes), (108, b"example\0\0\0\0\0")],
    f"Btrfs, {NAME} 'example'": [(0x10020, NAME.bytes), (0x10040, b"_BHRfS_M"), (0x1012B, b"example")],
    "EROFS": [(1024, b"\xe2\xe1\xf5\xe0")],
    "ReFS": [(3, b"ReFS\0\0\0\0")],
    "SquashFS": [(0, b"hsqs")],
    "Android verified boot metadata, no file system": [(0, b"AVB0")],
}  # fmt: skip


@pytest.mark.parametrize("words", MARKED)
def test_a_volume_is_named_by_its_marks(words):
    known = identify(reader(put(SIZE, *MARKED[words])), 0, SIZE)
    assert known is not None
    assert known.words() == words
    assert known.encrypted == ("encrypted" in words)


@pytest.mark.skipif(not have("mkswap"), reason="mkswap is not installed")
def test_swap_has_the_identifier_that_mkswap_gave_it(tmp_path):
    image = tmp_path / "swap.img"
    image.write_bytes(bytes(1 << 20))
    image.chmod(0o600)
    run_tool("mkswap", "-U", str(NAME), image)
    assert identify(reader(image.read_bytes()), 0, 1 << 20) == Known(
        "Linux swap", f"{NAME}; it may hold pieces of memory"
    )


def test_marks_are_looked_for_inside_the_volume_only():
    raw = put(4096, (4086, b"SWAPSPACE2"))
    assert identify(reader(raw), 0, 4096) is not None
    assert identify(reader(raw), 0, 4090) is None
    assert identify(reader(bytes(SIZE)), 0, SIZE) is None
    assert identify(reader(b""), 0, 0) is None


def test_empty_and_random_volumes_are_told_apart_from_others():
    # Keystream-like bytes without a source of chance: every value as often as the others, give or take.
    state_of, noise = 1, bytearray()
    while len(noise) < 1 << 20:
        state_of = state_of * 6364136223846793005 + 1442695040888963407 & (1 << 64) - 1
        noise += (state_of >> 24).to_bytes(5, "little")[:4]
    size = 1 << 20
    random_words = "looks random: may be encrypted (as VeraCrypt does) or wiped, which cannot be told"
    assert looks(reader(bytes(noise)), 0, size) == (random_words, False)
    assert looks(reader(bytes(size)), 0, size) == ("empty: every byte is zero", True)
    assert looks(reader(bytes(size - 1) + b"x"), 0, size)[1] is False
    assert looks(reader(b"made-up words " * (size // 14)), 0, size) == ("", False)
    assert looks(lambda at, wanted: bytes(wanted), 0, 1 << 40) == ("zeros in all 128 places that were looked at", False)
    assert looks(reader(b""), 0, 0) == ("empty: every byte is zero", True)


def test_partitions_that_nothing_opens_are_each_told(tmp_path):
    raw = mbr_with([(0x83, 8, 1000), (0x07, 1008, 1000), (0x83, 2008, 1000), (0x83, 3008, 992)], 4000 * 512)
    raw[8 * 512 : 8 * 512 + 6] = b"LUKS\xba\xbe"
    raw[1008 * 512 + 3 : 1008 * 512 + 11] = b"-FVE-FS-"
    raw[3008 * 512 :] = b"made-up words " * (992 * 512 // 14) + bytes(992 * 512 % 14)
    (tmp_path / "disk.img").write_bytes(raw)
    before = state(tmp_path)
    entries, problems, facts = listed(tmp_path / "disk.img")
    assert entries == []
    assert [(problem.kind, problem.code, problem.locator) for problem in problems] == [
        ("file", "encrypted-volume", "p1"),
        ("file", "encrypted-volume", "p2"),
        ("note", "unknown-volume", "p3"),
        ("file", "unknown-volume", "p4"),
    ]
    assert [facts[f"volume p{number}"].partition(",")[0] for number in range(1, 5)] == [
        "LUKS", "BitLocker", "empty: every byte is zero", "not known"
    ]  # fmt: skip
    assert state(tmp_path) == before


@needs_fat
def test_the_files_before_a_bitlocker_to_go_volume_are_not_taken_for_all_there_is(tmp_path):
    image = fat_image(tmp_path / "stick.img", {"ReadMe.txt": b"made up\n"}, bits=32)
    raw = bytearray(image.read_bytes())
    raw[3:11], raw[424:440] = b"MSWIN4.1", bytes.fromhex("3bd66749292ed84a8399f6a339e3d001")
    image.write_bytes(raw)
    entries, problems, _ = listed(image)
    assert [entry.path for entry in entries] == ["ReadMe.txt"]
    assert [(problem.kind, problem.code) for problem in problems] == [("file", "encrypted-volume")]


@needs_ntfs
def test_shadow_copies_are_named_and_it_is_told_that_they_are_not_read(tmp_path):
    image = tmp_path / "win.img"
    image.write_bytes(b"")
    os.truncate(image, 32 << 20)
    run_tool("mkfs.ntfs", "-Q", "-F", "-q", image)
    assert not any(problem.code == "shadow-copy" for problem in listed(image)[1])
    copies = [(uuid.UUID(int=5), (1 + 11_644_473_600) * 10**7), (NAME, (1_782_905_696 + 11_644_473_600) * 10**7)]
    raw = with_shadow_copies(bytearray(image.read_bytes()), copies, 24 << 20)
    image.write_bytes(raw)
    if have("vshadowinfo"):
        said = run_tool("vshadowinfo", image).decode()
        assert "Number of stores:\t2" in said
        assert "Jul 01, 2026 11:34:56.000000000 UTC" in said
        assert str(NAME) in said
    _, problems, facts = listed(image)
    words = [
        f"made 1970-01-01 00:00:01 UTC, {uuid.UUID(int=5)}, of 33554432 bytes",
        f"made 2026-07-01 11:34:56 UTC, {NAME}, of 33554432 bytes",
    ]
    assert [problem.detail for problem in problems if problem.code == "shadow-copy"] == [
        f"shadow copy {number} of 2, {text}: listed, not read" for number, text in enumerate(words, 1)
    ]
    assert facts["volume p0, shadow copies"] == "; ".join(words)
    raw[24 << 20 : (24 << 20) + 200] = b"\xff" * 200
    image.write_bytes(raw)
    _, problems, _ = listed(image)
    assert [(problem.kind, problem.code) for problem in problems] == [("file", "shadow-copy")]
