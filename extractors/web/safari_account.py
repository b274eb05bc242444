"""What Safari keeps of the account's other devices, and what was entered into its search field."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, Final

from evidence_store.records import DeviceFact, Present, Problem, Record, Search, WebVisit
from extractors.android.tables import Table, extra_of, moments_of, read_tables
from extractors.base import EvidenceFile, Found, extractor
from extractors.database import Doubts, each_held, read_database, selecting, stored
from extractors.ios.plists import moment, read_dict, text
from extractors.web.addresses import searched
from parsers.sqlite_file import EvidenceDatabase, Row, lacking

_TAB: Final = (
    *("tab_uuid", "device_uuid", "title", "url", "is_showing_reader", "is_pinned", "scene_id", "last_viewed_time"),
    "topic_title",
)
_DEVICE: Final = (
    *("device_uuid", "device_name", "device_type_identifier", "has_duplicate_device_name", "is_ephemeral_device"),
    "last_modified",
)
_CLOSE: Final = ("close_request_uuid", "destination_device_uuid", "url", "tab_uuid")
Names = dict[Any, str | None]  # device_uuid -> the device's name


@extractor(
    id="web.safari_cloud_tabs",
    version=1,
    title="Safari: tabs of the devices of the account, as recorded",
    files=("**/CloudTabs.db",),
    tables=({"cloud_tabs": {"tab_uuid", "device_uuid", "url"}, "cloud_tab_devices": {"device_uuid", "device_name"}},),
    emits=(WebVisit, DeviceFact),
    privacy="web",
    layouts="CloudTabs.db of iOS 8 to 26 and macOS 10.10 to 26",
    tested_on="documented schema, no device data",
    limits="The tabs stood on the device that is named, which may be this one or another of the account, when it was "
    "last synchronised. The time of a tab is missing in older layouts.",
)
def safari_cloud_tabs(file: EvidenceFile) -> Iterator[Found]:
    """Every row of `cloud_tab_devices`, `cloud_tabs` and `cloud_tab_close_requests`; times are seconds since 2001.

    References:
    - the layout as the file itself declares it
    """
    yield from read_database(file, lambda db: _cloud_tabs(db, "/safari/" in f"/{file.path.lower()}"))


def _cloud_tabs(db: EvidenceDatabase, own: bool) -> Iterator[Found]:
    names: Names = {}
    if not lacking(db, {"cloud_tab_devices": {"device_uuid", "device_name"}}):
        told: list[Problem] = []  # reading the rows themselves says it again
        columns = selecting(db, "cloud_tab_devices", ("device_uuid", "device_name")) + ", rowid AS rowid"
        for row in each_held(db, "cloud_tab_devices", columns, told, key="rowid"):
            names[row["device_uuid"]] = text(row["device_name"])
    tables = (
        Table("cloud_tab_devices", frozenset(("device_uuid", "device_name")), _DEVICE, _device, "rowid"),
        Table("cloud_tabs", frozenset(("tab_uuid", "device_uuid", "url")), _TAB, _tab(names), "rowid"),
        Table("cloud_tab_close_requests", frozenset(("url", "tab_uuid")), _CLOSE, _close(names), "rowid"),
    )
    yield from read_tables(db, tables, own)


def _device(row: Row, doubts: Doubts) -> Record:
    name = doubts.text(row["device_name"], "device_name")
    return DeviceFact(
        locator=doubts.locator,
        service="Safari",
        moments=moments_of(row, (("modified", "last_modified"),), doubts, "cocoa s"),
        extra=extra_of(row, _DEVICE[:1] + _DEVICE[2:5], dict.fromkeys(_DEVICE[3:5], 0)),
        name="device of the account",
        value=name or stored(row["device_uuid"]),
    )


def _tab(names: Names) -> Callable[[Row, Doubts], Record]:
    def tab(row: Row, doubts: Doubts) -> WebVisit:
        url = doubts.text(row["url"], "url") or None
        states = (("pinned", "is_pinned"), ("reader", "is_showing_reader"))
        return WebVisit(
            locator=doubts.locator,
            service="Safari",
            moments=moments_of(row, (("tab last shown, as recorded", "last_viewed_time"),), doubts, "cocoa s"),
            flags=("open tab", "synced", *(flag for flag, column in states if row[column] == 1)),
            extra=(
                *_on(row["device_uuid"], names, doubts),
                *extra_of(row, ("tab_uuid", "device_uuid", "scene_id", "topic_title")),
                *searched(url),
            ),
            url=url,
            title=doubts.text(row["title"], "title") or None,
        )

    return tab


def _close(names: Names) -> Callable[[Row, Doubts], Record]:
    def close(row: Row, doubts: Doubts) -> WebVisit:
        url = doubts.text(row["url"], "url") or None
        return WebVisit(
            locator=doubts.locator,
            service="Safari",
            flags=("request to close a tab of another device", "synced"),
            extra=(*_on(row["destination_device_uuid"], names, doubts), *extra_of(row, (_CLOSE[1], _CLOSE[3]))),
            url=url,
        )

    return close


def _on(device: Any, names: Names, doubts: Doubts) -> tuple[tuple[str, str], ...]:
    """The name of the device that a tab stood on."""
    if device not in names:
        doubts.add("no-device", f"there is no row of cloud_tab_devices for this tab: {stored(device)}")
    name = names.get(device)
    return (("device", name),) if name else ()


@extractor(
    id="web.safari_searches",
    version=1,
    title="Safari: recent searches, as recorded",
    files=("**/com.apple.mobilesafari.plist", "**/com.apple.Safari.plist"),
    emits=(Search,),
    privacy="web",
    layouts="com.apple.mobilesafari.plist of iOS 3 to 26, com.apple.Safari.plist of macOS 10.4 to 26",
    tested_on="documented schema, no device data",
    limits="The last twenty or so; the same words stand there once, with the last time. Older lists have no times. "
    "Whether a page of results was opened is not recorded here.",
)
def safari_searches(file: EvidenceFile) -> Iterator[Found]:
    """Every entry of `RecentWebSearches` (SearchString, Date), and of the lists of words before it, `RecentSearches`
    and `RecentSearchStrings`; dates are in UTC.

    References:
    - the keys as the file itself names them
    """
    found, problem = read_dict(file)
    if problem is not None:
        yield problem
        return
    for key in ("RecentWebSearches", "RecentSearches", "RecentSearchStrings"):
        entries = found.get(key)
        if isinstance(entries, list):
            yield Present(len(entries))
            for place, entry in enumerate(entries):
                yield from _search(entry, f"{key}:{place}")
        elif entries is not None:
            yield Problem("schema", "unknown-layout", f"{key} is no list but {type(entries).__name__}")


def _search(entry: Any, locator: str) -> Iterator[Found]:
    searched_for = entry.get("SearchString") if isinstance(entry, dict) else entry
    if text(searched_for) is None:
        yield Problem("row", "no-entry", f"no words that were searched for: {type(searched_for).__name__}", locator)
        return
    when = entry.get("Date") if isinstance(entry, dict) else None
    said = moment("searched", when) if isinstance(when, datetime) else None
    yield Search(locator=locator, service="Safari", moments=(said,) if said else (), text=searched_for)
    if when is not None and said is None:
        yield Problem("value", "time", f"Date is no date: {type(when).__name__}", locator)
