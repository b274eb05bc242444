"""What a Telegram export has of the account itself: who it belongs to, contacts, sessions, pictures and stories."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from evidence_store.records import Account, Contact, DeviceFact, Message, Moment, Party, Record
from extractors.exports.json_values import Row, Values, rest
from extractors.exports.telegram.chats import SERVICE, is_set, party
from extractors.exports.telegram.messages import attachments

_NAMED: Final = frozenset({"user_id", "id", "first_name", "last_name", "name", "phone_number", "username", "bio"})
_DATED: Final = frozenset({"date", "date_unixtime"})
_SESSION: Final = frozenset(
    {"last_active", "last_active_unixtime", "created", "created_unixtime", "device_model", "platform", "browser"}
)


def account(values: Values, row: Row) -> Account:
    """The account that the export was made of."""
    return Account(
        locator=values.locator,
        service=SERVICE,
        extra=rest(row, _NAMED),
        name=_name(values, row),
        identifiers=_identifiers(values, row, "user_id"),
        text=values.words(row, "bio"),
    )


def _name(values: Values, row: Row) -> str | None:
    parts = (values.words(row, "first_name"), values.words(row, "last_name"))
    return " ".join(part for part in parts if part) or values.words(row, "name")


def _identifiers(values: Values, row: Row, key: str) -> tuple[Party, ...]:
    name = _name(values, row)
    number, phone, username = values.words(row, key), values.words(row, "phone_number"), values.words(row, "username")
    found = [party(f"user{number}", name)] if number else []
    found += [Party(phone, "phone", name)] if phone else []
    found += [Party(username, "telegram", name)] if username else []
    return tuple(found)


def _contact(values: Values, row: Row) -> Contact:
    return Contact(
        locator=values.locator,
        service=SERVICE,
        moments=_dated(values, row, "recorded", "date"),
        extra=rest(row, _NAMED | _DATED),
        name=_name(values, row),
        identifiers=_identifiers(values, row, "user_id"),
    )


def _frequent(values: Values, row: Row) -> Contact:
    """Somebody on the list of frequent contacts: in which category, and with which rating, stands in `extra`."""
    person = row.get("type") in ("user", None)
    number = values.words(row, "id")
    name = _name(values, row)
    return Contact(
        locator=values.locator,
        service=SERVICE,
        flags=("frequent contact",),
        extra=rest(row, _NAMED | _DATED),
        name=name,
        identifiers=(party(f"{'user' if person else ''}{number}", name),) if number else (),
    )


def _session(values: Values, row: Row) -> DeviceFact:
    return _fact(values, row, "session", ("application_name", "application_version", "device_model", "platform"))


def _web_session(values: Values, row: Row) -> DeviceFact:
    return _fact(values, row, "web session", ("domain_name", "browser", "platform"))


def _fact(values: Values, row: Row, name: str, shown: tuple[str, ...]) -> DeviceFact:
    return DeviceFact(
        locator=values.locator,
        service=SERVICE,
        moments=(*_dated(values, row, "last active", "last_active"), *_dated(values, row, "created", "created")),
        extra=rest(row, _SESSION | frozenset(shown)),
        name=name,
        value=", ".join(part for one in shown if (part := values.words(row, one))),
    )


def _dated(values: Values, row: Row, meaning: str, name: str) -> tuple[Moment, ...]:
    if values.words(row, f"{name}_unixtime") not in (None, "0"):
        return (values.epoch(meaning, row, f"{name}_unixtime", "s"),)
    if row.get(name) and f"{name}_unixtime" not in row and is_set(row, name):
        return (values.written(meaning, row, name),)
    return ()


def picture(values: Values, row: Row, folder: str, what: str) -> Message:
    """A picture of the profile, or a story: what the account showed to others."""
    shown_as = {"photo": row.get("media")} if "media" in row else {"photo": row.get("photo")}
    return Message(
        locator=values.locator,
        service=SERVICE,
        moments=(*_dated(values, row, "sent", "date"), *_dated(values, row, "expires", "expires")),
        flags=(what,),
        attachments=attachments(values, shown_as, folder),
        extra=rest(row, _DATED | {"photo", "media", "expires", "expires_unixtime"}),
        conversation=what,
        title=what,
        direction="out",
        text=values.words(row, "caption"),
    )


# The lists of an account that are read one by one: path in the JSON -> what makes a record of one.
LISTS: Final[dict[tuple[str, ...], Callable[[Values, Row], Record]]] = {
    ("contacts", "list"): _contact,
    ("frequent_contacts", "list"): _frequent,
    ("sessions", "list"): _session,
    ("web_sessions", "list"): _web_session,
}
PICTURES: Final = {("profile_pictures",): "profile picture", ("stories",): "story"}
