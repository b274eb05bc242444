"""Firefox: history and bookmarks of every generation, downloads, forms."""

from __future__ import annotations

import pytest

from evidence_store.records import Bookmark, Download, Moment, Present, Problem, Search, TableRow, WebVisit
from extractors.web.firefox import firefox
from extractors.web.firefox_older import firefox_android_older, firefox_downloads, firefox_forms
from tests.evidence_builders.broken_pages import with_broken_root
from tests.evidence_builders.browsers import database, with_log
from tests.evidence_builders.files import MemoryFile
from tests.extractors.broken import assert_no_row_is_lost

PLACES = """
CREATE TABLE moz_places(id INTEGER PRIMARY KEY, url LONGVARCHAR, title LONGVARCHAR, rev_host LONGVARCHAR,
 visit_count INTEGER DEFAULT 0, hidden INTEGER DEFAULT 0, typed INTEGER DEFAULT 0, frecency INTEGER DEFAULT -1,
 last_visit_date INTEGER, guid TEXT, foreign_count INTEGER DEFAULT 0, url_hash INTEGER DEFAULT 0, description TEXT);
CREATE TABLE moz_historyvisits(id INTEGER PRIMARY KEY, from_visit INTEGER, place_id INTEGER, visit_date INTEGER,
 visit_type INTEGER, session INTEGER, source INTEGER DEFAULT 0);
CREATE TABLE moz_bookmarks(id INTEGER PRIMARY KEY, type INTEGER, fk INTEGER, parent INTEGER, position INTEGER,
 title LONGVARCHAR, keyword_id INTEGER, folder_type TEXT, dateAdded INTEGER, lastModified INTEGER, guid TEXT);
CREATE TABLE moz_anno_attributes(id INTEGER PRIMARY KEY, name VARCHAR(32));
CREATE TABLE moz_annos(id INTEGER PRIMARY KEY, place_id INTEGER, anno_attribute_id INTEGER, content LONGVARCHAR,
 flags INTEGER, expiration INTEGER, type INTEGER, dateAdded INTEGER, lastModified INTEGER);
"""
ANDROID = """
CREATE TABLE moz_places(id INTEGER PRIMARY KEY, url LONGVARCHAR NOT NULL, title LONGVARCHAR, description TEXT,
 visit_count_local INTEGER NOT NULL DEFAULT 0, visit_count_remote INTEGER NOT NULL DEFAULT 0, hidden INTEGER,
 typed INTEGER, last_visit_date_local INTEGER NOT NULL DEFAULT 0, last_visit_date_remote INTEGER DEFAULT 0, guid TEXT);
CREATE TABLE moz_historyvisits(id INTEGER PRIMARY KEY, is_local INTEGER NOT NULL, from_visit INTEGER,
 place_id INTEGER NOT NULL, visit_date INTEGER NOT NULL, visit_type INTEGER NOT NULL, unknown_fields TEXT);
CREATE TABLE moz_places_metadata(id INTEGER PRIMARY KEY, place_id INTEGER, created_at INTEGER, updated_at INTEGER,
 search_query_id INTEGER);
CREATE TABLE moz_places_metadata_search_queries(id INTEGER PRIMARY KEY, terms TEXT NOT NULL);
"""
AT = 1_772_357_400_123_456
ROWS = f"""
INSERT INTO moz_places(id,url,title,visit_count,typed,last_visit_date) VALUES
 (1,'https://www.example.org/bus','Bus times',1,1,{AT}),(2,'https://www.example.org/old','Old',4,0,{AT - 9}),
 (3,'https://www.example.org/kept','Kept',0,0,NULL),(4,'https://www.example.org/map.pdf',NULL,0,0,NULL);
INSERT INTO moz_historyvisits(id,from_visit,place_id,visit_date,visit_type) VALUES
 (10,0,1,{AT},2),(11,10,99,{AT + 1},77);
INSERT INTO moz_bookmarks(id,type,fk,parent,title,dateAdded,lastModified) VALUES
 (1,2,NULL,0,'root',{AT},{AT}),(2,2,NULL,1,'Menu',{AT},{AT}),(3,1,3,2,'Kept page',{AT + 2},{AT + 3});
INSERT INTO moz_anno_attributes VALUES(1,'downloads/destinationFileURI'),(2,'downloads/metaData');
INSERT INTO moz_annos(id,place_id,anno_attribute_id,content,dateAdded) VALUES
 (1,4,1,'file:///storage/map.pdf',{AT}),(2,4,2,'{{"state":1}}',{AT});
"""


