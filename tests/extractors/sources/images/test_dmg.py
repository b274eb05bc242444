from __future__ import annotations

import plistlib
import re
import struct

import pytest

from extractors.sources.base import SourceError
from tests.evidence_builders.disk_images import media, packed, write_dmg
from tests.evidence_builders.images import have, run_tool
from tests.extractors.sources.disk_reading import state
from tests.extractors.sources.images.reading import digest, everything, kinds, needs_qemu, opened

SIZE = 3 << 20


@pytest.mark.parametrize(
    "mix", [["zlib"], ["raw"], ["bzip2"], ["lzma"], ["adc"], ["zlib", "raw", "adc", "bzip2", "lzma"]]
)
def test_ranges_of_every_sort_are_read_and_nothing_is_written(tmp_path, mix):
    data = media(SIZE)
    path = write_dmg(tmp_path / "a.dmg", data, mix)
    before = state(tmp_path)
    found, problems = everything(path)
    assert (kinds(path), digest(found), problems) == (["DMG"], digest(data), [])
    assert state(tmp_path) == before


@pytest.mark.skipif(not have("dmg2img"), reason="dmg2img is not installed")
@pytest.mark.parametrize("mix", [["zlib"], ["raw", "bzip2"], ["adc"], ["zlib", "raw", "adc", "bzip2"]])
def test_dmg2img_reads_the_same_bytes(tmp_path, mix):
    path = write_dmg(tmp_path / "a.dmg", media(SIZE), mix)
    run_tool("dmg2img", "-s", path, tmp_path / "out.raw")
    assert digest(everything(path)[0]) == digest((tmp_path / "out.raw").read_bytes())


@needs_qemu
def test_qemu_reads_the_same_bytes(tmp_path):
    path = write_dmg(tmp_path / "a.dmg", media(SIZE), ["zlib", "raw"])
    run_tool("qemu-img", "convert", "-f", "dmg", "-O", "raw", path, tmp_path / "out.raw")
    assert digest(everything(path)[0]) == digest((tmp_path / "out.raw").read_bytes())


@pytest.mark.skipif(not have("7z"), reason="7-Zip is not installed")
@pytest.mark.parametrize("mix", [["zlib"], ["bzip2"], ["lzma"], ["adc", "lzma"]])
def test_seven_zip_reads_the_same_bytes(tmp_path, mix):
    path = write_dmg(tmp_path / "a.dmg", media(SIZE), mix)
    run_tool("7z", "x", "-tdmg", "-y", f"-o{tmp_path / 'out'}", path)
    theirs = b"".join(part.read_bytes() for part in sorted((tmp_path / "out").iterdir()))
    assert digest(everything(path)[0]) == digest(theirs)


def test_another_library_reads_the_same_bytes(tmp_path):
    # libmodi 20260902 fails on sound bzip2 ranges and has no LZMA; 7-Zip and dmg2img read them above.
    pymodi = pytest.importorskip("pymodi")
    path = write_dmg(tmp_path / "a.dmg", media(SIZE), ["zlib"])
    other = pymodi.handle()
    other.open(str(path))
    theirs = other.read_buffer_at_offset(other.get_media_size(), 0)
    other.close()
    assert digest(everything(path)[0]) == digest(theirs)


def test_a_compressed_image_is_known_under_any_name(tmp_path):
    assert kinds(write_dmg(tmp_path / "holiday.jpg", media(1 << 20), ["zlib"])) == ["DMG"]


def test_ranges_of_lzfse_are_told_and_the_rest_is_read(tmp_path):
    data = media(1 << 20)
    path = write_dmg(tmp_path / "a.dmg", data, ["zlib", "lzfse"], tables=1)
    image = opened(path)
    text = "a.dmg: 3 ranges (393216 bytes, the first at byte 131072) are compressed with LZFSE: not read"
    assert [(each.kind, each.detail) for each in image.problems()] == [("file", text)]
    assert image.read_at(0, 131072) == data[:131072]
    text = "a.dmg: byte 131100 of the media cannot be read: its range is compressed with LZFSE: not read"
    with pytest.raises(SourceError, match=f"^{re.escape(text)}$"):
        image.read_at(131100, 10)
    image.close()


