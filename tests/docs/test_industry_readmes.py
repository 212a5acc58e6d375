# SPDX-License-Identifier: Apache-2.0
"""Each industry's README has a worked example that runs, and names every method and event."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest

from tallystick.contracts import Contract, schema_of
from tallystick.execution import load_contracts

INDUSTRIES: Final = Path(__file__).resolve().parents[2] / "src" / "tallystick" / "industries"
BLOCK: Final = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
BUILT_IN: Final = [
    contract
    for contract in load_contracts()
    if contract.__module__.startswith("tallystick.industries.")
]


def readme(contract: type[Contract]) -> Path:
    """Return the README of the industry that a contract belongs to."""
    return INDUSTRIES / contract.__module__.split(".")[2] / "README.md"


@pytest.mark.parametrize("contract", BUILT_IN, ids=lambda contract: contract.name)
def test_the_worked_example_runs(contract: type[Contract]) -> None:
    """What a README asserts holds."""
    page = readme(contract)
    blocks = BLOCK.findall(page.read_text(encoding="utf-8"))
    assert blocks
    for block in blocks:
        names: dict[str, object] = {}
        exec(compile(block, str(page), "exec"), names)  # noqa: S102  # the page's own code


@pytest.mark.parametrize("contract", BUILT_IN, ids=lambda contract: contract.name)
def test_every_method_event_and_code_is_mentioned(contract: type[Contract]) -> None:
    """A README that lags behind its contract misleads."""
    text = readme(contract).read_text(encoding="utf-8")
    schema = schema_of(contract)
    names = [
        *(method.name for method in schema.methods),
        *(event.name for event in schema.events),
        *(refusal.code for refusal in schema.refusals),
    ]
    assert [name for name in names if f"`{name}`" not in text] == []
