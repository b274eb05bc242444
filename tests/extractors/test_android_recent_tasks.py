"""Recent tasks, in both forms of XML, with the picture of each."""

from __future__ import annotations

import pytest

from evidence_store.records import AppUse, Attachment, Moment, Present, Problem, replace
from extractors.android.recent_tasks import recent_tasks
from tests.evidence_builders.abx import abx_of
from tests.evidence_builders.files import MemoryFile

PATH = "Dump/data/system_ce/0/recent_tasks/241_task.xml"
TASK = """<task task_id="241" real_activity="org.example.browser/.Main" affinity="10321:org.example.browser"
 effective_uid="10321" user_id="0" first_active_time="-1" last_active_time="1627996896833"
 last_time_moved="1627996896832" calling_package="com.example.launcher" calling_uid="10100">
<intent action="android.intent.action.VIEW" data="https://example.org/" component="org.example.browser/.Main" />
<activity id="1627996896831" component="org.example.browser/.Main" /></task>"""
TYPED = {"task_id": "int", "last_time_moved": "long", "last_active_time": "long"}


@pytest.mark.parametrize("data", [TASK.encode(), abx_of(TASK, TYPED)], ids=["text", "binary"])
def test_a_task_comes_out_with_its_picture(data: bytes) -> None:
    present, use = recent_tasks(MemoryFile(PATH, data))
    assert present == Present(1)
    assert replace(use, locator="@") == AppUse(
        locator="@",
        moments=(
            Moment("last moved", 1627996896832000, "1627996896832", "A"),
            Moment("last active", 1627996896833000, "1627996896833", "A"),
        ),
        attachments=(Attachment("241.jpg", "Dump/data/system_ce/0/snapshots/241.jpg", "image/jpeg"),),
        extra=(
            ("user", 0),
            ("task_id", "241"),
            ("affinity", "10321:org.example.browser"),
            ("effective_uid", "10321"),
            ("user_id", "0"),
            ("calling_uid", "10100"),
            ("calling_package", "com.example.launcher"),
            ("intent action", "android.intent.action.VIEW"),
            ("intent data", "https://example.org/"),
            ("intent component", "org.example.browser/.Main"),
        ),
        app="org.example.browser",
        activity="recent task: org.example.browser/.Main",
    )


def test_a_task_of_which_little_is_told_comes_out() -> None:
    assert list(recent_tasks(MemoryFile("recent_tasks/1.xml", b'<task task_id="../x" last_time_moved="soon"/>'))) == [
        Present(1),
        AppUse(
            locator="line 1, byte 0",
            moments=(Moment("last moved", None, "soon", "A", "", "not a number"),),
            extra=(("task_id", "../x"),),
            app="",
            activity="recent task",
        ),
        Problem("value", "no-package", "the task names no activity", "line 1, byte 0"),
        Problem("value", "time", "last_time_moved: not a number: soon", "line 1, byte 0"),
    ]


def test_what_is_no_task_is_left_or_said() -> None:
    assert list(recent_tasks(MemoryFile(PATH, b"<other/>"))) == []
    assert [one.code for one in recent_tasks(MemoryFile(PATH, TASK.encode()[:200]))] == ["damaged-xml"]
