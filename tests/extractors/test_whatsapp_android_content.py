"""WhatsApp on Android: what a message carries beside words."""

from __future__ import annotations

import hashlib

import pytest

from evidence_store.records import Attachment, Message, Moment, Party, Present, Problem, replace
from extractors.chats.whatsapp.android import android
from extractors.chats.whatsapp.media_paths import media_paths
from tests.evidence_builders.whatsapp_android import ANN, BEN, GROUP, HOME, PEOPLE, everything, msgstore

AT = 1672574400123
MEDIA = "data/media/0/Android/media/com.whatsapp/WhatsApp/Media"
NOTE = Problem(
    "note",
    "media-folder",
    "recorded paths of media are relative; they are looked for below data/media/0/Android/media/com.whatsapp/WhatsApp, "
    "and the database does not say whether that is the folder this phone uses",
)
CARD = (
    "BEGIN:VCARD\nVERSION:3.0\nN:Example;Eve;;;\nFN:Eve Example\n"
    "TEL;type=CELL;waid=447700900105:+44 7700 900105\nEND:VCARD"
)


def incoming(kind: int, text: str | None = None, chat: int = 1) -> str:
    words = "NULL" if text is None else f"'{text}'"
    return (
        "INSERT INTO message(_id,chat_row_id,from_me,key_id,sender_jid_row_id,status,origin,timestamp,message_type,"
        f"text_data) VALUES (2,{chat},0,'3EB0A1',0,0,0,{AT},{kind},{words});"
    )


def moment(meaning: str, raw: int) -> Moment:
    return Moment(meaning, raw * 1000, str(raw), "A")


PLAIN = Message(
    locator="message:_id=2",
    service="WhatsApp",
    moments=(moment("sent", AT),),
    conversation=ANN,
    direction="in",
    sender=Party(ANN, "whatsapp"),
    key="3EB0A1",
)


def read(inserts: str) -> list:
    found = everything(android(msgstore(inserts)))
    assert found[0] == Present(1)
    return found[1:]


def test_a_picture_is_looked_for_in_the_shared_storage_and_its_caption_is_the_text():
    media = (
        "INSERT INTO message_media(message_row_id,file_path,file_size,mime_type,file_length,media_name,file_hash,"
        "first_viewed_timestamp) VALUES (2,'Media/WhatsApp Images/IMG-20230101-WA0001.jpg',0,'image/jpeg',48211,NULL,"
        f"'q83vEjRWeJA=',{AT + 5000});"
    )
    assert read(incoming(1, "On the way") + media) == [
        replace(
            PLAIN,
            text="On the way",
            moments=(moment("sent", AT), moment("first viewed", AT + 5000)),
            attachments=(
                Attachment(
                    "IMG-20230101-WA0001.jpg",
                    f"{MEDIA}/WhatsApp Images/IMG-20230101-WA0001.jpg",
                    "image/jpeg",
                    48211,
                ),
            ),
            extra=(("file_hash", "q83vEjRWeJA="),),
        ),
        NOTE,
    ]


def test_a_document_keeps_its_name_and_a_voice_message_its_words():
    media = (
        "INSERT INTO message_media(message_row_id,file_path,file_length,mime_type,media_name,media_caption) VALUES "
        "(2,'/storage/emulated/0/Download/plan.pdf',100,'application/pdf','The plan.pdf','Read this');"
    )
    assert read(incoming(9) + media) == [
        replace(
            PLAIN,
            text="Read this",
            attachments=(Attachment("The plan.pdf", "data/media/0/Download/plan.pdf", "application/pdf", 100),),
        )
    ]
    voice = (
        "UPDATE message SET origin=1; INSERT INTO message_media(message_row_id,file_path,file_size,mime_type,"
        "media_duration,raw_transcription_text) VALUES (2,NULL,900,'audio/ogg; codecs=opus',4,'hello it is me');"
    )
    assert read(incoming(2) + voice) == [
        replace(
            PLAIN,
            flags=("voice message",),
            attachments=(
                Attachment("audio/ogg; codecs=opus", None, "audio/ogg; codecs=opus", 900, state="not downloaded"),
            ),
            extra=(("media_duration", 4), ("transcription", "hello it is me")),
        )
    ]


