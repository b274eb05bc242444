"""Encrypted sources through the command line: the password opens them, is asked for again, and is written nowhere."""

from __future__ import annotations

import shutil
import sqlite3
import threading
import zipfile
from pathlib import Path

import pytest

from app.cases import open_case
from app.ingest import IngestError, SourceRequest, Stopped, add_source, resume
from app.ingest.pool import Ended
from app.worker.tasks import Survey
from extractors.sources.base import Secret, SourceRef
from tests.app.command_line import assay
from tests.evidence_builders import android_backup
from tests.evidence_builders.archives import snapshot
from tests.evidence_builders.ios_backup import FILES, PASSWORD, Lock, Made, write_backup
from tests.evidence_builders.media import jpeg

QUIET = ("--no-authority", "made-up evidence")
SMS = "private/var/mobile/Library/SMS/sms.db"
CONTENT = next(made.data for made in FILES if made.path.endswith("sms.db"))


@pytest.fixture
def backup(tmp_path: Path) -> Path:
    return write_backup(tmp_path / "backup", lock=Lock())


@pytest.fixture
def right(tmp_path: Path) -> Path:
    (tmp_path / "right.txt").write_text(f"{PASSWORD}\nwhat follows is not used\n", encoding="utf-8")
    return tmp_path / "right.txt"


def held(case: Path) -> bytes:
    """Every byte that the case keeps."""
    return b"".join(path.read_bytes() for path in sorted(case.rglob("*")) if path.is_file())


def sizes(case: Path) -> dict[str, int]:
    return {row["path"]: row["size"] for row in assay("files", case, "--json").lines if row["sha256"]}


def test_without_a_password_an_encrypted_backup_is_refused_in_one_line(tmp_path: Path, backup: Path) -> None:
    done = assay("ingest", tmp_path / "case", backup, *QUIET)
    assert done.status == 2
    assert done.err.count("\n") == 1
    assert "encrypted" in done.err
    assert "password" in done.err


def test_a_wrong_password_is_told_and_the_right_one_opens_the_same_case(tmp_path, backup, right) -> None:
    before = snapshot(backup)
    (tmp_path / "wrong.txt").write_text("not it")
    case = tmp_path / "case"
    wrong = assay("ingest", case, backup, *QUIET, "--password-file", tmp_path / "wrong.txt")
    assert (wrong.status, wrong.err.count("\n")) == (2, 1)
    assert "not the one" in wrong.err
    assert "not it" not in wrong.err
    done = assay("ingest", case, backup, *QUIET, "--password-file", right)
    assert (done.status, done.err) == (3, "")  # one file of the manifest is not in the backup
    assert sizes(case)[SMS] == len(CONTENT)
    assert assay("verify", case, "--sources").status == 0
    assert snapshot(backup) == before


def test_the_password_and_the_keys_are_written_nowhere(tmp_path: Path, backup: Path, right: Path) -> None:
    case = tmp_path / "case"
    assert assay("ingest", case, backup, *QUIET, "--password-file", right).status == 3
    everything = held(case)
    assert b"sms.db" in everything
    for key in (PASSWORD.encode(), *Lock().classes.values()):
        assert key not in everything
        assert key.hex().encode() not in everything
    ledger = sqlite3.connect(case / "case.db").execute("SELECT detail FROM ledger").fetchall()
    assert PASSWORD not in repr(ledger)
    assert "right.txt" not in repr(ledger)


def test_nothing_that_holds_a_secret_shows_it() -> None:
    request = SourceRequest(Path("backup"), secret=Secret("geheim", b"geheim", b"geheim"))
    assert "geheim" not in repr(request) + str(request.secret)
    assert "geheim" not in repr(Ended(Survey(SourceRef("", "backup"), "shard"), note={"unlocked": b"geheim"}))


