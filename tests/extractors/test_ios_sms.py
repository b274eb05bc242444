"""Apple's message store: messages, threads, tapbacks, answers, edits, attachments."""

from __future__ import annotations

import plistlib
from pathlib import Path
from typing import Any

import pytest

from evidence_store.records import Attachment, Group, Member, Message, Moment, Party, Present, Problem, Quoted, Reaction
from extractors.ios.sms import messages
from tests.evidence_builders.browsers import with_log
from tests.evidence_builders.files import MemoryFile
from tests.evidence_builders.ios_messages import (
    ANN,
    AT,
    AT_US,
    BEN,
    CAT,
    EARLY,
    PATH,
    file,
    in_chat,
    message,
    people,
    stored,
)
from tests.evidence_builders.typed_streams import attributed, body

ANN_P, BEN_P, CAT_P = Party(ANN), Party(BEN), Party(CAT, "email")
OWN = Party("+447700900100")
MAC = "Users/x/Library/Messages"
FOLDER = "private/var/mobile/Library/SMS/Attachments"


def at(meaning: str, minutes: int = 0, seconds: int = 0) -> Moment:
    """A moment of the store, and how it is stored."""
    past = minutes * 60 + seconds
    return Moment(meaning, AT_US + past * 1_000_000, str(AT + past * 1_000_000_000), "A")


def ns(minutes: int = 0, seconds: int = 0) -> int:
    return AT + (minutes * 60 + seconds) * 1_000_000_000


def said(number: int, text: str | None, **more: Any) -> Message:
    """What comes of `message(number, text)` in the thread with the first person."""
    plain: dict[str, Any] = {
        "locator": f"message:ROWID={number}",
        "service": "iMessage",
        "moments": (at("received", number),),
        "conversation": f"iMessage;-;{ANN}",
        "direction": "in",
        "sender": ANN_P,
        "text": text,
        "key": f"M-{number}",
    }
    return Message(**{**plain, **more})


def found_in(one: MemoryFile) -> list[Any]:
    """The messages and the problems that are no notes."""
    return [
        found
        for found in messages(one)
        if isinstance(found, Message) or (isinstance(found, Problem) and found.kind != "note")
    ]


def test_messages_and_their_threads_come_out_whole() -> None:
    rows = [
        message(1, "Hello", date_read=ns(2), date_delivered=ns(1, 1)),
        message(2, "Hi", is_from_me=1, is_sent=1, account="p:+447700900100", destination_caller_id="+447700900100"),
        message(3, "All of you", handle_id=3, subject="Walk"),
        message(4, "Yes", handle_id=0, is_from_me=1, account="e:own@example.org", error=22),
    ]
    joined = in_chat(1, 1, 2) + in_chat(2, 3, 4)
    found = list(messages(file(people(message=rows, chat_message_join=joined))))
    group: dict[str, Any] = {"conversation": "iMessage;+;chat600", "title": "Sunday walk"}
    own = (("account", "p:+447700900100"), ("destination_caller_id", "+447700900100"))
    assert found == [
        Present(2),
        Group(
            locator="chat:ROWID=1",
            service="iMessage",
            flags=("one to one",),
            extra=(("chat_identifier", ANN), ("account_login", "P:+447700900100"), ("group_id", "G-1")),
            conversation=f"iMessage;-;{ANN}",
            identifiers=(ANN_P,),
            members=(Member(ANN_P),),
        ),
        Group(
            locator="chat:ROWID=2",
            service="iMessage",
            flags=("group",),
            extra=(("chat_identifier", "chat600"), ("room_name", "chat600")),
            **group,
            identifiers=(ANN_P, BEN_P, CAT_P),
            members=(Member(ANN_P), Member(BEN_P), Member(CAT_P)),
            text="Sunday walk",
        ),
        Present(4),
        said(1, "Hello", moments=(at("received", 1), at("delivered", 1, 1), at("read", 2))),
        said(2, "Hi", moments=(at("sent", 2),), extra=own, direction="out", sender=OWN, recipients=(ANN_P,)),
        said(3, "All of you", **group, sender=CAT_P, subject="Walk"),
        said(
            4,
            "Yes",
            moments=(at("sent", 4),),
            flags=("failed",),
            extra=(("account", "e:own@example.org"), ("error", 22)),
            **group,
            direction="out",
            sender=Party("own@example.org", "email"),
        ),
        *[Present(0)] * 5,  # parts and keys of deleted messages
    ]


