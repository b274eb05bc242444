"""Conversations of Messenger and Instagram as web pages, in the classes of both generations."""

from __future__ import annotations

import pytest

from evidence_store.records import Attachment, Message, Moment, Party, Present, Problem, Reaction
from extractors.exports.meta.pages import pages
from tests.evidence_builders.files import MemoryFile

FOLDER = "export/your_facebook_activity/messages/inbox/ben_1"
HEAD = '<html><head><meta charset="utf-8" /><base href="../../../../" /><title>Ben Example</title></head><body>'
BEN = Party("Ben Example", "name", "Ben Example")
NEW = """<div class="pam _3-95 _2ph- _a6-g uiBoxWhite noborder"><div class="_3-95 _2pim _a6-h _a6-i">{sender}</div>
<div class="_3-95 _a6-p"><div><div></div><div>{body}</div><div></div></div></div>
<div class="_3-94 _a6-o">{date}</div></div>"""
NEWEST = NEW.replace("pam _3-95 _2ph- _a6-g uiBoxWhite noborder", "_3-95 _a6-g").replace(
    '<div class="_3-95 _2pim _a6-h _a6-i">{sender}</div>', '<h2 class="_3-95 _2pim _a6-h _a6-i">{sender}</h2>'
)
OLD = """<div class="pam _3-95 _2pi0 _2lej uiBoxWhite noborder"><div class="_3-96 _2pio _2lek _2lel">{sender}</div>
<div class="_3-96 _2let"><div><div></div><div>{body}</div></div></div><div class="_3-94 _2lem">{date}</div></div>"""
PEOPLE = (
    '<div class="pam _3-95 _2ph- _a6-g uiBoxWhite noborder"><div class="_2lek">Participants: Ann and Ben</div></div>'
)
DATE = "Jan 01, 2023 10:00:00 am"


def page(*messages, path=f"{FOLDER}/message_1.html", **settings):
    data = (HEAD + PEOPLE + "".join(messages) + "</body></html>").encode()
    return MemoryFile(path, data, mime="text/html", **settings)


def message(**fields):
    line = {"locator": "line 1", "service": "Facebook Messenger", "conversation": "inbox/ben_1"}
    moments = (Moment("sent", None, DATE, "C", note="local time, zone not known"),)
    return Message(**{**line, "moments": moments, "title": "Ben Example", "sender": BEN, "text": "Hello", **fields})


@pytest.mark.parametrize("layout", [NEW, NEWEST, OLD])
def test_a_message_comes_out_whole(layout):
    made = layout.format(sender="Ben Example", body="Hello &amp; &lt;you&gt;<br />there 😀", date=DATE)
    assert list(pages(page(made))) == [message(text="Hello & <you>\nthere 😀"), Present(1)]


def test_files_links_and_reactions_are_with_it():
    body = (
        'Look<div><a href="your_facebook_activity/messages/inbox/ben_1/photos/1.jpg"><img '
        'src="your_facebook_activity/messages/inbox/ben_1/photos/1.jpg" /></a></div><a href="https://example.org/">x</a>'
        '<ul class="_a6-q"><li>❤Ann Example</li><li>👍Cleo Example</li></ul>'
    )
    assert list(pages(page(NEW.format(sender="Ben Example", body=body, date=DATE)))) == [
        message(
            text="Look\nx", attachments=(Attachment("1.jpg", f"{FOLDER}/photos/1.jpg"),),
            extra=(("link", "https://example.org/"),),
            reactions=(Reaction("❤Ann Example"), Reaction("👍Cleo Example")),
        ),
        Present(1),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "utc_us"),
    [
        ("Jan 01, 2023 10:00:00 am", 1672567200000000),
        ("Jan 1, 2023, 12:05 PM", 1672574700000000),
        ("January 1, 2023, 12:05 AM", 1672531500000000),
        ("1 Jan 2023, 22:00", 1672610400000000),
        ("1 January 2023 22:00:07", 1672610407000000),
    ],
)
def test_dates_in_english_are_read_in_the_stated_zone(text, utc_us):
    found = list(pages(page(NEW.format(sender="Ben Example", body="x", date=text), zone="UTC")))
    assert found[0].moments == (Moment("sent", utc_us, text, "C", "UTC, operator"),)


@pytest.mark.parametrize("text", ["1er janvier 2023 à 10:00", "Jan 41, 2023 10:00 am", "Foo 1, 2023 10:00", ""])
def test_other_dates_stand_as_written_and_that_is_said(text):
    found = list(pages(page(NEW.format(sender="Ben Example", body="x", date=text))))
    assert found[0].moments == (Moment("sent", None, text, "C", note="not a date and time that is known"),)
    assert found[2] == Problem("note", "time", "times that are not written in English stand as written: 1")


def test_equal_twins_and_messages_of_nobody_come_out():
    made = NEW.format(sender="", body="", date=DATE)
    assert list(pages(page(made, made))) == [
        message(sender=None, text=None), message(locator="line 3", sender=None, text=None), Present(2),
    ]  # fmt: skip


def test_a_page_of_instagram_is_told_by_its_path():
    path = "instagram-ann/your_instagram_activity/messages/inbox/ben_1/message_1.html"
    assert (
        next(pages(page(NEW.format(sender="Ben Example", body="Hello", date=DATE), path=path))).service == "Instagram"
    )


def test_a_page_that_breaks_off_gives_what_was_written():
    whole = (HEAD + NEW.format(sender="Ben Example", body="Hello", date=DATE) * 2).encode()
    found = list(pages(MemoryFile(f"{FOLDER}/message_1.html", whole[:-40])))
    assert [one.text for one in found if isinstance(one, Message)] == ["Hello", "Hello"]
    assert [(one.code, one.locator) for one in found if isinstance(one, Problem)] == [("time", "line 3")]


def test_a_page_without_messages_is_of_another_layout_and_other_pages_say_nothing():
    assert [getattr(one, "code", one) for one in pages(page())] == [Present(0), "unknown-layout"]
    for data in (b"", b"<html><p>x</p></html>", b"\xff\x00"):
        assert list(pages(MemoryFile("message_1.html", data))) == []
