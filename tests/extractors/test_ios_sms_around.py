"""Apple's message store: events, applications, deleted messages, and what is missing or damaged."""

from __future__ import annotations

import plistlib
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from evidence_store.records import Attachment, Group, Message, Moment, Party, Present, Problem
from extractors.ios.sms import messages
from tests.evidence_builders.files import MemoryFile
from tests.evidence_builders.ios_messages import (
    ANN,
    AT,
    AT_US,
    BEN,
    PATH,
    SCHEMA,
    file,
    in_chat,
    message,
    people,
    stored,
)
from tests.evidence_builders.typed_streams import body
from tests.extractors.broken import assert_no_row_is_lost, with_broken_values
from tests.extractors.test_ios_sms import at, found_in, ns, said

WEB = "com.apple.messages.URLBalloonProvider"
PLUGIN = "com.apple.messages.MSMessageExtensionBalloonPlugin"


def archive(root: dict[str, Any]) -> bytes:
    """Dictionaries as NSKeyedArchiver writes them, all with the fields of an object."""
    objects: list[Any] = ["$null"]

    def put(value: Any) -> plistlib.UID:
        place = len(objects)
        objects.append(None)
        objects[place] = {key: put(one) for key, one in value.items()} if isinstance(value, dict) else value
        return plistlib.UID(place)

    top = {"root": put(root)}
    whole = {"$version": 100000, "$archiver": "NSKeyedArchiver", "$top": top, "$objects": objects}
    return plistlib.dumps(whole, fmt=plistlib.FMT_BINARY)


@pytest.mark.parametrize(
    ("row", "text", "extra"),
    [
        ({"item_type": 1, "other_handle": 2}, f"[{ANN} added {BEN} to the conversation]", (("other_handle", BEN),)),
        ({"item_type": 1, "group_action_type": 1}, f"[{ANN} removed somebody from the conversation]", ()),
        ({"item_type": 2, "group_title": "Walks"}, f'[{ANN} named the conversation "Walks"]', ()),
        ({"item_type": 2}, f"[{ANN} removed the name of the conversation]", ()),
        ({"item_type": 3}, f"[{ANN} left the conversation]", ()),
        ({"item_type": 3, "group_action_type": 1}, f"[{ANN} changed the picture of the group]", ()),
        ({"item_type": 4, "share_status": 0}, f"[{ANN} started sharing a location]", ()),
        ({"item_type": 4, "share_status": 1}, f"[{ANN} stopped sharing a location]", ()),
        ({"item_type": 5}, f"[{ANN} kept an audio message]", ()),
        ({"item_type": 6}, f"[{ANN} FaceTime or SharePlay]", ()),
        ({"item_type": 3, "group_action_type": 99}, "[event of type 3, action 99]", ()),
        ({"item_type": 77}, "[event of type 77, action 0]", ()),
    ],
)
def test_events_of_a_conversation_are_said_in_words(row: dict[str, Any], text: str, extra: tuple[Any, ...]) -> None:
    codes = {"item_type": 0, "group_action_type": 0, "share_status": 0} | row
    shown = tuple((name, codes[name]) for name in ("item_type", "group_action_type", "share_status"))
    assert found_in(file(people(message=[message(1, **row)], chat_message_join=in_chat(1, 1)))) == [
        said(1, text, flags=("system",), extra=shown + extra)
    ]


def test_an_event_of_the_devices_own_side_names_it_so() -> None:
    row = message(1, item_type=3, is_from_me=1, handle_id=0)
    (found,) = found_in(file(people(message=[row], chat_message_join=in_chat(1, 1))))
    assert (found.text, found.direction, found.flags) == ("[own side left the conversation]", "out", ("system",))


