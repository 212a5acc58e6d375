# SPDX-License-Identifier: Apache-2.0
"""Proposals: opened, voted on, executed in the transaction that decides them.

After each call all open proposals are settled: the one that a vote decided, those whose time is
over, and those that a change of the electorate or of the rules has decided. Oldest first, so every
node does the same.
"""

from __future__ import annotations

from typing import Final

import msgspec
from msgspec import Struct

from tallystick.encoding import Value
from tallystick.errors import (
    Duplicate,
    Expired,
    InvalidValue,
    LimitExceeded,
    Rejected,
    RoleMissing,
    UnknownRecord,
    ValidatorsAtRisk,
    WrongState,
)
from tallystick.membership.actions import perform
from tallystick.membership.draft import Draft
from tallystick.membership.tally import Verdict, accused_by, count_votes
from tallystick.model import (
    EXECUTED,
    EXPIRED,
    REJECTED,
    WITHDRAWN,
    Action,
    FailedExecution,
    Proposal,
    Vote,
)
from tallystick.units import TimeMs

OPEN_MAX: Final = 64
"""Open proposals of the network: what one call may have to settle."""
OPEN_OF_ONE_MAX: Final = 8
"""Of one organisation, so that none crowds out the others."""


class Propose(Struct, frozen=True, forbid_unknown_fields=True):
    """An organisation proposes an action, and thereby votes for it."""

    action: Action
    expires_at: TimeMs | None = None
    """Block time; as late as the rules allow if absent."""


class CastVote(Struct, frozen=True, forbid_unknown_fields=True):
    """An organisation votes, once and for good."""

    proposal: str
    approve: bool


class Withdraw(Struct, frozen=True, forbid_unknown_fields=True):
    """The organisation that proposed it takes it back."""

    proposal: str


class Execute(Struct, frozen=True, forbid_unknown_fields=True):
    """What passed and could not be executed then is tried again."""

    proposal: str


def propose(draft: Draft, new: Propose) -> Value:
    """Open a proposal and return its id."""
    # What is over makes room.
    settle(draft)
    caller, signer = draft.caller, draft.invocation.signer
    if accused_by(new.action) == caller:
        raise RoleMissing("no organisation votes on itself", field="action", found=caller)
    _check_room(draft, new.action)
    _check_possible(draft, new.action)
    proposal = Proposal(
        id=draft.invocation.transaction_id.hex(),
        action=new.action,
        organization=caller,
        member=signer.member,
        height=draft.height,
        index=len(draft.register.proposals),
        opened_at=draft.time,
        expires_at=_expiry(draft, new.expires_at),
        votes=(_vote(draft, approve=True),),
    )
    draft.put(proposal)
    draft.announce(
        "Proposed",
        proposal=proposal.id,
        organization=caller,
        action=action_name(new.action),
        expires_at=proposal.expires_at,
    )
    return proposal.id


def vote(draft: Draft, ballot: CastVote) -> Value:
    """Count an organisation's vote and settle what it decides."""
    proposal = _open_proposal(draft, ballot.proposal)
    if accused_by(proposal.action) == draft.caller:
        raise RoleMissing("no organisation votes on itself", field="proposal", found=draft.caller)
    if any(one.organization == draft.caller for one in proposal.votes):
        raise Duplicate("the organisation has voted", field="proposal", found=proposal.id)
    votes = sorted(
        (*proposal.votes, _vote(draft, approve=ballot.approve)), key=lambda one: one.organization
    )
    changed = msgspec.structs.replace(proposal, votes=tuple(votes))
    draft.put(changed)
    tally = count_votes(draft.register, changed)
    draft.announce(
        "Voted",
        proposal=proposal.id,
        organization=draft.caller,
        approve=ballot.approve,
        approvals=tally.approvals,
        rejections=tally.rejections,
        electorate=tally.electorate,
    )
    return None


def withdraw(draft: Draft, gone: Withdraw) -> Value:
    """Close a proposal of the own organisation."""
    proposal = _open_proposal(draft, gone.proposal)
    if proposal.organization != draft.caller:
        raise RoleMissing(
            "another organisation proposed it", field="proposal", expected=proposal.organization
        )
    _close(draft, proposal, WITHDRAWN)
    draft.announce("Withdrawn", proposal=proposal.id, organization=draft.caller)
    return None


