"""One message of a Telegram export: what it says, what hangs on it, and what the application did itself."""

from __future__ import annotations

from typing import Any, Final

from evidence_store.records import Attachment, Call, Message, Moment, Party, Quoted, Reaction, Record
from extractors.exports.json_values import Extra, Row, Values, place_below, rest, shown
from extractors.exports.telegram.chats import SERVICE, Chat, is_set, sender_id, someone

_READ: Final = frozenset(
    {"id", "type", "date", "date_unixtime", "edited", "edited_unixtime", "text", "text_entities", "reactions"}
    | {"reply_to_message_id", "photo", "photo_file_size", "file", "file_name", "file_size", "thumbnail"}
    | {"thumbnail_file_size", "mime_type", "contact_information", "contact_vcard", "contact_vcard_file_size"}
    | {"location_information", "poll", "information_text"}
)
_FROM: Final = _READ | {"from", "from_id"}
_ACTOR: Final = _READ | {"actor", "actor_id"}
_FILES: Final = (("photo", "photo_file_size"), ("file", "file_size"), ("contact_vcard", "contact_vcard_file_size"))
_MEDIA_FLAGS: Final = {
    "voice_message": "voice message",
    "video_message": "video message",
    "sticker": "sticker",
    "animation": "GIF",
}
# What stands in place of a path; a name may stand before it.
_LEFT_OUT: Final = {
    "(File not included.": "omitted",
    "(Photo not included.": "omitted",
    "(File exceeds maximum size.": "omitted",
    "(Photo exceeds maximum size.": "omitted",
    "(File unavailable,": "not downloaded",
    "(Photo unavailable,": "not downloaded",
}
_OUTCOMES: Final = {"missed": "missed", "busy": "rejected"}


def record(values: Values, row: Row, chat: Chat, folder: str) -> Record:
    """A message, or a call; `folder` is that of the export."""
    if row.get("type") == "service" or "action" in row:
        return _call(values, row, chat) if row.get("action") == "phone_call" else _service(values, row, chat, folder)
    sender = someone(values, row, "from")
    direction = chat.direction(sender_id(row.get("from_id")))
    text, links = _text(values, row.get("text"))
    poll = _poll(values, row)
    lat, lon = _place(values, row)
    return Message(
        locator=values.locator,
        service=SERVICE,
        moments=_moments(values, row),
        flags=_flags(row),
        attachments=attachments(values, row, folder),
        extra=(*rest(row, _FROM), *links, *poll, *_counts(values, row)),
        conversation=chat.key,
        title=chat.title,
        direction=direction,
        sender=sender,
        recipients=_recipients(chat, direction),
        text=text or _other_words(values, row),
        key=_key(row, "id"),
        quotes=Quoted(_key(row, "reply_to_message_id")) if row.get("reply_to_message_id") is not None else None,
        reactions=_reactions(values, row),
        lat=lat,
        lon=lon,
    )


def _service(values: Values, row: Row, chat: Chat, folder: str) -> Message:
    name = "from" if "actor" not in row and "from" in row else "actor"
    number = sender_id(row.get(f"{name}_id"))
    return Message(
        locator=values.locator,
        service=SERVICE,
        moments=_moments(values, row),
        flags=("system", "edited") if is_set(row, "edited") else ("system",),
        attachments=attachments(values, row, folder),
        extra=(*rest(row, _FROM if name == "from" else _ACTOR), *_counts(values, row)),
        conversation=chat.key,
        title=chat.title,
        direction=chat.direction(number),
        sender=someone(values, row, name),
        text=_text(values, row.get("text"))[0] or values.words(row, "information_text") or _action(values, row),
        key=_key(row, "id"),
        reactions=_reactions(values, row),
    )


