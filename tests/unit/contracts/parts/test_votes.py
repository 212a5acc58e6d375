# SPDX-License-Identifier: Apache-2.0
"""Votes: the electorate of the opening, one ballot each, exact shares, one result."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallystick.contracts import (
    ANY_MEMBER,
    Context,
    Contract,
    Count,
    Digest,
    Label,
    Name,
    Record,
    Table,
    action,
)
from tallystick.contracts.parts import (
    Choice,
    Elector,
    Poll,
    PollElector,
    PollTerms,
    Result,
    Votes,
    is_decided,
    outcome_of,
)
from tallystick.encoding import Value
from tallystick.model import Execution, Signer
from tallystick.testing import LedgerHarness, make_signer
from tests.unit.contracts.parts.kept import kept
from tests.unit.contracts.parts.moments import at

LABEL = Label(zh="做", en="Do")
OPENS = 1_800_000_000_000
CLOSES = OPENS + 60_000
REVEAL_UNTIL = CLOSES + 60_000
A = make_signer(member="a")
B = make_signer(organization="911100001000000059", member="b")
C = make_signer(organization="911100001000001062", member="c")
NONCE = bytes(range(32))


class Member(Record):
    """The contract's own roll, from which electorates are made."""

    code: Name
    weight: Count


class Council(Contract, name="council", version=1):
    """Every method of votes as an action."""

    members = Table(Member, key="code")
    polls = Votes(label=Label(zh="表决", en="Polls"))

    @action(role=ANY_MEMBER, label=LABEL)
    def enrol(self, ctx: Context, code: Name, weight: Count) -> None:
        """Change the roll."""
        self.members.put(Member(code=code, weight=weight))

    @action(role=ANY_MEMBER, label=LABEL)
    def open(
        self, ctx: Context, poll: Name, terms: PollTerms, voters: list[Elector], out: list[Name]
    ) -> None:
        """Open."""
        self.polls.open(ctx, poll, terms, electorate=voters, conflicts=out)

    @action(role=ANY_MEMBER, label=LABEL)
    def cast(self, ctx: Context, poll: Name, choice: Choice) -> None:
        """Vote."""
        self.polls.cast(ctx, poll, choice)

    @action(role=ANY_MEMBER, label=LABEL)
    def seal(self, ctx: Context, poll: Name, digest: Digest) -> None:
        """Vote sealed."""
        self.polls.seal(ctx, poll, digest)

    @action(role=ANY_MEMBER, label=LABEL)
    def unseal(self, ctx: Context, poll: Name, choice: Choice, nonce: bytes) -> None:
        """Unseal."""
        self.polls.unseal(ctx, poll, choice, nonce)

    @action(role=ANY_MEMBER, label=LABEL)
    def close(self, ctx: Context, poll: Name) -> Result | None:
        """Close."""
        return self.polls.close(ctx, poll).result


def terms(**changes: Value) -> dict[str, Value]:
    """Return the terms of a majority of at least half."""
    base: dict[str, Value] = {"opens_at": OPENS, "closes_at": CLOSES, "quorum_bps": 5_000}
    return base | changes


def electors(*weights: tuple[Signer, int]) -> list[Value]:
    """Return an electorate."""
    return [{"voter": who.organization, "weight": weight} for who, weight in weights]


def opened(*, out: tuple[Signer, ...] = (), **changes: Value) -> LedgerHarness:
    """Return a council with the poll P of A (5), B (3) and C (2)."""
    ledger = at(LedgerHarness(Council), OPENS)
    codes: list[Value] = [who.organization for who in out]
    voters = electors((A, 5), (B, 3), (C, 2))
    done = ledger.run("open", A, poll="P", terms=terms(**changes), voters=voters, out=codes)
    assert done.code == "ok"
    return ledger


def vote(ledger: LedgerHarness, who: Signer, choice: str) -> Execution:
    """Cast an open ballot in P."""
    return ledger.run("cast", who, poll="P", choice=choice)


def seal(ledger: LedgerHarness, who: Signer, choice: Choice, voter: Signer | None = None) -> str:
    """Cast a sealed ballot in P; `voter` is whose name is inside."""
    name = (voter or who).organization
    digest = Votes.ballot_digest("P", name, choice, NONCE)
    return ledger.run("seal", who, poll="P", digest=digest).code


