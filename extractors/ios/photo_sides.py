"""The tables beside the assets of a photo library: attributes, albums, faces, descriptions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from evidence_store.records import Problem
from extractors.android.beside import beside
from extractors.ios.core_data import Extra, named, rows_by_key
from parsers.sqlite_file import EvidenceDatabase, Row

_ATTRIBUTES: Final = (
    *("ZASSET", "ZORIGINALFILENAME", "ZORIGINALFILESIZE", "ZTITLE", "ZTIMEZONEOFFSET", "ZTIMEZONENAME"),
    *("ZEXIFTIMESTAMPSTRING", "ZIMPORTEDBY", "ZIMPORTEDBYBUNDLEIDENTIFIER", "ZIMPORTEDBYDISPLAYNAME"),
    *("ZCREATORBUNDLEID", "ZEDITORBUNDLEID", "ZMASTERFINGERPRINT", "ZORIGINALSTABLEHASH", "ZORIGINALHASH"),
    *("ZGPSHORIZONTALACCURACY", "ZREVERSELOCATIONDATA", "ZSHARECOUNT", "ZVIEWCOUNT", "ZPLAYCOUNT"),
    *("ZSYNDICATIONIDENTIFIER", "ZASSETDESCRIPTION", "ZLASTVIEWEDDATE", "ZCAMERACAPTUREDEVICE"),
)
_SHOT: Final = ("ZASSET", "ZCAMERAMAKE", "ZCAMERAMODEL", "ZLENSMODEL", "ZTIMEZONENAME", "ZTIMEZONEOFFSET")
_JOIN: Final = re.compile(r"Z_[0-9]+ASSETS", re.IGNORECASE)
_ALBUM_COLUMN: Final = re.compile(r"Z_[0-9]+ALBUMS", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Side:
    """What the side tables say of one asset."""

    attributes: Row | None
    title: str | None
    caption: str | None
    albums: tuple[str, ...]
    people: tuple[str, ...]
    device: str | None
    shot: Extra


class Sides:
    """Asked for the assets in rising order of their keys."""

    TOLD: Final = (
        *("ZORIGINALFILENAME", "ZIMPORTEDBYBUNDLEIDENTIFIER", "ZIMPORTEDBYDISPLAYNAME", "ZCREATORBUNDLEID"),
        *("ZEDITORBUNDLEID", "ZTIMEZONENAME", "ZTIMEZONEOFFSET", "ZEXIFTIMESTAMPSTRING", "ZMASTERFINGERPRINT"),
        *("ZORIGINALSTABLEHASH", "ZORIGINALHASH", "ZSYNDICATIONIDENTIFIER", "ZSHARECOUNT", "ZVIEWCOUNT", "ZPLAYCOUNT"),
    )

    def __init__(self, db: EvidenceDatabase, gaps: list[Problem]) -> None:
        self._attributes = beside(db, "ZADDITIONALASSETATTRIBUTES", _ATTRIBUTES, "ZASSET")
        self._shots = beside(db, "ZEXTENDEDATTRIBUTES", _SHOT, "ZASSET")
        faces = db.tables().get("ZDETECTEDFACE", set())
        new = "ZASSETFORFACE" in faces  # since iOS 17
        asset, person = ("ZASSETFORFACE", "ZPERSONFORFACE") if new else ("ZASSET", "ZPERSON")
        self._faces = beside(db, "ZDETECTEDFACE", (asset, person), asset)
        self._person = person
        self._people = rows_by_key(db, "ZPERSON", ("ZFULLNAME", "ZDISPLAYNAME"), gaps)
        self._captions = rows_by_key(db, "ZASSETDESCRIPTION", ("ZLONGDESCRIPTION",), gaps)
        self._albums = rows_by_key(db, "ZGENERICALBUM", ("ZTITLE", "ZKIND", "ZTRASHEDSTATE"), gaps)
        self._members = [beside(db, *join) for join in _joins(db)]

    def of(self, asset: Any) -> Side:
        """What is there for an asset; nothing where the tables have nothing."""
        rows = self._attributes.of(asset)
        attributes = rows[-1] if rows else None
        shots = self._shots.of(asset)
        shot = shots[-1] if shots else None
        caption = self._captions.get(attributes["ZASSETDESCRIPTION"]) if attributes else None
        return Side(
            attributes,
            _text(attributes["ZTITLE"]) if attributes else None,
            _text(caption["ZLONGDESCRIPTION"]) if caption else None,
            tuple(dict.fromkeys(self._albums_of(asset))),
            tuple(dict.fromkeys(self._people_of(asset))),
            _device(shot),
            named(shot, ("ZLENSMODEL",)) if shot else (),
        )

    def _albums_of(self, asset: Any) -> Iterator[str]:
        for members in self._members:
            for row in members.of(asset):
                key = next(value for name, value in row.items() if _ALBUM_COLUMN.fullmatch(name))
                album = self._albums.get(key)
                if album is None:
                    yield f"album {key}, which is not there"
                elif title := _text(album["ZTITLE"]):
                    yield f"{title} (album in Recently Deleted)" if album["ZTRASHEDSTATE"] == 1 else title

    def _people_of(self, asset: Any) -> Iterator[str]:
        for row in self._faces.of(asset):
            person = self._people.get(row[self._person])
            if person and (name := _text(person["ZFULLNAME"]) or _text(person["ZDISPLAYNAME"])):
                yield name

    def finish(self) -> Iterator[Problem]:
        """What belonged to no asset."""
        for one in (self._attributes, self._shots, self._faces, *self._members):
            yield from one.finish()


def _joins(db: EvidenceDatabase) -> Iterator[tuple[str, tuple[str, ...], str]]:
    """The tables that join albums and assets: their names and columns carry numbers, which each model gives anew."""
    for table, columns in sorted(db.tables().items()):
        if not _JOIN.fullmatch(table):
            continue
        albums = sorted(name for name in columns if _ALBUM_COLUMN.fullmatch(name))
        assets = sorted(name for name in columns if _JOIN.fullmatch(name))
        if albums and assets:
            yield table, (albums[0], assets[0]), assets[0]


def _device(shot: Row | None) -> str | None:
    if shot is None:
        return None
    make, model = _text(shot["ZCAMERAMAKE"]), _text(shot["ZCAMERAMODEL"])
    return f"{make} {model}" if make and model and not model.lower().startswith(make.lower()) else model or make


def _text(value: Any) -> str | None:
    return str(value) if isinstance(value, str) and value else None
