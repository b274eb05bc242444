from __future__ import annotations

import contextlib
import io
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence_store.records import Moment, Problem
from extractors.sources import zip_archive
from extractors.sources.base import Entry, Secret, SourceError, SourceRef
from extractors.sources.layouts import ufdr
from extractors.sources.layouts.ufdr import holds_back, open_in, open_layout, roots
from tests.evidence_builders.archives import snapshot
from tests.evidence_builders.cellebrite import report, tagged
from tests.evidence_builders.cellebrite import ufdr as write_ufdr

DATABASE, PHOTO, OTHER = b"made up database", b"\xff\xd8\xff made up", b"not in the report"
SHA = "ab" * 32
PLACE = "Userdata (ExtX)/data/data/com.example/databases/a.db"
XML = report(
    {},
    [
        tagged("/data/data/com.example/databases/a.db", "files\\Database\\a.db", len(DATABASE), sha256=SHA.upper()),
        tagged("/media/0/DCIM/IMG_0001.jpg", "files\\Image\\img_0001.JPG", 999, deleted="Deleted", fs=""),
        tagged("/media/0/gone.jpg", "files\\Image\\gone.jpg", 12),
        tagged("/media/0/../../up.txt", None, 3, deleted="Deleted"),
    ],
)
FILES = {"files/Database/a.db": DATABASE, "files/Image/IMG_0001.jpg": PHOTO, "files/Text/other.txt": OTHER}
CREATED = Moment("created (file system)", 1_792_888_200_000_000, "2026-10-25T01:30:00.000+01:00", "D")
MODIFIED = Moment("modified (file system)", 1_792_888_200_000_000, "2026-10-25T00:30:00.000+00:00", "D")


def held(xml: bytes = XML, files: Mapping[str, bytes] = FILES) -> tuple[dict[str, Entry], dict[str, bytes]]:
    """What was held back, and the bytes behind each address."""
    content = {"report.xml": xml, **files}
    return {path: Entry(path, len(data), f"at {path}") for path, data in content.items()}, content


def view_of(xml: bytes = XML, files: Mapping[str, bytes] = FILES) -> tuple[ufdr.UfdrView, dict[str, bytes]]:
    entries, content = held(xml, files)
    return open_layout("", entries, lambda entry: io.BytesIO(content[entry.address[3:]]), Secret()), content


def read(content: dict[str, bytes], entry: Entry) -> bytes:
    def opened(inner: Entry) -> BinaryIO:
        assert inner.size == len(content[inner.path])
        return io.BytesIO(content[inner.address[3:]])

    return open_in(entry.address, entry.path, opened, Secret()).read()


def test_files_stand_where_the_device_had_them_and_nothing_of_the_container_is_lost():
    view, content = view_of()
    entries = list(view.entries())
    assert {entry.path: read(content, entry) for entry in entries if entry.readable} == {
        PLACE: DATABASE,
        "media/0/DCIM/IMG_0001.jpg": PHOTO,
        "report.xml": XML,
        "files/Text/other.txt": OTHER,
    }
    assert entries[0] == Entry(
        PLACE,
        len(DATABASE),
        '["files/Database/a.db",16,"at files/Database/a.db"]',
        (CREATED, MODIFIED),
        note=f"in the container: files/Database/a.db; SHA-256 in the report: {SHA}",
    )
    assert (entries[1].deleted, entries[1].size) == (True, len(PHOTO))
    assert entries[1].note == "in the container: files/Image/IMG_0001.jpg; the report says 999 bytes"


def test_what_the_report_lists_without_its_bytes_is_listed_and_not_readable():
    view, _ = view_of()
    missing = [entry for entry in view.entries() if not entry.readable]
    base = "listed by the report, its bytes are not in the container"
    assert missing == [
        Entry(
            "Userdata (ExtX)/media/0/gone.jpg", 12, "", (CREATED, MODIFIED), readable=False,
            note=f"{base} (files\\Image\\gone.jpg)",
        ),
        Entry(
            "Userdata (ExtX)/media/0/_up_/_up_/up.txt", 3, "", (CREATED, MODIFIED), deleted=True, readable=False,
            note=f"{base} (no local path); stored name 'Userdata (ExtX)/media/0/../../up.txt'",
        ),
    ]  # fmt: skip
    assert [problem.code for problem in view.problems()] == ["odd-name"]


def test_facts_and_hashes_beyond_those_that_are_shown_are_counted(monkeypatch):
    view, _ = view_of()
    first = next(iter(view.entries()))
    assert "more hashes" not in first.note
    list(view.entries())
    assert (len(view.facts()) > 2, "not shown" in view.facts()) == (True, False)
    monkeypatch.setattr(ufdr, "_MOST_FACTS", 2)
    monkeypatch.setattr(ufdr, "_MOST_HASHES", 0)
    shown, _ = view_of()
    assert "1 more hashes in the report" in next(iter(shown.entries())).note
    list(shown.entries())
    assert shown.facts()["not shown"] == f"{len(view.facts()) - 2} more values"


