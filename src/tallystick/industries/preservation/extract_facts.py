# SPDX-License-Identifier: Apache-2.0
"""What the extracts say: letter, receipt of acceptance, ruling, notice of release.

Everything is made from records that are in the extract with their proofs, so whoever has the
extract can make it again. No name of a person and no property is in any of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Final, TypeAlias

from tallystick.contracts import CHINA_OFFSET_MINUTES, Row, TableReader, asdict, required_record
from tallystick.contracts.parts import PaymentOrder
from tallystick.industries.preservation.letter_records import Letter, PaymentPurpose
from tallystick.industries.preservation.letter_text import letter_fields, letter_text
from tallystick.industries.preservation.measure_records import Measure, Release
from tallystick.industries.preservation.records import CURRENCY, Application
from tallystick.industries.preservation.refusals import StepMissing
from tallystick.industries.preservation.rules import issued_terms, presentable
from tallystick.interchange.iso20022 import Money, format_amount

Facts: TypeAlias = Mapping[str, Any]
_CHINA: Final = timezone(timedelta(minutes=CHINA_OFFSET_MINUTES))
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def letter_facts(tables: TableReader, letter: str) -> Facts:
    """Return what an issued letter says, the line of its QR code, and how it stands.

    Raises:
        StepMissing: it was not issued.
    """
    kept = required_record(tables, "letters", Letter, letter)
    application = required_record(tables, "applications", Application, kept.application)
    shown = presentable(kept, application)
    return {
        "state": kept.state,
        "court": application.court,
        "issued_at": time_of(kept.issued_at),
        "limit": amount_of(shown.limit),
        "paid": amount_of(kept.paid),
        "currency": CURRENCY,
        "letter": letter_fields(shown),
        "verification_text": letter_text(shown),
    }


def is_accepted(row: Row) -> bool:
    """Tell whether a court has accepted a letter."""
    return row["accepted_at"] is not None


def acceptance_facts(tables: TableReader, letter: str) -> Facts:
    """Return the receipt of an acceptance: what was accepted, when, and what became of the premium.

    Raises:
        StepMissing: no court has accepted the letter.
    """
    kept = required_record(tables, "letters", Letter, letter)
    if not is_accepted(asdict(kept)) or kept.file is None:
        raise StepMissing(subject=kept.id, missing="accept_letter")
    application = required_record(tables, "applications", Application, kept.application)
    terms = issued_terms(kept)
    return {
        "letter": kept.id,
        "state": kept.state,
        "application": application.id,
        "court": application.court,
        "guarantor": kept.guarantor,
        "limit": amount_of(terms.limit),
        "required": amount_of(application.required),
        "currency": CURRENCY,
        "document": kept.file.sha256,
        "submitted_at": time_of(kept.submitted_at),
        "accepted_at": time_of(kept.accepted_at),
        "premium": [
            {
                "order": order.id,
                "amount": amount_of(order.amount),
                "state": order.state,
                "payee": order.payee,
            }
            for order in _premium_orders(tables, kept.id)
        ],
    }


def is_ruled(row: Row) -> bool:
    """Tell whether the court has ruled on an application."""
    return row["ruling"] is not None


def ruling_facts(tables: TableReader, application: str) -> Facts:
    """Return a ruling, the letters that secure it, and its measures; never what the property is.

    Raises:
        StepMissing: the court has not ruled.
    """
    kept = required_record(tables, "applications", Application, application)
    if not is_ruled(asdict(kept)):
        raise StepMissing(subject=kept.id, missing="rule")
    letters = [required_record(tables, "letters", Letter, one) for one in kept.letters]
    return {
        "application": kept.id,
        "state": kept.state,
        "court": kept.court,
        "case_number": kept.case_number,
        "is_pre_suit": kept.is_pre_suit,
        "sue_by": time_of(kept.sue_by),
        "ruling": kept.ruling,
        "ruled_at": time_of(kept.ruled_at),
        "amount": amount_of(kept.ruled_amount),
        "frozen": amount_of(kept.frozen),
        "required": amount_of(kept.required),
        "exemption": kept.exemption,
        "currency": CURRENCY,
        "applicant_party": kept.applicant_party,
        "respondent_party": kept.respondent_party,
        "letters": [
            {
                "letter": one.id,
                "guarantor": one.guarantor,
                "limit": amount_of(issued_terms(one).limit),
            }
            for one in letters
        ],
        "measures": _measures(tables, kept),
    }


def is_ordered(row: Row) -> bool:
    """Tell whether the court has ordered a release."""
    return row["order"] is not None


def release_facts(tables: TableReader, application: str) -> Facts:
    """Return the notice that a court has ordered the release, and what is released already.

    Raises:
        StepMissing: no release was ordered.
    """
    release = required_record(tables, "releases", Release, application)
    if not is_ordered(asdict(release)):
        raise StepMissing(subject=application, missing="order_release")
    kept = required_record(tables, "applications", Application, application)
    return {
        "release": release.id,
        "state": release.state,
        "application": kept.id,
        "application_state": kept.state,
        "court": kept.court,
        "case_number": kept.case_number,
        "ground": release.ground,
        "order": release.order,
        "opened_at": time_of(release.opened_at),
        "due": time_of(release.due),
        "ordered_at": time_of(release.ordered_at),
        "ended_at": time_of(kept.ended_at),
        "frozen": amount_of(kept.frozen),
        "currency": CURRENCY,
        "measures": _measures(tables, kept),
    }


def amount_of(amount: int) -> str:
    """Return an amount in major units."""
    return format_amount(Money(amount, CURRENCY))


def time_of(time_ms: int | None) -> str | None:
    """Return a time by RFC 3339 as clocks in China show it; None: it has not come."""
    if time_ms is None:
        return None
    return (_EPOCH + timedelta(milliseconds=time_ms)).astimezone(_CHINA).isoformat()


def _measures(tables: TableReader, kept: Application) -> list[Facts]:
    measures = [required_record(tables, "measures", Measure, one) for one in kept.measures]
    return [
        {
            "measure": one.id,
            "registry": one.registry,
            "kind": one.kind,
            "state": one.state,
            "amount": amount_of(one.amount),
            "priority": one.priority,
            "expires_at": time_of(one.expiry),
        }
        for one in measures
    ]


def _premium_orders(tables: TableReader, letter: str) -> list[PaymentOrder]:
    purposes = tables.rows("purposes", PaymentPurpose, letter=letter)
    return [
        required_record(tables, "payments_orders", PaymentOrder, one.order)
        for one in purposes
        if one.claim is None
    ]
