"""Use of applications as other applications keep it: Digital Wellbeing, and launches that predictions are made from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from evidence_store.records import AppUse
from extractors.android.tables import Table, extra_of, package_of, read_tables
from extractors.android.usage_events import TYPES
from extractors.base import EvidenceFile, Found, extractor
from extractors.database import Doubts, read_database, stored
from parsers.sqlite_file import DatabaseDamaged, EvidenceDatabase, Row, lacking


@extractor(
    id="android.wellbeing",
    version=1,
    title="Digital Wellbeing: recorded events of applications",
    files=("**/com.google.android.apps.wellbeing/databases/app_usage", "**/app_usage"),
    tables=({"events": {"_id", "package_id", "timestamp", "type"}, "packages": {"_id", "package_name"}},),
    emits=(AppUse,),
    privacy="device",
    layouts="app_usage with the table events, with or without component_events",
    tested_on="a phone with Digital Wellbeing: 11,663 events",
    limits="An event says that the system recorded a change of state of an application, and not who or what brought it "
    "about. Events that are recorded more than once come out as often. app_usage_periods is not read.",
)
def wellbeing(file: EvidenceFile) -> Iterator[Found]:
    """Every row of `events` and `component_events`; `timestamp` is milliseconds, `type` as in the usage statistics.

    References:
    - The application's own CREATE TABLE; Android Open Source Project: android.app.usage.UsageEvents.Event (types)
    """
    if file.head[:16] != b"SQLite format 3\0":
        return  # other programs have files of this name
    telling = "wellbeing" in file.path.lower()
    yield from read_database(file, lambda db: _wellbeing(db, telling))


def _wellbeing(db: EvidenceDatabase, telling: bool) -> Iterator[Found]:
    packages = _names(db, "packages", "package_name")
    components = _names(db, "components", "component_name")
    owners = _names(db, "components", "package_id")

    def event(row: Row, doubts: Doubts) -> AppUse:
        root = row["task_root_package_id"]
        extra = (("task root package", _named(packages, root)),) if root is not None else ()
        return _event(
            row, row["package_id"], packages, extra + extra_of(row, ("instance_id",), {"instance_id": 0}), doubts
        )

    def component_event(row: Row, doubts: Doubts) -> AppUse:
        component = row["component_id"]
        owner = owners.get(component) if type(component) is int else None
        return _event(row, owner, packages, (("component", _named(components, component)),), doubts)

    common = ("_id", "timestamp", "type")
    tables = (
        Table(
            "events",
            frozenset((*common, "package_id")),
            (*common, "package_id", "instance_id", "task_root_package_id"),
            event,
        ),
        Table("component_events", frozenset((*common, "component_id")), (*common, "component_id"), component_event),
    )
    yield from read_tables(db, tables, telling)


def _event(row: Row, package: Any, packages: dict[Any, Any], extra: tuple[Any, ...], doubts: Doubts) -> AppUse:
    words = TYPES.get(row["type"]) if type(row["type"]) is int else None
    name = packages.get(package) if type(package) is int else None
    if type(name) is not str:
        doubts.add("no-package", f"there is no row of packages for this event (_id={stored(package)})")
    return AppUse(
        locator=doubts.locator,
        service="Digital Wellbeing",
        moments=(doubts.moment("recorded", row["timestamp"], "ms", "timestamp"),),
        flags=() if words else (f"type {stored(row['type'])}",),
        extra=extra,
        app=name if type(name) is str else "",
        activity=words or f"type {stored(row['type'])}",
    )


def _names(db: EvidenceDatabase, table: str, column: str) -> dict[Any, Any]:
    """The values of a small table by its key; what cannot be read is not there."""
    found: dict[Any, Any] = {}
    if lacking(db, {table: {"_id", column}}):
        return found
    try:
        for row in db.execute(f"SELECT _id, {column} AS value FROM {table}"):  # noqa: S608
            found[row["_id"]] = row["value"]
    except DatabaseDamaged:
        pass  # the events that miss their names say so
    return found


def _named(names: dict[Any, Any], key: Any) -> str:
    name = names.get(key) if type(key) is int else None
    return name if type(name) is str else f"number {stored(key)}"


_LAUNCH_EXTRA: Final = ("launchLocationId", "predictionUiSurfaceId", "predictionSourceId", "predictionRank")


def _launch(row: Row, doubts: Doubts) -> AppUse:
    return AppUse(
        locator=doubts.locator,
        service="Android System Intelligence",
        moments=(doubts.moment("recorded", row["timestampMillis"], "ms", "timestampMillis"),),
        extra=extra_of(row, _LAUNCH_EXTRA),
        app=package_of(row, "packageName", doubts),
        activity="application launch",
    )


_LAUNCHES: Final = Table(
    "EchoAppLaunchMetricsEvents",
    frozenset(("id", "timestampMillis", "packageName")),
    ("id", "timestampMillis", "packageName", *_LAUNCH_EXTRA),
    _launch,
    "id",
)


@extractor(
    id="android.app_launches",
    version=1,
    title="Android System Intelligence: recorded launches of applications",
    files=("**/SimpleStorage",),
    tables=({"EchoAppLaunchMetricsEvents": {"id", "timestampMillis", "packageName"}},),
    emits=(AppUse,),
    privacy="device",
    layouts="SimpleStorage with the table EchoAppLaunchMetricsEvents",
    tested_on="SimpleStorage of a phone: 434 rows of launches",
    limits="One launch has a row for each of the ways in which it was predicted, all with one time. Usage events of "
    "content capture, and what was suggested for filling in, are not read.",
)
def app_launches(file: EvidenceFile) -> Iterator[Found]:
    """Every row of `EchoAppLaunchMetricsEvents`; `timestampMillis` is milliseconds.

    References:
    - The application's own CREATE TABLE; plaso (android_app_launch)
    """
    if file.head[:16] == b"SQLite format 3\0":
        yield from read_database(file, lambda db: read_tables(db, (_LAUNCHES,), telling=True))
