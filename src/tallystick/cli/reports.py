# SPDX-License-Identifier: Apache-2.0
"""Reports from verifications: the checklist of the client, in the form that `render` draws."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from tallystick.cli.answers import Line, Mark, Plain, Report, Section
from tallystick.cli.catalogue import say
from tallystick.cli.exit_codes import ExitCode
from tallystick.cli.stage import stage
from tallystick.client import Check, CheckResult, Result, Verification

_MARKS: Final = {
    CheckResult.PASSED: Mark.OK,
    CheckResult.FAILED: Mark.FAILED,
    CheckResult.SKIPPED: Mark.SKIPPED,
}
_VERDICTS: Final = {
    Result.MATCH: Mark.OK,
    Result.PARTLY: Mark.WARNING,
    Result.NO_MATCH: Mark.FAILED,
}


def verification_section(name: str, verification: Verification) -> Section:
    """Return the checks of one object, ending in match, partly checked (why), or no match."""
    language = stage().language
    verdict = say(f"verify.{verification.result.name.lower()}")
    remarks = [f"{say('verify.why')} {_reason(check)}" for check in verification.reasons]
    if verification.ok:
        remarks = [say("verify.meaning")]
    return Section(
        _VERDICTS[verification.result],
        " · ".join([verdict, name, *_who_and_when(verification)]),
        tuple(
            Line(_MARKS[check.result], check.title.get(language), check.evidence.get(language))
            for check in verification.checks
        ),
        tuple(remarks),
    )


def verification_report(results: Sequence[tuple[str, Verification]]) -> Report:
    """Return the report on several objects; one that does not match decides the exit code."""
    is_bad = any(result.result is Result.NO_MATCH for _, result in results)
    documents: list[Plain] = [
        {"name": name, **_plain(verification)} for name, verification in results
    ]
    return Report(
        tuple(verification_section(name, verification) for name, verification in results),
        {"ok": all(result.ok for _, result in results), "results": documents},
        ExitCode.NOT_VERIFIED if is_bad else ExitCode.OK,
    )


def _plain(verification: Verification) -> dict[str, Plain]:
    return verification.to_dict()  # type: ignore[return-value]  # plain values, by its contract


def _reason(check: Check) -> str:
    language = stage().language
    return f"{check.title.get(language)}: {check.evidence.get(language)}"


def _who_and_when(verification: Verification) -> list[str]:
    from tallystick.cli.render import local_time
    from tallystick.cli.times import format_time

    subject = verification.subject
    if subject is None or verification.result is Result.NO_MATCH:
        return []
    name = subject.organization_name
    parts = [name.get(stage().language) if name else subject.organization]
    if subject.block_time is not None:
        parts.append(local_time(format_time(subject.block_time)))
    if subject.height is not None:
        parts.append(say("verify.block", height=subject.height))
    return parts
