# SPDX-License-Identifier: Apache-2.0
"""From a breach to the end of an enforcement: notices, mediation, case, findings, decision."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Final, TypeAlias

from tallystick.contracts import (
    Amount,
    Arguments,
    BoundedText,
    ByteCount,
    Count,
    Digest,
    Identifier,
    Label,
    Meta,
    Name,
    OrganizationCode,
    Record,
    SignedOver,
    Timestamp,
    ValueDigest,
)
from tallystick.contracts.parts import OrderId, OrderState, SealedData
from tallystick.industries.justice.identity_records import (
    Signed,
)
from tallystick.industries.justice.records import (
    Exhibits,
    Key,
    ObligationKind,
    Obligations,
    PartySignature,
    RateBp,
)

ITEMS_OF_A_CALL_MAX: Final = 60
READERS_MAX: Final = 20


class ProgramSeen(Record, forbid_unknown_fields=False):
    """What a deposit says of the program that collected it."""

    app: Name | None = None
    version: Name | None = None


class CollectorSeen(Record, forbid_unknown_fields=False):
    """What is read of a collecting program that the contract `evidence` has registered."""

    registered_at: Timestamp
    withdrawn_at: Timestamp | None = None
    reason: BoundedText | None = None


class DepositSeen(Record, forbid_unknown_fields=False):
    """What is read of a deposit that the contract `evidence` keeps."""

    id: Identifier
    organization: OrganizationCode
    sha256: Digest
    size: ByteCount
    title: Name
    kind: str
    method: str
    case_number: str | None = None
    previous: str | None = None
    file_name: Name | None = None
    media_type: str = "application/octet-stream"
    captured_at: Timestamp | None = None
    deposited_at: Timestamp
    earlier_deposit: bool = False
    collector: ProgramSeen | None = None


class ServiceMethod(StrEnum):
    """How a notice reached the debtor."""

    ELECTRONIC = "electronic"
    COURIER = "courier"
    NOTARY = "notary"


class BreachNotice(Record):
    """That obligations of an agreement are breached, and until when this can be cured."""

    id: Identifier
    agreement: Identifier
    obligations: Obligations
    drawn_at: Timestamp
    method: ServiceMethod | None = None
    proof: Identifier | None = None
    """The deposit that shows it was served."""
    served_at: Timestamp | None = None
    served_by: OrganizationCode | None = None
    cure_until: Timestamp | None = None


class MediationState(StrEnum):
    """What became of a mediation."""

    OPEN = "OPEN"
    SETTLED = "SETTLED"
    FAILED = "FAILED"
    CURED = "CURED"
    """The debtor did what was owed."""


class Offer(Record):
    """An offer in a mediation; what it says is in a private record."""

    role: Key
    paper: Identifier
    offered_at: Timestamp


class Mediation(Record):
    """The mediation that opens by itself when a breach is not cured."""

    id: Identifier
    agreement: Identifier
    state: MediationState
    opened_at: Timestamp
    until: Timestamp
    evidence: Exhibits
    mediator: OrganizationCode | None = None
    mediator_person: Name | None = None
    offers: Annotated[tuple[Offer, ...], Meta(max_length=100)] = ()
    settlement: Identifier | None = None
    ended_at: Timestamp | None = None
    reason: Name | None = None


class PaperKind(StrEnum):
    """What a private record of a matter holds."""

    CONTENT = "content"
    """The file of a deposit."""
    PARTY = "party"
    """Names, numbers and addresses."""
    OFFER = "offer"
    REASONS = "reasons"


class Paper(Record):
    """A private record of a matter: whose, about what, how old."""

    id: Identifier
    agreement: Identifier
    kind: PaperKind
    deposit: Identifier | None
    owner: OrganizationCode


class NewPaper(Arguments):
    """A sealed paper of a matter, and who may read it."""

    agreement: Annotated[Identifier, Label(zh="合同", en="Agreement")]
    paper: Annotated[Identifier, Label(zh="材料编号", en="Paper")]
    kind: Annotated[PaperKind, Label(zh="种类", en="Kind")]
    sealed: Annotated[SealedData, Label(zh="密封数据", en="Sealed data")]
    readers: Annotated[
        tuple[OrganizationCode, ...],
        Meta(max_length=READERS_MAX),
        Label(zh="可读机构", en="Readers"),
    ]
    deposit: Annotated[Identifier | None, Label(zh="所属存证", en="Of which deposit")] = None


class Verdict(StrEnum):
    """Whether data are as they were when they were deposited."""

    UNVERIFIED = "UNVERIFIED"
    CONSISTENT = "CONSISTENT"
    INCONSISTENT = "INCONSISTENT"
    UNVERIFIABLE = "UNVERIFIABLE"


class CheckResult(StrEnum):
    """What one check of an item came to."""

    PASSED = "passed"
    FAILED = "failed"
    UNKNOWN = "unknown"
    """It cannot be made: no file, no token, no key."""


class Findings(Record):
    """What the court node checked of an item; all of it is about the time since the deposit."""

    file: CheckResult
    """The file presented has the hash that was deposited."""
    chain: CheckResult
    """The deposit's proof leads to a signed checkpoint."""
    time: CheckResult
    """The time-stamp token is of a pinned authority and over these bytes."""
    signature: CheckResult
    """Whoever signed had a certificate in force at that time."""
    collector: CheckResult
    """The collecting program's version was not withdrawn."""


