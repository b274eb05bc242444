"""The house rules that a program can check: who imports whom, what nothing imports, sizes, and what may be claimed."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("app", "evidence_store", "extractors", "parsers", "report_templates", "resources")
OTHERS = ("tests", "run")

# The longest folder that a file lies in decides what of ours it may import.
MAY_IMPORT = {
    "app": ROOMS,
    "evidence_store": ("evidence_store",),
    "extractors": ("extractors", "parsers", "evidence_store.records"),
    "extractors/sources": ("extractors.sources", "extractors.shortened", "parsers", "evidence_store.records"),
    "parsers": ("parsers",),
    "report_templates": ("report_templates", "resources"),
    "resources": ("resources",),
}
QT = ("PySide6", "shiboken6")
NETWORK = (
    *("socket", "socketserver", "ssl", "http", "urllib.request", "urllib.error", "ftplib", "smtplib", "poplib"),
    *("imaplib", "xmlrpc", "webbrowser", "asyncio", "requests", "urllib3", "httpx", "aiohttp", "PySide6.QtNetwork"),
)
# GPL or AGPL, or an LGPL library that is a cross-check of the tests and never ships.
NOT_SHIPPED = (
    *("dissect", "fitz", "pymupdf", "pyexiv2", "hachoir", "mutagen", "extract_msg", "wa_crypt_tools", "libzim"),
    *("pillow_heif", "av", "pyewf", "PyInstaller", "pytest", "hypothesis"),
)

LONGEST_FILE, LONGEST_TEST_FILE, LONGEST_FUNCTION = 300, 400, 60
# Path -> why it may be longer. An entry that is no longer needed fails too.
LONG_FILES: dict[str, str] = {}
# "path:function" -> why it may be longer.
LONG_FUNCTIONS: dict[str, str] = {}

CLAIMS = re.compile(
    r"\bproves\b|\bproven\b|court[- ](approved|ready|proof)|\bFSR[- ]compliant|compliant with the (FSR|Code)|"
    r"visited by the user|the user visited|tamper[- ]?proof|unhackable|beyond (any |reasonable )?doubt|"
    r"\bguarantees?\b|\b100 ?% (accurate|complete)|forensically sound",
    re.IGNORECASE,
)
DENIED = re.compile(r"\b(no|not|never|nothing|cannot|neither|nor|without)\b", re.IGNORECASE)
# Brackets keep these patterns from finding themselves.
REGISTRIES = re.compile(
    r"py[p]i\.(org|python)|python[h]osted|anacond[a]\.(org|com)|np[m]js\.|prox[y]\.golang|crate[s]\.io"
)
MACHINES = re.compile(r"/wor[k]/(main|shared)|/roo[t]/|/opt/(py[p]i|whee[l]s)|\.pyen[v]|/hom[e]/(?!nadia|user)\w+/")


@cache
def product() -> tuple[tuple[str, ast.Module], ...]:
    """('/'-separated path, tree) of every file of the product."""
    paths = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))
    return tuple((path.relative_to(ROOT).as_posix(), ast.parse(path.read_bytes())) for path in paths)


def texts() -> Iterator[tuple[str, str]]:
    """('/'-separated path, text) of everything that the project keeps and a person can read."""
    kept = (".py", ".md", ".toml", ".txt", ".sh", ".spec", ".cfg", ".yml", ".yaml", ".json", ".svg", "")
    for path in sorted(ROOT.rglob("*")):
        parts = path.relative_to(ROOT).parts
        hidden = any(part.startswith(".") and part != ".ci" for part in parts[:-1])
        if hidden or path.suffix not in kept or parts[0] in ("build", "dist", "demo") or "__pycache__" in parts:
            continue
        if path.is_file() and path.stat().st_size < 2_000_000 and not parts[0].endswith(".egg-info"):
            yield "/".join(parts), path.read_text(encoding="utf-8", errors="replace")


def imported(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """(line, dotted name) of each import, wherever it stands; a name imported from a module is part of the name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = "." * node.level + (node.module or "")
            yield from ((node.lineno, f"{start}.{alias.name}") for alias in node.names)
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in ("__import__", "importlib.import_module"):
            argument = node.args[0] if node.args else None
            name = argument.value if isinstance(argument, ast.Constant) else "an import that cannot be read"
            yield node.lineno, str(name)


def within(name: str, prefixes: tuple[str, ...]) -> bool:
    return any(name == prefix or name.startswith(prefix + ".") for prefix in prefixes)


def wrong_imports(path: str, tree: ast.Module) -> list[str]:
    allowed = next(
        MAY_IMPORT[room] for room in sorted(MAY_IMPORT, key=len, reverse=True) if path.startswith(room + "/")
    )
    wrong = []
    for line, name in imported(tree):
        if name.startswith("."):
            wrong.append(f"{path}:{line} imports {name}: imports are absolute")
        elif within(name, (*ROOMS, *OTHERS)) and not within(name, allowed):
            wrong.append(f"{path}:{line} imports {name}")
    return wrong


def test_imports_run_only_in_the_allowed_direction() -> None:
    assert [line for path, tree in product() for line in wrong_imports(path, tree)] == []


