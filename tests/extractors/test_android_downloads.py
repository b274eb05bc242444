"""Downloads of Android's manager, and the list of files of Files by Google."""

from __future__ import annotations

import pytest

from evidence_store.records import Attachment, Download, Location, MediaItem, Moment, Present, Problem
from extractors.android.downloads import downloads
from extractors.android.files_by_google import files_by_google
from tests.evidence_builders.browsers import database
from tests.evidence_builders.files import MemoryFile
from tests.extractors.whole_tables import assert_a_table_is_read_whole

PATH = "Dump/data/data/com.android.providers.downloads/databases/downloads.db"
SCHEMA = """CREATE TABLE downloads(_id INTEGER PRIMARY KEY AUTOINCREMENT,uri TEXT, method INTEGER, entity TEXT,
no_integrity BOOLEAN, hint TEXT, otaupdate BOOLEAN, _data TEXT, mimetype TEXT, destination INTEGER, no_system BOOLEAN,
visibility INTEGER, control INTEGER, status INTEGER, numfailed INTEGER, lastmod BIGINT, notificationpackage TEXT,
notificationclass TEXT, notificationextras TEXT, cookiedata TEXT, useragent TEXT, referer TEXT, total_bytes INTEGER,
current_bytes INTEGER, etag TEXT, uid INTEGER, otheruid INTEGER, title TEXT, description TEXT, scanned BOOLEAN,
is_public_api INTEGER NOT NULL DEFAULT 0, is_visible_in_downloads_ui INTEGER NOT NULL DEFAULT 1,
mediaprovider_uri TEXT, deleted BOOLEAN NOT NULL DEFAULT 0, errorMsg TEXT, mediastore_uri TEXT DEFAULT NULL);
CREATE TABLE request_headers(id INTEGER PRIMARY KEY AUTOINCREMENT,download_id INTEGER NOT NULL,header TEXT NOT NULL,
value TEXT NOT NULL);"""
ROWS = """INSERT INTO downloads (_id,uri,entity,_data,mimetype,status,lastmod,notificationpackage,cookiedata,
 total_bytes,current_bytes,uid,title,description) VALUES
 (1,'https://example.org/a.jpg','secret body','/storage/emulated/0/Download/a.jpg','image/jpeg',200,1668267148279,
  'org.example.chat','secret=cookie',2149749,2149749,10246,'a.jpg',''),
 (2,'https://example.org/b',NULL,NULL,NULL,495,1669688602398,'com.example.phone',NULL,-1,0,1001,'',''),
 (3,'https://example.org/c',NULL,NULL,NULL,404,'soon',NULL,NULL,NULL,NULL,NULL,NULL,NULL);
UPDATE downloads SET deleted=1, is_visible_in_downloads_ui=0, errorMsg='Failed to connect', numfailed=5 WHERE _id=2;
INSERT INTO request_headers VALUES (1,1,'Authorization','Bearer secret');"""


def test_every_download_comes_out_and_no_header_or_cookie() -> None:
    found = list(downloads(MemoryFile(PATH, database(SCHEMA, ROWS))))
    assert found == [
        Present(3),
        Download(
            locator="downloads:_id=1",
            service="Download manager",
            moments=(Moment("last changed", 1668267148279000, "1668267148279", "A"),),
            attachments=(Attachment("a.jpg", "Dump/data/media/0/Download/a.jpg", "image/jpeg", 2149749),),
            extra=(
                *(("notificationpackage", "org.example.chat"), ("uid", 10246), ("status", 200)),
                ("current_bytes", 2149749),
            ),
            url="https://example.org/a.jpg",
            title="a.jpg",
            target="/storage/emulated/0/Download/a.jpg",
            mime="image/jpeg",
            size=2149749,
            outcome="complete",
        ),
        Download(
            locator="downloads:_id=2",
            service="Download manager",
            moments=(Moment("last changed", 1669688602398000, "1669688602398", "A"),),
            deleted=True,
            flags=("deleted", "not shown in the list of downloads"),
            extra=(
                *(("notificationpackage", "com.example.phone"), ("uid", 1001), ("status", 495)),
                *(("errorMsg", "Failed to connect"), ("numfailed", 5)),
            ),
            url="https://example.org/b",
            outcome="error of data",
        ),
        Download(
            locator="downloads:_id=3",
            service="Download manager",
            moments=(Moment("last changed", None, "soon", "A", "", "not a number"),),
            extra=(("status", 404),),
            url="https://example.org/c",
            outcome="status 404",
        ),
        Problem("value", "time", "lastmod: not a number: soon", "downloads:_id=3"),
    ]
    assert "secret" not in repr(found)


