from __future__ import annotations

import re
import struct

import pytest

from extractors.sources.base import SourceError
from extractors.sources.images import vmdk
from extractors.sources.place import HostPlace
from parsers.vhdx import crc32c
from tests.evidence_builders.disk_images import convert, media, raw_file, write_descriptor, write_esx
from tests.evidence_builders.images import run_tool
from tests.extractors.sources.disk_reading import state
from tests.extractors.sources.images.reading import everything, kinds, needs_qemu, opened

FORMS = {"vpc": "vhd", "vhdx": "vhdx", "vdi": "vdi", "qcow2": "qcow2", "vmdk": "vmdk"}


def made(folder, form: str, *options: str):
    path = convert(raw_file(folder, media(3 << 20)), folder / f"a.{FORMS[form]}", form, *options)
    return path, bytearray(path.read_bytes())


def refused(path, text: str) -> None:
    with pytest.raises(SourceError, match=f"^{re.escape(path.name)}: {re.escape(text)}$"):
        opened(path)


@pytest.mark.parametrize(
    "name",
    [
        "/etc/passwd", "../media.raw", "sub/media.raw", "..\\media.raw", "C:\\disk.raw", "C:media.raw",
        "\\\\.\\PhysicalDrive0", "/dev/sda", "..", ".", "\\\\server\\share\\disk.raw",
    ],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["FLAT", "SPARSE", "VMFS"])
def test_a_descriptor_that_names_a_file_elsewhere_is_refused(tmp_path, name, kind):
    raw_file(tmp_path, media(1 << 20))
    path = write_descriptor(tmp_path / "a.vmdk", [f'RW 2048 {kind} "{name}" 0'])
    assert kinds(path) == ["VMDK"]
    refused(path, f"refused: its descriptor names a file outside its folder, {name!r}")


@pytest.mark.parametrize("kind", ["FLAT", "SPARSE"])
def test_a_link_beside_the_descriptor_is_not_followed(tmp_path, kind):
    raw = raw_file(tmp_path, media(1 << 20))
    (tmp_path / "in").mkdir()
    (tmp_path / "in/disk.raw").symlink_to(raw)
    refused(
        write_descriptor(tmp_path / "in/a.vmdk", [f'RW 2048 {kind} "disk.raw" 0']),
        "its extent 'disk.raw' is not beside it",
    )


@pytest.mark.parametrize("kind", ["VMFSRDM", "VMFSRAW", "SESPARSE", "MADEUP"])
def test_an_extent_of_a_sort_that_is_not_read_is_named(tmp_path, kind):
    path = write_descriptor(tmp_path / "a.vmdk", [f'RW 2048 {kind} "x-rdm.vmdk"'])
    refused(path, f"an extent of type {kind} ('x-rdm.vmdk') is not read")


def test_flat_zero_and_shifted_extents_are_put_together(tmp_path):
    data = media(1 << 20)
    raw_file(tmp_path, data, "disk.raw")
    lines = ['RW 8 FLAT "disk.raw" 16', "RW 8 ZERO", 'RDONLY 16 FLAT "DISK.RAW" 0', 'NOACCESS 1 FLAT "disk.raw" 1']
    path = write_descriptor(tmp_path / "a.vmdk", lines)
    expected = data[8192:12288] + bytes(4096) + data[:8192] + data[512:1024]
    before = state(tmp_path)
    assert everything(path) == (expected, [])
    assert state(tmp_path) == before


def test_a_flat_extent_that_is_too_short_is_told_and_read_as_far_as_it_goes(tmp_path):
    data = media(1 << 20)
    raw_file(tmp_path, data, "disk.raw")
    image = opened(write_descriptor(tmp_path / "a.vmdk", ['RW 4096 FLAT "disk.raw" 0']))
    text = "a.vmdk: disk.raw: it holds 1048576 of 2097152 bytes: the rest cannot be read"
    assert ([each.detail for each in image.problems()], image.size) == ([text], 2 << 20)
    assert image.read_at(0, 1 << 20) == data
    with pytest.raises(
        SourceError, match=r"^a\.vmdk: byte 1048576 of the media cannot be read: disk\.raw ends at byte"
    ):
        image.read_at(1 << 19, 1 << 20)
    image.close()


def test_an_extent_beside_its_descriptor_is_no_image_of_its_own(tmp_path):
    path = write_esx(tmp_path, media(1 << 20))
    extent = tmp_path / "disk-delta.vmdk"
    assert kinds(extent) == []
    path.unlink()
    assert kinds(extent) == ["VMDK"]
    image = vmdk.open_image(HostPlace(extent))
    image.close()
    text = "disk-delta.vmdk: it has no descriptor: it is taken as a whole disk"
    assert [(each.kind, each.detail) for each in image.problems()] == [("note", text)]


def test_an_encrypted_vmdk_is_told(tmp_path):
    path = write_descriptor(tmp_path / "a.vmdk", ['RW 2048 FLAT "x"'], more='encryption.keySafe = "vmware:key/list"')
    refused(path, "it is encrypted: not read")


def test_a_descriptor_without_extents_is_told(tmp_path):
    refused(write_descriptor(tmp_path / "a.vmdk", []), "its descriptor lists no extents")


def test_a_space_efficient_extent_is_told(tmp_path):
    (tmp_path / "a.vmdk").write_bytes(struct.pack("<Q", 0xCAFEBABE).ljust(4096, b"\0"))
    refused(tmp_path / "a.vmdk", "it is a space-efficient sparse extent (seSparse): not read")


