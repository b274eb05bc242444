"""What a Snapchat export says of the account: friends, logins, devices, memories, places, searches."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, Final

from evidence_store.records import (
    Account,
    Contact,
    DeviceFact,
    Location,
    MediaItem,
    Moment,
    Party,
    Present,
    Problem,
    Record,
    Search,
    replace,
)
from extractors.base import EvidenceFile, Found, extractor
from extractors.exports.json_values import Row, Values, not_an_object, rest, shown
from extractors.exports.snapchat.chats import SERVICE
from extractors.shortened import shortened
from parsers.json_pieces import END, JsonDamaged, Path, pieces

_FRIENDS: Final = {
    "Friends": "friend",
    "Friend Requests Sent": "friend request sent",
    "Blocked Users": "blocked",
    "Deleted Friends": "removed friend",
    "Pending Requests": "friend request received",
    "Ignored Snapchatters": "ignored",
    "Hidden Friend Suggestions": "hidden suggestion",
}
# Numbers, addresses and names that the account had: list -> the field of its rows, its scheme.
_CHANGES: Final = {
    "Display Name Change": ("Display Name", "name"),
    "Email Change": ("Email Address", "email"),
    "Mobile Number Change": ("Mobile Number", "phone"),
}
_DATES: Final = {
    "Creation Timestamp": "created",
    "Last Modified Timestamp": "modified",
    "Created": "recorded",
    "Creation Date": "created",
    "Date": "recorded",
    "Start Time": "started",
    "Time": "recorded",
    "Last Active": "last active",
    "Date and time (hourly)": "recorded",
}
_PLACE: Final = re.compile(
    r"(?:Latitude, Longitude: *)?(?P<lat>-?\d{1,2}(?:\.\d+)?) *(?:± *(?P<near>\d+(?:\.\d+)?))?[^,\d]*, *"
    r"(?P<lon>-?\d{1,3}(?:\.\d+)?)(?: *±.*)?"
)
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}(?: UTC)?")
_SHOWN: Final = frozenset(_DATES)
_SECRET: Final = re.compile(r"token|password|download link|download url", re.IGNORECASE)
_LISTS: Final = (
    *_FRIENDS,
    *_CHANGES,
    *("Basic Information", "Login History", "Device History", "Device Information", "Saved Media"),
    *("Location History", "Businesses and public places you may have visited", "Search History"),
    *("Areas you may have visited in the last two years", "Latest Location", "Frequent Locations"),
)
_STARTS: Final = re.compile(
    rb'\A(?:\xef\xbb\xbf)?\s*\{\s*"(?:' + "|".join(map(re.escape, _LISTS)).encode() + rb')"\s*:\s*[\[{]'
)
_FILES: Final = {
    "account.json": "account",
    "account_history.json": "names, numbers and addresses of the account",
    "friends.json": "friends",
    "memories_history.json": "memories",
    "location_history.json": "places",
    "search_history.json": "searches",
}


def looks_like(head: bytes) -> bool:
    """By the name of the first list."""
    return _STARTS.match(head) is not None


@extractor(
    id="snapchat.account",
    version=2,
    title="Snapchat: account, friends, logins, memories, places and searches of an export (JSON)",
    files=tuple(f"**/{name}" for name in _FILES),
    emits=(Account, Contact, DeviceFact, Location, MediaItem, Search),
    privacy="location",
    layouts="account.json, account_history.json, friends.json, memories_history.json, location_history.json, "
    "search_history.json since 2020",
    tested_on="documented schema, no device data",
    limits="Files that can be edited; the account was not examined. Links by which memories could be fetched are not "
    "shown. Places are those that the service estimated.",
)
def account(file: EvidenceFile) -> Iterator[Found]:
    """Every row of every list that is known, in stored order; times are in words with "UTC".

    References:
    - Snapchat Support, "How do I download my data"
    """
    if not looks_like(file.head):
        return
    values, rows, left = Values(file), 0, set()
    try:
        with file.open() as stream:
            for path, value in pieces(stream, _entered):
                if value is END:
                    continue
                name = str(path[0]) if path else ""
                if name not in _LISTS:
                    left.add(name)
                    continue
                rows += 1
                values.locator = f"{name}[{path[1]}]" if len(path) > 1 else name
                yield from _one(values, value, name)
    except JsonDamaged as error:
        yield Problem("file", "damaged-json", f"{error}; {rows} entries were read")
    yield Present(rows)
    if left:
        yield Problem("note", "not-read", f"not read: {', '.join(sorted(left))}")


def _entered(path: Path) -> bool:
    whole = ("Basic Information", "Device Information")
    return path == () or (len(path) == 1 and path[0] in _LISTS and path[0] not in whole)


def _one(values: Values, value: Any, name: str) -> Iterator[Found]:
    if name == "Location History" and isinstance(value, list) and len(value) == 2:
        value = {"Time": value[0], "Latitude, Longitude": value[1]}
    if not isinstance(value, dict):
        yield not_an_object(value, values.locator, "an entry")
        return
    yield (_MAKERS.get(name) or _friend)(values, value, name)
    yield from values.drain()


def _moments(values: Values, row: Row) -> tuple[Moment, ...]:
    return tuple(_moment(values, row, key, meaning) for key, meaning in _DATES.items() if row.get(key))


def _moment(values: Values, row: Row, key: str, meaning: str) -> Moment:
    """Times with slashes, and those that are cut to the hour, are read as the others are; as stored they stay."""
    value = row[key]
    if not isinstance(value, str):
        return values.written(meaning, row, key)
    text = re.sub(r"\A(\d{4})/(\d{2})/(\d{2})", r"\1-\2-\3", value.strip())
    if _DAY.fullmatch(text):
        return Moment(meaning, None, value, "C", note="a date without a time of day")
    hour = re.sub(r"\A(\d{4}-\d{2}-\d{2} \d{2}) UTC\Z", r"\1:00:00 UTC", text)
    found = values.written(meaning, {key: hour}, key)
    return replace(found, raw=value, note="to the hour" if hour != text else found.note)


def _plain(row: Row, *known: str) -> tuple[tuple[str, str | int | float | None], ...]:
    kept = {key: value for key, value in row.items() if not _SECRET.search(key)}
    return rest(kept, _SHOWN | frozenset(known))


def _friend(values: Values, row: Row, name: str) -> Contact:
    username, shown_as = values.words(row, "Username"), values.words(row, "Display Name")
    return Contact(
        locator=values.locator,
        service=SERVICE,
        moments=_moments(values, row),
        flags=(_FRIENDS[name],),
        extra=_plain(row, "Username", "Display Name"),
        name=shown_as or username,
        identifiers=(Party(username, "snapchat", shown_as),) if username else (),
    )


def _basic(values: Values, row: Row, name: str) -> Account:
    username, shown_as = values.words(row, "Username"), values.words(row, "Name")
    return Account(
        locator=values.locator,
        service=SERVICE,
        moments=_moments(values, row),
        extra=_plain(row, "Username", "Name"),
        name=shown_as,
        identifiers=(Party(username, "snapchat", shown_as),) if username else (),
    )


def _changed(values: Values, row: Row, name: str) -> Account:
    """A name, number or address as of a date: that it was the account's own from then on."""
    field, scheme = _CHANGES[name]
    stored = values.words(row, field)
    return Account(
        locator=values.locator,
        service=SERVICE,
        moments=_moments(values, row),
        flags=(name.lower(),),
        extra=_plain(row, field),
        name=stored if scheme == "name" else None,
        identifiers=(Party(stored, scheme),) if stored else (),
    )


