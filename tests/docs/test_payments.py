# SPDX-License-Identifier: Apache-2.0
"""The page on payments runs, and names every result, reason and code that there is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tallystick.interchange import iso20022
from tallystick.interchange.iso20022 import Why, read_payments
from tallystick.interchange.tables import Problem

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGE = (DOCS / "operator" / "payments.md").read_text(encoding="utf-8")
CHINESE = (DOCS / "zh-CN" / "payments.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE, flags=re.DOTALL)


def test_the_example_sends_a_payment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file is in the outbox, and has the order of the page."""
    monkeypatch.chdir(tmp_path)
    exec(compile(BLOCKS[0], "payments.md", "exec"), {})  # noqa: S102
    (sent,) = (tmp_path / "bank" / "outbox").iterdir()
    (order,) = read_payments(sent.read_bytes()).orders
    assert (order.order_id, order.creditor.name) == ("RELIEF-0001", "王芳")


def test_the_example_reads_a_list() -> None:
    """It asserts by itself what it says."""
    exec(compile(BLOCKS[1], "payments.md", "exec"), {})  # noqa: S102
    assert len(BLOCKS) == 2


@pytest.mark.parametrize("page", [PAGE, CHINESE])
def test_every_result_and_reason_is_explained(page: str) -> None:
    """Who meets one finds it on the page, in both languages."""
    results = ["Accepted", "Rejected", "Booked", "Returned", "Unmatched"]
    assert set(results) <= set(iso20022.__all__)
    assert [name for name in (*results, *Why) if f"`{name}`" not in page] == []


def test_every_problem_of_a_list_is_explained() -> None:
    """Each code stands on the page."""
    assert [code for code in Problem if f"`{code}`" not in PAGE] == []
