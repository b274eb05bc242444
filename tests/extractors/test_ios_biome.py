"""Biome streams of iOS and macOS: what each becomes, deleted ones, other devices, streams that nobody describes."""

from __future__ import annotations

from typing import Any

import pytest

from evidence_store.records import (
    AppInstall,
    AppUse,
    DeviceFact,
    Message,
    Moment,
    Network,
    Note,
    Notification,
    Party,
    Present,
    Record,
    WebVisit,
)
from extractors.base import Found
from extractors.ios.biome import biome
from extractors.ios.biome_streams import STREAMS
from tests.evidence_builders.files import MemoryFile
from tests.evidence_builders.protobuf import message
from tests.evidence_builders.segb import AT, Made, double, segb1, segb2

STREAM_FOLDER = "private/var/mobile/Library/Biome/streams/restricted/"
EVENT, UNIX = 794050200.25, 1772357400.25  # the same moment since 2001 and since 1970
CHAT = "org.example.chat"
IN_FOCUS = message((1, "com.apple.SpringBoard.transition"), (3, 1)) + double(4, EVENT) + message((6, CHAT))


def since_2001(meaning: str, seconds: float) -> Moment:
    return Moment(meaning, round(seconds * 1_000_000) + 978_307_200_000_000, str(seconds), "A")


def since_1970(meaning: str, seconds: float) -> Moment:
    return Moment(meaning, round(seconds * 1_000_000), str(seconds), "A")


RECORDED = since_2001("recorded", AT)
HAPPENED = (since_2001("of the event", EVENT), RECORDED)
HAPPENED_UNIX = (since_1970("of the event", UNIX), RECORDED)


def read(stream: str, *payloads: bytes | Made, place: str = "local/745000000") -> list[Found]:
    entries = [one if isinstance(one, Made) else Made(one) for one in payloads]
    return list(biome(MemoryFile(f"{STREAM_FOLDER}{stream}/{place}", segb2(*entries))))


def made(kind: type, stream: str, size: int, *more: tuple[str, Any], **fields: Any) -> Any:
    """The record of the first entry of a file of version 2."""
    fields.setdefault("moments", (RECORDED,))
    return kind(locator=f"byte 40+{size}", extra=(("stream", stream), *more), **fields)


def test_both_versions_give_the_same_use_of_an_application() -> None:
    more = (("launchReason", "com.apple.SpringBoard.transition"),)
    fields = {"flags": ("starting",), "app": CHAT, "activity": "in the foreground", "moments": HAPPENED}
    size = len(IN_FOCUS)
    assert read("App.InFocus", IN_FOCUS) == [made(AppUse, "App.InFocus", size, *more, **fields), Present(1)]
    path = f"{STREAM_FOLDER}App.InFocus/local/745000000"
    assert list(biome(MemoryFile(path, segb1(Made(IN_FOCUS, second_time=AT + 1))))) == [
        AppUse(
            locator=f"byte 88+{size}",
            extra=(("stream", "App.InFocus"), *more),
            **{**fields, "moments": (*HAPPENED, since_2001("second time of the entry", AT + 1))},
        ),
        Present(1),
    ]


