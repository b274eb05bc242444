"""The databases of the made-up phone, with the tables and columns that Android's own providers make.

Built with apsw, which brings its own SQLite: the same version, and so the same bytes, on every platform.

References: Android Open Source Project, `MmsSmsDatabaseHelper.java`, `CallLogDatabaseHelper.java` and
`ContactsDatabaseHelper.java` for the tables; `Telephony.java`, `CallLog.java` and `ContactsContract.java` for what the
columns mean; OMA-TS-MMS_ENC for the numbers of message and address types.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

import apsw

from app.demo_evidence.clock import ms
from app.demo_evidence.story import ALL_CALLS, ALL_MMS, CONTACTS, OWNER, SMS_IN_WAL, Mms, Sms, all_sms
from app.demo_evidence.wal import in_wal_mode, write_ahead_log

PAGE_SIZE: Final = 4096
PARTS_FOLDER: Final = "/data/user_de/0/com.android.providers.telephony/app_parts"
_INCOMING, _OUTGOING = 1, 2
_FROM, _TO = 137, 151
_FILLER: Final = ("parcel shelf Thursday window", "coffee rota", "library note", "bench", "ticket garden", "reading")

_MESSAGES_SCHEMA: Final = """
PRAGMA page_size=4096; PRAGMA user_version=68;
CREATE TABLE android_metadata (locale TEXT);
CREATE TABLE canonical_addresses (_id INTEGER PRIMARY KEY AUTOINCREMENT, address TEXT);
CREATE TABLE threads (_id INTEGER PRIMARY KEY AUTOINCREMENT, date INTEGER DEFAULT 0, message_count INTEGER DEFAULT 0,
  recipient_ids TEXT, snippet TEXT, snippet_cs INTEGER DEFAULT 0, read INTEGER DEFAULT 1, archived INTEGER DEFAULT 0,
  type INTEGER DEFAULT 0, error INTEGER DEFAULT 0, has_attachment INTEGER DEFAULT 0);
CREATE TABLE sms (_id INTEGER PRIMARY KEY, thread_id INTEGER, address TEXT, person INTEGER, date INTEGER,
  date_sent INTEGER DEFAULT 0, protocol INTEGER, read INTEGER DEFAULT 0, status INTEGER DEFAULT -1, type INTEGER,
  reply_path_present INTEGER, subject TEXT, body TEXT, service_center TEXT, locked INTEGER DEFAULT 0,
  sub_id INTEGER DEFAULT -1, error_code INTEGER DEFAULT 0, creator TEXT, seen INTEGER DEFAULT 0);
CREATE TABLE pdu (_id INTEGER PRIMARY KEY AUTOINCREMENT, thread_id INTEGER, date INTEGER, date_sent INTEGER DEFAULT 0,
  msg_box INTEGER, read INTEGER DEFAULT 0, m_id TEXT, sub TEXT, sub_cs INTEGER, ct_t TEXT, ct_l TEXT, exp INTEGER,
  m_cls TEXT, m_type INTEGER, v INTEGER, m_size INTEGER, pri INTEGER, rr INTEGER, rpt_a INTEGER, resp_st INTEGER,
  st INTEGER, tr_id TEXT, retr_st INTEGER, retr_txt TEXT, retr_txt_cs INTEGER, read_status INTEGER, ct_cls INTEGER,
  resp_txt TEXT, d_tm INTEGER, d_rpt INTEGER, locked INTEGER DEFAULT 0, sub_id INTEGER DEFAULT -1,
  seen INTEGER DEFAULT 0, creator TEXT, text_only INTEGER DEFAULT 0);
CREATE TABLE addr (_id INTEGER PRIMARY KEY, msg_id INTEGER, contact_id INTEGER, address TEXT, type INTEGER,
  charset INTEGER);
CREATE TABLE part (_id INTEGER PRIMARY KEY AUTOINCREMENT, mid INTEGER, seq INTEGER DEFAULT 0, ct TEXT, name TEXT,
  chset INTEGER, cd TEXT, fn TEXT, cid TEXT, cl TEXT, ctt_s INTEGER, ctt_t TEXT, _data TEXT, text TEXT);
INSERT INTO android_metadata VALUES ('en_GB');
"""

_CALLS_SCHEMA: Final = """
PRAGMA page_size=4096; PRAGMA user_version=10;
CREATE TABLE android_metadata (locale TEXT);
CREATE TABLE calls (_id INTEGER PRIMARY KEY AUTOINCREMENT, number TEXT, presentation INTEGER NOT NULL DEFAULT 1,
  post_dial_digits TEXT NOT NULL DEFAULT '', via_number TEXT NOT NULL DEFAULT '', date INTEGER, duration INTEGER,
  data_usage INTEGER, type INTEGER, features INTEGER NOT NULL DEFAULT 0, subscription_component_name TEXT,
  subscription_id TEXT, new INTEGER, name TEXT, numbertype INTEGER, numberlabel TEXT, countryiso TEXT,
  voicemail_uri TEXT, is_read INTEGER, geocoded_location TEXT, lookup_uri TEXT, matched_number TEXT,
  normalized_number TEXT, photo_id INTEGER NOT NULL DEFAULT 0, formatted_number TEXT,
  last_modified INTEGER DEFAULT 0, block_reason INTEGER NOT NULL DEFAULT 0);
