"""Encrypted iOS backups: passwords, keys, and the bytes behind them."""

from __future__ import annotations

import hashlib
import json
import os
import plistlib
from pathlib import Path

import pytest

from extractors.sources.base import Locked, Secret, SourceError
from extractors.sources.layouts import ios_backup
from tests.evidence_builders.ios_backup import (
    FILES,
    PASSWORD,
    Lock,
    Made,
    encrypted,
    write_backup,
)
from tests.extractors.sources.layouts.backup_reading import CONTENTS, Opened
from tests.extractors.sources.layouts.backup_reading import closed as closed


def test_a_wrong_password_and_none_are_told_apart_and_neither_is_shown(tmp_path: Path) -> None:
    write_backup(tmp_path, lock=Lock())
    with pytest.raises(Locked) as none:
        Opened(tmp_path)
    assert (str(none.value), none.value.wrong) == ("the iOS backup is encrypted: a password is needed", False)
    with pytest.raises(Locked) as wrong:
        Opened(tmp_path, "mistaken")
    reason = "the iOS backup is encrypted: the password is not the one that it was made with"
    assert (str(wrong.value), wrong.value.wrong) == (reason, True)


def test_the_password_is_worked_on_once_and_the_keys_serve_after_that(tmp_path: Path, monkeypatch) -> None:
    from extractors.sources.layouts import ios_lock

    calls = []
    real = ios_lock.password_key
    monkeypatch.setattr(ios_lock, "password_key", lambda *given: calls.append(1) or real(*given))
    write_backup(tmp_path, lock=Lock())
    first = Opened(tmp_path, PASSWORD)
    assert first.contents() == CONTENTS
    assert Opened(tmp_path, unlocked=first.view.unlocked).contents() == CONTENTS
    with pytest.raises(Locked):
        Opened(tmp_path, "mistaken")
    assert len(calls) == 2


def test_no_secret_stands_in_an_address_a_note_a_fact_or_a_representation(tmp_path: Path) -> None:
    lock = Lock()
    opened = Opened(write_backup(tmp_path, lock=lock), PASSWORD)
    text = repr([opened.entries(), opened.view.facts(), opened.view.problems(), opened.view._backup])
    secrets = [PASSWORD, *(key.hex() for key in lock.classes.values()), *(repr(key) for key in lock.classes.values())]
    secrets += [hashlib.sha256(b"key of " + made.file_id.encode()).hexdigest() for made in FILES]
    assert [secret for secret in secrets if secret in text] == []
    assert lock.classes[4].hex() in opened.view.unlocked.decode()


def test_a_file_does_not_open_without_the_keys_or_by_another_address(tmp_path: Path) -> None:
    opened = Opened(write_backup(tmp_path, lock=Lock()), PASSWORD)
    entry = opened.entries()[0]
    for unlocked in (b"", b"{}", b"[1]", b'{"keybag":"","classes":{"4":"zz"}}'):
        with pytest.raises(SourceError, match="the keys of the backup are not at hand"):
            ios_backup.open_in(entry.address, entry.path, opened.volume.open, Secret(unlocked=unlocked))
    for address in ("", "{}", "[1]", '["a",1,"b","zz",3]', '["a",-1,"b"]', '["a",1,"b","00",3]'):
        with pytest.raises(SourceError):
            ios_backup.open_in(address, "x", opened.volume.open, Secret(unlocked=opened.view.unlocked))


def test_any_part_of_an_encrypted_file_can_be_read_first(tmp_path: Path) -> None:
    opened = Opened(write_backup(tmp_path, lock=Lock()), PASSWORD)
    entry, data = opened.entries()[1], FILES[2].data
    with ios_backup.open_in(entry.address, entry.path, opened.volume.open, Secret(unlocked=opened.view.unlocked)) as f:
        for start, size in ((280_000, 99), (16, 16), (15, 2), (0, 1), (131_071, 70_000), (280_003, 5), (7, 0)):
            f.seek(start)
            assert f.read(size) == data[start : start + size]


SIZES = [
    # what the manifest says, what is stored, (size, bytes, what is said)
    (40, None, (20, "the manifest says 40 bytes, the backup holds 20")),
    (20, b"cut", (16, "cut short: 19 bytes are no whole blocks; the manifest says 20 bytes, the backup holds 16")),
]


@pytest.mark.parametrize(("said", "cut", "expected"), SIZES, ids=["more", "cut"])
def test_a_size_that_is_not_the_manifests_is_that_of_the_bytes(tmp_path: Path, said, cut, expected) -> None:
    made = Made("HomeDomain", "a", b"12345678901234567890", size=said)
    root = write_backup(tmp_path, [made], Lock())
    stored = root / made.file_id[:2] / made.file_id
    if cut:
        stored.write_bytes(stored.read_bytes()[:19])
    opened = Opened(root, PASSWORD)
    entry = opened.entries()[0]
    size, remark = expected
    note = f"HomeDomain, file {made.file_id[:2]}/{made.file_id}; {remark}"
    assert (entry.size, entry.note, opened.read(entry)) == (size, note, made.data[:size])


