"""WhatsApp on Android: what is kept of chats that were deleted."""

from __future__ import annotations

import pytest

from evidence_store.records import Contact, Moment, Party, Present
from extractors.chats.whatsapp.android import android
from tests.evidence_builders.whatsapp_android import ALL, CAT, CAT_LID, DAN_LID, DELETED_CHATS, everything, msgstore
from tests.extractors.broken import assert_no_row_is_lost

AT = 1672574400123
CHATS = "INSERT INTO integrity_deleted_chat_metadata VALUES "
COUNTS = "INSERT INTO integrity_deleted_chat_message_count VALUES "


def test_chats_that_were_deleted_with_how_many_messages_came_on_which_day():
    sql = (
        CHATS + f"(1,'{CAT_LID}',1,0,{AT},{AT + 9000},''),(2,'',1,1,0,0,'abc');"
        + COUNTS + f"(1,'{CAT_LID}','2023-01-01',5,2,0),(2,'100000000000004','2023-01-02',1,NULL,NULL),"
        f"(3,'{CAT_LID}','2023-01-02',3,0,0),(4,'100000000000009','2023-01-02',4,NULL,NULL);"
    )  # fmt: skip
    cat, dan = Party(CAT, "whatsapp", "Cat Example"), Party(DAN_LID, "whatsapp", "Dan Example")
    stranger = "100000000000009@lid"
    plain = {"service": "WhatsApp", "flags": ("deleted chat",)}
    assert everything(android(msgstore(sql, ALL + DELETED_CHATS))) == [
        Present(0),
        Present(1),
        Contact(
            **plain, locator="integrity_deleted_chat_metadata:id=1", name="Cat Example", identifiers=(cat,), text=CAT,
            moments=(
                Moment("chat set up", AT * 1000, str(AT), "A"),
                Moment("last incoming message", (AT + 9000) * 1000, str(AT + 9000), "A"),
            ),
            extra=(
                ("chat_type", 1), ("is_first_reach_out", 0), ("lid", CAT_LID),
                ("messages on a day", "2023-01-01: messages_count 5, outgoing_messages_count 2"),
                ("messages on a day", "2023-01-02: messages_count 3, outgoing_messages_count 0"),
            ),
        ),
        Present(1),
        Contact(
            **plain, locator="integrity_deleted_chat_metadata:id=2",
            extra=(("chat_type", 1), ("is_first_reach_out", 1), ("lidHash", "abc")),
        ),
        Present(1),
        Contact(
            **plain, locator="integrity_deleted_chat_message_count:id=2", name="Dan Example", identifiers=(dan,),
            text=DAN_LID, extra=(("messages on a day", "2023-01-02: messages_count 1"),),
        ),
        Present(1),
        Contact(
            **plain, locator="integrity_deleted_chat_message_count:id=4", identifiers=(Party(stranger, "whatsapp"),),
            text=stranger, extra=(("messages on a day", "2023-01-02: messages_count 4"),),
        ),
    ]  # fmt: skip


@pytest.mark.parametrize("table", ["integrity_deleted_chat_metadata"])
def test_a_broken_value_costs_no_row(table):
    file = msgstore(CHATS + f"(1,'{CAT_LID}',1,0,{AT},{AT},'');", ALL + DELETED_CHATS)
    assert_no_row_is_lost(android, file.path, file.open().read(), table, "id")
