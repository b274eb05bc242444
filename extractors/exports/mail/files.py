"""Letters in files of their own (.eml, .emlx) and in mailboxes (mbox)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, BinaryIO, Final

from evidence_store.records import Document, Email, Moment, Present, Problem
from extractors.base import EvidenceFile, Found, extractor
from extractors.exports.mail.letters import Letters
from extractors.exports.mail.states import apple_state, stored_state
from extractors.exports.mail.values import Extra
from parsers.mbox import LARGEST, Letter, letters, looks_like
from parsers.plist import read_plist

_LIMITS: Final = (
    "Dates and senders are as the letter names them: its header can be written by anybody, and only its way through "
    'the machines named under "received" can be followed up. The direction is told only where the store has it. '
)
_FIELD: Final = re.compile(rb"\A(?:\xef\xbb\xbf)?\s*[!-9;-~]{1,80}[ \t]*:")
_COUNT: Final = re.compile(rb"\s*(\d{1,10})[ \t]*\r?\n")
_LAYOUT: Final = "RFC 5322 and MIME, with attachments, letters in letters, pages that a browser saved (.mht)"


@extractor(
    id="mail.eml",
    version=2,
    title="E-mail message (eml)",
    files=("**/*.eml", "**/*.mht", "**/*.mhtml"),
    types=("message/rfc822",),
    emits=(Email, Document),
    privacy="communications",
    layouts=_LAYOUT,
    tested_on="21 published sample letters and a page that a browser saved; made-up letters",
    limits=_LIMITS + "Signatures are not checked; what is encrypted stays so.",
)
def eml(file: EvidenceFile) -> Iterator[Found]:
    """The letter, and those attached to it.

    References:
    - RFC 5322, RFC 2045 to 2047; see also parsers.mime_message
    """
    if looks_like(file.head) or (not _FIELD.match(file.head) and file.mime != "message/rfc822"):
        return  # a mailbox, or none of it
    found = Letters(file)
    data, cut = _whole(file)
    yield from found.found(data.lstrip(b"\r\n"), f"letter 1, byte 0+{file.size}")
    yield from _finish(found, cut)


@extractor(
    id="mail.mbox",
    version=2,
    title="Mailbox (mbox)",
    files=("**/*.mbox", "**/*.mbx", "**/*.mbox/mbox"),
    types=("application/mbox",),
    emits=(Email, Document),
    privacy="communications",
    layouts=f"mboxo, mboxrd, of Thunderbird, Gmail (Takeout) and Apple Mail; {_LAYOUT}",
    tested_on="8 published sample mailboxes: 11 letters; made-up mailboxes",
    limits=_LIMITS + 'A line "From …" with a date within a letter begins a new one, where it is not quoted. Of a '
    "letter of more than 128 MiB only the beginning is read.",
)
def mbox(file: EvidenceFile) -> Iterator[Found]:
    """Every letter in stored order, also those that Thunderbird marks as deleted, until it compacts the folder.

    References:
    - RFC 4155; see also parsers.mbox, extractors.exports.mail.states
    """
    old = b"\r" in file.head and b"\n" not in file.head  # the line ends of old Macintosh programs
    if not looks_like(file.head.replace(b"\r", b"\n") if old else file.head):
        return
    found = Letters(file)
    with file.open() as stream:
        for number, letter in enumerate(letters(_Turned(stream) if old else stream), start=1):
            yield from _one(found, letter, number)
    yield from _finish(found, "")


class _Turned:
    """A stream whose lines end in "\\r", as one whose lines end in "\\n": every byte stays in its place."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def read(self, size: int) -> bytes:
        return self._stream.read(size).replace(b"\r", b"\n")


def _one(found: Letters, letter: Letter, number: int) -> Iterator[Found]:
    """A letter of a mailbox. Where it has no date of its own, that of its first line stands for when it came."""
    found.doubts.locator = locator = f"letter {number}, byte {letter.at}+{letter.size}"
    envelope = letter.envelope.decode("utf-8", "replace").strip()
    sender, _, stamp = envelope.partition(" ")
    moments: tuple[Moment, ...] = (found.doubts.date("received", stamp.strip()),) if ":" in stamp else ()
    extra: tuple[Extra, ...] = (("envelope", sender),) if sender not in ("", "-") else ()
    if letter.cut:
        found.doubts.add("cut", f"the letter has {letter.size:,} bytes, of which {LARGEST:,} were read")
    yield from found.found(letter.data, locator, lambda whole: stored_state(whole, moments, extra))


@extractor(
    id="mail.emlx",
    version=2,
    title="Apple Mail message (emlx)",
    files=("**/*.emlx",),
    emits=(Email, Document),
    privacy="communications",
    layouts="emlx and partial.emlx: a count of bytes, the letter, a property list",
    tested_on="documented schema, no device data",
    limits=_LIMITS + "Attachments that Mail keeps beside a partial letter are not read.",
)
def emlx(file: EvidenceFile) -> Iterator[Found]:
    """The letter with what Mail notes of it: flags, when it came (seconds since 1970), where it was.

    References:
    - Public descriptions of the format (the bits of "flags" in the property list)
    """
    data, cut = _whole(file)
    match = _COUNT.match(data)
    if match is None:
        if file.mime != "message/rfc822":  # a letter as it is, which mail.eml reads
            yield Problem("schema", "unknown-layout", "no count of bytes stands before the letter")
        return
    start, size = match.end(), int(match[1])
    found = Letters(file)
    found.doubts.locator = locator = f"letter 1, byte {start}+{size}"
    about = _about(found, data[start + size :])
    if len(data) < start + size:
        found.doubts.add("cut", f"{size} bytes are declared, {max(len(data) - start, 0)} are there")
    came = about.get("date-received")
    moments = (found.doubts.moment("received", came, "s", "date-received"),) if came is not None else ()
    extra = tuple(
        (name, str(about[name])) for name in ("original-mailbox", "remote-id") if isinstance(about.get(name), str | int)
    )
    kept = apple_state(about.get("flags"), moments, extra)
    yield from found.found(data[start : start + size], locator, lambda _: kept)
    yield from _finish(found, cut)


def _about(found: Letters, data: bytes) -> dict[str, Any]:
    """The property list behind the letter."""
    if not data.strip():
        return {}
    try:
        about = read_plist(data.strip())
    except ValueError as error:
        found.doubts.add("plist", f"what Mail notes of the letter cannot be read: {error}")
        return {}
    return about if isinstance(about, dict) else {}


def _whole(file: EvidenceFile) -> tuple[bytes, str]:
    """(the file as far as it is read, what is wrong)."""
    with file.open() as stream:
        data = stream.read(LARGEST + 1)
    return data[:LARGEST], f"more than {LARGEST} bytes: only these were read" if len(data) > LARGEST else ""


def _finish(found: Letters, cut: str) -> Iterator[Found]:
    yield Present(found.rows)
    if cut:
        yield Problem("file", "too-large", cut)
