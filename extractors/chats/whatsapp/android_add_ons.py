"""What was added to a message on Android after it was sent: reactions, votes, pins, answers (`message_add_on`).

References:
- the schema as WhatsApp writes it, and its own queries: `pin_in_chat_state = 1` selects what is pinned,
  `keep_in_chat_state = 0` what is kept no more, `response = 1` those who said that they come
- WAProto, the published messages of the protocol: EventResponseMessage
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from evidence_store.records import Moment, Problem, Reaction
from extractors.chats.whatsapp.beside import Detail, Side
from extractors.chats.whatsapp.chat import Who
from extractors.chats.whatsapp.draft import Context, Draft, iso_ms
from extractors.database import each_held, selecting, stored
from parsers.sqlite_file import EvidenceDatabase, Row, lacking

ADD_ON: Final = "message_add_on"
_KEY: Final = "message_add_on_row_id"
REACTION, VOTE, KEPT, EDIT, PINNED, RESPONSE = 56, 67, 68, 74, 79, 93
SIDES: Final = (
    Side(
        ADD_ON,
        (
            *("_id", "chat_row_id", "from_me", "key_id", "sender_jid_row_id", "timestamp", "message_add_on_type"),
            "expiry_timestamp",
        ),
        key="parent_message_row_id",
        order="_id",
        detail=Detail("message_add_on_reaction", ("reaction", "sender_timestamp"), _KEY),
    ),
)
# What the other tables of details say, by their names; a row of `message_add_on` has its details in one of them.
_DETAILS: Final = {
    "message_add_on_poll_vote": ("sender_timestamp",),
    "message_add_on_keep_in_chat": ("keep_in_chat_state", "sender_timestamp"),
    "message_add_on_pin_in_chat": ("pin_in_chat_state", "sender_timestamp"),
    "message_add_on_event_response": ("response", "extra_guest_count", "sender_timestamp"),
    "message_add_on_scheduled_call_edit": ("edit_type",),
    "message_add_on_question_response": ("response",),
    "message_add_on_status_question_answer": ("answer",),
}
_STATES: Final = {1: True, 0: False, 2: False}  # of a pin, or of a message that is kept; others are not known
_RESPONSES: Final = {1: "going", 2: "not going", 3: "maybe"}
Details = dict[Any, Row]


def details(db: EvidenceDatabase) -> Details:
    """The details of what was added, but of reactions, by the row id of what they are of."""
    found: Details = {}
    for table, columns in _DETAILS.items():
        if lacking(db, {table: {_KEY}}):
            continue
        gaps: list[Problem] = []
        names = selecting(db, table, (_KEY, *columns))
        found.update((row[_KEY], row) for row in each_held(db, table, names, gaps, key=_KEY))
        db.notes += [f"{table}: {one.detail}" for one in gaps]
    return found


def _add_ons(draft: Draft, rows: list[Row], context: Context) -> None:
    for row in rows:
        who = add_on_sender(row, draft.chat.other, context)
        someone = who.party.identifier if who else "this account" if row["from_me"] == 1 else "not recorded"
        kind = row["message_add_on_type"]
        if kind == REACTION or row["reaction"]:
            if row["reaction"]:
                draft.reactions.append(reaction(row, who, context))
            else:
                draft.keep("reaction withdrawn", someone)
        elif kind != EDIT:
            name, words = said(row, context)
            if name == "pinned by":
                draft.flag("pinned")
            draft.keep(name, f"{someone}{f': {words}' if words else ''}{_when(row, context)}")


def said(row: Row, context: Context) -> tuple[str, str]:
    """(what was added, its words) for all but reactions and edits."""
    kind, detail = row["message_add_on_type"], context.add_ons.get(row["_id"], {})
    if kind == VOTE:
        return "poll vote", ", ".join(context.votes.get(row["_id"], ())) or "none"
    if kind == PINNED:
        return _state("pin", detail.get("pin_in_chat_state"), "pinned by", "pin taken back by")
    if kind == KEPT:
        return _state("keep", detail.get("keep_in_chat_state"), "kept in chat by", "kept no more by")
    if kind == RESPONSE:
        return "event response", _response(detail, context)
    text = next((detail[name] for name in ("answer", "response") if detail.get(name) is not None), None)
    if text is not None:
        return "answer", context.doubts.text(text, "add-on answer") or ""
    if detail.get("edit_type") is not None:
        return "scheduled call changed by", f"edit_type {stored(detail['edit_type'])}"
    return f"add-on type {stored(kind)}", ""


def _state(what: str, state: Any, done: str, undone: str) -> tuple[str, str]:
    """What was done, or taken back; where neither is said, the stored state is."""
    known = _STATES.get(state) if type(state) is int else None
    if known is None:
        return what, f"state {'not recorded' if state is None else stored(state)}"
    return (done if known else undone), ""


def _response(detail: Row, context: Context) -> str:
    response, guests = detail.get("response"), detail.get("extra_guest_count")
    if response is None:
        return ""
    words = _RESPONSES.get(response) if type(response) is int else None
    return f"{stored(response)}{f' ({words})' if words else ''}{f', extra guests {stored(guests)}' if guests else ''}"


def _when(row: Row, context: Context) -> str:
    """ " at 2023-01-01T12:00:01.123Z": the time of the sender where there is one; "" for none."""
    given = context.add_ons.get(row["_id"], {}).get("sender_timestamp")
    name, value = ("sender_timestamp", given) if given else ("timestamp", row["timestamp"])
    found = f" at {iso_ms(value, f'add-on {name}', context.doubts)}" if value else ""
    if row["expiry_timestamp"]:
        found += f", until {iso_ms(row['expiry_timestamp'], 'add-on expiry_timestamp', context.doubts)}"
    return found


def add_on_sender(row: Row, other: Who | None, context: Context) -> Who | None:
    """Who added something to a message; None for the account of this phone, and where nobody is recorded."""
    if row["from_me"] == 1:
        return None
    return context.people.who(row["sender_jid_row_id"]) or other


def reaction(row: Row, who: Who | None, context: Context) -> Reaction:
    """A reaction with its time: that of the sender where there is one."""
    column = "sender_timestamp" if row["sender_timestamp"] else "timestamp"
    moment: Moment | None = None
    if row[column] is not None:
        moment = context.doubts.moment("reacted", row[column], "ms", f"reaction {column}")
    text: Any = context.doubts.text(row["reaction"], "reaction")
    return Reaction(text or "", who.party if who else None, moment)


PARTS: Final[dict[str, Callable[[Draft, list[Row], Context], None]]] = {ADD_ON: _add_ons}
