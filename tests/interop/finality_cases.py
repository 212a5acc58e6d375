# SPDX-License-Identifier: Apache-2.0
"""Finality proofs and certificates for the engine's own code to judge, and altered copies.

The same cases are put to our verifier in `tests/unit/client/test_finality_cases.py`: both must say
the same of each.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec

from tallystick.encoding import decode, encode
from tallystick.model import CommitSignature, FinalityProof
from tests.engine_chain import Chain, Electorate, Roots, digest
from tests.factories import secret

CHAIN = Chain("tallystick-0123456789abcdef0123456789abcdef")
HEIGHT = 40
ROOTS = Roots(300, digest("log"), digest("state"), digest("membership"))
SIZES = (1, 4, 7, 25, 100)


class FinalityCase(NamedTuple):
    """One thing to judge."""

    kind: str
    """`finality` or `transition`."""
    name: str
    accept: bool
    data: bytes
    chain_id: str = CHAIN.chain_id


def electorate(count: int, first: int = 1_000) -> Electorate:
    """Return validators with test keys; power differs from one to the next."""
    names = [f"organization-{n:03}" for n in range(count)]
    keys = {name: secret(first + n) for n, name in enumerate(names)}
    return Electorate(keys, {name: 10 + n % 3 for n, name in enumerate(names)})


def quorum(now: Electorate) -> int:
    """Return how many of the first validators are needed."""
    total, power = sum(one.power for one in now.ordered), 0
    for count, one in enumerate(now.ordered, 1):
        power += one.power
        if 3 * power > 2 * total:
            return count
    raise AssertionError("a set has a quorum")


def finality_cases() -> Iterator[FinalityCase]:
    """Yield honest proofs of several sizes, and every alteration of one of them."""
    for size in SIZES:
        now = electorate(size)
        full = CHAIN.proof(ROOTS, now, height=HEIGHT)
        yield FinalityCase("finality", f"{size} of {size}", True, full.encode())
        least = quorum(now)
        proof = CHAIN.proof(ROOTS, now, height=HEIGHT, signers=range(least))
        yield FinalityCase("finality", f"{least} of {size}", True, proof.encode())
        few = CHAIN.proof(ROOTS, now, height=HEIGHT, signers=range(least - 1))
        yield FinalityCase("finality", f"{least - 1} of {size}", False, few.encode())
    yield from _altered(CHAIN.proof(ROOTS, electorate(4), height=HEIGHT))
    yield from _transitions()


def _altered(proof: FinalityProof) -> Iterator[FinalityCase]:
    def case(name: str, changed: FinalityProof, chain_id: str = CHAIN.chain_id) -> FinalityCase:
        return FinalityCase("finality", name, False, changed.encode(), chain_id)

    replace = msgspec.structs.replace
    header, commit = proof.header, proof.commit
    yield case("other chain", proof, "tallystick-ffffffffffffffffffffffffffffffff")
    later = CHAIN.proof(ROOTS, electorate(4), height=HEIGHT + 1)
    yield case("commit of another height", replace(proof, commit=later.commit))
    yield case("header of another height", replace(proof, header=later.header))
    stale = electorate(4, first=2_000)
    yield case("other validators", replace(proof, validators=stale.ordered))
    other = CHAIN.proof(Roots(301, digest("log")), electorate(4), height=HEIGHT)
    yield case("commit of another block", replace(proof, commit=other.commit))
    yield case("other round", replace(proof, commit=replace(commit, round=1)))
    yield case("other parts", replace(proof, commit=replace(commit, parts_hash=digest("x"))))
    yield case("log size", replace(proof, log_size=301))
    for name in ("log_root", "state_root", "membership_root"):
        yield case(name, replace(proof, **{name: digest("x")}))
    for name in header.__struct_fields__:
        yield case(
            f"header {name}", replace(proof, header=replace(header, **{name: _other(header, name)}))
        )
    first, *rest = commit.signatures
    twice = (first, CommitSignature(first.index, first.seconds, first.nanoseconds, first.signature))
    yield case(
        "duplicate index", replace(proof, commit=replace(commit, signatures=(*twice, *rest)))
    )
    moved = replace(first, nanoseconds=first.nanoseconds + 1)
    yield case("time of a vote", replace(proof, commit=replace(commit, signatures=(moved, *rest))))
    swapped = (replace(rest[0], index=0), replace(first, index=1), *rest[1:])
    yield case("swapped signatures", replace(proof, commit=replace(commit, signatures=swapped)))
    more = replace(proof.validators[0], power=99)
    yield case("power", replace(proof, validators=(more, *proof.validators[1:])))
    fewer = replace(proof, validators=proof.validators[:-1])
    kept = replace(commit, signatures=commit.signatures[:-1])
    yield case("a validator left out", replace(fewer, commit=kept))
    data = proof.encode()
    for place in range(0, len(data), 41):
        flipped = data[:place] + bytes((data[place] ^ 1,)) + data[place + 1 :]
        yield FinalityCase("finality", f"bit at {place}", False, flipped)


def _other(header: Any, name: str) -> object:
    value = getattr(header, name)
    if isinstance(value, bytes):
        return bytes((value[0] ^ 1,)) + value[1:]
    if isinstance(value, int):
        return value + 1
    if isinstance(value, str):
        return value[:-1] + ("0" if value[-1] != "0" else "1")
    return msgspec.structs.replace(value, parts_total=value.parts_total + 1)


def _transitions() -> Iterator[FinalityCase]:
    now, after = electorate(4), electorate(5, first=3_000)
    good = CHAIN.transition(now, after, height=HEIGHT)
    yield FinalityCase("transition", "4 to 5", True, good.encode())
    other = CHAIN.transition(now, electorate(6, first=3_000), height=HEIGHT)
    wrong = msgspec.structs.replace(good, record=other.record)
    yield FinalityCase("transition", "record of other validators", False, wrong.encode())
    fields: Any = decode(good.proof)
    fields["commit"]["signatures"] = fields["commit"]["signatures"][:2]
    few = msgspec.structs.replace(good, proof=encode(fields))
    yield FinalityCase("transition", "too few", False, few.encode())
