"""Places, letters of Gmail, words of the keyboard, look-ups, CarPlay."""

from __future__ import annotations

import plistlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence_store.records import (
    WHOLE_FILE,
    AppUse,
    Document,
    Email,
    Location,
    Moment,
    Party,
    Present,
    Problem,
    Record,
)
from extractors.ios.gmail import gmail
from extractors.ios.places import places
from extractors.ios.traces import carplay, id_lookups, keyboard
from extractors.matching import Matcher
from tests.evidence_builders.browsers import database, with_log
from tests.evidence_builders.files import MemoryFile
from tests.evidence_builders.ios_stores import GMAIL, ROUTINE, plist
from tests.extractors.broken import assert_no_row_is_lost

ROUTED = "private/var/mobile/Library/Caches/com.apple.routined/Cache.sqlite"
LETTERS = (
    "private/var/mobile/Containers/Data/Application/0A/Library/Application Support/data/ann@example.org/searchsqlitedb"
)
LEXICON = "private/var/mobile/Library/Keyboard/en-dynamic.lm/dynamic-lexicon.dat"


def at(meaning: str, raw: str, utc_us: int) -> Moment:
    return Moment(meaning, utc_us, raw, "A")


FIXES = """
INSERT INTO ZRTCLLOCATIONMO(Z_PK,ZTYPE,ZALTITUDE,ZHORIZONTALACCURACY,ZLATITUDE,ZLONGITUDE,ZSPEED,ZTIMESTAMP)
 VALUES(1,1,12.5,4.5,51.5,-0.125,1.25,794050200.125),(2,1,NULL,-1.0,999.0,-0.125,NULL,794050201);
"""
VISITS = """
INSERT INTO ZRTLEARNEDLOCATIONOFINTERESTVISITMO(Z_PK,ZDATAPOINTCOUNT,ZLOCATIONOFINTEREST,ZENTRYDATE,ZEXITDATE,
 ZLOCATIONLATITUDE,ZLOCATIONLONGITUDE,ZLOCATIONHORIZONTALUNCERTAINTY) VALUES(5,9,3,794050200.125,794050260,51.5,-0.125,
 20);
"""


def test_positions_and_visits_come_out_whole() -> None:
    assert list(places(MemoryFile(ROUTED, database(ROUTINE, FIXES, VISITS)))) == [
        Present(2),
        Location(
            locator="ZRTCLLOCATIONMO:Z_PK=1",
            moments=(at("fix of the position", "794050200.125", 1_772_357_400_125_000),),
            extra=(("ZSPEED", 1.25), ("ZTYPE", 1)),
            lat=51.5,
            lon=-0.125,
            altitude_m=12.5,
            accuracy_m=4.5,
            source="fix in the cache of positions",
        ),
        Problem("row", "no-position", "no position: 999.0, -0.125", "ZRTCLLOCATIONMO:Z_PK=2"),
        Present(1),
        Location(
            locator="ZRTLEARNEDLOCATIONOFINTERESTVISITMO:Z_PK=5",
            moments=(
                at("arrived, as worked out by the system", "794050200.125", 1_772_357_400_125_000),
                at("left, as worked out by the system", "794050260", 1_772_357_460_000_000),
            ),
            extra=(("ZDATAPOINTCOUNT", 9), ("ZLOCATIONOFINTEREST", 3)),
            lat=51.5,
            lon=-0.125,
            accuracy_m=20.0,
            source="visit to a significant location, as worked out by the system",
        ),
    ]


def test_a_position_of_the_write_ahead_log_comes_out_and_a_broken_value_costs_none() -> None:
    data, log = with_log(database(ROUTINE), FIXES)
    found = [one.locator for one in places(MemoryFile(ROUTED, data, {"-wal": log})) if isinstance(one, Location)]
    assert found == ["ZRTCLLOCATIONMO:Z_PK=1"]
    made = database(ROUTINE, FIXES, VISITS)
    for table in ("ZRTCLLOCATIONMO", "ZRTLEARNEDLOCATIONOFINTERESTVISITMO"):
        assert_no_row_is_lost(places, ROUTED, made, table, "Z_PK")


