"""AFF4 containers in code, after AFF4 Standard v1.0: images, maps, stripes, and single files."""

from __future__ import annotations

import hashlib
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import cramjam
import lz4.block

VOLUME = "aff4://aaaaaaaa-0000-4000-8000-000000000001"
STREAM = "aff4://bbbbbbbb-0000-4000-8000-000000000002"
MAP = "aff4://cccccccc-0000-4000-8000-000000000003"
IMAGE = "aff4://dddddddd-0000-4000-8000-000000000004"
PREFIXES = "@prefix aff4: <http://aff4.org/Schema#> .\n@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .\n\n"


def bare_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


METHODS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "zlib": ("<https://www.ietf.org/rfc/rfc1950.txt>", zlib.compress),
    "deflate": ("<https://tools.ietf.org/html/rfc1951>", bare_deflate),
    "snappy": ("<http://code.google.com/p/snappy/>", lambda data: bytes(cramjam.snappy.compress_raw(data))),
    "lz4": ("<https://code.google.com/p/lz4/>", lambda data: lz4.block.compress(data, store_size=False)),
    "none": ("aff4:NullCompressor", lambda data: data),
}


@dataclass
class Container:
    """A container as it is put together: members by name, statements, and how its zip is written."""

    members: dict[str, bytes] = field(default_factory=dict)
    statements: list[str] = field(default_factory=list)
    volume: str = VOLUME
    packed: bool = False

    def write(self, path: Path) -> Path:
        method = zipfile.ZIP_DEFLATED if self.packed else zipfile.ZIP_STORED
        with zipfile.ZipFile(path, "w", method) as archive:
            archive.comment = self.volume.encode()
            archive.writestr("container.description", self.volume)
            archive.writestr("version.txt", "major=1\nminor=0\ntool=made up\n")
            for name, data in self.members.items():
                archive.writestr(name, data)
            archive.writestr("information.turtle", PREFIXES + "\n".join(self.statements))
        return path

    def add_stream(
        self, uri: str, data: bytes, method: str = "zlib", chunk: int = 4096, per_bevy: int = 8, old_index: bool = False
    ) -> None:
        """Adds an image stream; `old_index` as before version 1.0: offsets only."""
        name, pack = METHODS[method]
        chunks = [data[at : at + chunk].ljust(chunk, b"\0") for at in range(0, len(data), chunk)]
        for number in range(0, len(chunks), per_bevy):
            bevy, index = bytearray(), bytearray()
            for plain in chunks[number : number + per_bevy]:
                stored = pack(plain)
                stored = stored if len(stored) < chunk - 16 else plain
                index += struct.pack("<I", len(bevy)) if old_index else struct.pack("<QI", len(bevy), len(stored))
                bevy += stored
            self.members[f"{folder_of(uri)}/{number // per_bevy:08d}"] = bytes(bevy)
            ending = "/index" if old_index else ".index"
            self.members[f"{folder_of(uri)}/{number // per_bevy:08d}{ending}"] = bytes(index)
        self.statements.append(
            f'<{uri}> a aff4:ImageStream ;\n  aff4:chunkSize "{chunk}"^^xsd:int ;\n'
            f"  aff4:chunksInSegment {per_bevy} ;\n"
            f'  aff4:compressionMethod {name} ;\n  aff4:size "{len(data)}"^^xsd:long .\n'
        )

    def add_map(self, uri: str, ranges: list[tuple[int, int, int, int]], targets: list[str], more: str = "") -> None:
        self.members[f"{folder_of(uri)}/map"] = b"".join(struct.pack("<QQQI", *one) for one in ranges)
        self.members[f"{folder_of(uri)}/idx"] = "\n".join(targets).encode()
        self.statements.append(f"<{uri}> a aff4:Map{more} .\n")

    def add_image(self, target: str, media: bytes, uri: str = IMAGE, more: str = "") -> None:
        self.statements.append(
            f"<{uri}> a aff4:DiskImage, aff4:ContiguousImage, aff4:Image ;\n  aff4:dataStream <{target}> ;\n"
            f'  aff4:size {len(media)} ;\n  aff4:hash "{hashlib.sha1(media).hexdigest()}"^^aff4:SHA1 ,\n'
            f'    "{hashlib.md5(media).hexdigest()}"^^aff4:MD5{more} .\n'
        )


def folder_of(uri: str) -> str:
    return uri.removeprefix(VOLUME + "/") if uri.startswith(VOLUME) else uri.replace("://", "%3A%2F%2F")


def simple(media: bytes, method: str = "zlib", **how: object) -> Container:
    """A disk image that is one image stream, without a map."""
    made = Container()
    made.add_image(STREAM, media)
    made.add_stream(STREAM, media, method, **how)
    return made


def mapped(
    data: bytes, ranges: list[tuple[int, int, int, int]], targets: list[str], media: bytes, more: str = ""
) -> Container:
    """A disk image that is a map; target 0 is the image stream that holds `data`, `targets` are the others."""
    made = Container()
    made.add_image(MAP, media)
    made.add_map(MAP, ranges, [STREAM, *targets], f' ;\n  aff4:size "{len(media)}"^^xsd:long{more}')
    made.add_stream(STREAM, data)
    return made
