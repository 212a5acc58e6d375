# SPDX-License-Identifier: Apache-2.0
"""Who the validators were at each height: a chain of certificates that begins at genesis.

A set of validators is trusted because the genesis document names it, or because the set before it
signed a header that names it. So a verifier needs no clock and no node: the genesis document, and
one certificate for each change. A set is in force from its first height up to the next set's; at
other heights its signatures prove nothing, since keys that were retired may have been stolen.
Spec: docs/spec/finality.md section 5.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from tallystick.client.finality_check import check_finality, validators_hash
from tallystick.encoding import decode
from tallystick.errors import InvalidReceipt, TallystickError, UntrustedSigner
from tallystick.merkle import StateProof, verify_value
from tallystick.model import (
    VALIDATORS_KEY,
    Certificate,
    Checkpoint,
    EngineStart,
    EngineValidator,
    GenesisDocument,
    Transition,
    Validator,
    decode_certificate,
    decode_finality,
    decode_validators,
    engine_chain_id,
)
from tallystick.units import CERTIFICATES_MAX

OpenCheckpoint = Callable[[str], Checkpoint]
"""Gives the checkpoint in a note that a log key of the genesis document signed, or raises."""


@dataclass(frozen=True, slots=True)
class ValidatorSet:
    """Validators in force from a height on, until the next set."""

    first_height: int
    hash: bytes
    """By which the engine's headers name the set."""
    validators: tuple[Validator, ...]
    source: Literal["genesis", "engine_start", "transition"]
    """What made it trusted."""

    @classmethod
    def of(
        cls,
        first_height: int,
        validators: tuple[Validator, ...],
        source: Literal["genesis", "engine_start", "transition"],
    ) -> ValidatorSet:
        """Return the set with its hash."""
        keys = [EngineValidator(one.public_key, one.power) for one in validators]
        return cls(first_height, validators_hash(keys), validators, source)

    def organization(self, public_key: bytes) -> str | None:
        """Return whose key it is, None if it is no validator's."""
        owners = {one.public_key: one.organization for one in self.validators}
        return owners.get(public_key)


@dataclass(frozen=True, slots=True)
class ValidatorHistory:
    """The trusted sets of a network, oldest first; none for a network with one ordering node."""

    chain_id: str
    sets: tuple[ValidatorSet, ...] = ()

    @classmethod
    def of_genesis(cls, genesis: GenesisDocument, genesis_bytes: bytes) -> ValidatorHistory:
        """Return the history as far as the genesis document tells it."""
        first = genesis.validators
        sets = (ValidatorSet.of(1, first, "genesis"),) if first else ()
        return cls(engine_chain_id(genesis_bytes), sets)

    def extended(
        self, certificates: Sequence[bytes], open_checkpoint: OpenCheckpoint
    ) -> ValidatorHistory:
        """Return the history with the changes that `certificates` prove, in their order.

        Changes that are known already may be among them, so that a receipt can bring the whole
        history to a verifier who knows a part of it.

        Raises:
            InvalidReceipt: a certificate is malformed, does not follow from the set before it, or
                contradicts a change that is known.
            InvalidCheckpoint, InvalidProof, UntrustedSigner: a part of one does not hold.
        """
        if len(certificates) > CERTIFICATES_MAX:
            raise InvalidReceipt(
                f"{len(certificates)} certificates are too many",
                field="validator_history",
                expected=f"at most {CERTIFICATES_MAX}",
            )
        history = self
        for data in certificates:
            history = history._after(decode_certificate(data), open_checkpoint)
        return history

    def at(self, height: int) -> ValidatorSet:
        """Return the set in force at a height of the engine.

        Raises:
            UntrustedSigner: no set is known for it.
        """
        for one in reversed(self.sets):
            if one.first_height <= height:
                return one
        raise UntrustedSigner(
            f"no validators are known for height {height}",
            field="validators",
            expected="validators in the genesis document, or a history that leads to them",
            hint="Ask for the receipt with its validator history, or for a newer trust file.",
        )

    def _after(self, certificate: Certificate, open_checkpoint: OpenCheckpoint) -> ValidatorHistory:
        if isinstance(certificate, EngineStart):
            found = self._started(certificate, open_checkpoint)
        else:
            found = self._changed(certificate)
        return self if found in self.sets else replace(self, sets=(*self.sets, found))

    def _started(self, start: EngineStart, open_checkpoint: OpenCheckpoint) -> ValidatorSet:
        """Return the first set of a network that one node ordered before."""
        checkpoint = open_checkpoint(start.checkpoint)
        validators = _recorded(start, checkpoint.membership_root)
        found = ValidatorSet.of(checkpoint.height + 1, validators, "engine_start")
        # Who signs a checkpoint is one organisation: its word counts before there are validators.
        if self.sets and self.sets[0] != found:
            raise _refused("an engine start after validators were known")
        return found

    def _changed(self, transition: Transition) -> ValidatorSet:
        """Return the set that the set in force names as its successor."""
        proof = decode_finality(transition.proof)
        height = proof.header.height
        before = self.at(height)
        if proof.header.validators_hash != before.hash:
            raise _refused(f"the change at height {height} is not by the validators in force")
        check_finality(proof, self.chain_id)
        validators = _recorded(transition, proof.membership_root)
        found = ValidatorSet.of(height + 1, validators, "transition")
        if found.hash != proof.header.next_validators_hash:
            raise _refused(f"the header of height {height} names other validators")
        if found.hash == before.hash:
            raise _refused(f"height {height} changes nothing")
        known = self.sets[self.sets.index(before) + 1 :]
        if known and known[0] != found:
            raise _refused(f"the change at height {height} contradicts one that is known")
        return found


def _recorded(certificate: Certificate, membership_root: bytes) -> tuple[Validator, ...]:
    """Return the validators that the membership tree records, by certificate and state proof."""
    try:
        proof = StateProof.from_value(decode(certificate.state_proof, name="state_proof"))
        verify_value(membership_root, VALIDATORS_KEY, certificate.record, proof)
        validators = decode_validators(certificate.record)
    except TallystickError as error:
        raise _refused(f"its record does not hold ({error.message})") from error
    if not validators:
        raise _refused("a set without validators")
    return validators


def _refused(what: str) -> InvalidReceipt:
    return InvalidReceipt(f"validator history: {what}", field="validator_history")
