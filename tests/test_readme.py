"""The README says what the program has: each command, option of a contract, extractor and source."""

from __future__ import annotations

import argparse

import pytest

from app.cli import _parser
from app.commands.showing import extractor_table
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


def test_the_table_of_extractors_is_the_one_that_the_catalogue_gives() -> None:
    # To write it anew: python3 -m tests.readme_table
    assert extractor_table() in README


@pytest.mark.parametrize("name", ["docs/images/timeline.png", "docs/images/report.png", "evidence_store/FORMAT.md"])
def test_what_the_readme_points_at_is_there(name: str) -> None:
    assert f"({name})" in README
    assert (ROOT / name).stat().st_size < 300_000
