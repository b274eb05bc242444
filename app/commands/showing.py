"""`assay info`, `items`, `coverage`, `files` and `extractors`: what is in a case, and what can be read."""

from __future__ import annotations

import argparse
from typing import Any

from sqlalchemy import Connection

from app.cases import open_case
from app.cli import DONE
from app.commands.choosing import selection_of, tell_unknown
from app.output import (
    file_line,
    file_plain,
    item_line,
    item_plain,
    person_line,
    person_plain,
    print_json,
    print_table,
    print_text,
    say,
)
from evidence_store import ledger, listing, queries, seal, verify
from evidence_store.people import Person
from evidence_store.people import people as everybody
from evidence_store.scope import Authority

FULL_CHECK = 1_000_000  # `info` recomputes everything up to this many items; beyond, it says that it did not
_PAGE = 500


def info(arguments: argparse.Namespace) -> int:
    case = open_case(arguments.case)
    try:
        with case.store.read() as connection:
            found = _info(connection)
        case.log("viewed", "info")
    finally:
        case.close()
    if arguments.json:
        print_json(found)
    else:
        _print_info(found)
    return DONE


def _print_info(found: dict[str, Any]) -> None:
    for source in found["sources"]:
        say(f"{source['exhibit']}  {source['kind'] or 'not read yet'}  {source['path']}")
        hashes = [f"{name} {source[key]}" for name, key in (("SHA-256", "sha256"), ("SHA-1", "sha1"), ("MD5", "md5"))]
        known = "; ".join(hashes) if source["sha256"] else "not hashed yet"
        say(f"  {source['size'] or 0:,} bytes; {known}")
        for stored in source["stored_hashes"]:
            agrees = {True: "agrees", False: "DOES NOT AGREE", None: "was not compared"}[stored["matches"]]
            say(f"  stored {stored['algorithm']} {stored['value']} {agrees}")
        for name, text in source["facts"].items():
            say(f"  {name}: {text}")
        say(f"  {source['authority']}")
    for kind, count in found["counts"].items():
        say(f"{count:>12,} {kind}")
    say(f"seal          {found['seal'] or 'none'}")
    say(f"items digest  {found['items_digest']}")
    say(f"ledger head   {found['ledger_head']} ({found['ledger_entries']} entries)")
    left = ", ".join(found["outstanding"])
    say(
        "complete: yes"
        if found["complete"]
        else f"complete: no; {f'under way: {left}' if left else 'nothing is sealed'}"
    )
    intact = {True: "yes", False: "NO, see `assay verify`", None: "not checked, use `assay verify`"}
    say(f"intact: {intact[found['intact']]}")


def _info(connection: Connection) -> dict[str, Any]:
    counts = listing.counts(connection)
    newest = seal.latest(connection)
    entries, head = ledger.head(connection)
    sources = listing.sources(connection)
    small = sum(counts.values()) <= FULL_CHECK
    return {
        "sources": [_source(row) for row in sources],
        "counts": counts,
        "seal": newest.digest if newest else None,
        "items_digest": seal.items_digest(connection),
        "ledger_head": head,
        "ledger_entries": entries,
        "complete": seal.is_complete(connection),
        "intact": verify.verify(connection).intact if small else None,
        "outstanding": [row["exhibit"] for row in sources if row["state"] != "read"],
    }


def _source(row: dict[str, Any]) -> dict[str, Any]:
    shown = {name: row[name] for name in ("exhibit", "path", "kind", "size", "sha256", "sha1", "md5")}
    rest = {name: row[name] for name in ("zone", "date_order", "state", "files", "facts")}
    authority = Authority.from_plain(row["authority"]).in_words()
    return {**shown, "stored_hashes": row["stored"], **rest, "authority": authority}


def items(arguments: argparse.Namespace) -> int:
    chosen = selection_of(arguments)
    case = open_case(arguments.case)
    try:
        if chosen.search:
            case.log("searched", chosen.search, selection=chosen.in_words())
        with case.store.read() as connection:
            tell_unknown(connection, chosen)
            after, left = None, arguments.limit if arguments.limit is not None else 1 << 62
            while left > 0 and (page := queries.page(connection, chosen, after, min(_PAGE, left))):
                for item in queries.details(connection, [one for one, _ in page]):
                    print_json(item_plain(item)) if arguments.json else print_text(item_line(item))
                left -= len(page)
                after = (page[-1][1], page[-1][0])
    finally:
        case.close()
    return DONE


