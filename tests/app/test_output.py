from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.item_content import content
from app.output import harmless, item_plain, print_json, print_table, print_text, say
from evidence_store import queries
from evidence_store.records import Account, Contact, Group, Member, Message, Moment, Party, Quoted, Reaction
from evidence_store.selection import Selection
from tests.evidence_builders.case import build_case
from tests.evidence_builders.hostile import MOVES, NUL, SURROGATE, TURNED

HARM = [NUL, TURNED, MOVES, SURROGATE, "\x7f\x85\u2029\u2066\udfff"]


@pytest.mark.parametrize("text", HARM)
def test_json_gives_back_exactly_what_is_stored_on_one_line(text: str, capsys) -> None:
    print_json({"text": text})
    out = capsys.readouterr().out
    assert len(out.splitlines()) == 1
    assert json.loads(out) == {"text": text}
    assert out.encode("utf-8").decode("utf-8") == out


def test_text_stays_on_its_line_with_what_is_harmful_shown_as_its_code_point(capsys) -> None:
    print_text("name\nforged  line\t\x1b[2J\u202e\ud800")
    assert capsys.readouterr().out == "name[U+000A]forged  line[U+0009][U+001B][2J[U+202E][U+D800]\n"


def test_words_in_any_script_are_left_as_they_are() -> None:
    words = "صباح الخير שלום नमस्ते 我们 🙂👩‍👩‍👧 \u200e£5"
    assert harmless(words) == words


def test_a_table_is_as_wide_as_its_cells_and_no_file_name_breaks_it(capsys) -> None:
    print_table([("EX/1", "a\nb"), ("EX/10", "c")], ("source", "file"))
    assert capsys.readouterr().out == "source  file\nEX/1    a[U+000A]b\nEX/10   c\n"


def test_what_is_said_of_work_under_way_goes_on_when_nobody_reads_it(monkeypatch) -> None:
    class Gone:
        def write(self, _: str) -> int:
            raise BrokenPipeError

        def flush(self) -> None: ...

    closed = []
    monkeypatch.setattr("sys.stdout", Gone())
    monkeypatch.setattr("app.output.close_output", lambda: closed.append(True))
    say("EX/1: read")
    assert closed == [True]


def test_a_contact_says_each_of_its_names_once_and_whose_number_is_whose(tmp_path: Path) -> None:
    number, handle = Party("+447700900101", "phone", "Ann Example"), Party("ann.ex", "handle", "Annie")
    words = "Ann Example\nHarbour Works\n+447700900101\nkeeps the kiosk\n\nback on Monday"
    place = "Harbour Works"
    records = [
        Contact(locator="a", name="Ann Example", identifiers=(number, handle), organisation=place, text=words),
        Contact(locator="b", name="Ann Example", identifiers=(number,)),
        Account(locator="c", name="ann.ex", identifiers=(Party("ann.ex", "handle", "ann.ex"),), text="ann.ex"),
    ]
    case = build_case(tmp_path / "case", records)
    with case.store.read() as connection:
        ids = [found[0] for found in queries.page(connection, Selection())]
        assert [content(item) for item in queries.details(connection, ids)] == [
            "Ann Example; +447700900101; Annie (ann.ex); Harbour Works\nkeeps the kiosk\n\nback on Monday",
            "Ann Example; +447700900101",
            "ann.ex",
        ]
    case.close()


def test_a_member_whose_name_runs_from_right_to_left_turns_nothing_behind_it(tmp_path: Path) -> None:
    since = Moment("joined", 1_772_357_400_000_000, "1772357400000", "A")
    member = Member(Party("+447700900171", "phone", "يوسف مثال"), "admin", since)
    case = build_case(tmp_path / "case", [Group(locator="a", title="Reading", members=(member,))])
    with case.store.read() as connection:
        (item,) = queries.details(connection, [1])
    case.close()
    assert content(item).split("\n") == [
        *("Reading; +447700900171", "(يوسف مثال)", "admin", "since 2026-03-01T09:30:00Z"),
    ]


def test_answers_reactions_and_repeated_fields_come_out_whole(tmp_path: Path) -> None:
    ann = Party("+447700900101", "phone", "Ann Example")
    moment = Moment("sent", 1_772_357_400_000_000, "1772357400000", "A")
    record = Message(
        locator="row 1",
        service="Example",
        moments=(moment,),
        text="yes",
        quotes=Quoted("k1", ann, "shall we?"),
        reactions=(Reaction("👍", ann, moment),),
        extra=(("earlier text", "no"), ("earlier text", "perhaps"), ("once", 1)),
        lat=51.5,
        lon=-0.125,
    )
    case = build_case(tmp_path / "case", [record])
    try:
        with case.store.read() as connection:
            item = queries.details(connection, [1])[0]
    finally:
        case.close()
    party = {"id": "+447700900101", "name": "Ann Example", "scheme": "phone"}
    when = {"meaning": "sent", "utc": "2026-03-01T09:30:00Z", "raw": "1772357400000", "clock": "A"}
    data = item_plain(item)["data"]
    assert data["quotes"] == {"key": "k1", "sender": party, "text": "shall we?"}
    assert data["reactions"] == [{"text": "👍", "sender": party, "moment": when}]
    assert data["extra"] == {"earlier text": ["no", "perhaps"], "once": 1}
    assert (data["lat"], data["lon"]) == (51.5, -0.125)
    assert content(item) == (
        "in answer to a message of Ann Example (+447700900101): “shall we?”; "
        "reaction 👍 by Ann Example (+447700900101); place: 51.5, -0.125\nyes"
    )
