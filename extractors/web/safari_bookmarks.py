"""Safari's one table of bookmarks, reading list, open tabs and tab groups, on iPhones, iPads and Macs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from evidence_store.records import Bookmark, Moment, Present, Problem, Record, WebVisit
from extractors.base import EvidenceFile, Found, extractor
from extractors.database import Doubts, count_rows, each_held, each_row, read_database, selecting, stored
from extractors.ios.plists import moments, text, words
from extractors.web.addresses import searched
from extractors.web.pages import Folders, extras, folder_path, has
from extractors.web.safari_session import pages_of
from parsers.plist import read_plist
from parsers.sqlite_file import EvidenceDatabase, Row, lacking

_ROW: Final = (
    *("id", "special_id", "parent", "type", "subtype", "title", "url", "num_children", "hidden", "order_index"),
    *("external_uuid", "read", "last_modified", "date_closed", "server_id", "deleted", "syncable", "topic_title"),
    *("extra_attributes", "local_attributes"),
)
_NEEDED: Final = {"bookmarks": {"id", "special_id", "parent", "type", "title", "url"}}
_EXTRA: Final = ("special_id", "order_index", "external_uuid", "server_id", "read", "num_children", "topic_title")
_LEAF, _FOLDER = 0, 1
_PROFILE: Final = 2  # of `subtype`
_READING_LIST: Final = "com.apple.ReadingList"  # what the folder of the reading list is called, and a key of its pages
# Folders of SafariTabs.db that the browser makes for itself, under names that nobody would give to a group of tabs.
_CLOSED, _PRIVATE_PINNED = "recentlyClosed", "privatePinned"
Attributes = dict[str, Any]


@extractor(
    id="web.safari_bookmarks",
    version=2,
    title="Safari: bookmarks, reading list, open tabs and tab groups, as recorded",
    files=("**/Bookmarks.db", "**/SafariTabs.db"),
    tables=(
        {
            "bookmarks": {"id", "special_id", "parent", "type", "title", "url", "external_uuid", "extra_attributes"},
            "bookmark_title_words": {"bookmark_id", "word"},
        },
    ),
    emits=(Bookmark, WebVisit),
    privacy="web",
    layouts="Bookmarks.db of iOS 4 to 26, SafariTabs.db of iOS 15 to 26 and macOS 12 to 26",
    tested_on="documented schema, no device data",
    limits="Bookmarks and tab groups are synchronised between the devices of an account and shared with others: a row "
    "does not say on which device it was made. Pages before and after in a tab (SessionState) have no times. What is "
    "kept of windows is not read.",
)
def safari_bookmarks(file: EvidenceFile) -> Iterator[Found]:
    """Every row of `bookmarks`: folders, bookmarks and pages of the reading list; in a database that has `windows`
    too, tab groups and tabs.

    The pages that a tab can go back or forward to come out after it, each for itself. `type` 1 is a folder; `parent`
    the folder around it; `last_modified` and `date_closed` seconds since 2001. The attributes are property lists, whose
    dates are in UTC.

    References:
    - the layout as the files themselves declare it; published descriptions of the table and of the keys of its lists
    """
    yield from read_database(file, lambda db: _read(db, "/safari/" in f"/{file.path.lower()}"))


def _read(db: EvidenceDatabase, own: bool) -> Iterator[Found]:
    if unknown := lacking(db, _NEEDED):
        if own:
            yield Problem("schema", "unknown-layout", unknown)
        return  # other programs have files of this name
    if (rows := count_rows(db, "bookmarks")) is not None:
        yield Present(rows)
    of_tabs = has(db, "windows", "id")
    folders = _folders(db)
    private = _private(db) if of_tabs else frozenset()
    doubts = Doubts()
    gaps: list[Problem] = []
    for row in each_row(db, "bookmarks", selecting(db, "bookmarks", _ROW), gaps, key="id"):
        doubts.locator = f"bookmarks:id={row['id']}"
        if of_tabs and row["type"] == _LEAF:
            yield from _tab(row, folders, private, doubts)
        else:
            yield _mark(row, folders, doubts)
        yield from doubts.drain()
    yield from gaps


def _folders(db: EvidenceDatabase) -> Folders:
    told: list[Problem] = []  # reading the rows themselves says it again
    rows = each_held(db, "bookmarks", selecting(db, "bookmarks", ("id", "title", "parent", "type")), told, key="id")
    return {row["id"]: (text(row["title"]), row["parent"]) for row in rows if row["type"] == _FOLDER}


def _private(db: EvidenceDatabase) -> frozenset[Any]:
    """The folders whose tabs are those of private browsing."""
    told: list[Problem] = []
    rows = each_held(db, "windows", selecting(db, "windows", ("id", "private_tab_group_id")), told, key="id")
    return frozenset(row["private_tab_group_id"] for row in rows if row["private_tab_group_id"] not in (None, 0))


def _mark(row: Row, folders: Folders, doubts: Doubts) -> Record:
    kept = _attributes(row["extra_attributes"], "extra_attributes", doubts)
    listed = kept.get(_READING_LIST)
    later = listed if isinstance(listed, dict) else {}
    folder = folder_path(row["parent"], folders)
    in_list = bool(later) or (folder is not None and _READING_LIST in folder.split(" / "))
    url = doubts.text(row["url"], "url") or None
    return Bookmark(
        locator=doubts.locator,
        service="Safari",
        moments=(*_added(kept), *moments(later, (("added to the reading list", "DateAdded"),)), *_times(row, doubts)),
        deleted=row["deleted"] == 1,
        flags=(*_kind(row), *(("reading list",) if in_list and row["type"] == _LEAF else ()), *_states(row)),
        extra=extras(row, _EXTRA, url),
        url=url,
        title=doubts.text(row["title"], "title") or None,
        folder=folder,
        text=text(later.get("PreviewText")),
    )


def _tab(row: Row, folders: Folders, private: frozenset[Any], doubts: Doubts) -> Iterator[Found]:
    """The tab, and the pages before and after the one that it shows."""
    kept = _attributes(row["extra_attributes"], "extra_attributes", doubts)
    local = _attributes(row["local_attributes"], "local_attributes", doubts)
    url = doubts.text(row["url"], "url") or None
    group = folder_path(row["parent"], folders)
    own = group.rsplit(" / ", 1)[-1] if group else None
    closed = row["date_closed"] or local.get("DateClosed") or own == _CLOSED
    seen = ("LocalURL", "LocalTitle", "DeviceIdentifier")
    opened = (("OpenedFromLink", "true"),) if local.get("OpenedFromLink") is True else ()
    is_private = ("private",) if row["parent"] in private or own == _PRIVATE_PINNED else ()
    in_group = (("tab group", group),) if group else ()
    yield WebVisit(
        locator=doubts.locator,
        service="Safari",
        moments=(
            *moments(local, (("tab last shown, as recorded", "LastVisitTime"),)),
            *moments(kept, (("tab last shown on a device of the account, as recorded", "DateLastViewed"),)),
            *_added(kept),
            *moments(local, (("tab closed, as recorded", "DateClosed"),)),
            *_times(row, doubts),
        ),
        deleted=row["deleted"] == 1,
        flags=(
            "closed tab" if closed else "open tab",
            *is_private,
            *_states(row),
        ),
        extra=(
            *in_group,
            *((key, words(kept[key])) for key in seen if text(kept.get(key)) and kept[key] not in (url, row["title"])),
            *opened,
            *extras(row, _EXTRA, url),
        ),
        url=url,
        title=doubts.text(row["title"], "title") or None,
    )
    for page in pages_of(local.get("SessionState"), url, doubts):
        yield Present(1)
        yield WebVisit(
            locator=f"{doubts.locator} SessionState:{page.place}",
            service="Safari",
            deleted=row["deleted"] == 1,
            flags=("page that a tab can go back or forward to", *is_private, *_states(row)),
            extra=(
                *in_group,
                *((("SessionHistoryEntryOriginalURL", page.original),) if page.original else ()),
                *searched(page.url),
            ),
            url=page.url,
            title=page.title,
        )


def _kind(row: Row) -> tuple[str, ...]:
    if row["subtype"] == _PROFILE:
        return ("profile",)
    return {_LEAF: (), _FOLDER: ("folder",)}.get(row["type"], (f"type {stored(row['type'])}",))


def _states(row: Row) -> tuple[str, ...]:
    return (*(("hidden",) if row["hidden"] == 1 else ()), *(("deleted",) if row["deleted"] == 1 else ()))


def _added(kept: Attributes) -> tuple[Moment, ...]:
    bookmark = kept.get("com.apple.Bookmark")
    return moments(bookmark, (("added", "DateAdded"),)) if isinstance(bookmark, dict) else ()


def _times(row: Row, doubts: Doubts) -> tuple[Moment, ...]:
    times = (("modified", "last_modified"), ("tab closed, as recorded", "date_closed"))
    return tuple(doubts.moment(word, row[name], "cocoa s", name) for word, name in times if row[name] not in (None, 0))


def _attributes(value: Any, column: str, doubts: Doubts) -> Attributes:
    """The property list of a column; an empty one, and said, where it is none."""
    if value in (None, b"", ""):
        return {}
    try:
        found = read_plist(value) if isinstance(value, bytes) else None
    except ValueError as error:
        doubts.add("attributes", f"{column} cannot be read: {error}")
        return {}
    if not isinstance(found, dict):
        doubts.add("attributes", f"{column} is no property list with names: {stored(value)}")
        return {}
    return found
