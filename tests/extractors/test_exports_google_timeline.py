"""The location history of Google in the shapes of several years: nested visits, edits, what a phone counts."""

from __future__ import annotations

import pytest

from evidence_store.records import Present, Problem
from extractors.exports.google.places import locations, looks_like
from tests.extractors.test_exports_google import AT_US, ISO, at, file, place


def test_visits_within_visits_and_all_points_of_a_way_come_out() -> None:
    point, short = {"latitudeE7": 515000000, "longitudeE7": -1250000}, {"latE7": 515000000, "lngE7": -1250000}
    centre = {"centerLatE7": 515000000, "centerLngE7": -1250000}
    visit = {"location": {"placeId": "p"}, **centre, "childVisits": [{"location": {**point, "name": "Kiosk"}}]}
    way = {"waypointPath": {"waypoints": [short]}, "transitPath": {"transitStops": [{**point, "name": "Quay"}]}}
    way["parkingEvent"] = {"location": {**point, "accuracyMetres": 10}, "timestamp": ISO}
    data = {"timelineObjects": [{"placeVisit": visit}, {"activitySegment": way}]}
    middle = (("placeId", "p"), ("coordinates", "the middle of the fixes"))
    assert list(locations(file("Takeout/Standortverlauf/Semantic Location History/2020/2020_MAI.json", data))) == [
        Present(1),
        place("timelineObjects:0", extra=middle, source="place visit, as guessed"),
        place("timelineObjects:0", source="place visit, as guessed", text="Kiosk"),
        Present(1),
        place("timelineObjects:1", source="way, as guessed from a map"),
        place("timelineObjects:1", source="way, stop as guessed", text="Quay"),
        place("timelineObjects:1", moments=(at("recorded"),), source="parking, as guessed"),
    ]


def test_places_that_a_phone_counts_and_where_it_parked_come_out() -> None:
    parking = {"location": {"latLng": "51.5°, -0.125°"}, "startTime": ISO}
    android = {
        "semanticSegments": [{"activity": {"parking": parking}}],
        "userLocationProfile": {
            "frequentPlaces": [{"placeId": "p", "placeLocation": "51.5°, -0.125°", "label": "HOME"}],
            "persona": {"travelModeAffinities": []},
        },
    }
    assert list(locations(file("Zeitachse.json", android))) == [
        Present(1),
        place("semanticSegments:0", moments=(at("recorded"),), source="parking, as guessed"),
        Present(1),
        place(
            "userLocationProfile:frequentPlaces:0",
            extra=(("placeId", "p"), ("label", "HOME")),
            source="frequent place, as counted",
        ),
    ]


def test_points_of_an_iphone_have_the_time_that_their_minutes_give() -> None:
    point = {"point": "geo:51.5,-0.125", "durationMinutesOffsetFromStartTime": "97"}
    moment = at("recorded", f"{ISO} + 97 min", utc_us=AT_US + 97 * 60_000_000)
    row = {"endTime": ISO, "startTime": ISO, "timelinePath": [point]}
    assert list(locations(file("location-history.json", [row]))) == [
        Present(1),
        place("0", moments=(moment,), source="way, point"),
    ]


def test_edits_of_the_timeline_come_out_with_who_made_them() -> None:
    point = {"latE7": 515000000, "lngE7": -1250000}
    fix = {"point": point, "accuracyMm": 13000, "altitudeMeters": 12.0, "source": "WIFI", "timestamp": ISO}
    visit = {"visit": {"topCandidate": {"placeId": "p", "placeLocation": point}}}
    count = {"score": 12.0, "point": point, "placeId": "p", "placePoint": point}
    rows = [
        {"deviceId": "7", "rawSignal": {"signal": {"position": fix}}},
        {"deviceId": "7", "rawSignal": {"signal": {"wifiScan": {"deliveryTime": ISO}}}},
        {"deviceId": "7", "userEditedSemanticSegment": {"startTime": ISO, "segment": visit}},
        {"deviceId": "0", "placeAggregates": {"placeAggregateInfo": [count]}},
    ]
    device = ("deviceId", "7")
    assert list(locations(file("Takeout/Location History/Timeline Edits.json", {"timelineEdits": rows}))) == [
        Present(1),
        place(
            "timelineEdits:0",
            moments=(at("recorded"),),
            extra=(("source", "WIFI"), device),
            accuracy_m=13.0,
            altitude_m=12.0,
            source="location history",
        ),
        Present(1),
        place(
            "timelineEdits:2",
            moments=(at("started"),),
            extra=(("placeId", "p"), device, ("segment", "userEditedSemanticSegment")),
            source="place visit, as guessed",
        ),
        Present(1),
        place(
            "timelineEdits:3",
            extra=(("score", 12.0), ("placeId", "p"), ("deviceId", "0")),
            source="frequent place, as counted",
        ),
        Problem("note", "no-place", "1 entries have no place (movement, scans, journeys) and are not read"),
    ]


@pytest.mark.parametrize(
    ("head", "known"),
    [
        (b'\xef\xbb\xbf{\r\n  "locations": [{\r\n    "latitudeE7": 1', True),
        (b'{"timelineObjects": [{"placeVisit": {}}]}', True),
        (b'{\n  "semanticSegments": [\n    {"visit": {"topCandidate": {"placeLocation": {"latLng": "1, 2"}}}}', True),
        (b'{"timelineEdits": [{"deviceId": "0", "rawSignal": {}}]}', True),
        (b'[\n  {\n    "endTime" : "2026", "visit" : {"topCandidate": {"placeLocation" : "geo:51.5,-0.1"', True),
        (b'{"locations": ["Leeds"]}', False),
        (b'{"timelineEdits": [{"id": "act_1"}]}', False),
        (b'[{"startTime": "2026", "title": "x"}]', False),
    ],
)
def test_a_history_is_known_by_what_is_in_it(head: bytes, known: bool) -> None:
    assert looks_like(head) is known
