"""How the settings that Android's system keeps as text are read."""

from __future__ import annotations

from typing import Final

from evidence_store.records import Problem
from extractors.base import EvidenceFile

MOST_BYTES: Final = 64 << 20


def read_text(file: EvidenceFile) -> tuple[str, Problem | None]:
    """The text of a file, bytes that are no UTF-8 replaced, and a Problem where there is more of it than is read."""
    with file.open() as stream:
        data = stream.read(MOST_BYTES + 1)
    text = data[:MOST_BYTES].decode("utf-8", "replace")
    if len(data) <= MOST_BYTES:
        return text, None
    of = f"its {file.size:,}" if file.size > MOST_BYTES else f"more than {MOST_BYTES:,}"  # than the source says
    return text, Problem("file", "too-large", f"of {of} bytes the first {MOST_BYTES:,} are read")
