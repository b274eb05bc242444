"""Apple's message store: what was not sent, what was unsent, and whose an event is."""

from __future__ import annotations

from tests.evidence_builders.ios_messages import file, in_chat, message, people
from tests.extractors.test_ios_sms import ANN_P, at, found_in, ns, said

OUT = {"direction": "out", "sender": None, "recipients": (ANN_P,)}


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
