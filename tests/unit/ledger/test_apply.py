# SPDX-License-Identifier: Apache-2.0
"""`apply_block`: one entry for each transaction, refusals change nothing, roots commit to all."""

from __future__ import annotations

import dataclasses

import pytest

from tallystick.crypto import sha256
from tallystick.errors import Corrupted, Halted, InvalidBlock, Replayed
from tallystick.ledger import (
    Execution,
    Ledger,
    Tree,
    apply_block,
    check_nonce,
    open_ledger,
    remember_block,
)
from tallystick.merkle import leaf_hash, log_root, verify_absence, verify_value
from tallystick.model import (
    NO_WRITES,
    OK,
    Transaction,
    app_hash,
    decode_entry,
    decode_header,
    decode_transaction,
    decode_write_set,
)
from tests.factories import (
    ADMINISTRATOR,
    BANK,
    CLERK,
    COURT,
    GENESIS_BYTES,
    LIFETIME,
    NETWORK,
    START,
    TELLER,
    MemoryStore,
    NotesHost,
    open_test_ledger,
    put,
    secret,
    sign,
)


def apply_all(ledger: Ledger, *transactions: Transaction, time: int | None = None) -> list[str]:
    """Apply one block, save it, and return its codes."""
    applied = apply_block(
        ledger,
        height=ledger.head.height + 1,
        time=ledger.head.time if time is None else time,
        transactions=transactions,
    )
    ledger.store.save(applied)  # type: ignore[attr-defined]  # the tests' store
    return list(applied.codes)


def decoded(method: str, args: dict[str, object], **options: object) -> Transaction:
    """Return a signed and decoded transaction."""
    return decode_transaction(sign(method, args, **options))  # type: ignore[arg-type]


def test_each_transaction_has_one_entry_bound_to_it_and_its_writes() -> None:
    """The entry names transaction, place, outcome and write set (docs/spec/block.md)."""
    ledger = open_test_ledger()
    transactions = [put("a", "first", nonce=1), put("a", "second", nonce=2)]

    applied = apply_block(ledger, height=1, time=START + 5, transactions=transactions)

    assert [decode_entry(entry).transaction_id for entry in applied.block.entries] == [
        transaction.id for transaction in transactions
    ]
    for entry, write_set in zip(applied.block.entries, applied.block.write_sets, strict=True):
        outcome = decode_entry(entry).outcome
        assert outcome.write_set_digest == sha256(write_set)
        assert outcome.is_ok
        assert list(decode_write_set(write_set)) == [b"notes/texts/a"]
    second = decode_entry(applied.block.entries[1])
    assert (second.height, second.block_time, second.outcome.result) == (1, START + 5, 2)
    assert second.outcome.events[0].fields == {"id": "a", "count": 2}


def test_the_header_commits_to_log_state_and_membership() -> None:
    """Every root in the header can be recomputed from the block's own bytes."""
    ledger = open_test_ledger()

    applied = apply_block(ledger, height=1, time=START, transactions=[put("a", "x", nonce=1)])

    header = decode_header(applied.block.header_bytes)
    assert header == applied.block.header
    assert header.log_root == log_root([leaf_hash(entry) for entry in applied.block.entries])
    assert header.parent == sha256(GENESIS_BYTES)
    assert header.app_hash == app_hash(
        header.log_size, header.log_root, header.state_root, header.membership_root
    )
    key = b"notes/texts/a"
    value = applied.state[key]
    assert value is not None
    verify_value(header.state_root, key, value, ledger.state_tree.prove(key))
    verify_absence(header.state_root, b"notes/texts/b", ledger.state_tree.prove(b"notes/texts/b"))


def test_headers_are_chained_by_hash() -> None:
    """A block's parent is the hash of the header before it."""
    ledger = open_test_ledger()
    first = apply_block(ledger, height=1, time=START, transactions=[put("a", "x", nonce=1)])
    second = apply_block(ledger, height=2, time=START, transactions=[put("b", "x", nonce=2)])
    assert second.block.header.parent == first.block.hash


