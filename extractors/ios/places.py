"""Places that iOS keeps of the device: significant locations, visits, the cache of fixes, the parked car."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from evidence_store.records import Location, Present, Problem
from extractors.base import EvidenceFile, Found, extractor
from extractors.database import Doubts, count_rows, each_row, read_database, selecting, stored
from extractors.ios.core_data import named, set_times
from parsers.sqlite_file import EvidenceDatabase, Row

# Each generation of a table has one of these pairs.
_PAIRS: Final = (
    ("ZLATITUDE", "ZLONGITUDE"),
    ("ZLOCATIONLATITUDE", "ZLOCATIONLONGITUDE"),
    ("ZLOCLATITUDE", "ZLOCLONGITUDE"),
)
_ACCURACIES: Final = (
    *("ZHORIZONTALACCURACY", "ZLOCATIONHORIZONTALUNCERTAINTY", "ZLOCATIONUNCERTAINTY", "ZLOCUNCERTAINTY"),
    "ZUNCERTAINTY",
)
_TIMES: Final = (
    ("fix of the position", "ZTIMESTAMP"),
    ("recorded", "ZDATE"),
    ("arrived, as worked out by the system", "ZENTRYDATE"),
    ("left, as worked out by the system", "ZEXITDATE"),
    ("fix of the position", "ZLOCATIONDATE"),
    ("fix of the position", "ZLOCDATE"),
    ("created", "ZCREATIONDATE"),
)
_TOLD: Final = (
    *("ZALTITUDE", "ZSPEED", "ZCOURSE", "ZTYPE", "ZCONFIDENCE", "ZDATAPOINTCOUNT", "ZLOCATIONOFINTEREST", "ZPLACE"),
    *("ZVEHICLEIDENTIFIER", "ZUSERSETLOCATION", "ZLOCFINDERVEHICLE", "ZNOTES", "ZSOURCE", "ZDISPLAYNAME", "ZNAME"),
)
_SOURCES: Final = {
    "ZRTCLLOCATIONMO": "fix in the cache of positions",
    "ZRTHINTMO": "hint to a place",
    "ZRTVISITMO": "visit, as worked out by the system",
    "ZRTLEARNEDVISITMO": "visit, as worked out by the system",
    "ZRTLEARNEDLOCATIONOFINTERESTVISITMO": "visit to a significant location, as worked out by the system",
    "ZRTLEARNEDLOCATIONOFINTERESTMO": "significant location, as worked out by the system",
    "ZRTVEHICLEEVENTMO": "place of a parked car, as worked out by the system",
    "ZRTVEHICLEEVENTHISTORYMO": "place of a parked car, as worked out by the system",
    "ZRTMAPITEMMO": "place on the map that was matched",
}


@extractor(
    id="ios.places",
    version=1,
    title="Significant locations, visits and cached positions",
    files=("**/com.apple.routined/*.sqlite",),
    tables=({"ZRTCLLOCATIONMO": {"Z_PK"}}, {"ZRTLEARNEDLOCATIONOFINTERESTMO": {"Z_PK"}}, {"ZRTVISITMO": {"Z_PK"}}),
    emits=(Location,),
    privacy="location",
    layouts="Cache.sqlite, Local.sqlite and Cloud-V2.sqlite of iOS 11 to 18 (every ZRT table with a position)",
    tested_on="documented schema, no device data",
    limits="Arrival, departure and which place it was are what the system worked out. The cache holds about a week; "
    "positions of other devices of the account can be among those of Cloud-V2.sqlite. Addresses are not read.",
)
def places(file: EvidenceFile) -> Iterator[Found]:
    """Every row with a position, of every table of the routine store that has such columns; seconds since 2001.

    References:
    - the layout as public descriptions give it (I. Whiffin's and S. Edwards's published notes on routined)
    """
    yield from read_database(file, _read)


def _read(db: EvidenceDatabase) -> Iterator[Found]:
    known = sorted(table for table in db.tables() if table.startswith("ZRT"))
    if not known:
        yield Problem("schema", "unknown-layout", "no table of routined")
        return
    for table in known:
        columns = db.tables()[table]
        pair = next((one for one in _PAIRS if set(one) <= columns), None)
        if pair is not None and "Z_PK" in columns:
            yield from _places(db, table, pair)


def _places(db: EvidenceDatabase, table: str, pair: tuple[str, str]) -> Iterator[Found]:
    if rows := count_rows(db, table):
        yield Present(rows)
    doubts = Doubts()
    gaps: list[Problem] = []
    names = dict.fromkeys((*pair, *_ACCURACIES, *_TOLD, *(name for _, name in _TIMES)))
    for row in each_row(db, table, f"Z_PK, {selecting(db, table, tuple(names))}", gaps, key="Z_PK"):
        doubts.locator = f"{table}:Z_PK={row['Z_PK']}"
        lat, lon = _number(row[pair[0]], -90, 90), _number(row[pair[1]], -180, 180)
        if lat is None or lon is None:
            what = f"no position: {stored(row[pair[0]])}, {stored(row[pair[1]])}"
            yield Problem("row", "no-position", what, doubts.locator)
            continue
        yield _place(row, table, lat, lon, doubts)
        if doubts.problems:
            yield from doubts.drain()
    yield from gaps


def _place(row: Row, table: str, lat: float, lon: float, doubts: Doubts) -> Location:
    accuracy = next((one for name in _ACCURACIES if (one := _number(row[name], 0, 1e9)) is not None), None)
    return Location(
        locator=doubts.locator,
        moments=set_times(row, _TIMES, doubts),
        extra=named(row, _TOLD[1:]),
        lat=lat,
        lon=lon,
        altitude_m=_number(row["ZALTITUDE"], -1e6, 1e6),
        accuracy_m=accuracy,
        source=_SOURCES.get(table, table),
        text=next((str(row[name]) for name in ("ZDISPLAYNAME", "ZNAME", "ZNOTES") if isinstance(row[name], str)), None),
    )


def _number(value: Any, least: float, most: float) -> float | None:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if number and least <= value <= most else None
