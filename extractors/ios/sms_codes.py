"""What the numbers and identifiers of Apple's message store stand for, in words.

References:
- public headers of IMCore and IMSharedUtilities (IMItem types, IMAssociatedMessageItem types, IMGroupActionItem types)
- published notes on chat.db and sms.db
"""

from __future__ import annotations

from typing import Any, Final

GROUP_STYLE: Final = 43  # of a chat; 45 is one with a single other side
# associated_message_type, in the application's own words. From 3000 on: the same, taken back.
TAPBACKS: Final = {
    2000: "loved",
    2001: "liked",
    2002: "disliked",
    2003: "laughed at",
    2004: "emphasised",
    2005: "questioned",
    2006: "emoji",
    2007: "sticker",
}
TAKEN_BACK: Final = 1000  # what is added to the type of a tapback that was removed
REMOVED: Final = " (removed)"
STICKER: Final = 1000
POLL_VOTE: Final = 4000
EVENT_WORDS: Final[dict[tuple[Any, Any], str]] = {
    (1, 0): "added {other} to the conversation",
    (1, 1): "removed {other} from the conversation",
    (3, 0): "left the conversation",
    (3, 1): "changed the picture of the group",
    (3, 2): "removed the picture of the group",
    (3, 4): "changed the background of the conversation",
    (3, 6): "removed the background of the conversation",
}
_EFFECTS: Final = {
    "impact": "slam",
    "loud": "loud",
    "gentle": "gentle",
    "invisibleink": "invisible ink",
    "CKEchoEffect": "echo",
    "CKSpotlightEffect": "spotlight",
    "CKHappyBirthdayEffect": "balloons",
    "CKConfettiEffect": "confetti",
    "CKHeartEffect": "love",
    "CKLasersEffect": "lasers",
    "CKFireworksEffect": "fireworks",
    "CKSparklesEffect": "celebration",
    "CKShootingStarEffect": "shooting star",
}
# is_filtered of a chat: under what the application lists it.
FILTERS: Final = {1: "filed under unknown senders", 2: "filed under junk"}


def tapback(kind: Any, emoji: str | None) -> str | None:
    """The words for a type of tapback, "loved", "liked (removed)", or its emoji; None where it is none."""
    if type(kind) is not int:
        return None
    taken_back = kind - TAKEN_BACK in TAPBACKS
    words = TAPBACKS.get(kind - TAKEN_BACK if taken_back else kind)
    if words is None:
        return None
    if words == "emoji" and emoji:
        words = emoji
    return f"{words}{REMOVED}" if taken_back else words


def event(item_type: Any, action: Any, share: Any, title: str | None, who: str, other: str) -> str:
    """What an item that is no message says, in brackets; `who` did it, `other` is the person it is about."""
    if item_type == 2:
        words = f'named the conversation "{title}"' if title else "removed the name of the conversation"
    elif item_type == 4:
        words = {0: "started sharing a location", 1: "stopped sharing a location"}.get(share, "")
    elif (item_type, action) == (1, 0) and who == other:
        words = "changed their number or address in the conversation"
    elif item_type == 5:
        words = "kept an audio message"
    elif item_type == 6:
        words = "FaceTime or SharePlay"
    else:
        words = EVENT_WORDS.get((item_type, action), "").format(other=other)
    if not words:
        return f"[event of type {item_type}, action {action}]"
    return f"[{who} {words}]" if who else f"[{words}]"


def effect(identifier: str) -> str:
    """The effect that a message was sent with, in words, and its identifier."""
    words = _EFFECTS.get(identifier.rpartition(".")[2])
    return f"{words} ({identifier})" if words else identifier
