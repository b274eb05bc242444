"""sms.db as iOS 18 declares it, and in the columns of iOS 7 to 9, with made-up people."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.evidence_builders.files import MemoryFile

PATH = "private/var/mobile/Library/SMS/sms.db"
_EARLY_MESSAGE = """CREATE TABLE message (ROWID INTEGER PRIMARY KEY AUTOINCREMENT, guid TEXT UNIQUE NOT NULL,
 text TEXT, replace INTEGER DEFAULT 0, service_center TEXT, handle_id INTEGER DEFAULT 0, subject TEXT, country TEXT,
 attributedBody BLOB, version INTEGER DEFAULT 0, type INTEGER DEFAULT 0, service TEXT, account TEXT, account_guid TEXT,
 error INTEGER DEFAULT 0, date INTEGER, date_read INTEGER, date_delivered INTEGER, is_delivered INTEGER DEFAULT 0,
 is_finished INTEGER DEFAULT 0, is_emote INTEGER DEFAULT 0, is_from_me INTEGER DEFAULT 0, is_empty INTEGER DEFAULT 0,
 is_delayed INTEGER DEFAULT 0, is_auto_reply INTEGER DEFAULT 0, is_prepared INTEGER DEFAULT 0,
 is_read INTEGER DEFAULT 0, is_system_message INTEGER DEFAULT 0, is_sent INTEGER DEFAULT 0,
 has_dd_results INTEGER DEFAULT 0, is_service_message INTEGER DEFAULT 0, is_forward INTEGER DEFAULT 0,
 was_downgraded INTEGER DEFAULT 0, is_archive INTEGER DEFAULT 0, cache_has_attachments INTEGER DEFAULT 0,
 cache_roomnames TEXT, was_data_detected INTEGER DEFAULT 0, was_deduplicated INTEGER DEFAULT 0"""
_LATER = """, is_audio_message INTEGER DEFAULT 0, is_played INTEGER DEFAULT 0, date_played INTEGER,
 item_type INTEGER DEFAULT 0, other_handle INTEGER DEFAULT 0, group_title TEXT, group_action_type INTEGER DEFAULT 0,
 share_status INTEGER DEFAULT 0, share_direction INTEGER DEFAULT 0, is_expirable INTEGER DEFAULT 0,
 expire_state INTEGER DEFAULT 0, message_action_type INTEGER DEFAULT 0, message_source INTEGER DEFAULT 0,
 associated_message_guid TEXT, associated_message_type INTEGER DEFAULT 0, balloon_bundle_id TEXT, payload_data BLOB,
 expressive_send_style_id TEXT, associated_message_range_location INTEGER DEFAULT 0,
 associated_message_range_length INTEGER DEFAULT 0, time_expressive_send_played INTEGER, message_summary_info BLOB,
 ck_sync_state INTEGER DEFAULT 0, ck_record_id TEXT, ck_record_change_tag TEXT, destination_caller_id TEXT,
 is_corrupt INTEGER DEFAULT 0, reply_to_guid TEXT, sort_id INTEGER, is_spam INTEGER DEFAULT 0,
 has_unseen_mention INTEGER DEFAULT 0, thread_originator_guid TEXT, thread_originator_part TEXT,
 syndication_ranges TEXT, synced_syndication_ranges TEXT, was_delivered_quietly INTEGER DEFAULT 0,
 did_notify_recipient INTEGER DEFAULT 0, date_retracted INTEGER DEFAULT 0, date_edited INTEGER DEFAULT 0,
 was_detonated INTEGER DEFAULT 0, part_count INTEGER, is_stewie INTEGER DEFAULT 0, is_sos INTEGER DEFAULT 0,
 is_critical INTEGER DEFAULT 0, bia_reference_id TEXT DEFAULT NULL, is_kt_verified INTEGER DEFAULT 0,
 fallback_hash TEXT DEFAULT NULL, associated_message_emoji TEXT DEFAULT NULL,
 is_pending_satellite_send INTEGER DEFAULT 0, needs_relay INTEGER DEFAULT 0, schedule_type INTEGER DEFAULT 0,
 schedule_state INTEGER DEFAULT 0, sent_or_received_off_grid INTEGER DEFAULT 0, date_recovered INTEGER DEFAULT 0"""
_HANDLES = """CREATE TABLE handle (ROWID INTEGER PRIMARY KEY AUTOINCREMENT UNIQUE, id TEXT NOT NULL, country TEXT,
 service TEXT NOT NULL, uncanonicalized_id TEXT, person_centric_id TEXT, UNIQUE (id, service));
CREATE TABLE chat_handle_join (chat_id INTEGER, handle_id INTEGER, UNIQUE(chat_id, handle_id));
CREATE TABLE message_attachment_join (message_id INTEGER, attachment_id INTEGER, UNIQUE(message_id, attachment_id));
CREATE TABLE chat_message_join (chat_id INTEGER, message_id INTEGER, message_date INTEGER DEFAULT 0,
 PRIMARY KEY (chat_id, message_id));
CREATE TABLE deleted_messages (ROWID INTEGER PRIMARY KEY AUTOINCREMENT UNIQUE, guid TEXT NOT NULL);"""
_CHAT = """CREATE TABLE chat (ROWID INTEGER PRIMARY KEY AUTOINCREMENT, guid TEXT UNIQUE NOT NULL, style INTEGER,
 state INTEGER, account_id TEXT, properties BLOB, chat_identifier TEXT, service_name TEXT, room_name TEXT,
 account_login TEXT, is_archived INTEGER DEFAULT 0, last_addressed_handle TEXT, display_name TEXT, group_id TEXT,
 is_filtered INTEGER DEFAULT 0, successful_query INTEGER"""
_LATER_CHAT = """, engram_id TEXT, server_change_token TEXT,
 ck_sync_state INTEGER DEFAULT 0, original_group_id TEXT, last_read_message_timestamp INTEGER DEFAULT 0,
 cloudkit_record_id TEXT, last_addressed_sim_id TEXT, is_blackholed INTEGER DEFAULT 0,
 syndication_date INTEGER DEFAULT 0, syndication_type INTEGER DEFAULT 0, is_recovered INTEGER DEFAULT 0,
 is_deleting_incoming_messages INTEGER DEFAULT 0"""
_ATTACHMENT = """CREATE TABLE attachment (ROWID INTEGER PRIMARY KEY AUTOINCREMENT, guid TEXT UNIQUE NOT NULL,
 created_date INTEGER DEFAULT 0, start_date INTEGER DEFAULT 0, filename TEXT, uti TEXT, mime_type TEXT,
 transfer_state INTEGER DEFAULT 0, is_outgoing INTEGER DEFAULT 0, user_info BLOB, transfer_name TEXT,
 total_bytes INTEGER DEFAULT 0"""
_LATER_ATTACHMENT = """, is_sticker INTEGER DEFAULT 0, sticker_user_info BLOB,
 attribution_info BLOB, hide_attachment INTEGER DEFAULT 0, ck_sync_state INTEGER DEFAULT 0,
 ck_server_change_token_blob BLOB, ck_record_id TEXT, original_guid TEXT, is_commsafety_sensitive INTEGER DEFAULT 0,
 emoji_image_content_identifier TEXT DEFAULT NULL, emoji_image_short_description TEXT DEFAULT NULL,
 preview_generation_state INTEGER DEFAULT 0"""
_RECOVERABLE = """
CREATE TABLE sync_deleted_messages (ROWID INTEGER PRIMARY KEY AUTOINCREMENT UNIQUE, guid TEXT NOT NULL, recordID TEXT);
CREATE TABLE sync_deleted_chats (ROWID INTEGER PRIMARY KEY AUTOINCREMENT UNIQUE, guid TEXT NOT NULL, recordID TEXT,
 timestamp INTEGER);
CREATE TABLE chat_recoverable_message_join (chat_id INTEGER, message_id INTEGER, delete_date INTEGER,
 ck_sync_state INTEGER DEFAULT 0, PRIMARY KEY (chat_id, message_id), CHECK (delete_date != 0));
CREATE TABLE unsynced_removed_recoverable_messages (ROWID INTEGER PRIMARY KEY AUTOINCREMENT UNIQUE,
 chat_guid TEXT NOT NULL, message_guid TEXT NOT NULL, part_index INTEGER);
CREATE TABLE recoverable_message_part (chat_id INTEGER, message_id INTEGER, part_index INTEGER, delete_date INTEGER,
 part_text BLOB NOT NULL, ck_sync_state INTEGER DEFAULT 0, PRIMARY KEY (chat_id, message_id, part_index),
 CHECK (delete_date != 0));"""
EARLY = f"{_EARLY_MESSAGE});{_HANDLES}{_CHAT});{_ATTACHMENT});"
SCHEMA = f"{_EARLY_MESSAGE}{_LATER});{_HANDLES}{_CHAT}{_LATER_CHAT});{_ATTACHMENT}{_LATER_ATTACHMENT});{_RECOVERABLE}"
ANN, BEN, CAT = "+447700900101", "+447700900102", "cat@example.org"
HANDLES: tuple[dict[str, Any], ...] = (
    {"ROWID": 1, "id": ANN, "service": "iMessage", "country": "gb"},
    {"ROWID": 2, "id": BEN, "service": "iMessage", "country": "gb"},
    {"ROWID": 3, "id": CAT, "service": "iMessage"},
)
CHATS: tuple[dict[str, Any], ...] = (
    {
        "ROWID": 1,
        "guid": f"iMessage;-;{ANN}",
        "style": 45,
        "chat_identifier": ANN,
        "service_name": "iMessage",
        "account_login": "P:+447700900100",
        "group_id": "G-1",
    },
    {
        "ROWID": 2,
        "guid": "iMessage;+;chat600",
        "style": 43,
        "chat_identifier": "chat600",
        "service_name": "iMessage",
        "display_name": "Sunday walk",
        "room_name": "chat600",
    },
)
JOINED: tuple[dict[str, Any], ...] = (
    {"chat_id": 1, "handle_id": 1},
    *({"chat_id": 2, "handle_id": number} for number in (1, 2, 3)),
)
# 2026-03-01T09:30:00Z, and how it is stored.
AT_US = 1_772_357_400_000_000
AT = 794_050_200_000_000_000

Tables = Mapping[str, Sequence[Mapping[str, Any]]]


def stored(tables: Tables, schema: str = SCHEMA, *more: str) -> bytes:
    """A database with these rows, each by its columns."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "made.db"
        with closing(sqlite3.connect(path)) as db:
            db.executescript(schema)
            for table, rows in tables.items():
                for row in rows:
                    names, places = ", ".join(row), ", ".join("?" * len(row))
                    db.execute(f'INSERT INTO "{table}" ({names}) VALUES ({places})', tuple(row.values()))
            db.commit()
            for script in more:
                db.executescript(script)
        return path.read_bytes()


def people(**tables: Sequence[Mapping[str, Any]]) -> Tables:
    """Three people, a thread with one of them and a group of all, and further rows."""
    return {"handle": HANDLES, "chat": CHATS, "chat_handle_join": JOINED, **tables}


def message(number: int, text: str | None = None, **more: Any) -> dict[str, Any]:
    """A row of `message`: received from the first person by iMessage, and read, a minute after the one before."""
    row = {"ROWID": number, "guid": f"M-{number}", "text": text, "handle_id": 1, "service": "iMessage"}
    sent = {"is_sent": 1} if more.get("is_from_me") == 1 else {}
    return {**row, "date": AT + number * 60_000_000_000, "is_read": 1, **sent, **more}


def in_chat(chat: int, *numbers: int) -> list[dict[str, int]]:
    """Rows that put messages into a thread."""
    return [{"chat_id": chat, "message_id": number} for number in numbers]


def file(tables: Tables, schema: str = SCHEMA, path: str = PATH, **beside: bytes) -> MemoryFile:
    """The database under its path; `wal` is what stands in its log."""
    return MemoryFile(path, stored(tables, schema), {f"-{name}": data for name, data in beside.items()})
