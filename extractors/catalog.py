"""Every extractor, listed by import so that it can be found, type-checked and frozen into a bundle.

The order is part of the result: items of one file are numbered in it. New ones go to the end of their group.
"""

from __future__ import annotations

from typing import Final

from extractors.android.calls import calls
from extractors.android.contacts import contacts
from extractors.android.sms import messages
from extractors.android.sms_backup import sms_backup
from extractors.base import Extractor
from extractors.exports.cellebrite_report import cellebrite_report
from extractors.exports.whatsapp_chat import chat_export
from extractors.files.deleted_rows import deleted_rows
from extractors.media.photos import photos
from extractors.media.videos import videos

EXTRACTORS: Final[tuple[Extractor, ...]] = (
    messages,
    calls,
    contacts,
    sms_backup,
    chat_export,
    cellebrite_report,
    photos,
    videos,
    deleted_rows,
)

BY_ID: Final = {extractor.id: extractor for extractor in EXTRACTORS}
