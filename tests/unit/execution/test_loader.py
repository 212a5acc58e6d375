# SPDX-License-Identifier: Apache-2.0
"""Contracts of installed packages are found, and those that cannot run are named."""

from __future__ import annotations

from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from tallystick.contracts import Contract
from tallystick.errors import InvalidContract
from tallystick.execution import ENTRY_POINT_GROUP, ContractRunner, load_contracts
from tests.unit.execution import samples


def point(value: str, name: str = "sample") -> EntryPoint:
    """Return an entry point as an installed package would have it."""
    return EntryPoint(name=name, value=value, group=ENTRY_POINT_GROUP)


def test_the_built_in_contract_is_found_like_anybodys() -> None:
    """By its entry point; no code of the platform names it."""
    assert "assets" in [contract.name for contract in load_contracts()]
    assert "assets" in [schema.name for schema in ContractRunner().schemas]


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


def test_a_contract_whose_digest_does_not_cover_its_sources_is_not_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody could vote for it, and a node that ran it could not say which sources it runs."""
    version = tmp_path / "looseleaf" / "v1"
    version.mkdir(parents=True)
    (tmp_path / "looseleaf" / "__init__.py").touch()
    (tmp_path / "looseleaf" / "shared.py").write_text("LIMIT = 5\n")
    (version / "__init__.py").write_text(
        "from looseleaf.shared import LIMIT\n"
        "from tallystick.contracts import Contract\n\n"
        'class Loose(Contract, name="loose", version=1):\n'
        '    """Uses what stands outside its folder."""\n'
    )
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(InvalidContract, match=r"imports looseleaf\.shared"):
        load_contracts([point("looseleaf.v1:Loose")])
