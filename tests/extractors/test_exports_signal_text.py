"""Chats of Signal that the tool "signal-export" wrote as text."""

from __future__ import annotations

import pytest

from evidence_store.records import Attachment, Message, Moment, Party, Present, Problem
from extractors.exports.signal.text import export_text, looks_like
from extractors.exports.whatsapp_chat import chat_export
from tests.evidence_builders.files import MemoryFile

ZONE = Problem("note", "zone", "times are those of the computer that exported; their zone is not in the file")
UNKNOWN = "local time, zone not known"


def message(line, stamp, name, text, **fields):
    plain = {
        "locator": f"line {line}",
        "service": "Signal",
        "moments": (Moment("sent", None, stamp, "C", note=UNKNOWN),),
    }
    chat = {"conversation": "out/Ann Example", "title": "Ann Example", "sender": Party(name, "name", name)}
    return Message(**{**plain, **chat, "text": text, **fields})


def test_a_published_sample_comes_out_and_is_not_taken_for_whatsapp(corpus):
    data = (corpus / "chat-miner/signal/test_export.txt").read_bytes()
    alone = {"conversation": "test_export.txt", "title": None}
    assert list(export_text(MemoryFile("test_export.txt", data))) == [
        message(1, "2019-12-24, 12:23", "Jane Doe", "Hello John!", **alone),
        message(2, "2020-01-17, 21:49", "John Doe", "Hello\nJane!", **alone),
        Present(2),
        ZONE,
    ]
    assert looks_like(data)
    assert chat_export.claims is not None
    assert not chat_export.claims(data)


def test_the_newer_form_has_seconds_files_and_the_account_itself():
    data = (
        "[2023-01-01 10:00:00] Ann Example: Look ![a.jpg](./media/2023_a.jpg)\n"
        "[2023-01-01 10:00:05] Me: Nice\n\n> quoted\n(- Ann Example: ❤ -)\n[2023-01-01 10:00:05] Me: Nice\n"
    ).encode()
    found = list(export_text(MemoryFile("out/Ann Example/chat.md", data, zone="UTC")))
    at = [Moment("sent", us, raw, "C", "UTC, operator") for us, raw in (
        (1672567200000000, "2023-01-01 10:00:00"), (1672567205000000, "2023-01-01 10:00:05"),
    )]  # fmt: skip
    assert found == [
        message(
            1, "", "Ann Example", "Look ![a.jpg](./media/2023_a.jpg)", moments=(at[0],),
            attachments=(Attachment("a.jpg", "out/Ann Example/media/2023_a.jpg"),),
        ),
        message(2, "", "Me", "Nice\n\n> quoted\n(- Ann Example: ❤ -)", moments=(at[1],), direction="out"),
        message(6, "", "Me", "Nice", moments=(at[1],), direction="out"),
        Present(3),
        ZONE,
    ]  # fmt: skip


def test_a_text_without_end_is_cut_and_that_is_said():
    found = list(export_text(MemoryFile("x/chat.md", b"[2023-01-01 10:00:00] Ann: x\n" + b"y\n" * 20_010)))
    assert len(found[0].text.split("\n")) == 20_000
    assert found[1] == Problem("value", "text-cut", "11 lines of a very long text were not kept", "line 1")


def test_a_date_that_is_none_costs_the_date():
    found = list(export_text(MemoryFile("x/chat.md", b"[2023-01-41 10:00:00] Ann: x")))
    assert found[0].moments == (Moment("sent", None, "2023-01-41 10:00:00", "C", note="not a date and time"),)


@pytest.mark.parametrize("data", [b"", b"# Notes\n", b"[2023] Ann: x", b"\xff\x00", b"[2023-01-01, 10:00] no colon"])
def test_what_is_no_export_says_nothing(data):
    assert (looks_like(data), list(export_text(MemoryFile("x/chat.md", data)))) == (False, [])


def test_a_message_of_very_long_lines_is_cut():
    data = b"[2019-12-24, 12:23] Me: Hello\n" + (b"y" * (1 << 20) + b"\n") * 10
    found = list(export_text(MemoryFile("chat.md", data)))
    assert len(found[0].text) < 5 << 20
    assert [one.code for one in found if isinstance(one, Problem) and one.kind == "value"] == ["text-cut"]


@pytest.mark.parametrize(
    ("text", "name", "path"),
    [
        ("[my plan.pdf](./media/my%20plan.pdf)  ", "my plan.pdf", "my plan.pdf"),
        ("![a_(1).jpg](./media/a_(1).jpg)  ", "a_(1).jpg", "a_(1).jpg"),
        ("![other](./media/a%20b.jpg)", "other", "a%20b.jpg"),
    ],
)
def test_a_file_is_found_whatever_its_name(text, name, path):
    found = list(export_text(MemoryFile("out/Ann/chat.md", f"[2023-01-01 10:00:00] Me: {text}\n".encode())))
    assert found[0].attachments == (Attachment(name, f"out/Ann/media/{path}"),)


def test_a_message_that_was_deleted_is_flagged_and_the_same_words_typed_are_not():
    words = "(This message was deleted)"
    data = f"[2023-01-01 10:00:00] Ann: {words}\n[2023-01-01 10:01:00] Me: {words}  \n".encode()
    # X-01-01 10:01:00] Me: (This message was deleted)  \n"
    found = list(export_text(MemoryFile("out/Ann/chat.md", data)))
    assert [(one.deleted, one.flags) for one in found[:2]] == [(True, ("deleted",)), (False, ())]
