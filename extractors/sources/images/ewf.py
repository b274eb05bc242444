"""EWF disk images (E01, s01): the media inside, with the notes, stored hashes and damage that the set tells of.

References:
- libewf, "Expert Witness Compression Format (EWF)"
"""

from __future__ import annotations

import struct
from typing import Final

from evidence_store.records import Problem
from extractors.sources.base import Image, Place, SourceError
from extractors.sources.names import shown
from parsers.ewf import EwfImage, is_ewf
from parsers.ewf_names import is_first_name, segment_names
from parsers.ewf_segments import Segment

KIND: Final = "E01"
TITLE: Final = "EWF image (E01)"
LIMITS: Final = "EWF version 2 and logical sets are not read."
MOST_LISTED: Final = 200


def detect(place: Place, head: bytes) -> bool:
    """By signature; EWF version 2 and logical sets are claimed too, so that opening can say why they are not read."""
    return is_ewf(head)


def open_image(place: Place) -> Image:
    """The media of the set that begins at `place`. Raises SourceError."""
    found = open_set(place)
    return Image(
        size=found.size,
        read_at=found.read_at,
        close=found.close,
        facts=set_facts(found),
        problems=lambda: set_problems(found),
        stored=list(found.layout.hashes),
        parts=found.names,
        chunks=found.stream_chunks,
    )


def open_set(place: Place) -> EwfImage:
    """The set that begins at `place`, its other segments found beside it. Raises SourceError."""
    segments: list[Segment] = []
    try:
        for name in _names(place):
            segment = place if name == place.name else place.beside(name)
            if segment is None:
                raise SourceError(f"segment {shown(name)} cannot be opened: it is a link, or no file")
            opened = segment.open()
            segments.append(Segment(name, opened.size, opened.read_at, opened.close))
    except (ValueError, OSError) as error:
        for each in segments:
            each.close()
        raise error if isinstance(error, SourceError) else SourceError(shown(str(error))) from error
    try:
        return EwfImage(segments)
    except SourceError:
        raise
    except (ValueError, OSError) as error:
        raise SourceError(shown(str(error))) from error


def _names(place: Place) -> list[str]:
    if not is_first_name(place.name):
        # A set that was given another name is still told from a later segment by the number in its head.
        opened = place.open()
        try:
            head = opened.read_at(0, 13)
        finally:
            opened.close()
        if len(head) == 13 and struct.unpack_from("<H", head, 9)[0] == 1:
            return [place.name]
    return segment_names(place.name, place.names())


def set_problems(found: EwfImage) -> list[Problem]:
    """What is wrong with a set; complete once all of it was read."""
    problems = [Problem("file", "ewf", shown(text)) for text in found.problems]
    bad = found.bad_ranges()
    for span in bad[:MOST_LISTED]:
        which = f"chunk {span.first}" if span.first == span.last else f"chunks {span.first} to {span.last}"
        detail = f"{which} read as zeros: {span.reason}"
        problems.append(Problem("file", "bad-chunk", detail, f"byte {span.offset}+{span.size}"))
    if len(bad) > MOST_LISTED:
        problems.append(Problem("file", "bad-chunk", f"{len(bad) - MOST_LISTED} more ranges of chunks read as zeros"))
    errors = found.layout.errors
    sector = found.layout.bytes_per_sector
    for first, count in errors[:MOST_LISTED]:
        detail = f"{count} sectors from {first} could not be read when the image was taken"
        problems.append(Problem("note", "acquisition-error", detail, f"byte {first * sector}+{count * sector}"))
    if len(errors) > MOST_LISTED:
        text = f"{len(errors) - MOST_LISTED} more ranges could not be read when the image was taken"
        problems.append(Problem("note", "acquisition-error", text))
    return problems


def set_facts(found: EwfImage) -> dict[str, str]:
    """The notes of the acquisition, the hashes that are stored, and how the set is made up."""
    facts = {name: shown(value) for name, value in found.layout.notes.items()}
    facts["segments"] = str(len(found.names))
    facts["chunk size"] = f"{found.chunk_size} bytes"
    for algorithm, value in found.layout.hashes:
        facts[f"stored {algorithm}"] = value
    return facts
