"""Biome: events in the layout of knowledgeC.db, deleted and damaged entries, streams that nobody describes."""

from __future__ import annotations

import sys
from collections import Counter

import pytest

from evidence_store.records import (
    AppInstall,
    AppUse,
    DeviceFact,
    Moment,
    Network,
    Notification,
    Present,
    Problem,
    Record,
    TableRow,
    WebVisit,
    replace,
)
from extractors.ios.biome import biome
from tests.evidence_builders.files import MemoryFile
from tests.evidence_builders.protobuf import message
from tests.evidence_builders.segb import AT, Made, dk_event, double, metadata, segb1, segb2
from tests.extractors.test_ios_biome import CHAT, HAPPENED, IN_FOCUS, RECORDED, STREAM_FOLDER, read, since_2001

SPELL = (
    since_2001("started", 794050200.0),
    since_2001("ended", 794050260.0),
    since_2001("event recorded", AT),
    RECORDED,
)
FOCUS = STREAM_FOLDER + "App.InFocus/local/1"
USE = AppUse(
    locator="",
    moments=HAPPENED,
    flags=("starting",),
    extra=(("stream", "App.InFocus"), ("launchReason", "com.apple.SpringBoard.transition")),
    app=CHAT,
    activity="in the foreground",
)


@pytest.mark.parametrize(
    ("stream", "payload", "expected"),
    [
        (
            "/app/inFocus",
            dk_event("/app/inFocus", message((3, CHAT))),
            AppUse(locator="", app=CHAT, activity="in the foreground", duration_s=60.0),
        ),
        ("/app/install", dk_event("/app/install", message((3, CHAT))), AppInstall(locator="", app=CHAT)),
        (
            "/notification/usage",
            dk_event("/notification/usage", message((3, "Receive"))),
            Notification(locator="", flags=("Receive",)),
        ),
        (
            "/bluetooth/isConnected",
            dk_event("/bluetooth/isConnected", message((4, 1))),
            Network(locator="", flags=("connected",), technology="Bluetooth"),
        ),
        (
            "/device/isPluggedIn",
            dk_event("/device/isPluggedIn", message((4, 0))),
            DeviceFact(locator="", name="device on a charger", value="no"),
        ),
        (
            "/device/batteryPercentage",
            dk_event("/device/batteryPercentage", double(5, 80.5)),
            DeviceFact(locator="", name="battery, per cent", value="80.5"),
        ),
    ],
)
def test_an_event_becomes_what_the_row_of_the_database_became(stream: str, payload: bytes, expected: Record) -> None:
    extra = (("event stream", stream), ("identifier", "E-1"), ("timeZone", 3600), ("stream", "_DKEvent.X"))
    whole = replace(expected, locator=f"byte 40+{len(payload)}", moments=SPELL, extra=extra)
    assert read("_DKEvent.X", payload) == [whole, Present(1)]


def test_source_and_metadata_of_an_event_are_kept_under_their_names() -> None:
    source = message((6, message((1, "S-1"), (2, "com.apple.mobilesafari"), (6, 501))))
    value = message((3, "https://example.org/bus"))
    payload = dk_event("/safari/history", value, source, metadata("Bus times"))
    assert read("_DKEvent.Safari.History", payload) == [
        WebVisit(
            locator=f"byte 40+{len(payload)}",
            service="Safari",
            moments=SPELL,
            extra=(
                ("event stream", "/safari/history"),
                *(("identifier", "E-1"), ("timeZone", 3600), ("source sourceID", "S-1")),
                *(("source bundleID", "com.apple.mobilesafari"), ("source userID", 501)),
                *(("stream", "_DKEvent.Safari.History"), ("metadata 12", "Bus times")),
            ),
            url="https://example.org/bus",
            title="Bus times",
        ),
        Present(1),
    ]


