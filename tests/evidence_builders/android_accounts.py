"""The stores of accounts of Android: accounts_de.db, accounts_ce.db and the one accounts.db of older phones."""

from __future__ import annotations

from tests.evidence_builders.databases import database
from tests.evidence_builders.files import MemoryFile

LOG = """CREATE TABLE debug_table (_id INTEGER PRIMARY KEY, action_type TEXT NOT NULL, time DATETIME,
    caller_uid INTEGER NOT NULL, table_name TEXT NOT NULL, primary_key INTEGER);"""
DE = (
    """CREATE TABLE accounts (_id INTEGER PRIMARY KEY, name TEXT NOT NULL, type TEXT NOT NULL, previous_name TEXT,
    last_password_entry_time_millis_epoch INTEGER DEFAULT 0, UNIQUE(name,type));
CREATE TABLE grants (accounts_id INTEGER NOT NULL, auth_token_type TEXT NOT NULL DEFAULT '', uid INTEGER NOT NULL);
CREATE TABLE shared_accounts (_id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, type TEXT NOT NULL,
    UNIQUE(name,type));"""
    + LOG
)
CE = """CREATE TABLE accounts (_id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, type TEXT NOT NULL,
    password TEXT, UNIQUE(name,type));
CREATE TABLE authtokens (_id INTEGER PRIMARY KEY AUTOINCREMENT, accounts_id INTEGER NOT NULL, type TEXT NOT NULL,
    authtoken TEXT, UNIQUE (accounts_id,type));
CREATE TABLE extras (_id INTEGER PRIMARY KEY AUTOINCREMENT, accounts_id INTEGER, key TEXT NOT NULL, value TEXT,
    UNIQUE(accounts_id,key));"""


def account_store(name: str, schema: str, inserts: str, zone: str | None = None) -> MemoryFile:
    """A store of accounts by its name, where a phone keeps it."""
    folder = {"accounts_de.db": "data/system_de/0", "accounts_ce.db": "data/system_ce/0"}.get(
        name, "data/system/users/0"
    )
    return MemoryFile(f"{folder}/{name}", database(schema + inserts), zone=zone)
