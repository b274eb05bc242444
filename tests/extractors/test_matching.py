from __future__ import annotations

import csv
import io
import random
import re
import zipfile
from pathlib import Path

import pytest

from evidence_store.records import Record
from extractors.base import Extractor
from extractors.catalog import EXTRACTORS
from extractors.matching import Matcher, without_copy_mark
from tests.evidence_builders.files import MemoryFile


def wants(*files: str, name: str = "test.made-up") -> Extractor:
    return Extractor(name, 1, "", (), "", "", "", "", read=lambda _: iter(()), files=files)


def naive(pattern: str) -> re.Pattern[str]:
    """The plain reading of a pattern, character by character; written apart from the product's own."""
    text, rest = "", pattern.casefold()
    while rest:
        if rest == "**":
            text, rest = text + ".+", ""
        elif rest.startswith("**/"):
            text, rest = text + "(?:[^/]+/)*", rest[3:]
        else:
            text += {"*": "[^/]*", "?": "[^/]"}.get(rest[0], re.escape(rest[0]))
            rest = rest[1:]
    return re.compile(text, re.DOTALL)


@pytest.mark.parametrize(
    ("pattern", "path", "fits"),
    [
        ("**/calllog.db", "data/user/0/databases/calllog.db", True),
        ("**/calllog.db", "calllog.db", True),
        ("**/calllog.db", "data/calllog.db-wal", False),
        ("**/calllog.db", "data/mycalllog.db", False),
        ("**/databases/calllog.db", "databases/calllog.db", True),
        ("**/databases/calllog.db", "databases/old/calllog.db", False),
        ("**/CallLog.DB", "DATA/calllog.db", True),
        ("**/STRASSE.txt", "Straße.TXT", True),
        ("calllog.db", "calllog.db", True),
        ("calllog.db", "data/calllog.db", False),
        ("data/*/x.db", "data/a/x.db", True),
        ("data/*/x.db", "data/a/b/x.db", False),
        ("data/**/x.db", "data/x.db", True),
        ("data/**/x.db", "data/a/b/x.db", True),
        ("data/**/x.db", "other/data/x.db", False),
        ("**/com.example/**", "a/com.example/b/c", True),
        ("**/com.example/**", "a/com.example", False),
        ("**/WhatsApp Chat with *.txt", "x/WhatsApp Chat with Ann Example.txt", True),
        ("**/WhatsApp Chat with *.txt", "x/WhatsApp Chat with Ann/Example.txt", False),
        ("**/IMG_????.jpg", "DCIM/img_0001.JPG", True),
        ("**/IMG_????.jpg", "DCIM/img_00012.JPG", False),
        ("**/*chat*", "a/_chat", True),
        ("**/*", "a/b", True),
        ("*", "a/b", False),
        ("*", "a", True),
        ("**", "a/b", True),
        ("**/msgstore-*", "db/msgstore-2026.1.db.crypt15", True),
        ("**/a[1].db", "a[1].db", True),
        ("**/a[1].db", "a1.db", False),
        ("**/*.db", "line\nbreak.db", True),
        ("**/*.db", "folder.db/file", False),
    ],
)
def test_a_pattern_fits_what_it_says_and_nothing_else(pattern: str, path: str, fits: bool):
    assert bool(Matcher([wants(pattern)]).match(path)) == fits
    assert bool(naive(pattern).fullmatch(path.casefold())) == fits


def test_extractors_come_in_catalog_order_and_each_once():
    first, second, third = wants("**/*.db"), wants("**/b.txt"), wants("**/a.db", "**/x/*", "**/x/a.*")
    assert Matcher([first, second, third]).match("x/a.db") == (first, third)
    assert Matcher([third, second, first]).match("x/a.db") == (third, first)


@pytest.mark.parametrize("pattern", ["", "/a", "a//b", "a**b/c", "a\\b", "a/"])
def test_a_pattern_that_no_path_could_meet_is_refused(pattern: str):
    with pytest.raises(ValueError, match="not a path pattern"):
        Matcher([wants(pattern)])


