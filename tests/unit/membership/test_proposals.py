# SPDX-License-Identifier: Apache-2.0
"""Proposals and votes (docs/spec/governance.md, sections 2 to 4)."""

from __future__ import annotations

import pytest

from tallystick.membership import Verdict, count_votes
from tallystick.model import (
    EXECUTED,
    EXPIRED,
    OK,
    OPEN,
    REJECTED,
    ROLE_ADMINISTRATOR,
    ROLE_OPERATOR,
    WITHDRAWN,
    Execution,
    GovernanceRules,
    Share,
)
from tests.factories import START
from tests.unit.membership.governed import Governed, code, make_genesis, rules_value

NODE = "0f" * 20


def names(execution: Execution) -> list[str]:
    """Return the names of an execution's events, without the contract's."""
    return [event.name.partition(".")[2] for event in execution.events]


def node_action(number: int = 0, node: str = NODE) -> dict[str, object]:
    """Return an action that harms nobody."""
    return {"type": "register_node", "organization": code(number), "node_id": node}


def test_a_proposal_is_executed_by_the_vote_that_decides_it() -> None:
    """Of four, three must approve: more than half, and two thirds took part."""
    network = Governed(make_genesis(4))
    proposal = network.propose(0, "register_node", organization=code(1), node_id=NODE)
    second = network.vote(1, proposal)
    assert names(second) == ["Voted"]
    assert network.proposal(proposal).state == OPEN
    third = network.vote(2, proposal)
    assert names(third) == ["Voted", "NodeRegistered", "Executed"]
    assert third.events[0].fields == {
        "proposal": proposal,
        "organization": code(2),
        "approve": True,
        "approvals": 3,
        "rejections": 0,
        "electorate": 4,
    }
    closed = network.proposal(proposal)
    assert (closed.state, closed.closed_at) == (EXECUTED, START)
    assert network.register.nodes[NODE].organization == code(1)


def test_a_majority_waits_until_enough_took_part() -> None:
    """Four of seven are more than half; two thirds of seven are five votes, whichever they are."""
    network = Governed(make_genesis(7))
    proposal = network.propose(0, "register_node", organization=code(1), node_id=NODE)
    for number in (1, 2, 3):
        network.vote(number, proposal)
    assert network.proposal(proposal).state == OPEN
    assert network.vote(4, proposal, approve=False).code == OK
    assert network.proposal(proposal).state == EXECUTED


def test_a_proposal_is_rejected_as_soon_as_it_cannot_pass() -> None:
    """Two of four against: no more than half can approve any more."""
    network = Governed(make_genesis(4))
    proposal = network.propose(0, "register_node", organization=code(1), node_id=NODE)
    network.vote(1, proposal, approve=False)
    last = network.vote(2, proposal, approve=False)
    assert names(last) == ["Voted", "Rejected"]
    assert network.proposal(proposal).state == REJECTED
    assert network.vote(3, proposal).code == "E_STATE"


def test_no_organisation_votes_twice() -> None:
    """Not even through another member, and the proposer has voted by proposing."""
    network = Governed(make_genesis(4))
    proposal = network.propose(0, "register_node", organization=code(1), node_id=NODE)
    assert network.vote(0, proposal).code == "E_DUP"
    assert network.vote(1, proposal).code == OK
    assert network.vote(1, proposal, approve=False).code == "E_DUP"
    assert [one.organization for one in network.proposal(proposal).votes] == [code(0), code(1)]


@pytest.mark.parametrize(
    "kind", ["suspend_organization", "remove_organization", "remove_validator"]
)
def test_the_accused_does_not_vote_on_itself(kind: str) -> None:
    """It neither proposes nor votes, but counts in the whole."""
    network = Governed(make_genesis(4))
    own = network.call(1, "propose", {"action": {"type": kind, "organization": code(1)}})
    assert own.code == "E_ROLE"
    proposal = network.propose(0, kind, organization=code(1))
    assert network.vote(1, proposal, approve=False).code == "E_ROLE"
    tally = count_votes(network.register, network.proposal(proposal))
    assert (tally.voters, tally.electorate) == (3, 4)


def test_of_two_members_neither_can_expel_the_other() -> None:
    """One of two is not more than half: rejected at once."""
    network = Governed(make_genesis(2))
    proposal = network.propose(0, "suspend_organization", organization=code(1))
    assert network.proposal(proposal).state == REJECTED


