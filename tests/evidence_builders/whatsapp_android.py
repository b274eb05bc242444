"""WhatsApp's databases on Android, in the columns of 2022 to 2026 and of 2016 to 2020."""

from __future__ import annotations

from collections.abc import Iterable

from evidence_store.records import Problem
from extractors.base import Found
from tests.evidence_builders.databases import database
from tests.evidence_builders.files import MemoryFile

HOME = "data/data/com.whatsapp/databases"

PEOPLE = """CREATE TABLE jid (_id INTEGER PRIMARY KEY AUTOINCREMENT, user TEXT NOT NULL, server TEXT NOT NULL,
    agent INTEGER, device INTEGER, type INTEGER, raw_string TEXT);
CREATE TABLE jid_map (lid_row_id INTEGER PRIMARY KEY NOT NULL, jid_row_id INTEGER NOT NULL, sort_id INTEGER);
CREATE TABLE lid_display_name (lid_row_id INTEGER PRIMARY KEY NOT NULL, display_name TEXT NOT NULL, username TEXT);
CREATE TABLE chat (_id INTEGER PRIMARY KEY AUTOINCREMENT, jid_row_id INTEGER UNIQUE, hidden INTEGER, subject TEXT,
    created_timestamp INTEGER, last_read_message_row_id INTEGER, archived INTEGER, sort_timestamp INTEGER,
    unseen_message_count INTEGER, ephemeral_expiration INTEGER, group_type INTEGER NOT NULL DEFAULT 0,
    last_read_message_sort_id INTEGER, chat_lock INTEGER);
CREATE TABLE deleted_chat_job (_id INTEGER PRIMARY KEY AUTOINCREMENT, chat_row_id INTEGER NOT NULL, block_size INTEGER,
    deleted_message_row_id INTEGER, deleted_starred_message_row_id INTEGER, deleted_messages_remove_files BOOLEAN,
    deleted_categories_message_row_id INTEGER, deleted_categories_starred_message_row_id INTEGER,
    deleted_categories_remove_files BOOLEAN, deleted_message_categories TEXT);"""
MESSAGE = """CREATE TABLE message (_id INTEGER PRIMARY KEY AUTOINCREMENT, chat_row_id INTEGER NOT NULL,
    from_me INTEGER NOT NULL, key_id TEXT NOT NULL, sender_jid_row_id INTEGER, status INTEGER, broadcast INTEGER,
    recipient_count INTEGER, participant_hash TEXT, origination_flags INTEGER, origin INTEGER, timestamp INTEGER,
    received_timestamp INTEGER, receipt_server_timestamp INTEGER, message_type INTEGER, text_data TEXT,
    starred INTEGER, lookup_tables INTEGER, sort_id INTEGER NOT NULL DEFAULT 0, message_add_on_flags INTEGER,
    view_mode INTEGER, translated_text TEXT);"""
