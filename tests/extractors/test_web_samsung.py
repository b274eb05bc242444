"""Samsung Internet: bookmarks, tabs, saved pages, what is synchronised, with which account."""

from __future__ import annotations

import pytest

from evidence_store.records import Account, Attachment, Bookmark, DeviceFact, Moment, Party, Present, Problem, WebVisit
from extractors.web.samsung import samsung
from tests.evidence_builders.browsers import database
from tests.evidence_builders.files import MemoryFile
from tests.extractors.broken import assert_no_row_is_lost

HOME = "data/data/com.sec.android.app.sbrowser"
PATH = f"{HOME}/databases/SBrowser.db"
SECOND = f"{HOME}/databases/SBrowser2.db"
_MARKS = (
    "CREATE TABLE IF NOT EXISTS BOOKMARKS (_ID INTEGER PRIMARY KEY AUTOINCREMENT, "
    "BOOKMARK_ID INTEGER DEFAULT 0 NOT NULL,URL TEXT, SURL TEXT, TITLE TEXT, FAVICON BLOB,"
    "FOLDER INTEGER DEFAULT 0 NOT NULL,PARENT INTEGER DEFAULT 0 NOT NULL, "
    "INSERT_AFTER INTEGER DEFAULT 0 NOT NULL, POSITION INTEGER DEFAULT 0 NOT NULL,"
    "CHILDREN_COUNT INTEGER DEFAULT 0 NOT NULL,TAGS TEXT,SOURCEID TEXT,DELETED INTEGER DEFAULT 0 NOT NULL,"
    "CREATED INTEGER DEFAULT 0 NOT NULL,MODIFIED INTEGER DEFAULT 0 NOT NULL,DIRTY INTEGER DEFAULT 0 NOT NULL,"
    "ACCOUNT_NAME TEXT,ACCOUNT_TYPE TEXT,DEVICE_ID TEXT, DEVICE_NAME TEXT,SYNC1 TEXT,SYNC2 TEXT,SYNC3 TEXT,"
    "SYNC4 TEXT,SYNC5 TEXT,IS_COMMITED INTEGER DEFAULT 0 NOT NULL,bookmark INTEGER DEFAULT 1 NOT NULL,"
    "bookmark_type INTEGER DEFAULT 0 NOT NULL,EDITABLE INTEGER DEFAULT 1 NOT NULL"
)
_NEWER_MARKS = (
    ",type INTEGER NOT NULL DEFAULT 1,keyword TEXT,description TEXT,guid TEXT,TOUCH_ICON BLOB,"
    "DOMINANT_COLOR INTEGER DEFAULT 0 NOT NULL,EXPAND INTEGER DEFAULT 0 NOT NULL"
)
_PAGES = (
    "(_id INTEGER PRIMARY KEY AUTOINCREMENT,path TEXT NOT NULL,dir_path TEXT NOT NULL,title TEXT,"
    "description TEXT,favicon BLOB,url TEXT NOT NULL,account_name TEXT,account_type TEXT,device_id TEXT,"
    "device_name TEXT,created INTEGER DEFAULT 0,modified INTEGER DEFAULT 0,is_deleted INTEGER DEFAULT 0,"
    "is_dirty INTEGER DEFAULT 0,{}sync1 TEXT,sync2 TEXT,sync3 TEXT,sync4 TEXT,sync5 TEXT{});"
)
_TABS = (
    "CREATE TABLE IF NOT EXISTS TABS (_ID INTEGER PRIMARY KEY AUTOINCREMENT, TAB_ID INTEGER, TAB_INDEX INTEGER, "
    "TAB_URL TEXT,TAB_TITLE TEXT,{}TAB_FAV_ICON BLOB,TAB_ACTIVATE INTEGER,IS_DELETED INTEGER DEFAULT 0,"
    "IS_INCOGNITO INTEGER DEFAULT 0,ACCOUNT_NAME TEXT, ACCOUNT_TYPE TEXT,DATE_CREATED INTEGER,"
    "DATE_MODIFIED INTEGER,DIRTY INTEGER DEFAULT 0,SYNC1 TEXT,SYNC2 TEXT,SYNC3 TEXT,SYNC4 TEXT,SYNC5 TEXT,"
    "DEVICE_NAME TEXT, DEVICE_ID TEXT,{}TAB_USAGE TEXT DEFAULT NULL);"
)
_STATE = (
    "CREATE TABLE IF NOT EXISTS SYNC_STATE (_id INTEGER PRIMARY KEY AUTOINCREMENT,account_name TEXT, "
    "account_type TEXT, data TEXT );"
)
_READING = "CREATE TABLE IF NOT EXISTS READINGLIST"
# Version 13, of Samsung Internet 29; and version 2, of 2014.
NEWER = (
    f"{_MARKS}{_NEWER_MARKS});"
    + _READING
    + _PAGES.format("image_style INTEGER DEFAULT 0,", ",isNightMode INTEGER DEFAULT 0,isReadingItem INTEGER DEFAULT 0")
    + _TABS.format("TAB_GROUP_NAME TEXT,TAB_GROUP_COLOR INTEGER,", "DEVICE_TYPE TEXT,")
    + _STATE
)
OLDER = (
    f"{_MARKS});"
    + _READING
    + _PAGES.format("is_read INTEGER DEFAULT 0,image_style INTEGER DEFAULT 0,", ",isReadingItem INTEGER DEFAULT 0")
    + _TABS.format("", "")
    + _STATE
    + "CREATE TABLE IF NOT EXISTS INTERNET_SYNC (SYNC_KEY TEXT, SYNC_VALUE INTEGER DEFAULT 0 NOT NULL , DOWNSYNC_COUNT "
    "INTEGER DEFAULT 0 NOT NULL);"
)
SAVEPAGE = "CREATE TABLE SAVEPAGE" + _PAGES.format("is_image INTEGER DEFAULT 0,", "")
MARKS = """
INSERT INTO BOOKMARKS(_ID,TITLE,FOLDER,PARENT,EDITABLE,bookmark_type) VALUES
 (-3,'My device',1,-2,1,0),(0,'Samsung account',1,-3,0,2),(5,'Work',1,0,1,0);
INSERT INTO BOOKMARKS(_ID,URL,TITLE,PARENT,CREATED,MODIFIED,SYNC1,ACCOUNT_NAME,bookmark_type,description) VALUES
 (6,'https://www.google.com/search?q=bus+times','Bus',5,1772357400125,1772357401000,'k1','jo@example.org',2,'Line 4');
INSERT INTO BOOKMARKS(_ID,URL,TITLE,PARENT,DELETED,TAGS,EDITABLE,bookmark_type,FOLDER,type) VALUES
 (7,'https://example.org/a','',44,1,'P',0,1,2,3),(8,'https://example.org/b','B',5,0,'NP',1,9,0,1),
 (9,'https://example.org/b','B',5,0,'NP',1,9,0,1);
"""
TABS = """
INSERT INTO TABS(_ID,TAB_ID,TAB_INDEX,TAB_URL,TAB_TITLE,TAB_GROUP_NAME,TAB_GROUP_COLOR,TAB_ACTIVATE,IS_INCOGNITO,
 ACCOUNT_NAME,ACCOUNT_TYPE,DATE_CREATED,DATE_MODIFIED,DIRTY,SYNC5,DEVICE_NAME,DEVICE_ID,DEVICE_TYPE) VALUES
 (1,'0_12',0,'https://www.example.org/bus','Bus times','Travel',3,'true',0,'jo@example.org','com.osp.app.signin',
  1772357400125,1772357401000,1,'1772357401000','Galaxy Example','d1','01');
INSERT INTO TABS(_ID,TAB_URL,IS_DELETED,IS_INCOGNITO,DATE_CREATED) VALUES(2,'https://example.org/c',1,'true',0);
"""
PAGES = """
INSERT INTO {}(_id,path,dir_path,title,description,url,created,modified,is_deleted,device_name) VALUES
 (1,'/data/user/0/com.sec.android.app.sbrowser/files/readinglist/1/a.mhtml','','Bus times','Line 4',
  'https://www.example.org/bus',1772357400125,1772357401000,0,'Galaxy Example'),
 (2,'/storage/emulated/0/../b.mhtml','','','','https://example.org/b',0,0,1,NULL);
"""


