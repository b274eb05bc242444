"""Text and picture messages of Android's own backup."""

from __future__ import annotations

import json
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence_store.records import Message, Moment, Party, Present, Problem
from extractors.android.sms_backup import sms_backup
from extractors.matching import Matcher
from tests.evidence_builders.android_backup import sms_backup as packed
from tests.evidence_builders.files import MemoryFile

FOLDER = "data/user_de/0/com.android.providers.telephony/files"
SMS, MMS = f"{FOLDER}/000000_sms_backup", f"{FOLDER}/000001_mms_backup"
ANNA = Party("+447700900101")
BEN = Party("07700 900102")
ROW = {
    "self_phone": "+447700900100",
    "address": "+447700900101",
    "body": "made up",
    "date": "1792888200000",
    "date_sent": "1792888199000",
    "status": "-1",
    "type": "1",
    "recipients": ["+447700900101"],
    "read": "0",
}


def read(*rows: dict[str, object], path: str = SMS) -> list[object]:
    return list(sms_backup(MemoryFile(path, packed(*rows))))


def test_the_messages_of_a_real_backup_come_out_whole(corpus):
    where = corpus / "mvt/android_backup/apps/com.android.providers.telephony/d_f"
    text, picture = (
        list(sms_backup(MemoryFile(path, (where / path.rpartition("/")[2]).read_bytes()))) for path in (SMS, MMS)
    )
    assert text == [
        Message(
            locator="element 0",
            service="SMS",
            moments=(Moment("recorded", 1_645_543_781_956_000, "1645543781956", "A"),),
            flags=("queued",),
            conversation="06543219",
            direction="out",
            recipients=(Party("06543219"),),
            text="Hi this is a test message to https://google.com/",
        ),
        Present(1),
    ]
    assert picture == [
        Message(
            locator="element 0",
            service="MMS",
            moments=(
                Moment("received", 1_579_531_789_000_000, "1579531789", "A"),
                Moment("sent", 1_579_531_786_000_000, "1579531786", "A"),
            ),
            extra=(("m_type", "132"), ("v", "16"), ("tr_id", "cjdYUDkdslU"), ("mms_charset", "106")),
            conversation="+12345678",
            direction="in",
            sender=Party("+12345678"),
            recipients=(Party("+23456789"),),
            text="Very suspicious MMS, click on this link http://google.com",
        ),
        Present(1),
    ]


def test_a_text_message_comes_out_whole():
    assert read(ROW | {"subject": "Example", "error_code": 7}) == [
        Message(
            locator="element 0",
            service="SMS",
            moments=(
                Moment("received", 1_792_888_200_000_000, "1792888200000", "A"),
                Moment("sent", 1_792_888_199_000_000, "1792888199000", "A"),
            ),
            flags=("unread",),
            extra=(("self_phone", "+447700900100"), ("error_code", "7")),
            conversation="+447700900101",
            direction="in",
            sender=ANNA,
            subject="Example",
            text="made up",
        ),
        Present(1),
    ]


def test_every_kind_of_message_comes_out_with_its_direction():
    found = read(*(ROW | {"type": str(kind), "read": "1"} for kind in range(1, 8)))
    assert [(m.direction, m.moments[0].meaning, m.flags, m.sender, m.recipients) for m in found[:-1]] == [
        ("in", "received", (), ANNA, ()),
        ("out", "sent", (), None, (ANNA,)),
        ("out", "recorded", ("draft",), None, (ANNA,)),
        ("out", "recorded", ("outbox",), None, (ANNA,)),
        ("out", "recorded", ("failed",), None, (ANNA,)),
        ("out", "recorded", ("queued",), None, (ANNA,)),
        (None, "recorded", ("type 7",), None, ()),
    ]
    assert found[-1] == Present(7)


