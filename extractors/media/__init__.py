"""Pictures, films, sounds and documents by their content."""

from __future__ import annotations

from typing import Final

from extractors.base import Extractor
from extractors.media.documents import documents
from extractors.media.photos import photos
from extractors.media.screenshots import screenshot_text
from extractors.media.videos import videos

EXTRACTORS: Final[tuple[Extractor, ...]] = (
    photos,
    videos,
    documents,
    screenshot_text,
)
