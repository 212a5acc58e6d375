# SPDX-License-Identifier: Apache-2.0
"""An upgrade moves a contract's records by transactions, and nobody calls it in between."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tallystick.encoding import Value, decode
from tallystick.errors import ContractMigrating
from tallystick.ledger import AppliedBlock, Ledger, Tree, adopt_block, apply_block, check_contract
from tallystick.ledger.block_state import BlockState
from tallystick.merkle import verify_value
from tallystick.model import OK, RecordMigration, decode_entry, decode_transaction
from tests.factories import ADMINISTRATOR, START, MemoryStore, sign
from tests.unit.ledger.governed_ledger import NETWORK, apply_one, decide, open_governed, put

UPGRADE: dict[str, Value] = {
    "name": "notes",
    "version": 2,
    "height": 5,
    "digest": b"\x02" * 32,
    "migrate_from": 1,
}


def keep(ledger: Ledger, *texts: str) -> None:
    """Keep one note for each text, in one block."""
    run(ledger, [("notes", "put", {"id": f"n{at}", "text": text}) for at, text in enumerate(texts)])


def run(ledger: Ledger, calls: Sequence[tuple[str, str, dict[str, Value]]]) -> AppliedBlock:
    """Apply a block of several calls by the clerk, who is an ordinary member."""
    height = ledger.head.height + 1
    applied = apply_block(
        ledger,
        height=height,
        time=START,
        transactions=[
            decode_transaction(
                sign(method, args, nonce=100 * height + at, contract=contract, network=NETWORK)
            )
            for at, (contract, method, args) in enumerate(calls)
        ],
    )
    ledger.store.save(applied)  # type: ignore[attr-defined]  # the tests' store
    return applied


def step(limit: int = 500) -> tuple[str, str, dict[str, Value]]:
    """Return the call that moves some records."""
    return "governance", "migrate_contract", {"contract": "notes", "limit": limit}


def upgraded(*texts: str) -> Ledger:
    """Return a ledger whose next block is the first of version 2."""
    ledger = open_governed()
    keep(ledger, *texts)
    decide(ledger, "activate_contract", **UPGRADE)
    while ledger.head.height < 4:
        assert put(ledger, "notes")[0] == OK
    return ledger


def migration(ledger: Ledger) -> RecordMigration:
    """Return how far the contract's migration is."""
    found = ledger.register.contracts["notes"].migration
    assert isinstance(found, RecordMigration)
    return found


def test_nobody_calls_a_contract_whose_records_are_being_moved() -> None:
    """From the height of the new version on, until the last record is moved."""
    ledger = upgraded("x", "y")
    refused = ("E_MIGRATING", {"field": "contract", "found": "notes"})
    assert put(ledger, "notes") == refused
    call = decode_transaction(sign("put", {}, nonce=1)).call
    with pytest.raises(ContractMigrating):
        check_contract(ledger.register, ledger.genesis.contracts, call, 5)
    check_contract(ledger.register, ledger.genesis.contracts, call, 4)
    assert run(ledger, [step(1)]).codes == (OK,)
    assert put(ledger, "notes") == refused
    assert run(ledger, [step(), ("notes", "put", {"id": "z", "text": "z"})]).codes == (OK, OK)
    assert put(ledger, "notes")[0] == OK


def test_a_step_writes_to_both_trees_and_says_how_far_it_came() -> None:
    """Records move in the state tree; the contract's record is under the membership root."""
    ledger = upgraded("x", "y")
    applied = run(ledger, [step(2)])
    outcome = decode_entry(applied.block.entries[0]).outcome
    assert outcome.result == {"moved": 2, "finished": False}
    assert [event.name for event in outcome.events] == ["governance.RecordsMoved"]
    assert set(applied.state) == {b"notes/texts/a", b"notes/texts/n0"}
    assert set(applied.membership) == {b"membership/contracts/notes"}
    found = migration(ledger)
    assert (found.moved, found.after, found.finished_at) == (2, b"notes/texts/n0", None)
    run(ledger, [step(2)])
    key = b"membership/contracts/notes"
    value = ledger.store.get(Tree.MEMBERSHIP, key)
    verify_value(ledger.membership_tree.root, key, value or b"", ledger.membership_tree.prove(key))
    assert migration(ledger).finished_at == 6
    moved = [decode(value) for _, value in ledger.store.items(Tree.STATE)]
    assert all(isinstance(one, dict) and one["version"] == 2 for one in moved)


