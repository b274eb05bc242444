"""Every extractor, listed by import so that it can be found, type-checked and frozen into a bundle.

Each room lists its own. The order is part of the result: items of one file are numbered in it. New ones go to the end
of their room; what recovers deleted rows comes last, for it asks what the others read.
"""

from __future__ import annotations

from typing import Final

from extractors import android, chats, exports, files, ios, media, web
from extractors.base import Extractor

EXTRACTORS: Final[tuple[Extractor, ...]] = (
    *android.EXTRACTORS,
    *ios.EXTRACTORS,
    *chats.EXTRACTORS,
    *web.EXTRACTORS,
    *exports.EXTRACTORS,
    *media.EXTRACTORS,
    *files.EXTRACTORS,
)

BY_ID: Final = {extractor.id: extractor for extractor in EXTRACTORS}
