"""The same evidence gives the same result: any container, any number of workers, stopped or killed at any moment."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from app.cases import open_case
from app.ingest import Progress, SourceRequest, Stopped, add_source, resume
from app.ingest.pool import Pool
from app.ingest.run import _Ingest
from app.worker.shard import FILE, ShardWriter, is_whole, rows_of
from evidence_store import seal
from evidence_store.derive import OfFile
from evidence_store.records import Message
from tests.evidence_builders.archives import write_zip
from tests.evidence_builders.cases import (
    in_every_container,
    items_of,
    message_tree,
    problems_of,
    read_into,
    table_rows,
    verdict_of,
)

ROOT = Path(__file__).resolve().parents[2]
KEYS = {"zone": "Europe/London", "exhibit": "ABC/1", "date_order": "dmy"}


@pytest.fixture(scope="module")
def containers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return in_every_container(tmp_path_factory.mktemp("evidence"), message_tree())


@pytest.fixture(scope="module")
def expected(containers: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What one worker makes of the folder."""
    return outcome(tmp_path_factory.mktemp("expected") / "case", containers["folder"], jobs=1)


def outcome(folder: Path, source: Path, jobs: int) -> dict[str, Any]:
    case, _ = read_into(folder, source, jobs=jobs, **KEYS)
    case.close()
    return what_it_says(folder)


def what_it_says(folder: Path) -> dict[str, Any]:
    """Everything that must not depend on how the work was done, of a case that is whole and intact."""
    case = open_case(folder)
    verdict = verdict_of(case)
    assert (verdict.findings, verdict.complete) == ((), True)
    with case.store.read() as connection:
        sections = seal.sections(connection)
    case.close()
    assert list((folder / "work").iterdir()) == []
    return {
        "items": items_of(folder / "case.db"),
        "problems": problems_of(folder / "case.db"),
        "items_digest": verdict.items_digest,
        "sections": {name: digest for name, digest in sections.items() if name not in ("case", "sources", "files")},
    }


def test_the_tree_holds_what_the_comparison_is_about(expected: dict[str, Any]) -> None:
    kinds = [row[2] for row in expected["items"]]
    counted = {"message": 100, "call": 20, "media_item": 5, "location": 1}
    assert {kind: kinds.count(kind) for kind in set(kinds)} == counted
    assert [row[1] for row in expected["items"]] == list(range(1, 127))
    assert [row[3] for row in expected["items"] if row[2] == "media_item"].count(None) == 2  # those without Exif
    assert len(expected["problems"]) > 0


@pytest.mark.parametrize("jobs", [1, 4])
@pytest.mark.parametrize("container", ["folder", "zip", "tar", "tar.gz"])
def test_any_container_and_any_number_of_workers_give_the_same(
    containers: dict[str, Path], expected: dict[str, Any], tmp_path: Path, container: str, jobs: int
) -> None:
    found = outcome(tmp_path / "case", containers[container], jobs)
    assert found == expected


