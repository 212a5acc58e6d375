# SPDX-License-Identifier: Apache-2.0
"""The development network: four organisations of a supply chain, each with a ready key.

All of them are invented. The keys are made by chance and lie in the data folder; the network's
name says what it is, and its node listens on this machine only.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from tallystick.cli.demo.consortium import member_key
from tallystick.cli.dev.names import KEYS_FOLDER, NETWORK_NAME, PROJECT_FILE
from tallystick.cli.founding import now_ms
from tallystick.cli.local import keep_trust_file
from tallystick.client import Identity, KeyStore, connect
from tallystick.contracts import ContractSchema
from tallystick.crypto import SecretKey
from tallystick.encoding import Value
from tallystick.model import (
    ROLE_ADMINISTRATOR,
    ROLE_GOVERNOR,
    GenesisDocument,
    LogKey,
    Member,
    Name,
    Organization,
)
from tallystick.node import Node, create_network
from tallystick.units import MEMBER_ROLES_MAX

ORGANIZATIONS: Final = {
    "core": Organization(
        id="91110108MADEX0C1AK", name=Name(zh="示例核心企业", en="Example Core Enterprise")
    ),
    "supplier": Organization(
        id="91110108MADEX0P1B5", name=Name(zh="示例供应商", en="Example Supplier")
    ),
    "bank": Organization(id="91110108MADEX0B1C4", name=Name(zh="示例银行", en="Example Bank")),
    "regulator": Organization(
        id="11110105MADEX0R1DK", name=Name(zh="示例监管机构", en="Example Regulator")
    ),
}
"""By the name of their key."""
_CLERK: Final = Name(zh="经办人", en="Clerk")


def found_dev(folder: Path, project: Path, schemas: Iterable[ContractSchema]) -> None:
    """Make a development network that runs the contracts of these schemas."""
    listed = tuple(schemas)
    keys = {name: SecretKey.generate() for name in ORGANIZATIONS}
    log_secret = SecretKey.generate()
    now = now_ms()
    members = {name: _member(name, roles_of(listed)) for name in ORGANIZATIONS}
    genesis = GenesisDocument(
        name=NETWORK_NAME,
        created=now,
        organizations=tuple(ORGANIZATIONS.values()),
        members=tuple(members.values()),
        keys=tuple(member_key(members[name], keys[name].public_key, now) for name in keys),
        log_keys=(LogKey(organization=ORGANIZATIONS["core"].id, public_key=log_secret.public_key),),
        contracts=tuple(sorted({schema.name for schema in listed})),
    )
    create_network(folder, genesis, log_secret)
    store = KeyStore(folder / KEYS_FOLDER)
    for name, secret in keys.items():
        store.save(name, Identity(ORGANIZATIONS[name].id, name, secret))
    (folder / PROJECT_FILE).write_text(f"{project}\n", encoding="utf-8")
    keep_trust_file(folder)


def roles_of(schemas: Iterable[ContractSchema]) -> tuple[str, ...]:
    """Return the roles that every member of a development network has.

    Those that the contracts name, contract by contract in the given order (the project's own come
    first), as far as a member may have so many.
    """
    found = {ROLE_ADMINISTRATOR, ROLE_GOVERNOR}
    for schema in schemas:
        named = {role for method in schema.methods for role in method.roles}
        if len(found | named) <= MEMBER_ROLES_MAX:
            found |= named
    return tuple(sorted(found))


def grant_roles(folder: Path, url: str, node: Node, schemas: Iterable[ContractSchema]) -> None:
    """Give every member the roles that the contracts name by now; each administers itself.

    Raises:
        TallystickError: whatever the node said.
    """
    wanted = set(roles_of(schemas))
    members = node.register().register.members
    store, trust = KeyStore(folder / KEYS_FOLDER), keep_trust_file(folder)
    for name, organization in ORGANIZATIONS.items():
        if not wanted <= set(members[organization.id, name].roles):
            with connect(url, identity=store.load(name), trust=trust) as net:
                roles: list[Value] = [*sorted(wanted)]
                net.call("membership", "set_roles", member=name, roles=roles)


def _member(name: str, roles: tuple[str, ...]) -> Member:
    organization = ORGANIZATIONS[name]
    return Member(organization=organization.id, id=name, name=_CLERK, roles=roles)
