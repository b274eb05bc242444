"""Google Messages' database, in the columns of a recent generation and of the first one."""

from __future__ import annotations

from tests.evidence_builders.databases import database
from tests.evidence_builders.files import MemoryFile

ROOT = "data/data/com.google.android.apps.messaging/"
CONVERSATIONS = """CREATE TABLE conversations (_id INTEGER PRIMARY KEY AUTOINCREMENT, sms_thread_id INT DEFAULT(0),
    name TEXT, latest_message_id INT, snippet_text TEXT, subject_text TEXT, preview_uri TEXT,
    preview_content_type TEXT, show_draft INT DEFAULT(0), draft_snippet_text TEXT, draft_subject_text TEXT,
    draft_preview_uri TEXT, draft_preview_content_type TEXT, archive_status INT DEFAULT(0),
    sort_timestamp INT DEFAULT(0), last_read_timestamp INT DEFAULT(0), icon TEXT, participant_contact_id INT,
    participant_lookup_key TEXT, participant_normalized_destination TEXT, current_self_id TEXT,
    participant_count INT DEFAULT(0), notification_enabled INT DEFAULT(1), notification_sound_uri TEXT,
    notification_vibration INT DEFAULT(1), include_email_addr INT DEFAULT(0), sms_service_center TEXT,
    IS_ENTERPRISE INT DEFAULT(0)"""
LATER_CONVERSATIONS = """, source_type INT DEFAULT(0), rcs_session_id INT DEFAULT(-1), join_state INT DEFAULT(0),
    conv_type INT DEFAULT(0), name_is_automatic INTEGER DEFAULT(1), delete_timestamp INT DEFAULT(0),
    rcs_group_id TEXT, rcs_conference_uri TEXT, has_been_e2ee INT DEFAULT(0)"""
MESSAGES = """CREATE TABLE messages (_id INTEGER PRIMARY KEY AUTOINCREMENT, conversation_id INT, sender_id INT,
    sent_timestamp INT DEFAULT(0), received_timestamp INT DEFAULT(0), message_protocol INT DEFAULT(0),
    message_status INT DEFAULT(0), seen INT DEFAULT(0), read INT DEFAULT(0), sms_message_uri TEXT,
    sms_priority INT DEFAULT(0), sms_message_size INT DEFAULT(0), mms_subject TEXT, mms_transaction_id TEXT,
    mms_content_location TEXT, mms_expiry INT DEFAULT(0), raw_status INT DEFAULT(0), self_id INT,
    retry_start_timestamp INT DEFAULT(0)"""
LATER_MESSAGES = """, mms_retrieve_text TEXT, rcs_message_id_with_text_type TEXT, is_hidden INTEGER DEFAULT(0),
    original_rcs_message_id TEXT, encryption_protocol INTEGER DEFAULT(0)"""
PARTS = """CREATE TABLE parts (_id INTEGER PRIMARY KEY AUTOINCREMENT, message_id INT, text TEXT, uri TEXT,
    content_type TEXT, width INT DEFAULT(-1), height INT DEFAULT(-1), timestamp INT, conversation_id INT"""
LATER_PARTS = """, storage_uri TEXT, local_cache_path TEXT, sticker_set_id INT DEFAULT(-1), sticker_id INT DEFAULT(-1),
    latitude REAL DEFAULT(0), longitude REAL DEFAULT(0), preview_content_uri TEXT, fallback_uri TEXT,
    expressive_sticker_name TEXT, file_name TEXT, duration INTEGER DEFAULT(0), file_size_bytes INT DEFAULT(-1),
    voice_metadata BLOB, media_encryption_key BLOB"""
PARTICIPANTS = """CREATE TABLE participants (_id INTEGER PRIMARY KEY AUTOINCREMENT, sub_id INT DEFAULT(-2),
    sim_slot_id INT DEFAULT(-1), normalized_destination TEXT, send_destination TEXT, display_destination TEXT,
    full_name TEXT, first_name TEXT, profile_photo_uri TEXT, contact_id INT, lookup_key STRING,
    blocked INT DEFAULT(0), subscription_name TEXT, subscription_color INT, contact_destination TEXT"""
MEMBERS = """CREATE TABLE conversation_participants (_id INTEGER PRIMARY KEY AUTOINCREMENT, conversation_id INT,
    participant_id INT, UNIQUE (conversation_id, participant_id) ON CONFLICT FAIL);"""
