"""WhatsApp's identifiers ("447700900101@s.whatsapp.net"), as both systems write them."""

from __future__ import annotations

from functools import lru_cache
from typing import Final, Literal

from evidence_store.records import Party

SERVICE: Final = "WhatsApp"
STATUS: Final = "status@broadcast"
Sort = Literal["person", "group", "broadcast list", "status", "channel", "unknown"]
_SORTS: Final[dict[str, Sort]] = {
    "s.whatsapp.net": "person",
    "c.us": "person",
    "lid": "person",
    "bot": "person",
    "hosted": "person",
    "hosted.lid": "person",
    "g.us": "group",
    "broadcast": "broadcast list",
    "status": "status",
    "lid.status": "status",
    "newsletter": "channel",
}


@lru_cache(maxsize=8192)
def sort_of(jid: str) -> Sort:
    """What an identifier stands for, by the server behind its "@"."""
    return "status" if jid == STATUS else _SORTS.get(jid.rpartition("@")[2].lower(), "unknown")


@lru_cache(maxsize=8192)
def party(jid: str, name: str | None = None) -> Party:
    """Somebody by the identifier as recorded: a number, a privacy id ("…@lid"), or whatever else stands there."""
    return Party(jid, "whatsapp", name or None)


@lru_cache(maxsize=8192)
def number_of(jid: str) -> str:
    """What stands before the "@", without the number of a linked device: how a person is named in a sentence."""
    user, at, server = jid.partition("@")
    user = user.partition(":")[0].partition(".")[0]
    return f"+{user}" if at and server in ("s.whatsapp.net", "c.us") and user.isdigit() else jid


def is_business(path: str) -> bool:
    """Whether a path belongs to the application for businesses, on either system."""
    return any(word in path.lower() for word in ("com.whatsapp.w4b", "whatsapp business/", "whatsappsmb."))