ROWS = """
INSERT INTO offline_search_content VALUES
 (1,1772357400125.0,'thread-1','msg-1','Ben Example, ben@example.org','ann@example.org, ann@example.org','','','Hello',
 '  See you' || char(10) || '   ' || char(10) || char(10) || ' tomorrow ' || char(10),'attachment'),
 (2,1772357401000.0,'thread-1','msg-2','Ann, ann@example.org','Example, Ben, ben@example.org, cy@example.org',
 'd@example.org','','Re',NULL,NULL),
 (3,NULL,NULL,NULL,'(unknown sender)','',NULL,NULL,NULL,'',NULL);
"""


def test_letters_of_gmail_come_out_whole() -> None:
    ann = Party("ann@example.org", "email", "Ann")
    account = ("account", "ann@example.org")
    assert list(gmail(MemoryFile(LETTERS, database(GMAIL, ROWS)))) == [
        Present(3),
        Email(
            locator="offline_search_content:id=1",
            service="Gmail",
            moments=(at("dated", "1772357400125.0", 1_772_357_400_125_000),),
            extra=(account, ("has", "attachment")),
            conversation="thread-1",
            direction="in",
            sender=Party("ben@example.org", "email", "Ben Example"),
            recipients=(Party("ann@example.org", "email"),),
            subject="Hello",
            text="See you\n\ntomorrow",
            key="msg-1",
        ),
        Email(
            locator="offline_search_content:id=2",
            service="Gmail",
            moments=(at("dated", "1772357401000.0", 1_772_357_401_000_000),),
            extra=(account,),
            conversation="thread-1",
            direction="out",
            sender=ann,
            recipients=(Party("ben@example.org", "email", "Example, Ben"), Party("cy@example.org", "email")),
            cc=(Party("d@example.org", "email"),),
            subject="Re",
            key="msg-2",
        ),
        Email(
            locator="offline_search_content:id=3",
            service="Gmail",
            extra=(account,),
            direction="in",
            sender=Party("(unknown sender)", "name", "(unknown sender)"),
        ),
    ]


def test_a_broken_value_costs_no_letter() -> None:
    assert_no_row_is_lost(gmail, LETTERS, database(GMAIL, ROWS), "offline_search_content", "id")


def lexicon(*words: bytes) -> bytes:
    return b"DynamicDictionary-9\0\0\0\x2f" + b"".join(words)


def counted(word: str) -> bytes:
    return b"\x8c\xb8\x01" + bytes(7) + word.encode() + b"\0"


def marked(word: str, first: int = 1) -> bytes:
    return b"\xc0\xc0\0\4" + bytes([first]) + b"\0\0\1N.\xc3\xc5" + word.encode() + b"\0"


def test_the_words_of_the_keyboard_come_out() -> None:
    data = lexicon(marked("2mo"), counted("another"), counted("naïve"), marked("Gr", 0))
    assert list(keyboard(MemoryFile(LEXICON, data))) == [
        Present(1),
        Document(
            locator=WHOLE_FILE,
            extra=(("words", 4),),
            title="words that the keyboard keeps",
            text="2mo\nanother\nnaïve\nGr",
        ),
    ]


def test_the_words_of_a_real_keyboard_come_out(corpus: Path) -> None:
    from tests.extractors.truths.ios import TRUTHS

    first, second = (list(keyboard(one.file(corpus)))[1] for one in TRUTHS if one.extractor == "ios.keyboard")
    words = str(first.text).split("\n") if isinstance(first, Document) else []
    assert (words[0], words[-1], "Gr" in words, "Chicago" in words, len(words)) == ("2mo", "up", True, True, 47)
    assert second == Document(
        locator=WHOLE_FILE, extra=(("words", 1),), title="words that the keyboard keeps", text="APN"
    )


