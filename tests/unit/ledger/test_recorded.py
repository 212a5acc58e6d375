# SPDX-License-Identifier: Apache-2.0
"""Recorded blocks: adopting one is executing it, and nothing altered can be adopted."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tallystick.crypto import sha256
from tallystick.encoding import Value
from tallystick.errors import InvalidBlock
from tallystick.ledger import (
    AppliedBlock,
    Ledger,
    Tree,
    adopt_block,
    apply_block,
    oldest_remembered_time,
    open_ledger,
    recorded_transactions,
    remember_block,
)
from tallystick.ledger.replay_guard import BUCKET_MS
from tallystick.model import (
    NO_WRITES,
    OK,
    Block,
    Transaction,
    Unusable,
    decode_entry,
    decode_transaction,
    encode_entry,
    encode_write_set,
)
from tallystick.units import TransactionId
from tests.factories import (
    ADMINISTRATOR,
    GENESIS_BYTES,
    LIFETIME,
    START,
    MemoryStore,
    NotesHost,
    open_test_ledger,
    put,
    sign,
)


def unusable(raw: bytes, code: str = "E_FORMAT") -> Unusable:
    """Return what stands for bytes that are no valid transaction."""
    return Unusable(TransactionId(sha256(raw)), raw, code)


def forged(nonce: int = 1) -> Transaction:
    """Return a transaction whose signature does not verify."""
    raw = bytearray(sign("put", {"id": "a", "text": "forged"}, nonce=nonce))
    raw[-1] ^= 1
    return decode_transaction(bytes(raw))


def run(
    ledger: Ledger, *transactions: Transaction | Unusable, time: int | None = None
) -> AppliedBlock:
    """Apply one block and save it."""
    applied = apply_block(
        ledger,
        height=ledger.head.height + 1,
        time=ledger.head.time if time is None else time,
        transactions=transactions,
    )
    ledger.store.save(applied)  # type: ignore[attr-defined]  # the tests' store
    return applied


def test_unusable_bytes_get_an_entry_with_their_code_and_write_nothing() -> None:
    """One result for each transaction of a decided block, whatever its bytes are (INV-I2)."""
    ledger = open_test_ledger()
    applied = run(ledger, unusable(b"\xff\x00"), put("a", "x", nonce=1), unusable(b""))
    assert applied.codes == ("E_FORMAT", OK, "E_FORMAT")
    entry = decode_entry(applied.block.entries[0])
    assert entry.transaction_id == sha256(b"\xff\x00")
    assert entry.outcome.write_set_digest == NO_WRITES
    assert ledger.log.size == 3


def test_a_forged_transaction_does_not_use_the_nonce_of_the_signer_it_names() -> None:
    """Otherwise a faulty orderer could spend other people's nonces."""
    ledger = open_test_ledger()
    fake = forged(nonce=7)
    applied = run(ledger, unusable(fake.raw, "E_SIG"), put("a", "mine", nonce=7))
    assert applied.codes == ("E_SIG", OK)


def test_an_empty_block_leaves_the_app_hash_and_moves_the_height() -> None:
    """An idle chain can idle (INV-I3)."""
    ledger = open_test_ledger()
    before = run(ledger, put("a", "x", nonce=1)).block.header
    after = run(ledger, time=START + 5).block.header
    assert after.app_hash == before.app_hash
    assert (after.height, after.time, after.parent) == (2, START + 5, sha256(before.encode()))


def test_recorded_transactions_are_those_that_were_executed() -> None:
    """Replay hands the ledger the same transactions, with what failed marked as it was."""
    ledger = open_test_ledger()
    fake = forged()
    given_ones = (put("a", "x", nonce=1), unusable(b"junk"), unusable(fake.raw, "E_SIG"))
    block = run(ledger, *given_ones).block
    assert tuple(recorded_transactions(block)) == given_ones


def test_remembering_a_block_skips_what_was_forged() -> None:
    """A restarted node knows the same nonces as one that kept running."""
    running = open_test_ledger()
    block = run(running, unusable(forged(nonce=3).raw, "E_SIG"), put("a", "x", nonce=4)).block
    restarted = open_test_ledger()
    remember_block(restarted, block)
    assert len(restarted.replay_guard) == len(running.replay_guard) == 1


def test_a_restarted_node_knows_every_nonce_that_a_running_one_still_knows() -> None:
    """Nonces are forgotten by whole buckets, so the window reaches a bucket further back."""
    running = open_test_ledger()
    used_at = START + 9_000
    first = decode_transaction(
        sign("put", {"id": "a", "text": "x"}, nonce=1, valid_until=used_at + LIFETIME)
    )
    earlier = run(running, first, time=used_at).block
    # The first transaction has just expired, but its bucket has not been forgotten yet.
    later = run(running, time=used_at + LIFETIME + 500)
    assert running.replay_guard.is_used(first.signer, 1)
    store: MemoryStore = running.store  # type: ignore[assignment]  # the tests' store
    restarted = open_ledger(GENESIS_BYTES, store, later.block.header, NotesHost())
    assert earlier.header.time >= oldest_remembered_time(restarted)
    remember_block(restarted, earlier)
    remember_block(restarted, later.block)
    assert restarted.replay_guard.is_used(first.signer, 1)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3 * BUCKET_MS), st.integers(-BUCKET_MS, LIFETIME))))
