# SPDX-License-Identifier: Apache-2.0
"""From another network's trust file to the terms on which its records are believed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tallystick.units import DAY_MS

if TYPE_CHECKING:
    from tallystick.client import Trust
    from tallystick.model import RecogniseNetwork

MAX_AGE_DAYS: Final = 30


def recognition_of(
    trust: Trust,
    *,
    asset_kinds: tuple[str, ...] = (),
    quorum: int | None = None,
    max_age_days: int = MAX_AGE_DAYS,
    is_withdrawn: bool = False,
) -> RecogniseNetwork:
    """Return the action that believes a network by the log keys that it has now.

    Args:
        trust: Of the other network.
        asset_kinds: Kinds of assets that it reserves for this one.
        quorum: How many keys must sign; more than two thirds if not given.
        max_age_days: How old the checkpoint of a proof may be.
        is_withdrawn: Whether nothing of it is to be believed any more.
    """
    from tallystick.model import RecognisedNetwork, RecogniseNetwork, usual_quorum

    keys = () if is_withdrawn else tuple(sorted(trust.log_keys))
    return RecogniseNetwork(
        RecognisedNetwork(
            id=trust.network,
            log_keys=keys,
            quorum=usual_quorum(len(keys)) if quorum is None else quorum,
            proof_age_ms_max=max_age_days * DAY_MS,
            asset_kinds=asset_kinds,
        )
    )
