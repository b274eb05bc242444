"""The accounts of a device."""

from __future__ import annotations

from pathlib import Path

import pytest

from evidence_store.records import Account, DeviceFact, Moment, Party, Present, Problem
from extractors.ios.accounts import account_counts, accounts
from tests.evidence_builders.browsers import database, with_log
from tests.evidence_builders.files import MemoryFile
from tests.evidence_builders.ios_stores import ACCOUNTS, archive, hexed, plist
from tests.extractors.broken import assert_no_row_is_lost

PATH = "private/var/mobile/Library/Accounts/Accounts3.sqlite"
ADDED = Moment("added", 1_772_357_400_125_000, "794050200.125", "A")
ROWS = f"""
INSERT INTO ZACCOUNTTYPE(Z_PK,ZACCOUNTTYPEDESCRIPTION,ZIDENTIFIER) VALUES(10,'iCloud','com.apple.account.AppleAccount');
INSERT INTO ZACCOUNT(Z_PK,ZACTIVE,ZAUTHENTICATED,ZACCOUNTTYPE,ZDATE,ZACCOUNTDESCRIPTION,ZIDENTIFIER,ZOWNINGBUNDLEID,
 ZUSERNAME) VALUES (4,1,1,10,794050200.125,'Home','1589F4EC','com.apple.purplebuddy','ann@example.org'),
 (5,0,1,99,NULL,NULL,NULL,NULL,'ann');
INSERT INTO ZACCOUNTPROPERTY(Z_PK,ZOWNER,ZKEY,ZVALUE) VALUES
 (1,4,'lastName',{hexed(archive("Example"))}),(2,4,'isManagedAppleID',{hexed(archive(False))}),
 (3,4,'password',{hexed(archive("never given"))}),(4,4,'firstName',x'00'),(5,77,'lastName',{hexed(archive("Nobody"))}),
 (6,4,'aliases',{hexed(archive(["ann@example.org", "a.example@example.org"]))});
"""
ICLOUD = Account(
    locator="ZACCOUNT:Z_PK=4",
    service="iCloud",
    moments=(ADDED,),
    extra=(
        ("type", "com.apple.account.AppleAccount"),
        ("ZIDENTIFIER", "1589F4EC"),
        ("ZOWNINGBUNDLEID", "com.apple.purplebuddy"),
        ("lastName", "Example"),
        ("isManagedAppleID", "false"),
        ("aliases", "ann@example.org, a.example@example.org"),
    ),
    name="Home",
    identifiers=(Party("ann@example.org", "email"),),
    text="ann@example.org\nExample\nann@example.org, a.example@example.org",
)


def test_accounts_come_out_whole_and_without_secrets() -> None:
    found = list(accounts(MemoryFile(PATH, database(ACCOUNTS, ROWS))))
    assert found == [
        Present(2),
        ICLOUD,
        Problem(
            "value",
            "property",
            "ZACCOUNTPROPERTY:Z_PK=4 firstName: neither a binary nor an XML property list",
            "ZACCOUNT:Z_PK=4",
        ),
        Account(
            locator="ZACCOUNT:Z_PK=5",
            flags=("not active",),
            identifiers=(Party("ann", "account"),),
            text="ann",
        ),
        Problem("value", "no-type", "there is no row of ZACCOUNTTYPE for this account (Z_PK=99)", "ZACCOUNT:Z_PK=5"),
    ]
    assert "never given" not in repr(found)


def test_an_account_of_the_write_ahead_log_comes_out() -> None:
    data, log = with_log(database(ACCOUNTS), "INSERT INTO ZACCOUNT(Z_PK,ZUSERNAME) VALUES(9,'ben@example.org')")
    found = list(accounts(MemoryFile(PATH, data, {"-wal": log})))
    assert found[:2] == [
        Present(1),
        Account(locator="ZACCOUNT:Z_PK=9", identifiers=(Party("ben@example.org", "email"),), text="ben@example.org"),
    ]


