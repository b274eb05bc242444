"""Where a report may be written: anywhere but over evidence, inside it, or over the case itself."""

from __future__ import annotations

from pathlib import Path

from app.cases import DATABASE, Case, CaseError
from evidence_store import listing


def refuse_evidence(case: Case, out: Path) -> None:
    """Raises CaseError where writing `out` would change a source or the case file."""
    place = out.resolve()
    if place == (case.folder / DATABASE).resolve():
        raise CaseError(f"{out} is the case itself: the report was not written")
    with case.store.read() as connection:
        sources = listing.sources(connection)
    for row in sources:
        source = Path(row["path"]).resolve()
        beside = {source.with_name(Path(str(one["name"])).name) for one in row["files"]}
        if place == source or source in place.parents or place in beside:
            raise CaseError(f"{out} is evidence ({row['exhibit']}): the report was not written")
