"""How fast an E01 is walked from front to back, against the libewf wheel on the same bytes."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pyewf

from extractors.sources.images.ewf import open_image
from extractors.sources.place import HostPlace
from tests.evidence_builders.ewf2 import write_ex01
from tests.evidence_builders.images import write_e01

MIB = 1 << 20
PIECE = 4 * MIB


class Row(NamedTuple):
    """`ratio`: how many times the speed of libewf; `seconds` of ours."""

    label: str
    ratio: float
    seconds: float


def compressible(size: int) -> bytes:
    """Text of which no two lines are the same; it packs to about a third."""
    rng = random.Random(1)
    words = ["meeting", "library", "Thursday", "umbrella", "example", "station", "number", "about", "the", "at"]
    block = "".join(f"{rng.randrange(10**6)} {' '.join(rng.choices(words, k=9))}\n" for _ in range(60_000)).encode()
    return (block * (size // len(block) + 1))[:size]


def ewf_rows(folder: Path, size: int = 256 * MIB) -> list[Row]:
    """A walk over whole media through each reader, the best of three, the page cache warm."""
    data = compressible(size // 512 * 512)
    rows = []
    for label, paths in (
        ("E01, text", write_e01(folder / "walk.E01", data)),
        ("Ex01, text", write_ex01(folder / "walk.Ex01", data, sectors_per_chunk=64)),
    ):
        theirs = min(_theirs(paths, len(data)) for _ in range(2))
        ours = min(_ours(paths[0], len(data)) for _ in range(3))
        rows.append(Row(f"{label}: {len(data) // MIB} MiB walked", theirs / ours, ours))
    return rows


def ewf(folder: Path, _large: bool) -> Iterator[tuple[str, str, str]]:
    """The rows for the README's table."""
    for row in ewf_rows(folder):
        yield row.label, f"{row.ratio:.1f} x the libewf wheel ({row.seconds:.2f} s)", "4 x"


def _ours(first: Path, size: int) -> float:
    began = time.perf_counter()
    image = open_image(HostPlace(first))
    assert image.chunks is not None
    assert sum(len(chunk) for chunk in image.chunks()) == size
    image.close()
    return time.perf_counter() - began


def _theirs(paths: list[Path], size: int) -> float:
    began = time.perf_counter()
    handle = pyewf.handle()
    handle.open([str(path) for path in paths])
    read = 0
    while data := handle.read(PIECE):
        read += len(data)
    assert read == size
    handle.close()
    return time.perf_counter() - began


if __name__ == "__main__":
    import tempfile

    with tempfile.TemporaryDirectory() as name:
        for row in ewf_rows(Path(name)):
            print(f"{row.label}: {row.ratio:.1f} x libewf, {row.seconds:.2f} s")
