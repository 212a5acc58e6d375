# SPDX-License-Identifier: Apache-2.0
"""The small network with validators whose finality the fuzz targets try to forge."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import msgspec

from tallystick.client import Trust
from tallystick.encoding import encode
from tallystick.merkle import EMPTY_LOG_ROOT
from tallystick.model import (
    Checkpoint,
    Cosignature,
    FinalityProof,
    cosign_checkpoint,
    cosigner_name,
    decode_genesis,
    encode_validators,
    engine_chain_id,
    sign_checkpoint,
)
from tests import factories
from tests.engine_chain import Chain, Electorate, Roots, digest, engine_start, recorded

FIRST = Electorate({factories.COURT: factories.secret(71), factories.BANK: factories.secret(72)})
SECOND = Electorate({factories.COURT: factories.secret(73), factories.BANK: factories.secret(72)})
STAMP = 1_700_000_900


@dataclass(frozen=True)
class AgreementWorld:
    """What the validators and log keys of the network ever signed."""

    trust: Trust
    proof: FinalityProof
    certificates: list[bytes]
    body: str
    """Of a checkpoint, with the empty line after it."""
    lines: list[str]
    """Its signature lines: the log's own, then cosignatures."""
    cosignatures: list[Cosignature]


@cache
def agreement_world() -> AgreementWorld:
    """Return the network."""
    genesis = msgspec.structs.replace(
        decode_genesis(factories.GENESIS_BYTES), validators=FIRST.validators
    )
    trust = Trust.of_genesis(genesis.encode())
    chain = Chain(engine_chain_id(genesis.encode()))
    roots = Roots(0, EMPTY_LOG_ROOT, digest("state"), recorded(FIRST.validators)[1])
    head = Checkpoint(
        trust.network, 0, roots.log_root, 3, STAMP, roots.state_root, roots.membership_root
    )
    body, _, own = sign_checkpoint(head, factories.LOG_KEY).partition("\n\n")
    organization = genesis.log_keys[0].organization
    name = cosigner_name(trust.network, organization)
    line = cosign_checkpoint(head, factories.LOG_KEY, name=name, time=STAMP)
    return AgreementWorld(
        trust,
        chain.proof(roots, FIRST, height=3),
        [chain.transition(FIRST, SECOND, height=3).encode()],
        body + "\n\n",
        [own, line],
        [Cosignature(organization, factories.LOG_KEY.public_key, STAMP)],
    )


def agreement_seeds() -> Iterator[tuple[str, str, bytes]]:
    """Yield first inputs: target, name, bytes."""
    world = agreement_world()
    proof, change = world.proof.encode(), world.certificates[0]
    replace = msgspec.structs.replace
    header, commit = world.proof.header, world.proof.commit
    first, second = commit.signatures
    forms = {
        "issued": world.proof,
        "no-signatures": replace(world.proof, commit=replace(commit, signatures=())),
        "twice": replace(world.proof, commit=replace(commit, signatures=(first, first))),
        "unsorted": replace(world.proof, commit=replace(commit, signatures=(second, first))),
        "no-validators": replace(world.proof, validators=()),
        "unsorted-validators": replace(world.proof, validators=world.proof.validators[::-1]),
        "other-height": replace(world.proof, header=replace(header, height=5)),
        "other-hash": replace(world.proof, header=replace(header, app_hash=b"")),
        "forged": replace(
            world.proof,
            commit=replace(commit, signatures=(replace(first, signature=bytes(64)), second)),
        ),
    }
    for name, one in forms.items():
        yield "finality", name, one.encode()
    yield "finality", "trailing", proof + b"\0"
    yield "finality", "cut", proof[:-1]
    start = engine_start(world.body + world.lines[0], SECOND.validators).encode()
    for name, data in {"change": change, "start": start, "proof": proof}.items():
        yield "certificate", name, data
        yield "certificate", f"{name}-trailing", data + b"\0"
    record = encode_validators(FIRST.validators)
    empty: list[object] = []
    yield "validators", "two", record
    yield "validators", "trailing", record + b"\0"
    yield "validators", "none", encode(empty)  # type: ignore[arg-type]
    yield "validators", "number", encode([1])
    own, line = world.lines
    for name, text in {
        "own": own,
        "cosigned": own + line,
        "line-alone": line,
        "twice": own + line + line,
        "cut": own + line[:-1],
        "other-name": own + line.replace("/", "/x", 1),
        "short": own + line[:-20] + "AA==\n",
    }.items():
        yield "cosignatures", name, text.encode()
