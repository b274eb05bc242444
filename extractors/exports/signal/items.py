"""One message of the frames of a Signal backup: what it says, what hangs on it, and what the application did itself."""

from __future__ import annotations

import re
from typing import Any, Final, Literal

from evidence_store.records import Attachment, Call, Message, Moment, Quoted, Reaction, Record
from extractors.exports.json_values import Extra, Row, Values, rest, shown
from extractors.exports.signal.people import SERVICE, People

Direction = Literal["in", "out"] | None
_ITEMS: Final = (
    *("standardMessage", "contactMessage", "stickerMessage", "remoteDeletedMessage", "updateMessage"),
    *("paymentNotification", "giftBadge", "viewOnceMessage", "directStoryReplyMessage", "poll", "adminDeletedMessage"),
)
_SORTS: Final = {
    "contactMessage": "contact card",
    "stickerMessage": "sticker",
    "viewOnceMessage": "view once",
    "directStoryReplyMessage": "reply to a story",
    "poll": "poll",
    "remoteDeletedMessage": "deleted by sender",
    "adminDeletedMessage": "deleted by an admin",
}
_GONE: Final = ("remoteDeletedMessage", "adminDeletedMessage")
_MEDIA_FLAGS: Final = {"VOICE_MESSAGE": "voice message", "GIF": "GIF"}
_STATUS: Final = ("pending", "sent", "delivered", "read", "viewed", "skipped", "failed")
_OUTCOMES: Final = {
    "ACCEPTED": "answered",
    "NOT_ACCEPTED": "not answered",
    "MISSED": "missed",
    "MISSED_NOTIFICATION_PROFILE": "missed",
    "DECLINED": "rejected",
    "JOINED": "answered",
    "RINGING": "ringing",
    "OUTGOING_RING": "rang out",
}


def item(values: Values, row: Row, people: People, prefix: str) -> Record:
    """A message, or a call. `prefix` makes the number of a chat a key: numbers are of one file only."""
    update = values.part(row, "updateMessage")
    for name in ("individualCall", "groupCall"):
        if name in update:
            return _call(values, row, values.part(update, name), name == "groupCall", people, prefix)
    sort = next((one for one in _ITEMS if one in row), "")
    inside = values.part(row, sort) if sort else {}
    direction, chat = _direction(row), values.words(row, "chatId")
    title, other = people.conversation(chat)
    text = _words(values, sort, inside, people)
    attachments, media_flags = _files(values, inside)
    revisions = values.rows(row, "revisions")
    return Message(
        locator=values.locator,
        service=SERVICE,
        moments=_moments(values, row, revisions),
        deleted=sort in _GONE,
        flags=(*_flags(row, sort, direction), *media_flags),
        attachments=attachments,
        extra=(*_inside(values, sort, inside, people), *_beside(values, row, revisions, people)),
        conversation=prefix + chat if chat is not None else None,
        title=title,
        direction=direction,
        sender=people.party(values, row, "authorId"),
        recipients=(other,) if direction == "out" and other is not None else (),
        text=text,
        key=values.words(row, "dateSent"),
        quotes=_quoted(values, inside, people),
        reactions=_reactions(values, inside, people),
    )


def _direction(row: Row) -> Direction:
    return "in" if "incoming" in row else "out" if "outgoing" in row else None


def _call(values: Values, row: Row, call: Row, group: bool, people: People, prefix: str) -> Call:
    chat = values.words(row, "chatId")
    _, other = people.conversation(chat)
    stored = call.get("direction")
    direction: Direction = "in" if stored == "INCOMING" else "out" if stored == "OUTGOING" else None
    started = ("startedCallTimestamp", call) if call.get("startedCallTimestamp") else ("dateSent", row)
    moments = [values.epoch("started", started[1], started[0], "ms")]
    if call.get("endedCallTimestamp"):
        moments.append(values.epoch("ended", call, "endedCallTimestamp", "ms"))
    caller = people.party(values, call, "startedCallRecipientId" if group else "")
    state = call.get("state")
    kind = "group call" if group else shown(call.get("type", "call")).replace("_", " ").lower()
    return Call(
        locator=values.locator,
        service=SERVICE,
        moments=tuple(moments),
        extra=(*rest(call, frozenset({"direction", "startedCallTimestamp", "endedCallTimestamp", "type", "read"})),),
        conversation=prefix + chat if chat is not None else None,
        direction=direction,
        sender=caller or (other if direction == "in" else None),
        recipients=(other,) if direction == "out" and other is not None else (),
        outcome=_OUTCOMES.get(state) if isinstance(state, str) else None,
        text=kind,
    )


