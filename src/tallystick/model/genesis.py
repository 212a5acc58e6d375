# SPDX-License-Identifier: Apache-2.0
"""The genesis document: who founds the network and by which parameters.

Its exact bytes are hashed into the network id, so two networks of the same name differ.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

import msgspec
from msgspec import UNSET, Struct

from tallystick.crypto import check_public_key, sha256
from tallystick.encoding import decode, encode, prepare
from tallystick.errors import Malformed
from tallystick.model.governance import (
    ROLE_GOVERNOR,
    ROLE_OPERATOR,
    GovernanceRules,
    NodeIdentity,
    Parameters,
    Validator,
    check_node_id,
    check_rules,
    check_validators,
)
from tallystick.model.organization import Member, MemberKey, Organization, check_organization_id
from tallystick.model.plain import to_value
from tallystick.units import INTEGER_MAX, TimeMs

_NAME = re.compile(r"[a-z][a-z0-9-]{1,30}[a-z0-9]")
_NETWORK_HASH_CHARACTERS = 32


class LogKey(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A key with which an organisation's node signs checkpoints and receipts."""

    organization: str
    public_key: bytes


class GenesisDocument(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The first facts of a network; everything later follows from signed transactions."""

    version: int = 1
    name: str
    """Lower-case letters, digits, hyphens; 3 to 32 characters."""
    created: TimeMs
    parameters: Parameters = Parameters()
    organizations: tuple[Organization, ...]
    members: tuple[Member, ...]
    keys: tuple[MemberKey, ...]
    log_keys: tuple[LogKey, ...]
    contracts: tuple[str, ...] = ()
    """Contracts active from the first block, by name; others only after a vote."""
    validators: tuple[Validator, ...] = ()
    """Sorted by organisation. This and what follows is left out of the bytes when it is empty or
    as usual, so that documents of networks without validators keep their bytes."""
    governance: GovernanceRules = GovernanceRules()
    nodes: tuple[NodeIdentity, ...] = ()
    """Nodes that may connect, sorted by id."""

    def encode(self) -> bytes:
        """Return the canonical bytes."""
        value = to_value(self)
        for name, usual in _LEFT_OUT_WHEN_USUAL.items():
            if isinstance(value, dict) and getattr(self, name) == usual:
                del value[name]
        return encode(value)


prepare(GenesisDocument)

_LEFT_OUT_WHEN_USUAL: Final[Mapping[str, object]] = {
    "validators": (),
    "governance": GovernanceRules(),
    "nodes": (),
}


def network_id(name: str, genesis_bytes: bytes) -> str:
    """Return `<name>.<first 32 hex digits of SHA-256(genesis bytes)>`."""
    return f"{name}.{sha256(genesis_bytes).hex()[:_NETWORK_HASH_CHARACTERS]}"


def decode_genesis(data: bytes) -> GenesisDocument:
    """Return the checked genesis document in canonical `data`.

    Raises:
        Malformed: not canonical, not the fields, or members and keys that contradict each other.
        InvalidSignature: a key that must not be enrolled.
    """
    value = decode(data, name="genesis")
    try:
        # Bytes as bytes only: base64 text in their place would be a second spelling.
        genesis = msgspec.convert(value, GenesisDocument, builtin_types=(bytes,))
    except msgspec.ValidationError as error:
        raise Malformed(f"genesis: {error}", field="genesis") from error
    if genesis.encode() != data:
        # A field was left out that must be there, or spelled out that must not: one document has
        # one spelling.
        raise Malformed("genesis: not every field is there, or one too many", field="genesis")
    check_genesis(genesis)
    return genesis


def check_genesis(genesis: GenesisDocument) -> None:
    """Raise `Malformed` or `InvalidSignature` if the document contradicts itself."""
    if genesis.version != 1 or not _NAME.fullmatch(genesis.name):
        raise Malformed(
            "genesis: version 1 and a plain name are needed",
            field="genesis.name",
            expected="3 to 32 lower-case letters, digits and hyphens",
            found=genesis.name[:40],
        )
    if not 0 <= genesis.created <= INTEGER_MAX:
        raise Malformed("genesis: created is not a time", field="genesis.created")
    for one in genesis.members:
        if list(one.roles) != sorted(set(one.roles)):
            raise Malformed("genesis: roles are not sorted, or twice", field=f"members.{one.id}")
    organizations = {check_organization_id(o.id) for o in genesis.organizations}
    members = {(m.organization, m.id) for m in genesis.members}
    _check_distinct(len(organizations), len(genesis.organizations), "organizations")
    _check_distinct(len(members), len(genesis.members), "members")
    _check_distinct(len({k.public_key for k in genesis.keys}), len(genesis.keys), "keys")
    for organization, member in members:
        _check_known(organization in organizations, f"members.{member}")
    for key in genesis.keys:
        check_public_key(key.public_key)
        _check_known((key.organization, key.member) in members, f"keys.{key.public_key.hex()[:16]}")
        if key.certificate is not UNSET:
            # No authority is registered yet that could have certified it.
            raise Malformed("genesis: keys come without certificates", field="genesis.keys")
    for log_key in genesis.log_keys:
        check_public_key(log_key.public_key)
        _check_known(log_key.organization in organizations, "log_keys")
    _check_governance(genesis, organizations)


def _check_governance(genesis: GenesisDocument, organizations: set[str]) -> None:
    check_validators(genesis.validators)
    check_rules(genesis.governance)
    for validator in genesis.validators:
        _check_known(validator.organization in organizations, "validators")
    removals = [one.removed_at for one in genesis.organizations]
    removals += [one.removed_at for one in genesis.nodes]
    if any(removed_at is not UNSET for removed_at in removals):
        raise Malformed("genesis: founders were not removed", field="removed_at")
    node_ids = [one.node_id for one in genesis.nodes]
    if node_ids != sorted(set(node_ids)):
        raise Malformed("genesis: nodes are not sorted, or twice", field="genesis.nodes")
    for node in genesis.nodes:
        check_node_id(node.node_id)
        _check_known(node.organization in organizations, "nodes")
    for member in genesis.members:
        if {ROLE_GOVERNOR, ROLE_OPERATOR} <= set(member.roles):
            raise Malformed(
                "genesis: governor and operator exclude each other", field=f"members.{member.id}"
            )


def _check_distinct(distinct: int, listed: int, field: str) -> None:
    if distinct != listed:
        raise Malformed(f"genesis: {field} are listed twice", field=f"genesis.{field}")


def _check_known(known: bool, field: str) -> None:  # noqa: FBT001
    if not known:
        raise Malformed(f"genesis: {field} refers to what is not listed", field=f"genesis.{field}")
