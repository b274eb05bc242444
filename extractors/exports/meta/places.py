"""Whose export a file is of, and where in the source the files lie that it names."""

from __future__ import annotations

import re
from typing import Final

from extractors.exports.json_values import place_below

FACEBOOK, INSTAGRAM, UNKNOWN = "Facebook Messenger", "Instagram", "Facebook Messenger or Instagram"
_IN_PATH: Final = re.compile(r"(?<![a-z])(?:(instagram)|facebook|messenger)", re.IGNORECASE)
_INSTAGRAM: Final = re.compile(rb"your_instagram_activity|instagram\.com|Instagram User")
_FACEBOOK: Final = re.compile(
    rb'your_facebook_activity|your_activity_across_facebook|stickers_used|facebook\.com|Facebook user|"thread_type"|'
    rb'"sender_id_INTERNAL"|"threadName"'
)


def service_of(path: str, head: bytes) -> str:
    """By the names of folders that the export has, the innermost first; else by what the file says; else UNKNOWN.

    Folders below "messages" are named for people.
    """
    above = re.split(r"(?:^|/)messages/", path, maxsplit=1)[0]
    if found := list(_IN_PATH.finditer(above)):
        return INSTAGRAM if found[-1][1] else FACEBOOK
    instagram, facebook = _INSTAGRAM.search(head), _FACEBOOK.search(head)
    if bool(instagram) == bool(facebook):
        return UNKNOWN
    return INSTAGRAM if instagram else FACEBOOK


def place_of(path: str, recorded: str) -> str | None:
    """Where a recorded path leads to, seen from the file at `path`: exports name files from their own top folder.

    A folder of a conversation that was handed over alone has them beside the file. None for an address of the web.
    """
    parts = [part for part in recorded.replace("\\", "/").split("/") if part not in ("", ".", "..")]
    folders = path.split("/")[:-1]
    if recorded.startswith("./") and folders and folders[-1].lower() == "messages":
        return place_below("/".join(folders[:-1]), recorded)  # encrypted chats: "media" stands beside "messages"
    if parts and parts[0] in folders:
        at = len(folders) - 1 - folders[::-1].index(parts[0])
        return place_below("/".join(folders[:at]), recorded)
    if folders and folders[-1] in parts[:-1]:
        return place_below("/".join(folders), "/".join(parts[parts.index(folders[-1]) + 1 :]))
    return place_below("/".join(folders), recorded)