BESIDE = """CREATE TABLE message_media (message_row_id INTEGER PRIMARY KEY, chat_row_id INTEGER, transferred INTEGER,
    file_path TEXT, file_size INTEGER, media_key BLOB, mime_type TEXT, file_length INTEGER, media_name TEXT,
    file_hash TEXT, media_duration INTEGER, media_caption TEXT, raw_transcription_text TEXT,
    first_viewed_timestamp INTEGER, accessibility_label TEXT);
CREATE TABLE message_thumbnail (message_row_id INTEGER PRIMARY KEY, thumbnail BLOB);
CREATE TABLE message_location (message_row_id INTEGER PRIMARY KEY, chat_row_id INTEGER, latitude REAL, longitude REAL,
    place_name TEXT, place_address TEXT, url TEXT, live_location_share_duration INTEGER,
    live_location_sequence_number INTEGER, live_location_final_latitude REAL, live_location_final_longitude REAL,
    live_location_final_timestamp INTEGER, map_download_status INTEGER);
CREATE TABLE message_vcard (_id INTEGER PRIMARY KEY AUTOINCREMENT, message_row_id INTEGER, vcard TEXT);
CREATE TABLE message_vcard_jid (_id INTEGER PRIMARY KEY AUTOINCREMENT, vcard_jid_row_id INTEGER, vcard_row_id INTEGER,
    message_row_id INTEGER);
CREATE TABLE message_text (message_row_id INTEGER PRIMARY KEY, description TEXT, page_title TEXT, url TEXT);
CREATE TABLE message_poll (message_row_id INTEGER PRIMARY KEY, enc_key BLOB, selectable_options_count INTEGER,
    end_time INTEGER);
CREATE TABLE message_poll_option (_id INTEGER PRIMARY KEY AUTOINCREMENT, message_row_id INTEGER, option_sha256 TEXT,
    option_name TEXT, vote_total INTEGER);
CREATE TABLE message_group_invite (message_row_id INTEGER PRIMARY KEY, group_jid_row_id INTEGER NOT NULL,
    admin_jid_row_id INTEGER NOT NULL, group_name TEXT, invite_code TEXT, expiration INTEGER, invite_time INTEGER,
    expired INTEGER);
CREATE TABLE message_event (message_row_id INTEGER PRIMARY KEY, is_canceled INTEGER DEFAULT 0, name TEXT NOT NULL,
    description TEXT, location_latitude REAL, location_longitude REAL, location_name TEXT, location_address TEXT,
    join_link TEXT, start_time DATETIME NOT NULL, end_time DATETIME);
CREATE TABLE message_template (message_row_id INTEGER PRIMARY KEY, content_text_data TEXT NOT NULL,
    footer_text_data TEXT);
CREATE TABLE message_template_button (_id INTEGER PRIMARY KEY AUTOINCREMENT, message_row_id INTEGER,
    text_data TEXT NOT NULL);
CREATE TABLE message_product (message_row_id INTEGER PRIMARY KEY, business_owner_jid INTEGER, product_id TEXT,
    title TEXT, description TEXT, currency_code TEXT, amount_1000 INTEGER);
CREATE TABLE message_order (message_row_id INTEGER PRIMARY KEY, order_id TEXT, thumbnail BLOB, order_title TEXT,
    item_count INTEGER, status INTEGER, message TEXT, seller_jid INTEGER, token TEXT, currency_code TEXT,
    total_amount_1000 INTEGER);
CREATE TABLE message_album (message_row_id INTEGER PRIMARY KEY, image_count INTEGER, video_count INTEGER);
CREATE TABLE message_association (_id INTEGER PRIMARY KEY AUTOINCREMENT, child_message_row_id INTEGER NOT NULL,
    parent_message_row_id INTEGER NOT NULL, association_type INTEGER NOT NULL);
CREATE TABLE message_quoted (message_row_id INTEGER PRIMARY KEY AUTOINCREMENT, chat_row_id INTEGER NOT NULL,
    parent_message_chat_row_id INTEGER NOT NULL, from_me INTEGER NOT NULL, sender_jid_row_id INTEGER,
    key_id TEXT NOT NULL, timestamp INTEGER, message_type INTEGER, origin INTEGER, text_data TEXT);
CREATE TABLE message_quoted_media (message_row_id INTEGER PRIMARY KEY, file_path TEXT, mime_type TEXT,
    media_name TEXT, thumbnail BLOB, media_caption TEXT);
CREATE TABLE message_forwarded (message_row_id INTEGER PRIMARY KEY, forward_score INTEGER);
CREATE TABLE message_mentions (_id INTEGER PRIMARY KEY AUTOINCREMENT, message_row_id INTEGER, jid_row_id INTEGER,
    display_name STRING);
CREATE TABLE message_view_once_media (message_row_id INTEGER PRIMARY KEY, state INTEGER NOT NULL);
CREATE TABLE message_ephemeral (message_row_id INTEGER PRIMARY KEY, duration INTEGER NOT NULL,
    expire_timestamp INTEGER NOT NULL);
CREATE TABLE message_edit_info (message_row_id INTEGER PRIMARY KEY, original_key_id TEXT NOT NULL,
    edited_timestamp INTEGER NOT NULL, sender_timestamp INTEGER NOT NULL);
CREATE TABLE message_revoked (message_row_id INTEGER PRIMARY KEY, revoked_key_id TEXT NOT NULL,
    admin_jid_row_id INTEGER, revoke_timestamp INTEGER);
CREATE TABLE labels (_id INTEGER PRIMARY KEY AUTOINCREMENT, label_name TEXT, predefined_id INTEGER, color_id INTEGER);
CREATE TABLE labeled_messages (_id INTEGER PRIMARY KEY AUTOINCREMENT, label_id INTEGER NOT NULL,
    message_row_id INTEGER NOT NULL);
CREATE TABLE receipt_user (_id INTEGER PRIMARY KEY AUTOINCREMENT, message_row_id INTEGER NOT NULL,
    receipt_user_jid_row_id INTEGER NOT NULL, receipt_timestamp INTEGER, read_timestamp INTEGER,
    played_timestamp INTEGER);
CREATE TABLE message_add_on (_id INTEGER PRIMARY KEY AUTOINCREMENT, chat_row_id INTEGER, from_me INTEGER,
    key_id TEXT NOT NULL, sender_jid_row_id INTEGER, parent_message_row_id INTEGER, timestamp INTEGER,
    status INTEGER, message_add_on_type INTEGER);
CREATE TABLE message_add_on_reaction (message_add_on_row_id INTEGER PRIMARY KEY, reaction TEXT,
    sender_timestamp INTEGER);
CREATE TABLE message_add_on_poll_vote_selected_option (_id INTEGER PRIMARY KEY AUTOINCREMENT,
    message_add_on_row_id INTEGER, message_poll_option_id INTEGER);
CREATE TABLE message_orphan (_id INTEGER PRIMARY KEY AUTOINCREMENT, chat_row_id INTEGER, from_me INTEGER,
    key_id TEXT NOT NULL, sender_jid_row_id INTEGER, parent_chat_row_id INTEGER, parent_from_me INTEGER,
    parent_key_id TEXT, parent_sender_jid_row_id INTEGER, timestamp INTEGER, orphan_message_data BLOB,
    orphan_message_type INTEGER);
CREATE TABLE composition (_id INTEGER PRIMARY KEY AUTOINCREMENT, chat_row_id INTEGER NOT NULL,
    quoted_message_row_id INTEGER, timestamp INTEGER NOT NULL, message_type INTEGER NOT NULL,
    composition_type INTEGER NOT NULL, text TEXT);"""
