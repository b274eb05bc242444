"""Safari's databases of bookmarks, tab groups and other devices' tabs, and its recent searches."""

from __future__ import annotations

import plistlib
from datetime import datetime
from typing import Any

import pytest

from evidence_store.records import Bookmark, DeviceFact, Moment, Present, Problem, Search, WebVisit
from extractors.base import Found
from extractors.recognising import recognised
from extractors.web.safari_account import safari_cloud_tabs, safari_searches
from extractors.web.safari_bookmarks import safari_bookmarks
from tests.evidence_builders.browsers import database
from tests.evidence_builders.files import MemoryFile
from tests.extractors.broken import assert_no_row_is_lost

FOLDER = "private/var/mobile/Library/Safari"
BOOKMARKS = """
CREATE TABLE bookmarks(id INTEGER PRIMARY KEY,special_id INTEGER DEFAULT 0,parent INTEGER,type INTEGER,title TEXT,
 url TEXT COLLATE NOCASE,num_children INTEGER DEFAULT 0,editable INTEGER DEFAULT 1,deletable INTEGER DEFAULT 1,
 hidden INTEGER DEFAULT 0,hidden_ancestor_count INTEGER DEFAULT 0,order_index INTEGER NOT NULL DEFAULT 0,
 external_uuid TEXT,read INTEGER DEFAULT NULL,last_modified REAL DEFAULT NULL,server_id TEXT,sync_key TEXT,
 sync_data BLOB,added INTEGER DEFAULT 1,deleted INTEGER DEFAULT 0,extra_attributes BLOB DEFAULT NULL,
 local_attributes BLOB DEFAULT NULL,fetched_icon BOOL DEFAULT 0,icon BLOB,dav_generation INTEGER DEFAULT 0,
 locally_added BOOL DEFAULT 0,archive_status INTEGER DEFAULT 0,syncable BOOL DEFAULT 1,web_filter_status INTEGER,
 modified_attributes UNSIGNED BIG INT DEFAULT 0,date_closed REAL DEFAULT NULL,last_selected_child INTEGER,
 subtype INTEGER DEFAULT 0);
CREATE TABLE bookmark_title_words(id INTEGER PRIMARY KEY,bookmark_id INTEGER NOT NULL,word TEXT,word_index INTEGER);
"""
WINDOWS = """
CREATE TABLE windows(id INTEGER PRIMARY KEY,active_tab_group_id INTEGER,date_closed REAL,extra_attributes BLOB,
 is_last_session INTEGER DEFAULT 0,local_tab_group_id INTEGER,private_tab_group_id INTEGER,scene_id TEXT,uuid TEXT);
INSERT INTO windows(id,local_tab_group_id,private_tab_group_id,uuid) VALUES(1,2,3,'w');
"""
ADDED = datetime(2026, 2, 22, 17, 8, 28)
VIEWED = datetime(2026, 2, 28, 0, 4, 46)
ADDED_US, VIEWED_US = 1_771_780_108_000_000, 1_772_237_086_000_000
ON_BOOKMARK = {"com.apple.Bookmark": {"DateAdded": ADDED}}


def plist(values: dict[str, Any]) -> str:
    """As a literal of SQL."""
    return f"X'{plistlib.dumps(values, fmt=plistlib.FMT_BINARY).hex()}'"


def read(name: str, *scripts: str) -> list[Found]:
    return list(safari_bookmarks(MemoryFile(f"{FOLDER}/{name}", database(*scripts))))


def at(meaning: str, utc_us: int, raw: str) -> Moment:
    return Moment(meaning, utc_us, raw, "A")


