# SPDX-License-Identifier: Apache-2.0
"""The bundle of a case: complaint, claim, index and originals, and what a court makes of checks."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final

from tallystick.contracts import CaseBundle, Label
from tallystick.industries.justice.case_records import CheckResult, Findings
from tallystick.industries.justice.paper_labels import INDEX_LABELS
from tallystick.industries.justice.rules import verdict_of


def verdict(findings: Mapping[str, str]) -> str:
    """Return the verdict that the contract will come to when these findings are recorded."""
    return verdict_of(Findings(**{name: CheckResult(found) for name, found in findings.items()}))


def index_page(facts: Mapping[str, Any], handed_in: Collection[str]) -> Mapping[str, Any]:
    """Return what the page for people says: the matter, the sum, and every exhibit by its hash."""
    names = ("case", "court", "docket", "cause", "agreement", "claimants", "respondents")
    claimed = ("total", "unmet", "penalty", "currency")
    shown = ("deposit", "file_name", "sha256", "size", "deposited_at")
    return {
        **{name: facts[name] for name in names},
        "claim": {name: facts["claim"][name] for name in claimed},
        "exhibits": [
            {
                "number": number,
                **{name: one[name] for name in shown},
                "handed_in": one["deposit"] in handed_in,
            }
            for number, one in enumerate(facts["index"], start=1)
        ],
    }


BUNDLE: Final = CaseBundle(
    label=Label(
        zh="案卷：起诉状、请求计算、证据目录、原件及其证明",
        en="a case: complaint, claim computation, index of evidence, originals and their proofs",
    ),
    extract="case",
    verdict=verdict,
    title=Label(zh="案卷证据目录", en="Index of the evidence of a case"),
    page=index_page,
    labels=INDEX_LABELS,
    authorities="authorities",
)
