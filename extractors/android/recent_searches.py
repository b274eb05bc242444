"""Words that were searched for in an application, where it keeps them as Android's own class for that does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from evidence_store.records import Search
from extractors.android.tables import Table, extra_of, read_tables
from extractors.base import EvidenceFile, Found, extractor
from extractors.database import Doubts, read_database
from parsers.sqlite_file import Row

_PACKAGE: Final = re.compile(r"(?:^|/)([^/]+)/databases/[^/]+$")
_NAMES: Final = {"com.android.vending": "Play Store"}


@extractor(
    id="android.recent_searches",
    version=1,
    title="Android: recent search terms kept by applications",
    files=("**/suggestions.db",),
    emits=(Search,),
    privacy="web",
    layouts="suggestions.db of android.content.SearchRecentSuggestionsProvider, as in the Play Store",
    tested_on="documented schema, no device data",
    limits="The same words stand there once, with the last time.",
)
def recent_searches(file: EvidenceFile) -> Iterator[Found]:
    """Every row of `suggestions`; `date` is milliseconds. The folder of the file tells the application.

    References:
    - Android Open Source Project: android.content.SearchRecentSuggestionsProvider, SearchRecentSuggestions
    """
    found = _PACKAGE.search(file.path)
    package = found[1] if found else ""
    service = _NAMES.get(package.lower(), package)

    def search(row: Row, doubts: Doubts) -> Search:
        return Search(
            locator=doubts.locator,
            service=service,
            moments=(doubts.moment("searched", row["date"], "ms", "date"),),
            extra=extra_of(row, ("display1", "display2"), {"display1": row["query"]}),
            text=doubts.text(row["query"], "query"),
        )

    columns = ("_id", "display1", "display2", "query", "date")
    tables = (Table("suggestions", frozenset(("_id", "display1", "query", "date")), columns, search),)
    yield from read_database(file, lambda db: read_tables(db, tables, telling=False))
