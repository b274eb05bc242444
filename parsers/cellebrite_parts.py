"""What a report of Cellebrite Physical Analyzer is made of, as plain values; `cellebrite_report` reads it."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Fact:
    """What the report says of the device, the case or itself."""

    section: str
    name: str
    value: str


@dataclass(slots=True)
class TaggedFile:
    """A file of the device. `local` is where the container has its bytes, as stored ("files\\Image\\a.jpg"), or "".

    `size` is None where it is no number; `times` are (name, text), `hashes` (algorithm, lower-case hex), as stored.
    """

    path: str
    file_system: str
    size: int | None
    id: str
    deleted: str
    local: str = ""
    times: list[tuple[str, str]] = field(default_factory=list)
    hashes: list[tuple[str, str]] = field(default_factory=list)


@dataclass(slots=True)
class Model:
    """One thing that was decoded. `fields` and `lists` are texts, `models` what is nested, by the name of the field.

    `cut`: a value was too long and is not whole. `more`: the chat is too large for one piece, and goes on in the next
    `Model` of the same id; fields that stand behind the messages come with the last.
    """

    type: str
    id: str
    deleted: str
    confidence: str
    extraction: str
    fields: dict[str, str] = field(default_factory=dict)
    lists: dict[str, list[str]] = field(default_factory=dict)
    models: dict[str, list[Model]] = field(default_factory=dict)
    cut: bool = False
    more: bool = False


Part = Fact | TaggedFile | Model
