# SPDX-License-Identifier: Apache-2.0
"""What voted actions and self service do (docs/spec/governance.md, sections 5, 7 and 8)."""

from __future__ import annotations

import msgspec
import pytest

from tallystick.errors import NotAMember
from tallystick.model import (
    EXECUTED,
    OK,
    ROLE_ADMINISTRATOR,
    ROLE_GOVERNOR,
    ROLE_OPERATOR,
    GovernanceRules,
    Parameters,
    Share,
    to_value,
)
from tests.factories import LIFETIME, START
from tests.unit.membership.governed import (
    KEEPERS,
    Governed,
    admin_key,
    code,
    log_key,
    make_genesis,
    rules_value,
    validator_key,
)

NODE, OTHER_NODE = "0f" * 20, "f0" * 20
SHORTER = Parameters(transaction_lifetime_ms_max=LIFETIME // 2)


def test_an_admitted_organisation_acts_votes_and_validates() -> None:
    """With its first administrator, whose key proved its possession, and its validator."""
    network = Governed(make_genesis(4))
    network.next_block(count=2)
    assert network.decide("admit_organization", **network.admission_args(7, power=10)).state == (
        EXECUTED
    )
    signer = network.register.resolve(admin_key(7).public_key, code(7), START)
    assert signer.roles == (ROLE_ADMINISTRATOR, ROLE_GOVERNOR)
    assert network.register.validators[code(7)].public_key == validator_key(7).public_key
    assert network.propose(7, "register_node", organization=code(7), node_id=NODE)


def test_a_suspended_organisation_does_not_act_until_it_is_resumed() -> None:
    """Its keys and its vote rest; its validator goes on, so the network keeps its strength."""
    network = Governed(make_genesis(4))
    network.decide("suspend_organization", organization=code(3))
    with pytest.raises(NotAMember):
        network.register.resolve(admin_key(3).public_key, code(3), START)
    assert code(3) in network.register.validators
    network.decide("resume_organization", organization=code(3))
    network.register.resolve(admin_key(3).public_key, code(3), START)
    assert network.is_active(3)


def test_a_removed_organisation_takes_everything_with_it_for_good() -> None:
    """Validator, nodes and log keys end; the code cannot be admitted again."""
    network = Governed(make_genesis(4))
    network.next_block(count=2)
    network.call(3, "register_node", {"node_id": NODE}, role=ROLE_OPERATOR)
    network.call(0, "register_node", {"node_id": OTHER_NODE}, role=ROLE_OPERATOR)
    network.decide("remove_organization", organization=code(3))
    register = network.register
    assert register.organizations[code(3)].removed_at == network.time
    assert code(3) not in register.validators
    assert register.validator_keys[validator_key(3).public_key].left == network.height
    assert register.former_nodes[NODE].removed_at == network.time
    assert list(register.nodes) == [OTHER_NODE]
    assert register.log_keys[log_key(3).public_key].revoked_at == network.time
    for action in (
        {"type": "admit_organization", **network.admission_args(3)},
        {"type": "resume_organization", "organization": code(3)},
    ):
        assert network.call(0, "propose", {"action": action}).code in {"E_DUP", "E_STATE"}


def test_an_organisation_leaves_by_itself() -> None:
    """An administrator's word is enough; the last active organisation stays."""
    network = Governed(make_genesis(2))
    network.next_block(count=2)
    left = network.call(1, "leave", role=ROLE_ADMINISTRATOR)
    assert left.events[-1].name == "governance.OrganizationLeft"
    assert not network.is_active(1)
    assert list(network.register.validators) == [code(0)]
    assert network.call(0, "leave", role=ROLE_ADMINISTRATOR).code == "E_STATE"


def test_leaving_decides_what_waited_for_the_vote() -> None:
    """The electorate changed: open proposals are counted again."""
    network = Governed(make_genesis(4))
    network.next_block(count=2)
    waiting = network.propose(0, "register_node", organization=code(1), node_id=NODE)
    network.vote(1, waiting)
    assert network.call(3, "leave", role=ROLE_ADMINISTRATOR).code == OK
    assert network.proposal(waiting).state == EXECUTED


def test_voted_parameters_and_rules_replace_those_of_genesis() -> None:
    """Whole records, so nothing is left to guess."""
    network = Governed(make_genesis(4))
    founding = network.genesis.parameters
    assert network.register.effective_parameters(founding) == founding
    network.decide("set_parameters", parameters=to_value(SHORTER))
    assert network.register.effective_parameters(founding) == SHORTER
    rules = GovernanceRules(threshold=Share(3, 5), proposal_lifetime_ms=60_000)
    network.decide("set_governance", rules=rules_value(rules))
    assert network.register.governance == rules


def test_a_contract_can_be_called_from_its_height_on() -> None:
    """A later version takes over at its own height; the contract stays callable in between."""
    network = Governed(make_genesis(4))
    network.decide("activate_contract", name="loans", version=2, height=10)
    register = network.register
    called = [register.is_callable("loans", height, ("notes",)) for height in (9, 10)]
    assert called == [False, True]
    assert register.is_callable("notes", 1, ("notes",))
    assert not register.is_callable("other", 99, ("notes",))

    network.next_block(count=20)
    network.decide("activate_contract", name="loans", version=3, height=40)
    activation = network.register.contracts["loans"]
    assert [activation.version_at(height) for height in (39, 40)] == [2, 3]
    assert network.register.is_callable("loans", 22, ())
    network.next_block()
    network.decide("activate_contract", name="loans", version=4, height=50)
    assert network.register.contracts["loans"].version_at(49) == 2
    assert network.register.contracts["loans"].callable_from == 10


def test_an_activation_that_comes_too_late_waits_for_nothing() -> None:
    """Once its height has passed it is refused when it is executed, and says so."""
    network = Governed(make_genesis(4))
    proposal = network.propose(0, "activate_contract", name="loans", version=1, height=3)
    network.next_block(count=5)
    network.vote(1, proposal)
    network.vote(2, proposal)
    failure = network.proposal(proposal).failure
    assert failure is not None
    assert failure.facts == {"field": "height", "expected": "more than 6", "found": "3"}
    assert failure.code == "E_STATE"


def test_an_earlier_activation_not_begun_is_replaced() -> None:
    """Nothing ran yet, so the contract is callable from the new height."""
    network = Governed(make_genesis(4))
    network.decide("activate_contract", name="loans", version=1, height=10)
    network.decide("activate_contract", name="loans", version=2, height=30)
    assert not network.register.is_callable("loans", 29, ())
    assert network.register.contracts["loans"].version_before is None


def test_a_digest_is_kept_for_each_version() -> None:
    """Until its height the version before runs with its own; without one any sources will do."""
    network = Governed(make_genesis(4))
    network.decide("activate_contract", name="loans", version=1, height=10)
    assert network.register.contracts["loans"].digest_at(10) is None
    network.decide("activate_contract", name="loans", version=1, height=10, digest=b"1" * 32)
    network.next_block(count=20)
    network.decide("activate_contract", name="loans", version=2, height=40, digest=b"2" * 32)
    activation = network.register.contracts["loans"]
    assert [activation.digest_at(height) for height in (39, 40)] == [b"1" * 32, b"2" * 32]
    assert activation.migration_at(40) is None


def test_a_migration_is_decided_with_the_version_that_needs_it() -> None:
    """Of a contract that genesis founded without a number, the vote says which version runs."""
    network = Governed(make_genesis(4))
    network.decide("activate_contract", name="notes", version=3, height=10, migrate_from=2)
    register = network.register
    migration = register.migration_at("notes", 10)
    assert migration is not None
    assert (migration.from_version, migration.since, migration.moved) == (2, 10, 0)
    assert register.migration_at("notes", 9) is None
    assert [register.version_at("notes", height) for height in (9, 10)] == [2, 3]
    assert (register.version_at("other", 9), register.migration_at("other", 9)) == (None, None)


def test_a_version_voted_later_replaces_a_migration_that_has_not_begun() -> None:
    """The records are still those of the version that runs."""
    network = Governed(make_genesis(4))
    network.decide("activate_contract", name="loans", version=1, height=2)
    network.next_block()
    network.decide("activate_contract", name="loans", version=2, height=10, migrate_from=1)
    network.decide("activate_contract", name="loans", version=3, height=20, migrate_from=1)
    assert network.register.migration_at("loans", 19) is None
    migration = network.register.migration_at("loans", 20)
    assert migration is not None
    assert migration.from_version == 1


@pytest.mark.parametrize(
    ("migrate_from", "expected"),
    [({"migrate_from": 2}, "1"), ({"migrate_from": 3}, "1"), ({}, "1")],
)
def test_a_half_moved_contract_is_only_repaired(
    migrate_from: dict[str, int], expected: str
) -> None:
    """Its records are of two forms: the next version must go on with the same migration."""
    network = Governed(make_genesis(4))
    network.decide("activate_contract", name="loans", version=1, height=2)
    network.next_block()
    network.decide("activate_contract", name="loans", version=2, height=3, migrate_from=1)
    network.next_block()
    action = _activation(version=4, height=30) | migrate_from
    refused = network.call(0, "propose", {"action": action})
    assert refused.code == "E_STATE"
    assert isinstance(refused.result, dict)
    assert (refused.result["field"], refused.result["expected"]) == ("migrate_from", expected)
    network.decide("activate_contract", name="loans", version=4, height=30, migrate_from=1)
    assert network.register.migration_at("loans", 5) is not None
    assert network.register.contracts["loans"].version_before == 2


@pytest.mark.parametrize(
    ("changed", "code", "field"),
    [
        ({"digest": b"short"}, "E_VALUE", "digest"),
        ({"version": 2, "migrate_from": 2}, "E_VALUE", "migrate_from"),
        ({"version": 2, "migrate_from": 0}, "E_VALUE", "migrate_from"),
        ({"version": 2, "migrate_from": 1}, "E_STATE", "migrate_from"),
        ({"digest": "text"}, "E_ARGUMENT", "args"),
    ],
)
def test_digests_and_migrations_that_cannot_be_are_refused(
    changed: dict[str, object], code: str, field: str
) -> None:
    """Also a migration of a contract that does not run."""
    network = Governed(make_genesis(4))
    refused = network.call(0, "propose", {"action": _activation(**changed)})
    assert refused.code == code
    assert isinstance(refused.result, dict)
    assert refused.result["field"] == field


@pytest.mark.parametrize("role", KEEPERS)
def test_nodes_are_registered_and_removed_without_a_vote(role: str) -> None:
    """By operator or administrator, for the own organisation only; a removed one may return."""
    network = Governed(make_genesis(4))
    assert network.call(0, "register_node", {"node_id": NODE}, role=role).code == OK
    assert network.call(1, "register_node", {"node_id": NODE}, role=role).code == "E_DUP"
    assert network.call(1, "remove_node", {"node_id": NODE}, role=role).code == "E_MISSING"
    assert network.call(0, "remove_node", {"node_id": NODE}, role=role).code == OK
    assert NODE not in network.register.nodes
    assert network.call(1, "register_node", {"node_id": NODE}, role=role).code == "E_DUP"
    assert network.call(0, "register_node", {"node_id": NODE}, role=role).code == OK
    assert NODE not in network.register.former_nodes


def test_an_organisation_has_a_limited_number_of_nodes_and_log_keys() -> None:
    """So that leaving stays one transaction."""
    network = Governed(make_genesis(4))
    answers = [
        network.call(0, "register_node", {"node_id": f"{n:040x}"}, role=ROLE_OPERATOR).code
        for n in range(17)
    ]
    assert answers == [OK] * 16 + ["E_LIMIT"]
    answers = [
        network.call(0, "rotate_log_key", network.log_key_args(0, n), role=ROLE_OPERATOR).code
        for n in range(1, 9)
    ]
    assert answers == [OK] * 7 + ["E_LIMIT"]


def test_a_log_key_is_replaced_and_the_old_one_keeps_its_dates() -> None:
    """What it signed before its revocation stays trusted."""
    network = Governed(make_genesis(4))
    network.next_block()
    old = log_key(0).public_key
    args = network.log_key_args(0) | {"replaces": old}
    assert network.call(0, "rotate_log_key", args, role=ROLE_OPERATOR).code == OK
    log_keys = network.register.log_keys
    assert (log_keys[old].valid_from, log_keys[old].revoked_at) == (START, network.time)
    assert log_keys[log_key(0, 1).public_key].valid_from == network.time
    assert network.call(0, "rotate_log_key", args, role=ROLE_OPERATOR).code == "E_STATE"


def test_a_voted_node_and_its_removal() -> None:
    """What self service does, governors can do for an organisation that cannot."""
    network = Governed(make_genesis(4))
    network.decide("register_node", organization=code(2), node_id=NODE)
    network.decide("remove_node", node_id=NODE)
    assert network.register.former_nodes[NODE].organization == code(2)


def test_a_network_founded_without_validators_rotates_the_log_keys_of_genesis() -> None:
    """They are not in its tree, but the register knows them."""
    genesis = msgspec.structs.replace(make_genesis(2), validators=())
    network = Governed(genesis)
    old = log_key(0).public_key
    assert b"membership/log_keys/" + old not in network.tree
    args = network.log_key_args(0) | {"replaces": old}
    assert network.call(0, "rotate_log_key", args, role=ROLE_OPERATOR).code == OK
    assert network.register.log_keys[old].revoked_at == START
    assert network.reopened().log_keys == network.register.log_keys


def _admission(**changed: object) -> dict[str, object]:
    network = Governed(make_genesis(4))
    return {"type": "admit_organization", **network.admission_args(7, power=10)} | changed


def _admission_by(**changed: object) -> dict[str, object]:
    administrator = Governed(make_genesis(4)).admission_args(7)["administrator"]
    assert isinstance(administrator, dict)
    return _admission(administrator=administrator | changed)


def _validator(**changed: object) -> dict[str, object]:
    return {"type": "set_validator", **Governed(make_genesis(4)).validator_args(0)} | changed


def _parameters(**changed: object) -> dict[str, object]:
    plain = {"transaction_lifetime_ms_max": 60_000, "block_transactions_max": 9, "python": "3.11"}
    return {"type": "set_parameters", "parameters": plain | changed}


def _rules(**changed: object) -> dict[str, object]:
    plain = rules_value(GovernanceRules(proposal_lifetime_ms=61_000))
    assert isinstance(plain, dict)
    return {"type": "set_governance", "rules": plain | changed}


def _share(numerator: int, denominator: int) -> dict[str, int]:
    return {"numerator": numerator, "denominator": denominator}


def _activation(**changed: object) -> dict[str, object]:
    return {"type": "activate_contract", "name": "loans", "version": 1, "height": 9} | changed


OLD_KEY = validator_key(0).public_key


@pytest.mark.parametrize(
    ("action", "answer"),
    [
        (_admission(organization="91330000000000000X"), "E_VALUE"),
        (_admission(organization=code(1)), "E_DUP"),
        (_admission(name={"zh": "", "en": "x"}), "E_VALUE"),
        (_admission(name={"zh": "x" * 201, "en": "x"}), "E_VALUE"),
        (_admission_by(id="Not plain"), "E_VALUE"),
        (_admission_by(name={"zh": "x", "en": ""}), "E_VALUE"),
        (_admission_by(roles=["governor", "operator"]), "E_VALUE"),
        (_admission_by(valid_until=START), "E_VALUE"),
        (_admission_by(proof=bytes(64)), "E_VALUE"),
        (_admission_by(public_key=b"\x01" + bytes(31)), "E_VALUE"),
        (_admission_by(public_key=admin_key(1).public_key), "E_DUP"),
        (_admission(validator={"public_key": OLD_KEY, "power": 1, "proof": b""}), "E_VALUE"),
        (_admission(surprise=1), "E_ARGUMENT"),
        ({"type": "suspend_organization", "organization": "x" * 99}, "E_MISSING"),
        ({"type": "resume_organization", "organization": code(1)}, "E_STATE"),
        ({"type": "remove_organization", "organization": code(8)}, "E_MISSING"),
        (_validator(organization=code(8)), "E_MISSING"),
        (_validator(power=0), "E_VALUE"),
        (_validator(power=1_000_001), "E_VALUE"),
        (_validator(proof=bytes(64)), "E_VALUE"),
        (_validator(organization=code(1)), "E_VALUE"),
        (_validator(public_key=OLD_KEY, proof=b""), "E_STATE"),
        (_validator(public_key=OLD_KEY, power=9, proof=bytes(64)), "E_VALUE"),
        (_validator(public_key=OLD_KEY, power=0, proof=b""), "E_VALUE"),
        ({"type": "remove_validator", "organization": code(8)}, "E_MISSING"),
        (_parameters(transaction_lifetime_ms_max=LIFETIME + 1), "E_VALUE"),
        (_parameters(transaction_lifetime_ms_max=9_999), "E_VALUE"),
        (_parameters(block_transactions_max=0), "E_VALUE"),
        (_parameters(block_transactions_max=5_001), "E_VALUE"),
        (_parameters(python="3.12"), "E_VALUE"),
        (
            _parameters(transaction_lifetime_ms_max=LIFETIME, block_transactions_max=5_000),
            "E_STATE",
        ),
        (_rules(threshold=_share(1, 3)), "E_VALUE"),
        (_rules(threshold=_share(1, 1)), "E_VALUE"),
        (_rules(threshold=_share(-1, 2)), "E_VALUE"),
        (_rules(threshold=_share(501, 1001)), "E_VALUE"),
        (_rules(threshold=_share(3, 4)), "E_VALUE"),
        (_rules(participation=_share(3, 2)), "E_VALUE"),
        (_rules(participation=_share(0, 0)), "E_VALUE"),
        (_rules(proposal_lifetime_ms=59_999), "E_VALUE"),
        (_rules(proposal_lifetime_ms=GovernanceRules().proposal_lifetime_ms), "E_STATE"),
        (_activation(name="membership"), "E_VALUE"),
        (_activation(name="Loans"), "E_VALUE"),
        (_activation(name="l" * 65), "E_VALUE"),
        (_activation(version=0), "E_VALUE"),
        (_activation(version=1_000_001), "E_VALUE"),
        (_activation(height=1), "E_STATE"),
        ({"type": "register_node", "organization": code(8), "node_id": NODE}, "E_MISSING"),
        ({"type": "register_node", "organization": code(1), "node_id": "0F" * 20}, "E_VALUE"),
        ({"type": "remove_node", "node_id": NODE}, "E_MISSING"),
    ],
)
def test_an_action_that_cannot_be_executed_is_not_proposed(
    action: dict[str, object], answer: str
) -> None:
    """Each refusal of docs/spec/governance.md; nothing changes."""
    network = Governed(make_genesis(4))
    before = network.snapshot()
    execution = network.call(0, "propose", {"action": action})
    assert (execution.code, execution.writes, execution.events) == (answer, {}, ())
    assert network.snapshot() == before


def test_a_suspension_is_not_proposed_twice_nor_a_running_version_again() -> None:
    """Actions whose result is there already."""
    network = Governed(make_genesis(4))
    network.decide("suspend_organization", organization=code(3))
    action: dict[str, object] = {"type": "suspend_organization", "organization": code(3)}
    assert network.call(0, "propose", {"action": action}).code == "E_STATE"
    network.decide("activate_contract", name="loans", version=2, height=5)
    network.next_block(count=9)
    late = _activation(version=2, height=99)
    assert network.call(0, "propose", {"action": late}).code == "E_STATE"


@pytest.mark.parametrize(
    ("method", "args", "answer"),
    [
        ("rotate_validator_key", {"public_key": OLD_KEY, "proof": b""}, "E_VALUE"),
        ("register_node", {"node_id": "zz" * 20}, "E_VALUE"),
        ("remove_node", {"node_id": OTHER_NODE}, "E_MISSING"),
        ("revoke_log_key", {"public_key": bytes(32)}, "E_MISSING"),
        ("revoke_log_key", {"public_key": log_key(1).public_key}, "E_MISSING"),
        ("rotate_log_key", {"public_key": log_key(0, 5).public_key, "proof": b""}, "E_VALUE"),
        ("rotate_log_key", {"public_key": log_key(1).public_key, "proof": b""}, "E_DUP"),
        ("leave", {"surprise": 1}, "E_ARGUMENT"),
    ],
)
def test_a_refused_self_service_changes_nothing(
    method: str, args: dict[str, object], answer: str
) -> None:
    """Each refusal has its code."""
    network = Governed(make_genesis(4))
    before = network.snapshot()
    execution = network.call(0, method, args, role=ROLE_ADMINISTRATOR)
    assert (execution.code, execution.writes, execution.events) == (answer, {}, ())
    assert network.snapshot() == before


def test_who_has_no_validator_cannot_rotate_or_resign_it() -> None:
    """An organisation may be a member without validating."""
    network = Governed(make_genesis(4, powers=(10, 10)))
    for method, args in [
        ("rotate_validator_key", network.rotation_args(3)),
        ("resign_validator", {}),
    ]:
        assert network.call(3, method, args, role=ROLE_OPERATOR).code == "E_MISSING"


def test_a_restarted_node_reads_the_same_register() -> None:
    """Everything governance decides is in the tree."""
    network = Governed(make_genesis(4))
    network.next_block(count=2)
    network.call(0, "register_node", {"node_id": NODE}, role=ROLE_OPERATOR)
    network.call(0, "rotate_validator_key", network.rotation_args(0), role=ROLE_OPERATOR)
    network.call(1, "revoke_log_key", {"public_key": log_key(1).public_key}, role=ROLE_OPERATOR)
    network.decide("set_parameters", parameters=to_value(SHORTER))
    network.decide("activate_contract", name="loans", version=2, height=10)
    network.decide("suspend_organization", organization=code(3))
    again = network.reopened()
    for name, value in network.snapshot().items():
        assert getattr(again, name) == value, name
