# SPDX-License-Identifier: Apache-2.0
"""Files to take away: extracts with their proofs, the daily list of loans, a loan's history."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

from tallystick.contracts import (
    ExtractTakeAway,
    FileTakeAway,
    HistoryTakeAway,
    Label,
    TableReader,
    TakeAway,
)
from tallystick.industries.inventory.extract_facts import (
    discharge_facts,
    inspection_facts,
    is_over,
    pledge_facts,
    receipt_facts,
    redemption_facts,
)
from tallystick.industries.inventory.loan_facts import loan_facts, ltv_csv
from tallystick.industries.inventory.loan_records import Pledge, Redemption
from tallystick.industries.inventory.paper_labels import (
    DISCHARGE_LABELS,
    INSPECTION_LABELS,
    LOAN_LABELS,
    PLEDGE_LABELS,
    RECEIPT_LABELS,
    REDEMPTION_LABELS,
)


def history_of(tables: TableReader, loan: str) -> Iterator[tuple[str, str]]:
    """Name the records whose history is a loan's, for auditors."""
    yield "loans", loan
    for redemption in tables.rows("redemptions", Redemption, loan=loan):
        yield "redemptions", redemption.id
    for pledge in tables.rows("pledges", Pledge, loan=loan):
        yield "pledges", pledge.id
        yield "receipts", pledge.receipt


TAKE_AWAYS: Final[Mapping[str, TakeAway]] = MappingProxyType(
    {
        "receipt": ExtractTakeAway(
            Label(
                zh="电子仓单及其真实性核验", en="the electronic receipt, and whether it is genuine"
            ),
            "receipts",
            receipt_facts,
            ("receipts",),
            title=Label(zh="电子仓单", en="Electronic warehouse receipt"),
            labels=RECEIPT_LABELS,
        ),
        "pledge": ExtractTakeAway(
            Label(zh="质押确认书", en="confirmation of a pledge"),
            "pledges",
            pledge_facts,
            ("pledges",),
            title=Label(zh="质押确认书", en="Confirmation of a pledge"),
            labels=PLEDGE_LABELS,
        ),
        "loan": ExtractTakeAway(
            Label(zh="贷款对账单", en="statement of a loan"),
            "loans",
            loan_facts,
            ("loans", "redemptions", "payments_orders"),
            title=Label(zh="贷款对账单", en="Statement of a loan"),
            labels=LOAN_LABELS,
        ),
        "redemption": ExtractTakeAway(
            Label(zh="赎货出库单", en="order to release cases against money"),
            "redemptions",
            redemption_facts,
            ("redemptions",),
            title=Label(zh="赎货出库单", en="Order to release cases"),
            labels=REDEMPTION_LABELS,
        ),
        "inspection": ExtractTakeAway(
            Label(zh="抽查报告", en="report on an inspection"),
            "inspections",
            inspection_facts,
            ("inspections",),
            title=Label(zh="抽查报告", en="Report on an inspection"),
            labels=INSPECTION_LABELS,
        ),
        "discharge": ExtractTakeAway(
            Label(zh="解除质押证明", en="certificate that a pledge is discharged"),
            "pledges",
            discharge_facts,
            ("pledges",),
            title=Label(zh="解除质押证明", en="Certificate of discharge"),
            labels=DISCHARGE_LABELS,
            is_ready=is_over,
        ),
        "ltv": FileTakeAway(
            Label(
                zh="某银行各笔贷款当日质押率（CSV，对象为银行机构代码）",
                en="a bank's loans by loan-to-value today (CSV; SUBJECT is the bank's code)",
            ),
            None,
            ltv_csv,
        ),
        "audit": HistoryTakeAway(
            Label(
                zh="一笔贷款的全部事件与经核验的交易回执（ZIP）",
                en="the events and the receipt of every transaction of a loan (ZIP)",
            ),
            "loans",
            history_of,
        ),
    }
)
"""What can be taken away, by its name on the command line."""
