# SPDX-License-Identifier: Apache-2.0
"""Parts bring tables, events and refusals into a contract, and keep nothing outside tables."""

from __future__ import annotations

from enum import StrEnum

import pytest

from tallystick.contracts import (
    ANY_MEMBER,
    BY_CONTRACT,
    Context,
    Contract,
    Count,
    Event,
    Label,
    Name,
    Part,
    Record,
    Refusal,
    Table,
    Workflow,
    action,
    move,
    replace,
    schema_of,
)
from tallystick.errors import InvalidContract
from tallystick.testing import LedgerHarness, make_signer

LABEL = Label(zh="做", en="Do")
CLERK = make_signer("clerk", member="ann")
BOSS = make_signer("boss", member="bo")


class Tally(Record):
    """How often something happened."""

    what: Name
    count: Count


class Counted(Event):
    """en: {what} was counted.

    zh: 计数 {what}。
    """

    what: Name


class TooOften(Refusal, code="E_LIMIT"):
    """en: {what} happened too often.

    zh: {what} 次数过多。
    """

    what: Name


class Counter(Part):
    """Counts."""

    events = (Counted,)
    refusals = (TooOften,)
    tallies = Table(Tally, key="what", label=Label(zh="计数", en="Tallies"))

    def count(self, what: str, *, limit: int) -> int:
        """Count once more."""
        kept = self.tallies.get(what) or Tally(what=what, count=0)
        if kept.count == limit:
            raise TooOften(what=what)
        self.announce(Counted(what=what))
        return self.tallies.put(replace(kept, count=kept.count + 1)).count


class SharedCounter(Counter):
    """Counts for all contracts together."""

    home = "counters"


class State(StrEnum):
    """Where a paper stands."""

    DRAFT = "DRAFT"
    FILED = "FILED"
    OLD = "OLD"


class Paper(Record):
    """A paper."""

    id: Name
    pages: Count = 0
    state: State = State.DRAFT


class Blank(Refusal, code="E_STATE"):
    """en: The paper {paper} is blank.

    zh: 文件 {paper} 为空白。
    """

    paper: Name


def must_be_written(paper: Paper, _ctx: Context) -> None:
    """en: It has pages.

    zh: 已有内容。
    """
    if not paper.pages:
        raise Blank(paper=paper.id)


class Office(Contract, name="office", version=1, exclusive_roles=(("clerk", "boss"),)):
    """An office."""

    papers = Table(Paper, key="id")
    here = Counter(label=Label(zh="本处", en="Here"))
    everywhere = SharedCounter()
    flow = Workflow(
        State,
        initial=State.DRAFT,
        label=Label(zh="文件", en="Paper"),
        moves=(
            move(
                "file", State.DRAFT, State.FILED, role="clerk", label=LABEL, guard=must_be_written
            ),
            move("age", (State.DRAFT, State.FILED), State.OLD, role=BY_CONTRACT, label=LABEL),
        ),
    )

    @action(role=ANY_MEMBER, label=LABEL)
    def count(self, ctx: Context, what: Name) -> int:
        """Count here and everywhere."""
        self.everywhere.count(what, limit=100)
        return self.here.count(what, limit=2)

    @action(role="clerk", label=LABEL)
    def write(self, ctx: Context, paper: Name, pages: Count) -> None:
        """Keep a paper."""
        self.papers.put(Paper(id=paper, pages=pages))

    @action(role=ANY_MEMBER, label=LABEL, refuses=(Blank,))
    def move(self, ctx: Context, paper: Name, how: Name) -> str:
        """Move a paper on."""
        return self.flow.move(ctx, self.papers, self.papers.require(paper), how, pages=9).state

    @action(role=ANY_MEMBER, label=LABEL)
    def forget(self, ctx: Context) -> None:
        """Try to keep something on a part."""
        self.here.count_of_today = 1


@pytest.fixture
def office() -> LedgerHarness:
    """Return an office."""
    return LedgerHarness(Office)


def test_tables_of_a_part_are_named_after_contract_attribute_and_table() -> None:
    """The schema and the state know `here_tallies`; a shared part's table is its home's."""
    tables = {table.name: table.label.en for table in schema_of(Office).tables}
    assert tables == {"papers": "papers", "here_tallies": "Here: Tallies"}


def test_events_and_refusals_of_parts_are_the_contract_s(office: LedgerHarness) -> None:
    """A part's declarations are in the schema, without the author naming them."""
    schema = schema_of(Office)
    assert {event.name for event in schema.events} == {"office.Counted", "office.StateChanged"}
    assert [refusal.name for refusal in schema.refusals] == ["Blank", "TooOften", "NotInState"]
    counted = office.run("count", CLERK, what="cups")
    assert [event.name for event in counted.events] == ["office.Counted"] * 2


def test_each_part_keeps_its_own_tables_and_a_shared_one_those_of_its_home(
    office: LedgerHarness,
) -> None:
    """State keys begin with the contract, or with the home."""
    office.run("count", CLERK, what="cups")
    assert set(office.state.values) == {b"office/here_tallies/cups", b"counters/tallies/cups"}


def test_a_refusal_of_a_part_undoes_what_another_part_wrote(office: LedgerHarness) -> None:
    """INV: a refused call changes no state, whichever part refuses."""
    for _ in range(2):
        office.run("count", CLERK, what="cups")
    before = dict(office.state.values)
    refused = office.run("count", CLERK, what="cups")
    assert (refused.code, refused.result) == ("E_LIMIT", {"what": "cups"})
    assert office.state.values == before


