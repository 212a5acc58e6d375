# SPDX-License-Identifier: Apache-2.0
"""An engine that does not answer in time: who submitted is told, and the node goes on."""

from __future__ import annotations

from collections.abc import Sequence

from tallystick.consensus.cometbft import (
    Chain,
    CometEngine,
    CometParts,
    Handed,
    NoSnapshots,
    Replica,
    Surroundings,
)
from tallystick.consensus.intake import Intake
from tallystick.errors import NotFinal, TallystickError, Unavailable
from tallystick.model import Transaction, Unusable
from tests.factories import START, put
from tests.unit.consensus.test_solo import WAIT_SECONDS, Application, Log


class _Replicated(Application):
    app_hash = b""

    def read(self, transactions: Sequence[bytes]) -> list[Transaction | Unusable]:
        raise NotImplementedError

    def admit(self, transaction: Transaction, time: int) -> TallystickError | None:
        raise NotImplementedError

    def may_propose(self, transaction: Transaction, time: int) -> bool:
        raise NotImplementedError

    def validators(self) -> list[tuple[bytes, int]]:
        raise NotImplementedError


class _Service:
    def start(self) -> None:
        pass

    def stop(self) -> None:
        pass


class _SlowMempool:
    """Takes nothing in time at first, then everything; counts what it was given."""

    def __init__(self) -> None:
        self.calls = 0

    def submit(self, transactions: Sequence[bytes]) -> list[Handed | TallystickError]:
        self.calls += 1
        if self.calls == 1:
            raise Unavailable("the consensus engine did not answer in time")
        return [Unavailable("refused for good") for _ in transactions]


def test_who_submitted_to_a_slow_engine_is_told_and_the_node_goes_on() -> None:
    """A starved machine must not stop the node: what it takes later is taken."""
    application = _Replicated()
    log = Log(application.steps)
    intake = Intake(lambda _: None)
    mempool = _SlowMempool()
    halts: list[BaseException] = []
    replica = Replica(
        application,
        log,
        Surroundings(
            chain=Chain(id="test", initial_height=1),
            intake=intake,
            snapshots=NoSnapshots(),
            clock=lambda: START,
            is_peer=lambda _: False,
            retain_from=lambda _: 0,
        ),
    )
    engine = CometEngine(
        CometParts(
            application=application,
            block_log=log,
            replica=replica,
            intake=intake,
            make_server=lambda _: _Service(),
            make_process=lambda _: _Service(),
            mempool=mempool,
        ),
        clock=lambda: START,
        on_halt=halts.append,
    )
    engine.start()
    try:
        (first,) = engine.submit([put("a", "one", nonce=1).raw]).result(WAIT_SECONDS)
        (second,) = engine.submit([put("b", "two", nonce=2).raw]).result(WAIT_SECONDS)
    finally:
        engine.stop()
    assert isinstance(first, NotFinal)
    assert isinstance(second, Unavailable)
    assert not isinstance(second, NotFinal)
    assert mempool.calls == 2
    assert halts == []
