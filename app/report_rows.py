"""The schedule of a report: items and gap rows in printing order, read from the store page by page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Literal

from sqlalchemy import Connection

from app.item_content import content, recovery, who
from app.local_time import LocalTime
from evidence_store import queries, threads
from evidence_store.derive import principal
from evidence_store.queries import Detail
from evidence_store.selection import NO_CONVERSATION, Selection
from evidence_store.words import side_by_side
from report_templates.data import AttachmentRow, GapRow, ItemRow

_PAGE = 500
_EXCHANGED = frozenset({"message", "call", "email"})


class ReportRows:
    """The schedule: items and gap rows in printing order, read page by page at each call."""

    def __init__(
        self,
        connection: Connection,
        chosen: Selection,
        order: Literal["time", "conversation"],
        clock: LocalTime,
        place: dict[int, int],
        partly: frozenset[int],
        pictures: dict[int, bytes],
    ) -> None:
        self._connection = connection
        self._chosen = chosen
        self._order = order
        self._clock = clock
        self._place = place
        self._partly = partly  # conversations of which not everything is shown: only there can be gaps
        self._pictures = pictures

    def __call__(self) -> Iterator[ItemRow | GapRow]:
        if self._order == "time":
            yield from self._run(self._chosen)
            return
        for conversation in sorted(self._place, key=lambda one: self._place[one]):
            yield from self._run(replace(self._chosen, conversation=conversation))
        if self._chosen.conversation is None:
            yield from self._run(replace(self._chosen, conversation=NO_CONVERSATION))

    def _run(self, chosen: Selection) -> Iterator[ItemRow | GapRow]:
        after: tuple[int | None, int] | None = None
        last: dict[int, threads.Place] = {}
        while page := queries.page(self._connection, chosen, after, _PAGE):
            wanted = [one for one, _ in page]
            for item in queries.details(self._connection, wanted):
                if item.conversation_id in self._partly:
                    here = threads.place(item.when_us, item.id)
                    if item.conversation_id in last:
                        yield from self._gap(item.conversation_id, last[item.conversation_id], here)
                    last[item.conversation_id] = here
                yield self._row(item)
            after = (page[-1][1], page[-1][0])

    def _gap(self, conversation: int, before: threads.Place, here: threads.Place) -> Iterator[GapRow]:
        found = threads.between(self._connection, conversation, before, here)
        if found:
            count, first, last = found
            yield GapRow(self._place[conversation], count, first, last)

    def _row(self, item: Detail) -> ItemRow:
        record, clock = item.record, self._clock
        moments = item.moments
        first = principal(moments)
        sender = record.get("sender")
        return ItemRow(
            number=item.number,
            kind=item.kind.replace("_", " ").capitalize(),
            service=item.service,
            when=clock.moment(first) if first else "no time recorded",
            when_utc=clock.utc(first["utc_us"]) if first else "",
            clock=first["clock"] if first else "",
            sender=who(sender) if sender else "",
            recipients=side_by_side([who(other) for other in record.get("recipients", ())], ", "),
            direction=item.direction or "",
            text=content(item),
            flags=(*record.get("flags", ()), *([recovery(record)] if recovery(record) else [])),
            moments=tuple(
                f"{one['meaning']} {clock.moment(one)} ({one['clock']})" for one in moments if one is not first
            ),
            attachments=tuple(self._attachment(one) for one in item.attachments) + self._itself(item),
            conversation=self._place.get(item.conversation_id) if item.conversation_id else None,
            deleted=item.deleted,
            source=item.source,
            file=item.file,
            file_sha256=item.file_sha256 or "",
            locator=record["locator"],
            extractor=item.extractor,
            sha256=item.sha256,
            tags=item.tags,
            exchanged=item.kind in _EXCHANGED,
        )

    def _attachment(self, one: dict[str, Any]) -> AttachmentRow:
        return AttachmentRow(
            name=one["name"],
            state=one["state"],
            mime=one["mime"] or "",
            size=one["size"],
            sha256=one["sha256"] or "",
            path=one["path"] or "",
            picture=self._pictures.get(one["file_id"]),
        )

    def _itself(self, item: Detail) -> tuple[AttachmentRow, ...]:
        picture = self._pictures.get(item.file_id) if item.kind == "media_item" else None
        if picture is None:
            return ()
        name = item.file.rpartition("/")[2]
        size = item.record.get("size")
        return (
            AttachmentRow(
                name, "present", item.record.get("mime", ""), size, item.file_sha256 or "", item.file, picture
            ),
        )
