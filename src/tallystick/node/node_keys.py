# SPDX-License-Identifier: Apache-2.0
"""The node's own secret keys in its data folder: open, or sealed under one passphrase.

A key file is the seed in hexadecimal, or a `tallystick.sealed-key.v1`. Each file is replaced in
one step; what was interrupted between two files is completed by doing it again.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from tallystick.crypto import SealedKey, SecretKey, open_key, seal_key
from tallystick.disk import read_private
from tallystick.encoding import parse_hex
from tallystick.errors import DataFolderProblem, FileProblem, Malformed, UsageError, invariant
from tallystick.node.engine_file import ENGINE_HOME, NODE_KEY_FILE, VALIDATOR_KEY_FILE
from tallystick.storage import DataFolder
from tallystick.units import HASH_SIZE

if TYPE_CHECKING:
    from tallystick.consensus.cometbft import EngineHome

LOG_KEY_FILE: Final = "log.key"
"""Signs checkpoints and receipts."""
PURPOSES: Final = {LOG_KEY_FILE: "log", NODE_KEY_FILE: "node", VALIDATOR_KEY_FILE: "validator"}
_KEYS_FOLDER: Final = "keys"


class StoredKey(Struct, frozen=True):
    """What may be shown of a key file."""

    name: str
    purpose: str
    public_key: bytes
    is_sealed: bool


def write_node_key(folder: DataFolder, name: str, secret: SecretKey) -> None:
    """Keep a key, open; raises `StorageFailed`."""
    folder.write_key(name, secret.seed.hex().encode() + b"\n")


def open_node_key(folder: DataFolder, name: str, passphrase: str | None) -> SecretKey:
    """Return a key of the node.

    Raises:
        DataFolderProblem: there is none, it is malformed, or others may read it.
        UsageError: it is sealed, and there is no passphrase.
        WrongPassphrase: the passphrase does not open it.
    """
    data = folder.read_key(name)
    sealed = _sealed(name, data)
    if sealed is None:
        return _plain(name, data)
    if passphrase is None:
        raise UsageError(
            f"{name} is sealed and needs its passphrase",
            field="passphrase",
            hint="Give it with --passphrase-file, or in the variable TALLY_PASSPHRASE.",
        )
    return open_key(sealed, passphrase, purpose=PURPOSES[name])


def stored_keys(data: Path) -> list[StoredKey]:
    """Return what may be known of a data folder's keys without a passphrase.

    Raises:
        DataFolderProblem: one is malformed, or others may read it.
    """
    found = []
    for name, purpose in PURPOSES.items():
        path = data / _KEYS_FOLDER / name
        try:
            text = read_private(path)
        except FileNotFoundError:
            continue
        except OSError as error:
            raise DataFolderProblem(f"{path} cannot be read: {error.strerror}") from error
        sealed = _sealed(name, text)
        public_key = _plain(name, text).public_key if sealed is None else _public_key(sealed)
        found.append(StoredKey(name, purpose, public_key, sealed is not None))
    return found


def are_sealed(data: Path) -> bool:
    """Say whether the node of a data folder needs a passphrase; raises as `stored_keys`."""
    return any(key.is_sealed for key in stored_keys(data))


def protect_keys(folder: DataFolder, passphrase: str) -> list[StoredKey]:
    """Seal every key of the node under a passphrase, and take the engine's open copies away.

    Raises:
        UsageError: the passphrase is empty.
        WrongPassphrase: a key is sealed already under another one; nothing was changed.
        DataFolderProblem: a key is malformed, others may read it, or the engine has another key.
        StorageFailed: the system refused; what is not sealed yet is by doing it again.
    """
    keys = _open_all(folder, passphrase)
    home = _engine_home(folder)
    if home is not None:
        compare_with_engine(home, keys)
    for name, secret in keys.items():
        if _sealed(name, folder.read_key(name)) is None:
            sealed = seal_key(secret, passphrase, purpose=PURPOSES[name])
            # Opened once before the open seed goes: what cannot be opened again is lost.
            again = open_key(sealed, passphrase, purpose=PURPOSES[name])
            invariant(again.seed == secret.seed, "a sealed key opens to itself")
            folder.write_key(name, sealed.encode())
    if home is not None:
        home.drop_keys()
    return stored_keys(folder.path)


def unprotect_keys(folder: DataFolder, passphrase: str) -> list[StoredKey]:
    """Write every key of the node open again, also where the engine reads it.

    Raises:
        WrongPassphrase: it does not open one of them; nothing was changed.
        DataFolderProblem: a key is malformed, or others may read it.
        StorageFailed: the system refused; doing it again completes it.
    """
    keys = _open_all(folder, passphrase)
    home = _engine_home(folder)
    if home is not None and NODE_KEY_FILE in keys and VALIDATOR_KEY_FILE in keys:
        # First: an engine without its key file makes itself another key.
        home.write_keys(keys[NODE_KEY_FILE], keys[VALIDATOR_KEY_FILE])
    for name, secret in keys.items():
        write_node_key(folder, name, secret)
    return stored_keys(folder.path)


def _open_all(folder: DataFolder, passphrase: str) -> dict[str, SecretKey]:
    names = [key.name for key in stored_keys(folder.path)]
    if not names:
        raise DataFolderProblem(
            f"{folder.keys} holds no key of the node",
            hint="Put the node's key back from your key backup: docs/operator/backup.md.",
        )
    return {name: open_node_key(folder, name, passphrase) for name in names}


def _sealed(name: str, data: bytes) -> SealedKey | None:
    if not data.lstrip().startswith(b"{"):
        return None
    try:
        return SealedKey.decode(data)
    except FileProblem as error:
        raise DataFolderProblem(f"{name}: {error.message}", field=name) from error


def _plain(name: str, data: bytes) -> SecretKey:
    try:
        return SecretKey(parse_hex(data.decode("ascii", "replace").strip(), size=HASH_SIZE))
    except Malformed as error:
        raise DataFolderProblem(f"{name} is not a key in hexadecimal", field=name) from error


def _public_key(sealed: SealedKey) -> bytes:
    return parse_hex(sealed.public_key, size=HASH_SIZE)


def compare_with_engine(home: EngineHome, keys: dict[str, SecretKey]) -> None:
    """Raise `DataFolderProblem` unless the open keys in the engine's home are copies of these."""
    for name, public_key in zip(
        (NODE_KEY_FILE, VALIDATOR_KEY_FILE), home.public_keys(), strict=True
    ):
        if public_key is not None and (name not in keys or keys[name].public_key != public_key):
            raise DataFolderProblem(
                f"the engine's key is not the one in {name}",
                field=name,
                expected=public_key.hex(),
                found=keys[name].public_key.hex() if name in keys else "none",
                hint="Nothing was changed. Set both right before you protect them.",
            )


def _engine_home(folder: DataFolder) -> EngineHome | None:
    path = folder.path / ENGINE_HOME
    if not path.is_dir():
        return None
    # Loaded here, so that a node that orders alone loads none of it.
    from tallystick.consensus.cometbft import EngineHome  # noqa: PLC0415

    return EngineHome(path)
