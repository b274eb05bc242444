"""The tests of extractors run under two time zones: nothing that they give may hang on the examiner's own."""

from __future__ import annotations

import time
from collections.abc import Iterator

import msgspec
import pytest

from evidence_store.records import Record, canonical
from extractors.base import EvidenceFile, Extractor, Found

ZONES = ("UTC", "Asia/Kathmandu")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Every test of an extractor twice; not those of the containers, nor those that hypothesis runs by itself."""
    by_itself = hasattr(metafunc.function, "hypothesis") or "sources" in metafunc.definition.path.parts
    if not by_itself and metafunc.definition.path.name != "test_matching.py":
        metafunc.fixturenames.append("local_zone")
        metafunc.parametrize("local_zone", ZONES, indirect=True)


@pytest.fixture(autouse=True)
def fields_hold_what_they_should(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every record that a test reads is of the types that its kind declares: bytes, for one, would be written as text
    that nobody wrote."""
    read = Extractor.__call__

    def checked(extractor: Extractor, file: EvidenceFile) -> Iterator[Found]:
        for found in read(extractor, file):
            if isinstance(found, Record):
                written = canonical(found)
                altered = b"\\ud" in written or b"null" in written  # half a character; an infinity
                assert altered or msgspec.json.decode(written, type=type(found)) == found
            yield found

    monkeypatch.setattr(Extractor, "__call__", checked)


@pytest.fixture
def local_zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The zone of the machine, for one test."""
    monkeypatch.setenv("TZ", request.param)
    if hasattr(time, "tzset"):
        time.tzset()
    yield request.param
    monkeypatch.undo()
    if hasattr(time, "tzset"):
        time.tzset()
