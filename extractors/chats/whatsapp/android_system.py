"""What the application itself wrote into a chat on Android: events of groups, numbers, settings.

References:
- IPED and Amberkeep (open-source readers): the codes of `message_system.action_type`; those of which only one of them
  knows, or both differ, are given as numbers
"""

from __future__ import annotations

from typing import Any, Final

from extractors.chats.whatsapp.beside import Beside, Side
from extractors.chats.whatsapp.draft import Context, Draft, who_words
from extractors.chats.whatsapp.events import sentence
from extractors.chats.whatsapp.parties import number_of
from extractors.database import stored
from parsers.sqlite_file import Row

ACTIONS: Final[dict[Any, str]] = {
    1: "subject of the group changed",
    4: "added to the group",
    5: "left the group",
    6: "picture of the group changed",
    7: "removed from the group",
    10: "phone number changed",
    11: "group set up",
    12: "added to the group",
    13: "left the group",
    14: "removed from the group",
    15: "now an administrator",
    16: "no longer an administrator",
    18: "security code changed",
    19: "messages are end-to-end encrypted",
    20: "joined by the group's link",
    21: "the group's link was reset",
    27: "description of the group changed",
    28: "phone number changed",
    29: "only administrators can edit the group",
    30: "all members can edit the group",
    31: "only administrators can send to the group",
    32: "all members can send to the group",
    46: "the chat is with a business account",
    47: "the chat is with an official business account",
    50: "no business account any more",
    52: "joined the group by an invitation",
    56: "timer of disappearing messages changed",
    57: "linked devices changed",
    58: "contact blocked or unblocked",
    59: "timer of disappearing messages changed",
    67: "messages are end-to-end encrypted",
    68: "default timer of disappearing messages in use",
    69: "notice about a business account",
    70: "group call started",
    75: "group added to a community",
    78: "group removed from a community",
    79: "joined the group from its community",
    80: "message kept in the chat",
    84: "new members need an administrator's approval",
    85: "new members need no approval",
    87: "group linked to a community",
    91: "all members can add members",
    92: "only administrators can add members",
    108: "group added to a community",
    118: "message pinned",
    129: "the sender is in the contacts",
    136: "contact joined WhatsApp",
    165: "user name changed",
}
SIDES: Final = (
    Side("message_system", ("action_type",)),
    Side("message_system_group", ("is_me_joined",)),
    Side("message_system_chat_participant", ("user_jid_row_id",)),
    Side("message_system_number_change", ("old_jid_row_id", "new_jid_row_id")),
    Side("message_system_value_change", ("old_data",)),
    Side("message_system_photo_change", ("new_photo_id",)),
    Side("message_system_block_contact", ("is_blocked",)),
    Side("message_system_device_change", ("device_added_count", "device_removed_count")),
    Side("message_system_business_state", ("business_name",)),
    Side("message_system_username_change", ("old_username", "new_username")),
    Side("message_system_with_group_nodes", ("group_subject",)),
    Side("message_system_linked_group_call", ("call_id", "is_video_call")),
    Side("message_ephemeral_setting", ("setting_duration",)),
    Side("message_system_reminder_setup", ("reminder_content", "reminder_timestamp_ms")),
    Side("message_system_scheduled_call_start", ("call_title", "call_timestamp_ms")),
    Side("message_system_event_updates", ("event_name",)),
    Side("message_system_lid_change", ("old_lid_row_id", "new_lid_row_id", "display_name")),
    Side("message_system_sibling_group_link_change", ("subgroup_raw_jid", "subgroup_subject")),
    Side("message_system_group_with_parent", ("linked_parent_group_name",)),
    Side("message_limit_sharing_setting", ("enabled",)),
)
# Side table -> column -> what it is called in `extra`.
_VALUES: Final = {
    "message_system_group": {"is_me_joined": "is_me_joined"},
    "message_system_value_change": {"old_data": "old value"},
    "message_system_photo_change": {"new_photo_id": "new_photo_id"},
    "message_system_block_contact": {"is_blocked": "is_blocked"},
    "message_system_device_change": {
        "device_added_count": "device_added_count",
        "device_removed_count": "device_removed_count",
    },
    "message_system_business_state": {"business_name": "business_name"},
    "message_system_username_change": {"old_username": "old user name", "new_username": "new user name"},
    "message_system_with_group_nodes": {"group_subject": "group_subject"},
    "message_system_linked_group_call": {"call_id": "call_id", "is_video_call": "is_video_call"},
    "message_ephemeral_setting": {"setting_duration": "setting_duration"},
    "message_system_reminder_setup": {"reminder_content": "reminder"},
    "message_system_scheduled_call_start": {"call_title": "scheduled call title"},
    "message_system_event_updates": {"event_name": "event name"},
    "message_system_lid_change": {"display_name": "display name"},
    "message_system_sibling_group_link_change": {"subgroup_raw_jid": "group", "subgroup_subject": "group_subject"},
    "message_system_group_with_parent": {"linked_parent_group_name": "community"},
    "message_limit_sharing_setting": {"enabled": "limited sharing enabled"},
}
_TIMES: Final = {
    "message_system_reminder_setup": ("reminder_timestamp_ms", "reminder"),
    "message_system_scheduled_call_start": ("call_timestamp_ms", "call scheduled for"),
}


def system(draft: Draft, found: Beside, context: Context, early: Any = None) -> None:
    """Puts what the application recorded of an event into words, and its codes and values into `extra`.

    `early` is the code where it stands in the message itself.
    """
    action = next((row["action_type"] for row in found.get("message_system", [])), early)
    draft.keep("action_type", action)
    people = participants(draft, found.get("message_system_chat_participant", []), context)
    changed = _number_change(draft, found.get("message_system_number_change", []), context)
    for table, columns in _VALUES.items():
        for row in found.get(table, []):
            for column, name in columns.items():
                draft.keep(name, row[column])
    for table, (column, meaning) in _TIMES.items():
        draft.moments += [
            context.doubts.moment(meaning, row[column], "ms", column) for row in found.get(table, []) if row[column]
        ]
    for row in found.get("message_system_lid_change", []):
        for column, name in (("old_lid_row_id", "old lid"), ("new_lid_row_id", "new lid")):
            draft.keep(name, context.people.raw(row[column]))
    if action is not None or not draft.text:
        words = ACTIONS.get(action) or (f"system event {stored(action)}" if action is not None else "system event")
        actor = draft.sender.identifier if draft.sender else None
        draft.text = sentence(words, draft.text, actor, people, changed)


def participants(draft: Draft, rows: list[Row], context: Context) -> list[str]:
    """The members that an event names, also put into `extra`."""
    people = []
    for row in rows:
        someone = who_words(context.people, row["user_jid_row_id"], context.doubts, "user_jid_row_id")
        if someone:
            people.append(someone)
            draft.keep("participant", someone)
    return people


def _number_change(draft: Draft, rows: list[Row], context: Context) -> str:
    words = ""
    for row in rows:
        old, new = (context.people.raw(row[column]) for column in ("old_jid_row_id", "new_jid_row_id"))
        draft.keep("old number", old)
        draft.keep("new number", new)
        words = f"{number_of(old) if old else 'not recorded'} to {number_of(new) if new else 'not recorded'}"
    return words
