"""Files of Outlook: single items (.msg), and whole stores with their folders (.pst, .ost)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from evidence_store.records import CalendarEvent, Contact, Email, Note, Present, Problem, Record
from extractors.base import EvidenceFile, Found, extractor
from extractors.exports.mail.outlook_letters import email
from extractors.exports.mail.outlook_others import contact, event, note, task
from extractors.exports.mail.outlook_values import CLASS, Place
from extractors.exports.mail.values import LetterDoubts
from parsers.mapi import Item
from parsers.mbox import LARGEST
from parsers.msg_file import read_msg
from parsers.pst_file import read_pst
from parsers.tnef import MAGIC, read_tnef

_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_STORE: Final = b"!BDN"
# What Outlook keeps for itself in the same way: settings, rules, free and busy times.
_OWN: Final = ("ipm.microsoft.", "ipm.configuration.", "ipm.rule.", "ipm.extendedrule.", "ipc.", "ipm.files")
_LIMITS: Final = (
    "Items are as the program stored them, which whoever had the file could change. The bodies are read as plain text, "
    "else as pages, else as RTF. What attached letters in other formats hold is not read. "
)


class _Reading:
    def __init__(self, file: EvidenceFile) -> None:
        self.doubts = LetterDoubts(file)
        self.rows = 0
        self.own = 0

    def found(self, item: Item, place: Place) -> Iterator[Found]:
        """The item, what is doubtful about it, and the items in it."""
        kind = (item.properties.text(CLASS) or "").lower()
        if kind.startswith(_OWN) and not place.within:
            self.own += 1
            return
        doubts = self.doubts
        doubts.locator = place.locator
        self.rows += 1
        yield self._record(item, place, kind)
        for fault in item.faults:
            doubts.add("item", fault)
        yield from doubts.drain()
        for number, one in enumerate(item.attached, start=1):
            if one.item is not None:
                inner = Place(f"{place.locator} attachment {number}", place.folder, "", place.gone, within=True)
                yield from self.found(one.item, inner)

    def _record(self, item: Item, place: Place, kind: str) -> Record:
        if kind.startswith("ipm.contact"):
            return contact(self.doubts, item, place, people=False)
        if kind.startswith("ipm.distlist"):
            return contact(self.doubts, item, place, people=True)
        if kind.startswith("ipm.appointment"):
            return event(self.doubts, item, place)
        if kind.startswith("ipm.task") and not kind.startswith("ipm.taskrequest"):
            return task(self.doubts, item, place)
        if kind.startswith("ipm.stickynote"):
            return note(self.doubts, item, place, ())
        if kind.startswith("ipm.activity"):
            return note(self.doubts, item, place, ("journal",))
        return email(self.doubts, item, place)


@extractor(
    id="mail.msg",
    version=2,
    title="Outlook item (msg)",
    files=("**/*.msg",),
    types=("application/vnd.ms-outlook",),
    emits=(Email, Contact, CalendarEvent, Note),
    privacy="communications",
    layouts="letters, contacts, appointments, tasks, notes and posts of Outlook Express to Outlook 2016",
    tested_on="9 published items: 4 letters, a post, a contact, an appointment, a task, a note; made-up items",
    limits=_LIMITS,
)
def msg(file: EvidenceFile) -> Iterator[Found]:
    """The item, and the items attached to it. Times are 100 ns since 1601, UTC.

    References:
    - Microsoft, [MS-OXMSG], [MS-OXPROPS]; see also parsers.msg_file
    """
    if not file.head.startswith(_OLE):
        return
    reading = _Reading(file)
    try:
        with file.open() as stream:
            item = read_msg(stream)
    except ValueError as error:
        yield Problem("file", "damaged-message", str(error))
        return
    yield from _whole(reading, item)


def _whole(reading: _Reading, item: Item) -> Iterator[Found]:
    yield from reading.found(item, Place("item"))
    yield Present(reading.rows)
    if reading.own:
        yield Problem("note", "own-item", "an item that the program keeps for itself is not read")


@extractor(
    id="mail.tnef",
    version=2,
    title="Outlook item within a letter (winmail.dat)",
    files=("**/winmail*.dat", "**/*.tnef"),
    types=("application/vnd.ms-tnef",),
    emits=(Email, Contact, CalendarEvent, Note),
    privacy="communications",
    layouts="TNEF, with properties and with the attributes of older programs",
    tested_on="2 published sample items: a letter with 5 files, and one without; made-up items",
    limits=_LIMITS + "Within a letter of its own (eml, mbox) its files and words are told with that letter.",
)
def tnef(file: EvidenceFile) -> Iterator[Found]:
    """The item, and the items in it. Times are 100 ns since 1601, UTC.

    References:
    - Microsoft, [MS-OXTNEF], [MS-OXPROPS]; see also parsers.tnef
    """
    if not file.head.startswith(MAGIC):
        return
    with file.open() as stream:
        data = stream.read(LARGEST + 1)
    yield from _whole(_Reading(file), read_tnef(data[:LARGEST]))
    if len(data) > LARGEST:
        yield Problem("file", "too-large", f"more than {LARGEST} bytes: only these were read")


@extractor(
    id="mail.pst",
    version=2,
    title="Outlook store (pst, ost)",
    files=("**/*.pst", "**/*.ost"),
    types=("application/vnd.ms-outlook-pst",),
    emits=(Email, Contact, CalendarEvent, Note),
    privacy="communications",
    layouts="pst and ost with 32 and 64 bits, with the compressible encryption of Outlook",
    tested_on="2 published sample stores: 4 letters, an appointment, a contact and a list of three people",
    limits=_LIMITS + "Items that belong to no folder any more are told as such; what is only left in free space is not "
    "looked for. The direction is told for the folder of sent items, for drafts, and for what is marked as the "
    "account's own.",
)
def pst(file: EvidenceFile) -> Iterator[Found]:
    """Every item of every folder, in stored order, then those without a folder. Times are 100 ns since 1601, UTC.

    References:
    - Microsoft, [MS-PST], [MS-OXPROPS]; see also parsers.pst_file
    """
    if not file.head.startswith(_STORE):
        return
    reading = _Reading(file)
    failed = 0
    faults: list[str] = []
    try:
        with file.open() as stream:
            for one in read_pst(stream, faults):
                if one.fault:
                    failed += 1
                    yield Problem("row", "damaged-item", one.fault, f"item {failed} that cannot be read")
                    continue
                folder = one.folder
                path, role = (folder.path, folder.role) if folder else ("", "")
                yield from reading.found(one.item, Place(f"node {one.item.place}", path, role, folder is None))
    except ValueError as error:
        yield Problem("file", "damaged-store", str(error))
        return
    yield Present(reading.rows + failed)
    for fault in faults:
        yield Problem("value", "store", fault)
    if reading.own:
        yield Problem(
            "note", "own-items", f"{reading.own} items that the program keeps for itself (settings, rules) are not read"
        )
