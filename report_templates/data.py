"""What a report is made from: plain values, ready to print. Nothing here knows the store.

All times arrive as text, already in the report's zone with GMT/BST named, so that a report cannot disagree with the
screen. `ReportData.items` is an iterator: a report of any length streams.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """The cover. Empty strings print as "not recorded"."""

    title: str
    report_exhibit: str = ""  # the reference this report itself will be exhibited under
    marking: str = "OFFICIAL-SENSITIVE"
    operation: str = ""
    urn: str = ""
    producer: str = ""
    officer_in_case: str = ""
    scope_line: str = ""
    authority: str = ""  # how the examination was authorised, or the stated reason for none
    status: str = "DRAFT"
    generated: str = ""  # fixed by the case's state, never by the clock of the print
    tool: str = ""  # "Assay 0.1.0"
    zone: str = "Europe/London"
    media_statement: str = ""


@dataclass(frozen=True, slots=True)
class SourceFacts:
    """One source: `rows` are further (label, value) lines in the order to be printed."""

    exhibit: str
    description: str
    kind: str
    path: str
    size: int
    sha256: str
    sha1: str
    md5: str
    stored: tuple[str, ...] = ()  # "MD5 …: agrees"
    files: tuple[tuple[str, int, str], ...] = ()  # name, size, sha256 of each file on the host
    rows: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class AttachmentRow:
    """`picture` is a JPEG that the program rendered in a worker, only where a person chose to include it."""

    name: str
    state: str
    mime: str = ""
    size: int | None = None
    sha256: str = ""
    path: str = ""
    picture: bytes | None = None


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One item of the schedule, as printed. `conversation` is the index into `ReportData.conversations` or None."""

    number: str  # "ABC/1-000123"
    kind: str  # "Message"
    service: str
    when: str  # "25 Oct 2026 01:30:00 BST"
    when_utc: str
    clock: str  # "A" … "E", or ""
    sender: str
    recipients: str
    direction: str  # "in", "out", "" – printed as words
    text: str
    flags: tuple[str, ...] = ()
    moments: tuple[str, ...] = ()  # further moments, "delivered 25 Oct 2026 01:30:04 BST (A)"
    attachments: tuple[AttachmentRow, ...] = ()
    conversation: int | None = None
    deleted: bool = False
    source: str = ""  # exhibit
    file: str = ""
    file_sha256: str = ""
    locator: str = ""
    extractor: str = ""
    sha256: str = ""
    tags: tuple[str, ...] = ()
    exchanged: bool = True  # a message, call or letter: it has a direction and parties, recorded or not


@dataclass(frozen=True, slots=True)
class GapRow:
    """Items of a conversation that stand between two shown ones and are not reproduced."""

    conversation: int
    count: int
    first: str  # item number
    last: str
    reason: str = "not selected"


@dataclass(frozen=True, slots=True)
class ConversationFacts:
    """A row of the index. `shown + not_shown` is `total`; where conversations hold none shown they are not listed."""

    title: str
    service: str
    members: str
    total: int
    shown: int
    first: str
    last: str


@dataclass(frozen=True, slots=True)
class CoverageRow:
    """One file and one extractor: what became of it. `present = parsed + out_of_scope + unsupported + failed`."""

    source: str
    file: str
    extractor: str
    outcome: str
    present: int
    parsed: int
    out_of_scope: int
    unsupported: int
    failed: int
    problems: tuple[str, ...] = ()  # whole lines: "Problem: …", "Note: …"


@dataclass(frozen=True, slots=True)
class Unread:
    """What could not be read at all, and the files of which that is true where there are several, folder by folder."""

    what: str
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Verification:
    """The verification page: what was recomputed, when, and the figures to compare with."""

    seal: str
    items_digest: str
    ledger_head: str
    ledger_entries: int
    checks: tuple[tuple[str, str], ...]  # (what, "agrees" / finding / "not done")
    complete: str  # one sentence
    intact: str  # one sentence
    limits: str  # what an unkeyed digest cannot show
    is_intact: bool = True


@dataclass(frozen=True, slots=True)
class ReportData:
    """`rows()` starts a fresh pass over the schedule: items and gap rows in printing order (conversation by
    conversation, or by time). It may be called more than once and always yields the same."""

    case: CaseFacts
    sources: tuple[SourceFacts, ...]
    method: tuple[str, ...]  # paragraphs
    time_statement: tuple[str, ...]
    extractors: tuple[tuple[str, str, str], ...]  # label, tested on, limits
    conversations: tuple[ConversationFacts, ...]
    item_count: int
    rows: Callable[[], Iterator[ItemRow | GapRow]]
    coverage: tuple[CoverageRow, ...]
    coverage_summary: tuple[str, ...]
    unread: tuple[Unread, ...]  # problems of sources and files that no extractor took up
    verification: Verification
    selection: str  # in words: what was chosen, "all items" or the filter
    order: Literal["conversation", "time"] = "time"
    notes: tuple[str, ...] = field(default=())
