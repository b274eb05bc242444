"""Stored Bluetooth devices, of which no key comes out, and files that were sent over Bluetooth."""

from __future__ import annotations

import pytest

from evidence_store.records import Attachment, DeviceFact, Message, Moment, Network, Party, Present, Problem
from extractors.android.bluetooth import bluetooth
from extractors.android.bluetooth_files import bluetooth_files
from tests.evidence_builders.browsers import database
from tests.evidence_builders.files import MemoryFile
from tests.extractors.broken import assert_no_row_is_lost

BLUETOOTH = """[Info]
FileSource = Empty
TimeCreated = 2022-08-16 16:25:45

[Metrics]
Salt256Bit = secret-salt

[Adapter]
Address = 02:00:5e:20:00:01
LE_LOCAL_KEY_IRK = secret-irk
Name = Ann's phone
ScanMode = 0

[02:00:5e:20:00:02]
Name = Example Car
Timestamp = 1660685551
DevClass = 2360344
DevType = 1
LinkKeyType = 4
LinkKey = secret-link
Service = 0000110b-0000-1000-8000-00805f9b34fb

[02:00:5e:20:00:03]
Aliase = Ben's headset
Timestamp = soon

[02:00:5e:20:00:04]
"""
BT_PATH = "data/misc/bluedroid/bt_config.conf"


@pytest.mark.parametrize(
    ("zone", "utc_us", "said", "note"),
    [
        (None, None, "", "local time, zone not known"),
        ("Europe/London", 1660663545000000, "Europe/London, operator", ""),
    ],
)
def test_every_stored_device_comes_out_without_its_key(
    zone: str | None, utc_us: int | None, said: str, note: str
) -> None:
    found = list(bluetooth(MemoryFile(BT_PATH, BLUETOOTH.encode(), zone=zone)))
    assert found == [
        DeviceFact(
            locator="line 1 TimeCreated",
            moments=(Moment("stored since", utc_us, "2022-08-16 16:25:45", "C", said, note),),
            name="Bluetooth settings stored since",
            value="2022-08-16 16:25:45",
        ),
        DeviceFact(locator="line 8 Name", name="Bluetooth name", value="Ann's phone"),
        DeviceFact(locator="line 8 Address", name="Bluetooth address", value="02:00:5e:20:00:01"),
        Network(
            locator="line 14",
            moments=(Moment("recorded", 1660685551000000, "1660685551", "A"),),
            flags=("paired",),
            extra=(
                ("DevClass", "2360344"),
                ("DevType", "1"),
                ("LinkKeyType", "4"),
                ("Service", "0000110b-0000-1000-8000-00805f9b34fb"),
            ),
            technology="Bluetooth",
            name="Example Car",
            address="02:00:5e:20:00:02",
        ),
        Network(
            locator="line 23",
            moments=(Moment("recorded", None, "soon", "A", "", "not a number"),),
            extra=(("Aliase", "Ben's headset"),),
            technology="Bluetooth",
            name="Ben's headset",
            address="02:00:5e:20:00:03",
        ),
        Problem("value", "time", "Timestamp: not a number: soon", "line 23"),
        Network(locator="line 27", technology="Bluetooth", address="02:00:5e:20:00:04"),
        Present(3),
    ]
    assert "secret" not in repr(found)


def test_a_time_that_is_none_and_a_file_of_another_form_are_said() -> None:
    found = list(bluetooth(MemoryFile(BT_PATH, b"[Info]\nTimeCreated = yesterday\n")))
    assert found[0].moments == (
        Moment("stored since", None, "yesterday", "C", "", "not a time in the form 2026-10-25 00:30:00"),
    )
    assert list(bluetooth(MemoryFile(BT_PATH, b"\0\1\2"))) == [
        Problem("schema", "unknown-layout", "not in the form of bt_config.conf: no section")
    ]
    assert list(bluetooth(MemoryFile(BT_PATH, b""))) == []