SINGLE: list[tuple[str, bytes, type, tuple[tuple[str, Any], ...], dict[str, Any]]] = [
    (
        "App.WebUsage",
        message((1, "U-1"))
        + double(2, EVENT)
        + message((3, 2), (4, "https://example.org/bus"), (6, "org.example.web")),
        AppUse,
        (("uniqueID", "U-1"), ("usageState", 2)),
        {
            "moments": HAPPENED,
            "app": "org.example.web",
            "title": "https://example.org/bus",
            "activity": "in use by a web page",
            "text": "https://example.org/bus",
        },
    ),
    (
        "App.MediaUsage",
        message((1, 0), (2, CHAT), (3, "https://example.org/film")) + double(6, UNIX),
        AppUse,
        (),
        {
            "moments": HAPPENED_UNIX,
            "flags": ("ending",),
            "app": CHAT,
            "title": "https://example.org/film",
            "activity": "playing media",
            "text": "https://example.org/film",
        },
    ),
    (
        "Media.NowPlaying",
        double(2, EVENT)
        + message((3, 1), (4, "An album"), (5, "A band"), (6, 240), (8, "A song"), (14, b"\x08\x01"))
        + message((15, "org.example.music")),
        AppUse,
        (("playbackState", 1), ("duration", 240), ("outputDevices", "2 bytes, not read")),
        {
            "moments": HAPPENED,
            "app": "org.example.music",
            "title": "A song",
            "activity": "media playing",
            "text": "A song\nA band\nAn album",
        },
    ),
    (
        "App.Intent",
        double(1, EVENT)
        + message((2, CHAT), (3, "intents"), (4, "INSendMessageIntent"), (5, "SendMessage"), (8, b"bp")),
        AppUse,
        (("sourceID", "intents"), ("interaction", "2 bytes, not read")),
        {
            "moments": HAPPENED,
            "app": CHAT,
            "title": "SendMessage",
            "activity": "action offered to the system",
            "text": "SendMessage\nINSendMessageIntent",
        },
    ),
    (
        "App.LocationActivity",
        message((1, "com.apple.Maps"), (13, "The old mill"))
        + double(24, 51.5)
        + double(25, -0.25)
        + message((33, "+447700900123")),
        AppUse,
        (("latitude", 51.5), ("longitude", -0.25), ("phoneNumbers", "+447700900123")),
        {
            "app": "com.apple.Maps",
            "title": "The old mill",
            "activity": "place offered to the system",
            "text": "The old mill",
        },
    ),
    (
        "App.MenuItem",
        message((1, "com.apple.finder"), (3, "File"), (3, "Move to Bin")),
        AppUse,
        (),
        {
            "app": "com.apple.finder",
            "title": "File > Move to Bin",
            "activity": "menu item",
            "text": "File > Move to Bin",
        },
    ),
    (
        "Text.InputSession",
        double(1, 4.5) + double(2, UNIX) + message((3, CHAT), (4, 1)),
        AppUse,
        (("duration", 4.5), ("sessionInput", 1)),
        {"moments": HAPPENED_UNIX, "app": CHAT, "activity": "text input"},
    ),
    (
        "ScreenTime.AppUsage",
        message((1, 1)) + double(2, UNIX) + message((3, CHAT), (5, 1)),
        AppUse,
        (("isUsageTrusted", 1),),
        {"moments": HAPPENED_UNIX, "flags": ("starting",), "app": CHAT, "activity": "in use, for screen time"},
    ),
    (
        "App.Install",
        message((1, CHAT), (2, "Chat"), (5, 1)),
        AppInstall,
        (),
        {"flags": ("install",), "app": CHAT, "title": "Chat"},
    ),
    (
        "Notification.Usage",
        double(2, EVENT) + message((3, 5), (4, CHAT), (5, "N-1"), (8, "Nadia"), (9, "Group"), (10, "Where are you?")),
        Notification,
        (("notificationID", "N-1"),),
        {"moments": HAPPENED, "flags": ("type 5",), "app": CHAT, "title": "Nadia", "text": "Group\nWhere are you?"},
    ),
    (
        "Safari.Navigations",
        message((1, "example.org")) + double(2, UNIX) + message((8, "https://example.org/bus")),
        WebVisit,
        (("domain", "example.org"),),
        {
            "moments": (since_1970("visited", UNIX), RECORDED),
            "service": "Safari",
            "url": "https://example.org/bus",
        },
    ),
    (
        "Device.Wireless.WiFi",
        message((1, "Mill Cafe"), (2, 1)),
        Network,
        (),
        {"flags": ("connected",), "technology": "Wi-Fi", "name": "Mill Cafe"},
    ),
    (
        "Device.Wireless.Bluetooth",
        message((1, "00:11:22:33:44:55"), (2, "Headphones"), (3, 8194), (4, 0), (6, -1)),
        Network,
        (("productID", 8194), ("batteryLevelHeadphoneCase", -1)),
        {
            "flags": ("not connected",),
            "technology": "Bluetooth",
            "name": "Headphones",
            "address": "00:11:22:33:44:55",
        },
    ),
    (
        "Device.Power.PluggedIn",
        message((1, 1), (3, 18)),
        DeviceFact,
        (("adapterType", 18),),
        {"name": "device on a charger", "value": "yes"},
    ),
    (
        "Device.Power.BatteryLevel",
        double(1, 81.0) + message((2, 0)),
        DeviceFact,
        (("fullyCharged", 0),),
        {"name": "battery, per cent", "value": "81.0"},
    ),
    ("Device.KeybagLocked", message((1, 0)), DeviceFact, (), {"name": "keybag locked", "value": "no"}),
    (
        "UserFocus.ComputedMode",
        message((1, "com.apple.sleep.sleep-mode"), (2, 1), (4, 2)),
        DeviceFact,
        (("semanticType", 2),),
        {"flags": ("starting",), "name": "focus mode", "value": "com.apple.sleep.sleep-mode"},
    ),
    (
        "Motion.Activity",
        message((2, 1), (4, 0)) + double(7, UNIX) + message((8, 2)),
        DeviceFact,
        (("confidence of it", 2),),
        {
            "moments": (since_1970("started", UNIX), RECORDED),
            "name": "motion, as inferred by the system",
            "value": "walking",
        },
    ),
    (
        "NotesContent",
        message((1, "I-1")) + double(3, EVENT) + message((5, "Buy oats")),
        Note,
        (("uniqueID", "I-1"),),
        {"moments": HAPPENED, "text": "Buy oats"},
    ),
    (
        "ProactiveHarvesting.Safari.PageView",
        double(3, EVENT) + message((4, "Bus times"), (5, "The next bus"), (7, "https://example.org/bus")),
        WebVisit,
        (),
        {
            "moments": HAPPENED,
            "service": "Safari",
            "url": "https://example.org/bus",
            "title": "Bus times",
            "text": "The next bus",
        },
    ),
    (
        "App.DocumentInteraction",
        message(
            (1, 1),
            (2, message((1, "file:///Users/nadia/list.txt"), (2, b"book"))),
            (3, "public.plain-text"),
            (4, message((1, "com.apple.TextEdit"), (9, "s3cret"))),
        ),
        AppUse,
        (
            *(("type", 1), ("fileIdentity.itemURLBookmarkData", "4 bytes, not read")),
            *(("contentTypeIdentifier", "public.plain-text"), ("appIdentity.field 9", "6 bytes, not read")),
        ),
        {
            "app": "com.apple.TextEdit",
            "title": "file:///Users/nadia/list.txt",
            "activity": "document",
            "text": "file:///Users/nadia/list.txt",
        },
    ),
    (
        "ProactiveHarvesting.Messages",
        message((1, "M-1"))
        + double(3, EVENT)
        + message(
            *((4, "C-1"), (5, "+447700900123"), (10, "See you at the mill")),
            *((11, message((1, "Nadia"), (2, "+447700900123"), (3, "P-1"))), (12, message((2, "ara@example.org")))),
            *((12, message((1, "Ara"))), (22, 0), (25, 1), (31, "iMessage")),
        ),
        Message,
        (("fromHandle.contactIdentifier", "P-1"), ("isRead", 1), ("author", "+447700900123")),
        {
            "moments": HAPPENED,
            "service": "iMessage",
            "conversation": "C-1",
            "direction": "in",
            "sender": Party("+447700900123", "phone", "Nadia"),
            "recipients": (Party("ara@example.org", "email"), Party("Ara", "name")),
            "text": "See you at the mill",
            "key": "M-1",
        },
    ),
    ("Device.ScreenLocked", message((1, 1)), DeviceFact, (), {"name": "device locked", "value": "yes"}),
]


