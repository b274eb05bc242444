"""`assay verify` and `assay selftest`."""

from __future__ import annotations

import argparse
import json
from typing import Any

from app.cases import DATABASE, CaseDamaged, open_case
from app.cli import DIFFERENT, DONE, INCOMPLETE, UsageError
from app.output import print_json, say, say_aside
from app.sources_again import SourceCheck, check_sources
from evidence_store import verify


def verify_case(arguments: argparse.Namespace) -> int:
    try:
        case = open_case(arguments.case)
    except CaseDamaged as error:
        return _not_openable(str(error), as_json=arguments.json)
    try:
        with case.store.read() as connection:
            verdict = verify.verify(connection)
        checks = check_sources(case) if arguments.sources else []
        same = verdict.intact and not any(check.same is False for check in checks)
        logged = case.log(
            "verified", "case", intact=verdict.intact, complete=verdict.complete, findings=len(verdict.findings)
        )
    finally:
        case.close()
    if arguments.json:
        print_json(_verdict_plain(verdict, checks))
    else:
        _print_verdict(verdict, [check.line for check in checks], logged=logged)
    if not same:
        return DIFFERENT
    return DONE if verdict.complete and all(check.same for check in checks) else INCOMPLETE


def _not_openable(line: str, *, as_json: bool) -> int:
    """A case file that is too damaged to be opened is a difference, and the first thing to be told."""
    if as_json:
        finding = {"table": DATABASE, "where": "the file", "what": line}
        print_json({"intact": False, "complete": False, "findings": [finding], "limits": verify.LIMITS})
    else:
        say(f"DIFFERENT  {DATABASE}  the file: {line}")
    return DIFFERENT


def _verdict_plain(verdict: verify.Verdict, checks: list[SourceCheck]) -> dict[str, Any]:
    return {
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


def _print_verdict(verdict: verify.Verdict, checks: list[str], *, logged: bool) -> None:
    for what, how in verdict.checked:
        say(f"{what}: {how}")
    for line in checks:
        say(line)
    for one in verdict.findings:
        say(f"DIFFERENT  {one.table}  {one.where}: {one.what}")
    for sentence in verdict.sentences:
        say(sentence)
    if not logged:
        say("The case cannot be written: this verification was not entered in its ledger.")


def selftest(arguments: argparse.Namespace) -> int:
    from app.selftest import run_selftest

    out = arguments.output
    if out and (out.is_dir() or not out.parent.is_dir()):
        raise UsageError(f"{out}: the record cannot be written there")
    record = run_selftest()
    for name, passed in record["checks"].items():
        say(f"{'passed' if passed is True else 'FAILED'}  {name}" + ("" if passed is True else f": {passed}"))
    if out:
        try:
            out.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
        except OSError as error:
            raise UsageError(f"{out}: {error.strerror}: the record was not written") from None
        say(f"record written to {out}")
    passed = all(one is True for one in record["checks"].values())
    if not passed:
        say_aside("selftest FAILED")
        return DIFFERENT
    say("selftest passed")
    return DONE