def test_what_applications_put_into_messages_is_told() -> None:
    page = {"originalURL": {"NS.relative": "https://example.org/a"}, "title": "A page", "siteName": "Example"}
    poll = {"item": {"title": "When?", "orderedPollOptions": [{"text": "Sunday"}, {"text": "Monday"}]}}
    rows = [
        message(1, "https://example.org/a", balloon_bundle_id=WEB, payload_data=archive({"richLinkMetadata": page})),
        message(
            2,
            "￼",
            balloon_bundle_id=f"{PLUGIN}:EWFNLB79LQ:com.example.game.ext",
            payload_data=archive({"an": "Game", "userInfo": {"caption": "Your turn", "subcaption": "8 ball"}}),
        ),
        message(
            3,
            balloon_bundle_id=f"{PLUGIN}:0000000000:com.apple.messages.Polls",
            payload_data=archive({"URL": {"NS.relative": f"data:,{quote(str(poll).replace(chr(39), chr(34)))}"}}),
        ),
        message(4, balloon_bundle_id="com.apple.DigitalTouchBalloonProvider", payload_data=b"\x08\x08"),
        message(5, balloon_bundle_id=f"{PLUGIN}:1:org.example.x", payload_data=b"damaged"),
        message(6, balloon_bundle_id=f"{PLUGIN}:1:org.example.x", payload_data=archive({"ldtext": "A thing"})),
        message(7, "https://example.org/b", payload_data=archive({"richLinkMetadata": {"title": "Another page"}})),
    ]
    assert found_in(file(people(message=rows, chat_message_join=in_chat(1, *range(1, 8))))) == [
        said(
            1,
            "https://example.org/a",
            extra=(("link", "https://example.org/a"), ("link title", "A page"), ("link site", "Example")),
        ),
        said(2, "Your turn\n8 ball", flags=("app message",), extra=(("app", "Game (com.example.game.ext)"),)),
        said(
            3,
            "When?",
            flags=("poll",),
            extra=(("app", "com.apple.messages.Polls"), ("poll option", "Sunday"), ("poll option", "Monday")),
        ),
        said(4, None, flags=("digital touch",), extra=(("app", "com.apple.DigitalTouchBalloonProvider"),)),
        said(5, None, flags=("app message",), extra=(("app", "org.example.x"),)),
        Problem(
            "value",
            "payload_data",
            "payload_data: neither a binary nor an XML property list",
            "message:ROWID=5",
        ),
        said(6, "A thing", flags=("app message",), extra=(("app", "org.example.x"),)),
        said(7, "https://example.org/b", extra=(("link title", "Another page"),)),
    ]


def test_marks_of_messages_become_flags() -> None:
    ink = "com.apple.MobileSMS.expressivesend.invisibleink"
    rows = [
        message(1, "a", is_read=0, is_forward=1, is_spam=1, was_downgraded=1, expressive_send_style_id=ink),
        message(2, "b", schedule_type=2, schedule_state=3, date_recovered=ns(5), expressive_send_style_id="other"),
        message(3, "c", is_from_me=7, cache_roomnames="chat600"),
    ]
    assert found_in(file(people(message=rows, chat_message_join=in_chat(1, 1, 2, 3)))) == [
        said(
            1,
            "a",
            flags=("forwarded", "junk", "sent as text message instead", "unread"),
            extra=(("effect", f"invisible ink ({ink})"),),
        ),
        said(
            2,
            "b",
            moments=(at("received", 2), at("recovered", 5)),
            flags=("scheduled",),
            extra=(("schedule_state", 3), ("effect", "other")),
        ),
        said(
            3,
            "c",
            moments=(at("recorded", 3),),
            flags=("is_from_me 7",),
            extra=(("cache_roomnames", "chat600"), ("is_from_me", 7), ("handle_id", 1)),
            direction=None,
            sender=None,
        ),
    ]


def test_what_stands_under_recently_deleted_and_what_is_left_of_the_rest() -> None:
    tables = people(
        message=[message(1, "Gone soon")],
        chat_recoverable_message_join=[{"chat_id": 1, "message_id": 1, "delete_date": ns(7)}],
        recoverable_message_part=[
            {"chat_id": 1, "message_id": 5, "part_index": 1, "delete_date": ns(8), "part_text": body("a part")}
        ],
        deleted_messages=[{"ROWID": 4, "guid": "D-4"}],
        sync_deleted_messages=[{"ROWID": 1, "guid": "D-5", "recordID": "R"}],
        unsynced_removed_recoverable_messages=[{"ROWID": 1, "chat_guid": "C", "message_guid": "D-6", "part_index": 0}],
        sync_deleted_chats=[{"ROWID": 2, "guid": "C-9", "timestamp": ns(9)}],
    )
    gone: dict[str, Any] = {"deleted": True, "flags": ("deleted on this device",)}
    made = [one for one in messages(file(tables)) if isinstance(one, Message | Group) and one.deleted]
    assert made == [
        said(1, "Gone soon", moments=(at("received", 1), at("deleted", 7)), **gone),
        Message(
            locator="recoverable_message_part:rowid=1",
            service="iMessage",
            moments=(at("deleted", 8),),
            deleted=True,
            flags=("deleted on this device", "part of a message"),
            extra=(("message_id", 5), ("part_index", 1)),
            conversation=f"iMessage;-;{ANN}",
            text="a part",
        ),
        Message(locator="deleted_messages:ROWID=4", key="D-4", **gone),
        Message(locator="sync_deleted_messages:ROWID=1", key="D-5", **gone),
        Message(
            locator="unsynced_removed_recoverable_messages:ROWID=1",
            extra=(("part_index", 0),),
            conversation="C",
            key="D-6",
            **gone,
        ),
        Group(locator="sync_deleted_chats:ROWID=2", moments=(at("deleted", 9),), conversation="C-9", **gone),
    ]


