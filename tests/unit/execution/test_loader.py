# SPDX-License-Identifier: Apache-2.0
"""Contracts of installed packages are found, and those that cannot run are named."""

from __future__ import annotations

from importlib.metadata import EntryPoint

import pytest

from tallystick.contracts import (
    Contract,
)
from tallystick.errors import InvalidContract
from tallystick.execution import ENTRY_POINT_GROUP, ContractRunner, load_contracts
from tests.unit.execution import samples


def point(value: str, name: str = "sample") -> EntryPoint:
    """Return an entry point as an installed package would have it."""
    return EntryPoint(name=name, value=value, group=ENTRY_POINT_GROUP)


def test_the_built_in_contract_is_found_like_anybodys() -> None:
    """By its entry point; no code of the platform names it."""
    assert "evidence" in [contract.name for contract in load_contracts()]
    assert "evidence" in [schema.name for schema in ContractRunner().schemas]


def test_contracts_are_sorted_by_name() -> None:
    """The order of installation must not matter to anything."""
    path = samples.__name__
    found = load_contracts([point(f"{path}:Trouble"), point(f"{path}:Other")])
    assert found == (samples.Other, samples.Trouble)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("tallystick.nowhere:Contract", "cannot be imported"),
        (f"{samples.__name__}:Nothing", "cannot be imported"),
        (f"{samples.__name__}:DO", "is not a contract"),
        (f"{samples.__name__}:Note", "is not a contract"),
    ],
)
def test_an_entry_point_that_is_no_contract_is_named(value: str, message: str) -> None:
    """A node that lacked a contract silently would leave the others."""
    with pytest.raises(InvalidContract, match=message) as caught:
        load_contracts([point(value, "broken")])
    assert (caught.value.field, caught.value.found) == ("broken", value)


def test_two_contracts_of_one_name_and_version_are_refused() -> None:
    """Nobody could say which of them runs."""
    namesake = type.__call__(type(samples.Other), "Other", (Contract,), {}, name="other", version=1)
    with pytest.raises(InvalidContract, match="two contracts are called 'other'"):
        ContractRunner([samples.Other, namesake])
    assert ContractRunner([samples.Other, samples.Other]).schema("other").version == 1
