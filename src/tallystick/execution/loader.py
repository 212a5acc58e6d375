# SPDX-License-Identifier: Apache-2.0
"""Finds the contracts of installed packages: built-in and foreign ones use the same door."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.metadata import EntryPoint, entry_points
from typing import Final

from tallystick.contracts import (
    Contract,
    Definition,
    define,
)
from tallystick.errors import InvalidContract

ENTRY_POINT_GROUP: Final = "tallystick.contracts"


def load_contracts(found: Iterable[EntryPoint] | None = None) -> tuple[type[Contract], ...]:
    """Return the contract classes of all installed packages, sorted by contract name.

    A package offers a contract by an entry point of the group `tallystick.contracts`. Tests may
    pass entry points of their own.

    Raises:
        InvalidContract: an entry point cannot be imported, is no contract, or two share a name.
    """
    points = entry_points(group=ENTRY_POINT_GROUP) if found is None else found
    contracts = [_load(point) for point in points]
    definitions = define_all(contracts)
    return tuple(definitions[name].contract for name in sorted(definitions))


def define_all(contracts: Iterable[type[Contract]]) -> dict[str, Definition]:
    """Return the definitions of contracts by contract name.

    Raises:
        InvalidContract: a class breaks a rule, or two contracts share a name.
    """
    definitions: dict[str, Definition] = {}
    for contract in contracts:
        definition = define(contract)
        other = definitions.setdefault(contract.name, definition)
        if other is not definition:
            raise InvalidContract(
                f"two contracts are called {contract.name!r}: {_path(other.contract)} and "
                f"{_path(contract)}",
                field=contract.name,
                expected="uninstall one of them, or rename it",
            )
    return definitions


def _load(point: EntryPoint) -> type[Contract]:
    try:
        contract = point.load()
    except (ImportError, AttributeError, SyntaxError) as error:
        raise InvalidContract(
            f"the contract {point.name!r} ({point.value}) cannot be imported: {error}",
            field=point.name,
            expected="an importable `module:Class`",
            found=point.value,
        ) from error
    if not (isinstance(contract, type) and issubclass(contract, Contract)):
        raise InvalidContract(
            f"{point.value} is not a contract",
            field=point.name,
            expected="a class derived from tallystick.contracts.Contract",
            found=point.value,
        )
    return contract


def _path(contract: type[Contract]) -> str:
    return f"{contract.__module__}.{contract.__qualname__}"
