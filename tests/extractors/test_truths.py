"""Every extractor against the corpus: the counts that its index lists, and no claim of a test that there is not."""

from __future__ import annotations

import importlib
import pkgutil
from collections import Counter
from pathlib import Path

import pytest

from evidence_store.records import Problem, Record
from extractors.catalog import BY_ID, EXTRACTORS
from tests.extractors import truths
from tests.extractors.truths import Truth

NO_DATA = "documented schema, no device data"
# Asserted elsewhere, through the whole program (tests/test_corpus.py) or beside the format's own parser.
ELSEWHERE = frozenset(
    {"whatsapp.chat_export", "media.photos", "media.videos", "media.documents", "sqlite.deleted_rows"}
)
TRUTHS: list[Truth] = [
    truth
    for module in pkgutil.iter_modules(truths.__path__)
    for truth in importlib.import_module(f"tests.extractors.truths.{module.name}").TRUTHS
]


@pytest.mark.parametrize("truth", TRUTHS, ids=lambda truth: f"{truth.extractor}-{truth.path}")
def test_what_the_index_lists_is_what_comes_out(truth: Truth, corpus: Path) -> None:
    found = list(BY_ID[truth.extractor](truth.file(corpus)))
    counts = Counter(one.kind for one in found if isinstance(one, Record) and not one.deleted)
    problems = [one for one in found if isinstance(one, Problem) and one.kind != "note"]
    assert (dict(counts), len(problems)) == (truth.counts, truth.problems), problems[:5]


def test_tested_on_names_only_what_a_test_reads() -> None:
    read = {truth.extractor for truth in TRUTHS} | ELSEWHERE
    wrong = [one.id for one in EXTRACTORS if (NO_DATA in one.tested_on) == (one.id in read)]
    assert wrong == []
