"""Stored Wi-Fi networks and Bluetooth devices; no key of either comes out."""

from __future__ import annotations

import struct

import pytest

from evidence_store.records import DeviceFact, Moment, Network, Present, Problem, replace
from extractors.android.bluetooth import bluetooth
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
    found, _ = bluetooth(MemoryFile("bt_config.conf", "[02:00:5e:10:00:09]\nName = a\u0085b\n".encode()))
    assert (found.locator, found.name) == ("line 1", "a\u0085b")


def test_a_store_of_another_layout_is_said_to_be_unknown() -> None:
    assert list(wifi(MemoryFile(PATHS[0], b"<networks/>"))) == [
        Problem("schema", "unknown-layout", "the file starts with <networks> and not with <WifiConfigStoreData>")
    ]


BLUETOOTH = """[Info]
FileSource = Empty
TimeCreated = 2022-08-16 16:25:45

[Metrics]
Salt256Bit = secret-salt

[Adapter]
Address = 02:00:5e:20:00:01
LE_LOCAL_KEY_IRK = secret-irk
Name = Ann's phone
ScanMode = 0

[02:00:5e:20:00:02]
Name = Example Car
Timestamp = 1660685551
DevClass = 2360344
DevType = 1
LinkKeyType = 4
LinkKey = secret-link
Service = 0000110b-0000-1000-8000-00805f9b34fb

[02:00:5e:20:00:03]
Aliase = Ben's headset
Timestamp = soon

[02:00:5e:20:00:04]
"""
BT_PATH = "data/misc/bluedroid/bt_config.conf"


@pytest.mark.parametrize(
    ("zone", "utc_us", "said", "note"),
    [
        (None, None, "", "local time, zone not known"),
        ("Europe/London", 1660663545000000, "Europe/London, operator", ""),
    ],
)
def test_every_stored_device_comes_out_without_its_key(
    zone: str | None, utc_us: int | None, said: str, note: str
) -> None:
    found = list(bluetooth(MemoryFile(BT_PATH, BLUETOOTH.encode(), zone=zone)))
    assert found == [
        DeviceFact(
            locator="line 1 TimeCreated",
            moments=(Moment("stored since", utc_us, "2022-08-16 16:25:45", "C", said, note),),
            name="Bluetooth settings stored since",
            value="2022-08-16 16:25:45",
        ),
        DeviceFact(locator="line 8 Name", name="Bluetooth name", value="Ann's phone"),
        DeviceFact(locator="line 8 Address", name="Bluetooth address", value="02:00:5e:20:00:01"),
        Network(
            locator="line 14",
            moments=(Moment("recorded", 1660685551000000, "1660685551", "A"),),
            flags=("paired",),
            extra=(
                ("DevClass", "2360344"),
                ("DevType", "1"),
                ("LinkKeyType", "4"),
                ("Service", "0000110b-0000-1000-8000-00805f9b34fb"),
            ),
            technology="Bluetooth",
            name="Example Car",
            address="02:00:5e:20:00:02",
        ),
        Network(
            locator="line 23",
            moments=(Moment("recorded", None, "soon", "A", "", "not a number"),),
            extra=(("Aliase", "Ben's headset"),),
            technology="Bluetooth",
            name="Ben's headset",
            address="02:00:5e:20:00:03",
        ),
        Problem("value", "time", "Timestamp: not a number: soon", "line 23"),
        Network(locator="line 27", technology="Bluetooth", address="02:00:5e:20:00:04"),
        Present(3),
    ]
    assert "secret" not in repr(found)


def test_a_time_that_is_none_and_a_file_of_another_form_are_said() -> None:
    found = list(bluetooth(MemoryFile(BT_PATH, b"[Info]\nTimeCreated = yesterday\n")))
    assert found[0].moments == (
        Moment("stored since", None, "yesterday", "C", "", "not a time in the form 2026-10-25 00:30:00"),
    )
    assert list(bluetooth(MemoryFile(BT_PATH, b"\0\1\2"))) == [
        Problem("schema", "unknown-layout", "not in the form of bt_config.conf: no section")
    ]
    assert list(bluetooth(MemoryFile(BT_PATH, b""))) == []


