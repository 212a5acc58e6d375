# SPDX-License-Identifier: Apache-2.0
"""The page about parts shows what runs, and names every part and every refusal."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import indent
from types import ModuleType
from typing import Final

import pytest

from tallystick import contracts
from tallystick.contracts import Part, Refusal, parts
from tallystick.contracts.refusals import refusal_fields
from tallystick.testing import LedgerHarness, make_signer

PAGE: Final = Path(__file__).resolve().parents[2] / "docs" / "contract-author" / "parts.md"
TEXT: Final = PAGE.read_text(encoding="utf-8")
BLOCK: Final = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NAMES, *EXAMPLES = BLOCK.findall(TEXT)
CONTRACT: Final = """
class Example(Contract, name="example", version=1):
    '''An example.'''

{declarations}
    @action(role=ANY_MEMBER, label=Label(zh="做", en="Do"))
    def do(self, ctx: Context) -> None:
        '''Run.'''
{calls}
"""
FACE: Final = {name: getattr(face, name) for face in (contracts, parts) for name in face.__all__}
PARTS: Final = [kind for kind in FACE.values() if isinstance(kind, type) and issubclass(kind, Part)]
REFUSALS: Final = [
    kind
    for kind in FACE.values()
    if isinstance(kind, type) and issubclass(kind, Refusal) and kind is not Refusal
]


@pytest.fixture
def module() -> Iterator[ModuleType]:
    """Return a module with the names that the page's examples use."""
    module = ModuleType("parts_page")
    sys.modules["parts_page"] = module
    exec(NAMES, vars(module))  # noqa: S102  # the page's own code
    yield module
    del sys.modules["parts_page"]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda text: text.split(" ", 1)[0])
def test_every_example_runs(module: ModuleType, example: str) -> None:
    """In a contract made of its first lines, called by somebody with every role in them."""
    declarations, _, calls = example.partition("\n\n")
    source = CONTRACT.format(
        declarations=indent(declarations, " " * 4) + "\n", calls=indent(calls, " " * 8)
    )
    exec(compile(source, str(PAGE), "exec"), vars(module))  # noqa: S102  # the page's own code
    done = LedgerHarness(module.Example).run("do", make_signer("clerk", "court"))
    assert done.code == "ok", done


def test_every_part_has_a_section_with_an_example() -> None:
    """Parts without one would be found by reading the code only."""
    shown = "".join(EXAMPLES)
    declared = [kind.__name__ for kind in PARTS if kind is not Part]
    assert [name for name in declared if f" = {name}(" not in shown] == []


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda kind: kind.__name__)
def test_every_refusal_is_in_the_table_with_its_code_and_facts(refusal: type[Refusal]) -> None:
    """What a caller meets can be looked up."""
    facts = ", ".join(f"`{name}`" for name in refusal_fields(refusal))
    assert f"| `{refusal.code}` | `{refusal.__name__}` | {facts} | " in TEXT


def test_refusals_of_all_parts_can_be_told_apart_in_one_contract() -> None:
    """A contract may have any parts together: no two share both a code and their facts."""
    signs = [(kind.code, tuple(sorted(refusal_fields(kind)))) for kind in REFUSALS]
    assert len(set(signs)) == len(signs)