def test_no_download_is_lost_and_an_early_layout_is_read() -> None:
    loose = SCHEMA.replace(" NOT NULL", "")
    assert_a_table_is_read_whole(downloads, PATH, database(loose, ROWS), "downloads", "_id")
    early = """CREATE TABLE downloads(_id INTEGER PRIMARY KEY, uri TEXT, _data TEXT, status INTEGER, lastmod BIGINT);
    INSERT INTO downloads VALUES (1,'https://example.org/a','/mnt/sdcard/a',190,1349200000000);"""
    assert list(downloads(MemoryFile("downloads.db", database(early)))) == [
        Present(1),
        Download(
            locator="downloads:_id=1",
            service="Download manager",
            moments=(Moment("last changed", 1349200000000000, "1349200000000", "A"),),
            attachments=(Attachment("a", "data/media/0/a"),),
            extra=(("status", 190),),
            url="https://example.org/a",
            target="/mnt/sdcard/a",
            outcome="pending",
        ),
    ]


def test_another_layout_is_said_where_the_path_is_telling() -> None:
    other = database("CREATE TABLE downloads (url TEXT);")
    words = "table downloads has no column _data, _id, lastmod, status, uri"
    assert list(downloads(MemoryFile(PATH, other))) == [Problem("schema", "unknown-layout", words)]
    assert list(downloads(MemoryFile("org.example.app/databases/downloads.db", other))) == []


def test_the_downloads_of_a_real_phone_come_out(corpus) -> None:  # type: ignore[no-untyped-def]
    found = list(downloads(MemoryFile("downloads.db", (corpus / "plaso/android/downloads.db").read_bytes())))
    made = [one for one in found if isinstance(one, Download)]
    assert (found[0], len(made)) == (Present(11), 11)
    assert (made[0].target, made[0].outcome) == ("/storage/emulated/0/Download/IMG_1953.jpg", "complete")
    assert "Bearer" not in repr(found)


MASTER = """CREATE TABLE files_master_table(id INTEGER PRIMARY KEY AUTOINCREMENT, media_store_id INTEGER,
root_path TEXT NOT NULL DEFAULT '', root_relative_file_path TEXT NOT NULL DEFAULT '', file_name TEXT NOT NULL,
size INTEGER NOT NULL, file_date_modified_ms INTEGER NOT NULL, storage_location INTEGER NOT NULL, mime_type TEXT,
media_type INTEGER, uri TEXT NOT NULL, is_hidden INTEGER NOT NULL, title TEXT, artist TEXT, album TEXT,
parent_folder_name TEXT COLLATE NOCASE);"""
BESIDE = """CREATE TABLE files_metadata_table(file_id INTEGER UNIQUE NOT NULL, title TEXT, artist TEXT, album TEXT,
latitude REAL, longitude REAL, width_px INTEGER, height_px INTEGER, duration_px INTEGER, file_hash TEXT,
taken_date_ms INTEGER, device_description TEXT);
CREATE TABLE file_open_info_table(file_id INTEGER NOT NULL, file_open_time_stamp_ms INTEGER NOT NULL);"""
MASTER_ROWS = """INSERT INTO files_master_table (id,root_path,root_relative_file_path,file_name,size,
 file_date_modified_ms,storage_location,mime_type,media_type,uri,is_hidden,title,parent_folder_name) VALUES
 (1,'/storage/emulated/0','DCIM/a.jpg','a.jpg',5,1660685551000,0,'image/jpeg',1,'content://media/1',0,'a','DCIM'),
 (2,'','','b.mp4',6,1660685552000,1,'video/mp4',3,'content://media/2',1,NULL,NULL);"""
