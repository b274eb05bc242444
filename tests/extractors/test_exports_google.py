"""Google Takeout, and the timelines that phones export themselves."""

from __future__ import annotations

import json
from typing import Any

import pytest

from evidence_store.records import (
    AppUse,
    Attachment,
    Group,
    Location,
    Member,
    Message,
    Moment,
    Party,
    Present,
    Problem,
    Quoted,
    Reaction,
    Search,
    WebVisit,
)
from extractors.exports.google.activity import activity, browser_history, looks_like_history
from extractors.exports.google.chat import chat
from extractors.exports.google.places import locations
from tests.evidence_builders.files import MemoryFile
from tests.extractors.broken_json import assert_no_entry_is_lost, broken_rows

RECORDS = "Takeout/Location History/Records.json"
AT_US = 1_772_357_400_123_000
ISO = "2026-03-01T09:30:00.123Z"


def file(path: str, value: Any, **beside: Any) -> MemoryFile:
    others = {name: json.dumps(one).encode() for name, one in beside.items()}
    return MemoryFile(path, json.dumps(value).encode(), mime="application/json", others=others)


def at(meaning: str, raw: str = ISO, clock: str = "B", utc_us: int = AT_US) -> Moment:
    return Moment(meaning, utc_us, raw, clock)


def place(locator: str, **fields: Any) -> Location:
    return Location(**{"locator": locator, "service": "Google", "lat": 51.5, "lon": -0.125, **fields})


def test_fixes_of_both_generations_come_out_whole() -> None:
    old = {"timestampMs": "1772357400123", "latitudeE7": 515000000, "longitudeE7": -1250000, "accuracy": 20}
    new = {"timestamp": ISO, "latitudeE7": 515000000, "longitudeE7": -1250000, "altitude": 12, "source": "WIFI"}
    new["activity"] = [{"timestamp": ISO, "activity": [{"type": "WALKING", "confidence": 70}]}]
    bad = {"timestamp": ISO, "latitudeE7": 9515000000, "longitudeE7": -1250000}
    found = list(locations(file(RECORDS, {"locations": [old, new, bad, {"timestamp": ISO}, 7]})))
    assert found == [
        Present(1),
        place(
            "locations:0",
            moments=(at("recorded", "1772357400123", "A"),),
            accuracy_m=20.0,
            source="location history",
        ),
        Present(1),
        place(
            "locations:1",
            moments=(at("recorded"),),
            extra=(("activity, as guessed", "WALKING (70)"), ("source", "WIFI")),
            altitude_m=12.0,
            source="location history",
        ),
        Present(1),
        Problem("value", "place", "latitudeE7 is no coordinate: 9515000000", "locations:2"),
        Problem("row", "no-place", "an entry whose place cannot be read", "locations:2"),
        Present(1),
        Problem("row", "not-an-object", "7 where a place should stand", "locations:4"),
        Problem("note", "no-place", "1 entries have no place (movement, scans, journeys) and are not read"),
    ]


def test_visits_and_ways_of_the_semantic_history_come_out() -> None:
    point = {"latitudeE7": 515000000, "longitudeE7": -1250000}
    span = {"duration": {"startTimestamp": ISO, "endTimestamp": "2026-03-01T10:30:00.123Z"}}
    visit = {"location": {**point, "name": "Harbour", "address": "1 Quay", "placeId": "p"}, **span}
    way = {"startLocation": point, "endLocation": point, "activityType": "IN_BUS", **span}
    way["simplifiedRawPath"] = {"points": [{"latE7": 515000000, "lngE7": -1250000, "timestamp": ISO}]}
    data = {"timelineObjects": [{"placeVisit": visit}, {"activitySegment": way}]}
    ended = at("ended", "2026-03-01T10:30:00.123Z", utc_us=AT_US + 3_600_000_000)
    guessed = (("activity, as guessed", "IN_BUS"),)
    where = "Takeout/Location History/Semantic Location History/2026/2026_MARCH.json"
    assert list(locations(file(where, data))) == [
        Present(1),
        place(
            "timelineObjects:0",
            moments=(at("started"), ended),
            extra=(("placeId", "p"),),
            source="place visit, as guessed",
            text="Harbour\n1 Quay",
        ),
        Present(1),
        place("timelineObjects:1", moments=(at("started"),), extra=guessed, source="way, startLocation"),
        place("timelineObjects:1", moments=(ended,), extra=guessed, source="way, endLocation"),
        place("timelineObjects:1", moments=(at("recorded"),), extra=guessed, source="way, point"),
    ]


