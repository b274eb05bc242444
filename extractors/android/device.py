"""What an Android device says of itself: properties, settings, users, SIM cards."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

from evidence_store.records import DeviceFact, Present, Problem
from extractors.android.device_facts import fact
from extractors.android.device_settings import device_user, settings_database, settings_xml, sim_cards
from extractors.android.protobuf_file import read_fields
from extractors.android.text_file import read_text
from extractors.base import EvidenceFile, Found, extractor
from extractors.database import Doubts
from extractors.matching import without_copy_mark
from extractors.shortened import shortened

_PRINTED: Final = re.compile(r"\[([^\]]+)\]: \[(.*)", re.DOTALL)
_ASSIGNED: Final = re.compile(r"\s*([A-Za-z0-9_.:@*+/-]+)\s*=(.*)")
_SETTING: Final = re.compile(r"([^\s=]+)=(.*)")  # an application may name its settings as it likes
_MOST_LINES: Final = 1000  # that one property may have


@extractor(
    id="android.device",
    version=3,
    title="Android: properties, settings, users and SIM cards of the device",
    files=(
        *("**/build.prop", "**/default.prop", "**/prop.default", "**/getprop.txt", "**/property/persistent_properties"),
        *("**/property/persist.*", "**/settings_global.xml", "**/settings_secure.xml", "**/settings_system.xml"),
        *("**/settings_global.txt", "**/settings_secure.txt", "**/settings_system.txt", "**/settings.db"),
        *("**/telephony.db", "**/system/users/*.xml"),
    ),
    emits=(DeviceFact,),
    privacy="device",
    layouts="build.prop and its like, persistent_properties (protocol buffer and single files), settings_*.xml (text "
    "and binary), settings.db, telephony.db, users/*.xml; getprop.txt and settings_*.txt of acquisitions",
    tested_on="getprop.txt of two acquisitions: 10 and 13 properties; the device's own files built to the published "
    "layout",
    limits="Values whose name speaks of a password, key or token are not read. Settings of applications are not read. "
    "A setting is what is stored, and some are stored without having an effect.",
)
def device(file: EvidenceFile) -> Iterator[Found]:
    """A fact for each property, setting, user and SIM card.

    References:
    - Android Open Source Project: build properties, system/core/init/persistent_properties.proto, SettingsState,
      SettingsProvider's DatabaseHelper, TelephonyProvider (siminfo), UserManagerService
    """
    name = without_copy_mark(file.path).rpartition("/")[2].lower()
    folder = file.path.rpartition("/")[0].lower()
    if folder.endswith("system/users"):
        if name.partition(".")[0].isdigit():
            yield from device_user(file)
    elif name.startswith("persist."):
        yield from _single_property(file)
    else:
        yield from _READERS[name](file)


def _assigned(file: EvidenceFile) -> Iterator[Found]:
    """Lines of "name=value"; in properties comments and the import of other files are passed over."""
    doubts = Doubts()
    rows = 0
    settings = file.path.rpartition("/")[2].lower().startswith("settings_")
    form = _SETTING if settings else _ASSIGNED
    whole, problem = read_text(file)
    for number, line in enumerate(whole.split("\n"), 1):
        text = line.strip()
        if not text or (not settings and text.startswith(("#", "import "))):
            continue
        rows += 1
        if found := form.fullmatch(line):
            yield fact(f"line {number}", found[1], found[2].strip(), doubts)
        else:
            yield Problem(
                "row", "not-a-property", f"not in the form name=value: {shortened(text, 200)}", f"line {number}"
            )
        yield from doubts.drain()
    if problem is not None:
        yield problem
    if rows:
        yield Present(rows)


def _printed(file: EvidenceFile) -> Iterator[Found]:
    """What `getprop` prints: "[name]: [value]", a value may have several lines."""
    doubts = Doubts()
    rows = 0
    whole, problem = read_text(file)
    lines = whole.splitlines()
    at = 0
    while at < len(lines):
        number, line = at + 1, lines[at]
        at += 1
        if not line.strip():
            continue
        rows += 1
        found = _PRINTED.fullmatch(line)
        if found is None:
            yield Problem(
                "row", "not-a-property", f"not in the form [name]: [value]: {shortened(line, 200)}", f"line {number}"
            )
            continue
        value = [found[2]]
        while not value[-1].endswith("]") and at < len(lines) and len(value) < _MOST_LINES:
            if _PRINTED.fullmatch(lines[at]):  # the value was cut off, and here is another property
                break
            value.append(lines[at])
            at += 1
        yield fact(f"line {number}", found[1], "\n".join(value).removesuffix("]"), doubts)
        yield from doubts.drain()
    if problem is not None:
        yield problem
    if rows:
        yield Present(rows)


def _single_property(file: EvidenceFile) -> Iterator[Found]:
    """A file for each property, named by it, up to Android 8."""
    doubts = Doubts()
    whole, problem = read_text(file)
    yield Present(1)
    yield fact("whole file", file.path.rpartition("/")[2], whole.strip("\0\n"), doubts)
    yield from doubts.drain()
    if problem is not None:
        yield problem


def _persistent(file: EvidenceFile) -> Iterator[Found]:
    """persistent_properties: a protocol buffer of names and values, since Android 9."""
    doubts = Doubts()
    rows = 0
    fields, problem = read_fields(file)
    for field in fields:
        if field.number != 1 or not isinstance(field.value, bytes):
            continue
        where = f"properties:index={rows}"
        rows += 1
        if (record := field.message()) is None:
            yield Problem("row", "damaged-row", "what stands here is no property", where)
            continue
        yield fact(where, record.text(1) or "", record.text(2) or "", doubts)
        yield from doubts.drain()
    if problem is not None:
        yield problem
    if rows:
        yield Present(rows)


_READERS: Final[dict[str, Callable[[EvidenceFile], Iterator[Found]]]] = {
    **dict.fromkeys(("build.prop", "default.prop", "prop.default"), _assigned),
    **dict.fromkeys(("settings_global.txt", "settings_secure.txt", "settings_system.txt"), _assigned),
    **dict.fromkeys(("settings_global.xml", "settings_secure.xml", "settings_system.xml"), settings_xml),
    "getprop.txt": _printed,
    "persistent_properties": _persistent,
    "settings.db": settings_database,
    "telephony.db": sim_cards,
}
