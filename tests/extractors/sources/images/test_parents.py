from __future__ import annotations

import random
import re
import struct
import uuid
from pathlib import Path

import pytest

from extractors.sources.base import SourceError
from extractors.sources.images import vhd
from tests.evidence_builders.disk_images import convert, media, raw_file, vhd_child, vhdx_child
from tests.evidence_builders.images import have, run_tool
from tests.extractors.sources.disk_reading import state
from tests.extractors.sources.images.reading import digest, everything, needs_qemu, opened

pytestmark = needs_qemu
SIZE = 5 << 20


def mixed(seed: int = 3) -> tuple[bytes, bytes, set[int], bytes]:
    """(what the parent holds, what the child writes, the child's sectors, what is read through both)."""
    old, new, rng = media(SIZE), random.Random(seed).randbytes(SIZE), random.Random(seed)
    # Whole blocks of either, and one of both.
    changed = set(range(2048, 4096)) | {rng.randrange(4096, 8192) for _ in range(700)}
    whole = bytearray(old)
    for sector in changed:
        whole[sector * 512 : sector * 512 + 512] = new[sector * 512 : sector * 512 + 512]
    return old, new, changed, bytes(whole)


def differencing(folder: Path, kind: str) -> tuple[Path, bytes]:
    old, new, changed, whole = mixed()
    raw = raw_file(folder, old)
    if kind == "vhd":
        base = convert(raw, folder / "base.vhd", "vpc", "-o", "force_size=on")
        return vhd_child(folder / "child.vhd", base, new, changed), whole
    base = convert(raw, folder / "base.vhdx", "vhdx")
    return vhdx_child(folder / "child.vhdx", base, new, changed), whole


@pytest.mark.parametrize("kind", ["vhd", "vhdx"])
def test_a_differencing_disk_is_read_through_its_parent(tmp_path, kind):
    path, whole = differencing(tmp_path, kind)
    before = state(tmp_path)
    found, problems = everything(path)
    assert (digest(found), problems) == (digest(whole), [])
    image = opened(path)
    assert image.parts == [path.name, f"base.{kind}"]
    image.close()
    assert state(tmp_path) == before


@pytest.mark.skipif(not have("7z"), reason="7-Zip is not installed")
@pytest.mark.parametrize("kind", ["vhd", "vhdx"])
def test_seven_zip_reads_a_differencing_disk_the_same(tmp_path, kind):
    path, _ = differencing(tmp_path, kind)
    run_tool("7z", "x", f"-t{kind}", "-y", f"-o{tmp_path}", path)
    assert digest((tmp_path / "child.img").read_bytes()) == digest(everything(path)[0])


def test_another_library_reads_a_differencing_vhdx_the_same(tmp_path):
    # Not the VHD: libvhdi 20260901 gives zeros for sectors of the parent that follow one of the child in a bitmap byte.
    pyvhdi = pytest.importorskip("pyvhdi")
    path, _ = differencing(tmp_path, "vhdx")
    parent, child = pyvhdi.file(), pyvhdi.file()
    parent.open(str(tmp_path / "base.vhdx"))
    child.open(str(path))
    child.set_parent(parent)
    theirs = child.read_buffer_at_offset(child.get_media_size(), 0)
    child.close()
    parent.close()
    assert digest(theirs) == digest(everything(path)[0])


@pytest.mark.parametrize("kind", ["vhd", "vhdx"])
def test_without_its_parent_a_differencing_disk_does_not_open(tmp_path, kind):
    path, _ = differencing(tmp_path, kind)
    (tmp_path / f"base.{kind}").unlink()
    text = f"child.{kind}: its parent 'base.{kind}' is not beside it: without it the image is incomplete"
    with pytest.raises(SourceError, match=f"^{re.escape(text)}$"):
        opened(path)


def test_a_parent_that_is_another_disk_is_not_taken(tmp_path):
    path, _ = differencing(tmp_path, "vhd")
    convert(tmp_path / "media.raw", tmp_path / "base.vhd", "vpc", "-o", "force_size=on")
    with pytest.raises(
        SourceError, match=r"^child\.vhd: its parent base\.vhd is not in the state that it was made from"
    ):
        opened(path)


