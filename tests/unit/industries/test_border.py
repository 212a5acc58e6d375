# SPDX-License-Identifier: Apache-2.0
"""Whatever is sent to any action of any industry, the outcome is one that a ledger can record."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Mapping
from typing import Final

from hypothesis import given
from hypothesis import strategies as st

from tallystick.contracts import Contract, schema_of
from tallystick.encoding import Value, decode, encode
from tallystick.industries.charity import Charity
from tallystick.industries.custody import Custody
from tallystick.industries.evidence import Evidence
from tallystick.industries.inventory import Inventory
from tallystick.industries.justice import Justice
from tallystick.industries.preservation import Preservation
from tallystick.model import Execution, encode_write_set
from tallystick.testing import LedgerHarness, MemoryState, make_signer, run

INDUSTRIES: Final[tuple[type[Contract], ...]] = (
    Charity,
    Custody,
    Evidence,
    Inventory,
    Justice,
    Preservation,
)
ACTIONS: Final = [
    (contract, method)
    for contract in INDUSTRIES
    for method in schema_of(contract).methods
    if method.kind == "action"
]
TEXTS = st.text(max_size=20)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.binary(max_size=8) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)


def execution_bytes(execution: Execution) -> bytes:
    """Return everything that an execution adds to the ledger."""
    events: list[Value] = [[event.name, event.fields] for event in execution.events]
    return encode([execution.code, execution.result, events, encode_write_set(execution.writes)])


@given(st.data())
def test_no_arguments_whatever_break_the_border(data: st.DataObject) -> None:
    """Refusals leave no writes, and the same call on the same state does the same again."""
    contract, method = data.draw(st.sampled_from(ACTIONS))
    names = st.sampled_from([field.name for field in method.arguments]) | TEXTS
    args: Mapping[str, Value] = data.draw(st.dictionaries(names, VALUES, max_size=5))
    signer = make_signer(*method.roles[:1])
    execution = run(contract, method.name, signer, args)
    assert decode(execution_bytes(execution)) is not None
    assert execution.code == "ok" or (execution.events, execution.writes) == ((), {})
    assert execution == run(contract, method.name, signer, args, state=MemoryState())


def deposits() -> str:
    """Run a fixed history of deposits, good and bad, and return a digest of all they did."""
    digest, ledger = hashlib.sha256(), LedgerHarness(Evidence)
    codes = ("91350100M000100Y43", "911100001000000059")
    for number in range(40):
        content = b"%d" % (number % 12)
        done = ledger.run(
            "deposit",
            make_signer("depositor", organization=codes[number % 2]),
            sha256=hashlib.sha256(content).hexdigest(),
            size=len(content) * (number % 7),
            title=f"文件 {number}",
            collector={"app": "x", "device": "y"},
            case_number=None if number % 3 else "c",
        )
        digest.update(execution_bytes(done))
    for key in sorted(ledger.state.values):
        digest.update(key + ledger.state.values[key])
    return digest.hexdigest()


def test_hash_seeds_change_nothing() -> None:
    """Two processes with different seeds, and this one, agree on every byte."""
    program = f"import {__name__} as t; print(t.deposits())"
    found = {deposits()}
    for seed in ("0", "4242"):
        answer = subprocess.run(
            [sys.executable, "-c", program],
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        )
        found.add(answer.stdout.strip())
    assert len(found) == 1
