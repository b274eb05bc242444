"""Usage statistics in each of their forms: the same use, the same records."""

from __future__ import annotations

import pytest

from evidence_store.records import AppUse, Moment, Present, Problem, replace
from extractors.android.app_usage import app_usage
from extractors.matching import Matcher
from tests.evidence_builders.abx import abx_of
from tests.evidence_builders.files import MemoryFile
from tests.evidence_builders.protobuf import message

BEGIN = 1_600_000_000_000
FOLDER = "data/system/usagestats/0/daily"
PATH = f"{FOLDER}/{BEGIN}"
NEW_PATH = f"data/system_ce/10/usagestats/daily/{BEGIN}"


def at(meaning: str, offset: int) -> Moment:
    return Moment(meaning, (BEGIN + offset) * 1000, f"{BEGIN}{offset:+d}", "A")


BEGAN = (at("interval began", 0),)
SPAN = (("interval", "2020-09-13T12:26:40Z to 2020-09-14T12:26:40Z"),)

XML = f"""<?xml version='1.0' encoding='utf-8' standalone='yes' ?>
<usagestats version="1" endTime="86400000">
<interactive count="3" time="90500" />
<packages>
<package lastTimeActive="5000" lastTimeVisible="-{BEGIN}" package="org.example.app" timeActive="61500" lastEvent="2" appLaunchCount="4">
<chosen_action name="android.intent.action.SEND"><category name="" count="1" /></chosen_action></package>
</packages>
<configurations><config lastTimeActive="1" timeActive="2" count="1" /></configurations>
<event-log>
<event time="1000" package="org.example.app" class="org.example.app.Main" flags="0" type="1" />
<event time="5000" package="org.example.app" class="org.example.app.Main" flags="0" type="2" />
<event time="6000" package="org.example.app" shortcutId="compose" type="8" />
<event time="-7000" package="android" type="99" />
<event time="soon" package="android" type="26" />
</event-log>
</usagestats>"""  # noqa: E501


def without_places(found: list[object]) -> list[object]:

    return [one if isinstance(one, Present) else replace(one, locator="@") for one in found]  # type: ignore[type-var]


@pytest.mark.parametrize("data", [XML.encode(), abx_of(XML.partition("?>\n")[2])], ids=["text", "binary"])
def test_every_event_and_total_of_the_xml_form_comes_out(data: bytes) -> None:
    user = (("user", 0),)
    assert without_places(list(app_usage(MemoryFile(PATH, data)))) == [
        AppUse(
            locator="@",
            moments=BEGAN,
            extra=(*user, *SPAN, ("count", "3")),
            app="android",
            activity="screen interactive, total",
            duration_s=90.5,
        ),
        AppUse(
            locator="@",
            moments=(at("last active", 5000),),
            extra=(*user, *SPAN, ("appLaunchCount", "4"), ("lastEvent", "2")),
            app="org.example.app",
            activity="total of the interval (daily)",
            duration_s=61.5,
        ),
        AppUse(
            locator="@",
            moments=(at("recorded", 1000),),
            extra=(*user, ("class", "org.example.app.Main"), ("flags", "0")),
            app="org.example.app",
            activity="activity resumed",
        ),
        AppUse(
            locator="@",
            moments=(at("recorded", 5000),),
            extra=(*user, ("class", "org.example.app.Main"), ("flags", "0")),
            app="org.example.app",
            activity="activity paused",
        ),
        AppUse(
            locator="@",
            moments=(at("recorded", 6000),),
            extra=(*user, ("shortcutId", "compose")),
            app="org.example.app",
            activity="shortcut invocation",
        ),
        AppUse(
            locator="@",
            moments=(at("recorded", -7000),),
            flags=("type 99",),
            extra=user,
            app="android",
            activity="type 99",
        ),
        AppUse(
            locator="@",
            moments=(Moment("recorded", None, "", "A", "", "not recorded"),),
            extra=user,
            app="android",
            activity="device shutdown",
        ),
        Problem("value", "time", "recorded: not recorded: None", "@"),
        Present(7),
    ]


