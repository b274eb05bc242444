"""What all kinds of records share, and what an extractor says beside them."""

from __future__ import annotations

import re
from typing import ClassVar, Final, Literal

import msgspec

from evidence_store.records.values import Attachment, Moment, Value

# The locator of a record that describes its file as a whole (a photo, a film). The times of the file system are its
# moments too: the store adds them from the listing, so that the record itself is the same from a folder and from a zip.
WHOLE_FILE: Final = "whole file"


def _kind_of(name: str) -> str:
    """ "MediaItem" is of the kind "media_item"."""
    return re.sub("(?<=[a-z])(?=[A-Z])", "_", name).lower()


class Record(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False, tag_field="kind", tag=_kind_of):
    """What all kinds share. `locator` says where in the file it stands: "sms:_id=412", "line 118", "byte 8000+24".

    The first of `moments` is the principal one, by which the timeline sorts. `deleted` means that the record itself
    was recovered or is marked as deleted by the application. `flags` are short words in the application's own terms
    ("system", "edited", "forwarded"). `extra` keeps fields of interest that the kind has no name for.
    """

    kind: ClassVar[str] = "record"
    locator: str
    service: str = ""
    moments: tuple[Moment, ...] = ()
    deleted: bool = False
    flags: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    extra: tuple[tuple[str, str | int | float | None], ...] = ()


class Problem(Value, frozen=True):
    """What could not be read. `kind` decides how it counts:

    - "row": a row that could not become a record (counts as failed)
    - "unsupported": a row of a type that is not read (counts as unsupported)
    - "value": one value of a row was bad; the row itself was read
    - "schema": the layout is not known; nothing was read
    - "file": the file could not be read, or not to its end
    - "note": nothing was lost, but the reader should know (for example an assumption that was made)
    """

    kind: Literal["row", "unsupported", "value", "schema", "file", "note"]
    code: str
    detail: str
    locator: str = ""


class Present(Value, frozen=True):
    """An extractor's own count of the rows in the file, so that it can be checked that all came out."""

    rows: int
