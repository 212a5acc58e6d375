# SPDX-License-Identifier: Apache-2.0
"""The report on a bundle: for people as a checklist, for the record as JSON."""

from __future__ import annotations

from typing import Any, Final

from msgspec import to_builtins

from tallystick.cli.answers import Line, Mark, Plain, Report, Section
from tallystick.cli.bundle_checks import CHECKS, CheckedBundle, Item
from tallystick.cli.bundle_stamps import Authorities
from tallystick.cli.catalogue import say
from tallystick.cli.exit_codes import ExitCode
from tallystick.encoding import format_json

REPORT_FORMAT: Final = "tallystick.bundle-report.v1"
_INDENT: Final = 2
NOT_ASSESSED: Final = "NOT_ASSESSED"
_MARKS: Final = {
    "passed": Mark.OK,
    "failed": Mark.FAILED,
    "unknown": Mark.SKIPPED,
    "absent": Mark.SKIPPED,
}


def bundle_report(checked: CheckedBundle, bundle_sha256: str, checked_at: str) -> Report:
    """Return the report; an item that is inconsistent, or a case that is not, decides the code."""
    extract = checked.case.extract
    document: dict[str, Plain] = {
        "format": REPORT_FORMAT,
        "bundle_sha256": bundle_sha256,
        "network": checked.network,
        "contract": extract.contract if extract else None,
        "subject": extract.subject if extract else None,
        "checked_at": checked_at,
        "case": [
            {"name": one.code, "result": one.mark.value, "evidence": one.evidence}
            for one in checked.case.lines
        ],
        "signatures": [
            {"signature": one.name, "result": one.mark.value, "evidence": one.evidence}
            for one in checked.parties
        ],
        "time_authorities": {
            "source": checked.authorities.source,
            "rows": [to_builtins(one) for one in checked.authorities.rows],
        },
        "items": [_plain(one) for one in checked.items],
        "findings": [finding(one) for one in checked.items],
    }
    sections = (
        Section(checked.case.verdict, say("bundle.check_case"), checked.case.lines),
        *_parties(checked.parties),
        _authorities(checked.authorities),
        *(_section(one) for one in checked.items),
    )
    is_bad = any(one.verdict is Mark.FAILED for one in sections)
    return Report(sections, document, ExitCode.NOT_VERIFIED if is_bad else ExitCode.OK)


def _parties(lines: tuple[Line, ...]) -> tuple[Section, ...]:
    """Return the section of the parties' signatures; none where a case has none."""
    if not lines:
        return ()
    is_bad = any(one.mark is Mark.FAILED for one in lines)
    verdict = Mark.FAILED if is_bad else Mark.OK
    return (Section(verdict, say("bundle.check_parties"), lines),)


def _authorities(table: Authorities) -> Section:
    """Return the section with the table of time-stamp authorities, and where it was read."""
    lines = tuple(
        Line(
            Mark.OK,
            one.name,
            say(
                "bundle.authority",
                certificate=one.certificate,
                since=one.valid_from,
                until=one.valid_until,
                by=one.published_by,
            ),
            code="time_authority",
        )
        for one in table.rows
    )
    if not lines:
        nobody = Line(Mark.SKIPPED, say("bundle.authorities"), say("bundle.authorities_none"))
        return Section(Mark.SKIPPED, say("bundle.authorities"), (nobody,))
    heading = say(f"bundle.authorities_{table.source}", count=len(lines))
    return Section(Mark.OK, heading, lines)


def finding(item: Item) -> dict[str, Any]:
    """Return what was found of an item, as it goes on record."""
    return {"deposit": item.deposit, "sha256": item.presented, "findings": item.findings}


def report_bytes(report: Report) -> bytes:
    """Return the report as the file whose SHA-256 goes on record."""
    return f"{format_json(report.document, indent=_INDENT)}\n".encode()


def _section(item: Item) -> Section:
    lines = tuple(
        Line(
            _MARKS[item.found[name].result],
            say(f"bundle.check_{name}"),
            item.found[name].evidence,
            code=name,
        )
        for name in CHECKS
    )
    token = Line(
        _MARKS[item.stamp.verdict],
        say("bundle.token"),
        f"{say('bundle.token_' + item.stamp.verdict)}: {item.stamp.evidence}",
        code="time_token",
    )
    signed = Line(
        _MARKS[item.signature.result],
        say("bundle.electronic"),
        item.signature.evidence,
        code="electronic_signature",
    )
    marks = {one.mark for one in lines}
    known = {lines[0].mark, lines[1].mark} == {Mark.OK}
    verdict = Mark.FAILED if Mark.FAILED in marks else Mark.OK if known else Mark.WARNING
    heading = say("bundle.item", verdict=item.verdict, deposit=item.deposit, name=item.name)
    before = say("bundle.before", time=item.deposited_at)
    last = Line(Mark.SKIPPED, say("bundle.check_before"), before, code="before")
    return Section(verdict, heading, (*lines, token, signed, last))


def _plain(item: Item) -> dict[str, Plain]:
    return {
        "deposit": item.deposit,
        "file_name": item.name,
        "deposited_at": item.deposited_at,
        "presented_sha256": item.presented,
        "unchanged_since_deposit": {
            "verdict": item.verdict,
            "findings": dict(item.findings),
            "evidence": {name: item.found[name].evidence for name in CHECKS},
        },
        "time_token": item.stamp.to_dict(),
        "electronic_signature": {
            "verdict": item.signature.result,
            "evidence": item.signature.evidence,
        },
        "true_before_deposit": {
            "result": NOT_ASSESSED,
            "note": say("bundle.before", time=item.deposited_at),
        },
    }