def ad_hoc_call(values: Values, row: Row, people: People) -> Call:
    """A call by a link."""
    party = people.party(values, row, "recipientId")
    return Call(
        locator=values.locator,
        service=SERVICE,
        moments=(values.epoch("started", row, "callTimestamp", "ms"),),
        extra=rest(row, frozenset({"recipientId", "callTimestamp"})),
        recipients=(party,) if party is not None else (),
        text="call by a link",
    )


def _moments(values: Values, row: Row, revisions: list[Row]) -> tuple[Moment, ...]:
    first = revisions[0] if revisions else row
    found = [values.epoch("sent", first, "dateSent", "ms")]
    if revisions:
        found.append(values.epoch("edited", row, "dateSent", "ms"))
    incoming = values.part(row, "incoming")
    for meaning, name in (("received", "dateReceived"), ("received by the server", "dateServerSent")):
        if incoming.get(name):
            found.append(values.epoch(meaning, incoming, name, "ms"))
    statuses = values.rows(values.part(row, "outgoing"), "sendStatus")
    if len(statuses) == 1 and statuses[0].get("timestamp"):
        status = next((name for name in ("delivered", "read", "viewed", "failed") if name in statuses[0]), None)
        found += [values.epoch(status, statuses[0], "timestamp", "ms")] if status else []
    return tuple(found)


def _flags(row: Row, sort: str, direction: Direction) -> tuple[str, ...]:
    found = [_SORTS[sort]] if sort in _SORTS else []
    if sort in ("updateMessage", "giftBadge", "paymentNotification"):
        found.append("system")
    elif not sort:
        found.append("type unknown")
    if row.get("revisions"):
        found.append("edited")
    if row.get("expiresInMs") not in (None, "", 0, "0"):
        found.append("disappearing")
    if row.get("sms") is True:
        found.append("SMS")
    incoming = row.get("incoming")
    if direction == "in" and isinstance(incoming, dict) and incoming.get("read") is not True:
        found.append("unread")
    outgoing = row.get("outgoing")
    statuses = outgoing.get("sendStatus") if isinstance(outgoing, dict) else None
    if isinstance(statuses, list) and any(isinstance(one, dict) and "failed" in one for one in statuses):
        found.append("failed")
    return tuple(found)


def _words(values: Values, sort: str, inside: Row, people: People) -> str | None:
    if sort == "standardMessage":
        return values.words(values.part(inside, "text"), "body")
    if sort == "directStoryReplyMessage":
        text = values.part(values.part(inside, "textReply"), "text")
        return values.words(text, "body") or values.words(inside, "emoji")
    if sort == "contactMessage":
        return _card(values, values.part(inside, "contact"))
    if sort == "poll":
        return values.words(inside, "question")
    if sort == "updateMessage":
        return f"[{'; '.join(_update(values, inside, people)) or 'update'}]"
    if sort in ("paymentNotification", "giftBadge"):
        return f"[{_spoken(sort)}]"
    return None


def _card(values: Values, card: Row) -> str | None:
    name = values.part(card, "name")
    parts = [
        part
        for one in ("prefix", "givenName", "middleName", "familyName", "suffix")
        if (part := values.words(name, one))
    ]
    listed = [" ".join(parts), values.words(card, "organization")]
    for one in ("number", "email"):
        listed += [values.words(entry, "value") for entry in values.rows(card, one)]
    return ", ".join(part for part in listed if part) or None


def _update(values: Values, inside: Row, people: People) -> list[str]:
    """What the application noted, in words made of its own names."""
    found = []
    for name, value in inside.items():
        if name == "simpleUpdate":
            found.append(shown(values.part(inside, name).get("type", "unknown")).replace("_", " ").lower())
        elif name == "groupChange":
            for one in values.rows(values.part(inside, name), "updates"):
                found += [_detailed(key.removesuffix("Update"), part, people) for key, part in one.items()]
        else:
            found.append(_detailed(name, value, people))
    return found


def _detailed(name: str, value: Any, people: People) -> str:
    """ "group name: new group name Friends, updater aci Ann Example"."""
    if not isinstance(value, dict):
        return _spoken(name)
    details = []
    for key, part in value.items():
        whom = key.lower().endswith(("aci", "pni", "serviceid")) and isinstance(part, str)
        words = people.known(part) if whom else shown(part)
        details.append(f"{_spoken(re.sub('(?i)(aci|pni|serviceid)$', '', key)) or 'who'} {words}")
    return f"{_spoken(name)}: {', '.join(details)}" if details else _spoken(name)


