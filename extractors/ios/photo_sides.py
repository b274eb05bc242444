"""The tables beside the assets of a photo library: attributes, albums, faces, descriptions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from evidence_store.records import Problem
from extractors.beside import beside
from extractors.database import stored
from extractors.ios.core_data import Extra, named, rows_by_key
from parsers.sqlite_file import EvidenceDatabase, Row

_ATTRIBUTES: Final = (
    *("ZASSET", "ZORIGINALFILENAME", "ZORIGINALFILESIZE", "ZTITLE", "ZTIMEZONEOFFSET", "ZTIMEZONENAME"),
    *("ZEXIFTIMESTAMPSTRING", "ZIMPORTEDBY", "ZIMPORTEDBYBUNDLEIDENTIFIER", "ZIMPORTEDBYDISPLAYNAME"),
    *("ZCREATORBUNDLEID", "ZEDITORBUNDLEID", "ZMASTERFINGERPRINT", "ZORIGINALSTABLEHASH", "ZORIGINALHASH"),
    *("ZGPSHORIZONTALACCURACY", "ZREVERSELOCATIONDATA", "ZSHARECOUNT", "ZVIEWCOUNT", "ZPLAYCOUNT"),
    *("ZSYNDICATIONIDENTIFIER", "ZASSETDESCRIPTION", "ZLASTVIEWEDDATE", "ZCAMERACAPTUREDEVICE"),
    "ZINFERREDTIMEZONEOFFSET",
)
_SHOT: Final = ("ZASSET", "ZCAMERAMAKE", "ZCAMERAMODEL", "ZLENSMODEL", "ZLATITUDE", "ZLONGITUDE")
FAR: Final = 180.0  # a latitude of -180 stands for no place
_ROUNDED: Final = 0.0005  # degrees: some fifty metres
_NO_PLACE: Final = (None, -FAR)
_ALBUM: Final = ("ZTITLE", "ZKIND", "ZTRASHEDSTATE", "ZIMPORTSESSIONID")
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
        self._albums = rows_by_key(db, "ZGENERICALBUM", _ALBUM, gaps)
        self._members = [beside(db, *join) for join in _joins(db)]

    def of(self, asset: Any, place: tuple[Any, Any]) -> Side:
        """What is there for an asset, which has this place; nothing where the tables have nothing."""
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
            (*(named(shot, ("ZLENSMODEL",)) if shot else ()), *_differing(attributes, shot, place)),
        )

    def album(self, key: Any) -> str | None:
        """The title of an album, or the identifier of the conversation that it stands for."""
        album = self._albums.get(key) if type(key) is int else None
        return (_text(album["ZTITLE"]) or _text(album["ZIMPORTSESSIONID"])) if album else None

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


def _differing(attributes: Row | None, shot: Row | None, place: tuple[Any, Any]) -> Iterator[tuple[str, Any]]:
    """Zone and place that the file itself has, where those of the library are others: they can be changed there."""
    if attributes and attributes["ZINFERREDTIMEZONEOFFSET"] not in (None, attributes["ZTIMEZONEOFFSET"]):
        yield from named(attributes, ("ZINFERREDTIMEZONEOFFSET",))
    own = (shot["ZLATITUDE"], shot["ZLONGITUDE"]) if shot else (None, None)
    if own[0] not in _NO_PLACE and not (_near(own[0], place[0]) and _near(own[1], place[1])):
        yield "place of the file, as the library keeps it", f"{stored(own[0])}, {stored(own[1])}"


def _near(one: Any, other: Any) -> bool:
    """Whether two degrees differ by no more than the file and the library round them to."""
    numbers = type(one) in (int, float) and type(other) in (int, float)
    return one == other or (numbers and abs(one - other) < _ROUNDED)


def _device(shot: Row | None) -> str | None:
    if shot is None:
        return None
    make, model = _text(shot["ZCAMERAMAKE"]), _text(shot["ZCAMERAMODEL"])
    return f"{make} {model}" if make and model and not model.lower().startswith(make.lower()) else model or make


def _text(value: Any) -> str | None:
    return str(value) if isinstance(value, str) and value else None