def _call(values: Values, row: Row, chat: Chat) -> Call:
    direction = chat.direction(sender_id(row.get("actor_id")))
    duration = values.whole(row, "duration_seconds")
    reason = values.words(row, "discard_reason")
    return Call(
        locator=values.locator,
        service=SERVICE,
        moments=tuple(
            Moment("started", one.utc_us, one.raw, one.clock, one.zone, one.note) for one in _moments(values, row)[:1]
        ),
        extra=(("id", _key(row, "id")), *rest(row, _ACTOR | {"action", "duration_seconds"})),
        conversation=chat.key,
        direction=direction,
        sender=someone(values, row, "actor"),
        recipients=_recipients(chat, direction),
        outcome="answered" if duration else _OUTCOMES.get(reason or "", reason),
        duration_s=duration,
        text=_text(values, row.get("text"))[0],
    )


def _recipients(chat: Chat, direction: str | None) -> tuple[Party, ...]:
    return (chat.other,) if direction == "out" and chat.other is not None else ()


def _key(row: Row, name: str) -> str | None:
    value = row.get(name)
    return None if value is None else shown(value)


def _moments(values: Values, row: Row) -> tuple[Moment, ...]:
    """When it was sent and last edited: the count of seconds where there is one, else the local time."""
    found = []
    for meaning, name in (("sent", "date"), ("edited", "edited")):
        if row.get(f"{name}_unixtime") is not None:
            found.append(values.epoch(meaning, row, f"{name}_unixtime", "s"))
        elif is_set(row, name):
            found.append(values.written(meaning, row, name))
    return tuple(found)


def _text(values: Values, value: Any) -> tuple[str | None, tuple[Extra, ...]]:
    """The words of a text that is one string or a list of parts, and the addresses that hide behind words."""
    if type(value) is str:
        return value or None, ()
    parts, links = [], []
    for part in value if isinstance(value, list) else () if value is None else (value,):
        words = part.get("text") if isinstance(part, dict) else part
        if not isinstance(words, str):
            values.add("text", f"a part of the text is not text: {shown(part)}")
            continue
        parts.append(words)
        if isinstance(part, dict) and isinstance(part.get("href"), str):
            links.append(("link", f"{words} -> {part['href']}"))
    return "".join(parts) or None, tuple(links)


def _flags(row: Row) -> tuple[str, ...]:
    flags = []
    if row.get("type") != "message":
        flags.append(f"type {shown(row.get('type'))}")
    if media := row.get("media_type"):
        flags.append(_MEDIA_FLAGS.get(media, "") if isinstance(media, str) else f"type {shown(media)}")
    if is_set(row, "edited"):
        flags.append("edited")
    if "forwarded_from" in row:
        flags.append("forwarded")
    if "location_information" in row:
        flags.append("live location" if row.get("live_location_period_seconds") else "location")
    if "contact_information" in row:
        flags.append("contact card")
    if "poll" in row:
        flags.append("poll")
    if "todo_list" in row:
        flags.append("checklist")
    if row.get("self_destruct_period_seconds"):
        flags.append("disappearing")
    return tuple(flag for flag in flags if flag)


def attachments(values: Values, row: Row, folder: str) -> tuple[Attachment, ...]:
    """The files of a message, at their place below the folder of the export."""
    found = []
    for name, size in (
        ("photo", "photo_file_size"),
        ("file", "file_size"),
        ("contact_vcard", "contact_vcard_file_size"),
    ):
        if recorded := values.words(row, name):
            mime = values.words(row, "mime_type") if name == "file" else None
            title = values.words(row, "file_name") if name == "file" else None
            found.append(_attachment(recorded, title or "", name, mime, values.whole(row, size), folder))
    thumbnail = values.words(row, "thumbnail")
    if thumbnail and _left_out(thumbnail)[1] == "":
        found.append(_attachment(thumbnail, "", "thumbnail", None, values.whole(row, "thumbnail_file_size"), folder))
    return tuple(found)


def _left_out(recorded: str) -> tuple[str, str]:
    """(what stands before, state) of a note in place of a path; the path and "" of a path."""
    for note, state in _LEFT_OUT.items():
        before, found, _ = recorded.partition(note)
        if found:
            return before.strip(), state
    return recorded, ""