def at(meaning: str, utc_us: int) -> tuple[Moment, ...]:
    return (Moment(meaning, utc_us, str(utc_us), "A"),)


def test_visits_bookmarks_and_downloads_come_out_whole() -> None:
    found = list(firefox(MemoryFile("places.sqlite", database(PLACES, ROWS))))
    assert found == [
        Present(5),
        WebVisit(
            locator="moz_historyvisits:id=10",
            service="Firefox",
            moments=at("recorded as visited", AT),
            extra=(("visit_type", "2"), ("visit_type in words", "typed or chosen in the address bar")),
            url="https://www.example.org/bus",
            title="Bus times",
        ),
        WebVisit(
            locator="moz_historyvisits:id=11",
            service="Firefox",
            moments=at("recorded as visited", AT + 1),
            extra=(("visit_type", "77"), ("visit_type in words", "type 77"), ("from_visit", 10)),
        ),
        Problem(
            "value", "no-address", "there is no row of moz_places for this visit (id=99)", "moz_historyvisits:id=11"
        ),
        *(
            Bookmark(
                locator=f"moz_bookmarks:id={key}",
                service="Firefox",
                moments=at("added", AT) + at("modified", AT),
                flags=("folder",),
                title=title,
                folder=folder,
            )
            for key, title, folder in ((1, "root", None), (2, "Menu", "root"))
        ),
        Bookmark(
            locator="moz_bookmarks:id=3",
            service="Firefox",
            moments=at("added", AT + 2) + at("modified", AT + 3),
            url="https://www.example.org/kept",
            title="Kept page",
            folder="root / Menu",
        ),
        Present(1),
        Download(
            locator="moz_annos:id=1",
            service="Firefox",
            moments=at("recorded", AT),
            extra=(("downloads/metaData", '{"state":1}'),),
            url="https://www.example.org/map.pdf",
            target="file:///storage/map.pdf",
        ),
        Present(1),
        WebVisit(
            locator="moz_places:id=2",
            service="Firefox",
            moments=at("last visit recorded", AT - 9),
            flags=("no single visit is left",),
            extra=(("visit_count", 4),),
            url="https://www.example.org/old",
            title="Old",
        ),
    ]


def test_firefox_for_android_counts_milliseconds_and_keeps_words_of_searches() -> None:
    ms = AT // 1000
    rows = (
        f"INSERT INTO moz_places(id,url,title,last_visit_date_local) VALUES(1,'https://www.example.org/','Home',{ms});"
        f"INSERT INTO moz_historyvisits(id,is_local,place_id,visit_date,visit_type) VALUES(1,0,1,{ms},1);"
        f"INSERT INTO moz_places_metadata VALUES(1,1,{ms},{ms + 5},7);"
        "INSERT INTO moz_places_metadata_search_queries VALUES(7,'night bus'),(8,'ferry');"
    )
    path = "data/data/org.mozilla.firefox/files/places.sqlite"
    assert list(firefox(MemoryFile(path, database(ANDROID, rows)))) == [
        Present(1),
        WebVisit(
            locator="moz_historyvisits:id=1",
            service="Firefox",
            moments=(Moment("recorded as visited", ms * 1000, str(ms), "A"),),
            flags=("synced",),
            extra=(("visit_type", "1"), ("visit_type in words", "link")),
            url="https://www.example.org/",
            title="Home",
        ),
        Present(1),
        Search(
            locator="moz_places_metadata_search_queries:id=7",
            service="Firefox",
            moments=(Moment("recorded", (ms + 5) * 1000, str(ms + 5), "A"),),
            text="night bus",
            url="https://www.example.org/",
        ),
        Present(1),
        Search(locator="moz_places_metadata_search_queries:id=8", service="Firefox", text="ferry"),
    ]


@pytest.mark.parametrize("table", ["moz_historyvisits", "moz_bookmarks"])
def test_a_broken_value_costs_no_row(table: str) -> None:
    assert_no_row_is_lost(firefox, "places.sqlite", database(PLACES, ROWS), table, "id")


def test_folders_in_a_circle_and_rows_of_the_log_come_out() -> None:
    circle = "INSERT INTO moz_bookmarks(id,type,parent,title) VALUES(7,2,8,'a'),(8,2,7,'b');"
    data, log = with_log(
        database(PLACES, circle), f"INSERT INTO moz_historyvisits(id,place_id,visit_date) VALUES(1,1,{AT})"
    )
    found = list(firefox(MemoryFile("places.sqlite", data, {"-wal": log})))
    assert [one.folder for one in found if isinstance(one, Bookmark)] == ["a / b", "b / a"]
    assert [one.locator for one in found if isinstance(one, WebVisit)] == ["moz_historyvisits:id=1"]


