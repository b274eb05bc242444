"""What a message on Android carries beside words: files, places, cards, polls, links, offers."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any, Final

from evidence_store.records import Attachment
from extractors.chats.whatsapp.beside import Side
from extractors.chats.whatsapp.draft import Context, Draft, who_words
from extractors.chats.whatsapp.media_paths import file_name
from extractors.chats.whatsapp.vcards import card_text, card_words
from parsers.sqlite_file import Row

SIDES: Final = (
    Side(
        "message_media",
        (
            *("file_path", "file_size", "file_length", "mime_type", "media_name", "media_caption", "media_duration"),
            *("file_hash", "raw_transcription_text", "first_viewed_timestamp", "accessibility_label"),
        ),
    ),
    Side("message_thumbnail", ("thumbnail",)),
    Side(
        "message_location",
        (
            *("latitude", "longitude", "place_name", "place_address", "url", "live_location_share_duration"),
            *("live_location_final_latitude", "live_location_final_longitude", "live_location_final_timestamp"),
        ),
    ),
    Side("message_vcard", ("vcard",), order="_id"),
    Side("message_vcard_jid", ("vcard_jid_row_id",), order="_id"),
    Side("message_text", ("url", "page_title", "description")),
    Side("message_poll", ("selectable_options_count", "end_time")),
    Side("message_poll_option", ("_id", "option_name", "vote_total"), order="_id"),
    Side("poll_edit_snapshot", ("previous_poll_name",), key="parent_message_row_id", order="_id"),
    Side("message_group_invite", ("group_name", "group_jid_row_id", "admin_jid_row_id", "expiration")),
    Side(
        "message_event",
        (
            *("name", "description", "location_latitude", "location_longitude", "location_name", "location_address"),
            *("start_time", "end_time", "is_canceled", "join_link"),
        ),
    ),
    Side("message_template", ("content_text_data", "footer_text_data")),
    Side("message_template_button", ("text_data",), order="_id"),
    Side("message_product", ("title", "description", "business_owner_jid", "currency_code", "amount_1000")),
    Side("message_order", ("order_title", "message", "seller_jid", "item_count", "currency_code", "total_amount_1000")),
    Side("message_album", ("image_count", "video_count")),
    Side("message_payment", ("amount_with_symbol", "sender_jid_row_id", "receiver_jid_row_id")),
    Side("message_future", ("version", "future_message_type")),
)
_HASH: Final = "file_hash"


def _media(draft: Draft, rows: list[Row], context: Context) -> None:
    doubts = context.doubts
    for row in rows:
        recorded = doubts.text(row["file_path"], "message_media file_path") or ""
        given = doubts.text(row["media_name"], "message_media media_name")
        mime = doubts.text(row["mime_type"], "message_media mime_type")
        path = context.paths.place(recorded)
        if path and not context.paths.sure and not recorded.startswith("/"):
            context.relative = True
        size = row["file_length"] if type(row["file_length"]) is int and row["file_length"] > 0 else row["file_size"]
        draft.attachments.append(
            Attachment(
                given or file_name(recorded) or mime or "media",
                path,
                mime,
                size if type(size) is int and size > 0 else None,
                state="" if path else "not downloaded",
            )
        )
        draft.say(doubts.text(row["media_caption"], "media_caption"))
        if row["media_caption"] and row["media_caption"] != draft.text:
            draft.keep("media_caption", row["media_caption"])
        draft.keep(_HASH, row[_HASH])
        if row["media_duration"]:
            draft.keep("media_duration", row["media_duration"])
        draft.keep("transcription", row["raw_transcription_text"])
        draft.keep("accessibility_label", row["accessibility_label"])
        if row["first_viewed_timestamp"]:
            draft.moments.append(
                doubts.moment("first viewed", row["first_viewed_timestamp"], "ms", "first_viewed_timestamp")
            )


def _thumbnail(draft: Draft, rows: list[Row], context: Context) -> None:
    for row in rows:
        picture = row["thumbnail"]
        if isinstance(picture, bytes) and picture:
            sha256 = hashlib.sha256(picture).hexdigest()
            draft.attachments.append(Attachment("preview", None, "image/jpeg", len(picture), sha256, "embedded"))


def _location(draft: Draft, rows: list[Row], context: Context) -> None:
    for row in rows:
        place(draft, row["latitude"], row["longitude"], context)
        name, address = (context.doubts.text(row[column], column) for column in ("place_name", "place_address"))
        draft.say(", ".join(part for part in (name, address) if part))
        draft.keep("place_name", name)
        draft.keep("place_address", address)
        draft.keep("link", row["url"])
        if row["live_location_share_duration"]:
            draft.keep("shared for seconds", row["live_location_share_duration"])
        final = row["live_location_final_timestamp"]
        if type(final) is int and final > 0:
            draft.keep("last latitude", row["live_location_final_latitude"])
            draft.keep("last longitude", row["live_location_final_longitude"])
            draft.moments.append(context.doubts.moment("last place", final, "ms", "live_location_final_timestamp"))


def place(draft: Draft, lat: Any, lon: Any, context: Context) -> None:
    """A place that was sent, in degrees; what is none is said."""
    if lat is None and lon is None:
        return
    if _degrees(lat, 90) and _degrees(lon, 180):
        draft.lat, draft.lon = float(lat), float(lon)
    else:
        context.doubts.add("place", f"latitude {lat!r}, longitude {lon!r} are no place")


def _degrees(value: Any, most: int) -> bool:
    return type(value) in (int, float) and -most <= value <= most


def _cards(draft: Draft, rows: list[Row], context: Context) -> None:
    words = []
    for row in rows:
        card = context.doubts.text(row["vcard"], "vcard")
        if card:
            words.append(card_words(card))
            draft.keep("vcard", card_text(card))
    draft.say("\n".join(word for word in words if word))


def _card_identifiers(draft: Draft, rows: list[Row], context: Context) -> None:
    for row in rows:
        draft.keep("card of", who_words(context.people, row["vcard_jid_row_id"], context.doubts, "vcard_jid_row_id"))


def _link(draft: Draft, rows: list[Row], _context: Context) -> None:
    for row in rows:
        draft.keep("link", row["url"])
        draft.keep("link title", row["page_title"])
        draft.keep("link description", row["description"])


def _poll(draft: Draft, rows: list[Row], context: Context) -> None:
    for row in rows:
        draft.flag("poll")
        if row["selectable_options_count"]:
            draft.keep("selectable options", row["selectable_options_count"])
        if row["end_time"]:
            draft.moments.append(context.doubts.moment("poll ends", row["end_time"], "ms", "end_time"))


def _poll_options(draft: Draft, rows: list[Row], context: Context) -> None:
    for row in rows:
        name = context.doubts.text(row["option_name"], "option_name") or "(not recorded)"
        total = row["vote_total"]
        draft.keep("poll option", f"{name}: {total} votes" if total is not None else name)


def _earlier_poll(draft: Draft, rows: list[Row], _context: Context) -> None:
    for row in rows:
        draft.keep("earlier text", row["previous_poll_name"])


def _group_invite(draft: Draft, rows: list[Row], context: Context) -> None:
    for row in rows:
        draft.say(context.doubts.text(row["group_name"], "group_name"))
        draft.keep("group_name", row["group_name"])
        draft.keep("group", context.people.raw(row["group_jid_row_id"]))
        draft.keep("administrator", context.people.raw(row["admin_jid_row_id"]))
        if row["expiration"]:
            draft.keep("expiration", row["expiration"])


def _event(draft: Draft, rows: list[Row], context: Context) -> None:
    doubts = context.doubts
    for row in rows:
        draft.say(doubts.text(row["name"], "name"))
        for name in ("name", "description", "location_name", "location_address", "is_canceled", "join_link"):
            draft.keep(f"event {name}", row[name])
        place(draft, row["location_latitude"], row["location_longitude"], context)
        for column, meaning in (("start_time", "event starts"), ("end_time", "event ends")):
            if row[column]:
                draft.moments.append(doubts.moment(meaning, row[column], "ms", column))


def _template(draft: Draft, rows: list[Row], context: Context) -> None:
    for row in rows:
        draft.say(context.doubts.text(row["content_text_data"], "content_text_data"))
        if row["content_text_data"] and row["content_text_data"] != draft.text:
            draft.keep("template", row["content_text_data"])
        draft.keep("footer", row["footer_text_data"])


def _buttons(draft: Draft, rows: list[Row], _context: Context) -> None:
    for row in rows:
        draft.keep("button", row["text_data"])


def _product(draft: Draft, rows: list[Row], context: Context) -> None:
    for row in rows:
        draft.say(context.doubts.text(row["title"], "title"))
        for name in ("title", "description", "currency_code", "amount_1000"):
            draft.keep(f"product {name}", row[name])
        draft.keep("seller", context.people.raw(row["business_owner_jid"]))


def _order(draft: Draft, rows: list[Row], context: Context) -> None:
    for row in rows:
        draft.say(context.doubts.text(row["message"], "message") or context.doubts.text(row["order_title"], "title"))
        for name in ("order_title", "item_count", "currency_code", "total_amount_1000"):
            draft.keep(name, row[name])
        draft.keep("seller", context.people.raw(row["seller_jid"]))


def _album(draft: Draft, rows: list[Row], _context: Context) -> None:
    for row in rows:
        draft.keep("image_count", row["image_count"])
        draft.keep("video_count", row["video_count"])


def _payment(draft: Draft, rows: list[Row], context: Context) -> None:
    for row in rows:
        draft.flag("payment")
        draft.keep("amount", row["amount_with_symbol"])
        draft.keep("payer", context.people.raw(row["sender_jid_row_id"]))
        draft.keep("payee", context.people.raw(row["receiver_jid_row_id"]))


def _future(draft: Draft, rows: list[Row], _context: Context) -> None:
    for row in rows:
        draft.flag("not decoded by this version of the application")
        draft.keep("future_message_type", row["future_message_type"])


PARTS: Final[dict[str, Callable[[Draft, list[Row], Context], None]]] = {
    "message_media": _media,
    "message_thumbnail": _thumbnail,
    "message_location": _location,
    "message_vcard": _cards,
    "message_vcard_jid": _card_identifiers,
    "message_text": _link,
    "message_poll": _poll,
    "message_poll_option": _poll_options,
    "poll_edit_snapshot": _earlier_poll,
    "message_group_invite": _group_invite,
    "message_event": _event,
    "message_template": _template,
    "message_template_button": _buttons,
    "message_product": _product,
    "message_order": _order,
    "message_album": _album,
    "message_payment": _payment,
    "message_future": _future,
}
