"""Android's own databases, in the columns of a recent and of an early generation."""

from __future__ import annotations

from tests.evidence_builders.databases import database
from tests.evidence_builders.files import MemoryFile

PROVIDERS = "data/user_de/0/com.android.providers"

SMS = """CREATE TABLE sms (_id INTEGER PRIMARY KEY, thread_id INTEGER, address TEXT, person INTEGER, date INTEGER,
    date_sent INTEGER DEFAULT 0, protocol INTEGER, read INTEGER DEFAULT 0, status INTEGER DEFAULT -1, type INTEGER,
    reply_path_present INTEGER, subject TEXT, body TEXT, service_center TEXT, locked INTEGER DEFAULT 0,
    sub_id INTEGER DEFAULT -1, error_code INTEGER DEFAULT 0, creator TEXT, seen INTEGER DEFAULT 0);"""
MMS = """CREATE TABLE pdu (_id INTEGER PRIMARY KEY AUTOINCREMENT, thread_id INTEGER, date INTEGER,
    date_sent INTEGER DEFAULT 0, msg_box INTEGER, read INTEGER DEFAULT 0, m_id TEXT, sub TEXT, sub_cs INTEGER,
    ct_t TEXT, ct_l TEXT, exp INTEGER, m_type INTEGER, m_size INTEGER, tr_id TEXT, creator TEXT);
CREATE TABLE addr (_id INTEGER PRIMARY KEY, msg_id INTEGER, contact_id INTEGER, address TEXT, type INTEGER,
    charset INTEGER);
CREATE TABLE part (_id INTEGER PRIMARY KEY AUTOINCREMENT, mid INTEGER, seq INTEGER DEFAULT 0, ct TEXT, name TEXT,
    chset INTEGER, cd TEXT, fn TEXT, cid TEXT, cl TEXT, _data TEXT, text TEXT);"""
THREADS = """CREATE TABLE threads (_id INTEGER PRIMARY KEY AUTOINCREMENT, date INTEGER, recipient_ids TEXT);
CREATE TABLE canonical_addresses (_id INTEGER PRIMARY KEY AUTOINCREMENT, address TEXT);"""
# What a recent store has beside, in tables and columns of their own.
RAW = """CREATE TABLE raw (_id INTEGER PRIMARY KEY, date INTEGER, reference_number INTEGER, count INTEGER,
    sequence INTEGER, destination_port INTEGER, address TEXT, sub_id INTEGER DEFAULT -1, pdu TEXT,
    deleted INTEGER DEFAULT 0, message_body TEXT, display_originating_addr TEXT);"""
PENDING = """CREATE TABLE pending_msgs (_id INTEGER PRIMARY KEY, proto_type INTEGER, msg_id INTEGER, msg_type INTEGER,
    err_type INTEGER, err_code INTEGER, retry_index INTEGER NOT NULL DEFAULT 0, due_time INTEGER,
    pending_sub_id INTEGER DEFAULT 0, last_try INTEGER);"""
MMS_HEADERS = "".join(
    f"ALTER TABLE pdu ADD COLUMN {name};"
    for name in (
        *("m_cls TEXT", "pri INTEGER", "rr INTEGER", "d_rpt INTEGER", "resp_st INTEGER", "st INTEGER"),
        *("retr_st INTEGER", "retr_txt TEXT", "read_status INTEGER", "d_tm INTEGER", "locked INTEGER DEFAULT 0"),
        "sub_id INTEGER DEFAULT -1",
    )
)
ARCHIVED = "ALTER TABLE threads ADD COLUMN archived INTEGER DEFAULT 0;"
# The fewest columns that a store of messages can have and still be one.
EARLY_SMS = "CREATE TABLE sms (_id INTEGER PRIMARY KEY, address TEXT, date INTEGER, type INTEGER, body TEXT);"

CALLS = """CREATE TABLE calls (_id INTEGER PRIMARY KEY AUTOINCREMENT, number TEXT, presentation INTEGER DEFAULT 1,
    post_dial_digits TEXT DEFAULT '', via_number TEXT DEFAULT '', date INTEGER, duration INTEGER, data_usage INTEGER,
    type INTEGER, features INTEGER DEFAULT 0, subscription_component_name TEXT, subscription_id TEXT, new INTEGER,
    name TEXT, numbertype INTEGER, numberlabel TEXT, countryiso TEXT, is_read INTEGER, geocoded_location TEXT,
    normalized_number TEXT, transcription TEXT);"""

