# SPDX-License-Identifier: Apache-2.0
"""The rules of lending on goods: pure functions of numbers and records, no tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from tallystick.contracts import DAY_MS, day_of, digest_of, start_of
from tallystick.contracts.parts import normalised_identifier
from tallystick.industries.inventory.records import (
    Case,
    CaseState,
    LendingParameters,
    Price,
    Quote,
    Receipt,
    ReceiptState,
    Share,
)
from tallystick.industries.inventory.refusals import (
    AlertOpen,
    CaseNotFree,
    DoesNotFit,
    PricesApart,
    PriceStale,
    ReceiptFrozen,
    SerialTwice,
    TooManyCases,
    TooMuch,
)

WHOLE_BP: Final = 10_000
LTV_BP_MAX: Final = 10_000_000
"""What is shown where money is owed on goods that are worth nothing."""
_MINUTE_MS: Final = 60_000


class Worth(NamedTuple):
    """What secures a loan, at the prices known."""

    value: int
    cases: int
    largest_sku_bp: int
    stale: Price | None
    """A product whose price is not good enough to lend or release on."""


def check_parameters(new: LendingParameters) -> None:
    """Lend below warn below call below default, and everything above nothing.

    Raises:
        DoesNotFit: the figures contradict each other.
    """
    ladder = [0, new.lend_bp, new.warn_bp, new.call_bp, new.default_bp]
    if sorted(set(ladder)) != ladder or new.list_bp == 0 or new.median_days == 0:
        raise DoesNotFit(subject="parameters", what="0 < lend < warn < call < default")


def normalised_serials(serials: Iterable[str]) -> list[str]:
    """Return serials in the form that all spellings share.

    Raises:
        SerialTwice: one is named twice.
        DoesNotFit: nothing but separators.
    """
    found: dict[str, None] = {}
    for serial in serials:
        plain = normalised_identifier(serial)
        if not plain:
            raise DoesNotFit(subject=serial, what="no letter or digit")
        if plain in found:
            raise SerialTwice(serial=plain)
        found[plain] = None
    return list(found)


def check_storable(case: Case, *, owner: str, sku: str) -> None:
    """A case may come under a receipt if it is genuine, unsold, this dealer's, and nowhere else.

    Raises:
        CaseNotFree: it is sold, counterfeit or stored.
        DoesNotFit: it is another product or another owner's.
    """
    if case.state not in {CaseState.SUPPLIED, CaseState.RELEASED}:
        raise CaseNotFree(serial=case.serial, case_state=case.state)
    if (case.owner, case.sku) != (owner, sku):
        raise DoesNotFit(subject=case.serial, what="owner or product")


def check_not_frozen(receipt: Receipt) -> None:
    """Raise `ReceiptFrozen` if a court has frozen the receipt."""
    if receipt.state is ReceiptState.FROZEN:
        raise ReceiptFrozen(receipt=receipt.id)


def check_no_alert(receipt: Receipt) -> None:
    """Raise `AlertOpen` if something is wrong with the goods."""
    if receipt.alert is not None:
        raise AlertOpen(receipt=receipt.id, alert=receipt.alert)


def share_of(lot: str, serials: Sequence[str]) -> Share:
    """Return a lot as its receipt knows it."""
    return Share(lot=lot, count=len(serials), root=digest_of("lot", *serials))


def list_root(shares: Iterable[Share]) -> str:
    """Return the digest of a receipt's whole serial list."""
    return digest_of("serials", *[share.root for share in shares])


