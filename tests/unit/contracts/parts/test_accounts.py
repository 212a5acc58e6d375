# SPDX-License-Identifier: Apache-2.0
"""Value accounts: nothing is overdrawn, nothing is made or lost, a reference pays once."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from tallystick.contracts import (
    ANY_MEMBER,
    Context,
    Contract,
    Integer,
    Label,
    Name,
    OrganizationCode,
    action,
)
from tallystick.contracts.parts import Account, Accounts, Asset, Hold
from tallystick.model import Execution
from tallystick.testing import LedgerHarness, make_signer
from tests.unit.contracts.parts.kept import kept

LABEL = Label(zh="做", en="Do")
BANK = make_signer(member="bank")
OTHER = make_signer(organization="911100001000000059", member="other")
OWNERS = ("ann", "bo", "pool/1")


class Purse(Contract, name="purse", version=1):
    """Every method of accounts as an action."""

    money = Accounts(label=Label(zh="资金", en="Money"))

    @action(role=ANY_MEMBER, label=LABEL)
    def define(self, ctx: Context, asset: Name, issuer: OrganizationCode) -> None:
        """Keep an asset."""
        self.money.define(asset, issuer=issuer)

    @action(role=ANY_MEMBER, label=LABEL)
    def issue(self, ctx: Context, to: Name, amount: Integer, reference: Name) -> None:
        """Issue."""
        self.money.issue(ctx, "CNY", to=to, amount=amount, reference=reference)

    @action(role=ANY_MEMBER, label=LABEL)
    def redeem(self, ctx: Context, owner: Name, amount: Integer, reference: Name) -> None:
        """Redeem."""
        self.money.redeem(ctx, "CNY", owner=owner, amount=amount, reference=reference)

    @action(role=ANY_MEMBER, label=LABEL)
    def transfer(
        self, ctx: Context, owner: Name, to: Name, amount: Integer, reference: Name
    ) -> None:
        """Transfer."""
        self.money.transfer("CNY", owner=owner, to=to, amount=amount, reference=reference)

    @action(role=ANY_MEMBER, label=LABEL)
    def hold(self, ctx: Context, owner: Name, amount: Integer, hold: Name) -> None:
        """Hold."""
        self.money.hold("CNY", owner=owner, amount=amount, hold=hold)

    @action(role=ANY_MEMBER, label=LABEL)
    def release(self, ctx: Context, hold: Name, amount: Integer | None = None) -> Integer:
        """Release."""
        return self.money.release(hold, amount=amount).amount

    @action(role=ANY_MEMBER, label=LABEL)
    def settle(
        self, ctx: Context, hold: Name, to: Name, reference: Name, amount: Integer | None = None
    ) -> Integer:
        """Settle."""
        return self.money.settle(hold, to=to, reference=reference, amount=amount).amount


def opened() -> LedgerHarness:
    """Return a purse whose asset is issued by the bank, with 100 for ann."""
    ledger = LedgerHarness(Purse)
    ledger.run("define", BANK, asset="CNY", issuer=BANK.organization)
    ledger.run("issue", BANK, to="ann", amount=100, reference="first")
    return ledger


def account(ledger: LedgerHarness, owner: str) -> tuple[int, int]:
    """Return what an owner has available and on hold."""
    found = [one for one in kept(ledger, "money_accounts", Account) if one.owner == owner]
    return (found[0].available, found[0].held) if found else (0, 0)


def test_a_transfer_takes_from_one_what_it_gives_to_another() -> None:
    """Double entry, announced as one posting."""
    ledger = opened()
    done = ledger.run("transfer", OTHER, owner="ann", to="bo", amount=30, reference="R")
    assert (account(ledger, "ann"), account(ledger, "bo")) == ((70, 0), (30, 0))
    assert done.events[0].fields["debit"] == "ann"


def test_a_repeated_payment_reference_pays_once() -> None:
    """The second is refused with E_DUP, whatever kind of posting it is."""
    ledger = opened()
    ledger.run("transfer", BANK, owner="ann", to="bo", amount=30, reference="R")
    again = ledger.run("transfer", BANK, owner="ann", to="bo", amount=30, reference="R")
    issued = ledger.run("issue", BANK, to="bo", amount=30, reference="R")
    assert (again.code, issued.code) == ("E_DUP", "E_DUP")
    assert again.result == {"reference": "R"}
    assert account(ledger, "bo") == (30, 0)


def test_nobody_spends_more_than_is_available() -> None:
    """E_BALANCE names what there is and what is needed; what is on hold is not available."""
    ledger = opened()
    ledger.run("hold", BANK, owner="ann", amount=60, hold="H")
    refused = ledger.run("transfer", BANK, owner="ann", to="bo", amount=41, reference="R")
    assert refused.code == "E_BALANCE"
    assert refused.result == {"owner": "ann", "asset": "CNY", "available": 40, "needed": 41}
    assert ledger.run("hold", BANK, owner="ann", amount=41, hold="H2").code == "E_BALANCE"
    assert account(ledger, "ann") == (40, 60)


def test_only_the_issuer_issues_and_redeems() -> None:
    """The sum changes by the named issuer alone."""
    ledger = opened()
    assert ledger.run("issue", OTHER, to="bo", amount=1, reference="R").code == "E_ROLE"
    assert ledger.run("redeem", OTHER, owner="ann", amount=1, reference="R").code == "E_ROLE"
    assert ledger.run("redeem", BANK, owner="ann", amount=101, reference="R").code == "E_BALANCE"
    assert ledger.run("redeem", BANK, owner="ann", amount=100, reference="R").code == "ok"
    assert account(ledger, "ann") == (0, 0)


def test_a_hold_is_settled_in_parts_and_the_rest_released() -> None:
    """What remains is said each time; a hold that is used up is gone."""
    ledger = opened()
    ledger.run("hold", BANK, owner="ann", amount=60, hold="H")
    assert ledger.run("hold", BANK, owner="ann", amount=1, hold="H").code == "E_DUP"
    part = ledger.run("settle", BANK, hold="H", to="bo", reference="R1", amount=25)
    assert part.result == 35
    more = ledger.run("settle", BANK, hold="H", to="bo", reference="R2", amount=36)
    assert more.code == "E_BALANCE"
    assert ledger.run("release", BANK, hold="H", amount=36).code == "E_BALANCE"
    assert ledger.run("release", BANK, hold="H", amount=5).result == 30
    assert ledger.run("release", BANK, hold="H").result == 0
    assert ledger.run("release", BANK, hold="H").code == "E_MISSING"
    assert (account(ledger, "ann"), account(ledger, "bo")) == ((75, 0), (25, 0))


def test_a_hold_settled_whole_is_gone() -> None:
    """Without an amount all that is left is paid."""
    ledger = opened()
    ledger.run("hold", BANK, owner="ann", amount=60, hold="H")
    assert ledger.run("settle", BANK, hold="H", to="ann", reference="R").result == 0
    assert ledger.run("settle", BANK, hold="H", to="ann", reference="S").code == "E_MISSING"
    assert account(ledger, "ann") == (100, 0)


def test_nothing_and_less_than_nothing_do_not_move() -> None:
    """A negative payment would be a theft."""
    ledger = opened()
    for amount in (0, -5):
        moved = ledger.run("transfer", BANK, owner="ann", to="bo", amount=amount, reference="R")
        held = ledger.run("hold", BANK, owner="ann", amount=amount, hold="H")
        assert (moved.code, held.code) == ("E_VALUE", "E_VALUE")


def test_an_unknown_asset_cannot_be_issued_and_a_known_one_not_defined_again() -> None:
    """Assets are kept once."""
    ledger = LedgerHarness(Purse)
    assert ledger.run("issue", BANK, to="ann", amount=1, reference="R").code == "E_MISSING"
    ledger.run("define", BANK, asset="CNY", issuer=BANK.organization)
    again = ledger.run("define", BANK, asset="CNY", issuer=BANK.organization)
    assert again.code == "E_DUP"


STEPS = st.tuples(
    st.sampled_from(["issue", "redeem", "transfer", "hold", "release", "settle"]),
    st.sampled_from(OWNERS),
    st.sampled_from(OWNERS),
    st.integers(-3, 80),
    st.sampled_from("ABCDEFGH"),
)


def take(ledger: LedgerHarness, step: tuple[str, str, str, int, str]) -> Execution:
    """Run one random step."""
    kind, owner, to, amount, name = step
    reference = f"{kind}-{name}-{amount}"
    if kind == "issue":
        return ledger.run("issue", BANK, to=to, amount=amount, reference=reference)
    if kind == "redeem":
        return ledger.run("redeem", BANK, owner=owner, amount=amount, reference=reference)
    if kind == "transfer":
        return ledger.run("transfer", BANK, owner=owner, to=to, amount=amount, reference=reference)
    if kind == "hold":
        return ledger.run("hold", BANK, owner=owner, amount=amount, hold=name)
    if kind == "release":
        return ledger.run("release", BANK, hold=name, amount=amount if amount % 2 else None)
    return ledger.run("settle", BANK, hold=name, to=to, reference=reference, amount=amount)


@given(st.lists(STEPS, max_size=40))
def test_value_is_conserved_and_never_overdrawn(
    steps: list[tuple[str, str, str, int, str]],
) -> None:
    """Sum of accounts = what is outstanding; no balance below 0; holds add up to what is held."""
    ledger = opened()
    for step in steps:
        take(ledger, step)
        accounts = kept(ledger, "money_accounts", Account)
        assert min(min(one.available, one.held) for one in accounts) >= 0
        (asset,) = kept(ledger, "money_assets", Asset)
        assert sum(one.available + one.held for one in accounts) == asset.outstanding
        on_hold: Counter[str] = Counter()
        for one in kept(ledger, "money_holds", Hold):
            on_hold[one.owner] += one.amount
        assert on_hold == Counter({one.owner: one.held for one in accounts if one.held})