CONTACTS = """CREATE TABLE accounts (_id INTEGER PRIMARY KEY, account_name TEXT, account_type TEXT, data_set TEXT);
CREATE TABLE raw_contacts (_id INTEGER PRIMARY KEY, account_id INTEGER, sourceid TEXT, deleted INTEGER DEFAULT 0,
    contact_id INTEGER, times_contacted INTEGER DEFAULT 0, last_time_contacted INTEGER, starred INTEGER DEFAULT 0,
    display_name TEXT);
CREATE TABLE mimetypes (_id INTEGER PRIMARY KEY, mimetype TEXT NOT NULL);
CREATE TABLE data (_id INTEGER PRIMARY KEY, mimetype_id INTEGER, raw_contact_id INTEGER, data1 TEXT, data2 TEXT,
    data3 TEXT, data4 TEXT, data5 TEXT, data6 TEXT, data7 TEXT, data8 TEXT, data9 TEXT, data10 TEXT, data15 TEXT);
INSERT INTO mimetypes VALUES (1,'vnd.android.cursor.item/email_v2'), (2,'vnd.android.cursor.item/im'),
    (3,'vnd.android.cursor.item/organization'), (4,'vnd.android.cursor.item/phone_v2'),
    (5,'vnd.android.cursor.item/name'), (6,'vnd.android.cursor.item/note'), (7,'vnd.android.cursor.item/photo'),
    (8,'vnd.android.cursor.item/contact_event'), (9,'vnd.example.cursor.item/profile'),
    (10,'vnd.android.cursor.item/website'), (11,'vnd.android.cursor.item/postal-address_v2');"""
# What a whole address book has beside: groups, the contacts as the phone shows them, uses, deletions.
CONTACTS_BESIDE = """CREATE TABLE groups (_id INTEGER PRIMARY KEY AUTOINCREMENT, package_id INTEGER, account_id INTEGER,
    sourceid TEXT, version INTEGER NOT NULL DEFAULT 1, dirty INTEGER NOT NULL DEFAULT 0, title TEXT, title_res INTEGER,
    notes TEXT, system_id TEXT, deleted INTEGER NOT NULL DEFAULT 0, group_visible INTEGER NOT NULL DEFAULT 0,
    should_sync INTEGER NOT NULL DEFAULT 1, auto_add INTEGER NOT NULL DEFAULT 0, favorites INTEGER NOT NULL DEFAULT 0,
    group_is_read_only INTEGER NOT NULL DEFAULT 0);
CREATE TABLE contacts (_id INTEGER PRIMARY KEY AUTOINCREMENT, name_raw_contact_id INTEGER, photo_id INTEGER,
    photo_file_id INTEGER, send_to_voicemail INTEGER NOT NULL DEFAULT 0, starred INTEGER NOT NULL DEFAULT 0,
    contact_last_updated_timestamp INTEGER);
CREATE TABLE data_usage_stat (stat_id INTEGER PRIMARY KEY AUTOINCREMENT, data_id INTEGER NOT NULL,
    usage_type INTEGER NOT NULL DEFAULT 0, times_used INTEGER NOT NULL DEFAULT 0, last_time_used INTEGER NOT NULL
    DEFAULT 0);
CREATE TABLE deleted_contacts (contact_id INTEGER PRIMARY KEY, contact_deleted_timestamp INTEGER NOT NULL DEFAULT 0);
ALTER TABLE data ADD COLUMN data14 TEXT;
ALTER TABLE data ADD COLUMN is_super_primary INTEGER NOT NULL DEFAULT 0;
ALTER TABLE raw_contacts ADD COLUMN send_to_voicemail INTEGER NOT NULL DEFAULT 0;
INSERT INTO mimetypes VALUES (12,'vnd.android.cursor.item/group_membership'), (13,'vnd.android.cursor.item/relation'),
    (14,'vnd.android.cursor.item/nickname'), (15,'vnd.android.cursor.item/sip_address');"""


def message_store(inserts: str, schema: str = SMS + MMS + THREADS) -> MemoryFile:
    """mmssms.db where a phone keeps it."""
    return MemoryFile(f"{PROVIDERS}.telephony/databases/mmssms.db", database(schema + inserts))


def call_log(inserts: str, schema: str = CALLS, name: str = "calllog.db") -> MemoryFile:
    """calllog.db, or what holds the calls under another name."""
    return MemoryFile(f"{PROVIDERS}.contacts/databases/{name}", database(schema + inserts))


def address_book(inserts: str, schema: str = CONTACTS) -> MemoryFile:
    """contacts2.db."""
    return MemoryFile(f"{PROVIDERS}.contacts/databases/contacts2.db", database(schema + inserts))
