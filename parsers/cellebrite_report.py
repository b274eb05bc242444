"""The report.xml of Cellebrite Physical Analyzer, front to back: what it says, the files it lists, what it decoded.

A report can be several gigabytes long. It is never held as a whole: a chat that is too large for that comes in pieces.
No description of the format was published; what is read here is what public tools read of it.

References:
- UFEDLib and ufdr-rs (element names, models and their fields), IPED's reader of UFDR (local paths, hashes, encodings)
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import BinaryIO, Final
from xml.parsers import expat

from parsers.cellebrite_parts import Fact, Model, Part, TaggedFile

NAMESPACE: Final = "http://pa.cellebrite.com/report/"
LONGEST_VALUE: Final = 16 << 20  # characters of one value; what follows is dropped, and the model says so
LARGEST: Final = 64 << 20  # characters of one model with all it holds, names and so on roughly counted in
PIECE: Final = 8 << 20  # after which the messages of a chat are given out
DEEPEST: Final = 100  # elements in one another
_MOST_FACTS: Final = 1000
_LONGEST_TAG: Final = 16 << 20
_CHUNK: Final = 1 << 16
_COST: Final = 200  # of a field or model beside its text
_HASHES: Final = {"md5": "MD5", "sha1": "SHA-1", "sha-1": "SHA-1", "sha256": "SHA-256", "sha-256": "SHA-256"}
_MODEL: Final = ("type", "id", "deleted_state", "decoding_confidence", "extractionId")
_ABOUT: Final = ("name", "reportVersion", "extractionType")


def looks_like(head: bytes) -> bool:
    """Whether the first bytes of a file are those of a report, in UTF-8 or UTF-16."""
    return NAMESPACE.encode() in head.replace(b"\0", b"")


def read_report(stream: BinaryIO, models: bool = True) -> Iterator[Part]:
    """Facts, files and models in stored order; without `models`, only up to the end of the list of files.

    Raises ValueError for what is no such report, and, after what came before, where the XML is damaged, has entities or
    is too deep or too large for one that a program wrote.
    """
    reader = _Reader(models)
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.characters
    parser.StartDoctypeDeclHandler = _no_doctype
    fed = 0
    try:
        while not reader.done:
            chunk = stream.read(_CHUNK)
            fed += len(chunk)
            try:
                parser.Parse(chunk, not chunk)
            except (expat.ExpatError, LookupError) as error:  # an encoding that nobody knows
                yield from reader.take()
                raise ValueError(f"the XML is damaged: {error}") from error
            except ValueError:
                yield from reader.take()
                raise
            yield from reader.take()
            if not chunk:
                return
            if fed - parser.CurrentByteIndex > _LONGEST_TAG:
                raise ValueError(f"a tag of more than {_LONGEST_TAG} bytes at byte {parser.CurrentByteIndex}")
    finally:
        parser.StartElementHandler = parser.EndElementHandler = parser.CharacterDataHandler = None


def _no_doctype(*_: object) -> None:
    raise ValueError("a document type has no place in such a report")


class _Reader:
    """Follows the elements; `take` gives what was complete since it was last asked."""

    def __init__(self, models: bool) -> None:
        self.done = False
        self._with_models = models
        self._ready: list[Part] = []
        self._path: list[str] = []
        self._facts = 0
        self._section = ""
        self._file: TaggedFile | None = None
        self._open: list[tuple[Model, str]] = []  # models in one another, each with the name of its field
        self._names: list[str] = []  # of the fields that hold models
        self._field = self._value = self._format = ""
        self._text: list[str] | None = None  # of the element that is being read, where it is wanted
        self._length = self._weight = 0
        self._starts: dict[str, Callable[[dict[str, str]], None]] = {
            "model": self._start_model, "modelField": self._start_names, "multiModelField": self._start_names,
            "field": self._start_field, "multiField": self._start_field, "value": self._start_value,
            "file": self._start_file, "timestamp": self._start_named, "item": self._start_named,
            "metadata": self._start_section, "extractionInfo": self._extraction,
        }  # fmt: skip
        self._ends: dict[str, Callable[[str], None]] = {
            "model": self._end_model, "modelField": self._end_names, "multiModelField": self._end_names,
            "field": self._end_field, "multiField": self._end_field, "value": self._end_value,
            "file": self._end_file, "timestamp": self._end_timestamp, "item": self._end_item,
            "taggedFiles": self._end_files,
        }  # fmt: skip

    def take(self) -> list[Part]:
        ready, self._ready = self._ready, []
        return ready

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if not self._path:
            self._start_report(tag, attributes)
        tag = tag.rpartition(":")[2]
        if len(self._path) >= DEEPEST:
            raise ValueError(f"more than {DEEPEST} elements in one another")
        self._path.append(tag)
        if begin := self._starts.get(tag):
            begin(attributes)

    def end(self, tag: str) -> None:
        self._path.pop()
        tag = tag.rpartition(":")[2]
        if finish := self._ends.get(tag):
            text = "".join(self._text) if self._text is not None else ""
            finish(text)

    def characters(self, text: str) -> None:
        if self._text is None:
            return
        self._length += len(text)
        if self._length <= LONGEST_VALUE:
            self._text.append(text)
        elif self._open:
            self._open[-1][0].cut = True

    def _listen(self) -> None:
        self._text, self._length = [], 0

    def _start_report(self, tag: str, attributes: dict[str, str]) -> None:
        spaces = [value for name, value in attributes.items() if name.partition(":")[0] == "xmlns"]
        if tag.rpartition(":")[2] != "project" or not any(value.startswith(NAMESPACE) for value in spaces):
            raise ValueError("not a report of Cellebrite: its root is another element")
        for name in _ABOUT:
            self._fact("Report", name, attributes.get(name, ""))

    def _fact(self, section: str, name: str, value: str) -> None:
        self._facts += 1
        if value.strip() and self._facts <= _MOST_FACTS:
            self._ready.append(Fact(section[:_COST], name[:_COST], value.strip()[: _COST * 20]))

    def _extraction(self, attributes: dict[str, str]) -> None:
        what = " ".join(attributes[name] for name in ("name", "type") if name in attributes)
        self._fact("Source extraction", attributes.get("id", ""), what)

    def _start_section(self, attributes: dict[str, str]) -> None:
        self._section = attributes.get("section", "")

    def _start_named(self, attributes: dict[str, str]) -> None:
        self._value = attributes.get("name", "")
        self._listen()

    def _start_file(self, attributes: dict[str, str]) -> None:
        if self._open or "taggedFiles" not in self._path:
            return
        size = attributes.get("size", "").strip()
        self._file = TaggedFile(
            attributes.get("path", ""),
            attributes.get("fs", ""),
            int(size) if size.isascii() and size.isdecimal() and len(size) < 19 else None,
            attributes.get("id", ""),
            attributes.get("deleted", ""),
        )

    def _end_timestamp(self, text: str) -> None:
        if self._file is not None and len(self._file.times) < DEEPEST:
            self._file.times.append((self._value, text.strip()))
        self._text = None

    def _end_item(self, text: str) -> None:
        text = text.strip()
        if self._file is None:
            if not self._open and "taggedFiles" not in self._path:
                self._fact(self._section, self._value, text)
        elif self._value == "Local Path":
            self._file.local = self._file.local or text
        elif (algorithm := _HASHES.get(self._value.lower())) and len(self._file.hashes) < DEEPEST:
            self._file.hashes.append((algorithm, text.lower()))
        self._text = None

    def _end_file(self, _: str) -> None:
        if self._file is not None and not self._open:
            self._ready.append(self._file)
            self._file = None

    def _end_files(self, _: str) -> None:
        self.done = not self._with_models

    def _start_model(self, attributes: dict[str, str]) -> None:
        if not self._with_models or self._path[1:2] != ["decodedData"]:
            return
        kind, own_id, deleted, confidence, extraction = (attributes.get(name, "") for name in _MODEL)
        model = Model(kind, own_id, deleted, confidence, extraction)
        self._open.append((model, self._names[-1] if self._open and self._names else ""))
        self._weigh(sum(map(len, attributes.values())))

    def _weigh(self, length: int) -> None:
        self._weight += length + _COST
        if self._weight > LARGEST:
            raise ValueError(f"a model of more than {LARGEST} characters, with all it holds")

    def _end_model(self, _: str) -> None:
        if not self._open:
            return
        model, name = self._open.pop()
        if not self._open:
            self._ready.append(model)
            self._weight = 0
            return
        parent = self._open[-1][0]
        parent.models.setdefault(name, []).append(model)
        if len(self._open) == 1 and name == "Messages" and self._weight > PIECE:
            models = {key: list(found) for key, found in parent.models.items()}
            piece = replace(parent, fields=dict(parent.fields), lists=dict(parent.lists), models=models, more=True)
            self._ready.append(piece)
            parent.models[name] = []
            self._weight = 0

    def _start_names(self, attributes: dict[str, str]) -> None:
        self._names.append(attributes.get("name", ""))

    def _end_names(self, _: str) -> None:
        self._names.pop()

    def _start_field(self, attributes: dict[str, str]) -> None:
        self._field = attributes.get("name", "")
        if not self._open and "caseInformation" in self._path:
            self._listen()

    def _end_field(self, text: str) -> None:
        if self._text is not None and not self._open:
            self._fact("Case information", self._field, text)
        self._text = None

    def _start_value(self, attributes: dict[str, str]) -> None:
        self._format = attributes.get("format", "")
        if self._open:
            self._listen()

    def _end_value(self, text: str) -> None:
        if not self._open:
            return
        if self._format == "Base64String":
            text = _decoded(text)
        self._weigh(len(text) + len(self._field))
        model = self._open[-1][0]
        if self._path[-1] == "multiField":
            model.lists.setdefault(self._field, []).append(text)
        elif self._path[-1] == "field":
            model.fields.setdefault(self._field, text)
        self._text = None


def _decoded(text: str) -> str:
    """Text that was written as Base64 for its control characters; as it stands where it is none."""
    try:
        return base64.b64decode(text, validate=True).decode()
    except (binascii.Error, ValueError):
        return text