def test_a_picture_message_names_everybody_by_their_part_in_it():
    row = {
        "date": "1792888200", "date_sent": "0", "m_type": "130", "msg_box": "1", "read": "1", "sub": "gr\u00c3\u00bcn",
        "sub_cs": "106", "recipients": ["+447700900101", "07700 900102"], "mms_body": "made up", "ct_l": "example",
        "mms_addresses": [
            {"type": 137, "address": "+447700900101", "charset": 106},
            {"type": 151, "address": "insert-address-token", "charset": 106},
            {"type": 130, "address": "07700 900102", "charset": 106},
            "none",
        ],
    }  # fmt: skip
    assert read(row, path=MMS) == [
        Message(
            locator="element 0",
            service="MMS",
            moments=(Moment("received", 1_792_888_200_000_000, "1792888200", "A"),),
            flags=("not downloaded",),
            extra=(("m_type", "130"), ("sub_cs", "106"), ("ct_l", "example"), ("cc", "07700 900102")),
            conversation="+447700900101, 07700 900102",
            direction="in",
            sender=ANNA,
            recipients=(BEN,),
            subject="grün",
            text="made up",
        ),
        Present(1),
    ]


def test_a_bad_date_costs_the_date_and_not_the_message():
    first, second, present = read(ROW | {"date": "yesterday"})
    assert first.moments[0] == Moment("received", None, "yesterday", "A", note="not a number")
    assert (first.text, second) == ("made up", Problem("value", "time", "date: not a number: yesterday", "element 0"))
    assert present == Present(1)


def test_what_is_no_message_is_a_row_that_failed():
    assert read([1, 2], ROW)[0] == Problem("row", "not-a-message", "list where a message should stand", "element 0")
    assert read([1, 2], ROW)[-1] == Present(2)


@pytest.mark.parametrize(
    ("data", "detail"),
    [
        (zlib.compress(json.dumps([ROW, ROW]).encode()[:-40]), "the JSON is damaged at character 211; 1 messages"),
        (zlib.compress(json.dumps([ROW]).encode()[:-1]), "the array has no end; 1 messages were read"),
        (packed(ROW)[:-4], "the compressed data end too early; 1 messages were read"),
    ],
)
def test_a_damaged_file_gives_the_messages_before_the_damage(data: bytes, detail: str):
    first, problem, present = sms_backup(MemoryFile(SMS, data))
    assert (first.text, problem.kind, problem.code, present) == ("made up", "file", "damaged-backup", Present(1))
    assert problem.detail.startswith(detail)


@pytest.mark.parametrize("data", [b"", b"made up", zlib.compress(b"{}"), zlib.compress(b"")])
def test_what_is_no_backup_is_said_to_be_unknown(data: bytes):
    (problem,) = sms_backup(MemoryFile(SMS, data))
    assert (problem.kind, problem.code) == ("schema", "unknown-layout")


def test_a_bomb_is_cut_and_said():
    many = zlib.compress(b"[" + b" " * (40 << 20) + b"]")
    assert list(sms_backup(MemoryFile(SMS, many))) == [
        Problem(
            "file", "damaged-backup", "more than 16777216 bytes come out: only these were read; 0 messages were read"
        ),
        Present(0),
    ]


def test_nesting_without_end_costs_no_stack():
    found = list(sms_backup(MemoryFile(SMS, zlib.compress(b"[" * 200_000))))
    assert [type(one) for one in found] == [Problem, Present]


def test_the_files_of_a_backup_are_found_by_their_names():
    match = Matcher([sms_backup]).match
    assert [bool(match(path)) for path in (SMS, MMS, "apps/com.android.providers.telephony/d_f/000000_sms_backup")] == [
        True
    ] * 3
    assert not match("data/data/com.example/files/000000_sms_backup")


WHOLE = packed(ROW, ROW | {"type": "2"})


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200), st.integers(0, 400), st.booleans())
def test_no_bytes_make_it_fail(junk: bytes, at: int, inside: bool):
    text = zlib.decompress(WHOLE)
    data = zlib.compress(text[:at] + junk + text[at + len(junk) :]) if inside else WHOLE[: at // 2] + junk
    for path in (SMS, MMS):
        assert len(list(sms_backup(MemoryFile(path, data)))) < 1000
