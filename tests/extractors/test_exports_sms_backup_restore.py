"""Backups of "SMS Backup & Restore": text and picture messages, calls, and files that break off."""

from __future__ import annotations

import base64
import hashlib
from xml.sax.saxutils import quoteattr

import pytest

from evidence_store.records import Attachment, Call, Message, Moment, Party, Present, Problem, Record
from extractors.exports.sms_backup_restore.backup import looks_like, sms_backup_restore
from tests.evidence_builders.files import MemoryFile

ANN = Party("+447700900101", "phone", "Ann Example")
BEN = Party("+447700900102", "phone")
CAT = Party("+447700900103", "phone")
OWN = Party("+447700900199", "phone")
SMS = {
    "protocol": "0", "address": "+447700900101", "date": "1700000000123", "type": "1", "subject": "null",
    "body": "Hello", "toa": "null", "service_center": "+447700900000", "read": "1", "status": "-1", "locked": "0",
    "date_sent": "1699999999000", "sub_id": "1", "readable_date": "14 Nov 2023 22:13:20", "contact_name": "Ann Example",
}  # fmt: skip
MMS = {
    "date": "1700000000000", "ct_t": "application/vnd.wap.multipart.related", "msg_box": "2", "sub": "null",
    "address": "+447700900101", "read": "1", "m_type": "128", "m_id": "abc@example.org", "date_sent": "0",
    "contact_name": "Ann Example",
}  # fmt: skip
PICTURE = b"\x89PNG made up"
SECRET = (("presentation", "2"),)
MORE = (("service_center", "+447700900000"), ("sub_id", "1"), ("readable_date", "14 Nov 2023 22:13:20"))


def tag(name, row, inside=None):
    attributes = " ".join(f"{key}={quoteattr(value)}" for key, value in row.items())
    return f"<{name} {attributes} />" if inside is None else f"<{name} {attributes}>{inside}</{name}>"


def mms(row, parts=(), addrs=()):
    listed = "".join(tag("part", part) for part in parts)
    return tag(
        "mms", {**MMS, **row}, f"<parts>{listed}</parts><addrs>{''.join(tag('addr', one) for one in addrs)}</addrs>"
    )


def backup(*elements, root="smses", count=None):
    number = len(elements) if count is None else count
    head = "<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>\n<!--File Created By SMS Backup & Restore-->\n"
    return f'{head}<{root} count="{number}">{"".join(elements)}</{root}>'.encode("utf-8", "surrogatepass")


def read(data):
    return list(sms_backup_restore(MemoryFile("sms-20231114.xml", data, mime="text/xml")))


def one(element, root="smses"):
    """The record of one element, and the problems with it."""
    found = read(backup(element, root=root))
    assert found[-1] == Present(1)
    place = backup("").index(b"</smses>")
    assert found[0].locator.endswith(f" 1, byte {place}")
    return found[0], found[1:-1]


def at(meaning, raw, utc_us):
    return Moment(meaning, utc_us, raw, "A")


