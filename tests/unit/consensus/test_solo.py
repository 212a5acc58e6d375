# SPDX-License-Identifier: Apache-2.0
"""The solo engine: answers only after the block is durable, and stops at the first fault."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from tallystick.consensus import Committed, Executed, Proposal, SoloEngine
from tallystick.consensus.intake import WAITING_MAX
from tallystick.crypto import sha256
from tallystick.errors import (
    Malformed,
    NotFinal,
    Overloaded,
    Replayed,
    StorageFailed,
    TallystickError,
    Unavailable,
)
from tallystick.model import Block, Transaction, decode_transaction
from tests.factories import START, open_test_ledger, put

WAIT_SECONDS = 20
"""Only a hang makes a test wait this long."""


class Application:
    """Executes on a real ledger and writes down the order of what happens."""

    def __init__(self) -> None:
        self.ledger = open_test_ledger()
        self.block_transactions_max = 100
        self.steps: list[str] = []
        self.gate = threading.Event()
        self.gate.set()
        self.fault: BaseException | None = None

    @property
    def height(self) -> int:
        return self.ledger.head.height

    @property
    def block_time(self) -> int:
        return self.ledger.head.time

    def check(self, transactions: Sequence[bytes]) -> list[Transaction | TallystickError]:
        answers: list[Transaction | TallystickError] = []
        for raw in transactions:
            try:
                transaction = decode_transaction(raw)
                if self.ledger.replay_guard.is_used(transaction.signer, transaction.call.nonce):
                    raise Replayed("used")
                answers.append(transaction)
            except (Malformed, Replayed) as refusal:
                answers.append(refusal)
        return answers

    def execute(self, proposal: Proposal) -> Executed:
        self.gate.wait(WAIT_SECONDS)
        if self.fault:
            raise self.fault
        self.steps.append(f"execute {proposal.height}")
        from tallystick.ledger import apply_block

        applied = apply_block(
            self.ledger,
            height=proposal.height,
            time=proposal.time,
            transactions=proposal.transactions,
        )
        return Executed(applied.block, applied.transaction_ids, applied.codes)

    def commit(self, block: Block) -> None:
        self.steps.append(f"commit {block.header.height}")

    def replay(self, block: Block) -> None:
        self.steps.append(f"replay {block.header.height}")
        transactions = tuple(decode_transaction(raw) for raw in block.transactions)
        self.execute(Proposal(block.header.height, block.header.time, transactions))


class Log:
    """A block log in memory that can fail."""

    def __init__(self, steps: list[str]) -> None:
        self.kept: list[Block] = []
        self.steps = steps
        self.fault: BaseException | None = None

    def append(self, block: Block) -> None:
        if self.fault:
            raise self.fault
        self.steps.append(f"sync {block.header.height}")
        self.kept.append(block)

    def gather(self, block: Block) -> None:
        if self.fault:
            raise self.fault
        self.steps.append(f"write {block.header.height}")
        self.kept.append(block)

    def sync(self) -> None:
        self.steps.append("sync all")

    def blocks(self, first_height: int) -> Iterator[Block]:
        return iter(self.kept[first_height - 1 :])


class Bench:
    """An engine with its surroundings."""

    def __init__(self, *, block_transactions_max: int = 100, syncs_at_end: bool = False) -> None:
        self.application = Application()
        self.application.block_transactions_max = block_transactions_max
        self.log = Log(self.application.steps)
        self.halts: list[BaseException] = []
        self.places: dict[bytes, Committed] = {}
        self.time = START
        self.engine = SoloEngine(
            self.application,
            self.log,
            clock=lambda: self.time,
            find_committed=self.places.get,
            on_halt=self.halts.append,
            syncs_at_end=syncs_at_end,
        )

    def submit(self, *raw: bytes) -> list[Committed | TallystickError]:
        return self.engine.submit(raw).result(WAIT_SECONDS)


@pytest.fixture
def make_bench() -> Iterator[Callable[..., Bench]]:
    """Make engines that are stopped at the end whatever happened."""
    made: list[Bench] = []

    def make(**options: Any) -> Bench:
        bench = Bench(**options)
        made.append(bench)
        bench.engine.start()
        return bench

    yield make
    for bench in made:
        bench.application.gate.set()
        bench.engine.stop()


def test_an_answer_comes_only_after_the_sync(make_bench: Callable[..., Bench]) -> None:
    """Promise P1: execute, sync, commit, and only then the answer."""
    bench = make_bench()
    raw = put("a", "x", nonce=1).raw
    (answer,) = bench.submit(raw)
    assert bench.application.steps == ["execute 1", "sync 1", "commit 1"]
    assert answer == Committed(sha256(raw), 1, 0, 0, "ok")


def test_transactions_that_arrive_during_a_block_share_the_next_one(
    make_bench: Callable[..., Bench],
) -> None:
    """Group commit: while one block executes, the next gathers."""
    bench = make_bench()
    bench.application.gate.clear()
    first = bench.engine.submit([put("a", "x", nonce=1).raw])
    others = [bench.engine.submit([put("a", "x", nonce=n).raw]) for n in range(2, 12)]
    bench.application.gate.set()
    assert first.result(WAIT_SECONDS)
    answers = [future.result(WAIT_SECONDS)[0] for future in others]
    assert all(isinstance(answer, Committed) for answer in answers)
    assert bench.application.height < 11


def test_a_block_is_not_larger_than_allowed(make_bench: Callable[..., Bench]) -> None:
    """`block_transactions_max` holds; what does not fit waits for the next block."""
    bench = make_bench(block_transactions_max=3)
    answers = bench.submit(*(put("a", "x", nonce=n).raw for n in range(8)))
    assert [len(block.transactions) for block in bench.log.kept] == [3, 3, 2]
    assert [answer.leaf_index for answer in answers if isinstance(answer, Committed)] == [*range(8)]


def test_a_refusal_at_the_door_does_not_hold_up_the_others(
    make_bench: Callable[..., Bench],
) -> None:
    """Results come in the order of the submission, each with its own answer."""
    bench = make_bench()
    good, bad = put("a", "x", nonce=1).raw, b"not a transaction"
    first, second, third = bench.submit(bad, good, bad)
    assert isinstance(first, Malformed)
    assert isinstance(second, Committed)
    assert isinstance(third, Malformed)


def test_the_same_bytes_twice_in_flight_execute_once(make_bench: Callable[..., Bench]) -> None:
    """A retry before the first copy is committed gets the same place."""
    bench = make_bench()
    bench.application.gate.clear()
    raw = put("a", "x", nonce=1).raw
    futures = [bench.engine.submit([raw, raw]), bench.engine.submit([raw])]
    bench.application.gate.set()
    answers = [answer for future in futures for answer in future.result(WAIT_SECONDS)]
    assert answers == [Committed(sha256(raw), 1, 0, 0, "ok")] * 3


def test_the_same_bytes_after_commit_get_their_first_answer(
    make_bench: Callable[..., Bench],
) -> None:
    """Submitting again is safe: the answer is what became of it the first time."""
    bench = make_bench()
    raw = put("a", "x", nonce=1).raw
    (first,) = bench.submit(raw)
    assert isinstance(first, Committed)
    bench.places[sha256(raw)] = first
    assert bench.submit(raw) == [first]


def test_another_transaction_with_a_used_nonce_is_refused(
    make_bench: Callable[..., Bench],
) -> None:
    """INV: the same (signer, nonce) never executes twice."""
    bench = make_bench()
    bench.submit(put("a", "x", nonce=1).raw)
    (answer,) = bench.submit(put("b", "y", nonce=1).raw)
    assert isinstance(answer, Replayed)


def test_an_empty_submission_is_answered_at_once(make_bench: Callable[..., Bench]) -> None:
    """Nothing asked, nothing waited for."""
    assert make_bench().engine.submit([]).result(0) == []


def test_a_storage_fault_stops_the_engine_and_acknowledges_nothing(
    make_bench: Callable[..., Bench],
) -> None:
    """Promise P9: on a storage error the node stops; the answer is unknown, never committed."""
    bench = make_bench()
    bench.log.fault = StorageFailed("no space left")
    (answer,) = bench.submit(put("a", "x", nonce=1).raw)
    assert isinstance(answer, NotFinal)
    assert "commit 1" not in bench.application.steps
    assert bench.halts == [bench.log.fault]
    with pytest.raises(Unavailable):
        bench.engine.submit([put("a", "x", nonce=2).raw])


def test_an_unexpected_fault_stops_the_engine_too(make_bench: Callable[..., Bench]) -> None:
    """Nothing is guessed after a fault inside execution."""
    bench = make_bench()
    bench.application.fault = MemoryError()
    (answer,) = bench.submit(put("a", "x", nonce=1).raw)
    assert isinstance(answer, NotFinal)
    assert bench.halts == [bench.application.fault]
    assert bench.log.kept == []


def test_a_full_queue_says_busy(make_bench: Callable[..., Bench]) -> None:
    """Beyond the limit the door refuses at once instead of growing without bound."""
    bench = make_bench()
    bench.application.gate.clear()
    raw = [put("a", "x", nonce=1).raw] * WAITING_MAX
    waiting = bench.engine.submit(raw)
    with pytest.raises(Overloaded):
        bench.engine.submit([put("a", "x", nonce=2).raw])
    bench.application.gate.set()
    assert len(waiting.result(WAIT_SECONDS)) == WAITING_MAX
    assert bench.submit(put("a", "x", nonce=3).raw)


def test_stopping_finishes_what_was_taken(make_bench: Callable[..., Bench]) -> None:
    """A clean stop leaves no taken transaction undecided."""
    bench = make_bench()
    future = bench.engine.submit([put("a", "x", nonce=n).raw for n in range(20)])
    bench.engine.stop()
    assert all(isinstance(answer, Committed) for answer in future.result(0))
    with pytest.raises(Unavailable):
        bench.engine.submit([put("a", "x", nonce=99).raw])


def test_an_engine_nobody_relies_on_yet_syncs_once_when_it_stops(
    make_bench: Callable[..., Bench],
) -> None:
    """Two blocks are answered unsynced; the last step of all is one sync."""
    bench = make_bench(syncs_at_end=True)
    bench.submit(put("a", "x", nonce=1).raw)
    bench.submit(put("b", "x", nonce=2).raw)
    bench.engine.stop()
    blocks = [f"{step} {height}" for height in (1, 2) for step in ("execute", "write", "commit")]
    assert bench.application.steps == [*blocks, "sync all"]


def test_what_failed_is_not_synced_at_the_end(make_bench: Callable[..., Bench]) -> None:
    """After a fault of the log, stopping does not ask it for anything more."""
    bench = make_bench(syncs_at_end=True)
    bench.log.fault = StorageFailed("no room")
    (answer,) = bench.submit(put("a", "x", nonce=1).raw)
    assert isinstance(answer, NotFinal)
    bench.engine.stop()
    assert bench.application.steps == ["execute 1"]
    assert bench.halts == [bench.log.fault]


def test_starting_replays_what_the_application_lacks() -> None:
    """The block log is the truth: the application catches up before anything is taken."""
    first = Bench()
    first.engine.start()
    first.submit(put("a", "x", nonce=1).raw)
    first.submit(put("a", "x", nonce=2).raw)
    first.engine.stop()
    second = Bench()
    second.log.kept = first.log.kept
    second.engine.start()
    second.engine.stop()
    assert second.application.steps[0] == "replay 1"
    assert second.application.ledger.head == first.application.ledger.head


def test_block_time_never_runs_backwards(make_bench: Callable[..., Bench]) -> None:
    """A clock that jumps back does not take block time with it."""
    bench = make_bench()
    bench.time = START + 1000
    bench.submit(put("a", "x", nonce=1).raw)
    bench.time = START + 1
    bench.submit(put("a", "x", nonce=2).raw)
    assert [block.header.time for block in bench.log.kept] == [START + 1000, START + 1000]


def test_a_cancelled_wait_does_not_stop_the_engine(make_bench: Callable[..., Bench]) -> None:
    """A caller that no longer wants to know changes nothing for the transaction."""
    bench = make_bench()
    bench.application.gate.clear()
    future = bench.engine.submit([put("a", "x", nonce=1).raw])
    assert future.cancel()
    bench.application.gate.set()
    bench.submit(put("a", "x", nonce=2).raw)
    assert bench.application.ledger.log.size == 2
