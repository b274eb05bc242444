"""What applications of iOS and macOS loaded from the web: caches of addresses, and the statistics of tracking."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

from evidence_store.records import Attachment, Download, Moment, Problem, WebVisit
from extractors.base import EvidenceFile, Found, extractor
from extractors.database import Doubts, RowsBeside, read_database, stored
from extractors.ios.core_data import each_record, named
from parsers.sqlite_file import EvidenceDatabase, Row, lacking
from parsers.times import to_us

_RESPONSES, _DATA, _DOMAINS = "cfurl_cache_response", "cfurl_cache_receiver_data", "ObservedDomains"
_RESPONSE: Final = ("request_key", "time_stamp", "storage_policy", "partition")
_STAMP: Final = re.compile(r"(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)", re.ASCII)
_NAME: Final = re.compile(r"[0-9A-Fa-f-]{1,64}")
_DOMAIN: Final = (
    *("registrableDomain", "lastSeen", "hadUserInteraction", "mostRecentUserInteractionTime", "isPrevalent"),
    *("grandfathered", "timesAccessedAsFirstPartyDueToUserInteraction"),
)


@extractor(
    id="ios.url_cache",
    version=1,
    title="Addresses that applications loaded and kept in their cache",
    files=("**/Cache.db",),
    tables=({"cfurl_cache_response": {"entry_ID", "request_key", "time_stamp"}},),
    emits=(Download,),
    privacy="web",
    layouts="Cache.db of iOS 5 to 18 and macOS (cfurl_cache_response)",
    tested_on="iOS 16 image: 1 address",
    limits="An entry says that an application loaded the address, mostly by itself. Headers of requests and answers "
    "are not read: they may hold cookies and tokens.",
)
def url_cache(file: EvidenceFile) -> Iterator[Found]:
    """Every row of `cfurl_cache_response`, with its data: in the database, or in "fsCachedData" beside it.

    `time_stamp` is written by SQLite, in UTC.

    References:
    - the layout as the file itself declares it; SQLite documentation, CURRENT_TIMESTAMP
    """
    yield from read_database(file, lambda db: _cache(db, file.path))


def _cache(db: EvidenceDatabase, path: str) -> Iterator[Found]:
    if _RESPONSES not in db.tables():
        return  # other programs have files of this name
    if unknown := lacking(db, {_RESPONSES: {"entry_ID", "request_key", "time_stamp"}}):
        yield Problem("schema", "unknown-layout", unknown)
        return
    data = RowsBeside(iter(()), _DATA, "entry_ID")
    if not lacking(db, {_DATA: {"entry_ID", "isDataOnFS", "receiver_data"}}):
        sql = f"SELECT entry_ID, isDataOnFS, receiver_data FROM {_DATA} ORDER BY entry_ID"  # noqa: S608
        data = RowsBeside(db.execute(sql), _DATA, "entry_ID")
    folder = path.rpartition("/")[0]
    yield from each_record(
        db,
        _RESPONSES,
        _RESPONSE,
        lambda row, doubts: _response(row, data.of(row["entry_ID"]), folder, doubts),
        key="entry_ID",
    )
    yield from data.finish()


def _response(row: Row, kept: list[Row], folder: str, doubts: Doubts) -> Download:
    url = doubts.text(row["request_key"], "request_key")
    attachments = tuple(one for data in kept if (one := _attachment(data, folder)) is not None)
    return Download(
        locator=doubts.locator,
        moments=(_stamp(row["time_stamp"], doubts),),
        flags=("cached answer",),
        attachments=attachments,
        extra=named(row, ("partition",)),
        url=url,
        size=attachments[0].size if attachments else None,
    )


def _stamp(value: Any, doubts: Doubts) -> Moment:
    parts = _STAMP.fullmatch(value) if isinstance(value, str) else None
    try:
        numbers = [int(part) for part in parts.groups()] if parts else []
        utc_us = to_us(datetime(*numbers, tzinfo=UTC)) if numbers else None  # type: ignore[arg-type, misc]
    except ValueError:
        utc_us = None
    if utc_us is None:
        doubts.add("time", f"time_stamp: not a date: {stored(value)}")
    return Moment("cached", utc_us, stored(value), "A", "", "" if utc_us is not None else "not a date")


def _attachment(data: Row, folder: str) -> Attachment | None:
    value = data["receiver_data"]
    if data["isDataOnFS"] == 1:
        name = value.decode("latin-1") if isinstance(value, bytes) else str(value)
        home = f"{folder}/fsCachedData/" if folder else "fsCachedData/"
        return Attachment(name, home + name if _NAME.fullmatch(name) else None)
    if isinstance(value, str):
        value = value.encode("utf-8", "surrogatepass")
    if not isinstance(value, bytes):
        return None
    return Attachment("data of the answer", None, None, len(value), hashlib.sha256(value).hexdigest(), "embedded")


@extractor(
    id="ios.resource_loads",
    version=1,
    title="Domains that WebKit noted for the prevention of tracking",
    files=("**/ResourceLoadStatistics/observations.db",),
    tables=({_DOMAINS: {"domainID", "registrableDomain", "lastSeen"}},),
    emits=(WebVisit,),
    privacy="web",
    layouts="observations.db of iOS 13 to 18 and macOS",
    tested_on="iOS 14 backup: 2 domains",
    limits="A domain may have been loaded by another page. The last time is rounded by the browser. Which domain "
    "loaded which is not read.",
)
def resource_loads(file: EvidenceFile) -> Iterator[Found]:
    """Every row of `ObservedDomains`; times are seconds since 1970.

    References:
    - WebKit source: ResourceLoadStatisticsStore
    """
    yield from read_database(file, _loads)


def _loads(db: EvidenceDatabase) -> Iterator[Found]:
    if unknown := lacking(db, {_DOMAINS: {"domainID", "registrableDomain", "lastSeen"}}):
        yield Problem("schema", "unknown-layout", unknown)
        return
    yield from each_record(db, _DOMAINS, _DOMAIN, _domain, key="domainID")


def _domain(row: Row, doubts: Doubts) -> WebVisit:
    times = (("loaded last, as recorded", "lastSeen"), ("input on a page last", "mostRecentUserInteractionTime"))
    return WebVisit(
        locator=doubts.locator,
        service="WebKit",
        moments=tuple(
            doubts.moment(meaning, row[name], "s", name) for meaning, name in times if row[name] not in (None, 0, -1)
        ),
        flags=("domain, no single page", *(("input on a page recorded",) if row["hadUserInteraction"] == 1 else ())),
        extra=named(row, _DOMAIN[4:], (None, "", 0)),
        url=doubts.text(row["registrableDomain"], "registrableDomain"),
    )
