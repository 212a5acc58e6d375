# SPDX-License-Identifier: Apache-2.0
"""Proposals to change the network, their actions and the votes on them."""

from __future__ import annotations

from typing import TypeAlias

from msgspec import UNSET, Struct, UnsetType

from tallystick.model.governance import GovernanceRules, Parameters
from tallystick.model.organization import Name
from tallystick.model.recognised import RecognisedNetwork
from tallystick.units import TimeMs


class FirstMember(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The member with whom an organisation begins: its administrator, with a key."""

    id: str
    name: Name
    roles: tuple[str, ...] = ()
    """Besides `administrator`."""
    public_key: bytes
    valid_from: TimeMs
    valid_until: TimeMs
    proof: bytes
    """Signature by the key over `enrolment_message`."""


class NewValidator(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A validator key that proves its possession."""

    public_key: bytes
    power: int
    proof: bytes
    """Signature by the key over `validator_message`."""


class AdmitOrganization(Struct, frozen=True, forbid_unknown_fields=True, tag="admit_organization"):
    """An organisation joins, with its first administrator and, if given, a validator."""

    organization: str
    name: Name
    administrator: FirstMember
    validator: NewValidator | None = None


class SuspendOrganization(
    Struct, frozen=True, forbid_unknown_fields=True, tag="suspend_organization"
):
    """An organisation's keys stop acting and its vote stops counting; its validator stays."""

    organization: str


class ResumeOrganization(
    Struct, frozen=True, forbid_unknown_fields=True, tag="resume_organization"
):
    """A suspended organisation acts again."""

    organization: str


class RemoveOrganization(
    Struct, frozen=True, forbid_unknown_fields=True, tag="remove_organization"
):
    """An organisation leaves for good, with its validator, nodes and log keys."""

    organization: str


class SetValidator(Struct, frozen=True, forbid_unknown_fields=True, tag="set_validator"):
    """An organisation gets a validator, or the one it has another key or power.

    With the key that it has, `proof` is empty.
    """

    organization: str
    public_key: bytes
    power: int
    proof: bytes = b""


class RemoveValidator(Struct, frozen=True, forbid_unknown_fields=True, tag="remove_validator"):
    """An organisation's node votes on blocks no more."""

    organization: str


class SetParameters(Struct, frozen=True, forbid_unknown_fields=True, tag="set_parameters"):
    """The network's parameters are replaced, from the next block on."""

    parameters: Parameters


class SetGovernance(Struct, frozen=True, forbid_unknown_fields=True, tag="set_governance"):
    """The voting rules are replaced."""

    rules: GovernanceRules


class ActivateContract(Struct, frozen=True, forbid_unknown_fields=True, tag="activate_contract"):
    """A version of a contract runs from a later block on."""

    name: str
    version: int
    height: int
    digest: bytes | UnsetType = UNSET
    """SHA-256 over its sources; without it any sources of this version will do."""
    migrate_from: int | UnsetType = UNSET
    """The version whose records are moved before it can be called; absent: none are."""


class RegisterNode(Struct, frozen=True, forbid_unknown_fields=True, tag="register_node"):
    """A node of an organisation may connect."""

    organization: str
    node_id: str


class RemoveNode(Struct, frozen=True, forbid_unknown_fields=True, tag="remove_node"):
    """A node may connect no more."""

    node_id: str


class RecogniseNetwork(Struct, frozen=True, forbid_unknown_fields=True, tag="recognise_network"):
    """Records of another network are believed on these terms, in place of earlier ones."""

    network: RecognisedNetwork


Action: TypeAlias = (
    AdmitOrganization
    | SuspendOrganization
    | ResumeOrganization
    | RemoveOrganization
    | SetValidator
    | RemoveValidator
    | SetParameters
    | SetGovernance
    | ActivateContract
    | RegisterNode
    | RemoveNode
    | RecogniseNetwork
)
"""What a proposal would do; told apart by `type`."""

OPEN = "open"
EXECUTED = "executed"
REJECTED = "rejected"
EXPIRED = "expired"
WITHDRAWN = "withdrawn"


class Vote(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How one organisation voted."""

    organization: str
    member: str
    approve: bool
    time: TimeMs


class FailedExecution(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Why a proposal that passed was not executed yet."""

    code: str
    facts: dict[str, str]
    height: int


class Proposal(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An action that organisations vote on."""

    id: str
    """Hexadecimal id of the transaction that proposed it."""
    action: Action
    organization: str
    member: str
    height: int
    """Of the block that opened it."""
    index: int
    """How many proposals there were before: their order."""
    opened_at: TimeMs
    expires_at: TimeMs
    """Last block time at which it may be voted on and executed."""
    votes: tuple[Vote, ...]
    """Sorted by organisation, one for each."""
    state: str = OPEN
    """`open`, or how it ended: `executed`, `rejected`, `expired`, `withdrawn`."""
    closed_at: TimeMs | None = None
    failure: FailedExecution | None = None
    """The last attempt to execute it that a rule refused; null if there was none."""

    @property
    def is_open(self) -> bool:
        """Whether it can still be voted on or executed."""
        return self.state == OPEN
