"""What iOS keeps of a message as protocol buffers: what it answers, reactions, options of a poll.

References:
- Amberkeep, docs/formats/ios.md (ZWAMEDIAITEM.ZMETADATA: 5 the key of the message that is answered, 6 its sender, 19
  what it said), confirmed there against the messages that are named
- IPED (ZWAMESSAGEINFO.ZRECEIPTINFO: 7 reactions, 8 a poll; ZMETADATA: 28 an invitation, 87 a call)
- iLEAPP (ZRECEIPTINFO: 7.3 the counts of reactions in a channel)
"""

from __future__ import annotations

import re
from typing import Final

from evidence_store.records import Quoted, Reaction
from extractors.chats.whatsapp.chat import Who
from extractors.chats.whatsapp.draft import Draft
from extractors.chats.whatsapp.ios_people import IosPeople
from extractors.database import Doubts
from parsers.protobuf import Fields

_KEY: Final = re.compile("[0-9A-Fa-f]{16,40}")
# Where the words of the message that is answered stand, by its sort: text, link, picture, film, document, place.
_WORDS: Final = ((19, 1), (19, 6, 1), (19, 3, 3), (19, 9, 7), (19, 7, 8), (19, 5, 3))


def decoded(value: object, column: str, doubts: Doubts) -> Fields | None:
    """The fields of a stored message; None for NULL and for what is none, which is said."""
    if value is None or value == b"":
        return None
    try:
        if isinstance(value, bytes):
            return Fields(value)
    except ValueError:
        pass
    doubts.add("protobuf", f"{column} cannot be decoded")
    return None


def metadata(draft: Draft, value: object, people: IosPeople, doubts: Doubts) -> None:
    """Adds what ZMETADATA of the media item says."""
    fields = decoded(value, "ZMETADATA", doubts)
    if fields is None:
        return
    key, sender = fields.text(5), fields.text(6)
    if key and _KEY.fullmatch(key):
        words = next((text for path in _WORDS if (text := fields.text(*path))), None)
        who = people.who(sender) if sender and "@" in sender else None
        draft.quotes = Quoted(key, who.party if who else None, words)
    if group := fields.text(28, 4):
        draft.say(group)
        draft.keep("group_name", group)
    if (duration := fields.number(87, 1, 3)) is not None:
        draft.keep("call duration", duration)
    if (timer := fields.number(36)) is not None:
        draft.keep("timer in seconds", timer)


def receipts(draft: Draft, value: object, people: IosPeople, doubts: Doubts) -> None:
    """Adds the reactions and the poll in ZRECEIPTINFO."""
    fields = decoded(value, "ZRECEIPTINFO", doubts)
    if fields is None:
        return
    for part in _each(fields, "reactions", doubts, 7):
        for one in _each(part, "reactions", doubts, 1):
            sender = one.text(2)
            _reaction(draft, one.text(3), one.signed(4), people.who(sender) if sender else None, doubts)
        for one in _each(part, "reactions", doubts, 2):
            _reaction(draft, one.text(2), one.signed(3), None, doubts)
        for one in _each(part, "counts of reactions", doubts, 3, 1):
            draft.keep("reaction count", f"{one.text(1) or 'not recorded'}: {one.number(2)}")
    if question := fields.text(8, 2):
        draft.flag("poll")
        draft.say(question)
        for option in _each(fields, "options of the poll", doubts, 8, 3):
            draft.keep("poll option", option.text(1))


def _each(fields: Fields, what: str, doubts: Doubts, *path: int) -> list[Fields]:
    """Each message of a repeated field of ZRECEIPTINFO; values that are none are counted and said."""
    found, left_out = fields.counted(*path)
    if left_out:
        doubts.add("protobuf", f"ZRECEIPTINFO: {left_out} {what} cannot be decoded")
    return found


def _reaction(draft: Draft, text: str | None, at: int | None, who: Who | None, doubts: Doubts) -> None:
    """One reaction; `who` is None where none is stored with it, as readers found of the account's own. An empty one was
    taken back."""
    if not text:
        draft.keep("reaction withdrawn", who.party.identifier if who else "no sender is stored")
        return
    moment = doubts.moment("reacted", at, "ms", "ZRECEIPTINFO reaction") if at is not None else None
    draft.reactions.append(Reaction(text, who.party if who else None, moment))
