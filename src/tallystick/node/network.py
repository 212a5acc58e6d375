# SPDX-License-Identifier: Apache-2.0
"""How a node stands in its network: peers, validators, versions, keys that end soon.

The engine says who is connected and how far it is; the register says who they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TypeAlias

from msgspec import Struct

from tallystick.membership import Register
from tallystick.model import MemberKey, Validator
from tallystick.node.engine_file import EngineFile, PeerNode
from tallystick.node.peer_standing import PeerStanding

KEYS_SHOWN_MAX = 100


class ConnectedPeer(Struct, frozen=True, kw_only=True):
    """A node that is connected now, as the engine knows it."""

    node_id: str
    moniker: str
    version: str
    address: str
    is_outbound: bool
    """Whether we called."""


class EngineHeader(Struct, frozen=True, kw_only=True):
    """A header of the engine that a new node may begin from."""

    height: int
    hash: str
    """Hexadecimal."""


class EngineSight(Struct, frozen=True, kw_only=True):
    """What the engine says of itself at this moment."""

    module_version: str
    """The release it was built from; empty if its builder did not note it."""
    abci: str
    block_protocol: int
    p2p_protocol: int
    node_id: str
    height: int
    catching_up: bool
    block_time_ms: int
    peers: tuple[ConnectedPeer, ...]
    public_key: bytes
    """The key with which this node votes, if it is a validator."""
    validators: tuple[tuple[bytes, int], ...]
    """Key and power of those that decide on the next block."""
    header: EngineHeader | None
    """The newest header that is final."""


Sight: TypeAlias = Callable[[], EngineSight]


class NetworkPeer(Struct, frozen=True, kw_only=True):
    """Another node of the network: registered, known from `engine.json`, or connected."""

    node_id: str
    organization: str
    """Whose node it is; empty if the register does not know it."""
    connected: bool
    address: str
    api: str
    version: str
    standing: PeerStanding | None = None
    """What it says of itself; None where its API is not known or does not answer."""


class NetworkValidator(Struct, frozen=True, kw_only=True):
    """An organisation whose node votes on blocks."""

    organization: str
    public_key: bytes
    power: int
    in_force: bool
    """Whether it votes on the next block; a change is in force two blocks after its own."""
    connected: bool
    """Whether a node of the organisation is connected to this one, or is this one."""


class NetworkReport(Struct, frozen=True, kw_only=True):
    """How this node stands in its network."""

    network: str
    organization: str
    """Whose node this is."""
    engine: str
    version: str
    height: int
    """Newest durable block of the ledger."""
    app_hash: bytes
    store_height: int
    """Block up to which the store is on disk; what is missing is in the block log."""
    views_height: int
    sight: EngineSight | None
    """None where the node orders alone."""
    peers: tuple[NetworkPeer, ...]
    validators: tuple[NetworkValidator, ...]
    member_keys: tuple[MemberKey, ...]
    """Of the own organisation, those not revoked; what ends first stands first."""

    @property
    def is_validator(self) -> bool:
        """Whether this node votes on the next block."""
        own = self.sight.public_key if self.sight else b""
        return any(one.in_force and one.public_key == own for one in self.validators)


def peers_of(
    register: Register,
    settings: EngineFile | None,
    sight: EngineSight,
    standings: Mapping[str, PeerStanding],
) -> tuple[NetworkPeer, ...]:
    """Return the other nodes, those of the register and those that are only configured.

    Args:
        register: who they are.
        settings: where they are.
        sight: who is connected.
        standings: what they say of themselves, by the URLs of their APIs.
    """
    configured = {one.node_id: one for one in (settings.peers if settings else ())}
    connected = {one.node_id: one for one in sight.peers}
    registered = dict(register.nodes)
    names = ({*configured, *connected, *registered}) - {sight.node_id}
    found = []
    for node_id in names:
        known, live = registered.get(node_id), connected.get(node_id)
        settled = configured.get(node_id, PeerNode(node_id=node_id, address=""))
        found.append(
            NetworkPeer(
                node_id=node_id,
                organization=known.organization if known else settled.organization,
                connected=live is not None,
                address=settled.address or (live.address if live else ""),
                api=settled.api,
                version=live.version if live else "",
                standing=standings.get(settled.api),
            )
        )
    return tuple(sorted(found, key=lambda one: (one.organization, one.node_id)))


def validators_of(
    register: Register, sight: EngineSight, organization: str, peers: Iterable[NetworkPeer]
) -> tuple[NetworkValidator, ...]:
    """Return the validators: those decided, and those that are still in force."""
    near = {one.organization for one in peers if one.connected} | {organization}
    in_force = dict(sight.validators)
    decided = [one for _, one in sorted(register.validators.items())]
    leaving = [
        Validator(organization=_owner(register, key), public_key=key, power=power)
        for key, power in sight.validators
        if all(one.public_key != key for one in decided)
    ]
    return tuple(
        NetworkValidator(
            organization=one.organization,
            public_key=one.public_key,
            power=in_force.get(one.public_key, one.power),
            in_force=one.public_key in in_force,
            connected=one.organization in near,
        )
        for one in (*decided, *leaving)
    )


def member_keys_of(register: Register, organization: str) -> tuple[MemberKey, ...]:
    """Return the keys of an organisation's members that are not revoked."""
    own = [
        one
        for one in list(register.keys.values())
        if one.organization == organization and one.revoked_at is None
    ]
    return tuple(sorted(own, key=lambda one: (one.valid_until, one.member))[:KEYS_SHOWN_MAX])


def _owner(register: Register, public_key: bytes) -> str:
    known = register.validator_keys.get(public_key)
    return known.organization if known else ""