def test_text_is_taken_from_the_attributed_body_and_a_difference_is_told() -> None:
    mention = attributed(
        ("@Ben", {"__kIMMessagePartAttributeName": 0, "__kIMMentionConfirmedMention": BEN}), (" hi", {})
    )
    rows = [
        message(1, None, attributedBody=body("only here")),
        message(2, "one", attributedBody=body("one")),
        message(3, "changed", attributedBody=body("before")),
        message(4, None, attributedBody=mention),
        message(5, "kept", attributedBody=b"\x04\x0bno stream"),
        message(6, "￼", attributedBody=body("￼")),
        message(7, "￼ look", attributedBody=body("￼ look")),
        message(8, "x" * 200, attributedBody=body("x" * 200)),
        message(9, "x" * 70_000, attributedBody=body("x" * 70_000)),
    ]
    found = found_in(file(people(message=rows, chat_message_join=in_chat(1, *range(1, 10)))))
    assert found == [
        said(1, "only here"),
        said(2, "one"),
        said(3, "changed", extra=(("text in attributedBody", "before"),)),
        Problem("value", "differs", "text and attributedBody hold different words", "message:ROWID=3"),
        said(4, "@Ben hi", extra=(("mention", BEN),)),
        said(5, "kept"),
        Problem("value", "attributedBody", "attributedBody: not a typed stream", "message:ROWID=5"),
        said(6, None),
        said(7, " look"),
        said(8, "x" * 200),
        said(9, "x" * 70_000),
    ]


def test_mentions_that_cannot_be_read_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("parsers.attributed_text.MAX_VALUES", 2)
    mention = attributed(("@Ben", {"__kIMMentionConfirmedMention": BEN}))
    found = found_in(file(people(message=[message(1, None, attributedBody=mention)], chat_message_join=in_chat(1, 1))))
    words = "attributedBody: its mentions and transcriptions cannot be read: "
    words += "a typed stream that spells out to too many values or levels"
    assert found == [said(1, "@Ben"), Problem("value", "attributedBody", words, "message:ROWID=1")]


def test_a_text_that_a_message_names_very_often_is_kept_up_to_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("extractors.ios.sms_body._MOST_KEPT", 25)
    heard = {"IMAudioTranscription": "ten chars."}
    spoken = attributed(("a", heard), ("b", {}), ("c", heard), ("d", {}), ("e", heard), ("f", {}), ("g", heard))
    states = [{"t": body("ten chars."), "d": AT / 1e9}] * 5
    edited = plistlib.dumps({"ec": {"0": states}}, fmt=plistlib.FMT_BINARY)
    rows = [message(1, None, attributedBody=spoken), message(2, "now", message_summary_info=edited)]
    found = found_in(file(people(message=rows, chat_message_join=in_chat(1, 1, 2))))
    kept = "ten chars.", "ten chars.", "ten c…"
    assert [one.extra for one in found if isinstance(one, Message)] == [
        tuple(("transcription", one) for one in kept),
        tuple(("earlier text", one) for one in kept),
    ]
    words = "have more than 25 characters: those beyond are not kept"
    assert [one for one in found if isinstance(one, Problem)] == [
        Problem("value", "cut", f"attributedBody: mentions and transcriptions {words}", "message:ROWID=1"),
        Problem("value", "cut", f"message_summary_info: earlier texts {words}", "message:ROWID=2"),
    ]


def test_tapbacks_are_put_onto_their_message_and_stay_where_it_is_missing() -> None:
    def tapback(number: int, kind: int, target: str, **more: Any) -> dict[str, Any]:
        text = {"associated_message_guid": target, "associated_message_type": kind}
        return message(number, f"Tapback {number}", **text, **more)

    rows = [
        message(1, "Shall we?"),
        tapback(2, 2001, "p:0/M-1", handle_id=2),
        tapback(3, 2006, "bp:M-1", associated_message_emoji="🎈", is_from_me=1, account="e:own@example.org"),
        tapback(4, 3001, "M-1", handle_id=2),
        tapback(5, 2000, "p:0/GONE"),
        tapback(6, 2007, "p:0/M-1"),
        tapback(7, 1000, "p:0/M-1"),
        tapback(8, 2099, "p:0/M-1"),
        tapback(9, 4000, "M-1"),
    ]
    found = list(messages(file(people(message=rows, chat_message_join=in_chat(1, *range(1, 10))))))
    assert [one for one in found if isinstance(one, Present)][:2] == [Present(2), Present(6)]
    assert [one for one in found if isinstance(one, Message | Problem)] == [
        said(
            1,
            "Shall we?",
            extra=(("rows of reactions", "2, 3, 4"),),
            reactions=(
                Reaction("liked", BEN_P, at("reacted", 2)),
                Reaction("🎈", Party("own@example.org", "email"), at("reacted", 3)),
                Reaction("liked (removed)", BEN_P, at("reaction removed", 4)),
            ),
        ),
        said(5, "Tapback 5", flags=("reaction",), extra=(("reaction", "loved"),), quotes=Quoted("GONE")),
        said(6, "Tapback 6", flags=("reaction",), extra=(("reaction", "sticker"),), quotes=Quoted("M-1")),
        said(7, "Tapback 7", flags=("sticker",), extra=(("associated_message_type", 1000),), quotes=Quoted("M-1")),
        said(8, "Tapback 8", flags=("type 2099",), extra=(("associated_message_type", 2099),), quotes=Quoted("M-1")),
        said(9, "Tapback 9", flags=("poll vote",), extra=(("associated_message_type", 4000),), quotes=Quoted("M-1")),
    ]


