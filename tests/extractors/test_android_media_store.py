"""The index of media: what it says of each file, where the file is, and what is in the trash."""

from __future__ import annotations

import pytest

from evidence_store.records import Attachment, Location, MediaItem, Moment, Present, Problem
from extractors.android.media_store import media_store
from extractors.android.shared_storage import place
from tests.evidence_builders.browsers import database
from tests.evidence_builders.files import MemoryFile
from tests.extractors.whole_tables import assert_a_table_is_read_whole

PATH = "Dump/data/data/com.google.android.providers.media.module/databases/external.db"
FILES = """CREATE TABLE files (_id INTEGER PRIMARY KEY AUTOINCREMENT,_data TEXT UNIQUE COLLATE NOCASE,_size INTEGER,
format INTEGER,parent INTEGER,date_added INTEGER,date_modified INTEGER,mime_type TEXT,title TEXT,description TEXT,
_display_name TEXT,orientation INTEGER,latitude DOUBLE,longitude DOUBLE,datetaken INTEGER,bucket_id TEXT,
bucket_display_name TEXT,isprivate INTEGER,artist TEXT,album TEXT,resolution TEXT,tags TEXT,media_type INTEGER,
is_drm INTEGER,width INTEGER,height INTEGER,duration INTEGER,owner_package_name TEXT DEFAULT NULL,
is_pending INTEGER DEFAULT 0,is_download INTEGER DEFAULT 0,download_uri TEXT DEFAULT NULL,
referer_uri TEXT DEFAULT NULL,is_trashed INTEGER DEFAULT 0,date_expires INTEGER DEFAULT NULL,
is_favorite INTEGER DEFAULT 0,relative_path TEXT DEFAULT NULL,volume_name TEXT DEFAULT NULL);"""
COLUMNS = "_id,_data,_size,format,date_added,date_modified,mime_type,media_type"
ROWS = f"""INSERT INTO files ({COLUMNS}) VALUES
 (1,'/storage/emulated/0/DCIM',NULL,12289,1627996800,1627996800,NULL,0),
 (2,'/storage/emulated/0/DCIM/Camera/a.jpg',5274656,14337,1627996896,1627996897,'image/jpeg',1),
 (3,'/storage/emulated/0/DCIM/Camera/.trashed-1630588896-b.mp4',99,0,1627996898,1627996899,'video/mp4',3),
 (4,'/storage/emulated/10/Download/plan.pdf',7,0,1627996900,0,'application/pdf',6),
 (5,NULL,NULL,NULL,NULL,NULL,NULL,99);
UPDATE files SET datetaken=1627996895123, width=4032, height=3024, orientation=90, latitude=51.5, longitude=-0.125,
 title='a', bucket_display_name='Camera', owner_package_name='org.example.camera', is_favorite=1, volume_name=
 'external_primary', relative_path='DCIM/Camera/', description='At the sea', _display_name='a.jpg' WHERE _id=2;
UPDATE files SET is_trashed=1, date_expires=1630588896, duration=20425, _display_name='b.mp4', latitude=0, longitude=0
 WHERE _id=3;
UPDATE files SET is_download=1, download_uri='https://example.org/plan.pdf', is_pending=1, latitude=900, longitude=1
 WHERE _id=4;"""


def at(meaning: str, count: int, unit_us: int = 1_000_000) -> Moment:
    return Moment(meaning, count * unit_us, str(count), "A")


def test_every_file_comes_out_with_its_place_in_the_source() -> None:
    taken = at("taken", 1627996895123, 1000)
    assert list(media_store(MemoryFile(PATH, database(FILES, ROWS)))) == [
        MediaItem(
            locator="files:_id=2",
            moments=(taken, at("added to the index", 1627996896), at("modified", 1627996897)),
            flags=("favourite",),
            attachments=(Attachment("a.jpg", "Dump/data/media/0/DCIM/Camera/a.jpg", "image/jpeg", 5274656),),
            extra=(
                ("kind", "image"),
                ("bucket_display_name", "Camera"),
                ("relative_path", "DCIM/Camera/"),
                ("owner_package_name", "org.example.camera"),
                ("volume_name", "external_primary"),
                ("orientation", 90),
            ),
            mime="image/jpeg",
            width=4032,
            height=3024,
            text="/storage/emulated/0/DCIM/Camera/a.jpg\na\nAt the sea",
        ),
        Location(locator="files:_id=2", moments=(taken,), lat=51.5, lon=-0.125, source="index of media"),
        MediaItem(
            locator="files:_id=3",
            moments=(
                at("added to the index", 1627996898),
                at("modified", 1627996899),
                at("expires", 1630588896),
            ),
            flags=("trashed",),
            attachments=(
                Attachment("b.mp4", "Dump/data/media/0/DCIM/Camera/.trashed-1630588896-b.mp4", "video/mp4", 99),
            ),
            extra=(("kind", "video"),),
            mime="video/mp4",
            duration_s=20.425,
            text="/storage/emulated/0/DCIM/Camera/.trashed-1630588896-b.mp4",
        ),
        MediaItem(
            locator="files:_id=4",
            moments=(at("added to the index", 1627996900),),
            flags=("pending", "download"),
            attachments=(Attachment("plan.pdf", "Dump/data/media/10/Download/plan.pdf", "application/pdf", 7),),
            extra=(("kind", "document"), ("download_uri", "https://example.org/plan.pdf")),
            mime="application/pdf",
            text="/storage/emulated/10/Download/plan.pdf",
        ),
        Problem("value", "place", "latitude and longitude are no place: 900.0, 1.0", "files:_id=4"),
        MediaItem(locator="files:_id=5"),
        Present(4),
        Problem("note", "folders", "1 rows of folders are no items"),
    ]


