"""The call history of iOS and macOS."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, Literal

from evidence_store.records import Call, DeviceFact, Party, Problem
from extractors.android.threads import party as address
from extractors.base import EvidenceFile, Found, extractor
from extractors.database import Doubts, read_database, stored
from extractors.ios.calls_early import EARLY, early_calls
from extractors.ios.core_data import Extra, Rows, each_record, named, rows_by_key
from extractors.ios.joins import Joined, joined_keys
from extractors.matching import without_copy_mark
from extractors.recovered import IOS_CALLS, deleted_records
from parsers.sqlite_file import DamagedText, EvidenceDatabase, Row, lacking

_EXTRA: Final = (
    *("ZISO_COUNTRY_CODE", "ZLOCATION", "ZDISCONNECTED_CAUSE", "ZSERVICE_PROVIDER", "ZUNIQUE_ID", "ZDEVICE_ID"),
    *("ZBLOCKEDBYEXTENSION", "ZFILTERED_OUT_REASON", "ZJUNKCONFIDENCE", "ZJUNKIDENTIFICATIONCATEGORY"),
    *("ZVERIFICATIONSTATUS", "ZNUMBER_AVAILABILITY", "ZAUTOANSWERREASON", "ZHASMESSAGE", "ZFACE_TIME_DATA"),
    # Which line of a device with two SIMs took part, and which calls were one conversation.
    *("ZLOCALPARTICIPANTUUID", "ZOUTGOINGLOCALPARTICIPANTUUID", "ZPARTICIPANTGROUPUUID"),
)
_COLUMNS: Final = (
    *("Z_PK", "ZADDRESS", "ZDATE", "ZDURATION", "ZORIGINATED", "ZANSWERED", "ZCALLTYPE", "ZCALL_CATEGORY"),
    *("ZHANDLE_TYPE", "ZNAME", "ZREAD", "ZWASEMERGENCYCALL", "ZINITIATOR"),
    *_EXTRA,
)
_HANDLE: Final = ("ZTYPE", "ZVALUE", "ZNORMALIZEDVALUE")
_TIMERS: Final = ("ZTIMER_INCOMING", "ZTIMER_OUTGOING", "ZTIMER_LAST", "ZTIMER_LIFETIME")
_PHONE, _FACETIME_VIDEO, _FACETIME_AUDIO = 1, 8, 16
_VIDEO: Final = 2  # of ZCALL_CATEGORY
_TYPES: Final = {_PHONE: "Phone", _FACETIME_VIDEO: "FaceTime", _FACETIME_AUDIO: "FaceTime"}
_PROVIDERS: Final = {
    "com.apple.telephony": "Phone",
    "com.apple.facetime": "FaceTime",
    "net.whatsapp.whatsapp": "WhatsApp",
    "net.whatsapp.whatsappsmb": "WhatsApp",
    "ph.telegra.telegraph": "Telegram",
    "org.whispersystems.signal": "Signal",
    "com.facebook.messenger": "Facebook Messenger",
    "com.burbn.instagram": "Instagram",
    "com.toyopagroup.picaboo": "Snapchat",
    "com.hammerandchisel.discord": "Discord",
}
_DIRECTIONS: Final[dict[Any, Literal["in", "out"]]] = {0: "in", 1: "out"}


@extractor(
    id="ios.calls",
    version=2,
    title="Call history of Apple devices",
    files=("**/CallHistory.storedata", "**/CallHistoryTemp.storedata", "**/call_history.db"),
    tables=(
        {"ZCALLRECORD": {"Z_PK", "ZADDRESS", "ZDATE", "ZDURATION", "ZORIGINATED"}},
        EARLY | {"_SqliteDatabaseProperties": {"key"}},
    ),
    emits=(Call, DeviceFact),
    privacy="communications",
    layouts="CallHistory.storedata of iOS 8 to 26 and of macOS, call_history.db of iOS 3 to 7",
    tested_on="documented schema, no device data",
    limits="An incoming call that was not answered is called missed, as the device lists it, also where it was "
    "rejected; the stored cause is given. Whether an outgoing call was answered is told where it is recorded.",
)
def calls(file: EvidenceFile) -> Iterator[Found]:
    """Every row of `ZCALLRECORD` (`call` in iOS 7 and before), and the sums of talk time that the device keeps.

    `ZDATE` is seconds since 2001, `ZDURATION` seconds. `ZNAME` is what the address book or the application said at the
    time of the call. Who else took part in a call of several stands in `ZHANDLE`, beside.

    References:
    - the layout as the file itself declares it; Apple, documentation of CallKit
    - published notes on CallHistory.storedata and call_history.db
    """
    known: Rows = {}  # who stands beside the calls: deleted ones name them too
    yield from read_database(file, lambda db: _read(db, file.path, known))
    doubts = Doubts()
    yield from deleted_records(file, IOS_CALLS, _COLUMNS, doubts, lambda row: _call(row, (), known, doubts))


def _read(db: EvidenceDatabase, path: str, known: Rows) -> Iterator[Found]:
    if not lacking(db, EARLY):
        yield from early_calls(db)
        return
    if unknown := lacking(db, {"ZCALLRECORD": {"Z_PK", "ZADDRESS", "ZDATE", "ZDURATION", "ZORIGINATED"}}):
        words = lacking(db, EARLY) if without_copy_mark(path).lower().endswith("call_history.db") else unknown
        yield Problem("schema", "unknown-layout", words)
        return
    gaps: list[Problem] = []
    handles = rows_by_key(db, "ZHANDLE", _HANDLE, gaps)
    known.update(handles)
    others = joined_keys(db, "REMOTEPARTICIPANTHANDLES", "REMOTEPARTICIPANTCALLS", "REMOTEPARTICIPANTHANDLES", gaps)
    yield from each_record(
        db, "ZCALLRECORD", _COLUMNS[1:], lambda row, doubts: _call(row, _keys(others, row), handles, doubts)
    )
    if not lacking(db, {"ZCALLDBPROPERTIES": {"Z_PK"}}):
        yield from each_record(db, "ZCALLDBPROPERTIES", ("ZTIMER_ALL", "ZTIMER_LAST_RESET", *_TIMERS), _timers)
    yield from gaps


def _keys(others: Joined, row: Row) -> tuple[Any, ...]:
    return tuple(others.get(row["Z_PK"], ()))


def _call(row: Row, others: tuple[Any, ...], handles: Rows, doubts: Doubts) -> Call:
    direction = _DIRECTIONS.get(row["ZORIGINATED"])
    service = _service(row)
    name = doubts.text(row["ZNAME"], "ZNAME") or None
    number = _address(row["ZADDRESS"], "ZADDRESS", doubts)
    other = _party(number, name, service) if number else Party(name, "name", name) if name else None
    taking_part = tuple(one for key in others if (one := _handle(key, handles, service, doubts)))
    initiator = _handle(row["ZINITIATOR"], handles, service, doubts) if row["ZINITIATOR"] is not None else None
    recipients = tuple(dict.fromkeys((*((other,) if other else ()), *taking_part))) if direction == "out" else ()
    if other and len(taking_part) == 1 and taking_part[0].identifier == other.identifier:
        recipients, taking_part = recipients[:1], ()  # the same, named twice
    return Call(
        locator=doubts.locator,
        service=service,
        moments=(doubts.moment("started", row["ZDATE"], "cocoa s", "ZDATE"),),
        flags=tuple(_flags(row, direction, number)),
        extra=(*_extra(row, number, direction), *(("participant", one.identifier) for one in taking_part)),
        direction=direction,
        sender=(other or initiator) if direction == "in" else None,
        recipients=recipients,
        outcome=_outcome(row, direction),
        duration_s=_duration(row["ZDURATION"], doubts),
    )


def _service(row: Row) -> str:
    provider = row["ZSERVICE_PROVIDER"]
    if isinstance(provider, str) and provider:
        return _PROVIDERS.get(provider.lower(), str(provider))
    return _TYPES.get(row["ZCALLTYPE"], "") if type(row["ZCALLTYPE"]) is int else ""


def _address(value: Any, column: str, doubts: Doubts) -> str | None:
    """An address, which the store keeps as text or as the bytes of text."""
    if isinstance(value, bytes):
        try:
            return value.decode() or None
        except UnicodeDecodeError:
            pass
    return doubts.text(value, column) or None


def _party(identifier: str, name: str | None, service: str) -> Party:
    if service == "WhatsApp" and identifier.endswith(("@s.whatsapp.net", "@lid")):
        return Party(identifier, "whatsapp", name)
    found = address(identifier)
    scheme = found.scheme if found else "account"
    return Party(identifier, "account" if scheme == "sender-id" else scheme, name)


def _handle(key: Any, handles: Rows, service: str, doubts: Doubts) -> Party | None:
    row = handles.get(key) if type(key) is int else None
    if row is None:
        doubts.add("no-handle", f"there is no row of ZHANDLE for a participant (Z_PK={stored(key)})")
        return None
    where = f"ZHANDLE:Z_PK={key}"
    value = _address(row["ZVALUE"], f"{where} ZVALUE", doubts)
    value = value or _address(row["ZNORMALIZEDVALUE"], f"{where} ZNORMALIZEDVALUE", doubts)
    return _party(value, None, service) if value else None


def _outcome(row: Row, direction: str | None) -> str | None:
    if row["ZANSWERED"] == 1:
        return "answered"
    return "missed" if direction == "in" and row["ZANSWERED"] == 0 else None


def _flags(row: Row, direction: str | None, number: str | None) -> Iterator[str]:
    if not number:
        yield "no number"
    if direction is None:
        yield f"ZORIGINATED {stored(row['ZORIGINATED'])}"
    kind = row["ZCALLTYPE"]
    if kind not in (None, 0, *_TYPES) or isinstance(kind, bytes):
        yield f"type {stored(kind)}"
    if kind == _FACETIME_VIDEO or row["ZCALL_CATEGORY"] == _VIDEO:
        yield "video"
    if direction == "in" and row["ZREAD"] == 0 and row["ZANSWERED"] == 0:
        yield "new"
    if row["ZWASEMERGENCYCALL"] == 1:
        yield "emergency"
    if isinstance(row["ZBLOCKEDBYEXTENSION"], str) and row["ZBLOCKEDBYEXTENSION"]:
        yield "blocked by an extension"
    if row["ZFILTERED_OUT_REASON"] not in (None, 0):
        yield "filtered out"
    if isinstance(row["ZJUNKCONFIDENCE"], int | float) and row["ZJUNKCONFIDENCE"] > 0:
        yield "junk"


def _extra(row: Row, number: str | None, direction: str | None) -> Extra:
    found = named(row, _EXTRA, (None, "", 0))
    if direction is None and number:
        found = (("ZADDRESS", number), *found)
    seconds = row["ZDURATION"]
    exact = type(seconds) is float and 0 <= seconds < 2**53 and seconds != int(seconds)
    return (*found, ("ZDURATION", seconds)) if exact else found


def _duration(value: Any, doubts: Doubts) -> int | None:
    """Whole seconds; the fraction stands in `extra`."""
    number = type(value) in (int, float) and not isinstance(value, DamagedText)
    if value is None or (number and 0 <= value < 2**53):
        return None if value is None else int(value)
    doubts.add("number", f"ZDURATION is no duration: {stored(value)}")
    return None


def _timers(row: Row, doubts: Doubts) -> DeviceFact:
    """The sums of talk time that the device keeps."""
    reset = row["ZTIMER_LAST_RESET"]
    return DeviceFact(
        locator=doubts.locator,
        service="Phone",
        moments=() if reset in (None, 0) else (doubts.moment("last reset", reset, "cocoa s", "ZTIMER_LAST_RESET"),),
        extra=named(row, _TIMERS),
        name="duration of all calls, seconds",
        value=stored(row["ZTIMER_ALL"]),
    )
