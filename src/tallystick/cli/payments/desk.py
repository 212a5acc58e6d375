# SPDX-License-Identifier: Apache-2.0
"""What the bridge asks of a ledger, and the same through the SDK for any contract with an outbox.

By convention such a contract has the table `OUTBOX_orders` of its outbox and two actions:
`note_sent(orders, file)` and `report_payment(order, state, attempt, reference, reason)`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from tallystick.client import Net


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadyOrder:
    """A payment that the ledger has ordered and that has not gone to the bank."""

    id: str
    case: str
    payer: str
    """The ledger's account that it is paid from."""
    payee: str
    amount: int
    currency: str
    attempt: int

    @property
    def end_to_end_id(self) -> str:
        """What the bank's files carry."""
        return f"{self.id}-{self.attempt}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What the bank did with one try of an order."""

    order: str
    state: str
    attempt: int
    reference: str | None = None
    reason: str | None = None


class Desk(Protocol):
    """A ledger with an outbox. What changes it returns once committed; all may be repeated."""

    @property
    def network(self) -> str:
        """The network's id: what makes an order's id unique in the world."""
        ...

    def ready(self) -> Sequence[ReadyOrder]:
        """Return the orders that are ready; it may be a moment behind the ledger."""
        ...

    def note_sent(self, orders: Sequence[str], file: str) -> int:
        """Note that orders went to the bank in a file; return how many were new."""
        ...

    def report(self, report: Report) -> bool:
        """Report what the bank did; return whether it was new.

        Raises:
            Refused: it contradicts what the ledger knows.
        """
        ...


class NetDesk:
    """The outbox of a contract of a node."""

    def __init__(self, net: Net, contract: str, outbox: str) -> None:
        """Use a connection that signs."""
        self._net = net
        self._contract = net.contract(contract)
        self._orders = f"{contract}.{outbox}_orders"

    @property
    def network(self) -> str:
        """See `Desk.network`."""
        return self._net.trust.network

    def ready(self) -> Sequence[ReadyOrder]:
        """See `Desk.ready`."""
        rows = self._net.table(self._orders).where(state="READY").order_by("oldest")
        return [order_of_row(row.to_dict()) for row in rows]

    def note_sent(self, orders: Sequence[str], file: str) -> int:
        """See `Desk.note_sent`."""
        done = self._contract.method("note_sent")(orders=list(orders), file=file)
        return int(done.result)

    def report(self, report: Report) -> bool:
        """See `Desk.report`."""
        done = self._contract.method("report_payment")(
            order=report.order,
            state=report.state,
            attempt=report.attempt,
            reference=report.reference,
            reason=report.reason,
        )
        return bool(done.result)


def order_of_row(row: Mapping[str, object]) -> ReadyOrder:
    """Return an order as a row of the outbox's table says it."""
    return ReadyOrder(
        id=str(row["id"]),
        case=str(row["case"]),
        payer=str(row["payer"]),
        payee=str(row["payee"]),
        amount=int(str(row["amount"])),
        currency=str(row["currency"]),
        attempt=int(str(row["attempt"])),
    )
