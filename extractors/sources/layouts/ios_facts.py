"""What an iOS backup says of itself and of the device, in Info.plist, Manifest.plist and Status.plist.

References: The iPhone Wiki, "iTunes Backup" (archived); the Info.plist of an iOS 14.3 backup.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from extractors.shortened import shortened
from extractors.sources.names import LONGEST_SHOWN, shown
from parsers.times import iso, to_us

# What the report calls it: where it stands, the first that is there is taken.
_FACTS: Final = {
    "device name": (("Info", "Device Name"), ("Info", "Display Name"), ("Lockdown", "DeviceName")),
    "product type": (("Info", "Product Type"), ("Lockdown", "ProductType")),
    "iOS version": (("Info", "Product Version"), ("Lockdown", "ProductVersion")),
    "iOS build": (("Info", "Build Version"), ("Lockdown", "BuildVersion")),
    "serial number": (("Info", "Serial Number"), ("Lockdown", "SerialNumber")),
    "UDID": (("Info", "Unique Identifier"), ("Info", "Target Identifier"), ("Lockdown", "UniqueDeviceID")),
    "phone number": (("Info", "Phone Number"),),
    "IMEI": (("Info", "IMEI"),),
    "second IMEI": (("Info", "IMEI 2"),),
    "MEID": (("Info", "MEID"),),
    "ICCID": (("Info", "ICCID"),),
    "last backup": (("Info", "Last Backup Date"), ("Manifest", "Date"), ("Status", "Date")),
    "iTunes version": (("Info", "iTunes Version"),),
    "passcode set": (("Manifest", "WasPasscodeSet"),),
    "full backup": (("Status", "IsFullBackup"),),
    "backup state": (("Status", "BackupState"),),
    "snapshot state": (("Status", "SnapshotState"),),
    "backup format": (("Status", "Version"), ("Manifest", "Version")),
}


def device_facts(info: dict[str, Any], manifest: dict[str, Any], status: dict[str, Any]) -> dict[str, str]:
    """Plain text by the report's names, in the report's order; what is not recorded is left out."""
    lockdown = manifest.get("Lockdown")
    places = {
        "Info": info,
        "Manifest": manifest,
        "Status": status,
        "Lockdown": lockdown if isinstance(lockdown, dict) else {},
    }
    found = {}
    for name, wanted in _FACTS.items():
        texts = (_text(places[place].get(key)) for place, key in wanted)
        if text := next(filter(None, texts), ""):
            found[name] = text
    return found


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return iso(to_us(value))
    return shortened(shown(str(value)), LONGEST_SHOWN) if isinstance(value, str | int | float) else ""
