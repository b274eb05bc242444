"""The made-up phone: a full file system extraction in a zip, with two things in it that cannot be read whole."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from app.demo_evidence import databases
from app.demo_evidence.archive import FixedZip
from app.demo_evidence.clock import london, utc
from app.demo_evidence.pictures import Taken, drawing, photo
from app.demo_evidence.story import ALL_MMS

_ROOT: Final = "Dump"
_CAMERA: Final = f"{_ROOT}/data/media/0/DCIM/Camera"
_TELEPHONY: Final = f"{_ROOT}/data/user_de/0/com.android.providers.telephony/databases"
_CONTACTS: Final = f"{_ROOT}/data/data/com.android.providers.contacts/databases"
_SECOND_USER: Final = f"{_ROOT}/data/user/10/com.android.providers.contacts/databases"
_SEIZED: Final = utc("2026-10-26 11:00")

# A park, a square and a shop front: places that anybody may stand in. The story's shop is not there.
_PARK, _SQUARE, _FRONT = (53.8381, -1.4966), (53.8008, -1.5491), (53.7967, -1.5412)
PHOTOS: Final = (
    Taken(utc("2026-03-07 11:02:10"), _PARK),
    Taken(utc("2026-03-28 15:20:44"), _PARK, has_offset=False),
    Taken(utc("2026-04-18 09:12:31"), _SQUARE),
    Taken(utc("2026-05-03 21:20:05"), _FRONT),
    Taken(utc("2026-05-30 13:41:57"), None),
    Taken(utc("2026-06-14 17:55:20"), _SQUARE),
    Taken(utc("2026-07-19 18:40:02"), _PARK),
    Taken(utc("2026-08-16 10:03:39"), None, has_offset=False),
    Taken(utc("2026-09-21 20:10:13"), _FRONT),
    Taken(utc("2026-10-08 07:31:26"), _FRONT),
    Taken(utc("2026-10-25 00:41:08"), None),
    Taken(utc("2026-10-25 01:41:15"), None),
)
_NOTES: Final = {
    "note.txt": "Left under the door on Sunday. Copied from the paper: 'I was here. Please call.'\n",
    "list.txt": "2 Aug blocked the number\n11 Aug new number\n25 Oct four in the night, clocks changed\n",
}


def android_zip(path: Path, *, sms: int = 0, files: int = 0, photos: int = 0, file_size: int = 8192) -> Path:
    """Writes the extraction and gives `path` back. The three counts add that much to the story, for measuring.

    `file_size` is the mean size in bytes of the `files`, which hold bytes of no meaning.
    """
    messages, log = databases.messages(sms)
    seized = london(_SEIZED)
    with FixedZip(path) as archive:
        archive.add(f"{_TELEPHONY}/mmssms.db", messages, seized)
        archive.add(f"{_TELEPHONY}/mmssms.db-wal", log, seized)
        calls = databases.calls()
        archive.add(f"{_CONTACTS}/calllog.db", calls, seized)
        archive.add(f"{_CONTACTS}/contacts2.db", databases.contacts(), seized)
        # Cut short in the middle of its second page: an extraction that broke off. Coverage has to say so.
        archive.add(f"{_SECOND_USER}/calllog.db", calls[:6000], seized)
        _add_parts(archive)
        _add_photos(archive)
        for index in range(photos):
            taken = Taken(utc("2026-03-01 08:00") + timedelta(minutes=index * 97 % 330_000), _PARK)
            archive.add(_camera_name(taken.when, f"_{index:05d}"), photo(index, taken), london(taken.when))
        _add_files(archive, files, file_size, seized)
    return path


def _add_parts(archive: FixedZip) -> None:
    for number, mms in enumerate(ALL_MMS, start=1):
        for seed, name in enumerate(mms.attachments):
            data = _NOTES[name].encode() if name in _NOTES else drawing(20 + number + seed, (480, 360))
            archive.add(_ROOT + databases.part_path(number, name), data, london(utc(mms.when)))


def _add_photos(archive: FixedZip) -> None:
    for seed, taken in enumerate(PHOTOS):
        archive.add(_camera_name(taken.when), photo(seed, taken), london(taken.when))
    cut = Taken(utc("2026-10-26 10:58:30"), _FRONT)
    whole = photo(7, cut)
    archive.add(_camera_name(cut.when), whole[: len(whole) // 3], london(cut.when))


def _camera_name(when: datetime, suffix: str = "") -> str:
    return f"{_CAMERA}/IMG_{london(when):%Y%m%d_%H%M%S}{suffix}.jpg"


def _add_files(archive: FixedZip, count: int, mean: int, when: datetime) -> None:
    """Files as an app's cache holds them: 200 to a folder, sizes from nothing to twice the mean."""
    for index in range(count):
        size = mean * 2 * (index * 7919 % 1000) // 999
        name = f"{_ROOT}/data/data/org.example.app{index // 2000:03d}/cache/{index // 200:04d}/{index:06d}.bin"
        archive.add(name, hashlib.shake_128(b"file %d" % index).digest(size), when)
