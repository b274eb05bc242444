"""Live locations as WhatsApp on Android keeps them beside its messages (location.db)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from evidence_store.records import Location, Message, Moment, Present, Problem
from extractors.base import EvidenceFile, Found, extractor
from extractors.chats.whatsapp.android_codes import Direction
from extractors.chats.whatsapp.parties import SERVICE, is_business, number_of, party
from extractors.database import Doubts, count_rows, each_row, read_database, selecting, stored
from parsers.sqlite_file import EvidenceDatabase, Row, lacking

_CACHE: Final = "location_cache"
_SHARERS: Final = "location_sharer"
_NEEDED: Final = {_CACHE: {"_id", "jid", "latitude", "longitude", "location_ts"}}
_PLACE: Final = ("_id", "jid", "latitude", "longitude", "accuracy", "speed", "bearing", "location_ts")
_SHARER: Final = ("_id", "remote_jid", "from_me", "remote_resource", "expires", "message_id")
_SIDES: Final[dict[Any, Direction]] = {0: "in", 1: "out"}
_MILLISECONDS_FROM: Final = 100_000_000_000  # no time in seconds is as great for another 1,000 years


@extractor(
    id="whatsapp.android_places",
    version=1,
    title="WhatsApp live locations on Android",
    files=("**/com.whatsapp/databases/location.db", "**/com.whatsapp.w4b/databases/location.db"),
    tables=({**_NEEDED, _SHARERS: {"_id", "remote_jid", "from_me", "expires", "message_id"}},),
    emits=(Location, Message),
    privacy="location",
    layouts="location.db with location_cache and location_sharer (2017 on)",
    tested_on="documented schema, no device data",
    limits="Of each person the last place only is kept. The unit of speed is not documented. Times in seconds and in "
    "milliseconds are told apart by their size.",
)
def android_places(file: EvidenceFile) -> Iterator[Found]:
    """The last place of each person who shared theirs, and who shared a live location with whom until when.

    References:
    - the schema as WhatsApp writes it: location_cache(jid, latitude, longitude, accuracy, speed, bearing, location_ts),
      location_sharer(remote_jid, from_me, remote_resource, expires, message_id)
    """
    yield from read_database(file, lambda db: _read(db, file))


def _read(db: EvidenceDatabase, file: EvidenceFile) -> Iterator[Found]:
    there = [table for table in (_CACHE, _SHARERS) if not lacking(db, {table: {"_id"}})]
    if unknown := lacking(db, _NEEDED):
        yield Problem("schema", "unknown-layout", unknown)
        return
    if (rows := count_rows(db, *there)) is not None:
        yield Present(rows)
    service = f"{SERVICE} Business" if is_business(file.path) else SERVICE
    doubts, gaps = Doubts(), list[Problem]()
    for row in each_row(db, _CACHE, selecting(db, _CACHE, _PLACE), gaps):
        doubts.locator = f"{_CACHE}:_id={row['_id']}"
        yield _place(row, service, doubts)
        yield from doubts.drain()
    if _SHARERS in there:
        for row in each_row(db, _SHARERS, selecting(db, _SHARERS, _SHARER), gaps):
            doubts.locator = f"{_SHARERS}:_id={row['_id']}"
            yield _sharer(row, service, doubts)
            yield from doubts.drain()
    yield from gaps


def _place(row: Row, service: str, doubts: Doubts) -> Location | Problem:
    jid = doubts.text(row["jid"], "jid")
    lat, lon, accuracy = row["latitude"], row["longitude"], row["accuracy"]
    if not (_degrees(lat, 90) and _degrees(lon, 180)):
        said = f"latitude {stored(lat)}, longitude {stored(lon)} of {jid or 'nobody'} are no place"
        return Problem("row", "place", said, doubts.locator)
    extra = [("jid", jid)] if jid else []
    extra += [(name, stored(row[name])) for name in ("speed", "bearing") if row[name] not in (None, -1)]
    return Location(
        locator=doubts.locator,
        service=service,
        moments=_moments("recorded", row["location_ts"], "location_ts", doubts),
        extra=tuple(extra),
        lat=float(lat),
        lon=float(lon),
        accuracy_m=float(accuracy) if type(accuracy) in (int, float) and accuracy >= 0 else None,
        source="live location",
        text=f"last place of {number_of(jid)}" if jid else None,
    )


def _degrees(value: Any, most: int) -> bool:
    return type(value) in (int, float) and -most <= value <= most


def _sharer(row: Row, service: str, doubts: Doubts) -> Message:
    """That a live location was shared; the other side is the chat, or in a group the member that is named."""
    direction = _SIDES.get(row["from_me"])
    chat, member = (doubts.text(row[name], name) or None for name in ("remote_jid", "remote_resource"))
    other = party(member or chat or "") if member or chat else None
    return Message(
        locator=doubts.locator,
        service=service,
        moments=_moments("live location ends", row["expires"], "expires", doubts),
        flags=("live location", *(() if direction else (f"from_me {stored(row['from_me'])}",))),
        conversation=chat,
        direction=direction,
        sender=other if direction == "in" else None,
        recipients=(other,) if direction == "out" and other else (),
        key=doubts.text(row["message_id"], "message_id"),
    )


def _moments(meaning: str, value: Any, column: str, doubts: Doubts) -> tuple[Moment, ...]:
    if not value:
        return ()
    unit = "ms" if type(value) is int and value > _MILLISECONDS_FROM else "s"
    return (doubts.moment(meaning, value, unit, column),)
