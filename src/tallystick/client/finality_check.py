# SPDX-License-Identifier: Apache-2.0
"""Whether a finality proof holds in itself: roots, header, validator set, signatures.

Pure Python beside the one signature library, no protobuf: about the engine's own light client,
without its trust in a clock. Whether its validators are to be believed is another question, which
`validator_history` answers. Spec: docs/spec/finality.md section 4, whose numbers the steps have.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tallystick.crypto import is_valid_signature
from tallystick.errors import InvalidReceipt
from tallystick.merkle import leaf_hash, log_root
from tallystick.model import EngineValidator, FinalityProof, in_engine_order


@dataclass(frozen=True, slots=True)
class Agreement:
    """What a proof that holds says: these keys signed this header."""

    header_hash: bytes
    signers: tuple[bytes, ...]
    """Public keys of the validators who signed."""
    power: int
    """Of those who signed; more than two thirds of `power_total`."""
    power_total: int


def check_finality(proof: FinalityProof, chain_id: str) -> Agreement:
    """Return who agreed on the proof's roots; the set itself is not judged here.

    Args:
        proof: As decoded.
        chain_id: Of the network that is trusted (`engine_chain_id`).

    Raises:
        InvalidReceipt: of another network, or a part that does not follow from the others.
    """
    header = proof.header
    # 1. The engine signs the chain's name with every vote.
    if header.chain_id != chain_id:
        raise _refused("header.chain_id", "of another network", chain_id, header.chain_id)
    # 2. The header carries the hash of exactly these roots.
    if proof.app_hash != header.app_hash:
        raise _refused(
            "header.app_hash",
            "not that of the roots",
            proof.app_hash.hex(),
            header.app_hash.hex(),
        )
    # 3. The validators are the set that the header names.
    found = validators_hash(proof.validators)
    if found != header.validators_hash:
        raise _refused(
            "header.validators_hash",
            "not that of the validators",
            found.hex(),
            header.validators_hash.hex(),
        )
    # 4. Every signature that is there is valid: none that proves nothing may be carried along.
    header_hash = tree_root(header.leaves())
    signers = tuple(proof.validators[one.index] for one in proof.commit.signatures)
    for signer, signature in zip(signers, proof.commit.signatures, strict=True):
        message = proof.commit.signed_bytes(header, header_hash, signature)
        if not is_valid_signature(signer.public_key, message, signature.signature):
            raise InvalidReceipt(
                f"finality: the signature of validator {signature.index} does not verify",
                field="finality.commit.signatures",
                found=signer.public_key.hex(),
            )
    # 5. They have more than two thirds of the power.
    power, total = (sum(one.power for one in group) for group in (signers, proof.validators))
    if 3 * power <= 2 * total:
        raise _refused(
            "commit.signatures", "too few", f"more than two thirds of {total}", str(power)
        )
    return Agreement(header_hash, tuple(one.public_key for one in signers), power, total)


def validators_hash(validators: Iterable[EngineValidator]) -> bytes:
    """Return the hash by which the engine's headers name a validator set."""
    return tree_root([one.leaf() for one in in_engine_order(validators)])


def tree_root(leaves: Sequence[bytes]) -> bytes:
    """Return the Merkle root of leaves as the engine takes it, which is RFC 9162's."""
    return log_root([leaf_hash(leaf) for leaf in leaves])


def _refused(field: str, what: str, expected: str, found: str) -> InvalidReceipt:
    return InvalidReceipt(
        f"finality: {field} is {what}: {found[:80]} instead of {expected[:80]}",
        field=f"finality.{field}",
        expected=expected[:80],
        found=found[:80],
    )
