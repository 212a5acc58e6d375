# SPDX-License-Identifier: Apache-2.0
"""Texts of `tally NAME keep`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tallystick.cli.texts.words import Text

KEEP_SUMMARY: Final = Text("keep copies as the ledger says", "按账本要求保管副本")
KEEP_DETAILS: Final = Text(
    "A round fetches what is offered to the operator, checks it against its address and signs for "
    "it; answers open questions; admits damage; destroys what is not wanted any more. It has no "
    "state of its own but FOLDER: a round that breaks off is done again. One keeper for a folder. "
    "Ends with 1 if something could not be fetched or was refused.",
    "每轮：取得分配给本运营方的密文，核对地址后签收；应答未决挑战；自报损坏；销毁不再需要的副本。除 FOLDER "
    "外不保存状态，中断后重新执行即可；每个目录只运行一个进程。有文件未能取得或被拒绝时退出码为 1。",
)
KEEP_OPTIONS: Final[Mapping[str, Text]] = {
    "folder": Text("where the sealed bytes are", "密文存放目录"),
    "source": Text(
        "HOLDER=PLACE: a storage node or organisation, and the address of its ledger node or the "
        "folder of its keeper; of others the own node is asked",
        "HOLDER=PLACE：存储节点或机构，及其账本节点地址或保管目录；其余向本方节点索取",
    ),
    "serve": Text(
        "give what is kept to the own ledger node too, which serves it to other keepers",
        "同时将所存密文交给本方账本节点，供其他保管方取用",
    ),
    "watch": Text("go on until told to stop", "持续运行直至停止"),
    "every": Text("seconds between rounds", "两轮间隔秒数"),
}
KEEP_MESSAGES: Final[Mapping[str, Text]] = {
    "keep.watching": Text("keeping; stop with Ctrl-C", "保管进行中；按 Ctrl-C 停止"),
    "keep.round": Text(
        "signed for {pinned}, answered {answered}, damaged {damaged}, destroyed {forgotten}",
        "签收 {pinned}，应答 {answered}，损坏 {damaged}，销毁 {forgotten}",
    ),
    "keep.served": Text(
        "gave {count} to the own node, for other keepers",
        "已交本方节点 {count} 份，供其他保管方取用",
    ),
    "keep.not_served": Text(
        "the own node does not take {cid} now: {code}", "本方节点暂未接收 {cid}：{code}"
    ),
    "keep.unfetched": Text("{name}: nobody gave the right bytes", "{name}：未能取得正确密文"),
    "keep.wrong_source": Text(
        "{name}: {holder} gave other bytes", "{name}：{holder} 提供的数据不符"
    ),
    "keep.rejected": Text("refused by the contract: {code}", "被合约拒绝：{code}"),
    "keep.unreachable": Text("the node does not answer; trying again", "节点未响应，稍后重试"),
}
