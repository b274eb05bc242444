"""Histories of browsers, of any system."""

from __future__ import annotations

from typing import Final

from extractors.base import Extractor
from extractors.web.chromium import chromium

EXTRACTORS: Final[tuple[Extractor, ...]] = (chromium,)