def test_an_empty_block_leaves_the_app_hash_as_it_was() -> None:
    """The application hash depends on log, state and membership only."""
    ledger = open_test_ledger()
    apply_all(ledger, put("a", "x", nonce=1))
    before = ledger.head.app_hash
    apply_all(ledger, time=START + 60_000)
    assert ledger.head.app_hash == before


@pytest.mark.parametrize(
    ("transaction", "code"),
    [
        (decoded("refuse", {"id": "a"}, nonce=2), "E_STATE"),
        (decoded("put", {"id": "a", "text": "x"}, nonce=2, valid_until=START - 1), "E_EXPIRED"),
        (
            decoded("put", {"id": "a", "text": "x"}, nonce=2, valid_until=START + LIFETIME + 1),
            "E_EARLY",
        ),
        (decoded("put", {"id": "a", "text": "x"}, nonce=2, key=secret(77)), "E_MEMBER"),
        (decoded("put", {"id": "a", "text": "x"}, nonce=2, organization=BANK), "E_MEMBER"),
        (decoded("put", {"id": "a", "text": "x"}, nonce=2, network="other.1"), "E_NETWORK"),
        (decoded("put", {"id": "a", "text": "x"}, nonce=1), "E_REPLAY"),
        (decoded("add_member", {}, nonce=2, contract="membership"), "E_ROLE"),
    ],
)
def test_a_refused_transaction_is_in_the_log_and_changes_no_state(
    transaction: Transaction, code: str
) -> None:
    """A refusal has an entry with its code, an empty write set, and leaves both roots alone."""
    ledger = open_test_ledger()
    apply_all(ledger, put("a", "kept", nonce=1))
    roots = (ledger.state_tree.root, ledger.membership_tree.root)

    applied = apply_block(ledger, height=2, time=START, transactions=[transaction])

    outcome = decode_entry(applied.block.entries[0]).outcome
    assert (outcome.code, outcome.write_set_digest) == (code, NO_WRITES)
    assert applied.codes == (code,)
    assert (ledger.state_tree.root, ledger.membership_tree.root) == roots
    assert ledger.log.size == 2


def test_a_nonce_is_used_even_by_a_refused_transaction() -> None:
    """The same (signer, nonce) never executes twice, whatever became of the first."""
    ledger = open_test_ledger()
    refused = decoded("refuse", {"id": "a"}, nonce=5)
    assert apply_all(ledger, refused, put("a", "x", nonce=5)) == ["E_STATE", "E_REPLAY"]


def test_two_signers_may_use_the_same_nonce() -> None:
    """Nonces belong to their signer."""
    ledger = open_test_ledger()
    other = decoded("put", {"id": "b", "text": "x"}, nonce=1, key=TELLER, organization=BANK)
    assert apply_all(ledger, put("a", "x", nonce=1), other) == [OK, OK]


def test_a_forgotten_nonce_cannot_execute_because_it_has_expired() -> None:
    """Forgetting is safe: what could be forgotten is refused as expired."""
    ledger = open_test_ledger()
    transaction = put("a", "x", nonce=1)
    apply_all(ledger, transaction)
    late = START + LIFETIME + 20_000
    assert apply_all(ledger, transaction, time=late) == ["E_EXPIRED"]


def test_remembering_a_block_after_a_restart_refuses_its_nonces() -> None:
    """A restarted node refuses the same replays as one that kept running."""
    running = open_test_ledger()
    applied = apply_block(running, height=1, time=START, transactions=[put("a", "x", nonce=1)])
    store = MemoryStore()
    store.save(applied)
    restarted = open_ledger(GENESIS_BYTES, store, applied.block.header, NotesHost())
    remember_block(restarted, applied.block)
    remember_block(restarted, applied.block)  # a second time changes nothing
    assert apply_all(restarted, put("b", "y", nonce=1)) == ["E_REPLAY"]
    assert apply_all(running, put("b", "y", nonce=1)) == ["E_REPLAY"]
    assert restarted.head == running.head


