# SPDX-License-Identifier: Apache-2.0
"""Runs contract calls on a state: the contract host of the ledger.

- A refusal is a result: a code, facts, no writes. So is a failure of the contract's code, without
  any text, because texts of exceptions differ between versions of Python.
- A fault of this node (storage, damage, memory) is never a result: it propagates, and the node
  stops. A contract that catches everything cannot hide it.
- A call changes nothing by itself: it returns its writes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final, Literal, TypeAlias

from msgspec import Struct
from msgspec.structs import astuple

from tallystick.contracts import (
    Context,
    Contract,
    ContractSchema,
    Frame,
    Method,
    Refusal,
)
from tallystick.crypto import check_public_key, is_valid_signature
from tallystick.encoding import Value, check_plain, encode
from tallystick.errors import (
    Conflict,
    ContractFailed,
    Halted,
    InvalidSignature,
    LimitExceeded,
    NotFound,
    Refused,
    RoleMissing,
    TallystickError,
    UnknownContract,
    UnknownRecord,
)
from tallystick.execution.arguments import read_arguments
from tallystick.execution.loader import define_all, load_contracts
from tallystick.ledger import StateReader
from tallystick.model import OK, Call, Event, Execution, Invocation
from tallystick.units import OUTCOME_BYTES_MAX

FACTS_BYTES_MAX: Final = 16 * 1024
"""Facts of a refusal; larger ones are left out, the code stands."""

FailureHook: TypeAlias = Callable[[Call, Exception], None]
"""Told of a failure of a contract's code, for the node's log; what it raises propagates."""


RefusalHook: TypeAlias = Callable[[Call, TallystickError], None]
"""Told of a refusal with the error itself, of which only code and facts enter the ledger."""


class _Work(Struct, frozen=True, gc=False):
    """A method and the frames of its contract that are free: a stack shared by its methods."""

    method: Method
    open_frame: Callable[[], Frame]
    free_frames: list[Frame]

    def take_frame(self) -> Frame:
        """Return a frame that nobody uses; calls may run on several threads at once."""
        try:
            return self.free_frames.pop()
        except IndexError:
            return self.open_frame()


class ContractRunner:
    """Runs the actions and queries of contracts; implements `ledger.ContractHost`."""

    def __init__(
        self,
        contracts: Iterable[type[Contract]] | None = None,
        *,
        on_failure: FailureHook | None = None,
        on_refusal: RefusalHook | None = None,
    ) -> None:
        """Run the given contracts; those of all installed packages if none are given.

        `on_refusal` is for tests, which show the line that refused.

        Raises:
            InvalidContract: a class breaks a rule, or two contracts share a name.
        """
        definitions = define_all(load_contracts() if contracts is None else contracts)
        self._on_failure = on_failure
        self._on_refusal = on_refusal
        self._definitions = definitions
        self._works: dict[tuple[str, str], _Work] = {}
        for contract, definition in definitions.items():
            frames: list[Frame] = []
            for name, method in definition.methods.items():
                self._works[contract, name] = _Work(method, definition.open, frames)

    @property
    def schemas(self) -> tuple[ContractSchema, ...]:
        """The schemas of all contracts, sorted by name."""
        return tuple(self._definitions[name].schema for name in sorted(self._definitions))

    def version(self, contract: str) -> int | None:
        """Return the version of a contract that is installed; None if it is not."""
        definition = self._definitions.get(contract)
        return None if definition is None else definition.schema.version

    def schema(self, contract: str) -> ContractSchema:
        """Return the schema of one contract.

        Raises:
            UnknownContract: there is none of this name.
        """
        definition = self._definitions.get(contract)
        if definition is None:
            raise UnknownContract(
                f"there is no contract {contract[:80]!r}",
                field="contract",
                expected=", ".join(sorted(self._definitions)),
                found=contract[:80],
            )
        return definition.schema

    def execute(self, invocation: Invocation, state: StateReader) -> Execution:
        """Run one action on `state` and return what it did.

        Raises:
            Exception: only for a fault of this node: whatever `state` raised, `Halted`,
                `MemoryError`. The block must not go on.
        """
        call = invocation.call
        try:
            work = self._work(call.contract, call.method, "action")
            arguments = read_arguments(work.method, call.args)
        except TallystickError as error:
            return self._refuse(call, error)
        roles = work.method.roles
        if roles and roles.isdisjoint(invocation.signer.roles):
            return Execution(RoleMissing.code, {"roles": [*sorted(roles)]}, (), {})
        for group in work.method.exclusions:
            held = group.intersection(invocation.signer.roles)
            if len(held) > 1:
                return Execution(Conflict.code, {"roles": [*sorted(held)]}, (), {})
        frame = work.take_frame()
        session = frame.session
        session.begin(state.get)
        try:
            return self._perform(work.method, frame, invocation, arguments)
        finally:
            session.end()
            work.free_frames.append(frame)
            if session.fault is not None:
                raise session.fault

    def preview(self, invocation: Invocation, state: StateReader) -> Execution:
        """Return what the action would do on `state`: a dry run, nothing is kept.

        Raises:
            Exception: only for a fault of this node, as `execute`.
        """
        return self.execute(invocation, state)

    def query(
        self, contract: str, method: str, args: Mapping[str, Value], state: StateReader
    ) -> Value:
        """Return the answer of a query method on `state`, as plain data.

        Raises:
            UnknownContract: there is no such query.
            InvalidArguments: the arguments do not fit.
            NotFound: a record it asks for does not exist.
            Refused: a rule of the contract says no, or its code failed (`ContractFailed`).
        """
        work = self._work(contract, method, "query")
        arguments = read_arguments(work.method, args)
        frame = work.take_frame()
        session = frame.session
        session.begin(state.get, is_read_only=True)
        try:
            return _answer(work.method, frame, arguments)
        finally:
            session.end()
            work.free_frames.append(frame)
            if session.fault is not None:
                raise session.fault

    def check_call(self, call: Call) -> TallystickError | None:
        """Return why a call cannot run whatever the state: the cheap check at the door.

        It is the check that `execute` makes first; roles and rules need the state.
        """
        try:
            read_arguments(self._work(call.contract, call.method, "action").method, call.args)
        except TallystickError as error:
            return error
        return None

    def _work(self, contract: str, method: str, kind: Literal["action", "query"]) -> _Work:
        work = self._works.get((contract, method))
        if work is None or work.method.schema.kind != kind:
            schema = self.schema(contract)
            raise UnknownContract(
                f"{contract} has no {kind} {method[:80]!r}",
                field="method",
                expected=", ".join(one.name for one in schema.methods if one.kind == kind),
                found=method[:80],
            )
        return work

    def _perform(
        self, method: Method, frame: Frame, invocation: Invocation, arguments: Struct
    ) -> Execution:
        """Run the contract's code; every exception of its own becomes an outcome."""
        try:
            return self._attempt(method, frame, invocation, arguments)
        except (Halted, MemoryError):
            raise
        except Exception as failure:
            # The determinism border: on every node this code fails the same way.
            if self._on_failure is not None:
                self._on_failure(invocation.call, failure)
            return Execution(ContractFailed.code, None, (), {})

    def _attempt(
        self, method: Method, frame: Frame, invocation: Invocation, arguments: Struct
    ) -> Execution:
        """Run an action; what a rule refuses is an outcome."""
        session = frame.session
        context = Context(invocation, session, _has_signed)
        try:
            if method.takes_record:
                value = method.function(frame.contract, context, arguments)
            else:
                value = method.function(frame.contract, context, *astuple(arguments))
            return _done(method.to_plain(value), session.events, session.writes)
        except (Refused, LimitExceeded) as refusal:
            return self._refuse(invocation.call, refusal)

    def _refuse(self, call: Call, error: TallystickError) -> Execution:
        if self._on_refusal is not None:
            self._on_refusal(call, error)
        return _refused(error)


