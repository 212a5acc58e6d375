# SPDX-License-Identifier: Apache-2.0
"""Files to take away: a letter with its proofs, a statement, a calendar of expiries."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType
from typing import Any, Final

from tallystick.contracts import (
    ExtractTakeAway,
    FileTakeAway,
    Label,
    TableReader,
    TakeAway,
    required_record,
)
from tallystick.industries.preservation.letter_records import Letter
from tallystick.industries.preservation.letter_text import letter_fields, letter_text
from tallystick.industries.preservation.measure_records import Measure, MeasureState
from tallystick.industries.preservation.records import CURRENCY, Application
from tallystick.industries.preservation.rules import presentable
from tallystick.interchange.iso20022 import Money, format_amount
from tallystick.interchange.tables import write_csv


def letter_facts(tables: TableReader, letter: str) -> Mapping[str, Any]:
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
        "limit": format_amount(Money(shown.limit, CURRENCY)),
        "paid": format_amount(Money(kept.paid, CURRENCY)),
        "currency": CURRENCY,
        "letter": letter_fields(shown),
        "verification_text": letter_text(shown),
    }


def statement_csv(tables: TableReader, guarantor: str, today: date) -> bytes:
    """Return a guarantor's letters of the month of a day; text is never a formula."""
    rows = [
        [
            one.id,
            one.application,
            one.state,
            _day(one.issued_at).isoformat(),
            format_amount(Money(one.terms.limit, CURRENCY)),
            format_amount(Money(one.terms.premium, CURRENCY)),
            format_amount(Money(one.awarded, CURRENCY)),
            format_amount(Money(one.paid, CURRENCY)),
            one.rejected_for,
        ]
        for one in tables.rows("letters", Letter, guarantor=guarantor)
        if one.terms is not None
        and one.issued_at is not None
        and _day(one.issued_at).isoformat()[:7] == today.isoformat()[:7]
    ]
    titles = ("letter", "application", "state", "issued", "limit", "premium", "awarded", "paid")
    return write_csv((*titles, "rejected_for"), rows)


def calendar_ics(tables: TableReader, application: str, today: date) -> bytes:
    """Return the expiries of a case's measures as iCalendar (RFC 5545), one event each."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Tallystick//preservation//EN"]
    for one in tables.rows("measures", Measure, application=application):
        if one.state is MeasureState.IN_EFFECT and one.expiry is not None:
            day = _day(one.expiry)
            lines += [
                "BEGIN:VEVENT",
                f"UID:{one.id}@preservation.tallystick",
                f"DTSTAMP:{today:%Y%m%d}T000000Z",
                f"DTSTART;VALUE=DATE:{day:%Y%m%d}",
                f"SUMMARY:{one.id} 届满 expires",
                "END:VEVENT",
            ]
    return ("\r\n".join([*lines, "END:VCALENDAR"]) + "\r\n").encode()


def _day(time_ms: int | None) -> date:
    moment = datetime(1970, 1, 1, 8, tzinfo=UTC) + timedelta(milliseconds=time_ms or 0)
    return moment.date()


TAKE_AWAYS: Final[Mapping[str, TakeAway]] = MappingProxyType(
    {
        "letter": ExtractTakeAway(
            Label(zh="保函及其核验文字", en="the letter, and the text of its QR code"),
            "letters",
            letter_facts,
            ("letters",),
        ),
        "statement": FileTakeAway(
            Label(
                zh="担保人当月保函对账单（CSV，对象为机构代码）",
                en="a guarantor's letters of this month (CSV; SUBJECT is its code)",
            ),
            None,
            statement_csv,
        ),
        "expiries": FileTakeAway(
            Label(zh="保全届满日历（iCalendar）", en="calendar of expiries (iCalendar)"),
            "applications",
            calendar_ics,
            suffix=".ics",
        ),
    }
)
"""What can be taken away, by its name on the command line."""
