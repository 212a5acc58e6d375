# SPDX-License-Identifier: Apache-2.0
"""The engine's key files: node_key.json and priv_validator_key.json, written and read."""

from __future__ import annotations

import base64
import binascii
from pathlib import Path
from typing import Final, Literal

import msgspec
from msgspec import Struct

from tallystick.consensus.cometbft.identity import PRIVATE_KEY_TYPE, PUBLIC_KEY_TYPE, address
from tallystick.crypto import SecretKey
from tallystick.errors import DataFolderProblem
from tallystick.units import PublicKey

KEY_SIZE: Final = 32


class _PrivateKey(Struct, frozen=True):
    type: Literal["tendermint/PrivKeyEd25519"]
    value: str
    """base64 of the seed and the public key, 64 bytes."""


class _KeyFile(Struct, frozen=True):
    """What both files have in common; the other fields are derived."""

    priv_key: _PrivateKey


def node_key_json(key: SecretKey) -> bytes:
    """Return the bytes of node_key.json."""
    return msgspec.json.encode({"priv_key": _private(key)})


def validator_key_json(key: SecretKey) -> bytes:
    """Return the bytes of priv_validator_key.json."""
    public = base64.b64encode(key.public_key).decode("ascii")
    return msgspec.json.encode(
        {
            "address": address(key.public_key).hex().upper(),
            "pub_key": {"type": PUBLIC_KEY_TYPE, "value": public},
            "priv_key": _private(key),
        },
    )


def read_public_key(path: Path) -> PublicKey:
    """Return the public half of either key file.

    Raises:
        DataFolderProblem: there is no such file, or it is not a key of the engine.
    """
    try:
        found = msgspec.json.decode(path.read_bytes(), type=_KeyFile)
        secret = base64.b64decode(found.priv_key.value, validate=True)
    except FileNotFoundError:
        raise DataFolderProblem(f"the engine's key is missing: {path}") from None
    except (msgspec.DecodeError, binascii.Error, OSError) as error:
        raise _not_a_key(path) from error
    if len(secret) != 2 * KEY_SIZE:
        raise _not_a_key(path)
    public_key = SecretKey(secret[:KEY_SIZE]).public_key
    if secret[KEY_SIZE:] != public_key:
        raise _not_a_key(path)
    return public_key


def _private(key: SecretKey) -> dict[str, str]:
    both = base64.b64encode(key.seed + key.public_key).decode("ascii")
    return {"type": PRIVATE_KEY_TYPE, "value": both}


def _not_a_key(path: Path) -> DataFolderProblem:
    return DataFolderProblem(
        f"the engine's key cannot be read: {path}",
        expected=f"a {PRIVATE_KEY_TYPE} of 64 bytes",
    )
