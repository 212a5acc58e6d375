# SPDX-License-Identifier: Apache-2.0
"""What can be said without a ledger: security, terms of the law, and what of a letter differs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

from tallystick.contracts import DAY_MS, day_of, digest_of, start_of
from tallystick.industries.preservation.letter_records import Letter, LetterTerms, PresentedLetter
from tallystick.industries.preservation.letter_text import differences, letter_fields
from tallystick.industries.preservation.measure_records import PropertyKind
from tallystick.industries.preservation.records import Application, LegalParameters
from tallystick.industries.preservation.refusals import (
    DoesNotFit,
    LetterDiffers,
    RenewalLate,
    StepMissing,
    TooLittle,
    TooLong,
    TooMuch,
)

WHOLE_BP: Final = 10_000
HOUR_MS: Final = 3_600_000
LETTER_KIND: Final = "guarantee-letter"
"""Kind of a letter in the register that all contracts share."""


def check_parameters(new: LegalParameters) -> None:
    """Notices come before the last day to ask for renewal.

    Raises:
        DoesNotFit: they would come too late to help, or in the wrong order.
    """
    if not new.renewal_days <= new.last_notice_days < new.first_notice_days:
        raise DoesNotFit(subject="parameters", what="renewal <= last notice < first notice")


def security_limits(
    amount: int, *, is_pre_suit: bool, parameters: LegalParameters
) -> tuple[int, int]:
    """Return the least and the most security that may be ordered without a reasoned order."""
    if is_pre_suit:
        whole = amount * parameters.pre_suit_bp // WHOLE_BP
        return whole, whole
    return 1, amount * parameters.security_bp // WHOLE_BP


def check_security(
    application: Application, required: int, reason: str | None, parameters: LegalParameters
) -> None:
    """PRES-1: at most 30 % in suit, the whole before suit unless a reasoned order says less.

    Raises:
        TooMuch: more than the law allows.
        TooLittle: less before the suit, without a reason.
    """
    least, most = security_limits(
        application.amount, is_pre_suit=application.is_pre_suit, parameters=parameters
    )
    if required > most:
        raise TooMuch(amount=required, limit=most, rule="security")
    if required < least and reason is None:
        raise TooLittle(amount=required, required=least, rule="security before suit")


def years_of(kind: PropertyKind, parameters: LegalParameters) -> int:
    """Return how many years a measure on a kind of property lasts at most."""
    if kind is PropertyKind.DEPOSIT:
        return parameters.deposit_years
    if kind is PropertyKind.MOVABLE:
        return parameters.movable_years
    return parameters.immovable_years


def years_after(time_ms: int, years: int) -> int:
    """Return the same time so many years later; of 29 February, 28 February."""
    day = day_of(time_ms)
    of_day = time_ms - start_of(day)
    last = 28 if (day.month, day.day) == (2, 29) else day.day
    return start_of(date(day.year + years, day.month, last)) + of_day


def check_expiry(measure: str, until: int, latest: int) -> None:
    """PRES-6: no measure lasts longer than its kind may.

    Raises:
        TooLong: it would.
    """
    if until > latest:
        raise TooLong(measure=measure, latest=latest, asked=until)


def check_renewal_time(measure: str, now_ms: int, expiry: int, days: int) -> None:
    """PRES-6: renewal is asked for so many days before the expiry.

    Raises:
        RenewalLate: it is too late.
    """
    ask_by = expiry - days * DAY_MS
    if now_ms > ask_by:
        raise RenewalLate(measure=measure, expiry=expiry, ask_by=ask_by)


def issued_terms(letter: Letter) -> LetterTerms:
    """Return the terms of a letter that was issued.

    Raises:
        StepMissing: it was not.
    """
    if letter.terms is None:
        raise StepMissing(subject=letter.id, missing="issue_letter")
    return letter.terms


def presentable(letter: Letter, application: Application) -> PresentedLetter:
    """Return an issued letter as whoever has it presents it.

    Raises:
        StepMissing: it was not issued.
    """
    terms = letter.terms
    if terms is None or letter.file is None or letter.signature is None:
        raise StepMissing(subject=letter.id, missing="issue_letter")
    return PresentedLetter(
        number=letter.id,
        guarantor=letter.guarantor,
        applicant_party=application.applicant_party,
        respondent_party=application.respondent_party,
        application=application.id,
        limit=terms.limit,
        scope=terms.scope,
        scope_text=terms.scope_text,
        valid_from=terms.valid_from,
        valid_until=terms.valid_until,
        document=letter.file.sha256,
        signature=letter.signature,
    )


def letter_digest(presented: Mapping[str, object]) -> str:
    """Return what a guarantor's seal signs: every field of the letter but the signature itself.

    The premium is between guarantor and applicant and not in it.
    """
    fields = [
        *("number", "guarantor", "applicant_party", "respondent_party", "application", "limit"),
        *("scope", "scope_text", "valid_from", "valid_until", "document"),
    ]
    values: list[str | int] = []
    for name in fields:
        value = presented[name]
        values.append(value if isinstance(value, int) else str(value))
    return digest_of("preservation-letter", *values)


def check_equal(presented: PresentedLetter, kept: PresentedLetter) -> None:
    """PRES-4: the presented letter is the issued one in every field.

    Raises:
        LetterDiffers: it was altered; the refusal names the first field that differs.
    """
    theirs, ours = letter_fields(presented), letter_fields(kept)
    names = differences(theirs, ours)
    if names:
        name = names[0]
        raise LetterDiffers(
            letter=kept.number, field_name=name, presented=theirs[name], kept=ours[name]
        )


def share_bp(exposure: int, net_assets: int) -> int:
    """Return exposure by net assets in basis points, rounded up."""
    return -(-exposure * WHOLE_BP // net_assets)
