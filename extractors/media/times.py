"""Dates that pictures, films and documents carry, as moments."""

from __future__ import annotations

from collections.abc import Iterable

from evidence_store.records import Moment
from extractors.base import EvidenceFile
from parsers.exif import ExifTime
from parsers.times import from_local


def local_moment(meaning: str, time: ExifTime, file: EvidenceFile) -> Moment:
    """A stored local time as a moment: clock B with its own offset, else C under the zone that is assumed, if any."""
    if time.utc_us is not None:
        return Moment(meaning, time.utc_us, time.raw, "B")
    if time.local is None:
        return Moment(meaning, None, time.raw, "C", note=time.note)
    utc_us, note = from_local(time.local, file.zone)
    notes = "; ".join(part for part in (note, time.note) if part)
    return Moment(meaning, utc_us, time.raw, "C", zone=f"{file.zone}, {file.zone_by}" if file.zone else "", note=notes)


def usable_first(embedded: list[Moment]) -> tuple[Moment, ...]:
    """What is no time at all ("0000:00:00") comes last."""
    no_time = [moment for moment in embedded if moment.utc_us is None and not moment.note.startswith("local time")]
    return (*[moment for moment in embedded if moment not in no_time], *no_time)


def not_told_yet(moments: Iterable[Moment], others: Iterable[Moment]) -> list[Moment]:
    """Those of `others` whose point in time none of `moments` has."""
    known = {moment.utc_us for moment in moments if moment.utc_us is not None}
    return [one for one in others if one.utc_us is None or one.utc_us not in known]
