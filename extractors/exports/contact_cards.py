"""Contact cards that people hand over or applications keep: .vcf files."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from evidence_store.records import Attachment, Contact, Moment, Party, Present, Problem
from extractors.android.contact_values import TYPES as ANDROID_TYPES
from extractors.base import EvidenceFile, Found, extractor
from extractors.exports.mail.values import LetterDoubts
from extractors.shortened import shortened
from parsers.mail_header import base64_bytes, decoded
from parsers.signatures import mime_of
from parsers.times import from_unix
from parsers.vcard import Card, Property, cards

# Property -> (word, scheme of the identifier that it is, "" for none).
_WORDS: Final = {
    "TEL": ("phone", "phone"), "EMAIL": ("email", "email"), "IMPP": ("im", "account"), "ADR": ("address", ""),
    "LABEL": ("address label", ""), "ORG": ("organisation", ""), "TITLE": ("title", ""), "ROLE": ("role", ""),
    "NICKNAME": ("nickname", ""), "NOTE": ("note", ""), "URL": ("website", ""), "BDAY": ("event (birthday)", ""),
    "ANNIVERSARY": ("event (anniversary)", ""), "X-ANNIVERSARY": ("event (anniversary)", ""),
    "X-ABDATE": ("event", ""), "RELATED": ("relation", ""), "X-ABRELATEDNAMES": ("relation", ""),
    "X-SPOUSE": ("relation (spouse)", ""), "X-MANAGER": ("relation (manager)", ""),
    "X-ASSISTANT": ("relation (assistant)", ""), "CATEGORIES": ("group", ""), "GENDER": ("gender", ""),
    "GEO": ("place", ""), "TZ": ("time zone", ""), "UID": ("uid", ""), "X-MS-IMADDRESS": ("im", "account"),
    "X-SOCIALPROFILE": ("profile", "account"), "X-PHONETIC-FIRST-NAME": ("phonetic first name", ""),
    "X-PHONETIC-LAST-NAME": ("phonetic last name", ""), "X-MAIDENNAME": ("maiden name", ""),
}  # fmt: skip
_MESSENGERS: Final = {
    f"X-{name.upper().replace(' ', '-')}": name
    for name in ("AIM", "ICQ", "Jabber", "MSN", "Skype", "Skype-Username", "Yahoo", "QQ", "Google Talk", "WhatsApp")
}
# Parameters that hold more than how the value is written.
_BESIDE: Final = {"LABEL": "label", "X-USER": "user", "X-USERID": "user id", "X-DISPLAYNAME": "shown name"}
_ANDROID: Final = {
    "nickname": ("nickname", dict[int, str]()),
    "contact_event": ("event", ANDROID_TYPES["event"]),
    "relation": ("relation", ANDROID_TYPES["relation"]),
}
_STRUCTURED: Final = ("N", "ADR", "ORG", "GENDER")
_FILES: Final = {"PHOTO": "photo", "LOGO": "logo", "SOUND": "sound", "KEY": "key"}
_QUIET: Final = frozenset(
    ["VERSION", "PRODID", "N", "FN", "REV", "AGENT", "PROFILE", "MAILER", "X-ABLABEL", "SORT-STRING", "X-MS-OL-DESIGN"]
)
_NOT_SAID: Final = frozenset(["pref", "internet", "voice", "x-internet", "char"])
_LABEL: Final = re.compile(r"_\$!<(.*)>!\$_")
_URI: Final = re.compile(r"(tel|mailto|sip|sips|xmpp|skype|aim|ymsgr|msnim|whatsapp|facebook|x-apple):", re.IGNORECASE)
_DATA_URI: Final = re.compile(r"data:([\w.+-]+/[\w.+-]+)?(?:\\?;[\w=.-]+)*\\?,", re.IGNORECASE)  # some escape its signs
_BARE: Final = re.compile(r"[A-Za-z0-9+/\s]{16,}={0,2}", re.ASCII)
_DAY: Final = re.compile(r"[\d-]{1,10}")
_HOURS: Final = re.compile(r"(:\d\d(?:[.,]\d+)?[+-]\d\d)$")  # an offset of hours alone
_BASIC: Final = re.compile(r"(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(.*)")
_SHOWN: Final = 4096


@dataclass(slots=True)
class _Values:
    extra: list[tuple[str, str]] = field(default_factory=list)
    identifiers: list[Party] = field(default_factory=list)
    files: list[Attachment] = field(default_factory=list)
    organisations: list[str] = field(default_factory=list)
    moments: tuple[Moment, ...] = ()


@extractor(
    id="contacts.vcard",
    version=2,
    title="Contact cards (vCard)",
    files=("**/*.vcf", "**/*.vcard"),
    types=("text/vcard",),
    emits=(Contact,),
    privacy="communications",
    layouts="vCard 2.1, 3.0 and 4.0, as Android, Apple, Outlook, Lotus, BlackBerry, Gmail and Thunderbird write them",
    tested_on="15 published sample files: 19 cards; made-up cards",
    limits="A file that can be edited. Dates without a time stand as written. Keys of people are told by their hash.",
)
def vcard(file: EvidenceFile) -> Iterator[Found]:
    """Every card, in stored order, with all of its values under their own labels; pictures with their hash.

    References:
    - RFC 6350, RFC 2426, vCard 2.1; see also parsers.vcard
    """
    doubts = LetterDoubts(file)
    rows = 0
    with file.open() as stream:
        for rows, card in enumerate(cards(stream), start=1):
            doubts.locator = f"card {rows}, line {card.line}"
            if card.problem:
                doubts.add("cut", card.problem)
            yield _contact(card, doubts)
            yield from doubts.drain()
    if rows:
        yield Present(rows)
    elif file.size and file.mime == "text/vcard":
        yield Problem("schema", "unknown-layout", "no card begins in it")


def _contact(card: Card, doubts: LetterDoubts) -> Contact:
    found = _Values()
    labels = {one.group: _own_label(one) for one in card.properties if one.name == "X-ABLABEL" and one.group}
    for one in card.properties:
        if not one.stored()[1] and one.name not in _FILES:
            doubts.add("text", f"{one.name} is not valid {(one.parameters.get('CHARSET') or ['UTF-8'])[0]}")
        _take(one, labels.get(one.group, ""), found, doubts)
    name = _name(card, found)
    words = [name, *(value for _, value in found.extra)]
    return Contact(
        locator=doubts.locator,
        moments=found.moments,
        attachments=tuple(found.files),
        extra=tuple(found.extra),
        name=name,
        identifiers=tuple(dict.fromkeys(found.identifiers)),
        organisation=found.organisations[0] if found.organisations else None,
        text="\n".join(dict.fromkeys(word for word in words if word)) or None,
    )


def _own_label(one: Property) -> str:
    """ "_$!<Mother>!$_" is how Apple writes the labels that it translates."""
    match = _LABEL.fullmatch(one.text())
    return (match[1] if match else one.text()).lower()


def _name(card: Card, found: _Values) -> str | None:
    full = next((text for one in card.properties if one.name == "FN" and (text := one.text())), None)
    if full:
        return full
    for one in card.properties:
        if one.name == "N":
            family, given, middle, before, after, *_ = [*one.parts(), "", "", "", "", ""]
            if joined := " ".join(part for part in (before, given, middle, family, after) if part):
                return joined
    nick = next((value for word, value in found.extra if word == "nickname"), None)
    return nick or (found.organisations[0] if found.organisations else None)


def _take(one: Property, label: str, found: _Values, doubts: LetterDoubts) -> None:
    if not one.name:  # a value may go on there, as programs write it that do not fold
        if all(told.code != "stray" for told in doubts.problems):
            doubts.add("stray", "what stands in lines that are no properties is given as it is")
        found.extra.append(("line without a name", shortened(one.text(), _SHOWN)))
    elif one.name == "REV":
        found.moments = _changed(one.text(), doubts)
    elif one.name in _FILES:
        _file(one, found)
    elif one.name == "X-ANDROID-CUSTOM":
        _android(one, found)
    elif one.name not in _QUIET:
        parts = [part for part in one.parts() if part] if one.name in _STRUCTURED else [one.text()]
        text = ", ".join(part.replace("\n", ", ") for part in parts) if len(parts) > 1 else "".join(parts)
        year = one.parameters.get("X-APPLE-OMIT-YEAR", [""])[0]
        if year and text.startswith(year):  # Apple's stand-in for none: nobody was born in 1604
            text = f"--{text[len(year) :].lstrip('-')}"
        if text:
            _value(one, text, label, found)


def _value(one: Property, text: str, label: str, found: _Values) -> None:
    word, scheme = _WORDS.get(one.name, (one.name.lower(), ""))
    kinds = [label] if label else [kind for kind in one.types if kind not in _NOT_SAID]
    if one.name in _MESSENGERS:
        word, scheme, kinds = "im", "account", [_MESSENGERS[one.name], *kinds]
    elif one.name == "IMPP":
        service = one.parameters.get("X-SERVICE-TYPE", [])
        match = _URI.match(text)
        kinds = [*(service[:1] or ([match[1]] if match else [])), *kinds]
    if scheme:
        text = _URI.sub("", text) if not text.lower().startswith("sip") else text
        # What follows a number is an extension, or what is dialled after it.
        named = text.partition(";")[0] if one.name == "TEL" else text
        found.identifiers.append(Party(named[:_SHOWN], scheme))  # compared with others: no mark in it
    text = shortened(text, _SHOWN)
    if one.name == "ORG":
        found.organisations.append(text)
    found.extra.append((f"{word} ({', '.join(kinds)})" if kinds and "(" not in word else word, text))
    for parameter, what in _BESIDE.items():
        found.extra += [(f"{word} {what}", shortened(beside, _SHOWN)) for beside in one.parameters.get(parameter, [])]


def _android(one: Property, found: _Values) -> None:
    """A row of Android's own kinds: "vnd.android.cursor.item/relation;Ben Example;14;;…" (value, type, own label)."""
    kind, text, code, label, *_ = [*one.parts(), "", "", "", ""]
    word, codes = _ANDROID.get(kind.rpartition("/")[2], ("", {}))
    if not word:
        found.extra.append((one.name.lower(), shortened(one.text(), _SHOWN)))
    elif text:
        named = label or codes.get(int(code), "") if code.isascii() and code.isdecimal() and len(code) < 4 else label
        found.extra.append((f"{word} ({named})" if named else word, shortened(text, _SHOWN)))


