"""A byte of the case file that is flipped is found, or it stood where nothing is kept."""

from __future__ import annotations

import random
import sqlite3
from pathlib import Path

import pytest

from app.cli import main
from evidence_store.store import StoreError, open_store
from evidence_store.verify import verify
from tests.evidence_builders.case import build_case
from tests.evidence_builders.cases import logical_content


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    case = build_case(tmp_path_factory.mktemp("sealed") / "case")
    case.close()
    return case.folder / "case.db"


def opens_intact(database: Path) -> bool:
    """Whether it opens and verifies; one clear line where it does not open."""
    try:
        store = open_store(database)
    except StoreError as error:
        assert str(error).startswith(f"{database}")
        assert "\n" not in str(error)
        return False
    try:
        with store.read() as connection:
            return verify(connection).intact
    finally:
        store.close()


def check_flips(sealed: Path, tmp_path: Path, offsets: list[int]) -> tuple[int, int]:
    """(found, without effect) of flips at these offsets."""
    whole, content = sealed.read_bytes(), logical_content(sealed)
    found = harmless = 0
    for offset in offsets:
        copy = tmp_path / f"{offset}.db"
        flipped = bytearray(whole)
        flipped[offset] ^= 1 << (offset % 8)
        assert flipped != whole
        copy.write_bytes(flipped)
        unseen = tmp_path / "unseen.db"
        unseen.write_bytes(flipped)
        if opens_intact(copy):
            harmless += 1
            assert logical_content(unseen) == content, f"byte {offset} changed what the case says, unseen"
        else:
            found += 1
        copy.unlink()
    return found, harmless


def written(sealed: Path) -> list[int]:
    """The bytes of the case that lie near something: most of a small one is the empty space of its pages."""
    whole = sealed.read_bytes()
    near = (start for start in range(0, len(whole), 16) if whole[start : start + 16].strip(b"\0"))
    return [offset for start in near for offset in range(start, start + 16)]


def test_a_flipped_byte_is_found_or_changed_nothing(sealed: Path, tmp_path: Path) -> None:
    chance = random.Random(20261025)
    anywhere = (chance.randrange(sealed.stat().st_size) for _ in range(30))
    offsets = sorted({*range(0, 100, 4), *chance.sample(written(sealed), 120), *anywhere})
    found, harmless = check_flips(sealed, tmp_path, offsets)
    assert found + harmless == len(offsets)
    assert found > 80


@pytest.mark.slow
def test_a_flipped_byte_anywhere_is_found_or_changed_nothing(sealed: Path, tmp_path: Path) -> None:
    offsets = sorted({*written(sealed)[::23], *range(0, sealed.stat().st_size, 1009)})
    found, harmless = check_flips(sealed, tmp_path, offsets)
    assert found + harmless == len(offsets)


def test_every_flip_inside_a_record_is_found(sealed: Path, tmp_path: Path) -> None:
    whole = sealed.read_bytes()
    start = whole.rindex(b'"locator":"sms:_id=2"')
    found, harmless = check_flips(sealed, tmp_path, list(range(start, start + 60)))
    assert (found, harmless) == (60, 0)


def page_size(whole: bytes | bytearray) -> int:
    return int.from_bytes(whole[16:18], "big")


def test_a_file_that_is_cut_is_found(sealed: Path, tmp_path: Path) -> None:
    whole = sealed.read_bytes()
    page = page_size(whole)
    for length in (len(whole) - 1, len(whole) - page, len(whole) // 2, page):
        cut = tmp_path / f"{length}.db"
        cut.write_bytes(whole[:length])
        assert not opens_intact(cut)


def test_damage_that_verify_meets_ends_with_its_exit_status(
    sealed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = bytearray(sealed.read_bytes())
    with sqlite3.connect(sealed) as connection:
        page = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'moment'").fetchone()[0]
    connection.close()
    whole[(page - 1) * page_size(whole)] ^= 0xFF  # the kind of the page
    (tmp_path / "case.db").write_bytes(whole)
    assert main(["verify", str(tmp_path)]) == 4
    assert "DIFFERENT  case.db  " in capsys.readouterr().out