BESIDE_ROWS = """INSERT INTO files_metadata_table VALUES
 (1,'Sea',NULL,NULL,51.5,-0.125,4032,3024,20425,'0123abcd',1660685548000,'Example Phone 5'),
 (9,NULL,NULL,NULL,0,0,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO file_open_info_table VALUES (1,1670072400000), (1,1670072400001);"""


def ms(meaning: str, count: int) -> Moment:
    return Moment(meaning, count * 1000, str(count), "A")


def test_every_listed_file_comes_out_with_or_without_what_is_told_of_it() -> None:
    data = database(MASTER, BESIDE, MASTER_ROWS, BESIDE_ROWS)
    assert list(files_by_google(MemoryFile("files_master_database", data))) == [
        Present(2),
        MediaItem(
            locator="files_master_table:id=1",
            service="Files by Google",
            moments=(
                *(ms("taken", 1660685548000), ms("modified", 1660685551000)),
                *(ms("recorded as opened", 1670072400000), ms("recorded as opened", 1670072400001)),
            ),
            attachments=(Attachment("a.jpg", "data/media/0/DCIM/a.jpg", "image/jpeg", 5),),
            extra=(
                *(("parent_folder_name", "DCIM"), ("media_type", 1), ("storage_location", 0)),
                *(("uri", "content://media/1"), ("file_hash", "0123abcd")),
            ),
            mime="image/jpeg",
            width=4032,
            height=3024,
            duration_s=20.425,
            device="Example Phone 5",
            text="/storage/emulated/0/DCIM/a.jpg\na\nSea",
        ),
        Location(
            locator="files_master_table:id=1",
            service="Files by Google",
            moments=(ms("taken", 1660685548000),),
            lat=51.5,
            lon=-0.125,
            source="index of media",
        ),
        MediaItem(
            locator="files_master_table:id=2",
            service="Files by Google",
            moments=(ms("modified", 1660685552000),),
            flags=("hidden",),
            attachments=(Attachment("b.mp4", None, "video/mp4", 6),),
            extra=(("media_type", 3), ("storage_location", 1), ("uri", "content://media/2")),
            mime="video/mp4",
        ),
        Problem("note", "orphans", "1 rows of files_metadata_table belong to nothing that is left"),
    ]


def test_no_listed_file_is_lost() -> None:
    data = database(MASTER.replace(" NOT NULL", ""), MASTER_ROWS)
    assert_a_table_is_read_whole(files_by_google, "files_master_database", data, "files_master_table", "id")
    broken = database(
        MASTER,
        BESIDE,
        MASTER_ROWS,
        "INSERT INTO files_metadata_table (file_id,latitude,longitude) VALUES (1,'x',200);",
        "INSERT INTO file_open_info_table VALUES (2,'soon');",
    )
    found = list(files_by_google(MemoryFile("files_master_database", broken)))
    assert [one.code for one in found if isinstance(one, Problem)] == ["place", "time"]
    assert len([one for one in found if isinstance(one, MediaItem)]) == 2


@pytest.mark.parametrize(("data", "code"), [(b"no database at all, but long enough", "damaged-database"), (b"", "")])
def test_what_is_no_list_is_said(data: bytes, code: str) -> None:
    codes = [one.code for one in files_by_google(MemoryFile("files_master_database", data))]
    assert codes[0] == (code or "unknown-layout")


def test_the_list_of_a_real_phone_comes_out(corpus) -> None:  # type: ignore[no-untyped-def]
    data = (corpus / "plaso/android/files_master_database").read_bytes()
    found = list(files_by_google(MemoryFile("files_master_database", data)))
    items = [one for one in found if isinstance(one, MediaItem)]
    assert (found[0], len(items)) == (Present(171), 171)
    assert items[0].attachments == (
        Attachment(
            "PXL_20220816_213228168.MP.jpg",
            "data/media/0/DCIM/Camera/PXL_20220816_213228168.MP.jpg",
            "image/jpeg",
            5274656,
        ),
    )
    (opened,) = [one for one in items if len(one.moments) == 3]
    assert opened.moments[2] == ms("recorded as opened", 1670072400000)
