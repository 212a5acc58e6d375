# SPDX-License-Identifier: Apache-2.0
"""Roles, and the tables of states and moves: what is not in them is refused."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from tallystick.contracts import BY_CONTRACT, Label, Move, Workflow, move, role_words
from tallystick.industries.inventory.loan_records import LoanState, PledgeState, RedemptionState
from tallystick.industries.inventory.records import InspectionState, ReceiptState

DEALER: Final = "inventory.dealer"
WINERY: Final = "inventory.winery"
KEEPER: Final = "inventory.keeper"
MONITOR: Final = "inventory.monitor"
OFFICER: Final = "inventory.bank-officer"
RISK: Final = "inventory.bank-risk"
APPROVER: Final = "inventory.bank-approver"
VALUER: Final = "inventory.valuer"
INSURER: Final = "inventory.insurer"
REGISTRY: Final = "inventory.registry"
DISPOSER: Final = "inventory.disposal-platform"
AUDITOR: Final = "inventory.auditor"
COURT: Final = "inventory.court"
RULE_KEEPER: Final = "inventory.rules"

ROLE_WORDS: Final = MappingProxyType(
    role_words(
        {
            DEALER: ("经销商", "Dealer"),
            WINERY: ("酒厂", "Winery"),
            KEEPER: ("仓库保管员", "Warehouse keeper"),
            MONITOR: ("监管员", "Monitor"),
            OFFICER: ("银行客户经理", "Bank officer"),
            RISK: ("银行风控员", "Bank risk officer"),
            APPROVER: ("银行审批人", "Bank approver"),
            VALUER: ("估价机构", "Valuer"),
            INSURER: ("保险公司", "Insurer"),
            REGISTRY: ("动产登记机构", "Registry"),
            DISPOSER: ("处置平台", "Disposal platform"),
            AUDITOR: ("审计人", "Auditor"),
            COURT: ("法院", "Court"),
            RULE_KEEPER: ("规则维护员", "Keeper of the rules"),
        }
    )
)
"""What the roles are called."""

EXCLUSIVE_ROLES: Final = (
    (OFFICER, RISK, APPROVER),
    (DEALER, KEEPER, VALUER, INSURER, REGISTRY, COURT),
    (WINERY, VALUER, KEEPER),
    (DEALER, DISPOSER, VALUER),
)
"""Roles of which one person has one: who lends, keeps, values and judges are different people."""

_RECEIPT: Final = ReceiptState
_RECEIPT_MOVES: Final[tuple[Move, ...]] = (
    move(
        "issue",
        _RECEIPT.DRAFT,
        _RECEIPT.ISSUED,
        role=KEEPER,
        label=Label(zh="签发", en="Issue"),
    ),
    move(
        "endorse",
        _RECEIPT.ISSUED,
        _RECEIPT.ISSUED,
        role=DEALER,
        label=Label(zh="背书", en="Endorse"),
    ),
    move(
        "pledge",
        _RECEIPT.ISSUED,
        _RECEIPT.PLEDGED,
        role=OFFICER,
        label=Label(zh="质押", en="Pledge"),
    ),
    move(
        "release",
        (_RECEIPT.PLEDGED, _RECEIPT.PART_RELEASED),
        _RECEIPT.PART_RELEASED,
        role=KEEPER,
        label=Label(zh="部分提货", en="Release a part"),
    ),
    move(
        "discharge",
        (_RECEIPT.PLEDGED, _RECEIPT.PART_RELEASED),
        _RECEIPT.DISCHARGED,
        role=KEEPER,
        label=Label(zh="解除质押", en="Discharge"),
    ),
    move(
        "surrender",
        (_RECEIPT.ISSUED, _RECEIPT.DISCHARGED),
        _RECEIPT.SURRENDERED,
        role=(DEALER, WINERY),
        label=Label(zh="交还", en="Surrender"),
    ),
    move(
        "freeze",
        _RECEIPT.ISSUED,
        _RECEIPT.FROZEN,
        role=COURT,
        label=Label(zh="冻结", en="Freeze"),
    ),
    move(
        "unfreeze",
        _RECEIPT.FROZEN,
        _RECEIPT.ISSUED,
        role=COURT,
        label=Label(zh="解冻", en="Unfreeze"),
    ),
)

_LOAN: Final = LoanState
_AT_RISK: Final = (_LOAN.BUYBACK, _LOAN.DISPOSAL, _LOAN.REPAID)
_LOAN_MOVES: Final[tuple[Move, ...]] = (
    move(
        "approve",
        _LOAN.APPLIED,
        _LOAN.APPROVED,
        role=APPROVER,
        label=Label(zh="批准", en="Approve"),
    ),
    move(
        "secure",
        _LOAN.APPROVED,
        _LOAN.SECURED,
        role=OFFICER,
        label=Label(zh="落实担保", en="Secure"),
    ),
    move(
        "draw",
        _LOAN.SECURED,
        _LOAN.DRAWN,
        role=APPROVER,
        label=Label(zh="放款", en="Draw"),
    ),
    move(
        "arrive",
        _LOAN.DRAWN,
        _LOAN.NORMAL,
        role=OFFICER,
        label=Label(zh="到账", en="Money has arrived"),
    ),
    move(
        "warn",
        _LOAN.NORMAL,
        _LOAN.WARN,
        role=BY_CONTRACT,
        label=Label(zh="预警", en="Warn"),
    ),
    move(
        "recover",
        _LOAN.WARN,
        _LOAN.NORMAL,
        role=BY_CONTRACT,
        label=Label(zh="恢复", en="Recover"),
    ),
    move(
        "call",
        _LOAN.WARN,
        _LOAN.CALLED,
        role=BY_CONTRACT,
        label=Label(zh="追加通知", en="Call"),
    ),
    move(
        "answer",
        _LOAN.CALLED,
        _LOAN.NORMAL,
        role=BY_CONTRACT,
        label=Label(zh="追加完成", en="The call is answered"),
    ),
    move(
        "default",
        _LOAN.CALLED,
        _LOAN.DEFAULT,
        role=BY_CONTRACT,
        label=Label(zh="违约", en="Default"),
    ),
    move(
        "buy_back",
        _LOAN.DEFAULT,
        _LOAN.BUYBACK,
        role=WINERY,
        label=Label(zh="回购", en="Buy back"),
    ),
    move(
        "dispose",
        _LOAN.DEFAULT,
        _LOAN.DISPOSAL,
        role=OFFICER,
        label=Label(zh="处置", en="Dispose of the goods"),
    ),
    move(
        "repay",
        _LOAN.NORMAL,
        _LOAN.REPAID,
        role=BY_CONTRACT,
        label=Label(zh="结清", en="All is repaid"),
    ),
    move(
        "close",
        _AT_RISK,
        _LOAN.CLOSED,
        role=OFFICER,
        label=Label(zh="结案", en="Close"),
    ),
)

_PLEDGE_MOVES: Final[tuple[Move, ...]] = (
    move(
        "accept",
        PledgeState.OFFERED,
        PledgeState.ACTIVE,
        role=OFFICER,
        label=Label(zh="接受质押", en="Accept"),
    ),
    move(
        "discharge",
        PledgeState.ACTIVE,
        PledgeState.DISCHARGED,
        role=KEEPER,
        label=Label(zh="解除", en="Discharge"),
    ),
    move(
        "cancel",
        PledgeState.DISCHARGED,
        PledgeState.CANCELLED,
        role=REGISTRY,
        label=Label(zh="注销登记", en="Cancel the registration"),
    ),
    move(
        "withdraw",
        PledgeState.OFFERED,
        PledgeState.CANCELLED,
        role=DEALER,
        label=Label(zh="撤回", en="Withdraw the offer"),
    ),
)

_REDEMPTION_MOVES: Final[tuple[Move, ...]] = (
    move(
        "sign",
        RedemptionState.ASKED,
        RedemptionState.SIGNED,
        role=OFFICER,
        label=Label(zh="银行签署", en="The bank signs"),
    ),
    move(
        "book",
        RedemptionState.ASKED,
        RedemptionState.DONE,
        role=OFFICER,
        label=Label(zh="仅还款入账", en="Money only"),
    ),
    move(
        "release",
        RedemptionState.SIGNED,
        RedemptionState.DONE,
        role=KEEPER,
        label=Label(zh="出库", en="The keeper releases"),
    ),
)

_INSPECTION_MOVES: Final[tuple[Move, ...]] = (
    move(
        "pass",
        InspectionState.DRAWN,
        InspectionState.PASSED,
        role=KEEPER,
        label=Label(zh="合格", en="All cases are there"),
    ),
    move(
        "fail",
        InspectionState.DRAWN,
        InspectionState.FAILED,
        role=KEEPER,
        label=Label(zh="不合格", en="Cases are missing"),
    ),
    move(
        "miss",
        InspectionState.DRAWN,
        InspectionState.LATE,
        role=BY_CONTRACT,
        label=Label(zh="逾期", en="Not done in time"),
    ),
)

RECEIPT_FLOW: Final = Workflow(
    ReceiptState,
    initial=ReceiptState.DRAFT,
    moves=_RECEIPT_MOVES,
    label=Label(zh="仓单", en="Receipt"),
)

LOAN_FLOW: Final = Workflow(
    LoanState,
    initial=LoanState.APPLIED,
    moves=_LOAN_MOVES,
    label=Label(zh="贷款", en="Loan"),
)

PLEDGE_FLOW: Final = Workflow(
    PledgeState,
    initial=PledgeState.OFFERED,
    moves=_PLEDGE_MOVES,
    label=Label(zh="质押", en="Pledge"),
)

REDEMPTION_FLOW: Final = Workflow(
    RedemptionState,
    initial=RedemptionState.ASKED,
    moves=_REDEMPTION_MOVES,
    label=Label(zh="赎货", en="Redemption"),
)

INSPECTION_FLOW: Final = Workflow(
    InspectionState,
    initial=InspectionState.DRAWN,
    moves=_INSPECTION_MOVES,
    label=Label(zh="抽查", en="Inspection"),
)
