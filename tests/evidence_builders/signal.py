"""Signal's database on Android in the tables of 2023 to 2025 and of 2019 to 2021, with made-up people."""

from __future__ import annotations

from tests.evidence_builders.databases import database
from tests.evidence_builders.files import MemoryFile

PATH = "backup/database.sqlite"
RECIPIENT = """CREATE TABLE recipient (_id INTEGER PRIMARY KEY AUTOINCREMENT, type INTEGER DEFAULT 0, e164 TEXT UNIQUE,
    aci TEXT UNIQUE, pni TEXT, username TEXT, email TEXT, group_id TEXT UNIQUE, distribution_list_id INTEGER,
    call_link_room_id TEXT, registered INTEGER DEFAULT 0, unregistered_timestamp INTEGER DEFAULT 0,
    blocked INTEGER DEFAULT 0, hidden INTEGER DEFAULT 0, profile_key TEXT, profile_given_name TEXT,
    profile_family_name TEXT, profile_joined_name TEXT, system_joined_name TEXT, about TEXT, note TEXT,
    nickname_joined_name TEXT);
CREATE TABLE thread (_id INTEGER PRIMARY KEY AUTOINCREMENT, date INTEGER DEFAULT 0,
    recipient_id INTEGER NOT NULL UNIQUE, snippet TEXT, archived INTEGER DEFAULT 0, pinned_order INTEGER);
CREATE TABLE groups (_id INTEGER PRIMARY KEY AUTOINCREMENT, group_id TEXT NOT NULL UNIQUE,
    recipient_id INTEGER NOT NULL, title TEXT, avatar_id INTEGER, timestamp INTEGER DEFAULT 0,
    active INTEGER DEFAULT 1, mms INTEGER DEFAULT 0,
    master_key BLOB, revision BLOB, decrypted_group BLOB);
CREATE TABLE group_membership (_id INTEGER PRIMARY KEY, group_id TEXT NOT NULL, recipient_id INTEGER NOT NULL);"""
MESSAGE = """CREATE TABLE message (_id INTEGER PRIMARY KEY AUTOINCREMENT, date_sent INTEGER NOT NULL,
    date_received INTEGER NOT NULL, date_server INTEGER DEFAULT -1, thread_id INTEGER NOT NULL,
    from_recipient_id INTEGER NOT NULL, from_device_id INTEGER, to_recipient_id INTEGER NOT NULL, type INTEGER NOT NULL,
    body TEXT, read INTEGER DEFAULT 0, ct_l TEXT, exp INTEGER, m_type INTEGER, m_size INTEGER, st INTEGER, tr_id TEXT,
    subscription_id INTEGER DEFAULT -1, receipt_timestamp INTEGER DEFAULT -1, has_delivery_receipt INTEGER DEFAULT 0,
    has_read_receipt INTEGER DEFAULT 0, viewed INTEGER DEFAULT 0, mismatched_identities TEXT, network_failures TEXT,
    expires_in INTEGER DEFAULT 0, expire_started INTEGER DEFAULT 0, notified INTEGER DEFAULT 0,
    quote_id INTEGER DEFAULT 0, quote_author INTEGER DEFAULT 0, quote_body TEXT, quote_missing INTEGER DEFAULT 0,
    quote_mentions BLOB, quote_type INTEGER DEFAULT 0, shared_contacts TEXT, unidentified INTEGER DEFAULT 0,
    link_previews TEXT, view_once INTEGER DEFAULT 0, reactions_unread INTEGER DEFAULT 0,
    remote_deleted INTEGER DEFAULT 0, mentions_self INTEGER DEFAULT 0, server_guid TEXT, message_ranges BLOB,
    story_type INTEGER DEFAULT 0, parent_story_id INTEGER DEFAULT 0, scheduled_date INTEGER DEFAULT -1,
    latest_revision_id INTEGER, original_message_id INTEGER, revision_number INTEGER DEFAULT 0, message_extras BLOB);
CREATE TABLE attachment (_id INTEGER PRIMARY KEY AUTOINCREMENT, message_id INTEGER, content_type TEXT, remote_key TEXT,
    transfer_state INTEGER, data_file TEXT, data_size INTEGER, file_name TEXT, voice_note INTEGER DEFAULT 0,
    borderless INTEGER DEFAULT 0, video_gif INTEGER DEFAULT 0, quote INTEGER DEFAULT 0, caption TEXT,
    sticker_pack_id TEXT, sticker_emoji TEXT);
CREATE TABLE reaction (_id INTEGER PRIMARY KEY, message_id INTEGER NOT NULL, author_id INTEGER NOT NULL,
    emoji TEXT NOT NULL, date_sent INTEGER NOT NULL, date_received INTEGER NOT NULL);
CREATE TABLE mention (_id INTEGER PRIMARY KEY AUTOINCREMENT, thread_id INTEGER, message_id INTEGER,
    recipient_id INTEGER, range_start INTEGER, range_length INTEGER);
CREATE TABLE poll (_id INTEGER PRIMARY KEY AUTOINCREMENT, author_id INTEGER NOT NULL, message_id INTEGER NOT NULL,
    question TEXT, allow_multiple_votes INTEGER DEFAULT 0, end_message_id INTEGER DEFAULT 0);
CREATE TABLE poll_option (_id INTEGER PRIMARY KEY AUTOINCREMENT, poll_id INTEGER NOT NULL, option_text TEXT,
    option_order INTEGER);
CREATE TABLE poll_vote (_id INTEGER PRIMARY KEY AUTOINCREMENT, poll_id INTEGER NOT NULL, poll_option_id INTEGER,
    voter_id INTEGER NOT NULL, vote_count INTEGER, date_received INTEGER DEFAULT 0, vote_state INTEGER DEFAULT 0);
CREATE TABLE call (_id INTEGER PRIMARY KEY, call_id INTEGER NOT NULL, message_id INTEGER, peer INTEGER,
    type INTEGER NOT NULL, direction INTEGER NOT NULL, event INTEGER NOT NULL, timestamp INTEGER NOT NULL,
    ringer INTEGER, deletion_timestamp INTEGER DEFAULT 0, read INTEGER DEFAULT 1);
CREATE TABLE drafts (_id INTEGER PRIMARY KEY, thread_id INTEGER, type TEXT, value TEXT);"""
# What the versions of 2026 made of it.
OF_2026 = """ALTER TABLE message DROP COLUMN remote_deleted;
ALTER TABLE message ADD COLUMN pinned_until INTEGER DEFAULT 0;
ALTER TABLE message ADD COLUMN pinning_message_id INTEGER DEFAULT 0;
ALTER TABLE message ADD COLUMN pinned_at INTEGER DEFAULT 0;
ALTER TABLE message ADD COLUMN deleted_by INTEGER DEFAULT NULL REFERENCES recipient (_id);
ALTER TABLE call ADD COLUMN local_joined INTEGER DEFAULT 0;"""
EARLY = """CREATE TABLE recipient (_id INTEGER PRIMARY KEY AUTOINCREMENT, uuid TEXT UNIQUE, username TEXT UNIQUE,
    phone TEXT UNIQUE, email TEXT UNIQUE, group_id TEXT UNIQUE, group_type INTEGER DEFAULT 0, blocked INTEGER DEFAULT 0,
    system_display_name TEXT, signal_profile_name TEXT, profile_joined_name TEXT);
CREATE TABLE thread (_id INTEGER PRIMARY KEY, date INTEGER DEFAULT 0, recipient_ids TEXT, snippet TEXT);
CREATE TABLE groups (_id INTEGER PRIMARY KEY, group_id TEXT, recipient_id INTEGER, title TEXT, members TEXT,
    active INTEGER DEFAULT 1, revision BLOB, decrypted_group BLOB);
CREATE TABLE sms (_id INTEGER PRIMARY KEY, thread_id INTEGER, address TEXT, address_device_id INTEGER DEFAULT 1,
    person INTEGER, date INTEGER, date_sent INTEGER, date_server INTEGER DEFAULT -1, protocol INTEGER,
    read INTEGER DEFAULT 0, status INTEGER DEFAULT -1, type INTEGER, reply_path_present INTEGER,
    delivery_receipt_count INTEGER DEFAULT 0, subject TEXT, body TEXT, mismatched_identities TEXT, service_center TEXT,
    subscription_id INTEGER DEFAULT -1, expires_in INTEGER DEFAULT 0, expire_started INTEGER DEFAULT 0,
    notified INTEGER DEFAULT 0, read_receipt_count INTEGER DEFAULT 0, unidentified INTEGER DEFAULT 0, reactions BLOB,
    remote_deleted INTEGER DEFAULT 0);
CREATE TABLE mms (_id INTEGER PRIMARY KEY, thread_id INTEGER, date INTEGER, date_received INTEGER,
    date_server INTEGER DEFAULT -1, msg_box INTEGER, read INTEGER DEFAULT 0, body TEXT, part_count INTEGER,
    ct_l TEXT, address TEXT, address_device_id INTEGER, delivery_receipt_count INTEGER DEFAULT 0,
    read_receipt_count INTEGER DEFAULT 0, mismatched_identities TEXT, expires_in INTEGER DEFAULT 0,
    expire_started INTEGER DEFAULT 0, quote_id INTEGER DEFAULT 0, quote_author TEXT, quote_body TEXT,
    shared_contacts TEXT, previews TEXT, reveal_duration INTEGER DEFAULT 0, reactions BLOB,
    remote_deleted INTEGER DEFAULT 0);
CREATE TABLE part (_id INTEGER PRIMARY KEY, mid INTEGER, seq INTEGER DEFAULT 0, ct TEXT, _data TEXT, data_size INTEGER,
    file_name TEXT, unique_id INTEGER NOT NULL, voice_note INTEGER DEFAULT 0, quote INTEGER DEFAULT 0, caption TEXT,
    sticker_pack_id TEXT, pending_push INTEGER);"""
