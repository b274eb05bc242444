"""Text of every script: right to copy and to search, nothing dropped, nothing that reorders its surroundings."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import pikepdf
import pytest

from report_templates import fonts as fonts_module
from report_templates import shaping
from report_templates.embedding import embed
from report_templates.fonts import Fonts
from report_templates.text import Style, Typesetter
from tests.report_templates.reading import READERS, available, pages

STYLE = Style(0, 9, 11.5)
SCRIPTS = {
    "latin": "Hello, world",
    "vietnamese": "Tiếng Việt rất đẹp",
    "polish, greek and russian": "Zażółć gęślą jaźń · Καλημέρα · Привет",
    "arabic": "السلام عليكم كيف حالك",
    "arabic with lam-alef and hamza": "لا إله إذا أنت لأن",
    "urdu": "آپ کیسے ہیں",
    "hebrew": "נפגש מחר בספרייה",
    "devanagari": "क्या हाल है हिन्दी क्षत्रिय",
    "bengali": "বাংলা কী খবর",
    "gurmukhi": "ਪੰਜਾਬੀ ਕਿਵੇਂ",
    "gujarati": "ગુજરાતી કેમ છો",
    "tamil": "தமிழ் கொடு",
    "telugu": "తెలుగు క్షమించు",
    "malayalam": "ഹൈക്കോടതി",
    "sinhala": "ශ්‍රී ලංකා",
    "thai": "ที่นี่ ครับ",
    "khmer": "ភាសាខ្មែរ",
    "burmese": "မြန်မာ",
    "chinese": "中文消息，你好。",
    "japanese": "日本語のテスト",
    "korean": "한국어 메시지",
    "ethiopic, georgian and armenian": "ኢትዮጵያ ქართული Հայերեն",
    "emoji": "A😀B👍C",
    "emoji sequences": "👨‍👩‍👧 👍🏽 🇬🇧 ❤️ 1️⃣ 🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
    "mathematical letters": "𝓱𝓮𝔂 ∑ → ✓",
}


def drawn(folder: Path, text: str, width: float = 500, style: Style = STYLE) -> Path:
    """A page with the text in a column of that width, as a PDF."""
    fonts = Fonts()
    y, ops = 700.0, []
    for line in Typesetter(fonts).lines(text, style, width):
        ops.append(f"BT 1 0 0 1 {50 + (width - line.width if line.right else 0):.2f} {y:.2f} Tm {line.ops} ET")
        y -= style.leading
    path = folder / "drawn.pdf"
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page(page_size=(595, 842))
        page.obj.Contents = pdf.make_stream("\n".join(ops).encode("ascii"))
        page.obj.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary())
        for font in fonts.used():
            page.obj.Resources.Font[f"/{font.resource}"] = embed(pdf, font)
        pdf.save(path)
    return path


def read(path: Path, reader: str) -> str:
    if not available(reader):
        pytest.skip("pdftotext is not installed")
    return unicodedata.normalize("NFC", pages(path, reader)[0])


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("script", SCRIPTS)
def test_what_is_copied_is_what_was_written(tmp_path: Path, script: str, reader: str) -> None:
    assert read(drawn(tmp_path, SCRIPTS[script]), reader) == unicodedata.normalize("NFC", SCRIPTS[script])


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize(
    "word", ["مُحَمَّد", "שָׁלוֹם", "بسم الله الرحمن", "می\u200cخواهم"], ids=["arabic", "hebrew", "allah", "persian"]
)
def test_vowel_signs_and_ligatures_are_copied_in_reading_order(tmp_path: Path, word: str, reader: str) -> None:
    assert read(drawn(tmp_path, word), reader) == unicodedata.normalize("NFC", word)


@pytest.mark.parametrize("reader", READERS)
def test_a_word_of_the_other_direction_stays_whole_in_a_mixed_line(tmp_path: Path, reader: str) -> None:
    found = read(drawn(tmp_path, "Meet me at מוזיאון tomorrow"), reader)
    assert sorted(found.replace("מוזיאון", " מוזיאון ").split()) == sorted(["Meet", "me", "at", "מוזיאון", "tomorrow"])


def test_brackets_in_right_to_left_text_are_copied_as_written(tmp_path: Path) -> None:
    assert read(drawn(tmp_path, "(שלום)"), "pdfium") == "(שלום)"


@pytest.mark.parametrize("reader", READERS)
def test_what_no_font_has_is_shown_as_its_code_point(tmp_path: Path, reader: str) -> None:
    assert read(drawn(tmp_path, "a\U00012345b\U0001fabcX\ue000"), reader).startswith("a[U+12345]b")
    assert "[U+E000]" in read(drawn(tmp_path, "x\ue000"), reader)


@pytest.mark.parametrize("reader", READERS)
def test_what_acts_without_being_seen_is_shown_as_its_code_point(tmp_path: Path, reader: str) -> None:
    text = "a\x00b\u202ec\u2066d\ud800e\u200bf\u200eg\ufeffh\x1bi\U000e0041j\u200dk"
    shown = "a[U+0000]b[U+202E]c[U+2066]d[U+D800]e[U+200B]f[U+200E]g[U+FEFF]h[U+001B]i[U+E0041]j[U+200D]k"
    assert read(drawn(tmp_path, text), reader) == shown


def test_a_mark_stands_apart_from_the_same_characters_in_the_message() -> None:
    lines = list(Typesetter(Fonts()).lines("[U+202E] \u202e", STYLE, 500))
    assert [part.split()[0] for part in lines[0].ops.split("Tj") if part] == ["/F1", "/F2"]


def test_marks_stacked_without_end_are_shown_in_words(tmp_path: Path) -> None:
    found = read(drawn(tmp_path, "z" + "\u0301" * 20), "pdfium")
    assert found.count("[U+0301]") == 4


@pytest.mark.parametrize("text", [*SCRIPTS.values(), "x" * 500, "a/b-" * 99, "שלום " * 60, "字" * 200, "🤷" * 90])
def test_no_line_is_wider_than_its_column(text: str) -> None:
    assert max(line.width for line in Typesetter(Fonts()).lines(text, STYLE, 70)) <= 70.001


def test_line_breaks_and_tabs_are_kept(tmp_path: Path) -> None:
    lines = list(Typesetter(Fonts()).lines("one\r\n\ntwo\tthree\n", STYLE, 500))
    assert [bool(line.ops) for line in lines] == [True, False, True]
    assert read(drawn(tmp_path, "one\r\n\ntwo\tthree"), "pdfium") == "one two three"


def test_a_paragraph_longer_than_a_piece_loses_nothing_and_fills_its_lines(tmp_path: Path) -> None:
    text = " ".join(f"word{n}" for n in range(900))
    found = read(drawn(tmp_path, text), "pdfium")
    assert found == text
    widths = [line.width for line in Typesetter(Fonts()).lines(text, STYLE, 500)]
    assert min(widths[:-1]) > 440


@pytest.mark.parametrize("script", ["arabic", "urdu", "hebrew", "devanagari", "emoji", "emoji sequences"])
def test_without_harfbuzz_text_is_still_copied_as_written(
    tmp_path: Path, script: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shaping, "harfbuzz", None)
    assert read(drawn(tmp_path, SCRIPTS[script]), "pdfium") == unicodedata.normalize("NFC", SCRIPTS[script])


def test_without_harfbuzz_arabic_letters_are_joined(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shaping, "harfbuzz", None)
    fonts = Fonts()
    list(Typesetter(fonts).lines("سلام", STYLE, 500))
    arabic = next(font for font in fonts.used() if "Arabic" in font.name)
    initial = arabic.glyphs[0xFEB3]
    assert (initial, "س") in arabic.pairs


@pytest.mark.parametrize(
    "text", ["क्" * 900, "ก" + "็" * 300, "👩" + "\u200d👩" * 400, "\u0644\u0651" * 900, "\u1100" * 900]
)
def test_text_made_to_do_harm_is_drawn_within_its_column_and_whole(tmp_path: Path, text: str) -> None:
    assert max(line.width for line in Typesetter(Fonts()).lines(text, STYLE, 200)) <= 200.001
    found = read(drawn(tmp_path, text, 200), "pdfium").replace(" ", "")
    assert re.sub(r"\[U\+([0-9A-F]+)\]", lambda mark: chr(int(mark[1], 16)), found) == text


def test_when_codes_run_out_clusters_are_shown_as_code_points(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts_module, "MOST_JOINED", 1)
    assert read(drawn(tmp_path, "कि खि"), "pdfium") == "कि [U+0916][U+093F]"
