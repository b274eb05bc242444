"""Files of Android's system that are read as a whole: what is larger than the bound is told, never dropped silently."""

from __future__ import annotations

import io
from typing import BinaryIO

import pytest

from evidence_store.records import AppUse, DeviceFact, Network, Present, Problem
from extractors.android import protobuf_file, text_file, usage_proto
from extractors.android.app_usage import app_usage
from extractors.android.bluetooth import bluetooth
from extractors.android.device import device
from extractors.android.notifications import notifications
from extractors.android.protobuf_file import read_fields
from extractors.android.text_file import read_text
from extractors.android.wifi import wifi
from extractors.base import Extractor
from extractors.ios import plists
from extractors.ios.plists import read_dict
from parsers.protobuf import Field
from tests.evidence_builders.files import MemoryFile
from tests.evidence_builders.protobuf import message

NETWORK = 'network={\n  ssid="%s"\n}\n'
PAIRED = "[00:11:22:33:44:%s]\nName = Car\n"


def test_the_fields_before_damage_come_with_what_is_wrong() -> None:
    whole = message((1, 7), (2, "abc"))
    fields = [Field(1, 0, 7), Field(2, 2, b"abc")]
    damage = Problem("file", "damaged-protobuf", "no protocol buffer: a number that does not end at byte 8")
    assert read_fields(MemoryFile("x", whole)) == (fields, None)
    assert read_fields(MemoryFile("x", whole + b"\x0a\xff")) == (fields, damage)


@pytest.mark.parametrize(
    ("one", "path"),
    [
        (notifications, "data/system_ce/0/notification_history/history/1627996896832"),
        (app_usage, "data/system_ce/0/usagestats/daily/1600000000000"),
        (device, "data/property/persistent_properties"),
    ],
)
def test_a_protocol_buffer_beyond_the_bound_is_told(one: Extractor, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protobuf_file, "MOST_BYTES", 8)
    told = Problem("file", "too-large", "a protocol buffer of 9 bytes is not read")
    assert list(one(MemoryFile(path, message((1, "sevenby"))))) == [told]
    assert told not in list(one(MemoryFile(path, message((1, "sixbyt")))))


def test_a_file_of_names_beyond_the_bound_costs_the_names_and_not_the_records(monkeypatch: pytest.MonkeyPatch) -> None:
    mappings = message((2, message((1, 1), (2, "com.example.phone"))))
    data = message((2, 1), (20, message((1, 1), (3, 5))))
    file = MemoryFile("data/system_ce/0/usagestats/daily/1600000000000", data, others={"../mappings": mappings})
    assert [one.app for one in app_usage(file) if isinstance(one, AppUse)] == ["com.example.phone"]
    monkeypatch.setattr(usage_proto, "MOST_BYTES", len(mappings) - 1)
    found = list(app_usage(file))
    assert [one.app for one in found if isinstance(one, AppUse)] == ["number 1"]
    (problem,) = [one for one in found if isinstance(one, Problem)]
    assert (problem.kind, problem.code) == ("value", "no-names")
    assert f"which is not read: it has more than {len(mappings) - 1} bytes" in problem.detail


@pytest.mark.parametrize("in_file", [False, True])
def test_a_list_of_names_that_cannot_be_read_is_told(in_file: bool) -> None:
    names = message((1, 1), (2, "com.example.phone"))
    mappings = message((2, names), (2, "no message"))
    data = (
        message((20, message((2, 1), (3, 5)))) + mappings if in_file else message((20, message((1, 1), (3, 5))), (2, 1))
    )
    others = {} if in_file else {"../mappings": mappings}
    found = list(app_usage(MemoryFile("data/system_ce/0/usagestats/daily/1600000000000", data, others=others)))
    assert [one.app for one in found if isinstance(one, AppUse)] == ["com.example.phone"]
    words = "1 lists of names of applications could not be read: numbers may stand for them"
    assert [one for one in found if isinstance(one, Problem)] == [Problem("value", "no-names", words)]


def test_text_beyond_the_bound_is_cut_and_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_file, "MOST_BYTES", 3)
    assert read_text(MemoryFile("x", b"abc")) == ("abc", None)
    assert read_text(MemoryFile("x", b"a\xffcd")) == ("a\N{REPLACEMENT CHARACTER}c", beyond(4, 3))


class Understated(MemoryFile):
    """A file of which the source says that it is empty; reading is refused where it asks for all there is."""

    def __init__(self, path: str, data: bytes) -> None:
        super().__init__(path, data)
        self.size = 0

    def open(self) -> BinaryIO:
        return Measured(super().open().read())


class Measured(io.BytesIO):
    def read(self, size: int | None = -1, /) -> bytes:
        assert size is not None
        assert 0 <= size <= 9
        return super().read(size)


def test_a_file_that_is_longer_than_the_source_says_is_read_to_the_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_file, "MOST_BYTES", 8)
    monkeypatch.setattr(protobuf_file, "MOST_BYTES", 8)
    monkeypatch.setattr(plists, "MAX_BYTES", 8)
    file = Understated("x", message((1, "x" * 20)))
    told = Problem("file", "too-large", "of more than 8 bytes the first 8 are read")
    assert read_text(file) == ("\n\x14xxxxxx", told)
    words = "more than 8 bytes is not read"
    assert read_fields(file) == ([], Problem("file", "too-large", f"a protocol buffer of {words}"))
    assert read_dict(file) == ({}, Problem("file", "too-large", f"a property list of {words}"))
    assert read_text(Understated("x", b"12345678")) == ("12345678", None)


def beyond(size: int, most: int) -> Problem:
    return Problem("file", "too-large", f"of its {size} bytes the first {most} are read")


@pytest.mark.parametrize(
    ("one", "path", "first", "more"),
    [
        (device, "system/build.prop", "ro.one=1\n", "ro.two=2\n"),
        (device, "getprop.txt", "[ro.one]: [1]\n", "[ro.two]: [2]\n"),
        (device, "data/property/persist.sys.timezone", "Asia/Tokyo", "\0\0"),
        (bluetooth, "data/misc/bluedroid/bt_config.conf", PAIRED % "55", PAIRED % "66"),
        (wifi, "data/misc/wifi/wpa_supplicant.conf", NETWORK % "Home", NETWORK % "Cafe"),
    ],
)
def test_settings_beyond_the_bound_are_told_and_those_before_it_come_out(
    one: Extractor, path: str, first: str, more: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text_file, "MOST_BYTES", len(first))
    alone = list(one(MemoryFile(path, first.encode())))
    assert sum(isinstance(found, DeviceFact | Network) for found in alone) == 1
    assert Present(1) in alone
    cut = list(one(MemoryFile(path, (first + more).encode())))
    told = beyond(len(first) + len(more), len(first))
    assert [found for found in cut if found != told] == alone
    assert cut.count(told) == 1
