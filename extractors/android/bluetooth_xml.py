"""The sections of bt_config.xml, in which Android 4.2 to 5 keeps what later stands in bt_config.conf."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from evidence_store.records import Problem
from extractors.base import EvidenceFile
from parsers.xml_events import each_event

_ROOT: Final = "Bluedroid"
_SECTION, _SETTING = 3, 4  # how deep they stand, below <Bluedroid> and the part "Local" or "Remote"
_MOST: Final = 1 << 20  # characters of one section
Section = tuple[str, str, dict[str, str]]


def xml_sections(file: EvidenceFile, problems: list[Problem]) -> Iterator[Section]:
    """("line 12, byte 345", the section's name, its settings by their name in small letters).

    Elements are numbered within the one around them (N1, N2 …), and their attribute "Tag" has the name. What stands in
    a section that is not closed comes too; why the file could not be read to its end is put into `problems`.

    References:
    - Android Open Source Project: external/bluetooth/bluedroid, btif_config_util
    """
    open_tags: list[str] = []
    section: Section | None = None
    text, length = "", 0
    try:
        with file.open() as stream:
            for event in each_event(stream):
                length += len(event.text) + len(event.name)
                if length > _MOST:
                    problems.append(Problem("file", "too-large", f"more than {_MOST:,} characters up to {event.place}"))
                    break
                if event.kind == "start":
                    if not open_tags and event.name != _ROOT:
                        problems.append(Problem("schema", "unknown-layout", f"not in the form of <{_ROOT}>"))
                        return
                    open_tags.append(event.attributes.get("Tag", ""))
                    text = ""
                    if len(open_tags) == _SECTION:
                        length = 0
                        section = (event.place, open_tags[-1], {})
                elif event.kind == "text":
                    text += event.text
                else:
                    name = open_tags.pop()
                    if len(open_tags) == _SETTING - 1 and section is not None:
                        section[2][name.lower()] = text.strip()
                    elif len(open_tags) == _SECTION - 1 and section is not None:
                        yield section
                        section = None
                    text = ""
    except ValueError as error:
        problems.append(Problem("file", "damaged-xml", str(error)))
    if section is not None:
        yield section
