"""Which applications Android has, and since when: the package manager's own files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from evidence_store.records import AppInstall, AppUse, Moment, Present, Problem
from extractors.android.package_lists import acquired_packages, package_list, package_usage
from extractors.android.xml_file import Extra, hexadecimal, kept, read_elements, user_of, whole
from extractors.base import EvidenceFile, Found, extractor
from extractors.database import Doubts
from extractors.matching import without_copy_mark
from parsers.xml_events import Element

_PACKAGE: Final = (
    *("codePath", "userId", "sharedUserId", "installInitiator", "installOriginator", "installInitiatorUninstalled"),
    *("isOrphaned", "packageSource", "categoryHint", "volumeUuid", "installStatus", "uidError", "primaryCpuAbi"),
    *("publicFlags", "privateFlags", "pkgFlags", "flags", "appMetadataFilePath", "updateOwner"),
)
_FLAGS: Final = ((0x1, "system"), (0x2, "debuggable"), (0x80, "updated system app"), (0x100, "test only"))
_TIMES: Final = (("installed", "it"), ("updated", "ut"), ("file modified", "ft"))
_RESTRICTION: Final = (
    *("ceDataInode", "enabled", "enabledCaller", "install-reason", "uninstall-reason", "distraction_flags"),
    *("suspending-package", "archive-time"),
)
_DISABLED: Final = {"2": "disabled", "3": "disabled-user", "4": "disabled-until-used"}


@extractor(
    id="android.packages",
    version=3,
    title="Android: applications as the package manager records them",
    files=(
        *("**/packages.xml", "**/packages-backup.xml", "**/packages.xml.reservecopy", "**/packages.list"),
        *("**/package-restrictions.xml", "**/package-restrictions-backup.xml", "**/package-usage.list"),
        *("**/package-restrictions.xml.reservecopy", "**/packages.json"),
    ),
    emits=(AppInstall, AppUse),
    privacy="device",
    layouts="packages.xml (text of Android 4 to 11, binary from 12 on), package-restrictions.xml, packages.list, "
    "package-usage.list; packages.json of androidqf",
    tested_on="package list of an androidqf acquisition: 7 applications; the system's own files built to the published "
    "layout",
    limits="The version is the code that Android counts by, not the name that is shown. Times of system applications "
    "are often those of the firmware. Signatures, run-time permissions of Android 6 and later and components are not "
    "read.",
)
def packages(file: EvidenceFile) -> Iterator[Found]:
    """A record for each package in each of the files.

    In packages.xml `ft`, `it` and `ut` are hexadecimal milliseconds: when the package's file was modified, the package
    was first installed and last updated. Since Android 14 the first of installation stands for each user in
    package-restrictions.xml ("first-install-time").

    References:
    - Android Open Source Project: com.android.server.pm.Settings, PackageUsage, ApplicationInfo (flags)
    - androidqf (mvt-project): packages.json
    """
    name = without_copy_mark(file.path).rpartition("/")[2].lower()
    for start, read in _READERS:
        if name.startswith(start):
            yield from read(file)
            return


def _packages_xml(file: EvidenceFile) -> Iterator[Found]:
    telling = "/system/" in f"/{file.path.lower()}"
    doubts = Doubts()
    rows = 0
    for element in read_elements(file, "packages", {"package", "updated-package"}, telling):
        if isinstance(element, Problem):
            yield element
            continue
        if not telling and "codePath" not in element.attributes:
            return  # a list of packages of something else
        rows += 1
        doubts.locator = element.place
        if name := element.attributes.get("name"):
            yield _package(name, element, doubts)
        else:
            yield Problem("row", "no-name", f"<{element.name}> has no name", element.place)
        yield from doubts.drain()
    if rows:
        yield Present(rows)


def _package(name: str, element: Element, doubts: Doubts) -> AppInstall:
    attributes = element.attributes
    flags = ["factory version, replaced by an update"] if element.name == "updated-package" else []
    bits = whole(next((attributes[key] for key in ("publicFlags", "pkgFlags", "flags") if key in attributes), None))
    flags += [word for bit, word in _FLAGS if bits is not None and bits & bit]
    if attributes.get("system") == "true":
        flags.append("system")
    return AppInstall(
        locator=element.place,
        moments=tuple(
            hexadecimal(meaning, attributes[column], column, doubts)
            for meaning, column in _TIMES
            if attributes.get(column, "0") != "0"
        ),
        flags=tuple(dict.fromkeys(flags)),
        extra=kept(attributes, _PACKAGE) + _permissions(element),
        app=name,
        version=attributes.get("version"),
        installer=attributes.get("installer"),
    )


def _permissions(element: Element) -> Extra:
    """The permissions that the file lists for a package; before Android 4.2 each was granted without saying so."""
    granted: list[str] = []
    refused: list[str] = []
    for item in element.all("perms", "item"):
        (refused if item.attributes.get("granted") == "false" else granted).append(item.attributes.get("name", ""))
    found = (("permissions granted", granted), ("permissions not granted", refused))
    return tuple((words, ", ".join(names)) for words, names in found if names)


def _restrictions(file: EvidenceFile) -> Iterator[Found]:
    doubts = Doubts()
    rows = 0
    user = user_of(file.path)
    for element in read_elements(file, "package-restrictions", {"pkg"}):
        if isinstance(element, Problem):
            yield element
            continue
        rows += 1
        doubts.locator = element.place
        attributes = element.attributes
        if name := attributes.get("name"):
            yield AppInstall(
                locator=element.place,
                moments=_first_install(attributes, doubts),
                flags=_state(attributes),
                extra=user + kept(attributes, _RESTRICTION),
                app=name,
            )
        else:
            yield Problem("row", "no-name", "<pkg> has no name", element.place)
        yield from doubts.drain()
    if rows:
        yield Present(rows)


def _first_install(attributes: dict[str, str], doubts: Doubts) -> tuple[Moment, ...]:
    value = attributes.get("first-install-time", "0")
    return () if value in ("", "0") else (hexadecimal("installed", value, "first-install-time", doubts),)


def _state(attributes: dict[str, str]) -> tuple[str, ...]:
    flags = ["not installed for this user"] if attributes.get("inst") == "false" else []
    flags += [
        word
        for column, word in (
            ("stopped", "stopped"),
            ("nl", "never launched"),
            ("hidden", "hidden"),
            ("blocked", "hidden"),
            ("suspended", "suspended"),
            ("instant-app", "instant app"),
        )
        if attributes.get(column) == "true"
    ]
    if word := _DISABLED.get(attributes.get("enabled", "")):
        flags.append(word)
    return tuple(flags)


_READERS: Final[tuple[tuple[str, Callable[[EvidenceFile], Iterator[Found]]], ...]] = (
    ("packages.xml", _packages_xml),
    ("packages-backup.xml", _packages_xml),
    ("package-restrictions", _restrictions),
    ("packages.list", package_list),
    ("package-usage.list", package_usage),
    ("packages.json", acquired_packages),
)
