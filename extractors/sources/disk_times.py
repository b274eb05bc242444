"""File system times as Moments, with nothing of the examiner's own time zone in them.

The Sleuth Kit converts FAT, exFAT and ISO 9660 times with the zone of the machine it runs on, so those are read here
from the directory entries themselves. ext, NTFS and HFS+ store UTC, and its values are taken.

References: "Microsoft Extensible Firmware Initiative FAT32 File System Specification" (directory entry); "exFAT file
system specification", Microsoft (file directory entry, UtcOffset); ECMA-119 (directory record, recording date).
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from typing import Any, Final

from evidence_store.records import Moment
from parsers.times import from_local, from_unix, to_us

SECTOR: Final = 2048
MOST_RECORDS: Final = 1_000_000
MOST_DIRECTORY: Final = 64 << 20
MODIFIED, ACCESSED, CHANGED, CREATED = (
    f"{word} (file system)" for word in ("modified", "accessed", "changed", "created")
)


def utc_times(meta: Any) -> tuple[Moment, ...]:
    """The times of a file system that stores UTC; a time of zero is one that was not recorded."""
    moments = (
        _recorded(MODIFIED, meta.mtime, meta.mtime_nano),
        _recorded(ACCESSED, meta.atime, meta.atime_nano),
        _recorded(CHANGED, meta.ctime, meta.ctime_nano),
        _recorded(CREATED, meta.crtime, meta.crtime_nano),
    )
    return tuple([one for one in moments if one is not None])


@lru_cache(maxsize=8192)
def _recorded(meaning: str, seconds: int, nano: int) -> Moment | None:
    return utc_moment(meaning, seconds, nano) if seconds or nano else None


def utc_moment(meaning: str, seconds: int, nano: int) -> Moment:
    """A time in UTC by its seconds since 1970 and the nanoseconds beyond them."""
    utc_us, note = from_unix(seconds, "s")
    raw = f"{seconds}.{nano:09d}" if nano else str(seconds)
    return Moment(meaning, None if utc_us is None else utc_us + nano // 1000, raw, "D", note=note)


def _dos(date: int, time: int, hundredths: int = 0) -> datetime | None:
    """A date and time as DOS packs them, in steps of two seconds and up to 199 hundredths more."""
    try:
        whole = datetime(  # noqa: DTZ001 - local time without a zone is what is stored
            1980 + (date >> 9), date >> 5 & 15, date & 31, time >> 11, time >> 5 & 63, (time & 31) * 2
        )
    except ValueError:
        return None
    return whole + timedelta(milliseconds=10 * min(hundredths, 199))


def _local(meaning: str, date: int, time: int, zone: str | None, hundredths: int = 0) -> Moment | None:
    if date == 0:
        return None
    local = _dos(date, time, hundredths)
    if local is None:
        return Moment(meaning, None, f"0x{date:04x} 0x{time:04x}", "C", note="not a possible date")
    utc_us, note = from_local(local, zone)
    raw = local.isoformat(" ", "milliseconds" if hundredths else "seconds")
    return Moment(meaning, utc_us, raw, "C", zone=f"{zone}, operator" if zone else "", note=note)


def fat_times(entry: bytes, zone: str | None) -> tuple[Moment, ...]:
    """The times of a 32-byte FAT directory entry: local, of a zone that is not recorded. Access is a date only."""
    tenths, created_time, created, accessed = struct.unpack_from("<BHHH", entry, 13)
    modified_time, modified = struct.unpack_from("<HH", entry, 22)
    moments = [_local(MODIFIED, modified, modified_time, zone), _local(CREATED, created, created_time, zone, tenths)]
    day = _dos(accessed, 0)
    if day is not None:
        moments.append(Moment(ACCESSED, None, day.date().isoformat(), "C", note="a date without a time of day"))
    return tuple(moment for moment in moments if moment is not None)


def exfat_times(entry: bytes, zone: str | None) -> tuple[Moment, ...]:
    """The times of an exFAT file entry, in UTC where their offset is stored, else local as those of FAT."""
    moments = []
    fields = ((MODIFIED, 12, 21, 23), (CREATED, 8, 20, 22), (ACCESSED, 16, None, 24))
    for meaning, at, hundredths_at, offset_at in fields:
        time, date = struct.unpack_from("<HH", entry, at)
        hundredths = entry[hundredths_at] if hundredths_at is not None else 0
        quarters = entry[offset_at]
        moment = _local(meaning, date, time, zone, hundredths)
        local = _dos(date, time, hundredths)
        if moment is not None and local is not None and quarters & 0x80:
            moment = _with_offset(meaning, local, quarters & 0x7F if quarters & 0x40 == 0 else (quarters & 0x7F) - 128)
        if moment is not None:
            moments.append(moment)
    return tuple(moments)


def _with_offset(meaning: str, local: datetime, quarters: int) -> Moment:
    try:
        aware = local.replace(tzinfo=timezone(timedelta(minutes=15 * quarters)))
        return Moment(meaning, to_us(aware.astimezone(UTC)), str(aware), "D", note="offset from UTC as stored")
    except (ValueError, OverflowError):
        return Moment(meaning, None, f"{local} {quarters * 15:+d} min", "D", note="not a possible offset")


def iso_times(read_at: Callable[[int, int], bytes], start: int) -> dict[int, tuple[Moment, ...]]:
    """The recording time of each file of an ISO 9660 volume by the block at which its bytes begin.

    A block that two directory records name with different times is left out.
    """
    volume = read_at(start + 16 * SECTOR, SECTOR)
    if len(volume) < SECTOR or volume[1:6] != b"CD001":
        return {}
    block_size = struct.unpack_from("<H", volume, 128)[0] or SECTOR
    waiting = [struct.unpack_from("<I4xI", volume, 156 + 2)]
    seen: set[int] = set()
    dates: dict[int, bytes | None] = {}
    while waiting and len(dates) < MOST_RECORDS:
        block, length = waiting.pop()
        if block in seen or length > MOST_DIRECTORY:
            continue
        seen.add(block)
        for at, size, date, is_directory in _iso_records(read_at(start + block * block_size, length)):
            if is_directory:
                waiting.append((at, size))
            elif dates.setdefault(at, date) != date:
                dates[at] = None
    return {at: moments for at, date in dates.items() if date is not None and (moments := _iso_moment(date))}


def _iso_records(data: bytes) -> list[tuple[int, int, bytes, bool]]:
    """(first block, length, seven bytes of date, is a directory) of each record of a directory."""
    records, at = [], 0
    while at + 33 < len(data):
        length = data[at]
        if length < 34:
            at = (at // SECTOR + 1) * SECTOR  # no record crosses a sector
            continue
        block, size = struct.unpack_from("<I4xI", data, at + 2)
        if data[at + 33 : at + 34] not in (b"\0", b"\1") or data[at + 32] != 1:
            records.append((block, size, data[at + 18 : at + 25], bool(data[at + 25] & 2)))
        at += length
    return records


def _iso_moment(date: bytes) -> tuple[Moment, ...]:
    if not any(date):
        return ()
    try:
        local = datetime(1900 + date[0], *date[1:6])  # noqa: DTZ001
    except ValueError:
        return (Moment(MODIFIED, None, date.hex(), "D", note="not a possible date"),)
    return (_with_offset("recorded (file system)", local, struct.unpack_from("b", date, 6)[0]),)
