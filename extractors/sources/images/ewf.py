"""EWF disk images (E01, s01, Ex01): the media inside, with the notes, stored hashes and damage that the set tells of.

References:
- libewf, "Expert Witness Compression Format (EWF)" and "Expert Witness Compression Format 2 (EWF2)"
"""

from __future__ import annotations

import struct
from typing import Final, NoReturn

from evidence_store.records import Problem
from extractors.sources.base import Image, Place, SourceError
from extractors.sources.names import shown
from parsers.ewf import EwfImage, is_image, is_logical
from parsers.ewf2 import Ewf2Image
from parsers.ewf2_sections import SIGNATURES
from parsers.ewf_names import is_first_name, segment_names
from parsers.ewf_segments import Segment

KIND: Final = "E01"
TITLE: Final = "EWF image (E01, Ex01)"
LIMITS: Final = "Ex01 sets that are encrypted are named and not read."
MOST_LISTED: Final = 200


def detect(place: Place, head: bytes) -> bool:
    """By signature; sets of logical files are no disk images."""
    return is_image(head)


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


def open_set(place: Place, logical: bool = False) -> EwfImage | Ewf2Image:
    """The set that begins at `place`, its other segments found beside it. Raises SourceError.

    `logical`: a set of logical files, else a disk image.
    """
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
        head = segments[0].read_at(0, 8)
        if is_logical(head) and not logical:
            _refuse(segments, f"{segments[0].name} is an L01 or Lx01 set of logical files, and no disk image")
        return Ewf2Image(segments) if head in SIGNATURES else EwfImage(segments)
    except SourceError:
        raise
    except (ValueError, OSError) as error:
        raise SourceError(shown(str(error))) from error


def _refuse(segments: list[Segment], why: str) -> NoReturn:
    for segment in segments:
        segment.close()
    raise ValueError(why)


def _names(place: Place) -> list[str]:
    if not is_first_name(place.name):
        # A set that was given another name is still told from a later segment by the number in its head.
        opened = place.open()
        try:
            head = opened.read_at(0, 16)
        finally:
            opened.close()
        at, form = (12, "<I") if head[:8] in SIGNATURES else (9, "<H")
        if len(head) == 16 and struct.unpack_from(form, head, at)[0] == 1:
            return [place.name]
    return segment_names(place.name, place.names())


def set_problems(found: EwfImage | Ewf2Image) -> list[Problem]:
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


def set_facts(found: EwfImage | Ewf2Image) -> dict[str, str]:
    """The notes of the acquisition, the hashes that are stored, and how the set is made up."""
    facts = {name: shown(value) for name, value in found.layout.notes.items()}
    facts["segments"] = str(len(found.names))
    facts["chunk size"] = f"{found.chunk_size} bytes"
    for algorithm, value in found.layout.hashes:
        facts[f"stored {algorithm}"] = value
    return facts
