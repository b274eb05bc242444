"""The photo library of iOS: what it records of each picture and film, whose files may be gone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from evidence_store.records import Attachment, Group, Location, MediaItem, Message, Present, Problem, replace
from extractors.base import EvidenceFile, Found, extractor
from extractors.database import Doubts, count_rows, each_row, read_database, selecting, stored
from extractors.ios.core_data import named, set_times
from extractors.ios.photo_sharing import Sharing
from extractors.ios.photo_sides import FAR, Sides
from parsers.nskeyedarchiver import unarchive
from parsers.sqlite_file import EvidenceDatabase, Row, lacking

_ASSET: Final = (
    *("ZUUID", "ZDIRECTORY", "ZFILENAME", "ZKIND", "ZKINDSUBTYPE", "ZSAVEDASSETTYPE", "ZUNIFORMTYPEIDENTIFIER"),
    *("ZWIDTH", "ZHEIGHT", "ZDURATION", "ZDATECREATED", "ZADDEDDATE", "ZMODIFICATIONDATE", "ZTRASHEDDATE"),
    *("ZLASTSHAREDDATE", "ZTRASHEDSTATE", "ZHIDDEN", "ZFAVORITE", "ZLATITUDE", "ZLONGITUDE", "ZCLOUDLOCALSTATE"),
    *("ZCLOUDISMYASSET", "ZCLOUDASSETGUID", "ZCLOUDOWNERHASHEDPERSONID", "ZAVALANCHEUUID", "ZHASADJUSTMENTS"),
    *("ZADJUSTMENTSSTATE", "ZADJUSTMENTTIMESTAMP", "ZISDETECTEDSCREENSHOT", "ZCONVERSATION", "ZVISIBILITYSTATE"),
    *("ZACTIVELIBRARYSCOPEPARTICIPATIONSTATE", "ZCLOUDSERVERPUBLISHDATE", "ZCLOUDDELETESTATE"),
)
_EDITED, _BY_CAMERA = "edited", "adjusted by the camera"
_ADJUSTED_BY_CAMERA: Final = 3  # of ZADJUSTMENTSSTATE, since iOS 17; 2 is an edit
_PLAIN_VIDEO: Final = 100  # of ZKINDSUBTYPE
_TIMES: Final = (
    ("taken, as the library records it", "ZDATECREATED"),
    ("added to the library", "ZADDEDDATE"),
    ("changed in the library", "ZMODIFICATIONDATE"),
    (_EDITED, "ZADJUSTMENTTIMESTAMP"),
    ("shared last", "ZLASTSHAREDDATE"),
    ("published in iCloud", "ZCLOUDSERVERPUBLISHDATE"),
    ("moved to Recently Deleted", "ZTRASHEDDATE"),
)
_KEPT: Final = ("ZUUID", "ZCLOUDASSETGUID", "ZCLOUDLOCALSTATE", "ZAVALANCHEUUID")
_MORE_TIMES: Final = (("viewed last", "ZLASTVIEWEDDATE"),)
_MIMES: Final = {
    "public.jpeg": "image/jpeg",
    "public.heic": "image/heic",
    "public.png": "image/png",
    "public.tiff": "image/tiff",
    "com.compuserve.gif": "image/gif",
    "org.webmproject.webp": "image/webp",
    "com.adobe.raw-image": "image/x-adobe-dng",
    "com.apple.quicktime-movie": "video/quicktime",
    "public.mpeg-4": "video/mp4",
}
_SUBTYPES: Final = {
    1: "panorama",
    2: "Live Photo",
    10: "screenshot",
    101: "slow motion",
    102: "time lapse",
    103: "screen recording",
}
_IMPORTED_BY: Final = {
    1: "back camera of the device",
    2: "front camera of the device",
    3: "another application",
    5: "Photo Booth",
    6: "another application",
    7: "link to iCloud",
    8: "part of the system",
    9: "application of the system",
    12: "shared with you",
}
_SAVED_AS: Final = {
    0: "another source",
    3: "library of the device",
    4: "shared album",
    5: "Photo Booth",
    6: "iCloud photo library",
    8: "link to iCloud",
    12: "shared with you",
}


@extractor(
    id="ios.photos",
    version=2,
    title="Photo library: what it records of pictures and films",
    files=("**/Photos.sqlite",),
    tables=(
        {"ZASSET": {"Z_PK", "ZFILENAME", "ZDATECREATED"}, "ZADDITIONALASSETATTRIBUTES": {"Z_PK"}},
        {"ZGENERICASSET": {"Z_PK", "ZFILENAME", "ZDATECREATED"}, "ZADDITIONALASSETATTRIBUTES": {"Z_PK"}},
    ),
    emits=(MediaItem, Location, Group, Message),
    privacy="media",
    layouts="Photos.sqlite of iOS 8 to 18 and macOS 10.15 to 15 (ZGENERICASSET, later ZASSET)",
    tested_on="documented schema, no device data",
    limits="Faces, scenes and places are what the device itself worked out. Whether the original is only in iCloud is "
    "not decided: a file that is not there is said to be missing. Albums come out with their pictures, shared ones by "
    "themselves; memories, thumbnails, edits and "
    "who takes part in a shared library (iOS 16) are not read.",
)
def photos(file: EvidenceFile) -> Iterator[Found]:
    """Every row of `ZASSET`, with its place as a Location; shared albums as groups, their comments as messages.

    Times are seconds since 2001. A latitude of -180 stands for no place. Date, zone and place can be changed in the
    application: the zone and the place of the file itself stand in `extra` where they differ. The file stands in
    `ZDIRECTORY` below the folder "Media", or below "originals" where the library is one of macOS.

    References:
    - the layout as public descriptions of it give it (S. Koenig's, K. Pagano's and iLEAPP's published notes)
    """
    yield from read_database(file, lambda db: _read(db, file.path))


def _read(db: EvidenceDatabase, path: str) -> Iterator[Found]:
    table = "ZGENERICASSET" if "ZGENERICASSET" in db.tables() else "ZASSET"
    if unknown := lacking(db, {table: {"Z_PK", "ZFILENAME", "ZDATECREATED"}}):
        yield Problem("schema", "unknown-layout", unknown)
        return
    gaps: list[Problem] = []
    sharing = Sharing(db, gaps)
    assets = _Assets(db, _root(path), sharing, gaps)
    if (rows := count_rows(db, table)) is not None:
        yield Present(rows)
    doubts = Doubts()
    for row in each_row(db, table, f"Z_PK, {selecting(db, table, _ASSET)}", gaps, key="Z_PK"):
        doubts.locator = f"{table}:Z_PK={row['Z_PK']}"
        yield from assets.records(row, doubts)
        if doubts.problems:
            yield from doubts.drain()
    yield from assets.finish()
    yield from sharing.albums()
    yield from sharing.comments(db)
    yield from gaps


def _root(path: str) -> str:
    """Where the folders of the assets stand: beside "PhotoData", or in "originals" beside "database"."""
    folder, _, _ = path.rpartition("/")
    above, _, last = folder.rpartition("/")
    if last.lower() == "database":
        return f"{above}/originals/" if above else "originals/"
    if last.lower() != "photodata":
        above = folder
    return f"{above}/" if above else ""


class _Assets:
    def __init__(self, db: EvidenceDatabase, root: str, sharing: Sharing, gaps: list[Problem]) -> None:
        self._root = root
        self._sharing = sharing
        self._sides = Sides(db, gaps)

    def finish(self) -> Iterator[Problem]:
        """What the side tables could not tell of any asset."""
        yield from self._sides.finish()

    def records(self, row: Row, doubts: Doubts) -> Iterator[Found]:
        """The asset, and its place where it has one."""
        side = self._sides.of(row["Z_PK"], (row["ZLATITUDE"], row["ZLONGITUDE"]))
        shared_in = self._sides.album(row["ZCONVERSATION"])
        more = side.attributes or {}
        times = set_times(row, _TIMES, doubts)
        if row["ZADJUSTMENTSSTATE"] == _ADJUSTED_BY_CAMERA:
            times = tuple(replace(one, meaning=_BY_CAMERA) if one.meaning == _EDITED else one for one in times)
        moments = (
            *times,
            *(set_times(more, _MORE_TIMES, doubts) if more else ()),
        )
        uti = doubts.text(row["ZUNIFORMTYPEIDENTIFIER"], "ZUNIFORMTYPEIDENTIFIER")
        trashed = row["ZTRASHEDSTATE"] == 1
        duration = row["ZDURATION"]
        place = _place(row)
        extra = self._extra(row, side.attributes, uti, place)
        people = ", ".join(side.people)
        lines = (side.title, side.caption, ", ".join(side.albums), people, _address(more, doubts))
        yield MediaItem(
            locator=doubts.locator,
            service="Photos",
            moments=moments,
            deleted=trashed,
            flags=_flags(row, trashed),
            attachments=self._file(row, side.attributes, uti, doubts),
            extra=(
                *(("album", album) for album in side.albums),
                *((("people, as named in the library", people),) if people else ()),
                *((("conversation that it was shared in", shared_in),) if shared_in else ()),
                *side.shot,
                *extra,
            ),
            mime=_MIMES.get(uti or "", ""),
            width=_positive(row["ZWIDTH"]),
            height=_positive(row["ZHEIGHT"]),
            duration_s=float(duration) if type(duration) in (int, float) and 0 < duration < 1e9 else None,
            device=side.device,
            text="\n".join(line for line in lines if line) or None,
        )
        if place is not None:
            accuracy = more.get("ZGPSHORIZONTALACCURACY")
            yield Location(
                locator=doubts.locator,
                service="Photos",
                moments=moments,
                deleted=trashed,
                lat=place[0],
                lon=place[1],
                accuracy_m=accuracy if isinstance(accuracy, float) and 0 <= accuracy < 1e9 else None,
                source="photo library",
                text=doubts.text(row["ZFILENAME"], "ZFILENAME"),
            )

    def _file(self, row: Row, more: Row | None, uti: str | None, doubts: Doubts) -> tuple[Attachment, ...]:
        name = doubts.text(row["ZFILENAME"], "ZFILENAME")
        if not name:
            return ()
        parts = f"{doubts.text(row['ZDIRECTORY'], 'ZDIRECTORY') or ''}/{name}".split("/")
        safe = ".." not in parts and "\\" not in "".join(parts)
        path = self._root + "/".join(part for part in parts if part) if safe else None
        size = more["ZORIGINALFILESIZE"] if more else None
        kept = size if type(size) is int and size > 0 else None
        return (Attachment(name, path, _MIMES.get(uti or ""), kept),)

    def _extra(self, row: Row, more: Row | None, uti: str | None, place: Any) -> tuple[tuple[str, Any], ...]:
        """What else the library records; who shared it, for assets of shared albums."""
        found: list[tuple[str, Any]] = []
        if row["ZSAVEDASSETTYPE"] is not None:
            found.append(("ZSAVEDASSETTYPE", _with_word(row["ZSAVEDASSETTYPE"], _SAVED_AS)))
        if more is not None:
            if more["ZIMPORTEDBY"] is not None:
                found.append(("ZIMPORTEDBY", _with_word(more["ZIMPORTEDBY"], _IMPORTED_BY)))
            zone = "ZTIMEZONEOFFSET"  # of which 0 says something
            found += [pair for pair in named(more, Sides.TOLD) if pair[1] != 0 or pair[0] == zone]
        if (sharer := self._sharing.name_of(row["ZCLOUDOWNERHASHEDPERSONID"])) is not None:
            found.append(("put into the shared album by", sharer))
        if place is None and row["ZLATITUDE"] not in (None, -FAR):
            found += named(row, ("ZLATITUDE", "ZLONGITUDE"), (None,))
        if uti and uti not in _MIMES:
            found.append(("ZUNIFORMTYPEIDENTIFIER", uti))
        return (*found, *named(row, _KEPT), *named(row, ("ZCLOUDDELETESTATE",), (None, 0)))


def _with_word(number: Any, words: dict[Any, str]) -> str:
    return f"{stored(number)} ({words[number]})" if number in words else stored(number)


def _flags(row: Row, trashed: bool) -> tuple[str, ...]:
    kinds = {0: "photo", 1: "video"}
    subtype = row["ZKINDSUBTYPE"]
    flags = (
        (kinds.get(row["ZKIND"]) or f"kind {stored(row['ZKIND'])}", row["ZKIND"] is not None),
        (_SUBTYPES.get(subtype) or f"subtype {stored(subtype)}", subtype not in (None, 0, _PLAIN_VIDEO)),
        ("screenshot, as detected by the device", row["ZISDETECTEDSCREENSHOT"] == 1 and subtype != 10),
        ("favourite", row["ZFAVORITE"] == 1),
        ("hidden", row["ZHIDDEN"] == 1),
        ("in Recently Deleted", trashed),
        ("not shown in the library", row["ZVISIBILITYSTATE"] not in (None, 0)),
        ("in the library shared with others", row["ZACTIVELIBRARYSCOPEPARTICIPATIONSTATE"] == 1),
        (_EDITED, row["ZHASADJUSTMENTS"] == 1 or row["ZADJUSTMENTSSTATE"] not in (None, 0, _ADJUSTED_BY_CAMERA)),
        (_BY_CAMERA, row["ZADJUSTMENTSSTATE"] == _ADJUSTED_BY_CAMERA),
        ("burst", row["ZAVALANCHEUUID"] not in (None, "")),
        ("of somebody else's shared album", row["ZSAVEDASSETTYPE"] == 4 and row["ZCLOUDISMYASSET"] == 0),
    )
    return tuple(word for word, true in flags if true)


def _place(row: Row) -> tuple[float, float] | None:
    lat, lon = row["ZLATITUDE"], row["ZLONGITUDE"]
    if type(lat) not in (int, float) or type(lon) not in (int, float):
        return None
    return (float(lat), float(lon)) if -90 <= lat <= 90 and -FAR <= lon <= FAR else None


def _positive(value: Any) -> int | None:
    return value if type(value) is int and value > 0 else None


def _address(more: Any, doubts: Doubts) -> str | None:
    """The address that the device looked up for the place, as one line."""
    data = more.get("ZREVERSELOCATIONDATA")
    if not isinstance(data, bytes):
        return None
    try:
        found = unarchive(data)
    except ValueError as error:
        doubts.add("place", f"ZREVERSELOCATIONDATA: {error}")
        return None
    address = found.get("addressString") if isinstance(found, dict) else None
    return address if isinstance(address, str) else None