def the_poll(ledger: LedgerHarness) -> Poll:
    """Return P."""
    return kept(ledger, "polls_polls", Poll)[0]


def test_ballots_are_weighed_and_the_result_announced() -> None:
    """5 yes against 3 no, of 10."""
    ledger = opened()
    assert vote(ledger, A, "yes").events[0].fields["weight"] == 5
    vote(ledger, B, "no")
    closed = at(ledger, CLOSES + 1).run("close", C, poll="P")
    assert closed.result == "accepted"
    assert closed.events[0].fields == {
        "poll": "P",
        "result": "accepted",
        "yes": 5,
        "no": 3,
        "abstain": 0,
        "total": 10,
    }


def test_each_voter_has_one_ballot() -> None:
    """No double counting: the second is E_DUP and changes nothing."""
    ledger = opened()
    vote(ledger, A, "yes")
    again = vote(ledger, A, "no")
    assert (again.code, again.result) == ("E_DUP", {"poll": "P", "voter": A.organization})
    assert (the_poll(ledger).yes, the_poll(ledger).no) == (5, 0)


def test_later_changes_of_the_members_do_not_reach_an_open_poll() -> None:
    """The result is computed from the electorate's snapshot alone."""
    ledger = opened()
    ledger.run("enrol", A, code=C.organization, weight=1_000)
    vote(ledger, A, "yes")
    vote(ledger, C, "no")
    assert the_poll(ledger).no == 2
    assert at(ledger, CLOSES + 1).run("close", A, poll="P").result == "accepted"


def test_who_has_a_conflict_does_not_vote_and_does_not_count() -> None:
    """E_CONFLICT; quorum and threshold are shares of the others' weight."""
    ledger = opened(out=(A,), quorum_bps=10_000)
    refused = vote(ledger, A, "yes")
    assert (refused.code, refused.result) == (
        "E_CONFLICT",
        {"poll": "P", "voter": A.organization},
    )
    vote(ledger, B, "yes")
    vote(ledger, C, "no")
    assert the_poll(ledger).total == 5
    assert ledger.run("close", A, poll="P").result == "accepted"


def test_who_is_not_in_the_electorate_has_no_ballot() -> None:
    """E_ROLE, open or sealed."""
    other = make_signer(organization="91110000100000114W", member="d")
    open_poll, sealed_poll = opened(), opened(reveal_until=REVEAL_UNTIL)
    assert vote(open_poll, other, "yes").code == "E_ROLE"
    assert seal(sealed_poll, other, Choice.YES) == "E_ROLE"


def test_the_window_includes_its_first_and_last_moment() -> None:
    """One millisecond before: E_EARLY; one after: E_LATE."""
    ledger = opened(opens_at=OPENS + 100)
    early = at(ledger, OPENS + 99).run("cast", A, poll="P", choice="yes")
    assert (early.code, early.result) == ("E_EARLY", {"poll": "P", "possible_from": OPENS + 100})
    assert vote(ledger, A, "yes").code == "ok"
    assert vote(at(ledger, CLOSES), B, "yes").code == "ok"
    late = vote(ledger, C, "yes")
    assert (late.code, late.result) == ("E_LATE", {"poll": "P", "possible_until": CLOSES})


def test_a_poll_is_closed_after_its_window_by_anyone_and_once() -> None:
    """On the last moment still E_EARLY; a second closing and a late ballot are E_STATE."""
    ledger = at(opened(), CLOSES)
    early = ledger.run("close", C, poll="P")
    assert (early.code, early.result) == ("E_EARLY", {"poll": "P", "possible_from": CLOSES + 1})
    assert ledger.run("close", C, poll="P").result == "rejected"
    again = ledger.run("close", C, poll="P")
    assert (again.code, again.result) == ("E_STATE", {"poll": "P", "result": "rejected"})
    assert the_poll(ledger).result == Result.REJECTED


def test_a_poll_that_is_decided_is_closed_earlier_and_takes_no_ballot_then() -> None:
    """8 of 10 are in and the rest can change nothing."""
    ledger = opened()
    vote(ledger, A, "yes")
    assert ledger.run("close", B, poll="P").code == "E_EARLY"
    vote(ledger, B, "yes")
    assert ledger.run("close", B, poll="P").result == "accepted"
    assert vote(ledger, C, "no").code == "E_STATE"


