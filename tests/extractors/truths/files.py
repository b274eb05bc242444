"""What the corpus has for the extractors of the room "files"."""

from __future__ import annotations

from tests.extractors.truths import Truth

TRUTHS: tuple[Truth, ...] = ()
