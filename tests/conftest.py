"""What all tests share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of real evidence with known answers; tests that need it are skipped where it is absent."""
    folder = Path(os.environ.get("ASSAY_CORPUS", ROOT.parent / "shared" / "corpus"))
    if not (folder / "INDEX.md").is_file():
        pytest.skip("the evidence corpus is not here (set ASSAY_CORPUS)")
    return folder
