"""Contact cards as contacts."""

from __future__ import annotations

import base64
import hashlib

import pytest

from evidence_store.records import Attachment, Contact, Moment, Party, Present, Problem
from extractors.exports.contact_cards import vcard
from tests.evidence_builders.files import MemoryFile

PICTURE = b"\xff\xd8\xff\xe0\x00\x10JFIF made up"
DIGEST = hashlib.sha256(PICTURE).hexdigest()
PHOTO = Attachment("photo", None, "image/jpeg", len(PICTURE), DIGEST, "embedded")
WRITTEN = base64.b64encode(PICTURE).decode()


def read(*lines, **settings):
    data = "\r\n".join(["BEGIN:VCARD", "VERSION:3.0", *lines, "END:VCARD", ""]).encode()
    return list(vcard(MemoryFile("Contacts.vcf", data, mime="text/vcard", **settings)))


def test_a_card_comes_out_whole():
    found = read(
        "N:Example;Ann;;Dr.;", "FN:Dr. Ann Example", "ORG:Example Ltd;Sales", "TEL;TYPE=CELL,pref:07700 900101",
        "item1.TEL:020 7946 0101", "item1.X-ABLabel:_$!<Mother>!$_", "EMAIL;TYPE=INTERNET,WORK:ann@example.org",
        "ADR;TYPE=HOME:;;1 High Street\\nFlat 2;Town;;AB1 2CD;", "BDAY:1980-05-21", "NOTE:met\\, once",
        "IMPP;X-SERVICE-TYPE=Skype:skype:ann.example", "X-JABBER:ann@jabber.example.org", "X-OWN-FIELD:kept",
        f"PHOTO;ENCODING=b;TYPE=JPEG:{WRITTEN}", "REV:20230101T100000Z", "PRODID:x",
    )  # fmt: skip
    extra = (
        ("organisation", "Example Ltd, Sales"),
        ("phone (cell)", "07700 900101"),
        ("phone (mother)", "020 7946 0101"),
        ("email (work)", "ann@example.org"),
        ("address (home)", "1 High Street, Flat 2, Town, AB1 2CD"),
        ("event (birthday)", "1980-05-21"),
        ("note", "met, once"),
        ("im (Skype)", "ann.example"),
        ("im (Jabber)", "ann@jabber.example.org"),
        ("x-own-field", "kept"),
    )
    assert found == [
        Contact(
            locator="card 1, line 1",
            moments=(Moment("modified", 1672567200000000, "20230101T100000Z", "B"),),
            attachments=(PHOTO,),
            extra=extra,
            name="Dr. Ann Example",
            identifiers=(
                Party("07700 900101"),
                Party("020 7946 0101"),
                Party("ann@example.org", "email"),
                Party("ann.example", "account"),
                Party("ann@jabber.example.org", "account"),
            ),
            organisation="Example Ltd, Sales",
            text="\n".join(["Dr. Ann Example", *(value for _, value in extra)]),
        ),
        Present(1),
    ]


def test_a_value_that_is_cut_is_marked_beside_the_card_and_not_in_what_is_compared():
    found = read("FN:Ann Example", "NOTE:" + "n" * 5000, "EMAIL:" + "a" * 5000)[0]
    assert found.extra == (("note", "n" * 4096 + "…"), ("email", "a" * 4096 + "…"))
    assert found.identifiers == (Party("a" * 4096, "email"),)


@pytest.mark.parametrize(
    ("lines", "name"),
    [
        (["N:Example;Ann;Beth;Dr.;Jr"], "Dr. Ann Beth Example Jr"),
        (["FN:", "N:Example"], "Example"),
        (["NICKNAME:Annie"], "Annie"),
        (["ORG:Example Ltd"], "Example Ltd"),
        (["TEL:1"], None),
        (["N;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:=C9xample;Ann;;;"], "Ann Éxample"),
    ],
)
def test_the_name_is_the_fullest_there_is(lines, name):
    assert read(*lines)[0].name == name


@pytest.mark.parametrize(
    ("line", "files", "extra"),
    [
        (f"PHOTO;VALUE=uri:data:image/jpeg;base64,{WRITTEN}", (PHOTO,), ()),
        ("PHOTO;VALUE=uri:https://example.org/a.jpg", (), (("photo", "https://example.org/a.jpg"),)),
        ("PHOTO;ENCODING=b:", (), ()),
    ],
)
def test_a_picture_is_in_the_card_or_elsewhere(line, files, extra):
    found = read("FN:Ann", line)[0]
    assert (found.attachments, found.extra) == (files, extra)


