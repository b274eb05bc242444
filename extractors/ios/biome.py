"""What the system of iOS and macOS records of the use of applications and of its own states: Biome streams."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from typing import Final

from evidence_store.records import (
    AppInstall,
    AppUse,
    DeviceFact,
    Message,
    Moment,
    Network,
    Note,
    Notification,
    Present,
    Problem,
    Record,
    TableRow,
    WebVisit,
)
from extractors.base import EvidenceFile, Found, extractor
from extractors.database import Doubts
from extractors.ios.biome_events import event_record, is_event
from extractors.ios.biome_records import row
from extractors.ios.biome_streams import STREAMS, Stream
from extractors.ios.biome_values import Event, named_values, number_of, safe
from extractors.ios.core_data import Extra
from parsers.protobuf import Field, Fields, each_field
from parsers.segb import DELETED, WRITTEN, Damage, Entry, read_segb, segb_version

# …/streams/restricted/App.InFocus/remote/<device>/tombstone/<number>
_PLACE: Final = re.compile(
    r"(?:.*/)?streams/[^/]+/(?P<stream>[^/]+)/(?:local|remote/(?P<device>[^/]+))/(?P<tombstone>tombstone/)?[^/]+",
    re.IGNORECASE | re.DOTALL,
)
_MOST_SAID: Final = 1000


@extractor(
    id="ios.biome",
    version=1,
    title="Use of applications and states of the device, as recorded by the system in Biome streams",
    files=(
        *("**/Biome/streams/*/*/local/*", "**/Biome/streams/*/*/local/tombstone/*"),
        *("**/Biome/streams/*/*/remote/*/*", "**/Biome/streams/*/*/remote/*/tombstone/*"),
    ),
    emits=(AppUse, WebVisit, Notification, AppInstall, Network, DeviceFact, Note, Message, TableRow),
    privacy="communications",
    layouts="SEGB 1 and 2 of iOS 15 to 26 and macOS 13 to 26: 41 streams by their fields, and those in the layout of "
    "knowledgeC.db",
    tested_on="documented schema, no device data",
    limits="The system drops entries after some four weeks. Messages, pages and notes are copies that it keeps for its "
    "suggestions. Of other streams (among them ProactiveHarvesting.Mail and Siri.Remembers) and of tombstones, only "
    "times, numbers and names of applications are given; archived bodies of actions and activities are not read. Kinds "
    "and states whose meaning is not published are numbers. An entry under remote is of another device of the same "
    "account. Of a deleted entry often nothing but its time is left.",
)
def biome(file: EvidenceFile) -> Iterator[Found]:
    """Every entry of a stream's file. Entries count seconds since 2001, and so do most of the dates in them; those of
    ScreenTime.AppUsage, App.MediaUsage, Text.InputSession, Safari.Navigations and Motion.Activity count since 1970.

    References:
    - CCL Solutions Group, ccl-segb; iLEAPP's published biome artefacts (streams, fields and their units)
    - names and numbers of fields as the classes of Apple's BiomeLibrary and CoreDuet declare them (iOS 18 and 26)
    """
    place = _PLACE.fullmatch(file.path)
    if place is None:
        return
    if not segb_version(file.head):
        if file.size and file.path.rpartition("/")[2].isdigit():  # else a file of the service's own, such as a lock
            yield Problem("file", "no-segb", "a file of a Biome stream that does not begin as one")
        return
    yield from _read(file, _About(place["stream"], place["device"], bool(place["tombstone"])))


class _About:
    """What the path of a file says of all its entries."""

    def __init__(self, stream: str, device: str | None, tombstone: bool) -> None:
        self.known: Stream | None = None if tombstone else STREAMS.get(stream.lower())
        self.stream = f"{stream} (tombstone)" if tombstone else stream
        self.tombstone = tombstone
        self.extra: Extra = (("stream", stream), *((("remote device", device),) if device else ()))
        self.flags = ("tombstone",) if tombstone else ()
        self.unknown = 0


def _read(file: EvidenceFile, about: _About) -> Iterator[Found]:
    doubts = Doubts()
    rows = said = 0
    try:
        with file.open() as stream:
            for found in read_segb(stream):
                if isinstance(found, Damage):
                    rows += found.lost
                    said += found.lost
                    if found.lost and said <= _MOST_SAID:
                        yield Problem("row", "damaged-row", found.reason, f"byte {found.offset}")
                    elif not found.lost:
                        yield Problem("file", "damaged-segb", found.reason)
                    continue
                rows += 1
                doubts.locator = f"byte {found.offset}+{len(found.payload)}"
                yield from _entry(found, about, doubts)
    except ValueError as error:
        yield Problem("file", "damaged-segb", str(error))
    if said > _MOST_SAID:
        yield Problem("file", "damaged-segb", f"{said - _MOST_SAID:,} further entries cannot be read")
    if rows:
        yield Present(rows)
    if about.unknown:
        detail = f"the fields of {about.stream} are not known: entries given without their texts: {about.unknown:,}"
        yield Problem("note", "unknown-stream", detail)


def _entry(entry: Entry, about: _About, doubts: Doubts) -> Iterator[Found]:
    deleted = about.tombstone or entry.state == DELETED
    flags = [*(("deleted",) if deleted else ()), *about.flags]
    if entry.state not in (WRITTEN, DELETED):
        flags.append(f"state {entry.state}")
    if not entry.intact and (entry.state == WRITTEN or not entry.erased):
        flags.append("checksum does not fit")
        doubts.add("checksum", "the CRC-32 is not that of the payload, which is given as it stands")
    event = Event(about.stream, [], _times(entry, doubts), deleted, tuple(flags), about.extra, doubts)
    yield _record(entry, event, about)
    yield from doubts.drain()


def _times(entry: Entry, doubts: Doubts) -> tuple[Moment, ...]:
    """When the entry was made, and the other time of version 1 where it is another one."""
    first = doubts.moment("recorded", entry.time, "cocoa s", "time of the entry")
    if entry.second_time in (None, entry.time):
        return (first,)
    return first, doubts.moment("second time of the entry", entry.second_time, "cocoa s", "second time of the entry")


def _record(entry: Entry, event: Event, about: _About) -> Record:
    if entry.erased:
        return row(event)
    message, whole = _message(entry.payload, event.doubts)
    if not whole and (about.known is None or not message.all):
        event.values.append(("payload", f"{len(entry.payload):,} bytes, not read"))
        return row(event)
    if is_event(message):
        made = event_record(message, event)
        about.unknown += isinstance(made, TableRow)
        return made
    if about.known is None:
        about.unknown += 1
        event.values[:] = named_values(message, {}, event.doubts)
        return row(event)
    return _known(message, event, about.known)


def _message(payload: bytes, doubts: Doubts) -> tuple[Fields, bool]:
    """The fields of a payload, those before the damage where there is some, and whether there is none."""
    message = Fields(b"")
    try:
        for field in each_field(payload):
            message.all.setdefault(field.number, []).append(field)
    except ValueError as error:
        doubts.add("damaged-protobuf", str(error))
        return message, False
    return message, True


def _known(message: Fields, event: Event, stream: Stream) -> Record:
    moments: list[Moment] = []
    for meaning, number, unit in stream.times:
        for field in message.all.pop(number, [])[-1:]:
            name = stream.names[number]
            moments += _moment(meaning, field, unit, name if isinstance(name, str) else name.name, event.doubts)
    event.values[:] = named_values(message, stream.names, event.doubts)
    return stream.make(dataclasses.replace(event, moments=(*moments, *event.moments)))


def _moment(meaning: str, field: Field, unit: str, name: str, doubts: Doubts) -> Iterator[Moment]:
    """The time in a field; none for 0."""
    if field.wire != 1:
        doubts.add("time", f"{name} is no floating point number of eight bytes: {safe(field)}")
    elif value := number_of(field):
        yield doubts.moment(meaning, value, unit, name)
