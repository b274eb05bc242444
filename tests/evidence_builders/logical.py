"""EWF logical sets in code (L01, Lx01), after the published layout of their list of files."""

from __future__ import annotations

import hashlib
import struct
import zlib
from dataclasses import dataclass, field
from pathlib import Path

from tests.evidence_builders.ewf2 import write_ex01
from tests.evidence_builders.images import MADE_UP_HEADER, _put, _put_chunks, adler, section, volume_data

TAGS = [
    *("mid", "ls", "be", "id", "cr", "ac", "wr", "mo", "dl", "sig", "ha", "sha", "ent", "snh", "p", "n", "du", "lo"),
    *("po", "pm", "oes", "opr", "src", "sub", "cid", "jq", "alt", "ep", "aq", "cfi", "rc"),
]
LVF = b"LVF\x09\x0d\x0a\xff\x00"


@dataclass
class Node:
    """A file (with `data`) or a folder. `fields` go into the row as they are."""

    name: str
    data: bytes | None = None
    children: list[Node] = field(default_factory=list)
    fields: dict[str, str] = field(default_factory=dict)


def tree_text(root: Node, media: bytearray, tags: list[str] = TAGS) -> str:
    """The list of files; what the files hold is appended to `media`."""
    rows: list[str] = []

    def add(node: Node) -> None:
        values = dict.fromkeys(tags, "") | {"n": node.name, "id": str(len(rows) + 1)}
        if node.data is None:
            values["p"] = "1"
        else:
            values["ls"] = str(len(node.data))
            values["be"] = f"1 {len(media):x} {len(node.data):x}" if node.data else ""
            values["ha"] = hashlib.md5(node.data).hexdigest()
            values["sha"] = hashlib.sha1(node.data).hexdigest()
            media.extend(node.data)
        values |= node.fields
        rows.append(f"{26 if node is root else 0}\t{len(node.children)}\n" + "\t".join(values[tag] for tag in tags))
        for child in node.children:
            add(child)

    add(root)
    parts = [
        f"rec\ncl\ttb\n\t{len(media)}\n",
        "perm\n0\t1\np\tn\ts\tpr\tnta\tnti\n0\t0\n\t\t\t10\t\t\n",
        "srce\n0\t1\np\tn\tid\tev\ttb\tlo\tpo\tah\tsh\tgu\taq\n0\t0\n" + "\t" * 10 + "\n",
        "sub\n0\t1\np\tn\tid\n0\t0\n\t\t\n",
        "entry\n1\t1\n" + "\t".join(tags) + "\n" + "\n".join(rows) + "\n",
    ]
    return "5\n" + "\n".join(parts) + "\n"


def ltree(text: str) -> bytes:
    data = text.encode("utf-16-le")
    head = hashlib.md5(data).digest() + struct.pack("<Q", len(data))
    return head + adler(head + bytes(24)) + bytes(20) + data


def write_l01(
    first: Path, root: Node, chunks_per_segment: int | None = None, sectors_per_chunk: int = 64
) -> list[Path]:
    """Writes a L01 set and returns its files."""
    media = bytearray()
    text = tree_text(root, media)
    size = sectors_per_chunk * 512
    padded = bytes(media) + bytes(-len(media) % 512)
    chunks = [padded[at : at + size] for at in range(0, len(padded), size)]
    per_segment = chunks_per_segment or max(1, len(chunks))
    groups = [chunks[at : at + per_segment] for at in range(0, len(chunks), per_segment)] or [[]]
    paths = []
    for number, group in enumerate(groups, 1):
        path = first.with_suffix(f".L{number:02d}")
        with path.open("wb") as out:
            out.write(LVF + struct.pack("<BHH", 1, number, 0))
            if number == 1:
                _put(out, b"header", zlib.compress(MADE_UP_HEADER))
                _put(out, b"volume", volume_data(len(chunks), sectors_per_chunk, len(padded) // 512))
            _put_chunks(out, group, True, None)
            last = number == len(groups)
            if last:
                _put(out, b"ltypes", bytes(6))
                _put(out, b"ltree", ltree(text))
            at = out.tell()
            out.write(section(b"done" if last else b"next", at, 76, at))
        paths.append(path)
    return paths


def write_lx01(first: Path, root: Node) -> list[Path]:
    """Writes a Lx01 set and returns its files."""
    media = bytearray()
    text = tree_text(root, media)
    return write_ex01(first, bytes(media) + bytes(-len(media) % 512), files=text.encode("utf-16"))