POOL = message((1, 4), (2, "org.example.app"), (2, "org.example.app.Main"), (2, "news"), (2, "android"))
ANDROID_10 = message(
    (1, 86_400_000),
    (2, POOL),
    (3, 1),
    (10, message((1, 3), (2, 90_500))),
    (20, message((2, 1), (3, 5000), (4, 61_500), (5, 2), (6, 4), (8, -BEGIN), (10, -BEGIN), (11, 1500))),
    (20, message((1, "org.example.named"), (2, 9))),
    (22, message((2, 1), (4, 2), (5, 1000), (7, 1), (14, 77), (15, 4), (16, 2))),
    (22, message((2, 1), (5, 6000), (7, 8), (9, "compose"))),
    (22, message((2, 1), (5, 7000), (7, 12), (13, 3), (11, 40), (6, 1))),
    (22, message((2, 9), (7, 99))),
)
MAPPINGS = message(
    (1, 2),
    (
        2,
        message(
            (1, 7), (2, "org.example.app"), (2, "org.example.app.Main"), (2, "news"), (2, "compose"), (2, "android")
        ),
    ),
    (2, message((1, 8), (2, "com.example.phone"))),
)
ANDROID_11 = message(
    (1, 86_400_000),
    (2, 5),
    (10, message((1, 3), (2, 90_500))),
    (20, message((1, 7), (3, 5000), (4, 61_500), (5, 2), (6, 4), (8, -BEGIN), (10, -BEGIN), (11, 1500))),
    (22, message((1, 7), (2, 2), (3, 1000), (5, 1), (10, 77), (11, 5), (12, 2))),
    (22, message((1, 7), (3, 6000), (5, 8), (7, 4))),
    (22, message((1, 7), (3, 7000), (5, 12), (9, 3), (8, 40), (4, 1))),
    (22, message((1, 9), (2, 1), (3, 1), (5, 99))),
    (23, message((1, "com.example.phone"), (2, "com.example.phone.Main"), (3, BEGIN + 8000), (5, 28))),
    (24, message((1, "com.example.phone"), (2, BEGIN + 9000))),
)


def both_forms(user: int) -> list[AppUse]:
    """What the two forms of protocol buffers say alike."""
    who = (("user", user),)
    return [
        AppUse(
            locator="daily:field=10",
            moments=BEGAN,
            extra=(*who, *SPAN, ("count", 3)),
            app="android",
            activity="screen interactive, total",
            duration_s=90.5,
        ),
        AppUse(
            locator="packages:index=0",
            moments=(at("last active", 5000),),
            extra=(*who, *SPAN, ("launch count", 4), ("visible ms", 1500), ("last event", 2)),
            app="org.example.app",
            activity="total of the interval (daily)",
            duration_s=61.5,
        ),
        AppUse(
            locator="event_log:index=0",
            moments=(at("recorded", 1000),),
            extra=(
                *who,
                ("class", "org.example.app.Main"),
                ("task root package", "android"),
                ("task root class", "org.example.app.Main"),
                ("instance", 77),
            ),
            app="org.example.app",
            activity="activity resumed",
        ),
        AppUse(
            locator="event_log:index=1",
            moments=(at("recorded", 6000),),
            extra=(*who, ("shortcut id", "compose")),
            app="org.example.app",
            activity="shortcut invocation",
        ),
        AppUse(
            locator="event_log:index=2",
            moments=(at("recorded", 7000),),
            extra=(*who, ("notification channel", "news"), ("flags", 1), ("standby bucket", 40)),
            app="org.example.app",
            activity="notification interruption",
        ),
    ]


