"""A phone's own zone, and files that it shows under two names, from the source to the item."""

from __future__ import annotations

from pathlib import Path

from tests.app.command_line import assay
from tests.evidence_builders.android import message_store
from tests.evidence_builders.archives import write_folder, write_zip
from tests.evidence_builders.media import jpeg
from tests.extractors.sources.test_phone import STORED

QUIET = ("--no-authority", "made-up evidence")
PROVIDER = "com.android.providers.telephony/databases/mmssms.db"
INSERTS = "INSERT INTO sms (_id, address, date, type, body) VALUES (1, '07700900123', 1782900000000, 1, 'made up');"
PHOTO = jpeg(8, 8, taken="2026:07:01 12:00:00")


def phone() -> dict[str, bytes]:
    store = message_store(INSERTS).open().read()
    return {
        "Dump/data/property/persistent_properties": STORED,
        "Dump/data/media/0/DCIM/a.jpg": PHOTO,
        "Dump/storage/emulated/0/DCIM/a.jpg": PHOTO,
        f"Dump/data/data/{PROVIDER}": store,
        f"Dump/data_mirror/data_ce/null/0/{PROVIDER}": store,
        "Dump/storage/emulated/0/DCIM/only here.jpg": PHOTO,
    }


def taken(case: Path, path: str) -> list[tuple[str | None, str]]:
    rows = assay("items", case, "--json", "--kind", "media_item").lines
    return [(row["moments"][0]["utc"], row["moments"][0]["zone"]) for row in rows if row["file"] == path]


def test_a_photo_of_a_phone_is_placed_by_the_zone_that_the_phone_was_set_to(tmp_path: Path) -> None:
    source = write_folder(tmp_path / "phone", phone())
    assert assay("ingest", tmp_path / "case", source, *QUIET).status == 0
    assert taken(tmp_path / "case", "Dump/data/media/0/DCIM/a.jpg") == [
        ("2026-07-01T11:00:00Z", "Europe/London, set on the device")
    ]
    assert assay("ingest", tmp_path / "stated", source, *QUIET, "--zone", "Asia/Tokyo").status == 0
    assert taken(tmp_path / "stated", "Dump/data/media/0/DCIM/a.jpg") == [
        ("2026-07-01T03:00:00Z", "Asia/Tokyo, operator")
    ]


def test_a_file_under_two_names_is_hashed_twice_and_read_once(tmp_path: Path) -> None:
    for source in (write_folder(tmp_path / "phone", phone()), write_zip(tmp_path / "phone.zip", phone())):
        case = tmp_path / f"case of {source.name}"
        assert assay("ingest", case, source, *QUIET).status == 0
        files = {row["path"]: row for row in assay("files", case, "--json").lines}
        assert all(row["sha256"] for row in files.values())
        rows = assay("items", case, "--json").lines
        read = {row["file"].removeprefix("Dump/") for row in rows}
        properties = "data/property/persistent_properties"
        pictures = "data/media/0/DCIM/a.jpg", "storage/emulated/0/DCIM/only here.jpg"
        assert read == {f"data/data/{PROVIDER}", *pictures, properties}
        notes = [row["note"] for row in files.values() if "the same file as" in row["note"]]
        assert len(notes) == 2


def test_a_second_name_with_other_bytes_is_read_too(tmp_path: Path) -> None:
    first, other = (message_store(INSERTS.replace("made up", text)).open().read() for text in ("made up", "another"))
    assert len(first) == len(other)
    names = f"data/data/{PROVIDER}", f"data/user/0/{PROVIDER}"
    logged = {f"{names[1]}-wal": b"a log of which the first name has none"}
    for place, tree in enumerate(
        [dict(zip(names, (first, other), strict=True)), {**dict.fromkeys(names, first), **logged}]
    ):
        case = tmp_path / f"case {place}"
        assay("ingest", case, write_zip(tmp_path / f"{place}.zip", tree), *QUIET)
        assert {row["file"] for row in assay("items", case, "--json").lines} == set(names)
        assert not [row for row in assay("files", case, "--json").lines if "the same file as" in row["note"]]