def test_a_restarted_node_knows_exactly_the_nonces_of_a_running_one(
    blocks: list[tuple[int, int]],
) -> None:
    """Not one more either: it would reject a proposal that all others accept (INV-I7)."""
    running = open_test_ledger()
    done: list[Block] = []
    for nonce, (later, valid_for) in enumerate(blocks):
        time = running.head.time + later
        args: dict[str, Value] = {"id": "a", "text": "x"}
        raw = sign("put", args, nonce=nonce, valid_until=time + valid_for)
        done.append(run(running, decode_transaction(raw), time=time).block)
    restarted = open_test_ledger()
    for block in done:
        if block.header.time >= oldest_remembered_time(running):
            remember_block(restarted, block)
    assert restarted.replay_guard._used == running.replay_guard._used


kinds = st.sampled_from(["put", "delete", "refuse", "junk", "forged", "member", "repeat"])


def make(kind: str, nonce: int, before: list[Transaction | Unusable]) -> Transaction | Unusable:
    """Return a transaction of a kind."""
    match kind:
        case "junk":
            return unusable(nonce.to_bytes(8, "big"))
        case "forged":
            return unusable(forged(nonce).raw, "E_SIG")
        case "repeat" if before:
            return before[-1]
        case "member":
            name: dict[str, Value] = {"zh": "成员", "en": "member"}
            args: dict[str, Value] = {"id": f"m{nonce}", "name": name, "roles": ["depositor"]}
            return decode_transaction(
                sign("add_member", args, nonce=nonce, key=ADMINISTRATOR, contract="membership")
            )
        case "delete" | "refuse":
            return decode_transaction(sign(kind, {"id": f"n{nonce % 3}"}, nonce=nonce))
        case _:
            return put(f"n{nonce % 5}", f"text {nonce}", nonce=nonce)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(kinds, max_size=6), min_size=1, max_size=6))
def test_adopting_blocks_ends_like_executing_them(blocks: list[list[str]]) -> None:
    """State, membership, log, nonces and head are the same either way (INV-I1)."""
    executed, adopted = open_test_ledger(), open_test_ledger()
    nonce = 0
    for height, block_kinds in enumerate(blocks, 1):
        transactions: list[Transaction | Unusable] = []
        for kind in block_kinds:
            nonce += 1
            transactions.append(make(kind, nonce, transactions))
        applied = run(executed, *transactions, time=START + height)
        taken = adopt_block(adopted, applied.block)
        adopted.store.save(taken)  # type: ignore[attr-defined]  # the tests' store
        assert taken == applied
    assert adopted.head == executed.head
    assert adopted.replay_guard._used == executed.replay_guard._used
    assert adopted.register.members == executed.register.members
    assert list(adopted.store.items(Tree.STATE)) == list(executed.store.items(Tree.STATE))
    # Both go on alike.
    last = put("end", "x", nonce=10_000)
    assert run(adopted, last).block == run(executed, last).block


def a_block() -> Block:
    """Return a first block of two puts and a refusal."""
    ledger = open_test_ledger()
    refused = decode_transaction(sign("refuse", {"id": "a"}, nonce=3))
    return run(ledger, put("a", "x", nonce=1), put("b", "y", nonce=2), refused).block


def with_write_set(block: Block, write_set: bytes) -> Block:
    """Return the block with another first write set, and the entry that would fit it."""
    entry = decode_entry(block.entries[0])
    outcome = dataclasses.replace(entry.outcome, write_set_digest=sha256(write_set))
    fitting = encode_entry(dataclasses.replace(entry, outcome=outcome))
    return dataclasses.replace(
        block,
        entries=(fitting, *block.entries[1:]),
        write_sets=(write_set, *block.write_sets[1:]),
    )


OTHER_WRITES = encode_write_set({b"notes/texts/a": b"\x00"})
ALTERED: dict[str, Callable[[Block], Block]] = {
    "a write set": lambda b: dataclasses.replace(b, write_sets=(OTHER_WRITES, *b.write_sets[1:])),
    "a write set with its entry": lambda b: with_write_set(b, OTHER_WRITES),
    "a write set that cannot be read": lambda b: with_write_set(b, b"\xff"),
    "a transaction": lambda b: dataclasses.replace(b, transactions=(b"other", *b.transactions[1:])),
    "an entry that cannot be read": lambda b: dataclasses.replace(
        b, entries=(b"\xff", *b.entries[1:])
    ),
    "the order of entries": lambda b: dataclasses.replace(
        b, entries=(b.entries[1], b.entries[0], b.entries[2])
    ),
    "a missing write set": lambda b: dataclasses.replace(b, write_sets=b.write_sets[1:]),
    "the header's time": lambda b: dataclasses.replace(
        b, header=dataclasses.replace(b.header, time=b.header.time + 1)
    ),
    "the header's height": lambda b: dataclasses.replace(
        b, header=dataclasses.replace(b.header, height=2)
    ),
    "the header's bytes": lambda b: dataclasses.replace(b, header_bytes=b.header_bytes + b"\x00"),
}


@pytest.mark.parametrize("what", ALTERED)
def test_an_altered_block_is_not_adopted(what: str) -> None:
    """Write sets are bound by entries, entries by the log root, all by the header."""
    with pytest.raises(InvalidBlock):
        adopt_block(open_test_ledger(), ALTERED[what](a_block()))
