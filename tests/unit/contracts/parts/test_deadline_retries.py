# SPDX-License-Identifier: Apache-2.0
"""What follows a deadline and was refused is tried again: in time, in turn, and not for ever."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallystick.contracts import (
    ANY_MEMBER,
    Context,
    Contract,
    Event,
    Identifier,
    Label,
    Name,
    Record,
    Refusal,
    Table,
    Timestamp,
    action,
    schema_of,
)
from tallystick.contracts.parts import Deadline, Deadlines, DeadlineState, Ticked, TickLimit
from tallystick.errors import InvalidContract
from tallystick.model import Execution
from tallystick.testing import LedgerHarness, make_signer
from tests.unit.contracts.parts.kept import kept

LABEL: Final = Label(zh="做", en="Do")
ANN: Final = make_signer(member="ann")
FIRST_MS: Final = 100
LONGEST_MS: Final = 350
TRIES: Final = 4


class Lapsed(Event):
    """en: {case} lapsed.

    zh: {case} 失效。
    """

    case: Name


class Blocked(Refusal, code="E_MISSING"):
    """en: {case} lacks something.

    zh: {case} 缺少条件。
    """

    case: Name


class Obstacle(Record):
    """What keeps a case from lapsing."""

    case: Name


class Matters(Contract, name="matters", version=1):
    """Cases with deadlines, and obstacles to what follows."""

    obstacles = Table(Obstacle, key="case")
    deadlines = Deadlines(
        on_expiry=("lapse",),
        label=LABEL,
        retry_after_ms=FIRST_MS,
        retry_after_ms_max=LONGEST_MS,
        tries_max=TRIES,
    )

    @action(role=ANY_MEMBER, label=LABEL)
    def set(self, ctx: Context, case: Name, due: Timestamp) -> None:
        """Set a deadline."""
        self.deadlines.set(case, "x", due=due, on_expiry="lapse")

    @action(role=ANY_MEMBER, label=LABEL)
    def clear(self, ctx: Context, case: Name) -> None:
        """Drop it."""
        self.deadlines.clear(case, "x")

    @action(role=ANY_MEMBER, label=LABEL)
    def block(self, ctx: Context, case: Name) -> None:
        """Keep a case from lapsing."""
        self.obstacles.put(Obstacle(case=case))

    @action(role=ANY_MEMBER, label=LABEL)
    def mend(self, ctx: Context, case: Name) -> None:
        """Take the obstacle away."""
        if self.obstacles.contains(case):
            self.obstacles.remove(case)

    @action(role=ANY_MEMBER, label=LABEL, emits=(Lapsed,))
    def tick(self, ctx: Context, limit: TickLimit = 100) -> Ticked:
        """Fire."""
        return self.deadlines.fire(ctx, self, limit=limit)

    @action(role=ANY_MEMBER, label=LABEL, emits=(Lapsed,))
    def retry_deadline(self, ctx: Context, case: Name, name: Identifier) -> None:
        """Try again now."""
        self.deadlines.retry(ctx, self, case, name)

    def on_lapse(self, ctx: Context, deadline: Deadline) -> None:
        """Let a case lapse unless something is in its way."""
        ctx.emit(Lapsed(case=deadline.case))
        if self.obstacles.contains(deadline.case):
            raise Blocked(case=deadline.case)


class World:
    """A ledger of matters."""

    def __init__(self) -> None:
        """Start with none."""
        self.ledger = LedgerHarness(Matters)

    @property
    def now(self) -> int:
        """Time of the last block."""
        return self.ledger.block_time_ms

    def do(self, method: str, **args: Any) -> Execution:
        """Run an action in a block that comes a millisecond later."""
        return self.ledger.run(method, ANN, **args)

    def tick_at(self, time_ms: int, **args: int) -> Execution:
        """Tick in a block of this time."""
        self.ledger.block_time_ms = time_ms - 1
        return self.do("tick", **args)

    def deadlines(self) -> dict[str, Deadline]:
        """Return what is kept, by case."""
        return {one.case: one for one in kept(self.ledger, "deadlines_deadlines", Deadline)}

    def blocked(self, *cases: str, due: int) -> None:
        """Set deadlines whose consequence is refused."""
        for case in cases:
            self.do("set", case=case, due=due)
            self.do("block", case=case)


@pytest.fixture
def world() -> World:
    """Return a ledger of matters."""
    return World()


def named(done: Execution, name: str) -> list[dict[str, Any]]:
    """Return the fields of a call's events of a name."""
    return [dict(one.fields) for one in done.events if one.name == f"matters.{name}"]