def _attachment(recorded: str, title: str, sort: str, mime: str | None, size: int | None, folder: str) -> Attachment:
    path, state = _left_out(recorded)
    name = title or path.replace("\\", "/").rpartition("/")[2] or sort
    return Attachment(name, None if state else place_below(folder, path), mime, size, state=state)


def _other_words(values: Values, row: Row) -> str | None:
    """What a message without a text says: the question of a poll, a list of tasks, a shared contact, the name of a
    place, a game or what is to be paid."""
    if "poll" in row:
        return _text(values, values.part(row, "poll").get("question"))[0]
    if "todo_list" in row:
        listed = values.part(row, "todo_list")
        found = (_text(values, listed.get("title"))[0], *_tasks(values, listed, "answers"))
        return "\n".join(part for part in found if part) or None
    if "contact_information" in row:
        card = values.part(row, "contact_information")
        name = " ".join(part for one in ("first_name", "last_name") if (part := values.words(card, one)))
        return ", ".join(part for part in (name, values.words(card, "phone_number")) if part) or None
    invoice = values.part(row, "invoice_information")
    parts = [values.words(row, one) for one in ("place_name", "address", "game_title", "game_description")]
    parts += [values.words(invoice, one) for one in ("title", "description")]
    return ", ".join(part for part in parts if part) or None


def _tasks(values: Values, row: Row, name: str) -> list[str]:
    return [words for one in values.rows(row, name) if (words := _text(values, one.get("text"))[0])]


def _poll(values: Values, row: Row) -> tuple[Extra, ...]:
    if "poll" not in row:
        return ()
    poll = values.part(row, "poll")
    found: list[Extra] = []
    for answer in values.rows(poll, "answers"):
        chosen = ", chosen by this account" if answer.get("chosen") is True else ""
        words = _text(values, answer.get("text"))[0] or ""
        found.append(("poll option", f"{words}: {values.whole(answer, 'voters') or 0} votes{chosen}"))
    return (*found, *((f"poll {key}", value) for key, value in rest(poll, frozenset({"question", "answers"}))))


def _place(values: Values, row: Row) -> tuple[float | None, float | None]:
    if row.get("location_information") is None:
        return None, None
    point = values.part(row, "location_information")
    return values.degrees(point, "latitude", 90.0), values.degrees(point, "longitude", 180.0)


def _reactions(values: Values, row: Row) -> tuple[Reaction, ...]:
    """Each that is named with who set it; one without a name where the export only counts."""
    if "reactions" not in row:
        return ()
    found = []
    for one in values.rows(row, "reactions"):
        recent = values.rows(one, "recent")
        found += [Reaction(_emoji(one), someone(values, by, "from"), _reacted(values, by)) for by in recent]
        if not recent:
            found.append(Reaction(_emoji(one)))
    return tuple(found)


def _reacted(values: Values, by: Row) -> Moment | None:
    return values.written("reacted", by, "date") if by.get("date") is not None else None


def _emoji(one: Row) -> str:
    return shown(one.get("emoji") or one.get("document_id") or one.get("type") or "")


def _counts(values: Values, row: Row) -> tuple[Extra, ...]:
    """How many set a reaction, where the export names fewer."""
    if "reactions" not in row:
        return ()
    counted = [
        (one, values.whole(one, "count"), len(values.rows(one, "recent"))) for one in values.rows(row, "reactions")
    ]
    return tuple(
        ("reactions", f"{_emoji(one)}: {count}") for one, count, named in counted if (count or 0) > max(named, 1)
    )


def _action(values: Values, row: Row) -> str:
    """An English description of what the application recorded, from its own word for it."""
    action = (values.words(row, "action") or shown(row.get("type"))).replace("_", " ")
    members = row.get("members")
    names = [shown(one) if one is not None else "no name" for one in members] if isinstance(members, list) else []
    title = values.words(row, "title") or values.words(row, "new_title")
    said = (_text(values, row.get("gift_text"))[0], values.words(row, "comment"), *_tasks(values, row, "items"))
    details = [part for part in (title, ", ".join(names), *said) if part]
    return f"[{action}: {'; '.join(details)}]" if details else f"[{action}]"
