# SPDX-License-Identifier: Apache-2.0
"""Challenges: nodes show slices that chance draws; who shows is paid, who does not pays."""

from __future__ import annotations

from typing import Final

from tallystick.contracts import Context, Label, action, digest_of, replace
from tallystick.contracts.parts import Deadline, KeptFile
from tallystick.industries.custody.copying import COPY_EVENTS, RECHECK, ROUND, copy_changed
from tallystick.industries.custody.events import ChallengeEnded, ChallengeIssued
from tallystick.industries.custody.records import Answer, Challenge, Placement, StoredObject
from tallystick.industries.custody.refusals import (
    AnsweredAlready,
    AnswerLate,
    CopyMissing,
    NotAHolder,
    NothingThere,
    NotYours,
    OtherSeed,
)
from tallystick.industries.custody.rules import KEPT, round_at
from tallystick.industries.custody.storing import HeldObject, HoldingNode, Storing
from tallystick.industries.custody.tables import copy_case, fee_of, require_party, stake_of
from tallystick.industries.custody.workflows import (
    AUDITOR,
    OPERATOR,
    OWNER,
    REGULATOR,
    ChallengeState,
    PlacementState,
)

CHALLENGE_EVENTS: Final = (ChallengeIssued, ChallengeEnded, *COPY_EVENTS)
_ANSWER: Final = "answer"
_DRAWS_MAX: Final = 8


