# SPDX-License-Identifier: Apache-2.0
"""Votes: an electorate fixed when the poll opens, one ballot each, one result.

- The electorate with its weights is copied when the poll opens; later changes of members or
  weights do not reach it. Who has a conflict of interest may not vote, and does not count: quorum
  and threshold are shares of the others' weight.
- Quorum: the weight of all ballots, abstentions too, is at least `quorum_bps` of the total.
- Threshold: yes is *more than* `threshold_bps` of yes and no. 5000 is a majority (a tie is a no),
  6666 two thirds, 9999 in practice all. Without a yes the answer is no.
- Integers only: shares are compared by multiplying, never by dividing.
- Ballots are open, or sealed: then voters leave a digest in the window and unseal it afterwards,
  until `reveal_until`. Sealed is secret *during* the vote, not for ever.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, Final, TypeAlias

from msgspec import Meta
from msgspec.structs import replace

from tallystick.contracts.context import Context
from tallystick.contracts.label import Label
from tallystick.contracts.part import Part
from tallystick.contracts.parts.commitments import commitment_digest
from tallystick.contracts.parts.identity import Acting
from tallystick.contracts.records import Event, Record
from tallystick.contracts.refusals import Refusal
from tallystick.contracts.tables import Table
from tallystick.contracts.values import (
    Count,
    Name,
    Timestamp,
    ValueDigest,
)
from tallystick.errors import InvalidValue, LimitExceeded
from tallystick.units import INTEGER_MAX

ELECTORS_MAX: Final = 1_000
WHOLE_BPS: Final = 10_000

BasisPoints: TypeAlias = Annotated[int, Meta(ge=0, le=WHOLE_BPS)]
"""A share in hundredths of a percent: 10,000 is the whole."""


class Choice(StrEnum):
    """What a ballot says."""

    YES = "yes"
    NO = "no"
    ABSTAIN = "abstain"


class Result(StrEnum):
    """What a poll came to."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"


class Elector(Record):
    """Who may vote, and with what weight."""

    voter: Name
    """An organisation's code, or a person as `organization/member`, as the part was told."""
    weight: Annotated[int, Meta(ge=1, le=INTEGER_MAX)] = 1


class PollTerms(Record):
    """What is fixed before the first ballot."""

    opens_at: Timestamp
    """First moment for ballots."""
    closes_at: Timestamp
    """Last moment for ballots."""
    quorum_bps: BasisPoints
    threshold_bps: Annotated[int, Meta(ge=0, lt=WHOLE_BPS)] = 5_000
    reveal_until: Timestamp | None = None
    """Last moment to unseal ballots; null: ballots are open."""


class Poll(PollTerms):
    """A question, its terms, and the weights of its ballots so far."""

    id: Name
    total: Count
    """Weight of all who may vote."""
    yes: Count = 0
    no: Count = 0
    abstain: Count = 0
    result: Result | None = None
    """Null until it is closed; never changes afterwards."""

    @property
    def cast(self) -> int:
        """Weight of all ballots that count."""
        return self.yes + self.no + self.abstain

    @property
    def last_moment(self) -> int:
        """Last moment at which the weights may change."""
        return self.closes_at if self.reveal_until is None else self.reveal_until


class PollElector(Record):
    """A row of the electorate's copy, and the elector's ballot."""

    poll: Name
    voter: Name
    weight: Count
    has_conflict: bool
    sealed: ValueDigest | None = None
    """Digest of a sealed ballot."""
    choice: Choice | None = None
    """Null: no ballot, or one that is still sealed."""


class PollOpened(Event):
    """en: The poll {poll} is open until {closes_at}, with a total weight of {total}.

    zh: 表决 {poll} 已开始，截止 {closes_at}，总权重 {total}。
    """

    poll: Name
    closes_at: Timestamp
    total: Count


class BallotSealed(Event):
    """en: {voter} cast a sealed ballot in {poll}.

    zh: {voter} 在 {poll} 中投出密封票。
    """

    poll: Name
    voter: Name
    digest: ValueDigest


