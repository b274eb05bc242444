"""What WhatsApp's numbers on Android mean, where public material says so; others are given as numbers.

References:
- IPED and Amberkeep (open-source readers), which agree on the codes of messages, and counts of rows in side tables
  that belong to one code only (message_poll: 66 and 106; message_revoked: 15 and 64; missed_call_logs: 10 …)
- the application's own queries, which call 81 a PTV
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final, Literal

from extractors.database import stored

TEXT, AUDIO, SYSTEM, MISSED_CALL, TIMER, CALL = 0, 2, 7, 10, 36, 90
_VOICE: Final = 1  # `origin` of a sound that was recorded in the application
_FORWARDED: Final = 1  # the lowest bit of `origination_flags`
_MANY: Final = 5  # forwards behind each other, from which on the application says "many times"
KINDS: Final[dict[Any, tuple[str, ...]]] = {
    TEXT: (),
    1: (),  # picture
    AUDIO: (),
    3: (),  # film
    4: ("contact card",),
    5: ("location",),
    SYSTEM: ("system",),
    8: ("call",),
    9: (),  # document
    MISSED_CALL: ("call", "missed"),
    11: ("not decrypted",),
    13: ("GIF",),
    14: ("contact card",),
    15: ("deleted by sender",),
    16: ("live location",),
    20: ("sticker",),
    23: ("product",),
    24: ("group invitation",),
    25: ("template",),
    26: ("template",),
    27: ("template",),
    28: ("template",),
    32: ("template",),
    TIMER: ("system",),
    42: ("view once",),
    43: ("view once",),
    44: ("order",),
    45: ("interactive",),
    46: ("interactive",),
    49: ("interactive",),
    55: ("interactive",),
    56: ("system",),
    57: ("interactive",),
    64: ("deleted by administrator",),
    66: ("poll",),
    81: ("video note",),
    82: ("view once", "voice message"),
    CALL: ("call",),
    92: ("event",),
    99: ("album",),
    106: ("poll",),
    112: ("system",),
}
REVOKED: Final = (15, 64)
# Of an outgoing message; for an incoming one 0 is the rule.
_STATUS: Final[dict[Any, str]] = {
    0: "not sent yet",
    4: "reached the server",
    5: "delivered",
    8: "played",
    13: "read",
}
Direction = Literal["in", "out"] | None
_SIDES: Final[dict[Any, Direction]] = {0: "in", 1: "out"}


@lru_cache(maxsize=4096, typed=True)  # the same few for nearly every message of a phone
def looks(
    kind: Any, from_me: Any, status: Any, origin: Any, origination: Any, starred: Any, broadcast: Any
) -> tuple[Direction, tuple[str, ...], tuple[tuple[str, Any], ...]]:
    """(direction, flags, extra) of a message by its numbers; a system message has no direction."""
    flags = list(KINDS.get(kind, (f"type {'not recorded' if kind is None else stored(kind)}",)))
    direction: Direction = None
    if "system" not in flags:
        direction = _SIDES.get(from_me)
        if direction is None:
            flags.append(f"from_me {stored(from_me)}")
    if kind == AUDIO and origin == _VOICE:
        flags.append("voice message")
    if type(origination) is int and origination & _FORWARDED:
        flags.append("forwarded")
    if starred == 1:
        flags.append("starred")
    if broadcast == 1:
        flags.append("broadcast")
    return direction, tuple(flags), _status(direction, status)


def _status(direction: Direction, status: Any) -> tuple[tuple[str, Any], ...]:
    if status is None or (direction != "out" and status in (0, 6)):  # 6: not sent by anybody
        return ()
    words = _STATUS.get(status) if direction == "out" else None
    return (("status", f"{status} ({words})" if words else status if type(status) is int else stored(status)),)


def forwarded(flags: tuple[str, ...], score: Any) -> tuple[str, ...]:
    """The flags of a message that was forwarded as often as `forward_score` says."""
    if "forwarded" not in flags:
        flags = (*flags, "forwarded")
    many = type(score) is int and score >= _MANY
    return tuple("forwarded many times" if many and flag == "forwarded" else flag for flag in flags)
