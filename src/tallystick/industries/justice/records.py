# SPDX-License-Identifier: Apache-2.0
"""Templates, agreements and their obligations; the figures, keys and relations around them."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Final, TypeAlias

from tallystick.contracts import (
    Amount,
    Arguments,
    BoundedText,
    Count,
    Digest,
    Help,
    Identifier,
    Integer,
    Label,
    Meta,
    Name,
    OrganizationCode,
    PublicKey,
    Record,
    Signature,
    Timestamp,
    ValueDigest,
)
from tallystick.contracts.parts import Currency, VersionedParameters

OBLIGATIONS_MAX: Final = 60
"""Obligations of one agreement, recurring ones counted each: more than a rent of five years."""
ALL_OBLIGATIONS_MAX: Final = 200
"""The same with those that amendments and a decision add."""
EXHIBITS_MAX: Final = 200
ATTACHED_MAX: Final = 150
"""The same, attached by hand: nobody fills a matter so that a notice or a payment has no room."""
PARTIES_MAX: Final = 10

Key: TypeAlias = Annotated[str, Meta(pattern="^[a-z][a-z0-9_]*(?!\n)$", max_length=24)]
"""A word by which a template names its parties, parameters and obligations."""
RateBp: TypeAlias = Annotated[int, Meta(ge=0, le=100_000)]
"""Hundredths of a percent a year."""
Keys: TypeAlias = Annotated[tuple[Key, ...], Meta(max_length=OBLIGATIONS_MAX)]
Exhibits: TypeAlias = Annotated[tuple[Identifier, ...], Meta(max_length=EXHIBITS_MAX)]
Obligations: TypeAlias = Annotated[tuple[Identifier, ...], Meta(max_length=ALL_OBLIGATIONS_MAX)]


class JusticeParameters(VersionedParameters):
    """The figures that the rules count with; the defaults hold until somebody changes them."""

    lpr_bp: Annotated[RateBp, Label(zh="一年期 LPR（基点）", en="One-year loan prime rate")] = 300
    cap_times: Annotated[
        Annotated[int, Meta(ge=1, le=10)],
        Label(zh="违约金上限倍数", en="Penalty at most so many times the prime rate"),
    ] = 4
    cure_days: Annotated[
        Annotated[int, Meta(ge=0, le=90)],
        Label(zh="补正期限（天，0 为无补正期）", en="Days to cure (0: none)"),
    ] = 7
    """With none, what follows a breach follows the service of its notice; who pays then still ends
    the dispute."""
    mediation_days: Annotated[
        Annotated[int, Meta(ge=1, le=365)], Label(zh="调解期限（天）", en="Days of mediation")
    ] = 30
    debit_hours: Annotated[
        Annotated[int, Meta(ge=0, le=720)],
        Label(zh="扣款提前（小时）", en="Hours that a debit is ordered before it is due"),
    ] = 24
    assertion_hours: Annotated[
        Annotated[int, Meta(ge=1, le=720)],
        Label(zh="身份认证有效（小时）", en="Hours that an assertion of identity is good"),
    ] = 24
    year_days: Annotated[
        Annotated[int, Meta(ge=360, le=366)], Label(zh="计息年天数", en="Days of a year")
    ] = 365

    @property
    def cap_bp(self) -> int:
        """The highest penalty of a year."""
        return self.lpr_bp * self.cap_times


class ParameterKind(StrEnum):
    """What a template's parameter is: money, a span, a rate, a moment, a number."""

    AMOUNT = "amount"
    DAYS = "days"
    RATE = "rate"
    TIME = "time"
    COUNT = "count"


class Parameter(Record):
    """A blank of a template, typed and with its range."""

    name: Key
    kind: ParameterKind
    lowest: Integer
    highest: Integer
    zh: Name
    en: Name


class Figure(Record):
    """A number of an obligation: a parameter's value, or a fixed one."""

    parameter: Key | None = None
    fixed: Count = 0


class DueKind(StrEnum):
    """From what a due time is counted."""

    DATE = "date"
    """A parameter is the moment."""
    EVENT = "event"
    """So many days after the signing, or after another obligation is discharged."""
    RECURRING = "recurring"
    """So many times: the first so many days after the signing, then every so many days."""


class DueRule(Record):
    """When an obligation is due."""

    kind: DueKind
    at: Key | None = None
    """The parameter, of a date."""
    after: Key | None = None
    """The obligation that is the event; null: the signing."""
    days: Figure = Figure()
    every: Figure = Figure()
    times: Figure = Figure(fixed=1)