def test_every_event_and_total_of_android_10_comes_out_with_the_names_of_its_file() -> None:
    found = list(app_usage(MemoryFile(PATH, ANDROID_10)))
    common = both_forms(0)
    assert found == [
        Present(7),
        *common[:2],
        AppUse(
            locator="packages:index=1",
            moments=(at("last active", 0),),
            extra=(("user", 0), *SPAN),
            app="org.example.named",
            activity="total of the interval (daily)",
            duration_s=0.0,
        ),
        *common[2:],
        AppUse(
            locator="event_log:index=3",
            moments=(at("recorded", 0),),
            flags=("type 99",),
            extra=(("user", 0),),
            app="number 9",
            activity="type 99",
        ),
        Problem("value", "no-name", "1 records name their application by a number that no name is left for"),
    ]


def test_every_event_and_total_of_android_11_comes_out_with_the_names_of_the_file_beside() -> None:
    found = list(app_usage(MemoryFile(NEW_PATH, ANDROID_11, others={"../mappings": MAPPINGS})))
    who = (("user", 10),)
    assert found == [
        Present(8),
        *both_forms(10),
        AppUse(
            locator="event_log:index=3",
            moments=(at("recorded", 1),),
            flags=("type 99",),
            extra=(*who, ("class", "number 1")),
            app="number 9",
            activity="type 99",
        ),
        AppUse(
            locator="pending_events:index=0",
            moments=(Moment("recorded", (BEGIN + 8000) * 1000, f"0+{BEGIN + 8000}", "A"),),
            extra=(*who, ("class", "com.example.phone.Main")),
            app="com.example.phone",
            activity="user unlocked",
        ),
        AppUse(
            locator="package_usage:index=0",
            moments=(Moment("last used", (BEGIN + 9000) * 1000, str(BEGIN + 9000), "A"),),
            app="com.example.phone",
            activity="last use by any user of the device",
        ),
        Problem("value", "no-name", "1 records name their application by a number that no name is left for"),
    ]


def test_since_android_11_what_is_not_written_is_no_time() -> None:
    data = message((1, 5), (2, 5), (20, message((1, 8), (11, 1500))), (22, message((1, 8), (5, 1))))
    found = list(app_usage(MemoryFile(NEW_PATH, data, others={"../mappings": MAPPINGS})))
    assert [one.moments for one in found if isinstance(one, AppUse)] == [
        BEGAN,
        (Moment("recorded", None, "", "A", "", "not recorded"),),
    ]
    assert [one.code for one in found if isinstance(one, Problem)] == ["time"]


@pytest.mark.parametrize(
    ("others", "words"),
    [
        ({}, "which is not there"),
        (
            {"../mappings": b"\x0a\xff"},
            "which cannot be read (no protocol buffer: a number that does not end at byte 1)",
        ),
    ],
)
def test_without_the_file_of_names_every_record_comes_out_by_number(others: dict[str, bytes], words: str) -> None:
    found = list(app_usage(MemoryFile(NEW_PATH, ANDROID_11, others=others)))
    uses = [one for one in found if isinstance(one, AppUse)]
    assert [one.app for one in uses] == [
        *("android", "number 7", "number 7", "number 7", "number 7", "number 9"),
        *("com.example.phone", "com.example.phone"),
    ]
    (problem,) = [one for one in found if isinstance(one, Problem)]
    assert (problem.kind, problem.code) == ("value", "no-names")
    assert words in problem.detail


@pytest.mark.parametrize(
    ("path", "data", "expected"),
    [
        (
            "data/system_de/10/usagestats/pendingevents_1600000000000",
            message((23, message((1, "com.example.phone"), (3, BEGIN + 8000), (5, 28)))),
            AppUse(
                locator="pending_events:index=0",
                moments=(Moment("recorded", (BEGIN + 8000) * 1000, f"0+{BEGIN + 8000}", "A"),),
                extra=(("user", 10),),
                app="com.example.phone",
                activity="user unlocked",
            ),
        ),
        (
            "data/system/usagestats/globalcomponentusage",
            message((24, message((1, "com.example.phone"), (2, BEGIN + 9000)))),
            AppUse(
                locator="package_usage:index=0",
                moments=(Moment("last used", (BEGIN + 9000) * 1000, str(BEGIN + 9000), "A"),),
                app="com.example.phone",
                activity="last use by any user of the device",
            ),
        ),
    ],
)
def test_what_stands_in_files_beside_the_intervals_comes_out(path: str, data: bytes, expected: AppUse) -> None:
    assert Matcher([app_usage]).match(path) == (app_usage,)
    assert list(app_usage(MemoryFile(path, data))) == [Present(1), expected]


