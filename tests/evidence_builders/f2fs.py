"""F2FS volumes made by the system's own tools, and changed in code as the kernel would change them."""

from __future__ import annotations

import os
import struct
from pathlib import Path

import cramjam

from extractors.sources.disk_layout import Part
from extractors.sources.filesystems.f2fs import F2fsFiles
from extractors.sources.names import Findings
from parsers.f2fs import F2fs
from parsers.f2fs_layout import BLOCK, PER_SEGMENT, Checkpoint, checksum
from parsers.f2fs_nodes import FileBlocks, Inode
from tests.evidence_builders.images import run_tool

SIZE = 100 << 20
EXTRA = ("-O", "extra_attr,inode_checksum,inode_crtime,sb_checksum,compression,casefold,encrypt", "-C", "utf8")
LONG_NAMES = ["n" * 255, "照" * 85, "żółć-照片-🍰.txt", "tab\there"]


def made_up_tree(folder: Path) -> Path:
    """Files of every sort: empty, inside their inode, of a few blocks, of more blocks than an inode lists."""
    (folder / "a/b/c").mkdir(parents=True)
    (folder / "note.txt").write_bytes(b"made-up note\n")
    (folder / "empty").write_bytes(b"")
    (folder / "a/text.txt").write_bytes(b"".join(b"line %d, made up\n" % number for number in range(3000)))
    (folder / "a/b/big.bin").write_bytes(b"".join(struct.pack(">I", number) * 64 for number in range(20_000)))
    (folder / "a/b/c/small.bin").write_bytes(bytes(range(256)) * 10)
    for name in LONG_NAMES:
        (folder / "a" / name).write_bytes(name.encode())
    (folder / "wide").mkdir()
    for number in range(600):
        (folder / f"wide/{number:04d}-{'x' * (number % 100)}").write_bytes(b"%d" % number)
    os.symlink("../note.txt", folder / "a/link")
    Path(os.fsdecode(os.fsencode(folder) + b"/caf\xe9")).write_bytes(b"no UTF-8")
    os.utime(folder / "note.txt", (1_700_000_000, 1_700_000_001))
    return folder


def make(image: Path, tree: Path, *options: str, size: int = SIZE) -> Path:
    """A volume with the files of `tree`."""
    with image.open("wb") as out:
        out.truncate(size)
    run_tool("mkfs.f2fs", "-q", "-f", "-l", "made-up", *options, image)
    run_tool("sload.f2fs", "-f", tree, image)
    return image


