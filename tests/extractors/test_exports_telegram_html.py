"""Telegram Desktop's HTML export."""

from __future__ import annotations

import io

from hypothesis import given
from hypothesis import strategies as st

from evidence_store.records import Attachment, Message, Moment, Party, Present, Problem, Quoted, Reaction
from extractors.exports.telegram.export_html import export_html
from parsers.telegram_html import Page, messages
from tests.evidence_builders.files import MemoryFile
from tests.evidence_builders.telegram_html import HEAD, media, message, page, service, text

ANN = Party("Ann Example", "name", "Ann Example")
SENT = (Moment("sent", 1_772_357_400_000_000, "01.03.2026 10:30:00 UTC+01:00", "B"),)
SHARED = {"service": "Telegram", "conversation": "ChatExport", "title": "Harbour"}


def read(data: bytes, zone: str | None = None) -> list[object]:
    return list(export_html(MemoryFile("ChatExport/messages.html", data, mime="text/html", zone=zone)))


def first(body: str, **options: str) -> Message:
    found = read(page(message(7, body, **options)))[0]
    assert isinstance(found, Message)
    return found


def test_messages_joined_ones_and_lines_of_the_application_come_out_whole() -> None:
    found = read(
        page(
            service(-1, "1 March 2026"),
            message(7, text('Meet at the <strong>quay</strong><br>at <a href="https://example.org/x">ten</a>')),
            message(8, text("bring the flask"), sender=""),
        )
    )
    assert found == [
        Message(locator="message-1", flags=("system",), text="1 March 2026", key="-1", **SHARED),
        Message(
            locator="message7",
            moments=SENT,
            extra=(("link", "ten -> https://example.org/x"),),
            sender=ANN,
            text="Meet at the quay\nat ten",
            key="7",
            **SHARED,
        ),
        Message(locator="message8", moments=SENT, sender=ANN, text="bring the flask", key="8", **SHARED),
        Present(3),
    ]


def test_answers_forwards_and_reactions_come_out() -> None:
    body = (
        '<div class="reply_to details">\nIn reply to <a href="messages.html#go_to_message3">this message</a>\n</div>'
        '<div class="forwarded body"><div class="from_name">\nBen Example <span class="date details" '
        'title="28.02.2026 09:00:00"> 28.02.2026 09:00:00</span></div>' + text("look") + "</div>"
        '<span class="reactions"><span class="reaction"><span class="emoji">\n👍\n</span><span class="userpics">'
        '<div class="userpic" title="Ben Example, 01.03.2026 10:35:00 UTC+01:00"></div></span></span>'
        '<span class="reaction"><span class="emoji">🔥</span><span class="count">3</span></span></span>'
    )
    assert first(body) == Message(
        locator="message7",
        moments=SENT,
        flags=("forwarded",),
        extra=(("forwarded_from", "Ben Example"), ("forwarded date", "28.02.2026 09:00:00")),
        sender=ANN,
        text="look",
        key="7",
        quotes=Quoted("3"),
        reactions=(
            Reaction(
                "👍",
                Party("Ben Example", "name", "Ben Example"),
                Moment("reacted", 1_772_357_700_000_000, "01.03.2026 10:35:00 UTC+01:00", "B"),
            ),
            Reaction("🔥 (3)"),
        ),
        **SHARED,
    )


def test_files_are_at_their_place_or_said_to_be_left_out() -> None:
    photo = (
        '<div class="media_wrap clearfix"><a class="photo_wrap clearfix pull_left" href="photos/photo_1.jpg">'
        '<img class="photo" src="photos/photo_1_thumb.jpg"/></a></div>'
    )
    assert first(photo).attachments == (
        Attachment("photo_1.jpg", "ChatExport/photos/photo_1.jpg"),
        Attachment("photo_1_thumb.jpg", "ChatExport/photos/photo_1_thumb.jpg"),
    )
    voice = first(media("media_voice_message", "Voice message", href="voice_messages/a.ogg", status="00:05"))
    assert (voice.flags, voice.attachments, voice.extra) == (
        ("voice message",),
        (Attachment("a.ogg", "ChatExport/voice_messages/a.ogg"),),
        (("status", "00:05"),),
    )
    left = "Not included, change data exporting settings to download."
    omitted = first(media("media_photo", "Photo", description=left, status="1280x720, 90.1 KB"))
    assert omitted.attachments == (Attachment("Photo", state="omitted"),)


def test_places_cards_calls_and_polls_come_out() -> None:
    place = first(
        media("media_location", "Location", href="https://maps.google.com/maps?q=51.5,-0.125&amp;ll=51.5,-0.125")
    )
    assert (place.flags, place.lat, place.lon, place.attachments) == (("location",), 51.5, -0.125, ())
    card = first(media("media_contact", "Ben Example", status="+44 7700 900102"))
    assert (card.flags, card.text) == (("contact card",), "Ben Example, +44 7700 900102")
    call = first(media("media_call", "Ann Example", status="Outgoing (61 seconds)"))
    assert (call.flags, call.text) == (("call",), "Ann Example, Outgoing (61 seconds)")
    poll = first(
        '<div class="media_wrap clearfix"><div class="media_poll"><div class="question bold">When?</div>'
        '<div class="answer">- ten <span class="details">2 votes</span></div><div class="answer">- noon</div>'
        '<div class="total details">2 votes</div></div></div>'
    )
    assert (poll.flags, poll.text, poll.extra) == (
        ("poll",),
        "When?",
        (("poll option", "ten: 2 votes"), ("poll option", "noon"), ("poll total", "2 votes")),
    )


