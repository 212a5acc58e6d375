# SPDX-License-Identifier: Apache-2.0
"""What the built-in contracts `membership` and `governance` say, in both languages.

They have no schema, so their sentences stand here. A field that an event lacks is shown as a dash.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tallystick.contracts import Label
from tallystick.encoding import Value
from tallystick.membership import MEMBERSHIP_CONTRACT

_IDENTIFIER_CHARACTERS: Final = 16
"""Of keys and ids in a sentence; the whole stands in the event's fields."""

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
        zh="机构 {organization} 提案 {proposal}：{action}",
        en="{organization} proposed to {action} ({proposal})",
    ),
    "governance.Voted": Label(
        zh="机构 {organization} 对提案 {proposal} 投票：{approve}"
        "（{approvals} 票赞成，{rejections} 票反对，共 {electorate} 家机构）",
        en="{organization} voted {approve} proposal {proposal}: "
        "{approvals} for, {rejections} against, of {electorate}",
    ),
    "governance.Withdrawn": Label(
        zh="机构 {organization} 撤回提案 {proposal}",
        en="{organization} withdrew proposal {proposal}",
    ),
    "governance.Executed": Label(
        zh="提案 {proposal} 通过并已执行：{action}", en="proposal {proposal} was executed: {action}"
    ),
    "governance.ExecutionRefused": Label(
        zh="提案 {proposal} 已通过，但暂不能执行（{code}）",
        en="proposal {proposal} passed but cannot be executed now ({code})",
    ),
    "governance.Rejected": Label(
        zh="提案 {proposal} 被否决", en="proposal {proposal} was rejected"
    ),
    "governance.Expired": Label(zh="提案 {proposal} 已过期", en="proposal {proposal} expired"),
    "governance.OrganizationAdmitted": Label(
        zh="机构 {organization} 加入联盟", en="{organization} was admitted"
    ),
    "governance.OrganizationSuspended": Label(
        zh="机构 {organization} 被暂停", en="{organization} was suspended"
    ),
    "governance.OrganizationResumed": Label(
        zh="机构 {organization} 恢复", en="{organization} was reinstated"
    ),
    "governance.OrganizationRemoved": Label(
        zh="机构 {organization} 被移出联盟", en="{organization} was removed"
    ),
    "governance.OrganizationLeft": Label(
        zh="机构 {organization} 退出联盟", en="{organization} left the network"
    ),
    "governance.ValidatorSet": Label(
        zh="机构 {organization} 的验证节点设为密钥 {public_key}，权重 {power}",
        en="the validator of {organization} has key {public_key} and power {power}",
    ),
    "governance.ValidatorRemoved": Label(
        zh="机构 {organization} 不再有验证节点", en="{organization} has no validator any more"
    ),
    "governance.ValidatorKeyRotated": Label(
        zh="机构 {organization} 更换验证密钥为 {public_key}",
        en="{organization} replaced its validator key by {public_key}",
    ),
    "governance.ParametersChanged": Label(
        zh="网络参数变更：交易有效期最长 {transaction_lifetime_ms_max} 毫秒，"
        "每区块最多 {block_transactions_max} 笔",
        en="parameters changed: transactions live at most {transaction_lifetime_ms_max} ms, "
        "blocks hold at most {block_transactions_max}",
    ),
    "governance.RulesChanged": Label(zh="治理规则变更", en="the voting rules were changed"),
    "governance.ContractActivated": Label(
        zh="合约 {contract} 版本 {version} 自区块 {height} 起生效",
        en="version {version} of contract {contract} runs from block {height} on",
    ),
    "governance.RecordsMoved": Label(
        zh="合约 {contract} 迁移到版本 {version}：本次迁移 {moved} 条记录，已完成：{finished}",
        en="{moved} records of contract {contract} were moved to version {version}; "
        "finished: {finished}",
    ),
    "governance.NodeRegistered": Label(
        zh="机构 {organization} 登记节点 {node_id}",
        en="node {node_id} of {organization} was registered",
    ),
    "governance.NodeRemoved": Label(
        zh="机构 {organization} 移除节点 {node_id}",
        en="node {node_id} of {organization} was removed",
    ),
    "governance.LogKeyRegistered": Label(
        zh="机构 {organization} 登记日志密钥 {public_key}",
        en="{organization} registered log key {public_key}",
    ),
    "governance.LogKeyRevoked": Label(
        zh="机构 {organization} 吊销日志密钥 {public_key}",
        en="{organization} revoked log key {public_key}",
    ),
    "governance.NetworkRecognised": Label(
        zh="承认网络 {network} 的记录，须有其 {quorum} 个日志密钥签名",
        en="records of {network} are believed that {quorum} of its log keys signed",
    ),
}

_ACTIONS: Final[Mapping[str, Label]] = {
    "admit_organization": Label(zh="接纳机构", en="admit an organisation"),
    "suspend_organization": Label(zh="暂停机构", en="suspend an organisation"),
    "resume_organization": Label(zh="恢复机构", en="reinstate an organisation"),
    "remove_organization": Label(zh="移除机构", en="remove an organisation"),
    "set_validator": Label(zh="设置验证节点", en="set a validator"),
    "remove_validator": Label(zh="移除验证节点", en="remove a validator"),
    "set_parameters": Label(zh="变更网络参数", en="change the parameters"),
    "set_governance": Label(zh="变更治理规则", en="change the voting rules"),
    "activate_contract": Label(zh="启用合约版本", en="activate a contract version"),
    "register_node": Label(zh="登记节点", en="register a node"),
    "remove_node": Label(zh="移除节点", en="remove a node"),
    "recognise_network": Label(zh="承认其他网络", en="recognise another network"),
}

