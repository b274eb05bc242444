"""The browser that Android had before Chrome, in both of its layouts."""

from __future__ import annotations

import pytest

from evidence_store.records import Bookmark, Moment, Present, Problem, Search, WebVisit
from extractors.web.android_browser import android_browser
from tests.evidence_builders.browsers import database
from tests.evidence_builders.files import MemoryFile
from tests.extractors.whole_tables import assert_a_table_is_read_whole

HOME = "data/data/com.android.browser/databases"
AT = 1349200000000
SEARCHES = "CREATE TABLE searches (_id INTEGER PRIMARY KEY AUTOINCREMENT, search TEXT, date LONG);"
SECOND = f"""CREATE TABLE bookmarks(_id INTEGER PRIMARY KEY AUTOINCREMENT, title TEXT, url TEXT,
    folder INTEGER NOT NULL DEFAULT 0, parent INTEGER, position INTEGER NOT NULL, insert_after INTEGER,
    deleted INTEGER NOT NULL DEFAULT 0, account_name TEXT, account_type TEXT, created INTEGER, modified INTEGER);
CREATE TABLE history(_id INTEGER PRIMARY KEY AUTOINCREMENT, title TEXT, url TEXT NOT NULL, created INTEGER,
    date INTEGER, visits INTEGER NOT NULL DEFAULT 0, user_entered INTEGER);
{SEARCHES}
INSERT INTO history VALUES (1,'Example','https://example.org/?q=tea',0,{AT},3,1);
INSERT INTO bookmarks(_id,title,url,folder,parent,position,deleted,created) VALUES
    (1,'Bookmarks',NULL,1,0,0,0,0), (2,'Example','https://example.org/',0,1,1,1,{AT});
INSERT INTO searches VALUES (1,'tea',{AT});"""
FIRST = f"""CREATE TABLE bookmarks (_id INTEGER PRIMARY KEY, title TEXT, url TEXT, visits INTEGER, date LONG,
    created LONG, description TEXT, bookmark INTEGER, favicon BLOB DEFAULT NULL, user_entered INTEGER);
{SEARCHES}
INSERT INTO bookmarks VALUES (1,'Seen','https://example.org/a',2,{AT},0,NULL,0,NULL,0),
    (2,'Kept','https://example.org/b',0,0,{AT},'words',1,NULL,0);"""


def at(meaning: str) -> tuple[Moment, ...]:
    return (Moment(meaning, AT * 1000, str(AT), "A"),)


def test_pages_bookmarks_and_searches_come_out() -> None:
    found = list(android_browser(MemoryFile(f"{HOME}/browser2.db", database(SECOND))))
    common = {"service": "Android browser"}
    assert found[0] == Present(4)
    assert isinstance(found[1], WebVisit)
    assert (found[1].moments, found[1].flags, found[1].title) == (at("last visit recorded"), ("typed",), "Example")
    assert found[1].extra[0] == ("visits", 3)
    assert found[2:] == [
        Bookmark(locator="bookmarks:_id=1", flags=("folder",), title="Bookmarks", **common),
        Bookmark(
            locator="bookmarks:_id=2",
            moments=at("added"),
            deleted=True,
            flags=("deleted",),
            url="https://example.org/",
            title="Example",
            folder="Bookmarks",
            **common,
        ),
        Search(locator="searches:_id=1", moments=at("recorded"), text="tea", **common),
    ]


def test_of_the_early_table_a_page_is_no_bookmark() -> None:
    found = list(android_browser(MemoryFile(f"{HOME}/browser.db", database(FIRST))))
    common = {"service": "Android browser"}
    assert found == [
        Present(2),
        WebVisit(
            locator="bookmarks:_id=1",
            moments=at("last visit recorded"),
            extra=(("visits", 2),),
            url="https://example.org/a",
            title="Seen",
            **common,
        ),
        Bookmark(
            locator="bookmarks:_id=2",
            moments=at("added"),
            url="https://example.org/b",
            title="Kept",
            text="words",
            **common,
        ),
    ]


def test_a_browser_that_grew_out_of_it_goes_by_its_own_name() -> None:
    found = list(android_browser(MemoryFile("data/data/com.example.browser/databases/browser2.db", database(SECOND))))
    assert {one.service for one in found[1:]} == {"com.example.browser"}
    assert {one.service for one in list(android_browser(MemoryFile("browser2.db", database(SECOND))))[1:]} == {
        "Android browser"
    }


def test_an_unknown_layout_is_said_and_another_programs_file_is_not() -> None:
    other = database("CREATE TABLE pages (_id INTEGER PRIMARY KEY)")
    words = "no table history or bookmarks or searches"
    assert list(android_browser(MemoryFile(f"{HOME}/browser2.db", other))) == [
        Problem("schema", "unknown-layout", words)
    ]
    assert list(android_browser(MemoryFile("data/data/org.example/databases/browser2.db", other))) == []


@pytest.mark.parametrize("table", ["history", "bookmarks", "searches"])
def test_no_row_is_lost(table: str) -> None:
    assert_a_table_is_read_whole(android_browser, f"{HOME}/browser2.db", database(SECOND), table, "_id")


def test_no_row_of_the_early_table_is_lost() -> None:
    assert_a_table_is_read_whole(android_browser, f"{HOME}/browser.db", database(FIRST), "bookmarks", "_id")
