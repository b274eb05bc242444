"""Archives read by their likeness to others: always just what the general reader gives."""

from __future__ import annotations

import os
import plistlib
import random
import sqlite3
from pathlib import Path
from plistlib import UID
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers import archived_records
from parsers.archived_records import RecordReader
from parsers.nskeyedarchiver import open_archive
from tests.evidence_builders.ios_backup import FILES, Lock, Made, archived

WANTED = ("Size", "Target", "EncryptionKey", "LastModified", "LastStatusChange", "Birth", "Odd")
EXAMPLES = int(os.environ.get("ASSAY_FUZZ", "150"))
LABEL = Lock().label(3, b"k" * 32)
PATHS = (
    "a",
    "Library/Caches/one",
    "Library/Caches/a longer one",
    "Library/grüße/viele Grüße",
    "$null",
    "x" * 300,
    "y" * 256,
)


def general(data: bytes) -> dict[str, Any] | str:
    try:
        fields = open_archive(data).fields()
    except ValueError as error:
        return str(error)
    return {name: repr(fields[name]) for name in WANTED if name in fields}


def alike(reader: RecordReader, data: bytes, text: str = "") -> dict[str, Any] | str:
    try:
        return {name: repr(value) for name, value in reader.fields(data, text.encode("ascii", "ignore")).items()}
    except ValueError as error:
        return str(error)


def archive(*objects: Any, **top: Any) -> bytes:
    found = {"$archiver": "NSKeyedArchiver", "$version": 100_000, "$objects": ["$null", *objects]}
    return plistlib.dumps({**found, "$top": {"root": UID(1)}} | top, fmt=plistlib.FMT_BINARY)


def builder_rows() -> list[tuple[str, bytes]]:
    rows = [(made.path, archived(made, label)) for made in FILES for label in (b"", LABEL)]
    for path in PATHS:
        for size in (0, 1, 255, 256, 1 << 31, 1 << 40, -1, (1 << 64) - 1):
            rows += [(path, archived(Made("HomeDomain", path, size=size, target=path[::-1]), LABEL))]
    return rows


def test_the_rows_of_the_builder_are_read_as_by_the_general_reader() -> None:
    reader, rows = RecordReader(WANTED), builder_rows()
    for _ in range(2):
        assert [alike(reader, data, path) for path, data in rows] == [general(data) for _, data in rows]


def test_the_rows_of_the_corpus_are_read_as_by_the_general_reader(corpus: Path) -> None:
    database = sqlite3.connect((corpus / "mvt/ios_backup/Manifest.db").as_uri() + "?immutable=1", uri=True)
    rows = database.execute("SELECT relativePath, file FROM Files").fetchall()
    database.close()
    reader = RecordReader(WANTED)
    for _ in range(2):
        assert [alike(reader, data, path) for path, data in rows] == [general(data) for _, data in rows]


def test_what_is_like_an_earlier_one_is_not_read_in_full_again(monkeypatch: pytest.MonkeyPatch) -> None:
    reader = RecordReader(WANTED)
    first, second = (
        Made("HomeDomain", path, size=size) for path, size in (("Library/one/file", 5), ("Library/other/1" * 9, 9))
    )
    reader.fields(archived(first, LABEL), first.path.encode())
    monkeypatch.setattr(archived_records, "open_archive", None)
    other = Lock().label(4, b"o" * 32)
    fields = reader.fields(archived(second, other), second.path.encode())
    assert (fields["Size"], fields["EncryptionKey"]) == (9, other)


@pytest.mark.parametrize(
    "objects",
    [
        ({"Size": UID(2), "Odd": UID(3)}, 7, "$null"),
        ({"Size": UID(2), "Odd": UID(2)}, "$null"),
        ({"Size": "$null", "Odd": UID(0)},),
        ({"Size": UID(2), "Odd": [1, 2]}, 5),
        ({"Size": UID(2), "Odd": UID(3)}, {"NS.string": "$null"}, {"NS.data": b"", "NS.bytes": b"1"}),
        ({"Size": UID(2), "Odd": UID(3)}, UID(3), {"NS.data": 5, "NS.bytes": b"1"}),
        ({"Size": UID(2), "Odd": UID(3)}, {"other": 1}, "grüße"),
        ({"Size": True, "Odd": 0.5}, "text"),
        ({"Size": UID(9)},),
        ("no dictionary",),
        ({"NS.data": b"no dictionary"},),
    ],
)
def test_odd_archives_are_read_as_by_the_general_reader_or_refused_as_by_it(objects: tuple[Any, ...]) -> None:
    reader, data = RecordReader(WANTED), archive(*objects)
    assert [alike(reader, data) for _ in range(2)] == [general(data)] * 2


