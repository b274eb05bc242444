"""What a source says of itself in a text too long to be kept whole ends in a mark that says so."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest

from extractors.sources import tar_archive
from extractors.sources.base import Entry, SourceRef
from extractors.sources.layouts.ios_facts import device_facts
from extractors.sources.phone import Phone
from tests.extractors.sources.layouts.test_ufdr import XML, view_of


@pytest.mark.parametrize(("length", "mark"), [(300, ""), (301, "…")])
def test_what_a_phone_or_its_backup_says_of_itself(length: int, mark: str) -> None:
    name = "x" * length
    phone = Phone()
    phone.see(Entry("system/build.prop", 0, ""))
    said = phone.facts(lambda _entry: io.BytesIO(f"ro.product.model={name}\n".encode()))
    assert said["device model"] == "x" * 300 + mark
    assert device_facts({"Device Name": name}, {}, {}) == {"device name": "x" * 300 + mark}


@pytest.mark.parametrize(("length", "mark"), [(100, ""), (101, "…")])
def test_the_time_of_a_report(length: int, mark: str) -> None:
    xml = XML.replace(b"2026-10-25T01:30:00.000+01:00", b"x" * length)
    assert next(iter(view_of(xml)[0].entries())).times[0].raw == "x" * 100 + mark


@pytest.mark.parametrize(("length", "mark"), [(80, ""), (81, "…")])
def test_the_time_of_a_member_of_a_tar(length: int, mark: str, tmp_path: Path) -> None:
    stored = ("1792888200.".ljust(length, "1"))[:length]
    info = tarfile.TarInfo("a")
    info.pax_headers = {"mtime": stored}
    with tarfile.open(tmp_path / "a.tar", "w", format=tarfile.PAX_FORMAT) as archive:
        archive.addfile(info)
    volume = tar_archive.open_volume(SourceRef("tar", str(tmp_path / "a.tar")))
    assert [entry.times[0].raw for entry in volume.entries()] == [stored[:80] + mark]
    volume.close()
