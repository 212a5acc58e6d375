# SPDX-License-Identifier: Apache-2.0
"""A winery's word comes to a channel as it was said on the shared chain: once, unchanged, in order.

INV-10: so the winery need not be a member where the terms of loans are.
"""

from __future__ import annotations

from typing import Annotated, Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tallystick.contracts import (
    ANY_MEMBER,
    CLOCK_AHEAD_MS,
    Context,
    Contract,
    Identifier,
    Label,
    Name,
    action,
)
from tallystick.model import Signer
from tests.ledger_networks import LedgerNetwork
from tests.unit.industries.inventory import cast
from tests.unit.industries.inventory.channels import (
    ADOPTED_BY,
    CASE,
    PLAIN,
    PRODUCT,
    SERIALS,
    SUPPLY,
    ChannelStage,
    Market,
)
from tests.unit.industries.inventory.stage import (
    CONTRACTS,
    DAY_MS,
    LIST_PRICE,
    MEDIAN,
    SKU,
    START_MS,
)

BEARERS: Final = (
    *(cast.DEALER, cast.KEEPER, cast.MONITOR, cast.OFFICER, cast.RISK),
    *(cast.VALUER, cast.INSURER, cast.REGISTRY, cast.AUDITOR),
)


@pytest.fixture
def market() -> Market:
    """Return a channel whose winery is elsewhere."""
    return Market()


# --- what is brought ----------------------------------------------------------------------------


def test_a_word_counts_as_if_its_maker_had_said_it_here(market: Market) -> None:
    """Product, supply, price: the maker's by name, at the time of the shared chain."""
    proof = market.with_product().say("state_supply", serials=SERIALS, **SUPPLY)
    stated_at = market.shared.now_ms
    statement = market.bring("adopt_supply", proof)
    winery = cast.WINERY.organization
    expected = {"winery": winery, "count": 3, "stated_at": stated_at, **SUPPLY}
    assert expected.items() <= statement.items()
    cases = market.stage.table("cases")
    assert sorted(cases) == PLAIN
    owner = cast.DEALER.organization
    assert all((one["winery"], one["owner"]) == (winery, owner) for one in cases.values())
    assert market.stage.table("skus")["P-1"]["winery"] == winery
    price = market.bring("adopt_list_price", market.say("publish_list_price", sku="P-1", price=7))
    assert (price["list_price"], price["listed_at"]) == (7, market.shared.now_ms)
    assert market.stage.named("PricePublished")[-1]["source"] == winery
    brought = market.stage.named("WordBrought")
    assert [one["brought"] for one in brought] == ["product", "supply", "list price"]
    assert {one["organization"] for one in brought} == {winery}
    assert {one["bearer"] for one in brought} == {owner}
    assert {one["network"] for one in brought} == {market.shared.id}


def test_the_direct_door_and_the_proven_one_leave_the_same_records(market: Market) -> None:
    """One function states: the shared chain's records and the channel's differ in no field."""
    market.with_supply()
    market.bring("adopt_list_price", market.say("publish_list_price", sku="P-1", price=7))
    for table in ("skus", "cases", "statements", "prices"):
        here = list(market.stage.table(table).values())
        assert here == market.shared.records(f"inventory/{table}/"), table


@pytest.mark.parametrize("who", BEARERS, ids=lambda who: who.roles[0])
def test_who_brings_is_of_no_account(market: Market, who: Signer) -> None:
    """Anybody of this trade may, and signs for nothing but having brought it."""
    proof = market.say("register_sku", **PRODUCT)
    assert market.bring("adopt_product", proof, who)["winery"] == cast.WINERY.organization
    assert market.stage.named("WordBrought")[-1]["bearer"] == who.organization


def test_strangers_bring_nothing(market: Market) -> None:
    """E_ROLE: a member of another trade has no part in this."""
    proof = market.say("register_sku", **PRODUCT)
    market.refused("E_ROLE", "adopt_product", proof, cast.STRANGER)


