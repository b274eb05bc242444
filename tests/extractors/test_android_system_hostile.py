"""Whatever bytes stand under a name that Android's system uses: findings come out, and never a traceback."""

from __future__ import annotations

import os
import time
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence_store.records import DeviceFact, Present, Problem, Record, canonical, to_plain
from extractors.base import Extractor
from extractors.catalog import EXTRACTORS
from extractors.matching import Matcher
from tests.evidence_builders.abx import abx_of
from tests.evidence_builders.files import MemoryFile
from tests.evidence_builders.protobuf import message

EXAMPLES = int(os.environ.get("ASSAY_FUZZ", "25"))
PATHS = (
    *("data/system/packages.xml", "data/system/packages.list", "data/system/package-usage.list", "packages.json"),
    *(
        "data/system/users/0/package-restrictions.xml",
        "data/system/users/0/settings_secure.xml",
        "data/system/users/0.xml",
    ),
    *("data/system_ce/0/usagestats/daily/1600000000000", "usage-history.xml", "getprop.txt", "system/build.prop"),
    *("data/property/persistent_properties", "data/property/persist.sys.timezone", "data/misc/wifi/softap.conf"),
    *("data/misc/wifi/WifiConfigStore.xml", "data/misc/wifi/wpa_supplicant.conf", "data/misc/bluedroid/bt_config.conf"),
    *("data/system_ce/0/notification_history/history/1600000000000", "data/system/notification_log.db", "frosting.db"),
    *("external.db", "downloads.db", "files_master_database", "SimpleStorage", "app_usage", "telephony.db"),
)
MATCHER = Matcher([one for one in EXTRACTORS if one.id.startswith("android.")])
TEXTS = st.text("<>/=\"' []{}\n:0123456789abcdefpackagesdnmixtrl", max_size=80).map(str.encode)
XML = st.sampled_from(
    [
        b"<packages><package name='a' codePath='/a' it='-1' ft='zz'/><package/></packages>",
        b"<package-restrictions><pkg name='a' first-install-time='ffffffffffffffff'/></package-restrictions>",
        b"<usagestats endTime='x'><event time='999999999999999999' type='-1'/><package timeActive='x'/></usagestats>",
        b"<usage-history><pkg><comp lrt='1e5'/></pkg></usage-history>",
        b"<settings><setting name='a' valueBase64='=' /><setting/></settings>",
        b"<WifiConfigStoreData><Network/><SoftAp/></WifiConfigStoreData>",
    ]
)
NUMBERS = st.integers(-(2**63), 2**64 - 1)
NUMBERED = st.tuples(st.sampled_from([1, 2, 3, 5, 10, 20, 22, 23, 24]), NUMBERS | st.binary(max_size=8))
FIELDS = st.lists(NUMBERED, max_size=5)
INNER = FIELDS.map(lambda fields: message(*fields))
PROTOBUF = st.lists(st.tuples(st.sampled_from([1, 2, 5, 10, 20, 22, 23, 24]), NUMBERS | INNER), max_size=6)
DATA = (
    st.binary(max_size=200)
    | TEXTS
    | XML
    | XML.map(lambda xml: abx_of(xml.decode()))
    | PROTOBUF.map(lambda fields: message(*fields))
)


def wanting(path: str) -> tuple[Extractor, ...]:
    found = MATCHER.match(path)
    assert found, path
    return found


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("cut", [lambda data: data, lambda data: data[: len(data) // 2]], ids=["whole", "cut"])
def test_any_bytes_give_findings_that_can_be_stored(path: str, cut: Callable[[bytes], bytes]) -> None:
    extractors = wanting(path)

    @settings(max_examples=EXAMPLES, deadline=None, database=None)
    @given(DATA)
    def run(data: bytes) -> None:
        for extractor in extractors:
            for found in extractor(MemoryFile(path, cut(data))):
                assert isinstance(found, Record | Problem | Present)
                if not isinstance(found, Present):
                    canonical(to_plain(found))

    run()


@pytest.mark.parametrize(
    "path", ["data/misc/bluedroid/bt_config.conf", "data/misc/wifi/wpa_supplicant.conf", "system/build.prop"]
)
def test_long_runs_of_spaces_take_no_time(path: str) -> None:
    start = time.monotonic()
    run = b" " * 100_000
    for extractor in wanting(path):
        list(extractor(MemoryFile(path, b"[a]\nnetwork={\na=b\xff" + run + b"c\xff" + run + b"\n}\n")))
        list(extractor(MemoryFile(path, b"[a]\na=" + run + b"b\0" + run + b"\x01")))
    assert time.monotonic() - start < 5


def test_a_property_whose_value_is_cut_off_takes_no_other_with_it() -> None:
    (extractor,) = wanting("getprop.txt")
    assert list(extractor(MemoryFile("getprop.txt", b"[a]: [one\ntwo]\n[b]: [cut\n[c]: [three]\n"))) == [
        DeviceFact(locator="line 1", name="a", value="one\ntwo"),
        DeviceFact(locator="line 3", name="b", value="cut"),
        DeviceFact(locator="line 4", name="c", value="three"),
        Present(3),
    ]
