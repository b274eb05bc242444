"""Settings, users and SIM cards of Android, as facts of the device."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from typing import Final

from evidence_store.records import DeviceFact, Present, Problem
from extractors.android.device_facts import fact
from extractors.android.tables import Table, extra_of, read_tables
from extractors.android.xml_file import kept, moments, read_elements, user_of
from extractors.base import EvidenceFile, Found
from extractors.database import Doubts, read_database
from extractors.matching import without_copy_mark
from parsers.sqlite_file import Row
from parsers.xml_events import Element

_SIM: Final = (
    *("icc_id", "imsi", "number", "carrier_name", "display_name", "mcc", "mnc", "mcc_string", "mnc_string"),
    *("iso_country_code", "sim_id", "card_id", "is_embedded", "name_source", "subscription_type", "carrier_id"),
    *("phone_number_source_carrier", "phone_number_source_ims", "ehplmns", "group_uuid", "user_handle"),
)
_SIM_UNSET: Final = {"sim_id": -1, "is_embedded": 0, "mcc": 0, "mnc": 0, "subscription_type": 0, "carrier_id": -1}


def settings_xml(file: EvidenceFile) -> Iterator[Found]:
    """settings_global.xml, settings_secure.xml and settings_system.xml of a user, since Android 6."""
    doubts = Doubts()
    rows = 0
    table = without_copy_mark(file.path).rpartition("/")[2].lower().removeprefix("settings_").partition(".")[0]
    about = (("table", table), *user_of(file.path))
    for element in read_elements(file, "settings", {"setting"}):
        if isinstance(element, Problem):
            yield element
            continue
        rows += 1
        if name := element.attributes.get("name"):
            extra = (*about, *kept(element.attributes, ("id", "package")))
            yield fact(element.place, name, _value(element), doubts, extra)
        else:
            yield Problem("row", "no-name", "a setting without a name", element.place)
        yield from doubts.drain()
    if rows:
        yield Present(rows)


def _value(element: Element) -> str:
    """The value of a setting; one that XML cannot hold is stored as base64."""
    stored = element.attributes.get("valueBase64")
    if stored is None:
        return element.attributes.get("value", "")
    try:
        return base64.b64decode(stored, validate=True).decode("utf-8", "replace")
    except binascii.Error:
        return stored


def settings_database(file: EvidenceFile) -> Iterator[Found]:
    """settings.db up to Android 5: tables `global`, `secure` and `system`."""

    def setting(row: Row, doubts: Doubts) -> DeviceFact:
        where = doubts.locator
        name = doubts.text(row["name"], "name") or ""
        value = doubts.text(row["value"], "value") or ""
        return fact(where, name, value, doubts, (("table", where.partition(":")[0]),))

    columns = ("_id", "name", "value")
    tables = [Table(name, frozenset(columns), columns, setting) for name in ("global", "secure", "system")]
    telling = "com.android.providers.settings" in file.path.lower()
    yield from read_database(file, lambda db: read_tables(db, tables, telling))


def _sim(row: Row, doubts: Doubts) -> DeviceFact:
    number = doubts.text(row["icc_id"], "icc_id")
    words = [doubts.text(row[name], name) for name in ("display_name", "carrier_name", "number")]
    return DeviceFact(
        locator=doubts.locator,
        extra=extra_of(row, _SIM[1:], _SIM_UNSET),
        name="SIM card",
        value=number or "",
        text=", ".join(dict.fromkeys(word for word in words if word)) or None,
    )


_SIMS: Final = Table("siminfo", frozenset(("_id", "icc_id")), ("_id", *_SIM), _sim)


def sim_cards(file: EvidenceFile) -> Iterator[Found]:
    """telephony.db: each row of `siminfo`, also of cards that are no longer there (sim_id is then not set)."""
    telling = "com.android.providers.telephony" in file.path.lower()
    yield from read_database(file, lambda db: read_tables(db, (_SIMS,), telling))


def device_user(file: EvidenceFile) -> Iterator[Found]:
    """system/users/<number>.xml: a user (or profile) that is set up on the device; times are milliseconds."""
    doubts = Doubts()
    for element in read_elements(file, "", {"user"}):
        if isinstance(element, Problem):
            yield element
            continue
        doubts.locator = element.place
        attributes = element.attributes
        name = element.first("name")
        yield Present(1)
        yield DeviceFact(
            locator=element.place,
            moments=moments(
                (
                    ("set up", attributes.get("created"), "created"),
                    ("last logged in", attributes.get("lastLoggedIn"), "lastLoggedIn"),
                ),
                doubts,
            ),
            extra=kept(
                attributes,
                ("id", "serialNumber", "type", "flags", "profileGroupId", "lastLoggedInFingerprint", "partial"),
            ),
            name="user of the device",
            value=name.text if name is not None and name.text else f"number {attributes.get('id', '')}",
        )
        yield from doubts.drain()