def test_a_supply_is_brought_by_the_dealer_that_it_names(market: Market) -> None:
    """E_ROLE for others: no dealer appears on a channel, nor its stock, without its signature."""
    proof = market.with_product().say("state_supply", serials=SERIALS, **SUPPLY)
    for who in (cast.KEEPER, cast.OFFICER):
        market.refused("E_ROLE", "adopt_supply", proof, who)
    facts = market.refused("E_ROLE", "adopt_supply", proof, cast.OTHER_DEALER)
    assert facts == {"subject": "D-9", "party": cast.DEALER.organization}
    market.bring("adopt_supply", proof)


# --- what an adversary might bring --------------------------------------------------------------

WORDS: Final[dict[str, dict[str, Any]]] = {
    "register_sku": {"sku": "P-2", "name": "特曲", "packing": "6 x 500 ml"},
    "state_supply": SUPPLY | {"serials": ["AB-1"]},
    "publish_list_price": {"sku": "P-1", "price": 9},
    "mark_sold": {"serials": SERIALS[:1]},
    "mark_counterfeit": {"serials": SERIALS[1:]},
}


@pytest.mark.parametrize("method", WORDS)
def test_a_word_counts_once(market: Market, method: str) -> None:
    """E_REPLAY, also under a later checkpoint: the word is what counts, not its proof."""
    proof = market.with_supply().say(method, **WORDS[method])
    market.bring(ADOPTED_BY[method], proof)
    market.refused("E_REPLAY", ADOPTED_BY[method], proof)
    market.say("publish_list_price", sku="P-1", price=1)
    later = market.shared.proof(market.shared.height - 2)
    assert later != proof
    market.refused("E_REPLAY", ADOPTED_BY[method], later)


def test_a_word_counts_on_each_channel(market: Market) -> None:
    """A dealer with two banks brings the same supply to both; a case is stored on one."""
    product = market.say("register_sku", **PRODUCT)
    supply = market.say("state_supply", serials=SERIALS, **SUPPLY)
    for stage in (market.stage, market.other):
        stage.ok(cast.DEALER, "adopt_product", proof=product)
        stage.ok(cast.DEALER, "adopt_supply", proof=supply)
        assert sorted(stage.table("cases")) == PLAIN


@pytest.mark.parametrize("method", WORDS)
def test_each_door_takes_its_own_method_only(market: Market, method: str) -> None:
    """E_VALUE: a price is no supply, and a mark as sold is none as counterfeit."""
    proof = market.with_supply().say(method, **WORDS[method])
    for other in ADOPTED_BY.values():
        if other != ADOPTED_BY[method]:
            facts = market.refused("E_VALUE", other, proof)
            assert facts["shown"] == f"inventory.{method}"
    market.bring(ADOPTED_BY[method], proof)


def test_what_the_shared_chain_refused_is_no_word(market: Market) -> None:
    """E_STATE: a case that is stated twice there, a price of another winery's product."""
    market.with_supply()
    market.shared.refused(
        "E_DUP", cast.WINERY, "state_supply", contract="inventory", serials=SERIALS, **SUPPLY
    )
    assert market.refused("E_STATE", "adopt_supply", market.shared.proof()) == {"outcome": "E_DUP"}
    price = {"sku": "P-1", "price": 1}
    market.shared.refused(
        "E_ROLE", cast.OTHER_WINERY, "publish_list_price", contract="inventory", **price
    )
    facts = market.refused("E_STATE", "adopt_list_price", market.shared.proof())
    assert facts == {"outcome": "E_ROLE"}


