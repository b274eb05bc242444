"""Damage in the tables that stand beside those of iOS: it costs what lies in it."""

from __future__ import annotations

from evidence_store.records import Call, MediaItem
from extractors.ios.calls import calls
from extractors.ios.photos import photos
from tests.evidence_builders.broken_pages import with_broken_leaf, with_broken_root
from tests.evidence_builders.browsers import database
from tests.evidence_builders.files import MemoryFile
from tests.evidence_builders.ios_calls import SCHEMA
from tests.evidence_builders.ios_stores import PHOTOS

MANY = 1500


def many(sql: str) -> str:
    """The statement for each of the numbers."""
    return f"BEGIN; {''.join(sql.format(number) for number in range(1, MANY + 1))} COMMIT;"


def test_a_damaged_page_of_the_attributes_of_pictures_costs_what_lies_on_it() -> None:
    rows = many(
        "INSERT INTO ZASSET(Z_PK, ZFILENAME) VALUES({0}, 'a');"
        "INSERT INTO ZADDITIONALASSETATTRIBUTES(Z_PK, ZASSET, ZORIGINALFILENAME) VALUES({0}, {0}, 'IMG_{0}.HEIC');"
    )
    data = with_broken_leaf(database(PHOTOS, rows), "ZADDITIONALASSETATTRIBUTES")
    made = [one for one in photos(MemoryFile("Photos.sqlite", data)) if isinstance(one, MediaItem)]
    told = [one.locator for one in made if ("ZORIGINALFILENAME", f"IMG_{one.locator[12:]}.HEIC") in one.extra]
    assert (len(made), told[-1]) == (MANY, f"ZASSET:Z_PK={MANY}")
    assert len(told) > MANY - 300


def test_a_damaged_index_of_who_took_part_in_calls_costs_nobody() -> None:
    rows = many(
        "INSERT INTO ZCALLRECORD(Z_PK, ZORIGINATED) VALUES({0}, 1);"
        "INSERT INTO Z_2REMOTEPARTICIPANTHANDLES VALUES({0}, 1);"
    )
    handle = "INSERT INTO ZHANDLE(Z_PK, ZVALUE) VALUES(1, '+447700900101');"
    index = "sqlite_autoindex_Z_2REMOTEPARTICIPANTHANDLES_1"
    data = with_broken_root(database(SCHEMA, rows, handle), index)
    made = [one for one in calls(MemoryFile("CallHistory.storedata", data)) if isinstance(one, Call)]
    assert [len(one.recipients) for one in made] == [1] * MANY
