"""GPX and KML."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence_store.records import Location, Moment, Present, Problem
from extractors.base import Extractor
from extractors.exports.tracks import gpx, kml
from tests.evidence_builders.files import MemoryFile

AT = Moment("recorded", 1_772_357_400_000_000, "2026-03-01T09:30:00Z", "B")


def read(text: str | bytes, zone: str | None = None) -> list[object]:
    data = text if isinstance(text, bytes) else text.encode()
    name, extractor = ("a.kml", kml) if b"<kml" in data else ("a.gpx", gpx)
    return list(extractor(MemoryFile(name, data, mime="text/xml", zone=zone)))


def test_points_of_each_kind_come_out_whole() -> None:
    found = read(
        '<?xml version="1.0"?>\n<gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1"><metadata><name>File</name>'
        '</metadata>\n<wpt lat="51.5" lon="-0.125"><ele>12</ele><time>2026-03-01T09:30:00Z</time><name>Harbour</name>'
        "<desc>Meet here</desc><sat>5</sat></wpt>\n<trk><name>Walk</name><trkseg>"
        '<trkpt lat="51.6" lon="-0.126"><time>2026-03-01T09:30:00</time></trkpt></trkseg></trk>\n'
        '<rte><rtept lat="95" lon="0"/></rte></gpx>',
        zone="Europe/London",
    )
    places = [one.locator for one in found if isinstance(one, Location | Problem)]
    assert found == [
        Present(1),
        Location(
            locator=places[0],
            moments=(AT,),
            extra=(("sat", "5"), ("belongs to", "File")),
            lat=51.5,
            lon=-0.125,
            altitude_m=12.0,
            source="GPX waypoint",
            text="Harbour\nMeet here",
        ),
        Present(1),
        Location(
            locator=places[1],
            moments=(
                Moment(
                    *("recorded", 1_772_357_400_000_000, "2026-03-01T09:30:00", "C", "Europe/London, operator"),
                ),
            ),
            extra=(("belongs to", "Walk"),),
            lat=51.6,
            lon=-0.126,
            source="GPX track point",
        ),
        Present(1),
        Problem("row", "no-coordinates", "no coordinates that can be: '95', '0'", places[2]),
    ]
    assert [place.split(",")[0] for place in places] == ["line 3", "line 4", "line 5"]


def test_points_lines_and_tracks_of_kml_come_out() -> None:
    found = read(
        '<kml xmlns="http://www.opengis.net/kml/2.2" xmlns:gx="http://www.google.com/kml/ext/2.2"><Document>'
        "<Placemark><name>Harbour</name><TimeStamp><when>2026-03-01T09:30:00Z</when></TimeStamp>"
        '<ExtendedData><Data name="who"><value>Ann Example</value></Data></ExtendedData>'
        "<Point><coordinates>-0.125,51.5,12</coordinates></Point></Placemark>"
        "<Placemark><MultiGeometry><LineString><coordinates>-0.125,51.5 -0.126,51.6\n</coordinates></LineString>"
        "</MultiGeometry></Placemark>"
        "<Placemark><gx:Track><when>2026-03-01T09:30:00Z</when><when>2026-03-01T09:31:00Z</when>"
        "<gx:coord>-0.125 51.5 3</gx:coord></gx:Track></Placemark></Document></kml>"
    )
    shared = {"lat": 51.5, "lon": -0.125}
    spots = [one for one in found if not isinstance(one, Present)]
    where = [one.locator for one in spots]
    assert spots == [
        Location(
            locator=where[0],
            moments=(AT,),
            extra=(("who", "Ann Example"),),
            altitude_m=12.0,
            source="KML Point",
            text="Harbour",
            **shared,
        ),
        Location(locator=where[1], source="KML LineString", **shared),
        Location(locator=where[2], lat=51.6, lon=-0.126, source="KML LineString"),
        Location(locator=where[3], moments=(AT,), altitude_m=3.0, source="KML track", **shared),
        Problem("row", "no-coordinates", "a time without a place: 2026-03-01T09:31:00Z", where[4]),
    ]


def test_what_breaks_off_is_read_to_there_and_entities_are_refused() -> None:
    found = read('<gpx><wpt lat="1" lon="2"/><wpt lat="3"')
    assert [type(one) for one in found] == [Present, Location, Problem]
    assert (found[2].kind, found[2].code) == ("file", "damaged-xml")
    bomb = read('<!DOCTYPE gpx [<!ENTITY a "b">]><gpx><wpt lat="1" lon="2"><name>&a;</name></wpt></gpx>')
    assert [(one.kind, one.code) for one in bomb] == [("file", "damaged-xml")]
    assert [(one.kind, one.code) for one in read("<html/>")] == [("schema", "unknown-layout")]


@given(st.text(max_size=80), st.sampled_from(["gpx", "kml"]))
def test_any_text_is_read_or_said(text: str, root: str) -> None:
    data = f"<{root}><wpt lat='1' lon='{text}'/><Placemark><coordinates>{text}</coordinates></Placemark>"
    found = read(data.encode("utf-8", "surrogatepass"))
    assert all(isinstance(one, Location | Problem | Present) for one in found)


def test_the_track_of_a_published_sample_has_its_times(corpus) -> None:
    found = read((corpus / "exiftool/images/Geotag.kml").read_bytes())
    points = [one for one in found if isinstance(one, Location)]
    assert [one.moments[0].utc_us for one in points] == [1384333414245000, 1384333475259000, 1384333535277000]
    assert (points[0].lat, points[0].lon) == (34.166232, -106.026069)


@pytest.mark.parametrize("name", ["cerknicko-without-times.gpx", "track-with-less-sec-time.gpx"])
def test_points_have_times_where_the_file_has_them(corpus, name: str) -> None:
    points = [one for one in read((corpus / "gpxpy" / name).read_bytes()) if isinstance(one, Location)]
    dated = [one for one in points if one.moments]
    assert (len(points), len(dated)) == {"cerknicko-without-times.gpx": (303, 5)}.get(name, (2, 2))


def test_a_track_without_a_name_does_not_take_that_of_the_one_before() -> None:
    found = read(
        "<gpx><metadata><name>File</name><author><name>Ann Example</name></author></metadata>"
        "<trk><name>Walk</name><trkseg><trkpt lat='1' lon='2'/></trkseg></trk>"
        "<trk><extensions><name>red</name></extensions><trkseg><trkpt lat='3' lon='4'/></trkseg></trk></gpx>"
    )
    assert [one.extra for one in found if isinstance(one, Location)] == [
        (("belongs to", "Walk"),),
        (("belongs to", "File"),),
    ]


def test_each_point_of_kml_is_counted_and_a_place_without_one_is_said() -> None:
    found = read(
        "<kml><Placemark><LineString><coordinates>1,2 3,4</coordinates></LineString></Placemark>"
        "<Placemark><name>Home</name><address>1 Example Street</address></Placemark></kml>"
    )
    told = [one.locator for one in found if not isinstance(one, Present)]
    assert len(set(told)) == 3 == sum(one.rows for one in found if isinstance(one, Present))
    assert found[-1] == Problem(
        "row", "no-coordinates", "a place without coordinates: Home, 1 Example Street", told[-1]
    )


@pytest.mark.parametrize(("extractor", "data"), [(gpx, b"<gpx version='1.1'/>"), (kml, b"<kml><Document/></kml>")])
def test_a_file_without_a_place_is_an_empty_one(extractor: Extractor, data: bytes) -> None:
    assert list(extractor(MemoryFile("a.xml", data))) == [Present(0)]


@pytest.mark.parametrize(
    ("written", "utc_us", "note"),
    [
        ("2026-03-01T09:30:00.1234567Z", 1_772_357_400_123_456, ""),
        ("2026-03-01T09:30:00,5Z", 1_772_357_400_500_000, ""),
        ("2026-03-01T09:30:00.1234567890Z", 1_772_357_400_123_456, ""),
        ("2026-03-01T09:30:00z", 1_772_357_400_000_000, ""),
        ("2026-03-01T09:30Z", 1_772_357_400_000_000, ""),
        ("2026-03-01 09:30:00 UTC", 1_772_357_400_000_000, ""),
        ("2026-03-01T10:30:00+01", 1_772_357_400_000_000, ""),
        ("2026-03-01T04:30:00-5:00", 1_772_357_400_000_000, ""),
        ("2026-03-01T10:30:00+0100", 1_772_357_400_000_000, ""),
        ("2026-03-01T09:30:00 PM", None, "not a date and time whose zone is known"),
        ("2026-03-01T09:30:00.000 CET", None, "not a date and time whose zone is known"),
        ("2026-03-01", None, "a date without a time"),
        ("2026-03", None, "a date without a time"),
        ("2026-03-01T09:30:00+99:00", None, "the stored offset cannot be"),
        ("soon", None, "not a date"),
    ],
)
def test_a_time_is_placed_by_its_own_zone_or_not_at_all(written: str, utc_us: int | None, note: str) -> None:
    found = read(f"<gpx><wpt lat='1' lon='2'><time>{written}</time></wpt></gpx>", zone="Asia/Tokyo")
    clock = "C" if utc_us is None else "B"
    assert found[1].moments == (Moment("recorded", utc_us, written, clock, note=note),)


def test_a_waypoint_behind_a_track_does_not_belong_to_it_and_links_come_out() -> None:
    found = read(
        "<gpx><metadata><name>File</name></metadata><trk><name>Walk</name><trkseg>"
        "<trkpt lat='1' lon='2'/></trkseg></trk><wpt lat='3' lon='4'><link href='pictures/a.jpg'>"
        "<text>picture</text></link></wpt></gpx>"
    )
    assert [one.extra for one in found if isinstance(one, Location)] == [
        (("belongs to", "Walk"),),
        (("link", "pictures/a.jpg"), ("belongs to", "File")),
    ]


@pytest.mark.parametrize(
    ("written", "value"), [(".5", 0.5), ("-.125", -0.125), ("5.", 5.0), ("1." + "0" * 40, 1.0), ("5e-2", 0.05)]
)
def test_coordinates_are_read_however_they_are_written(written: str, value: float) -> None:
    assert [one.lat for one in read(f"<gpx><wpt lat='{written}' lon='0'/></gpx>") if isinstance(one, Location)] == [
        value
    ]


@pytest.mark.parametrize(
    ("written", "places"),
    [
        ("-0.125, 51.5, 12", [(51.5, -0.125, 12.0)]),
        ("1 , 2\n3 , 4", [(2.0, 1.0, None), (4.0, 3.0, None)]),
        ("1,2, 3,4, 5,6", [(2.0, 1.0, None), (4.0, 3.0, None), (6.0, 5.0, None)]),
    ],
)
def test_spaces_behind_the_commas_of_a_line_cost_nothing(written: str, places: list[tuple[float, ...]]) -> None:
    found = read(f"<kml><Placemark><LineString><coordinates>{written}</coordinates></LineString></Placemark></kml>")
    assert [(one.lat, one.lon, one.altitude_m) for one in found if isinstance(one, Location)] == places


@pytest.mark.parametrize("prefix", ["ns0:", "gpx:"])
def test_names_with_a_prefix_are_those_without(prefix: str) -> None:
    plain = "<{0}gpx xmlns:ns0='x'><{0}wpt lat='1' lon='2'><{0}name>Pier</{0}name></{0}wpt></{0}gpx>"
    found = [one for one in read(plain.format(prefix)) if isinstance(one, Location)]
    assert [(one.lat, one.text) for one in found] == [(1.0, "Pier")]


def test_the_telephone_number_of_a_place_comes_out() -> None:
    found = read(
        "<kml><Placemark><name>Pier</name><phoneNumber>07700 900101</phoneNumber>"
        "<Point><coordinates>1,2</coordinates></Point></Placemark></kml>"
    )
    assert [one.text for one in found if isinstance(one, Location)] == ["Pier\n07700 900101"]