@pytest.mark.parametrize("method", ["state_supply", "publish_list_price", "mark_counterfeit"])
def test_another_winery_than_the_products_is_not_heard(method: str) -> None:
    """E_ROLE: what a product's id means on the channel is decided by who registered it there.

    The other winery took the same id and serials on the shared chain, where they were free.
    """
    market = channel_with_a_winery()
    market.stage.network.ok(cast.WINERY, "register_sku", contract="inventory", **PRODUCT)
    network = market.stage.network
    network.ok(cast.WINERY, "state_supply", contract="inventory", serials=SERIALS, **SUPPLY)
    for said, args in (("register_sku", PRODUCT), ("state_supply", SUPPLY | {"serials": SERIALS})):
        market.say(said, cast.OTHER_WINERY, **args)
    words = WORDS | {"state_supply": SUPPLY | {"serials": ["AB-1"]}}
    proof = market.say(method, cast.OTHER_WINERY, **words[method])
    facts = market.refused("E_ROLE", ADOPTED_BY[method], proof)
    assert facts["party"] == cast.WINERY.organization


def channel_with_a_winery() -> Market:
    """Return a market on whose channel the winery is a member, as on one for loans in advance."""
    market = Market()
    people = [cast.WINERY, cast.DEALER, cast.KEEPER, cast.OFFICER]
    network = LedgerNetwork("channel-three", CONTRACTS, people, start=START_MS)
    network.recognises(market.shared, CASE)
    market.stage = ChannelStage(network, market.shared, {})
    return market


def test_a_case_that_was_stated_here_is_not_stated_again() -> None:
    """E_DUP in any spelling, whichever door it came by."""
    mixed = channel_with_a_winery()
    network = mixed.stage.network
    network.ok(cast.WINERY, "register_sku", contract="inventory", **PRODUCT)
    one = [SERIALS[1].upper()]
    network.ok(cast.WINERY, "state_supply", contract="inventory", serials=one, **SUPPLY)
    mixed.say("register_sku", **PRODUCT)
    proof = mixed.say("state_supply", serials=SERIALS, **SUPPLY)
    assert mixed.refused("E_DUP", "adopt_supply", proof) == {"serial": PLAIN[1]}


def test_a_product_must_be_known_here(market: Market) -> None:
    """E_MISSING for supply and price; E_DUP for a product that is known already."""
    product = market.say("register_sku", **PRODUCT)
    supply = market.say("state_supply", serials=SERIALS, **SUPPLY)
    price = market.say("publish_list_price", sku="P-1", price=7)
    market.refused("E_MISSING", "adopt_supply", supply)
    market.refused("E_MISSING", "adopt_list_price", price)
    market.bring("adopt_product", product)
    market.bring("adopt_supply", supply)
    market.bring("adopt_list_price", price)
    mixed = channel_with_a_winery()
    mixed.stage.network.ok(cast.WINERY, "register_sku", contract="inventory", **PRODUCT)
    mixed.refused("E_DUP", "adopt_product", mixed.say("register_sku", **PRODUCT))


# --- other networks -----------------------------------------------------------------------------


def test_only_the_registry_of_cases_is_heard(market: Market) -> None:
    """E_VALUE for a network that is believed but is not the registry; E_NETWORK for a stranger."""
    market.with_product()
    people = [cast.WINERY, cast.DEALER, cast.KEEPER]
    friend = LedgerNetwork("friend", CONTRACTS, people, start=START_MS)
    friend.ok(cast.WINERY, "register_sku", contract="inventory", **PRODUCT | {"sku": "P-3"})
    market.refused("E_NETWORK", "adopt_product", friend.proof())
    market.stage.network.recognises(friend)
    facts = market.refused("E_VALUE", "adopt_product", friend.proof())
    assert facts == {"network": friend.id}


@pytest.mark.parametrize("kinds", [(), ("bill",)], ids=["no registry", "a registry of bills"])
def test_without_a_registry_of_cases_nothing_is_brought(kinds: tuple[str, ...]) -> None:
    """E_VALUE: only who reserves cases for a network is its shared network."""
    market = Market()
    network = LedgerNetwork("alone", CONTRACTS, [cast.DEALER], start=START_MS)
    network.recognises(market.shared, *kinds)
    proof = market.say("register_sku", **PRODUCT)
    facts = network.refused(
        "E_VALUE", cast.DEALER, "adopt_product", contract="inventory", proof=proof
    )
    assert facts == {"network": market.shared.id}


