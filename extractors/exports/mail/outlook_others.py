"""Contacts, lists of people, appointments, tasks and notes of Outlook."""

from __future__ import annotations

from typing import Final

from evidence_store.records import CalendarEvent, Contact, Moment, Note, Party
from extractors.exports.mail.outlook_letters import ADDRESSEE, IN_NAME_OF, SENDER
from extractors.exports.mail.outlook_values import Place, address, body, files, kept_since, moment, subject
from extractors.exports.mail.values import Extra, LetterDoubts, party
from parsers.mapi import Item, Properties, one_offs

SERVICE: Final = "Outlook"
_PHONES: Final = {
    0x3A1C: "mobile", 0x3A09: "home", 0x3A2F: "home 2", 0x3A08: "business", 0x3A1B: "business 2", 0x3A1A: "primary",
    0x3A1F: "other", 0x3A1E: "car", 0x3A1D: "radio", 0x3A21: "pager", 0x3A02: "callback", 0x3A2E: "assistant",
    0x3A57: "company", 0x3A24: "fax at work", 0x3A25: "fax at home", 0x3A23: "other fax", 0x3A2D: "ISDN",
}  # fmt: skip
_MAILS: Final = (0x8083, 0x8093, 0x80A3)
_MESSENGER: Final = 0x8062
_NAME, _GIVEN, _FAMILY, _FILED = 0x3001, 0x3A06, 0x3A11, 0x8005
_COMPANY: Final = 0x3A16
_ABOUT: Final = {
    0x3A17: "job", 0x3A18: "department", 0x3A4F: "nickname", 0x3A45: "title", 0x3A05: "generation", 0x3A48: "spouse",
    0x3A4E: "manager", 0x3A30: "assistant", 0x3A51: "business page", 0x3A50: "personal page", 0x3A46: "profession",
}  # fmt: skip
_ADDRESSES: Final = {0x801A: "home address", 0x801B: "business address", 0x801C: "other address", 0x802B: "page"}
_BIRTHDAY, _WEDDING = 0x3A42, 0x3A41
_MEMBERS: Final = (0x8054, 0x8055)
_START, _END, _PLACE, _WHOLE_DAY = 0x820D, 0x820E, 0x8208, 0x8215
_RECURRING, _PATTERN, _ZONE, _BUSY = 0x8223, 0x8232, 0x8234, 0x8205
_BUSY_WORDS: Final = {0: "free", 1: "tentative", 3: "out of office", 4: "working elsewhere"}
_TASK_START, _TASK_DUE, _TASK_DONE, _TASK_STATE = 0x8104, 0x8105, 0x810F, 0x8101
_TASK_WORDS: Final = {0: "not started", 1: "in progress", 2: "completed", 3: "waiting", 4: "deferred"}


def contact(doubts: LetterDoubts, item: Item, place: Place, people: bool) -> Contact:
    """A contact, or with `people` a list of several, each of whom is an identifier."""
    properties = item.properties
    name = properties.text(_NAME) or _full(properties) or properties.text(_FILED, named=True) or subject(properties)
    found = _members(properties) if people else _identifiers(properties, name)
    about: list[Extra] = [(word, text) for key, word in _ABOUT.items() if (text := properties.text(key))]
    about += [
        (word, " ".join(text.split())) for key, word in _ADDRESSES.items() if (text := properties.text(key, named=True))
    ]
    if not people:
        about += [(f"phone ({word})", text) for key, word in _PHONES.items() if (text := properties.text(key))]
    notes = body(doubts, item)
    company = properties.text(_COMPANY)
    words = [name, company, *(one.identifier for one in found), *(str(value) for _, value in about), notes]
    return Contact(
        locator=place.locator,
        service=SERVICE,
        moments=moment(doubts, "birthday", properties, _BIRTHDAY) + kept_since(doubts, properties),
        deleted=place.gone,
        flags=(("distribution list",) if people else ()) + place.flags,
        attachments=files(item),
        extra=place.extra + tuple(about),
        name=name,
        identifiers=found,
        organisation=company,
        text="\n".join(dict.fromkeys(word for word in words if word)) or None,
    )


