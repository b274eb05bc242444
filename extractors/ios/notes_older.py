"""Notes of iOS to version 8, which later versions keep for accounts of other services: notes.sqlite."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from evidence_store.records import Attachment, Note, Present, Problem
from extractors.base import EvidenceFile, Found, extractor
from extractors.database import Doubts, each_row, read_database, selecting, stored
from extractors.ios.core_data import Rows, each_record, named, rows_by_key, set_times
from parsers.html_text import html_text
from parsers.sqlite_file import EvidenceDatabase, Row, lacking

_NOTE: Final = (
    *("ZTITLE", "ZSUMMARY", "ZAUTHOR", "ZGUID", "ZCREATIONDATE", "ZMODIFICATIONDATE", "ZBODY", "ZSTORE"),
    *("ZDELETEDFLAG", "ZISBOOKKEEPINGENTRY"),
)
_TIMES: Final = (("created", "ZCREATIONDATE"), ("modified", "ZMODIFICATIONDATE"))
_ATTACHMENT: Final = ("ZNOTE", "ZFILENAME", "ZMIMETYPE", "ZCONTENTID")


@extractor(
    id="ios.notes_older",
    version=1,
    title="Notes, older layout",
    files=("**/Library/Notes/notes.sqlite", "**/notes.sqlite"),
    tables=({"ZNOTE": {"Z_PK", "ZTITLE", "ZCREATIONDATE"}, "ZNOTEBODY": {"Z_PK", "ZCONTENT"}},),
    emits=(Note,),
    privacy="communications",
    layouts="notes.sqlite of iOS 3 to 18",
    tested_on="documented schema, no device data",
    limits="How a text is set (its HTML) is not kept.",
)
def notes_older(file: EvidenceFile) -> Iterator[Found]:
    """Every row of `ZNOTE` and every body of no note. Bodies are HTML; times are seconds since 2001.

    References:
    - the layout as public descriptions of the store give it
    """
    yield from read_database(file, _read)


def _read(db: EvidenceDatabase) -> Iterator[Found]:
    if "ZNOTE" not in db.tables():
        return  # other programs have files of this name
    needed = {"ZNOTE": {"Z_PK", "ZTITLE", "ZCREATIONDATE"}, "ZNOTEBODY": {"Z_PK", "ZCONTENT"}}
    if unknown := lacking(db, needed):
        yield Problem("schema", "unknown-layout", unknown)
        return
    gaps: list[Problem] = []
    stores = rows_by_key(db, "ZSTORE", ("ZNAME", "ZACCOUNT"), gaps)
    accounts = rows_by_key(db, "ZACCOUNT", ("ZNAME",), gaps)
    attachments: dict[Any, list[Row]] = {}
    for row in rows_by_key(db, "ZNOTEATTACHMENT", _ATTACHMENT, gaps).values():
        attachments.setdefault(row["ZNOTE"], []).append(row)
    bodies: dict[Any, list[int]] = {}
    owners = selecting(db, "ZNOTEBODY", ("ZOWNER",))
    for row in each_row(db, "ZNOTEBODY", f"Z_PK, {owners}", gaps, key="Z_PK"):
        bodies.setdefault(row["ZOWNER"], []).append(row["Z_PK"])
    taken: set[Any] = set()

    def note(row: Row, doubts: Doubts) -> Note:
        keys = dict.fromkeys((*bodies.get(row["Z_PK"], []), *([row["ZBODY"]] if row["ZBODY"] is not None else [])))
        taken.update(keys)
        texts = [text for key in keys if (text := _body(db, key, doubts))]
        return _note(row, texts, _folder(row, stores, accounts), attachments.get(row["Z_PK"], []), doubts)

    yield from each_record(db, "ZNOTE", _NOTE, note)
    yield from _alone(db, [key for keys in bodies.values() for key in keys if key not in taken])
    yield from gaps


def _body(db: EvidenceDatabase, key: Any, doubts: Doubts) -> str | None:
    if type(key) is int:
        for row in db.execute("SELECT ZCONTENT FROM ZNOTEBODY WHERE Z_PK=?", (key,)):
            text = doubts.text(row["ZCONTENT"], f"ZNOTEBODY:Z_PK={key} ZCONTENT")
            return html_text(text) if text else None
    doubts.add("no-body", f"there is no row of ZNOTEBODY for this note (Z_PK={stored(key)})")
    return None


def _folder(row: Row, stores: Rows, accounts: Rows) -> tuple[str | None, str | None]:
    """The folder of a note and its account."""
    store = stores.get(row["ZSTORE"])
    account = accounts.get(store["ZACCOUNT"]) if store else None
    return (stored(store["ZNAME"]) or None if store else None, stored(account["ZNAME"]) or None if account else None)


def _note(
    row: Row, texts: list[str], place: tuple[str | None, str | None], attachments: list[Row], doubts: Doubts
) -> Note:
    folder, account = place
    deleted = row["ZDELETEDFLAG"] == 1
    bookkeeping = row["ZISBOOKKEEPINGENTRY"] == 1
    text = "\n".join(texts) or None
    return Note(
        locator=doubts.locator,
        service="Notes",
        moments=set_times(row, _TIMES, doubts),
        deleted=deleted,
        flags=(
            *(("marked for deletion",) if deleted else ()),
            *(("bookkeeping entry",) if bookkeeping else ()),
        ),
        attachments=tuple(_attachment(one, doubts) for one in attachments),
        extra=(
            *((("account", account),) if account else ()),
            *named(row, ("ZAUTHOR", "ZGUID")),
            *(named(row, ("ZSUMMARY",)) if text is None else ()),
        ),
        title=doubts.text(row["ZTITLE"], "ZTITLE"),
        folder=folder,
        text=text,
    )


def _attachment(row: Row, doubts: Doubts) -> Attachment:
    name = stored(row["ZFILENAME"]) or stored(row["ZCONTENTID"])
    return Attachment(name, None, doubts.text(row["ZMIMETYPE"], "ZMIMETYPE"))


def _alone(db: EvidenceDatabase, keys: list[int]) -> Iterator[Found]:
    """The bodies whose note is not there."""
    doubts = Doubts()
    for key in keys:
        doubts.locator = f"ZNOTEBODY:Z_PK={key}"
        yield Present(1)
        yield Note(locator=doubts.locator, service="Notes", flags=("body of no note",), text=_body(db, key, doubts))
        yield from doubts.drain()