BLUEDROID = """<Bluedroid>
    <N1 Tag="Local">
        <N1 Tag="Adapter">
            <N1 Tag="Address" Type="string">02:00:5e:20:00:01</N1>
            <N2 Tag="LE_LOCAL_KEY_IRK" Type="binary">secret-irk</N2>
            <N9 Tag="Name" Type="string">Ann &amp; Ben's phone</N9>
        </N1>
        <N2 Tag="AutoPairBlacklist">
            <N1 Tag="AddressBlacklist" Type="string">00:02:C7,00:16:FE</N1>
        </N2>
    </N1>
    <N2 Tag="Remote">
        <N1 Tag="02:00:5e:20:00:02">
            <N1 Tag="Timestamp" Type="int">1499931533</N1>
            <N2 Tag="Name" Type="string">Example Car</N2>
            <N3 Tag="DevClass" Type="int">5898764</N3>
            <N4 Tag="LinkKey" Type="binary">secret-link</N4>
        </N1>
        <N505 Tag="02:00:5e:20:00:03">
            <N1 Tag="DevType" Type="int">2</N1>
        </N505>
    </N2>
</Bluedroid>
"""
XML_PATH = "data/misc/bluedroid/bt_config.xml"


def test_the_devices_of_android_4_and_5_come_out_without_their_keys() -> None:
    found = list(bluetooth(MemoryFile(XML_PATH, BLUEDROID.encode())))
    assert found == [
        DeviceFact(locator="line 3, byte 41 Name", name="Bluetooth name", value="Ann & Ben's phone"),
        DeviceFact(locator="line 3, byte 41 Address", name="Bluetooth address", value="02:00:5e:20:00:01"),
        Network(
            locator="line 13, byte 445",
            moments=(Moment("recorded", 1499931533000000, "1499931533", "A"),),
            flags=("paired",),
            extra=(("DevClass", "5898764"),),
            technology="Bluetooth",
            name="Example Car",
            address="02:00:5e:20:00:02",
        ),
        Network(
            locator="line 19, byte 729",
            extra=(("DevType", "2"),),
            technology="Bluetooth",
            address="02:00:5e:20:00:03",
        ),
        Present(2),
    ]
    assert "secret" not in repr(found)


def test_a_cut_file_of_android_4_gives_the_devices_before_the_cut() -> None:
    cut = BLUEDROID.partition("<N3 Tag")[0].encode()
    found = list(bluetooth(MemoryFile(XML_PATH, cut)))
    assert found[2] == Network(
        locator="line 13, byte 445",
        moments=(Moment("recorded", 1499931533000000, "1499931533", "A"),),
        technology="Bluetooth",
        name="Example Car",
        address="02:00:5e:20:00:02",
    )
    assert found[3:] == [
        Problem("file", "damaged-xml", "the XML is not well formed: no element found: line 16, column 12"),
        Present(1),
    ]


def test_a_file_of_that_name_that_is_of_another_program_gets_no_word() -> None:
    assert list(bluetooth(MemoryFile("app/bt_config.xml", b"<root><N1/></root>"))) == []
    assert list(bluetooth(MemoryFile(BT_PATH, b"<root/>"))) == [
        Problem("schema", "unknown-layout", "not in the form of <Bluedroid>")
    ]


def test_a_section_without_end_is_given_up() -> None:
    text = b'<Bluedroid><N1 Tag="Remote"><N1 Tag="02:00:5e:20:00:02">' + b"<N1>12345678</N1>" * 100_000
    found = list(bluetooth(MemoryFile(XML_PATH, text)))
    assert [one.address for one in found if isinstance(one, Network)] == ["02:00:5e:20:00:02"]
    assert [one.code for one in found if isinstance(one, Problem)] == ["too-large"]
