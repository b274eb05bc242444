"""Manifest.mbdb, the list of files of backups up to iOS 9."""

from __future__ import annotations

import hashlib
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.ios_mbdb import MbdbRecord, read_mbdb
from tests.evidence_builders.ios_backup import BORN, CHANGED, FILES, MODIFIED, Made, mbdb


def test_every_field_of_a_record_is_read() -> None:
    made = Made("HomeDomain", "Library/grüße", b"12345")
    found = list(read_mbdb(io.BytesIO(mbdb([made, FILES[5]]))))
    times = (MODIFIED, CHANGED, BORN)
    assert found == [
        MbdbRecord("HomeDomain", "Library/grüße", "", b"", 0o100644, 7, *times, 5),
        MbdbRecord("HomeDomain", "Library/Link", "/var/mobile/Library/SMS", b"", 0o120755, 7, *times, 0),
    ]
    assert found[0].file_id == hashlib.sha1("HomeDomain-Library/grüße".encode()).hexdigest()


def test_the_name_of_the_stored_file_is_the_one_that_is_known_for_messages() -> None:
    found = next(read_mbdb(io.BytesIO(mbdb([FILES[1]]))))
    assert found.file_id == "3d0d7e5fb2ce288813306e4d4636395e047a3d28"


def test_a_name_that_is_no_utf_8_keeps_its_bytes() -> None:
    data = mbdb([Made("HomeDomain", "abc")]).replace(b"abc", b"a\xffc")
    found = next(read_mbdb(io.BytesIO(data)))
    assert found.path == "a\udcffc"
    assert found.file_id == hashlib.sha1(b"HomeDomain-a\xffc").hexdigest()


def test_records_before_the_end_of_a_cut_list_are_given() -> None:
    data = mbdb(FILES[:2])
    found = []
    with pytest.raises(ValueError, match=f"the record at byte {len(mbdb(FILES[:1]))} is cut short"):
        for record in read_mbdb(io.BytesIO(data[:-1])):
            found.append(record.path)
    assert found == ["Library"]


def test_another_file_is_refused() -> None:
    with pytest.raises(ValueError, match=r"not a Manifest\.mbdb"):
        list(read_mbdb(io.BytesIO(b"mbdb\x04\x00")))


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_a_damaged_list_gives_records_or_ends_with_a_reason(data: st.DataObject) -> None:
    broken = bytearray(mbdb(FILES))
    for _ in range(data.draw(st.integers(1, 4))):
        broken[data.draw(st.integers(0, len(broken) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    count = 0
    try:
        for record in read_mbdb(io.BytesIO(bytes(broken[: data.draw(st.integers(0, len(broken)))]))):
            assert len(record.file_id) == 40
            count += 1
    except ValueError:
        pass
    assert count * 56 <= len(broken)
