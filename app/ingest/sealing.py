"""The end of a source: the hashes of a folder, the seal over all that was read to its end, and how it ended."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, func, select

from app import PROGRAM
from app.ingest.model import IngestResult
from evidence_store import ledger, schema, seal
from extractors.sources import INNER, hash_manifest


def seal_case(connection: Connection, exhibit: str) -> None:
    """Seals what was read, and states it in the ledger. `exhibit` is the source that was read last."""
    found = seal.sections(connection)
    detail = {"seal": seal.seal_digest(found), "items": found["items"]}
    seal.add_seal(connection, found, ledger.append(connection, "sealed", exhibit, detail, PROGRAM))


def manifest(connection: Connection, source_id: int) -> dict[str, Any]:
    """The hashes of a folder, of the list of its files (see `extractors.sources.hash_manifest`)."""
    file = schema.file
    query = (
        select(file.c.path, file.c.size, file.c.sha256)
        .where(file.c.source_id == source_id, file.c.sha256.is_not(None), file.c.address.not_like(f"{INNER}%"))
        .order_by(file.c.ordinal)
    )
    rows = [(row.path, row.size, row.sha256) for row in connection.execute(query)]
    hashes = hash_manifest((path, sha256, size) for path, size, sha256 in rows)
    return {
        "size": hashes.size,
        "sha256": hashes.sha256,
        "sha1": hashes.sha1,
        "md5": hashes.md5,
        "files": [],
        "stored": [],
        "problems": [],
    }


def not_told(connection: Connection, source_id: int, problems: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those of a source's problems that are neither in the case, word for word, nor of a file that was listed as one
    that cannot be read: listing and hashing meet the same damage, and it would be counted twice."""
    held, file = schema.problem, schema.file
    query = select(held.c.kind, held.c.code, held.c.detail, held.c.locator).where(
        held.c.source_id == source_id, held.c.file_id.is_(None)
    )
    told = {(row.kind, row.code, row.detail, row.locator or "") for row in connection.execute(query)}
    unread = select(file.c.path).where(file.c.source_id == source_id, file.c.readable == 0)
    listed = set(connection.scalars(unread)) if any(one["code"] == "unreadable" for one in problems) else set()
    return [
        one
        for one in problems
        if (one["kind"], one["code"], one["detail"], one.get("locator", "")) not in told
        and not (one["code"] == "unreadable" and one.get("locator") in listed)
    ]


def result_of(connection: Connection, source_id: int, exhibit: str, *, already: bool) -> IngestResult:
    """How a source ended, counted from what is stored."""

    def total(query: Any) -> int:
        return int(connection.execute(query).scalar() or 0)

    problem = schema.problem
    mine = (problem.c.source_id == source_id, problem.c.kind.not_in(("note", "value")))
    newest = seal.latest(connection)
    return IngestResult(
        exhibit=exhibit,
        files=total(select(func.count()).where(schema.file.c.source_id == source_id)),
        items=total(select(func.count()).where(schema.item.c.source_id == source_id)),
        unread=total(select(func.count()).where(*mine)),
        seal=newest.digest if newest else "",
        already=already,
    )
