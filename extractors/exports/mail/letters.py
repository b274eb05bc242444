"""A letter as it goes over the wire, as a record, and the letters that are attached to it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from typing import Final

from evidence_store.records import Attachment, Document, Email, Moment, Party
from extractors.base import EvidenceFile, Found
from extractors.exports.mail.outlook_values import body as wrapped_body
from extractors.exports.mail.outlook_values import files as wrapped_files
from extractors.exports.mail.states import Kept, stored_state
from extractors.exports.mail.values import NO_DATE, SERVICE, Body, Extra, LetterDoubts, parties
from extractors.shortened import shortened
from parsers.mail_header import as_text, words
from parsers.mime_message import Part, read_message
from parsers.tnef import MAGIC, read_tnef

_DEEPEST: Final = 10  # letters attached to letters
_MOST_RECEIVED: Final = 40
_LONGEST_FIELD: Final = 2000
_KEPT: Final = (
    *("reply-to", "sender", "resent-from", "resent-to", "in-reply-to", "references", "return-path", "delivered-to"),
    *("x-original-to", "envelope-to", "x-originating-ip", "x-sender-ip", "x-client-ip", "x-mailer", "user-agent"),
    *("list-id", "organization", "newsgroups", "x-gm-thrid", "x-gmail-labels", "x-folder", "importance", "priority"),
    *("x-priority", "auto-submitted", "thread-topic", "thread-index", "authentication-results", "received-spf"),
)
_IN_WORDS: Final = frozenset({"reply-to", "sender", "organization", "x-gmail-labels", "x-folder", "thread-topic"})
_ONCE: Final = ("from", "date", "subject", "message-id")  # fields of which a letter has one
_WRAPPED: Final = ("application/ms-tnef", "application/vnd.ms-tnef")
_SAVED_PAGE: Final = "<Saved by "  # what browsers write as the sender of a page that is kept as a letter


class Letters:
    """Makes records of letters; `rows` is how many came out."""

    def __init__(self, file: EvidenceFile) -> None:
        self.doubts = LetterDoubts(file)
        self.rows = 0

    def found(
        self, data: bytes, locator: str, state: Callable[[Part], Kept] = stored_state, depth: int = 0
    ) -> Iterator[Found]:
        """The letter, what is doubtful about it, and the letters attached to it, to ten in one another.

        `state` tells what the store of the letter says of it.
        """
        doubts = self.doubts
        doubts.locator = locator
        whole = read_message(data)
        kept = state(whole)
        self.rows += 1
        body = Body(whole)
        files = tuple(_attachment(part) for part in body.files) + self._unwrapped(body)
        yield self._page(whole, body, files) if _is_page(whole) else self._letter(whole, body, files, kept)
        for name in _ONCE:
            values = dict.fromkeys(one.value for one in whole.header if one.name == name)
            if len(values) > 1:
                others = shortened("; ".join(as_text(one) for one in list(values)[1:]), _LONGEST_FIELD)
                doubts.add("header", f"it has more than one {name}, of which the first is shown: {others}")
        inner = [part for part in body.files if part.mime in ("message/rfc822", "message/global")]
        if inner and depth >= _DEEPEST:
            doubts.add("too-deep", f"letters in {_DEEPEST} others are not read: {len(inner)}")
        for part in _all(whole):
            for fault in dict.fromkeys(part.faults):
                doubts.add("mime", f"part {part.number}: {fault}" if part.number else fault)
        yield from doubts.drain()
        for part in inner:
            if depth < _DEEPEST:
                yield from self.found(part.content(), f"{locator} part {part.number}", _attached, depth + 1)

    def _letter(self, whole: Part, body: Body, files: tuple[Attachment, ...], kept: Kept) -> Email:
        encrypted = any(_is_encrypted(part) for part in _all(whole))
        sender = parties(whole.text_of("from"))
        return Email(
            locator=self.doubts.locator,
            service=SERVICE,
            moments=_with(self._moments(whole), kept.moments),
            deleted=kept.deleted,
            flags=(*kept.flags, "encrypted") if encrypted else kept.flags,
            attachments=files,
            extra=header_extra(whole) + _more_senders(sender) + kept.extra,
            conversation=whole.text_of("x-gm-thrid"),
            direction=kept.direction,
            sender=sender[0] if sender else None,
            recipients=_listed(whole, "to"),
            cc=_listed(whole, "cc"),
            bcc=_listed(whole, "bcc"),
            subject=_in_words(whole, "subject"),
            text=self.doubts.cut(body.text) if body.text is not None else None,
            key=_key(whole),
        )

    def _unwrapped(self, body: Body) -> tuple[Attachment, ...]:
        """The files in what Outlook wraps up (winmail.dat), and its words where the letter has no others."""
        found: list[Attachment] = []
        for part in body.files:
            content = part.content() if part.mime in _WRAPPED or part.file_name == "winmail.dat" else b""
            if not content.startswith(MAGIC):
                continue
            item = read_tnef(content)
            part.faults += item.faults
            found += wrapped_files(item)
            if body.text is None and (words := wrapped_body(self.doubts, item)):
                body.texts.append(words)
        return tuple(found)

    def _page(self, whole: Part, body: Body, files: tuple[Attachment, ...]) -> Document:
        """A page that a browser kept in the form of a letter."""
        address = whole.text_of("snapshot-content-location") or whole.text_of("content-location")
        if address is None and whole.children:
            address = whole.children[0].text_of("content-location")
        return Document(
            locator=self.doubts.locator,
            moments=self._moments(whole, "saved"),
            flags=("saved web page",),
            attachments=files,
            extra=(("from", whole.text_of("from")), *((("url", address),) if address else ())),
            mime="multipart/related",
            title=_in_words(whole, "subject"),
            text=self.doubts.cut(body.text) if body.text is not None else None,
        )

    def _moments(self, whole: Part, meaning: str = "sent") -> tuple[Moment, ...]:
        """When its writer's machine says it was sent; when the last of the machines on its way says it came there."""
        found = []
        sent = whole.text_of("date") or whole.text_of("sent") or whole.text_of("resent-date")
        if sent:
            found.append(self.doubts.date(meaning, sent))
        received = whole.text_of("received") or ""
        stamp = received.rpartition(";")[2].strip()
        if ";" in received and stamp:
            found.append(self.doubts.date("received", stamp))
        return tuple(found)


