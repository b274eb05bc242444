"""What stands in WhatsApp's database on iOS beside messages: what was written and not sent, changes of members.

References:
- iLEAPP (open-source reader): ZWAGROUPMEMBERSCHANGE, whose ZCHANGETYPE nobody documents; ZWACHATSESSION.ZSAVEDINPUT
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from evidence_store.records import Message, Moment, Present, Problem
from extractors.base import Found
from extractors.chats.whatsapp.events import sentence
from extractors.chats.whatsapp.ios_people import IosPeople
from extractors.database import Doubts, each_row, selecting, stored
from parsers.sqlite_file import EvidenceDatabase, Row, lacking

CHANGES: Final = "ZWAGROUPMEMBERSCHANGE"
_COLUMNS: Final = ("Z_PK", "ZCHANGETYPE", "ZCHANGEDATE", "ZGROUPJID", "ZMEMBERJIDS")
_BETWEEN: Final = re.compile(r"[\s,;]+")


def drafts(people: IosPeople, service: str, doubts: Doubts) -> Iterator[Found]:
    """What was written in a chat and not sent; the database does not say when."""
    for chat in people.chats.values():
        written = chat.row["ZSAVEDINPUT"] if chat.row else None
        if written in (None, ""):
            continue
        doubts.locator = f"ZWACHATSESSION:Z_PK={chat.row['Z_PK'] if chat.row else ''}"
        yield Present(1)
        yield Message(
            locator=doubts.locator,
            service=service,
            flags=("draft",),
            extra=chat.other.lid if chat.other else (),
            conversation=chat.key,
            title=chat.title,
            direction="out",
            recipients=(chat.other.party,) if chat.other else (),
            text=doubts.text(written, "ZSAVEDINPUT"),
        )
        yield from doubts.drain()


def member_changes(db: EvidenceDatabase, people: IosPeople, service: str, doubts: Doubts) -> Iterator[Found]:
    """Every row of ZWAGROUPMEMBERSCHANGE; what its type means is not known."""
    if lacking(db, {CHANGES: {"Z_PK"}}):
        return
    titles = {chat.key: chat.title for chat in people.chats.values()}
    gaps: list[Problem] = []
    for row in each_row(db, CHANGES, selecting(db, CHANGES, _COLUMNS), gaps, key="Z_PK"):
        doubts.locator = f"{CHANGES}:Z_PK={row['Z_PK']}"
        yield _change(row, titles, people, service, doubts)
        yield from doubts.drain()
    yield from gaps


def _change(row: Row, titles: dict[str, str | None], people: IosPeople, service: str, doubts: Doubts) -> Message:
    group = doubts.text(row["ZGROUPJID"], "ZGROUPJID") or None
    listed = doubts.text(row["ZMEMBERJIDS"], "ZMEMBERJIDS") or ""
    members = [people.who(one) for one in _BETWEEN.split(listed) if "@" in one]
    names = [one.party.identifier for one in members]
    lids = tuple(dict.fromkeys(lid for one in members for lid in one.lid))
    moments: tuple[Moment, ...] = ()
    if row["ZCHANGEDATE"]:
        moments = (doubts.moment("recorded", row["ZCHANGEDATE"], "cocoa s", "ZCHANGEDATE"),)
    words = f"members of the group changed, type {stored(row['ZCHANGETYPE']) or 'not recorded'}"
    return Message(
        locator=doubts.locator,
        service=service,
        moments=moments,
        flags=("system",),
        extra=(*(("participant", name) for name in names), *lids, *((("ZMEMBERJIDS", listed),) if listed else ())),
        conversation=group,
        title=titles.get(group) if group else None,
        text=sentence(words, people=names),
    )
