"""Who said what to whom, and who they are: messages, calls, letters, groups, contacts."""

from __future__ import annotations

from typing import ClassVar, Literal

from evidence_store.records.base import Record
from evidence_store.records.values import Member, Party, Quoted, Reaction


class Message(Record, frozen=True, kw_only=True):
    """`conversation` is the key of the thread in its own application; `title` the name it shows, if any.

    `key` is the message's own id in its application; `lat` and `lon` (WGS 84 degrees) a place that was sent.
    """

    kind: ClassVar[str] = "message"
    conversation: str | None = None
    title: str | None = None
    direction: Literal["in", "out"] | None = None
    sender: Party | None = None
    recipients: tuple[Party, ...] = ()
    subject: str | None = None
    text: str | None = None
    key: str | None = None
    quotes: Quoted | None = None
    reactions: tuple[Reaction, ...] = ()
    lat: float | None = None
    lon: float | None = None


class Call(Record, frozen=True, kw_only=True):
    kind: ClassVar[str] = "call"
    conversation: str | None = None
    direction: Literal["in", "out"] | None = None
    sender: Party | None = None
    recipients: tuple[Party, ...] = ()
    outcome: str | None = None
    duration_s: int | None = None
    text: str | None = None


class Contact(Record, frozen=True, kw_only=True):
    """Somebody in a list of people. `text` is what else is said than name, identifiers and organisation."""

    kind: ClassVar[str] = "contact"
    name: str | None = None
    identifiers: tuple[Party, ...] = ()
    organisation: str | None = None
    account: str | None = None
    text: str | None = None


class Group(Record, frozen=True, kw_only=True):
    """A conversation as its application describes it, and who was in it: `identifiers` are the parties of `members`."""

    kind: ClassVar[str] = "group"
    conversation: str | None = None
    title: str | None = None
    identifiers: tuple[Party, ...] = ()
    members: tuple[Member, ...] = ()
    text: str | None = None


class Email(Record, frozen=True, kw_only=True):
    """A letter; `cc` and `bcc` as in its header, `conversation` the thread where its store names one."""

    kind: ClassVar[str] = "email"
    conversation: str | None = None
    title: str | None = None
    direction: Literal["in", "out"] | None = None
    sender: Party | None = None
    recipients: tuple[Party, ...] = ()
    cc: tuple[Party, ...] = ()
    bcc: tuple[Party, ...] = ()
    subject: str | None = None
    text: str | None = None
    key: str | None = None
