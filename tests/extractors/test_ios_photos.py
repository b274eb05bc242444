"""The photo library of iOS."""

from __future__ import annotations

from typing import Any

import pytest

from evidence_store.records import (
    Attachment,
    Group,
    Location,
    MediaItem,
    Member,
    Message,
    Moment,
    Party,
    Present,
    Problem,
)
from extractors.ios.photos import photos
from tests.evidence_builders.browsers import database, with_log
from tests.evidence_builders.files import MemoryFile
from tests.evidence_builders.ios_stores import PHOTOS, archive, hexed
from tests.extractors.broken import assert_no_row_is_lost, with_broken_values

MEDIA = "private/var/mobile/Media"
PATH = f"{MEDIA}/PhotoData/Photos.sqlite"
TAKEN, ADDED, CHANGED, GONE, VIEWED = 794050200.5, 794050201.25, 794050260, 794060000, 794070000


def at(meaning: str, seconds: float) -> Moment:
    return Moment(meaning, round(seconds * 1_000_000) + 978_307_200_000_000, str(seconds), "A")


def put(table: str, **columns: Any) -> str:
    cells = [hexed(one) if isinstance(one, bytes) else "NULL" if one is None else repr(one) for one in columns.values()]
    return f"INSERT INTO {table}({','.join(columns)}) VALUES({','.join(cells)});"


def read(*scripts: str, path: str = PATH, schema: str = PHOTOS) -> list[Any]:
    return list(photos(MemoryFile(path, database(schema, *scripts))))


ASSET = put(
    "ZASSET",
    Z_PK=7,
    ZKIND=0,
    ZKINDSUBTYPE=2,
    ZSAVEDASSETTYPE=3,
    ZFAVORITE=1,
    ZHIDDEN=1,
    ZTRASHEDSTATE=1,
    ZWIDTH=4032,
    ZHEIGHT=3024,
    ZDATECREATED=TAKEN,
    ZADDEDDATE=ADDED,
    ZMODIFICATIONDATE=CHANGED,
    ZTRASHEDDATE=GONE,
    ZLATITUDE=51.5,
    ZLONGITUDE=-0.125,
    ZDIRECTORY="DCIM/100APPLE",
    ZFILENAME="IMG_0001.HEIC",
    ZUNIFORMTYPEIDENTIFIER="public.heic",
    ZUUID="U-7",
)
SIDES = [
    put(
        "ZADDITIONALASSETATTRIBUTES",
        Z_PK=1,
        ZASSET=7,
        ZIMPORTEDBY=1,
        ZORIGINALFILESIZE=12345,
        ZTIMEZONEOFFSET=3600,
        ZTIMEZONENAME="Europe/London",
        ZORIGINALFILENAME="IMG_0001.HEIC",
        ZEXIFTIMESTAMPSTRING="2026:03:01 10:30:00",
        ZASSETDESCRIPTION=3,
        ZGPSHORIZONTALACCURACY=4.5,
        ZLASTVIEWEDDATE=VIEWED,
        ZREVERSELOCATIONDATA=archive({"addressString": "1 Example Street"}),
    ),
    put("ZEXTENDEDATTRIBUTES", Z_PK=1, ZASSET=7, ZCAMERAMAKE="Apple", ZCAMERAMODEL="iPhone 14", ZLENSMODEL="5.7mm"),
    put("ZASSETDESCRIPTION", Z_PK=3, ZLONGDESCRIPTION="At the station"),
    put("ZPERSON", Z_PK=5, ZFULLNAME="Ann Example"),
    put("ZDETECTEDFACE", Z_PK=1, ZASSETFORFACE=7, ZPERSONFORFACE=5),
    put("ZDETECTEDFACE", Z_PK=2, ZASSETFORFACE=7, ZPERSONFORFACE=None),
    put("ZGENERICALBUM", Z_PK=20, ZKIND=2, ZTITLE="Trips", ZTRASHEDSTATE=0),
    put("Z_30ASSETS", Z_30ALBUMS=20, Z_3ASSETS=7),
    put("Z_30ASSETS", Z_30ALBUMS=99, Z_3ASSETS=7),
]
TIMES = (
    at("taken, as the library records it", TAKEN),
    at("added to the library", ADDED),
    at("changed in the library", CHANGED),
    at("moved to Recently Deleted", GONE),
)


