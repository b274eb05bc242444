"""What extractors say may be read out in court: it says what a column records, never what a person did."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from extractors.catalog import EXTRACTORS
from tests.conftest import ROOT

# What somebody did or meant, or that something is shown to be so, stands in no column.
CLAIMS = re.compile(
    r"\bproves?\b|\bproven\b|\bproof\b|\bby the (user|owner|suspect|victim)\b|\b(user|owner|suspect|victim) "
    r"(visited|opened|viewed|read|sent|created|deleted|searched|typed|installed|took|watched|called|was)\b|"
    r"\bwas (at|in) the\b|\bdefinitive|\bauthentic\b|\bgenuine\b|\bconclusive",
    re.IGNORECASE,
)
# In a title or a limit, "created" reads as an act; in the name of a moment or a column it is what was stored.
ACTS = re.compile(r"\b(created|visited|viewed|searched for|watched|deleted by|taken by|sent by)\b", re.IGNORECASE)
DENIED = re.compile(r"\b(no|not|never|nothing|cannot|neither|nor|without|whether)\b", re.IGNORECASE)


def bold(text: str, pattern: re.Pattern[str]) -> list[str]:
    """What is claimed, sentence by sentence; to say that something is not told is fine."""
    sentences = re.split(r"(?<=[.;:!?])\s+", text)
    return [found[0] for one in sentences if (found := pattern.search(one)) and not DENIED.search(one)]


@pytest.mark.parametrize("extractor", EXTRACTORS, ids=lambda one: one.id)
def test_a_label_says_what_is_recorded_and_not_what_was_done(extractor: object) -> None:
    words = (extractor.title, extractor.limits, extractor.layouts, extractor.tested_on)
    assert [found for text in words for pattern in (CLAIMS, ACTS) for found in bold(text, pattern)] == []


def spoken(path: Path) -> list[str]:
    """The string constants of a file that may reach a reader: all but docstrings."""
    tree = ast.parse(path.read_bytes())
    holders = (ast.Module, ast.ClassDef, ast.FunctionDef)
    quiet = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, holders) and node.body and isinstance(node.body[0], ast.Expr)
    }
    constants = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in quiet]
    return [node.value for node in constants if isinstance(node.value, str)]


def test_no_word_of_an_extractor_claims_what_somebody_did() -> None:
    files = sorted((ROOT / "extractors").rglob("*.py"))
    found = [(path.name, claim) for path in files for text in spoken(path) for claim in bold(text, CLAIMS)]
    assert found == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("This proves a visit", ["proves"]),
        ("pages visited by the user", ["by the user"]),
        ("The user opened it.", ["user opened"]),
        ("This does not show what the user visited", []),
        ("recorded by the browser as a visit", []),
    ],
)
def test_a_claim_is_found(text: str, expected: list[str]) -> None:
    assert bold(text, CLAIMS) == expected
