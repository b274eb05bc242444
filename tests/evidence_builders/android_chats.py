"""Databases of smaller messengers on Android, in the columns that the published ones have."""

from __future__ import annotations

from tests.evidence_builders.databases import database
from tests.evidence_builders.files import MemoryFile

BABEL = """CREATE TABLE participants (_id INTEGER PRIMARY KEY, participant_type INT DEFAULT 1, gaia_id TEXT,
    chat_id TEXT, phone_id TEXT, circle_id TEXT, first_name TEXT, full_name TEXT, fallback_name TEXT,
    profile_photo_url TEXT, batch_gebi_tag STRING DEFAULT('-1'), blocked INT DEFAULT(0),
    in_users_domain BOOLEAN);
CREATE TABLE conversation_participants (_id INTEGER PRIMARY KEY, participant_row_id INT, participant_type INT,
    conversation_id TEXT, sequence INT, active INT, invitation_status INT DEFAULT(0));
CREATE TABLE blocked_people (_id INTEGER PRIMARY KEY, gaia_id TEXT, chat_id TEXT, name TEXT, profile_photo_url TEXT);
CREATE TABLE conversations (_id INTEGER PRIMARY KEY, conversation_id TEXT, conversation_type INT, name TEXT,
    generated_name TEXT, snippet_text TEXT, status INT, view INT, inviter_gaia_id TEXT, is_pending_leave INT,
    self_watermark INT DEFAULT(0), draft TEXT, otr_status INT, sort_timestamp INT, UNIQUE (conversation_id));
CREATE TABLE messages (_id INTEGER PRIMARY KEY, message_id TEXT, message_type INT, conversation_id TEXT,
    author_chat_id TEXT, author_gaia_id TEXT, text TEXT, timestamp INT, delete_after_read_timetamp INT, status INT,
    type INT, local_url TEXT, remote_url TEXT, attachment_content_type TEXT, latitude DOUBLE, longitude DOUBLE,
    address ADDRESS, expiration_timestamp INT, off_the_record INT DEFAULT(0), transport_type INT NOT NULL DEFAULT(1),
    transport_phone TEXT, mms_subject TEXT, sms_raw_sender TEXT, sms_raw_recipients TEXT, sms_type INT DEFAULT(-1),
    attachment_name TEXT, new_conversation_name TEXT, participant_keys TEXT, sending_error INT DEFAULT(0),
    voicemail_length INT DEFAULT(0), call_media_type INT DEFAULT(0), UNIQUE (conversation_id, message_id));
CREATE TABLE multipart_attachments (_id INTEGER PRIMARY KEY, message_id TEXT, conversation_id TEXT, url TEXT,
    content_type TEXT, width INT, height INT);
CREATE TABLE recent_calls (_id INTEGER PRIMARY KEY, normalized_number TEXT NOT NULL, phone_number TEXT,
    contact_id TEXT, call_timestamp INT, call_type INT, contact_type INT, call_rate TEXT, is_free_call BOOLEAN);"""
BURNER = """CREATE TABLE messages (_id integer primary key autoincrement, message_id text not null,
    state integer default 0, message text not null, contact_phone_number text not null, connected integer default 0,
    message_type integer, contact_burner_id text, voice_url text, date_created integer not null,
    last_updated_date integer not null,
    read integer default 0, user_id text, sid text, burner_id text not null, duration integer,
    direction integer not null, asset_url text, send_status integer default 0);
CREATE TABLE burners (_id integer primary key autoincrement, burner_id text not null, phone_number_id text,
    voicemail_url text, user_id text, name text, alias text, features text, total_minutes integer,
    remaining_minutes integer, total_texts integer, remaining_texts integer, expiration_date integer,
    disabled integer default 0, date_created integer not null, last_updated_date integer,
    auto_reply_active integer default 0, auto_reply_text text, call_forward_status text);
CREATE TABLE contacts (_id integer primary key autoincrement, contact_id text not null, name text, phone_number text,
    burner_id text, date_created integer not null, last_updated_date integer, blocked integer default 0,
    muted integer default 0, notes text, images text);"""


def babel(inserts: str, schema: str = BABEL) -> MemoryFile:
    """babel.db of Hangouts where a phone keeps it."""
    return MemoryFile("data/data/com.google.android.talk/databases/babel0.db", database(schema + inserts))


def burner_store(inserts: str, schema: str = BURNER) -> MemoryFile:
    """The database of Burner where a phone keeps it."""
    return MemoryFile("data/data/com.adhoclabs.burner/databases/burnerDatabase.db", database(schema + inserts))