def test_a_damaged_range_costs_that_range_only(tmp_path):
    data = media(1 << 20)
    path = write_dmg(tmp_path / "a.dmg", data, ["zlib"], tables=1)
    raw = bytearray(path.read_bytes())
    start = len(packed("zlib", data[:131072]))
    raw[start + 40 : start + 60] = bytes(20)
    path.write_bytes(raw)
    image = opened(path)
    assert image.read_at(0, 131072) + image.read_at(262144, SIZE) == data[:131072] + data[262144:]
    with pytest.raises(
        SourceError, match=r"^a\.dmg: byte 131072 of the media cannot be read: its range is compressed with"
    ):
        image.read_at(131072, 10)
    image.close()


def changed(path, at: int, form: str, *values: int) -> None:
    raw = bytearray(path.read_bytes())
    struct.pack_into(form, raw, at if at >= 0 else len(raw) + at, *values)
    path.write_bytes(raw)


@pytest.mark.parametrize(
    ("at", "form", "values", "text"),
    [
        (-512 + 492, ">Q", (0,), "a media size of 0 sectors cannot be"),
        (-512 + 492, ">Q", (1 << 60,), "a media size of 1152921504606846976 sectors cannot be"),
        (-512 + 56, ">II", (2, 3), "it is part 2 of 3 of a segmented image: not read"),
        (-512 + 224, ">Q", (0,), "it keeps its tables in a resource fork: not read"),
        (-512 + 224, ">Q", (1 << 40,), "a property list of 1099511627776 bytes is too large to be believed"),
        (-512 + 216, ">Q", (1 << 50,), "its property list goes beyond the end of the file: the file may have been cut"),
    ],
)
def test_a_trailer_that_cannot_be_is_told(tmp_path, at, form, values, text):
    path = write_dmg(tmp_path / "a.dmg", media(1 << 20), ["zlib"])
    changed(path, at, form, *values)
    with pytest.raises(SourceError, match=f"^a\\.dmg: {re.escape(text)}$"):
        opened(path)


def test_sectors_that_no_table_names_are_told(tmp_path):
    path = write_dmg(tmp_path / "a.dmg", media(1 << 20), ["zlib"])
    changed(path, -512 + 492, ">Q", 4096)
    found, problems = everything(path)
    assert (found, [each.detail for each in problems]) == (
        media(1 << 20) + bytes(1 << 20),
        ["a.dmg: no table tells of 1048576 of 2097152 bytes of the media: they read as zeros"],
    )


def test_ranges_that_overlap_are_refused(tmp_path):
    path = write_dmg(tmp_path / "a.dmg", media(1 << 20), ["zlib"])
    raw = path.read_bytes()
    start, size = struct.unpack_from(">QQ", raw, len(raw) - 512 + 216)
    table = plistlib.loads(raw[start : start + size])
    second = bytearray(table["resource-fork"]["blkx"][1]["Data"])
    struct.pack_into(">Q", second, 8, 5)
    table["resource-fork"]["blkx"][1]["Data"] = bytes(second)
    rows = plistlib.dumps(table)
    trailer = bytearray(raw[-512:])
    struct.pack_into(">Q", trailer, 224, len(rows))
    path.write_bytes(raw[:start] + rows + trailer)
    with pytest.raises(SourceError, match=r"^a\.dmg: two ranges hold byte 2560 of the media$"):
        opened(path)


@pytest.mark.parametrize(
    ("head", "tail", "text"),
    [
        (b"encrcdsa", b"", "it is an encrypted disk image: not read"),
        (b"made up", b"cdsaencr", "it is an encrypted disk image: not read"),
        (b"sprs", b"", "it is a sparse image (sparseimage): not read"),
    ],
)
def test_encrypted_and_sparse_images_say_that_they_are_not_read(tmp_path, head, tail, text):
    (tmp_path / "a.dmg").write_bytes(head + bytes(5000) + tail)
    with pytest.raises(SourceError, match=f"^a\\.dmg: {re.escape(text)}$"):
        opened(tmp_path / "a.dmg")
