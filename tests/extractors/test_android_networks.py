"""Stored Wi-Fi networks; no key of them comes out."""

from __future__ import annotations

import struct

import pytest

from evidence_store.records import Moment, Network, Present, Problem, replace
from extractors.android.wifi import wifi
from tests.evidence_builders.abx import abx_of
from tests.evidence_builders.files import MemoryFile

STORE = """<?xml version='1.0' encoding='utf-8' standalone='yes' ?>
<WifiConfigStoreData>
<int name="Version" value="3" />
<NetworkList>
<Network>
<WifiConfiguration>
<string name="ConfigKey">&quot;Example Home&quot;WPA_PSK</string>
<string name="SSID">&quot;Example Home&quot;</string>
<string name="BSSID">02:00:5e:10:00:01</string>
<string name="PreSharedKey">&quot;secret-psk&quot;</string>
<string-array name="WEPKeys" num="1"><item value="secret-wep" /></string-array>
<boolean name="HiddenSSID" value="true" />
<byte-array name="AllowedKeyMgmt" num="1">02</byte-array>
<int name="Status" value="2" />
<string name="CreatorName">android.uid.system:1000</string>
<string name="CreationTime">time=04-15 12:34:56.789</string>
<int name="LastConnectUid" value="-1" />
<string name="RandomizedMacAddress">02:00:5e:10:00:02</string>
<long name="RandomizedMacLastModifiedTimeMs" value="1627996896832" />
<boolean name="IsMostRecentlyConnected" value="true" />
</WifiConfiguration>
<NetworkStatus>
<string name="SelectionStatus">NETWORK_SELECTION_ENABLED</string>
<null name="ConnectChoice" />
<long name="ConnectChoiceTimeStamp" value="-1" />
<boolean name="HasEverConnected" value="true" />
</NetworkStatus>
<IpConfiguration>
<string name="IpAssignment">STATIC</string>
<string name="LinkAddress">192.0.2.5</string>
</IpConfiguration>
</Network>
<Network>
<WifiConfiguration>
<string name="ConfigKey">e4b8ade696b7-WPA_EAP</string>
<string name="SSID">e4b8ade696b7</string>
<null name="BSSID" />
</WifiConfiguration>
<WifiEnterpriseConfiguration>
<string name="Identity">ann@example.org</string>
<string name="Password">secret-eap</string>
</WifiEnterpriseConfiguration>
</Network>
<Network><WifiConfiguration><null name="SSID" /></WifiConfiguration></Network>
</NetworkList>
</WifiConfigStoreData>"""
PATHS = ("data/misc/wifi/WifiConfigStore.xml", "data/misc/apexdata/com.android.wifi/WifiConfigStore.xml")


def without_places(found: list[object]) -> list[object]:

    return [one if isinstance(one, Present) else replace(one, locator="@") for one in found]  # type: ignore[type-var]


@pytest.mark.parametrize(
    "file",
    [MemoryFile(PATHS[0], STORE.encode()), MemoryFile(PATHS[1], abx_of(STORE.partition("?>\n")[2]))],
    ids=["text", "binary"],
)
def test_every_stored_network_comes_out_without_its_keys(file: MemoryFile) -> None:
    found = list(wifi(file))
    assert without_places(found) == [
        Network(
            locator="@",
            moments=(
                Moment("stored", None, "04-15 12:34:56.789", "C", "", "local time without a year"),
                Moment("random address changed", 1627996896832000, "1627996896832", "A"),
            ),
            flags=("hidden", "most recently connected", "has been connected"),
            extra=(
                ("Status", "2"),
                ("CreatorName", "android.uid.system:1000"),
                ("RandomizedMacAddress", "02:00:5e:10:00:02"),
                ("SelectionStatus", "NETWORK_SELECTION_ENABLED"),
                ("HasEverConnected", "true"),
                ("IpAssignment", "STATIC"),
                ("LinkAddress", "192.0.2.5"),
            ),
            technology="Wi-Fi",
            name="Example Home",
            address="02:00:5e:10:00:01",
            security="WPA_PSK",
        ),
        Network(
            locator="@",
            extra=(("EAP Identity", "ann@example.org"),),
            technology="Wi-Fi",
            name="e4b8ade696b7",
            security="WPA_EAP",
        ),
        Network(locator="@", technology="Wi-Fi"),
        Problem("value", "no-name", "no name (SSID) is stored", "@"),
        Present(3),
    ]
    assert "secret" not in repr(found)
    assert len({one.locator for one in found if isinstance(one, Network)}) == 3


def test_the_hotspot_of_the_device_comes_out_without_its_key() -> None:
    text = """<WifiConfigStoreData><int name="Version" value="3" /><SoftAp>
    <string name="WifiSsid">&quot;Ann's phone&quot;</string><int name="ApBand" value="1" />
    <boolean name="HiddenSSID" value="true" /><int name="SecurityType" value="1" />
    <string name="Passphrase">secret-pass</string></SoftAp></WifiConfigStoreData>"""
    found = list(wifi(MemoryFile("data/misc/apexdata/com.android.wifi/WifiConfigStoreSoftAp.xml", text.encode())))
    assert found == [
        Network(
            locator="line 1, byte 53",
            flags=("hotspot of the device", "hidden"),
            extra=(("SecurityType", "1"), ("ApBand", "1")),
            technology="Wi-Fi",
            name="Ann's phone",
        ),
        Present(1),
    ]
    assert "secret" not in repr(found)


