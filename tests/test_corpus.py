"""Real evidence with known answers, through the program: what INDEX.md of the corpus lists is what comes out."""

from __future__ import annotations

import hashlib
import lzma
import re
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from extractors.sources import open_volume
from extractors.sources.base import SourceRef
from parsers.sqlite_file import open_database
from tests.app.command_line import assay

SETTINGS = ("--no-authority", "test", "--zone", "UTC", "--jobs", 2)
# Where INDEX.md's counts came from is told by the name of the image as it stands there.
IMAGES = (
    *("plaso/image.E01", "plaso/tsk_volume_system.raw", "plaso/iso9660.raw", "plaso/syslog_image.dd"),
    *("dfvfs/hfsplus.raw", "sleuthkit/data/image.dd", "sleuthkit/data/image.E01", "sleuthkit/data/image.iso"),
)
ZIPPED = (
    *("6-undel-fat.zip!6-fat-undel.dd", "2-kwsrch-fat.zip!fat-img-kw.dd", "14-iso9660-1.zip!iso-dirtree1.iso"),
    *("14-iso9660-1.zip!iso-dirtree2.iso", "14-iso9660-1.zip!iso-endian.iso"),
)
# Deleted names of which The Sleuth Kit knows no more than that they were folders; the index counts them as files.
NAMES_OF_FOLDERS = {"plaso/syslog_image.dd": 2}


class Read(NamedTuple):
    """A case by what its commands print: items and files by the path of their source in the corpus."""

    status: int
    said: str
    items: dict[str, list[dict[str, Any]]]
    files: dict[str, list[dict[str, Any]]]
    coverage: dict[str, list[dict[str, Any]]]
    info: dict[str, dict[str, Any]]


def read(case: Path, sources: dict[str, Path]) -> Read:
    done = assay("ingest", case, *sources.values(), *SETTINGS)
    by_path = {str(path): name for name, path in sources.items()}
    info = {by_path[one["path"]]: one for one in assay("info", case, "--json").one["sources"]}
    by_exhibit = {one["exhibit"]: name for name, one in info.items()}

    def of(command: str) -> dict[str, list[dict[str, Any]]]:
        found: dict[str, list[dict[str, Any]]] = {name: [] for name in info}
        for row in assay(command, case, "--json").lines:
            found[by_exhibit[row["source"]]].append(row)
        return found

    return Read(done.status, done.err, of("items"), of("files"), of("coverage"), info)


def below(corpus: Path, *names: str) -> dict[str, Path]:
    return {name: corpus / name for name in names}