INSERT INTO android_metadata VALUES ('en_GB');
"""

_CONTACTS_SCHEMA: Final = """
PRAGMA page_size=4096; PRAGMA user_version=1603;
CREATE TABLE android_metadata (locale TEXT);
CREATE TABLE accounts (_id INTEGER PRIMARY KEY AUTOINCREMENT, account_name TEXT, account_type TEXT, data_set TEXT);
CREATE TABLE mimetypes (_id INTEGER PRIMARY KEY AUTOINCREMENT, mimetype TEXT NOT NULL);
CREATE TABLE raw_contacts (_id INTEGER PRIMARY KEY AUTOINCREMENT, account_id INTEGER, sourceid TEXT,
  version INTEGER NOT NULL DEFAULT 1, dirty INTEGER NOT NULL DEFAULT 0, deleted INTEGER NOT NULL DEFAULT 0,
  contact_id INTEGER, starred INTEGER NOT NULL DEFAULT 0, display_name TEXT, display_name_alt TEXT,
  display_name_source INTEGER NOT NULL DEFAULT 0, sort_key TEXT);
CREATE TABLE contacts (_id INTEGER PRIMARY KEY AUTOINCREMENT, name_raw_contact_id INTEGER, photo_id INTEGER,
  starred INTEGER NOT NULL DEFAULT 0, has_phone_number INTEGER NOT NULL DEFAULT 0, lookup TEXT,
  contact_last_updated_timestamp INTEGER);
CREATE TABLE data (_id INTEGER PRIMARY KEY AUTOINCREMENT, mimetype_id INTEGER NOT NULL,
  raw_contact_id INTEGER NOT NULL, is_primary INTEGER NOT NULL DEFAULT 0, is_super_primary INTEGER NOT NULL DEFAULT 0,
  data_version INTEGER NOT NULL DEFAULT 0, data1 TEXT, data2 TEXT, data3 TEXT, data4 TEXT, data5 TEXT, data6 TEXT,
  data7 TEXT, data8 TEXT, data9 TEXT, data10 TEXT, data11 TEXT, data12 TEXT, data13 TEXT, data14 TEXT, data15 TEXT);
INSERT INTO android_metadata VALUES ('en_GB');
INSERT INTO accounts VALUES (1, 'nadia@example.org', 'org.example.accounts', NULL);
INSERT INTO mimetypes (mimetype) VALUES ('vnd.android.cursor.item/name'), ('vnd.android.cursor.item/phone_v2'),
  ('vnd.android.cursor.item/organization'), ('vnd.android.cursor.item/email_v2');
