# SPDX-License-Identifier: Apache-2.0
"""Deadlines: kept with the case they belong to, fired by a `tick` that anyone may send.

- A deadline counts to its last millisecond: then is in time, one millisecond later is late.
- Whether something is late is decided by the block's time, never by whether a tick has come.
- A tick fires what is due, earliest first, each deadline once; a second tick does nothing.

What is due next is found by a binary heap kept in a table, so that setting and firing cost a few
reads and writes however many deadlines wait.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Annotated, Any, Final, TypeAlias

from msgspec import Meta
from msgspec.structs import replace

from tallystick.contracts.context import Context
from tallystick.contracts.label import Label
from tallystick.contracts.part import Part
from tallystick.contracts.records import Event, Record
from tallystick.contracts.refusals import Refusal
from tallystick.contracts.tables import Table
from tallystick.contracts.values import Count, Identifier, Name, Timestamp
from tallystick.errors import InvalidContract, LimitExceeded, Refused

TICK_DEADLINES_MAX: Final = 200
"""Deadlines that one tick looks at, at most."""

TickLimit: TypeAlias = Annotated[int, Meta(ge=1, le=TICK_DEADLINES_MAX)]
_QUEUE: Final = "queue"


class DeadlineState(StrEnum):
    """What has become of a deadline."""

    WAITING = "WAITING"
    FAILED = "FAILED"
    """It passed, and what should have followed was refused."""


class Deadline(Record):
    """Until when something may be done in a case, and what follows if it was not."""

    case: Name
    name: Identifier
    due: Timestamp
    """The last millisecond."""
    on_expiry: Identifier
    calendar: str | None = None
    """The working-day calendars it was counted with, by version; null: calendar days."""
    state: DeadlineState = DeadlineState.WAITING


class QueueEntry(Record):
    """A place of the heap."""

    place: Count
    due: Timestamp
    case: Name
    name: Identifier


class Queue(Record):
    """How long the heap is."""

    id: Identifier
    size: Count


class DeadlineReached(Event):
    """en: {case}: the deadline {name} passed ({due}).

    zh: {case}：期限 {name} 已届满（{due}）。
    """

    case: Name
    name: Identifier
    due: Timestamp


class DeadlineFailed(Event):
    """en: {case}: what follows the deadline {name} was refused ({code}).

    zh: {case}：期限 {name} 届满后的处理被拒绝（{code}）。
    """

    case: Name
    name: Identifier
    code: str


class TooLate(Refusal, code="E_LATE"):
    """en: {case}: {name} was due by {due}.

    zh: {case}：{name} 的期限为 {due}，已逾期。
    """

    case: Name
    name: Identifier
    due: Timestamp


class Ticked(Record):
    """What a tick did."""

    fired: Count
    failed: Count
    is_more_due: bool
    """Whether another tick at the same time would find something to do."""


class Deadlines(Part):
    """The deadlines of a contract.

    ```python
    deadlines = Deadlines(on_expiry=("lapse",), label=Label(zh="期限", en="Deadlines"))
    ...
    self.deadlines.set(
        "EN-2026-000001", "claim", due=ctx.block_time_ms + 90 * DAY_MS, on_expiry="lapse"
    )


    def on_lapse(self, ctx: Context, deadline: Deadline) -> None: ...


    @action(role=ANY_MEMBER, label=Label(zh="到期处理", en="Tick"))
    def tick(self, ctx: Context, limit: TickLimit = 100) -> Ticked:
        return self.deadlines.fire(ctx, self, limit=limit)
    ```

    For each name in `on_expiry` the contract has a method `on_NAME(ctx, deadline)`. If it refuses,
    what it did is undone, the deadline is kept as failed, and the tick goes on.
    """

    events = (DeadlineReached, DeadlineFailed)
    refusals = (TooLate,)

    deadlines = Table(Deadline, key=("case", "name"), label=Label(zh="期限", en="Deadlines"))
    entries = Table(QueueEntry, key="place", label=Label(zh="队列", en="Queue"))
    queues = Table(Queue, key="id", label=Label(zh="队列长度", en="Length of the queue"))

    def __init__(self, *, on_expiry: tuple[str, ...], label: Label) -> None:
        """Take the names of what can follow a deadline."""
        super().__init__(label=label)
        self.handlers = on_expiry

    def check(self, contract: type) -> None:
        """Refuse a contract without a method for what follows a deadline."""
        for name in self.handlers:
            if not callable(getattr(contract, f"on_{name}", None)):
                raise InvalidContract(
                    f"{contract.__name__}: no method on_{name} for the deadlines {self.name!r}",
                    field=f"{contract.__name__}.on_{name}",
                    expected=f"def on_{name}(self, ctx: Context, deadline: Deadline) -> None",
                )

    def set(
        self, case: str, name: str, *, due: int, on_expiry: str, calendar: str | None = None
    ) -> Deadline:
        """Set a deadline; one of a case and name at a time.

        Raises:
            Duplicate: it is set already.
        """
        if on_expiry not in self.handlers:
            raise ValueError(f"{on_expiry!r} is not among the `on_expiry` of {self.name}")
        deadline = Deadline(case=case, name=name, due=due, on_expiry=on_expiry, calendar=calendar)
        kept = self.deadlines.add(deadline)
        self._push(due, case, name)
        return kept

    def clear(self, case: str, name: str) -> None:
        """Drop a deadline because what it was for has been done; no matter if there is none."""
        if self.deadlines.contains(case, name):
            self.deadlines.remove(case, name)

    def is_late(self, ctx: Context, case: str, name: str) -> bool:
        """Return whether a deadline has passed; one that is not set has not."""
        deadline = self.deadlines.get(case, name)
        return deadline is not None and ctx.block_time_ms > deadline.due

    def require_in_time(self, ctx: Context, case: str, name: str) -> None:
        """Refuse what comes after a deadline, whether or not a tick has come.

        Raises:
            TooLate: it has passed.
            UnknownRecord: it is not set.
        """
        deadline = self.deadlines.require(case, name)
        if ctx.block_time_ms > deadline.due:
            raise TooLate(case=case, name=name, due=deadline.due)

    def fire(self, ctx: Context, contract: Any, *, limit: int) -> Ticked:  # noqa: ANN401
        """Let what follows happen for deadlines that have passed, earliest first.

        Args:
            ctx: of the tick.
            contract: `self`, whose `on_NAME` methods are called.
            limit: how many places of the queue are looked at, at most.
        """
        fired = failed = 0
        for _ in range(limit):
            entry = self._first_due(ctx)
            if entry is None:
                break
            self._pop()
            deadline = self.deadlines.get(entry.case, entry.name)
            if deadline is None or deadline.due != entry.due or _has_failed(deadline):
                continue  # cleared, or set anew for another time
            follow: Callable[[Context, Deadline], None]
            follow = getattr(contract, f"on_{deadline.on_expiry}")
            if self._follow(ctx, deadline, follow):
                fired += 1
            else:
                failed += 1
        is_more_due = self._first_due(ctx) is not None
        return Ticked(fired=fired, failed=failed, is_more_due=is_more_due)

    def _follow(
        self, ctx: Context, deadline: Deadline, follow: Callable[[Context, Deadline], None]
    ) -> bool:
        """Do what follows a deadline; undo it and keep the deadline as failed if it is refused."""
        case, name = deadline.case, deadline.name
        point = self._session.savepoint()
        self.deadlines.remove(case, name)
        self.announce(DeadlineReached(case=case, name=name, due=deadline.due))
        try:
            follow(ctx, deadline)
        except (Refused, LimitExceeded) as refusal:
            self._session.restore(point)
            self.deadlines.replace(replace(deadline, state=DeadlineState.FAILED))
            self.announce(DeadlineFailed(case=case, name=name, code=refusal.code))
            return False
        return True

    def _first_due(self, ctx: Context) -> QueueEntry | None:
        """Return the earliest entry if its time has passed."""
        first = self.entries.get(0)
        return first if first is not None and ctx.block_time_ms > first.due else None

    def _size(self) -> int:
        kept = self.queues.get(_QUEUE)
        return 0 if kept is None else kept.size

    def _push(self, due: int, case: str, name: str) -> None:
        """Put an entry into the heap: up from the last place while its parent is later."""
        place = self._size()
        self.queues.put(Queue(id=_QUEUE, size=place + 1))
        new = QueueEntry(place=place, due=due, case=case, name=name)
        while new.place > 0:
            parent = self.entries.require((new.place - 1) // 2)
            if _order(parent) <= _order(new):
                break
            self.entries.put(replace(parent, place=new.place))
            new = replace(new, place=parent.place)
        self.entries.put(new)

    def _pop(self) -> None:
        """Take the first entry out: the last one sinks from the top while a child is earlier."""
        size = self._size() - 1
        last = self.entries.require(size)
        self.entries.remove(size)
        self.queues.put(Queue(id=_QUEUE, size=size))
        if size == 0:
            return
        sinking = replace(last, place=0)
        while (child := self._earlier_child(sinking.place, size)) is not None:
            if _order(sinking) <= _order(child):
                break
            self.entries.put(replace(child, place=sinking.place))
            sinking = replace(sinking, place=child.place)
        self.entries.put(sinking)

    def _earlier_child(self, place: int, size: int) -> QueueEntry | None:
        places = [one for one in (2 * place + 1, 2 * place + 2) if one < size]
        return min((self.entries.require(one) for one in places), key=_order, default=None)


def _order(entry: QueueEntry) -> tuple[int, str, str]:
    return entry.due, entry.case, entry.name


def _has_failed(deadline: Deadline) -> bool:
    return deadline.state is DeadlineState.FAILED
