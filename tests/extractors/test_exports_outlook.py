"""Items of Outlook as records: letters, contacts, lists, appointments, tasks, notes."""

from __future__ import annotations

import hashlib

import pytest

from evidence_store.records import (
    Attachment,
    CalendarEvent,
    Contact,
    Email,
    Moment,
    Note,
    Party,
    Present,
    Problem,
    Record,
)
from extractors.exports.mail.outlook import msg, pst
from extractors.exports.mail.outlook_letters import email
from extractors.exports.mail.outlook_others import contact, event, note, task
from extractors.exports.mail.outlook_values import Place
from extractors.exports.mail.values import LetterDoubts
from parsers.mapi import Attached, Properties
from parsers.pst_file import _count
from tests.evidence_builders.files import MemoryFile
from tests.evidence_builders.outlook import compound, item, streams

SENT, CREATED = 131485947630000000, 131485947642738265
ANN = Party("ann@example.org", "email", "Ann Example")
BEN = Party("ben@example.org", "email", "Ben Example")
FILE = b"file " * 1000
PLACE = Place("node 7", "Top/Inbox")
LETTER = {
    0x1A: "IPM.Note", 0x37: "\x01\x05RE: Hello", 0x1000: "Words\r\nand more\r\n", 0x39: SENT, 0xE07: 1,
    0x5D01: "ann@example.org", 0xC1A: "Ann Example", 0x1035: "<one@example.org>", 0x70: "Hello",
}  # fmt: skip


