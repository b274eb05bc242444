"""Wi-Fi networks and leases."""

from __future__ import annotations

import plistlib
from datetime import datetime
from typing import Any

import pytest

from evidence_store.records import DeviceFact, Moment, Network, Present, Problem
from extractors.ios.wifi import dhcp, wifi
from tests.evidence_builders.files import MemoryFile
from tests.evidence_builders.ios_stores import plist

KNOWN = "private/var/preferences/com.apple.wifi.known-networks.plist"
OLDER = "private/var/preferences/SystemConfiguration/com.apple.wifi.plist"
LEASE = "private/var/db/dhcpclient/leases/en0.plist"
DAY = datetime(2026, 3, 1, 9, 30, 0, 125000)
LATER = datetime(2026, 3, 2, 9, 30)


def at(meaning: str, day: datetime) -> Moment:
    micro = {
        DAY: (1_772_357_400_125_000, "2026-03-01T09:30:00.125000Z"),
        LATER: (1_772_443_800_000_000, "2026-03-02T09:30:00Z"),
    }
    return Moment(meaning, *micro[day], "A")


def test_a_network_and_its_access_points_come_out_without_keys() -> None:
    entry = {
        "AddedAt": DAY,
        "JoinedByUserAt": DAY,
        "JoinedBySystemAt": LATER,
        "SSID": b"Home-Net",
        "SupportedSecurityTypes": "WPA2 Personal",
        "Hidden": True,
        "AddReason": "Cloud Sync",
        "Password": "never given",
        "CaptiveProfile": {"CaptiveNetwork": True, "UserPortalURL": "https://example.org/login"},
        "BSSList": [
            {
                "BSSID": "0:e1:6d:b3:8f:7c",
                "Channel": 11,
                "LastAssociatedAt": LATER,
                "DHCPServerID": b"\xc0\xa8\x01\x01",
            },
            {
                "BSSID": "4c:e1:75:b:f:6c",
                "LocationLatitude": 51.5,
                "LocationLongitude": -0.125,
                "LocationAccuracy": 48.0,
                "LocationTimestamp": DAY,
            },
        ],
        "__OSSpecific__": {"BSSID": "4c:e1:75:b:f:6c", "networkUsage": 12.5, "prevJoined": DAY},
    }
    key = "key=wifi.network.ssid.Home-Net"
    net: dict[str, Any] = {"technology": "Wi-Fi", "name": "Home-Net", "security": "WPA2 Personal"}
    point: dict[str, Any] = {"flags": ("access point of a known network",), **net}
    found = list(wifi(plist(KNOWN, {"wifi.network.ssid.Home-Net": entry})))
    assert found == [
        Present(1),
        Network(
            locator=key,
            moments=(
                at("joined last (JoinedBySystemAt)", LATER),
                at("joined last (JoinedByUserAt)", DAY),
                at("added", DAY),
                at("joined before", DAY),
            ),
            extra=(
                ("AddReason", "Cloud Sync"),
                ("Hidden", "true"),
                ("networkUsage", 12.5),
                ("CaptiveNetwork", "true"),
                ("UserPortalURL", "https://example.org/login"),
                ("access points", 2),
            ),
            address="4c:e1:75:b:f:6c",
            text="https://example.org/login",
            **net,
        ),
        Present(2),
        Network(
            locator=f"{key} BSSList:0",
            moments=(at("joined last", LATER),),
            extra=(("Channel", 11), ("DHCPServerID", "192.168.1.1")),
            address="0:e1:6d:b3:8f:7c",
            **point,
        ),
        Network(
            locator=f"{key} BSSList:1",
            moments=(at("place recorded", DAY),),
            extra=(("LocationAccuracy", 48.0),),
            address="4c:e1:75:b:f:6c",
            lat=51.5,
            lon=-0.125,
            **point,
        ),
    ]
    assert "never given" not in repr(found)


