"""Applications as the package manager lists them, in each of its files and in both forms of XML."""

from __future__ import annotations

import pytest

from evidence_store.records import AppInstall, AppUse, Moment, Present, Problem, replace
from extractors.android.packages import packages
from extractors.matching import Matcher
from tests.evidence_builders.abx import abx_of
from tests.evidence_builders.files import MemoryFile

PACKAGES = """<packages>
<version sdkVersion="30" databaseVersion="3" fingerprint="example/device:11/RP1A/1:user/release-keys" />
<permissions><item name="org.example.PERMISSION" package="org.example.app" /></permissions>
<package name="org.example.app" codePath="/data/app/~~x==/org.example.app-y==" publicFlags="952745542" ft="17b0c2d3e40" it="17b0c2d3e41" ut="17b0c2d3e42" version="210" userId="10321" installer="com.android.vending" installInitiator="com.android.vending" isOrphaned="true">
<sigs count="1"><cert index="3" key="308201" /></sigs>
<perms><item name="android.permission.CAMERA" granted="true" flags="0" /><item name="android.permission.INTERNET" granted="true" /><item name="android.permission.READ_SMS" granted="false" flags="300" /></perms>
</package>
<package name="com.example.phone" codePath="/system/priv-app/Phone" publicFlags="129" ft="11e8dc5d800" it="0" ut="soon" version="30" sharedUserId="1001" />
<package codePath="/data/app/none" />
<updated-package name="com.example.phone" codePath="/system/priv-app/Phone" ft="11e8dc5d800" it="11e8dc5d800" ut="11e8dc5d800" version="29" sharedUserId="1001" />
<shared-user name="android.uid.phone" userId="1001"><perms><item name="android.permission.READ_SMS" granted="true" /></perms></shared-user>
</packages>"""  # noqa: E501
HEX = {"ft": "long hex", "it": "long hex", "version": "long", "publicFlags": "int", "granted": "bool"}
PATH = "data/system/packages.xml"
AT_2009 = Moment("file modified", 1230739200000000, "11e8dc5d800", "A")


def files(text: str, path: str, typed: dict[str, str]) -> list[MemoryFile]:
    return [MemoryFile(path, text.encode()), MemoryFile(path, abx_of(text, typed))]


def without_places(found: list[object]) -> list[object]:
    """What was found with "@" for its place, which differs between the forms."""

    return [one if isinstance(one, Present) else replace(one, locator="@") for one in found]  # type: ignore[type-var]


@pytest.mark.parametrize("file", files(PACKAGES, PATH, HEX), ids=["text", "binary"])
def test_every_package_comes_out_with_its_times_and_permissions(file: MemoryFile) -> None:
    found = list(packages(file))
    assert without_places(found) == [
        AppInstall(
            locator="@",
            moments=(
                Moment("installed", 1627996896833000, "17b0c2d3e41", "A"),
                Moment("updated", 1627996896834000, "17b0c2d3e42", "A"),
                Moment("file modified", 1627996896832000, "17b0c2d3e40", "A"),
            ),
            flags=("debuggable",),
            extra=(
                ("codePath", "/data/app/~~x==/org.example.app-y=="),
                ("userId", "10321"),
                ("installInitiator", "com.android.vending"),
                ("isOrphaned", "true"),
                ("publicFlags", "952745542"),
                ("permissions granted", "android.permission.CAMERA, android.permission.INTERNET"),
                ("permissions not granted", "android.permission.READ_SMS"),
            ),
            app="org.example.app",
            version="210",
            installer="com.android.vending",
        ),
        AppInstall(
            locator="@",
            moments=(Moment("updated", None, "soon", "A", "", "not a hexadecimal number"), AT_2009),
            flags=("system", "updated system app"),
            extra=(("codePath", "/system/priv-app/Phone"), ("sharedUserId", "1001"), ("publicFlags", "129")),
            app="com.example.phone",
            version="30",
        ),
        Problem("value", "time", "ut: not a hexadecimal number: soon", "@"),
        Problem("row", "no-name", "<package> has no name", "@"),
        AppInstall(
            locator="@",
            moments=(
                Moment("installed", 1230739200000000, "11e8dc5d800", "A"),
                Moment("updated", 1230739200000000, "11e8dc5d800", "A"),
                AT_2009,
            ),
            flags=("factory version, replaced by an update",),
            extra=(("codePath", "/system/priv-app/Phone"), ("sharedUserId", "1001")),
            app="com.example.phone",
            version="29",
        ),
        Present(4),
    ]
    places = [one.locator for one in found if not isinstance(one, Present)]
    assert len(set(places)) == 4  # the problem of a value stands with its package
    if file.head[:3] != b"ABX":
        assert places[0] == "line 4, byte 208"