def test_an_event_of_a_stream_that_nobody_describes_gives_no_text() -> None:
    payload = dk_event("/new/stream", message((3, "pass phrase")), metadata("secret words", key="k"))
    found = read("_DKEvent.New.Stream", payload)
    assert found == [
        TableRow(
            locator=f"byte 40+{len(payload)}",
            moments=SPELL,
            extra=(
                *(("event stream", "/new/stream"), ("identifier", "E-1"), ("timeZone", 3600)),
                *(("stream", "_DKEvent.New.Stream"), ("k", "12 bytes, not read")),
            ),
            table="_DKEvent.New.Stream",
            columns=(("value", "11 bytes, not read"),),
        ),
        Present(1),
        Problem(
            "note",
            "unknown-stream",
            "the fields of _DKEvent.New.Stream are not known: entries given without their texts: 1",
        ),
    ]


def test_deleted_entries_come_out_as_such_with_what_is_left() -> None:
    left, erased = Made(IN_FOCUS, state=3), Made(bytes(len(IN_FOCUS)), state=3, crc=77)
    size = len(IN_FOCUS)
    assert read("App.InFocus", left, erased, Made(b"", state=3)) == [
        replace(USE, locator=f"byte 40+{size}", deleted=True, flags=("deleted", "starting")),
        TableRow(
            locator=f"byte {40 + size + -size % 4 + 8}+{size}",
            moments=(RECORDED,),
            deleted=True,
            flags=("deleted",),
            extra=(("stream", "App.InFocus"),),
            table="App.InFocus",
        ),
        TableRow(
            locator=f"byte {40 + 2 * (size + -size % 4 + 8)}+0",
            moments=(RECORDED,),
            deleted=True,
            flags=("deleted",),
            extra=(("stream", "App.InFocus"),),
            table="App.InFocus",
        ),
        Present(3),
    ]


def test_a_state_that_is_not_known_is_a_flag() -> None:
    found = read("App.InFocus", Made(IN_FOCUS, state=4))
    assert found[0] == replace(USE, locator=f"byte 40+{len(IN_FOCUS)}", flags=("state 4", "starting"))


def test_an_entry_whose_checksum_does_not_fit_is_given_and_marked() -> None:
    where = f"byte 40+{len(IN_FOCUS)}"
    assert read("App.InFocus", Made(IN_FOCUS, crc=1)) == [
        replace(USE, locator=where, flags=("checksum does not fit", "starting")),
        Problem("value", "checksum", "the CRC-32 is not that of the payload, which is given as it stands", where),
        Present(1),
    ]


def test_a_stream_that_nobody_describes_gives_times_numbers_and_names_of_applications() -> None:
    payload = message((1, "com.example.shop"), (2, "correct horse"), (3, -7)) + double(4, 2.5)
    assert read("New.Stream", payload, place="remote/D-1/745000000") == [
        TableRow(
            locator=f"byte 40+{len(payload)}",
            moments=(RECORDED,),
            extra=(("stream", "New.Stream"), ("remote device", "D-1")),
            table="New.Stream",
            columns=(
                *(("field 1", "com.example.shop"), ("field 2", "13 bytes, not read")),
                *(("field 3", -7), ("field 4", 2.5)),
            ),
            text="com.example.shop",
        ),
        Present(1),
        Problem(
            "note",
            "unknown-stream",
            "the fields of New.Stream are not known: entries given without their texts: 1",
        ),
    ]


def test_what_stands_in_a_tombstone_is_deleted_and_not_read_as_the_stream() -> None:
    found = read("App.InFocus", IN_FOCUS, place="local/tombstone/745000000")
    first = found[0]
    assert isinstance(first, TableRow)
    assert (first.table, first.deleted, first.flags) == ("App.InFocus (tombstone)", True, ("deleted", "tombstone"))


@pytest.mark.parametrize(
    "path",
    [
        "private/var/db/biome/streams/public/Notification/local/1",
        "Users/nadia/Library/Biome/streams/restricted/App.InFocus/remote/D-1/1",
        "private/var/mobile/Library/biome/streams/restricted/_DKEvent.App.InFocus/local/1",
        "private/var/mobile/Library/Biome/streams/restricted/App.InFocus/remote/D-1/tombstone/1",
    ],
)
def test_the_files_are_found_wherever_the_system_keeps_them(path: str) -> None:
    file = MemoryFile(path, segb2(Made(IN_FOCUS)))
    assert "ios.biome" in file.readers
    assert Present(1) in list(biome(file))


