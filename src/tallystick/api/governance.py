# SPDX-License-Identifier: Apache-2.0
"""Governance as HTTP shows it, from the register of the newest durable block."""

from __future__ import annotations

import msgspec
from msgspec import UNSET

from tallystick.api.answer import Answer, json_answer
from tallystick.api.asked import Asked
from tallystick.api.built_in import action_label
from tallystick.api.governance_records import (
    ContractRecord,
    FailureRecord,
    GovernanceRecord,
    LogKeyPeriod,
    MigrationRecord,
    NodeRecord,
    ParametersRecord,
    ProposalPage,
    ProposalRecord,
    ProposalSummary,
    RulesRecord,
    ShareRecord,
    TallyRecord,
    ValidatorRecord,
    VoteRecord,
)
from tallystick.api.ports import LedgerNode
from tallystick.api.proposal_changes import changes_of, subject_of
from tallystick.api.records import Sentence
from tallystick.api.represent import show_fields
from tallystick.api.wire_types import format_time
from tallystick.encoding import Value
from tallystick.errors import NotFound, Rejected
from tallystick.membership import accused_by, count_votes, missing_approvals
from tallystick.model import (
    EXPIRED,
    ContractActivation,
    NodeIdentity,
    Proposal,
    RegisteredLogKey,
    Share,
    to_value,
    verifier_key,
)
from tallystick.node import RegisterShown


def show_governance(asked: Asked) -> Answer:
    """Answer GET /v1/governance."""
    node = asked.server.node
    shown = node.register()
    register = shown.register
    rules = register.governance
    nodes = [*register.nodes.values(), *register.former_nodes.values()]
    keys = sorted(register.log_keys.values(), key=lambda key: (key.organization, key.valid_from))
    record = GovernanceRecord(
        height=shown.height,
        block_time=format_time(shown.time),
        block_time_ms=shown.time,
        electorate=sorted(register.electorate()),
        rules=RulesRecord(
            threshold=_share(rules.threshold),
            qualified_threshold=_share(rules.qualified_threshold),
            participation=_share(rules.participation),
            proposal_lifetime_ms=rules.proposal_lifetime_ms,
        ),
        parameters=_parameters(node, shown),
        validators=_validators(shown),
        contracts=_contracts(node, shown),
        nodes=[_node(one) for one in sorted(nodes, key=lambda one: one.node_id)],
        log_keys=[_log_key(key, node.network) for key in keys],
        open_proposals=sum(_state(one, shown.time) == "open" for one in register.open_proposals()),
    )
    return json_answer(record)


def list_proposals(asked: Asked) -> Answer:
    """Answer GET /v1/governance/proposals."""
    shown = asked.server.node.register()
    wanted, limit = asked.text("state"), asked.required_integer("limit")
    before = _read_cursor(asked.text("cursor"))
    found = sorted(shown.register.proposals.values(), key=lambda one: one.index, reverse=True)
    fitting = [
        one
        for one in found
        if (before is None or one.index < before)
        and (wanted is None or _state(one, shown.time) == wanted)
    ]
    items = [_summary(shown, one) for one in fitting[:limit]]
    has_more = len(fitting) > limit
    cursor = str(items[-1].index) if has_more else None
    return json_answer(ProposalPage(items=items, next_cursor=cursor, height=shown.height))


def show_proposal(asked: Asked) -> Answer:
    """Answer GET /v1/governance/proposals/{id}."""
    node = asked.server.node
    shown = node.register()
    wanted = asked.required_hash("id").hex()
    proposal = shown.register.proposals.get(wanted)
    if proposal is None:
        raise NotFound("there is no such proposal", field="id", found=wanted)
    summary = _summary(shown, proposal)
    is_open = summary.state == "open"
    failure = proposal.failure
    record = ProposalRecord(
        **{name: getattr(summary, name) for name in ProposalSummary.__struct_fields__},
        action=show_fields(_action_fields(proposal)),
        votes=_votes(shown, proposal),
        tally=_tally(shown, proposal),
        changes=changes_of(shown.register, node.genesis.parameters, proposal.action)
        if is_open
        else [],
        failure=None
        if failure is None
        else FailureRecord(code=failure.code, facts=failure.facts, height=failure.height),
    )
    return json_answer(record)


def _action_fields(proposal: Proposal) -> dict[str, Value]:
    fields = to_value(proposal.action)
    return dict(fields) if isinstance(fields, dict) else {}


