# SPDX-License-Identifier: Apache-2.0
"""The engine's home folder: configuration, genesis document, keys, and what it signed last.

The keys and the state of the signer are written once and never again: a validator that forgets
what it signed may sign twice, and is then punished as an attacker.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Final

from tallystick.consensus.cometbft.configuration import EngineConfig, config_toml
from tallystick.consensus.cometbft.genesis_file import EngineGenesis, genesis_json
from tallystick.consensus.cometbft.identity import node_id
from tallystick.consensus.cometbft.key_files import (
    node_key_json,
    read_public_key,
    validator_key_json,
)
from tallystick.crypto import SecretKey
from tallystick.errors import DataFolderProblem, StorageFailed
from tallystick.units import PublicKey

NODE_KEY_NAME: Final = "node_key.json"
VALIDATOR_KEY_NAME: Final = "priv_validator_key.json"
_PARTIAL: Final = ".partial"
_OTHERS_BITS: Final = 0o077
_NOTHING_SIGNED: Final = b'{"height":"0","round":0,"step":0}\n'


class EngineHome:
    """A folder that belongs to one engine; all files are for this user only."""

    def __init__(self, folder: Path) -> None:
        """Name the folder; nothing is read or written yet."""
        self.folder = folder
        self._keys = folder / "config"
        self._node_key = self._keys / NODE_KEY_NAME
        self._validator_key = self._keys / VALIDATOR_KEY_NAME
        self._genesis = folder / "config" / "genesis.json"
        self._signer_state = folder / "data" / "priv_validator_state.json"

    def found(self, genesis: EngineGenesis, node_key: SecretKey, validator_key: SecretKey) -> None:
        """Write what stays as it is for the life of the node; doing it again changes nothing.

        Raises:
            DataFolderProblem: there are other keys or another genesis document already, or the
                engine has data but the state of its signer is lost.
            StorageFailed: the disk reported an error.
        """
        for folder in (self.folder, self.folder / "config", self.folder / "data"):
            _make_folder(folder)
        _write_once(self._genesis, genesis_json(genesis), "genesis document")
        _write_once(self._node_key, node_key_json(node_key), "node key")
        _write_once(self._validator_key, validator_key_json(validator_key), "validator key")
        self._begin_signing()

    def configure(self, config: EngineConfig) -> None:
        """Write config.toml anew.

        Raises:
            UsageError: a setting is not what it should be; the old file stays.
            StorageFailed: the disk reported an error.
        """
        text = config_toml(config)
        _make_folder(self.folder / "config")
        _write(self.folder / "config" / "config.toml", text.encode("utf-8"))

    @property
    def is_founded(self) -> bool:
        """Whether `found` was completed once."""
        return self._signer_state.exists()

    def check_startable(self, *, keys_come: bool) -> None:
        """Refuse to start where the engine would make itself a key, or sign twice.

        Args:
            keys_come: whether its keys are brought for the start, not kept in the home.

        Raises:
            DataFolderProblem: a key is missing or others may read it, or the engine has data but
                the state of its signer is lost.
        """
        self._check_signer_state()
        if not self.is_founded:
            return  # nothing here to start
        for path in () if keys_come else (self._node_key, self._validator_key):
            _check_private(path)

    def write_keys(
        self, node_key: SecretKey, validator_key: SecretKey, *, place: Path | None = None
    ) -> None:
        """Write both keys in the home, or in a folder of another place; raises `StorageFailed`."""
        folder = place or self._keys
        _write(folder / NODE_KEY_NAME, node_key_json(node_key))
        _write(folder / VALIDATOR_KEY_NAME, validator_key_json(validator_key))

    def drop_keys(self, *, place: Path | None = None) -> None:
        """Delete both keys there, if they are there; raises `StorageFailed`."""
        folder = place or self._keys
        try:
            for name in (NODE_KEY_NAME, VALIDATOR_KEY_NAME):
                (folder / name).unlink(missing_ok=True)
                (folder / f"{name}{_PARTIAL}").unlink(missing_ok=True)
            if folder.is_dir():
                _sync_folder(folder)
        except OSError as error:
            raise StorageFailed(f"cannot delete keys in {folder}: {error.strerror}") from error

    def public_keys(self) -> tuple[PublicKey | None, PublicKey | None]:
        """Return the public halves of node key and validator key, None for one not in the home.

        Raises:
            DataFolderProblem: one is damaged.
        """
        paths = (self._node_key, self._validator_key)
        node, validator = (read_public_key(path) if path.exists() else None for path in paths)
        return node, validator

    def node_id(self) -> str:
        """Return the id under which other nodes know this one."""
        return node_id(read_public_key(self._node_key))

    def validator_public_key(self) -> PublicKey:
        """Return the key with which this node votes, if it is a validator."""
        return read_public_key(self._validator_key)

    def replace_validator_key(self, key: SecretKey) -> None:
        """Give the engine, which must not run, another key to vote with.

        What was signed last stays on record: the heights that the old key signed are not signed
        again by the new one.

        Raises:
            StorageFailed: the system refused.
        """
        _write(self._validator_key, validator_key_json(key))

    def _begin_signing(self) -> None:
        self._check_signer_state()
        if not self._signer_state.exists():
            _write(self._signer_state, _NOTHING_SIGNED)

    def _check_signer_state(self) -> None:
        if self._signer_state.exists():
            return
        if (self.folder / "data" / "blockstore.db").exists():
            raise DataFolderProblem(
                f"what this validator signed last is lost: {self._signer_state} is missing",
                expected="the file as the engine left it",
                hint="Do not start from an older copy: make a new validator key, and have the "
                "network replace the old one by vote.",
            )


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise StorageFailed(f"cannot make {folder}: {error.strerror}") from error


def _check_private(path: Path) -> None:
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
    except OSError as error:
        # Started like this, the engine makes itself another key and forgets what it signed.
        raise DataFolderProblem(
            f"the engine's key is missing: {path}",
            hint="Put it back from the folder `keys`; docs/operator/keys.md says how.",
        ) from error
    if mode & _OTHERS_BITS:
        raise DataFolderProblem(
            f"other users may read or change {path}",
            field=path.name,
            expected="mode 0600",
            found=f"mode {mode:04o}",
            hint=f"If nobody has read it, make it private: chmod 600 {path}",
        )


def _write_once(path: Path, data: bytes, what: str) -> None:
    """Write a file that is not there yet; raises if it is there and says something else."""
    try:
        present = path.read_bytes()
    except FileNotFoundError:
        _write(path, data)
        return
    if present != data:
        raise DataFolderProblem(
            f"the engine's folder already has another {what}: {path}",
            hint="Start with the keys and the genesis document that the folder was made with.",
        )


def _write(path: Path, data: bytes) -> None:
    """Write a file whole or not at all, readable by this user only; on disk when it returns."""
    partial = path.with_name(path.name + _PARTIAL)
    try:
        partial.unlink(missing_ok=True)
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "wb") as file:  # noqa: PTH123  # a descriptor, for its mode
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        raise StorageFailed(f"cannot write {path}: {error.strerror}") from error


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
