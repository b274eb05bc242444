"""Real evidence with known answers, by extractor: what the corpus index lists is what has to come out.

A line here is what allows an extractor's `tested_on` to name anything but "documented schema, no device data".
"""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

from tests.evidence_builders.files import MemoryFile


@dataclass(frozen=True)
class Truth:
    """`path` is below the corpus, "a.zip!inner/path" for what lies in a zip; `counts` is kind -> how many records.

    `name` is the path under which a phone would have the file, where the corpus has it under another. `problems` is
    how many problems other than notes come with it; `of` says whose count it is.
    """

    extractor: str
    path: str
    counts: dict[str, int]
    of: str = ""
    name: str = ""
    problems: int = 0
    settings: dict[str, str] = field(default_factory=dict)

    def file(self, corpus: Path) -> MemoryFile:
        """The evidence as an extractor sees it, with the log beside it where there is one."""
        outer, _, inner = self.path.partition("!")
        name = self.name or inner or outer
        if not inner:
            whole = corpus / outer
            beside = {end: Path(f"{whole}{end}") for end in ("-wal", "-journal")}
            companions = {end: path.read_bytes() for end, path in beside.items() if path.is_file()}
            return _file(name, whole.read_bytes(), companions, self.settings)
        with zipfile.ZipFile(io.BytesIO((corpus / outer).read_bytes())) as archive:
            there = set(archive.namelist())
            ends = [end for end in ("-wal", "-journal") if inner + end in there]
            return _file(name, archive.read(inner), {end: archive.read(inner + end) for end in ends}, self.settings)


def _file(name: str, data: bytes, companions: dict[str, bytes], settings: dict[str, str]) -> MemoryFile:
    from parsers.signatures import mime_of

    return MemoryFile(name, data, companions, mime=mime_of(data[:4096], size=len(data)), **settings)
