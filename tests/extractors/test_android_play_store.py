"""The Play Store's records of applications, and the search terms that Android's own class keeps."""

from __future__ import annotations

import pytest

from evidence_store.records import AppInstall, Moment, Present, Problem, Search
from extractors.android.play_store import play_store
from extractors.android.recent_searches import recent_searches
from tests.evidence_builders.browsers import database
from tests.evidence_builders.files import MemoryFile
from tests.extractors.whole_tables import assert_a_table_is_read_whole

FOLDER = "data/data/com.android.vending/databases"
APPSTATE = """CREATE TABLE appstate (package_name STRING, auto_update INTEGER, desired_version INTEGER,
download_uri STRING, delivery_data BLOB, delivery_data_timestamp_ms INTEGER,
installer_state INTEGER, first_download_ms INTEGER,
referrer STRING, account STRING, title STRING,flags INTEGER, continue_url STRING, last_notified_version INTEGER,
last_update_timestamp_ms INTEGER, account_for_update STRING, auto_acquire_tags STRING,
external_referrer_timestamp_ms INTEGER, persistent_flags INTEGER, permissions_version INTEGER, delivery_token STRING,
completed_split_ids STRING, active_split_id STRING, request_id STRING, install_request_timestamp_ms INTEGER,
install_reason STRING%s);"""
OWNERSHIP = """CREATE TABLE ownership (account STRING, library_id STRING, backend INTEGER, doc_id STRING,
doc_type INTEGER, offer_type INTEGER, document_hash INTEGER, subs_valid_until_time INTEGER, app_certificate_hash STRING,
app_refund_pre_delivery_endtime_ms INTEGER, app_refund_post_delivery_window_ms INTEGER, subs_auto_renewing INTEGER,
subs_initiation_time INTEGER, subs_trial_until_time INTEGER, inapp_purchase_data STRING, inapp_signature STRING,
preordered INTEGER, owned_via_license INTEGER, shared_by_me INTEGER, sharer_gaia_id TEXT, shareability INTEGER,
purchase_time INTEGER%s);"""
FROSTING = "CREATE TABLE frosting (pk TEXT%s, last_updated INTEGER, apk_path TEXT, data BLOB);"
STATE_ROWS = """INSERT INTO appstate (package_name, auto_update, desired_version, download_uri, delivery_data,
 delivery_data_timestamp_ms, first_download_ms, account, title, last_update_timestamp_ms, delivery_token,
 install_request_timestamp_ms, install_reason, completed_split_ids) VALUES
 ('org.example.app', 1, 210, 'https://play.example.org/secret-address', x'5ec3e7', 1627996896833, 1627996896832,
  'ann@example.org', 'Example App', 1627996896834, 'secret-token', 1627996896831, 'single_install', ''),
 (NULL, 0, -1, NULL, NULL, 0, 0, NULL, NULL, 0, NULL, NULL, NULL, NULL),
 ('org.example.other', 0, 5, NULL, NULL, 0, 'soon', 'ann@example.org', 'Other', -1, NULL, NULL, NULL, NULL);"""
OWNED_ROWS = """INSERT INTO ownership (account, library_id, backend, doc_id, doc_type, offer_type, subs_initiation_time,
 subs_valid_until_time, inapp_purchase_data, inapp_signature, preordered, owned_via_license,
 shared_by_me, purchase_time)
 VALUES ('ann@example.org', '3', 3, 'org.example.app', 1, 1, 0, 0, NULL, NULL, 0, 0, 0, 1627996896832),
 ('ann@example.org', 'u-iap', 3, 'subs:org.example.app:club', 15, 1, 1627996896832, 1659532896832,
  '{"purchaseToken":"secret-token"}', 'secret-signature', 1, 1, 1, 0);"""


def at(meaning: str, ms: int) -> Moment:
    return Moment(meaning, ms * 1000, str(ms), "A")


def test_what_the_store_delivered_comes_out_and_none_of_its_tokens() -> None:
    data = database(APPSTATE % ", PRIMARY KEY (package_name)", STATE_ROWS)
    found = list(play_store(MemoryFile(f"{FOLDER}/localappstate.db", data)))
    assert found == [
        Present(3),
        AppInstall(
            locator="appstate:rowid=1",
            service="Play Store",
            moments=(
                at("first downloaded", 1627996896832),
                at("updated", 1627996896834),
                at("install requested", 1627996896831),
                at("delivery data stored", 1627996896833),
            ),
            extra=(
                ("account", "ann@example.org"),
                ("auto_update", 1),
                ("desired_version", 210),
                ("install_reason", "single_install"),
            ),
            app="org.example.app",
            title="Example App",
        ),
        AppInstall(
            locator="appstate:rowid=2",
            service="Play Store",
            extra=(("auto_update", 0), ("desired_version", -1)),
            app="",
        ),
        Problem("value", "no-package", "package_name names no application: ", "appstate:rowid=2"),
        AppInstall(
            locator="appstate:rowid=3",
            service="Play Store",
            moments=(Moment("first downloaded", None, "soon", "A", "", "not a number"),),
            extra=(("account", "ann@example.org"), ("auto_update", 0), ("desired_version", 5)),
            app="org.example.other",
            title="Other",
        ),
        Problem("value", "time", "first_download_ms: not a number: soon", "appstate:rowid=3"),
    ]
    assert "secret" not in repr(found)


