# SPDX-License-Identifier: Apache-2.0
"""What anybody may ask; what the ledger keeps is open to all its members."""

from __future__ import annotations

from tallystick.contracts import (
    Count,
    Identifier,
    Label,
    Record,
    ValueDigest,
    query,
)
from tallystick.contracts.parts import fingerprint_of, normalised_identifier
from tallystick.industries.inventory.loan_records import Loan, MarginCall, Pledge, Valuation
from tallystick.industries.inventory.records import Case, CaseState, Receipt
from tallystick.industries.inventory.rules import list_root
from tallystick.industries.inventory.tables import CASE_KIND, RECEIPT_KIND, InventoryTables


class CaseAnswer(Record):
    """What a maker's word says about a case, and whether it is free."""

    serial: Identifier
    is_stated: bool
    is_genuine: bool
    """Stated, and neither sold nor counterfeit."""
    is_free: bool
    """In no receipt and no other contract."""


class ReceiptAnswer(Record):
    """What a bank checks of a receipt from proofs: the paper, its goods' root, its lock."""

    receipt: Receipt
    root: ValueDigest
    """Digest of the whole serial list."""
    fingerprint: ValueDigest
    """Under which the shared register of assets has the receipt."""
    is_free: bool


class LoanAnswer(Record):
    """A loan with its last valuation and call."""

    loan: Loan
    valuation: Valuation | None
    call: MarginCall | None
    pledges: tuple[Pledge, ...]


class Queries(InventoryTables):
    """Questions about cases, receipts and loans."""

    @query(label=Label(zh="核验箱码", en="Check a case"))
    def check_case(self, serial: Identifier) -> CaseAnswer:
        """en: Tells whether a case is genuine, unsold and free; nothing about who has it.

        zh: 告知某箱是否为真、未售且空闲；不透露由谁占用。
        """
        plain = normalised_identifier(serial)
        case = self.cases.get(plain)
        is_bad = case is None or case.state in {CaseState.SOLD, CaseState.COUNTERFEIT}
        return CaseAnswer(
            serial=plain,
            is_stated=case is not None,
            is_genuine=not is_bad,
            is_free=self.locks.is_free(fingerprint_of(CASE_KIND, plain)),
        )

    @query(label=Label(zh="查看箱货", en="Show a case"))
    def show_case(self, serial: Identifier) -> Case:
        """en: Returns what is kept of a case.

        zh: 返回某箱的登记内容。
        """
        return self.cases.require(normalised_identifier(serial))

    @query(label=Label(zh="查看仓单", en="Show a receipt"))
    def show_receipt(self, receipt: Identifier) -> ReceiptAnswer:
        """en: Returns a receipt, the root of its serial list, and whether it is free.

        zh: 返回仓单、箱码清单根哈希及是否空闲。
        """
        kept = self.receipts.require(receipt)
        fingerprint = fingerprint_of(RECEIPT_KIND, kept.id)
        return ReceiptAnswer(
            receipt=kept,
            root=list_root(kept.lots),
            fingerprint=fingerprint,
            is_free=self.locks.is_free(fingerprint),
        )

    @query(label=Label(zh="仓单箱码", en="Serials of a receipt"))
    def serials_of(self, receipt: Identifier, index: Count) -> tuple[Identifier, ...]:
        """en: Returns the serials of one lot of a receipt, counted from 0.

        zh: 返回仓单中第若干批（自 0 起）的箱码。
        """
        shares = self.receipts.require(receipt).lots
        return self.lots.require(shares[index].lot).serials if index < len(shares) else ()

    @query(label=Label(zh="查看贷款", en="Show a loan"))
    def show_loan(self, loan: Identifier) -> LoanAnswer:
        """en: Returns a loan, its last valuation and margin call, and its pledges.

        zh: 返回贷款、最近估值与追加通知及其质押。
        """
        kept = self.loans.require(loan)
        return LoanAnswer(
            loan=kept,
            valuation=self.valuations.get(loan),
            call=self.calls.get(loan),
            pledges=tuple(self.pledges.require(name) for name in kept.pledges),
        )