class Before(StrEnum):
    """Whether data were true before the deposit (Art 18); nothing here says so by itself."""

    NOT_ASSESSED = "NOT_ASSESSED"
    SHOWN = "SHOWN"
    NOT_SHOWN = "NOT_SHOWN"


class Basis(StrEnum):
    """By what truth before the deposit was shown (Art 18)."""

    SOURCE = "source"
    GENERATION = "generation"
    STORAGE = "storage"
    NOTARY = "notary"
    WITNESS = "witness"
    EXPERT = "expert"
    OTHER_EVIDENCE = "other_evidence"
    ADMISSION = "admission"


class Considerations(Record):
    """What a challenge looks at (Art 17): true where the court found nothing against it."""

    platform_compliant: Annotated[bool, Label(zh="平台合规", en="Platform compliant")]
    platform_independent: Annotated[bool, Label(zh="平台与当事人无利害关系", en="Independent")]
    system_clean: Annotated[bool, Label(zh="系统清洁", en="System clean")]
    method_standard: Annotated[bool, Label(zh="方法合乎标准", en="Method by a standard")]


class Exhibit(Record):
    """A deposit in a matter, with what the court found and decided about it."""

    agreement: Identifier
    deposit: Identifier
    sha256: Digest
    size: ByteCount
    file_name: Name
    attached_by: OrganizationCode
    attached_at: Timestamp
    platform: OrganizationCode
    """Who deposited it."""
    deposited_at: Timestamp
    """Block time."""
    claimed_capture: Timestamp | None
    """What the depositor says about when it was made: a claim."""
    state: Verdict
    """Unchanged since the deposit, or not."""
    findings: Findings | None = None
    before: Before = Before.NOT_ASSESSED
    """True before the deposit, or not shown."""
    basis: tuple[Basis, ...] = ()
    considerations: Considerations | None = None
    is_admitted: bool | None = None
    reasons: Digest | None = None


class Finding(Record):
    """What the court node hands in about an item."""

    deposit: Identifier
    sha256: Digest | None = None
    """Of the file that was presented; null: none was."""
    findings: Findings


class Ruling(Record):
    """What a judge rules about an item."""

    deposit: Identifier
    is_admitted: bool
    before: Before
    basis: Annotated[tuple[Basis, ...], Meta(max_length=8)] = ()
    considerations: Considerations
    reasons: Digest
    """Of the reasoning, on paper."""


FindingList: TypeAlias = Annotated[
    tuple[Finding, ...],
    Meta(min_length=1, max_length=ITEMS_OF_A_CALL_MAX),
    Label(zh="核验结果", en="Findings"),
]
RulingList: TypeAlias = Annotated[
    tuple[Ruling, ...],
    Meta(min_length=1, max_length=ITEMS_OF_A_CALL_MAX),
    Label(zh="认定", en="Rulings"),
]


class OpinionKind(StrEnum):
    """Who gives an opinion (Art 18 and 19)."""

    NOTARY = "notary"
    FORENSIC = "forensic"


class Opinion(Record):
    """A notary's or an expert's opinion on an item: about truth before the deposit."""

    case: Identifier
    deposit: Identifier
    organization: OrganizationCode
    kind: OpinionKind
    supports: bool
    statement: Identifier
    """The deposit of the opinion itself."""
    given_at: Timestamp