def at(meaning: str, raw: str, utc_us: int) -> Moment:
    return Moment(meaning, utc_us, raw, "A")


ADDED = at("added", "1772357400125", 1_772_357_400_125_000)
MODIFIED = at("modified", "1772357401000", 1_772_357_401_000_000)


def mark(key: int, **fields: object) -> Bookmark:
    return Bookmark(locator=f"BOOKMARKS:_ID={key}", service="Samsung Internet", **fields)  # type: ignore[arg-type]


def test_bookmarks_and_folders_come_out_whole() -> None:
    where = "Samsung account / Work"
    twin = {"url": "https://example.org/b", "title": "B", "folder": f"My device / {where}"}
    assert list(samsung(MemoryFile(PATH, database(NEWER, MARKS)))) == [
        Present(7),
        mark(-3, flags=("folder",), title="My device"),
        mark(
            0,
            flags=("folder", "of the Samsung account", "not to be edited"),
            extra=(("bookmark_type", 2),),
            title="Samsung account",
            folder="My device",
        ),
        mark(5, flags=("folder",), title="Work", folder="My device / Samsung account"),
        mark(
            6,
            moments=(ADDED, MODIFIED),
            flags=("of the Samsung account",),
            extra=(
                ("bookmark_type", 2),
                ("ACCOUNT_NAME", "jo@example.org"),
                ("SYNC1", "k1"),
                ("search words in the address", "bus times"),
            ),
            url="https://www.google.com/search?q=bus+times",
            title="Bus",
            folder=f"My device / {where}",
            text="Line 4",
        ),
        mark(
            7,
            deleted=True,
            flags=("FOLDER 2", "from the network operator", "not to be edited", "private", "deleted"),
            extra=(("TAGS", "P"), ("bookmark_type", 1), ("type", 3)),
            url="https://example.org/a",
        ),
        Problem("value", "no-folder", "there is no folder with the _ID that PARENT names: 44", "BOOKMARKS:_ID=7"),
        mark(8, extra=(("bookmark_type", 9),), **twin),
        mark(9, extra=(("bookmark_type", 9),), **twin),
    ]


