"""Messages, parts, reactions and conversations of Google Messages."""

from __future__ import annotations

import pytest

from evidence_store.records import (
    Attachment,
    Group,
    Member,
    Message,
    Moment,
    Party,
    Present,
    Problem,
    Quoted,
    Reaction,
    replace,
)
from extractors.android.google_messages import google_messages
from tests.evidence_builders.google_messages import FIRST, FIRST_PEOPLE, INTO, ROOT, bugle, reactions_data

ANN = Party("+447700900101", "phone", "Ann Example")
BEN = Party("+447700900102")
OWN = Party("+447700900100")
COPY = "application's own copy"
BOTH = Group(
    locator="conversations:_id=6",
    service="MMS",
    extra=(("sms_thread_id", 8), ("participant_count", 2)),
    conversation="bugle_db 6",
    title="Ann, Ben",
    identifiers=(ANN, BEN),
    members=(Member(ANN), Member(BEN)),
)


def at(meaning: str, seconds: int, note: str = "") -> Moment:
    return Moment(meaning, seconds * 1_000_000, str(seconds * 1000), "A", "", note)


def found_in(inserts: str) -> list[Message | Group | Problem]:
    return [one for one in google_messages(bugle(inserts)) if not isinstance(one, Present)]


def test_a_message_over_rcs_has_its_times_its_sender_and_its_thread() -> None:
    inserts = (
        f"{INTO},sent_timestamp,received_timestamp,rcs_message_id_with_text_type,encryption_protocol)"
        " VALUES (1,5,2,1,3,100,0,1700000000000,1700000002000,'rcs-1',1);"
        "INSERT INTO parts(message_id,conversation_id,text,content_type) VALUES (1,5,'are you in?','text/plain')"
    )
    assert list(google_messages(bugle(inserts))) == [
        Present(1),
        Message(
            locator="messages:_id=1",
            service="RCS",
            moments=(at("received", 1700000002), at("sent", 1700000000)),
            flags=("unread",),
            extra=(("rcs_message_id_with_text_type", "rcs-1"), ("encryption_protocol", 1)),
            conversation="bugle_db 5",
            title="Ann Example",
            direction="in",
            sender=ANN,
            text="are you in?",
            key="1",
        ),
        Present(1),
        BOTH,
    ]


def test_a_picture_lies_in_the_folders_of_the_application() -> None:
    inserts = (
        f"{INTO},sent_timestamp,received_timestamp,sms_message_uri,mms_subject)"
        " VALUES (1,5,1,1,1,1,1,1700000000000,1700000000000,'content://mms/9','beach');"
        "INSERT INTO parts(message_id,text,uri,content_type,file_name,file_size_bytes,local_cache_path) VALUES"
        " (1,'look',NULL,'text/plain',NULL,-1,NULL),"
        " (1,NULL,'content://com.google.android.apps.messaging.shared.datamodel.MediaScratchFileProvider/77?ext=jpg',"
        "'image/jpeg',NULL,900,NULL),"
        " (1,NULL,'content://mms/part/3','image/gif','wave.gif',-1,NULL),"
        " (1,NULL,NULL,'audio/mp4','note.m4a',5,"
        "'/data/user/0/com.google.android.apps.messaging/files/media_store/x/note.m4a')"
    )
    assert found_in(inserts)[0] == Message(
        locator="messages:_id=1",
        service="MMS",
        moments=(at("sent", 1700000000),),
        flags=(COPY, "GIF"),
        attachments=(
            Attachment("77.jpg", ROOT + "cache/mediascratchspace/77.jpg", "image/jpeg", 900),
            Attachment("wave.gif", None, "image/gif"),
            Attachment("note.m4a", ROOT + "files/media_store/x/note.m4a", "audio/mp4", 5),
        ),
        extra=(("uri", "content://mms/part/3"), ("sms_message_uri", "content://mms/9")),
        conversation="bugle_db 5",
        title="Ann Example",
        direction="out",
        sender=OWN,
        recipients=(ANN,),
        subject="beach",
        text="look",
        key="1",
    )


def test_places_stickers_voice_and_cards_are_told_by_their_parts() -> None:
    inserts = (
        f"{INTO},received_timestamp) VALUES (1,6,3,1,3,100,1,1700000000000);"
        "INSERT INTO parts(message_id,text,content_type,fallback_uri,latitude,longitude,sticker_id,duration,"
        "voice_metadata) VALUES"
        " (1,'here','application/vnd.gsma.rcspushlocation+xml',NULL,51.5,-0.125,-1,0,NULL),"
        " (1,NULL,'image/png','https://rcs.example/1',0,0,12,0,NULL),"
        " (1,NULL,'audio/mp4',NULL,0,0,-1,4000,x'00'),(1,'BEGIN:VCARD','text/vcard',NULL,95,200,-1,0,NULL)"
    )
    assert found_in(inserts)[0] == Message(
        locator="messages:_id=1",
        service="RCS",
        moments=(at("received", 1700000000),),
        flags=("location", "sticker", "voice message", "contact card"),
        attachments=(
            Attachment("part 2", None, "image/png", state="not downloaded"),
            Attachment("part 3", None, "audio/mp4"),
        ),
        extra=(("duration", 4000),),
        conversation="bugle_db 6",
        title="Ann, Ben",
        direction="in",
        sender=BEN,
        text="here\nBEGIN:VCARD",
        key="1",
        lat=51.5,
        lon=-0.125,
    )


