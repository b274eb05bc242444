"""The tests of extractors run under two time zones: nothing that they give may hang on the examiner's own."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

ZONES = ("UTC", "Asia/Kathmandu")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Every test of an extractor twice; not those of the containers, nor those that hypothesis runs by itself."""
    by_itself = hasattr(metafunc.function, "hypothesis") or "sources" in metafunc.definition.path.parts
    if not by_itself and metafunc.definition.path.name != "test_matching.py":
        metafunc.fixturenames.append("local_zone")
        metafunc.parametrize("local_zone", ZONES, indirect=True)


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
