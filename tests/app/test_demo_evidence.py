"""The made-up evidence: the same bytes each time, and readable by programs that are not ours."""

from __future__ import annotations

import io
import re
import shutil
import sqlite3
import subprocess
import zipfile
from pathlib import Path

import pytest
import pytsk3
from PIL import Image

from app.demo_evidence import android_zip, build
from app.demo_evidence.android import PHOTOS
from app.demo_evidence.databases import part_path
from app.demo_evidence.fat16 import PARTITION_START, SECTOR, StickFile, image
from app.demo_evidence.memory_stick import DELETED, OVERWRITTEN, _files
from app.demo_evidence.story import ALL_CALLS, ALL_MMS, CONTACTS, SMS_IN_WAL, all_sms
from app.demo_evidence.whatsapp import LINES, MISSING

# Ofcom's ranges for drama: 07700 900000-900999, 020 7946 0000-0999, 01632 960000-960999.
_DRAMA = re.compile(r"(\+44|0)(7700900\d{3}|2079460\d{3}|1632960\d{3})")


@pytest.fixture(scope="module")
def evidence(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return build(tmp_path_factory.mktemp("evidence"))


@pytest.fixture(scope="module")
def phone(evidence: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("phone")
    with zipfile.ZipFile(evidence[0]) as archive:
        archive.extractall(folder)
    return folder / "Dump" / "data"


def test_built_twice_it_has_the_same_bytes(evidence: list[Path], tmp_path: Path) -> None:
    again = build(tmp_path / "again")
    assert [path.name for path in again] == [path.name for path in evidence]
    assert [path.read_bytes() for path in again] == [path.read_bytes() for path in evidence]


def test_every_number_is_one_that_is_kept_free_for_drama() -> None:
    numbers = {row.number for row in (*all_sms(), SMS_IN_WAL, *ALL_MMS, *ALL_CALLS)} | {row[1] for row in CONTACTS}
    assert [number for number in sorted(numbers - {""}) if not _DRAMA.fullmatch(number)] == []


def test_one_text_message_stands_in_the_write_ahead_log_only(phone: Path) -> None:
    folder = phone / "user_de/0/com.android.providers.telephony/databases"
    assert _texts(folder / "mmssms.db") == [sms.text for sms in all_sms()] + [SMS_IN_WAL.text]
    assert SMS_IN_WAL.text.encode() in (folder / "mmssms.db-wal").read_bytes()
    assert SMS_IN_WAL.text.encode() not in (folder / "mmssms.db").read_bytes()


def _texts(path: Path) -> list[str]:
    """As the system's SQLite reads a copy of the database and its log."""
    copy = path.parent / "copy"
    copy.mkdir(exist_ok=True)
    for name in (path.name, path.name + "-wal"):
        shutil.copy(path.parent / name, copy / name)
    connection = sqlite3.connect(copy / path.name)
    try:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return [row[0] for row in connection.execute("SELECT body FROM sms ORDER BY _id")]
    finally:
        connection.close()


def test_every_attachment_of_a_picture_message_is_where_the_database_says(phone: Path) -> None:
    named = [part_path(number, name) for number, mms in enumerate(ALL_MMS, start=1) for name in mms.attachments]
    assert len(named) == 7
    assert [path for path in named if not (phone.parent / path.lstrip("/")).is_file()] == []


def test_photos_state_when_and_where_and_one_is_cut_short(phone: Path) -> None:
    paths = sorted((phone / "media/0/DCIM/Camera").iterdir())
    assert len(paths) == len(PHOTOS) + 1
    stated = []
    for path in paths[:-1]:
        with Image.open(path) as picture:
            picture.load()
            exif = picture.getexif()
            stated.append((exif.get_ifd(0x8769)[0x9003], bool(exif.get_ifd(0x8825)), 0x9011 in exif.get_ifd(0x8769)))
    assert [has_place for _, has_place, _ in stated] == [taken.place is not None for taken in PHOTOS]
    assert [has_offset for _, _, has_offset in stated] == [taken.has_offset for taken in PHOTOS]
    # An hour and seven seconds apart; the clock was put back between them.
    assert [when for when, _, _ in stated[-2:]] == ["2026:10:25 01:41:08", "2026:10:25 01:41:15"]
    with pytest.raises(OSError, match="truncated"):
        Image.open(io.BytesIO(paths[-1].read_bytes())).load()


def test_the_second_users_call_log_is_cut_short(phone: Path) -> None:
    with pytest.raises(sqlite3.DatabaseError):
        sqlite3.connect(phone / "user/10/com.android.providers.contacts/databases/calllog.db").execute(
            "SELECT * FROM calls"
        ).fetchall()


def test_the_chat_names_one_file_that_is_not_there(evidence: list[Path]) -> None:
    with zipfile.ZipFile(evidence[2]) as archive:
        names = archive.namelist()
        text = archive.read("WhatsApp Chat with Thursday Readers.txt").decode()
    attached = re.findall("\N{LEFT-TO-RIGHT MARK}(.*) \\(file attached\\)", text)
    assert sorted(set(attached) - set(names)) == [MISSING]
    assert sorted(set(names) - set(attached)) == ["WhatsApp Chat with Thursday Readers.txt"]
    assert len(re.findall(r"^\d\d/\d\d/2026, \d\d:\d\d - ", text, re.MULTILINE)) == len(LINES)


def test_the_chat_goes_back_an_hour_in_the_night_of_the_clock_change(evidence: list[Path]) -> None:
    with zipfile.ZipFile(evidence[2]) as archive:
        text = archive.read("WhatsApp Chat with Thursday Readers.txt").decode()
    assert re.findall(r"^25/10/2026, (0[01]:\d\d)", text, re.MULTILINE) == ["01:42", "01:55", "01:12", "01:41"]


def test_the_sleuth_kit_lists_the_memory_stick_with_its_deleted_files(evidence: list[Path]) -> None:
    found = _walk(evidence[1])
    # FAT forgets the first letter of a deleted file that has no long name.
    named = {file.path.replace("PHOTOS/WINDOW2", "PHOTOS/_INDOW2"): file for file in _files()}
    assert {path: deleted for path, (deleted, _) in found.items()} == {
        path: file.deleted for path, file in named.items()
    }
    assert [path for path, file in named.items() if found[path][1] == file.data] == [
        path for path in named if path != OVERWRITTEN
    ]
    assert len(DELETED) + 1 == sum(deleted for deleted, _ in found.values())


def _walk(path: Path) -> dict[str, tuple[bool, bytes]]:
    """Path -> (deleted, bytes) of the files in the image's one partition."""
    disk = pytsk3.Img_Info(str(path))
    parts = [part for part in pytsk3.Volume_Info(disk) if part.flags == pytsk3.TSK_VS_PART_FLAG_ALLOC]
    assert [part.start for part in parts] == [PARTITION_START]
    system = pytsk3.FS_Info(disk, offset=PARTITION_START * SECTOR)
    assert system.info.ftype == pytsk3.TSK_FS_TYPE_FAT16
    found: dict[str, tuple[bool, bytes]] = {}
    _walk_folder(system.open_dir("/"), "", found)
    return found


def _walk_folder(folder: pytsk3.Directory, prefix: str, found: dict[str, tuple[bool, bytes]]) -> None:
    for entry in folder:
        name = entry.info.name.name.decode()
        if name in (".", "..") or name.startswith("$") or "Volume Label" in name:
            continue
        if entry.info.meta.type == pytsk3.TSK_FS_META_TYPE_DIR:
            _walk_folder(entry.as_directory(), f"{prefix}{name}/", found)
        else:
            deleted = bool(entry.info.meta.flags & pytsk3.TSK_FS_META_FLAG_UNALLOC)
            size = entry.info.meta.size
            found[prefix + name] = (deleted, entry.read_random(0, size) if size else b"")


@pytest.mark.skipif(shutil.which("fls") is None, reason="The Sleuth Kit's own program is not here")
def test_fls_marks_three_files_as_deleted(evidence: list[Path]) -> None:
    command = ["fls", "-o", str(PARTITION_START), "-r", "-p", str(evidence[1])]
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    deleted = [line.partition(":\t")[2] for line in lines if " * " in line]
    assert deleted == [OVERWRITTEN, DELETED[0], "PHOTOS/_INDOW2.JPG"]


@pytest.mark.skipif(shutil.which("fsck.fat") is None, reason="fsck.fat is not here")
def test_a_file_system_check_finds_nothing_to_mend(evidence: list[Path], tmp_path: Path) -> None:
    part = tmp_path / "part"
    part.write_bytes(evidence[1].read_bytes()[PARTITION_START * SECTOR :])
    done = subprocess.run(["fsck.fat", "-n", str(part)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.splitlines()[-1].endswith("8 files, 20/5000 clusters")) == (0, True)


def test_a_made_up_disk_that_is_full_says_so() -> None:
    when = _files()[0].when
    with pytest.raises(ValueError, match="full"):
        image("MADE UP", [StickFile("A.BIN", bytes(6_000_000), when)])


def test_the_phone_grows_by_what_is_asked_for(tmp_path: Path) -> None:
    with zipfile.ZipFile(android_zip(tmp_path / "small.zip")) as archive:
        few = {name: archive.getinfo(name).file_size for name in archive.namelist()}
    with zipfile.ZipFile(android_zip(tmp_path / "large.zip", sms=500, files=300, photos=20)) as archive:
        many = set(archive.namelist())
        archive.extractall(tmp_path / "large")
    assert set(few) - many == set()
    assert sum(name.endswith(".bin") for name in many) == 300
    assert sum("/DCIM/" in name for name in many) == len(PHOTOS) + 1 + 20
    folder = tmp_path / "large/Dump/data/user_de/0/com.android.providers.telephony/databases"
    assert len(_texts(folder / "mmssms.db")) == len(all_sms()) + 500 + 1
