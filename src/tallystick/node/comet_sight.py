# SPDX-License-Identifier: Apache-2.0
"""Asks CometBFT how it stands, for reports."""

from __future__ import annotations

from typing import Final

from tallystick.consensus.cometbft import EngineBuild, EngineRpc
from tallystick.errors import NotFound
from tallystick.node.network import ConnectedPeer, EngineHeader, EngineSight

_NANOSECONDS_IN_MS: Final = 1_000_000


class CometSight:
    """One engine, asked anew at each call."""

    def __init__(self, rpc: EngineRpc, build: EngineBuild) -> None:
        """Know whom to ask."""
        self._rpc = rpc
        self._build = build

    def __call__(self) -> EngineSight:
        """Return what it says now; raises `Unavailable`."""
        status = self._rpc.status()
        height = status.sync_info.latest_block_height
        return EngineSight(
            module_version=self._build.module_version or "",
            abci=self._build.abci,
            block_protocol=self._build.block_protocol,
            p2p_protocol=self._build.p2p_protocol,
            node_id=status.node_info.id,
            height=height,
            catching_up=status.sync_info.catching_up,
            block_time_ms=max(0, status.sync_info.latest_block_time // _NANOSECONDS_IN_MS),
            peers=tuple(
                ConnectedPeer(
                    node_id=one.node_info.id,
                    moniker=one.node_info.moniker,
                    version=one.node_info.version,
                    address=one.remote_ip,
                    is_outbound=one.is_outbound,
                )
                for one in self._rpc.net_info().peers
            ),
            public_key=status.validator_info.pub_key.value,
            validators=self._validators(height + 1),
            header=self._header(height),
        )

    def _validators(self, height: int) -> tuple[tuple[bytes, int], ...]:
        try:
            found = self._rpc.validators(height)
        except NotFound:  # before the engine's first block
            return ()
        return tuple((one.pub_key.value, one.voting_power) for one in found)

    def _header(self, height: int) -> EngineHeader | None:
        try:
            found = self._rpc.commit(height).signed_header if height > 0 else None
        except NotFound:
            return None
        if found is None:
            return None
        return EngineHeader(height=height, hash=found.commit.block_id.hash.hex())