def test_what_is_in_the_library_of_an_account_comes_out() -> None:
    data = database(OWNERSHIP % ", PRIMARY KEY (account, doc_id)", OWNED_ROWS)
    found = list(play_store(MemoryFile(f"{FOLDER}/library.db", data)))
    first = (("account", "ann@example.org"), ("library_id", 3), ("backend", 3), ("doc_type", 1), ("offer_type", 1))
    second = (("account", "ann@example.org"), ("library_id", "u-iap"), ("backend", 3), ("doc_type", 15))
    assert found == [
        Present(2),
        AppInstall(
            locator="ownership:rowid=1",
            service="Play Store",
            moments=(at("acquired", 1627996896832),),
            flags=("in the library of an account",),
            extra=first,
            app="org.example.app",
        ),
        AppInstall(
            locator="ownership:rowid=2",
            service="Play Store",
            moments=(at("subscription began", 1627996896832), at("subscription valid until", 1659532896832)),
            flags=(
                *("in the library of an account", "type 15", "preordered", "owned via licence"),
                "shared by the account",
            ),
            extra=(*second, ("offer_type", 1)),
            app="subs:org.example.app:club",
        ),
    ]
    assert "secret" not in repr(found)


def test_what_was_last_updated_comes_out() -> None:
    rows = (
        "INSERT INTO frosting VALUES ('org.example.app', 1627996896832, '/data/app/org.example.app/base.apk', x'00');"
    )
    data = database(FROSTING % " PRIMARY KEY", rows)
    assert list(play_store(MemoryFile("frosting.db", data))) == [
        Present(1),
        AppInstall(
            locator="frosting:rowid=1",
            service="Play Store",
            moments=(at("updated", 1627996896832),),
            extra=(("apk_path", "/data/app/org.example.app/base.apk"),),
            app="org.example.app",
        ),
    ]


@pytest.mark.parametrize(
    ("name", "table", "schema", "rows"),
    [
        ("localappstate.db", "appstate", APPSTATE, STATE_ROWS),
        ("library.db", "ownership", OWNERSHIP, OWNED_ROWS),
        (
            "frosting.db",
            "frosting",
            FROSTING,
            "INSERT INTO frosting VALUES ('org.example.app', 1627996896832, '/a', 0);",
        ),
    ],
)
def test_no_row_is_lost(name: str, table: str, schema: str, rows: str) -> None:
    # Without its primary key the table takes rows that are alike but for one broken value.
    assert_a_table_is_read_whole(play_store, f"{FOLDER}/{name}", database(schema % "", rows), table, "rowid")


def test_the_early_layout_is_read() -> None:
    schema = """CREATE TABLE appstate (package_name STRING, auto_update INTEGER, desired_version INTEGER,
    first_download_ms INTEGER,
    PRIMARY KEY (package_name)); INSERT INTO appstate VALUES ('org.example.app', 1, 2, 1627996896832);"""
    assert list(play_store(MemoryFile("localappstate.db", database(schema)))) == [
        Present(1),
        AppInstall(
            locator="appstate:rowid=1",
            service="Play Store",
            moments=(at("first downloaded", 1627996896832),),
            extra=(("auto_update", 1), ("desired_version", 2)),
            app="org.example.app",
        ),
    ]


def test_a_layout_that_is_not_known_is_said_where_the_path_is_telling() -> None:
    other = database("CREATE TABLE books (title TEXT);")
    words = "no table appstate or ownership or frosting"
    assert list(play_store(MemoryFile("localappstate.db", other))) == [Problem("schema", "unknown-layout", words)]
    assert list(play_store(MemoryFile(f"{FOLDER}/library.db", other))) == [Problem("schema", "unknown-layout", words)]
    assert list(play_store(MemoryFile("calibre/library.db", other))) == []
    assert list(play_store(MemoryFile("calibre/library.db", b"no database"))) == []
    renamed = database("CREATE TABLE frosting (pk TEXT, at INTEGER);")
    assert list(play_store(MemoryFile("frosting.db", renamed))) == [
        Problem("schema", "unknown-layout", "table frosting has no column last_updated")
    ]
    (problem,) = play_store(MemoryFile("frosting.db", b"no database, but long enough to be looked at as one"))
    assert (problem.kind, problem.code) == ("file", "damaged-database")


SUGGESTIONS = """CREATE TABLE suggestions (_id INTEGER PRIMARY KEY,display1 TEXT UNIQUE ON CONFLICT REPLACE,query TEXT,
date LONG);"""


@pytest.mark.parametrize(
    ("path", "service"),
    [
        (f"{FOLDER}/suggestions.db", "Play Store"),
        ("data/data/org.example.app/databases/suggestions.db", "org.example.app"),
        ("suggestions.db", ""),
    ],
)
def test_recent_search_terms_come_out_under_their_application(path: str, service: str) -> None:
    rows = "INSERT INTO suggestions VALUES (1,'weather','weather',1627996896832), (2,'Rain','rain',0);"
    assert list(recent_searches(MemoryFile(path, database(SUGGESTIONS, rows)))) == [
        Present(2),
        Search(
            locator="suggestions:_id=1",
            service=service,
            moments=(at("searched", 1627996896832),),
            text="weather",
        ),
        Search(
            locator="suggestions:_id=2",
            service=service,
            moments=(Moment("searched", None, "0", "A", "", "zero"),),
            extra=(("display1", "Rain"),),
            text="rain",
        ),
        Problem("value", "time", "date: zero: 0", "suggestions:_id=2"),
    ]


def test_no_search_term_is_lost_and_other_tables_of_the_name_are_left() -> None:
    plain = SUGGESTIONS.replace(" UNIQUE ON CONFLICT REPLACE", "")
    data = database(plain, "INSERT INTO suggestions VALUES (1,'weather','weather',1627996896832);")
    assert_a_table_is_read_whole(recent_searches, "suggestions.db", data, "suggestions", "_id")
    assert list(recent_searches(MemoryFile("suggestions.db", database("CREATE TABLE suggestions (word TEXT);")))) == []