def test_the_timelines_of_phones_come_out() -> None:
    android = {
        "semanticSegments": [
            {
                "startTime": "2026-03-01T10:30:00.123+01:00",
                "endTime": ISO,
                "visit": {"topCandidate": {"placeId": "p", "placeLocation": {"latLng": "51.5°, -0.125°"}}},
            },
            {"startTime": ISO, "endTime": ISO, "timelinePath": [{"point": "51.5°, -0.125°", "time": ISO}]},
        ],
        "rawSignals": [
            {"position": {"LatLng": "51.5°, -0.125°", "accuracyMeters": 15, "timestamp": ISO, "source": "GPS"}},
            {"wifiScan": {"deliveryTime": ISO}},
        ],
    }
    assert list(locations(file("Timeline.json", android))) == [
        Present(1),
        place(
            "semanticSegments:0",
            moments=(at("started", "2026-03-01T10:30:00.123+01:00"), at("ended")),
            extra=(("placeId", "p"),),
            source="place visit, as guessed",
        ),
        Present(1),
        place("semanticSegments:1", moments=(at("recorded"),), source="way, point"),
        Present(1),
        place(
            "rawSignals:0",
            moments=(at("recorded"),),
            extra=(("source", "GPS"),),
            accuracy_m=15.0,
            source="location history",
        ),
        Problem("note", "no-place", "1 entries have no place (movement, scans, journeys) and are not read"),
    ]
    ios = [{"startTime": ISO, "endTime": ISO, "activity": {"start": "geo:51.5,-0.125", "end": "geo:95,0"}}]
    assert list(locations(file("location-history.json", ios))) == [
        Present(1),
        place("0", moments=(at("started"),), source="way, start"),
        Problem("value", "place", "no coordinates: geo:95,0", "0"),
    ]


@pytest.mark.parametrize("name", ["Settings.json", "Settings (1).json"])
def test_the_settings_beside_the_history_are_left_alone(name: str) -> None:
    assert list(locations(file(f"Takeout/Location History/{name}", {"hasReportedLocations": True}))) == []


def test_activity_is_told_in_the_services_own_words() -> None:
    rows = [
        {
            "header": "Search",
            "title": "Searched for night bus",
            "titleUrl": "https://www.google.com/search",
            "time": ISO,
        },
        {"header": "YouTube", "title": "Watched a film", "titleUrl": "https://www.youtube.com/watch?v=1", "time": ISO},
        {"header": "Maps", "title": "Used Maps", "time": ISO, "products": ["Maps"]},
        "odd",
    ]
    shared = {"moments": (at("recorded"),)}
    assert list(activity(file("Takeout/My Activity/Search/MyActivity.json", rows))) == [
        Present(1),
        Search(locator="0", service="Search", text="night bus", url="https://www.google.com/search", **shared),
        Present(1),
        WebVisit(
            locator="1", service="YouTube", url="https://www.youtube.com/watch?v=1", title="Watched a film", **shared
        ),
        Present(1),
        AppUse(
            locator="2", service="Maps", app="Maps", activity="Used Maps", extra=(("products", '["Maps"]'),), **shared
        ),
        Present(1),
        Problem("row", "not-an-object", "odd where an entry should stand", "3"),
    ]


def test_the_browser_history_is_known_under_any_name_and_what_stands_beside_it_is_named() -> None:
    row = {"title": "Tides", "url": "https://example.org/", "time_usec": 1_772_357_400_123_000}
    document = {"Browser History": [row], "Typed Url": [{"url": "https://example.org/"}], "Session": []}
    found = file("Takeout/Chrome/Verlauf.json", document)
    assert looks_like_history(found.head)
    assert not looks_like_history(b'{"History": []}')
    assert list(browser_history(found))[2:] == [Problem("note", "not-read", "not read: Typed Url")]


def test_the_browser_history_of_the_account_comes_out() -> None:
    row = {"title": "Bus times", "url": "https://www.google.com/search?q=bus", "time_usec": AT_US, "client_id": "c"}
    assert list(browser_history(file("Takeout/Chrome/BrowserHistory.json", {"Browser History": [row]}))) == [
        Present(1),
        WebVisit(
            locator="Browser History:0",
            service="Chrome",
            moments=(at("recorded as visited", str(AT_US), "A"),),
            extra=(("client_id", "c"), ("search words in the address", "bus")),
            url="https://www.google.com/search?q=bus",
            title="Bus times",
        ),
    ]


