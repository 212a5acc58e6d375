# SPDX-License-Identifier: Apache-2.0
"""What the contract refuses, with the codes that all systems share."""

from __future__ import annotations

from typing import Annotated

from tallystick.contracts import (
    Amount,
    ByteCount,
    Count,
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


class NotAHolder(Refusal, code="E_ROLE"):
    """en: {organization} has not registered the node {node}.

    zh: {organization} 未登记存储节点 {node}。
    """

    organization: OrganizationCode
    node: Identifier


class AddressDiffers(Refusal, code="E_HASH"):
    """en: The bytes at {node} have the address {address}, not that of {object}.

    zh: 节点 {node} 的数据地址为 {address}，与对象 {object} 不符。
    """

    object: Identifier
    node: Identifier
    address: Name


class EntryDiffers(Refusal, code="E_HASH"):
    """en: Line {index} of {manifest} must be number {sequence} of {terminal}.

    zh: {manifest} 第 {index} 条应为终端 {terminal} 的第 {sequence} 号。
    """

    manifest: Identifier
    index: Count
    terminal: Identifier
    sequence: Count


class AddressTaken(Refusal, code="E_DUP"):
    """en: These sealed bytes are stored as {object}; seal each file anew.

    zh: 该密文已作为 {object} 存储；每份文件须重新加密。
    """

    object: Identifier


class DayTaken(Refusal, code="E_DUP"):
    """en: {owner} has anchored this day or a later one: {manifest}.

    zh: {owner} 已锚定当日或更晚日期：{manifest}。
    """

    owner: OrganizationCode
    manifest: Identifier


class SequenceOverlap(Refusal, code="E_DUP"):
    """en: The terminal {terminal} begins with {first}, but {next} comes next.

    zh: 终端 {terminal} 自 {first} 起编号，但下一序号应为 {next}。
    """

    terminal: Identifier
    first: Count
    next: Count


class GapUnexplained(Refusal, code="E_MISSING"):
    """en: The terminal {terminal} lacks number {sequence}, and nothing says why.

    zh: 终端 {terminal} 缺少序号 {sequence}，未说明原因。
    """

    terminal: Identifier
    sequence: Count


class TerminalMissing(Refusal, code="E_MISSING"):
    """en: The day has nothing of the terminal {terminal}, not even that there was nothing.

    zh: 当日清单缺少终端 {terminal}（无业务亦须列明）。
    """

    terminal: Identifier


class TerminalClosed(Refusal, code="E_STATE"):
    """en: The terminal {terminal} is closed: it numbers nothing any more.

    zh: 终端 {terminal} 已停用，不再编号。
    """

    terminal: Identifier


class CopyMissing(Refusal, code="E_MISSING"):
    """en: {node} has no copy of {object}.

    zh: 节点 {node} 没有对象 {object} 的副本。
    """

    object: Identifier
    node: Identifier


class SameOperator(Refusal, code="E_CONFLICT"):
    """en: Two copies at the operator {operator}; each goes to another.

    zh: 同一运营方 {operator} 重复承担副本；各副本须由不同运营方存储。
    """

    operator: OrganizationCode


class TooFewZones(Refusal, code="E_CONFLICT"):
    """en: The copies lie in {zones} zones, {needed} are agreed.

    zh: 副本仅分布于 {zones} 个区域，约定为 {needed} 个。
    """

    zones: Count
    needed: Count


class WrongCount(Refusal, code="E_CONFLICT"):
    """en: {given} nodes for {copies} copies.

    zh: 指定了 {given} 个节点，约定副本数为 {copies}。
    """

    given: Count
    copies: Count


class OverCapacity(Refusal, code="E_LIMIT"):
    """en: {node} has {free} bytes left, {needed} are needed.

    zh: 节点 {node} 剩余 {free} 字节，需要 {needed} 字节。
    """

    node: Identifier
    free: ByteCount
    needed: ByteCount


class TooDear(Refusal, code="E_LIMIT"):
    """en: {node} asks {price}, {allowed} are agreed.

    zh: 节点 {node} 单价 {price}，约定上限为 {allowed}。
    """

    node: Identifier
    price: Amount
    allowed: Amount


class StakeTooLow(Refusal, code="E_LIMIT"):
    """en: The stake {stake} is below {needed}.

    zh: 保证金 {stake} 低于最低要求 {needed}。
    """

    stake: Amount
    needed: Amount


class TooFewChallenges(Refusal, code="E_LIMIT"):
    """en: {challenges} challenges of a copy in a period are too few: at least {needed}.

    zh: 每期每份副本 {challenges} 次挑战过少，至少 {needed} 次。
    """

    challenges: Count
    needed: Count


class NodeClosedAlready(Refusal, code="E_STATE"):
    """en: {node} takes no new copies.

    zh: 节点 {node} 不再接收新副本。
    """

    node: Identifier


class BadSize(Refusal, code="E_FORMAT"):
    """en: An object has 1 to {size_max} bytes, not {size}.

    zh: 对象大小须为 1 至 {size_max} 字节，实为 {size}。
    """

    size: ByteCount
    size_max: ByteCount


class BadManifest(Refusal, code="E_FORMAT"):
    """en: The manifest does not fit: {what}.

    zh: 清单有误：{what}。
    """

    what: Annotated[Name, Format("word")]


class OtherCurrency(Refusal, code="E_FORMAT"):
    """en: {subject} is in {currency}.

    zh: {subject} 的币种为 {currency}。
    """

    subject: Name
    currency: Identifier


class MustBeKept(Refusal, code="E_LOCKED"):
    """en: {object} must be kept: until {retain_until}, and under {legal_holds} hold(s).

    zh: 对象 {object} 须继续保存：留存至 {retain_until}，保全 {legal_holds} 项。
    """

    object: Identifier
    retain_until: Timestamp
    legal_holds: Count


class RegisterHasMore(Refusal, code="E_STATE"):
    """en: Version {version} of the document {document} is not {object}: erase the document first.

    zh: 文件 {document} 第 {version} 版并非对象 {object} 的内容：请先删除该文件。
    """

    object: Identifier
    document: Name
    version: Count


class AnsweredAlready(Refusal, code="E_REPLAY"):
    """en: {challenge} was answered before.

    zh: 挑战 {challenge} 已应答。
    """

    challenge: Identifier


class OtherSeed(Refusal, code="E_REPLAY"):
    """en: This answer belongs to another challenge than {challenge}.

    zh: 该应答不属于挑战 {challenge}。
    """

    challenge: Identifier
    node: Identifier


class AnswerLate(Refusal, code="E_LATE"):
    """en: {challenge} was to be answered by {due}.

    zh: 挑战 {challenge} 的应答期限为 {due}，已逾期。
    """

    challenge: Identifier
    due: Timestamp


class OfferLate(Refusal, code="E_LATE"):
    """en: The copy of {object} at {node} was to be stored by {due}.

    zh: 对象 {object} 在节点 {node} 的副本应于 {due} 前存妥，已逾期。
    """

    object: Identifier
    node: Identifier
    due: Timestamp


class CheckLate(Refusal, code="E_LATE"):
    """en: {check} was due by {due}.

    zh: {check} 的期限为 {due}，已逾期。
    """

    check: Identifier
    due: Timestamp


class NothingThere(Refusal, code="E_STATE"):
    """en: {subject} does not allow this: {why}.

    zh: {subject} 不允许此操作：{why}。
    """

    subject: Name
    why: Annotated[Name, Format("word")]
