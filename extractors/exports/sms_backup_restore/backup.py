"""The backup files of "SMS Backup & Restore" (sms-….xml, calls-….xml): what each element records."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from evidence_store.records import Call, Message, Present, Problem
from extractors.base import EvidenceFile, Found, extractor
from extractors.database import Doubts
from extractors.exports.sms_backup_restore.messages import PictureMessage, call, text_message
from extractors.exports.sms_backup_restore.values import Row
from extractors.shortened import shortened
from parsers.xml_tags import Tag, tags, unescaped

_ROOT: Final = re.compile(rb"<(?:smses|calls|allsms|alllogs)(?:\s|/?>)")
_ROOTS: Final = ("smses", "calls", "allsms", "alllogs")
_ROWS: Final = ("sms", "mms", "call", "log")
_OTHER_NAMES: Final = {"name": "contact_name", "dur": "duration"}  # in the files of "Super Backup"
# An element of "Super Backup" whose text holds quotes, which it does not escape: the text ends where the last of the
# attributes begin that always follow it.
_QUOTES: Final = re.compile(
    rb'<sms\s(?P<before>[^<>]*?)\sbody="(?P<body>.*)"'
    rb' read="(?P<read>[^"]*)" service_center="(?P<service_center>[^"]*)" name="(?P<name>.*)"\s*/>\s*',
    re.DOTALL,
)
_PAIR: Final = re.compile(rb'([a-z_]+)="([^"]*)"')
_LONGEST: Final = 1 << 20


def looks_like(head: bytes) -> bool:
    """By the first element, behind whatever comments and instructions stand before it."""
    return _ROOT.search(head) is not None


@extractor(
    id="exports.sms_backup_restore",
    version=2,
    title="SMS Backup & Restore (XML)",
    files=("**/sms-*.xml", "**/calls-*.xml", "**/sms*.xml"),
    types=("text/xml",),
    claims=looks_like,
    emits=(Message, Call),
    privacy="communications",
    layouts="smses and calls, with and without pictures, read dates and names; allsms and alllogs of Super Backup",
    tested_on="12 published sample backups: 66 text messages, 20 picture messages, 1 call, two of them broken off; "
    "made-up backups",
    limits="A file that can be edited; the phone was not examined. Names are those of the phone's address book when "
    "the backup was made. The numbers of a conversation between several are recorded together, without their names. "
    "Encrypted backups are not read.",
)
def sms_backup_restore(file: EvidenceFile) -> Iterator[Found]:
    """Every `sms`, `mms` and `call`, in stored order; `count` of the backup is compared with what is there.

    `date` is milliseconds, also of picture messages; their `date_sent` is seconds. `duration` is seconds.

    "Super Backup" has text messages (`allsms`) and calls (`alllogs`) in other files of the same kind.

    References:
    - SyncTech, "Fields in XML backup files"
    - Android Open Source Project: android.provider.Telephony, android.provider.CallLog.Calls
    """
    if not looks_like(file.head):
        return
    reading = _Reading(file)
    with file.open() as stream:
        for tag in tags(stream):
            yield from reading.take(tag)
    yield from reading.finish()


class _Reading:
    """What is known while the file is read."""

    def __init__(self, file: EvidenceFile) -> None:
        self._file = file
        self._rows = 0
        self._cut = 0
        self._declared = ""
        self._root = ""
        self._closed = False
        self._doubts = Doubts()
        self._picture: PictureMessage | None = None

    def take(self, tag: Tag) -> Iterator[Found]:
        """One tag of the file."""
        name, begins = tag.name, tag.form != "end"
        if name in _ROOTS:
            self._begin_or_end(tag)
        elif name in _ROWS:
            yield from self._leave("" if not begins else "it has no end")
            if begins:
                yield from self._row(tag)
        elif begins and self._picture is not None and name in ("part", "addr"):
            self._picture.add(Row(tag, self._doubts), name, cut=tag.form == "cut")
            if tag.form == "cut":
                self._break(f"a {name} breaks off")

    def _begin_or_end(self, tag: Tag) -> None:
        if tag.form == "end":
            self._closed = True
        elif not self._root:
            self._root = tag.name
            self._declared = unescaped(tag.values.get("count", b""))
            self._closed = tag.form == "empty"

    def _row(self, tag: Tag) -> Iterator[Found]:
        self._rows += 1
        doubts = self._doubts
        doubts.locator = f"{tag.name} {self._rows}, byte {tag.at}"
        if self._root in ("allsms", "alllogs"):
            tag = self._of_super_backup(tag)
        if tag.form == "cut":
            self._break("it breaks off: what stands before that is given")
        row = Row(tag, doubts)
        if tag.name == "mms":
            self._picture = PictureMessage(row)
            if tag.form != "start":
                yield from self._leave("")
            return
        yield call(row) if tag.name in ("call", "log") else text_message(row)
        yield from doubts.drain()

    def _of_super_backup(self, tag: Tag) -> Tag:
        """The tag with the names of attributes that "SMS Backup & Restore" has, and whole where only quotes cut it."""
        if tag.form == "cut" and tag.name == "sms" and tag.size <= _LONGEST:
            with self._file.open() as stream:
                stream.seek(tag.at)
                match = _QUOTES.fullmatch(stream.read(tag.size))
            if match:
                before = {name.decode("ascii"): value for name, value in _PAIR.findall(match["before"])}
                rest = {name: match[name] for name in ("body", "read", "service_center", "name")}
                tag = tag._replace(values=before | rest, form="empty")
                self._doubts.add("quotes", "quotes in the text are not escaped: it is read to its last attribute")
        return tag._replace(values={_OTHER_NAMES.get(name, name): value for name, value in tag.values.items()})

    def _break(self, detail: str) -> None:
        self._cut += 1
        self._doubts.add("cut", detail)

    def _leave(self, wrong: str) -> Iterator[Found]:
        """The picture message whose parts have been read."""
        if self._picture is None:
            return
        if wrong:
            self._break(wrong)
        yield self._picture.message()
        yield from self._doubts.drain()
        self._picture = None

    def finish(self) -> Iterator[Found]:
        """What is to be said when all has been read."""
        yield from self._leave("it has no end")
        yield Present(self._rows)
        if not self._closed:
            yield Problem("file", "cut", f"the backup has no end; {self._rows} entries were read")
        elif self._cut:
            yield Problem("file", "damaged-xml", f"{self._cut} elements are not whole; {self._rows} entries were read")
        if self._declared != str(self._rows):
            short = self._declared.isdecimal() and int(self._declared) > self._rows
            said = f"declares {shortened(self._declared, 20)}" if self._declared else "declares no number of"
            yield Problem(
                "file" if short else "note", "declared-count", f"the backup {said} entries; {self._rows} are in it"
            )