class Impostor(Contract, name="impostor", version=1):
    """Has a method of the same name, and another form of it."""

    @action(role=ANY_MEMBER, label=Label(zh="声明", en="State"))
    def state_supply(self, ctx: Context, dealer: Name, sku: Name) -> None:
        """State."""


class Foreign(Contract, name="inventory", version=9):
    """A later inventory contract, whose calls have another form."""

    @action(role=ANY_MEMBER, label=Label(zh="声明", en="State"))
    def state_supply(
        self,
        ctx: Context,
        dealer: Name,
        sku: Identifier,
        pallets: Annotated[int, Label(zh="托", en="Pallets")],
    ) -> None:
        """State."""


@pytest.mark.parametrize(
    ("contract", "code", "facts"),
    [
        (
            Impostor,
            "E_VALUE",
            {"shown": "impostor.state_supply", "needed": "inventory.state_supply"},
        ),
        (Foreign, "E_HASH", {"part": "NewSupply"}),
    ],
)
def test_another_contracts_method_of_that_name_is_no_word(
    contract: type[Contract], code: str, facts: dict[str, str]
) -> None:
    """E_VALUE for a contract of another name, E_HASH for a form that this version does not know."""
    shared = LedgerNetwork("shared", (contract,), [cast.WINERY], start=START_MS)
    channel = LedgerNetwork("channel", CONTRACTS, [cast.DEALER], start=START_MS)
    channel.recognises(shared, CASE)
    args: dict[str, Any] = {"dealer": cast.DEALER.organization, "sku": "P-1"}
    more = {"pallets": 1} if contract is Foreign else {}
    shared.ok(cast.WINERY, "state_supply", contract=contract.name, **args, **more)
    shown: dict[str, Any] = {"contract": "inventory", "proof": shared.proof()}
    assert channel.refused(code, cast.DEALER, "adopt_supply", **shown) == facts


# --- prices and time ----------------------------------------------------------------------------


def test_an_older_price_never_follows_a_newer_one(market: Market) -> None:
    """E_LATE, whoever brings it: a borrower cannot go back to the day when its goods were dear."""
    market.with_product()
    old, new = (market.say("publish_list_price", sku="P-1", price=one) for one in (9, 8))
    market.stage.warp(ms=10)
    market.bring("adopt_list_price", new, cast.OFFICER)
    listed_at = market.stage.table("prices")["P-1"]["listed_at"]
    facts = market.refused("E_LATE", "adopt_list_price", old)
    assert facts == {"sku": "P-1", "said_at": listed_at - 1, "listed_at": listed_at}
    assert market.stage.table("prices")["P-1"]["list_price"] == 8


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(order=st.permutations(range(4)), count=st.integers(1, 4))
def test_whatever_the_order_the_newest_price_brought_counts(order: list[int], count: int) -> None:
    """A channel ends with the newest of what it was brought, also of prices of one moment."""
    market = Market().with_product()
    proofs = []
    for price in range(1, 5):
        proofs.append(market.say("publish_list_price", sku="P-1", price=price))
        market.shared.now_ms -= 1  # the next block has the same time
    for number in order[:count]:
        market.stage.do(cast.DEALER, "adopt_list_price", proof=proofs[number])
    newest = max(order[:count]) + 1
    assert market.stage.table("prices")["P-1"]["list_price"] == newest
    (price,) = market.shared.records("inventory/prices/")
    assert price["listed_at"] == market.stage.table("prices")["P-1"]["listed_at"]