@pytest.fixture(scope="module")
def index(corpus: Path) -> str:
    return (corpus / "INDEX.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def messages(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Read:
    chats = ("chat-analytics/whatsapp", "chat-miner/whatsapp", "whatstk/whatsapp")
    phones = ("plaso/android/mmssms.db", "plaso/android/contacts2.db", "plaso/wal_database.db")
    return read(tmp_path_factory.mktemp("messages") / "case", below(corpus, *phones, *chats))


@pytest.fixture(scope="module")
def pictures(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Read:
    folders = ("exif-samples", "exiftool", "metadata-extractor-images", "tika", "iLEAPP/test")
    return read(tmp_path_factory.mktemp("pictures") / "case", below(corpus, *folders))


@pytest.fixture(scope="module")
def containers(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Read:
    folder = tmp_path_factory.mktemp("containers")
    sources = below(corpus, *IMAGES, "sleuthkit/data/bogus.E01", "sleuthkit/data/bogus.E02", "dfvfs/syslog.tgz")
    for packed in ZIPPED:
        archive, _, name = packed.partition("!")
        with zipfile.ZipFile(corpus / "sleuthkit_test_data/from_brian" / archive) as opened:
            member = next(one for one in opened.namelist() if one.endswith(name))
            (folder / name).write_bytes(opened.read(member))
        sources[f"sleuthkit_test_data/from_brian/{packed}"] = folder / name
    for kind in ("tar", "zip"):
        sources |= {f"dfvfs/{kind}/{path.name}": path for path in sorted((corpus / "dfvfs" / kind).iterdir())}
    return read(folder / "case", sources)


def test_the_message_store_and_the_call_log_give_the_rows_that_are_in_them(messages: Read) -> None:
    counts = {name: Counter(one["kind"] for one in found) for name, found in messages.items.items()}
    # The six rows are former segments of the full-text index, and a former state of the thread with its snippet cut.
    assert counts["plaso/android/mmssms.db"] == {"message": 9, "table_row": 6}
    assert counts["plaso/android/contacts2.db"] == {"call": 3}


def test_deleted_rows_are_found_with_the_log_that_stands_beside_a_database(messages: Read) -> None:
    rows = [one for one in messages.items["plaso/wal_database.db"] if one["data"].get("table") == "MyTable"]
    values = [one["data"]["columns"]["Field1"] for one in rows if one["data"]["extra"]["confidence"] == "high"]
    assert sorted(values) == ["Committed Text 3", "Deleted Text 1", "Deleted Text 2"]


def test_every_whatsapp_export_gives_its_dated_entries(messages: Read, index: str) -> None:
    stated = dict(re.findall(r"^\| whatsapp/(\S+\.txt) \|.*?(\d+) dated entries", index, re.MULTILINE))
    stated |= dict(re.findall(r"^\| whatsapp/(\S+\.txt) \|.*WhatsApp: (\d+) messages", index, re.MULTILINE))
    found = Counter(
        one["file"] for name in messages.items if name.endswith("/whatsapp") for one in messages.items[name]
    )
    assert len(stated) == 10
    assert found == {name: int(count) for name, count in stated.items()}


def test_a_write_ahead_log_beside_a_single_database_is_applied(corpus: Path, messages: Read) -> None:
    files = {row["path"]: row for row in messages.files["plaso/wal_database.db"]}
    volume = open_volume(SourceRef("file", str(corpus / "plaso/wal_database.db")))
    entries = {entry.path: entry for entry in volume.entries()}
    main, log = (volume.open(entries[name]) for name in ("wal_database.db", "wal_database.db-wal"))
    with main, log, open_database(main, log, None) as db:
        assert len(list(db.execute("SELECT * FROM MyTable"))) == 11
    volume.close()
    assert sorted(files) == ["wal_database.db", "wal_database.db-wal"]


def stated_pictures(index: str) -> dict[str, tuple[str, ...]]:
    """Path in its folder -> what the index states of a JPEG or HEIC: (make, model, date, place)."""
    camera = r"(?:(?P<make>[^,|]*), (?P<model>[^|]*?), )?"
    date = r"(?P<date>\d{4}(?::\d\d){2} \d\d:\d\d:\d\d)(?P<zone>[Z+-][\d:]*)?"
    place = r"(?:, GPS (?P<lat>[-\d.]+),(?P<lon>[-\d.]+))?"
    row = re.compile(rf"^\| (?P<path>\S[^|]*\.(?:jpg|HEIC)) \| \d+ \| exiftool: {camera}{date}{place}[^|]*\|", re.M)
    return {found["path"]: found for found in row.finditer(index)}


def test_every_photo_gives_the_camera_the_date_and_the_place_that_the_index_states(pictures: Read, index: str) -> None:
    stated = stated_pictures(index)
    assert len(stated) > 40
    del stated["images/ExifTool.jpg"]  # made up of two cameras: the index states the one that is not in its Exif block
    del stated["jpg/Reconyx_HC500_Hyperfire.jpg"]  # its date stands in a maker note, which is not read
    found = {one["file"]: one for rows in pictures.items.values() for one in rows if one["kind"] == "media_item"}
    places = {one["file"]: one["data"] for rows in pictures.items.values() for one in rows if one["kind"] == "location"}
    wrong = {}
    for path, expected in stated.items():
        inner = next((name for name in found if name == path or name.endswith("/" + path)), None)
        if inner is None:
            wrong[path] = "no media item"
            continue
        device = found[inner]["data"].get("device") or ""
        if expected["make"] and (expected["make"] not in device and expected["model"] not in device):
            wrong[path] = f"camera {device}"
        taken = [moment["raw"].replace("-", ":").replace("T", " ") for moment in found[inner]["moments"]]
        if not any(raw.startswith(expected["date"]) for raw in taken):
            wrong[path] = f"dates {taken}"
        if expected["lat"]:
            place = places.get(inner, {"lat": 0, "lon": 0})
            if (round(place["lat"], 4), round(place["lon"], 4)) != (
                round(float(expected["lat"]), 4),
                round(float(expected["lon"]), 4),
            ):
                wrong[path] = f"place {place}"
    assert wrong == {}


def test_every_image_lists_as_many_files_as_the_sleuth_kit(containers: Read, index: str) -> None:
    wrong = {}
    for name in (*IMAGES, *(f"sleuthkit_test_data/from_brian/{one}" for one in ZIPPED)):
        row = next(line for line in index.splitlines() if line.startswith(f"| {name} |"))
        stated = [(int(live), int(gone)) for live, gone in re.findall(r"(\d+) / (\d+) / \d+ \(\+\d+\)", row)]
        archives = tuple(
            f"{file['path']}/" for file in containers.files[name] if file["path"].endswith((".zip", ".tgz"))
        )
        counted = Counter(
            file["deleted"]
            for file in containers.files[name]
            if not file["path"].rpartition("/")[2].startswith("$")
            and not file["path"].endswith(":rsrc")
            and not file["path"].startswith(archives)  # The Sleuth Kit does not look into archives
        )
        gone = sum(one for _, one in stated) - NAMES_OF_FOLDERS.get(name, 0)
        if (counted[False], counted[True]) != (sum(one for one, _ in stated), gone):
            wrong[name] = counted
    assert wrong == {}


def test_the_six_deleted_files_of_the_undelete_test_have_their_published_hashes(corpus: Path, containers: Read) -> None:
    name = f"sleuthkit_test_data/from_brian/{ZIPPED[0]}"
    with zipfile.ZipFile(corpus / "sleuthkit_test_data/from_brian/6-undel-fat.zip") as archive:
        page = archive.read(next(one for one in archive.namelist() if one.endswith("index.html"))).decode("latin-1")
    published = set(re.findall(r"\b[0-9a-f]{32}\b", page))
    image = Path(containers.info[name]["path"])
    volume = open_volume(SourceRef("raw image", str(image)))
    sums = {}
    sizes: dict[str, str] = {row["path"]: row["sha256"] for row in containers.files[name]}
    for entry in volume.entries():
        if entry.deleted:
            with volume.open(entry) as stream:
                data = stream.read()
            sums[entry.path.rpartition("/")[2]] = hashlib.md5(data).hexdigest()
            assert sizes[entry.path] == hashlib.sha256(data).hexdigest()
    volume.close()
    assert sorted(sums) == ["_ing.dat", "_rag1.dat", "_rag2.dat", "_ult1.dat", "frag3.dat", "mult2.dat"]
    assert set(sums.values()) - published == set()


def test_archives_hold_the_same_two_files_whatever_their_names_say(containers: Read) -> None:
    found = {
        name: sorted(row["path"] for row in rows)
        for name, rows in containers.files.items()
        if name.startswith(("dfvfs/tar", "dfvfs/zip", "dfvfs/syslog"))
    }
    inside = ["folder/syslog", "folder/wtmp.1"]
    assert found == {
        "dfvfs/syslog.tgz": ["syslog"],
        "dfvfs/tar/syslog.tar": ["syslog"],
        "dfvfs/zip/syslog.zip": ["syslog", "wtmp.1"],
        **{
            f"dfvfs/{kind}/{name}.{kind}": inside
            for kind in ("tar", "zip")
            for name in ("absolute_paths", "with_directory", "without_directory")
        },
    }
    for kind in ("tar", "zip"):
        rows = containers.coverage[f"dfvfs/{kind}/absolute_paths.{kind}"]
        assert {problem["code"] for row in rows for problem in row["problems"]} == {"absolute-name"}


def test_an_e01_agrees_with_its_stored_hash_and_empty_ones_are_refused(corpus: Path, containers: Read) -> None:
    for name in ("plaso/image.E01", "sleuthkit/data/image.E01"):
        assert {one["matches"] for one in containers.info[name]["stored_hashes"]} == {True}
    assert containers.said.splitlines() == [
        f"assay: {corpus / 'sleuthkit/data' / name}: is empty (0 bytes)" for name in ("bogus.E01", "bogus.E02")
    ]
    assert containers.status == 2


def test_parts_of_iphones_are_listed_and_hashed_without_an_error(
    corpus: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    zips = sorted((corpus / "iLEAPP").rglob("case_zips/*/*.zip"))
    found = read(tmp_path_factory.mktemp("zips") / "case", {path.name: path for path in zips})
    assert (found.status, found.said) == (0, "")
    for path in zips:
        with zipfile.ZipFile(path) as archive:
            inside = {one.filename: hashlib.sha256(archive.read(one)).hexdigest() for one in archive.infolist()}
        listed = {row["path"]: row["sha256"] for row in found.files[path.name]}
        assert sorted(listed.values()) == sorted(value for name, value in inside.items() if not name.endswith("/"))


@pytest.mark.slow
def test_a_memory_card_gives_every_file_with_its_hash(corpus: Path, tmp_path: Path) -> None:
    image = tmp_path / "card.dd"
    with lzma.open(corpus / "forensics-samples/fs.vfat.xz") as packed:
        image.write_bytes(packed.read())
    found = read(tmp_path / "case", {"card": image})
    sums = (corpus / "forensics-samples/original-files.sha256").read_text(encoding="utf-8")
    published = dict(re.findall(r"^([0-9a-f]{64})\s+\*?(.+)$", sums, re.MULTILINE))
    counted = [row for row in found.files["card"] if not row["path"].rpartition("/")[2].startswith("$")]
    assert Counter(row["deleted"] for row in counted) == {False: 18, True: 18}
    # The listed originals of three PNG files are others than those on the card: The Sleuth Kit's icat gives what we do.
    other = [row["path"].rpartition(".")[2] for row in counted if row["sha256"] not in published]
    assert other == ["png"] * 3


def test_the_messages_of_android_backups_are_those_that_the_index_states(
    corpus: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    stated = {"mvt/android_backup/backup.ab": 2, "mvt/androidqf/backup.ab": 2, "mvt/android_backup/backup3.ab": 1}
    found = read(tmp_path_factory.mktemp("backups") / "case", below(corpus, *stated))
    counts = {name: sum(one["kind"] == "message" for one in rows) for name, rows in found.items.items()}
    assert counts == stated
