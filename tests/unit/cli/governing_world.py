# SPDX-License-Identifier: Apache-2.0
"""A network of three organisations on one real node over HTTP, whose keys the user holds."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tallystick.client import Identity, KeyStore
from tallystick.model import (
    ROLE_ADMINISTRATOR,
    ROLE_GOVERNOR,
    ROLE_OPERATOR,
    GenesisDocument,
    GovernanceRules,
    LogKey,
    Organization,
    Validator,
)
from tallystick.model.organization import Name
from tallystick.node import Node, NodeConfig, create_network
from tallystick.units import TimeMs
from tests.factories import member, member_key, secret
from tests.serving import served_node
from tests.unit.membership.governed import code

ORGANIZATIONS = tuple(code(number) for number in range(3))
NEWCOMER = code(7)
_ROLES = {
    "admin": (ROLE_ADMINISTRATOR,),
    "governor": (ROLE_GOVERNOR,),
    "operator": (ROLE_OPERATOR,),
}


def person_key(number: int, member_id: str) -> int:
    """Return the number of a person's test key."""
    return 1_000 * (number + 1) + list(_ROLES).index(member_id)


def governed_genesis(*, rules: GovernanceRules | None = None) -> GenesisDocument:
    """Return three organisations, each with administrator, governor and operator."""
    now = time.time_ns() // 1_000_000
    return GenesisDocument(
        name="governed",
        created=TimeMs(now),
        organizations=tuple(
            Organization(id=one, name=Name(zh="机构", en=f"Organisation {number}"))
            for number, one in enumerate(ORGANIZATIONS)
        ),
        members=tuple(
            member(one, name, *roles) for one in ORGANIZATIONS for name, roles in _ROLES.items()
        ),
        keys=tuple(
            member_key(secret(person_key(number, name)), one, name)
            for number, one in enumerate(ORGANIZATIONS)
            for name in _ROLES
        ),
        log_keys=(LogKey(organization=ORGANIZATIONS[0], public_key=secret(9).public_key),),
        contracts=("evidence",),
        validators=tuple(
            Validator(organization=one, public_key=secret(500 + number).public_key, power=10)
            for number, one in enumerate(ORGANIZATIONS)
        ),
        governance=rules or GovernanceRules(),
    )


@dataclass(frozen=True)
class Governed:
    """The running node and where it listens."""

    folder: Path
    url: str
    node: Node


@contextmanager
def governed_node(folder: Path, genesis: GenesisDocument | None = None) -> Iterator[Governed]:
    """Serve the network on this machine."""
    create_network(folder, genesis or governed_genesis(), secret(9))
    config = NodeConfig(data=folder, workers=False, may_order_alone=True)
    with served_node(config) as served:
        yield Governed(folder, served.url, served.node)


def keep_keys(store: KeyStore) -> None:
    """Put everybody's key into a user's store, as `governor-0` and so on."""
    for number, organization in enumerate(ORGANIZATIONS):
        for name in _ROLES:
            identity = Identity(organization, name, secret(person_key(number, name)))
            store.save(f"{name}-{number}", identity)
