"""WhatsApp on iOS: messages, what stands beside them, groups."""

from __future__ import annotations

import pytest

from evidence_store.records import (
    Attachment,
    Contact,
    Group,
    Member,
    Message,
    Moment,
    Party,
    Present,
    Problem,
    Quoted,
    Reaction,
    replace,
)
from extractors.chats.whatsapp.ios import ios
from tests.evidence_builders.files import MemoryFile
from tests.evidence_builders.whatsapp_ios import (
    ALL,
    ANN,
    BEN,
    CAT,
    CAT_LID,
    CHATS,
    GROUP,
    GROUP_CHAT,
    HOME,
    MESSAGE,
    PAIRS,
    SCENE,
    chat_storage,
    field,
)
from tests.extractors.broken import assert_no_row_is_lost

AT = "694267200.125"  # 2023-01-01T12:00:00.125Z
ANN_PARTY, BEN_PARTY = Party(ANN, "whatsapp", "Ann Example"), Party(BEN, "whatsapp", "Benny")
CARD = "BEGIN:VCARD\nFN:Eve Example\nTEL:+44 7700 900105\nEND:VCARD"


def moment(meaning: str, raw: str = AT) -> Moment:
    return Moment(meaning, round((float(raw) + 978307200) * 1000000), raw, "A")


def insert(**values: object) -> str:
    row = {
        "Z_PK": 2,
        "ZCHATSESSION": 1,
        "ZISFROMME": 0,
        "ZMESSAGETYPE": 0,
        "ZMESSAGEDATE": float(AT),
        "ZSTANZAID": "3EB0A1",
        "ZFROMJID": ANN,
    } | values
    stored = ",".join(
        "NULL" if value is None else f"x'{value.hex()}'" if isinstance(value, bytes) else repr(value)
        for value in row.values()
    )
    return f"INSERT INTO ZWAMESSAGE({','.join(row)}) VALUES ({stored});".replace("\\n", "\n")


def media(**values: object) -> str:
    row = {"Z_PK": 9, "ZMESSAGE": 2} | values
    stored = ",".join(f"x'{value.hex()}'" if isinstance(value, bytes) else repr(value) for value in row.values())
    return f"INSERT INTO ZWAMEDIAITEM({','.join(row)}) VALUES ({stored});".replace("\\n", "\n")


PLAIN = Message(
    locator="ZWAMESSAGE:Z_PK=2",
    service="WhatsApp",
    moments=(moment("sent"),),
    conversation=ANN,
    title="Ann Example",
    direction="in",
    sender=ANN_PARTY,
    key="3EB0A1",
)
CLUB = Group(
    locator="ZWACHATSESSION:Z_PK=2",
    service="WhatsApp",
    moments=(moment("set up", "694224000"),),
    extra=(("ZSESSIONTYPE", 1), ("ZCREATORJID", ANN)),
    conversation=GROUP,
    title="Library Club",
    identifiers=(ANN_PARTY, BEN_PARTY),
    members=(Member(ANN_PARTY, "administrator"), Member(BEN_PARTY, "not active")),
    text="Library Club",
)


def read(inserts: str) -> list:
    found = list(ios(chat_storage(inserts)))
    assert found[0] == Present(1)
    return found[1:] if GROUP_CHAT in inserts else others(found[1:])


def others(found: list) -> list:
    """What is found but the members of the club, which has no chat where a test adds none."""
    left = replace(
        CLUB,
        locator="ZWAGROUPMEMBER:Z_PK=1",
        moments=(),
        flags=("no chat",),
        extra=(("ZCHATSESSION", 2),),
        conversation="session 2",
        title=None,
        text=None,
    )
    at = found.index(left)
    assert found[at - 1] == Present(1)
    return found[: at - 1] + found[at + 1 :]


def test_an_incoming_and_an_outgoing_text():
    assert read(insert(ZTEXT="Hello", ZSTARRED=1)) == [replace(PLAIN, text="Hello", flags=("starred",))]
    out = insert(ZISFROMME=1, ZFROMJID=None, ZTOJID=ANN, ZTEXT="Yes", ZMESSAGESTATUS=8, ZSENTDATE=694267201)
    assert read(out) == [
        replace(
            PLAIN,
            text="Yes",
            moments=(moment("sent"), moment("recorded as sent", "694267201")),
            extra=(("status", "8 (read)"),),
            direction="out",
            sender=None,
            recipients=(ANN_PARTY,),
        )
    ]


