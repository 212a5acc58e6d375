# SPDX-License-Identifier: Apache-2.0
"""What the charity contract keeps: amounts, digests and states, and never a personal datum."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Final, TypeAlias

from tallystick.contracts import (
    Amount,
    Arguments,
    Count,
    Digest,
    Format,
    Help,
    Identifier,
    Label,
    Meta,
    Name,
    OrganizationCode,
    PublicKey,
    Record,
    Signature,
    SignedOver,
    Timestamp,
    ValueDigest,
)
from tallystick.contracts.parts import Currency, Units, VersionedParameters

FREE: Final = "free"
"""The fund of donations without a restriction."""

LIST_ROWS_MAX: Final = 5_000
ROWS_A_CALL_MAX: Final = 100
FUNDS_MAX: Final = 16

Basis: TypeAlias = Annotated[int, Meta(ge=0, le=10_000)]
"""A share in basis points: 10,000 is all."""

Person: TypeAlias = Annotated[ValueDigest, Format("person-commitment")]
"""What stands for a person: a keyed digest (HMAC) of the identity number, made off the ledger."""

Tag: TypeAlias = Annotated[Identifier, Label(zh="用途标签", en="Tag")]
"""What a restriction names and an entitlement has, for example `province-51` or `grade-10`."""


class CharityParameters(VersionedParameters):
    """Numbers that the supervisor may change."""

    fee_year_basis: Basis = 1_000
    """Fees of a foundation in a year, at most, of what it spends (charity law, article 60)."""
    assertion_age_ms_max: Count = 10 * 60_000
    """How old an identity provider's word may be when somebody claims."""
    remind_days: Count = 60
    lapse_days: Count = 90
    payment_tries_max: Count = 3
    disclosure_days: Count = 92
    """Time between disclosures (article 73: three months)."""
    settlement_days: Count = 92
    """Time to settle a closed campaign."""


class CampaignState(StrEnum):
    """How far a campaign is."""

    DRAFT = "DRAFT"
    FILED = "FILED"
    OPEN = "OPEN"
    CLOSED = "CLOSED"
    SETTLED = "SETTLED"


class BatchState(StrEnum):
    """How far a list of beneficiaries is."""

    IMPORTED = "IMPORTED"
    CHECKED = "CHECKED"
    APPROVED = "APPROVED"
    REJECTED = "REJECTED"
    EXHAUSTED = "EXHAUSTED"


class EntitlementState(StrEnum):
    """How far one beneficiary's money is."""

    LISTED = "LISTED"
    HELD = "HELD"
    CLAIMED = "CLAIMED"
    PAYING = "PAYING"
    PAID = "PAID"
    CONFIRMED = "CONFIRMED"
    LAPSED = "LAPSED"
    REVOKED = "REVOKED"
    FAILED = "FAILED"


class Foundation(Record):
    """A foundation's licence."""

    organization: OrganizationCode
    licence: Name
    valid_until: Timestamp
    may_raise_publicly: bool


class Plan(Arguments):
    """What a foundation states of a campaign before it opens (charity law, article 24)."""

    title: Annotated[Name, Label(zh="项目名称", en="Title")]
    project: Annotated[
        Identifier,
        Label(zh="项目", en="Project"),
        Help(
            zh="同一项目同一期间内，每名受益人只发放一次",
            en="Within a project and period a beneficiary is paid once.",
        ),
    ]
    plan: Annotated[Digest, Label(zh="募捐方案哈希", en="Digest of the plan")]
    target: Annotated[Units, Label(zh="目标金额", en="Target")]
    opens_at: Annotated[Timestamp, Label(zh="开始时间", en="Opens")]
    closes_at: Annotated[Timestamp, Label(zh="截止时间", en="Closes")]
    fee_cap_basis: Annotated[Basis, Label(zh="管理费上限（万分比）", en="Cap of fees")]
    remainder_to: Annotated[
        Identifier | None, Label(zh="剩余财产转入项目", en="Project that gets the remainder")
    ] = None
    needs_school: Annotated[bool, Label(zh="须学校证明", en="A school must attest")] = False
    currency: Annotated[Currency, Label(zh="币种", en="Currency")] = "CNY"


class Campaign(Record):
    """A campaign."""

    id: Identifier
    foundation: OrganizationCode
    title: Name
    project: Identifier
    plan: Digest
    target: Units
    opens_at: Timestamp
    closes_at: Timestamp
    fee_cap_basis: Basis
    remainder_to: Identifier | None
    needs_school: bool
    currency: Currency
    state: CampaignState = CampaignState.DRAFT
    registered_by: Name


