"""Documents by their content."""

from __future__ import annotations

import io
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evidence_store.records import Document, Moment, Problem, replace
from extractors.media.documents import documents
from parsers.office_zip import read_office
from parsers.pdf_text import read_pdf
from parsers.signatures import mime_of
from tests.evidence_builders.documents import docx, odt, pdf, zipped
from tests.evidence_builders.files import MemoryFile

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

PDF, OLE = "application/pdf", "application/x-ole-storage"


def read(data: bytes, mime: str = "", zone: str | None = "Europe/London") -> list[object]:
    found = mime or mime_of(data[:4096], size=len(data))
    return list(documents(MemoryFile("Download/made", data, mime=found, zone=zone)))


def test_an_openxml_document_comes_out_with_its_properties_and_all_its_words() -> None:
    assert read(docx()) == [
        Document(
            locator="whole file",
            moments=(
                Moment("created (document)", 1_778_490_000_000_000, "2026-05-11T09:00:00Z", "B"),
                Moment("saved (document)", 1_778_576_400_000_000, "2026-05-12T09:00:00Z", "B"),
            ),
            extra=(("lastModifiedBy", "Ben Example"), ("Pages", "3"), ("Company", "Example Ltd"), ("Case", "42")),
            mime=DOCX,
            title="Minutes",
            author="Ada Example",
            pages=3,
            text="Meet at the quay\nat noon\nHead\nReally?",
        )
    ]


def test_an_open_document_has_local_times() -> None:
    assert read(odt()) == [
        Document(
            locator="whole file",
            moments=(
                Moment(
                    *("created (document)", 1_778_490_000_000_000, "2026-05-11T10:00:00", "C"),
                    zone="Europe/London, operator",
                ),
            ),
            extra=(("Case", "42"),),
            mime="application/vnd.oasis.opendocument.text",
            title="Minutes",
            author="Ada Example",
            text="Meet at the quay\nAgain",
        )
    ]


def test_a_pdf_comes_out_with_its_text_and_its_offset() -> None:
    one = Document(
        locator="whole file",
        moments=(Moment("created (document)", 1_778_490_000_000_000, "D:20260511100000+01'00'", "B"),),
        mime=PDF,
        title="Minutes",
        pages=1,
        text="Meet at the quay",
    )
    assert read(pdf()) == [one]
    assert read(pdf() + b"\n%%EOF\n") == [replace(one, flags=("saved 2 times in one file",))]


def test_a_broken_part_costs_only_itself() -> None:
    found = read(docx(**{"word/header1.xml": "<broken"}))
    assert found[0].text == "Meet at the quay\nat noon\nReally?"
    assert [(one.kind, one.code) for one in found[1:]] == [("value", "document-part")]
    hostile = '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'
    assert [one.code for one in read(docx(**{"word/header1.xml": hostile}))[1:]] == ["document-part"]


def test_a_long_text_is_cut_and_that_is_said() -> None:
    found = read_office(io.BytesIO(docx()), 10)
    assert (found.text, found.problems) == ("Meet at th", ["of the text the first 10 characters are kept"])
    assert read_pdf(pdf(), 10).text == "Meet at th"


def test_blank_lines_are_no_words_that_leave_no_room_for_others() -> None:
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    words = [f"<w:d {space}><w:p><w:r><w:t>{text}</w:t></w:r></w:p>{'<w:p/>' * 200}</w:d>" for text in ("one", "two")]
    data = zipped({"[Content_Types].xml": "<Types/>", "word/document.xml": words[0], "word/header1.xml": words[1]})
    found = [read_office(io.BytesIO(data), most) for most in (100, 5, 2)]
    assert [one.text for one in found] == ["one\ntwo", "one\nt", "on"]
    assert [len(one.problems) for one in found] == [0, 1, 1]


def test_parts_beyond_the_bound_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("parsers.office_zip._MOST_PARTS", 2)
    data = zipped({"[Content_Types].xml": "<Types/>", "word/document.xml": "<d/>", "word/header1.xml": "<d/>"})
    assert [(one.code, one.detail) for one in read(data, DOCX)[1:]] == [
        ("document-part", "3 parts, of which the first 2 are looked at")
    ]


def test_a_bomb_is_not_unpacked() -> None:
    found = read(zipped({"[Content_Types].xml": "<Types/>", "word/document.xml": " " * (65 << 20)}), DOCX)
    assert [getattr(one, "detail", one.locator) for one in found] == [
        "whole file",
        "word/document.xml: unpacks to more than 64 MiB",
    ]


@pytest.mark.parametrize(
    ("data", "mime"),
    [
        (b"PK\x03\x04 no zip", DOCX),
        (b"%PDF-1.4 broken", "application/pdf"),
        (b"\xd0\xcf\x11\xe0", "application/x-ole-storage"),
    ],
)
def test_a_damaged_document_is_an_item_and_a_problem(data: bytes, mime: str) -> None:
    found = read(data, mime)
    assert [type(one) for one in found] == [Document, Problem]
    assert (found[1].kind, found[1].code) == ("file", "damaged-document")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.binary(max_size=300), st.sampled_from([DOCX, PDF, OLE]))