BLUEDROID = """<Bluedroid>
    <N1 Tag="Local">
        <N1 Tag="Adapter">
            <N1 Tag="Address" Type="string">02:00:5e:20:00:01</N1>
            <N2 Tag="LE_LOCAL_KEY_IRK" Type="binary">secret-irk</N2>
            <N9 Tag="Name" Type="string">Ann &amp; Ben's phone</N9>
        </N1>
        <N2 Tag="AutoPairBlacklist">
            <N1 Tag="AddressBlacklist" Type="string">00:02:C7,00:16:FE</N1>
        </N2>
    </N1>
    <N2 Tag="Remote">
        <N1 Tag="02:00:5e:20:00:02">
            <N1 Tag="Timestamp" Type="int">1499931533</N1>
            <N2 Tag="Name" Type="string">Example Car</N2>
            <N3 Tag="DevClass" Type="int">5898764</N3>
            <N4 Tag="LinkKey" Type="binary">secret-link</N4>
        </N1>
        <N505 Tag="02:00:5e:20:00:03">
            <N1 Tag="DevType" Type="int">2</N1>
        </N505>
    </N2>
</Bluedroid>
"""
XML_PATH = "data/misc/bluedroid/bt_config.xml"


def test_the_devices_of_android_4_and_5_come_out_without_their_keys() -> None:
    found = list(bluetooth(MemoryFile(XML_PATH, BLUEDROID.encode())))
    assert found == [
        DeviceFact(locator="line 3, byte 41 Name", name="Bluetooth name", value="Ann & Ben's phone"),
        DeviceFact(locator="line 3, byte 41 Address", name="Bluetooth address", value="02:00:5e:20:00:01"),
        Network(
            locator="line 13, byte 445",
            moments=(Moment("recorded", 1499931533000000, "1499931533", "A"),),
            flags=("paired",),
            extra=(("DevClass", "5898764"),),
            technology="Bluetooth",
            name="Example Car",
            address="02:00:5e:20:00:02",
        ),
        Network(
            locator="line 19, byte 729",
            extra=(("DevType", "2"),),
            technology="Bluetooth",
            address="02:00:5e:20:00:03",
        ),
        Present(2),
    ]
    assert "secret" not in repr(found)


def test_a_cut_file_of_android_4_gives_the_devices_before_the_cut() -> None:
    cut = BLUEDROID.partition("<N3 Tag")[0].encode()
    found = list(bluetooth(MemoryFile(XML_PATH, cut)))
    assert found[2] == Network(
        locator="line 13, byte 445",
        moments=(Moment("recorded", 1499931533000000, "1499931533", "A"),),
        technology="Bluetooth",
        name="Example Car",
        address="02:00:5e:20:00:02",
    )
    assert found[3:] == [
        Problem("file", "damaged-xml", "the XML is not well formed: no element found: line 16, column 12"),
        Present(1),
    ]


def test_a_file_of_that_name_that_is_of_another_program_gets_no_word() -> None:
    assert list(bluetooth(MemoryFile("app/bt_config.xml", b"<root><N1/></root>"))) == []
    assert list(bluetooth(MemoryFile(BT_PATH, b"<root/>"))) == [
        Problem("schema", "unknown-layout", "not in the form of <Bluedroid>")
    ]


def test_a_section_without_end_is_given_up() -> None:
    text = b'<Bluedroid><N1 Tag="Remote"><N1 Tag="02:00:5e:20:00:02">' + b"<N1>12345678</N1>" * 100_000
    found = list(bluetooth(MemoryFile(XML_PATH, text)))
    assert [one.address for one in found if isinstance(one, Network)] == ["02:00:5e:20:00:02"]
    assert [one.code for one in found if isinstance(one, Problem)] == ["too-large"]


def test_a_name_may_hold_what_ends_a_line_elsewhere() -> None:
    found, _ = bluetooth(MemoryFile("bt_config.conf", "[02:00:5e:10:00:09]\nName = a\u0085b\n".encode()))
    assert (found.locator, found.name) == ("line 1", "a\u0085b")


