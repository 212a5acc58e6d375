# SPDX-License-Identifier: Apache-2.0
"""Founds a network: writes the data folder of its first node."""

from __future__ import annotations

from pathlib import Path

from tallystick.crypto import SecretKey
from tallystick.errors import DataFolderProblem
from tallystick.model import GenesisDocument, check_genesis, network_id
from tallystick.node.node_keys import LOG_KEY_FILE, open_node_key, write_node_key
from tallystick.storage import DataFolder


def create_network(folder: Path, genesis: GenesisDocument, log_secret: SecretKey) -> str:
    """Make the data folder of a new network and return the network id.

    Raises:
        DataFolderProblem: the folder is not empty, or on a network file system.
        Malformed: the genesis document contradicts itself, or does not name the log key.
        StorageFailed: the system refused.
    """
    check_genesis(genesis)
    _check_log_key(genesis, log_secret)
    data = genesis.encode()
    with DataFolder.create(folder, data) as made:
        write_node_key(made, LOG_KEY_FILE, log_secret)
    return network_id(genesis.name, data)


def read_log_key(
    folder: DataFolder,
    genesis: GenesisDocument,
    *,
    may_be_later: bool = False,
    passphrase: str | None = None,
) -> SecretKey:
    """Return the node's signing key, checked against the genesis document.

    Args:
        folder: the data folder.
        genesis: founds its network.
        may_be_later: whether the node may be of an organisation that joined later; the register,
            which knows its key, is not at hand before the node has caught up.
        passphrase: opens a sealed key.

    Raises:
        DataFolderProblem: there is none, it is malformed, another network's, or others may read
            it.
        UsageError: it is sealed, and there is no passphrase.
        WrongPassphrase: the passphrase does not open it.
    """
    secret = open_node_key(folder, LOG_KEY_FILE, passphrase)
    if not may_be_later:
        _check_log_key(genesis, secret)
    return secret


def _check_log_key(genesis: GenesisDocument, secret: SecretKey) -> None:
    if all(key.public_key != secret.public_key for key in genesis.log_keys):
        raise DataFolderProblem(
            "the node's key is not one of the network's log keys",
            expected=", ".join(key.public_key.hex()[:16] for key in genesis.log_keys),
            found=secret.public_key.hex()[:16],
        )
