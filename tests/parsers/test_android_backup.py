from __future__ import annotations

import contextlib
import re
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.android_backup import Decryptor, Header, KeyBlock, WrongPassword, master_key, read_header, unpadded
from tests.evidence_builders.android_backup import KEYS, MASTER_IV, PASSWORD, aes, backup

LOCKED = backup(b"made up", password=PASSWORD)


def test_a_plain_header_says_its_version_and_where_the_payload_begins():
    data = backup(b"made up", version=3, compressed=False)
    header = read_header(data)
    assert header == Header(3, False, "none", 24)
    assert data[header.start :] == b"made up"


def test_an_encrypted_header_has_its_key_block_and_shows_none_of_it():
    header = read_header(LOCKED)
    assert (header.version, header.compressed, header.encryption) == (5, True, "AES-256")
    assert header.key is not None
    assert (header.key.rounds, header.key.user_salt, len(header.key.blob)) == (10, b"salt of the user" * 4, 96)
    assert LOCKED[header.start :] == aes(KEYS[1], MASTER_IV, zlib.compress(b"made up"))
    assert "blob" not in repr(header)


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize(("version", "eight_bit"), [(1, False), (1, True), (4, False)])
def test_the_password_gives_the_master_key_in_both_ways_of_characters(version: int, eight_bit: bool, key: bytes):
    data = backup(b"made up", version=version, password=PASSWORD, eight_bit=eight_bit, key=key)
    assert master_key(read_header(data), PASSWORD) == key + MASTER_IV


@pytest.mark.parametrize("password", ["", "example", PASSWORD + " ", "\ud800"])
def test_another_password_is_told_to_be_wrong_without_being_said(password: str):
    with pytest.raises(WrongPassword) as caught:
        master_key(read_header(LOCKED), password)
    assert str(caught.value) == "the password is not the one of this backup"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"ANDROID BACKUX\n1\n1\nnone\n", "not an Android backup"),
        (b"ANDROID BACKUP\n1\n1\nno", "cut short"),
        (b"ANDROID BACKUP\n9\n1\nnone\n", "version 9"),
        (b"ANDROID BACKUP\n-1\n1\nnone\n", "a number is missing"),
        (b"ANDROID BACKUP\n5\n2\nnone\n", "mark for compression is 2"),
        (b"ANDROID BACKUP\n5\n1\nAES-512\n", "neither none nor AES-256"),
        (b"ANDROID BACKUP\n5\n1\nAES-256\nzz\n", "hexadecimal digits"),
        (LOCKED.replace(b"\n10\n", b"\n999999999\n", 1), "999999999 rounds"),
        (LOCKED.replace(b"\n10\n", b"\n5000001\n", 1), "5000001 rounds"),
        (LOCKED.replace(b"\n10\n", b"\n0\n", 1), "0 rounds"),
        (re.sub(rb"\n10\n[0-9A-F]{32}\n", b"\n10\n00\n", LOCKED, count=1), "key block is damaged"),
    ],
)
def test_a_header_that_cannot_be_is_refused_with_its_reason(data: bytes, reason: str):
    with pytest.raises(ValueError, match=reason):
        read_header(data)


@pytest.mark.parametrize("step", [1, 15, 16, 17, 1000])
def test_decrypting_piece_by_piece_gives_the_same_whatever_the_pieces(step: int):
    plain = bytes(range(256)) * 3 + b"end"
    data = aes(KEYS[0], MASTER_IV, plain)
    engine = Decryptor(KEYS[0] + MASTER_IV)
    out = [engine.feed(data[at : at + step]) for at in range(0, len(data), step)]
    assert b"".join([*out, *engine.finish()]) == plain


def test_encrypted_data_that_end_too_early_give_what_is_whole_and_say_so():
    engine = Decryptor(KEYS[0] + MASTER_IV)
    out = engine.feed(aes(KEYS[0], MASTER_IV, b"made up!" * 10)[:-20])
    rest = engine.finish()
    assert out + next(rest) == (b"made up!" * 10)[:64]
    with pytest.raises(ValueError, match="within a block"):
        next(rest)


@pytest.mark.parametrize("data", [b"", b"\0" * 16, b"a" * 15 + b"\x11", b"a" * 14 + b"\x01\x02"])
def test_padding_that_is_none_is_refused(data: bytes):
    with pytest.raises(ValueError, match="padding"):
        unpadded(data)


@settings(max_examples=300, deadline=None)
@given(st.integers(0, len(LOCKED) - 1), st.binary(min_size=1, max_size=40), st.booleans())
def test_a_damaged_header_gives_a_header_or_is_refused(at: int, junk: bytes, cut: bool):
    data = LOCKED[:at] + junk + (b"" if cut else LOCKED[at + len(junk) :])
    with contextlib.suppress(ValueError):
        header = read_header(data)
        assert header.start <= len(data)
        assert header.key is None or isinstance(header.key, KeyBlock)
        if header.key is not None and header.key.rounds < 1000:
            assert len(master_key(header, PASSWORD)) == 48
