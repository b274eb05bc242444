"""Words in screenshots, read by machine where the optional reader (the extra `ocr`: rapidocr) is installed."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib import metadata, util
from typing import Any, Final

from evidence_store.records import WHOLE_FILE, Document, Problem
from extractors.base import EvidenceFile, Found, extractor
from extractors.shortened import shortened
from parsers.picture import render_jpeg

_MOST_PIXELS_A_SIDE: Final = 2400
_LEAST_SURE: Final = 0.5
_MOST_BYTES: Final = 64 << 20


@extractor(
    id="media.screenshot_text",
    version=1,
    title="Words in screenshots, read by machine (optional)",
    files=("**/Screenshots/**", "**/*screenshot*", "**/Screen_Recordings/*.png", "**/Screen Shot *"),
    emits=(Document,),
    privacy="media",
    layouts="pictures of which folder or name says that they are screenshots",
    tested_on="documented schema, no device data",
    limits="Nothing is read unless the extra `ocr` is installed (rapidocr). What a machine reads has mistakes: look at "
    "the picture. Latin letters and Chinese are read; other scripts are not, or are misread. Words of which it is less "
    "than half sure are left out.",
)
def screenshot_text(file: EvidenceFile) -> Iterator[Found]:
    """One Document a screenshot in which words are found, marked as machine-read, with the reader and how sure it was.

    References:
    - rapidocr (Apache-2.0), whose models come with it; nothing is fetched
    """
    if not file.mime.startswith("image/") or file.size > _MOST_BYTES or not installed():
        return
    try:
        with file.open() as stream:
            picture = render_jpeg(stream, _MOST_PIXELS_A_SIDE)
    except ValueError:
        return  # said by the extractor of pictures
    try:
        lines = _lines(_reader(), picture)
    except Exception as error:  # noqa: BLE001 - the reader is a library of its own, and its failure costs only the words
        words = f"{type(error).__name__}: {shortened(str(error), 200)}"
        yield Problem("note", "not-machine-read", f"the words in the picture were not read: {words}", WHOLE_FILE)
        return
    sure = [(text, score) for text, score in lines if score >= _LEAST_SURE and text.strip()]
    if not sure:
        return
    mean = sum(score for _, score in sure) / len(sure)
    yield Document(
        locator=WHOLE_FILE,
        mime=file.mime,
        flags=("machine-read text",),
        extra=(("read by", reader_name()), ("confidence", f"{mean:.2f}"), ("lines", len(sure))),
        text="\n".join(text for text, _ in sure),
    )


@cache
def installed() -> bool:
    """Whether the optional reader is there; looked up once."""
    return util.find_spec("rapidocr") is not None


def reader_name() -> str:
    return f"rapidocr {metadata.version('rapidocr')}"


@cache
def _reader() -> Any:
    from rapidocr import RapidOCR

    return RapidOCR(params={"Global.log_level": "critical"})


def _lines(reader: Any, picture: bytes) -> list[tuple[str, float]]:
    """(line, how sure from 0 to 1) from top to bottom."""
    found = reader(picture)
    texts, scores = found.txts or (), found.scores or ()
    return [(str(text), float(score)) for text, score in zip(texts, scores, strict=True)]
