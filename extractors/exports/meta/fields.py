"""What a row of an export of Facebook or Instagram says: its times, and its values under their names and labels."""

from __future__ import annotations

import re
from typing import Any, Final

from evidence_store.records import Moment
from extractors.exports.json_values import Extra, Row, rest, shown
from extractors.exports.meta.encoding import Mended

# Values by which somebody could act for the account are never shown.
_SECRET: Final = re.compile(r"cookie|token|password|secret", re.IGNORECASE)
_TIMES: Final = (
    *("timestamp", "created_timestamp", "updated_timestamp", "added_timestamp", "creation_timestamp"),
    "verification_time",
)
_MEANINGS: Final = {"created_timestamp": "created", "updated_timestamp": "updated", "verification_time": "verified"}
_TEXT_PARTS: Final = frozenset({*_TIMES, "data", "attachments", "title", "name"})


def moments(values: Mended, row: Row) -> tuple[Moment, ...]:
    """The times of a row itself, of its labelled values, and of its list of one."""
    found = [values.epoch(_MEANINGS.get(name, "recorded"), row, name, "s") for name in _TIMES if row.get(name)]
    inside = (*labelled(values, row).values(), *values.rows(row, "string_list_data"))
    dated = (one for one in inside if isinstance(one, dict) and one.get("timestamp"))
    return (*found, *(values.epoch("recorded", one, "timestamp", "s") for one in dated))


def labelled(values: Mended, row: Row) -> Row:
    return values.part(row, "string_map_data")


def fields(values: Mended, row: Row) -> list[Extra]:
    """What a row says under its own names, and under the labels of "string_map_data"."""
    known = _TEXT_PARTS | {"string_map_data", "media_map_data", "string_list_data", "media_list_data"}
    found = list(rest(without_secrets(values.mend_all(row)), known))
    if title := values.words(row, "title"):
        found.insert(0, ("title", title))
    for label, one in labelled(values, row).items():
        value = values.words(one, "value") if isinstance(one, dict) else shown(one)
        if value and not _SECRET.search(label):
            found.append((values.mend(label), value))
    return found


def without_secrets(value: Any) -> Any:
    """A value of JSON without what stands, however deep, under the name of a secret."""
    if isinstance(value, list):
        return [without_secrets(one) for one in value]
    if isinstance(value, dict):
        return {key: without_secrets(one) for key, one in value.items() if not _SECRET.search(key)}
    return value


def data_text(values: Mended, row: Row) -> str | None:
    """The words of a search: in "data", or in that of its first attachment."""
    places = [row, *values.rows(row, "attachments")]
    found = [words for place in places for one in values.rows(place, "data") if (words := values.words(one, "text"))]
    return found[0].strip('"') if found else None


def texts(value: Any) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []
