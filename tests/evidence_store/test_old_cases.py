"""Old cases open for ever: a stored case of every format still verifies, with the figures it had."""

from __future__ import annotations

import json
from pathlib import Path

from evidence_store.store import open_store
from evidence_store.verify import verify
from tests.evidence_builders.cases import unpack

STORED = Path(__file__).resolve().parents[1] / "data" / "case-v1"


def test_a_case_of_format_1_opens_and_has_the_figures_it_had(tmp_path: Path) -> None:
    folder = unpack((STORED / "case.zip").read_bytes(), tmp_path)
    store = open_store(folder / "case" / "case.db")
    with store.read() as connection:
        found = verify(connection)
    store.close()
    figures = {"items_digest": found.items_digest, "seal": found.seal, "ledger_head": found.ledger_head}
    assert figures == json.loads((STORED / "expected.json").read_text())
    assert (found.findings, found.complete) == ((), True)