RECEIVED = at("received", "1700000000123", 1700000000123000)
SENT = at("sent", "1699999999000", 1699999999000000)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({}, {}),
        (
            {"type": "2", "date_sent": "0"},
            {"moments": (at("sent", "1700000000123", 1700000000123000),), "direction": "out", "sender": None,
             "recipients": (ANN,)},
        ),
        (
            {"type": "3", "date_sent": "0", "status": "64", "body": "null"},
            {"moments": (at("recorded", "1700000000123", 1700000000123000),), "direction": "out", "sender": None,
             "recipients": (ANN,), "flags": ("draft",), "text": "null",
             "extra": (MORE[0], ("status", "64"), *MORE[1:])},
        ),
        ({"read": "0", "locked": "1"}, {"flags": ("unread",), "extra": (MORE[0], ("locked", "1"), *MORE[1:])}),
        (
            {"type": "9"},
            {"moments": (at("recorded", "1700000000123", 1700000000123000),), "direction": None, "sender": None,
             "recipients": (ANN,), "flags": ("type 9",),
             "extra": (("type", "9"), MORE[0], ("date_sent", "1699999999000"), *MORE[1:])},
        ),
        (
            {"contact_name": "(Unknown)", "body": "Two\nlines & <more> \"so\""},
            {"sender": Party(ANN.identifier), "title": None, "text": "Two\nlines & <more> \"so\""},
        ),
        (
            {"address": "+447700900102~+447700900103", "type": "2", "date_sent": "0", "contact_name": "Ben, Cat"},
            {"moments": (at("sent", "1700000000123", 1700000000123000),), "direction": "out", "sender": None,
             "recipients": (BEN, CAT), "title": "Ben, Cat", "conversation": "+447700900102~+447700900103"},
        ),
        (
            {"address": "null"},
            {"sender": Party("Ann Example", "name", "Ann Example"), "conversation": None},
        ),
    ],
)  # fmt: skip
def test_a_text_message_comes_out_whole(row, expected):
    found, problems = one(tag("sms", {**SMS, **row}))
    plain = {
        "locator": found.locator, "service": "SMS", "moments": (RECEIVED, SENT), "extra": MORE,
        "conversation": "+447700900101", "title": "Ann Example", "direction": "in", "sender": ANN, "text": "Hello",
    }  # fmt: skip
    assert (found, problems) == (Message(**{**plain, **expected}), [])


def test_characters_that_xml_forbids_come_out_as_what_they_stand_for():
    rows = [tag("sms", {**SMS, "body": body}) for body in ("A", "B", "C", "D")]
    data = backup(*rows).replace(b'"A"', b'"&#55357;&#56832;!"').replace(b'"B"', b'"bell &#7; and \x01"')
    data = data.replace(b'"C"', b'"half &#55357;"').replace(b'"D"', b'"caf\xe9"')
    texts = [found.text for found in read(data) if isinstance(found, Message)]
    assert texts == ["😀!", "bell \x07 and \x01", "half \ud83d", "caf\udce9"]


def test_a_picture_message_comes_out_with_its_parts_and_people():
    parts = [
        {"seq": "-1", "ct": "application/smil", "text": "<smil/>"},
        {"seq": "0", "ct": "image/png", "name": "null", "cl": "one.png", "text": "null",
         "data": base64.b64encode(PICTURE).decode()},
        {"seq": "0", "ct": "text/plain", "cl": "text.txt", "text": "Look"},
        {"seq": "0", "ct": "video/mp4", "name": "film.mp4", "text": "null"},
        {"seq": "0", "ct": "audio/amr", "fn": "sound.amr", "data": "%%%"},
    ]  # fmt: skip
    people = [
        ("+447700900199", "137"),
        ("+447700900101", "151"),
        ("+447700900102", "130"),
        ("insert-address-token", "129"),
    ]
    found, problems = one(mms({"sub": "Holiday"}, parts, [{"address": who, "type": kind} for who, kind in people]))
    digest = hashlib.sha256(PICTURE).hexdigest()
    assert found == Message(
        locator=found.locator,
        service="MMS",
        moments=(at("sent", "1700000000000", 1700000000000000),),
        attachments=(
            Attachment("one.png", None, "image/png", len(PICTURE), digest, "embedded"),
            Attachment("film.mp4", mime="video/mp4", state="omitted"),
            Attachment("sound.amr", mime="audio/amr", state="embedded"),
        ),
        extra=(("m_id", "abc@example.org"), ("cc", "+447700900102")),
        conversation="+447700900101",
        title="Ann Example",
        direction="out",
        sender=OWN,
        recipients=(ANN, BEN),
        subject="Holiday",
        text="Look",
    )
    assert [problem.code for problem in problems] == ["base64"]


def test_a_picture_message_without_parts_or_people_comes_out():
    found, problems = one(tag("mms", {**MMS, "msg_box": "1", "m_type": "130", "read": "0", "date_sent": "1699999999"}))
    assert (found, problems) == (
        Message(
            locator=found.locator,
            service="MMS",
            moments=(at("received", "1700000000000", 1700000000000000), at("sent", "1699999999", 1699999999000000)),
            flags=("unread", "not downloaded"),
            extra=(("m_id", "abc@example.org"),),
            conversation="+447700900101",
            title="Ann Example",
            direction="in",
            sender=ANN,
        ),
        [],
    )


