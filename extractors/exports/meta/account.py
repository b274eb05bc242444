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
    Party,
    Present,
    Problem,
    Record,
    Search,
)
from extractors.base import EvidenceFile, Found, extractor
from extractors.exports.json_values import Row, not_an_object
from extractors.exports.meta.encoding import Mended
from extractors.exports.meta.fields import data_text, fields, moments, texts
from parsers.json_pieces import END, JsonDamaged, Path, pieces


class _List(NamedTuple):
    """What the rows of a list are: of which service, made into a record by `make`, called `name`."""

    service: str
    make: Callable[[Mended, Row, _List], Record]
    name: str


def _fact(values: Mended, row: Row, what: _List) -> DeviceFact:
    """A login, a device, an activity: `value` is what tells it from others at a glance."""
    said = fields(values, row)
    glance = ("action", "title", "device", "user_agent", "User Agent", "ip_address", "IP Address", "site", "app")
    named = dict(said)
    return DeviceFact(
        locator=values.locator,
        service=what.service,
        moments=moments(values, row),
        extra=tuple(said),
        name=what.name,
        value=", ".join(str(named[one]) for one in glance if named.get(one)),
    )


def _search(values: Mended, row: Row, what: _List) -> Search:
    said = fields(values, row)
    words = data_text(values, row) or next((str(value) for _, value in said if isinstance(value, str)), None)
    return Search(
        locator=values.locator,
        service=what.service,
        moments=moments(values, row),
        extra=tuple(said),
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
        moments=moments(values, row),
        flags=(what.name,),
        extra=tuple(links),
        name=name or (handles[0] if handles else None),
        identifiers=tuple(party),
    )


def _uploaded(values: Mended, row: Row, what: _List) -> Contact:
    """Somebody in the address book that a phone uploaded: `details` (Facebook), or values under labels (Instagram)."""
    said = fields(values, row)
    labels = dict(said)
    names = [str(labels[label]) for label in ("First Name", "Last Name") if labels.get(label)]
    name = values.words(row, "name") or " ".join(names) or None
    points = [point for one in values.rows(row, "details") if (point := values.words(one, "contact_point"))]
    points += [str(labels["Contact Information"])] if labels.get("Contact Information") else []
    return Contact(
        locator=values.locator,
        service=what.service,
        moments=moments(values, row),
        flags=(what.name,),
        extra=tuple((key, value) for key, value in said if key != "details"),
        name=name,
        identifiers=tuple(Party(one, "email" if "@" in one else "phone", name) for one in points),
    )


def _account(values: Mended, row: Row, what: _List) -> Account:
    said = fields(values, row)
    names = values.part(row, "name")
    name = values.words(names, "full_name") or next((str(value) for label, value in said if label == "Name"), None)
    emails = [Party(one, "email", name) for one in texts(values.part(row, "emails").get("emails"))]
    emails += [Party(str(value), "email", name) for label, value in said if label == "Email"]
    phones = [
        Party(number, "phone", name)
        for one in values.rows(row, "phone_numbers")
        if (number := values.words(one, "phone_number"))
    ]
    phones += [Party(str(value), "phone", name) for label, value in said if label in ("Phone Number", "Phone")]
    handles = [Party(str(value), "instagram", name) for label, value in said if label == "Username"]
    return Account(
        locator=values.locator,
        service=what.service,
        moments=moments(values, row),
        extra=tuple(said),
        name=name,
        identifiers=(*handles, *emails, *phones),
    )


def _location(values: Mended, row: Row, what: _List) -> Record:
    parts = values.part(row, "string_map_data")
    lat = values.degrees(values.part(parts, "Imprecise Latitude"), "value", 90.0)
    lon = values.degrees(values.part(parts, "Imprecise Longitude"), "value", 180.0)
    if lat is None or lon is None:
        return _fact(values, row, what)
    when = moments(values, row)
    return Location(locator=values.locator, service=what.service, moments=when, lat=lat, lon=lon, source=what.name)


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
    "address_book_v2": _List("Facebook", _uploaded, "uploaded contact"),
    "profile_v2": _List("Facebook", _account, "profile"),
    "contacts_contact_info": _List("Instagram", _uploaded, "uploaded contact"),
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
# Exports of 2018 to 2021 have the same without "_v2": names that others use too, in folders that others have not.
EARLY: Final = {name.removesuffix("_v2"): what for name, what in LISTS.items() if name.endswith("_v2")}
_EARLY_STARTS: Final = re.compile(
    rb'\A(?:\xef\xbb\xbf)?\s*\{\s*"(?:'
    + "|".join(EARLY).encode()
    + rb')"\s*:\s*[\[{](?=[\s\S]*_?timestamp"\s*:\s*\d{10}\b)'
)
_EARLY_FOLDERS: Final = re.compile(
    r"(?:^|/)(?:friends|about_you|profile_information|search_history|security_and_login_information|"
    r"following_and_followers|facebook-[^/]*)/",
    re.IGNORECASE,
)
_BARE: Final = LISTS["relationships_followers"]  # followers_1.json has no name around its list
_STARTS: Final = re.compile(rb'\A(?:\xef\xbb\xbf)?\s*\{\s*"(?:' + "|".join(LISTS).encode() + rb')"\s*:')
_BARE_STARTS: Final = re.compile(
    rb'\A(?:\xef\xbb\xbf)?\s*\[\s*\{\s*(?:"(?:title|media_list_data)"\s*:\s*(?:"[^"]*"|\[\s*\])\s*,\s*)*"string_list_data"\s*:'
)


_ALL: Final = {**LISTS, **EARLY}
_BOOKS: Final = ("address_book_v2", "address_book")  # their list stands one deeper


def looks_like(head: bytes) -> bool:
    """By the name around the list, which only these files have."""
    return any(one.match(head) for one in (_STARTS, _BARE_STARTS, _EARLY_STARTS))


@extractor(
    id="meta.account",
    version=2,
    title="Facebook and Instagram: profile, logins, searches and people of an export (JSON)",
    types=("application/json",),
    claims=looks_like,
    emits=(Account, Contact, DeviceFact, Search, Location),
    privacy="device",
    layouts="JSON files of 2018 and later with one list each, under its name",
    tested_on="documented schema, no device data",
    limits="Files that can be edited; the account was not examined. Of the many files of an export only those of the "
    "profile, security and logins, searches, friends, followers and uploaded contacts are read; labels are in the "
    "language of the account and shown as they are. Cookies and tokens are not shown.",
)
def account(file: EvidenceFile) -> Iterator[Found]:
    """Every row of every list that is known, in stored order; times are seconds.

    References:
    - Facebook Help Centre and Instagram Help Centre, "Download a copy of your information"
    """
    early = _EARLY_STARTS.match(file.head) is not None
    if not looks_like(file.head) or (early and not _EARLY_FOLDERS.search(file.path)):
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
    if len(path) == 2:
        return path[1] == "address_book" and path[0] in _BOOKS
    return path == () or (len(path) == 1 and path[0] in _ALL and path[0] not in ("profile_v2", "profile"))


def _what(path: Path) -> _List | None:
    if path and isinstance(path[0], int):
        return _BARE
    return None if len(path) == 2 and path[0] in _BOOKS and path[1] == "address_book" else _ALL.get(str(path[0]))


def _row(values: Mended, value: Any, what: _List, locator: str) -> Iterator[Found]:
    values.locator = locator
    if isinstance(value, dict):
        yield what.make(values, value, what)
        yield from values.drain()
    else:
        yield not_an_object(value, locator, "an entry")
