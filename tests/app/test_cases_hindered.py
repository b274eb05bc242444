"""A case folder that cannot be written, and a disk that fills up while evidence is read."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from app.cli import DONE, INCOMPLETE, UNUSABLE
from tests.app.command_line import assay
from tests.evidence_builders.archives import write_zip
from tests.evidence_builders.cases import message_tree, read_into, table_rows
from tests.evidence_builders.whatsapp import ChatLayout, ChatLine, render

# The superuser writes in spite of all permissions: these are the powers to give up for it.
_POWERS = "-dac_override,-dac_read_search"
CASE = "the case"  # in the words of a command
_AS_ANYBODY = ("setpriv", f"--bounding-set={_POWERS}", f"--inh-caps={_POWERS}")


@pytest.fixture
def as_anybody() -> tuple[str, ...]:
    """What stands before a command so that permissions hold for it."""
    if sys.platform == "win32":
        pytest.skip("permissions of folders are not set by mode here")
    if os.geteuid() != 0:
        return ()
    if shutil.which("setpriv") is None or subprocess.run([*_AS_ANYBODY, "true"], check=False).returncode:
        pytest.skip("the superuser's powers cannot be given up here")
    return _AS_ANYBODY


@pytest.fixture
def sealed(tmp_path: Path) -> Iterator[Path]:
    """A case folder in which nothing can be written."""
    folder = tmp_path / "case"
    case, _ = read_into(folder, write_zip(tmp_path / "phone.zip", message_tree(1)), exhibit="ABC/1")
    case.close()
    every = [folder, *folder.rglob("*")]
    for path in every:
        path.chmod(0o555 if path.is_dir() else 0o444)
    yield folder
    for path in every:
        path.chmod(0o755 if path.is_dir() else 0o644)


def test_a_case_that_cannot_be_written_can_be_read_and_verified(sealed: Path, as_anybody: tuple[str, ...]) -> None:
    before = (sealed / "case.db").read_bytes()
    info = assay("info", sealed, "--json", before=as_anybody)
    items = assay("items", sealed, "--json", before=as_anybody)
    verified = assay("verify", sealed, before=as_anybody)
    again = assay("verify", sealed, "--sources", "--json", before=as_anybody)
    assert (info.status, items.status, verified.status, again.status) == (DONE, DONE, DONE, DONE)
    assert [source["exhibit"] for source in info.one["sources"]] == ["ABC/1"]
    assert len(items.lines) == table_rows(sealed / "case.db", "SELECT count(*) FROM item")[0][0] > 0
    assert "Intact: everything stored is as it was sealed." in verified.out
    assert "this verification was not entered in its ledger" in verified.out
    assert [source["same"] for source in again.one["sources"]] == [True]
    assert (sealed / "case.db").read_bytes() == before


@pytest.mark.parametrize(
    "words", [("ingest", CASE, "", "--no-authority", "a test"), ("tag", CASE, "ask", "ABC/1-000001")]
)
def test_what_would_change_a_case_that_cannot_be_written_says_so(
    sealed: Path, as_anybody: tuple[str, ...], words: tuple[str, ...]
) -> None:
    other = write_zip(sealed.parent / "other.zip")
    done = assay(*(word or other if word != CASE else sealed for word in words), before=as_anybody)
    assert (done.status, done.out) == (UNUSABLE, "")
    assert done.err == f"assay: {sealed} cannot be written: nothing was changed\n"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of six megabytes."""
    place = tmp_path / "small"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=6m", "none", str(place)]
    if sys.platform != "linux" or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a small file system cannot be made here")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_a_full_disk_is_told_in_one_line_and_the_work_goes_on_once_there_is_room(
    small_disk: Path, tmp_path: Path
) -> None:
    first = write_zip(tmp_path / "first.zip", {"sdcard/a.txt": b"made up"})
    chat = [
        ChatLine(datetime(2026, 3, 1, 9, 30), "Ara Example", f"line {n} " + "of the chat " * 12) for n in range(15_000)
    ]
    tree = {**message_tree(1), "sdcard/WhatsApp Chat with Ben Sample.txt": render(chat, ChatLayout())}
    large = write_zip(tmp_path / "large.zip", tree)
    case = small_disk / "case"
    words = ("ingest", case, large, "--exhibit", "ABC/2", "--no-authority", "a test", "--jobs", 2)
    assert assay("ingest", case, first, "--exhibit", "ABC/1", "--no-authority", "a test").status == DONE
    full = assay(*words)
    assert full.status == UNUSABLE
    (line,) = full.err.splitlines()
    assert "the disk is full" in line
    assert "run the same command again" in line
    halfway = assay("verify", case, "--json")
    assert (halfway.status, halfway.one["intact"], halfway.one["complete"]) == (INCOMPLETE, True, False)
    subprocess.run(["mount", "-o", "remount,size=200m", str(small_disk)], check=True)
    went_on = assay(*words)
    assert went_on.status in (DONE, INCOMPLETE)
    done = assay("verify", case, "--json").one
    assert (done["intact"], done["complete"], done["findings"]) == (True, True, [])
    other, _ = read_into(tmp_path / "other", large, exhibit="ABC/2")
    other.close()
    records = "SELECT seq, record FROM item WHERE source_id = (SELECT id FROM source WHERE exhibit = 'ABC/2')"
    assert table_rows(case / "case.db", records) == table_rows(tmp_path / "other" / "case.db", records)
