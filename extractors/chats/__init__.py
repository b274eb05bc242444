"""Databases of messengers, as phones hold them."""

from __future__ import annotations

from typing import Final

from extractors.base import Extractor

EXTRACTORS: Final[tuple[Extractor, ...]] = ()
