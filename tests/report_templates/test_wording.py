from __future__ import annotations

import hashlib

import sqlalchemy

from evidence_store import schema
from evidence_store.records import CLOCKS
from report_templates.wording import profile


def test_the_query_that_the_report_prints_gives_a_record_and_its_digest() -> None:
    query = next(step.removeprefix("sql: ") for step in profile()["verification"]["check"] if step.startswith("sql: "))
    engine = sqlalchemy.create_engine("sqlite://")
    schema.metadata.create_all(engine)
    record = '{"kind":"message","text":"ok"}'
    digest = hashlib.sha256(record.encode()).digest()
    source = {column.name: b"" for column in schema.metadata.tables["source"].columns}
    item = dict.fromkeys((column.name for column in schema.metadata.tables["item"].columns), "")
    with engine.connect() as connection:
        connection.execute(schema.metadata.tables["source"].insert(), source | {"id": 1, "exhibit": "ABC/1", "size": 1})
        numbers = {"id": 1, "source_id": 1, "seq": 123, "outcome_id": 1, "deleted": 0}
        rest = {"conversation_id": None, "when_us": None, "record": record, "sha256": digest}
        connection.execute(schema.metadata.tables["item"].insert(), item | numbers | rest)
        assert connection.exec_driver_sql(query).fetchall() == [(record, digest.hex())]


def test_the_profile_explains_every_class_of_clock() -> None:
    statement = " ".join(profile()["time"]["statement"])
    assert [letter for letter in CLOCKS if f"{letter}, " not in statement] == []


def test_the_profile_claims_no_compliance() -> None:
    text = str(profile())
    assert [word for word in ("FSR compliant", "proves", "ISO 17025", "court-approved") if word in text] == []
    assert profile()["words"]["declaration"] == "FSR Code declaration: NOT YET MADE"
