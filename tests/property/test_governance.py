# SPDX-License-Identifier: Apache-2.0
"""Whatever organisations call in whatever order, governance keeps its promises.

The engine in this test dies by the rules of a real one: a key added twice, an unknown one removed,
nobody left, a total beyond its limit. It is told only what `validator_updates` says.
"""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tallystick.membership import Verdict, count_votes, validator_updates
from tallystick.model import (
    EXECUTED,
    OK,
    OPEN,
    ROLE_ADMINISTRATOR,
    ROLE_GOVERNOR,
    ROLE_OPERATOR,
    Execution,
    GovernanceRules,
    Share,
    Validator,
)
from tests.unit.membership.governed import Governed, code, make_genesis, rules_value

ENGINE_TOTAL_MAX = (2**63 - 1) // 8
NUMBERS = st.integers(0, 8)
GENERATIONS = st.integers(0, 5)
POWERS = st.sampled_from([1, 5, 9, 10, 11, 20, 1000])
NODES = st.sampled_from([f"{number:040x}" for number in range(5)])


class Engine:
    """A validator set that changes by updates, and dies as a real engine would."""

    def __init__(self, validators: dict[str, Validator]) -> None:
        """Begin with the set of genesis."""
        self.power_by_key = {one.public_key: one.power for one in validators.values()}

    def take(self, updates: list[tuple[bytes, int]]) -> None:
        """Apply the updates of one block."""
        keys = [key for key, _ in updates]
        assert keys == sorted(set(keys)), "a key twice, or not sorted"
        for key, power in updates:
            assert power >= 0
            if power == 0:
                del self.power_by_key[key]  # an unknown one is fatal
            else:
                self.power_by_key[key] = power
        assert self.power_by_key, "an empty set"
        assert sum(self.power_by_key.values()) <= ENGINE_TOTAL_MAX


