"""What single settings and properties of Android mean, and which are not read because they may let somebody in."""

from __future__ import annotations

import re
from typing import Final

from evidence_store.records import DeviceFact, Moment
from extractors.android.xml_file import Extra
from extractors.database import Doubts

_SECRET: Final = re.compile(
    r"passw|passphrase|passcode|token|secret|credential|cookie|(?:private|user|api|auth|encryption)[_.-]?key",
    re.I,
)
# In words what a name stands for, so that it is found by them.
WORDS: Final = {
    **dict.fromkeys(("ro.product.manufacturer", "ro.product.brand", "ro.product.vendor.manufacturer"), "device maker"),
    **dict.fromkeys(("ro.product.model", "ro.product.system.model", "ro.product.vendor.model"), "device model"),
    **dict.fromkeys(("ro.product.name", "ro.product.device", "ro.build.product"), "device model, internal name"),
    **dict.fromkeys(("ro.build.version.release", "ro.system.build.version.release"), "Android version"),
    **dict.fromkeys(("ro.build.fingerprint", "ro.system.build.fingerprint"), "build of the system"),
    **dict.fromkeys(("ro.serialno", "ro.boot.serialno", "ril.serialnumber"), "serial number"),
    **dict.fromkeys(("persist.sys.locale", "ro.product.locale", "system_locales"), "language and region"),
    **dict.fromkeys(("gsm.sim.operator.alpha", "gsm.operator.alpha"), "mobile network"),
    "ro.build.version.security_patch": "security patch of",
    "ro.crypto.state": "encryption of storage",
    "ro.debuggable": "debuggable system",
    "ro.boot.verifiedbootstate": "state of verified boot",
    "ro.boot.flash.locked": "boot loader locked",
    "persist.sys.timezone": "time zone set",
    "device_name": "device name",
    "android_id": "Android ID",
    "bluetooth_name": "Bluetooth name",
    "bluetooth_address": "Bluetooth address",
    "auto_time": "time from the network",
    "auto_time_zone": "time zone from the network",
    "time_12_24": "clock of 12 or 24 hours",
    "airplane_mode_on": "aeroplane mode",
    "adb_enabled": "USB debugging",
    "development_settings_enabled": "developer settings",
    "install_non_market_apps": "applications from other sources allowed",
    "mock_location": "mock locations allowed",
    "location_mode": "location setting",
    "default_input_method": "keyboard in use",
    "enabled_accessibility_services": "accessibility services switched on",
    "enabled_notification_listeners": "applications that may read notifications",
    "notification_history_enabled": "notification history",
    "sms_default_application": "application for text messages",
    "lock_screen_owner_info": "words on the lock screen",
}
_TIMES: Final = {
    "ro.build.date.utc": ("built", "s"),
    "ro.system.build.date.utc": ("built", "s"),
    "ro.vendor.build.date.utc": ("built", "s"),
    "ro.runtime.firstboot": ("runtime started", "ms"),
}


def fact(where: str, name: str, value: str, doubts: Doubts, extra: Extra = ()) -> DeviceFact:
    """A setting or property as stored; where its name speaks of a key or password its value is not given."""
    doubts.locator = where
    moments: tuple[Moment, ...] = ()
    if name in _TIMES and value not in ("", "0"):
        meaning, unit = _TIMES[name]
        moments = (doubts.moment(meaning, value, unit, name),)
    kept_back = bool(value) and _SECRET.search(name) is not None
    return DeviceFact(
        locator=where,
        moments=moments,
        flags=("value not read",) if kept_back else (),
        extra=extra,
        name=name,
        value="" if kept_back else value,
        text=WORDS.get(name),
    )
