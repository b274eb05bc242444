"""Headers of letters: encoded words, parameters, addresses, dates."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.mail_date import written
from parsers.mail_header import Field, Mailbox, decoded, fields, mailboxes, parameters, words
from parsers.times import iso


def test_fields_are_unfolded_and_keep_their_bytes():
    block = b"Subject: one\r\n two\r\nX-Empty:\r\nno field\r\nTO : a@example.org\nBytes: caf\xe9"
    assert fields(block) == [
        Field("subject", b"one two"), Field("x-empty", b""), Field("to", b"a@example.org"), Field("bytes", b"caf\xe9"),
    ]  # fmt: skip


def test_fields_stand_behind_a_mark_and_between_old_line_ends():
    expected = [Field("from", b"a@example.org"), Field("to", b"b@example.org, c@example.org")]
    block = b"\xef\xbb\xbfFrom: a@example.org\nTo: b@example.org,\n c@example.org"
    assert fields(block) == expected
    assert fields(block.replace(b"\n", b"\r")) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("plain = text", "plain = text"),
        ("=?ISO-8859-1?Q?Keld_J=F8rn?= x", "Keld Jørn x"),
        ("=?utf-8?B?4oI=?= =?utf-8?B?rA==?= done", "€ done"),  # one character in two words
        ("=?ISO-8859-1?B?SWY=?=\r\n =?ISO-8859-2?B?IHlvdQ==?=", "If you"),
        ("a =?utf-8?q?b?= c =?utf-8?q?d?=", "a b c d"),
        ("=?utf-8*en?Q?with_language?=", "with language"),
        ("=?gb2312?B?1tDOxA==?=", "中文"),
        ("=?unheard-of?Q?caf=E9?=", "café"),
        ("=?utf-8?B?SGVs*bG8?=", "Hello"),
        ("=?utf-8?Q?open", "=?utf-8?Q?open"),
        ("=?unicode_escape?Q?=5Cq?=", "\\q"),
    ],
)
def test_encoded_words_are_what_they_stand_for(value, expected):
    assert words(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ('text/plain; charset="UTF-8"; NAME=x.txt', ("text/plain", {"charset": "UTF-8", "name": "x.txt"})),
        ("attachment; filename*0*=utf-8''%E2%82%AC; filename*1=\" x.pdf\"", ("attachment", {"filename": "€ x.pdf"})),
        ("attachment; filename*=iso-8859-1'en'caf%E9; filename=cafe", ("attachment", {"filename": "café"})),
        ('a/b; name="=?utf-8?B?4oKs?="; x="a\\";b"', ("a/b", {"name": "€", "x": 'a";b'})),
        ("Text/Plain (words); charset=utf-8 (all)", ("text/plain", {"charset": "utf-8"})),
        ('text/plain charset="utf-8"; x=y', ("text/plain", {"charset": "utf-8", "x": "y"})),
        ('a/b; name="open.pdf', ("a/b", {"name": "open.pdf"})),
        ("", ("", {})),
        (";;=;x", ("", {})),
    ],
)
def test_parameters_are_read_in_all_their_forms(value, expected):
    assert parameters(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("a@example.org", [Mailbox(None, "a@example.org")]),
        (
            '"Example, Ann" <a@example.org>, b@example.org (Ben)',
            [("Example, Ann", "a@example.org"), ("Ben", "b@example.org")],
        ),
        (
            "Team: a@example.org, Ben <b@example.org>;, c@example.org",
            [(None, "a@example.org"), ("Ben", "b@example.org"), (None, "c@example.org")],
        ),
        ("undisclosed-recipients:;", []),
        ("=?utf-8?Q?Example,_Ann?= <a@example.org>", [("Example, Ann", "a@example.org")]),
        ('"=?utf-8?B?w4k=?=" <a@example.org>', [("É", "a@example.org")]),
        ("Ann Example; Ben Example", [("Ann Example", ""), ("Ben Example", "")]),
        ('"A \\"quoted\\" name" <a@example.org', [('A "quoted" name', "a@example.org")]),
        ("<a@example.org (comment)>", [(None, "a@example.org(comment)")]),
        ("(((", []),
        ("", []),
    ],
)  # fmt: skip
def test_everybody_in_a_field_of_addresses_comes_out(value, expected):
    assert mailboxes(value) == [Mailbox(*one) for one in expected]


@pytest.mark.parametrize(
    ("text", "local", "utc"),
    [
        ("Tue, 9 Jun 2009 23:58:45 -0400 (EDT)", datetime(2009, 6, 9, 23, 58, 45), "2009-06-10T03:58:45Z"),
        ("9 Jun 09 23:58 EST", datetime(2009, 6, 9, 23, 58), "2009-06-10T04:58:00Z"),
        ("Mon, 30 Nov 92 12:34:49 GMT", datetime(1992, 11, 30, 12, 34, 49), "1992-11-30T12:34:49Z"),
        ("Fri,  1 Jan 2021 00:00:60 -0000", datetime(2021, 1, 1, 0, 1), "2021-01-01T00:01:00Z"),
        ("16 May 2016 at 09:30:32  GMT+1", datetime(2016, 5, 16, 9, 30, 32), "2016-05-16T08:30:32Z"),
        ("Mon Jun 01 10:00:00 2009", datetime(2009, 6, 1, 10), None),
        ("Mon Jan 01 10:00:00 +0530 2020", datetime(2020, 1, 1, 10), "2020-01-01T04:30:00Z"),
        ("Mon Jan 01 10:00:00 2020 +0100", datetime(2020, 1, 1, 10), "2020-01-01T09:00:00Z"),
        ("Monday, May 03, 2010 4:21 PM", datetime(2010, 5, 3, 16, 21), None),
        ("Mon,6 Jul 1998 10:00:00 +01", datetime(1998, 7, 6, 10), "1998-07-06T09:00:00Z"),
        ("6 Jul 1998 10:00:00 -5:30", datetime(1998, 7, 6, 10), "1998-07-06T15:30:00Z"),
        ("1 Jan 2000 10:00 CEST", datetime(2000, 1, 1, 10), None),
        ("2009-06-09T23:58:45.5-04:00", datetime(2009, 6, 9, 23, 58, 45), "2009-06-10T03:58:45Z"),
    ],
)
def test_dates_are_read_with_their_offset_or_without_one(text, local, utc):
    found = written(text)
    assert (found.local, found.utc_us and iso(found.utc_us)) == (local, utc)


@pytest.mark.parametrize(
    "text",
    ["", "date", "31 Feb 2020 10:00:00 +0000", "1 Foo 2020 10:00", "1 Jan 2020 25:00", "1 Jan 9999 23:59 -9959"],
)
def test_what_is_no_date_is_none(text):
    assert written(text) is None


@pytest.mark.parametrize(
    ("data", "charset", "expected"),
    [
        (b"caf\xc3\xa9", "", ("café", True)),
        (b"caf\xe9", "", ("café", True)),
        (b"caf\xe9", "us-ascii", ("café", False)),
        (b"\x93x\x94", "iso-8859-1", ("“x”", True)),
        (b"\xff", "utf-8", ("\ufffd", False)),
        (b"\xee", "x-cp1251", ("о", True)),
        (b"\x94", "cp-850", ("ö", True)),
        (b"\xa1", "windows-874", ("ก", True)),
        (b"x", "hex", ("x", True)),
        (b"x", "no\x00charset", ("x", True)),
    ],
)
def test_bytes_are_text_of_their_charset(data, charset, expected):
    assert decoded(data, charset) == expected


@given(st.text(alphabet="=?utf-8BbQq\"'<>(),;:@*%\\ \t\r\nname0aé"))
def test_any_text_is_read(value):
    words(value)
    parameters(value)
    mailboxes(value)
    written(value)


@given(st.binary(), st.text(max_size=12))
def test_any_bytes_are_read(data, charset):
    fields(data)
    decoded(data, charset)