class GovernanceMachine(RuleBasedStateMachine):
    """Random calls of governance, block after block."""

    def __init__(self) -> None:
        """Nothing runs yet."""
        super().__init__()
        self.network = Governed(make_genesis(1))
        self.engine = Engine({})
        self.at_start: dict[str, Validator] = {}
        self.sets: list[dict[str, Validator]] = []
        self.keys_seen: dict[bytes, str] = {}

    @initialize(count=st.integers(1, 7))
    def found(self, count: int) -> None:
        """Begin a network of some organisations."""
        self.network = Governed(make_genesis(count))
        validators = self.network.register.validators
        self.engine = Engine(validators)
        self.at_start = validators
        self.sets = [validators, validators, validators]

    def active(self) -> list[int]:
        """Return the numbers of the organisations that act."""
        return [number for number in range(9) if self.network.is_active(number)]

    def caller(self, place: int) -> int:
        """Return one of them, so that most calls mean something."""
        active = self.active()
        return active[place % len(active)]

    def call(self, number: int, method: str, args: dict[str, object], role: str) -> Execution:
        """Run a call; a refused one must change nothing."""
        network = self.network
        before = network.snapshot()
        execution = network.call(number, method, args, role=role)
        if execution.code != OK:
            assert (execution.writes, execution.events) == ({}, ())
            assert network.snapshot() == before
        return execution

    def propose(self, by: int, action: dict[str, object], votes: int = 9) -> None:
        """Open a proposal, as far as it is allowed, and let some vote for it at once."""
        number = self.caller(by)
        execution = self.call(number, "propose", {"action": action}, ROLE_GOVERNOR)
        for other in self.active()[:votes]:
            if other != number and self.network.is_active(other):
                args: dict[str, object] = {"proposal": execution.result or "", "approve": True}
                self.call(other, "vote", args, ROLE_GOVERNOR)

    @rule(count=st.integers(1, 3), later=st.sampled_from([0, 1000, 200_000_000]))
    def end_block(self, count: int, later: int) -> None:
        """Tell the engine what the block changed, and begin another one."""
        after = self.network.register.validators
        self.engine.take(validator_updates(self.at_start, after))
        assert self.engine.power_by_key == {one.public_key: one.power for one in after.values()}
        self.sets += [after] * count
        self.at_start = after
        self.network.next_block(count=count, later_ms=later)

    @rule(by=NUMBERS, about=NUMBERS, power=st.none() | POWERS)
    def propose_admission(self, by: int, about: int, power: int | None) -> None:
        """Admit someone, perhaps known already."""
        fields = self.network.admission_args(about, power=power)
        self.propose(by, {"type": "admit_organization", **fields})

    @rule(
        by=NUMBERS,
        about=NUMBERS,
        kind=st.sampled_from(
            [
                *("suspend_organization", "resume_organization"),
                *("remove_organization", "remove_validator"),
            ]
        ),
    )
    def propose_about(self, by: int, about: int, kind: str) -> None:
        """Change an organisation's standing."""
        self.propose(by, {"type": kind, "organization": code(about)})

    @rule(by=NUMBERS, about=NUMBERS, generation=GENERATIONS, power=POWERS)
    def propose_validator(self, by: int, about: int, generation: int, power: int) -> None:
        """Give an organisation another key and power."""
        fields = self.network.validator_args(about, generation, power)
        known = self.network.register.validators.get(code(about))
        if known is not None and known.public_key == fields["public_key"]:
            fields["proof"] = b""
        self.propose(by, {"type": "set_validator", **fields})

    @rule(by=NUMBERS, numerator=st.integers(50, 99), participation=st.integers(0, 100))
    def propose_rules(self, by: int, numerator: int, participation: int) -> None:
        """Change how it is decided."""
        rules = GovernanceRules(
            threshold=Share(numerator, 100),
            qualified_threshold=Share(numerator, 100),
            participation=Share(participation, 100),
        )
        self.propose(by, {"type": "set_governance", "rules": rules_value(rules)})

    @rule(by=NUMBERS, about=NUMBERS, node=NODES, votes=st.integers(0, 9))
    def propose_node(self, by: int, about: int, node: str, votes: int) -> None:
        """Register a node, perhaps with too few votes for now."""
        action: dict[str, object] = {"type": "register_node", "organization": code(about)}
        self.propose(by, action | {"node_id": node}, votes)

    @rule(by=st.lists(NUMBERS, unique=True, max_size=9), place=st.integers(0, 9), yes=st.booleans())
    def vote(self, by: list[int], place: int, yes: bool) -> None:
        """Several organisations vote on one proposal, new or old."""
        proposals = sorted(self.network.register.proposals.values(), key=lambda one: -one.index)
        if place < len(proposals):
            for number in {self.caller(one) for one in by}:
                args: dict[str, object] = {"proposal": proposals[place].id, "approve": yes}
                self.call(number, "vote", args, ROLE_GOVERNOR)

    @rule(by=NUMBERS, method=st.sampled_from(["withdraw", "execute"]), place=st.integers(0, 9))
    def withdraw_or_execute(self, by: int, method: str, place: int) -> None:
        """Take back or try again."""
        waiting = self.network.register.open_proposals()
        if place < len(waiting):
            args: dict[str, object] = {"proposal": waiting[place].id}
            self.call(self.caller(by), method, args, ROLE_GOVERNOR)

    @rule(by=NUMBERS, generation=GENERATIONS)
    def rotate(self, by: int, generation: int) -> None:
        """Replace a validator's key; with nothing else under way it always works."""
        network = self.network
        by = self.caller(by)
        args = network.rotation_args(by, generation)
        is_new = args["public_key"] not in network.register.validator_keys
        is_quiet = self.sets[-1] == self.sets[-2] == network.register.validators
        may = code(by) in network.register.validators
        answer = self.call(by, "rotate_validator_key", args, ROLE_OPERATOR).code
        if is_new and is_quiet and may:
            assert answer == OK

    @rule(by=NUMBERS, method=st.sampled_from(["resign_validator", "leave"]))
    def go(self, by: int, method: str) -> None:
        """Leave the validator set or the network."""
        self.call(self.caller(by), method, {}, ROLE_ADMINISTRATOR)

    @invariant()
    def validators_are_those_of_organisations_that_belong(self) -> None:
        """Never empty, one key each, never a key again after it left, never a veto."""
        register = self.network.register
        keys = [one.public_key for one in register.validators.values()]
        assert keys
        assert len(set(keys)) == len(keys)
        total = sum(one.power for one in register.validators.values())
        for name, one in register.validators.items():
            assert isinstance(register.organizations[name].removed_at, int) is False
            assert len(keys) < 4 or 3 * one.power < total
            assert register.validator_keys[one.public_key].left is None
            assert self.keys_seen.setdefault(one.public_key, name) == name

    @invariant()
    def less_than_a_third_of_the_power_in_force_is_under_way(self) -> None:
        """Or one organisation alone, while fewer than four validate."""
        register = self.network.register
        in_force = register.validators_in_force(self.network.height)
        assert in_force == self.sets[-2]
        after = register.validators
        changed = {
            name: max(
                in_force[name].power if name in in_force else 0,
                after[name].power if name in after else 0,
            )
            for name in {*in_force, *after}
            if _key(in_force.get(name)) != _key(after.get(name))
        }
        total = sum(one.power for one in in_force.values())
        if len(in_force) >= 4 or len(changed) > 1:
            assert 3 * sum(changed.values()) < total

    @invariant()
    def proposals_are_what_their_votes_make_them(self) -> None:
        """One vote an organisation; nothing decided stays open unless a rule held it up."""
        register, time = self.network.register, self.network.time
        for proposal in register.proposals.values():
            voters = [vote.organization for vote in proposal.votes]
            assert voters == sorted(set(voters))
            if proposal.state == OPEN and time <= proposal.expires_at:
                verdict = count_votes(register, proposal).verdict
                assert verdict is not Verdict.REJECTED
                assert verdict is not Verdict.PASSED or proposal.failure is not None
            if proposal.state == EXECUTED:
                assert 2 * sum(vote.approve for vote in proposal.votes) > 0

    @invariant()
    def the_tree_holds_everything(self) -> None:
        """A restarted node knows what a running one knows."""
        again = self.network.reopened()
        for name, value in self.network.snapshot().items():
            assert getattr(again, name) == value, name

    @invariant()
    def somebody_can_always_decide(self) -> None:
        """There is an active organisation."""
        assert self.network.register.electorate()


def _key(validator: Validator | None) -> bytes | None:
    return validator.public_key if validator else None


TestGovernance = GovernanceMachine.TestCase
