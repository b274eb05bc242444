"""The models of a Cellebrite report as records: messages, calls, contacts, locations."""

from __future__ import annotations

import math
import re
from typing import Any, Final, Literal

from evidence_store.records import Attachment, Call, Contact, Location, Message, Party
from extractors.exports.cellebrite_reading import SHOWN, Reading, value, yes
from extractors.shortened import shortened
from parsers.cellebrite_parts import Model

Direction = Literal["in", "out"] | None
_NUMBER: Final = re.compile(r"\+?[0-9][0-9 ()./-]*")
_ACCOUNT: Final = re.compile(r"@(?:s\.whatsapp\.net|c\.us|g\.us|lid|broadcast)$")  # of WhatsApp, and no mail
_CLOCK: Final = re.compile(r"(?:([0-9]{1,4})\.)?([0-9]{1,4}):([0-9]{2}):([0-9]{2})(?:\.[0-9]+)?")
_IN: Final = ("incoming", "inbox", "missed", "rejected")
_OUT: Final = ("outgoing", "sent", "outbox", "drafts")
_MESSAGE_TIMES: Final = {"DateDelivered": "delivered", "DateRead": "read", "DateDeleted": "deleted"}
_MESSAGE_SHOWN: Final = ("Body", "Subject", "Source", "TimeStamp", "Snippet", *_MESSAGE_TIMES)
_CALL_SHOWN: Final = ("Source", "TimeStamp", "Duration", "Status")
_CONTACT_TIMES: Final = {
    "TimeModified": "modified",
    "TimeCreated": "created",
    "TimeContacted": "last contacted",
}
_CONTACT_SHOWN: Final = ("Name", "Account", "Source", *_CONTACT_TIMES)
_LOCATION_SHOWN: Final = ("Source", "TimeStamp", "EndTime", "Name", "Category")
_SCHEMES: Final = {"PhoneNumber": "phone", "EmailAddress": "email", "UserID": "account", "ProfilePicture": ""}


def _party(model: Model) -> Party | None:
    """Somebody as the report has them; a name alone where it has no identifier."""
    identifier, name = value(model, "Identifier"), value(model, "Name")
    if not identifier and not name:
        return None
    if not identifier:
        return Party(name, "name", name)
    mail = "@" in identifier and not _ACCOUNT.search(identifier)
    scheme = "phone" if _NUMBER.fullmatch(identifier) else "email" if mail else "account"
    return Party(identifier, scheme, name or None)


def _extra(model: Model, shown: tuple[str, ...]) -> tuple[tuple[str, Any], ...]:
    """What the report states beside the record's own fields, under its own names."""
    stated = (
        ("deleted_state", model.deleted if model.deleted != "Intact" else ""),
        ("decoding_confidence", model.confidence),
        ("extraction", model.extraction),
    )
    found = [(name, text) for name, text in stated if text]
    found += [
        (name, text) for name, text in model.fields.items() if name not in (*shown, "UserMapping") and text.strip()
    ]
    found += [(name, text) for name, texts in model.lists.items() for text in texts if text.strip()]
    return tuple(found)


def message(reading: Reading, model: Model) -> Message:
    """A chat message, SMS, MMS or e-mail."""
    people = _people(model)
    sender = next((one for role, one in people if role == "from"), None)
    receivers = [one for role, one in people if role in ("to", "cc", "bcc", "parties")]
    direction = _direction(reading, model, sender, receivers)
    chat = reading.chat
    service = reading.service(model)
    key = (chat.id or value(chat, "Id")) if chat is not None else value(model, "ChatId")
    times = {"TimeStamp": _meaning(model, direction), **_MESSAGE_TIMES}
    copies = [(role, one.identifier) for role, who in people if role in ("cc", "bcc") and (one := _party(who))]
    return Message(
        locator=reading.locator,
        service=service,
        moments=tuple(reading.moment(word, text, name) for name, word in times.items() if (text := value(model, name))),
        deleted=model.deleted == "Deleted",
        flags=_flags(model),
        attachments=_attachments(reading, model),
        extra=_extra(model, _MESSAGE_SHOWN) + tuple(copies) + _position(model),
        conversation=f"{service} {key}" if key else None,
        title=value(chat, "Name") or None if chat is not None else None,
        direction=direction,
        sender=_party(sender) if sender is not None else None,
        recipients=tuple(one for who in receivers if (one := _party(who))),
        subject=model.fields.get("Subject") or None,
        text=model.fields.get("Body") or model.fields.get("Snippet"),
    )


def _meaning(model: Model, direction: Direction) -> str:
    """What the time stamp of a message means; that of a draft, or of one whose direction is not known, is open."""
    if direction is None or value(model, "Folder").lower() in ("drafts", "outbox"):
        return "recorded"
    return "sent" if direction == "out" else "received"


def _people(model: Model) -> list[tuple[str, Model]]:
    """(role, who) in stored order. The parties of an SMS or call say themselves what part they have."""
    found = []
    for name in ("From", "To", "Cc", "Bcc", "Parties"):
        for who in model.models.get(name, ()):
            role = value(who, "Role").lower() if name == "Parties" else name.lower()
            found.append((role if role in ("from", "to", "cc", "bcc") else "parties", who))
    return found


def _direction(reading: Reading, model: Model, sender: Model | None, receivers: list[Model]) -> Direction:
    """By the phone's owner among the people; else by the folder; else by the one side that a text message names."""
    if yes(model, "FromIsOwner") or (sender is not None and reading.owns(sender)):
        return "out"
    if sender is not None and (any(map(reading.owns, receivers)) or reading.owner_known):
        return "in"
    folder = (value(model, "Direction") or value(model, "Folder")).lower()
    if folder in _IN or folder in _OUT:
        return "in" if folder in _IN else "out"
    if model.type in ("SMS", "MMS") and (sender is None) != (not receivers):
        return "in" if sender is not None else "out"
    return None


