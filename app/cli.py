"""The command line: its words, exit statuses and JSON are a contract that scripts rely on.

Exit status: 0 all done; 1 unexpected error; 2 wrong usage or unusable input (one clear line); 3 finished, but something
could not be read (see coverage); 4 verification found a difference.
"""

from __future__ import annotations

import argparse
import errno
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn

from app import PROGRAM

DONE, UNEXPECTED, UNUSABLE, INCOMPLETE, DIFFERENT = range(5)
_AS_WRITTEN = argparse.RawDescriptionHelpFormatter
_ABOUT = """Offline triage of digital evidence. The usual way:

  assay ingest CASE SOURCE --zone Europe/London --no-authority "why"
  assay items CASE --since 2026-03-01 --search harbour
  assay tag CASE important EX/1-000012
  assay report CASE --tag important -o report.pdf
  assay verify CASE

CASE is a folder that Assay makes; a SOURCE is only ever read."""
_STATUSES = """Exit status: 0 all done; 1 unexpected error; 2 wrong usage or unusable input;
3 finished, but something could not be read (see `assay coverage`); 4 verification found a difference.
`assay COMMAND --help` has the options of a command."""


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command and gives its exit status."""
    _use_utf8()
    parser = _parser()
    given = list(sys.argv[1:] if argv is None else argv)
    if not given and (
        sys.platform in ("win32", "darwin") or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    ):
        given = ["gui"]
    arguments = parser.parse_args(given)
    command: Callable[[argparse.Namespace], int] | None = getattr(arguments, "command", None)
    if command is None:
        parser.print_help()
        return UNUSABLE
    return _guarded(command, arguments)


def _guarded(command: Callable[[argparse.Namespace], int], arguments: argparse.Namespace) -> int:
    from app.cases import CaseError
    from app.ingest.model import IngestError
    from app.output import close_output, say_aside
    from evidence_store.store import StoreError

    try:
        status = command(arguments)
        sys.stdout.flush()
    except (CaseError, IngestError, StoreError, UsageError) as error:
        say_aside(str(error))
        return UNUSABLE
    except KeyboardInterrupt:
        say_aside("stopped; what is done is kept, and the same command goes on from there")
        return UNUSABLE
    except Exception as error:  # the last door: whatever it is, one line, and the details on demand
        if _reader_left(error):
            close_output()
            return DONE
        if os.environ.get("ASSAY_DEBUG"):
            raise
        line = " ".join(str(error).split())[:300]
        say_aside(f"unexpected error: {type(error).__name__}: {line} (set ASSAY_DEBUG=1 for details)")
        return UNEXPECTED
    return status


def _reader_left(error: Exception) -> bool:
    """Whether the reader of our output has gone (a pager that was left): not our error, and no traceback."""
    windows = sys.platform == "win32" and isinstance(error, OSError) and error.errno == errno.EINVAL
    return isinstance(error, BrokenPipeError) or windows


class UsageError(Exception):
    """The command was given something it cannot use. One clear line."""


def _use_utf8() -> None:
    # A console of another code page must not end a run over a message in Urdu.
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure:
            reconfigure(encoding="utf-8", errors="backslashreplace")


class _Parser(argparse.ArgumentParser):
    """Tells what is wrong with the words of a command on one line, as everything else that is wrong is told."""

    def error(self, message: str) -> NoReturn:
        from app.output import say_aside

        say_aside(f"{message}; see `{self.prog} --help`")
        sys.exit(UNUSABLE)


def _count(least: int) -> Callable[[str], int]:
    def number(words: str) -> int:
        found = int(words) if words.isascii() and words.isdigit() else -1
        if found < least:
            raise argparse.ArgumentTypeError(f"{words} is no number from {least} up")
        return found

    return number


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="assay", description=_ABOUT, epilog=_STATUSES, formatter_class=_AS_WRITTEN)
    parser.add_argument("--version", action="version", version=PROGRAM)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    _add_ingest(commands)
    for name, words, function in (
        ("info", "sources with hashes, counts, seal and ledger head", "info"),
        ("coverage", "what became of each file and extractor", "coverage"),
        ("files", "every file of the sources", "files"),
    ):
        one = _command(commands, name, words, function)
        one.add_argument("case", type=Path, metavar="CASE")
        one.add_argument("--json", action="store_true", help="machine-readable")
    items = _command(commands, "items", "messages, calls, photos … of the case", "items")
    items.add_argument("case", type=Path, metavar="CASE")
    _add_selection(items)
    items.add_argument("--limit", type=_count(0), metavar="N", help="at most N items")
    items.add_argument("--json", action="store_true", help="one JSON object a line")
    people = _command(commands, "people", "who occurs, across applications and sources", "people")
    people.add_argument("case", type=Path, metavar="CASE")
    people.add_argument("--party", default="", metavar="WORDS", help="part of a name, number or address")
    people.add_argument("--limit", type=_count(0), metavar="N", help="at most N")
    people.add_argument("--json", action="store_true", help="one JSON object a line")
    _add_verify(commands)
    _add_report(commands)
    _add_tag(commands)
    one = _command(commands, "extractors", "what can be read", "extractors")
    one.add_argument("--json", action="store_true", help="one JSON object a line")
    one.add_argument("--sources", action="store_true", help="the containers that can be opened, instead")
    one.add_argument("--markdown", action="store_true", help="as the table of the README")
    one = _command(commands, "gui", "the window", "gui")
    one.add_argument("case", type=Path, nargs="?", metavar="CASE")
    one = _command(commands, "demo", "made-up evidence, read, verified and reported", "demo")
    one.add_argument("folder", type=Path, nargs="?", metavar="DIR", help="a new folder (default: a new one named demo)")
    one.add_argument("--no-window", action="store_true", help="do not open the window at the end")
    one = _command(commands, "selftest", "checks this installation against known answers", "selftest")
    one.add_argument("-o", "--output", type=Path, metavar="FILE.json", help="where the record of it is written")
    return parser


def _command(
    commands: argparse._SubParsersAction[_Parser], name: str, words: str, function: str
) -> argparse.ArgumentParser:
    def run(arguments: argparse.Namespace) -> int:
        # Loaded when it is asked for: a worker process starts from here too, and needs none of it.
        from app import commands as all_commands

        return int(getattr(all_commands, function)(arguments))

    one = commands.add_parser(name, help=words, description=words[0].upper() + words[1:] + ".")
    one.set_defaults(command=run)
    return one


def _add_ingest(commands: argparse._SubParsersAction[_Parser]) -> None:
    one = _command(commands, "ingest", "opens or creates the case folder and reads the sources into it", "ingest")
    one.add_argument("case", type=Path, metavar="CASE", help="the case folder; made if it is not there")
    one.add_argument("sources", type=Path, nargs="+", metavar="SOURCE", help="folder, zip, tar, disk image, E01, file")
    one.add_argument("--exhibit", action="append", metavar="ABC/1", help="exhibit reference (once for each source)")
    one.add_argument("--zone", metavar="Europe/London", help="assumed for local times without a zone")
    one.add_argument("--region", metavar="GB", help="of numbers in national form (default: as the device is set)")
    one.add_argument("--jobs", type=_count(1), metavar="N", help="worker processes (default: one a core)")
    one.add_argument("--only", action="append", default=[], metavar="GLOB", help="extractor ids to run")
    _add_secrets(one)
    one.add_argument("--date-order", choices=("dmy", "mdy", "ymd"), help="of exported chats that leave it open")
    authority = one.add_mutually_exclusive_group()
    authority.add_argument("--authority", type=Path, metavar="FILE.toml", help="the recorded authority")
    authority.add_argument("--no-authority", metavar="REASON", help="why there is none")
    one.add_argument("--progress", choices=("bar", "json", "none"), help="default: a bar on a terminal")


def _add_secrets(one: argparse.ArgumentParser) -> None:
    one.add_argument("--password-file", type=Path, metavar="FILE", help="password (first line) for what is encrypted")
    one.add_argument("--key-file", type=Path, metavar="FILE", help="key for what is encrypted")


def _add_selection(one: argparse.ArgumentParser) -> None:
    one.add_argument("--kind", action="append", default=[], metavar="KIND", help="message, call, contact, media_item …")
    one.add_argument("--service", action="append", default=[], metavar="NAME", help="SMS, WhatsApp …")
    one.add_argument("--since", metavar="TIME", help="from this date or time (UTC where no offset is given)")
    one.add_argument("--until", metavar="TIME", help="up to this time; a date includes the whole day")
    one.add_argument("--party", default="", metavar="WORDS", help="part of a name or number")
    one.add_argument("--search", default="", metavar="WORDS", help='words of the text; "a phrase"; begin*')
    one.add_argument("--tag", action="append", default=[], metavar="TAG", help="items with this tag")


def _add_verify(commands: argparse._SubParsersAction[_Parser]) -> None:
    one = _command(commands, "verify", "recomputes everything that the case states of itself", "verify_case")
    one.add_argument("case", type=Path, metavar="CASE")
    one.add_argument("--sources", action="store_true", help="reads the sources again and compares their hashes")
    one.add_argument("--json", action="store_true", help="one JSON object")


def _add_report(commands: argparse._SubParsersAction[_Parser]) -> None:
    one = _command(commands, "report", "the evidential report as PDF", "report")
    one.add_argument("case", type=Path, metavar="CASE")
    one.add_argument("-o", "--output", type=Path, required=True, metavar="FILE.pdf")
    one.add_argument("--document", default="evidential", metavar="NAME", help="evidential (the only one so far)")
    _add_selection(one)
    for name, words in (
        ("title", "title on the cover"),
        ("report-exhibit", "the reference this report is exhibited under"),
        ("operation", "operation name"),
        ("urn", "unique reference number"),
        ("producer", "who produces the report"),
        ("officer", "officer in the case"),
    ):
        one.add_argument(f"--{name}", default="", metavar="TEXT", help=words)
    one.add_argument("--marking", default="OFFICIAL-SENSITIVE", metavar="TEXT", help="protective marking")
    one.add_argument("--zone", default="Europe/London", help="zone in which times are printed")
    one.add_argument("--order", choices=("time", "conversation"), default="time")
    one.add_argument("--picture", action="append", default=[], metavar="ITEM", help="print the pictures of this item")
    _add_secrets(one)


def _add_tag(commands: argparse._SubParsersAction[_Parser]) -> None:
    one = _command(commands, "tag", "tags items by number, or takes the tag off", "tag")
    one.add_argument("case", type=Path, metavar="CASE")
    one.add_argument("tag", metavar="TAG")
    one.add_argument("items", nargs="+", metavar="ITEM", help="item numbers, as printed: ABC/1-000123")
    one.add_argument("--remove", action="store_true", help="take the tag off")
