"""Property lists: what they hold, and what they may not promise."""

from __future__ import annotations

import math
import os
import plistlib
import struct
from datetime import UTC, datetime
from plistlib import UID
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.plist import MAX_BYTES, read_plist
from parsers.plist_binary import MAX_DEPTH, MAX_VALUES

VALUE = {
    "text": "Example",
    "wide": "grüße ✓ 🙂",
    "empty": "",
    "bytes": b"\x00\xff" * 10,
    "numbers": [0, 1, 255, 256, 65_536, 2**32, 2**63 - 1, -1, -(2**63), 0.5, -1e300],
    "long list": list(range(300)),
    "yes": True,
    "no": False,
    "nested": {"a": [{"b": [[]]}]},
}
WITH_DATE = {**VALUE, "date": datetime(2026, 10, 25, 0, 30)}
EXPECTED = {**VALUE, "date": datetime(2026, 10, 25, 0, 30, tzinfo=UTC)}
EXAMPLES = int(os.environ.get("ASSAY_FUZZ", "200"))


def binary(objects: list[bytes], top: int = 0, ref_size: int = 1, offsets: list[int] | None = None) -> bytes:
    """A binary property list of these objects as they are."""
    data, places = b"bplist00", []
    for one in objects:
        places.append(len(data))
        data += one
    places = places if offsets is None else offsets
    table = b"".join(struct.pack(">I", place) for place in places)
    return data + table + struct.pack(">5xBBBQQQ", 0, 4, ref_size, len(places), top, len(data))


def xml(inner: str) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?><plist version="1.0">{inner}</plist>'.encode()


@pytest.mark.parametrize("form", [plistlib.FMT_BINARY, plistlib.FMT_XML])
def test_what_was_written_is_read_and_dates_are_in_utc(form: Any) -> None:
    assert read_plist(plistlib.dumps(WITH_DATE, fmt=form)) == EXPECTED


def test_references_of_an_archive_are_read_in_both_forms() -> None:
    data = plistlib.dumps({"root": UID(5), "far": [UID(70_000)]}, fmt=plistlib.FMT_BINARY)
    assert read_plist(data) == {"root": UID(5), "far": [UID(70_000)]}
    inner = "<dict><key>root</key><dict><key>CF$UID</key><integer>5</integer></dict></dict>"
    assert read_plist(xml(inner)) == {"root": UID(5)}


def test_an_xml_list_in_utf_16_is_read() -> None:
    text = '<?xml version="1.0" encoding="UTF-16"?><plist><string>grüße</string></plist>'
    assert read_plist(text.encode("utf-16")) == "grüße"


def test_the_other_objects_of_the_binary_form_are_read() -> None:
    objects = [
        b"\xa7\x01\x02\x03\x04\x05\x06\x07",
        b"\x00",  # null
        b"\x22" + struct.pack(">f", 0.25),
        b"\x14" + (2**64 + 5).to_bytes(16, "big"),
        b"\xc2\x05\x06",  # a set
        b"\x61\xd8\x3d",  # half of a surrogate pair
        b"\x33" + struct.pack(">d", 1e300),  # no calendar holds it
        b"\x52\xff\x41",
    ]
    assert read_plist(binary(objects)) == [None, 0.25, 2**64 + 5, ["\ud83d", 1e300], "\ud83d", 1e300, "\udcffA"]
    assert math.isnan(read_plist(binary([b"\x33" + struct.pack(">d", math.nan)])))


LAUGHS = [b"\xaf\x10\x0a" + bytes([n + 1]) * 10 for n in range(40)] + [b"\x51x"]
DEEP = [b"\xa1" + struct.pack(">H", n + 1) for n in range(MAX_DEPTH + 1)] + [b"\xa0"]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "an empty property list"),
        (b"not one", "neither a binary nor an XML property list"),
        (b"bplist15" + bytes(64), "another version, or cut short"),
        (binary([b"\xa1\x00"]), "object 0 of the property list holds itself"),
        (binary([b"\xa1\x01", b"\xa1\x02", b"\xa1\x01"]), "object 1 of the property list holds itself"),
        (binary(LAUGHS), "spells out to too many values"),
        (binary(DEEP, ref_size=2), "levels"),
        (binary([b"\xa2\x01\x01", b"\xa1\x02", b"\xa1\x01"]), "holds itself"),
        (binary([b"\xa1\x07"]), "holds one that is not there"),
        (binary([b"\xd1\x01\x01", b"\x10\x05"]), "a key that is no text"),
        (binary([b"\x4f\x13\x7f\xff\xff\xff\xff\xff\xff\xff"]), "overlap|goes beyond"),
        (binary([b"\x4f\x10\x09abc"]), "goes beyond"),
        (binary([b"\xaf\x01"]), "a length of unknown form"),
        (binary([b"\x10"], offsets=[3]), "outside its objects"),
        (binary([b"\xe0"]), "unknown type 0xe0"),
        (binary([b"\x8f" + b"\xff" * 16]), "UID"),
        (binary([b"\x09"], top=1), "lies outside the file"),
        (binary([b"\x09"])[:-1], "."),
        (b"bplist00" + struct.pack(">5xBBBQQQ", 0, 8, 8, 2**60, 0, 8), "of 1152921504606846976 objects"),
        (b"bplist00\x09\x08" + struct.pack(">5xBBBQQQ", 0, 0, 1, 1, 0, 9), "offsets of 0"),
    ],
)
def test_a_binary_list_that_promises_too_much_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        read_plist(data)