def _changed(text: str, doubts: LetterDoubts) -> tuple[Moment, ...]:
    """When the card says it was changed: 20120305T131933Z, 1995-10-31T22:27:10Z, a date alone, milliseconds."""
    if not text:
        return ()
    if text.isascii() and text.isdecimal() and len(text) == 13:
        utc_us, note = from_unix(int(text), "ms")
        return (Moment("modified", utc_us, text, "A", "", note),)
    match = _BASIC.fullmatch(text)
    plain = f"{match[1]}-{match[2]}-{match[3]}T{match[4]}:{match[5]}:{match[6]}{match[7]}" if match else text
    plain = _HOURS.sub(r"\1:00", plain)
    if _DAY.fullmatch(plain):
        return (Moment("modified", None, text, "C", "", "a date without a time"),)
    moment = doubts.date("modified", plain)
    return (Moment("modified", moment.utc_us, text, moment.clock, moment.zone, moment.note),)


def _file(one: Property, found: _Values) -> None:
    """A picture or sound that stands in the card, or where it is to be found."""
    word = _FILES[one.name]
    text = one.stored()[0].strip() if one.encoding != "BASE64" else _uri(one)
    match = _DATA_URI.match(text)
    if match is not None or (not text and one.encoding == "BASE64") or _is_bare_picture(one, text):
        data = base64_bytes(text[match.end() :].encode("ascii", "ignore") if match else one.value)
    else:
        if text:
            found.extra.append((word, shortened(text, _SHOWN)))
        return
    if data:
        mime = mime_of(data[:4096], size=len(data))
        digest = hashlib.sha256(data).hexdigest()
        found.files.append(Attachment(word, None, mime, len(data), digest, "embedded"))


def _uri(one: Property) -> str:
    """The value of what is called base64 but is an address, "" for none: base64 has no colon."""
    return decoded(one.value, "")[0].strip() if b":" in one.value[:100] else ""


def _is_bare_picture(one: Property, text: str) -> bool:
    """Whether base64 stands there that is not said to be any: it is believed where a picture begins in it."""
    if one.name not in ("PHOTO", "LOGO") or not _BARE.fullmatch(text):
        return False
    return (mime_of(base64_bytes(text[:4096].encode("ascii")), size=len(text)) or "").startswith("image/")
