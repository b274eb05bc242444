"""What the store adds to a record: the file system's moments where it is about the whole file, and what it sorts by."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from evidence_store import schema
from evidence_store.derive import OfFile, all_moments, clean, derive, fitting, principal
from evidence_store.queries import details, page
from evidence_store.records import (
    WHOLE_FILE,
    Account,
    Contact,
    DeviceFact,
    Group,
    MediaItem,
    Member,
    Message,
    Moment,
    Party,
    Reaction,
    Record,
    canonical,
    record_of,
    to_plain,
)
from evidence_store.rows import dump
from evidence_store.selection import Selection
from tests.evidence_builders.archives import STAMP_NS, write_folder
from tests.evidence_builders.cases import message_tree, read_into, verdict_of
from tests.evidence_builders.media import jpeg, png

FILE_US = 1_778_500_000_000_000
CHANGED = Moment("modified (file system)", FILE_US, "1778500000", "D")
TIMES = dump([to_plain(CHANGED), to_plain(Moment("accessed (file system)", FILE_US + 1, "1778500000.000001", "D"))])
OFFSET = Moment("taken (embedded)", FILE_US - 5, "2026:05:11 10:00:00; offset +01:00", "B")
NO_ZONE = Moment("taken (embedded)", None, "2026:05:11 10:00:00", "C", note="local time, zone not known")
SENT = Moment("sent", FILE_US - 9, "1778499999999", "A")


def stored(record: Record) -> Record:
    return record_of(canonical(record))


def photo(*moments: Moment) -> Record:
    return stored(MediaItem(locator=WHOLE_FILE, mime="image/jpeg", moments=moments))


def meanings(record: Record) -> list[str]:
    shown = [moment["meaning"] for moment in all_moments(to_plain(record), TIMES)]
    assert [row[2] for row in derive(record, OfFile(False, TIMES)).moments] == shown
    return shown


def test_the_moments_of_the_file_stand_behind_those_of_a_photo() -> None:
    assert meanings(photo(OFFSET)) == ["taken (embedded)", "modified (file system)", "accessed (file system)"]
    assert meanings(photo()) == ["modified (file system)", "accessed (file system)"]


def test_a_message_never_takes_the_time_of_its_file() -> None:
    dated, undated = (stored(Message(locator="line 4", moments=moments)) for moments in ((SENT,), ()))
    assert meanings(dated) == ["sent"]
    assert meanings(undated) == []
    assert derive(undated, OfFile(False, TIMES)).when_us is None
    assert derive(undated, OfFile(False, TIMES)).moments == []


def test_a_photo_stands_by_its_own_time_where_that_is_known() -> None:
    assert derive(photo(OFFSET), OfFile(False, TIMES)).when_us == FILE_US - 5


def test_a_photo_without_exif_stands_by_the_time_of_its_file() -> None:
    found = derive(photo(), OfFile(False, TIMES))
    assert (found.when_us, found.moments[0]) == (FILE_US, (0, 0, "modified (file system)", FILE_US, "1778500000", "D"))


def test_a_photo_with_an_unknown_zone_stands_by_the_time_of_its_file_and_keeps_its_own_first() -> None:
    found = derive(photo(NO_ZONE), OfFile(False, TIMES))
    assert found.when_us == FILE_US
    assert [(moment[2], moment[3]) for moment in found.moments] == [
        ("taken (embedded)", None),
        ("modified (file system)", FILE_US),
        ("accessed (file system)", FILE_US + 1),
    ]


def test_without_any_known_time_a_photo_has_none() -> None:
    assert derive(photo(NO_ZONE), OfFile()).when_us is None
    assert derive(photo(), OfFile()).when_us is None


def test_what_was_found_in_a_deleted_file_is_deleted() -> None:
    assert [derive(photo(OFFSET), OfFile(deleted, TIMES)).deleted for deleted in (False, True)] == [False, True]
    assert derive(stored(Message(locator="line 1", deleted=True)), OfFile()).deleted is True


@given(st.lists(st.one_of(st.none(), st.integers(1 - 2**63, 2**63 - 1)), max_size=5))
def test_the_principal_moment_is_the_first_known_one_else_the_first(times: list[int | None]) -> None:
    made = tuple(Moment(f"m{place}", time, str(place), "A") for place, time in enumerate(times))
    moments = [to_plain(moment) for moment in made]
    known = [place for place, time in enumerate(times) if time is not None]
    expected = moments[known[0]] if known else moments[0] if moments else None
    assert principal(moments) == expected
    found = derive(Message(locator="line 1", moments=made), OfFile())
    assert found.when_us == (times[known[0]] if known else None)


def test_a_time_that_no_column_can_hold_stays_in_the_record_alone() -> None:
    record = photo(Moment("taken (embedded)", 2**70, "far off", "B"))
    assert derive(record, OfFile(False, TIMES)).moments[0] == (0, 0, "taken (embedded)", None, "far off", "B")
    assert record.moments[0].utc_us == 2**70


@pytest.mark.parametrize("slip", [1.5, True, "1"])
def test_a_time_that_is_no_whole_number_of_microseconds_is_refused(slip: object) -> None:
    record = Message(locator="a", moments=(Moment("sent", slip, "", "A"),))  # type: ignore[arg-type]
    moment = record.moments[0]
    inner = Message(locator="a", reactions=(Reaction("x", None, moment),))
    group = Group(locator="a", members=(Member(Party("x")), Member(Party("x"), "", None, moment)))
    for one in (record, inner, group):
        with pytest.raises(TypeError, match="utc_us must be an int of microseconds"):
            derive(one, OfFile())


@pytest.mark.parametrize("record", [DeviceFact(locator="a", name="b", value=b"c"), Group(locator="a", title=b"c")])  # type: ignore[arg-type]
def test_bytes_are_no_words(record: Record) -> None:
    with pytest.raises(TypeError):
        derive(record, OfFile())


@pytest.mark.parametrize(
    ("number", "expected"), [(None, None), (2**63 - 1, 2**63 - 1), (2**63, None), (-(2**63) - 1, None), (0, 0)]
)
def test_a_number_fits_a_column_or_is_left_out(number: int | None, expected: int | None) -> None:
    assert fitting(number) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [(None, None), ("", ""), ("a\x00b", "a␀b"), ("ä\x00\ud800", "ä␀\ufffd"), ("plain 🙂", "plain 🙂")],
)
def test_the_search_text_holds_no_nul_and_no_half_character(text: str | None, expected: str | None) -> None:
    assert clean(text) == expected


@pytest.mark.parametrize("kind", [Contact, Account])
def test_people_are_found_by_each_of_their_names_and_what_is_said_of_them(kind: type[Record]) -> None:
    known = (Party("+447700900101", "phone", "Ann Example"), Party("ann.ex", "handle", "Annie"))
    person = kind(locator="a", name="Ann Example", identifiers=known, text="ann.ex\nkeeps the kiosk\n")  # type: ignore[call-arg]
    assert derive(stored(person), OfFile()).text == "Ann Example\n+447700900101\nAnnie\nann.ex\nkeeps the kiosk"
    assert derive(stored(kind(locator="a")), OfFile()).text is None


def test_in_a_case_photos_stand_in_the_timeline_by_their_files_and_show_all_their_times(tmp_path: Path) -> None:
    tree = {"a.png": png(8, 8), "b.jpg": jpeg(8, 8, taken="2026:05:11 10:00:00")}
    tree |= {path: data for path, data in message_tree(1).items() if path.endswith(".txt")}
    case, _ = read_into(tmp_path / "case", write_folder(tmp_path / "phone", tree))
    with case.store.read() as connection:
        photos = [row[0] for row in page(connection, Selection(kinds=("media_item",)))]
        found = {detail.file: detail for detail in details(connection, photos)}
        undated = connection.scalars(
            select(schema.moment.c.meaning).join(schema.item).where(schema.item.c.kind == "message").distinct()
        ).all()
    assert {name: detail.when_us for name, detail in found.items()} == dict.fromkeys(
        ("a.png", "b.jpg"), STAMP_NS // 1000
    )
    assert found["a.png"].record == {"kind": "media_item", "locator": "whole file", "mime": "image/png"} | {
        "width": 8,
        "height": 8,
        "extra": [["dhash64", "1004024180000040"]],
    }
    shown = [[moment["meaning"] for moment in found[name].moments] for name in ("a.png", "b.jpg")]
    assert shown[0][0] == "modified (file system)"
    assert shown[1] == ["taken (embedded)", "digitised (embedded)", *shown[0]]
    assert [meaning for meaning in undated if "file system" in meaning] == []
    assert verdict_of(case).findings == ()
    case.close()
