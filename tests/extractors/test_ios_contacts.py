"""The address book of Apple devices, its pictures, and who is blocked."""

from __future__ import annotations

import hashlib
import io
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from evidence_store.records import Attachment, Contact, Group, MediaItem, Member, Moment, Party, Present, Problem
from extractors.ios.contact_pictures import blocked, contact_pictures
from extractors.ios.contacts import contacts
from tests.evidence_builders.browsers import database, with_log
from tests.evidence_builders.files import MemoryFile
from tests.evidence_builders.ios_contacts import IMAGES, IOS_4, PATH, PICTURES, SCHEMA
from tests.evidence_builders.ios_stores import hexed, plist
from tests.extractors.broken import assert_no_row_is_lost, with_broken_values

ANN = Party("+447700900101")
CREATED = Moment("created", 1_772_357_400_000_000, "794050200", "A")
ROWS = """
INSERT INTO ABStore(ROWID,Name,AccountID,MeIdentifier,StoreInternalIdentifier) VALUES (0,NULL,-1,3,'local'),
 (1,'iCloud',1,-1,'X'),(2,NULL,1,-1,NULL);
INSERT INTO ABAccount(ROWID,AccountIdentifier) VALUES (1,'A-1');
INSERT INTO ABPerson(ROWID,Prefix,First,Middle,Last,Organization,Nickname,Note,JobTitle,Birthday,Kind,CreationDate,
 StoreID,PersonLink,guid) VALUES
 (1,'Dr','Ann','B.','Example','Example Ltd','Annie','met in May','Vet','-488548800.0',0,794050200,1,7,'G-1'),
 (2,NULL,NULL,NULL,NULL,'Garage',NULL,NULL,NULL,NULL,1,NULL,2,-1,NULL),
 (3,NULL,'Own',NULL,NULL,NULL,NULL,NULL,NULL,'-12498667200.0',0,NULL,0,-1,NULL);
INSERT INTO ABMultiValueLabel(rowid,value) VALUES (1,'_$!<Mobile>!$_'),(2,'boat');
INSERT INTO ABMultiValueEntryKey(rowid,value) VALUES (1,'Street'),(2,'City'),(3,'service'),(4,'username');
INSERT INTO ABMultiValue(UID,record_id,property,label,value) VALUES (10,1,3,1,'+447700900101'),
 (11,1,4,2,'ann@example.org'),(12,1,5,NULL,NULL),(13,1,46,NULL,NULL),(14,1,12,NULL,'794050200.0'),
 (15,1,22,NULL,'https://example.org/'),(16,1,99,77,'odd'),(17,88,3,1,'+447700900199');
INSERT INTO ABMultiValueEntry(parent_id,key,value) VALUES (12,1,'1 High Street'),(12,2,'Ambridge'),
 (13,3,'Instagram'),(13,4,'ann.example');
INSERT INTO ABGroup(ROWID,Name,StoreID,guid) VALUES (5,'Walkers',1,'G-5');
INSERT INTO ABGroupMembers(UID,group_id,member_type,member_id) VALUES (1,5,0,1),(2,5,0,3),(3,5,0,44),(4,5,1,9);
"""


def book(rows: str = ROWS, schema: str = SCHEMA) -> MemoryFile:
    return MemoryFile(PATH, database(schema, rows))


