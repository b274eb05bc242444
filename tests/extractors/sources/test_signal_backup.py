"""Backup files of Signal as sources: what they hold, what is left out, what damage leaves."""

from __future__ import annotations

import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path

import pytest

from evidence_store.records import Problem
from extractors.sources import detect, open_volume, unpack_spool
from extractors.sources.base import Hashes, Locked, Secret, SourceRef, Volume
from extractors.sources.signal_backup import KIND
from extractors.sources.signal_database import RebuiltDatabase
from tests.evidence_builders.archives import snapshot
from tests.evidence_builders.signal_backup import (
    END,
    KEY_VALUE,
    PASSPHRASE,
    PREFERENCE,
    VERSION,
    attachment,
    avatar,
    backup,
    statement,
    sticker,
)

NAME = "signal-2024-01-01-10-00-00.backup"
TABLE = statement("CREATE TABLE message (_id INTEGER PRIMARY KEY, body TEXT NOT NULL, data, real, CHECK (_id < 2))")
ROWS = [
    statement("INSERT INTO message VALUES (?,?,?,?)", 1, "Hello", b"\x00\xff", 1.5),
    statement("INSERT INTO message VALUES (?,?,?,?)", 2, "é", None, -7),
]
FRAMES = [
    VERSION, TABLE, *ROWS, statement("CREATE INDEX i ON message (body)"), attachment(7, b"a picture"),
    avatar("12", b"a face"), sticker(3, b"a sticker"), PREFERENCE, KEY_VALUE, END,
]  # fmt: skip
FILES = {"attachments/7": b"a picture", "avatars/12": b"a face", "stickers/3": b"a sticker"}
NOTE = Problem(
    "note", "signal-backup",
    f"{NAME}: the database was built from 2 rows of 1 tables; 1 statements for indexes and the like and 2 settings "
    "were left out",
)  # fmt: skip


def opened(tmp_path: Path, data: bytes, secret: Secret | None = None) -> tuple[Hashes, dict[str, bytes]]:
    """What unpacking told, and what the backup holds."""
    source = tmp_path / NAME
    source.write_bytes(data)
    before = snapshot(tmp_path)
    assert detect(source) == KIND
    work = tmp_path.parent / f"{tmp_path.name} work"
    work.mkdir(exist_ok=True)
    secret = secret or Secret(password=PASSPHRASE)
    ref = SourceRef(KIND, str(source), str(work / "spool"), work=str(work), secret=secret)
    hashes = unpack_spool(ref)
    assert snapshot(tmp_path) == before
    assert [path.name for path in work.iterdir()] == ["spool"]
    with closing(open_volume(ref)) as volume:
        assert volume.facts()["Signal backup"] in ("version 0", "version 1")
        return hashes, held(volume)


def held(volume: Volume) -> dict[str, bytes]:
    found = {}
    for entry in volume.entries():
        assert entry.times == ()
        with volume.open(entry) as stream:
            found[entry.path] = stream.read()
    return found


def rows(database: bytes, sql: str = "SELECT * FROM message") -> list[tuple]:
    with closing(sqlite3.connect(":memory:")) as db:
        db.deserialize(database)
        return db.execute(sql).fetchall()


@pytest.mark.parametrize("version", [0, 1])
def test_a_backup_holds_its_database_and_files(tmp_path, version):
    hashes, found = opened(tmp_path, backup(FRAMES, version=version))
    database = found.pop("database.sqlite")
    assert found == FILES
    assert rows(database) == [(1, "Hello", b"\x00\xff", 1.5), (2, "é", None, -7)]
    assert rows(database, "PRAGMA user_version") == [(200,)]
    assert hashes.problems == [NOTE]
    assert b"secret" not in b"".join([database, *found.values()])


def test_the_same_backup_gives_the_same_bytes(tmp_path):
    first, second = (tmp_path / name for name in ("a", "b"))
    first.mkdir()
    second.mkdir()
    assert opened(first, backup(FRAMES))[1] == opened(second, backup(FRAMES))[1]


@pytest.mark.parametrize(
    ("secret", "wrong", "words"),
    [
        (Secret(), False, "its passphrase of 30 digits is needed"),
        (Secret(password="letters"), False, "what was given is something else"),
        (Secret(password="0" * 30), True, "the passphrase is not the one"),
    ],
)
def test_without_its_passphrase_a_backup_is_locked(tmp_path, secret, wrong, words):
    with pytest.raises(Locked, match=words) as caught:
        opened(tmp_path, backup(FRAMES), secret)
    assert caught.value.wrong is wrong


