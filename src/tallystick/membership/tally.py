# SPDX-License-Identifier: Apache-2.0
"""Counting votes: a proposal passes or fails as soon as no further vote could change it."""

from __future__ import annotations

from enum import Enum

from msgspec import Struct

from tallystick.membership.register import Register
from tallystick.model import (
    Action,
    Proposal,
    RemoveOrganization,
    RemoveValidator,
    SetGovernance,
    SuspendOrganization,
)


class Verdict(Enum):
    """What the votes cast so far decide."""

    PASSED = "passed"
    REJECTED = "rejected"
    UNDECIDED = "undecided"


class Tally(Struct, frozen=True):
    """The votes on a proposal, under the electorate and the rules of now."""

    approvals: int
    rejections: int
    voters: int
    """Organisations that may vote on it."""
    electorate: int
    """All active organisations."""
    verdict: Verdict


def accused_by(action: Action) -> str | None:
    """Return the organisation that an action is against: it does not vote on itself."""
    if isinstance(action, SuspendOrganization | RemoveOrganization | RemoveValidator):
        return action.organization
    return None


def count_votes(register: Register, proposal: Proposal) -> Tally:
    """Count the votes of organisations that are active now.

    An organisation that the proposal is against has no vote but counts in the whole, so that of
    two members neither can expel the other.
    """
    electorate = register.electorate()
    voters = electorate - {accused_by(proposal.action)}
    cast = [vote for vote in proposal.votes if vote.organization in voters]
    approvals = sum(vote.approve for vote in cast)
    rejections = len(cast) - approvals
    return Tally(
        approvals=approvals,
        rejections=rejections,
        voters=len(voters),
        electorate=len(electorate),
        verdict=_decide(register, proposal, approvals, rejections, (len(voters), len(electorate))),
    )


def missing_approvals(register: Register, proposal: Proposal) -> int | None:
    """Return how many more organisations must approve for it to pass; None if none can help."""
    tally = count_votes(register, proposal)
    left = tally.voters - tally.approvals - tally.rejections
    sizes = (tally.voters, tally.electorate)
    for more in range(left + 1):
        found = _decide(register, proposal, tally.approvals + more, tally.rejections, sizes)
        if found is Verdict.PASSED:
            return more
    return None


def _decide(
    register: Register, proposal: Proposal, approvals: int, rejections: int, sizes: tuple[int, int]
) -> Verdict:
    voters, electorate = sizes
    rules = register.governance
    is_grave = isinstance(proposal.action, RemoveOrganization | SetGovernance)
    threshold = rules.qualified_threshold if is_grave else rules.threshold
    if not threshold.is_exceeded(voters - rejections, electorate):
        return Verdict.REJECTED
    is_attended = rules.participation.is_reached(approvals + rejections, voters)
    if is_attended and threshold.is_exceeded(approvals, electorate):
        return Verdict.PASSED
    return Verdict.UNDECIDED