def test_contacts_come_out_with_their_values_and_groups() -> None:
    ann = Party("+447700900101", "phone", "Dr Ann B. Example")
    own = Party("Own", "name", "Own")
    assert list(contacts(book())) == [
        Present(3),
        Contact(
            locator="ABPerson:ROWID=1",
            service="Contacts",
            moments=(CREATED,),
            extra=(
                ("phone (mobile)", "+447700900101"),
                ("email (boat)", "ann@example.org"),
                ("address", "1 High Street, Ambridge"),
                ("profile", "Instagram, ann.example"),
                ("date", "2026-03-01 (stored as 794050200.0)"),
                ("web page", "https://example.org/"),
                ("property 99", "odd"),
                ("Nickname", "Annie"),
                ("JobTitle", "Vet"),
                ("Note", "met in May"),
                ("Birthday", "1985-07-09 (stored as -488548800.0)"),
                ("PersonLink", 7),
                ("guid", "G-1"),
            ),
            name="Dr Ann B. Example",
            identifiers=(ANN, Party("ann@example.org", "email"), Party("ann.example", "instagram")),
            organisation="Example Ltd",
            account="iCloud",
            text="Dr Ann B. Example\nExample Ltd\nAnnie\nVet\nmet in May\n+447700900101\nann@example.org\n"
            "1 High Street, Ambridge\nInstagram, ann.example\n2026-03-01 (stored as 794050200.0)\n"
            "https://example.org/\nodd",
        ),
        Contact(
            locator="ABPerson:ROWID=2",
            service="Contacts",
            flags=("organisation",),
            name="Garage",
            organisation="Garage",
            account="A-1",
            text="Garage",
        ),
        Contact(
            locator="ABPerson:ROWID=3",
            service="Contacts",
            flags=("own card",),
            extra=(("Birthday", "12-07 (stored as -12498667200.0)"),),
            name="Own",
            account="local",
            text="Own",
        ),
        Present(1),
        Contact(
            locator="ABMultiValue:UID=17",
            service="Contacts",
            flags=("value of a contact that is not there",),
            extra=(("phone (mobile)", "+447700900199"), ("record_id", "88")),
            identifiers=(Party("+447700900199"),),
            text="+447700900199",
        ),
        Present(1),
        Group(
            locator="ABGroup:ROWID=5",
            service="Contacts",
            flags=("group of contacts",),
            extra=(("account", "iCloud"), ("guid", "G-5")),
            title="Walkers",
            identifiers=(ann, own),
            members=(Member(ann), Member(own)),
            text="Walkers",
        ),
        *[
            Problem(
                "value",
                "no-member",
                f"ABGroupMembers:UID={uid}: there is no contact for it (member_type {kind}, member_id {number})",
                "ABGroup:ROWID=5",
            )
            for uid, kind, number in ((3, 0, 44), (4, 1, 9))
        ],
    ]


def test_contacts_of_ios_4_and_recent_addresses() -> None:
    rows = """INSERT INTO ABPerson(ROWID,First,CreationDate) VALUES (1,'Ann',794050200);
    INSERT INTO ABMultiValue(UID,record_id,property,value) VALUES (1,1,3,'+447700900101');
    INSERT INTO ABRecent VALUES (794050200,'Ben Example',4,'ben@example.org')"""
    ann: dict[str, Any] = {"name": "Ann", "identifiers": (ANN,), "text": "Ann\n+447700900101"}
    assert list(contacts(book(rows, IOS_4))) == [
        Present(1),
        Contact(
            locator="ABPerson:ROWID=1",
            service="Contacts",
            moments=(CREATED,),
            extra=(("phone", "+447700900101"),),
            **ann,
        ),
        Present(0),
        Present(1),
        Contact(
            locator="ABRecent:rowid=1",
            service="Contacts",
            moments=(Moment("last used", 1_772_357_400_000_000, "794050200", "A"),),
            flags=("recent",),
            name="Ben Example",
            identifiers=(Party("ben@example.org", "email"),),
            text="Ben Example\nben@example.org",
        ),
    ]


def test_a_contact_of_the_write_ahead_log_and_twins_come_out() -> None:
    data, log = with_log(database(SCHEMA), "INSERT INTO ABPerson(ROWID,First) VALUES(1,'Ann'),(2,'Ann')")
    twins = [Contact(locator=f"ABPerson:ROWID={key}", service="Contacts", name="Ann", text="Ann") for key in (1, 2)]
    assert list(contacts(MemoryFile(PATH, data, {"-wal": log})))[:3] == [Present(2), *twins]


def test_without_any_other_table_the_contacts_are_still_there() -> None:
    table = "CREATE TABLE ABPerson(ROWID INTEGER PRIMARY KEY, First TEXT, Last TEXT);"
    assert list(contacts(book("INSERT INTO ABPerson VALUES(1,'Ann','Example')", table))) == [
        Present(1),
        Contact(locator="ABPerson:ROWID=1", service="Contacts", name="Ann Example", text="Ann Example"),
    ]


