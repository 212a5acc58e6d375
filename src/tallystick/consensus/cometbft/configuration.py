# SPDX-License-Identifier: Apache-2.0
"""The engine's config.toml: who may connect, where it listens, how fast it goes.

Every key that matters to us is written, so that a new default of the engine changes nothing;
written anew at each start, so that edits by hand do not last.
"""

from __future__ import annotations

import ipaddress
import re
from pathlib import Path
from typing import Final

import tomli_w
from msgspec import Struct

from tallystick.consensus.cometbft.profiles import Profile
from tallystick.errors import UsageError
from tallystick.units import TRANSACTION_BYTES_MAX

RPC_BODY_BYTES_MAX: Final = 32 * 1024 * 1024
"""A batch of 8 MiB of transactions in base64, with room."""

_NODE_ID: Final = re.compile(r"[0-9a-f]{40}")
_HEADER_HASH: Final = re.compile(r"[0-9A-Fa-f]{64}")
_URL: Final = re.compile(r"https?://[^\s,]+")
_HOST_NAME: Final = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")

Section = dict[str, str | int | bool | list[str]]


class Peer(Struct, frozen=True):
    """Another node of the network: its identity, and where to call it."""

    node_id: str
    """40 hexadecimal characters, from its node key."""
    host: str
    port: int

    @property
    def address(self) -> str:
        """As the engine writes it, `id@host:port`."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.node_id}@{host}:{self.port}"


class StateSync(Struct, frozen=True, kw_only=True):
    """A header that the operator believes: the state is taken from others, from there on."""

    height: int
    header_hash: str
    """Of the engine's header at that height, in hexadecimal."""
    servers: tuple[str, ...]
    """URLs of at least two nodes that give headers, best of different organisations."""


class EngineConfig(Struct, frozen=True, kw_only=True):
    """What one node's engine must be told."""

    moniker: str
    profile: Profile
    abci_socket: Path
    rpc_address: str
    """`unix:///path` in a folder of ours, or `tcp://127.0.0.1:port`: it has no authentication."""
    p2p_host: str = "127.0.0.1"
    p2p_port: int = 26_656
    p2p_external_address: str = ""
    """`host:port` under which others reach this node, if not the one it listens on."""
    peers: tuple[Peer, ...] = ()
    """Nodes to call."""
    allowed_node_ids: tuple[str, ...] = ()
    """Nodes that may call us, beside those we call."""
    inbound_peers_max: int = 0
    """How many others may call us, whom the application's peer filter must know."""
    state_sync: StateSync | None = None
    """How a node without blocks gets its first state; None: by executing every block."""
    prometheus_port: int | None = None
    """On the loopback interface."""
    key_folder: str = "config"
    """Where the engine reads its keys when it starts; in its home, unless it is a full path."""
    signer_address: str = ""
    """Where a remote signer calls in (`priv_validator_laddr`); empty: the key file of the home."""


def config_toml(config: EngineConfig) -> str:
    """Return the text of config.toml; raises `UsageError` for what the engine would misread."""
    check_config(config)
    document = {
        **_base(config),
        "rpc": _rpc(config),
        "p2p": _p2p(config),
        "mempool": _mempool(),
        "statesync": _state_sync(config.state_sync),
        "blocksync": {"version": "v0", "adaptive_sync": False},
        "consensus": _consensus(config.profile),
        "storage": {"discard_abci_responses": True},
        "tx_index": {"indexer": "null"},  # the ledger has its own
        "instrumentation": _instrumentation(config),
    }
    return tomli_w.dumps(document)


def check_config(config: EngineConfig) -> None:
    """Raise `UsageError` for the first setting that is not what it should be."""
    for peer in config.peers:
        check_node_id(peer.node_id)
        _check_host(peer.host, "peers")
        _check_port(peer.port, "peers")
    for node_id in config.allowed_node_ids:
        check_node_id(node_id)
    _check_host(config.p2p_host, "p2p_host")
    _check_port(config.p2p_port, "p2p_port")
    _check_rpc(config.rpc_address)
    if config.state_sync is not None:
        _check_state_sync(config.state_sync)


def check_node_id(node_id: str) -> None:
    """Raise `UsageError` unless it is the identity of a node."""
    if not _NODE_ID.fullmatch(node_id):
        raise UsageError(
            "a node id is not what it should be",
            field="node_id",
            expected="40 lower-case hexadecimal characters",
            found=node_id[:80],
        )


def _check_host(host: str, field: str) -> None:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        if not _HOST_NAME.fullmatch(host):
            raise UsageError(
                "the address of a node is not a host",
                field=field,
                expected="a host name or an IP address",
                found=host[:80],
            ) from None


def _check_port(port: int, field: str) -> None:
    if not 1 <= port <= 65_535:
        raise UsageError(
            "a port is out of range", field=field, expected="1 to 65535", found=str(port)
        )


def _check_state_sync(start: StateSync) -> None:
    if start.height < 1 or not _HEADER_HASH.fullmatch(start.header_hash):
        raise UsageError(
            "the header to begin with is not one",
            field="state_sync.header_hash",
            expected="a height from 1, and 64 hexadecimal characters",
            found=f"{start.height} {start.header_hash[:80]}",
        )
    if len(start.servers) < 2 or not all(_URL.fullmatch(one) for one in start.servers):
        raise UsageError(
            "headers must come from two nodes at least",
            field="state_sync.servers",
            expected="two or more URLs",
            found=", ".join(start.servers)[:200],
        )


