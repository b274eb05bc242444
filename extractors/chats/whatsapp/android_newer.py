"""What tables of 2023 to 2026 hold beside a message on Android, value by value, and what a message answers that is
neither text nor media.

References:
- the schema as WhatsApp writes it (versions of 2026)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from evidence_store.records import Quoted
from extractors.chats.whatsapp.beside import Side
from extractors.chats.whatsapp.draft import Context, Draft, who_words
from extractors.chats.whatsapp.vcards import card_words
from extractors.database import stored
from parsers.sqlite_file import Row

_NO_COLUMNS: Final[Mapping[str, str]] = MappingProxyType({})


class _Values(NamedTuple):
    """What is taken of one table: column -> name in `extra`; column -> meaning of a time in milliseconds; columns that
    name somebody; `said` is the column that serves as text; `flag` what the message is flagged with."""

    kept: Mapping[str, str]
    times: Mapping[str, str] = _NO_COLUMNS
    people: Mapping[str, str] = _NO_COLUMNS
    said: str = ""
    flag: str = ""


_TABLES: Final = {
    "message_event_invite": _Values(
        {"event_title": "event name", "caption": "event caption", "is_canceled": "event is_canceled"},
        {"start_time": "event starts", "end_time": "event ends"},
        said="event_title",
        flag="invitation to an event",
    ),
    "message_newsletter_follower_invite": _Values(
        {"newsletter_name": "channel"}, said="newsletter_name", flag="invitation to a channel"
    ),
    "forwarded_newsletter_message_info": _Values(
        {"newsletter_name": "forwarded from channel", "profile_name": "forwarded from profile"},
        people={"newsletter_jid_row_id": "forwarded from"},
    ),
    "status_quoted_message": _Values({"description_text": "quoted status"}),
    "question_reply_quoted_message": _Values({"question_text": "question", "response_text": "response"}),
    "message_external_ad_content": _Values(
        {"title": "advertisement title", "body": "advertisement text", "source_url": "advertisement address"}
    ),
    "message_invoice": _Values(
        {"amount": "invoice amount", "note": "invoice note", "status": "invoice status"},
        {"creation_ts": "invoice made"},
        {"sender_jid_row_id": "invoice from", "receiver_jid_row_id": "invoice to"},
        flag="invoice",
    ),
    "message_quote_invoice": _Values({"amount": "quoted invoice amount", "note": "quoted invoice note"}),
    "pay_transaction": _Values(
        {
            "currency_code": "currency_code",
            "amount_1000": "amount_1000",
            "status": "payment status",
            "id": "payment id",
        },
        people={"sender_jid_row_id": "payer", "receiver_jid_row_id": "payee"},
        flag="payment",
    ),
    "message_media_interactive_annotation": _Values(
        {
            "location_name": "place on the picture",
            "location_latitude": "latitude on the picture",
            "location_longitude": "longitude on the picture",
            "newsletter_name": "channel on the picture",
        }
    ),
    "message_quarantine": _Values({}, {"timestamp": "quarantined"}, flag="quarantined"),
}
_NOTHING: Final = (None, 0, 0.0, -1, "")
_ORDERED: Final = ("pay_transaction", "message_media_interactive_annotation")
SIDES: Final = (
    *(
        Side(table, (*one.kept, *one.times, *one.people), order="_id" if table in _ORDERED else "")
        for table, one in _TABLES.items()
    ),
    # After `message_quoted`, which they complete.
    Side("message_quoted_location", ("latitude", "longitude", "place_name", "place_address")),
    Side("message_quoted_vcard", ("vcard",), order="_id"),
    Side("message_quoted_group_invite", ("group_name",)),
    Side("message_quoted_product", ("title",)),
)


def _reader(values: _Values) -> Callable[[Draft, list[Row], Context], None]:
    def read(draft: Draft, rows: list[Row], context: Context) -> None:
        doubts = context.doubts
        for row in rows:
            if values.flag:
                draft.flag(values.flag)
            if values.said:
                draft.say(doubts.text(row[values.said], values.said))
            for column, name in values.kept.items():
                draft.keep(name, None if row[column] in _NOTHING else row[column])
            for column, name in values.people.items():
                draft.keep(name, who_words(context.people, row[column], doubts, column))
            for column, meaning in values.times.items():
                if row[column] not in _NOTHING:
                    draft.moments.append(doubts.moment(meaning, row[column], "ms", column))

    return read


def _answered(words: Callable[[Row, Context], str | None]) -> Callable[[Draft, list[Row], Context], None]:
    """Gives what is answered its words, where it has none yet."""

    def read(draft: Draft, rows: list[Row], context: Context) -> None:
        quotes = draft.quotes or Quoted()
        text = "\n".join(word for row in rows if (word := words(row, context)))
        draft.quotes = quotes if quotes.text or not text else Quoted(quotes.key, quotes.sender, text)

    return read


def _place(row: Row, context: Context) -> str | None:
    names = [context.doubts.text(row[name], f"quoted {name}") for name in ("place_name", "place_address")]
    lat, lon = row["latitude"], row["longitude"]
    where = f"{stored(lat)}, {stored(lon)}" if lat is not None and lon is not None else None
    return ", ".join(part for part in (*names, where) if part) or None


def _text(column: str) -> Callable[[Row, Context], str | None]:
    return lambda row, context: context.doubts.text(row[column], f"quoted {column}")


def _card(row: Row, context: Context) -> str | None:
    card: Any = context.doubts.text(row["vcard"], "quoted vcard")
    return card_words(card) if card else None


PARTS: Final[dict[str, Callable[[Draft, list[Row], Context], None]]] = {
    **{table: _reader(values) for table, values in _TABLES.items()},
    "message_quoted_location": _answered(_place),
    "message_quoted_vcard": _answered(_card),
    "message_quoted_group_invite": _answered(_text("group_name")),
    "message_quoted_product": _answered(_text("title")),
}
