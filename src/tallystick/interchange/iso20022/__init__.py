# SPDX-License-Identifier: Apache-2.0
"""Messages of ISO 20022: orders to a bank and its answers, and guarantees from issue to end.

Records and pure functions: bytes in, records out, and back. Times and ids are arguments.
"""

from tallystick.interchange.iso20022.identifiers import (
    check_account_number,
    check_bic,
    check_iban,
    check_lei,
    check_reference,
    uetr_of,
)
from tallystick.interchange.iso20022.matching import (
    Accepted,
    Booked,
    Outstanding,
    Rejected,
    Result,
    Returned,
    SentOrder,
    Stage,
    Unmatched,
    Why,
    match_entries,
    match_status,
)
from tallystick.interchange.iso20022.money import Money, exponent_of, format_amount, parse_amount
from tallystick.interchange.iso20022.read_entries import read_entries
from tallystick.interchange.iso20022.read_payments import read_payments
from tallystick.interchange.iso20022.read_status import read_status
from tallystick.interchange.iso20022.records import (
    Account,
    Address,
    Agent,
    BatchStatus,
    Entry,
    Notification,
    Party,
    PaymentBatch,
    PaymentFile,
    PaymentOrder,
    PaymentStatus,
    StatusReport,
    Verdict,
)
from tallystick.interchange.iso20022.write_payments import write_payments
from tallystick.interchange.iso20022.write_undertakings import (
    Demand,
    Termination,
    Undertaking,
    write_demand,
    write_issuance,
    write_termination,
)

__all__ = [
    "Accepted",
    "Account",
    "Address",
    "Agent",
    "BatchStatus",
    "Booked",
    "Demand",
    "Entry",
    "Money",
    "Notification",
    "Outstanding",
    "Party",
    "PaymentBatch",
    "PaymentFile",
    "PaymentOrder",
    "PaymentStatus",
    "Rejected",
    "Result",
    "Returned",
    "SentOrder",
    "Stage",
    "StatusReport",
    "Termination",
    "Undertaking",
    "Unmatched",
    "Verdict",
    "Why",
    "check_account_number",
    "check_bic",
    "check_iban",
    "check_lei",
    "check_reference",
    "exponent_of",
    "format_amount",
    "match_entries",
    "match_status",
    "parse_amount",
    "read_entries",
    "read_payments",
    "read_status",
    "uetr_of",
    "write_demand",
    "write_issuance",
    "write_payments",
    "write_termination",
]
