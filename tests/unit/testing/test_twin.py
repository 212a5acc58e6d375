# SPDX-License-Identifier: Apache-2.0
"""Every action is executed a second time under another hash seed, and a difference fails."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from tallystick.contracts import ANY_MEMBER, Context, Contract, Label, action
from tallystick.testing import DifferentOutcome, Net, rejected
from tallystick.testing.memory_chain import MemoryChain
from tallystick.testing.twin import SEEDS, Twin
from tallystick.testing.twin_messages import (
    Found,
    FromTwin,
    Load,
    Loaded,
    Need,
    Place,
    Ran,
    Run,
    receive,
    send,
)
from tallystick.testing.twin_process import execution_bytes, serve
from tests.unit.testing.parcels import Box, Parcels, TooHeavy

MANY = 200
"""Items of a set that no two seeds put into one order."""
HERE = str(Path(__file__))


@pytest.fixture(scope="module")
def twin() -> Iterator[Twin]:
    """Give a child process for the tests of this file."""
    made = Twin()
    yield made
    made.close()


@pytest.fixture
def net(twin: Twin) -> Net:
    """Give a ledger whose calls are executed twice."""
    return Net(chain=MemoryChain([Parcels, Box], twin=twin))


def test_what_is_the_same_passes(net: Net, twin: Twin) -> None:
    """Results, refusals, failed arguments, numbers that no ledger takes."""
    core = net.org("core")
    sent = core.post.parcels.send(to=core, weight=1)
    core.post.parcels.stop(sent.id, 1, "x")
    core.post.parcels.forget(sent.id)
    with rejected(TooHeavy):
        core.post.parcels.send(to=core, weight=2000)
    for wrong in (-1, 2**70, 0.5, None):
        with rejected("E_ARGUMENT"):
            core.post.parcels.send(to=core, weight=wrong)
    assert not any(notice.startswith("post.parcels") for notice in twin.notices)


def test_another_order_in_a_result_is_found(net: Net) -> None:
    """Both sides are shown."""
    with pytest.raises(DifferentOutcome) as failure:
        net.org("core").post_box.mix(MANY)
    text = str(failure.value)
    assert text.startswith("post-box.mix came to different results under different hash seeds.")
    assert "  result or facts\n    here:  ['item " in text
    assert "    twin:  ['item " in text
    assert net.trace().endswith("  no change")


def test_another_order_in_a_write_is_found(net: Net) -> None:
    """The record is shown decoded."""
    with pytest.raises(DifferentOutcome) as failure:
        net.org("core").post_box.put_first(MANY)
    assert "  write post-box/things/first\n    here:  {" in str(failure.value)


def test_another_order_of_reads_is_no_difference(net: Net) -> None:
    """Only bytes count that enter the ledger; what the twin reads besides, it asks for."""
    for _ in range(5):
        assert net.org("core").post_box.look(MANY).result is True


def test_a_failure_here_is_raised_here(net: Net) -> None:
    """The contract's own exception is more use than a comparison of codes."""
    with pytest.raises(ZeroDivisionError):
        net.org("core").post_box.break_down("x")


def test_a_contract_inside_a_function_is_not_executed_twice(twin: Twin) -> None:
    """Nobody else can import it: a notice says so, and the test runs all the same."""

    class Local(Contract, name="local", version=1):
        """Only here."""

        @action(role=ANY_MEMBER, label=Label(zh="一", en="One"))
        def one(self, ctx: Context) -> int:
            """Return one."""
            return 1

    for _ in range(2):
        net = Net(chain=MemoryChain([Local], twin=twin))
        assert net.org("core").local.one().result == 1
    notices = [one for one in twin.notices if one.startswith("local: not executed twice:")]
    assert len(notices) == 1
    assert "inside a function; move it to the top of a module" in notices[0]


