"""Which phone a listing is of: its system, the folder that stands for its root, and what it says of itself.

References:
- Android Open Source Project: build properties, persistent_properties.proto, Settings (multi-user folders, data_mirror)
- Apple: SystemVersion.plist; lockdown's data_ark.plist and /var/db/timezone/localtime as iOS images show them
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import BinaryIO, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from extractors.shortened import shortened
from extractors.sources.base import Entry
from extractors.sources.names import shown
from parsers.plist import read_plist
from parsers.protobuf import Fields

ZONE: Final = "device time zone"
REGION: Final = "device region"  # two letters, for numbers in national form
MOST_READ: Final = 1 << 20  # bytes of one of these files
MOST_ROOTS: Final = 8
_LOCKDOWN: Final = "/".join(
    ("var", "root", "Library", "Lockdown", "")
)  # in one piece it reads as a folder of this machine
# The last segment of a path -> the rest of it below the root, and the system that has such a file there.
_TELLING: Final = {
    "build.prop": (("system/", "system/system/", "vendor/", "product/", ""), "Android"),
    "persistent_properties": (("data/property/",), "Android"),
    "persist.sys.timezone": (("data/property/",), "Android"),
    "packages.xml": (("data/system/",), "Android"),
    "packages.list": (("data/system/",), "Android"),
    "systemversion.plist": (("System/Library/CoreServices/",), "iOS"),
    "data_ark.plist": ((f"private/{_LOCKDOWN}", _LOCKDOWN), "iOS"),
    ".globalpreferences.plist": (
        ("private/var/mobile/Library/Preferences/", "var/mobile/Library/Preferences/"),
        "iOS",
    ),
    "localtime": (("private/var/db/timezone/", "var/db/timezone/"), "iOS"),
    "sms.db": (("private/var/mobile/Library/SMS/", "var/mobile/Library/SMS/"), "iOS"),
    "mmssms.db": (
        (
            "data/data/com.android.providers.telephony/databases/",
            "data/user_de/0/com.android.providers.telephony/databases/",
        ),
        "Android",
    ),
}
_PROPERTIES: Final = {
    "ro.product.manufacturer": "device maker",
    "ro.product.brand": "device maker",
    "ro.product.model": "device model",
    "ro.product.system.model": "device model",
    "ro.product.vendor.model": "device model",
    "ro.build.version.release": "device system",
    "ro.system.build.version.release": "device system",
    "ro.build.fingerprint": "device build",
    "ro.system.build.fingerprint": "device build",
    "ro.build.version.security_patch": "device security patch",
    "ro.serialno": "device serial number",
    "persist.sys.timezone": ZONE,
    "persist.sys.locale": REGION,
    "persist.sys.country": REGION,
    "ro.product.locale.region": REGION,
    "ro.product.locale": REGION,
}
_LOCALE_REGION: Final = re.compile(r"(?:^|[-_])([A-Z]{2})(?![A-Za-z0-9])")
_ZONE_LINK: Final = re.compile(r"zoneinfo/([A-Za-z0-9_+/-]+)$")


class Phone:
    """Sees every entry of a listing, and then reads the few files that tell which phone it is."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], list[Entry]] = {}

    def see(self, entry: Entry) -> None:
        telling = _TELLING.get(entry.path.rpartition("/")[2].lower())
        if telling is None or entry.deleted:
            return
        folders, system = telling
        folder = entry.path[: entry.path.rfind("/") + 1]
        for below in folders:
            root = folder[: len(folder) - len(below)]
            if folder.lower().endswith(below.lower()) and (not root or root.endswith("/")):
                if below or system != "Android" or not root:  # a build.prop by itself tells nothing but at the root
                    self._found.setdefault((system, root), []).append(entry)
                return

    def facts(self, open_entry: Callable[[Entry], BinaryIO]) -> dict[str, str]:
        """What the phone says of itself; with several phones in a source, each under its root."""
        known = {root: facts for (system, root), entries in self._found.items() for facts in [_of(system, root)]}
        told = list(known)[:MOST_ROOTS]
        for (_, root), entries in self._found.items():
            for entry in entries if root in told else ():
                for name, value in _read(entry, open_entry):
                    known[root].setdefault(name, shortened(shown(value.strip()), 300))
        several = len(known) > 1
        more = {"further phones, not shown": str(len(known) - len(told))} if len(known) > len(told) else {}
        named = {f"{root}: {name}" if several else name: text for root in told for name, text in known[root].items()}
        return {**named, **more}