def _spoken(name: str) -> str:
    return re.sub("(?<=[a-z0-9])(?=[A-Z])", " ", name).lower()


def _inside(values: Values, sort: str, inside: Row, people: People) -> list[Extra]:
    found: list[Extra] = []
    for option in values.rows(inside, "options") if sort == "poll" else ():
        votes = values.rows(option, "votes")
        voters = [party.name or party.identifier for one in votes if (party := people.party(values, one, "voterId"))]
        names = f" ({', '.join(voters)})" if voters else ""
        found.append(("poll option", f"{values.words(option, 'option') or ''}: {len(votes)} votes{names}"))
    ranges = values.rows(values.part(inside, "text"), "bodyRanges") if sort == "standardMessage" else []
    mentioned = (people.known(values.words(one, "mentionAci")) for one in ranges)
    found += [("mention", whom) for whom in mentioned if whom]
    for one in values.rows(inside, "linkPreview"):
        parts = [part for name in ("url", "title", "description") if (part := values.words(one, name))]
        found.append(("link preview", " | ".join(parts)))
    if sort == "stickerMessage" and (emoji := values.words(values.part(inside, "sticker"), "emoji")):
        found.append(("sticker", emoji))
    if sort == "adminDeletedMessage" and (admin := people.party(values, inside, "adminId")) is not None:
        found.append(("deleted by", admin.name or admin.identifier))
    if sort in ("paymentNotification", "giftBadge"):
        found += rest(inside, frozenset({"transactionDetails", "receiptCredentialPresentation"}))
    return found


def _beside(values: Values, row: Row, revisions: list[Row], people: People) -> list[Extra]:
    found: list[Extra] = []
    for one in revisions:
        body = values.words(values.part(values.part(one, "standardMessage"), "text"), "body")
        found.append(("earlier text", body or ""))
    statuses = values.rows(values.part(row, "outgoing"), "sendStatus")
    for one in statuses if len(statuses) > 1 else ():
        party = people.party(values, one, "recipientId")
        status = next((name for name in _STATUS if name in one), "pending")
        found.append((status, (party.name or party.identifier) if party else "nobody"))
    found += [(name, row[name]) for name in ("expiresInMs", "expireStartDate") if type(row.get(name)) in (str, int)]
    return found


def _files(values: Values, inside: Row) -> tuple[tuple[Attachment, ...], tuple[str, ...]]:
    """The files of a message. Backups name them by keys; where they lie does not stand here."""
    found, flags = [], []
    listed = values.rows(inside, "attachments") + values.rows(inside, "attachment")
    for one in listed:
        state = "not downloaded" if one.get("wasDownloaded") is not True else "omitted"
        found.append(_pointer(values, values.part(one, "pointer"), "attachment", state))
        flag = one.get("flag")
        flags += [_MEDIA_FLAGS[flag]] if isinstance(flag, str) and flag in _MEDIA_FLAGS else []
    for holder, name, title in (
        (inside, "longText", "long text"),
        (values.part(inside, "textReply"), "longText", "long text"),
        (values.part(inside, "sticker"), "data", "sticker"),
    ):
        if holder.get(name):
            found.append(_pointer(values, values.part(holder, name), title, "omitted"))
    return tuple(found), tuple(flags)


def _pointer(values: Values, row: Row, name: str, state: str) -> Attachment:
    size = values.whole(values.part(row, "locatorInfo"), "size")
    return Attachment(values.words(row, "fileName") or name, None, values.words(row, "contentType"), size, state=state)


def _quoted(values: Values, inside: Row, people: People) -> Quoted | None:
    quote = values.part(inside, "quote")
    if not quote:
        return None
    body = values.words(values.part(quote, "text"), "body")
    return Quoted(values.words(quote, "targetSentTimestamp"), people.party(values, quote, "authorId"), body)


def _reactions(values: Values, inside: Row, people: People) -> tuple[Reaction, ...]:
    return tuple(
        Reaction(
            values.words(one, "emoji") or "",
            people.party(values, one, "authorId"),
            values.epoch("reacted", one, "sentTimestamp", "ms") if one.get("sentTimestamp") else None,
        )
        for one in values.rows(inside, "reactions")
    )
