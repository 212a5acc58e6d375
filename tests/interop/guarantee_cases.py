# SPDX-License-Identifier: Apache-2.0
"""A letter, an awarded claim on it and its end as ISO 20022 messages for a judge."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Final

from tallystick.industries.preservation.trade_messages import (
    demand_xml,
    issuance_xml,
    termination_xml,
)
from tests.unit.industries.preservation import cast
from tests.unit.industries.preservation.stage import Stage
from tests.unit.industries.preservation.test_exports import StageTables

if TYPE_CHECKING:
    from tests.interop.make_exports import Exports

DAY: Final = date(2026, 11, 27)


def messages() -> dict[str, bytes]:
    """Return each message by its kind."""
    stage = Stage().ready()
    case, letter, measure = stage.in_effect()
    stage.serve(case)
    stage.released(case, measure)
    claim = stage.claim(letter, 900)
    stage.decide(claim, 700)
    stage.ok(cast.TELLER, "receive_payout", claim=claim, amount=700, reference="R")
    stage.ok(cast.JUDGE, "discharge_letter", letter=letter)
    tables = StageTables(stage)
    return {
        "tsrv.001.001.01": issuance_xml(tables, letter, DAY),
        "tsrv.013.001.01": demand_xml(tables, claim, DAY),
        "tsrv.012.001.01": termination_xml(tables, letter, DAY),
    }


def altered(made: dict[str, bytes]) -> Iterator[tuple[str, str, bytes]]:
    """Yield copies that are no such message, with kind and what was altered."""
    for kind, what, before, after in (
        ("tsrv.001.001.01", "another code", b"DGAR", b"XXXX"),
        ("tsrv.001.001.01", "an element unknown", b"IssncTp", b"IssuanceTp"),
        ("tsrv.001.001.01", "an amount in words", b"300000.00", b"a lot"),
        ("tsrv.001.001.01", "a day that is none", b"2026-09-21", b"2026-09-31"),
        ("tsrv.013.001.01", "another attribute", b'Ccy="CNY"', b'Currency="CNY"'),
        ("tsrv.012.001.01", "another message", b"tsrv.012", b"tsrv.013"),
    ):
        found = made[kind].replace(before, after)
        if found == made[kind]:
            raise ValueError(f"{what}: nothing was altered")
        yield kind, what, found


def add_guarantees(exports: Exports) -> None:
    """Add a letter of guarantee's messages, and copies that are none."""
    made = messages()
    for kind, data in made.items():
        file = exports.file(f"guarantees/{kind}.xml", data)
        exports.case("undertaking", f"a letter as {kind}", accept=True, file=file, message=kind)
    for kind, what, data in altered(made):
        file = exports.file(f"altered/{kind}-{what.replace(' ', '-')}.xml", data)
        exports.case("undertaking", f"altered: {what}", accept=False, file=file, message=kind)