def test_a_price_said_here_is_not_passed_by_an_older_one_from_there() -> None:
    """E_LATE where the winery is a member and has spoken since; a newer one from there counts."""
    market = channel_with_a_winery()
    network = market.stage.network
    network.ok(cast.WINERY, "register_sku", contract="inventory", **PRODUCT)
    market.say("register_sku", **PRODUCT)
    old = market.say("publish_list_price", sku="P-1", price=9)
    network.now_ms = market.shared.now_ms + 5
    network.ok(cast.WINERY, "publish_list_price", contract="inventory", sku="P-1", price=8)
    market.refused("E_LATE", "adopt_list_price", old)
    market.stage.now_ms = network.now_ms
    market.bring("adopt_list_price", market.say("publish_list_price", sku="P-1", price=7))
    assert market.stage.table("prices")["P-1"]["list_price"] == 7


def test_inv_8_a_brought_price_is_as_old_as_it_is_where_it_was_said(market: Market) -> None:
    """INV-8: said on Monday and brought on Tuesday, it lends nothing a day after Monday."""
    stage = market.stage
    stage.ready()
    loan, receipt = stage.loan(1_000_000), stage.receipt(10)
    stage.pledge(loan, receipt)
    proof = market.say("publish_list_price", sku=SKU, price=LIST_PRICE)
    said_at = market.shared.now_ms
    stage.warp(hours=23)
    market.bring("adopt_list_price", proof, cast.OFFICER)
    stage.ok(cast.VALUER, "quote_price", sku=SKU, price=MEDIAN)
    assert stage.table("prices")[SKU]["listed_at"] == said_at
    stage.network.now_ms = stage.now_ms = said_at + DAY_MS
    facts = stage.refused("E_EXPIRED", cast.OFFICER, "secure_loan", loan=loan)
    assert facts["listed_at"] == said_at
    stage.price()
    stage.ok(cast.OFFICER, "secure_loan", loan=loan)


def test_no_word_comes_from_the_future(market: Market) -> None:
    """INV-8: a clock a minute ahead is allowed, and its price is no fresher for that; more is not.

    E_EARLY says from when it can be brought; nothing of it is used up until then.
    """
    market.with_product()
    market.shared.now_ms = market.stage.now_ms + CLOCK_AHEAD_MS + 1
    proof = market.say("publish_list_price", sku="P-1", price=7)
    facts = market.refused("E_EARLY", "adopt_list_price", proof)
    assert facts == {
        "subject": "publish_list_price",
        "after": market.shared.now_ms - CLOCK_AHEAD_MS,
    }
    market.stage.network.now_ms = facts["after"] - 1
    price = market.bring("adopt_list_price", proof)
    assert price["listed_at"] == market.stage.now_ms == facts["after"]


# --- marks --------------------------------------------------------------------------------------


def test_a_counterfeit_that_was_marked_elsewhere_is_alerted_here(market: Market) -> None:
    """As if the maker had marked it here: the case counts for nothing, and its receipt warns."""
    stage = market.stage
    stage.ready()
    receipt = stage.receipt(3)
    serials = stage.serials_of(receipt)
    proof = market.say("mark_counterfeit", serials=serials[:1])
    done = market.bring("adopt_counterfeit", proof, cast.OFFICER)
    assert done == {"here": 1, "waiting": 0}
    kept = stage.table("receipts")[receipt]
    assert (kept["alert"], kept["excluded"]) == ("counterfeit", 1)
    assert stage.named("CasesMarked")[-1]["organization"] == cast.WINERY.organization


