"""Headers, keys and content of WhatsApp's encrypted backups."""

from __future__ import annotations

import hashlib
import zlib
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.whatsapp_crypt import (
    Decryptor,
    Header,
    Key,
    WrongKey,
    content_key,
    first_bytes,
    looks_plain,
    opens,
    read_code,
    read_header,
    read_key,
)
from tests.evidence_builders.whatsapp_crypt import ACCOUNT, CODE, IV, SALT, SECRET, encrypted, java, key_file

CONTENT = b"SQLite format 3\0" + bytes(5000) + b"made up"
KEYS = {12: key_file(), 14: key_file(), 15: java(SECRET)}


def decrypted(data: bytes, generation: int, key: bytes, piece: int = 1 << 20) -> tuple[bytes, str]:
    header = read_header(data[:70000], early=generation == 12)
    decryptor = Decryptor(header, content_key(header, read_key(key)))
    plain = b"".join(decryptor.feed(data[at : at + piece]) for at in range(0, len(data), piece))
    last, said = decryptor.finish()
    return plain + last, said


@pytest.mark.parametrize("generation", [12, 14, 15])
@pytest.mark.parametrize("piece", [1 << 20, 7, 64])
def test_every_generation_gives_its_content_in_pieces_of_any_size(generation, piece):
    plain, said = decrypted(encrypted(CONTENT, generation), generation, KEYS[generation], piece)
    assert (zlib.decompress(plain), said) == (CONTENT, "tag and MD5 fit")


@pytest.mark.parametrize("generation", [14, 15])
def test_a_backup_of_several_files_has_no_sum_behind_it(generation):
    data = encrypted(b"PK\x03\x04 made up", generation, packed=False, summed=False)
    assert decrypted(data, generation, KEYS[generation]) == (b"PK\x03\x04 made up", "the tag fits; no MD5 of its own")


def test_headers_say_what_they_need():
    assert read_header(encrypted(CONTENT, 12), early=True) == Header(12, 67, IV, 4, SALT, ACCOUNT)
    fourteen, fifteen = (read_header(encrypted(CONTENT, generation)) for generation in (14, 15))
    assert fourteen == Header(14, fourteen.start, IV, 0, SALT, ACCOUNT, "2.24.1.75")
    assert fifteen == Header(15, fifteen.start, IV, 0, version="2.24.1.75")


@pytest.mark.parametrize(
    "given",
    [
        java(SECRET),
        SECRET,
        CODE.encode(),
        CODE.upper().encode(),
        " ".join(CODE[at : at + 8] for at in range(0, 64, 8)).encode(),
    ],
)
def test_the_key_of_the_last_generation_may_come_in_any_form(given):
    assert read_key(given) == Key(SECRET)
    assert "secret" not in repr(read_key(given))


def test_the_early_key_file_is_read_whole():
    assert len(key_file()) == 158
    assert read_key(key_file()) == Key(SECRET, SALT, ACCOUNT)


@pytest.mark.parametrize(
    "given", [b"", b"x" * 33, java(SECRET)[:-1], java(SECRET) + b"x", CODE[:-1].encode(), b"\xff" * 64]
)
def test_what_is_no_key_is_refused(given):
    with pytest.raises(ValueError, match=r"key|code"):
        read_key(given)


def test_a_key_that_cannot_be_the_one_is_told_before_anything_is_decrypted():
    early, late = (read_header(encrypted(CONTENT, generation)) for generation in (14, 15))
    with pytest.raises(WrongKey, match="another installation or account"):
        content_key(early, read_key(key_file(account=bytes(16))))
    with pytest.raises(WrongKey, match="not with a code"):
        content_key(early, read_code(CODE))
    with pytest.raises(WrongKey, match="crypt12 and crypt14"):
        content_key(late, read_key(key_file()))


def test_a_wrong_key_and_a_changed_byte_are_found_by_the_tag():
    data = encrypted(CONTENT, 15)
    header = read_header(data)
    right, wrong = content_key(header, Key(SECRET)), content_key(header, Key(bytes(32)))
    assert looks_plain(first_bytes(header, right, data))
    assert not looks_plain(first_bytes(header, wrong, data))
    assert (opens(header, right, iter([data])), opens(header, wrong, iter([data]))) == (True, False)
    changed = data[:-40] + bytes([data[-40] ^ 1]) + data[-39:]
    with pytest.raises(ValueError, match="tag does not fit"):
        decrypted(changed, 15, SECRET)
    with pytest.raises(ValueError, match="cut short"):
        decrypted(data[: header.start + 5], 15, SECRET)


def test_the_published_sample_opens_byte_for_byte(corpus):
    folder = corpus / "wa-crypt-tools"
    for name in ("msgstore.db.crypt14", "msgstore-noexpiry.db.crypt14"):
        plain, said = decrypted((folder / name).read_bytes(), 14, (folder / "key").read_bytes())
        assert said == "tag and MD5 fit"
        assert hashlib.sha256(zlib.decompress(plain)).hexdigest() == (
            "1425b944a2e3885fc936a7bb82f6548c5cc09523a2f61f02aa836c4ed8bbd16e"
        )


@given(st.binary(max_size=300), st.booleans())
def test_any_bytes_are_a_header_or_none(data, early):
    with suppress(ValueError):
        assert len(read_header(data, early).iv) == 16


@given(st.binary(max_size=200))
def test_any_bytes_are_a_key_or_none(data):
    with suppress(ValueError):
        assert len(read_key(data).secret) == 32


@given(st.binary(max_size=400), st.integers(0, 300))
def test_any_content_is_refused_or_decrypted(data, cut):
    whole = encrypted(b"x", 14)
    header = read_header(whole)
    decryptor = Decryptor(header, SECRET)
    with suppress(ValueError):
        decryptor.feed(whole[:cut] + data)
        decryptor.finish()
