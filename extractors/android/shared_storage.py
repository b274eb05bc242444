"""Where a source has a file of an Android phone's shared storage, by the path that an application recorded.

References:
- Android Developers, "Data and file storage"; Android Open Source Project, storage (data/media, emulated, multi-user)
"""

from __future__ import annotations

import re
from typing import Final

_HOME: Final = re.compile(r"(?P<root>.*?)data/(?:data|user(?:_de)?/(?P<user>\d+))/[^/]+/databases/[^/]+", re.IGNORECASE)
_OWN: Final = re.compile(r"/data/user/0/", re.IGNORECASE)
# The same in an image of the partition that a phone has as "/data".
_PARTITION: Final = re.compile(
    r"(?P<root>(?:.*/)?)(?:data|user(?:_de)?/(?P<user>\d+))/[^/]+/databases/[^/]+", re.IGNORECASE
)
_EMULATED: Final = re.compile(
    r"/(?:storage/emulated|mnt/user/\d+/emulated|data/media)/(?P<user>\d+)/(?P<rest>.+)", re.S
)
_CARD: Final = re.compile(r"/(?:sdcard|storage/(?:sdcard0|self/primary)|mnt/sdcard)/(?P<rest>.+)", re.S)


def place(recorded: str, database: str) -> str | None:
    """The path in the source of a file that was recorded as "/storage/emulated/0/DCIM/a.jpg".

    `database` is the path of the database that names it: what stands before "data/data" there is the phone's root, and
    where it is "data" by itself, the source is the partition that a phone has as "/data".
    None for what is no absolute path.
    """
    path = recorded.replace("\\", "/")
    if not path.startswith("/"):
        return None
    whole = _HOME.fullmatch(database)
    home = whole or _PARTITION.fullmatch(database)
    if found := _EMULATED.fullmatch(path):
        path = f"data/media/{found['user']}/{found['rest']}"
    elif found := _CARD.fullmatch(path):
        path = f"data/media/{(home and home['user']) or 0}/{found['rest']}"
    if found := _OWN.match(path):  # the first user's folders have two names, of which sources use this one
        path = f"data/data/{path[found.end() :]}"
    parts = [part for part in path.split("/") if part not in ("", ".")]
    if ".." in parts:  # it could name any file
        return None
    if home and not whole and parts[:1] == ["data"]:
        del parts[0]
    return (home["root"] if home else "") + "/".join(parts) if parts else None


def file_name(recorded: str) -> str:
    """The last part of a recorded path."""
    return recorded.replace("\\", "/").rstrip("/").rpartition("/")[2]
