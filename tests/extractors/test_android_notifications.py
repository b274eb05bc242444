"""Notifications of the history and of the log of events."""

from __future__ import annotations

import pytest

from evidence_store.records import Moment, Notification, Present, Problem
from extractors.android.notifications import notifications
from tests.evidence_builders.browsers import database
from tests.evidence_builders.files import MemoryFile
from tests.evidence_builders.protobuf import message
from tests.extractors.whole_tables import assert_a_table_is_read_whole

AT = 1_627_996_896_832
PATH = f"data/system_ce/0/notification_history/history/{AT}"
POOL = message((1, 3), (2, "org.example.chat"), (2, "Messages"), (2, "messages_1"))
ONE = message(
    *((2, 1), (4, 2), (6, 3), (7, 10321), (8, 0), (9, AT), (10, "Ben Example"), (11, "See you at 8 🙂")),
    *((12, message((1, 2), (3, 99))), (13, "thread 4")),
)
IN_FULL = message((1, "com.example.phone"), (3, "Calls"), (5, "calls"), (9, AT + 1), (10, "Missed call"), (14, 3))


def posted(ms: int) -> tuple[Moment, ...]:
    return (Moment("posted", ms * 1000, str(ms), "A"),)


def test_every_notification_of_the_history_comes_out_with_its_words() -> None:
    data = message((2, 1), (1, POOL), (3, ONE), (3, ONE), (3, IN_FULL), (3, message((2, 9))), (3, b""))
    first = Notification(
        locator="notification:index=0",
        moments=posted(AT),
        extra=(
            *(("channel", "Messages"), ("channel id", "messages_1"), ("conversation id", "thread 4"), ("user", 0)),
            ("uid", 10321),
        ),
        app="org.example.chat",
        title="Ben Example",
        text="See you at 8 🙂",
    )
    nothing = (Moment("posted", None, "", "A", "", "not recorded"),)
    not_recorded = "posted_time_ms: not recorded: "
    assert list(notifications(MemoryFile(PATH, data))) == [
        Present(5),
        first,
        Notification(
            locator="notification:index=1",
            moments=first.moments,
            extra=first.extra,
            app=first.app,
            title=first.title,
            text=first.text,
        ),
        Notification(
            locator="notification:index=2",
            moments=posted(AT + 1),
            extra=(("channel", "Calls"), ("channel id", "calls"), ("conversation id", "messages_1")),
            app="com.example.phone",
            title="Missed call",
        ),
        Notification(locator="notification:index=3", moments=nothing, app="number 9"),
        Problem("value", "time", not_recorded, "notification:index=3"),
        Notification(locator="notification:index=4", moments=nothing),
        Problem("value", "no-package", "the notification names no application", "notification:index=4"),
        Problem("value", "time", not_recorded, "notification:index=4"),
    ]


def test_what_is_damaged_costs_only_itself() -> None:
    data = message((1, POOL), (3, b"\xff"), (3, IN_FULL)) + b"\x1a\xff"
    found = list(notifications(MemoryFile(PATH, data)))
    assert [one.code for one in found if isinstance(one, Problem)] == ["damaged-protobuf", "damaged-row"]
    assert [one.title for one in found if isinstance(one, Notification)] == ["Missed call"]
    assert found[1] == Present(2)


@pytest.mark.parametrize("path", [PATH, "data/system_ce/0/notification_history/history/settings.xml"])
def test_an_empty_history_says_nothing(path: str) -> None:
    assert list(notifications(MemoryFile(path, b""))) == []


def test_bytes_of_another_form_are_said_to_be_unknown() -> None:
    unknown = Problem("schema", "unknown-layout", "no field of a notification history")
    assert list(notifications(MemoryFile(PATH, message((5, ONE))))) == [unknown]


LOG = """CREATE TABLE log (_id INTEGER PRIMARY KEY AUTOINCREMENT,event_user_id INT,event_type INT,event_time_ms INT,
key TEXT,pkg TEXT,nid INT,tag TEXT,when_ms INT,defaults INT,flags INT,importance_request INT,importance_final INT,
noisy INT,muted INT,demoted INT,category TEXT,action_count INT,posttime_ms INT,airtime_ms INT,
first_expansion_time_ms INT,expansion_airtime_ms INT,expansion_count INT);"""
EARLY = """CREATE TABLE log (_id INTEGER PRIMARY KEY AUTOINCREMENT,event_user_id INT,event_type INT,event_time_ms INT,
key TEXT,pkg TEXT);"""
KEY = "0|org.example.chat|7|thread 4|10321"


def rows(*kinds: int) -> str:
    values = ",".join(
        f"({place},0,{kind},{AT + place},'{KEY}','org.example.chat')" for place, kind in enumerate(kinds, 1)
    )
    return f"INSERT INTO log (_id,event_user_id,event_type,event_time_ms,key,pkg) VALUES {values};"


def test_every_event_of_the_log_comes_out() -> None:
    more = f"UPDATE log SET nid=7, tag='thread 4', when_ms={AT}, category='msg', noisy=1, posttime_ms=500 WHERE _id=1;"
    data = database(LOG, rows(1, 2, 3, 4, 9), more)
    found = list(notifications(MemoryFile("data/system/notification_log.db", data)))
    extra = (("event_user_id", 0), ("key", KEY))
    assert found == [
        Present(5),
        Notification(
            locator="log:_id=1",
            moments=(*posted(AT + 1), Moment("of the notification", AT * 1000, str(AT), "A")),
            flags=("posted",),
            extra=(*extra, ("nid", 7), ("tag", "thread 4"), ("category", "msg"), ("noisy", 1), ("posttime_ms", 500)),
            app="org.example.chat",
        ),
        *(
            Notification(
                locator=f"log:_id={place}",
                moments=(Moment(meaning, (AT + place) * 1000, str(AT + place), "A"),),
                flags=(flag,),
                extra=extra,
                app="org.example.chat",
            )
            for place, meaning, flag in (
                (2, "clicked", "clicked"),
                (3, "removed", "removed"),
                (4, "dismissed", "dismissed"),
                (5, "recorded", "type 9"),
            )
        ),
    ]


@pytest.mark.parametrize("schema", [LOG, EARLY])
def test_no_event_is_lost(schema: str) -> None:
    data = database(schema, rows(1))
    assert_a_table_is_read_whole(notifications, "data/system/notification_log.db", data, "log", "_id")


def test_a_log_of_another_layout_is_said_to_be_unknown_where_the_path_is_telling() -> None:
    other = database("CREATE TABLE log (_id INTEGER PRIMARY KEY, words TEXT);")
    assert list(notifications(MemoryFile("data/system/notification_log.db", other))) == [
        Problem("schema", "unknown-layout", "table log has no column event_time_ms, event_type, pkg")
    ]
    assert list(notifications(MemoryFile("notification_log.db", other))) == []