@pytest.mark.parametrize(("table", "key"), [("ABPerson", "ROWID"), ("ABGroup", "ROWID")])
def test_a_broken_value_costs_no_row(table: str, key: str) -> None:
    assert_no_row_is_lost(contacts, PATH, database(SCHEMA, ROWS), table, key)


def test_a_broken_value_costs_no_stray_value_and_no_recent_one() -> None:
    stray = "INSERT INTO ABMultiValue(UID,record_id,property,label,value) VALUES (1,88,3,1,'+447700900199')"
    assert_no_row_is_lost(contacts, PATH, database(SCHEMA, stray), "ABMultiValue", "UID", columns=("label", "value"))
    recent = "INSERT INTO ABRecent VALUES (794050200,'Ben Example',4,'ben@example.org')"
    made = database(IOS_4.replace("ABRecent (", "ABRecent (rowid INTEGER PRIMARY KEY, "),
                    recent.replace("VALUES (", "VALUES (1,"))  # fmt: skip
    assert_no_row_is_lost(contacts, PATH, made, "ABRecent", "rowid")


@pytest.mark.parametrize(
    "table", ["ABMultiValue", "ABMultiValueEntry", "ABGroupMembers", "ABStore", "ABMultiValueLabel"]
)
def test_a_broken_value_beside_costs_no_contact(table: str) -> None:
    keys = {"ABMultiValue": "UID", "ABGroupMembers": "UID", "ABStore": "ROWID"}
    broken, _ = with_broken_values(database(SCHEMA, ROWS), table, keys.get(table, "rowid"))
    found = [one.locator for one in contacts(MemoryFile(PATH, broken)) if isinstance(one, Contact)]
    assert [one for one in found if one.startswith("ABPerson")] == [f"ABPerson:ROWID={key}" for key in (1, 2, 3)]


def test_a_value_that_is_none_is_said() -> None:
    rows = "INSERT INTO ABPerson(ROWID,First,Birthday,CreationDate) VALUES (1,x'ff','soon','never')"
    where = "ABPerson:ROWID=1"
    assert list(contacts(book(rows)))[1:5] == [
        Contact(
            locator=where,
            service="Contacts",
            moments=(Moment("created", None, "never", "A", note="not a number"),),
            extra=(("Birthday", "soon"),),
        ),
        Problem("value", "text", "First holds bytes, not text: ff", where),
        Problem("value", "date", "Birthday is no date: soon", where),
        Problem("value", "time", "CreationDate: not a number: never", where),
    ]


def test_pictures_come_out_by_hash_and_number_of_the_contact() -> None:
    jpeg = b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(50)
    rows = f"""INSERT INTO ABThumbnailImage(ROWID,record_id,format,data) VALUES (1,7,0,{hexed(jpeg)}),(2,8,0,NULL);
    INSERT INTO ABFullSizeImage(ROWID,record_id,crop_x,crop_y,crop_width,data) VALUES (1,7,0,0,400,'no bytes')"""
    flags = ("picture of a contact",)
    assert list(contact_pictures(MemoryFile(PICTURES, database(IMAGES, rows)))) == [
        Present(2),
        MediaItem(
            locator="ABThumbnailImage:ROWID=1",
            service="Contacts",
            flags=(*flags, "thumbnail"),
            attachments=(
                Attachment(
                    "picture of a contact", None, "image/jpeg", 60, hashlib.sha256(jpeg).hexdigest(), "embedded"
                ),
            ),
            extra=(("record_id", 7), ("format", 0)),
            mime="image/jpeg",
        ),
        MediaItem(
            locator="ABThumbnailImage:ROWID=2",
            service="Contacts",
            flags=(*flags, "thumbnail"),
            extra=(("record_id", 8), ("format", 0)),
        ),
        Present(1),
        MediaItem(
            locator="ABFullSizeImage:ROWID=1",
            service="Contacts",
            flags=(*flags, "full size"),
            extra=(("record_id", 7), ("crop_x", 0), ("crop_y", 0), ("crop_width", 400)),
        ),
        Problem("value", "picture", "data holds no bytes", "ABFullSizeImage:ROWID=1"),
    ]