def _of(system: str, root: str) -> dict[str, str]:
    return {"device": system, "device root": root or "/"}


def _read(entry: Entry, open_entry: Callable[[Entry], BinaryIO]) -> Iterator[tuple[str, str]]:
    name = entry.path.rpartition("/")[2].lower()
    if name == "localtime":
        if found := _ZONE_LINK.search(entry.note):
            yield from _zone(found[1], entry.path)
        return
    if name in ("sms.db", "mmssms.db", "packages.xml", "packages.list") or not entry.readable:
        return
    try:
        with open_entry(entry) as stream:
            data = stream.read(MOST_READ)
        yield from _told(name, data, entry.path)
    except Exception as error:  # noqa: BLE001 - told among the facts; the source is read all the same
        words = str(error) if isinstance(error, ValueError) else type(error).__name__
        yield f"device, not read from {entry.path}", words


def _told(name: str, data: bytes, path: str) -> Iterator[tuple[str, str]]:
    if name == "build.prop":
        for line in data.decode("utf-8", "replace").splitlines():
            key, _, value = line.partition("=")
            if (what := _PROPERTIES.get(key.strip())) and value.strip():
                yield from _property(what, value.strip(), path)
    elif name == "persist.sys.timezone":
        yield from _zone(data.decode("utf-8", "replace"), path)
    elif name == "persistent_properties":
        properties, left_out = Fields(data).counted(1)
        if left_out:
            yield f"device, not read from {path}", f"{left_out} of its properties"
        for one in properties:
            if (what := _PROPERTIES.get(one.text(1) or "")) and (value := (one.text(2) or "").strip()):
                yield from _property(what, value, path)
    else:
        yield from _apple(read_plist(data), path)


def _property(what: str, value: str, path: str) -> Iterator[tuple[str, str]]:
    if what == ZONE:
        yield from _zone(value, path)
    elif what == REGION:
        yield from _region(value)
    else:
        yield what, f"Android {value}" if what == "device system" else value


def _region(locale: str) -> Iterator[tuple[str, str]]:
    """The region of a locale: "GB" of "en-GB", "en_GB@calendar=gregorian", "zh-Hans-CN", or by itself."""
    if found := _LOCALE_REGION.findall(locale.partition("@")[0]):
        yield REGION, found[-1]


def _apple(plist: object, path: str) -> Iterator[tuple[str, str]]:
    if not isinstance(plist, dict):
        return
    for key, what in (
        ("ProductVersion", "device system"),
        ("ProductBuildVersion", "device build"),
        ("-DeviceName", "device name"),
        ("-ProductType", "device model"),
        ("-SerialNumber", "device serial number"),
    ):
        if isinstance(value := plist.get(key), str):
            yield what, f"iOS {value}" if what == "device system" else value
    if isinstance(locale := plist.get("AppleLocale"), str):
        yield from _region(locale)
    if isinstance(zone := plist.get("-TimeZone"), str):
        yield from _zone(zone, path)


def _zone(name: str, path: str) -> Iterator[tuple[str, str]]:
    """A zone as the device was set; what is no zone is shown under another name, and never used."""
    name = name.strip().strip("\0")
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        yield "device time zone, not known", name
        return
    yield ZONE, name
    yield f"{ZONE}, read from", path


# A second name that Android or iOS gives to a folder -> the name under which Assay reads it.
_ALIASES: Final = (
    (re.compile(r"(^|/)data_mirror/data_ce/[^/]+/0/"), r"\1data/data/"),
    (re.compile(r"(^|/)data_mirror/data_ce/[^/]+/(\d+)/"), r"\1data/user/\2/"),
    (re.compile(r"(^|/)data_mirror/data_de/[^/]+/(\d+)/"), r"\1data/user_de/\2/"),
    (re.compile(r"(^|/)data/user/0/"), r"\1data/data/"),
    (re.compile(r"(^|/)storage/emulated/(\d+)/"), r"\1data/media/\2/"),
    (re.compile(r"(^|/)(?:sdcard|storage/self/primary|mnt/sdcard)/"), r"\1data/media/0/"),
)


def other_name(path: str) -> str | None:
    """Where the file of this path stands under its first name on an Android phone; None where this is the first."""
    for pattern, replacement in _ALIASES:
        if pattern.search(path):
            return pattern.sub(replacement, path, count=1)
    return None