def test_parents_in_a_circle_are_told(tmp_path):
    path, _ = differencing(tmp_path, "vhd")
    raw = bytearray(path.read_bytes())
    name = "child.vhd".encode("utf-16-be")
    raw[512 + 64 : 512 + 64 + len(name) + 2] = name + b"\0\0"
    raw[512 + 40 : 512 + 56] = uuid.UUID(int=7).bytes
    path.write_bytes(raw)
    with pytest.raises(SourceError, match=r"^child\.vhd: its parents go in a circle: child\.vhd comes twice$"):
        opened(path)


def test_the_parent_of_a_vhd_is_looked_for_by_the_last_part_of_its_name_only(tmp_path):
    (tmp_path / "in").mkdir()
    path, _ = differencing(tmp_path / "in", "vhd")
    (tmp_path / "in/base.vhd").rename(tmp_path / "base.vhd")
    raw = bytearray(path.read_bytes())
    for stored in ("..\\base.vhd", "C:\\base.vhd", str(tmp_path / "base.vhd"), "..", ""):
        text = stored.encode("utf-16-be").ljust(512, b"\0")
        raw[576 : 576 + 512] = text[:512]
        path.write_bytes(raw)
        with pytest.raises(SourceError, match="is not beside it"):
            opened(path)


def test_a_log_that_was_not_applied_is_told(tmp_path):
    old, new, changed, _ = mixed()
    base = convert(raw_file(tmp_path, old), tmp_path / "base.vhdx", "vhdx")
    path = vhdx_child(tmp_path / "child.vhdx", base, new, changed, log=uuid.UUID(int=5).bytes_le)
    image = opened(path)
    image.close()
    text = "it was not closed cleanly: its log holds changes that were not applied here, so parts may be out of date"
    assert [(each.kind, each.detail) for each in image.problems()] == [("file", f"child.vhdx: {text}")]


def overlay(folder: Path, child: str, base: str, kind: str, form: str, backing: str | None = None) -> Path:
    run_tool("qemu-img", "create", "-f", kind, "-b", folder / base, "-F", form, folder / child)
    run_tool("qemu-io", "-f", kind, "-c", "write -P 0x41 1M 200k", "-c", "write -z 3M 64k", folder / child)
    run_tool("qemu-img", "rebase", "-u", "-f", kind, "-b", backing or base, "-F", form, folder / child)
    return folder / child


def written(data: bytes) -> bytes:
    return (
        data[: 1 << 20] + b"A" * 204800 + data[(1 << 20) + 204800 : 3 << 20] + bytes(65536) + data[(3 << 20) + 65536 :]
    )


@pytest.mark.parametrize("form", ["raw", "qcow2"])
def test_a_qcow2_is_read_through_its_backing_file(tmp_path, form):
    data = media(SIZE)
    raw_file(tmp_path, data)
    convert(tmp_path / "media.raw", tmp_path / "media.qcow2", "qcow2")
    path = overlay(tmp_path, "top.qcow2", f"media.{form}", "qcow2", form)
    assert everything(path) == (written(data), [])
    assert everything(overlay(tmp_path, "more.qcow2", "top.qcow2", "qcow2", "qcow2"))[0] == written(data)


def test_subclusters_that_are_zeros_hide_what_is_behind_them(tmp_path):
    data = media(SIZE)
    raw_file(tmp_path, data)
    top = tmp_path / "top.qcow2"
    options = ("-o", "extended_l2=on,cluster_size=128k", "-b", "media.raw", "-F", "raw")
    run_tool("qemu-img", "create", "-f", "qcow2", *options, top)
    run_tool("qemu-io", "-f", "qcow2", "-c", "write -z 8k 12k", "-c", "write -P 0x41 132k 4k", top)
    expected = bytearray(data)
    expected[8 << 10 : 20 << 10] = bytes(12 << 10)
    expected[132 << 10 : 136 << 10] = b"A" * 4096
    assert everything(top) == (bytes(expected), [])


def test_a_backing_file_that_is_smaller_is_followed_by_zeros(tmp_path):
    data = media(1 << 20)
    raw_file(tmp_path, data)
    run_tool("qemu-img", "create", "-f", "qcow2", "-b", "media.raw", "-F", "raw", tmp_path / "top.qcow2", "2M")
    assert everything(tmp_path / "top.qcow2") == (data + bytes(1 << 20), [])


