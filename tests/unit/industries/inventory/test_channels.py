# SPDX-License-Identifier: Apache-2.0
"""Two banks, each with a channel of its own, and one register of taken cases on a shared chain.

The contract of inventory finance is the very same as on one chain. The wineries are on no channel:
whatever they say in these tests is said on the shared chain and brought from there.
"""

from __future__ import annotations

from typing import Any, Final

import pytest

from tallystick.contracts.parts import fingerprints_of, lock_claim
from tallystick.contracts.registers import Assets, reservation_claim
from tallystick.encoding import Value, decode
from tallystick.execution import ContractRunner
from tallystick.ledger import Tree
from tallystick.model import Transaction, decode_transaction
from tallystick.testing import MemoryState
from tests.ledger_networks import LedgerNetwork
from tests.unit.industries.inventory import cast, invariants
from tests.unit.industries.inventory.channels import (
    BANKS,
    CASE,
    DEALERS,
    KEEPER,
    WINERIES,
    ChannelStage,
    World,
)
from tests.unit.industries.inventory.stage import LIST_PRICE, MEDIAN, Stage

AMOUNT: Final = 2_700_017
RATE_BP: Final = 4_357
LIMIT: Final = 77_700_013
"""Numbers that nothing else has by chance."""


def calls(network: LedgerNetwork) -> list[Transaction]:
    """Return every call that was sent to a network."""
    blocks = [applied.block for applied in network.blocks]
    return [decode_transaction(raw) for block in blocks for raw in block.transactions]


def names_a_dealer(transaction: Transaction) -> bool:
    """Return whether a transaction has a dealer's code in it."""
    return any(one.encode() in transaction.raw for one in DEALERS)


@pytest.fixture
def world() -> World:
    """Return the three networks."""
    return World()


def drawn(world: World) -> tuple[ChannelStage, ChannelStage, list[str]]:
    """Return both channels, on the first a loan that is drawn on ten cases."""
    first, second = world.stages
    first.ready()
    loan, receipt = first.running(AMOUNT, 10, rate_bp=RATE_BP, limit=LIMIT)
    lots = first.table("receipts")[receipt]["lots"]
    serials = first.table("lots")[lots[0]["lot"]]["serials"]
    assert first.table("loans")[loan]["state"] == "NORMAL"
    invariants.check_all(first)
    return first, second, serials


def test_a_case_pledged_to_one_bank_is_refused_on_the_channel_of_another(world: World) -> None:
    """INV-1 across chains: neither the shared chain reserves it, nor can the second take it in."""
    _, second, serials = drawn(world)
    second.ready()
    Stage.stated(second, 10)
    facts = world.shared.refused(
        "E_LOCKED",
        KEEPER,
        "reserve",
        fingerprints=fingerprints_of(CASE, serials[:1]),
        claim=second.claim()[0],
    )
    assert facts == {"fingerprint": fingerprints_of(CASE, serials[:1])[0]}
    draft = second.draft()
    second.refused("E_MISSING", cast.KEEPER, "take_in", receipt=draft, serials=serials)