def test_a_preview_in_the_database_is_an_embedded_picture():
    picture = b"\xff\xd8\xff\xe0 made up"
    assert read(incoming(0, "Look") + f"INSERT INTO message_thumbnail VALUES (2, x'{picture.hex()}');") == [
        replace(
            PLAIN,
            text="Look",
            attachments=(
                Attachment(
                    "preview",
                    None,
                    "image/jpeg",
                    len(picture),
                    hashlib.sha256(picture).hexdigest(),
                    "embedded",
                ),
            ),
        )
    ]


def test_places_fixed_and_live():
    place = (
        "INSERT INTO message_location(message_row_id,latitude,longitude,place_name,place_address) VALUES "
        "(2,51.5007,-0.1246,'Library','1 Example Street');"
    )
    assert read(incoming(5) + place) == [
        replace(
            PLAIN,
            flags=("location",),
            text="Library, 1 Example Street",
            lat=51.5007,
            lon=-0.1246,
            extra=(("place_name", "Library"), ("place_address", "1 Example Street")),
        )
    ]
    live = (
        "INSERT INTO message_location(message_row_id,latitude,longitude,live_location_share_duration,"
        "live_location_final_latitude,live_location_final_longitude,live_location_final_timestamp) VALUES "
        f"(2,51.5,-0.1,3600,51.6,-0.2,{AT + 60000});"
    )
    assert read(incoming(16) + live) == [
        replace(
            PLAIN,
            flags=("live location",),
            moments=(moment("sent", AT), moment("last place", AT + 60000)),
            lat=51.5,
            lon=-0.1,
            extra=(("shared for seconds", 3600), ("last latitude", 51.6), ("last longitude", -0.2)),
        )
    ]


def test_a_place_off_the_earth_is_said_and_the_message_stays():
    place = "INSERT INTO message_location(message_row_id,latitude,longitude) VALUES (2,951.5,'west');"
    assert read(incoming(5) + place) == [
        replace(PLAIN, flags=("location",)),
        Problem("value", "place", "latitude 951.5, longitude 'west' are no place", "message:_id=2"),
    ]


def test_contact_cards_give_their_words_and_stay_as_stored():
    cards = (
        f"INSERT INTO message_vcard(_id,message_row_id,vcard) VALUES (1,2,'{CARD}'),(2,2,'BEGIN:VCARD\nN:Example;Flo\n"
        "END:VCARD'); INSERT INTO message_vcard_jid(vcard_jid_row_id,vcard_row_id,message_row_id) VALUES (2,1,2);"
    )
    assert read(incoming(14) + cards) == [
        replace(
            PLAIN,
            flags=("contact card",),
            text="Eve Example, +44 7700 900105\nFlo Example",
            extra=(
                ("vcard", CARD),
                ("vcard", "BEGIN:VCARD\nN:Example;Flo\nEND:VCARD"),
                ("card of", BEN),
            ),
        )
    ]


def test_a_poll_has_its_options_and_who_voted():
    poll = (
        "INSERT INTO message_poll(message_row_id,selectable_options_count) VALUES (2,1);"
        "INSERT INTO message_poll_option(_id,message_row_id,option_name,vote_total)"
        " VALUES (1,2,'Tea',1),(2,2,'Cake',0);"
        f"INSERT INTO message_add_on VALUES (7,1,0,'V1',0,2,{AT},0,67),(8,1,1,'V2',0,2,{AT},0,67);"
        "INSERT INTO message_add_on_poll_vote_selected_option(message_add_on_row_id,message_poll_option_id)"
        " VALUES (7,1);"
    )
    assert read(incoming(66, "What shall I bring?") + poll) == [
        replace(
            PLAIN,
            flags=("poll",),
            text="What shall I bring?",
            extra=(
                ("selectable options", 1),
                ("poll option", "Tea: 1 votes"),
                ("poll option", "Cake: 0 votes"),
                ("poll vote", f"{ANN}: Tea at 2023-01-01T12:00:00.123Z"),
                ("poll vote", "this account: none at 2023-01-01T12:00:00.123Z"),
            ),
        )
    ]


