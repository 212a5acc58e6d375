# SPDX-License-Identifier: Apache-2.0
"""A net on a real network: signed transactions, four nodes, consensus, real time.

The network starts at the first call, with the people who are there by then in its founding
document. Whoever comes later is admitted by vote and enrolled by transactions.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any, Final, Never

from tallystick.consensus import Committed
from tallystick.contracts import Contract, define
from tallystick.crypto import sha256
from tallystick.encoding import Value
from tallystick.errors import EngineFailed, EngineMissing, TallystickError, Unavailable
from tallystick.membership import GOVERNANCE_CONTRACT, MEMBERSHIP_CONTRACT, enrolment_message
from tallystick.model import (
    OK,
    Call,
    Execution,
    Member,
    MemberKey,
    decode_entry,
    decode_write_set,
    network_id,
    sign_transaction,
)
from tallystick.node import Node, find_engine_program
from tallystick.testing.chain import Carried
from tallystick.testing.memory_state import MemoryState
from tallystick.testing.people import Person
from tallystick.testing.slow_network import (
    REGISTRAR,
    REGISTRAR_ROLES,
    WAIT_S,
    Beginnings,
    four_nodes,
    make_key,
    wait_until,
)
from tallystick.units import TimeMs

_LIFETIME_MS: Final = 30 * 60_000
_KEY_LIFETIME_MS: Final = 86_400_000
_TOLERANCE_MS: Final = 60_000
_NO_WARP: Final = "on a real network time cannot be warped"
_NO_REVERT: Final = "a real network does not go back to a snapshot"


@contextmanager
def slow_chain(
    contracts: Sequence[type[Contract]], *, skip: Callable[[str], Never]
) -> Iterator[SlowChain]:
    """Give a chain on a network of its own; `skip` ends a test that needs what no network does.

    At the end all nodes must have the same state.
    """
    try:
        find_engine_program()
    except EngineMissing as error:
        skip(f"{error.message}: run `make engine`, or install CometBFT")
    with ExitStack() as stack:
        chain = SlowChain(contracts, stack, skip)
        yield chain
        chain.check_agreement()


class SlowChain:
    """Carries out calls by transactions of a real network; implements `chain.Chain`."""

    def __init__(
        self, contracts: Sequence[type[Contract]], stack: ExitStack, skip: Callable[[str], Never]
    ) -> None:
        """Start nothing yet; what is started stops with the stack."""
        self.definitions = {one.name: define(one) for one in contracts}
        self.state = MemoryState()
        self.height = 0
        self.now_ms = _wall_clock()
        self._contracts = contracts
        self._stack = stack
        self._skip = skip
        self._beginnings = Beginnings()
        self._nodes: list[Node] = []
        self._network = ""
        self._voters: list[str] = []
        self._nonces = itertools.count(1)

    def enrol(self, person: Person) -> None:
        """Let a person sign: from the first block on, or by transactions if there is one."""
        if self._nodes:
            self._enrol_later(person)
            return
        code = person.organization.id
        known = self._beginnings
        if code not in known.organizations:
            known.organizations[code] = person.organization
            self._begin_with(person, REGISTRAR, REGISTRAR_ROLES)
        self._begin_with(person, person.member, person.roles)

    def submit(self, person: Person, contract: str, method: str, args: dict[str, Value]) -> Carried:
        """Sign an action, have it ordered, and return what the block says of it."""
        self._start()
        raw = self._sign((person.organization.id, person.member), contract, method, args)
        answer = self._send([raw])[0]
        if isinstance(answer, TallystickError):
            # Refused at the door, before any block.
            return self._carried(Execution(answer.code, None, (), {}), sha256(raw), error=answer)
        return self._committed(answer)

    def query(self, contract: str, method: str, args: dict[str, Value]) -> Value:
        """Return the answer of a node that has the last call's block."""
        self._start()
        return self._node.query(contract, method, args)

    def warp(self, duration_ms: int) -> None:
        """End the test: nobody moves a real network's clock."""
        self._skip(_NO_WARP)

    def snapshot(self) -> object:
        """End the test: what is in a block stays."""
        self._skip(_NO_REVERT)

    def revert(self, snapshot: object) -> None:
        """End the test, as `snapshot` did before."""
        self._skip(_NO_REVERT)

    def check_agreement(self) -> None:
        """Check that all nodes come to one state.

        Raises:
            AssertionError: two nodes have different state at one height.
        """
        if not self._nodes:
            return

        seen: set[tuple[int, bytes]] = set()

        def are_level() -> bool:
            # One look at each node: between two looks an empty block may come.
            nonlocal seen
            seen = {
                (status.height, status.app_hash) for status in [one.status() for one in self._nodes]
            }
            return len({height for height, _ in seen}) == 1

        wait_until(are_level, "one height on all nodes")
        if len(seen) != 1:
            raise AssertionError("the nodes of the network have different states")

    @property
    def _node(self) -> Node:
        return self._nodes[0]

    def _start(self) -> None:
        if self._nodes:
            return
        started = four_nodes(self._contracts, self._beginnings)
        genesis, self._nodes = self._stack.enter_context(started)
        self._network = network_id(genesis.name, genesis.encode())
        self._voters = [one.id for one in genesis.organizations]

    def _begin_with(self, person: Person, member: str, roles: Sequence[str]) -> None:
        code, now_ms = person.organization.id, _wall_clock()
        self._beginnings.members.append(
            Member(organization=code, id=member, name=person.organization.name, roles=tuple(roles))
        )
        self._beginnings.keys.append(
            MemberKey(
                public_key=make_key(code, member).public_key,
                organization=code,
                member=member,
                valid_from=TimeMs(now_ms - _TOLERANCE_MS),
                valid_until=TimeMs(now_ms + _KEY_LIFETIME_MS),
            )
        )

    def _enrol_later(self, person: Person) -> None:
        code = person.organization.id
        if code not in self._voters:
            self._admit(person)
        name = _name(person)
        added = {"id": person.member, "name": name, "roles": list(person.roles)}
        self._must(code, MEMBERSHIP_CONTRACT, "add_member", added)
        enrolled = {"member": person.member, **self._key_facts(code, person.member)}
        self._must(code, MEMBERSHIP_CONTRACT, "enrol_key", enrolled)

    def _admit(self, person: Person) -> None:
        """Have all organisations vote an organisation in."""
        code = person.organization.id
        first = {
            "id": REGISTRAR,
            "name": _name(person),
            "roles": ["governor"],
            **self._key_facts(code, REGISTRAR),
        }
        action = {
            "type": "admit_organization",
            "organization": code,
            "name": _name(person),
            "administrator": first,
        }
        proposer, *others = self._voters
        proposed = self._must(proposer, GOVERNANCE_CONTRACT, "propose", {"action": action})
        result = proposed.execution.result
        vote = {"proposal": result["proposal"] if isinstance(result, dict) else result}
        votes = [
            self._sign((one, REGISTRAR), GOVERNANCE_CONTRACT, "vote", {**vote, "approve": True})
            for one in others
        ]
        self._send(votes)  # those after the deciding one are refused
        self._voters.append(code)

    def _key_facts(self, organization: str, member: str) -> dict[str, Any]:
        key, now_ms = make_key(organization, member), self.now_ms
        message = enrolment_message(self._network, organization, member, key.public_key)
        return {
            "public_key": key.public_key,
            "valid_from": now_ms - _TOLERANCE_MS,
            "valid_until": now_ms + _KEY_LIFETIME_MS,
            "proof": key.sign(message),
        }

    def _must(self, organization: str, contract: str, method: str, args: dict[str, Any]) -> Carried:
        """Carry out a call of an organisation's registrar, which must not be refused."""
        answer = self._send([self._sign((organization, REGISTRAR), contract, method, args)])[0]
        if isinstance(answer, TallystickError):
            raise answer
        carried = self._committed(answer)
        if carried.execution.code != OK:
            raise EngineFailed(f"{contract}.{method}: {carried.execution!r}")
        return carried

    def _sign(
        self, who: tuple[str, str], contract: str, method: str, args: dict[str, Value]
    ) -> bytes:
        call = Call(
            network=self._network,
            contract=contract,
            method=method,
            args=args,
            nonce=next(self._nonces),
            valid_until=TimeMs(_wall_clock() + _LIFETIME_MS),
        )
        return sign_transaction(call, make_key(*who), who[0])

    def _send(self, raw: Sequence[bytes]) -> Sequence[Committed | TallystickError]:
        """Hand transactions to a node; one that is not ready yet is asked again."""
        answers: list[Committed | TallystickError] = []

        def is_taken() -> bool:
            answers[:] = self._node.submit(raw).result(WAIT_S)
            return not any(isinstance(one, Unavailable) for one in answers)

        wait_until(is_taken, "a node that takes transactions")
        return answers

    def _committed(self, place: Committed) -> Carried:
        block = self._node.block(place.height)
        outcome = decode_entry(block.entries[place.index]).outcome
        writes = decode_write_set(block.write_sets[place.index])
        self.height, self.now_ms = place.height, block.header.time
        execution = Execution(outcome.code, outcome.result, outcome.events, writes)
        return self._carried(execution, place.transaction_id, error=None)

    def _carried(
        self, execution: Execution, transaction_id: bytes, *, error: TallystickError | None
    ) -> Carried:
        before = {key: self.state.get(key) for key in execution.writes}
        self.state.apply(execution.writes)
        return Carried(
            execution=execution,
            transaction_id=transaction_id,
            height=self.height,
            time_ms=self.now_ms,
            reads={},
            before=before,
            error=error,
        )


def _name(person: Person) -> dict[str, Value]:
    name = person.organization.name
    return {"zh": name.zh, "en": name.en}


def _wall_clock() -> int:
    return time.time_ns() // 1_000_000
