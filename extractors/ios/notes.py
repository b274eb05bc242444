"""Apple Notes: NoteStore.sqlite of iOS 9 and later."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from evidence_store.records import Account, Note, Present, Problem
from extractors.base import EvidenceFile, Found, extractor
from extractors.database import Doubts, each_row, read_database, selecting, stored
from extractors.ios.core_data import named
from extractors.ios.note_objects import OBJECT, OBJECTS, Objects
from parsers.apple_notes import read_body
from parsers.sqlite_file import DatabaseDamaged, EvidenceDatabase, Row, lacking

_BODIES: Final = "ZICNOTEDATA"
_NOTE: Final = (
    *("Z_ENT", "ZIDENTIFIER", "ZTITLE1", "ZSNIPPET", "ZFOLDER", "ZNOTEDATA", "ZISPINNED", "ZISPASSWORDPROTECTED"),
    *("ZPASSWORDHINT", "ZMARKEDFORDELETION", "ZSERVERSHAREDATA", "ZZONEOWNERNAME", "ZISSYSTEMPAPER"),
    *("ZCREATIONDATE3", "ZCREATIONDATE2", "ZCREATIONDATE1", "ZCREATIONDATE", "ZMODIFICATIONDATE1", "ZMODIFICATIONDATE"),
    *("ZLASTOPENEDDATE", "ZFOLDERMODIFICATIONDATE", "ZNAME", "ZUSERRECORDNAME"),
    *(f"ZACCOUNT{number or ''}" for number in range(10)),
)
# What each means, and the columns that later generations keep it in.
_TIMES: Final = (
    ("created", ("ZCREATIONDATE3", "ZCREATIONDATE2", "ZCREATIONDATE1", "ZCREATIONDATE")),
    ("modified", ("ZMODIFICATIONDATE1", "ZMODIFICATIONDATE")),
    ("last opened", ("ZLASTOPENEDDATE",)),
    ("put into its folder", ("ZFOLDERMODIFICATIONDATE",)),
)


@extractor(
    id="ios.notes",
    version=3,
    title="Notes",
    files=("**/NoteStore.sqlite",),
    tables=(
        {"ZICCLOUDSYNCINGOBJECT": {"Z_PK", "ZIDENTIFIER", "ZNOTEDATA"}, "ZICNOTEDATA": {"Z_PK", "ZNOTE", "ZDATA"}},
    ),
    emits=(Note, Account),
    privacy="communications",
    layouts="NoteStore.sqlite of iOS 9 to 18 and macOS 10.11 to 15",
    tested_on="iOS 13 to 15 image: 7 notes and one marked as deleted, 4 of them locked",
    limits="Locked notes are not decrypted. Of the history of a text only the last state is read; letters of deleted "
    "stretches are not kept there. Drawings are not drawn: the picture that is kept of each is named. Who takes part "
    "in a shared note is not read.",
)
def notes(file: EvidenceFile) -> Iterator[Found]:
    """Every note, every body of no note, every attachment of no note, and the accounts.

    All stand in one table and are told apart by their entity. In the text, what is embedded is put in brackets, tables
    are written out, and the items of a checklist begin with "[x]" or "[ ]". Times are seconds since 2001. A note is
    deleted where it lies in the folder "Recently Deleted", or is marked for deletion.

    References:
    - the layout as the file itself declares it; J. Baron's published description of the note store
    """
    yield from read_database(file, lambda db: _read(db, file.path))


def _read(db: EvidenceDatabase, path: str) -> Iterator[Found]:
    needed = {OBJECTS: {"Z_PK", "Z_ENT", "ZIDENTIFIER", "ZNOTEDATA"}, _BODIES: {"Z_PK", "ZNOTE", "ZDATA"}}
    if unknown := lacking(db, needed):
        yield Problem("schema", "unknown-layout", unknown)
        return
    gaps: list[Problem] = []
    objects = Objects(db, path, gaps)
    bodies = _keys_of_bodies(db, gaps)
    doubts = Doubts()
    for row in each_row(db, OBJECTS, f"Z_PK, {selecting(db, OBJECTS, _NOTE)}", gaps, key="Z_PK"):
        doubts.locator = f"{OBJECTS}:Z_PK={row['Z_PK']}"
        entity = objects.entity(row)
        if entity not in ("ICNote", "ICAccount"):
            continue
        yield Present(1)
        if entity == "ICNote":
            yield _note(db, row, bodies.pop(row["Z_PK"], []), objects, doubts)
        else:
            yield _account(row, doubts)
        yield from doubts.drain()
    yield from _bodies_alone(db, bodies, objects)
    yield from objects.alone()
    yield from gaps


def _keys_of_bodies(db: EvidenceDatabase, gaps: list[Problem]) -> dict[Any, list[int]]:
    """The key of a note -> those of its bodies; there should be one."""
    found: dict[Any, list[int]] = {}
    for row in each_row(db, _BODIES, "Z_PK, ZNOTE", gaps, key="Z_PK"):
        found.setdefault(row["ZNOTE"], []).append(row["Z_PK"])
    return found


def _bodies_alone(db: EvidenceDatabase, bodies: dict[Any, list[int]], objects: Objects) -> Iterator[Found]:
    """The bodies whose note is not there."""
    doubts = Doubts()
    for note, keys in bodies.items():
        for key in keys:
            doubts.locator = f"{_BODIES}:Z_PK={key}"
            yield Present(1)
            text, extra = _text(db, key, False, objects, doubts)
            yield Note(
                locator=doubts.locator,
                service="Notes",
                flags=("body of no note",),
                attachments=objects.attachments(note, None, doubts),
                extra=(("ZNOTE", stored(note)), *extra),
                text=text,
            )
            yield from doubts.drain()


def _note(db: EvidenceDatabase, row: Row, bodies: list[int], objects: Objects, doubts: Doubts) -> Note:
    folder = objects.folder(row["ZFOLDER"])
    account = objects.account(row, folder)
    locked = row["ZISPASSWORDPROTECTED"] == 1
    texts = [_text(db, key, locked, objects, doubts) for key in bodies]
    if not texts and not locked:
        doubts.add("no-body", "there is no row of ZICNOTEDATA for this note")
    text = "\n".join(one for one, _ in texts if one) or None
    in_trash = folder is not None and folder.trash
    marked = row["ZMARKEDFORDELETION"] == 1
    flags = (
        ("locked", locked),
        ("pinned", row["ZISPINNED"] == 1),
        ("shared", row["ZSERVERSHAREDATA"] is not None),
        ("quick note", row["ZISSYSTEMPAPER"] == 1),
        ("in Recently Deleted", in_trash),
        ("marked for deletion", marked),
    )
    snippet = named(row, ("ZSNIPPET",)) if text is None else ()
    return Note(
        locator=doubts.locator,
        service="Notes",
        moments=tuple(
            doubts.moment(meaning, row[name], "cocoa s", name)
            for meaning, names in _TIMES
            if (name := next((one for one in names if row[one] not in (None, 0)), None))
        ),
        deleted=in_trash or marked,
        flags=tuple(word for word, true in flags if true),
        attachments=objects.attachments(row["Z_PK"], account, doubts),
        extra=(
            *((("account", account.name),) if account and account.name else ()),
            *named(row, ("ZPASSWORDHINT", "ZZONEOWNERNAME", "ZIDENTIFIER")),
            *snippet,
            *(part for _, extra in texts for part in extra),
            *objects.told(row["Z_PK"]),
        ),
        title=doubts.text(row["ZTITLE1"], "ZTITLE1"),
        folder=folder.name if folder else None,
        text=text,
    )


def _text(
    db: EvidenceDatabase, key: int, locked: bool, objects: Objects, doubts: Doubts
) -> tuple[str | None, tuple[tuple[str, str], ...]]:
    """The text of a body, and the links in it."""
    where = f"{_BODIES}:Z_PK={key} ZDATA"
    try:
        data = next((row["ZDATA"] for row in db.execute(f"SELECT ZDATA FROM {_BODIES} WHERE Z_PK=?", (key,))), None)  # noqa: S608
    except DatabaseDamaged as error:
        doubts.add("body", f"{where}: {error}")
        return None, ()
    if data is None:
        return None, ()
    faults: list[str] = []
    try:
        runs = read_body(data if isinstance(data, bytes) else str(data).encode("utf-8", "surrogatepass"), faults)
    except ValueError as error:
        if not locked:
            doubts.add("body", f"{where}: {error}")
        return None, ()
    for fault in faults:
        doubts.add("body", f"{where}: {fault}")
    parts: list[str] = []
    begins = True
    for run in runs:
        words = objects.embedded(run.identifier, run.kind, doubts) if run.text == OBJECT else run.text
        if run.done is not None:
            words = _ticked(words, "[x] " if run.done else "[ ] ", begins)
        parts.append(words)
        begins = run.text.endswith("\n") if run.text else begins
    links = dict.fromkeys(run.link for run in runs if run.link and run.link != run.text.strip())
    return _whole("".join(parts)) or None, tuple(("link", link) for link in links)


def _ticked(text: str, mark: str, begins: bool) -> str:
    """The mark before each line that begins in this stretch."""
    lines = text.split("\n")
    first = mark + lines[0] if begins and lines[0] else lines[0]
    return "\n".join([first, *(mark + line if line else line for line in lines[1:])])


def _whole(text: str) -> str:
    """Halves of a character that two stretches hold are one again."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


def _account(row: Row, doubts: Doubts) -> Account:
    return Account(
        locator=doubts.locator,
        service="Notes",
        extra=named(row, ("ZIDENTIFIER", "ZUSERRECORDNAME")),
        name=doubts.text(row["ZNAME"], "ZNAME"),
    )
