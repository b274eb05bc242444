"""What iOS records of the use of applications: knowledgeC.db, screen time, network traffic."""

from __future__ import annotations

from typing import Any

import pytest

from evidence_store.records import (
    Account,
    AppInstall,
    AppUse,
    DeviceFact,
    Moment,
    Network,
    Notification,
    Party,
    Present,
    Problem,
    WebVisit,
)
from extractors.ios.data_usage import data_usage
from extractors.ios.knowledge import knowledge
from extractors.ios.screen_time import screen_time
from tests.evidence_builders.browsers import database, with_log
from tests.evidence_builders.files import MemoryFile
from tests.evidence_builders.ios_stores import DATA_USAGE, KNOWLEDGE, ROUTES, SCREEN_TIME
from tests.extractors.broken import assert_no_row_is_lost, with_broken_values

KNOWLEDGE_PATH = "private/var/mobile/Library/CoreDuet/Knowledge/knowledgeC.db"
SCREEN_PATH = "private/var/mobile/Library/Application Support/com.apple.remotemanagementd/RMAdminStore-Local.sqlite"
USAGE_PATH = "private/var/wireless/Library/Databases/DataUsage.sqlite"


def at(meaning: str, seconds: float) -> Moment:
    """A moment of a number of seconds since 2001."""
    return Moment(meaning, round(seconds * 1_000_000) + 978_307_200_000_000, str(seconds), "A")


def spell(first: float = 794050200, last: float = 794050260) -> tuple[Moment, ...]:
    return (at("started", first), at("ended", last), at("recorded", 794050300.5))


def event(key: int, stream: str | None, text: str | None, number: int | None, meta: int | None = None) -> str:
    """One row of ZOBJECT that lasted a minute."""
    values = [key, stream, text, number, meta, 794050200, 794050260, 794050300.5, 3600]
    cells = ",".join("NULL" if one is None else f"'{one}'" if isinstance(one, str) else str(one) for one in values)
    return (
        "INSERT INTO ZOBJECT(Z_PK,ZSTREAMNAME,ZVALUESTRING,ZVALUEINTEGER,ZSTRUCTUREDMETADATA,ZSTARTDATE,ZENDDATE,"
        f"ZCREATIONDATE,ZSECONDSFROMGMT) VALUES({cells});"
    )


META = """
INSERT INTO ZSTRUCTUREDMETADATA(Z_PK,Z_DKSAFARIHISTORYMETADATAKEY__TITLE) VALUES(1,'Bus times');
INSERT INTO ZSTRUCTUREDMETADATA(Z_PK,Z_DKNOTIFICATIONUSAGEMETADATAKEY__BUNDLEID) VALUES(2,'org.example.chat');
INSERT INTO ZSTRUCTUREDMETADATA(Z_PK,Z_DKNOWPLAYINGMETADATAKEY__TITLE,Z_DKNOWPLAYINGMETADATAKEY__ARTIST)
 VALUES(3,'A song','A band');
INSERT INTO ZSTRUCTUREDMETADATA(Z_PK,Z_DKBLUETOOTHMETADATAKEY__ADDRESS,Z_DKBLUETOOTHMETADATAKEY__NAME)
 VALUES(4,'00:11:22:33:44:55','Headphones');
INSERT INTO ZSTRUCTUREDMETADATA(Z_PK,Z_DKINTENTMETADATAKEY__INTENTVERB,
 Z_DKINTENTMETADATAKEY__SERIALIZEDINTERACTION) VALUES(5,'SendMessage',x'0102');
INSERT INTO ZSOURCE(Z_PK,ZBUNDLEID,ZDEVICEID) VALUES(8,'org.example.chat','D-1');
"""
EVENTS = [
    event(1, "/app/inFocus", "org.example.chat", 77),
    event(2, "/safari/history", "https://example.org/bus", 1, 1),
    event(3, "/notification/usage", "Receive", 1, 2),
    event(4, "/media/nowPlaying", "org.example.music", 1, 3),
    event(5, "/bluetooth/isConnected", None, 1, 4),
    event(6, "/app/intents", "org.example.chat", 1, 5),
    event(7, "/device/isLocked", None, 1),
    event(8, "/app/install", "org.example.chat", 1),
    event(9, "/new/stream", None, 12, 99),
    event(10, None, None, None),
    event(11, "/app/newThing", "org.example.chat", 1),
]