def test_an_answer_has_the_message_that_began_its_thread() -> None:
    rows = [
        message(1, None, attributedBody=body("Where?")),
        message(2, "Here", thread_originator_guid="M-1", reply_to_guid="M-1"),
        message(3, "There", thread_originator_guid="GONE"),
        message(4, "No answer", reply_to_guid="M-3"),
    ]
    assert found_in(file(people(message=rows, chat_message_join=in_chat(1, 1, 2, 3, 4)))) == [
        said(1, "Where?"),
        said(2, "Here", quotes=Quoted("M-1", ANN_P, "Where?")),
        said(3, "There", quotes=Quoted("GONE")),
        said(4, "No answer"),
    ]


def test_earlier_texts_of_edited_messages_and_what_was_taken_back() -> None:
    states = [{"t": body(text), "d": AT / 1e9 + 60 * n} for n, text in enumerate(("helo", "hello", "hello!"), start=1)]
    edited = plistlib.dumps({"ec": {"0": states}, "ep": [0], "otr": {"0": {"le": 4, "lo": 0}}}, fmt=plistlib.FMT_BINARY)
    unsent = plistlib.dumps({"rp": [0], "ust": True}, fmt=plistlib.FMT_BINARY)
    both = plistlib.dumps({"ec": {"0": states[:1]}, "rp": [0]}, fmt=plistlib.FMT_BINARY)
    rows = [
        message(1, "hello!", date_edited=ns(3), message_summary_info=edited),
        message(2, None, date_edited=ns(4), message_summary_info=unsent),
        message(3, None, date_edited=ns(5), date_retracted=ns(5), message_summary_info=both),
        message(4, "as it was", message_summary_info=b"Rec no property list"),
    ]
    assert found_in(file(people(message=rows, chat_message_join=in_chat(1, 1, 2, 3, 4)))) == [
        said(
            1,
            "hello!",
            moments=(at("received", 1), at("edited", 3), Moment("edited", AT_US + 120_000_000, "794050320.0", "A")),
            flags=("edited",),
            extra=(("earlier text", "helo"), ("earlier text", "hello")),
        ),
        said(2, None, moments=(at("received", 2), at("edited or unsent", 4)), flags=("deleted by sender",)),
        said(
            3,
            None,
            moments=(at("received", 3), at("edited or unsent", 5), at("deleted", 5)),
            flags=("deleted by sender", "edited"),
            extra=(("earlier text", "helo"),),
        ),
        said(4, "as it was"),
        Problem(
            "value",
            "message_summary_info",
            "message_summary_info: neither a binary nor an XML property list",
            "message:ROWID=4",
        ),
    ]