@pytest.mark.parametrize(
    ("kind", "inserts", "expected"),
    [
        (
            0,
            "INSERT INTO message_text VALUES (2,'About it','A page','https://example.org/a');",
            {
                "extra": (
                    ("link", "https://example.org/a"),
                    ("link title", "A page"),
                    ("link description", "About it"),
                )
            },
        ),
        (
            24,
            "INSERT INTO message_group_invite VALUES (2,3,2,'Library Club','secret',1672660800,0,0);",
            {
                "flags": ("group invitation",),
                "text": "Library Club",
                "extra": (
                    ("group_name", "Library Club"),
                    ("group", GROUP),
                    ("administrator", BEN),
                    ("expiration", 1672660800),
                ),
            },
        ),
        (
            92,
            "INSERT INTO message_event(message_row_id,name,description,location_name,start_time)"
            f" VALUES (2,'Reading','Bring a book','Library',{AT + 1000});",
            {
                "flags": ("event",),
                "text": "Reading",
                "moments": (moment("sent", AT), moment("event starts", AT + 1000)),
                "extra": (
                    ("event name", "Reading"),
                    ("event description", "Bring a book"),
                    ("event location_name", "Library"),
                    ("event is_canceled", 0),
                ),
            },
        ),
        (
            27,
            "INSERT INTO message_template VALUES (2,'Your parcel is here','Example Ltd');"
            "INSERT INTO message_template_button(message_row_id,text_data) VALUES (2,'Track');",
            {
                "flags": ("template",),
                "text": "Your parcel is here",
                "extra": (("footer", "Example Ltd"), ("button", "Track")),
            },
        ),
        (
            23,
            "INSERT INTO message_product VALUES (2,2,'p1','Lamp','A lamp','GBP',9990);",
            {
                "flags": ("product",),
                "text": "Lamp",
                "extra": (
                    ("product title", "Lamp"),
                    ("product description", "A lamp"),
                    ("product currency_code", "GBP"),
                    ("product amount_1000", 9990),
                    ("seller", BEN),
                ),
            },
        ),
        (
            44,
            "INSERT INTO message_order(message_row_id,order_title,item_count,message,seller_jid,token)"
            " VALUES (2,'Lamp',2,'Two please',2,'secret');",
            {
                "flags": ("order",),
                "text": "Two please",
                "extra": (("order_title", "Lamp"), ("item_count", 2), ("seller", BEN)),
            },
        ),
        (
            99,
            "INSERT INTO message_album VALUES (2,3,1);",
            {"flags": ("album",), "extra": (("image_count", 3), ("video_count", 1))},
        ),
        (
            777,
            "INSERT INTO message_media(message_row_id,file_path,mime_type) VALUES (2,'/sdcard/a.mp4','video/mp4');",
            {
                "flags": ("type 777",),
                "attachments": (Attachment("a.mp4", "data/media/0/a.mp4", "video/mp4"),),
            },
        ),
    ],
)
def test_links_invitations_events_and_offers(kind, inserts, expected):
    assert read(incoming(kind) + inserts) == [replace(PLAIN, **expected)]


def test_no_secret_of_the_application_is_kept():
    inserts = (
        "INSERT INTO message_group_invite VALUES (2,3,2,'Library Club','joinsecret',0,0,0);"
        "INSERT INTO message_order(message_row_id,token) VALUES (2,'ordersecret');"
        "INSERT INTO message_media(message_row_id,media_key) VALUES (2,x'6b6579736563726574');"
        "INSERT INTO message_poll(message_row_id,enc_key) VALUES (2,x'706f6c6c736563726574');"
    )
    assert "secret" not in repr(read(incoming(24) + inserts))