@pytest.mark.parametrize(
    ("choices", "quorum", "threshold", "result"),
    [
        (("yes", "no", "no"), 0, 5_000, "rejected"),  # 5 against 5: a tie is a no
        (("yes", "no", "abstain"), 10_000, 5_000, "accepted"),
        (("abstain", "abstain", "abstain"), 0, 0, "rejected"),
        (("no", "yes", "yes"), 0, 4_999, "accepted"),
        ((None, "yes", "yes"), 5_000, 5_000, "accepted"),  # exactly half took part
        ((None, "yes", "yes"), 5_001, 5_000, "rejected"),
    ],
)
def test_quorum_counts_all_ballots_and_the_threshold_yes_and_no(
    choices: tuple[str | None, ...], quorum: int, threshold: int, result: str
) -> None:
    """At the edges, to one basis point."""
    ledger = opened(quorum_bps=quorum, threshold_bps=threshold)
    for who, choice in zip((A, B, C), choices, strict=True):
        if choice is not None:
            vote(ledger, who, choice)
    assert at(ledger, CLOSES + 1).run("close", A, poll="P").result == result


def test_sealed_ballots_are_counted_when_they_are_unsealed() -> None:
    """Before, nobody can tell: no weight is counted and no choice is kept."""
    ledger = opened(reveal_until=REVEAL_UNTIL)
    assert seal(ledger, A, Choice.YES) == "ok"
    assert seal(ledger, A, Choice.NO) == "E_DUP"
    assert the_poll(ledger).cast == 0
    early = at(ledger, CLOSES).run("unseal", A, poll="P", choice="yes", nonce=NONCE)
    assert (early.code, early.result) == ("E_EARLY", {"poll": "P", "possible_from": CLOSES + 1})
    unsealed = ledger.run("unseal", A, poll="P", choice="yes", nonce=NONCE)
    assert unsealed.code == "ok"
    assert ledger.run("unseal", A, poll="P", choice="yes", nonce=NONCE).code == "E_DUP"
    chosen = {one.voter: one.choice for one in kept(ledger, "polls_electors", PollElector)}
    assert chosen == {A.organization: Choice.YES, B.organization: None, C.organization: None}
    assert at(ledger, REVEAL_UNTIL + 1).run("close", B, poll="P").result == "accepted"


def test_a_sealed_ballot_cannot_be_changed_copied_or_unsealed_late() -> None:
    """E_HASH for another choice, for a copy and for none at all; E_LATE after the last moment."""
    ledger = opened(reveal_until=REVEAL_UNTIL)
    seal(ledger, A, Choice.YES)
    seal(ledger, B, Choice.YES, voter=A)
    at(ledger, CLOSES + 1)
    codes = [
        ledger.run("unseal", who, poll="P", choice=choice, nonce=NONCE).code
        for who, choice in ((A, "no"), (B, "yes"), (C, "yes"))
    ]
    assert codes == ["E_HASH"] * 3
    late = at(ledger, REVEAL_UNTIL + 1).run("unseal", A, poll="P", choice="yes", nonce=NONCE)
    assert (late.code, late.result) == ("E_LATE", {"poll": "P", "possible_until": REVEAL_UNTIL})
    assert ledger.run("close", A, poll="P").result == "rejected"


def test_a_poll_takes_ballots_of_its_own_kind() -> None:
    """A sealed one among open ones, and an open one among sealed, are E_STATE."""
    sealed = vote(opened(reveal_until=REVEAL_UNTIL), A, "yes")
    assert (sealed.code, sealed.result) == ("E_STATE", {"poll": "P", "ballots": "sealed"})
    assert seal(opened(), A, Choice.YES) == "E_STATE"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"closes_at": OPENS - 1, "opens_at": OPENS - 1}, "E_LATE"),
        ({"closes_at": OPENS - 1}, "E_VALUE"),
        ({"reveal_until": CLOSES}, "E_VALUE"),
        ({"threshold_bps": 10_000}, "E_ARGUMENT"),
        ({"quorum_bps": 10_001}, "E_ARGUMENT"),
        ({}, "E_DUP"),
    ],
)
def test_a_poll_is_opened_once_with_terms_that_can_be_met(
    changes: dict[str, Value], code: str
) -> None:
    """Nothing is kept of one that is refused."""
    ledger = opened()
    before = dict(ledger.state.values)
    at(ledger, OPENS)
    done = ledger.run("open", A, poll="P", terms=terms(**changes), voters=electors((A, 1)), out=[])
    assert done.code == code
    assert ledger.state.values == before


