# SPDX-License-Identifier: Apache-2.0
"""Write the vectors of docs/spec/finality.md: engine bytes, proofs, histories, cosignatures.

    PYTHONPATH=. python scripts/make_vectors_finality.py

rewrites tests/vectors/tallystick/finality.json; a test compares the checked-in file with it. Byte
strings are lower-case hexadecimal. The secret seeds are small numbers: published test keys. That
the engine agrees is shown by its own vectors (tests/vectors/cometbft) and by `make interop`.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Final

import msgspec

from tallystick.client import Trust
from tallystick.client.finality_check import tree_root
from tallystick.model import (
    Checkpoint,
    FinalityProof,
    LogKey,
    LogKeyCertificate,
    RegisteredLogKey,
    cosign_checkpoint,
    cosigner_key,
    cosigner_name,
    encode_log_key,
    encode_validators,
    engine_chain_id,
    sign_checkpoint,
)
from tallystick.units import TimeMs
from tests.engine_chain import Chain, Electorate, Roots, engine_start, recorded, shown_log_key
from tests.unit.client.world import BANK, COURT, DOCUMENT, LOG_KEY, World, make_genesis, secret

PATH: Final = Path(__file__).parent.parent / "tests" / "vectors" / "tallystick" / "finality.json"
BANK_LOG_KEY: Final = secret(21)
FIRST: Final = Electorate({COURT: secret(600), BANK: secret(601)}, {BANK: 11})
LATER_LOG_KEY: Final = secret(31)
SECOND: Final = Electorate({COURT: secret(602), BANK: secret(601)})
CHANGED_AT: Final = 2
COSIGNED_AT: Final = 1_700_000_500

Vectors = dict[str, object]


def world() -> World:
    """Return a network with two validators, and a log of five deposits."""
    base = make_genesis()
    bank = LogKey(organization=BANK, public_key=BANK_LOG_KEY.public_key)
    genesis = msgspec.structs.replace(
        base, log_keys=(*base.log_keys, bank), validators=FIRST.validators
    )
    made = World(genesis)
    made.deposit()
    made.fill(4)
    return made


def engine(proof: FinalityProof) -> Vectors:
    """Return what the engine hashes and signs for a proof."""
    header = proof.header
    header_hash = tree_root(header.leaves())
    return {
        "header_leaves": [leaf.hex() for leaf in header.leaves()],
        "header_hash": header_hash.hex(),
        "validator_leaves": [one.leaf().hex() for one in proof.validators],
        "validator_addresses": [one.address.hex() for one in proof.validators],
        "validators_hash": header.validators_hash.hex(),
        "signed": [
            {
                "public_key": proof.validators[one.index].public_key.hex(),
                "message": proof.commit.signed_bytes(header, header_hash, one).hex(),
                "signature": one.signature.hex(),
            }
            for one in proof.commit.signatures
        ],
    }


def refused(proof: FinalityProof) -> Vectors:
    """Return proofs that decode and must not be believed."""
    swap = msgspec.structs.replace
    header, commit = proof.header, proof.commit
    altered = {
        "too few": swap(proof, commit=swap(commit, signatures=commit.signatures[:1])),
        "another round": swap(proof, commit=swap(commit, round=1)),
        "another height": swap(proof, header=swap(header, height=header.height + 1)),
        "other roots": swap(proof, log_size=proof.log_size + 1),
        "other validators": swap(proof, validators=FIRST.ordered),
        "a signature too many": swap(
            proof,
            commit=swap(
                commit,
                signatures=(commit.signatures[0], swap(commit.signatures[1], signature=bytes(64))),
            ),
        ),
    }
    return {name: one.encode().hex() for name, one in altered.items()}


def solo_start() -> Vectors:
    """Return the first certificate of a network that began with one ordering node."""
    genesis = make_genesis()
    network = World(genesis).network
    _, root, _ = recorded(FIRST.validators)
    head = Checkpoint(network, 0, bytes(32), 7, 1_700_000_000_000, bytes(32), root)
    start = engine_start(sign_checkpoint(head, LOG_KEY), FIRST.validators)
    return {"genesis": genesis.encode().hex(), "certificate": start.encode().hex(), "first": 8}


def later_log_key() -> Vectors:
    """Return a receipt by a key that genesis does not list, and proofs that must be refused."""
    record = RegisteredLogKey(
        public_key=LATER_LOG_KEY.public_key, organization=BANK, valid_from=TimeMs(1)
    )
    revoked = msgspec.structs.replace(record, revoked_at=TimeMs(2))
    made = world()
    good, made.membership_root = shown_log_key(record)
    head = made.head()
    chain = Chain(engine_chain_id(made.genesis.encode()))
    proof = chain.proof(Roots.of(head), FIRST, height=head.height)
    receipt = replace(
        made.receipt(0, key=LATER_LOG_KEY), finality=proof.encode(), log_key=good.encode()
    )
    altered = {
        "another record": msgspec.structs.replace(good, record=encode_log_key(revoked)),
        "another root": shown_log_key(revoked)[0],
    }
    return {
        "public_key": record.public_key.hex(),
        "record": good.record.hex(),
        "proof": good.encode().hex(),
        "membership_root": head.membership_root.hex(),
        "receipt_file": receipt.to_json(),
        "refused": {name: one.encode().hex() for name, one in altered.items()},
        "certificates": certificates(made, chain, record, revoked),
    }


def certificates(
    made: World, chain: Chain, record: RegisteredLogKey, revoked: RegisteredLogKey
) -> Vectors:
    """Return a trust file that knows a later log key, and one that knows it revoked."""
    found: Vectors = {}
    for name, one, height in (("registered", record, 5), ("revoked", revoked, 6)):
        shown, root = shown_log_key(one)
        head = replace(made.head(), membership_root=root)
        final = chain.proof(Roots.of(head), FIRST, height=height).encode()
        certificate = LogKeyCertificate.of(shown, final).encode()
        trust = Trust.of_genesis(made.trust.genesis_bytes, log_keys=(certificate,))
        found[name] = {"certificate": certificate.hex(), "trust_file": trust.to_json()}
    return found


def vectors() -> Vectors:
    """Return everything in the file."""
    made = world()
    genesis_bytes = made.genesis.encode()
    chain = Chain(engine_chain_id(genesis_bytes))
    change = chain.transition(FIRST, SECOND, height=CHANGED_AT)
    head = made.head()
    proof = chain.proof(Roots.of(head), SECOND, height=head.height)
    name = cosigner_name(made.network, BANK)
    line = cosign_checkpoint(head, BANK_LOG_KEY, name=name, time=COSIGNED_AT)
    plain = made.receipt(0)
    receipt = replace(
        plain,
        level="witnessed",
        checkpoint=plain.checkpoint + line,
        finality=proof.encode(),
        validator_history=(change.encode(),),
    )
    return {
        "genesis": genesis_bytes.hex(),
        "network": made.network,
        "chain_id": chain.chain_id,
        "validators_record": encode_validators(FIRST.validators).hex(),
        "proof": proof.encode().hex(),
        "engine": engine(proof),
        "refused": refused(proof),
        "history": {
            "certificates": [change.encode().hex()],
            "sets": [
                {"first_height": 1, "hash": FIRST.hash.hex()},
                {"first_height": CHANGED_AT + 2, "hash": SECOND.hash.hex()},
            ],
        },
        "engine_start": solo_start(),
        "cosigned": {
            "checkpoint": receipt.checkpoint,
            "cosigner_key": cosigner_key(name, BANK_LOG_KEY.public_key),
            "organization": BANK,
            "time": COSIGNED_AT,
        },
        "receipt_file": receipt.to_json(),
        "later_log_key": later_log_key(),
        "trust_file": made.trust.to_json(),
        "original": DOCUMENT.hex(),
    }


def main() -> None:
    """Write the file."""
    text = json.dumps(vectors(), ensure_ascii=False, indent=1)
    PATH.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
