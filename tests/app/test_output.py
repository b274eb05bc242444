from __future__ import annotations

import json

import pytest

from app.output import harmless, print_json, print_table, print_text, say
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
