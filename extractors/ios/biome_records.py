"""What an entry of a Biome stream becomes: the use of an application, a state of the device, a notification …"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Literal

from evidence_store.records import (
    AppInstall,
    AppUse,
    DeviceFact,
    Message,
    Network,
    Note,
    Notification,
    Party,
    Record,
    TableRow,
    WebVisit,
)
from extractors.database import stored
from extractors.ios.biome_values import Event, is_name
from extractors.ios.sms_people import party

Maker = Callable[[Event], Record]
# "starting" of an application, and of a device that is connected.
_BEGINS: Final = {1: ("starting",), 0: ("ending",)}
_DIRECTIONS: Final[dict[int, Literal["in", "out"]]] = {1: "out", 0: "in"}
_CONNECTED: Final = {1: ("connected",), 0: ("not connected",)}


def use(activity: str, app: str = "bundleID", lines: tuple[str, ...] = ()) -> Maker:
    """The use of an application; the first of `lines` that is set is the title."""

    def make(event: Event) -> AppUse:
        flags = (*event.flags, *_BEGINS.get(_whole(event, "starting"), ()))
        name = event.text(app)
        told = [text for line in lines if (text := _joined(event, line))]
        return AppUse(
            locator=event.doubts.locator,
            moments=event.moments,
            deleted=event.deleted,
            flags=flags,
            extra=event.rest(),
            app=name or "",
            title=told[0] if told else None,
            activity=activity,
            text="\n".join(dict.fromkeys(told)) or None,
        )

    return make


def _whole(event: Event, name: str) -> int:
    """A whole number, -1 where it is not set."""
    found = event.number(name)
    return found if isinstance(found, int) else -1


def _joined(event: Event, name: str) -> str:
    """The texts of a field; those of a repeated one as steps of a path."""
    return " > ".join(event.texts(name))


def visit(event: Event) -> WebVisit:
    """A visit as Safari recorded it, or a page with its words as the system keeps it for its suggestions."""
    url, title, text = event.text("url"), event.text("title"), event.text("content")
    return WebVisit(
        locator=event.doubts.locator,
        service="Safari",
        moments=event.moments,
        deleted=event.deleted,
        flags=event.flags,
        extra=event.rest(),
        url=url,
        title=title,
        text=text,
    )


def notification(event: Event) -> Notification:
    """What happened to a notification, and its words; the kinds of use are numbers that nobody has published."""
    kind = event.number("usageType")
    app, title = event.text("bundleID", "sectionID"), event.text("title")
    told = [text for name in ("subtitle", "body") if (text := event.text(name))]
    return Notification(
        locator=event.doubts.locator,
        moments=event.moments,
        deleted=event.deleted,
        flags=event.flags if kind is None else (*event.flags, f"type {kind}"),
        extra=event.rest(),
        app=app,
        title=title,
        text="\n".join(told) or None,
    )


def install(event: Event) -> AppInstall:
    """An application that was put on the device, or taken off."""
    flags = {1: ("install",), 0: ("no install",)}.get(_whole(event, "isInstall"), ())
    app, title = event.text("bundleID"), event.text("title")
    return AppInstall(
        locator=event.doubts.locator,
        moments=event.moments,
        deleted=event.deleted,
        flags=(*event.flags, *flags),
        extra=event.rest(),
        app=app or "",
        title=title,
    )


def network(technology: str, name: str, address: str = "") -> Maker:
    """A network or a device that the device was connected to, or no longer."""

    def make(event: Event) -> Network:
        flags = (*event.flags, *_CONNECTED.get(_whole(event, "starting"), ()))
        return Network(
            locator=event.doubts.locator,
            name=event.text(name),
            address=event.text(address) if address else None,
            moments=event.moments,
            deleted=event.deleted,
            flags=flags,
            extra=event.rest(),
            technology=technology,
        )

    return make


def state(name: str, value: str = "starting", words: tuple[str, str] | None = ("yes", "no")) -> Maker:
    """A state of the device; `words` are what 1 and 0 are called."""

    def make(event: Event) -> DeviceFact:
        found = event.take(value)
        told = stored(found)
        if words is not None and isinstance(found, int) and found in (0, 1):
            told = words[0] if found else words[1]
        return DeviceFact(
            locator=event.doubts.locator,
            moments=event.moments,
            deleted=event.deleted,
            flags=(*event.flags, *_BEGINS.get(_whole(event, "starting"), ())),
            extra=event.rest(),
            name=name,
            value=told,
        )

    return make


def motion(event: Event) -> DeviceFact:
    """How the device was moved, as its sensors had it."""
    kinds = ("stationary", "walking", "running", "automotive", "cycling", "unknown")
    told = [kind for kind in kinds if event.number(kind) == 1]
    return DeviceFact(
        locator=event.doubts.locator,
        moments=event.moments,
        deleted=event.deleted,
        flags=event.flags,
        extra=event.rest(),
        name="motion, as inferred by the system",
        value=", ".join(told),
    )


def note(event: Event) -> Note:
    """The words of a note, as the system keeps them for its suggestions."""
    title, text = event.text("title"), event.text("content")
    return Note(
        locator=event.doubts.locator,
        moments=event.moments,
        deleted=event.deleted,
        flags=event.flags,
        extra=event.rest(),
        title=title,
        text=text,
    )


def message(event: Event) -> Message:
    """A message as the system keeps it for its suggestions; it may be gone from the application's own store."""
    direction = _DIRECTIONS.get(_whole(event, "isFromMe"))
    senders = [_party(*one) for one in event.handles("fromHandle")]
    author = event.text("author")
    return Message(
        locator=event.doubts.locator,
        service=event.text("messagesService") or "",
        conversation=event.text("conversationId"),
        text=event.text("content"),
        key=event.text("uniqueID"),
        moments=event.moments,
        deleted=event.deleted,
        flags=event.flags,
        direction=direction,
        sender=senders[0] if senders else party(author),
        recipients=tuple(_party(*one) for one in event.handles("toHandles")),
        extra=event.rest() if not senders or author is None else (*event.rest(), ("author", author)),
    )


def _party(handle: str | None, name: str | None) -> Party:
    found = party(handle)
    return Party(name or "", "name") if found is None else Party(found.identifier, found.scheme, name)


def row(event: Event) -> TableRow:
    """An entry whose layout nobody has published, or of which nothing is left."""
    return TableRow(
        locator=event.doubts.locator,
        moments=event.moments,
        deleted=event.deleted,
        flags=event.flags,
        extra=event.extra,
        table=event.stream,
        columns=tuple(event.values),
        text="\n".join(value for _, value in event.values if isinstance(value, str) and is_name(value)) or None,
    )
