"""What stands beside the notes of NoteStore.sqlite, in the same table: accounts, folders, attachments, files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from evidence_store.records import Attachment, Note, Present, Problem
from extractors.base import Found
from extractors.database import Doubts, each_row, selecting, stored
from extractors.ios.core_data import Rows, named, rows_by_key
from parsers.apple_notes import OBJECT, read_table
from parsers.sqlite_file import EvidenceDatabase, Row

__all__ = ["OBJECT", "OBJECTS", "Objects"]

OBJECTS: Final = "ZICCLOUDSYNCINGOBJECT"
_SIDE: Final = (
    *("Z_ENT", "ZIDENTIFIER", "ZNOTE", "ZNOTE1", "ZNOTEDATA", "ZMEDIA", "ZPARENTATTACHMENT", "ZPARENTATTACHMENT1"),
    *("ZTYPEUTI", "ZTYPEUTI1", "ZALTTEXT", "ZTITLE", "ZUSERTITLE", "ZURLSTRING", "ZSUMMARY", "ZFILENAME"),
    *("ZFILESIZE", "ZGENERATION1", "ZGENERATION", "ZOCRSUMMARY", "ZHANDWRITINGSUMMARY"),
    *("ZIMAGECLASSIFICATIONSUMMARY", "ZFALLBACKTITLE", "ZADDITIONALINDEXABLETEXT"),
    *("ZFALLBACKIMAGEGENERATION", "ZFALLBACKPDFGENERATION", "ZISPASSWORDPROTECTED"),
    *(
        "ZTITLE2",
        "ZFOLDERTYPE",
        "ZPARENT",
        "ZOWNER",
        "ZNAME",
        "ZMARKEDFORDELETION",
        "ZMERGEABLEDATA1",
        "ZMERGEABLEDATA",
    ),
    *(f"ZACCOUNT{number or ''}" for number in range(10)),
)
_TABLE: Final = "com.apple.notes.table"
_INLINE: Final = "com.apple.notes.inlinetextattachment."
_DRAWINGS: Final = ("com.apple.drawing", "com.apple.drawing.2", "com.apple.paper")
_RECOGNISED: Final = (
    ("text recognised by the device", "ZOCRSUMMARY"),
    ("handwriting recognised by the device", "ZHANDWRITINGSUMMARY"),
    ("content recognised by the device", "ZIMAGECLASSIFICATIONSUMMARY"),
    ("summary of an attachment", "ZSUMMARY"),
    ("text of an attachment, kept for searching", "ZADDITIONALINDEXABLETEXT"),
)


@dataclass(frozen=True)
class Folder:
    """A folder of notes: `trash` is the one that the application calls "Recently Deleted"."""

    name: str | None
    trash: bool
    owner: Any


@dataclass(frozen=True)
class Owner:
    """An account of the note store."""

    identifier: str | None
    name: str | None


class Objects:
    """The objects by key; `path` is that of the database, below whose folder the files of attachments stand."""

    def __init__(self, db: EvidenceDatabase, path: str, gaps: list[Problem]) -> None:
        folder = path.rpartition("/")[0]
        self._home = f"{folder}/" if folder else ""
        names = rows_by_key(db, "Z_PRIMARYKEY", ("Z_NAME",), gaps, key="Z_ENT")
        self._entities = {key: row["Z_NAME"] for key, row in names.items()}
        self._places: Rows = {}
        for row in rows_by_key(db, "ZICLOCATION", ("ZATTACHMENT", "ZLATITUDE", "ZLONGITUDE"), gaps).values():
            self._places[row["ZATTACHMENT"]] = row
        self._folders: dict[Any, Folder] = {}
        self._accounts: dict[Any, Owner] = {}
        self._media: Rows = {}
        self._attachments: dict[Any, Row] = {}
        self._by_note: dict[Any, list[Row]] = {}
        self._by_identifier: dict[Any, Row] = {}
        self._notes: set[Any] = set()
        for row in each_row(db, OBJECTS, f"Z_PK, {selecting(db, OBJECTS, _SIDE)}", gaps, key="Z_PK"):
            self._add(row)
        for row in self._attachments.values():
            self._by_note.setdefault(self._note_of(row), []).append(row)

    def entity(self, row: Row) -> str:
        """The name of a row's entity; where the store does not name it, a row with a body is a note."""
        name = self._entities.get(row["Z_ENT"])
        if isinstance(name, str):
            return name
        return "ICNote" if row["ZNOTEDATA"] is not None else ""

    def _add(self, row: Row) -> None:
        entity, key = self.entity(row), row["Z_PK"]
        if entity == "ICNote":
            self._notes.add(key)
        elif entity == "ICFolder":
            trash = row["ZFOLDERTYPE"] == 1 or str(row["ZIDENTIFIER"]).startswith("TrashFolder")
            owner = next((row[name] for name in ("ZOWNER", *_SIDE[-10:]) if row[name] is not None), None)
            self._folders[key] = Folder(_text(row["ZTITLE2"]), trash, owner)
        elif entity == "ICAccount":
            self._accounts[key] = Owner(_text(row["ZIDENTIFIER"]), _text(row["ZNAME"]))
        elif entity == "ICMedia":
            self._media[key] = row
        elif entity in ("ICAttachment", "ICInlineAttachment"):
            self._attachments[key] = row
            self._by_identifier[row["ZIDENTIFIER"]] = row

    def _note_of(self, row: Row) -> Any:
        """The key of the note that an attachment belongs to, itself or through the one that holds it."""
        for _ in range(8):
            note = row["ZNOTE"] if row["ZNOTE"] is not None else row["ZNOTE1"]
            if note is not None:
                return note
            above = self._attachments.get(_first(row, "ZPARENTATTACHMENT", "ZPARENTATTACHMENT1"))
            if above is None:
                return None
            row = above
        return None

    def folder(self, key: Any) -> Folder | None:
        """A folder by its key."""
        return self._folders.get(key)

    def account(self, row: Row, folder: Folder | None) -> Owner | None:
        """The account of a note: the column differs by generation; else that of its folder."""
        keys = [row[name] for name in _SIDE[-10:]]
        found = next((self._accounts[key] for key in keys if key in self._accounts), None)
        return found or (self._accounts.get(folder.owner) if folder else None)

    def attachments(self, note: Any, account: Owner | None, doubts: Doubts) -> tuple[Attachment, ...]:
        """The files of a note: what has a medium, and drawings, whose picture stands in a file of its own."""
        found = (self._attachment(row, account, doubts) for row in self._by_note.get(note, []))
        return tuple(one for one in found if one is not None)

    def _attachment(self, row: Row, account: Owner | None, doubts: Doubts) -> Attachment | None:
        media = self._media.get(row["ZMEDIA"])
        if media is None:
            if row["ZMEDIA"] is not None:
                doubts.add("no-media", f"there is no row {stored(row['ZMEDIA'])} for the file of an attachment")
                return Attachment(self._name(row), None, None, _size(row))
            return self._picture(row, account)
        name = doubts.text(media["ZFILENAME"], "ZFILENAME") or ""
        generation = _text(_first(media, "ZGENERATION1", "ZGENERATION"))
        parts = [self._root(account), "Media", _text(media["ZIDENTIFIER"]), generation, name]
        path = "/".join(part for part in parts if part)
        safe = bool(name) and ".." not in path.split("/") and "\\" not in path and not name.startswith("/")
        return Attachment(name or self._name(row), self._home + path if safe else None, None, _size(row))

    def _picture(self, row: Row, account: Owner | None) -> Attachment | None:
        """The picture of a drawing, or the PDF of a scan: what is shown where they cannot be drawn."""
        identifier = _text(row["ZIDENTIFIER"]) or ""
        picture, scan = _text(row["ZFALLBACKIMAGEGENERATION"]), _text(row["ZFALLBACKPDFGENERATION"])
        if scan:  # since iOS 17
            parts, mime = ["FallbackPDFs", identifier, scan, "FallbackPDF.pdf"], "application/pdf"
        elif picture:
            parts, mime = ["FallbackImages", identifier, picture, "FallbackImage.png"], "image/png"
        elif row["ZTYPEUTI"] in _DRAWINGS and identifier:
            parts, mime = ["FallbackImages", f"{identifier}.jpg"], "image/jpeg"
        else:
            return None
        if row["ZISPASSWORDPROTECTED"] == 1:
            parts[-1] += ".encrypted"
        path = "/".join(part for part in (self._root(account), *parts) if part)
        safe = ".." not in path.split("/") and "\\" not in path
        return Attachment(self._name(row) or parts[-1], self._home + path if safe else None, mime)

    def _root(self, account: Owner | None) -> str:
        return f"Accounts/{account.identifier}" if account and account.identifier else ""

    def _name(self, row: Row) -> str:
        names = ("ZUSERTITLE", "ZTITLE", "ZFALLBACKTITLE", "ZURLSTRING", "ZTYPEUTI")
        return next((row[name] for name in names if isinstance(row[name], str) and row[name]), "")

    def embedded(self, identifier: str | None, kind: str | None, doubts: Doubts) -> str:
        """What stands in a text in place of an embedded object."""
        row = self._by_identifier.get(identifier) if identifier else None
        if kind is not None and kind.startswith(_INLINE):
            return str(row["ZALTTEXT"]) if row is not None and row["ZALTTEXT"] else f"[{kind.removeprefix(_INLINE)}]"
        if row is None:
            return f"[{kind}, which is not there]" if kind else OBJECT
        if kind == _TABLE:
            return self._table(row, doubts)
        media = self._media.get(row["ZMEDIA"])
        name = _text(media["ZFILENAME"]) if media else None
        words = [part for part in (name or self._name(row), _text(row["ZURLSTRING"])) if part]
        return f"[{' '.join(dict.fromkeys(words))}]" if words else f"[{kind}]"

    def _table(self, row: Row, doubts: Doubts) -> str:
        data = _first(row, "ZMERGEABLEDATA1", "ZMERGEABLEDATA")
        if not isinstance(data, bytes):
            return "[table]"
        try:
            cells = read_table(data)
        except ValueError as error:
            doubts.add("table", f"{OBJECTS}:Z_PK={row['Z_PK']}: {error}")
            return "[table]"
        return "\n".join(" | ".join(" ".join(cell.split("\n")) for cell in line) for line in cells)

    def told(self, note: Any) -> tuple[tuple[str, Any], ...]:
        """What the attachments of a note hold beside their files: what the device recognised in them, tags, places."""
        found: list[tuple[str, Any]] = []
        for row in self._by_note.get(note, []):
            found += [(words, row[name]) for words, name in _RECOGNISED if isinstance(row[name], str) and row[name]]
            kind = _text(row["ZTYPEUTI1"]) or _text(row["ZTYPEUTI"]) or ""
            if kind.endswith(".hashtag"):
                found.append(("hashtag", stored(row["ZALTTEXT"])))
            elif kind in _DRAWINGS:
                found.append(("drawing", stored(row["ZIDENTIFIER"])))
            if row["ZMARKEDFORDELETION"] == 1:
                found.append(("attachment marked for deletion", self._name(row) or stored(row["ZIDENTIFIER"])))
            if (place := self._places.get(row["Z_PK"])) is not None:
                found.append(("place of an attachment", f"{stored(place['ZLATITUDE'])}, {stored(place['ZLONGITUDE'])}"))
        return tuple(found)

    def alone(self) -> Iterator[Found]:
        """The attachments whose note is not there."""
        doubts = Doubts()
        for note, rows in self._by_note.items():
            if note in self._notes:
                continue
            for row in rows:
                doubts.locator = f"{OBJECTS}:Z_PK={row['Z_PK']}"
                one = self._attachment(row, self.account(row, None), doubts)
                yield Present(1)
                yield Note(
                    locator=doubts.locator,
                    service="Notes",
                    deleted=row["ZMARKEDFORDELETION"] == 1,
                    flags=("attachment of no note",),
                    attachments=(one,) if one else (),
                    extra=named(row, ("ZNOTE", "ZTYPEUTI", "ZIDENTIFIER", "ZURLSTRING", "ZSUMMARY", "ZOCRSUMMARY")),
                    title=self._name(row) or None,
                )
                yield from doubts.drain()


def _first(row: Row, *names: str) -> Any:
    return next((row[name] for name in names if row[name] is not None), None)


def _text(value: Any) -> str | None:
    return str(value) if isinstance(value, str) and value else None


def _size(row: Row) -> int | None:
    size = row["ZFILESIZE"]
    return size if type(size) is int and size > 0 else None
