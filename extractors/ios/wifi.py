"""Wi-Fi networks that iOS and macOS remember, their access points, and the addresses that were leased in them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from evidence_store.records import DeviceFact, Moment, Network, Present, Problem
from extractors.base import EvidenceFile, Found, extractor
from extractors.ios.plists import is_secret, moment, moments, read_dict, text, words

_LISTS: Final = (
    *("List of known networks", "List of scanned networks with private mac", "KnownNetworks"),
    *("List of new known networks", "List of recently joined networks"),
)
# Keys of all generations.
_JOINED: Final = (
    ("joined last (JoinedByUserAt)", "JoinedByUserAt"),
    ("joined last (JoinedBySystemAt)", "JoinedBySystemAt"),
    ("joined last", "lastJoined"),
    ("joined last, automatically", "lastAutoJoined"),
)
_TIMES: Final = (
    ("added", "AddedAt"),
    ("added", "addedAt"),
    ("seen last", "LastDiscoveredAt"),
    ("updated", "UpdatedAt"),
    ("updated", "lastUpdated"),
)
# In "__OSSpecific__", which the lists of iOS 15 and before do not have: there they stand in the entry.
_INNER_TIMES: Final = (
    ("joined before", "prevJoined"),
    ("key changed", "WiFiNetworkPasswordModificationDate"),
    ("switched off", "networkDisabledTimestamp"),
    ("link lost", "LinkDownTimestamp"),
    ("private address made", "MacGenerationTimeStamp"),
    ("joined first with the private address", "FirstJoinWithNewMacTimestamp"),
)
_CAPTIVE_TIMES: Final = (
    ("page of the network shown", "CaptiveWebSheetLoginDate"),
    ("network probed (WhitelistedCaptiveNetworkProbeDate)", "WhitelistedCaptiveNetworkProbeDate"),
)
# Where the access points of a network stand: since iOS 16, and before.
_POINTS: Final = ("BSSList", "networkKnownBSSListKey")
_POINT_TIMES: Final = (("joined last", "LastAssociatedAt"), ("roamed to last", "lastRoamed"))
_TOLD: Final = (
    *("AddReason", "BundleID", "Hidden", "HIDDEN_NETWORK", "AutoJoinDisabled", "CarPlayNetwork", "PersonalHotspot"),
    *("Moving", "CHANNEL", "80211D_IE", "PRIVATE_MAC_ADDRESS", "PresentInKnownNetworks", "UserDirected"),
    *("IsPersonalHotspot", "DeviceName", "enabled", "CARPLAY_NETWORK", "WPS_PROB_RESP_IE"),
)
_INNER_TOLD: Final = ("networkUsage", "networkDisabledReason", "networkDisabledClientName", "UserRole", "CHANNEL")
_LEASE_TOLD: Final = ("IPAddress", "RouterIPAddress", "LeaseLength", "NetworkID")
_SECURITY: Final = ("SupportedSecurityTypes", "SecurityMode", "WEP_AUTH_FLAGS")


@extractor(
    id="ios.wifi",
    version=4,
    title="Wi-Fi networks",
    files=(
        "**/com.apple.wifi.known-networks.plist",
        "**/com.apple.wifi.plist",
        "**/com.apple.wifi-networks.plist.backup",
        "**/com.apple.wifi-private-mac-networks.plist",
        "**/com.apple.airport.preferences.plist",
    ),
    emits=(Network, DeviceFact),
    privacy="location",
    layouts="com.apple.wifi.plist of iOS 3 to 15, com.apple.wifi.known-networks.plist of iOS 16 to 18 and macOS",
    tested_on="iOS 16 images: 5 and 2 networks; iOS 16 sample: 1 network; each with its access points",
    limits="Keys are never read. Networks that the account brought from another device are among them "
    '(AddReason "Cloud Sync"). A place is where the device believed to be when it saw the access point.',
)
def wifi(file: EvidenceFile) -> Iterator[Found]:
    """Each network, and each of its access points as a network of its own, with its place where there is one.

    Dates are those of the property list, in UTC. An access point is told by its address (BSSID), in which leading
    zeros of a pair may be missing, as stored.

    References:
    - the keys as the files themselves name them
    """
    found, problem = read_dict(file)
    if problem is not None:
        yield problem
        return
    for key, entry in _networks(found):
        yield from _network(key, entry)
    hardware = found.get("hwMacAddressMacRandomisation")
    if isinstance(hardware, bytes) and len(hardware) == 6:
        yield Present(1)
        yield DeviceFact(
            locator="key=hwMacAddressMacRandomisation",
            name="Wi-Fi address of the hardware",
            value=_address(hardware),
        )


def _networks(found: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """(where it stands, entry) of each network: by name in the newer layout, in lists in the older ones."""
    for key, entry in found.items():
        if key.startswith("wifi.network."):
            yield f"key={key}", entry
        elif key in _LISTS and isinstance(entry, list):
            yield from ((f"{key}:{place}", one) for place, one in enumerate(entry))
        elif key in _LISTS and isinstance(entry, dict):
            yield from ((f"{key}:{name}", one) for name, one in entry.items())


def _network(locator: str, entry: Any) -> Iterator[Found]:
    yield Present(1)
    if not isinstance(entry, dict):
        yield Problem("row", "no-entry", f"not a network: {type(entry).__name__}", locator)
        return
    inner = entry.get("__OSSpecific__")
    inner = inner if isinstance(inner, dict) else entry
    captive = entry.get("CaptiveProfile")
    captive = captive if isinstance(captive, dict) else {}
    lists = [(key, stored if isinstance(stored := entry[key], list) else None) for key in _POINTS if key in entry]
    points = sum(isinstance(one, dict) for _, listed in lists for one in listed or ())
    name = _name(entry)
    security = next((words(entry[key]) for key in _SECURITY if entry.get(key) is not None), None)
    yield Network(
        locator=locator,
        moments=(
            *sorted(moments(entry, _JOINED), key=_newest_first),
            *moments(entry, _TIMES),
            *moments(inner, _INNER_TIMES),
            *moments(captive, _CAPTIVE_TIMES),
        ),
        extra=(
            *dict.fromkeys((*_told(entry, _TOLD), *_told(inner, _INNER_TOLD))),
            *_told(captive, ("CaptiveNetwork", "UserPortalURL")),
            *((("access points", points),) if points else ()),
        ),
        technology="Wi-Fi",
        name=name,
        address=text(entry.get("BSSID")) or text(inner.get("BSSID")),
        security=security or None,
        text=text(captive.get("UserPortalURL")),
    )
    for key, listed in lists:
        if listed is None:
            kind = type(entry[key]).__name__
            yield Problem("value", "no-list", f"{key} is no list of access points: {kind}", locator)
        elif listed:
            yield Present(len(listed))
            for place, point in enumerate(listed):
                yield _point(f"{locator} {key}:{place}", point, name, security)


def _point(locator: str, point: Any, name: str | None, security: str | None) -> Network | Problem:
    """An access point of a network, and where it was seen."""
    if not isinstance(point, dict):
        return Problem("row", "no-entry", f"not an access point: {type(point).__name__}", locator)
    lat, lon = _degrees(point.get("LocationLatitude"), 90), _degrees(point.get("LocationLongitude"), 180)
    seen = moment("place recorded", point.get("LocationTimestamp"))
    joined = moments(point, _POINT_TIMES)
    placed = lat is not None and lon is not None
    return Network(
        locator=locator,
        moments=(*joined, *((seen,) if seen else ())),
        flags=("access point of a known network",),
        extra=_told(point, ("Channel", "CHANNEL", "DHCPServerID", "IPv4NetworkSignature", "LocationAccuracy")),
        technology="Wi-Fi",
        name=name,
        address=text(point.get("BSSID")),
        security=security,
        lat=lat if placed else None,
        lon=lon if placed else None,
    )


def _newest_first(one: Moment) -> int:
    return -(one.utc_us or 0)


def _name(entry: dict[str, Any]) -> str | None:
    for key in ("SSID_STR", "SSIDString", "SSID"):
        value = entry.get(key)
        if isinstance(value, str) and value:
            return value
        if isinstance(value, bytes) and value:
            return value.decode("utf-8", "backslashreplace")
    return None


def _told(entry: dict[str, Any], keys: tuple[str, ...]) -> tuple[tuple[str, str | int | float], ...]:
    found: list[tuple[str, str | int | float]] = []
    for key in keys:
        value = entry.get(key)
        if key == "DHCPServerID" and isinstance(value, bytes) and len(value) == 4:
            found.append((key, ".".join(map(str, value))))
        elif isinstance(value, int | float) and not isinstance(value, bool):
            found.append((key, value))
        elif isinstance(value, bool | str | datetime) and value != "" and not is_secret(key):
            found.append((key, words(value)))
        elif isinstance(value, dict):
            kept = {name: one for name, one in value.items() if not is_secret(name)}
            found += [(f"{key}/{name}", words(one)) for name, one in kept.items() if not isinstance(one, dict | list)]
    return tuple(found)


def _degrees(value: Any, most: int) -> float | None:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if number and -most <= value <= most else None


def _address(value: bytes) -> str:
    return ":".join(f"{byte:02x}" for byte in value)


@extractor(
    id="ios.dhcp",
    version=1,
    title="Leases of network addresses",
    files=("**/dhcpclient/leases/*", "**/com.apple.dhcp/*.plist"),
    emits=(Network,),
    privacy="location",
    layouts="dhcpclient/leases of iOS 4 to 18 and macOS",
    tested_on="iOS 16 images: a lease each",
    limits="The packet of the server is not read. A lease says that the network gave an address, not for how long the "
    "device was there.",
)
def dhcp(file: EvidenceFile) -> Iterator[Found]:
    """The lease of one interface: which address, in which network, from which router, since when.

    References:
    - Apple's open-source bootp, DHCPLeaseList (names of the keys)
    """
    found, problem = read_dict(file)
    if problem is not None:
        yield problem
        return
    if "LeaseStartDate" not in found and "IPAddress" not in found:
        yield Problem("schema", "unknown-layout", "no lease: neither IPAddress nor LeaseStartDate")
        return
    yield Present(1)
    router, own = found.get("RouterHardwareAddress"), found.get("ClientIdentifier")
    began: Moment | None = moment("lease began", found.get("LeaseStartDate"))
    client = (("ClientIdentifier", _address(own)),) if isinstance(own, bytes) and own else ()
    yield Network(
        locator="key=IPAddress",
        moments=(began,) if began else (),
        flags=("address leased",),
        extra=(*_told(found, _LEASE_TOLD), *client),
        technology="Wi-Fi" if text(found.get("SSID")) else "network",
        name=text(found.get("SSID")),
        address=_address(router) if isinstance(router, bytes) and router else None,
    )
