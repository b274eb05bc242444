"""Letters in files of their own and in mailboxes."""

from __future__ import annotations

import hashlib
import plistlib
from base64 import b64encode

import pytest

from evidence_store.records import Attachment, Document, Email, Moment, Party, Present, Problem, Record
from extractors.exports.mail.files import eml, emlx, mbox
from tests.evidence_builders.files import MemoryFile

ANN = Party("ann@example.org", "email", "Ann Example")
BEN = Party("ben@example.org", "email")
SENT = Moment("sent", 1672567200000000, "Sun, 1 Jan 2023 11:00:00 +0100", "B")
RECEIVED = Moment("received", 1672567205000000, "Sun, 1 Jan 2023 10:00:05 +0000 (GMT)", "B")
LETTER = b"""Received: from mx2.example.org ([192.0.2.7])
\tby mx1.example.org; Sun, 1 Jan 2023 10:00:05 +0000 (GMT)
Received: from client; Sun, 1 Jan 2023 10:00:01 +0000
Message-ID: <one@example.org>
In-Reply-To: <zero@example.org>
Date: Sun, 1 Jan 2023 11:00:00 +0100
From: Ann Example <ann@example.org>
To: ben@example.org, =?utf-8?Q?C=C3=A4t?= <cat@example.org>
Cc: "Dan, Example" <dan@example.org>
Bcc: eve@example.org
Subject: =?utf-8?B?SGVsbG8g8J+YgA==?=
X-Originating-IP: [192.0.2.9]
"""
EXTRA = (
    ("in-reply-to", "<zero@example.org>"),
    ("x-originating-ip", "[192.0.2.9]"),
    ("received", "from mx2.example.org ([192.0.2.7]) by mx1.example.org; Sun, 1 Jan 2023 10:00:05 +0000 (GMT)"),
    ("received", "from client; Sun, 1 Jan 2023 10:00:01 +0000"),
)
PLAIN = {
    "locator": "letter 1, byte 0+0", "service": "E-mail", "moments": (SENT, RECEIVED), "extra": EXTRA, "sender": ANN,
    "recipients": (BEN, Party("cat@example.org", "email", "Cät")),
    "cc": (Party("dan@example.org", "email", "Dan, Example"),),
    "bcc": (Party("eve@example.org", "email"),), "subject": "Hello 😀", "key": "one@example.org",
}  # fmt: skip
NEW_YEAR, OLD = "Sun, 1 Jan 2023 11:00:00", "Sun, 1 Jan 1893 11:00:00 +0000"
PICTURE = b"\x89PNG made up"
DIGEST = hashlib.sha256(PICTURE).hexdigest()


def read(extractor, data, path="letter.eml", mime="message/rfc822", **settings):
    return list(extractor(MemoryFile(path, data, mime=mime, **settings)))


def expected(data, **fields):
    return Email(**{**PLAIN, "locator": f"letter 1, byte 0+{len(data)}", **fields})


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_a_letter_comes_out_whole(end):
    data = (LETTER + b"\nHello\n\n  World  \n").replace(b"\n", end)
    assert read(eml, data) == [expected(data, text="Hello\n\n  World"), Present(1)]


def test_what_is_left_out_of_a_long_header_is_told():
    more = b"".join(b"Received: from hop%d; Sun, 1 Jan 2023 10:00:00 +0000\n" % number for number in range(43))
    data = more + b"X-Mailer: " + b"word " * 500 + b"\nFrom: ann@example.org\n\nHello\n"
    extra = read(eml, data)[0].extra
    assert dict(extra)["x-mailer"] == ("word " * 400) + "…"
    assert extra[-2:] == (("received", "from hop39; Sun, 1 Jan 2023 10:00:00 +0000"), ("received, not shown", 3))


def multipart(kind, *parts, boundary=b"sep"):
    inner = b"".join(b"--" + boundary + b"\n" + part + b"\n" for part in parts)
    return b"Content-Type: multipart/" + kind + b"; boundary=" + boundary + b"\n\n" + inner + b"--" + boundary + b"--\n"


