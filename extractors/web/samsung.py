"""Samsung's browser on Android: bookmarks, tabs and saved pages (SBrowser.db, SBrowser2.db)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from evidence_store.records import Account, Attachment, Bookmark, DeviceFact, Party, Problem, Record, WebVisit
from extractors.android.shared_storage import file_name, place
from extractors.android.tables import Table, extra_of, moments_of, read_tables
from extractors.base import EvidenceFile, Found, extractor
from extractors.database import Doubts, each_row, read_database, selecting, stored
from extractors.matching import without_copy_mark
from extractors.web.addresses import searched
from extractors.web.pages import Folders, folder_path
from parsers.sqlite_file import EvidenceDatabase, Row, lacking

_SERVICE: Final = "Samsung Internet"
_PACKAGE: Final = "com.sec.android.app.sbrowser"
_PLAIN: Final = b"SQLite format 3\0"
_SECOND: Final = "sbrowser2.db"  # of secret mode
_MOST_FOLDERS: Final = 200_000

_MARK_EXTRA: Final = (
    *("BOOKMARK_ID", "SURL", "POSITION", "TAGS", "SOURCEID", "bookmark_type", "type", "keyword", "guid", "DIRTY"),
    *("IS_COMMITED", "ACCOUNT_NAME", "ACCOUNT_TYPE", "DEVICE_ID", "DEVICE_NAME", "SYNC1", "SYNC5"),
)
_MARK_UNSET: Final[dict[str, Any]] = {
    **dict.fromkeys(("BOOKMARK_ID", "POSITION", "DIRTY", "IS_COMMITED", "bookmark_type"), 0),
    "type": 1,
    "TAGS": "NP",  # not private
}
_MARK: Final = (
    *("URL", "TITLE", "FOLDER", "PARENT", "DELETED", "CREATED", "MODIFIED", "EDITABLE", "description", *_MARK_EXTRA),
)
_TAB_EXTRA: Final = (
    *("TAB_ID", "TAB_INDEX", "TAB_GROUP_NAME", "TAB_GROUP_COLOR", "TAB_USAGE", "DEVICE_NAME", "DEVICE_ID"),
    *("DEVICE_TYPE", "ACCOUNT_NAME", "ACCOUNT_TYPE", "DIRTY", "SYNC1", "SYNC5"),
)
_TAB_UNSET: Final[dict[str, Any]] = {"DIRTY": 0, "TAB_GROUP_COLOR": 0}
_TAB: Final = (
    *("TAB_URL", "TAB_TITLE", "TAB_ACTIVATE", "IS_DELETED", "IS_INCOGNITO", "DATE_CREATED", "DATE_MODIFIED"),
    *_TAB_EXTRA,
)
_PAGE_EXTRA: Final = (
    *("path", "dir_path", "image_style", "is_image", "is_read", "is_dirty", "isNightMode", "device_id", "device_name"),
    *("account_name", "account_type", "sync1", "sync5"),
)
_PAGE_UNSET: Final[dict[str, Any]] = dict.fromkeys(("image_style", "is_image", "is_read", "is_dirty", "isNightMode"), 0)
_PAGE: Final = ("title", "description", "url", "created", "modified", "is_deleted", "isReadingItem", *_PAGE_EXTRA)
# Who keeps a bookmark, in databases that have the column `type` too; before that only the number is given.
_KEEPERS: Final[dict[Any, str]] = {
    1: "from the network operator",
    2: "of the Samsung account",
    3: "of the Samsung account, desktop",
    4: "of Firefox",
}


@extractor(
    id="web.samsung",
    version=2,
    title="Samsung Internet: bookmarks, tabs and saved pages, as recorded",
    files=("**/SBrowser.db", "**/SBrowser2.db"),
    tables=({"BOOKMARKS": {"_ID", "URL", "TITLE", "FOLDER", "PARENT"}, "TABS": {"_ID", "TAB_URL"}},),
    emits=(Bookmark, WebVisit, DeviceFact, Account),
    privacy="web",
    layouts="SBrowser.db in versions 2 (of 2014) to 13 (Samsung Internet 29), SBrowser2.db where it is in the clear",
    tested_on="documented schema, no device data",
    limits="Tabs stand here only while a Samsung account is signed in, those of its other devices among them. Times of "
    "tabs are the clock of the device less what it differed from Samsung's server, as the browser worked it out. "
    "SBrowser2.db (secret mode) is encrypted by newer versions, with a key of the device's key store, and is then not "
    "opened. Icons, quick access and the history of media (databases of their own) are not read; the history of pages "
    "stands in History, which web.chromium reads.",
)
def samsung(file: EvidenceFile) -> Iterator[Found]:
    """Every row of BOOKMARKS (folders too), TABS, READINGLIST or SAVEPAGE, INTERNET_SYNC and SYNC_STATE.

    Times are milliseconds since 1970; 0 means that there is none. Tabs that were closed, and bookmarks and pages that
    were removed, stay with a mark until the account has been told. The favicons and SYNC_STATE.data stay out.

    References:
    - Samsung Internet as published, disassembled: SBrowserContentProvider (2014, Android 4.4), sites.provider
      DatabaseHelper, SavedPageProviderManager, SBrowserOpenTabDbUtility, SecretDatabaseHelper (beta of version 29)
    - Autopsy: InternalPythonModules/android/sbrowser.py (bookmarks in milliseconds)
    """
    own = _PACKAGE in file.path.lower()
    if own and _is_second(file.path) and file.size and not file.head.startswith(_PLAIN):
        words = "newer versions of the browser encrypt this file, with a key of the device's key store"
        yield Problem("file", "not-in-the-clear", f"no database in the clear: {words}")
        return
    yield from read_database(file, lambda db: _read(db, file.path, own))


def _is_second(path: str) -> bool:
    return without_copy_mark(path).lower().endswith(_SECOND)


def _read(db: EvidenceDatabase, path: str, own: bool) -> Iterator[Found]:
    folders: Folders = {}
    told: list[Problem] = []  # reading the rows themselves says it again
    if not lacking(db, {"BOOKMARKS": {"_ID", "TITLE", "FOLDER", "PARENT"}}):
        columns = selecting(db, "BOOKMARKS", ("_ID", "TITLE", "FOLDER", "PARENT"))
        for row in each_row(db, "BOOKMARKS", columns, told, "_ID"):
            if row["FOLDER"] == 1 and len(folders) < _MOST_FOLDERS:
                folders[row["_ID"]] = (row["TITLE"] if isinstance(row["TITLE"], str) else None, row["PARENT"])
    mode = ("secret mode",) if _is_second(path) else ()
    page = _saved_page(path, mode)
    bookmark = _bookmark(folders, mode)
    tables = (
        Table("BOOKMARKS", frozenset(("_ID", "URL", "TITLE", "FOLDER", "PARENT")), _MARK, bookmark, "_ID"),
        Table("TABS", frozenset(("_ID", "TAB_URL", "TAB_TITLE", "IS_DELETED")), _TAB, _tab, "_ID"),
        Table("READINGLIST", frozenset(("_id", "path", "url", "is_deleted")), _PAGE, page),
        Table("SAVEPAGE", frozenset(("_id", "path", "url", "is_deleted")), _PAGE, page),
        Table("INTERNET_SYNC", frozenset(("SYNC_KEY", "SYNC_VALUE")), _SETTING, _setting, "rowid"),
        Table("SYNC_STATE", frozenset(("_id", "account_name")), ("account_name", "account_type"), _account),
    )
    yield from read_tables(db, tables, own)


def _bookmark(folders: Folders, mode: tuple[str, ...]) -> Callable[[Row, Doubts], Record]:
    def bookmark(row: Row, doubts: Doubts) -> Bookmark:
        url = doubts.text(row["URL"], "URL") or None
        kind = row["bookmark_type"]
        keeper = _KEEPERS.get(kind) if row["type"] is not None and type(kind) is int else None
        flags = (
            *({0: (), 1: ("folder",)}.get(row["FOLDER"], (f"FOLDER {stored(row['FOLDER'])}",))),
            *((keeper,) if keeper else ()),
            *(("not to be edited",) if row["EDITABLE"] == 0 else ()),
            *(("private",) if row["TAGS"] == "P" else ()),
        )
        return Bookmark(
            locator=doubts.locator,
            service=_SERVICE,
            moments=moments_of(row, (("added", "CREATED"), ("modified", "MODIFIED")), doubts),
            deleted=_on(row["DELETED"]),
            flags=(*flags, *(("deleted",) if _on(row["DELETED"]) else ()), *mode),
            extra=(*extra_of(row, _MARK_EXTRA, _MARK_UNSET), *searched(url)),
            url=url,
            title=doubts.text(row["TITLE"], "TITLE") or None,
            folder=_folder(row["PARENT"], folders, doubts),
            text=doubts.text(row["description"], "description") or None,
        )

    return bookmark


def _folder(parent: Any, folders: Folders, doubts: Doubts) -> str | None:
    """The names of the folders from the outermost one; a circle ends where it closes.

    Ids of 0 and below are the browser's own: not each of them has a row in every version, nor a title.
    """
    if parent is not None and parent not in folders and not (type(parent) is int and parent <= 0):
        doubts.add("no-folder", f"there is no folder with the _ID that PARENT names: {stored(parent)}")
    return folder_path(parent, folders)


def _on(value: Any) -> bool:
    """A mark that is set; the browser has written it as a number and, for tabs, as a word too."""
    return value in (1, "1", "true")


def _tab(row: Row, doubts: Doubts) -> WebVisit:
    url = doubts.text(row["TAB_URL"], "TAB_URL") or None
    deleted = _on(row["IS_DELETED"])
    flags = ["tab", "deleted"] if deleted else ["open tab"]
    if _on(row["IS_INCOGNITO"]):
        flags.append("private")
    if _on(row["TAB_ACTIVATE"]):
        flags.append("active")
    return WebVisit(
        locator=doubts.locator,
        service=_SERVICE,
        moments=moments_of(row, (("tab entered", "DATE_CREATED"), ("tab changed", "DATE_MODIFIED")), doubts),
        deleted=deleted,
        flags=tuple(flags),
        extra=(*extra_of(row, _TAB_EXTRA, _TAB_UNSET), *searched(url)),
        url=url,
        title=doubts.text(row["TAB_TITLE"], "TAB_TITLE") or None,
    )


def _saved_page(database: str, mode: tuple[str, ...]) -> Callable[[Row, Doubts], Record]:
    def page(row: Row, doubts: Doubts) -> Bookmark:
        url = doubts.text(row["url"], "url") or None
        kept = doubts.text(row["path"], "path")
        flags = (
            *("saved page", *(("reader page",) if _on(row["isReadingItem"]) else ())),
            *(("deleted",) if _on(row["is_deleted"]) else ()),
        )
        return Bookmark(
            locator=doubts.locator,
            service=_SERVICE,
            moments=moments_of(row, (("added", "created"), ("modified", "modified")), doubts),
            deleted=_on(row["is_deleted"]),
            flags=(*flags, *mode),
            attachments=(Attachment(file_name(kept), _beside(kept, database)),) if kept and file_name(kept) else (),
            extra=(*extra_of(row, _PAGE_EXTRA, _PAGE_UNSET), *searched(url)),
            url=url,
            title=doubts.text(row["title"], "title") or None,
            text=doubts.text(row["description"], "description") or None,
        )

    return page


def _beside(recorded: str, database: str) -> str | None:
    """Where the source has a file that was recorded by its full path.

    What lies in the browser's own folder is looked for there, for a phone has that folder under several names.
    """
    parts = [part for part in recorded.replace("\\", "/").split("/") if part not in ("", ".")]
    home, _, rest = database.rpartition("/databases/")
    package = home.rpartition("/")[2]
    if ".." in parts:
        return None
    if package and "/" not in rest and package in parts[:-1]:
        return "/".join((home, *parts[parts.index(package) + 1 :]))
    return place(recorded, database)


_SETTING: Final = ("SYNC_KEY", "SYNC_VALUE", "DOWNSYNC_COUNT")


def _setting(row: Row, doubts: Doubts) -> DeviceFact:
    return DeviceFact(
        locator=doubts.locator,
        service=_SERVICE,
        extra=extra_of(row, ("DOWNSYNC_COUNT",), {"DOWNSYNC_COUNT": 0}),
        name=f"{_SERVICE}: {doubts.text(row['SYNC_KEY'], 'SYNC_KEY') or 'a setting without a name'}",
        value=stored(row["SYNC_VALUE"]),
    )


def _account(row: Row, doubts: Doubts) -> Account:
    name = doubts.text(row["account_name"], "account_name") or None
    return Account(
        locator=doubts.locator,
        service=_SERVICE,
        flags=("state of synchronising",),
        extra=extra_of(row, ("account_type",)),
        name=name,
        identifiers=(Party(name, "email" if "@" in name else "account"),) if name else (),
        text=name,
    )
