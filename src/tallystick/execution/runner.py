# SPDX-License-Identifier: Apache-2.0
"""Runs contract calls on a state: the contract host of the ledger.

- A refusal is a result: a code, facts, no writes. So is a failure of the contract's code, without
  any text, because texts of exceptions differ between versions of Python.
- A fault of this node (storage, damage, memory) is never a result: it propagates, and the node
  stops. A contract that catches everything cannot hide it.
- A call changes nothing by itself: it returns its writes.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping
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
    migrations_of,
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
from tallystick.execution.loader import load_contracts
from tallystick.execution.migrating import Walk
from tallystick.execution.shelf import InstalledContract, Shelf, UnreadableContract
from tallystick.ledger import StateReader, StateScanner
from tallystick.model import OK, Call, Event, Execution, Invocation, Migrated, MigrationStep
from tallystick.units import OUTCOME_BYTES_MAX, TimeMs

FACTS_BYTES_MAX: Final = 16 * 1024
"""Facts of a refusal; larger ones are left out, the code stands."""

FailureHook: TypeAlias = Callable[[Call, Exception], None]
"""Told of a failure of a contract's code, for the node's log; what it raises propagates."""


RefusalHook: TypeAlias = Callable[[Call, TallystickError], None]
"""Told of a refusal with the error itself, of which only code and facts enter the ledger."""


_OnShelf: TypeAlias = tuple[tuple[InstalledContract, ...], tuple[UnreadableContract, ...]]


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
        self._shelf = Shelf(load_contracts() if contracts is None else contracts)
        self._on_failure = on_failure
        self._on_refusal = on_refusal
        self._installed: _OnShelf | None = None
        self._works: dict[tuple[str, int | None, str], _Work] = {}
        for definition in self._shelf.all():
            contract, version = definition.schema.name, definition.schema.version
            frames: list[Frame] = []
            for name, method in definition.methods.items():
                work = _Work(method, definition.open, frames)
                self._works[contract, version, name] = work
                if self._shelf.find(contract) is definition:
                    self._works[contract, None, name] = work

    @property
    def schemas(self) -> tuple[ContractSchema, ...]:
        """What the log may hold of each contract, whatever its version; sorted by name."""
        return tuple(self._shelf.history(name) for name in self._shelf.names())

    def schemas_of(self, names: Container[str]) -> tuple[ContractSchema, ...]:
        """Return what the log may hold of each contract that is called so and installed."""
        found = (name for name in self._shelf.names() if name in names)
        return tuple(self._shelf.history(name) for name in found)

    @property
    def versions(self) -> tuple[ContractSchema, ...]:
        """The schemas of all installed versions, sorted by name and version."""
        return tuple(definition.schema for definition in self._shelf.all())

    def installed(self) -> tuple[InstalledContract, ...]:
        """Return the installed versions that have a digest, sorted by name and version."""
        return self._on_shelf()[0]

    def unreadable(self) -> tuple[UnreadableContract, ...]:
        """Return the installed versions that have none, each with the reason."""
        return self._on_shelf()[1]

    def sources(self, contract: str, version: int) -> dict[str, bytes]:
        """Return the files of a version by relative path, as its digest covers them.

        Raises:
            UnknownContract: it is not installed.
            InvalidContract: they cannot be read, or are others than those of the digest.
        """
        return self._shelf.sources(contract, version)

    def _on_shelf(self) -> _OnShelf:
        if self._installed is None:
            self._installed = self._shelf.installed()
        return self._installed

    def has(self, contract: str, version: int | None) -> bool:
        """Tell whether a version is installed; None: any."""
        return self._shelf.find(contract, version) is not None

    def schema(self, contract: str, version: int | None = None) -> ContractSchema:
        """Return the schema of one contract; of the version it was founded with by default.

        Raises:
            UnknownContract: there is none of this name and version.
        """
        definition = self._shelf.find(contract, version)
        if definition is None:
            raise UnknownContract(
                f"there is no contract {contract[:80]!r}",
                field="contract",
                expected=", ".join(self._shelf.names()),
                found=contract[:80] if version is None else f"{contract[:80]} {version}",
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
            work = self._work(call.contract, invocation.version, call.method, "action")
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

    def migrate(self, step: MigrationStep, state: StateScanner) -> Migrated:
        """Move some records of an older version; nothing is kept of a step that fails.

        Raises:
            Exception: only for a fault of this node, as `execute`.
        """
        definition = self._shelf.find(step.contract, step.version)
        if definition is None:
            raise Halted(f"{step.contract} version {step.version} is not installed")
        walk = Walk(definition, migrations_of(definition.contract), step, state)
        done = walk.run()
        if walk.failure is not None and self._on_failure is not None:
            self._on_failure(_as_call(step), walk.failure)
        return done

    def query(
        self,
        contract: str,
        method: str,
        args: Mapping[str, Value],
        state: StateReader,
        *,
        version: int | None = None,
    ) -> Value:
        """Return the answer of a query method on `state`, as plain data.

        Raises:
            UnknownContract: there is no such query.
            InvalidArguments: the arguments do not fit.
            NotFound: a record it asks for does not exist.
            Refused: a rule of the contract says no, or its code failed (`ContractFailed`).
        """
        work = self._work(contract, version, method, "query")
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

    def check_call(self, call: Call, version: int | None = None) -> TallystickError | None:
        """Return why a call cannot run whatever the state: the cheap check at the door.

        It is the check that `execute` makes first; roles and rules need the state.
        """
        try:
            work = self._work(call.contract, version, call.method, "action")
            read_arguments(work.method, call.args)
        except TallystickError as error:
            return error
        return None

    def _work(
        self, contract: str, version: int | None, method: str, kind: Literal["action", "query"]
    ) -> _Work:
        work = self._works.get((contract, version, method))
        if work is None or work.method.schema.kind != kind:
            schema = self.schema(contract, version)
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


def _as_call(step: MigrationStep) -> Call:
    """Return a step as who is told of a failure knows calls."""
    return Call("", step.contract, "migration", {}, 0, TimeMs(0))


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