def test_in_a_group_the_sender_is_the_member():
    found = read(GROUP_CHAT + insert(ZCHATSESSION=2, ZGROUPMEMBER=2, ZFROMJID=GROUP, ZTEXT="Hi all"))
    assert found == [
        replace(PLAIN, conversation=GROUP, title="Library Club", sender=BEN_PARTY, text="Hi all"),
        Present(1),
        CLUB,
    ]


def test_a_message_needs_neither_session_nor_member_and_twins_come_out_twice():
    row = {"ZCHATSESSION": 77, "ZGROUPMEMBER": 88, "ZFROMJID": None, "ZTEXT": "Same"}
    found = others(list(ios(chat_storage(insert(**row) + insert(**row | {"Z_PK": 3})))))
    where = [f"ZWAMESSAGE:Z_PK={number}" for number in (2, 3)]
    expected = []
    for locator in where:
        expected += [
            replace(PLAIN, locator=locator, conversation="session 77", title=None, sender=None, text="Same"),
            Problem("value", "chat", "ZCHATSESSION 77: no session of that key is left", locator),
            Problem("value", "member", "ZGROUPMEMBER 88: no member of that key is left", locator),
        ]
    assert found == [Present(2), *expected]


@pytest.mark.parametrize(
    ("schema", "inserts", "settings"),
    [
        (ALL, f"UPDATE ZWACHATSESSION SET ZCONTACTIDENTIFIER='{CAT}' WHERE Z_PK=3;", {}),
        (ALL + PAIRS, f"INSERT INTO ZWAPHONENUMBERLIDPAIR VALUES (1,'{CAT_LID}','447700900103',NULL);", {}),
        (ALL, "", {"lids": "INSERT INTO ZWAPHONENUMBERLIDPAIR VALUES (1,'100000000000003','+447700900103',NULL);"}),
        (
            ALL,
            "",
            {"book": f"INSERT INTO ZWAADDRESSBOOKCONTACT(ZLID,ZWHATSAPPID) VALUES ('{CAT_LID}','447700900103');"},
        ),
    ],
)
def test_a_privacy_id_is_the_number_where_the_phone_has_it(schema, inserts, settings):
    file = chat_storage(inserts + insert(ZCHATSESSION=3, ZFROMJID=CAT_LID, ZTEXT="Hi"), schema, **settings)
    message = list(ios(file))[1]
    assert (message.conversation, message.sender, message.extra) == (
        CAT_LID,
        Party(CAT, "whatsapp", "Cat Example"),
        (("lid", CAT_LID),),
    )


def test_a_privacy_id_that_the_phone_does_not_know_stays_one_and_names_come_from_the_book():
    message = read(insert(ZCHATSESSION=3, ZFROMJID=CAT_LID, ZTEXT="Hi"))[0]
    assert (message.sender, message.extra) == (Party(CAT_LID, "whatsapp", "Cat Example"), ())
    book = f"INSERT INTO ZWAADDRESSBOOKCONTACT(ZFULLNAME,ZWHATSAPPID) VALUES ('Ann of the book','{ANN}');"
    no_members = "DELETE FROM ZWAGROUPMEMBER;"
    assert list(ios(chat_storage(insert(ZTEXT="Hi") + no_members, book=book)))[1:] == [
        replace(PLAIN, text="Hi", sender=Party(ANN, "whatsapp", "Ann of the book")),
        Problem(
            "note", "names", "names and the numbers behind privacy ids are also those of ContactsV2.sqlite beside it"
        ),
    ]


def test_files_and_previews_stand_below_the_message_folder():
    item = media(
        ZMEDIALOCALPATH="Media/447700900101@s.whatsapp.net/a/b/picture.jpg",
        ZXMPPTHUMBPATH="Media/447700900101@s.whatsapp.net/a/b/picture.thumb",
        ZVCARDSTRING="image/jpeg",
        ZVCARDNAME="q83vEjRWeJA=",
        ZTITLE="On the way",
        ZFILESIZE=48211,
        ZMEDIAKEY=b"secret",
    )
    folder = f"{HOME}/Message/Media/447700900101@s.whatsapp.net/a/b"
    assert read(insert(ZMESSAGETYPE=1) + item) == [
        replace(
            PLAIN,
            text="On the way",
            attachments=(
                Attachment("picture.jpg", f"{folder}/picture.jpg", "image/jpeg", 48211),
                Attachment("preview: picture.thumb", f"{folder}/picture.thumb"),
            ),
            extra=(("file_hash", "q83vEjRWeJA="),),
        )
    ]


