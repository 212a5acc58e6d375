# SPDX-License-Identifier: Apache-2.0
"""Proofs beyond one receipt: the log only grew, and a key of the state has a value or is absent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from tallystick.client.trust import TrustSource, open_trust
from tallystick.encoding import decode
from tallystick.errors import InvalidCheckpoint, InvalidProof, Malformed
from tallystick.merkle import StateProof, verify_absence, verify_consistency, verify_value
from tallystick.model import Checkpoint

MEMBERSHIP_PREFIX: Final = b"membership/"
"""State keys that are under the membership root instead of the state root."""


def verify_log_extension(
    old_note: str, new_note: str, proof: Sequence[bytes], trust: TrustSource
) -> None:
    """Check that the log of the newer checkpoint has that of the older one as its beginning.

    Args:
        old_note: Signed checkpoint seen earlier.
        new_note: Signed checkpoint of now.
        proof: Hashes of the RFC 9162 consistency proof; empty for equal sizes or from size 0.
        trust: The network's trust file.

    Raises:
        InvalidCheckpoint: a note is not validly signed, or size, height or time went backwards.
        InvalidProof: the proof does not lead to both roots: history was rewritten.
        TallystickError: the trust file itself is not valid.
    """
    trusted = open_trust(trust)
    old, _ = trusted.open_checkpoint(old_note)
    new, _ = trusted.open_checkpoint(new_note)
    verify_extension(old, new, proof)


def verify_extension(old: Checkpoint, new: Checkpoint, proof: Sequence[bytes]) -> None:
    """Check the same for checkpoints whose signatures were verified before."""
    for name, before, after in (
        ("size", old.size, new.size),
        ("height", old.height, new.height),
        ("time", old.time, new.time),
    ):
        if after < before:
            raise InvalidCheckpoint(
                f"the log went backwards: {name} {after} after {before}",
                field=f"checkpoint.{name}",
                expected=f"at least {before}",
                found=str(after),
            )
    if old.size == 0:
        # Every log extends the empty one; RFC 9162 has no proof for it.
        if proof:
            raise InvalidProof("a proof from the empty log has no hashes", field="proof")
        return
    verify_consistency(old.size, new.size, list(proof), old.root, new.root)


def verify_state(
    checkpoint_note: str,
    key: bytes,
    value: bytes | None,
    proof: StateProof | bytes | list[object],
    trust: TrustSource,
) -> None:
    """Check that `key` had exactly `value` (or was absent: None) at the checkpoint's height.

    Args:
        checkpoint_note: Signed checkpoint.
        key: `contract/table/primary-key`, or `membership/...` for the membership tree.
        value: Canonical bytes of the record, None for absence.
        proof: The state proof, its plain value, or the canonical bytes of that.
        trust: The network's trust file.

    Raises:
        InvalidCheckpoint: the note is not validly signed.
        InvalidProof: the proof is malformed or does not hold.
        TallystickError: the trust file itself is not valid.
    """
    checkpoint, _ = open_trust(trust).open_checkpoint(checkpoint_note)
    opened = proof if isinstance(proof, StateProof) else _open_proof(proof)
    is_membership = key.startswith(MEMBERSHIP_PREFIX)
    root = checkpoint.membership_root if is_membership else checkpoint.state_root
    if value is None:
        verify_absence(root, key, opened)
    else:
        verify_value(root, key, value, opened)


def _open_proof(proof: bytes | list[object]) -> StateProof:
    if not isinstance(proof, bytes):
        return StateProof.from_value(proof)
    try:
        return StateProof.from_value(decode(proof, name="proof"))
    except Malformed as error:
        raise InvalidProof(f"the proof is malformed: {error.message}", field="proof") from error