def made(kind: type, key: int, stream: str, *more: tuple[str, Any], **fields: Any) -> Any:
    """The record of an `event`."""
    extra = (("ZSTREAMNAME", stream), ("ZSECONDSFROMGMT", 3600), *more)
    return kind(locator=f"ZOBJECT:Z_PK={key}", moments=spell(), extra=extra, **fields)


def test_each_stream_becomes_what_it_records() -> None:
    chat, music = "org.example.chat", "org.example.music"
    key = "Z_DK{}METADATAKEY__{}".format
    assert list(knowledge(MemoryFile(KNOWLEDGE_PATH, database(KNOWLEDGE, META, *EVENTS)))) == [
        Present(11),
        made(AppUse, 1, "/app/inFocus", app=chat, activity="in the foreground", duration_s=60.0),
        made(
            WebVisit,
            2,
            "/safari/history",
            (key("SAFARIHISTORY", "TITLE"), "Bus times"),
            service="Safari",
            url="https://example.org/bus",
            title="Bus times",
        ),
        made(
            Notification,
            3,
            "/notification/usage",
            (key("NOTIFICATIONUSAGE", "BUNDLEID"), chat),
            flags=("Receive",),
            app=chat,
        ),
        made(
            AppUse,
            4,
            "/media/nowPlaying",
            (key("NOWPLAYING", "ARTIST"), "A band"),
            (key("NOWPLAYING", "TITLE"), "A song"),
            app=music,
            title="A song",
            activity="media playing",
            duration_s=60.0,
            text="A song\nA band",
        ),
        made(
            Network,
            5,
            "/bluetooth/isConnected",
            (key("BLUETOOTH", "ADDRESS"), "00:11:22:33:44:55"),
            (key("BLUETOOTH", "NAME"), "Headphones"),
            flags=("connected",),
            technology="Bluetooth",
            name="Headphones",
            address="00:11:22:33:44:55",
        ),
        made(
            AppUse,
            6,
            "/app/intents",
            (key("INTENT", "INTENTVERB"), "SendMessage"),
            app=chat,
            activity="action offered to the system",
            duration_s=60.0,
            text="SendMessage",
        ),
        made(DeviceFact, 7, "/device/isLocked", name="device locked", value="yes"),
        made(AppInstall, 8, "/app/install", app=chat),
        made(DeviceFact, 9, "/new/stream", name="stream /new/stream", value="12"),
        made(DeviceFact, 10, "", name="object of no stream", value=""),
        made(AppUse, 11, "/app/newThing", app=chat, activity="/app/newThing", duration_s=60.0),
    ]


def test_a_stream_is_known_however_its_name_is_spelt() -> None:
    stream = "/device/BatteryPercentage"
    found = list(knowledge(MemoryFile(KNOWLEDGE_PATH, database(KNOWLEDGE, event(1, stream, None, 81)))))
    assert found[1] == made(DeviceFact, 1, stream, name="battery, per cent", value="81")


def test_a_source_on_another_device_is_told() -> None:
    change = "UPDATE ZOBJECT SET ZSOURCE=8;"
    (_, found) = knowledge(MemoryFile(KNOWLEDGE_PATH, database(KNOWLEDGE, META, EVENTS[6], change)))
    told = (("source ZBUNDLEID", "org.example.chat"), ("source ZDEVICEID", "D-1"))
    assert found == made(DeviceFact, 7, "/device/isLocked", *told, name="device locked", value="yes")


