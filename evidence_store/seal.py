"""The seal: one digest over what was read, in natural order and free of row ids.

It does not depend on how the work was split, interrupted or resumed. `items_digest` leaves out what the container is,
so the same tree read from a folder, a zip or a tar gives the same figure.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any, Final

from sqlalchemy import Connection, func, insert, select

from evidence_store import schema
from evidence_store.records import canonical
from evidence_store.rows import dump

_SOURCE: Final = ("exhibit", "kind", "size", "sha256", "sha1", "md5", "files", "stored", "zone", "date_order", "state")
_FILE: Final = ("path", "size", "kind", "deleted", "allocated", "readable", "note", "times", "sha256", "mime")
_OUTCOME: Final = ("outcome", "present", "parsed", "out_of_scope", "unsupported", "failed", "problems")


def sections(connection: Connection) -> dict[str, str]:
    """The digest of each section, recomputed from the tables: of the sources that were read to their end."""
    source, file, outcome, problem = schema.source, schema.file, schema.outcome, schema.problem
    with_files = outcome.join(file, outcome.c.file_id == file.c.id).join(source, outcome.c.source_id == source.c.id)
    found = {
        "case": select(schema.case_info.c.key, schema.case_info.c.value).order_by(schema.case_info.c.key),
        "sources": select(*(source.c[name] for name in (*_SOURCE, "facts", "authority")))
        .where(source.c.state == "read")
        .order_by(source.c.exhibit),
        "files": select(source.c.exhibit, *(file.c[name] for name in _FILE))
        .select_from(file.join(source, file.c.source_id == source.c.id))
        .where(source.c.state == "read")
        .order_by(source.c.exhibit, file.c.ordinal),
        "outcomes": select(source.c.exhibit, file.c.path, outcome.c.extractor, *(outcome.c[name] for name in _OUTCOME))
        .select_from(with_files)
        .where(source.c.state == "read")
        .order_by(source.c.exhibit, outcome.c.id),
        "problems": select(
            *(source.c.exhibit, file.c.path, problem.c.kind, problem.c.code, problem.c.detail, problem.c.locator)
        )
        .select_from(
            problem.join(source, problem.c.source_id == source.c.id).join(
                file, problem.c.file_id == file.c.id, isouter=True
            )
        )
        .where(source.c.state == "read")
        .order_by(source.c.exhibit, file.c.ordinal, problem.c.id),
    }
    digests = {name: _digest(connection.execute(query)) for name, query in found.items()}
    return {**digests, "items": items_digest(connection)}


def items_digest(connection: Connection) -> str:
    """SHA-256 over (exhibit, path, SHA-256 of the file, extractor, first number, count, digest of records) of all."""
    source, file, outcome = schema.source, schema.file, schema.outcome
    query = (
        select(
            *(source.c.exhibit, file.c.path, file.c.sha256, outcome.c.extractor),
            *(outcome.c.first_seq, outcome.c["items"], outcome.c.items_digest),
        )
        .select_from(
            outcome.join(file, outcome.c.file_id == file.c.id).join(source, outcome.c.source_id == source.c.id)
        )
        .where(outcome.c["items"] > 0, source.c.state == "read")
        .order_by(source.c.exhibit, outcome.c.first_seq)
    )
    return _digest(connection.execute(query))


def _digest(rows: Iterable[Any]) -> str:
    total = hashlib.sha256()
    for row in rows:
        total.update(canonical([value.hex() if isinstance(value, bytes) else value for value in row]))
        total.update(b"\n")
    return total.hexdigest()


def seal_digest(found: dict[str, str]) -> str:
    """The one figure: SHA-256 over the sections as canonical JSON."""
    return hashlib.sha256(canonical(found)).hexdigest()


def add_seal(connection: Connection, found: dict[str, str], ledger_seq: int) -> None:
    """Stores a seal that the ledger entry `ledger_seq` states."""
    connection.execute(
        insert(schema.seal).values(sections=dump(found), digest=seal_digest(found), ledger_seq=ledger_seq)
    )


def latest(connection: Connection) -> Any:
    """The newest seal row, or None."""
    return connection.execute(select(schema.seal).order_by(schema.seal.c.id.desc()).limit(1)).first()


def is_complete(connection: Connection) -> bool:
    """Whether every source was read to its end: "complete" says nothing of "intact", and the other way round."""
    open_sources = connection.execute(
        select(func.count()).select_from(schema.source).where(schema.source.c.state != "read")
    ).scalar_one()
    some = connection.execute(select(func.count()).select_from(schema.source)).scalar_one()
    return some > 0 and open_sources == 0
