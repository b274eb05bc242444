"""WhatsApp's databases on Android, in the columns of 2022 to 2026 and of 2016 to 2020."""

from __future__ import annotations

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
# Ann and Ben by number, a group, Cat by a privacy id that the phone can resolve, Dan by one that it cannot.
SCENE = """INSERT INTO jid(_id,user,server,raw_string) VALUES
    (1,'447700900101','s.whatsapp.net','447700900101@s.whatsapp.net'),
    (2,'447700900102','s.whatsapp.net','447700900102@s.whatsapp.net'),
    (3,'120363000000000001','g.us','120363000000000001@g.us'),
    (4,'100000000000003','lid','100000000000003@lid'),
    (5,'447700900103','s.whatsapp.net','447700900103@s.whatsapp.net'),
    (6,'100000000000004','lid','100000000000004@lid'),
    (7,'status','broadcast','status@broadcast');
INSERT INTO jid_map VALUES (4,5,0);
INSERT INTO lid_display_name VALUES (4,'Cat Example',NULL),(6,'Dan Example',NULL);
INSERT INTO chat(_id,jid_row_id,subject,created_timestamp) VALUES (1,1,NULL,NULL),(2,3,'Library Club',1672531200000),
    (3,4,NULL,NULL),(4,6,NULL,NULL),(5,7,NULL,NULL);
"""
ANN, BEN, CAT = (f"44770090010{number}@s.whatsapp.net" for number in (1, 2, 3))
CAT_LID, DAN_LID, GROUP = "100000000000003@lid", "100000000000004@lid", "120363000000000001@g.us"


def msgstore(
    inserts: str, schema: str = PEOPLE + MESSAGE + SCENE, name: str = "msgstore.db", home: str = HOME
) -> MemoryFile:
    """msgstore.db where a phone keeps it."""
    return MemoryFile(f"{home}/{name}" if home else name, database(schema + inserts))
