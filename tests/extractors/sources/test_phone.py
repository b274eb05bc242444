"""The phone says what it is, whatever the tool called its top folder."""

from __future__ import annotations

import io
import plistlib

import pytest

from extractors.sources.base import Entry
from extractors.sources.phone import Phone, other_name

LOCKDOWN = "/".join(("private", "var", "root", "Library", "Lockdown", "data_ark.plist"))
PROPERTIES = (
    "# made up\nro.product.manufacturer=Specimen\nro.product.model=Specimen One\nro.build.version.release=13\n"
    "ro.build.fingerprint=specimen/one/13\n"
)
STORED = b"\x0a\x25\x0a\x14persist.sys.timezone\x12\x0dEurope/London\x0a\x05\x0a\x01x\x12\x00"
ARK = plistlib.dumps({"-DeviceName": "Example phone", "-TimeZone": "Europe/London"})
VERSION = plistlib.dumps({"ProductVersion": "16.3", "ProductBuildVersion": "20D47"}, fmt=plistlib.FMT_BINARY)
ANDROID = {"system/build.prop": PROPERTIES.encode(), "data/property/persistent_properties": STORED}
IOS = {
    LOCKDOWN: ARK,
    "System/Library/CoreServices/SystemVersion.plist": VERSION,
}


def facts(files: dict[str, bytes], notes: dict[str, str] | None = None) -> dict[str, str]:
    phone = Phone()
    for path, data in files.items():
        phone.see(Entry(path, len(data), "", note=(notes or {}).get(path, "")))
    return phone.facts(lambda entry: io.BytesIO(files[entry.path]))


@pytest.mark.parametrize("top", ["", "Dump/", "extraction 01/filesystem1/"])
def test_an_android_phone_is_known_by_what_it_holds(top: str) -> None:
    assert facts({top + path: data for path, data in ANDROID.items()}) == {
        "device": "Android",
        "device root": top or "/",
        "device maker": "Specimen",
        "device model": "Specimen One",
        "device system": "Android 13",
        "device build": "specimen/one/13",
        "device time zone": "Europe/London",
        "device time zone, read from": f"{top}data/property/persistent_properties",
    }


def test_properties_that_cannot_be_read_are_counted() -> None:
    path = "data/property/persistent_properties"
    assert facts({path: STORED + b"\x0a\x04none"}) == {
        "device": "Android",
        "device root": "/",
        f"device, not read from {path}": "1 of its properties",
        "device time zone": "Europe/London",
        "device time zone, read from": path,
    }


@pytest.mark.parametrize("top", ["", "filesystem1/"])
def test_an_iphone_is_known_by_what_it_holds(top: str) -> None:
    assert facts({top + path: data for path, data in IOS.items()}) == {
        "device": "iOS",
        "device root": top or "/",
        "device name": "Example phone",
        "device time zone": "Europe/London",
        "device time zone, read from": top + LOCKDOWN,
        "device system": "iOS 16.3",
        "device build": "20D47",
    }


def test_the_link_that_names_the_zone_of_an_iphone_is_read() -> None:
    path = "private/var/db/timezone/localtime"
    found = facts({path: b""}, {path: "link to /var/db/timezone/zoneinfo/Europe/London"})
    assert found["device time zone"] == "Europe/London"


def test_what_is_no_zone_is_shown_and_never_used() -> None:
    found = facts({"data/property/persist.sys.timezone": b"Mars/Olympus\n", "data/system/packages.list": b""})
    assert "device time zone" not in found
    assert found["device time zone, not known"] == "Mars/Olympus"


def test_two_phones_in_one_source_are_told_apart_and_lend_no_zone() -> None:
    both = {f"one/{path}": data for path, data in ANDROID.items()} | {f"two/{path}": data for path, data in IOS.items()}
    found = facts(both)
    assert (found["one/: device"], found["two/: device"]) == ("Android", "iOS")
    assert "device time zone" not in found


def test_phones_beyond_those_that_are_shown_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("extractors.sources.phone.MOST_ROOTS", 2)
    some = {f"{top}/system/build.prop": PROPERTIES.encode() for top in ("one", "two", "three", "four")}
    assert facts(some)["further phones, not shown"] == "2"
    assert "further phones, not shown" not in facts(dict(list(some.items())[:2]))


@pytest.mark.parametrize(
    "data", [b"", b"bplist00", b"\xff" * 100, b"<plist><dict>", b"\x14persist.sys.timezone\x12\x40"]
)
def test_damaged_files_of_a_phone_cost_only_what_they_say(data: bytes) -> None:
    files = dict.fromkeys((*ANDROID, *IOS), data)
    found = facts(files)
    assert not any(name.endswith("device time zone") for name in found)
    told = {name.partition("device, not read from ")[2] for name in found if "device, not read from " in name}
    assert told - {"data/property/persistent_properties"} == set(IOS)


def test_a_build_prop_in_some_folder_is_no_phone() -> None:
    assert facts({"notes/build.prop": PROPERTIES.encode()}) == {}


@pytest.mark.parametrize(
    ("path", "first"),
    [
        ("data_mirror/data_ce/null/0/com.example/databases/a.db", "data/data/com.example/databases/a.db"),
        ("Dump/data_mirror/data_ce/null/10/com.example/a", "Dump/data/user/10/com.example/a"),
        ("data_mirror/data_de/null/0/com.example/a", "data/user_de/0/com.example/a"),
        ("Dump/data/user/0/com.example/a", "Dump/data/data/com.example/a"),
        ("storage/emulated/0/DCIM/a.jpg", "data/media/0/DCIM/a.jpg"),
        ("sdcard/DCIM/a.jpg", "data/media/0/DCIM/a.jpg"),
        ("data/user/10/com.example/a", None),
        ("data/data/com.example/a", None),
        ("my sdcard/a", None),
    ],
)
def test_the_second_names_of_android_lead_to_the_first(path: str, first: str | None) -> None:
    assert other_name(path) == first