def test_a_message_of_a_group_names_its_sender_and_the_others():
    people = [("+447700900101", "130"), ("+447700900102", "130"), ("+447700900102", "137"), ("+447700900199", "151")]
    listed = [{"address": who, "type": kind} for who, kind in people]
    row = {"msg_box": "1", "address": "+447700900101~+447700900102", "contact_name": "Ann Example, Ben Example"}
    found, _ = one(mms(row, [{"ct": "text/plain", "text": "Hi all"}], listed))
    assert (found.sender, found.recipients) == (BEN, (Party(ANN.identifier), OWN))


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({}, {"direction": "in", "sender": ANN, "outcome": "answered"}),
        ({"type": "2"}, {"direction": "out", "recipients": (ANN,)}),
        ({"type": "3", "duration": "0"}, {"direction": "in", "sender": ANN, "outcome": "missed", "duration_s": 0}),
        (
            {"type": "5", "number": "", "presentation": "2", "contact_name": "(Unknown)"},
            {
                "direction": "in",
                "outcome": "rejected",
                "flags": ("number withheld",),
                "extra": (("presentation", "2"),),
            },
        ),
        ({"type": "42"}, {"flags": ("type 42",), "extra": (("number", ANN.identifier), ("type", "42"))}),
    ],
)
def test_a_call_comes_out_whole(row, expected):
    stored = {"number": ANN.identifier, "duration": "61", "date": "1700000000123", "type": "1", "presentation": "1"}
    found, problems = one(tag("call", {**stored, "contact_name": "Ann Example", **row}), root="calls")
    plain = {
        "locator": found.locator, "service": "Phone", "moments": (at("started", "1700000000123", 1700000000123000),),
        "duration_s": 61,
    }  # fmt: skip
    assert (found, problems) == (Call(**{**plain, **expected}), [])


@pytest.mark.parametrize(
    ("count", "kind", "detail"),
    [
        (3, "file", "the backup declares 3 entries; 2 are in it"),
        (1, "note", "the backup declares 1 entries; 2 are in it"),
        ("", "note", "the backup declares no number of entries; 2 are in it"),
    ],
)
def test_a_number_that_differs_from_the_declared_one_is_said(count, kind, detail):
    found = read(backup(tag("sms", SMS), tag("sms", SMS), count=count))
    assert found[2:] == [Present(2), Problem(kind, "declared-count", detail)]
    assert found[0].text == found[1].text  # twins come out twice


def test_a_backup_that_breaks_off_gives_what_stands_before():
    whole = backup(tag("sms", SMS), mms({}, [{"ct": "text/plain", "text": "one"}, {"ct": "text/plain", "text": "two"}]))
    rows = len([found for found in read(whole) if isinstance(found, Record)])
    assert rows == 2
    for end in range(whole.index(b"body="), len(whole) - 8, 7):
        found = read(whole[:end])
        present = next(one.rows for one in found if isinstance(one, Present))
        assert present == len([one for one in found if isinstance(one, Record)]) > 0
        assert next(one.code for one in found if isinstance(one, Problem) and one.kind == "file") == "cut"
    cut = read(whole[: whole.index(b'"two"') + 3])
    assert (cut[1].text, cut[2].code) == ("one\ntw", "cut")


def test_a_message_whose_end_is_missing_does_not_take_the_next():
    data = backup("<mms msg_box='1' date='1700000000000' address='+447700900101'>", tag("sms", SMS))
    assert [(one.service, one.text) for one in read(data) if isinstance(one, Message)] == [
        ("MMS", None),
        ("SMS", "Hello"),
    ]


