"""Safari: history, open tabs, downloads, bookmarks."""

from __future__ import annotations

import plistlib
from datetime import datetime

import pytest

from evidence_store.records import Bookmark, Download, Moment, Present, Problem, WebVisit
from extractors.web.safari import safari, safari_tabs
from extractors.web.safari_lists import safari_bookmarks_plist, safari_downloads, safari_history_plist
from tests.evidence_builders.browsers import database
from tests.evidence_builders.files import MemoryFile
from tests.extractors.broken import assert_no_row_is_lost

SCHEMA = """
CREATE TABLE history_items(id INTEGER PRIMARY KEY AUTOINCREMENT,url TEXT NOT NULL UNIQUE,domain_expansion TEXT NULL,
 visit_count INTEGER NOT NULL,daily_visit_counts BLOB,weekly_visit_counts BLOB,autocomplete_triggers BLOB);
CREATE TABLE history_visits(id INTEGER PRIMARY KEY AUTOINCREMENT,history_item INTEGER,visit_time REAL,title TEXT NULL,
 load_successful BOOLEAN DEFAULT 1,http_non_get BOOLEAN DEFAULT 0,synthesized BOOLEAN DEFAULT 0,redirect_source INTEGER,
 redirect_destination INTEGER,origin INTEGER DEFAULT 0,generation INTEGER DEFAULT 0,attributes INTEGER DEFAULT 0);
CREATE TABLE history_tombstones(id INTEGER PRIMARY KEY AUTOINCREMENT,start_time REAL,end_time REAL,url TEXT,
 generation INTEGER DEFAULT 0);
"""
ROWS = """
INSERT INTO history_items(id,url,visit_count) VALUES(1,'https://www.example.org/bus',1),(2,'https://example.org/b',3);
INSERT INTO history_visits(id,history_item,visit_time,title,load_successful,origin) VALUES
 (5,1,794050200.125,'Bus times',1,0),(6,44,794050201.0,NULL,0,1);
INSERT INTO history_tombstones(id,start_time,end_time,url) VALUES(1,-63114076800.0,794050300.0,NULL),
 (2,794050000.0,794050300.0,'https://example.org/');
"""
PATH = "private/var/mobile/Library/Safari/History.db"


def at(meaning: str, raw: str, utc_us: int) -> Moment:
    return Moment(meaning, utc_us, raw, "A")


def test_visits_and_removed_stretches_come_out_whole() -> None:
    assert list(safari(MemoryFile(PATH, database(SCHEMA, ROWS)))) == [
        Present(4),
        WebVisit(
            locator="history_visits:id=5",
            service="Safari",
            moments=(at("recorded as visited", "794050200.125", 1_772_357_400_125_000),),
            url="https://www.example.org/bus",
            title="Bus times",
        ),
        WebVisit(
            locator="history_visits:id=6",
            service="Safari",
            moments=(at("recorded as visited", "794050201.0", 1_772_357_401_000_000),),
            flags=("synced", "not loaded"),
            extra=(("origin", 1),),
        ),
        Problem(
            "value", "no-address", "there is no row of history_items for this visit (id=44)", "history_visits:id=6"
        ),
        WebVisit(
            locator="history_tombstones:id=1",
            service="Safari",
            moments=(at("removed to", "794050300.0", 1_772_357_500_000_000),),
            deleted=True,
            flags=("removed from the history", "from its beginning"),
            extra=(("start_time", -63114076800.0),),
        ),
        WebVisit(
            locator="history_tombstones:id=2",
            service="Safari",
            moments=(
                at("removed from", "794050000.0", 1_772_357_200_000_000),
                at("removed to", "794050300.0", 1_772_357_500_000_000),
            ),
            deleted=True,
            flags=("removed from the history",),
            url="https://example.org/",
        ),
        Present(1),
        WebVisit(
            locator="history_items:id=2",
            service="Safari",
            flags=("no single visit is left",),
            extra=(("visit_count", 3),),
            url="https://example.org/b",
        ),
    ]


@pytest.mark.parametrize("table", ["history_visits", "history_tombstones"])
def test_a_broken_value_costs_no_row(table: str) -> None:
    assert_no_row_is_lost(safari, PATH, database(SCHEMA, ROWS), table, "id")


def test_another_file_of_this_name_is_left_alone_and_an_unknown_layout_said() -> None:
    assert list(safari(MemoryFile(PATH, database("CREATE TABLE other(id)")))) == []
    found = list(safari(MemoryFile(PATH, database("CREATE TABLE history_visits(id INTEGER)"))))
    assert [(one.kind, one.code) for one in found] == [("schema", "unknown-layout")]


TABS = """
CREATE TABLE tabs(id INTEGER PRIMARY KEY,uuid TEXT,title TEXT,url TEXT,user_visible_url TEXT,order_index INTEGER,
 last_viewed_time REAL,opened_from_link BOOL,private_browsing BOOL,browser_window_uuid TEXT);
INSERT INTO tabs VALUES(1,'u','Bus times','https://www.example.org/bus','example.org/bus',2,794050200.0,1,1,'w');
"""