def test_what_stands_among_the_access_points_and_is_none_is_counted_and_told() -> None:
    key = "key=wifi.network.ssid.Cafe"
    entry = {"SSID": "Cafe", "BSSList": ["no point", {"BSSID": "0:1:2:3:4:5"}, [1]]}
    point = Network(
        locator=f"{key} BSSList:1",
        flags=("access point of a known network",),
        technology="Wi-Fi",
        name="Cafe",
        address="0:1:2:3:4:5",
    )
    assert list(wifi(plist(KNOWN, {"wifi.network.ssid.Cafe": entry}))) == [
        Present(1),
        Network(locator=key, extra=(("access points", 1),), technology="Wi-Fi", name="Cafe"),
        Present(3),
        Problem("row", "no-entry", "not an access point: str", f"{key} BSSList:0"),
        point,
        Problem("row", "no-entry", "not an access point: list", f"{key} BSSList:2"),
    ]


def test_a_list_of_access_points_that_is_none_costs_the_points_and_is_told() -> None:
    key = "key=wifi.network.ssid.Cafe"
    assert list(wifi(plist(KNOWN, {"wifi.network.ssid.Cafe": {"SSID": "Cafe", "BSSList": {"BSSID": "0:1:2"}}}))) == [
        Present(1),
        Network(locator=key, technology="Wi-Fi", name="Cafe"),
        Problem("value", "no-list", "BSSList is no list of access points: dict", key),
    ]


def test_the_lists_of_older_versions_are_read() -> None:
    lists = {
        "List of known networks": [
            {"SSID_STR": "Cafe", "BSSID": "0:1:2:3:4:5", "lastJoined": DAY, "SecurityMode": "Open"},
            "no network",
        ],
        "List of scanned networks with private mac": [
            {"SSID_STR": "Cafe", "PRIVATE_MAC_ADDRESS": {"PRIVATE_MAC_ADDRESS_VALID": True}}
        ],
        "hwMacAddressMacRandomisation": bytes.fromhex("f0989d3dc36e"),
    }
    assert list(wifi(plist(OLDER, lists))) == [
        Present(1),
        Network(
            locator="List of known networks:0",
            moments=(at("joined last", DAY),),
            technology="Wi-Fi",
            name="Cafe",
            address="0:1:2:3:4:5",
            security="Open",
        ),
        Present(1),
        Problem("row", "no-entry", "not a network: str", "List of known networks:1"),
        Present(1),
        Network(
            locator="List of scanned networks with private mac:0",
            extra=(("PRIVATE_MAC_ADDRESS/PRIVATE_MAC_ADDRESS_VALID", "true"),),
            technology="Wi-Fi",
            name="Cafe",
        ),
        Present(1),
        DeviceFact(
            locator="key=hwMacAddressMacRandomisation", name="Wi-Fi address of the hardware", value="f0:98:9d:3d:c3:6e"
        ),
    ]


def test_the_access_points_of_a_network_of_ios_15_come_out() -> None:
    entry = {
        "SSID_STR": "Cafe",
        "CHANNEL": 6,
        "networkUsage": 12.5,
        "prevJoined": DAY,
        "WPS_PROB_RESP_IE": {"IE_KEY_WPS_MANUFACTURER": "Example"},
        "CaptiveProfile": {"WhitelistedCaptiveNetworkProbeDate": DAY},
        "networkKnownBSSListKey": [{"BSSID": "0:1:2:3:4:5", "CHANNEL": 6, "lastRoamed": LATER}],
    }
    private = {"SSID_STR": "Cafe", "LinkDownTimestamp": LATER, "FirstJoinWithNewMacTimestamp": DAY}
    lists = {"List of known networks": [entry], "List of scanned networks with private mac": [private]}
    net: dict[str, Any] = {"technology": "Wi-Fi", "name": "Cafe"}
    assert list(wifi(plist(OLDER, lists))) == [
        Present(1),
        Network(
            locator="List of known networks:0",
            moments=(
                at("joined before", DAY),
                at("network probed (WhitelistedCaptiveNetworkProbeDate)", DAY),
            ),
            extra=(
                ("CHANNEL", 6),
                ("WPS_PROB_RESP_IE/IE_KEY_WPS_MANUFACTURER", "Example"),
                ("networkUsage", 12.5),
                ("access points", 1),
            ),
            **net,
        ),
        Present(1),
        Network(
            locator="List of known networks:0 networkKnownBSSListKey:0",
            moments=(at("roamed to last", LATER),),
            flags=("access point of a known network",),
            extra=(("CHANNEL", 6),),
            address="0:1:2:3:4:5",
            **net,
        ),
        Present(1),
        Network(
            locator="List of scanned networks with private mac:0",
            moments=(at("link lost", LATER), at("joined first with the private address", DAY)),
            **net,
        ),
    ]


