"""Snapchat's export as web pages: a page for each conversation, and the tables before 2022."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from evidence_store.records import Attachment, Message, Moment, Party, Present, Problem
from extractors.base import Found
from extractors.exports.snapchat.pages import snapchat_pages
from tests.evidence_builders.files import MemoryFile

FOLDER = "mydata/html/chat_history"
ME, ROBIN = Party("sam.example", "snapchat"), Party("robin.example", "snapchat")
AT = Moment("sent", 1_704_103_200_000_000, "2024-01-01 10:00:00 UTC", "B")


def card(sender: str, inside: str, time: str = "2024-01-01 10:00:00 UTC", before: str = "") -> str:
    return (
        f"<div style='background: #f2f2f2; padding: 4px'><span>{before}<div><h4>{sender}</h4></div>{inside}"
        f"<h6>{time}</h6></span></div>"
    )


def page(*cards: str, title: str = "Chat History with Robin") -> bytes:
    return f"<html><body><div class='rightpanel'><h1>{title}</h1>{''.join(cards)}</div></body></html>".encode()


def read(
    data: bytes, path: str = f"{FOLDER}/subpage_robin.example.html", others: Mapping[str, bytes] | None = None
) -> list[Found]:
    return list(snapchat_pages(MemoryFile(path, data, others=others or {})))


def test_a_conversation_comes_out_whole() -> None:
    found = read(
        page(
            card(
                "robin.example",
                "<span>TEXT</span><p>I know <a href='https://example.org/'>where</a><br>you are &amp; when</p>",
                before="<span>Saved</span>",
            ),
            card("sam.example", "<span>MEDIA</span><a href='../../chat_media/2024-01-01_b~x.jpg'>open</a>"),
        )
    )
    assert found == [
        Message(
            locator="message 1, line 1",
            service="Snapchat",
            moments=(AT,),
            extra=(("Media Type", "TEXT"), ("IsSaved", "true"), ("link", "https://example.org/")),
            conversation="robin.example",
            title="robin.example",
            direction="in",
            sender=ROBIN,
            text="I know where\nyou are & when",
        ),
        Message(
            locator="message 2, line 1",
            service="Snapchat",
            moments=(AT,),
            attachments=(Attachment("2024-01-01_b~x.jpg", "mydata/chat_media/2024-01-01_b~x.jpg"),),
            extra=(("Media Type", "MEDIA"),),
            conversation="robin.example",
            title="robin.example",
            direction="out",
            sender=ME,
            recipients=(ROBIN,),
        ),
        Present(2),
    ]


def test_no_side_is_told_where_the_page_does_not_tell_it() -> None:
    cards = [card(name, "<p>hello</p>") for name in ("robin.example", "sam.example", "alex.example")]
    found = [
        one for one in read(page(*cards, title="Allotment"), f"{FOLDER}/subpage_1f2e.html") if isinstance(one, Message)
    ]
    assert [one.direction for one in found] == [None] * 3
    assert {(one.conversation, one.title) for one in found} == {("1f2e", "Allotment")}


def test_words_that_look_like_a_mark_are_words() -> None:
    [found, _] = read(page(card("robin.example", "<p>Saved</p><p>HELP</p>")))
    assert isinstance(found, Message)
    assert (found.text, found.extra) == ("Saved\nHELP", ())


def test_a_message_that_its_sender_erased_is_said_to_be() -> None:
    [found, _] = read(page(card("robin.example", "<span>STATUSERASEDMESSAGE</span>")))
    assert isinstance(found, Message)
    assert (found.deleted, found.flags) == (True, ("deleted by sender",))


def test_the_tables_before_2022_say_who_sent() -> None:
    rows = (
        "<h4>Received Saved Chat History</h4><table><tr><th>From</th><th>Type</th><th>Created</th></tr>"
        "<tr><td>robin.example</td><td>TEXT</td><td>2024-01-01 10:00:00 UTC</td></tr><tr><td>hello</td></tr></table>"
        "<h4>Sent Saved Chat History</h4><table>"
        "<tr><td>robin.example</td><td>TEXT</td><td>2024-01-01 10:00:00 UTC</td></tr><tr><td>go away</td></tr></table>"
    )
    found = read(f"<html><body>{rows}</body></html>".encode(), "mydata/html/chat_history.html")
    made = [one for one in found if isinstance(one, Message)]
    assert [(one.direction, one.conversation, one.text, one.moments) for one in made] == [
        ("in", "robin.example", "hello", (AT,)),
        ("out", "robin.example", "go away", (AT,)),
    ]
    assert (made[0].sender, made[1].recipients) == (ROBIN, (ROBIN,))
    assert found[-1] == Present(2)


def test_rows_of_another_form_are_counted() -> None:
    good = "<tr><td>robin.example</td><td>TEXT</td><td>2024-01-01 10:00:00 UTC</td></tr>"
    odd = "<tr><td>robin.example</td><td>TEXT</td><td>yesterday</td></tr><tr><td>a</td><td>b</td></tr>"
    page = f"<html><h4>Received Saved Chat History</h4><table>{odd}{good}</table></html>".encode()
    _, *about = read(page, "mydata/html/chat_history.html")
    assert about == [
        Problem("note", "not-read", "rows of tables that have another form, and are not read: 2"),
        Present(1),
    ]


def test_snaps_have_no_picture() -> None:
    cells = "<td>robin.example</td><td>IMAGE</td><td>2024-01-01 10:00:00 UTC</td>"
    page_of_snaps = f"<html><h3>Received Snap History</h3><table><tr>{cells}</tr></table></html>"
    found = read(page_of_snaps.encode(), "mydata/html/snap_history.html")
    assert isinstance(found[0], Message)
    assert (found[0].flags, found[0].attachments) == (("snap",), (Attachment("image", state="omitted"),))


def test_the_same_export_as_json_is_said() -> None:
    found = read(page(card("robin.example", "<p>x</p>")), others={"../../json/chat_history.json": b"{}"})
    assert [one.code for one in found if isinstance(one, Problem)] == ["twice"]


@pytest.mark.parametrize("inside", ["", "<p>", "<p></p><p></p>", "<h6></h6>", "<p>x", "</div></div>", "<div>" * 300])
@pytest.mark.parametrize("time", ["", "yesterday", "2024-13-45 99:00:00 UTC", "\ud800"])
def test_a_broken_card_costs_only_itself(inside: str, time: str) -> None:
    cards = card("", inside, time) + card("robin.example", "<p>after</p>")
    data = f"<html><div class='rightpanel'>{cards}</div></html>"
    found = [one for one in read(data.encode("utf-8", "replace")) if isinstance(one, Message)]
    assert any("after" in (one.text or "") for one in found)


def test_an_index_of_pages_has_no_message_and_other_pages_are_left_alone() -> None:
    index = b"<html><div class='rightpanel'><a href='chat_history/subpage_x.html'>x</a></div></html>"
    assert read(index, "mydata/html/chat_history.html") == [Present(0)]
    assert read(b"<html><p>hello</p></html>", "site/chat_history.html") == []


def test_a_page_of_another_layout_is_said_to_be() -> None:
    found = read(b"<html>Snapchat<h4>robin.example</h4></html>")
    assert [one.code for one in found if isinstance(one, Problem)] == ["unknown-layout"]
