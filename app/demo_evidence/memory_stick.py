"""The made-up memory stick that came with the parcel: letters, pictures, two deleted files and one written over."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Final

from app.demo_evidence.clock import london, utc
from app.demo_evidence.fat16 import StickFile, image
from app.demo_evidence.pictures import Taken, photo

DELETED: Final = ("Letters/First draft of the letter.txt", "PHOTOS/WINDOW2.JPG")
OVERWRITTEN: Final = "Letters/Shopping list, week 36.txt"

_LETTER: Final = """Dear Nadia,

you do not answer my messages, so I am writing a letter. I only want to talk for ten minutes.
The pictures are of the window displays that I liked best.

Chris
"""
_DRAFT: Final = """Dear Nadia,

I have counted: you have not answered for 124 days. I know which days you open the shop.

(Do not send this one.)
"""
_TIMES: Final = """Opening times, Fictional Books
Mon  9-17   N.
Tue  9-17   Jordan
Wed  9-13   N.
Thu  9-17   N., reading group 19:00 at the library
Fri  9-17   Jordan
"""
_README: Final = "Pictures in PHOTOS, letter in Letters.\r\n"


def memory_stick(path: Path) -> Path:
    """Writes the image and gives `path` back."""
    path.write_bytes(image("MADE UP", _files()))
    return path


def _files() -> list[StickFile]:
    return [
        StickFile("README.TXT", _README.encode("ascii"), _at("2026-09-18 19:02")),
        StickFile(OVERWRITTEN, b"milk\nbread\nenvelopes, padded\nstamps\n" * 40, _at("2026-09-01 17:40"), deleted=True),
        StickFile(DELETED[0], _DRAFT.encode(), _at("2026-09-14 22:51"), deleted=True),
        StickFile("Letters/Letter to Nadia, final.txt", _LETTER.encode(), _at("2026-09-18 18:40")),
        StickFile(
            "Letters/Öffnungszeiten – opening times.txt", _TIMES.encode(), _at("2026-09-02 12:15"), over=OVERWRITTEN
        ),
        _picture("PHOTOS/WINDOW1.JPG", 30, "2026-08-22 17:05"),
        _picture(DELETED[1], 31, "2026-08-29 20:31", deleted=True),
        _picture("PHOTOS/Window in the evening.jpg", 32, "2026-09-05 20:12"),
    ]


def _picture(path: str, seed: int, when: str, *, deleted: bool = False) -> StickFile:
    return StickFile(path, photo(seed, Taken(utc(when)), (400, 300)), _at(when), deleted)


def _at(when: str) -> datetime:
    return london(utc(when))
