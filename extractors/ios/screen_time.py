"""Screen time as iOS adds it up: RMAdminStore."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from evidence_store.records import Account, AppInstall, AppUse, DeviceFact, Moment, Party, Problem
from extractors.base import EvidenceFile, Found, extractor
from extractors.database import Doubts, read_database, stored
from extractors.ios.accounts import party
from extractors.ios.core_data import Extra, each_record, named, rows_by_key, set_times
from parsers.sqlite_file import EvidenceDatabase, Row, lacking

_TIMED: Final = ("ZTOTALTIMEINSECONDS", "ZUSAGETRUSTED", "ZCATEGORY", "ZBUNDLEIDENTIFIER", "ZDOMAIN")
_COUNTED: Final = ("ZNUMBEROFNOTIFICATIONS", "ZNUMBEROFPICKUPS", "ZUSAGETRUSTED", "ZBLOCK", "ZBUNDLEIDENTIFIER")
_CATEGORY: Final = ("ZIDENTIFIER", "ZTOTALTIMEINSECONDS", "ZBLOCK")
_BLOCK: Final = (
    *("ZDURATIONINMINUTES", "ZNUMBEROFPICKUPSWITHOUTAPPLICATIONUSAGE", "ZSCREENTIMEINSECONDS", "ZUSAGE"),
    *("ZSTARTDATE", "ZFIRSTPICKUPDATE", "ZLASTEVENTDATE", "ZLONGESTSESSIONSTARTDATE", "ZLONGESTSESSIONENDDATE"),
)
_BLOCK_TIMES: Final = (
    ("stretch began", "ZSTARTDATE"),
    ("first pickup", "ZFIRSTPICKUPDATE"),
    ("last event", "ZLASTEVENTDATE"),
    ("longest session began", "ZLONGESTSESSIONSTARTDATE"),
    ("longest session ended", "ZLONGESTSESSIONENDDATE"),
)
_DEVICE: Final = ("ZNAME", "ZIDENTIFIER", "ZPLATFORM", "ZLOCALUSERDEVICESTATE")
_USER: Final = ("ZDSID", "ZALTDSID", "ZAPPLEID", "ZFAMILYMEMBERTYPE", "ZFAMILYNAME", "ZGIVENNAME", "ZISPARENT")
_APP: Final = ("ZBUNDLEIDENTIFIER", "ZDISPLAYNAME", "ZINSTALLEDLOCALLY", "ZUSERDEVICESTATE")
_STATE: Final = ("ZDEVICE", "ZUSER")


@extractor(
    id="ios.screen_time",
    version=1,
    title="Screen time",
    files=("**/RMAdminStore-*.sqlite",),
    tables=({"ZUSAGETIMEDITEM": {"Z_PK", "ZTOTALTIMEINSECONDS"}, "ZUSAGEBLOCK": {"Z_PK"}},),
    emits=(AppUse, AppInstall, DeviceFact, Account),
    privacy="device",
    layouts="RMAdminStore-Local.sqlite and -Cloud.sqlite of iOS 12 to 18",
    tested_on="iOS 13 image: 777 timed and 719 counted entries, 744 stretches, 156 applications, 3 devices, 1 member",
    limits="Entries are sums over stretches of mostly one hour, of all devices that share screen time: the device is "
    "named with each. Limits, downtime and requests for more time are not read, passcodes never.",
)
def screen_time(file: EvidenceFile) -> Iterator[Found]:
    """Every row of the timed and counted items, the stretches, applications, devices and members.

    A timed item belongs to a category, a category to a stretch (`ZUSAGEBLOCK`), a stretch to a user and a device. Times
    are seconds since 2001.

    References:
    - the layout as the file itself declares it
    """
    yield from read_database(file, _read)


def _read(db: EvidenceDatabase) -> Iterator[Found]:
    if unknown := lacking(db, {"ZUSAGETIMEDITEM": {"Z_PK", "ZTOTALTIMEINSECONDS"}, "ZUSAGEBLOCK": {"Z_PK"}}):
        yield Problem("schema", "unknown-layout", unknown)
        return
    gaps: list[Problem] = []
    stretches = _Stretches(db, gaps)
    yield from each_record(db, "ZUSAGETIMEDITEM", _TIMED, stretches.timed)
    tables = db.tables()
    if "ZUSAGECOUNTEDITEM" in tables:
        yield from each_record(db, "ZUSAGECOUNTEDITEM", _COUNTED, stretches.counted)
    yield from each_record(db, "ZUSAGEBLOCK", _BLOCK, stretches.block)
    if "ZINSTALLEDAPP" in tables:
        yield from each_record(db, "ZINSTALLEDAPP", _APP, stretches.app)
    if "ZCOREDEVICE" in tables:
        yield from each_record(db, "ZCOREDEVICE", _DEVICE, _device)
    if "ZCOREUSER" in tables:
        yield from each_record(db, "ZCOREUSER", _USER, _user)
    yield from gaps


class _Stretches:
    """The side tables, and what they say of an entry: when, on which device, whose."""

    def __init__(self, db: EvidenceDatabase, gaps: list[Problem]) -> None:
        self.categories = rows_by_key(db, "ZUSAGECATEGORY", _CATEGORY, gaps)
        self.blocks = rows_by_key(db, "ZUSAGEBLOCK", _BLOCK, gaps)
        self.usages = rows_by_key(db, "ZUSAGE", ("ZDEVICE", "ZUSER"), gaps)
        self.devices = rows_by_key(db, "ZCOREDEVICE", _DEVICE, gaps)
        self.users = rows_by_key(db, "ZCOREUSER", _USER, gaps)
        self.states = rows_by_key(db, "ZUSERDEVICESTATE", _STATE, gaps)

    def timed(self, row: Row, doubts: Doubts) -> AppUse:
        category = self.categories.get(row["ZCATEGORY"])
        moments, where = self._stretch(None if category is None else category["ZBLOCK"], doubts)
        bundle = doubts.text(row["ZBUNDLEIDENTIFIER"], "ZBUNDLEIDENTIFIER")
        domain = doubts.text(row["ZDOMAIN"], "ZDOMAIN")
        seconds = doubts.number(row["ZTOTALTIMEINSECONDS"], "ZTOTALTIMEINSECONDS")
        kind = () if category is None else (("category", stored(category["ZIDENTIFIER"])),)
        return AppUse(
            locator=doubts.locator,
            service="Screen Time",
            moments=moments,
            flags=("web site",) if domain and not bundle else (),
            extra=(*kind, *where, *named(row, ("ZUSAGETRUSTED",), (None, "", 1))),
            app=bundle or domain or "",
            title=domain if bundle else None,
            activity="screen time",
            duration_s=None if seconds is None else float(seconds),
        )

    def counted(self, row: Row, doubts: Doubts) -> AppUse:
        moments, where = self._stretch(row["ZBLOCK"], doubts)
        counts = named(row, ("ZNUMBEROFNOTIFICATIONS", "ZNUMBEROFPICKUPS"), (None, ""))
        return AppUse(
            locator=doubts.locator,
            service="Screen Time",
            moments=moments,
            extra=(*counts, *where, *named(row, ("ZUSAGETRUSTED",), (None, "", 1))),
            app=doubts.text(row["ZBUNDLEIDENTIFIER"], "ZBUNDLEIDENTIFIER") or "",
            activity="notifications and pickups",
        )

    def block(self, row: Row, doubts: Doubts) -> DeviceFact:
        names = ("ZDURATIONINMINUTES", "ZNUMBEROFPICKUPSWITHOUTAPPLICATIONUSAGE")
        return DeviceFact(
            locator=doubts.locator,
            service="Screen Time",
            moments=set_times(row, _BLOCK_TIMES, doubts),
            extra=(*named(row, names), *self._whose(row["ZUSAGE"])),
            name="screen time of a stretch, seconds",
            value=stored(row["ZSCREENTIMEINSECONDS"]),
        )

    def app(self, row: Row, doubts: Doubts) -> AppInstall:
        state = self.states.get(row["ZUSERDEVICESTATE"])
        return AppInstall(
            locator=doubts.locator,
            service="Screen Time",
            extra=self._who(state["ZDEVICE"], state["ZUSER"]) if state else (),
            app=doubts.text(row["ZBUNDLEIDENTIFIER"], "ZBUNDLEIDENTIFIER") or "",
            title=doubts.text(row["ZDISPLAYNAME"], "ZDISPLAYNAME"),
        )

    def _stretch(self, key: object, doubts: Doubts) -> tuple[tuple[Moment, ...], Extra]:
        block = self.blocks.get(key)
        if block is None:
            doubts.add("no-stretch", "there is no row of ZUSAGEBLOCK for this entry: when it was is not known")
            return (), ()
        times = set_times(block, _BLOCK_TIMES[:1], doubts)
        return times, (*named(block, ("ZDURATIONINMINUTES",)), *self._whose(block["ZUSAGE"]))

    def _whose(self, key: object) -> Extra:
        usage = self.usages.get(key)
        return () if usage is None else self._who(usage["ZDEVICE"], usage["ZUSER"])

    def _who(self, device_key: object, user_key: object) -> Extra:
        """The device, and the member of the family; no device means the sum over all of them."""
        device, user = self.devices.get(device_key), self.users.get(user_key)
        found: list[tuple[str, str]] = []
        if device is not None:
            found.append(("device", stored(device["ZNAME"]) or stored(device["ZIDENTIFIER"])))
        elif device_key is None:
            found.append(("device", "all devices together"))
        if user is not None and (name := _name(user)):
            found.append(("member", name))
        return tuple(found)


def _name(user: Row) -> str:
    return " ".join(str(user[name]) for name in ("ZGIVENNAME", "ZFAMILYNAME") if isinstance(user[name], str))


def _device(row: Row, doubts: Doubts) -> DeviceFact:
    here = row["ZLOCALUSERDEVICESTATE"] is not None
    return DeviceFact(
        locator=doubts.locator,
        service="Screen Time",
        extra=named(row, ("ZIDENTIFIER", "ZPLATFORM")),
        name="name of this device" if here else "another device of the account",
        value=doubts.text(row["ZNAME"], "ZNAME") or stored(row["ZIDENTIFIER"]),
    )


def _user(row: Row, doubts: Doubts) -> Account:
    apple_id = doubts.text(row["ZAPPLEID"], "ZAPPLEID")
    number = stored(row["ZDSID"])
    found = [party(apple_id)] if apple_id else []
    if number:
        found.append(Party(number, "apple id"))
    return Account(
        locator=doubts.locator,
        service="Screen Time",
        extra=named(row, ("ZALTDSID", "ZFAMILYMEMBERTYPE", "ZISPARENT")),
        name=_name(row) or None,
        identifiers=tuple(found),
    )
