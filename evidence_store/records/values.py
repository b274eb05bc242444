"""What records are made of: moments, parties, attachments."""

from __future__ import annotations

from typing import Final, Literal

import msgspec

_PHONE: Final = "phone"
Clock = Literal["A", "B", "C", "D", "E"]
CLOCKS: Final = {
    "A": "an epoch in the application's own database",
    "B": "local time with its offset stored",
    "C": "local time; the zone is assumed, or unknown",
    "D": "file system time, or inferred",
    "E": "stated by the operator",
}


class Value(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A part of a record, its fields given in order or by name.

    Defaults are left out of its JSON, so that a field that is added later changes the digest of no old record. msgspec
    takes for a default what is the same object: "" and the like are, whoever made them.
    """


class Moment(Value, frozen=True):
    """One dated field: what it means, when, as stored, and how far the clock can be trusted.

    `utc_us` is None where the time is not known in UTC (no zone, impossible, not decodable); `raw` is always the stored
    form. `zone` names an assumed zone and by whom ("Europe/London, operator"); `note` says what is doubtful.
    """

    meaning: str
    utc_us: int | None
    raw: str
    clock: Clock
    zone: str = ""
    note: str = ""


class Party(Value, frozen=True):
    """Somebody as recorded: `scheme` says what the identifier is (phone, email, name, account …)."""

    identifier: str
    scheme: str = _PHONE
    name: str | None = None

    def __post_init__(self) -> None:
        if self.scheme == _PHONE and self.scheme is not _PHONE:  # or its JSON would name the default (see `Value`)
            msgspec.structs.force_setattr(self, "scheme", _PHONE)


class Attachment(Value, frozen=True):
    """A file that a record refers to.

    `path` is the place in the same source ('/'-separated, as `EvidenceFile.path`) or None where the record names none;
    `mime` and `size` are as recorded. `state` is "" when the store is to look the path up (it becomes "present" or
    "missing"), else what the extractor knows: "embedded" (with `sha256` of the bytes), "omitted" (the export says
    that media were left out), "not downloaded".
    """

    name: str
    path: str | None = None
    mime: str | None = None
    size: int | None = None
    sha256: str | None = None
    state: str = ""


class Reaction(Value, frozen=True):
    """What somebody put under a message: an emoji or the application's own word for it ("loved")."""

    text: str
    sender: Party | None = None
    moment: Moment | None = None


class Quoted(Value, frozen=True):
    """The message that another one answers, as it was stored with the answer: `key` is its id in the application."""

    key: str | None = None
    sender: Party | None = None
    text: str | None = None


class Member(Value, frozen=True):
    """Somebody in a group: the role that the application gives ("admin"), and since and until when, where recorded."""

    party: Party
    role: str = ""
    since: Moment | None = None
    until: Moment | None = None
