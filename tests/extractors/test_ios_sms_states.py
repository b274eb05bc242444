"""Apple's message store: what was not sent, what was unsent, and whose an event is."""

from __future__ import annotations

import plistlib
from typing import Any

from evidence_store.records import Group, Message, Moment
from extractors.ios.sms import messages
from tests.evidence_builders.broken_pages import with_broken_leaf, with_broken_page_of, with_broken_root
from tests.evidence_builders.files import MemoryFile
from tests.evidence_builders.ios_messages import ANN, AT, AT_US, BEN, PATH, file, in_chat, message, people, stored
from tests.evidence_builders.typed_streams import body
from tests.extractors.test_ios_sms import ANN_P, at, found_in, ns, said

OUT: dict[str, Any] = {"direction": "out", "sender": None, "recipients": (ANN_P,)}


def test_a_message_that_is_not_marked_as_sent_is_not_said_to_be_sent() -> None:
    own = {"is_from_me": 1, "is_sent": 0}
    rows = [
        message(1, "Tomorrow", **own, schedule_type=2, schedule_state=2),
        message(2, "No network", **own, error=22),
        message(3, "On its way", **own),
        message(4, "Went", **own, date_delivered=ns(4, 1)),
        message(5, "Went at its time", is_from_me=1, schedule_type=2),
        message(6, "Heard", is_sent=0),
    ]
    assert found_in(file(people(message=rows, chat_message_join=in_chat(1, *range(1, 7))))) == [
        said(
            1,
            "Tomorrow",
            moments=(at("scheduled for", 1),),
            flags=("not marked as sent", "scheduled"),
            extra=(("schedule_state", 2),),
            **OUT,
        ),
        said(
            2,
            "No network",
            moments=(at("recorded", 2),),
            flags=("not marked as sent", "failed"),
            extra=(("error", 22),),
            **OUT,
        ),
        said(3, "On its way", moments=(at("recorded", 3),), flags=("not marked as sent",), **OUT),
        said(4, "Went", moments=(at("sent", 4), at("delivered", 4, 1)), **OUT),
        said(5, "Went at its time", moments=(at("sent", 5),), flags=("scheduled",), **OUT),
        said(6, "Heard"),
    ]


def summary(**info: Any) -> bytes:
    return plistlib.dumps(info, fmt=plistlib.FMT_BINARY)


def state(text: str, minute: int) -> dict[str, Any]:
    """What a part of a message said from a minute on."""
    return {"t": body(text), "d": AT / 1e9 + 60 * minute}


def edited(minute: int) -> Moment:
    """An edit that only the summary tells."""
    return Moment("edited", AT_US + minute * 60_000_000, str(AT / 1e9 + 60 * minute), "A")


def test_a_part_that_was_unsent_is_no_edit_of_the_rest() -> None:
    row = message(1, "The rest", date_edited=ns(3), message_summary_info=summary(rp=[1], otr={}))
    assert found_in(file(people(message=[row], chat_message_join=in_chat(1, 1)))) == [
        said(1, "The rest", moments=(at("received", 1), at("edited or unsent", 3)), flags=("deleted by sender",))
    ]


def test_the_last_edit_of_each_part_has_its_time() -> None:
    parts = {"0": [state("helo", 1), state("hello", 3)], "1": [state("yuo", 1), state("you", 4)]}
    gone = {"0": [state("helo", 1), state("hello", 3)]}
    rows = [
        message(1, "hello you", date_edited=ns(4), message_summary_info=summary(ec=parts)),
        message(2, None, date_edited=ns(5), message_summary_info=summary(ec=gone, rp=[0])),
    ]
    assert found_in(file(people(message=rows, chat_message_join=in_chat(1, 1, 2)))) == [
        said(
            1,
            "hello you",
            moments=(at("received", 1), at("edited", 4), edited(3)),
            flags=("edited",),
            extra=(("earlier text", "helo"), ("earlier text", "yuo")),
        ),
        said(
            2,
            None,
            moments=(at("received", 2), at("edited or unsent", 5), edited(3)),
            flags=("edited", "deleted by sender"),
            extra=(("earlier text", "helo"), ("earlier text", "hello")),
        ),
    ]


def test_the_devices_own_location_is_not_said_to_be_the_other_sides() -> None:
    shared: dict[str, Any] = {"item_type": 4, "other_handle": 1}
    rows = [
        message(1, **shared, share_direction=0),
        message(2, **shared, share_direction=1, share_status=1),
        message(3, item_type=4),
    ]
    codes = (("item_type", 4), ("group_action_type", 0), ("share_status", 0))
    own = (*codes, ("share_direction", 0), ("is_from_me", 0), ("other_handle", ANN))
    ended = (*codes[:2], ("share_status", 1), ("other_handle", ANN), ("share_direction", 1))
    event = {"flags": ("system",)}
    assert found_in(file(people(message=rows, chat_message_join=in_chat(1, 1, 2, 3)))) == [
        said(1, "[own side started sharing a location]", moments=(at("sent", 1),), extra=own, **event, **OUT),
        said(2, f"[{ANN} stopped sharing a location]", extra=ended, **event),
        said(3, f"[{ANN} started sharing a location]", extra=codes, **event),
    ]