def test_what_was_refused_happens_when_it_can_at_the_next_try(world: World) -> None:
    """Not before the wait is over; then once, with the deadline's own date."""
    due = world.now + 50
    world.blocked("A", due=due)
    first = due + 10
    failed = world.tick_at(first)
    assert named(failed, "DeadlineFailed") == [
        {"case": "A", "name": "x", "code": "E_MISSING", "tries": 1}
    ]
    kept_as = world.deadlines()["A"]
    assert (kept_as.state, kept_as.due) == (DeadlineState.FAILED, due)
    assert (kept_as.tries, kept_as.next_try) == (1, first + FIRST_MS)
    world.do("mend", case="A")
    early = world.tick_at(first + FIRST_MS)
    assert (early.result, early.writes) == ({"fired": 0, "failed": 0, "is_more_due": False}, {})
    then = world.tick_at(first + FIRST_MS + 1)
    assert named(then, "DeadlineReached") == [{"case": "A", "name": "x", "due": due}]
    assert named(then, "Lapsed") == [{"case": "A"}]
    assert world.deadlines() == {}
    assert world.tick_at(then_later := world.now + 10 * LONGEST_MS).writes == {}
    assert world.now == then_later


def test_waits_double_up_to_the_longest_and_end_with_the_last_try(world: World) -> None:
    """Each try is recorded; after the last one somebody must act, and is told so."""
    world.blocked("A", due=world.now)
    waits, recorded, given_up = [], [], []
    for _ in range(TRIES):
        done = world.tick_at(world.deadlines()["A"].queued_for + 1)  # type: ignore[operator]
        recorded += [one["tries"] for one in named(done, "DeadlineFailed")]
        given_up += named(done, "DeadlineGivenUp")
        next_try = world.deadlines()["A"].next_try
        waits.append(None if next_try is None else next_try - world.now)
    assert waits == [FIRST_MS, 2 * FIRST_MS, LONGEST_MS, None]
    assert recorded == [1, 2, 3, 4]
    assert given_up == [{"case": "A", "name": "x", "code": "E_MISSING"}]
    assert world.deadlines()["A"].state is DeadlineState.GIVEN_UP
    assert world.deadlines()["A"].queued_for is None
    assert world.tick_at(world.now + 100 * LONGEST_MS).writes == {}


@pytest.mark.parametrize("ticks", [1, TRIES])
def test_anyone_may_try_again_without_waiting(world: World, ticks: int) -> None:
    """Failed or given up: a refusal reaches who asks and changes nothing; then it happens once."""
    world.blocked("A", due=world.now)
    for _ in range(ticks):
        world.tick_at(world.now + 1_000)
    before = world.deadlines()
    refused = world.do("retry_deadline", case="A", name="x")
    assert (refused.code, refused.result) == ("E_MISSING", {"case": "A"})
    assert world.deadlines() == before
    world.do("mend", case="A")
    done = world.do("retry_deadline", case="A", name="x")
    assert named(done, "Lapsed") == [{"case": "A"}]
    assert world.deadlines() == {}
    assert named(world.tick_at(world.now + 10 * LONGEST_MS), "Lapsed") == []
    assert world.do("retry_deadline", case="A", name="x").code == "E_MISSING"


def test_what_has_not_been_refused_is_not_tried_by_hand(world: World) -> None:
    """A deadline that waits is the tick's, before and after it passed."""
    world.do("set", case="A", due=world.now + 50)
    for _ in range(2):
        refused = world.do("retry_deadline", case="A", name="x")
        assert refused.code == "E_STATE"
        assert refused.result == {"case": "A", "name": "x", "state": "WAITING"}
        world.ledger.block_time_ms += 100


def test_a_failed_deadline_that_is_cleared_or_set_anew_is_not_tried_for_the_old_one(
    world: World,
) -> None:
    """What waits in the queue for it is passed over."""
    world.blocked("A", "B", due=world.now)
    world.tick_at(world.now + 10)
    for case in "AB":
        world.do("clear", case=case)
        world.do("mend", case=case)
    world.do("set", case="B", due=world.now + 10 * LONGEST_MS)
    assert named(world.tick_at(world.now + LONGEST_MS), "Lapsed") == []
    assert named(world.tick_at(world.now + 10 * LONGEST_MS), "Lapsed") == [{"case": "B"}]


