# SPDX-License-Identifier: Apache-2.0
"""What an organisation changes in its own affairs without a vote: keys, nodes, its leaving.

A stolen key must be replaced at once, so none of this waits for others; the rules of the validator
set hold all the same.
"""

from __future__ import annotations

from msgspec import Struct

from tallystick.encoding import Value
from tallystick.errors import UnknownRecord, WrongState
from tallystick.membership.actions import leave_network
from tallystick.membership.belongings import add_log_key, add_node, drop_node, revoke_log_key
from tallystick.membership.draft import Draft
from tallystick.membership.validators import change_validator, new_validator
from tallystick.model import RegisteredLogKey, Validator


class RotateValidatorKey(Struct, frozen=True, forbid_unknown_fields=True):
    """The validator votes with another key, with the same power."""

    public_key: bytes
    proof: bytes
    """Signature by the new key over `validator_message`."""


class ResignValidator(Struct, frozen=True, forbid_unknown_fields=True):
    """The organisation's node votes on blocks no more; the organisation stays."""


class RegisterOwnNode(Struct, frozen=True, forbid_unknown_fields=True):
    """A node of the organisation may connect."""

    node_id: str


class RemoveOwnNode(Struct, frozen=True, forbid_unknown_fields=True):
    """A node of the organisation may connect no more."""

    node_id: str


class RotateLogKey(Struct, frozen=True, forbid_unknown_fields=True):
    """A key begins to sign checkpoints and receipts; another may end at the same time."""

    public_key: bytes
    proof: bytes
    """Signature by the new key over `log_key_message`."""
    replaces: bytes | None = None


class RevokeLogKey(Struct, frozen=True, forbid_unknown_fields=True):
    """A key signs checkpoints and receipts no more."""

    public_key: bytes


class Leave(Struct, frozen=True, forbid_unknown_fields=True):
    """The organisation leaves the network for good."""


def rotate_validator_key(draft: Draft, new: RotateValidatorKey) -> Value:
    """Replace the key of the own validator: in force two blocks later."""
    known = _own_validator(draft)
    validator = new_validator(draft, draft.caller, new.public_key, known.power, new.proof)
    change_validator(draft, draft.caller, validator)
    draft.announce(
        "ValidatorKeyRotated",
        organization=draft.caller,
        public_key=new.public_key,
        replaces=known.public_key,
        power=known.power,
    )
    return None


def resign_validator(draft: Draft, _: ResignValidator) -> Value:
    """Take the own validator out of the set."""
    known = _own_validator(draft)
    change_validator(draft, draft.caller, None)
    draft.announce("ValidatorRemoved", organization=draft.caller, public_key=known.public_key)
    return None


def register_node(draft: Draft, new: RegisterOwnNode) -> Value:
    """Let an own node connect."""
    add_node(draft, draft.caller, new.node_id)
    return None


def remove_node(draft: Draft, gone: RemoveOwnNode) -> Value:
    """Let an own node connect no more."""
    node = draft.register.nodes.get(gone.node_id)
    if node is None or node.organization != draft.caller:
        raise UnknownRecord(
            "the organisation has no such node", field="node_id", found=gone.node_id[:60]
        )
    drop_node(draft, node)
    return None


def rotate_log_key(draft: Draft, new: RotateLogKey) -> Value:
    """Add a log key, and revoke the one it replaces."""
    if new.replaces is not None:
        revoke_log_key(draft, _own_log_key(draft, new.replaces, "replaces"))
    add_log_key(draft, draft.caller, new.public_key, new.proof)
    return None


def revoke_own_log_key(draft: Draft, gone: RevokeLogKey) -> Value:
    """Revoke a log key of the own organisation."""
    revoke_log_key(draft, _own_log_key(draft, gone.public_key, "public_key"))
    return None


def leave(draft: Draft, _: Leave) -> Value:
    """Leave the network; open proposals are counted again without this organisation."""
    if draft.register.electorate() == {draft.caller}:
        raise WrongState("no active organisation would be left", field="organization")
    leave_network(draft, draft.register.organizations[draft.caller])
    draft.announce("OrganizationLeft", organization=draft.caller)
    return None


def _own_validator(draft: Draft) -> Validator:
    known = draft.register.validators.get(draft.caller)
    if known is None:
        raise UnknownRecord("the organisation has no validator", field="organization")
    return known


def _own_log_key(draft: Draft, public_key: bytes, field: str) -> RegisteredLogKey:
    key = draft.register.log_keys.get(public_key)
    if key is None or key.organization != draft.caller:
        raise UnknownRecord("the organisation has no such log key", field=field)
    if key.revoked_at is not None:
        raise WrongState("the log key is revoked already", field=field)
    return key