@pytest.mark.parametrize("table", ["ABThumbnailImage", "ABFullSizeImage"])
def test_a_broken_value_costs_no_picture(table: str) -> None:
    data = database(IMAGES, f"INSERT INTO {table}(ROWID,record_id,data) VALUES (1,7,x'ffd8')")
    assert_no_row_is_lost(contact_pictures, PICTURES, data, table, "ROWID")


def test_unknown_layouts_are_said_to_be_unknown() -> None:
    other = database("CREATE TABLE thing(x)")
    words = "no table ABThumbnailImage; no table ABFullSizeImage"
    assert list(contacts(MemoryFile(PATH, other))) == [Problem("schema", "unknown-layout", "no table ABPerson")]
    assert list(contact_pictures(MemoryFile(PICTURES, other))) == [Problem("schema", "unknown-layout", words)]
    for read in (contacts, contact_pictures):
        assert [one.kind for one in read(MemoryFile(PATH, b"none")) if isinstance(one, Problem)] == ["file"]


BLOCKED = "private/var/mobile/Library/Preferences/com.apple.cmfsyncagent.plist"


def test_those_who_are_blocked_come_out() -> None:
    key = "__kCMF{}Key".format
    entries: list[Any] = [
        {
            key("ItemType"): 0,
            key("ItemPhoneNumberUnformatted"): "+447700900101",
            key("ItemPhoneNumberCountryCode"): "gb",
        },
        {key("ItemType"): 1, key("ItemEmailUnformatted"): "ben@example.org"},
        {"other": "thing"},
        "odd",
    ]
    at = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
    top = {key("BlockListStoreArray"): entries, key("BlockListStoreRevisionTimestamp"): at.replace(tzinfo=None)}
    changed = (Moment("list last changed", 1_772_357_400_000_000, "2026-03-01T09:30:00Z", "A"),)
    plain: dict[str, Any] = {"service": "Blocked", "moments": changed, "flags": ("blocked",)}
    place = key("BlockListStoreArray")
    assert list(blocked(plist(BLOCKED, {key("BlockListStoreTopLevel"): top}))) == [
        Present(4),
        Contact(
            locator=f"{place}:0",
            **plain,
            extra=(("country", "gb"), ("type", 0)),
            identifiers=(ANN,),
            text="+447700900101",
        ),
        Contact(
            locator=f"{place}:1",
            **plain,
            extra=(("type", 1),),
            identifiers=(Party("ben@example.org", "email"),),
            text="ben@example.org",
        ),
        Contact(locator=f"{place}:2", **plain, extra=(("other", "thing"),)),
        Contact(locator=f"{place}:3", **plain),
    ]
    assert [one.kind for one in blocked(plist(BLOCKED, {"x": 1})) if isinstance(one, Problem)] == ["schema"]
    assert [one.kind for one in blocked(MemoryFile(BLOCKED, b"x")) if isinstance(one, Problem)] == ["file"]


def test_the_contact_of_a_real_phone_comes_out_whole(corpus: Path) -> None:
    folder = corpus / "iLEAPP/case_zips/addressBook"
    with zipfile.ZipFile(
        io.BytesIO((folder / "testdata.addressBook.addressBook.belkasoft_ctf6_ios_device1.zip").read_bytes())
    ) as archive:
        names = {name.rpartition(".")[2]: name for name in archive.namelist() if "AddressBook.sqlitedb" in name}
        data, log = archive.read(names["sqlitedb"]), archive.read(names["sqlitedb-wal"])
    found = list(contacts(MemoryFile(PATH, data, {"-wal": log})))
    address = "billthemegakill@icloud.com"
    assert found[:2] == [
        Present(1),
        Contact(
            locator="ABPerson:ROWID=1",
            service="Contacts",
            moments=(
                Moment("created", 1712354864000000, "734047664", "A"),
                Moment("modified", 1712354864000000, "734047664", "A"),
            ),
            flags=("own card",),
            extra=(("email (home)", address), ("guid", "551EB6CB-3EAC-4A5B-AA44-1346103D6D6D:ABPerson")),
            name="William Phorger",
            identifiers=(Party(address, "email"),),
            account="local",
            text=f"William Phorger\n{address}",
        ),
    ]