@pytest.mark.parametrize(
    ("path", "code", "expected"),
    [
        ("parsers/a.py", "import json", []),
        ("parsers/a.py", "from evidence_store.records import Call", ["evidence_store.records.Call"]),
        ("extractors/a.py", "from evidence_store.records import Call", []),
        ("extractors/a.py", "from evidence_store import store", ["evidence_store.store"]),
        ("extractors/sources/a.py", "from extractors.base import extractor", ["extractors.base.extractor"]),
        ("report_templates/a.py", "def f():\n import evidence_store.queries", ["evidence_store.queries"]),
        ("evidence_store/a.py", "import importlib\nimportlib.import_module('app.cases')", ["app.cases"]),
    ],
)
def test_a_wrong_import_is_found_wherever_it_stands(path: str, code: str, expected: list[str]) -> None:
    found = [line.partition(" imports ")[2] for line in wrong_imports(path, ast.parse(code))]
    assert found == expected


def test_only_the_window_imports_qt() -> None:
    wrong = [
        f"{path}:{line} imports {name}"
        for path, tree in product()
        for line, name in imported(tree)
        if within(name, QT) and not path.startswith("app/gui/")
    ]
    assert wrong == []


def test_nothing_imports_the_network_or_what_is_not_shipped() -> None:
    wrong = [
        f"{path}:{line} imports {name}"
        for path, tree in product()
        for line, name in imported(tree)
        if within(name, NETWORK + NOT_SHIPPED)
    ]
    assert wrong == []


def test_no_room_has_the_name_of_a_standard_module() -> None:
    tops = {path.stem for path in ROOT.glob("*.py")} | set(ROOMS) | set(OTHERS)
    assert tops & set(sys.stdlib_module_names) == set()


def test_every_folder_of_tests_is_a_package() -> None:
    # Without it, tests/parsers would stand in front of parsers.
    folders = {path.parent for path in (ROOT / "tests").rglob("test_*.py")}
    assert sorted(str(folder) for folder in folders if not (folder / "__init__.py").is_file()) == []


def test_no_pattern_repeats_a_group_without_going_back() -> None:
    # "(...)*+": Python up to 3.11.4 (Debian 12 has 3.11.2) goes on from the wrong place where the group fails in its
    # middle. "(?>(...)*)" says the same and is right in all.
    constants = [
        (path, node.value if isinstance(node.value, str) else node.value.decode("latin-1"))
        for path, tree in product()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str | bytes)
    ]
    assert [found for found in constants if re.search(r"\)(?:[*+?]|\{[0-9,]+\})\+", found[1])] == []


def test_files_are_short() -> None:
    paths = [path for top in (*ROOMS, "tests") for path in (ROOT / top).rglob("*.py")] + [ROOT / "run.py"]
    lengths = {path.relative_to(ROOT).as_posix(): len(path.read_bytes().splitlines()) for path in paths}
    # A file of tests is read a test at a time, and may be longer.
    allowed = {path: LONGEST_TEST_FILE if path.startswith("tests/") else LONGEST_FILE for path in lengths}
    too_long = {path: length for path, length in lengths.items() if length > allowed[path]}
    assert {path: length for path, length in too_long.items() if path not in LONG_FILES} == {}
    assert [path for path in LONG_FILES if path not in too_long] == []


def test_functions_are_short() -> None:
    lengths = {
        f"{path}:{node.name}": (node.end_lineno or 0) - node.lineno + 1
        for path, tree in product()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    long = {name: length for name, length in lengths.items() if length > LONGEST_FUNCTION}
    assert {name: length for name, length in long.items() if name not in LONG_FUNCTIONS} == {}
    assert [name for name in LONG_FUNCTIONS if name not in long] == []


def spoken(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """The string constants that may reach a reader: all but docstrings."""
    quiet = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in quiet:
            yield node.lineno, node.value


def claims(text: str) -> list[str]:
    """What is claimed too boldly, sentence by sentence; to say that something is *not* so is fine."""
    sentences = re.split(r"(?<=[.;:!?])\s+", text)
    return [found[0] for part in sentences if (found := CLAIMS.search(part)) and not DENIED.search(part)]


def test_nothing_the_program_says_claims_too_much() -> None:
    bold = [
        f"{path}:{line}: {claim}" for path, tree in product() for line, text in spoken(tree) for claim in claims(text)
    ]
    documents = [(path, text) for path, text in texts() if path.endswith(".md") or path.startswith("resources/")]
    bold += [
        f"{path}: {claim}" for path, text in documents if path.endswith((".md", ".toml")) for claim in claims(text)
    ]
    assert bold == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("This proves who wrote it.", ["proves"]),
        ("A seal proves nothing about who typed it.", []),
        ("Sites visited by the user", ["visited by the user"]),
        ("An FSR compliant tool; not more.", ["FSR compliant"]),
        ("Rows of the history table", []),
    ],
)
def test_bold_claims_are_told_from_denials(text: str, expected: list[str]) -> None:
    assert claims(text) == expected


def test_no_text_names_a_registry_or_somebodys_machine() -> None:
    found = [
        f"{path}:{number}: {hit[0]}"
        for path, text in texts()
        for number, line in enumerate(text.splitlines(), start=1)
        if (hit := REGISTRIES.search(line) or MACHINES.search(line))
    ]
    assert found == []