def test_folders_in_a_circle_end_where_they_close() -> None:
    rows = "INSERT INTO BOOKMARKS(_ID,TITLE,FOLDER,PARENT) VALUES(1,'One',1,2),(2,'Two',1,1);"
    found = [one for one in samsung(MemoryFile(PATH, database(NEWER, rows))) if isinstance(one, Bookmark)]
    assert [one.folder for one in found] == ["One / Two", "Two / One"]


def test_tabs_come_out_whole() -> None:
    assert list(samsung(MemoryFile(PATH, database(NEWER, TABS)))) == [
        Present(2),
        WebVisit(
            locator="TABS:_ID=1",
            service="Samsung Internet",
            moments=(
                at("tab entered", "1772357400125", 1_772_357_400_125_000),
                at("tab changed", "1772357401000", 1_772_357_401_000_000),
            ),
            flags=("open tab", "active"),
            extra=(
                ("TAB_ID", "0_12"),
                ("TAB_INDEX", 0),
                ("TAB_GROUP_NAME", "Travel"),
                ("TAB_GROUP_COLOR", 3),
                ("DEVICE_NAME", "Galaxy Example"),
                ("DEVICE_ID", "d1"),
                ("DEVICE_TYPE", "01"),
                ("ACCOUNT_NAME", "jo@example.org"),
                ("ACCOUNT_TYPE", "com.osp.app.signin"),
                ("DIRTY", 1),
                ("SYNC5", "1772357401000"),
            ),
            url="https://www.example.org/bus",
            title="Bus times",
        ),
        WebVisit(
            locator="TABS:_ID=2",
            service="Samsung Internet",
            deleted=True,
            flags=("tab", "deleted", "private"),
            url="https://example.org/c",
        ),
    ]


