"""Calendar.sqlitedb in the columns of iOS 16 and of iOS 5."""

from __future__ import annotations

PATH = "private/var/mobile/Library/Calendar/Calendar.sqlitedb"
_BESIDE = """
CREATE TABLE Store (ROWID INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT, type INTEGER, disabled INTEGER);
CREATE TABLE Calendar (ROWID INTEGER PRIMARY KEY AUTOINCREMENT, store_id INTEGER, title TEXT, flags INTEGER,
 color TEXT, symbolic_color_name TEXT, color_is_display INTEGER, type TEXT, supported_entity_types INTEGER,
 external_id TEXT, owner_identity_display_name TEXT, owner_identity_email TEXT, self_identity_display_name TEXT,
 self_identity_email TEXT, notes TEXT, UUID TEXT, shared_owner_name TEXT, shared_owner_address TEXT,
 sharing_status INTEGER, subcal_url TEXT);
CREATE TABLE Identity (display_name TEXT, address TEXT, first_name TEXT, last_name TEXT);
CREATE TABLE Location (ROWID INTEGER PRIMARY KEY AUTOINCREMENT, title TEXT, address TEXT, latitude REAL,
 longitude REAL, radius REAL, item_owner_id INTEGER);
CREATE TABLE Recurrence (ROWID INTEGER PRIMARY KEY AUTOINCREMENT, frequency INTEGER, interval INTEGER,
 week_start INTEGER, count INTEGER, cached_end_date REAL, cached_end_date_tz TEXT, end_date REAL, specifier TEXT,
 by_month_months INTEGER, owner_id INTEGER, external_rep BLOB, UUID TEXT);
CREATE TABLE Alarm (ROWID INTEGER PRIMARY KEY AUTOINCREMENT, trigger_date REAL, trigger_interval INTEGER,
 type INTEGER, calendaritem_owner_id INTEGER, calendar_owner_id INTEGER, UUID TEXT);
CREATE TABLE Attachment (ROWID INTEGER PRIMARY KEY AUTOINCREMENT, owner_id INTEGER, external_rep BLOB, url TEXT,
 UUID TEXT, data BLOB, format TEXT, filename TEXT, local_url TEXT, file_size INTEGER);
CREATE TABLE Participant (ROWID INTEGER PRIMARY KEY AUTOINCREMENT, entity_type INTEGER, type INTEGER, status INTEGER,
 pending_status INTEGER, role INTEGER, identity_id INTEGER, owner_id INTEGER, external_rep BLOB, UUID TEXT,
 email TEXT, phone_number TEXT, is_self INTEGER, comment TEXT, schedule_agent INTEGER, flags INTEGER,
 last_modified REAL, proposed_start_date REAL);
"""
SCHEMA = f"""{_BESIDE}
CREATE TABLE CalendarItem (ROWID INTEGER PRIMARY KEY AUTOINCREMENT, summary TEXT, location_id INTEGER,
 client_location_id INTEGER, description TEXT, start_date REAL, start_tz TEXT, end_date REAL, end_tz TEXT,
 all_day INTEGER, calendar_id INTEGER, orig_item_id INTEGER, orig_date REAL, organizer_id INTEGER,
 self_attendee_id INTEGER, status INTEGER, invitation_status INTEGER, availability INTEGER, privacy_level INTEGER,
 url TEXT, last_modified REAL, sequence_num INTEGER, birthday_id INTEGER, external_id TEXT, unique_identifier TEXT,
 response_comment TEXT, hidden INTEGER, has_recurrences INTEGER, has_attendees INTEGER, UUID TEXT,
 entity_type INTEGER, priority INTEGER, due_date REAL, due_tz TEXT, due_all_day INTEGER, completion_date REAL,
 creation_date REAL, travel_time INTEGER, junk_status INTEGER, conference_url TEXT, contact_identifier TEXT,
 recurrence_set TEXT, flags INTEGER, contact_name TEXT);
"""
IOS_5 = """
CREATE TABLE Calendar (ROWID INTEGER PRIMARY KEY AUTOINCREMENT, store_id INTEGER, title TEXT, color_r INTEGER);
CREATE TABLE Event (ROWID INTEGER PRIMARY KEY AUTOINCREMENT, summary TEXT, location TEXT, description TEXT,
 start_date REAL, start_tz TEXT, end_date REAL, all_day INTEGER, calendar_id INTEGER, orig_event_id INTEGER,
 orig_start_date REAL, organizer_id INTEGER, organizer_is_self INTEGER, self_attendee_id INTEGER, status INTEGER,
 availability INTEGER, privacy_level INTEGER, url TEXT, last_modified REAL, birthday_id INTEGER,
 unique_identifier TEXT, hidden INTEGER);
"""
NEWER = (
    SCHEMA.replace("filename TEXT, local_url TEXT, file_size INTEGER", "file_id INTEGER")
    .replace("conference_url TEXT", "conference_url TEXT, conference_url_detected TEXT")
    .replace("owner_identity_display_name TEXT, owner_identity_email TEXT", "owner_identity_id INTEGER")
    + """
CREATE TABLE AttachmentFile (ROWID INTEGER PRIMARY KEY AUTOINCREMENT, url TEXT, UUID TEXT, format TEXT,
 filename TEXT, local_path TEXT, file_size INTEGER, store_id INTEGER);
CREATE TABLE Sharee (ROWID INTEGER PRIMARY KEY AUTOINCREMENT, owner_id INTEGER, external_id TEXT, status INTEGER,
 access_level INTEGER, identity_id INTEGER, UUID TEXT);
"""
)
