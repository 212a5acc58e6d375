# SPDX-License-Identifier: Apache-2.0
"""What the facts of the extracts are called on a page, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, TypeAlias

from tallystick.contracts import (
    FactLabel,
    choice_words,
    digest_fact,
    fact,
    hidden_fact,
    money_fact,
    state_fact,
    time_fact,
)
from tallystick.contracts.parts import OrderState
from tallystick.industries.preservation.letter_records import LetterState
from tallystick.industries.preservation.measure_records import (
    MeasureState,
    PropertyKind,
    ReleaseGround,
    ReleaseState,
)
from tallystick.industries.preservation.records import Exemption, PreservationState
from tallystick.industries.preservation.words import WORDS

Labels: TypeAlias = Mapping[str, FactLabel]

_LETTER_STATES: Final = choice_words(WORDS, LetterState)
_CASE_STATES: Final = choice_words(WORDS, PreservationState)
_MEASURE_STATES: Final = choice_words(WORDS, MeasureState)
_RELEASE_STATES: Final = choice_words(WORDS, ReleaseState)
_ORDER_STATES: Final = choice_words(WORDS, OrderState)
_KINDS: Final = choice_words(WORDS, PropertyKind)
_GROUNDS: Final = choice_words(WORDS, ReleaseGround)
_EXEMPTIONS: Final = choice_words(WORDS, Exemption)

_APPLICATION: Final = fact("保全申请编号", "Application")
_COURT: Final = fact("法院", "Court")
_GUARANTOR: Final = fact("担保人", "Guarantor")
_LETTER: Final = fact("保函编号", "Letter")
_LETTER_STATE: Final = state_fact("保函状态", "State of the letter", _LETTER_STATES)
_LIMIT: Final = money_fact("担保限额", "Limit")
_REQUIRED: Final = money_fact("责令担保金额", "Security ordered")
_CURRENCY: Final = hidden_fact("币种", "Currency")
_CASE_NUMBER: Final = fact("案号", "Case number")
_APPLICANT: Final = digest_fact("申请人承诺值", "Applicant, commitment")
_RESPONDENT: Final = digest_fact("被申请人承诺值", "Respondent, commitment")
_DOCUMENT: Final = digest_fact("文件摘要", "Digest of the file")
_FROZEN: Final = money_fact("在保全金额", "Frozen now")
_MEASURES: Final[Labels] = MappingProxyType(
    {
        "measures": fact("保全措施", "Measures"),
        "measures.measure": fact("措施编号", "Measure"),
        "measures.registry": fact("登记机构", "Registry"),
        "measures.kind": state_fact("财产种类", "Kind", _KINDS),
        "measures.state": state_fact("状态", "State", _MEASURE_STATES),
        "measures.amount": money_fact("保全金额", "Amount"),
        "measures.priority": fact("轮候次序", "Rank"),
        "measures.expires_at": time_fact("届满时间", "Expires at"),
    }
)

LETTER_LABELS: Final[Labels] = MappingProxyType(
    {
        "state": _LETTER_STATE,
        "court": _COURT,
        "issued_at": time_fact("签发时间", "Issued at"),
        "limit": _LIMIT,
        "paid": money_fact("已赔付", "Paid"),
        "currency": _CURRENCY,
        "letter": fact("保函签章内容", "What the seal signs"),
        "letter.number": _LETTER,
        "letter.guarantor": _GUARANTOR,
        "letter.applicant_party": _APPLICANT,
        "letter.respondent_party": _RESPONDENT,
        "letter.application": _APPLICATION,
        "letter.limit": fact("担保限额（分）", "Limit, in fen"),
        "letter.scope": fact("担保范围条款版本", "Version of the scope clause"),
        "letter.scope_text": digest_fact("担保范围条款摘要", "Digest of the scope clause"),
        "letter.valid_from": fact("有效期自（毫秒）", "Valid from, in ms"),
        "letter.valid_until": fact("有效期至（毫秒）", "Valid until, in ms"),
        "letter.document": _DOCUMENT,
        "letter.signature": digest_fact("担保人签章", "Guarantor's signature"),
        "verification_text": digest_fact("核验文字", "Text to check the letter by"),
    }
)

ACCEPTANCE_LABELS: Final[Labels] = MappingProxyType(
    {
        "letter": _LETTER,
        "state": _LETTER_STATE,
        "application": _APPLICATION,
        "court": _COURT,
        "guarantor": _GUARANTOR,
        "limit": _LIMIT,
        "required": _REQUIRED,
        "currency": _CURRENCY,
        "document": _DOCUMENT,
        "submitted_at": time_fact("提交时间", "Submitted at"),
        "accepted_at": time_fact("采纳时间", "Accepted at"),
        "premium": fact("保费划付", "Premium paid on"),
        "premium.order": fact("付款指令", "Payment order"),
        "premium.amount": money_fact("金额", "Amount"),
        "premium.state": state_fact("状态", "State", _ORDER_STATES),
        "premium.payee": digest_fact("收款账户摘要", "Digest of the account"),
    }
)

RULING_LABELS: Final[Labels] = MappingProxyType(
    {
        "application": _APPLICATION,
        "state": state_fact("保全状态", "State", _CASE_STATES),
        "court": _COURT,
        "case_number": _CASE_NUMBER,
        "is_pre_suit": fact("诉前保全", "Before the suit"),
        "sue_by": time_fact("起诉期限", "Sue by"),
        "ruling": digest_fact("裁定书摘要", "Digest of the ruling"),
        "ruled_at": time_fact("裁定时间", "Ruled at"),
        "amount": money_fact("保全限额", "Amount ruled"),
        "frozen": _FROZEN,
        "required": _REQUIRED,
        "exemption": state_fact("免担保情形", "Exempt from security", _EXEMPTIONS),
        "currency": _CURRENCY,
        "applicant_party": _APPLICANT,
        "respondent_party": _RESPONDENT,
        "letters": fact("担保保函", "Letters"),
        "letters.letter": _LETTER,
        "letters.guarantor": _GUARANTOR,
        "letters.limit": _LIMIT,
        **_MEASURES,
    }
)

RELEASE_LABELS: Final[Labels] = MappingProxyType(
    {
        "release": fact("解除编号", "Release"),
        "state": state_fact("解除状态", "State of the release", _RELEASE_STATES),
        "application": _APPLICATION,
        "application_state": state_fact("保全状态", "State of the preservation", _CASE_STATES),
        "court": _COURT,
        "case_number": _CASE_NUMBER,
        "ground": state_fact("解除事由", "Ground", _GROUNDS),
        "order": digest_fact("裁定书摘要", "Digest of the order"),
        "opened_at": time_fact("提起时间", "Opened at"),
        "due": time_fact("办理期限", "Due"),
        "ordered_at": time_fact("裁定解除时间", "Ordered at"),
        "ended_at": time_fact("终结时间", "Ended at"),
        "frozen": _FROZEN,
        "currency": _CURRENCY,
        **_MEASURES,
    }
)
