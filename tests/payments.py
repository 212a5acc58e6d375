# SPDX-License-Identifier: Apache-2.0
"""Payments for tests: one order, one file, and what hypothesis may vary in them."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from tallystick.interchange.iso20022 import (
    Account,
    Address,
    Agent,
    Money,
    Party,
    PaymentBatch,
    PaymentFile,
    PaymentOrder,
    uetr_of,
)
from tallystick.units import TimeMs
from tests.mock_bank import ACME, BIC, ELSEWHERE

NETWORK: Final = "test-network"
CREATED: Final = TimeMs(1_795_770_000_123)


def an_order(order_id: str = "ORDER-1", **changes: Any) -> PaymentOrder:
    """Return an order to an account at another bank."""
    parts: dict[str, Any] = {
        "order_id": order_id,
        "uetr": uetr_of(order_id, scope=NETWORK),
        "amount": Money(120_50, "EUR"),
        "creditor": Party(name="Wang Fang", address=Address(town="Berlin", country="DE")),
        "creditor_account": Account(iban=ELSEWHERE),
        "creditor_agent": Agent(bic="COBADEFFXXX"),
        "remittance": "Winter relief 2026",
    }
    return PaymentOrder(**{**parts, **changes})


def a_file(*orders: PaymentOrder, message_id: str = "MSG-1", **changes: Any) -> PaymentFile:
    """Return a file with one batch."""
    parts: dict[str, Any] = {
        "batch_id": f"{message_id}-B",
        "execution_date": date(2026, 11, 30),
        "debtor": Party(name="ACME Corporation"),
        "debtor_account": Account(iban=ACME),
        "debtor_agent": Agent(bic=BIC),
        "orders": orders or (an_order(),),
    }
    return PaymentFile(
        message_id=message_id,
        created_ms=CREATED,
        initiator="Charity Foundation",
        batches=(PaymentBatch(**{**parts, **changes}),),
    )
