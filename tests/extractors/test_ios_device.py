"""Facts about the device, and the computers that it was synced with."""

from __future__ import annotations

import plistlib
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from evidence_store.records import DeviceFact, Moment, Present, Problem
from extractors.ios.device import computers, device
from tests.evidence_builders.files import MemoryFile
from tests.evidence_builders.ios_stores import plist
from tests.extractors.truths.ios import TRUTHS

PATH = "private/var/wireless/Library/Preferences/com.apple.commcenter.plist"
DAY = datetime(2026, 3, 1, 9, 30)


def fact(key: str, name: str, value: str, *moments: Moment) -> DeviceFact:
    return DeviceFact(locator=f"key={key}", moments=moments, extra=(("key", key),), name=name, value=value)


def test_each_value_is_a_fact_and_what_may_be_a_secret_is_only_named() -> None:
    wallet = {"89440000": {"info": {"mdn": "+447700900101", "ts": 1772357400}, "authToken": "never given"}}
    found = list(
        device(
            plist(
                PATH,
                {
                    "Odd": 3,
                    "PersonalWallet": wallet,
                    "kPushToken": b"never given",
                    "KeyBagIsUnlocked": True,
                    "imeis": [{"first": "1:kOne", "second": "359669602382763"}],
                    "AppleLanguages": ["en-GB", "cy"],
                    "AccountCreationTimestamp": 794050200.5,
                    "RestoreInfo": {"RestoreDate": DAY},
                    "Empty": {},
                    "Data": b"\x01\x02",
                },
            )
        )
    )
    sim = "PersonalWallet/89440000/info"
    created, restored = "account of the subscription created", "device restored from a backup"
    assert found == [
        Present(11),
        fact(f"{sim}/mdn", "phone number of a SIM", "+447700900101"),
        fact("imeis/0/second", "IMEI", "359669602382763"),
        fact("AppleLanguages", "languages", "en-GB, cy"),
        fact(
            "AccountCreationTimestamp",
            created,
            "794050200.5",
            Moment(created, 1_772_357_400_500_000, "794050200.5", "A"),
        ),
        fact(
            "RestoreInfo/RestoreDate",
            restored,
            "2026-03-01T09:30:00Z",
            Moment(restored, 1_772_357_400_000_000, "2026-03-01T09:30:00Z", "A"),
        ),
        fact("Odd", "Odd", "3"),
        fact(f"{sim}/ts", f"{sim}/ts", "1772357400", Moment(f"{sim}/ts", 1_772_357_400_000_000, "1772357400", "A")),
        fact("KeyBagIsUnlocked", "KeyBagIsUnlocked", "true"),
        fact("imeis/0/first", "imeis/0/first", "1:kOne"),
        fact("Empty", "Empty", ""),
        fact("Data", "Data", "hex:0102"),
        Problem(
            "note",
            "withheld",
            "2 values may be secrets and are not given: PersonalWallet/89440000/authToken, kPushToken",
        ),
    ]
    assert "never given" not in repr(found)


@pytest.mark.parametrize(("most", "facts", "told"), [(4, 4, False), (3, 3, True), (2, 2, True)])
def test_values_beyond_the_bound_are_counted_and_told(
    most: int, facts: int, told: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.modules["extractors.ios.device"], "MOST_VALUES", most)
    found = list(device(plist(PATH, {"One": 1, "Two": [{"a": 2}, {"b": 3}], "Zero": 0})))
    assert found[0] == Present(4)
    assert sum(isinstance(one, DeviceFact) for one in found) == facts
    words = f"{4 - most} values beyond the first {most} are not given"
    assert found[1 + facts :] == ([Problem("file", "too-many", words)] if told else [])


def real(corpus: Path, part: str) -> list[Any]:
    truth = next(one for one in TRUTHS if part in one.path and one.extractor == "ios.device")
    return list(device(truth.file(corpus)))


def test_the_facts_of_real_phones(corpus: Path) -> None:
    ark = real(corpus, "deviceName.deviceName.belka")
    assert fact("-DeviceName", "device name", "iPhone") in ark
    assert fact("-TimeZone", "time zone", "America/Chicago") in ark
    computer = "com.apple.iTunes.backup-LastBackupComputerName"
    assert fact(computer, "name of the computer of the last backup", "DESKTOP-0CBP2ID") in ark
    identifiers = real(corpus, "advertisingID")
    key = "LSAdvertiserIdentifier"
    assert fact(key, "advertising identifier", "A07BF489-9C5A-4915-9999-438B0A93D291") in identifiers
    sims = real(corpus, "device_specific_nobackup")
    assert fact("imeis/0/second", "IMEI", "359669602382763") in sims
    # The 36 rows of the other tool are the keys at the top: two of them are only named here.
    tops = {one.locator.removeprefix("key=").split("/")[0] for one in sims if isinstance(one, DeviceFact)}
    named = next(one.detail for one in sims if isinstance(one, Problem)).split(": ")[1].split(", ")
    assert len(tops | {key.split("/")[0] for key in named}) == 36


def prefs(*names: tuple[str, str]) -> bytes:
    data = b"frpd" + bytes(380)
    for user, computer in names:
        data += user.encode().ljust(64, b"\0") + computer.encode().ljust(64, b"\0") + bytes(64)
    return data.ljust(1232, b"\0")


COMPUTER = DeviceFact(
    locator="byte 384+192",
    extra=(("user name on the computer", "ann"),),
    name="computer that the device was synced with",
    value="ANNS-PC",
)


def test_the_computers_come_out() -> None:
    path = "private/var/mobile/Media/iTunes_Control/iTunes/iTunesPrefs"
    data = prefs(("ann", "ANNS-PC"), ("", ""), ("", "Büro"))
    other = DeviceFact(locator="byte 768+192", name="computer that the device was synced with", value="Büro")
    assert list(computers(MemoryFile(path, data))) == [Present(1), COMPUTER, Present(1), other]
    assert list(computers(plist(f"{path}.plist", {"iPodPrefs": prefs(("ann", "ANNS-PC"))}))) == [Present(1), COMPUTER]


def test_what_stands_behind_the_computers_is_told() -> None:
    words = "what stands behind the 5 computers that are looked for, from byte 1,344 on, is not read"
    one = prefs(("ann", "ANNS-PC")).ljust(1344, b"\0")
    for more in (prefs(("ben", "BENS-PC"))[384:], bytes(1 << 20)):
        found = [Present(1), COMPUTER, Problem("file", "too-many", words)]
        assert list(computers(MemoryFile("iTunesPrefs", one + more))) == found
        assert list(computers(MemoryFile("iTunesPrefs", one + bytes(len(more) % 4096)))) == found[:2]


@pytest.mark.parametrize(
    ("one", "path", "data", "expected"),
    [
        (device, PATH, b"", Problem("file", "damaged-plist", "an empty property list")),
        (computers, "iTunesPrefs", b"", Problem("schema", "unknown-layout", "does not begin with frpd")),
        (computers, "iTunesPrefs.plist", b"", Problem("file", "damaged-plist", "an empty property list")),
        (computers, "iTunesPrefs.plist", plistlib.dumps({}), Problem("schema", "unknown-layout", "no value iPodPrefs")),
    ],
)
def test_what_is_none_is_one_clear_problem(one: Any, path: str, data: bytes, expected: Problem) -> None:
    assert list(one(MemoryFile(path, data))) == [expected]
