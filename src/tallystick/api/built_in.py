# SPDX-License-Identifier: Apache-2.0
"""What the built-in contracts say in plain sentences; they have no schema to take them from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tallystick.api.wire_types import format_time
from tallystick.contracts import Label
from tallystick.encoding import Value

ABSENT: Final = "—"
_KEY_CHARACTERS: Final = 16

ACTIONS: Final[Mapping[str, Label]] = {
    "admit_organization": Label(zh="接纳机构", en="admit an organisation"),
    "suspend_organization": Label(zh="暂停机构", en="suspend an organisation"),
    "resume_organization": Label(zh="恢复机构", en="resume an organisation"),
    "remove_organization": Label(zh="移除机构", en="remove an organisation"),
    "set_validator": Label(zh="设置验证节点", en="set a validator"),
    "remove_validator": Label(zh="撤销验证节点", en="remove a validator"),
    "set_parameters": Label(zh="变更网络参数", en="change the network's parameters"),
    "set_governance": Label(zh="变更表决规则", en="change the voting rules"),
    "activate_contract": Label(zh="启用合约版本", en="activate a contract version"),
    "register_node": Label(zh="登记节点", en="register a node"),
    "remove_node": Label(zh="移除节点", en="remove a node"),
}
"""Each action of a proposal, by its type."""

_CALLS: Final[Mapping[str, Label]] = {
    "governance.propose": Label(zh="发起提案", en="proposed"),
    "governance.vote": Label(zh="表决", en="voted"),
    "governance.withdraw": Label(zh="撤回提案", en="withdrew a proposal"),
    "governance.execute": Label(zh="执行提案", en="executed a proposal"),
    "governance.rotate_validator_key": Label(
        zh="更换验证节点密钥", en="rotated its validator's key"
    ),
    "governance.resign_validator": Label(zh="退出验证", en="resigned as a validator"),
    "governance.register_node": Label(zh="登记本机构节点", en="registered a node"),
    "governance.remove_node": Label(zh="移除本机构节点", en="removed a node"),
    "governance.rotate_log_key": Label(zh="更换日志密钥", en="rotated its log key"),
    "governance.revoke_log_key": Label(zh="吊销日志密钥", en="revoked a log key"),
    "governance.leave": Label(zh="退出网络", en="left the network"),
}

_EVENTS: Final[Mapping[str, Label]] = {
    "membership.MemberAdded": Label(
        zh="机构 {organization} 新增成员 {member}", en="{member} joined {organization}"
    ),
    "membership.RolesChanged": Label(
        zh="机构 {organization} 变更成员 {member} 的角色",
        en="the roles of {member} of {organization} were changed",
    ),
    "membership.MemberActive": Label(
        zh="机构 {organization} 启用或停用成员 {member}",
        en="{member} of {organization} was suspended or reinstated",
    ),
    "membership.KeyEnrolled": Label(
        zh="机构 {organization} 为成员 {member} 登记密钥",
        en="a key was enrolled for {member} of {organization}",
    ),
    "membership.KeyRevoked": Label(
        zh="机构 {organization} 吊销成员 {member} 的密钥",
        en="a key of {member} of {organization} was revoked",
    ),
    "membership.AuthorityRegistered": Label(
        zh="机构 {organization} 登记证书颁发机构 {fingerprint}",
        en="{organization} registered the certification authority {fingerprint}",
    ),
    "membership.AuthorityRevoked": Label(
        zh="机构 {organization} 停用证书颁发机构 {fingerprint}",
        en="{organization} revoked the certification authority {fingerprint}",
    ),
    "membership.CertificateEnrolled": Label(
        zh="机构 {organization} 凭证书为成员 {member} 登记密钥",
        en="a key was enrolled for {member} of {organization} by certificate",
    ),
    "governance.Proposed": Label(
        zh="机构 {organization} 提议{action}（提案 {proposal}，截止 {expires_at}）",
        en="{organization} proposed to {action} (proposal {proposal}, until {expires_at})",
    ),
    "governance.Voted": Label(
        zh="机构 {organization} 对提案 {proposal} 投{approve}票：赞成 {approvals}，反对 {rejections}，"
        "共 {electorate} 家机构",
        en="{organization} voted {approve} proposal {proposal}: {approvals} for, {rejections} "
        "against, of {electorate} organisations",
    ),
    "governance.Withdrawn": Label(
        zh="机构 {organization} 撤回提案 {proposal}",
        en="{organization} withdrew proposal {proposal}",
    ),
    "governance.Executed": Label(
        zh="提案 {proposal} 通过并执行：{action}",
        en="proposal {proposal} passed and was executed: {action}",
    ),
    "governance.Rejected": Label(
        zh="提案 {proposal} 被否决", en="proposal {proposal} was rejected"
    ),
    "governance.Expired": Label(zh="提案 {proposal} 已过期", en="proposal {proposal} expired"),
    "governance.ExecutionRefused": Label(
        zh="提案 {proposal} 已通过，暂不能执行（{code}）",
        en="proposal {proposal} passed and cannot be executed now ({code})",
    ),
    "governance.OrganizationAdmitted": Label(
        zh="接纳机构 {organization}，首位管理员 {member}",
        en="{organization} was admitted, with {member} as its administrator",
    ),
    "governance.OrganizationSuspended": Label(
        zh="机构 {organization} 被暂停", en="{organization} was suspended"
    ),
    "governance.OrganizationResumed": Label(
        zh="机构 {organization} 恢复", en="{organization} was resumed"
    ),
    "governance.OrganizationRemoved": Label(
        zh="机构 {organization} 被移除", en="{organization} was removed"
    ),
    "governance.OrganizationLeft": Label(
        zh="机构 {organization} 退出网络", en="{organization} left the network"
    ),
    "governance.ValidatorSet": Label(
        zh="机构 {organization} 的验证节点：密钥 {public_key}，权重 {power}",
        en="{organization} validates with key {public_key}, power {power}",
    ),
    "governance.ValidatorKeyRotated": Label(
        zh="机构 {organization} 的验证节点密钥由 {replaces} 换为 {public_key}",
        en="{organization} rotated its validator key from {replaces} to {public_key}",
    ),
    "governance.ValidatorRemoved": Label(
        zh="机构 {organization} 不再验证区块（密钥 {public_key}）",
        en="{organization} validates no more (key {public_key})",
    ),
    "governance.NodeRegistered": Label(
        zh="机构 {organization} 的节点 {node_id} 可接入",
        en="node {node_id} of {organization} may connect",
    ),
    "governance.NodeRemoved": Label(
        zh="机构 {organization} 的节点 {node_id} 不可再接入",
        en="node {node_id} of {organization} may connect no more",
    ),
    "governance.LogKeyRegistered": Label(
        zh="机构 {organization} 启用日志密钥 {public_key}",
        en="{organization} signs receipts with log key {public_key}",
    ),
    "governance.LogKeyRevoked": Label(
        zh="机构 {organization} 吊销日志密钥 {public_key}",
        en="{organization} revoked log key {public_key}",
    ),
    "governance.ParametersChanged": Label(
        zh="网络参数变更：交易有效期最长 {transaction_lifetime_ms_max} 毫秒，"
        "区块最多 {block_transactions_max} 笔",
        en="the network's parameters changed: transactions live up to "
        "{transaction_lifetime_ms_max} ms, blocks hold up to {block_transactions_max}",
    ),
    "governance.RulesChanged": Label(zh="表决规则变更", en="the voting rules changed"),
    "governance.ContractActivated": Label(
        zh="合约 {contract} 版本 {version} 自区块 {height} 起生效",
        en="version {version} of contract {contract} runs from block {height} on",
    ),
}
_SHORTENED: Final = frozenset({"proposal", "public_key", "replaces", "node_id", "fingerprint"})


class _Words(dict[str, str]):
    def __missing__(self, _: str) -> str:
        return ABSENT


def built_in_sentence(name: str, fields: Mapping[str, Value]) -> Label | None:
    """Return what an event of a built-in contract says, or None for other events."""
    template = _EVENTS.get(name)
    if template is None:
        return None
    zh, en = (
        _Words({key: _word(key, value, language) for key, value in fields.items()})
        for language in ("zh", "en")
    )
    return Label(zh=template.zh.format_map(zh), en=template.en.format_map(en))


def built_in_call(contract: str, method: str) -> Label | None:
    """Return what a call of a built-in contract does, where no event says it better."""
    return _CALLS.get(f"{contract}.{method}")


def action_label(kind: str) -> Label:
    """Return what an action of a proposal is called."""
    return ACTIONS.get(kind) or Label(zh=kind, en=kind)


def _word(key: str, value: Value, language: str) -> str:
    if key == "action" and isinstance(value, str):
        label = action_label(value)
        return label.zh if language == "zh" else label.en
    if key == "approve":
        zh, en = ("赞成", "for") if value else ("反对", "against")
        return zh if language == "zh" else en
    if key == "expires_at" and isinstance(value, int):
        return format_time(value)
    text = value.hex() if isinstance(value, bytes) else str(value)
    return f"{text[:_KEY_CHARACTERS]}…" if key in _SHORTENED and len(text) > 20 else text
