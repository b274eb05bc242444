"""Properties, settings, users and SIM cards: each one fact, and nothing that lets somebody in."""

from __future__ import annotations

import pytest

from evidence_store.records import DeviceFact, Moment, Present, Problem, replace
from extractors.android.device import device
from tests.evidence_builders.abx import abx_of
from tests.evidence_builders.browsers import database
from tests.evidence_builders.files import MemoryFile
from tests.evidence_builders.protobuf import message
from tests.extractors.whole_tables import assert_a_table_is_read_whole

USERS = "data/system/users"


def without_places(found: list[object]) -> list[object]:

    return [one if isinstance(one, Present) else replace(one, locator="@") for one in found]  # type: ignore[type-var]


def test_every_property_of_the_build_comes_out() -> None:
    text = """# begin build properties
import /vendor/build.prop

ro.product.model=Example Phone 5
ro.build.date.utc=1627996896
ro.empty=
 ro.spaced = a = b
this is no property
ro.example.api_key=secret-value
"""
    assert list(device(MemoryFile("system/build.prop", text.encode()))) == [
        DeviceFact(locator="line 4", name="ro.product.model", value="Example Phone 5", text="device model"),
        DeviceFact(
            locator="line 5",
            moments=(Moment("built", 1627996896000000, "1627996896", "A"),),
            name="ro.build.date.utc",
            value="1627996896",
        ),
        DeviceFact(locator="line 6", name="ro.empty", value=""),
        DeviceFact(locator="line 7", name="ro.spaced", value="a = b"),
        Problem("row", "not-a-property", "not in the form name=value: this is no property", "line 8"),
        DeviceFact(locator="line 9", flags=("value not read",), name="ro.example.api_key", value=""),
        Present(6),
    ]
    assert list(device(MemoryFile("build.prop", b""))) == []


def test_what_getprop_prints_comes_out_with_values_of_several_lines() -> None:
    text = """[persist.sys.timezone]: [Europe/London]
[ro.several]: [one
two]

[ro.open]: [never closed
"""
    broken = "not in the form [name]: [value]: what is this"
    assert list(device(MemoryFile("getprop.txt", (text.replace("\n\n", "\nwhat is this\n")).encode()))) == [
        DeviceFact(locator="line 1", name="persist.sys.timezone", value="Europe/London", text="time zone set"),
        DeviceFact(locator="line 2", name="ro.several", value="one\ntwo"),
        Problem("row", "not-a-property", broken, "line 4"),
        DeviceFact(locator="line 5", name="ro.open", value="never closed"),
        Present(4),
    ]


def test_properties_that_last_come_out_in_both_of_their_forms() -> None:
    data = message(
        (1, message((1, "persist.sys.timezone"), (2, "Asia/Tokyo"))), (1, message((1, "persist.empty"))), (1, b"\xff")
    )
    path = "data/property/persistent_properties"
    assert list(device(MemoryFile(path, data + b"\x0a\xff"))) == [
        DeviceFact(locator="properties:index=0", name="persist.sys.timezone", value="Asia/Tokyo", text="time zone set"),
        DeviceFact(locator="properties:index=1", name="persist.empty", value=""),
        Problem("row", "damaged-row", "what stands here is no property", "properties:index=2"),
        Problem("file", "damaged-protobuf", "no protocol buffer: a number that does not end at byte 57"),
        Present(3),
    ]
    assert list(device(MemoryFile("data/property/persist.sys.timezone", b"Asia/Tokyo"))) == [
        Present(1),
        DeviceFact(locator="whole file", name="persist.sys.timezone", value="Asia/Tokyo", text="time zone set"),
    ]


SETTINGS = """<settings version="-1">
<setting id="44" name="android_id" value="0123456789abcdef" package="android" />
<setting id="45" name="device_name" valueBase64="QW5uJ3MgcGhvbmU=" package="com.android.settings" />
<setting id="46" name="odd" valueBase64="never" /><setting id="47" name="lockscreen.password_salt" value="secret" />
<setting id="48" name="nothing" /><setting id="49" value="1" />
</settings>"""


