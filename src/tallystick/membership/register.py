# SPDX-License-Identifier: Apache-2.0
"""The register: who belongs and by which rules, as of the newest executed transaction.

It mirrors the membership tree in memory, because every transaction asks it. `records.py` lists the
keys of the tree, docs/spec/membership.md and docs/spec/governance.md what stands under them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from msgspec import UNSET

from tallystick.crypto import sha256
from tallystick.errors import Halted, NotAMember, invariant
from tallystick.membership import records as tree
from tallystick.membership.records import load_record
from tallystick.model import (
    ROLE_ADMINISTRATOR,
    Authority,
    ContractActivation,
    EarlierValidators,
    GovernanceRules,
    Member,
    MemberKey,
    NodeIdentity,
    Organization,
    Parameters,
    Proposal,
    RecognisedNetwork,
    RecordMigration,
    RegisteredLogKey,
    Signer,
    Validator,
    ValidatorKey,
)


class Register:
    """Organisations, members, keys and what governance decided; changed only by write sets."""

    def __init__(
        self,
        items: Iterable[tuple[bytes, bytes]] = (),
        *,
        log_keys: Iterable[RegisteredLogKey] = (),
    ) -> None:
        """Load the register.

        Args:
            items: the membership tree's keys and values.
            log_keys: those of genesis, which the tree of an older network does not hold.
        """
        self.organizations: dict[str, Organization] = {}
        self.members: dict[tuple[str, str], Member] = {}
        self.keys: dict[bytes, MemberKey] = {}
        self.validators: dict[str, Validator] = {}
        """By organisation; as the next blocks will have them, see `validators_in_force`."""
        self.earlier_validators: tuple[EarlierValidators, ...] = ()
        self.validator_keys: dict[bytes, ValidatorKey] = {}
        """Every key that is or was a validator's."""
        self.governance = GovernanceRules()
        self.parameters: Parameters | None = None
        """None until a vote changes those of genesis."""
        self.log_keys: dict[bytes, RegisteredLogKey] = {key.public_key: key for key in log_keys}
        """Revoked ones too."""
        self.nodes: dict[str, NodeIdentity] = {}
        """Those that may connect, by node id."""
        self.former_nodes: dict[str, NodeIdentity] = {}
        self.contracts: dict[str, ContractActivation] = {}
        """What was activated by vote; contracts of genesis that no vote changed are not here."""
        self.authorities: dict[tuple[str, bytes], Authority] = {}
        """By organisation and SHA-256 of the certificate; revoked ones too."""
        self.proposals: dict[str, Proposal] = {}
        """Open and closed ones, by id."""
        self.networks: dict[str, RecognisedNetwork] = {}
        """Other networks whose records a vote decided to believe, by network id."""
        self._signers: dict[bytes, Signer] = {}
        """Of this state of the register: most transactions are by signers seen before."""
        self.apply(dict(items))

    def resolve(self, public_key: bytes, organization: str, block_time: int) -> Signer:
        """Return who signs with `public_key` at `block_time`.

        Raises:
            NotAMember: unknown, of another organisation, not yet valid, expired, revoked, or of an
                inactive member or organisation.
        """
        # Checks at the door ask while a block changes the register on another thread. What such a
        # check reads may be out of date, so it goes into the map that the change throws away.
        signers = self._signers
        key = self.keys.get(public_key)
        if key is None:
            raise _not_a_member("the key is not enrolled", public_key)
        if key.organization != organization:
            raise _not_a_member("the key belongs to another organisation", public_key)
        if key.revoked_at is not None:
            raise _not_a_member("the key was revoked", public_key)
        if not key.valid_from <= block_time <= key.valid_until:
            raise _not_a_member("the key is not valid at this time", public_key)
        signer = signers.get(public_key) or self._load_signer(key)
        if signer is None:
            raise _not_a_member("the member or organisation is not active", public_key)
        signers[public_key] = signer
        return signer

    def apply(self, writes: Mapping[bytes, bytes | None]) -> None:
        """Take over the membership writes of an executed transaction."""
        if not writes:
            return
        for key, value in writes.items():
            # Membership records are never deleted: history must stay explainable.
            invariant(value is not None, "a membership record must not be deleted")
            self._put(key, value or b"")
        self._signers = {}

    def copy(self) -> Register:
        """Return a register that can be changed without changing this one."""
        other = Register()
        for name, value in vars(self).items():
            # Records are frozen: copies of the maps are enough.
            setattr(other, name, dict(value) if isinstance(value, dict) else value)
        return other

    def administrators(self, organization: str) -> list[Member]:
        """Return the active administrators of an organisation."""
        return [
            member
            for member in self.members.values()
            if member.organization == organization
            and member.active
            and ROLE_ADMINISTRATOR in member.roles
        ]

    def authorities_of(self, organization: str) -> list[Authority]:
        """Return the authorities of an organisation that may enrol, in a fixed order."""
        return [
            one
            for (owner, _), one in sorted(self.authorities.items(), key=lambda item: item[0])
            if owner == organization and one.revoked_at is None
        ]

    def electorate(self) -> frozenset[str]:
        """Return the organisations whose votes count: the active ones, one vote each."""
        return frozenset(one.id for one in self.organizations.values() if one.active)

    def open_proposals(self) -> list[Proposal]:
        """Return the proposals that can be voted on or executed, oldest first."""
        return sorted(
            (one for one in self.proposals.values() if one.is_open), key=lambda one: one.index
        )

    def effective_parameters(self, of_genesis: Parameters) -> Parameters:
        """Return the network's parameters: those voted last, else those of genesis."""
        return of_genesis if self.parameters is None else self.parameters

    def is_callable(self, contract: str, height: int, of_genesis: Collection[str]) -> bool:
        """Tell whether a block at `height` may call a contract: of genesis, or voted and begun."""
        if contract in of_genesis:
            return True
        activation = self.contracts.get(contract)
        return activation is not None and activation.callable_from <= height

    def version_at(self, contract: str, height: int) -> int | None:
        """Return the version of a contract that a block at `height` runs; None: as founded."""
        activation = self.contracts.get(contract)
        return None if activation is None else activation.version_at(height)

    def migration_at(self, contract: str, height: int) -> RecordMigration | None:
        """Return what keeps a block at `height` from calling a contract: records are moved."""
        activation = self.contracts.get(contract)
        return None if activation is None else activation.migration_at(height)

    def validators_in_force(self, height: int) -> dict[str, Validator]:
        """Return the validator set that votes on the block at `height`, by organisation.

        A change made by block h is in force from block h + 2, so the changes of the block before
        and of this block are not. Exact for the block that executes now.
        """
        for earlier in self.earlier_validators:
            if earlier.height >= height - 1:
                return {one.organization: one for one in earlier.validators}
        return self.validators

    def _put(self, key: bytes, value: bytes) -> None:
        if key.startswith(tree.ORGANIZATIONS):
            organization = load_record(value, Organization)
            self.organizations[organization.id] = organization
        elif key.startswith(tree.MEMBERS):
            member = load_record(value, Member)
            self.members[member.organization, member.id] = member
        elif key.startswith(tree.KEYS):
            member_key = load_record(value, MemberKey)
            self.keys[member_key.public_key] = member_key
        else:
            self._put_governance(key, value)

    def _put_governance(self, key: bytes, value: bytes) -> None:
        if key.startswith(tree.PROPOSALS):
            proposal = load_record(value, Proposal)
            self.proposals[proposal.id] = proposal
        elif key.startswith(tree.AUTHORITIES):
            authority = load_record(value, Authority)
            self.authorities[authority.organization, sha256(authority.certificate)] = authority
        elif key == tree.VALIDATORS:
            validators = load_record(value, tuple[Validator, ...])
            self.validators = {one.organization: one for one in validators}
        elif key == tree.EARLIER_VALIDATORS:
            self.earlier_validators = load_record(value, tuple[EarlierValidators, ...])
        elif key.startswith(tree.VALIDATOR_KEYS):
            validator_key = load_record(value, ValidatorKey)
            self.validator_keys[validator_key.public_key] = validator_key
        elif key == tree.GOVERNANCE:
            self.governance = load_record(value, GovernanceRules)
        elif key == tree.PARAMETERS:
            self.parameters = load_record(value, Parameters)
        elif key.startswith(tree.LOG_KEYS):
            log_key = load_record(value, RegisteredLogKey)
            self.log_keys[log_key.public_key] = log_key
        elif key.startswith(tree.NODES):
            self._put_node(load_record(value, NodeIdentity))
        elif key.startswith(tree.CONTRACTS):
            activation = load_record(value, ContractActivation)
            self.contracts[activation.name] = activation
        elif key.startswith(tree.NETWORKS):
            network = load_record(value, RecognisedNetwork)
            self.networks[network.id] = network
        else:
            raise Halted(f"unknown membership key {key[:60]!r}")

    def _put_node(self, node: NodeIdentity) -> None:
        self.nodes.pop(node.node_id, None)
        self.former_nodes.pop(node.node_id, None)
        place = self.nodes if node.removed_at is UNSET else self.former_nodes
        place[node.node_id] = node

    def _load_signer(self, key: MemberKey) -> Signer | None:
        member = self.members[key.organization, key.member]
        if not member.active or not self.organizations[key.organization].active:
            return None
        return Signer(key.organization, key.member, member.roles, key.public_key)


def _not_a_member(message: str, public_key: bytes) -> NotAMember:
    return NotAMember(message, field="signer", found=public_key.hex())
