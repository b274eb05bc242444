"""Finished cases of made-up evidence, written through the store's own writer: for tests of what reads a case.

The people are invented and the numbers come from Ofcom's drama ranges.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path

from sqlalchemy import delete, insert, select, update

from app import PROGRAM
from app.cases import Case, open_case
from evidence_store import ledger, schema, seal
from evidence_store.derive import OfFile
from evidence_store.prepared import PreparedRows
from evidence_store.records import Attachment, Call, Message, Moment, Party, Problem, Record, to_plain, written
from evidence_store.rows import dump, row_digest, sealed_row
from evidence_store.scope import Authority
from evidence_store.store import name_beside
from evidence_store.writer import COUNTS, SourceWriter, add_files

HOUR_US = 3_600_000_000
# 25 October 2026 00:30 UTC is 01:30 BST; one hour later the clocks show 01:30 again, as GMT.
CLOCKS_BACK_US = 1_792_888_200_000_000
ARA, BEN = Party("07700 900101", name="Ara Example"), Party("+44 7700 900102", name="Ben Sample")
PICTURE_BYTES = b"made-up picture bytes"
PICTURE = "DCIM/harbour.jpg"
MESSAGES_FILE = "data/messages.db"
CHAT_FILE = "chats/harbour.txt"


def message(order: int, words: str, when_us: int | None, **given: object) -> Message:
    """One message; `given` replaces any field."""
    raw = "not recorded" if when_us is None else str(when_us // 1000)
    fields: dict[str, object] = {
        "locator": f"sms:_id={order}",
        "service": "SMS",
        "conversation": "7",
        "direction": "in" if order % 2 else "out",
        "sender": ARA if order % 2 else BEN,
        "recipients": (BEN if order % 2 else ARA,),
        "text": words,
        "moments": (Moment("sent", when_us, raw, "A"),),
    }
    return Message(**{**fields, **given})  # type: ignore[arg-type]


def assumed(words: str, note: str = "") -> Moment:
    """A local time with an assumed zone: 25 October 2026, 01:30."""
    return Moment("sent", CLOCKS_BACK_US, words, "C", zone="Europe/London, operator", note=note)


def harbour_messages() -> list[Record]:
    """Twelve items that show what the window has to show: scripts, clocks, attachments, deletion, no time at all."""
    start = CLOCKS_BACK_US - 40 * HOUR_US
    both = "ambiguous: 2026-10-25T00:30:00Z or 2026-10-25T01:30:00Z"
    chat = {"service": "WhatsApp", "conversation": "harbour", "title": "Harbour outing"}
    return [
        message(1, "Shall we meet at the harbour on Saturday?", start),
        message(2, "Yes, at the blue kiosk by the harbour wall. I will bring the flask.", start + HOUR_US // 30),
        message(3, "Bring the tickets, please", start + HOUR_US // 10, deleted=True, flags=("edited",)),
        Call(
            locator="calls:_id=4",
            service="Telephone",
            conversation="7",
            direction="in",
            sender=ARA,
            recipients=(BEN,),
            outcome="answered",
            duration_s=125,
            moments=(Moment("started", start + 2 * HOUR_US, str((start + 2 * HOUR_US) // 1000), "A"),),
        ),
        message(5, "صباح الخير، نلتقي عند الميناء", start + 5 * HOUR_US, **chat),
        message(6, "नमस्ते, कल बंदरगाह पर मिलते हैं 🙂", start + 6 * HOUR_US, **chat),
        message(7, "我们在港口见面 ⚓", start + 9 * HOUR_US, **chat),
        message(8, "שלום, ניפגש בנמל בעשר", start + 20 * HOUR_US, **chat),
        message(
            9,
            "Here is the picture of the harbour 📷",
            start + 30 * HOUR_US,
            attachments=(Attachment("harbour.jpg", path=PICTURE), Attachment("gone.jpg", path="DCIM/gone.jpg")),
            moments=(
                Moment("sent", start + 30 * HOUR_US, str((start + 30 * HOUR_US) // 1000), "A"),
                Moment("read", start + 31 * HOUR_US, str((start + 31 * HOUR_US) // 1000), "A"),
            ),
            **chat,
        ),
        message(10, "The ferry leaves early", None, moments=(assumed("25/10/2026, 01:30", both),), **chat),
        message(11, "And this one lost its date", None, moments=(), **chat),
        message(12, "This date has no zone", None, moments=(Moment("sent", None, "3/4/26 10:15", "C"),), **chat),
    ]


def build_case(folder: Path, messages: Sequence[Record] | None = None, *, state: str = "read") -> Case:
    """A case with one source ABC/1 that holds these records; sealed where `state` is "read"."""
    case = open_case(folder, create_it=True)
    case.store.bulk()
    records = harbour_messages() if messages is None else messages
    prepared, items = prepare(folder / "work" / "made.rows", records)
    with case.store.write([prepared]) as connection:
        connection.execute(insert(schema.source), [_source(state)])
        listed = [(path, size, "file", 0, 1, 1, "", dump([]), "") for path, size in _FILES]
        add_files(connection, 1, listed)
        _hash_files(connection)
        connection.execute(insert(schema.pending).values(source_id=1, next_batch=0, next_seq=1))
        file_ids = {row.path: row.id for row in connection.execute(select(schema.file))}
        writer = SourceWriter(connection, 1, 1)
        writer.begin(connection)
        writer.begin_outcome(file_ids[MESSAGES_FILE], "made.messages@1")
        problem = to_plain(Problem("row", "bad-date", "the date is no number", "sms:_id=13"))
        writer.problem(problem, file_ids[MESSAGES_FILE], of_outcome=True)
        made = {"present": len(records) + 1, "parsed": len(records), "failed": 1, "problems": 1}
        writer.end_outcome("partial", {**dict.fromkeys(COUNTS, 0), **made}, items)
        writer.begin_outcome(file_ids[CHAT_FILE], "made.chat@1")
        writer.end_outcome("empty", dict.fromkeys(COUNTS, 0))
        writer.end(name_beside(0))
        for statement in schema.LATE_INDEXES:
            connection.exec_driver_sql(statement)
        if state == "read":
            _finish(connection)
    prepared.unlink()
    return case


def prepare(path: Path, records: Iterable[Record]) -> tuple[Path, tuple[int, str]]:
    """The rows of one outcome as a worker prepares them: the file, and what the outcome says of its items."""
    rows = PreparedRows(str(path))
    rows.begin(1, OfFile())
    rows.add([written(record) for record in records])
    items = rows.end()
    rows.finish()
    return path, items


_FILES = ((MESSAGES_FILE, 20480), (CHAT_FILE, 0), (PICTURE, len(PICTURE_BYTES)))


def _source(state: str) -> dict[str, object]:
    values: dict[str, object] = {
        "id": 1,
        "exhibit": "ABC/1",
        "kind": "folder",
        "path": "phone",
        "size": 20501,
        **dict.fromkeys(("sha256", "sha1", "md5")),
        **dict.fromkeys(("files", "stored"), dump([])),
        "facts": dump({}),
        "zone": "Europe/London",
        "date_order": None,
        "authority": dump(Authority(none_because="made-up evidence").plain()),
        "state": state,
    }
    return sealed_row(schema.source, values)


def _hash_files(connection) -> None:
    """The listing with hashes and types, as a finished ingest leaves it."""
    for row in connection.execute(select(schema.file)).mappings().all():
        body = PICTURE_BYTES if row["path"] == PICTURE else row["path"].encode()
        mime = "image/jpeg" if row["path"] == PICTURE else "application/octet-stream"
        values = [row[column.name] for column in schema.file.columns if column.name not in ("sha256", "mime", "digest")]
        sha256 = hashlib.sha256(body).hexdigest()
        digest = row_digest("file", [*values, sha256, mime])
        changed = update(schema.file).where(schema.file.c.id == row["id"])
        connection.execute(changed.values(sha256=sha256, mime=mime, digest=digest))


def _finish(connection) -> None:
    connection.execute(delete(schema.pending))
    sections = seal.sections(connection)
    detail = {"seal": seal.seal_digest(sections)}
    seal.add_seal(connection, sections, ledger.append(connection, "sealed", "case", detail, PROGRAM))


def build_large_case(folder: Path, items: int) -> Case:
    """A case of `items` plain messages, one a minute, made inside SQLite: for the speed of what pages through them."""
    case = build_case(folder, [message(0, "first", 1_600_000_000_000_000)])
    many = (
        "INSERT INTO item SELECT n + 1, 1, n + 1, 1, 'message', 'SMS', 1, 'in', 1600000000000000 + n * 60000000, "
        "'line ' || n, NULL, 0, '{}', x'00' FROM (WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c "
        "LIMIT :items) SELECT n FROM c)"
    )
    with case.store.write() as connection:
        connection.exec_driver_sql(many.replace(":items", str(int(items) - 1)))
    return case
