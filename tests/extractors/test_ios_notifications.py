"""The notifications that an iPhone keeps."""

from __future__ import annotations

import plistlib
from datetime import UTC, datetime
from typing import Any

import pytest

from evidence_store.records import Attachment, Moment, Notification, Present, Problem
from extractors.base import Found
from extractors.ios.notifications import ios_notifications
from tests.evidence_builders.files import MemoryFile
from tests.evidence_builders.ios_stores import archive_of

FOLDER = "private/var/mobile/Library/UserNotifications/0A1B-2C3D"
WHEN = datetime(2026, 2, 28, 0, 4, 46, 500_000, tzinfo=UTC)
AT = Moment("created", 1_772_237_086_500_000, "2026-02-28T00:04:46.500000Z", "A")
BOOK = plistlib.dumps({"com.example.chat": "0A1B-2C3D", "com.example.other": "9999"})
ENTRY: dict[str, Any] = {
    "AppNotificationTitle": "Robin Example",
    "AppNotificationSubtitle": "Allotment",
    "AppNotificationMessage": "I know where you are",
    "AppNotificationCreationDate": WHEN,
    "AppNotificationIdentifier": "n-1",
    "AppNotificationBadgeNumber": 3,
    "AppNotificationDeviceToken": "a token",
    "UNNotificationUserInfo": {"secret": "x"},
    "AppNotificationAttachments": [
        {
            "AttachmentIdentifier": "image.gif",
            "AttachmentURL": {
                "NS.relative": "file:///var/mobile/Library/UserNotifications/0A1B-2C3D/Attachments/f00d.jpeg"
            },
        }
    ],
}


def read(value: Any, name: str = "DeliveredNotifications.plist", book: bytes | None = BOOK) -> list[Found]:
    others = {} if book is None else {"../Library.plist": book}
    data = value if isinstance(value, bytes) else archive_of(value)
    return list(ios_notifications(MemoryFile(f"{FOLDER}/{name}", data, others=others)))


def test_a_notification_comes_out_whole() -> None:
    assert read([ENTRY]) == [
        Present(1),
        Notification(
            locator="notification:index=0",
            moments=(AT,),
            attachments=(Attachment("image.gif", f"{FOLDER}/Attachments/f00d.jpeg"),),
            extra=(("Identifier", "n-1"), ("BadgeNumber", "3")),
            app="com.example.chat",
            title="Robin Example: Allotment",
            text="I know where you are",
        ),
    ]


def test_one_that_is_to_come_is_said_to_be() -> None:
    [_, found] = read([{"AppNotificationMessage": "tomorrow"}], "PendingNotifications.plist")
    assert isinstance(found, Notification)
    assert (found.flags, found.text, found.moments) == (("pending",), "tomorrow", ())


@pytest.mark.parametrize("copy", ["", " (1)", " - Copy"])
def test_the_older_store_names_the_application_by_its_file(copy: str) -> None:
    path = f"private/var/mobile/Library/SpringBoard/PushStore/com.example.chat{copy}.pushstore"
    [_, found] = ios_notifications(MemoryFile(path, archive_of([{"AppNotificationMessage": "hello"}])))
    assert isinstance(found, Notification)
    assert (found.app, found.text) == ("com.example.chat", "hello")


@pytest.mark.parametrize(
    ("book", "said"),
    [
        (None, "it is not listed"),
        (plistlib.dumps({"com.example.other": "9999"}), "it is not listed"),
        (b"bplist00", "../Library.plist cannot be read"),
    ],
)
def test_a_folder_whose_application_is_not_known_is_told(book: bytes | None, said: str) -> None:
    [problem, _, found] = read([{"AppNotificationMessage": "hello"}], book=book)
    assert isinstance(problem, Problem)
    assert said in problem.detail
    assert isinstance(found, Notification)
    assert found.app == "0A1B-2C3D"


def test_an_archived_list_of_folders_is_read_too() -> None:
    [_, found] = read([{"AppNotificationMessage": "hello"}], book=archive_of({"com.example.chat": "0A1B-2C3D"}))
    assert isinstance(found, Notification)
    assert found.app == "com.example.chat"


@pytest.mark.parametrize("key", sorted(ENTRY))
@pytest.mark.parametrize("value", [None, True, "", -1, 2**62, 1e300, b"\x00\xff", [], [None, 7, "x"], {"x": 1}])
def test_a_broken_value_costs_no_notification(key: str, value: Any) -> None:
    found = read([ENTRY | {key: value}, {"AppNotificationMessage": "after"}])
    assert [one.locator for one in found if isinstance(one, Notification)] == [
        "notification:index=0",
        "notification:index=1",
    ]


def test_what_is_no_notification_is_said() -> None:
    assert read(["x"]) == [Present(1), Problem("row", "no-entry", "not a notification: str", "notification:index=0")]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", []),
        (archive_of(None), []),
        (archive_of({"a": 1}), [("schema", "unknown-layout")]),
        (b"bplist00 and no more", [("file", "damaged-plist")]),
        (plistlib.dumps([1]), [("file", "damaged-plist")]),
    ],
)
def test_files_that_hold_no_list(data: bytes, said: list[tuple[str, str]]) -> None:
    found = read(data)
    assert [(one.kind, one.code) for one in found if isinstance(one, Problem)] == said
    assert not any(isinstance(one, Notification) for one in found)


def test_a_name_of_a_file_cannot_lead_elsewhere() -> None:
    attached = [{"AttachmentURL": {"NS.relative": "file:///a/.."}, "AttachmentIdentifier": "x"}]
    [_, found] = read([{"AppNotificationAttachments": attached}])
    assert isinstance(found, Notification)
    assert found.attachments == (Attachment("x"),)
