"""The tables of messages that Signal has had, and under which name each has the same thing.

Until 2022 texts stood in `sms` and messages with media in `mms`; then all in `mms`, which is called `message` since.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from parsers.sqlite_file import EvidenceDatabase

_COMMON: Final[dict[str, tuple[str, ...]]] = {
    "_id": ("_id",),
    "thread_id": ("thread_id",),
    "date_server": ("date_server",),
    "author": ("from_recipient_id", "recipient_id", "address"),
    "to_recipient_id": ("to_recipient_id",),
    "from_device_id": ("from_device_id", "recipient_device_id", "address_device_id"),
    "kind": ("type", "msg_box"),
    "body": ("body",),
    "read": ("read",),
    "receipt_timestamp": ("receipt_timestamp",),
    "delivered": ("has_delivery_receipt", "delivery_receipt_count"),
    "seen": ("has_read_receipt", "read_receipt_count"),
    "expires_in": ("expires_in",),
    "expire_started": ("expire_started",),
    "quote_id": ("quote_id",),
    "quote_author": ("quote_author",),
    "quote_body": ("quote_body",),
    "shared_contacts": ("shared_contacts",),
    "link_previews": ("link_previews", "previews"),
    "view_once": ("view_once", "reveal_duration"),
    "reactions": ("reactions",),
    "remote_deleted": ("remote_deleted",),
    "deleted_by": ("deleted_by",),
    "viewed": ("viewed", "viewed_receipt_count"),
    "pinned_at": ("pinned_at",),
    "pinned_until": ("pinned_until",),
    "server_guid": ("server_guid",),
    "story_type": ("story_type",),
    "parent_story_id": ("parent_story_id",),
    "scheduled_date": ("scheduled_date",),
    "latest_revision_id": ("latest_revision_id",),
    "original_message_id": ("original_message_id",),
    "revision_number": ("revision_number",),
}
_WHEN: Final[dict[str, dict[str, tuple[str, ...]]]] = {
    "message": {"sent": ("date_sent",), "received": ("date_received",)},
    "mms": {"sent": ("date_sent", "date"), "received": ("date_received",)},
    "sms": {"sent": ("date_sent",), "received": ("date_received", "date")},
}


class Layout(NamedTuple):
    """A table of messages: its name, and a select list under the names of `_COMMON`.

    `author`: it names who wrote what went out, too; before, it was the other side in both directions.
    """

    table: str
    columns: str
    author: bool


def layouts(db: EvidenceDatabase) -> list[Layout]:
    """The tables of messages that the database has; none where it is no database of Signal."""
    tables = db.tables()
    found = []
    for table in _WHEN:
        there = {name.lower() for name in tables.get(table, set())}
        kind = "msg_box" if table == "mms" and "type" not in there else "type"
        if not {"_id", "thread_id", kind, "body"} <= there:
            continue
        # The databases of the telephone's own store and of WhatsApp have tables of these names, too.
        if not there & {"expires_in", "mismatched_identities"}:
            continue
        names = {**_COMMON, **_WHEN[table]}
        columns = ", ".join(_picked(there, name, columns) for name, columns in names.items())
        found.append(Layout(table, columns, "from_recipient_id" in there))
    return found


def _picked(there: set[str], name: str, columns: tuple[str, ...]) -> str:
    column = next((one for one in columns if one in there), None)
    return f"NULL AS {name}" if column is None else f"{column} AS {name}"