def test_the_oldest_layout_has_no_side_tables_and_twins_come_out_twice() -> None:
    drop = "DROP TABLE ZSOURCE; DROP TABLE ZSTRUCTUREDMETADATA;"
    data, log = with_log(database(KNOWLEDGE, drop, event(1, "/app/usage", "a", 1)), event(2, "/app/usage", "a", 1))
    found = list(knowledge(MemoryFile(KNOWLEDGE_PATH, data, {"-wal": log})))
    one = {"app": "a", "activity": "in use", "duration_s": 60.0}
    assert found[:3] == [
        Present(2),
        made(AppUse, 1, "/app/usage", **one),
        made(AppUse, 2, "/app/usage", **one),
    ]


def test_a_broken_value_costs_no_object() -> None:
    for first in (0, 1, 4, 6):
        data = database(KNOWLEDGE, META, EVENTS[first])
        assert_no_row_is_lost(knowledge, KNOWLEDGE_PATH, data, "ZOBJECT", "Z_PK")
    broken, _ = with_broken_values(database(KNOWLEDGE, META, EVENTS[1]), "ZSTRUCTUREDMETADATA", "Z_PK")
    assert [type(one) for one in knowledge(MemoryFile(KNOWLEDGE_PATH, broken))] == [Present, WebVisit, Problem]


USAGE = """
INSERT INTO ZPROCESS(Z_PK,ZFIRSTTIMESTAMP,ZTIMESTAMP,ZBUNDLENAME,ZPROCNAME) VALUES
 (1,794050000,794050500,'org.example.chat','Chat/org.example.chat'),(4,794050001,794050501,NULL,'aged');
INSERT INTO ZLIVEUSAGE(Z_PK,ZKIND,ZTAG,ZHASPROCESS,ZTIMESTAMP,ZWIFIIN,ZWIFIOUT,ZWWANIN,ZWWANOUT) VALUES
 (7,0,1,1,794050100.5,10.0,20.0,0.0,40.0),(8,0,1,9,794050100.5,1.0,0.0,0.0,0.0);
"""


def test_traffic_comes_out_with_its_process_and_processes_without_traffic_too() -> None:
    assert list(data_usage(MemoryFile(USAGE_PATH, database(DATA_USAGE, USAGE)))) == [
        Present(2),
        AppUse(
            locator="ZLIVEUSAGE:Z_PK=7",
            moments=(
                at("counted", 794050100.5),
                at("process first recorded", 794050000),
                at("process last recorded", 794050500),
            ),
            extra=(
                ("ZPROCNAME", "Chat/org.example.chat"),
                ("ZWIFIIN", 10.0),
                ("ZWIFIOUT", 20.0),
                ("ZWWANOUT", 40.0),
                ("ZKIND", 0),
                ("ZTAG", 1),
            ),
            app="org.example.chat",
            activity="network traffic",
        ),
        AppUse(
            locator="ZLIVEUSAGE:Z_PK=8",
            moments=(at("counted", 794050100.5),),
            extra=(("ZWIFIIN", 1.0), ("ZKIND", 0), ("ZTAG", 1)),
            app="",
            activity="network traffic",
        ),
        Problem("value", "no-process", "there is no row of ZPROCESS for this count (Z_PK=9)", "ZLIVEUSAGE:Z_PK=8"),
        Present(1),
        AppUse(
            locator="ZPROCESS:Z_PK=4",
            moments=(at("process first recorded", 794050001), at("process last recorded", 794050501)),
            app="aged",
            activity="process recorded, no traffic counted",
        ),
        Problem("note", "gap", "2 to 3: no rows have this Z_PK", "ZPROCESS"),
    ]


