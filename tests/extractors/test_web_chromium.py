"""The history of Chromium's browsers."""

from __future__ import annotations

from collections import Counter

import pytest

from evidence_store.records import Download, Moment, Present, Problem, Search, WebVisit
from extractors.web.chromium import chromium
from tests.evidence_builders.broken_pages import with_broken_root
from tests.evidence_builders.browsers import CHROMIUM, database, with_log
from tests.evidence_builders.files import MemoryFile
from tests.extractors.broken import assert_no_row_is_lost

PATH = "data/data/com.android.chrome/app_chrome/Default/History"
AT = 13_417_000_000_123_456  # 2026-03-05T04:26:40.123456Z
AT_US = AT - 11_644_473_600_000_000
ROWS = f"""
INSERT INTO urls VALUES(1,'https://www.example.org/bus','Bus times',2,1,{AT},0),
 (2,'https://www.google.com/search?q=night+bus&hl=en','night bus - Search',1,0,{AT + 5},0),
 (3,'https://www.example.org/old','Old page',7,2,{AT - 9},0);
INSERT INTO visits(id,url,visit_time,from_visit,transition,visit_duration,originator_cache_guid) VALUES
 (10,1,{AT},0,805306369,2500000,''),(11,2,{AT + 5},10,-1610612736,0,'made-up-guid'),(12,99,{AT + 7},0,300,0,'');
INSERT INTO visit_source VALUES(11,0),(12,3);
INSERT INTO keyword_search_terms VALUES(2,2,'night bus','night bus');
INSERT INTO downloads VALUES(1,'g','/storage/emulated/0/Download/map.pdf','/storage/emulated/0/Download/map.pdf',{AT},
 10,20,4,0,20,x'',{AT + 1},1,{AT + 2},0,'https://www.example.org/maps','','','','GET','','','','','application/pdf','');
INSERT INTO downloads_url_chains VALUES(1,0,'https://a.example.org/m'),(1,1,'https://b.example.org/map.pdf');
"""


def moment(meaning: str, stored: int) -> Moment:
    return Moment(meaning, stored - 11_644_473_600_000_000, str(stored), "A")


def read(*scripts: str, path: str = PATH) -> list[object]:
    return list(chromium(MemoryFile(path, database(CHROMIUM, *scripts))))


def test_the_way_to_a_download_is_told_in_its_order_whatever_the_order_of_the_rows() -> None:
    links = "(1,2,'https://c.example.org/'),(1,0,'https://a.example.org/'),(1,1,'https://b.example.org/')"
    rows = f"DELETE FROM downloads_url_chains; INSERT INTO downloads_url_chains VALUES {links};"
    (download,) = [one for one in read(ROWS, rows) if isinstance(one, Download)]
    assert download.url == "https://c.example.org/"
    before = [value for name, value in download.extra if name == "redirected from"]
    assert before == ["https://a.example.org/", "https://b.example.org/"]


def test_visits_search_terms_and_downloads_come_out_whole() -> None:
    assert read(ROWS) == [
        Present(5),
        WebVisit(
            locator="visits:id=10",
            service="Chrome",
            moments=(moment("recorded as visited", AT),),
            extra=(
                ("transition", "805306369"),
                ("transition in words", "typed or chosen in the address bar"),
                ("duration_s", 2.5),
            ),
            url="https://www.example.org/bus",
            title="Bus times",
        ),
        WebVisit(
            locator="visits:id=11",
            service="Chrome",
            moments=(moment("recorded as visited", AT + 5),),
            flags=("synced",),
            extra=(
                ("transition", "-1610612736"),
                ("transition in words", "link, redirected by the server"),
                ("source", "synced from another device"),
                ("from_visit", "10"),
                ("originator_cache_guid", "made-up-guid"),
                ("search words in the address", "night bus"),
            ),
            url="https://www.google.com/search?q=night+bus&hl=en",
            title="night bus - Search",
        ),
        WebVisit(
            locator="visits:id=12",
            service="Chrome",
            moments=(moment("recorded as visited", AT + 7),),
            extra=(
                ("transition", "300"),
                ("transition in words", "transition 44"),
                ("source", "imported from Firefox"),
            ),
        ),
        Problem("value", "no-address", "there is no row of urls for this visit (urls.id=99)", "visits:id=12"),
        Present(1),
        WebVisit(
            locator="urls:id=3",
            service="Chrome",
            moments=(moment("last visit recorded", AT - 9),),
            flags=("no single visit is left",),
            extra=(("visit_count", 7), ("typed_count", 2)),
            url="https://www.example.org/old",
            title="Old page",
        ),
        Search(
            locator="keyword_search_terms:rowid=1",
            service="Chrome",
            moments=(moment("last visit recorded", AT + 5),),
            text="night bus",
            url="https://www.google.com/search?q=night+bus&hl=en",
        ),
        Download(
            locator="downloads:id=1",
            service="Chrome",
            moments=(moment("started", AT), moment("ended", AT + 1), moment("opened (as recorded)", AT + 2)),
            flags=("opened from the browser",),
            extra=(
                ("guid", "g"),
                ("current_path", "/storage/emulated/0/Download/map.pdf"),
                ("referrer", "https://www.example.org/maps"),
                ("redirected from", "https://a.example.org/m"),
                ("received_bytes", "10"),
            ),
            url="https://b.example.org/map.pdf",
            target="/storage/emulated/0/Download/map.pdf",
            mime="application/pdf",
            size=20,
            outcome="interrupted: network failed",
        ),
    ]


