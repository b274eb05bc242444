"""The bookmarks of Chrome: folders, times, and files of the same name."""

from __future__ import annotations

import json
from typing import Any

import pytest

from evidence_store.records import Bookmark, Moment, Present, Problem
from extractors.base import Found
from extractors.web.chromium_bookmarks import chromium_bookmarks
from tests.evidence_builders.files import MemoryFile

PATH = "data/data/com.android.chrome/app_chrome/Default/Bookmarks"
ADDED, ADDED_US = "13416830971000000", 1_772_357_371_000_000


def page(**values: Any) -> dict[str, Any]:
    return {"type": "url", "name": "Example", "url": "https://example.org/", "date_added": ADDED, **values}


def read(children: list[Any], path: str = PATH) -> list[Found]:
    root = {"children": children, "name": "Mobile bookmarks", "type": "folder", "date_added": ADDED}
    roots = {"bookmark_bar": {"children": [], "name": "Bar", "type": "folder"}, "synced": root, "odd": "1"}
    whole = {"checksum": "c", "roots": roots, "version": 1}
    return list(chromium_bookmarks(MemoryFile(path, json.dumps(whole, indent=3).encode())))


def at(meaning: str) -> Moment:
    return Moment(meaning, ADDED_US, ADDED, "A")


def test_bookmarks_and_folders_come_out_whole() -> None:
    inner = page(guid="g", id="7", date_last_used=ADDED, url="https://www.google.com/search?q=example+street")
    folder = {"type": "folder", "name": "Flats", "date_added": ADDED, "date_modified": "0", "children": [inner]}
    assert read([page(date_last_used="0"), folder]) == [
        Present(1),
        Bookmark(
            locator="roots:synced:0",
            service="Chrome",
            moments=(at("added"),),
            url="https://example.org/",
            title="Example",
            folder="Mobile bookmarks",
        ),
        Present(1),
        Bookmark(
            locator="roots:synced:1",
            service="Chrome",
            moments=(at("added"),),
            flags=("folder",),
            title="Flats",
            folder="Mobile bookmarks",
        ),
        Present(1),
        Bookmark(
            locator="roots:synced:1:0",
            service="Chrome",
            moments=(at("added"), at("last opened, as recorded")),
            extra=(("guid", "g"), ("id", "7"), ("search words in the address", "example street")),
            url="https://www.google.com/search?q=example+street",
            title="Example",
            folder="Mobile bookmarks / Flats",
        ),
    ]


@pytest.mark.parametrize("name", ["type", "name", "url", "date_added", "date_last_used", "guid", "children"])
@pytest.mark.parametrize("value", [None, True, "", "broken \ud800", -1, 2**70, 1e300, [], [None, 7], {"x": [1]}])
def test_a_broken_value_costs_no_bookmark(name: str, value: Any) -> None:
    found = read([page(**{name: value}), page()])
    told = [one.locator for one in found if isinstance(one, Bookmark)]
    assert told[0] == "roots:synced:0"
    assert told[-1] == "roots:synced:1"


def test_what_is_no_bookmark_is_said() -> None:
    assert read(["x"]) == [Present(1), Problem("row", "no-entry", "not a bookmark: str", "roots:synced:0")]


def test_folders_without_end_are_cut() -> None:
    deep: dict[str, Any] = page()
    for _ in range(80):
        deep = {"type": "folder", "name": "f", "children": [deep]}
    found = read([deep])
    assert [one.code for one in found if isinstance(one, Problem)] == ["too-deep"]


@pytest.mark.parametrize("data", [b"", b"\x00\x01", b"<html>", b"[1]", b'{"a": 1}', b'{"a": ', b'{"roots": []}'])
def test_other_programs_are_left_alone(data: bytes) -> None:
    assert list(chromium_bookmarks(MemoryFile("Users/robin/Bookmarks", data))) == []


def test_a_file_that_breaks_off_is_said() -> None:
    [said] = chromium_bookmarks(MemoryFile(PATH, b'{"checksum": "c", "roots": {"bookmark_bar": {"chil'))
    assert isinstance(said, Problem)
    assert (said.kind, said.code) == ("file", "damaged-json")


@pytest.mark.parametrize(
    ("roots", "said"),
    [
        ([], Problem("schema", "unknown-layout", "roots is no object but list")),
        ({"other": []}, Problem("schema", "unknown-layout", "roots:other is no folder but a list")),
        ({"other": {"children": {}}}, Problem("value", "no-list", "children is no list but dict", "roots:other")),
    ],
)
def test_folders_in_another_form_are_said(roots: Any, said: Problem) -> None:
    data = json.dumps({"checksum": "c", "roots": roots}).encode()
    assert list(chromium_bookmarks(MemoryFile(PATH, data))) == [said]