def _has_signed(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Return the verdict for contracts; a key that no member could enrol signs nothing."""
    try:
        check_public_key(public_key)
    except InvalidSignature:
        return False
    return is_valid_signature(public_key, message, signature)


def _done(
    result: Value,
    announced: list[tuple[str, dict[str, Value]]],
    writes: dict[bytes, bytes | None],
) -> Execution:
    """Return the outcome of a call that went well.

    Raises:
        LimitExceeded: result and events are larger than a log entry holds.
    """
    if result is not None or announced:
        size = len(encode([result, [[name, fields] for name, fields in announced]]))
        if size > OUTCOME_BYTES_MAX:
            raise LimitExceeded(
                "result and events are too large", field="outcome", found=f"{size} bytes"
            )
    return Execution(OK, result, tuple([Event(*event) for event in announced]), writes)


def _refused(error: TallystickError) -> Execution:
    """Return the outcome of a refusal: its code and its facts.

    Of the platform's errors only the place and what was found enter the ledger: what was expected
    is wording, which may improve with a version.

    Raises:
        Malformed: the contract put something among the facts that the ledger cannot hold.
    """
    if isinstance(error, Refusal):
        facts: Value = error.values()
    else:
        pairs = (("field", error.field), ("found", error.found))
        facts = {name: text for name, text in pairs if text is not None} or None
    check_plain(facts, name="facts")
    if len(encode(facts)) > FACTS_BYTES_MAX:
        facts = None
    return Execution(error.code, facts, (), {})


def _answer(method: Method, frame: Frame, arguments: Struct) -> Value:
    """Run a query; a record that it requires and that is missing is simply not found."""
    try:
        if method.takes_record:
            value = method.function(frame.contract, arguments)
        else:
            value = method.function(frame.contract, *astuple(arguments))
        return method.to_plain(value)
    except UnknownRecord as missing:
        raise NotFound(missing.message, field=missing.field, found=missing.found) from missing
    except (TallystickError, MemoryError):
        raise
    except Exception as failure:
        raise ContractFailed(f"the query {method.schema.name} failed") from failure
