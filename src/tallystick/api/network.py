# SPDX-License-Identifier: Apache-2.0
"""How a node stands in its network, as JSON."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from tallystick.api.answer import NO_STORE, Answer, json_answer
from tallystick.api.asked import Asked
from tallystick.api.wire_types import Count, Hash, Time, TimeMs, format_time
from tallystick.model import MemberKey
from tallystick.node import EngineHeader, EngineSight, NetworkPeer, NetworkReport

NodeId = Annotated[str, Meta(description="40 hexadecimal digits, from the node key.")]


class EngineHeaderRecord(Struct, frozen=True, kw_only=True):
    """The newest header of the engine that is final: a new node may begin from it."""

    height: Count
    hash: Hash


class EngineRecord(Struct, frozen=True, kw_only=True):
    """The consensus engine of the node."""

    name: str
    version: Annotated[str, Meta(description="The release it was built from; empty if unknown.")]
    abci: str
    block_protocol: Count
    p2p_protocol: Count
    node_id: NodeId
    height: Count
    block_time: Time
    block_time_ms: TimeMs
    catching_up: bool
    header: EngineHeaderRecord | None


class PeerRecord(Struct, frozen=True, kw_only=True):
    """Another node of the network."""

    node_id: NodeId
    organization: Annotated[str, Meta(description="Empty if it is not registered.")]
    connected: bool
    address: str
    api: Annotated[str, Meta(description="URL of its HTTP API; empty if unknown.")]
    version: Annotated[str, Meta(description="What its engine calls itself, while connected.")]
    height: Annotated[
        int | None, Meta(description="Its newest block, by its own word at `api`; null: none.")
    ] = None
    disk_free_bytes: Annotated[
        int | None, Meta(description="Of the disk with its data, by its own word; null: none.")
    ] = None
    disk_size_bytes: int | None = None


class ValidatorRecord(Struct, frozen=True, kw_only=True):
    """An organisation whose node votes on blocks."""

    organization: str
    public_key: Hash
    power: Count
    in_force: Annotated[bool, Meta(description="Whether it votes on the next block.")]
    connected: Annotated[bool, Meta(description="Whether this node is connected to one of its.")]


class KeyExpiryRecord(Struct, frozen=True, kw_only=True):
    """When a key of a member of the node's organisation ends."""

    member: str
    public_key: Hash
    valid_until: Time
    valid_until_ms: TimeMs


class NetworkRecord(Struct, frozen=True, kw_only=True):
    """How the node stands in its network."""

    network: str
    organization: Annotated[str, Meta(description="Whose node this is.")]
    version: str
    height: Count
    app_hash: Hash
    store_height: Annotated[int, Meta(ge=0, description="Block that the store on disk has.")]
    views_height: Count
    is_validator: bool
    engine: EngineRecord | None
    """Null where the node orders alone."""
    peers: list[PeerRecord]
    validators: list[ValidatorRecord]
    member_keys: list[KeyExpiryRecord]


def show_network(asked: Asked) -> Answer:
    """Answer GET /v1/network."""
    return json_answer(_network(asked.server.node.network_report()), headers=(NO_STORE,))


def _network(report: NetworkReport) -> NetworkRecord:
    return NetworkRecord(
        network=report.network,
        organization=report.organization,
        version=report.version,
        height=report.height,
        app_hash=report.app_hash.hex(),
        store_height=report.store_height,
        views_height=report.views_height,
        is_validator=report.is_validator,
        engine=_engine(report.engine, report.sight) if report.sight else None,
        peers=[_peer(one) for one in report.peers],
        validators=[
            ValidatorRecord(
                organization=one.organization,
                public_key=one.public_key.hex(),
                power=one.power,
                in_force=one.in_force,
                connected=one.connected,
            )
            for one in report.validators
        ],
        member_keys=[_key(one) for one in report.member_keys],
    )


def _engine(name: str, sight: EngineSight) -> EngineRecord:
    return EngineRecord(
        name=name,
        version=sight.module_version,
        abci=sight.abci,
        block_protocol=sight.block_protocol,
        p2p_protocol=sight.p2p_protocol,
        node_id=sight.node_id,
        height=sight.height,
        block_time=format_time(sight.block_time_ms),
        block_time_ms=sight.block_time_ms,
        catching_up=sight.catching_up,
        header=_header(sight.header) if sight.header else None,
    )


def _header(header: EngineHeader) -> EngineHeaderRecord:
    return EngineHeaderRecord(height=header.height, hash=header.hash)


def _peer(peer: NetworkPeer) -> PeerRecord:
    return PeerRecord(
        node_id=peer.node_id,
        organization=peer.organization,
        connected=peer.connected,
        address=peer.address,
        api=peer.api,
        version=peer.version,
        height=peer.standing.height if peer.standing else None,
        disk_free_bytes=peer.standing.disk_free_bytes if peer.standing else None,
        disk_size_bytes=peer.standing.disk_size_bytes if peer.standing else None,
    )


def _key(key: MemberKey) -> KeyExpiryRecord:
    return KeyExpiryRecord(
        member=key.member,
        public_key=key.public_key.hex(),
        valid_until=format_time(key.valid_until),
        valid_until_ms=key.valid_until,
    )
