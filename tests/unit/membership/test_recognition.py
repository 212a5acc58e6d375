# SPDX-License-Identifier: Apache-2.0
"""Whose records are believed is decided by vote, kept with the members and shown to contracts."""

from __future__ import annotations

from typing import Any, Final

import pytest

from tallystick.encoding import decode
from tallystick.model import OK, usual_quorum
from tests.factories import secret
from tests.unit.membership.governed import Governed, make_genesis

SHARED: Final = "shared." + "0" * 32
OTHER: Final = "other." + "1" * 32
KEYS: Final = [secret(number).public_key for number in (1, 2, 3)]


def terms(network: str = SHARED, *kinds: str, **more: Any) -> dict[str, Any]:
    """Return the terms of a recognition."""
    usual: dict[str, Any] = {
        "id": network,
        "log_keys": KEYS,
        "quorum": 2,
        "proof_age_ms_max": 1000,
        "asset_kinds": list(kinds),
    }
    return usual | more


def registry(network: Governed) -> Any:
    """Return what contracts read of the registry."""
    return decode(network.tree[b"governance/registries/assets"])


@pytest.mark.parametrize(("keys", "quorum"), [(1, 1), (2, 2), (3, 3), (4, 3), (6, 5), (7, 5)])
def test_the_usual_quorum_is_more_than_two_thirds(keys: int, quorum: int) -> None:
    """Exactly two thirds are too few, one more is enough."""
    assert usual_quorum(keys) == quorum


def test_a_vote_recognises_a_network_and_contracts_can_read_it() -> None:
    """One record with the members, the same in the state tree, and the registry's beside it."""
    network = Governed(make_genesis(4))
    network.decide("recognise_network", network=terms(SHARED, "liquor-case"))
    known = network.register.networks[SHARED]
    assert (known.quorum, known.log_keys, known.asset_kinds) == (2, tuple(KEYS), ("liquor-case",))
    shown = decode(network.tree[f"governance/networks/{SHARED}".encode()])
    assert shown == decode(network.tree[f"membership/networks/{SHARED}".encode()])
    assert registry(network) == {
        "contract": "assets",
        "network": SHARED,
        "kinds": ["liquor-case"],
    }
    kept = {key: value for key, value in network.tree.items() if key.startswith(b"membership/")}
    network.tree = kept
    assert network.reopened().networks == network.register.networks


def test_a_later_vote_replaces_the_terms() -> None:
    """Keys change, kinds are added, and all keys can be taken away."""
    network = Governed(make_genesis(4))
    network.decide("recognise_network", network=terms(SHARED, "a"))
    network.decide("recognise_network", network=terms(SHARED, "a", "b", quorum=3))
    assert registry(network)["kinds"] == ["a", "b"]
    network.decide("recognise_network", network=terms(SHARED, "a", "b", log_keys=[], quorum=1))
    assert network.register.networks[SHARED].log_keys == ()


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": "Shared"},
        {"log_keys": [KEYS[0], KEYS[0]]},
        {"log_keys": [bytes(32)]},
        {"log_keys": [secret(number).public_key for number in range(1, 18)], "quorum": 17},
        {"quorum": 1},
        {"quorum": 4},
        {"log_keys": [], "quorum": 0},
        {"proof_age_ms_max": 0},
        {"asset_kinds": ["a b"]},
        {"asset_kinds": ["a"] * 17},
    ],
    ids="-".join,
)
def test_terms_that_nobody_could_rely_on_are_refused(wrong: dict[str, Any]) -> None:
    """E_VALUE when they are proposed; half of the keys is not enough, for there are two halves."""
    network = Governed(make_genesis(4))
    action = {"type": "recognise_network", "network": terms() | wrong}
    assert network.call(0, "propose", {"action": action}).code == "E_VALUE"
    assert network.register.networks == {}


def test_a_network_does_not_recognise_itself() -> None:
    """E_VALUE: its own ledger needs no proof."""
    network = Governed(make_genesis(4))
    action = {"type": "recognise_network", "network": terms(network.network)}
    assert network.call(0, "propose", {"action": action}).code == "E_VALUE"


@pytest.mark.parametrize(
    "again",
    [terms(SHARED, "a", "b"), terms(SHARED, "a"), terms(SHARED), terms(OTHER, "a")],
    ids=["nothing new", "a kind less", "no kinds", "a second registry"],
)
def test_what_one_registry_reserves_no_other_does(again: dict[str, Any]) -> None:
    """E_STATE: else a thing would be locked here by nobody's leave."""
    network = Governed(make_genesis(4))
    network.decide("recognise_network", network=terms(SHARED, "a", "b"))
    action = {"type": "recognise_network", "network": again}
    assert network.call(0, "propose", {"action": action}).code == "E_STATE"


def test_beside_the_registry_others_are_recognised_for_other_ends() -> None:
    """Their records are believed; they reserve nothing."""
    network = Governed(make_genesis(4))
    network.decide("recognise_network", network=terms(SHARED, "a"))
    network.decide("recognise_network", network=terms(OTHER))
    assert registry(network)["network"] == SHARED
    assert network.call(0, "propose", {"action": {"type": "recognise_network"}}).code != OK
