"""What an iOS device says of itself: versions, names, numbers, languages, time zone, backups, computers."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any, Final

from evidence_store.records import DeviceFact, Moment, Present, Problem
from extractors.base import EvidenceFile, Found, extractor
from extractors.database import Doubts
from extractors.ios.device_words import TIMES, words_of
from extractors.ios.plists import is_secret, leaves, moment, read_dict, words

MOST_VALUES: Final = 100_000  # of one file that become facts
_RECORDS: Final = b"frpd"
_FIRST, _EACH, _NAME, _MOST = 384, 192, 64, 5  # of iTunesPrefs: where the computers stand
_LARGEST: Final = 1 << 20


@extractor(
    id="ios.device",
    version=2,
    title="Facts about the device",
    files=(
        "**/SystemVersion.plist",
        "**/LastBuildInfo.plist",
        "**/data_ark.plist",
        "**/.GlobalPreferences.plist",
        "**/.GlobalPreferences_m.plist",
        "**/com.apple.lsdidentifiers.plist",
        "**/ControlCenter/ModuleConfiguration.plist",
        "**/SystemConfiguration/preferences.plist",
        "**/Preferences/com.apple.commcenter*.plist",
        "**/Preferences/com.apple.MobileBackup.plist",
        "**/Preferences/com.apple.purplebuddy*.plist",
        "**/Preferences/com.apple.preferences.datetime.plist",
        "**/Preferences/com.apple.timed.plist",
        "**/Preferences/com.apple.timezone.auto.plist",
        "com.apple.commcenter*.plist",
        "com.apple.MobileBackup.plist",
        "com.apple.purplebuddy*.plist",
        "com.apple.preferences.datetime.plist",
        "com.apple.timed.plist",
    ),
    emits=(DeviceFact,),
    privacy="device",
    layouts="property lists of iOS 5 to 18",
    tested_on="iOS 16 images: names, SIMs, identifiers and versions; iOS 16 backup: 16 settings; iOS 16 samples: a "
    "SIM, and the state of backups",
    limits="Every value comes out under its key, those that are known first and with plain words; values whose key may "
    "stand for a password, token or certificate are named and not given. A fact that several files have comes out for "
    "each.",
)
def device(file: EvidenceFile) -> Iterator[Found]:
    """A fact for each value, those known by plain words first; `extra` has its key as the file has it.

    References:
    - the keys as the files themselves name them; Apple's published property lists
    """
    found, problem = read_dict(file)
    if problem is not None:
        yield problem
        return
    given: list[tuple[tuple[str, ...], Any]] = []
    withheld: list[str] = []
    values = leaves(found)
    for path, value in islice(values, MOST_VALUES):
        if not isinstance(value, bool) and any(is_secret(part) for part in path):
            withheld.append("/".join(path))
        else:
            given.append((path, value))
    beyond = sum(1 for _ in values)
    yield Present(len(given) + beyond)
    doubts = Doubts()
    for path, value in sorted(given, key=lambda one: words_of(one[0]) == "/".join(one[0])):
        key = "/".join(path)
        doubts.locator = f"key={key}"
        yield DeviceFact(
            locator=doubts.locator,
            moments=_moments(path, value, doubts),
            extra=(("key", key),),
            name=words_of(path),
            value=words(value),
        )
        yield from doubts.drain()
    if withheld:
        keys = ", ".join(withheld)
        yield Problem("note", "withheld", f"{len(withheld)} values may be secrets and are not given: {keys}")
    if beyond:
        yield Problem("file", "too-many", f"{beyond:,} values beyond the first {MOST_VALUES:,} are not given")


def _moments(path: tuple[str, ...], value: Any, doubts: Doubts) -> tuple[Moment, ...]:
    """The dates of a value, and the numbers that are known to be times."""
    name = words_of(path)
    values = value if isinstance(value, list) else [value]
    unit = TIMES.get(path[-1]) if path else None
    found = [moment(name, one) for one in values]
    if unit is not None:
        found += [doubts.moment(name, one, unit, path[-1]) for one in values if isinstance(one, int | float)]
    return tuple(one for one in found if one is not None)


@extractor(
    id="ios.computers",
    version=2,
    title="Computers that the device was synced with",
    files=("**/iTunes_Control/iTunes/iTunesPrefs", "iTunesPrefs", "**/iTunes_Control/iTunes/iTunesPrefs.plist"),
    emits=(DeviceFact,),
    privacy="device",
    layouts="iTunesPrefs (frpd), also inside iTunesPrefs.plist",
    tested_on="iOS 16 image: 2 computers",
    limits="When a computer was connected is not recorded there.",
)
def computers(file: EvidenceFile) -> Iterator[Found]:
    """A fact for each record: the name of the user and of the computer, 64 bytes each, from byte 384 on.

    References:
    - the layout as files of several devices show it
    """
    with file.open() as stream:
        data = stream.read(_LARGEST + 1)
    if not data.startswith(_RECORDS):
        if not file.path.lower().endswith(".plist"):
            yield Problem("schema", "unknown-layout", "does not begin with frpd")
            return
        found, problem = read_dict(file)
        inner = found.get("iPodPrefs")
        if problem is not None or not isinstance(inner, bytes):
            yield problem or Problem("schema", "unknown-layout", "no value iPodPrefs")
            return
        data = inner
    for number in range(_MOST):
        start = _FIRST + number * _EACH
        user, computer = _name(data, start), _name(data, start + _NAME)
        if user or computer:
            yield Present(1)
            yield DeviceFact(
                locator=f"byte {start}+{_EACH}",
                extra=(("user name on the computer", user),) if user else (),
                name="computer that the device was synced with",
                value=computer or user,
            )
    end = _FIRST + _MOST * _EACH
    if len(data) > _LARGEST or data[end:].strip(b"\0"):
        words = f"what stands behind the {_MOST} computers that are looked for, from byte {end:,} on, is not read"
        yield Problem("file", "too-many", words)


def _name(data: bytes, start: int) -> str:
    return data[start : start + _NAME].split(b"\0")[0].decode("utf-8", "backslashreplace")