def _summary(shown: RegisterShown, proposal: Proposal) -> ProposalSummary:
    kind = str(proposal.action.__struct_config__.tag)
    label, tally = action_label(kind), count_votes(shown.register, proposal)
    closed = proposal.closed_at
    return ProposalSummary(
        id=proposal.id,
        type=kind,
        label=Sentence(label.zh, label.en),
        subject=subject_of(proposal.action),
        organization=proposal.organization,
        member=proposal.member,
        state=_state(proposal, shown.time),
        height=proposal.height,
        index=proposal.index,
        opened_at=format_time(proposal.opened_at),
        opened_at_ms=proposal.opened_at,
        expires_at=format_time(proposal.expires_at),
        expires_at_ms=proposal.expires_at,
        closed_at=None if closed is None else format_time(closed),
        closed_at_ms=closed,
        approvals=tally.approvals,
        rejections=tally.rejections,
        electorate=tally.electorate,
    )


def _state(proposal: Proposal, time: int) -> str:
    """Return the state; one whose time is over stays open in the tree until the next call."""
    if proposal.is_open and time > proposal.expires_at:
        return EXPIRED
    return proposal.state


def _votes(shown: RegisterShown, proposal: Proposal) -> list[VoteRecord]:
    counted = shown.register.electorate() - {accused_by(proposal.action)}
    return [
        VoteRecord(
            organization=vote.organization,
            member=vote.member,
            approve=vote.approve,
            time=format_time(vote.time),
            time_ms=vote.time,
            counts=vote.organization in counted,
        )
        for vote in proposal.votes
    ]


def _tally(shown: RegisterShown, proposal: Proposal) -> TallyRecord:
    register = shown.register
    tally = count_votes(register, proposal)
    voters = register.electorate() - {accused_by(proposal.action)}
    voted = {vote.organization for vote in proposal.votes}
    is_open = _state(proposal, shown.time) == "open"
    return TallyRecord(
        approvals=tally.approvals,
        rejections=tally.rejections,
        voters=tally.voters,
        electorate=tally.electorate,
        verdict=tally.verdict.value,
        approvals_missing=missing_approvals(register, proposal) if is_open else None,
        not_voted=sorted(voters - voted) if is_open else [],
    )


def _validators(shown: RegisterShown) -> list[ValidatorRecord]:
    register = shown.register
    in_force = register.validators_in_force(shown.height + 1)
    return [
        ValidatorRecord(
            organization=one.organization,
            public_key=one.public_key.hex(),
            power=one.power,
            is_in_force=in_force.get(one.organization) == one,
        )
        for _, one in sorted(register.validators.items())
    ]


def _parameters(node: LedgerNode, shown: RegisterShown) -> ParametersRecord:
    effective = shown.register.effective_parameters(node.genesis.parameters)
    return ParametersRecord(
        **msgspec.structs.asdict(effective), is_voted=shown.register.parameters is not None
    )


def _contracts(node: LedgerNode, shown: RegisterShown) -> list[ContractRecord]:
    register, founding = shown.register, node.genesis.contracts
    voted = register.contracts
    next_height = shown.height + 1
    return [
        _contract(name, voted.get(name), register.is_callable(name, next_height, founding))
        for name in sorted({*founding, *voted})
    ]


def _contract(
    name: str,
    voted: ContractActivation | None,
    is_running: bool,  # noqa: FBT001  # from one place
) -> ContractRecord:
    if voted is None:
        return ContractRecord(
            name=name, version=None, height=None, digest=None, is_running=is_running, migration=None
        )
    migration = None if voted.migration is UNSET else voted.migration
    return ContractRecord(
        name=name,
        version=voted.version,
        height=voted.height,
        digest=None if voted.digest is UNSET else voted.digest.hex(),
        is_running=is_running,
        migration=None
        if migration is None
        else MigrationRecord(
            from_version=migration.from_version,
            moved=migration.moved,
            finished_at=migration.finished_at,
        ),
    )


def _node(node: NodeIdentity) -> NodeRecord:
    removed = None if node.removed_at is UNSET else node.removed_at
    return NodeRecord(
        node_id=node.node_id,
        organization=node.organization,
        removed_at=None if removed is None else format_time(removed),
        removed_at_ms=removed,
    )


def _log_key(key: RegisteredLogKey, origin: str) -> LogKeyPeriod:
    revoked = key.revoked_at
    return LogKeyPeriod(
        public_key=key.public_key.hex(),
        organization=key.organization,
        vkey=verifier_key(origin, key.public_key),
        valid_from=format_time(key.valid_from),
        valid_from_ms=key.valid_from,
        revoked_at=None if revoked is None else format_time(revoked),
        revoked_at_ms=revoked,
    )


def _share(share: Share) -> ShareRecord:
    return ShareRecord(share.numerator, share.denominator)


def _read_cursor(cursor: str | None) -> int | None:
    if cursor is None:
        return None
    if not (cursor.isascii() and cursor.isdigit()) or len(cursor) > 15:
        raise Rejected("not a cursor of this list", field="cursor", found=cursor[:40])
    return int(cursor)