def test_the_hotspot_of_older_versions_comes_out_without_its_key() -> None:
    name = b"Ann's phone"
    data = struct.pack(">iH", 2, len(name)) + name + struct.pack(">iii", 0, 6, 4) + struct.pack(">H", 6) + b"secret"
    expected = Network(
        locator="byte 4",
        flags=("hotspot of the device",),
        extra=(("version", 2),),
        technology="Wi-Fi",
        name="Ann's phone",
    )
    assert list(wifi(MemoryFile("data/misc/wifi/softap.conf", data))) == [Present(1), expected]
    cut = list(wifi(MemoryFile("data/misc/wifi/softap.conf", data[:12])))
    assert cut[0] == Problem("file", "cut-short", "the file ends within the name of the network")
    assert cut[2].name == "Ann's "
    unknown = [Problem("schema", "unknown-layout", "not in the form of softap.conf")]
    assert list(wifi(MemoryFile("data/misc/wifi/softap.conf", b""))) == unknown
    assert list(wifi(MemoryFile("data/misc/wifi/softap.conf", b"interface=wlan0\n"))) == unknown


@pytest.mark.parametrize(("more", "told"), [(0, 0), (1, 1)])
def test_a_hotspot_of_older_versions_is_read_as_far_as_its_name_can_reach(more: int, told: int) -> None:
    data = struct.pack(">iH", 2, 65_535) + bytes(65_535 + more)
    large = Problem("file", "too-large", "of its 65,542 bytes the first 65,541 are read")
    assert list(wifi(MemoryFile("data/misc/wifi/softap.conf", data)))[:-2] == [large] * told


SUPPLICANT = """ctrl_interface=/data/misc/wifi/sockets
update_config=1

network={
\tssid="Example Home"
\tscan_ssid=1
\tbssid=02:00:5e:10:00:01
\tpsk="secret-psk"
\tkey_mgmt=WPA-PSK
\tpriority=5
\tid_str="%7B%22creatorUid%22%3A%221000%22%7D"
}
network={
\tssid="Example WEP"
\twep_key0="secret-wep"
\tkey_mgmt=NONE
}
network={
\tssid=e4b8ade696b7
\tkey_mgmt=WPA-EAP
\tidentity="ann@example.org"
\tpassword="secret-eap"
"""


def test_networks_of_older_versions_come_out_without_their_keys() -> None:
    found = list(wifi(MemoryFile("data/misc/wifi/wpa_supplicant.conf", SUPPLICANT.encode())))
    assert found == [
        Network(
            locator="line 4",
            flags=("hidden",),
            extra=(("priority", "5"),),
            technology="Wi-Fi",
            name="Example Home",
            address="02:00:5e:10:00:01",
            security="WPA-PSK",
        ),
        Network(locator="line 13", technology="Wi-Fi", name="Example WEP", security="WEP"),
        Network(
            locator="line 18",
            extra=(("identity", "ann@example.org"),),
            technology="Wi-Fi",
            name="e4b8ade696b7",
            security="WPA-EAP",
        ),
        Problem("file", "cut-short", "the file ends within a network", "line 18"),
        Present(3),
    ]
    assert "secret" not in repr(found)
    assert list(wifi(MemoryFile("data/misc/wifi/wpa_supplicant.conf", b"update_config=1\n"))) == []


def test_a_name_may_hold_what_ends_a_line_elsewhere() -> None:
    network, _ = wifi(MemoryFile("wpa_supplicant.conf", 'network={\r\n\tssid="a\u2028b"\r\n}\r\n'.encode()))
    assert (network.locator, network.name) == ("line 1", "a\u2028b")


def test_a_store_of_another_layout_is_said_to_be_unknown() -> None:
    assert list(wifi(MemoryFile(PATHS[0], b"<networks/>"))) == [
        Problem("schema", "unknown-layout", "the file starts with <networks> and not with <WifiConfigStoreData>")
    ]


MAP = """</NetworkList><MacAddressMap><map name="MacMapEntry">
<string name="&quot;Example Home&quot;WPA_PSK">02:00:5e:10:00:02</string>
<string name="&quot;Example Hotel&quot;NONE">02:00:5e:10:00:03</string>
<string name="e4b8ade696b7-WPA_EAP">02:00:5e:10:00:04</string>
<string name="e4b8ade696b8WPA_PSK">02:00:5e:10:00:05</string>
<string name="other"></string>
</map></MacAddressMap>"""


def test_a_forgotten_network_comes_out_where_the_address_used_for_it_is_left() -> None:
    path = "data/misc_ce/10/wifi/WifiConfigStore.xml"
    found = list(wifi(MemoryFile(path, STORE.replace("</NetworkList>", MAP).encode())))
    networks = [one for one in found if isinstance(one, Network)]
    assert [one.extra[0] for one in networks] == [("user", 10)] * 6
    alone = Network(
        locator="@",
        flags=("only an address used for it is stored",),
        extra=(("user", 10), ("RandomizedMacAddress", "02:00:5e:10:00:03")),
        technology="Wi-Fi",
        name="Example Hotel",
        security="NONE",
    )
    other = (("user", 10), ("RandomizedMacAddress", "02:00:5e:10:00:05"))
    assert without_places(networks[3:]) == [
        alone,
        replace(alone, extra=other, name="e4b8ade696b8", security="WPA_PSK"),
        replace(alone, extra=(("user", 10),), name="other", security=None),
    ]
    assert len({one.locator for one in networks}) == 6
    assert found[-1] == Present(6)
