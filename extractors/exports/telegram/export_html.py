"""The HTML export of Telegram Desktop: the pages messages.html, messages2.html … of a chat."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from typing import Final

from evidence_store.records import Attachment, Message, Moment, Party, Present, Problem, Quoted, Reaction
from extractors.base import EvidenceFile, Found, extractor
from extractors.exports.json_values import Extra, place_beside
from extractors.exports.telegram.chats import SERVICE
from extractors.exports.telegram.export_json import looks_like as is_json_export
from parsers.telegram_html import Media, Page, PageMessage, messages
from parsers.times import from_local, to_us

_DATE: Final = re.compile(r"(\d\d)\.(\d\d)\.(\d{4}) (\d\d):(\d\d):(\d\d)(?: UTC([+-])(\d\d):(\d\d))?")
# A message through a bot has the bot behind the name of its sender.
_BOT: Final = re.compile(r"(?P<name>.*\S)\s+via @(?P<bot>\w+)")
# Older pages have the date of a forwarded message behind the name, as text only.
_OLDER_FORWARD: Final = re.compile(rf"(?P<name>.*?)\s*(?P<date>{_DATE.pattern})")
_VOTES: Final = re.compile(r" (\d+ votes?.*)$")
_PLACE: Final = re.compile(r"[?&]q=(-?\d{1,3}(?:\.\d+)?),(-?\d{1,3}(?:\.\d+)?)")
_LEFT_OUT: Final = re.compile(r"not included|exceeds maximum size", re.IGNORECASE)
_GONE: Final = re.compile(r"unavailable", re.IGNORECASE)
# Class of what hangs on a message -> the flag.
_FLAGS: Final = {
    "media_voice_message": "voice message",
    "media_video_message": "video message",
    "media_sticker": "sticker",
    "sticker_wrap": "sticker",
    "animated_wrap": "GIF",
    "media_animation": "GIF",
    "media_location": "location",
    "media_live_location": "live location",
    "media_venue": "location",
    "media_contact": "contact card",
    "media_call": "call",
    "media_poll": "poll",
}
# Since version 4 of the program one export may hold both forms: of one chat side by side, of an account at its top.
_AS_JSON: Final = ("result.json", "../../result.json")
_NAMED: Final = frozenset(("media_contact", "media_call", "media_venue", "media_game", "media_invoice"))
_NO_FILE: Final = frozenset(("media_location", "media_live_location", "media_poll")) | _NAMED - frozenset(
    ("media_contact",)
)


@extractor(
    id="telegram.export_html",
    version=3,
    title="Telegram Desktop export (HTML)",
    files=(
        *("**/messages.html", "**/messages?.html", "**/messages??.html", "**/messages???.html"),
        "**/messages????.html",
    ),
    beside=_AS_JSON,
    emits=(Message,),
    privacy="communications",
    layouts="pages of Telegram Desktop 1.3 to 5, with and without the offset of their times",
    tested_on="documented schema, no device data",
    limits="A file that can be edited; the account was not examined. Directions are not in it, nor the numbers of "
    "people: two people of one name cannot be told apart. A message that follows one of the same sender bears no name; "
    "the first of a page that does so has no sender here. The wording of entries is in the language of the program. "
    "Where the same export holds result.json too, its messages come out twice, which is said; that form says more.",
)
def export_html(file: EvidenceFile) -> Iterator[Found]:
    """Every message and every line of the application's own, in stored order. The conversation is the folder.

    References:
    - Telegram Desktop (public source): Telegram/SourceFiles/export/output/export_output_html.cpp
    """
    if b"page_wrap" not in file.head and b"tgme" not in file.head and b"chat_page" not in file.head:
        return  # other programs have pages of this name
    folder = file.path.rpartition("/")[0]
    page, rows = Page(), 0
    sender: Party | None = None
    author: str | None = None  # of what was forwarded
    try:
        with file.open() as stream:
            for one in messages(stream, page):
                rows += 1
                if not one.is_joined and not one.is_service:
                    name, _ = _name_and_bot(one.text("from"))
                    sender = Party(name, "name", name) if name else None
                if one.is_forwarded and one.is_joined and author and not one.text("forwarded from"):
                    one.texts["forwarded from"] = [author]  # as with senders, the next of the same bears no name
                author = _author(one.text("forwarded from")) if one.is_forwarded else None
                yield from _found(one, page, sender, folder, file)
    except ValueError as error:
        yield Problem("file", "damaged-page", f"{error}; {rows} messages were read")
    yield Present(rows)
    if not rows:
        yield Problem("schema", "unknown-layout", "a page of an export without a message that is known")
    elif name := next((name for name in _AS_JSON if is_an_export(file, name)), None):
        words = f"{name} is an export as JSON: where it is of the same chat, each message comes out of both"
        yield Problem("note", "twice", words)


def is_an_export(file: EvidenceFile, name: str) -> bool:
    try:
        stream = file.beside(name)
    except ValueError:
        return False
    if stream is None:
        return False
    with stream:
        return is_json_export(stream.read(4096))


def _found(one: PageMessage, page: Page, sender: Party | None, folder: str, file: EvidenceFile) -> Iterator[Found]:
    locator = f"message{one.id}" if one.id else f"line {one.line}"
    if one.is_service:
        yield _service(one, page, folder, locator)
    else:
        yield _message(one, page, sender, folder, locator, file)
        if not one.date:
            yield Problem("value", "time", "the message has no date", locator)
        if one.is_joined and sender is None:
            yield Problem("value", "sender", "the sender stands on the page before", locator)
        for media in one.media:
            if _is_outside(media, folder):
                yield Problem("value", "place", f"the file would lie outside of what was read: {media.href}", locator)
    if not one.is_whole:
        yield Problem("file", "cut-page", "the page breaks off in this message", locator)


def _service(one: PageMessage, page: Page, folder: str, locator: str) -> Message:
    return Message(
        locator=locator,
        service=SERVICE,
        flags=("system",),
        attachments=tuple(found for media in one.media for found in _files(media, folder)),
        conversation=folder or page.title,
        title=page.title,
        text=one.text("service"),
        key=one.id or None,
    )


def _message(
    one: PageMessage, page: Page, sender: Party | None, folder: str, locator: str, file: EvidenceFile
) -> Message:
    flags = [_FLAGS[kind] for media in one.media for kind in media.kinds if kind in _FLAGS]
    if one.is_forwarded:
        flags.append("forwarded")
    lat, lon = _place(one)
    return Message(
        locator=locator,
        service=SERVICE,
        moments=_moments(one.date, file),
        flags=tuple(dict.fromkeys(flags)),
        attachments=tuple(found for media in one.media for found in _files(media, folder)),
        extra=tuple(_extra(one)),
        conversation=folder or page.title,
        title=page.title,
        sender=sender,
        text=one.text("text") or one.text("question") or _words(one),
        key=one.id or None,
        quotes=Quoted(one.reply if one.reply != "?" else None, text=None) if one.reply else None,
        reactions=tuple(_reactions(one, file)),
        lat=lat,
        lon=lon,
    )


def _moments(stored: str, file: EvidenceFile) -> tuple[Moment, ...]:
    return (page_moment("sent", stored, file.zone, file.zone_by),) if stored else ()


@lru_cache(maxsize=4096)
def page_moment(meaning: str, stored: str, zone: str | None, zone_by: str) -> Moment:
    """A date with its offset, or the local time of the computer that exported, under the zone that is assumed."""
    found = _DATE.search(stored)
    if found is None:
        return Moment(meaning, None, stored, "C", note="not a date and time")
    try:
        day, month, year, hour, minute, second = (int(part) for part in found.groups()[:6])
        aware = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
        if found[7]:
            minutes = int(found[8]) * 60 + int(found[9])
            offset = timezone(timedelta(minutes=-minutes if found[7] == "-" else minutes))
            return Moment(meaning, to_us(aware.replace(tzinfo=offset)), stored, "B")
    except (ValueError, OverflowError):
        return Moment(meaning, None, stored, "C", note="not a date and time")
    utc_us, note = from_local(aware.replace(tzinfo=None), zone)
    return Moment(meaning, utc_us, stored, "C", f"{zone}, {zone_by}" if zone else "", note)


def _author(words: str | None) -> str | None:
    match = _OLDER_FORWARD.fullmatch(words or "")
    return match["name"] if match else words


def _extra(one: PageMessage) -> Iterator[Extra]:
    name, date = one.text("forwarded from"), one.forwarded_date
    if name and not date and (match := _OLDER_FORWARD.fullmatch(name)):
        name, date = match["name"], match["date"]
    name, bot = _name_and_bot(name)
    if name:
        yield "forwarded_from", name
    if date:
        yield "forwarded date", date
    for through in (bot, _name_and_bot(one.text("from"))[1]):
        if through:
            yield "via", f"@{through}"
    for part in ("via", "signature"):
        if words := one.text(part):
            yield part, words
    for words, address in one.links:
        if words != address and not address.startswith(("#", "javascript:")):
            yield "link", f"{words} -> {address}"
    for answer in one.texts.get("answer", ()):
        if answer.strip():
            yield "poll option", _VOTES.sub(r": \1", answer.strip().removeprefix("- "))
    for label in one.texts.get("button", ()):
        if label.strip():
            yield "button", label.strip()
    if total := one.text("total"):
        yield "poll total", total
    for media in one.media:
        if media.status:
            yield "status", media.status


def _name_and_bot(words: str | None) -> tuple[str | None, str | None]:
    match = _BOT.fullmatch(words or "")
    return (match["name"], match["bot"]) if match else (words, None)


def _words(one: PageMessage) -> str | None:
    """What a message without a text says: the name and number of a card, the length of a call, the name of a place."""
    named = [media for media in one.media if _NAMED & set(media.kinds)]
    found = [part for media in named for part in (media.title, media.description, media.status) if part]
    return ", ".join(found) or None


def _place(one: PageMessage) -> tuple[float | None, float | None]:
    for media in one.media:
        found = _PLACE.search(media.href or "")
        if found and abs(float(found[1])) <= 90 and abs(float(found[2])) <= 180:
            return float(found[1]), float(found[2])
    return None, None


def _files(media: Media, folder: str) -> Iterator[Attachment]:
    """The file that hangs on a message, at its place below the folder of the export, or why it is not there."""
    if _NO_FILE & set(media.kinds):
        return
    name = media.title or (media.href or "").rpartition("/")[2] or "without a name"
    if media.href and (path := place_beside(folder, media.href)):
        yield Attachment((media.href or "").rpartition("/")[2] or name, path)
        if media.thumbnail and (small := place_beside(folder, media.thumbnail)) and small != path:
            yield Attachment(media.thumbnail.rpartition("/")[2], small)
    elif _is_outside(media, folder):
        yield Attachment(name)
    elif _LEFT_OUT.search(media.description):
        yield Attachment(name, state="omitted")
    elif _GONE.search(media.description):
        yield Attachment(name, state="not downloaded")
    elif "media_contact" not in media.kinds and (media.title or media.description):
        yield Attachment(name, state="omitted")


def _is_outside(media: Media, folder: str) -> bool:
    """Whether it names a file above all that was read, as a page of a whole account does that is read by itself."""
    return bool(media.href) and "://" not in (media.href or "") and place_beside(folder, media.href or "") is None


def _reactions(one: PageMessage, file: EvidenceFile) -> Iterator[Reaction]:
    """Each by whom it names ("Ben Example, 01.03.2022 10:05:00"); one without names stands with its count."""
    for emoji, count, titles in one.reactions:
        if not titles:
            yield Reaction(f"{emoji} ({count})" if count not in ("", "1") else emoji)
        for title in titles:
            name, _, date = title.rpartition(", ")
            dated = bool(_DATE.search(date))
            who = name if dated else title
            moment = page_moment("reacted", date, file.zone, file.zone_by) if dated else None
            yield Reaction(emoji, Party(who, "name", who), moment)
