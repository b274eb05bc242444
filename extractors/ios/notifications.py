"""The notifications that an iPhone keeps: those that stand on its screen or in its list, and those that are to come."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from evidence_store.records import Attachment, Notification, Present, Problem
from extractors.base import EvidenceFile, Found, extractor
from extractors.ios.plists import is_secret, moment, text, words
from extractors.matching import without_copy_mark
from parsers.nskeyedarchiver import unarchive
from parsers.plist import MAX_BYTES, read_plist

_BOOKS: Final = ("../Library.plist", "../../UserNotificationsServer/Library.plist")  # which folder is whose
_START: Final = "AppNotification"
_CREATED: Final = "AppNotificationCreationDate"
_ATTACHED: Final = "AppNotificationAttachments"
_WORDS: Final = ("AppNotificationTitle", "AppNotificationSubtitle", "AppNotificationMessage")
_LONGEST: Final = 2048  # of a further value


@extractor(
    id="ios.notifications",
    version=1,
    title="Notifications that the device keeps: delivered and pending",
    files=(
        *("**/UserNotifications/*/DeliveredNotifications.plist", "**/UserNotifications/*/PendingNotifications.plist"),
        "**/PushStore/*.pushstore",
    ),
    beside=_BOOKS,
    emits=(Notification,),
    privacy="communications",
    layouts="DeliveredNotifications.plist and PendingNotifications.plist of iOS 12 to 26, .pushstore of iOS 5 to 11",
    tested_on="documented schema, no device data",
    limits="A notification stands here until it is cleared or its application takes it back: the words of a message "
    "may remain after the message is gone. That it was shown does not say that it was read. What an application adds "
    "for itself (UNNotificationUserInfo), sounds and buttons are not read.",
)
def ios_notifications(file: EvidenceFile) -> Iterator[Found]:
    """Every entry of the archived list; dates are in UTC. The folder, or before iOS 12 the file, is the application's.

    References:
    - the keys as the file itself names them; `parsers.nskeyedarchiver` for the archive around them
    """
    entries, problem = _entries(file)
    if problem is not None:
        yield problem
        return
    pending = without_copy_mark(file.path).lower().endswith("pendingnotifications.plist")
    app, problem = _app(file)
    if problem is not None and entries:
        yield problem
    yield Present(len(entries))
    for place, entry in enumerate(entries):
        locator = f"notification:index={place}"
        if isinstance(entry, dict):
            yield from _notification(entry, locator, app, pending, file.path.rpartition("/")[0])
        else:
            yield Problem("row", "no-entry", f"not a notification: {type(entry).__name__}", locator)


def _entries(file: EvidenceFile) -> tuple[list[Any], Problem | None]:
    with file.open() as stream:
        data = stream.read(MAX_BYTES + 1)
    try:
        found = unarchive(data) if data else None
    except (ValueError, RecursionError) as error:
        return [], Problem("file", "damaged-plist", str(error))
    if found is None:
        return [], None  # the list of an application that has none
    if not isinstance(found, list):
        return [], Problem("schema", "unknown-layout", f"the archive holds no list but {type(found).__name__}")
    return found, None


def _app(file: EvidenceFile) -> tuple[str, Problem | None]:
    """The application's bundle id, from the list that says which folder is whose; else what the folder is called."""
    folder, _, name = without_copy_mark(file.path).rpartition("/")
    if name.lower().endswith(".pushstore"):
        return name[: -len(".pushstore")], None
    own = folder.rpartition("/")[2]
    why = ""
    for book in _BOOKS:
        try:
            stream = file.beside(book)
            if stream is not None:
                with stream:
                    data = stream.read(MAX_BYTES + 1)
                listed = unarchive(data) if b"NSKeyedArchiver" in data else read_plist(data)
                for app, place in listed.items() if isinstance(listed, dict) else ():
                    if place == own and isinstance(app, str):
                        return app, None
        except (ValueError, OSError, RecursionError) as error:
            why = f"{book} cannot be read ({error})"
    looks_like_one = own.count(".") >= 2  # the folder itself is called as the application, in the first of iOS 12
    if looks_like_one and not why:
        return own, None
    return own, Problem("value", "no-application", f"whose folder {own} is, is not known: {why or 'it is not listed'}")


def _notification(entry: dict[Any, Any], locator: str, app: str, pending: bool, folder: str) -> Iterator[Found]:
    title, subtitle, message = (text(entry.get(key)) for key in _WORDS)
    when = entry.get(_CREATED)
    said = moment("created", when) if isinstance(when, datetime) else None
    files, bad = _attachments(entry.get(_ATTACHED), folder)
    yield Notification(
        locator=locator,
        moments=(said,) if said else (),
        flags=("pending",) if pending else (),
        attachments=files,
        extra=tuple(_rest(entry)),
        app=app,
        title=": ".join(one for one in (title, subtitle) if one) or None,
        text=message,
    )
    if when is not None and said is None:
        yield Problem("value", "time", f"{_CREATED} is no date: {words(when)[:_LONGEST]}", locator)
    for key in _WORDS:
        if entry.get(key) not in (None, "") and text(entry.get(key)) is None:
            yield Problem("value", "text", f"{key} is not text: {words(entry[key])[:_LONGEST]}", locator)
    if bad:
        yield Problem("value", "attachment", f"{bad} attachments cannot be told", locator)


def _attachments(found: Any, folder: str) -> tuple[tuple[Attachment, ...], int]:
    """The files that are shown with it, which lie beside the list under names of the system's; how many cannot be told.

    The identifier is what the application called one, and no file of that name exists.
    """
    entries = found if isinstance(found, list) else [] if found is None else [found]
    made = []
    for one in entries:
        address = one.get("AttachmentURL") if isinstance(one, dict) else None
        address = address.get("NS.relative") if isinstance(address, dict) else address
        stored = text(address.rpartition("/")[2]) if isinstance(address, str) else None
        name = text(one.get("AttachmentIdentifier")) if isinstance(one, dict) else None
        if stored is None and name is None:
            continue
        path = f"{folder}/Attachments/{stored}" if stored and stored not in (".", "..") else None
        made.append(Attachment(name or stored or "attachment", path))
    return tuple(made), len(entries) - len(made)


def _rest(entry: dict[Any, Any]) -> Iterator[tuple[str, str]]:
    """What else is said in single values; nested ones are the application's own, and may hold its tokens."""
    for key, value in entry.items():
        known = key in (*_WORDS, _CREATED, _ATTACHED) or not isinstance(key, str) or is_secret(key)
        if known or value is None or isinstance(value, dict | list | bytes):
            continue
        if said := words(value)[:_LONGEST]:
            yield key.removeprefix(_START) or key, said