class ObligationKind(StrEnum):
    """What is owed."""

    PAY = "PAY"
    DELIVER = "DELIVER"
    RETURN = "RETURN"
    NOTIFY = "NOTIFY"
    PERFORM = "PERFORM"


class EvidenceType(StrEnum):
    """What can show that something was done."""

    PAYMENT_RECEIPT = "payment_receipt"
    COURIER_SIGN_OFF = "courier_sign_off"
    RETURN_RECEIPT = "return_receipt"
    NOTICE_PROOF = "notice_proof"
    ACCEPTANCE = "acceptance"
    SYSTEM_RECORD = "system_record"


class ObligationRule(Record):
    """An obligation as a template has it."""

    key: Key
    debtor: Key
    creditor: Key
    kind: ObligationKind
    amount: Figure
    due: DueRule
    grace: Figure = Figure()
    """Days."""
    depends_on: Keys = ()
    evidence: Annotated[tuple[EvidenceType, ...], Meta(min_length=1, max_length=6)]
    penalty: Figure = Figure()
    """Basis points a year."""
    zh: BoundedText
    """In plain words, with places `{amount}`, `{due}`, `{days}`, `{debtor}`, `{creditor}`."""
    en: BoundedText


class TemplateState(StrEnum):
    """How far a template has come."""

    DRAFT = "DRAFT"
    REVIEWED = "REVIEWED"
    WITHDRAWN = "WITHDRAWN"


class NewTemplate(Arguments):
    """A contract with blanks, as a court is asked to review it."""

    title: Annotated[Name, Label(zh="名称", en="Title")]
    cause: Annotated[Name, Label(zh="案由", en="Cause of action")]
    clauses: Annotated[Digest, Label(zh="条款文本哈希", en="Hash of the clauses")]
    parties: Annotated[
        tuple[Key, ...],
        Meta(min_length=2, max_length=PARTIES_MAX),
        Label(zh="当事人", en="Parties"),
    ]
    parameters: Annotated[
        tuple[Parameter, ...], Meta(max_length=50), Label(zh="参数", en="Parameters")
    ] = ()
    obligations: Annotated[
        tuple[ObligationRule, ...],
        Meta(min_length=1, max_length=30),
        Label(zh="义务", en="Obligations"),
    ]
    currency: Annotated[Currency, Label(zh="币种", en="Currency")] = "CNY"
    waives_mediation: Annotated[bool, Label(zh="约定不经调解", en="A clause waives mediation")] = (
        False
    )


class Template(NewTemplate):
    """A template on record."""

    id: Identifier
    state: TemplateState
    digest: ValueDigest
    """Of everything that was drafted: what an agreement is bound to."""
    drafted_by: Name
    reviewed_by: Name | None = None
    review: Digest | None = None
    """Of the lawfulness review, on paper."""
    reviewed_at: Timestamp | None = None


class ParameterValue(Record):
    """What stands in a blank."""

    name: Key
    value: Integer


class Party(Record):
    """Who fills a party's place; a person acts through an organisation of the network."""

    role: Key
    organization: OrganizationCode
    """Who acts for it here: itself, or the platform that a person uses."""
    subject: ValueDigest
    """The person who signs, as a commitment."""
    account: ValueDigest | None = None
    """Of the account that is to be paid; null: no debit can pay it."""


Parties: TypeAlias = Annotated[
    tuple[Party, ...], Meta(min_length=2, max_length=PARTIES_MAX), Label(zh="当事人", en="Parties")
]
Values: TypeAlias = Annotated[
    tuple[ParameterValue, ...], Meta(max_length=50), Label(zh="参数值", en="Values")
]


class NewAgreement(Arguments):
    """A template filled in."""

    template: Annotated[Identifier, Label(zh="模板", en="Template")]
    parties: Parties
    values: Values = ()
    text: Annotated[
        Digest,
        Label(zh="合同文本存证哈希", en="Hash of the text"),
        Help(zh="须已由本机构存证", en="The text's file must be deposited."),
    ]
    deposit: Annotated[Identifier, Label(zh="合同文本存证", en="Deposit of the text")]
    replaces: Annotated[
        Identifier | None, Label(zh="替代的合同（和解）", en="The agreement it settles")
    ] = None


class Revision(Record):
    """What can be changed of a draft."""

    parties: Parties
    values: Values = ()
    text: Digest
    deposit: Identifier


class AgreementState(StrEnum):
    """The life of an agreement, from a draft to the end of an enforcement."""

    DRAFT = "DRAFT"
    SIGNING = "SIGNING"
    ACTIVE = "ACTIVE"
    PERFORMED = "PERFORMED"
    BREACHED = "BREACHED"
    MEDIATION = "MEDIATION"
    SETTLED = "SETTLED"
    FAILED = "FAILED"
    FILED = "FILED"
    RETURNED = "RETURNED"
    ACCEPTED = "ACCEPTED"
    HEARD = "HEARD"
    DECIDED = "DECIDED"
    ENFORCEMENT = "ENFORCEMENT"
    CLOSED = "CLOSED"