def test_somebody_with_another_number_has_not_added_themselves() -> None:
    rows = [message(1, item_type=1, other_handle=1), message(2, item_type=1, other_handle=2)]
    texts = [one.text for one in found_in(file(people(message=rows, chat_message_join=in_chat(1, 1, 2))))]
    assert texts == [
        f"[{ANN} changed their number or address in the conversation]",
        f"[{ANN} added {BEN} to the conversation]",
    ]


def of_many(table: str, rows: list[dict[str, Any]]) -> bytes:
    """Two thousand messages in as many threads, and rows of another table."""
    threads = [{"ROWID": number, "guid": f"T-{number}", "style": 45} for number in range(1, 2001)]
    told = [message(number, "text") for number in range(1, 2001)]
    return stored({"message": told, "chat": threads, "handle": [{"ROWID": 1, "id": ANN, "service": "x"}], table: rows})


def test_a_damaged_index_of_who_is_in_threads_costs_nobody() -> None:
    data = of_many("chat_handle_join", [{"chat_id": number, "handle_id": 1} for number in range(1, 2001)])
    broken = MemoryFile(PATH, with_broken_root(data, "sqlite_autoindex_chat_handle_join_1"))
    groups = [one for one in messages(broken) if isinstance(one, Group)]
    assert [len(one.members) for one in groups] == [1] * 2000


def test_a_damaged_index_of_the_threads_of_messages_costs_no_thread() -> None:
    data = of_many("chat_message_join", [{"chat_id": number, "message_id": number} for number in range(1, 2001)])
    broken = MemoryFile(PATH, with_broken_root(data, "sqlite_autoindex_chat_message_join_1"))
    made = [one for one in messages(broken) if isinstance(one, Message)]
    assert [one.conversation for one in made] == [f"T-{number}" for number in range(1, 2001)]


def test_a_damaged_page_of_recently_deleted_costs_what_lies_on_it() -> None:
    table = "chat_recoverable_message_join"
    data = of_many(table, [{"chat_id": number, "message_id": number, "delete_date": AT} for number in range(1, 2001)])
    made = [one for one in messages(MemoryFile(PATH, with_broken_leaf(data, table))) if isinstance(one, Message)]
    assert (len(made), made[0].deleted, made[-1].deleted) == (2000, False, True)


def test_a_damaged_page_of_attachments_costs_what_lies_on_it() -> None:
    files = [
        {"ROWID": number, "guid": f"A-{number}", "filename": f"~/Library/SMS/Attachments/{number}/{'x' * 200}.jpg"}
        for number in range(1, 101)
    ]
    joined = [{"message_id": number, "attachment_id": number} for number in range(1, 101)]
    told = [message(number) for number in range(1, 101)]
    data = stored(people(message=told, attachment=files, message_attachment_join=joined))
    found = list(messages(MemoryFile(PATH, with_broken_page_of(data, b"Attachments/50/"))))
    made = [one for one in found if isinstance(one, Message) and one.locator.startswith("message:")]
    assert (len(made), len(made[49].attachments), len(made[99].attachments)) == (100, 0, 1)
    assert len([one for one in made if not one.attachments]) < 30


def test_damage_among_attachments_costs_no_other_that_belongs_to_no_message() -> None:
    files = [
        {"ROWID": number, "guid": f"A-{number}", "filename": f"~/Library/SMS/Attachments/{number}/{'x' * 200}.jpg"}
        for number in range(1, 101)
    ]
    joined = [{"message_id": number, "attachment_id": number} for number in range(1, 91)]
    told = [message(number) for number in range(1, 91)]
    data = stored(people(message=told, attachment=files, message_attachment_join=joined))
    found = list(messages(MemoryFile(PATH, with_broken_page_of(data, b"Attachments/50/"))))
    lone = [one.locator for one in found if isinstance(one, Message) and one.locator.startswith("attachment:")]
    assert lone == [f"attachment:ROWID={number}" for number in range(91, 101)]


def test_damage_gives_no_tapback_twice_and_costs_no_other() -> None:
    def loved(number: int, target: int) -> dict[str, Any]:
        onto = {"associated_message_type": 2000, "associated_message_guid": f"p:0/M-{target}"}
        return message(number, "Loved it", **onto)

    long = [message(number, f"text {number} {'.' * 300}") for number in range(4, 100)]
    rows = [
        message(1, "first"),
        loved(2, 1),
        loved(3, 50),
        *long,
        loved(100, 99),
        message(101, thread_originator_guid="M-99"),
    ]
    data = with_broken_page_of(stored(people(message=rows)), b"text 50 ")
    made = {one.locator[14:]: one for one in found_in(MemoryFile(PATH, data)) if isinstance(one, Message)}
    told = [one.locator for one in found_in(MemoryFile(PATH, data)) if isinstance(one, Message) and not one.deleted]
    assert len(told) == len(set(told))
    assert [len(made[key].reactions) for key in ("1", "99")] == [1, 1]
    assert ("2" in made, made["3"].flags, "100" in made) == (False, ("reaction",), False)
    assert made["101"].quotes is not None
    assert made["101"].quotes.sender == ANN_P