@pytest.mark.parametrize(
    ("extractor", "path"),
    [(firefox, "places.sqlite"), (firefox_downloads, "downloads.sqlite"), (firefox_forms, "formhistory.sqlite")],
)
def test_an_unknown_layout_is_said_to_be_unknown(extractor, path: str) -> None:
    found = list(extractor(MemoryFile(path, database("CREATE TABLE other(id INTEGER)"))))
    assert [(one.kind, one.code) for one in found] == [("schema", "unknown-layout")]


FORMS = f"""
CREATE TABLE moz_formhistory(id INTEGER PRIMARY KEY, fieldname TEXT, value TEXT, timesUsed INTEGER, firstUsed INTEGER,
 lastUsed INTEGER, guid TEXT);
INSERT INTO moz_formhistory VALUES(1,'searchbar-history','night bus',3,{AT},{AT + 5},'g'),
 (2,'email','ann@example.org',1,{AT},{AT},'h');
"""


def test_words_of_the_search_field_and_of_forms_come_out() -> None:
    assert list(firefox_forms(MemoryFile("formhistory.sqlite", database(FORMS)))) == [
        Present(2),
        Search(
            locator="moz_formhistory:id=1",
            service="Firefox",
            moments=at("last used", AT + 5) + at("first used", AT),
            extra=(("timesUsed", 3),),
            text="night bus",
        ),
        TableRow(
            locator="moz_formhistory:id=2",
            service="Firefox",
            moments=at("last used", AT) + at("first used", AT),
            table="moz_formhistory",
            columns=(("fieldname", "email"), ("value", "ann@example.org"), ("timesUsed", "1")),
            text="email\nann@example.org",
        ),
    ]
    assert_no_row_is_lost(firefox_forms, "formhistory.sqlite", database(FORMS), "moz_formhistory", "id")


def test_the_download_list_of_a_real_profile_comes_out(corpus) -> None:
    data = (corpus / "plaso/firefox/downloads.sqlite").read_bytes()
    found = list(firefox_downloads(MemoryFile("downloads.sqlite", data)))
    assert (found[0], found[1].outcome, found[1].size) == (Present(1), "complete", 15974599)
    assert found[1].moments == at("started", 1374173999312000) + at("ended", 1374174078578000)
    assert_no_row_is_lost(firefox_downloads, "downloads.sqlite", data, "moz_downloads", "id")


OLDER = f"""
CREATE TABLE history(_id INTEGER PRIMARY KEY, title TEXT, url TEXT, visits INTEGER, favicon_id INTEGER, date INTEGER,
 created INTEGER, modified INTEGER, guid TEXT, deleted INTEGER);
CREATE TABLE visits(_id INTEGER PRIMARY KEY, history_guid TEXT, visit_type TINYINT, date INTEGER, is_local TINYINT);
CREATE TABLE bookmarks(_id INTEGER PRIMARY KEY, title TEXT, url TEXT, type INTEGER, parent INTEGER, created INTEGER,
 modified INTEGER, guid TEXT, deleted INTEGER);
INSERT INTO history VALUES(1,'Home','https://www.example.org/',2,NULL,{AT // 1000},NULL,NULL,'g',0);
INSERT INTO visits VALUES(1,'g',1,{AT},1),(2,'gone',1,{AT},1);
INSERT INTO bookmarks VALUES(1,'Kept','https://www.example.org/kept',1,0,{AT // 1000},NULL,'b',1);
"""