def test_the_layout_of_early_versions_is_read() -> None:
    text = """<packages><package name="org.example.old" codePath="/data/app/old.apk" system="false" flags="1" ts="1"
    version="4" userId="10040" installer="com.example.market"><perms><item name="android.permission.INTERNET" /></perms>
    </package></packages>"""
    assert list(packages(MemoryFile(PATH, text.encode()))) == [
        AppInstall(
            locator="line 1, byte 10",
            flags=("system",),
            extra=(
                *(("codePath", "/data/app/old.apk"), ("userId", "10040"), ("flags", "1")),
                ("permissions granted", "android.permission.INTERNET"),
            ),
            app="org.example.old",
            version="4",
            installer="com.example.market",
        ),
        Present(1),
    ]


def test_what_is_damaged_keeps_what_came_before() -> None:
    data = PACKAGES.encode()[: PACKAGES.index("<updated-package")]
    found = list(packages(MemoryFile(PATH, data)))
    assert [type(one).__name__ for one in found[-2:]] == ["Problem", "Present"]
    assert found[-1] == Present(3)
    assert found[-2].code == "damaged-xml"


@pytest.mark.parametrize("data", [b"", b"\0\1\2", b"not xml"])
def test_what_is_no_xml_is_said_where_the_path_is_telling(data: bytes) -> None:
    (problem,) = packages(MemoryFile(PATH, data))
    assert (problem.kind, problem.code) == ("file", "damaged-xml")
    assert list(packages(MemoryFile("somewhere/packages.xml", data))) == []


def test_other_files_of_the_name_are_none_of_this_extractors_business() -> None:
    other = b'<packages><package id="Library" version="1.0" /></packages>'
    assert list(packages(MemoryFile("project/packages.xml", other))) == []
    assert list(packages(MemoryFile("project/packages.json", b'{"name": "library"}'))) == []
    assert list(packages(MemoryFile("project/packages.json", b'[{"name": "library"}]'))) == []
    assert list(packages(MemoryFile("project/packages.list", b"one two three\n"))) == []
    assert list(packages(MemoryFile(PATH, b"<other/>"))) == [
        Problem("schema", "unknown-layout", "the file starts with <other> and not with <packages>")
    ]


RESTRICTIONS = """<package-restrictions>
<pkg name="org.example.app" ceDataInode="4711" first-install-time="17b0c2d3e41" install-reason="4" />
<pkg name="org.example.gone" inst="false" stopped="true" nl="true" hidden="true" suspended="true" enabled="3" enabledCaller="shell:0" />
<pkg name="org.example.new" first-install-time="0" enabled="2" />
<pkg />
</package-restrictions>"""  # noqa: E501
TYPED = {"ceDataInode": "long", "first-install-time": "long hex", "inst": "bool", "stopped": "bool", "enabled": "int"}


@pytest.mark.parametrize("file", files(RESTRICTIONS, "data/system/users/10/package-restrictions.xml", TYPED))
def test_what_a_user_of_the_device_has_of_each_package_comes_out(file: MemoryFile) -> None:
    assert without_places(list(packages(file))) == [
        AppInstall(
            locator="@",
            moments=(Moment("installed", 1627996896833000, "17b0c2d3e41", "A"),),
            extra=(("user", 10), ("ceDataInode", "4711"), ("install-reason", "4")),
            app="org.example.app",
        ),
        AppInstall(
            locator="@",
            flags=(
                *("not installed for this user", "stopped", "never launched", "hidden", "suspended"),
                "disabled-user",
            ),
            extra=(("user", 10), ("enabled", "3"), ("enabledCaller", "shell:0")),
            app="org.example.gone",
        ),
        AppInstall(locator="@", flags=("disabled",), extra=(("user", 10), ("enabled", "2")), app="org.example.new"),
        Problem("row", "no-name", "<pkg> has no name", "@"),
        Present(4),
    ]


