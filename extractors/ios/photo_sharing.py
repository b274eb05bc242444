"""Shared albums of a photo library: who owns them, who is invited, what was commented."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from evidence_store.records import Group, Member, Message, Party, Present, Problem
from extractors.base import Found
from extractors.database import Doubts, stored
from extractors.ios.accounts import party
from extractors.ios.core_data import Rows, each_record, named, rows_by_key, set_times
from parsers.sqlite_file import EvidenceDatabase, Row, lacking

_SERVICE: Final = "Shared albums"
_SHARED: Final = (1505,)  # of ZKIND
_ALBUM: Final = (
    *("ZTITLE", "ZKIND", "ZCLOUDGUID", "ZUUID", "ZCLOUDOWNERFULLNAME", "ZCLOUDOWNERFIRSTNAME", "ZCLOUDOWNERLASTNAME"),
    *("ZCLOUDOWNEREMAILKEY", "ZCLOUDOWNERHASHEDPERSONID", "ZISOWNED", "ZCREATIONDATE", "ZCLOUDCREATIONDATE"),
    *("ZCLOUDSUBSCRIPTIONDATE", "ZTRASHEDSTATE", "ZPUBLICURL", "ZCLOUDPUBLICURLENABLED"),
)
_ALBUM_TIMES: Final = (
    ("created", "ZCREATIONDATE"),
    ("created in iCloud", "ZCLOUDCREATIONDATE"),
    ("subscribed to", "ZCLOUDSUBSCRIPTIONDATE"),
)
_INVITATION: Final = (
    *("ZALBUM", "ZALBUMGUID", "ZINVITEEFULLNAME", "ZINVITEEFIRSTNAME", "ZINVITEELASTNAME", "ZINVITEEEMAILKEY"),
    *("ZINVITEEHASHEDPERSONID", "ZINVITATIONSTATE", "ZISMINE", "ZINVITEESUBSCRIPTIONDATE"),
)
_COMMENT: Final = (
    *("ZCOMMENTTEXT", "ZCOMMENTDATE", "ZCOMMENTCLIENTDATE", "ZCOMMENTERHASHEDPERSONID", "ZCOMMENTTYPE", "ZISMYCOMMENT"),
    *("ZISLIKE", "ZISCAPTION", "ZISDELETABLE", "ZCOMMENTEDASSET", "ZLIKEDASSET", "ZCLOUDGUID"),
)
_STATES: Final = {1: "invitation not answered", 2: "invitation accepted", 3: "invitation declined"}


class Sharing:
    """The shared albums, and the people that a hash stands for in them."""

    def __init__(self, db: EvidenceDatabase, gaps: list[Problem]) -> None:
        albums = rows_by_key(db, "ZGENERICALBUM", _ALBUM, gaps)
        self._albums: Rows = {key: row for key, row in albums.items() if row["ZKIND"] in _SHARED}
        self._invited: dict[Any, list[Row]] = {}
        self._names: dict[Any, Party] = {}
        for row in self._albums.values():
            self._know(row["ZCLOUDOWNERHASHEDPERSONID"], _owner(row))
        invitations = rows_by_key(db, "ZCLOUDSHAREDALBUMINVITATIONRECORD", _INVITATION, gaps)
        for row in invitations.values():
            self._invited.setdefault(row["ZALBUM"], []).append(row)
            self._know(row["ZINVITEEHASHEDPERSONID"], _invitee(row))

    def _know(self, hashed: Any, someone: Party | None) -> None:
        if isinstance(hashed, str) and hashed and someone is not None:
            self._names.setdefault(hashed, someone)

    def name_of(self, hashed: Any) -> str | None:
        """Who a hash stands for, in words; the hash itself where no album tells."""
        if not isinstance(hashed, str) or not hashed:
            return None
        someone = self._names.get(hashed)
        return (someone.name or someone.identifier) if someone else hashed

    def albums(self) -> Iterator[Found]:
        """Each shared album with its owner and those who are invited; invitations to albums that are not there too."""
        doubts = Doubts()
        for key, row in self._albums.items():
            doubts.locator = f"ZGENERICALBUM:Z_PK={key}"
            yield Present(1)
            yield self._album(row, self._invited.pop(key, []), doubts)
            yield from doubts.drain()
        for key, rows in self._invited.items():
            yield Present(1)
            members = _members(rows, doubts)
            yield Group(
                locator=f"ZCLOUDSHAREDALBUMINVITATIONRECORD:Z_PK={rows[0]['Z_PK']}",
                service=_SERVICE,
                flags=("album is not there",),
                extra=(("ZALBUM", stored(key)), *named(rows[0], ("ZALBUMGUID",))),
                identifiers=tuple(member.party for member in members),
                members=members,
            )
            yield from doubts.drain()

    def _album(self, row: Row, invited: list[Row], doubts: Doubts) -> Group:
        owner = _owner(row)
        members = (*((Member(owner, "owner"),) if owner else ()), *_members(invited, doubts))
        trashed = row["ZTRASHEDSTATE"] == 1
        return Group(
            locator=doubts.locator,
            service=_SERVICE,
            moments=set_times(row, _ALBUM_TIMES, doubts),
            deleted=trashed,
            flags=(
                *(("owned by the account of the device",) if row["ZISOWNED"] == 1 else ()),
                *(("public address",) if row["ZCLOUDPUBLICURLENABLED"] == 1 else ()),
            ),
            extra=named(row, ("ZCLOUDGUID", "ZUUID", "ZPUBLICURL")),
            conversation=stored(row["ZCLOUDGUID"]) or stored(row["ZUUID"]) or None,
            title=doubts.text(row["ZTITLE"], "ZTITLE"),
            identifiers=tuple(member.party for member in members),
            members=members,
        )

    def comments(self, db: EvidenceDatabase) -> Iterator[Found]:
        """Each comment and each like in a shared album."""
        table = "ZCLOUDSHAREDCOMMENT"
        if not lacking(db, {table: {"Z_PK", "ZCOMMENTTEXT"}}):
            yield from each_record(db, table, _COMMENT, self._comment)

    def _comment(self, row: Row, doubts: Doubts) -> Message:
        mine = row["ZISMYCOMMENT"] == 1
        hashed = doubts.text(row["ZCOMMENTERHASHEDPERSONID"], "ZCOMMENTERHASHEDPERSONID")
        sender = self._names.get(hashed) or (Party(hashed, "account") if hashed else None)
        asset = row["ZCOMMENTEDASSET"] if row["ZCOMMENTEDASSET"] is not None else row["ZLIKEDASSET"]
        flags = (("like", row["ZISLIKE"] == 1), ("caption", row["ZISCAPTION"] == 1))
        return Message(
            locator=doubts.locator,
            service=_SERVICE,
            moments=set_times(row, (("sent", "ZCOMMENTDATE"), ("sent, by its device", "ZCOMMENTCLIENTDATE")), doubts),
            flags=tuple(word for word, true in flags if true),
            extra=() if asset is None else (("asset", f"Z_PK={stored(asset)}"),),
            conversation=None if asset is None else f"asset {stored(asset)}",
            direction="out" if mine else "in" if row["ZISMYCOMMENT"] == 0 else None,
            sender=None if mine else sender,
            text=doubts.text(row["ZCOMMENTTEXT"], "ZCOMMENTTEXT"),
            key=doubts.text(row["ZCLOUDGUID"], "ZCLOUDGUID"),
        )


def _named(row: Row, start: str) -> str | None:
    whole = row[f"{start}FULLNAME"]
    if isinstance(whole, str) and whole:
        return str(whole)
    parts = (row[f"{start}FIRSTNAME"], row[f"{start}LASTNAME"])
    return " ".join(str(part) for part in parts if isinstance(part, str) and part) or None


def _someone(row: Row, start: str) -> Party | None:
    name, address = _named(row, start), row[f"{start}EMAILKEY"]
    if isinstance(address, str) and address:
        found = party(str(address))
        return Party(found.identifier, found.scheme, name)
    return Party(name, "name", name) if name else None


def _owner(row: Row) -> Party | None:
    return _someone(row, "ZCLOUDOWNER")


def _invitee(row: Row) -> Party | None:
    return _someone(row, "ZINVITEE")


def _members(rows: list[Row], doubts: Doubts) -> tuple[Member, ...]:
    found = []
    for row in rows:
        someone = _invitee(row) or Party(stored(row["ZINVITEEHASHEDPERSONID"]), "account")
        state = row["ZINVITATIONSTATE"]
        since = set_times(row, (("subscribed", "ZINVITEESUBSCRIPTIONDATE"),), doubts)
        found.append(Member(someone, _STATES.get(state) or f"state {stored(state)}", since[0] if since else None))
    return tuple(found)