class Challenging(Storing):
    """The chapter of challenges."""

    @action(
        role=(OWNER, AUDITOR, REGULATOR),
        label=Label(zh="发起挑战", en="Challenge a copy"),
        emits=(ChallengeIssued,),
        refuses=(NotYours, CopyMissing, NothingThere),
    )
    def challenge_copy(
        self,
        ctx: Context,
        object: HeldObject,  # noqa: A002
        node: HoldingNode,
    ) -> Challenge:
        """en: Asks a node, beyond the agreed rounds, to show a slice that chance draws.

        zh: 在约定轮次之外，要求节点出示随机抽取的切片。
        """
        stored = self.objects.require(object)
        if OWNER in ctx.signer.roles:
            require_party(ctx, object, stored.owner)
        copy = self.placements.get(object, node)
        if copy is None:
            raise CopyMissing(object=object, node=node)
        if copy.state not in {PlacementState.PINNED, PlacementState.SUSPECT}:
            raise NothingThere(subject=copy_case(object, node), why=copy.state)
        return self.issue(ctx, stored, copy)

    @action(
        role=OPERATOR,
        label=Label(zh="应答挑战", en="Answer a challenge"),
        emits=CHALLENGE_EVENTS,
        refuses=(NotAHolder, AnsweredAlready, AnswerLate, OtherSeed),
    )
    def answer(self, ctx: Context, new: Answer) -> Challenge:
        """en: Shows the drawn slice with its path, in time; a right answer is paid.

        zh: 在时限内出示所抽切片及其路径；正确即获付费。
        """
        asked = self.challenges.require(new.challenge)
        if asked.operator != ctx.signer.organization:
            raise NotAHolder(organization=ctx.signer.organization, node=asked.node)
        if asked.state is ChallengeState.PASSED:
            raise AnsweredAlready(challenge=asked.id)
        if ctx.block_time_ms > asked.due or asked.state is ChallengeState.FAILED:
            raise AnswerLate(challenge=asked.id, due=asked.due)
        if new.seed != asked.seed:
            raise OtherSeed(challenge=asked.id, node=asked.node)
        stored = self.objects.require(asked.object)
        self.possession.require(file_of(stored), new.answer, seed=asked.seed, node=asked.node)
        self.deadlines.clear(asked.id, _ANSWER)
        passed = self.challenge_flow.move(
            ctx, self.challenges, asked, "pass", answered_at=ctx.block_time_ms
        )
        self._pay(ctx, stored, passed)
        self._reinstate(ctx, stored, passed)
        return passed

    def issue(
        self,
        ctx: Context,
        stored: StoredObject,
        copy: Placement,
        *,
        pays: int = 0,
        others: frozenset[int] = frozenset(),
    ) -> Challenge:
        """Ask a node for a slice; `others` are asked of other nodes at the same time."""
        name = ctx.next_id("CH")
        seed, index = self._draw(ctx, stored, copy, name, others)
        issued = self.challenges.add(
            Challenge(
                id=name,
                object=stored.id,
                node=copy.node,
                operator=copy.operator,
                cid=stored.cid,
                index=index,
                seed=seed,
                issued_at=ctx.block_time_ms,
                due=ctx.block_time_ms + self.parameters.now().answer_s * 1_000,
                state=ChallengeState.ISSUED,
                pays=pays,
                period=stored.period,
            )
        )
        self.deadlines.set(name, _ANSWER, due=issued.due, on_expiry="answer")
        ctx.emit(
            ChallengeIssued(
                challenge=name,
                object=stored.id,
                node=copy.node,
                operator=copy.operator,
                index=index,
                due=issued.due,
            )
        )
        return issued

    def _draw(
        self,
        ctx: Context,
        stored: StoredObject,
        copy: Placement,
        challenge: str,
        others: frozenset[int],
    ) -> tuple[str, int]:
        """Return seed and slice of a challenge, another slice than the others' if there is one."""
        file, seed, index = file_of(stored), "", 0
        for attempt in range(_DRAWS_MAX):
            seed = digest_of("custody-challenge", ctx.parent_hash, challenge, attempt)
            index = self.possession.index(file, seed=seed, node=copy.node)
            if index not in others:
                break
        return seed, index

    def on_round(self, ctx: Context, deadline: Deadline) -> None:
        """A round is due: every good copy is asked, each for another slice."""
        stored = self.objects.require(deadline.case)
        agreement = self.agreements.require(stored.agreement)
        asked: set[int] = set()
        for copy in self.copies_of(stored):
            if copy.state is PlacementState.PINNED:
                issued = self.issue(
                    ctx, stored, copy, pays=stored.fee_slice, others=frozenset(asked)
                )
                asked.add(issued.index)
        done = self.objects.replace(replace(stored, rounds=stored.rounds + 1))
        if done.rounds < agreement.challenges and done.period_until is not None:
            begin = done.period_until - round_at(agreement, 0, agreement.challenges + 1)
            due = max(round_at(agreement, begin, done.rounds + 1), ctx.block_time_ms)
            self.deadlines.set(stored.id, ROUND, due=due, on_expiry="round")

    def on_answer(self, ctx: Context, deadline: Deadline) -> None:
        """A challenge was not answered: the stake pays, and the copy is asked again or suspect."""
        asked = self.challenges.require(deadline.case)
        failed = self.challenge_flow.move(ctx, self.challenges, asked, "fail")
        stored = self.objects.require(failed.object)
        penalty = self._slash(stored, failed)
        ctx.emit(_ended(failed, penalty=penalty))
        copy = self.placements.require(failed.object, failed.node)
        if copy.state not in {PlacementState.PINNED, PlacementState.SUSPECT}:
            return
        parameters = self.parameters.now()
        copy = self.placements.replace(replace(copy, fails=copy.fails + 1))
        if copy.fails >= parameters.fails_evict:
            self._evict(ctx, stored, copy)
            return
        if copy.state is PlacementState.PINNED and copy.fails >= parameters.fails_suspect:
            stored = self.begin_suspicion(ctx, copy, "suspect")
        if failed.node in stored.nodes:
            self._ask_again(ctx, copy)

    def on_recheck(self, ctx: Context, deadline: Deadline) -> None:
        """A copy that failed is asked again; that is not paid."""
        object_id, _, node = deadline.case.rpartition("/")
        stored = self.objects.require(object_id)
        self.issue(ctx, stored, self.placements.require(object_id, node))

    def _ask_again(self, ctx: Context, copy: Placement) -> None:
        case = copy_case(copy.object, copy.node)
        due = ctx.block_time_ms + self.parameters.now().recheck_s * 1_000
        self.deadlines.clear(case, RECHECK)
        self.deadlines.set(case, RECHECK, due=due, on_expiry="recheck")

    def _evict(self, ctx: Context, stored: StoredObject, copy: Placement) -> None:
        if copy.state is PlacementState.PINNED:
            stored = self.begin_suspicion(ctx, copy, "suspect")
            copy = self.placements.require(copy.object, copy.node)
        if copy.state is PlacementState.SUSPECT:
            stored = self.end_copy(ctx, stored, copy, "evict")
            if stored.state in KEPT:
                self.mend(ctx, self.settle(ctx, stored))

    def _pay(self, ctx: Context, stored: StoredObject, passed: Challenge) -> None:
        """AFC-5: pay the operator from what is held for the period, once for this challenge."""
        hold, paid = fee_of(stored, passed.period), 0
        if passed.pays and self.money.holds.contains(hold):
            paid = passed.pays
            self.money.settle(hold, to=passed.operator, reference=passed.id, amount=paid)
        ctx.emit(_ended(passed, paid=paid))

    def _slash(self, stored: StoredObject, failed: Challenge) -> int:
        """Pay the owner from the node's stake, as far as there is one; return how much."""
        hold = self.money.holds.get(stake_of(failed.node))
        penalty = stored.fee_slice * self.parameters.now().penalty_times
        penalty = min(penalty, 0 if hold is None else hold.amount)
        if hold is not None and penalty:
            reference = f"{failed.id}/penalty"
            self.money.settle(hold.id, to=stored.owner, reference=reference, amount=penalty)
        return penalty

    def _reinstate(self, ctx: Context, stored: StoredObject, passed: Challenge) -> None:
        """A copy that was shown has no failures any more, and counts again if it was suspect."""
        copy = self.placements.require(passed.object, passed.node)
        if copy.state is PlacementState.PINNED:
            self.placements.replace(replace(copy, fails=0))
        if copy.state is not PlacementState.SUSPECT:
            return
        good = self.placement_flow.move(ctx, self.placements, copy, "recover", fails=0)
        self.deadlines.clear(copy_case(copy.object, copy.node), RECHECK)
        ctx.emit(copy_changed(good, "recovered"))
        stored = self.objects.replace(replace(stored, pinned=stored.pinned + 1))
        self.follow_good_copy(ctx, stored)


def file_of(stored: StoredObject) -> KeptFile:
    """Return what a node must have of an object."""
    return KeptFile(cid=stored.cid, size=stored.size, slices_root=stored.slices_root)


def _ended(ended: Challenge, *, paid: int = 0, penalty: int = 0) -> ChallengeEnded:
    has_passed = ended.state is ChallengeState.PASSED
    return ChallengeEnded(
        challenge=ended.id,
        object=ended.object,
        node=ended.node,
        operator=ended.operator,
        passed=int(has_passed),
        failed=int(not has_passed),
        paid=paid,
        penalty=penalty,
    )