def test_messages_of_google_chat_come_out_with_group_answers_and_reactions() -> None:
    ann = {"name": "Ann Example", "email": "ann@example.org"}
    row = {
        "creator": ann,
        "created_date": "Sunday, March 1, 2026 at 9:30:00\u202fAM UTC",
        "updated_date": "Sunday, 1 March 2026 at 10:30:00 UTC",
        "text": "see you",
        "message_id": "g/m1",
        "attached_files": [{"original_name": "map.png", "export_name": "File-map.png"}],
        "reactions": [{"emoji": {"unicode": "👍"}, "reactor_emails": ["ben@example.org"]}],
        "quoted_message_metadata": {"creator": ann, "text": "when?", "message_id": "g/m0"},
    }
    path = "Takeout/Google Chat/Groups/Space AA/messages.json"
    data = {"messages": [row, {"created_date": "gestern", "message_state": "DELETED"}]}
    info = {"name": "Harbour", "members": [ann, {"name": "Ben Example"}]}
    found = list(chat(file(path, data, **{"group_info.json": info})))
    party = Party("ann@example.org", "email", "Ann Example")
    ben = Party("Ben Example", "name", "Ben Example")
    half_past = 1_772_357_400_000_000
    assert found == [
        Present(1),
        Group(
            locator="group_info.json",
            service="Google Chat",
            conversation="Space AA",
            title="Harbour",
            identifiers=(party, ben),
            members=(Member(party), Member(ben)),
        ),
        Present(1),
        Message(
            locator="messages:0",
            service="Google Chat",
            moments=(
                at("sent", "Sunday, March 1, 2026 at 9:30:00\u202fAM UTC", utc_us=half_past),
                at("edited", "Sunday, 1 March 2026 at 10:30:00 UTC", utc_us=half_past + 3_600_000_000),
            ),
            flags=("edited",),
            attachments=(Attachment("map.png", "Takeout/Google Chat/Groups/Space AA/File-map.png"),),
            conversation="Space AA",
            title="Harbour",
            sender=party,
            text="see you",
            key="g/m1",
            quotes=Quoted("g/m0", party, "when?"),
            reactions=(Reaction("👍", Party("ben@example.org", "email")),),
        ),
        Present(1),
        Message(
            locator="messages:1",
            service="Google Chat",
            moments=(Moment("sent", None, "gestern", "B", note="not a date in English words"),),
            deleted=True,
            flags=("deleted by sender",),
            conversation="Space AA",
            title="Harbour",
        ),
        Problem("value", "time", "created_date: not a date in English words: gestern", "messages:1"),
    ]


def test_the_earlier_texts_of_a_message_in_google_chat_are_told() -> None:
    when = "Sunday, March 1, 2026 at 9:30:00 AM UTC"
    row = {"creator": {"name": "Ann"}, "created_date": when, "text": "At ten", "message_id": "m"}
    row["previous_message_versions"] = [{"created_date": when, "text": "At nine"}]
    found = list(chat(file("Takeout/Google Chat/Groups/DM 1/messages.json", {"messages": [row]})))[1]
    assert isinstance(found, Message)
    assert found.extra == (("earlier text", "At nine"), ("earlier text, created_date", when))


@pytest.mark.parametrize("extractor", [locations, activity, browser_history, chat])
@pytest.mark.parametrize(
    ("data", "kind"),
    [(b"", "file"), (b"[", "file"), (b'{"other": 1}', "schema"), (b"\xff\xfe", "file"), (b"3", "schema")],
)
def test_what_is_no_such_export_is_said(extractor, data: bytes, kind: str) -> None:
    found = list(extractor(MemoryFile("Takeout/x.json", data, mime="application/json")))
    assert [one.kind for one in found if isinstance(one, Problem)] == [kind]


def test_no_entry_is_lost_for_a_broken_value() -> None:
    fix = {
        "latitudeE7": 515000000,
        "longitudeE7": -1250000,
        "accuracy": 20,
        "activity": [{"activity": [{"type": "X"}]}],
    }
    for row in broken_rows(fix):
        found = list(locations(file(RECORDS, {"locations": [row]})))
        assert any(not isinstance(one, Present) for one in found)
    point = {"topCandidate": {"placeLocation": {"latLng": "51.5, -0.1"}}}
    segment = {"startTime": ISO, "endTime": ISO, "visit": point, "timelinePath": [{"point": "51.5, -0.1", "time": ISO}]}
    for row in (*broken_rows(segment), *broken_rows({"position": {"LatLng": "1, 2"}}), *broken_rows(point)):
        for name in ("semanticSegments", "rawSignals", "timelineObjects"):
            assert list(locations(file("Timeline.json", {name: [row]})))
        assert list(locations(file("location-history.json", [row])))
    message = {
        "creator": {"name": "Ann Example"},
        "created_date": "Tuesday, 1 March 2022 at 10:00:00 UTC",
        "text": "Hello",
        "attached_files": [{"export_name": "a.jpg"}],
        "quoted_message_metadata": {"text": "x"},
        "message_id": "1",
        "reactions": [{"emoji": {"unicode": "x"}, "reactor_emails": ["ann@example.org"]}],
    }
    path = "Takeout/Google Chat/Groups/DM 1/messages.json"
    assert_no_entry_is_lost(chat, lambda rows: file(path, {"messages": rows}), message)
    entry = {"header": "Search", "title": "Searched for x", "titleUrl": "https://example.org", "time": ISO}
    assert_no_entry_is_lost(activity, lambda rows: file("My Activity/Search/MyActivity.json", rows), entry)
    page = {"title": "x", "url": "https://example.org", "time_usec": 1}
    name = "Takeout/Chrome/BrowserHistory.json"
    assert_no_entry_is_lost(browser_history, lambda rows: file(name, {"Browser History": rows}), page)
