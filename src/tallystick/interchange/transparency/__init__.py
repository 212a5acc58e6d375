# SPDX-License-Identifier: Apache-2.0
"""Statements of other transparency services (RFC 9943), their receipts, and whom one believes."""

from tallystick.interchange.transparency.parties import (
    SERVICES_BYTES_MAX,
    Party,
    Services,
    read_services,
)
from tallystick.interchange.transparency.receipts import (
    Registration,
    ServiceReceipt,
    check_registration,
    is_foreign_receipt,
    is_receipt,
    read_receipt,
)
from tallystick.interchange.transparency.statements import (
    STATEMENT_BYTES_MAX,
    Envelope,
    Statement,
    check_issuer,
    is_foreign_statement,
    read_statement,
)

__all__ = [
    "SERVICES_BYTES_MAX",
    "STATEMENT_BYTES_MAX",
    "Envelope",
    "Party",
    "Registration",
    "ServiceReceipt",
    "Services",
    "Statement",
    "check_issuer",
    "check_registration",
    "is_foreign_receipt",
    "is_foreign_statement",
    "is_receipt",
    "read_receipt",
    "read_services",
    "read_statement",
]