@pytest.mark.parametrize(
    ("method", "who", "state"),
    [
        ("mark_counterfeit", cast.WINERY, "COUNTERFEIT"),
        ("mark_sold", cast.WINERY, "SOLD"),
        ("mark_sold", cast.DEALER, "SOLD"),
    ],
)
def test_a_mark_that_comes_before_its_supply_is_kept_for_it(
    market: Market, method: str, who: Signer, state: str
) -> None:
    """Else a dealer could use a mark up while nothing here had its case, and bring it as good."""
    market.with_product()
    supply = market.say("state_supply", serials=SERIALS, **SUPPLY)
    mark = market.say(method, who, serials=SERIALS[:2])
    assert market.bring(ADOPTED_BY[method], mark) == {"here": 0, "waiting": 2}
    assert market.stage.named("CasesMarked") == []
    market.bring("adopt_supply", supply)
    states = [market.stage.table("cases")[one]["state"] for one in PLAIN]
    assert states == [state, state, "SUPPLIED"]
    assert market.stage.table("marks") == {}
    assert not market.stage.ask("check_case", serial=PLAIN[0])["is_genuine"]


def test_a_mark_of_several_supplies_counts_for_each(market: Market) -> None:
    """What is known here at once, the rest when it comes: one proof, three cases, two supplies."""
    market.with_product()
    first, second = (
        market.say("state_supply", serials=some, **SUPPLY) for some in (SERIALS[:1], SERIALS[1:])
    )
    market.bring("adopt_supply", first)
    mark = market.say("mark_counterfeit", serials=SERIALS)
    assert market.bring("adopt_counterfeit", mark) == {"here": 1, "waiting": 2}
    assert market.stage.named("CasesMarked")[-1]["count"] == 1
    market.bring("adopt_supply", second)
    cases = market.stage.table("cases").values()
    assert {one["state"] for one in cases} == {"COUNTERFEIT"}


def test_counterfeit_outweighs_sold_in_whatever_order_they_come(market: Market) -> None:
    """A case that was sold and then found counterfeit is counterfeit."""
    market.with_product()
    supply = market.say("state_supply", serials=SERIALS[:2], **SUPPLY)
    sold = market.say("mark_sold", serials=SERIALS[:2])
    false = [market.say("mark_counterfeit", serials=[one]) for one in SERIALS[:2]]
    market.bring("adopt_counterfeit", false[0])
    market.bring("adopt_sold", sold)
    market.bring("adopt_counterfeit", false[1])
    market.bring("adopt_supply", supply)
    cases = market.stage.table("cases").values()
    assert [one["state"] for one in cases] == ["COUNTERFEIT", "COUNTERFEIT"]


def test_a_waiting_mark_of_somebody_else_is_not_the_makers() -> None:
    """A mark counts for a supply by or for who said it, so nobody spoils another's cases."""
    mixed = channel_with_a_winery()
    for said, args in (
        ("register_sku", PRODUCT),
        ("state_supply", SUPPLY | {"serials": SERIALS}),
    ):
        mixed.say(said, cast.OTHER_WINERY, **args)
    mark = mixed.say("mark_counterfeit", cast.OTHER_WINERY, serials=SERIALS)
    assert mixed.bring("adopt_counterfeit", mark) == {"here": 0, "waiting": 3}
    network = mixed.stage.network
    network.ok(cast.WINERY, "register_sku", contract="inventory", **PRODUCT)
    network.ok(cast.WINERY, "state_supply", contract="inventory", serials=SERIALS, **SUPPLY)
    assert {one["state"] for one in network.records("inventory/cases/")} == {"SUPPLIED"}


def test_a_stored_case_is_not_marked_as_sold(market: Market) -> None:
    """E_STATE as at the direct door, and the word is not used up: after its release it counts."""
    stage = market.stage
    stage.ready()
    receipt = stage.receipt(2)
    serials = stage.serials_of(receipt)
    proof = market.say("mark_sold", serials=serials[:1])
    market.refused("E_STATE", "adopt_sold", proof)
    stage.ok(cast.DEALER, "surrender_receipt", receipt=receipt)
    stage.ok(cast.KEEPER, "hand_out", receipt=receipt, serials=serials)
    assert market.bring("adopt_sold", proof) == {"here": 1, "waiting": 0}