_METHODS: Final[Mapping[str, Label]] = {
    "membership.add_member": Label(zh="新增成员", en="Add a member"),
    "membership.set_roles": Label(zh="变更成员角色", en="Change a member's roles"),
    "membership.set_active": Label(zh="启用或停用成员", en="Suspend or reinstate a member"),
    "membership.enrol_key": Label(zh="登记密钥", en="Enrol a key"),
    "membership.revoke_key": Label(zh="吊销密钥", en="Revoke a key"),
    "membership.set_authority": Label(zh="登记证书颁发机构", en="Register an authority"),
    "membership.revoke_authority": Label(zh="停用证书颁发机构", en="Revoke an authority"),
    "membership.enrol_certificate": Label(zh="凭证书登记密钥", en="Enrol a certificate"),
    "governance.propose": Label(zh="提案", en="Propose"),
    "governance.vote": Label(zh="投票", en="Vote"),
    "governance.withdraw": Label(zh="撤回提案", en="Withdraw a proposal"),
    "governance.migrate_contract": Label(zh="迁移合约数据", en="Move a contract's records"),
    "governance.execute": Label(zh="执行提案", en="Execute a proposal"),
    "governance.rotate_validator_key": Label(zh="更换验证密钥", en="Rotate the validator key"),
    "governance.resign_validator": Label(zh="退出验证", en="Resign as validator"),
    "governance.register_node": Label(zh="登记本机构节点", en="Register an own node"),
    "governance.remove_node": Label(zh="移除本机构节点", en="Remove an own node"),
    "governance.rotate_log_key": Label(zh="更换日志密钥", en="Rotate the log key"),
    "governance.revoke_log_key": Label(zh="吊销日志密钥", en="Revoke a log key"),
    "governance.leave": Label(zh="退出联盟", en="Leave the network"),
}


_TABLES: Final[Mapping[str, Label]] = {
    "organizations": Label(zh="机构", en="Organisations"),
    "members": Label(zh="成员", en="Members"),
    "keys": Label(zh="成员密钥", en="Members' keys"),
    "authorities": Label(zh="证书颁发机构", en="Certification authorities"),
    "networks": Label(zh="承认的网络", en="Recognised networks"),
    "registries": Label(zh="上级登记", en="Registers above this network's"),
    "validators": Label(zh="验证节点", en="Validators"),
    "earlier_validators": Label(zh="此前的验证节点", en="Earlier validators"),
    "validator_keys": Label(zh="验证密钥", en="Validators' keys"),
    "governance": Label(zh="治理规则", en="Voting rules"),
    "parameters": Label(zh="网络参数", en="Network parameters"),
    "log_keys": Label(zh="日志密钥", en="Log keys"),
    "nodes": Label(zh="节点", en="Nodes"),
    "contracts": Label(zh="合约版本", en="Contract versions"),
    "proposals": Label(zh="提案", en="Proposals"),
}
COUNTERS_TABLE: Final = "_counters"
"""Where a contract's series of ids stand (`Context.next_id`)."""
_COUNTERS: Final = Label(zh="编号序列", en="Series of ids")


def built_in_table(contract: str, table: str) -> Label | None:
    """Return the label of a table that no contract declares, or None."""
    if table == COUNTERS_TABLE:
        return _COUNTERS
    return _TABLES.get(table) if contract == MEMBERSHIP_CONTRACT else None


def built_in_sentence(name: str, fields: Mapping[str, Value]) -> Label | None:
    """Return what an event of a built-in contract says, or None if there is none of this name."""
    template = _EVENTS.get(name)
    if template is None:
        return None
    shown = {key: _show(key, value) for key, value in fields.items()}
    return Label(
        zh=template.zh.format_map(_Places({key: label.zh for key, label in shown.items()})),
        en=template.en.format_map(_Places({key: label.en for key, label in shown.items()})),
    )


def built_in_method(contract: str | None, method: str | None) -> Label | None:
    """Return the label of a built-in method, or None."""
    return _METHODS.get(f"{contract}.{method}")


def action_label(kind: str) -> Label:
    """Return what an action of a proposal is called."""
    return _ACTIONS.get(kind) or Label(zh=kind, en=kind)


class _Places(dict[str, str]):
    """Values for the places of a template; a dash where there is none."""

    def __missing__(self, _: str) -> str:
        return "—"


def _show(name: str, value: Value) -> Label:
    if name == "action" and isinstance(value, str) and value in _ACTIONS:
        return _ACTIONS[value]
    if isinstance(value, bool):
        return Label(zh="赞成", en="for") if value else Label(zh="反对", en="against")
    text = value.hex() if isinstance(value, bytes) else str(value)
    if isinstance(value, bytes) or name in {"proposal", "node_id"}:
        text = text[:_IDENTIFIER_CHARACTERS]
    return Label(zh=text, en=text)
