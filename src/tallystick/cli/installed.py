# SPDX-License-Identifier: Apache-2.0
"""The contracts that are installed on this machine, found by entry points, imported when asked for.

A name costs a look at the metadata of the installed packages; a schema costs the import of its
contract. So start-up asks for names only.
"""

from __future__ import annotations

from contextlib import suppress
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING, Final

from tallystick.cli.catalogue import say
from tallystick.errors import InvalidContract, UnknownContract

if TYPE_CHECKING:
    from tallystick.contracts import (
        ContractSchema,
    )

GROUP: Final = "tallystick.contracts"


@cache
def contract_names() -> tuple[str, ...]:
    """Return the names of the installed contracts, sorted; none of them is imported."""
    return tuple(sorted({point.name for point in entry_points(group=GROUP)}))


@cache
def installed_schema(contract: str) -> ContractSchema:
    """Return the schema of an installed contract.

    Raises:
        UnknownContract: it is not installed here.
        InvalidContract: it cannot be imported, or breaks a rule.
    """
    for point in entry_points(group=GROUP, name=contract):
        return _schema(point)
    raise UnknownContract(
        say("contract.not_installed", contract=contract),
        expected=", ".join(contract_names()) or None,
        found=contract,
    )


def _schema(point: EntryPoint) -> ContractSchema:
    from tallystick.contracts import (
        schema_of,
    )

    try:
        contract = point.load()
    except (ImportError, AttributeError, SyntaxError) as error:
        message = say("contract.not_importable", contract=point.name, where=point.value)
        raise InvalidContract(f"{message}: {error}", field=point.name) from error
    return schema_of(contract)


def importable_contracts() -> tuple[str, ...]:
    """Return the names of the installed contracts that can be imported."""
    names = []
    for name in contract_names():
        with suppress(InvalidContract):
            installed_schema(name)
            names.append(name)
    return tuple(names)
