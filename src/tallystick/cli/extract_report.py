# SPDX-License-Identifier: Apache-2.0
"""Checks extracts: records by proofs, transactions by receipts, facts by making them again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tallystick.cli.answers import Line, Mark, Plain, Report, Section
from tallystick.cli.catalogue import say
from tallystick.cli.exit_codes import ExitCode
from tallystick.cli.facts_again import check_facts
from tallystick.cli.render import local_time
from tallystick.cli.times import format_time
from tallystick.cli.verifying import offline_trust
from tallystick.client import EXTRACT_BYTES_MAX, Extract, Trust, read_extract, read_file
from tallystick.errors import InvalidProof, TallystickError
from tallystick.model import parse_checkpoint

_MARKS: Final = {True: Mark.OK, False: Mark.FAILED, None: Mark.SKIPPED}


@dataclass(frozen=True, slots=True)
class Checked:
    """What became of one extract."""

    name: str
    extract: Extract | None
    lines: tuple[Line, ...]

    @property
    def verdict(self) -> Mark:
        """Failed if one check did; a warning if facts could not be made again."""
        marks = {line.mark for line in self.lines}
        if Mark.FAILED in marks:
            return Mark.FAILED
        return Mark.WARNING if Mark.SKIPPED in marks else Mark.OK


def extract_report(files: Sequence[Path], trust: Path | None) -> Report:
    """Return the checks of extracts; one that does not hold decides the exit code.

    Raises:
        UsageError: there is no trust file.
        FileProblem: a file cannot be read.
    """
    checked = [check_file(path, trust) for path in files]
    is_bad = any(one.verdict is Mark.FAILED for one in checked)
    return Report(
        tuple(Section(one.verdict, _heading(one), one.lines) for one in checked),
        {
            "ok": all(one.verdict is Mark.OK for one in checked),
            "results": [_plain(one) for one in checked],
        },
        ExitCode.NOT_VERIFIED if is_bad else ExitCode.OK,
    )


def check_file(path: Path, trust: Path | None) -> Checked:
    """Check one extract; what does not hold is a failed line.

    Raises:
        UsageError: there is no trust file.
        FileProblem: it cannot be read.
    """
    data = read_file(path, size_max=EXTRACT_BYTES_MAX)
    return _checked(path.name, data, lambda network: offline_trust(trust, lambda: network))


def check_content(name: str, data: bytes, trust: Trust) -> Checked:
    """Check an extract that is part of something; what does not hold is a failed line."""
    return _checked(name, data, lambda _: trust)


def _checked(name: str, data: bytes, trust_of: Callable[[str], Trust]) -> Checked:
    try:
        extract = read_extract(data)
    except TallystickError as error:
        return Checked(name, None, (_failed("records", say("extract.records"), error),))
    trusted = trust_of(parse_checkpoint(extract.checkpoint).origin)
    return Checked(name, extract, tuple(_checks(extract, trusted)))


def _checks(extract: Extract, trust: Trust) -> list[Line]:
    """Return the checks up to the first that fails: what follows would rest on it."""
    lines: list[Line] = []
    for name, title, text, check in (
        ("records", "extract.records", _proven(extract), extract.check_records),
        ("receipts", "extract.receipts", _received(extract), extract.check_receipts),
    ):
        try:
            check(trust)
        except TallystickError as error:
            return [*lines, _failed(name, say(title), error)]
        lines.append(Line(Mark.OK, say(title), text, code=name))
    lines += _organizations(extract)
    try:
        holds, why = check_facts(extract)
    except InvalidProof as error:
        return [*lines, _failed("facts", say("extract.facts"), error)]
    return [*lines, Line(_MARKS[holds], say("extract.facts"), why, code="facts")]


def _proven(extract: Extract) -> str:
    return say("extract.records_hold", count=len(extract.records))


def _organizations(extract: Extract) -> list[Line]:
    """Return who is meant by the codes in the facts, as the ledger's membership has them called."""
    title = say("extract.organizations")
    return [
        Line(Mark.OK, title, f"{one.zh} {one.en} ({code})", code="organizations")
        for code, one in extract.names.items()
    ]


def _received(extract: Extract) -> str:
    return say("extract.receipts_hold", count=len(extract.receipts))


def _failed(name: str, title: str, error: TallystickError) -> Line:
    return Line(Mark.FAILED, title, f"{error.message} ({error.code})", code=name)


def _heading(checked: Checked) -> str:
    if checked.extract is None:
        return say("extract.unreadable", name=checked.name)
    extract = checked.extract
    head = parse_checkpoint(extract.checkpoint)
    return say(
        "extract.heading",
        contract=extract.contract,
        kind=extract.kind,
        subject=extract.subject,
        height=head.height,
        time=local_time(format_time(head.time)),
    )


def _plain(checked: Checked) -> dict[str, Plain]:
    extract = checked.extract
    found: dict[str, Plain] = {
        "name": checked.name,
        "ok": checked.verdict is Mark.OK,
        "checks": [
            {"name": one.code, "result": one.mark.value, "evidence": one.evidence}
            for one in checked.lines
        ],
    }
    if extract is None:
        return found
    height = parse_checkpoint(extract.checkpoint).height
    known = {"contract": extract.contract, "kind": extract.kind, "subject": extract.subject}
    return {**found, **known, "height": height}
