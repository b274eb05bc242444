"""WhatsApp's live locations on Android (location.db)."""

from __future__ import annotations

import pytest

from evidence_store.records import Location, Message, Moment, Party, Present, Problem
from extractors.chats.whatsapp.android_places import android_places
from tests.evidence_builders.databases import database
from tests.evidence_builders.files import MemoryFile
from tests.evidence_builders.whatsapp_android import ANN, BEN, GROUP, HOME
from tests.extractors.broken import assert_no_row_is_lost

AT = 1672574400123
SCHEMA = """CREATE TABLE location_sharer (_id INTEGER PRIMARY KEY AUTOINCREMENT, remote_jid TEXT NOT NULL,
    from_me BOOLEAN NOT NULL, remote_resource TEXT NOT NULL, expires INTEGER NOT NULL, message_id TEXT NOT NULL);
CREATE TABLE location_key_distribution (_id INTEGER PRIMARY KEY AUTOINCREMENT, jid TEXT NOT NULL,
    sent_to_server BOOLEAN NOT NULL);
CREATE TABLE location_cache (_id INTEGER PRIMARY KEY AUTOINCREMENT, jid TEXT NOT NULL, latitude REAL NOT NULL,
    longitude REAL NOT NULL, accuracy INTEGER NOT NULL, speed REAL NOT NULL, bearing INTEGER NOT NULL,
    location_ts INTEGER NOT NULL);"""


def location_db(inserts: str, schema: str = SCHEMA) -> MemoryFile:
    return MemoryFile(f"{HOME}/location.db", database(schema + inserts))


def moment(meaning: str, raw: int, factor: int = 1000) -> tuple[Moment, ...]:
    return (Moment(meaning, raw * factor, str(raw), "A"),)


def test_last_places_of_people_and_who_shares_with_whom():
    sql = (
        f"INSERT INTO location_cache VALUES (1,'{ANN}',51.5,-0.12,12,1.5,90,{AT}),(2,'{BEN}',91,0,0,0,0,{AT}),"
        f"(3,'{BEN}',53.4,-2.2,-1,-1,-1,1672574400);"
        f"INSERT INTO location_sharer VALUES (1,'{GROUP}',0,'{ANN}',{AT},'3EB0A1'),(2,'{BEN}',1,'{BEN}',{AT},'3EB0A2'),"
        f"(3,'{BEN}',0,'',0,'3EB0A3'),(4,'{BEN}',7,'',{AT},'3EB0A4');"
    )
    shared = {"service": "WhatsApp", "flags": ("live location",)}
    ends = moment("live location ends", AT)
    ben = Party(BEN, "whatsapp")
    assert list(android_places(location_db(sql))) == [
        Present(7),
        Location(
            locator="location_cache:_id=1", service="WhatsApp", moments=moment("recorded", AT), lat=51.5, lon=-0.12,
            accuracy_m=12.0, source="live location", text="last place of +447700900101",
            extra=(("jid", ANN), ("speed", "1.5"), ("bearing", "90")),
        ),
        Problem(
            "row", "place", f"latitude 91.0, longitude 0.0 of {BEN} are no place", "location_cache:_id=2",
        ),
        Location(
            locator="location_cache:_id=3", service="WhatsApp", moments=moment("recorded", 1672574400, 1000000),
            lat=53.4, lon=-2.2, source="live location", text="last place of +447700900102", extra=(("jid", BEN),),
        ),
        Message(
            **shared, locator="location_sharer:_id=1", conversation=GROUP, direction="in", moments=ends, key="3EB0A1",
            sender=Party(ANN, "whatsapp"),
        ),
        Message(
            **shared, locator="location_sharer:_id=2", conversation=BEN, direction="out", moments=ends, key="3EB0A2",
            recipients=(ben,),
        ),
        Message(**shared, locator="location_sharer:_id=3", conversation=BEN, direction="in", key="3EB0A3", sender=ben),
        Message(
            locator="location_sharer:_id=4", service="WhatsApp", conversation=BEN, moments=ends, key="3EB0A4",
            flags=("live location", "from_me 7"),
        ),
    ]  # fmt: skip


def test_another_layout_is_said():
    assert list(android_places(location_db("", "CREATE TABLE other (_id INTEGER PRIMARY KEY);"))) == [
        Problem("schema", "unknown-layout", "no table location_cache")
    ]


@pytest.mark.parametrize("table", ["location_sharer", "location_cache"])
def test_a_broken_value_costs_no_row(table):
    sql = (
        f"INSERT INTO location_cache VALUES (1,'{ANN}',51.5,-0.12,12,1.5,90,{AT});"
        f"INSERT INTO location_sharer VALUES (1,'{GROUP}',0,'{ANN}',{AT},'3EB0A1');"
    )
    file = location_db(sql)
    assert_no_row_is_lost(android_places, file.path, file.open().read(), table, "_id")