def test_an_electorate_has_voters_each_once_and_not_too_many() -> None:
    """Nobody left after conflicts: E_VALUE; somebody twice: E_DUP; 1,001: E_LIMIT."""
    ledger = at(LedgerHarness(Council), OPENS)
    many: list[Value] = [{"voter": f"v{n}", "weight": 1} for n in range(1_001)]
    cases = [
        (electors((A, 1)), [A.organization], "E_VALUE"),
        ([], [], "E_VALUE"),
        (electors((A, 1), (A, 1)), [], "E_DUP"),
        (many, [], "E_LIMIT"),
        (many[:1_000], [], "ok"),
    ]
    for voters, out, code in cases:
        done = ledger.run("open", A, poll="P", terms=terms(), voters=voters, out=[*out])
        assert done.code == code


def judged(poll: Poll, yes: int, no: int, abstain: int) -> Result:
    """Return the result by fractions: the rule as people say it."""
    if Fraction(yes + no + abstain, poll.total) < Fraction(poll.quorum_bps, 10_000):
        return Result.REJECTED
    if not yes + no or Fraction(yes, yes + no) <= Fraction(poll.threshold_bps, 10_000):
        return Result.REJECTED
    return Result.ACCEPTED


WEIGHTS = st.one_of(st.integers(1, 5), st.integers(1, 2**60))
BALLOTS = st.lists(st.tuples(WEIGHTS, st.sampled_from([*Choice, None])), min_size=1, max_size=6)


def counted(ballots: list[tuple[int, Choice | None]], quorum: int, threshold: int) -> Poll:
    """Return a poll with these weights and choices."""
    sums = {one: sum(weight for weight, choice in ballots if choice is one) for one in Choice}
    return Poll(
        id="P",
        opens_at=OPENS,
        closes_at=CLOSES,
        quorum_bps=quorum,
        threshold_bps=threshold,
        total=sum(weight for weight, _ in ballots),
        yes=sums[Choice.YES],
        no=sums[Choice.NO],
        abstain=sums[Choice.ABSTAIN],
    )


@given(BALLOTS, st.integers(0, 10_000), st.integers(0, 9_999))
def test_integer_arithmetic_gives_the_result_of_exact_fractions(
    ballots: list[tuple[int, Choice | None]], quorum: int, threshold: int
) -> None:
    """For weights up to 2^60 and every basis point."""
    poll = counted(ballots, quorum, threshold)
    assert outcome_of(poll) is judged(poll, poll.yes, poll.no, poll.abstain)


@given(BALLOTS, st.integers(0, 10_000), st.integers(0, 9_999))
def test_a_poll_is_decided_exactly_when_no_missing_ballot_can_change_it(
    ballots: list[tuple[int, Choice | None]], quorum: int, threshold: int
) -> None:
    """Held against all ways in which the missing weight could vote in blocks, or not vote."""
    poll = counted(ballots, quorum, threshold)
    missing = [weight for weight, choice in ballots if choice is None]
    results = set()
    for choices in product([*Choice, None], repeat=len(missing)):
        more = {
            one: sum(
                weight for weight, choice in zip(missing, choices, strict=True) if choice is one
            )
            for one in Choice
        }
        results.add(
            judged(
                poll,
                poll.yes + more[Choice.YES],
                poll.no + more[Choice.NO],
                poll.abstain + more[Choice.ABSTAIN],
            )
        )
    assert is_decided(poll) is (len(results) == 1)


@given(st.lists(st.tuples(st.sampled_from([A, B, C]), st.sampled_from([*Choice])), max_size=12))
def test_whatever_is_cast_no_weight_is_counted_twice(
    ballots: list[tuple[Signer, Choice]],
) -> None:
    """The counters are the weights of those whose first ballot was accepted."""
    ledger = opened()
    first: dict[str, Choice] = {}
    for who, choice in ballots:
        done = vote(ledger, who, choice.value)
        assert (done.code == "ok") is (who.organization not in first)
        first.setdefault(who.organization, choice)
    weight = {A.organization: 5, B.organization: 3, C.organization: 2}
    poll = the_poll(ledger)
    for choice in Choice:
        expected = sum(weight[code] for code, one in first.items() if one is choice)
        assert getattr(poll, choice.value) == expected
