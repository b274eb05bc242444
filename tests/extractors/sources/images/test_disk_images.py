from __future__ import annotations

import random
import struct
import subprocess
import threading

import pytest

from extractors.sources.base import Entry, SourceError
from extractors.sources.images import qcow, vmdk
from extractors.sources.place import InnerPlace
from tests.evidence_builders.disk_images import convert, media, raw_file, write_esx
from tests.evidence_builders.images import run_tool, tool_path
from tests.extractors.sources.disk_reading import state
from tests.extractors.sources.images.reading import counts, digest, everything, kinds, needs_qemu, opened

WRITTEN = [
    ("vpc", "a.vhd", "subformat=dynamic,force_size=on"),
    ("vpc", "a.vhd", "subformat=fixed,force_size=on"),
    ("vhdx", "a.vhdx", "subformat=dynamic"),
    ("vhdx", "a.vhdx", "subformat=dynamic,block_size=1M"),
    ("vhdx", "a.vhdx", "subformat=fixed"),
    ("vdi", "a.vdi", "static=off"),
    ("vdi", "a.vdi", "static=on"),
    ("qcow", "a.qcow", ""),
    ("qcow2", "a.qcow2", "compat=0.10"),
    ("qcow2", "a.qcow2", "compat=1.1"),
    ("qcow2", "a.qcow2", "cluster_size=512"),
    ("qcow2", "a.qcow2", "cluster_size=2M"),
    ("qcow2", "a.qcow2", "extended_l2=on,cluster_size=128k"),
    ("vmdk", "a.vmdk", "subformat=monolithicSparse"),
    ("vmdk", "a.vmdk", "subformat=monolithicFlat"),
    ("vmdk", "a.vmdk", "subformat=twoGbMaxExtentSparse"),
    ("vmdk", "a.vmdk", "subformat=twoGbMaxExtentFlat"),
    ("vmdk", "a.vmdk", "subformat=streamOptimized"),
]
KINDS = {"vpc": "VHD", "vhdx": "VHDX", "vdi": "VDI", "qcow": "QCOW", "qcow2": "QCOW", "vmdk": "VMDK"}
PACKED = [("qcow", "", "a"), ("qcow2", "", "b"), ("qcow2", "compression_type=zstd", "c")]
PACKED += [("qcow2", "extended_l2=on,cluster_size=64k", "d")]


@needs_qemu
@pytest.mark.parametrize(("form", "name", "options"), WRITTEN)
def test_the_media_come_out_as_they_went_in_and_nothing_is_written(tmp_path, form, name, options):
    data = media((5 << 20) + 512 * 7)
    path = convert(raw_file(tmp_path, data), tmp_path / name, form, *(["-o", options] if options else []))
    before = state(tmp_path)
    assert kinds(path) == [KINDS[form]]
    found, problems = everything(path)
    assert (len(found), digest(found), problems) == (len(data), digest(data), [])
    assert state(tmp_path) == before


@needs_qemu
@pytest.mark.parametrize(("form", "options", "name"), PACKED)
def test_compressed_clusters_are_unpacked(tmp_path, form, options, name):
    data = media((5 << 20) + (0 if form == "qcow" else 512 * 7))
    raw, path = raw_file(tmp_path, data), tmp_path / name
    words = ["qemu-img", "convert", "-c", "-f", "raw", "-O", form, *(["-o", options] if options else []), raw, path]
    subprocess.run([tool_path("qemu-img"), *words[1:]], check=form != "qcow")  # it ends with 1 there, and all is well
    run_tool("qemu-img", "compare", "-f", "raw", "-F", form, raw, path)
    assert path.stat().st_size < 3 << 20
    assert everything(path) == (data, [])


@needs_qemu
def test_clusters_and_grains_that_are_marked_as_zeros_read_as_zeros_whatever_stands_there(tmp_path):
    data = media(5 << 20)
    raw = raw_file(tmp_path, data)
    stored = convert(raw, tmp_path / "a.qcow2", "qcow2", "-S", "0")
    grains = convert(raw, tmp_path / "a.vmdk", "vmdk", "-o", "subformat=monolithicSparse,zeroed_grain=on")
    inside = convert(raw, tmp_path / "b.qcow2", "qcow2", "-o", "extended_l2=on,cluster_size=128k")
    for path in (stored, grains, inside):
        run_tool("qemu-io", "-c", "write -z 65536 196608", path)
    expected = data[:65536] + bytes(196608) + data[65536 + 196608 :]
    assert [digest(everything(path)[0]) for path in (stored, grains, inside)] == [digest(expected)] * 3


def test_an_extent_of_esx_is_read(tmp_path):
    data = media(3 << 20)
    assert everything(write_esx(tmp_path, data)) == (data, [])


@needs_qemu
def test_an_extent_of_esx_is_read_as_qemu_reads_it(tmp_path):
    data = media(3 << 20)
    path = write_esx(tmp_path, data)
    run_tool("qemu-img", "convert", "-f", "vmdk", "-O", "raw", path, tmp_path / "out.raw")
    assert (tmp_path / "out.raw").read_bytes() == data


CORPUS = {
    "plaso/image.qcow2": (3, 4),
    "plaso/image.vmdk": (4, 2),
    "dfvfs/ext2.qcow2": (4, 0),
    "dfvfs/ext2.vmdk": (4, 0),
    "sleuthkit/data/image.qcow": (4, 2),
    "sleuthkit/data/image.vmdk": (4, 2),
}


@pytest.mark.parametrize("name", CORPUS)
def test_the_files_in_real_images_are_those_that_their_source_counts(corpus, name):
    assert counts(corpus / name) == CORPUS[name]