ADD_ONS = """CREATE TABLE message_add_on_poll_vote (message_add_on_row_id INTEGER PRIMARY KEY,
    sender_timestamp INTEGER);
CREATE TABLE message_add_on_pin_in_chat (message_add_on_row_id INTEGER PRIMARY KEY,
    pin_in_chat_state INTEGER NOT NULL DEFAULT 0, sender_timestamp INTEGER);
CREATE TABLE message_add_on_keep_in_chat (message_add_on_row_id INTEGER PRIMARY KEY,
    keep_in_chat_state INTEGER NOT NULL DEFAULT 0, sender_timestamp INTEGER, keep_count INTEGER NOT NULL DEFAULT 0,
    actor_device_jid_row_id INTEGER);
CREATE TABLE message_add_on_event_response (message_add_on_row_id INTEGER PRIMARY KEY, response INTEGER DEFAULT 0,
    sender_timestamp INTEGER NOT NULL, extra_guest_count INTEGER);
CREATE TABLE message_add_on_scheduled_call_edit (message_add_on_row_id INTEGER PRIMARY KEY,
    edit_type INTEGER NOT NULL DEFAULT 0, message_edit_version INTEGER);
CREATE TABLE message_add_on_status_question_answer (message_add_on_row_id INTEGER PRIMARY KEY, answer TEXT);
CREATE TABLE message_add_on_question_response (message_add_on_row_id INTEGER PRIMARY KEY, response TEXT);
ALTER TABLE message_add_on ADD COLUMN expiry_timestamp INTEGER;"""
# Tables of 2023 to 2026, in the columns of 2026.
NEWER = """CREATE TABLE message_details (message_row_id INTEGER PRIMARY KEY, author_device_jid INTEGER);
CREATE TABLE message_event_invite (message_row_id INTEGER PRIMARY KEY, event_id TEXT NOT NULL,
    event_title TEXT NOT NULL, start_time INTEGER, is_canceled INTEGER DEFAULT 0, caption TEXT, end_time INTEGER);
CREATE TABLE message_newsletter_follower_invite (message_row_id INTEGER PRIMARY KEY,
    newsletter_jid_row_id INTEGER NOT NULL, newsletter_name TEXT NOT NULL);
CREATE TABLE forwarded_newsletter_message_info (message_row_id INTEGER PRIMARY KEY,
    newsletter_jid_row_id INTEGER NOT NULL, newsletter_server_message_id INTEGER NOT NULL,
    newsletter_name TEXT NOT NULL DEFAULT '', profile_name TEXT);
CREATE TABLE status_quoted_message (message_row_id INTEGER PRIMARY KEY, description_text TEXT NOT NULL, thumbnail BLOB,
    type INTEGER);
CREATE TABLE question_reply_quoted_message (message_row_id INTEGER PRIMARY KEY, question_text TEXT, response_text TEXT,
    server_question_id INTEGER, question_message_type INTEGER);
CREATE TABLE message_external_ad_content (message_row_id INTEGER PRIMARY KEY, title TEXT, body TEXT,
    media_type INTEGER, source_url TEXT);
CREATE TABLE message_invoice (message_row_id INTEGER PRIMARY KEY, wa_invoice_id TEXT NOT NULL, amount TEXT NOT NULL,
    note TEXT NOT NULL, token TEXT, sender_jid_row_id INTEGER, receiver_jid_row_id INTEGER, status INTEGER,
    status_ts INTEGER, creation_ts INTEGER);
CREATE TABLE pay_transaction (_id INTEGER PRIMARY KEY AUTOINCREMENT, message_row_id INTEGER, remote_jid_row_id INTEGER,
    key_id TEXT, interop_id TEXT, id TEXT, timestamp INTEGER, status INTEGER, error_code TEXT,
    sender_jid_row_id INTEGER, receiver_jid_row_id INTEGER, type INTEGER, currency_code TEXT, amount_1000);
CREATE TABLE message_media_interactive_annotation (_id INTEGER PRIMARY KEY AUTOINCREMENT, message_row_id INTEGER,
    location_latitude REAL, location_longitude REAL, location_name TEXT, newsletter_name TEXT, sort_order INTEGER);
CREATE TABLE message_quarantine (message_row_id INTEGER PRIMARY KEY, chat_row_id INTEGER, timestamp INTEGER NOT NULL,
    original_protobuf BLOB NOT NULL);
CREATE TABLE message_quoted_location (message_row_id INTEGER PRIMARY KEY, latitude REAL, longitude REAL,
    place_name TEXT, place_address TEXT, url TEXT, thumbnail BLOB);
CREATE TABLE message_quoted_vcard (_id INTEGER PRIMARY KEY AUTOINCREMENT, message_row_id INTEGER, vcard TEXT);
CREATE TABLE message_quoted_group_invite (message_row_id INTEGER PRIMARY KEY, group_jid_row_id INTEGER NOT NULL,
    admin_jid_row_id INTEGER NOT NULL, group_name TEXT);
CREATE TABLE message_quoted_product (message_row_id INTEGER PRIMARY KEY, business_owner_jid INTEGER, title TEXT);
CREATE TABLE message_system_reminder_setup (message_row_id INTEGER PRIMARY KEY,
    original_message_row_id INTEGER NOT NULL UNIQUE, reminder_timestamp_ms INTEGER NOT NULL,
    reminder_content TEXT NOT NULL);
CREATE TABLE message_system_lid_change (message_row_id INTEGER PRIMARY KEY, old_lid_row_id INTEGER,
    new_lid_row_id INTEGER, display_name TEXT);
CREATE TABLE message_orphaned_edit (_id INTEGER PRIMARY KEY, key_id TEXT NOT NULL, from_me INTEGER NOT NULL,
    chat_row_id INTEGER NOT NULL, sender_jid_row_id INTEGER NOT NULL DEFAULT 0, timestamp INTEGER,
    message_type INTEGER NOT NULL, revoked_key_id TEXT, retry_count INTEGER, admin_jid_row_id INTEGER,
    orphan_message_data BLOB);
CREATE TABLE message_limit_sharing_setting (message_row_id INTEGER PRIMARY KEY, enabled INTEGER, trigger INTEGER);
ALTER TABLE message_mentions ADD COLUMN mention_type INTEGER;
ALTER TABLE message_ephemeral ADD COLUMN keep_in_chat INTEGER NOT NULL DEFAULT 0;
ALTER TABLE message_ephemeral ADD COLUMN after_read_duration INTEGER;"""
DELETED_CHATS = """CREATE TABLE integrity_deleted_chat_message_count (id INTEGER PRIMARY KEY AUTOINCREMENT,
    lid TEXT NOT NULL DEFAULT '', messages_receive_date TEXT NOT NULL DEFAULT '',
    messages_count INTEGER NOT NULL DEFAULT 0, outgoing_messages_count INTEGER,
    messages_count_after_privacy_token INTEGER);
CREATE TABLE integrity_deleted_chat_metadata (id INTEGER PRIMARY KEY AUTOINCREMENT, lid TEXT NOT NULL DEFAULT '',
    chat_type INTEGER NOT NULL DEFAULT 1, is_first_reach_out INTEGER NOT NULL DEFAULT 0,
    chat_creation_timestamp INTEGER NOT NULL DEFAULT 0, last_incoming_message_timestamp INTEGER NOT NULL DEFAULT 0,
    lidHash TEXT NOT NULL DEFAULT '');"""
