"""Recent tasks: what Android shows when it is asked for the applications last in use, with a picture of each."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import Final

from evidence_store.records import AppUse, Attachment, Present, Problem
from extractors.android.xml_file import kept, moments, read_elements, user_of
from extractors.base import EvidenceFile, Found, extractor, joined
from extractors.database import Doubts
from parsers.xml_events import Element

_TASK: Final = (
    *("task_id", "orig_activity", "affinity", "effective_uid", "user_id", "task_type", "calling_uid"),
    *("calling_package", "task_description_label"),
)
_INTENT: Final = ("action", "data", "type", "component")


@extractor(
    id="android.recent_tasks",
    version=1,
    title="Android: recent tasks and their pictures",
    files=("**/recent_tasks/*.xml",),
    emits=(AppUse,),
    privacy="device",
    layouts="recent_tasks of Android 5 to 15 (text and binary)",
    tested_on="documented schema, no device data",
    limits="A picture shows what the task last had on the screen; it is named by the number of the task, which the "
    "system gives again. What was swiped away is gone.",
)
def recent_tasks(file: EvidenceFile) -> Iterator[Found]:
    """The task that a file describes; times are milliseconds. Its picture is snapshots/<task_id>.jpg beside the folder.

    References:
    - Android Open Source Project: com.android.server.wm (Task, TaskPersister, AppSnapshotLoader)
    """
    doubts = Doubts()
    for task in read_elements(file, "", {"task"}):
        if isinstance(task, Problem):
            yield task
            continue
        doubts.locator = task.place
        yield Present(1)
        yield from _task(file, task, doubts)


def _task(file: EvidenceFile, task: Element, doubts: Doubts) -> Iterator[Found]:
    attributes = task.attributes
    activity = attributes.get("real_activity") or attributes.get("orig_activity") or ""
    number = attributes.get("task_id", "")
    pictures: tuple[Attachment, ...] = ()
    if number.isdecimal() and number.isascii():
        folder = posixpath.normpath(joined(file.path, "../snapshots"))
        pictures = (Attachment(f"{number}.jpg", f"{folder}/{number}.jpg", "image/jpeg"),)
    if not activity:
        doubts.add("no-package", "the task names no activity")
    yield AppUse(
        locator=task.place,
        moments=moments(
            (
                ("last moved", attributes.get("last_time_moved"), "last_time_moved"),
                ("last active", attributes.get("last_active_time"), "last_active_time"),
                ("first active", attributes.get("first_active_time"), "first_active_time"),
            ),
            doubts,
        ),
        attachments=pictures,
        extra=user_of(file.path) + kept(attributes, _TASK) + _intent(task),
        app=activity.partition("/")[0],
        activity=f"recent task: {activity}" if activity else "recent task",
    )
    yield from doubts.drain()


def _intent(task: Element) -> tuple[tuple[str, str], ...]:
    """What the task was started with."""
    intent = task.first("intent")
    found = {} if intent is None else intent.attributes
    return tuple((f"intent {name}", found[name]) for name in _INTENT if found.get(name))
