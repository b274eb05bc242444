"""Applications of a device, and what they may use."""

from __future__ import annotations

import plistlib
from datetime import datetime
from typing import Any

import pytest

from evidence_store.records import AppInstall, AppUse, Moment, Present, Problem
from extractors.ios.apps import app_purchases, app_states, backup_apps
from extractors.ios.permissions import permissions
from tests.evidence_builders.browsers import database, with_log
from tests.evidence_builders.files import MemoryFile
from tests.evidence_builders.ios_stores import APP_STATES, TCC, TCC_OLDER, archive, hexed, plist
from tests.extractors.broken import assert_no_row_is_lost, with_broken_values

TCC_PATH = "private/var/mobile/Library/TCC/TCC.db"
STATES_PATH = "private/var/mobile/Library/FrontBoard/applicationState.db"
METADATA_PATH = "private/var/containers/Bundle/Application/0A1B/iTunesMetadata.plist"
DAY = datetime(2026, 3, 1, 9, 30)
DAY_US = 1_772_357_400_000_000


def changed(meaning: str = "last changed") -> Moment:
    return Moment(meaning, DAY_US, "1772357400", "A")


def permission(key: int, service: str, app: str, title: str, flags: tuple[str, ...], *more: Any) -> AppUse:
    return AppUse(
        locator=f"access:rowid={key}",
        moments=(changed(),),
        flags=flags,
        extra=(("service", service), *more, ("client_type", 0)),
        app=app,
        title=title,
        activity="permission",
    )


ROWS = """
INSERT INTO access(rowid,service,client,client_type,auth_value,auth_reason,auth_version,last_modified) VALUES
 (1,'kTCCServiceMicrophone','org.example.chat',0,2,2,1,1772357400),
 (2,'kTCCServicePhotos','org.example.chat',0,3,3,1,1772357400),
 (3,'kTCCServiceNew','org.example.chat',0,9,0,1,1772357400);
INSERT INTO access(rowid,service,client,client_type,auth_value,auth_reason,auth_version,last_modified,
 indirect_object_identifier) VALUES (4,'kTCCServiceCamera','org.example.odd',0,0,77,1,1772357400,'com.example.target');
INSERT INTO expired(rowid,service,client,client_type,last_modified,expired_at)
 VALUES(1,'kTCCServiceCamera','org.example.gone',0,1772357400,1772357400);
"""


def test_permissions_come_out_with_their_answer_and_reason() -> None:
    chat = "org.example.chat"
    assert list(permissions(MemoryFile(TCC_PATH, database(TCC, ROWS)))) == [
        Present(4),
        permission(1, "kTCCServiceMicrophone", chat, "microphone", ("allowed",), ("reason", "answer to a prompt")),
        permission(2, "kTCCServicePhotos", chat, "photos", ("limited",), ("reason", "set in the settings")),
        permission(3, "kTCCServiceNew", chat, "New", ("answer 9",)),
        permission(
            4,
            "kTCCServiceCamera",
            "org.example.odd",
            "camera",
            ("denied",),
            ("reason", "77"),
            ("about", "com.example.target"),
        ),
        Present(1),
        AppUse(
            locator="expired:rowid=1",
            moments=(changed("expired"), changed()),
            flags=("expired",),
            extra=(("service", "kTCCServiceCamera"), ("client_type", 0)),
            app="org.example.gone",
            title="camera",
            activity="permission",
        ),
    ]


def test_the_older_layout_has_no_times() -> None:
    rows = (
        "INSERT INTO access VALUES('kTCCServiceCamera','a',0,1,1,NULL,NULL),('kTCCServiceCamera','b',0,0,1,NULL,NULL)"
    )
    assert list(permissions(MemoryFile(TCC_PATH, database(TCC_OLDER, rows)))) == [
        Present(2),
        *(
            AppUse(
                locator=f"access:rowid={key}",
                flags=(flag,),
                extra=(("service", "kTCCServiceCamera"), ("client_type", 0)),
                app=app,
                title="camera",
                activity="permission",
            )
            for key, app, flag in ((1, "a", "allowed"), (2, "b", "denied"))
        ),
    ]


def test_a_broken_value_costs_no_permission() -> None:
    loose = TCC.replace("NOT NULL", "").replace(
        ",\n PRIMARY KEY (service, client, client_type, indirect_object_identifier)", ""
    )
    loose = loose.replace(",\n PRIMARY KEY (service, client, client_type)", "")
    data = database(loose, ROWS)
    assert_no_row_is_lost(permissions, TCC_PATH, data, "access", "rowid")
    assert_no_row_is_lost(permissions, TCC_PATH, data, "expired", "rowid")


def kept(key: int, app: int, name: int, value: Any) -> str:
    data = hexed(value) if isinstance(value, bytes) else "NULL"
    return f"INSERT INTO kvs(id,application_identifier,key,value) VALUES({key},{app},{name},{data});"


PATHS = {"bundlePath": "/private/var/containers/Bundle/Application/0A1B/Chat.app", "sandboxPath": "/private/var/x"}
STATES = [
    "INSERT INTO key_tab VALUES(1,'compatibilityInfo'),(2,'_UninstallDate'),(3,'XBApplicationSnapshotManifest');",
    "INSERT INTO application_identifier_tab VALUES(5,'org.example.chat'),(6,'org.example.gone'),(7,'org.example.bad');",
    kept(1, 5, 1, plistlib.dumps(archive(PATHS), fmt=plistlib.FMT_BINARY)),
    kept(2, 5, 3, b"not read"),
    kept(3, 6, 2, plistlib.dumps(DAY, fmt=plistlib.FMT_BINARY)),
    kept(4, 7, 1, b"no plist"),
    kept(5, 99, 2, plistlib.dumps(DAY, fmt=plistlib.FMT_BINARY)),
]
REMOVED = (Moment("removed, as recorded", DAY_US, "2026-03-01T09:30:00Z", "A"),)