def test_open_tabs_come_out_whole() -> None:
    path = "private/var/mobile/Library/Safari/BrowserState.db"
    assert list(safari_tabs(MemoryFile(path, database(TABS)))) == [
        Present(1),
        WebVisit(
            locator="tabs:id=1",
            service="Safari",
            moments=(at("tab last shown, as recorded", "794050200.0", 1_772_357_400_000_000),),
            flags=("open tab", "private"),
            extra=(
                ("uuid", "u"),
                ("order_index", 2),
                ("opened_from_link", 1),
                ("browser_window_uuid", "w"),
                ("user_visible_url", "example.org/bus"),
            ),
            url="https://www.example.org/bus",
            title="Bus times",
        ),
    ]
    assert_no_row_is_lost(safari_tabs, path, database(TABS), "tabs", "id")


def plist(**values: object) -> bytes:
    return plistlib.dumps(values, fmt=plistlib.FMT_BINARY)


def test_the_older_history_comes_out_entry_by_entry() -> None:
    entry = {"": "https://www.example.org/", "title": "Home", "lastVisitedDate": "794050200.1", "visitCount": 2}
    data = plist(WebHistoryDates=[{**entry, "redirectURLs": ["http://example.org/"]}, "no entry", {"title": "only"}])
    found = list(safari_history_plist(MemoryFile("History.plist", data)))
    assert found == [
        Present(3),
        WebVisit(
            locator="WebHistoryDates:0",
            service="Safari",
            moments=(at("last visit recorded", "794050200.1", 1_772_357_400_100_000),),
            extra=(("visitCount", 2), ("redirected from", "http://example.org/")),
            url="https://www.example.org/",
            title="Home",
        ),
        Problem("row", "no-entry", "not a page: str", "WebHistoryDates:1"),
        WebVisit(
            locator="WebHistoryDates:2",
            service="Safari",
            moments=(Moment("last visit recorded", None, "", "A", "", "not recorded"),),
            title="only",
        ),
        Problem("value", "time", "lastVisitedDate: not recorded: ", "WebHistoryDates:2"),
    ]


def test_downloads_come_out_whole() -> None:
    entry = {
        "DownloadEntryURL": "https://www.example.org/map.pdf",
        "DownloadEntryPath": "~/Downloads/map.pdf",
        "DownloadEntryProgressBytesSoFar": 5,
        "DownloadEntryProgressTotalToLoad": 10,
        "DownloadEntryIdentifier": "made-up",
        "DownloadEntryDateAddedKey": datetime(2026, 3, 1, 9, 30),
    }
    assert list(safari_downloads(MemoryFile("Downloads.plist", plist(DownloadHistory=[entry, 3])))) == [
        Present(2),
        Download(
            locator="DownloadHistory:0",
            service="Safari",
            moments=(at("added", "2026-03-01T09:30:00+00:00", 1_772_357_400_000_000),),
            extra=(("DownloadEntryIdentifier", "made-up"),),
            url="https://www.example.org/map.pdf",
            target="~/Downloads/map.pdf",
            size=10,
            outcome="5 of 10 bytes",
        ),
        Problem("row", "no-entry", "not a download: int", "DownloadHistory:1"),
    ]


def test_bookmarks_come_out_with_their_folders() -> None:
    leaf = {"URLString": "https://www.example.org/", "URIDictionary": {"title": "Home"}}
    later = {**leaf, "ReadingList": {"DateAdded": datetime(2026, 3, 1, 9, 30), "PreviewText": "made up"}}
    data = plist(Children=[{"Title": "BookmarksBar", "Children": [leaf, later]}, "odd"])
    page = {"service": "Safari", "url": "https://www.example.org/", "title": "Home", "folder": "BookmarksBar"}
    assert list(safari_bookmarks_plist(MemoryFile("Safari/Bookmarks.plist", data))) == [
        Present(1),
        Bookmark(locator="Children:0:0", **page),
        Present(1),
        Bookmark(
            locator="Children:0:1",
            moments=(at("added", "2026-03-01T09:30:00+00:00", 1_772_357_400_000_000),),
            flags=("reading list",),
            text="made up",
            **page,
        ),
        Present(1),
        Problem("row", "no-entry", "not a bookmark: str", "Children:1"),
    ]


@pytest.mark.parametrize("extractor", [safari_history_plist, safari_downloads, safari_bookmarks_plist])
@pytest.mark.parametrize(
    ("data", "kind"), [(b"", "file"), (b"bplist00", "file"), (plist(other=1), "schema"), (plistlib.dumps([]), "schema")]
)
def test_what_is_no_such_list_is_said(extractor, data: bytes, kind: str) -> None:
    assert [one.kind for one in extractor(MemoryFile("Library/Safari/x.plist", data))] == [kind]


@pytest.mark.parametrize("extractor", [safari_history_plist, safari_downloads])
def test_a_list_of_another_program_is_left_alone(extractor) -> None:
    assert list(extractor(MemoryFile("Library/Maps/History.plist", plist(HistoryItems=[1])))) == []


def test_a_list_that_is_damaged_is_told_wherever_it_lies_and_one_that_is_none_in_the_folder_of_safari() -> None:
    top = plistlib.dumps([])
    assert list(safari_downloads(MemoryFile("Other/Downloads.plist", b""))) == [
        Problem("file", "damaged-plist", "an empty property list")
    ]
    assert list(safari_downloads(MemoryFile("Other/Downloads.plist", top))) == []
    assert list(safari_downloads(MemoryFile("Library/Safari/Downloads.plist", top))) == [
        Problem("schema", "unknown-layout", "no list DownloadHistory")
    ]
