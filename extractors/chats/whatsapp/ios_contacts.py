"""WhatsApp's own address book on iOS (ContactsV2.sqlite), and the numbers behind privacy ids (LID.sqlite)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any, Final

from evidence_store.records import Contact, Party, Present, Problem
from extractors.base import EvidenceFile, Found, extractor
from extractors.chats.whatsapp.ios_people import PAIRS, jid_of, lid_of
from extractors.chats.whatsapp.parties import SERVICE, is_business, party
from extractors.database import Doubts, count_rows, each_row, read_database, selecting, stored
from parsers.sqlite_file import EvidenceDatabase, Row, lacking

_TABLE: Final = "ZWAADDRESSBOOKCONTACT"
_COLUMNS: Final = (
    *("Z_PK", "ZFULLNAME", "ZGIVENNAME", "ZLASTNAME", "ZHIGHLIGHTEDNAME", "ZUSERNAME", "ZBUSINESSNAME"),
    *("ZPHONENUMBER", "ZLOCALIZEDPHONENUMBER", "ZPHONENUMBERLABEL", "ZWHATSAPPID", "ZLID", "ZABOUTTEXT", "ZABOUTEMOJI"),
    *("ZNOTES", "ZIDENTIFIER", "ZPHONESTATUS", "ZSYNCPOLICY", "ZABOUTTIMESTAMP", "ZABOUTEXPIRATIONTIMESTAMP"),
    *("ZLASTUPDATED", "ZDISAPPEARINGMODEDURATION", "ZDISAPPEARINGMODETIMESTAMP"),
)
_TEXTS: Final = (
    *("ZUSERNAME", "ZBUSINESSNAME", "ZLOCALIZEDPHONENUMBER", "ZPHONENUMBERLABEL", "ZABOUTTEXT", "ZABOUTEMOJI"),
    *("ZNOTES", "ZIDENTIFIER"),
)
_NUMBERS: Final = ("ZPHONESTATUS", "ZSYNCPOLICY", "ZDISAPPEARINGMODEDURATION")
_TIMES: Final = (
    ("updated", "ZLASTUPDATED"),
    ("status set", "ZABOUTTIMESTAMP"),
    ("status expires", "ZABOUTEXPIRATIONTIMESTAMP"),
    ("timer of disappearing messages set", "ZDISAPPEARINGMODETIMESTAMP"),
)


@extractor(
    id="whatsapp.ios_contacts",
    version=1,
    title="WhatsApp contacts on iOS",
    files=("**/ContactsV2.sqlite", "**/LID.sqlite"),
    tables=({_TABLE: {"Z_PK", "ZPHONENUMBER"}}, {PAIRS: {"Z_PK", "ZLID", "ZPHONENUMBER"}}),
    emits=(Contact,),
    privacy="communications",
    layouts="ContactsV2.sqlite with ZWAADDRESSBOOKCONTACT (2017 on); LID.sqlite (2024 on)",
    tested_on="A published test backup with made-up contacts: 2 contacts; a research phone of 2023: no contacts",
    limits="Pictures of contacts are files of their own.",
)
def ios_contacts(file: EvidenceFile) -> Iterator[Found]:
    """Every row of the address book, and every pair of a privacy id and the number behind it. Times are since 2001.

    References:
    - what open-source readers (iLEAPP, MVT, IPED) document of the schema
    """
    yield from read_database(file, lambda db: _read(db, file))


def _read(db: EvidenceDatabase, file: EvidenceFile) -> Iterator[Found]:
    tables = [table for table in (_TABLE, PAIRS) if table in db.tables()]
    if not tables:
        if "whatsapp" in file.path.lower():
            yield Problem("schema", "unknown-layout", f"no table {_TABLE} and no table {PAIRS}")
        return
    service = f"{SERVICE} Business" if is_business(file.path) else SERVICE
    doubts = Doubts()
    for table in tables:
        if unknown := lacking(db, {table: {"Z_PK"}}):
            yield Problem("schema", "unknown-layout", unknown)
            continue
        if (rows := count_rows(db, table)) is not None:
            yield Present(rows)
        gaps: list[Problem] = []
        columns = _COLUMNS if table == _TABLE else ("Z_PK", "ZLID", "ZPHONENUMBER", "ZTIMESTAMP")
        for row in each_row(db, table, selecting(db, table, columns), gaps, key="Z_PK"):
            doubts.locator = f"{table}:Z_PK={row['Z_PK']}"
            yield _contact(row, service, doubts) if table == _TABLE else _pair(row, service, doubts)
            yield from doubts.drain()
        yield from gaps


def _text(value: Any, column: str, doubts: Doubts) -> str | None:
    """A text, also where it is stored as the bytes of one."""
    if isinstance(value, bytes):
        with suppress(UnicodeDecodeError):
            value = value.decode("utf-8")
    return doubts.text(value, column) or None


def _contact(row: Row, service: str, doubts: Doubts) -> Contact:
    given, last = _text(row["ZGIVENNAME"], "ZGIVENNAME", doubts), _text(row["ZLASTNAME"], "ZLASTNAME", doubts)
    name = _text(row["ZFULLNAME"], "ZFULLNAME", doubts) or " ".join(part for part in (given, last) if part) or None
    jid, number = _text(row["ZWHATSAPPID"], "ZWHATSAPPID", doubts), _text(row["ZPHONENUMBER"], "ZPHONENUMBER", doubts)
    lid = _text(row["ZLID"], "ZLID", doubts)
    identifiers = [party(jid_of(jid), name)] if jid else []
    if number:
        identifiers.append(Party(number, "phone", name))
    if lid:
        identifiers.append(party(lid_of(lid), name))
    texts = {column: _text(row[column], column, doubts) for column in _TEXTS}
    extra: list[tuple[str, str | int | float | None]] = [(column, text) for column, text in texts.items() if text]
    extra += [(column, _plain(row[column])) for column in _NUMBERS if row[column] is not None]
    times = [(meaning, column) for meaning, column in _TIMES if row[column]]
    return Contact(
        locator=doubts.locator,
        service=service,
        moments=tuple(doubts.moment(meaning, row[column], "cocoa s", column) for meaning, column in times),
        extra=tuple(extra),
        name=name or texts["ZBUSINESSNAME"] or texts["ZUSERNAME"],
        identifiers=tuple(identifiers),
        text="\n".join(dict.fromkeys(filter(None, (name, *texts.values(), number, jid, lid)))) or None,
    )


def _pair(row: Row, service: str, doubts: Doubts) -> Contact:
    lid, number = _text(row["ZLID"], "ZLID", doubts), _text(row["ZPHONENUMBER"], "ZPHONENUMBER", doubts)
    identifiers = [party(jid_of(number))] if number else []
    identifiers += [party(lid_of(lid))] if lid else []
    moments = (doubts.moment("recorded", row["ZTIMESTAMP"], "cocoa s", "ZTIMESTAMP"),) if row["ZTIMESTAMP"] else ()
    return Contact(
        locator=doubts.locator,
        service=service,
        moments=moments,
        flags=("number of a privacy id",),
        identifiers=tuple(identifiers),
        text="\n".join(one.identifier for one in identifiers) or None,
    )


def _plain(value: Any) -> str | int | float:
    return value if type(value) in (str, int) or (type(value) is float and abs(value) < 1e15) else stored(value)
