# SPDX-License-Identifier: Apache-2.0
"""`engine.json`: by which engine a data folder's node orders, and how it reaches the others.

A folder without it orders alone. What all nodes must agree on is in the genesis document and on
the ledger; here is only what is this node's own: addresses, peers, how much it keeps.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final, Literal

import msgspec
from msgspec import Struct

from tallystick.disk import write_file
from tallystick.errors import DataFolderProblem
from tallystick.storage import VALIDATOR_KEY_FILE

__all__ = [
    "ENGINE_FILE",
    "ENGINE_HOME",
    "NODE_KEY_FILE",
    "VALIDATOR_KEY_FILE",
    "EngineFile",
    "PeerNode",
    "StateSyncStart",
    "read_engine_file",
    "write_engine_file",
]

ENGINE_FILE: Final = "engine.json"
ENGINE_HOME: Final = "engine"
"""The engine's own folder inside the data folder."""
NODE_KEY_FILE: Final = "node.key"
"""Identifies the node to the engines of others."""


class PeerNode(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Another node that this one calls."""

    node_id: str
    """40 hexadecimal digits, from its node key."""
    address: str
    """`host:port` of its engine."""
    organization: str = ""
    """Whose node it is, for people."""
    api: str = ""
    """URL of its HTTP API: asked for cosignatures, and by a node that joins for headers."""


class StateSyncStart(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A block that the operator believes: a new node takes the state from others, up from it."""

    height: int
    header_hash: str
    """Hash of the engine's header at this height, in hexadecimal."""
    servers: tuple[str, ...]
    """Addresses of at least two nodes that give headers."""


class EngineFile(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How this node takes part in ordering."""

    format: Literal["tallystick.engine"] = "tallystick.engine"
    version: Literal[1] = 1
    engine: Literal["cometbft"] = "cometbft"
    initial_height: int = 1
    """Height of the engine's first block."""
    profile: Literal["machine", "wan"] = "wan"
    moniker: str = ""
    p2p_host: str = "127.0.0.1"
    p2p_port: int = 26_656
    p2p_external_address: str = ""
    metrics_port: int | None = None
    signer_address: str = ""
    peers: tuple[PeerNode, ...] = ()
    state_sync: StateSyncStart | None = None
    """Only looked at while the node has no block yet."""


def read_engine_file(data: Path) -> EngineFile | None:
    """Return how the node of a data folder orders; None if it orders alone.

    Raises:
        DataFolderProblem: the file cannot be read.
    """
    path = data / ENGINE_FILE
    try:
        return msgspec.json.decode(path.read_bytes(), type=EngineFile)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise DataFolderProblem(
            f"{path} cannot be read: {error}",
            field=ENGINE_FILE,
            hint="Correct it, or write it anew with `tally network join`.",
        ) from error


def write_engine_file(data: Path, settings: EngineFile) -> None:
    """Write how the node of a data folder orders, whole or not at all.

    Raises:
        StorageFailed: the system refused.
    """
    text = msgspec.json.format(msgspec.json.encode(settings), indent=2)
    write_file(data / ENGINE_FILE, text + b"\n")