@needs_qemu
@pytest.mark.parametrize("name", [*CORPUS, "plaso/hfsplus_zlib.dmg", "plaso/spotlight.12.dmg"])
def test_real_images_give_the_bytes_that_qemu_gives(corpus, tmp_path, name):
    run_tool("qemu-img", "convert", "-O", "raw", corpus / name, tmp_path / "out.raw")
    found, problems = everything(corpus / name)
    assert (digest(found), problems) == (digest((tmp_path / "out.raw").read_bytes()), [])


@needs_qemu
@pytest.mark.parametrize("name", ["a.vhd", "a.vhdx"])
def test_another_library_reads_the_same_bytes(tmp_path, name):
    pyvhdi = pytest.importorskip("pyvhdi")
    data = media(5 << 20)
    path = convert(raw_file(tmp_path, data), tmp_path / name, "vpc" if name == "a.vhd" else "vhdx")
    other = pyvhdi.file()
    other.open(str(path))
    theirs = other.read_buffer_at_offset(other.get_media_size(), 0)
    other.close()
    assert digest(everything(path)[0]) == digest(theirs)


@needs_qemu
def test_reads_at_random_places_from_many_threads_give_the_same_bytes(tmp_path):
    data = media(5 << 20)
    path = convert(raw_file(tmp_path, data), tmp_path / "a.qcow2", "qcow2", "-c")
    image, wrong = opened(path), []

    def work(seed: int) -> None:
        rng = random.Random(seed)
        for _ in range(60):
            at, size = rng.randrange(len(data)), rng.randrange(200_000)
            if image.read_at(at, size) != data[at : at + size]:
                wrong.append((at, size))

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ends = [
        image.read_at(len(data) + 5, 10),
        image.read_at(-1, 10),
        image.read_at(len(data) - 3, 10),
        image.read_at(7, 0),
    ]
    image.close()
    assert (wrong, ends) == ([], [b"", b"", data[-3:], b""])


@needs_qemu
def test_an_image_inside_another_container_opens_with_its_parts(tmp_path):
    data = media(1 << 20)
    convert(raw_file(tmp_path, data), tmp_path / "a.vmdk", "vmdk", "-o", "subformat=monolithicFlat")
    entries = {
        name: Entry(f"disks/{name}", (tmp_path / name).stat().st_size, name) for name in ("a.vmdk", "a-flat.vmdk")
    }
    place = InnerPlace(entries["a.vmdk"], entries, lambda entry: (tmp_path / entry.address).open("rb"))
    image = vmdk.open_image(place)
    assert (image.read_at(0, image.size), image.parts) == (data, ["a.vmdk", "a-flat.vmdk"])
    image.close()
    alone = InnerPlace(entries["a.vmdk"], {}, lambda entry: (tmp_path / entry.address).open("rb"))
    with pytest.raises(SourceError, match=r"^a\.vmdk: its extent 'a-flat\.vmdk' is not beside it$"):
        vmdk.open_image(alone)


def test_bytes_before_each_block_of_a_vdi_are_passed_over(tmp_path):
    data, block, extra = media(3 << 20), 1 << 20, 512
    head = bytearray(b"<<< made-up disk image >>>\n".ljust(64, b"\0") + b"\x7f\x10\xda\xbe".ljust(448, b"\0"))
    struct.pack_into("<IIII", head, 68, 0x10001, 400, 1, 0)
    struct.pack_into("<II", head, 340, 512, 1024)
    struct.pack_into("<QIIII", head, 368, len(data), block, extra, 3, 3)
    table = struct.pack("<III", 1, 0, 2).ljust(512, b"\xff")
    order = [data[block : 2 * block], data[:block], data[2 * block :]]
    (tmp_path / "a.vdi").write_bytes(bytes(head) + table + b"".join(b"?" * extra + each for each in order))
    assert everything(tmp_path / "a.vdi") == (data, [])


@needs_qemu
def test_the_table_of_a_vhdx_makes_room_for_bitmaps_after_each_4_gib(tmp_path):
    path = tmp_path / "a.vhdx"
    run_tool("qemu-img", "create", "-f", "vhdx", "-o", "block_size=1M", path, "9G")
    places = (0, (4 << 30) - 4096, 4 << 30, (8 << 30) + (5 << 20))
    writes = [word for number, at in enumerate(places, 1) for word in ("-c", f"write -P {number} {at} 4096")]
    run_tool("qemu-io", "-f", "vhdx", *writes, path)
    image = opened(path)
    found = [image.read_at(at, 4096) for at in places]
    image.close()
    assert found == [bytes([number]) * 4096 for number in (1, 2, 3, 4)]


@needs_qemu
@pytest.mark.parametrize("kind", ["fixed", "dynamic"])
def test_a_vhdx_says_of_which_sort_it_is(tmp_path, kind):
    path = convert(raw_file(tmp_path, media(1 << 20)), tmp_path / "a.vhdx", "vhdx", "-o", f"subformat={kind}")
    image = opened(path)
    image.close()
    assert image.facts["disk type"] == kind


@needs_qemu
def test_the_description_names_what_the_image_says_of_itself(tmp_path):
    path = convert(raw_file(tmp_path, media(1 << 20)), tmp_path / "a.qcow2", "qcow2")
    run_tool("qemu-img", "snapshot", "-c", "before the update", path)
    image = opened(path)
    said = (image.facts, [(each.kind, each.detail) for each in image.problems()], image.parts)
    image.close()
    text = "snapshots inside are not read, only the latest state is; there are 1: 'before the update'"
    assert said == ({"version": "3", "cluster size": "65536 bytes"}, [("note", f"a.qcow2: {text}")], ["a.qcow2"])
    assert qcow.LIMITS.startswith("Snapshots inside a QCOW2 are named and not read.")