def test_a_picture_comes_out_with_all_that_the_library_says_of_it() -> None:
    moments = (*TIMES, at("viewed last", VIEWED))
    assert read(ASSET, *SIDES) == [
        Present(1),
        MediaItem(
            locator="ZASSET:Z_PK=7",
            service="Photos",
            moments=moments,
            deleted=True,
            flags=("photo", "Live Photo", "favourite", "hidden", "in Recently Deleted"),
            attachments=(Attachment("IMG_0001.HEIC", f"{MEDIA}/DCIM/100APPLE/IMG_0001.HEIC", "image/heic", 12345),),
            extra=(
                ("album", "Trips"),
                ("album", "album 99, which is not there"),
                ("people, as named in the library", "Ann Example"),
                ("ZLENSMODEL", "5.7mm"),
                ("ZSAVEDASSETTYPE", "3 (library of the device)"),
                ("ZIMPORTEDBY", "1 (back camera of the device)"),
                ("ZORIGINALFILENAME", "IMG_0001.HEIC"),
                ("ZTIMEZONENAME", "Europe/London"),
                ("ZTIMEZONEOFFSET", 3600),
                ("ZEXIFTIMESTAMPSTRING", "2026:03:01 10:30:00"),
                ("ZUUID", "U-7"),
            ),
            mime="image/heic",
            width=4032,
            height=3024,
            device="Apple iPhone 14",
            text="At the station\nTrips, album 99, which is not there\nAnn Example\n1 Example Street",
        ),
        Location(
            locator="ZASSET:Z_PK=7",
            service="Photos",
            moments=moments,
            deleted=True,
            lat=51.5,
            lon=-0.125,
            accuracy_m=4.5,
            source="photo library",
            text="IMG_0001.HEIC",
        ),
        Present(0),
    ]


def test_an_asset_of_the_older_layout_without_any_side_row_comes_out() -> None:
    older = PHOTOS.replace("ZASSET (", "ZGENERICASSET (").replace("Z_3ASSETS", "Z_34ASSETS")
    older = older.replace("ZASSETFORFACE", "ZASSET").replace("ZPERSONFORFACE", "ZPERSON")
    bare = put(
        "ZGENERICASSET",
        Z_PK=1,
        ZKIND=1,
        ZKINDSUBTYPE=103,
        ZFILENAME="IMG_2.MOV",
        ZDIRECTORY="DCIM/100APPLE",
        ZDURATION=12.5,
        ZLATITUDE=-180.0,
        ZLONGITUDE=-180.0,
        ZDATECREATED=TAKEN,
    )
    sides = [
        put("ZGENERICALBUM", Z_PK=20, ZKIND=2, ZTITLE="Old", ZTRASHEDSTATE=1),
        put("Z_30ASSETS", Z_30ALBUMS=20, Z_34ASSETS=1),
        put("ZPERSON", Z_PK=5, ZDISPLAYNAME="Ben"),
        put("ZDETECTEDFACE", Z_PK=1, ZASSET=1, ZPERSON=5),
    ]
    assert read(bare, *sides, path="PhotoData/Photos.sqlite", schema=older) == [
        Present(1),
        MediaItem(
            locator="ZGENERICASSET:Z_PK=1",
            service="Photos",
            moments=TIMES[:1],
            flags=("video", "screen recording"),
            attachments=(Attachment("IMG_2.MOV", "DCIM/100APPLE/IMG_2.MOV"),),
            extra=(
                ("album", "Old (album in Recently Deleted)"),
                ("people, as named in the library", "Ben"),
            ),
            duration_s=12.5,
            text="Old (album in Recently Deleted)\nBen",
        ),
        Present(0),
    ]


@pytest.mark.parametrize(
    ("path", "directory", "expected"),
    [
        ("Photos.sqlite", "DCIM/100APPLE", "DCIM/100APPLE/a.jpg"),
        ("Lib.photoslibrary/database/Photos.sqlite", "A", "Lib.photoslibrary/originals/A/a.jpg"),
        (PATH, "/PhotoData/CPLAssets/group1", f"{MEDIA}/PhotoData/CPLAssets/group1/a.jpg"),
        (PATH, "../../etc", None),
    ],
)
def test_the_file_stands_where_the_library_says(path: str, directory: str, expected: str | None) -> None:
    found = read(put("ZASSET", Z_PK=1, ZFILENAME="a.jpg", ZDIRECTORY=directory), path=path)
    assert found[1].attachments == (Attachment("a.jpg", expected),)


def test_an_unknown_kind_keeps_its_number_and_twins_come_out_twice() -> None:
    row = {"ZKIND": 9, "ZKINDSUBTYPE": 77, "ZUNIFORMTYPEIDENTIFIER": "org.example.odd", "ZSAVEDASSETTYPE": 55}
    data, log = with_log(database(PHOTOS, put("ZASSET", Z_PK=1, **row)), put("ZASSET", Z_PK=2, **row))
    found = list(photos(MemoryFile(PATH, data, {"-wal": log})))
    assert found[:3] == [
        Present(2),
        *(
            MediaItem(
                locator=f"ZASSET:Z_PK={key}",
                service="Photos",
                flags=("kind 9", "subtype 77"),
                extra=(("ZSAVEDASSETTYPE", "55"), ("ZUNIFORMTYPEIDENTIFIER", "org.example.odd")),
            )
            for key in (1, 2)
        ),
    ]


