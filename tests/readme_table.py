"""Writes the README's table of extractors anew from the catalogue: `python -m tests.readme_table`."""

from __future__ import annotations

import re

from app.commands.showing import extractor_table
from tests.conftest import ROOT

TABLE = re.compile(r"^\| extractor \|.*?(?=\n\n)", re.DOTALL | re.MULTILINE)


def main() -> None:
    readme = ROOT / "README.md"
    text = readme.read_text(encoding="utf-8")
    readme.write_text(TABLE.sub(lambda _: extractor_table(), text), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
