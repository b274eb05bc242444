from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

import resources
from report_templates.fonts import FILES, Fonts

FOLDER = Path(resources.__file__).parent / "fonts"


def test_every_shipped_font_is_used_and_every_used_font_is_shipped() -> None:
    assert sorted(path.stem for path in FOLDER.glob("*.ttf")) == sorted(FILES)


@pytest.mark.parametrize("name", FILES)
def test_a_font_is_truetype_and_may_be_embedded(name: str) -> None:
    font = TTFont(BytesIO(resources.read(f"fonts/{name}.ttf")), lazy=True)
    assert ("glyf" in font, font["OS/2"].fsType in (0, 8)) == (True, True)


@pytest.mark.parametrize("name", FILES)
def test_a_font_has_its_origin_and_its_licence_on_record(name: str) -> None:
    record = (FOLDER / "README.md").read_text(encoding="utf-8").splitlines()
    row = next(line for line in record if line.startswith(f"| {name} |"))
    licence = row.split("`")[-2]
    assert ("icense" in (FOLDER / licence).read_text(encoding="utf-8"), "Debian" in row or "npm" in row) == (True, True)


def test_a_character_that_no_font_has_is_not_found() -> None:
    fonts = Fonts()
    assert (fonts.find("\U00012345"), fonts.find("A"), FILES[fonts.find("한") or 0]) == (None, 0, "NotoSansKR-Regular")