@pytest.mark.parametrize(
    ("database", "business", "early", "recorded", "expected"),
    [
        (HOME, False, False, "Media/a.jpg", f"{MEDIA}/a.jpg"),
        (HOME, False, True, "Media/a.jpg", "data/media/0/WhatsApp/Media/a.jpg"),
        (f"Dump/{HOME}", False, False, "Media/a.jpg", f"Dump/{MEDIA}/a.jpg"),
        ("", False, False, "Media/../../a.jpg", f"{MEDIA}/a.jpg"),
        ("", False, False, "..\\..\\a.jpg", f"{MEDIA.removesuffix('/Media')}/a.jpg"),
        (
            "data/user/95/com.whatsapp.w4b/databases",
            True,
            False,
            "Media/a.jpg",
            "data/media/95/Android/media/com.whatsapp.w4b/WhatsApp Business/Media/a.jpg",
        ),
        ("x/data/media/0/WhatsApp/Databases", False, False, "Media/a.jpg", "x/data/media/0/WhatsApp/Media/a.jpg"),
        ("WhatsApp/Databases", False, False, "Media/a.jpg", "WhatsApp/Media/a.jpg"),
        (
            "Dump/" + HOME,
            False,
            False,
            "/data/user/0/com.whatsapp/files/a.webp",
            "Dump/data/data/com.whatsapp/files/a.webp",
        ),
        (HOME, False, False, "/storage/emulated/10/DCIM/a.jpg", "data/media/10/DCIM/a.jpg"),
        (HOME, False, False, "/storage/1234-ABCD/a.jpg", "storage/1234-ABCD/a.jpg"),
        ("p1/data/com.whatsapp/databases", False, True, "Media/a.jpg", "p1/media/0/WhatsApp/Media/a.jpg"),
        ("data/com.whatsapp/databases", False, True, "/data/user/0/com.whatsapp/a", "data/com.whatsapp/a"),
        ("user/10/com.whatsapp/databases", False, True, "/sdcard/a.jpg", "media/10/a.jpg"),
        (HOME, False, False, "content://media/external/file/5", None),
        (HOME, False, False, "", None),
    ],
)
def test_recorded_paths_lead_into_the_same_source(database, business, early, recorded, expected):
    paths = media_paths(f"{database}/msgstore.db" if database else "msgstore.db", business, early)
    assert paths.place(recorded) == expected


def test_tables_beside_without_a_message_are_counted():
    found = everything(
        android(msgstore(incoming(0, "Hi") + "INSERT INTO message_text(message_row_id) VALUES (5),(9);"))
    )
    assert found == [
        Present(1),
        replace(PLAIN, text="Hi"),
        Problem("note", "orphans", "2 rows of message_text belong to nothing that is left"),
    ]


def test_a_database_of_few_tables_is_read_as_far_as_it_goes():
    schema = PEOPLE + (
        "CREATE TABLE message (_id INTEGER PRIMARY KEY, chat_row_id INTEGER, from_me INTEGER, key_id TEXT,"
        "timestamp INTEGER, text_data TEXT);"
    )
    file = msgstore(f"INSERT INTO message VALUES (2,1,1,'3EB0A1',{AT},'Hi');", schema)
    assert everything(android(file)) == [
        Present(1),
        Message(
            locator="message:_id=2",
            service="WhatsApp",
            moments=(moment("sent", AT),),
            flags=("type not recorded",),
            conversation="chat 1",
            direction="out",
            text="Hi",
            key="3EB0A1",
        ),
        Problem("value", "chat", "chat_row_id 1: no chat or identifier of that row id is left", "message:_id=2"),
    ]
