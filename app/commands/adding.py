"""`assay ingest`: sources into a case, and the authority under which they are read."""

from __future__ import annotations

import argparse
import os
import tomllib
from collections.abc import Callable
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from app.cases import Case, open_case
from app.cli import DONE, INCOMPLETE, UNUSABLE, UsageError
from app.commands.choosing import known_region, known_zone
from app.commands.secrets import ask_on_terminal, secret_of
from app.ingest.model import IngestError, IngestResult, SourceRequest, Stopped
from app.ingest.register import outstanding, refuse_case_inside, settings_that_differ
from app.ingest.run import add_source
from app.output import say, say_aside
from app.progress import paused, shown_progress
from evidence_store import schema, seal
from evidence_store.scope import Authority
from extractors.catalog import EXTRACTORS


def ingest(arguments: argparse.Namespace) -> int:
    """Reads every source that can be used; one that cannot is told on a line of its own and costs the others nothing.

    What an earlier run left unfinished is finished first.
    """
    requests = _requests(arguments)
    for request in requests:  # before the case is made: making it inside the evidence would change the evidence
        refuse_case_inside(request.path, arguments.case)
    case = open_case(arguments.case, create_it=True)
    unread, refused, used = 0, 0, 0
    try:
        with shown_progress(arguments.progress) as on_progress:

            def ask(what: str, wrong: bool) -> str | None:
                with paused(on_progress):
                    return ask_on_terminal(what, wrong)

            for request in requests:
                if differing := settings_that_differ(case, request):
                    say_aside(differing)
                    refused += 1
            for request, words in _work(case, requests):

                def read(one: SourceRequest = request) -> IngestResult:
                    return add_source(case, one, on_progress, jobs=arguments.jobs, ask=ask)

                result = _one(read)
                if result is None:
                    refused += 1
                    continue
                unread += result.unread
                used += 1
                told = "was read before, and was not read again" if result.already else words
                say(f"{result.exhibit}: {request.path} {told}; {result.files:,} files, {result.items:,} items")
        if used:
            _say_seal(case, unread)
            _say_unplaced(case)
        return UNUSABLE if refused else INCOMPLETE if unread else DONE
    finally:
        case.close()


def _say_unplaced(case: Case) -> None:
    """Local times that have no place in UTC, because no zone was stated for them."""
    moment, item = schema.moment, schema.item
    query = select(func.count(moment.c.item_id.distinct())).where(
        moment.c.clock == "C",
        moment.c.item_id.in_(select(item.c.id).where(item.c.when_us.is_(None))),
    )
    with case.store.read() as connection:
        count = connection.execute(query).scalar_one()
    if count:
        words = "1 item has" if count == 1 else f"{count:,} items have"
        say(f"{words} a local time that is not placed in UTC, and no other: state the zone with --zone")


def _work(case: Case, requests: list[SourceRequest]) -> list[tuple[SourceRequest, str]]:
    """What is to be done, in order: what was stopped, then what is asked for."""
    waiting = [replace(one, secret=requests[0].secret) for one in outstanding(case)]
    held = {(_full(one.path), exhibit) for one in waiting for exhibit in (one.exhibit, None)}
    fresh = [one for one in requests if (_full(one.path), one.exhibit) not in held]
    return [*((one, "went on and read") for one in waiting), *((one, "read") for one in fresh)]


def _full(path: Path) -> str:
    return os.path.abspath(path)  # noqa: PTH100 - links stay as given


def _one(read: Callable[[], IngestResult]) -> IngestResult | None:
    try:
        return read()
    except Stopped:
        raise
    except IngestError as error:
        say_aside(str(error))
        return None


def _requests(arguments: argparse.Namespace) -> list[SourceRequest]:
    """The sources as they are to be read. Raises UsageError before anything is touched."""
    exhibits = arguments.exhibit or []
    if len(exhibits) > len(arguments.sources):
        raise UsageError("--exhibit was given more often than there are sources")
    if len(set(exhibits)) < len(exhibits):
        raise UsageError("--exhibit was given the same reference twice")
    for exhibit in exhibits:
        if not exhibit.strip() or not exhibit.isprintable():
            raise UsageError(f"--exhibit {exhibit!r} is no reference that can be printed")
    for glob in arguments.only:
        if not any(fnmatchcase(one.id, glob) for one in EXTRACTORS):
            raise UsageError(f"--only {glob} fits no extractor: see `assay extractors`")
    known_zone(arguments.zone)
    known_region(arguments.region)
    authority = authority_of(arguments)
    secret = secret_of(arguments.password_file, arguments.key_file)
    _check_paths(arguments.sources)
    return [
        SourceRequest(
            path=path,
            exhibit=exhibits[place] if place < len(exhibits) else None,
            zone=arguments.zone,
            region=arguments.region,
            date_order=arguments.date_order,
            only=tuple(arguments.only),
            authority=authority,
            secret=secret,
        )
        for place, path in enumerate(arguments.sources)
    ]


def _say_seal(case: Case, unread: int) -> None:
    with case.store.read() as connection:
        newest = seal.latest(connection)
    say(f"seal {newest.digest if newest else 'none'}")
    if unread:
        say(f"{unread:,} files or rows could not be read: see `assay coverage {case.folder}`")


def _check_paths(paths: list[Path]) -> None:
    for path in paths:
        try:
            str(path).encode("utf-8")
            path.lstat()
        except UnicodeEncodeError:
            raise UsageError(f"{path}: the name is no valid text (UTF-8): give the source another name") from None
        except FileNotFoundError:
            raise UsageError(f"{path}: does not exist; nothing was read") from None
        except (OSError, ValueError) as error:
            raise UsageError(f"{path}: {getattr(error, 'strerror', None) or error}; nothing was read") from None


def authority_of(arguments: argparse.Namespace) -> Authority:
    """What `--authority` or `--no-authority` states. Raises UsageError."""
    if arguments.no_authority is not None:
        if not arguments.no_authority.strip():
            raise UsageError("--no-authority needs a reason")
        return Authority(none_because=" ".join(arguments.no_authority.split()))
    if arguments.authority is None:
        return Authority()
    try:
        found = tomllib.loads(arguments.authority.read_text(encoding="utf-8-sig"))
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
