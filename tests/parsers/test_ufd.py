from __future__ import annotations

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.ufd import LONGEST, MOST, Ufd, Ufdx, is_ufd, is_ufdx, read_ufd, read_ufdx
from tests.evidence_builders.cellebrite import ufd, ufdx

TEXT = ufd({"FileDump": "Example One.zip"}, {"SHA256": {"a=b.zip": "AB" * 32}, "SHA1": {"b.zip": "cd" * 20}})
WHOLE = Ufd(
    (("FileDump", "Example One.zip"),),
    (("a=b.zip", "SHA-256", "ab" * 32), ("b.zip", "SHA-1", "cd" * 20)),
    (
        ("Backup", "Type", "Example"),
        ("DeviceInfo", "IMEI1", "000000000000001"),
        ("DeviceInfo", "Model", "Example One"),
        ("DeviceInfo", "OS", "16"),
        ("DeviceInfo", "Vendor", "Example"),
        ("ExtractionStatus", "ExtractionStatus", "Success"),
        ("General", "AcquisitionTool", "UFED 4PC"),
        ("General", "BackupPassword", "recorded, not shown here"),
        ("General", "Date", "25/10/2026 00:30:00 (0)"),
        ("General", "EndTime", "25/10/2026 01:30:00 (0)"),
        ("General", "ExtractionType", "AdvancedLogical"),
        ("General", "UfdVer", "1.2"),
        ("General", "Version", "7.60.0.114"),
    ),
)


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_ufd_comes_out_whole_in_every_encoding_and_its_password_is_not_shown(codec: str):
    assert read_ufd(TEXT.encode(codec)) == WHOLE


def test_names_that_are_no_plain_letters_survive():
    assert read_ufd(ufd({"FileDump": "Größe.zip"}).encode("cp1252")).dumps == (("FileDump", "Größe.zip"),)
    assert read_ufd(ufd({"FileDump": "電話.zip"}).encode()).dumps == (("FileDump", "電話.zip"),)


def test_comments_and_lines_without_a_section_are_no_values():
    text = "[General]\n; a=b\n#c=d\nno sign\nVersion=1\n[Dumps]\nImage=a.bin\nImage2=b.bin\n"
    assert read_ufd(text.encode()) == Ufd((("Image", "a.bin"), ("Image2", "b.bin")), (), (("General", "Version", "1"),))


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (TEXT.encode(), True),
        (b"[Dumps]\na=b\n", False),
        (b"[General]\na=b\n", False),
        (b"x\n[Dumps]\n[General]\n", False),
        (b"", False),
        (ufdx().encode(), False),
    ],
)
def test_a_ufd_is_known_by_its_sections(data: bytes, expected: bool):
    assert is_ufd(data) is expected


def test_a_ufdx_lists_its_extractions_as_they_are_stored():
    assert read_ufdx(ufdx("EXTRACTION_FFS 01\\EXTRACTION_FFS.ufd", "b/c.ufd").encode()) == Ufdx(
        (("EXTRACTION_FFS 01\\EXTRACTION_FFS.ufd", "FileSystemDump"), ("b/c.ufd", "FileSystemDump")),
        (
            ("EvidenceCollection", "EvidenceID", "example-1"),
            ("DeviceInfo", "Vendor", "Example"),
            ("DeviceInfo", "Model", "Example One"),
            ("CrimeCase", "Case Identifier", "EX/1"),
        ),
    )


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (ufdx().encode(), True),
        (b"\xef\xbb\xbf" + ufdx().encode(), True),
        (b"<EvidenceCollection", True),
        (b"<other><EvidenceCollection/></other>", False),
        (b"EvidenceCollection", False),
        (TEXT.encode(), False),
    ],
)
def test_a_ufdx_is_known_by_its_root(head: bytes, expected: bool):
    assert is_ufdx(head) is expected


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"<!DOCTYPE a [<!ENTITY b 'c'>]><EvidenceCollection/>", "document type"),
        (b"<other/>", "no EvidenceCollection"),
        (b"<EvidenceCollection>", "not readable as XML"),
        (b'<?xml version="1.0" encoding="made-up"?><EvidenceCollection/>', "not readable as XML: unknown encoding"),
        (ufdx(*["a"] * (MOST + 1)).encode(), "more than 1000"),
        (b" " * (LONGEST + 1), "too many"),
    ],
)
def test_a_ufdx_that_cannot_be_is_refused(data: bytes, reason: str):
    with pytest.raises(ValueError, match=reason):
        read_ufdx(data)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (ufd({str(number): "a" for number in range(MOST + 1)}).encode(), "names 1001 dumps"),
        (b"made up", "not a .ufd"),
        (b" " * (LONGEST + 1), "too many"),
    ],
)
def test_a_ufd_that_cannot_be_is_refused(data: bytes, reason: str):
    with pytest.raises(ValueError, match=reason):
        read_ufd(data)


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from([TEXT.encode(), ufdx("a.ufd").encode()]), st.integers(0, 800), st.binary(max_size=40), st.booleans()
)
def test_no_bytes_make_it_fail_otherwise_than_with_a_value_error(whole: bytes, at: int, junk: bytes, cut: bool):
    data = whole[:at] + junk + (b"" if cut else whole[at + len(junk) :])
    for read in (read_ufd, read_ufdx):
        with contextlib.suppress(ValueError):
            found = read(data)
            assert len(found.values) <= MOST
    assert is_ufd(data) in (True, False)
    assert is_ufdx(data) in (True, False)