@given(st.binary(max_size=300))
def test_whatever_the_bytes_a_lexicon_gives_one_document(data: bytes) -> None:
    found = list(keyboard(MemoryFile(LEXICON, b"DynamicDictionary-" + data)))
    assert [type(one) for one in found] == [Present, Document]


def test_look_ups_come_out_by_service() -> None:
    cache = {
        "CacheVersion": 1,
        "com.apple.madrid": {
            "tel:+447700900101": {"IDStatus": 1, "LookupDate": 794050200.125},
            "mailto:ben@example.org": {"IDStatus": 2},
            "odd": 5,
        },
        "com.apple.new": {"tel:+447700900102": {"IDStatus": 9, "LookupDate": "soon"}},
    }
    path = "private/var/mobile/Library/Preferences/com.apple.identityservices.idstatuscache.plist"
    of_messages: dict[str, Any] = {"service": "iMessage", "app": "com.apple.madrid", "activity": "address looked up"}
    assert list(id_lookups(plist(path, cache))) == [
        Present(3),
        AppUse(
            locator="com.apple.madrid:tel:+447700900101",
            moments=(at("looked up", "794050200.125", 1_772_357_400_125_000),),
            flags=("address is registered with the service",),
            extra=(("IDStatus", "1"),),
            title="+447700900101",
            text="tel:+447700900101",
            **of_messages,
        ),
        AppUse(
            locator="com.apple.madrid:mailto:ben@example.org",
            flags=("address is not registered with the service",),
            extra=(("IDStatus", "2"),),
            title="ben@example.org",
            text="mailto:ben@example.org",
            **of_messages,
        ),
        AppUse(locator="com.apple.madrid:odd", title="odd", text="odd", **of_messages),
        Problem("value", "entry", "not a look-up: int", "com.apple.madrid:odd"),
        Present(1),
        AppUse(
            locator="com.apple.new:tel:+447700900102",
            moments=(Moment("looked up", None, "soon", "A", "", "not a number"),),
            extra=(("IDStatus", "9"),),
            app="com.apple.new",
            title="+447700900102",
            activity="address looked up",
            text="tel:+447700900102",
        ),
        Problem("value", "time", "LookupDate: not a number: soon", "com.apple.new:tel:+447700900102"),
    ]


@pytest.mark.parametrize(
    "path",
    [
        "private/var/mobile/Library/Preferences/com.apple.identityservices.idstatuscache.plist",
        "private/var/mobile/Library/IdentityServices/idstatuscache.plist",
    ],
)
def test_look_ups_are_found_where_each_generation_keeps_them(path: str) -> None:
    assert Matcher((id_lookups,)).match(path) == (id_lookups,)


def test_applications_of_carplay_come_out() -> None:
    path = "private/var/mobile/Library/Preferences/com.apple.CarPlayApp.plist"
    found = list(carplay(plist(path, {"CARRecentAppHistory": {"com.apple.Maps": 1772357400.125}})))
    assert found == [
        Present(1),
        AppUse(
            locator="CARRecentAppHistory:com.apple.Maps",
            service="CarPlay",
            moments=(at("used last", "1772357400.125", 1_772_357_400_125_000),),
            app="com.apple.Maps",
            activity="in use in CarPlay",
        ),
    ]


@pytest.mark.parametrize(
    ("one", "data", "expected"),
    [
        (places, database("CREATE TABLE other(id)"), [Problem("schema", "unknown-layout", "no table of routined")]),
        (
            gmail,
            database("CREATE TABLE other(id)"),
            [Problem("schema", "unknown-layout", "no table offline_search_content")],
        ),
        (keyboard, b"other", [Problem("schema", "unknown-layout", "does not begin with DynamicDictionary")]),
        (id_lookups, b"other", [Problem("file", "damaged-plist", "neither a binary nor an XML property list")]),
        (carplay, b"", [Problem("file", "damaged-plist", "an empty property list")]),
        (carplay, plistlib.dumps({}), []),
    ],
)
def test_what_is_none_is_said_or_left_alone(one: Any, data: bytes, expected: list[Record]) -> None:
    assert list(one(MemoryFile("any", data))) == expected