def test_any_bytes_give_an_item_or_nothing(data: bytes, mime: str) -> None:
    starts = {
        DOCX: docx()[:200],
        "application/pdf": pdf()[:200],
        "application/x-ole-storage": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    }
    assert all(isinstance(one, Document | Problem) for one in read(starts[mime] + data, mime))


@pytest.mark.parametrize(
    ("path", "title", "author", "date"),
    [
        ("plaso/Document.doc", "Table of Context", "DAVID NIDES", 1_355_164_680_000_000),
        ("plaso/Document.docx", None, "Nides", 1_352_330_940_000_000),
        ("tika/testPDF-custommetadata.pdf", "Document title", "Document author", 1_277_899_314_000_000),
        ("tika/testPDF.pdf", "Apache Tika - Apache Tika", "Bertrand Delacrétaz", 1_189_846_951_000_000),
        ("tika/testPDFPackage.pdf", None, None, 1_148_502_482_000_000),
        ("tika/testPDF_Version.4.x.pdf", "Sample Acrobat 4.x (PDF Version 1.3)", None, 1_393_966_605_000_000),
        ("tika/testPDF_incrementalUpdates.pdf", "Test", None, 1_679_935_021_000_000),
        ("tika/testPDF_twoAuthors.pdf", "Sample Title", "Sample Author 1", 1_393_920_357_000_000),
        ("tika/testWORD_custom_props.docx", "My Title", "EJ04325S", 1_311_958_320_000_000),
        ("tika/testWORD_multi_authors.docx", None, "Allison, Timothy B.;author2;author3", 1_444_241_640_000_000),
        ("tika/testWORD_various.docx", None, "Michael McCandless", 1_315_220_400_000_000),
        ("tika/test_recursive_embedded.docx", None, None, 1_406_812_020_000_000),
        ("exiftool/images/OOXML.docx", "The document title", "Author: Jeff", 1_256_348_460_000_000),
    ],
)
def test_titles_authors_and_dates_are_those_that_the_index_lists(corpus, path, title, author, date) -> None:
    found = read((corpus / path).read_bytes())[0]
    assert (found.title, found.author, found.moments[0].utc_us) == (title, author, date)


def test_a_locked_document_is_said_to_be_locked(corpus) -> None:
    found = read((corpus / "tika/testWORD_protected_passtika.docx").read_bytes())
    assert [one.flags for one in found] == [("locked with a password",)]


def test_the_words_of_a_doc_and_of_text_boxes_and_footnotes_come_out(corpus) -> None:
    assert read((corpus / "plaso/Document.doc").read_bytes())[0].text.startswith("This is a document!!")
    text = read((corpus / "tika/testWORD_various.docx").read_bytes())[0].text
    assert "Here is a text box" in text
    assert "Footnote appears here" in text


def test_another_compound_file_is_left_alone(corpus) -> None:
    data = (corpus / "tika/testMSG.msg").read_bytes()
    assert read(data, OLE) == []


def test_who_began_an_open_document_and_who_saved_it_last_are_both_told() -> None:
    data = odt()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    more = "<dc:creator>Ben Example</dc:creator><meta:initial-creator>"
    parts["meta.xml"] = parts["meta.xml"].replace("<meta:initial-creator>", more)
    found = read(zipped(parts))[0]
    assert isinstance(found, Document)
    assert (found.author, found.extra) == ("Ada Example", (("creator", "Ben Example"), ("Case", "42")))


def test_properties_beyond_the_first_hundred_are_counted() -> None:
    rows = "".join(f'<property name="p{number}"><lpwstr>x</lpwstr></property>' for number in range(150))
    found = read(docx(**{"docProps/custom.xml": f"<Properties>{rows}</Properties>"}))[0]
    assert isinstance(found, Document)
    assert found.extra[-1] == ("properties not shown", 53)


def test_the_end_mark_behind_the_first_page_of_a_pdf_for_the_web_is_no_saving() -> None:
    linear = pdf().replace(b"%PDF-1.4\n", b"%PDF-1.4\n%/Linearized\n") + b"\n%%EOF\n"
    assert b"/Linearized" in linear
    assert [one.flags for one in read(linear) if isinstance(one, Document)] == [()]


def test_a_list_of_properties_that_states_four_milliards_costs_no_time(corpus) -> None:
    data = (corpus / "plaso/Document.doc").read_bytes()
    at = data.index(b"\x1e\x10\x00\x00", data.index(b"\x02\xd5\xcd\xd5"))  # the first list, of texts
    broken = data[:at] + b"\x77\x10\x00\x00\xff\xff\xff\xff" + data[at + 8 :]
    assert read(broken, OLE)[0] == read(data, OLE)[0]
