"""What becomes of a row of an export of Facebook or Instagram: a login, a search, somebody, a comment, a place."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from evidence_store.records import Account, Contact, DeviceFact, Location, Message, Party, Record, Search
from extractors.exports.json_values import Row, shown
from extractors.exports.meta.encoding import Mended
from extractors.exports.meta.fields import data_text, fields, labelled, moments, texts


class Listed(NamedTuple):
    """What the rows of a list are: of which service, made into a record by `make`, called `name`."""

    service: str
    make: Callable[[Mended, Row, Listed], Record]
    name: str


def fact(values: Mended, row: Row, what: Listed) -> DeviceFact:
    """A login, a device, an activity: `value` is what tells it from others at a glance."""
    said = fields(values, row)
    glance = (
        *("action", "title", "device", "user_agent", "User Agent", "ip_address", "ip", "IP Address", "site", "app"),
        *("contact", "Changed", "New Value"),
    )
    named = dict(said)
    return DeviceFact(
        locator=values.locator,
        service=what.service,
        moments=moments(values, row),
        extra=tuple(said),
        name=what.name,
        value=", ".join(str(named[one]) for one in glance if named.get(one)),
    )


def search(values: Mended, row: Row, what: Listed) -> Search:
    said = fields(values, row)
    words = data_text(values, row) or next((str(value) for _, value in said if isinstance(value, str)), None)
    return Search(
        locator=values.locator,
        service=what.service,
        moments=moments(values, row),
        extra=tuple(said),
        text=words or values.words(row, "title"),
    )


def person(values: Mended, row: Row, what: Listed) -> Contact:
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


def uploaded(values: Mended, row: Row, what: Listed) -> Contact:
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


def profile(values: Mended, row: Row, what: Listed) -> Account:
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


def last_location(values: Mended, row: Row, what: Listed) -> Record:
    parts = values.part(row, "string_map_data")
    lat = values.degrees(values.part(parts, "Imprecise Latitude"), "value", 90.0)
    lon = values.degrees(values.part(parts, "Imprecise Longitude"), "value", 180.0)
    if lat is None or lon is None:
        return fact(values, row, what)
    when = moments(values, row)
    return Location(locator=values.locator, service=what.service, moments=when, lat=lat, lon=lon, source=what.name)


def coordinate(values: Mended, row: Row, what: Listed) -> Record:
    """A place of Facebook's location history: where the service put the phone; `name` is the town."""
    point = values.part(row, "coordinate")
    lat, lon = values.degrees(point, "latitude", 90.0), values.degrees(point, "longitude", 180.0)
    name, when = values.words(row, "name"), moments(values, row)
    if lat is None or lon is None:
        return DeviceFact(locator=values.locator, service=what.service, moments=when, name=what.name, value=name or "")
    return Location(
        locator=values.locator, service=what.service, moments=when, lat=lat, lon=lon, source=what.name, text=name
    )


def comment(values: Mended, row: Row, what: Listed) -> Message:
    """A comment that the account wrote: in "data" (Facebook), or the first value under a label (Instagram)."""
    said = fields(values, row)
    own = [part for one in values.rows(row, "data") if (part := values.part(one, "comment"))]
    labels = [values.words(one, "value") for one in labelled(values, row).values() if isinstance(one, dict)]
    words = [values.words(part, "comment") for part in own] or labels[:1]
    files = row.get("attachments")
    hung = (("attachments", shown(values.mend_all(files))),) if files else ()
    author = next((name for part in own if (name := values.words(part, "author"))), None)
    return Message(
        locator=values.locator,
        service=what.service,
        moments=moments(values, row),
        flags=(what.name,),
        extra=(*(said[1:] if not own and labels[:1] == [value for _, value in said[:1]] else said), *hung),
        conversation="comments",
        title="comments",
        direction="out",
        sender=Party(author, "name", author) if author else None,
        text="\n".join(word for word in words if word) or None,
    )