def test_networks_come_out_with_their_traffic() -> None:
    rows = """
    INSERT INTO ZNETWORKATTACHMENT(Z_PK,ZKIND,ZIDENTIFIER,ZFIRSTTIMESTAMP,ZTIMESTAMP) VALUES
     (1,1,'Home-Net-0:e1:6d:b3:8f:7c',794050000,794053600),(2,2,'Carrier-1',794050000,794053600);
    INSERT INTO ZLIVEROUTEPERF(Z_PK,ZKIND,ZHASNETWORKATTACHMENT,ZBYTESIN,ZTIMESTAMP) VALUES(5,1,1,7.0,794053600),
     (6,9,44,NULL,794053600);
    """
    times = (at("network first recorded", 794050000), at("network last recorded", 794053600))
    found = list(data_usage(MemoryFile("netusage.sqlite", database(DATA_USAGE, ROUTES, rows))))
    assert found == [
        Present(0),
        Present(2),
        Network(
            locator="ZLIVEROUTEPERF:Z_PK=5",
            moments=(at("counted", 794053600), *times),
            extra=(("ZBYTESIN", 7.0),),
            technology="Wi-Fi",
            name="Home-Net",
            address="0:e1:6d:b3:8f:7c",
        ),
        Network(locator="ZLIVEROUTEPERF:Z_PK=6", moments=(at("counted", 794053600),), technology="kind 9"),
        Problem(
            "value",
            "no-network",
            "there is no row of ZNETWORKATTACHMENT for this count (Z_PK=44)",
            "ZLIVEROUTEPERF:Z_PK=6",
        ),
        Present(1),
        Network(locator="ZNETWORKATTACHMENT:Z_PK=2", moments=times, technology="mobile", name="Carrier-1"),
    ]


def test_a_broken_value_costs_no_count() -> None:
    networks = """INSERT INTO ZNETWORKATTACHMENT(Z_PK,ZIDENTIFIER) VALUES(1,'a');
    INSERT INTO ZLIVEROUTEPERF(Z_PK,ZHASNETWORKATTACHMENT) VALUES(1,999);"""
    data = database(DATA_USAGE, ROUTES, "DELETE FROM ZLIVEUSAGE;", networks, USAGE)
    assert_no_row_is_lost(data_usage, USAGE_PATH, data, "ZLIVEUSAGE", "Z_PK")
    assert_no_row_is_lost(data_usage, USAGE_PATH, data, "ZLIVEROUTEPERF", "Z_PK")
    assert_no_row_is_lost(data_usage, USAGE_PATH, data, "ZNETWORKATTACHMENT", "Z_PK")
    alone = database(DATA_USAGE, USAGE, "DELETE FROM ZLIVEUSAGE;")
    assert_no_row_is_lost(data_usage, USAGE_PATH, alone, "ZPROCESS", "Z_PK")


SCREEN = """
INSERT INTO ZCOREDEVICE(Z_PK,ZPLATFORM,ZLOCALUSERDEVICESTATE,ZIDENTIFIER,ZNAME) VALUES(1,2,1,'id-1','Ann''s iPhone'),
 (2,4,NULL,'id-2',NULL);
INSERT INTO ZCOREUSER(Z_PK,ZDSID,ZAPPLEID,ZGIVENNAME,ZFAMILYNAME,ZISPARENT)
 VALUES(1,123,'ann@example.org','Ann','Example',0);
INSERT INTO ZUSERDEVICESTATE(Z_PK,ZDEVICE,ZUSER) VALUES(3,1,1);
INSERT INTO ZINSTALLEDAPP(Z_PK,ZUSERDEVICESTATE,ZBUNDLEIDENTIFIER,ZDISPLAYNAME) VALUES(1,3,'org.example.chat','Chat');
INSERT INTO ZUSAGE(Z_PK,ZDEVICE,ZUSER) VALUES(1,1,1),(2,NULL,1);
INSERT INTO ZUSAGEBLOCK(Z_PK,ZDURATIONINMINUTES,ZSCREENTIMEINSECONDS,ZUSAGE,ZSTARTDATE,ZFIRSTPICKUPDATE)
 VALUES(5,60,900,1,794048400,794048460);
INSERT INTO ZUSAGECATEGORY(Z_PK,ZBLOCK,ZIDENTIFIER) VALUES(6,5,'DH1003');
INSERT INTO ZUSAGETIMEDITEM(Z_PK,ZTOTALTIMEINSECONDS,ZUSAGETRUSTED,ZCATEGORY,ZBUNDLEIDENTIFIER,ZDOMAIN)
 VALUES(1,600,1,6,'org.example.chat',NULL),(2,30,0,77,NULL,'example.org');
INSERT INTO ZUSAGECOUNTEDITEM(Z_PK,ZNUMBEROFNOTIFICATIONS,ZNUMBEROFPICKUPS,ZUSAGETRUSTED,ZBLOCK,ZBUNDLEIDENTIFIER)
 VALUES(1,2,0,1,5,'org.example.chat');
"""