def test_answers_reactions_edits_reports_stars_and_captions_stand_with_their_message() -> None:
    data = reactions_data(("\N{THUMBS UP SIGN}", 1, ("+447700900101", "+447700900102")), ("", 7, ())).hex()
    inserts = (
        f"{INTO},received_timestamp,sent_timestamp,is_hidden) VALUES"
        " (1,5,1,1,3,11,1,1700000000000,1700000000000,0),(2,5,1,1,3,1,1,1699999999000,1699999999000,1);"
        f"INSERT INTO message_reactions(message_id,reactions_data) VALUES (1,x'{data}');"
        "INSERT INTO message_replies VALUES (1,90,NULL,'rcs-90'),(2,NULL,1,'rcs-91');"
        "INSERT INTO message_edits VALUES (1,1,'rcs-1',1700000060000,0),(2,1,'rcs-1',NULL,0);"
        "INSERT INTO read_reports VALUES (1,1,2,1700000070000,1700000080000);"
        "INSERT INTO message_star VALUES (1,1);"
        "INSERT INTO message_captions VALUES (1,'on the pier')"
    )
    by_ann = "reported for +447700900101"
    assert found_in(inserts)[:2] == [
        Message(
            locator="messages:_id=1",
            service="RCS",
            moments=(
                at("sent", 1700000000),
                at("delivered", 1700000070, by_ann),
                at("read", 1700000080, by_ann),
                at("edited", 1700000060),
            ),
            flags=("displayed", "edited", "starred"),
            extra=(("reactions_data", data), ("earlier version", 2)),
            conversation="bugle_db 5",
            title="Ann Example",
            direction="out",
            sender=OWN,
            recipients=(ANN,),
            text="on the pier",
            key="1",
            quotes=Quoted("90"),
            reactions=(
                Reaction("\N{THUMBS UP SIGN}", Party("+447700900101")),
                Reaction("\N{THUMBS UP SIGN}", BEN),
                Reaction("dislike"),
            ),
        ),
        Message(
            locator="messages:_id=2",
            service="RCS",
            moments=(at("sent", 1699999999),),
            flags=("hidden in the application", "earlier version"),
            extra=(("latest_message_id", 1),),
            conversation="bugle_db 5",
            title="Ann Example",
            direction="out",
            sender=OWN,
            recipients=(ANN,),
            key="2",
            quotes=Quoted("rcs-91"),
        ),
    ]


@pytest.mark.parametrize(
    ("status", "direction", "meaning", "flags"),
    [
        (1, "out", "sent", ()),
        (2, "out", "sent", ("delivered",)),
        (3, "out", "recorded", ("draft",)),
        (8, "out", "recorded", ("failed",)),
        (23, "out", "sent", ("deleted by sender",)),
        (77, "out", "recorded", ("status 77",)),
        (100, "in", "received", ()),
        (106, "in", "received", ("not downloaded", "download failed")),
        (117, "in", "received", ("deleted by sender",)),
        (150, "in", "received", ("status 150",)),
        (0, None, "recorded", ("status 0",)),
        (900, None, "recorded", ("status 900",)),
    ],
)
def test_the_status_says_which_way_a_message_went_and_how_far(status, direction, meaning, flags) -> None:
    message = found_in(f"{INTO},received_timestamp) VALUES (1,5,2,1,3,{status},1,1700000000000)")[0]
    expected = {"out": (OWN, (ANN,)), "in": (ANN, ()), None: (ANN, ())}[direction]
    assert (message.direction, message.moments, message.flags) == (direction, (at(meaning, 1700000000),), flags)
    assert (message.sender, message.recipients) == expected


def test_events_of_a_thread_say_what_was_stored() -> None:
    inserts = (
        f"{INTO},received_timestamp) VALUES (1,6,3,1,3,200,1,1700000000000),(2,6,3,1,3,299,1,1700000000000);"
        "INSERT INTO parts(message_id,text,content_type) VALUES (2,'words of its own','text/plain')"
    )
    event = Message(
        locator="messages:_id=1",
        service="RCS",
        moments=(at("recorded", 1700000000),),
        flags=("system",),
        extra=(("message_status", 200),),
        conversation="bugle_db 6",
        title="Ann, Ben",
        sender=BEN,
        text="[a participant joined]",
        key="1",
    )
    found = found_in(inserts)
    assert found[0] == event
    assert found[3] == replace(BOTH, service="RCS")
    assert (found[1].text, found[1].extra) == ("words of its own", (("message_status", 299),))


