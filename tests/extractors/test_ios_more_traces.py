"""Installations, caches of addresses, the privacy report, Bluetooth."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any

import pytest

from evidence_store.records import (
    AppInstall,
    AppUse,
    Attachment,
    Download,
    Moment,
    Network,
    Present,
    Problem,
    WebVisit,
)
from extractors.ios.bluetooth import bluetooth
from extractors.ios.installs import install_log
from extractors.ios.privacy_report import app_privacy_report
from extractors.ios.web_traces import resource_loads, url_cache
from tests.evidence_builders.browsers import database, with_log
from tests.evidence_builders.files import MemoryFile
from tests.evidence_builders.ios_stores import BLUETOOTH, OBSERVATIONS, URL_CACHE, hexed, plist
from tests.extractors.broken import assert_no_row_is_lost

LOG = "private/var/installd/Library/Logs/MobileInstallation/mobile_installation.log.0"
CACHE = "private/var/mobile/Containers/Data/Application/0A/Library/Caches/org.example.chat/Cache.db"
LOADS = "private/var/mobile/Library/WebKit/WebsiteData/ResourceLoadStatistics/observations.db"
TOOTH = "private/var/containers/Shared/SystemGroup/0A/Library/Database/com.apple.MobileBluetooth.ledevices.paired.db"
MADE = "-[MIContainer makeLive:]: Made container live for org.example.chat at /private/var/x"
WHEN = "Sun Mar  1 09:30:00 2026"


def entry(text: str, when: str = WHEN) -> str:
    return f"{when} [176] <notice> (0x16bae7000) {text}\n"


def test_entries_of_the_log_come_out_under_the_zone_that_is_assumed() -> None:
    texts = [
        MADE,
        "Install Successful for (Customer:org.example.chat)",
        "Uninstalling identifier org.example.chat",
        "Destroying container with identifier org.example.chat at /private/var/y",
    ]
    log = "".join(map(entry, texts)) + "    a further line\n" + entry("MA: main: soc_generation: H11")
    found = list(install_log(MemoryFile(LOG, log.encode(), zone="Asia/Tokyo")))
    expected: list[Any] = []
    words = ("container made live", "installed", "removal", "container destroyed")
    paths = ("/private/var/x", None, None, "/private/var/y")
    for number, (text, word, path) in enumerate(zip(texts, words, paths, strict=True), start=1):
        expected += [
            Present(1),
            AppInstall(
                locator=f"line {number}",
                moments=(Moment(word, 1_772_325_000_000_000, WHEN, "C", "Asia/Tokyo, operator"),),
                flags=(word,),
                extra=(("path", path),) if path else (),
                app="org.example.chat",
                text=text,
            ),
        ]
    assert found == [*expected, Problem("note", "other-entries", "1 entries name no application, and are not given")]


def test_without_a_zone_and_without_a_date_there_is_no_utc() -> None:
    log = entry(MADE) + entry(MADE, "Sun Mar 99 09:30:00 2026")
    found = [one for one in install_log(MemoryFile(LOG, log.encode())) if isinstance(one, AppInstall)]
    assert [one.moments[0] for one in found] == [
        Moment("container made live", None, WHEN, "C", "", "local time, zone not known"),
        Moment("container made live", None, "Sun Mar 99 09:30:00 2026", "C", note="not a date"),
    ]
    assert list(install_log(MemoryFile(LOG, bytes(range(256)) * 300))) == []


CACHED = f"""
INSERT INTO cfurl_cache_response(entry_ID,request_key,time_stamp) VALUES
 (1,'https://example.org/a','2026-03-01 09:30:00'),(2,'https://example.org/b','soon'),
 (3,'https://example.org/c','2026-03-01 09:30:01');