def test_screen_time_comes_out_by_stretch_device_and_member() -> None:
    whose = (("device", "Ann's iPhone"), ("member", "Ann Example"))
    began, lasts = at("stretch began", 794048400), ("ZDURATIONINMINUTES", 60)
    screen: dict[str, Any] = {"service": "Screen Time"}
    no_stretch = "there is no row of ZUSAGEBLOCK for this entry: when it was is not known"
    assert list(screen_time(MemoryFile(SCREEN_PATH, database(SCREEN_TIME, SCREEN)))) == [
        Present(2),
        AppUse(
            locator="ZUSAGETIMEDITEM:Z_PK=1",
            moments=(began,),
            extra=(("category", "DH1003"), lasts, *whose),
            app="org.example.chat",
            activity="screen time",
            duration_s=600.0,
            **screen,
        ),
        AppUse(
            locator="ZUSAGETIMEDITEM:Z_PK=2",
            flags=("web site",),
            extra=(("ZUSAGETRUSTED", 0),),
            app="example.org",
            activity="screen time",
            duration_s=30.0,
            **screen,
        ),
        Problem("value", "no-stretch", no_stretch, "ZUSAGETIMEDITEM:Z_PK=2"),
        Present(1),
        AppUse(
            locator="ZUSAGECOUNTEDITEM:Z_PK=1",
            moments=(began,),
            extra=(("ZNUMBEROFNOTIFICATIONS", 2), ("ZNUMBEROFPICKUPS", 0), lasts, *whose),
            app="org.example.chat",
            activity="notifications and pickups",
            **screen,
        ),
        Present(1),
        DeviceFact(
            locator="ZUSAGEBLOCK:Z_PK=5",
            moments=(began, at("first pickup", 794048460)),
            extra=(lasts, *whose),
            name="screen time of a stretch, seconds",
            value="900",
            **screen,
        ),
        Present(1),
        AppInstall(locator="ZINSTALLEDAPP:Z_PK=1", extra=whose, app="org.example.chat", title="Chat", **screen),
        Present(2),
        DeviceFact(
            locator="ZCOREDEVICE:Z_PK=1",
            extra=(("ZIDENTIFIER", "id-1"), ("ZPLATFORM", 2)),
            name="name of this device",
            value="Ann's iPhone",
            **screen,
        ),
        DeviceFact(
            locator="ZCOREDEVICE:Z_PK=2",
            extra=(("ZIDENTIFIER", "id-2"), ("ZPLATFORM", 4)),
            name="another device of the account",
            value="id-2",
            **screen,
        ),
        Present(1),
        Account(
            locator="ZCOREUSER:Z_PK=1",
            extra=(("ZISPARENT", 0),),
            name="Ann Example",
            identifiers=(Party("ann@example.org", "email"), Party("123", "apple id")),
            **screen,
        ),
    ]


@pytest.mark.parametrize(
    "table", ["ZUSAGETIMEDITEM", "ZUSAGECOUNTEDITEM", "ZUSAGEBLOCK", "ZINSTALLEDAPP", "ZCOREDEVICE", "ZCOREUSER"]
)
def test_a_broken_value_costs_no_entry(table: str) -> None:
    assert_no_row_is_lost(screen_time, SCREEN_PATH, database(SCREEN_TIME, SCREEN), table, "Z_PK")


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (knowledge, "no table ZOBJECT"),
        (data_usage, "no table ZPROCESS; no table ZLIVEUSAGE"),
        (screen_time, "no table ZUSAGETIMEDITEM; no table ZUSAGEBLOCK"),
    ],
)
def test_an_unknown_layout_is_said_to_be_unknown(one: Any, words: str) -> None:
    problem = Problem("schema", "unknown-layout", words)
    assert list(one(MemoryFile("any.db", database("CREATE TABLE other(id INTEGER)")))) == [problem]