def test_a_lease_comes_out_whole() -> None:
    lease = {
        "ClientIdentifier": bytes.fromhex("019622c9bdb0df"),
        "IPAddress": "192.168.9.24",
        "LeaseLength": 86400,
        "LeaseStartDate": DAY,
        "PacketData": b"\x02\x01",
        "RouterHardwareAddress": bytes.fromhex("3656ee508397"),
        "RouterIPAddress": "192.168.9.1",
        "SSID": "Cafe",
    }
    assert list(dhcp(plist(LEASE, lease, plistlib.FMT_XML))) == [
        Present(1),
        Network(
            locator="key=IPAddress",
            moments=(Moment("lease began", 1_772_357_400_000_000, "2026-03-01T09:30:00Z", "A"),),
            flags=("address leased",),
            extra=(
                ("IPAddress", "192.168.9.24"),
                ("RouterIPAddress", "192.168.9.1"),
                ("LeaseLength", 86400),
                ("ClientIdentifier", "01:96:22:c9:bd:b0:df"),
            ),
            technology="Wi-Fi",
            name="Cafe",
            address="36:56:ee:50:83:97",
        ),
    ]


@pytest.mark.parametrize("value", [None, 5, b"\xff\xfe", "", [1], {"a": {"b": 1}}, True, -1e300, DAY])
def test_a_broken_value_costs_no_network(value: Any) -> None:
    keys = (
        "SSID",
        "BSSList",
        "__OSSpecific__",
        "CaptiveProfile",
        "JoinedByUserAt",
        "SupportedSecurityTypes",
        "AddReason",
    )
    for key in keys:
        entry = {"SSID": "Cafe", "BSSList": [{"BSSID": "0:1"}]} | ({} if value is None else {key: value})
        found = list(wifi(plist(KNOWN, {"wifi.network.ssid.Cafe": entry})))
        assert isinstance(found[1], Network)
        assert found[1].locator == "key=wifi.network.ssid.Cafe"
    for key in ("LocationLatitude", "LocationAccuracy", "BSSID", "LastAssociatedAt", "DHCPServerID"):
        point = {"LocationLatitude": 1.0, "LocationLongitude": 1.0} | ({} if value is None else {key: value})
        found = list(wifi(plist(KNOWN, {"wifi.network.ssid.Cafe": {"BSSList": [point]}})))
        assert [one.locator for one in found if isinstance(one, Network)][1] == "key=wifi.network.ssid.Cafe BSSList:0"


def unknown(words: str) -> Problem:
    return Problem("schema", "unknown-layout", words)


@pytest.mark.parametrize(
    ("one", "data", "expected"),
    [
        (wifi, b"", Problem("file", "damaged-plist", "an empty property list")),
        (dhcp, b"nothing", Problem("file", "damaged-plist", "neither a binary nor an XML property list")),
        (
            dhcp,
            plistlib.dumps({}),
            Problem("schema", "unknown-layout", "no lease: neither IPAddress nor LeaseStartDate"),
        ),
        (wifi, plistlib.dumps([]), unknown("the property list is no dictionary but list")),
    ],
)
def test_what_is_none_is_one_clear_problem(one: Any, data: bytes, expected: Problem) -> None:
    assert list(one(MemoryFile("any.plist", data))) == [expected]