@pytest.mark.parametrize(("stream", "payload", "kind", "more", "fields"), SINGLE, ids=lambda one: str(one)[:24])
def test_each_stream_becomes_what_it_records(
    stream: str, payload: bytes, kind: type, more: tuple[tuple[str, Any], ...], fields: dict[str, Any]
) -> None:
    assert read(stream, payload) == [made(kind, stream, len(payload), *more, **fields), Present(1)]


@pytest.mark.parametrize("stream", STREAMS)
def test_no_field_of_any_known_stream_is_lost(stream: str) -> None:
    dates = {number for _, number, _ in STREAMS[stream].times}
    for wrong in (False, True):  # as it is written, and each field of another type than it should be
        fields = [
            message((number, 1 if wrong else f"value {number}"))
            if number not in dates or wrong
            else double(number, 7e8)
            for number in STREAMS[stream].names
        ]
        found = read(stream, b"".join(fields), b"".join(fields) + message((99, "s3cret words")))
        records = [one for one in found if isinstance(one, Record)]
        assert [one.locator for one in records] == [f"byte 40+{len(b''.join(fields))}", records[1].locator]
        assert found[-1] == Present(2)
        assert ("field 99", "12 bytes, not read") in records[1].extra
        assert not any("s3cret" in str(one) for one in found)
