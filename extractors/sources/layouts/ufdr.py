"""A UFDR, the container of Cellebrite Reader: files in folders by sort, and a report.xml that says where they were.

Each file that the report lists is shown at its place on the device, below the name of its file system. What the report
lists without its bytes is listed and not readable; what lies below files/ and is not in the report keeps its own path.
Hashes that the report has for a file are told in its note; they are not compared with the bytes here.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import BinaryIO, Final

from evidence_store.records import Moment, Problem
from extractors.shortened import shortened
from extractors.sources.base import Entry, Secret, SomethingElse, SourceError
from extractors.sources.names import Findings, original, safe_path, shown
from parsers.cellebrite_parts import Fact, TaggedFile
from parsers.cellebrite_report import looks_like, read_report
from parsers.times import from_unix, to_us

KIND: Final = "UFDR"
TITLE: Final = "Cellebrite report (UFDR)"
LIMITS: Final = (
    "Files at the place that report.xml gives them; their stored hashes are told and not compared. A report that is a "
    "database (DbData, of newer versions) is not read, nor a container whose members are encrypted."
)
_REPORT: Final = "report.xml"
_DATABASE: Final = "dbdata/"
_TIMES: Final = {"CreationTime": "created", "ModifyTime": "modified", "AccessTime": "accessed"}
_MOST_FACTS: Final = 100
_MOST_HASHES: Final = 3  # of a file


def holds_back(path: str) -> bool:
    """report.xml and what lies below files/ and DbData/, at the root of the container."""
    first = path[:6].lower()
    return first in ("files/", "report", "dbdata") and (
        first == "files/" or path.lower() == _REPORT or path.lower().startswith(_DATABASE)
    )


def roots(held: Mapping[str, Entry]) -> list[str]:
    """[""] where a report stands beside files/, or the database that newer versions have in its place; else none."""
    tops = {path.lower().partition("/")[0] for path in held}
    return [""] if {_REPORT, "files"} <= tops or "dbdata" in tops else []


def open_layout(
    root: str, files: Mapping[str, Entry], open_entry: Callable[[Entry], BinaryIO], secret: Secret
) -> UfdrView:
    """Raises SourceError where there is no report of Cellebrite, or none that can be read: files stay as they are."""
    report = next((entry for path, entry in files.items() if path.lower() == _REPORT), None)
    if report is None:
        raise SourceError("the report is a database (DbData), which is not read: files keep the paths of the container")
    if not report.readable:
        raise SourceError(f"{report.path} cannot be read: {report.note}")
    with open_entry(report) as stream:
        if not looks_like(stream.read(4096)):
            raise SomethingElse(f"{report.path} is no report of Cellebrite")
    return UfdrView(report, files, open_entry)


def open_in(address: str, path: str, open_entry: Callable[[Entry], BinaryIO], secret: Secret) -> BinaryIO:
    """The bytes of an entry again, by its address alone. Raises SourceError."""
    try:
        stored = json.loads(address)
    except (ValueError, RecursionError) as error:
        raise SourceError(f"{path}: not an address of this container") from error
    match stored:
        case [str(inner), int(size), str(where)] if size >= 0:
            return open_entry(Entry(inner, size, where))
    raise SourceError(f"{path}: not an address of this container")


class UfdrView:
    """The files of the device, as the report lists them, over those of the container."""

    unlocked = b""

    def __init__(self, report: Entry, files: Mapping[str, Entry], open_entry: Callable[[Entry], BinaryIO]) -> None:
        self._report = report
        self._files = files
        self._open = open_entry
        self._by_lower = {path.lower(): path for path in sorted(files, reverse=True)}
        self._facts: dict[str, str] = {}
        self._facts_left = 0
        self._findings = Findings()

    def entries(self) -> Iterator[Entry]:
        """What the report lists, in its order; then what else was held back, under its own path."""
        self._findings = Findings()
        self._facts, self._facts_left = {}, 0
        claimed: set[str] = set()
        try:
            with self._open(self._report) as stream:
                for part in read_report(stream, models=False):
                    if isinstance(part, TaggedFile):
                        yield self._listed(part, claimed)
                    elif isinstance(part, Fact) and len(self._facts) >= _MOST_FACTS:
                        self._facts_left += 1
                    elif isinstance(part, Fact):
                        self._facts[shown(f"{part.section}: {part.name}")] = shown(part.value)
        except ValueError as error:  # a SourceError too: the rest of the files is there all the same
            detail = f"{self._report.path}: {error}; files that it lists behind that keep the paths of the container"
            self._findings.add("file", "report-damaged", detail, self._report.path)
        for path, entry in self._files.items():
            if path not in claimed:
                yield replace(entry, path=path, address=_address(entry))

    def _listed(self, file: TaggedFile, claimed: set[str]) -> Entry:
        path, oddity, stored = device_path(file)
        if oddity:
            self._findings.add_name(path, oddity, original(stored))
        held = self._held(file.local)
        notes = [f"stored name {original(stored)}"] if oddity else []
        notes += [
            f"{algorithm} in the report: {shown(shortened(value, 128))}"
            for algorithm, value in file.hashes[:_MOST_HASHES]
        ]
        if len(file.hashes) > _MOST_HASHES:
            notes.append(f"{len(file.hashes) - _MOST_HASHES} more hashes in the report")
        deleted = file.deleted.lower() == "deleted"
        times = tuple(_moment(_TIMES[name], text) for name, text in file.times if name in _TIMES)
        if held is None:
            missing = (
                f"listed by the report, its bytes are not in the container ({shown(file.local) or 'no local path'})"
            )
            note = "; ".join([missing, *notes])
            return Entry(path, file.size or 0, "", times, deleted=deleted, readable=False, note=note)
        entry = self._files[held]
        claimed.add(held)
        notes.insert(0, f"in the container: {entry.path}")
        if file.size is not None and file.size != entry.size:
            notes.append(f"the report says {file.size} bytes")
        if entry.note:
            notes.insert(0, entry.note)
        return replace(
            entry,
            path=path,
            address=_address(entry),
            times=times or entry.times,
            deleted=deleted or entry.deleted,
            note="; ".join(notes),
        )

    def _held(self, local: str) -> str | None:
        """The path, among those that were held back, of a local path as stored, the case of letters aside."""
        path = local.replace("\\", "/").lstrip("/")
        return path if path in self._files else self._by_lower.get(path.lower())

    def problems(self) -> list[Problem]:
        found = self._findings.problems()
        if any(path.startswith(_DATABASE) for path in self._by_lower):
            found.append(Problem("note", "ufdr-database", "DbData: the database of the report is not read"))
        return found

    def facts(self) -> dict[str, str]:
        more = {"not shown": f"{self._facts_left} more values"} if self._facts_left else {}
        return {**self._facts, **more}


def device_path(file: TaggedFile) -> tuple[str, str, str]:
    """(path, oddity, as stored) of the place that a file had: its path below the name of its file system."""
    stored = "/".join(part for part in (file.file_system.strip("/"), file.path.lstrip("/")) if part)
    return *safe_path(stored.replace("\\", "/")), stored


def _address(entry: Entry) -> str:
    return json.dumps([entry.path, entry.size, entry.address], separators=(",", ":"))


def _moment(meaning: str, text: str) -> Moment:
    """A time as the report writes it: ISO 8601 with its offset."""
    meaning, raw = f"{meaning} (file system)", shown(shortened(text, 100))
    try:
        utc_us, note = from_unix(to_us(datetime.fromisoformat(text)), "us")
        return Moment(meaning, utc_us, raw, "D", note=note)
    except (ValueError, OverflowError):
        return Moment(meaning, None, raw, "D", note="not a time with its offset")