class BallotCounted(Event):
    """en: {voter} voted {choice} in {poll}, with weight {weight}.

    zh: {voter} 在 {poll} 中投票 {choice}，权重 {weight}。
    """

    poll: Name
    voter: Name
    choice: Choice
    weight: Count


class PollClosed(Event):
    """en: The poll {poll} was {result}: yes {yes}, no {no}, abstentions {abstain}, of {total}.

    zh: 表决 {poll} 结果 {result}：赞成 {yes}，反对 {no}，弃权 {abstain}，总计 {total}。
    """

    poll: Name
    result: Result
    yes: Count
    no: Count
    abstain: Count
    total: Count


class NotAnElector(Refusal, code="E_ROLE"):
    """en: {voter} is not in the electorate of {poll}.

    zh: {voter} 不在 {poll} 的选民名册中。
    """

    poll: Name
    voter: Name


class ElectorConflict(Refusal, code="E_CONFLICT"):
    """en: {voter} has a conflict of interest in {poll} and does not vote.

    zh: {voter} 与 {poll} 存在利益冲突，应当回避。
    """

    poll: Name
    voter: Name


class AlreadyVoted(Refusal, code="E_DUP"):
    """en: {voter} has voted in {poll} already.

    zh: {voter} 已在 {poll} 中投票。
    """

    poll: Name
    voter: Name


class PollNotOpen(Refusal, code="E_EARLY"):
    """en: In {poll} this is possible from {possible_from} on.

    zh: {poll} 自 {possible_from} 起方可办理。
    """

    poll: Name
    possible_from: Timestamp


class PollOver(Refusal, code="E_LATE"):
    """en: In {poll} this was possible until {possible_until}.

    zh: {poll} 的办理时限已于 {possible_until} 届满。
    """

    poll: Name
    possible_until: Timestamp


class PollHasResult(Refusal, code="E_STATE"):
    """en: The poll {poll} is closed: {result}.

    zh: 表决 {poll} 已结束：{result}。
    """

    poll: Name
    result: Result


class OtherBallot(Refusal, code="E_STATE"):
    """en: Ballots in {poll} are {ballots}.

    zh: {poll} 采用的投票方式为 {ballots}。
    """

    poll: Name
    ballots: Name


class BallotBroken(Refusal, code="E_HASH"):
    """en: This is not the ballot that {voter} sealed in {poll}.

    zh: 与 {voter} 在 {poll} 中密封的选票不符。
    """

    poll: Name
    voter: Name


def outcome_of(poll: Poll) -> Result:
    """Return what the poll comes to with the ballots that it has."""
    return _judge(poll, yes=poll.yes, no=poll.no, cast=poll.cast)


def is_decided(poll: Poll) -> bool:
    """Return whether no ballot that may still come can change the result."""
    missing = poll.total - poll.cast
    at_best = _judge(poll, yes=poll.yes + missing, no=poll.no, cast=poll.total)
    if at_best is Result.REJECTED:
        return True
    # Against it may come: nobody more votes (the quorum), or all others vote no (the threshold).
    at_worst = _judge(poll, yes=poll.yes, no=poll.no + missing, cast=poll.cast)
    return at_worst is Result.ACCEPTED


