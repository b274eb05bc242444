"""Databases and property lists of iOS."""

from __future__ import annotations

from typing import Final

from extractors.base import Extractor
from extractors.ios.accounts import account_counts, accounts

EXTRACTORS: Final[tuple[Extractor, ...]] = (
    accounts,
    account_counts,
)
