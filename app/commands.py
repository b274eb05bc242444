"""What each command does. The window calls the same functions below these."""

from __future__ import annotations

import argparse
import json
import sys
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import Connection

from app import PROGRAM
from app.cases import Case, open_case
from app.cli import DIFFERENT, DONE, INCOMPLETE, UsageError
from app.output import file_plain, item_line, item_plain, print_json, print_text, table
from app.progress import shown_progress
from evidence_store import ledger, listing, queries, review, seal, verify
from evidence_store.scope import Authority
from evidence_store.selection import Selection
from parsers.times import to_us

FULL_CHECK = 1_000_000  # `info` recomputes everything up to this many items; beyond, it says that it did not


def ingest(arguments: argparse.Namespace) -> int:
    from app.ingest.model import SourceRequest
    from app.ingest.run import add_source, resume

    exhibits = arguments.exhibit or []
    if len(exhibits) > len(arguments.sources):
        raise UsageError("--exhibit was given more often than there are sources")
    if arguments.password_file or arguments.key_file:
        raise UsageError("no source that can be opened so far takes a password or key: --password-file and --key-file")
    _known_zone(arguments.zone)
    authority = _authority(arguments)
    _check_sources(arguments.sources)
    case = open_case(arguments.case, create_it=True)
    unread = 0
    try:
        with shown_progress(arguments.progress) as on_progress:
            for result in resume(case, on_progress, jobs=arguments.jobs):
                unread += result.unread
                print_text(f"{result.exhibit}: went on; {result.files:,} files, {result.items:,} items")
            for place, path in enumerate(arguments.sources):
                request = SourceRequest(
                    path=path,
                    exhibit=exhibits[place] if place < len(exhibits) else None,
                    zone=arguments.zone,
                    date_order=arguments.date_order,
                    only=tuple(arguments.only),
                    authority=authority,
                )
                result = add_source(case, request, on_progress, jobs=arguments.jobs)
                unread += result.unread
                words = "was read before" if result.already else "read"
                print_text(f"{result.exhibit}: {path} {words}; {result.files:,} files, {result.items:,} items")
        return _ended(case, unread)
    finally:
        case.close()


def _ended(case: Case, unread: int) -> int:
    with case.store.read() as connection:
        newest = seal.latest(connection)
        print_text(f"seal {newest.digest if newest else 'none'}")
    if unread:
        print_text(f"{unread:,} files or rows could not be read: see `assay coverage {case.folder}`")
        return INCOMPLETE
    return DONE


def _check_sources(paths: list[Path]) -> None:
    for path in paths:
        try:
            path.lstat()
        except OSError as error:
            raise UsageError(f"{path}: {error.strerror or 'cannot be found'}") from None


def _authority(arguments: argparse.Namespace) -> Authority:
    if arguments.no_authority is not None:
        if not arguments.no_authority.strip():
            raise UsageError("--no-authority needs a reason")
        return Authority(none_because=arguments.no_authority.strip())
    if arguments.authority is None:
        return Authority()
    try:
        found = tomllib.loads(arguments.authority.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"{arguments.authority}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{arguments.authority} is no TOML file: {error}") from None
    fields = tuple(_flat("", found))
    if not fields:
        raise UsageError(f"{arguments.authority} states no authority: it is empty")
    return Authority(fields=fields)