@needs_qemu
@pytest.mark.parametrize(("method", "name"), [(1, "AES"), (2, "LUKS"), (77, "77")])
def test_an_encrypted_qcow2_is_told(tmp_path, method, name):
    path, raw = made(tmp_path, "qcow2")
    struct.pack_into(">I", raw, 32, method)
    path.write_bytes(raw)
    refused(path, f"it is encrypted ({name}): not read")


@needs_qemu
def test_a_qcow2_whose_data_are_in_another_file_is_told(tmp_path):
    run_tool("qemu-img", "create", "-f", "qcow2", "-o", f"data_file={tmp_path}/d.raw", tmp_path / "a.qcow2", "1M")
    refused(tmp_path / "a.qcow2", "its data are in another file (an external data file): not read")


@needs_qemu
def test_a_qcow2_with_a_feature_that_is_not_known_is_refused(tmp_path):
    path, raw = made(tmp_path, "qcow2")
    struct.pack_into(">Q", raw, 72, 1 << 40)
    path.write_bytes(raw)
    refused(path, "it needs a feature that is not known here (bits 0x10000000000)")


@needs_qemu
def test_a_vhd_whose_end_was_cut_off_uses_the_copy_of_its_footer(tmp_path):
    path, raw = made(tmp_path, "vpc", "-o", "force_size=on")
    path.write_bytes(raw[:-512])
    found, problems = everything(path)
    text = "the footer at the end of the file is missing: the file may have been cut; the copy at its start was used"
    assert (found, [(each.kind, each.detail) for each in problems]) == (media(3 << 20), [("note", f"a.vhd: {text}")])


@needs_qemu
def test_a_table_that_points_outside_is_told_and_the_byte_is_named(tmp_path):
    path, raw = made(tmp_path, "vpc", "-o", "force_size=on")
    struct.pack_into(">I", raw, 1536 + 4, 0xFFFF_FF00)
    path.write_bytes(raw)
    image = opened(path)
    text = f"a.vhd: 1 of 2 blocks stand beyond the end of the file ({len(raw) - 512} bytes): they cannot be read"
    assert [each.detail for each in image.problems()] == [text]
    assert image.read_at(0, 2 << 20) == media(3 << 20)[: 2 << 20]
    with pytest.raises(
        SourceError, match=r"^a\.vhd: byte 2097152 of the media cannot be read: its place, byte 2199023124992"
    ):
        image.read_at(2 << 20, 512)
    image.close()


@needs_qemu
@pytest.mark.parametrize("form", FORMS)
def test_the_half_of_an_image_is_told_to_be_one(tmp_path, form):
    path, raw = made(tmp_path, form)
    path.write_bytes(raw[: len(raw) // 2])
    try:
        image = opened(path)
    except SourceError as error:
        assert str(error).startswith(path.name)
        return
    assert [each.kind for each in image.problems()].count("file") == 1
    with pytest.raises(SourceError, match=r"byte \d+ of the media cannot be read"):
        image.read_at(0, image.size)
    image.close()


@needs_qemu
@pytest.mark.parametrize(
    ("form", "at", "pattern", "number", "text"),
    [
        ("vdi", 368, "<Q", 0, "a media size of 0 bytes cannot be"),
        ("vdi", 376, "<I", 12345, "a block size of 12345 bytes cannot be"),
        ("vdi", 384, "<I", 1, "its table has 1 entries, and the media of 3145728 bytes need 3"),
        ("vdi", 70, "<H", 9, "VDI version 9.1 is not read"),
        ("qcow2", 20, ">I", 40, "clusters of 2^40 bytes cannot be"),
        ("qcow2", 24, ">Q", 1 << 59, "its first table has 1 entries, and the media need 1073741824"),
        ("qcow2", 4, ">I", 4, "QCOW version 4 is not read"),
        ("vmdk", 12, "<Q", 1 << 40, "the table at byte 26624 of the image file goes beyond its end"),
        ("vmdk", 44, "<I", 0, "grains of 65536 bytes in tables of 0 entries cannot be"),
        ("vmdk", 4, "<I", 9, "a sparse extent of version 9 is not read"),
        ("vhdx", 0, "<Q", 0, None),
    ],
)
def test_a_header_that_cannot_be_is_refused(tmp_path, form, at, pattern, number, text):
    path, raw = made(tmp_path, form)
    struct.pack_into(pattern, raw, at, number)
    path.write_bytes(raw)
    if text is None:
        assert kinds(path) == []
    elif form == "vmdk" and at == 12:
        with pytest.raises(SourceError, match=r"^a\.vmdk: .* (beyond its end|too large to be believed)$"):
            opened(path)
    else:
        refused(path, text)


@needs_qemu
def test_one_damaged_header_of_a_vhdx_costs_nothing(tmp_path):
    path, raw = made(tmp_path, "vhdx")
    newest = max((1 << 16, 2 << 16), key=lambda at: struct.unpack_from("<Q", raw, at + 8)[0])
    raw[newest + 100] ^= 1
    raw[(3 << 16) + 20] ^= 1
    path.write_bytes(raw)
    found, problems = everything(path)
    assert (found, [each.detail for each in problems]) == (
        media(3 << 20),
        [
            "a.vhdx: one of its two headers is damaged; the other was used",
            "a.vhdx: the first region table is damaged; its copy was used",
        ],
    )
    raw[1 << 16] ^= 1
    raw[2 << 16] ^= 1
    path.write_bytes(raw)
    refused(path, "neither of its two headers is sound")


def test_the_checksum_of_vhdx_is_that_of_its_published_example():
    assert (crc32c(b"123456789"), crc32c(bytes(32))) == (0xE3069283, 0x8A9136AA)


def test_real_files_that_only_look_like_images_are_not_claimed(corpus):
    assert [kinds(corpus / name) for name in ("dfvfs/bogus.001", "sleuthkit/data/bogus.E01")] == [[], []]