def unit_value(price: Price, parameters: LendingParameters) -> int:
    """Return what a case is worth: the lower of the discounted list price and the median."""
    return min(price.list_price * parameters.list_bp // WHOLE_BP, price.median)


def median_of(quotes: Sequence[Quote]) -> int:
    """Return the median price, of an even number the lower mean; 0 for none."""
    prices = sorted(quote.price for quote in quotes)
    if not prices:
        return 0
    middle = len(prices) // 2
    return prices[middle] if len(prices) % 2 else (prices[middle - 1] + prices[middle]) // 2


def is_stale(price: Price, parameters: LendingParameters, now_ms: int) -> bool:
    """Return whether one side of the price is older than allowed."""
    oldest = now_ms - parameters.price_age_s * 1_000
    return min(price.listed_at, price.quoted_at) < oldest


def is_apart(price: Price, parameters: LendingParameters) -> bool:
    """Return whether two good sources differ by more than allowed, measured from the lower."""
    return (price.high - price.low) * WHOLE_BP > price.low * parameters.spread_bp


def check_price(price: Price, parameters: LendingParameters, now_ms: int) -> None:
    """INV-8: nothing is lent or released on a stale or doubtful price.

    Raises:
        PriceStale: older than allowed.
        PricesApart: the sources contradict each other.
    """
    if is_stale(price, parameters, now_ms):
        raise PriceStale(sku=price.sku, listed_at=price.listed_at, quoted_at=price.quoted_at)
    if is_apart(price, parameters):
        raise PricesApart(sku=price.sku, low=price.low, high=price.high)


def ltv_bp(principal: int, value: int) -> int:
    """Return principal by value in basis points, rounded to the nearest, for people to read."""
    if principal == 0:
        return 0
    if value == 0:
        return LTV_BP_MAX
    return min((2 * principal * WHOLE_BP + value) // (2 * value), LTV_BP_MAX)


def has_reached(principal: int, value: int, bp: int) -> bool:
    """Return whether the loan-to-value is `bp` or more, exactly."""
    return principal > 0 and principal * WHOLE_BP >= value * bp


def lendable(value: int, bp: int) -> int:
    """Return how much may be lent on a value."""
    return value * bp // WHOLE_BP


def check_lendable(amount: int, value: int, bp: int) -> None:
    """INV-4: no more than the allowed share of the value.

    Raises:
        TooMuch: it is more.
    """
    limit = lendable(value, bp)
    if amount > limit:
        raise TooMuch(amount=amount, limit=limit, rule="value")


def call_terms(principal: int, value: int, unit: int, bp: int) -> tuple[int, int]:
    """Return what brings a loan back to `bp`: so much repaid, or so many cases of `unit` added."""
    repay = max(principal - lendable(value, bp), 0)
    missing = principal * WHOLE_BP - value * bp
    per_case = unit * bp
    return repay, max(-(-missing // per_case), 0) if per_case else 0


def releasable(principal: int, value: int, unit: int, *, bp: int, count: int) -> int:
    """Return how many of `count` cases of `unit` can go so that the loan stays within `bp`."""
    if principal == 0 or unit == 0:
        return count if principal == 0 else 0
    needed = -(-principal * WHOLE_BP // bp)
    return max(min((value - needed) // unit, count), 0)


def check_releasable(asked: int, allowed: int) -> None:
    """Raise `TooManyCases` if more cases were asked for than can go."""
    if asked > allowed:
        raise TooManyCases(cases=asked, allowed=allowed)


def accrued(principal: int, rate_bp: int, days: int) -> int:
    """Return the interest of some days, in the parts that `Loan.interest` counts in."""
    return principal * rate_bp * days


def interest_parts(parameters: LendingParameters) -> int:
    """Return of how many parts one smallest unit of interest is made."""
    return parameters.year_days * WHOLE_BP


def distribute(amount: int, *dues: int) -> tuple[int, ...]:
    """Return what each of the dues gets of an amount, in their order, and last what is left."""
    paid: list[int] = []
    for due in dues:
        paid.append(min(due, amount))
        amount -= paid[-1]
    return (*paid, amount)


def drawn_indices(seed: str, count: int, sample: int) -> list[int]:
    """Return which of `count` things are inspected: different ones, following from the seed."""
    moved: dict[int, int] = {}
    found: list[int] = []
    for place in range(min(sample, count)):
        left = count - place
        chosen = int(digest_of("inspection", seed, place), 16) % left
        found.append(moved.get(chosen, chosen))
        moved[chosen] = moved.get(left - 1, left - 1)
    return sorted(found)


def next_valuation(now_ms: int, minute: int) -> int:
    """Return the last millisecond before the next daily valuation."""
    today = start_of(day_of(now_ms)) + minute * _MINUTE_MS - 1
    return today if now_ms <= today else today + DAY_MS


def minute_of_day(now_ms: int) -> int:
    """Return the minutes since midnight at +08:00."""
    return (now_ms - start_of(day_of(now_ms))) // _MINUTE_MS
