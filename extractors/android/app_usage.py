"""Which applications were in use when, by Android's own usage statistics."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from evidence_store.records import AppUse, Present, Problem
from extractors.android.usage_events import Event, Total, event_record, interval, total_record
from extractors.android.usage_proto import usage_proto
from extractors.android.xml_file import kept, read_elements, whole
from extractors.base import EvidenceFile, Found, extractor
from extractors.database import Doubts
from extractors.matching import without_copy_mark
from parsers.abx import MAGIC
from parsers.xml_events import Element

# A time, or what is kept for all users, or before the first unlocking.
_NAME: Final = re.compile(r"\d|pendingevents_|globalcomponentusage$", re.ASCII)
_LAST: Final = (
    ("last active", "lastTimeActive"),
    ("last visible", "lastTimeVisible"),
    ("last foreground service", "lastTimeServiceUsed"),
    ("last component used", "lastTimeComponentUsed"),
)
_TOTAL_EXTRA: Final = ("appLaunchCount", "timeVisible", "timeServiceUsed", "lastEvent")
_EVENT_EXTRA: Final = ("class", "shortcutId", "notificationChannel", "standbyBucket", "instanceId", "flags")
_SCREEN: Final = {
    "interactive": "screen interactive, total",
    "non-interactive": "screen non-interactive, total",
    "keyguard-shown": "keyguard shown, total",
    "keyguard-hidden": "keyguard hidden, total",
}


@extractor(
    id="android.app_usage",
    version=4,
    title="Android usage statistics: recorded events and totals of applications",
    files=(
        *("**/usagestats/**/daily/*", "**/usagestats/**/weekly/*", "**/usagestats/**/monthly/*"),
        *("**/usagestats/**/yearly/*", "**/usage-history.xml"),
        *("**/usagestats/pendingevents_*", "**/usagestats/globalcomponentusage"),
    ),
    beside=("../mappings",),
    emits=(AppUse,),
    privacy="device",
    layouts="XML of Android 5 to 9, protocol buffers of Android 10 and of 11 to 15; usage-history.xml of Android 4",
    tested_on="Android 4 usage-history.xml: 28 components; the later forms built to the published layout",
    limits="An event says that the system recorded a change of state of an application or of the screen, and not who "
    "or what brought it about. Several intervals hold totals of the same use. Configurations of the screen and chooser "
    "counts are not read, nor are the binary files of Android 4.",
)
def app_usage(file: EvidenceFile) -> Iterator[Found]:
    """Each entry of the event log, each total of an application or of the screen, in the file of one interval.

    Times are milliseconds from the begin of the interval, which is the name of the file; the sum is given, and both
    parts stand in the raw form. `timeActive` and its like are milliseconds. In usage-history.xml times are Unix
    milliseconds, and those of a phone whose clock was not yet set lie in 1970.

    References:
    - Android Open Source Project: com.android.server.usage (UsageStatsDatabase, UsageStatsXmlV1, IntervalStats);
      com.android.server.am.UsageStatsService of Android 4 (usage-history.xml)
    """
    if without_copy_mark(file.path).lower().endswith("usage-history.xml"):
        yield from _history(file)
    elif file.head[:4] == MAGIC or file.head.lstrip()[:1] == b"<":
        yield from _usage_xml(file)
    elif _NAME.match(file.path.rpartition("/")[2].lower()):  # else a file of the service's own, such as a lock
        yield from usage_proto(file)


def _history(file: EvidenceFile) -> Iterator[Found]:
    doubts = Doubts()
    rows = 0
    for package in read_elements(file, "usage-history", {"pkg"}):
        if isinstance(package, Problem):
            yield package
            continue
        for component in package.all("comp"):
            rows += 1
            doubts.locator = component.place
            yield AppUse(
                locator=component.place,
                moments=(doubts.moment("last resumed", component.attributes.get("lrt"), "ms", "lrt"),),
                extra=kept(component.attributes, ("name",)),
                app=package.attributes.get("name", ""),
                activity="last resume of a component",
            )
            yield from doubts.drain()
    if rows:
        yield Present(rows)


def _usage_xml(file: EvidenceFile) -> Iterator[Found]:
    doubts = Doubts()
    rows = 0
    of = interval(file.path, None)
    for element in read_elements(file, "usagestats", {"usagestats", "package", "event", *_SCREEN}):
        if isinstance(element, Problem):
            yield element
            continue
        if element.name == "usagestats":
            of = interval(file.path, whole(element.attributes.get("endTime")))
            continue
        rows += 1
        where, attributes = element.place, element.attributes
        package = attributes.get("package", "")
        if element.name == "package":
            last = tuple((meaning, whole(attributes.get(name))) for meaning, name in _LAST)
            total = Total(package, last, whole(attributes.get("timeActive")), kept(attributes, _TOTAL_EXTRA))
            yield total_record(total, of, where, doubts)
        elif element.name == "event":
            kind, offset = whole(attributes.get("type")), whole(attributes.get("time"))
            yield event_record(Event(package, kind, offset, kept(attributes, _EVENT_EXTRA)), of, where, doubts)
        else:
            doubts.locator = where
            yield _screen(element, AppUse(locator=where, moments=of.began(doubts), extra=of.about(), app="android"))
        yield from doubts.drain()
    if rows:
        yield Present(rows)


def _screen(element: Element, empty: AppUse) -> AppUse:
    spent = whole(element.attributes.get("time"))
    return AppUse(
        locator=empty.locator,
        moments=empty.moments,
        extra=empty.extra + kept(element.attributes, ("count",)),
        app=empty.app,
        activity=_SCREEN[element.name],
        duration_s=None if spent is None else spent / 1000,
    )
