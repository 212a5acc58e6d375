# SPDX-License-Identifier: Apache-2.0
"""Wires the rooms into a node, and is its face for HTTP, commands and tests."""

from tallystick.node.config import NodeConfig
from tallystick.node.founding import create_network
from tallystick.node.key_change import install_validator_key
from tallystick.node.node import Node
from tallystick.node.status import NodeStatus, RegisterShown, StateProved
from tallystick.node.wiring import open_node
from tallystick.node.witnesses import WITNESSES_MAX

__all__ = [
    "WITNESSES_MAX",
    "Node",
    "NodeConfig",
    "NodeStatus",
    "RegisterShown",
    "StateProved",
    "create_network",
    "install_validator_key",
    "open_node",
]
