"""The words of a message in Apple's store: its text, what it said before, what an application put into it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final, NamedTuple
from urllib.parse import unquote

from evidence_store.records import Moment
from extractors.database import Doubts
from extractors.ios.core_data import Extra
from extractors.shortened import shortened
from parsers.attributed_text import read_attributed, read_text
from parsers.nskeyedarchiver import unarchive
from parsers.plist import read_plist
from parsers.sqlite_file import DamagedText, Row

_OBJECT: Final = "\ufffc"  # stands in the text where a file is shown
_MENTION, _TRANSCRIPT = "__kIMMentionConfirmedMention", "IMAudioTranscription"
_ATTRIBUTES: Final = ((_MENTION.encode(), _MENTION, "mention"), (_TRANSCRIPT.encode(), _TRANSCRIPT, "transcription"))
# Characters that are kept of one message beside its text: a stream or a list may name one long text very often.
_MOST_KEPT: Final = 4 << 20
# How the names of the keys stand in a binary property list: without one of them it tells no edit.
_EDITED, _RETRACTED = b"Rec", b"Rrp"
TAKEN_BACK: Final = "deleted by sender"
_LINK: Final = "com.apple.messages.URLBalloonProvider"
_WORDS_OF: Final = ("caption", "subcaption", "secondary-subcaption", "tertiary-subcaption", "image-title")
_APPS: Final = {
    "com.apple.DigitalTouchBalloonProvider": "digital touch",
    "com.apple.Handwriting.HandwritingProvider": "handwriting",
    "com.apple.PassbookUIService.PeerPaymentMessagesExtension": "payment",
    "com.apple.findmy.FindMyMessagesApp": "location",
    "com.apple.SafetyMonitorApp.SafetyMonitorMessages": "check in",
    "com.apple.messages.Polls": "poll",
}


class Words(NamedTuple):
    """Text, and what stands beside it."""

    text: str | None = None
    flags: tuple[str, ...] = ()
    extra: Extra = ()
    moments: tuple[Moment, ...] = ()


def text_of(row: Row, doubts: Doubts) -> tuple[str | None, Extra]:
    """The text of a row, from `text` or out of `attributedBody`; both where they say different things."""
    text, body = row["text"], row["attributedBody"]
    if type(text) is not str:
        text = doubts.text(text, "text")
    extra: Extra = ()
    if body is not None:
        if not isinstance(body, bytes):
            doubts.add("attributedBody", "attributedBody is no typed stream")
        elif body and not (text and _holds(body, text)):
            text, extra = _compared(text, body, isinstance(row["text"], DamagedText), doubts)
        if isinstance(body, bytes) and (_ATTRIBUTES[0][0] in body or _ATTRIBUTES[1][0] in body):
            extra += tuple(_bounded(_attributes(body, doubts), "attributedBody: mentions and transcriptions", doubts))
    if text and _OBJECT in text:
        text = text.replace(_OBJECT, "") or None
    return text, extra


def _holds(body: bytes, text: str) -> bool:
    """Whether the stream has just this text: its length, its bytes, and the end of an object."""
    stored = text.encode("utf-8", "surrogatepass")
    size = len(stored)
    length = bytes((size,)) if size < 0x80 else b"\x81" + size.to_bytes(2, "little") if size < 0x10000 else b"\x82"
    return b"+" + length + (stored if size < 0x10000 else size.to_bytes(4, "little") + stored) + b"\x86" in body


def _compared(text: str | None, body: bytes, damaged: bool, doubts: Doubts) -> tuple[str | None, Extra]:
    try:
        other = read_text(body)
    except ValueError as error:
        doubts.add("attributedBody", f"attributedBody: {error}")
        return text, ()
    if not text:
        return other, ()
    if other == text or damaged:
        return text, ()
    doubts.add("differs", "text and attributedBody hold different words")
    return text, (("text in attributedBody", other),)


def _attributes(body: bytes, doubts: Doubts) -> Iterator[tuple[str, str]]:
    """Who is mentioned, and what a voice message was transcribed to by the device."""
    try:
        runs = read_attributed(body).runs
    except ValueError as error:
        doubts.add("attributedBody", f"attributedBody: its mentions and transcriptions cannot be read: {error}")
        return
    for run in runs:
        for _, name, word in _ATTRIBUTES:
            value = run.attributes.get(name)
            if isinstance(value, str) and value:
                yield word, value


def _bounded(found: Iterator[tuple[str, str]], what: str, doubts: Doubts) -> Iterator[tuple[str, str]]:
    """What is found, up to _MOST_KEPT characters; that there is more is said, and the rest is not looked at."""
    left = _MOST_KEPT
    for word, value in found:
        yield word, shortened(value, left)
        left -= len(value)
        if left < 0:
            doubts.add("cut", f"{what} have more than {_MOST_KEPT:,} characters: those beyond are not kept")
            return


def edits(row: Row, doubts: Doubts) -> Words:
    """Earlier texts, and whether parts were taken back, out of `message_summary_info`. `text` is not set.

    `date_edited` is the last change of any part, and taking one back is a change too.
    """
    stored = row["message_summary_info"]
    if not isinstance(stored, bytes) or (_EDITED not in stored and _RETRACTED not in stored):
        return Words()
    try:
        found = read_plist(stored)
    except ValueError as error:
        doubts.add("message_summary_info", f"message_summary_info: {error}")
        return Words()
    if not isinstance(found, dict):
        return Words()
    retracted = found.get("rp")
    gone = {one for one in retracted if type(one) is int} if isinstance(retracted, list) else set()
    parts = found.get("ec")
    texts: list[bytes] = []
    moments: list[Moment] = []
    for name, events in parts.items() if isinstance(parts, dict) else ():
        if isinstance(events, list):
            still_there = not (name.isdecimal() and int(name) in gone)
            states = [one for one in events if isinstance(one, dict)]
            # The last state of a part is that of the message, unless the part was taken back.
            texts += [one["t"] for one in (states[:-1] if still_there else states) if isinstance(one.get("t"), bytes)]
            dates = [one["d"] for one in states[1:] if isinstance(one.get("d"), int | float)]
            dates = [date for date in dates if not _is_told(date, row["date_edited"])]
            moments += [doubts.moment("edited", date, "cocoa s", "message_summary_info") for date in dates]
    extra = tuple(_bounded(_earlier(texts, doubts), "message_summary_info: earlier texts", doubts))
    flags = (*(("edited",) if extra else ()), *((TAKEN_BACK,) if gone else ()))
    return Words(None, flags, extra, tuple(moments))


def _is_told(seconds: float, last: Any) -> bool:
    """Whether an edit is the one that `date_edited` tells, in nanoseconds: a fraction of a double is not so fine."""
    return type(last) is int and abs(seconds - last / 1e9) < 1


def _earlier(texts: list[bytes], doubts: Doubts) -> Iterator[tuple[str, str]]:
    """What a message said before."""
    for stored in texts:
        try:
            yield "earlier text", read_text(stored)
        except ValueError as error:
            doubts.add("message_summary_info", f"an earlier text: {error}")


def app_of(row: Row, doubts: Doubts) -> Words:
    """What an application put into a message: which one, and the words that it shows."""
    bundle = doubts.text(row["balloon_bundle_id"], "balloon_bundle_id")
    if not bundle and row["payload_data"] is None:
        return Words()
    app = bundle.rpartition(":")[2] if bundle else _LINK  # a link alone can have its preview without the name of one
    payload = _payload(row["payload_data"], app, doubts)
    if app == _LINK:
        return Words(None, (), tuple(_link(payload)))
    flag = _APPS.get(app, "app message")
    name = payload.get("an")
    extra: Extra = (("app", f"{name} ({app})" if isinstance(name, str) and name else app),)
    if flag == "poll":
        poll = _poll(payload)
        return Words(poll.text, (flag,), extra + poll.extra)
    shown = payload.get("userInfo")
    words = [shown.get(one) for one in _WORDS_OF] if isinstance(shown, dict) else []
    words = [one for one in words if isinstance(one, str) and one] or [payload.get("ldtext")]
    lines = [one for one in words if isinstance(one, str) and one]
    return Words("\n".join(lines) or None, (flag,), extra)


def _payload(stored: Any, app: str, doubts: Doubts) -> dict[str, Any]:
    """The archive that an application left in a message; of drawings, which are none, nothing."""
    if not isinstance(stored, bytes) or _APPS.get(app) in ("digital touch", "handwriting"):
        return {}
    try:
        found = unarchive(stored)
    except ValueError as error:
        doubts.add("payload_data", f"payload_data: {error}")
        return {}
    return found if isinstance(found, dict) else {}


def _link(payload: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """The preview of a web page: its address, title, words and site."""
    page = payload.get("richLinkMetadata")
    if not isinstance(page, dict):
        return
    address = _address(page.get("originalURL")) or _address(page.get("URL"))
    names = ("title", "link title"), ("summary", "link summary"), ("siteName", "link site")
    told = [("link", address), *((word, page.get(name)) for name, word in names)]
    for word, value in told:
        if isinstance(value, str) and value:
            yield word, value


def _address(found: Any) -> str | None:
    value = found.get("NS.relative") if isinstance(found, dict) else found
    return value if isinstance(value, str) else None


def _poll(payload: dict[str, Any]) -> Words:
    """The question and the options of a poll, which stand as JSON in a data address."""
    address = unquote(_address(payload.get("URL")) or "")
    start = address.find("{")
    try:
        found, _ = json.JSONDecoder().raw_decode(address, max(start, 0))
    except (ValueError, RecursionError):
        return Words()
    item = found.get("item") if isinstance(found, dict) else None
    if not isinstance(item, dict):
        return Words()
    title, options = item.get("title"), item.get("orderedPollOptions")
    texts = [one.get("text") for one in options if isinstance(one, dict)] if isinstance(options, list) else []
    extra = tuple(("poll option", one) for one in texts if isinstance(one, str) and one)
    return Words(title if isinstance(title, str) and title else None, (), extra)
