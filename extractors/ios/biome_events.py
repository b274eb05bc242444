"""Biome entries in the layout of knowledgeC.db: the streams "_DKEvent.…", which hold what its rows held.

A message has the stream's name (1.1), start and end (2, 3: seconds since 2001), a value (4: text 3, whole number 4,
floating point 5, date 7), an identifier (5), the source (6), metadata (7: key 1, value 2; where the key is empty, its
number in a list of the system that is not published 3), when it was made (8), how sure the system was (9), and how
far local time was ahead (10).
"""

from __future__ import annotations

import dataclasses
from typing import Final

from evidence_store.records import (
    AppInstall,
    AppUse,
    DeviceFact,
    Network,
    Notification,
    Record,
    WebVisit,
    replace,
)
from extractors.database import stored
from extractors.ios.biome_records import row
from extractors.ios.biome_values import Event, Single, safe, value_of
from extractors.ios.core_data import Extra, seconds_between
from extractors.ios.knowledge import APP_STREAMS, STATE_STREAMS
from parsers.protobuf import Fields

_TIMES: Final = (("started", 2), ("ended", 3), ("event recorded", 8))
_TEXT, _WHOLE, _FLOAT, _DATE = 3, 4, 5, 7
_SOURCE: Final = {1: "sourceID", 2: "bundleID", 3: "itemID", 4: "groupID", 5: "deviceID", 6: "userID"}
_OTHERS: Final = ("/safari/history", "/notification/usage", "/app/install", "/bluetooth/isConnected")


def is_event(message: Fields) -> bool:
    """Whether a message has this layout."""
    return (message.text(1, 1) or "").startswith("/") and message.double(2) is not None


def event_record(message: Fields, entry: Event) -> Record:
    """The record that the row of knowledgeC.db would have become. `entry` has the time of the entry and no values."""
    doubts = entry.doubts
    stream = message.text(1, 1) or ""
    known = stream in (*APP_STREAMS, *STATE_STREAMS, *_OTHERS)
    times = tuple(
        doubts.moment(meaning, found, "cocoa s", f"field {number}")
        for meaning, number in _TIMES
        if (found := message.double(number))
    )
    value = _value(message, known, entry)
    metadata = _metadata(message, known, entry)
    event = dataclasses.replace(
        entry,
        moments=(*times, *entry.moments),
        extra=(("event stream", stream), *_about(message, known, entry), *entry.extra, *metadata),
    )
    if not known:
        event.values[:] = [] if value is None else [("value", value)]
        return row(event)
    made = _made(stream, value, metadata, seconds_between(message.double(2), message.double(3)))
    return replace(
        made,
        locator=doubts.locator,
        moments=event.moments,
        deleted=event.deleted,
        flags=(*event.flags, *made.flags),
        extra=event.extra,
    )


def _value(message: Fields, known: bool, entry: Event) -> Single | None:
    """The value of the event; of a stream that nobody describes only what is safe."""
    holder = message.message(4)
    for number in (_TEXT, _WHOLE, _FLOAT, _DATE):
        if holder is not None and (found := holder.all.get(number)):
            return value_of(found[-1], "value", entry.doubts) if known else safe(found[-1])
    return None


def _about(message: Fields, known: bool, entry: Event) -> Extra:
    """Identifier, distance to UTC and source, as far as they are set."""
    found: list[tuple[str, str | int | float | None]] = []
    if (identifier := message.text(5)) is not None:
        found.append(("identifier", identifier))
    if (ahead := message.signed(10)) is not None:
        found.append(("timeZone", ahead))
    if (confidence := message.double(9)) is not None:
        found.append(("confidence of the event", confidence))
    source = message.message(6)
    for number, name in _SOURCE.items():
        if source is not None and (stored_one := source.all.get(number)):
            value = value_of(stored_one[-1], name, entry.doubts) if known else safe(stored_one[-1])
            found.append((f"source {name}", value))
    return tuple(found)


def _metadata(message: Fields, known: bool, entry: Event) -> Extra:
    """Each piece of metadata under its key, or the number of the key; what is archived is left out."""
    found: list[tuple[str, str | int | float | None]] = []
    entries, lost = message.counted(7)
    if lost:
        entry.doubts.add("metadata", f"{lost} pieces of metadata cannot be read")
    for one in entries:
        holder, key = one.message(2), one.text(1) or f"metadata {one.number(3)}"
        held = {} if holder is None else holder.all
        fields = [held[number][-1] for number in (_TEXT, _WHOLE, _FLOAT, _DATE) if number in held]
        found += [(key, value_of(field, key, entry.doubts) if known else safe(field)) for field in fields]
    return tuple(found)


def _made(stream: str, value: Single | None, metadata: Extra, lasted: float | None) -> Record:
    """A record of the stream with what only it has."""
    text = value if isinstance(value, str) and value else None
    if stream == "/safari/history":
        # The only text there is the title of the page.
        title = next((told for _, told in metadata if isinstance(told, str) and told), None)
        return WebVisit(locator="", service="Safari", url=text, title=title)
    if stream == "/notification/usage":
        return Notification(locator="", flags=(text,) if text else (), app=None)
    if stream == "/app/install":
        return AppInstall(locator="", app=text or "")
    if stream == "/bluetooth/isConnected":
        states = {1: ("connected",), 0: ("not connected",)}
        flags = states.get(value, ()) if isinstance(value, int) else ()
        return Network(locator="", flags=flags, technology="Bluetooth")
    if stream in APP_STREAMS:
        return AppUse(locator="", app=text or "", activity=APP_STREAMS[stream], duration_s=lasted)
    name, pair = STATE_STREAMS[stream]
    said = stored(value)
    if pair is not None and isinstance(value, int) and value in (0, 1):
        said = pair[0] if value else pair[1]
    return DeviceFact(locator="", name=name, value=said)
