"""Rows that stand only in the write-ahead log come out of each of Android's databases for communications and people."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from evidence_store.records import Record
from extractors.android.accounts import accounts
from extractors.android.burner import burner
from extractors.android.contacts import contacts
from extractors.android.hangouts import hangouts
from extractors.android.sms import messages
from tests.evidence_builders.android import CONTACTS, CONTACTS_BESIDE, MMS, RAW, SMS
from tests.evidence_builders.android_accounts import DE
from tests.evidence_builders.android_chats import BABEL, BURNER
from tests.evidence_builders.files import MemoryFile

CASES = [
    (
        contacts,
        "contacts2.db",
        CONTACTS + CONTACTS_BESIDE,
        "INSERT INTO raw_contacts(_id,display_name) VALUES (1,'Ann Example');"
        "INSERT INTO groups(_id,title) VALUES (2,'x')",
        ["raw_contacts:_id=1", "groups:_id=2"],
    ),
    (
        messages,
        "mmssms.db",
        SMS + MMS + RAW,
        "INSERT INTO sms(_id,address,date,type,body) VALUES (1,'+447700900101',1349200000000,1,'x');"
        "INSERT INTO raw(_id,date,pdu) VALUES (2,1349200000000,'00')",
        ["sms:_id=1", "raw:_id=2"],
    ),
    (
        accounts,
        "accounts_de.db",
        DE,
        "INSERT INTO accounts(_id,name,type) VALUES (1,'owner@example.org','com.google')",
        ["accounts:_id=1"],
    ),
    (
        hangouts,
        "babel.db",
        BABEL,
        "INSERT INTO messages(_id,message_id,conversation_id,text,timestamp,type) VALUES"
        " (1,'m','c','x',1500000000000000,1)",
        ["messages:_id=1"],
    ),
    (
        burner,
        "burners.sqlite",
        BURNER,
        "INSERT INTO contacts(_id,contact_id,phone_number,date_created) VALUES (1,'k','+447700900101',1700000000000)",
        ["contacts:_id=1"],
    ),
]


@pytest.mark.parametrize(("extractor", "name", "schema", "inserts", "expected"), CASES, ids=[one[1] for one in CASES])
def test_rows_of_the_write_ahead_log_come_out(extractor, name, schema, inserts, expected, tmp_path) -> None:
    path = tmp_path / name
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("PRAGMA journal_mode=WAL")
        db.executescript(schema)
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        db.execute("PRAGMA wal_autocheckpoint=0")
        db.executescript(inserts)
        main, log = path.read_bytes(), path.with_name(f"{name}-wal").read_bytes()
    assert [one.locator for one in extractor(MemoryFile(name, main)) if isinstance(one, Record)] == []
    found = list(extractor(MemoryFile(name, main, {"-wal": log})))
    assert [one.locator for one in found if isinstance(one, Record) and not one.deleted] == expected
