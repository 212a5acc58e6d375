# SPDX-License-Identifier: Apache-2.0
"""What organisations are called: their membership records, proven where a fact names their code.

Nothing is made up: a code without a record of the ledger stays a code.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import msgspec

from tallystick.client.proven_record import ProvenRecord
from tallystick.encoding import Value
from tallystick.errors import InvalidProof, Malformed
from tallystick.model import Name, check_organization_id

ORGANIZATIONS: Final = ("membership", "organizations")
"""Where the membership tree has them."""
ORGANIZATIONS_MAX: Final = 100
"""So many are named; a list of more keeps its codes."""


class _Registered(msgspec.Struct, frozen=True):
    id: str
    name: Name


def codes_in(facts: Value | Mapping[str, Value]) -> list[str]:
    """Return the codes of organisations in facts, sorted, at most `ORGANIZATIONS_MAX`."""
    return sorted({text for text in _texts(facts) if _is_code(text)})[:ORGANIZATIONS_MAX]


def registered_name(record: ProvenRecord) -> tuple[str, Name]:
    """Return an organisation's code and name; the proof of the record is checked elsewhere.

    Raises:
        InvalidProof: it is no record of an organisation.
    """
    try:
        found = msgspec.convert(record.value, _Registered)
    except msgspec.ValidationError as error:
        raise InvalidProof(
            f"not the record of an organisation: {error}", field="organizations"
        ) from error
    if (record.contract, record.table, record.key) != (*ORGANIZATIONS, found.id):
        raise InvalidProof("the record of an organisation elsewhere", field="organizations")
    return found.id, found.name


def registered_names(records: Iterable[ProvenRecord]) -> dict[str, Name]:
    """Return names by code; raises as `registered_name`."""
    return dict(registered_name(one) for one in records)


def _texts(value: Value | Mapping[str, Value]) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _texts(one)


def _is_code(text: str) -> bool:
    try:
        check_organization_id(text)
    except Malformed:
        return False
    return True
