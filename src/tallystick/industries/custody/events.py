# SPDX-License-Identifier: Apache-2.0
"""What the contract announces; statistics and warnings are counted from it."""

from __future__ import annotations

from typing import Annotated

from tallystick.contracts import (
    Amount,
    ByteCount,
    Count,
    Event,
    Format,
    Identifier,
    Name,
    OrganizationCode,
    Timestamp,
)
from tallystick.contracts.parts import DocumentCid


class NodeOffered(Event):
    """en: {operator} offers the node {node} in zone {zone}: {capacity} bytes at {price}.

    zh: {operator} 提供位于 {zone} 的存储节点 {node}：容量 {capacity} 字节，单价 {price}。
    """

    node: Identifier
    operator: OrganizationCode
    zone: Identifier
    capacity: ByteCount
    price: Amount


class NodeClosed(Event):
    """en: The node {node} takes no new copies.

    zh: 存储节点 {node} 不再接收新副本。
    """

    node: Identifier
    operator: OrganizationCode


class AgreementMade(Event):
    """en: {owner} made the agreement {agreement}: {copies} copies in {zones} zones.

    zh: {owner} 订立存储约定 {agreement}：{copies} 份副本，至少 {zones} 个区域。
    """

    agreement: Identifier
    owner: OrganizationCode
    copies: Count
    zones: Count


class ObjectDeclared(Event):
    """en: {owner} declared the object {object}, {size} bytes, to be kept until {retain_until}.

    zh: {owner} 登记对象 {object}，{size} 字节，留存至 {retain_until}。
    """

    object: Identifier
    owner: OrganizationCode
    retention: Identifier
    size: ByteCount
    retain_until: Timestamp


class CopyOffered(Event):
    """en: A copy of {object} is offered to the node {node} of {operator}, until {due}.

    zh: 对象 {object} 的副本分配至 {operator} 的节点 {node}，须于 {due} 前存妥。
    """

    object: Identifier
    cid: DocumentCid
    node: Identifier
    operator: OrganizationCode
    size: ByteCount
    due: Timestamp


class CopyChanged(Event):
    """en: The copy of {object} at {node} ({operator}, zone {zone}): {change}.

    zh: 对象 {object} 在节点 {node}（{operator}，区域 {zone}）的副本：{change}。
    """

    object: Identifier
    node: Identifier
    operator: OrganizationCode
    zone: Identifier
    change: Annotated[Name, Format("word")]
    """`pinned`, `suspect`, `recovered`, `evicted` or `dropped`."""
    pinned: Count
    """1 if it is a good copy now, 0 if not."""


class CopiesCounted(Event):
    """en: {object} has {copies} good copies.

    zh: 对象 {object} 现有 {copies} 份完好副本。
    """

    object: Identifier
    owner: OrganizationCode
    copies: Count
    objects: Count
    """1 while it is stored, 0 afterwards."""
    size: ByteCount
    """0 afterwards."""


class ObjectDegraded(Event):
    """en: {object} has fewer copies than agreed: {copies}.

    zh: 对象 {object} 的副本少于约定：{copies} 份。
    """

    object: Identifier
    owner: OrganizationCode
    copies: Count


class ObjectRestored(Event):
    """en: {object} has all its copies again, or is kept no longer.

    zh: 对象 {object} 的副本已恢复齐备，或已不再存储。
    """

    object: Identifier
    owner: OrganizationCode


class ObjectLost(Event):
    """en: No copy of {object} is left.

    zh: 对象 {object} 的副本已全部丢失。
    """

    object: Identifier
    owner: OrganizationCode


class ChallengeIssued(Event):
    """en: {node} must show slice {index} of {object} by {due} ({challenge}).

    zh: 节点 {node} 须于 {due} 前出示对象 {object} 的第 {index} 个切片（{challenge}）。
    """

    challenge: Identifier
    object: Identifier
    node: Identifier
    operator: OrganizationCode
    index: Count
    due: Timestamp


class ChallengeEnded(Event):
    """en: {challenge} of {node} over {object}: passed {passed}, paid {paid}, penalty {penalty}.

    zh: {challenge}（节点 {node}，对象 {object}）：通过 {passed}，付费 {paid}，扣罚 {penalty}。
    """

    challenge: Identifier
    object: Identifier
    node: Identifier
    operator: OrganizationCode
    passed: Count
    """1 or 0."""
    failed: Count
    paid: Amount
    penalty: Amount


class RepairBegun(Event):
    """en: A new copy of {object} goes to {node}, due {due} ({repair}).

    zh: 对象 {object} 的新副本由节点 {node} 补存，期限 {due}（{repair}）。
    """

    repair: Name
    object: Identifier
    node: Identifier
    due: Timestamp