def _flat(prefix: str, found: dict[str, Any]) -> list[tuple[str, str]]:
    fields: list[tuple[str, str]] = []
    for name, value in found.items():
        if isinstance(value, dict):
            fields += _flat(f"{prefix}{name}.", value)
        else:
            words = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
            fields.append((prefix + name, words))
    return fields


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
        return DONE
    for source in found["sources"]:
        print_text(f"{source['exhibit']}  {source['kind'] or 'not read yet'}  {source['path']}")
        print_text(
            f"  {source['size'] or 0:,} bytes; SHA-256 {source['sha256']}; SHA-1 {source['sha1']}; MD5 {source['md5']}"
        )
        for stored in source["stored_hashes"]:
            agrees = {True: "agrees", False: "DOES NOT AGREE", None: "was not compared"}[stored["matches"]]
            print_text(f"  stored {stored['algorithm']} {stored['value']} {agrees}")
        print_text(f"  {source['authority']}")
    for kind, count in found["counts"].items():
        print_text(f"{count:>12,} {kind}")
    print_text(f"seal          {found['seal'] or 'none'}")
    print_text(f"items digest  {found['items_digest']}")
    print_text(f"ledger head   {found['ledger_head']} ({found['ledger_entries']} entries)")
    print_text(
        "complete: yes"
        if found["complete"]
        else f"complete: no; under way: {', '.join(found['outstanding']) or 'nothing'}"
    )
    print_text(
        {True: "intact: yes", False: "intact: NO, see `assay verify`", None: "intact: not checked, use `assay verify`"}[
            found["intact"]
        ]
    )
    return DONE


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


def selection_of(arguments: argparse.Namespace) -> Selection:
    """The selection that the options of `items` and `report` state."""
    return Selection(
        kinds=tuple(arguments.kind),
        services=tuple(arguments.service),
        since=_time(arguments.since, end=False),
        until=_time(arguments.until, end=True),
        party=arguments.party,
        search=arguments.search,
        tags=tuple(arguments.tag),
    )


def _time(text: str | None, *, end: bool) -> int | None:
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{text} is no date or time: use 2026-10-25 or 2026-10-25T01:30:00+01:00") from None
    if end and len(text) == len("2026-10-25"):
        found += timedelta(days=1)
    return to_us(found if found.tzinfo else found.replace(tzinfo=UTC))