def test_a_time_without_offset_is_under_the_zone_that_is_assumed() -> None:
    data = page(message(7, text("hi"), date="01.03.2026 09:30:00"))
    assert read(data)[0].moments == (
        Moment("sent", None, "01.03.2026 09:30:00", "C", note="local time, zone not known"),
    )
    assert read(data, "Europe/London")[0].moments == (
        Moment("sent", 1_772_357_400_000_000, "01.03.2026 09:30:00", "C", "Europe/London, operator"),
    )


def test_what_is_missing_is_said_and_the_message_comes_out() -> None:
    found = read(page(message(7, text("hi"), sender="", date="")))
    assert [type(one) for one in found] == [Message, Problem, Problem, Present]
    assert [one.code for one in found if isinstance(one, Problem)] == ["time", "sender"]
    cut = read(HEAD.encode() + message(7, text("hi there")).encode()[:-40])
    assert [one.code for one in cut if isinstance(one, Problem)] == ["cut-page"]


def test_another_page_is_left_alone_and_an_unknown_one_said() -> None:
    assert read(b"<html><body>something else</body></html>") == []
    assert [one.code for one in read(page()) if isinstance(one, Problem)] == ["unknown-layout"]


TAGS = ("<div class='message'>", "</div>", "<a href='x'>", "<span class='reaction'>", "text", "<", "&#55357;")


@given(st.lists(st.sampled_from(TAGS)))
def test_any_page_is_read(parts: list[str]) -> None:
    found = list(messages(io.BytesIO("".join(parts).encode()), Page()))
    assert len(found) <= len(parts)


def test_a_declaration_that_no_parser_knows_costs_what_stands_behind_it() -> None:
    found = read(page(message(7, text("before")), message(8, text("<![abc[ x ]]>")), message(9, text("behind"))))
    assert [one.key for one in found if isinstance(one, Message)] == ["7", "8"]
    assert [one.code for one in found if isinstance(one, Problem)] == ["cut-page", "damaged-page"]
    assert found[-1] == Present(2)


def test_a_page_of_a_whole_account_points_to_files_from_the_folder_of_the_export() -> None:
    wrapped = media("media_file", "plan.pdf", href="../../chats/chat_002/files/plan.pdf")
    folder = "DataExport/chats/chat_002"
    found = list(export_html(MemoryFile(f"{folder}/messages.html", page(message(7, wrapped)), mime="text/html")))
    assert isinstance(found[0], Message)
    assert found[0].attachments == (Attachment("plan.pdf", f"{folder}/files/plan.pdf"),)
    outside = read(page(message(7, media("media_file", "plan.pdf", href="../../plan.pdf"))))
    assert isinstance(outside[0], Message)
    assert outside[0].attachments == (Attachment("plan.pdf"),)
    assert [one.code for one in outside if isinstance(one, Problem)] == ["place"]


def test_a_bot_behind_a_name_is_no_part_of_the_name() -> None:
    through = first(text("a picture"), sender="Ann Example via @examplebot")
    assert (through.sender, through.extra) == (ANN, (("via", "@examplebot"),))
    name = "Ben Example via @examplebot"
    older = first(
        f'<div class="forwarded body"><div class="from_name">\n{name} <span class="details"> 28.02.2026 09:00:00</span>'
        f"\n</div>{text('look')}</div>"
    )
    assert older.extra == (
        ("forwarded_from", "Ben Example"),
        ("forwarded date", "28.02.2026 09:00:00"),
        ("via", "@examplebot"),
    )


def test_the_address_of_a_place_and_what_a_bill_says_come_out_and_no_file_is_made_of_them() -> None:
    place = first(media("media_venue", "The Quay", description="1 Example Street"))
    assert (place.text, place.attachments) == ("The Quay, 1 Example Street", ())
    bill = first(media("media_invoice", "Rope", description="Ten yards", status="$10.00"))
    assert (bill.text, bill.attachments) == ("Rope, Ten yards, $10.00", ())


def test_the_new_picture_of_a_group_hangs_on_the_line_that_tells_of_it() -> None:
    picture = (
        '<div class="userpic_wrap"><a class="userpic_link" href="photos/photo_2.jpg">'
        '<img class="userpic" src="photos/photo_2_thumb.jpg"/></a></div>'
    )
    line = service(9, "Ann Example changed group photo").removesuffix("</div>\n") + picture + "</div>\n"
    found = read(page(line))
    assert isinstance(found[0], Message)
    assert (found[0].text, found[0].attachments) == (
        "Ann Example changed group photo",
        (
            Attachment("photo_2.jpg", "ChatExport/photos/photo_2.jpg"),
            Attachment("photo_2_thumb.jpg", "ChatExport/photos/photo_2_thumb.jpg"),
        ),
    )
