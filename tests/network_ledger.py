# SPDX-License-Identifier: Apache-2.0
"""A ledger of four real nodes for tests that were written for one in memory.

An industry's own tests call through a small ledger that they can be given; with `--slow-net` it is
this one, and every call is a signed transaction that four nodes with CometBFT decide on.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final, Never, cast

from tallystick.contracts import Contract
from tallystick.encoding import Value
from tallystick.model import Execution, Name, Organization, Signer
from tallystick.testing import MemoryState, Person
from tallystick.testing.people import Desk
from tallystick.testing.slow_chain import SlowChain, slow_chain

_NO_WARP: Final = "on a real network time cannot be warped"
_OTHER_ROLES: Final = "on a real network a person has the roles that membership knows"
_PAUSE_S: Final = 0.2


class NetworkLedger:
    """Carries out the calls of signers by transactions of a network."""

    def __init__(
        self, chain: SlowChain, people: Iterable[Signer], skip: Callable[[str], Never]
    ) -> None:
        """Let people sign; the network starts with the first call and knows them from then on."""
        self._chain = chain
        self._skip = skip
        self._people: dict[tuple[str, str], Person] = {}
        self._clocks = itertools.count(1)
        for one in people:
            self._enrol(one.organization, one.member, one.roles)

    @property
    def state(self) -> MemoryState:
        """What all calls have written."""
        return self._chain.state

    @property
    def height(self) -> int:
        """Height of the last block."""
        return self._chain.height

    @property
    def now_ms(self) -> int:
        """Its time."""
        return self._chain.now_ms

    def run(self, contract: str, method: str, signer: Signer, args: dict[str, Value]) -> Execution:
        """Return what the block says of an action."""
        person = self._people[signer.organization, signer.member]
        if person.roles != signer.roles:
            self._skip(_OTHER_ROLES)
        return self._chain.submit(person, contract, method, args).execution

    def query(self, contract: str, method: str, args: dict[str, Value]) -> Value:
        """Return a node's answer."""
        return self._chain.query(contract, method, args)

    def warp(self) -> Never:
        """End the test, and say why."""
        self._skip(_NO_WARP)

    def wait_until(self, time_ms: int) -> None:
        """Return when a block has this time; real time passes, and people join to make blocks."""
        organization = next(iter(self._people))[0]
        while self.now_ms < time_ms:
            time.sleep(_PAUSE_S)
            if time.time_ns() // 1_000_000 > time_ms:
                self._enrol(organization, f"clock-{next(self._clocks)}", ())

    def _enrol(self, organization: str, member: str, roles: Sequence[str]) -> None:
        person = Person(
            cast(Desk, None),  # it calls through this ledger
            Organization(id=organization, name=Name(zh=organization, en=organization)),
            member,
            roles,
        )
        self._people[organization, member] = person
        self._chain.enrol(person)


@contextmanager
def network_ledger(
    contracts: Sequence[type[Contract]], module: Any, skip: Callable[[str], Never]
) -> Iterator[NetworkLedger]:
    """Give a network of its own on which all signers that a module names may sign.

    At the end all four nodes must have the same state.
    """
    people = [one for one in vars(module).values() if isinstance(one, Signer)]
    with slow_chain(contracts, skip=skip) as chain:
        yield NetworkLedger(chain, people, skip)
