"""Backup keybags and the key wrapping of RFC 3394."""

from __future__ import annotations

import shutil
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.ios_keybag import (
    MAX_ROUNDS_SHA1,
    MAX_ROUNDS_SHA256,
    class_of,
    file_key,
    parse_keybag,
    password_key,
    unlock,
    unwrap,
)
from tests.evidence_builders.ios_backup import PASSWORD, Lock, tlv


def row(*fields: tuple[bytes, bytes | int]) -> bytes:
    return b"".join(tlv(tag, value) for tag, value in fields)


OWN = ((b"VERS", 3), (b"UUID", b"U" * 16), (b"WRAP", 0), (b"SALT", b"salt"), (b"ITER", 10))
CLASS = ((b"UUID", b"C" * 16), (b"CLAS", 3), (b"WRAP", 2), (b"KTYP", 0), (b"WPKY", b"w" * 40))


def test_the_published_example_of_key_wrapping_opens() -> None:
    # RFC 3394, 4.6: wrap 256 bits of key data with a 256-bit key.
    key = bytes(range(32))
    wrapped = bytes.fromhex("28C9F404C4B810F4CBCCB35CFB87F8263F5786E2D80ED326CBC7F0E71A99F43BFB988B9B7A02DD21")
    assert unwrap(key, wrapped).hex().upper() == "00112233445566778899AABBCCDDEEFF000102030405060708090A0B0C0D0E0F"


@pytest.mark.parametrize("first_rounds", [7, 0], ids=["since iOS 10.2", "before"])
def test_the_password_opens_every_class_key(first_rounds: int) -> None:
    lock = Lock(first_rounds=first_rounds)
    keybag = parse_keybag(lock.keybag())
    assert (keybag.uuid, keybag.rounds, keybag.first_rounds, keybag.others) == ("55" * 16, 10, first_rounds, ())
    assert unlock(keybag, password_key(keybag, PASSWORD)) == lock.classes
    assert unlock(keybag, password_key(keybag, PASSWORD + " ")) == {}


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
def test_openssl_makes_the_same_key_of_the_password() -> None:
    def derived(digest: str, password: bytes, salt: bytes, rounds: int) -> bytes:
        options = [f"digest:{digest}", f"hexpass:{password.hex()}", f"hexsalt:{salt.hex()}", f"iter:{rounds}"]
        command = ["openssl", "kdf", "-keylen", "32", "-binary"]
        for option in options:
            command += ["-kdfopt", option]
        return subprocess.run([*command, "PBKDF2"], capture_output=True, check=True).stdout

    keybag = parse_keybag(Lock(rounds=1000, first_rounds=2000).keybag())
    first = derived("SHA256", PASSWORD.encode(), keybag.first_salt, 2000)
    assert password_key(keybag, PASSWORD) == derived("SHA1", first, keybag.salt, 1000)


def test_the_key_of_a_file_opens_with_the_key_of_its_class_and_no_other() -> None:
    lock = Lock()
    label = lock.label(7, b"k" * 32)
    assert class_of(label) == 7
    assert file_key(lock.classes, label) == b"k" * 32
    with pytest.raises(ValueError, match="does not fit the key of class 6: damaged"):
        file_key(lock.classes, b"\x06" + label[1:])
    with pytest.raises(ValueError, match="no key of class 77"):
        file_key(lock.classes, b"\x4d" + label[1:])
    with pytest.raises(ValueError, match="of 43 bytes and not 44"):
        file_key(lock.classes, label[:-1])


def test_a_class_that_only_the_device_opens_is_told_apart() -> None:
    device = ((b"UUID", b"D" * 16), (b"CLAS", 9), (b"WRAP", 1), (b"WPKY", b"w" * 40))
    keybag = parse_keybag(row(*OWN, *CLASS, *device))
    assert (keybag.wrapped, keybag.others) == ({3: b"w" * 40}, (9,))


def test_one_damaged_class_key_leaves_the_others() -> None:
    lock = Lock()
    blob = bytearray(lock.keybag())
    blob[-1] ^= 1
    keybag = parse_keybag(bytes(blob))
    assert sorted(unlock(keybag, password_key(keybag, PASSWORD))) == list(range(1, 11))


def test_no_key_and_no_salt_shows_in_a_representation() -> None:
    assert "wrapped" not in repr(parse_keybag(Lock().keybag()))


@pytest.mark.parametrize(
    ("blob", "reason"),
    [
        (b"", "not a keybag"),
        (row(*OWN), "no key that a password opens"),
        (row(*OWN, *CLASS)[:-1], "cut short"),
        (row(*OWN, *CLASS) + b"abc", "cut short"),
        (row(*OWN, *CLASS, *CLASS), "class 3 twice"),
        (row(*OWN, CLASS[0], *CLASS[2:]), "a class without a number"),
        (row(*OWN, *CLASS[:-1], (b"WPKY", b"w" * 39)), "39 bytes long and not 40"),
        (row(*OWN[:3], *OWN[4:], *CLASS), "no salt"),
        (row(*OWN[:-1], *CLASS), "asks for 0 rounds"),
        (row(*OWN[:-1], (b"ITER", MAX_ROUNDS_SHA1 + 1), *CLASS), "asks for 10000001 rounds"),
        (row(*OWN, (b"DPSL", b"s"), (b"DPIC", MAX_ROUNDS_SHA256 + 1), *CLASS), "first step"),
        (row(*OWN, (b"DPIC", 5), *CLASS), "first step has no salt"),
        (row(*OWN[:-1], (b"ITER", b"12345"), *CLASS), "ITER is no number"),
        (row(*OWN, *[(b"UUID", b"x")] * 65), "more than 64 classes"),
        (bytes(1 << 21), "a keybag of 2097152 bytes"),
    ],
)
def test_a_damaged_keybag_is_refused(blob: bytes, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        parse_keybag(blob)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_flipped_keybag_is_refused_or_asks_for_no_absurd_work(data: st.DataObject) -> None:
    blob = bytearray(Lock().keybag())
    for _ in range(data.draw(st.integers(1, 4))):
        blob[data.draw(st.integers(0, len(blob) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    try:
        keybag = parse_keybag(bytes(blob[: data.draw(st.integers(0, len(blob)))]))
    except ValueError:
        return
    assert 1 <= keybag.rounds <= MAX_ROUNDS_SHA1
    assert 0 <= keybag.first_rounds <= MAX_ROUNDS_SHA256
    assert len(keybag.wrapped) <= 64