REACTION_OF_BOTH = """CREATE TABLE reaction (_id INTEGER PRIMARY KEY, message_id INTEGER NOT NULL,
    is_mms INTEGER NOT NULL, author_id INTEGER NOT NULL, emoji TEXT NOT NULL,
    date_sent INTEGER NOT NULL, date_received INTEGER NOT NULL);"""
SECURE = 0x800000 | 0x200000
IN, OUT = 20 | SECURE, 23 | SECURE
GROUP_ID = "__signal_group__v2__!00ff"
# 1 is the owner of the phone, 2 and 3 are people, 4 is a group.
PEOPLE = f"""INSERT INTO recipient(_id,e164,aci,profile_joined_name,system_joined_name,group_id,type) VALUES
    (1,'+447700900100','11111111-1111-1111-1111-111111111111','Owen Example',NULL,NULL,0),
    (2,'+447700900101','22222222-2222-2222-2222-222222222222','annie','Ann Example',NULL,0),
    (3,NULL,'33333333-3333-3333-3333-333333333333','Ben Example',NULL,NULL,0),
    (4,NULL,NULL,NULL,NULL,'{GROUP_ID}',3);
INSERT INTO thread(_id,recipient_id) VALUES (10,2),(11,4);"""
EARLY_PEOPLE = """INSERT INTO recipient(_id,phone,uuid,system_display_name,group_id) VALUES
    (2,'+447700900101',NULL,'Ann Example',NULL),(4,NULL,NULL,NULL,'__textsecure_group__!00');
INSERT INTO thread(_id,recipient_ids) VALUES (10,'2'),(11,'4');"""


def signal(sql: str = "", path: str = PATH, *, unique: bool = True) -> MemoryFile:
    """A database of the newer layout; not `unique` where a test is to put equal rows in."""
    schema = f"{RECIPIENT}{MESSAGE}"
    return MemoryFile(path, database(f"{schema if unique else schema.replace(' UNIQUE', '')}{PEOPLE}{sql}"))


def early(sql: str = "", path: str = PATH, *, people: str = EARLY_PEOPLE) -> MemoryFile:
    """A database of the layout with two tables of messages."""
    return MemoryFile(path, database(f"{EARLY}{people}{sql}"))


def message(number: int = 1, **values: object) -> str:
    """SQL of one message of Ann to Owen."""
    row = {
        "_id": number, "date_sent": 1672567200123, "date_received": 1672567201000, "thread_id": 10,
        "from_recipient_id": 2, "to_recipient_id": 1, "type": IN, "body": "Hello", "read": 1, **values,
    }  # fmt: skip
    return f"INSERT INTO message({','.join(row)}) VALUES ({','.join(map(literal, row.values()))});"


def literal(value: object) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, bytes):
        return f"x'{value.hex()}'"
    return str(value) if isinstance(value, int) else "'" + str(value).replace("'", "''") + "'"