@pytest.mark.parametrize("stored", ["/etc/hostname", "../media.raw", "json:{}", "sub/media.raw", "nbd:example:10809"])
def test_a_backing_file_elsewhere_is_refused(tmp_path, stored):
    raw_file(tmp_path, media(1 << 20))
    run_tool("qemu-img", "create", "-f", "qcow2", "-b", "media.raw", "-F", "raw", tmp_path / "top.qcow2")
    raw = bytearray((tmp_path / "top.qcow2").read_bytes())
    at = struct.unpack_from(">Q", raw, 8)[0]
    raw[at : at + len(stored)] = stored.encode()
    struct.pack_into(">I", raw, 16, len(stored))
    (tmp_path / "top.qcow2").write_bytes(raw)
    text = f"top.qcow2: refused: its backing file is named outside its folder, {stored!r}"
    with pytest.raises(SourceError, match=f"^{re.escape(text)}$"):
        opened(tmp_path / "top.qcow2")


def test_a_backing_file_that_is_the_image_itself_is_told(tmp_path):
    raw_file(tmp_path, media(1 << 20), "top.qcow2")
    run_tool("qemu-img", "create", "-f", "qcow2", "-b", "top.qcow2", "-F", "raw", tmp_path / "x.qcow2")
    (tmp_path / "x.qcow2").replace(tmp_path / "top.qcow2")
    with pytest.raises(SourceError, match=r"^top\.qcow2: its parents go in a circle: top\.qcow2 comes twice$"):
        opened(tmp_path / "top.qcow2")


def test_a_delta_of_vmware_is_read_through_its_parent(tmp_path):
    data = media(SIZE)
    raw = raw_file(tmp_path, data)
    convert(raw, tmp_path / "base.vmdk", "vmdk")
    run_tool("qemu-img", "create", "-f", "vmdk", "-b", tmp_path / "base.vmdk", "-F", "vmdk", tmp_path / "top.vmdk")
    run_tool("qemu-io", "-f", "vmdk", "-c", "write -P 0x41 1M 200k", tmp_path / "top.vmdk")
    expected = data[: 1 << 20] + b"A" * 204800 + data[(1 << 20) + 204800 :]
    assert everything(tmp_path / "top.vmdk") == (expected, [])
    convert(raw, tmp_path / "base.vmdk", "vmdk")  # another content identifier
    with pytest.raises(
        SourceError, match=r"^top\.vmdk: its parent base\.vmdk is not in the state that it was made from"
    ):
        opened(tmp_path / "top.vmdk")


def test_the_parent_of_a_vdi_is_found_by_its_identifier(tmp_path):
    data = media(SIZE)
    base = convert(raw_file(tmp_path, data), tmp_path / "some name.vdi", "vdi")
    child = bytearray(convert(raw_file(tmp_path, bytes(SIZE), "empty.raw"), tmp_path / "child.vdi", "vdi").read_bytes())
    child[424:440] = base.read_bytes()[392:408]
    (tmp_path / "child.vdi").write_bytes(child)
    (tmp_path / "bad.vdi").write_bytes(b"no disk image")
    assert everything(tmp_path / "child.vdi") == (data, [])
    base.unlink()
    with pytest.raises(
        SourceError, match=r"^child\.vdi: its parent, the VDI with the identifier [0-9a-f-]{36}, is not"
    ):
        opened(tmp_path / "child.vdi")


def test_a_chain_of_parents_has_an_end(tmp_path):
    run_tool("qemu-img", "create", "-f", "qcow2", tmp_path / "0.qcow2", "1M")
    for number in range(1, 70):
        words = ("-b", f"{number - 1}.qcow2", "-F", "qcow2", tmp_path / f"{number}.qcow2", "1M")
        run_tool("qemu-img", "create", "-u", "-f", "qcow2", *words)
    assert everything(tmp_path / "63.qcow2") == (bytes(1 << 20), [])
    with pytest.raises(SourceError, match=r"^69\.qcow2: it has more than 64 parents, one behind the other$"):
        opened(tmp_path / "69.qcow2")


def test_the_limits_say_where_a_parent_has_to_be():
    assert vhd.LIMITS == "A differencing VHD opens only with its parent in the same folder."