def _flags(model: Model) -> tuple[str, ...]:
    found = [word for word in (value(model, "Status"), value(model, "Folder")) if word and word != "Unknown"]
    if yes(model, "VideoCall"):
        found.append("video")
    return tuple(dict.fromkeys(shortened(word.lower(), SHOWN) for word in found))


def _attachments(reading: Reading, model: Model) -> tuple[Attachment, ...]:
    found = []
    for one in (*model.models.get("Attachment", ()), *model.models.get("Attachments", ())):
        stored = value(one, "AttachmentExtractedPath").replace("\\", "/")
        name = value(one, "Filename") or value(one, "Title") or stored.rpartition("/")[2] or value(one, "URL")
        path = reading.place(stored)
        found.append(Attachment(name or "without a name", path, value(one, "ContentType") or None))
    return tuple(found)


def _position(model: Model) -> tuple[tuple[str, str], ...]:
    """The place that a message carries, as stored."""
    found = model.models.get("Position", ())
    return tuple((name, value(one, name)) for one in found for name in ("Latitude", "Longitude") if value(one, name))


def call(reading: Reading, model: Model) -> Call:
    """A call; who is on its other side by the role that the report gives each party."""
    people = _people(model)
    word = (value(model, "Direction") or value(model, "Type")).lower()
    direction: Direction = "in" if word in _IN else "out" if word in _OUT else None
    sender = next((who for role, who in people if role == "from"), None)
    others = [who for role, who in people if role != "from"]
    if direction is None and sender is not None:
        direction = "out" if reading.owns(sender) else "in" if any(map(reading.owns, others)) else None
    stamp, length = value(model, "TimeStamp"), value(model, "Duration")
    return Call(
        locator=reading.locator,
        service=reading.service(model),
        moments=(reading.moment("started", stamp, "TimeStamp"),) if stamp else (),
        deleted=model.deleted == "Deleted",
        flags=("video",) if yes(model, "VideoCall") else (),
        extra=_extra(model, _CALL_SHOWN),
        direction=direction,
        sender=_party(sender) if sender is not None else None,
        recipients=tuple(one for who in others if (one := _party(who))),
        outcome=value(model, "Status") or (word if word in ("missed", "rejected") else None),
        duration_s=_seconds(reading, length) if length else None,
    )


def _seconds(reading: Reading, text: str) -> int | None:
    """ "00:01:02", with days in front where there are any: "1.00:01:02"."""
    match = _CLOCK.fullmatch(text)
    if match is None:
        reading.doubt("duration", f"Duration: not hours, minutes and seconds: {shortened(text, SHOWN)}")
        return None
    days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return ((days * 24 + hours) * 60 + minutes) * 60 + seconds


def contact(reading: Reading, model: Model) -> Contact:
    """An entry of an address book or of an application's own list."""
    entries = [
        (_SCHEMES.get(one.type, ""), _label(one), value(one, "Value"))
        for one in model.models.get("Entries", ())
        if value(one, "Value")
    ]
    organisations = [value(one, "Name") for one in model.models.get("Organizations", ()) if value(one, "Name")]
    name = value(model, "Name") or None
    notes = [text for texts in model.lists.values() for text in texts]
    words = [*([name] if name else []), *(text for _, _, text in entries), *organisations, *notes]
    return Contact(
        locator=reading.locator,
        service=reading.service(model),
        moments=tuple(
            reading.moment(meaning, text, key) for key, meaning in _CONTACT_TIMES.items() if (text := value(model, key))
        ),
        deleted=model.deleted == "Deleted",
        extra=tuple((label, text) for _, label, text in entries) + _extra(model, _CONTACT_SHOWN),
        name=name,
        identifiers=tuple(dict.fromkeys(Party(text, scheme) for scheme, _, text in entries if scheme)),
        organisation=organisations[0] if organisations else None,
        account=value(model, "Account") or None,
        text="\n".join(dict.fromkeys(words)) or None,
    )


def _label(entry: Model) -> str:
    category = value(entry, "Category") or value(entry, "Domain")
    kind = _SCHEMES.get(entry.type) or entry.type
    return f"{kind} ({category})" if category else kind


def location(reading: Reading, model: Model) -> Location | None:
    """A place with its coordinates; one without them is a row that failed."""
    position = next(iter(model.models.get("Position", ())), None)
    degrees = [_degrees(position, name, most) for name, most in (("Latitude", 90.0), ("Longitude", 180.0))]
    lat, lon = degrees
    if lat is None or lon is None:
        reading.fail("no-coordinates", "a location without coordinates that can be")
        return None
    stamp = [("recorded", "TimeStamp"), ("ended", "EndTime")]
    words = [value(model, name) for name in ("Name", "Description", "PositionAddress")]
    return Location(
        locator=reading.locator,
        service=reading.service(model),
        moments=tuple(reading.moment(meaning, text, name) for meaning, name in stamp if (text := value(model, name))),
        deleted=model.deleted == "Deleted",
        extra=_extra(model, _LOCATION_SHOWN),
        lat=lat,
        lon=lon,
        altitude_m=_degrees(position, "Elevation", math.inf),
        source=value(model, "Category") or "Cellebrite",
        text="\n".join(word for word in words if word) or None,
    )


def _degrees(position: Model | None, name: str, most: float) -> float | None:
    """A number within bounds; None where it is none."""
    try:
        number = float(value(position, name)) if position is not None else math.nan
    except ValueError:
        return None
    return number if math.isfinite(number) and abs(number) <= most else None