def test_objects_that_overlap_cannot_hold_more_than_a_few_times_the_file() -> None:
    count = 250
    data = b"bplist00" + b"\xaf\x11\xf0\x00" + b"\x01" * 0xF000
    top = len(data)
    data += b"\xaf\x10" + bytes([count]) + bytes(range(1, count + 1))
    # Each of the 250 is an array that starts a byte later and holds nearly the whole file.
    table = b"".join(struct.pack(">I", place) for place in [top, *[8] * count])
    data += table + struct.pack(">5xBBBQQQ", 0, 4, 1, count + 1, 0, len(data))
    with pytest.raises(ValueError, match="overlap"):
        read_plist(data)


def test_a_shared_object_is_read_once_and_held_twice() -> None:
    found = read_plist(binary([b"\xa2\x01\x01", b"\xa1\x02", b"\x51x"]))
    assert found == [["x"], ["x"]]
    assert found[0] is found[1]


def test_a_list_of_many_plain_values_is_within_the_bounds() -> None:
    many = [1] * 100_000
    assert read_plist(plistlib.dumps(many, fmt=plistlib.FMT_BINARY)) == many
    assert len(many) < MAX_VALUES


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"<plist", "not well formed"),
        (b"<html></html>", "starts with <html>"),
        (xml("<string>a</string><string>b</string>"), "a second value"),
        (xml("<array>" * 200 + "</array>" * 200), "too many values or levels"),
        (xml("<dict><string>a</string></dict>"), "a value without a key"),
        (xml("<dict><key>a</key></dict>"), "a key without a value"),
        (xml("<dict><key>a</key><key>b</key></dict>"), "a key where none belongs"),
        (xml("<array><key>a</key></array>"), "a key where none belongs"),
        (xml("<string><array/></string>"), "where none belongs"),
        (xml("<blink/>"), "<blink> where none belongs"),
        (xml("<array>text</array>"), "text where none belongs"),
        (xml("<integer>1_0</integer>"), "holds no such value"),
        (xml("<integer>" + "9" * 5000 + "</integer>"), "holds no such value"),
        (xml("<real>x</real>"), "holds no such value"),
        (xml("<date>soon</date>"), "holds no such value"),
        (xml("<date>2026-02-30T00:00:00Z</date>"), "a date that no calendar holds"),
        (xml("<data>ü</data>"), "not base64"),
        (xml("<dict><key>CF$UID</key><integer>-1</integer></dict>"), "a reference out of range"),
        (b'<!DOCTYPE plist [<!ENTITY a "b">]><plist><string>&a;</string></plist>', "entities"),
        (b'<!DOCTYPE plist SYSTEM "file:///etc/passwd"><plist><string>&a;</string></plist>', "entit"),
        (b'<?xml version="1.0" encoding="no such"?><plist/>', "not well formed|decoded"),
        (b"\xff\xfe<\x00", "not well formed"),
        (b"<" + bytes(MAX_BYTES), "more than"),
    ],
)
def test_an_xml_list_that_is_none_or_promises_too_much_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        read_plist(data)


def test_an_xml_list_that_holds_nothing_is_read_as_nothing() -> None:
    assert read_plist(xml("")) is None


def test_of_two_values_of_one_key_the_later_one_holds() -> None:
    inner = "<dict><key>a</key><integer>0x10</integer><key>b</key><true/><key>a</key><false/></dict>"
    assert read_plist(xml(inner)) == {"b": True, "a": False}


def _values(value: Any) -> int:
    """All values of the list written out, counted without recursion; ends for certain only where there is no loop."""
    waiting, count = [value], 0
    while waiting and count <= MAX_VALUES:
        one = waiting.pop()
        count += 1
        waiting.extend(one.values() if isinstance(one, dict) else one if isinstance(one, list) else ())
    return count


SAMPLES = [plistlib.dumps(WITH_DATE, fmt=form) for form in (plistlib.FMT_BINARY, plistlib.FMT_XML)]


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.sampled_from(SAMPLES), st.data())
def test_a_damaged_list_is_refused_or_read_within_the_bounds(sample: bytes, data: st.DataObject) -> None:
    broken = bytearray(sample)
    for _ in range(data.draw(st.integers(0, 6))):
        place = data.draw(st.integers(0, len(broken) - 1))
        broken[place] = data.draw(st.sampled_from([0, 0xFF, broken[place] ^ 1 << data.draw(st.integers(0, 7))]))
    start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(broken))] * 2)))
    if data.draw(st.booleans()):
        broken[start:end] = broken[: (end - start) // 2] if data.draw(st.booleans()) else b""
    try:
        found = read_plist(bytes(broken))
    except ValueError:
        return
    assert _values(found) <= MAX_VALUES


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.lists(st.binary(min_size=1, max_size=12), min_size=1, max_size=20), st.integers(0, 20))
def test_made_up_objects_are_refused_or_read_within_the_bounds(objects: list[bytes], top: int) -> None:
    try:
        found = read_plist(binary(objects, top=top))
    except ValueError:
        return
    assert _values(found) <= MAX_VALUES


def test_every_list_of_the_corpus_reads_as_the_standard_library_reads_it(corpus: Any) -> None:
    read = 0
    for path in sorted(corpus.rglob("*.plist")):
        data = path.read_bytes()
        try:
            expected = plistlib.loads(data)
        except (plistlib.InvalidFileException, ValueError, AttributeError, IndexError):
            continue
        assert _without_zone(read_plist(data)) == expected, path.name
        read += 1
    assert read >= 10


def _without_zone(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_zone(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_without_zone(one) for one in value]
    return value.replace(tzinfo=None) if isinstance(value, datetime) else value