def _known_zone(zone: str | None) -> None:
    try:
        ZoneInfo(zone or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UsageError(f"{zone} is no time zone: use a name such as Europe/London") from None


def items(arguments: argparse.Namespace) -> int:
    chosen = selection_of(arguments)
    case = open_case(arguments.case)
    try:
        if chosen.search:
            case.log("searched", chosen.search, selection=chosen.in_words())
        with case.store.read() as connection:
            after, left = None, arguments.limit if arguments.limit is not None else 1 << 62
            while left > 0 and (page := queries.page(connection, chosen, after, min(500, left))):
                for item in queries.details(connection, [one for one, _ in page]):
                    print_json(item_plain(item)) if arguments.json else print_text(item_line(item))
                left -= len(page)
                after = (page[-1][1], page[-1][0])
    finally:
        case.close()
    return DONE


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
    heads = ("source", "file", "extractor", "outcome", "present", "parsed", "out_of_scope", "unsupported", "failed")
    table((tuple(row[name] for name in heads) for row in rows), heads)
    for row in rows:
        for problem in row["problems"]:
            place = f" at {problem['locator']}" if problem["locator"] else ""
            print_text(f"{row['source']} {row['file'] or ''}{place}: {problem['code']}: {problem['detail']}")
    return DONE


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
                if arguments.json:
                    print_json(plain)
                    continue
                mark = "deleted" if plain["deleted"] else "" if plain["readable"] else "not readable"
                parts = (
                    plain["source"],
                    plain["sha256"] or "-" * 64,
                    f"{plain['size']:>12,}",
                    plain["path"],
                    mark,
                    plain["note"],
                )
                print_text("  ".join(part for part in parts if part))
    finally:
        case.close()
    return DONE


def verify_case(arguments: argparse.Namespace) -> int:
    case = open_case(arguments.case)
    try:
        with case.store.read() as connection:
            verdict = verify.verify(connection)
        checks = []
        if arguments.sources:
            from app.sources_again import check_sources

            checks = check_sources(case)
        same = verdict.intact and not any(check.same is False for check in checks)
        logged = case.log(
            "verified", "case", intact=verdict.intact, complete=verdict.complete, findings=len(verdict.findings)
        )
    finally:
        case.close()
    if arguments.json:
        print_json(
            {
                "intact": verdict.intact,
                "complete": verdict.complete,
                "findings": [{"table": one.table, "where": one.where, "what": one.what} for one in verdict.findings],
                "checked": dict(verdict.checked),
                "sources": [{"exhibit": one.exhibit, "same": one.same, "line": one.line} for one in checks],
                "seal": verdict.seal,
                "items_digest": verdict.items_digest,
                "ledger_head": verdict.ledger_head,
                "ledger_entries": verdict.ledger_entries,
                "limits": verify.LIMITS,
            }
        )
    else:
        _print_verdict(verdict, [check.line for check in checks], logged=logged)
    if not same:
        return DIFFERENT
    return DONE if verdict.complete and all(check.same for check in checks) else INCOMPLETE


def _print_verdict(verdict: verify.Verdict, checks: list[str], *, logged: bool) -> None:
    for what, how in verdict.checked:
        print_text(f"{what}: {how}")
    for line in checks:
        print_text(line)
    for one in verdict.findings:
        print_text(f"DIFFERENT  {one.table}  {one.where}: {one.what}")
    for sentence in verdict.sentences:
        print_text(sentence)
    if not logged:
        print_text("The case cannot be written: this verification was not entered in its ledger.")


def report(arguments: argparse.Namespace) -> int:
    from app.reporting import ReportOptions, picture_files, write_case_report

    if arguments.document != "evidential":
        raise UsageError(f"no document {arguments.document}: there is evidential")
    _known_zone(arguments.zone)
    case = open_case(arguments.case)
    try:
        options = ReportOptions(
            title=arguments.title,
            report_exhibit=arguments.report_exhibit,
            operation=arguments.operation,
            urn=arguments.urn,
            producer=arguments.producer,
            officer_in_case=arguments.officer,
            marking=arguments.marking,
            zone=arguments.zone,
            order=arguments.order,
            pictures=picture_files(case, arguments.picture),
        )
        result = write_case_report(case, selection_of(arguments), arguments.output, options)
    finally:
        case.close()
    print_text(f"{arguments.output}: {result.pages:,} pages, {result.items:,} items")
    print_text(f"SHA-256 {result.sha256}")
    return DONE


def tag(arguments: argparse.Namespace) -> int:
    case = open_case(arguments.case)
    try:
        with case.store.write() as connection:
            found = {number: queries.find_item(connection, number) for number in arguments.items}
            missing = [number for number, one in found.items() if one is None]
            if missing:
                raise UsageError(f"no such item: {', '.join(missing)}; nothing was tagged")
            change = review.remove_tag if arguments.remove else review.add_tag
            try:
                count = change(connection, [one for one in found.values() if one is not None], arguments.tag, PROGRAM)
            except ValueError as error:
                raise UsageError(str(error)) from None
    finally:
        case.close()
    print_text(f"{count} items {'no longer' if arguments.remove else 'now'} tagged “{arguments.tag.strip()}”")
    return DONE


def extractors(arguments: argparse.Namespace) -> int:
    if arguments.sources:
        from extractors.sources import SOURCES

        rows = [{"kind": one.kind, "title": one.title, "limits": one.limits} for one in SOURCES]
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
        for name in ("version", "tested_on", "limits"):
            if name in row:
                print_text(f"    {name.replace('_', ' ')}: {row[name]}")
    return DONE


def gui(arguments: argparse.Namespace) -> int:
    from app.gui import run_gui

    return run_gui(arguments.case)


def demo(arguments: argparse.Namespace) -> int:
    from app.demo import run_demo

    return run_demo(arguments.folder, window=not arguments.no_window)


def selftest(arguments: argparse.Namespace) -> int:
    from app.selftest import run_selftest

    record = run_selftest()
    for name, passed in record["checks"].items():
        print_text(f"{'passed' if passed is True else 'FAILED'}  {name}" + ("" if passed is True else f": {passed}"))
    if arguments.output:
        arguments.output.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
        print_text(f"record written to {arguments.output}")
    passed = all(one is True for one in record["checks"].values())
    print("selftest passed" if passed else "selftest FAILED", file=sys.stdout if passed else sys.stderr)
    return DONE if passed else DIFFERENT
