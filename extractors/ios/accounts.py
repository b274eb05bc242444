"""The accounts that iOS and macOS are set up with."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from evidence_store.records import Account, DeviceFact, Party, Present, Problem
from extractors.base import EvidenceFile, Found, extractor
from extractors.database import Doubts, read_database, stored
from extractors.ios.core_data import Extra, Rows, each_record, named, rows_by_key, set_times
from extractors.ios.plists import read_dict
from parsers.nskeyedarchiver import unarchive
from parsers.sqlite_file import EvidenceDatabase, Row, lacking

_ACCOUNT: Final = (
    *("ZACCOUNTTYPE", "ZPARENTACCOUNT", "ZDATE", "ZLASTCREDENTIALRENEWALREJECTIONDATE", "ZACCOUNTDESCRIPTION"),
    *("ZIDENTIFIER", "ZOWNINGBUNDLEID", "ZUSERNAME", "ZACTIVE", "ZAUTHENTICATED", "ZVISIBLE"),
)
_TYPE: Final = ("ZACCOUNTTYPEDESCRIPTION", "ZIDENTIFIER")
_PROPERTY: Final = ("ZOWNER", "ZKEY", "ZVALUE")
_TIMES: Final = (
    ("added", "ZDATE"),
    ("renewal of the credentials refused", "ZLASTCREDENTIALRENEWALREJECTIONDATE"),
)
_MAIL: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
# What a property may say of the account; the rest are settings of its service, and secrets.
_TOLD: Final = frozenset(
    (
        *("dsid", "DSID", "altDSID", "firstName", "lastName", "fullName", "FullUserName", "ACPropertyFullName"),
        *(
            "primaryEmail",
            "vettedPrimaryEmail",
            "email-address",
            "EmailAddress",
            "EmailAddresses",
            "IdentityEmailAddress",
        ),
        *(
            "appleID",
            "AppleID",
            "appleId",
            "apple-id",
            "appleIDAliases",
            "aliases",
            "Aliases",
            "handles",
            "self-handle",
        ),
        *("username", "profile-id", "personID", "playerID", "Hostname", "SMTPHostname", "DAAccountHost"),
        *("storefrontID", "countryCode", "isManagedAppleID", "deviceCount"),
    )
)
_NO_NAME: Final = ("isManagedAppleID", "storefrontID", "countryCode", "deviceCount")


@extractor(
    id="ios.accounts",
    version=1,
    title="Accounts of the device",
    files=("**/Accounts3.sqlite", "**/Accounts4.sqlite"),
    tables=({"ZACCOUNT": {"Z_PK", "ZUSERNAME", "ZACCOUNTTYPE"}, "ZACCOUNTTYPE": {"Z_PK", "ZIDENTIFIER"}},),
    emits=(Account,),
    privacy="device",
    layouts="Accounts3.sqlite of iOS 7 to 18, Accounts4.sqlite of macOS",
    tested_on="iOS 14 image: 18 accounts; iOS 16 image: 16 accounts, most of them in the write-ahead log",
    limits="Of the properties of an account those are read that say whose it is; never passwords or tokens.",
)
def accounts(file: EvidenceFile) -> Iterator[Found]:
    """Every row of `ZACCOUNT`, with its type and what its properties say of its holder.

    `ZDATE` is seconds since 2001: when the account was added to this device, as recorded.

    References:
    - the layout as the file itself declares it; Apple, documentation of the Accounts framework
    """
    yield from read_database(file, _read)


def _read(db: EvidenceDatabase) -> Iterator[Found]:
    if unknown := lacking(db, {"ZACCOUNT": {"Z_PK", "ZUSERNAME", "ZACCOUNTTYPE"}}):
        yield Problem("schema", "unknown-layout", unknown)
        return
    gaps: list[Problem] = []
    types = rows_by_key(db, "ZACCOUNTTYPE", _TYPE, gaps)
    properties: dict[Any, list[Row]] = {}
    for row in rows_by_key(db, "ZACCOUNTPROPERTY", _PROPERTY, gaps).values():
        properties.setdefault(row["ZOWNER"], []).append(row)
    yield from each_record(
        db, "ZACCOUNT", _ACCOUNT, lambda row, doubts: _account(row, types, properties.get(row["Z_PK"], []), doubts)
    )
    yield from gaps


def _account(row: Row, types: Rows, properties: list[Row], doubts: Doubts) -> Account:
    kind = types.get(row["ZACCOUNTTYPE"])
    if kind is None and row["ZACCOUNTTYPE"] is not None:
        doubts.add("no-type", f"there is no row of ZACCOUNTTYPE for this account (Z_PK={stored(row['ZACCOUNTTYPE'])})")
    username = doubts.text(row["ZUSERNAME"], "ZUSERNAME") or None
    description = doubts.text(row["ZACCOUNTDESCRIPTION"], "ZACCOUNTDESCRIPTION") or None
    service = "" if kind is None else doubts.text(kind["ZACCOUNTTYPEDESCRIPTION"], "ZACCOUNTTYPEDESCRIPTION") or ""
    told = tuple(_told(properties, doubts))
    states = (("not active", "ZACTIVE"), ("not authenticated", "ZAUTHENTICATED"))
    extra: Extra = (
        *((("type", stored(kind["ZIDENTIFIER"])),) if kind is not None else ()),
        *named(row, ("ZIDENTIFIER", "ZOWNINGBUNDLEID", "ZPARENTACCOUNT")),
        *told,
    )
    lines = dict.fromkeys((username, *[str(value) for key, value in told if value and key not in _NO_NAME]))
    return Account(
        locator=doubts.locator,
        service=service,
        moments=set_times(row, _TIMES, doubts),
        flags=tuple(word for word, name in states if row[name] == 0),
        extra=extra,
        name=description or service or None,
        identifiers=() if username is None else (party(username),),
        text="\n".join(line for line in lines if line) or None,
    )


def party(username: str) -> Party:
    """The name that an account goes by: an address where it is one."""
    return Party(username, "email" if _MAIL.fullmatch(username) else "account")


def _told(properties: list[Row], doubts: Doubts) -> Iterator[tuple[str, str | int | float | None]]:
    """The properties that say whose account it is, opened from their archives."""
    for row in properties:
        key, value = row["ZKEY"], row["ZVALUE"]
        if key not in _TOLD or value is None:
            continue
        if isinstance(value, bytes):
            try:
                value = unarchive(value)
            except ValueError as error:
                doubts.add("property", f"ZACCOUNTPROPERTY:Z_PK={row['Z_PK']} {key}: {error}")
                continue
        if isinstance(value, list):
            value = ", ".join(str(one) for one in value if isinstance(one, str | int))
        if isinstance(value, bool):
            value = "true" if value else "false"
        if isinstance(value, str | int | float) and value != "":
            yield str(key), value


@extractor(
    id="ios.account_counts",
    version=1,
    title="How many accounts of each kind the device has",
    files=("**/com.apple.accounts.exists.plist",),
    emits=(DeviceFact,),
    privacy="device",
    layouts="com.apple.accounts.exists.plist of iOS 10 to 18",
    tested_on="iOS 16 images: 15 kinds of accounts each",
    limits="It says that there is an account of a kind and how many, not which.",
)
def account_counts(file: EvidenceFile) -> Iterator[Found]:
    """A fact for each kind of account: `….exists` is 0 or 1, `….count` how many.

    References:
    - the keys as the file itself names them
    """
    found, problem = read_dict(file)
    if problem is not None:
        yield problem
        return
    kinds = {key.rpartition(".")[0]: None for key in found if key.endswith((".exists", ".count"))}
    yield Present(len(kinds))
    for kind in kinds:
        exists, count = found.get(f"{kind}.exists"), found.get(f"{kind}.count")
        value = "at least 1" if exists == 1 else stored(exists)
        told = (("exists", exists), ("count", count))
        yield DeviceFact(
            locator=f"key={kind}",
            extra=tuple((f"{kind}.{end}", stored(one)) for end, one in told if one is not None),
            name=f"accounts of the kind {kind.removeprefix('com.apple.account.')}",
            value=value if count is None else stored(count),
        )