def test_a_deleted_row_that_is_left_in_the_file_is_a_message_with_its_handle(tmp_path: Path) -> None:
    path = tmp_path / "sms.db"
    path.write_bytes(stored(people(message=[message(1, "stays"), message(2, "was thrown away"), message(3, "stays")])))
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA secure_delete=0")
        db.execute("DELETE FROM message WHERE ROWID=2")
        db.commit()
    found = [one for one in messages(MemoryFile(PATH, path.read_bytes())) if isinstance(one, Message) and one.deleted]
    assert [(one.text, one.sender, one.locator.partition(":")[0], one.key) for one in found] == [
        ("was thrown away", Party(ANN), "deleted", "M-2")
    ]


def test_rows_that_others_name_and_that_are_not_there_are_said_and_cost_nothing() -> None:
    rows = [message(1, "a", handle_id=99), message(2, "b"), message(3, "c"), message(4, "c", guid="M-3b")]
    joined = [*in_chat(77, 1), *in_chat(1, 2), *in_chat(2, 2), *in_chat(1, 55, 56)]
    found = list(messages(file(people(message=rows, chat_message_join=joined))))
    assert [one for one in found if isinstance(one, Message)] == [
        said(1, "a", sender=None, conversation="chat:ROWID=77"),
        said(2, "b", extra=(("also in", "iMessage;+;chat600"),)),
        said(3, "c", conversation=None),
        said(4, "c", conversation=None, key="M-3b"),
    ]
    assert [one for one in found if isinstance(one, Problem)] == [
        Problem("value", "no-chat", "there is no row of chat for it (ROWID=77)", "message:ROWID=1"),
        Problem("value", "no-handle", "handle_id: there is no row of handle for it (ROWID=99)", "message:ROWID=1"),
        Problem(
            "note",
            "orphans",
            f"iMessage;-;{ANN}: 2 entries of messages whose rows are not there (row ids 55 to 56)",
            "chat_message_join",
        ),
    ]


def test_an_attachment_whose_message_is_gone_is_told_with_its_thread() -> None:
    lone = [{"ROWID": 1, "guid": "A", "filename": "~/Library/SMS/Attachments/a.jpg", "original_guid": "A"}]
    joined = [{"message_id": 55, "attachment_id": 1}]
    tables = people(attachment=lone, message_attachment_join=joined, chat_message_join=in_chat(2, 55))
    assert found_in(file(tables)) == [
        Message(
            locator="attachment:ROWID=1",
            service="iMessage",
            flags=("attachment of no message",),
            attachments=(Attachment("a.jpg", "private/var/mobile/Library/SMS/Attachments/a.jpg"),),
            extra=(("transfer_state", 0),),
            conversation="iMessage;+;chat600",
            title="Sunday walk",
            direction="in",
            key="A",
        )
    ]


def test_without_any_other_table_the_messages_are_still_there() -> None:
    table = SCHEMA[: SCHEMA.index("CREATE TABLE handle")]
    bare = message(1, "alone", handle_id=0, service="SMS")
    assert list(messages(file({"message": [bare]}, table))) == [
        Present(1),
        said(1, "alone", service="SMS", sender=None, conversation=None),
    ]


def test_the_mark_of_a_filter_is_told_and_is_no_part_of_the_number() -> None:
    handle = [{"ROWID": 1, "id": f"{ANN}(smsfp)", "service": "SMS"}, {"ROWID": 2, "id": "urn:biz:9", "service": "x"}]
    tables = {"handle": handle, "message": [message(1, "a"), message(2, "b", handle_id=2)]}
    assert found_in(file(tables)) == [
        said(1, "a", extra=(("filter of the address", "smsfp"),), conversation=None),
        said(2, "b", sender=Party("urn:biz:9", "account"), conversation=None),
    ]


