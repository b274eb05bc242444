"""The devices that are linked to a WhatsApp account, as the phone lists them (companion_devices.db)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Final

from evidence_store.records import Account
from extractors.android.tables import Table, read_tables
from extractors.base import EvidenceFile, Found, extractor
from extractors.chats.whatsapp.parties import SERVICE, is_business, party
from extractors.database import Doubts, read_database, stored
from parsers.sqlite_file import Row

_NEEDED: Final = {"_id", "device_id", "device_os", "last_active"}
_COLUMNS: Final = (
    *("_id", "device_id", "device_os", "platform_type", "last_active", "login_time", "logout_time", "place_name"),
    "nickname",
)
_TIMES: Final = {"login_time": "linked", "last_active": "last active", "logout_time": "logged out"}


@extractor(
    id="whatsapp.android_devices",
    version=1,
    title="WhatsApp linked devices on Android",
    files=("**/com.whatsapp/databases/companion_devices.db", "**/com.whatsapp.w4b/databases/companion_devices.db"),
    tables=({"devices": _NEEDED | {"platform_type", "login_time", "adv_key_index", "full_sync_required"}},),
    emits=(Account,),
    privacy="communications",
    layouts="companion_devices.db with the table devices, versions 3 to 25 (2020 on)",
    tested_on="documented schema, no device data",
    limits="The place is what the device or the server reported when it was linked. Devices that are no longer linked "
    "are gone from the table, or have the time of their logging out.",
)
def android_devices(file: EvidenceFile) -> Iterator[Found]:
    """Every row of `devices`. Times are milliseconds.

    References:
    - the schema as WhatsApp writes it: devices(device_id, device_os, platform_type, last_active, login_time,
      logout_time, place_name, nickname)
    """
    service = f"{SERVICE} Business" if is_business(file.path) else SERVICE
    table = Table("devices", frozenset(_NEEDED), _COLUMNS, partial(_device, service))
    yield from read_database(file, lambda db: read_tables(db, (table,), telling="whatsapp" in file.path.lower()))


def _device(service: str, row: Row, doubts: Doubts) -> Account:
    texts = {name: doubts.text(row[name], name) for name in ("device_id", "device_os", "place_name", "nickname")}
    extra = [(name, text) for name, text in texts.items() if text and name != "device_id"]
    if row["platform_type"] is not None:
        extra.append(("platform_type", stored(row["platform_type"])))
    times = [(meaning, column) for column, meaning in _TIMES.items() if row[column] not in (None, 0)]
    gone = row["logout_time"] not in (None, 0)
    return Account(
        locator=doubts.locator,
        service=service,
        moments=tuple(doubts.moment(meaning, row[column], "ms", column) for meaning, column in times),
        flags=("linked device", *(("logged out",) if gone else ())),
        extra=tuple(extra),
        name=texts["nickname"] or texts["device_os"] or None,
        identifiers=(party(texts["device_id"]),) if texts["device_id"] else (),
        text="\n".join(text for text in texts.values() if text) or None,
    )
