"""Where a report may be written: anywhere but over evidence, inside it, or over the case itself."""

from __future__ import annotations

from pathlib import Path

from app.cases import DATABASE, Case, CaseError
from evidence_store import listing


def refuse_evidence(case: Case, out: Path) -> None:
    """Raises CaseError where writing `out` would change a source or the case file."""
    place = out.resolve()
    if same_place(place, (case.folder / DATABASE).resolve()):
        raise CaseError(f"{out} is the case itself: the report was not written")
    with case.store.read() as connection:
        sources = listing.sources(connection)
    for row in sources:
        source = Path(row["path"]).resolve()
        beside = {source.with_name(Path(str(one["name"])).name) for one in row["files"]}
        within = any(same_place(one, source) for one in (place, *place.parents))
        if within or any(same_place(place, one) for one in beside):
            raise CaseError(f"{out} is evidence ({row['exhibit']}): the report was not written")


def same_place(one: Path, other: Path) -> bool:
    """Whether two paths lead to one place: also where they differ in letter case and the disk does not mind."""
    try:
        return one == other or one.samefile(other)
    except OSError:
        return False  # one of them is not there
