"""Fonts, signatures and legal profiles: data, read in a way that a frozen program can follow."""

from __future__ import annotations

from importlib.resources import files


def read(name: str) -> bytes:
    """The bytes of a data file by its path below this package, "fonts/NotoSans-Regular.ttf".

    Raises FileNotFoundError where there is none.
    """
    return files("resources").joinpath(*name.split("/")).read_bytes()
