# SPDX-License-Identifier: Apache-2.0
"""What the fields, choices and states of the custody contract are called."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from tallystick.contracts import Words, phrases, words, words_of
from tallystick.industries.custody.refusals import OverCapacity
from tallystick.industries.custody.workflows import (
    ROLE_WORDS,
    ChallengeState,
    CheckState,
    ObjectState,
    PlacementState,
)

_FIELDS: Final = words(
    address=("内容地址", "Address"),
    agreement=("存储协议", "Agreement"),
    allowed=("允许的最高单价", "Allowed at most"),
    anchored_at=("上链时间", "Anchored at"),
    anchored_by=("上链人", "Anchored by"),
    answer_s=("答复期限（秒）", "Seconds to answer"),
    asked=("指定的业务键", "Business keys asked for"),
    asked_found=("指定业务键中已出示的", "Asked for and found"),
    asked_missing=("指定业务键中缺失的", "Asked for and missing"),
    audit=("抽查", "Audit"),
    audit_entries=("每次抽查条数", "Lines of an audit"),
    audit_s=("抽查答复期限（秒）", "Seconds to answer an audit"),
    auditor=("检查人", "Auditor"),
    begun_at=("开始时间", "Begun at"),
    branch=("网点", "Branch"),
    business_key=("业务键承诺", "Commitment to the business key"),
    capacity=("容量（字节）", "Capacity in bytes"),
    cause=("断号原因", "Cause"),
    challenge=("存储质询", "Challenge"),
    challenges=("每期质询次数", "Challenges of a period"),
    check=("检查", "Check"),
    copies=("副本", "Copies"),
    degraded_at=("副本不足起始时间", "Copies missing since"),
    done_at=("完成时间", "Done at"),
    drawn_at=("抽样时间", "Drawn at"),
    drawn_by=("抽样人", "Drawn by"),
    drill=("恢复演练", "Drill"),
    ended_at=("结束时间", "Ended at"),
    ended_by=("结束人", "Ended by"),
    entries=("目录条数", "Entries"),
    entry=("目录条目", "Entry"),
    expiring_days=("到期提醒提前天数", "Days of notice before expiry"),
    failed=("失败次数", "Failed"),
    fails=("连续失败次数", "Failures in a row"),
    fails_evict=("剔除前连续失败次数", "Failures that end a copy"),
    fails_suspect=("存疑前连续失败次数", "Failures that make a copy suspect"),
    fee_slice=("每次质询报酬", "Fee of a passed challenge"),
    first=("起始序号", "First number"),
    found=("已核实的条目", "Found"),
    free=("剩余容量（字节）", "Free bytes"),
    gaps=("断号", "Gaps"),
    given=("指定的节点数", "Nodes given"),
    grace_days=("释放后保留天数", "Days kept after a release"),
    indices=("抽中的序号", "Lines drawn"),
    is_active=("使用中", "Active"),
    is_open=("接收新副本", "Takes new copies"),
    is_renewed=("已续存", "Renewed"),
    is_repair=("修复副本", "For a repair"),
    issued_at=("质询时间", "Issued at"),
    keeps=("准予保管的文件", "Document it may keep"),
    key=("密钥密文", "Sealed key"),
    key_destroyed_at=("密钥销毁时间", "Key destroyed at"),
    key_id=("密钥名称", "Name of the key"),
    last=("最新日目录", "Newest day"),
    last_day=("最近一日", "Last day"),
    last_snapshot=("最新快照", "Newest snapshot"),
    made_at=("订立时间", "Made at"),
    manifest=("日目录", "Manifest of a day"),
    next=("下一序号", "Next number"),
    node=("存储节点", "Storage node"),
    nodes=("存储节点", "Storage nodes"),
    nonce=("随机数", "Nonce"),
    notice_days=("保存期满提醒提前天数", "Days of notice before retention ends"),
    object=("存储对象", "Object"),
    objects=("存储对象数", "Objects"),
    opened_at=("打开时间", "Opened at"),
    operator=("存储运营方", "Operator"),
    order=("编号", "Order"),
    ordered_at=("下令时间", "Ordered at"),
    ordered_by=("下令人", "Ordered by"),
    outcome=("结果", "Outcome"),
    paid=("已付报酬", "Paid"),
    passed=("通过次数", "Passed"),
    pays=("通过报酬", "Pays"),
    penalty=("扣罚金额", "Penalty"),
    penalty_times=("扣罚倍数", "Penalty, in slices of the fee"),
    period=("存储期", "Period"),
    period_days=("每期天数", "Days of a period"),
    period_until=("本期截止时间", "Period ends"),
    pin_s=("存入期限（秒）", "Seconds to store a copy"),
    pinned=("完好副本数", "Good copies"),
    pinned_at=("存入时间", "Stored at"),
    pinned_by=("签收人", "Signed for by"),
    plain=("原文承诺", "Commitment to the plain text"),
    previous=("前一树根", "Root before it"),
    price=("单价", "Price"),
    read=("读取", "Read"),
    reader=("读取方", "Reader"),
    recheck_s=("复检间隔（秒）", "Seconds until asked again"),
    repair=("修复", "Repair"),
    repair_s_per_gb=("每 GB 修复期限（秒）", "Seconds to repair a GB"),
    retention=("保存类别", "Retention class"),
    retry_s=("修复重试间隔（秒）", "Seconds until a repair is tried again"),
    rounds=("本期已质询次数", "Challenges so far"),
    seed=("抽样种子", "Seed of the draw"),
    sequence=("流水序号", "Sequence number"),
    shown=("出示的条目", "Entry shown"),
    size_max=("文件大小上限（字节）", "Largest file in bytes"),
    snapshot=("快照", "Snapshot"),
    snapshots=("快照数", "Snapshots"),
    stake=("保证金", "Stake"),
    stake_min=("最低保证金", "Least stake"),
    stored_at=("存储完成时间", "Stored at"),
    terminal=("终端", "Terminal"),
    terminals=("终端", "Terminals"),
    title=("名称", "Title"),
    took_ms=("用时（毫秒）", "Took (ms)"),
    used=("已用容量（字节）", "Bytes used"),
    zone=("可用区", "Zone"),
    zones=("可用区数", "Zones"),
)

_STATES: Final = (
    words_of(
        ObjectState,
        UPLOADING=("上传中", "uploading"),
        STORED=("已存储", "stored"),
        DEGRADED=("副本不足", "copies are missing"),
        HELD=("保全中", "on hold"),
        EXPIRING=("即将到期", "period ends soon"),
        RENEWED=("已续存", "renewed"),
        RELEASED=("已释放", "released"),
        DESTROYED=("已销毁", "destroyed"),
        LOST=("已丢失", "lost"),
    )
    | words_of(
        PlacementState,
        OFFERED=("待存", "offered"),
        PINNED=("完好", "good"),
        SUSPECT=("存疑", "suspect"),
        EVICTED=("已剔除", "evicted"),
        DROPPED=("已清除", "dropped"),
    )
    | words_of(
        ChallengeState,
        ISSUED=("待答复", "issued"),
        PASSED=("通过", "passed"),
        FAILED=("未通过", "failed"),
    )
    | words_of(
        CheckState,
        DRAWN=("进行中", "open"),
        PASSED=("通过", "passed"),
        FAILED=("未通过", "failed"),
    )
)

_PHRASES: Final = (
    phrases(
        "name",
        {
            "answer": "质询答复",
            "check": "检查",
            "collect": "清除副本",
            "expiring": "到期提醒",
            "mend": "修复",
            "period": "存储期",
            "pin": "存入副本",
            "recheck": "复检",
            "retention": "保存期",
            "round": "质询",
        },
    )
    | phrases(
        "what",
        {
            "a business key twice": "业务键重复",
            "a line that is none": "有一行不是明细",
            "a terminal twice": "终端重复",
            "an empty day": "当日为空",
            "lines of a terminal apart": "同一终端的明细不连续",
            "terminals": "终端",
        },
    )
    | phrases("why", {"done": "已完成"})
    | phrases("outcome", {"released": "已释放", "renewed": "已续存"})
    | phrases(
        "change",
        {
            "drop": "清除",
            "evict": "剔除",
            "lapse": "逾期未存",
            "pinned": "已存入",
            "suspect": "存疑",
        },
    )
)

WORDS: Final[Words] = MappingProxyType(
    _FIELDS
    | words_of(OverCapacity, needed=("所需容量（字节）", "Bytes needed"))
    | words_of("Ticked", failed=("失败数", "Failed"))
    | _STATES
    | _PHRASES
    | ROLE_WORDS
)
