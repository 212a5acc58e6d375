# SPDX-License-Identifier: Apache-2.0
"""Roles, states, and the tables of moves: what is not in them is refused."""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType
from typing import Final

from tallystick.contracts import BY_CONTRACT, Label, Workflow, move, role_words

OWNER: Final = "custody.owner"
TERMINAL: Final = "custody.terminal"
OPERATOR: Final = "custody.operator"
LEGAL: Final = "custody.legal-officer"
CUSTODIAN: Final = "custody.key-custodian"
READER: Final = "custody.reader"
AUDITOR: Final = "custody.auditor"
REGULATOR: Final = "custody.regulator"
COURT: Final = "custody.court"
BANK: Final = "custody.bank"
RULE_KEEPER: Final = "custody.rules"

ROLE_WORDS: Final = MappingProxyType(
    role_words(
        {
            OWNER: ("数据所有人", "Owner of data"),
            TERMINAL: ("采集终端", "Terminal"),
            OPERATOR: ("运维人员", "Operator"),
            LEGAL: ("法务人员", "Legal officer"),
            CUSTODIAN: ("密钥保管人", "Key custodian"),
            READER: ("查阅人", "Reader"),
            AUDITOR: ("审计人", "Auditor"),
            REGULATOR: ("监管机构", "Regulator"),
            COURT: ("法院", "Court"),
            BANK: ("银行", "Bank"),
            RULE_KEEPER: ("规则维护员", "Keeper of the rules"),
        }
    )
)
"""What the roles are called."""

EXCLUSIVE_ROLES: Final = (
    (OWNER, LEGAL, CUSTODIAN),
    (OWNER, AUDITOR, REGULATOR, COURT),
    (OPERATOR, AUDITOR, REGULATOR, COURT),
)
"""Roles of which one person has one: who orders destruction does not sign it, who stores does not
judge."""


class ObjectState(StrEnum):
    """How an object stands."""

    UPLOADING = "UPLOADING"
    STORED = "STORED"
    DEGRADED = "DEGRADED"
    HELD = "HELD"
    EXPIRING = "EXPIRING"
    RENEWED = "RENEWED"
    RELEASED = "RELEASED"
    DESTROYED = "DESTROYED"
    LOST = "LOST"


class PlacementState(StrEnum):
    """How one copy stands."""

    OFFERED = "OFFERED"
    PINNED = "PINNED"
    SUSPECT = "SUSPECT"
    EVICTED = "EVICTED"
    DROPPED = "DROPPED"
    """Not wanted any more: released or destroyed."""


class ChallengeState(StrEnum):
    """How a challenge stands."""

    ISSUED = "ISSUED"
    PASSED = "PASSED"
    FAILED = "FAILED"


class CheckState(StrEnum):
    """How an audit or a restore drill stands."""

    DRAWN = "DRAWN"
    PASSED = "PASSED"
    FAILED = "FAILED"


_OBJECT: Final = ObjectState
_KEPT: Final = (_OBJECT.DEGRADED, _OBJECT.HELD, _OBJECT.EXPIRING, _OBJECT.RENEWED)
"""States in which copies can become fewer, STORED apart, which turns DEGRADED first."""

