# SPDX-License-Identifier: Apache-2.0
"""The solo engine: one node orders for itself, with group commit.

Two threads. The first takes what has been submitted and has it checked, signatures included; the
second takes all that is checked, makes it one block, executes it, writes it to the block log with
one durable sync, and only then answers. While a block is written the next one gathers, so blocks
grow under load and a lone transaction waits for nobody.

An engine that is told that nobody relies on its answers yet syncs once, when it stops.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from queue import Empty, SimpleQueue

from tallystick.consensus.intake import FindCommitted, Intake
from tallystick.consensus.ports import Application, GatheringBlockLog, Proposal, Result
from tallystick.consensus.submission import Submission, Waiting, gather
from tallystick.units import BLOCK_BYTES_MAX

Clock = Callable[[], int]


class SoloEngine:
    """Orders, executes and makes durable, on one machine."""

    def __init__(  # what the node wires together; each is one collaborator
        self,
        application: Application,
        block_log: GatheringBlockLog,
        *,
        clock: Clock,
        find_committed: FindCommitted,
        on_halt: Callable[[BaseException], None],
        syncs_at_end: bool = False,
    ) -> None:
        """Wire the engine; `start` sets it going.

        Args:
            application: executes blocks.
            block_log: makes them durable.
            clock: unix milliseconds.
            find_committed: where a transaction was committed, for those submitted again.
            on_halt: told once, from the failing thread, when the engine stops for a fault.
            syncs_at_end: answers before blocks are on disk, which they are when it has stopped.
        """
        self._application = application
        self._block_log = block_log
        self._syncs_at_end = syncs_at_end
        self._clock = clock
        self._intake = Intake(find_committed)
        self._on_halt = on_halt
        self._submitted: SimpleQueue[Submission | None] = SimpleQueue()
        self._checked: SimpleQueue[list[Waiting] | None] = SimpleQueue()
        self._threads = (
            threading.Thread(target=self._guard, args=(self._check_loop,), name="tally-check"),
            threading.Thread(target=self._guard, args=(self._commit_loop,), name="tally-commit"),
        )

    def start(self) -> None:
        """Replay what the application lacks, then take transactions."""
        for block in self._block_log.blocks(self._application.height + 1):
            self._application.replay(block)
        self._intake.open()
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Finish what was taken, then stop."""
        if self._intake.close():
            self._submitted.put(None)
        for thread in self._threads:
            if thread.is_alive() and thread is not threading.current_thread():
                thread.join()

    def submit(self, transactions: Sequence[bytes]) -> Future[list[Result]]:
        """Take transactions; see `Engine.submit`."""
        return self._intake.take(transactions, self._submitted.put).future

    # --- first thread: check ------------------------------------------------------------------

    def _check_loop(self) -> None:
        while True:
            batch, is_last = gather(self._submitted, self._application.block_transactions_max)
            places = [(s, place) for s in batch for place in range(len(s.transactions))]
            raw = [s.transactions[place] for s, place in places]
            answers = self._application.check(raw) if raw else []
            checked = self._intake.register(places, answers)
            if checked:
                self._checked.put(checked)
            if is_last:
                self._checked.put(None)
                return

    # --- second thread: execute and commit ------------------------------------------------------

    def _commit_loop(self) -> None:
        left_over: list[Waiting] = []
        is_last = False
        while left_over or not is_last:
            if not is_last:
                is_last = self._take_checked(left_over)
            count = _block_size(left_over, self._application.block_transactions_max)
            chosen, left_over = left_over[:count], left_over[count:]
            if chosen:
                self._commit(chosen)
        if self._syncs_at_end:
            self._block_log.sync()

    def _take_checked(self, waiting: list[Waiting]) -> bool:
        """Add what has been checked; block only when there is nothing to do. True at the end."""
        try:
            following = self._checked.get(block=not waiting)
            while following is not None:
                waiting.extend(following)
                if len(waiting) >= self._application.block_transactions_max:
                    return False
                following = self._checked.get_nowait()
        except Empty:
            return False
        return True

    def _commit(self, chosen: list[Waiting]) -> None:
        """Execute one block, make it durable, and only then answer (promise P1).

        Not durable yet where the engine was told to sync at its end: nobody was promised anything.
        """
        application = self._application
        proposal = Proposal(
            height=application.height + 1,
            time=max(self._clock(), application.block_time),
            transactions=tuple(waiting.transaction for waiting in chosen),
        )
        executed = application.execute(proposal)
        write = self._block_log.gather if self._syncs_at_end else self._block_log.append
        write(executed.block)
        application.commit(executed.block)
        self._intake.answer(executed)

    # --- faults -----------------------------------------------------------------------------------

    def _guard(self, loop: Callable[[], None]) -> None:
        """Run a loop; any exception that leaves it stops the engine for good (promise P9)."""
        try:
            loop()
        except BaseException as fault:  # the outermost edge of a thread
            self._halt(fault)

    def _halt(self, fault: BaseException) -> None:
        is_first = self._intake.halt(fault)
        self._submitted.put(None)
        self._checked.put(None)
        if is_first:
            self._on_halt(fault)


def _block_size(waiting: list[Waiting], count_max: int) -> int:
    """Return how many of the waiting fit into one block, by count and bytes; at least one."""
    size = 0
    for count, item in enumerate(waiting[:count_max]):
        size += len(item.transaction.raw)
        if size > BLOCK_BYTES_MAX and count:
            return count
    return min(len(waiting), count_max)
