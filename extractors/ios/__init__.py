"""Databases and property lists of iOS."""

from __future__ import annotations

from typing import Final

from extractors.base import Extractor

EXTRACTORS: Final[tuple[Extractor, ...]] = ()
