# SPDX-License-Identifier: Apache-2.0
"""Roles, and the tables of states and moves: what is not in them is refused."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from tallystick.contracts import BY_CONTRACT, Label, Move, Workflow, move, role_words
from tallystick.industries.preservation.letter_records import ClaimState, LetterState
from tallystick.industries.preservation.measure_records import (
    MeasureState,
    ReleaseState,
    RenewalState,
)
from tallystick.industries.preservation.records import PreservationState

APPLICANT: Final = "preservation.applicant"
RESPONDENT: Final = "preservation.respondent"
LAWYER: Final = "preservation.lawyer"
UNDERWRITER: Final = "preservation.underwriter"
SIGNER: Final = "preservation.signer"
GUARANTOR_BANK: Final = "preservation.bank-guarantor"
CLERK: Final = "preservation.filing-clerk"
JUDGE: Final = "preservation.judge"
OFFICER: Final = "preservation.enforcement-officer"
REGISTRY: Final = "preservation.registry"
SUPERVISOR: Final = "preservation.court-supervisor"
REGULATOR: Final = "preservation.insurance-regulator"
TELLER: Final = "preservation.settlement-bank"

ROLE_WORDS: Final = MappingProxyType(
    role_words(
        {
            APPLICANT: ("申请人", "Applicant"),
            RESPONDENT: ("被申请人", "Respondent"),
            LAWYER: ("律师", "Lawyer"),
            UNDERWRITER: ("保险公司核保人", "Underwriter"),
            SIGNER: ("保险公司签发人", "Signer of the insurer"),
            GUARANTOR_BANK: ("保函银行", "Guarantor bank"),
            CLERK: ("立案人员", "Filing clerk"),
            JUDGE: ("法官", "Judge"),
            OFFICER: ("执行人员", "Enforcement officer"),
            REGISTRY: ("登记机构", "Registry"),
            SUPERVISOR: ("法院监督人员", "Court supervisor"),
            REGULATOR: ("保险监管机构", "Insurance regulator"),
            TELLER: ("结算银行", "Settlement bank"),
        }
    )
)
"""What the roles are called."""

EXCLUSIVE_ROLES: Final = (
    (CLERK, JUDGE, OFFICER),
    (UNDERWRITER, SIGNER),
    (APPLICANT, RESPONDENT, UNDERWRITER, GUARANTOR_BANK, JUDGE, REGISTRY, REGULATOR, TELLER),
    (LAWYER, JUDGE, SIGNER),
)
"""Roles of which one person has one: who asks, answers for it, judges and registers differ."""

_P: Final = PreservationState
LIVE: Final = (_P.RULED, _P.EXECUTING, _P.IN_EFFECT, _P.RENEWED)
"""States of a preservation under which property may be frozen."""
BEFORE_RULING: Final = (_P.FILED, _P.SECURITY_ORDERED, _P.SECURED)
ENDED: Final = (_P.RELEASED, _P.LAPSED, _P.REVOKED)

_PRESERVATION_MOVES: Final[tuple[Move, ...]] = (
    move(
        "order_security",
        _P.FILED,
        _P.SECURITY_ORDERED,
        role=JUDGE,
        label=Label(zh="责令提供担保", en="Order security"),
    ),
    move(
        "secure",
        _P.SECURITY_ORDERED,
        _P.SECURED,
        role=JUDGE,
        label=Label(zh="担保到位", en="Security is there, or exempted"),
    ),
    move("rule", _P.SECURED, _P.RULED, role=JUDGE, label=Label(zh="裁定保全", en="Rule")),
    move(
        "execute",
        _P.RULED,
        _P.EXECUTING,
        role=OFFICER,
        label=Label(zh="开始执行", en="Start enforcement"),
    ),
    move(
        "take_effect",
        _P.EXECUTING,
        _P.IN_EFFECT,
        role=REGISTRY,
        label=Label(zh="措施生效", en="A first measure is confirmed"),
    ),
    move(
        "renew",
        (_P.IN_EFFECT, _P.RENEWED),
        _P.RENEWED,
        role=REGISTRY,
        label=Label(zh="续行保全", en="A renewal is confirmed"),
    ),
    move(
        "release",
        LIVE,
        _P.RELEASED,
        role=BY_CONTRACT,
        label=Label(zh="解除保全", en="The last measure is released"),
    ),
    move(
        "lapse",
        (_P.IN_EFFECT, _P.RENEWED),
        _P.LAPSED,
        role=BY_CONTRACT,
        label=Label(zh="届满失效", en="The last measure expired"),
    ),
    move(
        "revoke",
        BEFORE_RULING,
        _P.REVOKED,
        role=JUDGE,
        label=Label(zh="驳回或准许撤回", en="Refuse, or let it be withdrawn"),
    ),
    move(
        "end_revoked",
        LIVE,
        _P.REVOKED,
        role=BY_CONTRACT,
        label=Label(zh="撤销裁定并解除", en="The ruling is revoked, the last measure released"),
    ),
)

_L: Final = LetterState
_LETTER_MOVES: Final[tuple[Move, ...]] = (
    move(
        "quote",
        _L.APPLIED,
        _L.QUOTED,
        role=(UNDERWRITER, GUARANTOR_BANK),
        label=Label(zh="报价", en="Quote"),
    ),
    move(
        "issue",
        _L.QUOTED,
        _L.ISSUED,
        role=(SIGNER, GUARANTOR_BANK),
        label=Label(zh="签发", en="Sign and issue"),
    ),
    move(
        "cancel",
        (_L.APPLIED, _L.QUOTED, _L.ISSUED),
        _L.CANCELLED,
        role=(SIGNER, UNDERWRITER, GUARANTOR_BANK),
        label=Label(zh="注销", en="Cancel before it is submitted"),
    ),
    move(
        "submit",
        _L.ISSUED,
        _L.SUBMITTED,
        role=(APPLICANT, LAWYER),
        label=Label(zh="提交法院", en="Submit"),
    ),
    move("accept", _L.SUBMITTED, _L.ACCEPTED, role=JUDGE, label=Label(zh="采纳", en="Accept")),
    move("reject", _L.SUBMITTED, _L.REJECTED, role=JUDGE, label=Label(zh="不予采纳", en="Reject")),
    move(
        "take_force",
        _L.ACCEPTED,
        _L.IN_FORCE,
        role=JUDGE,
        label=Label(zh="随裁定生效", en="The ruling puts it in force"),
    ),
    move(
        "release",
        (_L.ACCEPTED, _L.IN_FORCE),
        _L.RELEASED,
        role=BY_CONTRACT,
        label=Label(zh="解除担保责任", en="Nothing was claimed, or nothing was frozen"),
    ),
    move(
        "claim",
        (_L.IN_FORCE, _L.PAID, _L.DENIED),
        _L.CLAIMED,
        role=JUDGE,
        label=Label(zh="终局裁判启动理赔", en="A final decision opens a claim"),
    ),
    move("pay", _L.CLAIMED, _L.PAID, role=TELLER, label=Label(zh="赔付", en="The claims are paid")),
    move(
        "settle",
        _L.CLAIMED,
        _L.PAID,
        role=JUDGE,
        label=Label(zh="其余索赔驳回", en="The others are paid, the last is denied"),
    ),
    move("deny", _L.CLAIMED, _L.DENIED, role=JUDGE, label=Label(zh="驳回索赔", en="Deny")),
    move(
        "discharge",
        (_L.PAID, _L.DENIED),
        _L.DISCHARGED,
        role=JUDGE,
        label=Label(zh="担保责任终止", en="Discharge"),
    ),
)

_M: Final = MeasureState
_MEASURE_MOVES: Final[tuple[Move, ...]] = (
    move(
        "confirm",
        _M.ORDERED,
        _M.IN_EFFECT,
        role=REGISTRY,
        label=Label(zh="登记机构确认", en="The registry confirms"),
    ),
    move(
        "fail",
        _M.ORDERED,
        _M.FAILED,
        role=REGISTRY,
        label=Label(zh="无可供保全财产", en="There is nothing to freeze"),
    ),
    move(
        "release",
        (_M.ORDERED, _M.IN_EFFECT),
        _M.RELEASED,
        role=REGISTRY,
        label=Label(zh="解除", en="The registry confirms the release"),
    ),
    move(
        "lapse",
        _M.IN_EFFECT,
        _M.LAPSED,
        role=BY_CONTRACT,
        label=Label(zh="届满失效", en="Expired without renewal"),
    ),
)

_RENEWAL_MOVES: Final[tuple[Move, ...]] = (
    move(
        "grant",
        RenewalState.ASKED,
        RenewalState.GRANTED,
        role=JUDGE,
        label=Label(zh="准许", en="Grant"),
    ),
    move(
        "refuse",
        RenewalState.ASKED,
        RenewalState.REFUSED,
        role=JUDGE,
        label=Label(zh="不准许", en="Refuse"),
    ),
    move(
        "confirm",
        RenewalState.GRANTED,
        RenewalState.DONE,
        role=REGISTRY,
        label=Label(zh="登记机构确认", en="The registry confirms"),
    ),
)

_RELEASE_MOVES: Final[tuple[Move, ...]] = (
    move(
        "order",
        ReleaseState.DUE,
        ReleaseState.ORDERED,
        role=JUDGE,
        label=Label(zh="裁定解除", en="Order the release"),
    ),
    move(
        "decline",
        ReleaseState.DUE,
        ReleaseState.DECLINED,
        role=JUDGE,
        label=Label(zh="不予解除", en="Decline"),
    ),
    move(
        "finish",
        ReleaseState.ORDERED,
        ReleaseState.DONE,
        role=BY_CONTRACT,
        label=Label(zh="全部解除", en="All measures are released"),
    ),
)

_CLAIM_MOVES: Final[tuple[Move, ...]] = (
    move(
        "award",
        ClaimState.FILED,
        ClaimState.AWARDED,
        role=JUDGE,
        label=Label(zh="终局裁判支持", en="The final decision awards it"),
    ),
    move(
        "deny",
        ClaimState.FILED,
        ClaimState.DENIED,
        role=JUDGE,
        label=Label(zh="终局裁判驳回", en="The final decision denies it"),
    ),
    move(
        "pay",
        ClaimState.AWARDED,
        ClaimState.PAID,
        role=TELLER,
        label=Label(zh="赔付完毕", en="All of it is paid"),
    ),
)

PRESERVATION_FLOW: Final = Workflow(
    PreservationState,
    initial=PreservationState.FILED,
    moves=_PRESERVATION_MOVES,
    label=Label(zh="保全", en="Preservation"),
)
LETTER_FLOW: Final = Workflow(
    LetterState,
    initial=LetterState.APPLIED,
    moves=_LETTER_MOVES,
    label=Label(zh="保函", en="Letter"),
)
MEASURE_FLOW: Final = Workflow(
    MeasureState,
    initial=MeasureState.ORDERED,
    moves=_MEASURE_MOVES,
    label=Label(zh="保全措施", en="Measure"),
)
RENEWAL_FLOW: Final = Workflow(
    RenewalState,
    initial=RenewalState.ASKED,
    moves=_RENEWAL_MOVES,
    label=Label(zh="续行", en="Renewal"),
)
RELEASE_FLOW: Final = Workflow(
    ReleaseState,
    initial=ReleaseState.DUE,
    moves=_RELEASE_MOVES,
    label=Label(zh="解除", en="Release"),
)
CLAIM_FLOW: Final = Workflow(
    ClaimState,
    initial=ClaimState.FILED,
    moves=_CLAIM_MOVES,
    label=Label(zh="损害索赔", en="Claim"),
)