def time(meaning, value=SENT):
    return Moment(meaning, value // 10 - 11_644_473_600_000_000, str(value), "A")


def doubts():
    return LetterDoubts(MemoryFile("a.pst", b""))


def called(name):
    return Party(name, "name", name)


def person(role, mail, name):
    return Properties({0xC15: role, 0x39FE: mail, 0x3001: name})


def letter(**fields):
    plain = {
        "locator": "node 7", "service": "E-mail", "moments": (time("sent"),), "extra": (("folder", "Top/Inbox"),),
        "title": "Hello", "sender": ANN, "subject": "RE: Hello", "text": "Words\nand more", "key": "one@example.org",
    }  # fmt: skip
    return Email(**{**plain, **fields})


@pytest.mark.parametrize(
    ("values", "place", "expected"),
    [
        ({}, PLACE, {}),
        ({0xE07: 0x20}, PLACE, {"flags": ("unread",), "direction": "out"}),
        ({0xE07: 0x09}, PLACE, {"flags": ("draft",), "direction": "out", "moments": ()}),
        ({}, Place("node 7", "Top/Sent Items", "sent"), {"direction": "out", "extra": (("folder", "Top/Sent Items"),)}),
        ({}, Place("node 7", gone=True), {"deleted": True, "flags": ("no folder left",), "extra": ()}),
        ({0x1A: "IPM.Post"}, PLACE, {"flags": ("class IPM.Post",)}),
        ({0x1A: ""}, PLACE, {"flags": ("no class",)}),
        (
            {0xE06: CREATED, 0x3007: CREATED, 0x3008: SENT},
            PLACE,
            {"moments": (time("sent"), time("received", CREATED), time("created", CREATED), time("modified"))},
        ),
        (
            {0x1081: 102, 0x1082: CREATED, 0x1090: 2},
            PLACE,
            {"flags": ("starred", "answered"), "moments": (time("sent"), time("answered", CREATED))},
        ),
        (
            {0x71: b"\x01" + bytes(5) + bytes(range(16)) + b"more"},
            PLACE,
            {"conversation": "000102030405060708090a0b0c0d0e0f"},
        ),
        (
            {0x17: 2, 0x36: 2, 0x1042: "<zero@example.org>", 0x5D02: "boss@example.org"},
            PLACE,
            {
                "extra": (
                    ("folder", "Top/Inbox"), ("in the name of", "boss@example.org"), ("importance", "high"),
                    ("sensitivity", "private"), ("in-reply-to", "<zero@example.org>"),
                ),
            },
        ),
        (
            {0x5D01: "", 0xC1E: "EX", 0xC1F: "/o=Org/cn=ann"},
            PLACE,
            {"sender": Party("/o=Org/cn=ann", "account", "Ann Example")},
        ),
        (
            {0x5D01: "", 0x7D: "From: Ann <ann@example.org>\r\nTo: ben@example.org\r\nReceived: by x; y\r\n"},
            PLACE,
            {
                "sender": Party("ann@example.org", "email", "Ann"), "recipients": (Party("ben@example.org", "email"),),
                "extra": (("folder", "Top/Inbox"), ("received", "by x; y")),
            },
        ),
        ({0xE04: "Ben Example; Cat"}, PLACE, {"recipients": (called("Ben Example"), called("Cat"))}),
        ({0x1000: "", 0x1013: b"<p>page</p>"}, PLACE, {"text": "page"}),
        ({0x1000: " ", 0x1013: "", 0x1009: b"\x0f\0\0\0\x09\0\0\0MELA\0\0\0\0{\\rtf1 r}"}, PLACE, {"text": "r"}),
    ],
)  # fmt: skip
def test_a_letter_comes_out_whole(values, place, expected):
    known = doubts()
    assert email(known, item({**LETTER, **values}), place) == letter(**expected)
    assert known.drain() == []


def test_a_letter_has_its_recipients_and_files():
    people = [
        person(1, "ben@example.org", "Ben Example"),
        person(2, "cat@example.org", "Cat"),
        person(3, "d@example.org", "Dan"),
    ]
    attached = [
        Attached(Properties({0x3707: "a.png", 0x370E: "image/png"}), 4, "ab" * 32),
        Attached(Properties({0x3001: "inner", 0xE20: 900}), item=item(LETTER)),
        Attached(Properties()),
    ]
    found = email(doubts(), item(LETTER, recipients=people, attached=attached), PLACE)
    assert found == letter(
        recipients=(BEN,),
        cc=(Party("cat@example.org", "email", "Cat"),),
        bcc=(Party("d@example.org", "email", "Dan"),),
        attachments=(
            Attachment("a.png", None, "image/png", 4, "ab" * 32, "embedded"),
            Attachment("inner", None, "application/vnd.ms-outlook", 900, None, "embedded"),
            Attachment("attachment 3", state="embedded"),
        ),
    )


def test_what_is_bad_costs_the_value():
    known = doubts()
    found = email(known, item({**LETTER, 0x39: 2**62, 0x1000: "", 0x1009: b"broken"}), PLACE)
    assert found == letter(moments=(Moment("sent", None, str(2**62), "A", "", "not a plausible time"),), text=None)
    assert [one.code for one in known.drain()] == ["time", "rtf"]


def test_a_contact_comes_out_whole():
    values = {
        0x1A: "IPM.Contact", 0x3001: "Ann Example", 0x3A1C: "07700 900101", 0x3A16: "Example Ltd", 0x3A17: "Clerk",
        0x3A42: SENT, 0x1000: "met once",
    }  # fmt: skip
    named = {0x8083: "ann@example.org", 0x801A: "1 High Street\r\nTown", 0x8005: "Example, Ann"}
    assert contact(doubts(), item(values, named), PLACE, people=False) == Contact(
        locator="node 7",
        service="Outlook",
        moments=(time("birthday"),),
        extra=(
            ("folder", "Top/Inbox"),
            ("job", "Clerk"),
            ("home address", "1 High Street Town"),
            ("phone (mobile)", "07700 900101"),
        ),
        name="Ann Example",
        identifiers=(Party("07700 900101", "phone", "Ann Example"), ANN),
        organisation="Example Ltd",
        text="Ann Example\nExample Ltd\n07700 900101\nann@example.org\nClerk\n1 High Street Town\nmet once",
    )


def test_an_appointment_and_a_task_are_entries_of_a_calendar():
    named = {
        0x820D: SENT, 0x820E: CREATED, 0x8208: "Room 1", 0x8223: True, 0x8232: "every day", 0x8205: 3, 0x8215: True,
    }  # fmt: skip
    values = {0x37: "Meeting", 0x1000: "notes", 0x5D01: "ann@example.org", 0xC1A: "Ann Example"}
    made = item(values, named, recipients=[person(1, "ben@example.org", "Ben Example")])
    assert event(doubts(), made, PLACE) == CalendarEvent(
        locator="node 7",
        service="Outlook",
        moments=(time("starts"), time("ends", CREATED)),
        flags=("recurring", "all day"),
        extra=(("recurrence", "every day"), ("shown as", "out of office")),
        title="Meeting",
        place="Room 1",
        sender=ANN,
        recipients=(BEN,),
        calendar="Top/Inbox",
        text="Meeting\nRoom 1\nnotes",
    )
    due = {0x8105: SENT, 0x8104: 0x0CB34557A3DD4000, 0x8101: 2, 0x810F: CREATED}
    assert task(doubts(), item({0x37: "Do it"}, due), Place("node 7")) == CalendarEvent(
        locator="node 7",
        service="Outlook",
        moments=(time("due"), time("completed", CREATED)),
        flags=("task",),
        extra=(("state", "completed"),),
        title="Do it",
        text="Do it",
    )


def test_a_note_comes_out_whole():
    made = item({0x37: "A note", 0x1000: "A note\r\nof two lines", 0x3007: CREATED})
    assert note(doubts(), made, PLACE, ()) == Note(
        locator="node 7", service="Outlook", moments=(time("created", CREATED),), title="A note", folder="Top/Inbox",
        text="A note\nof two lines",
    )  # fmt: skip


def read(extractor, data, path):
    return list(extractor(MemoryFile(path, data)))


def test_a_file_gives_its_item_and_those_attached_to_it():
    tree = {
        **streams({0x1A: "IPM.Note", 0x37: "outer", 0x39: (SENT,), 0xE07: 1}, 32),
        "__recip_version1.0_#00000000": streams({0x3001: "Ben Example", 0x39FE: "ben@example.org", 0xC15: 1}),
        "__attach_version1.0_#00000000": streams({0x3707: "a.bin", 0x3701: FILE}),
        "__attach_version1.0_#00000001": {
            **streams({0x3001: "inner"}),
            "__substg1.0_3701000D": streams({0x1A: "IPM.StickyNote", 0x37: "inner"}, 24),
        },
    }
    assert read(msg, compound(tree), "a.msg") == [
        Email(
            locator="item",
            service="E-mail",
            moments=(time("sent"),),
            attachments=(
                Attachment("a.bin", None, None, len(FILE), hashlib.sha256(FILE).hexdigest(), "embedded"),
                Attachment("inner", None, "application/vnd.ms-outlook", state="embedded"),
            ),
            recipients=(BEN,),
            subject="outer",
        ),
        Note(locator="item attachment 2", service="Outlook", flags=("attached",), title="inner"),
        Present(2),
    ]


def test_what_the_program_keeps_for_itself_is_counted():
    tree = streams({0x1A: "IPM.Configuration.Rules", 0x37: "x"}, 32)
    words = "an item that the program keeps for itself is not read"
    assert read(msg, compound(tree), "a.msg") == [Present(0), Problem("note", "own-item", words)]


@pytest.mark.parametrize(
    ("extractor", "data", "codes"),
    [
        (msg, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), ["damaged-message"]),
        (msg, b"PK\x03\x04", []),
        (pst, b"!BDN" + bytes(600), ["damaged-store"]),
        (pst, b"", []),
    ],
)
def test_what_is_no_such_file_is_told_in_one_line(extractor, data, codes):
    assert [one.code for one in read(extractor, data, "a")] == codes


