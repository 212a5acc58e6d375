# SPDX-License-Identifier: Apache-2.0
"""Every error code this installation knows: the platform's, and those of installed contracts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from importlib.metadata import entry_points

from tallystick import errors
from tallystick.contracts import Contract, ContractSchema, Label, schema_of
from tallystick.errors import InvalidContract, TallystickError, error_classes

_GROUP = "tallystick.contracts"


def known_codes() -> dict[str, type[TallystickError]]:
    """Return the error classes by code, sorted; the platform's own where a contract uses its code.

    Loading a contract declares its errors, so those are loaded first; one that cannot be loaded
    must not keep anybody from reading about the others.
    """
    list(_contracts())
    own = [found for found in vars(errors).values() if isinstance(found, type)]
    platform = {one.code: one for one in own if issubclass(one, TallystickError)}
    return dict(sorted({**error_classes(), **platform}.items()))


def contract_codes() -> set[str]:
    """Return the codes that the installed contracts refuse with, their own ones too."""
    return {refusal.code for schema in _schemas() for refusal in schema.refusals}


def contract_meanings(code: str) -> list[tuple[str, Label]]:
    """Return what each installed contract means by a code: (contract, sentence)."""
    return [
        (schema.name, refusal.template)
        for schema in _schemas()
        for refusal in schema.refusals
        if refusal.code == code
    ]


def _schemas() -> Iterator[ContractSchema]:
    for contract in _contracts():
        with suppress(InvalidContract):
            yield schema_of(contract)


def _contracts() -> Iterator[type[Contract]]:
    for point in entry_points(group=_GROUP):
        with suppress(ImportError, AttributeError):
            yield point.load()
