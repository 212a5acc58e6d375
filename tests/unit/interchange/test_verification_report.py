# SPDX-License-Identifier: Apache-2.0
"""The page of a verification's report: it says what its JSON says, in both languages."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

import pytest

from tallystick.interchange.certificates import (
    REPORT_FILE,
    REPORT_FORMAT,
    attached_files,
    render,
    report_page,
)

DIGEST: Final = "ab" * 32
BOTH: Final = {"en": "a match proves something", "zh": "一致证明某事"}


def check(result: str, evidence: str, code: str | None = None) -> dict[str, Any]:
    """Return a line of a checklist."""
    return {
        "name": "file",
        "result": result,
        "code": code,
        "title": {"en": "file hash", "zh": "文件哈希"},
        "evidence": {"en": evidence, "zh": evidence},
    }


def item(**changes: object) -> dict[str, Any]:
    """Return one thing that was checked and matches."""
    subject = {
        "organization": "11330100MB0F0001X8",
        "organization_name": {"en": "A Court", "zh": "某法院"},
        "block_time_ms": 1_763_800_000_000,
        "transaction_id": DIGEST,
    }
    return {
        "name": "a.pdf",
        "method": "original",
        "algorithm": "sha256",
        "digest": DIGEST,
        "deposit": {"id": "EV-2026-000001"},
        "result": "match",
        "subject": subject,
        "checks": [check("passed", f"SHA-256 {DIGEST}")],
        **changes,
    }


def report(*items: dict[str, Any]) -> dict[str, Any]:
    """Return a report as the console makes it."""
    return {
        "format": REPORT_FORMAT,
        "network": "justice.1234",
        "height": 7,
        "node": "http://localhost:8700",
        "checked_at_ms": 1_763_800_001_000,
        "result": items[-1]["result"],
        "meaning": BOTH,
        "items": list(items),
    }


def said(page: Any) -> str:
    """Return all that a page says, and how its parts are called."""
    return json.dumps(dict(page.content), ensure_ascii=False).replace("\u200b", "")


def test_a_report_says_method_evidence_time_node_and_meaning_in_both_languages() -> None:
    """And who put the content on record, under which number."""
    page = report_page(report(item()), "http://localhost:8700/r/EV-2026-000001")
    for one in (
        "核验报告",
        "Verification report",
        "a.pdf",
        "原件：在持有人处计算哈希",
        "文件哈希",
        f"SHA-256 {DIGEST}",
        "EV-2026-000001",
        "某法院",
        "A Court",
        "2025-11-22 16:26:41 +08:00",
        "http://localhost:8700",
        "一致证明某事",
        "a match proves something",
    ):
        assert one in said(page), one


def test_what_does_not_match_says_why_it_may_be_and_nothing_of_a_deposit() -> None:
    """The list ends with the check that failed; what stands after it would say nothing."""
    failed = [check("failed", "differs", "E_NOT_FOUND"), check("passed", "after the failure")]
    page = report_page(report(item(result="no match", checks=failed)), "http://localhost/v")
    assert "E_NOT_FOUND" in said(page)
    assert "一个字节" in said(page)
    assert "after the failure" not in said(page)
    assert "某法院" not in said(page)


def test_what_nobody_named_and_nobody_is_known_to_have_signed_is_reported_too() -> None:
    """A hash alone goes by its algorithm; a proof without a block has no time."""
    subject = {**item()["subject"], "organization_name": None, "block_time_ms": None}
    hashed = item(name="", method="hash", algorithm="sm3", deposit=None, subject=None)
    proof = item(method="receipt", digest="", deposit=None, subject=subject)
    page = report_page(report(hashed, proof), "http://localhost/v")
    assert "第 1 项：SM3" in said(page)
    assert "存证时间" not in said(page)
    assert "11330100MB0F0001X8" in said(page)


@pytest.mark.parametrize("name", ["李镕、王喆、陈堃、赵玥.pdf", "\u202efdp.exe"])
def test_a_report_is_set_as_pdf_with_its_json_inside(name: str) -> None:
    """Names of people have all their characters; what would turn a line around is spelled out."""
    given = report(item(name=name))
    made = render(report_page(given, "http://localhost/v"))
    assert made.startswith(b"%PDF-")
    assert json.loads(attached_files(made)[REPORT_FILE]) == given


def test_several_threads_set_pages_at_the_same_time() -> None:
    """Each has a typesetter of its own, and the same page gives the same bytes."""
    page = report_page(report(*[item()] * 10), "http://localhost/v")
    with ThreadPoolExecutor(max_workers=4) as threads:
        made = set(threads.map(render, [page] * 8))
    assert made == {render(page)}
