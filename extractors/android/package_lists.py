"""Lists of packages that are no XML: the package manager's own, and the one of an acquisition."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from evidence_store.records import AppInstall, AppUse, Present, Problem
from extractors.android.xml_file import moments
from extractors.base import EvidenceFile, Found
from extractors.database import Doubts
from extractors.shortened import shortened
from parsers.json_pieces import END, JsonDamaged, pieces

_LINE: Final = re.compile(
    r"(?P<name>[A-Za-z][\w.]*) (?P<uid>\d{1,10}) (?P<debug>[01]) (?P<folder>/\S*)(?P<rest>( \S+)*)"
)
_REST: Final = ("seinfo", "gids", "profileable by shell", "version", "profileable", "installer")
_USED_AS: Final = (
    *("activity", "service", "foreground service", "broadcast receiver", "content provider", "backup"),
    *("cross package", "instrumentation"),
)
_VERSIONED: Final = "PACKAGE_USAGE__VERSION_1"
_LONGEST: Final = 1 << 16  # characters of one line


def package_list(file: EvidenceFile) -> Iterator[Found]:
    """packages.list: name, uid, whether debuggable, data folder, SELinux label, groups; version and installer since 11.

    References:
    - Android Open Source Project: com.android.server.pm.Settings, system/core/libpackagelistparser
    """
    rows = 0
    for number, line in _lines(file):
        where = f"line {number}"
        found = _LINE.fullmatch(line)
        if found is None:
            if not rows and "/system/" not in f"/{file.path.lower()}":
                return  # a list of something else
            rows += 1
            yield Problem("row", "not-a-package", f"not in the form of packages.list: {shortened(line, 200)}", where)
            continue
        rows += 1
        rest = dict(zip(_REST, found["rest"].split(), strict=False))
        version, installer = rest.pop("version", None), rest.pop("installer", "@null")
        flags = ["debuggable"] if found["debug"] == "1" else []
        flags += [installer[1:]] if installer in ("@system", "@product") else []
        yield AppInstall(
            locator=where,
            flags=tuple(flags),
            extra=(("uid", int(found["uid"])), ("data folder", found["folder"]), *rest.items()),
            app=found["name"],
            version=version,
            installer=None if installer.startswith("@") else installer,
        )
    if rows:
        yield Present(rows)


def package_usage(file: EvidenceFile) -> Iterator[Found]:
    """package-usage.list: for each package when it was last in use, and since Android 7 as what.

    References:
    - Android Open Source Project: com.android.server.pm.PackageUsage
    """
    doubts = Doubts()
    rows = 0
    for number, line in _lines(file):
        if number == 1 and line.startswith("PACKAGE_USAGE__"):
            if line != _VERSIONED:
                yield Problem("schema", "unknown-layout", f"package-usage.list of the version {shortened(line, 60)}")
                return
            continue
        rows += 1
        doubts.locator = f"line {number}"
        name, *times = line.split(" ")
        if not name or not times or len(times) > len(_USED_AS):
            yield Problem(
                "row", "not-a-package", f"not in the form of package-usage.list: {shortened(line, 200)}", doubts.locator
            )
            continue
        used = [f"last used as {word}" for word in _USED_AS] if len(times) > 1 else ["last used"]
        yield AppUse(
            locator=doubts.locator,
            moments=moments(zip(used, times, used, strict=False), doubts),
            app=name,
            activity="last use",
        )
        yield from doubts.drain()
    if rows:
        yield Present(rows)


def _lines(file: EvidenceFile) -> Iterator[tuple[int, str]]:
    with file.open() as stream:
        for number, line in enumerate(iter(lambda: stream.readline(_LONGEST), b""), 1):
            if text := line.decode("utf-8", "replace").strip("\r\n"):
                yield number, text


def acquired_packages(file: EvidenceFile) -> Iterator[Found]:
    """packages.json as androidqf writes it: a list of packages with their files and the hashes of these."""
    rows = 0
    try:
        with file.open() as stream:
            for path, value in pieces(stream, lambda path: path == ()):
                if value is END:
                    break
                if not rows and not (isinstance(value, dict) and {"name", "installer", "uid"} <= value.keys()):
                    return  # a file of another program under the same name
                rows += 1
                where = f"element {path[-1]}" if path else "the whole file"
                if isinstance(value, dict) and isinstance(name := value.get("name"), str) and name:
                    yield _acquired(name, value, where)
                else:
                    yield Problem("row", "no-name", "an element that names no package", where)
    except JsonDamaged as error:
        if rows:
            yield Problem("file", "damaged-json", str(error))
    if rows:
        yield Present(rows)


def _acquired(name: str, value: dict[str, Any], where: str) -> AppInstall:
    extra: list[tuple[str, str | int]] = []
    if type(value.get("uid")) is int:
        extra.append(("uid", value["uid"]))
    files = value.get("files")
    for one in files if isinstance(files, list) else []:
        told = one if isinstance(one, dict) else {}
        extra += [(f"file {key}", told[key]) for key in ("path", "sha256") if told.get(key) and type(told[key]) is str]
    installer = value.get("installer")
    return AppInstall(
        locator=where,
        flags=tuple(key.replace("_", " ") for key in ("system", "disabled", "third_party") if value.get(key) is True),
        extra=tuple(extra),
        app=name,
        installer=installer if isinstance(installer, str) and installer not in ("", "null") else None,
    )