def made_up_patterns(paths: list[str], count: int) -> list[str]:
    """Patterns like those of real extractors: some built from the paths, so that there is something to hit."""
    choose = random.Random(20_261_025)
    patterns = []
    for number in range(count):
        parts = choose.choice(paths).split("/")
        app = parts[-2] if len(parts) > 1 else "none"
        patterns.append(
            [
                f"**/{parts[-1]}",
                f"**/{app}/{parts[-1]}",
                f"**/{app}/*.{parts[-1].rpartition('.')[2]}",
                f"**/{app}/**",
                f"{parts[0]}/**/{parts[-1][:5]}*",
                f"**/store{number}-*",
                f"**/com.example{number}/databases/main.db",
                f"**/Chat {number} *.txt",
                f"**/Data/*/{app}/?{parts[-1][1:]}",
                f"**/*{parts[-1][-9:]}" if number % 100 == 9 else f"**/app{number}/x.db",
            ][number % 10]
        )
    return [pattern for pattern in patterns if re.search(r"\*\*[^/]|[^/]\*\*", pattern) is None]


def test_half_a_million_real_paths_hit_the_same_patterns_as_a_naive_reading(corpus: Path):
    with zipfile.ZipFile(corpus / "iLEAPP/data/filepath-lists/josh-hickman-ios15.csv.zip") as archive:
        rows = csv.reader(io.TextIOWrapper(archive.open("josh-hickman-ios15.csv"), "utf-8"))
        next(rows)
        paths = [row[0] for row in rows]
    patterns = made_up_patterns(paths, 1000)
    extractors = [wants(pattern, name=f"test.{number}") for number, pattern in enumerate(patterns)]
    matcher = Matcher(extractors)
    hits = sum(bool(matcher.match(path)) for path in paths)
    sample = random.Random(7).sample(paths, 300)
    plain = [naive(pattern) for pattern in patterns]
    for path in sample:
        folded = path.casefold()
        expected = tuple(one for one, text in zip(extractors, plain, strict=True) if text.fullmatch(folded))
        assert matcher.match(path) == expected
    assert len(paths) == 474_145
    assert 0 < hits < len(paths)


COPIES = {
    "a/sms (1).db": "a/sms.db",
    "sms - Copy.db": "sms.db",
    "sms - Kopie (2).db": "sms.db",
    "sms copy 2.db": "sms.db",
    "sms 2.db": "sms.db",
    "bugle_db (1)": "bugle_db",
    "Records(12).json": "Records.json",
    "(1).db": "(1).db",
    "x (1).tar.gz": "x (1).tar.gz",
    "IMG 2019.jpg": "IMG 2019.jpg",
    "Web Data": "Web Data",
    "Takeout 3/Records.json": "Takeout 3/Records.json",
}


@pytest.mark.parametrize(("path", "plain"), COPIES.items())
def test_the_mark_of_a_copy_is_told_from_a_name(path: str, plain: str) -> None:
    assert without_copy_mark(path) == plain


def test_a_copy_goes_to_those_who_want_the_original_and_an_own_name_to_its_own() -> None:
    matcher = Matcher([wants("**/sms.db", name="sms"), wants("**/sms (1).db", name="second")])
    assert [one.id for one in matcher.match("a/sms (2).db")] == ["sms"]
    assert [one.id for one in matcher.match("a/sms (1).db")] == ["second"]
    assert matcher.match("a/other (2).db") == ()


@pytest.mark.parametrize("data", [b"", b"{}", b"x=1\n", b"<a/>"])
def test_no_extractor_minds_the_name_of_a_copy(data: bytes) -> None:
    matcher = Matcher(EXTRACTORS)
    for extractor in EXTRACTORS:
        for pattern in extractor.files:
            folder, slash, name = pattern.replace("**/", "a/").replace("*", "1").replace("?", "1").rpartition("/")
            stem, dot, ending = name.rpartition(".")
            path = f"{folder}{slash}{stem} (1).{ending}" if dot and stem else f"{folder}{slash}{name} (1)"
            assert extractor.id in [one.id for one in matcher.match(path)]
            found = list(extractor(MemoryFile(path, data)))
            assert [one for one in found if isinstance(one, Record) and not one.locator] == []
