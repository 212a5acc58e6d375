# SPDX-License-Identifier: Apache-2.0
"""What the extracts say: receipt, pledge, loan, redemption, inspection, discharge.

Everything is made from records that are in the extract with their proofs, so whoever has the
extract can make it again. What the records contradict is refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Final, TypeAlias

from tallystick.contracts import (
    CHINA_OFFSET_MINUTES,
    Contradiction,
    Row,
    TableReader,
    asdict,
    digest_of,
    required_record,
)
from tallystick.contracts.parts import AssetLock, fingerprint_of, lock_claim
from tallystick.industries.inventory.loan_records import Loan, Pledge, PledgeState, Redemption
from tallystick.industries.inventory.records import (
    Case,
    CaseState,
    Inspection,
    Lot,
    Policy,
    Receipt,
    Sku,
    Statement,
    Warehouse,
)
from tallystick.industries.inventory.refusals import StepMissing
from tallystick.industries.inventory.rules import drawn_indices, list_root, share_of
from tallystick.industries.inventory.tables import CASE_KIND, RECEIPT_KIND
from tallystick.interchange.iso20022 import Money, format_amount

Facts: TypeAlias = Mapping[str, Any]

SAMPLE: Final = 20
"""Cases of a receipt that are looked at one by one; which, follows from its serial list."""
_CONTRACT: Final = "inventory"
_CHINA: Final = timezone(timedelta(minutes=CHINA_OFFSET_MINUTES))


def receipt_facts(tables: TableReader, receipt: str) -> Facts:
    """Return what an electronic warehouse receipt says, and whether its goods are genuine.

    Raises:
        Contradiction: the serial list does not lead to the digests in the receipt.
    """
    kept = required_record(tables, "receipts", Receipt, receipt)
    sku = required_record(tables, "skus", Sku, kept.sku)
    warehouse = required_record(tables, "warehouses", Warehouse, kept.warehouse)
    lots = [required_record(tables, "lots", Lot, share.lot) for share in kept.lots]
    if tuple(share_of(lot.id, lot.serials) for lot in lots) != kept.lots:
        raise Contradiction(subject=kept.id, what="serials")
    serials = [serial for lot in lots for serial in lot.serials]
    if not len(serials) == kept.count == kept.received - kept.released:
        raise Contradiction(subject=kept.id, what="cases")
    return {
        "receipt": kept.id,
        "state": kept.state,
        "issued_at": time_of(kept.issued_at),
        "keeper": kept.keeper,
        "warehouse": {
            "id": warehouse.id,
            "licence": warehouse.licence,
            "licensed_until": time_of(warehouse.licensed_until),
            "zone": kept.zone,
        },
        "depositor": kept.depositor,
        "holder": kept.holder,
        "goods": {
            "sku": sku.id,
            "name": sku.name,
            "winery": sku.winery,
            "quality": kept.quality,
            "packing": kept.packing,
            "marks": kept.marks,
            "loss_basis_points": kept.loss_bp,
        },
        "stored_until": time_of(kept.stored_until),
        "fee_a_month": format_amount(Money(kept.fee, sku.currency)),
        "currency": sku.currency,
        "insurance": _insurance(tables, kept, sku.currency),
        "cases": {
            "count": kept.count,
            "received": kept.received,
            "released": kept.released,
            "counterfeit": kept.excluded,
            "counted": kept.counted,
            "counted_at": time_of(kept.counted_at),
        },
        "alert": kept.alert,
        "serials_digest": list_root(kept.lots),
        "lots": [{"lot": lot.id, "serials": list(lot.serials)} for lot in lots],
        "register": _in_register(tables, RECEIPT_KIND, kept.id),
        "authenticity": _authenticity(tables, kept, serials),
    }


def pledge_facts(tables: TableReader, pledge: str) -> Facts:
    """Return the confirmation of a pledge.

    Raises:
        Contradiction: the shared register has the receipt for somebody else.
    """
    kept = required_record(tables, "pledges", Pledge, pledge)
    receipt = required_record(tables, "receipts", Receipt, kept.receipt)
    register = _in_register(tables, RECEIPT_KIND, receipt.id)
    is_held = kept.state in {PledgeState.OFFERED, PledgeState.ACTIVE}
    claim = lock_claim(_CONTRACT, kept.id, kept.bank)
    if is_held and _claim_in(tables, RECEIPT_KIND, receipt.id) != claim:
        raise Contradiction(subject=kept.id, what="register")
    return {
        "pledge": kept.id,
        "state": kept.state,
        "loan": kept.loan,
        "bank": kept.bank,
        "dealer": kept.dealer,
        "receipt": receipt.id,
        "receipt_state": receipt.state,
        "keeper": receipt.keeper,
        "cases": receipt.count,
        "serials_digest": list_root(receipt.lots),
        "offered_at": time_of(kept.offered_at),
        "marked_at": time_of(kept.marked_at),
        "registry_number": kept.registry_number,
        "register": {**register, "is_for_this_pledge": is_held},
    }


def is_over(row: Row) -> bool:
    """Tell whether a pledge holds no longer."""
    return row["state"] in {PledgeState.DISCHARGED, PledgeState.CANCELLED}


def discharge_facts(tables: TableReader, pledge: str) -> Facts:
    """Return the certificate that a pledge is over and its receipt free.

    Raises:
        StepMissing: it is not over.
        Contradiction: the shared register still has the receipt for this pledge.
    """
    kept = required_record(tables, "pledges", Pledge, pledge)
    receipt = required_record(tables, "receipts", Receipt, kept.receipt)
    loan = required_record(tables, "loans", Loan, kept.loan)
    if not is_over(asdict(kept)):
        raise StepMissing(subject=kept.id, missing="discharge_pledge")
    if _claim_in(tables, RECEIPT_KIND, receipt.id) == lock_claim(_CONTRACT, kept.id, kept.bank):
        raise Contradiction(subject=kept.id, what="register")
    return {
        "pledge": kept.id,
        "state": kept.state,
        "registry_number": kept.registry_number,
        "is_registration_cancelled": kept.state is PledgeState.CANCELLED,
        "loan": loan.id,
        "loan_state": loan.state,
        "owed": format_amount(Money(loan.principal, loan.currency)),
        "currency": loan.currency,
        "bank": kept.bank,
        "dealer": kept.dealer,
        "receipt": receipt.id,
        "receipt_state": receipt.state,
        "holder": receipt.holder,
        "cases": receipt.count,
        "register": _in_register(tables, RECEIPT_KIND, receipt.id),
    }


def redemption_facts(tables: TableReader, redemption: str) -> Facts:
    """Return the order to release cases against money: which ones, paid how, signed by whom."""
    kept = required_record(tables, "redemptions", Redemption, redemption)
    loan = required_record(tables, "loans", Loan, kept.loan)
    receipt = (
        None if kept.receipt is None else required_record(tables, "receipts", Receipt, kept.receipt)
    )
    return {
        "redemption": kept.id,
        "state": kept.state,
        "loan": loan.id,
        "bank": loan.bank,
        "dealer": loan.dealer,
        "paid": format_amount(Money(kept.amount, loan.currency)),
        "currency": loan.currency,
        "receipt": kept.receipt,
        "warehouse": None if receipt is None else receipt.warehouse,
        "keeper": None if receipt is None else receipt.keeper,
        "cases": len(kept.serials),
        "cases_allowed": kept.allowed,
        "serials": list(kept.serials),
        "asked_at": time_of(kept.asked_at),
        "signed_by": kept.signed_by,
        "signed_at": time_of(kept.signed_at),
        "released_by": kept.released_by,
        "released_at": time_of(kept.released_at),
    }


def inspection_facts(tables: TableReader, inspection: str) -> Facts:
    """Return the report on an inspection: what chance drew, what was found, in which time."""
    kept = required_record(tables, "inspections", Inspection, inspection)
    warehouse = required_record(tables, "warehouses", Warehouse, kept.warehouse)
    receipt = required_record(tables, "receipts", Receipt, kept.receipt)
    drawn = len(kept.serials)
    return {
        "inspection": kept.id,
        "result": kept.state,
        "receipt": receipt.id,
        "warehouse": warehouse.id,
        "keeper": warehouse.keeper,
        "scanner_key": warehouse.scanner_key,
        "drawn_by_transaction": kept.seed,
        "drawn_at": time_of(kept.drawn_at),
        "due": time_of(kept.due),
        "cases_drawn": drawn,
        "cases_found": drawn - kept.missing,
        "cases_missing": kept.missing,
        "serials": list(kept.serials),
        "alert": receipt.alert,
    }


def time_of(time_ms: int | None) -> str | None:
    """Return a time as people in China read it, by RFC 3339."""
    if time_ms is None:
        return None
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=time_ms)
    return moment.astimezone(_CHINA).isoformat(timespec="milliseconds")


def _insurance(tables: TableReader, receipt: Receipt, currency: str) -> Facts | None:
    if receipt.policy is None:
        return None
    policy = required_record(tables, "policies", Policy, receipt.policy)
    return {
        "number": policy.number,
        "insurer": policy.insurer,
        "sum_insured": format_amount(Money(policy.sum_insured, currency)),
        "valid_until": time_of(policy.valid_until),
    }


def _authenticity(tables: TableReader, receipt: Receipt, serials: Sequence[str]) -> Facts:
    """Look at cases one by one: stated by the maker for a dealer, here, locked, not counterfeit."""
    seed = digest_of("authenticity", list_root(receipt.lots))
    looked = [serials[place] for place in drawn_indices(seed, len(serials), SAMPLE)]
    found = [_case_facts(tables, receipt, serial) for serial in looked]
    return {
        "cases_checked": len(found),
        "are_all_genuine": all(one["is_genuine"] for one in found),
        "cases": found,
    }


def _case_facts(tables: TableReader, receipt: Receipt, serial: str) -> Facts:
    case = required_record(tables, "cases", Case, serial)
    statement = required_record(tables, "statements", Statement, case.statement)
    is_held = _claim_in(tables, CASE_KIND, serial) == lock_claim(_CONTRACT, serial, receipt.keeper)
    is_here = case.lot in {share.lot for share in receipt.lots}
    return {
        "serial": serial,
        "winery": case.winery,
        "statement": statement.id,
        "delivery_note": statement.delivery_note,
        "is_genuine": is_here and is_held and case.state is CaseState.STORED,
    }


def _in_register(tables: TableReader, kind: str, name: str) -> Facts:
    """Return whether the register of all contracts has a thing as taken; never by whom."""
    claim = _claim_in(tables, kind, name)
    return {"fingerprint": fingerprint_of(kind, name), "is_free": claim is None}


def _claim_in(tables: TableReader, kind: str, name: str) -> str | None:
    lock = tables.record("assets.locks", AssetLock, fingerprint_of(kind, name))
    return None if lock is None else lock.claim
