"""The tables of a case, declared with SQLAlchemy Core. FORMAT.md explains each one; a change here is a new version.

Rows come in four groups: what was read (source, file, outcome, problem, item), what is derived from `item.record` and
can be derived again (moment, party, item_party, attachment, location, conversation, the full-text index), what was done
(ledger, seal), and the reviewer's words (tag, item_tag, note), which are no evidence and stand outside the seal.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BLOB,
    REAL,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

VERSION: Final = 3
APPLICATION_ID: Final = 0x41535359  # "ASSY": what `file` and a hex viewer show of a case
metadata = MetaData()

case_info = Table(
    "case_info",
    metadata,
    Column("key", Text, primary_key=True),
    Column("value", Text, nullable=False),
    Column("digest", BLOB, nullable=False),
)

source = Table(
    "source",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("exhibit", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("size", Integer),
    Column("sha256", Text),
    Column("sha1", Text),
    Column("md5", Text),
    Column("files", Text, nullable=False),  # JSON: name, size, sha256 of each file on the host
    Column("stored", Text, nullable=False),  # JSON: algorithm, value, matches of each hash the container carries
    Column("facts", Text, nullable=False),  # JSON: what the container says of itself
    Column("zone", Text),
    Column("date_order", Text),
    Column("authority", Text, nullable=False),  # JSON: the authority, or the stated reason for none
    Column("state", Text, nullable=False),  # registered, listed, read
    Column("digest", BLOB, nullable=False),
)

file = Table(
    "file",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("source_id", Integer, ForeignKey("source.id"), nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("path", Text, nullable=False),
    Column("size", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("deleted", Integer, nullable=False),
    Column("allocated", Integer, nullable=False),
    Column("readable", Integer, nullable=False),
    Column("note", Text, nullable=False),
    Column("times", Text, nullable=False),  # JSON list of moments
    Column("address", Text, nullable=False),
    Column("sha256", Text),
    Column("mime", Text),
    Column("digest", BLOB, nullable=False),
)

outcome = Table(
    "outcome",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("source_id", Integer, ForeignKey("source.id"), nullable=False),
    Column("file_id", Integer, ForeignKey("file.id"), nullable=False),
    Column("extractor", Text, nullable=False),  # "android.sms@1"
    Column("outcome", Text, nullable=False),  # parsed, empty, partial, unknown layout, failed, timed out, out of scope
    Column("present", Integer, nullable=False),
    Column("parsed", Integer, nullable=False),
    Column("out_of_scope", Integer, nullable=False),
    Column("unsupported", Integer, nullable=False),
    Column("failed", Integer, nullable=False),
    Column("problems", Integer, nullable=False),
    Column("first_seq", Integer, nullable=False),
    Column("items", Integer, nullable=False),
    Column("items_digest", BLOB, nullable=False),  # SHA-256 over the SHA-256 of each record, in order
    Column("digest", BLOB, nullable=False),
)

problem = Table(
    "problem",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("source_id", Integer, ForeignKey("source.id"), nullable=False),
    Column("file_id", Integer, ForeignKey("file.id")),
    Column("outcome_id", Integer, ForeignKey("outcome.id")),
    Column("kind", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("locator", Text, nullable=False),
    Column("digest", BLOB, nullable=False),
)

conversation = Table(
    "conversation",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("source_id", Integer, ForeignKey("source.id"), nullable=False),
    Column("service", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("title", Text),
)

item = Table(
    "item",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("source_id", Integer, ForeignKey("source.id"), nullable=False),
    Column("seq", Integer, nullable=False),  # number = exhibit + "-" + seq with six digits
    Column("outcome_id", Integer, ForeignKey("outcome.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("service", Text, nullable=False),
    Column("conversation_id", Integer, ForeignKey("conversation.id")),
    Column("direction", Text),
    Column("when_us", Integer),  # the principal moment
    Column("text", Text),
    Column("names", Text),  # names of attachments, for the search
    Column("deleted", Integer, nullable=False),
    Column("record", Text, nullable=False),  # canonical JSON
    Column("sha256", BLOB, nullable=False),  # of `record`
)

moment = Table(
    "moment",
    metadata,
    Column("item_id", Integer, ForeignKey("item.id"), primary_key=True),
    Column("ord", Integer, primary_key=True),
    Column("meaning", Text, nullable=False),
    Column("utc_us", Integer),
    Column("raw", Text, nullable=False),
    Column("clock", Text, nullable=False),
    sqlite_with_rowid=False,
)

party = Table(
    "party",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("scheme", Text, nullable=False),
    Column("identifier", Text, nullable=False),
    Column("name", Text),
    Column("comparable", Text),  # the form in which numbers and addresses are compared; NULL where it has none
)

item_party = Table(
    "item_party",
    metadata,
    Column("item_id", Integer, ForeignKey("item.id"), primary_key=True),
    Column("ord", Integer, primary_key=True),
    Column("role", Text, nullable=False),  # from, to, cc, bcc, about
    Column("party_id", Integer, ForeignKey("party.id"), nullable=False),
    sqlite_with_rowid=False,
)

attachment = Table(
    "attachment",
    metadata,
    Column("item_id", Integer, ForeignKey("item.id"), primary_key=True),
    Column("ord", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("path", Text),
    Column("mime", Text),  # as recorded; what the content is stands in file.mime
    Column("size", Integer),
    Column("sha256", Text),
    Column("state", Text, nullable=False),  # present, missing, unreadable, or what the extractor stated
    Column("file_id", Integer, ForeignKey("file.id")),
    sqlite_with_rowid=False,
)

coordinate = Table(
    "coordinate",
    metadata,
    Column("item_id", Integer, ForeignKey("item.id"), primary_key=True),
    Column("lat", REAL, nullable=False),
    Column("lon", REAL, nullable=False),
)

ledger = Table(
    "ledger",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("at_us", Integer, nullable=False),
    Column("actor", Text, nullable=False),
    Column("workstation", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("object", Text, nullable=False),
    Column("detail", Text, nullable=False),  # JSON; never the text of an item
    Column("program", Text, nullable=False),
    Column("prev", BLOB, nullable=False),
    Column("digest", BLOB, nullable=False),
)

# One row: how long the ledger is and its head, so that a tail that was cut is missed.
ledger_head = Table(
    "ledger_head",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("entries", Integer, nullable=False),
    Column("digest", BLOB, nullable=False),
)

seal = Table(
    "seal",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("sections", Text, nullable=False),  # JSON: section -> digest, counts
    Column("digest", Text, nullable=False),
    Column("ledger_seq", Integer, nullable=False),  # the ledger entry that states this seal
)

# What is under way: empty once a source is read to its end.
pending = Table(
    "pending",
    metadata,
    Column("source_id", Integer, ForeignKey("source.id"), primary_key=True),
    Column("next_batch", Integer, nullable=False),
    Column("next_seq", Integer, nullable=False),
)

tag = Table(
    "tag",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
)

item_tag = Table(
    "item_tag",
    metadata,
    Column("item_id", Integer, ForeignKey("item.id"), primary_key=True),
    Column("tag_id", Integer, ForeignKey("tag.id"), primary_key=True),
    Column("at_us", Integer, nullable=False),
    Column("actor", Text, nullable=False),
    sqlite_with_rowid=False,
)

note = Table(
    "note",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("item_id", Integer, ForeignKey("item.id"), nullable=False),
    Column("at_us", Integer, nullable=False),
    Column("actor", Text, nullable=False),
    Column("text", Text, nullable=False),
    UniqueConstraint("item_id", "at_us", "actor"),
)

Index("file_path", file.c.source_id, file.c.path)

# Made when a source has been read: rows go in several times faster without them.
LATE_INDEXES: Final = (
    "CREATE UNIQUE INDEX IF NOT EXISTS item_number ON item (source_id, seq)",
    "CREATE INDEX IF NOT EXISTS item_when ON item (when_us, id)",
    "CREATE INDEX IF NOT EXISTS item_kind ON item (kind, when_us, id)",
    "CREATE INDEX IF NOT EXISTS item_service ON item (service, when_us, id)",
    "CREATE INDEX IF NOT EXISTS item_conversation ON item (conversation_id, when_us, id)",
    "CREATE INDEX IF NOT EXISTS item_party_party ON item_party (party_id, item_id)",
    "CREATE INDEX IF NOT EXISTS party_comparable ON party (comparable)",
    "CREATE INDEX IF NOT EXISTS attachment_file ON attachment (file_id)",
    "CREATE INDEX IF NOT EXISTS outcome_file ON outcome (file_id)",
    "CREATE INDEX IF NOT EXISTS problem_file ON problem (file_id)",
)

LATE_NAMES: Final = frozenset(statement.split(" ON ")[0].rsplit(" ", 1)[1] for statement in LATE_INDEXES)