@pytest.mark.parametrize("said", [17, 31, 16])
def test_the_padding_has_the_last_word_where_the_manifest_is_wrong_within_a_block(tmp_path: Path, said: int) -> None:
    made = Made("HomeDomain", "a", b"12345678901234567890", size=said)
    opened = Opened(write_backup(tmp_path, [made], Lock()), PASSWORD)
    assert opened.read(opened.entries()[0]) == made.data


def test_a_file_that_was_stored_without_padding_is_read_whole(tmp_path: Path) -> None:
    made = Made("HomeDomain", "a", b"sixteen bytes o\x01")
    root = write_backup(tmp_path, [made], Lock())
    key = hashlib.sha256(b"key of " + made.file_id.encode()).digest()
    (root / made.file_id[:2] / made.file_id).write_bytes(encrypted(key, made.data, pad=False))
    opened = Opened(root, PASSWORD)
    entry = opened.entries()[0]
    assert entry.note.endswith("; stored without the padding of an encrypted file")
    assert (entry.size, opened.read(entry)) == (16, made.data)


def test_a_file_that_lost_its_end_after_listing_is_not_read_as_shorter(tmp_path: Path) -> None:
    root = write_backup(tmp_path, lock=Lock())
    opened = Opened(root, PASSWORD)
    entry = opened.entries()[1]
    os.truncate(root / json.loads(entry.address)[0], 100_000)
    with pytest.raises(SourceError, match="the stored file ends before byte 280016"):
        opened.read(entry)


def test_a_key_of_a_class_that_is_not_there_and_a_damaged_one_cost_their_file_only(tmp_path: Path) -> None:
    lock = Lock()
    root = write_backup(tmp_path, lock=lock)
    del lock.classes[1]
    lists = plistlib.loads((root / "Manifest.plist").read_bytes())
    lists["BackupKeyBag"] = lock.keybag()
    (root / "Manifest.plist").write_bytes(plistlib.dumps(lists))
    opened = Opened(root, PASSWORD)
    bad = opened.entries()[2]
    assert (bad.readable, bad.size) == (False, 16)
    assert bad.note.endswith("; its class key (1) is not in the keybag or did not open")
    assert opened.contents() == [*CONTENTS[:2], (*CONTENTS[2][:2], None), *CONTENTS[3:]]


def test_a_file_without_a_key_in_an_encrypted_backup_is_given_as_stored(tmp_path: Path) -> None:
    opened = Opened(write_backup(tmp_path, [Made("HomeDomain", "a", b"plain", with_key=False)], Lock()), PASSWORD)
    entry = opened.entries()[0]
    assert entry.note.endswith("; the manifest holds no key for it, the bytes are as stored")
    assert opened.read(entry) == b"plain"


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("Manifest.db", b"no database", "Manifest.db is not a database$"),
        ("Manifest.plist", None, "it may be encrypted, and no Manifest.plist can be read"),
        ("Manifest.plist", plistlib.dumps({"IsEncrypted": True}), "its Manifest.plist holds no keybag"),
        ("Manifest.plist", plistlib.dumps({"IsEncrypted": True, "BackupKeyBag": b"x"}), "not a keybag"),
    ],
)
def test_a_backup_whose_lists_are_damaged_is_refused_in_one_line(tmp_path: Path, name: str, data, reason: str) -> None:
    root = write_backup(tmp_path, lock=Lock())
    if data is None:
        (root / name).unlink()
    else:
        (root / name).write_bytes(data)
    with pytest.raises(SourceError, match=reason) as error:
        Opened(root, PASSWORD)
    assert "\n" not in str(error.value)


def test_a_damaged_key_of_the_manifest_is_no_wrong_password(tmp_path: Path) -> None:
    root = write_backup(tmp_path, lock=Lock())
    lists = plistlib.loads((root / "Manifest.plist").read_bytes())
    lists["ManifestKey"] = lists["ManifestKey"][:-1] + b"\0"
    (root / "Manifest.plist").write_bytes(plistlib.dumps(lists))
    with pytest.raises(SourceError, match=r"the key of its Manifest\.db does not open") as error:
        Opened(root, PASSWORD)
    assert not isinstance(error.value, Locked)


def test_another_library_decrypts_the_same_files(tmp_path: Path) -> None:
    other = pytest.importorskip("iphone_backup_decrypt", reason="iphone-backup-decrypt is not installed")
    files = [*FILES, *(Made("HomeDomain", f"n{n}", os.urandom(n), key_class=n % 11 + 1) for n in range(0, 70, 3))]
    opened = Opened(write_backup(tmp_path / "b", files, Lock()), PASSWORD)
    backup = other.EncryptedBackup(backup_directory=str(tmp_path / "b"), passphrase=PASSWORD)
    ours, theirs = {}, {}
    present = [entry for entry in opened.entries() if entry.readable and entry.path.startswith("private/")]
    for entry in present:
        ours[json.loads(entry.address)[0]] = hashlib.sha256(opened.read(entry)).hexdigest()
    with backup.manifest_db_cursor() as cursor:
        rows = cursor.execute("SELECT fileID, domain, relativePath FROM Files WHERE flags=1").fetchall()
    for file_id, domain, path in rows:
        if (tmp_path / "b" / file_id[:2] / file_id).exists():
            data = backup.extract_file_as_bytes(path, domain_like=domain)
            theirs[f"{file_id[:2]}/{file_id}"] = hashlib.sha256(data).hexdigest()
    assert ours == theirs
    assert len(ours) == 28
