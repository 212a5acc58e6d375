# SPDX-License-Identifier: Apache-2.0
"""How an engine gets keys that are sealed on disk: open, in memory, while it starts.

The engine reads its keys from files, once. So they lie on a file system in memory, in a folder
that only this user can enter, from just before it starts until it answers.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from tallystick.consensus.cometbft import EngineHome
from tallystick.crypto import SecretKey
from tallystick.node.engine_file import ENGINE_HOME, NODE_KEY_FILE, VALIDATOR_KEY_FILE
from tallystick.node.node_keys import compare_with_engine, open_node_key, stored_keys
from tallystick.node.sockets import memory_folder
from tallystick.storage import DataFolder


class KeyLoan:
    """The engine's keys, open for as long as it needs to read them."""

    def __init__(self, home: EngineHome, place: Path, keys: tuple[SecretKey, SecretKey]) -> None:
        """Know the folder in memory, and node key and validator key."""
        self.place = place
        self._home = home
        self._keys = keys

    def give(self) -> None:
        """Write the keys where the engine reads them; raises `StorageFailed`."""
        self._home.write_keys(*self._keys, place=self.place)

    def take_back(self) -> None:
        """Delete them there; raises `StorageFailed`."""
        self._home.drop_keys(place=self.place)

    def close(self) -> None:
        """Delete the folder, too; raises `StorageFailed`."""
        self.take_back()
        with suppress(OSError):  # it is empty, and nobody's if it stays
            self.place.rmdir()


def open_loan(folder: DataFolder, passphrase: str | None) -> KeyLoan | None:
    """Return how the engine gets its keys if they are sealed; None if they lie in its home.

    Raises:
        DataFolderProblem: a key is damaged, not the engine's, or there is no folder in memory.
        UsageError: there is no passphrase.
        WrongPassphrase: it does not open them.
        StorageFailed: the system refused.
    """
    names = (NODE_KEY_FILE, VALIDATOR_KEY_FILE)
    if not any(key.is_sealed for key in stored_keys(folder.path) if key.name in names):
        return None
    node_key, validator_key = (open_node_key(folder, name, passphrase) for name in names)
    home = EngineHome(folder.path / ENGINE_HOME)
    loan = KeyLoan(home, memory_folder(folder.path), (node_key, validator_key))
    loan.take_back()  # after a crash while the engine started
    # Open copies are left over where `tally key protect` was interrupted.
    compare_with_engine(home, {NODE_KEY_FILE: node_key, VALIDATOR_KEY_FILE: validator_key})
    home.drop_keys()
    return loan