SHARED = [
    put(
        "ZGENERICALBUM",
        Z_PK=30,
        ZKIND=1505,
        ZTITLE="Family",
        ZCLOUDGUID="G-30",
        ZISOWNED=0,
        ZCREATIONDATE=TAKEN,
        ZCLOUDOWNERFULLNAME="Ann Example",
        ZCLOUDOWNERHASHEDPERSONID="h-ann",
    ),
    put(
        "ZCLOUDSHAREDALBUMINVITATIONRECORD",
        Z_PK=1,
        ZALBUM=30,
        ZINVITATIONSTATE=2,
        ZINVITEEFIRSTNAME="Ben",
        ZINVITEELASTNAME="Example",
        ZINVITEEHASHEDPERSONID="h-ben",
        ZINVITEESUBSCRIPTIONDATE=ADDED,
    ),
    put("ZCLOUDSHAREDALBUMINVITATIONRECORD", Z_PK=2, ZALBUM=31, ZALBUMGUID="G-31", ZINVITATIONSTATE=9),
    put(
        "ZCLOUDSHAREDCOMMENT",
        Z_PK=4,
        ZCOMMENTTEXT="Nice",
        ZCOMMENTDATE=TAKEN,
        ZCOMMENTERHASHEDPERSONID="h-ben",
        ZISMYCOMMENT=0,
        ZISLIKE=0,
        ZCOMMENTEDASSET=7,
        ZCLOUDGUID="C-4",
    ),
    put("ZCLOUDSHAREDCOMMENT", Z_PK=5, ZISMYCOMMENT=1, ZISLIKE=1, ZLIKEDASSET=7),
    put("ZCLOUDSHAREDCOMMENT", Z_PK=6, ZCOMMENTTEXT="Who?", ZCOMMENTERHASHEDPERSONID="h-none"),
]


def test_shared_albums_come_out_with_their_people_and_comments() -> None:
    albums: dict[str, Any] = {"service": "Shared albums"}
    ben = Party("Ben Example", "name", "Ben Example")
    ann = Party("Ann Example", "name", "Ann Example")
    since = at("subscribed", ADDED)
    of_asset: dict[str, Any] = {"extra": (("asset", "Z_PK=7"),), "conversation": "asset 7", **albums}
    shared = put("ZASSET", Z_PK=7, ZSAVEDASSETTYPE=4, ZCLOUDISMYASSET=0, ZCLOUDOWNERHASHEDPERSONID="h-ann")
    assert read(shared, *SHARED) == [
        Present(1),
        MediaItem(
            locator="ZASSET:Z_PK=7",
            service="Photos",
            flags=("of somebody else's shared album",),
            extra=(("ZSAVEDASSETTYPE", "4 (shared album)"), ("put into the shared album by", "Ann Example")),
        ),
        Present(1),
        Group(
            locator="ZGENERICALBUM:Z_PK=30",
            moments=(at("created", TAKEN),),
            extra=(("ZCLOUDGUID", "G-30"),),
            conversation="G-30",
            title="Family",
            identifiers=(ann, ben),
            members=(Member(ann, "owner"), Member(ben, "invitation accepted", since)),
            **albums,
        ),
        Present(1),
        Group(
            locator="ZCLOUDSHAREDALBUMINVITATIONRECORD:Z_PK=2",
            flags=("album is not there",),
            extra=(("ZALBUM", "31"), ("ZALBUMGUID", "G-31")),
            identifiers=(Party("", "account"),),
            members=(Member(Party("", "account"), "state 9"),),
            **albums,
        ),
        Present(3),
        Message(
            locator="ZCLOUDSHAREDCOMMENT:Z_PK=4",
            moments=(at("sent", TAKEN),),
            direction="in",
            sender=ben,
            text="Nice",
            key="C-4",
            **of_asset,
        ),
        Message(locator="ZCLOUDSHAREDCOMMENT:Z_PK=5", flags=("like",), direction="out", **of_asset),
        Message(locator="ZCLOUDSHAREDCOMMENT:Z_PK=6", sender=Party("h-none", "account"), text="Who?", **albums),
    ]


def test_a_broken_value_costs_no_row() -> None:
    assert_no_row_is_lost(photos, PATH, database(PHOTOS, ASSET, *SIDES), "ZASSET", "Z_PK")
    assert_no_row_is_lost(photos, PATH, database(PHOTOS, *SHARED), "ZCLOUDSHAREDCOMMENT", "Z_PK")
    unbroken = ("ZTITLE", "ZCLOUDGUID", "ZCREATIONDATE", "ZCLOUDOWNERFULLNAME", "ZISOWNED")
    assert_no_row_is_lost(photos, PATH, database(PHOTOS, *SHARED), "ZGENERICALBUM", "Z_PK", columns=unbroken)


@pytest.mark.parametrize(
    "table", ["ZADDITIONALASSETATTRIBUTES", "ZEXTENDEDATTRIBUTES", "ZDETECTEDFACE", "ZPERSON", "ZASSETDESCRIPTION"]
)
def test_a_broken_side_row_costs_no_asset(table: str) -> None:
    broken, _ = with_broken_values(database(PHOTOS, ASSET, *SIDES), table, "Z_PK")
    found = list(photos(MemoryFile(PATH, broken)))
    assert [type(one) for one in found if not isinstance(one, Problem)] == [Present, MediaItem, Location, Present]


def test_an_unknown_layout_is_said_to_be_unknown() -> None:
    unknown = Problem("schema", "unknown-layout", "no table ZASSET")
    assert read(schema="CREATE TABLE other(id INTEGER);") == [unknown]
