"""What two independent readers find in a PDF: pdfium, and poppler's pdftotext where it is installed."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pypdfium2

READERS = ("pdfium", "poppler")


def pages(path: Path, reader: str = "pdfium") -> list[str]:
    """The text of each page with white space made single; None of poppler's own direction marks."""
    if reader == "pdfium":
        with pypdfium2.PdfDocument(path) as document:
            texts = [page.get_textpage().get_text_range() for page in document]
    else:
        text = subprocess.run(["pdftotext", path, "-"], capture_output=True, check=True).stdout.decode()
        texts = re.sub("[\u202a-\u202c]", "", text).split("\f")[:-1]
    return [" ".join(text.split()) for text in texts]


def available(reader: str) -> bool:
    return reader == "pdfium" or shutil.which("pdftotext") is not None