def test_what_is_no_stream_gets_no_word_and_a_stream_that_is_broken_one() -> None:
    folder = STREAM_FOLDER + "App.InFocus/local/"
    assert list(biome(MemoryFile(folder + "lock", b"x"))) == []
    assert list(biome(MemoryFile(folder + "1", b""))) == []
    problem = Problem("file", "no-segb", "a file of a Biome stream that does not begin as one")
    assert list(biome(MemoryFile(folder + "1", b"\xff" * 99))) == [problem]
    assert list(biome(MemoryFile(folder + "1", b"SEGB"))) == [
        Problem("file", "damaged-segb", "the file ends in its header")
    ]


def test_damage_in_a_payload_costs_what_lies_behind_it() -> None:
    payload = message((6, CHAT)) + b"\x0a\x7f"
    found = read("App.InFocus", payload, b"\xff\xff")
    where = f"byte 40+{len(payload)}"
    assert found[:2] == [
        AppUse(
            locator=where,
            moments=(RECORDED,),
            extra=(("stream", "App.InFocus"),),
            app=CHAT,
            activity="in the foreground",
        ),
        Problem("value", "damaged-protobuf", "no protocol buffer: wire type 2 or length at byte 20", where),
    ]
    assert isinstance(found[2], TableRow)
    assert found[2].columns == (("payload", "2 bytes, not read"),)
    assert found[-1] == Present(2)


def test_bad_values_cost_themselves() -> None:
    payload = message((3, "yes"), (4, 12), (6, b"\xff\xfe"), (7, 5)) + double(5, float("nan"))
    where = f"byte 40+{len(payload)}"
    found = read("App.InFocus", payload)
    assert [one.detail for one in found if isinstance(one, Problem)] == [
        "absoluteTimestamp is no floating point number of eight bytes: 12",
        "bundleID is not valid text: stored as fffe",
        "starting holds text, not a number: yes",
    ]
    assert {one.locator for one in found if isinstance(one, Problem | Record)} == {where}


def test_a_time_that_cannot_be_one_is_kept_as_stored() -> None:
    payload = double(4, float("inf")) + message((6, CHAT))
    found = read("App.InFocus", Made(payload, time=float("nan")))
    first = found[0]
    assert isinstance(first, AppUse)
    assert first.moments == (
        Moment("of the event", None, "inf", "A", "", "not a number"),
        Moment("recorded", None, "nan", "A", "", "not a number"),
    )


@pytest.mark.parametrize("make", [segb1, segb2])
def test_cut_and_flipped_files_never_raise_and_the_counts_add_up(make: object) -> None:
    whole = make(Made(IN_FOCUS), Made(dk_event("/app/inFocus", message((3, CHAT)))), Made(IN_FOCUS, 3))  # type: ignore[operator]
    flipped = [whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1 :] for at in range(len(whole))]
    assert whole not in flipped
    for data in [*flipped, *(whole[:stop] for stop in range(1, len(whole)))]:
        found = list(biome(MemoryFile(FOCUS, data)))
        told = Counter(one.locator for one in found if isinstance(one, Record))
        lost = [one for one in found if isinstance(one, Problem) and one.kind == "row"]
        assert set(told.values()) <= {1}
        assert sum(one.rows for one in found if isinstance(one, Present)) == len(told) + len(lost)
        assert len(told) + len(lost) == 3 or any(isinstance(one, Problem) for one in found)


def test_many_damaged_entries_are_said_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules["extractors.ios.biome"], "_MOST_SAID", 2)
    data = segb2(*[Made(IN_FOCUS)] * 6)
    data = data[:-64] + bytes(64)
    found = list(biome(MemoryFile(FOCUS, data)))
    assert sum(isinstance(one, Problem) and one.kind == "row" for one in found) == 2
    assert Problem("file", "damaged-segb", "2 further entries cannot be read") in found
