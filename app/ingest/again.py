"""Going on with a source: what is read now must not be sealed under the hash of other bytes."""

from __future__ import annotations

import threading
from typing import Any

from app.ingest.model import IngestError
from app.ingest.pool import Pool
from app.worker.shard import FACTS, lines
from app.worker.tasks import HashSource
from evidence_store.records import plain_of


def require_same(path: str, sha256: str, now: dict[str, Any]) -> None:
    """Raises IngestError where the hashes of a source are not those with which its reading began."""
    if now["sha256"] != sha256:
        raise IngestError(f"{path}: is not what it was when its reading began (SHA-256 differs)")


def hash_again(pool: Pool, task: HashSource, sha256: str, stop: threading.Event | None) -> None:
    """Hashes the source and compares. Raises IngestError, also where it cannot be read."""
    path = task.source.path
    for ended in pool.run([task], stop):
        if ended.error:
            raise IngestError(ended.error if path in ended.error else f"{path}: {ended.error}")
    for letter, data in lines(task.shard):
        if letter == FACTS:
            require_same(path, sha256, plain_of(data))
