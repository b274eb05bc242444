"""Letters of Outlook, and what comes to the same inbox: reports, invitations, posts."""

from __future__ import annotations

from typing import Final, Literal

from evidence_store.records import Email, Moment, Party
from extractors.exports.mail.letters import header_extra
from extractors.exports.mail.outlook_values import CLASS, Place, address, body, files, kept_since, moment, subject
from extractors.exports.mail.values import SERVICE, Extra, LetterDoubts, parties, party
from parsers.mapi import Item, Properties
from parsers.mime_message import Part, read_message

_FLAGS, _SUBMITTED, _DELIVERED, _HEADER = 0x0E07, 0x0039, 0x0E06, 0x007D
_READ, _UNSENT, _FROM_ME = 0x01, 0x08, 0x20
_MESSAGE_ID, _ANSWERS, _REFERENCES = 0x1035, 0x1042, 0x1039
_INDEX, _TOPIC = 0x0071, 0x0070
_MARK, _VERB, _VERB_TIME = 0x1090, 0x1081, 0x1082
_VERBS: Final = {102: "answered", 103: "answered", 104: "forwarded"}
_IMPORTANCE, _SENSITIVITY = 0x0017, 0x0036
_IMPORTANCES: Final = {0: "low", 2: "high"}
_SENSITIVITIES: Final = {1: "personal", 2: "private", 3: "confidential"}
_ROLE, _TO, _CC, _BCC = 0x0C15, 1, 2, 3
_SHOWN_AS: Final = {_TO: 0x0E04, _CC: 0x0E03, _BCC: 0x0E02}
SENDER: Final = (0x5D01, 0x0C1E, 0x0C1F, 0x0C1A)
IN_NAME_OF: Final = (0x5D02, 0x0064, 0x0065, 0x0042)
ADDRESSEE: Final = (0x39FE, 0x3002, 0x3003, 0x3001)
_LETTER: Final = "IPM.Note"


def email(doubts: LetterDoubts, item: Item, place: Place) -> Email:
    """An item as a letter; whatever class it has is told, where it is not that of a plain one."""
    properties = item.properties
    header = read_message((properties.text(_HEADER) or "").encode("utf-8", "surrogatepass"))
    kind = properties.text(CLASS) or ""
    stored = properties.whole(_FLAGS)
    sender = address(properties, *SENDER) or address(properties, *IN_NAME_OF)
    if sender is None or sender.scheme != "email":
        sender = next(iter(parties(header.text_of("from"))), sender)
    return Email(
        locator=place.locator,
        service=SERVICE,
        moments=_moments(doubts, properties, header, stored),
        deleted=place.gone,
        flags=_flags(properties, stored) + place.flags + _kind(kind),
        attachments=files(item),
        extra=place.extra + _extra(properties, sender) + _answers(properties, header) + header_extra(header),
        conversation=_conversation(properties),
        title=properties.text(_TOPIC),
        direction=_direction(stored, place),
        sender=sender,
        recipients=_recipients(item, header, _TO, "to"),
        cc=_recipients(item, header, _CC, "cc"),
        bcc=_recipients(item, header, _BCC, "bcc"),
        subject=subject(properties),
        text=body(doubts, item),
        key=(properties.text(_MESSAGE_ID) or header.text_of("message-id") or "").strip().strip("<>") or None,
    )


def _moments(doubts: LetterDoubts, properties: Properties, header: Part, stored: int | None) -> tuple[Moment, ...]:
    found = () if (stored or 0) & _UNSENT else moment(doubts, "sent", properties, _SUBMITTED)
    if not found and (date := header.text_of("date")):
        found = (doubts.date("sent", date),)
    if not (stored or 0) & _UNSENT:
        found += moment(doubts, "received", properties, _DELIVERED)
    word = _VERBS.get(properties.whole(_VERB) or 0)
    if word:
        found += moment(doubts, word, properties, _VERB_TIME)
    return found + kept_since(doubts, properties)


def _flags(properties: Properties, stored: int | None) -> tuple[str, ...]:
    flags = []
    if stored is not None and stored & _UNSENT:
        flags.append("draft")
    elif stored is not None and not stored & _READ:
        flags.append("unread")
    if properties.whole(_MARK) == 2:
        flags.append("starred")
    if word := _VERBS.get(properties.whole(_VERB) or 0):
        flags.append(word)
    return tuple(flags)


def _kind(kind: str) -> tuple[str, ...]:
    return () if kind.lower() == _LETTER.lower() else (f"class {kind}",) if kind else ("no class",)


def _direction(stored: int | None, place: Place) -> Literal["in", "out"] | None:
    """Out where the folder is that of what was sent, or the letter is marked as the account's own."""
    if place.role == "sent" or (stored or 0) & (_FROM_ME | _UNSENT):
        return "out"
    return None


def _conversation(properties: Properties) -> str | None:
    """The part of the index that all letters of a conversation share."""
    index = properties.data(_INDEX)
    return index[6:22].hex() if index is not None and len(index) >= 22 else None


def _recipients(item: Item, header: Part, role: int, field: str) -> tuple[Party, ...]:
    """From the table of recipients, else from the header, else the names that are shown."""
    rows = [one for one in item.recipients if ((one.whole(_ROLE) or _TO) & 0xF) == role]
    found = tuple(who for one in rows if (who := address(one, *ADDRESSEE)) is not None)
    if found or item.recipients:
        return found
    if written := parties(header.text_of(field)):
        return written
    names = (item.properties.text(_SHOWN_AS[role]) or "").split(";")
    return tuple(who for name in names if (who := party("", name.strip())) is not None)


def _extra(properties: Properties, sender: Party | None) -> tuple[Extra, ...]:
    other = address(properties, *IN_NAME_OF)
    found: list[Extra] = []
    if other is not None and sender is not None and other.identifier != sender.identifier and other.scheme == "email":
        found.append(("in the name of", other.identifier))
    level = properties.whole(_IMPORTANCE)
    importance = _IMPORTANCES.get(1 if level is None else level)
    sensitivity = _SENSITIVITIES.get(properties.whole(_SENSITIVITY) or 0)
    found += [("importance", importance)] if importance else []
    found += [("sensitivity", sensitivity)] if sensitivity else []
    return tuple(found)


def _answers(properties: Properties, header: Part) -> tuple[Extra, ...]:
    """What it answers, where the header, which says the same, is not kept."""
    named = (("in-reply-to", _ANSWERS), ("references", _REFERENCES))
    return tuple((name, text) for name, key in named if (text := properties.text(key)) and header.text_of(name) is None)
