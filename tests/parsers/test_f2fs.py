from __future__ import annotations

import hashlib
import os
import random
import struct
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parsers.f2fs import F2fs
from parsers.f2fs_deleted import OldNodes
from parsers.f2fs_directory import block_names, inline_names, name_hash
from parsers.f2fs_layout import BLOCK, checksum
from parsers.f2fs_nodes import DIRECTORY, LINK, FileBlocks
from tests.evidence_builders.f2fs import EXTRA, Changed, made_up_tree, make
from tests.evidence_builders.images import have

needs_f2fs = pytest.mark.skipif(not have("mkfs.f2fs", "sload.f2fs"), reason="f2fs-tools are not installed")
KINDS: dict[str, tuple[str, ...]] = {"plain": (), "extra": EXTRA, "large-nat": ("-i",)}


@pytest.fixture(scope="module")
def tree(tmp_path_factory) -> Path:
    return made_up_tree(tmp_path_factory.mktemp("f2fs") / "tree")


@pytest.fixture(scope="module")
def images(tmp_path_factory, tree) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("f2fs-images")
    return {kind: make(folder / f"{kind}.img", tree, *options).read_bytes() for kind, options in KINDS.items()}


@pytest.fixture(scope="module")
def hostile(images) -> tuple[Changed, list[int]]:
    """A volume with compressed and deleted files, and its blocks that are worth shaking."""
    image = Changed(images["extra"])
    image.compress("a/text.txt")
    image.delete("a/b/big.bin")
    image.delete("wide/0500-")
    return image, interesting(images["extra"])


def everything(volume: F2fs) -> dict[bytes, tuple[int, int, str] | None]:
    """Path -> (kind, time of change, SHA-256) of all that can be reached; None for a directory."""
    found: dict[bytes, tuple[int, int, str] | None] = {}
    waiting, blocks, seen = [(b"", volume.sb.root)], set(), set()
    while waiting:
        above, number = waiting.pop()
        for name in volume.names(volume.inode(number), blocks):
            if name.deleted or name.damage or name.name in (b".", b".."):
                continue
            inode = volume.inode(name.inode)
            if inode.kind == DIRECTORY:
                found[above + name.name] = None
                if name.inode not in seen:
                    seen.add(name.inode)
                    waiting.append((above + name.name + b"/", name.inode))
                continue
            digest, at, data = hashlib.sha256(), 0, volume.data(inode)
            while at < inode.size:
                piece = data.read_at(at, 1 << 20)
                digest.update(piece)
                at += len(piece)
            found[above + name.name] = (inode.kind, inode.mtime, digest.hexdigest())
    return found


def expected(tree: Path) -> dict[bytes, tuple[int, int, str] | None]:
    found: dict[bytes, tuple[int, int, str] | None] = {}
    for folder, folders, files in os.walk(os.fsencode(tree)):
        above = os.path.relpath(folder, os.fsencode(tree)) + b"/"
        above = b"" if above == b"./" else above
        found |= dict.fromkeys(above + name for name in folders)
        for name in files:
            path = folder + b"/" + name
            is_link = os.path.islink(path)
            data = os.readlink(path) if is_link else Path(os.fsdecode(path)).read_bytes()
            kind = LINK if is_link else 0o100000
            found[above + name] = (kind, int(os.lstat(path).st_mtime), hashlib.sha256(data).hexdigest())
    return found


@needs_f2fs
@pytest.mark.parametrize("kind", KINDS)
def test_every_file_comes_out_as_it_went_in(images, tree, kind):
    volume = Changed(images[kind]).volume()
    assert everything(volume) == expected(tree)
    assert volume.problems == []


@needs_f2fs
def test_the_second_superblock_serves_when_the_first_is_bad(images, tree):
    image = Changed(images["extra"])
    image.data[1024 + 110] ^= 1  # in the identifier: only the checksum tells
    volume = image.volume()
    assert (volume.sb.copy, volume.problems) == (1, ["superblock 1 of 2: its checksum does not match"])
    assert everything(volume) == expected(tree)


