# SPDX-License-Identifier: Apache-2.0
"""Typed records of what a node says about governance; it is the node's word, not a proof."""

from __future__ import annotations

from typing import Any

from msgspec import Struct, field

from tallystick.client.records import Answered, BilingualText


class ShareRecord(Struct, frozen=True, kw_only=True):
    """An exact part of a whole."""

    numerator: int
    denominator: int

    def __str__(self) -> str:
        """Show it as people write it."""
        return f"{self.numerator}/{self.denominator}"


class RulesRecord(Answered, frozen=True, kw_only=True):
    """When a proposal passes."""

    threshold: ShareRecord
    qualified_threshold: ShareRecord
    participation: ShareRecord
    proposal_lifetime_ms: int


class ParametersRecord(Answered, frozen=True, kw_only=True):
    """Settings that every node shares."""

    transaction_lifetime_ms_max: int
    block_transactions_max: int
    python: str
    is_voted: bool = False


class ValidatorRecord(Answered, frozen=True, kw_only=True):
    """An organisation whose node votes on blocks."""

    organization: str
    public_key: str
    power: int
    is_in_force: bool = True


class NodeRecord(Answered, frozen=True, kw_only=True):
    """A node that may connect, or no longer."""

    node_id: str
    organization: str
    removed_at_ms: int | None = None


class LogKeyPeriod(Answered, frozen=True, kw_only=True):
    """A key that signs receipts and checkpoints, and when it is trusted."""

    public_key: str
    organization: str
    valid_from_ms: int
    revoked_at_ms: int | None = None


class MigrationRecord(Answered, frozen=True, kw_only=True):
    """How far the records of an older version have been moved."""

    from_version: int
    moved: int = 0
    finished_at: int | None = None
    """Height; until it is known the contract cannot be called."""


class ContractRecord(Answered, frozen=True, kw_only=True):
    """A contract that the network runs, or will run."""

    name: str
    version: int | None = None
    height: int | None = None
    digest: str | None = None
    """SHA-256 over its sources; None if none was voted."""
    is_running: bool = True
    migration: MigrationRecord | None = None


class GovernanceRecord(Answered, frozen=True, kw_only=True):
    """How the network is governed, as of a durable block."""

    height: int
    electorate: list[str]
    rules: RulesRecord
    parameters: ParametersRecord
    validators: tuple[ValidatorRecord, ...] = ()
    contracts: tuple[ContractRecord, ...] = ()
    nodes: tuple[NodeRecord, ...] = ()
    log_keys: tuple[LogKeyPeriod, ...] = ()
    open_proposals: int = 0


class VoteRecord(Answered, frozen=True, kw_only=True):
    """How an organisation voted."""

    organization: str
    member: str
    approve: bool
    time_ms: int = 0
    counts: bool = True


class TallyRecord(Answered, frozen=True, kw_only=True):
    """The votes as they count now."""

    approvals: int
    rejections: int
    voters: int
    electorate: int
    verdict: str
    approvals_missing: int | None = None
    not_voted: tuple[str, ...] = ()


class ChangeRecord(Answered, frozen=True, kw_only=True):
    """A value that an action would change."""

    what: str
    before: Any = None
    after: Any = None


class FailureRecord(Answered, frozen=True, kw_only=True):
    """Why a proposal that passed was not executed."""

    code: str
    facts: dict[str, str] = field(default_factory=dict)
    height: int = 0


class ProposalRecord(Answered, frozen=True, kw_only=True):
    """A proposal; what stands below `electorate` only when asked for by id."""

    id: str
    type: str
    label: BilingualText
    subject: str = ""
    organization: str
    member: str
    state: str
    height: int
    index: int = 0
    opened_at_ms: int = 0
    expires_at_ms: int = 0
    closed_at_ms: int | None = None
    approvals: int = 0
    rejections: int = 0
    electorate: int = 0
    action: dict[str, Any] = field(default_factory=dict)
    votes: tuple[VoteRecord, ...] = ()
    tally: TallyRecord | None = None
    changes: tuple[ChangeRecord, ...] = ()
    failure: FailureRecord | None = None