def people(arguments: argparse.Namespace) -> int:
    """Who occurs in the case: what compares as the same number or address stands together."""
    case = open_case(arguments.case)
    try:
        with case.store.read() as connection:
            found = everybody(connection)
    finally:
        case.close()
    words = arguments.party.casefold()
    shown = [one for one in found if words in _forms(one).casefold()]
    for one in shown[: arguments.limit]:
        print_json(person_plain(one)) if arguments.json else print_text(person_line(one))
    return DONE


def _forms(one: Person) -> str:
    return "\n".join([one.compared_as or "", *(f"{form[1]} {form[2] or ''}" for form in one.recorded)])


def coverage(arguments: argparse.Namespace) -> int:
    case = open_case(arguments.case)
    try:
        with case.store.read() as connection:
            rows = [*listing.coverage(connection), *_unread_rows(connection)]
    finally:
        case.close()
    if arguments.json:
        for row in rows:
            print_json(row)
        return DONE
    _print_coverage(rows)
    return DONE


def _print_coverage(rows: list[dict[str, Any]]) -> None:
    heads = ("source", "file", "extractor", "outcome", "present", "parsed", "out_of_scope", "unsupported", "failed")
    print_table((tuple("" if row[name] is None else row[name] for name in heads) for row in rows), heads)
    for row in rows:
        for problem in row["problems"]:
            place = f" at {problem['locator']}" if problem["locator"] else ""
            where = " ".join(part for part in (row["source"], row["file"]) if part)
            print_text(f"{where}{place}: {problem['code']}: {problem['detail']}")


def _unread_rows(connection: Connection) -> list[dict[str, Any]]:
    """Problems that belong to a file or a source and to no extractor, one coverage row each."""
    rows = []
    for problem in listing.problems(connection):
        failed = int(problem["kind"] not in ("note", "value"))
        rows.append(
            {
                "source": problem["source"],
                "file": problem["file"],
                "extractor": None,
                "outcome": "not read" if failed else "note",
                "present": failed,
                "parsed": 0,
                "out_of_scope": 0,
                "unsupported": 0,
                "failed": failed,
                "problems": [problem],
            }
        )
    return rows


def files(arguments: argparse.Namespace) -> int:
    case = open_case(arguments.case)
    try:
        with case.store.read() as connection:
            for row in listing.files(connection):
                plain = file_plain(row)
                print_json(plain) if arguments.json else print_text(file_line(plain))
    finally:
        case.close()
    return DONE


def extractor_table() -> str:
    """What can be read as the table of the README, in Markdown."""
    from extractors.catalog import EXTRACTORS

    lines = ["| extractor | reads | layouts known | tested on | limits |", "|---|---|---|---|---|"]
    for one in EXTRACTORS:
        emits = ", ".join(kind.kind for kind in one.emits)
        cells = (f"`{one.id}` {one.title}", emits, one.layouts, one.tested_on, one.limits)
        lines.append(f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |")
    return "\n".join(lines)


def extractors(arguments: argparse.Namespace) -> int:
    if arguments.markdown:
        print_text(extractor_table())
        return DONE
    if arguments.sources:
        from extractors.sources import OPENS

        rows: list[dict[str, Any]] = [{"kind": one.kind, "title": one.title, "limits": one.limits} for one in OPENS]
    else:
        from extractors.catalog import EXTRACTORS

        rows = [
            {
                "id": one.id,
                "version": one.version,
                "title": one.title,
                "files": list(one.files),
                "types": list(one.types),
                "emits": [kind.kind for kind in one.emits],
                "privacy": one.privacy,
                "layouts": one.layouts,
                "tested_on": one.tested_on,
                "limits": one.limits,
            }
            for one in EXTRACTORS
        ]
    for row in rows:
        if arguments.json:
            print_json(row)
            continue
        print_text(f"{row.get('id', row.get('kind'))}  {row['title']}")
        for name in ("version", "layouts", "tested_on", "limits"):
            if name in row:
                print_text(f"    {name.replace('_', ' ')}: {row[name]}")
    return DONE