@pytest.mark.parametrize(
    "data", [SETTINGS.encode(), abx_of(SETTINGS, {"version": "int", "id": "text"})], ids=["text", "binary"]
)
def test_every_setting_of_a_user_comes_out(data: bytes) -> None:
    def of(number: int, package: str = "") -> tuple[tuple[str, str | int], ...]:
        more = (("package", package),) if package else ()
        return (("table", "secure"), ("user", 10), ("id", str(number)), *more)

    found = list(device(MemoryFile(f"{USERS}/10/settings_secure.xml", data)))
    assert without_places(found) == [
        DeviceFact(
            locator="@", extra=of(44, "android"), name="android_id", value="0123456789abcdef", text="Android ID"
        ),
        DeviceFact(
            locator="@",
            extra=of(45, "com.android.settings"),
            name="device_name",
            value="Ann's phone",
            text="device name",
        ),
        DeviceFact(locator="@", extra=of(46), name="odd", value="never"),
        DeviceFact(locator="@", flags=("value not read",), extra=of(47), name="lockscreen.password_salt", value=""),
        DeviceFact(locator="@", extra=of(48), name="nothing", value=""),
        Problem("row", "no-name", "a setting without a name", "@"),
        Present(6),
    ]


def test_settings_of_an_acquisition_come_out() -> None:
    text = b"adb_enabled=1\ndevice_name=Ann's phone\n"
    assert list(device(MemoryFile("settings_global.txt", text))) == [
        DeviceFact(locator="line 1", name="adb_enabled", value="1", text="USB debugging"),
        DeviceFact(locator="line 2", name="device_name", value="Ann's phone", text="device name"),
        Present(2),
    ]


def test_a_setting_may_have_any_name_and_a_value_any_character() -> None:
    text = "com.example:last|user=1\r\n#example=2\nlock_note=ring\u2028020 7946 0000\n"
    assert list(device(MemoryFile("settings_secure.txt", text.encode()))) == [
        DeviceFact(locator="line 1", name="com.example:last|user", value="1"),
        DeviceFact(locator="line 2", name="#example", value="2"),
        DeviceFact(locator="line 3", name="lock_note", value="ring\u2028020 7946 0000"),
        Present(3),
    ]
    fact, _ = device(MemoryFile("system/build.prop", b"# words\npersist.example:on=1\n"))
    assert fact == DeviceFact(locator="line 2", name="persist.example:on", value="1")


OLD = "CREATE TABLE %s (_id INTEGER PRIMARY KEY AUTOINCREMENT,name TEXT,value TEXT);"
OLD_PATH = "data/data/com.android.providers.settings/databases/settings.db"


def test_settings_of_older_versions_come_out_and_none_is_lost() -> None:
    tables = "".join(OLD % name for name in ("secure", "global"))
    rows = "INSERT INTO secure VALUES (1,'android_id','0123'); INSERT INTO global VALUES (1,'adb_enabled','1');"
    data = database(tables, rows)
    assert list(device(MemoryFile(OLD_PATH, data))) == [
        Present(2),
        DeviceFact(
            locator="global:_id=1", extra=(("table", "global"),), name="adb_enabled", value="1", text="USB debugging"
        ),
        DeviceFact(
            locator="secure:_id=1", extra=(("table", "secure"),), name="android_id", value="0123", text="Android ID"
        ),
    ]
    for table in ("secure", "global"):
        assert_a_table_is_read_whole(device, OLD_PATH, data, table, "_id")
    other = database("CREATE TABLE colours (name TEXT);")
    assert list(device(MemoryFile("settings.db", other))) == []
    assert list(device(MemoryFile(OLD_PATH, other))) == [
        Problem("schema", "unknown-layout", "no table global or secure or system")
    ]


SIMINFO = """CREATE TABLE siminfo(_id INTEGER PRIMARY KEY AUTOINCREMENT,icc_id TEXT NOT NULL,sim_id INTEGER DEFAULT -1,
display_name TEXT,carrier_name TEXT,name_source INTEGER DEFAULT 0,color INTEGER DEFAULT 0,number TEXT,
mcc INTEGER DEFAULT 0,mnc INTEGER DEFAULT 0,mcc_string TEXT,mnc_string TEXT,is_embedded INTEGER DEFAULT 0,
card_id TEXT NOT NULL,access_rules BLOB,imsi TEXT,iso_country_code TEXT);"""
SIM_ROWS = """INSERT INTO siminfo (_id,icc_id,sim_id,display_name,carrier_name,number,mcc,mnc,card_id,imsi,access_rules)
VALUES (1,'8944100000000000001',0,'Example Mobile','Example Mobile','+447700900101',234,10,'8944100000000000001',
'234100000000001',x'5ec3e7'), (2,'8944100000000000002',-1,NULL,NULL,'',0,0,'',NULL,NULL);"""
SIM_PATH = "data/user_de/0/com.android.providers.telephony/databases/telephony.db"


