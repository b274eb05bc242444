"""The pictures of contacts of iOS, and the addresses that are blocked."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any, Final

from evidence_store.records import Attachment, Contact, MediaItem, Party, Present, Problem
from extractors.base import EvidenceFile, Found, extractor
from extractors.database import Doubts, read_database
from extractors.ios.core_data import each_record, named
from extractors.ios.plists import moments, read_dict, text
from parsers.signatures import mime_of
from parsers.sqlite_file import EvidenceDatabase, Row, lacking

_TABLES: Final = (("ABThumbnailImage", "thumbnail"), ("ABFullSizeImage", "full size"))
_IMAGE: Final = (
    *("record_id", "format", "derived_from_format", "data", "crop_x", "crop_y", "crop_width", "crop_height"),
)
_HEAD: Final = 4096


@extractor(
    id="ios.contact_pictures",
    version=1,
    title="Pictures of contacts of Apple devices",
    files=("**/AddressBookImages.sqlitedb",),
    tables=({"ABThumbnailImage": {"ROWID", "record_id", "data"}}, {"ABFullSizeImage": {"ROWID", "record_id", "data"}}),
    emits=(MediaItem,),
    privacy="contacts",
    layouts="AddressBookImages.sqlitedb of iOS 4 to 26",
    tested_on="iOS 16 images: no picture in them",
    limits="Whose picture it is stands in the address book: record_id is the number of the contact there. A picture is "
    "given by type, size and hash.",
)
def contact_pictures(file: EvidenceFile) -> Iterator[Found]:
    """Every row of `ABThumbnailImage` and `ABFullSizeImage`.

    References:
    - the layout as the file itself declares it
    """
    yield from read_database(file, _read)


def _read(db: EvidenceDatabase) -> Iterator[Found]:
    there = [(table, word) for table, word in _TABLES if not lacking(db, {table: {"ROWID", "record_id", "data"}})]
    if not there:
        yield Problem("schema", "unknown-layout", lacking(db, {table: {"record_id", "data"} for table, _ in _TABLES}))
        return
    for table, word in there:
        yield from each_record(db, table, _IMAGE, _maker(word), key="ROWID")


def _maker(word: str) -> Any:
    return lambda row, doubts: _picture(row, word, doubts)


def _picture(row: Row, word: str, doubts: Doubts) -> MediaItem:
    data = row["data"]
    attachments: tuple[Attachment, ...] = ()
    mime = ""
    if isinstance(data, bytes) and data:
        mime = mime_of(data[:_HEAD], size=len(data))
        sha256 = hashlib.sha256(data).hexdigest()
        attachments = (Attachment("picture of a contact", None, mime, len(data), sha256, "embedded"),)
    elif data is not None:
        doubts.add("picture", "data holds no bytes")
    names = ("record_id", "format", "derived_from_format", "crop_x", "crop_y", "crop_width", "crop_height")
    return MediaItem(
        locator=doubts.locator,
        service="Contacts",
        flags=("picture of a contact", word),
        attachments=attachments,
        extra=named(row, names, (None,)),
        mime=mime,
    )


_TOP, _LIST = "__kCMFBlockListStoreTopLevelKey", "__kCMFBlockListStoreArrayKey"
_NUMBER, _MAIL = "__kCMFItemPhoneNumberUnformattedKey", "__kCMFItemEmailUnformattedKey"
_COUNTRY, _TYPE = "__kCMFItemPhoneNumberCountryCodeKey", "__kCMFItemTypeKey"
_CHANGED: Final = (("list last changed", "__kCMFBlockListStoreRevisionTimestampKey"),)


@extractor(
    id="ios.blocked",
    version=1,
    title="Blocked numbers and addresses of Apple devices",
    files=("**/com.apple.cmfsyncagent.plist",),
    emits=(Contact,),
    privacy="contacts",
    layouts="com.apple.cmfsyncagent.plist of iOS 7 to 26",
    tested_on="documented schema, no device data",
    limits="When one was blocked is not recorded, only when the list last changed.",
)
def blocked(file: EvidenceFile) -> Iterator[Found]:
    """An item for each entry of the list of those who cannot call or write.

    References:
    - the keys as the file itself names them
    """
    found, problem = read_dict(file)
    if problem is not None:
        yield problem
        return
    top = found.get(_TOP)
    entries = top.get(_LIST) if isinstance(top, dict) else None
    if not isinstance(top, dict) or not isinstance(entries, list):
        yield Problem("schema", "unknown-layout", f"no list {_LIST} under {_TOP}")
        return
    yield Present(len(entries))
    changed = moments(top, _CHANGED)
    for place, entry in enumerate(entries):
        values = entry if isinstance(entry, dict) else {}
        number, mail = text(values.get(_NUMBER)), text(values.get(_MAIL))
        identifiers = [Party(number)] if number else []
        identifiers += [Party(mail, "email")] if mail else []
        told = [("country", text(values.get(_COUNTRY))), ("type", values.get(_TYPE))]
        if not identifiers:
            told += [(str(key), str(value)) for key, value in values.items() if key not in (_COUNTRY, _TYPE)]
        yield Contact(
            locator=f"{_LIST}:{place}",
            service="Blocked",
            moments=changed,
            flags=("blocked",),
            extra=tuple((name, value) for name, value in told if isinstance(value, str | int)),
            identifiers=tuple(identifiers),
            text="\n".join(one.identifier for one in identifiers) or None,
        )
