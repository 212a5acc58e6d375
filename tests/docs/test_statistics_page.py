# SPDX-License-Identifier: Apache-2.0
"""The code on the page about statistics runs as it stands."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

from tallystick.contracts import Contract, schema_of

PAGE = Path(__file__).parents[2] / "docs" / "contract-author" / "statistics.md"


def test_the_worked_example_is_a_contract(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its blocks run in order, and what it declares is in its schema."""
    blocks = re.findall(
        r"^```python\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )
    module = ModuleType("gifts_on_the_page")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    for block in blocks:
        exec(compile(block, str(PAGE), "exec"), vars(module))  # noqa: S102  # it is our page
    gifts: type[Contract] = module.Gifts
    schema = schema_of(gifts)
    assert [one.name for one in schema.statistics] == [
        *("raised", "spent", "fees", "fee_share", "blocked"),
    ]
    assert len(schema.warnings) == 3
