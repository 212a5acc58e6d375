# SPDX-License-Identifier: Apache-2.0
"""Secret keys in files of other programs: PEM, the engine's JSON, a seed in hexadecimal."""

from __future__ import annotations

import base64
import json
import os
import re
from pathlib import Path
from typing import Final

from tallystick.cli.catalogue import say
from tallystick.crypto import SecretKey
from tallystick.errors import FileProblem

_SIZE_MAX: Final = 64 * 1024
_SEED: Final = re.compile(rb"[0-9A-Fa-f]{64}")
_SEED_BYTES: Final = 32
_PRIVATE: Final = 0o600


def read_secret(path: Path) -> SecretKey:
    """Return the Ed25519 key in a file.

    Raises:
        FileProblem: there is none in it.
    """
    with path.open("rb") as file:
        data = file.read(_SIZE_MAX).strip()
    if _SEED.fullmatch(data):
        return SecretKey(bytes.fromhex(data.decode("ascii")))
    if data.startswith(b"{"):
        return _of_engine(path, data)
    from tallystick.client import parse_pem

    return parse_pem(data)


def new_secret(path: Path) -> SecretKey:
    """Make a key and keep its seed in a new file that only this user can read.

    Raises:
        FileProblem: the file exists.
    """
    secret = SecretKey.generate()
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE)
    except FileExistsError as error:
        raise FileProblem(say("usage.exists", path=path), field="--new") from error
    with os.fdopen(handle, "wb") as file:
        file.write(secret.seed.hex().encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())
    return secret


def _of_engine(path: Path, data: bytes) -> SecretKey:
    try:
        both = base64.b64decode(json.loads(data)["priv_key"]["value"], validate=True)
        secret = SecretKey(both[:_SEED_BYTES])
    except (ValueError, KeyError, TypeError) as error:
        raise FileProblem(say("governance.no_key_in", path=path), field="path") from error
    if both[_SEED_BYTES:] != secret.public_key:
        raise FileProblem(say("governance.no_key_in", path=path), field="path")
    return secret
