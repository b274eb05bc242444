"""Letters in parts, and mailboxes: as other programs read them, and whatever the bytes are."""

from __future__ import annotations

import email
import io
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers import mbox
from parsers.mime_message import DEEPEST, read_message


def leaves(data):
    return [(part.number, part.mime, part.content()) for part in read_message(data).leaves()]


def test_every_encoding_gives_its_bytes():
    data = (
        b"Content-Type: multipart/mixed; boundary=x\r\n\r\npreamble\r\n--x\r\n"
        b"Content-Transfer-Encoding: base64\r\n\r\nSGVsbG8=\r\n--x\r\n"
        b"Content-Transfer-Encoding: Quoted-Printable\r\n\r\ncaf=C3=A9 =\r\nx\r\n--x\r\n"
        b"Content-Transfer-Encoding: x-uuencode\r\n\r\nbegin 644 a.txt\r\n%2&5L;&\\\r\n`\r\nend\r\n--x\r\n"
        b"Content-Transfer-Encoding: 8bit\r\n\r\nplain\r\n--x--\r\nepilogue"
    )
    assert [content for _, _, content in leaves(data)] == [b"Hello", "café x".encode(), b"Hello", b"plain"]


def test_parts_in_parts_are_numbered():
    data = (
        b"Content-Type: multipart/mixed; boundary=o\n\n--o\nContent-Type: multipart/alternative; boundary=oi\n\n"
        b"--oi\n\na\n--oi\nContent-Type: text/html\n\nb\n--oi--\n--o\nContent-Type: image/png\n\nc\n--o--\n"
    )
    assert leaves(data) == [("1.1", "text/plain", b"a"), ("1.2", "text/html", b"b"), ("2", "image/png", b"c")]


@pytest.mark.parametrize(
    ("data", "expected", "faults"),
    [
        (b"A: b\n\nbody", b"body", []),
        (b"\nbody", b"body", []),
        (b"no header at all", b"", []),
        (b"Content-Type: multipart/mixed\n\nbody", b"body", ["it names no boundary between its parts"]),
        (
            b"Content-Type: multipart/mixed; boundary=x\n\nbody",
            b"body",
            ["the boundary between its parts does not stand in it"],
        ),
        (b"Content-Transfer-Encoding: secret\n\nbody", b"body", ["its encoding is not known: secret"]),
        (
            b"Content-Transfer-Encoding: base64\n\nSGV*sbG8",
            b"Hello",
            ["bytes that base64 does not have stand in it, and were passed over"],
        ),
    ],
)
def test_what_is_not_as_it_should_be_is_said(data, expected, faults):
    whole = read_message(data)
    assert (whole.content(), whole.faults) == (expected, faults)


def test_a_part_without_its_end_is_read_to_the_end():
    whole = read_message(b"Content-Type: multipart/mixed; boundary=x\n\n--x\n\none\n--x\n\ntwo")
    assert [part.content() for part in whole.leaves()] == [b"one", b"two"]
    assert whole.faults == ["its last part has no end"]


def test_parts_in_one_another_without_end_are_not_followed():
    data = b"".join(b"Content-Type: multipart/mixed; boundary=%d\n\n--%d\n" % (at, at) for at in range(3 * DEEPEST))
    assert len(leaves(data)) == 1


def test_the_parts_are_those_that_the_standard_library_finds():
    letter = EmailMessage()
    letter["Subject"] = "é"
    letter.set_content("plain é\n")
    letter.add_alternative("<p>html</p>", subtype="html")
    letter.add_attachment(bytes(range(256)) * 20, maintype="image", subtype="png", filename="é.png")
    letter.add_attachment("text\n", filename="notes.txt")
    data = letter.as_bytes()
    theirs = [
        (part.get_content_type(), part.get_payload(decode=True))
        for part in email.message_from_bytes(data).walk()
        if not part.is_multipart()
    ]
    assert [(mime, content) for _, mime, content in leaves(data)] == theirs
    assert [part.file_name for part in read_message(data).leaves()] == [None, None, "é.png", "notes.txt"]