SYSTEM = """CREATE TABLE message_system (message_row_id INTEGER PRIMARY KEY, action_type INTEGER NOT NULL);
CREATE TABLE message_system_group (message_row_id INTEGER PRIMARY KEY, is_me_joined INTEGER);
CREATE TABLE message_system_chat_participant (message_row_id INTEGER, user_jid_row_id INTEGER);
CREATE TABLE message_system_number_change (message_row_id INTEGER PRIMARY KEY, old_jid_row_id INTEGER,
    new_jid_row_id INTEGER);
CREATE TABLE message_system_value_change (message_row_id INTEGER PRIMARY KEY, old_data TEXT);
CREATE TABLE message_system_block_contact (message_row_id INTEGER PRIMARY KEY, is_blocked INTEGER);
CREATE TABLE message_ephemeral_setting (message_row_id INTEGER PRIMARY KEY, setting_duration INTEGER,
    setting_reason INTEGER, user_jid_row_id_csv TEXT);"""
CALLS = """CREATE TABLE call_log (_id INTEGER PRIMARY KEY AUTOINCREMENT, jid_row_id INTEGER, from_me INTEGER,
    call_id TEXT, transaction_id INTEGER, timestamp INTEGER, video_call INTEGER, duration INTEGER,
    call_result INTEGER, is_dnd_mode_on INTEGER, bytes_transferred INTEGER,
    group_jid_row_id INTEGER NOT NULL DEFAULT 0, is_joinable_group_call INTEGER,
    call_creator_device_jid_row_id INTEGER NOT NULL DEFAULT 0, call_type INTEGER);
CREATE TABLE call_log_participant_v2 (_id INTEGER PRIMARY KEY AUTOINCREMENT, call_log_row_id INTEGER,
    jid_row_id INTEGER, call_result INTEGER);
CREATE TABLE message_call_log (message_row_id INTEGER PRIMARY KEY, call_log_row_id INTEGER);
CREATE TABLE missed_call_logs (_id INTEGER PRIMARY KEY AUTOINCREMENT, message_row_id INTEGER, timestamp INTEGER,
    video_call INTEGER, group_jid_row_id INTEGER NOT NULL DEFAULT 0);"""
