"""Accounts of an Android device, and the log of what was done with them."""

from __future__ import annotations

import json

import pytest

from evidence_store.records import Account, Moment, Party, Present, Problem, Record, to_plain
from extractors.android.accounts import accounts
from tests.evidence_builders.android_accounts import CE, DE, account_store
from tests.evidence_builders.databases import database
from tests.evidence_builders.files import MemoryFile
from tests.extractors.broken import assert_no_row_is_lost

OWNER = Party("owner@example.org", "email")
ROWS = (
    "INSERT INTO accounts VALUES (1,'owner@example.org','com.google','old@example.org',1349200000000),"
    "(2,'Chatter','com.example.chat',NULL,0),(3,'+447700900101','com.whatsapp',NULL,NULL);"
    "INSERT INTO shared_accounts VALUES (1,'owner@example.org','com.google');"
    "INSERT INTO debug_table VALUES (1,'action_account_add','2012-07-02 18:46:40',1000,'accounts',1),"
    "(2,'action_account_remove','2012-07-02 18:46:41',1000,'accounts',9),(3,'action_new','soon',1000,'grants',1)"
)


def test_accounts_come_out_with_their_type_and_the_log_with_its_local_times() -> None:
    zone = "Europe/London, operator"
    assert list(accounts(account_store("accounts_de.db", DE, ROWS, "Europe/London"))) == [
        Present(7),
        Account(
            locator="accounts:_id=1",
            service="com.google",
            moments=(Moment("last password entry", 1349200000000000, "1349200000000", "A"),),
            extra=(("previous_name", "old@example.org"),),
            name="owner@example.org",
            identifiers=(OWNER,),
            text="owner@example.org",
        ),
        Account(
            locator="accounts:_id=2",
            service="com.example.chat",
            name="Chatter",
            identifiers=(Party("Chatter", "account"),),
            text="Chatter",
        ),
        Account(
            locator="accounts:_id=3",
            service="com.whatsapp",
            name="+447700900101",
            identifiers=(Party("+447700900101"),),
            text="+447700900101",
        ),
        Account(
            locator="shared_accounts:_id=1",
            service="com.google",
            flags=("shared with another profile",),
            name="owner@example.org",
            identifiers=(OWNER,),
            text="owner@example.org",
        ),
        Account(
            locator="debug_table:_id=1",
            moments=(Moment("recorded", 1341251200000000, "2012-07-02 18:46:40", "C", zone),),
            flags=("entry of a log", "account added"),
            extra=(
                ("action_type", "action_account_add"),
                ("table_name", "accounts"),
                ("primary_key", 1),
                ("caller_uid", 1000),
            ),
            name="owner@example.org",
            identifiers=(OWNER,),
            text="owner@example.org",
        ),
        Account(
            locator="debug_table:_id=2",
            moments=(Moment("recorded", 1341251201000000, "2012-07-02 18:46:41", "C", zone),),
            flags=("entry of a log", "account removed"),
            extra=(
                ("action_type", "action_account_remove"),
                ("table_name", "accounts"),
                ("primary_key", 9),
                ("caller_uid", 1000),
            ),
        ),
        Account(
            locator="debug_table:_id=3",
            moments=(Moment("recorded", None, "soon", "C", "", "not a date and time"),),
            flags=("entry of a log", "action_new"),
            extra=(("action_type", "action_new"), ("table_name", "grants"), ("primary_key", 1), ("caller_uid", 1000)),
        ),
        Problem("value", "time", "time: not a date and time: soon", "debug_table:_id=3"),
    ]


def test_without_a_zone_the_time_of_the_log_stays_local() -> None:
    found = list(accounts(account_store("accounts_de.db", DE, ROWS)))
    assert found[5].moments == (Moment("recorded", None, "2012-07-02 18:46:40", "C", "", "local time, zone not known"),)


SECRETS = (
    "INSERT INTO accounts VALUES (1,'owner@example.org','com.google','secret-password');"
    "INSERT INTO authtokens(accounts_id,type,authtoken) VALUES (1,'a','secret-a'),(1,'b','secret-b'),"
    "(7,'c','secret-c');"
    "INSERT INTO extras(accounts_id,key,value) VALUES (1,'GoogleUserId','1234'),(1,'refresh','secret-r'),"
    "(1,'given_name','Own')"
)


@pytest.mark.parametrize("name", ["accounts_ce.db", "accounts.db"])
def test_neither_a_password_nor_a_token_comes_out(name) -> None:
    found = list(accounts(account_store(name, CE, SECRETS)))
    assert found == [
        Present(1),
        Account(
            locator="accounts:_id=1",
            service="com.google",
            extra=(("GoogleUserId", "1234"), ("given_name", "Own"), ("stored tokens", 2)),
            name="owner@example.org",
            identifiers=(OWNER,),
            text="owner@example.org",
        ),
    ]
    assert "secret" not in json.dumps([to_plain(one) for one in found if isinstance(one, Record)])


def test_another_programs_accounts_are_left_alone_and_an_unknown_layout_is_said() -> None:
    other = database("CREATE TABLE accounts (_id INTEGER PRIMARY KEY, name TEXT, type TEXT)")
    assert list(accounts(MemoryFile("x/accounts.db", other))) == []
    assert list(accounts(MemoryFile("x/accounts.db", database("CREATE TABLE t (a)")))) == []
    assert list(accounts(MemoryFile("accounts_de.db", database("CREATE TABLE t (a)")))) == [
        Problem("schema", "unknown-layout", "no table accounts")
    ]
    assert list(accounts(MemoryFile("accounts_de.db", b"x" * 600))) == [
        Problem("file", "damaged-database", "not a database (or encrypted)")
    ]


@pytest.mark.parametrize("table", ["accounts", "shared_accounts", "debug_table"])
def test_a_broken_value_costs_no_row(table) -> None:
    schema = DE.replace(" NOT NULL", "").replace(", UNIQUE(name,type)", "").replace(",\n    UNIQUE(name,type)", "")
    file = account_store("accounts_de.db", schema, ROWS)
    assert_no_row_is_lost(accounts, file.path, file.open().read(), table, "_id")
