# SPDX-License-Identifier: Apache-2.0
"""Rules of charity, one function each: pure, on records; each raises or returns a plain value."""

from __future__ import annotations

from typing import Final

from tallystick.contracts import CLOCK_AHEAD_MS, Value, digest_of
from tallystick.industries.charity.records import (
    FREE,
    Assertion,
    Batch,
    Book,
    Campaign,
    Entitlement,
    Foundation,
    FoundationYear,
    FundShare,
    ListRow,
    PayeeAccount,
)
from tallystick.industries.charity.refusals import (
    AssertionExpired,
    AssertionUsed,
    FeeTooHigh,
    LicenceExpired,
    OtherFoundation,
    OtherHolder,
    OtherPerson,
    RestrictionUnmet,
    SamePerson,
    TooManyRows,
)

ALL: Final = 10_000
"""Basis points of the whole."""

LIST_START: Final = digest_of("charity-list")
"""Digest of a list without rows."""


def check_licence(foundation: Foundation, now: int) -> None:
    """A foundation acts while its licence is valid.

    Raises:
        LicenceExpired: it ended before.
    """
    if now > foundation.valid_until:
        raise LicenceExpired(
            foundation=foundation.organization,
            licence=foundation.licence,
            valid_until=foundation.valid_until,
        )


def check_foundation(campaign: Campaign, organization: str) -> None:
    """A campaign is its foundation's.

    Raises:
        OtherFoundation: another organisation acts.
    """
    if campaign.foundation != organization:
        raise OtherFoundation(campaign=campaign.id, foundation=campaign.foundation)


def check_other_person(person: str, subject: str, **parts: str | None) -> None:
    """CHAR-4: who has had a part in a matter does not have the next one.

    Raises:
        SamePerson: the person had one of the parts.
    """
    for part, earlier in parts.items():
        if earlier == person:
            raise SamePerson(person=person, subject=subject, part=part)


def row_digest(running: str, row: ListRow) -> str:
    """Return the digest of a list after one more row; officer and reviewer compute it alike."""
    tags: list[Value] = list(row.tags)
    return digest_of(
        "charity-row",
        running,
        row.beneficiary,
        row.amount,
        row.fund,
        tags,
        row.province,
        row.guardian,
        row.is_minor,
    )


def list_digest_of(rows: list[ListRow]) -> str:
    """Return the digest of a whole list."""
    digest = LIST_START
    for row in rows:
        digest = row_digest(digest, row)
    return digest


def check_restriction(row: ListRow, number: int) -> None:
    """CHAR-3: a restricted fund pays only those who meet the restriction.

    Raises:
        RestrictionUnmet: the row has not the fund's tag.
    """
    if row.fund not in {FREE, *row.tags}:
        raise RestrictionUnmet(row=number, fund=row.fund)


def check_room(batch: Batch, rows: list[ListRow]) -> None:
    """A list has the rows and the total that were announced.

    Raises:
        TooManyRows: these go beyond.
    """
    amount = batch.amount + sum(row.amount for row in rows)
    if batch.rows + len(rows) > batch.count or amount > batch.total:
        raise TooManyRows(batch=batch.id, count=batch.count, total=batch.total)


def with_share(shares: tuple[FundShare, ...], row: ListRow) -> tuple[FundShare, ...]:
    """Return what a list takes from each fund after one more row, sorted by fund."""
    amounts = {share.fund: share.amount for share in shares}
    amounts[row.fund] = amounts.get(row.fund, 0) + row.amount
    return tuple(FundShare(fund=fund, amount=amounts[fund]) for fund in sorted(amounts))


def check_assertion(
    assertion: Assertion, entitlement: Entitlement, person: str, now: int, age_max: int
) -> None:
    """CHAR-5: an identity provider has just vouched for this person and entitlement, once.

    Raises:
        OtherPerson: it vouched for somebody else, or for another entitlement.
        AssertionUsed: it was used before.
        AssertionExpired: it is too old, or from the future.
    """
    if assertion.entitlement != entitlement.id or assertion.subject != person:
        raise OtherPerson(assertion=assertion.id, entitlement=entitlement.id)
    if assertion.used_at is not None:
        raise AssertionUsed(assertion=assertion.id)
    if not now - age_max <= assertion.issued_at <= now + CLOCK_AHEAD_MS:
        raise AssertionExpired(assertion=assertion.id, issued_at=assertion.issued_at)


def check_holder(entitlement: Entitlement, account: PayeeAccount) -> None:
    """CHAR-6: the account is the beneficiary's own, or the registered guardian's.

    Raises:
        OtherHolder: it is somebody else's.
    """
    if account.holder not in {entitlement.beneficiary, entitlement.guardian}:
        raise OtherHolder(entitlement=entitlement.id, holder=account.holder)


def claim_digest(entitlement: Entitlement, account: PayeeAccount, currency: str) -> str:
    """Return what beneficiary and guardian sign: exactly this entitlement, amount and account."""
    return digest_of(
        "charity-claim",
        entitlement.id,
        entitlement.amount,
        currency,
        account.holder,
        account.account,
    )


def confirmation_digest(entitlement: str, feedback: str) -> str:
    """Return what a beneficiary signs to confirm the money."""
    return digest_of("charity-confirmation", entitlement, feedback)


def payee_of(account: PayeeAccount) -> str:
    """Return the digest that a payment order names its payee by."""
    return digest_of("payee", account.holder, account.account)


def check_fee(campaign: Campaign, book: Book, amount: int) -> None:
    """CHAR-7, first half: fees stay below the plan's cap of what was donated.

    Raises:
        FeeTooHigh: the cap would be passed.
    """
    allowed = (book.donated + book.moved_in) * campaign.fee_cap_basis // ALL
    if book.fees + amount > allowed:
        raise FeeTooHigh(fee=book.fees + amount, allowed=allowed, limit="plan")


def check_fee_year(year: FoundationYear, amount: int, basis: int) -> None:
    """CHAR-7, second half: fees of a year are at most 10 % of what the foundation spends in it.

    Spending is what was paid and the fees themselves.

    Raises:
        FeeTooHigh: the share would be passed.
    """
    fees = year.fees + amount
    if fees * ALL > (year.paid + fees) * basis:
        allowed = year.paid * basis // (ALL - basis)
        raise FeeTooHigh(fee=fees, allowed=allowed, limit="year")


def fee_share(year: FoundationYear) -> int:
    """Return fees of what was spent, in basis points."""
    spent = year.paid + year.fees
    return year.fees * ALL // spent if spent else 0


def minutes_between(earlier_ms: int, later_ms: int) -> int:
    """Return whole minutes."""
    return (later_ms - earlier_ms) // 60_000
