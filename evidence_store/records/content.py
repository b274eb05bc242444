"""What files hold: pictures, places, documents, rows of tables."""

from __future__ import annotations

from typing import ClassVar

from evidence_store.records.base import Record


class MediaItem(Record, frozen=True, kw_only=True):
    """A photo, video or sound by its content. `device` is what the file says took it."""

    kind: ClassVar[str] = "media_item"
    mime: str = ""
    width: int | None = None
    height: int | None = None
    duration_s: float | None = None
    device: str | None = None
    text: str | None = None


class Location(Record, frozen=True, kw_only=True):
    """WGS 84 degrees; `accuracy_m` and `altitude_m` in metres; `source` says what it belongs to ("photo GPS")."""

    kind: ClassVar[str] = "location"
    lat: float
    lon: float
    altitude_m: float | None = None
    accuracy_m: float | None = None
    source: str = ""
    text: str | None = None


class Document(Record, frozen=True, kw_only=True):
    """A document by its content: what it says of itself, and its words."""

    kind: ClassVar[str] = "document"
    mime: str = ""
    title: str | None = None
    author: str | None = None
    pages: int | None = None
    text: str | None = None


class TableRow(Record, frozen=True, kw_only=True):
    """A row of a database as it stands, for tables that no extractor reads: recovered ones, for now.

    `table` is None where it cannot be told; `columns` are (name, value) in the order stored, bytes as "hex:…" (cut
    where long); `text` is what a search should find.
    """

    kind: ClassVar[str] = "table_row"
    table: str | None = None
    columns: tuple[tuple[str, str | int | float | None], ...] = ()
    text: str | None = None