def test_no_file_is_lost() -> None:
    loose = FILES.replace(" UNIQUE COLLATE NOCASE", "")
    only = f"INSERT INTO files ({COLUMNS}, latitude, longitude) VALUES (2,'/sdcard/a.jpg',5,0,1,1,'image/jpeg',1,1,1);"
    assert_a_table_is_read_whole(media_store, PATH, database(loose, only), "files", "_id")


def test_an_early_layout_is_read() -> None:
    early = """CREATE TABLE files (_id INTEGER PRIMARY KEY, _data TEXT, _size INTEGER, date_added INTEGER,
    date_modified INTEGER, mime_type TEXT);
    INSERT INTO files VALUES (1,'/mnt/sdcard/a.jpg',5,1349200000,1349200001,'image/jpeg');"""
    assert list(media_store(MemoryFile("external.db", database(early)))) == [
        MediaItem(
            locator="files:_id=1",
            moments=(at("added to the index", 1349200000), at("modified", 1349200001)),
            attachments=(Attachment("a.jpg", "data/media/0/a.jpg", "image/jpeg", 5),),
            mime="image/jpeg",
            text="/mnt/sdcard/a.jpg",
        ),
        Present(1),
    ]


def test_an_unknown_layout_is_said_and_other_databases_are_left() -> None:
    other = database("CREATE TABLE images (_id INTEGER);")
    assert list(media_store(MemoryFile(PATH, other))) == [Problem("schema", "unknown-layout", "no table files")]
    assert list(media_store(MemoryFile(PATH.replace("external.db", "picker.db"), other))) == []
    assert list(media_store(MemoryFile("internal.db", other))) == []


HOME = "data/data/com.android.providers.media/databases/external.db"


@pytest.mark.parametrize(
    ("recorded", "db", "expected"),
    [
        ("/storage/emulated/0/DCIM/a.jpg", HOME, "data/media/0/DCIM/a.jpg"),
        ("/storage/emulated/0/DCIM/a.jpg", f"Dump/x/{HOME}", "Dump/x/data/media/0/DCIM/a.jpg"),
        ("/sdcard/a.jpg", HOME.replace("data/data", "data/user/10"), "data/media/10/a.jpg"),
        ("/storage/self/primary/a.jpg", HOME, "data/media/0/a.jpg"),
        ("/mnt/user/0/emulated/11/a.jpg", HOME, "data/media/11/a.jpg"),
        ("/data/media/0/a.jpg", HOME, "data/media/0/a.jpg"),
        ("/storage/ABCD-0123/DCIM/a.jpg", HOME, "storage/ABCD-0123/DCIM/a.jpg"),
        ("/system/media/audio/ringtones/a.ogg", f"Dump/{HOME}", "Dump/system/media/audio/ringtones/a.ogg"),
        ("/storage/emulated/0/../../../etc/hosts", HOME, None),
        ("\\storage\\emulated\\0\\a.jpg", "external.db", "data/media/0/a.jpg"),
        ("/storage/emulated/0/a.jpg", "p1/data/com.example/databases/external.db", "p1/media/0/a.jpg"),
        ("/sdcard/a.jpg", "user_de/10/com.example/databases/external.db", "media/10/a.jpg"),
        ("/data/data/com.example/files/a", "data/com.example/databases/external.db", "data/com.example/files/a"),
        ("content://media/external/1", HOME, None),
        ("relative/a.jpg", HOME, None),
        ("/", HOME, None),
    ],
)
def test_a_recorded_path_leads_to_where_the_source_has_the_file(recorded: str, db: str, expected: str | None) -> None:
    assert place(recorded, db) == expected
