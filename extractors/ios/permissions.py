"""Which application may use what, as iOS and macOS record it: TCC.db."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from evidence_store.records import AppUse, Problem
from extractors.base import EvidenceFile, Found, extractor
from extractors.database import Doubts, read_database, stored
from extractors.ios.core_data import each_record, named
from parsers.sqlite_file import EvidenceDatabase, Row, lacking

_ACCESS: Final = (
    *("service", "client", "client_type", "auth_value", "auth_reason", "auth_version", "allowed", "prompt_count"),
    *("policy_id", "indirect_object_identifier", "flags", "last_modified"),
)
_EXPIRED: Final = ("service", "client", "client_type", "last_modified", "expired_at")
_SERVICES: Final = {
    "AddressBook": "contacts",
    "BluetoothAlways": "Bluetooth",
    "BluetoothPeripheral": "Bluetooth, as a device for others",
    "Calendar": "calendar",
    "Camera": "camera",
    "FaceID": "Face ID",
    "FocusStatus": "focus status",
    "Liverpool": "data in iCloud",
    "MediaLibrary": "music and media library",
    "Microphone": "microphone",
    "Motion": "motion and fitness",
    "MSO": "TV provider",
    "Photos": "photos",
    "PhotosAdd": "adding photos",
    "Reminders": "reminders",
    "ScreenCapture": "recording of the screen",
    "Accessibility": "control by accessibility",
    "SystemPolicyAllFiles": "all files",
    "Siri": "Siri",
    "SpeechRecognition": "speech recognition",
    "Ubiquity": "iCloud Drive",
    "UserTracking": "tracking across applications",
    "WebKitIntelligentTrackingPrevention": "tracking prevention of WebKit",
    "Willow": "home data",
    "ContactlessAccess": "contactless access",
    "ExposureNotification": "exposure notifications",
}
_ANSWERS: Final = {0: "denied", 1: "not decided", 2: "allowed", 3: "limited"}
_REASONS: Final = {
    1: "error",
    2: "answer to a prompt",
    3: "set in the settings",
    4: "set by the system",
    5: "policy of the service",
    6: "policy of a management profile",
    7: "overriding policy",
    8: "no text for the prompt",
    9: "prompt timed out",
    10: "not known before",
    11: "entitlement",
    12: "policy for the kind of application",
}


@extractor(
    id="ios.permissions",
    version=1,
    title="Permissions of applications",
    files=("**/TCC.db",),
    tables=({"access": {"service", "client", "client_type"}},),
    emits=(AppUse,),
    privacy="device",
    layouts="TCC.db of iOS 7 to 18 and macOS 10.8 to 15 (allowed, later auth_value)",
    tested_on="iOS 14 backup: 11 permissions; macOS 10.15: 21 permissions",
    limits="Access to the location is recorded elsewhere. A permission says that an application might, not that it "
    "did. Entries from before the time was recorded (iOS 11) have none.",
)
def permissions(file: EvidenceFile) -> Iterator[Found]:
    """Every row of `access` and of `expired`; `last_modified` is seconds since 1970.

    References:
    - the layout as the file itself declares it; Apple, documentation of privacy preferences
    """
    yield from read_database(file, _read)


def _read(db: EvidenceDatabase) -> Iterator[Found]:
    if unknown := lacking(db, {"access": {"service", "client"}}):
        yield Problem("schema", "unknown-layout", unknown)
        return
    yield from each_record(db, "access", _ACCESS, _access, key="rowid")
    if not lacking(db, {"expired": {"service", "client"}}):
        yield from each_record(db, "expired", _EXPIRED, _expired, key="rowid")


def _access(row: Row, doubts: Doubts) -> AppUse:
    answer, reason = row["auth_value"], row["auth_reason"]
    if answer is None:
        answer = {0: 0, 1: 2}.get(row["allowed"], row["allowed"])
    flags = [_ANSWERS.get(answer) or f"answer {stored(answer)}"] if answer is not None else []
    told = (("reason", _REASONS.get(reason) or stored(reason)),) if reason not in (None, 0) else ()
    target = row["indirect_object_identifier"]
    about = (("about", stored(target)),) if target not in (None, "", "UNUSED") else ()
    return _use(row, tuple(flags), (*told, *about), (("last changed", "last_modified"),), doubts)


def _expired(row: Row, doubts: Doubts) -> AppUse:
    times = (("expired", "expired_at"), ("last changed", "last_modified"))
    return _use(row, ("expired",), (), times, doubts)


def _use(row: Row, flags: tuple[str, ...], told: tuple[Any, ...], times: tuple[Any, ...], doubts: Doubts) -> AppUse:
    service = doubts.text(row["service"], "service") or ""
    short = service.removeprefix("kTCCService")
    return AppUse(
        locator=doubts.locator,
        moments=tuple(
            doubts.moment(meaning, row[name], "s", name) for meaning, name in times if row[name] not in (None, 0)
        ),
        flags=flags,
        extra=(("service", service), *told, *named(row, ("client_type",))),
        app=doubts.text(row["client"], "client") or "",
        title=_SERVICES.get(short, short),
        activity="permission",
    )
