# SPDX-License-Identifier: Apache-2.0
"""A migration moves every record once, in steps, the same however the steps are cut."""

from __future__ import annotations

from typing import Never

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallystick.encoding import encode
from tallystick.errors import Corrupted, Halted, InvalidContract
from tallystick.execution import ContractRunner, migrating
from tallystick.model import OK, Call, MigrationStep
from tallystick.testing import MemoryState
from tests.unit.execution.versions import NotesOne, NotesThree, NotesTwo

RUNNER = ContractRunner([NotesOne, NotesTwo, NotesThree])
GREY = {"colour": "grey"}


def old_state(texts: dict[str, str], *, table: str = "notes") -> MemoryState:
    """Return a state of version 1 with these notes."""
    return MemoryState(
        {
            f"notes/{table}/{name}".encode(): encode({"id": name, "text": text})
            for name, text in texts.items()
        }
    )


def step(*, after: bytes = b"", limit: int = 500, version: int = 2) -> MigrationStep:
    """Return a step from version 1."""
    return MigrationStep(
        contract="notes", version=version, from_version=1, after=after, limit=limit
    )


def migrate(state: MemoryState, *, limit: int, version: int = 2) -> list[int]:
    """Run a migration to its end and return how many records each step moved."""
    after, moved, is_finished = b"", [], False
    while not is_finished:
        done = RUNNER.migrate(step(after=after, limit=limit, version=version), state)
        assert done.code == OK
        state.apply(done.writes)
        after, is_finished = done.after, done.is_finished
        moved.append(done.moved)
    return moved


def test_old_records_take_the_new_form_under_their_keys() -> None:
    """The record of a removed note is gone, and other tables may be written."""
    state = old_state({"a": "one", "b": "gone", "c": "one"})
    assert migrate(state, limit=10) == [3]
    assert state.records("notes", "notes") == {
        name: {"id": name, "text": "one"} | GREY for name in ("a", "c")
    }
    assert state.records("notes", "tallies") == {"one": {"id": "one", "count": 2}}
    assert RUNNER.query("notes", "read", {"id": "a"}, state, version=2) == "one grey"


def test_a_table_that_is_gone_is_emptied() -> None:
    """Its function returns nothing, for every record."""
    state = old_state({"draft": "x"}, table="drafts")
    assert migrate(state, limit=10) == [1]
    assert not state.values


def test_a_step_ends_at_its_limit_and_knows_when_nothing_is_left() -> None:
    """A step that moved the last record says so at once."""
    assert migrate(old_state({"a": "x", "b": "x", "c": "x"}), limit=2) == [2, 1]
    assert migrate(old_state({"a": "x", "b": "x"}), limit=2) == [2]
    assert migrate(MemoryState(), limit=2) == [0]


def test_a_step_ends_when_it_has_written_much(monkeypatch: pytest.MonkeyPatch) -> None:
    """A block must stay a block, however large records are."""
    monkeypatch.setattr(migrating, "STEP_BYTES_MAX", 10)
    assert migrate(old_state({"a": "x", "b": "x"}), limit=500) == [1, 1]


@given(
    st.dictionaries(
        st.text("abcd", min_size=1, max_size=3),
        st.sampled_from(("one", "two", "gone", "undone")),
        max_size=12,
    ),
    st.integers(1, 13),
)
def test_the_result_does_not_depend_on_how_the_steps_are_cut(
    texts: dict[str, str], limit: int
) -> None:
    """One record at a time or all at once: the same state, and each record moved once."""
    by_step, at_once = old_state(texts), old_state(texts)
    assert sum(migrate(by_step, limit=limit)) == len(texts)
    assert migrate(at_once, limit=500) == [len(texts)]
    assert by_step.values == at_once.values


def test_what_a_step_added_and_removed_again_is_no_write() -> None:
    """Deleting what was never there would be a write of nothing."""
    done = RUNNER.migrate(step(), old_state({"a": "undone"}))
    assert list(done.writes) == [b"notes/notes/a"]


def test_a_migration_that_fails_moves_nothing_of_its_step() -> None:
    """The outcome is a code, the same on every node; the author sees the reason."""
    told: list[tuple[Call, Exception]] = []
    runner = ContractRunner([NotesTwo], on_failure=lambda *found: told.append(found))
    for text in ("trouble", "stray"):
        done = runner.migrate(step(), old_state({"a": "one", "b": text}))
        assert (done.code, done.writes, done.moved) == ("E_CONTRACT_FAILED", {}, 0)
        assert RUNNER.migrate(step(), old_state({"b": text})) == done
    (call, failure), (_, misplaced) = told
    assert (call.contract, type(failure)) == ("notes", ValueError)
    assert isinstance(misplaced, InvalidContract)


def test_a_later_version_repairs_a_migration_where_it_stopped() -> None:
    """It goes on after the last record moved, whatever the faulty one did before."""
    state = old_state({"a": "one", "b": "trouble"})
    done = RUNNER.migrate(step(limit=1), state)
    state.apply(done.writes)
    assert RUNNER.migrate(step(after=done.after), state).code == "E_CONTRACT_FAILED"
    repaired = RUNNER.migrate(step(after=done.after, version=3), state)
    assert (repaired.moved, repaired.is_finished) == (1, True)


def test_a_record_of_another_form_is_a_failure_of_the_contract() -> None:
    """Every node has it, so it is no fault of this one."""
    state = MemoryState({b"notes/notes/a": encode({"id": "a"})})
    assert RUNNER.migrate(step(), state).code == "E_CONTRACT_FAILED"


def test_a_damaged_record_is_a_fault_of_this_node() -> None:
    """It must not become an outcome that other nodes do not have."""
    with pytest.raises(Corrupted):
        RUNNER.migrate(step(), MemoryState({b"notes/notes/a": b"\xff"}))


class FailingState(MemoryState):
    """A state of which one table cannot be read."""

    def __init__(self, values: dict[bytes, bytes], fault: BaseException) -> None:
        """Fail with `fault`."""
        super().__init__(values)
        self.fault = fault

    def get(self, key: bytes, /) -> bytes | None:
        """Fail for tallies."""
        if key.startswith(b"notes/tallies/"):
            self.fail()
        return super().get(key)

    def fail(self) -> Never:
        """Fail."""
        raise self.fault


@pytest.mark.parametrize("fault", [Halted("disk"), Corrupted("bits"), MemoryError()])
def test_a_fault_of_the_node_is_never_an_outcome(fault: BaseException) -> None:
    """Whatever the state raises while the contract's code runs stops the node."""
    state = FailingState(old_state({"a": "one"}).values, fault)
    with pytest.raises(type(fault)):
        RUNNER.migrate(step(), state)


def test_a_version_that_is_not_installed_migrates_nothing() -> None:
    """The ledger asks for it only after the node's own check, so this is a broken invariant."""
    with pytest.raises(Halted):
        RUNNER.migrate(step(version=9), MemoryState())
