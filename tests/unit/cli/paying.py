# SPDX-License-Identifier: Apache-2.0
"""A ledger in memory with the contract that pays, and the private files of a desk."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from msgspec import convert

from tallystick.cli.payments.desk import ReadyOrder, Report
from tallystick.cli.payments.parties import Payee, write_payees
from tallystick.contracts import digest_of
from tallystick.contracts.parts import OrderState as State
from tallystick.contracts.parts import PaymentOrder as Order
from tallystick.errors import Refused, WrongState
from tallystick.model import Signer
from tallystick.testing import LedgerHarness, make_signer
from tests.mock_bank import ACME, BIC, CLOSED, ELSEWHERE
from tests.unit.cli.outbox import Paying

ANYONE = make_signer(member="anyone")


@dataclass
class LedgerDesk:
    """The desk of a ledger in memory; it counts what was asked and can break at any call."""

    ledger: LedgerHarness = field(default_factory=lambda: LedgerHarness(Paying))
    contract: str = "demo.paying"
    signer: Signer = ANYONE
    network: str = "test-network"
    notes: list[tuple[str, ...]] = field(default_factory=list)
    news: list[Report] = field(default_factory=list)
    stale: list[ReadyOrder] | None = None
    """What a view that lags behind still shows."""

    def orders(self) -> dict[str, Order]:
        """Return the orders of the ledger."""
        records = self.ledger.state.records(self.contract, "payments_orders")
        return {key: convert(one, Order) for key, one in records.items()}

    def order(self, payee: Payee, amount: int = 120_50, currency: str = "EUR") -> str:
        """Order a payment."""
        return str(self._run("pay", payee=payee.digest, amount=amount, currency=currency))

    def ready(self) -> Sequence[ReadyOrder]:
        """See `Desk.ready`."""
        if self.stale is not None:
            return self.stale
        return [
            ReadyOrder(
                id=one.id,
                case=one.case,
                payer=one.payer,
                payee=one.payee,
                amount=one.amount,
                currency=one.currency,
                attempt=one.attempt,
            )
            for one in self.orders().values()
            if one.state is State.READY
        ]

    def note_sent(self, orders: Sequence[str], file: str) -> int:
        """See `Desk.note_sent`."""
        self.notes.append(tuple(orders))
        return int(str(self._run("note_sent", orders=list(orders), file=file)))

    def report(self, report: Report) -> bool:
        """See `Desk.report`."""
        is_new = self._run(
            "report_payment",
            order=report.order,
            state=report.state,
            attempt=report.attempt,
            reference=report.reference,
            reason=report.reason,
        )
        if is_new:
            self.news.append(report)
        return bool(is_new)

    def _run(self, method: str, **args: Any) -> Any:
        done = self.ledger.run(method, self.signer, **args)
        if done.code != "ok":
            raise (WrongState if done.code == "E_STATE" else Refused)(
                f"{done.code}: {done.result!r}"
            )
        return done.result


def a_payee(name: str = "Wang Fang", iban: str | None = ELSEWHERE, **changes: Any) -> Payee:
    """Return somebody who is paid."""
    parts = {
        "holder": digest_of("person", name),
        "salt": "5a17" * 16,
        "name": name,
        "iban": iban,
        "bic": BIC if iban == CLOSED else "COBADEFFXXX",
        "town": "Berlin",
        "country": "DE",
    }
    return Payee(**{**parts, **changes})


def payer_fields() -> dict[str, str]:
    """Return the payer's file as data."""
    return {
        "name": "ACME Corporation",
        "iban": ACME,
        "bic": BIC,
        "currency": "EUR",
        "remittance": "Winter relief 2026",
    }


def private_files(folder: Path, *payees: Payee) -> tuple[Path, Path]:
    """Write the files of payer and payees; return where they are."""
    payer, whom = folder / "payer.json", folder / "payees.json"
    payer.touch(mode=0o600)
    payer.write_text(json.dumps(payer_fields()))
    write_payees(whom, payees)
    return payer, whom