def test_a_text_that_becomes_the_word_for_nothing_is_nothing() -> None:
    reader, data = RecordReader(WANTED), archive({"Odd": UID(2)}, "12345")
    made = [data.replace(b"12345", text) for text in (b"12345", b"$null", b"67890")]
    assert [alike(reader, one) for one in made] == [{"Odd": "'12345'"}, {"Odd": "None"}, {"Odd": "'67890'"}]
    assert [general(one) for one in made] == [{"Odd": "'12345'"}, {"Odd": "None"}, {"Odd": "'67890'"}]


def test_objects_that_share_bytes_are_read_in_full() -> None:
    reader, data = RecordReader(WANTED), bytearray(archive({"Size": UID(2), "Odd": UID(3)}, 0x77, b"..\x10\x05.."))
    table = data[int.from_bytes(data[-8:], "big") : -32]
    data[len(data) - 32 - len(table) + table.index(data.index(b"\x10\x77"))] = data.index(b"\x10\x05")
    made = [bytes(data).replace(b"..\x10", b".." + marker) for marker in (b"\x10", b"\x51", b"\x09")]
    assert [alike(reader, one)["Size"] for one in made] == ["5", repr("\x05"), "True"]
    assert [general(one)["Size"] for one in made] == ["5", repr("\x05"), "True"]


def test_a_text_of_any_length_is_cut_out() -> None:
    reader = RecordReader(WANTED)
    for length in (*range(15, 256), *range(255, 14, -1)):
        text = "p" * length
        for one in (archive({"Size": length, "Odd": UID(3)}, text, "end"), archived(Made("D", text, size=length))):
            assert alike(reader, one, text) == general(one)


def test_a_place_that_runs_over_into_the_one_before_it_is_none_of_that_shape() -> None:
    reader, text = RecordReader(WANTED), "p" * 20
    sound = archive({"Size": 7, "Odd": UID(3)}, text, "end")
    assert sound[-26] == 1  # bytes for a place
    reader.fields(sound, text.encode())
    (((size, at), (shape,)),) = reader._shapes.items()
    rest = int.from_bytes(sound[:at] + sound[at + 20 :], "big")
    for length in range(15, 256):
        bent = (rest + shape.step * (length - 20)).to_bytes(size, "big")
        data = bent[:at] + b"p" * length + bent[at:]
        assert alike(reader, data, "p" * length) == general(data)


def test_no_more_shapes_are_kept_than_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archived_records, "MAX_SHAPES", 3)
    reader = RecordReader(WANTED)
    made = [archive({f"name {number}": number}, "x" * number) for number in range(9)]
    assert [alike(reader, data) for data in made] == [general(data) for data in made]
    assert sum(map(len, reader._shapes.values())) == 3


ROWS = [*builder_rows()[:40:3], ("", archive({"Size": UID(2), "Odd": UID(3)}, {"NS.data": b"1234"}, "a text", 0.5))]


def damaged(data: bytes, chance: random.Random) -> bytes:
    """Other bytes in place, at times with some more or fewer."""
    broken = bytearray(data)
    for _ in range(chance.randint(1, 3)):
        place = chance.randrange(len(broken))
        kind = chance.randrange(8)
        if kind < 5:
            broken[place] = chance.choice([0, 0xFF, broken[place] ^ 1 << chance.randrange(8), chance.randrange(256)])
        elif kind < 7:
            start = chance.randrange(len(data))
            broken[place : place + 4] = data[start : start + len(broken[place : place + 4])]
        else:
            del broken[place : place + chance.randint(1, 3)]
            broken = broken or bytearray(b"b")
    return bytes(broken)


def check(chance: random.Random) -> None:
    """Damaged records, before and after the sound ones, and twice: whatever was kept of one must not change another."""
    reader = RecordReader(WANTED)
    path, data = chance.choice(ROWS)
    made = [(path, damaged(data, chance)) for _ in range(6)] + [(path, data)]
    made += [(path, damaged(one, chance)) for _, one in made]
    for text, one in (*made, *made):
        assert alike(reader, one, text) == general(one)


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.randoms(use_true_random=False))
def test_damaged_records_are_read_or_refused_as_by_the_general_reader(chance: random.Random) -> None:
    check(chance)
