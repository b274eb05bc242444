"""The numbers that Samsung's messages application stores for what a message is, and what became of it.

References:
- the application itself: the names that it gives these numbers
"""

from __future__ import annotations

from typing import Any, Final, Literal

Direction = Literal["in", "out"] | None
DIRECTIONS: Final[dict[Any, Direction]] = {100: "in", 101: "out", 102: "out"}  # message_box_type
# message_type: (service, flags)
TYPES: Final[dict[Any, tuple[str, tuple[str, ...]]]] = {
    10: ("SMS", ()),
    11: ("MMS", ("not downloaded",)),
    12: ("MMS", ()),
    13: ("RCS", ()),
    14: ("RCS", ("file",)),
    15: ("RCS", ("system",)),
    16: ("Samsung enhanced messages", ()),
    17: ("Samsung enhanced messages", ("file",)),
    18: ("RCS", ("sticker",)),
    19: ("cell broadcast", ()),
    20: ("cell broadcast", ("emergency",)),
    22: ("RCS", ("location",)),
    23: ("WAP push", ()),
    24: ("RCS", ()),
    25: ("RCS", ("file", "part of a collage")),
}
EVENT: Final = 15  # what the application shows in the thread, and nobody sent
# message_status: (whether it left the phone or reached it, flags)
STATES: Final[dict[Any, tuple[bool, tuple[str, ...]]]] = {
    0: (False, ()),  # none, which events have
    1000: (False, ("draft",)),
    1100: (False, ("queued",)),
    1101: (False, ("sending",)),
    1102: (True, ()),
    1103: (False, ("failed",)),
    1104: (False, ("stored, not sent",)),
    1201: (True, ("not downloaded",)),
    1202: (True, ("not downloaded",)),
    1203: (True, ("not downloaded", "downloading")),
    1204: (True, ("not downloaded", "downloading")),
    1205: (True, ()),
    1206: (True, ("not downloaded", "download failed")),
    1301: (False, ("cancelled",)),
    1302: (True, ("refused",)),
    1303: (True, ("arriving",)),
    1304: (False, ("under way",)),
    1305: (True, ()),
    1306: (True, ("refused",)),
    1307: (False, ("interrupted",)),
    1308: (True, ("not delivered",)),
    1309: (True, ("no file",)),
    1310: (False, ("being cancelled",)),
    1311: (False, ("cancelled, pending",)),
    1312: (False, ("cancelled, pending",)),
    1313: (False, ("waiting",)),
    1314: (True, ("edited",)),
    1401: (False, ("draft",)),
}
# conversation_type, where the conversation is none of two people
CONVERSATIONS: Final[dict[Any, str]] = {
    2: "group chat",
    3: "closed group chat",
    4: "group chat",
    5: "group chat, not accepted yet",
    6: "one to many",
}
