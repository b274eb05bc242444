"""Who and what WhatsApp's identifiers on iOS stand for: chats, members of groups, names, privacy ids."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from extractors.base import EvidenceFile
from extractors.chats.whatsapp.book import IOS_BOOK, IOS_PAIRS, pairs, read_beside
from extractors.chats.whatsapp.chat import Chat, Who
from extractors.chats.whatsapp.parties import party, sort_of
from extractors.database import selecting, stored
from parsers.sqlite_file import DatabaseDamaged, EvidenceDatabase, Row, lacking

_SESSION: Final = (
    *("Z_PK", "ZCONTACTJID", "ZCONTACTIDENTIFIER", "ZPARTNERNAME", "ZSESSIONTYPE", "ZARCHIVED", "ZREMOVED", "ZHIDDEN"),
    *("ZGROUPINFO", "ZUNREADCOUNT", "ZLASTMESSAGEDATE", "ZISLOCKED", "ZSAVEDINPUT"),
)
_MEMBER: Final = (
    *("Z_PK", "ZCHATSESSION", "ZMEMBERJID", "ZCONTACTNAME", "ZFIRSTNAME", "ZISADMIN", "ZISACTIVE", "ZSENDERKEYSENT"),
)
PAIRS: Final = "ZWAPHONENUMBERLIDPAIR"


def lid_of(text: str) -> str:
    """A privacy id in the form in which messages have it; it is also stored without its server."""
    return text if "@" in text else f"{text}@lid"


def jid_of(number: str) -> str:
    """The identifier of a number, which is also stored as digits only."""
    return number if "@" in number else f"{number.lstrip('+')}@s.whatsapp.net"


class IosPeople:
    """The chats, members and names of one ChatStorage.sqlite and of the databases beside it.

    What is missing or damaged of the tables leaves them without entry. `members` are the rows of ZWAGROUPMEMBER by
    Z_PK; `beside` names the further databases that were used.
    """

    def __init__(self, db: EvidenceDatabase, file: EvidenceFile) -> None:
        self._db = db
        self._numbers: dict[str, str] = {}
        self._saved: dict[str, str] = {}
        self._own_names: dict[str, str] = {}
        self.beside: list[str] = []
        self.chats: dict[Any, Chat] = {}
        self.members: dict[Any, Row] = {}
        self._known: dict[tuple[str, str | None], Who] = {}
        self._load_pairs(file)
        for row in self._rows("ZWAPROFILEPUSHNAME", ("ZJID", "ZPUSHNAME"), {"ZJID", "ZPUSHNAME"}):
            if isinstance(row["ZJID"], str) and isinstance(row["ZPUSHNAME"], str):
                self._own_names[row["ZJID"]] = row["ZPUSHNAME"]
        for row in self._rows("ZWAGROUPMEMBER", _MEMBER, {"Z_PK"}):
            self.members[row["Z_PK"]] = row
        for row in self._rows("ZWACHATSESSION", _SESSION, {"Z_PK"}):
            self.chats[row["Z_PK"]] = self._chat(row)

    def _rows(self, table: str, columns: tuple[str, ...], needed: set[str]) -> Iterator[Row]:
        if lacking(self._db, {table: needed}):
            return
        try:
            sql = f"SELECT {selecting(self._db, table, columns)} FROM {table} ORDER BY rowid"  # noqa: S608
            yield from self._db.execute(sql)
        except DatabaseDamaged as error:
            self._db.notes.append(f"not all of {table} could be read: {error}")

    def _load_pairs(self, file: EvidenceFile) -> None:
        """The numbers behind privacy ids, from this database and those beside it; the first that is met holds."""

        def from_pairs(db: EvidenceDatabase) -> None:
            for lid, (number,) in pairs(db, PAIRS, "ZLID", "ZPHONENUMBER"):
                if number:
                    self._numbers.setdefault(lid_of(lid), jid_of(number))

        def from_book(db: EvidenceDatabase) -> None:
            for jid, (name, lid) in pairs(db, "ZWAADDRESSBOOKCONTACT", "ZWHATSAPPID", "ZFULLNAME", "ZLID"):
                if lid:
                    self._numbers.setdefault(lid_of(lid), jid_of(jid))
                if name:
                    self._saved.setdefault(jid_of(jid), name)

        try:
            from_pairs(self._db)
            for one, (other,) in pairs(self._db, "ZWACHATSESSION", "ZCONTACTJID", "ZCONTACTIDENTIFIER"):
                if one.endswith("@lid") and other and other.endswith("@s.whatsapp.net"):
                    self._numbers.setdefault(one, other)
        except DatabaseDamaged as error:
            self._db.notes.append(f"not all of the numbers behind privacy ids could be read: {error}")
        self.beside = [
            name for name, read in ((IOS_PAIRS, from_pairs), (IOS_BOOK, from_book)) if read_beside(file, name, read)
        ]

    def who(self, jid: str, name: str | None = None) -> Who:
        """Somebody by the identifier as recorded; `name` is what the row at hand calls them."""
        try:
            return self._known[jid, name]
        except KeyError:
            number = self._numbers.get(jid)
            own = self._own_names.get(jid) or self._own_names.get(number or "")
            named = self._saved.get(number or jid) or name or own
            who = Who(party(jid, named)) if number is None else Who(party(number, named), (("lid", jid),))
            self._known[jid, name] = who
            return who

    def member(self, row_id: Any) -> Who | None:
        """A member of a group by the row of ZWAGROUPMEMBER; None where there is no such row."""
        row = self.members.get(row_id)
        jid = row["ZMEMBERJID"] if row else None
        if row is None or not isinstance(jid, str) or not jid:
            return None
        name = row["ZCONTACTNAME"] or row["ZFIRSTNAME"]
        return self.who(jid, name if isinstance(name, str) and name else None)

    def chat(self, row_id: Any) -> Chat:
        """The chat of a row of ZWACHATSESSION; one without a name where there is none."""
        try:
            return self.chats[row_id]
        except KeyError:
            chat = self.chats[row_id] = Chat(f"session {stored(row_id)}", "unknown", known=False)
            return chat

    def _chat(self, row: Row) -> Chat:
        jid = row["ZCONTACTJID"]
        name = row["ZPARTNERNAME"] if isinstance(row["ZPARTNERNAME"], str) and row["ZPARTNERNAME"] else None
        locator = f"ZWACHATSESSION:Z_PK={row['Z_PK']}"
        if not isinstance(jid, str) or not jid:
            return Chat(f"session {row['Z_PK']}", "unknown", locator, name, known=False, row=row)
        chat = Chat(jid, sort_of(jid), locator, name, row=row)
        if chat.sort == "person":
            chat.other = self.who(jid, name)
        return chat
