"""What cannot be read is told once, where it belongs, and what depended on it says so."""

from __future__ import annotations

import sqlite3
import tarfile
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.evidence_builders.android import SMS
from tests.evidence_builders.archives import write_tar
from tests.evidence_builders.cases import read_into, table_rows, verdict_of
from tests.evidence_builders.cellebrite import extraction
from tests.evidence_builders.ios_backup import FILES, Made, write_backup

NOISE = bytes(range(256)) * 4000
STORE = "data/com.android.providers.telephony/databases/mmssms.db"
MESSAGE = "INSERT INTO sms(_id,thread_id,address,date,type,body) VALUES({n},1,'07700 900101',177235740000{n},1,'{n}')"


@pytest.fixture
def logged(tmp_path: Path) -> Iterator[tuple[bytes, bytes]]:
    """A message store with one message, and its write-ahead log with one more."""
    file = tmp_path / "made" / "mmssms.db"
    file.parent.mkdir()
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.executescript(SMS)
        connection.execute("PRAGMA journal_mode=wal")
        connection.execute(MESSAGE.format(n=1))
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute(MESSAGE.format(n=2))
        yield file.read_bytes(), Path(f"{file}-wal").read_bytes()


def _zip(path: Path, store: bytes, log: bytes) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(STORE, store)
        archive.writestr(STORE + "-wal", log)
    return path


@pytest.mark.parametrize("how", ["encrypted", "damaged"])
def test_a_database_whose_log_cannot_be_read_is_read_without_it_and_says_so(
    tmp_path: Path, logged: tuple[bytes, bytes], how: str
) -> None:
    source = _zip(tmp_path / "phone.zip", *logged)
    data = bytearray(source.read_bytes())
    if how == "encrypted":
        data[data.rindex(b"PK\x01\x02") + 8] |= 1
    else:
        data[data.rindex(b"-wal", 0, data.index(b"PK\x01\x02")) + 200] ^= 0xFF
    source.write_bytes(data)
    case, (result,) = read_into(tmp_path / "case", source)
    database = tmp_path / "case" / "case.db"
    assert table_rows(database, "SELECT text FROM item") == [("1",)]
    assert table_rows(database, "SELECT outcome, present, parsed FROM outcome WHERE items") == [("partial", 1, 1)]
    codes = table_rows(
        database,
        "SELECT code, f.path FROM problem p JOIN file f ON f.id = p.file_id WHERE p.kind != 'note' ORDER BY p.id",
    )
    assert codes == [("log-not-read", STORE), ("unreadable", STORE + "-wal")]
    assert result.unread == len(codes) == 2
    assert verdict_of(case).findings == ()
    case.close()


def test_a_log_that_can_be_read_is_applied(tmp_path: Path, logged: tuple[bytes, bytes]) -> None:
    case, (result,) = read_into(tmp_path / "case", _zip(tmp_path / "phone.zip", *logged))
    case.close()
    assert table_rows(tmp_path / "case" / "case.db", "SELECT text FROM item ORDER BY id") == [("1",), ("2",)]
    assert result.unread == 0


def test_the_damage_of_a_compressed_tar_is_told_once_with_the_name_that_does_not_fit(tmp_path: Path) -> None:
    source = write_tar(tmp_path / "tree.tar.gz", {"a.bin": NOISE, "b.bin": NOISE}, "w:gz", tarfile.PAX_FORMAT)
    data = source.read_bytes()
    cut = tmp_path / "tree.zip"
    cut.write_bytes(data[: len(data) // 2])
    case, (result,) = read_into(tmp_path / "case", cut)
    case.close()
    found = table_rows(tmp_path / "case" / "case.db", "SELECT code, kind FROM problem ORDER BY code")
    assert found == [
        ("compressed-damaged", "file"),
        ("name-and-content", "note"),
        ("tar-no-end", "note"),
        ("unreadable", "file"),
    ]
    assert result.unread == 2


def test_what_listing_and_hashing_both_meet_is_told_once(tmp_path: Path) -> None:
    pointer = extraction(tmp_path / "extraction")
    (tmp_path / "extraction" / "Example One.zip").unlink()
    write_backup(tmp_path / "backup", FILES[:2])
    (tmp_path / "backup" / "odd\nname").write_text("made up", encoding="utf-8")
    case, results = read_into(tmp_path / "case", pointer, tmp_path / "backup")
    case.close()
    found = table_rows(
        tmp_path / "case" / "case.db", "SELECT source_id, code FROM problem WHERE code != 'plist-damaged'"
    )
    assert [row for row in found if row[1] in ("dump-missing", "odd-name")] == [(1, "dump-missing"), (2, "odd-name")]
    assert results[0].unread == 1


def test_sizes_that_the_evidence_states_may_add_up_to_anything(tmp_path: Path) -> None:
    huge = [Made("HomeDomain", f"huge {number}", size=1 << 61, stored=False) for number in range(5)]
    case, (result,) = read_into(tmp_path / "case", write_backup(tmp_path / "backup", [*FILES[:2], *huge]))
    assert result.files == 1 + len(huge) + len(["Manifest.db", "Manifest.plist", "Info.plist", "Status.plist"])
    assert verdict_of(case).findings == ()
    case.close()
