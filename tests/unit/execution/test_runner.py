# SPDX-License-Identifier: Apache-2.0
"""The determinism border: refusals and failures are outcomes, faults of the node are not."""

from __future__ import annotations

import threading
from collections.abc import Mapping

import pytest

from tallystick.encoding import Value, decode, encode
from tallystick.errors import (
    ContractFailed,
    Corrupted,
    Halted,
    InvalidArguments,
    InvalidContract,
    InvalidValue,
    NotFound,
    StorageFailed,
    TallystickError,
    UnknownContract,
    WrongState,
)
from tallystick.execution import ContractRunner
from tallystick.ledger import ContractHost
from tallystick.model import Call, Event, Execution, Invocation
from tallystick.testing import MemoryState, make_signer
from tallystick.units import OUTCOME_BYTES_MAX, TimeMs
from tests.unit.execution.samples import Other, Trouble

WRITER = make_signer("writer", "auditor")
READER = make_signer("reader")
RUNNER = ContractRunner([Trouble, Other])


def call(method: str, contract: str = "trouble", /, **args: Value) -> Call:
    """Return a call of a method."""
    return Call("net", contract, method, args, 1, TimeMs(2_000_000_000_000))


def invocation(method: str, contract: str = "trouble", /, **args: Value) -> Invocation:
    """Return a call by the writer as the ledger hands it over."""
    return Invocation(call(method, contract, **args), WRITER, b"t" * 32, 1, 1_790_000_000_000)


def execute(method: str, on: MemoryState | None = None, /, **args: Value) -> Execution:
    """Run a method by the writer, on an empty state if none is given."""
    return RUNNER.execute(invocation(method, **args), on or MemoryState())


class Failing:
    """A state whose disk is gone."""

    def __init__(self, fault: Exception) -> None:
        """Raise this."""
        self.fault = fault

    def get(self, key: bytes, /) -> bytes | None:
        """Raise."""
        raise self.fault


def nothing_done(execution: Execution, code: str, facts: Value) -> None:
    """Expect a code and facts, no writes and no events."""
    assert execution == Execution(code, facts, (), {})


def test_the_runner_is_a_contract_host() -> None:
    """The ledger knows only this port."""
    host: ContractHost = RUNNER
    assert host.execute(invocation("forget", id="a"), MemoryState()).code == "E_MISSING"


def test_an_action_returns_result_events_and_canonical_writes() -> None:
    """Nothing else changes: the state is the caller's."""
    state = MemoryState()
    execution = execute("write", state, id="n1", text="采购")
    assert execution.code == "ok"
    assert execution.result == ["采购"]
    assert execution.events == (Event("trouble.Noted", {"id": "n1", "text": "采购"}),)
    assert execution.writes == {b"trouble/notes/n1": encode({"id": "n1", "text": "采购"})}
    assert state.values == {}


def test_a_deletion_is_a_write_of_nothing() -> None:
    """Storage removes the key."""
    state = MemoryState()
    state.apply(execute("write", id="n1").writes)
    assert execute("forget", state, id="n1").writes == {b"trouble/notes/n1": None}


@pytest.mark.parametrize(
    ("contract", "method", "facts"),
    [
        ("nothing", "write", {"field": "contract", "found": "nothing"}),
        ("trouble", "nothing", {"field": "method", "found": "nothing"}),
        ("trouble", "read", {"field": "method", "found": "read"}),
        ("x" * 200, "write", {"field": "contract", "found": "x" * 80}),
    ],
)
def test_an_unknown_contract_or_method_is_a_recorded_refusal(
    contract: str, method: str, facts: dict[str, Value]
) -> None:
    """A query is not an action, and what the caller wrote is shortened."""
    execution = RUNNER.execute(invocation(method, contract), MemoryState())
    nothing_done(execution, "E_CONTRACT", facts)


@pytest.mark.parametrize(
    ("args", "field"),
    [
        ({}, "id"),
        ({"id": 1}, "id"),
        ({"id": b"a"}, "id"),
        ({"id": "a", "copies": "1"}, "copies"),
        ({"id": "a", "copies": True}, "copies"),
        ({"id": "a", "copies": 2**63}, "copies"),
        ({"id": "a", "colour": "red", "zebra": 1}, "colour"),
        ({"id": None, "copies": "1"}, "id"),
    ],
)
def test_arguments_that_do_not_fit_name_the_first_at_fault(
    args: Mapping[str, Value], field: str
) -> None:
    """Only the name enters the ledger: messages change with versions of libraries."""
    nothing_done(execute("write", **args), "E_ARGUMENT", {"field": field})


def test_texts_that_no_contract_accepts_are_refused() -> None:
    """E_VALUE, whatever the method."""
    execution = execute("write", id="a", text="\u202eevil")
    nothing_done(execution, "E_VALUE", {"field": "text", "found": "U+202E"})


