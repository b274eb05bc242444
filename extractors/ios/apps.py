"""Which applications an iOS device has or had: applicationState.db, iTunesMetadata.plist, Info.plist of a backup."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

from evidence_store.records import AppInstall, Moment, Present, Problem
from extractors.base import EvidenceFile, Found, extractor
from extractors.database import Doubts, each_row, read_database, selecting, stored
from extractors.ios.core_data import Rows, each_record, rows_by_key
from extractors.ios.plists import moment, read_dict, text, words
from parsers.nskeyedarchiver import unarchive
from parsers.plist import read_plist
from parsers.sqlite_file import EvidenceDatabase, Row, lacking
from parsers.times import to_us

_ISO: Final = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)Z")
_PATHS: Final = ("bundlePath", "sandboxPath", "bundleContainerPath")
_METADATA: Final = (
    *("artistName", "genre", "itemId", "sourceApp", "storeCohort", "is-auto-download", "is-purchased-redownload"),
    *("isFactoryInstall", "gameCenterEnabled", "variantID", "initialODRSize", "releaseDate", "kind", "rating"),
)


@extractor(
    id="ios.app_states",
    version=1,
    title="Applications known to the home screen",
    files=("**/applicationState.db",),
    emits=(AppInstall,),
    privacy="device",
    layouts="applicationState.db of iOS 9 to 18",
    tested_on="documented schema, no device data",
    limits="Snapshots of applications are not read; parts of the system are listed beside what was added.",
)
def app_states(file: EvidenceFile) -> Iterator[Found]:
    """Every row of `application_identifier_tab`, with what `kvs` keeps of it: its folders, and its removal.

    References:
    - the layout as public descriptions give it (A. Brignoni, "iOS Snapshots"); keys as the file itself names them
    """
    yield from read_database(file, _read)


def _read(db: EvidenceDatabase) -> Iterator[Found]:
    apps, pairs, keys = "application_identifier_tab", "kvs", "key_tab"
    needed = {apps: {"id", "application_identifier"}, pairs: {"application_identifier", "key", "value"}}
    if unknown := lacking(db, needed):
        yield Problem("schema", "unknown-layout", unknown)
        return
    gaps: list[Problem] = []
    names = rows_by_key(db, keys, ("key",), gaps, key="id")
    kept: dict[Any, list[Row]] = {}
    columns = f"rowid AS rowid, {selecting(db, pairs, ('application_identifier', 'key', 'value'))}"
    for row in each_row(db, pairs, columns, gaps, key="rowid"):
        if _key(row, names) in ("compatibilityInfo", "_UninstallDate"):
            kept.setdefault(row["application_identifier"], []).append(row)
    yield from each_record(
        db,
        apps,
        ("application_identifier",),
        lambda row, doubts: _app(row, kept.pop(row["id"], []), names, doubts),
        key="id",
    )
    doubts = Doubts()
    for key, rows in kept.items():
        doubts.locator = f"kvs:rowid={rows[0]['rowid']}"
        doubts.add("no-application", f"there is no row of {apps} for these values (id={stored(key)})")
        yield Present(1)
        yield _app({"application_identifier": ""}, rows, names, doubts)
        yield from doubts.drain()
    yield from gaps


def _key(row: Row, names: Rows) -> str:
    name = names.get(row["key"])
    return stored(name["key"]) if name else ""


def _app(row: Row, kept: list[Row], names: Rows, doubts: Doubts) -> AppInstall:
    extra: list[tuple[str, str]] = []
    moments: list[Moment] = []
    for one in kept:
        try:
            value = _opened(one["value"])
        except ValueError as error:
            doubts.add("value", f"kvs:rowid={one['rowid']} {_key(one, names)}: {error}")
            continue
        if isinstance(value, dict):
            extra += [(name, found) for name in _PATHS if (found := text(value.get(name)))]
        elif (removed := moment("removed, as recorded", value)) is not None:
            moments.append(removed)
    return AppInstall(
        locator=doubts.locator,
        moments=tuple(moments),
        flags=("removed",) if moments else (),
        extra=tuple(extra),
        app=doubts.text(row["application_identifier"], "application_identifier") or "",
    )


def _opened(value: Any) -> Any:
    """A value of `kvs`: a property list, in which there may be an archive."""
    if not isinstance(value, bytes):
        return None
    found = read_plist(value)
    if isinstance(found, dict) and "$archiver" in found:
        return unarchive(value)
    return unarchive(found) if isinstance(found, bytes) else found


@extractor(
    id="ios.app_purchases",
    version=1,
    title="Applications from the App Store, with the account they came with",
    files=("**/iTunesMetadata.plist",),
    emits=(AppInstall,),
    privacy="device",
    layouts="iTunesMetadata.plist of iOS 4 to 18",
    tested_on="documented schema, no device data",
    limits="The date is that of the purchase or download in the store, not of each installation.",
)
def app_purchases(file: EvidenceFile) -> Iterator[Found]:
    """The one application that the file stands beside.

    References:
    - the keys as the files themselves name them
    """
    found, problem = read_dict(file)
    if problem is not None:
        yield problem
        return
    if not text(found.get("softwareVersionBundleId")) and not text(found.get("itemName")):
        yield Problem("schema", "unknown-layout", "neither softwareVersionBundleId nor itemName")
        return
    yield Present(1)
    yield _purchase(found, "key=softwareVersionBundleId")


def _purchase(found: dict[str, Any], locator: str, app: str = "") -> AppInstall:
    info = found.get("com.apple.iTunesStore.downloadInfo")
    info = info if isinstance(info, dict) else {}
    account = info.get("accountInfo")
    account = account if isinstance(account, dict) else {}
    bought = _date("downloaded from the store", info.get("purchaseDate") or found.get("purchaseDate"))
    who = [(f"account {key}", words(account[key])) for key in ("AppleID", "DSPersonID") if account.get(key)]
    who += [("account", value) for key in ("apple-id", "appleId", "userName") if (value := text(found.get(key)))]
    more = [(name, words(found[name])) for name in _METADATA if found.get(name) not in (None, "")]
    title = text(found.get("itemName")) or text(found.get("bundleDisplayName"))
    return AppInstall(
        locator=locator,
        service="App Store" if found else "",
        moments=(bought,) if bought else (),
        extra=(*who, *more),
        app=text(found.get("softwareVersionBundleId")) or app,
        title=title,
        version=text(found.get("bundleShortVersionString")) or text(found.get("bundleVersion")),
        installer=text(found.get("sourceApp")),
        text=text(found.get("artistName")),
    )


def _date(meaning: str, value: Any) -> Moment | None:
    """A date of the property list, or the text that most files have; without UTC where it is neither."""
    if (found := moment(meaning, value)) is not None or not isinstance(value, str) or not value:
        return found
    parts = _ISO.fullmatch(value)
    try:
        utc_us = to_us(datetime(*map(int, parts.groups()), tzinfo=UTC)) if parts else None  # type: ignore[arg-type, misc]
    except ValueError:
        utc_us = None
    return Moment(meaning, utc_us, value, "A", "", "" if utc_us is not None else "not a date that is known")


@extractor(
    id="ios.backup_apps",
    version=1,
    title="Applications of a backup",
    files=("Info.plist",),
    emits=(AppInstall,),
    privacy="device",
    layouts="Info.plist of backups of iOS 4 to 18",
    tested_on="iOS 14 backup: 6 applications",
    limits="What the file says of the device is shown with the source. Icons and licences are not read.",
)
def backup_apps(file: EvidenceFile) -> Iterator[Found]:
    """Each of "Installed Applications", and what "Applications" keeps of it from the store.

    References:
    - the keys as the files themselves name them
    """
    found, problem = read_dict(file)
    if problem is not None or "Installed Applications" not in found:
        return  # many other things have a file of this name
    listed, kept = found["Installed Applications"], found.get("Applications")
    names = dict.fromkeys(one for one in listed if isinstance(one, str)) if isinstance(listed, list) else {}
    details = kept if isinstance(kept, dict) else {}
    yield Present(len({*names, *details}))
    for name in dict.fromkeys((*names, *details)):
        locator = f"Installed Applications:{name}" if name in names else f"Applications:{name}"
        metadata, trouble = _metadata(details.get(name))
        yield _purchase(metadata, locator, name)
        if trouble:
            yield Problem("value", "metadata", trouble, locator)


def _metadata(entry: Any) -> tuple[dict[str, Any], str]:
    stored_plist = entry.get("iTunesMetadata") if isinstance(entry, dict) else None
    if not isinstance(stored_plist, bytes):
        return {}, ""
    try:
        found = read_plist(stored_plist)
    except ValueError as error:
        return {}, f"iTunesMetadata: {error}"
    return (found, "") if isinstance(found, dict) else ({}, "iTunesMetadata is no dictionary")