class Book(Record):
    """The sums of a campaign (CHAR-2): what came in is where it is, or where it went."""

    campaign: Identifier
    donated: Amount = 0
    returned: Amount = 0
    """Came back: returned by the payee's bank, or recovered."""
    moved_in: Amount = 0
    """Remainder of another campaign."""
    held: Amount = 0
    """Set aside for approved lists."""
    paid: Amount = 0
    fees: Amount = 0
    moved_out: Amount = 0
    open_entitlements: Count = 0
    """Approved and not at an end yet."""
    paid_entitlements: Count = 0
    disclosures: Count = 0

    @property
    def available(self) -> int:
        """What is in the pool and not set aside."""
        came = self.donated + self.returned + self.moved_in
        return came - self.held - self.paid - self.fees - self.moved_out


class Fund(Record):
    """The part of a campaign's pool with one restriction, first in first out."""

    campaign: Identifier
    tag: Tag
    inflow: Amount = 0
    """All that ever came in; a donation knows at which sum it came."""
    outflow: Amount = 0
    """All that ever went out."""
    payouts: Count = 0


class Donation(Record):
    """A donation, or a batch of many whose Merkle root stands for them."""

    id: Identifier
    campaign: Identifier
    fund: Tag
    amount: Units
    donor: ValueDigest
    """The donor's commitment, or for a batch the Merkle root over the donations."""
    count: Annotated[int, Meta(ge=1)]
    reference: Name
    received_at: Timestamp
    offset: Amount
    """Inflow of the fund before this donation."""


class NewDonation(Arguments):
    """A donation that has arrived at the bank."""

    campaign: Annotated[Identifier, Label(zh="项目编号", en="Campaign")]
    amount: Annotated[Units, Label(zh="金额", en="Amount")]
    donor: Annotated[
        ValueDigest,
        Label(zh="捐赠人摘要", en="Donor"),
        Help(zh="捐赠人自留原值，凭此查询", en="A digest whose origin the donor keeps."),
    ]
    reference: Annotated[Name, Label(zh="银行流水号", en="Bank's reference")]
    fund: Tag = FREE


class ManyDonations(Arguments):
    """Many donations to one fund that came in together."""

    campaign: Annotated[Identifier, Label(zh="项目编号", en="Campaign")]
    amount: Annotated[Units, Label(zh="合计金额", en="Total")]
    count: Annotated[int, Meta(ge=1, le=10_000_000), Label(zh="笔数", en="Donations")]
    root: Annotated[
        ValueDigest,
        Label(zh="默克尔根", en="Merkle root"),
        Help(zh="各笔捐赠摘要的 RFC 9162 默克尔根", en="RFC 9162 root over the donations."),
    ]
    reference: Annotated[Name, Label(zh="银行流水号", en="Bank's reference")]
    fund: Tag = FREE


class NewList(Arguments):
    """What an officer says of a list before its rows come."""

    campaign: Annotated[Identifier, Label(zh="项目编号", en="Campaign")]
    period: Annotated[Identifier, Label(zh="期间", en="Period")]
    count: Annotated[int, Meta(ge=1, le=LIST_ROWS_MAX), Label(zh="人数", en="Rows")]
    total: Annotated[Units, Label(zh="总额", en="Total")]
    list_digest: Annotated[
        ValueDigest,
        Label(zh="名单摘要", en="Digest of the list"),
        Help(zh="全部行依次计算的摘要", en="Digest over all rows in order."),
    ]


class ListRow(Record):
    """A row of the list, without anything that names the person."""

    beneficiary: Person
    amount: Units
    fund: Tag = FREE
    tags: Annotated[tuple[Tag, ...], Meta(max_length=8)] = ()
    province: Annotated[str, Meta(pattern="^[0-9]{2}(?!\n)$", max_length=2)] = "00"
    """Two digits of GB/T 2260; 00: not stated."""
    guardian: Person | None = None
    """Who signs too; needed for a minor."""
    is_minor: bool = False


class FundShare(Record):
    """What a list takes from a fund."""

    fund: Tag
    amount: Amount


class Batch(Record):
    """A list of beneficiaries."""

    id: Identifier
    campaign: Identifier
    period: Identifier
    count: Count
    total: Units
    list_digest: ValueDigest
    running: ValueDigest
    """Digest over the rows that have come."""
    rows: Count = 0
    amount: Amount = 0
    shares: tuple[FundShare, ...] = ()
    state: BatchState = BatchState.IMPORTED
    imported_by: Name
    imported_at: Timestamp
    checked_at: Timestamp | None = None
    attested_by: Name | None = None
    reviewed_by: Name | None = None
    held_rows: Count = 0
    """Entitlements that have gone from LISTED to HELD."""
    finished: Count = 0
    """Entitlements at an end."""


class Entitlement(Record):
    """What one beneficiary is to get."""

    id: Identifier
    batch: Identifier
    campaign: Identifier
    beneficiary: Person
    guardian: Person | None
    is_minor: bool
    amount: Units
    fund: Tag
    province: str
    state: EntitlementState = EntitlementState.LISTED
    hold: Name | None = None
    """The hold its money is on."""
    order: Name | None = None
    """Its payment order."""


