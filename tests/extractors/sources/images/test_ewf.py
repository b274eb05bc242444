from __future__ import annotations

import hashlib
import os
import random
import zipfile

import pytest

from evidence_store.records import Problem
from extractors.sources import zip_archive
from extractors.sources.base import SourceError, SourceRef
from extractors.sources.images import ewf
from extractors.sources.place import HostPlace, InnerPlace
from tests.evidence_builders.ewf2 import write_ex01
from tests.evidence_builders.images import write_e01

MEDIA = random.Random(7).randbytes(300_000) + b"made up " * 100_000
MEDIA = MEDIA[: len(MEDIA) // 512 * 512]


def test_a_set_inside_a_zip_opens_from_its_first_segment(tmp_path):
    paths = write_e01(tmp_path / "set.E01", MEDIA, chunks_per_segment=10)
    paths[1].rename(tmp_path / "SET.e02")
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for path in [paths[0], tmp_path / "SET.e02", *paths[2:]]:
            archive.write(path, f"exhibit/{path.name}")
    volume = zip_archive.open_volume(SourceRef("zip", str(tmp_path / "a.zip")))
    around = {entry.path.rpartition("/")[2]: entry for entry in volume.entries()}
    place = InnerPlace(around["set.E01"], around, volume.open)
    image = ewf.open_image(place)
    assert ewf.detect(place, paths[0].read_bytes()[:100])
    assert image.parts == ["set.E01", "SET.e02", "set.E03", "set.E04"]
    assert image.read_at(290_000, 20_000) == MEDIA[290_000:310_000]
    assert image.chunks is not None
    assert b"".join(image.chunks()) == MEDIA
    assert (image.size, image.stored, image.problems()) == (
        len(MEDIA),
        [("md5", hashlib.md5(MEDIA).hexdigest())],
        [],
    )
    image.close()
    del around["set.E03"]
    with pytest.raises(SourceError, match=r"^segment set\.E03 is missing, though set\.E04 is there$"):
        ewf.open_image(place)
    volume.close()


def test_a_later_segment_is_told_from_a_set_with_another_name(tmp_path):
    paths = write_e01(tmp_path / "set.E01", MEDIA, chunks_per_segment=10)
    with pytest.raises(SourceError, match=r"^set\.E02 is not the first segment: give set\.E01$"):
        ewf.open_image(HostPlace(paths[1]))
    (only,) = write_e01(tmp_path / "one.E01", MEDIA)
    image = ewf.open_image(HostPlace(only.rename(tmp_path / "evidence.bin")))
    assert (image.parts, image.read_at(0, len(MEDIA)), image.problems()) == (["evidence.bin"], MEDIA, [])
    image.close()


@pytest.mark.skipif(not hasattr(os, "symlink") or os.name == "nt", reason="links need rights on Windows")
def test_a_segment_that_is_a_link_is_not_followed(tmp_path):
    paths = write_e01(tmp_path / "set.E01", MEDIA, chunks_per_segment=10)
    paths[2].rename(tmp_path / "elsewhere")
    paths[2].symlink_to(tmp_path / "elsewhere")
    with pytest.raises(SourceError, match=r"^segment set\.E03 cannot be opened: it is a link, or no file$"):
        ewf.open_image(HostPlace(paths[0]))


def test_a_segment_that_is_missing_at_the_end_is_a_problem(tmp_path):
    paths = write_e01(tmp_path / "set.E01", MEDIA, chunks_per_segment=10)
    paths[3].unlink()
    image = ewf.open_image(HostPlace(paths[0]))
    size = 30 * 64 * 512
    assert image.read_at(0, len(MEDIA)) == MEDIA[:size]
    assert image.problems() == [
        Problem("file", "ewf", "segment set.E04 is missing: the set goes on after this file"),
        Problem("file", "ewf", f"the set is incomplete: {size} of {len(MEDIA)} bytes of the media have chunk tables"),
    ]
    image.close()


def test_nothing_about_a_set_changes_by_reading_it(tmp_path):
    paths = write_e01(tmp_path / "set.E01", MEDIA, chunks_per_segment=10)

    def state() -> list[tuple[str, int, str]]:
        return [
            (path.name, path.stat().st_mtime_ns, hashlib.sha256(path.read_bytes()).hexdigest())
            for path in sorted(tmp_path.iterdir())
        ]

    before = state()
    image = ewf.open_image(HostPlace(paths[0]))
    assert image.chunks is not None
    assert sum(map(len, image.chunks())) == len(MEDIA)
    image.close()
    assert state() == before


def test_an_ex01_opens_like_an_e01(tmp_path):
    write_ex01(tmp_path / "set.Ex01", MEDIA, chunks_per_segment=20, errors=((8, 2),))
    place = HostPlace(tmp_path / "set.Ex01")
    assert ewf.detect(place, (tmp_path / "set.Ex01").read_bytes()[:100])
    image = ewf.open_image(place)
    assert image.chunks is not None
    assert b"".join(image.chunks()) == MEDIA
    assert image.stored == [("md5", hashlib.md5(MEDIA).hexdigest()), ("sha1", hashlib.sha1(MEDIA).hexdigest())]
    assert image.parts == [f"set.Ex{number:02d}" for number in range(1, len(image.parts) + 1)]
    assert (len(image.parts), image.facts["case number"]) == (-(-len(MEDIA) // (20 * 16 * 512)), "CASE-1")
    detail = "2 sectors from 8 could not be read when the image was taken"
    assert image.problems() == [Problem("note", "acquisition-error", detail, "byte 4096+1024")]
    image.close()


def test_a_set_of_logical_files_is_no_disk_image(tmp_path):
    (path,) = write_ex01(tmp_path / "set.Lx01", MEDIA, files=b"")
    assert not ewf.detect(HostPlace(path), path.read_bytes()[:100])
    with pytest.raises(SourceError, match=r"^set\.Lx01 is an L01 or Lx01 set of logical files, and no disk image$"):
        ewf.open_image(HostPlace(path))