def _check_rpc(address: str) -> None:
    """The interface can do anything and asks nobody who they are: it stays on this machine."""
    kind, _, place = address.partition("://")
    host = place.rpartition(":")[0].strip("[]")
    if kind == "unix" and place.startswith("/"):
        return
    if kind == "tcp" and host in {"127.0.0.1", "::1"}:
        return
    raise UsageError(
        "the engine's own interface must stay on this machine",
        field="rpc_address",
        expected="unix:///path or tcp://127.0.0.1:port",
        found=address[:80],
    )


def _base(config: EngineConfig) -> Section:
    return {
        "proxy_app": f"unix://{config.abci_socket}",
        "abci": "socket",
        "moniker": config.moniker,
        "db_backend": "goleveldb",
        "db_dir": "data",
        "log_level": config.profile.log_level,
        "log_format": "json",
        "genesis_file": "config/genesis.json",
        "node_key_file": f"{config.key_folder}/node_key.json",
        "priv_validator_key_file": f"{config.key_folder}/priv_validator_key.json",
        "priv_validator_state_file": "data/priv_validator_state.json",
        "priv_validator_laddr": config.signer_address,
        "filter_peers": True,  # the application knows the members' nodes
    }


def _rpc(config: EngineConfig) -> Section:
    return {
        "laddr": config.rpc_address,
        "grpc_laddr": "",
        "pprof_laddr": "",
        "unsafe": False,
        "cors_allowed_origins": [],
        "max_open_connections": 64,
        "max_request_batch_size": 0,  # the body is bounded; a limit here parses each body twice
        "max_body_bytes": RPC_BODY_BYTES_MAX,
    }


def _p2p(config: EngineConfig) -> Section:
    """A closed list: only known identities get in, and nobody is asked for more addresses.

    With no place for inbound peers only those named as unconditional are let in; with places,
    those too whom the application knows when it is asked about them.
    """
    profile = config.profile
    allowed = {*config.allowed_node_ids, *(peer.node_id for peer in config.peers)}
    host = f"[{config.p2p_host}]" if ":" in config.p2p_host else config.p2p_host
    return {
        "laddr": f"tcp://{host}:{config.p2p_port}",
        "external_address": config.p2p_external_address,
        "seeds": "",
        "persistent_peers": ",".join(peer.address for peer in config.peers),
        "unconditional_peer_ids": ",".join(sorted(allowed)),
        "max_num_inbound_peers": config.inbound_peers_max,
        "max_num_outbound_peers": len(config.peers),
        "pex": False,
        "seed_mode": False,
        "addr_book_strict": False,
        "allow_duplicate_ip": profile.allow_duplicate_ip,
        "flush_throttle_timeout": _duration(profile.flush_throttle_ms),
        "max_packet_msg_payload_size": profile.packet_bytes,
        "send_rate": profile.rate_bytes,
        "recv_rate": profile.rate_bytes,
    }


def _state_sync(start: StateSync | None) -> Section:
    if start is None:
        return {"enable": False}
    return {
        "enable": True,
        "rpc_servers": ",".join(start.servers),
        "trust_height": start.height,
        "trust_hash": start.header_hash,
        # A consortium's validators answer for what they signed; keys are rotated on the ledger.
        "trust_period": "8760h0m0s",
        "discovery_time": "5s",
        "chunk_request_timeout": "30s",
    }


def _mempool() -> Section:
    """The same on every node: a longer transaction than the receiver's limit costs the peer."""
    return {
        "type": "flood",
        "recheck": True,
        "recheck_timeout": "2s",
        "broadcast": True,
        "size": 20_000,
        "cache_size": 100_000,
        "max_txs_bytes": 256 * 1024 * 1024,
        "max_tx_bytes": 8 * TRANSACTION_BYTES_MAX,
        "keep-invalid-txs-in-cache": False,
    }


def _consensus(profile: Profile) -> Section:
    interval = profile.empty_blocks_interval_ms
    return {
        "wal_file": "data/cs.wal/wal",
        "timeout_propose": _duration(profile.propose_timeout_ms),
        "timeout_propose_delta": _duration(profile.propose_timeout_delta_ms),
        "timeout_prevote": _duration(profile.vote_timeout_ms),
        "timeout_prevote_delta": _duration(profile.vote_timeout_delta_ms),
        "timeout_precommit": _duration(profile.vote_timeout_ms),
        "timeout_precommit_delta": _duration(profile.vote_timeout_delta_ms),
        "timeout_commit": _duration(profile.commit_timeout_ms),
        "skip_timeout_commit": True,
        "create_empty_blocks": interval is not None,
        "create_empty_blocks_interval": _duration(interval or 0),
        "peer_gossip_sleep_duration": _duration(profile.gossip_sleep_ms),
        "double_sign_check_height": profile.double_sign_check_height,
    }


def _instrumentation(config: EngineConfig) -> Section:
    port = config.prometheus_port
    return {
        "prometheus": port is not None,
        "prometheus_listen_addr": f"127.0.0.1:{port}" if port is not None else "",
        "namespace": "cometbft",
    }


def _duration(milliseconds: int) -> str:
    return f"{milliseconds}ms"
