# SPDX-License-Identifier: Apache-2.0
"""Changes of the validator set: which are safe (docs/spec/governance.md, section 6)."""

from __future__ import annotations

import pytest

from tallystick.errors import Halted
from tallystick.membership import validator_updates
from tallystick.model import EXECUTED, OK, POWER_MAX, ROLE_ADMINISTRATOR, ROLE_OPERATOR, Validator
from tallystick.units import VALIDATORS_MAX
from tests.unit.membership.governed import POWER, Governed, code, make_genesis, validator_key


def validator(number: int, power: int = POWER, generation: int = 0) -> Validator:
    """Return a validator."""
    key = validator_key(number, generation).public_key
    return Validator(organization=code(number), public_key=key, power=power)


def validators(*powers: int) -> dict[str, Validator]:
    """Return a set by organisation."""
    return {code(number): validator(number, power) for number, power in enumerate(powers)}


def rotate(network: Governed, number: int, generation: int = 1) -> str:
    """Rotate a validator key and return the answer."""
    args = network.rotation_args(number, generation)
    return network.call(number, "rotate_validator_key", args, role=ROLE_OPERATOR).code


def test_a_rotation_is_told_as_one_key_gone_and_one_come() -> None:
    """Sorted by key, one entry a key, power 0 removes."""
    before, after = validators(1, 2, 3), validators(1, 5, 3)
    del after[code(2)]
    after[code(0)] = validator(0, 1, generation=1)
    expected = [
        (validator_key(0).public_key, 0),
        (validator_key(0, 1).public_key, 1),
        (validator_key(1).public_key, 5),
        (validator_key(2).public_key, 0),
    ]
    assert validator_updates(before, after) == sorted(expected)
    assert validator_updates(before, before) == []
    assert validator_updates({}, {}) == []


@pytest.mark.parametrize(
    "after",
    [
        {},
        {code(0): validator(0, 0)},
        {code(0): validator(0, POWER_MAX + 1)},
        {code(0): validator(0), code(1): validator(0)},
        {code(n): validator(n) for n in range(VALIDATORS_MAX + 1)},
    ],
)
def test_updates_that_would_kill_an_engine_halt_the_node_first(after: dict[str, Validator]) -> None:
    """Membership never makes such sets; if it did, silence would be worse."""
    with pytest.raises(Halted):
        validator_updates(validators(10, 10), after)


def test_a_stolen_key_is_replaced_at_once_and_in_force_two_blocks_later() -> None:
    """No vote is needed; the old key never returns, for nobody."""
    network = Governed(make_genesis(4))
    network.next_block(count=5)
    height = network.height
    assert rotate(network, 1) == OK
    new = network.register.validators[code(1)]
    assert (new.public_key, new.power) == (validator_key(1, 1).public_key, POWER)
    in_force = [
        network.register.validators_in_force(height + after)[code(1)] for after in (0, 1, 2)
    ]
    assert [one.public_key for one in in_force] == [
        validator_key(1).public_key,
        validator_key(1).public_key,
        validator_key(1, 1).public_key,
    ]
    network.next_block(count=3)
    assert rotate(network, 1, 0) == "E_DUP"
    stolen = validator_key(1)
    args = {"public_key": stolen.public_key, "proof": network.proof(2, stolen)}
    assert network.call(2, "rotate_validator_key", args, role=ROLE_OPERATOR).code == "E_DUP"
    old = network.register.validator_keys[stolen.public_key]
    assert (old.joined, old.left) == (0, height)


def test_less_than_a_third_changes_within_two_blocks() -> None:
    """Of four equal validators one, of seven two; after two blocks the next."""
    network = Governed(make_genesis(7))
    assert [rotate(network, number) for number in (0, 1, 2)] == [OK, OK, "E_VALIDATORS"]
    network.next_block()
    assert rotate(network, 2) == "E_VALIDATORS"
    network.next_block()
    assert [rotate(network, number) for number in (2, 3, 4)] == [OK, OK, "E_VALIDATORS"]
    refused = network.call(4, "rotate_validator_key", network.rotation_args(4), role=ROLE_OPERATOR)
    assert refused.result == {
        "field": "power",
        "expected": "under a third of 70",
        "found": f"{code(2)}: 10, {code(3)}: 10, {code(4)}: 10",
    }


def test_changes_of_consecutive_blocks_count_together() -> None:
    """The block before is not in force yet; the one before that is."""
    network = Governed(make_genesis(4))
    assert rotate(network, 0) == OK
    network.next_block()
    assert rotate(network, 0, 2) == OK
    assert rotate(network, 1) == "E_VALIDATORS"
    network.next_block()
    # The second rotation of the first validator is still under way.
    assert rotate(network, 1) == "E_VALIDATORS"
    network.next_block()
    assert rotate(network, 1) == OK


def test_who_came_a_block_ago_is_not_exchanged_for_another_at_once() -> None:
    """Seen from the next block, one would leave and one come: more than a third of all power."""
    network = Governed(make_genesis(4))

    def admit(number: int) -> str | None:
        fields = network.admission_args(number, power=POWER)
        failure = network.decide("admit_organization", **fields).failure
        return None if failure is None else failure.code

    assert admit(8) is None
    network.next_block()
    assert network.call(8, "resign_validator", {}, role=ROLE_ADMINISTRATOR).code == OK
    assert admit(7) == "E_VALIDATORS"
    network.next_block(count=2)
    assert admit(6) is None