INSERT INTO cfurl_cache_receiver_data VALUES(1,1,'C59437F6-C2B2'),(2,0,{hexed(b"answer")}),(9,0,NULL);
"""


def test_cached_addresses_come_out_with_their_data() -> None:
    folder = CACHE.rpartition("/")[0]
    one = "cfurl_cache_response:entry_ID"
    digest = hashlib.sha256(b"answer").hexdigest()
    assert list(url_cache(MemoryFile(CACHE, database(URL_CACHE, CACHED)))) == [
        Present(3),
        Download(
            locator=f"{one}=1",
            moments=(Moment("cached", 1_772_357_400_000_000, "2026-03-01 09:30:00", "A"),),
            flags=("cached answer",),
            attachments=(Attachment("C59437F6-C2B2", f"{folder}/fsCachedData/C59437F6-C2B2"),),
            url="https://example.org/a",
        ),
        Download(
            locator=f"{one}=2",
            moments=(Moment("cached", None, "soon", "A", "", "not a date"),),
            flags=("cached answer",),
            attachments=(Attachment("data of the answer", None, None, 6, digest, "embedded"),),
            url="https://example.org/b",
            size=6,
        ),
        Problem("value", "time", "time_stamp: not a date: soon", f"{one}=2"),
        Download(
            locator=f"{one}=3",
            moments=(Moment("cached", 1_772_357_401_000_000, "2026-03-01 09:30:01", "A"),),
            flags=("cached answer",),
            url="https://example.org/c",
        ),
        Problem("note", "orphans", "1 rows of cfurl_cache_receiver_data belong to nothing that is left"),
    ]


def test_domains_of_the_prevention_of_tracking_come_out() -> None:
    row = "INSERT INTO ObservedDomains VALUES(1,'example.org',1772357400.0,1,1772357401.5,0,1,0,0,0);"
    seen = (
        Moment("loaded last, as recorded", 1_772_357_400_000_000, "1772357400.0", "A"),
        Moment("input on a page last", 1_772_357_401_500_000, "1772357401.5", "A"),
    )
    data, log = with_log(database(OBSERVATIONS, row), row.replace("(1,", "(2,").replace(",1,1772357401.5", ",0,-1"))
    found = list(resource_loads(MemoryFile(LOADS, data, {"-wal": log})))
    site: dict[str, Any] = {"service": "WebKit", "extra": (("isPrevalent", 1),), "url": "example.org"}
    flag = "domain, no single page"
    assert found[:3] == [
        Present(2),
        WebVisit(locator="ObservedDomains:domainID=1", moments=seen, flags=(flag, "input on a page recorded"), **site),
        WebVisit(locator="ObservedDomains:domainID=2", moments=seen[:1], flags=(flag,), **site),
    ]


def test_entries_of_the_privacy_report_come_out() -> None:
    lines = [
        {
            "type": "access",
            "category": "contacts",
            "kind": "intervalBegin",
            "timeStamp": "2026-03-01T04:30:00.125-05:00",
            "accessor": {"identifier": "org.example.chat", "identifierType": "bundleID"},
        },
        {
            "type": "networkActivity",
            "domain": "example.org",
            "bundleID": "org.example.chat",
            "hits": 3,
            "timeStamp": "2026-03-01T04:30:01.125-05:00",
            "firstTimeStamp": "soon",
        },
        {"type": "new", "timeStamp": "2026-03-01T04:30:00"},
        [],
    ]
    data = "\n".join(json.dumps(line) for line in lines) + "\n{broken\n"
    us = 1_772_357_400_125_000
    assert list(app_privacy_report(MemoryFile("App_Privacy_Report_v4_1.ndjson", data.encode()))) == [
        Present(1),
        AppUse(
            locator="line 1",
            moments=(Moment("access began", us, "2026-03-01T04:30:00.125-05:00", "B"),),
            extra=(("kind", "intervalBegin"),),
            app="org.example.chat",
            title="contacts",
            activity="access to data",
        ),
        Present(1),
        AppUse(
            locator="line 2",
            moments=(
                Moment("last request", us + 1_000_000, "2026-03-01T04:30:01.125-05:00", "B"),
                Moment("first request", None, "soon", "B", "", "not a date with its offset"),
            ),
            extra=(("hits", 3),),
            app="org.example.chat",
            title="example.org",
            activity="domain asked",
        ),
        Present(1),
        AppUse(
            locator="line 3",
            moments=(Moment("access recorded", None, "2026-03-01T04:30:00", "B", "", "not a date with its offset"),),
            flags=("type new",),
            app="",
            activity="new",
        ),
        Present(1),
        Problem("row", "no-entry", "not an entry but list", "line 4"),
        Present(1),
        Problem(
            "row",
            "damaged-line",
            "no JSON: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)",
            "line 5",
        ),
    ]


PAIRED = "INSERT INTO PairedDevices VALUES('U-1','Headphones',1,'Public AA:BB:CC:DD:EE:FF',NULL,12345,0);"


def test_bluetooth_devices_come_out_without_keys() -> None:
    path = "private/var/containers/Shared/SystemGroup/0A/Library/Preferences/com.apple.MobileBluetooth.devices.plist"
    listed = {
        "00:11:22:33:44:55": {"Name": "Car", "UserNameKey": "Ann's car", "LastSeenTime": 1772357400, "LinkKey": b"k"},
        "odd": 5,
        "00:11:22:33:44:66": {"LastSeenTime": datetime(2026, 3, 1)},
    }
    found = list(bluetooth(plist(path, listed)))
    assert found == [
        Present(3),
        Network(
            locator="key=00:11:22:33:44:55",
            moments=(Moment("seen last", 1_772_357_400_000_000, "1772357400", "A"),),
            flags=("paired",),
            extra=(("UserNameKey", "Ann's car"),),
            technology="Bluetooth",
            name="Ann's car",
            address="00:11:22:33:44:55",
        ),
        Problem("row", "no-entry", "not a device: int", "key=odd"),
        Network(
            locator="key=00:11:22:33:44:66",
            moments=(Moment("seen last", None, "2026-03-01 00:00:00+00:00", "A", "", "not a number"),),
            flags=("paired",),
            technology="Bluetooth",
            address="00:11:22:33:44:66",
        ),
        Problem("value", "time", "LastSeenTime: not a number: 2026-03-01 00:00:00+00:00", "key=00:11:22:33:44:66"),
    ]
    assert list(bluetooth(MemoryFile(TOOTH, database(BLUETOOTH, PAIRED)))) == [
        Present(1),
        Network(
            locator="PairedDevices:rowid=1",
            flags=("paired",),
            extra=(("Uuid", "U-1"), ("NameOrigin", 1), ("LastSeenTime", 12345)),
            technology="Bluetooth",
            name="Headphones",
            address="AA:BB:CC:DD:EE:FF",
        ),
    ]


def test_a_broken_value_costs_no_row() -> None:
    loose = URL_CACHE.replace("request_key TEXT UNIQUE", "request_key TEXT").replace("AUTOINCREMENT UNIQUE", "")
    assert_no_row_is_lost(url_cache, CACHE, database(loose, CACHED), "cfurl_cache_response", "entry_ID")
    row = "INSERT INTO ObservedDomains VALUES(1,'example.org',1772357400.0,1,1772357401.5,0,1,0,0,0);"
    assert_no_row_is_lost(resource_loads, LOADS, database(OBSERVATIONS, row), "ObservedDomains", "domainID")
    assert_no_row_is_lost(bluetooth, TOOTH, database(BLUETOOTH, PAIRED), "PairedDevices", "rowid")


OTHER = database("CREATE TABLE other(id)")


@pytest.mark.parametrize(
    ("one", "path", "data", "words"),
    [
        (url_cache, CACHE, OTHER, None),
        (resource_loads, LOADS, OTHER, "no table ObservedDomains"),
        (bluetooth, TOOTH, OTHER, "none of the tables PairedDevices, OtherDevices, LoggedInAccountDevices"),
        (install_log, LOG, b"", None),
        (app_privacy_report, "App_Privacy_Report.ndjson", b"", None),
    ],
)
def test_what_is_none_is_said_or_left_alone(one: Any, path: str, data: bytes, words: str | None) -> None:
    assert list(one(MemoryFile(path, data))) == ([Problem("schema", "unknown-layout", words)] if words else [])
