"""Events of Digital Wellbeing, and launches that predictions are made from."""

from __future__ import annotations

import pytest

from evidence_store.records import AppUse, Moment, Present, Problem
from extractors.android.wellbeing import app_launches, wellbeing
from tests.evidence_builders.browsers import database
from tests.evidence_builders.files import MemoryFile
from tests.extractors.whole_tables import assert_a_table_is_read_whole

PATH = "data/data/com.google.android.apps.wellbeing/databases/app_usage"
SCHEMA = """CREATE TABLE packages (_id INTEGER PRIMARY KEY,package_name TEXT, UNIQUE(package_name) ON CONFLICT ABORT);
CREATE TABLE components(_id INTEGER PRIMARY KEY,component_name TEXT NOT NULL,package_id INTEGER NOT NULL);
CREATE TABLE component_events(_id INTEGER PRIMARY KEY,timestamp INTEGER NOT NULL,type INTEGER NOT NULL,
 component_id INTEGER NOT NULL);
CREATE TABLE events (_id INTEGER PRIMARY KEY,timestamp INTEGER NOT NULL,type INTEGER NOT NULL,
 package_id INTEGER NOT NULL, instance_id INTEGER DEFAULT NULL, task_root_package_id INTEGER DEFAULT NULL);
INSERT INTO packages VALUES (1,'org.example.app'), (2,'com.example.phone'), (3,NULL);
INSERT INTO components VALUES (5,'org.example.app.Main',1), (6,'org.example.gone.Main',9);"""
EVENTS = """INSERT INTO events VALUES (10,1685392303291,1,1,177531654,2), (11,1685392303291,1,1,177531654,2),
 (12,1685392304037,18,9,0,9), (13,1685392304038,99,3,NULL,NULL), (14,0,2,2,NULL,NULL);"""
COMPONENTS = "INSERT INTO component_events VALUES (1,1685392303291,1,5), (2,1685392303292,2,6), (3,1685392303293,2,7);"


def use(
    where: str, ms: int, app: str, activity: str, *extra: tuple[str, object], flags: tuple[str, ...] = ()
) -> AppUse:
    return AppUse(
        locator=where,
        service="Digital Wellbeing",
        moments=(Moment("recorded", ms * 1000, str(ms), "A"),),
        flags=flags,
        extra=extra,
        app=app,
        activity=activity,
    )


def no_package(key: object, where: str) -> Problem:
    return Problem("value", "no-package", f"there is no row of packages for this event (_id={key})", where)


def test_every_event_comes_out_with_or_without_its_package() -> None:
    found = list(wellbeing(MemoryFile(PATH, database(SCHEMA, EVENTS, COMPONENTS))))
    twin = (("task root package", "com.example.phone"), ("instance_id", 177531654))
    last = AppUse(
        locator="events:_id=14",
        service="Digital Wellbeing",
        moments=(Moment("recorded", None, "0", "A", "", "zero"),),
        app="com.example.phone",
        activity="activity paused",
    )
    assert found == [
        Present(8),
        use("events:_id=10", 1685392303291, "org.example.app", "activity resumed", *twin),
        use("events:_id=11", 1685392303291, "org.example.app", "activity resumed", *twin),
        use("events:_id=12", 1685392304037, "", "keyguard hidden", ("task root package", "number 9")),
        no_package(9, "events:_id=12"),
        use("events:_id=13", 1685392304038, "", "type 99", flags=("type 99",)),
        no_package(3, "events:_id=13"),
        last,
        Problem("value", "time", "timestamp: zero: 0", "events:_id=14"),
        use(
            "component_events:_id=1",
            1685392303291,
            "org.example.app",
            "activity resumed",
            ("component", "org.example.app.Main"),
        ),
        use("component_events:_id=2", 1685392303292, "", "activity paused", ("component", "org.example.gone.Main")),
        no_package(9, "component_events:_id=2"),
        use("component_events:_id=3", 1685392303293, "", "activity paused", ("component", "number 7")),
        no_package("", "component_events:_id=3"),
    ]