def _full(properties: Properties) -> str | None:
    return " ".join(part for part in (properties.text(_GIVEN), properties.text(_FAMILY)) if part) or None


def _identifiers(properties: Properties, name: str | None) -> tuple[Party, ...]:
    found = [Party(number, "phone", name) for key in _PHONES if (number := properties.text(key))]
    mails = (text for key in _MAILS if (text := properties.text(key, named=True)))
    found += [Party(text, "email" if "@" in text else "account", name) for text in mails]
    if text := properties.text(_MESSENGER, named=True):
        found.append(Party(text, "account", name))
    return tuple(dict.fromkeys(found))


def _members(properties: Properties) -> tuple[Party, ...]:
    found: list[Party] = []
    for key in _MEMBERS:
        data = properties.named.get(key)
        if isinstance(data, bytes):
            found += [who for name, _, where in one_offs(data) if (who := party(where, name or None)) is not None]
    return tuple(dict.fromkeys(found))


def event(doubts: LetterDoubts, item: Item, place: Place) -> CalendarEvent:
    """An appointment; of one that recurs the first time and the rule in words."""
    properties = item.properties
    found = moment(doubts, "starts", properties, _START, named=True)
    found += moment(doubts, "ends", properties, _END, named=True)
    pairs = (
        ("recurrence", properties.text(_PATTERN, named=True)),
        ("time zone", properties.text(_ZONE, named=True)),
        ("shown as", _BUSY_WORDS.get(_code(properties, _BUSY))),
    )
    flags: tuple[str, ...] = ("recurring",) if properties.named.get(_RECURRING) is True else ()
    flags += ("all day",) if properties.named.get(_WHOLE_DAY) is True else ()
    return _event(doubts, item, place, found, pairs, flags, properties.text(_PLACE, named=True))


def task(doubts: LetterDoubts, item: Item, place: Place) -> CalendarEvent:
    """A task, as an entry of a calendar. Its dates are midnights in UTC that stand for days."""
    properties = item.properties
    found = moment(doubts, "due", properties, _TASK_DUE, named=True)
    found += moment(doubts, "starts", properties, _TASK_START, named=True)
    found += moment(doubts, "completed", properties, _TASK_DONE, named=True)
    state = ("state", _TASK_WORDS.get(_code(properties, _TASK_STATE)))
    return _event(doubts, item, place, found, (state,), ("task",), None)


def _code(properties: Properties, number: int) -> int:
    value = properties.whole(number, named=True)
    return -1 if value is None else value


def _event(
    doubts: LetterDoubts,
    item: Item,
    place: Place,
    moments: tuple[Moment, ...],
    pairs: tuple[tuple[str, str | None], ...],
    flags: tuple[str, ...],
    where: str | None,
) -> CalendarEvent:
    properties = item.properties
    title, words = subject(properties), body(doubts, item)
    invited = (address(one, *ADDRESSEE) for one in item.recipients)
    return CalendarEvent(
        locator=place.locator,
        service=SERVICE,
        moments=moments + kept_since(doubts, properties),
        deleted=place.gone,
        flags=flags + place.flags,
        attachments=files(item),
        extra=tuple((name, text) for name, text in pairs if text),
        title=title,
        place=where,
        sender=address(properties, *SENDER) or address(properties, *IN_NAME_OF),
        recipients=tuple(one for one in invited if one is not None),
        calendar=place.folder or None,
        text="\n".join(part for part in (title, where, words) if part) or None,
    )


def note(doubts: LetterDoubts, item: Item, place: Place, flags: tuple[str, ...]) -> Note:
    """A note, or an entry of the journal."""
    return Note(
        locator=place.locator,
        service=SERVICE,
        moments=kept_since(doubts, item.properties),
        deleted=place.gone,
        flags=flags + place.flags,
        attachments=files(item),
        title=subject(item.properties),
        folder=place.folder or None,
        text=body(doubts, item),
    )
