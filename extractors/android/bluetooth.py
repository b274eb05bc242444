"""Bluetooth devices that Android has stored, and its own name and address. Never a key."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from evidence_store.records import DeviceFact, Moment, Network, Present, Problem
from extractors.android.bluetooth_xml import Section, xml_sections
from extractors.android.text_file import read_text
from extractors.android.xml_file import Extra, moments
from extractors.base import EvidenceFile, Found, extractor
from extractors.database import Doubts
from parsers.times import from_local

_SECTION: Final = re.compile(r"\s*\[(.+)\]\s*")
_SETTING: Final = re.compile(r"\s*([A-Za-z0-9_-]+)\s*=(.*)")
_ROOT: Final = b"<Bluedroid"  # of bt_config.xml
_ADDRESS: Final = re.compile(r"(?:[0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}")
# The names of values that are read: of everything else, keys among it, nothing is.
_DEVICE: Final = (
    *("Aliase", "DevClass", "DevType", "AddrType", "LinkKeyType", "PinLength", "Manufacturer", "LmpVer"),
    *("LmpSubVer", "VendorIdSource", "VendorId", "ProductId", "Service", "RestrictedDevice", "BrEdrCounter"),
)
_KEYS: Final = ("linkkey", "le_key_penc", "le_key_pid", "le_key_lenc")
_OWN: Final = (("Name", "Bluetooth name"), ("Address", "Bluetooth address"))


@extractor(
    id="android.bluetooth",
    version=3,
    title="Android: stored Bluetooth devices",
    files=(
        "**/bt_config.conf",
        "**/bt_config.bak",
        "**/bt_config.xml",
        "**/bluedroid/bt_config.old",
        "**/bluedroid/bt_config.new",
    ),
    emits=(Network, DeviceFact),
    privacy="device",
    layouts="bt_config.xml of Android 4.2 to 5, bt_config.conf of Android 6 to 15",
    tested_on="documented schema, no device data",
    limits="The time stamp of a device is when the system last wrote of it, which is not always at a connection. "
    "Keys are not read: that one is stored is said as 'paired'. Devices without one were seen, and need not have been "
    "connected.",
)
def bluetooth(file: EvidenceFile) -> Iterator[Found]:
    """A record for each section that is named by an address, and facts of the device's own adapter.

    "Timestamp" is seconds. "TimeCreated" is local time, of the zone that the device was then set to.

    References:
    - Android Open Source Project: packages/modules/Bluetooth, btif_config and btif_storage (names of the settings)
    """
    doubts = Doubts()
    rows = 0
    seen_section = False
    problems: list[Problem] = []
    if file.head.lstrip()[:1] != b"<":
        sections = _sections(file, problems)
    elif file.path.lower().endswith(".xml") and _ROOT not in file.head:
        return  # other programs have files of this name
    else:
        sections = xml_sections(file, problems)
    for where, name, settings in sections:
        seen_section = True
        doubts.locator = where
        if _ADDRESS.fullmatch(name):
            rows += 1
            yield _device(name, settings, doubts)
        elif name.lower() == "adapter":
            for key, fact in _OWN:
                if value := settings.get(key.lower()):
                    yield DeviceFact(locator=f"{where} {key}", name=fact, value=value)
        elif name.lower() == "info" and (created := settings.get("timecreated")):
            since = _local(created, file)
            fact = "Bluetooth settings stored since"
            yield DeviceFact(locator=f"{where} TimeCreated", moments=(since,), name=fact, value=created)
        yield from doubts.drain()
    if not seen_section and not problems and file.size:
        yield Problem("schema", "unknown-layout", "not in the form of bt_config.conf: no section")
    yield from problems
    if rows:
        yield Present(rows)


def _sections(file: EvidenceFile, problems: list[Problem]) -> Iterator[Section]:
    """("line 12", the section's name, its settings by their name in small letters)."""
    text, problem = read_text(file)
    if problem is not None:
        problems.append(problem)
    where, name = "", ""
    settings: dict[str, str] = {}
    for number, line in enumerate(text.split("\n"), 1):
        if found := _SECTION.fullmatch(line):
            if where:
                yield where, name, settings
            where, name, settings = f"line {number}", found[1], {}
        elif found := _SETTING.fullmatch(line):
            settings[found[1].lower()] = found[2].strip()
    if where:
        yield where, name, settings


def _device(address: str, settings: dict[str, str], doubts: Doubts) -> Network:
    extra: Extra = tuple((name, value) for name in _DEVICE if (value := settings.get(name.lower())))
    return Network(
        locator=doubts.locator,
        moments=moments((("recorded", settings.get("timestamp"), "Timestamp"),), doubts, "s"),
        flags=("paired",) if any(settings.get(key) for key in _KEYS) else (),
        extra=extra,
        technology="Bluetooth",
        name=settings.get("name") or settings.get("aliase"),
        address=address,
    )


def _local(stored: str, file: EvidenceFile) -> Moment:
    try:
        local = datetime.strptime(stored, "%Y-%m-%d %H:%M:%S")  # noqa: DTZ007 - local time, as stored
    except ValueError:
        return Moment("stored since", None, stored, "C", "", "not a time in the form 2026-10-25 00:30:00")
    utc_us, note = from_local(local, file.zone)
    return Moment("stored since", utc_us, stored, "C", f"{file.zone}, {file.zone_by}" if file.zone else "", note)