def test_an_expired_proposal_takes_no_vote_and_is_closed_by_the_next_call() -> None:
    """Time is block time; a refused call changes nothing, so it does not close it either."""
    network = Governed(make_genesis(4))
    proposal = network.propose(0, "register_node", organization=code(1), node_id=NODE)
    network.time = network.proposal(proposal).expires_at
    assert network.vote(1, proposal).code == OK
    network.time += 1
    assert network.vote(2, proposal).code == "E_EXPIRED"
    assert network.proposal(proposal).state == OPEN
    other = network.call(3, "propose", {"action": node_action(3, "aa" * 20)})
    assert names(other) == ["Expired", "Proposed"]
    assert network.proposal(proposal).state == EXPIRED


def test_a_proposer_chooses_an_earlier_end_but_no_later_one() -> None:
    """The rules give the longest time."""
    network = Governed(make_genesis(4))
    longest = START + GovernanceRules().proposal_lifetime_ms
    for expires_at, answer in [
        (START, "E_VALUE"),
        (longest + 1, "E_VALUE"),
        (START + 1, OK),
    ]:
        args = {"action": node_action(), "expires_at": expires_at}
        assert network.call(0, "propose", args).code == answer
    args = {"action": node_action(1, "bb" * 20)}
    assert network.proposal(str(network.call(0, "propose", args).result)).expires_at == longest


def test_only_its_proposer_withdraws_a_proposal() -> None:
    """And only while it is open."""
    network = Governed(make_genesis(4))
    proposal = network.propose(0, "register_node", organization=code(1), node_id=NODE)
    assert network.call(1, "withdraw", {"proposal": proposal}).code == "E_ROLE"
    assert names(network.call(0, "withdraw", {"proposal": proposal})) == ["Withdrawn"]
    assert network.proposal(proposal).state == WITHDRAWN
    assert network.call(0, "withdraw", {"proposal": proposal}).code == "E_STATE"


def test_suspending_an_organisation_counts_open_proposals_again() -> None:
    """Its vote counts no more, and the whole is smaller: what waited is decided, oldest first."""
    network = Governed(make_genesis(5))
    passing = network.propose(0, "register_node", organization=code(1), node_id=NODE)
    network.vote(1, passing)
    failing = network.propose(4, "register_node", organization=code(1), node_id="ab" * 20)
    network.vote(0, failing, approve=False)
    network.vote(1, failing, approve=False)
    suspension = network.propose(0, "suspend_organization", organization=code(4))
    network.vote(1, suspension)
    network.vote(2, passing, approve=False)
    assert network.proposal(passing).state == network.proposal(failing).state == OPEN
    last = network.vote(3, suspension)
    # Of the four that are left: 2 for and 1 against decide nothing, 2 against decide.
    assert names(last) == [
        *("Voted", "OrganizationSuspended", "Executed"),
        "Rejected",
    ]
    assert network.proposal(failing).state == REJECTED
    assert network.proposal(passing).state == OPEN
    assert not network.is_active(4)


def test_a_decision_can_decide_another_in_the_same_transaction() -> None:
    """The removal of a silent member makes the votes of the others enough."""
    network = Governed(make_genesis(4))
    waiting = network.propose(0, "register_node", organization=code(1), node_id=NODE)
    network.vote(1, waiting)
    removal = network.propose(0, "remove_organization", organization=code(3))
    network.vote(1, removal)
    last = network.vote(2, removal)
    assert names(last)[-3:] == ["Executed", "NodeRegistered", "Executed"]
    assert network.proposal(waiting).state == EXECUTED


def test_an_admission_counts_open_proposals_again() -> None:
    """What three of four would have decided takes more of five."""
    network = Governed(make_genesis(4))
    waiting = network.propose(0, "register_node", organization=code(1), node_id=NODE)
    network.vote(1, waiting)
    network.decide("admit_organization", **network.admission_args(9))
    assert count_votes(network.register, network.proposal(waiting)).electorate == 5
    network.vote(2, waiting)
    assert count_votes(network.register, network.proposal(waiting)).verdict is not Verdict.PASSED
    network.vote(9, waiting)
    assert network.proposal(waiting).state == EXECUTED


