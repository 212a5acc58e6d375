# SPDX-License-Identifier: Apache-2.0
"""Every action twice: here, and in a child process with another hash seed; the bytes must agree.

What a contract takes from the order of a set, from `hash()` or from an address differs between
processes. On a network such a difference stops a node; here it fails the test, with both sides.
"""

from __future__ import annotations

import inspect
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import BinaryIO, Final, cast

import msgspec

from tallystick.contracts import Contract
from tallystick.encoding import Value, decode
from tallystick.model import Execution, Invocation, decode_write_set
from tallystick.testing.twin_messages import (
    Found,
    FromTwin,
    Load,
    Loaded,
    Need,
    Place,
    Ran,
    Run,
    ToTwin,
    receive,
    send,
)
from tallystick.testing.twin_process import execution_bytes

SEEDS: Final = ("1", "2")
"""The twin takes the first that this process was not told to have."""
_PROGRAM: Final = "from tallystick.testing.twin_process import main; main()"
_STOP_S: Final = 10


class DifferentOutcome(AssertionError):
    """The same call on the same state came to two results, so it would stop a network."""


class Twin:
    """A child process with another hash seed; started when it is first needed."""

    def __init__(self) -> None:
        """Note what is needed; nothing runs yet."""
        taken = os.environ.get("PYTHONHASHSEED")
        self.seed = next(seed for seed in SEEDS if seed != taken)
        self.notices: list[str] = []
        """Contracts that are not executed twice, and why."""
        self._process: subprocess.Popen[bytes] | None = None
        self._decoder: msgspec.msgpack.Decoder[FromTwin] = msgspec.msgpack.Decoder(FromTwin)
        self._known: dict[tuple[type[Contract], ...], SecondRun | None] = {}

    def of(self, contracts: Sequence[type[Contract]]) -> SecondRun | None:
        """Return what runs calls of these contracts a second time.

        None if the twin cannot import one of them; `notices` says so.
        """
        key = tuple(contracts)
        if key not in self._known:
            number = len(self._known)
            self._known[key] = SecondRun(self, number) if self._is_loaded(key) else None
        return self._known[key]

    def ask(self, message: ToTwin, find: Callable[[bytes], bytes | None]) -> Loaded | Ran:
        """Send a message and return its answer; `find` answers the twin's own questions.

        Raises:
            RuntimeError: the twin ended.
        """
        process = self._process or self._start()
        source, sink = cast("BinaryIO", process.stdout), cast("BinaryIO", process.stdin)
        while True:
            try:
                send(sink, message)
                data = receive(source)
            except BrokenPipeError:
                data = None
            if data is None:
                raise RuntimeError(f"the twin with hash seed {self.seed} ended unexpectedly")
            answer = self._decoder.decode(data)
            if not isinstance(answer, Need):
                return answer
            message = Found(find(answer.key))

    def close(self) -> None:
        """End the child process, if it runs."""
        process, self._process = self._process, None
        if process is None:
            return
        with suppress(BrokenPipeError):  # what was not sent to one that died
            cast("BinaryIO", process.stdin).close()
        with process:
            try:
                process.wait(_STOP_S)  # it ends where its input ends
            except subprocess.TimeoutExpired:
                process.kill()

    def _start(self) -> subprocess.Popen[bytes]:
        self._process = subprocess.Popen(
            [sys.executable, "-c", _PROGRAM],
            env=os.environ | {"PYTHONHASHSEED": self.seed},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        return self._process

    def _is_loaded(self, contracts: tuple[type[Contract], ...]) -> bool:
        places, problem = [], ""
        for contract in contracts:
            try:
                places.append(_place(contract))
            except (OSError, TypeError) as error:
                problem = f"{contract.__qualname__} cannot be imported: {error}"
        load = Load(list(sys.path), tuple(places))
        answer = self.ask(load, _find_nothing)
        problem = problem or (answer.problem if isinstance(answer, Loaded) else "")
        if problem:
            names = ", ".join(contract.name for contract in contracts)
            self.notices.append(f"{names}: not executed twice: {problem}")
        return not problem


class SecondRun:
    """Runs the calls of some contracts a second time and compares."""

    def __init__(self, twin: Twin, number: int) -> None:
        """Stand for the contracts that the twin loaded under a number."""
        self._twin = twin
        self._number = number

    def compare(
        self,
        invocation: Invocation,
        first: Execution,
        reads: dict[bytes, bytes | None],
        find: Callable[[bytes], bytes | None],
    ) -> None:
        """Execute a call again on the same state.

        Raises:
            DifferentOutcome: the second run came to another result, event or write.
        """
        call, signer = invocation.call, invocation.signer
        message = Run(
            self._number,
            (call.network, call.contract, call.method, call.args, call.nonce, call.valid_until),
            (signer.organization, signer.member, signer.roles, signer.public_key),
            (
                *(invocation.transaction_id, invocation.height, invocation.block_time),
                *(invocation.version, invocation.parent),
            ),
            tuple(reads.items()),
        )
        try:
            second = self._twin.ask(message, find)
        except OverflowError:
            return  # an argument that no ledger takes, refused before the contract saw it
        outcome, writes = execution_bytes(first)
        if isinstance(second, Ran) and (second.outcome, second.writes) != (outcome, writes):
            raise DifferentOutcome(_difference(call.contract, call.method, first, second))


def _difference(contract: str, method: str, first: Execution, second: Ran) -> str:
    code, result, events = _parts(second.outcome)
    sides: list[tuple[str, object, object]] = [
        ("code", first.code, code),
        ("result or facts", first.result, result),
        ("events", [[one.name, one.fields] for one in first.events], events),
    ]
    writes = decode_write_set(second.writes)
    for key in sorted(first.writes.keys() | writes.keys()):
        name = f"write {key.decode(errors='replace')}"
        sides.append((name, _written(first.writes, key), _written(writes, key)))
    lines = [
        f"{contract}.{method} came to different results under different hash seeds.",
        "On a network this would stop a node. Look for the order of a set, hash() or id().",
    ]
    for name, here, there in sides:
        if here != there:
            lines += [f"  {name}", f"    here:  {here}", f"    twin:  {there}"]
    if second.failure:
        lines.append(f"  the twin failed: {second.failure}")
    return "\n".join(lines)


def _parts(outcome: bytes) -> list[Value]:
    parts = decode(outcome)
    return parts if isinstance(parts, list) else [parts, None, None]


def _written(writes: dict[bytes, bytes | None], key: bytes) -> object:
    if key not in writes:
        return "not written"
    data = writes[key]
    return "deleted" if data is None else decode(data)


def _place(contract: type[Contract]) -> Place:
    """Return where the contract class can be imported from.

    Raises:
        TypeError: it is made inside a function, or in no file.
    """
    if "<locals>" in contract.__qualname__:
        raise TypeError("it is defined inside a function; move it to the top of a module")
    return Place(contract.__module__, inspect.getfile(contract), contract.__qualname__)


def _find_nothing(_key: bytes) -> None:
    return None
