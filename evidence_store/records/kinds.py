"""All kinds of records."""

from __future__ import annotations

from typing import Final

from evidence_store.records.base import Record
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

KINDS: Final[tuple[type[Record], ...]] = (
    *(Message, Call, Contact, MediaItem, Location, TableRow, Group, Account, WebVisit, Search, Download, AppInstall),
    *(AppUse, Notification, CalendarEvent, Note, Email, Document, Network, DeviceFact, Bookmark),
)
