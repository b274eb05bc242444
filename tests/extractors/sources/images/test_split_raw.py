from __future__ import annotations

import re
from pathlib import Path

import pytest

from extractors.sources.base import SourceError
from extractors.sources.images import split_raw
from extractors.sources.place import HostPlace
from tests.evidence_builders.images import mbr_with
from tests.extractors.sources.disk_reading import state
from tests.extractors.sources.images.reading import everything, kinds, opened

DISK = bytes(mbr_with([(0x83, 8, 64)], 512 * 80)) + b"the end of the disk".ljust(512 * 21)
NAMINGS = {
    "numbers from 1": ["a.001", "a.002", "a.003"],
    "numbers from 0": ["a.000", "a.001", "a.002"],
    "two digits": ["a.dd.01", "a.dd.02", "a.dd.03"],
    "five digits": ["a.00001", "a.00002", "a.00003"],
    "letters": ["a.img.aa", "a.img.ab", "a.img.ac"],
    "three letters": ["a.aaa", "a.aab", "a.aac"],
    "capitals": ["A.AA", "A.AB", "A.AC"],
    "a name with what a pattern could trip over": ["(a)+[b] .001", "(a)+[b] .002", "(a)+[b] .003"],
}


def split(folder: Path, names: list[str], part: int = 40 * 512, data: bytes = DISK) -> Path:
    for number, name in enumerate(names):
        (folder / name).write_bytes(data[number * part : (number + 1) * part])
    return folder / names[0]


@pytest.mark.parametrize("names", NAMINGS.values(), ids=NAMINGS)
def test_the_parts_are_joined_and_nothing_is_written(tmp_path, names):
    path = split(tmp_path, names)
    before = state(tmp_path)
    assert (kinds(path), everything(path)) == (["split raw image"], (DISK, []))
    image = opened(path)
    image.close()
    assert (image.parts, image.facts) == (names, {"parts": "3", "part size": "20480 bytes"})
    assert state(tmp_path) == before


def test_two_hundred_parts_are_not_all_held_open(tmp_path, monkeypatch):
    monkeypatch.setattr(split_raw, "MOST_OPEN", 3)
    names = [f"a.{number:03d}" for number in range(1, 203)]
    path = split(tmp_path, names, part=256)
    image = opened(path)
    assert [image.read_at(0, image.size), image.read_at(300, 5000), image.read_at(0, 700)] == [
        DISK,
        DISK[300:5300],
        DISK[:700],
    ]
    image.close()


def test_letters_go_on_after_z(tmp_path):
    names = [f"a.{first}{second}" for first in "ab" for second in "abcdefghijklmnopqrstuvwxyz"][:30]
    assert everything(split(tmp_path, names, part=-(-len(DISK) // 30))) == (DISK, [])


@pytest.mark.parametrize("name", ["a.001", "a.aa", "a.000", "a.img", "a.002"])
def test_a_single_part_is_no_split_image(tmp_path, name):
    (tmp_path / name).write_bytes(DISK)
    assert kinds(tmp_path / name) == []
    text = f"{name}: it is not the first part of a split image, or no other part is beside it"
    with pytest.raises(SourceError, match=f"^{re.escape(text)}$"):
        split_raw.open_image(HostPlace(tmp_path / name))


def test_only_the_first_part_stands_for_the_set(tmp_path):
    split(tmp_path, ["a.000", "a.001", "a.002"])
    assert [kinds(tmp_path / name) for name in ("a.000", "a.001", "a.002")] == [["split raw image"], [], []]


def test_numbered_files_that_are_no_disk_are_no_split_image(tmp_path):
    for number in range(3):
        (tmp_path / f"app.log.{number:03d}").write_bytes(b"a made-up line\n" * 2000)
    assert kinds(tmp_path / "app.log.000") == []


def test_a_split_archive_is_no_split_image(tmp_path):
    assert kinds(split(tmp_path, ["a.zip.001", "a.zip.002"], data=b"PK\x03\x04" + DISK[4:])) == []


def test_a_part_that_is_missing_in_the_middle_is_named(tmp_path):
    path = split(tmp_path, ["a.001", "a.002", "a.003"])
    (tmp_path / "a.002").unlink()
    assert kinds(path) == ["split raw image"]
    with pytest.raises(SourceError, match=r"^a\.001: part a\.002 is missing, though a\.003 is there$"):
        opened(path)


def test_a_part_that_is_a_link_is_not_followed(tmp_path):
    path = split(tmp_path, ["a.001", "a.002"])
    (tmp_path / "a.002").rename(tmp_path / "elsewhere")
    (tmp_path / "a.002").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(SourceError, match=r"^a\.001: part a\.002 cannot be opened: it is a link, or no file$"):
        split_raw.open_image(HostPlace(path))


def test_a_part_that_was_cut_is_told(tmp_path):
    path = split(tmp_path, ["a.001", "a.002", "a.003"])
    (tmp_path / "a.002").write_bytes(DISK[20480:30000])
    found, problems = everything(path)
    assert (len(found), [each.detail for each in problems]) == (
        len(DISK) - 10960,
        ["a.002 has 9520 bytes, the first part 20480: it may be cut"],
    )


def test_without_its_tail_a_set_reads_up_to_where_it_ends(tmp_path):
    path = split(tmp_path, ["a.001", "a.002", "a.003"])
    (tmp_path / "a.003").unlink()
    assert everything(path)[0] == DISK[:40960]


def test_a_part_that_shrinks_while_it_is_read_is_named(tmp_path):
    path = split(tmp_path, ["a.001", "a.002", "a.003"])
    image = opened(path)
    (tmp_path / "a.002").write_bytes(b"short")
    text = "a.001: byte 20485 of the media cannot be read: a.002 ends at byte 5"
    with pytest.raises(SourceError, match=f"^{re.escape(text)}$"):
        image.read_at(0, image.size)
    image.close()
