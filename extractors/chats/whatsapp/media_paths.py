"""Where a source has the files that WhatsApp on Android names in its database.

Only relative paths are recorded ("Media/WhatsApp Images/IMG-20230101-WA0001.jpg"). They begin at the application's
folder of the shared storage: "WhatsApp" until 2021, "Android/media/com.whatsapp/WhatsApp" since, where the phone was
moved to it. Which of both a phone has does not stand in the database.

References:
- Android Developers, "Data and file storage" (shared storage, users)
- WhatsApp Help Centre, where media are stored on Android
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

_HOME: Final = re.compile(
    r"(?P<root>.*?)(?P<home>data/(?:data|user/(?P<user>\d+))/(?P<package>com\.whatsapp(?:\.w4b)?))/", re.IGNORECASE
)
# The same in an image of the partition that a phone has as "/data".
_PARTITION: Final = re.compile(
    r"(?P<root>(?:.*/)?)(?P<home>(?:data|user/(?P<user>\d+))/(?P<package>com\.whatsapp(?:\.w4b)?))/databases/",
    re.IGNORECASE,
)
_SHARED: Final = re.compile(r"(?P<base>(?:.*?/)?WhatsApp(?: Business)?)/(?:Databases|Backups)/", re.IGNORECASE)
_STORAGE: Final = re.compile(r"/(?:storage/emulated|mnt/user/\d+/emulated|data/media)/(?P<user>\d+)/(?P<rest>.+)")
_CARD: Final = re.compile(r"/(?:sdcard|storage/sdcard0|mnt/sdcard)/(?P<rest>.+)")
_PRIVATE: Final = re.compile(r"/data/(?:data|user/\d+)/com\.whatsapp(?:\.w4b)?/(?P<rest>.+)")
NOTE: Final = (
    "recorded paths of media are relative; they are looked for below {}, and the database does not say whether that is "
    "the folder this phone uses"
)


@dataclass(slots=True)
class MediaPaths:
    """Where recorded paths of one database lead to. `sure` tells whether the folder follows from the database's own.

    `root` is the beginning of the paths that the phone has below "/", `data` of those below "/data/".
    """

    root: str
    data: str
    home: str
    user: str
    base: str
    sure: bool

    def place(self, recorded: str) -> str | None:
        """The path in the source; None for what names no file (an address of Android, or nothing)."""
        path = recorded.replace("\\", "/").strip()
        if not path or "://" in path:
            return None
        found = self._absolute(path) if path.startswith("/") else f"{self.base}/{path}"
        parts = [part for part in found.split("/") if part not in ("", ".", "..")]
        return "/".join(parts) or None

    def _absolute(self, path: str) -> str:
        if match := _STORAGE.fullmatch(path):
            return f"{self.data}media/{match['user']}/{match['rest']}"
        if match := _CARD.fullmatch(path):
            return f"{self.data}media/{self.user}/{match['rest']}"
        if match := _PRIVATE.fullmatch(path):
            return f"{self.home}/{match['rest']}"
        if path.startswith("/data/"):
            return f"{self.data}{path[6:]}"
        return f"{self.root}{path[1:]}"


def media_paths(database: str, business: bool, early: bool) -> MediaPaths:
    """By the path of the database; `early` where its layout is from before the folder moved."""
    app = "WhatsApp Business" if business else "WhatsApp"
    package = "com.whatsapp.w4b" if business else "com.whatsapp"
    match = _HOME.match(database)
    whole = match is not None
    match = match or _PARTITION.match(database)
    if match is None and (shared := _SHARED.match(database)):
        base = shared["base"]
        root = re.split(r"data/media/\d+/|(?:^|/)(?:sdcard|storage/emulated/\d+)/", base, maxsplit=1)[0]
        root = f"{root.rstrip('/')}/" if root and root != base else ""
        return MediaPaths(root, f"{root}data/", f"{root}data/data/{package}", "0", base, sure=True)
    root = match["root"] if match else ""
    user = (match["user"] if match else None) or "0"
    home = f"{root}{match['home']}" if match else f"data/data/{package}"
    folder = app if early else f"Android/media/{package}/{app}"
    data = f"{root}data/" if whole or match is None else root
    return MediaPaths(root, data, home, user, f"{data}media/{user}/{folder}", sure=False)


@lru_cache(maxsize=4096)
def file_name(recorded: str) -> str:
    """The last part of a recorded path."""
    return recorded.replace("\\", "/").rstrip("/").rpartition("/")[2]
