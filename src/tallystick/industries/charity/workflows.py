# SPDX-License-Identifier: Apache-2.0
"""The state machines of charity, as tables, and the roles that move them."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from tallystick.contracts import BY_CONTRACT, Label, Workflow, move, role_words
from tallystick.industries.charity.records import BatchState, CampaignState, EntitlementState

OFFICER: Final = "charity.officer"
REVIEWER: Final = "charity.reviewer"
PLATFORM: Final = "charity.platform"
IDENTITY_PROVIDER: Final = "charity.identity-provider"
BANK: Final = "charity.bank"
SCHOOL: Final = "charity.school"
AUDITOR: Final = "charity.auditor"
SUPERVISOR: Final = "charity.supervisor"

ROLE_WORDS: Final = MappingProxyType(
    role_words(
        {
            OFFICER: ("项目经办人", "Charity officer"),
            REVIEWER: ("复核人", "Reviewer"),
            PLATFORM: ("募捐平台", "Fundraising platform"),
            IDENTITY_PROVIDER: ("身份核验机构", "Identity provider"),
            BANK: ("托管银行", "Bank"),
            SCHOOL: ("学校", "School"),
            AUDITOR: ("审计人", "Auditor"),
            SUPERVISOR: ("民政监管", "Supervising authority"),
        }
    )
)
"""What the roles are called."""

CAMPAIGN_FLOW: Final = Workflow(
    CampaignState,
    initial=CampaignState.DRAFT,
    label=Label(zh="募捐项目", en="Campaign"),
    moves=(
        move(
            "file",
            CampaignState.DRAFT,
            CampaignState.FILED,
            role=OFFICER,
            label=Label(zh="备案", en="File"),
        ),
        move(
            "open",
            CampaignState.FILED,
            CampaignState.OPEN,
            role=OFFICER,
            label=Label(zh="开始募捐", en="Open"),
        ),
        move(
            "close",
            CampaignState.OPEN,
            CampaignState.CLOSED,
            role=OFFICER,
            label=Label(zh="提前结束", en="Close"),
        ),
        move(
            "end",
            CampaignState.OPEN,
            CampaignState.CLOSED,
            role=BY_CONTRACT,
            label=Label(zh="到期结束", en="Its time is over"),
        ),
        move(
            "settle",
            CampaignState.CLOSED,
            CampaignState.SETTLED,
            role=AUDITOR,
            label=Label(zh="结项", en="Settle"),
        ),
    ),
)

BATCH_FLOW: Final = Workflow(
    BatchState,
    initial=BatchState.IMPORTED,
    label=Label(zh="受益人名单", en="List of beneficiaries"),
    moves=(
        move(
            "check",
            BatchState.IMPORTED,
            BatchState.CHECKED,
            role=BY_CONTRACT,
            label=Label(zh="校验", en="Check"),
        ),
        move(
            "approve",
            BatchState.CHECKED,
            BatchState.APPROVED,
            role=REVIEWER,
            label=Label(zh="审核通过", en="Approve"),
        ),
        move(
            "reject",
            (BatchState.IMPORTED, BatchState.CHECKED),
            BatchState.REJECTED,
            role=REVIEWER,
            label=Label(zh="审核不通过", en="Reject"),
        ),
        move(
            "exhaust",
            BatchState.APPROVED,
            BatchState.EXHAUSTED,
            role=BY_CONTRACT,
            label=Label(zh="全部了结", en="All at an end"),
        ),
        move(
            "reopen",
            BatchState.EXHAUSTED,
            BatchState.APPROVED,
            role=BY_CONTRACT,
            label=Label(zh="款项退回，重新办理", en="Money came back"),
        ),
    ),
)

ENTITLEMENT_FLOW: Final = Workflow(
    EntitlementState,
    initial=EntitlementState.LISTED,
    label=Label(zh="资助", en="Entitlement"),
    moves=(
        move(
            "hold",
            EntitlementState.LISTED,
            EntitlementState.HELD,
            role=BY_CONTRACT,
            label=Label(zh="款项冻结", en="Set the money aside"),
        ),
        move(
            "claim",
            EntitlementState.HELD,
            EntitlementState.CLAIMED,
            role=PLATFORM,
            label=Label(zh="确认领取", en="Claim"),
        ),
        move(
            "pay",
            EntitlementState.CLAIMED,
            EntitlementState.PAYING,
            role=BY_CONTRACT,
            label=Label(zh="发起付款", en="Order the payment"),
        ),
        move(
            "book",
            EntitlementState.PAYING,
            EntitlementState.PAID,
            role=BANK,
            label=Label(zh="付款成功", en="Paid"),
        ),
        move(
            "fail",
            EntitlementState.PAYING,
            EntitlementState.FAILED,
            role=BANK,
            label=Label(zh="付款失败", en="Fail"),
        ),
        move(
            "return",
            (EntitlementState.PAID, EntitlementState.CONFIRMED),
            EntitlementState.FAILED,
            role=BANK,
            label=Label(zh="退汇", en="Come back"),
        ),
        move(
            "retry",
            EntitlementState.FAILED,
            EntitlementState.PAYING,
            role=(OFFICER, PLATFORM),
            label=Label(zh="重新付款", en="Try again"),
        ),
        move(
            "confirm",
            EntitlementState.PAID,
            EntitlementState.CONFIRMED,
            role=PLATFORM,
            label=Label(zh="确认收款", en="Confirm"),
        ),
        move(
            "lapse",
            EntitlementState.HELD,
            EntitlementState.LAPSED,
            role=BY_CONTRACT,
            label=Label(zh="逾期失效", en="Lapse"),
        ),
        move(
            "revoke",
            (EntitlementState.HELD, EntitlementState.FAILED),
            EntitlementState.REVOKED,
            role=OFFICER,
            label=Label(zh="撤销", en="Revoke"),
        ),
    ),
)
