# SPDX-License-Identifier: Apache-2.0
"""Charity with automatic payment (system CHAR): donations, lists, claims, payouts, disclosure."""

from tallystick.industries.charity.contract import Charity
from tallystick.industries.charity.records import (
    ListRow,
    NewAssertion,
    NewClaim,
    NewList,
    PayeeAccount,
    PaymentReport,
    Plan,
    Signed,
)
from tallystick.industries.charity.rules import (
    claim_digest,
    confirmation_digest,
    list_digest_of,
    payee_of,
)

__all__ = [
    "Charity",
    "ListRow",
    "NewAssertion",
    "NewClaim",
    "NewList",
    "PayeeAccount",
    "PaymentReport",
    "Plan",
    "Signed",
    "claim_digest",
    "confirmation_digest",
    "list_digest_of",
    "payee_of",
]