def test_damage_ends_the_reading_and_what_was_read_stays(tmp_path):
    whole = backup([VERSION, TABLE, ROWS[0], attachment(7, b"a picture" * 20)])
    hashes, found = opened(tmp_path, whole[:-100])
    assert found["attachments/7"] == (b"a picture" * 20)[:90]
    assert rows(found["database.sqlite"], "SELECT _id FROM message") == [(1,)]
    assert [problem.detail.removeprefix(f"{NAME}: ") for problem in hashes.problems[:2]] == [
        "the backup is damaged: it breaks off; 1 rows were read up to there",
        "1 files are not whole, or not as they were: attachments/7",
    ]
    broken = bytearray(backup(FRAMES))
    broken[-20] ^= 1
    hashes, _ = opened(tmp_path, bytes(broken))
    assert "a frame is damaged" in hashes.problems[0].detail
    hashes, _ = opened(tmp_path, backup(FRAMES[:-1]))
    assert "it has no end" in hashes.problems[0].detail


def test_a_file_whose_code_does_not_fit_is_kept_and_told(tmp_path):
    hashes, found = opened(tmp_path, backup([VERSION, attachment(7, b"x"), END], bad_file=True))
    assert found["attachments/7"] == b"x"
    assert hashes.problems[0].detail == f"{NAME}: 1 files are not whole, or not as they were: attachments/7"


@pytest.mark.parametrize("name", ["../../x", "/etc/x", "a/../../b", ""])
def test_a_name_leads_nowhere_else(tmp_path, name):
    _, found = opened(tmp_path, backup([VERSION, avatar(name, b"x"), END]))
    assert all(path.startswith(("avatars/", "database")) or "/" not in path for path in found)


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE TABLE a AS SELECT 1",
        "CREATE TABLE a (x); ATTACH 'b' AS c",
        "CREATE TABLE a (x); PRAGMA user_version=7",
        "CREATE TABLE a (x); DELETE FROM message",
        "CREATE TABLE a (x); SELECT load_extension('x')",
        "INSERT INTO message SELECT 5, 'x', 1, 1",
        "INSERT INTO message VALUES (5, (SELECT body FROM message), 1, 1)",
        "INSERT INTO message VALUES (5, zeroblob(1000000000), 1, 1)",
        "INSERT INTO sqlite_schema VALUES (1)",
        "INSERT INTO nothing VALUES (1)",
        "CREATE TABLE broken (",
        "INSERT INTO message VALUES (1, 'twice', 1, 1)",
        "INSERT INTO message VALUES (9, NULL, 1, 1)",
    ],
)
def test_a_hostile_statement_does_nothing(tmp_path, sql):
    hashes, found = opened(tmp_path, backup([VERSION, TABLE, *ROWS, statement(sql), END]))
    assert rows(found["database.sqlite"], "SELECT _id, body FROM message") == [(1, "Hello"), (2, "é")]
    assert "1 statements could not be carried out" in hashes.problems[0].detail
    assert not (tmp_path / "b").exists()


@pytest.mark.parametrize(
    "sql",
    [
        "DROP TABLE message",
        "CREATE TRIGGER t AFTER INSERT ON message BEGIN SELECT 1; END",
        "CREATE VIEW v AS SELECT 1",
        "CREATE VIRTUAL TABLE f USING fts5(x)",
        "CREATE TABLE sqlite_sequence(name,seq)",
        "",
        "ATTACH 'b' AS c",
    ],
)
def test_other_statements_are_left_out(tmp_path, sql):
    hashes, found = opened(tmp_path, backup([VERSION, TABLE, *ROWS, statement(sql), END]))
    assert len(rows(found["database.sqlite"])) == 2
    assert "; 1 statements for indexes" in hashes.problems[0].detail


def test_a_database_that_is_given_up_leaves_no_file(tmp_path):
    made = RebuiltDatabase(tmp_path / "x")
    made.execute("CREATE TABLE a (x)", ())
    made.close()
    assert list(tmp_path.iterdir()) == []


def test_inside_a_zip_it_opens_too(tmp_path):
    with zipfile.ZipFile(tmp_path / "phone.zip", "w") as phone:
        phone.writestr(f"Signal/Backups/{NAME}", backup(FRAMES))
    work = tmp_path.parent / f"{tmp_path.name} work"
    work.mkdir()
    secret = Secret(password=PASSPHRASE)
    with closing(open_volume(SourceRef("zip", str(tmp_path / "phone.zip"), work=str(work), secret=secret))) as volume:
        place = f"Signal/Backups/{NAME}"
        assert sorted(entry.path for entry in volume.entries()) == [
            place, *(f"{place}/{path}" for path in sorted([*FILES, "database.sqlite"])),
        ]  # fmt: skip
