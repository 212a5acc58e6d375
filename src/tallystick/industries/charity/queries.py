# SPDX-License-Identifier: Apache-2.0
"""What everybody may read: sums, states, and where a donation went."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from tallystick.contracts import (
    Digest,
    Identifier,
    Label,
    ValueDigest,
    query,
)
from tallystick.industries.charity.records import (
    Batch,
    Book,
    Campaign,
    Donation,
    Entitlement,
    PayeeAccount,
    Payout,
    Slice,
    Trace,
)
from tallystick.industries.charity.rules import claim_digest, confirmation_digest
from tallystick.industries.charity.tables import CharityTables

TRACED_PAYOUTS_MAX: Final = 500
BISECTION_STEPS_MAX: Final = 64
"""Enough for as many payouts as a 64-bit number counts."""
GROUP_MIN: Final = 5
"""Fewer payouts together could point at a child (CHAR-8)."""


class Queries(CharityTables):
    """The chapter of queries."""

    @query(label=Label(zh="查看项目", en="Show a campaign"))
    def show_campaign(self, campaign: Identifier) -> Campaign:
        """en: Returns a campaign.

        zh: 返回募捐项目。
        """
        return self.campaigns.require(campaign)

    @query(label=Label(zh="查看收支", en="Show the sums"))
    def show_book(self, campaign: Identifier) -> Book:
        """en: Returns the sums of a campaign.

        zh: 返回项目收支汇总。
        """
        return self.books.require(campaign)

    @query(label=Label(zh="查看名单", en="Show a list"))
    def show_list(self, batch: Identifier) -> Batch:
        """en: Returns a list, without its rows.

        zh: 返回名单概况，不含各行。
        """
        return self.batches.require(batch)

    @query(label=Label(zh="查看资助", en="Show an entitlement"))
    def show_entitlement(self, entitlement: Identifier) -> Entitlement:
        """en: Returns an entitlement.

        zh: 返回一笔资助。
        """
        return self.entitlements.require(entitlement)

    @query(label=Label(zh="查看捐赠", en="Show a donation"))
    def show_donation(self, donation: Identifier) -> Donation:
        """en: Returns a donation.

        zh: 返回一笔捐赠。
        """
        return self.donations.require(donation)

    @query(label=Label(zh="是否已列入", en="Is a beneficiary listed?"))
    def is_listed(self, project: Identifier, period: Identifier, beneficiary: ValueDigest) -> bool:
        """en: Tells who knows the commitment whether it is listed for a project and period.

        zh: 知悉身份摘要者可查询其是否已列入某项目某期间。
        """
        return self.listed.contains(project, period, beneficiary)

    @query(label=Label(zh="善款去向", en="Trace a donation"))
    def trace(self, donation: Identifier) -> Trace:
        """en: Tells with which lists a donation was paid out, first in first out.

        Lists of which fewer than five payouts touch the donation are merged.

        zh: 按先进先出列出该笔捐赠的去向；不足五笔的名单合并列示。
        """
        kept = self.donations.require(donation)
        sums, is_complete = self._slices(kept)
        return Trace(
            donation=kept.id,
            amount=kept.amount,
            paid=sum(one.amount for one in sums),
            slices=merged(sums),
            is_complete=is_complete,
        )

    @query(label=Label(zh="领取签署摘要", en="Claim, to sign"))
    def claim_to_sign(self, entitlement: Identifier, account: PayeeAccount) -> ValueDigest:
        """en: Returns what a beneficiary, and a guardian, sign to claim to this account.

        zh: 返回受益人（及监护人）确认领取至该账户时所签的摘要。
        """
        kept = self.entitlements.require(entitlement)
        return claim_digest(kept, account, self.campaigns.require(kept.campaign).currency)

    @query(label=Label(zh="收款确认签署摘要", en="Confirmation, to sign"))
    def confirmation_to_sign(self, entitlement: Identifier, feedback: Digest) -> ValueDigest:
        """en: Returns what a beneficiary signs to say that the money came.

        zh: 返回受益人确认收款时所签的摘要。
        """
        return confirmation_digest(self.entitlements.require(entitlement).id, feedback)

    def _slices(self, donation: Donation) -> tuple[list[Slice], bool]:
        """Return what of each list was paid from a donation, and whether that is all."""
        fund = self.fund_of(donation.campaign, donation.fund)
        number = self._first_payout_after(donation, donation.offset, fund.payouts)
        found: list[Payout] = []
        for _ in range(TRACED_PAYOUTS_MAX):
            payout = self._payout(donation, number) if number <= fund.payouts else None
            if payout is None or payout.offset >= donation.offset + donation.amount:
                return slices_of(donation, found), True
            found.append(payout)
            number += 1
        return slices_of(donation, found), False

    def _first_payout_after(self, donation: Donation, start: int, last: int) -> int:
        """Return the number of the first payout that ends after `start`, by bisection."""
        low, high = 1, last + 1
        for _ in range(BISECTION_STEPS_MAX):
            if low == high:
                break
            middle = (low + high) // 2
            payout = self._payout(donation, middle)
            if payout.offset + payout.amount > start:
                high = middle
            else:
                low = middle + 1
        return low

    def _payout(self, donation: Donation, number: int) -> Payout:
        return self.payouts.require(donation.campaign, donation.fund, number)


def slices_of(donation: Donation, payouts: Iterable[Payout]) -> list[Slice]:
    """Return what of each list was paid from a donation, first in first out."""
    end = donation.offset + donation.amount
    shares = (
        (one.batch, min(end, one.offset + one.amount) - max(donation.offset, one.offset))
        for one in payouts
    )
    return by_list((batch, share) for batch, share in shares if share > 0)


def by_list(payments: Iterable[tuple[str, int]]) -> list[Slice]:
    """Return how often and how much was paid with each list, from list and amount of each."""
    sums: dict[str, Slice] = {}
    for batch, amount in payments:
        before = sums.get(batch, Slice(batch=batch, payouts=0, amount=0))
        sums[batch] = Slice(batch=batch, payouts=before.payouts + 1, amount=before.amount + amount)
    return list(sums.values())


def merged(slices: list[Slice]) -> tuple[Slice, ...]:
    """Return slices with the small ones taken together, so that no group points at anyone.

    If what is taken together is itself small, the smallest of the others joins it.
    """
    large = sorted(
        (one for one in slices if one.payouts >= GROUP_MIN),
        key=lambda one: (one.payouts, one.batch),
    )
    small = [one for one in slices if one.payouts < GROUP_MIN]
    if small and sum(one.payouts for one in small) < GROUP_MIN and large:
        small.append(large.pop(0))
    named = sorted(large, key=lambda one: one.batch)
    if not small:
        return tuple(named)
    together = Slice(
        batch="",
        payouts=sum(one.payouts for one in small),
        amount=sum(one.amount for one in small),
    )
    return (*named, together)
