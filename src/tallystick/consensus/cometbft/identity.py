# SPDX-License-Identifier: Apache-2.0
"""How the engine names keys: a node's id on the network, a validator's address."""

from __future__ import annotations

from typing import Final

from tallystick.crypto import sha256

PUBLIC_KEY_TYPE: Final = "tendermint/PubKeyEd25519"
PRIVATE_KEY_TYPE: Final = "tendermint/PrivKeyEd25519"

_ADDRESS_SIZE: Final = 20


def address(public_key: bytes) -> bytes:
    """Return the address of an Ed25519 key: the first 20 bytes of its SHA-256."""
    return sha256(public_key)[:_ADDRESS_SIZE]


def node_id(public_key: bytes) -> str:
    """Return the id of the node with this node key: its address in 40 hexadecimal characters."""
    return address(public_key).hex()