def test_a_document_a_sound_and_a_path_that_leads_out():
    document = media(ZMEDIALOCALPATH="Media/x/plan.pdf", ZVCARDSTRING="application/pdf", ZTITLE="The plan.pdf")
    assert read(insert(ZMESSAGETYPE=8, ZTEXT="Read this") + document) == [
        replace(
            PLAIN,
            text="Read this",
            attachments=(Attachment("The plan.pdf", f"{HOME}/Message/Media/x/plan.pdf", "application/pdf"),),
            extra=(("title", "The plan.pdf"),),
        )
    ]
    sound = media(ZVCARDSTRING="audio/ogg; codecs=opus", ZMOVIEDURATION=4)
    assert read(insert(ZMESSAGETYPE=3) + sound)[0].attachments == (
        Attachment("audio/ogg; codecs=opus", None, "audio/ogg; codecs=opus", state="not downloaded"),
    )
    out = media(ZMEDIALOCALPATH="../../etc/passwd", ZVCARDSTRING="image/jpeg")
    assert read(insert(ZMESSAGETYPE=1) + out)[0].attachments[0].path == f"{HOME}/etc/passwd"


def test_early_versions_kept_media_in_the_library():
    file = chat_storage(
        insert(ZMESSAGETYPE=1) + media(ZMEDIALOCALPATH="/Media/x/a.jpg", ZVCARDSTRING="image/jpeg"),
        home="App/Documents",
    )
    assert list(ios(file))[1].attachments[0].path == "App/Library/Media/x/a.jpg"


@pytest.mark.parametrize(
    ("kind", "item", "expected"),
    [
        (
            5,
            {"ZLATITUDE": 51.5, "ZLONGITUDE": -0.1, "ZTITLE": "Library", "ZVCARDNAME": "1 Example Street"},
            {
                "flags": ("location",),
                "text": "Library, 1 Example Street",
                "lat": 51.5,
                "lon": -0.1,
                "extra": (("place_name", "Library"), ("place_address", "1 Example Street")),
            },
        ),
        (
            4,
            {"ZVCARDSTRING": CARD, "ZVCARDNAME": "Eve Example"},
            {"flags": ("contact card",), "text": "Eve Example, +44 7700 900105", "extra": (("vcard", CARD),)},
        ),
        (
            14,
            {"ZVCARDSTRING": ANN},
            {"flags": ("deleted by sender",), "deleted": True, "extra": (("deleted by", ANN),)},
        ),
        (777, {"ZMEDIAURL": "x"}, {"flags": ("type 777",)}),
        (46, {}, {"flags": ("poll",)}),
        (27, {"ZMETADATA": field(28, field(4, "Library Club"))}, {
            "flags": ("group invitation",), "text": "Library Club", "extra": (("group_name", "Library Club"),)}),
        (59, {"ZMETADATA": field(87, field(1, field(3, 65)))}, {
            "flags": ("call",), "extra": (("call duration", 65),)}),
    ],
)  # fmt: skip
def test_kinds_of_messages(kind, item, expected):
    assert read(insert(ZMESSAGETYPE=kind) + media(**item)) == [replace(PLAIN, **expected)]


def test_links_answers_reactions_and_polls():
    answer = field(5, "3EB0C4D5E6F708192A3B") + field(6, BEN) + field(19, field(1, "See you?"))
    receipts = field(7, field(1, field(2, BEN) + field(3, "👍") + field(4, 1672574401000)))
    receipts += field(7, field(2, field(2, "❤️") + field(3, 1672574402000)))
    rows = (
        insert(ZMESSAGETYPE=7, ZTEXT="https://example.org")
        + media(ZMETADATA=answer)
        + f"INSERT INTO ZWAMESSAGEINFO(Z_PK,ZMESSAGE,ZRECEIPTINFO) VALUES (1,2,x'{receipts.hex()}');"
        "INSERT INTO ZWAMESSAGEDATAITEM(Z_PK,ZMESSAGE,ZMATCHEDTEXT,ZTITLE,ZSUMMARY) VALUES"
        " (1,2,'https://example.org','A page','About it');"
    )
    assert read(rows) == [
        replace(
            PLAIN,
            text="https://example.org",
            quotes=Quoted("3EB0C4D5E6F708192A3B", BEN_PARTY, "See you?"),
            reactions=(
                Reaction("👍", BEN_PARTY, Moment("reacted", 1672574401000000, "1672574401000", "A")),
                Reaction("❤️", None, Moment("reacted", 1672574402000000, "1672574402000", "A")),
            ),
            extra=(
                ("link", "https://example.org"),
                ("link title", "A page"),
                ("link description", "About it"),
            ),
        )
    ]
    poll = field(8, field(2, "What to bring?") + field(3, field(1, "Tea")) + field(3, field(1, "Cake")))
    rows = insert(ZMESSAGETYPE=46) + (
        f"INSERT INTO ZWAMESSAGEINFO(Z_PK,ZMESSAGE,ZRECEIPTINFO) VALUES (1,2,x'{poll.hex()}');"
    )
    assert read(rows) == [
        replace(
            PLAIN,
            flags=("poll",),
            text="What to bring?",
            extra=(("poll option", "Tea"), ("poll option", "Cake")),
        )
    ]


