# SPDX-License-Identifier: Apache-2.0
"""The sealing keys of a demonstration's organisations, each published by its administrator."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from tallystick.cli.demo.history import Act
from tallystick.cli.demo.names import SEALING_FOLDER
from tallystick.client import Identity, SealingKeyStore

REGISTER: Final = "sealing_keys"


def publish_sealing_keys(folder: Path, heads: Mapping[str, Identity]) -> Iterator[Act]:
    """Make a key for each organisation, and yield what publishes it.

    Args:
        folder: the data folder; the secret halves stay in it.
        heads: an administrator of each organisation, by its code.
    """
    store = SealingKeyStore(folder / SEALING_FOLDER)
    for code, identity in heads.items():
        key, _ = store.create(code)
        args = {"public_key": key.public_key}
        yield Act(identity, REGISTER, "publish", args)