@pytest.mark.parametrize("name", [*SMS, *MMS, "number", "duration"])
@pytest.mark.parametrize("value", ["", "null", "-1", "9" * 40, "1e300", "\u0661\u0662", "x" * 300, None])
def test_a_bad_value_costs_no_row(name, value):
    def row(stored):
        broken = {**stored, name: value} if value is not None else {key: stored[key] for key in stored if key != name}
        return {key: text for key, text in broken.items() if text is not None}

    call = {"number": ANN.identifier, "duration": "61", "date": "1700000000123", "type": "1"}
    found = read(backup(tag("sms", row(SMS)), tag("mms", row(MMS), "<parts/>"), tag("call", row(call))))
    assert [one.locator.split()[0] for one in found if isinstance(one, Record)] == ["sms", "mms", "call"]


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b'<?xml version="1.0"?>\n<smses count="0">', True),
        (b"<calls/>", True),
        (b"<html><body>smses</body></html>", False),
        (b"<callsign>x</callsign>", False),
    ],
)
def test_only_such_a_backup_is_taken(head, expected):
    assert looks_like(head) is expected
    assert (read(head) != []) is expected


def test_a_published_sample_comes_out_whole(corpus):
    path = "sms-backup-restore/sms-backup-restore-parser/tests/fixtures/minimal_calls.xml"
    found = read((corpus / path).read_bytes())
    alice = Party("+15551234567", "phone", "Alice Smith")
    assert found == [
        Call(
            locator="call 1, byte 59", service="Phone", moments=(at("started", "1609632000000", 1609632000000000),),
            extra=(("subscription_id", "1"), ("readable_date", "Jan 3, 2021 12:00:00 AM")), direction="in",
            sender=alice, outcome="answered", duration_s=125,
        ),
        Present(1),
    ]  # fmt: skip


def of_super_backup(body, name="Ann Example"):
    """As that application writes a message: attributes in one order, quotes as they are."""
    return (
        f'\t<sms address="{ANN.identifier}" time="14 Nov 2023 22:13:20" date="1700000000123" type="1" body="{body}" '
        f'read="1" service_center="null" name="{name}" />\n'
    )


@pytest.mark.parametrize(
    ("body", "text", "codes"),
    [
        ("Hi &amp; bye", "Hi & bye", []),
        ('He said "hi" and "bye"', 'He said "hi" and "bye"', ["quotes"]),
        ('"', '"', ["quotes"]),
        ('a "b" read="2', 'a "b" read="2', ["quotes"]),
    ],
)
def test_messages_of_super_backup_come_out_whole(body, text, codes):
    found = read(backup(of_super_backup(body), of_super_backup("next"), root="allsms"))
    assert [(one.sender, one.title, one.text) for one in found if isinstance(one, Message)] == [
        (ANN, "Ann Example", text),
        (ANN, "Ann Example", "next"),
    ]
    assert found[0].extra == (("time", "14 Nov 2023 22:13:20"),)
    assert [one.code for one in found if isinstance(one, Problem)] == codes


def test_a_message_of_super_backup_that_breaks_off_is_said():
    found = read(backup(of_super_backup('He said "hi"'), root="allsms").partition(b" service_center")[0])
    assert [one.text for one in found if isinstance(one, Message)] == ["He said "]
    assert [one.code for one in found if isinstance(one, Problem)] == ["cut", "cut"]


def test_calls_of_super_backup_come_out_whole():
    row = {"number": ANN.identifier, "time": "x", "date": "1700000000123", "type": "2", "name": "Ann Example"}
    found = read(backup(tag("log", {**row, "new": "0", "dur": "61"}), root="alllogs"))
    assert found == [
        Call(
            locator=found[0].locator, service="Phone", moments=(at("started", "1700000000123", 1700000000123000),),
            extra=(("time", "x"),), direction="out", recipients=(ANN,), duration_s=61,
        ),
        Present(1),
    ]  # fmt: skip


@pytest.mark.parametrize("date", [("1700000000000", "1699999999"), ("1700000000", "1699999999000")])
def test_the_times_of_a_picture_message_are_read_in_the_unit_they_have(date):
    found, problems = one(tag("mms", {**MMS, "msg_box": "1", "m_type": "132", "date": date[0], "date_sent": date[1]}))
    assert [moment.utc_us for moment in found.moments] == [1700000000000000, 1699999999000000]
    assert problems == []
