# SPDX-License-Identifier: Apache-2.0
"""What the fields and choices of the evidence contract are called."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from tallystick.contracts import Words, role_words, words, words_of
from tallystick.industries.evidence.records import (
    CollectionMethod,
    EvidenceKind,
    VerificationMethod,
)

_FIELDS: Final = words(
    algorithm=("哈希算法", "Algorithm"),
    app=("程序", "Program"),
    captured_at=("采集时间（声称）", "Captured at (claimed)"),
    case_number=("案号", "Case number"),
    deposited_at=("存证时间", "Deposited at"),
    duplicates=("重复的文件", "Duplicates"),
    existing=("已有存证", "Existing deposit"),
    first=("首份存证", "First deposit"),
    is_shared=("多家机构存证", "Deposited by several"),
    last=("末份存证", "Last deposit"),
    newest=("最新存证", "Newest deposit"),
    previous=("前一存证", "Previous deposit"),
    title=("标题", "Title"),
)

WORDS: Final[Words] = MappingProxyType(
    _FIELDS
    | role_words({"depositor": ("存证人", "Depositor")})
    | words_of(
        EvidenceKind,
        document=("文件", "document"),
        image=("图片", "image"),
        audio=("音频", "audio"),
        video=("视频", "video"),
        web_page=("网页", "web page"),
        message=("消息记录", "message"),
        transaction=("交易记录", "transaction"),
        log=("系统日志", "log"),
        other=("其他", "other"),
    )
    | words_of(
        CollectionMethod,
        upload=("上传", "upload"),
        system=("系统自动采集", "by a system"),
        web_capture=("网页取证", "web capture"),
        screen_recording=("录屏", "screen recording"),
        device_export=("设备导出", "export of a device"),
        notary=("公证", "notary"),
        other=("其他", "other"),
    )
    | words_of(
        VerificationMethod,
        time_stamp=("可信时间戳", "time-stamp"),
        electronic_signature=("电子签名", "electronic signature"),
        hash_check=("哈希核验", "hash check"),
    )
)