@pytest.mark.parametrize(
    ("low", "code", "facts"),
    [
        (1, "ok", None),
        (9, "E_ARGUMENT", None),
        (7, "E_STATE", {"rounds": 7, "marks": []}),
        (0, "E_CONTRACT_FAILED", None),
    ],
)
def test_a_record_of_arguments_may_check_itself(low: int, code: str, facts: Value) -> None:
    """A ValueError means that fields do not go together; its failures stay the contract's."""
    nothing_done(execute("between", low=low, high=8), code, facts)


def test_a_missing_role_is_refused_and_named() -> None:
    """Any one of the method's roles would do."""
    other = Invocation(call("write", id="a"), READER, b"t" * 32, 1, 1)
    nothing_done(RUNNER.execute(other, MemoryState()), "E_ROLE", {"roles": ["writer"]})
    free = Invocation(call("forget", id="a"), READER, b"t" * 32, 1, 1)
    assert RUNNER.execute(free, MemoryState()).code == "E_MISSING"


@pytest.mark.parametrize(
    ("how", "code", "facts"),
    [
        ("own", "E_STATE", {"rounds": 3, "marks": ["a"]}),
        ("shared", "E_STATE", {"field": "note", "found": "this"}),
        ("value", "E_VALUE", None),
        ("long", "E_STATE", None),
        ("float", "E_CONTRACT_FAILED", None),
        ("object", "E_CONTRACT_FAILED", None),
    ],
)
def test_a_refusal_is_an_outcome_without_writes(how: str, code: str, facts: Value) -> None:
    """Code and typed facts; what was written before is discarded."""
    nothing_done(execute("refuse", how=how), code, facts)


@pytest.mark.parametrize(
    "how", ["divide", "recurse", "type", "float", "large", "keep", "undeclared"]
)
def test_a_failing_contract_is_an_outcome_without_text(how: str) -> None:
    """Texts of exceptions differ between versions of Python; the code does not."""
    nothing_done(execute("fail", how=how), "E_CONTRACT_FAILED", None)


def test_a_failure_is_told_to_the_nodes_log() -> None:
    """The operator sees what the ledger does not say."""
    told: list[tuple[str, Exception]] = []
    runner = ContractRunner(
        [Trouble], on_failure=lambda one, error: told.append((one.method, error))
    )
    runner.execute(invocation("fail", how="divide"), MemoryState())
    runner.execute(invocation("refuse", how="own"), MemoryState())
    assert [(method, type(error)) for method, error in told] == [("fail", ZeroDivisionError)]


@pytest.mark.parametrize(("how", "raised"), [("memory", MemoryError), ("exit", SystemExit)])
def test_a_fault_of_the_machine_is_never_an_outcome(how: str, raised: type[BaseException]) -> None:
    """Another node has the memory that this one lacks."""
    with pytest.raises(raised):
        execute("fail", how=how)
    assert execute("fail", how="none").result == 1


@pytest.mark.parametrize("method", ["forget", "swallow", "refuse_on_fault"])
@pytest.mark.parametrize(
    "fault", [StorageFailed("gone"), Halted("broken"), OSError("gone"), Corrupted("bits")]
)
def test_a_fault_of_the_state_propagates_whatever_the_contract_does(
    method: str, fault: Exception
) -> None:
    """I/O faults must not become differences between nodes."""
    with pytest.raises(type(fault)) as caught:
        RUNNER.execute(invocation(method, id="a"), Failing(fault))
    assert caught.value is fault


def test_a_damaged_record_propagates_too() -> None:
    """Bytes that are not canonical cannot have come from this platform."""
    state = MemoryState({b"trouble/notes/a": b"\xff"})
    for method in ("swallow", "refuse_on_fault"):
        with pytest.raises(Corrupted):
            execute(method, state, id="a")


def test_a_record_that_no_longer_fits_fails_the_call() -> None:
    """A forgotten migration is the same on every node."""
    state = MemoryState({b"trouble/notes/a": encode({"id": "a"})})
    nothing_done(execute("refuse_on_fault", state, id="a"), "E_STATE", {"rounds": 0, "marks": []})
    with pytest.raises(ContractFailed):
        RUNNER.query("trouble", "read", {"id": "a"}, state)


def test_result_and_events_have_a_limit_together() -> None:
    """They must fit into one log entry."""
    fits = execute("write", id="a", text="x" * 20_000)
    assert fits.code == "ok"
    copies = OUTCOME_BYTES_MAX // 20_000 + 1
    execution = execute("write", id="a", text="x" * 20_000, copies=copies)
    assert execution.code == "E_LIMIT"
    assert execution.writes == {}
    assert isinstance(execution.result, dict)
    assert execution.result["field"] == "outcome"


@pytest.mark.parametrize(
    ("args", "field"),
    [({"id": "x" * 400, "size": 1}, "key"), ({"id": "a", "size": 70_000}, "record")],
)
def test_keys_and_records_have_limits(args: dict[str, Value], field: str) -> None:
    """E_LIMIT says which."""
    execution = execute("grow", **args)
    assert execution.code == "E_LIMIT"
    assert isinstance(execution.result, dict)
    assert execution.result["field"] == field
    assert execution.writes == {}


