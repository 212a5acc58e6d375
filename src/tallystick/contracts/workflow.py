# SPDX-License-Identifier: Apache-2.0
"""State machines as tables: from, action, role, guard, to. What is not in the table is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import Annotated, Any, Final, Never, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from tallystick.contracts.context import Context
from tallystick.contracts.label import Format, Label
from tallystick.contracts.part import Part
from tallystick.contracts.records import Event, Record
from tallystick.contracts.refusals import Refusal
from tallystick.contracts.schema import MoveSchema, WorkflowSchema
from tallystick.contracts.tables import Table
from tallystick.contracts.templates import describe
from tallystick.contracts.values import OrganizationCode
from tallystick.contracts.wording import Words, choice_labels
from tallystick.errors import InvalidContract, RoleMissing

R = TypeVar("R", bound=Record)

BY_CONTRACT: Final = ""
"""The role of moves that nobody makes: the contract does, such as at a deadline."""


class StateChanged(Event):
    """en: {subject}: {before} → {after} ({action}, by {organization}/{member}).

    zh: {subject}：{before} → {after}（{action}，办理人 {organization}/{member}）。
    """

    workflow: Annotated[str, Format("workflow")]
    subject: str
    action: Annotated[str, Format("move")]
    before: Annotated[str, Format("state")]
    after: Annotated[str, Format("state")]
    organization: OrganizationCode
    member: str
    role: str | None
    """The role that allowed it; null: the contract itself moved."""


class NotInState(Refusal, code="E_STATE"):
    """en: {subject} is {state}, which does not allow {action}.

    zh: {subject} 处于 {state} 状态，不允许 {action}。
    """

    subject: str
    state: Annotated[str, Format("state")]
    action: Annotated[str, Format("move")]


class Move(Struct, frozen=True, kw_only=True):
    """A row of the table; made by `move`."""

    name: str
    before: tuple[StrEnum, ...]
    after: StrEnum
    roles: tuple[str, ...]
    label: Label
    guard: Callable[[Any, Context], None] | None


def move(
    name: str,
    before: StrEnum | tuple[StrEnum, ...],
    after: StrEnum,
    *,
    role: str | tuple[str, ...],
    label: Label,
    guard: Callable[[Any, Context], None] | None = None,
) -> Move:
    """Return a row: `move("file", State.DRAFT, State.FILED, role="officer", label=...)`.

    `role` is `BY_CONTRACT` for a move that the contract makes by itself. `guard` takes record and
    context and raises a refusal; its docstring says in words what must hold.
    """
    roles = (role,) if isinstance(role, str) else role
    return Move(
        name=name,
        before=before if isinstance(before, tuple) else (before,),
        after=after,
        roles=tuple(one for one in roles if one != BY_CONTRACT),
        label=label,
        guard=guard,
    )


class Workflow(Part):
    """The states of a kind of record, and every way from one to another.

    ```python
    flow = Workflow(State, initial=State.DRAFT, moves=(move("file", ...), ...), label=...)
    ...
    campaign = self.flow.move(ctx, self.campaigns, campaign, "file", filed_at=ctx.block_time_ms)
    ```

    The record has its state in the field `state`. Each move announces who, in which role, from
    which state to which; the entry has time and transaction.
    """

    events = (StateChanged,)
    refusals = (NotInState,)

    def __init__(
        self, states: type[StrEnum], *, initial: StrEnum, moves: Iterable[Move], label: Label
    ) -> None:
        """Take the table.

        Raises:
            InvalidContract: two rows of one name leave the same state, or a state is never reached.
        """
        super().__init__(label=label)
        self.states = states
        self.initial = initial
        self.moves = tuple(moves)
        rows = [(row.name, state) for row in self.moves for state in row.before]
        self._check(rows)
        self._by_place = {(row.name, str(state)): row for row in self.moves for state in row.before}

    def move(
        self,
        ctx: Context,
        table: Table[R],
        record: R,
        action: str,
        /,
        **changes: object,
    ) -> R:
        """Keep the record in its next state, with further changed fields, and return it.

        Raises:
            NotInState: the table has no such move from where the record is.
            RoleMissing: the signer has none of the move's roles.
            Refused: the guard says no.
        """
        before = str(getattr(record, "state"))  # noqa: B009  # every record of a workflow has it
        row = self._by_place.get((action, before))
        if row is None:
            self.refuse(subject_of(table, record), before, action)
        role = next((one for one in row.roles if one in ctx.signer.roles), None)
        if row.roles and role is None:
            raise RoleMissing(f"{action} needs a role", field="roles", found=" ".join(row.roles))
        if row.guard is not None:
            row.guard(record, ctx)
        moved = table.replace(replace(record, state=row.after, **changes))
        self.announce(
            StateChanged(
                workflow=self.name,
                subject=subject_of(table, record),
                action=action,
                before=before,
                after=str(row.after),
                organization=ctx.signer.organization,
                member=ctx.signer.member,
                role=role,
            )
        )
        return moved

    def allows(self, state: StrEnum, action: str) -> bool:
        """Return whether the table has this move from this state."""
        return (action, str(state)) in self._by_place

    def refuse(self, subject: str, state: str, action: str) -> Never:
        """Refuse what is no move of the table but depends on the state as well.

        Raises:
            NotInState: always.
        """
        raise NotInState(subject=subject, state=str(state), action=action)

    def schema(self, known: Words) -> WorkflowSchema:
        """Return the table as doors and documents know it."""
        states = tuple(str(state) for state in self.states)
        return WorkflowSchema(
            name=self.name,
            label=self.label,
            states=states,
            state_labels=choice_labels(known, self.states.__name__, states),
            initial=str(self.initial),
            moves=tuple(_schema(row) for row in self.moves),
        )

    def words(self, known: Words) -> dict[str, Label]:
        """Return what events and refusals call the workflow, its states and its moves."""
        states = choice_labels(known, self.states.__name__, (str(one) for one in self.states))
        return {
            f"workflow.{self.name}": self.label,
            **{f"state.{self.name}.{state}": label for state, label in states.items()},
            **{f"move.{self.name}.{row.name}": row.label for row in self.moves},
        }

    def _check(self, rows: list[tuple[str, StrEnum]]) -> None:
        twice = [f"{name} from {state}" for name, state in rows if rows.count((name, state)) > 1]
        reached = {self.initial, *(row.after for row in self.moves)}
        lost = [str(state) for state in self.states if state not in reached]
        if twice or lost:
            raise InvalidContract(
                f"{self.label.en}: {twice[0] + ' twice' if twice else lost[0] + ' is unreachable'}",
                field=self.label.en,
                expected="one row for each action and state, and a way to every state",
            )


def subject_of(table: Table[R], record: R) -> str:
    """Return a record's primary key as text."""
    return "/".join(str(getattr(record, name)) for name in table.key)


def _schema(row: Move) -> MoveSchema:
    return MoveSchema(
        name=row.name,
        label=row.label,
        before=tuple(str(state) for state in row.before),
        after=str(row.after),
        roles=row.roles,
        guard=None if row.guard is None else describe(row.guard.__doc__),
    )
