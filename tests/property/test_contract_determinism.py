# SPDX-License-Identifier: Apache-2.0
"""The same calls give the same bytes in every process, whatever its hash seed."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys

from hypothesis import given
from hypothesis import strategies as st

from benchmarks.bank import Bank
from tallystick.encoding import Value, decode, encode
from tallystick.model import Execution, encode_write_set
from tallystick.testing import LedgerHarness, MemoryState, make_signer, run
from tests.unit.contracts.samples import Shop

SIGNERS = tuple(
    make_signer("depositor", "clerk", organization=code)
    for code in ("91350100M000100Y43", "911100001000000059")
)


def execution_bytes(execution: Execution) -> bytes:
    """Return everything that an execution adds to the ledger."""
    events: list[Value] = [[event.name, event.fields] for event in execution.events]
    return encode([execution.code, execution.result, events, encode_write_set(execution.writes)])


def history() -> str:
    """Run a fixed history of calls, good and bad, and return a digest of all they did."""
    digest = hashlib.sha256()
    shop, bank = LedgerHarness(Shop), LedgerHarness(Bank)
    for number in range(40):
        signer = SIGNERS[number % 2]
        outcomes = [
            shop.run("stock", signer, id=f"i{number % 30}", price=number, parts=[{"name": "p"}]),
            shop.run("sell", signer, id=f"i{number % 9}", offer=number % 5, memo="m"),
            shop.run("place", signer, row="r/%", number=number % 3, item="i"),
            bank.run("open", signer, id=f"a{number % 10}", balance=number),
            bank.run("transfer", signer, src="a1", dst=f"a{number % 11}", amount=1, memo="m"),
            bank.run("transfer", signer, src="a1", unknown=1, other=2),
        ]
        for outcome in outcomes:
            digest.update(execution_bytes(outcome))
    for harness in (shop, bank):
        for key in sorted(harness.state.values):
            digest.update(key + harness.state.values[key])
    return digest.hexdigest()


def test_hash_seeds_change_nothing() -> None:
    """Two processes with different seeds, and this one, agree on every byte."""
    program = f"import {__name__} as t; print(t.history())"
    found = {history()}
    for seed in ("0", "1", "4242"):
        environment = os.environ | {"PYTHONHASHSEED": seed}
        answer = subprocess.run(
            [sys.executable, "-c", program],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        found.add(answer.stdout.strip())
    assert len(found) == 1


TEXTS = st.text(max_size=20)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.binary(max_size=8) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)
NAMES = st.sampled_from(["src", "dst", "amount", "memo", "id", "parts", "offer", "price"])


@given(
    contract_and_method=st.sampled_from(
        [(Bank, "transfer"), (Bank, "open"), (Shop, "stock"), (Shop, "sell")]
    ),
    args=st.dictionaries(NAMES | TEXTS, VALUES, max_size=5),
)
def test_no_arguments_whatever_break_the_border(
    contract_and_method: tuple[type[Bank | Shop], str],
    args: dict[str, Value],
) -> None:
    """Any values give an outcome that the ledger can record; refusals leave no writes."""
    contract, method = contract_and_method
    execution = run(contract, method, SIGNERS[0], args)
    assert decode(execution_bytes(execution)) is not None
    assert execution.code == "ok" or (execution.events, execution.writes) == ((), {})
    assert execution == run(contract, method, SIGNERS[0], args, state=MemoryState())


@given(
    amounts=st.lists(
        st.tuples(st.integers(0, 4), st.integers(0, 4), st.integers(0, 60)), max_size=25
    )
)
def test_transfers_keep_the_sum(amounts: list[tuple[int, int, int]]) -> None:
    """Double entry: whatever is transferred, nothing is made or lost, nobody overdraws."""
    ledger = LedgerHarness(Bank)
    for number in range(4):
        ledger.run("open", SIGNERS[0], id=f"a{number}", balance=50)
    for src, dst, amount in amounts:
        before = dict(ledger.state.values)
        done = ledger.run(
            "transfer", SIGNERS[0], src=f"a{src}", dst=f"a{dst}", amount=amount, memo=""
        )
        assert done.code in {"ok", "E_BALANCE", "E_MISSING"}
        assert done.code == "ok" or ledger.state.values == before
    accounts = ledger.state.records("bank", "accounts").values()
    balances = [account["balance"] for account in accounts if isinstance(account, dict)]
    assert sum(one for one in balances if isinstance(one, int)) == 200
    assert all(isinstance(one, int) and one >= 0 for one in balances)
