# SPDX-License-Identifier: Apache-2.0
"""Texts of `tally governance propose network`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tallystick.cli.texts.words import CommandText, Text

RECOGNITION_COMMANDS: Final[Mapping[str, CommandText]] = {
    "governance propose network": CommandText(
        Text("believe records of another network", "承认其他网络的记录"),
        (
            "tally governance propose network channel.trust.json",
            "tally governance propose network shared.trust.json --asset-kind liquor-case",
        ),
        Text(
            "By the log keys of its trust file; when they change, propose it again. With "
            "--asset-kind assets of that kind are locked here only after that network has "
            "reserved them; this cannot be undone.",
            "以其信任文件中的日志密钥为准；密钥变更后请重新提案。指定 --asset-kind 时，"
            "该类资产须先经该网络预留，方可在本网络占用，且不可撤销。",
        ),
    ),
}
RECOGNITION_OPTIONS: Final[Mapping[str, Text]] = {
    "governance propose network:trust": Text("trust file of the network", "该网络的信任文件"),
    "governance propose network:quorum": Text(
        "how many of its log keys must sign; more than two thirds if not given",
        "须签名的日志密钥数；默认超过三分之二",
    ),
    "governance propose network:max_age_days": Text(
        "how many days old the checkpoint of a proof may be", "证明所依检查点的最长天数"
    ),
    "governance propose network:asset_kind": Text(
        "kind of assets that it reserves; may be repeated", "由其预留的资产类别，可重复"
    ),
    "governance propose network:withdraw": Text(
        "believe nothing of it any more", "不再承认其任何记录"
    ),
}
