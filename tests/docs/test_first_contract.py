# SPDX-License-Identifier: Apache-2.0
"""The worked example for contract authors runs as it stands on the page."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Annotated, Final, get_origin

import pytest

from tallystick import contracts
from tallystick.contracts import schema_of
from tallystick.execution import ContractRunner
from tallystick.testing import Net

PAGE: Final = Path(__file__).resolve().parents[2] / "docs" / "contract-author" / "first-contract.md"
BLOCK: Final = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture
def page() -> Iterator[ModuleType]:
    """Run the page's blocks one after the other in a module of their own."""
    module = ModuleType("loans")
    sys.modules["loans"] = module
    blocks = BLOCK.findall(PAGE.read_text(encoding="utf-8"))
    assert len(blocks) == 4
    for block in blocks:
        exec(compile(block, str(PAGE), "exec"), vars(module))  # noqa: S102  # the page's own code
    yield module
    del sys.modules["loans"]


def test_every_block_of_the_page_runs(page: ModuleType) -> None:
    """What the page asserts holds, and its test passes."""
    page.test_what_is_lent_comes_back(Net([page.Loans]))


def test_the_pages_contract_can_be_served(page: ModuleType) -> None:
    """The runner takes it like any other."""
    runner = ContractRunner([page.Loans])
    assert runner.schemas == (schema_of(page.Loans),)


def test_the_page_names_every_constrained_type() -> None:
    """A type that authors do not know of does not help them."""
    text = PAGE.read_text(encoding="utf-8")
    face = {name: getattr(contracts, name) for name in contracts.__all__}
    constrained = [name for name, kind in face.items() if get_origin(kind) is Annotated]
    assert len(constrained) > 10
    assert [name for name in constrained if f"`{name}`" not in text] == []
