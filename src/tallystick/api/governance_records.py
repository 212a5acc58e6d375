# SPDX-License-Identifier: Apache-2.0
"""The JSON shapes of governance: rules, validators, nodes, keys, proposals and votes."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from tallystick.api.records import Sentence
from tallystick.api.wire_types import Count, Hash, Json, Time, TimeMs


class ShareRecord(Struct, frozen=True):
    """An exact part of a whole."""

    numerator: Count
    denominator: Annotated[int, Meta(ge=1)]


class RulesRecord(Struct, frozen=True, kw_only=True):
    """When a proposal passes; shares are of all active organisations, one vote each."""

    threshold: Annotated[ShareRecord, Meta(description="Approvals must exceed it.")]
    qualified_threshold: Annotated[
        ShareRecord, Meta(description="For the rules themselves and for removals.")
    ]
    participation: Annotated[ShareRecord, Meta(description="Votes cast must reach it.")]
    proposal_lifetime_ms: Count


class ParametersRecord(Struct, frozen=True, kw_only=True):
    """Settings that every node of the network shares."""

    transaction_lifetime_ms_max: Count
    block_transactions_max: Count
    python: str
    is_voted: Annotated[bool, Meta(description="False: those of the genesis document.")]


class ValidatorRecord(Struct, frozen=True, kw_only=True):
    """An organisation whose node votes on blocks."""

    organization: str
    public_key: Hash
    power: Annotated[int, Meta(ge=1)]
    is_in_force: Annotated[
        bool,
        Meta(description="Whether this key votes with this power on the block after this one."),
    ]


class NodeRecord(Struct, frozen=True, kw_only=True):
    """A node that may connect, or no longer."""

    node_id: str
    organization: str
    removed_at: Time | None
    removed_at_ms: TimeMs | None


class LogKeyPeriod(Struct, frozen=True, kw_only=True):
    """A key that signs receipts and checkpoints, and when it is trusted."""

    public_key: Hash
    organization: str
    vkey: Annotated[str, Meta(description="C2SP verifier key text.")]
    valid_from: Time
    valid_from_ms: TimeMs
    revoked_at: Time | None
    revoked_at_ms: TimeMs | None


class MigrationRecord(Struct, frozen=True, kw_only=True):
    """How far the records of an older version have been moved."""

    from_version: Count
    moved: Annotated[Count, Meta(description="Records moved so far.")]
    finished_at: Annotated[
        int | None, Meta(description="Height; until it is known the contract cannot be called.")
    ]


class ContractRecord(Struct, frozen=True, kw_only=True):
    """A contract that the network runs, or will run."""

    name: str
    version: Annotated[int | None, Meta(description="Voted version; null: as founded.")]
    height: Annotated[int | None, Meta(description="First block that runs it.")]
    digest: Annotated[
        Hash | None, Meta(description="SHA-256 over its sources; null: none was voted.")
    ]
    is_running: bool
    migration: MigrationRecord | None


class GovernanceRecord(Struct, frozen=True, kw_only=True):
    """How the network is governed, as of a durable block."""

    height: Count
    block_time: Time
    block_time_ms: TimeMs
    electorate: Annotated[list[str], Meta(description="Active organisations, one vote each.")]
    rules: RulesRecord
    parameters: ParametersRecord
    validators: list[ValidatorRecord]
    contracts: list[ContractRecord]
    nodes: list[NodeRecord]
    log_keys: list[LogKeyPeriod]
    open_proposals: Count


class VoteRecord(Struct, frozen=True, kw_only=True):
    """How an organisation voted."""

    organization: str
    member: str
    approve: bool
    time: Time
    time_ms: TimeMs
    counts: Annotated[
        bool, Meta(description="False while the organisation is not active, or is the accused.")
    ]


class TallyRecord(Struct, frozen=True, kw_only=True):
    """The votes as they count now, or as nothing more once the proposal is closed."""

    approvals: Count
    rejections: Count
    voters: Annotated[int, Meta(ge=0, description="Organisations that may vote on it.")]
    electorate: Annotated[int, Meta(ge=0, description="All active organisations.")]
    verdict: Annotated[str, Meta(description="`passed`, `rejected` or `undecided`.")]
    approvals_missing: Annotated[
        int | None, Meta(description="Further approvals with which it passes; null: none can help.")
    ]
    not_voted: list[str]


class ChangeRecord(Struct, frozen=True, kw_only=True):
    """A value that the action would change."""

    what: str
    before: Json
    after: Json


class FailureRecord(Struct, frozen=True, kw_only=True):
    """Why a proposal that passed was not executed."""

    code: str
    facts: dict[str, str]
    height: Count


class ProposalSummary(Struct, frozen=True, kw_only=True):
    """A proposal, in a line."""

    id: Hash
    type: Annotated[str, Meta(description="Type of the action.")]
    label: Sentence
    subject: Annotated[str, Meta(description="What the action is about: organisation, contract.")]
    organization: Annotated[str, Meta(description="Who proposed it.")]
    member: str
    state: Annotated[
        str,
        Meta(
            description="`expired` as soon as block time has passed it, recorded or not.",
            extra_json_schema={
                "enum": ["open", "executed", "rejected", "expired", "withdrawn"],
            },
        ),
    ]
    height: Count
    index: Count
    opened_at: Time
    opened_at_ms: TimeMs
    expires_at: Time
    expires_at_ms: TimeMs
    closed_at: Time | None
    closed_at_ms: TimeMs | None
    approvals: Count
    rejections: Count
    electorate: Count


class ProposalRecord(ProposalSummary, frozen=True, kw_only=True):
    """A proposal with its action, its votes, and what would change."""

    action: dict[str, Json]
    votes: list[VoteRecord]
    tally: TallyRecord
    changes: Annotated[list[ChangeRecord], Meta(description="Empty once the proposal is closed.")]
    failure: FailureRecord | None


class ProposalPage(Struct, frozen=True, kw_only=True):
    """Proposals, newest first."""

    items: list[ProposalSummary]
    next_cursor: str | None
    height: Count
