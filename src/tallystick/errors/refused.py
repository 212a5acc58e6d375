# SPDX-License-Identifier: Apache-2.0
"""Refused: a rule said no; the refusal is recorded on the ledger with its code."""

from __future__ import annotations

from tallystick.errors.rejected import Rejected


class Refused(Rejected):
    """A contract or membership rule refused the call; no state changed."""

    code = "E_REFUSED"
    title_en = "A rule of the contract refused this"
    title_zh = "合约规则拒绝"
    hint_en = "Read the message and the contract's rules; nothing was changed."
    hint_zh = "请阅读说明与合约规则；状态未被更改。"


class RoleMissing(Refused):
    """The signer lacks the role the method asks for."""

    code = "E_ROLE"
    title_en = "The signer does not hold the required role"
    title_zh = "签名者不具备所需角色"
    hint_en = "Sign as a member with that role, or have it granted."
    hint_zh = "请由具备该角色的成员签名，或先授予角色。"


class WrongState(Refused):
    """The object is not in a state that allows this."""

    code = "E_STATE"
    title_en = "The object's state does not allow this"
    title_zh = "当前状态不允许该操作"
    hint_en = "Look at the object's history first."
    hint_zh = "请先查看该对象的历史。"


class Duplicate(Refused):
    """The object exists already."""

    code = "E_DUP"
    title_en = "It exists already"
    title_zh = "已存在"
    hint_en = "Use the existing object, or choose another identifier."
    hint_zh = "请使用已有对象或更换标识。"


class UnknownRecord(Refused):
    """A record the call refers to does not exist."""

    code = "E_MISSING"
    title_en = "A record it refers to does not exist"
    title_zh = "引用的记录不存在"
    hint_en = "Check the identifier."
    hint_zh = "请核对标识。"


class Late(Refused):
    """The time for this has passed."""

    code = "E_LATE"
    title_en = "The time for this has passed"
    title_zh = "已超过办理时限"
    hint_en = "Look at the deadline in the message; the block's time decides, not yours."
    hint_zh = "请查看说明中的时限；以区块时间为准。"


class Locked(Refused):
    """The asset is in use elsewhere: pledged, financed or received already."""

    code = "E_LOCKED"
    title_en = "The asset is already in use"
    title_zh = "该资产已被占用"
    hint_en = "One asset is used once, in all contracts together; wait until it is released."
    hint_zh = "同一资产在全部合约中只能使用一次；请等待其释放。"


class ConsentMissing(Refused):
    """Somebody whose consent is needed has not given it."""

    code = "E_CONSENT"
    title_en = "A consent is missing"
    title_zh = "缺少必要的同意"
    hint_en = "Have the person or organisation named in the message consent first."
    hint_zh = "请先取得说明中所列个人或机构的同意。"


class Conflict(Refused):
    """Four eyes, or a conflict of interest: this must be done by somebody else."""

    code = "E_CONFLICT"
    title_en = "Somebody else must do this"
    title_zh = "须由其他人办理"
    hint_en = "Have it done by a person without another part in the same matter."
    hint_zh = "请由未参与同一事项的其他人员办理。"


class PurposeMissing(Refused):
    """Outside the purpose, fields, period or number of uses of a grant."""

    code = "E_PURPOSE"
    title_en = "The grant does not cover this use"
    title_zh = "授权未涵盖该用途"
    hint_en = "Ask for a grant with this purpose, field and period."
    hint_zh = "请申请涵盖该用途、字段与期限的授权。"


class BalanceTooLow(Refused):
    """There is not enough on the account."""

    code = "E_BALANCE"
    title_en = "The balance is too low"
    title_zh = "余额不足"
    hint_en = "Use a smaller amount, or wait until more has arrived."
    hint_zh = "请减少金额，或等待资金到账。"


class Frozen(Refused):
    """A court or supervisor froze it."""

    code = "E_FROZEN"
    title_en = "It is frozen"
    title_zh = "已被冻结"
    hint_en = "Ask who froze it; only they can lift it."
    hint_zh = "请联系冻结机关，仅其可解除。"


class InvalidValue(Refused):
    """A value is well typed but breaks a rule of the contract."""

    code = "E_VALUE"
    title_en = "A value breaks a rule of the contract"
    title_zh = "取值不符合合约规则"
    hint_en = "Correct the named field."
    hint_zh = "请更正所指字段。"


class HashMismatch(Refused):
    """Content does not have the hash that was stated."""

    code = "E_HASH"
    title_en = "The content does not have the stated hash"
    title_zh = "内容与所述哈希不符"
    hint_en = "Use the original file."
    hint_zh = "请使用原始文件。"


class ValidatorsAtRisk(Refused):
    """The change could stop the network, or give one organisation a veto over its blocks."""

    code = "E_VALIDATORS"
    title_en = "The change would put the validators at risk"
    title_zh = "该变更会危及验证节点集合"
    hint_en = "Make the change in smaller steps, two blocks apart."
    hint_zh = "请分步变更，每步间隔两个区块。"


class InvalidCertificate(Refused):
    """A certificate or its chain breaks a rule of RFC 5280, or names somebody else."""

    code = "E_CERTIFICATE"
    title_en = "The certificate or its chain is not acceptable"
    title_zh = "证书或证书链不被接受"
    hint_en = "The field says which certificate and which rule: docs/operator/certificates.md."
    hint_zh = "字段指出第几张证书（从 0 起）与所违反的规则，见 docs/operator/certificates.md。"


class ContractFailed(Refused):
    """The contract's code failed; its writes are discarded."""

    code = "E_CONTRACT_FAILED"
    title_en = "The contract's code failed"
    title_zh = "合约代码执行失败"
    hint_en = "Tell the contract's author; nothing was changed."
    hint_zh = "请告知合约作者；状态未被更改。"
