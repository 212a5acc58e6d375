# SPDX-License-Identifier: Apache-2.0
"""What the platform adds to a contract call of two reads and two writes.

The call is `Bank.transfer`. Its whole time is that of the runner on a state in memory; the author's
own is that of the same function on records in a dictionary, with nothing checked or encoded. Both
in CPU time of this process, the difference is the platform's.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median
from typing import Any, Final, cast

from benchmarks.bank import Account, Bank, Transferred, account_key, account_value
from tallystick.contracts import Context
from tallystick.encoding import Value
from tallystick.execution import ContractRunner
from tallystick.testing import MemoryState, make_signer
from tallystick.testing.harness import make_invocation

_ACCOUNTS: Final = 1_000


def run(*, calls: int, repeat: int) -> dict[str, Any]:
    """Measure whole calls and the author's part of them, in turns."""
    whole, own = _platform_call(), _author_call()
    rounds = [(_us(whole, calls), _us(own, calls)) for _ in range(repeat + 1)]
    wholes, owns = zip(*rounds[1:], strict=True)  # the first round warms caches up
    return {
        "whole_us": round(median(wholes), 2),
        "author_us": round(median(owns), 2),
        "platform_us": round(median(a - b for a, b in rounds[1:]), 2),
        "rounds_us": [[round(a, 2), round(b, 2)] for a, b in rounds[1:]],
        "reads": 2,
        "writes": 2,
        "events": 1,
    }


def _us(call: Callable[[int], None], count: int) -> float:
    started = time.process_time()
    for number in range(count):
        call(number)
    return (time.process_time() - started) / count * 1e6


def _names(number: int) -> tuple[str, str]:
    return f"a{number % _ACCOUNTS}", f"a{(number * 7 + 1) % _ACCOUNTS}"


def _platform_call() -> Callable[[int], None]:
    state = MemoryState(
        {account_key(f"a{n}"): account_value(f"a{n}", 10**12) for n in range(_ACCOUNTS)}
    )
    runner, signer = ContractRunner([Bank]), make_signer()
    calls = []
    for number in range(_ACCOUNTS):
        src, dst = _names(number)
        args: dict[str, Value] = {"src": src, "dst": dst, "amount": 1, "memo": "rent"}
        calls.append(make_invocation(Bank, "transfer", signer, args))

    def call(number: int) -> None:
        state.apply(runner.execute(calls[number % _ACCOUNTS], state).writes)

    return call


class _Records:
    """Records in a dictionary, under the names that the contract's code uses."""

    def __init__(self) -> None:
        self.kept = {
            f"a{n}": Account(id=f"a{n}", balance=10**12, count=0, note="") for n in range(_ACCOUNTS)
        }
        self.require = self.kept.__getitem__

    def replace(self, record: Account) -> None:
        self.kept[record.id] = record


class _Author:
    """Stands for contract and context at once: nothing of the platform."""

    def __init__(self) -> None:
        self.accounts = _Records()

    def emit(self, event: Transferred) -> None:
        """Take an event."""


def _author_call() -> Callable[[int], None]:
    author = _Author()
    names = [_names(number) for number in range(_ACCOUNTS)]
    contract, context = cast("Bank", author), cast("Context", author)

    def call(number: int) -> None:
        src, dst = names[number % _ACCOUNTS]
        Bank.transfer(contract, context, src, dst, 1, "rent")

    return call
