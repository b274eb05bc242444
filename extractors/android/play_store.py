"""What Google's Play Store keeps of applications: what it delivered, what an account has, what was last updated."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from evidence_store.records import AppInstall
from extractors.android.tables import Table, extra_of, moments_of, package_of, read_tables
from extractors.base import EvidenceFile, Found, extractor
from extractors.database import Doubts, read_database, stored
from parsers.sqlite_file import Row

_APP: Final = 1  # the doc_type of an application; others are books, films, purchases inside of an application
_STATE_TIMES: Final = (
    ("first downloaded", "first_download_ms"),
    ("updated", "last_update_timestamp_ms"),
    ("install requested", "install_request_timestamp_ms"),
    ("delivery data stored", "delivery_data_timestamp_ms"),
    ("update discovered", "update_discovered_timestamp_ms"),
    ("external referrer stored", "external_referrer_timestamp_ms"),
)
_STATE_EXTRA: Final = (
    *("account", "account_for_update", "auto_update", "desired_version", "installer_state", "install_reason"),
    *("requesting_package_name", "last_notified_version", "referrer", "flags", "persistent_flags"),
    *("permissions_version", "completed_split_ids", "active_split_id", "total_completed_bytes_downloaded"),
)
_OWNED_TIMES: Final = (
    ("acquired", "purchase_time"),
    ("subscription began", "subs_initiation_time"),
    ("subscription valid until", "subs_valid_until_time"),
    ("trial until", "subs_trial_until_time"),
    ("refundable until", "app_refund_pre_delivery_endtime_ms"),
)
_OWNED_EXTRA: Final = (
    *("account", "library_id", "backend", "doc_type", "offer_type", "app_certificate_hash", "subs_auto_renewing"),
    *("sharer_gaia_id", "shareability"),
)
_OWNED_FLAGS: Final = (
    ("preordered", "preordered"),
    ("owned_via_license", "owned via licence"),
    ("shared_by_me", "shared by the account"),
)


def _state(row: Row, doubts: Doubts) -> AppInstall:
    return AppInstall(
        locator=doubts.locator,
        service="Play Store",
        moments=moments_of(row, _STATE_TIMES, doubts),
        extra=extra_of(row, _STATE_EXTRA),
        app=package_of(row, "package_name", doubts),
        title=doubts.text(row["title"], "title"),
    )


def _owned(row: Row, doubts: Doubts) -> AppInstall:
    flags = ["in the library of an account"]
    if row["doc_type"] != _APP:
        flags.append(f"type {stored(row['doc_type'])}")
    flags += [words for column, words in _OWNED_FLAGS if row[column] == 1]
    return AppInstall(
        locator=doubts.locator,
        service="Play Store",
        moments=moments_of(row, _OWNED_TIMES, doubts),
        flags=tuple(flags),
        extra=extra_of(row, _OWNED_EXTRA),
        app=package_of(row, "doc_id", doubts),
    )


def _updated(row: Row, doubts: Doubts) -> AppInstall:
    return AppInstall(
        locator=doubts.locator,
        service="Play Store",
        moments=moments_of(row, (("updated", "last_updated"),), doubts),
        extra=extra_of(row, ("apk_path",)),
        app=package_of(row, "pk", doubts),
    )


_TABLES: Final = (
    Table(
        "appstate",
        frozenset(("package_name", "first_download_ms")),
        ("package_name", "title", *(column for _, column in _STATE_TIMES), *_STATE_EXTRA),
        _state,
        "rowid",
    ),
    Table(
        "ownership",
        frozenset(("account", "doc_id", "doc_type")),
        ("doc_id", *(name for name, _ in _OWNED_FLAGS), *(column for _, column in _OWNED_TIMES), *_OWNED_EXTRA),
        _owned,
        "rowid",
    ),
    Table("frosting", frozenset(("pk", "last_updated")), ("pk", "last_updated", "apk_path"), _updated, "rowid"),
)


@extractor(
    id="android.play_store",
    version=1,
    title="Play Store: applications delivered, in an account's library, last updated",
    files=("**/localappstate.db", "**/frosting.db", "**/library.db"),
    tables=({"appstate": {"package_name", "first_download_ms"}}, {"ownership": {"account", "doc_id", "doc_type"}}),
    emits=(AppInstall,),
    privacy="device",
    layouts="localappstate.db, library.db and frosting.db of the Play Store since 2013",
    tested_on="documented schema, no device data",
    limits="What stands in localappstate.db and library.db stays there when an application is removed, and the library "
    "is that of an account: it lists what other devices were given too. Delivery and purchase tokens are not read, nor "
    "are install_queue.db and install_source.db.",
)
def play_store(file: EvidenceFile) -> Iterator[Found]:
    """Every row of `appstate`, `ownership` and `frosting`; times are milliseconds.

    References:
    - com.google.android.finsky (CREATE TABLE of localappstate.db and library.db in published decompilations)
    - ALEAPP (frosting.db: pk, last_updated, apk_path)
    """
    path = f"/{file.path.lower()}"
    telling = "/com.android.vending/" in path or not path.endswith("/library.db")
    if not telling and file.head[:16] != b"SQLite format 3\0":
        return
    yield from read_database(file, lambda db: read_tables(db, _TABLES, telling))
