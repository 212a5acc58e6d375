# SPDX-License-Identifier: Apache-2.0
"""How fast contracts are tested: whole runs of pytest, and random sequences of actions.

`python -m benchmarks.contract_tests`; the figures stand in docs/contract-author/testing.md.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from benchmarks.bank import Bank
from benchmarks.machine import describe
from tallystick.testing import Net, random_actions

PROJECT = Path(__file__).resolve().parents[1]
TEST = """
import pytest

from benchmarks.bank import Bank, Overdrawn
from tallystick.testing import rejected, with_contracts


@with_contracts(Bank)
@pytest.mark.parametrize("number", range({count}))
def test_a_transfer(net, number):
    one, two = net.orgs("one", "two")
    one.bank.open("a", balance=100)
    two.bank.open("b", balance=100)
    for amount in (10, 20, 30):
        one.bank.transfer(src="a", dst="b", amount=amount, memo="rent")
    net.warp(days=30)
    with rejected(Overdrawn, balance=40):
        one.bank.transfer(src="a", dst="b", amount=41, memo="too much")
    assert one.bank.account("a").balance == 40
    assert sum(account.balance for account in net.table("bank.accounts")) == 200
"""
"""Six actions, one of them refused, a query, and a look through a table."""


def tests_a_second(*, count: int, repeat: int, hash_seeds: str) -> dict[str, float]:
    """Return the tests a second of a whole run of pytest, start included; median of runs.

    By the clock, and by the processor time of pytest and its twin, which a busy machine changes
    less.
    """
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "test_bank.py"
        path.write_text(TEST.format(count=count))
        options = ["-q", "-p", "no:cacheprovider", f"--rootdir={name}"]
        command = [sys.executable, "-m", "pytest", *options, f"--hash-seeds={hash_seeds}"]
        took, worked = [], []
        for _ in range(repeat):
            began, before = time.perf_counter(), _children_s()
            subprocess.run(
                [*command, str(path)], cwd=PROJECT, check=True, stdout=subprocess.DEVNULL
            )
            took.append(time.perf_counter() - began)
            worked.append(_children_s() - before)
    return {"by_clock": count / median(took), "by_processor": count / median(worked)}


def _children_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def sequences_a_second(*, count: int, length: int) -> dict[str, float]:
    """Return the random sequences of so many actions a second, with an invariant after each."""
    began, before = time.perf_counter(), time.process_time()
    for seed in range(count):
        net = Net([Bank])
        random_actions(
            net,
            seed=seed,
            count=length,
            people=net.orgs("a", "b"),
            invariants=[_is_whole],
            values={"balance": lambda random, _: random.randrange(1_000)},  # no sum overflows
        )
    took, worked = time.perf_counter() - began, time.process_time() - before
    return {"by_clock": count / took, "by_processor": count / worked}


def _is_whole(net: Net) -> bool:
    return all(account.balance >= 0 for account in net.table("bank.accounts"))


def run(*, count: int = 1_000, repeat: int = 5) -> dict[str, dict[str, float]]:
    """Return all figures."""
    return {
        "tests_per_second_twice": tests_a_second(count=count, repeat=repeat, hash_seeds="on"),
        "tests_per_second_once": tests_a_second(count=count, repeat=repeat, hash_seeds="off"),
        "sequences_per_second": sequences_a_second(count=count, length=20),
    }


if __name__ == "__main__":
    print(json.dumps({"machine": describe(), **run()}, indent=2))