MARKS = f"""
INSERT INTO bookmarks(id,special_id,parent,type,title,num_children) VALUES(1,1,0,1,'BookmarksBar',1);
INSERT INTO bookmarks(id,parent,type,title,external_uuid) VALUES(2,1,1,'Flats','F0');
INSERT INTO bookmarks(id,parent,type,title,url,order_index,last_modified,extra_attributes)
 VALUES(3,2,0,'Example Street','https://www.example.org/flat?q=1',4,794050200.5,{plist(ON_BOOKMARK)});
INSERT INTO bookmarks(id,parent,type,title,url,deleted,hidden) VALUES(4,2,0,'Gone','https://example.org/gone',1,1);
INSERT INTO bookmarks(id,special_id,parent,type,title) VALUES(5,3,0,1,'com.apple.ReadingList');
INSERT INTO bookmarks(id,parent,type,title,url,read,extra_attributes) VALUES(6,5,0,'Later','https://example.org/l',1,
 {plist({"com.apple.ReadingList": {"DateAdded": ADDED, "PreviewText": "How to find somebody"}})});
"""


def test_bookmarks_folders_and_the_reading_list_come_out_whole() -> None:
    assert read("Bookmarks.db", BOOKMARKS, MARKS) == [
        Present(6),
        Bookmark(
            locator="bookmarks:id=1",
            service="Safari",
            flags=("folder",),
            extra=(("special_id", 1), ("num_children", 1)),
            title="BookmarksBar",
        ),
        Bookmark(
            locator="bookmarks:id=2",
            service="Safari",
            flags=("folder",),
            extra=(("external_uuid", "F0"),),
            title="Flats",
            folder="BookmarksBar",
        ),
        Bookmark(
            locator="bookmarks:id=3",
            service="Safari",
            moments=(
                at("added", ADDED_US, "2026-02-22T17:08:28Z"),
                at("modified", 1_772_357_400_500_000, "794050200.5"),
            ),
            extra=(("order_index", 4),),
            url="https://www.example.org/flat?q=1",
            title="Example Street",
            folder="BookmarksBar / Flats",
        ),
        Bookmark(
            locator="bookmarks:id=4",
            service="Safari",
            deleted=True,
            flags=("hidden", "deleted"),
            url="https://example.org/gone",
            title="Gone",
            folder="BookmarksBar / Flats",
        ),
        Bookmark(
            locator="bookmarks:id=5",
            service="Safari",
            flags=("folder",),
            extra=(("special_id", 3),),
            title="com.apple.ReadingList",
        ),
        Bookmark(
            locator="bookmarks:id=6",
            service="Safari",
            moments=(at("added to the reading list", ADDED_US, "2026-02-22T17:08:28Z"),),
            flags=("reading list",),
            extra=(("read", 1),),
            url="https://example.org/l",
            title="Later",
            folder="com.apple.ReadingList",
            text="How to find somebody",
        ),
    ]


TAB = {**ON_BOOKMARK, "DateLastViewed": VIEWED, "LocalURL": "https://m.example.org/", "DeviceIdentifier": "D1"}
LOCAL = {"LastVisitTime": VIEWED, "OpenedFromLink": True}
TABS = f"""
INSERT INTO bookmarks(id,parent,type,title) VALUES(2,0,1,'Local'),(3,0,1,'Private'),(4,0,1,'recentlyClosed');
INSERT INTO bookmarks(id,parent,type,subtype,title) VALUES(5,0,1,2,'Work');
INSERT INTO bookmarks(id,parent,type,title,url,extra_attributes,local_attributes)
 VALUES(6,2,0,'Example','https://example.org/',{plist(TAB)},{plist(LOCAL)});
INSERT INTO bookmarks(id,parent,type,title,url) VALUES(7,3,0,'Q','https://www.google.com/search?q=example+street');
INSERT INTO bookmarks(id,parent,type,url,date_closed,extra_attributes) VALUES(8,4,0,'https://example.org/c',
 794050200.5,X'00');
"""