@needs_f2fs
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("place", ["head", "end"])
def test_a_checkpoint_that_was_not_written_to_its_end_is_not_believed(images, tree, kind, place):
    image = Changed(images[kind])
    volume = image.volume()
    newest = volume.checkpoint
    at = (newest.start + (0 if place == "head" else newest.blocks - 1)) * BLOCK
    image.data[at + 16] ^= 1
    volume = image.volume()
    number = 1 if newest.start == volume.sb.checkpoint else 2
    assert volume.problems == [f"checkpoint {number} of 2: its checksum does not match"]
    assert volume.checkpoint.start != newest.start
    assert everything(volume) == expected(tree)


@needs_f2fs
def test_without_a_sound_checkpoint_or_superblock_the_volume_does_not_open(images):
    image = Changed(images["plain"])
    for pack in (1, 2):
        image.data[(512 * pack) * BLOCK] ^= 1
    with pytest.raises(ValueError, match=r"^checkpoint 1 of 2: its checksum .*; checkpoint 2 of 2: its checksum "):
        image.volume()
    with pytest.raises(ValueError, match=r"^superblock 1 of 2: not an F2FS superblock; superblock 2 of 2: not an "):
        Changed(bytes(1 << 20)).volume()
    with pytest.raises(ValueError, match="not an F2FS superblock"):
        Changed(b"").volume()


@needs_f2fs
@pytest.mark.parametrize("kind", KINDS)
def test_the_journal_wins_over_the_node_table(images, tree, kind):
    image = Changed(images[kind])
    number = image.inode("note.txt").number
    entry = image.nat_at(number)
    _, owner, block = struct.unpack_from("<BII", image.data, entry)
    journal = image.journal_at(0)
    assert struct.unpack_from("<H", image.data, journal)[0] == 0
    image.put(entry, "<BII", 0, owner, block + 1)
    with pytest.raises(ValueError, match=f"node {number} of inode {number} .* is not where the node table says"):
        image.volume().inode(number)
    image.put(journal, "<HIBII", 1, number, 0, owner, block)
    assert everything(image.volume()) == expected(tree)


@needs_f2fs
def test_compact_summaries_hold_the_journal_at_their_start(images, tree):
    image = Changed(images["plain"])
    number = image.inode("note.txt").number
    _, owner, block = struct.unpack_from("<BII", image.data, image.nat_at(number))
    image.put(image.nat_at(number), "<BII", 0, 0, 0)
    pack = image.volume().checkpoint
    start, end = pack.start * BLOCK, (pack.start + pack.blocks - 1) * BLOCK
    for at in (start, end):
        image.put(at + 132, "<I", pack.flags | 4)
        check_at = struct.unpack_from("<I", image.data, at + 164)[0]
        image.put(at + check_at, "<I", checksum(bytes(image.data[at : at + check_at])))
    assert image.journal_at(0) == (pack.start + pack.summaries) * BLOCK
    image.put(image.journal_at(0), "<HIBII", 1, number, 0, owner, block)
    image.put(image.journal_at(1), "<H", 0)
    assert everything(image.volume()) == expected(tree)


@needs_f2fs
@pytest.mark.parametrize("log", [2, 3])
@pytest.mark.parametrize("checked", [True, False])
def test_compressed_clusters_are_unpacked(images, log, checked):
    image = Changed(images["extra"])
    content = image.compress("a/text.txt", log, checked=checked)
    volume = image.volume()
    inode = volume.inode(image.inode("a/text.txt").number)
    addresses = struct.unpack_from("<8I", inode.raw, 360 + inode.extra)
    assert (inode.compressed, inode.checksum_ok, inode.cluster, 0xFFFFFFFE in addresses) == (True, True, 1 << log, True)
    data = volume.data(inode)
    for start in (0, 1, 4095, 16383, 16384, 40000, len(content) - 1):
        found = b""
        while len(found) < min(20_000, len(content) - start):
            found += data.read_at(start + len(found), 20_000 - len(found))
        assert found == content[start : start + 20_000]


@needs_f2fs
def test_a_damaged_cluster_costs_its_own_bytes(images):
    image = Changed(images["extra"])
    content = image.compress("a/text.txt")
    inode = image.inode("a/text.txt")
    block = struct.unpack_from("<2I", inode.raw, 360 + inode.extra)[1]
    image.data[block * BLOCK + 40] ^= 0xFF
    data = image.volume().data(inode)
    with pytest.raises(ValueError, match=r"^inode \d+: the checksum of the cluster at block 0 does not match$"):
        data.read_at(0, 100)
    assert data.read_at(16384, 100) == content[16384:16484]


