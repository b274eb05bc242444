"""A case of any number of made-up messages in mixed scripts, written through the store's own writer."""

from __future__ import annotations

from typing import Final

from sqlalchemy import insert

from app import PROGRAM
from app.cases import Case
from evidence_store import ledger, schema, seal
from evidence_store.records import Message, Moment, Party
from evidence_store.rows import sealed_row
from evidence_store.store import name_beside
from evidence_store.writer import COUNTS, SourceWriter, add_files
from tests.evidence_builders.case import prepare

_TEXTS: Final = (
    "Are you coming to the library on Thursday? I have the key",
    "السلام عليكم، هل سنلتقي يوم الخميس؟",
    "मैं थोड़ी देर से आऊँगा, कृपया मेरे लिए जगह रखना",
    "好的,我会带上笔记和茶。",
    "תודה, נתראה ביום חמישי בשעה שבע",
    "Dzięki! Przyniosę ciasto i żółty zeszyt 🍰",
    "See you there 😀👍",
    "Please stop writing to me. I will not answer again.",
)
_START_US: Final = 1_577_836_800_000_000
_TRANSACTION: Final = 50_000


def fill(case: Case, count: int) -> None:
    """Adds one source with `count` messages, one a second, and seals the case."""
    names = [column.name for column in schema.source.columns if column.name != "digest"]
    texts = {"kind": "made up", "path": "made up", "files": "[]", "stored": "[]", "facts": "{}", "state": "read"}
    source = (
        dict.fromkeys(names) | texts | {"id": 1, "exhibit": "ABC/1", "authority": '{"fields":[],"none_because":""}'}
    )
    case.store.bulk()
    with case.store.write() as connection:
        connection.execute(insert(schema.source).values(sealed_row(schema.source, source)))
        connection.execute(insert(schema.pending).values(source_id=1, next_batch=0, next_seq=1))
        add_files(connection, 1, [("messages.db", 1, "file", 0, 1, 1, "", "[]", "0")])
    number, writer = 0, None
    while number < count:
        part = min(_TRANSACTION, count - number)
        rows, items = prepare(case.work / "made.rows", map(_message, range(number, number + part)))
        with case.store.write([rows]) as connection:
            writer = writer or SourceWriter(connection, 1, 1)
            writer.begin(connection)
            writer.begin_outcome(1, "android.sms@1")
            writer.end_outcome("parsed", dict.fromkeys(COUNTS, 0) | {"present": part, "parsed": part}, items)
            writer.end(name_beside(0))
        rows.unlink()
        number += part
    with case.store.write() as connection:
        connection.execute(schema.pending.delete())
        for statement in schema.LATE_INDEXES:
            connection.exec_driver_sql(statement)
        found = seal.sections(connection)
        seq = ledger.append(connection, "sealed", "ABC/1", {"seal": seal.seal_digest(found)}, PROGRAM)
        seal.add_seal(connection, found, seq)


def _message(number: int) -> Message:
    when = _START_US + number * 1_000_000
    text = f"{_TEXTS[number % len(_TEXTS)]} {'umbrella' if number % 1000 == 711 else 'word'} {number}"
    someone = Party(f"+447700900{number % 1000:03d}")
    return Message(
        locator=f"sms:_id={number}",
        service="SMS",
        conversation=str(number % 500),
        direction="in" if number % 2 else "out",
        sender=someone if number % 2 else None,
        recipients=() if number % 2 else (someone,),
        text=text,
        moments=(Moment("sent", when, str(when // 1000), "A"),),
    )
