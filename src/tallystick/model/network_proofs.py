# SPDX-License-Identifier: Apache-2.0
"""What one network shows another of a transaction: a receipt without the names of its signers.

A receipt names the organisations that signed its checkpoint; a contract on another network needs
their keys alone, and others there need not learn who they are. Spec: docs/spec/network-proof.md.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Final

import msgspec
from msgspec import Meta, Struct

from tallystick.crypto import is_valid_signature
from tallystick.encoding import decode, encode
from tallystick.errors import Malformed
from tallystick.model.checkpoint import (
    COSIGNED_TIME_SIZE,
    KEY_HINT_SIZE,
    Checkpoint,
    cosigned_bytes,
    read_body,
    split_note,
)
from tallystick.model.plain import to_value
from tallystick.model.receipt import Receipt, decode_log_receipt
from tallystick.model.recognised import RECOGNISED_KEYS_MAX
from tallystick.units import HASH_SIZE, INTEGER_MAX

NETWORK_PROOF_FORMAT: Final = "network-proof"
SIGNATURE_SIZE: Final = 64
_PATH_MAX: Final = 63
_BODY_MAX: Final = 1_024


class CheckpointSignature(Struct, frozen=True, forbid_unknown_fields=True):
    """One log key's word on a checkpoint."""

    signature: Annotated[bytes, Meta(min_length=SIGNATURE_SIZE, max_length=SIGNATURE_SIZE)]
    time: Annotated[int, Meta(ge=0, le=INTEGER_MAX)] | None = None
    """Unix seconds at which it was cosigned; null: signed by the node that answered."""

    def message(self, body: str) -> bytes:
        """Return the bytes that it signs."""
        return body.encode() if self.time is None else cosigned_bytes(body, self.time)


class NetworkProof(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A transaction, what became of it, and that both are under a signed checkpoint."""

    transaction: bytes
    entry: bytes
    index: Annotated[int, Meta(ge=0, le=INTEGER_MAX)]
    path: Annotated[
        tuple[Annotated[bytes, Meta(min_length=HASH_SIZE, max_length=HASH_SIZE)], ...],
        Meta(max_length=_PATH_MAX),
    ]
    checkpoint: Annotated[str, Meta(max_length=_BODY_MAX)]
    """The text that is signed, without its signature lines."""
    signatures: Annotated[tuple[CheckpointSignature, ...], Meta(max_length=RECOGNISED_KEYS_MAX)]

    def encode(self) -> bytes:
        """Return the canonical bytes, which contracts of another network take."""
        return encode(to_value(self))

    def head(self) -> Checkpoint:
        """Return what the checkpoint says, whoever signed it.

        Raises:
            InvalidCheckpoint: malformed.
        """
        return read_body(self.checkpoint)

    def signers(self, keys: Iterable[bytes]) -> frozenset[bytes]:
        """Return those of the keys that signed the checkpoint; a signature counts for one key."""
        left, found = list(self.signatures), set()
        for key in keys:
            for one in left:
                if is_valid_signature(key, one.message(self.checkpoint), one.signature):
                    found.add(key)
                    left.remove(one)
                    break
        return frozenset(found)


def decode_network_proof(data: bytes) -> NetworkProof:
    """Return the proof in canonical `data`; nothing in it is checked yet.

    Raises:
        Malformed: not canonical, or not exactly the fields of a proof.
    """
    value = decode(data, name="proof")
    try:
        return msgspec.convert(value, NetworkProof, builtin_types=(bytes,))
    except msgspec.ValidationError as error:
        raise Malformed(f"proof: {error}", field="proof") from error


def network_proof(receipt: Receipt) -> NetworkProof:
    """Return what another network needs of a receipt: no finality, no names of signers.

    Raises:
        InvalidReceipt: the receipt's inclusion proof cannot be read.
        InvalidCheckpoint: its checkpoint cannot be read.
    """
    body, lines = split_note(receipt.checkpoint)
    log_receipt = decode_log_receipt(receipt.log_receipt)
    signatures = (_signature(blob[KEY_HINT_SIZE:]) for _, blob in lines)
    known = [one for one in signatures if one is not None]
    return NetworkProof(
        transaction=receipt.transaction,
        entry=receipt.entry,
        index=log_receipt.index,
        path=log_receipt.path,
        checkpoint=body,
        signatures=tuple(known[:RECOGNISED_KEYS_MAX]),
    )


def _signature(signed: bytes) -> CheckpointSignature | None:
    """Return what a signature line holds after its hint; None for one of another kind."""
    if len(signed) == SIGNATURE_SIZE:
        return CheckpointSignature(signed)
    if len(signed) == COSIGNED_TIME_SIZE + SIGNATURE_SIZE:
        time = int.from_bytes(signed[:COSIGNED_TIME_SIZE], "big")
        return (
            CheckpointSignature(signed[COSIGNED_TIME_SIZE:], time) if time <= INTEGER_MAX else None
        )
    return None
