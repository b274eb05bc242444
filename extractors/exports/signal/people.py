"""Recipients of the frames of a Signal backup: people, groups, lists, links of calls."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field

from evidence_store.records import Account, Contact, Group, Member, Moment, Party, Record
from extractors.exports.json_values import Extra, Row, Values, rest

SERVICE = "Signal"
_NAMED = frozenset(
    {"aci", "pni", "username", "e164", "profileGivenName", "profileFamilyName", "nickname", "systemGivenName"}
    | {"systemFamilyName", "profileKey", "identityKey", "registered", "avatarColor", "notRegistered"}
)
_ACCOUNT = frozenset(
    {"profileKey", "username", "usernameLink", "givenName", "familyName", "svrPin", "donationSubscriberData"}
    | {"backupsSubscriberData", "accountSettings", "androidSpecificSettings", "iosSpecificSettings", "avatarUrlPath"}
)
_SORTS = ("contact", "group", "distributionList", "self", "releaseNotes", "callLink")


@dataclass(slots=True)
class People:
    """Who is who, as far as the frames have told: `of` by the number of a recipient, `chats` by that of a chat."""

    of: dict[str, Party] = field(default_factory=dict)
    groups: set[str] = field(default_factory=set)
    chats: dict[str, str] = field(default_factory=dict)
    by_id: dict[str, Party] = field(default_factory=dict)  # by ACI or PNI
    own: str | None = None  # the number of the account itself
    own_name: str | None = None

    def party(self, values: Values, row: Row, name: str) -> Party | None:
        """The recipient that a field names by its number; one that is not there is said."""
        number = values.words(row, name)
        if number is None:
            return None
        if number not in self.of:
            values.add("recipient", f"recipient {number} is not in the backup")
            return Party(number, "signal")
        return self.of[number]

    def conversation(self, chat: str | None) -> tuple[str | None, Party | None]:
        """(title, the other side) of a chat; no other side in a group."""
        number = self.chats.get(chat or "", "")
        party = self.of.get(number)
        title = (party.name or party.identifier) if party else None
        return title, None if number in self.groups else party

    def known(self, data: str | None) -> str | None:
        """Somebody in words, by an id in base64."""
        key = service_id(data)
        if key is None:
            return None
        party = self.by_id.get(key)
        return (party.name or party.identifier) if party else key


def service_id(data: str | None) -> str | None:
    """An id of 16 bytes in base64 as people write it: "5f8c568d-0119-47bd-81aa-bb87c9b71995"."""
    if not isinstance(data, str) or not data:
        return None
    try:
        text = base64.b64decode(data, validate=True).hex()
    except ValueError:
        return data
    if len(text) == 34:  # a PNI has a byte before it
        text = text[2:]
    if len(text) != 32:
        return text or data
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def account(values: Values, row: Row, people: People) -> Account:
    """The account that was backed up. Keys and settings are not shown."""
    people.own_name = _joined(values, row, "givenName", "familyName")
    username = values.words(row, "username")
    return Account(
        locator=values.locator,
        service=SERVICE,
        extra=rest(row, _ACCOUNT),
        name=people.own_name,
        identifiers=(Party(username, "signal", people.own_name),) if username else (),
    )


def recipient(values: Values, row: Row, people: People) -> Record | None:
    """A recipient by its sort; None for the channel of news of the application itself."""
    number = values.words(row, "id") or ""
    sort = next((one for one in _SORTS if one in row), "")
    inside = values.part(row, sort) if sort else {}
    if sort == "group":
        return _group(values, inside, people, number)
    if sort == "contact":
        return _contact(values, inside, people, number)
    if sort == "releaseNotes":
        people.of[number] = Party("Signal", "name", "Signal")
        return None
    name = people.own_name if sort == "self" else values.words(inside, "name")
    extra = rest(inside, frozenset({"name", "rootKey", "adminKey", "epoch", "distributionList", "avatarColor"}))
    moments: tuple[Moment, ...] = ()
    if sort == "self":
        people.own = number
    elif sort == "distributionList":
        listed = values.part(inside, "distributionList")
        name, extra = values.words(listed, "name"), (*extra, *rest(listed, frozenset({"name"})))
        if inside.get("deletionTimestamp"):
            moments = (values.epoch("deleted", inside, "deletionTimestamp", "ms"),)
    label = {"self": "self", "distributionList": "distribution list", "callLink": "call link"}.get(sort, f"type {sort}")
    party = Party(name or label, "name", name) if name else Party(number, "signal")
    people.of[number] = party
    return Contact(
        locator=values.locator, service=SERVICE, moments=moments, flags=(label,), extra=extra, name=name,
        identifiers=(party,) if name else (), deleted=bool(moments),
    )  # fmt: skip


def _contact(values: Values, row: Row, people: People, number: str) -> Contact:
    nickname = values.part(row, "nickname")
    name = (
        _joined(values, nickname, "given", "family")
        or _joined(values, row, "systemGivenName", "systemFamilyName")
        or _joined(values, row, "profileGivenName", "profileFamilyName")
        or values.words(row, "username")
    )
    phone = values.words(row, "e164")
    identifiers = [Party(phone if phone.startswith("+") else f"+{phone}", "phone", name)] if phone else []
    ids = [key for one in ("aci", "pni") if (key := service_id(values.words(row, one)))]
    identifiers += [Party(key, "signal", name) for key in ids]
    if username := values.words(row, "username"):
        identifiers.append(Party(username, "signal", name))
    party = identifiers[0] if identifiers else Party(name or number, "name" if name else "signal", name)
    people.of[number] = party
    people.by_id.update(dict.fromkeys(ids, party))
    gone = values.part(row, "notRegistered")
    moments = (values.epoch("unregistered", gone, "unregisteredTimestamp", "ms"),) if gone else ()
    flags = ("blocked",) if row.get("blocked") is True else ()
    kept = {key: value for key, value in row.items() if value is not False and key not in ("blocked", "note")}
    names = (("profile name", _joined(values, row, "profileGivenName", "profileFamilyName")),)
    return Contact(
        locator=values.locator,
        service=SERVICE,
        moments=moments,
        flags=flags,
        extra=(*((key, value) for key, value in names if value and value != name), *rest(kept, _NAMED)),
        name=name,
        identifiers=tuple(identifiers),
        text=values.words(row, "note"),
    )


def _joined(values: Values, row: Row, *names: str) -> str | None:
    return " ".join(part for one in names if (part := values.words(row, one))) or None


def _group(values: Values, row: Row, people: People, number: str) -> Group:
    snapshot = values.part(row, "snapshot")
    title = values.words(values.part(snapshot, "title"), "title")
    people.groups.add(number)
    people.of[number] = Party(f"group {number}", "signal", title)
    members = [_member(values, one, people, "") for one in values.rows(snapshot, "members")]
    for name, role in (
        ("membersPendingProfileKey", "invited"),
        ("membersPendingAdminApproval", "asking to join"),
        ("members_banned", "banned"),
        ("membersBanned", "banned"),
    ):
        members += [_member(values, one, people, role) for one in values.rows(snapshot, name)]
    extra: list[Extra] = [("blocked", "true")] if row.get("blocked") is True else []
    return Group(
        locator=values.locator,
        service=SERVICE,
        extra=tuple(extra),
        title=title,
        identifiers=tuple(one.party for one in members),
        members=tuple(members),
        text=values.words(values.part(snapshot, "description"), "descriptionText"),
    )


def _member(values: Values, row: Row, people: People, role: str) -> Member:
    inner = values.part(row, "member") or row
    key = service_id(values.words(inner, "userId")) or ""
    if not role and inner.get("role") == "ADMINISTRATOR":
        role = "admin"
    since = values.epoch("added", row, "timestamp", "ms") if row.get("timestamp") else None
    return Member(people.by_id.get(key) or Party(key, "signal"), role, since)
