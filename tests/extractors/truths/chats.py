"""What the corpus has for the extractors of the room "chats"."""

from __future__ import annotations

from tests.extractors.truths import Truth

TRUTHS: tuple[Truth, ...] = (
    Truth(
        "whatsapp.android",
        "wa-crypt-tools/msgstore.db",
        {"message": 10},
        of="index: 10 rows in messages, 1 in message; the first of both is the same",
        problems=9,  # announcements that are recorded with time 0
    ),
)
