# SPDX-License-Identifier: Apache-2.0
"""Payment files as the console makes and reads them: by the same functions as `tally payments`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import msgspec

from tallystick.cli.payments.bridge import (
    NOTED_AT_ONCE,
    attention_of,
    choose,
    compose,
    match_file,
    report_of,
    statuses_first,
)
from tallystick.cli.payments.desk import order_of_row
from tallystick.cli.payments.parties import payees_of, payer_of
from tallystick.console import BankAnswer, MadeFile, PrivateFiles
from tallystick.errors import FileProblem, InvalidArguments
from tallystick.interchange import iso20022
from tallystick.interchange.bank import BankFile
from tallystick.interchange.iso20022 import Outstanding, Unmatched
from tallystick.units import TimeMs


class PaymentFiles:
    """Makes and reads the files of any contract with an outbox; keeps nothing."""

    noted_at_once = NOTED_AT_ONCE

    def make(
        self, rows: Sequence[Any], files: PrivateFiles, *, network: str, now_ms: int
    ) -> MadeFile:
        """Return the payment file for rows of an outbox.

        Raises:
            InvalidArguments: a private file has another form.
            InvalidAccount, InvalidPaymentFile: no bank would take the payments.
        """
        orders = {order_of_row(row): row for row in rows}
        try:
            payer = payer_of(files.payer, Path("payer.json"))
            payees = payees_of(files.payees, Path("payees.json"))
            choice = choose(orders, payer, payees)
            waiting = [{**orders[one], "why": "unknown_payee"} for one in choice.unknown]
            waiting += [{**orders[one], "why": "other_currency"} for one in choice.other_currency]
            if not choice.payable:
                return MadeFile(message_id="", data=b"", rows=[], waiting=waiting)
            file = compose(payer, choice.payable, network=network, now=TimeMs(now_ms))
        except FileProblem as error:
            raise InvalidArguments(
                "this private file is not as it must be",
                field=error.field,
                expected="docs/operator/payments.md",
                found=error.found,
            ) from error
        return MadeFile(
            message_id=file.message_id,
            data=iso20022.write_payments(file),
            rows=[orders[one] for one, _ in choice.payable],
            waiting=waiting,
        )

    def sending(self, state: str, data: bytes) -> str:
        """Return what is known of the orders once a payment file is on its way."""
        return _text(_known(state).sending(iso20022.read_payments(data)))

    def in_order(self, files: list[tuple[str, bytes]]) -> list[tuple[str, bytes]]:
        """Return files of a bank so that acceptances come before bookings."""
        ordered = statuses_first(BankFile(name, data) for name, data in files)
        return [(file.name, file.data) for file in ordered]

    def read(self, state: str, name: str, data: bytes) -> BankAnswer:
        """Return what a file of the bank newly says.

        Raises:
            HostileFile, InvalidPaymentFile: it cannot be read.
        """
        file = BankFile(name, data)
        outstanding, results = match_file(_known(state), file)
        return BankAnswer(
            state=_text(outstanding),
            reports=[asdict(report_of(one)) for one in results if not isinstance(one, Unmatched)],
            attention=[
                asdict(attention_of(one, file)) for one in results if isinstance(one, Unmatched)
            ],
        )

    def sent_orders(self, state: str) -> list[dict[str, Any]]:
        """Return the orders that were sent, the latest first."""
        return [
            {
                "id": one.order_id,
                "stage": str(one.stage),
                "amount": iso20022.format_amount(one.amount),
                "currency": one.amount.currency,
                "file": one.message_id,
                "reference": one.return_reference or one.bank_reference,
            }
            for one in reversed([*_known(state).orders.values()])
        ]


def _known(state: str) -> Outstanding:
    return msgspec.json.decode(state, type=Outstanding) if state else Outstanding()


def _text(outstanding: Outstanding) -> str:
    """Return what is kept of orders: without a bank's own words, in which names may stand."""
    kept = {
        name: one
        if one.early_return is None
        else replace(one, early_return=replace(one.early_return, text=None))
        for name, one in outstanding.orders.items()
    }
    return msgspec.json.encode(replace(outstanding, orders=kept)).decode()
