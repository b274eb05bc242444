"""How the protocol buffers of Android's system are read: the fields of a whole file, as far as they go."""

from __future__ import annotations

from typing import Final

from evidence_store.records import Problem
from extractors.base import EvidenceFile
from parsers.protobuf import Field, each_field

MOST_BYTES: Final = 256 << 20


def read_fields(file: EvidenceFile) -> tuple[list[Field], Problem | None]:
    """The fields in stored order, those before the damage where there is some, and what is wrong with the file."""
    if file.size > MOST_BYTES:
        return [], Problem("file", "too-large", f"a protocol buffer of {file.size:,} bytes is not read")
    with file.open() as stream:
        data = stream.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:  # there may be more than the source says
        return [], Problem("file", "too-large", f"a protocol buffer of more than {MOST_BYTES:,} bytes is not read")
    fields: list[Field] = []
    try:
        for field in each_field(data):
            fields.append(field)  # noqa: PERF402 - what came before the damage stays
    except ValueError as error:
        return fields, Problem("file", "damaged-protobuf", str(error))
    return fields, None
