"""Items of Outlook in files of their own and in stores, and the RTF in which it keeps bodies."""

from __future__ import annotations

import hashlib
import io
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.mapi import names_of, one_offs, properties_of
from parsers.msg_file import read_msg
from parsers.pst_file import read_pst
from parsers.rtf_text import decompressed, rtf_text
from tests.evidence_builders.outlook import compound, streams

FILE = b"file " * 1000
# The example of [MS-OXRTFCP] 4.1.
COMPRESSED = bytes.fromhex(
    "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0"
)


def test_an_item_comes_with_its_recipients_files_and_items():
    inner = {"__substg1.0_3701000D": streams({0x1A: "IPM.Note", 0x37: "inner"}, 24), **streams({0x3705: 5})}
    tree = {
        **streams({0x1A: "IPM.Note", 0x37: "outer", 0xE07: 1, 0x8001: "named"}, 32, {"first": 0, 0x8208: 1}),
        "__recip_version1.0_#00000000": streams({0x3001: "Ann Example", 0x39FE: "ann@example.org", 0xC15: 1}),
        "__attach_version1.0_#00000000": streams({0x3707: "a.bin", 0x3701: FILE}),
        "__attach_version1.0_#00000001": inner,
    }
    found = read_msg(io.BytesIO(compound(tree)))
    assert found.faults == []
    assert (found.properties.text(0x37), found.properties.whole(0xE07)) == ("outer", 1)
    assert found.properties.text(0x8208, named=True) == "named"
    assert [one.text(0x39FE) for one in found.recipients] == ["ann@example.org"]
    first, second = found.attached
    assert (first.size, first.sha256) == (len(FILE), hashlib.sha256(FILE).hexdigest())
    assert second.item.properties.text(0x37) == "inner"


def holding(**parts):
    return io.BytesIO(compound({**streams({0x1A: "IPM.Note", 0x37: "outer"}, 32, {"first": 0}), **parts}))


def test_a_value_beyond_the_bound_is_told_and_not_cut(monkeypatch):
    monkeypatch.setattr("parsers.msg_file._MOST", 4500)
    parts = {"__attach_version1.0_#00000000": streams({0x3707: "a.bin", 0x3701: FILE})}
    found = read_msg(holding(**parts, **{"__substg1.0_1000001F": FILE}))
    assert [(one.properties.text(0x3707), one.size, one.sha256) for one in found.attached] == [("a.bin", None, None)]
    assert found.properties.text(0x1000) is None
    assert found.faults == [
        "property 1000 cannot be read: ValueError: a value of 5,000 bytes, more than 4,500",
        "the file of __attach_version1.0_#00000000 is not read: a value of 5,000 bytes, more than 4,500",
    ]


def test_recipients_and_attachments_beyond_the_bound_are_told(monkeypatch):
    monkeypatch.setattr("parsers.msg_file._MOST_PARTS", 2)
    parts = {f"__recip_version1.0_#0000000{at}": streams({0x3001: "Ann Example"}) for at in range(3)}
    parts |= {f"__attach_version1.0_#0000000{at}": streams({0x3707: "a.bin"}) for at in range(4)}
    found = read_msg(holding(**parts))
    assert (len(found.recipients), len(found.attached)) == (2, 2)
    assert found.faults == [
        "3 recipients, of which the first 2 are read",
        "4 attachments, of which the first 2 are read",
    ]


def test_an_item_too_deep_in_others_is_told(monkeypatch):
    monkeypatch.setattr("parsers.msg_file._DEEPEST", 0)
    inner = {"__substg1.0_3701000D": streams({0x1A: "IPM.Note"}, 24), **streams({0x3705: 5})}
    found = read_msg(holding(**{"__attach_version1.0_#00000000": inner}))
    assert [one.item for one in found.attached] == [None]
    assert found.faults == ["the item of __attach_version1.0_#00000000 is not read: it stands in 0 others"]


def test_an_embedded_object_is_told():
    inner = {"__substg1.0_3701000D": {"CONTENTS": FILE}, **streams({0x3707: "drawing", 0x3705: 6})}
    found = read_msg(holding(**{"__attach_version1.0_#00000000": inner}))
    assert [(one.properties.text(0x3707), one.size, one.item) for one in found.attached] == [("drawing", None, None)]
    assert found.faults == [
        "the file of __attach_version1.0_#00000000 is not read: it is an embedded object of another program"
    ]


def test_names_of_properties_that_are_left_out_or_cut_are_told(monkeypatch):
    monkeypatch.setattr("parsers.mapi._MOST_NAMES", 4)
    words = ("a" * 513, "b" * 512)
    strings = b"".join(struct.pack("<I", 2 * len(one)) + one.encode("utf-16-le") for one in words)
    entries = [(0, 1, 0), (4 + 1026, 1, 1), (len(strings), 1, 2), (0x8208, 0, 3), (0x8209, 0, 4)]
    stored = b"".join(struct.pack("<IHH", *one) for one in entries)
    faults = [
        "1 names of properties beyond the first 4 are not read: values under them may be missing",
        "1 names of properties cannot be read: values under them are missing",
        "1 names of properties are longer than 1,024 bytes and cut there",
    ]
    found: list[str] = []
    assert names_of(stored, strings, found) == {0x8000: "a" * 512, 0x8001: "b" * 512, 0x8003: 0x8208}
    assert found == faults
    parts = {"__substg1.0_00030102": stored.ljust(4096, b"\0"), "__substg1.0_00040102": strings}
    assert read_msg(holding(**{"__nameid_version1.0": parts})).faults[0].startswith("508 names of properties beyond")


def test_text_of_eight_bits_is_in_the_code_page_that_the_item_names():
    stored = [(0x37, 0x1E, b"\xcf\xf0\xe8\xe2\xe5\xf2\x00"), (0x3FFD, 0x03, (1251).to_bytes(4, "little"))]
    assert properties_of(iter(stored), {}).text(0x37) == "Привет"
    assert properties_of(iter(stored[:1]), {}, "cp1252").text(0x37) == "Ïðèâåò"


@pytest.mark.parametrize(
    ("own", "way", "otherwise", "codec"),
    [
        (1251, 20866, "", "cp1251"),  # text of the item is in its own code page, not in that of the way
        (None, 20866, "", "koi8-r"),
        (None, 28595, "", "iso-8859-5"),
        (None, 20866, "cp1251", "cp1251"),
        (None, 65001, "", "utf-8"),
        (1_000_000, 20866, "cp1251", "cp1251"),
    ],
)
def test_the_code_page_of_an_item_goes_before_that_of_its_way(own, way, otherwise, codec):
    numbers = [(0x3FDE, way), *([(0x3FFD, own)] if own else [])]
    stored = [(number, 3, page.to_bytes(4, "little")) for number, page in numbers]
    words = "\u041f\u0440\u0438\u0432\u0435\u0442"
    found = properties_of(iter([*stored, (0x37, 0x1E, words.encode(codec))]), {}, otherwise)
    assert found.text(0x37) == words


def test_values_of_all_types_are_read():
    stored = [
        (1, 0x02, b"\xff\xff"), (2, 0x03, b"\xfe\xff\xff\xff"), (3, 0x05, b"\x00" * 6 + b"\xf8\x3f"),
        (4, 0x0B, b"\x01"),
        (5, 0x14, b"\x01" + b"\0" * 7), (6, 0x40, b"\x01" + b"\0" * 7), (7, 0x102, b"x"), (8, 0x1F, b"a\0\0\0"),
        (9, 0x101F, b"several"), (10, 0x03, b"\x01"),
    ]  # fmt: skip
    expected = {1: -1, 2: -2, 3: 1.5, 4: True, 5: 1, 6: 1, 7: b"x", 8: "a"}
    assert properties_of(iter(stored), {}).ids == expected


def test_members_of_a_list_stand_in_it_in_full():
    start = bytes(4) + bytes.fromhex("812b1fa4bea310199d6e00dd010f5402") + b"\x00\x00"
    wide = start + b"\x01\x80" + "Ann Example\0SMTP\0ann@example.org\0".encode("utf-16-le")
    narrow = start + b"\x01\x00" + b"Ben Example\0SMTP\0ben@example.org\0"
    expected = [("Ann Example", "SMTP", "ann@example.org"), ("Ben Example", "SMTP", "ben@example.org")]
    assert one_offs(wide + narrow) == expected
    assert one_offs(b"nothing") == []


