"""What is read of any file, whatever application it belongs to."""

from __future__ import annotations

from typing import Final

from extractors.base import Extractor
from extractors.files.deleted_rows import deleted_rows

EXTRACTORS: Final[tuple[Extractor, ...]] = (deleted_rows,)