OBJECT_FLOW: Final = Workflow(
    ObjectState,
    initial=_OBJECT.UPLOADING,
    moves=(
        move(
            "complete",
            _OBJECT.UPLOADING,
            _OBJECT.STORED,
            role=BY_CONTRACT,
            label=Label(zh="副本齐备", en="All copies are signed"),
        ),
        move(
            "withdraw",
            _OBJECT.UPLOADING,
            _OBJECT.RELEASED,
            role=OWNER,
            label=Label(zh="撤回上传", en="Withdraw the upload"),
        ),
        move(
            "degrade",
            _OBJECT.STORED,
            _OBJECT.DEGRADED,
            role=BY_CONTRACT,
            label=Label(zh="副本不足", en="Copies are missing"),
        ),
        move(
            "restore",
            _OBJECT.DEGRADED,
            _OBJECT.STORED,
            role=BY_CONTRACT,
            label=Label(zh="副本恢复", en="Copies are complete again"),
        ),
        move(
            "lose",
            _KEPT,
            _OBJECT.LOST,
            role=BY_CONTRACT,
            label=Label(zh="全部丢失", en="No copy is left"),
        ),
        move(
            "hold",
            _OBJECT.STORED,
            _OBJECT.HELD,
            role=(LEGAL, COURT, REGULATOR),
            label=Label(zh="保全", en="Put on hold"),
        ),
        move(
            "stay_held",
            _OBJECT.STORED,
            _OBJECT.HELD,
            role=BY_CONTRACT,
            label=Label(zh="恢复后仍受保全", en="Restored, and still on hold"),
        ),
        move(
            "unhold",
            _OBJECT.HELD,
            _OBJECT.STORED,
            role=(LEGAL, COURT, REGULATOR),
            label=Label(zh="解除保全", en="Lift the hold"),
        ),
        move(
            "expire",
            _OBJECT.STORED,
            _OBJECT.EXPIRING,
            role=BY_CONTRACT,
            label=Label(zh="即将到期", en="The period ends soon"),
        ),
        move(
            "renew",
            _OBJECT.EXPIRING,
            _OBJECT.RENEWED,
            role=OWNER,
            label=Label(zh="续存", en="Renew"),
        ),
        move(
            "prolong",
            _OBJECT.EXPIRING,
            _OBJECT.RENEWED,
            role=BY_CONTRACT,
            label=Label(zh="留存期内自动续存", en="Renewed, because it must be kept"),
        ),
        move(
            "continue",
            _OBJECT.RENEWED,
            _OBJECT.STORED,
            role=BY_CONTRACT,
            label=Label(zh="新一期开始", en="The next period begins"),
        ),
        move(
            "release",
            _OBJECT.EXPIRING,
            _OBJECT.RELEASED,
            role=OWNER,
            label=Label(zh="释放", en="Release"),
        ),
        move(
            "lapse",
            (_OBJECT.EXPIRING, _OBJECT.DEGRADED),
            _OBJECT.RELEASED,
            role=BY_CONTRACT,
            label=Label(zh="到期释放", en="The period ended"),
        ),
        move(
            "destroy",
            (_OBJECT.STORED, *_KEPT[2:], _OBJECT.DEGRADED, _OBJECT.RELEASED, _OBJECT.LOST),
            _OBJECT.DESTROYED,
            role=LEGAL,
            label=Label(zh="销毁", en="Destroy"),
        ),
    ),
    label=Label(zh="存储对象", en="Object"),
)

_COPY: Final = PlacementState
_LIVE: Final = (_COPY.OFFERED, _COPY.PINNED, _COPY.SUSPECT)

PLACEMENT_FLOW: Final = Workflow(
    PlacementState,
    initial=_COPY.OFFERED,
    moves=(
        move(
            "pin",
            _COPY.OFFERED,
            _COPY.PINNED,
            role=OPERATOR,
            label=Label(zh="签收副本", en="Sign for the copy"),
        ),
        move(
            "lapse",
            _COPY.OFFERED,
            _COPY.EVICTED,
            role=BY_CONTRACT,
            label=Label(zh="逾期未存", en="Not stored in time"),
        ),
        move(
            "suspect",
            _COPY.PINNED,
            _COPY.SUSPECT,
            role=BY_CONTRACT,
            label=Label(zh="存疑", en="Suspect"),
        ),
        move(
            "admit",
            _COPY.PINNED,
            _COPY.SUSPECT,
            role=OPERATOR,
            label=Label(zh="自报损坏", en="Admit damage"),
        ),
        move(
            "recover",
            _COPY.SUSPECT,
            _COPY.PINNED,
            role=OPERATOR,
            label=Label(zh="恢复", en="Shown to be there"),
        ),
        move(
            "evict",
            _COPY.SUSPECT,
            _COPY.EVICTED,
            role=BY_CONTRACT,
            label=Label(zh="剔除", en="Evict"),
        ),
        move(
            "drop",
            _LIVE,
            _COPY.DROPPED,
            role=BY_CONTRACT,
            label=Label(zh="不再需要", en="Not wanted any more"),
        ),
    ),
    label=Label(zh="副本", en="Copy"),
)

CHALLENGE_FLOW: Final = Workflow(
    ChallengeState,
    initial=ChallengeState.ISSUED,
    moves=(
        move(
            "pass",
            ChallengeState.ISSUED,
            ChallengeState.PASSED,
            role=OPERATOR,
            label=Label(zh="通过", en="Answered"),
        ),
        move(
            "fail",
            ChallengeState.ISSUED,
            ChallengeState.FAILED,
            role=BY_CONTRACT,
            label=Label(zh="逾期未答", en="Not answered in time"),
        ),
    ),
    label=Label(zh="存储挑战", en="Challenge"),
)

CHECK_FLOW: Final = Workflow(
    CheckState,
    initial=CheckState.DRAWN,
    moves=(
        move(
            "pass",
            CheckState.DRAWN,
            CheckState.PASSED,
            role=(OWNER, AUDITOR),
            label=Label(zh="通过", en="All was there"),
        ),
        move(
            "fail",
            CheckState.DRAWN,
            CheckState.FAILED,
            role=(OWNER, AUDITOR),
            label=Label(zh="不通过", en="Something is missing"),
        ),
        move(
            "miss",
            CheckState.DRAWN,
            CheckState.FAILED,
            role=BY_CONTRACT,
            label=Label(zh="逾期", en="Not done in time"),
        ),
    ),
    label=Label(zh="抽检", en="Check"),
)
