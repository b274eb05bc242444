"""Backup files of Signal: the header, the keys, and the frames, however the bytes come."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.signal_backup import (
    Data,
    Decryptor,
    File,
    FileEnd,
    Header,
    Other,
    Statement,
    derived_keys,
    opens,
    read_header,
    read_passphrase,
)
from tests.evidence_builders.signal_backup import (
    END,
    IV,
    KEY_VALUE,
    PASSPHRASE,
    PREFERENCE,
    SALT,
    VERSION,
    attachment,
    avatar,
    backup,
    field,
    keys,
    statement,
    sticker,
)

FRAMES = [
    VERSION,
    statement("INSERT INTO x VALUES (?,?,?,?,?)", "é", -5, 1.5, b"\x00\xff", None),
    statement("DELETE " + "x" * 200, "é" * 300, 2**62, b"\x00" * 20_000),
    field(2, field(2, field(2, 5)) + field(1, b"turned round")),
    attachment(7, b"a picture" * 100),
    avatar("12", b"a face"),
    sticker(3, b""),
    PREFERENCE,
    KEY_VALUE,
    field(20, 1),
    END,
]
EVENTS = [
    Other("version 200"),
    Statement("INSERT INTO x VALUES (?,?,?,?,?)", ("é", -5, 1.5, b"\x00\xff", None)),
    Statement("DELETE " + "x" * 200, ("é" * 300, 2**62, b"\x00" * 20_000)),
    Statement("turned round", (5,)),
    File("attachment", "7", 900),
    Data(b"a picture" * 100),
    FileEnd(True),
    File("avatar", "12", 6),
    Data(b"a face"),
    FileEnd(True),
    File("sticker", "3", 0),
    FileEnd(True),
    Other("preference"),
    Other("key value"),
    Other("frame"),
    Other("end"),
]


def events(data, piece=1 << 20):
    """What comes out where the bytes come in pieces; pieces of one file are put together."""
    header = read_header(data)
    reader, found = Decryptor(header, keys()), []
    for at in range(header.start, len(data), piece):
        for event in reader.feed(data[at : at + piece]):
            if isinstance(event, Data) and found and isinstance(found[-1], Data):
                found[-1] = Data(found[-1].data + event.data)
            else:
                found.append(event)
    return found, reader


@pytest.mark.parametrize("version", [0, 1])
@pytest.mark.parametrize("piece", [1, 7, 1 << 20])
def test_every_frame_comes_out(version, piece):
    made = backup(FRAMES, version=version)
    assert read_header(made) == Header(version, IV, SALT, 4 + made[3])
    found, reader = events(made, piece)
    assert found == EVENTS
    assert (reader.ended, reader.open) == (True, False)


def test_the_keys_come_from_the_passphrase():
    assert derived_keys(read_passphrase(PASSPHRASE), SALT) == keys()
    made = backup([VERSION])
    assert opens(read_header(made), keys(), made)
    assert not opens(read_header(made), bytes(64), made)


@pytest.mark.parametrize("text", ["", "12345", "1" * 31, "x" * 30, "١" * 30])
def test_a_passphrase_has_thirty_digits(text):
    with pytest.raises(ValueError, match="30 digits"):
        read_passphrase(text)


@pytest.mark.parametrize(
    "data",
    [b"", b"\x00\x00\x00\x34", b"\x00\x00\x00\x40" + bytes(64), backup([], version=2), b"\xff" * 100, backup([])[:50]],
)
def test_what_is_none_is_refused(data):
    with pytest.raises(ValueError, match=r"Signal|no protocol buffer"):
        read_header(data)


@pytest.mark.parametrize("version", [0, 1])
def test_damage_is_said_and_what_came_before_stays(version):
    made = bytearray(backup(FRAMES, version=version))
    made[-20] ^= 1  # in the frame before the last
    header, found = read_header(bytes(made)), []
    reader = Decryptor(header, keys())
    with pytest.raises(ValueError, match="damaged"):
        found.extend(reader.feed(bytes(made[header.start :])))
    assert Decryptor(header, keys()).open is False
    whole = backup(FRAMES, version=version)
    found, reader = events(whole[:-30])
    assert (found, reader.ended, reader.open) == (EVENTS[: len(found)], False, True)


def test_a_statement_with_a_value_that_cannot_be_read_is_damage():
    frame = field(2, field(2, field(2, 5)) + field(2, b"no message") + field(1, b"INSERT"))
    with pytest.raises(ValueError, match="a frame is damaged: 1 values of a statement cannot be read"):
        events(backup([VERSION, frame, END]))


def test_a_file_whose_code_does_not_fit_is_told():
    found, _ = events(backup([attachment(7, b"x"), END], bad_file=True))
    assert found == [File("attachment", "7", 1), Data(b"x"), FileEnd(False), Other("end")]


@given(st.binary(max_size=600), st.integers(0, 300))
def test_any_bytes_give_events_or_value_error(data, cut):
    made = backup([VERSION, statement("INSERT INTO x VALUES (?)", 1)])
    for one in (data, made[:cut] + data, made[: -len(data)] + data):
        try:
            header = read_header(one)
            list(Decryptor(header, keys()).feed(one[header.start :]))
        except ValueError:
            pass