def test_a_call_leaves_nothing_for_the_next() -> None:
    """Frames are used again; what a failed call did is gone."""
    execute("fail", how="divide")
    execution = execute("swallow", id="b")
    assert list(execution.writes) == [b"trouble/notes/other"]
    assert execution.events == ()


def test_a_query_answers_in_plain_data() -> None:
    """Records become maps; a record of arguments spreads as for actions."""
    state = MemoryState()
    state.apply(execute("write", id="n1").writes)
    assert RUNNER.query("trouble", "read", {"id": "n1"}, state) == {"id": "n1", "text": "hello"}
    assert RUNNER.query("trouble", "read_record", {"id": "n1", "shout": True}, state) == "HELLO"
    assert RUNNER.query("trouble", "read_record", {"id": "n2"}, state) is None


def test_a_query_for_a_missing_record_finds_nothing() -> None:
    """404, not a refusal."""
    with pytest.raises(NotFound, match="there is no n9") as caught:
        RUNNER.query("trouble", "read", {"id": "n9"}, MemoryState())
    assert caught.value.facts() == {"field": "notes", "found": "n9"}


@pytest.mark.parametrize(
    ("method", "args", "error"),
    [
        ("nothing", {}, UnknownContract),
        ("write", {"id": "a"}, UnknownContract),
        ("read", {}, InvalidArguments),
        ("read", {"id": "\x00"}, InvalidValue),
        ("misread", {"how": "refuse"}, WrongState),
        ("misread", {"how": "divide"}, ContractFailed),
        ("misread", {"how": "write"}, InvalidContract),
    ],
)
def test_a_query_that_cannot_be_answered_raises(
    method: str, args: dict[str, Value], error: type[TallystickError]
) -> None:
    """A query is not recorded, so its failures are exceptions."""
    with pytest.raises(error):
        RUNNER.query("trouble", method, args, MemoryState())


def test_faults_of_the_node_leave_queries_as_they_are() -> None:
    """A door answers 503, not that the record is missing."""
    with pytest.raises(StorageFailed):
        RUNNER.query("trouble", "read", {"id": "a"}, Failing(StorageFailed("gone")))
    with pytest.raises(MemoryError):
        RUNNER.query("trouble", "misread", {"how": "memory"}, MemoryState())


def test_the_check_at_the_door_is_the_ledgers_own() -> None:
    """What the door lets through, the ledger does not refuse for its arguments."""
    assert RUNNER.check_call(call("write", id="a")) is None
    assert RUNNER.check_call(call("forget", id="a")) is None
    missing = RUNNER.check_call(call("write"))
    assert isinstance(missing, InvalidArguments)
    assert "'id' is missing" in missing.message
    wrong = RUNNER.check_call(call("write", id=3))
    assert isinstance(wrong, InvalidArguments)
    assert wrong.message == "id: expected text, found a whole number"
    extra = RUNNER.check_call(call("write", id="a", colour="red"))
    assert isinstance(extra, InvalidArguments)
    assert extra.expected == "id, text, copies"
    assert isinstance(RUNNER.check_call(call("nothing")), UnknownContract)
    assert isinstance(RUNNER.check_call(call("read", id="a")), UnknownContract)
    assert isinstance(RUNNER.check_call(call("write", id="\x00")), InvalidValue)


def test_schemas_are_sorted_and_found_by_name() -> None:
    """What /v1/contracts serves."""
    assert [schema.name for schema in RUNNER.schemas] == ["other", "trouble"]
    assert RUNNER.schema("other").description.en == "Does nothing."
    with pytest.raises(UnknownContract, match="no contract 'evil'"):
        RUNNER.schema("evil")


def test_calls_on_several_threads_do_not_meet() -> None:
    """Previews and queries run while a block executes; each has a frame of its own."""
    wrong: list[object] = []
    barrier = threading.Barrier(4)

    def work(name: str) -> None:
        barrier.wait()
        for number in range(200):
            execution = execute("write", id=f"{name}{number}", text=name)
            key = f"trouble/notes/{name}{number}".encode()
            if execution.writes != {key: encode({"id": f"{name}{number}", "text": name})}:
                wrong.append(execution)

    threads = [threading.Thread(target=work, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_a_query_inside_an_action_sees_a_state_of_its_own() -> None:
    """Two frames of one contract may be at work at once."""
    nested: list[Value] = []

    class Asking(MemoryState):
        def get(self, key: bytes, /) -> bytes | None:
            nested.append(RUNNER.query("trouble", "read_record", {"id": "q"}, MemoryState()))
            return super().get(key)

    execution = execute("write", Asking(), id="n1")
    assert list(execution.writes) == [b"trouble/notes/n1"]
    assert nested == [None]
    assert decode(execution.writes[b"trouble/notes/n1"] or b"") == {"id": "n1", "text": "hello"}
