"""WhatsApp on Android: messages, calls and groups (msgstore.db)."""

from __future__ import annotations

from collections.abc import Iterator

from evidence_store.records import Message, Present, Problem
from extractors.base import EvidenceFile, Found, extractor
from extractors.chats.whatsapp.android_messages import NEEDED, messages
from extractors.chats.whatsapp.android_people import People
from extractors.chats.whatsapp.parties import SERVICE, is_business
from extractors.database import count_rows, read_database
from parsers.sqlite_file import EvidenceDatabase, lacking


@extractor(
    id="whatsapp.android",
    version=1,
    title="WhatsApp on Android",
    files=("**/msgstore.db",),
    emits=(Message,),
    privacy="communications",
    layouts="msgstore.db with the table message (2021 on)",
    tested_on="documented schema, no device data",
    limits="Calls, groups and what stands beside a message are not read yet.",
)
def android(file: EvidenceFile) -> Iterator[Found]:
    """Every row of `message`.

    References:
    - the schema as WhatsApp writes it, and what open-source readers (IPED, ALEAPP, Amberkeep) document of it
    """
    yield from read_database(file, lambda db: _read(db, file))


def _read(db: EvidenceDatabase, file: EvidenceFile) -> Iterator[Found]:
    if unknown := lacking(db, NEEDED):
        yield Problem("schema", "unknown-layout", unknown)
        return
    if (rows := count_rows(db, "message")) is not None:
        yield Present(rows)
    service = f"{SERVICE} Business" if is_business(file.path) else SERVICE
    yield from messages(db, People(db), service)