def test_the_twin_has_another_seed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever this process was told."""
    for seed in SEEDS:
        monkeypatch.setenv("PYTHONHASHSEED", seed)
        assert Twin().seed in set(SEEDS) - {seed}


def test_a_twin_that_died_is_told() -> None:
    """Not a silent pass."""
    mortal = Twin()
    net = Net(chain=MemoryChain([Parcels], twin=mortal))
    process = mortal._process
    assert process is not None
    process.kill()
    process.wait()
    core = net.org("core")
    with pytest.raises(RuntimeError, match="ended unexpectedly"):
        core.post.parcels.send(to=core, weight=1)
    mortal.close()
    mortal.close()


@pytest.fixture
def answers() -> Callable[..., list[FromTwin]]:
    """Return what the twin's own loop answers to messages, run in this process."""

    def ask(*messages: Load | Run | Found) -> list[FromTwin]:
        source, sink = io.BytesIO(), io.BytesIO()
        for message in messages:
            send(source, message)
        source.seek(0)
        serve(source, sink)
        sink.seek(0)
        found = []
        while (data := receive(sink)) is not None:
            found.append(msgspec.msgpack.decode(data, type=FromTwin))
        return found

    return ask


def run_message(method: str, size: int) -> Run:
    """Return a call of the box."""
    return Run(
        0,
        ("test." + "0" * 32, "post-box", method, {"size": size}, 1, 1),
        ("91350100M000100Y43", "tester", (), bytes(32)),
        (bytes(32), 1, 1, None, bytes(32)),
        (),
    )


def place(name: str, module: str = Box.__module__, file: str = "") -> Place:
    """Return where a contract is."""
    return Place(module, file or str(Path(__file__).with_name("parcels.py")), name)


def test_the_twins_loop_loads_runs_and_asks(answers: Callable[..., list[FromTwin]]) -> None:
    """A key that the first run did not read is asked for."""
    import sys

    found = answers(
        Load(list(sys.path), (place("Box"),)),
        run_message("look", 0),
        run_message("look", 1),
        Found(None),
        run_message("break_down", 1),
    )
    assert found[0] == Loaded("")
    assert isinstance(found[1], Ran)
    assert found[2] == Need(b"post-box/things/item 0")
    assert isinstance(found[3], Ran)
    assert len(found) == 5


def test_a_test_process_that_went_away_ends_the_twin(
    answers: Callable[..., list[FromTwin]],
) -> None:
    """A question without an answer is not answered by a guess."""
    import sys

    load = Load(list(sys.path), (place("Box"),))
    with pytest.raises(EOFError):
        answers(load, run_message("look", 1))
    with pytest.raises(EOFError):
        answers(load, run_message("look", 1), load)


def test_a_module_that_cannot_be_imported_by_name_is_loaded_from_its_file(
    answers: Callable[..., list[FromTwin]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pytest gives test modules names of its own."""
    import sys

    source = tmp_path / "alone.py"
    source.write_text(
        "from tallystick.contracts import *\n"
        "class Alone(Contract, name='alone', version=1):\n"
        "    'Alone.'\n"
    )
    monkeypatch.setattr(sys, "modules", dict(sys.modules))
    load = Load(list(sys.path), (place("Alone", "no.such.package", str(source)),))
    assert answers(load, run_message("look", 1))[0] == Loaded("")
    for file in (str(tmp_path / "nothing.py"), str(tmp_path / "no-source")):
        (answer,) = answers(Load(list(sys.path), (place("Alone", "nowhere", file),)))
        assert isinstance(answer, Loaded)
        assert "Error" in answer.problem


def test_a_cut_message_is_the_end() -> None:
    """The other side ended while it wrote."""
    stream = io.BytesIO()
    send(stream, Loaded(""))
    data = stream.getvalue()
    assert receive(io.BytesIO(data[:-1])) is None
    assert receive(io.BytesIO(data[:2])) is None


def test_what_is_compared_is_what_the_ledger_keeps(twin: Twin) -> None:
    """Code, result, events and writes, as canonical bytes."""
    net = Net(chain=MemoryChain([Parcels], twin=twin))
    core = net.org("core")
    sent = core.post.parcels.send(to=core, weight=1)
    outcome, writes = execution_bytes(sent.execution)
    assert b"post.parcels.Sent" in outcome
    assert b"post.parcels/parcels/PA-2026-000001" in writes