def execute(draft: Draft, again: Execute) -> Value:
    """Execute a proposal that passed earlier; what refuses it now refuses this call."""
    proposal = _open_proposal(draft, again.proposal)
    if count_votes(draft.register, proposal).verdict is not Verdict.PASSED:
        raise WrongState("it has not passed", field="proposal", found=proposal.id)
    perform(draft, proposal.action)
    _close(draft, proposal, EXECUTED)
    draft.announce("Executed", proposal=proposal.id, action=action_name(proposal.action))
    return None


def settle(draft: Draft) -> None:
    """Close or execute every open proposal that is decided, oldest first, until none is left.

    Executing one may decide others. Each is tried once: one that could not be executed waits for
    `execute`.
    """
    while (proposal := _find_decided(draft)) is not None:
        if draft.time > proposal.expires_at:
            _close(draft, proposal, EXPIRED)
            draft.announce("Expired", proposal=proposal.id)
        elif count_votes(draft.register, proposal).verdict is Verdict.REJECTED:
            _close(draft, proposal, REJECTED)
            draft.announce("Rejected", proposal=proposal.id)
        else:
            _try(draft, proposal)


def action_name(action: Action) -> str:
    """Return an action's type as its records spell it."""
    return str(action.__struct_config__.tag)


def _find_decided(draft: Draft) -> Proposal | None:
    for proposal in draft.register.open_proposals():
        verdict = count_votes(draft.register, proposal).verdict
        is_new = verdict is Verdict.PASSED and proposal.failure is None
        if draft.time > proposal.expires_at or verdict is Verdict.REJECTED or is_new:
            return proposal
    return None


def _try(draft: Draft, proposal: Proposal) -> None:
    """Execute a proposal that passed, or write down why that cannot be done now."""
    trial = draft.fork()
    try:
        perform(trial, proposal.action)
    except Rejected as refusal:
        failure = FailedExecution(code=refusal.code, facts=refusal.facts(), height=draft.height)
        draft.put(msgspec.structs.replace(proposal, failure=failure))
        draft.announce("ExecutionRefused", proposal=proposal.id, code=refusal.code)
        return
    draft.adopt(trial)
    _close(draft, proposal, EXECUTED)
    draft.announce("Executed", proposal=proposal.id, action=action_name(proposal.action))


def _close(draft: Draft, proposal: Proposal, state: str) -> None:
    draft.put(msgspec.structs.replace(proposal, state=state, closed_at=draft.time))


def _check_room(draft: Draft, action: Action) -> None:
    waiting = draft.register.open_proposals()
    same = next((one for one in waiting if one.action == action), None)
    if same is not None:
        raise Duplicate("the same is proposed already", field="action", found=same.id)
    own = sum(one.organization == draft.caller for one in waiting)
    if len(waiting) >= OPEN_MAX or own >= OPEN_OF_ONE_MAX:
        raise LimitExceeded(
            "too many proposals are open",
            field="action",
            expected=f"at most {OPEN_MAX}, {OPEN_OF_ONE_MAX} of one organisation",
        )


def _check_possible(draft: Draft, action: Action) -> None:
    """Refuse what could not be executed now, unless only the validators' pace forbids it."""
    try:
        perform(draft.fork(), action)
    except ValidatorsAtRisk:
        # By the time the votes are in, this may have changed.
        return


def _expiry(draft: Draft, asked: TimeMs | None) -> TimeMs:
    latest = draft.time + draft.register.governance.proposal_lifetime_ms
    if asked is None:
        return TimeMs(latest)
    if not draft.time < asked <= latest:
        raise InvalidValue(
            "not a time to expire at",
            field="expires_at",
            expected=f"{draft.time + 1} to {latest}",
            found=str(asked),
        )
    return asked


def _open_proposal(draft: Draft, proposal_id: str) -> Proposal:
    proposal = draft.register.proposals.get(proposal_id)
    if proposal is None:
        raise UnknownRecord("there is no such proposal", field="proposal", found=proposal_id[:64])
    if not proposal.is_open:
        raise WrongState("the proposal is closed", field="proposal", found=proposal.state)
    if draft.time > proposal.expires_at:
        raise Expired(
            "the proposal's time is over",
            field="proposal",
            expected=f"at most {proposal.expires_at}",
            found=str(draft.time),
        )
    return proposal


def _vote(draft: Draft, *, approve: bool) -> Vote:
    signer = draft.invocation.signer
    return Vote(
        organization=signer.organization, member=signer.member, approve=approve, time=draft.time
    )
