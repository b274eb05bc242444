from __future__ import annotations

import contextlib
import hashlib
import io
import shutil
import subprocess
import zlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evidence_store.records import Moment, Problem
from extractors.sources import android_backup, tar_unpack
from extractors.sources.base import Bytes, Entry, Locked, Secret, SourceError
from extractors.sources.place import HostPlace
from tests.evidence_builders.android_backup import APP, KEYS, MASTER_IV, PASSWORD, TREE, backup, tar
from tests.evidence_builders.archives import snapshot

PATHS = {
    f"apps/{APP}/_manifest": f"apps/{APP}/_manifest",
    f"data/data/{APP}/files/note.txt": f"apps/{APP}/f/note.txt",
    f"data/data/{APP}/databases/chat.db": f"apps/{APP}/db/chat.db",
    f"data/data/{APP}/shared_prefs/settings.xml": f"apps/{APP}/sp/settings.xml",
    f"data/data/{APP}/app_webview/Cookies": f"apps/{APP}/r/app_webview/Cookies",
    f"data/user_de/0/{APP}/databases/early.db": f"apps/{APP}/d_db/early.db",
    f"data/app/{APP}/base.apk": f"apps/{APP}/a/base.apk",
    f"data/media/0/Android/data/{APP}/files/picture.jpg": f"apps/{APP}/ef/picture.jpg",
    f"apps/{APP}/k/values": f"apps/{APP}/k/values",
    "data/media/0/DCIM/IMG_0001.jpg": "shared/0/DCIM/IMG_0001.jpg",
    "shared/1/card.txt": "shared/1/card.txt",
}
FORMS = [
    {"compressed": compressed, "password": password} for compressed in (True, False) for password in (None, PASSWORD)
]


class MemoryPlace:
    """A place whose bytes are in memory."""

    def __init__(self, data: bytes) -> None:
        self.name, self.size, self._data = "made up.ab", len(data), data

    def open(self) -> Bytes:
        return Bytes(self.size, lambda at, size: self._data[at : at + size] if at >= 0 else b"", lambda: None)

    def names(self) -> list[str]:
        return [self.name]

    def beside(self, name: str) -> None:
        return None


def written(folder: Path, data: bytes) -> HostPlace:
    (folder / "made up.ab").write_bytes(data)
    return HostPlace(folder / "made up.ab")


def unpacked(place: HostPlace, to: Path, secret: Secret = Secret()) -> list[Problem]:  # noqa: B008 - frozen
    with to.open("wb") as out:
        return android_backup.unpack(place, out, secret)[0]


def listing(volume: android_backup.AndroidBackupVolume) -> dict[str, tuple[str, bytes]]:
    found = {}
    for entry in volume.entries():
        with volume.open(entry) as stream:
            found[entry.path] = entry.note, stream.read()
    return found


@pytest.mark.parametrize("form", FORMS, ids=str)
def test_every_file_of_a_backup_stands_at_its_place_on_the_device(tmp_path: Path, form: dict[str, object]):
    (tmp_path / "evidence").mkdir()
    place = written(tmp_path / "evidence", backup(**form))
    before = snapshot(tmp_path / "evidence")
    spool = tmp_path / "spool.tar"
    assert unpacked(place, spool, Secret(form["password"])) == []
    volume = android_backup.open_volume(place, spool)
    assert listing(volume) == {
        path: ("" if path == stored else f"in the backup: {stored}", TREE[stored]) for path, stored in PATHS.items()
    }
    assert (volume.problems(), volume.kind) == ([], "Android backup")
    assert volume.facts() == {
        "backup version": "5",
        "backup compressed": "yes" if form["compressed"] else "no",
        "backup encrypted": "yes (AES-256)" if form["password"] else "no",
        "packages in the backup": "1",
    }
    volume.close()
    assert snapshot(tmp_path / "evidence") == before


def test_an_entry_keeps_its_time_and_its_address_opens_it_again(tmp_path: Path):
    place = written(tmp_path, backup())
    unpacked(place, tmp_path / "spool.tar")
    volume = android_backup.open_volume(place, tmp_path / "spool.tar")
    entry = next(one for one in volume.entries() if one.path.endswith("note.txt"))
    assert entry == Entry(
        f"data/data/{APP}/files/note.txt",
        8,
        entry.address,
        (Moment("modified (file system)", 1_792_888_200_000_000, "1792888200", "D"),),
        note=f"in the backup: apps/{APP}/f/note.txt",
    )
    volume.close()
    again = android_backup.open_volume(place, tmp_path / "spool.tar")
    with again.open(Entry(entry.path, entry.size, entry.address)) as stream:
        assert stream.read() == b"made up\n"
    again.close()


def test_a_plain_backup_is_read_where_it_stands(tmp_path: Path):
    volume = android_backup.open_volume(written(tmp_path, backup(compressed=False)))
    assert {path: data for path, (_, data) in listing(volume).items()} == {
        path: TREE[stored] for path, stored in PATHS.items()
    }
    assert volume.facts()["packages in the backup"] == "1"
    volume.close()
    with pytest.raises(SourceError, match=r"^made up\.ab: has to be unpacked"):
        android_backup.open_volume(written(tmp_path, backup()))


def test_the_backup_is_hashed_while_it_is_unpacked():
    data, out, seen = backup(password=PASSWORD), io.BytesIO(), []
    problems, hashes = android_backup.unpack(MemoryPlace(data), out, Secret(PASSWORD), seen.append)
    assert (problems, out.getvalue(), sum(seen)) == ([], tar(), len(data))
    assert (hashes.size, hashes.sha256) == (len(data), hashlib.sha256(data).hexdigest())
    assert (hashes.sha1, hashes.md5) == (hashlib.sha1(data).hexdigest(), hashlib.md5(data).hexdigest())
    assert hashes.files == [{"name": "made up.ab", "size": len(data), "sha256": hashes.sha256}]


