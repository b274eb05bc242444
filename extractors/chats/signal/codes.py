"""What a row of Signal's messages is, by the bits of its type.

References:
- Signal for Android (public source): org.thoughtcrime.securesms.database.MessageTypes
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final, Literal, NamedTuple

from extractors.database import stored

Direction = Literal["in", "out"] | None
_BASE: Final = 0x1F
_INBOX: Final = 20
_OUT: Final = {21: "queued", 22: "sending", 23: "", 24: "failed", 25: "failed", 26: "failed", 27: "draft"}
_SECURE_OR_PUSH: Final = 0x800000 | 0x200000
_SPECIAL: Final = 0xF00000000
_GROUP_V2: Final = 0x80000
_GROUP_LEFT: Final = 0x20000
# What the application writes in the place of a message, by its base type.
_EVENTS: Final = {
    1: "incoming audio call",
    2: "outgoing audio call",
    3: "missed audio call",
    4: "joined Signal",
    5: "message of a kind that the application did not support",
    6: "invalid message",
    7: "profile changed",
    8: "missed video call",
    9: "group moved to the new kind of groups",
    10: "incoming video call",
    11: "outgoing video call",
    12: "group call",
    13: "message that could not be decrypted",
    14: "number changed",
    15: "request for a donation",
    16: "conversations merged",
    17: "SMS exported",
    18: "session moved to another identifier",
}
_CALLS: Final[dict[int, tuple[Direction, str | None]]] = {
    1: ("in", "answered"),
    2: ("out", None),
    3: ("in", "missed"),
    8: ("in", "missed"),
    10: ("in", "answered"),
    11: ("out", None),
    12: (None, None),
}
# The same, by a bit of a type whose base says whether it came in or went out.
_BITS: Final = (
    (0x10000, "group changed"),
    (0x40000, "timer of disappearing messages set"),
    (0x200, "safety number changed"),
    (0x4000, "safety number marked as verified"),
    (0x2000, "safety number marked as not verified"),
    (0x8000, "key exchange"),
    (0x400000, "session reset"),
    (0x10000000, "session refreshed"),
    (0x08000000, "message that could not be decrypted: no session"),
    (0x04000000, "duplicate message"),
    (0x02000000, "message of an early version"),
)
_SPECIALS: Final = {
    2: "donation badge",
    3: "payment",
    4: "request to activate payments",
    5: "reported as spam",
    6: "message request accepted",
    8: "payments activated",
    9: "payment whose details are gone",
    10: "blocked",
    11: "unblocked",
}
_STORY_REACTION: Final = 1


class Kind(NamedTuple):
    """`event` describes what the application wrote itself, "" for a message that somebody wrote."""

    direction: Direction
    flags: tuple[str, ...]
    event: str
    call: bool = False
    outcome: str | None = None


@lru_cache(maxsize=512)
def kind_of(value: Any) -> Kind:
    """What a row is. A type that is none of those known keeps its number, as a flag."""
    if type(value) is not int or value < 0:
        return Kind(None, (f"type {stored(value)}",), "")
    base, special = value & _BASE, (value & _SPECIAL) >> 32
    if base in _EVENTS:
        direction, outcome = _CALLS.get(base, (None, None))
        call = base in _CALLS
        return Kind(direction, ("system", "call") if call else ("system",), _EVENTS[base], call, outcome)
    if base != _INBOX and base not in _OUT:
        return Kind(None, (f"type {value}",), "")
    direction = "in" if base == _INBOX else "out"
    flags = tuple(flag for flag in (_OUT.get(base, ""),) if flag)
    if event := _event(value, special):
        return Kind(direction, ("system", *flags), event)
    if special == _STORY_REACTION:
        flags += ("reaction to a story",)
    elif special:
        flags += (f"type {value}",)
    if not value & _SECURE_OR_PUSH:
        flags += ("SMS",)
    return Kind(direction, flags, "")


def _event(value: int, special: int) -> str:
    if special in _SPECIALS:
        return _SPECIALS[special]
    if value & _GROUP_LEFT:
        return "group left"
    return next((words for bit, words in _BITS if value & bit), "")


# Columns of the table of calls: (type, direction, event) as numbers.
CALL_TYPES: Final = {0: "audio call", 1: "video call", 3: "group call", 4: "call by a link"}
CALL_EVENTS: Final = {
    0: None,
    1: "answered",
    2: "not answered",
    3: "missed",
    4: None,
    5: "answered",
    6: "ringing",
    7: "rejected",
    8: "rang out",
    9: "missed",
    10: "deleted",
}