def test_a_letter_in_several_forms_with_files_and_a_letter_in_it():
    both = multipart(b"alternative", b"\nplain words", b"Content-Type: text/html\n\n<p>web words</p>", boundary=b"in")
    picture = b'Content-Type: image/png; name="a.png"\nContent-Transfer-Encoding: base64\n\n' + b64encode(PICTURE)
    letter = b"From: ben@example.org\nSubject: in it\n\nwords"
    inner = b"Content-Type: message/rfc822\nContent-Disposition: attachment\n\n" + letter
    notes = b"Content-Type: text/plain\nContent-Disposition: attachment; filename=notes.txt\n\nfile words"
    data = LETTER + multipart(b"mixed", both, picture, inner, notes, b"\nsignature")
    found = read(eml, data)
    digest = hashlib.sha256(letter).hexdigest()
    assert found == [
        expected(
            data,
            text="plain words\n\nsignature",
            attachments=(
                Attachment("a.png", None, "image/png", len(PICTURE), DIGEST, "embedded"),
                Attachment("part 3", None, "message/rfc822", len(letter), digest, "embedded"),
                Attachment("notes.txt", None, "text/plain", 10, hashlib.sha256(b"file words").hexdigest(), "embedded"),
            ),
        ),
        Email(
            locator=f"letter 1, byte 0+{len(data)} part 3",
            service="E-mail",
            flags=("attached",),
            sender=BEN,
            subject="in it",
            text="words",
        ),
        Present(2),
    ]


def test_only_a_page_is_read_as_its_words():
    data = LETTER + b"Content-Type: text/html\n\n<meta charset=iso-8859-1><p>caf\xe9</p><p>x</p>"
    assert read(eml, data)[0] == expected(data, text="café\n\nx")


def test_an_encrypted_letter_is_said_to_be_one():
    data = LETTER + b"Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m\n\nxxx"
    digest = hashlib.sha256(b"xxx").hexdigest()
    file = Attachment("smime.p7m", None, "application/pkcs7-mime", 3, digest, "embedded")
    assert read(eml, data)[0] == expected(data, flags=("encrypted",), attachments=(file,))


@pytest.mark.parametrize(
    ("date", "zone", "moment", "codes"),
    [
        (NEW_YEAR, None, (None, NEW_YEAR, "C", "", "local time, zone not known"), []),
        (NEW_YEAR, "Europe/Berlin", (1672567200000000, NEW_YEAR, "C", "Europe/Berlin, operator"), []),
        ("yesterday", None, (None, "yesterday", "C", "", "not a date and time"), ["time"]),
        (OLD, None, (None, OLD, "B", "", "not a plausible time"), ["time"]),
    ],
)
def test_a_date_keeps_what_was_written(date, zone, moment, codes):
    found = read(eml, b"From: ann@example.org\nDate: " + date.encode() + b"\n\n", zone=zone)
    assert found[0].moments == (Moment("sent", *moment),)
    assert [one.code for one in found if isinstance(one, Problem)] == codes


@pytest.mark.parametrize(
    ("name", "zone", "moment", "codes"),
    [
        ("CET", "Europe/London", (1672567200000000, "B", "", ""), []),
        ("JST", None, (1672538400000000, "B", "", ""), []),
        ("BST", "Europe/London", (None, "C", "", "the zone BST has no one meaning"), ["time"]),  # in winter
        ("IST", "Asia/Kolkata", (1672551000000000, "C", "Asia/Kolkata, operator", ""), []),
        ("0100", "Europe/London", (None, "C", "", "the zone 0100 has no one meaning"), ["time"]),
        ("Pacific Standard Time", "Europe/London", (None, "C", "", "the zone Pacific Standard Time has no one meaning"),
         ["time"]),
    ],
)  # fmt: skip
def test_a_zone_that_is_named_is_never_taken_for_the_assumed_one(name, zone, moment, codes):
    date, (utc_us, clock, by, note) = f"{NEW_YEAR} {name}", moment
    found = read(eml, b"From: ann@example.org\nDate: " + date.encode() + b"\n\n", zone=zone)
    assert found[0].moments == (Moment("sent", utc_us, date, clock, by, note),)
    assert [one.code for one in found if isinstance(one, Problem)] == codes