def test_damage_of_a_store_costs_what_lies_in_it(corpus):
    data = bytearray((corpus / "tika/testPST_variousBodyTypes.pst").read_bytes())
    whole = read(pst, bytes(data), "a.pst")
    assert whole[-1] == Present(4)
    for at in range(40_000, len(data), 9973):
        broken = data[:]
        broken[at : at + 64] = bytes(64)
        found = read(pst, bytes(broken), "a.pst")
        rows = [one for one in found if isinstance(one, Record)]
        failed = [one for one in found if isinstance(one, Problem) and one.kind in ("row", "file")]
        assert len(rows) == 4 or failed


def test_the_items_of_a_published_store_come_out_whole(corpus):
    found = read(pst, (corpus / "java-libpst/dist-list.pst").read_bytes(), "a.pst")
    people = [
        ("contact 1", "contact1@rjohnson.id.au"),
        ("dist 1", "dist1@rjohnson.id.au"),
        ("dist 2", "dist2@rjohnson.id.au"),
    ]
    named = tuple(Party(mail, "email", name.replace(" ", " name ")) for name, mail in people)
    folder = "Top of Personal Folders/Contacts"
    assert found[1] == Contact(
        locator="node 2097188",
        service="Outlook",
        moments=(time("created", 130454998611900000), time("modified", 130454998611900000)),
        flags=("distribution list",),
        extra=(("folder", folder),),
        name="test dist list",
        identifiers=named,
        text="\n".join(["test dist list", *(one.identifier for one in named)]),
    )


def test_names_of_properties_beyond_the_bound_are_told_of_the_store(corpus, monkeypatch):
    data = (corpus / "java-libpst/dist-list.pst").read_bytes()
    whole = read(pst, data, "a.pst")
    monkeypatch.setattr("parsers.mapi._MOST_NAMES", 10)
    told = [one for one in read(pst, data, "a.pst") if isinstance(one, Problem) and one not in whole]
    assert [(one.kind, one.code) for one in told] == [("value", "store")]
    assert "names of properties beyond the first 10 are not read" in told[0].detail


def test_a_value_beyond_the_bound_is_told_with_its_item(corpus, monkeypatch):
    data = (corpus / "tika/testPST_variousBodyTypes.pst").read_bytes()
    whole = read(pst, data, "a.pst")
    monkeypatch.setattr("parsers.pst_file._MOST_VALUE", 300)
    found = read(pst, data, "a.pst")
    assert [one.locator for one in found if isinstance(one, Record)] == [
        one.locator for one in whole if isinstance(one, Record)
    ]
    told = [one for one in found if isinstance(one, Problem) and one not in whole]
    assert {(one.kind, one.code) for one in told} == {("value", "item"), ("value", "store")}
    assert all("bytes and is left out" in one.detail for one in told)


class Broken:
    """As libpff gives a folder of which a block is damaged."""

    @property
    def number_of_sub_messages(self) -> int:
        raise OSError("libpff_folder_get_number_of_sub_messages: invalid table.")


def test_a_count_that_cannot_be_read_is_told_and_one_that_is_not_there_is_none():
    faults = []
    assert [_count(Broken(), name, faults) for name in ("number_of_sub_messages", "number_of_sub_items")] == [0, 0]
    assert len(faults) == 1
    assert "the number of sub messages cannot be read" in faults[0]
