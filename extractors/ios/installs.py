"""The log that iOS keeps of installing and removing applications: mobile_installation.log."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from evidence_store.records import AppInstall, Moment, Present, Problem
from extractors.base import EvidenceFile, Found, extractor
from parsers.times import from_local

_LONGEST: Final = 16_384
_ENTRY: Final = re.compile(
    r"(?P<when>[A-Z][a-z]{2} (?P<month>[A-Z][a-z]{2}) {1,2}(?P<day>\d{1,2}) "
    r"(?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d) (?P<year>\d{4})) "
    r"\[\d+\] <\w+> \(0x[0-9a-f]+\) (?P<rest>.*)",
    re.ASCII,
)
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
# What an entry says of an application, in the words of the log.
_EVENTS: Final = (
    ("installed", re.compile(r"Install Successful for \((?:[A-Za-z]+:)?(?P<app>[^);\s]+)")),
    ("removal", re.compile(r"Uninstalling identifier (?P<app>\S+)")),
    (
        "container destroyed",
        re.compile(r"Destroying container(?: with identifier)? (?P<app>\S+)(?: at (?P<path>\S+))?"),
    ),
    ("container made live", re.compile(r"Made container live for (?P<app>\S+) at (?P<path>\S+)")),
    ("container moved", re.compile(r"Data container for (?P<app>\S+) is now at (?P<path>\S+)")),
    ("update", re.compile(r"Attempting Delta patch update of (?P<app>\S+) from")),
)


@extractor(
    id="ios.install_log",
    version=1,
    title="Log of installations and removals",
    files=("**/mobile_installation.log.*",),
    emits=(AppInstall,),
    privacy="device",
    layouts="mobile_installation.log.0 and .1 of iOS 7 to 18",
    tested_on="iOS 14 and 15 samples: 14 entries",
    limits="Entries that name no application (errors, checks) are counted and passed over. Times are local, without "
    "a zone. Updates of the system write many entries on applications that are its parts.",
)
def install_log(file: EvidenceFile) -> Iterator[Found]:
    """A record for each entry on an application; `text` is the entry as it stands.

    References:
    - the wording of the entries as the files themselves have it
    """
    others = 0
    for number, line in enumerate(_lines(file), start=1):
        entry = _ENTRY.match(line)
        if entry is None:
            continue  # a further line of the entry before
        found = next(((word, hit) for word, pattern in _EVENTS if (hit := pattern.search(entry["rest"]))), None)
        if found is None:
            others += 1
            continue
        word, hit = found
        path = hit.groupdict().get("path")
        yield Present(1)
        yield AppInstall(
            locator=f"line {number}",
            moments=(_moment(word, entry, file),),
            flags=(word,),
            extra=(("path", path),) if path else (),
            app=hit["app"],
            text=entry["rest"],
        )
    if others:
        yield Problem("note", "other-entries", f"{others} entries name no application, and are not given")


def _lines(file: EvidenceFile) -> Iterator[str]:
    """Lines as text, long ones in pieces, so that no line can fill the memory."""
    with file.open() as stream:
        while line := stream.readline(_LONGEST):
            yield line.decode("utf-8", "backslashreplace").rstrip("\r\n")


def _moment(meaning: str, entry: re.Match[str], file: EvidenceFile) -> Moment:
    raw = entry["when"]
    zone = f"{file.zone}, {file.zone_by}" if file.zone else ""
    try:
        day, hour, minute, second = (int(entry[name]) for name in ("day", "hour", "minute", "second"))
        month = _MONTHS.index(entry["month"]) + 1
        local = datetime(int(entry["year"]), month, day, hour, minute, second)  # noqa: DTZ001 - local by the log
    except ValueError:
        return Moment(meaning, None, raw, "C", note="not a date")
    utc_us, note = from_local(local, file.zone)
    return Moment(meaning, utc_us, raw, "C", zone, note)