class Votes(Part):
    """Polls of a contract: `polls = Votes(label=Label(zh="表决", en="Polls"))`.

    ```python
    terms = PollTerms(opens_at=now, closes_at=end, quorum_bps=5_000, threshold_bps=6_666)
    self.polls.open(ctx, "P-1", terms, electorate=[Elector(voter=code, weight=3), ...])
    self.polls.cast(ctx, "P-1", Choice.YES)
    result = self.polls.close(ctx, "P-1").result
    ```

    Sealed: `seal(ctx, poll, digest)` with `ballot_digest`, then `unseal(ctx, poll, choice, nonce)`.
    """

    events = (PollOpened, BallotSealed, BallotCounted, PollClosed)
    refusals = (
        *(NotAnElector, ElectorConflict, AlreadyVoted, PollNotOpen, PollOver),
        *(PollHasResult, OtherBallot, BallotBroken),
    )

    polls = Table(Poll, key="id", label=Label(zh="表决", en="Polls"))
    electors = Table(PollElector, key=("poll", "voter"), label=Label(zh="选民", en="Electors"))

    def __init__(self, *, acting: Acting = Acting.ORGANIZATION, label: Label | None = None) -> None:
        """Take whether organisations or persons vote."""
        super().__init__(label=label)
        self.acting = acting

    def open(
        self,
        ctx: Context,
        poll: str,
        terms: PollTerms,
        *,
        electorate: Sequence[Elector],
        conflicts: Sequence[str] = (),
    ) -> Poll:
        """Open a poll and copy its electorate; `conflicts` are those who must not vote.

        Raises:
            Duplicate: there is such a poll, or somebody is twice in the electorate.
            LimitExceeded: more than 1,000 electors.
            InvalidValue: nobody may vote, or the times are not in order.
            PollOver: the time to vote is over already.
        """
        _check_times(terms)
        if ctx.block_time_ms > terms.closes_at:
            raise PollOver(poll=poll, possible_until=terms.closes_at)
        if len(electorate) > ELECTORS_MAX:
            raise LimitExceeded("too many electors", field="electorate", found=str(len(electorate)))
        excluded = frozenset(conflicts)
        total = sum(one.weight for one in electorate if one.voter not in excluded)
        if not total:
            raise InvalidValue("nobody may vote", field="electorate", found="0")
        kept = self.polls.add(
            Poll(
                id=poll,
                total=total,
                opens_at=terms.opens_at,
                closes_at=terms.closes_at,
                quorum_bps=terms.quorum_bps,
                threshold_bps=terms.threshold_bps,
                reveal_until=terms.reveal_until,
            )
        )
        for one in electorate:
            self.electors.add(
                PollElector(
                    poll=poll,
                    voter=one.voter,
                    weight=one.weight,
                    has_conflict=one.voter in excluded,
                )
            )
        self.announce(PollOpened(poll=poll, closes_at=terms.closes_at, total=total))
        return kept

    def cast(self, ctx: Context, poll: str, choice: Choice) -> Poll:
        """Count the signer's open ballot.

        Raises:
            UnknownRecord: there is no such poll.
            OtherBallot: its ballots are sealed.
            PollHasResult: it is closed.
            PollNotOpen: it has not begun.
            PollOver: its window is over.
            NotAnElector: the signer is not in the electorate.
            ElectorConflict: the signer has a conflict of interest.
            AlreadyVoted: the signer has voted.
        """
        kept, elector = self._at_the_urn(ctx, poll, is_sealed=False)
        return self._count(kept, elector, choice)

    def seal(self, ctx: Context, poll: str, digest: str) -> None:
        """Keep the digest of the signer's sealed ballot; see `ballot_digest`.

        Raises:
            Refused: as `cast` does; `OtherBallot` if ballots are open.
        """
        _, elector = self._at_the_urn(ctx, poll, is_sealed=True)
        self.electors.replace(replace(elector, sealed=digest))
        self.announce(BallotSealed(poll=poll, voter=elector.voter, digest=digest))

    def unseal(self, ctx: Context, poll: str, choice: Choice, nonce: bytes) -> Poll:
        """Count the signer's sealed ballot. One that is not unsealed in time does not count.

        Raises:
            UnknownRecord: there is no such poll.
            PollHasResult: it is closed.
            PollNotOpen: others may still vote.
            PollOver: the time to unseal is over.
            NotAnElector: the signer is not in the electorate.
            BallotBroken: the signer sealed nothing, or something else.
            AlreadyVoted: the ballot was counted before.
        """
        kept = self.polls.require(poll)
        self._check_open(ctx, kept, kept.closes_at + 1, kept.last_moment)
        elector = self._elector(ctx, poll)
        if elector.choice is not None:
            raise AlreadyVoted(poll=poll, voter=elector.voter)
        if elector.sealed != self.ballot_digest(poll, elector.voter, choice, nonce):
            raise BallotBroken(poll=poll, voter=elector.voter)
        return self._count(kept, elector, choice)

    def close(self, ctx: Context, poll: str) -> Poll:
        """Fix the result; anybody may, once the window is over or nothing can change it.

        Raises:
            UnknownRecord: there is no such poll.
            PollHasResult: it is closed already.
            PollNotOpen: ballots may still come that change the result.
        """
        kept = self.polls.require(poll)
        if kept.result is not None:
            raise PollHasResult(poll=poll, result=kept.result)
        if ctx.block_time_ms <= kept.last_moment and not is_decided(kept):
            raise PollNotOpen(poll=poll, possible_from=kept.last_moment + 1)
        result = outcome_of(kept)
        self.announce(
            PollClosed(
                poll=poll,
                result=result,
                yes=kept.yes,
                no=kept.no,
                abstain=kept.abstain,
                total=kept.total,
            )
        )
        return self.polls.replace(replace(kept, result=result))

    @staticmethod
    def ballot_digest(poll: str, voter: str, choice: Choice, nonce: bytes) -> str:
        """Return the digest of a sealed ballot, for `seal`; clients make it.

        Raises:
            InvalidValue: the nonce is not 32 bytes long.
        """
        return commitment_digest("ballot", poll, voter, str(choice), nonce)

    def _at_the_urn(self, ctx: Context, poll: str, *, is_sealed: bool) -> tuple[Poll, PollElector]:
        """Return the poll and the signer's row, if the signer may vote now."""
        kept = self.polls.require(poll)
        if is_sealed is (kept.reveal_until is None):
            raise OtherBallot(poll=poll, ballots="open" if is_sealed else "sealed")
        self._check_open(ctx, kept, kept.opens_at, kept.closes_at)
        elector = self._elector(ctx, poll)
        if elector.has_conflict:
            raise ElectorConflict(poll=poll, voter=elector.voter)
        if elector.choice is not None or elector.sealed is not None:
            raise AlreadyVoted(poll=poll, voter=elector.voter)
        return kept, elector

    def _check_open(self, ctx: Context, poll: Poll, first: int, last: int) -> None:
        if poll.result is not None:
            raise PollHasResult(poll=poll.id, result=poll.result)
        if ctx.block_time_ms < first:
            raise PollNotOpen(poll=poll.id, possible_from=first)
        if ctx.block_time_ms > last:
            raise PollOver(poll=poll.id, possible_until=last)

    def _elector(self, ctx: Context, poll: str) -> PollElector:
        voter = self.acting.party(ctx)
        elector = self.electors.get(poll, voter)
        if elector is None:
            raise NotAnElector(poll=poll, voter=voter)
        return elector

    def _count(self, poll: Poll, elector: PollElector, choice: Choice) -> Poll:
        self.electors.replace(replace(elector, choice=choice))
        self.announce(
            BallotCounted(poll=poll.id, voter=elector.voter, choice=choice, weight=elector.weight)
        )
        counted = {choice.value: getattr(poll, choice.value) + elector.weight}
        return self.polls.replace(replace(poll, **counted))


def _judge(poll: Poll, *, yes: int, no: int, cast: int) -> Result:
    has_quorum = cast * WHOLE_BPS >= poll.quorum_bps * poll.total
    has_majority = yes * WHOLE_BPS > poll.threshold_bps * (yes + no)
    return Result.ACCEPTED if has_quorum and has_majority else Result.REJECTED


def _check_times(terms: PollTerms) -> None:
    """Refuse a window that is empty, or that leaves no time to unseal.

    Raises:
        InvalidValue: the times are not in order.
    """
    if terms.closes_at < terms.opens_at:
        raise InvalidValue(
            "the poll ends before it begins", field="closes_at", found=str(terms.closes_at)
        )
    if terms.reveal_until is not None and terms.reveal_until <= terms.closes_at:
        raise InvalidValue(
            "nothing could be unsealed", field="reveal_until", found=str(terms.reveal_until)
        )
