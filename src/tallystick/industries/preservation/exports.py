# SPDX-License-Identifier: Apache-2.0
"""Files to take away: extracts with their proofs, a statement, a calendar of expiries."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Final

from tallystick.contracts import (
    ExtractTakeAway,
    FileTakeAway,
    Label,
    TableReader,
    TakeAway,
    required_record,
)
from tallystick.industries.preservation.extract_facts import (
    acceptance_facts,
    amount_of,
    is_accepted,
    is_ordered,
    is_ruled,
    letter_facts,
    release_facts,
    ruling_facts,
)
from tallystick.industries.preservation.letter_records import Letter
from tallystick.industries.preservation.measure_records import Measure, MeasureState
from tallystick.industries.preservation.paper_labels import (
    ACCEPTANCE_LABELS,
    LETTER_LABELS,
    RELEASE_LABELS,
    RULING_LABELS,
)
from tallystick.industries.preservation.records import CURRENCY, Application
from tallystick.industries.preservation.refusals import DoesNotFit
from tallystick.industries.preservation.rules import presentable
from tallystick.industries.preservation.trade_messages import TRADE_MESSAGES, day_of_time, is_issued
from tallystick.interchange.iso20022 import Money
from tallystick.interchange.tables import write_csv
from tallystick.interchange.ubl import Guarantee, write_guarantee

_MONTH: Final = len("2026-09")
_IS_MONTH: Final = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")


def statement_csv(tables: TableReader, subject: str, today: date) -> bytes:
    """Return a guarantor's letters of a month; text is never a formula.

    Args:
        tables: of the contract.
        subject: the guarantor's code, for this month; `CODE/2026-09` for another.
        today: the day on which the file is made.

    Raises:
        DoesNotFit: what follows the code is no month.
    """
    guarantor, slash, named = subject.partition("/")
    month = named if slash else today.isoformat()[:_MONTH]
    if _IS_MONTH.fullmatch(month) is None:
        raise DoesNotFit(subject=guarantor, what="CODE/YYYY-MM")
    rows = [
        [
            one.id,
            one.application,
            one.state,
            day_of_time(one.issued_at).isoformat(),
            amount_of(one.terms.limit),
            amount_of(one.terms.premium),
            amount_of(one.awarded),
            amount_of(one.paid),
            one.rejected_for,
        ]
        for one in tables.rows("letters", Letter, guarantor=guarantor)
        if one.terms is not None
        and one.issued_at is not None
        and day_of_time(one.issued_at).isoformat()[:_MONTH] == month
    ]
    titles = ("letter", "application", "state", "issued", "limit", "premium", "awarded", "paid")
    return write_csv((*titles, "rejected_for"), rows)


def calendar_ics(tables: TableReader, application: str, today: date) -> bytes:
    """Return the expiries of a case's measures as iCalendar (RFC 5545), one event each."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Tallystick//preservation//EN"]
    for one in tables.rows("measures", Measure, application=application):
        if one.state is MeasureState.IN_EFFECT and one.expiry is not None:
            day = day_of_time(one.expiry)
            lines += [
                "BEGIN:VEVENT",
                f"UID:{one.id}@preservation.tallystick",
                f"DTSTAMP:{today:%Y%m%d}T000000Z",
                f"DTSTART;VALUE=DATE:{day:%Y%m%d}",
                f"SUMMARY:{one.id} 届满 expires",
                "END:VEVENT",
            ]
    return ("\r\n".join([*lines, "END:VCALENDAR"]) + "\r\n").encode()


def guarantee_xml(tables: TableReader, letter: str, _today: date) -> bytes:
    """Return an issued letter as a UBL 2.3 GuaranteeCertificate; parties by code or commitment.

    Raises:
        StepMissing: it was not issued.
    """
    kept = required_record(tables, "letters", Letter, letter)
    application = required_record(tables, "applications", Application, kept.application)
    shown = presentable(kept, application)
    return write_guarantee(
        Guarantee(
            number=kept.id,
            case=application.id,
            issued=day_of_time(kept.issued_at),
            liability=Money(shown.limit, CURRENCY),
            purpose=f"财产保全担保 property preservation, scope clause {shown.scope}",
            valid_from=day_of_time(shown.valid_from),
            valid_until=day_of_time(shown.valid_until),
            document=shown.document,
            guarantor=shown.guarantor,
            interested=shown.applicant_party,
            beneficiary=shown.respondent_party,
        )
    )


TAKE_AWAYS: Final[Mapping[str, TakeAway]] = MappingProxyType(
    {
        "letter": ExtractTakeAway(
            Label(zh="财产保全担保函", en="letter of guarantee"),
            "letters",
            letter_facts,
            ("letters",),
            title=Label(zh="财产保全担保函", en="Letter of guarantee"),
            labels=LETTER_LABELS,
            is_ready=is_issued,
        ),
        "acceptance": ExtractTakeAway(
            Label(zh="保函采纳回执", en="receipt of an acceptance"),
            "letters",
            acceptance_facts,
            ("letters", "payments_orders"),
            title=Label(zh="保函采纳回执", en="Receipt of an acceptance"),
            labels=ACCEPTANCE_LABELS,
            is_ready=is_accepted,
        ),
        "ruling": ExtractTakeAway(
            Label(zh="财产保全裁定", en="ruling on preservation"),
            "applications",
            ruling_facts,
            ("applications", "measures"),
            title=Label(zh="财产保全裁定", en="Ruling on preservation"),
            labels=RULING_LABELS,
            is_ready=is_ruled,
        ),
        "release": ExtractTakeAway(
            Label(zh="解除保全通知", en="notice of release"),
            "releases",
            release_facts,
            ("releases",),
            title=Label(zh="解除保全通知", en="Notice of release"),
            labels=RELEASE_LABELS,
            is_ready=is_ordered,
        ),
        "statement": FileTakeAway(
            Label(
                zh="担保人月度保函对账单（CSV，对象为机构代码，或 代码/2026-09）",
                en="a guarantor's letters of a month (CSV; SUBJECT is its code, or CODE/2026-09)",
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
        "guarantee-certificate": FileTakeAway(
            Label(zh="保函（UBL 2.3 XML）", en="the letter as a UBL 2.3 GuaranteeCertificate"),
            "letters",
            guarantee_xml,
            suffix=".xml",
            is_ready=is_issued,
        ),
        **TRADE_MESSAGES,
    }
)
"""What can be taken away, by its name on the command line."""
