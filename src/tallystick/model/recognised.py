# SPDX-License-Identifier: Apache-2.0
"""Another network whose records this one believes, by the log keys that a vote named.

No organisation is named beside a key: who takes part in a channel need not be known outside.
"""

from __future__ import annotations

import re
from typing import Final

from msgspec import Struct

from tallystick.crypto import check_public_key
from tallystick.errors import Malformed
from tallystick.units import DAY_MS

NETWORKS_PREFIX: Final = b"governance/networks/"
"""Before a network id, in the state tree: where contracts read whom a vote recognised."""
REGISTRIES_PREFIX: Final = b"governance/registries/"
"""Before a contract's name, in the state tree: whose register stands above this network's."""
RECOGNISED_KEYS_MAX: Final = 16
ASSET_KINDS_MAX: Final = 16
PROOF_AGE_MS_MAX: Final = 366 * DAY_MS

_KIND = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_NETWORK_ID = re.compile(r"[a-z][a-z0-9-]{1,30}[a-z0-9]\.[0-9a-f]{32}")


class RecognisedNetwork(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A network, and what its records must show to be believed here."""

    id: str
    """Network id, which holds the hash of its genesis document."""
    log_keys: tuple[bytes, ...]
    """Ed25519, of different organisations. Without any nothing of the network is believed."""
    quorum: int
    """How many of the keys must have signed a checkpoint."""
    proof_age_ms_max: int
    """How much older than the block that takes a proof its checkpoint may be."""
    asset_kinds: tuple[str, ...] = ()
    """Kinds of assets that are locked here only after that network has reserved them."""


class Registry(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Whose register stands above this network's."""

    contract: str
    """Whose register: `assets`."""
    network: str
    kinds: tuple[str, ...]
    """Of which assets; others are this network's own affair."""


def usual_quorum(keys: int) -> int:
    """Return how many of so many keys must sign unless a vote says otherwise: over two thirds."""
    return keys * 2 // 3 + 1


def check_recognised(network: RecognisedNetwork) -> None:
    """Raise `Malformed` or `InvalidSignature` unless these can be the terms of a recognition."""
    if _NETWORK_ID.fullmatch(network.id) is None:
        raise Malformed("not a network id", field="network.id", expected="name.hash")
    keys = network.log_keys
    if len(keys) > RECOGNISED_KEYS_MAX or len(set(keys)) != len(keys):
        raise Malformed(
            "not a list of log keys",
            field="network.log_keys",
            expected=f"at most {RECOGNISED_KEYS_MAX} different keys",
        )
    for key in keys:
        check_public_key(key)
    # More than half, so that two halves of the keys cannot vouch for two histories.
    if not len(keys) // 2 < network.quorum <= max(len(keys), 1):
        raise Malformed(
            "not a quorum of these keys",
            field="network.quorum",
            expected=f"{len(keys) // 2 + 1} to {max(len(keys), 1)}",
            found=str(network.quorum),
        )
    if not 1 <= network.proof_age_ms_max <= PROOF_AGE_MS_MAX:
        raise Malformed(
            "not an age", field="network.proof_age_ms_max", expected=f"1 to {PROOF_AGE_MS_MAX}"
        )
    kinds = network.asset_kinds
    if len(kinds) > ASSET_KINDS_MAX or not all(_KIND.fullmatch(kind) for kind in kinds):
        raise Malformed(
            "not kinds of assets",
            field="network.asset_kinds",
            expected=f"at most {ASSET_KINDS_MAX} names",
        )
