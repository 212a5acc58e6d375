# SPDX-License-Identifier: Apache-2.0
"""Cosignatures: other organisations sign a checkpoint that they found consistent with the last.

The form is C2SP tlog-cosignature v1 for Ed25519: one more line of the same signed note, with the
time of signing. Readers that do not know the line pass over it. Spec: docs/spec/checkpoint.md.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from tallystick.crypto import SecretKey, is_valid_signature
from tallystick.encoding import format_base64
from tallystick.errors import InvalidCheckpoint
from tallystick.model.checkpoint import (
    COSIGNED_TIME_SIZE,
    KEY_HINT_SIZE,
    SIGNATURE_PREFIX,
    Checkpoint,
    cosigned_bytes,
    key_hint,
    split_note,
)
from tallystick.units import INTEGER_MAX

_COSIGNATURE_TYPE: Final = b"\x04"
_SIGNATURE_SIZE: Final = 64


class Cosignature(NamedTuple):
    """One organisation's statement that it has seen this log grow into this checkpoint."""

    organization: str
    public_key: bytes
    time: int
    """Unix seconds, by the cosigner's own clock."""


def cosigner_name(network: str, organization: str) -> str:
    """Return the C2SP key name of an organisation as a cosigner of a network's log."""
    return f"{network}/{organization}"


def cosigner_key(name: str, public_key: bytes) -> str:
    """Return the C2SP vkey text by which other programs know a cosigner."""
    typed = _COSIGNATURE_TYPE + public_key
    return f"{name}+{key_hint(name, typed).hex()}+{format_base64(typed)}"


def cosign_checkpoint(checkpoint: Checkpoint, secret: SecretKey, *, name: str, time: int) -> str:
    """Return the line, with its newline, to add at the end of the signed note.

    Args:
        checkpoint: What was compared with the newest one cosigned before, and extends it.
        secret: A log key of the cosigning organisation.
        name: As `cosigner_name` gives it.
        time: Now, unix seconds.
    """
    message = cosigned_bytes(checkpoint.body(), time)
    hint = key_hint(name, _COSIGNATURE_TYPE + secret.public_key)
    blob = hint + time.to_bytes(COSIGNED_TIME_SIZE, "big") + secret.sign(message)
    return f"{SIGNATURE_PREFIX}{name} {format_base64(blob)}\n"


def open_cosignatures(
    note: str, keys: Iterable[tuple[str, bytes]], *, network: str
) -> list[Cosignature]:
    """Return the cosignatures in `note` by any of `keys`, in their order; lines of others pass.

    Args:
        note: The signed note.
        keys: Organisation and public key of each log key that is trusted.
        network: Network id.

    Raises:
        InvalidCheckpoint: the note is malformed, or a line by one of the keys does not verify.
    """
    body, signatures = split_note(note)
    known = {}
    for organization, key in keys:
        name = cosigner_name(network, organization)
        known[name, key_hint(name, _COSIGNATURE_TYPE + key)] = organization, key
    found = []
    for signer, blob in signatures:
        owner = known.get((signer, blob[:KEY_HINT_SIZE]))
        if owner is not None:
            time = _verify(*owner, body, blob[KEY_HINT_SIZE:])
            found.append(Cosignature(*owner, time))
    return found


def _verify(organization: str, key: bytes, body: str, stamped: bytes) -> int:
    time = int.from_bytes(stamped[:COSIGNED_TIME_SIZE], "big")
    if (
        len(stamped) != COSIGNED_TIME_SIZE + _SIGNATURE_SIZE
        or time > INTEGER_MAX
        or not is_valid_signature(key, cosigned_bytes(body, time), stamped[COSIGNED_TIME_SIZE:])
    ):
        raise InvalidCheckpoint(
            f"the cosignature of {organization} does not verify",
            field="cosignature",
            found=key.hex(),
        )
    return time
