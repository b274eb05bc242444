"""What WhatsApp's numbers on iOS mean, where public material says so; others are given as numbers.

They have nothing to do with those of Android.

References:
- IPED and Amberkeep (open-source readers), the latter with counts of the media types beside each code
"""

from __future__ import annotations

from typing import Any, Final

TEXT, IMAGE, CONTACT, LOCATION, GROUP_EVENT, DOCUMENT, ACCOUNT_EVENT, DELETED = 0, 1, 4, 5, 6, 8, 10, 14
TIMER_DEFAULT, POLL, CHANNEL_EVENT, CALL = 28, 46, 55, 59
KINDS: Final[dict[Any, tuple[str, ...]]] = {
    TEXT: (),
    IMAGE: (),
    2: (),  # film
    3: (),  # sound
    CONTACT: ("contact card",),
    LOCATION: ("location",),
    GROUP_EVENT: ("system",),
    7: (),  # text with a link
    DOCUMENT: (),
    ACCOUNT_EVENT: ("system",),
    11: ("GIF",),
    12: ("not decrypted",),
    DELETED: ("deleted by sender",),
    15: ("sticker",),
    19: ("template",),
    20: ("template",),
    23: ("template",),
    24: ("template",),
    25: (),  # text that answers a template
    26: ("product",),
    27: ("group invitation",),
    TIMER_DEFAULT: ("system",),
    30: ("template",),
    31: (),
    32: ("template",),
    34: (),
    38: ("view once",),
    39: ("view once",),
    41: ("template",),
    42: ("template",),
    POLL: ("poll",),
    53: ("view once", "voice message"),
    54: ("video note",),
    CHANNEL_EVENT: ("system",),
    CALL: ("call",),
    66: ("album",),
}
GROUP_EVENTS: Final[dict[Any, str]] = {
    1: "subject of the group changed",
    2: "added to the group",
    3: "left the group",
    4: "picture of the group changed",
    5: "picture of the group deleted",
    7: "removed from the group",
    9: "phone number changed",
    10: "this account is now an administrator",
    11: "this account is no longer an administrator",
    12: "group set up",
    15: "joined by the group's link",
    17: "description of the group changed",
    18: "only administrators can edit the group",
    19: "all members can edit the group",
    20: "only administrators can send to the group",
    21: "all members can send to the group",
    22: "description of the group deleted",
    23: "joined the group by an invitation",
    26: "timer of disappearing messages changed",
    30: "joined the group from its community",
    31: "group added to a community",
    33: "group removed from a community",
    39: "now an administrator",
    42: "only administrators can add members",
    50: "added to the group",
    56: "subject of the group changed",
    61: "group added to a community",
}
# Events that are about the member whom the row names, and not done by that member.
ABOUT_MEMBER: Final = frozenset({2, 3, 7, 15, 23, 30, 39, 50})
ACCOUNT_EVENTS: Final[dict[Any, str]] = {
    1: "missed voice call",
    2: "messages are end-to-end encrypted",
    3: "security code changed",
    4: "missed video call",
    5: "phone number changed",
    6: "phone number changed",
    21: "missed group voice call",
    22: "missed group video call",
    25: "the chat is with an official business account",
    26: "the chat is with a business account",
    29: "the business account changed its name",
    30: "no business account any more",
    34: "contact blocked",
    35: "contact unblocked",
    36: "security code changed",
    38: "the chat is with an official business account",
    40: "group video call started",
    41: "group video call started",
    45: "missed voice call",
    46: "missed video call",
    47: "message kept in the chat",
    56: "added to the contacts",
}
MISSED: Final = frozenset({1, 4, 21, 22, 45, 46})
VIDEO: Final = frozenset({4, 22, 40, 41, 46})
CALLS: Final = MISSED | VIDEO
STATUS: Final[dict[Any, str]] = {1: "sent", 6: "delivered", 8: "read", 9: "not sent"}