@pytest.mark.parametrize("table", ["events", "component_events"])
def test_no_event_is_lost(table: str) -> None:
    schema = SCHEMA.replace(" NOT NULL", "")
    assert_a_table_is_read_whole(wellbeing, PATH, database(schema, EVENTS, COMPONENTS), table, "_id")


def test_a_layout_without_names_and_components_is_read() -> None:
    schema = "CREATE TABLE events (_id INTEGER PRIMARY KEY,timestamp INTEGER,type INTEGER,package_id INTEGER);"
    data = database(schema, "INSERT INTO events VALUES (1,1685392303291,1,1);")
    assert list(wellbeing(MemoryFile(PATH, data))) == [
        Present(1),
        use("events:_id=1", 1685392303291, "", "activity resumed"),
        no_package(1, "events:_id=1"),
    ]


def test_other_files_of_the_name_are_left() -> None:
    other = database("CREATE TABLE events (name TEXT);")
    assert list(wellbeing(MemoryFile("somewhere/app_usage", other))) == []
    assert list(wellbeing(MemoryFile(PATH, b"no database"))) == []
    assert list(wellbeing(MemoryFile(PATH, other))) == [
        Problem("schema", "unknown-layout", "table events has no column _id, package_id, timestamp, type")
    ]


def test_the_events_of_a_real_phone_come_out(corpus) -> None:  # type: ignore[no-untyped-def]
    found = list(wellbeing(MemoryFile("app_usage", (corpus / "plaso/android/app_usage").read_bytes())))
    assert found[0] == Present(11663)
    assert len([one for one in found if isinstance(one, AppUse)]) == 11663
    assert found[2] == use(
        "events:_id=9570",
        1685392303291,
        "com.spotify.music",
        "activity resumed",
        ("task root package", "com.spotify.music"),
        ("instance_id", 177531654),
    )


LAUNCHES = """CREATE TABLE `EchoAppLaunchMetricsEvents` (`timestampMillis` INTEGER NOT NULL,
 `packageName` TEXT NOT NULL,
 `launchLocationId` INTEGER NOT NULL, `predictionUiSurfaceId` INTEGER NOT NULL, `predictionSourceId` INTEGER NOT NULL,
 `predictionRank` INTEGER NOT NULL, `id` INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL);"""
LAUNCH = "INSERT INTO EchoAppLaunchMetricsEvents VALUES (1670173168274, 'org.example.app', 4, 1, 3, -1, 2980);"


def launch(app: str) -> AppUse:
    return AppUse(
        locator="EchoAppLaunchMetricsEvents:id=2980",
        service="Android System Intelligence",
        moments=(Moment("recorded", 1670173168274000, "1670173168274", "A"),),
        extra=(
            *(("launchLocationId", 4), ("predictionUiSurfaceId", 1), ("predictionSourceId", 3)),
            ("predictionRank", -1),
        ),
        app=app,
        activity="application launch",
    )


def test_every_launch_comes_out() -> None:
    assert list(app_launches(MemoryFile("SimpleStorage", database(LAUNCHES, LAUNCH)))) == [
        Present(1),
        launch("org.example.app"),
    ]
    schema = LAUNCHES.replace(" NOT NULL", "")
    assert_a_table_is_read_whole(
        app_launches, "SimpleStorage", database(schema, LAUNCH), "EchoAppLaunchMetricsEvents", "id"
    )


def test_a_storage_without_launches_is_said_to_be_unknown() -> None:
    other = database("CREATE TABLE Packages (packageName TEXT);")
    assert list(app_launches(MemoryFile("SimpleStorage", other))) == [
        Problem("schema", "unknown-layout", "no table EchoAppLaunchMetricsEvents")
    ]
    assert list(app_launches(MemoryFile("SimpleStorage", b"no database"))) == []


def test_the_launches_of_a_real_phone_come_out(corpus) -> None:  # type: ignore[no-untyped-def]
    found = list(app_launches(MemoryFile("SimpleStorage", (corpus / "plaso/android/SimpleStorage").read_bytes())))
    assert found[:2] == [Present(434), launch("com.android.settings")]
    assert len([one for one in found if isinstance(one, AppUse)]) == 434
