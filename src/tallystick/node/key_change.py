# SPDX-License-Identifier: Apache-2.0
"""Gives a node that does not run other keys than it was made with."""

from __future__ import annotations

from pathlib import Path

from tallystick.crypto import SecretKey
from tallystick.storage import DataFolder


def install_validator_key(data: Path, key: SecretKey) -> None:
    """Let the node of a data folder vote with another key from its next start on.

    Raises:
        DataFolderProblem: the node is running, or it is not one among several.
        StorageFailed: the system refused.
    """
    # Loaded here, so that a node that orders alone loads none of it.
    from tallystick.node.comet import replace_validator_key  # noqa: PLC0415

    with DataFolder.open(data) as folder:
        replace_validator_key(folder, key)
