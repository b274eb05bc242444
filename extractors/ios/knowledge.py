"""What the system of iOS and macOS records of the use of applications and of its own states: knowledgeC.db."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from evidence_store.records import (
    AppInstall,
    AppUse,
    DeviceFact,
    Moment,
    Network,
    Notification,
    Problem,
    Record,
    WebVisit,
)
from extractors.base import EvidenceFile, Found, extractor
from extractors.database import Doubts, each_held, read_database, stored
from extractors.ios.core_data import (
    Extra,
    Rows,
    each_record,
    named,
    plain,
    rows_by_key,
    seconds_between,
    set_times,
)
from parsers.sqlite_file import EvidenceDatabase, Row, lacking

_OBJECT: Final = (
    *("ZSTREAMNAME", "ZVALUESTRING", "ZVALUEINTEGER", "ZVALUEDOUBLE", "ZSTARTDATE", "ZENDDATE"),
    *("ZCREATIONDATE", "ZLOCALCREATIONDATE", "ZSECONDSFROMGMT", "ZUUID", "ZSOURCE", "ZSTRUCTUREDMETADATA"),
)
_SOURCE: Final = ("ZBUNDLEID", "ZDEVICEID", "ZGROUPID", "ZINTENTID", "ZITEMID", "ZSOURCEID")
_TIMES: Final = (("started", "ZSTARTDATE"), ("ended", "ZENDDATE"), ("recorded", "ZCREATIONDATE"))
# Streams of applications, in words; others under "/app/" come out under their own name.
APP_STREAMS: Final = {
    "/app/inFocus": "in the foreground",
    "/app/usage": "in use",
    "/app/webUsage": "in use by a web page",
    "/app/mediaUsage": "playing media",
    "/app/activity": "activity offered to the system",
    "/app/intents": "action offered to the system",
    "/app/locationActivity": "place offered to the system",
    "/app/relevantShortcuts": "shortcut offered to the system",
    "/media/nowPlaying": "media playing",
}
# States of the device: (name, what 1 and 0 are called).
_YES: Final = ("yes", "no")
STATE_STREAMS: Final = {
    "/display/isBacklit": ("display lit", _YES),
    "/device/isLocked": ("device locked", _YES),
    "/device/isPluggedIn": ("device on a charger", _YES),
    "/device/isLocked/imputed": ("device locked, as inferred by the system", _YES),
    "/keybag/isLocked": ("keybag locked", _YES),
    "/carplay/isConnected": ("CarPlay connected", _YES),
    "/watch/nearby": ("watch near by", _YES),
    "/system/airplaneMode": ("flight mode", _YES),
    "/device/lowPowerMode": ("low power mode", _YES),
    "/device/batteryPercentage": ("battery, per cent", None),
    "/display/orientation": ("orientation of the display", ("landscape", "portrait")),
    "/audio/outputRoute": ("audio output", None),
    "/activity/level": ("activity level", None),
    "/inferred/motion": ("motion, as inferred by the system", None),
}
# Generations differ in it: "/device/BatteryPercentage".
_STATES: Final = {stream.lower(): known for stream, known in STATE_STREAMS.items()}
Metadata = dict[Any, Extra]


@extractor(
    id="ios.knowledge",
    version=2,
    title="Use of applications and states of the device, as recorded by the system",
    files=("**/knowledgeC*.db",),
    tables=({"ZOBJECT": {"Z_PK", "ZSTREAMNAME", "ZSTARTDATE"}, "ZSOURCE": {"Z_PK"}},),
    emits=(AppUse, WebVisit, Notification, AppInstall, Network, DeviceFact),
    privacy="device",
    layouts="knowledgeC.db of iOS 11 to 18 and macOS 10.13 to 15",
    tested_on="macOS 10.13: 21 objects; macOS 10.14: 92 objects",
    limits="The system drops entries after some four weeks. Histograms, and the archived bodies of actions (SiriKit), "
    "are not read. From iOS 16 on most streams stand in Biome files instead (ios.biome).",
)
def knowledge(file: EvidenceFile) -> Iterator[Found]:
    """Every row of `ZOBJECT`, with its source and its metadata beside it.

    Times are seconds since 2001; `ZSECONDSFROMGMT` is how far local time was ahead of UTC. A value of class 1 is a
    text (an application, an address), any other a number.

    References:
    - the layout as the file itself declares it; S. Edwards, "Knowledge is Power" (on the streams)
    """
    yield from read_database(file, _read)


def _read(db: EvidenceDatabase) -> Iterator[Found]:
    if unknown := lacking(db, {"ZOBJECT": {"Z_PK", "ZSTREAMNAME", "ZSTARTDATE"}}):
        yield Problem("schema", "unknown-layout", unknown)
        return
    gaps: list[Problem] = []
    sources = rows_by_key(db, "ZSOURCE", _SOURCE, gaps)
    metadata = _metadata(db, gaps)
    yield from each_record(db, "ZOBJECT", _OBJECT, lambda row, doubts: _record(row, sources, metadata, doubts))
    yield from gaps


def _metadata(db: EvidenceDatabase, gaps: list[Problem]) -> Metadata:
    """The metadata of each key, as (column, value) of those that are set; what is archived there is left out."""
    table = "ZSTRUCTUREDMETADATA"
    if lacking(db, {table: {"Z_PK"}}):
        return {}
    columns = sorted(db.tables()[table] - {"Z_PK", "Z_ENT", "Z_OPT", "ZMETADATAHASH"})
    select = ", ".join(("Z_PK", *(f'"{column}"' for column in columns if '"' not in column)))
    found: Metadata = {}
    for row in each_held(db, table, select, gaps, key="Z_PK"):
        told = [(name, value) for name, value in row.items() if name != "Z_PK" and value not in (None, "")]
        found[row["Z_PK"]] = tuple((name, plain(value)) for name, value in told if not isinstance(value, bytes))
    return found


def _record(row: Row, sources: Rows, metadata: Metadata, doubts: Doubts) -> Record:
    stream = doubts.text(row["ZSTREAMNAME"], "ZSTREAMNAME") or ""
    about = metadata.get(row["ZSTRUCTUREDMETADATA"], ())
    value = doubts.text(row["ZVALUESTRING"], "ZVALUESTRING")
    source = sources.get(row["ZSOURCE"])
    extra: Extra = (
        ("ZSTREAMNAME", stream),
        *named(row, ("ZSECONDSFROMGMT", "ZUUID")),
        *(tuple((f"source {name}", kept) for name, kept in named(source, _SOURCE)) if source else ()),
        *about,
    )
    moments = set_times(row, _TIMES, doubts)
    if stream == "/safari/history":
        return _visit(value, about, moments, extra, doubts)
    if stream == "/notification/usage":
        return _notification(value, about, moments, extra, doubts)
    if stream == "/app/install":
        return AppInstall(locator=doubts.locator, moments=moments, extra=extra, app=value or "")
    if stream == "/bluetooth/isConnected":
        return _bluetooth(row, about, moments, extra, doubts)
    if stream in APP_STREAMS or (stream.startswith("/app/") and value):
        return _use(row, stream, about, moments, extra, doubts)
    return _state(row, stream, moments, extra, doubts)


def _of(about: Extra, end: str) -> str | None:
    """The text of the metadata whose column ends so."""
    return next((value for name, value in about if name.endswith(end) and isinstance(value, str)), None)


def _use(row: Row, stream: str, about: Extra, moments: tuple[Moment, ...], extra: Extra, doubts: Doubts) -> AppUse:
    playing = stream == "/media/nowPlaying"
    title = _of(about, "__TITLE") if playing else _of(about, "__WEBPAGEURL") or _of(about, "__WEBDOMAIN")
    told = ("__ARTIST", "__ALBUM") if playing else ("__CONTENTDESCRIPTION", "__INTENTVERB", "__INTENTCLASS", "__TITLE")
    lines = dict.fromkeys((title, *(_of(about, end) for end in told)))
    return AppUse(
        locator=doubts.locator,
        moments=moments,
        extra=extra,
        app=row["ZVALUESTRING"] if isinstance(row["ZVALUESTRING"], str) else "",
        title=title,
        activity=APP_STREAMS.get(stream, stream),
        duration_s=seconds_between(row["ZSTARTDATE"], row["ZENDDATE"]),
        text="\n".join(line for line in lines if line) or None,
    )


def _visit(url: str | None, about: Extra, moments: tuple[Moment, ...], extra: Extra, doubts: Doubts) -> WebVisit:
    return WebVisit(
        locator=doubts.locator,
        service="Safari",
        moments=moments,
        extra=extra,
        url=url,
        title=_of(about, "SAFARIHISTORYMETADATAKEY__TITLE"),
    )


def _notification(
    value: str | None, about: Extra, moments: tuple[Moment, ...], extra: Extra, doubts: Doubts
) -> Notification:
    return Notification(
        locator=doubts.locator,
        moments=moments,
        flags=(value,) if value else (),
        extra=extra,
        app=_of(about, "NOTIFICATIONUSAGEMETADATAKEY__BUNDLEID"),
    )


def _bluetooth(row: Row, about: Extra, moments: tuple[Moment, ...], extra: Extra, doubts: Doubts) -> Network:
    states = {1: ("connected",), 0: ("not connected",)}
    return Network(
        locator=doubts.locator,
        moments=moments,
        flags=states.get(row["ZVALUEINTEGER"], ()),
        extra=extra,
        technology="Bluetooth",
        name=_of(about, "BLUETOOTHMETADATAKEY__NAME"),
        address=_of(about, "BLUETOOTHMETADATAKEY__ADDRESS"),
    )


def _state(row: Row, stream: str, moments: tuple[Moment, ...], extra: Extra, doubts: Doubts) -> DeviceFact:
    name, pair = _STATES.get(stream.lower(), (f"stream {stream}" if stream else "object of no stream", None))
    text, number = row["ZVALUESTRING"], row["ZVALUEINTEGER"]
    if isinstance(text, str) and text:
        value = str(text)
    elif pair is not None and number in (0, 1):
        value = pair[0] if number == 1 else pair[1]
    elif isinstance(row["ZVALUEDOUBLE"], float) and row["ZVALUEDOUBLE"] != number:
        value = stored(row["ZVALUEDOUBLE"])
    else:
        value = stored(number)
    return DeviceFact(locator=doubts.locator, moments=moments, extra=extra, name=name, value=value)