@pytest.mark.parametrize(("table", "schema"), [("READINGLIST", NEWER), ("READINGLIST", OLDER), ("SAVEPAGE", SAVEPAGE)])
def test_saved_pages_come_out_whole_with_their_file(table: str, schema: str) -> None:
    assert list(samsung(MemoryFile(f"dump/{PATH}", database(schema, PAGES.format(table))))) == [
        Present(2),
        Bookmark(
            locator=f"{table}:_id=1",
            service="Samsung Internet",
            moments=(ADDED, MODIFIED),
            flags=("saved page",),
            attachments=(Attachment("a.mhtml", f"dump/{HOME}/files/readinglist/1/a.mhtml"),),
            extra=(
                ("path", "/data/user/0/com.sec.android.app.sbrowser/files/readinglist/1/a.mhtml"),
                ("device_name", "Galaxy Example"),
            ),
            url="https://www.example.org/bus",
            title="Bus times",
            text="Line 4",
        ),
        Bookmark(
            locator=f"{table}:_id=2",
            service="Samsung Internet",
            deleted=True,
            flags=("saved page", "deleted"),
            attachments=(Attachment("b.mhtml"),),
            extra=(("path", "/storage/emulated/0/../b.mhtml"),),
            url="https://example.org/b",
        ),
    ]


def test_a_reader_page_says_so() -> None:
    rows = PAGES.format("READINGLIST") + "UPDATE READINGLIST SET isReadingItem=1, isNightMode=1 WHERE _id=1;"
    found = [one for one in samsung(MemoryFile(PATH, database(NEWER, rows))) if isinstance(one, Bookmark)]
    assert [one.flags for one in found] == [("saved page", "reader page"), ("saved page", "deleted")]
    assert ("isNightMode", 1) in found[0].extra


def test_what_is_synchronised_and_with_which_account_and_nothing_of_its_state() -> None:
    rows = """
    INSERT INTO INTERNET_SYNC VALUES('sync_bookmarks',1,0),('sync_open_pages',0,2),(NULL,7,0);
    INSERT INTO SYNC_STATE VALUES(3,'jo@example.org','com.osp.app.signin','state-of-the-cloud'),(4,'Jo',NULL,NULL),
     (5,NULL,NULL,NULL);
    """
    found = list(samsung(MemoryFile(PATH, database(OLDER, rows))))
    shared = {"service": "Samsung Internet"}
    state = {**shared, "flags": ("state of synchronising",)}
    assert found == [
        Present(6),
        DeviceFact(locator="INTERNET_SYNC:rowid=1", name="Samsung Internet: sync_bookmarks", value="1", **shared),
        DeviceFact(
            locator="INTERNET_SYNC:rowid=2",
            extra=(("DOWNSYNC_COUNT", 2),),
            name="Samsung Internet: sync_open_pages",
            value="0",
            **shared,
        ),
        DeviceFact(
            locator="INTERNET_SYNC:rowid=3", name="Samsung Internet: a setting without a name", value="7", **shared
        ),
        Account(
            locator="SYNC_STATE:_id=3",
            extra=(("account_type", "com.osp.app.signin"),),
            name="jo@example.org",
            identifiers=(Party("jo@example.org", "email"),),
            text="jo@example.org",
            **state,
        ),
        Account(locator="SYNC_STATE:_id=4", name="Jo", identifiers=(Party("Jo", "account"),), text="Jo", **state),
        Account(locator="SYNC_STATE:_id=5", **state),
    ]
    assert "state-of-the-cloud" not in str(found)


