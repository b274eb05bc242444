"""What can be known: frozen, typed values that know nothing of SQL, Qt or each other.

A record says what the evidence holds, as recorded. Who a number is said to belong to is a reviewer's attribution
and lives elsewhere. Times are integers of microseconds since 1970-01-01T00:00:00Z; a `datetime` never enters a record.
"""

from __future__ import annotations

from msgspec.structs import replace as replace

from evidence_store.records.base import WHOLE_FILE, Present, Problem, Record
from evidence_store.records.communication import Call, Contact, Email, Group, Message
from evidence_store.records.content import Document, Location, MediaItem, TableRow
from evidence_store.records.device import (
    Account,
    AppInstall,
    AppUse,
    Bookmark,
    CalendarEvent,
    DeviceFact,
    Download,
    Network,
    Note,
    Notification,
    Search,
    WebVisit,
)
from evidence_store.records.kinds import KINDS
from evidence_store.records.plain import canonical, plain_of, record_of, to_plain, written
from evidence_store.records.values import CLOCKS, Attachment, Clock, Member, Moment, Party, Quoted, Reaction

__all__ = [
    "CLOCKS",
    "KINDS",
    "WHOLE_FILE",
    "Account",
    "AppInstall",
    "AppUse",
    "Attachment",
    "Bookmark",
    "CalendarEvent",
    "Call",
    "Clock",
    "Contact",
    "DeviceFact",
    "Document",
    "Download",
    "Email",
    "Group",
    "Location",
    "MediaItem",
    "Member",
    "Message",
    "Moment",
    "Network",
    "Note",
    "Notification",
    "Party",
    "Present",
    "Problem",
    "Quoted",
    "Reaction",
    "Record",
    "Search",
    "TableRow",
    "WebVisit",
    "canonical",
    "plain_of",
    "record_of",
    "replace",
    "to_plain",
    "written",
]
