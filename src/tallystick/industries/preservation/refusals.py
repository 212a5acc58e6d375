# SPDX-License-Identifier: Apache-2.0
"""What the contract refuses, with the codes that all systems share."""

from __future__ import annotations

from typing import Annotated

from tallystick.contracts import (
    Amount,
    Digest,
    Format,
    Identifier,
    Name,
    OrganizationCode,
    Refusal,
    Timestamp,
)


class NotYours(Refusal, code="E_ROLE"):
    """en: {subject} is for {party} to act on.

    zh: {subject} 须由 {party} 办理。
    """

    subject: Name
    party: OrganizationCode


class NotOnPanel(Refusal, code="E_ROLE"):
    """en: {guarantor} is not on the panel, or is suspended.

    zh: {guarantor} 不在担保人名册内，或已被暂停。
    """

    guarantor: OrganizationCode


class NoSuchLetter(Refusal, code="E_MISSING"):
    """en: No guarantor has issued a letter {number}.

    zh: 没有编号为 {number} 的已签发保函。
    """

    number: Name


class ForgedSeal(Refusal, code="E_SIG"):
    """en: The letter {letter} is not signed by the seal of {guarantor}.

    zh: 保函 {letter} 的签名不是担保人 {guarantor} 的签章。
    """

    letter: Identifier
    guarantor: OrganizationCode


class LetterDiffers(Refusal, code="E_HASH"):
    """en: The letter {letter} was altered: {field_name} is {presented}, the guarantor said {kept}.

    zh: 保函 {letter} 与签发内容不符：{field_name} 为 {presented}，签发时为 {kept}。
    """

    letter: Identifier
    field_name: Name
    presented: Name
    kept: Name


class ScopeDiffers(Refusal, code="E_HASH"):
    """en: The clause {scope} is not as the court published it.

    zh: 担保范围条款 {scope} 与法院公布的不符。
    """

    scope: Identifier
    text: Digest


class LetterExpired(Refusal, code="E_EXPIRED"):
    """en: The letter {letter} is good from {valid_from} until {valid_until}.

    zh: 保函 {letter} 有效期为 {valid_from} 至 {valid_until}。
    """

    letter: Identifier
    valid_from: Timestamp
    valid_until: Timestamp


class TooLittle(Refusal, code="E_LIMIT"):
    """en: {amount} is less than the {required} that {rule} asks for.

    zh: {amount} 低于 {rule} 要求的 {required}。
    """

    amount: Amount
    required: Amount
    rule: Annotated[Name, Format("word")]


class TooMuch(Refusal, code="E_LIMIT"):
    """en: {amount} is more than the {limit} that {rule} allows.

    zh: {amount} 超过 {rule} 允许的 {limit}。
    """

    amount: Amount
    limit: Amount
    rule: Annotated[Name, Format("word")]


class TooLong(Refusal, code="E_LIMIT"):
    """en: {measure} can last until {latest}, not until {asked}.

    zh: {measure} 最长至 {latest}，不能至 {asked}。
    """

    measure: Identifier
    latest: Timestamp
    asked: Timestamp


class RenewalLate(Refusal, code="E_LATE"):
    """en: {measure} expires at {expiry}; renewal had to be asked for by {ask_by}.

    zh: {measure} 于 {expiry} 届满，续行申请须在 {ask_by} 前提出。
    """

    measure: Identifier
    expiry: Timestamp
    ask_by: Timestamp


class StepMissing(Refusal, code="E_STATE"):
    """en: {subject}: first comes {missing}.

    zh: {subject}：须先完成 {missing}。
    """

    subject: Name
    missing: Annotated[Name, Format("word")]


class DoesNotFit(Refusal, code="E_VALUE"):
    """en: {subject} does not fit: {what}.

    zh: {subject} 不符：{what}。
    """

    subject: Name
    what: Annotated[Name, Format("word")]


class AlreadyThere(Refusal, code="E_DUP"):
    """en: {subject} is there already.

    zh: {subject} 已存在。
    """

    subject: Name