def test_what_cannot_be_decoded_costs_only_itself():
    rows = insert(ZTEXT="Hi") + media(ZMETADATA=b"\xff\xff\xff", ZLATITUDE="north")
    assert read(rows) == [
        replace(PLAIN, text="Hi"),
        Problem("value", "protobuf", "ZMETADATA cannot be decoded", "ZWAMESSAGE:Z_PK=2"),
    ]


@pytest.mark.parametrize(
    ("kind", "code", "values", "expected"),
    [
        (6, 50, {"ZGROUPMEMBER": 2}, {
            "text": "[added to the group: +447700900102]", "extra": (("ZGROUPEVENTTYPE", 50), ("participant", BEN))}),
        (6, 1, {"ZGROUPMEMBER": 2, "ZTEXT": "Library Club"}, {
            "text": "[subject of the group changed (by +447700900102)] Library Club", "sender": BEN_PARTY,
            "extra": (("ZGROUPEVENTTYPE", 1),)}),
        (10, 4, {}, {
            "text": "[missed video call]", "flags": ("system", "call", "missed", "video"),
            "extra": (("ZGROUPEVENTTYPE", 4),)}),
        (10, 9999, {}, {"text": "[system event 10, 9999]", "extra": (("ZGROUPEVENTTYPE", 9999),)}),
    ],
)  # fmt: skip
def test_events_are_put_into_words_and_keep_their_code(kind, code, values, expected):
    rows = insert(ZCHATSESSION=2, ZMESSAGETYPE=kind, ZGROUPEVENTTYPE=code, ZFROMJID=GROUP, **values)
    system = replace(
        PLAIN,
        flags=("system",),
        moments=(moment("recorded"),),
        conversation=GROUP,
        title="Library Club",
        direction=None,
        sender=None,
    )
    assert read(GROUP_CHAT + rows)[0] == replace(system, **expected)


def test_blocked_contacts_and_removed_groups_come_out():
    rows = GROUP_CHAT + f"UPDATE ZWACHATSESSION SET ZREMOVED=1; INSERT INTO ZWABLACKLISTITEM VALUES (1,'{BEN}');"
    found = list(ios(chat_storage(rows)))
    assert found == [
        Present(1),
        Present(1),
        replace(CLUB, flags=("removed",)),
        Contact(
            locator="ZWABLACKLISTITEM:Z_PK=1",
            service="WhatsApp",
            flags=("blocked",),
            name="Benny",
            identifiers=(BEN_PARTY,),
            text=BEN,
        ),
    ]


def test_an_early_layout_an_unknown_one_and_no_database():
    early = CHATS + MESSAGE.replace("ZSENTDATE TIMESTAMP,", "").replace("ZSTARRED INTEGER,", "") + SCENE
    assert list(ios(chat_storage(insert(ZTEXT="Hi"), early)))[1] == replace(PLAIN, text="Hi")
    assert list(ios(chat_storage("", CHATS))) == [Problem("schema", "unknown-layout", "no table ZWAMESSAGE")]
    assert list(ios(MemoryFile("ChatStorage.sqlite", b"no database at all"))) == [
        Problem("file", "damaged-database", "not a database (or encrypted)")
    ]


@pytest.mark.parametrize("table", ["ZWAMESSAGE", "ZWABLACKLISTITEM"])
def test_a_broken_value_costs_no_row(table):
    rows = insert(ZTEXT="Hi", ZGROUPMEMBER=2) + f"INSERT INTO ZWABLACKLISTITEM VALUES (1,'{BEN}');"
    file = chat_storage(rows)
    assert_no_row_is_lost(ios, file.path, file.open().read(), table, "Z_PK")


def test_a_broken_value_costs_no_group_and_no_file_of_a_message():
    file = chat_storage(GROUP_CHAT + insert(ZTEXT="Hi") + media(ZTITLE="x"))
    columns = ("ZPARTNERNAME", "ZARCHIVED", "ZREMOVED")
    data = chat_storage(GROUP_CHAT + "DELETE FROM ZWACHATSESSION WHERE Z_PK != 2;").open().read()
    assert_no_row_is_lost(ios, file.path, data, "ZWACHATSESSION", "Z_PK", columns=columns)
