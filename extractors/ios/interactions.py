"""The interactions between people and applications that iOS and macOS note: interactionC.db."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from evidence_store.records import AppUse, Contact, Party, Problem
from extractors.android.threads import party as address
from extractors.base import EvidenceFile, Found, extractor
from extractors.database import Doubts, read_database, stored
from extractors.ios.core_data import Extra, Rows, each_record, named, rows_by_key, seconds_between, set_times
from extractors.ios.joins import Joined, joined_keys
from parsers.sqlite_file import EvidenceDatabase, Row, lacking

_EXTRA: Final = (
    *("ZMECHANISM", "ZISRESPONSE", "ZRECIPIENTCOUNT", "ZACCOUNT", "ZTARGETBUNDLEID", "ZDOMAINIDENTIFIER"),
    *("ZCONTENTURL", "ZLOCATIONUUID", "ZDERIVEDINTENTIDENTIFIER", "ZUUID", "ZNSUSERNAME"),
)
_INTERACTION: Final = (
    *("ZBUNDLEID", "ZGROUPNAME", "ZDIRECTION", "ZSENDER", "ZSTARTDATE", "ZENDDATE", "ZCREATIONDATE"),
    *_EXTRA,
)
_TIMES: Final = (("started", "ZSTARTDATE"), ("ended", "ZENDDATE"), ("recorded", "ZCREATIONDATE"))
_COUNTS: Final = (
    *("ZINCOMINGRECIPIENTCOUNT", "ZINCOMINGSENDERCOUNT", "ZOUTGOINGRECIPIENTCOUNT", "ZPERSONID", "ZPERSONIDTYPE"),
    *("ZCUSTOMIDENTIFIER", "ZTYPE"),
)
_CONTACT_TIMES: Final = (
    ("recorded", "ZCREATIONDATE"),
    ("first incoming, as sender", "ZFIRSTINCOMINGSENDERDATE"),
    ("last incoming, as sender", "ZLASTINCOMINGSENDERDATE"),
    ("first incoming, as recipient", "ZFIRSTINCOMINGRECIPIENTDATE"),
    ("last incoming, as recipient", "ZLASTINCOMINGRECIPIENTDATE"),
    ("first outgoing, as recipient", "ZFIRSTOUTGOINGRECIPIENTDATE"),
    ("last outgoing, as recipient", "ZLASTOUTGOINGRECIPIENTDATE"),
)
_CONTACT: Final = ("ZDISPLAYNAME", "ZIDENTIFIER", *(name for _, name in _CONTACT_TIMES[1:]), "ZCREATIONDATE", *_COUNTS)
_ATTACHMENT: Final = ("ZCONTENTTEXT", "ZUTI", "ZCONTENTURL", "ZSIZEINBYTES", "ZPHOTOLOCALIDENTIFIER")
_DIRECTIONS: Final = {0: "incoming interaction", 1: "outgoing interaction"}


@extractor(
    id="ios.interactions",
    version=1,
    title="Interactions with people, by application",
    files=("**/interactionC.db",),
    tables=({"ZINTERACTIONS": {"Z_PK", "ZBUNDLEID", "ZSTARTDATE"}},),
    emits=(AppUse, Contact),
    privacy="communications",
    layouts="interactionC.db of iOS 9 to 26 and macOS",
    tested_on="iOS 14 backup: 3 interactions with 3 people",
    limits="What was said stands in the store of the application. Codes of the mechanism are given as stored. Keywords "
    "and learned weights are not read.",
)
def interactions(file: EvidenceFile) -> Iterator[Found]:
    """Every row of `ZINTERACTIONS` with who was in it, and every row of `ZCONTACTS` with its counts.

    Times are seconds since 2001.

    References:
    - the layout as the file itself declares it; published notes on interactionC.db
    """
    yield from read_database(file, _read)


def _read(db: EvidenceDatabase) -> Iterator[Found]:
    if unknown := lacking(db, {"ZINTERACTIONS": {"Z_PK", "ZBUNDLEID", "ZSTARTDATE"}}):
        yield Problem("schema", "unknown-layout", unknown)
        return
    gaps: list[Problem] = []
    people: Rows = rows_by_key(db, "ZCONTACTS", _CONTACT, gaps)
    files: Rows = rows_by_key(db, "ZATTACHMENT", _ATTACHMENT, gaps)
    sent_to = joined_keys(db, "INTERACTIONRECIPIENT", "INTERACTIONRECIPIENT", "RECIPIENTS", gaps)
    shared = joined_keys(db, "INTERACTIONS", "INTERACTIONS", "ATTACHMENTS", gaps)

    def interaction(row: Row, doubts: Doubts) -> AppUse:
        return _interaction(row, people, files, (sent_to, shared), doubts)

    yield from each_record(db, "ZINTERACTIONS", _INTERACTION, interaction)
    if not lacking(db, {"ZCONTACTS": {"Z_PK", "ZIDENTIFIER"}}):
        yield from each_record(db, "ZCONTACTS", _CONTACT, _contact)
    yield from gaps


def _interaction(row: Row, people: Rows, files: Rows, joined: tuple[Joined, Joined], doubts: Doubts) -> AppUse:
    key = row["Z_PK"]
    sender = _known(row["ZSENDER"], people, "ZSENDER", doubts) if row["ZSENDER"] is not None else None
    found = (_known(one, people, "recipient", doubts) for one in joined[0].get(key, ()))
    named_ones = [("sender", sender), *(("recipient", one) for one in found)]
    parties: Extra = tuple((word, _shown(one)) for word, one in named_ones if one is not None)
    contents = [files.get(one) for one in joined[1].get(key, ()) if type(one) is int]
    attached: Extra = tuple(
        (f"attachment {name}", value)
        for content in contents
        if content is not None
        for name, value in named(content, _ATTACHMENT, (None, "", 0))
    )
    title = doubts.text(row["ZGROUPNAME"], "ZGROUPNAME") or None
    direction = row["ZDIRECTION"]
    activity = "interaction" if direction is None else f"interaction of direction {stored(direction)}"
    if type(direction) is int:
        activity = _DIRECTIONS.get(direction, activity)
    lines = (title, *(value for _, value in parties), *(value for name, value in attached if name.endswith("TEXT")))
    return AppUse(
        locator=doubts.locator,
        service="Interactions",
        moments=set_times(row, _TIMES, doubts),
        extra=(*parties, *named(row, _EXTRA, (None, "", 0)), *attached),
        app=doubts.text(row["ZBUNDLEID"], "ZBUNDLEID") or "",
        title=title,
        activity=activity,
        duration_s=seconds_between(row["ZSTARTDATE"], row["ZENDDATE"]) or None,
        text="\n".join(str(line) for line in lines if line) or None,
    )


def _known(key: Any, people: Rows, column: str, doubts: Doubts) -> Party | None:
    row = people.get(key) if type(key) is int else None
    if row is None:
        doubts.add("no-contact", f"{column}: there is no row of ZCONTACTS for it (Z_PK={stored(key)})")
        return None
    return _party(row, doubts)


def _party(row: Row, doubts: Doubts) -> Party | None:
    where = f"ZCONTACTS:Z_PK={row['Z_PK']}"
    name = doubts.text(row["ZDISPLAYNAME"], f"{where} ZDISPLAYNAME") or None
    identifier = doubts.text(row["ZIDENTIFIER"], f"{where} ZIDENTIFIER")
    if not identifier:
        return Party(name, "name", name) if name else None
    if identifier.endswith(("@lid", "@s.whatsapp.net", "@g.us")):
        return Party(identifier, "whatsapp", name)
    found = address(identifier)
    scheme = found.scheme if found else "account"
    return Party(identifier, "account" if scheme == "sender-id" else scheme, name)


def _shown(party: Party) -> str:
    return f"{party.name} ({party.identifier})" if party.name and party.name != party.identifier else party.identifier


def _contact(row: Row, doubts: Doubts) -> Contact:
    party = _party(row, doubts)
    name = party.name if party else None
    return Contact(
        locator=doubts.locator,
        service="Interactions",
        moments=set_times(row, _CONTACT_TIMES, doubts),
        extra=named(row, _COUNTS, (None, "", 0)),
        name=name,
        identifiers=(party,) if party and party.scheme != "name" else (),
        text="\n".join(dict.fromkeys(part for part in (name, party.identifier if party else None) if part)) or None,
    )
