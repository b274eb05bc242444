"""Bluetooth devices that iOS was paired with, or has seen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from evidence_store.records import Moment, Network, Present, Problem
from extractors.base import EvidenceFile, Found, extractor
from extractors.database import Doubts, read_database
from extractors.ios.core_data import each_record, named
from extractors.ios.plists import is_secret, read_dict, text, words
from parsers.sqlite_file import EvidenceDatabase, Row, lacking

_TOLD: Final = (
    *("UserNameKey", "DefaultName", "DeviceIdVendor", "DeviceIdProduct", "DeviceIdVersion", "ProductID", "VendorID"),
    *("MagicCloudPaired", "InfoRead", "SerialNumber", "FirmwareVersion", "ManufacturerName", "ModelNumber"),
)
_COLUMNS: Final = (
    *("Uuid", "Name", "NameOrigin", "Address", "ResolvedAddress", "LastSeenTime", "LastConnectionTime", "Tags"),
    *("iCloudIdentifier", "ManufacturerName"),
)
_TABLES: Final = {"PairedDevices": "paired", "OtherDevices": "seen", "LoggedInAccountDevices": "of the account"}


@extractor(
    id="ios.bluetooth",
    version=1,
    title="Bluetooth devices",
    files=("**/com.apple.MobileBluetooth.devices.plist", "**/com.apple.MobileBluetooth.ledevices*.db"),
    emits=(Network,),
    privacy="location",
    layouts="com.apple.MobileBluetooth.devices.plist and ledevices.paired.db, ledevices.other.db of iOS 9 to 18",
    tested_on="documented schema, no device data",
    limits="Keys of pairings are never read. What the times of low-energy devices count is not documented: they are "
    "given as stored. A device that was seen was near by; nothing says whose it is.",
)
def bluetooth(file: EvidenceFile) -> Iterator[Found]:
    """Each device of the property list (`LastSeenTime` is seconds since 1970), or every row of the database.

    References:
    - the keys and layouts as public descriptions give them (iLEAPP's published notes on Bluetooth)
    """
    if file.path.lower().endswith(".plist"):
        yield from _listed(file)
    else:
        yield from read_database(file, _read)


def _listed(file: EvidenceFile) -> Iterator[Found]:
    found, problem = read_dict(file)
    if problem is not None:
        yield problem
        return
    yield Present(len(found))
    doubts = Doubts()
    for address, entry in found.items():
        doubts.locator = f"key={address}"
        if not isinstance(entry, dict):
            yield Problem("row", "no-entry", f"not a device: {type(entry).__name__}", doubts.locator)
            continue
        yield _device(address, entry, doubts)
        yield from doubts.drain()


def _device(address: str, entry: dict[str, Any], doubts: Doubts) -> Network:
    seen = entry.get("LastSeenTime")
    moments: tuple[Moment, ...] = ()
    if seen not in (None, 0):
        moments = (doubts.moment("seen last", seen, "s", "LastSeenTime"),)
    return Network(
        locator=doubts.locator,
        moments=moments,
        flags=("paired",),
        extra=tuple(
            (key, words(entry[key])) for key in _TOLD if entry.get(key) not in (None, "") and not is_secret(key)
        ),
        technology="Bluetooth",
        name=text(entry.get("UserNameKey")) or text(entry.get("Name")) or text(entry.get("DefaultName")),
        address=address,
    )


def _read(db: EvidenceDatabase) -> Iterator[Found]:
    there = [table for table in _TABLES if not lacking(db, {table: {"Address"}})]
    if not there:
        yield Problem("schema", "unknown-layout", f"none of the tables {', '.join(_TABLES)}")
        return
    for table in there:
        flag = _TABLES[table]

        def row(one: Row, doubts: Doubts, flag: str = flag) -> Network:
            return _low_energy(one, flag, doubts)

        yield from each_record(db, table, _COLUMNS, row, key="rowid")


def _low_energy(row: Row, flag: str, doubts: Doubts) -> Network:
    names = ("Uuid", "NameOrigin", "ResolvedAddress", "LastSeenTime", "LastConnectionTime", "ManufacturerName")
    address = doubts.text(row["Address"], "Address")
    return Network(
        locator=doubts.locator,
        flags=(flag,),
        extra=named(row, names, (None, "", 0)),
        technology="Bluetooth",
        name=doubts.text(row["Name"], "Name") or None,
        address=address.removeprefix("Public ").removeprefix("Random ") if address else None,
    )