def test_a_mark_before_the_header_and_old_line_ends_cost_no_field():
    marked, old = b"\xef\xbb\xbf" + LETTER + b"\nHello\n", (LETTER + b"\nHello\n").replace(b"\n", b"\r")
    assert read(eml, marked)[0] == expected(marked, text="Hello")
    assert read(eml, old)[0] == expected(old, text="Hello")
    box = boxed(LETTER + b"\nHello\n", LETTER + b"\nHello\n").replace(b"\n", b"\r")
    assert [one.text for one in read(mbox, box, "In", "application/mbox")[:2]] == ["Hello", "Hello"]


def test_words_that_have_the_name_of_a_file_are_read_where_there_are_no_others():
    data = LETTER + b'Content-Type: text/plain; name="text_0.txt"\nContent-Disposition: inline\n\nHello'
    file = Attachment("text_0.txt", None, "text/plain", 5, hashlib.sha256(b"Hello").hexdigest(), "embedded")
    assert read(eml, data)[0] == expected(data, text="Hello", attachments=(file,))


def test_names_of_files_are_read_in_the_charset_of_the_letter_and_said():
    data = (
        b"From: ann@example.org\nContent-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: text/plain; "
        b'charset=gb2312\n\n\xc4\xe3\n--x\nContent-Type: application/msword; name="\xc4\xe3.doc"\n\nx\n--x--\n'
    )
    found = read(eml, data)
    assert (found[0].text, [one.name for one in found[0].attachments]) == ("你", ["你.doc"])
    assert found[1].detail == "part 2: its header has bytes that are no UTF-8, and were read as gb2312, as its text is"


def test_a_page_names_its_charset_where_the_header_names_none_that_fits():
    page = b"<meta charset=windows-1251><p>\xcf\xf0\xe8</p>"
    found = read(eml, b"From: ann@example.org\nContent-Type: text/html; charset=us-ascii\n\n" + page)
    assert (found[0].text, found[1:]) == ("При", [Present(1)])


def test_a_second_sender_or_date_is_said():
    found = read(eml, b"From: ann@example.org\nFrom: ben@example.org\nDate: x\nDate: x\n\nHello")
    assert found[0].sender == Party("ann@example.org", "email")
    said = [one.detail for one in found if isinstance(one, Problem) and one.code == "header"]
    assert said == ["it has more than one from, of which the first is shown: ben@example.org"]


def test_parts_that_cannot_be_told_apart_are_text_as_they_stand():
    found = read(eml, LETTER + b"Content-Type: multipart/mixed\n\n--x\n\nHello\n")
    assert found[0].text == "--x\n\nHello"
    assert found[1].detail == "it names no boundary between its parts"


def test_a_body_without_a_blank_line_before_it_is_no_part_of_the_header():
    data = LETTER + b"Hello, there\n folded\n\nBen"
    told = Problem(
        "value", "mime", "no blank line stands between its header and its body", f"letter 1, byte 0+{len(data)}"
    )
    assert read(eml, data) == [expected(data, text="Hello, there\n folded\n\nBen"), told, Present(1)]
    parts = b"Content-Type: multipart/mixed; boundary=x\n\n--x\nHello\n--x\nContent-Type: text/plain\nBen\n--x--\n"
    assert read(eml, LETTER + parts)[0].text == "Hello\n\nBen"


def test_a_blank_line_before_the_header_costs_nothing():
    data = b"\r\n" + LETTER + b"\nHello"
    assert read(eml, data)[0] == expected(data, text="Hello")