def test_steps_of_one_block_follow_each_other() -> None:
    """Each sees what the one before has written; one more than needed is refused."""
    ledger = upgraded("x", "y")
    applied = run(ledger, [step(1), step(1), step(1), step(1)])
    assert applied.codes == (OK, OK, OK, "E_STATE")
    results = [decode_entry(entry).outcome.result for entry in applied.block.entries]
    assert results[:3] == [
        {"moved": 1, "finished": False},
        {"moved": 1, "finished": False},
        {"moved": 1, "finished": True},
    ]


def test_blocks_with_steps_are_taken_over_like_others() -> None:
    """A snapshot restores without any contract: write sets go to their trees by their keys."""
    executed, adopted = open_governed(), open_governed()
    blocks = [run(executed, [("notes", "put", {"id": "a", "text": "x"})])]
    blocks.append(decide(executed, "activate_contract", **UPGRADE))
    blocks += [run(executed, [("notes", "put", {"id": "b", "text": "x"})]) for _ in range(2)]
    blocks += [run(executed, [step(1)]), run(executed, [step()])]
    for one in blocks:
        taken = adopt_block(adopted, one.block)
        adopted.store.save(taken)  # type: ignore[attr-defined]  # the tests' store
        assert taken == one
    assert adopted.head == executed.head
    assert adopted.register.contracts == executed.register.contracts


@pytest.mark.parametrize(
    ("args", "code"),
    [
        ({"contract": "notes", "limit": 0}, "E_VALUE"),
        ({"contract": "notes", "limit": 501}, "E_VALUE"),
        ({"contract": "notes", "more": 1}, "E_ARGUMENT"),
        ({"contract": "letters"}, "E_STATE"),
        ({}, "E_ARGUMENT"),
    ],
)
def test_a_step_that_is_not_one_is_refused(args: dict[str, Value], code: str) -> None:
    """A refusal changes no root."""
    ledger = upgraded("x")
    before = ledger.membership_tree.root, ledger.state_tree.root
    assert run(ledger, [("governance", "migrate_contract", args)]).codes == (code,)
    assert (ledger.membership_tree.root, ledger.state_tree.root) == before


def test_a_step_whose_code_fails_changes_nothing() -> None:
    """The next version goes on after the last record that was moved."""
    ledger = upgraded("stuck")
    assert run(ledger, [step(1), step(1)]).codes == (OK, "E_CONTRACT_FAILED")
    refused = decide_refused(ledger, UPGRADE | {"version": 3, "height": 20, "migrate_from": 2})
    assert refused == ("E_STATE", "migrate_from")
    decide(ledger, "activate_contract", **(UPGRADE | {"version": 3, "height": 8}))
    assert put(ledger, "notes")[0] == "E_MIGRATING"
    found = migration(ledger)
    assert (found.moved, found.from_version, found.since) == (1, 1, 5)


def decide_refused(ledger: Ledger, fields: dict[str, Value]) -> tuple[str, str]:
    """Let the court propose what is refused; return code and field."""
    applied = apply_one(
        ledger, "propose", {"action": {"type": "activate_contract", **fields}}, key=ADMINISTRATOR
    )
    outcome = decode_entry(applied.block.entries[0]).outcome
    assert isinstance(outcome.result, dict)
    return outcome.code, str(outcome.result["field"])


def test_a_walk_sees_the_block_so_far() -> None:
    """Additions, changes and deletions of earlier transactions lie over the store, in order."""
    ledger = open_governed()
    keep(ledger, "0", "1", "2")
    store = ledger.store
    assert isinstance(store, MemoryStore)
    state = BlockState(store)
    state.writes |= {
        b"notes/texts/n1": None,
        b"notes/texts/n2": b"changed",
        b"notes/texts/n3": b"new",
        b"notes/textures/n9": b"another table",
        b"notes/texts/a": b"before the start",
    }
    found = list(state.scan(b"notes/texts/", b"notes/texts/a"))
    n0 = store.get(Tree.STATE, b"notes/texts/n0")
    assert found == [
        (b"notes/texts/n0", n0),
        (b"notes/texts/n2", b"changed"),
        (b"notes/texts/n3", b"new"),
    ]