def test_without_types_and_properties_the_accounts_are_still_there() -> None:
    rows = "INSERT INTO ZACCOUNT(Z_PK,ZUSERNAME) VALUES(1,'ann'),(2,'ann')"
    made = database(ACCOUNTS, "DROP TABLE ZACCOUNTTYPE; DROP TABLE ZACCOUNTPROPERTY;", rows)
    twins = [
        Account(locator=f"ZACCOUNT:Z_PK={key}", identifiers=(Party("ann", "account"),), text="ann") for key in (1, 2)
    ]
    assert list(accounts(MemoryFile(PATH, made))) == [Present(2), *twins]


def test_an_unknown_layout_is_said_to_be_unknown() -> None:
    made = database("CREATE TABLE ZACCOUNT(Z_PK INTEGER PRIMARY KEY, ZNAME VARCHAR)")
    problem = Problem("schema", "unknown-layout", "table ZACCOUNT has no column ZACCOUNTTYPE, ZUSERNAME")
    assert list(accounts(MemoryFile(PATH, made))) == [problem]


@pytest.mark.parametrize("table", ["ZACCOUNT"])
def test_a_broken_value_costs_no_row(table: str) -> None:
    assert_no_row_is_lost(accounts, PATH, database(ACCOUNTS, ROWS), table, "Z_PK")


def test_a_broken_property_costs_no_account() -> None:
    from tests.extractors.broken import with_broken_values

    for table in ("ZACCOUNTPROPERTY", "ZACCOUNTTYPE"):
        broken, _ = with_broken_values(database(ACCOUNTS, ROWS), table, "Z_PK")
        found = list(accounts(MemoryFile(PATH, broken)))
        assert [one.locator for one in found if isinstance(one, Account)] == ["ZACCOUNT:Z_PK=4", "ZACCOUNT:Z_PK=5"]


def test_the_accounts_of_a_real_phone_come_out_whole(corpus: Path) -> None:
    found = list(accounts(MemoryFile(PATH, (corpus / "plaso/ios/Accounts3.sqlite").read_bytes())))
    address = "thisisdfir@gmail.com"
    assert found[4] == Account(
        locator="ZACCOUNT:Z_PK=4",
        service="iCloud",
        moments=(Moment("added", 1584827277068197, "606520077.068197", "A"),),
        extra=(
            ("type", "com.apple.account.AppleAccount"),
            ("ZIDENTIFIER", "1589F4EC-8F6C-4F37-929F-C6F121B36A59"),
            ("ZOWNINGBUNDLEID", "com.apple.purplebuddy"),
            ("primaryEmail", address),
            ("isManagedAppleID", "false"),
            ("lastName", "DFIR"),
            ("appleId", address),
            ("firstName", "This Is"),
            ("personID", "17193901029"),
            ("altDSID", "000332-08-95a70197-0b70-4658-8e31-aa3c8f3ab6fb"),
        ),
        name="iCloud",
        identifiers=(Party(address, "email"),),
        text=f"{address}\nDFIR\nThis Is\n17193901029\n000332-08-95a70197-0b70-4658-8e31-aa3c8f3ab6fb",
    )


def test_the_kinds_of_accounts_are_counted() -> None:
    kind = "com.apple.account.AppleAccount"
    path = "private/var/preferences/SystemConfiguration/com.apple.accounts.exists.plist"
    file = plist(path, {f"{kind}.exists": 1, f"{kind}.count": 2, "com.apple.account.IMAPMail.exists": 0})
    assert list(account_counts(file)) == [
        Present(2),
        DeviceFact(
            locator=f"key={kind}",
            extra=((f"{kind}.exists", "1"), (f"{kind}.count", "2")),
            name="accounts of the kind AppleAccount",
            value="2",
        ),
        DeviceFact(
            locator="key=com.apple.account.IMAPMail",
            extra=(("com.apple.account.IMAPMail.exists", "0"),),
            name="accounts of the kind IMAPMail",
            value="0",
        ),
    ]


@pytest.mark.parametrize("data", [b"bplist00", b"SQLite format 3\0 nothing"])
def test_what_is_neither_is_one_clear_problem(data: bytes) -> None:
    for one, path in ((accounts, PATH), (account_counts, "com.apple.accounts.exists.plist")):
        (problem,) = one(MemoryFile(path, data))
        assert isinstance(problem, Problem)
        assert problem.kind == "file"