def test_without_a_password_or_with_another_the_backup_stays_locked():
    place = MemoryPlace(backup(password=PASSWORD))
    with pytest.raises(Locked, match="is encrypted: a password is needed") as caught:
        android_backup.unpack(place, io.BytesIO(), Secret())
    assert not caught.value.wrong
    with pytest.raises(Locked, match="password is not the one") as caught:
        android_backup.unlock(place, Secret("Example guess"))
    assert caught.value.wrong
    assert "Example guess" not in str(caught.value)


def test_the_derived_key_opens_the_backup_without_its_password():
    place, out = MemoryPlace(backup(password=PASSWORD)), io.BytesIO()
    key = android_backup.unlock(place, Secret(PASSWORD))
    assert key == KEYS[1] + MASTER_IV
    android_backup.unpack(place, out, Secret(unlocked=key))
    assert out.getvalue() == tar()
    assert android_backup.unlock(MemoryPlace(backup()), Secret(PASSWORD)) == b""


@pytest.mark.skipif(not shutil.which("openssl"), reason="needs openssl")
def test_openssl_decrypts_the_same_payload_with_the_same_key():
    data, out = backup(password=PASSWORD), io.BytesIO()
    key = android_backup.unlock(MemoryPlace(data), Secret(PASSWORD))
    payload = data[android_backup.header(MemoryPlace(data)).start :]
    words = ["openssl", "enc", "-d", "-aes-256-cbc", "-K", key[:32].hex(), "-iv", key[32:].hex()]
    plain = zlib.decompress(subprocess.run(words, input=payload, capture_output=True, check=True).stdout)
    android_backup.unpack(MemoryPlace(data), out, Secret(PASSWORD))
    assert (plain, out.getvalue()) == (tar(), tar())


@pytest.mark.parametrize("form", FORMS, ids=str)
def test_a_cut_backup_gives_what_came_before_and_says_so(tmp_path: Path, form: dict[str, object]):
    tree = {f"apps/{APP}/f/{number}": bytes([number]) * 5000 for number in range(40)}
    data = backup(tar(tree), **form)
    place = written(tmp_path, data[: len(data) // 2 + 3])
    problems = unpacked(place, tmp_path / "spool.tar", Secret(form["password"]))
    volume = android_backup.open_volume(place, tmp_path / "spool.tar")
    whole = [entry for entry in volume.entries() if entry.readable]
    found = [problem.code for problem in (*problems, *volume.problems())]
    assert 5 < len(whole) < 40
    assert {"compressed-damaged", "tar-no-end"} & set(found)
    volume.close()


def test_what_follows_the_payload_is_told():
    out = io.BytesIO()
    problems, _ = android_backup.unpack(MemoryPlace(backup() + b"junk"), out, Secret())
    assert [problem.code for problem in problems] == ["compressed-damaged"]
    assert out.getvalue() == tar()


def test_a_bomb_is_stopped(monkeypatch):
    monkeypatch.setattr(tar_unpack, "MAX_SIZE", 1 << 20)
    place = MemoryPlace(backup(bytes(8 << 20)))
    with pytest.raises(SourceError, match="decompression bomb"):
        android_backup.unpack(place, io.BytesIO(), Secret())
    with pytest.raises(SourceError, match="more than 1000 bytes"):
        android_backup.unpack(place, io.BytesIO(), Secret(), cap=1000)


def test_a_disk_without_room_is_told(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(tar_unpack, "KEEP_FREE", 1 << 60)
    with pytest.raises(SourceError, match="not enough free space"):
        unpacked(written(tmp_path, backup()), tmp_path / "spool.tar")


@pytest.mark.parametrize(
    ("name", "files"),
    [
        ("android_backup/backup.ab", {"000000_sms_backup": 143, "000001_mms_backup": 226}),
        ("androidqf/backup.ab", {"000000_sms_backup": 143, "000001_mms_backup": 226}),
        ("android_backup/backup3.ab", {"000000_sms_backup": 143, "_manifest": 2526}),
    ],
)
def test_backups_of_real_phones_hold_their_messages(
    corpus: Path, tmp_path: Path, name: str, files: dict[str, int]
) -> None:
    place = HostPlace(corpus / "mvt" / name)
    assert android_backup.detect((corpus / "mvt" / name).read_bytes()[:4096])
    assert unpacked(place, tmp_path / "spool.tar") == []
    volume = android_backup.open_volume(place, tmp_path / "spool.tar")
    found = {entry.path.rpartition("/")[2]: (entry.size, entry.path) for entry in volume.entries()}
    assert {name: size for name, (size, _) in found.items()} == files
    folder = "data/user_de/0/com.android.providers.telephony/files"
    assert found["000000_sms_backup"][1] == f"{folder}/000000_sms_backup"
    volume.close()


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_damaged_backup_never_ends_otherwise_than_with_an_error_of_ours(tmp_path: Path, data: st.DataObject):
    form = data.draw(st.sampled_from(FORMS))
    whole = bytearray(backup(**form))
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(whole) - 1))
        whole[at] ^= data.draw(st.integers(1, 255))
    cut = data.draw(st.integers(0, len(whole)))
    place = MemoryPlace(bytes(whole[:cut] if data.draw(st.booleans()) else whole))
    spool = tmp_path / "spool.tar"
    with contextlib.suppress(SourceError):
        unpacked(place, spool, Secret(form["password"]))
        volume = android_backup.open_volume(place, spool)
        for entry in volume.entries():
            with contextlib.suppress(SourceError), volume.open(entry) as stream:
                assert len(stream.read()) <= spool.stat().st_size
        volume.close()