def test_a_part_keeps_nothing_on_itself(office: LedgerHarness) -> None:
    """What one call leaves on a part another node would not have."""
    with pytest.raises(AttributeError, match="a part keeps its state in tables"):
        office.run("forget", CLERK)


def test_a_move_of_the_table_changes_state_and_says_who_did_it(office: LedgerHarness) -> None:
    """Each move records who, in which role, before and after; the entry has time and id."""
    office.run("write", CLERK, paper="P", pages=3)
    moved = office.run("move", CLERK, paper="P", how="file")
    assert moved.result == "FILED"
    fields = moved.events[0].fields
    assert fields == {
        "workflow": "flow",
        "subject": "P",
        "action": "file",
        "before": "DRAFT",
        "after": "FILED",
        "organization": CLERK.organization,
        "member": "ann",
        "role": "clerk",
    }


def test_everything_not_in_the_table_is_refused(office: LedgerHarness) -> None:
    """E_STATE names the state and the action."""
    office.run("write", CLERK, paper="P", pages=3)
    office.run("move", CLERK, paper="P", how="age")
    refused = office.run("move", CLERK, paper="P", how="file")
    assert refused.code == "E_STATE"
    assert refused.result == {"subject": "P", "state": "OLD", "action": "file"}


def test_a_move_needs_its_role_and_its_guard(office: LedgerHarness) -> None:
    """Another role is E_ROLE; what the guard raises stands."""
    office.run("write", CLERK, paper="P", pages=0)
    assert office.run("move", BOSS, paper="P", how="file").code == "E_ROLE"
    blank = office.run("move", CLERK, paper="P", how="file")
    assert (blank.code, blank.result) == ("E_STATE", {"paper": "P"})


def test_a_move_of_the_contract_itself_needs_no_role(office: LedgerHarness) -> None:
    """Deadlines move for whoever sends the tick, and the event says that no role did."""
    office.run("write", CLERK, paper="P", pages=0)
    moved = office.run("move", BOSS, paper="P", how="age")
    assert moved.result == "OLD"
    assert moved.events[0].fields["role"] is None


def test_refusals_of_one_code_are_told_apart_by_their_facts() -> None:
    """The sentence shown is that of the refusal whose facts were recorded."""
    schema = schema_of(Office)
    names = [
        found and found.name
        for found in (
            schema.refusal("E_STATE", {"paper"}),
            schema.refusal("E_STATE", {"subject", "state", "action"}),
            schema.refusal("E_STATE", {"field", "found"}),
            schema.refusal("E_STATE"),
            schema.refusal("E_STATE", set()),
            schema.refusal("E_DUP"),
        )
    ]
    assert names == ["Blank", "NotInState", None, "Blank", "Blank", None]


def test_who_holds_two_exclusive_roles_may_act_in_neither(office: LedgerHarness) -> None:
    """A person may hold two roles only if they are not in the exclusion list: E_CONFLICT."""
    both = make_signer("clerk", "boss", member="cy")
    refused = office.run("write", both, paper="P", pages=1)
    assert (refused.code, refused.result) == ("E_CONFLICT", {"roles": ["boss", "clerk"]})
    assert office.run("count", both, what="cups").code == "ok"
    assert schema_of(Office).exclusive_roles == (("clerk", "boss"),)


def test_the_workflow_s_table_is_in_the_schema() -> None:
    """Doors and documents read states, moves, roles and guards from there."""
    (workflow,) = schema_of(Office).workflows
    assert (workflow.name, workflow.states) == ("flow", ("DRAFT", "FILED", "OLD"))
    filed, aged = workflow.moves
    assert (filed.roles, filed.guard) == (("clerk",), Label(zh="已有内容。", en="It has pages."))
    assert (aged.before, aged.roles, aged.guard) == (("DRAFT", "FILED"), (), None)
    assert Office.flow.allows(State.DRAFT, "age")
    assert not Office.flow.allows(State.OLD, "age")


@pytest.mark.parametrize("states", [(State.FILED,), (State.FILED, State.OLD, State.FILED)])
def test_a_table_with_two_rows_for_one_place_or_a_lost_state_is_refused(
    states: tuple[State, ...],
) -> None:
    """A workflow is checked where it is declared."""
    rows = [move("go", State.DRAFT, after, role="clerk", label=LABEL) for after in states]
    with pytest.raises(InvalidContract, match=r"twice|unreachable"):
        Workflow(State, initial=State.DRAFT, moves=rows, label=LABEL)


def test_a_part_s_table_cannot_take_the_name_of_another() -> None:
    """Two tables of one name are refused when the contract is derived."""

    class Doubled(Contract, name="doubled", version=1):
        """Two tables of one name."""

        here_tallies = Table(Tally, key="what")
        here = Counter()

    with pytest.raises(InvalidContract, match="declared twice"):
        schema_of(Doubled)


def test_refusals_of_one_code_with_the_same_facts_are_refused() -> None:
    """Nobody could tell from the ledger which one it was."""

    class AlsoBlank(Refusal, code="E_STATE"):
        """en: {paper} again.

        zh: {paper} 又一次。
        """

        paper: Name

    class Doubled(Contract, name="doubled", version=1):
        """Two refusals that look the same."""

        @action(role=ANY_MEMBER, label=LABEL, refuses=(Blank, AlsoBlank))
        def do(self, ctx: Context) -> None:
            """Do nothing."""

    with pytest.raises(InvalidContract, match=r"E_STATE \(paper\) is declared twice"):
        schema_of(Doubled)