@pytest.mark.parametrize(
    ("table", "key"),
    [("message", "ROWID"), ("chat", "ROWID"), ("deleted_messages", "ROWID"), ("attachment", "ROWID")],
)
def test_a_broken_value_costs_no_row(table: str, key: str) -> None:
    rows = [message(1, "Hello", attributedBody=body("Hello"))]
    lone = [{"ROWID": 1, "guid": "A", "filename": "~/Library/SMS/Attachments/a.jpg", "original_guid": "A"}]
    more = {"deleted_messages": [{"ROWID": 1, "guid": "GONE"}], "attachment": lone}
    loose = SCHEMA.replace("UNIQUE NOT NULL", "").replace(" NOT NULL", "")
    data = stored(people(message=rows, chat_message_join=in_chat(1, 1), **more), loose)
    assert_no_row_is_lost(messages, PATH, data, table, key)


@pytest.mark.parametrize("table", ["handle", "chat_recoverable_message_join", "message_attachment_join"])
def test_a_broken_value_beside_costs_no_message(table: str) -> None:
    loose = SCHEMA.replace("UNIQUE NOT NULL", "").replace(" NOT NULL", "").replace(", UNIQUE (id, service)", "")
    tables = people(
        message=[message(1, "Hello")],
        chat_message_join=in_chat(1, 1),
        chat_recoverable_message_join=[{"chat_id": 1, "message_id": 1, "delete_date": 5}],
        message_attachment_join=[{"message_id": 1, "attachment_id": 1}],
    )
    broken, _ = with_broken_values(stored(tables, loose), table, "rowid" if "join" in table else "ROWID")
    made = [one for one in messages(MemoryFile(PATH, broken)) if isinstance(one, Message)]
    assert [one.text for one in made] == ["Hello"]


def test_another_database_of_the_name_is_left_alone_and_an_unknown_layout_is_said() -> None:
    other = "CREATE TABLE message(id INTEGER PRIMARY KEY, body TEXT);"
    problem = Problem(
        "schema", "unknown-layout", "table message has no column ROWID, date, guid, handle_id, is_from_me, text"
    )
    assert list(messages(file({}, other, "data/app/chat.db"))) == []
    assert list(messages(file({}, other))) == [problem]
    assert list(messages(file({}, f"{other}CREATE TABLE handle(x);CREATE TABLE chat_message_join(x);", "sms.db"))) == [
        problem
    ]


@pytest.mark.parametrize("data", [b"", b"no database", b"SQLite format 3\0" + bytes(90), b"\0" * 5000])
def test_what_is_no_database_is_said_once(data: bytes) -> None:
    (found,) = found_in(MemoryFile(PATH, data))
    assert found.kind in ("file", "schema")


def test_damage_costs_what_lies_in_it() -> None:
    rows = [message(number, f"text {number} {'.' * 300}") for number in range(1, 200)]
    data = bytearray(stored(people(message=rows, chat_message_join=in_chat(1, *range(1, 200)))))
    place = data.index(b"text 100 ") // 4096 * 4096
    data[place : place + 4096] = b"\xff" * 4096
    made = [one for one in messages(MemoryFile(PATH, bytes(data))) if isinstance(one, Message) and not one.deleted]
    assert 150 < len(made) < 199
    assert made[-1].text == f"text 199 {'.' * 300}"


def test_a_tapback_whose_message_lies_in_damage_stays_a_message() -> None:
    first = [message(number, f"text {number} {'.' * 300}") for number in range(1, 100)]
    target = {"associated_message_type": 2000, "associated_message_guid": "p:0/M-50"}
    data = bytearray(stored(people(message=[*first, message(200, "Loved it", **target)])))
    place = data.index(b"text 50 ") // 4096 * 4096
    data[place : place + 4096] = b"\xff" * 4096
    found = [one for one in messages(MemoryFile(PATH, bytes(data))) if isinstance(one, Message) and not one.deleted]
    assert [one.flags for one in found if one.text == "Loved it"] == [("reaction",)]


def test_a_time_that_is_none_costs_itself() -> None:
    rows = [message(1, "a", date="soon"), message(2, "b", date=None), message(3, "c", date=AT, date_read=2**62)]
    found = found_in(file(people(message=rows)))
    times = [one.moments for one in found if isinstance(one, Message)]
    assert times == [
        (Moment("received", None, "soon", "A", note="not a number"),),
        (Moment("received", None, "", "A", note="not recorded"),),
        (
            Moment("received", AT_US, str(AT), "A"),
            Moment("read", None, str(2**62), "A", note="not a plausible time"),
        ),
    ]
