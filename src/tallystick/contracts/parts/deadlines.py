# SPDX-License-Identifier: Apache-2.0
"""Deadlines: kept with the case they belong to, fired by a `tick` that anyone may send.

- A deadline counts to its last millisecond: then is in time, one millisecond later is late.
- Whether something is late is decided by the block's time, never by whether a tick has come.
- A tick fires what is due, earliest first, each deadline once; a second tick does nothing. Where
  much follows it ends before its limit, and says that more is due.
- What was refused is tried again by later ticks, after waits that double, so often and no more.
  Until then it stands behind everything that is due earlier: failures hold nobody up.

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
from tallystick.contracts.durations import days, hours
from tallystick.contracts.label import Format, Label
from tallystick.contracts.part import Part
from tallystick.contracts.records import Event, Record
from tallystick.contracts.refusals import Refusal
from tallystick.contracts.tables import Table
from tallystick.contracts.values import Count, Identifier, Name, Timestamp
from tallystick.errors import InvalidContract, LimitExceeded, Refused

TICK_DEADLINES_MAX: Final = 200
"""Deadlines that one tick looks at, at most."""

TICK_EVENTS_MAX: Final = 100
"""Events after which a tick leaves the rest to the next one: an outcome has a size at most."""

RETRY_AFTER_MS: Final = hours(1)
"""How long what was refused once waits for the next try; each further wait is twice as long."""

RETRY_AFTER_MS_MAX: Final = days(1)
"""The longest such wait."""

TRIES_MAX: Final = 30
"""Tries, the first one counted, after which a deadline waits for somebody: about four weeks."""

_DOUBLINGS_MAX: Final = 40
"""Twice an hour so often is longer than block times go; it bounds the number computed with."""

TickLimit: TypeAlias = Annotated[int, Meta(ge=1, le=TICK_DEADLINES_MAX)]
_QUEUE: Final = "queue"


class DeadlineState(StrEnum):
    """What has become of a deadline."""

    WAITING = "WAITING"
    FAILED = "FAILED"
    """It passed, and what should have followed was refused; a later tick tries again."""
    GIVEN_UP = "GIVEN_UP"
    """It was refused so often that no tick tries again: somebody must act."""


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
    tries: Count = 0
    """How often what follows was refused."""
    next_try: Timestamp | None = None
    """From when a tick tries again, if it failed."""

    @property
    def queued_for(self) -> int | None:
        """When its turn in the queue comes; None if it has none."""
        return self.due if self.state is DeadlineState.WAITING else self.next_try


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
    name: Annotated[Identifier, Format("word")]
    due: Timestamp


class DeadlineFailed(Event):
    """en: {case}: what follows the deadline {name} was refused ({code}), try {tries}.

    zh: {case}：期限 {name} 届满后的处理被拒绝（{code}），第 {tries} 次。
    """

    case: Name
    name: Annotated[Identifier, Format("word")]
    code: str
    tries: Count


class DeadlineGivenUp(Event):
    """en: {case}: what follows the deadline {name} is not tried again ({code}); somebody must act.

    zh: {case}：期限 {name} 届满后的处理不再自动重试（{code}），须人工处理。
    """

    case: Name
    name: Annotated[Identifier, Format("word")]
    code: str


class TooLate(Refusal, code="E_LATE"):
    """en: {case}: {name} was due by {due}.

    zh: {case}：{name} 的期限为 {due}，已逾期。
    """

    case: Name
    name: Annotated[Identifier, Format("word")]
    due: Timestamp


class DeadlineNotFailed(Refusal, code="E_STATE"):
    """en: {case}: the deadline {name} is {state}; only what was refused can be tried again.

    zh: {case}：期限 {name} 处于 {state} 状态，仅处理被拒绝者可重试。
    """

    case: Name
    name: Annotated[Identifier, Format("word")]
    state: DeadlineState


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


    @action(role=ANY_MEMBER, label=Label(zh="重试到期处理", en="Try a deadline again"))
    def retry_deadline(self, ctx: Context, case: Name, name: Identifier) -> None:
        self.deadlines.retry(ctx, self, case, name)
    ```

    For each name in `on_expiry` the contract has a method `on_NAME(ctx, deadline)`. If it refuses,
    what it did is undone, the deadline is kept as failed, and the tick goes on. Later ticks try it
    again, after waits that double, until it has been tried `tries_max` times.
    """

    events = (DeadlineReached, DeadlineFailed, DeadlineGivenUp)
    refusals = (TooLate, DeadlineNotFailed)

    deadlines = Table(Deadline, key=("case", "name"), label=Label(zh="期限", en="Deadlines"))
    entries = Table(QueueEntry, key="place", label=Label(zh="队列", en="Queue"))
    queues = Table(Queue, key="id", label=Label(zh="队列长度", en="Length of the queue"))

    def __init__(
        self,
        *,
        on_expiry: tuple[str, ...],
        label: Label,
        retry_after_ms: int = RETRY_AFTER_MS,
        retry_after_ms_max: int = RETRY_AFTER_MS_MAX,
        tries_max: int = TRIES_MAX,
    ) -> None:
        """Take the names of what can follow a deadline, and how it is tried again if refused.

        Args:
            on_expiry: names of what can follow.
            label: of the part.
            retry_after_ms: the wait after the first refusal; each further one is twice as long.
            retry_after_ms_max: the longest wait.
            tries_max: how often ticks try, the first time counted; 1 for never again.
        """
        super().__init__(label=label)
        self.handlers = on_expiry
        self.retry_after_ms = retry_after_ms
        self.retry_after_ms_max = retry_after_ms_max
        self.tries_max = tries_max

    def check(self, contract: type) -> None:
        """Refuse waits and tries below one, and a contract without a method for what follows."""
        if min(self.retry_after_ms, self.retry_after_ms_max, self.tries_max) < 1:
            raise InvalidContract(
                f"{contract.__name__}: the deadlines {self.name!r} wait no time or try never",
                field=f"{contract.__name__}.{self.name}",
                expected="retry_after_ms, retry_after_ms_max and tries_max of 1 and more",
            )
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

    def retry(self, ctx: Context, contract: Any, case: str, name: str) -> None:  # noqa: ANN401
        """Let what follows a failed deadline happen now, without waiting for a tick.

        What refuses it refuses the call, so that who asks reads why; nothing has changed then.

        Args:
            ctx: of the call.
            contract: `self`, whose `on_NAME` methods are called.
            case: of the deadline.
            name: of the deadline.

        Raises:
            UnknownRecord: it is not set.
            DeadlineNotFailed: nothing was refused yet.
        """
        deadline = self.deadlines.require(case, name)
        if deadline.state is DeadlineState.WAITING:
            raise DeadlineNotFailed(case=case, name=name, state=deadline.state)
        self._reach(ctx, contract, deadline)

    def fire(self, ctx: Context, contract: Any, *, limit: int) -> Ticked:  # noqa: ANN401
        """Let what follows happen for deadlines that have passed, earliest first.

        What was refused in an earlier tick takes part from the time of its next try on.

        Args:
            ctx: of the tick.
            contract: `self`, whose `on_NAME` methods are called.
            limit: how many places of the queue are looked at, at most; fewer if so many events
                follow that more would not fit into an outcome.
        """
        fired = failed = 0
        for _ in range(limit):
            entry = self._first_due(ctx)
            if entry is None:
                break
            self._pop()
            deadline = self.deadlines.get(entry.case, entry.name)
            if deadline is None or deadline.queued_for != entry.due:
                continue  # cleared, or set anew for another time
            if self._follow(ctx, contract, deadline):
                fired += 1
            else:
                failed += 1
            if len(self._session.events) >= TICK_EVENTS_MAX:
                break
        is_more_due = self._first_due(ctx) is not None
        return Ticked(fired=fired, failed=failed, is_more_due=is_more_due)

    def _reach(self, ctx: Context, contract: Any, deadline: Deadline) -> None:  # noqa: ANN401
        """Do what follows a deadline, which is not set any more."""
        self.deadlines.remove(deadline.case, deadline.name)
        self.announce(DeadlineReached(case=deadline.case, name=deadline.name, due=deadline.due))
        follow: Callable[[Context, Deadline], None]
        follow = getattr(contract, f"on_{deadline.on_expiry}")
        follow(ctx, deadline)

    def _follow(self, ctx: Context, contract: Any, deadline: Deadline) -> bool:  # noqa: ANN401
        """Do what follows a deadline; undo it and keep the deadline as failed if it is refused."""
        point = self._session.savepoint()
        try:
            self._reach(ctx, contract, deadline)
        except (Refused, LimitExceeded) as refusal:
            self._session.restore(point)
            self._fail(ctx, deadline, refusal.code)
            return False
        return True

    def _fail(self, ctx: Context, deadline: Deadline, code: str) -> None:
        """Keep a deadline whose consequence was refused, and queue its next try if there is one."""
        case, name, tries = deadline.case, deadline.name, deadline.tries + 1
        self.announce(DeadlineFailed(case=case, name=name, code=code, tries=tries))
        if tries >= self.tries_max:
            state, next_try = DeadlineState.GIVEN_UP, None
            self.announce(DeadlineGivenUp(case=case, name=name, code=code))
        else:
            wait = self.retry_after_ms << min(tries - 1, _DOUBLINGS_MAX)
            state = DeadlineState.FAILED
            next_try = ctx.block_time_ms + min(wait, self.retry_after_ms_max)
            self._push(next_try, case, name)
        self.deadlines.replace(replace(deadline, state=state, tries=tries, next_try=next_try))

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