class RepairDone(Event):
    """en: {node} has repaired {object}: {size} bytes.

    zh: 节点 {node} 已修复对象 {object}：{size} 字节。
    """

    repair: Name
    object: Identifier
    node: Identifier
    size: ByteCount


class RepairBlocked(Event):
    """en: No node can take a new copy of {object}.

    zh: 没有节点可接收对象 {object} 的新副本。
    """

    object: Identifier
    owner: OrganizationCode


class ObjectExpiring(Event):
    """en: The period of {object} ends at {until}; renew or release it.

    zh: 对象 {object} 的存储期于 {until} 届满，请续存或释放。
    """

    object: Identifier
    owner: OrganizationCode
    until: Timestamp


class PeriodEnded(Event):
    """en: Period {period} of {object} is over: {outcome}.

    zh: 对象 {object} 第 {period} 期已届满：{outcome}。
    """

    object: Identifier
    owner: OrganizationCode
    period: Count
    outcome: Annotated[Name, Format("word")]


class RetentionEnding(Event):
    """en: {object} need not be kept after {until}.

    zh: 对象 {object} 的留存期于 {until} 届满。
    """

    object: Identifier
    owner: OrganizationCode
    until: Timestamp


class DestructionOrdered(Event):
    """en: {person} ordered that {object} be destroyed; a second signature is needed.

    zh: {person} 提出销毁对象 {object}，须第二人签署。
    """

    object: Identifier
    person: Name


class ObjectDestroyed(Event):
    """en: {object} was destroyed: ordered by {ordered_by}, signed by {signed_by}.

    zh: 对象 {object} 已销毁：{ordered_by} 提出，{signed_by} 签署。
    """

    object: Identifier
    owner: OrganizationCode
    key_id: Identifier
    ordered_by: Name
    signed_by: Name


class KeyDestroyed(Event):
    """en: {person} has destroyed the key {key_id} of {object}.

    zh: {person} 已销毁对象 {object} 的密钥 {key_id}。
    """

    object: Identifier
    key_id: Identifier
    person: Name


class ReadOpened(Event):
    """en: {reader} opened {object} by the grant {grant} ({read}).

    zh: {reader} 依授权 {grant} 调阅对象 {object}（{read}）。
    """

    read: Identifier
    grant: Name
    object: Identifier
    reader: OrganizationCode


class ReadDone(Event):
    """en: {read}: {reader} has the object {object}, from {node}.

    zh: {read}：{reader} 已自节点 {node} 取得对象 {object}。
    """

    read: Identifier
    object: Identifier
    reader: OrganizationCode
    node: Identifier


class CorruptionReported(Event):
    """en: {reader} got damaged bytes of {object} from {node}, slice {index}.

    zh: {reader} 自节点 {node} 取得的对象 {object} 第 {index} 个切片有损坏。
    """

    object: Identifier
    node: Identifier
    index: Count
    reader: OrganizationCode


class DayAnchored(Event):
    """en: {owner} anchored day {number} of its archive: {entries} entries ({manifest}).

    zh: {owner} 锚定档案第 {number} 日：{entries} 条（{manifest}）。
    """

    manifest: Identifier
    owner: OrganizationCode
    number: Count
    entries: Count
    gaps: Count


class SnapshotAnchored(Event):
    """en: {owner} anchored block {number} of its own ledger: {entries} entries ({snapshot}).

    zh: {owner} 锚定子链第 {number} 个区块：{entries} 条（{snapshot}）。
    """

    snapshot: Identifier
    owner: OrganizationCode
    number: Count
    entries: Count


class SequenceGap(Event):
    """en: The terminal {terminal} lacks {count} numbers from {first}: {cause} ({manifest}).

    zh: 终端 {terminal} 自 {first} 起缺 {count} 个序号：{cause}（{manifest}）。
    """

    manifest: Identifier
    owner: OrganizationCode
    terminal: Identifier
    first: Count
    count: Count
    cause: Name


class AuditDrawn(Event):
    """en: {count} lines of {manifest} must be shown by {due} ({audit}).

    zh: 须于 {due} 前出示 {manifest} 的 {count} 条记录（{audit}）。
    """

    audit: Identifier
    manifest: Identifier
    count: Count
    due: Timestamp


class AuditEnded(Event):
    """en: {audit} of {manifest}: {found} found, {missing} missing.

    zh: {audit}（{manifest}）：相符 {found} 条，缺失 {missing} 条。
    """

    audit: Identifier
    manifest: Identifier
    found: Count
    missing: Count


class DrillEnded(Event):
    """en: {drill}: restoring from {manifest} passed: {passed}.

    zh: {drill}：自 {manifest} 恢复演练，通过：{passed}。
    """

    drill: Identifier
    manifest: Identifier
    passed: Count