def test_tabs_and_tab_groups_come_out_whole() -> None:
    found = read("SafariTabs.db", BOOKMARKS, WINDOWS, TABS)
    assert [one.flags for one in found[1:5] if isinstance(one, Bookmark)] == [*(("folder",),) * 3, ("profile",)]
    assert found[5:] == [
        WebVisit(
            locator="bookmarks:id=6",
            service="Safari",
            moments=(
                at("tab last shown, as recorded", VIEWED_US, "2026-02-28T00:04:46Z"),
                at("tab last shown on a device of the account, as recorded", VIEWED_US, "2026-02-28T00:04:46Z"),
                at("added", ADDED_US, "2026-02-22T17:08:28Z"),
            ),
            flags=("open tab",),
            extra=(
                ("tab group", "Local"),
                ("LocalURL", "https://m.example.org/"),
                ("DeviceIdentifier", "D1"),
                ("OpenedFromLink", "true"),
            ),
            url="https://example.org/",
            title="Example",
        ),
        WebVisit(
            locator="bookmarks:id=7",
            service="Safari",
            flags=("open tab", "private"),
            extra=(("tab group", "Private"), ("search words in the address", "example street")),
            url="https://www.google.com/search?q=example+street",
            title="Q",
        ),
        WebVisit(
            locator="bookmarks:id=8",
            service="Safari",
            moments=(at("tab closed, as recorded", 1_772_357_400_500_000, "794050200.5"),),
            flags=("closed tab",),
            extra=(("tab group", "recentlyClosed"),),
            url="https://example.org/c",
        ),
        Problem(
            "value",
            "attributes",
            "extra_attributes cannot be read: neither a binary nor an XML property list",
            "bookmarks:id=8",
        ),
    ]


def session(*entries: Any, current: int = 0) -> bytes:
    history = {"SessionHistoryEntries": list(entries), "SessionHistoryCurrentIndex": current}
    return b"\0\0\0\2" + plistlib.dumps({"SessionHistory": history}, fmt=plistlib.FMT_BINARY)


def test_the_pages_before_and_after_in_a_private_tab_come_out() -> None:
    def page(url: str, **more: str) -> dict[str, str]:
        return {"SessionHistoryEntryURL": url, **{f"SessionHistoryEntry{name}": said for name, said in more.items()}}

    state = session(
        page("https://example.org/1", Title="First", OriginalURL="https://example.org/0"),
        page("https://example.org/2", OriginalURL="https://example.org/2"),
        "no page",
        page("https://www.google.com/search?q=bus"),
        current=1,
    )
    rows = f"""INSERT INTO bookmarks(id,parent,type,title) VALUES(3,0,1,'Private');
        INSERT INTO bookmarks(id,parent,type,url,local_attributes) VALUES
        (7,3,0,'https://example.org/2',{plist({"SessionState": state})}),
        (8,3,0,'https://example.org/3',{plist({"SessionState": b"none"})}),
        (9,3,0,'https://example.org/4',{plist({"SessionState": b"bplist00 damaged"})}),
        (10,3,0,'https://example.org/5',{plist({"SessionState": session()})});"""
    found = [one for one in read("SafariTabs.db", BOOKMARKS, WINDOWS, rows) if not isinstance(one, Bookmark)]
    kept = {"service": "Safari", "flags": ("page that a tab can go back or forward to", "private")}
    group = ("tab group", "Private")
    assert found[2:6] == [
        Present(1),
        WebVisit(
            locator="bookmarks:id=7 SessionState:0",
            extra=(group, ("SessionHistoryEntryOriginalURL", "https://example.org/0")),
            url="https://example.org/1",
            title="First",
            **kept,
        ),
        Present(1),
        WebVisit(
            locator="bookmarks:id=7 SessionState:3",
            extra=(group, ("search words in the address", "bus")),
            url="https://www.google.com/search?q=bus",
            **kept,
        ),
    ]
    assert [one.locator for one in found if isinstance(one, Problem)] == [f"bookmarks:id={key}" for key in (7, 8, 9)]


@pytest.mark.parametrize("scripts", [(BOOKMARKS, MARKS), (BOOKMARKS, WINDOWS, TABS)])
def test_a_broken_value_costs_no_row(scripts: tuple[str, ...]) -> None:
    assert_no_row_is_lost(safari_bookmarks, f"{FOLDER}/Bookmarks.db", database(*scripts), "bookmarks", "id")


