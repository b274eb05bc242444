"""Text of these exports is UTF-8 that was written as if each byte were a character: "Ã©" stands for "é"."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from evidence_store.records import Problem
from extractors.base import EvidenceFile
from extractors.exports.json_values import Row, Values


class Mended(Values):
    """See `Values`. Texts are mended where they can have come about in that way, and the mending is counted."""

    def __init__(self, file: EvidenceFile, *, broken: bool = True) -> None:
        """`broken` says whether the layout has the broken encoding at all."""
        super().__init__(file)
        self._broken = broken
        self._mended = 0
        self._kept = 0
        self._first_kept = ""

    def words(self, row: Row, key: str) -> str | None:
        text = super().words(row, key)
        return None if text is None else self.mend(text)

    def mend(self, text: str) -> str:
        """The text that its bytes spell; the text itself where they spell none."""
        if text.isascii() or not self._broken:
            return text
        try:
            mended = text.encode("latin-1").decode("utf-8")
        except UnicodeError:
            self._kept += 1
            self._first_kept = self._first_kept or self.locator
            return text
        self._mended += 1
        return mended

    def mend_all(self, value: Any) -> Any:
        """Every text of a value of JSON, mended."""
        if isinstance(value, str):
            return self.mend(value)
        if isinstance(value, list):
            return [self.mend_all(one) for one in value]
        if isinstance(value, dict):
            return {self.mend(key): self.mend_all(one) for key, one in value.items()}
        return value

    def about(self) -> Iterator[Problem]:
        """What the reader should know of the texts of the whole file."""
        if self._mended:
            detail = f"texts written byte by byte, as this service does, and read as the UTF-8 they are: {self._mended}"
            yield Problem("note", "encoding-mended", detail)
        if self._kept:
            detail = f"texts with characters that are not of that encoding, shown as stored: {self._kept}"
            yield Problem("note", "encoding-kept", detail, self._first_kept)
