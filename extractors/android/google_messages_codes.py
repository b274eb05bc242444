"""The numbers that Google Messages stores for what a message is, and what became of it.

References:
- Android Open Source Project: com.android.messaging, MessageData (the application that Google Messages grew out of)
- Google Messages itself: the names that it gives these numbers (message status, archive status, type of reaction)
"""

from __future__ import annotations

from typing import Any, Final, Literal

Direction = Literal["in", "out"] | None
# message_protocol: service
PROTOCOLS: Final[dict[Any, str]] = {0: "SMS", 1: "MMS", 2: "MMS", 3: "RCS"}
PUSH: Final = 2  # the network offers a picture message that was not fetched
OUTGOING_FROM, INCOMING_FROM, SYSTEM_FROM, SYSTEM_TO = 1, 100, 200, 300
# message_status of an outgoing message: (whether it left the phone, flags)
OUTGOING: Final[dict[Any, tuple[bool, tuple[str, ...]]]] = {
    1: (True, ()),
    2: (True, ("delivered",)),
    3: (False, ("draft",)),
    4: (False, ("queued",)),
    5: (False, ("sending",)),
    6: (False, ("sending again",)),
    7: (False, ("waiting to be sent again",)),
    8: (False, ("failed",)),
    9: (False, ("failed", "emergency number")),
    10: (False, ("to be sent after processing",)),
    11: (True, ("displayed",)),
    12: (False, ("cancelled",)),
    13: (False, ("failed", "too large")),
    14: (True, ("not delivered yet",)),
    15: (True, ("revocation pending",)),
    16: (False, ("scheduled",)),
    17: (False, ("failed", "recipient without RCS")),
    18: (False, ("failed",)),
    19: (True, ("not decrypted by the recipient",)),
    20: (False, ("validating",)),
    21: (False, ("failed", "recipient without encryption")),
    22: (True, ("not decrypted by the recipient",)),
    23: (True, ("deleted by sender",)),
    24: (True, ("refused by the recipient",)),
}
INCOMING: Final[dict[Any, tuple[str, ...]]] = {
    100: (),
    101: ("not downloaded",),
    102: ("not downloaded", "downloading"),
    103: ("not downloaded", "downloading"),
    104: ("not downloaded", "downloading"),
    105: ("not downloaded", "downloading"),
    106: ("not downloaded", "download failed"),
    107: ("not downloaded", "expired or not available"),
    108: ("delivered",),
    109: ("displayed",),
    110: ("not downloaded", "download cancelled"),
    111: ("not downloaded", "too large"),
    112: ("not downloaded", "download failed"),
    113: ("not decrypted",),
    114: ("not decrypted",),
    115: ("not downloaded",),
    116: ("unknown type of content",),
    117: ("deleted by sender",),
}
SYSTEM: Final[dict[Any, str]] = {
    200: "a participant joined",
    201: "a participant left",
    202: "this phone's account left",
    203: "RCS group set up",
    204: "MMS group set up",
    205: "SMS to several recipients set up",
    206: "SMS conversation set up",
    207: "RCS conversation set up",
    208: "changed to group MMS",
    209: "changed to SMS to several recipients",
    210: "link previews offered",
    211: "group renamed on this phone",
    212: "verified SMS applies",
    214: "changed to SMS or MMS",
    215: "changed to RCS",
    216: "changed to encrypted RCS",
    217: "group renamed for everyone",
    218: "name of the group removed for everyone",
    219: "changed to encrypted RCS",
    220: "this phone's account was removed from the group",
    221: "a participant was removed from the group",
    225: "a participant joined the encrypted group",
    226: "a participant joined the encrypted group",
    227: "a participant left the encrypted group",
    228: "this phone's account left the encrypted group",
    229: "encrypted group set up",
    230: "this phone's account was removed from the encrypted group",
    231: "a participant was removed from the encrypted group",
    233: "group changed from RCS to end-to-end encryption",
    234: "group changed from end-to-end encryption to RCS",
    235: "changed from SMS or MMS to end-to-end encryption",
    236: "changed from end-to-end encryption to SMS or MMS",
    237: "changed from RCS to end-to-end encryption",
    238: "changed from end-to-end encryption to RCS",
    246: "end of a satellite emergency conversation: help still needed",
    247: "end of a satellite emergency conversation: help no longer needed",
    248: "end of a satellite emergency conversation not reported: help still needed",
    249: "end of a satellite emergency conversation not reported: help no longer needed",
    250: "satellite emergency conversation ended unexpectedly",
    255: "request to a business to stop its messages sent",
    256: "request to a business for its messages sent",
    257: "messages of a business stopped",
    258: "messages of a business started",
    259: "the phone's own active identity changed",
    260: "picture of the group changed for everyone",
    261: "picture of the group removed for everyone",
    262: "request to a business to stop its messages failed",
    263: "request to a business for its messages failed",
}
ARCHIVE: Final[dict[Any, str]] = {
    1: "archived",
    2: "archived",
    3: "spam folder",
    4: "blocked folder",
    5: "folder for messages from other countries",
}
# The type of a reaction, for one that is stored without its emoji.
REACTIONS: Final[dict[Any, str]] = {
    1: "like",
    2: "love",
    3: "laugh",
    4: "surprised",
    5: "sad",
    6: "angry",
    7: "dislike",
    8: "custom",
    9: "questioning",
    10: "crying face",
    11: "pouting face",
    12: "red heart",
    13: "emotify",
}


def direction_of(status: Any) -> Direction:
    """Which way a message went, by its status; None for an event, and where the number says neither."""
    if type(status) is not int:
        return None
    if OUTGOING_FROM <= status < INCOMING_FROM:
        return "out"
    return "in" if INCOMING_FROM <= status < SYSTEM_FROM else None


def is_event(status: Any) -> bool:
    """Whether the row is no message, but something that the application shows in the thread."""
    return type(status) is int and SYSTEM_FROM <= status < SYSTEM_TO