@pytest.fixture(scope="module")
def larger(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return in_every_container(tmp_path_factory.mktemp("larger"), message_tree(batches=7))


@pytest.fixture(scope="module")
def whole(larger: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return outcome(tmp_path_factory.mktemp("whole") / "case", larger["zip"], jobs=2)


def ingest_until(case: Path, source: Path, sign: str, delay: float = 0.0) -> bool:
    """Reads on the command line and kills the whole process group at the first line with this sign."""
    words = ["ingest", str(case), str(source), "--exhibit", "ABC/1", "--zone", "Europe/London", "--jobs", "2"]
    process = subprocess.Popen(
        [sys.executable, "-m", "app", *words, "--date-order", "dmy", "--no-authority", "a test", "--progress", "json"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    seen = False
    with process.stdout:
        for line in process.stdout:
            if sign in line:
                seen = True
                time.sleep(delay)
                os.killpg(process.pid, signal.SIGKILL)
                break
    process.wait()
    return seen


@pytest.mark.skipif(sys.platform == "win32", reason="process groups are ended by signal")
@pytest.mark.parametrize("container", ["zip", pytest.param("tar.gz", marks=pytest.mark.slow)])
def test_killed_at_every_stage_and_gone_on_with_it_is_the_same(
    larger: dict[str, Path], whole: dict[str, Any], tmp_path: Path, container: str
) -> None:
    case = tmp_path / "case"
    moments = (("listing", 0.0), ("reading", 0.0), ("reading", 0.2), ("sealing", 0.0))
    seen = [ingest_until(case, larger[container], f'"stage": "{stage}"', delay) for stage, delay in moments]
    assert seen[:2] == [True, True]
    assert not ingest_until(case, larger[container], "never said")
    assert what_it_says(case) == whole


def stop_at(stage: str, files: int) -> tuple[threading.Event, Any]:
    stop = threading.Event()

    def on_progress(progress: Progress) -> None:
        if progress.stage == stage and progress.files >= files:
            stop.set()

    return stop, on_progress


@pytest.mark.parametrize(("stage", "files"), [("listing", 0), ("reading", 0)])
def test_stopped_and_gone_on_with_it_is_the_same(
    larger: dict[str, Path], whole: dict[str, Any], tmp_path: Path, stage: str, files: int
) -> None:
    case = open_case(tmp_path / "case", create_it=True)
    stop, on_progress = stop_at(stage, files)
    with pytest.raises(Stopped, match="what is done is kept"):
        add_source(case, SourceRequest(larger["zip"], **KEYS), on_progress, stop, jobs=2)
    verdict = verdict_of(case)
    assert not verdict.complete
    assert [finding.what for finding in verdict.findings] == ["has no seal: nothing can be said of it"]
    resume(case, jobs=1)
    case.close()
    assert what_it_says(tmp_path / "case") == whole


DAMAGE = {
    "cut": lambda data: data[: len(data) // 2],
    "flipped": lambda data: data[: len(data) // 2] + bytes([data[len(data) // 2] ^ 1]) + data[len(data) // 2 + 1 :],
    "emptied": lambda _: b"",
    "other lines": lambda data: data.replace(b"\nF", b'\nR{"kind":"message","locator":"x"}\nF', 1),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_shard_that_was_damaged_is_not_whole(tmp_path: Path, damage: str) -> None:
    shard = tmp_path / "0000000.shard"
    writer = ShardWriter(str(shard))
    for place in range(20):
        writer.add(FILE, {"ordinal": place, "readable": True, "note": ""})
    writer.finish()
    assert is_whole(shard)
    before = shard.read_bytes()
    shard.write_bytes(DAMAGE[damage](before))
    assert shard.read_bytes() != before
    assert not is_whole(shard)


@pytest.mark.parametrize("damage", ["cut", "flipped", "emptied", "gone"])
def test_a_shard_whose_rows_were_damaged_is_not_whole(tmp_path: Path, damage: str) -> None:
    shard = tmp_path / "0000000.shard"
    writer = ShardWriter(str(shard))
    writer.begin("made.chat@1", OfFile())
    writer.records([Message(locator=f"line {place}", text="made up") for place in range(20)])
    writer.end({"outcome": "parsed"})
    writer.finish()
    assert is_whole(shard)
    rows = rows_of(shard)
    if damage == "gone":
        rows.unlink()
    else:
        rows.write_bytes(DAMAGE[damage](rows.read_bytes()))
    assert not is_whole(shard)


@pytest.mark.parametrize("damage", ["cut", "flipped", "gone"])
def test_rows_that_an_earlier_run_left_damaged_are_made_again(
    larger: dict[str, Path], whole: dict[str, Any], tmp_path: Path, damage: str
) -> None:
    case = open_case(tmp_path / "case", create_it=True)
    stop, on_progress = stop_at("reading", 0)
    with pytest.raises(Stopped):
        add_source(case, SourceRequest(larger["zip"], **KEYS), on_progress, stop, jobs=1)
    stopped = _Ingest(case, 1, None, None, 1, None)
    with Pool(case.work / "source-1", 1) as pool:  # all shards are made and none is stored
        assert {ended.error for ended in pool.run(stopped._tasks(stopped._source, 0, ()))} == {None}
    left = sorted(case.work.rglob("*.shard.rows"))
    assert left != []
    for rows in left:
        if damage == "gone":
            rows.unlink()
        else:
            rows.write_bytes(DAMAGE[damage](rows.read_bytes()))
    resume(case, jobs=2)
    case.close()
    assert what_it_says(tmp_path / "case") == whole


def test_two_sources_are_sealed_one_after_the_other_and_the_first_stays_checked_while_the_second_is_read(
    containers: dict[str, Path], tmp_path: Path
) -> None:
    case, _ = read_into(tmp_path / "case", containers["zip"], **KEYS)
    stop, on_progress = stop_at("reading", 0)
    with pytest.raises(Stopped):
        add_source(case, SourceRequest(containers["folder"], exhibit="ABC/2"), on_progress, stop, jobs=1)
    assert (verdict_of(case).findings, verdict_of(case).complete) == ((), False)
    resume(case, jobs=1)
    assert (verdict_of(case).findings, verdict_of(case).complete) == ((), True)
    assert table_rows(tmp_path / "case" / "case.db", "SELECT count(*) FROM seal") == [(2,)]
    case.close()


def test_a_source_that_was_read_is_not_read_again(containers: dict[str, Path], tmp_path: Path) -> None:
    case, (first,) = read_into(tmp_path / "case", containers["zip"], **KEYS)
    again = add_source(case, SourceRequest(containers["zip"], **KEYS))
    case.close()
    assert (first.already, again.already) == (False, True)
    assert (again.items, again.seal) == (first.items, first.seal)


def test_the_extractors_asked_for_stay_the_same_when_it_goes_on(larger: dict[str, Path], tmp_path: Path) -> None:
    case = open_case(tmp_path / "case", create_it=True)
    stop, on_progress = stop_at("reading", 0)
    with pytest.raises(Stopped):
        request = SourceRequest(larger["zip"], only=("android.calls",), **KEYS)
        add_source(case, request, on_progress, stop, jobs=1)
    (result,) = resume(case, jobs=2)
    case.close()
    assert result.items == 20


def test_an_attachment_whose_file_turns_out_unreadable_says_so_and_verifies(tmp_path: Path) -> None:
    chat = (
        b"01/03/2026, 09:30 - Ara Example: <attached: z.jpg>\n01/03/2026, 09:31 - Ara Example: z.jpg (file attached)\n"
    )
    tree = {"WhatsApp Chat with Ara Example.txt": chat, "z.jpg": b"made-up picture " * 40}
    source = write_zip(tmp_path / "chat.zip", tree)
    damaged = bytearray(source.read_bytes())
    at = damaged.index(b"z.jpg") + len(b"z.jpg")
    damaged[at + 8] ^= 0xFF
    source.write_bytes(damaged)
    case, (result,) = read_into(tmp_path / "case", source, **KEYS)
    rows = table_rows(tmp_path / "case" / "case.db", "SELECT name, state FROM attachment ORDER BY item_id")
    assert rows != []
    assert {row[1] for row in rows} == {"unreadable"}
    assert result.unread == 1
    assert verdict_of(case).findings == ()
    case.close()