@given(failing=st.integers(1, 12), limit=st.integers(1, 4))
def test_failures_hold_nobody_up(failing: int, limit: int) -> None:
    """What is due comes to its turn after at most what was due before it, however often it fails.

    Ticks come so seldom that everything refused wants its next try at every one of them.
    """
    world = World()
    world.blocked(*(f"F{number}" for number in range(failing)), due=world.now)
    world.tick_at(world.now + 10, limit=200)
    world.do("set", case="new", due=world.now + 5 * LONGEST_MS)
    turns = -(-(failing + 1) // limit)
    found = [
        named(world.tick_at(world.now + 10 * LONGEST_MS, limit=limit), "Lapsed")
        for _ in range(turns)
    ]
    assert [one for turn in found for one in turn] == [{"case": "new"}]


@dataclass
class Waiting:
    """What a list would keep of a deadline."""

    at: int | None
    tries: int = 0


CASES: Final = "ABCDE"
MOVES: Final = st.lists(
    st.tuples(
        st.sampled_from(["set", "clear", "block", "mend", "retry", "tick", "tick", "tick"]),
        st.sampled_from(CASES),
        st.integers(0, 400),
        st.integers(1, 6),
    ),
    max_size=50,
)


class Model:
    """The ten lines that the part is held against: a dictionary, sorted at each tick."""

    def __init__(self) -> None:
        """Nothing waits."""
        self.waiting: dict[str, Waiting] = {}
        self.obstacles: set[str] = set()

    def tick(self, now: int, limit: int) -> tuple[list[str], list[str]]:
        """Return which cases lapse and which are refused, in order."""
        due = sorted(
            (one.at, case)
            for case, one in self.waiting.items()
            if one.at is not None and one.at < now
        )
        happened, refused = [], []
        for _, case in due[:limit]:
            if case not in self.obstacles:
                happened.append(case)
                del self.waiting[case]
                continue
            refused.append(case)
            one = self.waiting[case]
            wait = min(FIRST_MS * 2**one.tries, LONGEST_MS)
            one.tries += 1
            one.at = now + wait if one.tries < TRIES else None
        return happened, refused


@given(MOVES)
def test_ticks_and_retries_agree_with_a_sorted_list(moves: list[tuple[str, str, int, int]]) -> None:
    """Whatever is set, cleared, blocked, mended and tried in whatever order; a second tick idles.

    A tick without a limit that is reached leaves nothing to do for another at the same time.
    """
    world, model = World(), Model()
    for kind, case, wait, limit in moves:
        world.ledger.block_time_ms += wait
        now = world.now + 1
        if kind == "set":
            world.do("set", case=case, due=now + 200 - wait)
            model.waiting.setdefault(case, Waiting(now + 200 - wait))
        elif kind == "clear":
            world.do("clear", case=case)
            model.waiting.pop(case, None)
        elif kind in {"block", "mend"}:
            world.do(kind, case=case)
            (model.obstacles.add if kind == "block" else model.obstacles.discard)(case)
        elif kind == "retry":
            done = world.do("retry_deadline", case=case, name="x")
            can = (
                case in model.waiting and model.waiting[case].tries and case not in model.obstacles
            )
            assert (done.code == "ok") is bool(can)
            if can:
                del model.waiting[case]
        else:
            check_tick(world, model, now, limit)
        assert {name: one.queued_for for name, one in world.deadlines().items()} == {
            name: one.at for name, one in model.waiting.items()
        }


def check_tick(world: World, model: Model, now: int, limit: int) -> None:
    """Tick until nothing is due at this time, and hold what happened against the model."""
    happened: list[str] = []
    refused: list[str] = []
    is_more_due = True
    while is_more_due:
        world.ledger.block_time_ms = now - 1
        done = world.do("tick", limit=limit)
        happened += [one["case"] for one in named(done, "Lapsed")]
        refused += [one["case"] for one in named(done, "DeadlineFailed")]
        is_more_due = done.result["is_more_due"]  # type: ignore[index,call-overload,assignment]
    assert (happened, refused) == model.tick(now, len(CASES))
    world.ledger.block_time_ms = now - 1
    again = world.do("tick", limit=limit)
    assert (again.events, again.writes) == ((), {})


@pytest.mark.parametrize("wrong", ["retry_after_ms", "retry_after_ms_max", "tries_max"])
def test_waits_and_tries_are_at_least_one(wrong: str) -> None:
    """A wait of nothing would try in the same tick for ever."""

    class Hasty(Contract, name="hasty", version=1):
        """Does not wait."""

        deadlines = Deadlines(on_expiry=(), label=LABEL, **{wrong: 0})

    with pytest.raises(InvalidContract, match="wait no time or try never"):
        schema_of(Hasty)
