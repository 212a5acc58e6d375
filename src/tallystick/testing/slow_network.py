# SPDX-License-Identifier: Apache-2.0
"""Four nodes of four organisations on this machine, each with its CometBFT, for one test.

The nodes run in this process, their engines as children of it, on loopback ports that were free a
moment before; everything lies in a temporary folder.
"""

from __future__ import annotations

import socket
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from tallystick.contracts import Contract
from tallystick.crypto import SecretKey, sha256
from tallystick.errors import EngineFailed
from tallystick.model import GenesisDocument, GovernanceRules, Member, MemberKey, Organization
from tallystick.node import (
    ENTRY_FILE,
    Entry,
    EntryContent,
    EntryMember,
    Node,
    NodeConfig,
    OwnKeys,
    compose_genesis,
    found_invite,
    join_network,
    keep_keys,
    open_node,
    sign_entry,
)
from tallystick.testing.organizations import make_organization
from tallystick.units import TimeMs

NODE_COUNT: Final = 4
REGISTRAR: Final = "registrar"
"""The member of every organisation who enrols its people and votes."""
REGISTRAR_ROLES: Final = ("administrator", "governor")
WAIT_S: Final = 120.0
"""Only a network that hangs makes a test wait this long."""
_PAUSE_S: Final = 0.02


def make_key(organization: str, member: str) -> SecretKey:
    """Return the key of a person of the tests, derived from the name: it protects nothing."""
    return SecretKey(sha256(f"{organization}/{member}".encode()))


class Beginnings:
    """Whom a network knows from its first block."""

    def __init__(self) -> None:
        """Know nobody."""
        self.organizations: dict[str, Organization] = {}
        self.members: list[Member] = []
        self.keys: list[MemberKey] = []

    def add_to(self, genesis: GenesisDocument) -> GenesisDocument:
        """Return the founding document with them."""
        return replace(
            genesis,
            organizations=(*genesis.organizations, *self.organizations.values()),
            members=(*genesis.members, *self.members),
            keys=(*genesis.keys, *self.keys),
        )


@contextmanager
def four_nodes(
    contracts: Sequence[type[Contract]], beginnings: Beginnings
) -> Iterator[tuple[GenesisDocument, list[Node]]]:
    """Give the founding document and four nodes that decide together; stop them at the end.

    Raises:
        EngineMissing: CometBFT is not installed.
        EngineFailed: they did not get ready.
    """
    with ExitStack() as stack:
        base = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tally-net-")))
        ports = _free_ports(NODE_COUNT)
        folders = [base / f"n{number}" for number in range(NODE_COUNT)]
        entries = [_contribute(*one) for one in zip(folders, ports, strict=True)]
        genesis = beginnings.add_to(
            compose_genesis(
                "slow-net",
                entries,
                created=entries[-1].created,
                governance=GovernanceRules(),
                contracts=[contract.name for contract in contracts],
            )
        )
        invite = found_invite(genesis, tuple(entries))
        nodes = []
        for folder in folders:
            join_network(folder, invite)
            config = NodeConfig(data=folder, workers=False, contracts=tuple(contracts))
            node = open_node(config)
            stack.callback(node.stop)
            node.start()
            nodes.append(node)
        wait_until(lambda: all(map(_has_caught_up, nodes)), "four nodes that are ready")
        yield genesis, nodes


def wait_until(is_so: Callable[[], bool], what: str) -> None:
    """Return once a condition holds.

    Raises:
        EngineFailed: it did not within `WAIT_S`.
    """
    deadline = time.monotonic() + WAIT_S
    while not is_so():
        if time.monotonic() > deadline:
            raise EngineFailed(f"waited {WAIT_S:.0f} s in vain for {what}")
        time.sleep(_PAUSE_S)


def _contribute(folder: Path, port: int) -> EntryContent:
    """Make an organisation's keys and entry in a folder."""
    organization = make_organization(folder.name)
    keys, registrar = OwnKeys.generate(), make_key(organization.id, REGISTRAR)
    content = EntryContent(
        organization=organization.id,
        name=organization.name,
        created=TimeMs(time.time_ns() // 1_000_000),
        members=(
            EntryMember(
                id=REGISTRAR,
                name=organization.name,
                roles=REGISTRAR_ROLES,
                public_key=registrar.public_key.hex(),
            ),
        ),
        log_key=keys.log.public_key.hex(),
        validator_key=keys.validator.public_key.hex(),
        node_key=keys.node.public_key.hex(),
        p2p=f"127.0.0.1:{port}",
    )
    entry: Entry = sign_entry(content, keys, [registrar])
    keep_keys(folder, keys)
    (folder / ENTRY_FILE).write_bytes(entry.to_json())
    return content


def _has_caught_up(node: Node) -> bool:
    sight = node.network_report().sight
    return sight is not None and not sight.catching_up and len(sight.peers) == NODE_COUNT - 1


def _free_ports(count: int) -> list[int]:
    with ExitStack() as stack:
        servers = [
            stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)
        ]
        return [server.getsockname()[1] for server in servers]