def test_folders_in_a_circle_end() -> None:
    circle = "INSERT INTO bookmarks(id,parent,type,title) VALUES(1,2,1,'A'),(2,1,1,'B')"
    found = [one for one in read("Bookmarks.db", BOOKMARKS, circle) if isinstance(one, Bookmark)]
    assert [one.folder for one in found] == ["A / B", "B / A"]


def test_the_layout_of_the_first_versions_is_read() -> None:
    early = """CREATE TABLE bookmarks(id INTEGER PRIMARY KEY,special_id INTEGER,parent INTEGER,type INTEGER,title TEXT,
     url TEXT,num_children INTEGER,editable INTEGER,deletable INTEGER,order_index INTEGER,external_uuid TEXT);
     INSERT INTO bookmarks(id,parent,type,title,url) VALUES(1,0,0,'Home','https://example.org/')"""
    assert read("Bookmarks.db", early) == [
        Present(1),
        Bookmark(locator="bookmarks:id=1", service="Safari", url="https://example.org/", title="Home"),
    ]


def test_other_programs_are_left_alone_and_an_unknown_layout_said() -> None:
    other = database("CREATE TABLE bookmarks(_id INTEGER)")
    assert list(safari_bookmarks(MemoryFile("data/com.example/Bookmarks.db", other))) == []
    [said] = safari_bookmarks(MemoryFile(f"{FOLDER}/Bookmarks.db", other))
    assert isinstance(said, Problem)
    assert (said.kind, said.code) == ("schema", "unknown-layout")


def test_a_renamed_copy_is_told_by_its_tables() -> None:
    file = MemoryFile("d1f0", database(BOOKMARKS, MARKS))
    assert [one.id for one in recognised(file)] == ["web.safari_bookmarks"]


CLOUD = """
CREATE TABLE cloud_tab_devices(device_uuid TEXT PRIMARY KEY NOT NULL,system_fields BLOB NOT NULL,device_name TEXT,
 device_type_identifier TEXT,has_duplicate_device_name BOOLEAN DEFAULT 0,is_ephemeral_device BOOLEAN DEFAULT 0,
 last_modified REAL NOT NULL);
CREATE TABLE cloud_tabs(tab_uuid TEXT PRIMARY KEY NOT NULL,system_fields BLOB NOT NULL,device_uuid TEXT NOT NULL,
 position BLOB NOT NULL,title TEXT,url TEXT NOT NULL,is_showing_reader BOOLEAN DEFAULT 0,is_pinned BOOLEAN DEFAULT 0,
 reader_scroll_position_page_index INTEGER,scene_id TEXT,last_viewed_time REAL DEFAULT 0);
CREATE TABLE cloud_tab_close_requests(close_request_uuid TEXT PRIMARY KEY NOT NULL,system_fields BLOB NOT NULL,
 destination_device_uuid TEXT NOT NULL,url TEXT NOT NULL,tab_uuid TEXT NOT NULL);
INSERT INTO cloud_tab_devices VALUES('D1',X'00','Robin''s iPad','com.apple.ipad-pro',0,0,794050200.5);
INSERT INTO cloud_tabs VALUES('T1',X'00','D1',X'00','Bus times','https://example.org/bus',0,1,NULL,'S',794050200.5);
INSERT INTO cloud_tabs VALUES('T2',X'00','D9',X'00',NULL,'https://example.org/x',0,0,NULL,NULL,0);
INSERT INTO cloud_tab_close_requests VALUES('C1',X'00','D1','https://example.org/old','T0');
"""


