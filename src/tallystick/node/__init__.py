# SPDX-License-Identifier: Apache-2.0
"""Wires the rooms into a node, and is its face for HTTP, commands and tests."""

from tallystick.node.config import NodeConfig
from tallystick.node.figures import NodeFigures
from tallystick.node.founding import create_network
from tallystick.node.node import Node
from tallystick.node.node_keys import (
    StoredKey,
    are_sealed,
    protect_keys,
    stored_keys,
    unprotect_keys,
)
from tallystick.node.status import NodeStatus, StateProved
from tallystick.node.wiring import open_node
from tallystick.node.witnesses import WITNESSES_MAX

__all__ = [
    "WITNESSES_MAX",
    "Node",
    "NodeConfig",
    "NodeFigures",
    "NodeStatus",
    "StateProved",
    "StoredKey",
    "are_sealed",
    "create_network",
    "open_node",
    "protect_keys",
    "stored_keys",
    "unprotect_keys",
]
