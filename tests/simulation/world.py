# SPDX-License-Identifier: Apache-2.0
"""The network that is simulated: organisations with a validator each, and who signs for them."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from benchmarks.bank import Bank
from tallystick.crypto import SecretKey, SignedItem, VerifierPool, signature_verdicts
from tallystick.encoding import Value
from tallystick.errors import Malformed
from tallystick.execution import ContractRunner
from tallystick.model import (
    ROLE_ADMINISTRATOR,
    Call,
    GenesisDocument,
    Member,
    MemberKey,
    Name,
    Organization,
    Parameters,
    Validator,
    network_id,
    sign_transaction,
)
from tallystick.model.organization import check_organization_id
from tallystick.units import TimeMs

START: Final = 1_700_000_000_000
LIFETIME: Final = 60_000
BLOCK_MAX: Final = 12
"""Transactions in a block: small, so that proposals reach it."""
POWER: Final = 10
FOREVER: Final = 2**50
RUNNER: Final = ContractRunner([Bank])


def secret(text: str) -> SecretKey:
    """Return a test key: its seed is the text, so it protects nothing."""
    return SecretKey(text.encode().rjust(32, b"."))


def _organization_id(number: int) -> str:
    for last in "0123456789ABCDEFGHJKLMNPQRTUWXY":
        try:
            return check_organization_id(f"9100000000000000{number}{last}")
        except Malformed:
            continue
    raise AssertionError(number)


ORGANIZATIONS: Final = tuple(_organization_id(number) for number in range(1, 8))


@dataclass(frozen=True)
class Person:
    """Somebody who signs."""

    organization: str
    id: str
    key: SecretKey

    def sign(
        self,
        network: str,
        contract: str,
        method: str,
        args: dict[str, Value],
        *,
        nonce: int,
        valid_until: int,
    ) -> bytes:
        """Return a signed transaction's bytes."""
        call = Call(network, contract, method, args, nonce, TimeMs(valid_until))
        return sign_transaction(call, self.key, self.organization)


@lru_cache
def clerk(organization: str) -> Person:
    """Return the one who uses contracts."""
    return Person(organization, "clerk", secret(f"clerk {organization}"))


@lru_cache
def head(organization: str) -> Person:
    """Return the administrator."""
    return Person(organization, "head", secret(f"head {organization}"))


@lru_cache
def stranger() -> Person:
    """Return somebody who belongs to no organisation."""
    return Person(ORGANIZATIONS[0], "clerk", secret("stranger"))


@lru_cache
def validator_key(organization: str, number: int = 0) -> bytes:
    """Return the public validator key of an organisation's node; each rotation has a number."""
    return secret(f"node {number} {organization}").public_key


@lru_cache
def genesis_bytes(count: int) -> bytes:
    """Return the genesis document of a network of `count` nodes."""
    founders = ORGANIZATIONS[:count]
    people = list(itertools.chain.from_iterable((clerk(one), head(one)) for one in founders))
    roles = {"clerk": ("depositor",), "head": (ROLE_ADMINISTRATOR,)}
    return GenesisDocument(
        name="simulated",
        created=TimeMs(START),
        parameters=Parameters(
            transaction_lifetime_ms_max=LIFETIME, block_transactions_max=BLOCK_MAX
        ),
        organizations=tuple(
            Organization(id=one, name=Name(zh="机构", en=f"Organisation {one}")) for one in founders
        ),
        members=tuple(
            Member(
                organization=one.organization,
                id=one.id,
                name=Name(zh="成员", en=one.id),
                roles=roles[one.id],
            )
            for one in people
        ),
        keys=tuple(
            MemberKey(
                public_key=one.key.public_key,
                organization=one.organization,
                member=one.id,
                valid_from=TimeMs(0),
                valid_until=TimeMs(FOREVER),
            )
            for one in people
        ),
        log_keys=(),
        contracts=("bank",),
        validators=tuple(
            Validator(organization=one, public_key=validator_key(one), power=POWER)
            for one in founders
        ),
    ).encode()


def network_of(count: int) -> str:
    """Return the id of the network of `count` nodes."""
    return network_id("simulated", genesis_bytes(count))


class RememberingVerifiers(VerifierPool):
    """Verifies each signature once for all replicas of this process: the verdict is a fact."""

    def __init__(self) -> None:
        """Start without processes."""
        super().__init__(0)
        self._verdicts: dict[SignedItem, int] = {}

    def verify(self, items: Sequence[SignedItem]) -> bytes:
        """Return one byte, 1 or 0, for each item."""
        unknown = [item for item in items if item not in self._verdicts]
        self._verdicts.update(zip(unknown, signature_verdicts(unknown), strict=True))
        return bytes(self._verdicts[item] for item in items)
