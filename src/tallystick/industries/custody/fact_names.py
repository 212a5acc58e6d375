# SPDX-License-Identifier: Apache-2.0
"""What the facts of the extracts are called on a page, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, TypeAlias

from tallystick.contracts import (
    FactLabel,
    Label,
    choice_words,
    digest_fact,
    fact,
    state_fact,
    time_fact,
)
from tallystick.industries.custody.words import WORDS
from tallystick.industries.custody.workflows import CheckState, ObjectState, PlacementState

Labels: TypeAlias = Mapping[str, FactLabel]

_OBJECT_STATES: Final = choice_words(WORDS, ObjectState)
_COPY_STATES: Final = choice_words(WORDS, PlacementState)
_RESULTS: Final = choice_words(WORDS, CheckState)
_LINE_RESULTS: Final[Mapping[str, Label]] = {
    "found": Label(zh="相符", en="found"),
    "missing": Label(zh="缺失", en="missing"),
}
_OBJECT: Final[Labels] = MappingProxyType(
    {
        "object": fact("对象编号", "Object"),
        "state": state_fact("状态", "State", _OBJECT_STATES),
        "owner": fact("所有机构", "Owner"),
        "cid": fact("密文内容地址（CID）", "Address of the sealed bytes (CID)"),
        "sha256": digest_fact("密文 SHA-256", "SHA-256 of the sealed bytes"),
    }
)
_DAY: Final[Labels] = MappingProxyType(
    {
        "manifest": fact("日清单", "Day manifest"),
        "day": fact("业务日", "Day"),
        "day_number": fact("第几日", "Number in the chain of days"),
        "day_root": digest_fact("日清单根", "Root of the day"),
        "day_entries": fact("当日条数", "Lines of the day"),
    }
)
STORAGE_LABELS: Final[Labels] = MappingProxyType(
    {
        **_OBJECT,
        "size": fact("字节数", "Bytes"),
        "media_type": fact("媒体类型", "Media type"),
        "plaintext_commitment": digest_fact("明文承诺", "Commitment to the plaintext"),
        "stored_at": time_fact("存妥时间", "Stored since"),
        "period_until": time_fact("存储期至", "Period ends"),
        "retain_until": time_fact("留存期至", "To be kept until"),
        "legal_holds": fact("保全项数", "Legal holds"),
        "copies_agreed": fact("约定副本数", "Copies agreed"),
        "zones_agreed": fact("约定区域数", "Zones agreed"),
        "copies_good": fact("完好副本数", "Good copies"),
        "copies": fact("副本", "Copies"),
        "copies.node": fact("节点", "Node"),
        "copies.operator": fact("运营方", "Operator"),
        "copies.zone": fact("区域", "Zone"),
        "copies.copy_state": state_fact("副本状态", "State of the copy", _COPY_STATES),
        "copies.pinned_at": time_fact("签收时间", "Signed for at"),
    }
)
DESTRUCTION_LABELS: Final[Labels] = MappingProxyType(
    {
        **_OBJECT,
        "reason": fact("销毁理由", "Reason"),
        "ordered_by": fact("提出人", "Ordered by"),
        "ordered_at": time_fact("提出时间", "Ordered at"),
        "signed_by": fact("签署人", "Signed by"),
        "signed_at": time_fact("签署时间", "Signed at"),
        "retain_until": time_fact("留存期至", "Was to be kept until"),
        "key_id": fact("密钥编号", "Name of the key"),
        "key_destroyed_at": time_fact("密钥销毁确认", "Key confirmed destroyed"),
    }
)
AUDIT_LABELS: Final[Labels] = MappingProxyType(
    {
        "audit": fact("抽查编号", "Audit"),
        "result": state_fact("结果", "Result", _RESULTS),
        "owner": fact("被查机构", "Owner"),
        "auditor": fact("抽查人", "Drawn by"),
        **_DAY,
        "drawn_at": time_fact("抽取时间", "Drawn at"),
        "drawn_from": digest_fact("抽取种子", "Seed of the draw"),
        "due": time_fact("期限", "Due"),
        "ended_at": time_fact("结束时间", "Ended at"),
        "lines_drawn": fact("抽取条数", "Lines drawn"),
        "lines_found": fact("相符条数", "Lines found"),
        "lines": fact("记录", "Lines"),
        "lines.index": fact("位置", "Place"),
        "lines.terminal": fact("终端", "Terminal"),
        "lines.sequence": fact("序号", "Number"),
        "lines.line_result": state_fact("结果", "Result", _LINE_RESULTS),
        "keys_asked": fact("指定业务键", "Business keys asked for"),
        "keys_asked.business_key": fact("业务键承诺", "Business key"),
        "keys_asked.line_result": state_fact("结果", "Result", _LINE_RESULTS),
    }
)
DRILL_LABELS: Final[Labels] = MappingProxyType(
    {
        "drill": fact("演练编号", "Drill"),
        "result": state_fact("结果", "Result", _RESULTS),
        "owner": fact("机构", "Owner"),
        "drawn_by": fact("抽取人", "Drawn by"),
        **_DAY,
        "terminal": fact("终端", "Terminal"),
        "sequence": fact("序号", "Number"),
        "object": fact("对象编号", "Object"),
        "node": fact("恢复自节点", "Restored from"),
        "drawn_at": time_fact("抽取时间", "Drawn at"),
        "took_ms": fact("用时（毫秒）", "Took (ms)"),
        "ended_at": time_fact("结束时间", "Ended at"),
    }
)