@pytest.mark.parametrize(
    ("charset", "subject", "read_as"),
    [("gb2312", "你好", "gb2312, as its text is"), ("us-ascii", "ÄãºÃ", "Windows-1252"), ("x", "ÄãºÃ", "Windows-1252")],
)
def test_bytes_of_a_header_are_read_as_the_text_is_and_said(charset, subject, read_as):
    header = b"From: ann@example.org\nSubject: \xc4\xe3\xba\xc3\nContent-Type: text/plain; charset="
    found = read(eml, header + charset.encode() + b"\n\n")
    assert found[0].subject == subject
    assert found[1].detail == f"its header has bytes that are no UTF-8, and were read as {read_as}"


def test_a_page_that_a_browser_kept_is_a_document():
    data = (
        b"From: <Saved by Blink>\nSnapshot-Content-Location: https://example.org/x\nSubject: A page\n"
        b"Date: Sun, 1 Jan 2023 11:00:00 +0100\nContent-Type: text/html\n\n<p>words</p>"
    )
    assert read(eml, data, path="page.mhtml")[0] == Document(
        locator=f"letter 1, byte 0+{len(data)}",
        moments=(Moment("saved", 1672567200000000, "Sun, 1 Jan 2023 11:00:00 +0100", "B"),),
        flags=("saved web page",),
        extra=(("from", "<Saved by Blink>"), ("url", "https://example.org/x")),
        mime="multipart/related",
        title="A page",
        text="words",
    )


@pytest.mark.parametrize("data", [b"", b"just words", b"\x00\x01\x02", b"From ann Mon Jan  1 10:00:00 2020\nA: b\n\n"])
def test_what_is_no_single_letter_is_left_to_others(data):
    assert read(eml, data, mime="text/plain") == []


def test_what_is_doubtful_is_said_and_the_letter_stays():
    data = LETTER + b"Content-Type: text/plain; charset=klingon\nContent-Transfer-Encoding: 9bit\n\nbody"
    assert read(eml, data)[:3] == [
        expected(data, text="body"),
        Problem("value", "mime", "its charset is not known: klingon", f"letter 1, byte 0+{len(data)}"),
        Problem("value", "mime", "its encoding is not known: 9bit", f"letter 1, byte 0+{len(data)}"),
    ]


def boxed(*letters):
    return b"".join(b"From ann@example.org Mon Jan  2 03:04:05 2023\n" + letter + b"\n" for letter in letters)


def test_a_mailbox_gives_each_letter_and_twins_twice():
    data = boxed(LETTER + b"\n>From here\n", LETTER + b"\n>From here\n", b"\nno header\n")
    found = read(mbox, data, "Inbox", "application/mbox")
    size = (len(data) - len(boxed(b"\nno header\n"))) // 2
    extra = (*EXTRA, ("envelope", "ann@example.org"))
    came = Moment(
        "received", None, "Mon Jan  2 03:04:05 2023".replace("  ", " ", 0), "C", "", "local time, zone not known"
    )
    assert found == [
        Email(**{**PLAIN, "locator": f"letter 1, byte 0+{size}", "extra": extra, "text": "From here"}),
        Email(**{**PLAIN, "locator": f"letter 2, byte {size}+{size}", "extra": extra, "text": "From here"}),
        Email(
            locator=f"letter 3, byte {2 * size}+{len(data) - 2 * size}", service="E-mail", moments=(came,),
            extra=(("envelope", "ann@example.org"),), text="no header",
        ),
        Present(3),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("header", "flags", "deleted", "direction"),
    [
        (b"X-Mozilla-Status: 0001\n", (), False, None),
        (b"X-Mozilla-Status: 0000\n", ("unread",), False, None),
        (b"X-Mozilla-Status: 100f\n", ("answered", "starred", "forwarded", "deleted on this device"), True, None),
        (b"X-Mozilla-Status: 0001\nX-Mozilla-Status2: 00200000\n", ("deleted on this device",), True, None),
        (b"Status: RO\n", (), False, None),
        (
            b"Status: O\nX-Status: AFTD\n",
            ("unread", "answered", "starred", "draft", "deleted on this device"),
            True,
            None,
        ),
        (b"X-Gmail-Labels: Sent,Starred\n", ("starred",), False, "out"),
        (b"X-Gmail-Labels: =?UTF-8?Q?Inbox,Unread,Caf=C3=A9?=\n", ("unread",), False, "in"),
        (b"X-Mozilla-Status: xyz\n", (), False, None),
    ],
)
def test_what_the_store_notes_of_a_letter_is_told(header, flags, deleted, direction):
    found = read(mbox, boxed(header + LETTER + b"\nx\n"), "Inbox", "application/mbox")[0]
    assert (found.flags, found.deleted, found.direction) == (flags, deleted, direction)


