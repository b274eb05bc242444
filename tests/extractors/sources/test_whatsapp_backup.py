"""Encrypted WhatsApp backups as sources: by themselves, and inside others."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from evidence_store.records import Problem
from extractors.sources import detect, open_volume, unpack_spool
from extractors.sources.base import Entry, Hashes, Locked, Secret, SourceRef, Volume
from extractors.sources.whatsapp_backup import KIND
from tests.evidence_builders.archives import snapshot
from tests.evidence_builders.whatsapp_crypt import CODE, SECRET, encrypted, java, key_file

CONTENT = b"SQLite format 3\0" + bytes(9000) + b"made up"
KEY = Secret(key=key_file())


def opened(tmp_path: Path, name: str, data: bytes, secret: Secret) -> tuple[Hashes, Volume]:
    source = tmp_path / name
    source.write_bytes(data)
    before = snapshot(tmp_path)
    assert detect(source) == KIND
    work = tmp_path.parent / f"{tmp_path.name} work"
    work.mkdir(exist_ok=True)
    ref = SourceRef(KIND, str(source), str(work / "spool"), work=str(work), secret=secret)
    hashes = unpack_spool(ref)
    assert snapshot(tmp_path) == before
    return hashes, open_volume(ref)


def content(volume: Volume, entry: Entry) -> bytes:
    with volume.open(entry) as stream:
        return stream.read()


@pytest.mark.parametrize(
    ("name", "generation", "secret"),
    [
        ("msgstore.db.crypt12", 12, KEY),
        ("msgstore.db.crypt14", 14, KEY),
        ("msgstore.db.crypt15", 15, Secret(key=java(SECRET))),
        ("msgstore.db.crypt15", 15, Secret(key=SECRET)),
        ("msgstore.db.crypt15", 15, Secret(password=CODE)),
        ("msgstore.db.crypt15", 15, Secret(password=f"{CODE[:32]} {CODE[32:]}", key=key_file())),
    ],
)
def test_a_backup_is_listed_as_the_file_that_it_holds(tmp_path, name, generation, secret):
    hashes, volume = opened(tmp_path, name, encrypted(CONTENT, generation), secret)
    (entry,) = volume.entries()
    assert (entry.path, entry.size) == ("msgstore.db", len(CONTENT))
    assert content(volume, entry) == CONTENT
    assert hashes.problems == [Problem("note", "whatsapp-backup", f"{name}: tag and MD5 fit")]
    version = {} if generation == 12 else {"made by WhatsApp": "2.24.1.75"}
    assert volume.facts() == {"WhatsApp backup": f"crypt{generation}", **version}


@pytest.mark.parametrize(
    ("generation", "secret", "wrong", "words"),
    [
        (14, Secret(), False, "its key is needed, as key file"),
        (15, Secret(), False, "as key file or as the code of 64 digits"),
        (14, Secret("a password"), False, "what was given is none of WhatsApp's keys"),
        (14, Secret(key=key_file(account=bytes(16))), True, "another installation or account"),
        (14, Secret(key=key_file(bytes(32))), True, "not the one of this WhatsApp backup"),
        (14, Secret(CODE), True, "not with a code"),
        (15, Secret("0" * 64), True, "not the one of this WhatsApp backup"),
        (15, KEY, True, "that of crypt12 and crypt14"),
    ],
)
def test_without_its_key_a_backup_is_locked_and_the_reason_is_one_line(tmp_path, generation, secret, wrong, words):
    with pytest.raises(Locked, match=words) as raised:
        opened(tmp_path, f"msgstore.db.crypt{generation}", encrypted(CONTENT, generation), secret)
    assert raised.value.wrong is wrong
    assert "\n" not in str(raised.value)
    assert CODE not in str(raised.value)


def test_a_damaged_backup_gives_what_came_out_and_says_so(tmp_path):
    data = encrypted(CONTENT, 14)
    hashes, volume = opened(tmp_path, "msgstore.db.crypt14", data[:-20] + b"\0" + data[-19:], KEY)
    assert [(one.kind, one.code) for one in hashes.problems] == [("file", "compressed-damaged")]
    assert "tag does not fit" in hashes.problems[0].detail
    assert content(volume, next(iter(volume.entries()))) == CONTENT


def test_what_is_packed_by_nothing_known_opens_by_its_tag(tmp_path):
    _, volume = opened(tmp_path, "settings.crypt14", encrypted(b'{"made": "up"}', 14, packed=False), KEY)
    (entry,) = volume.entries()
    assert (entry.path, content(volume, entry)) == ("settings", b'{"made": "up"}')


def test_backups_inside_a_phone_open_with_one_key_and_an_archive_in_one_opens_too(tmp_path):
    inner = tmp_path / "inner.zip"
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("msgstore.db", CONTENT)
    folder = "data/media/0/Android/media/com.whatsapp/WhatsApp/Databases"
    phone = tmp_path / "phone.zip"
    with zipfile.ZipFile(phone, "w") as archive:
        for number in range(20):  # more than are looked at whatever their names
            archive.writestr(f"data/file {number}.txt", "made up")
        archive.writestr(f"{folder}/msgstore.db.crypt14", encrypted(CONTENT, 14))
        archive.writestr(f"{folder}/msgstore-increment-1.db.crypt14", encrypted(inner.read_bytes(), 14, packed=False))
        archive.writestr(f"{folder}/msgstore.db.crypt15", encrypted(CONTENT, 15))
    work = tmp_path / "work"
    work.mkdir()
    stack = open_volume(SourceRef("zip", str(phone), work=str(work), secret=KEY))
    found = {entry.path.removeprefix(folder): content(stack, entry) for entry in stack.entries()}
    assert found["/msgstore.db.crypt14/msgstore.db"] == CONTENT
    assert found["/msgstore-increment-1.db.crypt14/msgstore-increment-1.db/msgstore.db"] == CONTENT
    assert stack.locked == [f"{folder}/msgstore.db.crypt15"]
    stack.close()


def test_other_files_of_such_names_are_no_backups(tmp_path):
    for name, data in (("a.crypt12", b"\x05" * 200), ("b.crypt14", b"made up" * 40), ("c.crypt15", bytes(500))):
        (tmp_path / name).write_bytes(data)
        assert detect(tmp_path / name) != KIND
