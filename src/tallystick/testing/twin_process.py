# SPDX-License-Identifier: Apache-2.0
"""The twin: executes calls a second time in a process with another hash seed.

It keeps no state: what a call reads comes with it, or is asked for.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
from functools import reduce
from types import ModuleType
from typing import Any, BinaryIO

import msgspec

from tallystick.contracts import Contract
from tallystick.encoding import encode
from tallystick.execution import ContractRunner
from tallystick.model import Call, Execution, Invocation, Signer, encode_write_set
from tallystick.testing.twin_messages import (
    Found,
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
from tallystick.units import TimeMs


def main() -> None:
    """Serve the process that started this one until it closes the pipe.

    What contracts print goes to standard error, so that it cannot be taken for a message.
    """
    source, sink = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    with source, sink:
        serve(source, sink)


def serve(source: BinaryIO, sink: BinaryIO) -> None:
    """Answer messages until there are no more."""
    decoder = msgspec.msgpack.Decoder(ToTwin)
    runners: list[_Runner | None] = []
    while (data := receive(source)) is not None:
        message = decoder.decode(data)
        if isinstance(message, Load):
            runner, problem = _load(message)
            runners.append(runner)
            send(sink, Loaded(problem))
        elif isinstance(message, Run):
            runner = runners[message.contracts]
            if runner is not None:
                send(sink, runner.run(message, _Asking(message, source, sink, decoder)))


def execution_bytes(execution: Execution) -> tuple[bytes, bytes]:
    """Return the canonical bytes of what an execution adds to the log, and to the state."""
    events: list[Any] = [[event.name, event.fields] for event in execution.events]
    outcome = encode([execution.code, execution.result, events])
    return outcome, encode_write_set(execution.writes)


class _Runner:
    """Contracts, and what their code raised last."""

    def __init__(self, contracts: list[type[Contract]]) -> None:
        self._failure = ""
        self._runner = ContractRunner(contracts, on_failure=self._note)

    def run(self, message: Run, state: _Asking) -> Ran:
        self._failure = ""
        network, contract, method, args, nonce, valid_until = message.call
        call = Call(
            network=network,
            contract=contract,
            method=method,
            args=args,
            nonce=nonce,
            valid_until=TimeMs(valid_until),
        )
        execution = self._runner.execute(
            Invocation(call, Signer(*message.signer), *message.block), state
        )
        return Ran(*execution_bytes(execution), self._failure)

    def _note(self, _: Call, failure: Exception) -> None:
        self._failure = f"{type(failure).__name__}: {failure}"


class _Asking:
    """The state as the first run saw it; what that did not read is asked for."""

    def __init__(
        self, message: Run, source: BinaryIO, sink: BinaryIO, decoder: msgspec.msgpack.Decoder[Any]
    ) -> None:
        self._known = dict(message.reads)
        self._pipes = (source, sink, decoder)

    def get(self, key: bytes, /) -> bytes | None:
        if key not in self._known:
            source, sink, decoder = self._pipes
            send(sink, Need(key))
            answer = receive(source)
            found = None if answer is None else decoder.decode(answer)
            if not isinstance(found, Found):
                raise EOFError("the test process did not answer")
            self._known[key] = found.value
        return self._known[key]


def _load(message: Load) -> tuple[_Runner | None, str]:
    """Return a runner of the contracts, or what kept them from being found."""
    sys.path[:] = message.path
    try:
        return _Runner([_find(place) for place in message.contracts]), ""
    except Exception as failure:
        return None, f"{type(failure).__name__}: {failure}"


def _find(place: Place) -> type[Contract]:
    module = _module(place)
    found: Any = reduce(getattr, place.name.split("."), module)
    contract: type[Contract] = found
    return contract


def _module(place: Place) -> ModuleType:
    """Import a module by name if that gives the same file, else from its file.

    pytest imports test modules under names of its own, which nobody else can import.
    """
    try:
        spec = importlib.util.find_spec(place.module)
    except ModuleNotFoundError:
        spec = None
    is_same = spec is not None and spec.origin is not None and _same(spec.origin, place.file)
    if place.module in sys.modules or is_same:
        return importlib.import_module(place.module)
    spec = importlib.util.spec_from_file_location(place.module, place.file)
    if spec is None or spec.loader is None:
        raise ModuleNotFoundError(f"{place.module} has no source file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[place.module] = module
    spec.loader.exec_module(module)
    return module


def _same(one: str, other: str) -> bool:
    return os.path.realpath(one) == os.path.realpath(other)