MEMBERS = """CREATE TABLE group_participant_user (_id INTEGER PRIMARY KEY AUTOINCREMENT,
    group_jid_row_id INTEGER NOT NULL, user_jid_row_id INTEGER NOT NULL, rank INTEGER, pending INTEGER,
    add_timestamp INTEGER, label TEXT);
CREATE TABLE group_past_participant_user (_id INTEGER PRIMARY KEY AUTOINCREMENT, group_jid_row_id INTEGER NOT NULL,
    user_jid_row_id INTEGER NOT NULL, is_leave INTEGER NOT NULL, timestamp INTEGER);"""
_EARLY = """(_id INTEGER PRIMARY KEY AUTOINCREMENT, key_remote_jid TEXT NOT NULL, key_from_me INTEGER,
    key_id TEXT NOT NULL, status INTEGER, needs_push INTEGER, data TEXT, timestamp INTEGER, media_url TEXT,
    media_mime_type TEXT, media_wa_type TEXT, media_size INTEGER, media_name TEXT, media_caption TEXT,
    media_hash TEXT, media_duration INTEGER, origin INTEGER, latitude REAL, longitude REAL, thumb_image TEXT,
    remote_resource TEXT, received_timestamp INTEGER, send_timestamp INTEGER, receipt_server_timestamp INTEGER,
    receipt_device_timestamp INTEGER, read_device_timestamp INTEGER, played_device_timestamp INTEGER, raw_data BLOB,
    recipient_count INTEGER, participant_hash TEXT, starred INTEGER, quoted_row_id INTEGER, mentioned_jids TEXT,
    multicast_id TEXT, edit_version INTEGER, media_enc_hash TEXT, payment_transaction_id TEXT, forwarded INTEGER,
    preview_type INTEGER, send_count INTEGER, lookup_tables INTEGER, future_message_type INTEGER)"""