class Changed:
    """The bytes of a volume, to be changed; `files` reads them anew."""

    def __init__(self, data: bytes) -> None:
        self.data = bytearray(data)

    def read_at(self, offset: int, size: int) -> bytes:
        return bytes(self.data[offset : offset + size])

    def volume(self) -> F2fs:
        return F2fs(self.read_at, len(self.data))

    def files(self, findings: Findings | None = None) -> F2fsFiles:
        part = Part("p0", "", 0, len(self.data), "made up", None)
        return F2fsFiles(part, self.read_at, None, Findings() if findings is None else findings)

    def inode(self, path: str) -> Inode:
        volume = self.volume()
        found = volume.inode(volume.sb.root)
        for part in path.split("/") if path else ():
            names = {name.name: name.inode for name in volume.names(found, set()) if not name.deleted}
            found = volume.inode(names[os.fsencode(part)])
        return found

    def at(self, number: int) -> int:
        """The offset of a node."""
        return self.volume().table.place(number)[1] * BLOCK

    def put(self, offset: int, pattern: str, *values: int) -> None:
        struct.pack_into(pattern, self.data, offset, *values)

    def resum(self, number: int) -> None:
        """The checksum of an inode, made right again."""
        at, sb = self.at(number), self.volume().sb
        raw = self.data[at : at + BLOCK]
        seed = checksum(struct.pack("<I", number) + raw[68:72], checksum(sb.uuid, 0xFFFFFFFF))
        self.put(at + 368, "<I", checksum(bytes(raw[:368]) + bytes(4) + bytes(raw[372:]), seed))

    def nat_at(self, number: int) -> int:
        """The offset of a node's entry in the table that the checkpoint names."""
        volume = self.volume()
        block, place = divmod(number, 455)
        second = volume.checkpoint.nat_bitmap[block >> 3] >> (7 - block % 8) & 1
        assert block < PER_SEGMENT
        return (volume.sb.nat + block + second * PER_SEGMENT) * BLOCK + place * 9

    def journal_at(self, which: int, pack: Checkpoint | None = None) -> int:
        """The offset of the journal of nodes (0) or segments (1), of the newest checkpoint or another."""
        pack = pack or self.volume().checkpoint
        if pack.flags & 4:
            return (pack.start + pack.summaries) * BLOCK + which * 507
        return (pack.start + pack.blocks - 7 + 2 * which) * BLOCK + 3584

    def free(self, block: int) -> None:
        """Marks a block as not in use."""
        volume = self.volume()
        segment, inside = divmod(block - volume.sb.main, PER_SEGMENT)
        table, place = divmod(segment, 55)
        assert not any(self.data[self.journal_at(1) : self.journal_at(1) + 2])
        second = volume.checkpoint.sit_bitmap[table >> 3] >> (7 - table % 8) & 1
        half = volume.sb.sit_segments // 2 * PER_SEGMENT
        at = (volume.sb.sit + table + second * half) * BLOCK + place * 74
        count = struct.unpack_from("<H", self.data, at)[0]
        assert volume.use.in_use(block)
        self.put(at, "<H", count - 1)
        self.data[at + 2 + inside // 8] &= ~(0x80 >> inside % 8) & 0xFF

    def slot_of(self, path: str) -> tuple[int, int, int, int]:
        """(offset of the table, offset of its entries, slot, length) of a name in use."""
        above, _, name = path.rpartition("/")
        directory, wanted = self.inode(above), os.fsencode(name)
        if directory.inline & 4:
            tables = [(self.at(directory.number) + directory.inline_at, directory.inline_room)]
        else:
            tables = [(block * BLOCK, BLOCK) for block in self.blocks_of(directory)[1]]
        for at, room in tables:
            slots = room * 8 // 153
            entries = at + room - 19 * slots
            for slot in range(slots):
                length = struct.unpack_from("<H", self.data, entries + slot * 11 + 8)[0]
                start = entries + slots * 11 + slot * 8
                used = self.data[at + slot // 8] >> slot % 8 & 1
                if used and self.data[start : start + length] == wanted:
                    return at, entries, slot, length
        raise AssertionError(path)

    def unname(self, path: str) -> None:
        """Clears the bits of a name in its directory, as removing a name does."""
        at, _, slot, length = self.slot_of(path)
        for one in range(slot, slot + (length + 7) // 8):
            self.data[at + one // 8] &= ~(1 << one % 8) & 0xFF

    def link(self, path: str, number: int) -> None:
        """Makes a name one of another inode."""
        _, entries, slot, _ = self.slot_of(path)
        self.put(entries + slot * 11 + 4, "<I", number)

    def repack(self, drop: int = 0, orphans: tuple[int, ...] = (), clear: int = 0) -> None:
        """Writes the newest checkpoint anew: without `drop` summaries before its end, with a block of orphans."""
        pack = self.volume().checkpoint
        blocks = [bytearray(self.read_at((pack.start + at) * BLOCK, BLOCK)) for at in range(pack.blocks)]
        head, last = blocks[0], blocks[-1]
        middle = blocks[1 : len(blocks) - 1 - drop]
        if orphans:
            raw = struct.pack(f"<{len(orphans)}I", *orphans).ljust(4084, b"\0") + struct.pack(
                "<HHI", 1, 1, len(orphans)
            )
            middle.insert(0, bytearray(raw + struct.pack("<I", checksum(raw))))
        for block in (head, last):
            flags = (pack.flags | (2 if orphans else 0)) & ~clear
            struct.pack_into("<III", block, 132, flags, len(middle) + 2, pack.summaries + bool(orphans))
            at = struct.unpack_from("<I", block, 164)[0]
            found = checksum(bytes(block[:at]))
            if at < BLOCK - 4:
                found = checksum(bytes(block[at + 4 :]), found)
            struct.pack_into("<I", block, at, found)
        new = b"".join((head, *middle, last))
        self.data[pack.start * BLOCK : pack.start * BLOCK + len(new)] = new

    def blocks_of(self, inode: Inode) -> tuple[list[int], list[int]]:
        """(its nodes, its data blocks)."""
        nodes: list[int] = [inode.number]
        volume = self.volume()

        def node_of(number: int, owner: int, place: int) -> bytes:
            nodes.append(number)
            return volume.node(number, owner, place)

        leaves = FileBlocks(inode, node_of).leaves() if not inode.inline & 2 else ()
        return nodes, [block for leaf in leaves for block in leaf.addresses or () if block]

    def delete(self, path: str) -> Inode:
        """Deletes a file: its name, its places in the node table, the marks that its blocks are in use."""
        inode = self.inode(path)
        nodes, blocks = self.blocks_of(inode)
        places = [self.volume().table.place(node)[1] for node in nodes]
        self.unname(path)
        for block in (*places, *blocks):
            self.free(block)
        for node in nodes:
            self.put(self.nat_at(node), "<BII", 0, 0, 0)
        return inode

    def compress(self, path: str, log: int = 2, *, checked: bool = True) -> bytes:
        """Packs each cluster of a file as the kernel does where that saves a block; gives the file's bytes."""
        inode = self.inode(path)
        content = self.files().open(str(inode.number), inode.size).read()
        at, per = self.at(inode.number), 1 << log
        first = at + 360 + inode.extra
        for cluster in range(0, -(-inode.size // BLOCK), per):
            part = content[cluster * BLOCK : (cluster + per) * BLOCK].ljust(per * BLOCK, b"\0")
            packed = bytes(cramjam.lz4.compress_block(part, store_size=False))
            raw = struct.pack("<II16x", len(packed), checksum(packed) if checked else 0) + packed
            if len(raw) > (per - 1) * BLOCK:
                continue
            addresses = struct.unpack_from(f"<{per}I", self.data, first + cluster * 4)
            wanted = [0xFFFFFFFE, *addresses[: -(-len(raw) // BLOCK)]]
            self.put(first + cluster * 4, f"<{per}I", *wanted, *[0] * (per - len(wanted)))
            for number, address in enumerate(wanted[1:]):
                piece = raw[number * BLOCK : (number + 1) * BLOCK].ljust(BLOCK, b"\0")
                self.data[address * BLOCK : (address + 1) * BLOCK] = piece
        self.put(at + 80, "<I", inode.flags | 4)
        self.put(at + 392, "<BBH", 1, log, int(checked))
        self.resum(inode.number)
        return content
