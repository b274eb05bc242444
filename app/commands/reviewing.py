"""`assay report` and `assay tag`: what a reviewer chooses, and its print."""

from __future__ import annotations

import argparse

from app import PROGRAM
from app.cases import open_case
from app.cli import DIFFERENT, DONE, UsageError
from app.commands.choosing import known_zone, selection_of, tell_unknown
from app.commands.secrets import secret_of
from app.output import say
from evidence_store import listing, queries, review


def report(arguments: argparse.Namespace) -> int:
    from app.reporting import ReportOptions, picture_files, write_case_report

    if arguments.document != "evidential":
        raise UsageError(f"no document {arguments.document}: there is evidential")
    known_zone(arguments.zone)
    chosen = selection_of(arguments)
    secret = secret_of(arguments.password_file, arguments.key_file)
    case = open_case(arguments.case)
    try:
        with case.store.read() as connection:
            tell_unknown(connection, chosen)
            case.secrets |= dict.fromkeys((row["id"] for row in listing.sources(connection)), secret)
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
        result = write_case_report(case, chosen, arguments.output, options)
    finally:
        case.close()
    say(f"{arguments.output}: {result.pages:,} pages, {result.items:,} items")
    say(f"SHA-256 {result.sha256}")
    if not result.intact:
        say("The case is not intact: the report's verification page says so, and `assay verify` names what differs.")
        return DIFFERENT
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
    say(f"{count} items {'no longer' if arguments.remove else 'now'} tagged “{arguments.tag.strip()}”")
    return DONE
