# SPDX-License-Identifier: Apache-2.0
"""The kit for contract authors behaves as the ledger does, and shows where a contract fails."""

from __future__ import annotations

import pytest

from tallystick.encoding import encode
from tallystick.errors import Malformed
from tallystick.testing import LedgerHarness, MemoryState, make_signer, run
from tests.unit.execution.samples import Trouble

WRITER = make_signer("writer")


def test_one_call_runs_on_the_given_state() -> None:
    """The state is left alone; its writes are in the outcome."""
    state = MemoryState({b"trouble/notes/a": encode({"id": "a", "text": "x"})})
    assert run(Trouble, "write", WRITER, {"id": "a"}, state=state).code == "E_DUP"
    assert run(Trouble, "write", WRITER, {"id": "a"}).code == "ok"
    assert list(state.values) == [b"trouble/notes/a"]


def test_what_the_contracts_code_raises_is_raised() -> None:
    """A test of a contract should see the line, not a code."""
    with pytest.raises(ZeroDivisionError):
        run(Trouble, "fail", WRITER, {"how": "divide"})


def test_the_harness_keeps_what_calls_write() -> None:
    """Each call has a block of its own; a refused one changes nothing."""
    ledger = LedgerHarness(Trouble, start_time_ms=1_000)
    assert ledger.run("write", WRITER, id="b", text="x").code == "ok"
    assert ledger.run("write", WRITER, id="a").code == "ok"
    assert ledger.run("refuse", WRITER, how="own").code == "E_STATE"
    assert ledger.run("forget", WRITER, id="b").code == "ok"
    assert ledger.state.records("trouble", "notes") == {"a": {"id": "a", "text": "hello"}}
    assert ledger.state.record("trouble", "notes", "a") == {"id": "a", "text": "hello"}
    assert ledger.state.record("trouble", "notes", "b") is None
    assert ledger.query("read", id="a") == {"id": "a", "text": "hello"}
    assert (ledger.height, ledger.block_time_ms) == (4, 1_004)


def test_time_passes_as_told() -> None:
    """There is no clock."""
    ledger = LedgerHarness(Trouble, start_time_ms=0)
    ledger.warp(days=1, seconds=2)
    assert ledger.block_time_ms == 86_402_000


def test_a_signer_needs_a_real_organisation_code() -> None:
    """Roles are sorted, keys differ by member."""
    alice, bob = make_signer("b", "a", member="alice"), make_signer(member="bob")
    assert alice.roles == ("a", "b")
    assert alice.public_key != bob.public_key
    with pytest.raises(Malformed):
        make_signer(organization="ACME")
