# SPDX-License-Identifier: Apache-2.0
"""The CometBFT engine: several nodes order together, and none of them is trusted by the others.

This process and the engine's own are one unit: when either ends, so does the other, and on start
the engine replays what the ledger lacks. A submission is checked here, handed to the engine's
mempool, and answered when a block that holds it is durable on this node.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Final, Protocol, TypeAlias

from tallystick.consensus.cometbft.replica import Replica
from tallystick.consensus.cometbft.rpc_types import Handed
from tallystick.consensus.intake import Intake
from tallystick.consensus.ports import BlockLog, ReplicatedApplication, Result
from tallystick.consensus.submission import Submission, gather
from tallystick.errors import Expired, Halted, NotFinal, TallystickError, Unavailable
from tallystick.model import Transaction

SWEEP_SECONDS: Final = 1.0
"""How often it is looked whether what waits can still be ordered."""
GRACE_MS: Final = 60_000
"""How long after its `valid_until`, by this node's clock, a transaction is waited for."""
_TOGETHER_MAX: Final = 5_000
_DRAIN_SECONDS: Final = 5.0


class Mempool(Protocol):
    """The engine's door for transactions."""

    def submit(self, transactions: Sequence[bytes]) -> list[Handed | TallystickError]:
        """Hand transactions over; say of each what became of it, or why it was not taken."""
        ...


class Service(Protocol):
    """Something that runs beside this thread."""

    def start(self) -> None:
        """Begin."""
        ...

    def stop(self) -> None:
        """End, and wait for the end."""
        ...


OnFault: TypeAlias = Callable[[BaseException], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class CometParts:
    """What the engine is made of on this side."""

    application: ReplicatedApplication
    block_log: BlockLog
    replica: Replica
    intake: Intake
    make_server: Callable[[OnFault], Service]
    """Makes what answers the engine on its socket."""
    make_process: Callable[[OnFault], Service]
    """Makes the engine itself; `start` returns when it answers."""
    mempool: Mempool


class CometEngine:
    """Drives the ledger by CometBFT; implements the engine port."""

    def __init__(
        self,
        parts: CometParts,
        *,
        clock: Callable[[], int],
        on_halt: Callable[[BaseException], None],
    ) -> None:
        """Join the parts; `start` sets them going.

        Args:
            parts: see there.
            clock: unix milliseconds.
            on_halt: told once, from the failing thread, when the engine stops for a fault.
        """
        self._parts = parts
        self._intake = parts.intake
        self._server = parts.make_server(self.halt)
        self._process = parts.make_process(self.halt)
        self._clock = clock
        self._on_halt = on_halt
        self._submitted: SimpleQueue[Submission | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._guard, name="tally-check")
        self._is_stopping = False

    def start(self) -> None:
        """Replay what the application lacks, start the engine, then take transactions."""
        application = self._parts.application
        for block in self._parts.block_log.blocks(application.height + 1):
            application.replay(block)
        self._server.start()
        self._process.start()
        self._intake.open()
        self._thread.start()

    def stop(self) -> None:
        """Hand over what was taken, wait a little for its blocks, then stop."""
        self._is_stopping = True
        if self._intake.close():
            self._submitted.put(None)
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join()
        self._intake.wait_until_answered(_DRAIN_SECONDS)
        self._process.stop()
        self._server.stop()
        # What is left may still be ordered by the others.
        self._intake.halt(Halted("the node was stopped"))

    def submit(self, transactions: Sequence[bytes]) -> Future[list[Result]]:
        """Take transactions; see `Engine.submit`."""
        return self._intake.take(transactions, self._submitted.put).future

    def halt(self, fault: BaseException) -> None:
        """Stop for a fault: of a handler, of the socket, or because the engine has ended."""
        if self._is_stopping:
            return  # the engine ends because it was told to
        is_first = self._intake.halt(fault)
        self._submitted.put(None)
        if is_first:
            self._on_halt(fault)

    def _guard(self) -> None:
        """Run the loop; any exception that leaves it stops the node for good (promise P9)."""
        try:
            self._check_loop()
        except BaseException as fault:  # the outermost edge of a thread
            self.halt(fault)

    def _check_loop(self) -> None:
        is_last = False
        while not is_last:
            batch, is_last = gather(self._submitted, _TOGETHER_MAX, timeout=SWEEP_SECONDS)
            if batch:
                self._hand_over(batch)
            else:
                self._sweep()

    def _hand_over(self, batch: list[Submission]) -> None:
        places = [(s, place) for s in batch for place in range(len(s.transactions))]
        answers = self._parts.application.check([s.transactions[place] for s, place in places])
        # What was verified here need not be verified again when the engine asks.
        self._parts.replica.verdicts.add([one for one in answers if isinstance(one, Transaction)])
        fresh = [waiting.transaction for waiting in self._intake.register(places, answers)]
        handed = self._hand_in([one.raw for one in fresh])
        for transaction, what in zip(fresh, handed, strict=True):
            if isinstance(what, TallystickError):
                self._intake.refuse(transaction.id, what)
            elif what is Handed.KNOWN:
                # It may have been committed before it was registered here.
                self._intake.answer_committed(transaction.id)

    def _hand_in(self, transactions: Sequence[bytes]) -> Sequence[Handed | TallystickError]:
        """Hand transactions to the mempool; an engine that is slow to answer is not a dead one.

        Whether it is dead is noticed by who runs it, and stops the node.
        """
        try:
            return self._parts.mempool.submit(transactions)
        except Unavailable as error:
            unknown = NotFinal(f"whether it will be committed is not known: {error.message}")
            return [unknown] * len(transactions)

    def _sweep(self) -> None:
        """Answer those that no block can hold any more."""
        block_time, now = self._parts.application.block_time, self._clock()
        for transaction in self._intake.in_flight():
            until = transaction.call.valid_until
            if until < block_time:
                refusal: TallystickError = Expired(
                    "valid_until has passed before a block took it",
                    field="valid_until",
                    expected=f"at least {block_time}",
                    found=str(until),
                )
                self._intake.refuse(transaction.id, refusal)
            elif until + GRACE_MS < now:
                self._intake.refuse(
                    transaction.id,
                    NotFinal("no block has come; whether it will be committed is not known"),
                )