def test_tabs_of_other_devices_come_out_whole() -> None:
    assert list(safari_cloud_tabs(MemoryFile(f"{FOLDER}/CloudTabs.db", database(CLOUD)))) == [
        Present(4),
        DeviceFact(
            locator="cloud_tab_devices:rowid=1",
            service="Safari",
            moments=(at("modified", 1_772_357_400_500_000, "794050200.5"),),
            extra=(("device_uuid", "D1"), ("device_type_identifier", "com.apple.ipad-pro")),
            name="device of the account",
            value="Robin's iPad",
        ),
        WebVisit(
            locator="cloud_tabs:rowid=1",
            service="Safari",
            moments=(at("tab last shown, as recorded", 1_772_357_400_500_000, "794050200.5"),),
            flags=("open tab", "synced", "pinned"),
            extra=(("device", "Robin's iPad"), ("tab_uuid", "T1"), ("device_uuid", "D1"), ("scene_id", "S")),
            url="https://example.org/bus",
            title="Bus times",
        ),
        WebVisit(
            locator="cloud_tabs:rowid=2",
            service="Safari",
            flags=("open tab", "synced"),
            extra=(("tab_uuid", "T2"), ("device_uuid", "D9")),
            url="https://example.org/x",
        ),
        Problem("value", "no-device", "there is no row of cloud_tab_devices for this tab: D9", "cloud_tabs:rowid=2"),
        WebVisit(
            locator="cloud_tab_close_requests:rowid=1",
            service="Safari",
            flags=("request to close a tab of another device", "synced"),
            extra=(("device", "Robin's iPad"), ("destination_device_uuid", "D1"), ("tab_uuid", "T0")),
            url="https://example.org/old",
        ),
    ]


@pytest.mark.parametrize("table", ["cloud_tabs", "cloud_tab_devices", "cloud_tab_close_requests"])
def test_a_broken_value_of_the_account_costs_no_row(table: str) -> None:
    lax = CLOUD.replace(" PRIMARY KEY", "").replace(" NOT NULL", "")  # else a row cannot be there twice
    assert_no_row_is_lost(safari_cloud_tabs, f"{FOLDER}/CloudTabs.db", database(lax), table, "rowid")


PREFERENCES = "private/var/mobile/Containers/Data/Application/A1/Library/Preferences/com.apple.mobilesafari.plist"


def test_recent_searches_come_out_with_their_dates() -> None:
    values: dict[str, Any] = {
        "RecentWebSearches": [{"SearchString": "example street", "Date": VIEWED}, {"Date": VIEWED}, "words alone"],
        "RecentSearches": ["older words"],
        "SearchEngineStringSetting": "Google",
    }
    data = plistlib.dumps(values, fmt=plistlib.FMT_BINARY)
    assert list(safari_searches(MemoryFile(PREFERENCES, data))) == [
        Present(3),
        Search(
            locator="RecentWebSearches:0",
            service="Safari",
            moments=(at("searched", VIEWED_US, "2026-02-28T00:04:46Z"),),
            text="example street",
        ),
        Problem("row", "no-entry", "no words that were searched for: NoneType", "RecentWebSearches:1"),
        Search(locator="RecentWebSearches:2", service="Safari", text="words alone"),
        Present(1),
        Search(locator="RecentSearches:0", service="Safari", text="older words"),
    ]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (plistlib.dumps({"RecentWebSearches": "x"}), [("schema", "unknown-layout")]),
        (plistlib.dumps({"HomePage": "x"}), []),
        (b"bplist00 and no more", [("file", "damaged-plist")]),
    ],
)
def test_settings_without_searches_say_nothing_and_damaged_ones_do(data: bytes, said: list[tuple[str, str]]) -> None:
    found = list(safari_searches(MemoryFile(PREFERENCES, data)))
    assert [(one.kind, one.code) for one in found if isinstance(one, Problem)] == said
    assert len(found) == len(said)


def test_a_date_that_is_none_costs_no_search() -> None:
    data = plistlib.dumps({"RecentWebSearches": [{"SearchString": "example street", "Date": "yesterday"}]})
    assert list(safari_searches(MemoryFile(PREFERENCES, data))) == [
        Present(1),
        Search(locator="RecentWebSearches:0", service="Safari", text="example street"),
        Problem("value", "time", "Date is no date: str", "RecentWebSearches:0"),
    ]
