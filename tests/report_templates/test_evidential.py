"""The whole report, read back with two readers and taken apart with pikepdf."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pikepdf
import pikepdf.pdfa
import pytest
from PIL import Image

from report_templates import binding
from report_templates.data import AttachmentRow, CaseFacts, ConversationFacts, CoverageRow, GapRow, ItemRow
from report_templates.evidential import ReportResult, write_report
from tests.conftest import ROOT
from tests.report_templates.made_up import SOURCE, TEXTS, item, mixed, report
from tests.report_templates.reading import READERS, available, pages

COUNT = 2000


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ReportResult]:
    path = tmp_path_factory.mktemp("printed") / "report.pdf"
    return path, write_report(report(lambda: mixed(COUNT), COUNT), path)


def printed_with(folder: Path, *rows: ItemRow | GapRow, **changes: object) -> list[str]:
    path = folder / "report.pdf"
    write_report(report(lambda: rows, len(rows), **changes), path)
    return pages(path)


def outline(path: Path) -> list[tuple[str, int]]:
    with pikepdf.open(path) as pdf, pdf.open_outline() as tree:
        numbers = {page.obj.objgen: at for at, page in enumerate(pdf.pages, 1)}
        marks = [mark for top in tree.root for mark in (top, *top.children)]
        return [(str(mark.title), numbers[mark.destination[0].objgen]) for mark in marks]


def links(path: Path, page: int) -> list[int]:
    with pikepdf.open(path) as pdf:
        numbers = {page.obj.objgen: at for at, page in enumerate(pdf.pages, 1)}
        return [numbers[link.Dest[0].objgen] for link in pdf.pages[page - 1].obj.get("/Annots", [])]


def test_the_printed_page_number_is_the_page_of_the_pdf(printed: tuple[Path, ReportResult]) -> None:
    path, result = printed
    found = [re.search(r"Page (\d+) of (\d+)", text) for text in pages(path)]
    assert [(int(at[1]), int(at[2])) for at in found if at] == [
        (number, result.pages) for number in range(1, result.pages + 1)
    ]


def test_every_page_is_a4_and_carries_its_marking_exhibit_urn_and_source(printed: tuple[Path, ReportResult]) -> None:
    path, _ = printed
    with pikepdf.open(path) as pdf:
        assert {tuple(round(float(value)) for value in page.mediabox) for page in pdf.pages} == {(0, 0, 595, 842)}
    texts = pages(path)
    standing = ("OFFICIAL-SENSITIVE", "ABC/2", "00XX0000026", f"Source SHA-256 {SOURCE.sha256[:16]}…", "Assay 0.1.0")
    assert [at for at, text in enumerate(texts, 1) if not all(words in text for words in standing)] == []
    assert min(len(text) for text in texts) > 300


def test_each_bookmark_names_its_page_and_lands_on_it(printed: tuple[Path, ReportResult]) -> None:
    path, _ = printed
    texts = pages(path)
    marks = [(re.fullmatch(r"(.+) \(page (\d+)\)", title), page) for title, page in outline(path)]
    assert [at[0] for at, page in marks if int(at[2]) != page] == []
    titles = [(at[1].removeprefix("From "), page) for at, page in marks if at[1] != "Cover"]
    assert [(title, page) for title, page in titles if title not in texts[page - 1]] == []
    assert len(titles) > 12


def test_the_contents_and_the_index_lead_where_they_say(printed: tuple[Path, ReportResult]) -> None:
    path, _ = printed
    texts = pages(path)
    rows = re.findall(r"([A-Z][A-Za-z :]+?) (\d+)(?= |$)", texts[1].split("Section Page")[1].split("Page 2 of")[0])
    assert [page for title, page in rows if title not in texts[int(page) - 1]] == []
    assert links(path, 2) == [int(page) for _, page in rows]
    assert len(rows) == 11
    sections = {title.split(" (")[0]: page for title, page in outline(path)}
    index_page = sections["Appendix B: page of each item"]
    assert set(links(path, index_page)) <= set(
        range(sections["Schedule of items"], sections["Schedule of attachments"])
    )


def test_the_index_gives_the_page_of_every_item(printed: tuple[Path, ReportResult]) -> None:
    path, _ = printed
    texts = pages(path)
    sections = {title.split(" (")[0]: page for title, page in outline(path)}
    first, after = sections["Appendix B: page of each item"], sections["Appendix C: verification"]
    listed: dict[str, int] = {}
    for start, last, page in re.findall(r"ABC/1-(\d{6})(?: to (\d{6}))? (\d+)", " ".join(texts[first - 1 : after - 1])):
        listed |= {f"ABC/1-{number:06d}": int(page) for number in range(int(start), int(last or start) + 1)}
    assert list(listed) == [f"ABC/1-{number:06d}" for number in range(1, COUNT + 1)]
    assert [number for number, page in listed.items() if number not in texts[page - 1]] == []


def test_all_fonts_are_embedded_and_nothing_is_active(printed: tuple[Path, ReportResult]) -> None:
    path, _ = printed
    with pikepdf.open(path) as pdf:
        fonts = [o for o in pdf.objects if isinstance(o, pikepdf.Dictionary) and o.get("/Type") == "/FontDescriptor"]
        assert len(fonts) > 5
        assert [str(font.FontName) for font in fonts if "/FontFile2" not in font] == []
        assert {str(key) for key in pdf.Root} & {"/AcroForm", "/AA", "/OpenAction", "/Names"} == set()
        assert (str(pdf.Root.Lang), bool(pdf.Root.ViewerPreferences.DisplayDocTitle)) == ("en-GB", True)
        assert str(pdf.docinfo["/Title"]) == "ABC/2 Messages about a lost folder"
    raw = subprocess.run(
        [sys.executable, "-c", "import sys,pikepdf; pikepdf.open(sys.argv[1]).save(sys.stdout.buffer, qdf=True)", path],
        capture_output=True,
        check=True,
    ).stdout
    assert [word for word in (b"/JavaScript", b"/URI", b"/Launch", b"/EmbeddedFile") if word in raw] == []


def test_the_report_is_pdf_a_2b(printed: tuple[Path, ReportResult]) -> None:
    with pikepdf.open(printed[0]) as pdf, pdf.open_metadata() as metadata:
        assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("2", "B")


def test_the_same_data_gives_the_same_bytes(tmp_path: Path) -> None:
    data = report(lambda: mixed(60), 60)
    stream = io.BytesIO()
    results = [
        write_report(data, tmp_path / "a.pdf"),
        write_report(data, tmp_path / "b.pdf"),
        write_report(data, stream),
    ]
    assert len({result.sha256 for result in results}) == 1
    assert (tmp_path / "a.pdf").read_bytes() == (tmp_path / "b.pdf").read_bytes() == stream.getvalue()
    other = write_report(replace(data, case=replace(data.case, urn="00XX0000027")), tmp_path / "c.pdf")
    assert other.sha256 != results[0].sha256


@pytest.mark.parametrize("reader", READERS)
def test_a_message_in_any_script_is_found_in_the_schedule(tmp_path: Path, reader: str) -> None:
    if not available(reader):
        pytest.skip("pdftotext is not installed")
    path = tmp_path / "report.pdf"
    write_report(report(lambda: [item(n, text) for n, text in enumerate(TEXTS, 1)], len(TEXTS)), path)
    words = set(re.split(r"[\s、。，,،؟।]+", " ".join(pages(path, reader))))
    wanted = {word for text in TEXTS for word in re.split(r"[\s、。，,،؟।]+", text) if word}
    # A long line of Chinese is broken where the column ends.
    missing = {word for word in wanted - words if not re.match("[\u4e00-\u9fff]", word)}
    assert missing == set()
    assert "请带上蓝色文件夹" in "".join(pages(path, reader)).replace(" ", "")


def test_an_override_cannot_reorder_the_cells_beside_it(tmp_path: Path) -> None:
    evil = item(1, "\u202eevil \u2067text", sender="\u202e+447700900123", conversation=None)
    text = " ".join(printed_with(tmp_path, evil, item(2, "after", conversation=None)))
    assert "[U+202E]evil [U+2067]text" in text
    assert re.search(r"\[U\+202E\]\+44770090\S*\s*0123|\[U\+202E\]\s?\+447700900123", text)
    assert re.search(r"ABC/1-000002 .* after", text)


def test_a_gap_says_how_many_items_are_not_reproduced_and_why(tmp_path: Path) -> None:
    gap = GapRow(0, 14, "ABC/1-000124", "ABC/1-000137")
    texts = printed_with(tmp_path, item(1), gap, GapRow(0, 1, "ABC/1-000140", "ABC/1-000140", "outside scope"), item(2))
    text = " ".join(texts)
    where = "exist in conversation C1 and are not reproduced. Reason: not selected —"
    assert f"— 14 items (ABC/1-000124 to ABC/1-000137) {where}" in text
    one = "— 1 item (ABC/1-000140) exists in conversation C1 and is not reproduced. Reason: outside scope —"
    assert one in text
    assert "Items shown 2 Items not reproduced 15; rows that mark such a gap: 2" in texts[0]


def test_by_conversation_each_one_is_announced_with_its_counts(tmp_path: Path) -> None:
    talks = (
        ConversationFacts("First", "SMS", "a, b", 10, 1, "1 Oct", "1 Oct"),
        ConversationFacts("", "WhatsApp", "c, d", 3, 1, "2 Oct", "2 Oct"),
    )
    rows = (item(1), GapRow(0, 9, "ABC/1-000002", "ABC/1-000010"), item(11, conversation=1))
    text = " ".join(printed_with(tmp_path, *rows, conversations=talks, order="conversation"))
    assert "C1 · First · SMS a, b 10 in total, 1 shown, 9 not shown" in text
    assert "C2 · no title recorded · WhatsApp c, d 3 in total, 1 shown, 2 not shown" in text
    assert "exist here and are not reproduced" in text
    titles = [title for title, _ in outline(tmp_path / "report.pdf")]
    assert [title.split(" (")[0] for title in titles if title.startswith(("C1", "C2"))] == [
        "C1 · First · SMS",
        "C2 · no title recorded · WhatsApp",
    ]


def test_a_long_message_is_split_and_loses_nothing(tmp_path: Path) -> None:
    words = [f"word{number}" for number in range(3000)]
    texts = printed_with(tmp_path, item(1, " ".join(words)), item(2, "after"))
    assert re.findall(r"\bword\d+\b", " ".join(texts)) == words
    split = [text for text in texts if "word1" in text or "word2" in text]
    begins = next(at for at, text in enumerate(texts, 1) if " word0 " in text)
    assert f"ABC/1-000001 {begins} " in texts[-2]
    assert len(split) > 3
    assert [("continued →" in text, "ABC/1-000001 continued" in text) for text in split[1:-1]] == [(True, True)] * (
        len(split) - 2
    )


def test_attachments_stand_in_their_schedule_with_hash_and_state(tmp_path: Path) -> None:
    rows = (
        AttachmentRow("IMG.jpg", "present", "image/jpeg", 1234, "a" * 64, "media/IMG.jpg"),
        AttachmentRow("gone.mp4", "missing"),
    )
    text = " ".join(printed_with(tmp_path, item(1, attachments=rows)))
    assert f"ABC/1-000001/A1 IMG.jpg media/IMG.jpg image/jpeg present 1,234 SHA-256 {'a' * 64}" in text
    assert "ABC/1-000001/A2 gone.mp4 not known missing not recorded SHA-256: not available" in text


def jpeg() -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (640, 480), (10, 120, 60)).save(stream, "JPEG")
    return stream.getvalue()


def test_a_picture_is_shown_only_where_it_was_chosen(tmp_path: Path) -> None:
    chosen = AttachmentRow("a.jpg", "present", "image/jpeg", 5, "a" * 64, "a.jpg", jpeg())
    broken = AttachmentRow("b.jpg", "present", "image/jpeg", 5, "b" * 64, "b.jpg", b"\xff\xd8 not a picture")
    left_out = AttachmentRow("c.jpg", "present", "image/jpeg", 5, "c" * 64, "c.jpg")
    texts = printed_with(tmp_path, item(1, attachments=(chosen, broken, left_out)))
    with pikepdf.open(tmp_path / "report.pdf") as pdf:
        assert (
            sum(len(page.get_images()) if hasattr(page, "get_images") else len(page.images) for page in pdf.pages) == 1
        )
    assert "Attachments listed 3, of which 1 are shown as pictures" in texts[0]
    assert "Picture: attachment ABC/1-000001/A2 could not be shown" in " ".join(texts)


def test_coverage_shows_its_counts_and_says_when_they_do_not_add_up(tmp_path: Path) -> None:
    good = CoverageRow("ABC/1", "good.db", "x@1", "parsed", 10, 7, 1, 1, 1, ("Problem: row 3: no date",))
    bad = CoverageRow("ABC/1", "bad.db", "x@1", "partial", 10, 7, 1, 1, 0)
    text = " ".join(printed_with(tmp_path, item(1), coverage=(good, bad)))
    assert "ABC/1 · good.db x@1 parsed 10 7 1 1 1 Problem: row 3: no date" in text
    assert text.count("These counts do not add up") == 1
    assert "Files listed here 20 14 2 2 1" in text


def test_provenance_and_verification_print_every_figure_in_full(tmp_path: Path) -> None:
    one = item(7)
    data = report(lambda: [one], 1)
    write_report(data, tmp_path / "report.pdf")
    text = " ".join(pages(tmp_path / "report.pdf"))
    facts = data.verification
    hashes = (one.file_sha256, one.sha256, SOURCE.sha256, SOURCE.sha1, SOURCE.md5, facts.seal, facts.ledger_head)
    assert [value for value in hashes if value not in text] == []
    assert f"ABC/1-000007 P1 sms:_id=7 {one.sha256}" in text


def test_what_must_be_said_is_said_and_what_must_not_is_not(printed: tuple[Path, ReportResult]) -> None:
    text = " ".join(pages(printed[0]))
    assert "FSR Code declaration: NOT YET MADE" in text
    assert [word for word in ("FSR compliant", "proves", "court-approved", "certified") if word in text] == []


def test_blanks_are_printed_as_not_recorded(tmp_path: Path) -> None:
    texts = printed_with(
        tmp_path, case=CaseFacts(title="Nothing"), sources=(), conversations=(), coverage=(), unread=()
    )
    for label in ("Operation", "URN", "Officer in the case", "Producer", "Scope", "Authority", "Made"):
        assert f"{label} not recorded" in texts[0]
    assert "No item was selected." in " ".join(texts)


def test_what_passes_between_nobody_has_a_dash_for_its_direction_and_parties(tmp_path: Path) -> None:
    message = replace(item(1), direction="", sender="", recipients="", conversation=None, text="made up")
    for exchanged, said in ((True, "direction not recorded"), (False, "–")):
        folder = tmp_path / str(exchanged)
        folder.mkdir()
        text = " ".join(printed_with(folder, replace(message, exchanged=exchanged), conversations=()))
        schedule = text[text.index("Schedule of items") :]
        assert said in schedule
        assert ("direction not recorded" in schedule) is exchanged


def test_hostile_words_in_the_case_itself_are_printed_and_harmless(tmp_path: Path) -> None:
    case = CaseFacts(title="A\u202eB\x00\ud800" + "long " * 200, urn="x" * 500, producer="سلام 你好 🧌")
    texts = printed_with(tmp_path, replace(item(1), number="no digits"), case=case)
    assert "A[U+202E]B[U+0000][U+D800]long" in texts[0]
    assert [word for word in ("سلام", "你好", "🧌") if word not in " ".join(texts)] == []


def test_progress_counts_items_up_to_the_total() -> None:
    seen: list[tuple[int, int]] = []
    result = write_report(report(lambda: mixed(250), 250), io.BytesIO(), lambda done, total: seen.append((done, total)))
    assert (seen, result.items) == ([(100, 250), (200, 250), (250, 250)], 250)


def test_a_report_that_fails_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    def broken() -> Iterator[ItemRow | GapRow]:
        yield item(1)
        raise OSError("the store went away")

    (tmp_path / "report.pdf").write_bytes(b"old")
    with pytest.raises(OSError, match="the store went away"):
        write_report(report(broken, 2), tmp_path / "report.pdf")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("report.pdf", b"old")]


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads Linux's account of the memory a program took")
def test_a_message_of_ten_megabytes_is_printed_within_bounded_memory(tmp_path: Path) -> None:
    program = (
        "import re, sys\n"
        "from pathlib import Path\n"
        "from tests.report_templates.made_up import item, report\n"
        "from report_templates.evidential import write_report\n"
        "text = 'ten letters and more ' * 500_000\n"
        "result = write_report(report(lambda: [item(1, text)], 1), Path(sys.argv[1]))\n"
        "status = Path('/proc/self/status').read_text()\n"  # getrusage would count what the test's own process took
        "print(result.pages, int(re.search(r'VmHWM:\\s+(\\d+)', status)[1]) // 1024)\n"
    )
    path = tmp_path / "report.pdf"
    ended = subprocess.run([sys.executable, "-c", program, path], cwd=ROOT, capture_output=True, text=True, check=True)
    count, megabytes = map(int, ended.stdout.split())
    assert count > 2000
    assert megabytes < 400


def test_a_longer_report_is_checked_by_sample_and_passes_whole_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(binding, "CHECKED", 5)
    result = write_report(report(lambda: mixed(80), 80), tmp_path / "report.pdf")
    assert result.pages > 10
    with pikepdf.open(tmp_path / "report.pdf") as pdf:
        verdict = pikepdf.pdfa.check(pdf, "2b")
    assert (verdict.passed, len(verdict.violations), len(verdict.unsupported)) == (True, 0, 0)


@pytest.mark.parametrize("checked", [5, 1500])
def test_what_is_not_pdf_a_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, checked: int) -> None:
    def not_embedded(pdf: pikepdf.Pdf, font: object) -> pikepdf.Object:
        return pdf.make_indirect(
            pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont="/Arial")
        )

    monkeypatch.setattr(binding, "CHECKED", checked)
    monkeypatch.setattr(binding, "embed", not_embedded)
    with pytest.raises(ValueError, match="not PDF/A-2b"):
        write_report(report(lambda: mixed(80), 80), tmp_path / "report.pdf")
    assert list(tmp_path.iterdir()) == []
