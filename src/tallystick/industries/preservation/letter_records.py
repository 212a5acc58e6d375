# SPDX-License-Identifier: Apache-2.0
"""Letters of guarantee, what is presented of them, claims and payments on them."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from tallystick.contracts import (
    Amount,
    Arguments,
    Count,
    Digest,
    Identifier,
    Label,
    Meta,
    Name,
    OrganizationCode,
    Record,
    Signature,
    Timestamp,
    ValueDigest,
)
from tallystick.contracts.parts import DocumentFile, OrderId, OrderState
from tallystick.industries.preservation.records import LETTERS_MAX, Yuan


class LetterState(StrEnum):
    """The life of a letter of guarantee."""

    APPLIED = "APPLIED"
    QUOTED = "QUOTED"
    ISSUED = "ISSUED"
    CANCELLED = "CANCELLED"
    SUBMITTED = "SUBMITTED"
    ACCEPTED = "ACCEPTED"
    REJECTED = "REJECTED"
    IN_FORCE = "IN_FORCE"
    RELEASED = "RELEASED"
    CLAIMED = "CLAIMED"
    PAID = "PAID"
    DENIED = "DENIED"
    DISCHARGED = "DISCHARGED"


class LetterTerms(Arguments):
    """What the guarantor signs, apart from whom and which case it is for."""

    limit: Annotated[Yuan, Label(zh="担保限额", en="Limit")]
    premium: Annotated[Yuan, Label(zh="保费", en="Premium")]
    scope: Annotated[Identifier, Label(zh="担保范围条款版本", en="Version of the scope clause")]
    scope_text: Annotated[Digest, Label(zh="担保范围条款摘要", en="Digest of the scope clause")]
    valid_from: Annotated[Timestamp, Label(zh="有效期自", en="Valid from")]
    valid_until: Annotated[Timestamp, Label(zh="有效期至", en="Valid until")]


class PresentedLetter(Arguments):
    """A letter as somebody presents it: every field is compared with what the guarantor signed."""

    number: Annotated[Identifier, Label(zh="保函编号", en="Number")]
    guarantor: Annotated[OrganizationCode, Label(zh="担保人", en="Guarantor")]
    applicant_party: Annotated[ValueDigest, Label(zh="申请人承诺值", en="Applicant, commitment")]
    respondent_party: Annotated[
        ValueDigest, Label(zh="被申请人承诺值", en="Respondent, commitment")
    ]
    application: Annotated[Identifier, Label(zh="保全申请", en="Application")]
    limit: Annotated[Yuan, Label(zh="担保限额", en="Limit")]
    scope: Annotated[Identifier, Label(zh="担保范围条款版本", en="Version of the scope clause")]
    scope_text: Annotated[Digest, Label(zh="担保范围条款摘要", en="Digest of the scope clause")]
    valid_from: Annotated[Timestamp, Label(zh="有效期自", en="Valid from")]
    valid_until: Annotated[Timestamp, Label(zh="有效期至", en="Valid until")]
    document: Annotated[Digest, Label(zh="文件摘要", en="Digest of the file")]
    signature: Annotated[Signature, Label(zh="担保人签章", en="Guarantor's signature")]


Presented = Annotated[tuple[PresentedLetter, ...], Meta(min_length=1, max_length=LETTERS_MAX)]
"""The letters of one application, together."""


class Letter(Record):
    """A letter of guarantee from the question to its end."""

    id: Identifier
    application: Identifier
    guarantor: OrganizationCode
    state: LetterState
    asked_at: Timestamp
    risk: Digest | None = None
    """Digest of the underwriter's own risk check."""
    underwriter: Name | None = None
    is_chosen: bool = False
    terms: LetterTerms | None = None
    file: DocumentFile | None = None
    """The letter as a file: what was signed, byte for byte."""
    signature: Signature | None = None
    issued_at: Timestamp | None = None
    is_paid: bool = False
    """Whether the premium has come in."""
    submitted_at: Timestamp | None = None
    accepted_at: Timestamp | None = None
    accepted_by: Name | None = None
    rejected_for: Name | None = None
    ended_at: Timestamp | None = None
    """When it was cancelled, rejected, released or discharged."""
    awarded: Amount = 0
    """What final decisions put on it; never above the limit."""
    paid: Amount = 0
    claims: Count = 0
    """Claims that are filed or awarded and not yet over."""


class ClaimState(StrEnum):
    """The life of a claim for losses from wrongful preservation."""

    FILED = "FILED"
    AWARDED = "AWARDED"
    PAID = "PAID"
    DENIED = "DENIED"


class LossClaim(Record):
    """What a respondent claims for wrongful preservation, and what it gets of one letter."""

    id: Identifier
    application: Identifier
    letter: Identifier
    claimant: OrganizationCode
    claimed: Amount
    payee: ValueDigest
    state: ClaimState
    filed_at: Timestamp
    decision: Digest | None = None
    """SHA-256 of the final decision."""
    awarded: Amount = 0
    """By the final decision."""
    due: Amount = 0
    """What of it this letter answers for."""
    paid: Amount = 0


class PaymentPurpose(Record):
    """What a payment order is for, and whose books it leaves."""

    order: OrderId
    letter: Identifier
    claim: Identifier | None
    bank: OrganizationCode
    account: Name


class PaymentReport(Arguments):
    """What a bank says of a payment."""

    order: Annotated[OrderId, Label(zh="付款指令", en="Payment order")]
    state: Annotated[OrderState, Label(zh="结果", en="State")]
    attempt: Annotated[Count, Label(zh="第几次", en="Try")]
    reference: Annotated[Name | None, Label(zh="银行流水号", en="Bank's reference")] = None
    reason: Annotated[Name | None, Label(zh="原因", en="Reason")] = None
