# SPDX-License-Identifier: Apache-2.0
"""An engine's chain by hand: headers, votes and validator sets, signed with test keys.

It orders nothing. It says what validators would have signed over given roots, so that finality is
tested without any engine; `tests/interop` has the engine's own code judge the same material.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from tallystick.client.finality_check import tree_root, validators_hash
from tallystick.crypto import SecretKey, sha256
from tallystick.encoding import encode
from tallystick.merkle import StateTree
from tallystick.model import (
    LOG_KEYS_PREFIX,
    VALIDATORS_KEY,
    Checkpoint,
    CommitSignature,
    EngineBlockId,
    EngineCommit,
    EngineHeader,
    EngineStart,
    EngineValidator,
    FinalityProof,
    LogKeyProof,
    RegisteredLogKey,
    Transition,
    Validator,
    app_hash,
    encode_log_key,
    encode_validators,
    in_engine_order,
)

SECONDS = 1_700_000_100
EMPTY = sha256(b"")


def digest(text: str) -> bytes:
    """Return some hash that stands for a part of a block that is not looked into."""
    return sha256(text.encode())


@dataclass(frozen=True)
class Roots:
    """What an app hash covers."""

    log_size: int
    log_root: bytes
    state_root: bytes = bytes(32)
    membership_root: bytes = bytes(32)

    @classmethod
    def of(cls, checkpoint: Checkpoint) -> Roots:
        """Return the roots that a checkpoint shows."""
        return cls(
            checkpoint.size, checkpoint.root, checkpoint.state_root, checkpoint.membership_root
        )


@dataclass
class Electorate:
    """Validators with their secret keys, by organisation."""

    secrets: Mapping[str, SecretKey]
    powers: Mapping[str, int] = field(default_factory=dict)

    @property
    def validators(self) -> tuple[Validator, ...]:
        """The set as records store it."""
        return tuple(
            Validator(organization=name, public_key=key.public_key, power=self.powers.get(name, 10))
            for name, key in sorted(self.secrets.items())
        )

    @property
    def ordered(self) -> tuple[EngineValidator, ...]:
        """The set as the engine orders it."""
        return in_engine_order(EngineValidator(v.public_key, v.power) for v in self.validators)

    @property
    def hash(self) -> bytes:
        """By which headers name the set."""
        return validators_hash(self.ordered)

    def secret_of(self, public_key: bytes) -> SecretKey:
        """Return the secret of a validator's key."""
        return next(key for key in self.secrets.values() if key.public_key == public_key)


@dataclass
class Chain:
    """A chain by its engine name; makes proofs of any height for any electorate."""

    chain_id: str

    def header(
        self, height: int, roots: Roots, now: Electorate, after: Electorate | None = None
    ) -> EngineHeader:
        """Return the header of a height, which carries the app hash of the height before."""
        return EngineHeader(
            block_version=11,
            app_version=1,
            chain_id=self.chain_id,
            height=height,
            seconds=SECONDS + height,
            nanoseconds=123_456_789,
            last_block_id=EngineBlockId(digest(f"block {height - 1}"), 1, digest("parts")),
            last_commit_hash=digest("last commit"),
            data_hash=EMPTY,
            validators_hash=now.hash,
            next_validators_hash=(after or now).hash,
            consensus_hash=digest("consensus"),
            app_hash=app_hash(
                roots.log_size, roots.log_root, roots.state_root, roots.membership_root
            ),
            last_results_hash=EMPTY,
            evidence_hash=EMPTY,
            proposer_address=now.ordered[0].address,
        )

    def sign(
        self,
        header: EngineHeader,
        now: Electorate,
        signers: Iterable[int] | None = None,
        round_number: int = 0,
    ) -> EngineCommit:
        """Return a commit of the header by validators of these places; all of them by default."""
        commit = EngineCommit(
            round=round_number,
            parts_total=1,
            parts_hash=digest(f"parts {header.height}"),
            signatures=(),
        )
        header_hash = tree_root(header.leaves())
        made = []
        for index in range(len(now.ordered)) if signers is None else signers:
            unsigned = CommitSignature(
                index, header.seconds + 1, 1_000 * index + round_number, bytes(64)
            )
            secret = now.secret_of(now.ordered[index].public_key)
            signature = secret.sign(commit.signed_bytes(header, header_hash, unsigned))
            made.append(msgspec.structs.replace(unsigned, signature=signature))
        return msgspec.structs.replace(commit, signatures=tuple(made))

    def proof(
        self,
        roots: Roots,
        now: Electorate,
        *,
        height: int,
        after: Electorate | None = None,
        signers: Iterable[int] | None = None,
    ) -> FinalityProof:
        """Return the finality proof of the roots after ledger height `height`."""
        header = self.header(height + 1, roots, now, after)
        return FinalityProof(
            header=header,
            commit=self.sign(header, now, signers),
            validators=now.ordered,
            log_size=roots.log_size,
            log_root=roots.log_root,
            state_root=roots.state_root,
            membership_root=roots.membership_root,
        )

    def transition(self, now: Electorate, after: Electorate, *, height: int) -> Transition:
        """Return the certificate of a change that block `height` brought: in force at height+2."""
        record, root, state_proof = recorded(after.validators)
        roots = Roots(height, digest(f"log {height}"), digest("state"), root)
        proof = self.proof(roots, now, height=height, after=after)
        return Transition(proof=proof.encode(), record=record, state_proof=state_proof)


def engine_start(note: str, validators: Sequence[Validator]) -> EngineStart:
    """Return the certificate over a signed note whose membership root is that of `recorded`."""
    record, _, state_proof = recorded(validators)
    return EngineStart(checkpoint=note, record=record, state_proof=state_proof)


def recorded(validators: Sequence[Validator]) -> tuple[bytes, bytes, bytes]:
    """Return the record of a set, a membership root over it, and the proof of the one in it."""
    record = encode_validators(validators)
    root, proof = placed(VALIDATORS_KEY, record)
    return record, root, proof


def shown_log_key(key: RegisteredLogKey) -> tuple[LogKeyProof, bytes]:
    """Return the proof of a log key's record, and the membership root that it is under."""
    record = encode_log_key(key)
    root, proof = placed(LOG_KEYS_PREFIX + key.public_key, record)
    return LogKeyProof(record=record, state_proof=proof), root


def placed(key: bytes, record: bytes) -> tuple[bytes, bytes]:
    """Return the root of a tree of many records with this one, and the proof of it."""
    tree = StateTree(NoPages())
    others = {b"membership/organizations/%d" % n: digest(f"organization {n}") for n in range(60)}
    root = tree.update({key: record, **others})
    proof: Any = tree.prove(key).to_value()
    return root, encode(proof)


class NoPages:
    """A reader of an empty store: the tree keeps what it makes."""

    def read_page(self, _prefix: bytes) -> None:
        """Answer as a `PageReader`."""
