"""Wireless networks that Android has stored, and the name of the network that it offers itself. Never a key."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from typing import Final

from evidence_store.records import Moment, Network, Present, Problem
from extractors.android.text_file import read_text
from extractors.android.xml_file import Extra, read_elements, user_of, whole
from extractors.base import EvidenceFile, Found, extractor
from extractors.database import Doubts
from extractors.matching import without_copy_mark
from parsers.xml_events import Element

# The key of a configuration: its name, in quotes or as hexadecimal digits, and how it is secured.
_KEY: Final = re.compile(r'("(?P<name>.*)"|(?P<bytes>[0-9a-f]+))-?(?P<security>[A-Z].*)?', re.DOTALL)
_ONE_SETTING: Final = re.compile(r"\s*([A-Za-z0-9_]+)\s*=(.*)")
# The names of values that are read: of everything else, keys and passwords among it, nothing is.
_CONFIGURATION: Final = (
    *("Status", "Shared", "MeteredHint", "NumAssociation", "CreatorUid", "CreatorName", "LastUpdateUid"),
    *("LastUpdateName", "LastConnectUid", "FQDN", "ProviderFriendlyName", "DefaultGwMacAddress"),
    *("RandomizedMacAddress", "MacRandomizationSetting", "CarrierId", "SubscriptionId", "ValidatedInternetAccess"),
)
_STATUS: Final = ("SelectionStatus", "DisableReason", "ConnectChoice", "HasEverConnected")
_ADDRESSES: Final = ("IpAssignment", "ProxySettings", "LinkAddress", "GatewayAddress", "ProxyHost", "ProxyPacFile")
_ENTERPRISE: Final = ("Identity", "AnonIdentity", "DomSuffixMatch", "Realm", "Plmn")
_FLAGS: Final = (
    ("HiddenSSID", "hidden"),
    ("IsMostRecentlyConnected", "most recently connected"),
    ("HasEverConnected", "has been connected"),
)
_MOST_BYTES: Final = 6 + 65_535  # of softap.conf: as far as a name can reach
_SUPPLICANT: Final = ("priority", "disabled", "eap", "identity", "anonymous_identity", "frequency")


@extractor(
    id="android.wifi",
    version=4,
    title="Android: stored Wi-Fi networks",
    files=("**/WifiConfigStore.xml", "**/WifiConfigStoreSoftAp.xml", "**/wpa_supplicant.conf", "**/softap.conf"),
    emits=(Network,),
    privacy="device",
    layouts="WifiConfigStore.xml of Android 8 to 15, wpa_supplicant.conf before; the device's own hotspot of each",
    tested_on="documented schema, no device data",
    limits="A stored network was set up, synchronised or suggested on the device: the file does not say where, "
    "and seldom when. Keys, passwords and certificates are not read, nor are Passpoint profiles and suggestions of "
    "applications.",
)
def wifi(file: EvidenceFile) -> Iterator[Found]:
    """A record for each network that is stored, and for the hotspot.

    Android 10 keeps the random address that it uses for a network in a list by itself, and later versions keep that
    list: what stands in it and is not among the stored networks comes out too.

    "CreationTime" is local time without a year ("time=04-15 12:34:56.789"); other times are milliseconds.

    References:
    - Android Open Source Project: com.android.server.wifi.util.XmlUtil, WifiConfigStore, WifiApConfigStore,
      RandomizedMacStoreData (MacAddressMap)
    - hostap project: wpa_supplicant.conf
    """
    name = without_copy_mark(file.path).rpartition("/")[2].lower()
    if name.endswith(".xml"):
        yield from _store(file)
    elif name == "softap.conf":
        yield from _hotspot_of_old(file)
    else:
        yield from _supplicant(file)


def _store(file: EvidenceFile) -> Iterator[Found]:
    doubts = Doubts()
    rows = 0
    user = user_of(file.path)
    stored: set[str] = set()  # the keys of the networks
    addresses: list[tuple[str, str, str]] = []  # where, the key of a network, the random address used for it
    for element in read_elements(file, "WifiConfigStoreData", {"Network", "SoftAp", "MacAddressMap"}):
        if isinstance(element, Problem):
            yield element
            continue
        if element.name == "MacAddressMap":
            addresses += [
                (one.place, one.attributes.get("name", ""), one.attributes.get("value", one.text))
                for one in element.all("map", "string")
            ]
            continue
        rows += 1
        doubts.locator = element.place
        yield _hotspot(element, doubts) if element.name == "SoftAp" else _network(element, user, stored, doubts)
        yield from doubts.drain()
    for where, key, address in addresses:
        if key not in stored:
            rows += 1
            yield _address_alone(where, key, address, user)
    if rows:
        yield Present(rows)


def _address_alone(where: str, key: str, address: str, user: Extra) -> Network:
    """A network of which only the random address is left that the device uses, or used, for it."""
    found = _KEY.fullmatch(key)
    name, security = (key, None) if found is None else (found["name"] or found["bytes"], found["security"])
    return Network(
        locator=where,
        flags=("only an address used for it is stored",),
        extra=(*user, *((("RandomizedMacAddress", address),) if address else ())),
        technology="Wi-Fi",
        name=name,
        security=security,
    )


def _network(element: Element, user: Extra, stored: set[str], doubts: Doubts) -> Network:
    """`stored` gets its key."""
    configuration = _values(element.first("WifiConfiguration"))
    status = _values(element.first("NetworkStatus"))
    found = {**configuration, **status}
    moments: list[Moment] = []
    if created := configuration.get("CreationTime"):
        moments.append(Moment("stored", None, created.removeprefix("time="), "C", "", "local time without a year"))
    for meaning, name in (
        ("chosen before others", "ConnectChoiceTimeStamp"),
        ("random address changed", "RandomizedMacLastModifiedTimeMs"),
    ):
        if found.get(name, "-1") not in ("-1", "0"):
            moments.append(doubts.moment(meaning, found[name], "ms", name))
    addresses, enterprise = (
        _values(element.first("IpConfiguration")),
        _values(element.first("WifiEnterpriseConfiguration")),
    )
    ssid, key = configuration.get("SSID"), configuration.get("ConfigKey", "")
    stored.add(key)
    return Network(
        locator=doubts.locator,
        moments=tuple(moments),
        flags=tuple(word for name, word in _FLAGS if found.get(name) == "true"),
        extra=(
            *user,
            *_listed(configuration, _CONFIGURATION),
            *_listed(status, _STATUS),
            *_listed(addresses, _ADDRESSES),
            *((f"EAP {name}", value) for name, value in _listed(enterprise, _ENTERPRISE)),
        ),
        technology="Wi-Fi",
        name=_unquoted(ssid, doubts),
        address=configuration.get("BSSID"),
        # The key of a configuration is its name and how it is secured: "Example Home"WPA_PSK
        security=key[len(ssid) :].strip("-") or None if ssid and key.startswith(ssid) else None,
    )


def _hotspot(element: Element, doubts: Doubts) -> Network:
    found = _values(element)
    return Network(
        locator=doubts.locator,
        flags=("hotspot of the device", *(("hidden",) if found.get("HiddenSSID") == "true" else ())),
        extra=_listed(
            found, ("SecurityType", "ApBand", "Band", "Channel", "MaxNumberOfClients", "AutoShutdownEnabled")
        ),
        technology="Wi-Fi",
        name=_unquoted(found.get("SSID") or found.get("WifiSsid"), doubts),
        address=found.get("Bssid"),
    )


def _values(element: Element | None) -> dict[str, str]:
    """The values that stand in an element, by their name; those that are null are not there."""
    found: dict[str, str] = {}
    for child in element.children if element else ():
        name = child.attributes.get("name")
        if name and child.name != "null":
            found[name] = child.attributes.get("value", child.text)
    return found


def _listed(values: dict[str, str], names: tuple[str, ...]) -> Extra:
    return tuple((name, values[name]) for name in names if values.get(name, "") not in ("", "-1"))


def _unquoted(stored: str | None, doubts: Doubts) -> str | None:
    """The name of a network: text in quotes, or bytes as hexadecimal digits, which then stand as they are."""
    if not stored:
        doubts.add("no-name", "no name (SSID) is stored")
        return None
    return stored[1:-1] if len(stored) > 1 and stored[0] == stored[-1] == '"' else stored


def _hotspot_of_old(file: EvidenceFile) -> Iterator[Found]:
    """softap.conf up to Android 10: version, name with its length before it, then band, channel and the key."""
    with file.open() as stream:
        data = stream.read(_MOST_BYTES + 1)
    if len(data) < 6 or not 0 < struct.unpack(">i", data[:4])[0] < 10:
        yield Problem("schema", "unknown-layout", "not in the form of softap.conf")
        return
    size = int.from_bytes(data[4:6], "big")
    name = data[6 : 6 + size]
    if len(name) < size:
        yield Problem("file", "cut-short", "the file ends within the name of the network")
    if len(data) > _MOST_BYTES:
        yield Problem("file", "too-large", f"of its {file.size:,} bytes the first {_MOST_BYTES:,} are read")
    yield Present(1)
    yield Network(
        locator="byte 4",
        flags=("hotspot of the device",),
        extra=(("version", struct.unpack(">i", data[:4])[0]),),
        technology="Wi-Fi",
        name=name.decode("utf-8", "replace") or None,
    )


def _supplicant(file: EvidenceFile) -> Iterator[Found]:
    doubts = Doubts()
    rows = 0
    whole_text, problem = read_text(file)
    block: dict[str, str] | None = None
    for number, line in enumerate(whole_text.split("\n"), 1):
        text = line.strip()
        if text.replace(" ", "") == "network={":
            block, doubts.locator = {}, f"line {number}"
            rows += 1
        elif text == "}" and block is not None:
            yield _of_supplicant(block, doubts)
            yield from doubts.drain()
            block = None
        elif block is not None and (found := _ONE_SETTING.fullmatch(line)):
            block[found[1].lower()] = found[2].strip()
    if block is not None:
        yield _of_supplicant(block, doubts)
        yield from doubts.drain()
        yield Problem("file", "cut-short", "the file ends within a network", doubts.locator)
    if problem is not None:
        yield problem
    if rows:
        yield Present(rows)


def _of_supplicant(block: dict[str, str], doubts: Doubts) -> Network:
    wep = any(name.startswith("wep_key") for name in block)
    security = block.get("key_mgmt")
    return Network(
        locator=doubts.locator,
        flags=("hidden",) if whole(block.get("scan_ssid")) == 1 else (),
        extra=tuple((name, block[name].strip('"')) for name in _SUPPLICANT if block.get(name)),
        technology="Wi-Fi",
        name=_unquoted(block.get("ssid"), doubts),
        address=block.get("bssid"),
        security="WEP" if wep and security in (None, "NONE") else security,
    )
