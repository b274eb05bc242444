"""What an export of Facebook or Instagram says of the account: its profile, logins, devices, searches and people."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple

from evidence_store.records import (
    Account,
    Contact,
    DeviceFact,
    Location,
    Moment,
    Party,
    Present,
    Problem,
    Record,
    Search,
)
from extractors.base import EvidenceFile, Found, extractor
from extractors.exports.json_values import Extra, Row, not_an_object, rest, shown
from extractors.exports.meta.encoding import Mended
from parsers.json_pieces import END, JsonDamaged, Path, pieces

# Values by which somebody could act for the account are never shown.
_SECRET: Final = re.compile(r"cookie|token|password|secret", re.IGNORECASE)
_TIMES: Final = ("timestamp", "created_timestamp", "updated_timestamp", "added_timestamp")
_MEANINGS: Final = {"created_timestamp": "created", "updated_timestamp": "updated"}
_TEXT_PARTS: Final = frozenset({*_TIMES, "data", "attachments", "title", "name"})


class _List(NamedTuple):
    """What the rows of a list are: of which service, made into a record by `make`, called `name`."""

    service: str
    make: Callable[[Mended, Row, _List], Record]
    name: str


def _fact(values: Mended, row: Row, what: _List) -> DeviceFact:
    """A login, a device, an activity: `value` is what tells it from others at a glance."""
    fields = _fields(values, row)
    glance = ("action", "title", "device", "user_agent", "User Agent", "ip_address", "IP Address", "site", "app")
    named = dict(fields)
    return DeviceFact(
        locator=values.locator,
        service=what.service,
        moments=_moments(values, row),
        extra=tuple(fields),
        name=what.name,
        value=", ".join(str(named[one]) for one in glance if named.get(one)),
    )


def _search(values: Mended, row: Row, what: _List) -> Search:
    fields = _fields(values, row)
    words = _data_text(values, row) or next((str(value) for _, value in fields if isinstance(value, str)), None)
    return Search(
        locator=values.locator,
        service=what.service,
        moments=_moments(values, row),
        extra=tuple(fields),
        text=words or values.words(row, "title"),
    )


def _person(values: Mended, row: Row, what: _List) -> Contact:
    """Somebody on a list: a friend by name (Facebook), a follower by the name of the account (Instagram)."""
    listed = values.rows(row, "string_list_data")
    name = values.words(row, "name") or values.words(row, "title")
    handles = [handle for one in listed if (handle := values.words(one, "value"))] or (
        [name] if listed and name else []
    )
    links = [("href", link) for one in listed if (link := values.words(one, "href"))]
    party = [Party(handle, "instagram", handle) for handle in handles] or ([Party(name, "name", name)] if name else [])
    return Contact(
        locator=values.locator,
        service=what.service,
        moments=_moments(values, row),
        flags=(what.name,),
        extra=tuple(links),
        name=name or (handles[0] if handles else None),
        identifiers=tuple(party),
    )


def _account(values: Mended, row: Row, what: _List) -> Account:
    fields = _fields(values, row)
    names = values.part(row, "name")
    name = values.words(names, "full_name") or next((str(value) for label, value in fields if label == "Name"), None)
    emails = [Party(one, "email", name) for one in _texts(values.part(row, "emails").get("emails"))]
    emails += [Party(str(value), "email", name) for label, value in fields if label == "Email"]
    phones = [
        Party(number, "phone", name)
        for one in values.rows(row, "phone_numbers")
        if (number := values.words(one, "phone_number"))
    ]
    phones += [Party(str(value), "phone", name) for label, value in fields if label in ("Phone Number", "Phone")]
    handles = [Party(str(value), "instagram", name) for label, value in fields if label == "Username"]
    return Account(
        locator=values.locator,
        service=what.service,
        moments=_moments(values, row),
        extra=tuple(fields),
        name=name,
        identifiers=(*handles, *emails, *phones),
    )


def _location(values: Mended, row: Row, what: _List) -> Record:
    parts = values.part(row, "string_map_data")
    lat = values.degrees(values.part(parts, "Imprecise Latitude"), "value", 90.0)
    lon = values.degrees(values.part(parts, "Imprecise Longitude"), "value", 180.0)
    if lat is None or lon is None:
        return _fact(values, row, what)
    moments = _moments(values, row)
    return Location(locator=values.locator, service=what.service, moments=moments, lat=lat, lon=lon, source=what.name)


LISTS: Final = {
    "account_activity_v2": _List("Facebook", _fact, "account activity"),
    "account_accesses_v2": _List("Facebook", _fact, "login or logout"),
    "active_sessions_v2": _List("Facebook", _fact, "session"),
    "recognized_devices_v2": _List("Facebook", _fact, "recognised device"),
    "searches_v2": _List("Facebook", _search, "search"),
    "friends_v2": _List("Facebook", _person, "friend"),
    "deleted_friends_v2": _List("Facebook", _person, "removed friend"),
    "received_requests_v2": _List("Facebook", _person, "friend request received"),
    "sent_requests_v2": _List("Facebook", _person, "friend request sent"),
    "followers_v2": _List("Facebook", _person, "follower"),
    "following_v2": _List("Facebook", _person, "followed"),
    "blocked_users_v2": _List("Facebook", _person, "blocked"),
    "profile_v2": _List("Facebook", _account, "profile"),
    "account_history_login_history": _List("Instagram", _fact, "login"),
    "account_history_logout_history": _List("Instagram", _fact, "logout"),
    "account_history_registration_info": _List("Instagram", _fact, "registration"),
    "account_history_imprecise_last_known_location": _List("Instagram", _location, "last known location, imprecise"),
    "devices_devices": _List("Instagram", _fact, "device"),
    "searches_user": _List("Instagram", _search, "search"),
    "searches_keyword": _List("Instagram", _search, "search"),
    "searches_hashtag": _List("Instagram", _search, "search"),
    "searches_place": _List("Instagram", _search, "search"),
    "profile_user": _List("Instagram", _account, "profile"),
    "relationships_followers": _List("Instagram", _person, "follower"),
    "relationships_following": _List("Instagram", _person, "followed"),
    "relationships_blocked_users": _List("Instagram", _person, "blocked"),
    "relationships_close_friends": _List("Instagram", _person, "close friend"),
    "relationships_follow_requests_sent": _List("Instagram", _person, "follow request sent"),
    "relationships_unfollowed_users": _List("Instagram", _person, "no longer followed"),
}
_BARE: Final = LISTS["relationships_followers"]  # followers_1.json has no name around its list
_STARTS: Final = re.compile(rb'\A(?:\xef\xbb\xbf)?\s*\{\s*"(?:' + "|".join(LISTS).encode() + rb')"\s*:')
_BARE_STARTS: Final = re.compile(
    rb'\A(?:\xef\xbb\xbf)?\s*\[\s*\{\s*(?:"(?:title|media_list_data)"\s*:\s*(?:"[^"]*"|\[\s*\])\s*,\s*)*"string_list_data"\s*:'
)


def looks_like(head: bytes) -> bool:
    """By the name around the list, which only these files have."""
    return _STARTS.match(head) is not None or _BARE_STARTS.match(head) is not None


@extractor(
    id="meta.account",
    version=2,
    title="Facebook and Instagram: profile, logins, searches and people of an export (JSON)",
    types=("application/json",),
    claims=looks_like,
    emits=(Account, Contact, DeviceFact, Search, Location),
    privacy="device",
    layouts="JSON files of 2020 and later with one list each, under its name",
    tested_on="documented schema, no device data",
    limits="Files that can be edited; the account was not examined. Of the many files of an export only those of the "
    "profile, security and logins, searches, friends and followers are read; labels are in the language of the account "
    "and shown as they are. Cookies and tokens are not shown.",
)
def account(file: EvidenceFile) -> Iterator[Found]:
    """Every row of every list that is known, in stored order; times are seconds.

    References:
    - Facebook Help Centre and Instagram Help Centre, "Download a copy of your information"
    """
    if not looks_like(file.head):
        return
    values, rows, left = Mended(file), 0, set()
    try:
        with file.open() as stream:
            for path, value in pieces(stream, _entered):
                if value is END:
                    continue
                if (what := _what(path)) is not None:
                    rows += 1
                    yield from _row(values, value, what, ".".join(map(str, path)))
                else:
                    left.add(str(path[0]))
    except JsonDamaged as error:
        yield Problem("file", "damaged-json", f"{error}; {rows} entries were read")
    yield Present(rows)
    if left:
        yield Problem("note", "not-read", f"not read: {', '.join(sorted(left))}")
    yield from values.about()


def _entered(path: Path) -> bool:
    return path == () or (len(path) == 1 and path[0] in LISTS and path[0] != "profile_v2")


def _what(path: Path) -> _List | None:
    return _BARE if path and isinstance(path[0], int) else LISTS.get(str(path[0]))


def _row(values: Mended, value: Any, what: _List, locator: str) -> Iterator[Found]:
    values.locator = locator
    if isinstance(value, dict):
        yield what.make(values, value, what)
        yield from values.drain()
    else:
        yield not_an_object(value, locator, "an entry")


def _moments(values: Mended, row: Row) -> tuple[Moment, ...]:
    """The times of a row itself, of its labelled values, and of its list of one."""
    found = [values.epoch(_MEANINGS.get(name, "recorded"), row, name, "s") for name in _TIMES if row.get(name)]
    inside = (*_labelled(values, row).values(), *values.rows(row, "string_list_data"))
    dated = (one for one in inside if isinstance(one, dict) and one.get("timestamp"))
    return (*found, *(values.epoch("recorded", one, "timestamp", "s") for one in dated))


def _labelled(values: Mended, row: Row) -> Row:
    return values.part(row, "string_map_data")


def _fields(values: Mended, row: Row) -> list[Extra]:
    """What a row says under its own names, and under the labels of "string_map_data"."""
    known = _TEXT_PARTS | {"string_map_data", "media_map_data", "string_list_data", "media_list_data"}
    found = list(rest(_without_secrets(values.mend_all(row)), known))
    if title := values.words(row, "title"):
        found.insert(0, ("title", title))
    for label, one in _labelled(values, row).items():
        value = values.words(one, "value") if isinstance(one, dict) else shown(one)
        if value and not _SECRET.search(label):
            found.append((values.mend(label), value))
    return found


def _without_secrets(value: Any) -> Any:
    """A value of JSON without what stands, however deep, under the name of a secret."""
    if isinstance(value, list):
        return [_without_secrets(one) for one in value]
    if isinstance(value, dict):
        return {key: _without_secrets(one) for key, one in value.items() if not _SECRET.search(key)}
    return value


def _data_text(values: Mended, row: Row) -> str | None:
    """The words of a search: in "data", or in that of its first attachment."""
    places = [row, *values.rows(row, "attachments")]
    found = [words for place in places for one in values.rows(place, "data") if (words := values.words(one, "text"))]
    return found[0].strip('"') if found else None


def _texts(value: Any) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []
