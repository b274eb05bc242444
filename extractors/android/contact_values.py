"""The rows of `data` in Android's address book: what each kind of value means, and how its label reads."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any, Final

from evidence_store.records import Attachment, Moment, Party
from extractors.database import Doubts, stored
from parsers.signatures import mime_of
from parsers.sqlite_file import Row

# data15 is a picture where the kind is a photo, and read for that kind only.
DATA: Final = (
    *("_id", "raw_contact_id", "mimetype_id", *(f"data{number}" for number in range(1, 11)), "data14"),
    *("is_primary", "is_super_primary"),
)
_ITEM: Final = "vnd.android.cursor.item/"
PHOTO: Final = _ITEM + "photo"
MEMBERSHIP: Final = _ITEM + "group_membership"
# mimetype: (word, scheme of the identifier in data1 or "")
_KINDS: Final = {
    _ITEM + "phone_v2": ("phone", "phone"),
    _ITEM + "email_v2": ("email", "email"),
    _ITEM + "im": ("im", "account"),
    _ITEM + "sip_address": ("sip", "sip"),
    _ITEM + "name": ("name", ""),
    _ITEM + "nickname": ("nickname", ""),
    _ITEM + "organization": ("organisation", ""),
    _ITEM + "note": ("note", ""),
    _ITEM + "website": ("website", ""),
    _ITEM + "postal-address_v2": ("address", ""),
    _ITEM + "contact_event": ("event", ""),
    _ITEM + "relation": ("relation", ""),
    _ITEM + "identity": ("identity", ""),
}
_WORDS: Final = {word for word, _ in _KINDS.values()}
# Values made of several columns: the name where only its parts are stored; company, title, department. A kind that an
# application has made up itself shows its text in the first columns.
_JOINED: Final[dict[str, tuple[str, tuple[str, ...]]]] = {
    "name": (" ", ("data2", "data5", "data3")),
    "organisation": (", ", ("data4", "data5")),
}
_PLACES: Final = {1: "home", 2: "work", 3: "other"}
_PHONE_TYPES: Final = (
    *("home", "mobile", "work", "work fax", "home fax", "pager", "other", "callback", "car", "company", "ISDN", "main"),
    *("other fax", "radio", "telex", "TTY/TDD", "work mobile", "work pager", "assistant", "MMS"),
)
_RELATIONS: Final = (
    *("assistant", "brother", "child", "domestic partner", "father", "friend", "manager", "mother", "parent"),
    *("partner", "referred by", "relative", "sister", "spouse"),
)
TYPES: Final[dict[str, dict[int, str]]] = {
    "phone": dict(enumerate(_PHONE_TYPES, start=1)),
    "email": _PLACES | {4: "mobile"},
    "im": _PLACES,
    "sip": _PLACES,
    "address": _PLACES,
    "event": {1: "anniversary", 2: "other", 3: "birthday"},
    "relation": dict(enumerate(_RELATIONS, start=1)),
    "website": dict(enumerate(("homepage", "blog", "profile", "home", "work", "ftp", "other"), start=1)),
    "nickname": {1: "default", 2: "other name", 3: "maiden name", 4: "short name", 5: "initials"},
}
_MESSENGERS: Final = dict(
    enumerate(("AIM", "MSN", "Yahoo", "Skype", "QQ", "Google Talk", "ICQ", "Jabber", "NetMeeting"))
)
_CUSTOM: Final = "-1"  # the messenger's name stands in data6
_USES: Final[dict[Any, str]] = {0: "call", 1: "long text", 2: "short text"}
Extra = tuple[str, str | int | float | None]


@dataclass(slots=True)
class Values:
    """The rows of `data` of one contact, read; `groups` are the row ids of the groups that it is in."""

    extra: list[Extra] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    organisations: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    identifiers: list[Party] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    moments: list[Moment] = field(default_factory=list)
    groups: list[Any] = field(default_factory=list)


class Reader:
    """Reads rows of `data`: with the kinds of this database, the uses recorded of values, and where photos lie."""

    def __init__(self, kinds: dict[Any, str], uses: dict[Any, list[Row]], photos: str) -> None:
        self._kinds = kinds
        self._uses = uses
        self._photos = photos

    def values(self, rows: list[Row], pictures: list[Row], doubts: Doubts) -> Values:
        """`pictures` are those of the rows that are photos, with `data15`."""
        found = Values()
        for row in rows:
            mimetype = self._kinds.get(row["mimetype_id"], f"mimetype {stored(row['mimetype_id'])}")
            if mimetype == MEMBERSHIP:
                found.groups.append(_row_id(row["data1"]))
            elif mimetype == PHOTO:
                if (kept := _row_id(row["data14"])) is not None:
                    found.attachments.append(Attachment(f"photo {kept}", f"{self._photos}{kept}"))
            else:
                self._value(row, mimetype, found, doubts)
        found.attachments += [one for row in pictures if (one := _picture(row, doubts))]
        return found

    def _value(self, row: Row, mimetype: str, found: Values, doubts: Doubts) -> None:
        word, scheme = _KINDS.get(mimetype, (mimetype, ""))
        text = _text(row, word, doubts)
        if not text:
            return
        found.extra.append((_label(word, row, doubts), text))
        found.texts.append(text)
        if scheme:
            found.identifiers.append(Party(text, scheme))
        if word == "name":
            found.names.append(text)
        elif word == "organisation":
            found.organisations.append(text)
        for use in self._uses.get(row["_id"], ()):
            kind = _USES.get(use["usage_type"], f"type {stored(use['usage_type'])}")
            found.extra.append((f"times used ({kind})", f"{text}: {stored(use['times_used'])}"))
            if use["last_time_used"]:
                found.moments.append(
                    doubts.moment(f"last used ({kind})", use["last_time_used"], "ms", "last_time_used")
                )


def _row_id(value: Any) -> int | None:
    """A row id that is stored as text, in a column of text."""
    text = value.strip() if isinstance(value, str) else value
    if isinstance(text, str) and text.isascii() and text.isdecimal() and len(text) < 19:
        return int(text)
    return text if type(text) is int and text >= 0 else None


def _text(row: Row, word: str, doubts: Doubts) -> str:
    where = f"data:_id={row['_id']}"
    text = doubts.text(row["data1"], f"{where} data1")
    joint, more = _JOINED.get(word, ("", ()) if word in _WORDS else (" | ", ("data2", "data3")))
    if more and not (text and word == "name"):
        parts = (text, *(doubts.text(row[column], f"{where} {column}") for column in more))
        text = joint.join(part for part in parts if part)
    return text or ""


def _label(word: str, row: Row, doubts: Doubts) -> str:
    """ "phone (mobile)": the type is stored as a number, in a text column; 0 means that the owner chose the words."""
    words = [_type(word, row)] if word in TYPES and row["data2"] is not None else []
    if word == "im" and row["data5"] is not None:
        messenger = stored(row["data5"])
        own = doubts.text(row["data6"], f"data:_id={row['_id']} data6") if messenger == _CUSTOM else None
        known = _MESSENGERS.get(int(messenger)) if messenger.isdecimal() and len(messenger) < 4 else None
        words.append(own or known or f"protocol {messenger}")
    if row["is_super_primary"] == 1:
        words.append("default")
    return f"{word} ({', '.join(words)})" if words else word


def _type(word: str, row: Row) -> str:
    kind = stored(row["data2"])
    if kind == "0" and row["data3"] is not None:
        return stored(row["data3"])
    known = TYPES[word].get(int(kind)) if kind.isascii() and kind.isdecimal() and len(kind) < 4 else None
    return known or f"type {kind}"


def _picture(row: Row, doubts: Doubts) -> Attachment | None:
    """The thumbnail in the row itself."""
    data = row["data15"]
    if data is None:
        return None
    if not isinstance(data, bytes):
        doubts.add("photo", f"data:_id={row['_id']} data15 is no picture: {stored(data)}")
        return None
    mime = mime_of(data[:4096], size=len(data))
    digest = hashlib.sha256(data).hexdigest()
    return Attachment(f"photo in data:_id={row['_id']}", None, mime, len(data), digest, "embedded")
