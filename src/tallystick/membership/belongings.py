# SPDX-License-Identifier: Apache-2.0
"""What an organisation has in the network besides members: nodes and log keys."""

from __future__ import annotations

from typing import Final

import msgspec

from tallystick.errors import Duplicate, InvalidValue, LimitExceeded, Malformed
from tallystick.membership.draft import Draft
from tallystick.membership.enrolment import check_possession, log_key_message
from tallystick.model import NodeIdentity, RegisteredLogKey, check_node_id

NODES_MAX: Final = 16
"""Of one organisation at a time."""
LOG_KEYS_MAX: Final = 8
"""Of one organisation at a time, without those revoked."""


def add_node(draft: Draft, organization: str, node_id: str) -> None:
    """Let a node of an organisation connect."""
    register = draft.register
    try:
        check_node_id(node_id)
    except Malformed as error:
        raise InvalidValue(error.message, field="node_id", expected=error.expected) from error
    former = register.former_nodes.get(node_id)
    if node_id in register.nodes or (former and former.organization != organization):
        raise Duplicate("the node is or was registered", field="node_id", found=node_id)
    if sum(one.organization == organization for one in register.nodes.values()) >= NODES_MAX:
        raise LimitExceeded("too many nodes", field="node_id", expected=f"at most {NODES_MAX}")
    draft.put(NodeIdentity(node_id=node_id, organization=organization))
    draft.announce("NodeRegistered", organization=organization, node_id=node_id)


def drop_node(draft: Draft, node: NodeIdentity) -> None:
    """Let a node connect no more."""
    draft.put(msgspec.structs.replace(node, removed_at=draft.time))
    draft.announce("NodeRemoved", organization=node.organization, node_id=node.node_id)


def add_log_key(draft: Draft, organization: str, public_key: bytes, proof: bytes) -> None:
    """Let a key sign checkpoints and receipts for an organisation from now on."""
    known = draft.register.log_keys
    if public_key in known:
        raise Duplicate("the key is or was a log key", field="public_key")
    in_use = [key for key in known.values() if key.revoked_at is None]
    if sum(key.organization == organization for key in in_use) >= LOG_KEYS_MAX:
        raise LimitExceeded(
            "too many log keys", field="public_key", expected=f"at most {LOG_KEYS_MAX}"
        )
    check_possession(public_key, log_key_message(draft.network, organization, public_key), proof)
    draft.put(
        RegisteredLogKey(public_key=public_key, organization=organization, valid_from=draft.time)
    )
    draft.announce("LogKeyRegistered", organization=organization, public_key=public_key)


def revoke_log_key(draft: Draft, key: RegisteredLogKey) -> None:
    """End the trust in what a log key signs from now on."""
    draft.put(msgspec.structs.replace(key, revoked_at=draft.time))
    draft.announce("LogKeyRevoked", organization=key.organization, public_key=key.public_key)