def test_a_scheduled_message_and_one_of_an_unknown_protocol() -> None:
    inserts = (
        f"{INTO},received_timestamp) VALUES (1,5,1,1,0,16,1,1700000000000),(2,5,2,1,9,100,1,1700000000000),"
        "(3,5,2,1,2,101,1,1700000000000);"
        "INSERT INTO scheduled_send(message_id,scheduled_time) VALUES (1,1700009000000)"
    )
    found = [(one.service, one.moments, one.flags) for one in found_in(inserts)[:3]]
    assert found == [
        ("SMS", (at("recorded", 1700000000), at("scheduled for", 1700009000)), ("scheduled", COPY)),
        ("Google Messages", (at("received", 1700000000),), ("protocol 9",)),
        ("MMS", (at("received", 1700000000),), ("not downloaded", COPY)),
    ]


def test_blocked_senders_and_archived_spam_and_deleted_conversations_are_said() -> None:
    inserts = (
        "UPDATE participants SET blocked=1, is_spam=1 WHERE _id=2;"
        "UPDATE conversations SET archive_status=3, snippet_text='old', sort_timestamp=1700000000000,"
        " last_read_timestamp=1700000001000, delete_timestamp=1700000002000 WHERE _id=6;"
        "UPDATE conversations SET archive_status=1 WHERE _id=5;"
        f"{INTO},received_timestamp) VALUES (1,5,2,1,0,100,1,1700000000000)"
    )
    found = found_in(inserts)
    assert found[0].flags == (COPY, "sender blocked", "sender marked as spam", "conversation: archived")
    assert found[1] == Group(
        locator="conversations:_id=6",
        service="MMS",
        moments=(at("deleted", 1700000002), at("last activity", 1700000000), at("last read", 1700000001)),
        flags=("spam folder", "deleted on this device"),
        extra=(("sms_thread_id", 8), ("participant_count", 2), ("snippet_text", "old")),
        conversation="bugle_db 6",
        title="Ann, Ben",
        identifiers=(ANN, BEN),
        members=(Member(ANN), Member(BEN)),
        text="old",
    )


def test_nothing_hangs_on_a_row_of_another_table() -> None:
    data = reactions_data(("\N{HEAVY BLACK HEART}", 2, ("+447700900101",))).hex()
    inserts = (
        f"{INTO},received_timestamp) VALUES (1,99,98,97,3,100,1,1700000000000),(2,99,98,97,3,100,1,1700000000000);"
        "INSERT INTO parts(message_id,text,content_type,conversation_id,timestamp) VALUES"
        " (1,'x','text/plain',99,0),(2,'x','text/plain',99,0),(50,'left','text/plain',5,1700000000000);"
        f"INSERT INTO message_reactions(message_id,reactions_data) VALUES (51,x'{data}')"
    )
    twin = Message(
        locator="messages:_id=1",
        service="RCS",
        moments=(at("received", 1700000000),),
        conversation="bugle_db 99",
        direction="in",
        text="x",
        key="1",
    )
    found = found_in(inserts)
    assert found[0] == twin
    assert found[1] == Problem("value", "sender", "the sender is not known: participant 98", "messages:_id=1")
    assert (found[2].text, found[2].locator) == ("x", "messages:_id=2")
    assert found[4:] == [
        Message(
            locator="parts:_id=3",
            service="Google Messages",
            moments=(at("recorded", 1700000000),),
            flags=("no row of this message",),
            extra=(("message_id", "50"),),
            conversation="bugle_db 5",
            title="Ann Example",
            text="left",
        ),
        Message(
            locator="message_reactions:_id=1",
            service="Google Messages",
            flags=("reaction", "no row of this message"),
            extra=(("message_id", "51"),),
            text="\N{HEAVY BLACK HEART}",
            reactions=(Reaction("\N{HEAVY BLACK HEART}", Party("+447700900101")),),
        ),
        Group(
            locator="conversations:_id=5",
            service="SMS",
            flags=("one-to-one",),
            extra=(("sms_thread_id", 7), ("participant_count", 1)),
            conversation="bugle_db 5",
            title="Ann Example",
            identifiers=(ANN,),
            members=(Member(ANN),),
        ),
        BOTH,
        Group(
            locator="conversations:_id=99",
            service="RCS",
            flags=("no row of this conversation",),
            conversation="bugle_db 99",
        ),
    ]


def test_the_first_generation_is_read_too() -> None:
    inserts = (
        f"{INTO},received_timestamp,sms_message_uri) VALUES (1,5,2,1,0,100,1,1700000000000,'content://sms/4');"
        "INSERT INTO parts(message_id,text,content_type,conversation_id) VALUES (1,'hi','text/plain',5)"
    )
    found = [one for one in google_messages(bugle(inserts, FIRST + FIRST_PEOPLE)) if not isinstance(one, Present)]
    assert found == [
        Message(
            locator="messages:_id=1",
            service="SMS",
            moments=(at("received", 1700000000),),
            flags=(COPY,),
            extra=(("sms_message_uri", "content://sms/4"),),
            conversation="bugle_db 5",
            title="Ann Example",
            direction="in",
            sender=ANN,
            text="hi",
            key="1",
        ),
        BOTH,
    ]