def test_every_sim_card_comes_out() -> None:
    assert list(device(MemoryFile(SIM_PATH, database(SIMINFO, SIM_ROWS)))) == [
        Present(2),
        DeviceFact(
            locator="siminfo:_id=1",
            extra=(
                ("imsi", "234100000000001"),
                ("number", "+447700900101"),
                ("carrier_name", "Example Mobile"),
                ("display_name", "Example Mobile"),
                ("mcc", 234),
                ("mnc", 10),
                ("sim_id", 0),
                ("card_id", "8944100000000000001"),
                ("name_source", 0),
            ),
            name="SIM card",
            value="8944100000000000001",
            text="Example Mobile, +447700900101",
        ),
        DeviceFact(locator="siminfo:_id=2", extra=(("name_source", 0),), name="SIM card", value="8944100000000000002"),
    ]


def test_no_sim_card_is_lost_and_an_early_layout_is_read() -> None:
    loose = SIMINFO.replace(" NOT NULL", "")
    assert_a_table_is_read_whole(device, SIM_PATH, database(loose, SIM_ROWS), "siminfo", "_id")
    early = "CREATE TABLE siminfo(_id INTEGER PRIMARY KEY, icc_id TEXT); INSERT INTO siminfo VALUES (1,'8944');"
    assert list(device(MemoryFile("telephony.db", database(early)))) == [
        Present(1),
        DeviceFact(locator="siminfo:_id=1", name="SIM card", value="8944"),
    ]
    assert list(device(MemoryFile(SIM_PATH, database("CREATE TABLE carriers (_id INTEGER);")))) == [
        Problem("schema", "unknown-layout", "no table siminfo")
    ]


USER = """<user id="10" serialNumber="10" flags="16" type="android.os.usertype.full.SECONDARY" created="1627996896832"
 lastLoggedIn="1627996896833" profileGroupId="-10000"><name>Ben</name><restrictions no_config_wifi="true" /></user>"""


@pytest.mark.parametrize("data", [USER.encode(), abx_of(USER, {"created": "long"})], ids=["text", "binary"])
def test_a_user_that_is_set_up_on_the_device_comes_out(data: bytes) -> None:
    assert without_places(list(device(MemoryFile(f"{USERS}/10.xml", data)))) == [
        Present(1),
        DeviceFact(
            locator="@",
            moments=(
                Moment("set up", 1627996896832000, "1627996896832", "A"),
                Moment("last logged in", 1627996896833000, "1627996896833", "A"),
            ),
            extra=(
                *(
                    ("id", "10"),
                    ("serialNumber", "10"),
                    ("type", "android.os.usertype.full.SECONDARY"),
                    ("flags", "16"),
                ),
                ("profileGroupId", "-10000"),
            ),
            name="user of the device",
            value="Ben",
        ),
    ]


def test_a_user_without_a_name_is_called_by_number_and_other_files_are_left() -> None:
    assert list(device(MemoryFile(f"{USERS}/0.xml", b'<user id="0" created="0"/>'))) == [
        Present(1),
        DeviceFact(locator="line 1, byte 0", extra=(("id", "0"),), name="user of the device", value="number 0"),
    ]
    assert list(device(MemoryFile(f"{USERS}/userlist.xml", b'<users><user id="0" /></users>'))) == []
    assert [one.code for one in device(MemoryFile(f"{USERS}/0.xml", b"no xml"))] == ["damaged-xml"]


def test_the_properties_of_real_devices_come_out(corpus) -> None:  # type: ignore[no-untyped-def]
    found = list(device(MemoryFile("getprop.txt", (corpus / "mvt/android_data/getprop.txt").read_bytes())))
    assert found[-1] == Present(13)
    assert found[7] == DeviceFact(locator="line 8", name="dalvik.vm.dex2oat-Xmx", value="512m")
    assert found[8].locator == "line 10"
