# SPDX-License-Identifier: Apache-2.0
"""The action that says whose records are believed: another network, by its log keys."""

from __future__ import annotations

from typing import Final

from tallystick.encoding import encode
from tallystick.errors import InvalidSignature, InvalidValue, Malformed, WrongState
from tallystick.membership.draft import Draft
from tallystick.model import (
    NETWORKS_PREFIX,
    REGISTRIES_PREFIX,
    RecognisedNetwork,
    RecogniseNetwork,
    Registry,
    check_recognised,
    to_value,
)

_ASSETS: Final = "assets"


def recognise_network(draft: Draft, action: RecogniseNetwork) -> None:
    """Believe another network's records on these terms; earlier terms end.

    Contracts read no membership tree, so the terms stand in the state tree too.
    """
    network = action.network
    try:
        check_recognised(network)
    except (Malformed, InvalidSignature) as error:
        raise InvalidValue(error.message, field=error.field, expected=error.expected) from error
    if network.id == draft.network:
        raise InvalidValue("a network does not recognise itself", field="network.id")
    if network == draft.register.networks.get(network.id):
        raise WrongState("it is recognised so already", field="network")
    _check_registry(draft, network)
    draft.put(network)
    draft.publish(NETWORKS_PREFIX + network.id.encode(), encode(to_value(network)))
    if network.asset_kinds:
        registry = Registry(contract=_ASSETS, network=network.id, kinds=network.asset_kinds)
        draft.publish(REGISTRIES_PREFIX + _ASSETS.encode(), encode(to_value(registry)))
    draft.announce(
        "NetworkRecognised",
        network=network.id,
        log_keys=list(network.log_keys),
        quorum=network.quorum,
        asset_kinds=list(network.asset_kinds),
    )


def _check_registry(draft: Draft, network: RecognisedNetwork) -> None:
    """Refuse a second registry, and fewer kinds than it has.

    What it reserved could otherwise be locked here by nobody's leave.
    """
    present = next((one for one in draft.register.networks.values() if one.asset_kinds), None)
    if present is None:
        return
    if network.id != present.id and network.asset_kinds:
        raise WrongState(
            "the register of assets stands under another network already",
            field="network.asset_kinds",
            expected=present.id,
        )
    if network.id == present.id and not set(present.asset_kinds) <= set(network.asset_kinds):
        raise WrongState(
            "a kind that is reserved once is reserved for good",
            field="network.asset_kinds",
            expected=", ".join(present.asset_kinds),
        )
