"""Notifications as Android keeps them: the history of Android 11 and later, and the log of events before it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from evidence_store.records import Notification, Present, Problem
from extractors.android.protobuf_file import read_fields
from extractors.android.tables import Table, extra_of, moments_of, package_of, read_tables
from extractors.base import EvidenceFile, Found, extractor
from extractors.database import Doubts, read_database, stored
from extractors.matching import without_copy_mark
from parsers.protobuf import Fields
from parsers.sqlite_file import Row

_POOL, _VERSION, _NOTIFICATION = 1, 2, 3
# What a notification holds beside package, time and words: (name, fields of its text or of its number in the pool).
_NAMED: Final = (("channel", (3, 4)), ("channel id", (5, 6)), ("conversation id", (13, 14)))
_EVENTS: Final = {1: "posted", 2: "clicked", 3: "removed", 4: "dismissed"}
_LOG_EXTRA: Final = (
    *("event_user_id", "key", "nid", "tag", "category", "flags", "defaults", "importance_request", "importance_final"),
    *("importance_initial", "importance_asst", "noisy", "muted", "demoted", "action_count", "posttime_ms"),
    *("airtime_ms", "first_expansion_time_ms", "expansion_airtime_ms", "expansion_count", "assistant_rank_score"),
)


@extractor(
    id="android.notifications",
    version=3,
    title="Android: notification history and notification log",
    files=("**/notification_history/history/*", "**/notification_log.db"),
    emits=(Notification,),
    privacy="communications",
    layouts="notification_history of Android 11 to 15 (protocol buffers), notification_log.db of Android 5 to 13",
    tested_on="documented schema, no device data",
    limits="The history holds a day, and nothing where it is switched off. The log holds events without the words "
    "of a notification. Pictures of notifications and those that are snoozed are not read.",
)
def notifications(file: EvidenceFile) -> Iterator[Found]:
    """Every notification of a file of the history, and every row of `log`; times are milliseconds.

    References:
    - Android Open Source Project: notificationhistory.proto, NotificationHistoryProtoHelper (numbers of the pool count
      from 1), NotificationUsageStats.SQLiteLog
    """
    if without_copy_mark(file.path).lower().endswith("notification_log.db"):
        telling = "/system/" in f"/{file.path.lower()}"
        yield from read_database(file, lambda db: read_tables(db, (_LOG,), telling))
    elif file.path.rpartition("/")[2][:1].isdigit():  # a file of the history is named by a time
        yield from _history(file)


def _history(file: EvidenceFile) -> Iterator[Found]:
    fields, problem = read_fields(file)
    if problem is not None:
        yield problem
    pool = [
        text.decode("utf-8", "replace")
        for field in fields
        if field.number == _POOL and (message := field.message()) is not None
        for text in message.datas(2)
    ]
    found = [field for field in fields if field.number == _NOTIFICATION]
    if fields and not any(field.number in (_POOL, _VERSION, _NOTIFICATION) for field in fields):
        yield Problem("schema", "unknown-layout", "no field of a notification history")
    if found:
        yield Present(len(found))
    doubts = Doubts()
    for place, field in enumerate(found):
        doubts.locator = f"notification:index={place}"
        if (message := field.message()) is None:
            yield Problem("row", "damaged-row", "what stands here is no notification", doubts.locator)
            continue
        yield _notification(message, pool, doubts)
        yield from doubts.drain()


def _notification(message: Fields, pool: list[str], doubts: Doubts) -> Notification:
    app = _named(message, (1, 2), pool)
    if app is None:
        doubts.add("no-package", "the notification names no application")
    extra: list[tuple[str, str | int]] = [
        (name, text) for name, fields in _NAMED if (text := _named(message, fields, pool)) is not None
    ]
    extra += [
        (name, number) for name, field in (("user", 8), ("uid", 7)) if (number := message.number(field)) is not None
    ]
    return Notification(
        locator=doubts.locator,
        moments=(doubts.moment("posted", message.signed(9), "ms", "posted_time_ms"),),
        extra=tuple(extra),
        app=app,
        title=message.text(10),
        text=message.text(11),
    )


def _named(message: Fields, fields: tuple[int, ...], pool: list[str]) -> str | None:
    """The text itself, or that of its number; a number of which the pool has no text comes out as such."""
    for field in fields:
        if text := message.text(field):
            return text
        if number := message.number(field):
            return pool[number - 1] if number <= len(pool) else f"number {number}"
    return None


def _event(row: Row, doubts: Doubts) -> Notification:
    words = _EVENTS.get(row["event_type"]) if type(row["event_type"]) is int else None
    kind = stored(row["event_type"])
    return Notification(
        locator=doubts.locator,
        moments=(
            doubts.moment(words or "recorded", row["event_time_ms"], "ms", "event_time_ms"),
            *moments_of(row, (("of the notification", "when_ms"),), doubts),
        ),
        flags=(words or f"type {kind}",),
        extra=extra_of(row, _LOG_EXTRA),
        app=package_of(row, "pkg", doubts) or None,
    )


_LOG: Final = Table(
    "log",
    frozenset(("_id", "event_type", "event_time_ms", "pkg")),
    ("_id", "event_type", "event_time_ms", "when_ms", "pkg", *_LOG_EXTRA),
    _event,
)