OPP = """CREATE TABLE btopp(_id INTEGER PRIMARY KEY AUTOINCREMENT, uri TEXT, hint TEXT, _data TEXT, mimetype TEXT,
 direction INTEGER, destination TEXT, visibility INTEGER, confirm INTEGER, status INTEGER, total_bytes INTEGER,
 current_bytes INTEGER, timestamp INTEGER, scanned INTEGER);
INSERT INTO btopp VALUES
 (1,NULL,'a.jpg','/storage/emulated/0/Bluetooth/a.jpg','image/jpeg',1,'02:00:5E:20:00:02',0,1,200,2048,2048,
  1772357400123,1),
 (2,'content://media/external/images/media/5','b.jpg',NULL,'image/jpeg',0,'02:00:5E:20:00:02',1,2,494,99,0,
  1772357400124,0),(3,NULL,NULL,NULL,NULL,7,NULL,0,3,777,NULL,NULL,1772357400125,0);
"""


def test_files_sent_over_bluetooth_come_out_with_what_became_of_them() -> None:
    path = "data/user_de/0/com.android.bluetooth/databases/btopp.db"
    car = Party("02:00:5E:20:00:02", "bluetooth")
    assert list(bluetooth_files(MemoryFile(path, database(OPP)))) == [
        Present(3),
        Message(
            locator="btopp:_id=1",
            service="Bluetooth",
            moments=(Moment("recorded", 1772357400123000, "1772357400123", "A"),),
            flags=("file transfer", "complete"),
            attachments=(Attachment("a.jpg", "data/media/0/Bluetooth/a.jpg", "image/jpeg", 2048),),
            extra=(
                ("_data", "/storage/emulated/0/Bluetooth/a.jpg"),
                *(("hint", "a.jpg"), ("mimetype", "image/jpeg"), ("total_bytes", 2048), ("current_bytes", 2048)),
                *(("status", 200), ("confirm", 1)),
            ),
            conversation="02:00:5E:20:00:02",
            direction="in",
            sender=car,
            text="a.jpg",
        ),
        Message(
            locator="btopp:_id=2",
            service="Bluetooth",
            moments=(Moment("recorded", 1772357400124000, "1772357400124", "A"),),
            flags=("file transfer", "connection error", "not shown in the list of transfers"),
            attachments=(Attachment("b.jpg", None, "image/jpeg", 99),),
            extra=(
                ("uri", "content://media/external/images/media/5"),
                *(("hint", "b.jpg"), ("mimetype", "image/jpeg"), ("total_bytes", 99), ("current_bytes", 0)),
                *(("status", 494), ("confirm", 2)),
            ),
            conversation="02:00:5E:20:00:02",
            direction="out",
            recipients=(car,),
            text="b.jpg",
        ),
        Message(
            locator="btopp:_id=3",
            service="Bluetooth",
            moments=(Moment("recorded", 1772357400125000, "1772357400125", "A"),),
            flags=("file transfer", "direction 7", "status 777"),
            extra=(("status", 777), ("confirm", 3)),
        ),
    ]
    assert_no_row_is_lost(bluetooth_files, path, database(OPP), "btopp", "_id")


@pytest.mark.parametrize(("confirm", "flag"), [(3, "declined"), (4, "not answered in time"), (9, "answer 9")])
def test_a_file_that_was_not_accepted_is_said_to_be(confirm: int, flag: str) -> None:
    data = database(OPP, f"UPDATE btopp SET confirm = {confirm}, status = 403")
    found = list(bluetooth_files(MemoryFile("btopp.db", data)))
    assert found[1].flags == ("file transfer", "refused", flag)  # type: ignore[union-attr]


def test_a_store_of_transfers_of_another_layout_is_said_to_be_unknown() -> None:
    path = "data/user_de/0/com.android.bluetooth/databases/btopp.db"
    assert list(bluetooth_files(MemoryFile(path, database("CREATE TABLE other(id INTEGER)")))) == [
        Problem("schema", "unknown-layout", "no table btopp")
    ]