def test_the_facts_are_what_the_report_says_of_the_device():
    view, _ = view_of()
    list(view.entries())
    assert view.facts() == {
        "Report: name": "Example & one",
        "Report: reportVersion": "5.2.0.0",
        "Report: extractionType": "FileSystem",
        "Source extraction: 0": "File system FileSystem",
        "Device Info: DeviceInfoDetectedPhoneModel": "Example One",
        "Additional Fields: UFED_PA_Version": "7.60",
    }
    assert view.unlocked == b""


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("report.xml", True),
        ("Report.XML", True),
        ("files/Image/a.jpg", True),
        ("Files\\a", False),
        ("DbData/database.db", True),
        ("report.xml.bak", False),
        ("reports/a.pdf", False),
        ("a/report.xml", False),
        ("data/data/com.example/files/a", False),
        ("filesystem/a", False),
    ],
)
def test_only_what_may_belong_to_a_ufdr_is_held_back(path: str, expected: bool):
    assert holds_back(path) is expected


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        (["report.xml", "files/a"], [""]),
        (["DbData/database.db"], [""]),
        (["report.xml"], []),
        (["files/a", "files/b"], []),
        ([], []),
    ],
)
def test_a_layout_stands_where_report_and_files_are(paths: list[str], expected: list[str]):
    assert roots({path: Entry(path, 1, "") for path in paths}) == expected


def test_a_report_that_is_none_or_cannot_be_read_leaves_the_files_as_they_are():
    for xml, reason in ((b"<project/>", "is no report of Cellebrite"), (b"", "is no report of Cellebrite")):
        with pytest.raises(SourceError, match=f"^report.xml {reason}"):
            view_of(xml)
    locked = {"report.xml": Entry("report.xml", 9, "", readable=False, note="encrypted")}
    with pytest.raises(SourceError, match=r"^report\.xml cannot be read: encrypted"):
        open_layout("", locked, lambda entry: io.BytesIO(), Secret())
    with pytest.raises(SourceError, match="the report is a database"):
        open_layout("", {"DbData/database.db": Entry("DbData/database.db", 1, "")}, lambda _: io.BytesIO(), Secret())


def test_a_database_beside_the_report_is_said_not_to_be_read():
    view, _ = view_of(files={**FILES, "DbData/database.db": b"made up"})
    assert "DbData/database.db" in {entry.path for entry in view.entries()}
    assert view.problems()[-1] == Problem("note", "ufdr-database", "DbData: the database of the report is not read")


def test_a_damaged_report_costs_the_places_and_not_the_files():
    cut = XML[: XML.index(b"gone.jpg")]
    view, content = view_of(cut)
    found = {entry.path: read(content, entry) for entry in view.entries()}
    assert found == {
        PLACE: DATABASE, "media/0/DCIM/IMG_0001.jpg": PHOTO, "report.xml": cut, "files/Text/other.txt": OTHER
    }  # fmt: skip
    assert [(problem.kind, problem.code) for problem in view.problems()] == [("file", "report-damaged")]


def test_two_places_of_one_file_are_both_listed():
    xml = report({}, [tagged(f"/{name}", "files/a", 1) for name in ("x", "y")])
    view, content = view_of(xml, {"files/a": b"1"})
    assert [(entry.path, read(content, entry)) for entry in view.entries()][:2] == [
        ("Userdata (ExtX)/x", b"1"), ("Userdata (ExtX)/y", b"1")
    ]  # fmt: skip


@pytest.mark.parametrize("address", ["", "[]", "{}", '["a",1]', '["a",-1,"b"]', '["a","1","b"]', "[" * 100_000])
def test_an_address_that_is_none_is_refused(address: str):
    with pytest.raises(SourceError, match=r"^x: not an address of this container"):
        open_in(address, "x", lambda entry: io.BytesIO(), Secret())


def test_a_time_without_its_offset_stays_as_it_is_stored():
    xml = XML.replace(b"2026-10-25T01:30:00.000+01:00", b"25/10/2026 01:30:00")
    first = next(iter(view_of(xml)[0].entries()))
    assert first.times[0] == Moment(
        "created (file system)", None, "25/10/2026 01:30:00", "D", note="not a time with its offset"
    )


def test_a_real_container_is_read_and_not_changed(tmp_path: Path):
    path = write_ufdr(tmp_path / "a.ufdr", XML, FILES)
    before = snapshot(tmp_path)
    volume = zip_archive.open_volume(SourceRef("zip", str(path)))
    files = {entry.path: entry for entry in volume.entries() if holds_back(entry.path)}
    assert roots(files) == [""]
    view = open_layout("", files, volume.open, Secret())
    database = next(entry for entry in view.entries() if entry.path == PLACE)
    with open_in(database.address, database.path, volume.open, Secret()) as stream:
        assert stream.read() == DATABASE
    volume.close()
    assert snapshot(tmp_path) == before


@settings(max_examples=200, deadline=None)
@given(st.integers(200, len(XML)), st.binary(max_size=30), st.booleans())
def test_whatever_the_report_says_every_held_file_stays_reachable(at: int, junk: bytes, cut: bool):
    xml = XML[:at] + junk + (b"" if cut else XML[at + len(junk) :])
    with contextlib.suppress(SourceError):
        view, content = view_of(xml)
        entries = list(view.entries())
        reached = {read(content, entry) for entry in entries if entry.readable}
        assert reached >= {DATABASE, PHOTO, OTHER, xml}
        assert not any(part in ("", ".", "..") for entry in entries for part in entry.path.split("/"))