def test_letters_of_gmail_stand_in_their_conversations():
    data = boxed(b"X-GM-THRID: 1234567890\n" + LETTER + b"\nx\n")
    assert read(mbox, data, "All mail.mbox", "application/mbox")[0].conversation == "1234567890"


def applemail(letter, about, count=None):
    return b"%d\n" % (len(letter) if count is None else count) + letter + about


def test_a_letter_of_apple_mail_comes_with_its_flags():
    letter = LETTER.replace(b"Received: from client; Sun, 1 Jan 2023 10:00:01 +0000\n", b"") + b"\nHello\n"
    letter = letter.replace(LETTER[: LETTER.index(b"Received: from client")], b"")
    about = {
        "flags": 1 << 1 | 1 << 4,
        "date-received": 1672567300,
        "original-mailbox": "imap://x/INBOX",
        "remote-id": "7",
    }
    data = applemail(letter, plistlib.dumps(about))
    assert read(emlx, data, "1.emlx", "text/plain") == [
        expected(
            data,
            locator=f"letter 1, byte {len(str(len(letter))) + 1}+{len(letter)}",
            moments=(SENT, Moment("received", 1672567300000000, "1672567300", "A")),
            flags=("unread", "deleted on this device", "starred"),
            deleted=True,
            extra=(*EXTRA[:2], ("original-mailbox", "imap://x/INBOX"), ("remote-id", "7")),
            text="Hello",
        ),
        Present(1),
    ]


@pytest.mark.parametrize(
    ("data", "codes"),
    [
        (applemail(LETTER + b"\nx", b"<plist><broken"), ["plist"]),
        (applemail(LETTER + b"\nx", b"", count=99999), ["cut"]),
        (applemail(LETTER + b"\nx", plistlib.dumps(["list"])), []),
        (applemail(LETTER + b"\nx", plistlib.dumps({"flags": "x", "date-received": "never"})), ["time"]),
        (b"no count\n", ["unknown-layout"]),
    ],
)
def test_damage_of_a_letter_of_apple_mail_is_said(data, codes):
    found = read(emlx, data, "1.emlx", "text/plain")
    assert [one.code for one in found if isinstance(one, Problem)] == codes
    assert len([one for one in found if isinstance(one, Record)]) == (codes != ["unknown-layout"])


def test_a_very_long_text_is_cut_and_said():
    found = read(eml, LETTER + b"\n" + b"word " * 300_000)
    assert (len(found[0].text), found[1].code) == (1 << 20, "cut")


def test_a_letter_without_a_count_is_left_to_those_who_read_letters():
    data = b"From: ann@example.org\r\nSubject: x\r\n\r\nHello\r\n"
    assert read(emlx, data, "partial.emlx", "message/rfc822") == []
    assert [one.code for one in read(emlx, b"\x00", "partial.emlx", "application/octet-stream")] == ["unknown-layout"]


def test_letters_that_lie_too_deep_are_said():
    data = b"Subject: inner\r\n\r\nHello"
    for number in range(12):
        head = f"From: ann@example.org\r\nContent-Type: multipart/mixed; boundary=b{number}\r\n\r\n--b{number}\r\n"
        data = f"{head}Content-Type: message/rfc822\r\n\r\n".encode() + data + f"\r\n--b{number}--\r\n".encode()
    found = read(eml, data, "a.eml", "message/rfc822")
    assert found[-1] == Present(11)
    assert [one.code for one in found if isinstance(one, Problem)] == ["too-deep"]