PIECES = [
    *(b"Content-Type: multipart/mixed; boundary=x\n", b"Content-Type: message/rfc822\n", b"\n", b"\r\n", b"--x\n"),
    *(
        b"--x--",
        b"From a Mon Jan  1 10:00:00 2020\n",
        b">From ",
        b"text",
        b"Content-Transfer-Encoding: base64\n",
        b"\xff",
    ),
]


@given(st.lists(st.sampled_from(PIECES), max_size=30))
def test_any_pieces_are_read(parts):
    for part in read_message(b"".join(parts)).leaves():
        assert isinstance(part.text(), str)


def boxes(data):
    return list(mbox.letters(io.BytesIO(data)))


FIRST = b"From ann@example.org Mon Jan  1 10:00:00 2020\nSubject: one\n\n"


@pytest.mark.parametrize(
    ("between", "letters"),
    [
        (b"\nFrom ben@example.org Mon Jan  1 10:00:00 2020\nSubject: two\n\n", 2),
        (b"\r\nFrom ben@example.org Mon Jan  1 10:00:00 2020\r\n\r\n", 2),
        (b"From ben@example.org Mon Jan  1 10:00:00 2020\nSubject: two\n\n", 2),  # no blank line before
        (b"\nFrom - Mon Jan 01 10:00:00 2020\nX-Mozilla-Status: 0001\n\n", 2),
        (b"\nFrom \nX-Mozilla-Status: 0001\n\n", 2),
        (b"\nFrom now on we meet at 10:30\nEvery day\n", 1),
        (b"\nFrom now on\nNote: this\n", 1),
        (b"\n>From ben@example.org Mon Jan  1 10:00:00 2020\nSubject: two\n\n", 1),
        (b"\n From ben@example.org Mon Jan  1 10:00:00 2020\n", 1),
    ],
)
def test_only_a_line_that_begins_a_letter_does(between, letters):
    data = FIRST + b"body\n" + between + b"end\n"
    found = boxes(data)
    assert len(found) == letters
    assert sum(one.size for one in found) == len(data)
    assert [data[one.at :][:5] for one in found] == [b"From "] * letters


def test_quoted_lines_are_unquoted():
    assert boxes(FIRST + b">From x\n>>From y\n> From z\n")[0].data.endswith(b"\nFrom x\n>From y\n> From z\n")


def test_a_mailbox_is_read_in_pieces(monkeypatch):
    monkeypatch.setattr(mbox, "_PIECE", 7)
    monkeypatch.setattr(mbox, "_AHEAD", 100)
    data = (FIRST + b"body\n" * 300 + b"\n") * 50
    found = boxes(data)
    assert [(one.at, one.size) for one in found] == [(at * len(data) // 50, len(data) // 50) for at in range(50)]
    assert {one.data for one in found} == {b"Subject: one\n\n" + b"body\n" * 300 + b"\n"}


def test_of_a_letter_that_is_too_large_the_beginning_is_read(monkeypatch):
    monkeypatch.setattr(mbox, "LARGEST", 3000)
    monkeypatch.setattr(mbox, "_PIECE", 512)
    monkeypatch.setattr(mbox, "_AHEAD", 200)
    data = FIRST + b"body\n" * 5000 + b"\n" + FIRST
    found = boxes(data)
    rest = len(data) - len(FIRST)
    assert [(one.at, one.size, one.cut) for one in found] == [(0, rest, True), (rest, len(FIRST), False)]
    assert len(found[0].data) == 3000 - FIRST.index(b"\n") - 1


@given(st.lists(st.sampled_from(PIECES), max_size=30))
def test_any_pieces_are_letters_that_lie_one_behind_the_other(parts):
    data = FIRST + b"".join(parts)
    found = boxes(data)
    assert sum(one.size for one in found) == len(data)


def test_what_is_no_mailbox_is_told():
    with pytest.raises(ValueError, match="no line"):
        boxes(b"Subject: one\n\nFrom now on\n")
