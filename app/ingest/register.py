"""A source is entered in the case before it is read, with the settings it is to be read with, for good."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, insert, select

from app import PROGRAM
from app.cases import Case
from app.ingest.model import IngestError, SourceRequest
from app.output_place import same_place
from evidence_store import ledger, schema
from evidence_store.identity import STATED_REGION
from evidence_store.rows import dump, load, sealed_row
from evidence_store.scope import Authority


def register(case: Case, request: SourceRequest) -> int:
    """The id of the source, entered now or before. Raises IngestError where it cannot be a source of this case."""
    path = _stored_path(request)
    if not os.path.lexists(path):
        raise IngestError(f"{request.path} does not exist")
    source = schema.source
    with case.store.write() as connection:
        row = _known(connection, request)
        if row is not None:
            return int(row["id"])
        exhibit = request.exhibit or _next_exhibit(connection)
        taken = connection.execute(select(source.c.path).where(source.c.exhibit == exhibit)).scalar()
        if taken:
            raise IngestError(f"exhibit {exhibit} is {taken} already: give another reference with --exhibit")
        source_id = (connection.execute(select(func.max(source.c.id))).scalar() or 0) + 1
        values: dict[str, Any] = {"id": source_id, "exhibit": exhibit, "kind": "", "path": path, "state": "registered"}
        values |= dict.fromkeys(("size", "sha256", "sha1", "md5"))
        facts = {STATED_REGION: request.region} if request.region else {}
        values |= {"files": "[]", "stored": "[]", "facts": dump(facts), "authority": dump(request.authority.plain())}
        values |= {"zone": request.zone, "date_order": request.date_order}
        ordered = {column.name: values[column.name] for column in source.columns if column.name != "digest"}
        connection.execute(insert(source).values(sealed_row(source, ordered)))
        connection.execute(insert(schema.pending).values(source_id=source_id, next_batch=0, next_seq=1))
        detail: dict[str, Any] = {"path": path, "zone": request.zone, "authority": request.authority.in_words()}
        detail |= {"date_order": request.date_order, "only": list(request.only), "region": request.region}
        ledger.append(connection, "source added", exhibit, detail, PROGRAM)
    return source_id


def outstanding(case: Case) -> list[SourceRequest]:
    """The sources that were not read to their end, with the settings they were entered with."""
    source = schema.source
    with case.store.read() as connection:
        query = select(source).where(source.c.state != "read").order_by(source.c.id)
        rows = connection.execute(query).mappings().all()
        return [
            SourceRequest(
                path=Path(row["path"]),
                exhibit=row["exhibit"],
                zone=row["zone"],
                date_order=row["date_order"],
                only=only_of(connection, row["exhibit"]),
                region=load(row["facts"]).get(STATED_REGION),
                authority=Authority.from_plain(load(row["authority"])),
            )
            for row in rows
        ]


def only_of(connection: Connection, exhibit: str) -> tuple[str, ...]:
    """The globs of extractor ids that this source was entered with; none for all."""
    entry = schema.ledger
    query = (
        select(entry.c.detail)
        .where(entry.c.action == "source added", entry.c.object == exhibit)
        .order_by(entry.c.seq.desc())
        .limit(1)
    )
    detail = connection.execute(query).scalar()
    return tuple(load(detail).get("only", ())) if detail else ()


def settings_that_differ(case: Case, request: SourceRequest) -> str:
    """One line where the case holds this source already with other settings than are asked for now, else ""."""
    with case.store.read() as connection:
        row = _known(connection, request)
        if row is None:
            return ""
        held = {
            "zone": (row["zone"], request.zone),
            "date order": (row["date_order"], request.date_order),
            "region": (load(row["facts"]).get(STATED_REGION), request.region),
            "extractors": (only_of(connection, row["exhibit"]), request.only),
            "authority": (
                Authority.from_plain(load(row["authority"])),
                None if request.authority == Authority() else request.authority,
            ),
        }
    if _has_another_size(row):
        return (
            f"{row['exhibit']}: {request.path} has another size than when it was read; to read it as it is now, give "
            "it another --exhibit or a new case"
        )
    other = [name for name, (stored, asked) in held.items() if asked and asked != stored]
    if not other:
        return ""
    return (
        f"{row['exhibit']}: {request.path} is in this case with another {' and '.join(other)}, which it keeps; to read "
        "it anew, give it another --exhibit or a new case"
    )


def _has_another_size(row: Any) -> bool:
    """Whether a file of the source is no longer as long as it was: a new export under the old name."""
    folder = Path(row["path"]).parent
    for file in load(row["files"]):
        with suppress(OSError):
            if (folder / str(file["name"])).stat().st_size != file["size"]:
                return True
    return False


def _known(connection: Connection, request: SourceRequest) -> Any:
    source = schema.source
    query = select(source).where(source.c.path == _stored_path(request)).order_by(source.c.id)
    if request.exhibit is not None:
        query = query.where(source.c.exhibit == request.exhibit)
    return connection.execute(query).mappings().first()


def _stored_path(request: SourceRequest) -> str:
    return os.path.abspath(request.path)  # noqa: PTH100 - links stay as given


def refuse_case_inside(path: Path, case_folder: Path) -> None:
    """Raises IngestError where the case (which may not be there yet) lies in its evidence: it would change that."""
    source, folder = Path(os.path.realpath(path)), Path(os.path.realpath(case_folder))
    if source.is_dir() and any(same_place(one, source) for one in (folder, *folder.parents)):
        raise IngestError(f"{path}: the case folder lies inside this source; put the case elsewhere")


def refuse_overlap(case_folder: Path, path: Path) -> None:
    """Neither may lie inside the other. Raises IngestError."""
    refuse_case_inside(path, case_folder)
    source, folder = Path(os.path.realpath(path)), Path(os.path.realpath(case_folder))
    if any(same_place(one, folder) for one in (source, *source.parents)):
        raise IngestError(f"{path} lies inside the case folder: it cannot be a source of the same case")


def _next_exhibit(connection: Connection) -> str:
    taken = set(connection.scalars(select(schema.source.c.exhibit)))
    return next(name for count in range(1, 10**6) if (name := f"EX/{count}") not in taken)
