# SPDX-License-Identifier: Apache-2.0
"""A batch of submitted transactions on its way through an engine, with one future for all.

One future for a batch, not one for a transaction: ten thousand futures a second would cost more
than ordering does.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future, InvalidStateError
from queue import Empty, SimpleQueue

from tallystick.consensus.ports import Result
from tallystick.model import Transaction


class Submission:
    """Collects results until every place is filled, then ends its future."""

    __slots__ = ("_missing", "_results", "future", "transactions")

    def __init__(self, transactions: Sequence[bytes]) -> None:
        """Take the raw transactions; nothing is decided yet."""
        self.transactions = transactions
        self.future: Future[list[Result]] = Future()
        self._results: list[Result | None] = [None] * len(transactions)
        self._missing = len(transactions)
        if not transactions:
            self.future.set_result([])

    def settle(self, place: int, result: Result) -> None:
        """Fill one place; the last one ends the future. A place is filled once."""
        if self._results[place] is not None:
            return
        self._results[place] = result
        self._missing -= 1
        if self._missing == 0:
            self._finish()

    def settle_rest(self, result: Result) -> None:
        """Fill every place that is still open with the same result."""
        for place in range(len(self._results)):
            self.settle(place, result)

    def _finish(self) -> None:
        results = [result for result in self._results if result is not None]
        try:
            self.future.set_result(results)
        except InvalidStateError:
            # The caller cancelled: it no longer wants to know; the transactions stand.
            return


class Waiting:
    """One checked transaction and the places its result belongs to.

    More than one when the same bytes were submitted again before the first was committed.
    """

    __slots__ = ("_also", "_place", "_submission", "transaction")

    def __init__(self, transaction: Transaction, submission: Submission, place: int) -> None:
        """Join a transaction with the place that waits for it."""
        self.transaction = transaction
        self._submission = submission
        self._place = place
        self._also: list[tuple[Submission, int]] | None = None

    def add_place(self, submission: Submission, place: int) -> None:
        """Let another place wait for the same result."""
        # Made only when needed: nearly every transaction has one place.
        if self._also is None:
            self._also = []
        self._also.append((submission, place))

    def settle(self, result: Result) -> None:
        """Fill every place."""
        self._submission.settle(self._place, result)
        for submission, place in self._also or ():
            submission.settle(place, result)


def gather(
    submitted: SimpleQueue[Submission | None], count_max: int, *, timeout: float | None = None
) -> tuple[list[Submission], bool]:
    """Wait for one submission, then take what else has come, up to `count_max` transactions.

    Returns what has come, nothing when `timeout` seconds have passed, and whether the end (None)
    was reached.
    """
    batch: list[Submission] = []
    count = 0
    try:
        following = submitted.get(timeout=timeout)
        while following is not None:
            batch.append(following)
            count += len(following.transactions)
            if count >= count_max:
                return batch, False
            following = submitted.get_nowait()
    except Empty:
        return batch, False
    return batch, True