"""


def messages(filler: int = 0) -> tuple[bytes, bytes]:
    """(mmssms.db, mmssms.db-wal): the story's text and picture messages, then `filler` more text messages.

    One text message stands in the write-ahead log only.
    """
    database = apsw.Connection(":memory:")
    database.execute(_MESSAGES_SCHEMA)
    threads: dict[str, int] = {}
    story = [*all_sms(), *_filler(filler)]
    with database:
        database.executemany(_SMS_ROW, _sms_rows(database, threads, story, 1))
        for number, mms in enumerate(ALL_MMS, start=1):
            _add_mms(database, threads, number, mms)
        database.execute(_COUNT_MESSAGES)
    before = in_wal_mode(database.serialize("main"))
    with database:
        following = len(story) + 1
        database.executemany(_SMS_ROW, _sms_rows(database, threads, [SMS_IN_WAL], following))
    after = in_wal_mode(database.serialize("main"))
    database.close()
    return before, write_ahead_log(before, after, PAGE_SIZE)


_SMS_ROW: Final = """INSERT INTO sms (_id, thread_id, address, date, date_sent, protocol, read, status, type, body,
  service_center, sub_id, creator, seen) VALUES (?, ?, ?, ?, ?, ?, 1, ?, ?, ?, ?, 1, 'org.example.messaging', 1)"""
_COUNT_MESSAGES: Final = """UPDATE threads SET message_count = (SELECT count(*) FROM sms WHERE thread_id = threads._id),
  date = coalesce((SELECT max(date) FROM sms WHERE thread_id = threads._id), 0)"""


def _sms_rows(
    database: apsw.Connection, threads: dict[str, int], story: Iterable[Sms], first: int
) -> Iterator[tuple[int | str | None, ...]]:
    for number, sms in enumerate(story, start=first):
        thread, at = _thread(database, threads, sms.number), ms(sms.when)
        if sms.sent:
            yield number, thread, sms.number, at, 0, None, 0, _OUTGOING, sms.text, None
        else:
            # The network's time of sending has whole seconds and stands a little before the time of arrival.
            yield number, thread, sms.number, at + 1_234, at, 0, -1, _INCOMING, sms.text, "+447700900999"


def _thread(database: apsw.Connection, threads: dict[str, int], number: str) -> int:
    if number not in threads:
        threads[number] = len(threads) + 1
        database.execute("INSERT INTO canonical_addresses VALUES (?, ?)", (threads[number], number))
        row = (threads[number], str(threads[number]))
        database.execute("INSERT INTO threads (_id, recipient_ids) VALUES (?, ?)", row)
    return threads[number]


def _add_mms(database: apsw.Connection, threads: dict[str, int], number: int, mms: Mms) -> None:
    seconds = ms(mms.when) // 1000
    database.execute(
        """INSERT INTO pdu (_id, thread_id, date, date_sent, msg_box, read, m_id, sub, sub_cs, ct_t, m_cls, m_type, v,
        pri, seen, text_only) VALUES (?, ?, ?, ?, ?, 1, ?, ?, 106, 'application/vnd.wap.multipart.related', 'personal',
        ?, 18, 129, 1, 0)""",
        (
            number,
            _thread(database, threads, mms.number),
            seconds + (0 if mms.sent else 4),
            0 if mms.sent else seconds,
            _OUTGOING if mms.sent else _INCOMING,
            f"made-up-{number}@mms.example.org",
            mms.subject or None,
            128 if mms.sent else 132,
        ),
    )
    sender, recipient = ("insert-address-token", mms.number) if mms.sent else (mms.number, OWNER)
    for address, kind in ((sender, _FROM), (recipient, _TO)):
        database.execute(
            "INSERT INTO addr (msg_id, address, type, charset) VALUES (?, ?, ?, 106)", (number, address, kind)
        )
    parts: list[tuple[int, str, str, str | None, str | None]] = [
        (-1, "application/smil", "smil.xml", None, "<smil><body/></smil>")
    ]
    parts += [(0, mime(name), name, part_path(number, name), None) for name in mms.attachments]
    if mms.text:
        parts.append((0, "text/plain", "text_0.txt", None, mms.text))
    for sequence, kind_of_part, name, data, text in parts:
        database.execute(
            "INSERT INTO part (mid, seq, ct, name, chset, cid, cl, _data, text) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (number, sequence, kind_of_part, name, 106 if text else None, f"<{name}>", name, data, text),
        )


def mime(name: str) -> str:
    return "image/jpeg" if name.endswith(".jpg") else "text/plain"


def part_path(number: int, name: str) -> str:
    """Where the phone keeps the file of an attachment, as its database names it."""
    return f"{PARTS_FOLDER}/PART_{1_770_000_000_000 + number}_{name}"


def _filler(count: int) -> Iterator[Sms]:
    """Plain messages from twenty invented numbers, for measuring."""
    words = _FILLER
    for index in range(count):
        text = f"{words[index % 6]} {words[index // 6 % 6]} {words[index // 36 % 6]} no. {index}"
        minute = index * 3
        day, hour = minute // 1440 % 200, minute // 60 % 24
        when = f"2026-{3 + day // 28:02d}-{1 + day % 28:02d} {hour:02d}:{minute % 60:02d}:{index // 96_000 % 60:02d}"
        yield Sms(when, f"+4477009003{index % 20:02d}", text, index % 5 == 0)


def calls() -> bytes:
    """calllog.db. A withheld number is empty, with the presentation that says so."""
    database = apsw.Connection(":memory:")
    database.execute(_CALLS_SCHEMA)
    names = {number: name for name, number, _ in CONTACTS}
    with database:
        for call in ALL_CALLS:
            database.execute(
                """INSERT INTO calls (number, presentation, date, duration, type, new, name, countryiso, is_read,
                subscription_id, last_modified) VALUES (?, ?, ?, ?, ?, 0, ?, 'GB', 1, '1', ?)""",
                (
                    call.number,
                    1 if call.number else 2,
                    ms(call.when),
                    call.seconds,
                    call.kind,
                    names.get(call.number),
                    ms(call.when) + call.seconds * 1000,
                ),
            )
    return _finished(database)


def contacts() -> bytes:
    """contacts2.db: each contact with a name and a number, some with an organisation, one with an e-mail address."""
    database = apsw.Connection(":memory:")
    database.execute(_CONTACTS_SCHEMA)
    row = "INSERT INTO data (mimetype_id, raw_contact_id, data1, data2, data4) VALUES (?, ?, ?, ?, ?)"
    with database:
        for number, (name, phone, organisation) in enumerate(CONTACTS, start=1):
            database.execute(
                """INSERT INTO raw_contacts (_id, account_id, contact_id, display_name, display_name_source, sort_key)
                VALUES (?, 1, ?, ?, 40, ?)""",
                (number, number, name, name),
            )
            database.execute(
                "INSERT INTO contacts VALUES (?, ?, NULL, 0, 1, ?, ?)",
                (number, number, f"made-up-{number}", ms("2026-03-01 12:00") + number * 60_000),
            )
            database.execute(row, (1, number, name, name.partition(" ")[0], None))
            database.execute(row, (2, number, phone, "2" if phone.startswith(("+447", "07")) else "3", None))
            if organisation:
                database.execute(row, (3, number, organisation, "1", None))
        database.execute(row, (4, 2, "leila@example.org", "1", None))
    return _finished(database)


def _finished(database: apsw.Connection) -> bytes:
    data = database.serialize("main")
    database.close()
    return data