@pytest.mark.parametrize(
    ("written", "moment", "codes"),
    [
        ("1995-10-31T22:27:10Z", (815178430000000, "1995-10-31T22:27:10Z", "B"), []),
        ("20230101T110000+0100", (1672567200000000, "20230101T110000+0100", "B"), []),
        ("20230101T110000", (1672567200000000, "20230101T110000", "C", "Europe/Berlin, operator"), []),
        ("20230101", (None, "20230101", "C", "", "a date without a time"), []),
        ("1672567200000", (1672567200000000, "1672567200000", "A"), []),
        ("2023T", (None, "2023T", "C", "", "not a date and time"), ["time"]),
    ],
)
def test_when_it_was_changed_keeps_what_was_written(written, moment, codes):
    found = read("FN:Ann", f"REV:{written}", zone="Europe/Berlin")
    assert found[0].moments == (Moment("modified", *moment),)
    assert [one.code for one in found if isinstance(one, Problem)] == codes


def test_cards_that_break_off_and_twins_come_out():
    data = b"BEGIN:VCARD\nFN:Ann\nEND:VCARD\nBEGIN:VCARD\nFN:Ann\nEND:VCARD\nBEGIN:VCARD\nFN;CHARSET=utf-8:B\xff"
    found = list(vcard(MemoryFile("a.vcf", data, mime="text/vcard")))
    assert found == [
        Contact(locator="card 1, line 1", name="Ann", text="Ann"),
        Contact(locator="card 2, line 4", name="Ann", text="Ann"),
        Contact(locator="card 3, line 7", name="B\ufffd", text="B\ufffd"),
        Problem("value", "cut", "the file ends inside it", "card 3, line 7"),
        Problem("value", "text", "FN is not valid utf-8", "card 3, line 7"),
        Present(3),
    ]


@pytest.mark.parametrize(
    ("data", "mime", "codes"),
    [
        (b"##fileformat=VCFv4.2\n#CHROM", "text/plain", []),  # of genes, under the same name
        (b"BEGIN:VCARDS\n", "text/vcard", ["unknown-layout"]),
        (b"", "application/x-empty", []),
    ],
)
def test_what_holds_no_card_is_left_or_told(data, mime, codes):
    assert [one.code for one in vcard(MemoryFile("a.vcf", data, mime=mime))] == codes


@pytest.mark.parametrize("name", ["N", "FN", "TEL", "EMAIL", "ADR", "ORG", "BDAY", "REV", "PHOTO", "IMPP", "X-ABLabel"])
@pytest.mark.parametrize("value", ["", ";;;;", "\\", "\x00", "=", "9" * 400, "data:,", "\udce9", "tel:;;"])
def test_a_bad_value_costs_no_card(name, value):
    line = f"{name};ENCODING=QUOTED-PRINTABLE:{value}".encode("utf-8", "surrogateescape")
    data = b"BEGIN:VCARD\n" + line + b"\n\nFN:Ann\nEND:VCARD\n"
    found = [one for one in vcard(MemoryFile("a.vcf", data)) if isinstance(one, Contact)]
    assert len(found) == 1


@pytest.mark.parametrize("coding", ["utf-8-sig", "utf-16", "utf-16-be", "utf-16-le"])
def test_cards_are_read_in_each_coding(coding):
    data = "BEGIN:VCARD\r\nFN:Ann \u00c9xample\r\nEND:VCARD\r\n".encode(coding)
    assert [one.name for one in vcard(MemoryFile("a.vcf", data)) if isinstance(one, Contact)] == ["Ann \u00c9xample"]


def test_cards_whose_lines_end_in_a_carriage_return_alone_are_read():
    data = b"BEGIN:VCARD\rFN:Ann\rNOTE:one\r  two\rEND:VCARD\rBEGIN:VCARD\rFN:Ben\rEND:VCARD\r"
    assert [one.text for one in vcard(MemoryFile("a.vcf", data)) if isinstance(one, Contact)] == ["Ann\none two", "Ben"]