def test_an_encrypted_backup_inside_a_zip_is_read_like_the_backup(tmp_path: Path, backup: Path, right: Path) -> None:
    with zipfile.ZipFile(tmp_path / "backup.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(backup.rglob("*")):
            archive.write(path, path.relative_to(backup.parent))
    with zipfile.ZipFile(tmp_path / "outer.zip", "w", zipfile.ZIP_DEFLATED) as outer:
        outer.write(tmp_path / "backup.zip", "backup.zip")
    read = {}
    for name, prefix in (("backup", ""), ("backup.zip", "backup/"), ("outer.zip", "backup.zip/backup/")):
        case = tmp_path / f"case of {name}"
        assert assay("ingest", case, tmp_path / name, *QUIET, "--password-file", right).status == 3
        rows = assay("files", case, "--json").lines
        read[name] = {
            (row["path"].removeprefix(prefix), row["size"], row["sha256"])
            for row in rows
            if row["path"].startswith(prefix) and not row["path"].endswith(".zip")
        }
    assert read["backup"] == read["backup.zip"] == read["outer.zip"]
    assert (SMS, len(CONTENT)) in {(path, size) for path, size, _ in read["backup"]}


def test_a_locked_backup_inside_a_source_costs_only_itself(tmp_path: Path, backup: Path) -> None:
    with zipfile.ZipFile(tmp_path / "inner.zip", "w") as inner:
        for path in sorted(backup.rglob("*")):
            inner.write(path, path.relative_to(backup.parent))
    with zipfile.ZipFile(tmp_path / "outer.zip", "w") as outer:
        outer.write(tmp_path / "inner.zip", "inner.zip")
        outer.writestr("letter.txt", "made up")
    done = assay("ingest", tmp_path / "case", tmp_path / "outer.zip", *QUIET)
    assert done.status == 3
    codes = [
        problem["code"] for row in assay("coverage", tmp_path / "case", "--json").lines for problem in row["problems"]
    ]
    assert "locked" in codes
    assert "letter.txt" in sizes(tmp_path / "case")


def test_what_was_stopped_goes_on_only_with_the_password(tmp_path: Path, backup: Path) -> None:
    case = open_case(tmp_path / "case", create_it=True)
    stop = threading.Event()
    asked: list[bool] = []

    def ask(what: str, wrong: bool) -> str | None:
        asked.append(wrong)
        return {1: "not it", 2: PASSWORD}.get(len(asked))

    def stop_when_reading(progress) -> None:
        if progress.stage == "reading":
            stop.set()

    with pytest.raises(Stopped):
        add_source(case, SourceRequest(backup), stop_when_reading, stop, ask=ask)
    assert asked == [False, True]
    case.close()
    case = open_case(tmp_path / "case")
    with pytest.raises(IngestError, match="password"):
        resume(case)
    (result,) = resume(case, ask=lambda what, wrong: PASSWORD)
    assert result.files == 10
    case.close()
    assert sizes(tmp_path / "case")[SMS] == len(CONTENT)


def test_a_picture_of_an_encrypted_backup_is_printed_only_with_its_password(tmp_path: Path, right: Path) -> None:
    photo = Made("CameraRollDomain", "Media/DCIM/100APPLE/IMG_0001.JPG", jpeg(64, 48, taken="2026:07:01 12:00:00"))
    backup = write_backup(tmp_path / "backup", [photo], lock=Lock())
    case, out = tmp_path / "case", tmp_path / "report.pdf"
    assert assay("ingest", case, backup, *QUIET, "--password-file", right).status == 0
    (number,) = {row["number"] for row in assay("items", case, "--json", "--kind", "media_item").lines}
    refused = assay("report", case, "-o", out, "--picture", number)
    assert (refused.status, refused.err.count("\n")) == (2, 1)
    assert "password" in refused.err
    assert not out.exists()
    assert assay("report", case, "-o", out, "--picture", number, "--password-file", right).status == 0
    assert out.stat().st_size > 10_000


def test_an_encrypted_android_backup_opens_with_its_password_by_itself_and_in_a_zip(
    tmp_path: Path, right: Path
) -> None:
    made = android_backup.backup(password=PASSWORD)
    (tmp_path / "phone.ab").write_bytes(made)
    with zipfile.ZipFile(tmp_path / "outer.zip", "w") as outer:
        outer.writestr("phone.ab", made)
    locked = assay("ingest", tmp_path / "locked", tmp_path / "phone.ab", *QUIET)
    assert (locked.status, locked.err.count("\n")) == (2, 1)
    assert "password" in locked.err
    read = {}
    for name, prefix in (("phone.ab", ""), ("outer.zip", "phone.ab/")):
        case = tmp_path / f"case of {name}"
        done = assay("ingest", case, tmp_path / name, *QUIET, "--password-file", right)
        assert done.status == 3  # what it holds is no real database
        assert assay("verify", case, "--sources").status == 0
        assert PASSWORD.encode() not in held(case)
        assert list((case / "work").iterdir()) == []
        rows = assay("files", case, "--json").lines
        read[name] = {(row["path"].removeprefix(prefix), row["sha256"]) for row in rows if row["path"] != "phone.ab"}
    assert read["phone.ab"] == read["outer.zip"]
    assert len(read["phone.ab"]) == len(android_backup.TREE)


def stopped_when_reading(folder: Path, path: Path, password: str) -> None:
    """A case that was stopped between listing and reading, and whose work folder was emptied since."""
    case, stop = open_case(folder, create_it=True), threading.Event()

    def stop_when_reading(progress) -> None:
        if progress.stage == "reading":
            stop.set()

    with pytest.raises(Stopped):
        add_source(case, SourceRequest(path, secret=Secret(password)), stop_when_reading, stop)
    case.close()
    shutil.rmtree(folder / "work")
    (folder / "work").mkdir()


def test_an_android_backup_inside_a_source_goes_on_only_with_its_password(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "outer.zip", "w") as outer:
        outer.writestr("phone.ab", android_backup.backup(password=PASSWORD))
    (tmp_path / "letter.txt").write_text("made up", encoding="utf-8")
    stopped_when_reading(tmp_path / "case", tmp_path / "outer.zip", PASSWORD)
    stopped_when_reading(tmp_path / "case", tmp_path / "letter.txt", "")
    case = open_case(tmp_path / "case")
    with pytest.raises(IngestError, match="was opened with a password, which is needed again to go on"):
        resume(case)
    asked: list[str] = []

    def ask(what: str, wrong: bool) -> str | None:
        asked.append(what)
        return PASSWORD

    (result,) = resume(case, ask=ask)  # the letter was read, whatever became of the other
    assert (asked, result.files) == (["phone.ab"], 1 + len(android_backup.TREE))
    case.close()
    assert len(sizes(tmp_path / "case")) == result.files + 1


def test_a_wrong_password_that_is_given_up_leaves_what_is_inside_locked(tmp_path: Path) -> None:
    write_backup(tmp_path / "pc" / "backup", lock=Lock())
    case, asked, answers = open_case(tmp_path / "case", create_it=True), [], iter(["not it", None])

    def ask(what: str, wrong: bool) -> str | None:
        asked.append(wrong)
        return next(answers)

    add_source(case, SourceRequest(tmp_path / "pc"), ask=ask)
    case.close()
    assert asked == [False, True]
    assert "backup/Manifest.db" in sizes(tmp_path / "case")


def test_what_is_stopped_while_a_password_is_asked_for_is_asked_again(tmp_path: Path, backup: Path) -> None:
    case, stop = open_case(tmp_path / "case", create_it=True), threading.Event()
    with pytest.raises(Stopped):
        add_source(case, SourceRequest(backup), stop=stop, ask=lambda what, wrong: stop.set())
    (result,) = resume(case, ask=lambda what, wrong: PASSWORD)
    assert result.files == 10
    case.close()