def test_applications_of_the_home_screen_come_out_with_their_folders_and_removal() -> None:
    table = "application_identifier_tab"
    assert list(app_states(MemoryFile(STATES_PATH, database(APP_STATES, *STATES)))) == [
        Present(3),
        AppInstall(locator=f"{table}:id=5", extra=tuple(PATHS.items()), app="org.example.chat"),
        AppInstall(locator=f"{table}:id=6", moments=REMOVED, flags=("removed",), app="org.example.gone"),
        AppInstall(locator=f"{table}:id=7", app="org.example.bad"),
        Problem(
            "value",
            "value",
            "kvs:rowid=4 compatibilityInfo: neither a binary nor an XML property list",
            f"{table}:id=7",
        ),
        Present(1),
        AppInstall(locator="kvs:rowid=5", moments=REMOVED, flags=("removed",), app=""),
        Problem("value", "no-application", f"there is no row of {table} for these values (id=99)", "kvs:rowid=5"),
    ]


def test_an_application_of_the_write_ahead_log_comes_out() -> None:
    data, log = with_log(database(APP_STATES), "INSERT INTO application_identifier_tab VALUES(1,'org.example.new')")
    found = list(app_states(MemoryFile(STATES_PATH, data, {"-wal": log})))
    assert found[1] == AppInstall(locator="application_identifier_tab:id=1", app="org.example.new")


def test_a_broken_value_costs_no_application() -> None:
    loose = APP_STATES.replace(", UNIQUE\n (application_identifier)", "")
    made = database(loose, *STATES)
    assert_no_row_is_lost(app_states, STATES_PATH, made, "application_identifier_tab", "id")
    for table in ("kvs", "key_tab"):
        broken, _ = with_broken_values(made, table, "id")
        found = [one for one in app_states(MemoryFile(STATES_PATH, broken)) if isinstance(one, AppInstall)]
        assert {"org.example.chat", "org.example.gone", "org.example.bad"} <= {one.app for one in found}


METADATA = {
    "softwareVersionBundleId": "org.example.chat",
    "itemName": "Chat",
    "artistName": "Example Ltd",
    "bundleShortVersionString": "4.2",
    "genre": "Social",
    "itemId": 77,
    "sourceApp": "com.apple.AppStore",
    "com.apple.iTunesStore.downloadInfo": {
        "purchaseDate": "2026-03-01T09:30:00Z",
        "accountInfo": {"AppleID": "ann@example.org", "DSPersonID": 123, "UserToken": "never given"},
    },
}
CHAT = {
    "service": "App Store",
    "moments": (Moment("downloaded from the store", DAY_US, "2026-03-01T09:30:00Z", "A"),),
    "extra": (
        ("account AppleID", "ann@example.org"),
        ("account DSPersonID", "123"),
        ("artistName", "Example Ltd"),
        ("genre", "Social"),
        ("itemId", "77"),
        ("sourceApp", "com.apple.AppStore"),
    ),
    "app": "org.example.chat",
    "title": "Chat",
    "version": "4.2",
    "installer": "com.apple.AppStore",
    "text": "Example Ltd",
}


def test_an_application_of_the_store_comes_out_with_its_account_and_date() -> None:
    found = list(app_purchases(plist(METADATA_PATH, METADATA)))
    assert found == [Present(1), AppInstall(locator="key=softwareVersionBundleId", **CHAT)]
    odd = METADATA | {"com.apple.iTunesStore.downloadInfo": {}, "purchaseDate": "2026-13-01T09:30:00Z"}
    (_, other) = app_purchases(plist(METADATA_PATH, odd))
    assert other.moments == (
        Moment("downloaded from the store", None, "2026-13-01T09:30:00Z", "A", "", "not a date that is known"),
    )


def test_the_applications_of_a_backup_come_out() -> None:
    info = {
        "Installed Applications": ["org.example.chat", "org.example.bare", "org.example.bad", 5],
        "Applications": {
            "org.example.chat": {"iTunesMetadata": plistlib.dumps(METADATA, sort_keys=False)},
            "org.example.bad": {"iTunesMetadata": b"no plist"},
            "org.example.kept": {},
        },
    }
    start = "Installed Applications:org.example"
    assert list(backup_apps(plist("Info.plist", info))) == [
        Present(4),
        AppInstall(locator=f"{start}.chat", **CHAT),
        AppInstall(locator=f"{start}.bare", app="org.example.bare"),
        AppInstall(locator=f"{start}.bad", app="org.example.bad"),
        Problem("value", "metadata", "iTunesMetadata: neither a binary nor an XML property list", f"{start}.bad"),
        AppInstall(locator="Applications:org.example.kept", app="org.example.kept"),
    ]


@pytest.mark.parametrize(
    ("one", "data", "expected"),
    [
        (permissions, database("CREATE TABLE other(id)"), [Problem("schema", "unknown-layout", "no table access")]),
        (
            app_states,
            database("CREATE TABLE other(id)"),
            [Problem("schema", "unknown-layout", "no table application_identifier_tab; no table kvs")],
        ),
        (
            app_purchases,
            plistlib.dumps({}),
            [Problem("schema", "unknown-layout", "neither softwareVersionBundleId nor itemName")],
        ),
        (app_purchases, b"", [Problem("file", "damaged-plist", "an empty property list")]),
        (backup_apps, plistlib.dumps({"CFBundleName": "x"}), []),
        (backup_apps, b"nothing", []),
    ],
)
def test_what_is_none_is_said_or_left_alone(one: Any, data: bytes, expected: list[Problem]) -> None:
    assert list(one(MemoryFile("any", data))) == expected