class PartySignature(Record):
    """That a party has signed, with what it can be checked again."""

    role: Key
    certificate: Identifier
    public_key: PublicKey
    signature: Signature
    signed_at: Timestamp
    level: Count
    """Of the identification."""


class Agreement(NewAgreement):
    """An agreement on record."""

    id: Identifier
    platform: OrganizationCode
    """Who drafted it and reports what happens."""
    state: AgreementState
    version: Count = 1
    """Grows with each amendment."""
    digest: ValueDigest
    """Of text, template with its code, parties and values: what all parties sign."""
    signatures: tuple[PartySignature, ...] = ()
    obligations: Obligations = ()
    open: Count = 0
    """Obligations that are neither discharged nor replaced."""
    breached: Count = 0
    """Those among them that are breached."""
    active_at: Timestamp | None = None
    notice: Identifier | None = None
    mediation: Identifier | None = None
    case: Identifier | None = None
    exhibits: Exhibits = ()
    court: OrganizationCode | None = None
    """The body that holds the case, or that confirmed a settlement."""
    is_enforceable: bool = False
    """A judge has confirmed it, or decided."""


class Amendment(Record):
    """Another text or other values, in force when all parties have signed."""

    id: Identifier
    agreement: Identifier
    version: Count
    values: Values
    text: Digest
    deposit: Identifier
    digest: ValueDigest
    signatures: tuple[PartySignature, ...] = ()
    proposed_at: Timestamp
    applied_at: Timestamp | None = None


class ObligationState(StrEnum):
    """How far an obligation has come."""

    WAITING = "WAITING"
    """For its event, or for what it depends on."""
    OPEN = "OPEN"
    OVERDUE = "OVERDUE"
    BREACHED = "BREACHED"
    DISCHARGED = "DISCHARGED"
    REPLACED = "REPLACED"
    """By a settlement, a decision or an amendment."""


class Obligation(Record):
    """What a party owes another."""

    id: Identifier
    agreement: Identifier
    key: Key
    debtor: Key
    creditor: Key
    kind: ObligationKind
    amount: Amount
    currency: Currency
    due: Timestamp | None = None
    """The last millisecond in time; null until its event happens."""
    after: Identifier | None = None
    """The obligation that is its event, if it is not the signing."""
    days: Count = 0
    grace_days: Count = 0
    depends_on: Obligations = ()
    evidence: tuple[EvidenceType, ...]
    penalty_bp: RateBp = 0
    state: ObligationState
    paid: Amount = 0
    debited: Amount = 0
    """Of what is not paid: what debits on their way will pay."""
    amount_days: Count = 0
    """Sum over the days since it was due of what was unpaid on each."""
    counted_days: Count = 0
    """Days since it was due that are in that sum."""
    discharged_at: Timestamp | None = None
    breached_at: Timestamp | None = None
    case: Identifier | None = None
    """The case in which it is claimed."""
    is_enforceable: bool = False

    @property
    def unpaid(self) -> int:
        """What is left of the amount."""
        return self.amount - self.paid


class Performance(Record):
    """That something was done for an obligation, and what shows it."""

    obligation: Identifier
    deposit: Identifier
    evidence: EvidenceType
    amount: Amount
    reported_by: Name
    reported_at: Timestamp


class NewAuthorization(Arguments):
    """A debtor's leave to debit its account, up to a cap."""

    agreement: Annotated[Identifier, Label(zh="合同", en="Agreement")]
    role: Annotated[Key, Label(zh="付款方", en="Party")]
    bank: Annotated[OrganizationCode, Label(zh="开户银行", en="Bank")]
    account: Annotated[ValueDigest, Label(zh="扣款账户摘要", en="Account")]
    cap: Annotated[Amount, Label(zh="扣款总额上限", en="Cap")]
    valid_until: Annotated[Timestamp, Label(zh="有效期至", en="Valid until")]


class Authorization(NewAuthorization):
    """The same on record, one for each debtor of an agreement; what was used stays used."""

    used: Amount = 0
    """What debits have taken or will take."""
    signature: PartySignature
    revoked_at: Timestamp | None = None


class DebitPurpose(Record):
    """What a payment order pays, and the bank that carries it out."""

    order: Identifier
    obligation: Identifier
    bank: OrganizationCode
    """Of the leave that ordered it; a later leave may name another."""