def test_a_list_of_packages_comes_out_in_each_of_its_generations() -> None:
    text = """org.example.app 10321 0 /data/user/0/org.example.app default:targetSdkVersion=30 3003 0 210 1 org.shop
com.example.phone 1001 1 /data/user_de/0/com.example.phone platform:privapp none 0 30 1 @system
org.example.old 10040 0 /data/data/org.example.old
this is no package
"""
    extra = (("uid", 10321), ("data folder", "/data/user/0/org.example.app"))
    assert list(packages(MemoryFile("data/system/packages.list", text.encode()))) == [
        AppInstall(
            locator="line 1",
            extra=(
                *extra,
                ("seinfo", "default:targetSdkVersion=30"),
                ("gids", "3003"),
                ("profileable by shell", "0"),
                ("profileable", "1"),
            ),
            app="org.example.app",
            version="210",
            installer="org.shop",
        ),
        AppInstall(
            locator="line 2",
            flags=("debuggable", "system"),
            extra=(
                ("uid", 1001),
                ("data folder", "/data/user_de/0/com.example.phone"),
                ("seinfo", "platform:privapp"),
                ("gids", "none"),
                ("profileable by shell", "0"),
                ("profileable", "1"),
            ),
            app="com.example.phone",
            version="30",
        ),
        AppInstall(
            locator="line 3",
            extra=(("uid", 10040), ("data folder", "/data/data/org.example.old")),
            app="org.example.old",
        ),
        Problem("row", "not-a-package", "not in the form of packages.list: this is no package", "line 4"),
        Present(4),
    ]


def test_last_uses_come_out_in_each_generation() -> None:
    path = "data/system/package-usage.list"
    versioned = b"PACKAGE_USAGE__VERSION_1\norg.example.app 1628000599617 0 0 0 0 1628000599618 0 0\n\nbad\n"
    at = Moment("last used as activity", 1628000599617000, "1628000599617", "A")
    backup = Moment("last used as backup", 1628000599618000, "1628000599618", "A")
    assert list(packages(MemoryFile(path, versioned))) == [
        AppUse(locator="line 2", moments=(at, backup), app="org.example.app", activity="last use"),
        Problem("row", "not-a-package", "not in the form of package-usage.list: bad", "line 4"),
        Present(2),
    ]
    early = b"org.example.app 1628000599617\norg.example.other never\n"
    assert list(packages(MemoryFile(path, early))) == [
        AppUse(
            locator="line 1",
            moments=(Moment("last used", 1628000599617000, "1628000599617", "A"),),
            app="org.example.app",
            activity="last use",
        ),
        AppUse(
            locator="line 2",
            moments=(Moment("last used", None, "never", "A", "", "not a number"),),
            app="org.example.other",
            activity="last use",
        ),
        Problem("value", "time", "last used: not a number: never", "line 2"),
        Present(2),
    ]
    assert list(packages(MemoryFile(path, b"PACKAGE_USAGE__VERSION_2\nx 1\n"))) == [
        Problem("schema", "unknown-layout", "package-usage.list of the version PACKAGE_USAGE__VERSION_2")
    ]


def test_the_packages_of_a_real_acquisition_come_out(corpus) -> None:  # type: ignore[no-untyped-def]
    found = list(packages(MemoryFile("packages.json", (corpus / "mvt/androidqf/packages.json").read_bytes())))
    assert found[-1] == Present(7)
    assert found[4] == AppInstall(
        locator="element 4",
        flags=("third party",),
        extra=(
            ("uid", 10272),
            ("file path", "/data/app/~~==/org.nuclearfog.apollo-==/base.apk"),
            ("file sha256", "00bdfc80a397b449bef89dd2051ddd3c9d2a64e954176420b40c90a2af956799"),
        ),
        app="org.nuclearfog.apollo",
        installer="org.fdroid.fdroid",
    )


def test_elements_of_an_acquisition_that_are_none_are_said() -> None:
    data = b'[{"name": "org.example.app", "installer": "null", "uid": 1, "files": 5, "system": true}, 7, {"name": ""}'
    assert list(packages(MemoryFile("packages.json", data))) == [
        AppInstall(locator="element 0", flags=("system",), extra=(("uid", 1),), app="org.example.app"),
        Problem("row", "no-name", "an element that names no package", "element 1"),
        Problem("row", "no-name", "an element that names no package", "element 2"),
        Problem("file", "damaged-json", "the JSON cannot be read on: it breaks off at character 104"),
        Present(3),
    ]


def test_the_copies_that_android_keeps_of_its_lists_are_read_too() -> None:
    matcher = Matcher([packages])
    folder = "data/system/users/0/package-restrictions"
    for name in (".xml", "-backup.xml", ".xml.reservecopy"):
        assert matcher.match(f"{folder}{name}") == (packages,)
    data = b"<package-restrictions><pkg name='org.example.app' inst='true' /></package-restrictions>"
    found = list(packages(MemoryFile(f"{folder}.xml.reservecopy", data)))
    assert [one.app for one in found if isinstance(one, AppInstall)] == ["org.example.app"]