def test_a_restarted_ledger_continues_with_the_same_roots() -> None:
    """Store and header are all that the next block needs."""
    running, store = open_test_ledger(), MemoryStore()
    applied = None
    for height in range(1, 6):
        block = [put(f"n{height}-{i}", "x", nonce=height * 100 + i) for i in range(60)]
        applied = apply_block(running, height=height, time=START, transactions=block)
        store.save(applied)
        running.store.save(applied)  # type: ignore[attr-defined]
    assert applied
    restarted = open_ledger(GENESIS_BYTES, store, applied.block.header, NotesHost())
    assert apply_all(restarted, put("z", "x", nonce=9)) == [OK]
    assert apply_all(running, put("z", "x", nonce=9)) == [OK]
    assert restarted.head == running.head


def test_a_host_fault_leaves_no_block() -> None:
    """A fault of the node is not an outcome: the exception passes, nothing is acknowledged."""
    ledger = open_test_ledger()
    with pytest.raises(MemoryError):
        apply_block(ledger, height=1, time=START, transactions=[decoded("break", {}, nonce=1)])


def test_a_host_that_writes_while_refusing_halts_the_node() -> None:
    """INV: a refused call changes no state; a host that breaks it is not believed."""

    class Liar(NotesHost):
        def execute(self, *_: object) -> Execution:
            return Execution("E_STATE", None, (), {b"notes/texts/a": b"\x01"})

    ledger = open_ledger(GENESIS_BYTES, MemoryStore(), None, Liar())
    with pytest.raises(Halted):
        apply_block(ledger, height=1, time=START, transactions=[put("a", "x", nonce=1)])


@pytest.mark.parametrize(("height", "time"), [(2, START), (0, START), (1, START - 1)])
def test_a_block_out_of_place_is_invalid(height: int, time: int) -> None:
    """Only the next height, and no time before the parent's."""
    with pytest.raises(InvalidBlock):
        apply_block(open_test_ledger(), height=height, time=time, transactions=[])


def test_a_deletion_empties_the_state_again() -> None:
    """A null in the write set deletes: the root is that of no keys."""
    ledger = open_test_ledger()
    empty = ledger.state_tree.root
    codes = apply_all(ledger, put("a", "x", nonce=1), decoded("delete", {"id": "a"}, nonce=2))
    assert codes == [OK, OK]
    assert ledger.state_tree.root == empty
    assert ledger.store.get(Tree.STATE, b"notes/texts/a") is None


def test_a_revoked_key_is_refused_from_the_next_transaction_on() -> None:
    """Revocation works inside the block that carries it."""
    ledger = open_test_ledger()
    revoke = decoded(
        "revoke_key",
        {"public_key": CLERK.public_key},
        nonce=1,
        contract="membership",
        key=ADMINISTRATOR,
        organization=COURT,
    )
    codes = apply_all(ledger, put("a", "x", nonce=1), revoke, put("b", "x", nonce=2))
    assert codes == [OK, OK, "E_MEMBER"]
    assert ledger.network == NETWORK


def test_a_store_that_does_not_match_its_header_is_corrupted() -> None:
    """A node never continues from roots that its own header contradicts."""
    ledger, store = open_test_ledger(), MemoryStore()
    applied = apply_block(ledger, height=1, time=START, transactions=[put("a", "x", nonce=1)])
    store.save(applied)
    wrong = dataclasses.replace(applied.block.header, app_hash=b"x" * 32)
    with pytest.raises(Corrupted):
        open_ledger(GENESIS_BYTES, store, wrong, NotesHost())


def test_the_door_refuses_a_used_nonce() -> None:
    """The check before a transaction is taken; the block decides again."""
    ledger = open_test_ledger()
    check_nonce(ledger, put("b", "y", nonce=1))
    apply_all(ledger, put("a", "x", nonce=1))
    assert len(ledger.replay_guard) == 1
    with pytest.raises(Replayed):
        check_nonce(ledger, put("b", "y", nonce=1))
