# SPDX-License-Identifier: Apache-2.0
"""A letter, a claim on it and its end as ISO 20022 messages, for guarantors' own systems."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType
from typing import Final

from tallystick.contracts import (
    FileTakeAway,
    Label,
    Row,
    TableReader,
    TakeAway,
    asdict,
    required_record,
)
from tallystick.industries.preservation.letter_records import Letter, LossClaim
from tallystick.industries.preservation.records import CURRENCY, Application
from tallystick.industries.preservation.refusals import StepMissing
from tallystick.industries.preservation.rules import issued_terms, presentable
from tallystick.interchange.iso20022 import (
    Demand,
    Money,
    Termination,
    Undertaking,
    write_demand,
    write_issuance,
    write_termination,
)

STATES: Final = "tallystick preservation letter"


def is_issued(row: Row) -> bool:
    """Tell from a letter's record whether it was issued; before that there are no terms."""
    return row["terms"] is not None


def is_ended(row: Row) -> bool:
    """Tell whether an issued letter is over."""
    return is_issued(row) and row["ended_at"] is not None


def is_awarded(row: Row) -> bool:
    """Tell whether a final decision awarded a claim."""
    return row["decision"] is not None and row["due"] > 0


def issuance_xml(tables: TableReader, letter: str, _today: date) -> bytes:
    """Return an issued letter as tsrv.001.001.01.

    Raises:
        StepMissing: it was not issued.
    """
    kept = required_record(tables, "letters", Letter, letter)
    application = required_record(tables, "applications", Application, kept.application)
    shown = presentable(kept, application)
    return write_issuance(
        Undertaking(
            number=kept.id,
            issuer=kept.guarantor,
            applicant=shown.applicant_party,
            beneficiary=shown.respondent_party,
            case=f"{application.court}/{application.id}",
            issued=day_of_time(kept.issued_at),
            limit=Money(shown.limit, CURRENCY),
            expires=day_of_time(shown.valid_until),
            terms=f"scope {shown.scope} SHA-256 {shown.scope_text}; file SHA-256 {shown.document}; "
            f"Ed25519 {shown.signature}",
        )
    )


def demand_xml(tables: TableReader, claim: str, _today: date) -> bytes:
    """Return a claim that a final decision awarded as tsrv.013.001.01.

    Raises:
        StepMissing: no final decision awarded anything of this letter.
    """
    kept = required_record(tables, "claims", LossClaim, claim)
    letter = required_record(tables, "letters", Letter, kept.letter)
    if not is_awarded(asdict(kept)):
        raise StepMissing(subject=kept.id, missing="decide_claim")
    return write_demand(
        Demand(
            id=kept.id,
            number=letter.id,
            issuer=letter.guarantor,
            amount=Money(kept.due, CURRENCY),
            ground=f"final decision SHA-256 {kept.decision}, wrongful preservation "
            f"{kept.application}",
        )
    )


def termination_xml(tables: TableReader, letter: str, _today: date) -> bytes:
    """Return the end of a letter as tsrv.012.001.01.

    Raises:
        StepMissing: it was never issued, or is not over.
    """
    kept = required_record(tables, "letters", Letter, letter)
    issued_terms(kept)
    if not is_ended(asdict(kept)):
        raise StepMissing(subject=kept.id, missing="an end of the letter")
    return write_termination(
        Termination(
            number=kept.id,
            issuer=kept.guarantor,
            effective=day_of_time(kept.ended_at),
            state=kept.state,
            scheme=STATES,
        )
    )


def day_of_time(time_ms: int | None) -> date:
    """Return the day of a time as clocks in China show it."""
    moment = datetime(1970, 1, 1, 8, tzinfo=UTC) + timedelta(milliseconds=time_ms or 0)
    return moment.date()


TRADE_MESSAGES: Final[Mapping[str, TakeAway]] = MappingProxyType(
    {
        "undertaking-issuance": FileTakeAway(
            Label(zh="保函签发（ISO 20022 tsrv.001）", en="the letter as ISO 20022 tsrv.001"),
            "letters",
            issuance_xml,
            suffix=".xml",
            is_ready=is_issued,
        ),
        "undertaking-demand": FileTakeAway(
            Label(zh="索赔请求（ISO 20022 tsrv.013）", en="an awarded claim as ISO 20022 tsrv.013"),
            "claims",
            demand_xml,
            suffix=".xml",
            is_ready=is_awarded,
        ),
        "undertaking-termination": FileTakeAway(
            Label(zh="保函终止（ISO 20022 tsrv.012）", en="a letter's end as ISO 20022 tsrv.012"),
            "letters",
            termination_xml,
            suffix=".xml",
            is_ready=is_ended,
        ),
    }
)
"""What guarantors' systems read, by its name on the command line."""
