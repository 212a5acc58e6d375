# SPDX-License-Identifier: Apache-2.0
"""Whether an organisation signs receipts with a key that the genesis document does not know.

Organisations are admitted later, and keys are replaced. The ledger records who signs; where the
validators signed the root over that record, their word puts a key beside those of genesis.
Spec: docs/spec/finality.md section 6.
"""

from __future__ import annotations

from tallystick.client.finality_check import check_finality
from tallystick.client.validator_history import ValidatorHistory
from tallystick.encoding import decode
from tallystick.errors import TallystickError, UntrustedSigner
from tallystick.merkle import StateProof, verify_value
from tallystick.model import (
    LOG_KEYS_PREFIX,
    FinalityProof,
    RegisteredLogKey,
    decode_log_key,
    decode_log_key_proof,
)


def check_log_key(
    data: bytes, public_key: bytes, finality: FinalityProof, history: ValidatorHistory
) -> RegisteredLogKey:
    """Return the record by which a key signs receipts for its organisation.

    Args:
        data: A `LogKeyProof`.
        public_key: The key that signed the receipt.
        finality: Of the receipt; checked here, since nothing else vouches for the key.
        history: Who the validators were.

    Raises:
        UntrustedSigner: the key is not shown to be registered, or is revoked.
    """
    try:
        _check_validators(finality, history)
        record = _recorded(data, public_key, finality.membership_root)
    except TallystickError as error:
        raise _refused(f"is not shown to be registered ({error.message})", public_key) from error
    if record.public_key != public_key:
        raise _refused("has the record of another key", public_key)
    if record.revoked_at is not None:
        raise _refused(f"was revoked by {record.organization[:60]}", public_key)
    return record


def _check_validators(finality: FinalityProof, history: ValidatorHistory) -> None:
    check_finality(finality, history.chain_id)
    if history.at(finality.header.height).hash != finality.header.validators_hash:
        raise UntrustedSigner("not by the validators in force", field="finality.validators")


def _recorded(data: bytes, public_key: bytes, membership_root: bytes) -> RegisteredLogKey:
    shown = decode_log_key_proof(data)
    proof = StateProof.from_value(decode(shown.state_proof, name="state_proof"))
    verify_value(membership_root, LOG_KEYS_PREFIX + public_key, shown.record, proof)
    return decode_log_key(shown.record)


def _refused(what: str, public_key: bytes) -> UntrustedSigner:
    key = public_key.hex()[:64]
    return UntrustedSigner(
        f"log key {key} {what}",
        field="receipt.log_key",
        expected="a log key of the trust file, or one that the validators show to be registered",
        found=key,
        hint="Ask another organisation's node for the receipt, or this one again.",
    )