EARLY = f"""CREATE TABLE messages {_EARLY};
CREATE TABLE messages_quotes {_EARLY};
CREATE TABLE message_thumbnails (thumbnail BLOB, timestamp DATETIME, key_remote_jid TEXT NOT NULL,
    key_from_me INTEGER, key_id TEXT NOT NULL);
CREATE TABLE messages_vcards (_id INTEGER PRIMARY KEY AUTOINCREMENT, message_row_id INTEGER, sender_jid TEXT,
    chat_jid TEXT, vcard TEXT);
CREATE TABLE chat_list (_id INTEGER PRIMARY KEY AUTOINCREMENT, key_remote_jid TEXT UNIQUE, message_table_id INTEGER,
    subject TEXT, creation INTEGER, archived INTEGER, unseen_message_count INTEGER);
CREATE TABLE group_participants (_id INTEGER PRIMARY KEY AUTOINCREMENT, gjid TEXT NOT NULL, jid TEXT NOT NULL,
    admin INTEGER, pending INTEGER, sent_sender_key INTEGER);"""
# Ann and Ben by number, a group, Cat by a privacy id that the phone can resolve, Dan by one that it cannot.
SCENE = """INSERT INTO jid(_id,user,server,raw_string) VALUES
    (1,'447700900101','s.whatsapp.net','447700900101@s.whatsapp.net'),
    (2,'447700900102','s.whatsapp.net','447700900102@s.whatsapp.net'),
    (3,'120363000000000001','g.us','120363000000000001@g.us'),
    (4,'100000000000003','lid','100000000000003@lid'),
    (5,'447700900103','s.whatsapp.net','447700900103@s.whatsapp.net'),
    (6,'100000000000004','lid','100000000000004@lid'),
    (7,'status','broadcast','status@broadcast'),
    (8,'','','');
INSERT INTO jid_map VALUES (4,5,0);
INSERT INTO lid_display_name VALUES (4,'Cat Example',NULL),(6,'Dan Example',NULL);
INSERT INTO chat(_id,jid_row_id,subject) VALUES (1,1,NULL),(3,4,NULL),(4,6,NULL),(5,7,NULL);
"""
GROUP_CHAT = "INSERT INTO chat(_id,jid_row_id,subject,created_timestamp) VALUES (2,3,'Library Club',1672531200000);"
ALL = PEOPLE + MESSAGE + BESIDE + SYSTEM + CALLS + MEMBERS + SCENE
ANN, BEN, CAT = (f"44770090010{number}@s.whatsapp.net" for number in (1, 2, 3))
CAT_LID, DAN_LID, GROUP = "100000000000003@lid", "100000000000004@lid", "120363000000000001@g.us"