LATER_MEMBERS = """CREATE TABLE conversation_to_participants (conversation_id INT NOT NULL, participant_id INT NOT NULL,
    rcs_group_join_status INT DEFAULT(0) NOT NULL, last_modified_by_key TEXT,
    PRIMARY KEY (conversation_id, participant_id));"""
LATER_TABLES = """CREATE TABLE message_reactions (_id INTEGER PRIMARY KEY AUTOINCREMENT,
    message_id INTEGER NOT NULL UNIQUE ON CONFLICT FAIL, reactions_data BLOB, reacted_message_id INTEGER,
    reaction INTEGER, applied_reaction BLOB, animation_effect BLOB);
CREATE TABLE message_replies (message_id INTEGER, replied_to_message_id INTEGER,
    replied_to_message_id_null_reason INTEGER, replied_to_rcs_message_id TEXT);
CREATE TABLE message_edits (message_id INTEGER NOT NULL, latest_message_id INTEGER, original_rcs_message_id TEXT,
    edited_at_timestamp_ms INTEGER, received_at_timestamp_ms INTEGER);
CREATE TABLE read_reports (_id INTEGER PRIMARY KEY AUTOINCREMENT, message_id INT, participant_id INT,
    receive_time INT, read_time INT);
CREATE TABLE message_star (_id INTEGER PRIMARY KEY AUTOINCREMENT, message_id INTEGER);
CREATE TABLE message_captions (message_id INTEGER, caption TEXT);
CREATE TABLE scheduled_send (_id INTEGER PRIMARY KEY AUTOINCREMENT, message_id INTEGER, conversation_id INTEGER,
    scheduled_time INTEGER DEFAULT(0), status INTEGER DEFAULT(0), creation_time INTEGER DEFAULT(0));"""
FIRST = "".join(f"{table});" for table in (CONVERSATIONS, MESSAGES, PARTS, PARTICIPANTS)) + MEMBERS
RECENT = (
    f"{CONVERSATIONS}{LATER_CONVERSATIONS});{MESSAGES}{LATER_MESSAGES});{PARTS}{LATER_PARTS});"
    f"{PARTICIPANTS}, is_spam INT DEFAULT(0), alias TEXT);{LATER_MEMBERS}{LATER_TABLES}"
)
# The phone's own card (1), Ann (2), Ben (3); a conversation with Ann (5), a group with both (6).
PEOPLE = """INSERT INTO participants(_id,sub_id,normalized_destination,full_name) VALUES
    (1,1,'+447700900100',NULL),(2,-2,'+447700900101','Ann Example'),(3,-2,'+447700900102',NULL);
INSERT INTO conversations(_id,name,sms_thread_id,participant_count) VALUES (5,'Ann Example',7,1),(6,'Ann, Ben',8,2);"""
IN_BOTH = "VALUES (5,2),(6,2),(6,3);"
RECENT_PEOPLE = f"{PEOPLE}INSERT INTO conversation_to_participants(conversation_id,participant_id) {IN_BOTH}"
FIRST_PEOPLE = f"{PEOPLE}INSERT INTO conversation_participants(conversation_id,participant_id) {IN_BOTH}"

# The columns that every message needs; further ones may follow, up to the closing bracket.
INTO = "INSERT INTO messages(_id,conversation_id,sender_id,self_id,message_protocol,message_status,read"


def field(number: int, value: bytes | int) -> bytes:
    """A field of a protocol buffer that is shorter than 128 bytes."""
    if isinstance(value, int):
        return bytes([number << 3, value])
    return bytes([number << 3 | 2, len(value)]) + value


def reactions_data(*entries: tuple[str, int, tuple[str, ...]]) -> bytes:
    """(emoji, type, numbers of those who gave it) as `message_reactions.reactions_data` has them."""
    made = b""
    for emoji, kind, givers in entries:
        reaction = (field(1, emoji.encode()) if emoji else b"") + field(2, kind)
        made += field(1, field(1, reaction) + b"".join(field(2, field(1, field(1, one.encode()))) for one in givers))
    return made


def bugle(inserts: str, schema: str = RECENT + RECENT_PEOPLE) -> MemoryFile:
    """bugle_db where a phone keeps it."""
    return MemoryFile(f"{ROOT}databases/bugle_db", database(schema + inserts))