def test_attachments_are_where_the_store_has_them() -> None:
    files = [
        {"filename": "~/Library/SMS/Attachments/ab/11/G/photo.heic", "mime_type": "image/heic", "total_bytes": 2048},
        {"filename": "/var/mobile/Library/SMS/Attachments/cd/x.vcf", "uti": "public.vcard", "transfer_name": "Ann.vcf"},
        {"filename": None, "transfer_name": "clip.mov", "transfer_state": 0, "mime_type": "video/quicktime"},
        {"filename": "~/Library/SMS/../../../../etc/x", "is_sticker": 1, "emoji_image_short_description": "a cat"},
        {"filename": "/private/var/mobile/Library/Caches/y.gif", "uti": "com.compuserve.gif"},
        {"filename": "~/Library/SMS/Attachments/left.jpg", "created_date": AT // 10**9, "is_outgoing": 1},
    ]
    attachments = [
        {"ROWID": n, "guid": f"A-{n}", "original_guid": f"A-{n}", "transfer_state": 5, **one}
        for n, one in enumerate(files, start=1)
    ]
    rows = [message(1, "￼￼ two"), message(2, None), message(3, None, is_audio_message=1)]
    pairs = [(1, 1), (1, 2), (2, 3), (2, 4), (3, 5), (3, 77)]
    joined = [{"message_id": one, "attachment_id": other} for one, other in pairs]
    tables = people(message=rows, chat_message_join=in_chat(1, 1, 2, 3), attachment=attachments)
    assert found_in(file({**tables, "message_attachment_join": joined})) == [
        said(
            1,
            " two",
            flags=("contact card",),
            attachments=(
                Attachment("photo.heic", f"{FOLDER}/ab/11/G/photo.heic", "image/heic", 2048),
                Attachment("Ann.vcf", f"{FOLDER}/cd/x.vcf"),
            ),
        ),
        said(
            2,
            None,
            flags=("sticker",),
            attachments=(
                Attachment("clip.mov", None, "video/quicktime", state="not downloaded"),
                Attachment("x", "private/var/mobile/Library/SMS/etc/x"),
            ),
            extra=(("transfer_state", 0), ("description", "a cat")),
        ),
        said(
            3,
            None,
            flags=("voice message", "GIF"),
            attachments=(Attachment("y.gif", "private/var/mobile/Library/Caches/y.gif"),),
        ),
        Problem("value", "no-attachment", "there is no row of attachment for it (ROWID=77)", "message:ROWID=3"),
        Message(
            locator="attachment:ROWID=6",
            moments=(Moment("attachment created", AT_US, str(AT // 10**9), "A"),),
            flags=("attachment of no message",),
            attachments=(Attachment("left.jpg", f"{FOLDER}/left.jpg"),),
            direction="out",
            key="A-6",
        ),
    ]


@pytest.mark.parametrize(
    ("recorded", "database", "expected"),
    [
        ("~/Library/SMS/Attachments/a/b.jpg", "sms.db", "Attachments/a/b.jpg"),
        ("~/Library/SMS/Attachments/a/b.jpg", "case/sms.db", "case/Attachments/a/b.jpg"),
        ("~/Library/Messages/Attachments/a/b", f"{MAC}/chat.db", f"{MAC}/Attachments/a/b"),
        ("/Users/x/Library/Messages/Attachments/b", f"{MAC}/chat.db", f"{MAC}/Attachments/b"),
        ("~/Media/DCIM/b.jpg", PATH, "private/var/mobile/Media/DCIM/b.jpg"),
        ("C:\\b\\..\\c", "sms.db", "C:/b/c"),
        ("..", "sms.db", None),
    ],
)
def test_a_recorded_path_leads_into_the_source(recorded: str, database: str, expected: str | None) -> None:
    files = [{"ROWID": 1, "guid": "A", "original_guid": "A", "filename": recorded}]
    tables = {"message": [message(1)], "attachment": files}
    joined = {"message_attachment_join": [{"message_id": 1, "attachment_id": 1}]}
    (found,) = [one for one in found_in(file({**tables, **joined}, path=database)) if isinstance(one, Message)]
    assert found.attachments[0].path == expected


def test_messages_of_ios_10_and_before_count_in_seconds() -> None:
    early = {"ROWID": 1, "guid": "M-1", "text": "Old", "handle_id": 1, "service": "SMS", "date": AT // 10**9}
    tables = people(message=[early], chat_message_join=[])
    made = [one for one in messages(file(tables, EARLY)) if isinstance(one, Message)]
    assert made == [
        said(
            1,
            "Old",
            service="SMS",
            moments=(Moment("received", AT_US, str(AT // 10**9), "A"),),
            flags=("unread",),
            conversation=None,
        )
    ]


def test_a_message_of_the_write_ahead_log_comes_out() -> None:
    sql = f"INSERT INTO message(ROWID,guid,text,date,is_read) VALUES(9,'M-9','in the log',{ns(9)},1)"
    data, log = with_log(stored(people()), sql)
    found = found_in(MemoryFile(PATH, data, {"-wal": log}))
    assert found == [said(9, "in the log", service="", sender=None, conversation=None)]


def test_the_messages_of_a_real_computer_come_out_whole(corpus: Path) -> None:
    data = (corpus / "plaso/sqlite/imessage_chat.db").read_bytes()
    found = list(messages(MemoryFile("chat.db", data)))
    made = [one for one in found if isinstance(one, Message) and not one.deleted]
    own = Party("ken.doh@icloud.com", "email")
    assert (len(made), made[8]) == (
        11,
        Message(
            locator="message:ROWID=9",
            service="iMessage",
            moments=(
                Moment("sent", 1448885992000000, "470578792", "A"),
                Moment("delivered", 1457965865000000, "479658665", "A"),
                Moment("read", 1457965865000000, "479658665", "A"),
            ),
            extra=(("account", "e:ken.doh@icloud.com"),),
            conversation="iMessage;-;jondoh2015@icloud.com",
            direction="out",
            sender=own,
            recipients=(Party("xxxxxx2015@icloud.com", "email"),),
            text="Yes, did you get it?",
            key="CE68724E-4413-4F91-AD7C-0E55C1142B8B",
        ),
    )
    notes = [one.detail for one in found if isinstance(one, Problem) and one.code == "orphans"]
    assert notes[:1] == ["iMessage;-;+447775446518: 6 entries of messages whose rows are not there (row ids 11 to 16)"]