def test_new_rules_hold_for_open_proposals() -> None:
    """Lower participation lets a majority pass that waited; rules need the qualified share."""
    network = Governed(make_genesis(7))
    waiting = network.propose(0, "register_node", organization=code(1), node_id=NODE)
    for number in (1, 2, 3):
        network.vote(number, waiting)
    rules = GovernanceRules(participation=Share(1, 2))
    change = network.propose(0, "set_governance", rules=rules_value(rules))
    for number in (1, 2, 3):
        network.vote(number, change)
    assert network.proposal(change).state == OPEN
    last = network.vote(4, change)
    assert names(last) == [
        *("Voted", "RulesChanged", "Executed"),
        *("NodeRegistered", "Executed"),
    ]
    assert network.register.governance == rules


def test_an_execution_that_a_rule_refuses_waits_with_the_reason() -> None:
    """The votes stand; `execute` tries again, and is refused itself while the rule holds."""
    network = Governed(make_genesis(4))
    network.next_block(count=3)
    rotation = network.call(3, "rotate_validator_key", network.rotation_args(3), role=ROLE_OPERATOR)
    assert rotation.code == OK
    removal = network.propose(0, "remove_validator", organization=code(2))
    network.vote(1, removal)
    last = network.vote(3, removal)
    assert names(last) == ["Voted", "ExecutionRefused"]
    waiting = network.proposal(removal)
    assert (waiting.state, waiting.failure and waiting.failure.code) == (OPEN, "E_VALIDATORS")
    assert network.call(0, "execute", {"proposal": removal}).code == "E_VALIDATORS"
    network.next_block(count=2)
    again = network.call(0, "execute", {"proposal": removal})
    assert names(again) == ["ValidatorRemoved", "Executed"]
    assert code(2) not in network.register.validators


def test_what_has_not_passed_is_not_executed() -> None:
    """`execute` counts the votes again."""
    network = Governed(make_genesis(4))
    proposal = network.propose(0, "register_node", organization=code(1), node_id=NODE)
    assert network.call(0, "execute", {"proposal": proposal}).code == "E_STATE"


def test_the_same_action_is_proposed_once_and_each_organisation_has_its_share() -> None:
    """No organisation crowds out the others."""
    network = Governed(make_genesis(9))
    network.propose(0, "register_node", organization=code(0), node_id=NODE)
    assert network.call(1, "propose", {"action": node_action()}).code == "E_DUP"
    for number in range(7):
        assert network.call(0, "propose", {"action": node_action(1, f"{number:040x}")}).code == OK
    full = network.call(0, "propose", {"action": node_action(1, f"{99:040x}")})
    assert (full.code, full.writes) == ("E_LIMIT", {})
    for number in range(56):
        by, node = 1 + number // 8, f"{1000 + number:040x}"
        assert network.call(by, "propose", {"action": node_action(2, node)}).code == OK
    assert network.call(8, "propose", {"action": node_action(2, f"{5000:040x}")}).code == "E_LIMIT"


def test_a_network_of_one_decides_alone() -> None:
    """The only member's vote is all votes: how a network grows from one."""
    network = Governed(make_genesis(1))
    proposal = network.propose(0, "admit_organization", **network.admission_args(1))
    assert network.proposal(proposal).state == EXECUTED
    assert network.is_active(1)


@pytest.mark.parametrize(
    ("method", "role", "code_"),
    [
        ("propose", ROLE_ADMINISTRATOR, "E_ROLE"),
        ("vote", ROLE_OPERATOR, "E_ROLE"),
        ("withdraw", "supervisor", "E_ROLE"),
        ("execute", "clerk", "E_ROLE"),
        ("rotate_validator_key", "governor", "E_ROLE"),
        ("leave", ROLE_OPERATOR, "E_ROLE"),
        ("dissolve", "governor", "E_CONTRACT"),
        ("vote", "governor", "E_ARGUMENT"),
        ("propose", "governor", "E_ARGUMENT"),
    ],
)
def test_a_call_without_role_method_or_arguments_is_refused(
    method: str, role: str, code_: str
) -> None:
    """Governors decide, operators and administrators look after their own, supervisors read."""
    network = Governed(make_genesis(4))
    before = network.snapshot()
    execution = network.call(0, method, {"action": {"type": "unheard_of"}}, role=role)
    assert (execution.code, execution.writes, execution.events) == (code_, {}, ())
    assert network.snapshot() == before


def test_unknown_proposals_are_refused() -> None:
    """By every method that names one."""
    network = Governed(make_genesis(4))
    assert network.vote(0, "00").code == "E_MISSING"
    for method in ("withdraw", "execute"):
        assert network.call(0, method, {"proposal": "00"}).code == "E_MISSING"
