"""A worker process as the pool runs it, with one extractor more: it does what the file that it reads says."""

from __future__ import annotations

import ctypes
import os
import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from app.worker import reading
from app.worker.main import work
from evidence_store.records import Message
from extractors.base import EvidenceFile, Found, extractor
from extractors.catalog import EXTRACTORS

ID = "test.dangerous"


@extractor(
    id=ID,
    version=1,
    title="Does what the file says",
    emits=(Message,),
    privacy="none",
    layouts="none",
    tested_on="made-up files",
    limits="none",
)
def dangerous(file: EvidenceFile) -> Iterator[Found]:
    """The file: "say WORDS", "hang", "eat", "crash", "raise", "slip", "wait MARKER", or "die once MARKER"."""
    with file.open() as stream:
        order, _, rest = stream.read().decode().partition(" ")
    yield Message(locator="before", text=rest)
    if order == "hang":
        time.sleep(3600)
    elif order == "wait":
        while not Path(rest).exists():
            time.sleep(0.05)
    elif order == "eat":
        kept = []
        while True:
            kept.append(bytearray(os.urandom(1 << 20)) * 8)
            time.sleep(0.005)
    elif order == "crash":
        ctypes.string_at(0)
    elif order == "raise":
        raise RuntimeError("made up")
    elif order == "slip":
        yield Message(locator="slip", sender="no party")  # type: ignore[arg-type]
    elif order == "die" and not Path(rest).exists():
        Path(rest).touch()  # in the work folder: the next attempt lives
        time.sleep(random.random() / 50)
        os._exit(9)
    yield Message(locator="after", text=rest)


def life(*given: Any) -> None:
    reading.EXTRACTORS = (*EXTRACTORS, dangerous)
    work(*given)
