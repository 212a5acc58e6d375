# SPDX-License-Identifier: Apache-2.0
"""Planted bugs: a run of the fault tests in which one goes unnoticed fails.

They are put into the victim's process before the node opens.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any, Final
from unittest import mock

from tallystick.consensus import Committed
from tallystick.consensus.cometbft import Replica
from tallystick.crypto import sha256


def ack_on_check() -> None:
    """Answers `committed` as soon as a transaction may enter the mempool."""
    from tallystick.consensus.intake import Intake

    register = Intake.register

    def answer_now(intake: Intake, places: Any, answers: Any) -> Any:
        fresh = register(intake, places, answers)
        for waiting in fresh:
            place = Committed(waiting.transaction.id, 1, 0, 0, "OK")
            intake._settle(waiting.transaction.id, place)
        return fresh

    mock.patch.object(Intake, "register", answer_now).start()


def nondeterministic() -> None:
    """Executes with something that other nodes do not have: here, chance."""
    inner = Replica.finalize_block

    def finalize(replica: Replica, request: Any) -> Any:
        answer = inner(replica, request)
        if request.txs:
            answer.app_hash = sha256(answer.app_hash + secrets.token_bytes(8))
        return answer

    mock.patch.object(Replica, "finalize_block", finalize).start()


def no_replay_guard() -> None:
    """Forgets the nonces that were used before a restart."""

    def forget(*_: object) -> None:
        return None

    mock.patch("tallystick.node.wiring._remember_recent", forget).start()


def wrong_place() -> None:
    """Answers with the place of the transaction before."""
    from tallystick.consensus.submission import Waiting

    settle = Waiting.settle

    def answer_wrongly(waiting: Waiting, result: Any) -> None:
        if isinstance(result, Committed):
            result = Committed(
                result.transaction_id, result.height - 1, result.index, result.leaf_index, "OK"
            )
        settle(waiting, result)

    mock.patch.object(Waiting, "settle", answer_wrongly).start()


PLANTS: Final[dict[str, Callable[[], None]]] = {
    plant.__name__: plant
    for plant in (ack_on_check, nondeterministic, no_replay_guard, wrong_place)
}
