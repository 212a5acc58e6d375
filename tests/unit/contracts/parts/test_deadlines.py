# SPDX-License-Identifier: Apache-2.0
"""Deadlines count to their last millisecond; a tick fires what is due, each once, in order."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallystick.contracts import (
    ANY_MEMBER,
    Context,
    Contract,
    Event,
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
from tallystick.testing import LedgerHarness, make_signer
from tests.unit.contracts.parts.kept import kept

LABEL = Label(zh="做", en="Do")
ANN = make_signer(member="ann")
START = 1_790_000_000_000


class Lapsed(Event):
    """en: {case} lapsed.

    zh: {case} 失效。
    """

    case: Name


class Stubborn(Refusal, code="E_FROZEN"):
    """en: {case} does not lapse.

    zh: {case} 不失效。
    """

    case: Name


class Mark(Record):
    """That a case lapsed."""

    case: Name


class Matters(Contract, name="matters", version=1):
    """Cases with deadlines."""

    marks = Table(Mark, key="case")
    deadlines = Deadlines(on_expiry=("lapse",), label=Label(zh="期限", en="Deadlines"))

    @action(role=ANY_MEMBER, label=LABEL)
    def set(self, ctx: Context, case: Name, name: Name, due: Timestamp) -> None:
        """Set a deadline."""
        self.deadlines.set(case, name, due=due, on_expiry="lapse")

    @action(role=ANY_MEMBER, label=LABEL)
    def set_oddly(self, ctx: Context) -> None:
        """Set a deadline that nothing follows."""
        self.deadlines.set("A", "x", due=1, on_expiry="nothing")

    @action(role=ANY_MEMBER, label=LABEL)
    def clear(self, ctx: Context, case: Name, name: Name) -> None:
        """Drop it."""
        self.deadlines.clear(case, name)

    @action(role=ANY_MEMBER, label=LABEL)
    def do(self, ctx: Context, case: Name, name: Name) -> bool:
        """Do what the deadline is for."""
        assert not self.deadlines.is_late(ctx, "none", "none")
        was_late = self.deadlines.is_late(ctx, case, name)
        self.deadlines.require_in_time(ctx, case, name)
        return was_late

    @action(role=ANY_MEMBER, label=LABEL, emits=(Lapsed,))
    def tick(self, ctx: Context, limit: TickLimit = 100) -> Ticked:
        """Fire."""
        return self.deadlines.fire(ctx, self, limit=limit)

    def on_lapse(self, ctx: Context, deadline: Deadline) -> None:
        """Mark the case, then refuse if it is stubborn."""
        self.marks.put(Mark(case=deadline.case))
        ctx.emit(Lapsed(case=deadline.case))
        if deadline.case.startswith("stubborn"):
            raise Stubborn(case=deadline.case)


@pytest.fixture
def matters() -> LedgerHarness:
    """Return cases."""
    return LedgerHarness(Matters)


def at(ledger: LedgerHarness, time_ms: int) -> LedgerHarness:
    """Let the next block have this time."""
    ledger.block_time_ms = time_ms - 1
    return ledger


def lapsed(ledger: LedgerHarness, signer_call: str = "tick", **args: int) -> list[str]:
    """Tick, and return the cases that lapsed, in order."""
    done = ledger.run(signer_call, ANN, **args)
    return [str(one.fields["case"]) for one in done.events if one.name == "matters.Lapsed"]


def test_on_the_last_millisecond_in_time_one_later_late(matters: LedgerHarness) -> None:
    """On the last second accepted, one second later refused: E_LATE, ticked or not."""
    due = START + 10_000
    matters.run("set", ANN, case="A", name="file", due=due)
    in_time = at(matters, due).run("do", ANN, case="A", name="file")
    late = at(matters, due + 1).run("do", ANN, case="A", name="file")
    assert (in_time.code, in_time.result) == ("ok", False)
    assert (late.code, late.result) == ("E_LATE", {"case": "A", "name": "file", "due": due})
    assert matters.run("do", ANN, case="B", name="file").code == "E_MISSING"


def test_a_tick_fires_what_is_due_earliest_first_and_no_more(matters: LedgerHarness) -> None:
    """What is due exactly now still has its last millisecond."""
    for case, due in (("late", 300), ("early", 100), ("now", 400), ("middle", 200)):
        matters.run("set", ANN, case=case, name="x", due=START + due)
    assert lapsed(at(matters, START + 400)) == ["early", "middle", "late"]
    assert lapsed(at(matters, START + 401)) == ["now"]


def test_firing_twice_does_nothing(matters: LedgerHarness) -> None:
    """INV: a tick is idempotent."""
    matters.run("set", ANN, case="A", name="x", due=START + 100)
    assert lapsed(at(matters, START + 200)) == ["A"]
    again = matters.run("tick", ANN)
    assert again.result == {"fired": 0, "failed": 0, "is_more_due": False}
    assert (again.events, again.writes) == ((), {})


def test_a_deadline_is_set_once_and_again_after_it_was_cleared(matters: LedgerHarness) -> None:
    """A cleared deadline does not fire; one set anew fires at its new time only."""
    matters.run("set", ANN, case="A", name="x", due=START + 100)
    assert matters.run("set", ANN, case="A", name="x", due=START + 200).code == "E_DUP"
    matters.run("clear", ANN, case="A", name="x")
    matters.run("clear", ANN, case="A", name="x")
    matters.run("set", ANN, case="A", name="x", due=START + 300)
    assert lapsed(at(matters, START + 250)) == []
    assert lapsed(at(matters, START + 301)) == ["A"]


def test_a_refused_consequence_is_undone_and_does_not_stop_the_others(
    matters: LedgerHarness,
) -> None:
    """The deadline stays as failed, with an event that names the code; the next try comes later."""
    matters.run("set", ANN, case="stubborn", name="x", due=START + 100)
    matters.run("set", ANN, case="B", name="x", due=START + 200)
    done = at(matters, START + 500).run("tick", ANN)
    assert done.result == {"fired": 1, "failed": 1, "is_more_due": False}
    names = [event.name.partition(".")[2] for event in done.events]
    assert names == ["DeadlineFailed", "DeadlineReached", "Lapsed"]
    assert done.events[0].fields["code"] == "E_FROZEN"
    assert kept(matters, "marks", Mark) == [Mark(case="B")]
    (left,) = kept(matters, "deadlines_deadlines", Deadline)
    assert (left.case, left.state) == ("stubborn", DeadlineState.FAILED)
    assert lapsed(matters) == []


def test_a_tick_says_whether_more_is_due(matters: LedgerHarness) -> None:
    """What one tick leaves the next one does."""
    for case in "ABC":
        matters.run("set", ANN, case=case, name="x", due=START + 100)
    done = at(matters, START + 500).run("tick", ANN, limit=2)
    assert done.result == {"fired": 2, "failed": 0, "is_more_due": True}
    assert lapsed(matters) == ["C"]


class Loud(Contract, name="loud", version=1):
    """So much follows each deadline that no tick can let two hundred of them happen."""

    deadlines = Deadlines(on_expiry=("lapse",), label=Label(zh="期限", en="Deadlines"))

    @action(role=ANY_MEMBER, label=LABEL)
    def set(self, ctx: Context, count: int) -> None:
        """Set so many deadlines that have passed."""
        for number in range(count):
            self.deadlines.set(f"C{number}", "x", due=1, on_expiry="lapse")

    @action(role=ANY_MEMBER, label=LABEL, emits=(Lapsed,))
    def tick(self, ctx: Context, limit: TickLimit) -> Ticked:
        """Fire them."""
        return self.deadlines.fire(ctx, self, limit=limit)

    def on_lapse(self, ctx: Context, deadline: Deadline) -> None:
        """Say it thirty times."""
        for _ in range(30):
            ctx.emit(Lapsed(case=deadline.case * 40))


def test_a_tick_of_which_much_follows_ends_early_and_is_never_too_large() -> None:
    """At its largest limit it is not refused for its size; further ticks let the rest happen."""
    ledger = LedgerHarness(Loud)
    assert ledger.run("set", ANN, count=30).code == "ok"
    answers = [ledger.run("tick", ANN, limit=200).result for _ in range(9)]
    fired = [one["fired"] if isinstance(one, dict) else None for one in answers]
    assert fired == [4] * 7 + [2, 0]
    assert [one["is_more_due"] for one in answers if isinstance(one, dict)][6:] == [
        True,
        False,
        False,
    ]


def test_what_follows_a_deadline_must_be_declared(matters: LedgerHarness) -> None:
    """A name outside the declaration is a mistake in the contract, found at once."""
    with pytest.raises(ValueError, match="'nothing' is not among"):
        matters.run("set_oddly", ANN)


def test_a_contract_needs_a_method_for_what_follows() -> None:
    """Otherwise a tick would fail one day."""

    class Forgetful(Contract, name="forgetful", version=1):
        """No method."""

        deadlines = Deadlines(on_expiry=("lapse",), label=LABEL)

    with pytest.raises(InvalidContract, match="no method on_lapse"):
        schema_of(Forgetful)


MOVES = st.lists(
    st.tuples(
        st.sampled_from(["set", "clear", "tick"]),
        st.sampled_from("ABCDEFG"),
        st.integers(0, 60),
        st.integers(1, 5),
    ),
    max_size=60,
)


@given(MOVES)
def test_ticks_agree_with_a_sorted_list(moves: list[tuple[str, str, int, int]]) -> None:
    """Whatever is set, cleared and ticked in whatever order, the heap does what a list would."""
    ledger = LedgerHarness(Matters)
    waiting: dict[str, int] = {}
    for kind, case, offset, limit in moves:
        now = ledger.block_time_ms + 1
        if kind == "set":
            due = now + offset - 20
            assert (ledger.run("set", ANN, case=case, name="x", due=due).code == "ok") is (
                case not in waiting
            )
            waiting.setdefault(case, due)
        elif kind == "clear":
            ledger.run("clear", ANN, case=case, name="x")
            waiting.pop(case, None)
        else:
            expected = sorted((due, name) for name, due in waiting.items() if due < now)
            found = lapsed(ledger, limit=limit)
            assert found == [name for _, name in expected[: len(found)]]
            assert len(found) <= limit
            for name in found:
                del waiting[name]
    ledger.block_time_ms += 1_000
    rest = lapsed(ledger, limit=200)
    assert rest == [name for _, name in sorted((due, name) for name, due in waiting.items())]
