"""The devices that are linked to a WhatsApp account on Android (companion_devices.db)."""

from __future__ import annotations

from evidence_store.records import Account, Moment, Party, Present, Problem
from extractors.chats.whatsapp.android_devices import android_devices
from tests.evidence_builders.databases import database
from tests.evidence_builders.files import MemoryFile
from tests.evidence_builders.whatsapp_android import HOME
from tests.extractors.broken import assert_no_row_is_lost

AT = 1672574400123
EARLY = """CREATE TABLE devices (_id INTEGER PRIMARY KEY AUTOINCREMENT, device_id TEXT, device_os TEXT,
    platform_type INTEGER, last_active INTEGER, login_time INTEGER);"""
LATER = """CREATE TABLE devices (_id INTEGER PRIMARY KEY AUTOINCREMENT, device_id TEXT, device_os TEXT,
    platform_type INTEGER, last_active INTEGER, login_time INTEGER, logout_time INTEGER NOT NULL DEFAULT 0,
    adv_key_index INTEGER NOT NULL DEFAULT 0, full_sync_required INTEGER NOT NULL DEFAULT 0, place_name TEXT,
    nickname TEXT, companion_meta_nonce TEXT);"""
DEVICE = "447700900100:12@s.whatsapp.net"


def devices(inserts: str, schema: str = LATER) -> MemoryFile:
    return MemoryFile(f"{HOME}/companion_devices.db", database(schema + inserts))


def moment(meaning: str, raw: int) -> Moment:
    return Moment(meaning, raw * 1000, str(raw), "A")


def test_linked_devices_with_their_times_and_places():
    sql = (
        f"INSERT INTO devices VALUES (1,'{DEVICE}','Windows',1,{AT + 2},{AT + 1},{AT + 3},0,0,'Leeds, UK','Desk','n'),"
        f"(2,NULL,NULL,NULL,0,NULL,0,0,0,NULL,NULL,NULL);"
    )
    assert list(android_devices(devices(sql))) == [
        Present(2),
        Account(
            locator="devices:_id=1", service="WhatsApp", name="Desk", identifiers=(Party(DEVICE, "whatsapp"),),
            moments=(moment("linked", AT + 1), moment("last active", AT + 2), moment("logged out", AT + 3)),
            flags=("linked device", "logged out"), text=f"{DEVICE}\nWindows\nLeeds, UK\nDesk",
            extra=(
                ("device_os", "Windows"), ("place_name", "Leeds, UK"), ("nickname", "Desk"), ("platform_type", "1"),
            ),
        ),
        Account(locator="devices:_id=2", service="WhatsApp", flags=("linked device",)),
    ]  # fmt: skip


def test_the_early_layout_and_others():
    found = list(android_devices(devices(f"INSERT INTO devices VALUES (1,'{DEVICE}','Mac OS',3,{AT},{AT});", EARLY)))
    assert found[1] == Account(
        locator="devices:_id=1", service="WhatsApp", name="Mac OS", identifiers=(Party(DEVICE, "whatsapp"),),
        moments=(moment("linked", AT), moment("last active", AT)), flags=("linked device",),
        extra=(("device_os", "Mac OS"), ("platform_type", "3")), text=f"{DEVICE}\nMac OS",
    )  # fmt: skip
    other = "CREATE TABLE devices (_id INTEGER PRIMARY KEY, name TEXT);"
    assert [type(one) for one in android_devices(devices("", other))] == [Problem]


def test_a_broken_value_costs_no_row():
    file = devices(f"INSERT INTO devices VALUES (1,'{DEVICE}','Windows',1,{AT},{AT},0,0,0,'Leeds','Desk','n');")
    assert_no_row_is_lost(android_devices, file.path, file.open().read(), "devices", "_id")