BARE = base64.b64encode(b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01" + bytes(20)).decode()


@pytest.mark.parametrize(
    "lines",
    [
        (f"PHOTO;ENCODING=BASE64;JPEG:{WRITTEN[:8]} ", f"{WRITTEN[8:]} "),
        ("PHOTO;ENCODING=BASE64;JPEG:", f"{WRITTEN[:8]}  ", "", f"{WRITTEN[8:]}", ""),
        (f"PHOTO;ENCODING=BASE64;JPEG:{WRITTEN[:8]}\t", f"  {WRITTEN[8:]}"),
        (f"PHOTO:data:image/JPEG\\;base64\\,{WRITTEN}",),
        (f"PHOTO;VALUE=uri:data:image/jpeg;base64\\,{WRITTEN}",),
        (f"PHOTO;ENCODING=b;TYPE=JPEG;VALUE=uri:data:image/jpeg;base64,{WRITTEN}",),
    ],
)
def test_a_picture_is_whole_however_it_is_written(lines):
    found = read("FN:Ann", *lines, "TEL:1")
    assert (found[0].attachments, found[0].extra, found[1:]) == ((PHOTO,), (("phone", "1"),), [Present(1)])


def test_an_address_that_is_called_base64_stands_as_an_address():
    found = read("FN:Ann", "PHOTO;ENCODING=b;VALUE=uri:https://example.org/a.jpg")[0]
    assert (found.attachments, found.extra) == ((), (("photo", "https://example.org/a.jpg"),))


@pytest.mark.parametrize(("value", "files"), [(BARE, ["image/jpeg"]), ("QUJDREVGR0hJSktMTU5P", []), ("none", [])])
def test_base64_that_is_not_said_to_be_any_is_a_picture_where_one_begins_in_it(value, files):
    found = read("FN:Ann", f"PHOTO;VALUE=binary;TYPE=JPEG:{value}")[0]
    assert [one.mime for one in found.attachments] == files
    assert found.extra == (() if files else (("photo", value),))


def test_a_line_that_is_no_property_is_kept_and_said():
    found = read("FN:Ann", "NOTE:first", "second line", "", "TEL:1")
    assert found[0].extra == (("note", "first"), ("line without a name", "second line"), ("phone", "1"))
    assert [(one.kind, one.code) for one in found if isinstance(one, Problem)] == [("value", "stray")]


def test_a_value_that_ends_as_if_it_went_on_does_not_take_the_end_of_the_card():
    data = b"BEGIN:VCARD\nFN:Ann\nNOTE;ENCODING=QUOTED-PRINTABLE:one=\nEND:VCARD\nBEGIN:VCARD\nFN:Ben\nEND:VCARD\n"
    found = list(vcard(MemoryFile("a.vcf", data, mime="text/vcard")))
    assert [one.text for one in found if isinstance(one, Contact)] == ["Ann\none", "Ben"]
    assert [one for one in found if isinstance(one, Problem)] == []


@pytest.mark.parametrize(
    ("line", "extra", "identifiers"),
    [
        ("BDAY;X-APPLE-OMIT-YEAR=1604:1604-05-21", (("event (birthday)", "--05-21"),), ()),
        ("BDAY;X-APPLE-OMIT-YEAR=1604:16040521", (("event (birthday)", "--0521"),), ()),
        (
            "TEL;VALUE=uri;TYPE=work:tel:+44-7700-900101;ext=102",
            (("phone (work)", "+44-7700-900101;ext=102"),),
            (Party("+44-7700-900101"),),
        ),
        ("TEL;CELL:07700900101;12#", (("phone (cell)", "07700900101;12#"),), (Party("07700900101"),)),
        (
            "TEL;X-CUSTOM(CHARSET=UTF-8,ENCODING=QUOTED-PRINTABLE,=43=61=66=C3=A9):07700900101",
            (("phone (caf\u00e9)", "07700900101"),),
            (Party("07700900101"),),
        ),
        (
            "X-SOCIALPROFILE;type=twitter;x-user=ann.example;x-userid=12:https://example.org/ann",
            (
                *(("profile (twitter)", "https://example.org/ann"), ("profile user", "ann.example")),
                ("profile user id", "12"),
            ),
            (Party("https://example.org/ann", "account"),),
        ),
        (
            'ADR;LABEL="1 High Street, Town":;;1 High Street;;;;',
            (("address", "1 High Street"), ("address label", "1 High Street, Town")),
            (),
        ),
        ("X-ANDROID-CUSTOM:vnd.android.cursor.item/nickname;Annie;1;;;;;;;;;;;;;", (("nickname", "Annie"),), ()),
        ("X-ANDROID-CUSTOM:vnd.android.cursor.item/relation;Ben;14;;;", (("relation (spouse)", "Ben"),), ()),
        (
            "X-ANDROID-CUSTOM;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:"
            "vnd.android.cursor.item/contact_event;=32=30=32=30;0;=C3=89;;",
            (("event (\u00c9)", "2020"),),
            (),
        ),
        ("X-ANDROID-CUSTOM:vnd.example/other;a;b", (("x-android-custom", "vnd.example/other;a;b"),), ()),
    ],
)
def test_values_are_told_as_their_programs_mean_them(line, extra, identifiers):
    found = read("FN:Ann", line)[0]
    assert (found.extra, found.identifiers) == (extra, identifiers)


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("20230101T110000+01", (1672567200000000, "20230101T110000+01", "B")),
        ("2023-01-01 11:00:00", (1672567200000000, "2023-01-01 11:00:00", "C", "Europe/Berlin, operator")),
        ("2023-01-01", (None, "2023-01-01", "C", "", "a date without a time")),
    ],
)
def test_a_change_is_placed_by_its_own_offset(written, moment):
    assert read("FN:Ann", f"REV:{written}", zone="Europe/Berlin")[0].moments == (Moment("modified", *moment),)
