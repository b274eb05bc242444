"""What Cellebrite Physical Analyzer decoded, as its report.xml has it: another tool's reading, kept apart from ours.

Every record names its service as "Cellebrite: WhatsApp", so that nothing of it is mixed with what is read here from the
databases of the device, and both can be compared. `extra` has the state and the confidence that the report states.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Final

from evidence_store.records import Call, Contact, Location, Message, Present, Problem, Record
from extractors.base import EvidenceFile, Found, extractor
from extractors.exports.cellebrite_models import call, contact, location, message
from extractors.exports.cellebrite_reading import Reading
from extractors.shortened import shortened
from parsers.cellebrite_parts import Model, TaggedFile
from parsers.cellebrite_report import looks_like, read_report

_READ: Final[dict[str, Callable[[Reading, Model], Record | None]]] = {
    "InstantMessage": message,
    "SMS": message,
    "MMS": message,
    "Email": message,
    "Call": call,
    "Contact": contact,
    "Location": location,
}
_MOST_TYPES: Final = 1000


@extractor(
    id="cellebrite.report",
    version=1,
    title="Cellebrite report: decoded messages, calls, contacts and locations",
    files=("**/report.xml",),
    types=("text/xml", "application/xml"),
    claims=looks_like,
    emits=(Message, Call, Contact, Location),
    privacy="communications",
    layouts="report.xml, project version of schemas 2 to 5",
    tested_on="documented schema, no device data",
    limits="Not decoded by Assay: what another tool reported, with its own gaps and mistakes. Of other models (web "
    "pages, applications, accounts, calendars …) only the number is told; messages quoted in others, reactions and "
    "shared contacts are not read. A message that the report has in a chat and alone comes out twice. Newer reports in "
    "a database are not read.",
)
def cellebrite_report(file: EvidenceFile) -> Iterator[Found]:
    """Each message (of a chat or alone), call, contact and location, in stored order.

    A model of any other type is counted: each type is one Problem, and one row of `Present`, whatever its number.

    References:
    - UFEDLib, ufdr-rs, IPED (public readers): the models and their fields
    """
    reading = Reading(file.path)
    others: Counter[str] = Counter()
    rows = 0
    with file.open() as stream:
        parts = read_report(stream)
        while True:
            try:
                part = next(parts, None)
            except ValueError as error:
                yield _stopped(str(error), rows)
                break
            if part is None:
                break
            if isinstance(part, TaggedFile):
                reading.see(part)
            if not isinstance(part, Model):
                continue
            for found in _read(reading, part, others):
                rows += isinstance(found, Record) or (isinstance(found, Problem) and found.kind == "row")
                yield found
    for kind, count in sorted(others.items()):
        yield Problem("unsupported", "model-not-read", f"{count:,} models of the type {kind} are not read")
    yield Present(rows + len(others))


def _stopped(reason: str, rows: int) -> Problem:
    if not rows and reason.startswith("not a report"):
        return Problem("schema", "unknown-layout", reason)
    return Problem("file", "report-damaged", f"{reason}; {rows:,} records were read before it")


def _read(reading: Reading, model: Model, others: Counter[str]) -> Iterator[Found]:
    """The records of one top-level model: a chat gives those of its messages."""
    if model.type == "Chat":
        reading.enter(model)
        for inner in model.models.get("Messages", ()):
            yield from _record(reading, inner, message)
        reading.leave()
    elif read := _READ.get(model.type):
        yield from _record(reading, model, read)
    else:
        kind = shortened(model.type, 100) or "without a name"
        others[kind if kind in others or len(others) < _MOST_TYPES else "further names"] += 1


def _record(reading: Reading, model: Model, read: Callable[[Reading, Model], Record | None]) -> Iterator[Found]:
    reading.begin(model)
    record = read(reading, model)
    if record is not None:
        yield record
    yield from reading.drain()
