"""Network traffic of processes, as iOS and macOS count it: DataUsage.sqlite and netusage.sqlite."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, Final

from evidence_store.records import AppUse, Network, Present, Problem
from extractors.base import EvidenceFile, Found, extractor
from extractors.database import Doubts, read_database, stored
from extractors.ios.core_data import Rows, each_record, named, rows_by_key, set_times
from parsers.sqlite_file import EvidenceDatabase, Row, lacking

_PROCESS: Final = ("ZFIRSTTIMESTAMP", "ZTIMESTAMP", "ZBUNDLENAME", "ZPROCNAME")
_BYTES: Final = ("ZWIFIIN", "ZWIFIOUT", "ZWWANIN", "ZWWANOUT", "ZWIREDIN", "ZWIREDOUT", "ZXIN", "ZXOUT")
_USAGE: Final = ("ZHASPROCESS", "ZTIMESTAMP", "ZBILLCYCLEEND", "ZKIND", "ZTAG", *_BYTES)
_ROUTE: Final = (
    *("ZHASNETWORKATTACHMENT", "ZTIMESTAMP", "ZKIND", "ZBYTESIN", "ZBYTESOUT", "ZPACKETSIN", "ZPACKETSOUT"),
    *("ZCONNATTEMPTS", "ZCONNSUCCESSES", "ZOVERALLSTAY"),
)
_ATTACHMENT: Final = ("ZIDENTIFIER", "ZKIND", "ZISHOTSPOT", "ZISKNOWNGOOD", "ZFIRSTTIMESTAMP", "ZTIMESTAMP")
_PROCESS_TIMES: Final = (("process first recorded", "ZFIRSTTIMESTAMP"), ("process last recorded", "ZTIMESTAMP"))
_NETWORK_TIMES: Final = (("network first recorded", "ZFIRSTTIMESTAMP"), ("network last recorded", "ZTIMESTAMP"))
_KINDS: Final = {1: "Wi-Fi", 2: "mobile", 3: "wired"}
_MOST_GAPS: Final = 200
_WITH_ADDRESS: Final = re.compile(r"(.*)-((?:[0-9a-fA-F]{1,2}:){5}[0-9a-fA-F]{1,2})", re.DOTALL)


@extractor(
    id="ios.data_usage",
    version=1,
    title="Network traffic of processes, and of networks",
    files=("**/DataUsage.sqlite", "**/netusage.sqlite"),
    tables=({"ZPROCESS": {"Z_PK", "ZPROCNAME"}, "ZLIVEUSAGE": {"Z_PK", "ZHASPROCESS"}},),
    emits=(AppUse, Network),
    privacy="device",
    layouts="DataUsage.sqlite and netusage.sqlite of iOS 7 to 18 and macOS",
    tested_on="iOS 16 DataUsage.sqlite: 887 counts; iOS 14 netusage.sqlite: 335 counts and 49 networks; iOS 14 backup: "
    "41 entries",
    limits="Counts are sums since the process was first recorded, or since the statistics were reset. An entry says "
    "that a process moved data, not that anybody looked at it. Flows, typical use and diagnostics are not read.",
)
def data_usage(file: EvidenceFile) -> Iterator[Found]:
    """Every row of `ZLIVEUSAGE` with its process, every process that has none, and the networks with their traffic.

    Times are seconds since 2001, counts are bytes: WIFI, WWAN (mobile), WIRED; X is what the system itself passes on.

    References:
    - the layout as the file itself declares it
    """
    yield from read_database(file, _read)


def _read(db: EvidenceDatabase) -> Iterator[Found]:
    if unknown := lacking(db, {"ZPROCESS": {"Z_PK", "ZPROCNAME"}, "ZLIVEUSAGE": {"Z_PK", "ZHASPROCESS"}}):
        yield Problem("schema", "unknown-layout", unknown)
        return
    gaps: list[Problem] = []
    processes = rows_by_key(db, "ZPROCESS", _PROCESS, gaps)
    seen: set[Any] = set()
    yield from each_record(db, "ZLIVEUSAGE", _USAGE, lambda row, doubts: _usage(row, processes, seen, doubts))
    yield from _alone(processes, seen, "ZPROCESS", _process)
    yield from _missing(processes, "ZPROCESS")
    if not lacking(db, {"ZLIVEROUTEPERF": {"Z_PK"}, "ZNETWORKATTACHMENT": {"Z_PK", "ZIDENTIFIER"}}):
        networks = rows_by_key(db, "ZNETWORKATTACHMENT", _ATTACHMENT, gaps)
        told: set[Any] = set()
        yield from each_record(db, "ZLIVEROUTEPERF", _ROUTE, lambda row, doubts: _route(row, networks, told, doubts))
        yield from _alone(networks, told, "ZNETWORKATTACHMENT", _network)
    yield from gaps


def _alone(rows: Rows, seen: set[Any], table: str, make: Callable[[Row, Doubts], AppUse | Network]) -> Iterator[Found]:
    """The rows of a side table that no other row names."""
    alone = [row for key, row in rows.items() if key not in seen]
    if alone:
        yield Present(len(alone))
    doubts = Doubts()
    for row in alone:
        doubts.locator = f"{table}:Z_PK={row['Z_PK']}"
        yield make(row, doubts)
        yield from doubts.drain()


def _missing(rows: Rows, table: str) -> Iterator[Problem]:
    """A note for each range of keys that hold no row, with no word of why: numbers are given out in order."""
    last = 0
    for count, key in enumerate(sorted(key for key in rows if type(key) is int and key > 0)):
        if key > last + 1 and count < _MOST_GAPS:
            words = f"{last + 1} to {key - 1}: no rows have" if key > last + 2 else f"{last + 1}: no row has"
            yield Problem("note", "gap", f"{words} this Z_PK", table)
        last = key


def _usage(row: Row, processes: Rows, seen: set[Any], doubts: Doubts) -> AppUse:
    process = processes.get(row["ZHASPROCESS"])
    seen.add(row["ZHASPROCESS"])
    if process is None:
        doubts.add("no-process", f"there is no row of ZPROCESS for this count (Z_PK={stored(row['ZHASPROCESS'])})")
    times = set_times(row, (("counted", "ZTIMESTAMP"), ("billing period ends", "ZBILLCYCLEEND")), doubts)
    about = _process(process, doubts) if process is not None else None
    return AppUse(
        locator=doubts.locator,
        moments=(*times, *(about.moments if about else ())),
        extra=(
            *(about.extra if about else ()),
            *named(row, _BYTES, (None, "", 0)),
            *named(row, ("ZKIND", "ZTAG"), (None, "")),
        ),
        app=about.app if about else "",
        activity="network traffic",
    )


def _process(row: Row, doubts: Doubts) -> AppUse:
    """A process as recorded; its name may have the identifier of a container before it."""
    bundle = doubts.text(row["ZBUNDLENAME"], "ZBUNDLENAME")
    name = doubts.text(row["ZPROCNAME"], "ZPROCNAME")
    return AppUse(
        locator=doubts.locator,
        moments=set_times(row, _PROCESS_TIMES, doubts),
        extra=(("ZPROCNAME", name),) if name and bundle else (),
        app=bundle or name or "",
        activity="process recorded, no traffic counted",
    )


def _route(row: Row, networks: Rows, seen: set[Any], doubts: Doubts) -> Network:
    network = networks.get(row["ZHASNETWORKATTACHMENT"])
    seen.add(row["ZHASNETWORKATTACHMENT"])
    if network is None:
        key = stored(row["ZHASNETWORKATTACHMENT"])
        doubts.add("no-network", f"there is no row of ZNETWORKATTACHMENT for this count (Z_PK={key})")
    times = set_times(row, (("counted", "ZTIMESTAMP"),), doubts)
    about = _network(network, doubts) if network is not None else None
    counts = named(row, _ROUTE[3:], (None, "", 0))
    return Network(
        locator=doubts.locator,
        moments=(*times, *(about.moments if about else ())),
        extra=(*(about.extra if about else ()), *counts),
        technology=about.technology if about else _KINDS.get(row["ZKIND"], f"kind {stored(row['ZKIND'])}"),
        name=about.name if about else None,
        address=about.address if about else None,
    )


def _network(row: Row, doubts: Doubts) -> Network:
    """A network that the device was on: of a Wi-Fi network the name and the address of its access point."""
    identifier = doubts.text(row["ZIDENTIFIER"], "ZIDENTIFIER")
    parts = _WITH_ADDRESS.fullmatch(identifier or "")
    return Network(
        locator=doubts.locator,
        moments=set_times(row, _NETWORK_TIMES, doubts),
        extra=named(row, ("ZISHOTSPOT", "ZISKNOWNGOOD")),
        technology=_KINDS.get(row["ZKIND"], f"kind {stored(row['ZKIND'])}"),
        name=parts[1] if parts else identifier,
        address=parts[2] if parts else None,
    )