@needs_f2fs
def test_holes_and_reserved_blocks_are_zeros(images):
    image = Changed(images["plain"])
    inode = image.inode("a/b/big.bin")
    at = image.at(inode.number) + 360
    image.put(at + 4, "<3I", 0, 0xFFFFFFFF, 0)
    image.put(image.at(inode.number) + 4052, "<I", 0)  # the first direct node: 1018 blocks
    data, inode = image.volume().data(inode := image.inode("a/b/big.bin")), inode
    assert data.read_at(4096, 1 << 20) == bytes(3 * BLOCK)
    assert (
        data.read_at((inode.direct + 5) * BLOCK + 10, 1 << 20)
        == bytes((inode.size // BLOCK - inode.direct - 5) * BLOCK - 10)[: 1 << 20]
    )


@needs_f2fs
@pytest.mark.parametrize(
    ("offset", "pattern", "value", "message"),
    [
        (4072, "<I", 77, "is not where the node table says"),
        (4076, "<I", 77, "is not where the node table says"),
        (4080, "<I", 1 << 3, "is not where the node table says"),
        (360, "<H", 3, "3 bytes of extra attributes are not possible"),
        (360, "<H", 4000, "4000 bytes of extra attributes are not possible"),
        (360, "<H", 3692, "no room is left beside its attributes"),
        (16, "<Q", 1 << 60, "is more than a file can have"),
        (16, "<Q", 4000, "4000 bytes do not fit into the inode that is said to hold them"),
    ],
)
def test_an_inode_that_cannot_be_is_told(images, offset, pattern, value, message):
    image = Changed(images["extra"])
    number = image.inode("note.txt").number
    image.put(image.at(number) + offset, pattern, value)
    with pytest.raises(ValueError, match=message):
        image.volume().inode(number)


@needs_f2fs
def test_flexible_room_for_attributes_is_taken_from_the_inode(images, tree):
    image = Changed(images["extra"])
    number = image.inode("a/text.txt").number
    at = image.at(number)
    addresses = image.data[at + 360 + 36 :][: 4 * 14]
    image.data[at + 360 + 36 : at + 360 + 36 + 4 * 14] = addresses
    image.put(at + 362, "<H", 70)
    for copy in (1024, BLOCK + 1024):
        image.put(copy + 2180, "<I", image.volume().sb.features | 0x40)
        image.put(copy + 3068, "<I", checksum(bytes(image.data[copy : copy + 3068])))
    assert image.volume().sb.copy == 0
    assert image.volume().inode(number).direct == 923 - 9 - 70


@needs_f2fs
def test_the_hash_of_a_name_is_the_one_that_the_volume_stores(images):
    image = Changed(images["plain"])
    root = image.volume().inode(image.inode("a").number)
    room = root.raw[root.inline_at :][: root.inline_room]
    if not root.inline & 4:
        _, blocks = image.blocks_of(root)
        room = bytes(image.data[blocks[0] * BLOCK : (blocks[0] + 1) * BLOCK])
    slots = len(room) * 8 // 153
    stored = set(struct.unpack_from(f"<{'I7x' * slots}", room, len(room) - 19 * slots))
    names = {name.name for name in (inline_names(room) if root.inline & 4 else block_names(room))}
    assert names >= {b"text.txt", b"b", b"n" * 255}
    assert {name_hash(name) for name in names} <= stored


@needs_f2fs
def test_two_directories_cannot_share_a_block(images):
    image = Changed(images["plain"])
    wide, a = image.inode("wide"), image.inode("")
    block = struct.unpack_from("<I", wide.raw, 360)[0]
    image.put(image.at(wide.number) + 364, "<I", block)
    volume = image.volume()
    with pytest.raises(ValueError, match=rf"^inode {wide.number}: block {block} of the directory was met before$"):
        list(volume.names(volume.inode(wide.number), set()))
    assert a.kind == DIRECTORY


@needs_f2fs
def test_a_hole_as_large_as_a_file_can_be_is_passed_at_once(images):
    image = Changed(images["plain"])
    wide = image.inode("wide")
    at = image.at(wide.number)
    before = len(list(image.volume().names(wide, set())))
    image.put(at + 16, "<Q", (wide.direct + (2 + 2 * 1018 + 1018**2) * 1018) * BLOCK)
    image.put(at + 4052, "<5I", 0, 0, 0, 0, 0)
    assert len(list(image.volume().names(image.inode("wide"), set()))) == before


def interesting(data: bytes) -> list[int]:
    """The blocks that hold something and are not the body of the big file."""
    return [
        at
        for at in range(0, len(data), BLOCK)
        if any(data[at : at + BLOCK]) and data[at + 4 : at + 8] != data[at : at + 4]
    ]


def shaken(image: bytearray, blocks: list[int], seed: int) -> list[tuple[int, bytes]]:
    """Changes some bytes in place; gives what was there, to be put back in reverse."""
    rng = random.Random(seed)
    undo = []
    for _ in range(rng.choice((1, 2, 5, 40))):
        at = rng.choice(blocks) + rng.choice((0, 4, 16, 132, 360, 1024, 4052, 4072, rng.randrange(BLOCK)))
        size = rng.choice((1, 2, 4, 8, 64))
        undo.append((at, bytes(image[at : at + size])))
        new = rng.choice(
            (
                rng.randbytes(size),
                bytes(size),
                b"\xff" * size,
                bytes(image[(other := rng.choice(blocks)) : other + size]),
            )
        )
        image[at : at + size] = new[: len(undo[-1][1])].ljust(len(undo[-1][1]), b"\0")
    return undo


def read_all(image: Changed) -> int:
    """Everything that a listing reads, with bounds; the number of names."""
    try:
        volume = image.volume()
        names = blocks = 0
        waiting, seen, met = [volume.sb.root], {volume.sb.root}, set()
        while waiting:
            number = waiting.pop()
            try:
                for name in volume.names(volume.inode(number), met):
                    names += 1
                    if name.inode in seen or name.damage:
                        continue
                    seen.add(name.inode)
                    try:
                        inode = volume.inode(name.inode)
                        if inode.kind == DIRECTORY:
                            waiting.append(name.inode)
                            continue
                        data = volume.data(inode)
                        for at in (0, 1 << 16, inode.size - 1):
                            blocks += len(data.read_at(max(0, at), 1 << 17))
                    except ValueError:
                        continue
            except ValueError:
                continue
        old = OldNodes(volume)
        for _, inode in old.inodes():
            try:
                old.kept(inode, 2000)
            except ValueError:
                continue
        volume.orphans()
    except ValueError:
        return 0
    return names


@needs_f2fs
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(st.integers(0, 1 << 32))
def test_hostile_bytes_give_names_or_an_error(hostile, seed):
    image, blocks = hostile
    undo = shaken(image.data, blocks, seed)
    try:
        assert read_all(image) < 300_000
    finally:
        for at, old in reversed(undo):
            image.data[at : at + len(old)] = old


@needs_f2fs
def test_a_cut_volume_gives_what_is_left_or_an_error(images):
    data = images["extra"]
    whole = read_all(Changed(data))
    for size in (0, 100, 1025, 5000, 1 << 20, 3 << 20, 20 << 20, 40 << 20, len(data) - 1):
        assert 0 <= read_all(Changed(data[:size])) <= whole


@needs_f2fs
def test_the_addresses_of_a_compressed_file_are_whole_clusters(images):
    image = Changed(images["extra"])
    content = image.compress("a/text.txt", 6)
    volume, inode = image.volume(), image.inode("a/text.txt")
    leaf = FileBlocks(inode, volume.node).leaf(832)
    assert (inode.direct, leaf.first, leaf.count) == (832, 832, 960)
    assert volume.data(inode).read_at(0, len(content)) == content


@needs_f2fs
def test_the_summaries_of_an_open_segment_are_those_of_the_checkpoint(images):
    image = Changed(images["extra"])
    inode = image.inode("a/text.txt")
    volume = image.volume()
    block = struct.unpack_from("<I", inode.raw, 360 + inode.extra)[0]
    segment = (block - volume.sb.main) // 512
    assert segment in volume.checkpoint.current
    at = (volume.sb.ssa + segment) * BLOCK
    image.data[at : at + BLOCK] = bytes(BLOCK)
    assert image.volume().use.written_for(block) == (inode.number, 0)