def test_a_store_gives_its_items_folder_by_folder(corpus):
    with (corpus / "java-libpst/dist-list.pst").open("rb") as stream:
        found = [(one.folder.path, one.item.properties.text(0x1A)) for one in read_pst(stream)]
    assert found == [
        ("Top of Personal Folders/Calendar", "IPM.Appointment"),
        ("Top of Personal Folders/Contacts", "IPM.DistList"),
        ("Top of Personal Folders/Contacts", "IPM.Contact"),
        ("Freebusy Data", "IPM.Microsoft.ScheduleData.FreeBusy"),
    ]


def test_compressed_rtf_is_what_it_was():
    rtf = decompressed(COMPRESSED)
    assert rtf == b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"
    assert decompressed(b"\x0f\0\0\0\x03\0\0\0MELA\0\0\0\0abcdef") == b"abc"
    with pytest.raises(ValueError, match="kinds"):
        decompressed(b"\0" * 20)


@pytest.mark.parametrize(
    ("rtf", "expected"),
    [
        (
            rb"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Arial;}}\pard Hello \b world\b0\par caf\'e9\line 2\tab x}",
            "Hello world\ncafé\n2\tx",
        ),
        (rb"{\rtf1\ansicpg1251\uc1 \u1055?\u1088?\'e8 \{x\}\~\emdash }", "При {x} —"),
        (rb"{\rtf1\uc2\u8364ab \u-10179ab\u-8704ab}", "€ 😀"),
        (rb"{\rtf1{\*\generator X;}{\info{\title T}}words{\pict 00ff}}", "words"),
        (
            rb"{\rtf1\ansi\fromhtml1 {\*\htmltag64 <p>}\htmlrtf {\htmlrtf0 one {\*\htmltag84 &lt;}\htmlrtf <\htmlrtf0 "
            rb"two{\*\htmltag72 </p>}{\*\htmltag64 <p>}three\htmlrtf \par\htmlrtf0}",
            "one <two\n\nthree",
        ),
        (b"not RTF", "not RTF"),
        (b"}}}{\\", ""),
    ],
)  # fmt: skip
def test_rtf_gives_its_words(rtf, expected):
    assert rtf_text(rtf).encode("utf-16", "surrogatepass").decode("utf-16") == expected


@given(st.binary())
def test_any_bytes_are_read_or_refused(data):
    rtf_text(b"{\\rtf1 " + data)
    names_of(data, data)
    one_offs(bytes.fromhex("812b1fa4bea310199d6e00dd010f5402") + data)
    for kind in (0x03, 0x1E, 0x1F, 0x40, 0x102):
        properties_of(iter([(1, kind, data)]), {})
    head = len(data) + 12
    decompressed(head.to_bytes(4, "little") + b"\xff\xff\0\0LZFu\0\0\0\0" + data)


WHOLE = compound(
    {**streams({0x1A: "IPM.Note", 0x37: "x"}, 32, {"n": 0}), "__attach_version1.0_#00000000": streams({0x3701: FILE})}
)


@settings(max_examples=150, deadline=None)
@given(st.integers(0, len(WHOLE) - 1), st.binary(min_size=1, max_size=16), st.booleans())
def test_a_damaged_item_is_read_in_part_or_refused(at, noise, cut):
    data = WHOLE[:at] if cut else WHOLE[:at] + noise + WHOLE[at + len(noise) :]
    try:
        read_msg(io.BytesIO(data))
    except ValueError as error:
        assert "cannot be read" in str(error)


@pytest.mark.parametrize("end", [0, 100, 512, 1024, 20_000, 100_000, 200_000])
def test_a_store_that_is_cut_off_is_refused_or_read_in_part(corpus, end):
    data = (corpus / "java-libpst/dist-list.pst").read_bytes()[:end]
    try:
        found = list(read_pst(io.BytesIO(data)))
    except ValueError as error:
        assert "cannot be opened" in str(error)
    else:
        assert len(found) <= 8