def _attached(_: Part) -> Kept:
    return Kept(("attached",))


def _with(moments: tuple[Moment, ...], others: tuple[Moment, ...]) -> tuple[Moment, ...]:
    """The letter's own dates; the store's for what it does not say."""
    there = {one.meaning for one in moments if one.note != NO_DATE}
    return moments + tuple(one for one in others if one.meaning not in there)


def _all(part: Part) -> Iterator[Part]:
    yield part
    for child in part.children:
        yield from _all(child)


def _in_words(whole: Part, name: str) -> str | None:
    value = whole.text_of(name)
    return words(value) if value is not None else None


def _listed(whole: Part, name: str) -> tuple[Party, ...]:
    """Who stands in all fields of that name."""
    found = [parties(as_text(one.value)) for one in whole.header if one.name == name]
    return tuple(one for listed in found for one in listed)


def _key(whole: Part) -> str | None:
    """The letter's own id, which answers name."""
    value = (whole.text_of("message-id") or "").strip()
    return value.removeprefix("<").removesuffix(">")[:_LONGEST_FIELD] or None


def header_extra(whole: Part) -> tuple[Extra, ...]:
    """What else the header says: answers, programs, and the machines on the way, the last first."""
    found: list[Extra] = []
    for name in _KEPT:
        value = whole.text_of(name)
        if value and name != "x-gm-thrid":
            text = words(value) if name in _IN_WORDS else value
            found.append((name, shortened(" ".join(text.split()), _LONGEST_FIELD)))
    machines = [" ".join(as_text(one.value).split()) for one in whole.header if one.name == "received"]
    found += [("received", shortened(one, _LONGEST_FIELD)) for one in machines[:_MOST_RECEIVED]]
    if len(machines) > _MOST_RECEIVED:
        found.append(("received, not shown", len(machines) - _MOST_RECEIVED))
    return tuple(found)


def _more_senders(senders: tuple[Party, ...]) -> tuple[Extra, ...]:
    return tuple(("from", one.identifier) for one in senders[1:])


def _attachment(part: Part) -> Attachment:
    content = part.content()
    name = part.file_name or f"part {part.number}".strip()
    return Attachment(name, None, part.mime, len(content), hashlib.sha256(content).hexdigest(), "embedded")


def _is_encrypted(part: Part) -> bool:
    if part.mime in ("application/pkcs7-mime", "application/x-pkcs7-mime"):
        return part.parameters.get("smime-type", "enveloped-data") == "enveloped-data"
    return part.mime == "multipart/encrypted"


def _is_page(whole: Part) -> bool:
    return (whole.text_of("from") or "").startswith(_SAVED_PAGE)
