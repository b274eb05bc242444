"""Recipients of Signal's database: people and groups, and the conversations that they name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from evidence_store.records import Contact, Group, Member, Party, Problem
from extractors.database import Doubts, each_row, selecting, stored
from parsers.protobuf import Fields
from parsers.sqlite_file import EvidenceDatabase, Row, lacking

SERVICE: Final = "Signal"
# The same thing under the names that it had over the years, the newest first.
_RECIPIENT: Final = (
    *("_id", "e164", "phone", "aci", "uuid", "pni", "username", "email", "group_id", "distribution_list_id", "blocked"),
    *(
        "nickname_joined_name",
        "system_joined_name",
        "system_display_name",
        "profile_joined_name",
        "signal_profile_name",
    ),
    *("about", "note", "hidden", "unregistered_timestamp"),
)
_NAMES: Final = _RECIPIENT[11:16]
_THREAD: Final = ("_id", "recipient_id", "thread_recipient_id", "recipient_ids")
_GROUP: Final = ("_id", "group_id", "recipient_id", "title", "members", "active", "revision", "decrypted_group")
# How the id of a group begins. Before there were numbers of recipients it stood in their place.
_GROUP_IDS: Final = ("__textsecure_group__!", "__signal_group__v2__!", "__signal_mms_group__!")
_ROLES: Final = {1: "", 2: "admin"}


class People:
    """Who is who: `party` by the number of a recipient, `title` and `other` by that of a conversation."""

    def __init__(self, db: EvidenceDatabase) -> None:
        self._db = db
        self._parties: dict[int, Party] = {}
        self._groups: set[int] = set()
        self._known: dict[Any, Party | None] = {}
        self._aci: dict[str, int] = {}
        self.gaps: list[Problem] = []
        self._titles = self._group_titles()
        for row in self._rows("recipient", _RECIPIENT):
            self._take(row)
        self._threads = {row["_id"]: _first(row, _THREAD[1:]) for row in self._rows("thread", _THREAD)}
        self._of_recipient = {
            _recipient(who): stored(thread) for thread, who in self._threads.items() if who not in (None, "")
        }

    def _rows(self, table: str, columns: tuple[str, ...]) -> Iterator[Row]:
        if not lacking(self._db, {table: {"_id"}}):
            yield from each_row(self._db, table, selecting(self._db, table, columns), self.gaps)

    def _group_titles(self) -> dict[Any, str]:
        rows = self._rows("groups", ("_id", "group_id", "title"))
        return {row["group_id"]: row["title"] for row in rows if type(row["title"]) is str and row["title"]}

    def _take(self, row: Row) -> None:
        number, group = row["_id"], row["group_id"]
        if group is not None:
            self._groups.add(number)
            self._parties[number] = Party(stored(group), "signal", self._titles.get(group))
            return
        identifiers = identifiers_of(row)
        name = _name(row)
        self._parties[number] = (
            identifiers[0] if identifiers else Party(name, "name", name) if name else Party(str(number), "signal")
        )
        if type(aci := _first(row, ("aci", "uuid"))) is str:
            self._aci[aci.lower()] = number

    def party(self, value: Any) -> Party | None:
        """Somebody by the number of a recipient, or by what stood there before there were numbers: a phone number."""
        if value in self._known:
            return self._known[value]
        number = _number(value)
        found = self._parties.get(number) if number is not None else None
        if found is None and value not in (None, "", 0, -1):
            text = stored(value)
            plain = number is not None and (type(value) is int or bool(self._parties))
            group = text.startswith(_GROUP_IDS)
            found = Party(text, "signal" if plain or group else "phone", self._titles.get(value) if group else None)
        if len(self._known) < 100_000:
            self._known[value] = found
        return found

    def known(self, value: Any) -> bool:
        """Whether a recipient of that number is there, or none is meant."""
        return value in (None, "", 0, -1) or not self._parties or _number(value) in self._parties

    def title(self, thread: Any) -> str | None:
        """What the conversation is shown as."""
        party = self.party(self._threads.get(thread))
        return (party.name or party.identifier) if party else None

    def other(self, thread: Any) -> Party | None:
        """The other side of a conversation between two; None for that of a group."""
        recipient = self._threads.get(thread)
        return None if self.is_group(recipient) else self.party(recipient)

    def is_group(self, recipient: Any) -> bool:
        return _number(recipient) in self._groups or stored(recipient).startswith(_GROUP_IDS)

    def conversation_with(self, recipient: Any) -> str | None:
        """The key of the conversation with a recipient."""
        return self._of_recipient.get(_recipient(recipient))

    def contacts(self, doubts: Doubts) -> Iterator[Contact | Problem]:
        """Every recipient, as the database describes it."""
        kept = ("blocked", "hidden", "about", "note", "distribution_list_id", "group_id", *_NAMES)
        for row in self._rows("recipient", _RECIPIENT):
            doubts.locator = f"recipient:_id={row['_id']}"
            group = row["group_id"] is not None
            values = [(name, row[name]) for name in kept if row[name] not in (None, "", 0)]
            yield Contact(
                locator=doubts.locator,
                service=SERVICE,
                flags=("group",) if group else ("distribution list",) if row["distribution_list_id"] else (),
                extra=tuple((name, value if type(value) in (str, int) else stored(value)) for name, value in values),
                name=self._titles.get(row["group_id"]) if group else _name(row),
                identifiers=(self._parties[row["_id"]],)
                if group and row["_id"] in self._parties
                else identifiers_of(row),
                text=doubts.text(row["note"], "note"),
            )
            yield from doubts.drain()

    def groups(self, doubts: Doubts) -> Iterator[Group | Problem]:
        """Every group, with its members and their roles."""
        listed = self._memberships()
        for row in self._rows("groups", _GROUP):
            doubts.locator = f"groups:_id={row['_id']}"
            members = self._members(row, listed, doubts)
            extra = [(name, row[name]) for name in ("group_id", "active", "revision") if row[name] is not None]
            yield Group(
                locator=doubts.locator,
                service=SERVICE,
                extra=tuple((name, value if type(value) in (str, int) else stored(value)) for name, value in extra),
                conversation=self.conversation_with(row["recipient_id"]) or self.conversation_with(row["group_id"]),
                title=doubts.text(row["title"], "title"),
                identifiers=tuple(one.party for one in members),
                members=members,
            )
            yield from doubts.drain()

    def _memberships(self) -> dict[Any, list[Any]]:
        found: dict[Any, list[Any]] = {}
        for row in self._rows("group_membership", ("_id", "group_id", "recipient_id")):
            found.setdefault(row["group_id"], []).append(row["recipient_id"])
        return found

    def _members(self, row: Row, listed: dict[Any, list[Any]], doubts: Doubts) -> tuple[Member, ...]:
        numbers = listed.get(row["group_id"], [])
        if not numbers and type(row["members"]) is str:
            numbers = [one for one in row["members"].split(",") if one]
        roles = self._roles(row["decrypted_group"], doubts)
        people = [(number, self.party(number)) for number in numbers]
        return tuple(Member(party, roles.get(_number(number), "")) for number, party in people if party is not None)

    def _roles(self, value: Any, doubts: Doubts) -> dict[int | None, str]:
        """The roles in the copy of the group's state: field 7 has the members, in it 1 the id and 2 the role."""
        if not isinstance(value, bytes):
            return {}
        try:
            members, left_out = Fields(value).counted(7)
        except ValueError as error:
            doubts.add("group", f"decrypted_group: {error}")
            return {}
        if left_out:
            doubts.add("group", f"decrypted_group: {left_out} members, and so their roles, cannot be read")
        found = {}
        for one in members:
            number = self._aci.get(_uuid(one.data(1) or b""))
            role = one.number(2)
            found[number] = _ROLES.get(role, f"role {role}") if role is not None else ""
        return found


def identifiers_of(row: Row) -> tuple[Party, ...]:
    """A recipient's number and ids, with the name that the application shows."""
    name = _name(row)
    found = []
    for columns, scheme in (
        (("e164", "phone"), "phone"),
        (("aci", "uuid"), "signal"),
        (("pni",), "signal"),
        (("username",), "signal"),
        (("email",), "email"),
    ):
        value = _first(row, columns)
        if value not in (None, ""):
            found.append(Party(stored(value), scheme, name))
    return tuple(found)


def _name(row: Row) -> str | None:
    return next((row[name].strip() for name in _NAMES if type(row[name]) is str and row[name].strip()), None)


def _first(row: Row, columns: tuple[str, ...]) -> Any:
    return next((row[name] for name in columns if row[name] is not None), None)


def _number(value: Any) -> int | None:
    if type(value) is int:
        return value
    return int(value) if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 19 else None


def _recipient(value: Any) -> int | str:
    """What threads and others name a recipient by: a number, or what stood there before there were numbers."""
    number = _number(value)
    return stored(value) if number is None else number


def _uuid(data: bytes) -> str:
    text = data.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