def test_a_second_change_does_not_hide_those_of_the_block_before() -> None:
    """Both blocks' earlier sets are kept until both are in force."""
    network = Governed(make_genesis(7))
    network.next_block()
    assert [rotate(network, number) for number in (0, 1)] == [OK, OK]
    network.next_block()
    assert rotate(network, 0, 2) == OK
    assert rotate(network, 2) == "E_VALIDATORS"
    assert [one.height for one in network.register.earlier_validators] == [2, 3]
    network.next_block()
    assert rotate(network, 2) == OK
    assert [one.height for one in network.register.earlier_validators] == [3, 4]


def test_a_change_taken_back_in_time_counts_for_nothing() -> None:
    """Compared are the set in force and the set to come."""
    network = Governed(make_genesis(7))
    network.decide("set_validator", **set_power(0, 9))
    network.decide("set_validator", **set_power(0, 10))
    assert [rotate(network, number) for number in (0, 1, 2)] == [OK, OK, "E_VALIDATORS"]


def set_power(number: int, power: int) -> dict[str, object]:
    """Return the fields of `set_validator` that change the power only."""
    key = validator_key(number).public_key
    return {"organization": code(number), "public_key": key, "power": power}


def test_a_validator_resigns_and_its_organisation_stays() -> None:
    """Two blocks later the others are left."""
    network = Governed(make_genesis(5))
    resigned = network.call(4, "resign_validator", role=ROLE_OPERATOR)
    assert resigned.events[0].fields == {
        "organization": code(4),
        "public_key": validator_key(4).public_key,
    }
    assert list(network.register.validators) == [code(number) for number in range(4)]
    assert network.is_active(4)


def test_the_last_validator_stays() -> None:
    """Neither its organisation nor the others can take it away."""
    network = Governed(make_genesis(4, powers=(10,)))
    assert network.call(0, "resign_validator", role=ROLE_OPERATOR).code == "E_VALIDATORS"
    left = network.call(0, "leave", role=ROLE_ADMINISTRATOR)
    assert (left.code, left.writes) == ("E_VALIDATORS", {})
    waiting = network.decide("remove_validator", organization=code(0))
    assert waiting.failure is not None
    assert waiting.failure.code == "E_VALIDATORS"


def test_no_organisation_reaches_a_third_among_four_or_more() -> None:
    """It could stop the network alone."""
    network = Governed(make_genesis(5))
    network.next_block(count=2)
    heavy = network.decide("set_validator", **set_power(0, 20))
    assert heavy.failure is not None
    assert heavy.failure.facts["expected"] == "less than a third of 60"
    assert network.decide("set_validator", **set_power(0, 19)).state == EXECUTED


@pytest.mark.parametrize(("steps", "answer"), [(2, EXECUTED), (0, "open")])
def test_a_network_grows_from_one_to_five_by_vote(steps: int, answer: str) -> None:
    """One organisation at a time while they are fewer than four, two blocks apart."""
    network = Governed(make_genesis(1))
    states = []
    for number in (1, 2, 3, 4):
        network.next_block(count=2)
        network.decide("admit_organization", **network.admission_args(number))
    for number in (1, 2, 3, 4):
        network.next_block(count=steps)
        states.append(network.decide("set_validator", **network.validator_args(number, 0)).state)
    assert states[0] == EXECUTED
    assert set(states[1:]) == {answer}


def test_while_fewer_than_four_nobody_outweighs_the_heaviest() -> None:
    """A newcomer with all the power could end the network by not coming."""
    network = Governed(make_genesis(2, powers=(10,)))
    heavy = network.decide("set_validator", **network.validator_args(1, 0, 11))
    assert heavy.failure is not None
    assert heavy.failure.facts["expected"] == "one organisation, at most 10"
    assert network.decide("set_validator", **network.validator_args(1, 0, 10)).state == EXECUTED


@pytest.mark.parametrize("count", [1, 2, 3, 4, 7])
def test_each_validator_can_rotate_when_nothing_else_is_under_way(count: int) -> None:
    """A stolen key must be replaceable in a network of any size."""
    network = Governed(make_genesis(count))
    for number in range(count):
        assert rotate(network, number) == OK
        network.next_block(count=2)


def test_a_network_without_validators_gets_its_first_ones_freely() -> None:
    """Where none is in force no engine counts on one: how a solo network becomes a consortium."""
    network = Governed(make_genesis(4, powers=()))
    for number in range(4):
        decided = network.decide("set_validator", **network.validator_args(number, 0))
        assert decided.state == EXECUTED
    assert len(network.register.validators) == 4


def test_there_are_at_most_a_hundred_validators() -> None:
    """The engine's blocks keep room for each one's vote."""
    network = Governed(make_genesis(VALIDATORS_MAX + 1, powers=(POWER,) * VALIDATORS_MAX))
    action = {"type": "set_validator", **network.validator_args(VALIDATORS_MAX, 0)}
    assert network.call(0, "propose", {"action": action}).code == "E_LIMIT"
