# SPDX-License-Identifier: Apache-2.0
"""Proposals of a faulty proposer: what no correct node would propose, and what is only odd."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from tallystick.encoding import Value
from tests.simulation.world import BLOCK_MAX, LIFETIME, clerk, stranger


@dataclass
class Material:
    """What a faulty proposer has at hand."""

    random: random.Random
    organizations: Sequence[str]
    network: str
    time: int
    """Of the block, milliseconds."""
    honest: list[bytes]
    """What it would propose if it were correct."""
    past: list[bytes]
    """Transactions of earlier blocks."""
    nonces: Callable[[], int] = field(repr=False)
    """Gives fresh ones."""

    def fresh(self, *, network: str = "", valid_for: int = LIFETIME // 2, nonce: int = -1) -> bytes:
        """Return a transaction that nobody submitted."""
        signer = clerk(self.random.choice(self.organizations))
        args: dict[str, Value] = {"id": f"b{self.random.randrange(10**9)}", "balance": 1}
        return signer.sign(
            network or self.network,
            "bank",
            "open",
            args,
            nonce=self.nonces() if nonce < 0 else nonce,
            valid_until=self.time + valid_for,
        )


def forged(material: Material) -> list[bytes]:
    """One signature does not verify."""
    raw = bytearray(material.fresh())
    raw[-1 - material.random.randrange(64)] ^= 1 << material.random.randrange(8)
    return _with(material, bytes(raw))


def foreign(material: Material) -> list[bytes]:
    """One is signed for another network."""
    return _with(material, material.fresh(network="simulated." + "0" * 32))


def undecodable(material: Material) -> list[bytes]:
    """One is no transaction: empty, junk, cut off, or with a byte too many."""
    raw = material.fresh()
    choice = (b"", material.random.randbytes(1), raw[:-1], raw + b"\x00", b"\xff" * 90)
    return _with(material, material.random.choice(choice))


def oversized(material: Material) -> list[bytes]:
    """One is larger than a transaction may be."""
    return _with(material, material.fresh() + bytes(64 * 1024))


def too_many(material: Material) -> list[bytes]:
    """There are more than a block may hold."""
    return [material.fresh() for _ in range(BLOCK_MAX + 1)]


def twice(material: Material) -> list[bytes]:
    """One stands there twice."""
    raw = material.fresh()
    return [*_with(material, raw)[: BLOCK_MAX - 1], raw]


def nonce_twice(material: Material) -> list[bytes]:
    """Two have one nonce of one signer."""
    nonce = material.nonces()
    signer = material.organizations
    material.organizations = [material.random.choice(signer)]
    return [material.fresh(nonce=nonce), material.fresh(nonce=nonce)]


def committed_before(material: Material) -> list[bytes]:
    """One is in an earlier block already, lately or long ago."""
    if not material.past:
        return undecodable(material)
    return _with(material, material.random.choice(material.past))


def expired(material: Material) -> list[bytes]:
    """One is out of its period."""
    return _with(material, material.fresh(valid_for=-material.random.randint(1, LIFETIME)))


def early(material: Material) -> list[bytes]:
    """One reaches further ahead than nonces are remembered."""
    return _with(material, material.fresh(valid_for=LIFETIME + 1))


WRONG: Sequence[Callable[[Material], list[bytes]]] = (
    forged,
    foreign,
    undecodable,
    oversized,
    too_many,
    twice,
    nonce_twice,
    committed_before,
    expired,
    early,
)
"""Every correct node rejects these."""


def reordered(material: Material) -> list[bytes]:
    """Another order than they came in."""
    return material.random.sample(material.honest, len(material.honest))


def held_back(material: Material) -> list[bytes]:
    """Some are left out, perhaps all."""
    return [one for one in material.honest if material.random.random() < 0.4]


def by_strangers(material: Material) -> list[bytes]:
    """One is by somebody who is no member: well formed, so it is left to execution."""
    raw = stranger().sign(
        material.network,
        "bank",
        "open",
        {"id": "stranger", "balance": 1},
        nonce=material.nonces(),
        valid_until=material.time + LIFETIME // 2,
    )
    return _with(material, raw)


ODD: Sequence[Callable[[Material], list[bytes]]] = (reordered, held_back, by_strangers)
"""Correct nodes accept these."""


def _with(material: Material, raw: bytes) -> list[bytes]:
    """Return an honest proposal with one transaction put in somewhere."""
    proposal = material.honest[: BLOCK_MAX - 1]
    proposal.insert(material.random.randint(0, len(proposal)), raw)
    return proposal