def test_what_was_redeemed_is_given_back_and_goes_to_the_other_bank(world: World) -> None:
    """Exactly the released cases; the rest stays with the first, and both keep all invariants."""
    first, second, serials = drawn(world)
    second.ready()
    Stage.stated(second, 10)
    (receipt,) = first.table("receipts")
    (loan,) = first.table("loans")
    asked = first.repay(loan, AMOUNT // 2, receipt, serials[:3])
    first.ok(cast.KEEPER, "release_goods", redemption=asked)
    first.give_back(serials[:3])
    second.reserve(serials[:3])
    draft = second.draft()
    second.refused("E_MISSING", cast.KEEPER, "take_in", receipt=draft, serials=serials[2:4])
    second.ok(cast.KEEPER, "take_in", receipt=draft, serials=serials[:3])
    second.ok(cast.KEEPER, "issue_receipt", receipt=draft)
    for stage in (first, second):
        invariants.check_all(stage)
    locked = [stage.network.keys("assets/locks/") for stage in (first, second)]
    assert not locked[0] & locked[1]


def test_pledged_cases_cannot_be_given_back(world: World) -> None:
    """E_LOCKED on the channel: so no receipt of it can ever reach the shared chain."""
    first, _, serials = drawn(world)
    args = {"reservation": "RS-2026-000001", "fingerprints": fingerprints_of(CASE, serials[:1])}
    first.refused("E_LOCKED", cast.KEEPER, "give_back", contract="assets", **args)


def test_inv_10_other_banks_learn_only_taken_or_free(world: World) -> None:
    """INV-10: no bank, loan, receipt, amount or rate in any byte of the shared blocks and state.

    A dealer is named there by the maker's statements and by nothing else. Only the founding
    document names the banks, who are members there and never act.
    """
    first, _, serials = drawn(world)
    (receipt,) = first.table("receipts")
    (loan,) = first.table("loans")
    asked = first.repay(loan, AMOUNT // 2, receipt, serials[:3])
    first.ok(cast.KEEPER, "release_goods", redemption=asked)
    first.give_back(serials[:3])

    shared = world.shared
    everything = shared.public_bytes()
    pledge = next(iter(first.table("pledges")))
    secrets = [*BANKS, loan, receipt, pledge, cast.OFFICER.member]
    assert [one for one in secrets if one.encode() in everything] == []
    assert cast.KEEPER.organization.encode() in everything  # the search can find something
    numbers = set(shared.numbers())
    assert numbers.isdisjoint({AMOUNT, RATE_BP, LIMIT, AMOUNT // 2, MEDIAN, LIST_PRICE * 8 // 10})
    assert {3, LIST_PRICE} <= numbers
    naming = {one.call.method for one in calls(shared) if names_a_dealer(one)}
    assert naming == {"state_supply"}
    asked_there = shared.ask("check_case", serial=serials[3]), shared.ask("check_case", serial="ZZ")
    assert [one["is_free"] for one in asked_there] == [False, True]


def test_inv_10_the_winery_sees_volumes_and_no_terms_of_a_loan(world: World) -> None:
    """INV-10: it is a member of no channel; what it can read is its own word, and what is taken.

    Its goods are stored, lent on, partly redeemed and called, all without a call of its own.
    """
    first, second, serials = drawn(world)
    (receipt,) = first.table("receipts")
    (loan,) = first.table("loans")
    asked = first.repay(loan, AMOUNT // 2, receipt, serials[:3])
    first.ok(cast.KEEPER, "release_goods", redemption=asked)
    first.give_back(serials[:3])
    for stage in (first, second):
        members = {one.id for one in stage.network.genesis.organizations}
        assert members.isdisjoint(one.organization for one in WINERIES)
        signers = {one.organization for one in calls(stage.network)}
        assert signers.isdisjoint(one.organization for one in WINERIES)
    shared = world.shared
    assert cast.WINERY.organization in {one.id for one in shared.genesis.organizations}
    answers = [shared.ask("check_case", serial=one) for one in serials]
    assert [one["is_free"] for one in answers] == [True] * 3 + [False] * 7
    assert all(one["is_genuine"] for one in answers)
    (statement,) = shared.records("inventory/statements/")
    assert (statement["count"], statement["dealer"]) == (10, cast.DEALER.organization)
    lending = (
        "loans",
        "lines",
        "pledges",
        "valuations",
        "calls",
        "redemptions",
        "receipts",
        "lots",
    )
    for table in (*lending, "grants_grants", "payments_orders", "money_accounts", "purposes"):
        assert shared.keys(f"inventory/{table}/") == set()
        assert first.network.keys(f"inventory/{table}/") or table in {"calls", "money_accounts"}


def test_a_claim_cannot_be_guessed(world: World) -> None:
    """INV-10: who knows bank, case and channel, but no salt, recognises nothing."""
    first, _, serials = drawn(world)
    state = MemoryState()
    state.values = dict(world.shared.store.items(Tree.STATE))
    fingerprint = fingerprints_of(CASE, serials[:1])[0]
    runner = ContractRunner([Assets])
    for holder in (cast.KEEPER.organization, *BANKS):
        asked: dict[str, Value] = {"fingerprint": fingerprint, "holder": holder}
        own = asked | {"contract": "inventory", "case": serials[0]}
        answer: Any = runner.query("assets", "ask_own", own, state)
        assert answer["availability"] == "taken"
    record: Any = decode(state.values[f"assets/locks/{fingerprint}".encode()])
    assert record.keys() == {"fingerprint", "kind", "state", "claim", "since"}
    assert record["kind"] == "reserved"
    assert record["claim"] != lock_claim("inventory", serials[0], cast.KEEPER.organization)
    claims = {reservation_claim(first.network.id, f"{salt:064x}") for salt in range(100)}
    assert record["claim"] not in claims