class ListedOnce(Record):
    """Which entitlement stands for a beneficiary in a project and period (CHAR-1)."""

    project: Identifier
    period: Identifier
    beneficiary: Person
    entitlement: Identifier


class RelatedPerson(Record):
    """A declared relative of staff or donors, who may not be listed (CHAR-9)."""

    foundation: OrganizationCode
    person: Person
    declared_by: Name


class NewAssertion(Arguments):
    """An identity provider's word that a key belongs to the person of an entitlement."""

    id: Annotated[Identifier, Label(zh="断言编号", en="Assertion")]
    entitlement: Annotated[Identifier, Label(zh="资助编号", en="Entitlement")]
    subject: Annotated[Person, Label(zh="身份摘要", en="Person")]
    public_key: Annotated[PublicKey, Label(zh="签名公钥", en="Key")]
    level: Annotated[int, Meta(ge=1, le=4), Label(zh="认证等级", en="Level")]
    issued_at: Annotated[Timestamp, Label(zh="认证时间", en="Issued")]


class Assertion(Record):
    """The same on record; each is used once."""

    id: Identifier
    entitlement: Identifier
    subject: Person
    public_key: PublicKey
    level: Count
    issued_at: Timestamp
    provider: OrganizationCode
    used_at: Timestamp | None = None


class PayeeAccount(Record):
    """Where the money goes, as digests."""

    holder: Person
    account: ValueDigest


class Signed(Record):
    """An assertion and the signature by the key it names."""

    assertion: Identifier
    signature: Signature


class NewClaim(Arguments):
    """A beneficiary's claim, handed in by the platform."""

    entitlement: Annotated[Identifier, Label(zh="资助编号", en="Entitlement")]
    amount: Annotated[Units, Label(zh="金额", en="Amount")]
    account: Annotated[PayeeAccount, Label(zh="收款账户", en="Account")]
    beneficiary: Annotated[
        Signed, Label(zh="受益人签署", en="Beneficiary's signature"), SignedOver("claim_to_sign")
    ]
    device: Annotated[ValueDigest, Label(zh="设备摘要", en="Device")]
    guardian: Annotated[
        Signed | None,
        Label(zh="监护人签署", en="Guardian's signature"),
        SignedOver("claim_to_sign"),
    ] = None


class Claim(Record):
    """A claim on record."""

    entitlement: Identifier
    account: PayeeAccount
    public_key: PublicKey
    device: ValueDigest
    beneficiary: Signed
    guardian: Signed | None
    claimed_at: Timestamp


class Payout(Record):
    """A payment out of a fund, in the fund's own order."""

    campaign: Identifier
    fund: Tag
    number: Count
    batch: Identifier
    province: str
    amount: Units
    offset: Amount
    paid_at: Timestamp


class Revocation(Record):
    """A request to revoke an entitlement; another person approves it."""

    entitlement: Identifier
    requested_by: Name
    reason: Name
    approved_by: Name | None = None


class Recovery(Record):
    """A case about a wrong payment."""

    entitlement: Identifier
    reason: Name
    opened_by: Name
    recovered: Amount = 0


class Feedback(Record):
    """What a beneficiary sent back, by digest."""

    entitlement: Identifier
    digest: Digest
    given_at: Timestamp


class FoundationYear(Record):
    """What a foundation spent in a year, and how much of it were fees (CHAR-7)."""

    foundation: OrganizationCode
    year: Count
    paid: Amount = 0
    fees: Amount = 0


class Disclosure(Record):
    """The sums of a campaign as disclosed (CHAR-10)."""

    campaign: Identifier
    number: Count
    disclosed_at: Timestamp
    donated: Amount
    returned: Amount
    moved_in: Amount
    available: Amount
    held: Amount
    paid: Amount
    fees: Amount
    moved_out: Amount
    paid_entitlements: Count


class PaymentReport(Arguments):
    """What the bank says of a payment."""

    order: Annotated[Name, Label(zh="付款指令", en="Order")]
    state: Annotated[
        Annotated[str, Meta(pattern="^(ACCEPTED|BOOKED|REJECTED|RETURNED)(?!\n)$", max_length=8)],
        Label(zh="结果", en="State"),
    ]
    attempt: Annotated[int, Meta(ge=1, le=99), Label(zh="次数", en="Try")]
    reference: Annotated[Name | None, Label(zh="银行流水号", en="Bank's reference")] = None
    reason: Annotated[Name | None, Label(zh="原因", en="Reason")] = None


class Slice(Record):
    """A part of a donation and where it went; small groups are merged."""

    batch: str
    """The list it was paid with; empty: lists too small to be named, taken together."""
    payouts: Count
    amount: Amount


class Trace(Record):
    """Where a donation went."""

    donation: Identifier
    amount: Amount
    paid: Amount
    """How much of it has reached beneficiaries so far."""
    slices: tuple[Slice, ...]
    is_complete: bool
    """Whether every payout was counted; a large donation is traced in the views."""
