# SPDX-License-Identifier: Apache-2.0
"""What fields of the built-in contracts `membership` and `governance` are called, and mean.

They have no schema, so that people read `Valid until` and a time, their fields stand here.
"""

from __future__ import annotations

from typing import Final

from tallystick.contracts import FieldSchema, Label, ValueType
from tallystick.membership import BUILT_IN_CONTRACTS

_TEXT: Final = ValueType(kind="text")
_NUMBER: Final = ValueType(kind="integer")
_YES_NO: Final = ValueType(kind="boolean")
_BYTES: Final = ValueType(kind="bytes")
_TIME: Final = ValueType(kind="integer", format="timestamp-ms")
_ORGANIZATION: Final = ValueType(kind="text", format="organization")


def _field(name: str, value_type: ValueType, zh: str, en: str) -> FieldSchema:
    return FieldSchema(name=name, type=value_type, label=Label(zh=zh, en=en))


_NAME: Final = ValueType(
    kind="record",
    fields=(_field("zh", _TEXT, "中文", "Chinese"), _field("en", _TEXT, "英文", "English")),
)
_LIST: Final = ValueType(kind="list", items=_TEXT)

_FIELDS: Final = {
    field.name: field
    for field in (
        _field("organization", _ORGANIZATION, "机构", "Organisation"),
        _field("member", _TEXT, "成员", "Member"),
        _field("id", _TEXT, "编号", "Id"),
        _field("name", _NAME, "名称", "Name"),
        _field("roles", _LIST, "角色", "Roles"),
        _field("active", _YES_NO, "启用", "Active"),
        _field("public_key", _BYTES, "公钥", "Public key"),
        _field("valid_from", _TIME, "生效时间", "Valid from"),
        _field("valid_until", _TIME, "失效时间", "Valid until"),
        _field("revoked_at", _TIME, "吊销时间", "Revoked at"),
        _field("removed_at", _TIME, "移除时间", "Removed at"),
        _field("added_at", _TIME, "登记时间", "Added at"),
        _field("certificate", _BYTES, "证书", "Certificate"),
        _field("proof", _BYTES, "持有证明", "Proof of possession"),
        _field("proposal", _TEXT, "提案", "Proposal"),
        _field("approve", _YES_NO, "赞成", "Approve"),
        _field("action", ValueType(kind="map"), "提案内容", "Action"),
        _field("expires_at", _TIME, "截止时间", "Open until"),
        _field("opened_at", _TIME, "提出时间", "Opened at"),
        _field("closed_at", _TIME, "结束时间", "Closed at"),
        _field("votes", ValueType(kind="list"), "投票", "Votes"),
        _field("state", _TEXT, "状态", "State"),
        _field("height", _NUMBER, "区块高度", "Height"),
        _field("index", _NUMBER, "区块内序号", "Place in the block"),
        _field("failure", ValueType(kind="map"), "未能执行的原因", "Why it was not executed"),
        _field("power", _NUMBER, "权重", "Power"),
        _field("joined", _NUMBER, "加入高度", "Joined at height"),
        _field("left", _NUMBER, "退出高度", "Left at height"),
        _field("node_id", _TEXT, "节点编号", "Node id"),
        _field("contract", _TEXT, "合约", "Contract"),
        _field("version", _NUMBER, "版本", "Version"),
        _field("version_before", _NUMBER, "此前版本", "Version before"),
        _field("callable_from", _NUMBER, "可调用高度", "Callable from height"),
        _field("digest", _BYTES, "源码摘要", "Digest of its sources"),
        _field("digest_before", _BYTES, "此前源码摘要", "Digest before"),
        _field("migration", ValueType(kind="map"), "数据迁移", "Migration"),
        _field("limit", _NUMBER, "条数上限", "At most"),
        _field(
            "transaction_lifetime_ms_max",
            _NUMBER,
            "交易最长有效期（毫秒）",
            "Longest lifetime of a transaction, ms",
        ),
        _field(
            "block_transactions_max", _NUMBER, "每区块交易上限", "Transactions in a block, at most"
        ),
        _field("python", _TEXT, "Python 版本", "Version of Python"),
        _field("threshold", ValueType(kind="map"), "通过门槛", "Approvals must exceed"),
        _field(
            "qualified_threshold",
            ValueType(kind="map"),
            "特别事项通过门槛",
            "For rules and removals",
        ),
        _field("participation", ValueType(kind="map"), "最低投票率", "Votes cast must reach"),
        _field("proposal_lifetime_ms", _NUMBER, "提案有效期（毫秒）", "Proposals are open for, ms"),
        _field("value", ValueType(kind="list"), "内容", "Content"),
        _field("log_keys", ValueType(kind="list"), "日志密钥", "Log keys"),
        _field("quorum", _NUMBER, "须签名的密钥数", "Keys that must sign"),
        _field("proof_age_ms_max", _NUMBER, "证明最长时间（毫秒）", "Oldest checkpoint, ms"),
        _field("asset_kinds", _LIST, "由其预留的资产类别", "Kinds of assets it reserves"),
        _field("network", _TEXT, "网络", "Network"),
    )
}
"""One meaning a name: membership and governance call the same things alike."""


def built_in_fields(contract: str) -> dict[str, FieldSchema]:
    """Return the known fields of a built-in contract, by name; none of any other contract."""
    return _FIELDS if contract in BUILT_IN_CONTRACTS else {}
