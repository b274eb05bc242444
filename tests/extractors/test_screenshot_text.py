"""Words in screenshots: marked as machine-read, and nothing without the optional reader."""

from __future__ import annotations

import io
from types import SimpleNamespace

import pytest
from PIL import Image, ImageDraw, ImageFont

from evidence_store.records import Document, Problem
from extractors.media import screenshots
from extractors.media.screenshots import screenshot_text
from tests.conftest import ROOT
from tests.evidence_builders.files import MemoryFile

PATH = "data/media/0/Pictures/Screenshots/Screenshot_20260511-100000.png"


def picture() -> bytes:
    image = Image.new("RGB", (900, 400), "white")
    font = ImageFont.truetype(str(ROOT / "resources/fonts/NotoSans-Regular.ttf"), 40)
    ImageDraw.Draw(image).text((40, 40), "Meet me at the harbour\n07700 900123", fill="black", font=font, spacing=30)
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def read(data: bytes, mime: str = "image/png") -> list[object]:
    return list(screenshot_text(MemoryFile(PATH, data, mime=mime)))


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch):
    """A reader that gives what it is told: how its answer becomes a record is ours, the reading is not."""

    def tell(texts: tuple[str, ...], scores: tuple[float, ...]) -> None:
        monkeypatch.setattr(screenshots, "installed", lambda: True)
        monkeypatch.setattr(screenshots, "reader_name", lambda: "reader 1")
        monkeypatch.setattr(screenshots, "_reader", lambda: lambda _: SimpleNamespace(txts=texts, scores=scores))

    return tell


def test_words_are_marked_as_read_by_a_machine_with_how_sure_it_was(answers) -> None:
    answers(("Meet me", "smudge", "at ten"), (0.9, 0.2, 0.8))
    assert read(picture()) == [
        Document(
            locator="whole file",
            mime="image/png",
            flags=("machine-read text",),
            extra=(("read by", "reader 1"), ("confidence", "0.85"), ("lines", 2)),
            text="Meet me\nat ten",
        )
    ]


def test_a_picture_without_words_and_what_is_no_picture_give_nothing(answers) -> None:
    answers((), ())
    assert read(picture()) == []
    assert read(b"no picture") == []
    assert read(picture(), "text/plain") == []


def test_a_reader_that_fails_costs_only_the_words(answers) -> None:
    answers(("one",), ())
    assert [(type(one), one.code) for one in read(picture())] == [(Problem, "not-machine-read")]


def test_nothing_is_read_without_the_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screenshots, "installed", lambda: False)
    assert read(picture()) == []


def test_the_reader_itself_reads_a_picture() -> None:
    pytest.importorskip("rapidocr", reason="the optional reader is not installed")
    assert read(picture())[0].text.splitlines() == ["Meet me at the harbour", "07700 900123"]
