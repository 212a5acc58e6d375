# SPDX-License-Identifier: Apache-2.0
"""Roles, and the tables of states and moves: what is not in them is refused."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from tallystick.contracts import BY_CONTRACT, Label, Move, Workflow, move, role_words
from tallystick.industries.justice.case_records import EnforcementState, MediationState, Verdict
from tallystick.industries.justice.records import AgreementState, ObligationState, TemplateState

PARTY: Final = "justice.party"
PLATFORM: Final = "justice.platform"
IDENTITY: Final = "justice.identity-provider"
AUTHORITY: Final = "justice.certificate-authority"
TIME: Final = "justice.time-authority"
NOTARY: Final = "justice.notary"
FORENSIC: Final = "justice.forensic-centre"
MEDIATOR: Final = "justice.mediator"
REVIEWER: Final = "justice.reviewer"
FILING: Final = "justice.filing-judge"
JUDGE: Final = "justice.judge"
COURT_NODE: Final = "justice.court-node"
OFFICER: Final = "justice.enforcement-officer"
CREDIT: Final = "justice.credit-centre"
BANK: Final = "justice.bank"
RULE_KEEPER: Final = "justice.rules"

ROLE_WORDS: Final = MappingProxyType(
    role_words(
        {
            PARTY: ("当事人", "Party"),
            PLATFORM: ("存证平台", "Evidence platform"),
            IDENTITY: ("身份核验机构", "Identity provider"),
            AUTHORITY: ("电子认证机构", "Certificate authority"),
            TIME: ("可信时间机构", "Time authority"),
            NOTARY: ("公证员", "Notary"),
            FORENSIC: ("司法鉴定机构", "Forensic centre"),
            MEDIATOR: ("调解员", "Mediator"),
            REVIEWER: ("审核人", "Reviewer"),
            FILING: ("立案法官", "Filing judge"),
            JUDGE: ("法官", "Judge"),
            COURT_NODE: ("法院节点", "Court node"),
            OFFICER: ("执行人员", "Enforcement officer"),
            CREDIT: ("征信中心", "Credit centre"),
            BANK: ("银行", "Bank"),
            RULE_KEEPER: ("规则维护员", "Keeper of the rules"),
        }
    )
)
"""What the roles are called."""

EXCLUSIVE_ROLES: Final = (
    (PARTY, JUDGE, FILING, MEDIATOR, NOTARY, FORENSIC, OFFICER, COURT_NODE, REVIEWER),
    (PLATFORM, JUDGE, FILING, MEDIATOR, NOTARY, FORENSIC, OFFICER, COURT_NODE, REVIEWER),
    (IDENTITY, PARTY, PLATFORM),
    (AUTHORITY, PARTY, PLATFORM),
    (TIME, PARTY, PLATFORM),
)
"""Roles of which one person has one: who is in dispute neither judges nor vouches."""

_A: Final = AgreementState
CURABLE: Final = (_A.BREACHED, _A.MEDIATION, _A.FAILED, _A.RETURNED)
"""Where a debtor who does all that is breached ends the dispute."""
IN_DISPUTE: Final = (
    *(_A.BREACHED, _A.MEDIATION, _A.FAILED, _A.FILED, _A.RETURNED),
    *(_A.ACCEPTED, _A.HEARD, _A.DECIDED, _A.ENFORCEMENT),
)
HELD_BY_COURT: Final = (_A.FILED, _A.ACCEPTED, _A.HEARD, _A.DECIDED, _A.ENFORCEMENT)

_AGREEMENT_MOVES: Final[tuple[Move, ...]] = (
    move(
        "open_signing",
        _A.DRAFT,
        _A.SIGNING,
        role=(PLATFORM, PARTY, MEDIATOR),
        label=Label(zh="提交签署", en="Open for signing"),
    ),
    move(
        "activate",
        _A.SIGNING,
        _A.ACTIVE,
        role=BY_CONTRACT,
        label=Label(zh="各方签署完毕", en="All have signed"),
    ),
    move(
        "perform",
        (_A.ACTIVE, _A.DECIDED),
        _A.PERFORMED,
        role=BY_CONTRACT,
        label=Label(zh="履行完毕", en="All is performed"),
    ),
    move(
        "reopen",
        (_A.PERFORMED, _A.SETTLED),
        _A.ACTIVE,
        role=BY_CONTRACT,
        label=Label(zh="扣款退回", en="A debit came back"),
    ),
    move(
        "owe_again",
        _A.PERFORMED,
        _A.DECIDED,
        role=BY_CONTRACT,
        label=Label(zh="判决款扣款退回", en="A debit of what was ordered came back"),
    ),
    move(
        "breach",
        _A.ACTIVE,
        _A.BREACHED,
        role=BY_CONTRACT,
        label=Label(zh="违约", en="Breach"),
    ),
    move("cure", CURABLE, _A.ACTIVE, role=BY_CONTRACT, label=Label(zh="补正", en="Cure")),
    move(
        "mediate",
        _A.BREACHED,
        _A.MEDIATION,
        role=BY_CONTRACT,
        label=Label(zh="逾期未补正，进入调解", en="Mediation opens"),
    ),
    move(
        "waive",
        _A.BREACHED,
        _A.FAILED,
        role=BY_CONTRACT,
        label=Label(zh="约定不经调解", en="A clause waives mediation"),
    ),
    move(
        "settle",
        _A.MEDIATION,
        _A.SETTLED,
        role=MEDIATOR,
        label=Label(zh="达成和解", en="Settle"),
    ),
    move(
        "give_up",
        _A.MEDIATION,
        _A.FAILED,
        role=MEDIATOR,
        label=Label(zh="调解不成", en="Mediation fails"),
    ),
    move(
        "run_out",
        _A.MEDIATION,
        _A.FAILED,
        role=BY_CONTRACT,
        label=Label(zh="调解期满", en="Mediation runs out"),
    ),
    move(
        "file",
        (_A.FAILED, _A.RETURNED),
        _A.FILED,
        role=(PARTY, PLATFORM),
        label=Label(zh="立案申请", en="File"),
    ),
    move("accept", _A.FILED, _A.ACCEPTED, role=FILING, label=Label(zh="受理", en="Accept")),
    move("return", _A.FILED, _A.RETURNED, role=FILING, label=Label(zh="退回", en="Return")),
    move("hear", _A.ACCEPTED, _A.HEARD, role=JUDGE, label=Label(zh="开庭", en="Hear")),
    move("decide", _A.HEARD, _A.DECIDED, role=JUDGE, label=Label(zh="裁判", en="Decide")),
    move(
        "enforce",
        (_A.DECIDED, _A.BREACHED),
        _A.ENFORCEMENT,
        role=(PARTY, PLATFORM),
        label=Label(zh="申请执行", en="Apply for enforcement"),
    ),
    move(
        "close",
        _A.ENFORCEMENT,
        _A.CLOSED,
        role=OFFICER,
        label=Label(zh="执行结案", en="Close"),
    ),
    move(
        "resume",
        _A.CLOSED,
        _A.ENFORCEMENT,
        role=OFFICER,
        label=Label(zh="恢复执行", en="Resume"),
    ),
)

_T: Final = TemplateState
_TEMPLATE_MOVES: Final[tuple[Move, ...]] = (
    move(
        "review",
        _T.DRAFT,
        _T.REVIEWED,
        role=REVIEWER,
        label=Label(zh="合法性审查通过", en="Found lawful"),
    ),
    move(
        "withdraw",
        (_T.DRAFT, _T.REVIEWED),
        _T.WITHDRAWN,
        role=REVIEWER,
        label=Label(zh="撤回", en="Withdraw"),
    ),
)

_O: Final = ObligationState
UNMET: Final = (_O.WAITING, _O.OPEN, _O.OVERDUE, _O.BREACHED)
_OBLIGATION_MOVES: Final[tuple[Move, ...]] = (
    move("open", _O.WAITING, _O.OPEN, role=BY_CONTRACT, label=Label(zh="可履行", en="Open")),
    move("age", _O.OPEN, _O.OVERDUE, role=BY_CONTRACT, label=Label(zh="逾期", en="Overdue")),
    move(
        "breach",
        _O.OVERDUE,
        _O.BREACHED,
        role=BY_CONTRACT,
        label=Label(zh="违约", en="Breach"),
    ),
    move(
        "discharge",
        (_O.OPEN, _O.OVERDUE, _O.BREACHED),
        _O.DISCHARGED,
        role=BY_CONTRACT,
        label=Label(zh="履行", en="Discharge"),
    ),
    move(
        "reopen",
        _O.DISCHARGED,
        _O.OPEN,
        role=BY_CONTRACT,
        label=Label(zh="扣款退回", en="A debit came back"),
    ),
    move(
        "replace",
        UNMET,
        _O.REPLACED,
        role=BY_CONTRACT,
        label=Label(zh="被替代", en="Replaced"),
    ),
)

_M: Final = MediationState
_MEDIATION_MOVES: Final[tuple[Move, ...]] = (
    move("settle", _M.OPEN, _M.SETTLED, role=MEDIATOR, label=Label(zh="和解", en="Settle")),
    move("give_up", _M.OPEN, _M.FAILED, role=MEDIATOR, label=Label(zh="不成", en="Fail")),
    move("run_out", _M.OPEN, _M.FAILED, role=BY_CONTRACT, label=Label(zh="期满", en="Run out")),
    move("cure", _M.OPEN, _M.CURED, role=BY_CONTRACT, label=Label(zh="补正", en="Cured")),
)

_V: Final = Verdict
_VERDICT_MOVES: Final[tuple[Move, ...]] = tuple(
    move(action, _V.UNVERIFIED, after, role=COURT_NODE, label=Label(zh=zh, en=en))
    for action, after, zh, en in (
        ("agree", _V.CONSISTENT, "一致", "Consistent"),
        ("differ", _V.INCONSISTENT, "不一致", "Inconsistent"),
        ("leave_open", _V.UNVERIFIABLE, "无法核验", "Cannot be verified"),
    )
)

_E: Final = EnforcementState
_ENFORCEMENT_MOVES: Final[tuple[Move, ...]] = (
    move(
        "collect",
        _E.APPLIED,
        _E.COLLECTED,
        role=OFFICER,
        label=Label(zh="执行到位", en="Collected"),
    ),
    move(
        "terminate",
        _E.APPLIED,
        _E.TERMINATED,
        role=OFFICER,
        label=Label(zh="终结本次执行", en="Terminated"),
    ),
    move(
        "resume",
        _E.TERMINATED,
        _E.APPLIED,
        role=OFFICER,
        label=Label(zh="恢复执行", en="Resumed"),
    ),
)

AGREEMENT_FLOW: Final = Workflow(
    AgreementState, initial=_A.DRAFT, moves=_AGREEMENT_MOVES, label=Label(zh="合同", en="Agreement")
)
TEMPLATE_FLOW: Final = Workflow(
    TemplateState, initial=_T.DRAFT, moves=_TEMPLATE_MOVES, label=Label(zh="模板", en="Template")
)
OBLIGATION_FLOW: Final = Workflow(
    ObligationState,
    initial=_O.WAITING,
    moves=_OBLIGATION_MOVES,
    label=Label(zh="义务", en="Obligation"),
)
MEDIATION_FLOW: Final = Workflow(
    MediationState, initial=_M.OPEN, moves=_MEDIATION_MOVES, label=Label(zh="调解", en="Mediation")
)
VERDICT_FLOW: Final = Workflow(
    Verdict, initial=_V.UNVERIFIED, moves=_VERDICT_MOVES, label=Label(zh="核验", en="Verification")
)
ENFORCEMENT_FLOW: Final = Workflow(
    EnforcementState,
    initial=_E.APPLIED,
    moves=_ENFORCEMENT_MOVES,
    label=Label(zh="执行", en="Enforcement"),
)
