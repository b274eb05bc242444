"""Firefox for Android: downloads and closed tabs."""

from __future__ import annotations

import pytest

from evidence_store.records import Attachment, Download, Moment, Present, Problem, WebVisit
from extractors.web.firefox_android import firefox_android
from tests.evidence_builders.browsers import database
from tests.evidence_builders.files import MemoryFile
from tests.extractors.broken import assert_no_row_is_lost

FOLDER = "data/data/org.mozilla.firefox/databases/"
DOWNLOADS = """CREATE TABLE downloads(`id` TEXT NOT NULL, `url` TEXT NOT NULL, `file_name` TEXT, `content_type` TEXT,
 `content_length` INTEGER, `status` INTEGER NOT NULL, `destination_directory` TEXT NOT NULL, `created_at` INTEGER NOT
 NULL, PRIMARY KEY(`id`));
INSERT INTO downloads VALUES('a1','https://www.example.org/map.pdf','map.pdf','application/pdf',2048,6,
 '/storage/emulated/0/Download',1772357400123),('a2','',NULL,NULL,-1,9,'/storage/emulated/0/Download',1772357400124);
"""
TABS = """CREATE TABLE recently_closed_tabs(`uuid` TEXT NOT NULL, `title` TEXT NOT NULL, `url` TEXT NOT NULL,
 `created_at` INTEGER NOT NULL, PRIMARY KEY(`uuid`));
INSERT INTO recently_closed_tabs VALUES('u1','night bus','https://www.google.com/search?q=night+bus',1772357400123);
"""
RECORDED = (Moment("recorded", 1772357400123000, "1772357400123", "A"),)


def loose(script: str) -> str:
    """The script with tables that take any value, so that values can be broken."""
    return script.replace("NOT\n NULL", "").replace("NOT NULL", "")


def test_downloads_come_out_with_their_files() -> None:
    path = FOLDER + "mozac_downloads_database"
    assert list(firefox_android(MemoryFile(path, database(DOWNLOADS)))) == [
        Present(2),
        Download(
            locator="downloads:rowid=1",
            service="Firefox",
            moments=RECORDED,
            attachments=(Attachment("map.pdf", "data/media/0/Download/map.pdf", "application/pdf", 2048),),
            url="https://www.example.org/map.pdf",
            target="/storage/emulated/0/Download/map.pdf",
            mime="application/pdf",
            size=2048,
            outcome="complete",
        ),
        Download(
            locator="downloads:rowid=2",
            service="Firefox",
            moments=(Moment("recorded", 1772357400124000, "1772357400124", "A"),),
            target="/storage/emulated/0/Download",
            outcome="status 9",
        ),
    ]
    assert_no_row_is_lost(firefox_android, path, database(loose(DOWNLOADS)), "downloads", "rowid")


def test_a_download_of_version_2_says_that_it_was_private() -> None:
    rows = "ALTER TABLE downloads ADD COLUMN is_private INTEGER NOT NULL DEFAULT 0; UPDATE downloads SET is_private = 1"
    found = list(firefox_android(MemoryFile(FOLDER + "mozac_downloads_database", database(DOWNLOADS, rows))))
    assert [one.flags for one in found if isinstance(one, Download)] == [("private",)] * 2


def test_closed_tabs_come_out() -> None:
    path = "data/data/org.torproject.torbrowser/databases/recently_closed_tabs"
    assert list(firefox_android(MemoryFile(path, database(TABS)))) == [
        Present(1),
        WebVisit(
            locator="recently_closed_tabs:rowid=1",
            service="Tor Browser",
            moments=RECORDED,
            flags=("closed tab",),
            extra=(("uuid", "u1"), ("search words in the address", "night bus")),
            url="https://www.google.com/search?q=night+bus",
            title="night bus",
        ),
    ]
    assert_no_row_is_lost(firefox_android, path, database(loose(TABS)), "recently_closed_tabs", "rowid")


@pytest.mark.parametrize("name", ["mozac_downloads_database", "recently_closed_tabs"])
def test_an_unknown_layout_is_said_to_be_unknown(name: str) -> None:
    found = list(firefox_android(MemoryFile(FOLDER + name, database("CREATE TABLE other(id INTEGER)"))))
    assert found == [Problem("schema", "unknown-layout", "no table downloads or recently_closed_tabs")]