class ClaimLine(Record):
    """What is claimed of one obligation, and how it is computed."""

    obligation: Identifier
    amount: Amount
    paid: Amount
    unmet: Amount
    days: Count
    """Since it was due."""
    contract_bp: RateBp
    applied_bp: RateBp
    """The lower of the agreement's rate and the cap."""
    amount_days: Count
    """What was unpaid on each day, summed."""
    penalty: Amount


class Claim(Record):
    """The computation of a claim (JUD-4, JUD-5)."""

    computed_at: Timestamp
    lines: tuple[ClaimLine, ...]
    cap_bp: RateBp
    unmet: Amount
    penalty: Amount
    total: Amount


class Case(Record):
    """A case that was filed."""

    id: Identifier
    agreement: Identifier
    court: OrganizationCode
    creditor: Key
    cause: Name
    obligations: Obligations
    exhibits: Exhibits
    claim: Claim
    bundle: ValueDigest
    """What the creditor confirmed by its signature: agreement, court, obligations, exhibits."""
    confirmation: PartySignature
    filed_at: Timestamp
    filed_by: Name
    docket: Name | None = None
    """The court's number, once it has accepted."""
    answered_by: Name | None = None
    answered_at: Timestamp | None = None
    returned_for: Name | None = None
    judge: Name | None = None
    heard_at: Timestamp | None = None
    report: Digest | None = None
    """Of the verification report; later findings change it."""
    reported_at: Timestamp | None = None
    decision: Identifier | None = None


class NewFiling(Arguments):
    """What a creditor files, and its signature over the bundle."""

    agreement: Annotated[Identifier, Label(zh="合同", en="Agreement")]
    court: Annotated[OrganizationCode, Label(zh="法院", en="Court")]
    creditor: Annotated[Key, Label(zh="债权人", en="Creditor")]
    obligations: Annotated[Obligations, Label(zh="所主张的义务", en="What is claimed")]
    confirmation: Annotated[
        Signed, Label(zh="签名确认", en="Confirmation"), SignedOver("filing_to_sign")
    ]


class Outcome(StrEnum):
    """How a case was decided."""

    UPHELD = "upheld"
    IN_PART = "in_part"
    DISMISSED = "dismissed"


class Award(Record):
    """What a decision orders."""

    key: Key
    debtor: Key
    creditor: Key
    kind: ObligationKind
    amount: Amount
    due: Timestamp
    penalty_bp: RateBp = 0


Awards: TypeAlias = Annotated[
    tuple[Award, ...], Meta(max_length=20), Label(zh="判决义务", en="What is awarded")
]


class Decision(Record):
    """A decision; its text is deposited, and its hash is here."""

    id: Identifier
    case: Identifier
    agreement: Identifier
    outcome: Outcome
    deposit: Identifier
    sha256: Digest
    awards: Awards
    awarded: Amount
    decided_by: Name
    decided_at: Timestamp


class EnforcementState(StrEnum):
    """What became of an enforcement."""

    APPLIED = "APPLIED"
    COLLECTED = "COLLECTED"
    TERMINATED = "TERMINATED"
    """Nothing more could be found."""


class Enforcement(Record):
    """An application to enforce, filed by one confirmed act."""

    id: Identifier
    agreement: Identifier
    court: OrganizationCode
    creditor: Key
    obligations: Obligations
    amount: Amount
    confirmation: PartySignature
    applied_at: Timestamp
    state: EnforcementState
    collected: Amount = 0
    closed_by: Name | None = None
    closed_at: Timestamp | None = None


class CreditFact(StrEnum):
    """What a credit centre is told about a debtor."""

    KEPT = "kept"
    DEFAULTED = "defaulted"
    CURED = "cured"
    ENFORCED = "enforced"


class CreditEvent(Record):
    """A fact for the credit system, which judges it by its own rules."""

    id: Identifier
    agreement: Identifier
    role: Key
    organization: OrganizationCode
    subject: ValueDigest
    fact: CreditFact
    at: Timestamp
    noted_at: Timestamp | None = None


class PaymentReport(Arguments):
    """What a bank says of a debit."""

    order: Annotated[OrderId, Label(zh="付款指令", en="Payment order")]
    state: Annotated[OrderState, Label(zh="结果", en="Result")]
    attempt: Annotated[Count, Label(zh="第几次", en="Try")]
    reference: Annotated[Name | None, Label(zh="银行流水号", en="Bank reference")] = None
    reason: Annotated[Name | None, Label(zh="原因代码", en="Reason")] = None
