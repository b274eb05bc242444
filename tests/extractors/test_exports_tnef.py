"""Letters of Outlook within other letters (winmail.dat)."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence_store.records import Attachment, Email, Moment, Party, Present, Problem
from extractors.exports.mail.files import eml
from extractors.exports.mail.outlook import tnef as extractor
from parsers.tnef import read_tnef
from tests.evidence_builders.files import MemoryFile
from tests.evidence_builders.outlook import tnef, tnef_list

SENT = 131485947630000000
PROPERTIES, ATTACHMENT, RECIPIENTS, BEGINS = 0x00069003, 0x00069005, 0x00069004, 0x00069002
DATA, TITLE, SUBJECT, BODY, CLASS = 0x0006800F, 0x00018010, 0x00018004, 0x0002800C, 0x00078008
LETTER = {
    0x1A: "IPM.Note", 0x37: "Hello", 0x1000: "Words", 0x39: (SENT,), 0x5D01: "ann@example.org", 0xC1A: "Ann Example",
    "own name": "kept",
}  # fmt: skip
BEN = b"\x01\0\0\0" + tnef_list({0xC15: 1, 0x39FE: "ben@example.org", 0x3001: "Ben Example"})
DIGEST = hashlib.sha256(b"file").hexdigest()
INNER = tnef([(1, PROPERTIES, tnef_list({0x1A: "IPM.Note", 0x37: "inner"}))])


def read(data):
    return list(extractor(MemoryFile("winmail.dat", data, mime="application/vnd.ms-tnef")))


def test_a_letter_comes_out_whole():
    data = tnef(
        [
            (1, PROPERTIES, tnef_list(LETTER)),
            (1, RECIPIENTS, BEN),
            (2, BEGINS, bytes(14)),
            (2, TITLE, b"SHORT~1.TXT\0"),
            (2, DATA, b"file"),
            (2, ATTACHMENT, tnef_list({0x3707: "long name.txt", 0x370E: "text/plain"})),
            (2, BEGINS, bytes(14)),
            (2, ATTACHMENT, tnef_list({0x3001: "inner", 0x3701: b""})),
        ]
    )
    assert read(data) == [
        Email(
            locator="item",
            service="E-mail",
            moments=(Moment("sent", SENT // 10 - 11_644_473_600_000_000, str(SENT), "A"),),
            attachments=(
                Attachment("long name.txt", None, "text/plain", 4, DIGEST, "embedded"),
                Attachment("inner", None, None, 0, hashlib.sha256(b"").hexdigest(), "embedded"),
            ),
            sender=Party("ann@example.org", "email", "Ann Example"),
            recipients=(Party("ben@example.org", "email", "Ben Example"),),
            subject="Hello",
            text="Words",
        ),
        Present(1),
    ]
    assert read_tnef(data).properties.named == {"own name": "kept"}


def test_what_older_programs_write_is_read():
    attributes = [(1, SUBJECT, b"Caf\xe9\0"), (1, BODY, b"old words\0"), (1, CLASS, b"IPM.Microsoft Mail.Note\0")]
    assert read(tnef(attributes)) == [
        Email(locator="item", service="E-mail", subject="Café", text="old words"),
        Present(1),
    ]


def test_an_item_in_it_is_a_record_of_its_own():
    content = bytes(16) + INNER
    part = bytearray(tnef_list({0x3001: "inner", 0x3701: content}))
    part[part.index(b"\x02\x01\x01\x37")] = 0x0D  # an object, not bytes
    part[part.index(b"\x0d\x01\x01\x37") + 1] = 0
    found = read(tnef([(1, PROPERTIES, tnef_list(LETTER)), (2, BEGINS, bytes(14)), (2, ATTACHMENT, bytes(part))]))
    assert [(one.locator, one.subject, one.flags) for one in found[:2]] == [
        ("item", "Hello", ()),
        ("item attachment 1", "inner", ("attached",)),
    ]


def test_its_files_are_told_with_the_letter_that_carries_it():
    wrapped = tnef(
        [
            (1, PROPERTIES, tnef_list({0x1000: "wrapped words"})),
            (2, BEGINS, bytes(14)),
            (2, DATA, b"file"),
            (2, TITLE, b"a.txt\0"),
        ]
    )
    head = b"From: ann@example.org\nContent-Type: application/ms-tnef; name=winmail.dat\n\n"
    found = list(eml(MemoryFile("a.eml", head + wrapped, mime="message/rfc822")))
    size, digest = len(wrapped), hashlib.sha256(wrapped).hexdigest()
    assert found == [
        Email(
            locator=f"letter 1, byte 0+{len(head) + size}",
            service="E-mail",
            attachments=(
                Attachment("winmail.dat", None, "application/ms-tnef", size, digest, "embedded"),
                Attachment("a.txt", None, None, 4, DIGEST, "embedded"),
            ),
            sender=Party("ann@example.org", "email"),
            text="wrapped words",
        ),
        Present(1),
    ]


@pytest.mark.parametrize(
    ("data", "details"),
    [
        (INNER[:-1], ["it breaks off within an attribute"]),
        (INNER[:-2] + b"\0\0", ["the sum of attribute 9003 is not that of its bytes"]),
        (tnef([(1, PROPERTIES, b"\xff\0\0\0")]), ["a list of properties breaks off"]),
        (tnef([(1, RECIPIENTS, b"\x05\0\0\0")]), ["the list of recipients breaks off"]),
    ],
)
def test_damage_is_said_and_the_rest_stays(data, details):
    found = read(data)
    assert isinstance(found[0], Email)
    assert [one.detail for one in found if isinstance(one, Problem)] == details


def test_what_is_none_is_left():
    assert read(b"something else") == []


WHOLE = tnef([(1, PROPERTIES, tnef_list(LETTER)), (1, RECIPIENTS, BEN), (2, BEGINS, b""), (2, DATA, b"file")])


@settings(max_examples=200)
@given(st.integers(6, len(WHOLE) - 1), st.binary(min_size=1, max_size=8))
def test_any_damage_is_read_over(at, noise):
    assert read_tnef(WHOLE[:at] + noise + WHOLE[at + len(noise) :]).place == ""
    assert read_tnef(WHOLE[:at] + noise).place == ""