WA = """CREATE TABLE wa_contacts (_id INTEGER PRIMARY KEY AUTOINCREMENT, jid TEXT NOT NULL,
    is_whatsapp_user BOOLEAN NOT NULL, status TEXT, status_timestamp INTEGER, number TEXT, raw_contact_id INTEGER,
    display_name TEXT, phone_type INTEGER, phone_label TEXT, unseen_msg_count INTEGER, photo_ts INTEGER,
    thumb_ts INTEGER, given_name TEXT, family_name TEXT, wa_name TEXT, sort_name TEXT, nickname TEXT, company TEXT,
    title TEXT, is_spam_reported BOOLEAN, is_business_synced BOOLEAN, is_starred BOOLEAN);
CREATE TABLE wa_block_list (jid TEXT PRIMARY KEY NOT NULL);
CREATE TABLE wa_vnames (_id INTEGER PRIMARY KEY AUTOINCREMENT, jid TEXT UNIQUE NOT NULL, serial TEXT, issuer TEXT,
    expires INTEGER, verified_name TEXT, certificate_blob BLOB);
CREATE TABLE wa_biz_profiles (_id INTEGER PRIMARY KEY AUTOINCREMENT, jid TEXT UNIQUE NOT NULL, tag TEXT, address TEXT,
    business_description TEXT, latitude REAL, longitude REAL, email TEXT, vertical TEXT);
CREATE TABLE wa_group_descriptions (jid TEXT NOT NULL, description TEXT NOT NULL, description_id INTEGER,
    description_time INTEGER, description_setter_jid TEXT NOT NULL, description_id_string TEXT NOT NULL);"""


def everything(found: Iterable[Found]) -> list[Found]:
    """All that was found, but for the notes on row ids that hold no row: made-up rows begin at any number."""
    return [one for one in found if not (isinstance(one, Problem) and one.code == "gap")]


def msgstore(
    inserts: str, schema: str = ALL, name: str = "msgstore.db", home: str = HOME, book: str = ""
) -> MemoryFile:
    """msgstore.db where a phone keeps it; `book` are the inserts of a wa.db beside it."""
    others = {"wa.db": database(WA + book)} if book else {}
    return MemoryFile(f"{home}/{name}" if home else name, database(schema + inserts), others=others)


def address_book(inserts: str, schema: str = WA, home: str = HOME) -> MemoryFile:
    """wa.db where a phone keeps it."""
    return MemoryFile(f"{home}/wa.db" if home else "wa.db", database(schema + inserts))
