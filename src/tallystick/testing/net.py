# SPDX-License-Identifier: Apache-2.0
"""The net of a test: organisations, contracts, time, state; what the fixture `net` gives."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any, Final, Self

from tallystick.contracts import Contract, Definition
from tallystick.errors import TallystickError
from tallystick.execution import load_contracts
from tallystick.model import OK
from tallystick.testing.answers import Answer
from tallystick.testing.chain import Carried, Chain
from tallystick.testing.decoding import event_of, find_table, row_of
from tallystick.testing.memory_chain import MemoryChain
from tallystick.testing.organizations import make_organization
from tallystick.testing.people import FIRST_MEMBER, Party, Person
from tallystick.testing.plain_values import plain_arguments
from tallystick.testing.rejections import refusal_from
from tallystick.testing.state_tables import TableView
from tallystick.testing.trace import SHOWN_MAX, Step, tell
from tallystick.units import DAY_MS

_SECOND_MS: Final = 1000
_HOUR_MS: Final = 3600 * _SECOND_MS


class Snapshot:
    """A moment to which a net can go back; as a context manager it does so at the end."""

    def __init__(self, net: Net, moment: object) -> None:
        """Hold a moment of a net."""
        self._net = net
        self.moment = moment

    def __enter__(self) -> Self:
        """Return the snapshot itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Go back, however the block ended."""
        self._net.revert(self)


class Net:
    """A ledger with some contracts on it, and the people who call them.

    ```python
    net = Net([Notes])
    core = net.org("core")
    assert core.notes.show(core.notes.write("hello").result).text == "hello"
    ```
    """

    def __init__(
        self, contracts: Iterable[type[Contract]] | None = None, *, chain: Chain | None = None
    ) -> None:
        """Start an empty ledger with the given contracts; with all installed ones if none are."""
        self._chain: Chain = chain or MemoryChain(
            load_contracts() if contracts is None else contracts
        )
        self._parties: dict[str, Party] = {}
        self._start = dict(self._chain.state.values)
        self._steps: deque[Step] = deque(maxlen=SHOWN_MAX)
        self._step_count = 0

    @property
    def definitions(self) -> Mapping[str, Definition]:
        """The contracts by name."""
        return self._chain.definitions

    def org(
        self, name: str, *, roles: Iterable[str] | None = None, member: str = FIRST_MEMBER
    ) -> Party:
        """Return the organisation of this name, made when it is first asked for.

        Its first member holds every role that the contracts' methods name, except roles that
        exclude each other, unless `roles` says otherwise.

        Raises:
            ValueError: it is there already, with other roles or another member.
        """
        known = self._parties.get(name)
        if known is None:
            own = self._all_roles() if roles is None else roles
            known = self._parties[name] = Party(self, make_organization(name), member, own)
            self.enrol(known)
        elif roles is not None and known.roles != tuple(sorted(set(roles))):
            raise ValueError(f"{name} is there already, with the roles {', '.join(known.roles)}")
        elif member not in {FIRST_MEMBER, known.member}:
            raise ValueError(f"{name} is there already: use `.person({member!r})` for another")
        return known

    def orgs(self, *names: str) -> tuple[Party, ...]:
        """Return organisations by name."""
        return tuple(self.org(name) for name in names)

    def enrol(self, person: Person) -> None:
        """Let a person sign."""
        self._chain.enrol(person)

    @property
    def now_ms(self) -> int:
        """Time of the last block, Unix milliseconds; what `warp` added counts."""
        return self._chain.now_ms

    @property
    def today(self) -> date:
        """The day of `now_ms`, in UTC."""
        return datetime.fromtimestamp(self.now_ms // _SECOND_MS, UTC).date()

    @property
    def height(self) -> int:
        """Height of the last block."""
        return self._chain.height

    def warp(self, *, days: int = 0, hours: int = 0, seconds: int = 0) -> None:
        """Let time pass.

        Raises:
            ValueError: block time never goes back.
        """
        duration = days * DAY_MS + hours * _HOUR_MS + seconds * _SECOND_MS
        if duration < 0:
            raise ValueError("block time never goes back")
        self._chain.warp(duration)

    def snapshot(self) -> Snapshot:
        """Return the present moment: state, height and time."""
        return Snapshot(self, self._chain.snapshot())

    def revert(self, snapshot: Snapshot) -> None:
        """Go back to a moment, as often as wanted."""
        self._chain.revert(snapshot.moment)

    def table(self, name: str) -> TableView:
        """Return the records of `contract.table` as they are whenever they are asked for.

        Raises:
            UnknownContract: there is no such table.
        """
        contract, table = find_table(self.definitions, name)
        prefix = f"{contract}/{table}/".encode()

        def read() -> list[tuple[str, Any]]:
            values = self._chain.state.values
            rows = [
                row_of(self.definitions, key, values[key])
                for key in sorted(values)
                if key.startswith(prefix)
            ]
            return [(row.key, row.record) for row in rows]

        return TableView(name, read)

    def records(self, name: str, **fields: object) -> list[Any]:
        """Return the records of `contract.table` whose fields have these values."""
        return list(self.table(name).where(**fields))

    def trace(self) -> str:
        """Return what happened so far: the last calls, and how the state differs."""
        return tell(
            self.definitions,
            self._steps,
            self._start,
            self._chain.state.values,
            count=self._step_count,
        )

    def perform(
        self, person: Person, contract: str, method: str, /, *args: object, **named: object
    ) -> Any:  # noqa: ANN401  # an Answer, or what a query returns
        """Run one action or query for a person; what `person.contract.method(...)` does.

        Raises:
            TallystickError: it was refused; nothing has changed then.
        """
        __tracebackhide__ = True
        prepared = self.definitions[contract].methods[method]
        values = plain_arguments(prepared, args, named)
        is_query = prepared.schema.kind == "query"
        step = Step(person, contract, method, values, is_query=is_query)
        self._steps.append(step)
        self._step_count += 1
        with _noted(step):
            if is_query:
                return prepared.read_result(self._chain.query(contract, method, values))
            carried = step.carried = self._chain.submit(person, contract, method, values)
            if carried.execution.code != OK:
                raise self._refusal(carried, contract, method)
            return self._answer(carried, prepared.read_result(carried.execution.result))

    def _refusal(self, carried: Carried, contract: str, method: str) -> TallystickError:
        execution = carried.execution
        if execution.writes or execution.events:
            raise AssertionError(f"{contract}.{method} was refused, and yet changed something")
        definition = self.definitions[contract]
        return carried.error or refusal_from(definition, method, execution.code, execution.result)

    def _answer(self, carried: Carried, result: object) -> Answer:
        execution = carried.execution
        return Answer(
            execution,
            result,
            tx=carried.transaction_id.hex(),
            height=carried.height,
            time_ms=carried.time_ms,
            events=tuple(event_of(self.definitions, event) for event in execution.events),
            writes=tuple(
                row_of(self.definitions, key, execution.writes[key])
                for key in sorted(execution.writes)
            ),
        )

    def _all_roles(self) -> set[str]:
        """Return the roles that methods name, without those that exclude each other."""
        schemas = [definition.schema for definition in self.definitions.values()]
        named = {role for one in schemas for method in one.methods for role in method.roles}
        return named - {role for one in schemas for group in one.exclusive_roles for role in group}


@contextmanager
def _noted(step: Step) -> Iterator[None]:
    """Keep what a call raised with the call."""
    try:
        yield
    except BaseException as failure:
        step.failure = failure
        raise
