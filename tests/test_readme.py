"""The README says what the program has: each command, option of a contract, extractor and source."""

from __future__ import annotations

import argparse

import pytest

from app.cli import _parser
from extractors.catalog import EXTRACTORS
from tests.conftest import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")


def commands() -> list[str]:
    for action in _parser()._actions:
        if isinstance(action, argparse._SubParsersAction):
            return sorted(action.choices)
    return []


@pytest.mark.parametrize("command", commands())
def test_every_command_stands_in_the_readme(command: str) -> None:
    assert f"`assay {command}" in README


@pytest.mark.parametrize("extractor", EXTRACTORS, ids=lambda one: one.id)
def test_every_extractor_stands_in_the_readme_with_what_it_was_tested_on_and_its_limits(extractor: object) -> None:
    emits = ", ".join(kind.kind for kind in extractor.emits)
    row = f"| `{extractor.id}` {extractor.title} | {emits} | {extractor.tested_on} | {extractor.limits} |"
    assert row in README


@pytest.mark.parametrize("name", ["docs/images/timeline.png", "docs/images/report.png", "evidence_store/FORMAT.md"])
def test_what_the_readme_points_at_is_there(name: str) -> None:
    assert f"({name})" in README
    assert (ROOT / name).stat().st_size < 300_000
