# SPDX-License-Identifier: Apache-2.0
"""The contracts that are installed on this machine, found by entry points, imported when asked for.

A name costs a look at the metadata of the installed packages; a schema costs the import of its
contract. So start-up asks for names only: an entry point is called as its contract, with its
version behind an `@` where several are installed (`notes@2`). One that is called otherwise is
found when its contract is asked for.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec
from types import ModuleType
from typing import TYPE_CHECKING, Final

from tallystick.cli.catalogue import say
from tallystick.errors import InvalidContract, TallystickError, UnknownContract

if TYPE_CHECKING:
    from tallystick.contracts import Contract, ContractSchema

GROUP: Final = "tallystick.contracts"
_EXPORTS: Final = "exports"
_BUNDLES: Final = "bundles"
_PATIENCE_S: Final = 0.5
"""How long the node may take to say which version it runs."""


@cache
def contract_names() -> tuple[str, ...]:
    """Return the names of the installed contracts, sorted; none of them is imported."""
    return tuple(sorted({_name(point) for point in _points()}))


def is_contract(word: str) -> bool:
    """Say whether a contract of this name is installed; imports all if no entry point has it."""
    return word in contract_names() or bool(_versions(word))


@cache
def installed_schema(contract: str) -> ContractSchema:
    """Return the schema of an installed contract.

    Of several versions it is the one that the node of this machine runs, else the newest.

    Raises:
        UnknownContract: it is not installed here.
        InvalidContract: it cannot be imported, or breaks a rule.
    """
    versions = _versions(contract)
    if versions:
        newest = max(versions)
        running = _running_version(contract) if len(versions) > 1 else newest
        return versions.get(running, versions[newest])
    raise UnknownContract(
        say("contract.not_installed", contract=contract),
        expected=", ".join(contract_names()) or None,
        found=contract,
    )


def importable_contracts() -> tuple[str, ...]:
    """Return the names of the installed contracts that can be imported."""
    names = []
    for name in contract_names():
        with suppress(InvalidContract, UnknownContract):
            installed_schema(name)
            names.append(name)
    return tuple(names)


def has_exports(contract: str) -> bool:
    """Say whether the package of a contract has a module of files to take away beside it."""
    return has_beside(contract, _EXPORTS)


def exports_of(contract: str) -> ModuleType:
    """Return the module of files to take away that stands beside a contract in its package.

    Raises:
        UnknownContract: there is none.
        InvalidContract: it cannot be imported.
    """
    return module_beside(contract, _EXPORTS)


def has_bundles(contract: str) -> bool:
    """Say whether the package of a contract has cases to hand over as one file."""
    return has_beside(contract, _BUNDLES)


def bundles_of(contract: str) -> ModuleType:
    """Return the module that stands beside a contract and says what is handed over.

    Raises:
        UnknownContract: there is none.
        InvalidContract: it cannot be imported.
    """
    return module_beside(contract, _BUNDLES, missing="bundle.none")


def has_beside(contract: str, module: str) -> bool:
    """Say whether the package of a contract has a module of this name; imports none."""
    return _name_beside(contract, module) is not None


def module_beside(contract: str, module: str, *, missing: str = "export.none") -> ModuleType:
    """Return a module that stands beside a contract in its package.

    Args:
        contract: the contract.
        module: the module's own name.
        missing: the message if there is none.

    Raises:
        UnknownContract: there is none.
        InvalidContract: it cannot be imported.
    """
    name = _name_beside(contract, module)
    if name is None:
        raise UnknownContract(say(missing, contract=contract), found=contract)
    try:
        return import_module(name)
    except (ImportError, AttributeError, SyntaxError) as error:
        message = say("contract.not_importable", contract=contract, where=name)
        raise InvalidContract(f"{message}: {error}", field=contract) from error


def _name_beside(contract: str, module: str) -> str | None:
    """Return the full name of a module beside a contract; of several versions, the last one's."""
    for point in sorted(_points(), key=lambda one: one.name, reverse=True):
        if _name(point) == contract:
            name = f"{point.module}.{module}"
            return name if _is_package(point.module) and find_spec(name) is not None else None
    return None


def _is_package(name: str) -> bool:
    try:
        found = find_spec(name)
    except (ImportError, ValueError):
        return False
    return found is not None and found.submodule_search_locations is not None


@cache
def _points() -> tuple[EntryPoint, ...]:
    """Return the entry points of contracts: one walk through the packages for a process."""
    return tuple(entry_points(group=GROUP))


def _name(point: EntryPoint) -> str:
    return point.name.partition("@")[0]


def _versions(contract: str) -> dict[int, ContractSchema]:
    """Return the installed versions of a contract; those of its name, else of any."""
    named = [point for point in _points() if _name(point) == contract]
    found = {one.version: one for one in map(_schema, named) if one.name == contract}
    return found or {one.version: one for one in map(_schema, _called(contract))}


def _called(contract: str) -> Iterator[EntryPoint]:
    """Yield the entry points of a contract that are not called as it is: imports all."""
    for point in _points():
        with suppress(InvalidContract):
            if getattr(_load(point), "name", None) == contract:
                yield point


def _running_version(contract: str) -> int:
    """Return the version that the node of this machine runs, 0 if nobody says."""
    from tallystick.cli.linking import fetch_text
    from tallystick.cli.options import ADDRESS

    try:
        found = json.loads(fetch_text(ADDRESS, "/v1/contracts", timeout_s=_PATIENCE_S))
        versions = {one["name"]: int(one["version"]) for one in found["items"]}
    except (TallystickError, ValueError, LookupError, TypeError):
        return 0  # nobody there, or somebody else: then the newest
    return versions.get(contract, 0)


@cache
def _schema(point: EntryPoint) -> ContractSchema:
    from tallystick.contracts import schema_of

    return schema_of(_load(point))


def _load(point: EntryPoint) -> type[Contract]:
    try:
        contract: type[Contract] = point.load()
    except (ImportError, AttributeError, SyntaxError) as error:
        message = say("contract.not_importable", contract=point.name, where=point.value)
        raise InvalidContract(f"{message}: {error}", field=point.name) from error
    return contract
