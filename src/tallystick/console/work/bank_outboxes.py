# SPDX-License-Identifier: Apache-2.0
"""Which contracts have an outbox, who works with it, and which of its orders are ready.

By convention such a contract has a table `OUTBOX_orders` of payment orders and two actions:
`note_sent(orders, file)` and `report_payment(order, state, attempt, reference, reason)`.
"""

from __future__ import annotations

from typing import Final

from tallystick.console.ledger import Json, at
from tallystick.console.visit import Visit
from tallystick.console.work.bank_journal import Outbox
from tallystick.console.work.standing import may_call
from tallystick.errors import NotFound

NOTE: Final = "note_sent"
REPORT: Final = "report_payment"
_RECORD: Final = "PaymentOrder"
_SUFFIX: Final = "_orders"
_READY: Final = "READY"
_PAGE: Final = 500


def outbox_tables(contract: Json) -> list[str]:
    """Return the tables of payment orders of a contract that can tell a bank's results."""
    methods = {one["name"] for one in contract["methods"] if one["kind"] == "action"}
    if not {NOTE, REPORT} <= methods:
        return []
    return [
        one["name"]
        for one in contract["tables"]
        if one["record"] == _RECORD and one["name"].endswith(_SUFFIX)
    ]


def works_with_bank(visit: Visit, contract: Json) -> bool:
    """Tell whether the reader carries a contract's payments to the bank, and can do so here."""
    person = visit.person
    if visit.bank_files is None or person is None or not outbox_tables(contract):
        return False
    steps = (one for one in contract["methods"] if one["name"] in {NOTE, REPORT})
    return any(may_call(one, person.roles) for one in steps)


def outbox_of(visit: Visit, contract: Json) -> Outbox:
    """Return the outbox that the address names, or the contract's first one.

    Raises:
        NotFound: the contract has none, or none of this name, or nothing here makes its files.
    """
    tables = outbox_tables(contract)
    wanted = visit.query.get("outbox")
    found = [one for one in tables if wanted in {None, "", one.removesuffix(_SUFFIX)}]
    if not found or visit.bank_files is None:
        raise NotFound("this system has no payments for a bank", field="contract")
    return Outbox(visit.somebody().organization, contract["name"], found[0])


async def ready_rows(visit: Visit, outbox: Outbox) -> list[Json]:
    """Return the orders that the ledger's lists show as ready, the oldest first."""
    rows: list[Json] = []
    cursor: str | None = None
    while True:
        page = await visit.ledger.get(
            at("contracts", outbox.contract, "tables", outbox.outbox),
            limit=_PAGE,
            cursor=cursor,
            state=_READY,
            order="oldest",
        )
        rows += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return rows


def end_to_end_id(row: Json) -> str:
    """Return what the bank's files call this try of an order."""
    return f"{row['id']}-{row['attempt']}"
