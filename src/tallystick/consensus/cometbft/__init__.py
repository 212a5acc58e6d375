# SPDX-License-Identifier: Apache-2.0
"""CometBFT as an engine: its socket, its home, its process, and the ledger behind its socket.

Not part of the face of `consensus`, so that a node without it loads no protobuf.
"""

from tallystick.consensus.cometbft.binary import EngineBuild, check_engine, find_engine
from tallystick.consensus.cometbft.configuration import EngineConfig, Peer, StateSync
from tallystick.consensus.cometbft.engine import CometEngine, CometParts
from tallystick.consensus.cometbft.finality import build_finality
from tallystick.consensus.cometbft.genesis_file import (
    EngineGenesis,
    EngineValidator,
    read_engine_genesis,
)
from tallystick.consensus.cometbft.handler import Handler
from tallystick.consensus.cometbft.home import EngineHome
from tallystick.consensus.cometbft.identity import address, node_id
from tallystick.consensus.cometbft.process import READY_MS, EngineProcess
from tallystick.consensus.cometbft.profiles import MACHINE, WAN, Profile
from tallystick.consensus.cometbft.replica import Chain, Replica, Surroundings
from tallystick.consensus.cometbft.rpc import EngineRpc
from tallystick.consensus.cometbft.rpc_types import Handed
from tallystick.consensus.cometbft.server import AbciServer
from tallystick.consensus.cometbft.snapshots import LedgerSnapshots, NoSnapshots, SnapshotDesk
from tallystick.consensus.cometbft.socket_path import remove_stale

__all__ = [
    "MACHINE",
    "READY_MS",
    "WAN",
    "AbciServer",
    "Chain",
    "CometEngine",
    "CometParts",
    "EngineBuild",
    "EngineConfig",
    "EngineGenesis",
    "EngineHome",
    "EngineProcess",
    "EngineRpc",
    "EngineValidator",
    "Handed",
    "Handler",
    "LedgerSnapshots",
    "NoSnapshots",
    "Peer",
    "Profile",
    "Replica",
    "SnapshotDesk",
    "StateSync",
    "Surroundings",
    "address",
    "build_finality",
    "check_engine",
    "find_engine",
    "node_id",
    "read_engine_genesis",
    "remove_stale",
]
