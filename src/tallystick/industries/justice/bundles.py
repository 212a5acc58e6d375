# SPDX-License-Identifier: Apache-2.0
"""The bundle of a case: complaint, claim, index and originals, and what a court makes of checks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tallystick.contracts import CaseBundle, Label
from tallystick.industries.justice.case_records import CheckResult, Findings
from tallystick.industries.justice.rules import verdict_of


def verdict(findings: Mapping[str, str]) -> str:
    """Return the verdict that the contract will come to when these findings are recorded."""
    return verdict_of(Findings(**{name: CheckResult(found) for name, found in findings.items()}))


BUNDLE: Final = CaseBundle(
    label=Label(
        zh="案卷：起诉状、请求计算、证据目录、原件及其证明",
        en="a case: complaint, claim computation, index of evidence, originals and their proofs",
    ),
    extract="case",
    verdict=verdict,
)
