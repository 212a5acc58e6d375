# SPDX-License-Identifier: Apache-2.0
"""Files to take away: a deposit with its proof, also as a certificate for a court."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from types import MappingProxyType
from typing import Any, Final

from tallystick.contracts import (
    CHINA_OFFSET_MINUTES,
    ExtractTakeAway,
    Label,
    TableReader,
    TakeAway,
    choice_words,
    digest_fact,
    fact,
    required_record,
    state_fact,
    time_fact,
)
from tallystick.industries.evidence.records import (
    CollectionMethod,
    Deposit,
    EvidenceKind,
    VerificationMethod,
)
from tallystick.industries.evidence.words import WORDS

_CHINA: Final = timezone(timedelta(minutes=CHINA_OFFSET_MINUTES))
_KINDS: Final = choice_words(WORDS, EvidenceKind)
_METHODS: Final = choice_words(WORDS, CollectionMethod)
_WAYS: Final = choice_words(WORDS, VerificationMethod)


def deposit_facts(tables: TableReader, deposit: str) -> Mapping[str, Any]:
    """Return what a deposit says: which content, by whom, when, and how it was collected."""
    kept = required_record(tables, "deposits", Deposit, deposit)
    collector = kept.collector
    return {
        "deposit": kept.id,
        "title": kept.title,
        "kind": kept.kind,
        "case_number": kept.case_number,
        "matter_number": kept.matter_number,
        "matter_previous": kept.matter_previous,
        "organization": kept.organization,
        "member": kept.member,
        "deposited_at": _time(kept.deposited_at),
        "content": {
            "sha256": kept.sha256,
            "sm3": kept.sm3,
            "size": kept.size,
            "media_type": kept.media_type,
            "file_name": kept.file_name,
            "active_content": kept.active_content,
        },
        "collection": {
            "method": kept.method,
            "source": kept.source,
            "captured_at": _time(kept.captured_at),
            "device": None if collector is None else collector.device,
            "app": None if collector is None else collector.app,
            "version": None if collector is None else collector.version,
            "environment": None if collector is None else collector.environment,
            "registered": kept.collector_registered,
        },
        "verification": {str(one): one in kept.verification for one in VerificationMethod},
        "time_stamp_sha256": kept.token_sha256,
        "signature_sha256": kept.signature_sha256,
        "previous": kept.previous,
        "earlier_deposit_by_others": kept.earlier_deposit,
        "same_content": kept.same_content,
        "note": kept.note,
    }


def _time(time_ms: int | None) -> str | None:
    if time_ms is None:
        return None
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=time_ms)
    return moment.astimezone(_CHINA).isoformat(timespec="milliseconds")


TAKE_AWAYS: Final[Mapping[str, TakeAway]] = MappingProxyType(
    {
        "deposit": ExtractTakeAway(
            Label(zh="存证证书，附证明", en="a deposit with its proof"),
            "deposits",
            deposit_facts,
            ("deposits",),
            title=Label(zh="电子数据存证证书", en="Certificate of deposit of electronic data"),
            labels={
                "deposit": fact("存证编号", "Deposit"),
                "title": fact("标题", "Title"),
                "kind": state_fact("证据种类", "Kind", _KINDS),
                "case_number": fact("案号", "Case number"),
                "matter_number": fact("事项内序号", "Number in the matter"),
                "matter_previous": fact("事项内上一存证", "Deposit before it in the matter"),
                "organization": fact("存证机构", "Organisation"),
                "member": fact("经办成员", "Member"),
                "deposited_at": time_fact("存证时间", "Deposited at"),
                "previous": fact("前一存证", "Previous deposit"),
                "earlier_deposit_by_others": fact("他人更早存证", "Deposited before by others"),
                "same_content": fact("相同内容的上一存证", "Earlier deposit of the same content"),
                "note": fact("备注", "Note"),
                "content": fact("存证内容", "Content"),
                "content.sha256": digest_fact("SHA-256 哈希", "SHA-256"),
                "content.sm3": digest_fact("SM3 哈希", "SM3"),
                "content.size": fact("大小（字节）", "Size in bytes"),
                "content.media_type": fact("媒体类型", "Media type"),
                "content.file_name": fact("文件名", "File name"),
                "content.active_content": fact(
                    "含可执行内容，原样保留", "Active content, kept as it is"
                ),
                "time_stamp_sha256": digest_fact("时间戳摘要", "Digest of its time-stamp"),
                "signature_sha256": digest_fact("电子签名摘要", "Digest of its signature"),
                "collection": fact("采集", "Collection"),
                "collection.method": state_fact("采集方式", "Method", _METHODS),
                "collection.source": fact("来源", "Source"),
                "collection.captured_at": time_fact("采集时间（声称）", "Captured at (claimed)"),
                "collection.device": fact("设备", "Device"),
                "collection.app": fact("程序", "Program"),
                "collection.version": fact("程序版本", "Program version"),
                "collection.environment": fact("环境检查", "Environment check"),
                "collection.registered": fact("采集程序已登记", "Collector registered"),
                "verification": fact("可用核验方式", "Ways to verify"),
                **{f"verification.{one}": fact(words.zh, words.en) for one, words in _WAYS.items()},
            },
        )
    }
)
"""What can be taken away, by its name on the command line."""
