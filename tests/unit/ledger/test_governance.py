# SPDX-License-Identifier: Apache-2.0
"""What governance decided, as blocks obey it: parameters, contracts, members, restarts."""

from __future__ import annotations

import pytest

from tallystick.encoding import Value
from tallystick.errors import UnknownContract
from tallystick.ledger import Tree, apply_block, check_contract, open_ledger
from tallystick.merkle import verify_value
from tallystick.model import OK, Parameters, decode_entry, decode_transaction, to_value
from tests.factories import (
    BANK,
    CLERK,
    COURT,
    LIFETIME,
    LOG_KEY,
    START,
    MemoryStore,
    NotesHost,
    secret,
    sign,
)
from tests.unit.ledger.governed_ledger import (
    GENESIS_BYTES,
    NETWORK,
    apply_one,
    decide,
    open_governed,
    put,
)


def test_voted_parameters_hold_from_the_next_block_on() -> None:
    """For the block's own transactions and for the door."""
    ledger = open_governed()
    shorter = Parameters(transaction_lifetime_ms_max=LIFETIME // 2)
    decide(ledger, "set_parameters", parameters=to_value(shorter))
    assert ledger.parameters == shorter
    long = apply_one(ledger, "put", {"id": "a", "text": "x"}, contract="notes", key=CLERK)
    assert long.codes == ("E_EARLY",)
    short = START + LIFETIME // 2
    fine = {"contract": "notes", "key": CLERK, "valid_until": short}
    assert apply_one(ledger, "put", {"id": "a", "text": "x"}, **fine).codes == (OK,)


def test_nonces_are_remembered_for_the_lifetime_of_genesis() -> None:
    """A vote must not change what a node remembers, or restarted nodes would differ."""
    ledger = open_governed()
    shorter = Parameters(transaction_lifetime_ms_max=LIFETIME // 2)
    decide(ledger, "set_parameters", parameters=to_value(shorter))
    args: dict[str, Value] = {"id": "a", "text": "x"}
    raw = sign("put", args, nonce=77, network=NETWORK)
    first = apply_block(ledger, height=2, time=START, transactions=[decode_transaction(raw)])
    assert first.codes == ("E_EARLY",)
    later = START + LIFETIME // 2 + 1
    again = apply_block(ledger, height=3, time=later, transactions=[decode_transaction(raw)])
    assert again.codes == ("E_REPLAY",)


def test_only_contracts_of_genesis_and_voted_ones_are_called() -> None:
    """The host of this test runs any contract: the ledger decides, from the height voted."""
    ledger = open_governed()
    assert put(ledger, "notes") == (OK, 1)
    refused = ("E_CONTRACT", {"field": "contract", "found": "letters"})
    assert put(ledger, "letters") == refused
    decide(ledger, "activate_contract", name="letters", version=1, height=5)
    assert put(ledger, "letters") == refused
    call = decode_transaction(sign("put", {}, nonce=1, contract="letters")).call
    with pytest.raises(UnknownContract):
        check_contract(ledger.register, ledger.genesis.contracts, call, 4)
    check_contract(ledger.register, ledger.genesis.contracts, call, 5)
    assert put(ledger, "letters")[0] == OK


def test_a_restarted_ledger_knows_what_was_voted() -> None:
    """Register, parameters and roots come from the store alone."""
    store = MemoryStore()
    ledger = open_governed(store)
    shorter = Parameters(transaction_lifetime_ms_max=LIFETIME // 2)
    applied = decide(ledger, "set_parameters", parameters=to_value(shorter))
    again = open_ledger(GENESIS_BYTES, store, applied.block.header, NotesHost())
    assert again.parameters == shorter
    assert again.register.validators == ledger.register.validators
    assert again.register.proposals == ledger.register.proposals
    assert again.register.log_keys == ledger.register.log_keys
    assert again.register.log_keys[LOG_KEY.public_key].organization == COURT


def test_the_validator_set_is_proven_under_the_membership_root() -> None:
    """One record: what a light client asks for, with a proof from the header."""
    ledger = open_governed()
    applied = decide(ledger, "register_node", organization=COURT, node_id="0a" * 20)
    key = b"membership/validators"
    value = ledger.store.get(Tree.MEMBERSHIP, key)
    assert value is not None
    root = applied.block.header.membership_root
    verify_value(root, key, value, ledger.membership_tree.prove(key))


def test_a_refused_governance_call_changes_no_root() -> None:
    """It is in the log with its code and facts, and nowhere else."""
    ledger = open_governed()
    before = ledger.membership_tree.root
    applied = apply_one(ledger, "propose", {"action": {"type": "remove_node", "node_id": "x"}})
    outcome = decode_entry(applied.block.entries[0]).outcome
    assert (outcome.code, outcome.result) == ("E_MISSING", {"field": "node_id", "found": "x"})
    assert ledger.membership_tree.root == before == applied.block.header.membership_root


def test_an_unknown_bank_is_refused_before_governance() -> None:
    """Admission comes first: who does not belong does not vote."""
    ledger = open_governed()
    applied = apply_one(ledger, "leave", {}, key=secret(3), organization=BANK)
    assert applied.codes == ("E_MEMBER",)