def _fact(values: Values, row: Row, name: str) -> DeviceFact:
    glance = ("Make", "Model", "Device", "IP", "Status", "Name", "City", "Country")
    return DeviceFact(
        locator=values.locator,
        service=SERVICE,
        moments=_moments(values, row),
        extra=_plain(row),
        name=name.lower(),
        value=", ".join(part for one in glance if (part := values.words(row, one))),
    )


def _memory(values: Values, row: Row, name: str) -> Record:
    """A memory that the export lists, as a place where it has one; 0,0 is what is written where it has none. The link
    to its file is not shown."""
    place = _PLACE.fullmatch(values.words(row, "Location") or "")
    kind = (values.words(row, "Media Type") or "").lower() or None
    if place is not None and (float(place["lat"]), float(place["lon"])) != (0, 0):
        return _location(values, row, place, "Snapchat memory", kind)
    return MediaItem(
        locator=values.locator,
        service=SERVICE,
        moments=_moments(values, row),
        flags=("memory",),
        extra=_plain(row, "Media Type"),
        text=kind,
    )


def _location(values: Values, row: Row, place: re.Match[str], source: str, text: str | None) -> Record:
    lat, lon = float(place["lat"]), float(place["lon"])
    if abs(lat) > 90 or abs(lon) > 180:
        values.add("place", f"no coordinates: {shortened(place[0], 200)}")
        return _fact(values, row, source)
    return Location(
        locator=values.locator,
        service=SERVICE,
        moments=_moments(values, row),
        extra=_plain(row, "Latitude, Longitude", "Latitude & Longitude", "Location", "Media Type"),
        lat=lat,
        lon=lon,
        accuracy_m=float(place["near"]) if place["near"] else None,
        source=source,
        text=text,
    )


def _place(values: Values, row: Row, name: str) -> Record:
    words = next((row[key] for key in ("Latitude, Longitude", "Latitude & Longitude", "Location") if row.get(key)), "")
    place = _PLACE.fullmatch(words if isinstance(words, str) else shown(words))
    if place is None:
        values.add("place", f"no coordinates: {shortened(shown(words), 200)}")
        return _fact(values, row, name)
    return _location(values, row, place, "Snapchat location history", None)


def _search(values: Values, row: Row, name: str) -> Search:
    return Search(
        locator=values.locator,
        service=SERVICE,
        moments=_moments(values, row),
        extra=_plain(row, "Search Term"),
        text=values.words(row, "Search Term"),
    )


_MAKERS: Final[dict[str, Callable[[Values, Row, str], Record]]] = {
    "Basic Information": _basic,
    **dict.fromkeys(_CHANGES, _changed),
    "Login History": _fact,
    "Device History": _fact,
    "Device Information": _fact,
    "Saved Media": _memory,
    "Location History": _place,
    "Businesses and public places you may have visited": _fact,
    "Areas you may have visited in the last two years": _fact,
    "Latest Location": _fact,
    "Frequent Locations": _fact,
    "Search History": _search,
}