@pytest.mark.parametrize(
    ("path", "service"),
    [
        ("data/data/com.microsoft.emmx/app_chrome/Default/History", "Edge"),
        ("data/data/com.sec.android.app.sbrowser/app_sbrowser/Default/History", "Samsung Internet"),
        ("Users/ann/AppData/Local/BraveSoftware/Brave-Browser/User Data/Default/History", "Brave"),
        ("History", "Chromium"),
    ],
)
def test_the_browser_is_told_by_the_folder(path: str, service: str) -> None:
    assert {one.service for one in read(ROWS, path=path) if isinstance(one, WebVisit)} == {service}


def test_equal_twins_come_out_twice_and_rows_of_the_log_too() -> None:
    data, log = with_log(
        database(CHROMIUM, ROWS), f"INSERT INTO visits(id,url,visit_time) VALUES(20,1,{AT}),(21,1,{AT})"
    )
    found = list(chromium(MemoryFile(PATH, data, {"-wal": log})))
    twins = [one for one in found if isinstance(one, WebVisit) and one.locator in ("visits:id=20", "visits:id=21")]
    assert [(one.url, one.moments) for one in twins] == [
        ("https://www.example.org/bus", (moment("recorded as visited", AT),))
    ] * 2


@pytest.mark.parametrize("table", ["visits", "downloads"])
def test_a_broken_value_costs_no_row(table: str) -> None:
    assert_no_row_is_lost(chromium, PATH, database(CHROMIUM.replace("NOT NULL", ""), ROWS), table, "id")


def test_a_broken_address_costs_no_page_without_visits() -> None:
    data = database(CHROMIUM.replace("NOT NULL", ""), ROWS, "DELETE FROM visits; DELETE FROM urls WHERE id < 3;")
    assert_no_row_is_lost(chromium, PATH, data, "urls", "id")


@pytest.mark.parametrize(
    ("received", "total", "size"), [(10, -1, None), (10, 0, None), (0, 0, 0), (20, 20, 20)], ids=str
)
def test_a_length_that_the_server_did_not_state_is_no_length(received: int, total: int, size: int | None) -> None:
    rows = f"UPDATE downloads SET received_bytes = {received}, total_bytes = {total};"
    (download,) = [one for one in read(ROWS, rows) if isinstance(one, Download)]
    left = [value for name, value in download.extra if name == "received_bytes"]
    assert (download.size, left) == (size, [] if received == total else [str(received)])


def test_a_search_whose_page_has_no_time_has_none() -> None:
    found = read(ROWS, "DELETE FROM visits; DELETE FROM urls WHERE id <> 2; UPDATE urls SET last_visit_time = 0;")
    url = "https://www.google.com/search?q=night+bus&hl=en"
    assert Search(locator="keyword_search_terms:rowid=1", service="Chrome", text="night bus", url=url) in found
    assert not [one for one in found if isinstance(one, Problem)]


def test_damaged_addresses_cost_no_search_and_no_download() -> None:
    found = list(chromium(MemoryFile(PATH, with_broken_root(database(CHROMIUM, ROWS), "urls"))))
    assert [one.locator for one in found if isinstance(one, WebVisit | Search | Download)] == [
        *("visits:id=10", "visits:id=11", "visits:id=12"),
        *("keyword_search_terms:rowid=1", "downloads:id=1"),
    ]
    words = "the row of urls for this search cannot be read: reading stopped after 0 rows: "
    words += "database disk image is malformed"
    assert Problem("value", "no-address", words, "keyword_search_terms:rowid=1") in found


def test_terms_without_their_page_come_out() -> None:
    found = read("INSERT INTO keyword_search_terms VALUES(2,77,'harbour','harbour');")
    assert found == [
        Present(1),
        Search(locator="keyword_search_terms:rowid=1", service="Chrome", text="harbour"),
        Problem(
            "value",
            "no-address",
            "there is no row of urls for this search (urls.id=77)",
            "keyword_search_terms:rowid=1",
        ),
    ]


@pytest.mark.parametrize("data", [b"", b"no database", database("CREATE TABLE other(id INTEGER)")])
def test_another_file_of_this_name_is_left_alone(data: bytes) -> None:
    assert list(chromium(MemoryFile(PATH, data))) == []


def test_an_unknown_layout_is_said_to_be_unknown() -> None:
    found = list(chromium(MemoryFile(PATH, database("CREATE TABLE urls(id); CREATE TABLE visits(id);"))))
    assert [(one.kind, one.code) for one in found if isinstance(one, Problem)] == [("schema", "unknown-layout")]


def test_the_oldest_generation_is_read_with_its_own_units(corpus) -> None:
    found = list(chromium(MemoryFile("History", (corpus / "plaso/chrome/History").read_bytes())))
    assert Counter(type(one).__name__ for one in found if not isinstance(one, Present)) == {
        "WebVisit": 69,
        "Search": 3,
        "Download": 2,
    }
    first = next(one for one in found if isinstance(one, Download))
    assert first.moments == (Moment("started", 1306139730000000, "1306139730", "A"),)
    assert (first.size, first.outcome) == (1132155, "complete")