def test_the_android_history_of_older_versions_comes_out() -> None:
    path = "data/data/org.mozilla.firefox/files/mozilla/x.default/browser.db"
    page = {"url": "https://www.example.org/", "title": "Home"}
    ms = AT // 1000
    assert list(firefox_android_older(MemoryFile(path, database(OLDER)))) == [
        Present(1),
        WebVisit(
            locator="history:_id=1",
            service="Firefox",
            moments=(Moment("last visit recorded", ms * 1000, str(ms), "A"),),
            extra=(("visits", 2),),
            **page,
        ),
        Present(2),
        WebVisit(
            locator="visits:_id=1",
            service="Firefox",
            moments=at("recorded as visited", AT),
            extra=(("visit_type", 1),),
            **page,
        ),
        WebVisit(
            locator="visits:_id=2",
            service="Firefox",
            moments=at("recorded as visited", AT),
            extra=(("visit_type", 1),),
        ),
        Problem("value", "no-address", "there is no row of history for this visit (guid=gone)", "visits:_id=2"),
        Present(1),
        Bookmark(
            locator="bookmarks:_id=1",
            service="Firefox",
            moments=(Moment("added", ms * 1000, str(ms), "A"),),
            deleted=True,
            url="https://www.example.org/kept",
            title="Kept",
        ),
    ]
    for table in ("history", "visits", "bookmarks"):
        assert_no_row_is_lost(firefox_android_older, path, database(OLDER), table, "_id")


def test_every_time_and_page_of_the_same_words_is_told() -> None:
    ms = AT // 1000
    rows = (
        "INSERT INTO moz_places(id,url) VALUES(1,'https://www.example.org/a'),(2,'https://www.example.org/b');"
        f"INSERT INTO moz_places_metadata VALUES(1,1,{ms},{ms},7),(2,2,{ms},{ms + 5},7),(3,2,{ms},{ms + 9},7);"
        "INSERT INTO moz_places_metadata_search_queries VALUES(7,'night bus');"
    )
    found = [one for one in firefox(MemoryFile("places.sqlite", database(ANDROID, rows))) if isinstance(one, Search)]
    times = tuple(Moment("recorded", (ms + more) * 1000, str(ms + more), "A") for more in (9, 5, 0))
    assert found == [
        Search(
            locator="moz_places_metadata_search_queries:id=7",
            service="Firefox",
            moments=times,
            extra=(("url", "https://www.example.org/a"),),
            text="night bus",
            url="https://www.example.org/b",
        )
    ]


@pytest.mark.parametrize("name", ["password", "user_pin", "cardnumber", "cvc", "OTP", "new-passwd", "token"])
def test_what_was_entered_as_a_secret_is_not_shown(name: str) -> None:
    rows = f"INSERT INTO moz_formhistory VALUES(9,'{name}','hidden',1,{AT},{AT},'z');"
    found = list(firefox_forms(MemoryFile("formhistory.sqlite", database(FORMS, rows))))
    assert "hidden" not in repr(found)
    assert found[-1].columns[:2] == (("fieldname", name), ("value", "(a secret, not shown)"))


@pytest.mark.parametrize("name", ["shopping", "pinboard", "discard", "passenger", "account"])
def test_what_only_looks_like_one_is_shown(name: str) -> None:
    rows = f"INSERT INTO moz_formhistory VALUES(9,'{name}','plain',1,{AT},{AT},'z');"
    found = list(firefox_forms(MemoryFile("formhistory.sqlite", database(FORMS, rows))))
    assert found[-1].columns[:2] == (("fieldname", name), ("value", "plain"))


@pytest.mark.parametrize("table", ["moz_bookmarks", "moz_anno_attributes"])
def test_a_damaged_table_costs_nothing_of_the_others(table: str) -> None:
    found = list(firefox(MemoryFile("places.sqlite", with_broken_root(database(PLACES, ROWS), table))))
    assert len([one for one in found if isinstance(one, WebVisit)]) == 3
    assert [one.detail for one in found if isinstance(one, Problem) and one.kind == "file"] == [
        f"{table}: reading stopped after 0 rows: database disk image is malformed; nothing more could be read"
    ]


def test_damaged_times_of_searches_cost_neither_the_words_nor_the_pages() -> None:
    page = "INSERT INTO moz_places(id,url,visit_count_local) VALUES(1,'https://www.example.org/',3);"
    words = "INSERT INTO moz_places_metadata_search_queries VALUES(1,'harbour');"
    data = with_broken_root(database(ANDROID, page, words), "moz_places_metadata")
    found = list(firefox(MemoryFile("places.sqlite", data)))
    kept = [one.locator for one in found if isinstance(one, WebVisit | Search)]
    assert kept == ["moz_places_metadata_search_queries:id=1", "moz_places:id=1"]


def test_damaged_pages_of_the_android_history_cost_neither_visits_nor_bookmarks() -> None:
    found = list(firefox_android_older(MemoryFile("browser.db", with_broken_root(database(OLDER), "history"))))
    kept = [one.locator for one in found if isinstance(one, WebVisit | Bookmark)]
    assert kept == ["visits:_id=1", "visits:_id=2", "bookmarks:_id=1"]