def test_what_stands_before_the_damage_comes_out() -> None:
    found = list(app_usage(MemoryFile(PATH, ANDROID_10[:-3])))
    assert [one.locator for one in found if isinstance(one, AppUse)][-1] == "event_log:index=2"
    assert [one.code for one in found if isinstance(one, Problem)] == ["damaged-protobuf"]
    broken = message((2, POOL), (22, b"\xff"), (22, message((2, 1), (7, 1))))
    assert list(app_usage(MemoryFile(PATH, broken))) == [
        Present(2),
        Problem("row", "damaged-row", "what stands here is no message", "event_log:index=0"),
        AppUse(
            locator="event_log:index=1",
            moments=(at("recorded", 0),),
            extra=(("user", 0),),
            app="org.example.app",
            activity="activity resumed",
        ),
    ]


def test_a_file_whose_name_is_no_time_gives_no_times() -> None:
    data = message((2, POOL), (22, message((2, 1), (5, 1000), (7, 1))))
    note = "the name of the file gives no time to count from"
    assert list(app_usage(MemoryFile(f"{FOLDER}/1st copy", data)))[1:] == [
        AppUse(
            locator="event_log:index=0",
            moments=(Moment("recorded", None, "+1000", "A", "", note),),
            extra=(("user", 0),),
            app="org.example.app",
            activity="activity resumed",
        ),
        Problem("value", "time", f"recorded: {note}: 1000", "event_log:index=0"),
    ]


@pytest.mark.parametrize("name", [f"{BEGIN}", f"{BEGIN}-c", f"{BEGIN}.bak"])
def test_the_begin_is_read_from_every_form_of_the_name(name: str) -> None:
    data = message((2, POOL), (22, message((2, 1), (5, 1000), (7, 1))))
    found = list(app_usage(MemoryFile(f"data/system/usagestats/11/yearly/{name}", data)))
    assert (found[1].moments, found[1].extra) == ((at("recorded", 1000),), (("user", 11),))


@pytest.mark.parametrize("data", [b"", b"\x08\x05"])
def test_an_empty_interval_says_nothing(data: bytes) -> None:
    assert list(app_usage(MemoryFile(PATH, data))) == []
    assert list(app_usage(MemoryFile(f"{FOLDER}/lock", data))) == []


def test_the_history_of_a_real_phone_comes_out(corpus) -> None:  # type: ignore[no-untyped-def]
    found = list(app_usage(MemoryFile("usage-history.xml", (corpus / "plaso/usage-history.xml").read_bytes())))
    assert found[-1] == Present(28)
    assert len(found) == 29
    assert found[0] == AppUse(
        locator="line 4, byte 117",
        moments=(Moment("last resumed", 1380311174491000, "1380311174491", "A"),),
        extra=(("name", "com.google.android.setupwizard.NoAccountTosActivity"),),
        app="com.google.android.setupwizard",
        activity="last resume of a component",
    )
    # Written before the clock of the phone was set: as recorded.
    assert found[6].moments == (Moment("last resumed", 321734035000, "321734035", "A"),)


def test_a_history_of_another_layout_is_said_to_be_unknown() -> None:
    assert list(app_usage(MemoryFile("usage-history.xml", b"<other/>"))) == [
        Problem("schema", "unknown-layout", "the file starts with <other> and not with <usage-history>")
    ]
