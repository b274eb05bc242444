"""calendar.db of Android, in the columns of a recent generation and of one before Android 4."""

from __future__ import annotations

from tests.evidence_builders.databases import database
from tests.evidence_builders.files import MemoryFile

SCHEMA = """CREATE TABLE Calendars (_id INTEGER PRIMARY KEY, account_name TEXT, account_type TEXT, _sync_id TEXT,
    dirty INTEGER, mutators TEXT, name TEXT, calendar_displayName TEXT, calendar_color INTEGER,
    calendar_access_level INTEGER, visible INTEGER NOT NULL DEFAULT 1, sync_events INTEGER NOT NULL DEFAULT 0,
    calendar_location TEXT, calendar_timezone TEXT, ownerAccount TEXT, isPrimary INTEGER,
    deleted INTEGER NOT NULL DEFAULT 0);
CREATE TABLE Events (_id INTEGER PRIMARY KEY AUTOINCREMENT, _sync_id TEXT, dirty INTEGER, mutators TEXT,
    lastSynced INTEGER DEFAULT 0, calendar_id INTEGER NOT NULL, title TEXT, eventLocation TEXT, description TEXT,
    eventColor INTEGER, eventStatus INTEGER, selfAttendeeStatus INTEGER NOT NULL DEFAULT 0, dtstart INTEGER,
    dtend INTEGER, eventTimezone TEXT, duration TEXT, allDay INTEGER NOT NULL DEFAULT 0,
    accessLevel INTEGER NOT NULL DEFAULT 0, availability INTEGER NOT NULL DEFAULT 0,
    hasAlarm INTEGER NOT NULL DEFAULT 0, hasExtendedProperties INTEGER NOT NULL DEFAULT 0, rrule TEXT, rdate TEXT,
    exrule TEXT, exdate TEXT, original_id INTEGER, original_sync_id TEXT, originalInstanceTime INTEGER,
    originalAllDay INTEGER, lastDate INTEGER, hasAttendeeData INTEGER NOT NULL DEFAULT 0, organizer TEXT,
    isOrganizer INTEGER, deleted INTEGER NOT NULL DEFAULT 0, eventEndTimezone TEXT, customAppPackage TEXT,
    customAppUri TEXT, uid2445 TEXT);
CREATE TABLE Attendees (_id INTEGER PRIMARY KEY, event_id INTEGER, attendeeName TEXT, attendeeEmail TEXT,
    attendeeStatus INTEGER, attendeeRelationship INTEGER, attendeeType INTEGER, attendeeIdentity TEXT,
    attendeeIdNamespace TEXT);
CREATE TABLE Reminders (_id INTEGER PRIMARY KEY, event_id INTEGER, minutes INTEGER, method INTEGER NOT NULL DEFAULT 0);
CREATE TABLE CalendarAlerts (_id INTEGER PRIMARY KEY, event_id INTEGER, begin INTEGER NOT NULL, end INTEGER NOT NULL,
    alarmTime INTEGER NOT NULL, creationTime INTEGER NOT NULL DEFAULT 0, receivedTime INTEGER NOT NULL DEFAULT 0,
    notifyTime INTEGER NOT NULL DEFAULT 0, state INTEGER NOT NULL, minutes INTEGER);"""
EARLY = """CREATE TABLE Calendars (_id INTEGER PRIMARY KEY, _sync_account TEXT, _sync_account_type TEXT, name TEXT,
    displayName TEXT, hidden INTEGER NOT NULL DEFAULT 0, color INTEGER, access_level INTEGER,
    selected INTEGER NOT NULL DEFAULT 1, sync_events INTEGER NOT NULL DEFAULT 0, location TEXT, timezone TEXT,
    ownerAccount TEXT);
CREATE TABLE Events (_id INTEGER PRIMARY KEY, _sync_account TEXT, _sync_id TEXT, calendar_id INTEGER NOT NULL,
    htmlUri TEXT, title TEXT, eventLocation TEXT, description TEXT, eventStatus INTEGER, dtstart INTEGER,
    dtend INTEGER, eventTimezone TEXT, duration TEXT, allDay INTEGER NOT NULL DEFAULT 0,
    visibility INTEGER NOT NULL DEFAULT 0, transparency INTEGER NOT NULL DEFAULT 0, rrule TEXT, originalEvent TEXT,
    originalInstanceTime INTEGER, organizer TEXT, deleted INTEGER NOT NULL DEFAULT 0);"""


def calendars(inserts: str, schema: str = SCHEMA) -> MemoryFile:
    """calendar.db where a phone keeps it."""
    path = "data/data/com.android.providers.calendar/databases/calendar.db"
    return MemoryFile(path, database(schema + inserts))
