# SPDX-License-Identifier: Apache-2.0
"""Submissions that an engine has taken and not answered yet: the same desk for every engine.

A transaction is answered once, for every place that waits for it: when a block that holds it is
durable, when it is refused at the door, or, when the engine stops, with what is not known.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import wait

from tallystick.consensus.ports import Committed, Executed, Result
from tallystick.consensus.submission import Submission, Waiting
from tallystick.crypto import sha256
from tallystick.errors import (
    Expired,
    Halted,
    NotAMember,
    NotFinal,
    Overloaded,
    Replayed,
    TallystickError,
    TooFarAhead,
    Unavailable,
)
from tallystick.model import Transaction, decode_transaction

WAITING_MAX = 100_000
"""Transactions taken but not yet committed; beyond it the door says busy."""

_NOW_REFUSED = (Expired, NotAMember, Replayed, TooFarAhead)
"""What the bytes of a committed transaction can meet when they are sent once more: its nonce is
used, its time is over, its signer may be suspended."""

FindCommitted = Callable[[bytes], Committed | None]


class Intake:
    """Takes submissions while it is open, and answers them. Any thread may call any method."""

    def __init__(self, find_committed: FindCommitted) -> None:
        """Start closed; `find_committed` says where a transaction submitted again already is."""
        self._find_committed = find_committed
        self._count_lock = threading.Lock()
        self._waiting = 0
        self._flight_lock = threading.Lock()
        self._in_flight: dict[bytes, Waiting] = {}
        self._deciding: frozenset[bytes] = frozenset()
        self._open: dict[int, Submission] = {}
        self._is_open = False
        self._fault: BaseException | None = None

    def open(self) -> None:
        """Take submissions from now on."""
        self._is_open = True

    def close(self) -> bool:
        """Take no more; return whether it was open. What was taken will still be answered."""
        with self._count_lock:
            was_open, self._is_open = self._is_open, False
        return was_open

    def take(
        self, transactions: Sequence[bytes], hand_over: Callable[[Submission], None]
    ) -> Submission:
        """Take one submission and hand it over, before any later one and never after `close`.

        Raises:
            Unavailable: closed.
            Overloaded: too many are waiting already.
        """
        submission = Submission(transactions)
        with self._count_lock:
            if not self._is_open:
                raise Unavailable("the node is not taking transactions") from self._fault
            if self._waiting + len(transactions) > WAITING_MAX:
                raise Overloaded("too many transactions are waiting", expected=f"{WAITING_MAX}")
            self._waiting += len(transactions)
            self._open[id(submission)] = submission
            hand_over(submission)
        submission.future.add_done_callback(lambda _: self._forget(submission))
        return submission

    def register(
        self, places: list[tuple[Submission, int]], answers: list[Transaction | TallystickError]
    ) -> list[Waiting]:
        """Return what is new; answer refusals; let repeated bytes wait for the first copy."""
        checked: list[Waiting] = []
        with self._flight_lock:
            for (submission, place), answer in zip(places, answers, strict=True):
                if isinstance(answer, TallystickError):
                    self._refuse_place(answer, submission, place)
                    continue
                first = self._in_flight.get(answer.id)
                if first is not None:
                    first.add_place(submission, place)
                    continue
                waiting = Waiting(answer, submission, place)
                self._in_flight[answer.id] = waiting
                checked.append(waiting)
        return checked

    def decide(self, transaction_ids: Sequence[bytes]) -> None:
        """Note what the block that is executed now holds: `answer` alone answers these.

        Their nonces are used before the block is durable, so that a check made meanwhile refuses
        them.
        """
        with self._flight_lock:
            self._deciding = frozenset(transaction_ids)

    def answer(self, executed: Executed) -> None:
        """Answer whoever waits for transactions of a block that is durable now (promise P1)."""
        if not self._in_flight and not self._deciding:
            return
        with self._flight_lock:
            found = [self._in_flight.pop(one, None) for one in executed.transaction_ids]
            self._deciding = frozenset()
        height, first_leaf = executed.block.header.height, executed.block.first_leaf
        for index, waiting in enumerate(found):
            if waiting is not None:
                waiting.settle(
                    Committed(
                        transaction_id=waiting.transaction.id,
                        height=height,
                        index=index,
                        leaf_index=first_leaf + index,
                        code=executed.codes[index],
                    )
                )

    def refuse(self, transaction_id: bytes, refusal: TallystickError) -> None:
        """Answer whoever waits for a transaction that was taken and will not be ordered.

        Unless it was ordered already: then they are told where it is.
        """
        if transaction_id in self._in_flight and transaction_id not in self._deciding:
            self._settle(transaction_id, self._find_committed(transaction_id) or refusal)

    def answer_committed(self, transaction_id: bytes) -> None:
        """Answer a transaction if it was committed before anybody registered for it."""
        place = self._find_committed(transaction_id)
        if place is not None:
            self._settle(transaction_id, place)

    def wait_until_answered(self, seconds: float) -> None:
        """Wait until nothing is in flight, at most so long."""
        with self._count_lock:
            futures = [submission.future for submission in self._open.values()]
        wait(futures, timeout=seconds)

    def in_flight(self) -> list[Transaction]:
        """Return what was taken, is not refused, and is in no block yet."""
        with self._flight_lock:
            return [waiting.transaction for waiting in self._in_flight.values()]

    def halt(self, fault: BaseException) -> bool:
        """Close for good and answer everything with what is not known; True the first time."""
        with self._count_lock:
            self._is_open = False
            is_first, self._fault = self._fault is None, self._fault or fault
            unsettled = list(self._open.values())
        cause = fault.code if isinstance(fault, TallystickError) else Halted.code
        unknown = f"the node stopped ({cause}); whether this was committed is not known yet"
        for submission in unsettled:
            submission.settle_rest(NotFinal(unknown))
        return is_first

    def _settle(self, transaction_id: bytes, result: Result) -> None:
        with self._flight_lock:
            waiting = self._in_flight.pop(transaction_id, None)
        if waiting is not None:
            waiting.settle(result)

    def _forget(self, submission: Submission) -> None:
        with self._count_lock:
            del self._open[id(submission)]
            self._waiting -= len(submission.transactions)

    def _refuse_place(self, refusal: TallystickError, submission: Submission, place: int) -> None:
        """Answer a refusal, or, when the very same bytes came before, what became of them."""
        if isinstance(refusal, _NOW_REFUSED):
            raw = submission.transactions[place]
            transaction_id = sha256(raw)
            first = self._in_flight.get(transaction_id)
            if first is not None:
                first.add_place(submission, place)
                return
            if transaction_id in self._deciding:
                self._in_flight[transaction_id] = Waiting(
                    decode_transaction(raw), submission, place
                )
                return
            earlier = self._find_committed(transaction_id)
            if earlier is not None:
                submission.settle(place, earlier)
                return
        submission.settle(place, refusal)