def test_the_layout_of_2014_is_read_and_its_numbers_of_keepers_are_not_interpreted() -> None:
    tabs = "INSERT INTO TABS(_ID,TAB_URL,TAB_TITLE,TAB_ACTIVATE) VALUES(1,'https://example.org/','Home','false');"
    rows = MARKS.replace(",type)", ",POSITION)").replace(",description)", ",SOURCEID)")  # columns it does not have
    found = list(samsung(MemoryFile(PATH, database(OLDER, rows, tabs))))
    marks = [one for one in found if isinstance(one, Bookmark)]
    assert [(one.locator, one.flags) for one in marks[1:4]] == [
        ("BOOKMARKS:_ID=0", ("folder", "not to be edited")),
        ("BOOKMARKS:_ID=5", ("folder",)),
        ("BOOKMARKS:_ID=6", ()),
    ]
    assert dict(marks[3].extra)["bookmark_type"] == 2
    assert [(one.url, one.flags) for one in found if isinstance(one, WebVisit)] == [
        ("https://example.org/", ("open tab",))
    ]


def test_the_second_database_is_that_of_secret_mode_and_says_where_it_is_not_in_the_clear() -> None:
    rows = "INSERT INTO BOOKMARKS(_ID,URL,TITLE,PARENT) VALUES(1,'https://example.org/','Home',0);"
    found = [one for one in samsung(MemoryFile(SECOND, database(NEWER, rows))) if isinstance(one, Bookmark)]
    assert [one.flags for one in found] == [("secret mode",)]
    found = list(samsung(MemoryFile(SECOND, bytes(range(256)) * 32)))
    assert [(one.kind, one.code) for one in found] == [("file", "not-in-the-clear")]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("path", "schema", "codes"),
    [
        (PATH, "CREATE TABLE other(id INTEGER)", ["unknown-layout"]),
        (PATH, "CREATE TABLE TABS(_ID INTEGER PRIMARY KEY, URL TEXT)", ["unknown-layout"]),
        ("data/data/org.example.sbrowser/databases/sbrowser.db", "CREATE TABLE tabs(_id INTEGER PRIMARY KEY)", []),
    ],
)
def test_an_unknown_layout_is_said_and_another_programs_file_left_alone(
    path: str, schema: str, codes: list[str]
) -> None:
    found = list(samsung(MemoryFile(path, database(schema))))
    assert [one.code for one in found if isinstance(one, Problem)] == codes
    assert [one for one in found if not isinstance(one, Problem)] == []


@pytest.mark.parametrize(
    ("table", "key", "schema", "rows"),
    [
        ("BOOKMARKS", "_ID", NEWER, MARKS),
        ("BOOKMARKS", "_ID", OLDER, "INSERT INTO BOOKMARKS(_ID,URL,TITLE) VALUES(1,'https://example.org/','Home');"),
        ("TABS", "_ID", NEWER, TABS),
        ("READINGLIST", "_id", NEWER, PAGES.format("READINGLIST")),
        ("SAVEPAGE", "_id", SAVEPAGE, PAGES.format("SAVEPAGE")),
        ("INTERNET_SYNC", "rowid", OLDER, "INSERT INTO INTERNET_SYNC VALUES('sync_bookmarks',1,0);"),
        ("SYNC_STATE", "_id", NEWER, "INSERT INTO SYNC_STATE VALUES(1,'Jo','com.osp.app.signin','x');"),
    ],
)
def test_a_broken_value_costs_no_row(table: str, key: str, schema: str, rows: str) -> None:
    assert_no_row_is_lost(samsung, PATH, database(schema, rows), table, key)
