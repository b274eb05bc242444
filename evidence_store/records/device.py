"""What a device was set up with and used for: accounts, applications, the web, networks, calendars."""

from __future__ import annotations

from typing import ClassVar

from evidence_store.records.base import Record
from evidence_store.records.values import Party


class Account(Record, frozen=True, kw_only=True):
    """An account that the device or an application is set up with; never its password."""

    kind: ClassVar[str] = "account"
    name: str | None = None
    identifiers: tuple[Party, ...] = ()
    text: str | None = None


class WebVisit(Record, frozen=True, kw_only=True):
    """A visit as a browser recorded it: which address, under which title of the page."""

    kind: ClassVar[str] = "web_visit"
    url: str | None = None
    title: str | None = None
    text: str | None = None


class Bookmark(Record, frozen=True, kw_only=True):
    """An address that was kept in a browser; `folder` as the browser names it."""

    kind: ClassVar[str] = "bookmark"
    url: str | None = None
    title: str | None = None
    folder: str | None = None
    text: str | None = None


class Search(Record, frozen=True, kw_only=True):
    """Words that an application recorded as searched for; `url` the page of results, where there is one."""

    kind: ClassVar[str] = "search"
    text: str | None = None
    url: str | None = None


class Download(Record, frozen=True, kw_only=True):
    """A download as recorded: from where, to which path of the device; `size` in bytes, `outcome` as recorded."""

    kind: ClassVar[str] = "download"
    url: str | None = None
    title: str | None = None
    target: str | None = None
    mime: str | None = None
    size: int | None = None
    outcome: str | None = None
    text: str | None = None


class AppInstall(Record, frozen=True, kw_only=True):
    """An application that the device has or had: `app` its package or bundle id, `title` its name."""

    kind: ClassVar[str] = "app_install"
    app: str
    title: str | None = None
    version: str | None = None
    installer: str | None = None
    text: str | None = None


class AppUse(Record, frozen=True, kw_only=True):
    """What the device recorded of an application's activity; `duration_s` in seconds, `activity` in its own words."""

    kind: ClassVar[str] = "app_use"
    app: str
    title: str | None = None
    activity: str | None = None
    duration_s: float | None = None
    text: str | None = None


class Notification(Record, frozen=True, kw_only=True):
    """A notification as kept by the device: by which application, with which words."""

    kind: ClassVar[str] = "notification"
    app: str | None = None
    title: str | None = None
    text: str | None = None


class CalendarEvent(Record, frozen=True, kw_only=True):
    """An entry of a calendar; `place` as written, `recipients` those who are invited."""

    kind: ClassVar[str] = "calendar_event"
    title: str | None = None
    place: str | None = None
    sender: Party | None = None
    recipients: tuple[Party, ...] = ()
    calendar: str | None = None
    lat: float | None = None
    lon: float | None = None
    text: str | None = None


class Note(Record, frozen=True, kw_only=True):
    kind: ClassVar[str] = "note"
    title: str | None = None
    folder: str | None = None
    text: str | None = None


class Network(Record, frozen=True, kw_only=True):
    """A remembered network or device near by; `technology` is "Wi-Fi", "Bluetooth", "mobile". Never its key."""

    kind: ClassVar[str] = "network"
    technology: str
    name: str | None = None
    address: str | None = None
    security: str | None = None
    lat: float | None = None
    lon: float | None = None
    text: str | None = None


class DeviceFact(Record, frozen=True, kw_only=True):
    """One thing that the device says of itself: "time zone" is "Europe/London"."""

    kind: ClassVar[str] = "device_fact"
    name: str
    value: str
    text: str | None = None
